/* Lowering: blocks, control flow and exception clauses (III.1.7).
 *
 *   method body -> leaders -> passes over the instructions -> targets patched -> struct code
 *
 * While lowering, branch targets are IL offsets; patch() turns them into instruction indexes. */
#include <stdio.h>
#include <string.h>

#include "runtime/exec/lower.h"
#include "runtime/rt_query.h"

/* ---- Blocks ---- */

static bool mark_leader(struct lowering *L, uint32_t offset, const char *what) {
    if (offset >= L->body.code_size) {
        lower_fail(L, "%s target IL_%04X lies outside the method", what, offset);
        return false;
    }
    L->blocks[offset].leader = true;
    return true;
}

static bool covers(uint32_t start, uint32_t end, uint32_t offset) {
    return offset >= start && offset < end;
}

static void mark_variable(struct lowering *L, const il_insn *insn) {
    bool arg = insn->opcode == IL_OP_LDARGA || insn->opcode == IL_OP_LDARGA_S;
    uint32_t count = arg ? L->arg_count : L->local_count;
    if (insn->u.i >= 0 && insn->u.i < count)
        (arg ? L->args : L->locals)[insn->u.i].address_taken = true;
}

/* Finds the leaders, and the variables whose address is taken. */
static void scan(struct lowering *L, uint8_t *starts) {
    uint32_t offset = 0;
    il_insn insn;
    while (offset < L->body.code_size && L->status == IL_OK) {
        il_error err;
        L->il_offset = offset;
        if (il_insn_read(L->body.code, L->body.code_size, offset, &insn, &err) != IL_OK) {
            lower_fail(L, "%s", err.text);
            return;
        }
        starts[offset] = 1;
        switch (il_opcode_get(insn.opcode)->operand) {
        case IL_OPERAND_BRANCH1:
        case IL_OPERAND_BRANCH4: mark_leader(L, insn.u.target, "branch"); break;
        case IL_OPERAND_SWITCH:
            for (uint32_t i = 0; i < insn.u.cases.count; i++)
                mark_leader(L, il_insn_case(&insn, i), "switch");
            break;
        default: break;
        }
        if (insn.opcode == IL_OP_LDARGA || insn.opcode == IL_OP_LDARGA_S ||
            insn.opcode == IL_OP_LDLOCA || insn.opcode == IL_OP_LDLOCA_S)
            mark_variable(L, &insn);
        offset += insn.size;
    }
}

static void check_leaders(struct lowering *L, const uint8_t *starts) {
    for (uint32_t offset = 0; offset < L->body.code_size; offset++) {
        L->il_offset = offset;
        if (L->blocks[offset].leader && !starts[offset])
            lower_fail(L, "a branch or clause points into the middle of an instruction");
    }
}

/* ---- Exception clauses ---- */

/* A handler starts with the exception on the stack, a finally or fault block with nothing. */
static void seed_handler(struct lowering *L, uint32_t offset, bool with_exception) {
    struct block *block = &L->blocks[offset];
    block->is_handler = true;
    L->depth = 0;
    if (with_exception) {
        lower_push_kind(L, V_REF);
        lower_top(L, 0)->type = NULL;
    }
    lower_reach(L, offset);
    L->depth = 0;
}

