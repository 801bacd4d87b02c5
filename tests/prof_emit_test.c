/* What a plug-in hears of code that is made at run time: tests/plugins/dynamic_log.c beside
 * tests/data/emitted.cs; and what it can add to a module: tests/plugins/emit.c beside
 * tests/data/grown.cs. docs/PROFILER.md says what it is to be. */
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

/* What the program prints without the plug-in: "0 0 old". */
static void added_in_mode(const char *mode) {
    char output[4096];
    int status = command_run(
        output, sizeof output,
        "$CLARET run %s --profiler build/tests/plugins/emit.so build/tests/grown.exe", mode);
    CU_ASSERT_STRING_EQUAL(output, "45 9 nuovo \u00FC\n1 2 7\n"
                                   "Probe.Counter System.Int32 Hits 2\n"
                                   "3 types, 2 methods\n");
    CU_ASSERT_EQUAL(status, 0);
}

static void interpreted(void) {
    in_mode("--interp");
}

static void compiled(void) {
    in_mode("--jit");
}

static void added_interpreted(void) {
    added_in_mode("--interp");
}

static void added_compiled(void) {
    added_in_mode("--jit");
}

CU_TestInfo prof_emit_tests[] = {{"interpreted", interpreted},
                                 {"compiled", compiled},
                                 {"what a plug-in adds, interpreted", added_interpreted},
                                 {"what a plug-in adds, compiled", added_compiled},
                                 CU_TEST_INFO_NULL};
