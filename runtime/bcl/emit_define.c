/* The rows of a type that TypeBuilder.CreateType completes.
 *
 * Three passes. First the rows of all members, so that each has its token; then the type counts as
 * created and its runtime structures are made; then what names members: overrides, attributes,
 * method bodies. A type that is not open is prepared at last, so that what is wrong with it comes
 * out of CreateType. */
#include <stdio.h>

#include "runtime/bcl/emit.h"
#include "runtime/runtime.h"
#include "runtime/types/members.h"

enum { PARAM_HAS_DEFAULT = 0x1000, FIELD_HAS_DEFAULT = 0x8000, PROPERTY_HAS_DEFAULT = 0x1000 };

/* ---- First pass: rows ---- */

static uint32_t signature_blob(struct emitter *e, il_text *sig) {
    uint32_t blob = 0;
    if (!sig->out_of_memory && !e->thread->exception)
        blob = il_build_blob(e->build, il_text_blob(sig));
    il_text_fini(sig);
    return blob;
}

/* Room in the data section: the bytes that are given, or zeros for a type of the module that was
 * made for its size. */
static void add_field_data(struct emitter *e, struct object *builder, uint32_t token) {
    enum { MAX_ZEROS = 0x3F0000, ALIGNMENT = 8 };
    struct array *data = emit_get_array(builder, "rva_data");
    struct object *type = emit_get(builder, "type");
    bool has_data = ((uint32_t)emit_get_int(builder, "attrs") & FIELD_HAS_RVA) != 0;
    int32_t size = data ? data->length : 0;
    if (!data && has_data && emit_kind_of(type) == EMIT_TYPE_BUILDER)
        size = emit_get_int(type, "class_size");
    if (data || (size > 0 && size <= MAX_ZEROS))
        il_build_field_rva(
            e->build, token,
            il_build_data(e->build, data ? data->data : NULL, (size_t)size, ALIGNMENT));
}

/* A constant is there when the flag is set or a value is. */
static void add_default(struct emitter *e, struct object *builder, il_column flags, uint32_t row,
                        uint32_t flag) {
    struct object *value = emit_get(builder, "def_value");
    uint32_t set = il_build_get(e->build, flags, row);
    if (!value && !(set & flag))
        return;
    il_build_set(e->build, flags, row, set | flag);
    emit_constant(e, row, value);
}

static void add_field(struct emitter *e, struct object *builder, uint32_t type) {
    uint32_t token = il_build_add(e->build, IL_Field, type);
    int32_t offset = emit_get_int(builder, "offset");
    il_text sig = {0};
    emit_put_field_sig(e, &sig, builder);
    il_build_set(e->build, IL_Field_Flags, token, (uint16_t)emit_get_int(builder, "attrs"));
    il_build_set(e->build, IL_Field_Name, token, emit_string(e, emit_get(builder, "name")));
    il_build_set(e->build, IL_Field_Signature, token, signature_blob(e, &sig));
    if (offset >= 0)
        il_build_field_layout(e->build, token, (uint32_t)offset);
    add_default(e, builder, IL_Field_Flags, token, FIELD_HAS_DEFAULT);
    add_field_data(e, builder, token);
}

static void add_params(struct emitter *e, struct object *method, uint32_t token) {
    struct array *params = emit_get_array(method, "pinfo");
    for (uint32_t i = 0; i < emit_count(params); i++) {
        struct object *param = emit_item(params, i);
        if (!param)
            continue;
        uint32_t row = il_build_add(e->build, IL_Param, token);
        uint32_t flags = (uint16_t)emit_get_int(param, "attrs");
        il_build_set(e->build, IL_Param_Flags, row, flags);
        il_build_set(e->build, IL_Param_Sequence, row, (uint32_t)emit_get_int(param, "position"));
        il_build_set(e->build, IL_Param_Name, row, emit_string(e, emit_get(param, "name")));
        add_default(e, param, IL_Param_Flags, row, PARAM_HAS_DEFAULT);
        *(int32_t *)bcl_field(param, "table_idx") = (int32_t)IL_TOKEN_ROW(row);
    }
}