static void read_clause(struct lowering *L, uint32_t i) {
    il_clause *clause = &L->il_clauses[i];
    struct code_clause *out = &L->clauses[i];
    il_error err;
    il_body_clause(&L->body, i, clause);
    L->il_offset = clause->try_offset;
    out->kind = clause->kind;
    if (clause->try_offset >= clause->try_end || clause->handler_offset >= clause->handler_end) {
        lower_fail(L, "exception clause %u is empty", i);
        return;
    }
    if (!mark_leader(L, clause->try_offset, "try block") ||
        !mark_leader(L, clause->handler_offset, "handler"))
        return;
    if (clause->try_end < L->body.code_size)
        mark_leader(L, clause->try_end, "try block");
    if (clause->handler_end < L->body.code_size)
        mark_leader(L, clause->handler_end, "handler");
    if (clause->kind == IL_CLAUSE_FILTER)
        mark_leader(L, clause->token_or_filter, "filter");
    if (clause->kind != IL_CLAUSE_CATCH)
        return;
    il_status status =
        ldr_type(L->module, clause->token_or_filter, &L->context, &out->catch_type, &err);
    if (status == IL_OK)
        status = type_lay_out(out->catch_type, &err);
    if (status == IL_OUT_OF_MEMORY)
        lower_no_memory(L);
    else if (status != IL_OK)
        out->catch_type = NULL; /* catches nothing: no object of the type can exist */
}

static bool catches(uint32_t kind) {
    return kind == IL_CLAUSE_CATCH || kind == IL_CLAUSE_FILTER;
}

/* ---- Synchronized methods: lock, body, and a finally block behind it that unlocks ---- */

static void lock_at_entry(struct lowering *L) {
    const struct method *method = L->method;
    if ((method->impl_flags & IMPL_SYNCHRONIZED) && method->unbox_this) /* nothing to lock */
        lower_throw(L, "TypeLoadException", "the method %s of a value type is synchronized",
                    method->name);
    if (!L->synchronized)
        return;
    lower_emit_pointer(L, CODE_lock, L->lock_reg, method->has_this ? 0 : L->lock_reg,
                       method->has_this ? NULL : method->owner);
    L->locked = L->count;
}

static void unlock_at_exit(struct lowering *L) {
    if (!L->synchronized || L->status != IL_OK)
        return;
    L->il_offset = L->body.code_size - 1;
    L->unlock = L->count;
    lower_emit(L, CODE_unlock, L->lock_reg, 0, 0);
    lower_emit(L, CODE_end_finally, L->clauses[L->body.clause_count].state_reg, 0, 0);
}

/* The target is known when all is lowered. */
void lower_unlock(struct lowering *L) {
    if (L->synchronized)
        lower_emit(L, CODE_call_finally, L->clauses[L->body.clause_count].state_reg, 0, 0)
            ->u.branch.target = LOWER_UNLOCK;
}

static uint32_t clause_count(const struct lowering *L) {
    return L->body.clause_count + L->synchronized;
}

static void read_clauses(struct lowering *L) {
    L->clauses = mem_pool_array(L->pool, L->body.clause_count + 2, sizeof *L->clauses);
    L->il_clauses = mem_pool_array(&L->scratch, L->body.clause_count + 1, sizeof *L->il_clauses);
    if (!L->clauses || !L->il_clauses) {
        lower_no_memory(L);
        return;
    }
    for (uint32_t i = 0; i < L->body.clause_count && L->status == IL_OK; i++)
        read_clause(L, i);
    for (uint32_t i = 0; i < clause_count(L) && L->status == IL_OK; i++) {
        struct code_clause *clause = &L->clauses[i];
        clause->state_reg = (uint16_t)(L->temp_start + i * CLAUSE_SLOTS);
    }
    L->temp_start += clause_count(L) * CLAUSE_SLOTS;
    if (L->synchronized) {
        L->clauses[L->body.clause_count].kind = IL_CLAUSE_FINALLY;
        L->lock_reg = (uint16_t)L->temp_start++;
    }
    lower_need_regs(L, L->temp_start, 2);
    for (uint32_t i = 0; i < L->body.clause_count && L->status == IL_OK; i++) {
        const il_clause *clause = &L->il_clauses[i];
        L->clauses[i].exception_reg = (uint16_t)L->temp_start;
        seed_handler(L, clause->handler_offset, catches(clause->kind));
        if (clause->kind == IL_CLAUSE_FILTER)
            seed_handler(L, clause->token_or_filter, true);
    }
}

/* The innermost clause, or clause that catches, whose handler holds the instruction; -1 when there
 * is none. */
