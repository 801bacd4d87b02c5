/* What a plug-in hears of collections: tests/plugins/gc_log.c beside tests/data/collected.cs, whose
 * comment says what lives. The order is the one observed in CoreCLR 3.1.23. Because stacks are
 * scanned conservatively, what is dead may be kept; so only what must be there is asked for. */
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/command.h"

enum { NODE_OF_LAST_RUN = 9 }; /* what the program returns */

static char output[1 << 16];

/* Runs the program with the plug-in, under these variables. */
static void run(const char *variables, const char *mode) {
    int status = command_run(
        output, sizeof output,
        "%s $CLARET run %s --profiler build/tests/plugins/gc_log.so build/tests/collected.exe",
        variables, mode);
    CU_ASSERT_EQUAL(status, NODE_OF_LAST_RUN);
    CU_ASSERT_PTR_NULL(strstr(output, "WRONG"));
}

/* Goes on behind the next line that starts with text, and ends with end when that is given. */
static const char *expect(const char *from, const char *text, const char *end) {
    const char *line = strstr(from, text);
    const char *last = line ? strchr(line, '\n') : NULL;
    bool good = last && (line == from || line[-1] == '\n');
    if (good && end) {
        size_t length = strlen(end);
        good = (size_t)(last - line) >= length && strncmp(last - length, end, length) == 0;
    }
    CU_ASSERT(good);
    if (!good)
        printf("\n    missing '%s...%s' in\n%s", text, end ? end : "", from);
    return good ? last + 1 : from;
}

/* The callbacks in their order, as lines without the indented ones. */
static void expect_callbacks(const char *expected) {
    char callbacks[sizeof output] = "";
    size_t used = 0;
    for (const char *line = output; *line;) {
        const char *end = strchr(line, '\n');
        size_t length = end ? (size_t)(end + 1 - line) : strlen(line);
        if (*line != ' ') {
            memcpy(callbacks + used, line, length);
            used += length;
        }
        line += length;
    }
    callbacks[used] = '\0';
    CU_ASSERT_STRING_EQUAL(callbacks, expected);
}

#define SUSPENDED "RuntimeSuspendStarted\nRuntimeThreadSuspended\nRuntimeSuspendFinished\n"
#define RESUMED   "RuntimeResumeStarted\nRuntimeThreadResumed\nRuntimeResumeFinished\n"
#define STARTED   "GarbageCollectionStarted 1111 reason 1\n"
#define FINISHED  "GarbageCollectionFinished\n"
#define COLLECTION                                                                                 \
    STARTED "ObjectsAllocatedByClass\nSurvivingReferences2\nSurvivingReferences\n"                 \
            "RootReferences2\nRootReferences\nObjectReferences\n" FINISHED

static void callbacks_come_in_order(void) {
    run("GC_LOG_MASK=10080", "");
    expect_callbacks(SUSPENDED COLLECTION RESUMED SUSPENDED COLLECTION RESUMED);
}

static void only_what_the_mask_asks_for(void) {
    run("GC_LOG_MASK=80", "");
    expect_callbacks(COLLECTION COLLECTION);
    run("GC_LOG_MASK=10000", "");
    expect_callbacks(SUSPENDED RESUMED SUSPENDED RESUMED);
    run("GC_LOG_HIGH=10", "");
    expect_callbacks(STARTED FINISHED STARTED FINISHED);
    run("GC_LOG_MASK=0", "");
    expect_callbacks("");
}

static void expect_first_collection(const char *mode) {
    run("GC_LOG_MASK=80", mode);
    const char *at = expect(output, "ObjectsAllocatedByClass\n", NULL);
    at = expect(at, "  Leaf 10\n  Node 10\n  Garbage 7\n  Held 1\n  Handled 1\n", NULL);
    at = expect(at, "  Local 1\n", NULL);
    at = expect(at, "  Dying 20\n", NULL);
    at = expect(at, "  Leaf: 10, 0 references", NULL);
    at = expect(at, "  Node: 10, 19 references", " handle"); /* the first has no Next */
    at = expect(at, "  Held: 1, 1 references", " handle");
    at = expect(at, "  Handled: 1, 0 references", " handle");
    at = expect(at, "  Watched: 1, 0 references", " handle weak");
    at = expect(at, "  Local: 1, 0 references", "");
    at = expect(at, "  Dying: 20, 0 references", " finalizer");
    at = expect(at, "  Pinned: 1, 0 references", " handle pinned");
}

static void objects_references_and_roots(void) {
    expect_first_collection("");
    expect_first_collection("--interp");
    expect_first_collection("--jit");
}

static void a_local_variable_is_a_root_of_the_stack(void) {
    run("GC_LOG_MASK=80", "--interp");
    expect(output, "  Local: 1, 0 references", " stack");
}

static void allocated_means_since_the_last_collection(void) {
    run("GC_LOG_MASK=80", "");
    const char *second = expect(output, "GarbageCollectionFinished\n", NULL);
    second = expect(second, "ObjectsAllocatedByClass\n", NULL);
    CU_ASSERT_EQUAL(strncmp(second, "  Leaf 3\nSurviving", 18), 0);
}

/* The walk of that collection ends, the rest goes on. */
static void a_failure_ends_the_walk_over_objects(void) {
    run("GC_LOG_MASK=80 GC_LOG_OBJECTS=5", "");
    expect_callbacks(COLLECTION COLLECTION);
    const char *at = expect(output, "  5 objects told\n", NULL);
    expect(at, "  5 objects told\n", NULL);
}

static void after_a_failure_the_older_form_does_not_come(void) {
    run("GC_LOG_MASK=80 GC_LOG_FAILS=1", "");
    const char *once = STARTED "ObjectsAllocatedByClass\nSurvivingReferences2\nRootReferences2\n"
                               "ObjectReferences\n" FINISHED;
    char twice[512];
    snprintf(twice, sizeof twice, "%s%s", once, once);
    expect_callbacks(twice);
}

static void collections_for_room_have_no_reason(void) {
    run("GC_LOG_MASK=80 CLARET_GC_STRESS=20", "");
    expect(output, "GarbageCollectionStarted 1111 reason 0\n", NULL);
}

CU_TestInfo prof_gc_tests[] = {
    {"callbacks come in order", callbacks_come_in_order},
    {"only what the mask asks for", only_what_the_mask_asks_for},
    {"objects, references and roots", objects_references_and_roots},
    {"a local variable is a root of the stack", a_local_variable_is_a_root_of_the_stack},
    {"allocated means since the last collection", allocated_means_since_the_last_collection},
    {"a failure ends the walk over objects", a_failure_ends_the_walk_over_objects},
    {"after a failure the older form does not come", after_a_failure_the_older_form_does_not_come},
    {"collections for room have no reason", collections_for_room_have_no_reason},
    CU_TEST_INFO_NULL,
};
