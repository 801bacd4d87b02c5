/* Signatures: parsing blobs, printing them in ilasm syntax, comparing. Blobs are written by hand
 * from II.23.2; expected texts follow II.7.1 and II.15.3. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "il_print.h"
#include "il_same.h"
#include "runtime/memory/mem.h"
#include "tests/il_files.h"

#define BLOB(...)                                                                                  \
    (il_blob) {                                                                                    \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }

/* ---- Parsing ---- */

static void test_compressed_numbers(void) {
    /* The examples of II.23.2. */
    static const struct {
        uint8_t bytes[4];
        uint32_t value;
    } UNSIGNED[] = {{{0x03}, 0x03},
                    {{0x7F}, 0x7F},
                    {{0x80, 0x80}, 0x80},
                    {{0xAE, 0x57}, 0x2E57},
                    {{0xBF, 0xFF}, 0x3FFF},
                    {{0xC0, 0x00, 0x40, 0x00}, 0x4000},
                    {{0xDF, 0xFF, 0xFF, 0xFF}, 0x1FFFFFFF}};
    static const struct {
        uint8_t bytes[4];
        int32_t value;
    } SIGNED[] = {{{0x06}, 3},
                  {{0x7B}, -3},
                  {{0x80, 0x80}, 64},
                  {{0x01}, -64},
                  {{0xC0, 0x00, 0x40, 0x00}, 8192},
                  {{0x80, 0x01}, -8192},
                  {{0xDF, 0xFF, 0xFF, 0xFE}, 268435455},
                  {{0xC0, 0x00, 0x00, 0x01}, -268435456}};
    for (size_t i = 0; i < sizeof UNSIGNED / sizeof UNSIGNED[0]; i++) {
        il_reader in = il_reader_of((il_blob){UNSIGNED[i].bytes, 4});
        CU_ASSERT_EQUAL(il_read_compressed(&in), UNSIGNED[i].value);
        CU_ASSERT_FALSE(in.bad);
    }
    for (size_t i = 0; i < sizeof SIGNED / sizeof SIGNED[0]; i++) {
        il_reader in = il_reader_of((il_blob){SIGNED[i].bytes, 4});
        CU_ASSERT_EQUAL(il_read_compressed_signed(&in), SIGNED[i].value);
    }
}

static void test_reader_stops_at_the_end(void) {
    il_reader in = il_reader_of(BLOB(0xC0, 0, 0));
    CU_ASSERT_EQUAL(il_read_compressed(&in), 0);
    CU_ASSERT_TRUE(in.bad);
    CU_ASSERT_EQUAL(il_read_u8(&in), 0);
    in = il_reader_of(BLOB(0xFF));
    il_read_compressed(&in);
    CU_ASSERT_TRUE(in.bad);
    in = il_reader_of((il_blob){NULL, 0});
    CU_ASSERT_EQUAL(il_read_u32(&in), 0);
    CU_ASSERT_TRUE(in.bad);
}

static void test_bad_signatures_are_refused(void) {
    static const struct {
        uint8_t size, bytes[8];
    } BAD[] = {
        {0, {0}},                               /* empty */
        {1, {0x00}},                            /* no parameter count */
        {3, {0x06, 0x00, 0x01}},                /* a field's first byte */
        {3, {0x00, 0x02, 0x01}},                /* two parameters, none there */
        {7, {0x00, 0xDF, 0xFF, 0xFF, 0xFF, 1}}, /* half a billion parameters */
        {4, {0x00, 0x00, 0x01, 0x01}},          /* a byte too many */
        {3, {0x00, 0x00, 0x3F}},                /* no such element */
        {4, {0x00, 0x00, 0x12, 0x03}},          /* TypeDefOrRef tag 3 */
        {5, {0x00, 0x00, 0x15, 0x0E, 0x01}},    /* an instance of string */
        {6, {0x00, 0x00, 0x14, 0x08, 0, 0}},    /* an array without dimensions */
    };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        mem_pool pool = {0};
        const il_method_sig *sig;
        il_error err;
        CU_ASSERT_EQUAL(
            il_parse_method_sig((il_blob){BAD[i].bytes, BAD[i].size}, &pool, &sig, &err),
            IL_BAD_SIGNATURE);
        CU_ASSERT_EQUAL(err.status, IL_BAD_SIGNATURE);
        mem_pool_fini(&pool);
    }
}

