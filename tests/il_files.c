/* Opening files in tests. */
#include "tests/il_files.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "il/il_tables.h"
#include "il_attr.h"
#include "il_version.h"
#include "runtime/memory/mem.h"

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

unsigned long il_walk(il_module *m) {
    unsigned long sum = il_module_check(m, NULL);
    for (unsigned c = 0; c < IL_COLUMN_COUNT; c++) {
        il_column column = (il_column)c;
        const il_column_info *info = il_column_get(column);
        uint32_t rows = il_rows(m, (il_table)info->table);
        for (uint32_t row = 0; row <= rows + 1 && row < 2000; row++) {
            uint32_t value = il_cell(m, column, row);
            const uint8_t *guid;
            il_blob blob;
            switch (info->kind) {
            case IL_KIND_STRING: sum += strlen(il_string(m, value)); break;
            case IL_KIND_GUID: sum += (guid = il_guid(m, value)) ? guid[15] : 0; break;
            case IL_KIND_LIST: sum += il_list(m, column, row).end; break;
            case IL_KIND_BLOB:
                blob = il_blob_at(m, value);
                sum += blob.size ? blob.data[blob.size - 1] : 0;
                break;
            default: sum += il_find_rows(m, column, value).end; break;
            }
        }
    }
    for (uint32_t row = 1; row <= il_rows(m, IL_MethodDef) && row < 2000; row++) {
        il_body body;
        sum += il_method_owner(m, row) + il_field_owner(m, row);
        if (il_method_body(m, row, &body, NULL) == IL_OK)
            sum += body.size;
    }
    for (uint32_t row = 1; row <= il_rows(m, IL_CustomAttribute) && row < 2000; row++) {
        mem_pool pool = {0};
        const il_attribute *attribute;
        if (il_parse_attribute(m, row, NULL, NULL, &pool, &attribute, NULL) == IL_OK)
            sum += attribute->fixed_count + attribute->named_count;
        mem_pool_fini(&pool);
    }
    il_version version;
    if (il_version_of(m, &version))
        sum += il_version_string(&version, "FileVersion").size;
    return sum + il_find_type(m, "Small", "Square", 0);
}
