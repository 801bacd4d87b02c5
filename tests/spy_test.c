/* IMallocSpy, CoRegisterMallocSpy and CoRevokeMallocSpy: one test per rule S1 to S25 and R1 to R13
 * of docs/MEMORY.md.
 *
 * The test spy writes every hook and its arguments into a text, so that a test compares one string
 * with the calls it expects: sizes as numbers, fSpyed as T or F. It can put a header in front of
 * each block, as debugging spies do. */
#include "runtime/memory/include/objidl.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/spy.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct test_spy {
    IMallocSpy iface;
    IMallocSpy *answer; /* what QueryInterface stores */
    HRESULT query_result;
    int queries, references;

    /* How to behave: */
    size_t header;     /* bytes in front of each block allocated or reallocated */
    bool refuse;       /* PreAlloc and PreRealloc return 0 */
    bool forget_store; /* PreRealloc does not store *ppNewRequest */
    bool keep;         /* PreFree returns NULL */
    bool hide;         /* PostAlloc returns NULL */
    bool quiet;        /* hooks write nothing */
    void *substitute;  /* PostAlloc and PostRealloc return it for a failed request */
    void (*nested)(struct test_spy *, const char *hook); /* called in each hook */

    /* What was seen: */
    void *actual;     /* last pActual */
    void *request;    /* last pRequest */
    size_t cb_actual; /* PostGetSize's cbActual */
    int f_actual;     /* PostDidAlloc's fActual */
    int open;         /* pairs begun and not ended */
    bool interleaved;
    char calls[1024];
} test_spy;

static void note(test_spy *spy, const char *format, ...) {
    if (spy->quiet)
        return;
    size_t used = strlen(spy->calls);
    va_list arguments;
    va_start(arguments, format);
    if (used)
        strncat(spy->calls, " ", sizeof spy->calls - used - 1);
    used = strlen(spy->calls);
    vsnprintf(spy->calls + used, sizeof spy->calls - used, format, arguments);
    va_end(arguments);
}

static char flag(BOOL spied) {
    return spied ? 'T' : 'F';
}

static void begin(test_spy *spy, const char *hook) {
    if (spy->open++ != 0 && !spy->nested)
        spy->interleaved = true;
    if (spy->nested)
        spy->nested(spy, hook);
}

static void end(test_spy *spy, const char *hook) {
    if (spy->nested)
        spy->nested(spy, hook);
    spy->open--;
}

static HRESULT spy_query_interface(IMallocSpy *self, REFIID riid, void **out) {
    test_spy *spy = (test_spy *)self;
    spy->queries++;
    *out = NULL;
    if (!IsEqualGUID(riid, &IID_IMallocSpy))
        return E_NOINTERFACE;
    if (SUCCEEDED(spy->query_result)) {
        *out = spy->answer;
        ((test_spy *)spy->answer)->references++;
    }
    return spy->query_result;
}

static ULONG spy_add_ref(IMallocSpy *self) {
    test_spy *spy = (test_spy *)self;
    note(spy, "AddRef");
    return (ULONG)++spy->references;
}

static ULONG spy_release(IMallocSpy *self) {
    test_spy *spy = (test_spy *)self;
    note(spy, "Release");
    return (ULONG)--spy->references;
}

static SIZE_T spy_pre_alloc(IMallocSpy *self, SIZE_T cb) {
    test_spy *spy = (test_spy *)self;
    begin(spy, "PreAlloc");
    note(spy, "PreAlloc(%zu)", cb);
    if (spy->refuse) {
        spy->open--;
        return 0;
    }
    return cb + spy->header;
}

static void *spy_post_alloc(IMallocSpy *self, void *actual) {
    test_spy *spy = (test_spy *)self;
    note(spy, "PostAlloc(%s)", actual ? "p" : "NULL");
    spy->actual = actual;
    end(spy, "PostAlloc");
    if (spy->hide)
        return NULL;
    return actual ? (char *)actual + spy->header : spy->substitute;
}

static void *spy_pre_free(IMallocSpy *self, void *request, BOOL spied) {
    test_spy *spy = (test_spy *)self;
    begin(spy, "PreFree");
    note(spy, "PreFree(%c)", flag(spied));
    spy->request = request;
    if (spy->keep)
        return NULL;
    return (char *)request - (spied ? spy->header : 0);
}

static void spy_post_free(IMallocSpy *self, BOOL spied) {
    test_spy *spy = (test_spy *)self;
    note(spy, "PostFree(%c)", flag(spied));
    end(spy, "PostFree");
}

