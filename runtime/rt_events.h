/* What the runtime announces, as one table of functions.
 *
 * The runtime calls a member when it is not NULL; a table of zeros costs a predictable branch at
 * each place. Every call comes on the thread that does the work, outside any lock of the runtime,
 * so a consumer may call the query functions of rt_query.h and the runtime's set_body from within.
 * The consumer owns the table and keeps it unchanged while the runtime lives, except that members
 * may be cleared or set while no managed code runs (during start-up) or from within a call.
 *
 * Order for one run: thread_created (main thread); for each module module_load_started,
 * module_load_finished, assembly_load_finished; class_load_* and jit_* as they happen; shutdown
 * last. */
#ifndef CLARET_RT_EVENTS_H
#define CLARET_RT_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

struct runtime;
struct module;
struct type;
struct method;
struct thread;
struct object;
struct gc_heap;

typedef struct rt_events {
    void *self; /* handed back as the first argument */

    /* Before anything is loaded; what the first thread may call freely. */
    void (*started)(void *self, struct runtime *rt);
    /* The runtime will run no managed code any more; nothing is called after this. */
    void (*shutdown)(void *self);

    void (*thread_created)(void *self, struct thread *thread);
    void (*thread_destroyed)(void *self, struct thread *thread);

    void (*app_domain_created)(void *self, struct runtime *rt);
    /* Between the two the module exists, but its types are not available yet. status is 0 or a
     * negative HRESULT. */
    void (*module_load_started)(void *self, struct module *module);
    void (*module_load_finished)(void *self, struct module *module, int32_t status);
    void (*module_unload_started)(void *self, struct module *module);

    void (*class_load_started)(void *self, struct type *type);
    void (*class_load_finished)(void *self, struct type *type, int32_t status);

    /* The method's body is about to be read for the first time: the moment to replace it. Comes
     * once per method (per instantiation for generic ones), in every execution mode. */
    void (*jit_started)(void *self, struct method *method);
    void (*jit_finished)(void *self, struct method *method, int32_t status);

    void (*object_allocated)(void *self, struct object *object, struct type *type);

    /* A collection, induced (GC.Collect) or because room was wanted. Between started and finished
     * nothing managed runs and no object may be made. What can be asked, and when, stands in gc.h
     * under "Looking": gc_started is its GC_STARTED, and so on. */
    void (*gc_started)(void *self, struct gc_heap *gc, bool induced);
    void (*gc_marked)(void *self, struct gc_heap *gc);
    void (*gc_finished)(void *self, struct gc_heap *gc);

    void (*exception_thrown)(void *self, struct object *exception);
    void (*exception_search_enter)(void *self, struct method *method);
    void (*exception_search_leave)(void *self);
    void (*exception_filter_enter)(void *self, struct method *method);
    void (*exception_filter_leave)(void *self);
    void (*exception_catcher_found)(void *self, struct method *method);
    void (*exception_unwind_enter)(void *self, struct method *method);
    void (*exception_unwind_leave)(void *self);
    void (*exception_finally_enter)(void *self, struct method *method);
    void (*exception_finally_leave)(void *self);
    void (*exception_catcher_enter)(void *self, struct method *method, struct object *exception);
    void (*exception_catcher_leave)(void *self);
} rt_events;

#endif
