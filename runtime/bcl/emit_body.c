/* Method bodies out of an ILGenerator: the code with its tokens replaced, the local variables, the
 * exception clauses, in the encoding of II.25.4.
 *
 * The generator's tokens are not those of the file. In a module's methods a token is either one
 * that the module has given out, or a number that RegisterToken has bound to a builder: those are
 * counted downwards from the highest row, and lie beyond the rows that there are. In a
 * DynamicMethod it is one more than an index into the method's array of references. Code that
 * cannot be decoded is kept as it is: lowering refuses it, naming the method. */
#include "runtime/bcl/emit.h"

#include "runtime/runtime.h"

enum {
    FAT_FORMAT = 0x3,
    FAT_MORE_SECTIONS = 0x8,
    FAT_INIT_LOCALS = 0x10,
    FAT_HEADER_WORDS = 3 << 12,
    SECTION_FAT_EXCEPTIONS = 0x41,
    FAT_CLAUSE_SIZE = 24,
    PLAIN_MAX_STACK = 8
};

/* ---- Tokens ---- */

static bool has_token(il_opcode opcode) {
    uint8_t operand = il_opcode_get(opcode)->operand;
    return operand >= IL_OPERAND_METHOD && operand <= IL_OPERAND_SIG;
}

static struct object *named_by(const struct emitter *e, uint32_t token) {
    il_table table = IL_TOKEN_TABLE(token);
    if (!e->refs && table < IL_TABLE_COUNT && IL_TOKEN_ROW(token) > il_build_rows(e->build, table))
        return bcl_get(e->thread->rt, e->module, token);
    if (!e->refs)
        return NULL;
    return token - 1 < emit_count(e->refs) ? emit_item(e->refs, token - 1) : NULL;
}

static uint32_t translate(struct emitter *e, uint32_t token, il_opcode opcode) {
    struct object *named = named_by(e, token);
    if (named)
        return emit_token(e, named, opcode != IL_OP_LDTOKEN);
    return e->refs ? 0 : token;
}

static void translate_code(struct emitter *e, uint8_t *code, uint32_t size) {
    il_insn insn;
    for (uint32_t offset = 0; offset < size && !e->thread->exception; offset += insn.size) {
        if (il_insn_read(code, size, offset, &insn, NULL) != IL_OK)
            return;
        if (!has_token(insn.opcode))
            continue;
        uint32_t token = translate(e, insn.u.token, insn.opcode);
        uint8_t *operand = code + offset + insn.size - 4;
        for (int i = 0; i < 4; i++)
            operand[i] = (uint8_t)(token >> 8 * i);
    }
}

/* ---- Local variables ---- */

static uint32_t locals_token(struct emitter *e, struct array *locals, uint32_t count) {
    il_text sig = {0};
    uint32_t token = 0;
    if (count == 0)
        return 0;
    il_put_list_header(&sig, IL_SIG_LOCALS, count);
    for (uint32_t i = 0; i < count && !e->thread->exception; i++) {
        struct object *local = emit_item(locals, i);
        if (emit_get_bool(local, "is_pinned"))
            il_put_element(&sig, IL_TYPE_PINNED);
        emit_put_type_object(e, &sig, emit_get(local, "type"), NULL, NULL);
    }
    if (!sig.out_of_memory && !e->thread->exception)
        token = il_build_standalone_sig(e->build, il_text_blob(&sig));
    il_text_fini(&sig);
    return token;
}

/* ---- Exception clauses ---- */

static uint32_t catch_token(struct emitter *e, struct object *type) {
    const struct type *caught = emit_type_of(e->thread, type);
    return caught ? emit_type_token(e, caught, true) : 0;
}

