/* The body editor: decoding into a list, changing it. Encoding is il_edit_layout.c. See il_edit.h.
 *
 * The instructions of a decoded body lie side by side in one array, in the order of their offsets,
 * so a branch finds its target by bisection and inserting needs no allocation while the array has
 * room; the links make the order that counts. The array is kept from body to body. */
#include "il_edit_state.h"

#include "il_bytes.h"
#include "il_encode.h"
#include "il_insn.h"

/* ---- Life ---- */

static il_blob module_method_sig(void *user, uint32_t token) {
    const il_module *module = user;
    uint32_t row = IL_TOKEN_ROW(token);
    if (IL_TOKEN_TABLE(token) == IL_MethodSpec) {
        token = il_cell(module, IL_MethodSpec_Method, row);
        row = IL_TOKEN_ROW(token);
    }
    switch (IL_TOKEN_TABLE(token)) {
    case IL_MethodDef: return il_blob_cell(module, IL_MethodDef_Signature, row);
    case IL_MemberRef: return il_blob_cell(module, IL_MemberRef_Signature, row);
    case IL_StandAloneSig: return il_blob_cell(module, IL_StandAloneSig_Signature, row);
    default: return (il_blob){NULL, 0};
    }
}

static void make_ring(il_instr *head) {
    *head = (il_instr){.prev = head, .next = head, .original = IL_NEW_INSTRUCTION};
}

static void clear(il_edit *edit) {
    il_edit_state *state = edit->state;
    make_ring(&edit->end);
    make_ring(&state->spare);
    edit->count = edit->clause_count = edit->local_count = edit->locals_token = 0;
    edit->changed = edit->init_locals = false;
    mem_pool_fini(&state->pool);
    state->used = state->decoded = 0;
    state->status = IL_OK;
    state->body = (il_body){0};
    state->new_locals.size = 0;
    state->locals = (il_blob){NULL, 0};
    state->clauses_added = state->locals_unknown = false;
    state->plan = (il_edit_plan){0};
}

il_status il_edit_init(il_edit *edit, const il_module *module, il_error *err) {
    *edit = (il_edit){0};
    edit->state = mem_calloc(1, sizeof *edit->state);
    if (!edit->state)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    if (module)
        edit->state->host = (il_edit_host){.user = (void *)module, .method_sig = module_method_sig};
    clear(edit);
    return IL_OK;
}

void il_edit_set_host(il_edit *edit, const il_edit_host *host) {
    edit->state->host = *host;
}

void il_edit_fini(il_edit *edit) {
    il_edit_state *state = edit->state;
    if (!state)
        return;
    mem_pool_fini(&state->pool);
    il_text_fini(&state->new_locals);
    mem_free(state->nodes);
    mem_free(state->index);
    mem_free(edit->clauses);
    mem_free(state);
    *edit = (il_edit){0};
}

/* ---- Decoding ---- */

enum { NO_BRANCH = -1 };

/* index is never cleared: an entry counts when the node agrees. */
static il_instr *node_at(const il_edit_state *state, uint32_t original) {
    uint32_t at = original < state->body.code_size ? state->index[original] : state->decoded;
    return at < state->decoded && state->nodes[at].original == original ? &state->nodes[at] : NULL;
}

il_instr *il_edit_at(il_edit *edit, uint32_t original) {
    il_instr *node = node_at(edit->state, original);
    if (!node && original == edit->state->body.code_size)
        return &edit->end;
    return node && node->next ? node : NULL;
}

/* Room for a body's instructions and some that may be added: an instruction has at least a byte. */
static bool reserve_nodes(il_edit_state *state, uint32_t code_size) {
    enum { SPARE_NODES = 64 };
    if (state->room >= (size_t)code_size + SPARE_NODES)
        return true;
    size_t room = (size_t)code_size * 2 + SPARE_NODES;
    mem_free(state->nodes);
    mem_free(state->index);
    state->nodes = mem_resize(NULL, room, sizeof *state->nodes);
    state->index = mem_calloc(room, sizeof *state->index);
    state->room = state->nodes && state->index ? room : 0;
    return state->room != 0;
}