static int handler_at(const struct lowering *L, uint32_t offset, bool of_catch) {
    int best = -1;
    for (uint32_t i = 0; i < L->body.clause_count; i++) {
        const il_clause *c = &L->il_clauses[i];
        if (!covers(c->handler_offset, c->handler_end, offset) || (of_catch && !catches(c->kind)))
            continue;
        if (best < 0 || c->handler_end - c->handler_offset <
                            L->il_clauses[best].handler_end - L->il_clauses[best].handler_offset)
            best = (int)i;
    }
    return best;
}

/* Inner blocks come first in the list of clauses (II.19). */
static void leave_catch_blocks(struct lowering *L, uint32_t from, uint32_t target) {
    for (uint32_t i = 0; i < L->body.clause_count; i++) {
        const il_clause *c = &L->il_clauses[i];
        if (catches(c->kind) && covers(c->handler_offset, c->handler_end, from) &&
            !covers(c->handler_offset, c->handler_end, target))
            lower_emit(L, CODE_leave_catch, 0, 0, 0);
    }
}

static void leave(struct lowering *L, uint32_t target) {
    uint32_t from = L->il_offset;
    L->depth = 0;
    leave_catch_blocks(L, from, target);
    for (uint32_t i = 0; i < L->body.clause_count; i++) {
        const il_clause *c = &L->il_clauses[i];
        if (c->kind == IL_CLAUSE_FINALLY && covers(c->try_offset, c->try_end, from) &&
            !covers(c->try_offset, c->try_end, target)) {
            struct insn *insn = lower_emit(L, CODE_call_finally, L->clauses[i].state_reg, 0, 0);
            insn->u.branch.target = c->handler_offset;
        }
    }
    if (target <= from) {
        L->has_loops = true;
        lower_emit(L, CODE_loop, 0, 0, 0);
    }
    lower_emit(L, CODE_br, 0, 0, 0)->u.branch.target = target;
    lower_reach(L, target);
    L->dead = true;
}

static void end_finally(struct lowering *L) {
    int clause = handler_at(L, L->il_offset, false);
    if (clause < 0 || (L->clauses[clause].kind != IL_CLAUSE_FINALLY &&
                       L->clauses[clause].kind != IL_CLAUSE_FAULT))
        lower_fail(L, "endfinally outside a finally or fault block");
    else
        lower_emit(L, CODE_end_finally, L->clauses[clause].state_reg, 0, 0);
    L->dead = true;
}

static void rethrow(struct lowering *L) {
    int clause = handler_at(L, L->il_offset, true);
    if (clause < 0)
        lower_fail(L, "rethrow outside a catch block");
    else
        lower_emit(L, CODE_rethrow, L->clauses[clause].state_reg, 0, 0);
    L->dead = true;
}

/* ---- Control flow ---- */

/* A handler is entered by exceptions only (III.1.7.6); code that nothing reaches may try. */
static void check_target(struct lowering *L, uint32_t target) {
    for (uint32_t i = 0; i < L->body.clause_count; i++) {
        const il_clause *c = &L->il_clauses[i];
        if (covers(c->handler_offset, c->handler_end, target) &&
            !covers(c->handler_offset, c->handler_end, L->il_offset))
            lower_fail(L, "a branch into a handler, to IL_%04X", target);
    }
}

static void count_loop(struct lowering *L, uint32_t target) {
    if (target > L->il_offset)
        return;
    L->has_loops = true;
    lower_emit(L, CODE_loop, 0, 0, 0);
}

static void jump(struct lowering *L, uint32_t target) {
    lower_fall_into(L, target);
    count_loop(L, target);
    lower_emit(L, CODE_br, 0, 0, 0)->u.branch.target = target;
    L->dead = true;
}

