/* References to methods and fields: one table for those that are declared and those that are named,
 * and the places that wait until it is known which are which. */
#include "il_asm_state.h"

/* ---- The memo of operands ---- */

static bool same_memo(const il_asm_memo *memo, uint8_t kind, const char *start, uint32_t size) {
    return memo->kind == kind && memo->size == size && memcmp(memo->start, start, size) == 0;
}

bool il_asm_memo_find(const il_asm *as, uint8_t kind, const char *start, uint32_t size,
                      uint32_t *value) {
    uint32_t hash = il_asm_hash(kind, start, size), slot = hash, entry;
    while (il_asm_index_find(&as->memo_index, hash, &slot, &entry)) {
        const il_asm_memo *memo = IL_ASM_ITEM(&as->memos, il_asm_memo, entry);
        if (same_memo(memo, kind, start, size)) {
            *value = memo->value;
            return true;
        }
    }
    return false;
}

void il_asm_memo_add(il_asm *as, uint8_t kind, const char *start, uint32_t size, uint32_t value) {
    il_asm_memo *memo = as->panic ? NULL : IL_ASM_ADD(as, &as->memos, il_asm_memo);
    if (!memo)
        return;
    *memo = (il_asm_memo){start, size, value, kind};
    il_asm_index_add(as, &as->memo_index, il_asm_hash(kind, start, size));
}

/* ---- Entries ---- */

static uint32_t hash_ref(il_asm_ref_kind kind, uint32_t parent, il_asm_name name,
                         il_blob signature) {
    uint32_t hash = il_asm_hash(parent * 4 + (uint32_t)kind, name.start, name.size);
    return il_asm_hash(hash, signature.data, signature.size);
}

static bool same_ref(const il_asm_ref *ref, il_asm_ref_kind kind, uint32_t parent, il_asm_name name,
                     il_blob signature) {
    return ref->kind == kind && ref->parent == parent && ref->name_size == name.size &&
           ref->signature.size == signature.size && memcmp(ref->name, name.start, name.size) == 0 &&
           memcmp(ref->signature.data, signature.data, signature.size) == 0;
}

static il_asm_ref *ref_at(const il_asm *as, uint32_t index) {
    return IL_ASM_ITEM(&as->refs, il_asm_ref, index);
}

static il_asm_ref *find_ref(const il_asm *as, il_asm_ref_kind kind, uint32_t parent,
                            il_asm_name name, il_blob signature) {
    uint32_t hash = hash_ref(kind, parent, name, signature), slot = hash, entry;
    while (il_asm_index_find(&as->ref_index, hash, &slot, &entry)) {
        if (same_ref(ref_at(as, entry), kind, parent, name, signature))
            return ref_at(as, entry);
    }
    return NULL;
}

static il_asm_ref *add_ref(il_asm *as, il_asm_ref_kind kind, uint32_t parent, il_asm_name name,
                           il_blob signature) {
    enum { MOST = 0xFFFFFF }; /* what IL_ASM_REF can number */
    if (as->refs.count > MOST)
        il_asm_fail(as, "more than %d methods and fields", MOST);
    il_asm_ref *ref = as->panic ? NULL : IL_ASM_ADD(as, &as->refs, il_asm_ref);
    if (!ref)
        return NULL;
    il_blob kept_name = il_asm_keep(as, name.start, name.size);
    *ref = (il_asm_ref){.kind = kind,
                        .parent = parent,
                        .name = (const char *)kept_name.data,
                        .name_size = (uint32_t)kept_name.size,
                        .signature = il_asm_keep(as, signature.data, signature.size)};
    return il_asm_index_add(as, &as->ref_index, hash_ref(kind, parent, name, signature)) ? ref
                                                                                         : NULL;
}

uint32_t il_asm_ref_of(il_asm *as, il_asm_ref_kind kind, uint32_t parent, il_asm_name name,
                       il_blob signature) {
    if (as->panic)
        return 0;
    il_asm_ref *ref = find_ref(as, kind, parent, name, signature);
    if (!ref)
        ref = add_ref(as, kind, parent, name, signature);
    return ref ? IL_ASM_REF((uint32_t)(ref - ref_at(as, 0))) : 0;
}

bool il_asm_define(il_asm *as, il_asm_ref_kind kind, uint32_t parent, il_asm_name name,
                   il_blob signature, uint32_t token) {
    il_asm_ref *ref = find_ref(as, kind, parent, name, signature);
    if (!ref)
        ref = add_ref(as, kind, parent, name, signature);
    if (!ref)
        return true;
    if (ref->token)
        return false;
    ref->token = token;
    return true;
}

/* ---- Reading references ---- */

