/* Lowering: arithmetic, conversions and comparisons (III.1.5, III.3). */
#include <string.h>

#include "runtime/exec/lower.h"

/* The i8 operations follow the i4 ones in the same order (CODE_INT_OPS), r8 follows r4. */
#define I8_OF(op) ((enum code_op)((op) + (CODE_add_i8 - CODE_add_i4)))
#define R8_OF(op) ((enum code_op)((op) + (CODE_add_r8 - CODE_add_r4)))
#define NO_OP     CODE_nop

static void widen_to_i8(struct lowering *L, struct value *v) {
    if (v->kind != V_I4)
        return;
    if (!v->constant) {
        uint16_t from = lower_use(L, v);
        lower_emit(L, CODE_conv_i8_i4, v->home, from, 0);
        v->reg = v->home;
    }
    v->kind = V_I8;
}

static void widen_to_r8(struct lowering *L, struct value *v) {
    if (v->kind != V_R4)
        return;
    uint16_t from = lower_use(L, v);
    lower_emit(L, CODE_conv_r8_r4, v->home, from, 0);
    v->reg = v->home;
    v->kind = V_R8;
}

void lower_widen(struct lowering *L, struct value *value, value_kind kind) {
    if (kind == V_R8)
        widen_to_r8(L, value);
    else
        widen_to_i8(L, value);
    value->kind = (uint8_t)kind;
}

static bool is_float(const struct value *v) {
    return v->kind == V_R4 || v->kind == V_R8;
}

/* Brings both operands to one kind (table III.2), which is returned; fails when there is none. */
static value_kind unify(struct lowering *L, struct value *a, struct value *b, const char *what) {
    if (a->kind == V_STRUCT || b->kind == V_STRUCT || is_float(a) != is_float(b)) {
        lower_fail(L, "%s: the operands' types do not go together", what);
        return V_I4;
    }
    if (is_float(a)) {
        if (a->kind == V_R4 && b->kind == V_R4)
            return V_R4;
        widen_to_r8(L, a);
        widen_to_r8(L, b);
        return V_R8;
    }
    if (a->kind == V_I4 && b->kind == V_I4)
        return V_I4;
    widen_to_i8(L, a);
    widen_to_i8(L, b);
    return V_I8;
}

static void push_result(struct lowering *L, value_kind kind, enum code_op op, struct value *a,
                        struct value *b) {
    uint16_t ra = lower_use(L, a), rb = lower_use(L, b);
    uint16_t home = lower_push_kind(L, kind);
    lower_emit(L, op, home, ra, rb);
}

static bool fits_int32(int64_t imm) {
    return imm == (int32_t)imm;
}

/* a OP constant, where there is such a form. */
static bool push_immediate(struct lowering *L, value_kind kind, enum code_op op, struct value *a,
                           const struct value *b) {
    enum code_op form;
    int64_t imm = b->imm;
    if (!b->constant || a->constant)
        return false;
    switch (op) {
    case CODE_add_i4: form = CODE_add_imm_i4; break;
    case CODE_sub_i4:
        form = CODE_add_imm_i4;
        imm = kind == V_I4 ? (int64_t)(int32_t)(0 - (uint32_t)imm) : (int64_t)(0 - (uint64_t)imm);
        break;
    case CODE_mul_i4: form = CODE_mul_imm_i4; break;
    case CODE_and_i4: form = CODE_and_imm_i4; break;
    case CODE_shl_i4: form = CODE_shl_imm_i4; break;
    case CODE_shr_i4: form = CODE_shr_imm_i4; break;
    case CODE_shr_un_i4: form = CODE_shr_un_imm_i4; break;
    default: return false;
    }
    uint16_t ra = lower_use(L, a);
    uint16_t home = lower_push_kind(L, kind);
    lower_emit_imm(L, kind == V_I4 ? form : I8_OF(form), home, ra, imm);
    return true;
}