static void branch(struct lowering *L, const il_insn *insn) {
    count_loop(L, insn->u.target);
    switch (insn->opcode) {
    case IL_OP_BRTRUE:
    case IL_OP_BRTRUE_S: lower_bool_branch(L, insn, true); break;
    case IL_OP_BRFALSE:
    case IL_OP_BRFALSE_S: lower_bool_branch(L, insn, false); break;
    default: lower_compare_branch(L, insn); break;
    }
    uint32_t target = lower_edge(L, insn->u.target);
    if (!L->dead && L->status == IL_OK)
        L->insns[L->count - 1].u.branch.target = target;
    L->block_start = L->count;
}

static void switch_to(struct lowering *L, const il_insn *insn) {
    struct value index = lower_pop(L);
    if (index.kind != V_I4 && index.kind != V_I8) {
        lower_fail(L, "switch: the operand is not an integer");
        return;
    }
    uint16_t reg = lower_use_index(L, &index);
    lower_home_all(L);
    uint32_t count = insn->u.cases.count;
    struct code_switch *table =
        mem_pool_alloc(L->pool, sizeof *table + count * sizeof table->targets[0]);
    if (!table) {
        lower_no_memory(L);
        return;
    }
    table->count = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t target = il_insn_case(insn, i);
        check_target(L, target);
        if (target <= L->il_offset)
            L->has_loops = true;
        table->targets[i] = lower_edge(L, target);
    }
    lower_emit_pointer(L, CODE_switch, reg, 0, table);
    L->block_start = L->count;
}

static void throw_object(struct lowering *L) {
    struct value object = lower_pop(L);
    if (object.kind != V_REF) {
        lower_fail(L, "throw: the operand is not an object");
        return;
    }
    lower_emit(L, CODE_throw, lower_use(L, &object), 0, 0);
    L->dead = true;
}

static bool lower_control(struct lowering *L, const il_insn *insn) {
    switch (insn->opcode) {
    case IL_OP_BR:
    case IL_OP_BR_S:
        check_target(L, insn->u.target);
        jump(L, insn->u.target);
        return true;
    case IL_OP_BRFALSE_S ... IL_OP_BLT_UN_S:
    case IL_OP_BRFALSE ... IL_OP_BLT_UN:
        check_target(L, insn->u.target);
        branch(L, insn);
        return true;
    case IL_OP_SWITCH: switch_to(L, insn); return true;
    case IL_OP_RET:
        lower_return(L);
        L->dead = true;
        return true;
    case IL_OP_LEAVE:
    case IL_OP_LEAVE_S:
        check_target(L, insn->u.target);
        leave(L, insn->u.target);
        return true;
    case IL_OP_ENDFINALLY: end_finally(L); return true;
    case IL_OP_ENDFILTER: {
        struct value result = lower_pop(L);
        lower_emit(L, CODE_end_filter, lower_use(L, &result), 0, 0);
        L->dead = true;
        return true;
    }
    case IL_OP_THROW: throw_object(L); return true;
    case IL_OP_RETHROW: rethrow(L); return true;
    default: return false;
    }
}

/* ---- Variables and constants ---- */

static struct variable *variable(struct lowering *L, bool arg, int64_t index) {
    uint32_t count = arg ? L->arg_count : L->local_count;
    if (index < 0 || index >= count) {
        lower_fail(L, "%s %lld does not exist, there are %u", arg ? "argument" : "local",
                   (long long)index, count);
        return NULL;
    }
    return &(arg ? L->args : L->locals)[index];
}

static void load_variable(struct lowering *L, struct variable *v) {
    static const uint16_t narrow[] = {[STORE_I1] = CODE_conv_i1,
                                      [STORE_U1] = CODE_conv_u1,
                                      [STORE_I2] = CODE_conv_i2,
                                      [STORE_U2] = CODE_conv_u2};
    if (!v)
        return;
    uint16_t home = lower_push(L, v->type);
    if (!v->address_taken) {
        lower_top(L, 0)->reg = v->reg;
    } else if (v->type->storage >= STORE_I1 && v->type->storage <= STORE_U2) {
        lower_emit(L, (enum code_op)narrow[v->type->storage], home, v->reg, 0);
    } else if (type_slots(v->type) == 1) {
        lower_emit(L, lower_move_op(lower_kind_of(v->type)), home, v->reg, 0);
    } else {
        lower_emit_mem(L, CODE_mov_n, home, v->reg, 0, type_slots(v->type));
    }
}

