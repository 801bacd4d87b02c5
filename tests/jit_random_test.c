/* Random register code, run by both engines on the same arguments, and by the interpreter until
 * compiled code takes over in one of the loops: result, memory and exception must be the same. MIR
 * has miscompiled loops, narrow stores and copies before, which no written-down case finds.
 * CLARET_TEST_RANDOM=SEED,COUNT in the environment runs other programs than the fixed ones. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/exec/exec.h"
#include "runtime/jit/jit.h"

/* Registers: the array, int64, int32 and float64 variables, loop counters, temporaries. */
enum {
    ARRAY,
    LONGS = 1,
    LONG_COUNT = 4,
    INTS = LONGS + LONG_COUNT,
    INT_COUNT = 4,
    FLOATS = INTS + INT_COUNT,
    FLOAT_COUNT = 3,
    COUNTERS = FLOATS + FLOAT_COUNT,
    MAX_DEPTH = 3,
    TEMPS = COUNTERS + MAX_DEPTH,
    REGS = TEMPS + 8,
    MAX_INSNS = 600,
    ELEMENTS = 16,
    PARAMS = 3, /* the array and two int64 */
    MAX_SHORTCUTS = 8,
    TAKEN_OVER_AT = 1000 /* the heat of an activation that goes on as compiled code */
};

/* A loop that is being generated, with the branches to its test. */
typedef struct open_loop {
    bool open;
    uint32_t count;
    struct insn *shortcuts[MAX_SHORTCUTS];
} open_loop;

typedef struct generator {
    uint64_t random;
    struct insn insns[MAX_INSNS];
    uint32_t count;
    struct method *callee; /* a program made before; or NULL */
    bool integers;         /* no floating-point arithmetic */
    open_loop loops[MAX_DEPTH];
} generator;

static uint32_t pick(generator *g, uint32_t n) {
    g->random = g->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(g->random >> 33) % n;
}

static struct insn *emit(generator *g, enum code_op op, uint32_t a, uint32_t b, uint32_t c) {
    struct insn *insn = &g->insns[g->count++];
    *insn = (struct insn){.op = (uint16_t)op, .a = (uint16_t)a, .b = (uint16_t)b, .c = (uint16_t)c};
    return insn;
}

static uint32_t any_long(generator *g) {
    return LONGS + pick(g, LONG_COUNT);
}
static uint32_t any_int(generator *g) {
    return INTS + pick(g, INT_COUNT);
}
static uint32_t any_float(generator *g) {
    return FLOATS + pick(g, FLOAT_COUNT);
}

static int64_t any_constant(generator *g) {
    static const int64_t edges[] = {0,   1,   -1,   2,     7,         31,       63,
                                    255, 256, -128, 32767, INT32_MAX, INT32_MIN};
    return pick(g, 3) ? edges[pick(g, sizeof edges / sizeof *edges)] : (int32_t)pick(g, 1u << 31);
}

/* The operations from add to the last before div, and those with an immediate. */
static void integer_operation(generator *g) {
    bool wide = pick(g, 2);
    uint32_t a = wide ? any_long(g) : any_int(g), b = wide ? any_long(g) : any_int(g);
    uint32_t c = wide ? any_long(g) : any_int(g);
    uint32_t base = wide ? CODE_add_i8 : CODE_add_i4;
    switch (pick(g, 8)) {
    case 0:
        emit(g, base + (CODE_add_imm_i4 - CODE_add_i4) + pick(g, 6), a, b, 0)->u.i =
            any_constant(g);
        break;
    case 1: emit(g, base + (CODE_neg_i4 - CODE_add_i4) + pick(g, 2), a, b, 0); break;
    case 2: /* comparisons give int32 */
        emit(g, base + (CODE_ceq_i4 - CODE_add_i4) + pick(g, 5), any_int(g), b, c);
        break;
    case 3: /* mostly by a constant */
        if (pick(g, 8)) {
            emit(g, CODE_ldc, TEMPS, 0, 0)->u.i = any_constant(g) | 1;
            c = TEMPS;
        }
        emit(g, base + (CODE_div_i4 - CODE_add_i4) + pick(g, 4), a, b, c);
        break;
    case 4:
        if (pick(g, 12) == 0)
            emit(g, base + (CODE_add_ovf_i4 - CODE_add_i4) + pick(g, 6), a, b, c);
        else
            emit(g, CODE_mov, a, b, 0);
        break;
    default: emit(g, base + pick(g, CODE_div_i4 - CODE_add_i4), a, b, c); break;
    }
}

