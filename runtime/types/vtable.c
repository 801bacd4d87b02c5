/* Method tables and interface maps.
 *
 * A type's vtable starts as a copy of its parent's. A virtual method without newslot takes the slot
 * of the method it overrides, found by name and signature; any other virtual method gets a new
 * slot. MethodImpl rows then put bodies into named slots. The interface map holds, for every
 * interface of the type, the implementing methods in the order of the interface's own slots
 * (II.12.2.1). */
#include "runtime/types/vtable.h"

#include <string.h>

#include "runtime/runtime.h"
#include "runtime/types/members.h"

static il_status out_of_memory(il_error *err) {
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
}

static il_status cannot_load(const struct type *type, const char *why, const char *name,
                             il_error *err) {
    char text[256];
    return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                   "Could not load type '%s' from assembly '%s': it %s ('%s').",
                   type_name(type, text, sizeof text), type->module->name, why, name);
}

/* A type that is none of COM's classes has to implement all it promises. */
static bool must_implement(const struct type *type) {
    return type->module && type->kind != TYPE_INTERFACE &&
           !(type->flags & (CLASS_ABSTRACT | CLASS_IMPORT));
}

/* ---- Vtable ---- */

/* The slot of the nearest inherited method of this name and signature, whatever body it has. */
static il_status find_overridden(const struct type *type, struct method *method, uint32_t *slot,
                                 il_error *err) {
    *slot = METHOD_NO_SLOT;
    for (const struct type *base = type->parent; base; base = base->parent) {
        for (uint32_t i = base->method_count; i-- > 0;) {
            struct method *inherited = &base->methods[i];
            bool same;
            if (inherited->slot == METHOD_NO_SLOT)
                continue;
            il_status status = method_same_signature(method, inherited, &same, err);
            if (status != IL_OK)
                return status;
            if (same) {
                *slot = inherited->slot;
                return IL_OK;
            }
        }
    }
    return IL_OK;
}

/* A generic method may have been instantiated before its type was prepared. */
static void set_slot(struct method *definition, uint32_t slot) {
    for (struct method *m = definition; m; m = m->instance)
        m->slot = slot;
}

static il_status fill_vtable(struct type *type, il_error *err) {
    uint32_t inherited = type->parent ? type->parent->vtable_size : 0;
    type->vtable =
        mem_pool_array(&type->rt->pool, inherited + type->method_count + 1, sizeof(void *));
    if (!type->vtable)
        return out_of_memory(err);
    if (inherited)
        memcpy(type->vtable, type->parent->vtable, inherited * sizeof *type->vtable);
    type->vtable_size = inherited;
    for (uint32_t i = 0; i < type->method_count; i++) {
        struct method *method = &type->methods[i];
        if (!method_is_virtual(method) || method_is_static(method))
            continue;
        uint32_t slot = METHOD_NO_SLOT;
        if (!(method->flags & METHOD_NEWSLOT)) {
            il_status status = find_overridden(type, method, &slot, err);
            if (status == IL_OK && slot != METHOD_NO_SLOT &&
                (type->vtable[slot]->flags & METHOD_FINAL))
                status = cannot_load(type, "overrides a final method", method->name, err);
            if (status != IL_OK)
                return status;
        }
        if (slot == METHOD_NO_SLOT)
            slot = type->vtable_size++;
        set_slot(method, slot);
        type->vtable[slot] = method;
        if (strcmp(method->name, "Finalize") == 0 && method->slot < inherited && type->parent)
            type->has_finalizer = true;
    }
    if (type->parent && type->parent->has_finalizer)
        type->has_finalizer = true;
    return IL_OK;
}

/* ---- Explicit overrides (II.22.27) ---- */

/* A type's MethodImpl rows, in a pool of whoever looks at them. */
struct overrides {
    uint32_t first_row, count;
    struct method **declared; /* by row */
};

