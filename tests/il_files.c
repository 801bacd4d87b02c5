/* Opening files in tests. */
#include "tests/il_files.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

il_module *il_open_or_fail(const char *path) {
    il_module *module = NULL;
    CU_ASSERT_EQUAL(il_module_open(path, &module, NULL), IL_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(module);
    return module;
}

uint8_t *il_read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    CU_ASSERT_EQUAL(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}
