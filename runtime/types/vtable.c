/* Method tables; see vtable.h.
 *
 * A type's vtable starts as a copy of its parent's. A virtual method without newslot takes the slot
 * of the method it overrides, which is the first one with its name and signature on the way up the
 * base classes; any other virtual method gets a new slot. MethodImpl rows then put bodies into
 * named slots. A body that is in several slots is overridden in all of them. */
#include "runtime/types/vtable.h"

#include <string.h>

#include "runtime/runtime.h"
#include "runtime/types/generic.h"
#include "runtime/types/members.h"
#include "runtime/types/step.h"

static il_status out_of_memory(il_error *err) {
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
}

il_status type_cannot_load(const struct type *type, const char *why, const char *name,
                           il_error *err) {
    char text[256];
    return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                   "Could not load type '%s' from assembly '%s' because it %s%s%s%s.",
                   type_name(type, text, sizeof text), type->module->name, why, name ? " ('" : "",
                   name ? name : "", name ? "')" : "");
}

il_status type_not_implemented(const struct type *type, const struct method *method,
                               il_error *err) {
    char text[256];
    return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                   "Method '%s' in type '%s' from assembly '%s' does not have an implementation.",
                   method->name, type_name(type, text, sizeof text), type->module->name);
}

il_status type_ready_tables(struct type *type, il_error *err) {
    return type->is_open ? type_build_tables(type, err) : type_prepare(type, err);
}

/* ---- Implicit overrides ---- */

/* A generic method may have been instantiated before its type was prepared. */
static void set_slot(struct method *definition, uint32_t slot) {
    for (struct method *m = definition; m; m = m->instance)
        m->slot = slot;
}

/* What an override without newslot overrides; NULL when nothing. */
static il_status find_overridden(const struct type *type, struct method *method,
                                 struct method **out, il_error *err) {
    *out = NULL;
    for (struct type *base = type->parent; base; base = base->parent) {
        for (uint32_t i = base->method_count;
             i-- > 0;) { /* in A<int, int> the second of f(T), f(U) */
            struct method *candidate = base->methods[i]; /* virtual ones are made */
            bool same;
            if (!candidate || candidate->slot == METHOD_NO_SLOT)
                continue;
            il_status status = method_same_signature(method, candidate, &same, err);
            if (status != IL_OK)
                return status;
            if (same && ldr_can_override(type, candidate)) {
                *out = candidate;
                return IL_OK;
            }
        }
    }
    return IL_OK;
}

/* A class of another assembly has to say family for family or assembly. */
static bool reduces_access(const struct method *method, const struct method *overridden) {
    unsigned mine = method->flags & METHOD_ACCESS_MASK;
    unsigned other = overridden->flags & METHOD_ACCESS_MASK;
    bool elsewhere = method->owner->module != overridden->owner->module;
    return mine < other &&
           !(elsewhere && other == METHOD_FAMILY_OR_ASSEMBLY && mine == METHOD_FAMILY);
}

static il_status override(struct type *type, struct method *method, struct method *overridden,
                          il_error *err) {
    if (overridden->flags & METHOD_FINAL)
        return type_cannot_load(type, "overrides a final method", method->name, err);
    if (reduces_access(method, overridden))
        return type_cannot_load(type, "reduces the access to a method", method->name, err);
    bool more;
    il_status status = generic_wants_more(method, overridden, &more, err);
    if (status == IL_OK && more)
        status = type_cannot_load(type, "overrides a method with weaker type parameter constraints",
                                  method->name, err);
    if (status != IL_OK)
        return status;
    set_slot(method, overridden->slot);
    for (uint32_t i = 0; i < type->parent->vtable_size; i++) {
        if (type->parent->vtable[i] == type->parent->vtable[overridden->slot] &&
            (i == overridden->slot || type->parent->vtable[i] == overridden))
            type->vtable[i] = method;
    }
    return IL_OK;
}

static il_status place_method(struct type *type, struct method *method, il_error *err) {
    struct method *overridden = NULL;
    il_status status = IL_OK;
    if (!(method->flags & METHOD_NEWSLOT))
        status = find_overridden(type, method, &overridden, err);
    if (status == IL_OK && overridden)
        return override(type, method, overridden, err);
    if (status == IL_OK) {
        set_slot(method, type->vtable_size++);
        type->vtable[method->slot] = method;
    }
    return status;
}

static il_status fill_vtable(struct type *type, il_error *err) {
    uint32_t inherited = type->parent ? type->parent->vtable_size : 0;
    type->vtable_size = inherited;
    type->has_finalizer = type->parent && type->parent->has_finalizer;
    type->vtable =
        mem_pool_array(&type->rt->pool, inherited + type->method_count + 1, sizeof(void *));
    if (!type->vtable)
        return out_of_memory(err);
    if (inherited)
        memcpy(type->vtable, type->parent->vtable, inherited * sizeof *type->vtable);
    for (uint32_t i = 0; i < type->method_count; i++) {
        uint16_t flags = type_method_flags(type, i);
        if (!(flags & METHOD_VIRTUAL) || (flags & METHOD_STATIC))
            continue;
        struct method *method = type_method(type, i);
        il_status status = method ? place_method(type, method, err) : out_of_memory(err);
        if (status != IL_OK)
            return status;
        if (method->slot < inherited && strcmp(method->name, "Finalize") == 0)
            type->has_finalizer = true;
    }
    return IL_OK;
}

