/* The body editor's other half: deciding how a list of instructions becomes bytes, and writing
 * them.
 *
 * Branches start short and are made long while some target is out of reach; offsets only grow, so
 * the result is the smallest. Max stack is the highest depth over a walk in order: a branch notes
 * its depth at its target, and after an instruction that control does not pass the depth is what
 * was noted, or 0. When a branch backwards raises a depth already used, the walk is repeated. */
#include "il_body.h"
#include "il_bytes.h"
#include "il_edit_state.h"
#include "il_encode.h"
#include "il_insn.h"

/* ---- Stack depth ---- */

enum { UNKNOWN_DEPTH = -1, MAX_WALKS = 8 };

typedef struct walk {
    il_edit *edit;
    il_error *err;
    bool again; /* a depth that was already used has risen */
    il_status status;
} walk;

static void note_depth(walk *w, const il_instr *from, il_instr *target, int32_t depth) {
    if (target->depth >= depth)
        return;
    target->depth = depth;
    if (target->offset <= from->offset)
        w->again = true;
}

static void note_targets(walk *w, const il_instr *node, int32_t depth) {
    if (node->opcode == IL_OP_LEAVE || node->opcode == IL_OP_LEAVE_S)
        depth = 0;
    if (node->opcode != IL_OP_SWITCH) {
        note_depth(w, node, node->u.target, depth);
        return;
    }
    for (uint32_t i = 0; i < node->u.targets->count; i++)
        note_depth(w, node, node->u.targets->at[i], depth);
}

/* The number of parameters and the first byte of the return type behind its modifiers. */
static bool read_shape(il_blob sig, uint32_t *params, uint8_t *element) {
    il_reader in = il_reader_of(sig);
    if (il_read_u8(&in) & IL_SIG_GENERIC)
        il_read_compressed(&in);
    *params = il_read_compressed(&in);
    *element = il_read_u8(&in);
    while (*element == IL_TYPE_CMOD_REQD || *element == IL_TYPE_CMOD_OPT) {
        il_read_type_token(&in);
        *element = il_read_u8(&in);
    }
    return !in.bad;
}

/* The depth after a call, from its signature alone. */
static int32_t step_call(walk *w, const il_instr *node, int32_t depth) {
    const il_edit_host *host = &w->edit->state->host;
    il_blob sig = {NULL, 0};
    uint32_t params;
    uint8_t element;
    if (host->method_sig)
        sig = host->method_sig(host->user, node->u.token);
    if (!read_shape(sig, &params, &element)) {
        if (w->status == IL_OK)
            w->status = il_fail(w->err, IL_BAD_BODY, node->offset, node->u.token,
                                "%s: the signature of token %08x is not known",
                                il_opcodes[node->opcode].text, node->u.token);
        return depth;
    }
    bool creates = node->opcode == IL_OP_NEWOBJ;
    bool has_this = (sig.data[0] & (IL_SIG_HASTHIS | IL_SIG_EXPLICITTHIS)) == IL_SIG_HASTHIS;
    int64_t pops = (int64_t)params + (has_this && !creates) + (node->opcode == IL_OP_CALLI);
    return (pops > depth ? 0 : depth - (int32_t)pops) + (creates || element != IL_TYPE_VOID);
}

/* The depth after an instruction; UNKNOWN_DEPTH when control does not go on from it. */
static int32_t step(walk *w, const il_instr *node, int32_t depth) {
    const il_opcode_info *info = &il_opcodes[node->opcode];
    int32_t after = (info->pops > depth ? 0 : depth - info->pops) + info->pushes;
    if (info->flow == IL_FLOW_NEXT) /* first, for it is most of them */
        return after;
    if (info->flow == IL_FLOW_CALL)
        return step_call(w, node, depth);
    if (info->flow == IL_FLOW_COND_BRANCH || info->flow == IL_FLOW_BRANCH)
        note_targets(w, node, after);
    return il_flow_ends(info->flow) ? UNKNOWN_DEPTH : after;
}

static int32_t walk_once(walk *w) {
    int32_t depth = 0, highest = 0;
    IL_EDIT_EACH(w->edit, node) {
        if (node->depth > depth)
            depth = node->depth;
        else if (depth < 0)
            depth = 0;
        node->depth = depth;
        if (depth > highest)
            highest = depth;
        depth = step(w, node, depth);
    }
    return depth > highest ? depth : highest;
}

