/* The native heap under the task allocator, used directly: classes, sources, caches, checks. */
#include "runtime/memory/heap.h"

#include "runtime/memory/addr_map.h"
#include "runtime/memory/task.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

static mem_heap heap;
static mem_cache cache;

static void start(void) {
    CU_ASSERT_TRUE_FATAL(heap_init(&heap));
    heap_attach(&cache, &heap);
}

static void stop(void) {
    CU_ASSERT_TRUE(heap_check(&heap));
    heap_detach(&cache);
    CU_ASSERT_TRUE(heap_check(&heap));
    heap_fini(&heap);
}

static void *alloc_from(mem_cache *from, size_t size, mem_source *source) {
    void *block = heap_alloc_quick(from, size);
    *source = MEM_SOURCE_LOOKASIDE;
    return block ? block : heap_alloc_slow(from, size, source);
}

static void *alloc(size_t size) {
    mem_source source;
    void *block = alloc_from(&cache, size, &source);
    CU_ASSERT_PTR_NOT_NULL_FATAL(block);
    return block;
}

static bool release_to(mem_cache *to, void *block) {
    heap_settle(to);
    return heap_free_slow(to, block);
}

static size_t found_size(const void *block) {
    size_t size;
    return heap_find(&heap, block, &size) ? size : (size_t)-1;
}

static void sizes_fit_their_classes(void) {
    start();
    for (size_t size = 0; size < 100000; size += size < 2000 ? 1 : 331) {
        uint8_t *block = alloc(size);
        CU_ASSERT_EQUAL((uintptr_t)block % 16, 0);
        memset(block, 0xEE, size);
        CU_ASSERT_EQUAL(found_size(block), size);
        CU_ASSERT_TRUE(release_to(&cache, block));
    }
    stop();
}

static void blocks_remember_their_source(void) {
    mem_source source;
    start();
    uint8_t *first = alloc_from(&cache, 40, &source);
    CU_ASSERT_EQUAL(source, MEM_SOURCE_SLOWPATH);
    CU_ASSERT_EQUAL(heap_source_of(heap_cell_of(first)->word), MEM_SOURCE_SLOWPATH);
    uint8_t *second = alloc_from(&cache, 40, &source);
    CU_ASSERT_EQUAL(source, MEM_SOURCE_LOOKASIDE);
    CU_ASSERT_EQUAL(heap_source_of(heap_cell_of(second)->word), MEM_SOURCE_LOOKASIDE);
    uint8_t *other_class = alloc_from(&cache, 4000, &source);
    CU_ASSERT_EQUAL(source, MEM_SOURCE_MAINPATH);
    uint8_t *large = alloc_from(&cache, 100000, &source);
    CU_ASSERT_EQUAL(source, MEM_SOURCE_MAINPATH);
    uint8_t *huge = alloc_from(&cache, 10u << 20, &source);
    CU_ASSERT_EQUAL(source, MEM_SOURCE_SLOWPATH);
    bool lowfrag = false;
    for (int i = 0; i < 1000; i++) {
        alloc_from(&cache, 40, &source);
        lowfrag |= source == MEM_SOURCE_LOWFRAG;
    }
    CU_ASSERT_TRUE(lowfrag);
    CU_ASSERT_TRUE(release_to(&cache, large));
    CU_ASSERT_TRUE(release_to(&cache, huge));
    CU_ASSERT_TRUE(release_to(&cache, other_class));
    stop();
}

static void second_free_is_noticed(void) {
    start();
    void *small = alloc(100), *medium = alloc(20000);
    CU_ASSERT_TRUE(release_to(&cache, small));
    CU_ASSERT_FALSE(release_to(&cache, small));
    CU_ASSERT_TRUE(release_to(&cache, medium));
    CU_ASSERT_FALSE(release_to(&cache, medium));
    stop();
}

static void put_off_frees_happen_in_order(void) {
    void *blocks[HEAP_PENDING + 2];
    start();
    for (int i = 0; i < HEAP_PENDING + 2; i++)
        blocks[i] = alloc(50);
    for (int i = 0; i < HEAP_PENDING + 2; i++)
        CU_ASSERT_PTR_NULL(heap_free_quick(&cache, blocks[i]));
    CU_ASSERT_EQUAL(found_size(blocks[1]), (size_t)-1);
    CU_ASSERT_EQUAL(found_size(blocks[2]), 50);
    CU_ASSERT_PTR_EQUAL(alloc(50), blocks[1]);
    heap_settle(&cache);
    CU_ASSERT_EQUAL(found_size(blocks[2]), (size_t)-1);
    stop();
}

