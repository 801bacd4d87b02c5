/* System.RuntimeType: lists of members. Managed code asks for handles, by name and binding flags,
 * and makes the objects of them. Declared order, the type itself before its bases. */
#include <string.h>
#include <strings.h>

#include "runtime/bcl/bcl_reflect.h"
#include "runtime/types/generic.h"
#include "runtime/types/members.h"

enum { /* System.Reflection.BindingFlags */
       BIND_DECLARED_ONLY = 2,
       BIND_INSTANCE = 4,
       BIND_STATIC = 8,
       BIND_PUBLIC = 16,
       BIND_NON_PUBLIC = 32,
       BIND_FLATTEN = 64
};

enum { LIST_ALL = 0, LIST_CASE_INSENSITIVE = 2 }; /* System.RuntimeType.MemberListType */

enum { METHOD_PRIVATE = 1 };

struct list {
    struct thread *thread;
    struct type *reflected;
    const char *name; /* NULL: all */
    bool ignore_case;
    uint32_t flags;
    void **items;
    uint32_t count, capacity;
    bool failed;
};

static void add(struct list *list, void *item) {
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? 2 * list->capacity : 16;
        void **items = list->failed ? NULL : mem_resize(list->items, capacity, sizeof *items);
        if (!items) {
            list->failed = true;
            return;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
}

static bool wants_name(const struct list *list, const char *name) {
    return !list->name ||
           (list->ignore_case ? strcasecmp(name, list->name) : strcmp(name, list->name)) == 0;
}

/* Whether the binding flags admit a member with these attributes (fields and methods share the
 * bits) declared by owner. */
static bool admits(const struct list *list, const struct type *owner, uint32_t attributes) {
    uint32_t access = attributes & METHOD_ACCESS_MASK;
    bool inherited = owner != list->reflected;
    if (inherited && access <= METHOD_PRIVATE)
        return false;
    if (!(list->flags & (access == METHOD_PUBLIC ? BIND_PUBLIC : BIND_NON_PUBLIC)))
        return false;
    if (attributes & METHOD_STATIC)
        return (list->flags & BIND_STATIC) && (!inherited || (list->flags & BIND_FLATTEN));
    return (list->flags & BIND_INSTANCE) != 0;
}

/* Makes the result of a native list. */
static void finish(struct list *list, union slot *slots) {
    void *array = NULL;
    if (!list->failed)
        array = bcl_pointer_array(list->thread->rt, list->items, list->count);
    if (array)
        slots[0].p = array;
    else if (!list->thread->exception)
        exec_throw_object(list->thread, list->thread->out_of_memory);
    mem_free(list->items);
}

/* Calls visit for the type and, unless only declared members are wanted, its bases. */
static void for_each_class(struct list *list, void (*visit)(struct list *, struct type *)) {
    il_error err;
    for (struct type *type = list->reflected; type && !list->thread->exception;
         type = generic_base(type)) {
        if (type_members(type, &err) != IL_OK)
            exec_throw_error(list->thread, &err);
        else
            visit(list, type);
        if (list->flags & BIND_DECLARED_ONLY)
            break;
    }
}

static struct list start(struct thread *thread, union slot *slots, const char *name, uint32_t flags,
                         int32_t list_type) {
    return (struct list){.thread = thread,
                         .reflected = bcl_type_of(slots[0].o),
                         .name = list_type == LIST_ALL ? NULL : name,
                         .flags = flags,
                         .ignore_case = list_type == LIST_CASE_INSENSITIVE};
}

/* ---- Methods ---- */

static bool same_member(struct method *a, struct method *b) {
    il_error err;
    return strcmp(a->name, b->name) == 0 && method_prepare_signature(a, &err) == IL_OK &&
           method_prepare_signature(b, &err) == IL_OK && method_same_params(a, b);
}

/* Whether a virtual method of a base is overridden by one that is listed already. */
static bool is_overridden(const struct list *list, struct method *method) {
    if (!method_is_virtual(method) || method->owner == list->reflected)
        return false;
    for (uint32_t i = 0; i < list->count; i++) {
        struct method *other = list->items[i];
        if (method_is_virtual(other) && same_member(other, method))
            return true;
    }
    return false;
}

static bool is_constructor(const char *name) {
    return strcmp(name, ".ctor") == 0 || strcmp(name, ".cctor") == 0;
}

/* The method, when the list admits it; NULL otherwise, or when memory is short, which is noted. */
static struct method *admitted(struct list *list, struct type *type, uint32_t number) {
    if (!admits(list, type, type_method_flags(type, number)))
        return NULL;
    struct method *method = type_method(type, number);
    list->failed |= !method;
    return method;
}

static void visit_methods(struct list *list, struct type *type) {
    for (uint32_t i = 0; i < type->method_count; i++) {
        const char *name = type_method_name(type, i);
        if (is_constructor(name) || !wants_name(list, name))
            continue;
        struct method *method = admitted(list, type, i);
        if (method && !is_overridden(list, method))
            add(list, method);
    }
}

/* GetMethodsByName_native(name, flags, list type). */
void bcl_type_methods(struct thread *thread, union slot *slots) {
    struct list list = start(thread, slots, slots[1].p, slots[2].u4, slots[3].i4);
    for_each_class(&list, visit_methods);
    finish(&list, slots);
}

static void visit_constructors(struct list *list, struct type *type) {
    for (uint32_t i = 0; i < type->method_count; i++) {
        struct method *ctor =
            is_constructor(type_method_name(type, i)) ? admitted(list, type, i) : NULL;
        if (ctor)
            add(list, ctor);
    }
}

/* GetConstructors_native(flags). */
void bcl_type_constructors(struct thread *thread, union slot *slots) {
    struct list list = start(thread, slots, NULL, slots[1].u4 | BIND_DECLARED_ONLY, 0);
    for_each_class(&list, visit_constructors);
    finish(&list, slots);
}

/* ---- Fields ---- */

static void visit_fields(struct list *list, struct type *type) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        struct field *field = &type->fields[i];
        if (wants_name(list, field->name) && admits(list, type, field->flags))
            add(list, field);
    }
}

