/* Lowering takes IL that nobody has verified: whatever the bytes of a body are, it answers with
 * code that stays inside its own frame and instructions, or with an error. Run under
 * AddressSanitizer it also shows that nothing outside the body is read. Changed bodies are lowered,
 * never run. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "claret.h"
#include "runtime/exec/exec.h"
#include "runtime/rt_query.h"
#include "runtime/types/members.h"

#define VARIANTS 40 /* of each method */

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static bool targets_are_inside(const struct code *code) {
    for (uint32_t i = 0; i < code->insn_count; i++) {
        const struct insn *insn = &code->insns[i];
        const struct code_switch *table = insn->u.p;
        switch (code_op_format((enum code_op)insn->op)) {
        case FORMAT_B:
        case FORMAT_SB:
        case FORMAT_SSB:
        case FORMAT_SIB:
            if (insn->u.branch.target >= code->insn_count)
                return false;
            break;
        default:
            for (uint32_t k = 0; insn->op == CODE_switch && k < table->count; k++) {
                if (table->targets[k] >= code->insn_count)
                    return false;
            }
        }
    }
    return true;
}

static bool registers_are_inside(const struct code *code) {
    for (uint32_t i = 0; i < code->insn_count; i++) {
        const struct insn *insn = &code->insns[i];
        if (insn->a >= code->reg_count || insn->b >= code->reg_count || insn->c >= code->reg_count)
            return false;
    }
    return true;
}

static bool ends_control(enum code_op op) {
    switch (op) {
    case CODE_br:
    case CODE_ret:
    case CODE_ret_1:
    case CODE_ret_n:
    case CODE_throw:
    case CODE_rethrow:
    case CODE_fail:
    case CODE_end_filter:
    case CODE_end_finally: return true;
    default: return false;
    }
}

/* Nothing runs off the end. What an instruction still emits behind its `fail` is never reached. */
static bool control_stays_inside(const struct code *code) {
    uint32_t last = code->insn_count - 1, i = last;
    if (ends_control((enum code_op)code->insns[last].op))
        return true;
    while (i > 0 && code->insns[i].op != CODE_fail && code->il_offsets[i] == code->il_offsets[last])
        i--;
    return code->insns[i].op == CODE_fail && code->il_offsets[i] == code->il_offsets[last];
}

/* Lowers the method with size bytes of a body in memory of its own. Gives whether it could be. */
static bool lower_bytes(struct runtime *rt, struct method *method, const uint8_t *bytes,
                        uint32_t size) {
    il_error err;
    struct code *code = NULL;
    uint32_t token = IL_TOKEN(IL_MethodDef, method->row);
    uint8_t *copy = malloc(size); /* not mem_alloc: AddressSanitizer watches this one's ends */
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    memcpy(copy, bytes, size);
    CU_ASSERT_EQUAL_FATAL(rt_set_body(method->owner->module, token, copy, size, &err), IL_OK);
    bool ok = code_lower(rt->main_thread, method, NULL, NULL, &code, &err) == IL_OK;
    if (ok && (!code->insn_count || !targets_are_inside(code) || !registers_are_inside(code) ||
               !control_stays_inside(code))) {
        code_dump(code, stdout);
        CU_FAIL("the code leaves its frame or its instructions");
    }
    if (!ok)
        CU_ASSERT(err.text[0] != '\0');
    free(copy);
    return ok;
}

static void vary(struct runtime *rt, struct method *method, uint32_t *state, uint32_t *counts) {
    il_body body;
    il_error err;
    uint8_t changed[4096];
    uint32_t token = IL_TOKEN(IL_MethodDef, method->row);
    if (rt_get_body(method->owner->module, token, &body, &err) != IL_OK ||
        body.size > sizeof changed)
        return;
    CU_ASSERT(lower_bytes(rt, method, body.start, body.size));
    for (uint32_t i = 0; i < VARIANTS; i++) {
        memcpy(changed, body.start, body.size);
        for (uint32_t k = 0; k <= i % 3; k++)
            changed[next_random(state) % body.size] = (uint8_t)next_random(state);
        uint32_t size = i % 10 == 9 ? 1 + next_random(state) % body.size : body.size;
        counts[lower_bytes(rt, method, changed, size)]++;
    }
    rt_set_body(method->owner->module, token, body.start, body.size, &err);
}

static void vary_program(const char *path, uint32_t *state, uint32_t *counts) {
    claret_config config = {.mode = CLARET_INTERPRET};
    claret_error error;
    il_error err;
    struct module *module;
    claret_runtime *rt = claret_create(&config, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rt);
    CU_ASSERT_EQUAL_FATAL(ldr_load_file(rt, path, &module, &err), IL_OK);
    for (uint32_t row = 2; row <= il_rows(module->il, IL_TypeDef); row++) {
        struct type *type;
        if (ldr_type_def(module, row, &type, &err) != IL_OK || type->is_open || type->arg_count ||
            type_prepare(type, &err) != IL_OK)
            continue;
        for (uint32_t i = 0; i < type->method_count; i++) {
            struct method *method = type_method(type, i);
            if (method_prepare_signature(method, &err) == IL_OK && !method->generic_count)
                vary(rt, method, state, counts);
        }
    }
    claret_destroy(rt);
}

static void changed_bodies_lower_or_fail(void) {
    uint32_t state = 1, counts[2] = {0, 0};
    vary_program("build/tests/programs/exceptions_nested.exe", &state, counts);
    vary_program("build/tests/programs/exceptions_filters.exe", &state, counts);
    vary_program("build/tests/programs/structs.exe", &state, counts);
    vary_program("build/tests/programs/control_flow.exe", &state, counts);
    vary_program("build/tests/programs/unsafe_code.exe", &state, counts);
    CU_ASSERT(counts[false] > 1000 && counts[true] > 100);
}

CU_TestInfo lower_tests[] = {
    {"changed bodies lower or fail", changed_bodies_lower_or_fail},
    CU_TEST_INFO_NULL,
};
