/* System.RuntimeType and RuntimeTypeHandle: the managed face of struct type. There is one object
 * per type, so that types compare by reference. */
#include <string.h>

#include "runtime/bcl/bcl.h"

/* The place of Type._impl, a RuntimeTypeHandle with the struct type's address. */
static struct type **handle_of(struct thread *thread, struct object *object) {
    struct type *type;
    il_error err;
    if (ldr_core_type(thread->rt, "System", "Type", &type, &err) != IL_OK ||
        type_prepare(type, &err) != IL_OK)
        return NULL;
    struct field *field = type_find_field(type, "_impl");
    return field ? (struct type **)((char *)object + field->offset) : NULL;
}

struct object *bcl_type_object(struct thread *thread, struct type *type) {
    struct type *runtime_type;
    il_error err;
    if (type->object)
        return type->object;
    if (ldr_core_type(thread->rt, "System", "RuntimeType", &runtime_type, &err) != IL_OK ||
        type_prepare(runtime_type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    struct object *object = exec_new_object(thread, runtime_type);
    if (!object)
        return NULL;
    *handle_of(thread, object) = type;
    type_root(type);
    return type->object = object;
}

struct type *bcl_type_of(struct object *object) {
    return *handle_of(object->type->rt->main_thread, object);
}

void bcl_type_from_handle(struct thread *thread, union slot *slots) {
    slots[0].o = slots[0].p ? bcl_type_object(thread, slots[0].p) : NULL;
}

#define TYPE_QUERY(name, expression)                                                               \
    void bcl_type_##name(struct thread *thread, union slot *slots) {                               \
        struct type *type = bcl_type_of(slots[0].o);                                               \
        (void)thread;                                                                              \
        slots[0].i4 = (expression);                                                                \
    }

TYPE_QUERY(attributes, (int32_t)type->flags)
TYPE_QUERY(element, type->element)
TYPE_QUERY(is_generic_definition, type->arg_count > 0 && type->definition == type)
TYPE_QUERY(is_generic_variable, type->kind == TYPE_VARIABLE)
TYPE_QUERY(has_instantiation, type->arg_count > 0)
TYPE_QUERY(is_array, type->kind == TYPE_SZARRAY || type->kind == TYPE_ARRAY)
TYPE_QUERY(is_byref, type->kind == TYPE_BYREF)
TYPE_QUERY(is_pointer, type->kind == TYPE_POINTER)
TYPE_QUERY(is_value, type_is_value(type) && type != type->rt->core.enumeration)
TYPE_QUERY(is_enum, type->is_enum)
TYPE_QUERY(is_interface, type->kind == TYPE_INTERFACE)

void bcl_type_base(struct thread *thread, union slot *slots) {
    struct type *parent = bcl_type_of(slots[0].o)->parent;
    slots[0].o = parent ? bcl_type_object(thread, parent) : NULL;
}

void bcl_type_element_type(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o);
    bool has = type->element_type && !type->is_enum;
    slots[0].o = has ? bcl_type_object(thread, type->element_type) : NULL;
}

void bcl_type_declaring(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o)->enclosing;
    slots[0].o = type ? bcl_type_object(thread, type) : NULL;
}

void bcl_type_definition(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o);
    slots[0].o = type->arg_count ? bcl_type_object(thread, type->definition) : NULL;
}

/* type_is_assignable_from(to, from). */
void bcl_type_is_assignable_from(struct thread *thread, union slot *slots) {
    struct type *to = bcl_type_of(slots[0].o), *from = bcl_type_of(slots[1].o);
    il_error err;
    bool open = to->is_open || from->is_open;
    if (!open && (type_prepare(to, &err) != IL_OK || type_prepare(from, &err) != IL_OK))
        exec_throw_error(thread, &err);
    else
        slots[0].i4 = open ? to == from : type_is_assignable(from, to);
}

/* is_subclass_of(child, base): handles of types. */
void bcl_type_is_subclass(struct thread *thread, union slot *slots) {
    const struct type *type = slots[0].p;
    (void)thread;
    bool found = false;
    for (type = type->parent; type && !found; type = type->parent)
        found = type == slots[1].p;
    slots[0].i4 = found;
}

