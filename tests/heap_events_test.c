/* Heap events: what a trace holds after known work, read back as a consumer would. */
#define _GNU_SOURCE
#include "runtime/memory/heap_events.h"

#include "runtime/memory/heap.h"
#include "runtime/memory/heap_reader.h"
#include "runtime/memory/include/objidl.h"
#include "runtime/memory/mem.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/claret-heap-trace-XXXXXX";

static void start_trace(void) {
    char error[200] = "";
    strcpy(path + sizeof path - 7, "XXXXXX");
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    close(fd);
    CU_ASSERT_EQUAL(heap_trace_start(path, 0, error, sizeof error), S_OK);
}

/* Reads the trace at path, up to END. Freed by the caller. */
static heap_trace_event *read_trace(size_t *count, heap_trace_event *end) {
    heap_reader *reader;
    heap_trace_block before;
    char error[200];
    size_t capacity = 1024;
    heap_trace_event *events = malloc(capacity * sizeof *events);
    CU_ASSERT_EQUAL_FATAL(heap_reader_open(path, &reader, error, sizeof error), S_OK);
    CU_ASSERT_EQUAL(heap_reader_header(reader)->process, (uint32_t)getpid());
    for (*count = 0; heap_reader_next(reader, &events[*count], &before) == 1;) {
        CU_ASSERT_TRUE(*count == 0 || events[*count - 1].ticks <= events[*count].ticks);
        if (++*count == capacity)
            events = realloc(events, (capacity *= 2) * sizeof *events);
        CU_ASSERT_PTR_NOT_NULL_FATAL(events);
    }
    heap_reader_close(reader);
    unlink(path);
    CU_ASSERT_FATAL(*count > 0);
    *end = events[--*count];
    CU_ASSERT_EQUAL(end->kind, HEAP_EVENT_END);
    return events;
}

/* Ends the trace and reads its events, all of which must be there. */
static heap_trace_event *end_trace(size_t *count) {
    heap_trace_totals totals;
    heap_trace_event end;
    CU_ASSERT_EQUAL(heap_trace_stop(&totals), S_OK);
    heap_trace_event *events = read_trace(count, &end);
    CU_ASSERT_EQUAL(*count, totals.written);
    CU_ASSERT_EQUAL(end.fields[0], totals.written);
    CU_ASSERT_EQUAL(end.fields[1], 0);
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

/* ---- Between threads ---- */

enum { HANDED = 20000, HANDS = 64 };

/* Blocks on their way from one thread to another; NULL: taken. */
typedef struct handover {
    _Atomic(void *) blocks[HANDS];
} handover;

static void *free_what_comes(void *data) {
    handover *h = data;
    for (int i = 0; i < HANDED; i++) {
        void *block;
        while (!(block = atomic_exchange(&h->blocks[i % HANDS], NULL)))
            sched_yield();
        mem_free(block);
    }
    return NULL;
}

/* The times alone do not tell: many events of a thread share one. */
static void blocks_are_freed_behind_their_allocation(void) {
    handover h = {.blocks = {NULL}};
    pthread_t other;
    size_t count, freed = 0;
    start_trace();
    CU_ASSERT_EQUAL_FATAL(pthread_create(&other, NULL, free_what_comes, &h), 0);
    for (int i = 0; i < HANDED; i++) {
        while (atomic_load(&h.blocks[i % HANDS]))
            sched_yield();
        atomic_store(&h.blocks[i % HANDS], mem_alloc(64));
    }
    pthread_join(other, NULL);
    heap_trace_event *events = end_trace(&count);
    count = keep_kind(events, count, HEAP_EVENT_FREE);
    for (size_t i = 0; i < count; i++)
        freed += events[i].source >= MEM_SOURCE_LOOKASIDE && events[i].source < MEM_SOURCE_INVALID;
    CU_ASSERT_TRUE(freed >= HANDED);
    CU_ASSERT_EQUAL(freed, count);
    free(events);
}

enum { SHELVES = 16, EXCHANGES = 20000 };

typedef struct shelves {
    _Atomic(void *) blocks[SHELVES];
} shelves;

/* Frees what others have allocated, which the heap then gives to this thread. */
static void *exchange_blocks(void *data) {
    shelves *s = data;
    uint64_t seed = (uint64_t)&seed | 1;
    for (int i = 0; i < EXCHANGES; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        mem_free(atomic_exchange(&s->blocks[seed % SHELVES], mem_alloc(16 + seed / 64 % 64)));
    }
    return NULL;
}

static void blocks_that_wander_are_freed_as_often_as_allocated(void) {
    shelves s = {.blocks = {NULL}};
    pthread_t threads[3];
    size_t count, allocated = 0, freed = 0;
    start_trace();
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, exchange_blocks, &s), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < SHELVES; i++)
        mem_free(s.blocks[i]);
    heap_trace_event *events = end_trace(&count);
    for (size_t i = 0; i < count; i++) {
        allocated += events[i].kind == HEAP_EVENT_ALLOC;
        freed += events[i].kind == HEAP_EVENT_FREE && events[i].source >= MEM_SOURCE_LOOKASIDE &&
                 events[i].source < MEM_SOURCE_INVALID;
    }
    CU_ASSERT_EQUAL(allocated, 3 * EXCHANGES);
    CU_ASSERT_EQUAL(freed, allocated);
    free(events);
}

