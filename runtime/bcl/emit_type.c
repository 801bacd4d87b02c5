/* Types for System.Reflection.Emit: what a managed Type stands for, whatever its class, and how
 * metadata names it.
 *
 * A TypeBuilder's row in TypeDef is its table_idx, so tokens that the builders show are those of
 * the file. Rows are declared when they are first named; earlier rows of types that nobody has
 * named yet are added empty to keep the places. */
#include "runtime/bcl/emit.h"

#include <string.h>

enum { WRAPPERS_ROW = 0xFFFFFF }; /* table_idx of a helper type that never gets a row */

struct emitter emit_into(struct thread *thread, struct module *module) {
    return (struct emitter){thread, module, module->dynamic->build, NULL};
}

bool emit_fail(struct thread *thread, const il_error *err) {
    if (!thread->exception)
        exec_throw_error(thread, err);
    return false;
}

bool emit_update(struct emitter *e) {
    il_error err;
    if (e->thread->exception)
        return false;
    return ldr_update_dynamic(e->module, &err) == IL_OK || emit_fail(e->thread, &err);
}

/* ---- Fields of builders ---- */

enum emit_kind emit_kind_of(const struct object *object) {
    static const struct {
        const char *name_space, *name;
    } kinds[] = {
        [EMIT_OTHER] = {"", ""},
#define EMIT_KIND(kind, name_space, name) [EMIT_##kind] = {name_space, name},
#include "runtime/bcl/emit_kinds.def"
#undef EMIT_KIND
    };
    const struct type *type = object->type;
    for (size_t i = 1; type->module == type->rt->corlib && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, type->name) == 0 &&
            strcmp(kinds[i].name_space, type->name_space) == 0)
            return (enum emit_kind)i;
    }
    return EMIT_OTHER;
}

struct object *emit_get(struct object *object, const char *field) {
    struct object **place = bcl_field(object, field);
    return place ? *place : NULL;
}

struct array *emit_get_array(struct object *object, const char *field) {
    return (struct array *)emit_get(object, field);
}

int32_t emit_get_int(struct object *object, const char *field) {
    const int32_t *place = bcl_field(object, field);
    return place ? *place : 0;
}

bool emit_get_bool(struct object *object, const char *field) {
    const uint8_t *place = bcl_field(object, field);
    return place && *place;
}

void *emit_element(const struct array *array, uint32_t i, const char *name) {
    struct type *element = array->object.type->element_type;
    struct field *field = type_find_field(element, name);
    return (uint8_t *)(uintptr_t)array->data + (size_t)i * element->value_size + field->offset;
}

uint32_t emit_string(struct emitter *e, struct object *string) {
    char *text = string ? bcl_text(e->thread, (struct string *)string) : NULL;
    uint32_t offset = text ? il_build_string(e->build, text) : 0;
    mem_free(text);
    return offset;
}

struct array *emit_byte_array(struct thread *thread, const il_text *text) {
    if (text->out_of_memory) {
        exec_throw_object(thread, thread->out_of_memory);
        return NULL;
    }
    struct array *out = bcl_new_vector(thread, thread->rt->core.byte, (int64_t)text->size);
    if (out && text->size)
        memcpy(out->data, text->data, text->size);
    return out;
}

/* ---- Declaring ---- */

struct module *emit_module_of(struct object *module_builder) {
    struct module **handle = bcl_field(module_builder, "_impl");
    return handle ? *handle : NULL;
}

static void fill_row(struct emitter *e, struct object *builder, uint32_t row) {
    il_build_set(e->build, IL_TypeDef_Name, row, emit_string(e, emit_get(builder, "tname")));
    il_build_set(e->build, IL_TypeDef_Flags, row, (uint32_t)emit_get_int(builder, "attrs"));
    struct object *enclosing = emit_get(builder, "nesting_type");
    if (!enclosing) {
        il_build_set(e->build, IL_TypeDef_Namespace, row,
                     emit_string(e, emit_get(builder, "nspace")));
        return;
    }
    const struct type *outer = emit_type_of(e->thread, enclosing);
    uint32_t nested = outer ? il_build_add(e->build, IL_NestedClass, 0) : 0;
    il_build_set(e->build, IL_NestedClass_NestedClass, nested, IL_TOKEN(IL_TypeDef, row));
    if (outer)
        il_build_set(e->build, IL_NestedClass_EnclosingClass, nested,
                     IL_TOKEN(IL_TypeDef, outer->row));
}