static il_status decode_switch(il_edit_state *state, size_t count, il_instr *node, il_error *err) {
    node->u.targets = mem_pool_alloc(&state->pool, sizeof *node->u.targets +
                                                       count * sizeof node->u.targets->at[0]);
    if (!node->u.targets)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    node->u.targets->count = (uint32_t)count;
    node->size = 0;
    return IL_OK;
}

/* Says what is wrong at an offset where il_insn_decode found no instruction. */
static il_status refuse(const uint8_t *code, uint32_t code_size, uint32_t offset, il_error *err) {
    il_insn insn;
    return il_insn_read(code, code_size, offset, &insn, err);
}

/* Fills the nodes; targets of branches are offsets as yet. Those of the branches and switches are
 * chained through depth, from *last back to NO_BRANCH. */
static il_status decode_code(il_edit *edit, int32_t *last, il_error *err) {
    il_edit_state *state = edit->state;
    const uint8_t *code = state->body.code;
    uint32_t code_size = state->body.code_size, count = 0;
    uint32_t *index = state->index;
    il_instr *nodes = state->nodes, *prev = &edit->end;
    il_status status;
    il_insn insn;
    for (uint32_t offset = 0; offset < code_size; offset += insn.size, count++) {
        if (!il_insn_decode(code, code_size, offset, &insn))
            return refuse(code, code_size, offset, err);
        il_operand kind = (il_operand)il_opcodes[insn.opcode].operand;
        il_instr *node = &nodes[count];
        *node = (il_instr){.prev = prev,
                           .next = node + 1,
                           .u.i = insn.u.i,
                           .offset = offset,
                           .original = offset,
                           .opcode = (uint16_t)insn.opcode,
                           .size = (uint16_t)insn.size};
        if (kind >= IL_OPERAND_BRANCH1 && kind <= IL_OPERAND_SWITCH) {
            node->depth = *last;
            *last = (int32_t)count;
        }
        if (kind == IL_OPERAND_SWITCH &&
            (status = decode_switch(state, insn.u.cases.count, node, err)) != IL_OK)
            return status;
        index[offset] = count;
        prev = node;
    }
    edit->count = state->decoded = state->used = count;
    edit->end.prev = prev;
    edit->end.next = count ? nodes : &edit->end;
    prev->next = &edit->end;
    return IL_OK;
}

static il_status find_target(il_edit *edit, uint32_t from, uint32_t target, il_instr **out,
                             il_error *err) {
    *out = il_edit_at(edit, target);
    if (*out)
        return IL_OK;
    return il_fail(err, IL_BAD_BODY, from, 0,
                   "IL_%04x: there is no instruction at its target IL_%04x", from, target);
}

static il_status link_switch(il_edit *edit, il_instr *node, il_error *err) {
    il_insn insn;
    const il_body *body = &edit->state->body;
    il_status status = il_insn_read(body->code, body->code_size, node->original, &insn, err);
    for (uint32_t i = 0; status == IL_OK && i < insn.u.cases.count; i++)
        status =
            find_target(edit, node->original, il_insn_case(&insn, i), &node->u.targets->at[i], err);
    return status;
}

static il_status link_branches(il_edit *edit, int32_t last, il_error *err) {
    il_status status = IL_OK;
    for (int32_t i = last; i != NO_BRANCH && status == IL_OK; i = edit->state->nodes[i].depth) {
        il_instr *node = &edit->state->nodes[i];
        if (node->opcode == IL_OP_SWITCH)
            status = link_switch(edit, node, err);
        else
            status = find_target(edit, node->original, (uint32_t)node->u.i, &node->u.target, err);
    }
    return status;
}

static bool reserve_clauses(il_edit *edit, uint32_t count) {
    il_edit_state *state = edit->state;
    if (count <= state->clause_room)
        return true;
    uint32_t room = count * 2;
    il_edit_clause *clauses = mem_resize(edit->clauses, room, sizeof *clauses);
    if (!clauses)
        return false;
    edit->clauses = clauses;
    state->clause_room = room;
    return true;
}

