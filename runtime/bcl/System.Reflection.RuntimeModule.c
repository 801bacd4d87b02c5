/* System.Reflection.RuntimeModule: what a module says of itself, and what its tokens mean. */
#include <string.h>

#include "runtime/bcl/bcl_reflect.h"
#include "runtime/rt_query.h"
#include "runtime/types/members.h"

/* GetGuidInternal(module, byte[16]). */
void bcl_module_guid(struct thread *thread, union slot *slots) {
    const struct module *module = slots[0].p;
    struct array *out = slots[1].p;
    const uint8_t *guid = il_guid(module->il, il_cell(module->il, IL_Module_Mvid, 1));
    (void)thread;
    if (guid && out && out->length >= 16)
        memcpy(out->data, guid, 16);
}

void bcl_module_token(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].u4 = IL_TOKEN(IL_Module, 1);
}

/* GetPEKind(module, out kind, out machine). */
void bcl_module_pe_kind(struct thread *thread, union slot *slots) {
    enum { /* System.Reflection.PortableExecutableKinds */
           KIND_IL_ONLY = 1,
           KIND_REQUIRED_32 = 2,
           KIND_PE32_PLUS = 4,
           KIND_PREFERRED_32 = 16
    };
    enum { FLAG_IL_ONLY = 1, FLAG_REQUIRED_32 = 2, FLAG_PREFERRED_32 = 0x20000 }; /* II.25.3.3.1 */
    const struct module *module = slots[0].p;
    const il_headers *headers = il_module_headers(module->il);
    int32_t *kind = slots[1].p, *machine = slots[2].p;
    (void)thread;
    *kind = (headers->cli_flags & FLAG_IL_ONLY ? KIND_IL_ONLY : 0) |
            (headers->cli_flags & FLAG_REQUIRED_32 ? KIND_REQUIRED_32 : 0) |
            (headers->cli_flags & FLAG_PREFERRED_32 ? KIND_PREFERRED_32 : 0) |
            (headers->pe32_plus ? KIND_PE32_PLUS : 0);
    *machine = headers->machine;
}

/* GetMDStreamVersion(module): of the table stream, major in the upper half. */
void bcl_module_stream_version(struct thread *thread, union slot *slots) {
    const struct module *module = slots[0].p;
    uint32_t version = il_module_headers(module->il)->tables_version;
    (void)thread;
    slots[0].u4 = (version >> 8) << 16 | (version & 0xFF);
}

/* GetHINSTANCE(module): where the image lies. */
void bcl_module_instance(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].p = (void *)(uintptr_t)rt_module_base(slots[0].p);
}

/* GetGlobalType(module): <Module>, whose members are the global fields and methods. */
void bcl_module_global_type(struct thread *thread, union slot *slots) {
    struct type *type;
    il_error err;
    if (ldr_type_def(slots[0].p, 1, &type, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else
        slots[0].o = bcl_type_object(thread, type);
}

/* ---- Tokens ---- */

enum { RESOLVE_OUT_OF_RANGE, RESOLVE_BAD_TABLE, RESOLVE_OTHER }; /* ResolveTokenError */

/* What the Resolve*(module, token, type arguments, method arguments, out error) natives are given.
 * The arguments are handles of types. */
struct request {
    struct module *module;
    uint32_t token;
    struct generic_context context;
    int32_t *error;
};

static struct request request_of(const union slot *slots) {
    const struct array *types = slots[2].p, *methods = slots[3].p;
    return (struct request){slots[0].p,
                            slots[1].u4,
                            {types ? (struct type *const *)types->data : NULL,
                             types ? (uint32_t)types->length : 0,
                             methods ? (struct type *const *)methods->data : NULL,
                             methods ? (uint32_t)methods->length : 0},
                            slots[4].p};
}

/* Whether the token has a row; otherwise the error is set. */
static bool in_range(const struct module *module, uint32_t token, int32_t *error) {
    uint32_t row = IL_TOKEN_ROW(token), table = token >> 24;
    bool known = table < IL_TABLE_COUNT && row && row <= il_rows(module->il, (il_table)table);
    *error = known ? RESOLVE_OTHER : RESOLVE_OUT_OF_RANGE;
    return known;
}

/* Fields of generic definitions are asked for too, whose type cannot be prepared. */
static il_status field_of_token(struct module *module, uint32_t token,
                                const struct generic_context *context, struct field **out,
                                il_error *err) {
    uint32_t row = IL_TOKEN_ROW(token);
    struct type *owner;
    if (IL_TOKEN_TABLE(token) != IL_Field)
        return ldr_field(module, token, context, out, err);
    il_status status = ldr_type_def(module, il_field_owner(module->il, row), &owner, err);
    if (status == IL_OK)
        status = type_members(owner, err);
    *out = status == IL_OK ? type_field_of_row(owner, row) : NULL;
    return status;
}

#define RESOLVE_TOKEN(kind, result_type, function)                                                 \
    static struct result_type *kind##_of(const struct request *r) {                                \
        struct result_type *result;                                                                \
        il_error err;                                                                              \
        if (!in_range(r->module, r->token, r->error) ||                                            \
            function(r->module, r->token, &r->context, &result, &err) != IL_OK)                    \
            return NULL;                                                                           \
        return result;                                                                             \
    }                                                                                              \
    void bcl_module_resolve_##kind(struct thread *thread, union slot *slots) {                     \
        struct request r = request_of(slots);                                                      \
        (void)thread;                                                                              \
        slots[0].p = kind##_of(&r);                                                                \
    }

