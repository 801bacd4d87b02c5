/* Callbacks and questions from many threads at once: tests/plugins/threads.c checks what must hold
 * while it watches tests/data/threaded.cs. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static char output[64 * 1024];

static void run(const char *mode) {
    char command[512];
    const char *claret = getenv("CLARET");
    snprintf(command, sizeof command,
             "timeout 300 %s run %s --profiler build/tests/plugins/threads.so "
             "build/tests/threaded.exe 2>&1",
             claret ? claret : "build/claret", mode);
    FILE *pipe = popen(command, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
    output[fread(output, 1, sizeof output - 1, pipe)] = '\0';
    int status = pclose(pipe);
    CU_ASSERT_EQUAL(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 42);
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
