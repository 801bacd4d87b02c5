/* Custom attributes: found by the member they are on (II.22.10), made from their blobs (II.23.3).
 */
#include <string.h>

#include "runtime/bcl/bcl_reflect.h"

enum {
    PROLOG = 1,
    NAMED_FIELD = 0x53,
    NAMED_PROPERTY = 0x54,
    ELEMENT_BOXED = 0x51,
    ELEMENT_ENUM = 0x55,
    ELEMENT_TYPE = 0x50,
    NULL_STRING = 0xFF
};

/* What carries attributes. */
struct carrier {
    struct module *module;
    uint32_t token;
};

static uint32_t parameter_token(struct thread *thread, struct object *provider,
                                struct module **module) {
    union slot slots[1] = {{.o = provider}};
    struct object *member = *(struct object **)bcl_field(provider, "MemberImpl");
    const struct method *method = member ? bcl_method_of(member) : NULL;
    if (!method || !method->row)
        return 0;
    *module = method->owner->module;
    bcl_parameter_token(thread, slots);
    return IL_TOKEN_ROW(slots[0].u4) ? slots[0].u4 : 0;
}

/* Token 0: nothing that has attributes. */
static struct carrier carrier_of(struct thread *thread, struct object *provider) {
    struct carrier c = {NULL, 0};
    const char *name = provider->type->name;
    struct method *method = NULL;
    struct bcl_member **member;
    if (strcmp(name, "RuntimeType") == 0) {
        const struct type *type = bcl_type_of(provider);
        if (type->module)
            c = (struct carrier){type->module, IL_TOKEN(IL_TypeDef, type->row)};
    } else if ((method = bcl_method_of(provider)) != NULL) {
        if (method->row)
            c = (struct carrier){method->owner->module, IL_TOKEN(IL_MethodDef, method->row)};
    } else if (strcmp(name, "RuntimeFieldInfo") == 0) {
        const struct field *field = *(struct field **)bcl_field(provider, "fhandle");
        c = (struct carrier){field->owner->module, IL_TOKEN(IL_Field, field->row)};
    } else if (strcmp(name, "RuntimeParameterInfo") == 0) {
        c.token = parameter_token(thread, provider, &c.module);
    } else if (strcmp(name, "RuntimeAssembly") == 0) {
        c = (struct carrier){bcl_module_of(provider), IL_TOKEN(IL_Assembly, 1)};
    } else if (strcmp(name, "RuntimeModule") == 0) {
        c = (struct carrier){*(struct module **)bcl_field(provider, "_impl"),
                             IL_TOKEN(IL_Module, 1)};
    } else if ((member = bcl_field(provider, "prop")) || (member = bcl_field(provider, "handle"))) {
        c = (struct carrier){(*member)->owner->module, IL_TOKEN((*member)->table, (*member)->row)};
    }
    return c;
}

static bool is_a(struct type *type, struct type *wanted) {
    il_error err;
    if (!wanted)
        return true;
    for (const struct type *t = type; t; t = t->parent) {
        if (t == wanted)
            return true;
    }
    return wanted->kind == TYPE_INTERFACE && type_prepare(type, &err) == IL_OK &&
           type_is_assignable(type, wanted);
}

static il_range rows_of(const struct carrier *c) {
    il_range none = {0, 0};
    return c->token ? il_find_rows(c->module->il, IL_CustomAttribute_Parent, c->token) : none;
}

/* The constructor of an attribute row; NULL with an exception pending. */
static struct method *constructor_of(struct thread *thread, const struct carrier *c, uint32_t row) {
    struct method *ctor;
    il_error err;
    uint32_t token = il_cell(c->module->il, IL_CustomAttribute_Type, row);
    if (ldr_method(c->module, token, NULL, &ctor, &err) == IL_OK)
        return ctor;
    exec_throw_error(thread, &err);
    return NULL;
}

