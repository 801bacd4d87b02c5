/* Delegates: the constructor and Invoke, which the runtime provides (II.14.6).
 *
 * Of the class library's fields, m_target holds the receiver, method and method_ptr the struct
 * method; a combined delegate (MulticastDelegate.delegates) has neither and calls its parts in
 * turn. */
#include <string.h>

#include "runtime/exec/interp.h"

static struct object **target_of(struct object *delegate) {
    return (void *)((char *)delegate + delegate->type->rt->core_fields.delegate_target);
}

static struct method **method_of(struct object *delegate) {
    return (void *)((char *)delegate + delegate->type->rt->core_fields.delegate_method);
}

static struct array *parts_of(const struct object *delegate) {
    const struct core_fields *fields = &delegate->type->rt->core_fields;
    return *(struct array *const *)((const char *)delegate + fields->delegate_parts);
}

/* Whether the method, called without a receiver by a delegate of the type, wants one. */
static bool lacks_receiver(struct type *type, struct method *target) {
    il_error err;
    struct method *invoke = type_find_method(type, "Invoke", -1);
    return invoke && method_prepare_signature(target, &err) == IL_OK && target->has_this &&
           method_prepare_signature(invoke, &err) == IL_OK &&
           target->param_count == invoke->param_count;
}

void exec_delegate_init(struct thread *thread, struct method *ctor, union slot *args) {
    struct object *self = args[0].o, *receiver = args[1].o;
    struct method *target = args[2].p;
    if (!self || !target) {
        exec_throw(thread, !self ? "NullReferenceException" : "ArgumentNullException", NULL);
        return;
    }
    if (!receiver && !method_is_static(target) && lacks_receiver(ctor->owner, target)) {
        exec_throw(thread, "ArgumentException",
                   "Delegate to an instance method cannot have null 'this'.");
        return;
    }
    if (receiver && method_is_abstract(target) && receiver->type->prepared) {
        struct method *overriding = type_find_virtual(receiver->type, target);
        target = overriding ? overriding : target;
    }
    *target_of(self) = receiver;
    *method_of(self) = target;
    *(void **)((char *)self + thread->rt->core_fields.delegate_pointer) = target;
}

struct method *exec_delegate_target(struct thread *thread, const struct method *invoke,
                                    union slot *args) {
    struct object *self = args[0].o;
    (void)thread;
    if (!self || parts_of(self))
        return NULL;
    struct method *target = *method_of(self);
    struct object *receiver = *target_of(self);
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
    const struct array *parts = parts_of(args[0].o);
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
