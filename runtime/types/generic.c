/* See generic.h. */
#include "runtime/types/generic.h"

#include <stdio.h>
#include <string.h>

#include "il_attr.h"
#include "runtime/runtime.h"
#include "runtime/types/members.h"

/* How deep arguments of arguments are compared. */
#define MAX_DEPTH 16

/* ---- Parameters ---- */

uint32_t generic_flags(const struct type *variable) {
    return il_cell(variable->enclosing->module->il, IL_GenericParam_Flags, variable->row);
}

struct method *generic_declaring_method(const struct type *variable) {
    struct module *module = variable->enclosing->module;
    uint32_t owner = il_cell(module->il, IL_GenericParam_Owner, variable->row);
    struct method *method;
    il_error err;
    if (IL_TOKEN_TABLE(owner) == IL_MethodDef &&
        ldr_method(module, owner, NULL, &method, &err) == IL_OK)
        return method;
    return NULL;
}

/* II.22.21 */
static il_range constraint_rows(const struct type *variable) {
    return il_find_rows(variable->enclosing->module->il, IL_GenericParamConstraint_Owner,
                        IL_TOKEN(IL_GenericParam, variable->row));
}

/* The constraint of a row, in terms of the arguments in context. */
static il_status load_constraint(const struct type *variable, uint32_t row,
                                 const struct generic_context *context, struct type **out,
                                 il_error *err) {
    struct module *module = variable->enclosing->module;
    uint32_t token = il_cell(module->il, IL_GenericParamConstraint_Constraint, row);
    return ldr_type(module, token, context, out, err);
}

uint32_t generic_constraints(const struct type *variable, struct type **out, uint32_t room) {
    const struct method *method = generic_declaring_method(variable);
    struct generic_context context =
        method ? ldr_method_context(method) : ldr_type_context(variable->enclosing);
    il_range rows = constraint_rows(variable);
    uint32_t count = 0;
    il_error err;
    for (uint32_t row = rows.first; row < rows.end && count < room; row++)
        count += load_constraint(variable, row, &context, &out[count], &err) == IL_OK;
    return count;
}

/* ---- Bases and interfaces ---- */

struct type *generic_base(struct type *type) {
    const struct core_types *core = &type->rt->core;
    struct type *bounds[GENERIC_MAX_INTERFACES];
    if (type->kind != TYPE_VARIABLE)
        return type->parent;
    uint32_t count = generic_constraints(type, bounds, GENERIC_MAX_INTERFACES);
    for (uint32_t i = 0; i < count; i++) {
        if (bounds[i]->kind != TYPE_INTERFACE)
            return bounds[i]->kind == TYPE_VARIABLE ? generic_base(bounds[i]) : bounds[i];
    }
    return generic_flags(type) & PARAM_VALUE ? core->value_type : core->object;
}

struct interfaces {
    struct type **items;
    uint32_t count, room;
};

static void collect(struct interfaces *list, struct type *type);

static void add_interface(struct interfaces *list, struct type *interface) {
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i] == interface)
            return;
    }
    if (list->count == list->room)
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

static void collect_constraints(struct interfaces *list, const struct type *variable) {
    struct type *bounds[GENERIC_MAX_INTERFACES];
    uint32_t count = generic_constraints(variable, bounds, GENERIC_MAX_INTERFACES);
    for (uint32_t i = 0; i < count; i++) {
        if (bounds[i]->kind == TYPE_INTERFACE)
            add_interface(list, bounds[i]);
        else
            collect(list, bounds[i]);
    }
}

/* The interfaces of a type, those of its base and of the interfaces themselves included. */
static void collect(struct interfaces *list, struct type *type) {
    if (type->parent)
        collect(list, type->parent);
    if (type->module)
        collect_declared(list, type);
    if (type->kind == TYPE_SZARRAY)
        collect_vector(list, type);
    if (type->kind == TYPE_VARIABLE)
        collect_constraints(list, type);
}

uint32_t generic_interfaces(struct type *type, struct type **out, uint32_t room) {
    struct interfaces list = {out, 0, room};
    collect(&list, type);
    return list.count;
}

