/* Managed objects before a spy: one test per rule M1 to M12 of docs/MEMORY.md, and what the shipped
 * spies make of objects.
 *
 * The heap's roots are an array. The test spy writes its hooks and their arguments into a text:
 * sizes as numbers, fSpyed as T or F. It can put bytes in front of each block and behind it. */
#include "runtime/gc/gc.h"
#include "runtime/memory/include/objidl.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/spies.h"
#include "runtime/memory/spy.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- A heap ---- */

typedef struct node {
    const gc_type *type;
    uint64_t words[5];
} node; /* 48 bytes: a size class of its own, so that no room is left over */

static const gc_type NODE = {0}, FINALIZABLE = {.finalizable = true};

static struct {
    gc_heap *gc;
    gc_thread thread;
    void *roots[100];
} world;

static void mark_roots(void *self, gc_heap *gc, const void *stack_end) {
    (void)self, (void)stack_end;
    for (size_t i = 0; i < sizeof world.roots / sizeof *world.roots; i++)
        gc_mark(gc, world.roots[i]);
}

static void name_type(void *self, const void *type, char *text, size_t size) {
    (void)self;
    snprintf(text, size, "%s", type == &NODE ? "Node" : "Finalizable");
}

static uint32_t take_stack(void *self, void *thread, uintptr_t *frames, uint32_t limit) {
    (void)self, (void)thread;
    frames[0] = 7;
    frames[1] = 0;
    return limit > 0;
}

static void name_frame(void *self, const uintptr_t *frame, char *text, size_t size) {
    (void)self;
    snprintf(text, size, "Frame%d()", (int)frame[0]);
}

static void start(void) {
    gc_host host = {.mark_roots = mark_roots, .naming = {NULL, name_type, take_stack, name_frame}};
    memset(&world, 0, sizeof world);
    world.gc = gc_new(&host);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world.gc);
    gc_attach(world.gc, &world.thread);
}

static void stop(void) {
    CU_ASSERT_TRUE(gc_check(world.gc));
    CU_ASSERT_TRUE(spy_check());
    gc_detach(&world.thread);
    gc_delete(world.gc);
}

static void collect(void) {
    gc_collect(&world.thread);
    CU_ASSERT_TRUE(gc_check(world.gc));
}

static node *new_node(void) {
    return gc_alloc(&world.thread, &NODE, sizeof(node));
}

/* ---- A spy ---- */

enum { MARK = 0x5A };

static struct {
    IMallocSpy iface;
    size_t header, trailer; /* bytes around each block, of value MARK */
    bool refuse, hide, shrink, keep;
    size_t size; /* last requested */
    void *actual;
    void *request;
    bool damaged; /* the bytes around a block had other values when it was freed */
    bool released;
    SIZE_T heap; /* what claret_spied_heap said in the last hook */
    BOOL managed;
    int did_alloc; /* what IMalloc says of the last PostAlloc's address; asked when wanted */
    bool ask;
    char calls[400];
} spy;

static void note(const char *format, size_t value) {
    size_t used = strlen(spy.calls);
    snprintf(spy.calls + used, sizeof spy.calls - used, format, value);
    CU_ASSERT_EQUAL(claret_spied_heap(&spy.heap, &spy.managed), S_OK);
}

static HRESULT query_interface(IMallocSpy *self, REFIID riid, void **out) {
    (void)riid;
    *out = self;
    return S_OK;
}

static ULONG count_reference(IMallocSpy *self) {
    (void)self;
    return 1;
}

static ULONG release(IMallocSpy *self) {
    (void)self;
    spy.released = true;
    return 0;
}

static SIZE_T pre_alloc(IMallocSpy *self, SIZE_T cb) {
    (void)self;
    note("PreAlloc(%zu) ", cb);
    spy.size = cb;
    return spy.refuse ? 0 : spy.shrink ? 1 : spy.header + cb + spy.trailer;
}