/* What stands before :: and the name. */
typedef struct member_path {
    uint32_t parent;
    il_asm_name name;
} member_path;

static uint32_t globals(il_asm *as) {
    return as->only_refers ? il_build_type_ref(as->build, as->home, "", "<Module>")
                           : IL_TOKEN(IL_TypeDef, 1);
}

/* A name of a class when :: follows, else that of a global. */
static bool read_global(il_asm *as, member_path *out) {
    il_asm_mark start = il_asm_mark_here(as);
    if (il_asm_at_text(as, ".ctor") || il_asm_at_text(as, ".cctor")) {
        *out = (member_path){globals(as), il_asm_member(as)};
        return true;
    }
    if (!il_asm_at_id(as))
        return false;
    il_asm_name name = il_asm_dotted(as);
    if (as->panic || (!il_asm_at(as, IL_LEX_SCOPE) && !il_asm_at(as, '/'))) {
        *out = (member_path){globals(as), name};
        return true;
    }
    il_asm_return_to(as, &start);
    return false;
}

static member_path read_member_path(il_asm *as) {
    member_path path = {0};
    if (!il_asm_at_type(as) && !il_asm_at(as, '[') && read_global(as, &path))
        return path;
    path.parent = il_asm_type_token(as);
    il_asm_expect(as, IL_LEX_SCOPE);
    path.name = il_asm_member(as);
    return path;
}

/* "<int32>", or "<[1]>" for a generic method without arguments. */
static uint32_t read_generics(il_asm *as, il_text *instantiation) {
    uint32_t arity;
    if (il_asm_take(as, '[')) {
        arity = (uint32_t)il_asm_int_in(as, 1, 0xFFFF);
        il_asm_expect(as, ']');
        il_asm_expect(as, '>');
        return arity;
    }
    il_put_u8(instantiation, IL_SIG_METHOD_SPEC);
    il_asm_type_args(as, instantiation);
    il_reader reader = il_reader_of(il_text_blob(instantiation));
    il_read_u8(&reader);
    arity = il_read_compressed(&reader);
    return arity;
}

static void put_signature(il_text *out, uint8_t convention, uint32_t arity, uint32_t count,
                          const il_text *ret, const il_text *params) {
    il_put_method_header(out, (uint8_t)(convention | (arity ? IL_SIG_GENERIC : 0)), arity, count);
    il_put_bytes(out, ret->data, ret->size);
    il_put_bytes(out, params->data, params->size);
    out->out_of_memory |= ret->out_of_memory | params->out_of_memory;
}

uint32_t il_asm_method_ref(il_asm *as) {
    il_text ret = {0}, params = {0}, sig = {0}, instantiation = {0};
    uint32_t arity = 0, result;
    uint8_t convention = il_asm_convention(as);
    il_asm_type_sig(as, &ret);
    if (il_asm_at_text(as, "marshal")) {
        il_asm_next(as);
        il_asm_marshal(as, &sig);
        sig.size = 0;
    }
    member_path path = read_member_path(as);
    if (il_asm_take(as, '<'))
        arity = read_generics(as, &instantiation);
    il_asm_expect(as, '(');
    uint32_t count = il_asm_types(as, &params, ')', NULL);
    put_signature(&sig, convention, arity, count, &ret, &params);
    if (sig.out_of_memory || instantiation.out_of_memory)
        il_asm_no_memory(as);
    result = il_asm_ref_of(as, IL_ASM_METHOD, path.parent, path.name, il_text_blob(&sig));
    if (instantiation.size)
        result = il_asm_ref_of(as, IL_ASM_METHOD_SPEC, result, (il_asm_name){"", 0, 0},
                               il_text_blob(&instantiation));
    il_text_fini(&ret);
    il_text_fini(&params);
    il_text_fini(&sig);
    il_text_fini(&instantiation);
    return result;
}

uint32_t il_asm_field_ref(il_asm *as) {
    il_text sig = {0};
    il_put_u8(&sig, IL_SIG_FIELD);
    il_asm_type_sig(as, &sig);
    member_path path = read_member_path(as);
    if (sig.out_of_memory)
        il_asm_no_memory(as);
    uint32_t result = il_asm_ref_of(as, IL_ASM_FIELD, path.parent, path.name, il_text_blob(&sig));
    il_text_fini(&sig);
    return result;
}

/* "method" begins a reference here, but a type may begin with it as well: a function pointer has a
 * star before its parameters. */
static bool at_function_pointer(const il_asm *as) {
    il_lex lex = as->lex;
    il_lexeme t = as->t;
    bool star = false;
    while (t.kind != (il_lex_kind)'(' && t.kind != IL_LEX_SCOPE && t.kind != IL_LEX_END &&
           t.kind != IL_LEX_BAD) {
        star = t.kind == (il_lex_kind)'*';
        il_lex_next(&lex, &t);
    }
    return star && t.kind == (il_lex_kind)'(';
}