/* The base may name the type itself: class A : Base<A>. */
bool emit_set_base(struct emitter *e, struct object *builder, struct type *type) {
    struct object *parent = emit_get(builder, "parent");
    const struct type *base = parent ? emit_type_of(e->thread, parent) : NULL;
    il_error err;
    if (base)
        il_build_set(e->build, IL_TypeDef_Extends, type->row, emit_type_token(e, base, true));
    il_build_set(e->build, IL_TypeDef_Flags, type->row, (uint32_t)emit_get_int(builder, "attrs"));
    return emit_update(e) && (ldr_set_base(type, &err) == IL_OK || emit_fail(e->thread, &err));
}

void emit_variable(struct emitter *e, struct object *builder, uint32_t number, uint32_t owner) {
    uint32_t token = il_build_add(e->build, IL_GenericParam, 0);
    il_build_set(e->build, IL_GenericParam_Number, token, number);
    il_build_set(e->build, IL_GenericParam_Flags, token, (uint32_t)emit_get_int(builder, "attrs"));
    il_build_set(e->build, IL_GenericParam_Owner, token, owner);
    il_build_set(e->build, IL_GenericParam_Name, token, emit_string(e, emit_get(builder, "name")));
}

struct type *emit_declare(struct thread *thread, struct object *builder) {
    struct emitter e = emit_into(thread, emit_module_of(emit_get(builder, "pmodule")));
    uint32_t row = (uint32_t)emit_get_int(builder, "table_idx");
    struct array *variables = emit_get_array(builder, "generic_params");
    struct type *type;
    il_error err;
    if (row >= WRAPPERS_ROW) {
        exec_throw(thread, "NotSupportedException", "This type has no metadata.");
        return NULL;
    }
    if (row < e.module->room.types && e.module->types[row])
        return e.module->types[row];
    while (il_build_rows(e.build, IL_TypeDef) < row && il_build_status(e.build) == IL_OK)
        il_build_add(e.build, IL_TypeDef, 0);
    fill_row(&e, builder, row);
    for (uint32_t i = 0; i < emit_count(variables); i++)
        emit_variable(&e, emit_item(variables, i), i, IL_TOKEN(IL_TypeDef, row));
    if (!emit_update(&e))
        return NULL;
    if (ldr_declare_type(e.module, row, &type, &err) != IL_OK) {
        emit_fail(thread, &err);
        return NULL;
    }
    return emit_set_base(&e, builder, type) ? type : NULL;
}

/* ---- What a managed Type stands for ---- */

static struct type *instance(struct thread *thread, struct object *object) {
    struct array *arguments = emit_get_array(object, "type_arguments");
    struct type *definition = emit_type_of(thread, emit_get(object, "generic_type"));
    struct type *args[MAX_TYPE_ARGUMENTS], *out;
    uint32_t count = emit_count(arguments);
    il_error err;
    if (!definition)
        return NULL;
    if (count > MAX_TYPE_ARGUMENTS) {
        exec_throw(thread, "NotSupportedException", "More than 64 type arguments.");
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        args[i] = emit_type_of(thread, emit_item(arguments, i));
        if (!args[i])
            return NULL;
    }
    if (ldr_instantiate(definition, args, count, &out, &err) == IL_OK)
        return out;
    emit_fail(thread, &err);
    return NULL;
}

static struct type *constructed(struct thread *thread, struct object *object, enum emit_kind kind) {
    struct type *element = emit_type_of(thread, emit_get(object, "m_baseType")), *out;
    il_status status;
    il_error err;
    if (!element)
        return NULL;
    uint32_t rank = kind == EMIT_ARRAY ? (uint32_t)emit_get_int(object, "rank") : 0;
    if (kind == EMIT_BYREF)
        status = ldr_byref_to(element, &out, &err);
    else if (kind == EMIT_POINTER)
        status = ldr_pointer_to(element, &out, &err);
    else
        status = ldr_array_of(element, rank ? rank : 1, rank == 0, &out, &err);
    if (status == IL_OK)
        return out;
    emit_fail(thread, &err);
    return NULL;
}

static struct type *variable(struct thread *thread, struct object *object) {
    struct type *out;
    il_error err;
    if (ldr_variable(thread->rt, emit_get(object, "mbuilder") != NULL,
                     (uint32_t)emit_get_int(object, "index"), &out, &err) == IL_OK)
        return out;
    emit_fail(thread, &err);
    return NULL;
}

struct type *emit_type_of(struct thread *thread, struct object *object) {
    char name[256];
    if (!bcl_check(thread, object))
        return NULL;
    enum emit_kind kind = emit_kind_of(object);
    switch (kind) {
    case EMIT_RUNTIME_TYPE: return bcl_type_of(object);
    case EMIT_TYPE_BUILDER: return emit_declare(thread, object);
    case EMIT_ENUM_BUILDER: return emit_declare(thread, emit_get(object, "_tb"));
    case EMIT_VARIABLE_BUILDER: return variable(thread, object);
    case EMIT_INSTANCE: return instance(thread, object);
    case EMIT_ARRAY:
    case EMIT_BYREF:
    case EMIT_POINTER: return constructed(thread, object, kind);
    default:
        exec_throw_format(thread, "NotSupportedException",
                          "A type of class %s cannot be written to metadata.",
                          type_name(object->type, name, sizeof name));
        return NULL;
    }
}

