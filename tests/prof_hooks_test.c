/* Enter and leave hooks: tests/plugins/hooks.c beside tests/data/hooked.cs. What they count is what
 * the program calls; that frames which an exception unwinds are not left is CoreCLR's behaviour.
 * What both engines must tell alike of exceptions is what prof_host_test.c expects of the
 * interpreter. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "tests/command.h"

#define PRINTED "7 7 42\n-2\nn2\n5 x\ncaught\n"

/* fib(15) is called 1973 times, by four threads and by Main. */
static const char COUNTED[] = PRINTED "Add 1 1\nFail 4 0\nFib 9865 9865\nMain 1 1\nMix 1 1\n"
                                      "Nothing 1 1\nPlus 1 1\nSame 1 1\nSame 1 1\nSwap 1 1\n"
                                      "Text 1 1\nwrong 0, depth 4\n";

static void run(const char *hooks, const char *mode, char *output, size_t size) {
    int status = command_run(output, size,
                             "HOOKS=%s $CLARET run %s --profiler build/tests/plugins/hooks.so "
                             "build/tests/hooked.exe",
                             hooks, mode);
    CU_ASSERT_EQUAL(status, 42);
}

static void calls_are_counted(void) {
    static const char *const modes[] = {"--interp", "--jit", ""};
    char output[4096];
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        run("3", modes[i], output, sizeof output);
        CU_ASSERT_STRING_EQUAL(output, COUNTED);
        if (strcmp(output, COUNTED) != 0)
            printf("\n%s: %s", modes[i], output);
    }
}

/* Four-byte values as numbers, a double as one, a structure as {its first field}, others as
 * size:number, references as 8:0. */
static void what_is_passed_is_shown(void) {
    static const char *const runs[][2] = {
        {"info", "--interp"}, {"info", "--jit"}, {"2", "--interp"}, {"2", "--jit"}};
    char output[4096];
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        run(runs[i][0], runs[i][1], output, sizeof output);
        CU_ASSERT_PTR_NOT_NULL(strstr(output, PRINTED "Add 1 1 (3,4)=7\n"));
        CU_ASSERT_PTR_NOT_NULL(strstr(output, "\nFail 4 0 (3)\n"));
        CU_ASSERT_PTR_NOT_NULL(strstr(output, "\nMix 1 1 (1.5,1075838976,8:3)=7\n"));
        CU_ASSERT_PTR_NOT_NULL(strstr(output, "\nNothing 1 1 ()\n"));
        CU_ASSERT_PTR_NOT_NULL(strstr(output, "\nPlus 1 1 (8:0,2)=42\n"));
        CU_ASSERT_PTR_NOT_NULL(strstr(output, "\nSwap 1 1 ({1},1:253)={-2}\n"));
        CU_ASSERT_PTR_NOT_NULL(strstr(output, "\nText 1 1 (8:0,8:0)=8:0\n"));
        CU_ASSERT_PTR_NOT_NULL(strstr(output, "\nwrong 0, depth 4\n"));
    }
}

static void transitions_come_in_order(void) {
    static const char *const modes[] = {"--interp", "--jit"};
    char output[4096];
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        int status = command_run(output, sizeof output,
                                 "$CLARET run %s --profiler build/tests/plugins/transitions.so "
                                 "build/tests/transitions.exe",
                                 modes[i]);
        CU_ASSERT_EQUAL(status, 42);
        CU_ASSERT_STRING_EQUAL(output, "native qsort call\n"
                                       "managed Invoke call\n"
                                       "native Invoke return\n"
                                       "managed qsort return\n"
                                       "native abs call\n"
                                       "managed abs return\n");
    }
}

static void exceptions_are_told_alike_by_both_engines(void) {
    static const char *const cases[] = {"filter", "two filters", "rethrow",
                                        "nested", "in finally",  "in filter"};
    static const char *const modes[] = {"--interp", "--jit"};
    char output[2][8192];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t m = 0; m < 2; m++)
            command_run(output[m], sizeof output[m],
                        "$CLARET run %s --profiler build/tests/plugins/exception_log.so "
                        "build/tests/profiled.exe '%s'",
                        modes[m], cases[i]);
        CU_ASSERT_PTR_NOT_NULL(strstr(output[0], "UnwindLeave"));
        CU_ASSERT_STRING_EQUAL(output[1], output[0]);
    }
}

CU_TestInfo prof_hooks_tests[] = {
    {"calls are counted", calls_are_counted},
    {"what is passed is shown", what_is_passed_is_shown},
    {"transitions come in order", transitions_come_in_order},
    {"exceptions are told alike by both engines", exceptions_are_told_alike_by_both_engines},
    CU_TEST_INFO_NULL};