static SIZE_T spy_pre_realloc(IMallocSpy *self, void *request, SIZE_T cb, void **new_request,
                              BOOL spied) {
    test_spy *spy = (test_spy *)self;
    begin(spy, "PreRealloc");
    note(spy, "PreRealloc(%zu,%c)", cb, flag(spied));
    spy->request = request;
    if (!spy->forget_store)
        *new_request = (char *)request - (spied ? spy->header : 0);
    if (spy->refuse) {
        spy->open--;
        return 0;
    }
    return cb + spy->header;
}

static void *spy_post_realloc(IMallocSpy *self, void *actual, BOOL spied) {
    test_spy *spy = (test_spy *)self;
    note(spy, "PostRealloc(%s,%c)", actual ? "p" : "NULL", flag(spied));
    spy->actual = actual;
    end(spy, "PostRealloc");
    return actual ? (char *)actual + spy->header : spy->substitute;
}

static void *spy_pre_get_size(IMallocSpy *self, void *request, BOOL spied) {
    test_spy *spy = (test_spy *)self;
    begin(spy, "PreGetSize");
    note(spy, "PreGetSize(%c)", flag(spied));
    return (char *)request - (spied ? spy->header : 0);
}

static SIZE_T spy_post_get_size(IMallocSpy *self, SIZE_T cb, BOOL spied) {
    test_spy *spy = (test_spy *)self;
    note(spy, "PostGetSize(%zu,%c)", cb, flag(spied));
    spy->cb_actual = cb;
    end(spy, "PostGetSize");
    return cb - (spied ? spy->header : 0);
}

static void *spy_pre_did_alloc(IMallocSpy *self, void *request, BOOL spied) {
    test_spy *spy = (test_spy *)self;
    begin(spy, "PreDidAlloc");
    note(spy, "PreDidAlloc(%c)", flag(spied));
    return (char *)request - (spied ? spy->header : 0);
}

static int spy_post_did_alloc(IMallocSpy *self, void *request, BOOL spied, int actual) {
    test_spy *spy = (test_spy *)self;
    note(spy, "PostDidAlloc(%c,%d)", flag(spied), actual);
    spy->request = request;
    spy->f_actual = actual;
    end(spy, "PostDidAlloc");
    return actual == 0 ? 0 : actual + 41;
}

static void spy_pre_heap_minimize(IMallocSpy *self) {
    begin((test_spy *)self, "PreHeapMinimize");
    note((test_spy *)self, "PreHeapMinimize");
}

static void spy_post_heap_minimize(IMallocSpy *self) {
    note((test_spy *)self, "PostHeapMinimize");
    end((test_spy *)self, "PostHeapMinimize");
}

static const IMallocSpyVtbl TEST_SPY_METHODS = {
    .QueryInterface = spy_query_interface,
    .AddRef = spy_add_ref,
    .Release = spy_release,
    .PreAlloc = spy_pre_alloc,
    .PostAlloc = spy_post_alloc,
    .PreFree = spy_pre_free,
    .PostFree = spy_post_free,
    .PreRealloc = spy_pre_realloc,
    .PostRealloc = spy_post_realloc,
    .PreGetSize = spy_pre_get_size,
    .PostGetSize = spy_post_get_size,
    .PreDidAlloc = spy_pre_did_alloc,
    .PostDidAlloc = spy_post_did_alloc,
    .PreHeapMinimize = spy_pre_heap_minimize,
    .PostHeapMinimize = spy_post_heap_minimize,
};

static void init_spy(test_spy *spy) {
    memset(spy, 0, sizeof *spy);
    spy->iface.lpVtbl = &TEST_SPY_METHODS;
    spy->answer = &spy->iface;
}

static void register_spy(test_spy *spy) {
    init_spy(spy);
    CU_ASSERT_EQUAL_FATAL(CoRegisterMallocSpy(&spy->iface), S_OK);
}

static void revoke_spy(test_spy *spy) {
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), S_OK);
    CU_ASSERT_EQUAL(spy->references, 0);
    CU_ASSERT_EQUAL(spy->open, 0);
    CU_ASSERT_TRUE(spy_check());
}

/* Compares the calls seen since the last look. */
static void expect_calls(test_spy *spy, const char *expected) {
    if (strcmp(spy->calls, expected) != 0)
        fprintf(stderr, "\n  expected %s\n  got      %s\n", expected, spy->calls);
    CU_ASSERT_STRING_EQUAL(spy->calls, expected);
    spy->calls[0] = '\0';
}