/* op: the i4 form; rop: the r4 form or NO_OP. */
static void binary(struct lowering *L, enum code_op op, enum code_op rop, const char *what) {
    struct value b = lower_pop(L), a = lower_pop(L);
    bool address = a.kind == V_ADDRESS, both = address && b.kind == V_ADDRESS;
    bool other = b.kind == V_ADDRESS && !address && op == CODE_add_i4;
    if ((a.kind == V_REF || b.kind == V_REF) && L->status == IL_OK) {
        lower_fail(L, "%s: an operand is an object", what);
        return;
    }
    value_kind kind = unify(L, &a, &b, what);
    if (kind == V_R4 || kind == V_R8) {
        if (rop == NO_OP)
            lower_fail(L, "%s: the operands are floating-point numbers", what);
        else
            push_result(L, kind, kind == V_R4 ? rop : R8_OF(rop), &a, &b);
        return;
    }
    if (!push_immediate(L, kind, op, &a, &b))
        push_result(L, kind, kind == V_I4 ? op : I8_OF(op), &a, &b);
    if ((address && !both) || other)
        lower_top(L, 0)->kind = V_ADDRESS;
}

static void shift(struct lowering *L, enum code_op op) {
    struct value count = lower_pop(L), a = lower_pop(L);
    if ((a.kind != V_I4 && a.kind != V_I8) || (count.kind != V_I4 && count.kind != V_I8)) {
        lower_fail(L, "shift: the operands are not integers");
        return;
    }
    value_kind kind = a.kind;
    if (!push_immediate(L, kind, op, &a, &count))
        push_result(L, kind, kind == V_I4 ? op : I8_OF(op), &a, &count);
}

static void unary(struct lowering *L, enum code_op op, enum code_op rop) {
    struct value a = lower_pop(L);
    value_kind kind = a.kind;
    if (kind == V_REF || kind == V_STRUCT || (is_float(&a) && rop == NO_OP)) {
        lower_fail(L, "the operand is not a number");
        return;
    }
    uint16_t reg = lower_use(L, &a);
    enum code_op used = kind == V_I4   ? op
                        : kind == V_R4 ? rop
                        : kind == V_R8 ? R8_OF(rop)
                                       : I8_OF(op);
    lower_emit(L, used, lower_push_kind(L, kind == V_ADDRESS ? V_I8 : kind), reg, 0);
}

/* ---- Conversions ---- */

struct conversion {
    uint8_t to; /* type_storage; STORE_U4 and an own mark for u8 where signs matter */
    bool to_u8, ovf, un;
};

static void emit_conversion(struct lowering *L, struct value *a, enum code_op op, value_kind kind,
                            uint8_t storage) {
    uint16_t reg = lower_use(L, a);
    lower_emit(L, op, lower_push_kind(L, kind), reg, 0);
    lower_top(L, 0)->storage = storage;
}

/* The value as it is, under another kind. */
static void keep(struct lowering *L, struct value a, value_kind kind) {
    a.kind = (uint8_t)kind;
    a.storage = STORE_I4;
    a.type = NULL;
    if (kind == V_I4 && a.constant)
        a.imm = (int32_t)a.imm;
    lower_push_copy(L, a);
}

static void convert_small(struct lowering *L, struct value *a, uint8_t to) {
    static const uint16_t ops[] = {[STORE_I1] = CODE_conv_i1,
                                   [STORE_U1] = CODE_conv_u1,
                                   [STORE_I2] = CODE_conv_i2,
                                   [STORE_U2] = CODE_conv_u2};
    if (a->kind == V_R8) {
        uint16_t reg = lower_use(L, a);
        lower_emit(L, CODE_conv_i4_r8, a->home, reg, 0);
        a->reg = a->home;
    } else if (a->storage == to && a->kind == V_I4) {
        lower_push_copy(L, *a);
        return;
    }
    emit_conversion(L, a, ops[to], V_I4, to);
}

