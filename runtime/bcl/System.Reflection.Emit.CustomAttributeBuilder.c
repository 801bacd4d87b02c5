/* System.Reflection.Emit.CustomAttributeBuilder: the blob of an attribute out of the values of its
 * arguments (II.23.3). */
#include <string.h>

#include "runtime/bcl/emit.h"
#include "runtime/runtime.h"

enum {
    PROLOG = 1,
    NAMED_FIELD = 0x53,
    NAMED_PROPERTY = 0x54,
    ELEMENT_BOXED = 0x51,
    ELEMENT_ENUM = 0x55,
    ELEMENT_TYPE = 0x50,
    NULL_ARRAY = -1
};

static void unsupported(struct thread *thread, const struct type *type) {
    char name[256];
    exec_throw_format(thread, "ArgumentException",
                      "An argument of type '%s' cannot be written into a custom attribute.",
                      type_name(type, name, sizeof name));
}

static void put_text(struct thread *thread, il_text *out, struct object *string) {
    char *text = string ? bcl_text(thread, (struct string *)string) : NULL;
    if (!thread->exception)
        il_put_ser_string(out, text);
    mem_free(text);
}

/* The name by which the attribute's reader finds a type; mscorlib's need no assembly. */
static void put_type_name(struct thread *thread, il_text *out, const struct type *type) {
    char *name = type ? bcl_full_name(type, true, type->module != thread->rt->corlib) : NULL;
    if (name)
        il_put_ser_string(out, name);
    else if (!thread->exception)
        exec_throw_object(thread, thread->out_of_memory);
    mem_free(name);
}

/* System.Type and the class that its objects are of. */
static bool is_type(const struct thread *thread, const struct type *type) {
    return type->module == thread->rt->corlib && strcmp(type->name_space, "System") == 0 &&
           (strcmp(type->name, "Type") == 0 || strcmp(type->name, "RuntimeType") == 0);
}

/* FieldOrPropType. */
static void put_kind(struct thread *thread, il_text *out, const struct type *type) {
    if (is_type(thread, type)) {
        il_put_u8(out, ELEMENT_TYPE);
    } else if (type->is_enum) {
        il_put_u8(out, ELEMENT_ENUM);
        put_type_name(thread, out, type);
    } else if (type->kind == TYPE_SZARRAY) {
        il_put_u8(out, IL_TYPE_SZARRAY);
        put_kind(thread, out, type->element_type);
    } else if (type->element == IL_TYPE_OBJECT) {
        il_put_u8(out, ELEMENT_BOXED);
    } else if (type->element >= IL_TYPE_BOOLEAN && type->element <= IL_TYPE_STRING) {
        il_put_u8(out, type->element);
    } else {
        unsupported(thread, type);
    }
}

static void put_value(struct thread *thread, il_text *out, const struct type *type,
                      struct object *value);

static void put_array(struct thread *thread, il_text *out, const struct type *element,
                      struct array *array) {
    il_put_u32(out, array ? (uint32_t)array->length : (uint32_t)NULL_ARRAY);
    for (uint32_t i = 0; i < emit_count(array) && !thread->exception; i++) {
        const uint8_t *place = array->data + (size_t)i * element->value_size;
        if (type_is_reference(element))
            put_value(thread, out, element, *(struct object *const *)place);
        else
            il_put_bytes(out, place, element->value_size);
    }
}

/* An object's own kind stands before its value; a null one is a null string. */
static void put_boxed(struct thread *thread, il_text *out, struct object *value) {
    const struct type *type = value ? value->type : thread->rt->core.string;
    if (value && emit_kind_of(value) == EMIT_TYPE_BUILDER)
        type = bcl_class(thread, "System", "Type");
    if (type)
        put_kind(thread, out, type);
    if (!thread->exception)
        put_value(thread, out, type, value);
}

