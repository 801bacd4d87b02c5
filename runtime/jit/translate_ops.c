/* One rule per operation: see translate.h. An operation without a rule keeps its method
 * interpreted. */
#include <stddef.h>

#include "runtime/jit/translate.h"

typedef struct rule {
    void (*translate)(struct translator *t, const struct insn *insn, const struct rule *rule);
    uint16_t code;          /* MIR_insn_code_t */
    uint8_t type;           /* MIR_type_t of memory */
    uint8_t kind;           /* enum kind of the value */
    uint8_t size;           /* bytes of an element */
    uint8_t helper;         /* enum helper */
    MIR_insn_code_t extend; /* of a narrow value before it is stored; MIR_MOV: none */
} rule;

#define OP   static void
#define ARGS struct translator *t, const struct insn *insn, const rule *rule

static MIR_insn_code_t mir_code(const rule *rule) {
    return (MIR_insn_code_t)rule->code;
}

/* ---- Arithmetic ---- */

/* An operation on twice the same slot. When the result ended up in the same register too, and that
 * on the stack, MIR would overrun an array; so the operand is used once more afterwards. */
static void on_itself(struct translator *t, MIR_insn_code_t code, enum kind from, enum kind to,
                      const struct insn *insn) {
    MIR_op_t result = tr_reg(t, tr_temp_as(t, to)), operand = tr_use_as(t, from, insn->b);
    tr_put3(t, code, result, operand, operand);
    tr_keep(t, from, insn->b);
    tr_move(t, to, tr_def_as(t, to, insn->a), result);
}

OP binary(ARGS) {
    if (insn->b == insn->c) {
        on_itself(t, mir_code(rule), KIND_INT, KIND_INT, insn);
        return;
    }
    MIR_op_t b = tr_use(t, insn->b), c = tr_value(t, insn->c);
    tr_put3(t, mir_code(rule), tr_def(t, insn->a), b, c);
}

OP binary_imm(ARGS) {
    MIR_op_t b = tr_use(t, insn->b);
    tr_put3(t, mir_code(rule), tr_def(t, insn->a), b, tr_int(t, insn->u.i));
}

OP shift_imm(ARGS) {
    MIR_op_t b = tr_use(t, insn->b);
    tr_put3(t, mir_code(rule), tr_def(t, insn->a), b, tr_int(t, insn->u.i & (8 * rule->size - 1)));
}

OP unary(ARGS) {
    MIR_op_t b = tr_use(t, insn->b);
    tr_put2(t, mir_code(rule), tr_def(t, insn->a), b);
}

OP not(ARGS) {
    MIR_op_t b = tr_use(t, insn->b);
    (void)rule;
    tr_put3(t, MIR_XOR, tr_def(t, insn->a), b, tr_int(t, -1));
}

/* A 64-bit shift serves int32 too when the count is cut to five bits. */
OP shl_i4(ARGS) {
    MIR_op_t count = tr_reg(t, tr_temp(t)), b = tr_use(t, insn->b);
    (void)rule;
    tr_put3(t, MIR_AND, count, tr_use(t, insn->c), tr_int(t, 31));
    tr_put3(t, MIR_LSH, tr_def(t, insn->a), b, count);
}

/* Divisors 0 and -1 are left to the helper. */
OP divide(ARGS) {
    bool narrow = rule->size == 4, is_signed = rule->helper;
    int64_t divisor;
    MIR_op_t b = tr_use(t, insn->b), c = tr_use(t, insn->c);
    if (tr_is_constant(t, insn->c, &divisor) && divisor != 0 && divisor != -1) {
        tr_put3(t, mir_code(rule), tr_def(t, insn->a), b, tr_int(t, divisor));
        return;
    }
    MIR_reg_t result = tr_temp(t);
    MIR_label_t back = MIR_new_label(t->ctx);
    MIR_op_t special = tr_label(
        t, tr_cold(t, HELP_divide, result, back, 3, (MIR_op_t[]){tr_int(t, insn->op), b, c}));
    tr_put3(t, narrow ? MIR_BEQS : MIR_BEQ, special, c, tr_int(t, 0));
    if (is_signed)
        tr_put3(t, narrow ? MIR_BEQS : MIR_BEQ, special, c, tr_int(t, -1));
    tr_put3(t, mir_code(rule), tr_reg(t, result), b, c);
    tr_place(t, back);
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_reg(t, result));
}

static MIR_op_t overflow(struct translator *t) {
    return tr_label(t, tr_cold(t, HELP_throw_overflow, 0, NULL, 0, NULL));
}

/* In 64 bits on extended operands; the result overflows when extending it changes it. For mul.un
 * the product has 64 bits, and the same holds. */
OP overflow_i4(ARGS) {
    MIR_insn_code_t extend = rule->extend;
    MIR_op_t b = tr_reg(t, tr_temp(t)), c = tr_reg(t, tr_temp(t));
    MIR_op_t wide = tr_reg(t, tr_temp(t)), narrow = tr_reg(t, tr_temp(t));
    tr_put2(t, extend, b, tr_use(t, insn->b));
    tr_put2(t, extend, c, tr_use(t, insn->c));
    tr_put3(t, mir_code(rule), wide, b, c);
    tr_put2(t, extend, narrow, wide);
    tr_put3(t, MIR_BNE, overflow(t), narrow, wide);
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), wide);
}

OP overflow_i8(ARGS) {
    MIR_op_t result = tr_reg(t, tr_temp(t)), where = overflow(t);
    tr_put3(t, mir_code(rule), result, tr_use(t, insn->b), tr_use(t, insn->c));
    tr_put1(t, MIR_BO, where);
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), result);
}

/* A sum is too large when it is less than a term, a difference when the subtrahend is greater. */
OP add_ovf_un_i8(ARGS) {
    MIR_op_t result = tr_reg(t, tr_temp(t)), b = tr_use(t, insn->b);
    (void)rule;
    tr_put3(t, MIR_ADD, result, b, tr_use(t, insn->c));
    tr_put3(t, MIR_UBLT, overflow(t), result, b);
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), result);
}

OP sub_ovf_un_i8(ARGS) {
    MIR_op_t b = tr_use(t, insn->b), c = tr_use(t, insn->c);
    (void)rule;
    tr_put3(t, MIR_UBLT, overflow(t), b, c);
    tr_put3(t, MIR_SUB, tr_def(t, insn->a), b, c);
}

/* A helper that computes. */
OP by_helper(ARGS) {
    MIR_reg_t result = tr_temp(t);
    tr_call_helper(t, rule->helper, result, 2,
                   (MIR_op_t[]){tr_use(t, insn->b), tr_use(t, insn->c)});
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_reg(t, result));
}

/* ---- Moves and branches ---- */

OP nothing(ARGS) {
    (void)t, (void)insn, (void)rule;
}

static bool in_loop(const struct translator *t) {
    for (uint32_t start = t->at + 1; start-- > 0;) {
        if (t->loops[start] && t->loops[start]->last >= t->at)
            return true;
    }
    return false;
}

/* In a loop a copy of a variable is made to look like a value of its own: MIR would use the
 * variable in its place, also where the variable has the next iteration's value already. */
OP mov(ARGS) {
    /* What lies in memory may have been written through its address. */
    bool non_null = t->non_null[insn->b] && !t->in_memory[insn->b];
    const struct insn *constant = t->in_memory[insn->b] ? NULL : t->constant_of[insn->b];
    MIR_op_t b = tr_use(t, insn->b);
    (void)rule;
    if (insn->a < t->code->temp_start && insn->b < t->code->temp_start && in_loop(t))
        tr_put3(t, MIR_XOR, tr_def(t, insn->a), b, tr_zero(t, KIND_INT));
    else
        tr_put2(t, MIR_MOV, tr_def(t, insn->a), b);
    tr_know(t, insn->a, non_null, constant);
}