static il_status decode_clause(il_edit *edit, const il_clause *in, il_edit_clause *out,
                               il_error *err) {
    bool filter = in->kind == IL_CLAUSE_FILTER;
    *out = (il_edit_clause){.kind = in->kind,
                            .token = filter ? 0 : in->token_or_filter,
                            .try_start = il_edit_at(edit, in->try_offset),
                            .try_end = il_edit_at(edit, in->try_end),
                            .filter = filter ? il_edit_at(edit, in->token_or_filter) : NULL,
                            .handler_start = il_edit_at(edit, in->handler_offset),
                            .handler_end = il_edit_at(edit, in->handler_end)};
    if (out->try_start && out->try_end && out->handler_start && out->handler_end &&
        (!filter || out->filter))
        return IL_OK;
    return il_fail(err, IL_BAD_BODY, in->try_offset, 0,
                   "IL_%04x: an exception clause has a border between instructions",
                   in->try_offset);
}

static il_status decode_clauses(il_edit *edit, il_error *err) {
    const il_body *body = &edit->state->body;
    il_status status = IL_OK;
    if (body->clause_count && !reserve_clauses(edit, body->clause_count))
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    for (uint32_t i = 0; status == IL_OK && i < body->clause_count; i++) {
        il_clause clause;
        il_body_clause(body, i, &clause);
        status = decode_clause(edit, &clause, &edit->clauses[i], err);
        edit->clause_count = i + 1;
    }
    return status;
}

static void decode_locals(il_edit *edit) {
    il_edit_state *state = edit->state;
    edit->init_locals = state->body.init_locals;
    edit->locals_token = state->body.locals_token;
    if (!edit->locals_token)
        return;
    if (state->host.method_sig)
        state->locals = state->host.method_sig(state->host.user, edit->locals_token);
    il_reader in = il_reader_of(state->locals);
    state->locals_unknown = il_read_u8(&in) != IL_SIG_LOCALS;
    edit->local_count = il_read_compressed(&in);
    if (in.bad)
        state->locals_unknown = true;
}

il_status il_edit_decode(il_edit *edit, const il_body *body, il_error *err) {
    il_edit_state *state = edit->state;
    int32_t last = NO_BRANCH;
    clear(edit);
    if (!reserve_nodes(state, body->code_size))
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    state->body = *body;
    decode_locals(edit);
    il_status status = decode_code(edit, &last, err);
    if (status == IL_OK)
        status = link_branches(edit, last, err);
    if (status == IL_OK)
        status = decode_clauses(edit, err);
    if (status != IL_OK)
        clear(edit);
    return status;
}

il_status il_edit_method(il_edit *edit, const il_module *module, uint32_t method_row,
                         il_error *err) {
    il_body body;
    il_status status = il_method_body(module, method_row, &body, err);
    if (status != IL_OK)
        return status;
    if ((status = il_edit_init(edit, module, err)) != IL_OK)
        return status;
    if ((status = il_edit_decode(edit, &body, err)) != IL_OK)
        il_edit_fini(edit);
    return status;
}

/* ---- Changing ---- */

static il_instr *fail(il_edit *edit, il_status status, il_opcode opcode) {
    il_edit_state *state = edit->state;
    if (state->status == IL_OK) {
        state->status = status;
        state->failed_opcode = opcode;
    }
    edit->changed = true;
    return &state->spare;
}

static il_instr *new_node(il_edit *edit) {
    il_edit_state *state = edit->state;
    if (state->used < state->room)
        return &state->nodes[state->used++];
    return mem_pool_alloc(&state->pool, sizeof(il_instr));
}

static bool int_fits(il_operand kind, int64_t value) {
    switch (kind) {
    case IL_OPERAND_I1: return value >= INT8_MIN && value <= INT8_MAX;
    case IL_OPERAND_I4: return value >= INT32_MIN && value <= UINT32_MAX;
    case IL_OPERAND_I8: return true;
    case IL_OPERAND_U1:
    case IL_OPERAND_VAR1: return value >= 0 && value <= UINT8_MAX;
    case IL_OPERAND_VAR2: return value >= 0 && value <= UINT16_MAX;
    default: return false;
    }
}

