/* il.h: opening modules, tables, heaps and searches; what bad files end in. */
#define _GNU_SOURCE /* memmem */
#include "il.h"
#include "il/il_tables.h"
#include "tests/il_files.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Helpers ---- */

/* Opens the image in a block of exactly its size, so that AddressSanitizer sees each byte beyond.
 */
static il_status open_and_walk(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    il_module *module = NULL;
    il_error error = {.status = IL_OK};
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    memcpy(copy, bytes, size);
    il_status status = il_module_open_image("copy.dll", copy, size, &module, &error);
    if (status == IL_OK)
        il_walk(module);
    else
        CU_ASSERT(error.status == status && strncmp(error.text, "copy.dll: ", 10) == 0);
    CU_ASSERT_EQUAL(status == IL_OK, module != NULL);
    il_module_close(module);
    free(copy);
    return status;
}

/* ---- Sound modules ---- */

static void reads_types_and_their_members(void) {
    il_module *m = il_open_or_fail(SMALL);
    CU_ASSERT_EQUAL(il_module_check(m, NULL), IL_OK);
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_Assembly_Name, 1), "small");
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_AssemblyRef_Name, 1), "mscorlib");
    CU_ASSERT_EQUAL(il_cell(m, IL_AssemblyRef_MajorVersion, 1), 4);

    uint32_t colour = il_find_type(m, "Small", "Colour", 0);
    CU_ASSERT_NOT_EQUAL_FATAL(colour, 0);
    il_range fields = il_list(m, IL_TypeDef_FieldList, colour);
    CU_ASSERT_EQUAL_FATAL(fields.end - fields.first, 5);
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_Field_Name, fields.first), "value__");
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_Field_Name, fields.first + 4), "Blue");
    CU_ASSERT_EQUAL(il_field_owner(m, fields.first + 4), colour);
    uint32_t base = il_cell(m, IL_TypeDef_Extends, colour);
    CU_ASSERT_EQUAL_FATAL(IL_TOKEN_TABLE(base), IL_TypeRef);
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_TypeRef_Name, IL_TOKEN_ROW(base)), "Enum");

    /* Blue = 4, of type byte */
    il_range constants = il_find_rows(m, IL_Constant_Parent, IL_TOKEN(IL_Field, fields.first + 4));
    CU_ASSERT_EQUAL_FATAL(constants.end - constants.first, 1);
    CU_ASSERT_EQUAL(il_cell(m, IL_Constant_Type, constants.first), 5);
    il_blob value = il_blob_cell(m, IL_Constant_Value, constants.first);
    CU_ASSERT(value.size == 1 && value.data[0] == 4);
    il_module_close(m);
}

static void finds_types_by_name_and_enclosing_type(void) {
    il_module *m = il_open_or_fail(SMALL);
    uint32_t shape = il_find_type(m, "Small", "Shape`1", 0);
    CU_ASSERT_NOT_EQUAL(shape, 0);
    uint32_t nested = il_find_type(m, "", "Nested", shape);
    CU_ASSERT_NOT_EQUAL(nested, 0);
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_TypeDef_Name, nested), "Nested");
    CU_ASSERT_EQUAL(il_find_type(m, "", "Nested", 0), 0);
    CU_ASSERT_EQUAL(il_find_type(m, "Small", "Missing", 0), 0);
    CU_ASSERT_EQUAL(il_find_type(m, "", "Small.Shape`1", 0), 0);
    il_module_close(m);
}

static void every_type_and_method_is_found_again(void) {
    il_module *m = il_open_or_fail(MSCORLIB);
    unsigned missed = 0, strays = 0;
    for (uint32_t row = 1; row <= il_rows(m, IL_TypeDef); row++) {
        il_range nested = il_find_rows(m, IL_NestedClass_NestedClass, IL_TOKEN(IL_TypeDef, row));
        uint32_t outer = IL_TOKEN_ROW(il_cell(m, IL_NestedClass_EnclosingClass, nested.first));
        missed += il_find_type(m, il_name(m, IL_TypeDef_Namespace, row),
                               il_name(m, IL_TypeDef_Name, row), outer) != row;
        il_range methods = il_list(m, IL_TypeDef_MethodList, row);
        for (uint32_t method = methods.first; method < methods.end; method++)
            strays += il_method_owner(m, method) != row;
    }
    CU_ASSERT_EQUAL(missed, 0);
    CU_ASSERT_EQUAL(strays, 0);
    CU_ASSERT_EQUAL(il_method_owner(m, 0), 0);
    CU_ASSERT_EQUAL(il_method_owner(m, il_rows(m, IL_MethodDef) + 1), 0);
    il_module_close(m);
}

