/* Tokens of methods, fields and the rest that IL names, out of reflection objects and builders.
 *
 * A member of a type of the same module that is created and not generic is named by its definition.
 * Every other one is a MemberRef: of another module, of an instance, or of a type whose members
 * have no rows yet. It is resolved by name and signature when the code is lowered. */
#include "runtime/bcl/emit.h"

#include <string.h>

#include "runtime/runtime.h"
#include "runtime/types/members.h"

enum { CALLING_VARARGS = 2, CALLING_THIS = 0x60 }; /* System.Reflection.CallingConventions */

/* ---- Signatures ---- */

uint8_t emit_convention(int32_t conventions) {
    return (uint8_t)((conventions & CALLING_THIS) |
                     (conventions & CALLING_VARARGS ? IL_SIG_VARARG : IL_SIG_DEFAULT));
}

static void put_return(struct emitter *e, il_text *out, struct object *type, struct array *required,
                       struct array *optional) {
    if (type)
        emit_put_type_object(e, out, type, required, optional);
    else
        il_put_element(out, IL_TYPE_VOID);
}

void emit_put_signature(struct emitter *e, il_text *out, uint8_t header, uint32_t generic_count,
                        struct object *return_type, struct array *parameters) {
    uint32_t count = emit_count(parameters);
    il_put_method_header(out, (uint8_t)(header | (generic_count ? IL_SIG_GENERIC : 0)),
                         generic_count, count);
    put_return(e, out, return_type, NULL, NULL);
    for (uint32_t i = 0; i < count; i++)
        emit_put_type_object(e, out, emit_item(parameters, i), NULL, NULL);
}

/* An array of arrays of modifiers, one per parameter. */
static struct array *modifiers_at(struct array *all, uint32_t i) {
    return i < emit_count(all) ? (struct array *)emit_item(all, i) : NULL;
}

static void put_builder_sig(struct emitter *e, il_text *out, struct object *builder) {
    struct array *parameters = emit_get_array(builder, "parameters");
    struct array *required = emit_get_array(builder, "paramModReq");
    struct array *optional = emit_get_array(builder, "paramModOpt");
    uint32_t generic = emit_kind_of(builder) == EMIT_METHOD_BUILDER
                           ? emit_count(emit_get_array(builder, "generic_params"))
                           : 0;
    uint8_t header = emit_convention(emit_get_int(builder, "call_conv"));
    if (!(emit_get_int(builder, "attrs") & METHOD_STATIC)) /* the convention may leave it out */
        header |= IL_SIG_HASTHIS;
    il_put_method_header(out, (uint8_t)(header | (generic ? IL_SIG_GENERIC : 0)), generic,
                         emit_count(parameters));
    put_return(e, out, emit_get(builder, "rtype"), emit_get_array(builder, "returnModReq"),
               emit_get_array(builder, "returnModOpt"));
    for (uint32_t i = 0; i < emit_count(parameters); i++)
        emit_put_type_object(e, out, emit_item(parameters, i), modifiers_at(required, i),
                             modifiers_at(optional, i));
}

/* The method as its generic type and itself declare it. Those of arrays have no such form. */
static struct method *open_form(struct emitter *e, struct method *method) {
    struct type *owner = method->owner->definition;
    struct method *open = method->row ? NULL : method->definition;
    il_error err = {.status = IL_OK};
    if (!open && type_members(owner, &err) == IL_OK)
        open = type_method_of_row(owner, method->row);
    if (open && method_prepare_signature(open, &err) == IL_OK)
        return open;
    emit_fail(e->thread, &err);
    return NULL;
}

/* Custom modifiers, which are part of what a reference is found by (II.7.1.1), as home has them. */
static void put_sig_modifiers(struct emitter *e, il_text *out, struct module *home,
                              const il_type *sig) {
    for (uint32_t i = 0; i < sig->modifier_count; i++) {
        struct type *type;
        il_error err;
        if (ldr_type(home, sig->modifiers[i].token, NULL, &type, &err) == IL_OK)
            il_put_modifier(out, sig->modifiers[i].required, emit_type_token(e, type, true));
        else
            emit_fail(e->thread, &err);
    }
}

