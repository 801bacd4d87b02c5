/* The interface map: for every interface of a type, the implementing methods in the order of the
 * interface's own slots (II.12.2.1); see vtable.h.
 *
 * A class starts with what its base class implements. An interface that the class names itself is
 * implemented anew: MethodImpl rows come first, then the class's own public virtual methods by name
 * and signature, then what the base class implements, then public virtual methods of the bases. An
 * interface that comes only with another one stays as the base class has it.
 *
 * Where interfaces vary, several entries may do for a call: the one that the most derived class has
 * placed wins, then the exact one, then the first. So each slot of such interfaces has the level of
 * the class that placed it, one more than its depth; 0 is the level of an interface's own body. */
#include <string.h>

#include "runtime/runtime.h"
#include "runtime/types/members.h"
#include "runtime/types/vtable.h"

static il_status out_of_memory(il_error *err) {
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
}

bool type_must_implement(const struct type *type) {
    return type->module && type->kind != TYPE_INTERFACE &&
           !(type->flags & (CLASS_ABSTRACT | CLASS_IMPORT));
}

/* ---- Which interfaces ---- */

struct interface_list {
    struct listed {
        struct type *interface;
        bool named; /* by the type itself */
    } * items;
    uint32_t count, capacity;
};

static struct listed *find_listed(const struct interface_list *list, const struct type *type) {
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].interface == type)
            return &list->items[i];
    }
    return NULL;
}

static il_status list_add(struct interface_list *list, struct type *type, il_error *err) {
    if (find_listed(list, type))
        return IL_OK;
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? 2 * list->capacity : 16;
        struct listed *items = mem_resize(list->items, capacity, sizeof *items);
        if (!items)
            return out_of_memory(err);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = (struct listed){type, false};
    return IL_OK;
}

static il_status add_with_bases(struct interface_list *list, struct type *interface,
                                il_error *err) {
    il_status status = type_ready_tables(interface, err);
    if (status == IL_OK)
        status = list_add(list, interface, err);
    for (uint32_t i = 0; status == IL_OK && i < interface->interface_count; i++)
        status = list_add(list, interface->interfaces[i].interface, err);
    return status;
}

/* Adds the interfaces that type itself names, and theirs. */
static il_status list_named(struct interface_list *list, struct type *type, il_error *err) {
    il_module *il = type->module->il;
    struct generic_context context = ldr_type_context(type);
    il_range rows = il_find_rows(il, IL_InterfaceImpl_Class, IL_TOKEN(IL_TypeDef, type->row));
    for (uint32_t row = rows.first; row < rows.end; row++) {
        struct type *interface;
        il_status status = ldr_type(type->module, il_cell(il, IL_InterfaceImpl_Interface, row),
                                    &context, &interface, err);
        if (status == IL_OK && interface->kind != TYPE_INTERFACE)
            status = type_cannot_load(type, "attempts to implement a class as an interface",
                                      interface->name, err);
        if (status == IL_OK)
            status = add_with_bases(list, interface, err);
        if (status != IL_OK)
            return status;
        find_listed(list, interface)->named = true;
    }
    return IL_OK;
}

/* ---- How they are implemented ---- */

/* A public virtual method that type declares with the interface method's signature. */
static il_status find_declared(struct type *type, struct method *wanted, struct method **out,
                               il_error *err) {
    *out = NULL;
    for (uint32_t i = type->method_count; i-- > 0 && !*out;) { /* the last one, as for overrides */
        struct method *method = type->methods[i];              /* virtual ones are made */
        bool same;
        if (!method || !method_is_virtual(method) ||
            (method->flags & METHOD_ACCESS_MASK) != METHOD_PUBLIC)
            continue;
        il_status status = method_same_signature(method, wanted, &same, err);
        if (status != IL_OK)
            return status;
        if (same)
            *out = method;
    }
    return IL_OK;
}

static il_status find_inherited(struct type *type, struct method *wanted, struct method **out,
                                il_error *err) {
    il_status status = IL_OK;
    *out = NULL;
    for (struct type *base = type->parent; status == IL_OK && base && !*out; base = base->parent)
        status = find_declared(base, wanted, out, err);
    return status;
}

static const struct interface_entry *find_entry(const struct type *type,
                                                const struct type *interface) {
    for (uint32_t i = 0; type && i < type->interface_count; i++) {
        if (type->interfaces[i].interface == interface)
            return &type->interfaces[i];
    }
    return NULL;
}

/* The body that interfaces of type have for an interface method that type does not implement: the
 * method's own, or the override in the most derived interface (II.12.2). Two that are unrelated
 * give none. */
