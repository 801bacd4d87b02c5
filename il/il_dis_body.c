/* The disassembler's method bodies: header lines, locals, instructions, exception blocks.
 *
 * Exception clauses are printed as nested blocks (.try { ... } catch X { ... }) when blocks say
 * exactly what the table says: every range starts and ends at an instruction, ranges nest, the
 * handlers of a try block follow it and each other without a gap, and the clauses come in the order
 * in which an assembler meets the ends of their handlers. Any other table is printed in the form
 * ".try IL_0000 to IL_0010 catch X handler IL_0010 to IL_0020" behind the code. */
#include <stdlib.h>

#include "il_dis_state.h"
#include "il_insn.h"

/* ---- Blocks ---- */

typedef enum block_kind { BLOCK_TRY, BLOCK_FILTER, BLOCK_HANDLER } block_kind;

typedef struct block {
    uint32_t start, end;
    block_kind kind;
    uint32_t clause; /* of a try block: the first that has it */
    uint32_t group;  /* the first clause of the try block that this one belongs to */
} block;

/* The exception table of one body, ready to be printed along with the code. */
typedef struct blocks {
    block *items; /* by start, outer before inner */
    uint32_t count, next;
    uint32_t *open; /* indexes in items of the blocks we are in, innermost last */
    uint32_t depth;
    uint32_t *closed; /* by depth: the block that closed last there, NO_BLOCK when none did */
} blocks;

enum { NO_BLOCK = UINT32_MAX };

/* A body and what is known of it while it is printed. */
typedef struct code {
    const il_body *body;
    uint32_t method_row;
    uint32_t local_count;
    uint8_t *starts; /* by offset: an instruction starts here; NULL: not known */
    blocks blocks;
} code;

static int compare_blocks(const void *a, const void *b) {
    const block *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    return 0;
}

/* Whether the clause continues the one before it: the same try block, directly behind its handler.
 */
static bool continues(const il_clause *before, const il_clause *clause, uint32_t start) {
    return before->try_offset == clause->try_offset && before->try_end == clause->try_end &&
           before->handler_end == start;
}

/* Lists the blocks of all clauses; false when a handler does not stand where a block would be. */
static bool list_blocks(const il_body *body, blocks *out) {
    il_clause before = {0};
    uint32_t group = 0;
    for (uint32_t i = 0; i < body->clause_count; i++) {
        il_clause c;
        il_body_clause(body, i, &c);
        uint32_t start = c.kind == IL_CLAUSE_FILTER ? c.token_or_filter : c.handler_offset;
        if (i == 0 || !continues(&before, &c, start)) {
            group = i;
            if (c.try_end != start)
                return false;
            out->items[out->count++] = (block){c.try_offset, c.try_end, BLOCK_TRY, i, group};
        }
        if (c.kind == IL_CLAUSE_FILTER)
            out->items[out->count++] = (block){start, c.handler_offset, BLOCK_FILTER, i, group};
        out->items[out->count++] =
            (block){c.handler_offset, c.handler_end, BLOCK_HANDLER, i, group};
        before = c;
    }
    return true;
}

/* Whether block i, about to be opened, lies in the innermost open one and, when it belongs to a try
 * block, follows its predecessor directly. */
static bool fits(const blocks *b, uint32_t i) {
    const block *item = &b->items[i];
    if (item->end <= item->start)
        return false;
    if (item->kind != BLOCK_TRY) {
        uint32_t before = b->closed[b->depth];
        if (before == NO_BLOCK || b->items[before].group != item->group ||
            b->items[before].end != item->start)
            return false;
    }
    if (b->depth == 0)
        return true;
    const block *outer = &b->items[b->open[b->depth - 1]];
    return item->end < outer->end || (item->end == outer->end && item->start > outer->start);
}

/* Whether the sorted blocks nest, and their handlers end in the order of the clauses. */
static bool blocks_nest(blocks *b) {
    uint32_t clause = 0;
    b->closed[0] = NO_BLOCK;
    for (uint32_t i = 0; i <= b->count; i++) {
        uint32_t start = i < b->count ? b->items[i].start : UINT32_MAX;
        while (b->depth && b->items[b->open[b->depth - 1]].end <= start) {
            const block *closed = &b->items[b->open[--b->depth]];
            b->closed[b->depth] = b->open[b->depth];
            if (closed->kind == BLOCK_HANDLER && closed->clause != clause++)
                return false;
        }
        if (i == b->count)
            break;
        if (!fits(b, i))
            return false;
        b->open[b->depth++] = i;
        b->closed[b->depth] = NO_BLOCK;
    }
    return true;
}