/* IsDefinedInternal(provider, attribute type). */
void bcl_attributes_defined(struct thread *thread, union slot *slots) {
    struct carrier c = carrier_of(thread, slots[0].o);
    struct type *wanted = slots[1].o ? bcl_type_of(slots[1].o) : NULL;
    il_range rows = rows_of(&c);
    slots[0].i4 = 0;
    for (uint32_t row = rows.first; row < rows.end && !slots[0].i4; row++) {
        struct method *ctor = constructor_of(thread, &c, row);
        if (!ctor)
            return;
        slots[0].i4 = is_a(ctor->owner, wanted);
    }
}

/* ---- Blobs ---- */

struct decoder {
    struct thread *thread;
    struct module *module;
    il_reader in;
};

/* A SerString as a mem_ block; *null when it is the null string. NULL then, or when it is bad. */
static char *read_text(struct decoder *d, bool *null) {
    *null = d->in.next < d->in.end && *d->in.next == NULL_STRING;
    if (*null) {
        il_read_u8(&d->in);
        return NULL;
    }
    uint32_t size = il_read_compressed(&d->in);
    if (d->in.bad || size > (size_t)(d->in.end - d->in.next)) {
        d->in.bad = true;
        return NULL;
    }
    char *text = mem_copy_text((const char *)d->in.next, size);
    d->in.next += size;
    if (!text)
        exec_throw_object(d->thread, d->thread->out_of_memory);
    return text;
}

static struct object *read_string(struct decoder *d) {
    bool null;
    char *text = read_text(d, &null);
    struct string *string = text ? bcl_string(d->thread, text) : NULL;
    mem_free(text);
    return (struct object *)string;
}

static struct type *read_type_name(struct decoder *d, bool *null) {
    char *text = read_text(d, null);
    struct type *type = text ? bcl_find_type(d->thread, d->module, text, false) : NULL;
    if (text && !type && !d->thread->exception)
        exec_throw_format(d->thread, "TypeLoadException", "Could not load type '%.500s'.", text);
    mem_free(text);
    return type;
}

/* FieldOrPropType. */
static struct type *read_type(struct decoder *d) {
    const struct core_types *core = &d->thread->rt->core;
    struct type *type = NULL;
    il_error err;
    bool null;
    uint8_t element = il_read_u8(&d->in);
    switch (element) {
    case IL_TYPE_BOOLEAN: return core->boolean;
    case IL_TYPE_CHAR: return core->character;
    case IL_TYPE_I1: return core->sbyte;
    case IL_TYPE_U1: return core->byte;
    case IL_TYPE_I2: return core->int16;
    case IL_TYPE_U2: return core->uint16;
    case IL_TYPE_I4: return core->int32;
    case IL_TYPE_U4: return core->uint32;
    case IL_TYPE_I8: return core->int64;
    case IL_TYPE_U8: return core->uint64;
    case IL_TYPE_R4: return core->single;
    case IL_TYPE_R8: return core->double_type;
    case IL_TYPE_STRING: return core->string;
    case ELEMENT_BOXED: return core->object;
    case ELEMENT_TYPE: return bcl_class(d->thread, "System", "Type");
    case ELEMENT_ENUM: return read_type_name(d, &null);
    case IL_TYPE_SZARRAY:
        type = read_type(d);
        if (type && ldr_array_of(type, 1, true, &type, &err) != IL_OK)
            type = NULL;
        return type;
    default: d->in.bad = true; return NULL;
    }
}

static struct object *read_value(struct decoder *d, struct type *type);

static struct object *read_array(struct decoder *d, struct type *element) {
    uint32_t count = il_read_u32(&d->in);
    if (count == UINT32_MAX)
        return NULL;
    if (count > (size_t)(d->in.end - d->in.next)) {
        d->in.bad = true;
        return NULL;
    }
    struct array *out = bcl_new_vector(d->thread, element, count);
    for (uint32_t i = 0; out && i < count && !d->in.bad && !d->thread->exception; i++) {
        struct object *item = read_value(d, element);
        uint8_t *place = out->data + (size_t)i * element->value_size;
        if (!d->thread->exception && !bcl_unbox(d->thread, element, place, item))
            d->in.bad = true;
    }
    return (struct object *)out;
}

