/* What the runtime announces, as one table of functions.
 *
 * The runtime calls a member when it is not NULL; a table of zeros costs a predictable branch at
 * each place. Every call comes on the thread that does the work, outside any lock of the runtime,
 * so a consumer may call the query functions of rt_query.h and the runtime's set_body from within,
 * and may wait for another thread that does. Several threads call at once. What is marked "holds up
 * collections" must not wait for a managed thread; the rest may, and collections go on meanwhile.
 * The consumer owns the table; members may be set at any time, atomically.
 *
 * Order for one run: thread_created (main thread); for each module module_load_started,
 * module_load_finished; class_load_* and jit_* as they happen; shutdown last. */
#ifndef CLARET_RT_EVENTS_H
#define CLARET_RT_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct runtime;
struct module;
struct type;
struct method;
struct thread;
struct object;
struct gc_heap;

/* A place in a method's code that calls the consumer: its start, in front of a return, in front of
 * a jmp to another method. */
typedef enum rt_hook_kind { RT_HOOK_ENTER, RT_HOOK_LEAVE, RT_HOOK_TAILCALL } rt_hook_kind;

typedef struct rt_hook {
    rt_hook_kind kind;
    struct method *method;
    uintptr_t client; /* what hook_wanted has given */
} rt_hook;

typedef struct rt_events {
    void *self; /* handed back as the first argument */

    /* Before anything is loaded; what the first thread may call freely. */
    void (*started)(void *self, struct runtime *rt);
    /* The runtime will run no managed code any more; nothing is called after this. */
    void (*shutdown)(void *self);

    /* On the thread itself, before any managed code and after all of it. */
    void (*thread_created)(void *self, struct thread *thread);
    void (*thread_destroyed)(void *self, struct thread *thread);
    /* On the thread that names it, or, when that was before the start, on itself. */
    void (*thread_named)(void *self, struct thread *thread, const uint16_t *name, uint32_t length);

    /* The managed threads are about to be stopped; all are, and those that ran are told one by one;
     * they are about to go on; told one by one again; they may go on. On the thread that stops
     * them, once and in this order for each stop. Nothing managed runs between the second and the
     * last. Holds up collections. */
    void (*suspend_started)(void *self, bool for_collection);
    void (*thread_suspended)(void *self, struct thread *thread);
    void (*suspend_finished)(void *self);
    void (*resume_started)(void *self);
    void (*thread_resumed)(void *self, struct thread *thread);
    void (*resume_finished)(void *self);

    void (*app_domain_created)(void *self, struct runtime *rt);
    /* Loading goes on while the runtime's lock is held; it is told when the thread lets go of it,
     * before any other thread runs a method of the module. status is 0 or a negative HRESULT. */
    void (*module_load_started)(void *self, struct module *module);
    void (*module_load_finished)(void *self, struct module *module, int32_t status);
    void (*module_unload_started)(void *self, struct module *module);

    void (*class_load_started)(void *self, struct type *type);
    void (*class_load_finished)(void *self, struct type *type, int32_t status);

    /* The method's body is about to be read for the first time: the moment to replace it. Comes
     * once per method (per instantiation for generic ones), in every execution mode. Another thread
     * that calls the method waits. */
    void (*jit_started)(void *self, struct method *method);
    void (*jit_finished)(void *self, struct method *method, int32_t status);

    /* A new version of the method was requested (rt_request_rejit) and is about to be used for the
     * first time: the moment for rt_set_rejit_body. Once per request, whatever the instantiations.
     * Then, for each instantiation when it is called, the code of the version with this id. */
    void (*rejit_parameters)(void *self, struct method *method);
    void (*rejit_started)(void *self, struct method *method, uintptr_t id);
    void (*rejit_finished)(void *self, struct method *method, uintptr_t id);

    /* Whether the method's code is to call hook, and with what client. Between jit_started and
     * jit_finished, so once; set before the runtime starts, or never. */
    bool (*hook_wanted)(void *self, struct method *method, uintptr_t *client);
    bool hook_shows; /* hook gets slots; set with hook_wanted */

    /* Control passes between managed and native code: with a P/Invoke's call (to_native) and its
     * return, with a call of a delegate by native code, then with its Invoke, and its return. */
    void (*transition)(void *self, struct method *method, bool to_native, bool is_return);

    /* Holds up collections, and so do all that follow. slots, which the consumer may read: the
     * arguments as rt_argument says, or the result; NULL unless hook_shows. Frames that an
     * exception unwinds are not left. */
    void (*hook)(void *self, const rt_hook *hook, void *slots);
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

/* Whether somebody wants the event; and calling the member in that case. */
#define RT_WANTED(events, member) (__atomic_load_n(&(events)->member, __ATOMIC_RELAXED) != NULL)
#define RT_TELL(events, member, ...)                                                               \
    do {                                                                                           \
        const rt_events *to_ = (events);                                                           \
        __typeof__(to_->member) tell_ = __atomic_load_n(&to_->member, __ATOMIC_RELAXED);           \
        if (tell_)                                                                                 \
            tell_(to_->self, ##__VA_ARGS__);                                                       \
    } while (0)

#endif