static il_status find_default(struct type *type, struct method *wanted, struct method **out,
                              bool *ambiguous, il_error *err) {
    struct type *best = NULL;
    *out = NULL;
    *ambiguous = false;
    if (!method_is_abstract(wanted)) {
        best = wanted->owner;
        *out = wanted;
    }
    for (uint32_t i = 0; i < type->interface_count; i++) {
        struct type *interface = type->interfaces[i].interface;
        struct overrides overrides;
        if (!find_entry(interface, wanted->owner))
            continue;
        il_status status = type_read_overrides(interface, &overrides, err);
        if (status != IL_OK)
            return status;
        struct method *body = type_find_override(&overrides, wanted);
        mem_free(overrides.items);
        if (!body || method_is_abstract(body) || (best && find_entry(best, interface)))
            continue;
        if (best && !find_entry(interface, best)) {
            *out = NULL;
            *ambiguous = true;
            return IL_OK;
        }
        best = interface;
        *out = body;
    }
    return IL_OK;
}

/* What the type has for a method of one of its classes, once overridden. */
static struct method *latest(const struct type *type, struct method *method) {
    return method && method->slot < type->vtable_size ? type->vtable[method->slot] : method;
}

/* Builds one entry of the map. */
struct implementing {
    struct type *type;
    const struct overrides *overrides;
    const struct interface_entry *base; /* the parent's; NULL when it has none */
};

static il_status find_in_classes(const struct implementing *self,
                                 const struct interface_entry *entry, uint32_t slot,
                                 struct method *wanted, struct method **out, uint32_t *level,
                                 il_error *err) {
    struct method *inherited = self->base ? self->base->methods[slot] : NULL;
    bool anew = entry->named || !inherited; /* an abstract base class may leave methods out */
    il_status status = IL_OK;
    if (inherited && inherited->owner->kind == TYPE_INTERFACE)
        inherited = NULL;
    *level = self->type->depth + 1;
    *out = type_find_override(self->overrides, wanted);
    if (*out)
        return IL_OK;
    if (anew)
        status = find_declared(self->type, wanted, out, err);
    if (status == IL_OK && !*out && inherited) {
        *level = self->base->levels ? self->base->levels[slot] : 0;
        *out = inherited;
    }
    if (status == IL_OK && !*out && anew)
        status = find_inherited(self->type, wanted, out, err);
    *out = latest(self->type, *out);
    return status;
}

static il_status implement(const struct implementing *self, struct interface_entry *entry,
                           il_error *err) {
    struct type *type = self->type;
    for (uint32_t slot = 0; slot < entry->interface->vtable_size; slot++) {
        struct method *wanted = entry->interface->vtable[slot], *found;
        uint32_t level;
        bool ambiguous = false; /* an error for who calls it */
        il_status status = find_in_classes(self, entry, slot, wanted, &found, &level, err);
        if (status == IL_OK && !found) {
            level = 0;
            status = find_default(type, wanted, &found, &ambiguous, err);
        }
        if (status == IL_OK && !found && !ambiguous && method_is_abstract(wanted) &&
            type_must_implement(type))
            status = type_not_implemented(type, wanted, err);
        if (status != IL_OK)
            return status;
        entry->methods[slot] = found;
        if (entry->levels)
            entry->levels[slot] = (uint16_t)level;
    }
    return IL_OK;
}

/* Room for the methods; with_levels: somebody may compare them. */
static il_status make_entry(const struct type *type, struct interface_entry *entry,
                            struct type *interface, bool with_levels, il_error *err) {
    struct mem_pool *pool = &type->rt->pool;
    uint32_t count = interface->vtable_size + 1;
    entry->interface = interface;
    if (type->kind == TYPE_INTERFACE)
        return IL_OK;
    entry->methods = mem_pool_array(pool, count, sizeof *entry->methods);
    entry->levels = with_levels ? mem_pool_array(pool, count, sizeof *entry->levels) : NULL;
    return entry->methods && (entry->levels || !with_levels) ? IL_OK : out_of_memory(err);
}

static il_status fill(struct type *type, const struct interface_list *list,
                      const struct overrides *overrides, il_error *err) {
    type->interfaces = mem_pool_array(&type->rt->pool, list->count + 1, sizeof *type->interfaces);
    if (!type->interfaces)
        return out_of_memory(err);
    for (uint32_t i = 0; i < list->count; i++) {
        struct type *interface = list->items[i].interface;
        bool with_levels = type->is_open || interface->definition->variance;
        il_status status = make_entry(type, &type->interfaces[i], interface, with_levels, err);
        if (status != IL_OK)
            return status;
        type->interfaces[i].named = list->items[i].named;
    }
    type->interface_count = list->count;
    for (uint32_t i = 0; type->kind != TYPE_INTERFACE && i < list->count; i++) {
        const struct implementing self = {type, overrides,
                                          find_entry(type->parent, list->items[i].interface)};
        il_status status = implement(&self, &type->interfaces[i], err);
        if (status != IL_OK)
            return status;
    }
    return IL_OK;
}