static void test_nesting_is_limited(void) {
    uint8_t bytes[200];
    mem_pool pool = {0};
    const il_type *type;
    memset(bytes, IL_TYPE_SZARRAY, sizeof bytes);
    bytes[sizeof bytes - 1] = IL_TYPE_I4;
    CU_ASSERT_EQUAL(il_parse_type_spec((il_blob){bytes, sizeof bytes}, &pool, &type, NULL),
                    IL_BAD_SIGNATURE);
    CU_ASSERT_EQUAL(il_parse_type_spec((il_blob){bytes + 150, 50}, &pool, &type, NULL), IL_OK);
    mem_pool_fini(&pool);
}

/* ---- Printing ---- */

/* Prints a TypeSpec blob; the caller compares. The text lives until the next call. */
static const char *print(const il_module *module, il_blob blob) {
    static char copy[512];
    mem_pool pool = {0};
    il_text text = {0};
    const il_type *type;
    il_error err = {0};
    il_status status = il_parse_type_spec(blob, &pool, &type, &err);
    if (status == IL_OK)
        status = il_print_type(&text, module, type, &err);
    snprintf(copy, sizeof copy, "%s", status == IL_OK ? il_text_string(&text) : err.text);
    il_text_fini(&text);
    mem_pool_fini(&pool);
    return copy;
}

static void test_types_print_as_ilasm_writes_them(void) {
    il_module *module = il_open_or_fail(MSCORLIB);
    const il_module *m = module;
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x08)), "int32");
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x19)), "native uint");
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x10, 0x1D, 0x0E)), "string[]&");
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x0F, 0x0F, 0x01)), "void**");
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x1D, 0x13, 0x01)), "!1[]");
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x1E, 0x00)), "!!0");
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x14, 0x08, 0x02, 0x00, 0x00)), "int32[,]");
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x14, 0x08, 0x01, 0x00, 0x00)), "int32[...]");
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x14, 0x08, 2, 0, 2, 0, 0)), "int32[0...,0...]");
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x14, 0x08, 2, 2, 4, 3, 1, 0x7F)), "int32[-1...2,3]");
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x1B, 0x00, 0x01, 0x01, 0x08)), "method void *(int32)");
    CU_ASSERT_STRING_EQUAL(print(m, BLOB(0x1B, 0x05, 2, 1, 0x08, 0x41, 0x0E)),
                           "method vararg void *(int32, ..., string)");
    il_module_close(module);
}

/* The compressed TypeDefOrRef of a TypeDef of mscorlib, as two bytes. */
#define DEF(row) (0x80 | ((row) >> 6 & 0x3F)), ((row) << 2 & 0xFC)

static void test_named_types(void) {
    il_module *module = il_open_or_fail(MSCORLIB);
    uint32_t dictionary = il_find_type(module, "System.Collections.Generic", "Dictionary`2", 0);
    uint32_t entry = il_find_type(module, "", "Entry", dictionary);
    uint32_t guid = il_find_type(module, "System", "Guid", 0);
    CU_ASSERT_FATAL(dictionary && entry && guid && entry < 0x1000);
    CU_ASSERT_STRING_EQUAL(print(module, BLOB(0x12, DEF(dictionary))),
                           "class System.Collections.Generic.Dictionary`2");
    CU_ASSERT_STRING_EQUAL(print(module, BLOB(0x15, 0x12, DEF(dictionary), 2, 0x08, 0x0E)),
                           "class System.Collections.Generic.Dictionary`2<int32,string>");
    CU_ASSERT_STRING_EQUAL(print(module, BLOB(0x11, DEF(entry))),
                           "valuetype System.Collections.Generic.Dictionary`2/Entry");
    CU_ASSERT_STRING_EQUAL(print(module, BLOB(0x1F, DEF(guid), 0x20, DEF(entry), 0x08)),
                           "int32 modopt(System.Collections.Generic.Dictionary`2/Entry) "
                           "modreq(System.Guid)");
    il_module_close(module);
}

static void test_names_are_quoted_where_needed(void) {
    static const struct {
        const char *name, *id, *dotted, *member;
    } NAMES[] = {
        {"Foo", "Foo", "Foo", "Foo"},
        {"List`1", "List`1", "List`1", "List`1"},
        {"value", "'value'", "'value'", "'value'"},
        {"Value", "Value", "Value", "Value"},
        {"add", "'add'", "'add'", "'add'"},
        {"1st", "'1st'", "'1st'", "'1st'"},
        {"<M>b__0", "'<M>b__0'", "'<M>b__0'", "'<M>b__0'"},
        {"A.B", "'A.B'", "A.B", "A.B"},
        {"A.class.B", "'A.class.B'", "A.'class'.B", "'A.class.B'"},
        {"I<int>.Get", "'I<int>.Get'", "'I<int>'.Get", "'I<int>.Get'"},
        {"ldc.i4", "'ldc.i4'", "ldc.i4", "'ldc.i4'"},
        {"A..B", "'A..B'", "'A..B'", "'A..B'"},
        {".ctor", "'.ctor'", "'.ctor'", ".ctor"},
        {"it's", "'it\\'s'", "'it\\'s'", "'it\\'s'"},
        {"", "''", "''", "''"},
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        il_text text = {0};
        il_print_id(&text, NAMES[i].name);
        CU_ASSERT_STRING_EQUAL(il_text_string(&text), NAMES[i].id);
        text.size = 0;
        il_print_dotted(&text, NAMES[i].name);
        CU_ASSERT_STRING_EQUAL(il_text_string(&text), NAMES[i].dotted);
        text.size = 0;
        il_print_member_name(&text, NAMES[i].name);
        CU_ASSERT_STRING_EQUAL(il_text_string(&text), NAMES[i].member);
        il_text_fini(&text);
    }
}

