/* Heap events: what a trace holds after known work, read back as a consumer would. */
#define _GNU_SOURCE
#include "runtime/memory/heap_events.h"

#include "runtime/memory/heap.h"
#include "runtime/memory/include/objidl.h"
#include "runtime/memory/mem.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/claret-heap-trace-XXXXXX";

static void start_trace(void) {
    char error[200] = "";
    strcpy(path + sizeof path - 7, "XXXXXX");
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    close(fd);
    CU_ASSERT_EQUAL(heap_trace_start(path, false, error, sizeof error), S_OK);
}

/* Ends the trace and reads its events; the last is END. Freed by the caller. */
static heap_trace_event *end_trace(size_t *count) {
    heap_trace_totals totals;
    heap_trace_reader reader;
    CU_ASSERT_EQUAL(heap_trace_stop(&totals), S_OK);
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_TRUE(heap_trace_open(&reader, file));
    CU_ASSERT_EQUAL(reader.header.process, (uint32_t)getpid());
    heap_trace_event *events = calloc(totals.written + 1, sizeof *events);
    CU_ASSERT_PTR_NOT_NULL_FATAL(events);
    for (size_t i = 0; i <= totals.written; i++)
        CU_ASSERT_EQUAL_FATAL(heap_trace_next(&reader, &events[i]), 1);
    heap_trace_event none;
    CU_ASSERT_EQUAL(heap_trace_next(&reader, &none), 0);
    CU_ASSERT_EQUAL(events[totals.written].kind, HEAP_EVENT_END);
    CU_ASSERT_EQUAL(events[totals.written].fields[0], totals.written);
    CU_ASSERT_EQUAL(events[totals.written].fields[1], 0);
    fclose(file);
    unlink(path);
    *count = totals.written;
    return events;
}

/* Leaves only the events of a kind; returns how many. */
static size_t keep_kind(heap_trace_event *events, size_t count, heap_event_kind kind) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (events[i].kind == kind)
            events[kept++] = events[i];
    }
    return kept;
}

static void alloc_and_free_carry_size_address_and_source(void) {
    size_t count;
    start_trace();
    void *block = mem_alloc(1234);
    mem_free(block);
    heap_trace_event *events = end_trace(&count);
    CU_ASSERT_FATAL(count >= 2);
    const heap_trace_event *alloc = &events[count - 2], *released = &events[count - 1];
    CU_ASSERT_EQUAL(alloc->kind, HEAP_EVENT_ALLOC);
    CU_ASSERT_EQUAL(alloc->fields[1], 1234);
    CU_ASSERT_EQUAL(alloc->fields[2], (uint64_t)block);
    CU_ASSERT_EQUAL(released->kind, HEAP_EVENT_FREE);
    CU_ASSERT_EQUAL(released->fields[0], alloc->fields[0]);
    CU_ASSERT_EQUAL(released->fields[1], (uint64_t)block);
    CU_ASSERT_EQUAL(released->source, alloc->source);
    CU_ASSERT_TRUE(alloc->source >= 1 && alloc->source <= 4);
    CU_ASSERT_EQUAL(alloc->thread, (uint32_t)gettid());
    CU_ASSERT_TRUE(alloc->ticks <= released->ticks);
    free(events);
}

static void moving_realloc_comes_with_alloc_and_free(void) {
    size_t count;
    void *block = mem_alloc(100);
    start_trace();
    void *moved = mem_resize(block, 50000, 1);
    heap_trace_event *events = end_trace(&count);
    CU_ASSERT_FATAL(count >= 3);
    const heap_trace_event *e = &events[count - 3];
    CU_ASSERT_EQUAL(e[0].kind, HEAP_EVENT_ALLOC);
    CU_ASSERT_EQUAL(e[0].fields[2], (uint64_t)moved);
    CU_ASSERT_EQUAL(e[1].kind, HEAP_EVENT_REALLOC);
    CU_ASSERT_EQUAL(e[1].fields[1], (uint64_t)moved);
    CU_ASSERT_EQUAL(e[1].fields[2], (uint64_t)block);
    CU_ASSERT_EQUAL(e[1].fields[3], 50000);
    CU_ASSERT_EQUAL(e[1].fields[4], 100);
    CU_ASSERT_EQUAL(e[2].kind, HEAP_EVENT_FREE);
    CU_ASSERT_EQUAL(e[2].fields[1], (uint64_t)block);
    mem_free(moved);
    free(events);
}