static IMalloc *task_malloc(void) {
    IMalloc *m = NULL;
    CU_ASSERT_EQUAL_FATAL(CoGetMalloc(MEMCTX_TASK, &m), S_OK);
    return m;
}

static size_t size_of(void *block) {
    return task_malloc()->lpVtbl->GetSize(task_malloc(), block);
}

static int did_alloc(void *block) {
    return task_malloc()->lpVtbl->DidAlloc(task_malloc(), block);
}

static const size_t IMPOSSIBLE = SIZE_MAX / 2;

/* ---- S: the hooks ---- */

static void iid_is_that_of_the_sdk(void) {
    static const uint8_t EXPECTED[16] = {0x1D, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
    CU_ASSERT_EQUAL(memcmp(&IID_IMallocSpy, EXPECTED, 16), 0);
}

static void vtable_order_is_that_of_the_sdk(void) {
    static const size_t OFFSETS[] = {
        offsetof(IMallocSpyVtbl, PreAlloc),        offsetof(IMallocSpyVtbl, PostAlloc),
        offsetof(IMallocSpyVtbl, PreFree),         offsetof(IMallocSpyVtbl, PostFree),
        offsetof(IMallocSpyVtbl, PreRealloc),      offsetof(IMallocSpyVtbl, PostRealloc),
        offsetof(IMallocSpyVtbl, PreGetSize),      offsetof(IMallocSpyVtbl, PostGetSize),
        offsetof(IMallocSpyVtbl, PreDidAlloc),     offsetof(IMallocSpyVtbl, PostDidAlloc),
        offsetof(IMallocSpyVtbl, PreHeapMinimize), offsetof(IMallocSpyVtbl, PostHeapMinimize),
    };
    for (size_t i = 0; i < sizeof OFFSETS / sizeof *OFFSETS; i++)
        CU_ASSERT_EQUAL(OFFSETS[i], (3 + i) * sizeof(void *));
}

static void every_method_is_bracketed_whoever_calls(void) {
    test_spy spy;
    IMalloc *m = task_malloc();
    register_spy(&spy);
    void *a = m->lpVtbl->Alloc(m, 27), *b = CoTaskMemAlloc(28), *c = mem_alloc(29);
    expect_calls(&spy,
                 "PreAlloc(27) PostAlloc(p) PreAlloc(28) PostAlloc(p) PreAlloc(29) PostAlloc(p)");
    a = m->lpVtbl->Realloc(m, a, 37);
    b = CoTaskMemRealloc(b, 38);
    c = mem_resize(c, 39, 1);
    expect_calls(&spy, "PreRealloc(37,T) PostRealloc(p,T) PreRealloc(38,T) PostRealloc(p,T) "
                       "PreRealloc(39,T) PostRealloc(p,T)");
    m->lpVtbl->GetSize(m, a);
    m->lpVtbl->DidAlloc(m, a);
    m->lpVtbl->HeapMinimize(m);
    expect_calls(&spy, "PreGetSize(T) PostGetSize(37,T) PreDidAlloc(T) PostDidAlloc(T,1) "
                       "PreHeapMinimize PostHeapMinimize");
    m->lpVtbl->Free(m, a);
    CoTaskMemFree(b);
    mem_free(c);
    expect_calls(&spy, "PreFree(T) PostFree(T) PreFree(T) PostFree(T) PreFree(T) PostFree(T)");
    revoke_spy(&spy);
}

static void spied_means_allocated_under_this_spy(void) {
    test_spy spy;
    void *before = mem_alloc(10);
    register_spy(&spy);
    void *after = mem_alloc(10);
    spy.calls[0] = '\0';
    size_of(before);
    did_alloc(before);
    mem_free(before);
    expect_calls(&spy, "PreGetSize(F) PostGetSize(10,F) PreDidAlloc(F) PostDidAlloc(F,1) "
                       "PreFree(F) PostFree(F)");
    mem_free(after);
    expect_calls(&spy, "PreFree(T) PostFree(T)");
    revoke_spy(&spy);
}

static void pre_alloc_decides_the_size(void) {
    test_spy spy;
    register_spy(&spy);
    spy.header = 32;
    void *block = mem_alloc(27);
    size_of(block);
    CU_ASSERT_EQUAL(spy.cb_actual, 59);
    memset(spy.actual, 1, 59);
    mem_free(block);
    revoke_spy(&spy);
}

static void pre_alloc_of_0_makes_a_request_fail(void) {
    test_spy spy;
    register_spy(&spy);
    spy.refuse = true;
    CU_ASSERT_PTR_NULL(mem_alloc(1));
    expect_calls(&spy, "PreAlloc(1)");
    CU_ASSERT_PTR_NULL(mem_calloc(2, 2));
    expect_calls(&spy, "PreAlloc(4)");
    spy.refuse = false;
    void *empty = mem_alloc(0);
    CU_ASSERT_PTR_NOT_NULL(empty);
    expect_calls(&spy, "PreAlloc(0) PostAlloc(p)");
    mem_free(empty);
    revoke_spy(&spy);
}

static void post_alloc_hears_of_a_failure_and_has_the_last_word(void) {
    test_spy spy;
    char substitute[16];
    register_spy(&spy);
    CU_ASSERT_PTR_NULL(mem_alloc(IMPOSSIBLE));
    expect_calls(&spy, "PreAlloc(9223372036854775807) PostAlloc(NULL)");
    spy.substitute = substitute;
    CU_ASSERT_PTR_EQUAL(CoTaskMemAlloc(IMPOSSIBLE), substitute);
    revoke_spy(&spy);
}

static void post_alloc_result_is_the_identity_of_the_block(void) {
    test_spy spy;
    register_spy(&spy);
    spy.header = 16;
    char *block = mem_alloc(8);
    CU_ASSERT_PTR_EQUAL(block, (char *)spy.actual + 16);
    spy.calls[0] = '\0';
    CU_ASSERT_EQUAL(did_alloc(block), 42);
    expect_calls(&spy, "PreDidAlloc(T) PostDidAlloc(T,1)");
    mem_free(block);
    revoke_spy(&spy);
}

static void null_from_post_alloc_is_not_tracked(void) {
    test_spy spy;
    register_spy(&spy);
    spy.hide = true;
    CU_ASSERT_PTR_NULL(mem_alloc(8));
    void *hidden = spy.actual;
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), S_OK);
    mem_free(hidden);
}

