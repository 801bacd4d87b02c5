/* System.RuntimeType: type parameters, and what can be said of open types, which are never laid
 * out: their bases, interfaces and what they can be assigned to. */
#include <string.h>

#include "runtime/bcl/bcl_reflect.h"
#include "runtime/types/members.h"

enum { /* II.23.1.7 */
       PARAM_REFERENCE = 4,
       PARAM_VALUE = 8,
       PARAM_CONSTRUCTOR = 16
};

#define MAX_INTERFACES 256

/* ---- Type parameters ---- */

static uint32_t param_flags(const struct type *variable) {
    return il_cell(variable->enclosing->module->il, IL_GenericParam_Flags, variable->row);
}

struct method *bcl_declaring_method(struct type *variable) {
    struct module *module = variable->enclosing->module;
    uint32_t owner = il_cell(module->il, IL_GenericParam_Owner, variable->row);
    struct method *method;
    il_error err;
    if (IL_TOKEN_TABLE(owner) == IL_MethodDef &&
        ldr_method(module, owner, NULL, &method, &err) == IL_OK)
        return method;
    return NULL;
}

/* The rows with the constraints of a type parameter (II.22.21). */
static il_range constraint_rows(const struct type *variable) {
    return il_find_rows(variable->enclosing->module->il, IL_GenericParamConstraint_Owner,
                        IL_TOKEN(IL_GenericParam, variable->row));
}

/* The constraint of a row, in terms of the arguments in context; NULL when it cannot be loaded. */
static struct type *constraint(const struct type *variable, uint32_t row,
                               const struct generic_context *context) {
    struct module *module = variable->enclosing->module;
    uint32_t token = il_cell(module->il, IL_GenericParamConstraint_Constraint, row);
    struct type *type;
    il_error err;
    return ldr_type(module, token, context, &type, &err) == IL_OK ? type : NULL;
}

/* The parameters that the constraints of variable may name. */
static struct generic_context own_context(struct type *variable) {
    const struct method *method = bcl_declaring_method(variable);
    return method ? ldr_method_context(method) : ldr_type_context(variable->enclosing);
}

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
    struct generic_context context = own_context(variable);
    il_range rows = constraint_rows(variable);
    struct param_info *info = mem_pool_alloc(pool, sizeof *info);
    struct type **all = mem_pool_array(pool, rows.end - rows.first + 1, sizeof *all);
    uint32_t count = 0;
    if (!info || !all)
        return NULL;
    *info = (struct param_info){variable, variable->name, (uint16_t)param_flags(variable),
                                IL_TOKEN(IL_GenericParam, variable->row), all};
    for (uint32_t row = rows.first; row < rows.end; row++) {
        all[count] = constraint(variable, row, &context);
        count += all[count] != NULL;
    }
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
    struct method *method = type->kind == TYPE_VARIABLE ? bcl_declaring_method(type) : NULL;
    slots[0].o = method ? bcl_method_object(thread, method, method->owner) : NULL;
}

/* ---- Open types ---- */

struct type *bcl_base_of(struct type *type) {
    const struct core_types *core = &type->rt->core;
    if (type->kind != TYPE_VARIABLE)
        return type->parent;
    const struct param_info *info = param_info(type);
    for (uint32_t i = 0; info && info->constraints[i]; i++) {
        struct type *bound = info->constraints[i];
        if (bound->kind != TYPE_INTERFACE)
            return bound->kind == TYPE_VARIABLE ? bcl_base_of(bound) : bound;
    }
    return param_flags(type) & PARAM_VALUE ? core->value_type : core->object;
}

struct interfaces {
    struct type **items;
    uint32_t count;
};

static void collect(struct interfaces *list, struct type *type);

static void add_interface(struct interfaces *list, struct type *interface) {
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i] == interface)
            return;
    }
    if (list->count == MAX_INTERFACES)
        return;
    list->items[list->count++] = interface;
    collect(list, interface);
}

static void collect_declared(struct interfaces *list, struct type *type) {
    struct generic_context context = ldr_type_context(type);
    il_error err;
    il_range rows =
        il_find_rows(type->module->il, IL_InterfaceImpl_Class, IL_TOKEN(IL_TypeDef, type->row));
    for (uint32_t row = rows.first; row < rows.end; row++) {
        struct type *interface;
        uint32_t token = il_cell(type->module->il, IL_InterfaceImpl_Interface, row);
        if (ldr_type(type->module, token, &context, &interface, &err) == IL_OK)
            add_interface(list, interface);
    }
}