static void second_free_has_the_invalid_source(void) {
    size_t count;
    start_trace();
    void *block = mem_alloc(10);
    mem_free(block);
    mem_free(block);
    heap_trace_event *events = end_trace(&count);
    count = keep_kind(events, count, HEAP_EVENT_FREE);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    CU_ASSERT_NOT_EQUAL(events[0].source, MEM_SOURCE_INVALID);
    CU_ASSERT_EQUAL(events[1].source, MEM_SOURCE_INVALID);
    free(events);
}

static void heaps_tell_of_their_life_and_size(void) {
    static mem_heap heap;
    static mem_cache cache;
    mem_source source;
    size_t count;
    start_trace();
    CU_ASSERT_TRUE_FATAL(heap_init(&heap));
    heap_attach(&cache, &heap);
    void *large = heap_alloc_slow(&cache, 8u << 20, &source);
    CU_ASSERT_TRUE(heap_free_slow(&cache, large));
    heap_detach(&cache);
    heap_fini(&heap);
    heap_trace_event *events = end_trace(&count);
    static const uint8_t EXPECTED[] = {HEAP_EVENT_CREATE, HEAP_EVENT_EXPAND, HEAP_EVENT_CONTRACT,
                                       HEAP_EVENT_DESTROY};
    size_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        if (events[i].fields[0] != (uint64_t)&heap.space)
            continue;
        CU_ASSERT_FATAL(seen < sizeof EXPECTED);
        CU_ASSERT_EQUAL(events[i].kind, EXPECTED[seen++]);
    }
    CU_ASSERT_EQUAL(seen, sizeof EXPECTED);
    free(events);
}

enum { WORK = 5000 };

static void *work(void *unused) {
    (void)unused;
    for (int i = 0; i < WORK; i++)
        mem_free(mem_alloc(40));
    return NULL;
}

static void no_event_of_any_thread_is_lost(void) {
    pthread_t threads[3];
    size_t count;
    start_trace();
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, work, NULL), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    heap_trace_event *events = end_trace(&count);
    CU_ASSERT_EQUAL(keep_kind(events, count, HEAP_EVENT_ALLOC), 3 * WORK);
    free(events);
}

static void *work_until_told(void *stop) {
    while (!atomic_load((_Atomic bool *)stop))
        mem_free(mem_alloc(40));
    return NULL;
}

static void trace_may_start_and_stop_among_working_threads(void) {
    _Atomic bool stop = false;
    pthread_t threads[2];
    size_t count;
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, work_until_told, &stop), 0);
    for (int i = 0; i < 5; i++) {
        start_trace();
        free(end_trace(&count));
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

static void bad_files_are_refused(void) {
    char error[200] = "";
    heap_trace_totals totals;
    if (access("/dev/full", W_OK) != 0)
        return;
    CU_ASSERT_EQUAL(heap_trace_start("/dev/full", false, error, sizeof error), E_FAIL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error, "/dev/full: No space left"));
    CU_ASSERT_EQUAL(heap_trace_start("/nonexistent/file", false, error, sizeof error), E_FAIL);
    CU_ASSERT_EQUAL(heap_trace_stop(&totals), E_FAIL);
}

static void one_trace_at_a_time(void) {
    char error[200] = "";
    size_t count;
    start_trace();
    CU_ASSERT_EQUAL(heap_trace_start(path, false, error, sizeof error), E_UNEXPECTED);
    CU_ASSERT_STRING_EQUAL(error, "a heap trace is running already");
    free(end_trace(&count));
}

CU_TestInfo heap_events_tests[] = {
    {"alloc and free carry size, address and source", alloc_and_free_carry_size_address_and_source},
    {"a moving realloc comes with alloc and free", moving_realloc_comes_with_alloc_and_free},
    {"a second free has the invalid source", second_free_has_the_invalid_source},
    {"heaps tell of their life and size", heaps_tell_of_their_life_and_size},
    {"no event of any thread is lost", no_event_of_any_thread_is_lost},
    {"a trace may start and stop among working threads",
     trace_may_start_and_stop_among_working_threads},
    {"failing writes are refused with a reason", bad_files_are_refused},
    {"one trace at a time", one_trace_at_a_time},
    CU_TEST_INFO_NULL,
};
