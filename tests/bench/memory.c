/* The task allocator beside mimalloc (when libmimalloc is installed) and the C library's: pairs of
 * one free and one allocation of 16 to 512 bytes at random among a number of live blocks. Then the
 * module arena, and what a registered spy that does nothing adds. */
#include "runtime/memory/heap_events.h"
#include "runtime/memory/include/objidl.h"
#include "runtime/memory/mem.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { PAIRS = 2000000, ROUNDS = 3, TURNS = 7, MOST_THREADS = 2, MOST_ALLOCATORS = 3 };

typedef struct allocator {
    const char *name;
    void *(*alloc)(size_t);
    void (*free)(void *);
} allocator;

typedef struct job {
    const allocator *a;
    size_t live;
    uint64_t seed;
    bool failed;
    double ns; /* processor time of the thread */
} job;

/* Processor time of this thread: what else runs on the machine counts less. */
static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void *run_job(void *argument) {
    job *j = argument;
    char **slots = calloc(j->live, sizeof *slots);
    if (!slots) {
        j->failed = true;
        return NULL;
    }
    double start = now_ns();
    for (size_t i = 0; i < PAIRS + j->live; i++) {
        uint64_t r = next_random(&j->seed);
        char **slot = &slots[i < j->live ? i : (size_t)((r >> 32) * j->live >> 32)];
        j->a->free(*slot);
        *slot = j->a->alloc(16 + (r & 0xFFFF) % 497);
        if (!*slot)
            j->failed = true;
        else
            **slot = 1;
    }
    for (size_t i = 0; i < j->live; i++)
        j->a->free(slots[i]);
    j->ns = now_ns() - start;
    free(slots);
    return NULL;
}

/* Nanoseconds a pair as one thread sees it. */
static double measure(const allocator *a, unsigned threads, size_t live) {
    pthread_t ids[MOST_THREADS];
    job jobs[MOST_THREADS];
    double total = 0;
    for (unsigned i = 0; i < threads; i++) {
        jobs[i] = (job){a, live, 88172645463325252u + i, false, 0};
        if (pthread_create(&ids[i], NULL, run_job, &jobs[i]) != 0)
            exit(1);
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        if (jobs[i].failed)
            exit(1);
        total += jobs[i].ns;
    }
    return total / threads / (double)(PAIRS + live);
}

/* The allocators take turns, so that what else runs on the machine disturbs all of them. */
static void compare_at(const allocator *allocators, size_t count, unsigned threads, size_t live) {
    double least[MOST_ALLOCATORS];
    for (int round = 0; round < TURNS; round++) {
        for (size_t i = 0; i < count; i++) {
            double t = measure(&allocators[i], threads, live);
            if (round == 0 || t < least[i])
                least[i] = t;
        }
    }
    printf("%u thread%s, %6zu live  ", threads, threads == 1 ? " " : "s", live);
    for (size_t i = 0; i < count; i++)
        printf("%12.1f", least[i]);
    printf("\n");
}

static void compare_allocators(const allocator *allocators, size_t count) {
    printf("ns per free/malloc pair, 16 to 512 bytes, best of %d\n%-24s", TURNS, "");
    for (size_t i = 0; i < count; i++)
        printf("%12s", allocators[i].name);
    printf("\n");
    for (unsigned threads = 1; threads <= MOST_THREADS; threads++) {
        compare_at(allocators, count, threads, 1000);
        compare_at(allocators, count, threads, 100000);
    }
}

/* ---- A spy that does nothing ---- */

static HRESULT query_interface(IMallocSpy *self, REFIID riid, void **out) {
    (void)riid;
    *out = self;
    return S_OK;
}

static ULONG count_reference(IMallocSpy *self) {
    (void)self;
    return 1;
}

static SIZE_T pre_alloc(IMallocSpy *self, SIZE_T cb) {
    (void)self;
    return cb;
}

static void *post_alloc(IMallocSpy *self, void *actual) {
    (void)self;
    return actual;
}

static void *pre_free(IMallocSpy *self, void *request, BOOL spied) {
    (void)self, (void)spied;
    return request;
}

static void post_free(IMallocSpy *self, BOOL spied) {
    (void)self, (void)spied;
}

static const IMallocSpyVtbl IDLE_SPY = {.QueryInterface = query_interface,
                                        .AddRef = count_reference,
                                        .Release = count_reference,
                                        .PreAlloc = pre_alloc,
                                        .PostAlloc = post_alloc,
                                        .PreFree = pre_free,
                                        .PostFree = post_free};

/* One block at a time, so that the figure is the spy's and not the heap's. */
static double time_pairs(void) {
    double start = now_ns();
    for (size_t i = 0; i < PAIRS; i++)
        mem_free(mem_alloc(64));
    return (now_ns() - start) / PAIRS;
}

static double best_pairs(void) {
    double least = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double t = time_pairs();
        if (t < least)
            least = t;
    }
    return least;
}

static void measure_spy(void) {
    IMallocSpy spy = {&IDLE_SPY};
    double without = best_pairs();
    CoRegisterMallocSpy(&spy);
    double with = best_pairs();
    CoRevokeMallocSpy();
    printf("  ns per malloc/free pair of 64 bytes: no spy %.1f, idle spy %.1f\n", without, with);
}

static void measure_trace(void) {
    char path[] = "/tmp/claret-bench-XXXXXX", error[200];
    int fd = mkstemp(path);
    if (fd < 0 || heap_trace_start(path, 0, error, sizeof error) != S_OK)
        exit(1);
    double with = time_pairs();
    heap_trace_stop(NULL);
    close(fd);
    unlink(path);
    printf("  ns per malloc/free pair of 64 bytes with heap events: %.1f\n", with);
}

static void measure_arena(void) {
    mem_arena *arena;
    if (mem_arena_copy("MZ", 2, 256u << 20, &arena) != S_OK)
        exit(1);
    double start = now_ns();
    for (size_t i = 0; i < PAIRS; i++) {
        if (!mem_arena_alloc(arena, 32))
            exit(1);
    }
    printf("  ns per mem_arena_alloc of 32 bytes: %.1f\n", (now_ns() - start) / PAIRS);
    mem_arena_free(arena);
}

int main(void) {
    allocator allocators[MOST_ALLOCATORS] = {{"claret", mem_alloc, mem_free},
                                             {"glibc", malloc, free}};
    size_t count = 2;
    void *mimalloc = dlopen("libmimalloc.so.2", RTLD_NOW | RTLD_LOCAL);
    if (mimalloc) {
        allocator *a = &allocators[count];
        a->name = "mimalloc";
        a->alloc = (void *(*)(size_t))dlsym(mimalloc, "mi_malloc");
        a->free = (void (*)(void *))dlsym(mimalloc, "mi_free");
        count += a->alloc && a->free;
    }
    printf("While the process has one thread:\n");
    measure_arena();
    measure_spy();
    measure_trace();
    compare_allocators(allocators, count);
    printf("With more than one:\n");
    measure_arena();
    measure_spy();
    return 0;
}