/* Marks what gets a label: where instructions start, each byte from the first that cannot be
 * decoded on, and the end of the code. */
static void mark_starts(const il_body *body, uint8_t *starts) {
    il_insn insn;
    uint32_t at = 0;
    for (; at < body->code_size; at += insn.size) {
        if (il_insn_read(body->code, body->code_size, at, &insn, NULL) != IL_OK)
            break;
        starts[at] = 1;
    }
    memset(starts + at, 1, body->code_size - at + 1);
}

/* Prepares the blocks of a body in pool. False when there are none or the table is not of that
 * form, or memory is short: then the clauses are listed. */
static bool prepare_blocks(const code *c, mem_pool *pool, blocks *out) {
    size_t most = (size_t)c->body->clause_count * 3;
    *out = (blocks){0};
    if (!most || !c->starts)
        return false;
    out->items = mem_pool_array(pool, most, sizeof *out->items);
    out->open = mem_pool_array(pool, most, sizeof *out->open);
    out->closed = mem_pool_array(pool, most + 1, sizeof *out->closed);
    if (!out->items || !out->open || !out->closed || !list_blocks(c->body, out))
        return false;
    qsort(out->items, out->count, sizeof *out->items, compare_blocks);
    for (uint32_t i = 0; i < out->count; i++) {
        if (!c->starts[out->items[i].start] || !c->starts[out->items[i].end])
            return false;
    }
    return blocks_nest(out);
}

static void open_block(il_dis *dis, const il_body *body, const block *b) {
    il_clause clause;
    il_body_clause(body, b->clause, &clause);
    if (b->kind == BLOCK_TRY) {
        il_dis_put_line(dis, ".try");
    } else if (b->kind == BLOCK_FILTER) {
        il_dis_put_line(dis, "filter");
    } else if (clause.kind == IL_CLAUSE_CATCH) {
        il_dis_line(dis);
        il_puts(dis->text, "catch ");
        il_dis_token(dis, IL_OPERAND_TYPE, clause.token_or_filter);
        il_put(dis->text, '\n');
    } else if (clause.kind != IL_CLAUSE_FILTER) {
        il_dis_put_line(dis, clause.kind == IL_CLAUSE_FAULT ? "fault" : "finally");
    }
    il_dis_open(dis);
}

/* Closes and opens what ends and starts at offset. */
static void put_blocks(il_dis *dis, const il_body *body, blocks *b, uint32_t offset) {
    static const char *const ENDS[] = {" // end .try", " // end filter", " // end handler"};
    while (b->depth && b->items[b->open[b->depth - 1]].end == offset)
        il_dis_close(dis, ENDS[b->items[b->open[--b->depth]].kind]);
    while (b->next < b->count && b->items[b->next].start == offset) {
        open_block(dis, body, &b->items[b->next]);
        b->open[b->depth++] = b->next++;
    }
}

static void put_label(il_text *text, uint32_t offset) {
    il_puts(text, "IL_");
    il_put_hex(text, offset, 4);
}

/* A place in the code, as a number when no label stands there. */
static void put_place(il_dis *dis, const code *c, uint32_t offset) {
    if (c->starts[offset])
        put_label(dis->text, offset);
    else
        il_put_unsigned(dis->text, offset);
}

static void put_range(il_dis *dis, const code *c, uint32_t start, uint32_t end) {
    put_place(dis, c, start);
    il_puts(dis->text, " to ");
    put_place(dis, c, end);
}