/* From the instruction itself, so that MIR does not know the value. */
OP ldc(ARGS) {
    MIR_reg_t base = tr_temp(t);
    (void)rule;
    tr_put2(t, MIR_MOV, tr_reg(t, base), tr_pointer(t, &insn->u));
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_constant(t, MIR_T_I64, 0, base));
    tr_know(t, insn->a, !exec_is_null((void *)(intptr_t)insn->u.i), insn);
}

OP branch(ARGS) {
    tr_put3(t, mir_code(rule), tr_label(t, tr_target(t, insn->u.branch.target)), tr_use(t, insn->a),
            tr_use(t, insn->b));
}

OP branch_imm(ARGS) {
    tr_put3(t, mir_code(rule), tr_label(t, tr_target(t, insn->u.branch.target)), tr_use(t, insn->a),
            tr_int(t, insn->u.branch.imm));
}

OP jump(ARGS) {
    (void)rule;
    tr_put1(t, MIR_JMP, tr_label(t, tr_target(t, insn->u.branch.target)));
}

/* A finally block that is entered without an exception returns to the instruction whose number is
 * in the clause's first register. */
OP call_finally(ARGS) {
    MIR_op_t state = tr_def(t, insn->a);
    (void)rule;
    tr_put2(t, MIR_MOV, state, tr_thread_word(t, MIR_T_I64, offsetof(struct thread, zero)));
    tr_put3(t, MIR_ADD, state, state, tr_int(t, t->at + 1));
    tr_put1(t, MIR_JMP, tr_label(t, tr_target(t, insn->u.branch.target)));
}

OP end_finally(ARGS) {
    (void)rule;
    for (uint32_t i = 0; i < t->code->insn_count; i++) {
        const struct insn *from = &t->code->insns[i];
        if (from->op == CODE_call_finally && from->a == insn->a && t->reachable[i])
            tr_put3(t, MIR_BEQ, tr_label(t, tr_target(t, i + 1)), tr_use(t, insn->a),
                    tr_int(t, i + 1));
    }
    tr_put1(t, MIR_JMP, tr_label(t, tr_thrown(t))); /* never: no other number is there */
}

OP switch_(ARGS) {
    const struct code_switch *table = insn->u.p;
    MIR_label_t next = MIR_new_label(t->ctx);
    MIR_op_t *ops = mir_host_alloc(table->count + 1, sizeof *ops);
    (void)rule;
    if (table->count == 0)
        return;
    ops[0] = tr_reg(t, tr_temp(t));
    for (uint32_t i = 0; i < table->count; i++)
        ops[i + 1] = tr_label(t, tr_target(t, table->targets[i]));
    tr_put2(t, MIR_UEXT32, ops[0], tr_use(t, insn->a));
    tr_put3(t, MIR_UBGE, tr_label(t, next), ops[0], tr_int(t, table->count));
    MIR_append_insn(t->ctx, t->function,
                    MIR_new_insn_arr(t->ctx, MIR_SWITCH, table->count + 1, ops));
    tr_place(t, next);
}

OP hook(ARGS) {
    MIR_op_t args[] = {tr_pointer(t, insn->u.p),
                       insn->b ? tr_reg(t, tr_address(t, insn->a)) : tr_int(t, 0)};
    tr_call_helper(t, (enum helper)rule->helper, 0, 2, args);
}

OP ret(ARGS) {
    enum kind kind = rule->size ? tr_kind_of(t->request->method->return_type) : KIND_INT;
    if (kind != KIND_INT)
        tr_move(t, kind, tr_float_word(t, kind, 0), tr_use_as(t, kind, insn->a));
    tr_put2(t, MIR_MOV, tr_reg(t, t->result),
            rule->size && kind == KIND_INT ? tr_use(t, insn->a) : tr_int(t, 0));
    tr_put1(t, MIR_JMP, tr_label(t, t->leave));
}

/* ---- Floating point ---- */

static enum kind kind_of(const rule *rule) {
    return (enum kind)rule->kind;
}

OP float_mov(ARGS) {
    MIR_op_t b = tr_use_as(t, kind_of(rule), insn->b);
    tr_move(t, kind_of(rule), tr_def_as(t, kind_of(rule), insn->a), b);
}

/* From the instruction itself: MIR's own constants lie in its context. */
OP float_constant(ARGS) {
    MIR_reg_t base = tr_temp(t);
    tr_put2(t, MIR_MOV, tr_reg(t, base), tr_pointer(t, &insn->u));
    tr_move(t, kind_of(rule), tr_def_as(t, kind_of(rule), insn->a),
            tr_constant(t, (MIR_type_t)rule->type, 0, base));
}

OP float_binary(ARGS) {
    if (insn->b == insn->c) {
        on_itself(t, mir_code(rule), kind_of(rule), kind_of(rule), insn);
        return;
    }
    MIR_op_t b = tr_use_as(t, kind_of(rule), insn->b), c = tr_use_as(t, kind_of(rule), insn->c);
    tr_put3(t, mir_code(rule), tr_def_as(t, kind_of(rule), insn->a), b, c);
}

/* 0 - x would lose the sign of zero. */
OP float_negate(ARGS) {
    MIR_op_t b = tr_use_as(t, kind_of(rule), insn->b);
    tr_put2(t, mir_code(rule), tr_def_as(t, kind_of(rule), insn->a), b);
}

/* MIR's comparisons are false for NaN, all but ne. The operations with un are true: they are the
 * negations (size is 1) of the opposite ones. */
OP float_compare(ARGS) {
    MIR_op_t b = tr_use_as(t, KIND_R8, insn->b), c = tr_use_as(t, KIND_R8, insn->c);
    MIR_op_t result = tr_reg(t, tr_temp(t));
    tr_put3(t, mir_code(rule), result, b, c);
    tr_put3(t, MIR_XOR, tr_def(t, insn->a), result, tr_int(t, rule->size));
}

OP float_branch(ARGS) {
    MIR_op_t a = tr_use_as(t, KIND_R8, insn->a), b = tr_use_as(t, KIND_R8, insn->b);
    MIR_op_t target = tr_label(t, tr_target(t, insn->u.branch.target));
    if (rule->size) {
        MIR_label_t next = MIR_new_label(t->ctx);
        tr_put3(t, mir_code(rule), tr_label(t, next), a, b);
        tr_put1(t, MIR_JMP, target);
        tr_place(t, next);
    } else {
        tr_put3(t, mir_code(rule), target, a, b);
    }
}

/* From an integer, extended as the rule says. */
OP float_from_int(ARGS) {
    MIR_op_t wide = tr_reg(t, tr_temp(t));
    tr_put2(t, rule->extend, wide, tr_use(t, insn->b));
    tr_put2(t, mir_code(rule), tr_def_as(t, kind_of(rule), insn->a), wide);
}

OP float_from_float(ARGS) {
    enum kind to = kind_of(rule), from = to == KIND_R4 ? KIND_R8 : KIND_R4;
    MIR_op_t b = tr_use_as(t, from, insn->b);
    tr_put2(t, mir_code(rule), tr_def_as(t, to, insn->a), b);
}

/* What does not fit gives the least int64, in MIR as in the CLR. */
OP int_from_float(ARGS) {
    MIR_op_t b = tr_use_as(t, KIND_R8, insn->b);
    (void)rule;
    tr_put2(t, MIR_D2I, tr_def(t, insn->a), b);
}

OP int32_from_float(ARGS) {
    MIR_op_t wide = tr_reg(t, tr_temp(t)), narrow = tr_reg(t, tr_temp(t));
    MIR_label_t done = MIR_new_label(t->ctx);
    (void)rule;
    tr_put2(t, MIR_D2I, wide, tr_use_as(t, KIND_R8, insn->b));
    tr_put2(t, MIR_EXT32, narrow, wide);
    tr_put3(t, MIR_BEQ, tr_label(t, done), narrow, wide);
    tr_put2(t, MIR_MOV, narrow, tr_int(t, INT32_MIN));
    tr_place(t, done);
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), narrow);
}

