/* What the files of profiler/ share: the host and what it keeps for each module.
 *
 *   plug-in --> info (ICorProfilerInfo15) ----> rt_query.h
 *      ^        modules: IMethodMalloc, metadata interfaces
 *      |
 *   callback <-- events <---------------------- the runtime
 *
 * The interface objects are members of the host and of its module records, so they live as long as
 * the host, their AddRef and Release always give 1, and the way back is prof_of_*. */
#ifndef CLARET_PROF_HOST_H
#define CLARET_PROF_HOST_H

#include "il.h"
#include "profiler/prof.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct mem_arena;

/* One loaded module as the plug-in sees it; made at the first question about it. */
typedef struct prof_module {
    struct prof_module *next;
    prof_host *host;
    pthread_mutex_t emit_lock; /* held by who adds metadata */
    struct module *module;
    il_module *il;
    struct mem_arena *arena;
    IMethodMalloc method_malloc;
    IMetaDataImport2 import;
    IMetaDataEmit2 emit;
    IMetaDataAssemblyImport assembly_import;
    IMetaDataAssemblyEmit assembly_emit;
} prof_module;

/* Enter, leave and tailcall hooks; set in Initialize. */
enum { PROF_HOOKS_NONE, PROF_HOOKS_2, PROF_HOOKS_3, PROF_HOOKS_3_WITH_INFO };
typedef struct prof_hooks {
    int generation;
    void *functions[RT_HOOK_TAILCALL + 1]; /* by kind */
    _Atomic(void *) mapper, mapper2;       /* FunctionIDMapper, FunctionIDMapper2 */
    void *mapper_data;
} prof_hooks;

struct prof_host {
    ICorProfilerInfo15 info;
    rt_events events;
    _Atomic(struct runtime *) rt; /* NULL before the runtime started and after Shutdown */
    ICorProfilerCallback11 *callback;
    int callback_version; /* slots of later versions do not exist */
    void *library;
    char *path;
    _Atomic(bool) initialized; /* Initialize has returned: the immutable flags stay */
    _Atomic(DWORD) mask, high_mask;
    prof_hooks hooks;
    pthread_mutex_t modules_lock;
    prof_module *modules; /* newest first; under modules_lock */
};

#define PROF_CONTAINER(type, member, pointer) ((type *)((char *)(pointer)-offsetof(type, member)))

/* *out = value unless out is NULL. */
#define PROF_PUT(out, value)                                                                       \
    do {                                                                                           \
        if (out)                                                                                   \
            *(out) = (value);                                                                      \
    } while (0)

static inline prof_host *prof_of_info(ICorProfilerInfo15 *info) {
    return PROF_CONTAINER(prof_host, info, info);
}

/* Whether a flag of the mask is set; a composite flag must be set as a whole. */
static inline bool prof_wants(const prof_host *host, DWORD flags) {
    return (atomic_load_explicit(&host->mask, memory_order_relaxed) & flags) == flags;
}

static inline bool prof_wants_high(const prof_host *host, DWORD flags) {
    return (atomic_load_explicit(&host->high_mask, memory_order_relaxed) & flags) == flags;
}

/* prof_info.c */
extern const ICorProfilerInfo15Vtbl prof_info_vtbl;

/* prof_events.c: sets the members of events that the mask asks for. */
void prof_events_update(prof_host *host);

/* prof_hooks.c: for rt_events. */
bool prof_hook_wanted(void *self, struct method *method, uintptr_t *client);
void prof_hook(void *self, const rt_hook *hook, void *slots);

/* prof_rejit.c: asks the plug-in for the parameters of a method's new version. */
void prof_rejit_ask(prof_host *host, struct method *method);

/* prof_module.c: the record of a module, made when there is none; NULL when memory is short. Safe
 * on any thread. */
prof_module *prof_module_of(prof_host *host, struct module *module);
void prof_modules_free(prof_host *host);

/* The tables of the interfaces in a module record, each in the file of its name. */
extern const IMethodMallocVtbl prof_malloc_vtbl;
extern const IMetaDataImport2Vtbl prof_import_vtbl;
extern const IMetaDataEmit2Vtbl prof_emit_vtbl;
extern const IMetaDataAssemblyImportVtbl prof_assembly_import_vtbl;
extern const IMetaDataAssemblyEmitVtbl prof_assembly_emit_vtbl;

/* The metadata interface of module with this IID: S_OK, E_POINTER, E_NOINTERFACE. */
HRESULT prof_metadata_query(prof_module *module, REFIID riid, void **out);

#endif
