/* The JIT on the class library: everything that can be translated is, and nothing of it makes MIR
 * stumble; what memory runs out of stays interpreted. */
#include "runtime/jit/jit.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/exec/exec.h"
#include "runtime/memory/spies.h"
#include "runtime/types/members.h"
#include "tests/command.h"

static claret_runtime *start(void) {
    claret_config config = {.mode = CLARET_TIERED};
    claret_error error;
    claret_runtime *runtime = claret_create(&config, &error);
    if (!runtime)
        fprintf(stderr, "%s\n", error.text);
    return runtime;
}

/* Lowers and compiles every step-th method of the module from first on. */
static void compile_methods(struct runtime *rt, struct module *module, uint32_t first,
                            uint32_t step) {
    il_error err;
    uint32_t number = 0;
    for (uint32_t row = 2; row <= il_rows(module->il, IL_TypeDef); row++) {
        struct type *type;
        if (ldr_type_def(module, row, &type, &err) != IL_OK || type->is_open || type->arg_count ||
            type_prepare(type, &err) != IL_OK)
            continue;
        for (uint32_t i = 0; i < type->method_count; i++) {
            struct method *method = type_method(type, i);
            if (!method || number++ % step != first || method->generic_count)
                continue;
            if (!exec_prepare(rt->main_thread, method))
                exec_take_exception(rt->main_thread);
            else
                jit_compile(rt->jit, method);
        }
    }
}

/* A sample of the methods, or with CLARET_TEST_EVERY_METHOD in the environment all of them. Most
 * that are refused have exception handlers. */
static void the_class_library_compiles(void) {
    struct runtime *rt = start();
    jit_statistics statistics;
    CU_ASSERT_PTR_NOT_NULL_FATAL(rt);
    compile_methods(rt, rt->corlib, 0, getenv("CLARET_TEST_EVERY_METHOD") ? 1 : 40);
    jit_get_statistics(rt->jit, &statistics);
    CU_ASSERT_TRUE(statistics.compiled > 400);
    CU_ASSERT_TRUE(statistics.compiled > 10 * statistics.refused);
    claret_destroy(rt);
}

/* The nth allocation of a compilation fails, until none does. The method stays interpreted and can
 * be compiled later. */
static void a_compilation_without_memory_leaves_the_method_interpreted(void) {
    struct runtime *rt = start();
    CU_ASSERT_PTR_NOT_NULL_FATAL(rt);
    struct method *method = type_find_method(rt->core.string, "Join", 4);
    CU_ASSERT_PTR_NOT_NULL_FATAL(method);
    CU_ASSERT_TRUE_FATAL(exec_prepare(rt->main_thread, method));
    compile_methods(rt, rt->corlib, 7, 400); /* so that the JIT's tables stand */
    void *entry = method->entry;
    bool compiled = false;
    unsigned n = 0;
    while (!compiled && n < 1000) {
        char spec[32], error[200];
        mem_spies *spies;
        snprintf(spec, sizeof spec, "fail=%u", ++n);
        CU_ASSERT_EQUAL_FATAL(mem_spies_start((const char *[]){spec}, 1, &spies, error, 200), 0);
        compiled = jit_compile(rt->jit, method);
        mem_counters counters = mem_spies_counters(spies);
        CU_ASSERT_EQUAL(compiled, counters.failures == 0);
        CU_ASSERT_EQUAL(method->jit_state, compiled ? JIT_STATE_COMPILED : JIT_STATE_NONE);
        CU_ASSERT_EQUAL(method->entry == entry, !compiled);
        CU_ASSERT_EQUAL(method->enter == NULL, !compiled);
        mem_spies_stop(spies);
    }
    CU_ASSERT_TRUE(compiled);
    CU_ASSERT_TRUE(n > 5);
    claret_destroy(rt);
}

/* tests/data/loops.cs, in each mode: the tiered one takes the activations over in their loops. */
static void loops_are_taken_over_in_the_middle(void) {
    static const char *const modes[] = {"--interp", "--jit", ""};
    static const char round[] = "at 5000\n18003000\n6144\n7001 3500 3501\n29/29\n";
    char expected[400], output[1000];
    snprintf(expected, sizeof expected, "finally 1\n%sfinally 2\n%s", round, round);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        CU_ASSERT_EQUAL(
            command_run(output, sizeof output, "$CLARET run %s build/tests/loops.exe", modes[i]),
            0);
        CU_ASSERT_STRING_EQUAL(output, expected);
    }
}

CU_TestInfo jit_tests[] = {
    {"the class library compiles", the_class_library_compiles},
    {"a compilation without memory leaves the method interpreted",
     a_compilation_without_memory_leaves_the_method_interpreted},
    {"loops are taken over in the middle", loops_are_taken_over_in_the_middle},
    CU_TEST_INFO_NULL,
};
