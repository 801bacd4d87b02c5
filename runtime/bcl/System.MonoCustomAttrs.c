/* Custom attributes: found by the member they are on (II.22.10), made from their blobs (II.23.3).
 */
#include <string.h>

#include "runtime/bcl/bcl_attr.h"
#include "runtime/bcl/emit.h"

/* What carries attributes. */
struct carrier {
    struct module *module;
    uint32_t token;
    bool scattered; /* other rows may stand between its rows */
};

static uint32_t parameter_token(struct thread *thread, struct object *provider,
                                struct module **module) {
    union slot slots[1] = {{.o = provider}};
    const struct method *method = bcl_parameter_method(provider);
    if (!method || !method->row)
        return 0;
    *module = method->owner->module;
    bcl_parameter_token(thread, slots);
    return IL_TOKEN_ROW(slots[0].u4) ? slots[0].u4 : 0;
}

/* The attributes of an AssemblyBuilder get their rows when they are asked for. */
static struct carrier builder_carrier(struct thread *thread, struct object *assembly) {
    EXEC_LOCKED(thread->rt);
    struct carrier c = {bcl_module_of(assembly), IL_TOKEN(IL_Assembly, 1), true};
    struct emitter e = emit_into(thread, c.module);
    emit_new_attributes(&e, c.token, emit_get_array(assembly, "cattrs"));
    emit_update(&e);
    return c;
}