/* What vectors of element implement beyond System.Array's own. */
static void collect_vector(struct interfaces *list, struct type *vector) {
    const struct core_types *core = &vector->rt->core;
    struct type *const definitions[] = {core->ilist, core->icollection, core->ienumerable,
                                        core->iread_only_list, core->iread_only_collection};
    il_error err;
    for (size_t i = 0; i < sizeof definitions / sizeof *definitions; i++) {
        struct type *interface;
        if (ldr_instantiate(definitions[i], &vector->element_type, 1, &interface, &err) == IL_OK)
            add_interface(list, interface);
    }
}

/* The interfaces of a type, those of its base and of the interfaces themselves included. */
static void collect(struct interfaces *list, struct type *type) {
    const struct param_info *info = type->kind == TYPE_VARIABLE ? param_info(type) : NULL;
    if (type->parent)
        collect(list, type->parent);
    if (type->module)
        collect_declared(list, type);
    if (type->kind == TYPE_SZARRAY)
        collect_vector(list, type);
    for (uint32_t i = 0; info && info->constraints[i]; i++) {
        if (info->constraints[i]->kind == TYPE_INTERFACE)
            add_interface(list, info->constraints[i]);
        else
            collect(list, info->constraints[i]);
    }
}

uint32_t bcl_open_interfaces(struct type *type, struct type **out, uint32_t room) {
    struct type *all[MAX_INTERFACES];
    struct interfaces list = {all, 0};
    collect(&list, type);
    if (list.count > room)
        list.count = room;
    if (out && list.count)
        memcpy(out, all, list.count * sizeof *all);
    return list.count;
}

bool bcl_open_assignable(struct type *from, struct type *to) {
    struct type *all[MAX_INTERFACES];
    struct interfaces list = {all, 0};
    for (struct type *type = from; type; type = bcl_base_of(type)) {
        if (type == to)
            return true;
    }
    if (to->kind == TYPE_VARIABLE || from->kind == TYPE_VARIABLE) {
        const struct param_info *info = from->kind == TYPE_VARIABLE ? param_info(from) : NULL;
        for (uint32_t i = 0; info && info->constraints[i]; i++) {
            if (bcl_open_assignable(info->constraints[i], to))
                return true;
        }
        return false;
    }
    if (to == to->rt->core.object)
        return from->kind == TYPE_INTERFACE;
    if (to->kind != TYPE_INTERFACE)
        return from->kind == TYPE_SZARRAY && to->kind == TYPE_SZARRAY &&
               type_is_reference(from->element_type) &&
               bcl_open_assignable(from->element_type, to->element_type);
    collect(&list, from);
    for (uint32_t i = 0; i < list.count; i++) {
        if (all[i] == to || type_varies_to(all[i], to))
            return true;
    }
    return false;
}

/* ---- Instantiation ---- */

static bool has_public_constructor(struct type *type) {
    const struct method *ctor =
        type->flags & CLASS_ABSTRACT ? NULL : type_find_method(type, ".ctor", 0);
    return type_is_value(type) ||
           (ctor && (ctor->flags & METHOD_ACCESS_MASK) == METHOD_PUBLIC && !method_is_static(ctor));
}

/* Whether a closed argument is what the parameter's constraints want (II.10.1.7). Open ones are not
 * looked at: they may be anything yet. */
static bool satisfies(const struct type *variable, struct type *argument,
                      const struct generic_context *context) {
    uint32_t flags = param_flags(variable);
    il_range rows = constraint_rows(variable);
    il_error err;
    if (argument->is_open)
        return true;
    if (argument->kind == TYPE_BYREF || argument->kind == TYPE_POINTER ||
        argument->element == IL_TYPE_VOID || type_prepare(argument, &err) != IL_OK)
        return false;
    if ((flags & PARAM_REFERENCE) && !type_is_reference(argument))
        return false;
    if ((flags & PARAM_VALUE) && (!type_is_value(argument) || argument->is_nullable))
        return false;
    if ((flags & PARAM_CONSTRUCTOR) && !has_public_constructor(argument))
        return false;
    for (uint32_t row = rows.first; row < rows.end; row++) {
        struct type *bound = constraint(variable, row, context);
        if (!bound || (!bound->is_open && (type_prepare(bound, &err) != IL_OK ||
                                           !type_is_assignable(argument, bound))))
            return false;
    }
    return true;
}

bool bcl_check_arguments(struct thread *thread, struct type *const *variables, uint32_t count,
                         const struct generic_context *context, struct type *const *args) {
    for (uint32_t i = 0; i < count; i++) {
        if (!satisfies(variables[i], args[i], context)) {
            exec_throw(thread, "ArgumentException",
                       "Invalid generic arguments\nParameter name: typeArguments");
            return false;
        }
    }
    return true;
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
