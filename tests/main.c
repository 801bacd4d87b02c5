/* Runs every suite of suites.def, or those named on the command line; exit status 1 when a test
 * fails, 2 when a named suite is not there. */
#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE(name) extern CU_TestInfo name##_tests[];
#include "suites.def"
#undef SUITE

typedef struct suite {
    const char *name;
    CU_TestInfo *tests;
} suite;

static const suite SUITES[] = {
#define SUITE(name) {#name, name##_tests},
#include "suites.def"
#undef SUITE
    {NULL, NULL}};

static int wanted(const char *name, int argc, char **argv) {
    if (argc < 2)
        return 1;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return 1;
    }
    return 0;
}

int main(int argc, char **argv) {
    int found = 0;
    setenv("CLARET_JIT_AFTER", "500", 0); /* so that short programs meet compiled code too */
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    for (const suite *s = SUITES; s->name; s++) {
        if (!wanted(s->name, argc, argv))
            continue;
        found++;
        CU_pSuite registered = CU_add_suite(s->name, NULL, NULL);
        for (CU_TestInfo *t = s->tests; registered && t->pName; t++)
            CU_add_test(registered, t->pName, t->pTestFunc);
    }
    if (argc > 1 && found < argc - 1) {
        fprintf(stderr, "claret-tests: no such suite; there are:");
        for (const suite *s = SUITES; s->name; s++)
            fprintf(stderr, " %s", s->name);
        fprintf(stderr, "\n");
        CU_cleanup_registry();
        return 2;
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    unsigned failed = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failed ? 1 : 0;
}