/* ---- Explicit overrides (II.22.27) ---- */

/* Whether a MemberRef is one of a member of type. */
static bool names_itself(const struct type *type, uint32_t token) {
    return IL_TOKEN_TABLE(token) == IL_MemberRef &&
           il_cell(type->module->il, IL_MemberRef_Class, IL_TOKEN_ROW(token)) ==
               IL_TOKEN(IL_TypeDef, type->row);
}

il_status type_read_overrides(struct type *type, struct overrides *out, il_error *err) {
    il_module *il = type->module->il;
    struct generic_context context = ldr_type_context(type);
    il_range rows = il_find_rows(il, IL_MethodImpl_Class, IL_TOKEN(IL_TypeDef, type->row));
    il_status status = IL_OK;
    *out = (struct overrides){0};
    if (rows.first >= rows.end)
        return IL_OK;
    out->items = mem_calloc(rows.end - rows.first, sizeof *out->items);
    if (!out->items)
        return out_of_memory(err);
    for (uint32_t row = rows.first; status == IL_OK && row < rows.end; row++) {
        struct override *item = &out->items[out->count++];
        status = ldr_method(type->module, il_cell(il, IL_MethodImpl_Body, row), &context,
                            &item->body, err);
        if (status == IL_OK) {
            struct method *own = type_method_of_row(type, item->body->row);
            item->body = own ? own : item->body;
            status = ldr_method(type->module, il_cell(il, IL_MethodImpl_Declaration, row), &context,
                                &item->declared, err);
        }
        if (status == IL_NO_METHOD &&
            names_itself(type, il_cell(il, IL_MethodImpl_Declaration, row)))
            status = type_cannot_load(type, "overrides a method that is not there",
                                      item->body ? item->body->name : NULL, err);
    }
    if (status != IL_OK)
        mem_free(out->items);
    return status;
}

struct method *type_find_override(const struct overrides *overrides,
                                  const struct method *declared) {
    for (uint32_t i = 0; i < overrides->count; i++) {
        if (overrides->items[i].declared == declared)
            return overrides->items[i].body;
    }
    return NULL;
}

static bool is_derived(const struct type *type, const struct type *base) {
    while (type && type != base)
        type = type->parent;
    return type != NULL;
}

/* Whether both methods of a row are what they must be. */
static il_status check_override(const struct type *type, const struct override *item,
                                il_error *err) {
    const struct method *declared = item->declared, *body = item->body;
    bool same;
    if (body->owner != type || !method_is_virtual(body) || method_is_static(body))
        return type_cannot_load(type, "overrides a method with none of its virtual methods",
                                declared->name, err);
    if (!method_is_virtual(declared) || method_is_static(declared))
        return type_cannot_load(type, "overrides a method that is not virtual", declared->name,
                                err);
    il_status status = method_same_types(item->declared, item->body, &same, err);
    if (status != IL_OK || same)
        return status;
    return type_cannot_load(type, "overrides a method with one of another signature",
                            declared->name, err);
}

/* A slot is overridden once, and what overrides is not overridden itself. */
static il_status check_unique(const struct type *type, const struct overrides *overrides,
                              uint32_t index, il_error *err) {
    const struct method *declared = overrides->items[index].declared;
    for (uint32_t i = 0; i < overrides->count; i++) {
        const struct override *other = &overrides->items[i];
        bool same_slot = other->declared->owner->kind != TYPE_INTERFACE &&
                         declared->owner->kind != TYPE_INTERFACE &&
                         other->declared->slot == declared->slot;
        if (i != index && (other->body == declared || other->declared == declared || same_slot))
            return type_cannot_load(type, "overrides a method that has been overridden",
                                    declared->name, err);
    }
    return IL_OK;
}

/* A body stands for its slot, which may be overridden itself. */
static struct method *final_body(const struct overrides *overrides, struct method *body) {
    for (uint32_t i = 0, steps = 0; i < overrides->count && steps < overrides->count; i++) {
        const struct override *other = &overrides->items[i];
        if (other->declared->owner->kind != TYPE_INTERFACE && other->declared->slot == body->slot &&
            other->body != body) {
            body = other->body;
            i = UINT32_MAX; /* from the start */
            steps++;
        }
    }
    return body;
}