static void reads_user_strings_and_guids(void) {
    il_module *m = il_open_or_fail(SMALL);
    const uint8_t *mvid = il_guid(m, il_cell(m, IL_Module_Mvid, 1));
    CU_ASSERT_PTR_NOT_NULL(mvid);
    CU_ASSERT_PTR_NULL(il_guid(m, 0));
    CU_ASSERT_PTR_NULL(il_guid(m, 1000));
    /* The first entry of #US is the empty one, so the first string is at offset 1. */
    il_blob text = il_user_string(m, IL_TOKEN(IL_USER_STRING_TOKEN, 1));
    CU_ASSERT_FATAL(text.data && text.size >= 4 && text.size % 2 == 0);
    CU_ASSERT_PTR_NULL(il_user_string(m, IL_TOKEN(IL_USER_STRING_TOKEN, 0xFFFFFF)).data);
    CU_ASSERT_PTR_NULL(il_user_string(m, IL_TOKEN(IL_TypeDef, 1)).data);
    il_module_close(m);
}

static void what_is_out_of_range_is_empty(void) {
    il_module *m = il_open_or_fail(SMALL);
    uint32_t beyond = il_rows(m, IL_TypeDef) + 1;
    CU_ASSERT_EQUAL(il_cell(m, IL_TypeDef_Flags, 0), 0);
    CU_ASSERT_EQUAL(il_cell(m, IL_TypeDef_Flags, beyond), 0);
    CU_ASSERT_EQUAL(il_cell(m, IL_TypeDef_Flags, UINT32_MAX), 0);
    CU_ASSERT_EQUAL(il_list(m, IL_TypeDef_MethodList, beyond).end, 0);
    CU_ASSERT_STRING_EQUAL(il_string(m, UINT32_MAX), "");
    CU_ASSERT_EQUAL(il_blob_at(m, UINT32_MAX).size, 0);
    CU_ASSERT_EQUAL(il_rows(m, IL_NONE), 0);
    CU_ASSERT_PTR_NULL(il_rva(m, 0).data);
    CU_ASSERT_PTR_NULL(il_rva(m, UINT32_MAX).data);
    il_module_close(m);
}

static void headers_say_what_the_compiler_wrote(void) {
    il_module *m = il_open_or_fail(SMALL);
    const il_headers *h = il_module_headers(m);
    CU_ASSERT(h->pe && !h->pe32_plus && !h->dll && !h->uncompressed);
    CU_ASSERT_EQUAL(h->machine, 0x14C);
    CU_ASSERT_EQUAL(h->subsystem, 3);
    CU_ASSERT_EQUAL(h->cli_flags & 1, 1);
    CU_ASSERT_STRING_EQUAL(h->version, "v4.0.30319");
    CU_ASSERT_EQUAL_FATAL(IL_TOKEN_TABLE(h->entry_point), IL_MethodDef);
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_MethodDef_Name, IL_TOKEN_ROW(h->entry_point)), "Main");
    il_section text;
    il_module_section(m, 0, &text);
    CU_ASSERT_STRING_EQUAL(text.name, ".text");
    CU_ASSERT_EQUAL(il_rva(m, text.rva).size, text.file_size);
    CU_ASSERT(h->size_of_image >= text.rva + text.virtual_size);
    il_module_close(m);
}

/* Kilobytes of path's mappings that are in memory, from /proc/self/smaps. */
static unsigned long resident_kilobytes(const char *path) {
    char line[512];
    unsigned long total = 0, kilobytes, start, end;
    bool inside = false;
    FILE *maps = fopen("/proc/self/smaps", "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(maps);
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            inside = strstr(line, path) != NULL;
        else if (inside && sscanf(line, "Rss: %lu", &kilobytes) == 1)
            total += kilobytes;
    }
    fclose(maps);
    return total;
}

