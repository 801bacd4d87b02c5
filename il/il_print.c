/* Names, types and members in ilasm syntax. See il_print.h; the grammar is II.5, II.7.1 and
 * II.15.3.
 *
 * Signatures are parsed into a pool that lives for one call; printing a type is a walk over it. */
#include "il_print.h"

#include "runtime/memory/mem.h"

#include <string.h>

/* ---- Names (II.5.2, II.5.3) ---- */

static const char *const KEYWORDS[] = {
#define IL_KEYWORD(word) word,
#include "il_keywords.def"
#undef IL_KEYWORD
};

static int compare_word(const char *keyword, const char *word, size_t length) {
    int order = strncmp(keyword, word, length);
    return order ? order : keyword[length] != 0;
}

bool il_is_keyword(const char *word, size_t length) {
    size_t low = 0, high = sizeof KEYWORDS / sizeof KEYWORDS[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_word(KEYWORDS[middle], word, length);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool is_id_char(char c, bool first) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '@' ||
           c == '`' || c == '?' || (!first && c >= '0' && c <= '9');
}

static bool is_plain_id(const char *name, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (!is_id_char(name[i], i == 0))
            return false;
    }
    /* Keywords begin with a small letter: most names are done here. */
    return length && !(name[0] >= 'a' && name[0] <= 'z' && il_is_keyword(name, length));
}

static void print_quoted(il_text *text, const char *name, size_t length) {
    il_put(text, '\'');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c == '\'' || c == '\\')
            il_put(text, '\\');
        if (c < 0x20)
            il_putf(text, "\\%03o", c);
        else
            il_put(text, (char)c);
    }
    il_put(text, '\'');
}

static void print_part(il_text *text, const char *name, size_t length) {
    if (is_plain_id(name, length))
        il_put_bytes(text, name, length);
    else
        print_quoted(text, name, length);
}

void il_print_id(il_text *text, const char *name) {
    print_part(text, name, strlen(name));
}

/* How the parts between the dots of a name look. */
typedef struct name_shape {
    bool plain; /* each part is a plain identifier */
    bool empty; /* some part is empty */
} name_shape;

static name_shape shape_of(const char *name) {
    name_shape shape = {.plain = true};
    for (const char *part = name;; part++) {
        size_t length = strcspn(part, ".");
        shape.empty |= length == 0;
        shape.plain = shape.plain && is_plain_id(part, length);
        part += length;
        if (!*part)
            return shape;
    }
}

void il_print_dotted(il_text *text, const char *name) {
    name_shape shape = shape_of(name);
    if (shape.plain)
        il_puts(text, name);
    else if (shape.empty)
        print_quoted(text, name, strlen(name));
    else {
        for (const char *part = name;; part++) {
            size_t length = strcspn(part, ".");
            print_part(text, part, length);
            part += length;
            if (!*part)
                return;
            il_put(text, '.');
        }
    }
}

void il_print_member_name(il_text *text, const char *name) {
    if (strcmp(name, ".ctor") == 0 || strcmp(name, ".cctor") == 0 ||
        (shape_of(name).plain && !il_is_keyword(name, strlen(name))))
        il_puts(text, name);
    else
        print_quoted(text, name, strlen(name));
}

/* ---- Types by name ---- */

enum { MAX_NESTING = 64 }; /* of type names; a cycle of enclosing types ends there */

static void print_full_name(il_text *text, const char *name_space, const char *name) {
    if (*name_space) {
        il_print_dotted(text, name_space);
        il_put(text, '.');
    }
    il_print_id(text, name);
}

static void print_type_def(il_text *text, const il_module *module, uint32_t row, unsigned depth) {
    enum { NESTED_PUBLIC = 2, VISIBILITY_MASK = 7 };
    bool nested = (il_cell(module, IL_TypeDef_Flags, row) & VISIBILITY_MASK) >= NESTED_PUBLIC;
    uint32_t outer = nested && depth < MAX_NESTING ? il_enclosing_type(module, row) : 0;
    if (outer) {
        print_type_def(text, module, outer, depth + 1);
        il_put(text, '/');
    }
    print_full_name(text, il_name(module, IL_TypeDef_Namespace, row),
                    il_name(module, IL_TypeDef_Name, row));
}

