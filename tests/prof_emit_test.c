/* What a plug-in hears of code that is made at run time: tests/plugins/dynamic_log.c beside
 * tests/data/emitted.cs. docs/PROFILER.md says what it is to be. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "tests/command.h"

static void in_mode(const char *mode) {
    static const char EXPECTED[] = "module Made flags 4 base 0\n"
                                   "class 02000002 Asked\n"
                                   "module Anonymously Hosted DynamicMethods Assembly flags 4 "
                                   "base 0\n"
                                   "method 06000002 Answer, 18 bytes\n"
                                   "replaced 00000000\n";
    char output[4096];
    int status = command_run(
        output, sizeof output,
        "$CLARET run %s --profiler build/tests/plugins/dynamic_log.so build/tests/emitted.exe",
        mode);
    CU_ASSERT_STRING_EQUAL(output, EXPECTED);
    if (strcmp(output, EXPECTED) != 0)
        printf("\n%s", output);
    CU_ASSERT_EQUAL(status, 43);
}

static void interpreted(void) {
    in_mode("--interp");
}

static void compiled(void) {
    in_mode("--jit");
}

CU_TestInfo prof_emit_tests[] = {
    {"interpreted", interpreted}, {"compiled", compiled}, CU_TEST_INFO_NULL};