static void find_answers_for_any_address(void) {
    start();
    uint8_t *small = alloc(100), *large = alloc(50000), *huge = alloc(9u << 20);
    CU_ASSERT_EQUAL(found_size(small), 100);
    CU_ASSERT_EQUAL(found_size(large), 50000);
    CU_ASSERT_EQUAL(found_size(huge), 9u << 20);
    CU_ASSERT_EQUAL(found_size(small + 16), (size_t)-1);
    CU_ASSERT_EQUAL(found_size(large + 65536 - 16), (size_t)-1);
    CU_ASSERT_EQUAL(found_size(huge + (8u << 20)), (size_t)-1);
    CU_ASSERT_EQUAL(found_size(space_chunk_of(small)), (size_t)-1);
    CU_ASSERT_EQUAL(found_size((uint8_t *)space_chunk_of(small) + SPACE_CHUNK - SPACE_PAGE),
                    (size_t)-1);
    CU_ASSERT_EQUAL(found_size((void *)16), (size_t)-1);
    CU_ASSERT_EQUAL(found_size((void *)(UINTPTR_MAX & ~(uintptr_t)15)), (size_t)-1);
    CU_ASSERT_EQUAL(found_size(&heap), (size_t)-1);
    release_to(&cache, huge);
    CU_ASSERT_EQUAL(found_size(huge), (size_t)-1);
    release_to(&cache, small);
    release_to(&cache, large);
    stop();
}

static void inner_addresses_lead_to_their_span(void) {
    start();
    uint8_t *small = alloc(100), *huge = alloc(9u << 20);
    CU_ASSERT_PTR_EQUAL(space_find(&heap.space, small + 50), space_span_of(small));
    CU_ASSERT_PTR_EQUAL(space_find(&heap.space, huge + (9u << 20) - 1), space_span_of(huge));
    CU_ASSERT_PTR_NULL(space_find(&heap.space, huge + (9u << 20) + 2 * SPACE_PAGE));
    stop();
}

static void resize_stays_in_place_when_it_fits(void) {
    start();
    void *small = alloc(97), *large = alloc(70000);
    CU_ASSERT_TRUE(heap_resize_in_place(small, 104));
    CU_ASSERT_EQUAL(found_size(small), 104);
    CU_ASSERT_FALSE(heap_resize_in_place(small, 105 + 16));
    CU_ASSERT_EQUAL(found_size(small), 104);
    CU_ASSERT_TRUE(heap_resize_in_place(large, 131000));
    CU_ASSERT_FALSE(heap_resize_in_place(large, 131072));
    CU_ASSERT_FALSE(heap_resize_in_place(large, 65000));
    CU_ASSERT_FALSE(heap_resize_in_place(large, 100));
    CU_ASSERT_EQUAL(found_size(large), 131000);
    stop();
}

static void impossible_sizes_give_null(void) {
    mem_source source;
    start();
    CU_ASSERT_PTR_NULL(alloc_from(&cache, SIZE_MAX, &source));
    CU_ASSERT_PTR_NULL(alloc_from(&cache, SIZE_MAX - HEAP_WORD, &source));
    CU_ASSERT_PTR_NULL(alloc_from(&cache, SIZE_MAX / 2, &source));
    CU_ASSERT_PTR_NULL(alloc_from(&cache, (size_t)1 << 47, &source));
    stop();
}

enum { SLOTS = 3000 };

typedef struct slot {
    uint8_t *block;
    size_t size;
} slot;

/* Sizes of all kinds, mostly small. */
static size_t random_size(unsigned *seed) {
    unsigned kind = (unsigned)rand_r(seed) % 100, r = (unsigned)rand_r(seed);
    return kind < 90 ? r % 600 : kind < 99 ? r % 40000 : r % 3000000;
}