void lower_load_argument(struct lowering *L, uint32_t index) {
    load_variable(L, variable(L, true, index));
}

static void store_variable(struct lowering *L, struct variable *v, const char *where) {
    struct value value = lower_pop(L);
    if (!v)
        return;
    lower_coerce(L, &value, v->type, where);
    lower_store_register(L, &value, v->reg);
}

static void variable_address(struct lowering *L, struct variable *v) {
    if (!v)
        return;
    uint16_t home = lower_push_kind(L, V_ADDRESS);
    lower_emit(L, CODE_local_address, home, v->reg, 0);
}

static bool lower_variable(struct lowering *L, const il_insn *insn) {
    il_opcode op = insn->opcode;
    switch (op) {
    case IL_OP_LDARG_0 ... IL_OP_LDARG_3:
        load_variable(L, variable(L, true, op - IL_OP_LDARG_0));
        return true;
    case IL_OP_LDLOC_0 ... IL_OP_LDLOC_3:
        load_variable(L, variable(L, false, op - IL_OP_LDLOC_0));
        return true;
    case IL_OP_STLOC_0 ... IL_OP_STLOC_3:
        store_variable(L, variable(L, false, op - IL_OP_STLOC_0), "stloc");
        return true;
    case IL_OP_LDARG:
    case IL_OP_LDARG_S: load_variable(L, variable(L, true, insn->u.i)); return true;
    case IL_OP_LDLOC:
    case IL_OP_LDLOC_S: load_variable(L, variable(L, false, insn->u.i)); return true;
    case IL_OP_STARG:
    case IL_OP_STARG_S: store_variable(L, variable(L, true, insn->u.i), "starg"); return true;
    case IL_OP_STLOC:
    case IL_OP_STLOC_S: store_variable(L, variable(L, false, insn->u.i), "stloc"); return true;
    case IL_OP_LDARGA:
    case IL_OP_LDARGA_S: variable_address(L, variable(L, true, insn->u.i)); return true;
    case IL_OP_LDLOCA:
    case IL_OP_LDLOCA_S: variable_address(L, variable(L, false, insn->u.i)); return true;
    default: return false;
    }
}

static bool lower_constant(struct lowering *L, const il_insn *insn) {
    union slot bits = {.i8 = 0};
    switch (insn->opcode) {
    case IL_OP_LDC_I4_M1 ... IL_OP_LDC_I4_8:
        lower_push_constant(L, V_I4, (int64_t)insn->opcode - IL_OP_LDC_I4_0);
        return true;
    case IL_OP_LDC_I4:
    case IL_OP_LDC_I4_S: lower_push_constant(L, V_I4, (int32_t)insn->u.i); return true;
    case IL_OP_LDC_I8: lower_push_constant(L, V_I8, insn->u.i); return true;
    case IL_OP_LDC_R4:
        bits.r4 = (float)insn->u.r;
        lower_push_constant(L, V_R4, bits.i8);
        return true;
    case IL_OP_LDC_R8:
        bits.r8 = insn->u.r;
        lower_push_constant(L, V_R8, bits.i8);
        return true;
    case IL_OP_LDNULL: lower_push_constant(L, V_REF, 0); return true;
    default: return false;
    }
}