/* Helpers on floating-point values take them from the thread's words 0 and 1 and leave their result
 * in word 0. */
static void float_helper(struct translator *t, enum helper helper, enum kind kind,
                         const struct insn *insn, bool two) {
    tr_move(t, kind, tr_float_word(t, kind, 0), tr_use_as(t, kind, insn->b));
    if (two)
        tr_move(t, kind, tr_float_word(t, kind, 1), tr_use_as(t, kind, insn->c));
    tr_call_helper(t, helper, 0, 0, NULL);
}

OP float_by_helper(ARGS) {
    enum kind kind = kind_of(rule);
    float_helper(t, (enum helper)rule->helper, kind, insn, rule->size == 2);
    tr_move(t, kind, tr_def_as(t, kind, insn->a), tr_float_word(t, kind, 0));
}

OP int_by_float_helper(ARGS) {
    float_helper(t, (enum helper)rule->helper, KIND_R8, insn, false);
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_float_word(t, KIND_INT, 0));
}

/* The slot's bits in an integer register. */
static MIR_op_t bits_of(struct translator *t, enum kind kind, uint32_t slot) {
    if (kind == KIND_INT)
        return tr_use(t, slot);
    MIR_op_t bits = tr_reg(t, tr_temp(t));
    tr_move(t, kind, tr_float_word(t, kind, 0), tr_use_as(t, kind, slot));
    tr_put2(t, MIR_MOV, bits, tr_float_word(t, KIND_INT, 0));
    return bits;
}

OP convert_checked(ARGS) {
    MIR_reg_t result = tr_temp(t);
    type_storage from = CODE_CONVERSION_FROM(insn->u.i);
    enum kind kind = from == STORE_R8 ? KIND_R8 : from == STORE_R4 ? KIND_R4 : KIND_INT;
    tr_call_helper(t, rule->helper, result, 2,
                   (MIR_op_t[]){bits_of(t, kind, insn->b), tr_int(t, insn->u.i)});
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_reg(t, result));
}

OP math(ARGS) {
    MIR_op_t result = tr_reg(t, tr_temp_as(t, KIND_R8)), x = tr_reg(t, tr_temp_as(t, KIND_R8));
    (void)rule;
    tr_move(t, KIND_R8, x, tr_use_as(t, KIND_R8, insn->b));
    tr_call_math(t, insn->u.p, result, x);
    tr_move(t, KIND_R8, tr_def_as(t, KIND_R8, insn->a), result);
}

/* ---- Memory ---- */

static MIR_type_t memory_type(const rule *rule) {
    return (MIR_type_t)rule->type;
}

OP check_null(ARGS) {
    (void)rule;
    tr_check_null(t, insn->a);
}

OP load(ARGS) {
    tr_check_null(t, insn->b);
    MIR_op_t from = tr_heap(t, memory_type(rule), insn->u.mem.offset, tr_base(t, insn->b));
    tr_move(t, kind_of(rule), tr_def_as(t, kind_of(rule), insn->a), from);
}

OP lea(ARGS) {
    (void)rule;
    tr_check_null(t, insn->b);
    MIR_op_t b = tr_use(t, insn->b);
    tr_put3(t, MIR_ADD, tr_def(t, insn->a), b, tr_int(t, insn->u.mem.offset));
}

/* MIR forgets to extend a narrow value that it has just stored and loads again: store it extended.
 */
static MIR_op_t value_to_store(struct translator *t, const rule *rule, uint32_t slot) {
    if (rule->extend == MIR_MOV)
        return tr_use_as(t, kind_of(rule), slot);
    MIR_op_t extended = tr_reg(t, tr_temp(t));
    tr_put2(t, rule->extend, extended, tr_use(t, slot));
    return extended;
}

OP store(ARGS) {
    tr_check_null(t, insn->a);
    MIR_op_t value = value_to_store(t, rule, insn->b);
    tr_move(t, kind_of(rule),
            tr_heap(t, memory_type(rule), insn->u.mem.offset, tr_base(t, insn->a)), value);
}

static MIR_op_t at_address(struct translator *t, const rule *rule, const void *address) {
    MIR_reg_t base = tr_temp(t);
    tr_put2(t, MIR_MOV, tr_reg(t, base), tr_pointer(t, address));
    return tr_heap(t, memory_type(rule), 0, base);
}

OP load_static(ARGS) {
    MIR_op_t from = at_address(t, rule, insn->u.p);
    tr_move(t, kind_of(rule), tr_def_as(t, kind_of(rule), insn->a), from);
}

OP store_static(ARGS) {
    MIR_op_t value = value_to_store(t, rule, insn->a);
    tr_move(t, kind_of(rule), at_address(t, rule, insn->u.p), value);
}

OP thread_static(ARGS) {
    MIR_reg_t result = tr_temp(t);
    tr_call_helper(t, rule->helper, result, 1, (MIR_op_t[]){tr_pointer(t, insn->u.p)});
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_reg(t, result));
    tr_know(t, insn->a, true, NULL);
}

/* ---- Arrays ---- */

/* Null and bounds checks; the index, extended. */
static MIR_reg_t checked_index(struct translator *t, uint32_t array, uint32_t index) {
    MIR_reg_t extended = tr_temp(t);
    tr_check_null(t, array);
    MIR_op_t range = tr_label(t, tr_cold(t, HELP_throw_range, 0, NULL, 0, NULL));
    MIR_op_t length = tr_constant(t, MIR_T_I32, ARRAY_LENGTH_OFFSET, tr_base(t, array));
    tr_put3(t, MIR_UBGES, range, tr_value(t, index), length);
    tr_put2(t, MIR_UEXT32, tr_reg(t, extended), tr_value(t, index));
    return extended;
}

/* All ones when any of the bits from 31 on is set. */
OP index_of_64_bits(ARGS) {
    MIR_op_t high = tr_reg(t, tr_temp(t)), mask = tr_reg(t, tr_temp(t)), b = tr_use(t, insn->b);
    (void)rule;
    tr_put3(t, MIR_URSH, high, b, tr_int(t, 31));
    tr_put3(t, MIR_NE, mask, high, tr_int(t, 0));
    tr_put2(t, MIR_NEG, mask, mask);
    tr_put3(t, MIR_OR, tr_def(t, insn->a), mask, b);
}

OP load_char(ARGS) {
    MIR_reg_t index = checked_index(t, insn->b, insn->c);
    MIR_op_t from = MIR_new_alias_mem_op(t->ctx, memory_type(rule), STRING_CHARS_OFFSET,
                                         tr_base(t, insn->b), index, rule->size, t->heap, 0);
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), from);
}

static MIR_op_t element(struct translator *t, const rule *rule, uint32_t array, MIR_reg_t index) {
    return MIR_new_alias_mem_op(t->ctx, memory_type(rule), ARRAY_DATA_OFFSET, tr_base(t, array),
                                index, rule->size, t->heap, 0);
}

OP ldlen(ARGS) {
    (void)rule;
    tr_check_null(t, insn->b);
    MIR_op_t from = tr_constant(t, MIR_T_I32, ARRAY_LENGTH_OFFSET, tr_base(t, insn->b));
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), from);
}

OP load_element(ARGS) {
    MIR_reg_t index = checked_index(t, insn->b, insn->c);
    MIR_op_t from = element(t, rule, insn->b, index);
    tr_move(t, kind_of(rule), tr_def_as(t, kind_of(rule), insn->a), from);
}

