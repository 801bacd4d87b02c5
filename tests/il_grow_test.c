/* Adding to a module that is open: what was there reads as before, what is added reads like it. The
 * module is tests/data/small.cs. */
#include "il_grow.h"
#include <CUnit/CUnit.h>
#include <string.h>

#define ROWS 600 /* more than fit in the first block */

static il_module *module;

static void open_small(void) {
    CU_ASSERT_EQUAL_FATAL(il_module_open("build/tests/small.exe", &module, NULL), IL_OK);
}

static uint32_t add(il_table table, const uint32_t *cells) {
    uint32_t token = 0;
    CU_ASSERT_EQUAL(il_grow_row(module, table, cells, &token, NULL), IL_OK);
    return token;
}

static uint32_t add_string(const char *text) {
    uint32_t index = 0;
    CU_ASSERT_EQUAL(il_grow_string(module, text, &index, NULL), IL_OK);
    return index;
}

static void rows_and_entries_follow_those_of_the_file(void) {
    open_small();
    uint32_t before = il_rows(module, IL_TypeRef), blob = 0, token = 0;
    const char *first = il_name(module, IL_TypeRef_Name, 1);
    il_blob signature = il_blob_cell(module, IL_MemberRef_Signature, 1);
    for (uint32_t i = 1; i <= ROWS; i++) {
        uint32_t name = add_string("Added");
        uint32_t row = add(IL_TypeRef, (uint32_t[]){IL_TOKEN(IL_Module, 1), name, 0});
        CU_ASSERT_EQUAL(row, IL_TOKEN(IL_TypeRef, before + i));
    }
    CU_ASSERT_EQUAL(il_rows(module, IL_TypeRef), before + ROWS);
    CU_ASSERT_PTR_EQUAL(il_name(module, IL_TypeRef_Name, 1), first);
    CU_ASSERT_STRING_EQUAL(il_name(module, IL_TypeRef_Name, before + ROWS), "Added");
    CU_ASSERT_STRING_EQUAL(il_name(module, IL_TypeRef_Namespace, before + 1), "");
    CU_ASSERT_EQUAL(il_cell(module, IL_TypeRef_ResolutionScope, before + ROWS + 1), 0);
    CU_ASSERT_EQUAL(il_grow_blob(module, signature, &blob, NULL), IL_OK);
    CU_ASSERT_EQUAL(il_blob_at(module, blob).size, signature.size);
    CU_ASSERT_EQUAL(memcmp(il_blob_at(module, blob).data, signature.data, signature.size), 0);
    CU_ASSERT_EQUAL(il_grow_user_string(module, u"text", 4, &token, NULL), IL_OK);
    CU_ASSERT_EQUAL(il_user_string(module, token).size, 8);
    CU_ASSERT_EQUAL(memcmp(il_user_string(module, token).data, u"text", 8), 0);
    il_module_close(module);
}

static void types_have_the_members_they_are_given(void) {
    open_small();
    uint32_t types = il_rows(module, IL_TypeDef), methods = il_rows(module, IL_MethodDef);
    uint32_t next = IL_TOKEN(IL_MethodDef, methods + 1), fields = il_rows(module, IL_Field) + 1;
    il_range last = il_list(module, IL_TypeDef_MethodList, types);
    uint32_t owner = il_method_owner(module, methods);
    for (int i = 0; i < 2; i++)
        add(IL_TypeDef, (uint32_t[]){1, add_string(i ? "Two" : "One"), add_string("Added"), 0,
                                     IL_TOKEN(IL_Field, fields), next});
    for (int i = 0; i < 3; i++) { /* one of the first, two of the second */
        CU_ASSERT(il_grow_own(module, IL_TypeDef_MethodList, types + (i ? 2 : 1)));
        add(IL_MethodDef, (uint32_t[]){0, 0, 0, add_string("M"), 0, 1});
    }
    CU_ASSERT_FALSE(il_grow_own(module, IL_TypeDef_MethodList, types + 1));
    CU_ASSERT_FALSE(il_grow_own(module, IL_TypeDef_MethodList, types));
    il_range one = il_list(module, IL_TypeDef_MethodList, types + 1);
    il_range two = il_list(module, IL_TypeDef_MethodList, types + 2);
    CU_ASSERT(one.first == methods + 1 && one.end == methods + 2);
    CU_ASSERT(two.first == methods + 2 && two.end == methods + 4);
    CU_ASSERT(il_list(module, IL_TypeDef_FieldList, types + 2).end == 0);
    CU_ASSERT_EQUAL(il_list(module, IL_TypeDef_MethodList, types).end, last.end);
    CU_ASSERT_EQUAL(il_method_owner(module, methods + 3), types + 2);
    CU_ASSERT_EQUAL(il_method_owner(module, methods), owner);
    CU_ASSERT_EQUAL(il_find_type(module, "Added", "Two", 0), types + 2);
    CU_ASSERT_TRUE(il_grow_set(module, IL_MethodDef_Flags, methods + 1, 0x16));
    CU_ASSERT_EQUAL(il_cell(module, IL_MethodDef_Flags, methods + 1), 0x16);
    CU_ASSERT_FALSE(il_grow_set(module, IL_MethodDef_Flags, 1, 0x16));
    il_module_close(module);
}

CU_TestInfo il_grow_tests[] = {
    {"rows and entries follow those of the file", rows_and_entries_follow_those_of_the_file},
    {"types have the members they are given", types_have_the_members_they_are_given},
    CU_TEST_INFO_NULL};