static void print_scope(il_text *text, const char *kind, const char *name) {
    il_put(text, '[');
    il_puts(text, kind);
    il_print_dotted(text, name);
    il_put(text, ']');
}

static void print_type_ref(il_text *text, const il_module *module, uint32_t row, unsigned depth) {
    uint32_t scope = il_cell(module, IL_TypeRef_ResolutionScope, row);
    uint32_t scope_row = IL_TOKEN_ROW(scope);
    switch (scope_row ? IL_TOKEN_TABLE(scope) : IL_Module) {
    case IL_AssemblyRef:
        print_scope(text, "", il_name(module, IL_AssemblyRef_Name, scope_row));
        break;
    case IL_ModuleRef:
        print_scope(text, ".module ", il_name(module, IL_ModuleRef_Name, scope_row));
        break;
    case IL_TypeRef:
        if (depth < MAX_NESTING) {
            print_type_ref(text, module, scope_row, depth + 1);
            il_put(text, '/');
        }
        break;
    default: break; /* this module */
    }
    print_full_name(text, il_name(module, IL_TypeRef_Namespace, row),
                    il_name(module, IL_TypeRef_Name, row));
}

/* ---- Types by signature ---- */

static const char *const ELEMENTS[] = {
#define IL_ELEMENT(name, number, text) [IL_TYPE_##name] = text,
#include "il_elements.def"
#undef IL_ELEMENT
};

static il_status print_type_spec(il_text *text, const il_module *module, uint32_t row,
                                 unsigned depth, il_error *err);
static il_status print_type(il_text *text, const il_module *module, const il_type *type,
                            unsigned depth, il_error *err);
static il_status print_params(il_text *text, const il_module *module, const il_method_sig *sig,
                              unsigned depth, il_error *err);

static il_status print_token_name(il_text *text, const il_module *module, uint32_t token,
                                  unsigned depth, il_error *err) {
    uint32_t row = IL_TOKEN_ROW(token);
    if (row != 0 && row <= il_rows(module, IL_TOKEN_TABLE(token))) {
        switch (IL_TOKEN_TABLE(token)) {
        case IL_TypeDef: print_type_def(text, module, row, 0); return IL_OK;
        case IL_TypeRef: print_type_ref(text, module, row, 0); return IL_OK;
        case IL_TypeSpec: return print_type_spec(text, module, row, depth, err);
        default: break;
        }
    }
    return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, token, "%s: token %08x names no type",
                   il_module_path(module), token);
}

static il_status print_named(il_text *text, const il_module *module, const il_type *type,
                             unsigned depth, il_error *err) {
    if (IL_TOKEN_TABLE(type->token) != IL_TypeSpec) {
        il_puts(text, ELEMENTS[type->kind]);
        il_put(text, ' ');
    }
    return print_token_name(text, module, type->token, depth, err);
}

static il_status print_instance(il_text *text, const il_module *module, const il_type *type,
                                unsigned depth, il_error *err) {
    il_status status = print_type(text, module, type->element, depth, err);
    for (uint32_t i = 0; status == IL_OK && i < type->arg_count; i++) {
        il_put(text, i ? ',' : '<');
        status = print_type(text, module, type->args[i], depth, err);
    }
    il_put(text, '>');
    return status;
}

/* "2...5" from 2 to 5, "2..." from 2 on, "4" four elements, nothing: unknown (II.14.2). */
static void print_bound(il_text *text, const il_type *type, uint32_t dimension) {
    bool low = dimension < type->low_count, size = dimension < type->size_count;
    if (low) {
        il_put_signed(text, type->lows[dimension]);
        il_puts(text, "...");
    }
    if (size && low)
        il_put_signed(text, (int64_t)type->lows[dimension] + type->sizes[dimension] - 1);
    else if (size)
        il_put_unsigned(text, type->sizes[dimension]);
    else if (!low && type->rank == 1)
        il_puts(text, "..."); /* [] would be a vector */
}