static void *post_alloc(IMallocSpy *self, void *actual) {
    (void)self;
    note(actual ? "PostAlloc(p) " : "PostAlloc(NULL) ", 0);
    spy.actual = actual;
    if (!actual || spy.hide)
        return NULL;
    memset(actual, MARK, spy.header + spy.size + spy.trailer);
    if (spy.ask) {
        IMalloc *task;
        spy.ask = false;
        CU_ASSERT_EQUAL(CoGetMalloc(MEMCTX_TASK, &task), S_OK);
        spy.did_alloc = task->lpVtbl->DidAlloc(task, actual);
    }
    return (uint8_t *)actual + spy.header;
}

static bool all_marks(const void *bytes, size_t size) {
    const uint8_t *b = bytes;
    size_t i = 0;
    while (i < size && b[i] == MARK)
        i++;
    return i == size;
}

static void *pre_free(IMallocSpy *self, void *request, BOOL spied) {
    (void)self;
    note(spied ? "PreFree(T) " : "PreFree(F) ", 0);
    spy.request = request;
    if (!spied)
        return request;
    if (!all_marks((uint8_t *)request - spy.header, spy.header) ||
        !all_marks((uint8_t *)request + sizeof(node), spy.trailer))
        spy.damaged = true;
    return spy.keep ? NULL : (uint8_t *)request - spy.header;
}

static void post_free(IMallocSpy *self, BOOL spied) {
    (void)self;
    note(spied ? "PostFree(T) " : "PostFree(F) ", 0);
}

static void *same(IMallocSpy *self, void *request, BOOL spied) {
    (void)self, (void)spied;
    return request;
}

static int same_answer(IMallocSpy *self, void *request, BOOL spied, int actual) {
    (void)self, (void)request, (void)spied;
    CU_ASSERT_EQUAL(claret_spied_heap(&spy.heap, &spy.managed), S_OK);
    CU_ASSERT_FALSE(spy.managed); /* a nested operation on the task heap */
    return actual;
}

static const IMallocSpyVtbl METHODS = {.QueryInterface = query_interface,
                                       .AddRef = count_reference,
                                       .Release = release,
                                       .PreAlloc = pre_alloc,
                                       .PostAlloc = post_alloc,
                                       .PreFree = pre_free,
                                       .PostFree = post_free,
                                       .PreDidAlloc = same,
                                       .PostDidAlloc = same_answer};

static void watch(void) {
    memset(&spy, 0, sizeof spy);
    spy.iface.lpVtbl = &METHODS;
    CU_ASSERT_EQUAL_FATAL(CoRegisterMallocSpy(&spy.iface), S_OK);
}

static void start_and_watch(void) {
    start();
    watch();
}

/* The calls since the last look. */
static const char *calls(void) {
    static char seen[sizeof spy.calls];
    memcpy(seen, spy.calls, sizeof seen);
    spy.calls[0] = '\0';
    return seen;
}

/* Ends the heap; a revocation that waits for its objects is over then. */
static void stop_and_unwatch(void) {
    HRESULT hr = CoRevokeMallocSpy();
    CU_ASSERT_TRUE(hr == S_OK || hr == E_ACCESSDENIED);
    stop();
    CU_ASSERT_TRUE(spy.released);
}

/* ---- M1 to M12 ---- */

static void m1_an_allocation_is_bracketed(void) {
    start_and_watch();
    node *n = new_node();
    CU_ASSERT_STRING_EQUAL(calls(), "PreAlloc(48) PostAlloc(p) ");
    CU_ASSERT_PTR_EQUAL(spy.actual, n);
    CU_ASSERT_PTR_NOT_NULL(gc_alloc(&world.thread, &NODE, 100000));
    CU_ASSERT_STRING_EQUAL(calls(), "PreAlloc(100000) PostAlloc(p) ");
    stop_and_unwatch();
}

static void m2_a_refused_object_is_null(void) {
    start_and_watch();
    spy.refuse = true;
    CU_ASSERT_PTR_NULL(new_node());
    CU_ASSERT_STRING_EQUAL(calls(), "PreAlloc(48) ");
    stop_and_unwatch();
}