static bool lower_other(struct lowering *L, const il_insn *insn) {
    il_error err;
    switch (insn->opcode) {
    case IL_OP_NOP:
    case IL_OP_BREAK:
    case IL_OP_UNALIGNED:
    case IL_OP_NO: return true;
    case IL_OP_VOLATILE: L->is_volatile = true; return true;
    case IL_OP_TAIL: L->tail = true; return true;
    case IL_OP_READONLY: L->readonly = true; return true;
    case IL_OP_CONSTRAINED:
        if (ldr_type(L->module, insn->u.token, &L->context, &L->constrained, &err) != IL_OK ||
            type_prepare(L->constrained, &err) != IL_OK)
            lower_throw_error(L, &err);
        return true;
    case IL_OP_POP: lower_pop(L); return true;
    case IL_OP_DUP: {
        struct value value = lower_pop(L);
        lower_push_copy(L, value);
        lower_push_copy(L, value);
        return true;
    }
    case IL_OP_LOCALLOC: {
        struct value size = lower_pop(L);
        if (L->depth != 0 || handler_at(L, L->il_offset, false) >= 0)
            lower_fail(L, "localloc in a handler, or with more than its size on the stack");
        uint16_t reg = lower_use(L, &size);
        if (size.kind == V_I4) {
            lower_emit(L, CODE_conv_u8_u4, size.home, reg, 0);
            reg = size.home;
        }
        lower_emit(L, CODE_localloc, lower_push_kind(L, V_I8), reg, 0);
        return true;
    }
    default: return false;
    }
}

static void lower_insn(struct lowering *L, const il_insn *insn) {
    if (lower_variable(L, insn) || lower_constant(L, insn) || lower_arithmetic(L, insn) ||
        lower_control(L, insn) || lower_call(L, insn) || lower_member(L, insn) ||
        lower_other(L, insn)) {
        if (il_opcode_get(insn->opcode)->flow != IL_FLOW_PREFIX) {
            L->constrained = NULL;
            L->tail = L->readonly = L->is_volatile = false;
        }
        return;
    }
    char what[64];
    snprintf(what, sizeof what, "the instruction %s", il_opcode_get(insn->opcode)->text);
    lower_unsupported(L, what);
}

/* Without beforefieldinit the initialiser runs when the type is first used: at a static method, a
 * constructor or, for a value type, any method (II.10.5.3.1). */
static void init_at_entry(struct lowering *L) {
    const struct method *method = L->method;
    struct type *type = method->owner;
    if (type->before_field_init)
        return;
    if (method_is_static(method) || type_is_value(type) || strcmp(method->name, ".ctor") == 0)
        lower_ensure_init(L, type);
}

static void lower_all(struct lowering *L) {
    uint32_t offset = 0;
    il_insn insn;
    lower_begin_pass(L);
    init_at_entry(L);
    lower_hook(L, RT_HOOK_ENTER, 0, L->method->arg_slots);
    lock_at_entry(L);
    L->dead = true; /* the first block is entered with nothing before it */
    while (offset < L->body.code_size && L->status == IL_OK) {
        L->il_offset = offset;
        if (L->blocks[offset].leader)
            lower_enter_block(L, offset);
        if (il_insn_read(L->body.code, L->body.code_size, offset, &insn, NULL) != IL_OK)
            return;
        if (!L->dead)
            lower_insn(L, &insn);
        offset += insn.size;
    }
    if (!L->dead && L->status == IL_OK)
        lower_fail(L, "control runs off the end of the method");
    lower_emit_edges(L);
    unlock_at_exit(L);
}

/* ---- Patching and finishing ---- */

static uint32_t index_of(const struct lowering *L, uint32_t offset) {
    uint32_t end = L->body.code_size;
    if (offset == LOWER_UNLOCK)
        return L->unlock;
    if (offset > end)
        return lower_edge_insn(L, offset);
    while (offset < end && !L->blocks[offset].lowered)
        offset++;
    return offset < end ? L->blocks[offset].insn : lower_edge_insn(L, end + 1);
}