static void put_runtime_sig(struct emitter *e, il_text *out, struct method *method) {
    struct method *open = open_form(e, method);
    struct module *home = open && open->row ? open->owner->module : NULL;
    struct mem_pool pool = {0};
    const il_method_sig *sig = NULL; /* those of arrays have none */
    il_error err;
    if (!open)
        return;
    if (home && il_parse_method_sig(il_blob_cell(home->il, IL_MethodDef_Signature, open->row),
                                    &pool, &sig, &err) != IL_OK) {
        emit_fail(e->thread, &err);
        goto done;
    }
    uint8_t header =
        (uint8_t)((open->has_this ? IL_SIG_HASTHIS : 0) | (open->is_vararg ? IL_SIG_VARARG : 0) |
                  (open->generic_count ? IL_SIG_GENERIC : 0));
    il_put_method_header(out, header, open->generic_count, open->param_count);
    if (sig)
        put_sig_modifiers(e, out, home, sig->ret);
    emit_put_type(e, out, open->return_type);
    for (uint32_t i = 0; i < open->param_count; i++) {
        if (sig)
            put_sig_modifiers(e, out, home, sig->params[i]);
        emit_put_type(e, out, open->params[i]);
    }
done:
    mem_pool_fini(&pool);
}

void emit_put_method_sig(struct emitter *e, il_text *out, struct object *method) {
    enum emit_kind kind = emit_kind_of(method);
    if (kind == EMIT_METHOD_BUILDER || kind == EMIT_CONSTRUCTOR_BUILDER)
        put_builder_sig(e, out, method);
    else
        put_runtime_sig(e, out, bcl_method_of(method));
}

void emit_put_field_sig(struct emitter *e, il_text *out, struct object *builder) {
    il_put_u8(out, IL_SIG_FIELD);
    emit_put_type_object(e, out, emit_get(builder, "type"), emit_get_array(builder, "modReq"),
                         emit_get_array(builder, "modOpt"));
}

/* ---- References ---- */

static uint32_t member_ref(struct emitter *e, const struct type *owner, const char *name,
                           il_text *sig) {
    uint32_t token = 0;
    if (!sig->out_of_memory && !e->thread->exception)
        token =
            il_build_member_ref(e->build, emit_type_token(e, owner, true), name, il_text_blob(sig));
    il_text_fini(sig);
    return token;
}

/* The same with a managed name. */
static uint32_t named_ref(struct emitter *e, const struct type *owner, struct object *name,
                          il_text *sig) {
    char *text = bcl_text(e->thread, (struct string *)name);
    uint32_t token = text ? member_ref(e, owner, text, sig) : 0;
    if (!text)
        il_text_fini(sig);
    mem_free(text);
    return token;
}

static bool has_definition(const struct emitter *e, const struct type *owner) {
    return owner->module == e->module && owner->arg_count == 0 && !owner->incomplete;
}

static uint32_t builder_ref(struct emitter *e, struct object *builder, const struct type *owner) {
    il_text sig = {0};
    bool constructor = emit_kind_of(builder) == EMIT_CONSTRUCTOR_BUILDER;
    if (has_definition(e, owner))
        return IL_TOKEN(IL_MethodDef, (uint32_t)emit_get_int(builder, "table_idx"));
    put_builder_sig(e, &sig, builder);
    if (constructor)
        return member_ref(
            e, owner, emit_get_int(builder, "attrs") & METHOD_STATIC ? ".cctor" : ".ctor", &sig);
    return named_ref(e, owner, emit_get(builder, "name"), &sig);
}

static uint32_t runtime_ref(struct emitter *e, struct method *method, const struct type *owner) {
    il_text sig = {0};
    if (has_definition(e, owner) && method->row)
        return IL_TOKEN(IL_MethodDef, method->row);
    put_runtime_sig(e, &sig, method);
    return member_ref(e, owner, method->name, &sig);
}

/* The method without type arguments of its own; owner NULL: of the type that declares it. */
static uint32_t method_ref(struct emitter *e, struct object *method, const struct type *owner) {
    enum emit_kind kind = emit_kind_of(method);
    if (kind == EMIT_METHOD_BUILDER || kind == EMIT_CONSTRUCTOR_BUILDER) {
        const struct type *declaring = emit_declare(e->thread, emit_get(method, "type"));
        return declaring ? builder_ref(e, method, owner ? owner : declaring) : 0;
    }
    struct method *runtime = bcl_method_of(method);
    if (runtime)
        return runtime_ref(e, runtime, owner ? owner : runtime->owner);
    exec_throw(e->thread, "NotSupportedException", "A method that is not there yet.");
    return 0;
}

/* ---- Generic methods ---- */

static uint32_t method_spec(struct emitter *e, uint32_t method, il_text *arguments) {
    uint32_t token = 0;
    if (method && !arguments->out_of_memory && !e->thread->exception)
        token = il_build_method_spec(e->build, method, il_text_blob(arguments));
    il_text_fini(arguments);
    return token;
}