/* The clauses as the table has them. */
static void list_clauses(il_dis *dis, const code *c) {
    for (uint32_t i = 0; i < c->body->clause_count; i++) {
        il_clause clause;
        il_body_clause(c->body, i, &clause);
        il_dis_line(dis);
        il_puts(dis->text, ".try ");
        put_range(dis, c, clause.try_offset, clause.try_end);
        switch (clause.kind) {
        case IL_CLAUSE_CATCH:
            il_puts(dis->text, " catch ");
            il_dis_token(dis, IL_OPERAND_TYPE, clause.token_or_filter);
            break;
        case IL_CLAUSE_FILTER:
            il_puts(dis->text, " filter ");
            put_place(dis, c, clause.token_or_filter);
            break;
        case IL_CLAUSE_FINALLY: il_puts(dis->text, " finally"); break;
        case IL_CLAUSE_FAULT: il_puts(dis->text, " fault"); break;
        }
        il_puts(dis->text, " handler ");
        put_range(dis, c, clause.handler_offset, clause.handler_end);
        il_put(dis->text, '\n');
    }
}

/* ---- Operands ---- */

static il_status print_token(il_dis *dis, il_text *text, il_operand kind, uint32_t token,
                             il_error *error) {
    switch (kind) {
    case IL_OPERAND_METHOD: return il_print_method(text, dis->module, token, error);
    case IL_OPERAND_FIELD: return il_print_field(text, dis->module, token, error);
    case IL_OPERAND_TYPE: return il_print_type_token(text, dis->module, token, error);
    case IL_OPERAND_SIG: return il_print_call_sig(text, dis->module, token, error);
    default: return il_print_token(text, dis->module, token, error);
    }
}

/* Where the text of a token is kept. Only kinds that always print a table's rows alike have one; a
 * MemberRef of the wrong kind is an error, and errors are not kept. */
static il_dis_slice *slice_of(const il_dis *dis, il_operand kind, uint32_t token) {
    il_table table = IL_TOKEN_TABLE(token);
    uint32_t row = IL_TOKEN_ROW(token);
    if (kind == IL_OPERAND_TOKEN || (unsigned)table >= IL_TABLE_COUNT || !dis->slices[table] ||
        row == 0 || row > il_rows(dis->module, table))
        return NULL;
    return &dis->slices[table][row];
}

void il_dis_token(il_dis *dis, il_operand kind, uint32_t token) {
    il_dis_slice *slice = slice_of(dis, kind, token);
    if (slice && slice->size) {
        il_put_bytes(dis->text, dis->names.data + slice->offset, slice->size);
        return;
    }
    il_error error;
    size_t start = dis->text->size;
    if (print_token(dis, dis->text, kind, token, &error) != IL_OK) {
        dis->text->size = start;
        il_dis_note(dis, &error);
        return;
    }
    size_t size = dis->text->size - start, offset = dis->names.size;
    if (!slice || dis->text->out_of_memory || offset + size > UINT32_MAX)
        return;
    il_put_bytes(&dis->names, dis->text->data + start, size);
    if (!dis->names.out_of_memory) /* the names are only a cache: do without */
        *slice = (il_dis_slice){(uint32_t)offset, (uint32_t)size};
}

static void put_user_string(il_dis *dis, uint32_t token) {
    il_blob text = il_user_string(dis->module, token);
    il_error error;
    if (text.data) {
        il_dis_put_string(dis, text);
        return;
    }
    il_fail(&error, IL_BAD_METADATA, IL_NO_OFFSET, token, "%s: token %08x names no user string",
            il_module_path(dis->module), token);
    il_dis_note(dis, &error);
}

/* An argument by its name where there is one; else, and for a name that two have, by its number. */
static void put_argument(il_dis *dis, uint32_t method_row, uint32_t number) {
    const il_module *m = dis->module;
    il_blob signature = il_blob_cell(m, IL_MethodDef_Signature, method_row);
    uint32_t this_args = signature.size && (signature.data[0] & 0x60) == 0x20; /* not explicit */
    il_range params = il_list(m, IL_MethodDef_ParamList, method_row);
    const char *name = NULL;
    for (uint32_t at = params.first; at < params.end && number >= this_args; at++) {
        uint32_t param = il_list_row(m, IL_MethodDef_ParamList, at);
        uint32_t sequence = il_cell(m, IL_Param_Sequence, param);
        if (sequence && sequence == number - this_args + 1)
            name = il_name(m, IL_Param_Name, param);
    }
    for (uint32_t at = params.first, same = 0; name && at < params.end; at++) {
        uint32_t param = il_list_row(m, IL_MethodDef_ParamList, at);
        if (strcmp(il_name(m, IL_Param_Name, param), name) == 0 && same++)
            name = NULL;
    }
    if (name && *name)
        il_print_id(dis->text, name);
    else
        il_put_unsigned(dis->text, number);
}