static void test_every_opcode_is_a_keyword(void) {
    for (int i = 0; i < IL_OPCODE_COUNT; i++) {
        const char *text = il_opcode_get((il_opcode)i)->text;
        CU_ASSERT_TRUE(il_is_keyword(text, strlen(text)));
    }
    CU_ASSERT_TRUE(il_is_keyword("abstract", 8));
    CU_ASSERT_TRUE(il_is_keyword("xor", 3));
    CU_ASSERT_FALSE(il_is_keyword("abstrac", 7));
    CU_ASSERT_FALSE(il_is_keyword("abstracts", 9));
}

/* ---- Whole modules ---- */

typedef il_status (*printer)(il_text *text, const il_module *module, uint32_t token, il_error *err);

static void print_table(const il_module *module, il_table table, printer print_row) {
    il_text text = {0};
    il_error err;
    for (uint32_t row = 1; row <= il_rows(module, table); row++) {
        text.size = 0;
        il_status status = print_row(&text, module, IL_TOKEN(table, row), &err);
        if (status != IL_OK)
            printf("%s\n", err.text);
        CU_ASSERT_EQUAL_FATAL(status, IL_OK);
    }
    CU_ASSERT_FALSE(text.out_of_memory);
    il_text_fini(&text);
}

static const char *print_named(const il_module *module, const char *type, const char *method) {
    static char copy[512];
    il_text text = {0};
    copy[0] = 0;
    for (uint32_t row = 1; row <= il_rows(module, IL_MethodDef) && !copy[0]; row++) {
        if (strcmp(il_name(module, IL_MethodDef_Name, row), method) == 0 &&
            strcmp(il_name(module, IL_TypeDef_Name, il_method_owner(module, row)), type) == 0 &&
            il_print_method(&text, module, IL_TOKEN(IL_MethodDef, row), NULL) == IL_OK)
            snprintf(copy, sizeof copy, "%s", il_text_string(&text));
    }
    il_text_fini(&text);
    return copy;
}

static void test_members_of_mscorlib(void) {
    il_module *module = il_open_or_fail(MSCORLIB);
    CU_ASSERT_STRING_EQUAL(print_named(module, "Dictionary`2", "TryGetValue"),
                           "instance bool System.Collections.Generic.Dictionary`2::TryGetValue(!0, "
                           "!1&)");
    CU_ASSERT_STRING_EQUAL(print_named(module, "Buffer", "BlockCopy"),
                           "void System.Buffer::BlockCopy(class System.Array, int32, class "
                           "System.Array, int32, int32)");
    CU_ASSERT_STRING_EQUAL(print_named(module, "Interlocked", "CompareExchange"),
                           "int32 System.Threading.Interlocked::CompareExchange(int32&, int32, "
                           "int32)");
    print_table(module, IL_MethodDef, il_print_method);
    print_table(module, IL_MethodSpec, il_print_method);
    print_table(module, IL_Field, il_print_field);
    print_table(module, IL_MemberRef, il_print_token);
    print_table(module, IL_TypeSpec, il_print_type_token);
    print_table(module, IL_TypeDef, il_print_type_token);
    il_module_close(module);
}

static void test_printing_refuses_bad_tokens(void) {
    il_module *module = il_open_or_fail(MSCORLIB);
    il_text text = {0};
    il_error err;
    CU_ASSERT_EQUAL(il_print_method(&text, module, 0x06FFFFFF, &err), IL_BAD_METADATA);
    CU_ASSERT_EQUAL(il_print_method(&text, module, 0x04000001, &err), IL_BAD_METADATA);
    CU_ASSERT_EQUAL(il_print_field(&text, module, 0x06000001, &err), IL_BAD_METADATA);
    CU_ASSERT_EQUAL(il_print_type_token(&text, module, 0x01000000, &err), IL_BAD_METADATA);
    CU_ASSERT_EQUAL(il_print_call_sig(&text, module, 0x11FFFFFF, &err), IL_BAD_METADATA);
    il_text_fini(&text);
    il_module_close(module);
}

