/* What tracing costs: whole processes, traced and not, beside heaptrack and valgrind memcheck when
 * they are installed; time on the clock, and of all processors together, since the trace is written
 * by a thread of its own. Run from the top of the source tree.
 *
 * The programs do little but allocate. "pairs" does nothing else: it frees and allocates blocks of
 * 16 to 512 bytes at random among 1,000. "trees" makes binary trees, walks them and frees them. The
 * managed ones are kernels: a list ("objects"), trees, strings.
 *
 * With the names of a program and an allocator or way of tracing for arguments it is a C program
 * itself. */
#include "runtime/memory/heap_events.h"
#include "runtime/memory/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { PAIRS = 4000000, LIVE = 1000, DEPTH = 16, ROUNDS = 3 };

#define TRACE "/tmp/claret-bench-trace"

/* ---- The C programs ---- */

typedef void *alloc_function(size_t size);
typedef void free_function(void *block);

static bool pairs(alloc_function *alloc, free_function *release) {
    static void *slots[LIVE];
    uint64_t seed = 88172645463325252u;
    for (size_t i = 0; i < PAIRS; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        void **slot = &slots[(seed >> 32) * LIVE >> 32];
        release(*slot);
        *slot = alloc(16 + (seed & 0xFFFF) % 497);
        if (!*slot)
            return false;
        *(char *)*slot = 1;
    }
    for (size_t i = 0; i < LIVE; i++)
        release(slots[i]);
    return true;
}

typedef struct tree {
    struct tree *left, *right;
} tree;

static tree *make(alloc_function *alloc, int depth) {
    tree *t = alloc(sizeof *t);
    if (!t)
        exit(1);
    t->left = depth > 0 ? make(alloc, depth - 1) : NULL;
    t->right = depth > 0 ? make(alloc, depth - 1) : NULL;
    return t;
}

static long walk(const tree *t) {
    return t->left ? 1 + walk(t->left) + walk(t->right) : 1;
}

static void drop(free_function *release, tree *t) {
    if (!t)
        return;
    drop(release, t->left);
    drop(release, t->right);
    release(t);
}

static bool trees(alloc_function *alloc, free_function *release) {
    long nodes = 0;
    tree *lasting = make(alloc, DEPTH);
    for (int depth = 4; depth <= DEPTH; depth += 4) {
        for (long i = 1L << (DEPTH - depth + 4); i > 0; i--) {
            tree *t = make(alloc, depth);
            nodes += walk(t);
            drop(release, t);
        }
    }
    nodes += walk(lasting);
    drop(release, lasting);
    return nodes > 0;
}

static int run_program(const char *name, const char *way) {
    char error[200];
    bool (*program)(alloc_function *, free_function *) = strcmp(name, "pairs") == 0 ? pairs : trees;
    bool traced = strcmp(way, "traced") == 0, stacks = strcmp(way, "stacks") == 0;
    if (strcmp(way, "glibc") == 0)
        return program(malloc, free) ? 0 : 1;
    if ((traced || stacks) &&
        heap_trace_start(TRACE, stacks ? HEAP_TRACE_STACKS : 0, error, sizeof error) != S_OK)
        return 1;
    bool good = program(mem_alloc, mem_free);
    heap_trace_totals totals = {0};
    if (traced || stacks)
        good &= heap_trace_stop(&totals) == S_OK && totals.lost == 0;
    return good ? 0 : 1;
}

/* ---- The table ---- */

typedef struct row {
    const char *name, *needs; /* a program that has to be there, or NULL */
    const char *command;      /* %s: this program */
    int rounds;
} row;