static void convert_plain(struct lowering *L, struct value *a, const struct conversion *c) {
    bool real = a->kind == V_R8;
    switch (c->to) {
    case STORE_I1:
    case STORE_U1:
    case STORE_I2:
    case STORE_U2: convert_small(L, a, c->to); return;
    case STORE_I4:
    case STORE_U4:
        if (real)
            emit_conversion(L, a, c->to == STORE_I4 ? CODE_conv_i4_r8 : CODE_conv_u4_r8, V_I4,
                            STORE_I4);
        else
            keep(L, *a, V_I4);
        return;
    case STORE_I8:
        if (real)
            emit_conversion(L, a, c->to_u8 ? CODE_conv_u8_r8 : CODE_conv_i8_r8, V_I8, STORE_I4);
        else if (a->kind == V_I4 && a->constant) {
            a->imm = c->to_u8 ? (int64_t)(uint32_t)a->imm : a->imm;
            keep(L, *a, V_I8);
        } else if (a->kind == V_I4 && a->extended)
            keep(L, *a, V_I8);
        else if (a->kind == V_I4)
            emit_conversion(L, a, c->to_u8 ? CODE_conv_u8_u4 : CODE_conv_i8_i4, V_I8, STORE_I4);
        else
            keep(L, *a, V_I8);
        return;
    case STORE_R4:
        if (real)
            emit_conversion(L, a, CODE_conv_r4_r8, V_R4, STORE_I4);
        else
            emit_conversion(L, a, a->kind == V_I4 ? CODE_conv_r4_i4 : CODE_conv_r4_i8, V_R4,
                            STORE_I4);
        return;
    default: /* STORE_R8; conv.r.un has un set */
        if (real)
            lower_push_copy(L, *a);
        else if (a->kind == V_I4)
            emit_conversion(L, a, c->un ? CODE_conv_r8_u4 : CODE_conv_r8_i4, V_R8, STORE_I4);
        else
            emit_conversion(L, a, c->un ? CODE_conv_r8_u8 : CODE_conv_r8_i8, V_R8, STORE_I4);
        return;
    }
}

/* Whether a checked conversion to 64 bits cannot fail: the signs agree. */
static bool always_fits(const struct value *a, const struct conversion *c) {
    return c->to == STORE_I8 && (a->kind == V_I4 || a->kind == V_I8) && c->to_u8 == c->un;
}

/* conv.ovf.u8 is told from conv.ovf.i8 by STORE_VOID, which no conversion goes to. */
static void convert_checked(struct lowering *L, struct value *a, const struct conversion *c) {
    type_storage from = a->kind == V_I4 ? STORE_I4 : a->kind == V_R8 ? STORE_R8 : STORE_I8;
    value_kind kind = c->to == STORE_I8 ? V_I8 : V_I4;
    type_storage to = c->to == STORE_I8 && c->to_u8 ? STORE_VOID : (type_storage)c->to;
    if (always_fits(a, c)) {
        convert_plain(L, a, c);
        return;
    }
    uint16_t reg = lower_use(L, a);
    lower_emit_imm(L, CODE_conv_ovf, lower_push_kind(L, kind), reg,
                   CODE_CONVERSION(from, to, c->un));
    if (c->to < STORE_I4)
        lower_top(L, 0)->storage = c->to;
}

static void convert(struct lowering *L, struct conversion c) {
    struct value a = lower_pop(L);
    if (a.kind == V_STRUCT) {
        lower_fail(L, "conversion: the operand is not a number");
        return;
    }
    if (a.kind == V_R4 && c.to == STORE_R4) {
        lower_push_copy(L, a);
        return;
    }
    widen_to_r8(L, &a);
    if (c.ovf)
        convert_checked(L, &a, &c);
    else
        convert_plain(L, &a, &c);
}

/* ---- Comparisons ---- */

static void compare(struct lowering *L, enum code_op op) {
    struct value b = lower_pop(L), a = lower_pop(L);
    value_kind kind = unify(L, &a, &b, "comparison");
    if (kind == V_R4) {
        widen_to_r8(L, &a);
        widen_to_r8(L, &b);
        kind = V_R8;
    }
    if (kind == V_R8)
        op = (enum code_op)(op - CODE_ceq_i4 + CODE_ceq_r8);
    else if (kind == V_I8)
        op = I8_OF(op);
    push_result(L, V_I4, op, &a, &b);
    lower_top(L, 0)->storage = STORE_U1;
}

static enum code_op branch_op(il_opcode opcode) {
    switch (opcode) {
    case IL_OP_BEQ:
    case IL_OP_BEQ_S: return CODE_beq_i4;
    case IL_OP_BNE_UN:
    case IL_OP_BNE_UN_S: return CODE_bne_i4;
    case IL_OP_BLT:
    case IL_OP_BLT_S: return CODE_blt_i4;
    case IL_OP_BLE:
    case IL_OP_BLE_S: return CODE_ble_i4;
    case IL_OP_BGT:
    case IL_OP_BGT_S: return CODE_bgt_i4;
    case IL_OP_BGE:
    case IL_OP_BGE_S: return CODE_bge_i4;
    case IL_OP_BLT_UN:
    case IL_OP_BLT_UN_S: return CODE_blt_un_i4;
    case IL_OP_BLE_UN:
    case IL_OP_BLE_UN_S: return CODE_ble_un_i4;
    case IL_OP_BGT_UN:
    case IL_OP_BGT_UN_S: return CODE_bgt_un_i4;
    default: return CODE_bge_un_i4;
    }
}