/* Those of interface methods are the interface map's affair. */
static il_status apply_overrides(struct type *type, const struct overrides *overrides,
                                 il_error *err) {
    il_status status = IL_OK;
    for (uint32_t i = 0; status == IL_OK && i < overrides->count; i++) {
        struct method *declared = overrides->items[i].declared;
        status = check_override(type, &overrides->items[i], err);
        if (status == IL_OK)
            status = check_unique(type, overrides, i, err);
        if (status != IL_OK || declared->owner->kind == TYPE_INTERFACE)
            continue;
        if (declared->slot >= type->vtable_size || !is_derived(type, declared->owner))
            status = type_cannot_load(type, "overrides a method of no base", declared->name, err);
        else if (declared->flags & METHOD_FINAL)
            status = type_cannot_load(type, "overrides a final method", declared->name, err);
        else
            type->vtable[declared->slot] = final_body(overrides, overrides->items[i].body);
    }
    return status;
}

/* ---- The tables ---- */

static il_status check_abstract(const struct type *type, il_error *err) {
    for (uint32_t i = 0; type_must_implement(type) && i < type->vtable_size; i++) {
        if (method_is_abstract(type->vtable[i]))
            return type_not_implemented(type, type->vtable[i], err);
    }
    return IL_OK;
}

/* An interface's "vtable" numbers its own methods. */
static il_status number_interface(struct type *type, il_error *err) {
    type->vtable_size = 0;
    type->vtable = mem_pool_array(&type->rt->pool, type->method_count + 1, sizeof(void *));
    if (!type->vtable)
        return out_of_memory(err);
    for (uint32_t i = 0; i < type->method_count; i++) {
        if (!(type_method_flags(type, i) & METHOD_VIRTUAL))
            continue;
        struct method *method = type_method(type, i);
        if (!method)
            return out_of_memory(err);
        set_slot(method, type->vtable_size);
        type->vtable[type->vtable_size++] = method;
    }
    return IL_OK;
}

static il_status build_vtable(struct type *type, const struct overrides *overrides, il_error *err) {
    if (type->kind == TYPE_INTERFACE)
        return number_interface(type, err);
    if (type->module && type->parent && (type->parent->flags & CLASS_SEALED))
        return type_cannot_load(type, "is derived from a sealed class", type->parent->name, err);
    il_status status = fill_vtable(type, err);
    if (status == IL_OK)
        status = apply_overrides(type, overrides, err);
    return status == IL_OK ? check_abstract(type, err) : status;
}

static il_status build(struct type *type, il_error *err) {
    struct overrides overrides = {0};
    il_status status = type->module ? type_read_overrides(type, &overrides, err) : IL_OK;
    if (status != IL_OK)
        return status;
    status = build_vtable(type, &overrides, err);
    if (status == IL_OK)
        status = interface_map_build(type, &overrides, err);
    mem_free(overrides.items);
    return status;
}

/* ---- Instantiations ---- */

il_status type_counterpart(struct type *type, struct method *method, struct method **out,
                           il_error *err) {
    struct type *owner = type;
    const struct type *from = type->definition;
    il_status status = IL_OK;
    for (; from && from != method->owner; from = from->parent)
        owner = owner->parent;
    if (!from) { /* an interface's own body */
        struct generic_context context = ldr_type_context(type);
        status = ldr_substitute(method->owner, &context, &owner, err);
        if (status == IL_OK)
            status = type_make_methods(owner, err);
    }
    if (status != IL_OK)
        return status;
    *out = type_method_of_row(owner, method->row);
    return *out ? IL_OK : out_of_memory(err);
}

static il_status derive(struct type *type, il_error *err) {
    struct type *definition = type->definition;
    il_status status = type_build_tables(definition, err);
    if (status != IL_OK)
        return status;
    type->vtable = mem_pool_array(&type->rt->pool, definition->vtable_size + 1, sizeof(void *));
    if (!type->vtable)
        return out_of_memory(err);
    for (uint32_t i = 0; i < type->method_count; i++) {
        const struct method *declared = definition->methods[i];
        if (!declared || declared->slot == METHOD_NO_SLOT)
            continue;
        struct method *method = type_method(type, i);
        if (!method)
            return out_of_memory(err);
        set_slot(method, declared->slot);
    }
    for (uint32_t i = 0; status == IL_OK && i < definition->vtable_size; i++)
        status = type_counterpart(type, definition->vtable[i], &type->vtable[i], err);
    type->vtable_size = definition->vtable_size;
    type->has_finalizer = definition->has_finalizer;
    return status == IL_OK ? interface_map_derive(type, err) : status;
}

static il_status build_tables(struct type *type, il_error *err) {
    type->tables_state = STEP_RUNNING;
    il_status status = type->parent ? type_ready_tables(type->parent, err) : IL_OK;
    if (status == IL_OK)
        status = type_make_methods(type, err);
    type->depth = type->parent ? type->parent->depth + 1 : 0;
    if (status == IL_OK)
        status = type->definition == type ? build(type, err) : derive(type, err);
    type->tables_state = status == IL_OK ? STEP_DONE : STEP_NONE;
    return status;
}

il_status type_build_tables(struct type *type, il_error *err) {
    if (type->tables_state == STEP_DONE || !type_begin_step(type))
        return IL_OK;
    il_status status = type->tables_state == STEP_NONE ? build_tables(type, err) : IL_OK;
    type_end_step(type);
    return status;
}
