/* Comparing and hashing types and method signatures. Within one module tokens are numbers; between
 * two they are names. Hashes never look at tokens' numbers, so that equal types of different
 * modules meet. */
#include "il_same.h"

#include <string.h>

/* ---- Named types ---- */

enum { MAX_NESTING = 64 };

/* What a TypeDef or TypeRef token says, whichever it is. */
typedef struct type_name {
    const char *name, *name_space;
    uint32_t enclosing;   /* token of the type around it, 0 when none */
    const char *assembly; /* simple name of the assembly or module that holds it */
} type_name;

/* The simple name of the module's own assembly. */
static const char *own_assembly(const il_module *module) {
    return il_rows(module, IL_Assembly) ? il_name(module, IL_Assembly_Name, 1)
                                        : il_name(module, IL_Module_Name, 1);
}

static type_name def_name(const il_module *module, uint32_t row) {
    uint32_t enclosing = il_enclosing_type(module, row);
    return (type_name){.name = il_name(module, IL_TypeDef_Name, row),
                       .name_space = il_name(module, IL_TypeDef_Namespace, row),
                       .enclosing = enclosing ? IL_TOKEN(IL_TypeDef, enclosing) : 0,
                       .assembly = own_assembly(module)};
}

static const char *scope_name(const il_module *module, uint32_t scope) {
    uint32_t row = IL_TOKEN_ROW(scope);
    switch (row ? IL_TOKEN_TABLE(scope) : IL_Module) {
    case IL_AssemblyRef: return il_name(module, IL_AssemblyRef_Name, row);
    case IL_ModuleRef: return il_name(module, IL_ModuleRef_Name, row);
    default: return own_assembly(module);
    }
}

static type_name ref_name(const il_module *module, uint32_t row) {
    uint32_t scope = il_cell(module, IL_TypeRef_ResolutionScope, row);
    bool nested = IL_TOKEN_TABLE(scope) == IL_TypeRef && IL_TOKEN_ROW(scope);
    return (type_name){.name = il_name(module, IL_TypeRef_Name, row),
                       .name_space = il_name(module, IL_TypeRef_Namespace, row),
                       .enclosing = nested ? scope : 0,
                       .assembly = nested ? "" : scope_name(module, scope)};
}

static bool read_name(const il_module *module, uint32_t token, type_name *out) {
    switch (IL_TOKEN_TABLE(token)) {
    case IL_TypeDef: *out = def_name(module, IL_TOKEN_ROW(token)); return true;
    case IL_TypeRef: *out = ref_name(module, IL_TOKEN_ROW(token)); return true;
    default: return false;
    }
}

static bool same_token(const il_module *am, uint32_t a, const il_module *bm, uint32_t b) {
    type_name an, bn;
    if (am == bm)
        return a == b;
    for (unsigned depth = 0; depth < MAX_NESTING; depth++) {
        if (!read_name(am, a, &an) || !read_name(bm, b, &bn) || strcmp(an.name, bn.name) != 0 ||
            strcmp(an.name_space, bn.name_space) != 0 || !an.enclosing != !bn.enclosing)
            return false;
        if (!an.enclosing)
            return strcmp(an.assembly, bn.assembly) == 0;
        a = an.enclosing;
        b = bn.enclosing;
    }
    return false;
}

/* ---- Equality ---- */

static bool same_modifiers(const il_module *am, const il_type *a, const il_module *bm,
                           const il_type *b) {
    if (a->modifier_count != b->modifier_count)
        return false;
    for (uint32_t i = 0; i < a->modifier_count; i++) {
        if (a->modifiers[i].required != b->modifiers[i].required ||
            !same_token(am, a->modifiers[i].token, bm, b->modifiers[i].token))
            return false;
    }
    return true;
}