/* ---- A file that is slower than the program ---- */

typedef struct slow_file {
    char fifo[64];
    _Atomic bool go; /* the reader may begin */
} slow_file;

/* Copies the FIFO to path, once it may. */
static void *read_slowly(void *data) {
    slow_file *slow = data;
    char buffer[4096];
    size_t size;
    FILE *in = fopen(slow->fifo, "r"), *out = fopen(path, "w");
    while (!atomic_load(&slow->go))
        usleep(1000);
    while (in && out && (size = fread(buffer, 1, sizeof buffer, in)) > 0)
        fwrite(buffer, 1, size, out);
    if (in)
        fclose(in);
    if (out)
        fclose(out);
    return NULL;
}

/* More than all buffers hold, while nobody reads unless `read` says so. */
static heap_trace_totals trace_much(unsigned flags, bool read) {
    slow_file slow = {.go = read};
    pthread_t reader;
    char error[200] = "";
    heap_trace_totals totals;
    strcpy(path + sizeof path - 7, "XXXXXX");
    close(mkstemp(path));
    snprintf(slow.fifo, sizeof slow.fifo, "%s.fifo", path);
    CU_ASSERT_EQUAL_FATAL(mkfifo(slow.fifo, 0600), 0);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&reader, NULL, read_slowly, &slow), 0);
    CU_ASSERT_EQUAL_FATAL(heap_trace_start(slow.fifo, flags, error, sizeof error), S_OK);
    for (int i = 0; i < 600000; i++)
        mem_free(mem_alloc(i % 2 ? 40 : 400));
    atomic_store(&slow.go, true);
    CU_ASSERT_EQUAL(heap_trace_stop(&totals), S_OK);
    pthread_join(reader, NULL);
    unlink(slow.fifo);
    return totals;
}

/* Reads the trace at path without keeping it. */
static void count_trace(size_t *events, uint64_t *lost, heap_trace_event *last) {
    heap_reader *reader;
    heap_trace_block before;
    char error[200];
    *events = 0, *lost = 0;
    CU_ASSERT_EQUAL_FATAL(heap_reader_open(path, &reader, error, sizeof error), S_OK);
    for (; heap_reader_next(reader, last, &before) == 1; ++*events)
        *lost += last->kind == HEAP_EVENT_LOST ? last->fields[0] : 0;
    heap_reader_close(reader);
    unlink(path);
    CU_ASSERT_EQUAL(last->kind, HEAP_EVENT_END);
}

static void overload_loses_events_and_says_so(void) {
    heap_trace_totals totals = trace_much(HEAP_TRACE_LOSSY, false);
    heap_trace_event end;
    size_t events;
    uint64_t lost;
    count_trace(&events, &lost, &end);
    CU_ASSERT_TRUE(totals.lost > 0);
    CU_ASSERT_TRUE(totals.written + totals.lost >= 1200000);
    CU_ASSERT_EQUAL(end.fields[1], totals.lost);
    CU_ASSERT_EQUAL(events, totals.written + 1);
    CU_ASSERT_TRUE(lost > 0 && lost <= totals.lost);
}

static void the_program_waits_for_the_file_otherwise(void) {
    heap_trace_totals totals = trace_much(0, true);
    heap_trace_event end;
    size_t events;
    uint64_t lost;
    count_trace(&events, &lost, &end);
    CU_ASSERT_EQUAL(totals.lost, 0);
    CU_ASSERT_EQUAL(lost, 0);
    CU_ASSERT_EQUAL(events, totals.written + 1);
    CU_ASSERT_TRUE(totals.written >= 1200000);
}

static void bad_files_are_refused(void) {
    char error[200] = "";
    heap_trace_totals totals;
    if (access("/dev/full", W_OK) != 0)
        return;
    CU_ASSERT_EQUAL(heap_trace_start("/dev/full", 0, error, sizeof error), E_FAIL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error, "/dev/full: No space left"));
    CU_ASSERT_EQUAL(heap_trace_start("/nonexistent/file", 0, error, sizeof error), E_FAIL);
    CU_ASSERT_EQUAL(heap_trace_stop(&totals), E_FAIL);
}

static void one_trace_at_a_time(void) {
    char error[200] = "";
    size_t count;
    start_trace();
    CU_ASSERT_EQUAL(heap_trace_start(path, 0, error, sizeof error), E_UNEXPECTED);
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
    {"blocks are freed behind their allocation", blocks_are_freed_behind_their_allocation},
    {"blocks that wander are freed as often as allocated",
     blocks_that_wander_are_freed_as_often_as_allocated},
    {"overload loses events and says so", overload_loses_events_and_says_so},
    {"the program waits for the file otherwise", the_program_waits_for_the_file_otherwise},
    {"failing writes are refused with a reason", bad_files_are_refused},
    {"one trace at a time", one_trace_at_a_time},
    CU_TEST_INFO_NULL,
};