static bool value_fits(il_opcode opcode, const il_value *value) {
    il_operand kind = (il_operand)il_opcodes[opcode].operand;
    switch (value->kind) {
    case IL_VALUE_NONE: return kind == IL_OPERAND_NONE;
    case IL_VALUE_INT: return int_fits(kind, value->u.i);
    case IL_VALUE_REAL: return kind == IL_OPERAND_R4 || kind == IL_OPERAND_R8;
    case IL_VALUE_TOKEN: return il_operand_is_token(kind);
    case IL_VALUE_TARGET: return il_operand_is_branch(kind) && value->u.target;
    }
    return false;
}

static void set_operand(il_instr *node, il_opcode opcode, const il_value *value) {
    node->opcode = (uint16_t)opcode;
    node->size = (uint16_t)(il_opcode_size(&il_opcodes[opcode]) +
                            il_operand_size[il_opcodes[opcode].operand]);
    switch (value->kind) {
    case IL_VALUE_TOKEN: node->u.token = value->u.token; break;
    case IL_VALUE_TARGET: node->u.target = value->u.target; break;
    case IL_VALUE_NONE: node->u.i = 0; break;
    default: node->u.i = value->u.i; break;
    }
}

static void link_before(il_edit *edit, il_instr *node, il_instr *before) {
    node->prev = before->prev;
    node->next = before;
    node->prev->next = node;
    before->prev = node;
    edit->count++;
    edit->changed = true;
}

il_instr *il_edit_insert(il_edit *edit, il_instr *before, il_opcode opcode, il_value operand) {
    if (!value_fits(opcode, &operand))
        return fail(edit, IL_BAD_BODY, opcode);
    il_instr *node = new_node(edit);
    if (!node)
        return fail(edit, IL_OUT_OF_MEMORY, opcode);
    node->offset = before->offset;
    node->original = IL_NEW_INSTRUCTION;
    set_operand(node, opcode, &operand);
    link_before(edit, node, before);
    return node;
}

il_instr *il_edit_insert_switch(il_edit *edit, il_instr *before, uint32_t count) {
    il_targets *targets = NULL;
    if (count <= UINT32_MAX / sizeof targets->at[0])
        targets = mem_pool_alloc(&edit->state->pool,
                                 sizeof *targets + (size_t)count * sizeof targets->at[0]);
    il_instr *node = targets ? new_node(edit) : NULL;
    if (!node)
        return fail(edit, IL_OUT_OF_MEMORY, IL_OP_SWITCH);
    targets->count = count;
    for (uint32_t i = 0; i < count; i++)
        targets->at[i] = before;
    *node = (il_instr){.u.targets = targets,
                       .offset = before->offset,
                       .original = IL_NEW_INSTRUCTION,
                       .opcode = IL_OP_SWITCH};
    link_before(edit, node, before);
    return node;
}

void il_edit_replace(il_edit *edit, il_instr *at, il_opcode opcode, il_value operand) {
    if (!value_fits(opcode, &operand))
        fail(edit, IL_BAD_BODY, opcode);
    else
        set_operand(at, opcode, &operand);
    edit->changed = true;
}

static void redirect_clauses(il_edit *edit, il_instr *from, il_instr *to) {
    for (uint32_t i = 0; i < edit->clause_count; i++) {
        il_edit_clause *c = &edit->clauses[i];
        il_instr **borders[] = {&c->try_start, &c->try_end, &c->filter, &c->handler_start,
                                &c->handler_end};
        for (size_t k = 0; k < sizeof borders / sizeof borders[0]; k++) {
            if (*borders[k] == from)
                *borders[k] = to;
        }
    }
}

void il_edit_redirect(il_edit *edit, il_instr *from, il_instr *to, bool clauses) {
    IL_EDIT_EACH(edit, node) {
        il_operand kind = (il_operand)il_opcodes[node->opcode].operand;
        if (il_operand_is_branch(kind) && node->u.target == from)
            node->u.target = to;
        for (uint32_t i = 0; kind == IL_OPERAND_SWITCH && i < node->u.targets->count; i++) {
            if (node->u.targets->at[i] == from)
                node->u.targets->at[i] = to;
        }
    }
    if (clauses)
        redirect_clauses(edit, from, to);
    edit->changed = true;
}

il_instr *il_edit_remove(il_edit *edit, il_instr *at) {
    il_instr *next = at->next;
    if (at == &edit->end || !next)
        return &edit->end;
    il_edit_redirect(edit, at, next, true);
    at->prev->next = next;
    next->prev = at->prev;
    at->prev = at->next = NULL;
    edit->count--;
    return next;
}