static void opening_leaves_most_pages_alone(void) {
    il_module *m = il_open_or_fail(MSCORLIB);
    /* The kernel maps 16 pages round each one that is touched. */
    CU_ASSERT(resident_kilobytes("mscorlib.dll") * 1024 < il_module_image(m).size / 8);
    il_module_close(m);
}

/* ---- Bad files ---- */

static void expect_status(const void *bytes, size_t size, il_status expected) {
    CU_ASSERT_EQUAL(open_and_walk(bytes, size), expected);
}

static void other_files_are_told_apart(void) {
    size_t size;
    uint8_t *small = il_read_file(SMALL, &size);
    expect_status("", 0, IL_NOT_PE);
    expect_status("M", 1, IL_NOT_PE);
    expect_status("#!/bin/sh\n", 10, IL_NOT_PE);
    expect_status("\177ELF\2\1\1", 7, IL_NOT_PE);
    expect_status("MZ", 2, IL_TRUNCATED);
    small[0x80] = 'N'; /* "NE": a Windows 3 program */
    expect_status(small, size, IL_NOT_PE);
    small[0x80] = 'P';
    memset(small + 0x80 + 24 + 96 + 14 * 8, 0, 8); /* the CLI directory */
    expect_status(small, size, IL_NOT_CLI);
    free(small);

    il_module *module;
    il_error error;
    CU_ASSERT_EQUAL(il_module_open("/no/such/file", &module, &error), IL_FILE_ERROR);
    CU_ASSERT_STRING_EQUAL(error.text, "/no/such/file: No such file or directory");
    CU_ASSERT_EQUAL(il_module_open("/usr", &module, NULL), IL_FILE_ERROR);
    CU_ASSERT_PTR_NULL(module);
}

static void every_truncation_is_an_error(void) {
    size_t size;
    uint8_t *small = il_read_file(SMALL, &size);
    for (size_t length = 0; length < size; length++) {
        il_status status = open_and_walk(small, length);
        CU_ASSERT_EQUAL_FATAL(status, length < 2 ? IL_NOT_PE : IL_TRUNCATED);
    }
    expect_status(small, size, IL_OK);
    free(small);
}

static void changed_bytes_do_no_harm(void) {
    static const uint8_t CHANGES[] = {0x01, 0x80, 0xFF};
    size_t size;
    uint8_t *small = il_read_file(SMALL, &size);
    for (size_t at = 0; at < size; at++) {
        for (size_t i = 0; i < sizeof CHANGES; i++) {
            small[at] ^= CHANGES[i];
            open_and_walk(small, size);
            small[at] ^= CHANGES[i];
        }
    }
    free(small);
}

static void mscorlib_truncated_is_an_error(void) {
    size_t size;
    uint8_t *bytes = il_read_file(MSCORLIB, &size);
    il_module *module;
    for (size_t length = 2; length < size; length += length / 9 + 1)
        CU_ASSERT_EQUAL(il_module_open_image("cut", bytes, length, &module, NULL), IL_TRUNCATED);
    free(bytes);
}

static void a_bad_row_is_named(void) {
    size_t size;
    uint8_t *small = il_read_file(SMALL, &size);
    il_module *module;
    il_error error;
    CU_ASSERT_EQUAL_FATAL(il_module_open_image("bad.dll", small, size, &module, NULL), IL_OK);
    /* A ModuleRef row is one string index, here of two bytes; it lies between two known tables. */
    CU_ASSERT_EQUAL_FATAL(il_rows(module, IL_ModuleRef), 1);
    const char *name = il_name(module, IL_ModuleRef_Name, 1);
    CU_ASSERT_STRING_EQUAL_FATAL(name, "libc");
    uint32_t index = il_cell(module, IL_ModuleRef_Name, 1);
    uint32_t signature = il_cell(module, IL_TypeSpec_Signature, 1);
    il_blob metadata = il_module_headers(module)->metadata;
    uint8_t pattern[4] = {(uint8_t)index, (uint8_t)(index >> 8), (uint8_t)signature,
                          (uint8_t)(signature >> 8)};
    uint8_t *cell = memmem(metadata.data, metadata.size, pattern, sizeof pattern);
    CU_ASSERT_PTR_NOT_NULL_FATAL(cell);
    cell[0] = cell[1] = 0xFF;
    CU_ASSERT_EQUAL(il_module_check(module, &error), IL_BAD_METADATA);
    CU_ASSERT_EQUAL(error.token, IL_TOKEN(IL_ModuleRef, 1));
    CU_ASSERT_EQUAL(error.offset, (uint64_t)(cell - small));
    const char *expected = "bad.dll: ModuleRef row 1: Name is 0xffff, expected an offset in";
    CU_ASSERT_EQUAL(strncmp(error.text, expected, strlen(expected)), 0);
    CU_ASSERT_STRING_EQUAL(il_name(module, IL_ModuleRef_Name, 1), "");
    il_module_close(module);
    free(small);
}