static il_status print_array(il_text *text, const il_module *module, const il_type *type,
                             unsigned depth, il_error *err) {
    il_status status = print_type(text, module, type->element, depth, err);
    il_put(text, '[');
    for (uint32_t i = 0; i < type->rank && status == IL_OK && !text->out_of_memory; i++) {
        if (i)
            il_put(text, ',');
        print_bound(text, type, i);
    }
    il_put(text, ']');
    return status;
}

static il_status print_function_pointer(il_text *text, const il_module *module,
                                        const il_method_sig *sig, unsigned depth, il_error *err) {
    il_puts(text, "method ");
    il_print_convention(text, sig->convention);
    il_status status = print_type(text, module, sig->ret, depth, err);
    il_puts(text, " *");
    return status == IL_OK ? print_params(text, module, sig, depth, err) : status;
}

static il_status print_core(il_text *text, const il_module *module, const il_type *type,
                            unsigned depth, il_error *err) {
    il_status status = IL_OK;
    switch (type->kind) {
    case IL_TYPE_CLASS:
    case IL_TYPE_VALUETYPE: return print_named(text, module, type, depth, err);
    case IL_TYPE_GENERICINST: return print_instance(text, module, type, depth, err);
    case IL_TYPE_ARRAY: return print_array(text, module, type, depth, err);
    case IL_TYPE_FNPTR: return print_function_pointer(text, module, type->method, depth, err);
    case IL_TYPE_PTR:
    case IL_TYPE_BYREF:
    case IL_TYPE_SZARRAY:
        status = print_type(text, module, type->element, depth, err);
        il_puts(text, ELEMENTS[type->kind]);
        return status;
    case IL_TYPE_VAR:
    case IL_TYPE_MVAR:
        il_puts(text, ELEMENTS[type->kind]);
        il_put_unsigned(text, type->index);
        return IL_OK;
    default: il_puts(text, ELEMENTS[type->kind]); return IL_OK;
    }
}

/* Modifiers follow the type they stand before in the blob, so the last comes first. */
static il_status print_type(il_text *text, const il_module *module, const il_type *type,
                            unsigned depth, il_error *err) {
    il_status status = print_core(text, module, type, depth, err);
    if (type->pinned)
        il_puts(text, " pinned");
    for (uint32_t i = type->modifier_count; status == IL_OK && i-- > 0;) {
        il_puts(text, type->modifiers[i].required ? " modreq(" : " modopt(");
        status = print_token_name(text, module, type->modifiers[i].token, depth, err);
        il_put(text, ')');
    }
    return status;
}

/* A TypeSpec may name itself through a modifier: depth ends that. */
static il_status print_type_spec(il_text *text, const il_module *module, uint32_t row,
                                 unsigned depth, il_error *err) {
    mem_pool pool = {0};
    const il_type *type;
    if (depth == MAX_NESTING)
        return il_fail(err, IL_BAD_SIGNATURE, IL_NO_OFFSET, IL_TOKEN(IL_TypeSpec, row),
                       "%s: TypeSpec row %u is nested too deeply", il_module_path(module), row);
    il_status status =
        il_parse_type_spec(il_blob_cell(module, IL_TypeSpec_Signature, row), &pool, &type, err);
    if (status == IL_OK)
        status = print_type(text, module, type, depth + 1, err);
    mem_pool_fini(&pool);
    return status;
}

static il_status print_params(il_text *text, const il_module *module, const il_method_sig *sig,
                              unsigned depth, il_error *err) {
    il_status status = IL_OK;
    il_put(text, '(');
    for (uint32_t i = 0; status == IL_OK && i < sig->param_count; i++) {
        if (i)
            il_puts(text, ", ");
        if (i == sig->sentinel)
            il_puts(text, "..., ");
        status = print_type(text, module, sig->params[i], depth, err);
    }
    il_put(text, ')');
    return status;
}

il_status il_print_type(il_text *text, const il_module *module, const il_type *type,
                        il_error *err) {
    return print_type(text, module, type, 0, err);
}

il_status il_print_type_token(il_text *text, const il_module *module, uint32_t token,
                              il_error *err) {
    return print_token_name(text, module, token, 0, err);
}

il_status il_print_params(il_text *text, const il_module *module, const il_method_sig *sig,
                          il_error *err) {
    return print_params(text, module, sig, 0, err);
}

