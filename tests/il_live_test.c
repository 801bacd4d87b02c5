/* Live modules: what a build holds is seen through il.h, also after it has grown. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "il_live.h"
#include "runtime/memory/mem.h"

#define BLOB(...)                                                                                  \
    (il_blob) {                                                                                    \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }
#define FIELD_SIG  BLOB(0x06, IL_TYPE_I4)
#define METHOD_SIG BLOB(0x00, 0, IL_TYPE_VOID)

typedef struct pair {
    il_build *build;
    il_module *live;
} pair;

static pair open_pair(void) {
    pair p;
    CU_ASSERT_EQUAL_FATAL(il_build_new("live.dll", &p.build, NULL), IL_OK);
    CU_ASSERT_EQUAL_FATAL(il_live_new(p.build, "live.dll", &p.live, NULL), IL_OK);
    return p;
}

static void update(pair *p) {
    CU_ASSERT_EQUAL_FATAL(il_live_update(p->live, NULL), IL_OK);
}

static void close_pair(pair *p) {
    il_module_close(p->live);
    il_build_free(p->build);
}

static void shows_what_was_added(void) {
    pair p = open_pair();
    CU_ASSERT_EQUAL(il_rows(p.live, IL_TypeDef), 0);
    uint32_t type = il_build_type(p.build, "Made", "Thing", 0x100001, 0);
    il_build_field(p.build, type, "value", 6, FIELD_SIG);
    update(&p);
    CU_ASSERT_EQUAL(il_rows(p.live, IL_TypeDef), 2);
    CU_ASSERT_EQUAL(il_find_type(p.live, "Made", "Thing", 0), 2);
    CU_ASSERT_EQUAL(il_find_type(p.live, "Made", "Later", 0), 0);
    CU_ASSERT_STRING_EQUAL(il_name(p.live, IL_Field_Name, 1), "value");
    CU_ASSERT_EQUAL(il_blob_cell(p.live, IL_Field_Signature, 1).size, 2);
    CU_ASSERT_STRING_EQUAL(il_module_path(p.live), "live.dll");
    CU_ASSERT_EQUAL(il_module_image(p.live).size, 0);
    il_build_type(p.build, "Made", "Later", 0x100001, type);
    CU_ASSERT_EQUAL(il_find_type(p.live, "Made", "Later", 0), 0);
    update(&p);
    CU_ASSERT_EQUAL(il_find_type(p.live, "Made", "Later", 0), 3);
    CU_ASSERT_EQUAL(il_cell(p.live, IL_TypeDef_Extends, 3), type);
    close_pair(&p);
}

/* Members of a type that was added first may come after those of a later one. */
static void finds_members_by_owner(void) {
    pair p = open_pair();
    uint32_t a = il_build_type(p.build, "", "A", 0, 0), b = il_build_type(p.build, "", "B", 0, 0);
    uint32_t b1 = il_build_method(p.build, b, "one", 0x16, 0, METHOD_SIG);
    il_build_method(p.build, b, "two", 0x16, 0, METHOD_SIG);
    uint32_t a1 = il_build_method(p.build, a, "three", 0x16, 0, METHOD_SIG);
    il_build_param(p.build, a1, 1, "x", 0);
    il_build_param(p.build, a1, 2, "y", 0);
    update(&p);
    il_range of_a = il_list(p.live, IL_TypeDef_MethodList, IL_TOKEN_ROW(a));
    il_range of_b = il_list(p.live, IL_TypeDef_MethodList, IL_TOKEN_ROW(b));
    il_range none = il_list(p.live, IL_TypeDef_FieldList, IL_TOKEN_ROW(a));
    il_range params = il_list(p.live, IL_MethodDef_ParamList, IL_TOKEN_ROW(a1));
    CU_ASSERT(of_a.first == 3 && of_a.end == 4);
    CU_ASSERT(of_b.first == 1 && of_b.end == 3);
    CU_ASSERT(none.first == none.end);
    CU_ASSERT(params.first == 1 && params.end == 3);
    CU_ASSERT_EQUAL(il_method_owner(p.live, IL_TOKEN_ROW(a1)), IL_TOKEN_ROW(a));
    CU_ASSERT_EQUAL(il_method_owner(p.live, IL_TOKEN_ROW(b1)), IL_TOKEN_ROW(b));
    CU_ASSERT_EQUAL(il_method_owner(p.live, 4), 0);
    CU_ASSERT_EQUAL(il_method_owner(p.live, 0), 0);
    close_pair(&p);
}

