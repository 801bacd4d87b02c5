/* System.Delegate: making delegates without their constructors. */
#include "runtime/bcl/bcl_reflect.h"

/* AllocDelegateLike_internal(delegate): a blank object of its class, for combining. */
void bcl_delegate_allocate(struct thread *thread, union slot *slots) {
    slots[0].o = exec_new_object(thread, slots[0].o->type);
}

/* An enum stands for the integers it is made of. */
static const struct type *reduced(const struct type *type) {
    return type->is_enum ? type->element_type : type;
}

static bool same_or_assignable(const struct type *from, const struct type *to) {
    return reduced(from) == reduced(to) ||
           (type_is_reference(from) && type_is_reference(to) && !from->is_open && !to->is_open &&
            type_is_assignable(from, to));
}

/* Whether invoke's parameters from the one called first on can be passed to method's from skip on.
 */
static bool parameters_fit(const struct method *invoke, uint32_t first, const struct method *method,
                           uint32_t skip) {
    if (invoke->param_count - first != method->param_count - skip)
        return false;
    for (uint32_t i = 0; first + i < invoke->param_count; i++) {
        if (!same_or_assignable(invoke->params[first + i], method->params[skip + i]))
            return false;
    }
    return method->return_type == invoke->return_type ||
           same_or_assignable(method->return_type, invoke->return_type);
}

/* Whether a delegate calls method, closed over target when it is given: static and instance
 * methods, each open or closed over the first argument. */
static bool fits(const struct method *invoke, const struct method *method,
                 const struct object *target) {
    if (method->generic_count && method->definition == method)
        return false;
    if (method_is_static(method)) {
        bool closed = method->param_count == invoke->param_count + 1;
        if (closed && target && !type_is_assignable(target->type, method->params[0]))
            return false;
        return closed ? parameters_fit(invoke, 0, method, 1) : parameters_fit(invoke, 0, method, 0);
    }
    if (method->param_count == invoke->param_count)
        return (!target || type_is_assignable(target->type, method->owner)) &&
               parameters_fit(invoke, 0, method, 0);
    return method->param_count + 1 == invoke->param_count && !target &&
           parameters_fit(invoke, 1, method, 0);
}

/* CreateDelegate_internal(type, target, method, throw when it does not fit). */
void bcl_delegate_create(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o);
    struct object *target = slots[1].o, *method_object = slots[2].o;
    struct method *method = bcl_method_of(method_object);
    bool throws = slots[3].i4 != 0;
    il_error err;
    if (type_prepare(type, &err) != IL_OK || type_prepare(method->owner, &err) != IL_OK ||
        method_prepare_signature(method, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    struct method *invoke = type_find_method(type, "Invoke", -1);
    slots[0].o = NULL;
    if (!invoke || method_prepare_signature(invoke, &err) != IL_OK ||
        !fits(invoke, method, target)) {
        if (throws)
            exec_throw(thread, "ArgumentException", "method arguments are incompatible");
        return;
    }
    if (target && method_is_virtual(method) && method->definition == method) {
        struct method *overriding = type_find_virtual(target->type, method);
        if (overriding)
            method = overriding;
    }
    struct object *delegate = exec_new_object(thread, type);
    if (!delegate)
        return;
    bcl_set_field(delegate, "m_target", target);
    bcl_set_field(delegate, "method", method);
    bcl_set_field(delegate, "method_ptr", method);
    slots[0].o = delegate;
}

/* GetVirtualMethod_internal(): the method that a call runs. */
void bcl_delegate_method(struct thread *thread, union slot *slots) {
    struct method **method = bcl_field(slots[0].o, "method");
    slots[0].o = *method ? bcl_method_object(thread, *method, (*method)->owner) : NULL;
}