void il_print_convention(il_text *text, uint8_t convention) {
    static const char *const KINDS[16] = {[1] = "unmanaged cdecl ",
                                          [2] = "unmanaged stdcall ",
                                          [3] = "unmanaged thiscall ",
                                          [4] = "unmanaged fastcall ",
                                          [5] = "vararg ",
                                          [9] = "unmanaged "};
    if (convention & 0x20)
        il_puts(text, "instance ");
    if (convention & 0x40)
        il_puts(text, "explicit ");
    if (KINDS[convention & 0xF])
        il_puts(text, KINDS[convention & 0xF]);
}

/* ---- Members ---- */

/* What a member reference consists of, from whichever table. */
typedef struct member {
    uint32_t owner; /* type token, ModuleRef token, or 0 for a global of this module */
    const char *name;
    il_blob signature;
    il_blob instantiation; /* of a MethodSpec; data NULL when none */
} member;

static uint32_t owner_token(uint32_t type_row) {
    enum { GLOBALS = 1 }; /* row 1 is <Module> */
    return type_row > GLOBALS ? IL_TOKEN(IL_TypeDef, type_row) : 0;
}

static bool find_member(const il_module *module, uint32_t token, member *out) {
    uint32_t row = IL_TOKEN_ROW(token), parent;
    if (row == 0 || row > il_rows(module, IL_TOKEN_TABLE(token)))
        return false;
    switch (IL_TOKEN_TABLE(token)) {
    case IL_MethodDef:
        out->owner = owner_token(il_method_owner(module, row));
        out->name = il_name(module, IL_MethodDef_Name, row);
        out->signature = il_blob_cell(module, IL_MethodDef_Signature, row);
        return true;
    case IL_Field:
        out->owner = owner_token(il_field_owner(module, row));
        out->name = il_name(module, IL_Field_Name, row);
        out->signature = il_blob_cell(module, IL_Field_Signature, row);
        return true;
    case IL_MemberRef:
        parent = il_cell(module, IL_MemberRef_Class, row);
        if (IL_TOKEN_TABLE(parent) == IL_MethodDef) /* a call with varargs (II.22.25) */
            parent = owner_token(il_method_owner(module, IL_TOKEN_ROW(parent)));
        else if (parent == IL_TOKEN(IL_TypeDef, 1))
            parent = 0;
        out->owner = parent;
        out->name = il_name(module, IL_MemberRef_Name, row);
        out->signature = il_blob_cell(module, IL_MemberRef_Signature, row);
        return true;
    default: return false;
    }
}

static bool find_method(const il_module *module, uint32_t token, member *out) {
    uint32_t row = IL_TOKEN_ROW(token);
    if (IL_TOKEN_TABLE(token) != IL_MethodSpec)
        return IL_TOKEN_TABLE(token) != IL_Field && find_member(module, token, out);
    if (row == 0 || row > il_rows(module, IL_MethodSpec))
        return false;
    out->instantiation = il_blob_cell(module, IL_MethodSpec_Instantiation, row);
    return find_member(module, il_cell(module, IL_MethodSpec_Method, row), out);
}

static il_status no_member(const il_module *module, uint32_t token, const char *kind,
                           il_error *err) {
    return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, token, "%s: token %08x names no %s",
                   il_module_path(module), token, kind);
}

/* "owner::name" */
static il_status print_member_path(il_text *text, const il_module *module, const member *m,
                                   il_error *err) {
    il_status status = IL_OK;
    if (IL_TOKEN_TABLE(m->owner) == IL_ModuleRef)
        print_scope(text, ".module ", il_name(module, IL_ModuleRef_Name, IL_TOKEN_ROW(m->owner)));
    else if (m->owner)
        status = print_token_name(text, module, m->owner, 0, err);
    if (m->owner)
        il_puts(text, "::");
    il_print_member_name(text, m->name);
    return status;
}

static il_status print_instantiation(il_text *text, const il_module *module, il_blob blob,
                                     mem_pool *pool, il_error *err) {
    const il_method_sig *args;
    il_status status = il_parse_method_spec(blob, pool, &args, err);
    if (status != IL_OK)
        return status;
    il_put(text, '<');
    for (uint32_t i = 0; status == IL_OK && i < args->param_count; i++) {
        if (i)
            il_put(text, ',');
        status = print_type(text, module, args->params[i], 0, err);
    }
    il_put(text, '>');
    return status;
}