static void put_variable(il_dis *dis, const code *c, const il_insn *insn) {
    if (!il_names_a_local(insn->opcode)) {
        put_argument(dis, c->method_row, (uint32_t)insn->u.i);
        return;
    }
    if (!c->body || insn->u.i < c->local_count)
        il_puts(dis->text, "V_");
    il_put_unsigned(dis->text, (uint64_t)insn->u.i);
}

static void put_float(il_dis *dis, const il_insn *insn) {
    uint64_t bits;
    memcpy(&bits, &insn->u.r, sizeof bits);
    if (il_opcode_get(insn->opcode)->operand == IL_OPERAND_R4)
        il_dis_put_float32(dis, il_narrow_float(bits));
    else
        il_dis_put_float64(dis, bits);
}

/* A target has a label where an instruction starts; any other is written as the distance it is. */
static void put_target(il_dis *dis, const code *c, const il_insn *insn, uint32_t target) {
    if (c->starts && (target >= c->body->code_size || !c->starts[target]))
        il_put_signed(dis->text, (int32_t)(target - insn->offset - insn->size));
    else
        put_label(dis->text, target);
}

static void put_switch(il_dis *dis, const code *c, const il_insn *insn) {
    il_put(dis->text, '(');
    for (uint32_t i = 0; i < insn->u.cases.count && !dis->text->out_of_memory; i++) {
        il_put(dis->text, '\n');
        il_put_spaces(dis->text, dis->indent + 22);
        put_target(dis, c, insn, il_insn_case(insn, i));
        if (i + 1 < insn->u.cases.count)
            il_put(dis->text, ',');
    }
    il_put(dis->text, ')');
}

static void put_operand(il_dis *dis, const code *c, const il_insn *insn) {
    il_operand operand = (il_operand)il_opcode_get(insn->opcode)->operand;
    switch (operand) {
    case IL_OPERAND_NONE: break;
    case IL_OPERAND_I1:
    case IL_OPERAND_U1: il_put_signed(dis->text, insn->u.i); break;
    case IL_OPERAND_I4:
        il_puts(dis->text, "0x");
        il_put_hex(dis->text, (uint32_t)insn->u.i, 1);
        break;
    case IL_OPERAND_I8:
        il_puts(dis->text, "0x");
        il_put_hex(dis->text, (uint64_t)insn->u.i, 1);
        break;
    case IL_OPERAND_R4:
    case IL_OPERAND_R8: put_float(dis, insn); break;
    case IL_OPERAND_BRANCH1:
    case IL_OPERAND_BRANCH4: put_target(dis, c, insn, insn->u.target); break;
    case IL_OPERAND_SWITCH: put_switch(dis, c, insn); break;
    case IL_OPERAND_VAR1:
    case IL_OPERAND_VAR2: put_variable(dis, c, insn); break;
    case IL_OPERAND_STRING: put_user_string(dis, insn->u.token); break;
    case IL_OPERAND_METHOD:
    case IL_OPERAND_FIELD:
    case IL_OPERAND_TYPE:
    case IL_OPERAND_TOKEN:
    case IL_OPERAND_SIG: il_dis_token(dis, operand, insn->u.token); break;
    }
}

static void put_insn(il_dis *dis, const code *c, const il_insn *insn) {
    enum { OPERAND_COLUMN = 11 };
    const il_opcode_info *info = il_opcode_get(insn->opcode);
    il_puts(dis->text, info->text);
    if (info->operand == IL_OPERAND_NONE)
        return;
    size_t length = strlen(info->text);
    il_put_spaces(dis->text, length < OPERAND_COLUMN ? OPERAND_COLUMN - length : 1);
    put_operand(dis, c, insn);
}

void il_dis_one_insn(il_dis *dis, uint32_t method_row, const il_insn *insn) {
    code c = {.method_row = method_row};
    put_insn(dis, &c, insn);
}