static uint32_t over_own_variables(struct emitter *e, uint32_t method, uint32_t count) {
    il_text sig = {0};
    il_put_list_header(&sig, IL_SIG_METHOD_SPEC, count);
    for (uint32_t i = 0; i < count; i++)
        il_put_variable(&sig, IL_TYPE_MVAR, i);
    return method_spec(e, method, &sig);
}

static uint32_t runtime_method_token(struct emitter *e, struct object *object) {
    struct method *method = bcl_method_of(object);
    uint32_t token = method_ref(e, object, NULL);
    il_text sig = {0};
    if (method->generic_count == 0 || method->definition == method)
        return token;
    il_put_list_header(&sig, IL_SIG_METHOD_SPEC, method->generic_count);
    for (uint32_t i = 0; i < method->generic_count; i++)
        emit_put_type(e, &sig, method->args[i]);
    return method_spec(e, token, &sig);
}

static uint32_t instance_method_token(struct emitter *e, struct object *object) {
    const struct type *owner = emit_type_of(e->thread, emit_get(object, "instantiation"));
    struct array *arguments = emit_get_array(object, "method_arguments");
    uint32_t token = owner ? method_ref(e, emit_get(object, "base_method"), owner) : 0;
    il_text sig = {0};
    if (!arguments)
        return token;
    il_put_list_header(&sig, IL_SIG_METHOD_SPEC, emit_count(arguments));
    for (uint32_t i = 0; i < emit_count(arguments); i++)
        emit_put_type_object(e, &sig, emit_item(arguments, i), NULL, NULL);
    return method_spec(e, token, &sig);
}

static uint32_t array_method_token(struct emitter *e, struct object *object) {
    const struct type *owner = emit_type_of(e->thread, emit_get(object, "parent"));
    il_text sig = {0};
    if (!owner)
        return 0;
    emit_put_signature(e, &sig, emit_convention(emit_get_int(object, "call_conv")), 0,
                       emit_get(object, "ret"), emit_get_array(object, "parameters"));
    return named_ref(e, owner, emit_get(object, "name"), &sig);
}

uint32_t emit_vararg_token(struct emitter *e, struct object *method, struct array *types) {
    uint32_t definition = emit_token(e, method, true);
    il_text sig = {0};
    if (emit_count(types) == 0 || !definition)
        return definition;
    const struct method *runtime = bcl_method_of(method);
    if (!runtime || !runtime->has_signature || !runtime->is_vararg) {
        exec_throw(e->thread, "InvalidOperationException",
                   "Optional parameters for a method that takes none.");
        return 0;
    }
    il_put_method_header(&sig, (uint8_t)(IL_SIG_VARARG | (runtime->has_this ? IL_SIG_HASTHIS : 0)),
                         0, runtime->param_count + emit_count(types));
    emit_put_type(e, &sig, runtime->return_type);
    for (uint32_t i = 0; i < runtime->param_count; i++)
        emit_put_type(e, &sig, runtime->params[i]);
    il_put_element(&sig, IL_TYPE_SENTINEL);
    for (uint32_t i = 0; i < emit_count(types); i++)
        emit_put_type_object(e, &sig, emit_item(types, i), NULL, NULL);
    return member_ref(e, runtime->owner, runtime->name, &sig);
}

/* ---- Fields ---- */

static uint32_t field_builder_ref(struct emitter *e, struct object *builder,
                                  const struct type *owner) {
    struct field **handle = bcl_field(builder, "handle");
    il_text sig = {0};
    if (has_definition(e, owner) && *handle)
        return IL_TOKEN(IL_Field, (*handle)->row);
    emit_put_field_sig(e, &sig, builder);
    return named_ref(e, owner, emit_get(builder, "name"), &sig);
}

/* The field's signature as the generic type declares it. */
static void put_runtime_field_sig(struct emitter *e, il_text *out, const struct field *field) {
    struct module *home = field->owner->module;
    struct mem_pool pool = {0};
    struct type *type;
    const il_type *sig;
    il_error err;
    il_blob blob = il_blob_cell(home->il, IL_Field_Signature, field->row);
    if (il_parse_field_sig(blob, &pool, &sig, &err) != IL_OK ||
        ldr_sig_type(home, sig, NULL, &type, &err) != IL_OK) {
        emit_fail(e->thread, &err);
        goto done;
    }
    il_put_u8(out, IL_SIG_FIELD);
    put_sig_modifiers(e, out, home, sig);
    emit_put_type(e, out, type);
done:
    mem_pool_fini(&pool);
}