static void pre_free_decides_what_the_heap_frees(void) {
    test_spy spy;
    register_spy(&spy);
    spy.header = 16;
    char *block = mem_alloc(8);
    void *actual = spy.actual;
    spy.keep = true;
    mem_free(block);
    CU_ASSERT_PTR_EQUAL(spy.request, block);
    spy.keep = false;
    CU_ASSERT_EQUAL(did_alloc(actual), 42);
    block = mem_alloc(8);
    void *second = spy.actual;
    mem_free(block);
    CU_ASSERT_EQUAL(did_alloc(second), 0);
    revoke_spy(&spy);
    CU_ASSERT_EQUAL(did_alloc(actual), 1);
    mem_free(actual);
}

/* In PostFree, asks about the block just freed. */
static void ask_in_post_free(test_spy *spy, const char *hook) {
    if (strcmp(hook, "PostFree") == 0) {
        spy->nested = NULL;
        did_alloc(spy->request);
    }
}

static void record_is_gone_in_post_free_which_gets_the_old_flag(void) {
    test_spy spy;
    register_spy(&spy);
    void *block = mem_alloc(8);
    spy.calls[0] = '\0';
    spy.nested = ask_in_post_free;
    mem_free(block);
    expect_calls(&spy, "PreFree(T) PostFree(T) PreDidAlloc(F) PostDidAlloc(F,0)");
    revoke_spy(&spy);
}

static void null_makes_no_spy_call(void) {
    test_spy spy;
    register_spy(&spy);
    IMalloc *m = task_malloc();
    m->lpVtbl->Free(m, NULL);
    CU_ASSERT_EQUAL(size_of(NULL), (size_t)-1);
    CU_ASSERT_EQUAL(did_alloc(NULL), -1);
    expect_calls(&spy, "");
    revoke_spy(&spy);
}

static void pre_realloc_decides_block_and_size(void) {
    test_spy spy;
    register_spy(&spy);
    spy.header = 16;
    char *block = mem_alloc(5);
    strcpy(block, "kept");
    block = mem_resize(block, 50, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(block);
    CU_ASSERT_STRING_EQUAL(block, "kept");
    CU_ASSERT_EQUAL(size_of(block), 50);
    CU_ASSERT_EQUAL(spy.cb_actual, 66);
    mem_free(block);
    revoke_spy(&spy);
}

static void new_request_left_alone_means_the_same_block(void) {
    test_spy spy;
    register_spy(&spy);
    spy.forget_store = true;
    char *block = mem_alloc(5);
    strcpy(block, "kept");
    block = mem_resize(block, 5000, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(block);
    CU_ASSERT_STRING_EQUAL(block, "kept");
    mem_free(block);
    revoke_spy(&spy);
}

static void pre_realloc_of_0_makes_it_fail_and_keeps_the_block_spied(void) {
    test_spy spy;
    register_spy(&spy);
    char *block = mem_alloc(5);
    strcpy(block, "kept");
    spy.calls[0] = '\0';
    spy.refuse = true;
    CU_ASSERT_PTR_NULL(mem_resize(block, 50, 1));
    expect_calls(&spy, "PreRealloc(50,T)");
    CU_ASSERT_STRING_EQUAL(block, "kept");
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), E_ACCESSDENIED);
    mem_free(block);
    expect_calls(&spy, "PreFree(T) PostFree(T) Release");
}