/* ---- Assignability ---- */

static bool assignable(struct type *from, struct type *to, int depth);

/* Whether from is to with arguments that vary as the definition allows. */
static bool varies(const struct type *from, const struct type *to, int depth) {
    const uint8_t *variance = to->definition->variance;
    if (from->definition != to->definition || !variance)
        return false;
    for (uint32_t i = 0; i < to->arg_count; i++) {
        struct type *a = from->args[i], *b = to->args[i];
        if (a == b)
            continue;
        if (variance[i] == INVARIANT || !type_is_reference(a) || !type_is_reference(b) ||
            !(variance[i] == COVARIANT ? assignable(a, b, depth + 1) : assignable(b, a, depth + 1)))
            return false;
    }
    return true;
}

static bool array_assignable(const struct type *from, const struct type *to, int depth) {
    struct type *a = from->element_type, *b = to->element_type;
    if (from->kind != to->kind || from->rank != to->rank)
        return false;
    return a == b ||
           (type_is_reference(a) && type_is_reference(b) ? assignable(a, b, depth + 1)
                                                         : array_elements_compatible(a, b));
}

static bool implements(struct type *from, struct type *to, int depth) {
    struct type *all[GENERIC_MAX_INTERFACES];
    uint32_t count = generic_interfaces(from, all, GENERIC_MAX_INTERFACES);
    for (uint32_t i = 0; i < count; i++) {
        if (all[i] == to || varies(all[i], to, depth))
            return true;
    }
    /* IList<Derived> of a vector stands for IList<Base>, too, although it does not vary. */
    for (uint32_t i = 0; from->kind == TYPE_SZARRAY && i < count; i++) {
        if (all[i]->definition == to->definition && to->arg_count == 1 &&
            type_is_reference(to->args[0]) && type_is_reference(from->element_type))
            return assignable(from->element_type, to->args[0], depth + 1);
    }
    return varies(from, to, depth);
}

static bool bound_assignable(const struct type *variable, struct type *to, int depth) {
    struct type *bounds[GENERIC_MAX_INTERFACES];
    uint32_t count = generic_constraints(variable, bounds, GENERIC_MAX_INTERFACES);
    for (uint32_t i = 0; i < count; i++) {
        if (assignable(bounds[i], to, depth + 1))
            return true;
    }
    return false;
}

static bool assignable(struct type *from, struct type *to, int depth) {
    if (depth > MAX_DEPTH)
        return false;
    for (struct type *type = from; type; type = generic_base(type)) {
        if (type == to || (to->is_delegate && varies(type, to, depth)))
            return true;
    }
    if (to->kind == TYPE_VARIABLE || from->kind == TYPE_VARIABLE)
        return from->kind == TYPE_VARIABLE && bound_assignable(from, to, depth);
    if (to == to->rt->core.object)
        return from->kind == TYPE_INTERFACE;
    if (to->kind == TYPE_INTERFACE)
        return implements(from, to, depth);
    return (to->kind == TYPE_SZARRAY || to->kind == TYPE_ARRAY) &&
           array_assignable(from, to, depth);
}

bool generic_is_assignable(struct type *from, struct type *to) {
    return assignable(from, to, 0);
}

/* ---- Comparing constraints ---- */

/* Whether one of the constraints of variable, in context, is bound. */
static il_status has_constraint(const struct type *variable, const struct generic_context *context,
                                const struct type *bound, bool *found, il_error *err) {
    il_range rows = constraint_rows(variable);
    il_status status = IL_OK;
    *found = false;
    for (uint32_t row = rows.first; status == IL_OK && !*found && row < rows.end; row++) {
        struct type *type;
        status = load_constraint(variable, row, context, &type, err);
        *found = status == IL_OK && type_same_but_for_owner(type, bound);
    }
    return status;
}