/* A catch or filter block finds the exception on its stack. */
static void note_handlers(il_edit *edit) {
    for (uint32_t i = 0; i < edit->clause_count; i++) {
        il_edit_clause *c = &edit->clauses[i];
        bool object = c->kind == IL_CLAUSE_CATCH || c->kind == IL_CLAUSE_FILTER;
        c->handler_start->depth = object;
        if (c->filter)
            c->filter->depth = object;
    }
}

static il_status plan_stack(il_edit *edit, il_error *err) {
    walk w = {.edit = edit, .err = err, .again = true};
    int32_t highest = 0;
    note_handlers(edit);
    for (int walks = 0; w.again && walks < MAX_WALKS && w.status == IL_OK; walks++) {
        w.again = false;
        highest = walk_once(&w);
    }
    if (w.status == IL_OK && highest > UINT16_MAX)
        return il_fail(err, IL_BAD_BODY, IL_NO_OFFSET, 0, "a stack of %d slots", (int)highest);
    edit->state->plan.max_stack = (uint32_t)highest;
    return w.status;
}

/* ---- Offsets ---- */

static uint32_t size_of(const il_instr *node) {
    return node->size ? node->size : 5 + 4 * node->u.targets->count;
}

static void set_branch(il_instr *node, il_opcode opcode) {
    node->opcode = (uint16_t)opcode;
    node->size = 1 + il_operand_size[il_opcodes[opcode].operand];
}

/* Gives every instruction its offset, and at first makes it ready: no depth, branches short. False
 * when the code passes 2 GiB. */
static bool place(il_edit *edit, bool first) {
    uint64_t offset = 0;
    IL_EDIT_EACH(edit, node) {
        if (first) {
            node->depth = UNKNOWN_DEPTH;
            if (il_opcodes[node->opcode].operand == IL_OPERAND_BRANCH4)
                set_branch(node, il_short_branch((il_opcode)node->opcode));
        }
        node->offset = (uint32_t)offset;
        offset += size_of(node);
    }
    edit->end.offset = edit->state->plan.code_size = (uint32_t)offset;
    edit->end.depth = UNKNOWN_DEPTH;
    return offset <= INT32_MAX;
}

static bool lengthen_branches(il_edit *edit) {
    bool longer = false;
    IL_EDIT_EACH(edit, node) {
        if (il_opcodes[node->opcode].operand != IL_OPERAND_BRANCH1)
            continue;
        int64_t distance = (int64_t)node->u.target->offset - node->next->offset;
        if (distance < INT8_MIN || distance > INT8_MAX) {
            set_branch(node, il_long_branch((il_opcode)node->opcode));
            longer = true;
        }
    }
    return longer;
}

static il_status plan_code(il_edit *edit, il_error *err) {
    bool placed = place(edit, true);
    while (placed && edit->state->plan.code_size > INT8_MAX && lengthen_branches(edit))
        placed = place(edit, false);
    return placed ? IL_OK : il_fail(err, IL_BAD_BODY, IL_NO_OFFSET, 0, "code of more than 2 GiB");
}

/* ---- Header and sections ---- */

static bool encloses(const il_instr *start, const il_instr *end, const il_edit_clause *inner) {
    return start->offset <= inner->try_start->offset && inner->try_end->offset <= end->offset;
}

static bool must_precede(const il_edit_clause *c, const il_edit_clause *other) {
    bool same = c->try_start == other->try_start && c->try_end == other->try_end;
    return (!same && encloses(other->try_start, other->try_end, c)) ||
           encloses(other->handler_start, other->handler_end, c);
}

/* Moves each clause before the first that encloses it; all others keep their order. */
static void order_clauses(il_edit *edit) {
    for (uint32_t i = 1; i < edit->clause_count; i++) {
        il_edit_clause moved = edit->clauses[i];
        uint32_t to = 0;
        while (to < i && !must_precede(&moved, &edit->clauses[to]))
            to++;
        memmove(&edit->clauses[to + 1], &edit->clauses[to], (i - to) * sizeof moved);
        edit->clauses[to] = moved;
    }
    edit->state->clauses_added = false;
}

static bool is_small(const il_edit_clause *c) {
    return c->try_start->offset <= UINT16_MAX && c->handler_start->offset <= UINT16_MAX &&
           c->try_end->offset - c->try_start->offset <= UINT8_MAX &&
           c->handler_end->offset - c->handler_start->offset <= UINT8_MAX;
}

