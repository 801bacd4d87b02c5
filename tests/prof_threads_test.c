/* Callbacks and questions from many threads at once: tests/plugins/threads.c checks what must hold
 * while it watches tests/data/threaded.cs. */
#include <CUnit/CUnit.h>

#include "tests/command.h"

static char output[64 * 1024];

static void run(const char *mode) {
    int status = command_run(output, sizeof output,
                             "timeout 300 $CLARET run %s --profiler "
                             "build/tests/plugins/threads.so build/tests/threaded.exe",
                             mode);
    CU_ASSERT_EQUAL(status, 42);
    CU_ASSERT_STRING_EQUAL(output,
                           "caught True, finally blocks True, pooled 6, wrong 0, finalized True\n"
                           "threads 1, named 4, thrown 1, caught 1, collections 1, objects 1\n");
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

CU_TestInfo prof_threads_tests[] = {{"many threads, interpreted", interpreted},
                                    {"many threads, compiled", compiled},
                                    {"many threads, tiered", tiered},
                                    CU_TEST_INFO_NULL};