static bool same_shape(const il_type *a, const il_type *b) {
    return a->rank == b->rank && a->size_count == b->size_count && a->low_count == b->low_count &&
           (!a->size_count || memcmp(a->sizes, b->sizes, a->size_count * sizeof *a->sizes) == 0) &&
           (!a->low_count || memcmp(a->lows, b->lows, a->low_count * sizeof *a->lows) == 0);
}

static bool same_types(const il_module *am, const il_type *const *a, const il_module *bm,
                       const il_type *const *b, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (!il_type_equal(am, a[i], bm, b[i]))
            return false;
    }
    return true;
}

bool il_type_equal(const il_module *a_module, const il_type *a, const il_module *b_module,
                   const il_type *b) {
    if (a == b && a_module == b_module)
        return true;
    if (a->kind != b->kind || a->pinned != b->pinned || !same_modifiers(a_module, a, b_module, b))
        return false;
    switch (a->kind) {
    case IL_TYPE_PTR:
    case IL_TYPE_BYREF:
    case IL_TYPE_SZARRAY: return il_type_equal(a_module, a->element, b_module, b->element);
    case IL_TYPE_ARRAY:
        return same_shape(a, b) && il_type_equal(a_module, a->element, b_module, b->element);
    case IL_TYPE_CLASS:
    case IL_TYPE_VALUETYPE: return same_token(a_module, a->token, b_module, b->token);
    case IL_TYPE_VAR:
    case IL_TYPE_MVAR: return a->index == b->index;
    case IL_TYPE_GENERICINST:
        return a->arg_count == b->arg_count &&
               il_type_equal(a_module, a->element, b_module, b->element) &&
               same_types(a_module, a->args, b_module, b->args, a->arg_count);
    case IL_TYPE_FNPTR: return il_method_sig_equal(a_module, a->method, b_module, b->method);
    default: return true;
    }
}

bool il_method_sig_equal(const il_module *a_module, const il_method_sig *a,
                         const il_module *b_module, const il_method_sig *b) {
    return a->convention == b->convention && a->generic_count == b->generic_count &&
           a->param_count == b->param_count && a->sentinel == b->sentinel && !a->ret == !b->ret &&
           (!a->ret || il_type_equal(a_module, a->ret, b_module, b->ret)) &&
           same_types(a_module, a->params, b_module, b->params, a->param_count);
}

/* ---- Hashing ---- */

static uint32_t mix(uint32_t hash, uint32_t value) {
    hash = (hash ^ value) * 0x9E3779B1u;
    return hash ^ hash >> 15;
}

static uint32_t hash_name(uint32_t hash, const char *name) {
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * 0x01000193u;
    return hash;
}

/* Only the name: namespace and scope are left to the comparison. */
static uint32_t hash_token(uint32_t hash, const il_module *module, uint32_t token) {
    type_name name;
    return read_name(module, token, &name) ? hash_name(hash, name.name) : hash;
}

uint32_t il_type_hash(const il_module *module, const il_type *type) {
    uint32_t hash = mix(type->modifier_count, (uint32_t)type->kind);
    if (type->element)
        hash = mix(hash, il_type_hash(module, type->element));
    if (type->kind == IL_TYPE_CLASS || type->kind == IL_TYPE_VALUETYPE)
        hash = hash_token(hash, module, type->token);
    for (uint32_t i = 0; i < type->arg_count; i++)
        hash = mix(hash, il_type_hash(module, type->args[i]));
    if (type->method)
        hash = mix(hash, il_method_sig_hash(module, type->method));
    return mix(hash, type->index + type->rank);
}

uint32_t il_method_sig_hash(const il_module *module, const il_method_sig *sig) {
    uint32_t hash = mix(sig->convention, sig->param_count + (sig->generic_count << 16));
    if (sig->ret)
        hash = mix(hash, il_type_hash(module, sig->ret));
    for (uint32_t i = 0; i < sig->param_count; i++)
        hash = mix(hash, il_type_hash(module, sig->params[i]));
    return hash;
}
