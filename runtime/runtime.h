/* The runtime: one instance is one independent world of modules, types, threads and heap. */
#ifndef CLARET_RUNTIME_H
#define CLARET_RUNTIME_H

#include "claret.h"
#include "runtime/exec/finalizer.h"
#include "runtime/exec/safe.h"
#include "runtime/loader/module.h"
#include "runtime/memory/mem.h"
#include "runtime/object.h"
#include "runtime/rt_events.h"

/* Types of mscorlib that the runtime itself names. */
struct core_types {
#define CORE_TYPE(member, name_space, name) struct type *member;
#include "runtime/core_types.def"
#undef CORE_TYPE
};

/* Offsets of instance fields from the object's start. */
struct core_fields {
#define CORE_FIELD(member, type, name) uint32_t member;
#include "runtime/core_fields.def"
#undef CORE_FIELD
};

struct native_copy;
struct string_table;
struct bcl_state;
struct interop_state;

struct runtime {
    claret_config config;
    rt_events *events; /* never NULL */
    rt_events no_events;
    struct mem_pool pool; /* types, methods, code: what lives as long as the runtime */
    struct ldr_hooks hooks;
    struct module **modules; /* in the pool; rt_query.c reads it without the lock */
    uint32_t module_count, module_capacity;
    struct module *corlib;
    struct module *program;         /* the one that is run; NULL before */
    struct module *dynamic_methods; /* hidden: holds DynamicMethods; NULL before the first */
    int argument_count;
    char *const *arguments; /* the embedder's, while it runs the program */
    char *program_path;     /* absolute; NULL when there is no program */
    char *program_folder;   /* assemblies are looked for here first */
    struct core_types core;
    struct core_fields core_fields;
    struct type **constructed; /* hash table of instantiations and multi-dimensional arrays */
    uint32_t constructed_count, constructed_capacity;
    struct type *variables[2][MAX_TYPE_ARGUMENTS]; /* !0 ... and !!0 ..., made when first named */
    uint32_t thread_static_count;  /* fields of which each thread has its own */
    struct string_table *strings;  /* interned strings */
    gc_heap *gc;
    struct type *rooted;   /* types with static fields or objects of their own, by next_rooted */
    struct bcl_state *bcl; /* what the class library's native side keeps */
    struct interop_state *interop; /* libraries and callbacks; NULL until there are any */
    struct world world;
    uintptr_t last_rejit; /* under the lock of the tables */
    struct finalizer finalizer;
    struct thread *main_thread;
    bool main_runs; /* a program's Main, on the main thread; under the world's lock */
    struct wait_table *waits;
    struct monitors *monitors;
    int32_t other_threads; /* managed threads made beside the main one; atomic */
    struct jit *jit;
    void *uncompiled_entry;    /* what struct method.entry is at first */
    int32_t exit_status;       /* of a Main that returns none, and of Environment.Exit */
    bool exiting;              /* Environment.Exit was called, or the runtime goes; atomic */
    uint64_t methods_prepared; /* lowered, for the statistics */
};

/* Ends the process where nothing can be unwound, because native code is on the stack: prints the
 * message, or reports the thread's pending exception as unhandled (status 134), or ends as
 * Environment.Exit has asked. */
_Noreturn void runtime_end_process(struct runtime *rt, struct thread *thread, const char *message);
static inline bool runtime_is_exiting(const struct runtime *rt) {
    return __atomic_load_n(&rt->exiting, __ATOMIC_ACQUIRE);
}

/* Reports the pending exception, which nobody caught, and ends the program. */
void runtime_end_unhandled(struct thread *thread);

/* Notes the path of the program: assemblies are looked for beside it first. False when memory is
 * short. */
bool runtime_set_program_path(struct runtime *rt, const char *path);

#endif