static void post_realloc_hears_of_a_failure_and_the_block_stays_spied(void) {
    test_spy spy;
    register_spy(&spy);
    char *block = mem_alloc(5);
    strcpy(block, "kept");
    spy.calls[0] = '\0';
    CU_ASSERT_PTR_NULL(mem_resize(block, IMPOSSIBLE, 1));
    expect_calls(&spy, "PreRealloc(9223372036854775807,T) PostRealloc(NULL,T)");
    CU_ASSERT_STRING_EQUAL(block, "kept");
    mem_free(block);
    expect_calls(&spy, "PreFree(T) PostFree(T)");
    revoke_spy(&spy);
}

static void realloc_of_null_and_to_0_come_as_alloc_and_free(void) {
    test_spy spy;
    register_spy(&spy);
    void *block = CoTaskMemRealloc(NULL, 12);
    expect_calls(&spy, "PreAlloc(12) PostAlloc(p)");
    CU_ASSERT_PTR_NULL(CoTaskMemRealloc(block, 0));
    expect_calls(&spy, "PreFree(T) PostFree(T)");
    void *empty = CoTaskMemRealloc(NULL, 0);
    expect_calls(&spy, "PreAlloc(0) PostAlloc(p)");
    mem_free(empty);
    revoke_spy(&spy);
}

static void post_realloc_gets_the_new_block_and_its_result_is_the_callers(void) {
    test_spy spy;
    register_spy(&spy);
    spy.header = 32;
    char *block = mem_alloc(8);
    block = mem_resize(block, 100000, 1);
    CU_ASSERT_PTR_EQUAL(block, (char *)spy.actual + 32);
    mem_free(block);
    revoke_spy(&spy);
}

static void reallocated_block_is_spied_from_then_on(void) {
    test_spy spy;
    void *block = mem_alloc(8);
    register_spy(&spy);
    block = mem_resize(block, 9, 1);
    spy.calls[0] = '\0';
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), E_ACCESSDENIED);
    mem_free(block);
    expect_calls(&spy, "PreFree(T) PostFree(T) Release");
}

static void post_realloc_gets_the_flag_of_pre_realloc(void) {
    test_spy spy;
    void *block = mem_alloc(8);
    register_spy(&spy);
    block = mem_resize(block, 9, 1);
    block = mem_resize(block, 10, 1);
    expect_calls(&spy, "PreRealloc(9,F) PostRealloc(p,F) PreRealloc(10,T) PostRealloc(p,T)");
    mem_free(block);
    revoke_spy(&spy);
}

static void get_size_hooks_translate_pointer_and_size(void) {
    test_spy spy;
    register_spy(&spy);
    spy.header = 16;
    void *block = mem_alloc(27);
    CU_ASSERT_EQUAL(size_of(block), 27);
    CU_ASSERT_EQUAL(spy.cb_actual, 43);
    mem_free(block);
    revoke_spy(&spy);
}

static void did_alloc_hooks_get_the_callers_pointer_and_the_heaps_answer(void) {
    test_spy spy;
    register_spy(&spy);
    spy.header = 16;
    char *block = mem_alloc(27);
    CU_ASSERT_EQUAL(did_alloc(block), 42);
    CU_ASSERT_PTR_EQUAL(spy.request, block);
    CU_ASSERT_EQUAL(spy.f_actual, 1);
    CU_ASSERT_EQUAL(did_alloc(block + 1), 0);
    CU_ASSERT_EQUAL(spy.f_actual, 0);
    CU_ASSERT_EQUAL(did_alloc((void *)1), 0);
    mem_free(block);
    revoke_spy(&spy);
}

