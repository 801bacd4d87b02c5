/* System.Threading.Thread and InternalThread. The InternalThread is what the runtime and the class
 * library share of a thread: its state, and in `handle` the event that is set when it has ended. */
#define _GNU_SOURCE /* pthread_setname_np */
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "runtime/bcl/bcl.h"
#include "runtime/runtime.h"

static struct object *internal_of(struct object *object) {
    struct object **place = bcl_field(object, "internal_thread");
    return place ? *place : NULL;
}

static int64_t *end_of(struct object *internal) {
    return bcl_field(internal, "handle");
}

/* A new InternalThread, of the main thread or another; NULL with an exception pending. */
static struct object *new_internal(struct thread *thread, int32_t state, bool main) {
    struct type *type = bcl_class(thread, "System.Threading", "InternalThread");
    struct object *internal = type ? exec_new_object(thread, type) : NULL;
    if (!internal)
        return NULL;
    *(int32_t *)bcl_field(internal, "state") = state;
    *(int32_t *)bcl_field(internal, "priority") = 2; /* ThreadPriority.Normal */
    *(int32_t *)bcl_field(internal, "managed_id") =
        main ? 1 : 1 + __atomic_add_fetch(&thread->rt->other_threads, 1, __ATOMIC_RELAXED);
    return internal;
}

void bcl_thread_construct(struct thread *thread, union slot *slots) {
    struct object *object = slots[0].o, *internal = new_internal(thread, THREAD_UNSTARTED, false);
    if (internal)
        bcl_set_field(object, "internal_thread", internal);
}

/* The object of a thread that no managed code has started: made without constructors. */
struct object *bcl_thread_object(struct thread *thread, int32_t state) {
    struct type *type = bcl_class(thread, "System.Threading", "Thread");
    struct object *internal =
        type ? new_internal(thread, state, thread == thread->rt->main_thread) : NULL;
    struct object *object = internal ? exec_new_object(thread, type) : NULL;
    if (!object)
        return NULL;
    bcl_set_field(object, "internal_thread", internal);
    exec_set_thread_object(thread, object);
    return object;
}

void bcl_thread_current(struct thread *thread, union slot *slots) {
    struct object *object = thread->object;
    slots[0].o = object ? object : bcl_thread_object(thread, 0);
}

/* ---- Life ---- */

/* What the thread's code did not catch ends the program; but that it was aborted. */
void bcl_invoke_root(struct thread *thread, struct method *method, union slot *args) {
    if (exec_invoke_root(thread, method, args) || runtime_is_exiting(thread->rt))
        return;
    if (thread->fatal || thread->unhandled)
        runtime_end_unhandled(thread);
    else
        exec_take_exception(thread);
}

static void run_delegate(struct thread *thread, const struct thread_start *start) {
    struct method *invoke = type_find_method(start->delegate->type, "Invoke", -1);
    union slot args[2] = {{.o = start->delegate}, {.o = start->argument}};
    struct object *internal = thread->internal;
    if (invoke)
        bcl_invoke_root(thread, invoke, args);
    exec_abandon_mutexes(thread); /* before anybody can see that it has ended */
    exec_change_state(thread->rt, internal, THREAD_STOPPED, THREAD_BACKGROUND);
    exec_event_set(thread->rt, *end_of(internal), true);
}

static void *field_value(struct object *object, const char *name) {
    void **place = bcl_field(object, name);
    return place ? *place : NULL;
}

/* Thread_internal(start): whether the thread runs. */
void bcl_thread_start(struct thread *thread, union slot *slots) {
    struct object *object = slots[0].o, *internal = internal_of(object);
    struct thread_start start = {.body = run_delegate,
                                 .object = object,
                                 .delegate = slots[1].o,
                                 .argument = field_value(object, "m_ThreadStartArg"),
                                 .stack_size = *(uint32_t *)bcl_field(internal, "stack_size")};
    bool created;
    if (!(exec_change_state(thread->rt, internal, 0, THREAD_UNSTARTED) & THREAD_UNSTARTED)) {
        exec_throw(thread, "Threading.ThreadStateException", "Thread has already been started.");
        return;
    }
    int64_t end = exec_wait_new(thread, WAIT_EVENT, 0, 1, true, NULL, &created);
    *end_of(internal) = end;
    slots[0].i4 = end && exec_start_thread(thread, &start);
    if (!slots[0].i4)
        exec_change_state(thread->rt, internal, THREAD_UNSTARTED, 0);
}

/* The finalizer of InternalThread. */
void bcl_thread_free(struct thread *thread, union slot *slots) {
    int64_t *end = end_of(slots[0].o);
    exec_wait_close(thread->rt, *end);
    *end = 0;
}

/* JoinInternal(milliseconds): whether the thread has ended in time. */
void bcl_thread_join(struct thread *thread, union slot *slots) {
    struct object *internal = internal_of(slots[0].o);
    int32_t state = internal ? exec_change_state(thread->rt, internal, 0, 0) : THREAD_UNSTARTED;
    if (state & THREAD_UNSTARTED) {
        exec_throw(thread, "Threading.ThreadStateException", "Thread has not been started.");
        return;
    }
    int64_t end = *end_of(internal);
    uint64_t deadline = exec_deadline(slots[1].i4);
    slots[0].i4 = !end || exec_wait(thread, &end, 1, false, deadline, 0) == 0;
}

void bcl_thread_sleep(struct thread *thread, union slot *slots) {
    if (slots[0].i4 != 0)
        exec_sleep(thread, slots[0].i4);
    else if (!exec_take_requests(thread, true))
        sched_yield();
}