static il_status print_method(il_text *text, const il_module *module, const member *m,
                              mem_pool *pool, il_error *err) {
    const il_method_sig *sig;
    il_status status = il_parse_method_sig(m->signature, pool, &sig, err);
    if (status != IL_OK)
        return status;
    il_print_convention(text, sig->convention);
    if ((status = print_type(text, module, sig->ret, 0, err)) != IL_OK)
        return status;
    il_put(text, ' ');
    if ((status = print_member_path(text, module, m, err)) != IL_OK)
        return status;
    if (m->instantiation.data)
        status = print_instantiation(text, module, m->instantiation, pool, err);
    else if (sig->generic_count)
        il_putf(text, "<[%u]>", sig->generic_count);
    return status == IL_OK ? print_params(text, module, sig, 0, err) : status;
}

/* Says which row a signature error is about. */
static il_status name_row(il_status status, const il_module *module, uint32_t token,
                          il_error *err) {
    if (status == IL_BAD_SIGNATURE && err && !err->token) {
        il_error inner = *err;
        return il_fail(err, status, inner.offset, token, "%s: %s row %u: %s",
                       il_module_path(module), il_table_name(IL_TOKEN_TABLE(token)),
                       IL_TOKEN_ROW(token), inner.text);
    }
    return status;
}

il_status il_print_method(il_text *text, const il_module *module, uint32_t token, il_error *err) {
    mem_pool pool = {0};
    member m = {0};
    if (!find_method(module, token, &m))
        return no_member(module, token, "method", err);
    il_status status = print_method(text, module, &m, &pool, err);
    mem_pool_fini(&pool);
    return name_row(status, module, token, err);
}

il_status il_print_field(il_text *text, const il_module *module, uint32_t token, il_error *err) {
    mem_pool pool = {0};
    member m = {0};
    const il_type *type;
    if (IL_TOKEN_TABLE(token) == IL_MethodDef || !find_member(module, token, &m))
        return no_member(module, token, "field", err);
    il_status status = il_parse_field_sig(m.signature, &pool, &type, err);
    if (status == IL_OK)
        status = print_type(text, module, type, 0, err);
    il_put(text, ' ');
    if (status == IL_OK)
        status = print_member_path(text, module, &m, err);
    mem_pool_fini(&pool);
    return name_row(status, module, token, err);
}

il_status il_print_call_sig(il_text *text, const il_module *module, uint32_t token, il_error *err) {
    mem_pool pool = {0};
    const il_method_sig *sig;
    uint32_t row = IL_TOKEN_ROW(token);
    if (IL_TOKEN_TABLE(token) != IL_StandAloneSig || row == 0 ||
        row > il_rows(module, IL_StandAloneSig))
        return no_member(module, token, "signature", err);
    il_status status = il_parse_method_sig(il_blob_cell(module, IL_StandAloneSig_Signature, row),
                                           &pool, &sig, err);
    if (status == IL_OK) {
        il_print_convention(text, sig->convention);
        status = print_type(text, module, sig->ret, 0, err);
    }
    if (status == IL_OK)
        status = print_params(text, module, sig, 0, err);
    mem_pool_fini(&pool);
    return name_row(status, module, token, err);
}

bool il_member_ref_is_field(const il_module *module, uint32_t row) {
    il_blob blob = il_blob_cell(module, IL_MemberRef_Signature, row);
    return blob.size && blob.data[0] == 0x06;
}

il_status il_print_token(il_text *text, const il_module *module, uint32_t token, il_error *err) {
    switch (IL_TOKEN_TABLE(token)) {
    case IL_MemberRef:
        if (!il_member_ref_is_field(module, IL_TOKEN_ROW(token)))
            break;
        /* fall through */
    case IL_Field: il_puts(text, "field "); return il_print_field(text, module, token, err);
    case IL_MethodDef:
    case IL_MethodSpec: break;
    default: return il_print_type_token(text, module, token, err);
    }
    il_puts(text, "method ");
    return il_print_method(text, module, token, err);
}