static void heap_minimize_is_bracketed(void) {
    test_spy spy;
    IMalloc *m = task_malloc();
    register_spy(&spy);
    m->lpVtbl->HeapMinimize(m);
    expect_calls(&spy, "PreHeapMinimize PostHeapMinimize");
    revoke_spy(&spy);
}

static void *use_every_method(void *unused) {
    IMalloc *m = task_malloc();
    (void)unused;
    for (size_t i = 0; i < 2000; i++) {
        void *block = mem_alloc(i % 100);
        block = mem_resize(block, i % 50 + 1, 1);
        m->lpVtbl->DidAlloc(m, block);
        m->lpVtbl->GetSize(m, block);
        mem_free(block);
    }
    return NULL;
}

static void pairs_of_threads_never_interleave(void) {
    test_spy spy;
    pthread_t threads[3];
    register_spy(&spy);
    spy.quiet = true;
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, use_every_method, NULL), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_FALSE(spy.interleaved);
    revoke_spy(&spy);
}

/* Allocates inside PreAlloc, once. */
static void allocate_in_pre_alloc(test_spy *spy, const char *hook) {
    if (strcmp(hook, "PreAlloc") == 0) {
        spy->nested = NULL;
        mem_free(mem_alloc(1));
        note(spy, "|");
    }
}

static void hook_may_allocate(void) {
    test_spy spy;
    register_spy(&spy);
    spy.nested = allocate_in_pre_alloc;
    void *block = mem_alloc(2);
    expect_calls(&spy,
                 "PreAlloc(1) PostAlloc(p) PreFree(T) PostFree(T) | PreAlloc(2) PostAlloc(p)");
    mem_free(block);
    revoke_spy(&spy);
}

/* ---- R: registering and revoking ---- */

static void one_spy_per_process_sees_calls_until_revoked(void) {
    test_spy spy;
    register_spy(&spy);
    mem_free(mem_alloc(1));
    revoke_spy(&spy);
    expect_calls(&spy, "PreAlloc(1) PostAlloc(p) PreFree(T) PostFree(T) Release");
    mem_free(mem_alloc(1));
    expect_calls(&spy, "");
}

static void registering_null_is_invalid_always(void) {
    test_spy spy;
    CU_ASSERT_EQUAL(CoRegisterMallocSpy(NULL), E_INVALIDARG);
    register_spy(&spy);
    CU_ASSERT_EQUAL(CoRegisterMallocSpy(NULL), E_INVALIDARG);
    revoke_spy(&spy);
}

static void second_spy_is_refused(void) {
    test_spy spy, other;
    register_spy(&spy);
    init_spy(&other);
    CU_ASSERT_EQUAL(CoRegisterMallocSpy(&other.iface), CO_E_OBJISREG);
    CU_ASSERT_EQUAL(CoRegisterMallocSpy(&spy.iface), CO_E_OBJISREG);
    CU_ASSERT_EQUAL(other.queries, 0);
    mem_free(mem_alloc(1));
    expect_calls(&other, "");
    expect_calls(&spy, "PreAlloc(1) PostAlloc(p) PreFree(T) PostFree(T)");
    revoke_spy(&spy);
}

static void registering_queries_once_and_keeps_that_reference(void) {
    test_spy spy, other;
    register_spy(&spy);
    CU_ASSERT_EQUAL(spy.queries, 1);
    CU_ASSERT_EQUAL(spy.references, 1);
    expect_calls(&spy, "");
    revoke_spy(&spy);

    init_spy(&spy);
    spy.query_result = E_NOINTERFACE;
    CU_ASSERT_EQUAL(CoRegisterMallocSpy(&spy.iface), E_INVALIDARG);
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), CO_E_OBJNOTREG);

    init_spy(&spy);
    init_spy(&other);
    spy.answer = &other.iface;
    CU_ASSERT_EQUAL(CoRegisterMallocSpy(&spy.iface), S_OK);
    mem_free(mem_alloc(1));
    expect_calls(&spy, "");
    revoke_spy(&other);
}

static void revoking_none_is_an_error(void) {
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), CO_E_OBJNOTREG);
}

static void revoking_without_blocks_releases_once(void) {
    test_spy spy;
    register_spy(&spy);
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), S_OK);
    expect_calls(&spy, "Release");
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), CO_E_OBJNOTREG);
}

static void revoking_with_blocks_waits_for_them(void) {
    test_spy spy;
    register_spy(&spy);
    void *a = mem_alloc(1), *b = mem_alloc(2);
    spy.calls[0] = '\0';
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), E_ACCESSDENIED);
    mem_free(a);
    expect_calls(&spy, "PreFree(T) PostFree(T)");
    mem_free(b);
    expect_calls(&spy, "PreFree(T) PostFree(T) Release");
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), CO_E_OBJNOTREG);
    CU_ASSERT_TRUE(spy_check());
}