static il_status list_overrides(struct type *type, mem_pool *pool, struct overrides *out,
                                il_error *err) {
    *out = (struct overrides){0};
    if (!type->module)
        return IL_OK;
    il_module *il = type->module->il;
    struct generic_context context = ldr_type_context(type);
    il_range rows = il_find_rows(il, IL_MethodImpl_Class, IL_TOKEN(IL_TypeDef, type->row));
    struct method **declared =
        mem_pool_array(pool, rows.end - rows.first + 1, sizeof *out->declared);
    if (!declared)
        return out_of_memory(err);
    for (uint32_t row = rows.first; row < rows.end; row++) {
        il_status status = ldr_method(type->module, il_cell(il, IL_MethodImpl_Declaration, row),
                                      &context, &declared[row - rows.first], err);
        if (status != IL_OK)
            return status;
    }
    *out = (struct overrides){rows.first, rows.end - rows.first, declared};
    return IL_OK;
}

static il_status override_body(struct type *type, const struct overrides *overrides, uint32_t i,
                               struct method **out, il_error *err) {
    struct generic_context context = ldr_type_context(type);
    uint32_t token = il_cell(type->module->il, IL_MethodImpl_Body, overrides->first_row + i);
    return ldr_method(type->module, token, &context, out, err);
}

/* Those of interface methods are looked up by the interface map. */
static il_status apply_overrides(struct type *type, const struct overrides *overrides,
                                 il_error *err) {
    for (uint32_t i = 0; i < overrides->count; i++) {
        const struct method *declared = overrides->declared[i];
        struct method *body;
        if (declared->owner->kind == TYPE_INTERFACE || declared->slot >= type->vtable_size)
            continue;
        il_status status = override_body(type, overrides, i, &body, err);
        if (status != IL_OK)
            return status;
        struct method *mine = type_method_of_row(type, body->row);
        type->vtable[declared->slot] = mine ? mine : body;
    }
    return IL_OK;
}

static il_status check_abstract(const struct type *type, il_error *err) {
    for (uint32_t i = 0; must_implement(type) && i < type->vtable_size; i++) {
        if (method_is_abstract(type->vtable[i]))
            return cannot_load(type, "does not implement an abstract method", type->vtable[i]->name,
                               err);
    }
    return IL_OK;
}

/* ---- Interfaces ---- */

struct interface_list {
    struct type **items;
    uint32_t count, capacity;
};

static bool list_has(const struct interface_list *list, const struct type *type) {
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i] == type)
            return true;
    }
    return false;
}

static il_status list_add(struct interface_list *list, struct type *type, il_error *err) {
    if (list_has(list, type))
        return IL_OK;
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? 2 * list->capacity : 16;
        struct type **items = mem_resize(list->items, capacity, sizeof *items);
        if (!items)
            return out_of_memory(err);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = type;
    return IL_OK;
}

/* Adds the interfaces that type itself declares, and theirs. */
static il_status list_declared(struct interface_list *list, struct type *type, il_error *err) {
    il_module *il = type->module->il;
    struct generic_context context = ldr_type_context(type);
    il_range rows = il_find_rows(il, IL_InterfaceImpl_Class, IL_TOKEN(IL_TypeDef, type->row));
    for (uint32_t row = rows.first; row < rows.end; row++) {
        struct type *interface;
        il_status status = ldr_type(type->module, il_cell(il, IL_InterfaceImpl_Interface, row),
                                    &context, &interface, err);
        if (status == IL_OK && interface->kind != TYPE_INTERFACE)
            status = il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, IL_TOKEN(IL_InterfaceImpl, row),
                             "%s: %s is no interface", il_module_path(il), interface->name);
        if (status == IL_OK)
            status = type_prepare(interface, err);
        if (status == IL_OK)
            status = list_add(list, interface, err);
        for (uint32_t i = 0; status == IL_OK && i < interface->interface_count; i++)
            status = list_add(list, interface->interfaces[i].interface, err);
        if (status != IL_OK)
            return status;
    }
    return IL_OK;
}

/* The body that a MethodImpl row of type names for an interface method; NULL when none does. */
static il_status find_explicit(struct type *type, const struct overrides *overrides,
                               const struct method *declared, struct method **out, il_error *err) {
    *out = NULL;
    for (uint32_t i = 0; i < overrides->count && !*out; i++) {
        struct method *body;
        if (overrides->declared[i] != declared)
            continue;
        il_status status = override_body(type, overrides, i, &body, err);
        if (status != IL_OK)
            return status;
        *out = type_method_of_row(type, body->row);
    }
    return IL_OK;
}