static bool is_type(const struct type *type) {
    return type->module == type->rt->corlib && strcmp(type->name, "Type") == 0;
}

/* An Elem of II.23.3 as an object. */
static struct object *read_value(struct decoder *d, struct type *type) {
    struct thread *thread = d->thread;
    uint64_t raw = 0;
    il_error err;
    bool null;
    if (type == thread->rt->core.string)
        return read_string(d);
    if (type == thread->rt->core.object) {
        struct type *inner = read_type(d);
        return inner ? read_value(d, inner) : NULL;
    }
    if (type->kind == TYPE_SZARRAY)
        return read_array(d, type->element_type);
    if (is_type(type)) {
        struct type *named = read_type_name(d, &null);
        return named ? bcl_type_object(thread, named) : NULL;
    }
    if (!type_is_value(type) || type_lay_out(type, &err) != IL_OK ||
        type->storage == STORE_STRUCT) {
        d->in.bad = true;
        return NULL;
    }
    for (uint32_t i = 0; i < type->value_size; i++)
        raw |= (uint64_t)il_read_u8(&d->in) << (8 * i);
    return d->in.bad ? NULL : bcl_box(thread, type, &raw);
}

/* ---- Making attributes ---- */

static void set_named(struct decoder *d, struct object *object, bool is_field, const char *name,
                      struct object *value) {
    struct thread *thread = d->thread;
    char setter[300];
    union slot args[8];
    if (is_field) {
        for (struct type *type = object->type; type; type = type->parent) {
            struct field *field = type_find_field(type, name);
            if (field && !(field->flags & FIELD_STATIC)) {
                if (!bcl_unbox(thread, field->type, (char *)object + field->offset, value))
                    d->in.bad = true;
                return;
            }
        }
        d->in.bad = true;
        return;
    }
    struct method *method = NULL;
    size_t length = strlen(name);
    if (length + 5 > sizeof setter) {
        d->in.bad = true;
        return;
    }
    memcpy(setter, "set_", 4);
    memcpy(setter + 4, name, length + 1);
    for (struct type *type = object->type; type && !method; type = type->parent)
        method = type_find_method(type, setter, 1);
    if (!method || type_slots(method->params[0]) != 1) {
        d->in.bad = true;
        return;
    }
    args[0].o = object;
    args[1].o = value;
    if (!type_is_reference(method->params[0])) {
        if (value)
            exec_load(&args[1], (char *)value + OBJECT_HEADER, method->params[0]);
        else
            args[1].i8 = 0;
    }
    struct method *target =
        method_is_virtual(method) ? type_find_virtual(object->type, method) : method;
    bcl_invoke(thread, target, args);
}

static bool prepare(struct thread *thread, struct method *ctor) {
    il_error err;
    if (type_prepare(ctor->owner, &err) == IL_OK && method_prepare_signature(ctor, &err) == IL_OK)
        return true;
    exec_throw_error(thread, &err);
    return false;
}

static struct object *construct(struct decoder *d, struct method *ctor) {
    enum { MAX_ARGS = 32 };
    struct thread *thread = d->thread;
    union slot args[MAX_ARGS + 1];
    if (ctor->arg_slots > MAX_ARGS || ctor->arg_slots != ctor->param_count + 1) {
        d->in.bad = true;
        return NULL;
    }
    for (uint32_t i = 0; i < ctor->param_count && !d->in.bad && !thread->exception; i++) {
        struct object *value = read_value(d, ctor->params[i]);
        args[1 + i].o = value;
        if (!type_is_reference(ctor->params[i]) && value)
            exec_load(&args[1 + i], (char *)value + OBJECT_HEADER, ctor->params[i]);
    }
    if (d->in.bad || thread->exception)
        return NULL;
    struct object *object = exec_new_object(thread, ctor->owner);
    args[0].o = object;
    if (!object || !exec_init_type(thread, ctor->owner))
        return NULL;
    return bcl_invoke(thread, ctor, args) ? object : NULL;
}