OP store_element(ARGS) {
    MIR_reg_t index = checked_index(t, insn->a, insn->b);
    MIR_op_t value = value_to_store(t, rule, insn->c);
    tr_move(t, kind_of(rule), element(t, rule, insn->a, index), value);
}

/* Storing a reference is checked unless the array's element type is exactly the object's. */
OP store_reference(ARGS) {
    MIR_reg_t index = checked_index(t, insn->a, insn->b), value = tr_base(t, insn->c);
    MIR_op_t wanted = tr_reg(t, tr_temp(t));
    MIR_reg_t array_type = tr_temp(t);
    MIR_label_t good = MIR_new_label(t->ctx);
    MIR_label_t check = tr_cold(t, rule->helper, 0, good, 2,
                                (MIR_op_t[]){tr_reg(t, tr_base(t, insn->a)), tr_reg(t, value)});
    tr_put3(t, MIR_BEQ, tr_label(t, good), tr_reg(t, value), tr_int(t, 0));
    tr_put2(t, MIR_MOV, tr_reg(t, array_type), tr_constant(t, MIR_T_P, 0, tr_base(t, insn->a)));
    tr_put2(t, MIR_MOV, wanted,
            tr_constant(t, MIR_T_P, offsetof(struct type, element_type), array_type));
    tr_put3(t, MIR_BNE, tr_label(t, check), wanted, tr_constant(t, MIR_T_P, 0, value));
    tr_place(t, good);
    tr_put2(t, MIR_MOV, element(t, rule, insn->a, index), tr_reg(t, value));
}

OP check_element(ARGS) {
    tr_call_helper(t, rule->helper, 0, 2,
                   (MIR_op_t[]){tr_use(t, insn->a), tr_pointer(t, insn->u.p)});
}

/* ---- Structures ---- */

OP move_slots(ARGS) {
    (void)rule;
    tr_copy(t, t->frame, 8 * (int64_t)insn->a, t->frame, 8 * (int64_t)insn->b,
            8 * insn->u.mem.size);
}

OP load_structure(ARGS) {
    (void)rule;
    tr_check_null(t, insn->b);
    tr_copy(t, t->frame, 8 * (int64_t)insn->a, tr_base(t, insn->b), insn->u.mem.offset,
            insn->u.mem.size);
}

OP store_structure(ARGS) {
    (void)rule;
    tr_check_null(t, insn->a);
    tr_copy(t, tr_base(t, insn->a), insn->u.mem.offset, t->frame, 8 * (int64_t)insn->b,
            insn->u.mem.size);
}

OP copy_structure(ARGS) {
    (void)rule;
    tr_check_null(t, insn->a);
    tr_check_null(t, insn->b);
    tr_copy(t, tr_base(t, insn->a), 0, tr_base(t, insn->b), 0, insn->u.mem.size);
}

OP zero_structure(ARGS) {
    MIR_op_t address = tr_reg(t, tr_temp(t));
    tr_check_null(t, insn->a);
    tr_put3(t, MIR_ADD, address, tr_use(t, insn->a), tr_int(t, insn->u.mem.offset));
    tr_call_helper(t, rule->helper, 0, 2, (MIR_op_t[]){address, tr_int(t, insn->u.mem.size)});
}

/* The address of an element of any size, without the array's header. */
static MIR_reg_t scaled(struct translator *t, uint32_t array, uint32_t index, uint32_t size) {
    MIR_reg_t extended = checked_index(t, array, index), address = tr_temp(t);
    tr_put3(t, MIR_MUL, tr_reg(t, address), tr_reg(t, extended), tr_int(t, size));
    tr_put3(t, MIR_ADD, tr_reg(t, address), tr_reg(t, address), tr_use(t, array));
    return address;
}

OP element_address(ARGS) {
    MIR_reg_t address = scaled(t, insn->b, insn->c, insn->u.mem.size);
    (void)rule;
    tr_put3(t, MIR_ADD, tr_def(t, insn->a), tr_reg(t, address), tr_int(t, ARRAY_DATA_OFFSET));
}

OP load_structure_element(ARGS) {
    MIR_reg_t address = scaled(t, insn->b, insn->c, insn->u.mem.size);
    (void)rule;
    tr_copy(t, t->frame, 8 * (int64_t)insn->a, address, ARRAY_DATA_OFFSET, insn->u.mem.size);
}

OP store_structure_element(ARGS) {
    MIR_reg_t address = scaled(t, insn->a, insn->b, insn->u.mem.size);
    (void)rule;
    tr_copy(t, address, ARRAY_DATA_OFFSET, t->frame, 8 * (int64_t)insn->c, insn->u.mem.size);
}

OP local_address(ARGS) {
    MIR_reg_t address = tr_address(t, insn->b);
    (void)rule;
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_reg(t, address));
}

OP return_structure(ARGS) {
    (void)rule; /* to where the callee's frame begins */
    tr_copy(t, t->frame, 0, t->frame, 8 * (int64_t)insn->a, 8 * insn->u.mem.size);
    tr_put2(t, MIR_MOV, tr_reg(t, t->result), tr_int(t, 0));
    tr_put1(t, MIR_JMP, tr_label(t, t->leave));
}

/* ---- Objects ---- */

static MIR_reg_t in_register(struct translator *t, const void *p) {
    MIR_reg_t reg = tr_temp(t);
    tr_put2(t, MIR_MOV, tr_reg(t, reg), tr_pointer(t, p));
    return reg;
}

/* A new object of a size that is known: the next cell of the thread's bin, which is empty when
 * somebody watches the heap. */
static MIR_reg_t new_cell(struct translator *t, const struct type *type) {
    MIR_reg_t object = tr_temp(t);
    MIR_op_t argument = tr_pointer(t, type), cell = tr_reg(t, object), next = tr_reg(t, tr_temp(t));
    if (type->instance_size > SIZE_CLASS_QUICK || type->gc.finalizable ||
        RT_WANTED(type->rt->events, object_allocated)) {
        tr_call_helper(t, HELP_new_object, object, 1, &argument);
        return object;
    }
    unsigned class = size_class_quick(type->instance_size);
    size_t bin = offsetof(struct thread, gc.bins) + class * sizeof(gc_bin);
    MIR_label_t done = MIR_new_label(t->ctx);
    MIR_label_t slow = tr_cold(t, HELP_new_object, object, done, 1, &argument);
    tr_put2(t, MIR_MOV, cell, tr_thread_word(t, MIR_T_P, bin + offsetof(gc_bin, next)));
    tr_put3(t, MIR_BEQ, tr_label(t, slow), cell,
            tr_thread_word(t, MIR_T_P, bin + offsetof(gc_bin, end)));
    tr_put3(t, MIR_ADD, next, cell, tr_int(t, (int64_t)size_of_class(class)));
    tr_put2(t, MIR_MOV, tr_thread_word(t, MIR_T_P, bin + offsetof(gc_bin, next)), next);
    tr_put2(t, MIR_MOV, tr_constant(t, MIR_T_P, 0, object), tr_reg(t, in_register(t, type)));
    tr_place(t, done);
    return object;
}

/* A helper on slot b and the instruction's pointer or immediate; the result goes to slot a. */
OP by_helper_imm(ARGS) {
    MIR_reg_t result = tr_temp(t);
    tr_call_helper(t, rule->helper, result, 2,
                   (MIR_op_t[]){tr_use(t, insn->b), tr_int(t, insn->u.i)});
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_reg(t, result));
}

/* A helper on three slots, without a result. */
OP by_helper_3(ARGS) {
    tr_call_helper(t, rule->helper, 0, 3,
                   (MIR_op_t[]){tr_use(t, insn->a), tr_use(t, insn->b), tr_use(t, insn->c)});
}

/* A value of one slot goes straight into a new object; structures, also what Nullable becomes, are
 * left to a helper. */