il_status generic_wants_more(struct method *method, struct method *overridden, bool *more,
                             il_error *err) {
    struct generic_context own = ldr_method_context(method);
    struct generic_context other = ldr_method_context(overridden);
    *more = false;
    for (uint32_t i = 0; !*more && i < method->generic_count; i++) {
        il_range rows = constraint_rows(method->args[i]);
        *more = generic_flags(method->args[i]) & ~generic_flags(overridden->args[i]);
        for (uint32_t row = rows.first; !*more && row < rows.end; row++) {
            struct type *bound;
            bool found = false;
            il_status status = load_constraint(method->args[i], row, &own, &bound, err);
            if (status == IL_OK)
                status = has_constraint(overridden->args[i], &other, bound, &found, err);
            if (status != IL_OK)
                return status;
            *more = !found && bound != bound->rt->core.object;
        }
    }
    return IL_OK;
}

/* ---- Checking arguments ---- */

/* A structure that must stay on the stack: typed references and their like. */
static bool is_by_ref_like(const struct type *type) {
    const struct core_types *core = &type->rt->core;
    if (type == core->typed_reference || type == core->runtime_argument_handle)
        return true;
    return type->storage == STORE_STRUCT &&
           il_find_attribute(type->module->il, IL_TOKEN(IL_TypeDef, type->row),
                             "System.Runtime.CompilerServices", "IsByRefLikeAttribute", 1) != 0;
}

/* Whether a type may be an argument at all. */
static bool can_be_argument(const struct type *type) {
    return type->kind != TYPE_BYREF && type->kind != TYPE_POINTER &&
           type->element != IL_TYPE_VOID && !is_by_ref_like(type);
}

static bool has_public_constructor(struct type *type) {
    const struct method *ctor = type_find_method(type, ".ctor", 0);
    return type_is_value(type) ||
           (ctor && (ctor->flags & METHOD_ACCESS_MASK) == METHOD_PUBLIC && !method_is_static(ctor));
}

static bool fits_flags(uint32_t flags, struct type *argument) {
    return (!(flags & PARAM_REFERENCE) || type_is_reference(argument)) &&
           (!(flags & PARAM_VALUE) || (type_is_value(argument) && !argument->is_nullable)) &&
           (!(flags & PARAM_CONSTRUCTOR) || has_public_constructor(argument));
}

il_status generic_check(struct type *const *variables, uint32_t count, struct type *const *args,
                        const struct generic_context *context, uint32_t *culprit, il_error *err) {
    *culprit = GENERIC_NO_CULPRIT;
    for (uint32_t i = 0; i < count && *culprit == GENERIC_NO_CULPRIT; i++) {
        il_range rows = constraint_rows(variables[i]);
        if (args[i]->is_open)
            continue;
        if (!can_be_argument(args[i]) || !fits_flags(generic_flags(variables[i]), args[i]))
            *culprit = i;
        for (uint32_t row = rows.first; row < rows.end && *culprit == GENERIC_NO_CULPRIT; row++) {
            struct type *bound;
            il_status status = load_constraint(variables[i], row, context, &bound, err);
            if (status != IL_OK)
                return status;
            if (!bound->is_open && !generic_is_assignable(args[i], bound))
                *culprit = i;
        }
    }
    return IL_OK;
}

/* "T,U" */
static char *variable_names(const struct type *definition, char *buffer, size_t size) {
    size_t used = 0;
    for (uint32_t i = 0; i < definition->arg_count && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? "," : "",
                                 definition->args[i]->name);
    return buffer;
}

il_status generic_check_type(const struct type *type, il_error *err) {
    const struct type *definition = type->definition;
    struct generic_context context = ldr_type_context(type);
    char name[256], argument[256], variables[256];
    uint32_t i;
    il_status status =
        generic_check(definition->args, type->arg_count, type->args, &context, &i, err);
    if (status != IL_OK || i == GENERIC_NO_CULPRIT)
        return status;
    type_name(definition, name, sizeof name);
    if (!can_be_argument(type->args[i]))
        return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, 0,
                       "The generic type '%s' was used with an invalid instantiation in assembly "
                       "'%s'.",
                       name, type->module->name);
    return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, 0,
                   "GenericArguments[%u], '%s', on '%s[%s]' violates the constraint of type "
                   "parameter '%s'.",
                   i, type_name(type->args[i], argument, sizeof argument), name,
                   variable_names(definition, variables, sizeof variables),
                   definition->args[i]->name);
}