static bool has_immediate(enum code_op op) {
    return op >= CODE_beq_i4 && op <= CODE_bge_i4;
}

void lower_compare_branch(struct lowering *L, const il_insn *insn) {
    struct value b = lower_pop(L), a = lower_pop(L);
    enum code_op op = branch_op(insn->opcode);
    value_kind kind = unify(L, &a, &b, "branch");
    if (kind == V_R4) {
        widen_to_r8(L, &a);
        widen_to_r8(L, &b);
        kind = V_R8;
    }
    bool imm = kind != V_R8 && b.constant && !a.constant && fits_int32(b.imm) && has_immediate(op);
    uint16_t ra = lower_use(L, &a), rb = imm ? 0 : lower_use(L, &b);
    lower_home_all(L);
    if (imm)
        op = (enum code_op)(op - CODE_beq_i4 + CODE_beq_imm_i4);
    if (kind == V_R8)
        op = (enum code_op)(op - CODE_beq_i4 + CODE_beq_r8);
    else if (kind == V_I8)
        op = I8_OF(op);
    struct insn *branch = lower_emit(L, op, ra, rb, 0);
    branch->u.branch.target = insn->u.target;
    branch->u.branch.imm = imm ? (int32_t)b.imm : 0;
}

void lower_bool_branch(struct lowering *L, const il_insn *insn, bool if_true) {
    struct value a = lower_pop(L);
    if (is_float(&a) || a.kind == V_STRUCT) {
        lower_fail(L, "branch: the operand is neither an integer nor an object");
        return;
    }
    uint16_t reg = lower_use(L, &a);
    lower_home_all(L);
    enum code_op op = if_true ? CODE_bne_imm_i4 : CODE_beq_imm_i4;
    struct insn *branch = lower_emit(L, lower_is_pointer_sized(a.kind) ? I8_OF(op) : op, reg, 0, 0);
    branch->u.branch.target = insn->u.target;
    branch->u.branch.imm = 0;
}

/* ---- Dispatch ---- */

static bool lower_conversion(struct lowering *L, il_opcode opcode) {
    static const struct {
        uint16_t opcode;
        struct conversion c;
    } table[] = {
        {IL_OP_CONV_I1, {STORE_I1, 0, 0, 0}},        {IL_OP_CONV_U1, {STORE_U1, 0, 0, 0}},
        {IL_OP_CONV_I2, {STORE_I2, 0, 0, 0}},        {IL_OP_CONV_U2, {STORE_U2, 0, 0, 0}},
        {IL_OP_CONV_I4, {STORE_I4, 0, 0, 0}},        {IL_OP_CONV_U4, {STORE_U4, 0, 0, 0}},
        {IL_OP_CONV_I8, {STORE_I8, 0, 0, 0}},        {IL_OP_CONV_U8, {STORE_I8, 1, 0, 0}},
        {IL_OP_CONV_I, {STORE_I8, 0, 0, 0}},         {IL_OP_CONV_U, {STORE_I8, 1, 0, 0}},
        {IL_OP_CONV_R4, {STORE_R4, 0, 0, 0}},        {IL_OP_CONV_R8, {STORE_R8, 0, 0, 0}},
        {IL_OP_CONV_R_UN, {STORE_R8, 0, 0, 1}},      {IL_OP_CONV_OVF_I1, {STORE_I1, 0, 1, 0}},
        {IL_OP_CONV_OVF_U1, {STORE_U1, 0, 1, 0}},    {IL_OP_CONV_OVF_I2, {STORE_I2, 0, 1, 0}},
        {IL_OP_CONV_OVF_U2, {STORE_U2, 0, 1, 0}},    {IL_OP_CONV_OVF_I4, {STORE_I4, 0, 1, 0}},
        {IL_OP_CONV_OVF_U4, {STORE_U4, 0, 1, 0}},    {IL_OP_CONV_OVF_I8, {STORE_I8, 0, 1, 0}},
        {IL_OP_CONV_OVF_U8, {STORE_I8, 1, 1, 0}},    {IL_OP_CONV_OVF_I, {STORE_I8, 0, 1, 0}},
        {IL_OP_CONV_OVF_U, {STORE_I8, 1, 1, 0}},     {IL_OP_CONV_OVF_I1_UN, {STORE_I1, 0, 1, 1}},
        {IL_OP_CONV_OVF_U1_UN, {STORE_U1, 0, 1, 1}}, {IL_OP_CONV_OVF_I2_UN, {STORE_I2, 0, 1, 1}},
        {IL_OP_CONV_OVF_U2_UN, {STORE_U2, 0, 1, 1}}, {IL_OP_CONV_OVF_I4_UN, {STORE_I4, 0, 1, 1}},
        {IL_OP_CONV_OVF_U4_UN, {STORE_U4, 0, 1, 1}}, {IL_OP_CONV_OVF_I8_UN, {STORE_I8, 0, 1, 1}},
        {IL_OP_CONV_OVF_U8_UN, {STORE_I8, 1, 1, 1}}, {IL_OP_CONV_OVF_I_UN, {STORE_I8, 0, 1, 1}},
        {IL_OP_CONV_OVF_U_UN, {STORE_I8, 1, 1, 1}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].opcode == opcode) {
            convert(L, table[i].c);
            return true;
        }
    }
    return false;
}