static void patch(struct lowering *L) {
    for (uint32_t i = 0; i < L->count; i++) {
        struct insn *insn = &L->insns[i];
        switch (code_op_format(insn->op)) {
        case FORMAT_B:
        case FORMAT_SB:
        case FORMAT_SSB:
        case FORMAT_SIB: insn->u.branch.target = index_of(L, insn->u.branch.target); break;
        default:
            if (insn->op == CODE_call_finally) {
                insn->u.branch.target = index_of(L, insn->u.branch.target);
            } else if (insn->op == CODE_switch) {
                struct code_switch *table = insn->u.p;
                for (uint32_t k = 0; k < table->count; k++)
                    table->targets[k] = index_of(L, table->targets[k]);
            }
        }
    }
    for (uint32_t i = 0; i < L->body.clause_count; i++) {
        const il_clause *from = &L->il_clauses[i];
        struct code_clause *to = &L->clauses[i];
        to->try_start = index_of(L, from->try_offset);
        to->try_end = index_of(L, from->try_end);
        to->handler_start = index_of(L, from->handler_offset);
        to->handler_end = index_of(L, from->handler_end);
        if (from->kind == IL_CLAUSE_FILTER)
            to->filter_start = index_of(L, from->token_or_filter);
    }
    if (L->synchronized) {
        struct code_clause *to = &L->clauses[L->body.clause_count];
        to->try_start = L->locked;
        to->try_end = to->handler_start = L->unlock;
        to->handler_end = L->count;
    }
}

static il_status finish(struct lowering *L, struct code **out) {
    struct code *code = mem_pool_alloc(L->pool, sizeof *code);
    struct insn *insns = mem_pool_array(L->pool, L->count + 1, sizeof *insns);
    uint32_t *offsets = mem_pool_array(L->pool, L->count + 1, sizeof *offsets);
    if (!code || !insns || !offsets) {
        lower_no_memory(L);
        return L->status;
    }
    memcpy(insns, L->insns, L->count * sizeof *insns);
    memcpy(offsets, L->il_offsets, L->count * sizeof *offsets);
    code->method = L->method;
    code->insns = insns;
    code->il_offsets = offsets;
    code->insn_count = L->count;
    code->reg_count = L->reg_count;
    code->temp_start = L->temp_start;
    code->arg_slots = L->method->arg_slots;
    code->return_slots = L->method->return_slots;
    code->clauses = L->clauses;
    code->clause_count = clause_count(L);
    code->il_size = L->body.code_size;
    code->has_loops = L->has_loops;
    code->hooks = L->hooks;
    *out = code;
    return IL_OK;
}

/* ---- Setting up ---- */

static void set_arguments(struct lowering *L) {
    const struct method *method = L->method;
    uint32_t reg = 0;
    L->arg_count = method->param_count + method->has_this;
    L->args = mem_pool_array(&L->scratch, L->arg_count + 1, sizeof *L->args);
    if (!L->args) {
        lower_no_memory(L);
        return;
    }
    for (uint32_t i = 0; i < L->arg_count && L->status == IL_OK; i++) {
        struct type *type = method->owner;
        il_error err;
        if (!method->has_this || i > 0)
            type = method->params[i - method->has_this];
        else if (type_is_value(type) && ldr_byref_to(type, &type, &err) != IL_OK)
            lower_no_memory(L);
        L->args[i].type = type;
        L->args[i].reg = (uint16_t)reg;
        reg += type_slots(type);
    }
    L->temp_start = reg + (method->is_vararg ? METHOD_VARARG_SLOTS : 0);
    lower_need_regs(L, 0, L->temp_start + 1);
}

