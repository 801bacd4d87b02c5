/* System.Runtime.Remoting.Messaging.AsyncResult: delegates that are called on the thread pool.
 *
 *     BeginInvoke  arguments into a MonoMethodMessage, which an AsyncResult holds; it is queued
 *     Invoke       on a worker: calls the delegate, result or exception into the message
 *     EndInvoke    waits until it is there; gives both, and byref arguments, to its caller
 *
 * The runtime provides BeginInvoke and EndInvoke of each delegate type (II.14.6.3). */
#include "runtime/bcl/bcl_reflect.h"

#define MESSAGING "System.Runtime.Remoting.Messaging"

/* The parameters that BeginInvoke has behind those of Invoke: callback and state. */
#define BEGIN_EXTRA 2

static struct object *get(struct object *object, const char *name) {
    struct object **place = bcl_field(object, name);
    return place ? *place : NULL;
}

/* Calls a method of mscorlib's class; false with an exception pending. */
static bool call(struct thread *thread, struct type *type, const char *name, int params,
                 union slot *args) {
    struct method *method = type ? type_find_method(type, name, params) : NULL;
    return method && bcl_invoke(thread, method, args);
}

/* The first arguments of a call of method, behind this, as objects; those that are byrefs by what
 * they point to. *rest is where the others are. */
static struct array *box_arguments(struct thread *thread, const struct method *method,
                                   uint32_t count, union slot *slots, union slot **rest) {
    struct array *boxed = bcl_new_vector_of(thread, "Object", count);
    union slot *at = slots + 1;
    for (uint32_t i = 0; i < count && boxed; i++) {
        struct type *type = method->params[i];
        ((struct object **)boxed->data)[i] = type->kind == TYPE_BYREF
                                                 ? bcl_box(thread, type->element_type, at->p)
                                                 : bcl_box(thread, type, at);
        at += type_slots(type);
        if (thread->exception)
            boxed = NULL;
    }
    *rest = at;
    return boxed;
}

/* BeginInvoke(arguments, callback, state) of any delegate. */
void bcl_delegate_begin(struct thread *thread, union slot *slots) {
    const struct method *self = thread->native_method;
    struct object *delegate = slots[0].o;
    union slot *rest;
    if (!delegate || self->param_count < BEGIN_EXTRA) {
        exec_throw(thread, "NullReferenceException", NULL);
        return;
    }
    if (get(delegate, "delegates")) {
        exec_throw(thread, "ArgumentException", "The delegate must have only one target.");
        return;
    }
    struct array *arguments =
        box_arguments(thread, self, self->param_count - BEGIN_EXTRA, slots, &rest);
    struct type *result_class = arguments ? bcl_class(thread, MESSAGING, "AsyncResult") : NULL;
    struct type *message_class =
        result_class ? bcl_class(thread, MESSAGING, "MonoMethodMessage") : NULL;
    struct object *message = message_class ? exec_new_object(thread, message_class) : NULL;
    struct object *result = message ? exec_new_object(thread, result_class) : NULL;
    if (!result)
        return;
    bcl_set_field(message, "args", arguments);
    bcl_set_field(result, "call_message", message);
    bcl_set_field(result, "async_delegate", delegate);
    bcl_set_field(result, "async_callback", rest[0].o);
    bcl_set_field(result, "async_state", rest[1].o);
    union slot queue[2] = {{.o = result}, {.i4 = true}};
    if (call(thread, bcl_class(thread, "System.Threading", "ThreadPool"),
             "UnsafeQueueCustomWorkItem", 2, queue))
        slots[0].o = result;
}

/* Invoke(): what a worker of the pool does. */
void bcl_async_invoke(struct thread *thread, union slot *slots) {
    struct object *self = slots[0].o;
    struct object *delegate = get(self, "async_delegate"), *message = get(self, "call_message");
    struct method *invoke = type_find_method(delegate->type, "Invoke", -1);
    struct object *result = bcl_invoke_boxed(thread, exec_invoke, invoke, delegate,
                                             (struct array *)get(message, "args"));
    slots[0].o = NULL;
    if (thread->fatal)
        return;
    if (thread->exception)
        bcl_set_field(message, "exc", exec_take_exception(thread));
    bcl_set_field(message, "rval", result);
    union slot reply[2] = {{.o = self}, {.o = message}};
    call(thread, self->type, "SyncProcessMessage", 1, reply); /* ends the wait, calls back */
}

/* Whether the result is one of the delegate's own, and not taken yet. */
static bool check_result(struct thread *thread, struct object *delegate, struct object *result) {
    if (!delegate) {
        exec_throw(thread, "NullReferenceException", NULL);
        return false;
    }
    if (!bcl_check(thread, result))
        return false;
    uint8_t *called = bcl_field(result, "endinvoke_called");
    if (!called || get(result, "async_delegate") != delegate)
        exec_throw(thread, "InvalidOperationException",
                   "The IAsyncResult object provided does not match this delegate.");
    else if (__atomic_exchange_n(called, 1, __ATOMIC_SEQ_CST))
        exec_throw(thread, "InvalidOperationException",
                   "Cannot call EndInvoke() repeatedly or concurrently on the same AsyncResult #2");
    return !thread->exception;
}

/* Writes what the call has left in byref arguments to where the addresses at slots point. */
static bool return_byrefs(struct thread *thread, const struct method *invoke,
                          const struct array *values, const union slot *at) {
    for (uint32_t i = 0; i < invoke->param_count; i++) {
        const struct type *type = invoke->params[i];
        if (type->kind == TYPE_BYREF && !bcl_unbox(thread, type->element_type, (at++)->p,
                                                   ((struct object *const *)values->data)[i]))
            return false;
    }
    return true;
}

/* EndInvoke(byref arguments, result) of any delegate. */
void bcl_delegate_end(struct thread *thread, union slot *slots) {
    const struct method *self = thread->native_method;
    struct object *delegate = slots[0].o, *result = slots[self->arg_slots - 1].o;
    union slot wait[1] = {{.o = result}};
    il_error err;
    if (!check_result(thread, delegate, result) ||
        !call(thread, result->type, "EndInvoke", 0, wait))
        return;
    struct method *invoke = type_find_method(delegate->type, "Invoke", -1);
    struct object *message = wait[0].o, *exception = get(message, "exc");
    if (exception)
        exec_rethrow(thread, exception);
    else if (method_prepare_signature(invoke, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else if (return_byrefs(thread, invoke, (struct array *)get(message, "args"), slots + 1) &&
             self->return_type->storage != STORE_VOID)
        bcl_load_argument(thread, slots, self->return_type, get(message, "rval"));
}