/* A public virtual method that declarer has with the interface method's signature. */
static il_status find_implicit(struct type *declarer, struct method *declared, struct method **out,
                               il_error *err) {
    *out = NULL;
    for (uint32_t i = 0; i < declarer->method_count && !*out; i++) {
        struct method *method = &declarer->methods[i];
        bool same;
        if (!method_is_virtual(method) || (method->flags & METHOD_ACCESS_MASK) != METHOD_PUBLIC)
            continue;
        il_status status = method_same_signature(method, declared, &same, err);
        if (status != IL_OK)
            return status;
        if (same)
            *out = method;
    }
    return IL_OK;
}

/* What implements a method of an interface that type lists: a body of its own, named by a
 * MethodImpl row or of the same signature, or what the base class has for it (inherited); when the
 * base class does not have the interface a public virtual method that is inherited. */
static il_status find_body(struct type *type, const struct overrides *overrides,
                           struct method *declared, struct method *inherited, struct method **out,
                           il_error *err) {
    il_status status = find_explicit(type, overrides, declared, out, err);
    if (status == IL_OK && !*out)
        status = find_implicit(type, declared, out, err);
    if (status == IL_OK && !*out)
        *out = inherited;
    for (struct type *t = type->parent; status == IL_OK && t && !*out; t = t->parent)
        status = find_implicit(t, declared, out, err);
    return status;
}

static const struct interface_entry *inherited_entry(const struct type *type,
                                                     const struct type *interface) {
    for (uint32_t i = 0; type->parent && i < type->parent->interface_count; i++) {
        if (type->parent->interfaces[i].interface == interface)
            return &type->parent->interfaces[i];
    }
    return NULL;
}

/* Whether interface is derived, among others, from base. */
static bool extends(const struct type *interface, const struct type *base) {
    for (uint32_t i = 0; i < interface->interface_count; i++) {
        if (interface->interfaces[i].interface == base)
            return true;
    }
    return false;
}

/* The body that interfaces of type have for an interface method that type does not implement: the
 * method's own, or the override in the most derived interface (II.12.2). Two that are unrelated
 * give none. */
static il_status find_default(struct type *type, struct method *wanted, struct method **out,
                              il_error *err) {
    struct type *best = NULL;
    *out = NULL;
    if (!method_is_abstract(wanted)) {
        best = wanted->owner;
        *out = wanted;
    }
    for (uint32_t i = 0; i < type->interface_count; i++) {
        struct type *interface = type->interfaces[i].interface;
        struct overrides overrides;
        struct method *body;
        if (!extends(interface, wanted->owner))
            continue;
        MEM_POOL_LOCAL(pool);
        il_status status = list_overrides(interface, &pool, &overrides, err);
        if (status == IL_OK)
            status = find_explicit(interface, &overrides, wanted, &body, err);
        mem_pool_fini(&pool);
        if (status != IL_OK)
            return status;
        if (!body || method_is_abstract(body) || (best && extends(best, interface)))
            continue;
        if (best && !extends(interface, best)) {
            *out = NULL;
            return IL_OK;
        }
        best = interface;
        *out = body;
    }
    return IL_OK;
}

static il_status implement(struct type *type, const struct overrides *overrides,
                           struct interface_entry *entry, bool declared, il_error *err) {
    const struct interface_entry *base = inherited_entry(type, entry->interface);
    for (uint32_t slot = 0; slot < entry->interface->vtable_size; slot++) {
        struct method *wanted = entry->interface->vtable[slot], *found = NULL;
        il_status status = IL_OK;
        if (base && base->methods[slot] && base->methods[slot]->owner->kind != TYPE_INTERFACE)
            found = base->methods[slot];
        if (declared)
            status = find_body(type, overrides, wanted, found, &found, err);
        if (status != IL_OK)
            return status;
        if (found && method_is_virtual(found) && found->slot < type->vtable_size)
            found = type->vtable[found->slot];
        if (!found)
            status = find_default(type, wanted, &found, err);
        if (status == IL_OK && !found && method_is_abstract(wanted) && must_implement(type))
            status =
                cannot_load(type, "does not implement a method of an interface", wanted->name, err);
        if (status != IL_OK)
            return status;
        entry->methods[slot] = found;
    }
    return IL_OK;
}