OP box(ARGS) {
    static const struct {
        uint8_t type;
        MIR_insn_code_t move; /* extends narrow values */
    } STORES[] = {[STORE_I1] = {MIR_T_I8, MIR_EXT8},   [STORE_U1] = {MIR_T_I8, MIR_EXT8},
                  [STORE_I2] = {MIR_T_I16, MIR_EXT16}, [STORE_U2] = {MIR_T_I16, MIR_EXT16},
                  [STORE_I4] = {MIR_T_I32, MIR_EXT32}, [STORE_U4] = {MIR_T_I32, MIR_EXT32},
                  [STORE_I8] = {MIR_T_I64, MIR_MOV},   [STORE_R4] = {MIR_T_F, MIR_FMOV},
                  [STORE_R8] = {MIR_T_D, MIR_DMOV}};
    const struct type *type = insn->u.p;
    enum kind kind = tr_kind_of(type);
    MIR_reg_t object;
    if (type->storage == STORE_STRUCT) {
        object = tr_temp(t);
        tr_call_helper(t, rule->helper, object, 2,
                       (MIR_op_t[]){tr_reg(t, tr_address(t, insn->b)), tr_pointer(t, type)});
    } else {
        MIR_op_t value = tr_reg(t, tr_temp_as(t, kind));
        tr_put2(t, STORES[type->storage].move, value, tr_use_as(t, kind, insn->b));
        object = new_cell(t, type);
        tr_move(t, kind, tr_heap(t, (MIR_type_t)STORES[type->storage].type, OBJECT_HEADER, object),
                value);
    }
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_reg(t, object));
}

OP reference_value(ARGS) {
    MIR_reg_t result = tr_temp(t);
    tr_call_helper(t, rule->helper, result, 2,
                   (MIR_op_t[]){tr_reg(t, tr_address(t, insn->b)), tr_pointer(t, insn->u.p)});
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_reg(t, result));
}

/* castclass, isinst and unbox of null, or of an object of exactly the type, need no helper (unbox
 * of null does). */
OP cast(ARGS) {
    MIR_reg_t object = tr_base(t, insn->b), result = tr_temp(t);
    MIR_op_t type = tr_reg(t, in_register(t, insn->u.p));
    MIR_label_t done = MIR_new_label(t->ctx);
    bool unboxes = rule->helper == HELP_unbox;
    MIR_op_t slow = tr_label(
        t, tr_cold(t, rule->helper, result, done, 2, (MIR_op_t[]){tr_reg(t, object), type}));
    tr_put3(t, MIR_ADD, tr_reg(t, result), tr_reg(t, object),
            tr_int(t, unboxes ? OBJECT_HEADER : 0));
    tr_put3(t, MIR_BEQ, unboxes ? slow : tr_label(t, done), tr_reg(t, object), tr_int(t, 0));
    tr_put3(t, MIR_BNE, slow, tr_constant(t, MIR_T_P, 0, object), type);
    tr_place(t, done);
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_reg(t, result));
}

OP new_array(ARGS) {
    by_helper_imm(t, insn, rule);
    tr_know(t, insn->a, true, NULL);
}

OP init_type(ARGS) {
    const struct type *type = insn->u.p;
    if (__atomic_load_n(&type->init, __ATOMIC_ACQUIRE) == INIT_DONE)
        return;
    MIR_label_t back = MIR_new_label(t->ctx);
    MIR_label_t slow = tr_cold(t, rule->helper, 0, back, 1, (MIR_op_t[]){tr_pointer(t, type)});
    tr_put3(t, MIR_BNE, tr_label(t, slow),
            tr_heap(t, MIR_T_U8, offsetof(struct type, init), in_register(t, type)),
            tr_int(t, INIT_DONE));
    tr_place(t, back);
}

OP unlock(ARGS) {
    tr_call_helper(t, rule->helper, 0, 1, (MIR_op_t[]){tr_use(t, insn->a)});
}

/* A poll: control that comes back from its call keeps MIR from taking an earlier load for this one.
 */
OP reload(ARGS) {
    (void)insn;
    MIR_label_t back = MIR_new_label(t->ctx);
    MIR_label_t slow = tr_cold(t, rule->helper, 0, back, 0, NULL);
    tr_put3(t, MIR_BNE, tr_label(t, slow),
            tr_thread_word(t, MIR_T_U32, offsetof(struct thread, poll)), tr_int(t, 0));
    tr_place(t, back);
}

OP throw(ARGS) {
    tr_check_null(t, insn->a);
    tr_call_helper(t, rule->helper, 0, 1, (MIR_op_t[]){tr_use(t, insn->a)});
    tr_put1(t, MIR_JMP, tr_label(t, tr_thrown(t)));
}

OP fail(ARGS) {
    tr_call_helper(t, rule->helper, 0, 1, (MIR_op_t[]){tr_pointer(t, insn->u.p)});
    tr_put1(t, MIR_JMP, tr_label(t, tr_thrown(t)));
}

/* ---- Calls ---- */

OP call(ARGS) {
    const struct method *method = insn->u.p;
    (void)rule;
    tr_call_method(t, &(struct call){.signature = method,
                                     .method = in_register(t, method),
                                     .first = insn->a,
                                     .count = method->arg_slots,
                                     .result = insn->a,
                                     .return_slots = method->return_slots});
}

/* A method of a value type gets the address of the value in the box. */
static MIR_reg_t unboxed_this(struct translator *t, MIR_reg_t object, MIR_reg_t method) {
    MIR_reg_t value = tr_temp(t);
    tr_put2(t, MIR_MOV, tr_reg(t, value),
            tr_constant(t, MIR_T_U8, offsetof(struct method, unbox_this), method));
    tr_put3(t, MIR_MUL, tr_reg(t, value), tr_reg(t, value), tr_int(t, OBJECT_HEADER));
    tr_put3(t, MIR_ADD, tr_reg(t, value), tr_reg(t, value), tr_reg(t, object));
    return value;
}

static void call_found(struct translator *t, const struct insn *insn, const struct method *declared,
                       MIR_reg_t method, MIR_reg_t this_arg) {
    tr_call_method(t, &(struct call){.signature = declared,
                                     .method = method,
                                     .this_arg = this_arg,
                                     .first = insn->a + 1u,
                                     .count = declared->arg_slots - 1,
                                     .result = insn->a,
                                     .return_slots = declared->return_slots});
}

OP call_virtual(ARGS) {
    const struct method *declared = insn->u.p;
    MIR_reg_t object = tr_base(t, insn->a), type = tr_temp(t), table = tr_temp(t);
    MIR_reg_t method = tr_temp(t), this_arg = object;
    tr_check_null(t, insn->a);
    tr_put2(t, MIR_MOV, tr_reg(t, type), tr_constant(t, MIR_T_P, 0, object));
    tr_put2(t, MIR_MOV, tr_reg(t, table),
            tr_constant(t, MIR_T_P, offsetof(struct type, vtable), type));
    tr_put2(t, MIR_MOV, tr_reg(t, method),
            tr_constant(t, MIR_T_P, 8 * (int64_t)declared->slot, table));
    /* Only the ancestors of the value types have overrides in value types. */
    const struct type *owner = declared->owner;
    if (!owner->parent || owner == owner->rt->core.value_type ||
        owner == owner->rt->core.enumeration)
        this_arg = unboxed_this(t, object, method);
    if (declared->definition != declared)
        tr_call_helper(t, rule->helper, method, 2,
                       (MIR_op_t[]){tr_reg(t, method), tr_pointer(t, declared)});
    call_found(t, insn, declared, method, this_arg);
}