static void searches_unsorted_tables(void) {
    pair p = open_pair();
    uint32_t a = il_build_type(p.build, "", "A", 0, 0), b = il_build_type(p.build, "", "B", 0, 0);
    uint32_t i = il_build_type(p.build, "", "I", 0xA0, 0);
    il_build_interface_impl(p.build, b, i);
    il_build_interface_impl(p.build, a, i);
    update(&p);
    il_range rows = il_find_rows(p.live, IL_InterfaceImpl_Class, a);
    CU_ASSERT(rows.first == 2 && rows.end == 3);
    rows = il_find_rows(p.live, IL_InterfaceImpl_Class, b);
    CU_ASSERT(rows.first == 1 && rows.end == 2);
    rows = il_find_rows(p.live, IL_InterfaceImpl_Class, i);
    CU_ASSERT(rows.first == rows.end);
    close_pair(&p);
}

static void reads_bodies_and_data(void) {
    static const uint8_t ret[] = {1 << 2 | 2, 0x2A}, data[] = {1, 2, 3, 4};
    pair p = open_pair();
    il_body body;
    uint32_t type = il_build_type(p.build, "", "T", 0, 0);
    uint32_t method = il_build_method(p.build, type, "M", 0x16, 0, METHOD_SIG);
    uint32_t empty = il_build_method(p.build, type, "N", 0x16, 0, METHOD_SIG);
    uint32_t field = il_build_field(p.build, type, "f", 0x116, FIELD_SIG);
    il_build_body(p.build, method, ret, sizeof ret);
    il_build_field_rva(p.build, field, il_build_data(p.build, data, sizeof data, 4));
    update(&p);
    CU_ASSERT_EQUAL(il_method_body(p.live, IL_TOKEN_ROW(method), &body, NULL), IL_OK);
    CU_ASSERT(body.code_size == 1 && body.code[0] == 0x2A);
    CU_ASSERT_EQUAL(il_method_body(p.live, IL_TOKEN_ROW(empty), &body, NULL), IL_NO_BODY);
    CU_ASSERT_EQUAL(il_method_body(p.live, 99, &body, NULL), IL_NO_BODY);
    il_blob bytes = il_rva(p.live, il_cell(p.live, IL_FieldRVA_RVA, 1));
    CU_ASSERT(bytes.size == 4 && memcmp(bytes.data, data, 4) == 0);
    CU_ASSERT_PTR_NULL(il_rva(p.live, 4).data);
    close_pair(&p);
}

/* What was read before stays readable however much is added. */
static void keeps_what_was_read(void) {
    pair p = open_pair();
    il_build_type(p.build, "Made", "First", 0, 0);
    update(&p);
    const char *name = il_name(p.live, IL_TypeDef_Name, 2);
    for (int i = 0; i < 2000; i++) {
        char text[32];
        snprintf(text, sizeof text, "T%d", i);
        uint32_t type = il_build_type(p.build, "Made", text, 0, 0);
        il_build_method(p.build, type, text, 0x16, 0, METHOD_SIG);
        if (i % 100 == 0)
            update(&p);
    }
    update(&p);
    CU_ASSERT_STRING_EQUAL(name, "First");
    CU_ASSERT_EQUAL(il_find_type(p.live, "Made", "T1999", 0), 2002);
    CU_ASSERT_EQUAL(il_list(p.live, IL_TypeDef_MethodList, 2002).first, 2000);
    close_pair(&p);
}

/* The first failure of the build is the update's. */
static void says_what_failed(void) {
    pair p = open_pair();
    il_error err;
    il_build_body(p.build, 0x02000001, "", 0);
    CU_ASSERT_EQUAL(il_live_update(p.live, &err), IL_BAD_METADATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "live.dll"));
    close_pair(&p);
}

CU_TestInfo il_live_tests[] = {{"shows what was added", shows_what_was_added},
                               {"finds members by owner", finds_members_by_owner},
                               {"searches unsorted tables", searches_unsorted_tables},
                               {"reads bodies and data", reads_bodies_and_data},
                               {"keeps what was read", keeps_what_was_read},
                               {"says what failed", says_what_failed},
                               CU_TEST_INFO_NULL};