static void m3_what_lies_behind_the_object_is_the_spys(void) {
    start_and_watch();
    spy.trailer = 40;
    node *n = world.roots[0] = new_node();
    memset(n->words, 0xFF, sizeof n->words);
    collect();
    CU_ASSERT_TRUE(all_marks(n + 1, 40));
    world.roots[0] = NULL;
    collect();
    CU_ASSERT_FALSE(spy.damaged);
    spy.trailer = 0;
    spy.shrink = true;
    calls();
    CU_ASSERT_PTR_NOT_NULL(new_node()); /* has room all the same */
    stop_and_unwatch();
}

static void m4_objects_stay_and_headers_come_back(void) {
    start_and_watch();
    spy.header = 32;
    spy.trailer = 16;
    node *n = world.roots[0] = new_node();
    CU_ASSERT_PTR_EQUAL(spy.actual, n);
    CU_ASSERT_PTR_EQUAL(n->type, &NODE);
    for (size_t i = 0; i < 5; i++) {
        CU_ASSERT_EQUAL(n->words[i], 0);
        n->words[i] = 1;
    }
    collect();
    CU_ASSERT_EQUAL(n->words[4], 1);
    world.roots[0] = NULL;
    collect();
    CU_ASSERT_PTR_EQUAL(spy.request, (uint8_t *)n + 32);
    CU_ASSERT_FALSE(spy.damaged);
    stop_and_unwatch();
}

static void m5_a_hidden_object_is_null(void) {
    start_and_watch();
    spy.hide = true;
    CU_ASSERT_PTR_NULL(new_node());
    CU_ASSERT_STRING_EQUAL(calls(), "PreAlloc(48) PostAlloc(p) ");
    collect();
    CU_ASSERT_STRING_EQUAL(calls(), "");
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), S_OK); /* nothing is recorded */
    stop();
}

static void m6_a_full_heap_is_asked_twice(void) {
    start_and_watch();
    CU_ASSERT_PTR_NULL(gc_alloc(&world.thread, &NODE, (size_t)1 << 46));
    CU_ASSERT_STRING_EQUAL(calls(), "PreAlloc(70368744177664) PostAlloc(NULL) "
                                    "PreAlloc(70368744177664) PostAlloc(NULL) ");
    CU_ASSERT_EQUAL(gc_get_stats(world.gc).collections, 1);
    stop_and_unwatch();
}

static void m7_the_dead_are_told_once(void) {
    start_and_watch();
    world.roots[0] = new_node();
    node *dead = new_node();
    calls();
    spy.keep = true; /* makes no difference */
    collect();
    CU_ASSERT_STRING_EQUAL(calls(), "PreFree(T) PostFree(T) ");
    CU_ASSERT_PTR_EQUAL(spy.request, dead);
    collect();
    CU_ASSERT_STRING_EQUAL(calls(), "");
    spy.keep = false;
    world.roots[0] = NULL;
    world.roots[1] = gc_alloc(&world.thread, &FINALIZABLE, sizeof(node));
    calls();
    collect();
    CU_ASSERT_STRING_EQUAL(calls(), "PreFree(T) PostFree(T) "); /* the node */
    world.roots[1] = NULL;
    collect();
    CU_ASSERT_STRING_EQUAL(calls(), ""); /* waits for its finalizer */
    CU_ASSERT_PTR_NOT_NULL(gc_take_finalizable(world.gc));
    collect();
    CU_ASSERT_STRING_EQUAL(calls(), "PreFree(T) PostFree(T) ");
    stop_and_unwatch();
}

static void *allocate_blocks(void *going) {
    while (__atomic_load_n((bool *)going, __ATOMIC_RELAXED))
        mem_free(mem_alloc(20));
    return NULL;
}