RESOLVE_TOKEN(type, type, ldr_type)
RESOLVE_TOKEN(method, method, ldr_method)
RESOLVE_TOKEN(field, field, field_of_token)

static bool is_field_ref(const struct request *r) {
    enum { FIELD_SIGNATURE = 6 }; /* II.23.2.4 */
    if (IL_TOKEN_TABLE(r->token) != IL_MemberRef || !in_range(r->module, r->token, r->error))
        return false;
    il_blob sig = il_blob_cell(r->module->il, IL_MemberRef_Signature, IL_TOKEN_ROW(r->token));
    return sig.size && (sig.data[0] & 0x0F) == FIELD_SIGNATURE;
}

/* ResolveMemberToken(): the member or type itself. */
void bcl_module_resolve_member(struct thread *thread, union slot *slots) {
    struct request r = request_of(slots);
    il_table table = IL_TOKEN_TABLE(r.token);
    slots[0].o = NULL;
    *r.error = RESOLVE_BAD_TABLE;
    if (table == IL_TypeDef || table == IL_TypeRef || table == IL_TypeSpec) {
        struct type *type = type_of(&r);
        slots[0].o = type ? bcl_type_object(thread, type) : NULL;
    } else if (table == IL_Field || is_field_ref(&r)) {
        struct field *field = field_of(&r);
        slots[0].o = field ? bcl_field_object(thread, field, field->owner) : NULL;
    } else if (table == IL_MethodDef || table == IL_MemberRef || table == IL_MethodSpec) {
        struct method *method = method_of(&r);
        slots[0].o = method ? bcl_method_object(thread, method, method->owner) : NULL;
    }
}

/* ResolveStringToken(module, token, out error). */
void bcl_module_resolve_string(struct thread *thread, union slot *slots) {
    const struct module *module = slots[0].p;
    il_blob text = il_user_string(module->il, slots[1].u4);
    int32_t *error = slots[2].p;
    slots[0].p = NULL;
    if (!text.data) {
        *error = RESOLVE_OUT_OF_RANGE;
        return;
    }
    struct string *string = exec_new_string(thread, (int32_t)(text.size / 2));
    if (string)
        memcpy(string->chars, text.data, text.size / 2 * 2);
    slots[0].p = string;
}

static il_blob signature_blob(const struct module *module, uint32_t token) {
    uint32_t row = IL_TOKEN_ROW(token);
    switch (IL_TOKEN_TABLE(token)) {
    case IL_StandAloneSig: return il_blob_cell(module->il, IL_StandAloneSig_Signature, row);
    case IL_MethodDef: return il_blob_cell(module->il, IL_MethodDef_Signature, row);
    case IL_Field: return il_blob_cell(module->il, IL_Field_Signature, row);
    case IL_MemberRef: return il_blob_cell(module->il, IL_MemberRef_Signature, row);
    case IL_TypeSpec: return il_blob_cell(module->il, IL_TypeSpec_Signature, row);
    default: return (il_blob){NULL, 0};
    }
}

/* ResolveSignature(module, token, out error): its bytes. */
void bcl_module_resolve_signature(struct thread *thread, union slot *slots) {
    const struct module *module = slots[0].p;
    int32_t *error = slots[2].p;
    il_blob blob = {NULL, 0};
    if (in_range(module, slots[1].u4, error)) {
        *error = RESOLVE_BAD_TABLE;
        blob = signature_blob(module, slots[1].u4);
    }
    struct array *out =
        blob.data ? bcl_new_vector(thread, thread->rt->core.byte, (int64_t)blob.size) : NULL;
    if (out)
        memcpy(out->data, blob.data, blob.size);
    slots[0].p = out;
}

/* RuntimeHelpers.RunModuleConstructor(module). */
void bcl_run_module_constructor(struct thread *thread, union slot *slots) {
    exec_init_module(thread, slots[0].p);
}
