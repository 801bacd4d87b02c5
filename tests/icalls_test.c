/* docs/INTERNAL-CALLS.md lists the internal calls that are missing, with the reason. It is compared
 * with what `claret info --icalls` says. Without the class library there is nothing to compare. */
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/command.h"

#define TABLE "docs/INTERNAL-CALLS.md"

static char table[1 << 16], listed[1 << 18];

static void fail(const char *format, const char *line) {
    char message[700];
    snprintf(message, sizeof message, format, line);
    CU_assertImplementation(CU_FALSE, 0, message, TABLE, "", CU_FALSE);
}

static bool read_all(FILE *file, char *buffer, size_t size) {
    size_t used = file ? fread(buffer, 1, size - 1, file) : 0;
    buffer[used] = '\0';
    return used > 0;
}

/* Appends what is missing in an assembly to listed, a line "missing  NAME" each. */
static bool list(const char *assembly) {
    size_t used = strlen(listed);
    char path[256];
    snprintf(path, sizeof path, "/usr/lib/mono/4.5/%s.dll", assembly);
    if (access(path, R_OK) != 0)
        return false;
    return command_run(listed + used, sizeof listed - used,
                       "$CLARET info --icalls %s | sed -n '/^missing/p'", path) == 0;
}

/* Every missing call has a row in the table, "| `NAME` | reason |". */
static void every_missing_call_has_a_reason(void) {
    static const char MARK[] = "missing  ";
    char row[600];
    for (char *line = listed; *line;) {
        size_t length = strcspn(line, "\n");
        snprintf(row, sizeof row, "\n| `%.*s` | ", (int)(length - (sizeof MARK - 1)),
                 line + sizeof MARK - 1);
        const char *found = strstr(table, row);
        if (!found || strchr("|\n", found[strlen(row)]))
            fail("add this line to " TABLE " with a reason: %s", row + 1);
        line += length + (line[length] == '\n');
    }
}

/* And no other call has one. */
static void no_present_call_is_listed(void) {
    static const char MARK[] = "\n| `";
    char line[600];
    for (char *row = table; (row = strstr(row, MARK)); row++) {
        const char *name = row + sizeof MARK - 1;
        snprintf(line, sizeof line, "missing  %.*s\n", (int)strcspn(name, "`"), name);
        if (!strstr(listed, line))
            fail("take this line out of " TABLE ", the call is there: %.500s",
                 line + sizeof "missing  " - 1);
    }
}

static void the_table_is_true(void) {
    FILE *file = fopen(TABLE, "r");
    CU_ASSERT_FATAL(read_all(file, table, sizeof table));
    fclose(file);
    listed[0] = '\0';
    if (!list("mscorlib") || !list("System") || !list("System.Core"))
        return;
    every_missing_call_has_a_reason();
    no_present_call_is_listed();
}

CU_TestInfo icalls_tests[] = {
    {"the table of missing internal calls is true", the_table_is_true},
    CU_TEST_INFO_NULL,
};