static void set_locals(struct lowering *L) {
    struct type **types;
    il_error err;
    il_status status =
        ldr_locals(L->module, L->body.locals_token, &L->context, &types, &L->local_count, &err);
    for (uint32_t i = 0; status == IL_OK && i < L->local_count; i++) {
        if (types[i]->storage == STORE_STRUCT) /* the variable is an instance of it */
            status = type_prepare(types[i], &err);
    }
    if (status == IL_NO_TYPE || status == IL_FILE_ERROR) {
        L->local_count = 0;
        lower_throw_error(L, &err);
        L->unusable = true;
        return;
    }
    if (status != IL_OK) {
        L->local_count = 0;
        if (status == IL_BAD_SIGNATURE || status == IL_BAD_METADATA)
            lower_fail(L, "local variables: %s", err.text);
        else /* something to load is not there */
            L->status = il_fail(L->err, status, IL_NO_OFFSET, err.token, "%s", err.text);
        return;
    }
    L->locals = mem_pool_array(&L->scratch, L->local_count + 1, sizeof *L->locals);
    if (!L->locals) {
        lower_no_memory(L);
        return;
    }
    for (uint32_t i = 0; i < L->local_count; i++) {
        L->locals[i].type = types[i];
        L->locals[i].reg = (uint16_t)L->temp_start;
        L->temp_start += type_slots(types[i]);
        lower_need_regs(L, L->temp_start, 1);
    }
}

static bool allocate(struct lowering *L, uint8_t **starts) {
    uint32_t size = L->body.code_size + 1;
    L->max_depth = L->body.max_stack;
    if (L->max_depth < 1 && L->body.clause_count)
        L->max_depth = 1;
    L->blocks = mem_pool_array(&L->scratch, size, sizeof *L->blocks);
    uint32_t depth = L->max_depth + L->method->param_count + 3; /* jmp loads all arguments */
    L->stack = mem_pool_array(&L->scratch, depth, sizeof *L->stack);
    *starts = mem_pool_array(&L->scratch, size, 1);
    return L->blocks && L->stack && *starts && lower_grow(L);
}

static void run(struct lowering *L, struct code **out) {
    uint8_t *starts;
    if (!allocate(L, &starts)) {
        lower_no_memory(L);
        return;
    }
    if (L->body.code_size == 0)
        lower_fail(L, "the body is empty");
    set_arguments(L);
    if (L->status == IL_OK)
        set_locals(L);
    L->synchronized =
        (L->method->impl_flags & IMPL_SYNCHRONIZED) && !L->method->unbox_this && !L->unusable;
    if (L->unusable)
        L->body.clause_count = 0;
    if (L->status == IL_OK)
        read_clauses(L);
    if (L->status == IL_OK)
        scan(L, starts);
    if (L->status == IL_OK)
        check_leaders(L, starts);
    L->blocks[0].leader = true;
    do {
        if (L->status == IL_OK && !L->unusable)
            lower_all(L);
    } while (lower_needs_pass(L));
    if (L->status == IL_OK) {
        patch(L);
        finish(L, out);
    }
}

static il_status read_body(const struct method *method, const struct body_override *body,
                           il_body *out, il_error *err) {
    if (body)
        return il_body_read(body->start, body->limit, out, err);
    return rt_get_body(method->owner->module, IL_TOKEN(IL_MethodDef, method->row), out, err);
}

il_status code_lower(struct thread *thread, struct method *method, const rt_hook *hooks,
                     const struct body_override *body, struct code **out, il_error *err) {
    struct module *module = method->owner->module;
    struct lowering L = {.thread = thread,
                         .method = method,
                         .module = module,
                         .context = ldr_method_context(method),
                         .pool = &module->rt->pool,
                         .hooks = hooks,
                         .err = err};
    char name[256];
    il_status status = read_body(method, body, &L.body, err);
    if (status == IL_BAD_BODY || status == IL_NO_BODY || status == IL_TRUNCATED) {
        il_error inner = *err;
        return il_fail(err, IL_BAD_BODY, inner.offset, IL_TOKEN(IL_MethodDef, method->row),
                       "%s: %s", method_name(method, name, sizeof name), inner.text);
    }
    if (status != IL_OK)
        return status;
    run(&L, out);
    mem_pool_fini(&L.scratch);
    mem_free(L.insns);
    mem_free(L.il_offsets);
    return L.status;
}
