/* What tracing costs: whole processes, traced and not, beside heaptrack and valgrind memcheck when
 * they are installed. The C program frees and allocates blocks of 16 to 512 bytes at random among
 * 1,000; the managed one is the kernel "objects". Run from the top of the source tree.
 *
 * With the name of a mode for an argument it is the C program itself. */
#include "runtime/memory/heap_events.h"
#include "runtime/memory/mem.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PAIRS = 2000000, LIVE = 1000, ROUNDS = 3 };

#define TRACE   "/tmp/claret-bench-trace"
#define MANAGED "build/claret run "
#define KERNEL  "build/bench/kernels.exe objects >/dev/null"

/* ---- The C program ---- */

static bool pairs(void *(*alloc)(size_t), void (*release)(void *)) {
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

static int run_mode(const char *mode) {
    char error[200];
    bool traced = strcmp(mode, "traced") == 0, stacks = strcmp(mode, "stacks") == 0;
    if (strcmp(mode, "glibc") == 0)
        return pairs(malloc, free) ? 0 : 1;
    if ((traced || stacks) && heap_trace_start(TRACE, stacks, error, sizeof error) != S_OK)
        return 1;
    bool good = pairs(mem_alloc, mem_free);
    heap_trace_totals totals = {0};
    if (traced || stacks)
        good &= heap_trace_stop(&totals) == S_OK && totals.lost == 0;
    return good ? 0 : 1;
}

/* ---- The table ---- */

typedef struct row {
    const char *name, *needs; /* a program that has to be there, or NULL */
    const char *command;      /* %s: this program */
    bool base;                /* what the rows behind it are compared with */
} row;

static const row ROWS[] = {
    {"C, Claret's heap", NULL, "%s claret", true},
    {"  traced", NULL, "%s traced", false},
    {"  traced with stacks", NULL, "%s stacks", false},
    {"C, glibc's heap", NULL, "%s glibc", true},
    {"  heaptrack", "/usr/bin/heaptrack", "heaptrack -o " TRACE " %s glibc >/dev/null 2>&1", false},
    {"  memcheck", "/usr/bin/valgrind", "valgrind -q %s glibc >/dev/null 2>&1", false},
    {"managed, interpreted", "build/claret", MANAGED "--interp " KERNEL, true},
    {"  traced", "build/claret", MANAGED "--interp --heap-trace " TRACE " " KERNEL, false},
    {"  traced with stacks", "build/claret",
     MANAGED "--interp --heap-trace " TRACE " --heap-stacks " KERNEL, false},
    {"managed, compiled", "build/claret", MANAGED KERNEL, true},
    {"  traced", "build/claret", MANAGED "--heap-trace " TRACE " " KERNEL, false},
    {"  traced with stacks", "build/claret", MANAGED "--heap-trace " TRACE " --heap-stacks " KERNEL,
     false},
};

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* Milliseconds, the least of ROUNDS; negative when the command fails. */
static double measure(const char *command) {
    double least = -1;
    for (int i = 0; i < ROUNDS; i++) {
        double start = now_ms();
        if (system(command) != 0)
            return -1;
        double time = now_ms() - start;
        if (least < 0 || time < least)
            least = time;
    }
    return least;
}

int main(int argc, char **argv) {
    if (argc > 1)
        return run_mode(argv[1]);
    double base = 0;
    printf("Heap tracing, milliseconds of the whole process, best of %d\n", ROUNDS);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char command[1024];
        if (ROWS[i].needs && access(ROWS[i].needs, X_OK) != 0) {
            printf("%-24s (%s is not there)\n", ROWS[i].name, ROWS[i].needs);
            continue;
        }
        snprintf(command, sizeof command, ROWS[i].command, argv[0]);
        double time = measure(command);
        base = ROWS[i].base ? time : base;
        if (time < 0)
            printf("%-24s (failed)\n", ROWS[i].name);
        else
            printf("%-24s %8.1f %6.2f times\n", ROWS[i].name, time, time / base);
    }
    if (system("rm -f " TRACE "*") != 0)
        return 1;
    return 0;
}
