/* IMalloc, CoGetMalloc and CoTaskMem*: one test per rule A1 to A20 of docs/MEMORY.md. */
#include "runtime/memory/include/objidl.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/os.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static IMalloc *task_malloc(void) {
    IMalloc *m = NULL;
    CU_ASSERT_EQUAL_FATAL(CoGetMalloc(MEMCTX_TASK, &m), S_OK);
    return m;
}

static void *alloc(size_t size) {
    IMalloc *m = task_malloc();
    void *block = m->lpVtbl->Alloc(m, size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(block);
    return block;
}

static void *resize(void *block, size_t size) {
    IMalloc *m = task_malloc();
    return m->lpVtbl->Realloc(m, block, size);
}

static void release(void *block) {
    IMalloc *m = task_malloc();
    m->lpVtbl->Free(m, block);
}

static size_t size_of(void *block) {
    IMalloc *m = task_malloc();
    return m->lpVtbl->GetSize(m, block);
}

static int did_alloc(void *block) {
    IMalloc *m = task_malloc();
    return m->lpVtbl->DidAlloc(m, block);
}

static const size_t IMPOSSIBLE = SIZE_MAX / 2;

static void iid_is_that_of_the_sdk(void) {
    static const uint8_t EXPECTED[16] = {2, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
    CU_ASSERT_EQUAL(memcmp(&IID_IMalloc, EXPECTED, 16), 0);
}

#define SLOT(table, method) (offsetof(table, method) / sizeof(void *))

static void vtable_order_is_that_of_the_sdk(void) {
    CU_ASSERT_EQUAL(SLOT(IMallocVtbl, Alloc), 3);
    CU_ASSERT_EQUAL(SLOT(IMallocVtbl, Realloc), 4);
    CU_ASSERT_EQUAL(SLOT(IMallocVtbl, Free), 5);
    CU_ASSERT_EQUAL(SLOT(IMallocVtbl, GetSize), 6);
    CU_ASSERT_EQUAL(SLOT(IMallocVtbl, DidAlloc), 7);
    CU_ASSERT_EQUAL(SLOT(IMallocVtbl, HeapMinimize), 8);
}

static void alloc_gives_a_usable_block_or_null(void) {
    IMalloc *m = task_malloc();
    for (size_t size = 1; size <= 8u << 20; size *= 3) {
        uint8_t *block = alloc(size);
        memset(block, 0x5A, size);
        CU_ASSERT_EQUAL(block[size - 1], 0x5A);
        release(block);
    }
    CU_ASSERT_PTR_NULL(m->lpVtbl->Alloc(m, IMPOSSIBLE));
    CU_ASSERT_PTR_NULL(m->lpVtbl->Alloc(m, SIZE_MAX));
}

static void alloc_of_0_gives_a_block_of_size_0(void) {
    void *a = alloc(0), *b = alloc(0);
    CU_ASSERT_PTR_NOT_EQUAL(a, b);
    CU_ASSERT_EQUAL(size_of(a), 0);
    CU_ASSERT_EQUAL(did_alloc(a), 1);
    release(a);
    release(b);
}

static void realloc_of_null_is_alloc(void) {
    void *block = resize(NULL, 40), *empty = resize(NULL, 0);
    CU_ASSERT_EQUAL(size_of(block), 40);
    CU_ASSERT_EQUAL(size_of(empty), 0);
    release(block);
    release(empty);
}

static void realloc_to_0_frees(void) {
    void *block = alloc(40);
    CU_ASSERT_PTR_NULL(resize(block, 0));
    CU_ASSERT_EQUAL(did_alloc(block), 0);
}

static void realloc_keeps_the_smaller_of_both_sizes(void) {
    static const size_t SIZES[] = {1, 100, 90, 5000, 4999, 200000, 30, 9000000, 1000};
    uint8_t *block = alloc(1);
    block[0] = 7;
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        size_t kept = size_of(block) < SIZES[i] ? size_of(block) : SIZES[i];
        block = resize(block, SIZES[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(block);
        CU_ASSERT_EQUAL(block[0], 7);
        CU_ASSERT_EQUAL(block[kept - 1], 7);
        memset(block, 7, SIZES[i]);
    }
    release(block);
}

static void failed_realloc_leaves_the_block(void) {
    char *block = alloc(6);
    strcpy(block, "still");
    CU_ASSERT_PTR_NULL(resize(block, IMPOSSIBLE));
    CU_ASSERT_STRING_EQUAL(block, "still");
    CU_ASSERT_EQUAL(size_of(block), 6);
    release(block);
}

static void free_of_null_does_nothing(void) {
    release(NULL);
    CoTaskMemFree(NULL);
    mem_free(NULL);
}

static void second_free_does_nothing(void) {
    void *neighbour = alloc(48), *block = alloc(48);
    release(block);
    release(block);
    void *a = alloc(48), *b = alloc(48);
    CU_ASSERT_PTR_NOT_EQUAL(a, b);
    release(a);
    release(b);
    release(neighbour);
}

static void size_of_null_is_minus_1(void) {
    CU_ASSERT_EQUAL(size_of(NULL), (size_t)-1);
}

static void get_size_answers_the_requested_size(void) {
    for (size_t size = 0; size < 70000; size += size / 16 + 1) {
        void *block = alloc(size);
        CU_ASSERT_EQUAL(size_of(block), size);
        block = resize(block, size + 5);
        CU_ASSERT_EQUAL(size_of(block), size + 5);
        release(block);
    }
    void *large = alloc(20000001);
    CU_ASSERT_EQUAL(size_of(large), 20000001);
    release(large);
}

static void did_alloc_knows_live_blocks_and_null(void) {
    void *small = alloc(16), *large = alloc(5u << 20);
    CU_ASSERT_EQUAL(did_alloc(small), 1);
    CU_ASSERT_EQUAL(did_alloc(large), 1);
    CU_ASSERT_EQUAL(did_alloc(NULL), -1);
    release(small);
    release(large);
}

static void did_alloc_denies_inner_foreign_and_freed_addresses(void) {
    int local;
    char *block = alloc(64), *large = alloc(5u << 20);
    CU_ASSERT_EQUAL(did_alloc(block + 4), 0);
    CU_ASSERT_EQUAL(did_alloc(block + 16), 0);
    CU_ASSERT_EQUAL(did_alloc(large + 4096), 0);
    CU_ASSERT_EQUAL(did_alloc(large + (4u << 20)), 0);
    CU_ASSERT_EQUAL(did_alloc((void *)1), 0);
    CU_ASSERT_EQUAL(did_alloc((void *)(UINTPTR_MAX - 15)), 0);
    CU_ASSERT_EQUAL(did_alloc(&local), 0);
    release(block);
    release(large);
    CU_ASSERT_EQUAL(did_alloc(block), 0);
    CU_ASSERT_EQUAL(did_alloc(large), 0);
}

static size_t resident_bytes(void) {
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        if (fscanf(file, "%*u %zu", &pages) != 1)
            pages = 0;
        fclose(file);
    }
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

static void heap_minimize_gives_memory_back(void) {
    enum { COUNT = 4000, SIZE = 8000 };
    static char *blocks[COUNT];
    IMalloc *m = task_malloc();
    char *kept = alloc(SIZE);
    memset(kept, 1, SIZE);
    size_t before = resident_bytes();
    for (int i = 0; i < COUNT; i++) {
        blocks[i] = alloc(SIZE);
        memset(blocks[i], 1, SIZE);
    }
    for (int i = 0; i < COUNT; i++)
        release(blocks[i]);
    m->lpVtbl->HeapMinimize(m);
    /* A memory checker keeps freed memory in its quarantine. */
    CU_ASSERT_TRUE(OS_ADDRESS_SANITIZER || RUNNING_ON_VALGRIND ||
                   resident_bytes() < before + COUNT * SIZE / 8);
    CU_ASSERT_EQUAL(kept[SIZE - 1], 1);
    CU_ASSERT_EQUAL(did_alloc(kept), 1);
    release(kept);
}

static void *churn(void *argument) {
    enum { SLOTS = 200, ROUNDS = 20000 };
    uint8_t *slots[SLOTS] = {0};
    size_t sizes[SLOTS] = {0};
    unsigned seed = (unsigned)(uintptr_t)argument;
    void *failed = NULL;
    for (int i = 0; i < ROUNDS; i++) {
        unsigned k = (unsigned)rand_r(&seed) % SLOTS;
        if (slots[k] && (slots[k][0] != (uint8_t)k || slots[k][sizes[k] - 1] != (uint8_t)k))
            failed = argument;
        CoTaskMemFree(slots[k]);
        sizes[k] = (unsigned)rand_r(&seed) % 700 + 1;
        slots[k] = CoTaskMemAlloc(sizes[k]);
        if (!slots[k] || (uintptr_t)slots[k] % 16)
            return argument;
        memset(slots[k], (int)k, sizes[k]);
    }
    for (int k = 0; k < SLOTS; k++)
        CoTaskMemFree(slots[k]);
    return failed;
}

static void threads_share_the_allocator(void) {
    pthread_t threads[3];
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, churn, (void *)(i + 1)), 0);
    for (size_t i = 0; i < 3; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        CU_ASSERT_PTR_NULL(failed);
    }
}

static void co_get_malloc_needs_no_initialisation(void) {
    IMalloc *a = NULL, *b = NULL;
    CU_ASSERT_EQUAL(CoGetMalloc(1, &a), S_OK);
    CU_ASSERT_EQUAL(CoGetMalloc(1, &b), S_OK);
    CU_ASSERT_PTR_NOT_NULL(a);
    CU_ASSERT_PTR_EQUAL(a, b);
}

static void co_get_malloc_refuses_other_contexts(void) {
    static const DWORD CONTEXTS[] = {0, 2, 3, (DWORD)-1, (DWORD)-2};
    for (size_t i = 0; i < sizeof CONTEXTS / sizeof *CONTEXTS; i++) {
        IMalloc *m = (IMalloc *)1;
        CU_ASSERT_EQUAL(CoGetMalloc(CONTEXTS[i], &m), E_INVALIDARG);
        CU_ASSERT_PTR_NULL(m);
    }
    CU_ASSERT_EQUAL(CoGetMalloc(0, NULL), E_INVALIDARG);
    CU_ASSERT_EQUAL(CoGetMalloc(MEMCTX_TASK, NULL), E_INVALIDARG);
}

static void allocator_is_one_static_object(void) {
    IMalloc *m = task_malloc();
    void *same = NULL;
    CU_ASSERT_EQUAL(m->lpVtbl->QueryInterface(m, &IID_IUnknown, &same), S_OK);
    CU_ASSERT_PTR_EQUAL(same, m);
    CU_ASSERT_EQUAL(m->lpVtbl->QueryInterface(m, &IID_IMalloc, &same), S_OK);
    CU_ASSERT_PTR_EQUAL(same, m);
    CU_ASSERT_EQUAL(m->lpVtbl->QueryInterface(m, &IID_IMallocSpy, &same), E_NOINTERFACE);
    CU_ASSERT_PTR_NULL(same);
    CU_ASSERT_EQUAL(m->lpVtbl->QueryInterface(m, &IID_IMalloc, NULL), E_POINTER);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(m->lpVtbl->AddRef(m), 2);
        CU_ASSERT_EQUAL(m->lpVtbl->Release(m), 1);
        CU_ASSERT_EQUAL(m->lpVtbl->Release(m), 1);
    }
    release(alloc(8));
}