/* Token 0: nothing that has attributes. */
static struct carrier carrier_of(struct thread *thread, struct object *provider) {
    struct carrier c = {NULL, 0, false};
    const char *name = provider->type->name;
    struct method *method = NULL;
    struct bcl_member **member;
    if (strcmp(name, "RuntimeType") == 0) {
        const struct type *type = bcl_type_of(provider);
        if (type->kind == TYPE_VARIABLE)
            c = (struct carrier){bcl_home_of(type), IL_TOKEN(IL_GenericParam, type->row), false};
        else if (type->module)
            c = (struct carrier){type->module, IL_TOKEN(IL_TypeDef, type->row), false};
    } else if ((method = bcl_method_of(provider)) != NULL) {
        if (method->row)
            c = (struct carrier){method->owner->module, IL_TOKEN(IL_MethodDef, method->row), false};
    } else if (strcmp(name, "RuntimeFieldInfo") == 0) {
        const struct field *field = *(struct field **)bcl_field(provider, "fhandle");
        c = (struct carrier){field->owner->module, IL_TOKEN(IL_Field, field->row), false};
    } else if (strcmp(name, "RuntimeParameterInfo") == 0) {
        c.token = parameter_token(thread, provider, &c.module);
    } else if (strcmp(name, "RuntimeAssembly") == 0) {
        c = (struct carrier){bcl_module_of(provider), IL_TOKEN(IL_Assembly, 1), false};
    } else if (strcmp(name, "RuntimeModule") == 0) {
        c = (struct carrier){*(struct module **)bcl_field(provider, "_impl"),
                             IL_TOKEN(IL_Module, 1), false};
    } else if (emit_kind_of(provider) == EMIT_TYPE_BUILDER) {
        const struct type *type = emit_type_of(thread, provider);
        if (type)
            c = (struct carrier){type->module, IL_TOKEN(IL_TypeDef, type->row), false};
    } else if (strcmp(name, "AssemblyBuilder") == 0) {
        c = builder_carrier(thread, provider);
    } else if ((member = bcl_field(provider, "prop")) || (member = bcl_field(provider, "handle"))) {
        c = (struct carrier){(*member)->owner->module, IL_TOKEN((*member)->table, (*member)->row),
                             false};
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

/* The first attribute row of c behind row; 0 when there is none. */
static uint32_t next_row(const struct carrier *c, uint32_t row) {
    const il_module *il = c->token ? c->module->il : NULL;
    uint32_t end = il ? il_rows(il, IL_CustomAttribute) + 1 : 0;
    if (il && row == 0 && !c->scattered)
        return il_find_rows(il, IL_CustomAttribute_Parent, c->token).first;
    for (row++; row < end; row++) {
        if (il_cell(il, IL_CustomAttribute_Parent, row) == c->token)
            return row;
        if (!c->scattered)
            return 0;
    }
    return 0;
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
    if (thread->exception)
        return;
    struct type *wanted = slots[1].o ? bcl_type_of(slots[1].o) : NULL;
    slots[0].i4 = 0;
    for (uint32_t row = next_row(&c, 0); row && !slots[0].i4; row = next_row(&c, row)) {
        struct method *ctor = constructor_of(thread, &c, row);
        if (!ctor)
            return;
        slots[0].i4 = is_a(ctor->owner, wanted);
    }
}

/* ---- Making attributes ---- */

/* The value of type at most two slots wide from its object, as an argument. */
static bool load_argument(struct thread *thread, union slot *to, struct type *type,
                          struct object *value) {
    union slot place[2] = {{.i8 = 0}};
    if (type_slots(type) == 1 && bcl_unbox(thread, type, place, value)) {
        exec_load(to, place, type);
        return true;
    }
    if (!thread->exception)
        exec_throw(thread, "Reflection.CustomAttributeFormatException", NULL);
    return false;
}

static void set_property(struct thread *thread, struct object *object,
                         const struct bcl_member *property, struct object *value) {
    struct method *setter = bcl_accessor(property, SEMANTICS_SETTER);
    union slot args[8] = {{.o = object}};
    il_error err;
    if (setter && method_prepare_signature(setter, &err) == IL_OK && setter->param_count == 1 &&
        setter->has_this) {
        if (!load_argument(thread, &args[1], setter->params[0], value))
            return;
        if (method_is_virtual(setter))
            setter = type_find_virtual(object->type, setter);
        bcl_invoke(thread, setter, args);
    } else {
        exec_throw(thread, "Reflection.CustomAttributeFormatException", NULL);
    }
}

static void set_named(struct thread *thread, struct module *module, struct object *object,
                      const il_attr_named *named) {
    struct field *field;
    struct bcl_member *property;
    if (!bcl_attr_member(thread, object->type, named, &field, &property))
        return;
    struct object *value = bcl_attr_value(thread, module, &named->value);
    if (thread->exception)
        return;
    if (property)
        set_property(thread, object, property, value);
    else if ((field->flags & FIELD_STATIC) ||
             !bcl_unbox(thread, field->type, (char *)object + field->offset, value))
        exec_throw(thread, "Reflection.CustomAttributeFormatException", NULL);
}

static struct object *construct(struct thread *thread, struct module *module, struct method *ctor,
                                const il_attribute *attribute) {
    enum { MAX_ARGS = 64 };
    union slot args[MAX_ARGS + 1];
    il_error err;
    if (type_prepare(ctor->owner, &err) != IL_OK || method_prepare_signature(ctor, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    if (ctor->param_count > MAX_ARGS || attribute->fixed_count != ctor->param_count) {
        exec_throw(thread, "Reflection.CustomAttributeFormatException", NULL);
        return NULL;
    }
    for (uint32_t i = 0; i < ctor->param_count; i++) {
        struct object *value = bcl_attr_value(thread, module, &attribute->fixed[i]);
        if (thread->exception || !load_argument(thread, &args[1 + i], ctor->params[i], value))
            return NULL;
    }
    if (!exec_init_type(thread, ctor->owner))
        return NULL;
    struct object *object = args[0].o = exec_new_object(thread, ctor->owner);
    return object && bcl_invoke(thread, ctor, args) ? object : NULL;
}

/* The attribute object of a row; NULL with an exception pending. */
static struct object *make_attribute(struct thread *thread, const struct carrier *c, uint32_t row,
                                     struct method *ctor) {
    struct mem_pool pool = {0};
    const il_attribute *attribute = bcl_attr_parse(thread, c->module, row, &pool);
    struct object *object = attribute ? construct(thread, c->module, ctor, attribute) : NULL;
    for (uint32_t i = 0; object && i < attribute->named_count && !thread->exception; i++)
        set_named(thread, c->module, object, &attribute->named[i]);
    mem_pool_fini(&pool);
    return thread->exception ? NULL : object;
}

/* GetCustomAttributesInternal(provider, attribute type or null, pseudo attributes). */
void bcl_attributes_get(struct thread *thread, union slot *slots) {
    struct carrier c = carrier_of(thread, slots[0].o);
    if (thread->exception)
        return;
    struct type *wanted = slots[1].o ? bcl_type_of(slots[1].o) : NULL;
    int32_t count = 0, at = 0;
    for (uint32_t row = next_row(&c, 0); row; row = next_row(&c, row)) {
        struct method *ctor = constructor_of(thread, &c, row);
        if (!ctor)
            return;
        count += is_a(ctor->owner, wanted);
    }
    struct array *out = bcl_new_vector_of(thread, "Attribute", count);
    for (uint32_t row = next_row(&c, 0); out && row && !thread->exception;
         row = next_row(&c, row)) {
        struct method *ctor = constructor_of(thread, &c, row);
        if (!ctor || !is_a(ctor->owner, wanted))
            continue;
        struct object *attribute = make_attribute(thread, &c, row, ctor);
        if (attribute)
            ((struct object **)out->data)[at++] = attribute;
    }
    slots[0].p = out;
}

/* GetCustomAttributesDataInternal(provider): CustomAttributeData by constructor and row. */
void bcl_attributes_data(struct thread *thread, union slot *slots) {
    struct carrier c = carrier_of(thread, slots[0].o);
    if (thread->exception)
        return;
    struct type *type = bcl_class(thread, "System.Reflection", "CustomAttributeData");
    int32_t count = 0, at = 0;
    for (uint32_t row = next_row(&c, 0); row; row = next_row(&c, row))
        count++;
    struct array *out = type ? bcl_new_vector(thread, type, count) : NULL;
    struct method *init = type ? type_find_method(type, ".ctor", 4) : NULL;
    for (uint32_t row = next_row(&c, 0); out && row && !thread->exception;
         row = next_row(&c, row)) {
        struct method *ctor = constructor_of(thread, &c, row);
        union slot args[5] = {{.p = NULL}};
        args[0].o = ctor ? exec_new_object(thread, type) : NULL;
        args[1].o = args[0].o ? bcl_method_object(thread, ctor, ctor->owner) : NULL;
        args[2].o = args[1].o ? bcl_assembly_object(thread, c.module) : NULL;
        args[3].i8 = row;
        if (!args[2].o || !init)
            return;
        struct object *data = args[0].o;
        if (bcl_invoke(thread, init, args))
            ((struct object **)out->data)[at++] = data;
    }
    slots[0].p = out;
}