/* The token is noted in the builder: from now on calls name the row. */
static void add_method(struct emitter *e, struct object *builder, struct object *name,
                       uint32_t type) {
    uint32_t token = il_build_add(e->build, IL_MethodDef, type);
    uint16_t flags = (uint16_t)emit_get_int(builder, "attrs");
    il_text sig = {0};
    emit_put_method_sig(e, &sig, builder);
    il_build_set(e->build, IL_MethodDef_ImplFlags, token,
                 (uint16_t)emit_get_int(builder, "iattrs"));
    il_build_set(e->build, IL_MethodDef_Flags, token, flags);
    il_build_set(e->build, IL_MethodDef_Name, token,
                 name ? emit_string(e, name)
                      : il_build_string(e->build, flags & METHOD_STATIC ? ".cctor" : ".ctor"));
    il_build_set(e->build, IL_MethodDef_Signature, token, signature_blob(e, &sig));
    *(int32_t *)bcl_field(builder, "table_idx") = (int32_t)IL_TOKEN_ROW(token);
    add_params(e, builder, token);
}

/* What a P/Invoke calls (II.22.22). */
static void add_import(struct emitter *e, struct object *method) {
    struct object *library = emit_get(method, "pi_dll"), *entry = emit_get(method, "pi_entry");
    int32_t charset = emit_get_int(method, "charset");
    if (!library)
        return;
    uint32_t flags = (uint32_t)emit_get_int(method, "native_cc") << 8 |
                     (uint32_t)(charset ? (charset - 1) * 2 : 1) |
                     (uint32_t)emit_get_int(method, "extra_flags");
    char *name = bcl_text(e->thread, (struct string *)library);
    char *point = bcl_text(e->thread, (struct string *)(entry ? entry : emit_get(method, "name")));
    if (name && point)
        il_build_impl_map(e->build,
                          IL_TOKEN(IL_MethodDef, (uint32_t)emit_get_int(method, "table_idx")),
                          (uint16_t)flags, point, il_build_module_ref(e->build, name));
    mem_free(name);
    mem_free(point);
}

static void add_method_variables(struct emitter *e, struct object *method) {
    struct array *variables = emit_get_array(method, "generic_params");
    uint32_t owner = IL_TOKEN(IL_MethodDef, (uint32_t)emit_get_int(method, "table_idx"));
    for (uint32_t i = 0; i < emit_count(variables); i++)
        emit_variable(e, emit_item(variables, i), i, owner);
}

static void add_rows(struct emitter *e, struct object *builder, uint32_t type) {
    struct array *fields = emit_get_array(builder, "fields");
    struct array *methods = emit_get_array(builder, "methods");
    struct array *constructors = emit_get_array(builder, "ctors");
    uint32_t field_count = (uint32_t)emit_get_int(builder, "num_fields");
    uint32_t method_count = (uint32_t)emit_get_int(builder, "num_methods");
    for (uint32_t i = 0; i < field_count && !e->thread->exception; i++)
        add_field(e, emit_item(fields, i), type);
    for (uint32_t i = 0; i < emit_count(constructors) && !e->thread->exception; i++)
        add_method(e, emit_item(constructors, i), NULL, type);
    for (uint32_t i = 0; i < method_count && !e->thread->exception; i++)
        add_method(e, emit_item(methods, i), emit_get(emit_item(methods, i), "name"), type);
    for (uint32_t i = 0; i < method_count && !e->thread->exception; i++) {
        add_import(e, emit_item(methods, i));
        add_method_variables(e, emit_item(methods, i));
    }
}

static void add_layout(struct emitter *e, struct object *builder, uint32_t type) {
    int32_t packing = emit_get_int(builder, "packing_size");
    int32_t size = emit_get_int(builder, "class_size");
    if (packing || size)
        il_build_class_layout(e->build, type, (uint16_t)packing, (uint32_t)size);
}

static void add_interfaces(struct emitter *e, struct object *builder, uint32_t type) {
    struct array *interfaces = emit_get_array(builder, "interfaces");
    for (uint32_t i = 0; i < emit_count(interfaces) && !e->thread->exception; i++) {
        const struct type *interface = emit_type_of(e->thread, emit_item(interfaces, i));
        if (interface)
            il_build_interface_impl(e->build, type, emit_type_token(e, interface, true));
    }
}

/* ---- Properties and events ---- */

static void add_semantics(struct emitter *e, uint32_t member, struct object *builder,
                          const char *field, uint16_t semantics) {
    struct object *method = emit_get(builder, field);
    if (method)
        il_build_semantics(e->build, member, semantics,
                           IL_TOKEN(IL_MethodDef, (uint32_t)emit_get_int(method, "table_idx")));
}

