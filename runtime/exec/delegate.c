/* Delegates: the constructor and Invoke, which the runtime provides (II.14.6).
 *
 * Of the class library's fields, m_target holds the receiver, method and method_ptr the struct
 * method; a combined delegate (MulticastDelegate.delegates) has neither and calls its parts in
 * turn. */
#include <string.h>

#include "runtime/exec/interp.h"

static void *field_at(struct object *object, struct type *owner, const char *name) {
    struct field *field = type_find_field(owner, name);
    return field ? (char *)object + field->offset : NULL;
}

void exec_delegate_init(struct thread *thread, struct method *ctor, union slot *args) {
    struct type *delegate = thread->rt->core.delegate;
    struct object *self = args[0].o;
    (void)ctor;
    if (!self || !args[2].p) {
        exec_throw(thread, !self ? "NullReferenceException" : "ArgumentException", NULL);
        return;
    }
    *(struct object **)field_at(self, delegate, "m_target") = args[1].o;
    *(void **)field_at(self, delegate, "method") = args[2].p;
    *(void **)field_at(self, delegate, "method_ptr") = args[2].p;
}

struct method *exec_delegate_target(struct thread *thread, const struct method *invoke,
                                    union slot *args) {
    const struct core_types *core = &thread->rt->core;
    struct object *self = args[0].o;
    if (!self || *(struct array **)field_at(self, core->multicast_delegate, "delegates"))
        return NULL;
    struct method *target = *(struct method **)field_at(self, core->delegate, "method");
    struct object *receiver = *(struct object **)field_at(self, core->delegate, "m_target");
    il_error err;
    if (!target || method_prepare_signature(target, &err) != IL_OK)
        return NULL;
    if (target->arg_slots == invoke->arg_slots) {
        args[0].o = receiver; /* closed over the receiver or the first argument */
        if (target->unbox_this && receiver)
            args[0].p = (char *)receiver + OBJECT_HEADER;
    } else if (target->arg_slots + 1 == invoke->arg_slots) {
        memmove(args, args + 1, target->arg_slots * sizeof *args);
        receiver = target->has_this && !target->unbox_this ? args[0].o : NULL;
        if (receiver && method_is_virtual(target)) /* open over the receiver */
            target = type_find_virtual(receiver->type, target);
    } else {
        return NULL;
    }
    return target;
}

static void invoke_all(struct thread *thread, struct method *invoke, union slot *args,
                       const struct array *parts) {
    uint32_t slots =
        invoke->arg_slots > invoke->return_slots ? invoke->arg_slots : invoke->return_slots;
    union slot *copy = exec_stack_top(thread), *saved = thread->native_top;
    if (copy < args + slots) /* compiled code put the arguments there */
        copy = args + slots;
    if (copy + slots > thread->stack_end) {
        exec_throw_stack_overflow(thread);
        return;
    }
    for (int32_t i = 0; i < parts->length && !thread->exception; i++) {
        memcpy(copy, args, invoke->arg_slots * sizeof *args);
        copy[0].o = ((struct object *const *)parts->data)[i];
        thread->native_top = copy + slots;
        exec_call_special(thread, invoke, copy);
    }
    thread->native_top = saved;
    memcpy(args, copy, invoke->return_slots * sizeof *args);
}

void exec_delegate_invoke(struct thread *thread, struct method *invoke, union slot *args) {
    if (!args[0].o) {
        exec_throw(thread, "NullReferenceException", NULL);
        return;
    }
    const struct array *parts =
        *(struct array **)field_at(args[0].o, thread->rt->core.multicast_delegate, "delegates");
    if (parts) {
        invoke_all(thread, invoke, args, parts);
        return;
    }
    struct method *target = exec_delegate_target(thread, invoke, args);
    if (!target)
        exec_throw(thread, "NotSupportedException", "this kind of delegate");
    else
        exec_call_from_compiled(thread, target, args, thread->compiled_top);
}
