/* Custom attribute values: what il_attr reads from a blob becomes objects. */
#include "runtime/bcl/bcl_attr.h"

#include <string.h>

/* The type that text of the blob names; NULL with an exception pending. */
static struct type *named_type(struct thread *thread, struct module *module, il_blob name) {
    char *text = mem_copy_text((const char *)name.data, name.size);
    struct type *type = text ? bcl_find_type(thread, module, text, FIND_THROW) : NULL;
    if (!text)
        exec_throw_object(thread, thread->out_of_memory);
    mem_free(text);
    return type;
}

static struct type *enum_type(struct thread *thread, struct module *module, uint32_t token,
                              il_blob name) {
    struct type *type;
    il_error err;
    if (!token)
        return named_type(thread, module, name);
    if (ldr_type(module, token, NULL, &type, &err) == IL_OK)
        return type;
    exec_throw_error(thread, &err);
    return NULL;
}

struct enum_search {
    struct thread *thread;
    struct module *module;
};

static il_element find_enum(void *user, const il_module *il, uint32_t token, il_blob name) {
    const struct enum_search *search = user;
    struct type *type = enum_type(search->thread, search->module, token, name);
    il_error err;
    (void)il;
    if (type && type_lay_out(type, &err) != IL_OK)
        exec_throw_error(search->thread, &err);
    return type && type->is_enum && !search->thread->exception
               ? (il_element)type->element_type->element
               : IL_TYPE_END;
}

const il_attribute *bcl_attr_parse(struct thread *thread, struct module *module, uint32_t row,
                                   struct mem_pool *pool) {
    struct enum_search search = {thread, module};
    const il_attribute *attribute;
    il_error err;
    if (il_parse_attribute(module->il, row, find_enum, &search, pool, &attribute, &err) == IL_OK)
        return attribute;
    if (thread->exception)
        return NULL;
    if (err.status == IL_BAD_SIGNATURE)
        exec_throw(thread, "Reflection.CustomAttributeFormatException", NULL);
    else
        exec_throw_error(thread, &err);
    return NULL;
}

/* The type of one value, or of an array's elements. */
static struct type *simple_type(struct thread *thread, struct module *module, il_element kind,
                                const il_attr_type *type) {
    const struct core_types *core = &thread->rt->core;
    switch (kind) {
    case IL_TYPE_BOXED: return core->object;
    case IL_TYPE_SYSTEM_TYPE: return bcl_class(thread, "System", "Type");
    case IL_TYPE_ENUM: return enum_type(thread, module, type->enum_token, type->enum_name);
    default: return bcl_primitive(core, kind);
    }
}

struct type *bcl_attr_type(struct thread *thread, struct module *module, const il_attr_type *type) {
    bool is_array = type->kind == IL_TYPE_SZARRAY;
    struct type *out = simple_type(thread, module, is_array ? type->element : type->kind, type);
    il_error err;
    if (!out || !is_array || ldr_array_of(out, 1, true, &out, &err) == IL_OK)
        return out;
    exec_throw_error(thread, &err);
    return NULL;
}

static struct object *array_value(struct thread *thread, struct module *module,
                                  const il_attr_value *value) {
    struct type *type = bcl_attr_type(thread, module, &value->type);
    struct type *element = type ? type->element_type : NULL;
    struct array *out = element ? bcl_new_vector(thread, element, value->count) : NULL;
    for (uint32_t i = 0; out && i < value->count; i++) {
        struct object *item = bcl_attr_value(thread, module, &value->items[i]);
        if (thread->exception)
            return NULL;
        bcl_unbox(thread, element, out->data + (size_t)i * element->value_size, item);
    }
    return (struct object *)out;
}

struct object *bcl_attr_value(struct thread *thread, struct module *module,
                              const il_attr_value *value) {
    struct type *type;
    if (value->is_null)
        return NULL;
    switch (value->type.kind) {
    case IL_TYPE_BOXED: return bcl_attr_value(thread, module, value->items);
    case IL_TYPE_SZARRAY: return array_value(thread, module, value);
    case IL_TYPE_STRING:
        return (struct object *)exec_string_from_utf8(thread, (const char *)value->text.data,
                                                      value->text.size);
    case IL_TYPE_SYSTEM_TYPE:
        type = named_type(thread, module, value->text);
        return type ? bcl_type_object(thread, type) : NULL;
    default:
        type = bcl_attr_type(thread, module, &value->type);
        return type ? bcl_box(thread, type, &value->bits) : NULL;
    }
}

bool bcl_attr_member(struct thread *thread, struct type *type, const il_attr_named *named,
                     struct field **field, struct bcl_member **property) {
    char *name = mem_copy_text((const char *)named->name.data, named->name.size);
    *field = NULL;
    *property = NULL;
    for (; name && type && !*field && !*property; type = type->parent) {
        if (named->is_property)
            *property = bcl_find_property(type, name);
        else
            *field = type_find_field(type, name);
    }
    if (!name)
        exec_throw_object(thread, thread->out_of_memory);
    else if (!*field && !*property)
        exec_throw_format(thread, "Reflection.CustomAttributeFormatException",
                          "Could not find a %s with name %.300s",
                          named->is_property ? "property" : "field", name);
    mem_free(name);
    return *field || *property;
}