/* ---- The body ---- */

static void put_locals(il_dis *dis, code *c, mem_pool *pool) {
    const il_body *body = c->body;
    const il_method_sig *locals;
    il_error error;
    if (!body->locals_token) {
        if (body->init_locals) /* the flag alone, as compilers set it in fat headers */
            il_dis_put_line(dis, ".locals init ()");
        return;
    }
    il_blob blob =
        il_blob_cell(dis->module, IL_StandAloneSig_Signature, IL_TOKEN_ROW(body->locals_token));
    il_dis_line(dis);
    if (il_parse_locals_sig(blob, pool, &locals, &error) != IL_OK) {
        il_puts(dis->text, "// .locals ");
        il_dis_note(dis, &error);
        return;
    }
    il_puts(dis->text, body->init_locals ? ".locals init (" : ".locals (");
    for (uint32_t i = 0; i < locals->param_count && !dis->text->out_of_memory; i++) {
        if (i) {
            il_puts(dis->text, ",\n");
            il_put_spaces(dis->text, dis->indent + (body->init_locals ? 14 : 9));
        }
        if (il_print_type(dis->text, dis->module, locals->params[i], &error) != IL_OK)
            il_dis_note(dis, &error);
        il_puts(dis->text, " V_");
        il_put_unsigned(dis->text, i);
    }
    il_puts(dis->text, ")\n");
    c->local_count = locals->param_count;
}

static void put_line_label(il_dis *dis, uint32_t offset) {
    il_dis_line(dis);
    put_label(dis->text, offset);
    il_puts(dis->text, ":  ");
}

/* What cannot be decoded is written byte by byte. */
static void put_undecodable(il_dis *dis, code *c, uint32_t at, il_error *error) {
    il_dis_line(dis);
    il_dis_note(dis, error);
    for (; at < c->body->code_size && !dis->text->out_of_memory; at++) {
        put_blocks(dis, c->body, &c->blocks, at);
        put_line_label(dis, at);
        il_putf(dis->text, ".emitbyte 0x%02x\n", c->body->code[at]);
    }
}

static void put_code(il_dis *dis, code *c) {
    const il_body *body = c->body;
    il_insn insn;
    il_error error;
    for (uint32_t at = 0; at < body->code_size && !dis->text->out_of_memory; at += insn.size) {
        put_blocks(dis, body, &c->blocks, at);
        if (il_insn_read(body->code, body->code_size, at, &insn, &error) != IL_OK) {
            put_undecodable(dis, c, at, &error);
            break;
        }
        put_line_label(dis, at);
        put_insn(dis, c, &insn);
        il_put(dis->text, '\n');
        il_dis_flush(dis);
    }
    put_blocks(dis, body, &c->blocks, body->code_size);
}

/* The clauses behind the code, and a label for the end of it, which their ranges may name. */
static void put_clauses(il_dis *dis, const code *c) {
    il_dis_line(dis);
    put_label(dis->text, c->body->code_size);
    il_puts(dis->text, ":\n");
    list_clauses(dis, c);
}

void il_dis_body(il_dis *dis, uint32_t method_row, const il_body *body) {
    mem_pool pool = {0};
    code c = {.body = body, .method_row = method_row};
    c.starts = mem_pool_alloc(&pool, (size_t)body->code_size + 1);
    if (c.starts)
        mark_starts(body, c.starts);
    else
        dis->text->out_of_memory = true;
    bool nested = prepare_blocks(&c, &pool, &c.blocks);
    if (!nested)
        c.blocks = (blocks){0};
    il_dis_line(dis);
    il_puts(dis->text, "// Code size       ");
    il_put_unsigned(dis->text, body->code_size);
    il_puts(dis->text, " (0x");
    il_put_hex(dis->text, body->code_size, 1);
    il_puts(dis->text, ")\n");
    il_dis_line(dis);
    il_puts(dis->text, ".maxstack  ");
    il_put_unsigned(dis->text, body->max_stack);
    il_put(dis->text, '\n');
    put_locals(dis, &c, &pool);
    put_code(dis, &c);
    if (!nested && body->clause_count && c.starts)
        put_clauses(dis, &c);
    mem_pool_fini(&pool);
}