static void pending_spy_still_gets_every_call(void) {
    test_spy spy;
    void *old = mem_alloc(3);
    register_spy(&spy);
    spy.header = 16;
    void *block = mem_alloc(1);
    spy.calls[0] = '\0';
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), E_ACCESSDENIED);
    CU_ASSERT_EQUAL(size_of(block), 1);
    mem_free(old);
    expect_calls(&spy, "PreGetSize(T) PostGetSize(17,T) PreFree(F) PostFree(F)");
    mem_free(block);
    CU_ASSERT_EQUAL(spy.references, 0);
}

static void release_comes_after_the_last_block_however_it_goes(void) {
    test_spy spy;
    register_spy(&spy);
    void *block = mem_alloc(1);
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), E_ACCESSDENIED);
    block = mem_resize(block, 100000, 1);
    CU_ASSERT_EQUAL(spy.references, 1);
    spy.calls[0] = '\0';
    CU_ASSERT_PTR_NULL(CoTaskMemRealloc(block, 0));
    expect_calls(&spy, "PreFree(T) PostFree(T) Release");
}

static void blocks_allocated_while_pending_count_too(void) {
    test_spy spy;
    register_spy(&spy);
    void *first = mem_alloc(1);
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), E_ACCESSDENIED);
    void *second = mem_alloc(2);
    mem_free(first);
    CU_ASSERT_EQUAL(spy.references, 1);
    mem_free(second);
    CU_ASSERT_EQUAL(spy.references, 0);
}

static void pending_spy_blocks_revoke_and_register(void) {
    test_spy spy, other;
    register_spy(&spy);
    init_spy(&other);
    void *block = mem_alloc(1);
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), E_ACCESSDENIED);
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), E_ACCESSDENIED);
    CU_ASSERT_EQUAL(CoRegisterMallocSpy(&other.iface), CO_E_OBJISREG);
    mem_free(block);
    CU_ASSERT_EQUAL(spy.references, 0);
}

static void spy_may_come_back_and_starts_afresh(void) {
    test_spy spy;
    register_spy(&spy);
    void *block = mem_alloc(1);
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), E_ACCESSDENIED);
    mem_free(block);
    void *between = mem_alloc(4);
    CU_ASSERT_EQUAL(CoRegisterMallocSpy(&spy.iface), S_OK);
    spy.calls[0] = '\0';
    mem_free(between);
    expect_calls(&spy, "PreFree(F) PostFree(F)");
    revoke_spy(&spy);
}

static void revoke_in_hook(test_spy *spy, const char *hook) {
    if (strcmp(hook, "PreHeapMinimize") == 0)
        return;
    spy->nested = NULL;
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), E_ACCESSDENIED);
}

static void revoking_in_a_hook_waits_for_the_operation(void) {
    test_spy spy;
    register_spy(&spy);
    void *block = mem_alloc(1);
    spy.calls[0] = '\0';
    spy.nested = revoke_in_hook;
    mem_free(block);
    expect_calls(&spy, "PreFree(T) PostFree(T) Release");
    CU_ASSERT_TRUE(spy_check());
}

/* Two threads that allocate, rest for a moment without a block, and allocate again. */
static void *allocate_in_bursts(void *stop) {
    while (!__atomic_load_n((bool *)stop, __ATOMIC_RELAXED)) {
        for (int i = 0; i < 50; i++) {
            char *block = mem_alloc(40), *other = mem_alloc(90);
            memset(block, i, 40);
            memset(other, ~i, 90);
            bool good = block[39] == (char)i && other[0] == (char)~i;
            mem_free(block);
            mem_free(other);
            if (!good)
                return stop;
        }
        usleep(50);
    }
    return NULL;
}

static bool is_released(const test_spy *spy) {
    spy_hold();
    bool released = spy->references == 0;
    spy_let_go();
    return released;
}

/* With headers, so that a hook that is left out or comes twice would corrupt a block. */
static void spy_comes_and_goes_among_working_threads(void) {
    test_spy spy;
    pthread_t threads[2];
    bool stop = false;
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, allocate_in_bursts, &stop), 0);
    for (int i = 0; i < 200; i++) {
        init_spy(&spy);
        spy.quiet = true;
        spy.header = 16;
        CU_ASSERT_EQUAL_FATAL(CoRegisterMallocSpy(&spy.iface), S_OK);
        usleep(50);
        HRESULT hr = CoRevokeMallocSpy();
        CU_ASSERT_TRUE(hr == S_OK || hr == E_ACCESSDENIED);
        while (!is_released(&spy))
            usleep(20);
        CU_ASSERT_FALSE(spy.interleaved);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        CU_ASSERT_PTR_NULL(failed);
    }
    CU_ASSERT_TRUE(spy_check());
}