/* ---- Tokens ---- */

static uint32_t assembly_ref(struct emitter *e, struct module *target) {
    const il_module *il = target->il;
    uint8_t key_token[8];
    il_blob key = {key_token, bcl_public_key_token(target, key_token) ? sizeof key_token : 0};
    uint16_t version[4] = {(uint16_t)il_cell(il, IL_Assembly_MajorVersion, 1),
                           (uint16_t)il_cell(il, IL_Assembly_MinorVersion, 1),
                           (uint16_t)il_cell(il, IL_Assembly_BuildNumber, 1),
                           (uint16_t)il_cell(il, IL_Assembly_RevisionNumber, 1)};
    il_error err;
    uint32_t token = il_build_assembly_ref(e->build, target->name, version, key);
    if (token && ldr_bind_assembly_ref(e->module, token, target, &err) != IL_OK)
        emit_fail(e->thread, &err);
    return token;
}

static uint32_t definition_token(struct emitter *e, struct type *type) {
    if (type->module == e->module)
        return IL_TOKEN(IL_TypeDef, type->row);
    uint32_t scope =
        type->enclosing ? definition_token(e, type->enclosing) : assembly_ref(e, type->module);
    uint32_t token = il_build_type_ref(e->build, scope, type->name_space, type->name);
    il_error err;
    if (token && ldr_bind_type_ref(e->module, token, type, &err) != IL_OK)
        emit_fail(e->thread, &err);
    return token;
}

uint32_t emit_type_token(struct emitter *e, const struct type *type, bool open) {
    bool plain = type->module && type->definition == type && !(open && type->arg_count);
    if (plain)
        return definition_token(e, type->definition);
    il_text spec = {0};
    emit_put_type(e, &spec, type);
    uint32_t token = spec.out_of_memory ? 0 : il_build_type_spec(e->build, il_text_blob(&spec));
    il_text_fini(&spec);
    return token;
}

/* ---- Signatures ---- */

static void put_array(struct emitter *e, il_text *out, const struct type *type) {
    static const int32_t ZEROS[EXEC_MAX_RANK];
    il_put_element(out, IL_TYPE_ARRAY);
    emit_put_type(e, out, type->element_type);
    il_put_array_shape(out, type->rank, 0, NULL, type->rank, ZEROS);
}

static void put_named(struct emitter *e, il_text *out, const struct type *type) {
    il_element kind = type_is_value(type) ? IL_TYPE_VALUETYPE : IL_TYPE_CLASS;
    uint32_t token = definition_token(e, type->definition);
    if (type->arg_count == 0) {
        il_put_named(out, kind, token);
        return;
    }
    il_put_instance(out, kind, token, type->arg_count);
    for (uint32_t i = 0; i < type->arg_count; i++)
        emit_put_type(e, out, type->args[i]);
}

void emit_put_type(struct emitter *e, il_text *out, const struct type *type) {
    switch (type->kind) {
    case TYPE_SZARRAY:
    case TYPE_POINTER:
    case TYPE_BYREF:
        il_put_element(out, (il_element)type->element);
        emit_put_type(e, out, type->element_type);
        return;
    case TYPE_ARRAY: put_array(e, out, type); return;
    case TYPE_VARIABLE: il_put_variable(out, (il_element)type->element, type->rank); return;
    default: break;
    }
    if (type == e->thread->rt->core.typed_reference)
        il_put_element(out, IL_TYPE_TYPEDBYREF);
    else if (type->element == IL_TYPE_CLASS || type->element == IL_TYPE_VALUETYPE)
        put_named(e, out, type);
    else
        il_put_element(out, (il_element)type->element);
}

static void put_modifiers(struct emitter *e, il_text *out, struct array *modifiers, bool required) {
    for (uint32_t i = 0; i < emit_count(modifiers); i++) {
        const struct type *type = emit_type_of(e->thread, emit_item(modifiers, i));
        if (type)
            il_put_modifier(out, required, emit_type_token(e, type, true));
    }
}

void emit_put_type_object(struct emitter *e, il_text *out, struct object *object,
                          struct array *required, struct array *optional) {
    const struct type *type = emit_type_of(e->thread, object);
    put_modifiers(e, out, required, true);
    put_modifiers(e, out, optional, false);
    if (type)
        emit_put_type(e, out, type);
}
