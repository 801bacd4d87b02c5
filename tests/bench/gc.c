/* Binary trees, as in the Computer Language Benchmarks Game, with the collected heap and with
 * calloc and free. Both walk every tree that they make; only the second frees it. */
#include "runtime/gc/gc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct tree {
    const gc_type *type;
    struct tree *left, *right;
} tree;

static const uint32_t OFFSETS[] = {offsetof(tree, left), offsetof(tree, right)};
static const gc_type TREE = {.offsets = OFFSETS, .count = 2};

static gc_thread thread;
static const void *stack_start;

static void mark_roots(void *self, gc_heap *gc, const void *stack_end) {
    (void)self;
    gc_mark_range(gc, stack_end, stack_start);
}

static tree *make_collected(int depth) {
    tree *left = depth > 0 ? make_collected(depth - 1) : NULL;
    tree *right = depth > 0 ? make_collected(depth - 1) : NULL;
    tree *t = gc_alloc(&thread, &TREE, sizeof *t);
    if (!t)
        exit(1);
    t->left = left;
    t->right = right;
    return t;
}

static void drop_collected(tree *t) {
    (void)t;
}

static tree *make_counted(int depth) {
    tree *t = calloc(1, sizeof *t);
    if (!t)
        exit(1);
    if (depth > 0) {
        t->left = make_counted(depth - 1);
        t->right = make_counted(depth - 1);
    }
    return t;
}

static void drop_counted(tree *t) {
    if (!t)
        return;
    drop_counted(t->left);
    drop_counted(t->right);
    free(t);
}

static long walk(const tree *t) {
    return t->left ? 1 + walk(t->left) + walk(t->right) : 1;
}

static __attribute__((noinline)) long make_and_walk(tree *(*make)(int), void (*drop)(tree *),
                                                    int depth) {
    tree *t = make(depth);
    long count = walk(t);
    drop(t);
    return count;
}

static __attribute__((noinline)) void binary_trees(tree *(*make)(int), void (*drop)(tree *),
                                                   int depth) {
    long nodes = make_and_walk(make, drop, depth + 1);
    tree *lasting = make(depth);
    for (int d = 4; d <= depth; d += 4) {
        for (long i = 1L << (depth - d + 4); i > 0; i--)
            nodes += make_and_walk(make, drop, d);
    }
    nodes += walk(lasting);
    drop(lasting);
    if (nodes == 0)
        exit(1);
}

static void run_collected(int depth) {
    gc_host host = {.mark_roots = mark_roots};
    gc_heap *gc = gc_new(&host);
    if (!gc)
        exit(1);
    gc_attach(gc, &thread);
    stack_start = __builtin_frame_address(0);
    binary_trees(make_collected, drop_collected, depth);
    gc_stats stats = gc_get_stats(gc);
    printf("  (%llu collections, %.2f s in them)", (unsigned long long)stats.collections,
           (double)stats.pause_ns / 1e9);
    gc_detach(&thread);
    gc_delete(gc);
}

static void run_counted(int depth) {
    binary_trees(make_counted, drop_counted, depth);
}

/* In a process of its own, so that its peak memory is known. */
static void measure(const char *name, void (*run)(int), int depth) {
    int status;
    struct rusage usage;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        run(depth);
        exit(0);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0)
        exit(1);
    printf("  binary trees %d, %-15s %5.2f s, %4ld MiB\n", depth, name,
           (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
           usage.ru_maxrss / 1024);
}

int main(void) {
    printf("Collected heap: processor time and peak memory\n");
    for (int depth = 18; depth <= 20; depth += 2) {
        measure("collected", run_collected, depth);
        measure("calloc and free", run_counted, depth);
    }
    return 0;
}