/* The handlers of one try block. A finally block protects the handlers before it, too. */
static void put_try(struct emitter *e, il_text *out, const struct array *infos, uint32_t i) {
    struct array *handlers = *(struct array **)emit_element(infos, i, "handlers");
    uint32_t start = *(uint32_t *)emit_element(infos, i, "start");
    uint32_t length = *(uint32_t *)emit_element(infos, i, "len");
    uint32_t covered = length;
    for (uint32_t k = 0; k < emit_count(handlers); k++) {
        int32_t kind = *(int32_t *)emit_element(handlers, k, "type");
        struct object *type = *(struct object **)emit_element(handlers, k, "extype");
        uint32_t from = *(uint32_t *)emit_element(handlers, k, "start");
        uint32_t size = *(uint32_t *)emit_element(handlers, k, "len");
        uint32_t filter = *(uint32_t *)emit_element(handlers, k, "filter_offset");
        bool whole = kind == IL_CLAUSE_FINALLY || kind == IL_CLAUSE_FAULT;
        il_put_u32(out, (uint32_t)kind);
        il_put_u32(out, start);
        il_put_u32(out, whole ? covered : length);
        il_put_u32(out, from);
        il_put_u32(out, size);
        il_put_u32(out, type ? catch_token(e, type) : kind == IL_CLAUSE_FILTER ? filter : 0);
        covered = from + size - start;
    }
}

/* Try blocks stand in the order in which they were begun; the format wants inner ones first. */
static void put_clauses(struct emitter *e, il_text *out, const struct array *infos) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < emit_count(infos); i++)
        count += emit_count(*(struct array **)emit_element(infos, i, "handlers"));
    while (out->size % 4 && !out->out_of_memory)
        il_put_u8(out, 0);
    il_put_u32(out, SECTION_FAT_EXCEPTIONS | (4 + count * FAT_CLAUSE_SIZE) << 8);
    for (uint32_t i = emit_count(infos); i > 0 && !e->thread->exception; i--)
        put_try(e, out, infos, i - 1);
}

/* ---- Bodies ---- */

static void put_header(il_text *out, uint32_t flags, uint32_t max_stack, uint32_t size,
                       uint32_t locals) {
    il_put_u16(out, (uint16_t)(FAT_FORMAT | FAT_HEADER_WORDS | flags));
    il_put_u16(out, (uint16_t)(max_stack < UINT16_MAX ? max_stack : UINT16_MAX));
    il_put_u32(out, size);
    il_put_u32(out, locals);
}

static void put_code(struct emitter *e, il_text *out, il_blob code) {
    uint8_t *copy = mem_alloc(code.size + 1);
    if (!copy) {
        exec_throw_object(e->thread, e->thread->out_of_memory);
        return;
    }
    memcpy(copy, code.data, code.size);
    translate_code(e, copy, (uint32_t)code.size);
    il_put_bytes(out, copy, code.size);
    mem_free(copy);
}

static void set_body(struct emitter *e, uint32_t method, il_text *body) {
    if (body->out_of_memory)
        exec_throw_object(e->thread, e->thread->out_of_memory);
    else if (!e->thread->exception)
        il_build_body(e->build, method, body->data, body->size);
    il_text_fini(body);
}

void emit_body(struct emitter *e, uint32_t method, struct object *generator, bool init_locals) {
    struct array *locals = emit_get_array(generator, "locals");
    struct array *handlers = emit_get_array(generator, "ex_handlers");
    il_blob code = emit_bytes(emit_get_array(generator, "code"));
    uint32_t size = (uint32_t)emit_get_int(generator, "code_len");
    uint32_t flags = (init_locals ? FAT_INIT_LOCALS : 0u) | (handlers ? FAT_MORE_SECTIONS : 0u);
    il_text body = {0};
    code.size = size < code.size ? size : code.size;
    put_header(&body, flags, (uint32_t)emit_get_int(generator, "max_stack"), (uint32_t)code.size,
               locals_token(e, locals, emit_count(locals)));
    put_code(e, &body, code);
    if (handlers)
        put_clauses(e, &body, handlers);
    set_body(e, method, &body);
}

void emit_plain_body(struct emitter *e, uint32_t method, il_blob code, bool init_locals) {
    il_text body = {0};
    put_header(&body, init_locals ? FAT_INIT_LOCALS : 0, PLAIN_MAX_STACK, (uint32_t)code.size, 0);
    put_code(e, &body, code);
    set_body(e, method, &body);
}