/* ---- The schema ---- */

static void coded_indexes_encode_what_they_decode(void) {
    uint32_t cell;
    CU_ASSERT_TRUE(il_coded_encode(IL_CODED_TypeDefOrRef, IL_TOKEN(IL_TypeSpec, 5), &cell));
    CU_ASSERT_EQUAL(cell, 5 << 2 | 2);
    CU_ASSERT_TRUE(il_coded_encode(IL_CODED_CustomAttributeType, IL_TOKEN(IL_MemberRef, 7), &cell));
    CU_ASSERT_EQUAL(cell, 7 << 3 | 3);
    CU_ASSERT_FALSE(il_coded_encode(IL_CODED_TypeDefOrRef, IL_TOKEN(IL_Field, 5), &cell));
    CU_ASSERT_EQUAL(il_coded_table(IL_CODED_CustomAttributeType, 0), IL_NONE);
    CU_ASSERT_EQUAL(il_coded_table(IL_CODED_HasCustomAttribute, 21), IL_MethodSpec);
    CU_ASSERT_EQUAL(il_coded_table(IL_CODED_HasCustomDebugInformation, 26), IL_ImportScope);
}

static void rows_grow_with_the_tables_they_point_at(void) {
    uint32_t rows[IL_TABLE_COUNT] = {0};
    il_layout layout;
    il_layout_compute(rows, 0, &layout);
    CU_ASSERT_EQUAL(layout.row_size[IL_TypeDef], 4 + 2 + 2 + 2 + 2 + 2);
    CU_ASSERT_EQUAL(layout.row_size[IL_Constant], 2 + 2 + 2);
    rows[IL_Field] = 0x10000;  /* FieldList */
    rows[IL_TypeRef] = 0x4000; /* Extends: 14 bits are not enough */
    il_layout_compute(rows, IL_WIDE_STRINGS, &layout);
    CU_ASSERT_EQUAL(layout.row_size[IL_TypeDef], 4 + 4 + 4 + 4 + 4 + 2);
    CU_ASSERT_EQUAL(layout.offset[IL_TypeDef_MethodList], 20);
    il_layout_compute(rows, IL_WIDE_ALL, &layout);
    CU_ASSERT_EQUAL(layout.row_size[IL_TypeDef], 4 * 6);
}

CU_TestInfo il_module_tests[] = {
    {"reads types and their members", reads_types_and_their_members},
    {"finds types by name and enclosing type", finds_types_by_name_and_enclosing_type},
    {"every type and method is found again", every_type_and_method_is_found_again},
    {"reads user strings and GUIDs", reads_user_strings_and_guids},
    {"what is out of range is empty", what_is_out_of_range_is_empty},
    {"headers say what the compiler wrote", headers_say_what_the_compiler_wrote},
    {"opening leaves most pages alone", opening_leaves_most_pages_alone},
    {"other files are told apart", other_files_are_told_apart},
    {"every truncation is an error", every_truncation_is_an_error},
    {"changed bytes do no harm", changed_bytes_do_no_harm},
    {"mscorlib truncated is an error", mscorlib_truncated_is_an_error},
    {"a bad row is named", a_bad_row_is_named},
    {"coded indexes encode what they decode", coded_indexes_encode_what_they_decode},
    {"rows grow with the tables they point at", rows_grow_with_the_tables_they_point_at},
    CU_TEST_INFO_NULL,
};