static void conversion(generator *g) {
    switch (pick(g, 8)) {
    case 0: emit(g, CODE_conv_i1 + pick(g, 4), any_int(g), any_int(g), 0); break;
    case 1: emit(g, CODE_conv_i8_i4 + pick(g, 2), any_long(g), any_int(g), 0); break;
    case 2: emit(g, CODE_mov, any_int(g), any_long(g), 0); break; /* conv.i4 */
    case 3: emit(g, CODE_conv_r8_i4, any_float(g), any_int(g), 0); break;
    case 4: emit(g, CODE_conv_r8_i8, any_float(g), any_long(g), 0); break;
    case 5: emit(g, CODE_conv_i8_r8, any_long(g), any_float(g), 0); break;
    case 6: emit(g, CODE_conv_i4_r8, any_int(g), any_float(g), 0); break;
    default:
        emit(g, pick(g, 2) ? CODE_ldc : CODE_nop, any_long(g), 0, 0)->u.i = any_constant(g);
        break;
    }
}

static void float_operation(generator *g) {
    if (pick(g, 4) == 0)
        emit(g, CODE_mov_r8, any_float(g), any_float(g), 0);
    else
        emit(g, CODE_add_r8 + pick(g, 4), any_float(g), any_float(g), any_float(g));
}

/* Elements of all widths; the index is in range but now and then. */
static void memory_operation(generator *g) {
    static const enum code_op loads[] = {CODE_ldelem_i1, CODE_ldelem_u1, CODE_ldelem_i2,
                                         CODE_ldelem_u2, CODE_ldelem_4};
    static const enum code_op stores[] = {CODE_stelem_1, CODE_stelem_2, CODE_stelem_4};
    emit(g, CODE_and_imm_i4, TEMPS, any_int(g), 0)->u.i = pick(g, 200) ? 15 : 31;
    switch (pick(g, 5)) {
    case 0: emit(g, loads[pick(g, 5)], any_int(g), ARRAY, TEMPS); break;
    case 1: emit(g, CODE_ldelem_8, any_long(g), ARRAY, TEMPS); break;
    case 2: emit(g, CODE_stelem_8, ARRAY, TEMPS, any_long(g)); break;
    case 3:
        emit(g, CODE_st_2, ARRAY, any_int(g), 0)->u.mem.offset = ARRAY_DATA_OFFSET + 2 * pick(g, 8);
        break;
    default: emit(g, stores[pick(g, 3)], ARRAY, TEMPS, any_int(g)); break;
    }
}

static void call(generator *g) {
    if (!g->callee)
        return;
    emit(g, CODE_mov, TEMPS + 1, ARRAY, 0);
    emit(g, CODE_mov, TEMPS + 2, any_long(g), 0);
    emit(g, CODE_mov, TEMPS + 3, any_long(g), 0);
    emit(g, CODE_call, TEMPS + 1, 0, 0)->u.p = g->callee;
    if (pick(g, 2))
        emit(g, CODE_mov, any_long(g), TEMPS + 1, 0);
}

static struct insn *branch(generator *g) {
    uint32_t kind = pick(g, 10);
    if (kind < 4)
        return emit(g, CODE_beq_i4 + pick(g, 10), any_int(g), any_int(g), 0);
    if (kind < 7)
        return emit(g, CODE_beq_i8 + pick(g, 10), any_long(g), any_long(g), 0);
    if (kind == 7)
        return emit(g, CODE_beq_r8 + pick(g, 10), any_float(g), any_float(g), 0);
    struct insn *insn = emit(g, CODE_beq_imm_i4 + pick(g, 6), any_int(g), 0, 0);
    insn->u.branch.imm = (int32_t)any_constant(g);
    return insn;
}

static void statements(generator *g, uint32_t depth);

static void conditional(generator *g, uint32_t depth) {
    struct insn *over = branch(g), *end;
    statements(g, depth + 1);
    end = emit(g, CODE_br, 0, 0, 0);
    over->u.branch.target = g->count;
    statements(g, depth + 1);
    end->u.branch.target = g->count;
}

/* Goes on with the test of a loop around, mostly in some of its iterations. */
static void shortcut(generator *g) {
    uint32_t depth = pick(g, MAX_DEPTH);
    open_loop *loop = &g->loops[depth];
    if (!loop->open || loop->count == MAX_SHORTCUTS)
        return;
    struct insn *insn;
    if (pick(g, 4) == 0) {
        insn = branch(g);
    } else {
        insn = emit(g, CODE_beq_imm_i4 + pick(g, 6), COUNTERS + depth, 0, 0);
        insn->u.branch.imm = 1 + (int32_t)pick(g, 5);
    }
    loop->shortcuts[loop->count++] = insn;
}

