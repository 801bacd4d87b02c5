/* Plug-ins as a user meets them: claret run --profiler, and the environment variables of .NET. The
 * program is the one that the environment variable CLARET names. */
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/command.h"

#define SQUARES "build/samples/squares.exe"
#define REWRITE "build/samples/rewrite.so"
#define ENABLE  "CORECLR_ENABLE_PROFILING=1 CORECLR_PROFILER={69E26FC1-5C33-4F7E-8A52-C1A2E7000001} "

/* What the last command printed, on both streams. */
static char output[1 << 14];

/* Runs claret with these arguments, under these variables; its exit status. */
static int run(const char *variables, const char *arguments) {
    return command_run(output, sizeof output, "%s $CLARET run %s", variables, arguments);
}

static bool printed(const char *text) {
    return strstr(output, text) != NULL;
}

/* 8 squared, and the sum from 2 to 1001. */
static bool rewritten(void) {
    return printed("rewrite: Program::Square: 5 bytes of IL become 24, at module base + 0x") &&
           printed("Square(7) is 64\n1 + 4 + 9 + ... + 1000000 is 334835500\n");
}

static bool plain(void) {
    return printed("Square(7) is 49\n1 + 4 + 9 + ... + 1000000 is 333833500\n");
}

static void the_sample_rewrites_in_every_mode(void) {
    CU_ASSERT_EQUAL(run("", "--profiler " REWRITE " " SQUARES), 0);
    CU_ASSERT(rewritten());
    CU_ASSERT_EQUAL(run("", "--interp --profiler " REWRITE " " SQUARES), 0);
    CU_ASSERT(rewritten());
    CU_ASSERT_EQUAL(run("", "--jit --profiler " REWRITE " " SQUARES), 0);
    CU_ASSERT(rewritten());
}

static void the_environment_loads_it_too(void) {
    CU_ASSERT_EQUAL(run(ENABLE "CORECLR_PROFILER_PATH=" REWRITE, SQUARES), 0);
    CU_ASSERT(rewritten());
    CU_ASSERT_EQUAL(run("CLARET_SAMPLE_METHOD=Program::Other " ENABLE
                        "CORECLR_PROFILER_PATH=" REWRITE,
                        SQUARES),
                    0);
    CU_ASSERT(plain());
    CU_ASSERT_FALSE(printed("rewrite:"));
}

static void the_minimal_plug_in_names_methods(void) {
    CU_ASSERT_EQUAL(run("", "--profiler build/samples/minimal.so " SQUARES), 0);
    CU_ASSERT(printed("profiler: Main\n"));
    CU_ASSERT(printed("profiler: SumOfSquares\n"));
}

/* The program does not run, and nothing is left over. */
static void a_plug_in_asked_for_must_load(void) {
    CU_ASSERT_EQUAL(run("", "--spy leaks --profiler build/absent.so " SQUARES), 1);
    CU_ASSERT_EQUAL(strncmp(output, "claret: build/absent.so: cannot open shared object file", 55),
                    0);
    CU_ASSERT(printed(" 0 blocks (0 bytes) still live\n"));
    CU_ASSERT_FALSE(printed("Square(7)"));
    CU_ASSERT_EQUAL(run("", "--spy leaks --profiler build/tests/plugins/init_fails.so " SQUARES),
                    1);
    CU_ASSERT(printed("claret: build/tests/plugins/init_fails.so: its Initialize returned "
                      "0x80004005\n"));
    CU_ASSERT(printed(" 0 blocks (0 bytes) still live\n"));
}

/* The program runs, and one line says why it runs alone. */
static void a_plug_in_of_the_environment_need_not(void) {
    CU_ASSERT_EQUAL(run(ENABLE "CORECLR_PROFILER_PATH=build/absent.so", SQUARES), 0);
    CU_ASSERT_EQUAL(strncmp(output, "claret: build/absent.so: cannot open shared object file", 55),
                    0);
    CU_ASSERT(plain());
    CU_ASSERT_EQUAL(run("CORECLR_ENABLE_PROFILING=1", SQUARES), 0);
    CU_ASSERT(printed("claret: CORECLR_PROFILER: not set, though CORECLR_ENABLE_PROFILING is"));
    CU_ASSERT(plain());
    CU_ASSERT_EQUAL(run("CORECLR_ENABLE_PROFILING=0", SQUARES), 0);
    CU_ASSERT_FALSE(printed("claret:"));
}

static void a_plug_in_may_decline(void) {
    CU_ASSERT_EQUAL(run("", "--profiler build/tests/plugins/init_cancels.so " SQUARES), 0);
    CU_ASSERT(printed("its Initialize cancelled the activation (0x80131375)"));
    CU_ASSERT(plain());
}

/* A call that is not implemented is silent unless the trace is on. */
static void what_is_called_in_vain_can_be_traced(void) {
    CU_ASSERT_EQUAL(
        run("CLARET_TRACE=profiler", "--profiler build/tests/plugins/asks_too_much.so " SQUARES),
        0);
    CU_ASSERT(printed("claret: ICorProfilerInfo15::BeginInprocDebugging is called, and not implemented\n"));
    CU_ASSERT_EQUAL(run("", "--profiler build/tests/plugins/asks_too_much.so " SQUARES), 0);
    CU_ASSERT_FALSE(printed("claret:"));
}

/* Each of the first allocations fails in turn: the run ends with a status, not with a signal. */
static void memory_may_run_out_at_any_time(void) {
    for (int n = 1; n <= 30; n++) {
        char arguments[256];
        snprintf(arguments, sizeof arguments,
                 "--spy fail=%d --spy leaks --profiler " REWRITE " " SQUARES, n);
        int status = run("", arguments);
        CU_ASSERT(status == 0 || status == 1 || status == 134);
        CU_ASSERT(printed(" 0 blocks (0 bytes) still live\n"));
    }
}

CU_TestInfo prof_cli_tests[] = {
    {"the sample plug-in rewrites in every mode", the_sample_rewrites_in_every_mode},
    {"the environment loads it too", the_environment_loads_it_too},
    {"the minimal plug-in names methods", the_minimal_plug_in_names_methods},
    {"a plug-in asked for by name must load", a_plug_in_asked_for_must_load},
    {"a plug-in of the environment need not", a_plug_in_of_the_environment_need_not},
    {"a plug-in may decline", a_plug_in_may_decline},
    {"what is called in vain can be traced", what_is_called_in_vain_can_be_traced},
    {"memory may run out at any time", memory_may_run_out_at_any_time},
    CU_TEST_INFO_NULL,
};
