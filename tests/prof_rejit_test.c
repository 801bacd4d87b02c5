/* ReJIT: tests/plugins/rejit.c beside tests/data/rejitted.cs. A new version returns 100 more; which
 * call gets which version is CoreCLR's behaviour. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "tests/command.h"

static const char EXPECTED[] = "first: 1 2 3\n"
                               "requested: 101 102 103\n"
                               "fresh 104, others 105 106\n"
                               "running 1 101\n"
                               "catching 1 101\n"
                               "looping 5000 101\n"
                               "reverted: 1 2 3\n"
                               "again: 1 102 3\n"
                               "invalid\n"
                               "storm 0\n"
                               "stormed 1\n";

static void run(const char *mode) {
    char output[4096];
    int status = command_run(output, sizeof output,
                             "timeout 300 $CLARET run %s --profiler build/tests/plugins/rejit.so "
                             "build/tests/rejitted.exe",
                             mode);
    CU_ASSERT_EQUAL(status, 42);
    CU_ASSERT_STRING_EQUAL(output, EXPECTED);
    if (strcmp(output, EXPECTED) != 0)
        printf("\n%s", output);
}

static void interpreted(void) {
    run("--interp");
}

static void compiled(void) {
    run("--jit");
}

static void tiered(void) {
    run("");
}

CU_TestInfo prof_rejit_tests[] = {{"new versions, interpreted", interpreted},
                                  {"new versions, compiled", compiled},
                                  {"new versions, tiered", tiered},
                                  CU_TEST_INFO_NULL};