/* Tested at the bottom: a do-while loop, or entered by a jump to the test. */
static void loop(generator *g, uint32_t depth) {
    uint32_t counter = COUNTERS + depth;
    struct insn *entry = NULL;
    g->loops[depth] = (open_loop){.open = true};
    emit(g, CODE_ldc, counter, 0, 0)->u.i = 1 + pick(g, 6);
    if (pick(g, 2))
        entry = emit(g, CODE_br, 0, 0, 0);
    uint32_t body = g->count;
    shortcut(g);
    statements(g, depth + 1);
    if (pick(g, 2)) { /* variables that change places */
        emit(g, CODE_mov, LONGS, LONGS + 1, 0);
        emit(g, CODE_mov, LONGS + 1, LONGS + 2, 0);
        emit(g, CODE_mov, LONGS + 2, LONGS, 0);
    }
    g->loops[depth].open = false;
    if (pick(g, 2))
        call(g);
    if (entry)
        entry->u.branch.target = g->count;
    for (uint32_t i = 0; i < g->loops[depth].count; i++)
        g->loops[depth].shortcuts[i]->u.branch.target = g->count;
    emit(g, CODE_add_imm_i4, counter, counter, 0)->u.i = -1;
    emit(g, CODE_loop, 0, 0, 0);
    emit(g, CODE_bgt_imm_i4, counter, 0, 0)->u.branch.target = body;
}

static void statements(generator *g, uint32_t depth) {
    for (uint32_t n = 1 + pick(g, 5); n > 0 && g->count < MAX_INSNS - 120; n--) {
        switch (pick(g, 14)) {
        case 0:
        case 1: conversion(g); break;
        case 2:
        case 3: memory_operation(g); break;
        case 4:
            if (!g->integers)
                float_operation(g);
            break;
        case 5: call(g); break;
        case 6:
            if (depth < MAX_DEPTH)
                conditional(g, depth);
            break;
        case 7:
            if (depth < MAX_DEPTH)
                loop(g, depth);
            break;
        case 8:
        case 9: shortcut(g); break;
        default: integer_operation(g); break;
        }
    }
}

/* Folds all variables into the result. */
static void epilogue(generator *g) {
    for (uint32_t i = 0; i < INT_COUNT + FLOAT_COUNT + LONG_COUNT; i++) {
        if (i < INT_COUNT)
            emit(g, CODE_conv_i8_i4, TEMPS, INTS + i, 0);
        else if (i < INT_COUNT + FLOAT_COUNT)
            emit(g, CODE_conv_i8_r8, TEMPS, FLOATS + i - INT_COUNT, 0);
        else
            emit(g, CODE_mov, TEMPS, LONGS + i - INT_COUNT - FLOAT_COUNT, 0);
        emit(g, CODE_mul_imm_i8, TEMPS + 1, TEMPS + 1, 0)->u.i = 31;
        emit(g, CODE_add_i8, TEMPS + 1, TEMPS + 1, TEMPS);
    }
    emit(g, CODE_ret_1, TEMPS + 1, 0, 0);
}

static void generate(generator *g) {
    g->count = 0;
    g->integers = pick(g, 2);
    for (uint32_t i = 0; i < INT_COUNT; i++)
        emit(g, CODE_add_imm_i4, INTS + i, LONGS, 0)->u.i = any_constant(g);
    for (uint32_t i = 2; i < LONG_COUNT; i++)
        emit(g, CODE_mul_imm_i8, LONGS + i, LONGS + 1, 0)->u.i = any_constant(g);
    for (uint32_t i = 0; i < FLOAT_COUNT; i++)
        emit(g, CODE_conv_r8_i4, FLOATS + i, INTS + i, 0);
    emit(g, CODE_ldc, TEMPS + 1, 0, 0)->u.i = 7;
    while (g->count < 30 + pick(g, 100))
        statements(g, 0);
    emit(g, CODE_ldc, TEMPS + 1, 0, 0)->u.i = 7;
    epilogue(g);
}

/* A static method of (array, int64, int64) with the generated code. */
static struct method *make_method(struct runtime *rt, generator *g) {
    struct mem_pool *pool = &rt->pool;
    struct method *method = mem_pool_alloc(pool, sizeof *method);
    struct code *code = mem_pool_alloc(pool, sizeof *code);
    struct insn *insns = mem_pool_array(pool, g->count, sizeof *insns);
    struct type **params = mem_pool_array(pool, PARAMS, sizeof(*params));
    uint32_t *offsets = mem_pool_array(pool, g->count, sizeof *offsets);
    if (!method || !code || !insns || !params || !offsets)
        return NULL;
    memcpy(insns, g->insns, g->count * sizeof *insns);
    params[0] = rt->core.object;
    params[1] = params[2] = rt->core.int64;
    *code = (struct code){.method = method,
                          .insns = insns,
                          .il_offsets = offsets,
                          .insn_count = g->count,
                          .reg_count = REGS,
                          .temp_start = TEMPS,
                          .arg_slots = PARAMS,
                          .return_slots = 1};
    *method = (struct method){.owner = rt->core.object,
                              .name = "Random",
                              .flags = 0x10,
                              .has_signature = true,
                              .prepared = true,
                              .definition = method,
                              .return_type = rt->core.int64,
                              .params = params,
                              .param_count = PARAMS,
                              .arg_slots = PARAMS,
                              .return_slots = 1,
                              .code = code,
                              .entry = rt->uncompiled_entry};
    return method;
}

