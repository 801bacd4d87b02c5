/* From the runtime's events to the plug-in's callbacks.
 *
 * The host's rt_events has a function only where the event mask asks for it (prof_events.def), so
 * an event nobody wants costs the runtime one test. IDs are the runtime's own addresses; a module
 * is also its assembly, the runtime is the application domain. What a callback returns is ignored,
 * as in CoreCLR. */
#include "profiler/prof_host.h"
#include "runtime/rt_query.h"

#define ID(pointer) ((UINT_PTR)(pointer))
/* CALL(self, Method, arguments ...) calls the plug-in. */
#define CALLBACK(self)          (((prof_host *)(self))->callback)
#define CALL(self, method, ...) CALLBACK(self)->lpVtbl->method(CALLBACK(self), __VA_ARGS__)
#define CALL0(self, method)     CALLBACK(self)->lpVtbl->method(CALLBACK(self))

/* ---- The runtime itself ---- */

static void on_started(void *self, struct runtime *rt) {
    prof_host *host = self;
    atomic_store(&host->rt, rt);
}

/* The last callback; from here on no ID means anything any more. */
static void on_shutdown(void *self) {
    prof_host *host = self;
    CALL0(self, Shutdown);
    atomic_store(&host->phase, PROF_SHUT_DOWN);
    atomic_store(&host->rt, NULL);
    prof_events_update(host);
}

static void on_app_domain_created(void *self, struct runtime *rt) {
    CALL(self, AppDomainCreationStarted, ID(rt));
    CALL(self, AppDomainCreationFinished, ID(rt), S_OK);
}

static void on_thread_created(void *self, struct thread *thread) {
    CALL(self, ThreadCreated, ID(thread));
    CALL(self, ThreadAssignedToOSThread, ID(thread), rt_thread_os_id(thread));
}

static void on_thread_destroyed(void *self, struct thread *thread) {
    CALL(self, ThreadDestroyed, ID(thread));
}

/* ---- Loading ---- */

static void on_module_load_started(void *self, struct module *module) {
    if (prof_wants(self, COR_PRF_MONITOR_ASSEMBLY_LOADS))
        CALL(self, AssemblyLoadStarted, ID(module));
    if (prof_wants(self, COR_PRF_MONITOR_MODULE_LOADS))
        CALL(self, ModuleLoadStarted, ID(module));
}

static void on_module_load_finished(void *self, struct module *module, int32_t status) {
    if (prof_wants(self, COR_PRF_MONITOR_MODULE_LOADS)) {
        CALL(self, ModuleLoadFinished, ID(module), status);
        CALL(self, ModuleAttachedToAssembly, ID(module), ID(module));
    }
    if (prof_wants(self, COR_PRF_MONITOR_ASSEMBLY_LOADS))
        CALL(self, AssemblyLoadFinished, ID(module), status);
}

static void on_module_unload_started(void *self, struct module *module) {
    if (prof_wants(self, COR_PRF_MONITOR_MODULE_LOADS)) {
        CALL(self, ModuleUnloadStarted, ID(module));
        CALL(self, ModuleUnloadFinished, ID(module), S_OK);
    }
    if (prof_wants(self, COR_PRF_MONITOR_ASSEMBLY_LOADS))
        CALL(self, AssemblyUnloadFinished, ID(module), S_OK);
}

static void on_class_load_started(void *self, struct type *type) {
    CALL(self, ClassLoadStarted, ID(type));
}

static void on_class_load_finished(void *self, struct type *type, int32_t status) {
    CALL(self, ClassLoadFinished, ID(type), status);
}

/* ---- Methods ---- */

static void on_jit_started(void *self, struct method *method) {
    CALL(self, JITCompilationStarted, ID(method), TRUE);
}

/* CoreCLR never announces the end of a compilation that failed. */
static void on_jit_finished(void *self, struct method *method, int32_t status) {
    if (SUCCEEDED(status))
        CALL(self, JITCompilationFinished, ID(method), status, TRUE);
}

static void on_object_allocated(void *self, struct object *object, struct type *type) {
    if (prof_wants(self, COR_PRF_ENABLE_OBJECT_ALLOCATED))
        CALL(self, ObjectAllocated, ID(object), ID(type));
}

/* ---- Exceptions ---- */

static void on_exception_thrown(void *self, struct object *exception) {
    CALL(self, ExceptionThrown, ID(exception));
}

static void on_exception_search_enter(void *self, struct method *method) {
    CALL(self, ExceptionSearchFunctionEnter, ID(method));
}

static void on_exception_search_leave(void *self) {
    CALL0(self, ExceptionSearchFunctionLeave);
}

static void on_exception_filter_enter(void *self, struct method *method) {
    CALL(self, ExceptionSearchFilterEnter, ID(method));
}

static void on_exception_filter_leave(void *self) {
    CALL0(self, ExceptionSearchFilterLeave);
}

static void on_exception_catcher_found(void *self, struct method *method) {
    CALL(self, ExceptionSearchCatcherFound, ID(method));
}

static void on_exception_unwind_enter(void *self, struct method *method) {
    CALL(self, ExceptionUnwindFunctionEnter, ID(method));
}

static void on_exception_unwind_leave(void *self) {
    CALL0(self, ExceptionUnwindFunctionLeave);
}

static void on_exception_finally_enter(void *self, struct method *method) {
    CALL(self, ExceptionUnwindFinallyEnter, ID(method));
}

static void on_exception_finally_leave(void *self) {
    CALL0(self, ExceptionUnwindFinallyLeave);
}

static void on_exception_catcher_enter(void *self, struct method *method,
                                       struct object *exception) {
    CALL(self, ExceptionCatcherEnter, ID(method), ID(exception));
}

static void on_exception_catcher_leave(void *self) {
    CALL0(self, ExceptionCatcherLeave);
}

/* ---- The table ---- */

void prof_events_update(prof_host *host) {
    rt_events *events = &host->events;
    bool down = atomic_load(&host->phase) == PROF_SHUT_DOWN;
    DWORD mask = down ? 0 : atomic_load(&host->mask);
    events->started = on_started;
    events->shutdown = down ? NULL : on_shutdown;
#define PROF_EVENT(member, flags) events->member = mask & (flags) ? on_##member : NULL;
#include "profiler/prof_events.def"
#undef PROF_EVENT
}

rt_events *prof_events(prof_host *host) {
    return &host->events;
}