/* The attribute object of a row; NULL with an exception pending. */
static struct object *make_attribute(struct thread *thread, const struct carrier *c, uint32_t row,
                                     struct method *ctor) {
    struct decoder d = {thread, c->module,
                        il_reader_of(il_blob_cell(c->module->il, IL_CustomAttribute_Value, row))};
    if (!prepare(thread, ctor))
        return NULL;
    bool empty = d.in.next == d.in.end; /* allowed when there is nothing to say */
    if (!empty && il_read_u16(&d.in) != PROLOG)
        d.in.bad = true;
    struct object *object = d.in.bad ? NULL : construct(&d, ctor);
    uint32_t named = object && !empty ? il_read_u16(&d.in) : 0;
    for (uint32_t i = 0; i < named && !d.in.bad && !thread->exception; i++) {
        bool null, is_field = il_read_u8(&d.in) == NAMED_FIELD;
        struct type *type = read_type(&d);
        char *name = type ? read_text(&d, &null) : NULL;
        struct object *value = name ? read_value(&d, type) : NULL;
        if (name && !d.in.bad && !thread->exception)
            set_named(&d, object, is_field, name, value);
        mem_free(name);
    }
    if (d.in.bad && !thread->exception)
        exec_throw(thread, "Reflection.CustomAttributeFormatException", NULL);
    return thread->exception ? NULL : object;
}

/* GetCustomAttributesInternal(provider, attribute type or null, pseudo attributes). */
void bcl_attributes_get(struct thread *thread, union slot *slots) {
    struct carrier c = carrier_of(thread, slots[0].o);
    struct type *wanted = slots[1].o ? bcl_type_of(slots[1].o) : NULL;
    il_range rows = rows_of(&c);
    int32_t count = 0, at = 0;
    for (uint32_t row = rows.first; row < rows.end; row++) {
        struct method *ctor = constructor_of(thread, &c, row);
        if (!ctor)
            return;
        count += is_a(ctor->owner, wanted);
    }
    struct array *out = bcl_new_vector_of(thread, "Attribute", count);
    for (uint32_t row = rows.first; out && row < rows.end && !thread->exception; row++) {
        struct method *ctor = constructor_of(thread, &c, row);
        if (!ctor || !is_a(ctor->owner, wanted))
            continue;
        struct object *attribute = make_attribute(thread, &c, row, ctor);
        if (attribute)
            ((struct object **)out->data)[at++] = attribute;
    }
    slots[0].p = out;
}

/* GetCustomAttributesDataInternal(provider): CustomAttributeData by constructor and blob. */
void bcl_attributes_data(struct thread *thread, union slot *slots) {
    struct carrier c = carrier_of(thread, slots[0].o);
    il_range rows = rows_of(&c);
    struct type *type = bcl_class(thread, "System.Reflection", "CustomAttributeData");
    struct array *out = type ? bcl_new_vector(thread, type, rows.end - rows.first) : NULL;
    struct method *init = type ? type_find_method(type, ".ctor", 4) : NULL;
    for (uint32_t row = rows.first; out && row < rows.end && !thread->exception; row++) {
        struct method *ctor = constructor_of(thread, &c, row);
        il_blob blob = il_blob_cell(c.module->il, IL_CustomAttribute_Value, row);
        union slot args[5] = {{.p = NULL}};
        args[0].o = ctor ? exec_new_object(thread, type) : NULL;
        args[1].o = args[0].o ? bcl_method_object(thread, ctor, ctor->owner) : NULL;
        args[2].o = args[1].o ? bcl_assembly_object(thread, c.module) : NULL;
        args[3].p = (void *)(uintptr_t)blob.data;
        args[4].u4 = (uint32_t)blob.size;
        if (!args[2].o || !init)
            return;
        struct object *data = args[0].o;
        if (bcl_invoke(thread, init, args))
            ((struct object **)out->data)[row - rows.first] = data;
    }
    slots[0].p = out;
}