static uint32_t runtime_field_ref(struct emitter *e, const struct field *field,
                                  const struct type *owner) {
    il_text sig = {0};
    if (has_definition(e, owner))
        return IL_TOKEN(IL_Field, field->row);
    put_runtime_field_sig(e, &sig, field);
    return member_ref(e, owner, field->name, &sig);
}

static uint32_t field_ref(struct emitter *e, struct object *field, const struct type *owner) {
    if (emit_kind_of(field) == EMIT_FIELD_BUILDER) {
        const struct type *declaring = emit_declare(e->thread, emit_get(field, "typeb"));
        return declaring ? field_builder_ref(e, field, owner ? owner : declaring) : 0;
    }
    struct field **handle = bcl_field(field, "fhandle");
    return runtime_field_ref(e, *handle, owner ? owner : (*handle)->owner);
}

static uint32_t instance_field_token(struct emitter *e, struct object *object) {
    const struct type *owner = emit_type_of(e->thread, emit_get(object, "instantiation"));
    return owner ? field_ref(e, emit_get(object, "fb"), owner) : 0;
}

/* ---- Signatures of calli, strings ---- */

static uint32_t signature_token(struct emitter *e, struct object *helper) {
    enum {
        METHOD_HELPER = 2,
        STDCALL = 3,
        FASTCALL = 5
    }; /* CallingConvention: Winapi 1, Cdecl 2 */
    int32_t native = emit_get_int(helper, "unmanagedCallConv");
    uint8_t header = emit_convention(emit_get_int(helper, "callConv"));
    il_text sig = {0};
    uint32_t token = 0;
    if (emit_get_int(helper, "type") != METHOD_HELPER) {
        exec_throw(e->thread, "NotSupportedException", "Only method signatures have tokens.");
        return 0;
    }
    if (native >= STDCALL && native <= FASTCALL)
        header = (uint8_t)(native - 1);
    else if (native)
        header = IL_SIG_C;
    emit_put_signature(e, &sig, header, 0, emit_get(helper, "returnType"),
                       emit_get_array(helper, "arguments"));
    if (!sig.out_of_memory && !e->thread->exception)
        token = il_build_standalone_sig(e->build, il_text_blob(&sig));
    il_text_fini(&sig);
    return token;
}

static uint32_t type_token(struct emitter *e, struct object *object, bool open) {
    const struct type *type = emit_type_of(e->thread, object);
    return type ? emit_type_token(e, type, open) : 0;
}

uint32_t emit_token(struct emitter *e, struct object *named, bool open) {
    char name[256];
    switch (emit_kind_of(named)) {
    case EMIT_STRING: {
        const struct string *text = (struct string *)named;
        return il_build_user_string(e->build, text->chars, (size_t)text->length);
    }
    case EMIT_RUNTIME_TYPE:
    case EMIT_TYPE_BUILDER:
    case EMIT_ENUM_BUILDER:
    case EMIT_VARIABLE_BUILDER:
    case EMIT_INSTANCE:
    case EMIT_ARRAY:
    case EMIT_BYREF:
    case EMIT_POINTER: return type_token(e, named, open);
    case EMIT_METHOD_BUILDER: {
        uint32_t variables = emit_count(emit_get_array(named, "generic_params"));
        uint32_t token = method_ref(e, named, NULL);
        return open && variables ? over_own_variables(e, token, variables) : token;
    }
    case EMIT_CONSTRUCTOR_BUILDER: return method_ref(e, named, NULL);
    case EMIT_RUNTIME_METHOD:
    case EMIT_RUNTIME_CONSTRUCTOR: return runtime_method_token(e, named);
    case EMIT_INSTANCE_METHOD: return instance_method_token(e, named);
    case EMIT_INSTANCE_CONSTRUCTOR: {
        const struct type *owner = emit_type_of(e->thread, emit_get(named, "instantiation"));
        return owner ? method_ref(e, emit_get(named, "cb"), owner) : 0;
    }
    case EMIT_ARRAY_METHOD: return array_method_token(e, named);
    case EMIT_RUNTIME_FIELD:
    case EMIT_FIELD_BUILDER: return field_ref(e, named, NULL);
    case EMIT_INSTANCE_FIELD: return instance_field_token(e, named);
    case EMIT_SIGNATURE: return signature_token(e, named);
    case EMIT_DYNAMIC_METHOD: {
        const struct method *method = emit_dynamic_method(e->thread, named);
        return method ? IL_TOKEN(IL_MethodDef, method->row) : 0;
    }
    default:
        exec_throw_format(e->thread, "NotSupportedException",
                          "An object of class %s cannot be named in IL.",
                          type_name(named->type, name, sizeof name));
        return 0;
    }
}