/* Another thread keeps taking the spy's lock, for blocks of its own. */
static void m8_pairs_do_not_interleave(void) {
    bool going = true;
    pthread_t other;
    mem_spies *spies;
    char error[100];
    const char *specs[] = {"leaks", "quota=1M"};
    start();
    CU_ASSERT_EQUAL_FATAL(mem_spies_start(specs, 2, &spies, error, sizeof error), S_OK);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&other, NULL, allocate_blocks, &going), 0);
    for (int i = 0; i < 50000; i++) {
        world.roots[i % 100] = new_node();
        CU_ASSERT_PTR_NOT_NULL(world.roots[i % 100]);
    }
    __atomic_store_n(&going, false, __ATOMIC_RELAXED);
    pthread_join(other, NULL);
    mem_counters now = mem_spies_counters(spies);
    CU_ASSERT_EQUAL(now.objects, 50000);
    CU_ASSERT_EQUAL(now.live, 0);
    stop();
    CU_ASSERT_EQUAL(mem_spies_stop(spies), S_OK);
}

static void m9_the_end_of_the_heap_frees_what_is_left(void) {
    start_and_watch();
    world.roots[0] = new_node();
    new_node();
    collect();
    new_node();
    calls();
    stop();
    CU_ASSERT_EQUAL(strncmp(spy.calls, "PreFree(T) PostFree(T) PreFree(T) PostFree(T) ", 46), 0);
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), S_OK);
}

static void m10_objects_hold_a_revocation_up(void) {
    start_and_watch();
    world.roots[0] = new_node();
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), E_ACCESSDENIED);
    collect();
    CU_ASSERT_FALSE(spy.released);
    world.roots[0] = NULL;
    collect();
    CU_ASSERT_TRUE(spy.released);
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), CO_E_OBJNOTREG);
    stop();
}

static void m11_a_hook_can_tell_the_heap(void) {
    SIZE_T handle, objects;
    BOOL managed;
    start_and_watch();
    CU_ASSERT_EQUAL(claret_spied_heap(&handle, &managed), E_UNEXPECTED);
    spy.ask = true;
    new_node();
    CU_ASSERT_EQUAL(spy.did_alloc, 0);
    new_node();
    CU_ASSERT_TRUE(spy.managed);
    objects = spy.heap;
    void *block = mem_alloc(1);
    CU_ASSERT_FALSE(spy.managed);
    CU_ASSERT_NOT_EQUAL(spy.heap, objects);
    collect();
    CU_ASSERT_TRUE(spy.managed);
    CU_ASSERT_EQUAL(spy.heap, objects);
    mem_free(block);
    CU_ASSERT_FALSE(spy.managed);
    stop_and_unwatch();
}

static void m12_older_objects_are_not_spied(void) {
    start();
    world.roots[0] = gc_alloc(&world.thread, &NODE, 20000);
    watch();
    world.roots[0] = NULL;
    collect();
    CU_ASSERT_STRING_EQUAL(calls(), "PreFree(F) PostFree(F) ");
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), S_OK);
    stop();
}

/* ---- The shipped spies ---- */

static mem_spies *start_spies(const char *spec) {
    mem_spies *spies = NULL;
    char error[200] = "";
    start();
    CU_ASSERT_EQUAL_FATAL(mem_spies_start(&spec, 1, &spies, error, sizeof error), S_OK);
    return spies;
}