static void random_work_keeps_the_heap_in_order(void) {
    static slot slots[SLOTS];
    mem_cache other = {0};
    unsigned seed = 1;
    start();
    heap_attach(&other, &heap);
    for (int round = 0; round < 60000; round++) {
        mem_cache *mine = rand_r(&seed) % 2 ? &cache : &other;
        slot *s = &slots[rand_r(&seed) % SLOTS];
        mem_source source;
        if (s->block) {
            CU_ASSERT_EQUAL(s->block[0], (uint8_t)s->size);
            CU_ASSERT_EQUAL(s->block[s->size], (uint8_t)s->size);
            void *left = heap_free_quick(mine, s->block);
            CU_ASSERT_TRUE(!left || heap_free_slow(mine, left));
        }
        s->size = random_size(&seed);
        s->block = alloc_from(mine, s->size + 1, &source);
        CU_ASSERT_PTR_NOT_NULL_FATAL(s->block);
        s->block[0] = s->block[s->size] = (uint8_t)s->size;
        if (round % 10000 == 0)
            CU_ASSERT_TRUE(heap_check(&heap));
    }
    for (int i = 0; i < SLOTS; i++) {
        CU_ASSERT_TRUE(!slots[i].block || release_to(&cache, slots[i].block));
        slots[i].block = NULL;
    }
    heap_detach(&other);
    heap_minimize(&cache);
    CU_ASSERT_TRUE(heap_check(&heap));
    CU_ASSERT_EQUAL(heap.space.used, 0);
    CU_ASSERT_EQUAL(heap.space.mapped, 0);
    stop();
}

static void minimize_empties_other_caches_at_their_next_slow_call(void) {
    mem_cache other = {0};
    mem_source source;
    start();
    heap_attach(&other, &heap);
    void *block = alloc_from(&other, 40, &source);
    release_to(&other, block);
    heap_minimize(&cache);
    CU_ASSERT_EQUAL(heap.space.used, SPACE_PAGE);
    block = alloc_from(&other, 5000, &source);
    release_to(&other, block);
    CU_ASSERT_EQUAL(other.bins[heap_quick_class(40)].count, 0);
    heap_detach(&other);
    stop();
}

static void *leave_cells_behind(void *unused) {
    (void)unused;
    for (int i = 0; i < 100; i++)
        task_free(task_alloc(24));
    return NULL;
}

static void thread_exit_gives_its_lists_back(void) {
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, leave_cells_behind, NULL), 0);
        pthread_join(thread, NULL);
    }
    CU_ASSERT_TRUE(task_check());
}

static void address_map_finds_what_was_put(void) {
    addr_map map = {0};
    enum { COUNT = 5000 };
    CU_ASSERT_PTR_NULL(addr_map_find(&map, &map));
    for (size_t i = 1; i <= COUNT; i++) {
        CU_ASSERT_TRUE_FATAL(addr_map_reserve(&map));
        addr_map_put(&map, (void *)(i * 48), i);
    }
    CU_ASSERT_TRUE(addr_map_check(&map));
    for (size_t i = 1; i <= COUNT; i += 2) {
        size_t value = 0;
        CU_ASSERT_TRUE(addr_map_remove(&map, (void *)(i * 48), &value));
        CU_ASSERT_EQUAL(value, i);
    }
    CU_ASSERT_TRUE(addr_map_check(&map));
    CU_ASSERT_EQUAL(map.count, COUNT / 2);
    for (size_t i = 1; i <= COUNT; i++) {
        const addr_entry *entry = addr_map_find(&map, (void *)(i * 48));
        CU_ASSERT_TRUE(i % 2 ? entry == NULL : entry && entry->value == i);
    }
    addr_map_fini(&map);
}

CU_TestInfo heap_tests[] = {
    {"sizes fit their classes", sizes_fit_their_classes},
    {"blocks remember their source", blocks_remember_their_source},
    {"a second free is noticed", second_free_is_noticed},
    {"frees that are put off happen in order", put_off_frees_happen_in_order},
    {"find answers for any address", find_answers_for_any_address},
    {"inner addresses lead to their span", inner_addresses_lead_to_their_span},
    {"resize stays in place when it fits", resize_stays_in_place_when_it_fits},
    {"impossible sizes give NULL", impossible_sizes_give_null},
    {"random work keeps the heap in order", random_work_keeps_the_heap_in_order},
    {"minimize empties other caches at their next slow call",
     minimize_empties_other_caches_at_their_next_slow_call},
    {"thread exit gives its lists back", thread_exit_gives_its_lists_back},
    {"the address map finds what was put", address_map_finds_what_was_put},
    CU_TEST_INFO_NULL,
};
