/* What the class library's native side keeps per runtime. Internal to runtime/bcl/. */
#ifndef CLARET_BCL_STATE_H
#define CLARET_BCL_STATE_H

#include "runtime/bcl/bcl.h"
#include "runtime/bcl/bcl_open_files.h"

struct bcl_pair {
    const void *key;
    uintptr_t second;
    void *value;
};

/* A block of bcl_native_alloc. */
struct bcl_native {
    struct bcl_native *next, **link;
    char data[];
};

struct bcl_processes; /* System.Diagnostics.Process.c */
struct bcl_selector;  /* System.IOSelector.c */

struct bcl_state {
    struct bcl_pair *pairs; /* hash table, open addressing */
    uint32_t pair_count, pair_capacity;
    struct bcl_native *natives;
    struct thread_pool *pool;
    struct bcl_open_files *files;
    gc_handle **handles; /* GCHandles: index + 1 is the managed handle; NULL entries are free */
    uint32_t handle_count, handle_capacity;
    bool has_domain;                 /* somebody has asked for the AppDomain; atomic */
    struct bcl_processes *processes; /* NULL until one is looked at */
    struct bcl_selector *selector;   /* NULL until a socket is waited for; atomic */
    bool exit_raised;                /* AppDomain.ProcessExit has run or runs; atomic */
    bool shutting_down;              /* it has run; atomic */
};

/* System.Threading.ThreadPool.c; false when memory is short. The workers are gone when it stops. */
bool bcl_pool_start(struct runtime *rt);
void bcl_pool_stop(struct runtime *rt);

/* System.IOSelector.c: reports the jobs in a collection; its thread is gone when it stops. */
void bcl_selector_mark(struct runtime *rt, gc_heap *gc);
void bcl_selector_stop(struct runtime *rt);

#endif
