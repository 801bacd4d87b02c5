/* The door to MIR: code outlives its context, errors and failed allocations lead back. */
#include "runtime/jit/mir_host.h"

#include <CUnit/CUnit.h>
#include <mir-gen.h>
#include <mir.h>
#include <stdio.h>
#include <string.h>

#include "runtime/memory/spies.h"

typedef struct request {
    unsigned level;
    int64_t (*code)(int64_t);
} request;

static MIR_op_t reg(MIR_context_t ctx, MIR_item_t f, const char *name) {
    return MIR_new_reg_op(ctx, MIR_reg(ctx, name, f->u.func));
}

/* sum(n) = n + (n - 1) + ... + 1 */
static void build_sum(MIR_context_t ctx, void *arg) {
    request *r = arg;
    MIR_type_t i64 = MIR_T_I64;
    MIR_gen_set_optimize_level(ctx, r->level);
    MIR_module_t module = MIR_new_module(ctx, "m");
    MIR_item_t f = MIR_new_func(ctx, "sum", 1, &i64, 1, MIR_T_I64, "n");
    MIR_new_func_reg(ctx, f->u.func, MIR_T_I64, "s");
    MIR_op_t n = reg(ctx, f, "n"), s = reg(ctx, f, "s"), zero = MIR_new_int_op(ctx, 0);
    MIR_insn_t body = MIR_new_label(ctx), test = MIR_new_label(ctx);
    MIR_append_insn(ctx, f, MIR_new_insn(ctx, MIR_MOV, s, zero));
    MIR_append_insn(ctx, f, MIR_new_insn(ctx, MIR_JMP, MIR_new_label_op(ctx, test)));
    MIR_append_insn(ctx, f, body);
    MIR_append_insn(ctx, f, MIR_new_insn(ctx, MIR_ADD, s, s, n));
    MIR_append_insn(ctx, f, MIR_new_insn(ctx, MIR_SUB, n, n, MIR_new_int_op(ctx, 1)));
    MIR_append_insn(ctx, f, test);
    MIR_append_insn(ctx, f, MIR_new_insn(ctx, MIR_BGT, MIR_new_label_op(ctx, body), n, zero));
    MIR_append_insn(ctx, f, MIR_new_ret_insn(ctx, 1, s));
    MIR_finish_func(ctx);
    MIR_finish_module(ctx);
    MIR_load_module(ctx, module);
    MIR_link(ctx, MIR_set_gen_interface, NULL, NULL);
    r->code = (int64_t(*)(int64_t))(uintptr_t)f->u.func->machine_code;
}

static void build_nonsense(MIR_context_t ctx, void *arg) {
    (void)arg;
    MIR_new_module(ctx, "m");
    MIR_new_module(ctx, "nested");
}

static void code_survives_its_context(void) {
    code_region region;
    char message[200];
    CU_ASSERT_FATAL(code_region_init(&region, 1 << 20));
    request r[3] = {{0, NULL}, {1, NULL}, {2, NULL}};
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL_FATAL(mir_host_run(&region, build_sum, &r[i], message, sizeof message),
                              JIT_OK);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_TRUE(code_region_contains(&region, (void *)(uintptr_t)r[i].code));
        CU_ASSERT_EQUAL(r[i].code(100), 5050);
    }
    CU_ASSERT_TRUE(region.next - region.base < 2048); /* no page per function is lost */
    code_region_fini(&region);
}

static void an_error_of_mir_comes_back(void) {
    code_region region;
    char message[200];
    CU_ASSERT_FATAL(code_region_init(&region, 1 << 20));
    CU_ASSERT_EQUAL(mir_host_run(&region, build_nonsense, NULL, message, sizeof message),
                    JIT_REFUSED);
    CU_ASSERT_PTR_NOT_NULL(strstr(message, "module"));
    CU_ASSERT_PTR_EQUAL(region.next, region.base);
    code_region_fini(&region);
}

static void a_full_region_comes_back(void) {
    code_region region;
    request r = {2, NULL};
    CU_ASSERT_FATAL(code_region_init(&region, 1 << 20));
    region.next = region.end - 64;
    CU_ASSERT_EQUAL(mir_host_run(&region, build_sum, &r, NULL, 0), JIT_NO_ROOM);
    CU_ASSERT_PTR_EQUAL(region.next, region.end - 64);
    code_region_fini(&region);
}

/* The nth allocation fails, with "+" all later ones too, until none does. */
static void every_failed_allocation_comes_back(void) {
    static const char *const AND_THEN[] = {"", "+"};
    for (int i = 0; i < 2; i++) {
        code_region region;
        request r = {2, NULL};
        jit_status status = JIT_NO_MEMORY;
        unsigned n = 0;
        CU_ASSERT_FATAL(code_region_init(&region, 1 << 20));
        while (status == JIT_NO_MEMORY && n < 10000) {
            char spec[32], error[200];
            mem_spies *spies;
            snprintf(spec, sizeof spec, "fail=%u%s", ++n, AND_THEN[i]);
            CU_ASSERT_EQUAL_FATAL(mem_spies_start((const char *[]){spec}, 1, &spies, error, 200),
                                  0);
            status = mir_host_run(&region, build_sum, &r, NULL, 0);
            mem_counters counters = mem_spies_counters(spies);
            CU_ASSERT_EQUAL(counters.live, 0);
            CU_ASSERT_EQUAL(status, counters.failures ? JIT_NO_MEMORY : JIT_OK);
            CU_ASSERT_EQUAL(mem_spies_stop(spies), 0);
        }
        CU_ASSERT_TRUE(n > 4);
        CU_ASSERT_EQUAL_FATAL(status, JIT_OK);
        CU_ASSERT_EQUAL(r.code(100), 5050);
        code_region_fini(&region);
    }
}

CU_TestInfo mir_host_tests[] = {
    {"code survives its context", code_survives_its_context},
    {"an error of MIR comes back", an_error_of_mir_comes_back},
    {"a full region comes back", a_full_region_comes_back},
    {"every failed allocation comes back", every_failed_allocation_comes_back},
    CU_TEST_INFO_NULL,
};