bool lower_arithmetic(struct lowering *L, const il_insn *insn) {
    switch (insn->opcode) {
    case IL_OP_ADD: binary(L, CODE_add_i4, CODE_add_r4, "add"); return true;
    case IL_OP_SUB: binary(L, CODE_sub_i4, CODE_sub_r4, "sub"); return true;
    case IL_OP_MUL: binary(L, CODE_mul_i4, CODE_mul_r4, "mul"); return true;
    case IL_OP_DIV: binary(L, CODE_div_i4, CODE_div_r4, "div"); return true;
    case IL_OP_REM: binary(L, CODE_rem_i4, CODE_rem_r4, "rem"); return true;
    case IL_OP_DIV_UN: binary(L, CODE_div_un_i4, NO_OP, "div.un"); return true;
    case IL_OP_REM_UN: binary(L, CODE_rem_un_i4, NO_OP, "rem.un"); return true;
    case IL_OP_AND: binary(L, CODE_and_i4, NO_OP, "and"); return true;
    case IL_OP_OR: binary(L, CODE_or_i4, NO_OP, "or"); return true;
    case IL_OP_XOR: binary(L, CODE_xor_i4, NO_OP, "xor"); return true;
    case IL_OP_ADD_OVF: binary(L, CODE_add_ovf_i4, NO_OP, "add.ovf"); return true;
    case IL_OP_ADD_OVF_UN: binary(L, CODE_add_ovf_un_i4, NO_OP, "add.ovf.un"); return true;
    case IL_OP_SUB_OVF: binary(L, CODE_sub_ovf_i4, NO_OP, "sub.ovf"); return true;
    case IL_OP_SUB_OVF_UN: binary(L, CODE_sub_ovf_un_i4, NO_OP, "sub.ovf.un"); return true;
    case IL_OP_MUL_OVF: binary(L, CODE_mul_ovf_i4, NO_OP, "mul.ovf"); return true;
    case IL_OP_MUL_OVF_UN: binary(L, CODE_mul_ovf_un_i4, NO_OP, "mul.ovf.un"); return true;
    case IL_OP_SHL: shift(L, CODE_shl_i4); return true;
    case IL_OP_SHR: shift(L, CODE_shr_i4); return true;
    case IL_OP_SHR_UN: shift(L, CODE_shr_un_i4); return true;
    case IL_OP_NEG: unary(L, CODE_neg_i4, CODE_neg_r4); return true;
    case IL_OP_NOT: unary(L, CODE_not_i4, NO_OP); return true;
    case IL_OP_CEQ: compare(L, CODE_ceq_i4); return true;
    case IL_OP_CGT: compare(L, CODE_cgt_i4); return true;
    case IL_OP_CGT_UN: compare(L, CODE_cgt_un_i4); return true;
    case IL_OP_CLT: compare(L, CODE_clt_i4); return true;
    case IL_OP_CLT_UN: compare(L, CODE_clt_un_i4); return true;
    case IL_OP_CKFINITE: {
        struct value a = lower_pop(L);
        widen_to_r8(L, &a);
        if (a.kind != V_R8)
            lower_fail(L, "ckfinite: the operand is not a floating-point number");
        else
            emit_conversion(L, &a, CODE_ckfinite_r8, V_R8, STORE_I4);
        return true;
    }
    default: return lower_conversion(L, insn->opcode);
    }
}