CU_TestInfo spy_tests[] = {
    {"S1 the IID is that of the SDK", iid_is_that_of_the_sdk},
    {"S2 the vtable order is that of the SDK", vtable_order_is_that_of_the_sdk},
    {"S3 every method is bracketed, whoever calls", every_method_is_bracketed_whoever_calls},
    {"S4 spied means allocated under this spy", spied_means_allocated_under_this_spy},
    {"S5 PreAlloc decides the size", pre_alloc_decides_the_size},
    {"S6 PreAlloc returning 0 makes a request fail", pre_alloc_of_0_makes_a_request_fail},
    {"S7 PostAlloc hears of a failure and has the last word",
     post_alloc_hears_of_a_failure_and_has_the_last_word},
    {"S8 PostAlloc's result is the block's identity",
     post_alloc_result_is_the_identity_of_the_block},
    {"S9 NULL from PostAlloc is not tracked", null_from_post_alloc_is_not_tracked},
    {"S10 PreFree decides what the heap frees", pre_free_decides_what_the_heap_frees},
    {"S11 the record is gone in PostFree, which gets the old flag",
     record_is_gone_in_post_free_which_gets_the_old_flag},
    {"S12 NULL makes no spy call", null_makes_no_spy_call},
    {"S13 PreRealloc decides block and size", pre_realloc_decides_block_and_size},
    {"S14 *ppNewRequest left alone means the same block",
     new_request_left_alone_means_the_same_block},
    {"S15 PreRealloc returning 0 makes it fail and keeps the block spied",
     pre_realloc_of_0_makes_it_fail_and_keeps_the_block_spied},
    {"S16 PostRealloc hears of a failure and the block stays spied",
     post_realloc_hears_of_a_failure_and_the_block_stays_spied},
    {"S17 Realloc of NULL and to 0 come as Alloc and Free",
     realloc_of_null_and_to_0_come_as_alloc_and_free},
    {"S18 PostRealloc gets the new block, its result is the caller's",
     post_realloc_gets_the_new_block_and_its_result_is_the_callers},
    {"S19 a reallocated block is spied from then on", reallocated_block_is_spied_from_then_on},
    {"S20 PostRealloc gets PreRealloc's flag", post_realloc_gets_the_flag_of_pre_realloc},
    {"S21 the GetSize hooks translate pointer and size", get_size_hooks_translate_pointer_and_size},
    {"S22 the DidAlloc hooks get the caller's pointer and the heap's answer",
     did_alloc_hooks_get_the_callers_pointer_and_the_heaps_answer},
    {"S23 HeapMinimize is bracketed", heap_minimize_is_bracketed},
    {"S24 pairs of different threads never interleave", pairs_of_threads_never_interleave},
    {"S25 a hook may allocate", hook_may_allocate},
    {"R1 the one spy sees calls until revoked", one_spy_per_process_sees_calls_until_revoked},
    {"R2 registering NULL is invalid, always", registering_null_is_invalid_always},
    {"R3 a second spy is refused", second_spy_is_refused},
    {"R4 registering queries once and keeps that reference",
     registering_queries_once_and_keeps_that_reference},
    {"R5 revoking none is an error", revoking_none_is_an_error},
    {"R6 revoking without blocks releases once", revoking_without_blocks_releases_once},
    {"R7 revoking with blocks waits for them", revoking_with_blocks_waits_for_them},
    {"R8 a pending spy still gets every call", pending_spy_still_gets_every_call},
    {"R9 Release comes after the last block, however it goes",
     release_comes_after_the_last_block_however_it_goes},
    {"R10 blocks allocated while pending count too", blocks_allocated_while_pending_count_too},
    {"R11 a pending spy blocks Revoke and Register", pending_spy_blocks_revoke_and_register},
    {"R12 a spy may come back and starts afresh", spy_may_come_back_and_starts_afresh},
    {"R13 revoking in a hook waits for the operation", revoking_in_a_hook_waits_for_the_operation},
    {"a spy comes and goes among working threads", spy_comes_and_goes_among_working_threads},
    CU_TEST_INFO_NULL,
};