/* GetFields_native(name, flags, list type). */
void bcl_type_fields(struct thread *thread, union slot *slots) {
    struct list list = start(thread, slots, slots[1].p, slots[2].u4, slots[3].i4);
    for_each_class(&list, visit_fields);
    finish(&list, slots);
}

/* ---- Properties and events ---- */

/* The attributes of the most visible of the accessors; 0 without any. */
static uint32_t attributes_of(const struct bcl_member *member, const uint32_t *semantics,
                              uint32_t count) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct method *accessor = bcl_accessor(member, semantics[i]);
        if (accessor && (accessor->flags & METHOD_ACCESS_MASK) > (most & METHOD_ACCESS_MASK))
            most = accessor->flags;
    }
    return most;
}

static bool property_admitted(const struct list *list, const struct bcl_member *property) {
    static const uint32_t ACCESSORS[] = {SEMANTICS_GETTER, SEMANTICS_SETTER};
    uint32_t attributes = attributes_of(property, ACCESSORS, 2);
    return attributes && admits(list, property->owner, attributes);
}

/* Whether two properties of one name have the same signature, as far as both have accessors. */
static bool same_property(const struct bcl_member *a, const struct bcl_member *b) {
    static const uint32_t ACCESSORS[] = {SEMANTICS_GETTER, SEMANTICS_SETTER};
    il_error err;
    for (uint32_t i = 0; i < 2; i++) {
        struct method *mine = bcl_accessor(a, ACCESSORS[i]), *other = bcl_accessor(b, ACCESSORS[i]);
        if (mine && other &&
            (method_prepare_signature(mine, &err) != IL_OK ||
             method_prepare_signature(other, &err) != IL_OK || !method_same_params(mine, other) ||
             mine->return_type != other->return_type))
            return false;
    }
    return true;
}

static const char *member_name(const struct bcl_member *member) {
    return il_name(member->owner->module->il,
                   member->table == IL_Event ? IL_Event_Name : IL_Property_Name, member->row);
}

/* Whether a class further down has one of that name, for properties with that signature, too. */
static bool member_hidden(const struct list *list, const struct bcl_member *member) {
    for (uint32_t i = 0; i < list->count; i++) {
        const struct bcl_member *listed = list->items[i];
        if (listed->owner != member->owner &&
            strcmp(member_name(listed), member_name(member)) == 0 &&
            (member->table == IL_Event || same_property(listed, member)))
            return true;
    }
    return false;
}

/* The rows that a map table (PropertyMap, EventMap) gives a type. */
static il_range mapped_rows(const struct type *type, il_column parent, il_column list) {
    il_range none = {0, 0};
    if (!type->module)
        return none;
    il_range map = il_find_rows(type->module->il, parent, IL_TOKEN(IL_TypeDef, type->row));
    return map.first < map.end ? il_list(type->module->il, list, map.first) : none;
}

struct bcl_member *bcl_find_property(struct type *type, const char *name) {
    il_range rows = mapped_rows(type, IL_PropertyMap_Parent, IL_PropertyMap_PropertyList);
    for (uint32_t row = rows.first; row < rows.end; row++) {
        if (strcmp(il_name(type->module->il, IL_Property_Name, row), name) == 0)
            return bcl_member_of_row(type, IL_Property, row);
    }
    return NULL;
}

static void visit_properties(struct list *list, struct type *type) {
    il_range rows = mapped_rows(type, IL_PropertyMap_Parent, IL_PropertyMap_PropertyList);
    for (uint32_t row = rows.first; row < rows.end; row++) {
        if (!wants_name(list, il_name(type->module->il, IL_Property_Name, row)))
            continue;
        struct bcl_member *property = bcl_member_of_row(type, IL_Property, row);
        if (!property)
            list->failed = true;
        else if (property_admitted(list, property) && !member_hidden(list, property))
            add(list, property);
    }
}

/* GetPropertiesByName_native(name, flags, list type). */
void bcl_type_properties(struct thread *thread, union slot *slots) {
    struct list list = start(thread, slots, slots[1].p, slots[2].u4, slots[3].i4);
    for_each_class(&list, visit_properties);
    finish(&list, slots);
}