il_instr *il_edit_insert_ldc(il_edit *edit, il_instr *before, int32_t value) {
    if (value >= -1 && value <= 8)
        return il_edit_insert(edit, before, (il_opcode)(IL_OP_LDC_I4_0 + value), il_none());
    return il_edit_insert(edit, before,
                          value >= INT8_MIN && value <= INT8_MAX ? IL_OP_LDC_I4_S : IL_OP_LDC_I4,
                          il_int(value));
}

/* The forms of the six instructions that name a variable. */
static const struct {
    il_opcode wide, narrow;
    il_opcode zero; /* the form for variable 0, those for 1 to 3 follow; equal to wide when none */
} VARIABLE_FORMS[] = {
    {IL_OP_LDARG, IL_OP_LDARG_S, IL_OP_LDARG_0},  {IL_OP_LDARGA, IL_OP_LDARGA_S, IL_OP_LDARGA},
    {IL_OP_STARG, IL_OP_STARG_S, IL_OP_STARG},    {IL_OP_LDLOC, IL_OP_LDLOC_S, IL_OP_LDLOC_0},
    {IL_OP_LDLOCA, IL_OP_LDLOCA_S, IL_OP_LDLOCA}, {IL_OP_STLOC, IL_OP_STLOC_S, IL_OP_STLOC_0}};

il_instr *il_edit_insert_var(il_edit *edit, il_instr *before, il_opcode opcode, uint16_t number) {
    for (size_t i = 0; i < sizeof VARIABLE_FORMS / sizeof VARIABLE_FORMS[0]; i++) {
        if (VARIABLE_FORMS[i].wide != opcode)
            continue;
        if (number < 4 && VARIABLE_FORMS[i].zero != opcode)
            return il_edit_insert(edit, before, (il_opcode)(VARIABLE_FORMS[i].zero + number),
                                  il_none());
        return il_edit_insert(edit, before, number <= UINT8_MAX ? VARIABLE_FORMS[i].narrow : opcode,
                              il_int(number));
    }
    return fail(edit, IL_BAD_BODY, opcode);
}

/* ---- Locals and clauses ---- */

uint32_t il_edit_add_local(il_edit *edit, il_blob type) {
    il_edit_state *state = edit->state;
    il_text sig = {0};
    il_blob old = il_edit_locals(edit);
    il_reader in = il_reader_of(old);
    if (state->locals_unknown)
        fail(edit, IL_BAD_SIGNATURE, IL_OP_LDLOC);
    if (old.size) {
        il_read_u8(&in);
        il_read_compressed(&in);
    }
    il_put_list_header(&sig, IL_SIG_LOCALS, edit->local_count + 1);
    if (old.size)
        il_put_bytes(&sig, in.next, (size_t)(in.end - in.next));
    il_put_bytes(&sig, type.data, type.size);
    if (sig.out_of_memory)
        fail(edit, IL_OUT_OF_MEMORY, IL_OP_LDLOC);
    il_text_fini(&state->new_locals);
    state->new_locals = sig;
    edit->changed = true;
    return edit->local_count++;
}

il_blob il_edit_locals(const il_edit *edit) {
    const il_edit_state *state = edit->state;
    return state->new_locals.size ? il_text_blob(&state->new_locals) : state->locals;
}

void il_edit_set_init_locals(il_edit *edit, bool init) {
    edit->init_locals = init;
    edit->changed = true;
}

void il_edit_add_clause(il_edit *edit, const il_edit_clause *clause) {
    if (!reserve_clauses(edit, edit->clause_count + 1)) {
        fail(edit, IL_OUT_OF_MEMORY, IL_OP_LEAVE);
        return;
    }
    edit->clauses[edit->clause_count++] = *clause;
    edit->state->clauses_added = edit->changed = true;
}

void il_edit_remove_clause(il_edit *edit, uint32_t index) {
    for (uint32_t i = index + 1; i < edit->clause_count; i++)
        edit->clauses[i - 1] = edit->clauses[i];
    edit->clause_count -= index < edit->clause_count;
    edit->changed = true;
}