OP call_indirect(ARGS) {
    const struct method *signature = ((const struct code_indirect_call *)insn->u.p)->signature;
    MIR_reg_t method = tr_temp(t);
    (void)rule;
    tr_put2(t, MIR_MOV, tr_reg(t, method), tr_use(t, insn->b));
    MIR_label_t null = tr_cold(t, HELP_throw_null, 0, NULL, 0, NULL);
    tr_put3(t, MIR_BEQ, tr_label(t, null), tr_reg(t, method), tr_int(t, 0));
    tr_call_method(t, &(struct call){.signature = signature,
                                     .method = method,
                                     .first = insn->a,
                                     .count = signature->arg_slots,
                                     .result = insn->a,
                                     .return_slots = signature->return_slots});
}

/* The call site remembers the first receiver's type and its method, which is valid once the type is
 * there, and not read before. */
OP call_interface(ARGS) {
    const struct code_interface_call *site = insn->u.p;
    MIR_reg_t object = tr_base(t, insn->a), method = tr_temp(t), type = tr_temp(t);
    MIR_label_t found = MIR_new_label(t->ctx);
    tr_check_null(t, insn->a);
    MIR_label_t slow = tr_cold(t, rule->helper, method, found, 2,
                               (MIR_op_t[]){tr_reg(t, object), tr_pointer(t, site)});
    MIR_reg_t base = in_register(t, site);
    tr_put2(t, MIR_MOV, tr_reg(t, type), tr_constant(t, MIR_T_P, 0, object));
    tr_put3(t, MIR_BNE, tr_label(t, slow), tr_reg(t, type),
            tr_heap(t, MIR_T_P, offsetof(struct code_interface_call, cached_type), base));
    tr_put2(t, MIR_MOV, tr_reg(t, method),
            tr_heap(t, MIR_T_P, offsetof(struct code_interface_call, cached_target), base));
    tr_place(t, found);
    call_found(t, insn, site->method, method, unboxed_this(t, object, method));
}

OP new_object(ARGS) {
    const struct method *constructor = insn->u.p;
    MIR_reg_t object = new_cell(t, constructor->owner);
    (void)rule;
    tr_call_method(t, &(struct call){.signature = constructor,
                                     .method = in_register(t, constructor),
                                     .this_arg = object,
                                     .first = insn->a,
                                     .count = constructor->arg_slots - 1});
    tr_put2(t, MIR_MOV, tr_def(t, insn->a), tr_reg(t, object));
    tr_know(t, insn->a, true, NULL);
}

/* The value takes the place of the arguments, which move up behind it. */
OP new_value(ARGS) {
    const struct method *constructor = insn->u.p;
    uint32_t slots = type_slots(constructor->owner), args = constructor->arg_slots - 1;
    uint32_t moved = insn->a + slots + 1u;
    (void)rule;
    const enum kind *kinds = tr_arg_kinds(constructor);
    for (uint32_t i = args; i-- > 0;) {
        MIR_op_t from = tr_use_as(t, kinds[i + 1], insn->a + i);
        tr_move(t, kinds[i + 1], tr_def_as(t, kinds[i + 1], moved + i), from);
    }
    for (uint32_t i = 0; i < slots; i++)
        tr_put2(t, MIR_MOV, tr_def(t, insn->a + i), tr_int(t, 0));
    tr_call_method(t, &(struct call){.signature = constructor,
                                     .method = in_register(t, constructor),
                                     .this_arg = tr_address(t, insn->a),
                                     .first = moved,
                                     .count = args});
}

/* String constructors are instance methods that are called with a null this. */
OP new_string(ARGS) {
    const struct method *factory = insn->u.p;
    (void)rule;
    tr_call_method(t, &(struct call){.signature = factory,
                                     .method = in_register(t, factory),
                                     .this_arg = in_register(t, NULL),
                                     .first = insn->a,
                                     .count = factory->arg_slots - 1,
                                     .result = insn->a,
                                     .return_slots = 1});
}

/* ---- The rules ---- */