/* ---- Comparing ---- */

static bool same(const il_module *module, il_blob a, il_blob b) {
    mem_pool pool = {0};
    const il_type *left, *right;
    bool parsed = il_parse_type_spec(a, &pool, &left, NULL) == IL_OK &&
                  il_parse_type_spec(b, &pool, &right, NULL) == IL_OK;
    bool equal = parsed && il_type_equal(module, left, module, right);
    if (equal)
        CU_ASSERT_EQUAL(il_type_hash(module, left), il_type_hash(module, right));
    mem_pool_fini(&pool);
    return equal;
}

static void test_equality(void) {
    il_module *module = il_open_or_fail(MSCORLIB);
    CU_ASSERT_TRUE(same(module, BLOB(0x1D, 0x08), BLOB(0x1D, 0x08)));
    CU_ASSERT_FALSE(same(module, BLOB(0x1D, 0x08), BLOB(0x1D, 0x09)));
    CU_ASSERT_FALSE(same(module, BLOB(0x1D, 0x08), BLOB(0x0F, 0x08)));
    CU_ASSERT_FALSE(same(module, BLOB(0x12, 0x04), BLOB(0x12, 0x08)));
    CU_ASSERT_FALSE(same(module, BLOB(0x12, 0x04), BLOB(0x11, 0x04)));
    CU_ASSERT_FALSE(same(module, BLOB(0x13, 0x00), BLOB(0x13, 0x01)));
    CU_ASSERT_FALSE(same(module, BLOB(0x1F, 0x04, 0x08), BLOB(0x20, 0x04, 0x08)));
    CU_ASSERT_TRUE(same(module, BLOB(0x15, 0x12, 0x04, 1, 0x08), BLOB(0x15, 0x12, 0x04, 1, 0x08)));
    CU_ASSERT_FALSE(same(module, BLOB(0x15, 0x12, 0x04, 1, 0x08), BLOB(0x15, 0x12, 0x04, 1, 0x0E)));
    CU_ASSERT_FALSE(same(module, BLOB(0x14, 8, 2, 0, 0), BLOB(0x14, 8, 3, 0, 0)));
    CU_ASSERT_FALSE(same(module, BLOB(0x1B, 0, 0, 1), BLOB(0x1B, 0, 0, 8)));
    il_module_close(module);
}

/* mscorlib's System.Exception as System.dll refers to it. */
static void test_equality_across_modules(void) {
    il_module *mscorlib = il_open_or_fail(MSCORLIB), *system = NULL;
    CU_ASSERT_FATAL(il_module_open("/usr/lib/mono/4.5/System.dll", &system, NULL) == IL_OK);
    uint32_t ref = 0;
    for (uint32_t row = 1; row <= il_rows(system, IL_TypeRef) && !ref; row++) {
        if (strcmp(il_name(system, IL_TypeRef_Name, row), "Exception") == 0)
            ref = IL_TOKEN(IL_TypeRef, row);
    }
    CU_ASSERT_FATAL(ref != 0);
    il_type here = {.kind = IL_TYPE_CLASS, .token = ref}, there = here, other = here;
    there.token = IL_TOKEN(IL_TypeDef, il_find_type(mscorlib, "System", "Exception", 0));
    other.token = IL_TOKEN(IL_TypeDef, il_find_type(mscorlib, "System", "Object", 0));
    CU_ASSERT_TRUE(il_type_equal(system, &here, mscorlib, &there));
    CU_ASSERT_FALSE(il_type_equal(system, &here, mscorlib, &other));
    CU_ASSERT_EQUAL(il_type_hash(system, &here), il_type_hash(mscorlib, &there));
    il_module_close(system);
    il_module_close(mscorlib);
}

CU_TestInfo il_sig_tests[] = {
    {"compressed numbers", test_compressed_numbers},
    {"the reader stops at the end", test_reader_stops_at_the_end},
    {"bad signatures are refused", test_bad_signatures_are_refused},
    {"nesting is limited", test_nesting_is_limited},
    {"types print as ilasm writes them", test_types_print_as_ilasm_writes_them},
    {"named types", test_named_types},
    {"names are quoted where needed", test_names_are_quoted_where_needed},
    {"every opcode is a keyword", test_every_opcode_is_a_keyword},
    {"members of mscorlib", test_members_of_mscorlib},
    {"printing refuses bad tokens", test_printing_refuses_bad_tokens},
    {"equality", test_equality},
    {"equality across modules", test_equality_across_modules},
    CU_TEST_INFO_NULL,
};