static il_status fill_interfaces(struct type *type, const struct overrides *overrides,
                                 il_error *err) {
    struct interface_list list = {0};
    il_status status = IL_OK;
    if (type->module)
        status = list_declared(&list, type, err);
    uint32_t declared = list.count;
    for (uint32_t i = 0; status == IL_OK && type->parent && i < type->parent->interface_count; i++)
        status = list_add(&list, type->parent->interfaces[i].interface, err);
    struct mem_pool *pool = &type->rt->pool;
    type->interfaces = mem_pool_array(pool, list.count + 1, sizeof *type->interfaces);
    if (status == IL_OK && !type->interfaces)
        status = out_of_memory(err);
    for (uint32_t i = 0; status == IL_OK && i < list.count; i++)
        type->interfaces[i].interface = list.items[i];
    type->interface_count = list.count;
    for (uint32_t i = 0; status == IL_OK && i < list.count; i++) {
        struct interface_entry *entry = &type->interfaces[i];
        entry->methods =
            mem_pool_array(pool, list.items[i]->vtable_size + 1, sizeof *entry->methods);
        if (!entry->methods)
            status = out_of_memory(err);
        else if (type->kind != TYPE_INTERFACE)
            status = implement(type, overrides, entry, i < declared, err);
    }
    type->interface_count = status == IL_OK ? list.count : 0;
    mem_free(list.items);
    return status;
}

/* An interface's "vtable" numbers its own methods. */
static il_status number_interface(struct type *type, il_error *err) {
    type->vtable = mem_pool_array(&type->rt->pool, type->method_count + 1, sizeof(void *));
    if (!type->vtable)
        return out_of_memory(err);
    for (uint32_t i = 0; i < type->method_count; i++) {
        if (method_is_virtual(&type->methods[i])) {
            set_slot(&type->methods[i], type->vtable_size);
            type->vtable[type->vtable_size++] = &type->methods[i];
        }
    }
    return IL_OK;
}

static il_status build_class(struct type *type, mem_pool *scratch, il_error *err) {
    struct overrides overrides;
    if (type->module && type->parent && (type->parent->flags & CLASS_SEALED))
        return cannot_load(type, "is derived from a sealed class", type->parent->name, err);
    il_status status = fill_vtable(type, err);
    if (status == IL_OK)
        status = list_overrides(type, scratch, &overrides, err);
    if (status == IL_OK)
        status = apply_overrides(type, &overrides, err);
    if (status == IL_OK)
        status = check_abstract(type, err);
    return status == IL_OK ? fill_interfaces(type, &overrides, err) : status;
}

il_status type_build_tables(struct type *type, il_error *err) {
    type->vtable_size = 0;
    if (type->kind == TYPE_INTERFACE) {
        il_status status = number_interface(type, err);
        return status == IL_OK ? fill_interfaces(type, NULL, err) : status;
    }
    MEM_POOL_LOCAL(scratch);
    il_status status = build_class(type, &scratch, err);
    mem_pool_fini(&scratch);
    return status;
}

static struct method *entry_method(const struct interface_entry *entry, uint32_t slot) {
    return slot < entry->interface->vtable_size ? entry->methods[slot] : NULL;
}

struct method *type_find_virtual(const struct type *type, const struct method *declared) {
    const struct type *interface = declared->owner;
    if (interface->kind != TYPE_INTERFACE)
        return declared->slot < type->vtable_size ? type->vtable[declared->slot] : NULL;
    for (uint32_t i = 0; i < type->interface_count; i++) {
        if (type->interfaces[i].interface == interface)
            return entry_method(&type->interfaces[i], declared->slot);
    }
    if (type->kind == TYPE_SZARRAY && array_has_interface(type, interface))
        return array_find_virtual(declared);
    for (uint32_t i = 0; interface->definition->variance && i < type->interface_count; i++) {
        if (type_varies_to(type->interfaces[i].interface, interface))
            return entry_method(&type->interfaces[i], declared->slot);
    }
    return NULL;
}