/* Private events of a base are not there. */
static bool event_inherited(const struct list *list, const struct bcl_member *event) {
    static const uint32_t ACCESSORS[] = {SEMANTICS_ADD_ON, SEMANTICS_REMOVE_ON, SEMANTICS_FIRE};
    return event->owner == list->reflected ||
           (attributes_of(event, ACCESSORS, 3) & METHOD_ACCESS_MASK) > METHOD_PRIVATE;
}

static void visit_events(struct list *list, struct type *type) {
    il_range rows = mapped_rows(type, IL_EventMap_Parent, IL_EventMap_EventList);
    for (uint32_t row = rows.first; row < rows.end; row++) {
        if (!wants_name(list, il_name(type->module->il, IL_Event_Name, row)))
            continue;
        struct bcl_member *event = bcl_member_of_row(type, IL_Event, row);
        if (!event)
            list->failed = true;
        else if (event_inherited(list, event) && !member_hidden(list, event))
            add(list, event);
    }
}

/* GetEvents_native(name, list type): managed code looks at the binding flags. */
void bcl_type_events(struct thread *thread, union slot *slots) {
    struct list list = start(thread, slots, slots[1].p, 0, slots[2].i4);
    for_each_class(&list, visit_events);
    finish(&list, slots);
}

/* ---- Nested types and interfaces ---- */

enum { VISIBILITY_MASK = 7, VISIBILITY_NESTED_PUBLIC = 2 };

/* The table is sorted by the nested types: those of one type may stand anywhere. */
static void visit_nested(struct list *list, const struct type *outer) {
    const il_module *il = outer->module->il;
    il_error err;
    IL_EACH_ROW(il, IL_NestedClass_EnclosingClass, IL_TOKEN(IL_TypeDef, outer->row), row) {
        struct type *type;
        uint32_t token = il_cell(il, IL_NestedClass_NestedClass, row);
        if (ldr_type_def(outer->module, IL_TOKEN_ROW(token), &type, &err) != IL_OK) {
            exec_throw_error(list->thread, &err);
            return;
        }
        bool is_public = (type->flags & VISIBILITY_MASK) == VISIBILITY_NESTED_PUBLIC;
        if (wants_name(list, type->name) &&
            (list->flags & (is_public ? BIND_PUBLIC : BIND_NON_PUBLIC)))
            add(list, type);
    }
}

/* GetNestedTypes_native(name, flags, list type). */
void bcl_type_nested(struct thread *thread, union slot *slots) {
    struct list list = start(thread, slots, slots[1].p, slots[2].u4, slots[3].i4);
    if (list.reflected->module)
        visit_nested(&list, list.reflected);
    finish(&list, slots);
}

/* GetInterfaces(): of the interface map, or of an open type, which has none, by its rows. */
void bcl_type_interfaces(struct thread *thread, union slot *slots) {
    enum { MAX_INTERFACES = GENERIC_MAX_INTERFACES };
    struct type *type = bcl_type_of(slots[0].o), *all[MAX_INTERFACES];
    uint32_t count = 0;
    il_error err;
    if (!type->is_open && type->kind != TYPE_SZARRAY && type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    if (type->is_open || type->kind == TYPE_SZARRAY)
        count = generic_interfaces(type, all, MAX_INTERFACES);
    for (uint32_t i = 0; count == 0 && i < type->interface_count && i < MAX_INTERFACES; i++)
        all[i] = type->interfaces[i].interface;
    count = count ? count : type->interface_count;
    struct array *out = bcl_new_vector_of(thread, "Type", count);
    for (uint32_t i = 0; out && i < count && !thread->exception; i++)
        ((struct object **)out->data)[i] = bcl_type_object(thread, all[i]);
    slots[0].p = out;
}

/* GetInterfaceMapData(type, interface, out targets, out interface methods). */
void bcl_type_interface_map(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o), *interface = bcl_type_of(slots[1].o);
    struct array **targets_out = slots[2].p, **methods_out = slots[3].p;
    il_error err;
    if (type->is_open || interface->is_open) {
        exec_throw(thread, "NotSupportedException", "interface maps of open types");
        return;
    }
    if (type_prepare(type, &err) != IL_OK || type_prepare(interface, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    if (!type_is_assignable(type, interface)) /* managed code throws then */
        return;
    struct type *element = bcl_class(thread, "System.Reflection", "MethodInfo");
    struct array *targets =
        element ? bcl_new_vector(thread, element, interface->vtable_size) : NULL;
    struct array *methods =
        targets ? bcl_new_vector(thread, element, interface->vtable_size) : NULL;
    for (uint32_t i = 0; methods && i < interface->vtable_size && !thread->exception; i++) {
        struct method *target = type_find_virtual(type, interface->vtable[i]);
        ((struct object **)methods->data)[i] =
            bcl_method_object(thread, interface->vtable[i], interface);
        if (target && !thread->exception)
            ((struct object **)targets->data)[i] = bcl_method_object(thread, target, type);
    }
    *targets_out = targets;
    *methods_out = methods;
}
