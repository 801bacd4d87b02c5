/* The assembler's methods up to the brace (II.15): flags, signature, parameters. */
#include "il_asm_state.h"

enum {
    METHOD_ACCESS = 0x7,
    METHOD_STATIC = 0x10,
    METHOD_SPECIAL_NAMES = 0x1800,
    METHOD_PINVOKE = 0x2000,
    PARAM_HAS_MARSHAL = 0x2000
};

void il_asm_method_free(il_asm *as) {
    il_asm_method_state *m = &as->method;
    il_asm_list *const lists[] = {&m->params, &m->local_names, &m->local_types,
                                  &m->labels, &m->uses,        &m->clauses};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        mem_free(lists[i]->items);
    mem_free(m->label_index.slots);
    mem_free(m->label_index.hashes);
    il_text_fini(&m->signature);
}

/* ---- Platform invoke (II.15.5.2) ---- */

typedef struct pinvoke {
    bool present;
    uint32_t flags, module; /* module 0: pinvokeimpl() says nothing more */
    const char *entry;      /* NULL: the method's name */
} pinvoke;

static const char *read_string(il_asm *as) {
    as->scratch.size = 0;
    il_asm_quoted(as, &as->scratch);
    return il_asm_keep_string(as, as->scratch.data, as->scratch.size);
}

/* Behind pinvokeimpl: ("library" as "entry" flags) */
static void read_pinvoke(il_asm *as, pinvoke *out) {
    out->present = true;
    il_asm_expect(as, '(');
    if (il_asm_at(as, IL_LEX_STRING)) {
        const char *library = read_string(as);
        if (il_asm_take_text(as, "as"))
            out->entry = read_string(as);
        out->flags = il_asm_flags(as, IL_ASM_SET_PINVOKE);
        if (!as->panic)
            out->module = il_build_module_ref(as->build, library);
    }
    il_asm_expect(as, ')');
}

/* ---- Parameters ---- */

/* A parameter as the header has it, before the method has a row. */
typedef struct header_param {
    il_asm_name name;
    bool named;
    uint32_t flags;
    il_blob marshal;
} header_param;

static il_blob read_marshal(il_asm *as) {
    il_text text = {0};
    il_asm_marshal(as, &text);
    if (text.out_of_memory)
        il_asm_no_memory(as);
    il_blob blob = il_asm_keep(as, text.data, text.size);
    il_text_fini(&text);
    return blob;
}

static void read_param(il_asm *as, il_text *types, header_param *out) {
    out->flags = il_asm_flags(as, IL_ASM_SET_PARAM);
    il_asm_type_sig(as, types);
    if (il_asm_take_text(as, "marshal"))
        out->marshal = read_marshal(as);
    out->named = il_asm_at_id(as);
    if (out->named)
        out->name = il_asm_id(as);
}

/* Appends the types to the signature and the rest to params. */
static uint32_t read_params(il_asm *as, il_text *types, il_asm_list *params) {
    uint32_t count = 0;
    while (!il_asm_ends(as, ')')) {
        if (count)
            il_asm_expect(as, ',');
        if (il_asm_take(as, IL_LEX_ELLIPSIS)) /* vararg says so already */
            break;
        header_param *param = IL_ASM_ADD(as, params, header_param);
        if (!param)
            break;
        read_param(as, types, param);
        count++;
    }
    il_asm_expect(as, ')');
    return count;
}

static uint32_t add_param(il_asm *as, uint32_t sequence, const header_param *param) {
    uint32_t flags = param->flags | (param->marshal.size ? PARAM_HAS_MARSHAL : 0);
    uint32_t row = il_build_param(as->build, as->method.token, (uint16_t)sequence,
                                  il_asm_c_string(as, param->name), (uint16_t)flags);
    if (param->marshal.size)
        il_build_field_marshal(as->build, row, param->marshal);
    return row;
}

/* A Param row for the return value and each parameter of which more is said than a type. */
static void add_params(il_asm *as, const il_asm_list *params) {
    as->method.params.count = 0;
    for (uint32_t i = 0; i < params->count; i++) {
        const header_param *from = IL_ASM_ITEM(params, header_param, i);
        il_asm_param *param = IL_ASM_ADD(as, &as->method.params, il_asm_param);
        if (!param)
            return;
        param->name = from->name;
        if (from->named || from->flags || from->marshal.size)
            param->row = add_param(as, i, from);
    }
}

uint32_t il_asm_param_row(il_asm *as, uint32_t sequence) {
    il_asm_param *param = IL_ASM_ITEM(&as->method.params, il_asm_param, sequence);
    if (!param->row)
        param->row = il_build_param(as->build, as->method.token, (uint16_t)sequence, "", 0);
    return param->row;
}

/* ---- The header ---- */

typedef struct method_head {
    uint32_t flags, impl_flags;
    uint8_t convention;
    pinvoke pinvoke;
    il_text ret, types;
    il_asm_list params; /* header_param by sequence */
    il_asm_name name;
    il_asm_place place; /* of the name */
} method_head;