static void put_value(struct thread *thread, il_text *out, const struct type *type,
                      struct object *value) {
    if (type->element == IL_TYPE_STRING) {
        put_text(thread, out, value);
    } else if (is_type(thread, type)) {
        const struct type *named = value ? emit_type_of(thread, value) : NULL;
        if (value && named)
            put_type_name(thread, out, named);
        else if (!value)
            il_put_ser_string(out, NULL);
    } else if (type->kind == TYPE_SZARRAY) {
        put_array(thread, out, type->element_type, (struct array *)value);
    } else if (type->element == IL_TYPE_OBJECT) {
        put_boxed(thread, out, value);
    } else if (type_is_value(type) && value) {
        uint64_t bytes = 0;
        if (type->value_size > sizeof bytes ||
            !bcl_unbox(thread, (struct type *)type, &bytes, value))
            unsupported(thread, value->type);
        else
            il_put_bytes(out, &bytes, type->value_size);
    } else {
        unsupported(thread, type);
    }
}

/* The types of the constructor's parameters, whatever it is. */
static const struct type *parameter_type(struct thread *thread, struct object *constructor,
                                         uint32_t i) {
    struct method *method = bcl_method_of(constructor);
    struct array *parameters = NULL;
    il_error err;
    if (emit_kind_of(constructor) == EMIT_CONSTRUCTOR_BUILDER) {
        parameters = emit_get_array(constructor, "parameters");
        return i < emit_count(parameters) ? emit_type_of(thread, emit_item(parameters, i)) : NULL;
    }
    if (!method || method_prepare_signature(method, &err) != IL_OK || i >= method->param_count)
        return NULL;
    return method->params[i];
}

/* The type of a property or field that is set by name. */
static const struct type *member_type(struct thread *thread, struct object *member) {
    struct bcl_member **property = bcl_field(member, "prop");
    struct field **field = bcl_field(member, "fhandle");
    il_error err;
    if (property) {
        struct method *getter = bcl_accessor(*property, SEMANTICS_GETTER);
        struct method *setter = bcl_accessor(*property, SEMANTICS_SETTER);
        struct method *accessor = getter ? getter : setter;
        if (!accessor || method_prepare_signature(accessor, &err) != IL_OK)
            return NULL;
        return getter ? getter->return_type : setter->params[setter->param_count - 1];
    }
    if (field)
        return type_prepare((*field)->owner, &err) == IL_OK ? (*field)->type : NULL;
    return emit_type_of(thread, emit_get(member, "type")); /* a builder */
}

static struct object *member_name(struct thread *thread, struct object *member) {
    struct bcl_member **property = bcl_field(member, "prop");
    struct field **field = bcl_field(member, "fhandle");
    if (property)
        return (struct object *)bcl_string(
            thread, il_name((*property)->owner->module->il, IL_Property_Name, (*property)->row));
    return field ? (struct object *)bcl_string(thread, (*field)->name) : emit_get(member, "name");
}

static void put_named(struct thread *thread, il_text *out, uint8_t kind, struct array *members,
                      struct array *values) {
    for (uint32_t i = 0; i < emit_count(members) && !thread->exception; i++) {
        struct object *member = emit_item(members, i);
        const struct type *type = member_type(thread, member);
        if (!type) {
            if (!thread->exception)
                exec_throw(thread, "ArgumentException", "A member whose type is not known.");
            return;
        }
        il_put_u8(out, kind);
        put_kind(thread, out, type);
        put_text(thread, out, member_name(thread, member));
        if (!thread->exception)
            put_value(thread, out, type, emit_item(values, i));
    }
}

/* GetBlob(assembly, constructor, arguments, properties, their values, fields, their values). */
void bcl_emit_attribute_blob(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    struct array *arguments = slots[2].p, *properties = slots[3].p, *fields = slots[5].p;
    il_text blob = {0};
    il_put_u16(&blob, PROLOG);
    for (uint32_t i = 0; i < emit_count(arguments) && !thread->exception; i++) {
        const struct type *type = parameter_type(thread, slots[1].o, i);
        if (type)
            put_value(thread, &blob, type, emit_item(arguments, i));
        else if (!thread->exception)
            exec_throw(thread, "ArgumentException", "More arguments than the constructor takes.");
    }
    il_put_u16(&blob, (uint16_t)(emit_count(properties) + emit_count(fields)));
    put_named(thread, &blob, NAMED_PROPERTY, properties, slots[4].p);
    put_named(thread, &blob, NAMED_FIELD, fields, slots[6].p);
    slots[0].p = thread->exception ? NULL : emit_byte_array(thread, &blob);
    il_text_fini(&blob);
}