static void add_property(struct emitter *e, struct object *builder, uint32_t type) {
    struct object *getter = emit_get(builder, "get_method"),
                  *setter = emit_get(builder, "set_method");
    struct object *accessor = getter ? getter : setter;
    bool has_this = accessor ? !(emit_get_int(accessor, "attrs") & METHOD_STATIC)
                             : emit_get_int(builder, "callingConvention") & IL_SIG_HASTHIS;
    uint16_t flags = (uint16_t)emit_get_int(builder, "attrs");
    il_text sig = {0};
    emit_put_signature(e, &sig, (uint8_t)(IL_SIG_PROPERTY | (has_this ? IL_SIG_HASTHIS : 0)), 0,
                       emit_get(builder, "type"), emit_get_array(builder, "parameters"));
    char *name = bcl_text(e->thread, (struct string *)emit_get(builder, "name"));
    uint32_t token = name ? il_build_property(e->build, type, name, flags, il_text_blob(&sig)) : 0;
    mem_free(name);
    il_text_fini(&sig);
    add_semantics(e, token, builder, "get_method", SEMANTICS_GETTER);
    add_semantics(e, token, builder, "set_method", SEMANTICS_SETTER);
    add_default(e, builder, IL_Property_Flags, token, PROPERTY_HAS_DEFAULT);
    *(int32_t *)bcl_field(builder, "table_idx") = (int32_t)IL_TOKEN_ROW(token);
}

static void add_event(struct emitter *e, struct object *builder, uint32_t type) {
    const struct type *handler = emit_type_of(e->thread, emit_get(builder, "type"));
    char *name = handler ? bcl_text(e->thread, (struct string *)emit_get(builder, "name")) : NULL;
    if (!name)
        return;
    uint32_t token = il_build_event(e->build, type, name, (uint16_t)emit_get_int(builder, "attrs"),
                                    emit_type_token(e, handler, true));
    mem_free(name);
    add_semantics(e, token, builder, "add_method", SEMANTICS_ADD_ON);
    add_semantics(e, token, builder, "remove_method", SEMANTICS_REMOVE_ON);
    add_semantics(e, token, builder, "raise_method", SEMANTICS_FIRE);
    *(int32_t *)bcl_field(builder, "table_idx") = (int32_t)IL_TOKEN_ROW(token);
}

static void add_properties(struct emitter *e, struct object *builder, uint32_t type) {
    struct array *properties = emit_get_array(builder, "properties");
    struct array *events = emit_get_array(builder, "events");
    for (uint32_t i = 0; i < emit_count(properties) && !e->thread->exception; i++) {
        if (emit_item(properties, i))
            add_property(e, emit_item(properties, i), type);
    }
    for (uint32_t i = 0; i < emit_count(events) && !e->thread->exception; i++) {
        if (emit_item(events, i))
            add_event(e, emit_item(events, i), type);
    }
}

/* ---- Second pass: handles ---- */

static void set_handles(struct object *builder, struct type *type) {
    struct array *fields = emit_get_array(builder, "fields");
    struct array *methods = emit_get_array(builder, "methods");
    struct array *constructors = emit_get_array(builder, "ctors");
    uint32_t first = emit_count(constructors);
    for (uint32_t i = 0; i < type->field_count; i++)
        bcl_set_field(emit_item(fields, i), "handle", &type->fields[i]);
    for (uint32_t i = 0; i < type->method_count; i++)
        bcl_set_field(i < first ? emit_item(constructors, i) : emit_item(methods, i - first),
                      "mhandle", type_method(type, i));
}

/* ---- Third pass: what names members ---- */

static void add_constraints(struct emitter *e, struct array *variables, uint32_t owner) {
    for (uint32_t i = 0; i < emit_count(variables) && !e->thread->exception; i++) {
        struct object *variable = emit_item(variables, i), *base = emit_get(variable, "base_type");
        struct array *interfaces = emit_get_array(variable, "iface_constraints");
        uint32_t row = il_find_next(e->module->il, IL_GenericParam_Owner, owner, 1) + i;
        uint32_t token = IL_TOKEN(IL_GenericParam, row);
        il_build_set(e->build, IL_GenericParam_Flags, token,
                     (uint32_t)emit_get_int(variable, "attrs"));
        for (uint32_t k = 0; k <= emit_count(interfaces); k++) {
            struct object *bound = k ? emit_item(interfaces, k - 1) : base;
            const struct type *type = bound ? emit_type_of(e->thread, bound) : NULL;
            if (type)
                il_build_constraint(e->build, token, emit_type_token(e, type, true));
        }
        emit_attributes(e, token, emit_get_array(variable, "cattrs"));
    }
}