static void read_method_flags(il_asm *as, method_head *head) {
    for (;;) {
        if (il_asm_take_text(as, "pinvokeimpl"))
            read_pinvoke(as, &head->pinvoke);
        else if (!il_asm_flag(as, IL_ASM_SET_METHOD, &head->flags))
            break;
    }
    if (head->pinvoke.present)
        head->flags |= METHOD_PINVOKE;
}

/* Whether the method has a this parameter is said twice, by "static" and by "instance". */
static void agree_on_this(il_asm *as, method_head *head) {
    if (IL_TOKEN_ROW(as->type) == 1)
        head->flags |= METHOD_STATIC;
    if (!(head->flags & METHOD_STATIC))
        head->convention |= IL_SIG_HASTHIS;
    else if (head->convention & IL_SIG_HASTHIS)
        il_asm_fail_at(as, head->place, "a method cannot be both static and instance");
}

static bool is_constructor(const il_asm_name *name) {
    return (name->size == 5 && memcmp(name->start, ".ctor", 5) == 0) ||
           (name->size == 6 && memcmp(name->start, ".cctor", 6) == 0);
}

static void add_method(il_asm *as, method_head *head) {
    il_text *sig = &as->method.signature;
    uint32_t count = head->params.count - 1;
    agree_on_this(as, head);
    if (is_constructor(&head->name))
        head->flags |= METHOD_SPECIAL_NAMES;
    sig->size = 0;
    il_put_method_header(sig, head->convention, as->method_params.count, count);
    il_put_bytes(sig, head->ret.data, head->ret.size);
    il_put_bytes(sig, head->types.data, head->types.size);
    if (sig->out_of_memory || head->ret.out_of_memory || head->types.out_of_memory)
        il_asm_no_memory(as);
    uint32_t token = as->method.token;
    il_build_set(as->build, IL_MethodDef_Flags, token, head->flags);
    il_build_set(as->build, IL_MethodDef_Name, token,
                 il_build_string(as->build, il_asm_c_string(as, head->name)));
    il_build_set(as->build, IL_MethodDef_Signature, token,
                 il_build_blob(as->build, il_text_blob(sig)));
    if (!il_asm_define(as, IL_ASM_METHOD, as->type, head->name, il_text_blob(sig), token) &&
        (head->flags & METHOD_ACCESS) != 0)
        il_asm_fail_at(as, head->place, "a second method %.*s with the same signature",
                       (int)head->name.size, head->name.start);
}

static void add_pinvoke(il_asm *as, const method_head *head) {
    if (!head->pinvoke.module)
        return;
    const char *entry = head->pinvoke.entry ? head->pinvoke.entry : il_asm_c_string(as, head->name);
    il_build_impl_map(as->build, as->method.token, (uint16_t)head->pinvoke.flags, entry,
                      head->pinvoke.module);
}

/* The return type may name type parameters, which come later: then they are listed first. */
static void read_return(il_asm *as, il_text *out) {
    il_asm_mark start = il_asm_mark_here(as);
    as->named_variable = false;
    as->foresee = true;
    il_asm_type_sig(as, out);
    as->foresee = false;
    if (!as->named_variable || as->panic)
        return;
    if (il_asm_take_text(as, "marshal"))
        read_marshal(as);
    il_asm_member(as);
    if (il_asm_take(as, '<'))
        il_asm_list_generics(as, &as->method_params);
    if (as->panic)
        return;
    il_asm_return_to(as, &start);
    out->size = 0;
    il_asm_type_sig(as, out);
}

static void read_head(il_asm *as, method_head *head) {
    header_param *ret = IL_ASM_ADD(as, &head->params, header_param);
    read_method_flags(as, head);
    head->convention = il_asm_convention(as);
    if (ret)
        ret->flags = il_asm_flags(as, IL_ASM_SET_PARAM);
    /* The row comes first, so that generic parameters have an owner. */
    as->method.token = il_build_add(as->build, IL_MethodDef, as->type);
    read_return(as, &head->ret);
    if (il_asm_take_text(as, "marshal") && ret)
        ret->marshal = read_marshal(as);
    head->place = il_asm_here(as);
    head->name = il_asm_member(as);
    if (il_asm_take(as, '<'))
        il_asm_generics(as, &as->method_params, as->method.token);
    il_asm_expect(as, '(');
    read_params(as, &head->types, &head->params);
    head->impl_flags = il_asm_flags(as, IL_ASM_SET_IMPL);
    il_asm_expect(as, '{');
}

static void end_method(il_asm *as, uint32_t owner) {
    as->in_method = false;
    as->method_params.count = 0;
    as->custom_owner = owner;
}

void il_asm_method(il_asm *as) {
    method_head head = {0};
    uint32_t owner = as->custom_owner;
    as->method_params.count = 0;
    read_head(as, &head);
    if (!as->panic) {
        add_method(as, &head);
        add_pinvoke(as, &head);
        add_params(as, &head.params);
        il_build_set(as->build, IL_MethodDef_ImplFlags, as->method.token, head.impl_flags);
        as->method.name = head.name;
        as->method.convention = head.convention;
        as->in_method = true;
        as->custom_owner = as->method.token;
        il_asm_body_read(as);
    }
    mem_free(head.params.items);
    il_text_fini(&head.ret);
    il_text_fini(&head.types);
    end_method(as, owner);
}
