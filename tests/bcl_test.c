/* The table that binds native methods. */
#include <CUnit/CUnit.h>
#include <string.h>

static const struct {
    const char *type, *name, *params;
} ROWS[] = {
#define BCL(type, name, params, function) {type, name, params},
#include "runtime/bcl/bcl.def"
#undef BCL
};

#define ROW_COUNT (sizeof ROWS / sizeof *ROWS)

/* Look-up is a binary search. */
static void the_table_is_sorted(void) {
    for (size_t i = 1; i < ROW_COUNT; i++) {
        int order = strcmp(ROWS[i - 1].type, ROWS[i].type);
        if (order == 0)
            order = strcmp(ROWS[i - 1].name, ROWS[i].name);
        CU_ASSERT(order <= 0);
    }
}

static void no_row_stands_twice(void) {
    for (size_t i = 1; i < ROW_COUNT; i++)
        CU_ASSERT(strcmp(ROWS[i - 1].type, ROWS[i].type) != 0 ||
                  strcmp(ROWS[i - 1].name, ROWS[i].name) != 0 ||
                  strcmp(ROWS[i - 1].params, ROWS[i].params) != 0);
}

CU_TestInfo bcl_tests[] = {
    {"the table is sorted", the_table_is_sorted},
    {"no row stands twice", no_row_stands_twice},
    CU_TEST_INFO_NULL,
};