static bool needs_fat_sections(const il_edit *edit) {
    enum { MAX_SMALL_CLAUSES = (UINT8_MAX - IL_SECTION_HEADER_SIZE) / IL_SMALL_CLAUSE_SIZE };
    bool fat = edit->clause_count > MAX_SMALL_CLAUSES;
    for (uint32_t i = 0; !fat && i < edit->clause_count; i++)
        fat = !is_small(&edit->clauses[i]);
    return fat;
}

static bool has_localloc(const il_edit *edit) {
    IL_EDIT_EACH(edit, node) {
        if (node->opcode == IL_OP_LOCALLOC)
            return true;
    }
    return false;
}

/* A tiny header has no room for init_locals, which also counts for localloc. */
static bool needs_fat_header(const il_edit *edit) {
    enum { MAX_TINY_CODE = 63, TINY_STACK = 8 };
    const il_edit_plan *plan = &edit->state->plan;
    return plan->code_size > MAX_TINY_CODE || plan->max_stack > TINY_STACK || edit->locals_token ||
           edit->clause_count || (edit->init_locals && has_localloc(edit));
}

static void plan_sections(il_edit *edit) {
    il_edit_plan *plan = &edit->state->plan;
    plan->fat = needs_fat_header(edit);
    plan->size = (plan->fat ? IL_FAT_HEADER_SIZE : 1) + plan->code_size;
    plan->sections = 0;
    if (!edit->clause_count)
        return;
    plan->fat_sections = needs_fat_sections(edit);
    plan->sections = (plan->size + 3) & ~3u;
    plan->size =
        plan->sections + IL_SECTION_HEADER_SIZE +
        edit->clause_count * (plan->fat_sections ? IL_FAT_CLAUSE_SIZE : IL_SMALL_CLAUSE_SIZE);
}

static il_status plan_locals(il_edit *edit, il_error *err) {
    il_edit_state *state = edit->state;
    if (!state->new_locals.size)
        return IL_OK;
    uint32_t token = state->host.locals_token
                         ? state->host.locals_token(state->host.user, il_edit_locals(edit))
                         : 0;
    if (!token)
        return il_fail(err, IL_BAD_BODY, IL_NO_OFFSET, 0,
                       "there is no token for the local variable signature");
    edit->locals_token = token;
    return IL_OK;
}

static il_status failed_change(const il_edit_state *state, il_error *err) {
    const char *text = il_opcodes[state->failed_opcode].text;
    if (state->status == IL_OUT_OF_MEMORY)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    if (state->status == IL_BAD_SIGNATURE)
        return il_fail(err, IL_BAD_SIGNATURE, IL_NO_OFFSET, 0,
                       "a local was added to a signature that is not known");
    return il_fail(err, state->status, IL_NO_OFFSET, 0, "an operand that does not fit %s", text);
}

il_status il_edit_layout(il_edit *edit, unsigned flags, uint32_t *size, il_error *err) {
    il_edit_state *state = edit->state;
    il_status status;
    *size = 0;
    if (state->status != IL_OK)
        return failed_change(state, err);
    if (!edit->count)
        return il_fail(err, IL_BAD_BODY, IL_NO_OFFSET, 0, "a body without instructions");
    state->plan = (il_edit_plan){.verbatim = !edit->changed && !(flags & IL_ENCODE_CANONICAL),
                                 .size = state->body.size,
                                 .max_stack = state->body.max_stack};
    if (!state->plan.verbatim) {
        if ((status = plan_locals(edit, err)) != IL_OK ||
            (status = plan_code(edit, err)) != IL_OK || (status = plan_stack(edit, err)) != IL_OK)
            return status;
        if (state->clauses_added)
            order_clauses(edit);
        plan_sections(edit);
    }
    *size = state->plan.size;
    return IL_OK;
}

uint32_t il_edit_max_stack(const il_edit *edit) {
    return edit->state->plan.max_stack;
}

/* ---- Writing ---- */

static uint8_t *write_header(const il_edit *edit, uint8_t *to) {
    const il_edit_plan *plan = &edit->state->plan;
    if (!plan->fat) {
        *to = (uint8_t)(plan->code_size << 2 | IL_BODY_TINY);
        return to + 1;
    }
    il_store16(to, (uint16_t)(IL_BODY_FAT | IL_FAT_HEADER_WORDS << 12 |
                              (edit->init_locals ? IL_FAT_INIT_LOCALS : 0) |
                              (plan->sections ? IL_FAT_MORE_SECTIONS : 0)));
    il_store16(to + 2, (uint16_t)plan->max_stack);
    il_store32(to + 4, plan->code_size);
    il_store32(to + 8, edit->locals_token);
    return to + IL_FAT_HEADER_SIZE;
}

