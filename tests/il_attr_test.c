/* il_attr.h: values of custom attributes. tests/data/small.cs has the attributes that are read. */
#include "il_attr.h"
#include "runtime/memory/mem.h"
#include "tests/il_files.h"

#include <CUnit/CUnit.h>
#include <string.h>

static bool text_is(il_blob text, const char *expected) {
    return text.size == strlen(expected) && memcmp(text.data, expected, text.size) == 0;
}

static const il_attribute *attribute_of(il_module *m, uint32_t owner, mem_pool *pool) {
    const il_attribute *found = NULL;
    il_range rows = il_find_rows(m, IL_CustomAttribute_Parent, owner);
    CU_ASSERT_EQUAL_FATAL(rows.end - rows.first, 1);
    CU_ASSERT_EQUAL(il_parse_attribute(m, rows.first, NULL, NULL, pool, &found, NULL), IL_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    return found;
}

static void strings_and_numbers(void) {
    il_module *m = il_open_or_fail(SMALL);
    mem_pool pool = {0};
    uint32_t row = il_find_type(m, "Small", "string2", 0);
    const il_attribute *a = attribute_of(m, IL_TOKEN(IL_TypeDef, row), &pool);
    CU_ASSERT_EQUAL_FATAL(a->fixed_count, 2);
    CU_ASSERT_EQUAL(a->fixed[0].type.kind, IL_TYPE_STRING);
    CU_ASSERT(text_is(a->fixed[0].text, "not for use"));
    CU_ASSERT_EQUAL(a->fixed[1].type.kind, IL_TYPE_BOOLEAN);
    CU_ASSERT_EQUAL(a->fixed[1].bits, 0);
    CU_ASSERT_EQUAL(a->named_count, 0);
    mem_pool_fini(&pool);
    il_module_close(m);
}

/* [Marked(Colour.Blue, typeof(string), new object[] { (short)-1, null, "x" }, Names = ...)] */
static void enums_types_objects_and_named_arguments(void) {
    il_module *m = il_open_or_fail(SMALL);
    mem_pool pool = {0};
    uint32_t row = il_find_type(m, "Small", "MarkedAttribute", 0);
    const il_attribute *a = attribute_of(m, IL_TOKEN(IL_TypeDef, row), &pool);
    CU_ASSERT_EQUAL_FATAL(a->fixed_count, 3);
    const il_attr_value *colour = &a->fixed[0], *type = &a->fixed[1], *list = &a->fixed[2];
    CU_ASSERT_EQUAL(colour->type.kind, IL_TYPE_ENUM);
    CU_ASSERT_EQUAL(colour->type.underlying, IL_TYPE_U1);
    CU_ASSERT_EQUAL(colour->bits, 4);
    CU_ASSERT_EQUAL(type->type.kind, IL_TYPE_SYSTEM_TYPE);
    CU_ASSERT(type->text.size > 13 && memcmp(type->text.data, "System.String", 13) == 0);

    CU_ASSERT_EQUAL(list->type.kind, IL_TYPE_SZARRAY);
    CU_ASSERT_EQUAL(list->type.element, IL_TYPE_BOXED);
    CU_ASSERT_EQUAL_FATAL(list->count, 3);
    const il_attr_value *number = &list->items[0].items[0];
    CU_ASSERT_EQUAL(number->type.kind, IL_TYPE_I2);
    CU_ASSERT_EQUAL(number->bits, 0xFFFF);
    CU_ASSERT_TRUE(list->items[1].items[0].is_null);
    CU_ASSERT(text_is(list->items[2].items[0].text, "x"));

    CU_ASSERT_EQUAL_FATAL(a->named_count, 2);
    CU_ASSERT_TRUE(a->named[0].is_property);
    CU_ASSERT(text_is(a->named[0].name, "Names"));
    CU_ASSERT_EQUAL(a->named[0].value.type.element, IL_TYPE_STRING);
    CU_ASSERT_EQUAL_FATAL(a->named[0].value.count, 2);
    CU_ASSERT(text_is(a->named[0].value.items[1].text, "b"));
    CU_ASSERT_FALSE(a->named[1].is_property);
    CU_ASSERT_EQUAL(a->named[1].value.type.kind, IL_TYPE_ENUM);
    CU_ASSERT(text_is(a->named[1].value.type.enum_name, "Small.Colour"));
    CU_ASSERT_EQUAL(a->named[1].value.bits, 1);
    mem_pool_fini(&pool);
    il_module_close(m);
}

static il_element int32_enum(void *user, const il_module *module, uint32_t token, il_blob name) {
    (void)name;
    CU_ASSERT_EQUAL(IL_TOKEN_TABLE(token), IL_TypeRef);
    CU_ASSERT_STRING_EQUAL(il_name(module, IL_TypeRef_Name, IL_TOKEN_ROW(token)),
                           "DebuggerBrowsableState");
    ++*(int *)user;
    return IL_TYPE_I4;
}

/* [DebuggerBrowsable(DebuggerBrowsableState.Never)], the enum being mscorlib's */
static void enums_of_other_modules_are_asked_for(void) {
    il_module *m = il_open_or_fail(SMALL);
    unsigned unknown = 0;
    int asked = 0;
    for (uint32_t row = 1; row <= il_rows(m, IL_CustomAttribute); row++) {
        mem_pool pool = {0};
        const il_attribute *a;
        il_error err;
        if (il_parse_attribute(m, row, NULL, NULL, &pool, &a, &err) != IL_OK) {
            unknown++;
            CU_ASSERT_EQUAL(err.status, IL_BAD_SIGNATURE);
            CU_ASSERT_EQUAL(err.token, IL_TOKEN(IL_CustomAttribute, row));
            CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "an enum whose underlying type is not known"));
            CU_ASSERT_EQUAL(il_parse_attribute(m, row, int32_enum, &asked, &pool, &a, &err), IL_OK);
        }
        mem_pool_fini(&pool);
    }
    CU_ASSERT_EQUAL(unknown, 1);
    CU_ASSERT_EQUAL(asked, 1);
    il_module_close(m);
}

static void all_of_mscorlib_parses(void) {
    il_module *m = il_open_or_fail(MSCORLIB);
    unsigned failed = 0;
    for (uint32_t row = 1; row <= il_rows(m, IL_CustomAttribute); row++) {
        mem_pool pool = {0};
        const il_attribute *a;
        failed += il_parse_attribute(m, row, NULL, NULL, &pool, &a, NULL) != IL_OK;
        mem_pool_fini(&pool);
    }
    CU_ASSERT_EQUAL(failed, 0);
    il_module_close(m);
}

static void rows_that_are_not_there(void) {
    il_module *m = il_open_or_fail(SMALL);
    mem_pool pool = {0};
    const il_attribute *a;
    CU_ASSERT_EQUAL(il_parse_attribute(m, 0, NULL, NULL, &pool, &a, NULL), IL_BAD_METADATA);
    CU_ASSERT_EQUAL(il_parse_attribute(m, 10000, NULL, NULL, &pool, &a, NULL), IL_BAD_METADATA);
    mem_pool_fini(&pool);
    il_module_close(m);
}

CU_TestInfo il_attr_tests[] = {
    {"strings and numbers", strings_and_numbers},
    {"enums, types, objects and named arguments", enums_types_objects_and_named_arguments},
    {"enums of other modules are asked for", enums_of_other_modules_are_asked_for},
    {"all of mscorlib parses", all_of_mscorlib_parses},
    {"rows that are not there", rows_that_are_not_there},
    CU_TEST_INFO_NULL,
};