typedef struct outcome {
    int64_t result, memory[ELEMENTS];
    const struct type *exception;
} outcome;

static outcome run(struct runtime *rt, struct method *method, int64_t x, int64_t y) {
    _Alignas(16) uint8_t block[ARRAY_DATA_OFFSET + ELEMENTS * 8];
    struct array *array = (struct array *)block;
    union slot args[PARAMS] = {{.p = array}, {.i8 = x}, {.i8 = y}};
    outcome out = {0};
    memset(block, 0, sizeof block);
    array->length = ELEMENTS;
    for (uint32_t i = 0; i < ELEMENTS; i++)
        ((uint64_t *)array->data)[i] = (uint64_t)x * i - (uint64_t)y;
    if (exec_invoke(rt->main_thread, method, args))
        out.result = args[0].i8;
    else
        out.exception = exec_take_exception(rt->main_thread)->type;
    memcpy(out.memory, array->data, sizeof out.memory);
    return out;
}

static const int64_t INPUTS[][2] = {{0, 1}, {-7, 1000003}, {INT64_MAX, -2}, {5, 0x123456789}};
#define INPUT_COUNT (sizeof INPUTS / sizeof *INPUTS)

static bool check(const outcome *got, const outcome *expected, const char *how, uint64_t seed,
                  size_t input) {
    bool same = memcmp(got, expected, sizeof *got) == 0;
    CU_ASSERT_TRUE(same);
    if (!same)
        fprintf(stderr, "jit_random: program %llu %s differs on input %zu\n",
                (unsigned long long)seed, how, input);
    return same;
}

/* In the tiered mode, so hot already that one of the first iterations is compiled. */
static outcome run_taken_over(struct runtime *rt, struct method *method, size_t input,
                              uint32_t iterations) {
    method->hotness = TAKEN_OVER_AT - 1 - iterations;
    rt->config.mode = CLARET_TIERED;
    outcome out = run(rt, method, INPUTS[input][0], INPUTS[input][1]);
    rt->config.mode = CLARET_INTERPRET;
    return out;
}

static void compare(struct runtime *rt, struct method *method, uint64_t seed) {
    outcome expected[INPUT_COUNT];
    for (size_t i = 0; i < INPUT_COUNT; i++)
        expected[i] = run(rt, method, INPUTS[i][0], INPUTS[i][1]);
    outcome got;
    for (size_t i = 0; i < INPUT_COUNT; i++) {
        got = run_taken_over(rt, method, i, (uint32_t)((seed + i) * 7 % 19));
        if (!check(&got, &expected[i], "taken over in a loop", seed, i))
            return;
    }
    CU_ASSERT_TRUE(jit_compile(rt->jit, method));
    for (size_t i = 0; i < INPUT_COUNT; i++) {
        got = run(rt, method, INPUTS[i][0], INPUTS[i][1]);
        if (!check(&got, &expected[i], "compiled", seed, i))
            return;
    }
}

static void both_engines_agree_on_random_code(void) {
    claret_config config = {.mode = CLARET_TIERED, .compile_after = TAKEN_OVER_AT / 2};
    claret_error error;
    struct runtime *rt = claret_create(&config, &error);
    unsigned long long seed = 1, count = 400;
    const char *other = getenv("CLARET_TEST_RANDOM");
    if (other)
        sscanf(other, "%llu,%llu", &seed, &count);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rt);
    rt->config.mode = CLARET_INTERPRET; /* compiled here, and only here */
    struct method *callee = NULL;
    for (unsigned long long i = 0; i < count; i++) {
        generator g = {.random = (seed + i) * 0x9E3779B97F4A7C15u, .callee = callee};
        generate(&g);
        struct method *method = make_method(rt, &g);
        CU_ASSERT_PTR_NOT_NULL_FATAL(method);
        compare(rt, method, seed + i);
        callee = i % 4 < 2 ? method : NULL;
    }
    jit_statistics statistics;
    jit_get_statistics(rt->jit, &statistics);
    CU_ASSERT_TRUE(statistics.compiled > 2 * count); /* activations were taken over */
    claret_destroy(rt);
}

CU_TestInfo jit_random_tests[] = {
    {"both engines agree on random code", both_engines_agree_on_random_code},
    CU_TEST_INFO_NULL,
};