static void all_functions_share_one_allocator(void) {
    void *a = CoTaskMemAlloc(33), *b = mem_alloc(44);
    CU_ASSERT_EQUAL(size_of(a), 33);
    CU_ASSERT_EQUAL(size_of(b), 44);
    b = CoTaskMemRealloc(b, 55);
    CU_ASSERT_EQUAL(size_of(b), 55);
    mem_free(a);
    release(b);
    CU_ASSERT_EQUAL(did_alloc(a), 0);
}

CU_TestInfo imalloc_tests[] = {
    {"A1 the IID is that of the SDK", iid_is_that_of_the_sdk},
    {"A2 the vtable order is that of the SDK", vtable_order_is_that_of_the_sdk},
    {"A3 Alloc gives a usable block or NULL", alloc_gives_a_usable_block_or_null},
    {"A4 Alloc of 0 gives a block of size 0", alloc_of_0_gives_a_block_of_size_0},
    {"A5 Realloc of NULL is Alloc", realloc_of_null_is_alloc},
    {"A6 Realloc to 0 frees and returns NULL", realloc_to_0_frees},
    {"A7 Realloc keeps the smaller of both sizes", realloc_keeps_the_smaller_of_both_sizes},
    {"A8 a failed Realloc leaves the block", failed_realloc_leaves_the_block},
    {"A9 Free of NULL does nothing", free_of_null_does_nothing},
    {"A10 a second Free does nothing", second_free_does_nothing},
    {"A11 GetSize of NULL is -1", size_of_null_is_minus_1},
    {"A12 GetSize answers the requested size", get_size_answers_the_requested_size},
    {"A13 DidAlloc knows live blocks and NULL", did_alloc_knows_live_blocks_and_null},
    {"A14 DidAlloc denies inner, foreign and freed addresses",
     did_alloc_denies_inner_foreign_and_freed_addresses},
    {"A15 HeapMinimize gives memory back", heap_minimize_gives_memory_back},
    {"A16 threads share the allocator; blocks are 16-byte aligned", threads_share_the_allocator},
    {"A17 CoGetMalloc needs no initialisation", co_get_malloc_needs_no_initialisation},
    {"A18 CoGetMalloc refuses other contexts", co_get_malloc_refuses_other_contexts},
    {"A19 the allocator is one static object", allocator_is_one_static_object},
    {"A20 all functions share one allocator", all_functions_share_one_allocator},
    CU_TEST_INFO_NULL,
};