/* The report after the heap's end; the spies are stopped. */
static const char *end_spies(mem_spies *spies) {
    static char text[8192];
    stop();
    FILE *out = fmemopen(text, sizeof text, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    mem_spies_report(spies, out);
    fclose(out);
    CU_ASSERT_EQUAL(mem_spies_stop(spies), S_OK);
    return text;
}

static void leaks_lists_objects_apart(void) {
    mem_spies *spies = start_spies("leaks");
    world.roots[0] = new_node();
    world.roots[1] = new_node();
    new_node();
    collect();
    mem_counters now = mem_spies_counters(spies);
    CU_ASSERT_EQUAL(now.objects, 3);
    CU_ASSERT_EQUAL(now.object_bytes, 144);
    CU_ASSERT_EQUAL(now.live_objects, 2);
    CU_ASSERT_EQUAL(now.live_object_bytes, 96);
    CU_ASSERT_EQUAL(now.live, 0);
    CU_ASSERT_STRING_EQUAL(
        end_spies(spies),
        "spy leaks: 3 managed objects, 144 bytes, 2 (96 bytes) live at the end\n"
        "  2 live of 3 Node, 96 bytes, allocated by\n"
        "    Frame7()\n"
        "spy leaks: 0 allocations, 0 bytes, peak 0 bytes, 0 blocks (0 bytes) still live\n");
}

static void quota_counts_objects_and_collects(void) {
    mem_spies *spies = start_spies("quota=48K");
    for (int i = 0; i < 5000; i++)
        CU_ASSERT_PTR_NOT_NULL(new_node()); /* garbage makes room */
    CU_ASSERT_TRUE(gc_get_stats(world.gc).collections >= 4);
    collect();
    void *block = mem_alloc(40 << 10);
    for (int i = 0; i < 100; i++)
        CU_ASSERT_PTR_NOT_NULL(world.roots[i] = new_node());
    CU_ASSERT_PTR_NULL(gc_alloc(&world.thread, &NODE, 4000));
    CU_ASSERT_PTR_NULL(mem_alloc(4000));
    mem_free(block);
    CU_ASSERT_PTR_NOT_NULL(gc_alloc(&world.thread, &NODE, 4000));
    end_spies(spies);
}

static void log_shows_objects_and_their_heap(void) {
    char path[] = "/tmp/claret-spy-log-XXXXXX", spec[64], text[2000] = "", expected[500];
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    close(fd);
    snprintf(spec, sizeof spec, "log=%s", path);
    mem_spies *spies = start_spies(spec);
    void *kept = world.roots[0] = new_node();
    void *swept = new_node();
    collect();
    end_spies(spies);
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_TRUE(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    unlink(path);
    void *heap;
    CU_ASSERT_EQUAL_FATAL(sscanf(text, "object 48 Node in heap %p", &heap), 1);
    snprintf(expected, sizeof expected,
             "object 48 Node in heap %p = %p\nobject 48 Node in heap %p = %p\n"
             "sweep %p Node in heap %p\n",
             heap, kept, heap, swept, swept, heap);
    CU_ASSERT_EQUAL(strncmp(text, expected, strlen(expected)), 0);
    snprintf(expected, sizeof expected, "drop %p Node in heap %p\n", kept, heap);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, expected));
}

static void guard_leaves_objects_alone(void) {
    mem_spies *spies = start_spies("guard");
    node *n = world.roots[0] = new_node();
    memset(n->words, 0xEE, sizeof n->words);
    new_node();
    collect();
    CU_ASSERT_EQUAL(n->words[4], 0xEEEEEEEEEEEEEEEEu);
    CU_ASSERT_STRING_EQUAL(end_spies(spies), "spy guard: 0 errors\n");
}

CU_TestInfo spy_object_tests[] = {
    {"M1 an allocation is bracketed", m1_an_allocation_is_bracketed},
    {"M2 a refused object is NULL", m2_a_refused_object_is_null},
    {"M3 what lies behind the object is the spy's", m3_what_lies_behind_the_object_is_the_spys},
    {"M4 objects stay and headers come back", m4_objects_stay_and_headers_come_back},
    {"M5 a hidden object is NULL", m5_a_hidden_object_is_null},
    {"M6 a full heap is asked twice", m6_a_full_heap_is_asked_twice},
    {"M7 the dead are told once", m7_the_dead_are_told_once},
    {"M8 pairs do not interleave", m8_pairs_do_not_interleave},
    {"M9 the end of the heap frees what is left", m9_the_end_of_the_heap_frees_what_is_left},
    {"M10 objects hold a revocation up", m10_objects_hold_a_revocation_up},
    {"M11 a hook can tell the heap", m11_a_hook_can_tell_the_heap},
    {"M12 older objects are not spied", m12_older_objects_are_not_spied},
    {"leaks lists objects apart", leaks_lists_objects_apart},
    {"quota counts objects and collects", quota_counts_objects_and_collects},
    {"log shows objects and their heap", log_shows_objects_and_their_heap},
    {"guard leaves objects alone", guard_leaves_objects_alone},
    CU_TEST_INFO_NULL,
};