/* MethodImpl rows may name methods of interfaces that the type has, and of no others. */
static il_status check_overrides(const struct type *type, const struct overrides *overrides,
                                 il_error *err) {
    for (uint32_t i = 0; i < overrides->count; i++) {
        const struct method *declared = overrides->items[i].declared;
        if (declared->owner->kind == TYPE_INTERFACE && !find_entry(type, declared->owner))
            return type_cannot_load(type, "overrides a method of an interface it does not have",
                                    declared->name, err);
    }
    return IL_OK;
}

il_status interface_map_build(struct type *type, const struct overrides *overrides, il_error *err) {
    struct interface_list list = {0};
    il_status status = IL_OK;
    type->interface_count = 0;
    for (uint32_t i = 0; status == IL_OK && type->parent && i < type->parent->interface_count; i++)
        status = list_add(&list, type->parent->interfaces[i].interface, err);
    if (status == IL_OK && type->module)
        status = list_named(&list, type, err);
    if (status == IL_OK)
        status = fill(type, &list, overrides, err);
    if (status == IL_OK)
        status = check_overrides(type, overrides, err);
    mem_free(list.items);
    return status;
}

/* ---- Instantiations ---- */

/* Of two interfaces that the type itself names the arguments have made one. */
static il_status contracting(const struct type *type, il_error *err) {
    char text[256];
    return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                   "The type '%s' in assembly '%s' has a contracting interface set for some "
                   "instantiations",
                   type_name(type->definition, text, sizeof text), type->module->name);
}

/* Puts what from, an entry of the definition, has into an entry of the instantiation. When another
 * interface has become the same one, the more derived class's methods win. */
static il_status derive_entry(struct type *type, const struct interface_entry *from,
                              struct interface_entry *to, il_error *err) {
    il_status status = IL_OK;
    if (type->kind == TYPE_INTERFACE)
        return IL_OK;
    for (uint32_t slot = 0; status == IL_OK && slot < from->interface->vtable_size; slot++) {
        struct method *method = from->methods[slot];
        if (!method || (to->methods[slot] && to->levels[slot] >= from->levels[slot]))
            continue;
        status = type_counterpart(type, method, &to->methods[slot], err);
        to->levels[slot] = from->levels[slot];
    }
    return status;
}

il_status interface_map_derive(struct type *type, il_error *err) {
    struct type *definition = type->definition;
    struct generic_context context = ldr_type_context(type);
    il_status status = IL_OK;
    type->interface_count = 0;
    type->interfaces =
        mem_pool_array(&type->rt->pool, definition->interface_count + 1, sizeof *type->interfaces);
    if (!type->interfaces)
        return out_of_memory(err);
    for (uint32_t i = 0; status == IL_OK && i < definition->interface_count; i++) {
        const struct interface_entry *from = &definition->interfaces[i];
        struct type *interface;
        status = ldr_substitute(from->interface, &context, &interface, err);
        if (status == IL_OK)
            status = type_ready_tables(interface, err);
        if (status != IL_OK)
            break;
        struct interface_entry *to = (struct interface_entry *)find_entry(type, interface);
        if (!to) {
            to = &type->interfaces[type->interface_count++];
            status = make_entry(type, to, interface, true, err);
        } else if (from->named && to->named) {
            status = contracting(type, err);
        }
        to->named |= from->named;
        if (status == IL_OK)
            status = derive_entry(type, from, to, err);
    }
    return status;
}

/* ---- Looking up ---- */

static struct method *entry_method(const struct interface_entry *entry, uint32_t slot) {
    return slot < entry->interface->vtable_size ? entry->methods[slot] : NULL;
}

/* The entry that a call through an interface which varies takes. */
static struct method *find_variant(const struct type *type, const struct method *declared) {
    struct method *best = NULL;
    uint32_t best_rank = 0;
    for (uint32_t i = 0; i < type->interface_count; i++) {
        const struct interface_entry *entry = &type->interfaces[i];
        bool exact = entry->interface == declared->owner;
        struct method *method = entry->interface->definition == declared->owner->definition
                                    ? entry_method(entry, declared->slot)
                                    : NULL;
        uint32_t rank =
            method ? 2 * (entry->levels ? entry->levels[declared->slot] : 0) + exact : 0;
        if (method && (!best || rank > best_rank) &&
            (exact || type_varies_to(entry->interface, declared->owner))) {
            best = method;
            best_rank = rank;
        }
    }
    return best;
}

struct method *type_find_virtual(const struct type *type, const struct method *declared) {
    const struct type *interface = declared->owner;
    if (interface->kind != TYPE_INTERFACE)
        return declared->slot < type->vtable_size ? type->vtable[declared->slot] : NULL;
    if (interface->definition->variance) {
        struct method *found = find_variant(type, declared);
        if (found)
            return found;
    } else {
        const struct interface_entry *entry = find_entry(type, interface);
        if (entry)
            return entry_method(entry, declared->slot);
    }
    if (type->kind == TYPE_SZARRAY && array_has_interface(type, interface))
        return array_find_virtual(declared);
    return NULL;
}