uint32_t il_asm_token_ref(il_asm *as) {
    if (il_asm_at_text(as, "method") && !at_function_pointer(as)) {
        il_asm_next(as);
        return il_asm_method_ref(as);
    }
    if (il_asm_take_text(as, "field"))
        return il_asm_field_ref(as);
    return il_asm_type_token(as);
}

uint32_t il_asm_call_sig(il_asm *as) {
    il_text ret = {0}, params = {0}, sig = {0};
    uint8_t convention = il_asm_convention(as);
    il_asm_type_sig(as, &ret);
    il_asm_expect(as, '(');
    uint32_t count = il_asm_types(as, &params, ')', NULL);
    put_signature(&sig, convention, 0, count, &ret, &params);
    if (sig.out_of_memory)
        il_asm_no_memory(as);
    uint32_t token = as->panic ? 0 : il_build_standalone_sig(as->build, il_text_blob(&sig));
    il_text_fini(&ret);
    il_text_fini(&params);
    il_text_fini(&sig);
    return token;
}

/* ---- Resolving ---- */

void il_asm_set_cell(il_asm *as, il_column column, uint32_t row, uint32_t token, bool wants_def,
                     il_asm_place place) {
    if (!IL_ASM_IS_REF(token)) {
        il_build_set(as->build, column, row, token);
        return;
    }
    il_asm_cell *cell = IL_ASM_ADD(as, &as->cells, il_asm_cell);
    if (cell)
        *cell = (il_asm_cell){column, row, token, wants_def, place};
}

/* The method that a call with variable arguments names: the same up to "...". 0 when there is none
 * in this module. */
static uint32_t vararg_definition(il_asm *as, const il_asm_ref *ref) {
    il_method_sig fixed;
    const il_method_sig *sig;
    uint32_t token = 0;
    mem_pool pool = {0};
    if (il_parse_method_sig(ref->signature, &pool, &sig, NULL) == IL_OK &&
        sig->sentinel <= sig->param_count) {
        il_text blob = {0};
        fixed = *sig;
        fixed.param_count = sig->sentinel;
        fixed.sentinel = UINT32_MAX;
        il_put_method_sig(&blob, &fixed);
        const il_asm_ref *definition =
            find_ref(as, IL_ASM_METHOD, ref->parent, (il_asm_name){ref->name, ref->name_size, 0},
                     il_text_blob(&blob));
        token = definition ? definition->token : 0;
        il_text_fini(&blob);
    }
    mem_pool_fini(&pool);
    return token;
}

static uint32_t token_of_ref(il_asm *as, const il_asm_ref *ref) {
    if (ref->kind == IL_ASM_METHOD_SPEC)
        return il_build_method_spec(as->build, ref_at(as, ref->parent & 0xFFFFFF)->token,
                                    ref->signature);
    uint32_t parent = ref->parent;
    bool vararg = ref->kind == IL_ASM_METHOD && ref->signature.size &&
                  (ref->signature.data[0] & IL_SIG_KIND_MASK) == IL_SIG_VARARG;
    if (vararg && IL_TOKEN_TABLE(parent) == IL_TypeDef) {
        uint32_t definition = vararg_definition(as, ref);
        parent = definition ? definition : parent;
    }
    return il_build_member_ref(as->build, parent, ref->name, ref->signature);
}

static void set_cell(il_asm *as, const il_asm_cell *cell) {
    const il_asm_ref *ref = ref_at(as, cell->ref & 0xFFFFFF);
    if (cell->wants_def && IL_TOKEN_TABLE(ref->token) != IL_MethodDef)
        il_asm_fail_at(as, cell->place, "no such method in this module");
    il_build_set(as->build, cell->column, cell->row, ref->token);
}

void il_asm_resolve(il_asm *as) {
    for (uint32_t i = 0; i < as->refs.count; i++) {
        il_asm_ref *ref = ref_at(as, i);
        if (ref->token == 0)
            ref->token = token_of_ref(as, ref);
    }
    for (uint32_t i = 0; i < as->cells.count; i++)
        set_cell(as, IL_ASM_ITEM(&as->cells, il_asm_cell, i));
    for (uint32_t i = 0; i < as->patches.count; i++) {
        uint8_t *at = (uint8_t *)as->code.data + *IL_ASM_ITEM(&as->patches, uint32_t, i);
        il_store32(at, ref_at(as, il_load32(at) & 0xFFFFFF)->token);
    }
}
