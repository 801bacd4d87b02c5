/* Runs bodies of work with the 1st, 2nd, 3rd ... request for memory failing, once and from then on,
 * until the body succeeds. Each run must end cleanly: everything freed, structures in order. */
#include "runtime/gc/gc.h"
#include "runtime/memory/include/com.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/spies.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

enum { MOST_POINTS = 1000 };

/* Does its work and frees all of it; false when memory was short somewhere. */
typedef bool (*body)(void);

static bool run_failing(body work, int nth, const char *onwards) {
    char spec[32], error[100];
    const char *specs[] = {spec};
    mem_spies *spies;
    snprintf(spec, sizeof spec, "fail=%d%s", nth, onwards);
    CU_ASSERT_EQUAL_FATAL(mem_spies_start(specs, 1, &spies, error, sizeof error), S_OK);
    bool good = work();
    mem_counters now = mem_spies_counters(spies);
    CU_ASSERT_EQUAL(now.live, 0);
    CU_ASSERT_EQUAL(good, now.failures == 0);
    CU_ASSERT_EQUAL(mem_spies_stop(spies), S_OK);
    return good;
}

static void fail_everywhere(body work) {
    static const char *const MODES[] = {"", "+"};
    for (int mode = 0; mode < 2; mode++) {
        int nth = 1;
        while (!run_failing(work, nth, MODES[mode]) && nth < MOST_POINTS)
            nth++;
        CU_ASSERT_TRUE(nth > 1 && nth < MOST_POINTS);
    }
}

static bool fill_pool(void) {
    mem_pool pool = {0};
    bool good = true;
    for (size_t i = 0; good && i < 400; i++) {
        good = mem_pool_alloc(&pool, i * 7) != NULL;
        CU_ASSERT_TRUE(mem_pool_check(&pool));
    }
    mem_pool_fini(&pool);
    return good;
}

static bool use_arena(void) {
    mem_arena *arena;
    HRESULT hr = mem_arena_copy("image", 5, 1 << 20, &arena);
    CU_ASSERT_TRUE(hr == S_OK || (hr == E_OUTOFMEMORY && !arena));
    if (FAILED(hr))
        return false;
    CU_ASSERT_PTR_NOT_NULL(mem_arena_alloc(arena, 100));
    CU_ASSERT_TRUE(mem_arena_check(arena));
    mem_arena_free(arena);
    return true;
}

static bool grow_array(void) {
    uint32_t *numbers = NULL;
    bool good = true;
    for (uint32_t count = 1; good && count < 5000; count *= 2) {
        uint32_t *larger = mem_resize(numbers, count, sizeof *numbers);
        good = larger != NULL;
        if (good)
            numbers = larger;
        if (count > 1)
            CU_ASSERT_EQUAL(numbers[0], 7);
        if (numbers)
            numbers[0] = 7;
    }
    mem_free(numbers);
    return good;
}

static void no_roots(void *self, gc_heap *gc, const void *stack_end) {
    (void)self, (void)gc, (void)stack_end;
}

static bool use_collected_heap(void) {
    static const gc_type TYPE = {.finalizable = true};
    gc_host host = {.mark_roots = no_roots};
    gc_thread thread;
    gc_heap *gc = gc_new(&host);
    if (!gc)
        return false;
    gc_attach(gc, &thread);
    bool good = gc_handle_new(gc, GC_HANDLE_STRONG, NULL) != NULL;
    for (int i = 0; good && i < 300; i++)
        good = gc_alloc(&thread, &TYPE, 32) != NULL;
    gc_collect(&thread);
    CU_ASSERT_TRUE(!good || gc_take_finalizable(gc) != NULL);
    CU_ASSERT_TRUE(gc_check(gc));
    gc_detach(&thread);
    gc_delete(gc);
    return good;
}

static void collected_heaps_survive(void) {
    fail_everywhere(use_collected_heap);
}

static void pools_survive(void) {
    fail_everywhere(fill_pool);
}

static void arenas_survive(void) {
    fail_everywhere(use_arena);
}

static void arrays_survive(void) {
    fail_everywhere(grow_array);
}

CU_TestInfo oom_tests[] = {
    {"pools survive any failed request", pools_survive},
    {"arenas survive any failed request", arenas_survive},
    {"collected heaps survive any failed request", collected_heaps_survive},
    {"growing arrays survive any failed request", arrays_survive},
    CU_TEST_INFO_NULL,
};