/* RuntimeHelpers.IsReferenceOrContainsReferences<T>(). */
void bcl_type_has_references(struct thread *thread, union slot *slots) {
    struct type *type = thread->native_method->args[0];
    il_error err;
    if (type_lay_out(type, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else
        slots[0].i4 = type_is_reference(type) || type->has_references;
}

void bcl_type_name(struct thread *thread, union slot *slots) {
    const char *name = bcl_type_of(slots[0].o)->name;
    slots[0].p = exec_string_from_utf8(thread, name, strlen(name));
}

void bcl_type_full_name(struct thread *thread, union slot *slots) {
    char name[1024];
    type_name(bcl_type_of(slots[0].o), name, sizeof name);
    slots[0].p = exec_string_from_utf8(thread, name, strlen(name));
}

void bcl_type_arguments(struct thread *thread, union slot *slots) {
    const struct type *type = bcl_type_of(slots[0].o);
    struct type *element, *array_type;
    il_error err;
    if (ldr_core_type(thread->rt, "System", "Type", &element, &err) != IL_OK ||
        ldr_array_of(element, 1, true, &array_type, &err) != IL_OK ||
        type_prepare(array_type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    struct array *array = exec_new_array(thread, array_type, type->arg_count);
    for (uint32_t i = 0; array && i < type->arg_count && !thread->exception; i++)
        ((struct object **)array->data)[i] = bcl_type_object(thread, type->args[i]);
    slots[0].p = array;
}

static struct type *instantiate(struct thread *thread, struct type *definition,
                                struct type *const *args, uint32_t count) {
    struct type *type;
    il_error err;
    if (ldr_instantiate(definition->definition, args, count, &type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    return type;
}

/* MakeGenericType(definition, arguments). */
void bcl_type_make_generic(struct thread *thread, union slot *slots) {
    const struct array *arguments = slots[1].p;
    struct type *args[64];
    if (arguments->length > 64) {
        exec_throw(thread, "ArgumentException", NULL);
        return;
    }
    for (int32_t i = 0; i < arguments->length; i++)
        args[i] = bcl_type_of(((struct object *const *)arguments->data)[i]);
    struct type *type =
        instantiate(thread, bcl_type_of(slots[0].o), args, (uint32_t)arguments->length);
    slots[0].o = type ? bcl_type_object(thread, type) : NULL;
}

static struct object *create(struct thread *thread, struct type *type) {
    il_error err;
    union slot args[1];
    if (type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    struct method *ctor = type_find_method(type, ".ctor", 0);
    if (!ctor && !type_is_value(type)) {
        exec_throw_format(thread, "MissingMethodException",
                          "No parameterless constructor defined for type '%s'.", type->name);
        return NULL;
    }
    struct object *object = exec_new_object(thread, type);
    args[0].p = type_is_value(type) ? (char *)object + OBJECT_HEADER : (char *)object;
    if (object && ctor && !exec_invoke(thread, ctor, args))
        return NULL;
    return object;
}

/* CreateInstanceForAnotherGenericParameter(type, argument): type's definition over the argument. */
void bcl_type_create_for_argument(struct thread *thread, union slot *slots) {
    struct type *argument = bcl_type_of(slots[1].o);
    struct type *type = instantiate(thread, bcl_type_of(slots[0].o), &argument, 1);
    slots[0].o = type ? create(thread, type) : NULL;
}

/* Activator.CreateInstance<T>(). */
void bcl_activator_create(struct thread *thread, union slot *slots) {
    struct type *type = thread->native_method->args[0];
    struct object *object = create(thread, type);
    if (!object)
        return;
    if (type_is_value(type))
        exec_load(slots, (char *)object + OBJECT_HEADER, type);
    else
        slots[0].o = object;
}

/* ByReference<T> holds a managed pointer in its only field. */
void bcl_by_reference_init(struct thread *thread, union slot *slots) {
    (void)thread;
    *(void **)slots[0].p = slots[1].p;
}

void bcl_by_reference_value(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].p = *(void **)slots[0].p;
}
