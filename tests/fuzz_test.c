/* Feeds the fuzz targets what once made them fail. */
#include "fuzz_targets.h"

#include <CUnit/CUnit.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/il_files.h"

static void replay(const char *name, void (*target)(const uint8_t *, size_t)) {
    char folder[256], path[600];
    snprintf(folder, sizeof folder, "tests/fuzz/found/%s", name);
    DIR *found = opendir(folder);
    if (!found) /* nothing was ever found */
        return;
    for (struct dirent *entry; (entry = readdir(found)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        size_t size;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        uint8_t *bytes = il_read_file(path, &size);
        target(bytes, size);
        free(bytes);
    }
    closedir(found);
}

#define FUZZ_TARGET(name)                                                                          \
    static void name##_survives(void) {                                                            \
        replay(#name, fuzz_##name);                                                                \
        fuzz_##name((const uint8_t *)"", 0);                                                       \
    }
#include "fuzz_targets.def"
#undef FUZZ_TARGET

CU_TestInfo fuzz_tests[] = {
#define FUZZ_TARGET(name) {#name " survives what was found", name##_survives},
#include "fuzz_targets.def"
#undef FUZZ_TARGET
    CU_TEST_INFO_NULL,
};