/* The first of a group is what the others are compared with. */
#define C_ROWS(name)                                                                               \
    {"C " name, NULL, "%s " name " claret", ROUNDS}, {"  traced", NULL, "%s " name " traced", 3},  \
        {"  with stacks", NULL, "%s " name " stacks", ROUNDS}, {NULL, NULL, NULL, 0},              \
        {"C " name ", glibc", NULL, "%s " name " glibc", ROUNDS},                                  \
        {"  heaptrack", "/usr/bin/heaptrack",                                                      \
         "heaptrack -o " TRACE " %s " name " glibc >/dev/null 2>&1", 1},                           \
        {"  memcheck", "/usr/bin/valgrind", "valgrind -q %s " name " glibc >/dev/null 2>&1", 1}, { \
        NULL, NULL, NULL, 0                                                                        \
    }

#define MANAGED(options, name) "build/claret run " options " build/bench/kernels.exe " name
#define MANAGED_ROWS(how, options, name)                                                           \
    {name ", " how, "build/claret", MANAGED(options, name) " >/dev/null", ROUNDS},                 \
        {"  traced", "build/claret", MANAGED(options " --heap-trace " TRACE, name) " >/dev/null",  \
         ROUNDS},                                                                                  \
        {"  with stacks", "build/claret",                                                          \
         MANAGED(options " --heap-stacks --heap-trace " TRACE, name) " >/dev/null", ROUNDS},       \
    {                                                                                              \
        NULL, NULL, NULL, 0                                                                        \
    }

static const row ROWS[] = {
    C_ROWS("pairs"),
    C_ROWS("trees"),
    MANAGED_ROWS("interpreted", "--interp", "objects"),
    MANAGED_ROWS("compiled", "", "objects"),
    MANAGED_ROWS("interpreted", "--interp", "trees"),
    MANAGED_ROWS("compiled", "", "trees"),
    MANAGED_ROWS("interpreted", "--interp", "strings"),
    MANAGED_ROWS("compiled", "", "strings"),
};

/* Milliseconds. */
typedef struct cost {
    double clock, processor;
} cost;

static double ms_of(struct timeval t) {
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec * 1e-3;
}

static cost cost_now(void) {
    struct timespec t;
    struct rusage children;
    clock_gettime(CLOCK_MONOTONIC, &t);
    getrusage(RUSAGE_CHILDREN, &children);
    return (cost){(double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6,
                  ms_of(children.ru_utime) + ms_of(children.ru_stime)};
}

/* The least of some rounds; negative when the command fails. */
static cost measure(const char *command, int rounds) {
    cost least = {-1, -1};
    for (int i = 0; i < rounds; i++) {
        unlink(TRACE);
        cost start = cost_now();
        if (system(command) != 0)
            return (cost){-1, -1};
        cost end = cost_now();
        cost spent = {end.clock - start.clock, end.processor - start.processor};
        if (i == 0 || spent.clock < least.clock)
            least.clock = spent.clock;
        if (i == 0 || spent.processor < least.processor)
            least.processor = spent.processor;
    }
    return least;
}

static void print_row(const row *r, const char *program, cost *base) {
    char command[1024];
    if (r->needs && access(r->needs, X_OK) != 0) {
        printf("%-24s (%s is not there)\n", r->name, r->needs);
        return;
    }
    snprintf(command, sizeof command, r->command, program);
    cost spent = measure(command, r->rounds);
    if (spent.clock < 0) {
        printf("%-24s (failed)\n", r->name);
        return;
    }
    if (base->clock <= 0)
        *base = spent;
    printf("%-24s %8.1f %6.2f times %8.1f %6.2f times\n", r->name, spent.clock,
           spent.clock / base->clock, spent.processor, spent.processor / base->processor);
}

int main(int argc, char **argv) {
    cost base = {0, 0};
    if (argc > 2)
        return run_program(argv[1], argv[2]);
    printf("Heap tracing, ms of the whole process%9s%25s\n", "clock", "processors");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        if (ROWS[i].name)
            print_row(&ROWS[i], argv[0], &base);
        else
            base = (cost){0, 0};
    }
    return system("rm -f " TRACE "*") == 0 ? 0 : 1;
}
