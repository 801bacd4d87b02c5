/* System.RuntimeType: type parameters. */
#include <string.h>

#include "runtime/bcl/bcl_reflect.h"
#include "runtime/types/generic.h"
#include "runtime/types/members.h"

/* Mono.RuntimeStructs.GenericParamInfo. */
struct param_info {
    struct type *type;
    const char *name;
    uint16_t flags;
    uint32_t token;
    struct type **constraints; /* ends with NULL */
};

enum { KEY_PARAM_INFO = 4 };

static struct param_info *new_param_info(struct type *variable) {
    struct mem_pool *pool = &variable->rt->pool;
    struct type *bounds[GENERIC_MAX_INTERFACES];
    uint32_t count = generic_constraints(variable, bounds, GENERIC_MAX_INTERFACES);
    struct param_info *info = mem_pool_alloc(pool, sizeof *info);
    struct type **all = mem_pool_array(pool, count + 1, sizeof *all);
    if (!info || !all)
        return NULL;
    *info = (struct param_info){variable, variable->name, (uint16_t)generic_flags(variable),
                                IL_TOKEN(IL_GenericParam, variable->row), all};
    memcpy(all, bounds, count * sizeof *all);
    return bcl_put(variable->rt, variable, KEY_PARAM_INFO, info) ? info : NULL;
}

static const struct param_info *param_info(struct type *variable) {
    struct param_info *info = bcl_get(variable->rt, variable, KEY_PARAM_INFO);
    return info ? info : new_param_info(variable);
}

/* RuntimeTypeHandle.GetGenericParameterInfo(type): stays as long as the runtime. */
void bcl_type_parameter_info(struct thread *thread, union slot *slots) {
    slots[0].p = (void *)(uintptr_t)param_info(bcl_type_of(slots[0].o));
    if (!slots[0].p)
        exec_throw_object(thread, thread->out_of_memory);
}

/* get_DeclaringMethod() of a type parameter. */
void bcl_type_declaring_method(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o);
    if (type->kind != TYPE_VARIABLE) {
        exec_throw(thread, "InvalidOperationException",
                   "DeclaringMethod can only be used on generic arguments");
        return;
    }
    struct method *method = generic_declaring_method(type);
    slots[0].o = method ? bcl_method_object(thread, method, method->owner) : NULL;
}

bool bcl_check_arguments(struct thread *thread, struct type *const *variables, uint32_t count,
                         const struct generic_context *context, struct type *const *args) {
    uint32_t culprit;
    il_error err;
    if (generic_check(variables, count, args, context, &culprit, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else if (culprit != GENERIC_NO_CULPRIT)
        exec_throw(thread, "ArgumentException",
                   "Invalid generic arguments\nParameter name: typeArguments");
    return !thread->exception;
}

/* GetCorrespondingInflatedMethod(method of the definition), and the same of constructors. */
void bcl_type_inflated_method(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o);
    const struct method *generic = bcl_method_of(slots[1].o);
    il_error err;
    if (type_members(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    struct method *method = generic->owner->definition == type->definition
                                ? type_method_of_row(type, generic->row)
                                : NULL;
    slots[0].o = method ? bcl_method_object(thread, method, type) : NULL;
}
