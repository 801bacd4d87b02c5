/* What arrays have beyond System.Array.
 *
 * They have methods that exist only at run time (II.14.2); their bodies are runtime/exec/array.c's.
 * Vectors implement IList<T> and its relatives through generic methods of
 * System.Array named InternalArray__[Interface_]Method, instantiated with the interface's argument:
 * that is decided per interface, the same way for all vectors that implement it, so nothing is
 * built before an interface call asks. */
#include <stdio.h>
#include <string.h>

#include "runtime/runtime.h"
#include "runtime/types/members.h"

static il_status out_of_memory(il_error *err) {
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
}

/* ---- Methods of arrays ---- */

/* int_count indexes or lengths, then last when it is not NULL. */
static il_status make_method(struct type *type, struct method *method, const char *name,
                             uint32_t int_count, struct type *last, struct type *return_type,
                             il_error *err) {
    struct runtime *rt = type->rt;
    method->owner = type;
    method->definition = method;
    method->name = name;
    method->flags = METHOD_PUBLIC;
    method->impl_flags = IMPL_RUNTIME;
    method->slot = METHOD_NO_SLOT;
    method->entry = rt->uncompiled_entry;
    method->has_signature = method->has_this = true;
    method->param_count = int_count + (last != NULL);
    method->params = mem_pool_array(&rt->pool, method->param_count, sizeof *method->params);
    if (!method->params)
        return out_of_memory(err);
    for (uint32_t i = 0; i < int_count; i++)
        method->params[i] = rt->core.int32;
    if (last)
        method->params[int_count] = last;
    method->return_type = return_type;
    method->arg_slots = 1 + int_count + (last ? type_slots(last) : 0);
    method->return_slots = type_slots(return_type);
    return IL_OK;
}

il_status array_members(struct type *type, il_error *err) {
    enum { COUNT = 5, VECTOR_COUNT = 4 }; /* vectors have no lower bounds to be made with */
    uint32_t count = type->kind == TYPE_SZARRAY ? VECTOR_COUNT : COUNT;
    struct type *element = type->element_type, *byref, *nothing = type->rt->core.void_type;
    if (type->methods)
        return IL_OK;
    il_status status = ldr_byref_to(element, &byref, err);
    if (status == IL_OK && !element->is_open && type_is_value(element))
        status = type_lay_out(element, err);
    if (status != IL_OK)
        return status;
    struct method *made = mem_pool_array(&type->rt->pool, count, sizeof *made);
    struct method **all = mem_pool_array(&type->rt->pool, count, sizeof *all);
    if (!made || !all)
        return out_of_memory(err);
    const struct {
        const char *name;
        uint32_t ints;
        struct type *last, *result;
    } kinds[COUNT] = {
        {".ctor", type->rank, NULL, nothing},     {"Get", type->rank, NULL, element},
        {"Set", type->rank, element, nothing},    {"Address", type->rank, NULL, byref},
        {".ctor", 2 * type->rank, NULL, nothing},
    };
    for (uint32_t i = 0; i < count && status == IL_OK; i++) {
        all[i] = &made[i];
        status = make_method(type, &made[i], kinds[i].name, kinds[i].ints, kinds[i].last,
                             kinds[i].result, err);
    }
    if (status == IL_OK && !type->methods) { /* the element's layout may have let others in */
        type->methods = all;
        type->method_count = count;
    }
    return status;
}

/* ---- Generic interfaces of vectors ---- */

/* What stands between InternalArray__ and the method's name; NULL when vectors do not implement the
 * interface. */
static const char *template_prefix(const struct type *interface) {
    const struct core_types *core = &interface->rt->core;
    const struct {
        const struct type *definition;
        const char *prefix;
    } known[] = {{core->ienumerable, "IEnumerable_"},
                 {core->icollection, "ICollection_"},
                 {core->ilist, ""},
                 {core->iread_only_list, "IReadOnlyList_"},
                 {core->iread_only_collection, "IReadOnlyCollection_"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (interface->definition == known[i].definition)
            return known[i].prefix;
    }
    return NULL;
}

bool array_has_interface(const struct type *array, const struct type *interface) {
    return interface->arg_count == 1 && template_prefix(interface) &&
           array_elements_compatible(array->element_type, interface->args[0]);
}

struct method *array_find_virtual(const struct method *declared) {
    struct type *interface = declared->owner;
    const char *prefix = template_prefix(interface);
    char name[128];
    il_error err;
    if (!prefix || declared->slot >= interface->vtable_size)
        return NULL;
    EXEC_LOCKED(interface->rt);
    if (!interface->array_methods)
        interface->array_methods =
            mem_pool_array(&interface->rt->pool, interface->vtable_size, sizeof(void *));
    if (!interface->array_methods)
        return NULL;
    struct method **place = &interface->array_methods[declared->slot];
    if (!*place) {
        snprintf(name, sizeof name, "InternalArray__%s%s", prefix, declared->name);
        struct method *found = type_find_method(interface->rt->core.array, name, -1);
        if (found && found->generic_count == 1 &&
            ldr_instantiate_method(found, interface->args, 1, &found, &err) != IL_OK)
            return NULL;
        *place = found;
    }
    return *place;
}