#define INT_RULES(T, S, SIZE)                                                                      \
    [CODE_add_##T] = {binary, .code = MIR_ADD}, [CODE_sub_##T] = {binary, .code = MIR_SUB},        \
    [CODE_mul_##T] = {binary, .code = MIR_MUL}, [CODE_and_##T] = {binary, .code = MIR_AND},        \
    [CODE_or_##T] = {binary, .code = MIR_OR}, [CODE_xor_##T] = {binary, .code = MIR_XOR},          \
    [CODE_shr_##T] = {binary, .code = MIR_RSH##S},                                                 \
    [CODE_shr_un_##T] = {binary, .code = MIR_URSH##S},                                             \
    [CODE_div_##T] = {divide, .code = MIR_DIV##S, .size = SIZE, .helper = true},                   \
    [CODE_rem_##T] = {divide, .code = MIR_MOD##S, .size = SIZE, .helper = true},                   \
    [CODE_div_un_##T] = {divide, .code = MIR_UDIV##S, .size = SIZE},                               \
    [CODE_rem_un_##T] = {divide, .code = MIR_UMOD##S, .size = SIZE},                               \
    [CODE_add_imm_##T] = {binary_imm, .code = MIR_ADD},                                            \
    [CODE_mul_imm_##T] = {binary_imm, .code = MIR_MUL},                                            \
    [CODE_and_imm_##T] = {binary_imm, .code = MIR_AND},                                            \
    [CODE_shl_imm_##T] = {shift_imm, .code = MIR_LSH, .size = SIZE},                               \
    [CODE_shr_imm_##T] = {shift_imm, .code = MIR_RSH##S, .size = SIZE},                            \
    [CODE_shr_un_imm_##T] = {shift_imm, .code = MIR_URSH##S, .size = SIZE},                        \
    [CODE_neg_##T] = {unary, .code = MIR_NEG}, [CODE_not_##T] = {.translate = not },               \
    [CODE_ceq_##T] = {binary, .code = MIR_EQ##S}, [CODE_cgt_##T] = {binary, .code = MIR_GT##S},    \
    [CODE_cgt_un_##T] = {binary, .code = MIR_UGT##S},                                              \
    [CODE_clt_##T] = {binary, .code = MIR_LT##S},                                                  \
    [CODE_clt_un_##T] = {binary, .code = MIR_ULT##S},                                              \
    [CODE_beq_##T] = {branch, .code = MIR_BEQ##S}, [CODE_bne_##T] = {branch, .code = MIR_BNE##S},  \
    [CODE_blt_##T] = {branch, .code = MIR_BLT##S}, [CODE_ble_##T] = {branch, .code = MIR_BLE##S},  \
    [CODE_bgt_##T] = {branch, .code = MIR_BGT##S}, [CODE_bge_##T] = {branch, .code = MIR_BGE##S},  \
    [CODE_blt_un_##T] = {branch, .code = MIR_UBLT##S},                                             \
    [CODE_ble_un_##T] = {branch, .code = MIR_UBLE##S},                                             \
    [CODE_bgt_un_##T] = {branch, .code = MIR_UBGT##S},                                             \
    [CODE_bge_un_##T] = {branch, .code = MIR_UBGE##S},                                             \
    [CODE_beq_imm_##T] = {branch_imm, .code = MIR_BEQ##S},                                         \
    [CODE_bne_imm_##T] = {branch_imm, .code = MIR_BNE##S},                                         \
    [CODE_blt_imm_##T] = {branch_imm, .code = MIR_BLT##S},                                         \
    [CODE_ble_imm_##T] = {branch_imm, .code = MIR_BLE##S},                                         \
    [CODE_bgt_imm_##T] = {branch_imm, .code = MIR_BGT##S},                                         \
    [CODE_bge_imm_##T] = {branch_imm, .code = MIR_BGE##S}

#define OVERFLOW_RULES(OP, CODE)                                                                   \
    [CODE_##OP##_ovf_i4] = {overflow_i4, .code = MIR_##CODE, .extend = MIR_EXT32},                 \
    [CODE_##OP##_ovf_un_i4] = {overflow_i4, .code = MIR_##CODE, .extend = MIR_UEXT32},             \
    [CODE_##OP##_ovf_i8] = {overflow_i8, .code = MIR_##CODE##O}

#define FLOAT_RULES(T, F, KIND)                                                                    \
    [CODE_add_##T] = {float_binary, .code = MIR_##F##ADD, .kind = KIND},                           \
    [CODE_sub_##T] = {float_binary, .code = MIR_##F##SUB, .kind = KIND},                           \
    [CODE_mul_##T] = {float_binary, .code = MIR_##F##MUL, .kind = KIND},                           \
    [CODE_div_##T] = {float_binary, .code = MIR_##F##DIV, .kind = KIND},                           \
    [CODE_neg_##T] = {float_negate, .code = MIR_##F##NEG, .kind = KIND},                           \
    [CODE_mov_##T] = {float_mov, .kind = KIND},                                                    \
    [CODE_ldc_##T] = {float_constant, .type = MIR_T_##F, .kind = KIND},                            \
    [CODE_ld_##T] = {load, .type = MIR_T_##F, .kind = KIND},                                       \
    [CODE_st_##T] = {store, .type = MIR_T_##F, .kind = KIND, .extend = MIR_MOV},                   \
    [CODE_lds_##T] = {load_static, .type = MIR_T_##F, .kind = KIND},                               \
    [CODE_sts_##T] = {store_static, .type = MIR_T_##F, .kind = KIND, .extend = MIR_MOV}

/* Memory of one width: how it is read, and how a value is extended before it is stored. */
#define LOAD_RULES(W, TYPE, SIZE)                                                                  \
    [CODE_ld_##W] = {load, .type = MIR_T_##TYPE},                                                  \
    [CODE_lds_##W] = {load_static, .type = MIR_T_##TYPE},                                          \
    [CODE_ldelem_##W] = {load_element, .type = MIR_T_##TYPE, .size = SIZE}

#define STORE_RULES(W, TYPE, EXTEND)                                                               \
    [CODE_st_##W] = {store, .type = MIR_T_##TYPE, .extend = EXTEND},                               \
    [CODE_sts_##W] = {store_static, .type = MIR_T_##TYPE, .extend = EXTEND},                       \
    [CODE_stelem_##W] = {store_element, .type = MIR_T_##TYPE, .size = W, .extend = EXTEND}

static const rule RULES[CODE_OP_COUNT] = {
    INT_RULES(i4, S, 4),
    INT_RULES(i8, , 8),
    OVERFLOW_RULES(add, ADD),
    OVERFLOW_RULES(sub, SUB),
    OVERFLOW_RULES(mul, MUL),
    FLOAT_RULES(r4, F, KIND_R4),
    FLOAT_RULES(r8, D, KIND_R8),
    [CODE_ldelem_r4] = {load_element, .type = MIR_T_F, .kind = KIND_R4, .size = 4},
    [CODE_ldelem_r8] = {load_element, .type = MIR_T_D, .kind = KIND_R8, .size = 8},
    [CODE_stelem_r4] = {store_element, .type = MIR_T_F, .kind = KIND_R4, .size = 4},
    [CODE_stelem_r8] = {store_element, .type = MIR_T_D, .kind = KIND_R8, .size = 8},
    [CODE_rem_r4] = {float_by_helper, .kind = KIND_R4, .size = 2, .helper = HELP_remainder_r4},
    [CODE_rem_r8] = {float_by_helper, .kind = KIND_R8, .size = 2, .helper = HELP_remainder_r8},
    [CODE_ckfinite_r8] = {float_by_helper, .kind = KIND_R8, .helper = HELP_check_finite},
    [CODE_ceq_r8] = {float_compare, .code = MIR_DEQ},
    [CODE_cgt_r8] = {float_compare, .code = MIR_DGT},
    [CODE_cgt_un_r8] = {float_compare, .code = MIR_DLE, .size = 1},
    [CODE_clt_r8] = {float_compare, .code = MIR_DLT},
    [CODE_clt_un_r8] = {float_compare, .code = MIR_DGE, .size = 1},
    [CODE_beq_r8] = {float_branch, .code = MIR_DBEQ},
    [CODE_bne_r8] = {float_branch, .code = MIR_DBNE},
    [CODE_blt_r8] = {float_branch, .code = MIR_DBLT},
    [CODE_ble_r8] = {float_branch, .code = MIR_DBLE},
    [CODE_bgt_r8] = {float_branch, .code = MIR_DBGT},
    [CODE_bge_r8] = {float_branch, .code = MIR_DBGE},
    [CODE_blt_un_r8] = {float_branch, .code = MIR_DBGE, .size = 1},
    [CODE_ble_un_r8] = {float_branch, .code = MIR_DBGT, .size = 1},
    [CODE_bgt_un_r8] = {float_branch, .code = MIR_DBLE, .size = 1},
    [CODE_bge_un_r8] = {float_branch, .code = MIR_DBLT, .size = 1},
    [CODE_conv_r4_i4] = {float_from_int, .code = MIR_I2F, .kind = KIND_R4, .extend = MIR_EXT32},
    [CODE_conv_r8_i4] = {float_from_int, .code = MIR_I2D, .kind = KIND_R8, .extend = MIR_EXT32},
    [CODE_conv_r8_u4] = {float_from_int, .code = MIR_I2D, .kind = KIND_R8, .extend = MIR_UEXT32},
    [CODE_conv_r4_i8] = {float_from_int, .code = MIR_I2F, .kind = KIND_R4, .extend = MIR_MOV},
    [CODE_conv_r8_i8] = {float_from_int, .code = MIR_I2D, .kind = KIND_R8, .extend = MIR_MOV},
    [CODE_conv_r8_u8] = {float_from_int, .code = MIR_UI2D, .kind = KIND_R8, .extend = MIR_MOV},
    [CODE_conv_r4_r8] = {float_from_float, .code = MIR_D2F, .kind = KIND_R4},
    [CODE_conv_r8_r4] = {float_from_float, .code = MIR_F2D, .kind = KIND_R8},
    [CODE_conv_i4_r8] = {.translate = int32_from_float},
    [CODE_conv_u4_r8] = {.translate = int_from_float},
    [CODE_conv_i8_r8] = {.translate = int_from_float},
    [CODE_conv_u8_r8] = {int_by_float_helper, .helper = HELP_u8_from_r8},
    LOAD_RULES(i1, I8, 1),
    LOAD_RULES(u1, U8, 1),
    LOAD_RULES(i2, I16, 2),
    LOAD_RULES(u2, U16, 2),
    LOAD_RULES(4, I32, 4),
    LOAD_RULES(8, I64, 8),
    STORE_RULES(1, I8, MIR_EXT8),
    STORE_RULES(2, I16, MIR_EXT16),
    STORE_RULES(4, I32, MIR_EXT32),
    STORE_RULES(8, I64, MIR_MOV),
    [CODE_shl_i4] = {.translate = shl_i4},
    [CODE_shl_i8] = {binary, .code = MIR_LSH},
    [CODE_add_ovf_un_i8] = {.translate = add_ovf_un_i8},
    [CODE_sub_ovf_un_i8] = {.translate = sub_ovf_un_i8},
    [CODE_mul_ovf_un_i8] = {by_helper, .helper = HELP_multiply_un},
    [CODE_conv_i1] = {unary, .code = MIR_EXT8},
    [CODE_conv_u1] = {unary, .code = MIR_UEXT8},
    [CODE_conv_i2] = {unary, .code = MIR_EXT16},
    [CODE_conv_u2] = {unary, .code = MIR_UEXT16},
    [CODE_conv_i8_i4] = {unary, .code = MIR_EXT32},
    [CODE_conv_u8_u4] = {unary, .code = MIR_UEXT32},
    [CODE_nop] = {.translate = nothing},
    [CODE_reload] = {reload, .helper = HELP_poll},
    [CODE_mov] = {.translate = mov},
    [CODE_ldc] = {.translate = ldc},
    [CODE_br] = {.translate = jump},
    [CODE_loop] = {.translate = nothing},
    [CODE_switch] = {.translate = switch_},
    [CODE_hook] = {hook, .helper = HELP_hook},
    [CODE_ret] = {.translate = ret},
    [CODE_ret_1] = {ret, .size = 8},
    [CODE_check_null] = {.translate = check_null},
    [CODE_lea] = {.translate = lea},
    [CODE_mov_n] = {.translate = move_slots},
    [CODE_ld_n] = {.translate = load_structure},
    [CODE_st_n] = {.translate = store_structure},
    [CODE_copy_n] = {.translate = copy_structure},
    [CODE_zero_n] = {zero_structure, .helper = HELP_zero},
    [CODE_local_address] = {.translate = local_address},
    [CODE_conv_ovf] = {convert_checked, .helper = HELP_convert},
    [CODE_ldlen] = {.translate = ldlen},
    [CODE_ldchar] = {load_char, .type = MIR_T_U16, .size = 2},
    [CODE_index_i8] = {.translate = index_of_64_bits},
    [CODE_math_r8] = {.translate = math},
    [CODE_ldelem_n] = {.translate = load_structure_element},
    [CODE_ldelema] = {.translate = element_address},
    [CODE_stelem_n] = {.translate = store_structure_element},
    [CODE_stelem_ref] = {store_reference, .type = MIR_T_I64, .size = 8, .helper = HELP_check_store},
    [CODE_check_element] = {check_element, .helper = HELP_check_element},
    [CODE_thread_static] = {thread_static, .helper = HELP_thread_static},
    [CODE_init_type] = {init_type, .helper = HELP_init_type},
    [CODE_localloc] = {by_helper_imm, .helper = HELP_allocate_local},
    [CODE_cpblk] = {by_helper_3, .helper = HELP_copy_block},
    [CODE_initblk] = {by_helper_3, .helper = HELP_fill_block},
    [CODE_newarr] = {new_array, .helper = HELP_new_array},
    [CODE_box] = {box, .helper = HELP_box_structure},
    [CODE_unbox] = {cast, .helper = HELP_unbox},
    [CODE_castclass] = {cast, .helper = HELP_cast},
    [CODE_isinst] = {cast, .helper = HELP_is_instance},
    [CODE_refanyval] = {reference_value, .helper = HELP_reference_value},
    [CODE_calli] = {.translate = call_indirect},
    [CODE_ldvirtftn] = {by_helper_imm, .helper = HELP_find_virtual},
    [CODE_call] = {.translate = call},
    [CODE_callvirt] = {call_virtual, .helper = HELP_instantiate},
    [CODE_callinterface] = {call_interface, .helper = HELP_find_interface},
    [CODE_newobj] = {.translate = new_object},
    [CODE_newobj_value] = {.translate = new_value},
    [CODE_newobj_string] = {.translate = new_string},
    [CODE_ret_n] = {.translate = return_structure},
    [CODE_call_finally] = {.translate = call_finally},
    [CODE_end_finally] = {.translate = end_finally},
    [CODE_lock] = {by_helper_imm, .helper = HELP_lock},
    [CODE_unlock] = {unlock, .helper = HELP_unlock},
    [CODE_throw] = {throw, .helper = HELP_throw},
    [CODE_fail] = {fail, .helper = HELP_fail},
};

void tr_insn(struct translator *t) {
    const struct insn *insn = &t->code->insns[t->at];
    const rule *rule = &RULES[insn->op];
    if (!rule->translate)
        tr_unsupported(t, code_op_name((enum code_op)insn->op));
    rule->translate(t, insn, rule);
}

/* ---- What the shape of the code depends on ---- */

bool tr_falls_through(const struct insn *insn) {
    switch ((enum code_op)insn->op) {
    case CODE_br:
    case CODE_ret:
    case CODE_ret_1:
    case CODE_ret_n:
    case CODE_call_finally:
    case CODE_end_finally:
    case CODE_throw:
    case CODE_rethrow:
    case CODE_fail: return false;
    default: return true;
    }
}

void tr_each_target(const struct insn *insn, uint32_t at, void (*visit)(void *arg, uint32_t target),
                    void *arg) {
    if (insn->op == CODE_call_finally) {
        visit(arg, insn->u.branch.target);
        visit(arg, at + 1);
        return;
    }
    switch (code_op_format((enum code_op)insn->op)) {
    case FORMAT_B:
    case FORMAT_SB:
    case FORMAT_SSB:
    case FORMAT_SIB: visit(arg, insn->u.branch.target); return;
    default: break;
    }
    if (insn->op != CODE_switch)
        return;
    const struct code_switch *table = insn->u.p;
    for (uint32_t i = 0; i < table->count; i++)
        visit(arg, table->targets[i]);
}

uint32_t tr_written(const struct insn *insn) {
    switch (code_op_format((enum code_op)insn->op)) {
    case FORMAT_D:
    case FORMAT_DS:
    case FORMAT_DSS:
    case FORMAT_DSI:
    case FORMAT_LOAD:
    case FORMAT_LOADS:
    case FORMAT_ELEM:
    case FORMAT_CALL: return insn->a;
    default:
        return insn->op == CODE_local_address || insn->op == CODE_call_finally ? insn->a
                                                                               : UINT32_MAX;
    }
}

static uint32_t slots_of(uint32_t size) {
    return (size + 7) / 8;
}

/* The slots that a call fills with a structure. */
static uint32_t structure_returned(const struct insn *insn) {
    uint32_t slots = 0;
    if (insn->op == CODE_call || insn->op == CODE_callvirt)
        slots = ((const struct method *)insn->u.p)->return_slots;
    else if (insn->op == CODE_callinterface)
        slots = ((const struct code_interface_call *)insn->u.p)->method->return_slots;
    else if (insn->op == CODE_calli)
        slots = ((const struct code_indirect_call *)insn->u.p)->signature->return_slots;
    return slots > 1 ? slots : 0;
}

void tr_each_in_memory(const struct code *code, const struct insn *insn,
                       void (*visit)(void *arg, uint32_t first, uint32_t count), void *arg) {
    switch ((enum code_op)insn->op) {
    case CODE_local_address: /* a variable of unknown size */
        visit(arg, insn->b,
              (insn->b < code->temp_start ? code->temp_start : code->reg_count) - insn->b);
        return;
    case CODE_mov_n:
        visit(arg, insn->a, insn->u.mem.size);
        visit(arg, insn->b, insn->u.mem.size);
        return;
    case CODE_ld_n:
    case CODE_ldelem_n: visit(arg, insn->a, slots_of(insn->u.mem.size)); return;
    case CODE_st_n: visit(arg, insn->b, slots_of(insn->u.mem.size)); return;
    case CODE_stelem_n: visit(arg, insn->c, slots_of(insn->u.mem.size)); return;
    case CODE_ret_n: /* also the place of the result */
        visit(arg, insn->a, insn->u.mem.size);
        visit(arg, 0, insn->u.mem.size);
        return;
    case CODE_newobj_value:
        visit(arg, insn->a, type_slots(((const struct method *)insn->u.p)->owner));
        return;
    case CODE_hook:
        if (insn->b)
            visit(arg, insn->a, insn->b);
        return;
    case CODE_refanyval: visit(arg, insn->b, 3); return;
    case CODE_box:
        if (((const struct type *)insn->u.p)->storage == STORE_STRUCT)
            visit(arg, insn->b, type_slots(insn->u.p));
        return;
    default:
        if (structure_returned(insn))
            visit(arg, insn->a, structure_returned(insn));
    }
}