static void add_overrides(struct emitter *e, struct object *method, uint32_t type, uint32_t token) {
    struct array *overridden = emit_get_array(method, "override_methods");
    for (uint32_t i = 0; i < emit_count(overridden) && !e->thread->exception; i++)
        il_build_method_impl(e->build, type, token, emit_token(e, emit_item(overridden, i), false));
}

static void add_body(struct emitter *e, struct object *method, uint32_t token) {
    struct object *generator = emit_get(method, "ilgen");
    struct array *code = bcl_field(method, "code") ? emit_get_array(method, "code") : NULL;
    bool init_locals = emit_get_bool(method, "init_locals");
    if ((emit_get_int(method, "attrs") & (METHOD_IS_ABSTRACT | METHOD_PINVOKE)) ||
        (emit_get_int(method, "iattrs") & (IMPL_CODE_TYPE | IMPL_INTERNAL_CALL)))
        return;
    if (code)
        emit_plain_body(e, token, emit_bytes(code), init_locals);
    else if (generator)
        emit_body(e, token, generator, init_locals);
}

static void finish_method(struct emitter *e, struct object *method, uint32_t type) {
    uint32_t token = IL_TOKEN(IL_MethodDef, (uint32_t)emit_get_int(method, "table_idx"));
    struct array *params = emit_get_array(method, "pinfo");
    if (emit_kind_of(method) == EMIT_METHOD_BUILDER) {
        add_overrides(e, method, type, token);
        add_constraints(e, emit_get_array(method, "generic_params"), token);
    }
    add_body(e, method, token);
    emit_attributes(e, token, emit_get_array(method, "cattrs"));
    for (uint32_t i = 0; i < emit_count(params); i++) {
        struct object *param = emit_item(params, i);
        if (param)
            emit_attributes(e, IL_TOKEN(IL_Param, (uint32_t)emit_get_int(param, "table_idx")),
                            emit_get_array(param, "cattrs"));
    }
}

static void member_attributes(struct emitter *e, struct object *builder, const char *list,
                              il_table table) {
    struct array *members = emit_get_array(builder, list);
    for (uint32_t i = 0; i < emit_count(members) && !e->thread->exception; i++) {
        struct object *member = emit_item(members, i);
        if (member)
            emit_attributes(e, IL_TOKEN(table, (uint32_t)emit_get_int(member, "table_idx")),
                            emit_get_array(member, "cattrs"));
    }
}

static void finish(struct emitter *e, struct object *builder, const struct type *type) {
    uint32_t token = IL_TOKEN(IL_TypeDef, type->row);
    struct array *fields = emit_get_array(builder, "fields");
    struct array *methods = emit_get_array(builder, "methods");
    struct array *constructors = emit_get_array(builder, "ctors");
    uint32_t method_count = (uint32_t)emit_get_int(builder, "num_methods");
    add_constraints(e, emit_get_array(builder, "generic_params"), token);
    for (uint32_t i = 0; i < method_count && !e->thread->exception; i++)
        finish_method(e, emit_item(methods, i), token);
    for (uint32_t i = 0; i < emit_count(constructors) && !e->thread->exception; i++)
        finish_method(e, emit_item(constructors, i), token);
    for (uint32_t i = 0; i < type->field_count && !e->thread->exception; i++)
        emit_attributes(e, IL_TOKEN(IL_Field, type->fields[i].row),
                        emit_get_array(emit_item(fields, i), "cattrs"));
    member_attributes(e, builder, "properties", IL_Property);
    member_attributes(e, builder, "events", IL_Event);
    emit_attributes(e, token, emit_get_array(builder, "cattrs"));
}

struct type *emit_create(struct thread *thread, struct object *builder) {
    struct type *type = emit_declare(thread, builder);
    il_error err;
    if (!type)
        return NULL;
    struct emitter e = emit_into(thread, type->module);
    uint32_t token = IL_TOKEN(IL_TypeDef, type->row);
    add_layout(&e, builder, token);
    add_interfaces(&e, builder, token);
    add_rows(&e, builder, token);
    add_properties(&e, builder, token);
    if (!emit_set_base(&e, builder, type))
        return NULL;
    type->incomplete = false;
    if (type_members(type, &err) != IL_OK) {
        emit_fail(thread, &err);
        return NULL;
    }
    set_handles(builder, type);
    finish(&e, builder, type);
    if (!emit_update(&e))
        return NULL;
    if (type->is_open)
        return type;
    if (type_prepare(type, &err) == IL_OK)
        return type;
    emit_fail(thread, &err);
    return NULL;
}
