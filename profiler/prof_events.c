/* From the runtime's events to the plug-in's callbacks.
 *
 * The host's rt_events has a function only where the event mask has asked for it (prof_events.def),
 * so an event nobody wants costs the runtime one test. A plug-in may change its mask on a thread of
 * its own while the runtime is between that test and the call; so a member is never cleared, and
 * each callback looks at the mask again. Any number of threads are in here at once; nothing of the
 * host is written but by Shutdown, which empties the mask.
 *
 * IDs are the runtime's own addresses; a module is also its assembly, the runtime is the
 * application domain. What a callback returns is ignored, as in CoreCLR. */
#include "profiler/prof_gc.h"
#include "profiler/prof_host.h"
#include "runtime/rt_query.h"

#define ID(pointer) ((UINT_PTR)(pointer))

/* CALL(self, GROUP, Method, arguments ...): the callback, when the mask has COR_PRF_MONITOR_GROUP.
 */
#define CALL(self, group, method, ...)                                                             \
    do {                                                                                           \
        prof_host *host_ = (self);                                                                 \
        if (prof_wants(host_, COR_PRF_MONITOR_##group))                                            \
            host_->callback->lpVtbl->method(host_->callback, ##__VA_ARGS__);                       \
    } while (0)

/* ---- The runtime itself ---- */

static void on_started(void *self, struct runtime *rt) {
    prof_host *host = self;
    atomic_store(&host->rt, rt);
}

/* The last callback; from here on no ID means anything any more, and threads that are still in a
 * system call find an empty mask when they come back. */
static void on_shutdown(void *self) {
    prof_host *host = self;
    host->callback->lpVtbl->Shutdown(host->callback);
    atomic_store(&host->mask, 0);
    atomic_store(&host->high_mask, 0);
    atomic_store(&host->rt, NULL);
}

static void on_app_domain_created(void *self, struct runtime *rt) {
    CALL(self, APPDOMAIN_LOADS, AppDomainCreationStarted, ID(rt));
    CALL(self, APPDOMAIN_LOADS, AppDomainCreationFinished, ID(rt), S_OK);
}

static void on_thread_created(void *self, struct thread *thread) {
    CALL(self, THREADS, ThreadCreated, ID(thread));
    CALL(self, THREADS, ThreadAssignedToOSThread, ID(thread), rt_thread_os_id(thread));
}

static void on_thread_destroyed(void *self, struct thread *thread) {
    CALL(self, THREADS, ThreadDestroyed, ID(thread));
}

static void on_thread_named(void *self, struct thread *thread, const uint16_t *name,
                            uint32_t length) {
    CALL(self, THREADS, ThreadNameChanged, ID(thread), length, (WCHAR *)(uintptr_t)name);
}

/* ---- Suspension ---- */

static void on_suspend_started(void *self, bool for_collection) {
    CALL(self, SUSPENDS, RuntimeSuspendStarted,
         for_collection ? COR_PRF_SUSPEND_FOR_GC : COR_PRF_SUSPEND_FOR_PROFILER);
}

static void on_thread_suspended(void *self, struct thread *thread) {
    CALL(self, SUSPENDS, RuntimeThreadSuspended, ID(thread));
}

static void on_suspend_finished(void *self) {
    CALL(self, SUSPENDS, RuntimeSuspendFinished);
}

static void on_resume_started(void *self) {
    CALL(self, SUSPENDS, RuntimeResumeStarted);
}

static void on_thread_resumed(void *self, struct thread *thread) {
    CALL(self, SUSPENDS, RuntimeThreadResumed, ID(thread));
}

static void on_resume_finished(void *self) {
    CALL(self, SUSPENDS, RuntimeResumeFinished);
}

/* ---- Loading ---- */

static void on_module_load_started(void *self, struct module *module) {
    CALL(self, ASSEMBLY_LOADS, AssemblyLoadStarted, ID(module));
    CALL(self, MODULE_LOADS, ModuleLoadStarted, ID(module));
}

static void on_module_load_finished(void *self, struct module *module, int32_t status) {
    CALL(self, MODULE_LOADS, ModuleLoadFinished, ID(module), status);
    CALL(self, MODULE_LOADS, ModuleAttachedToAssembly, ID(module), ID(module));
    CALL(self, ASSEMBLY_LOADS, AssemblyLoadFinished, ID(module), status);
}

static void on_module_unload_started(void *self, struct module *module) {
    CALL(self, MODULE_LOADS, ModuleUnloadStarted, ID(module));
    CALL(self, MODULE_LOADS, ModuleUnloadFinished, ID(module), S_OK);
    CALL(self, ASSEMBLY_LOADS, AssemblyUnloadFinished, ID(module), S_OK);
}

static void on_class_load_started(void *self, struct type *type) {
    CALL(self, CLASS_LOADS, ClassLoadStarted, ID(type));
}

static void on_class_load_finished(void *self, struct type *type, int32_t status) {
    CALL(self, CLASS_LOADS, ClassLoadFinished, ID(type), status);
}

/* ---- Methods ---- */

static void on_jit_started(void *self, struct method *method) {
    CALL(self, JIT_COMPILATION, JITCompilationStarted, ID(method), TRUE);
}

/* CoreCLR never announces the end of a compilation that failed. */
static void on_jit_finished(void *self, struct method *method, int32_t status) {
    if (SUCCEEDED(status))
        CALL(self, JIT_COMPILATION, JITCompilationFinished, ID(method), status, TRUE);
}

static void on_transition(void *self, struct method *method, bool to_native, bool is_return) {
    COR_PRF_TRANSITION_REASON reason =
        is_return ? COR_PRF_TRANSITION_RETURN : COR_PRF_TRANSITION_CALL;
    if (!rt_is_method(((prof_host *)self)->rt, method))
        return; /* of a DynamicMethod's module, which nobody sees */
    if (to_native)
        CALL(self, CODE_TRANSITIONS, ManagedToUnmanagedTransition, ID(method), reason);
    else
        CALL(self, CODE_TRANSITIONS, UnmanagedToManagedTransition, ID(method), reason);
}

/* Only plug-ins that have ICorProfilerCallback4 can request versions. */
static void on_rejit_parameters(void *self, struct method *method) {
    prof_rejit_ask(self, method);
}

static void on_rejit_started(void *self, struct method *method, uintptr_t id) {
    prof_host *host = self;
    host->callback->lpVtbl->ReJITCompilationStarted(host->callback, ID(method), id, TRUE);
}

static void on_rejit_finished(void *self, struct method *method, uintptr_t id) {
    prof_host *host = self;
    host->callback->lpVtbl->ReJITCompilationFinished(host->callback, ID(method), id, S_OK, TRUE);
}

static void on_object_allocated(void *self, struct object *object, struct type *type) {
    CALL(self, OBJECT_ALLOCATED, ObjectAllocated, ID(object), ID(type));
}

/* ---- Exceptions ---- */

static void on_exception_thrown(void *self, struct object *exception) {
    CALL(self, EXCEPTIONS, ExceptionThrown, ID(exception));
}

static void on_exception_search_enter(void *self, struct method *method) {
    CALL(self, EXCEPTIONS, ExceptionSearchFunctionEnter, ID(method));
}

static void on_exception_search_leave(void *self) {
    CALL(self, EXCEPTIONS, ExceptionSearchFunctionLeave);
}

static void on_exception_filter_enter(void *self, struct method *method) {
    CALL(self, EXCEPTIONS, ExceptionSearchFilterEnter, ID(method));
}

static void on_exception_filter_leave(void *self) {
    CALL(self, EXCEPTIONS, ExceptionSearchFilterLeave);
}

static void on_exception_catcher_found(void *self, struct method *method) {
    CALL(self, EXCEPTIONS, ExceptionSearchCatcherFound, ID(method));
}

static void on_exception_unwind_enter(void *self, struct method *method) {
    CALL(self, EXCEPTIONS, ExceptionUnwindFunctionEnter, ID(method));
}

static void on_exception_unwind_leave(void *self) {
    CALL(self, EXCEPTIONS, ExceptionUnwindFunctionLeave);
}

static void on_exception_finally_enter(void *self, struct method *method) {
    CALL(self, EXCEPTIONS, ExceptionUnwindFinallyEnter, ID(method));
}

static void on_exception_finally_leave(void *self) {
    CALL(self, EXCEPTIONS, ExceptionUnwindFinallyLeave);
}

static void on_exception_catcher_enter(void *self, struct method *method,
                                       struct object *exception) {
    CALL(self, EXCEPTIONS, ExceptionCatcherEnter, ID(method), ID(exception));
}

static void on_exception_catcher_leave(void *self) {
    CALL(self, EXCEPTIONS, ExceptionCatcherLeave);
}

/* ---- Collections ---- */

static bool wants_collections(const prof_host *host) {
    return prof_wants(host, COR_PRF_MONITOR_GC) || prof_wants_high(host, COR_PRF_HIGH_BASIC_GC);
}

/* Every collection is one of the whole heap, so of all the generations that corprof.h knows. */
static void on_gc_started(void *self, struct gc_heap *gc, bool induced) {
    prof_host *host = self;
    if (wants_collections(host)) {
        BOOL collected[] = {TRUE, TRUE, TRUE, TRUE}; /* to COR_PRF_GC_LARGE_OBJECT_HEAP */
        host->callback->lpVtbl->GarbageCollectionStarted(
            host->callback, (int)(sizeof collected / sizeof *collected), collected,
            induced ? COR_PRF_GC_INDUCED : COR_PRF_GC_OTHER);
    }
    if (prof_wants(host, COR_PRF_MONITOR_GC))
        prof_gc_tell_allocated(host, gc);
}

static void on_gc_marked(void *self, struct gc_heap *gc) {
    if (!prof_wants(self, COR_PRF_MONITOR_GC))
        return;
    prof_gc_tell_survivors(self, gc);
    prof_gc_tell_roots(self, gc);
    prof_gc_tell_objects(self, gc);
}

static void on_gc_finished(void *self, struct gc_heap *gc) {
    (void)gc;
    prof_host *host = self;
    if (wants_collections(host))
        host->callback->lpVtbl->GarbageCollectionFinished(host->callback);
}

/* ---- The table ---- */

/* Any thread may be reading the table. */
#define SET(member) __atomic_store_n(&events->member, on_##member, __ATOMIC_RELAXED)

void prof_events_update(prof_host *host) {
    rt_events *events = &host->events;
    DWORD mask = atomic_load(&host->mask), high_mask = atomic_load(&host->high_mask);
    SET(started);
    SET(shutdown);
    if (mask & COR_PRF_MONITOR_ENTERLEAVE && host->hooks.generation && !host->initialized) {
        events->hook_wanted = prof_hook_wanted;
        events->hook = prof_hook;
        events->hook_shows = mask & (COR_PRF_ENABLE_FUNCTION_ARGS | COR_PRF_ENABLE_FUNCTION_RETVAL);
    }
#define PROF_EVENT(member, flags)                                                                  \
    if (mask & (flags))                                                                            \
        SET(member);
#define PROF_EVENT_HIGH(member, flags)                                                             \
    if (high_mask & (flags))                                                                       \
        SET(member);
#include "profiler/prof_events.def"
#undef PROF_EVENT
#undef PROF_EVENT_HIGH
}

rt_events *prof_events(prof_host *host) {
    return &host->events;
}