static uint8_t *write_switch(const il_instr *node, uint8_t *to) {
    const il_targets *targets = node->u.targets;
    *to = (uint8_t)il_opcodes[IL_OP_SWITCH].code;
    il_store32(to + 1, targets->count);
    to += 5;
    for (uint32_t i = 0; i < targets->count; i++, to += 4)
        il_store32(to, targets->at[i]->offset - node->next->offset);
    return to;
}

/* The operand's bits as they stand in the code; not of a switch. */
static uint64_t operand_bits(const il_instr *node) {
    il_operand kind = (il_operand)il_opcodes[node->opcode].operand;
    if (il_operand_is_branch(kind))
        return node->u.target->offset - node->next->offset;
    return kind == IL_OPERAND_R4 ? il_narrow_float((uint64_t)node->u.i) : (uint64_t)node->u.i;
}

/* end is that of the buffer: away from it whole words are stored, of which the next instruction
 * overwrites what is too much. */
static uint8_t *write_instr(const il_instr *node, uint8_t *to, const uint8_t *end) {
    enum { LONGEST = 10 };
    if (node->opcode == IL_OP_SWITCH)
        return write_switch(node, to);
    uint32_t code = il_opcodes[node->opcode].code;
    uint8_t bytes[LONGEST], *at = end - to >= LONGEST ? to : bytes;
    at[0] = (uint8_t)(code > 0xFF ? code >> 8 : code);
    at[1] = (uint8_t)code;
    il_store64(at + (code > 0xFF ? 2 : 1), operand_bits(node));
    if (at == bytes)
        memcpy(to, bytes, node->size);
    return to + node->size;
}

static void write_small_clause(const il_edit_clause *c, uint32_t token, uint8_t *to) {
    il_store16(to, (uint16_t)c->kind);
    il_store16(to + 2, (uint16_t)c->try_start->offset);
    to[4] = (uint8_t)(c->try_end->offset - c->try_start->offset);
    il_store16(to + 5, (uint16_t)c->handler_start->offset);
    to[7] = (uint8_t)(c->handler_end->offset - c->handler_start->offset);
    il_store32(to + 8, token);
}

static void write_fat_clause(const il_edit_clause *c, uint32_t token, uint8_t *to) {
    il_store32(to, (uint32_t)c->kind);
    il_store32(to + 4, c->try_start->offset);
    il_store32(to + 8, c->try_end->offset - c->try_start->offset);
    il_store32(to + 12, c->handler_start->offset);
    il_store32(to + 16, c->handler_end->offset - c->handler_start->offset);
    il_store32(to + 20, token);
}

static void write_sections(const il_edit *edit, uint8_t *to) {
    bool fat = edit->state->plan.fat_sections;
    uint32_t clause_size = fat ? IL_FAT_CLAUSE_SIZE : IL_SMALL_CLAUSE_SIZE;
    uint32_t size = IL_SECTION_HEADER_SIZE + edit->clause_count * clause_size;
    il_store32(to, size << 8 | IL_SECTION_EXCEPTIONS | (fat ? IL_SECTION_FAT : 0));
    if (!fat)
        il_store16(to + 2, 0);
    to += IL_SECTION_HEADER_SIZE;
    for (uint32_t i = 0; i < edit->clause_count; i++, to += clause_size) {
        const il_edit_clause *c = &edit->clauses[i];
        uint32_t token = c->filter ? c->filter->offset : c->token;
        if (fat)
            write_fat_clause(c, token, to);
        else
            write_small_clause(c, token, to);
    }
}

void il_edit_write(const il_edit *edit, uint8_t *to) {
    const il_edit_plan *plan = &edit->state->plan;
    if (plan->verbatim) {
        memcpy(to, edit->state->body.start, plan->size);
        return;
    }
    uint8_t *p = write_header(edit, to);
    const uint8_t *end = p + plan->code_size;
    IL_EDIT_EACH(edit, node) p = write_instr(node, p, end);
    if (plan->sections) {
        memset(p, 0, (size_t)(to + plan->sections - p));
        write_sections(edit, to + plan->sections);
    }
}