void bcl_thread_yield(struct thread *thread, union slot *slots) {
    exec_enter_safe(thread);
    slots[0].i4 = sched_yield() == 0;
    exec_leave_safe(thread);
}

/* ---- Requests ---- */

/* Makes a request of the thread that an InternalThread stands for; false when it does not run. */
static bool request(struct runtime *rt, const struct object *internal, uint32_t requests,
                    struct object *abort_state) {
    pthread_mutex_lock(&rt->world.lock);
    struct thread *target = rt->world.threads;
    while (target && target->internal != internal)
        target = target->next;
    if (target && (requests & REQUEST_ABORT))
        target->abort_state = abort_state;
    if (target)
        exec_request(target, requests);
    pthread_mutex_unlock(&rt->world.lock);
    return target != NULL;
}

void bcl_thread_interrupt(struct thread *thread, union slot *slots) {
    request(thread->rt, internal_of(slots[0].o), REQUEST_INTERRUPT, NULL);
}

/* Abort_internal(internal thread, state object). */
void bcl_thread_abort(struct thread *thread, union slot *slots) {
    struct object *internal = slots[0].o;
    exec_change_state(thread->rt, internal, THREAD_ABORT_REQUESTED, 0);
    if (!request(thread->rt, internal, REQUEST_ABORT, slots[1].o))
        exec_change_state(thread->rt, internal, THREAD_ABORTED | THREAD_STOPPED,
                          THREAD_ABORT_REQUESTED | THREAD_UNSTARTED);
    else if (internal == thread->internal)
        exec_take_abort(thread);
}

void bcl_thread_reset_abort(struct thread *thread, union slot *slots) {
    (void)slots;
    uint32_t asked =
        __atomic_fetch_and(&thread->requests, ~(uint32_t)REQUEST_ABORT, __ATOMIC_ACQ_REL);
    if (!thread->aborting && !(asked & REQUEST_ABORT)) {
        exec_throw(thread, "Threading.ThreadStateException",
                   "Unable to reset abort because no abort was requested.");
        return;
    }
    thread->aborting = false;
    thread->abort_state = NULL;
    if (thread->internal)
        exec_change_state(thread->rt, thread->internal, 0, THREAD_ABORT_REQUESTED);
}

void bcl_thread_abort_state(struct thread *thread, union slot *slots) {
    slots[0].o = thread->abort_state;
}

/* Suspend and Resume, as CoreCLR has them. */
void bcl_thread_suspend(struct thread *thread, union slot *slots) {
    (void)slots;
    exec_throw(thread, "PlatformNotSupportedException",
               "Thread suspension is not supported on this platform.");
}

/* ---- Properties ---- */

void bcl_thread_state(struct thread *thread, union slot *slots) {
    slots[0].i4 = exec_change_state(thread->rt, slots[0].o, 0, 0);
}

void bcl_thread_set_state(struct thread *thread, union slot *slots) {
    exec_change_state(thread->rt, slots[0].o, slots[1].i4, 0);
}

void bcl_thread_clear_state(struct thread *thread, union slot *slots) {
    exec_change_state(thread->rt, slots[0].o, 0, slots[1].i4);
}

void bcl_thread_priority(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = *(int32_t *)bcl_field(internal_of(slots[0].o), "priority");
}

/* Kept, but the system's scheduler is not told: it would have to be asked for privileges. */
void bcl_thread_set_priority(struct thread *thread, union slot *slots) {
    (void)thread;
    *(int32_t *)bcl_field(internal_of(slots[0].o), "priority") = slots[1].i4;
}

/* GetName_internal(internal thread). */
void bcl_thread_name(struct thread *thread, union slot *slots) {
    struct object *internal = slots[0].o;
    EXEC_LOCKED(thread->rt);
    const uint16_t *name = field_value(internal, "name_chars");
    int32_t length = *(int32_t *)bcl_field(internal, "name_length");
    struct string *string = name ? exec_new_string(thread, length) : NULL;
    if (string)
        memcpy(string->chars, name, (size_t)length * sizeof *name);
    slots[0].p = string;
}

static void name_native(const uint16_t *name, int32_t length) {
    char *text = exec_utf16_to_utf8(name, length);
    char brief[16] = "";
    if (text)
        strncat(brief, text, sizeof brief - 1);
    pthread_setname_np(pthread_self(), brief);
    mem_free(text);
}

/* SetName_icall(internal thread, name, length): the system sees the name of a thread that names
 * itself. */
void bcl_thread_set_name(struct thread *thread, union slot *slots) {
    struct object *internal = slots[0].o;
    const uint16_t *name = slots[1].p;
    int32_t length = slots[2].i4;
    size_t size = (size_t)length * sizeof *name;
    uint16_t *copy = name ? bcl_native_alloc(thread->rt, size + 1) : NULL;
    if (name && !copy) {
        exec_throw_object(thread, thread->out_of_memory);
        return;
    }
    if (copy)
        memcpy(copy, name, size);
    if (field_value(internal, "name_chars")) {
        bcl_native_free(thread->rt, copy);
        exec_throw(thread, "InvalidOperationException", "Thread.Name can only be set once.");
        return;
    }
    exec_lock(thread->rt);
    bcl_set_field(internal, "name_chars", copy);
    *(int32_t *)bcl_field(internal, "name_length") = length;
    exec_unlock(thread->rt);
    if (copy && internal == thread->internal)
        name_native(copy, length);
    struct thread *named = copy ? exec_find_thread(thread->rt, internal) : NULL;
    if (named)
        EXEC_TELL(thread->rt, thread_named, named, copy, (uint32_t)length);
}

void bcl_thread_max_stack(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = INT32_MAX;
}
