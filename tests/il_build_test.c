/* Building modules from nothing, and writing loaded ones back. What was written is read again with
 * the reader; a program is also run under Mono when there is one. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "il_build.h"
#include "il_encode.h"
#include "il_print.h"
#include "runtime/memory/mem.h"
#include "tests/il_files.h"

#define SYSTEM "/usr/lib/mono/4.5/System.dll"

#define BLOB(...)                                                                                  \
    (il_blob) {                                                                                    \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }

static const uint16_t VERSION[4] = {4, 0, 0, 0};

/* ---- A program from nothing ---- */

typedef struct program {
    il_build *b;
    uint32_t corlib, object, write_line, type, main;
} program;

/* A console program Hello with the class Program and its Main(), without a body as yet. */
static program new_program(void) {
    program p;
    CU_ASSERT_EQUAL_FATAL(il_build_new("hello.exe", &p.b, NULL), IL_OK);
    il_build *b = p.b;
    il_build_assembly(b, "hello", (const uint16_t[4]){1, 2, 3, 4});
    p.corlib = il_build_assembly_ref(b, "mscorlib", VERSION,
                                     BLOB(0xB7, 0x7A, 0x5C, 0x56, 0x19, 0x34, 0xE0, 0x89));
    p.object = il_build_type_ref(b, p.corlib, "System", "Object");
    uint32_t console = il_build_type_ref(b, p.corlib, "System", "Console");
    p.write_line = il_build_member_ref(b, console, "WriteLine", BLOB(0x00, 1, 0x01, 0x0E));
    p.type = il_build_type(b, "Test", "Program", 0x100001, p.object);
    p.main = il_build_method(b, p.type, "Main", 0x0096, 0, BLOB(0x00, 0, 0x01));
    il_build_output(b)->entry_point = p.main;
    return p;
}

static uint32_t user_string(il_build *b, const char *ascii) {
    uint16_t units[64];
    size_t count = 0;
    for (; ascii[count] && count < 64; count++)
        units[count] = (uint8_t)ascii[count];
    return il_build_user_string(b, units, count);
}

/* Main prints a text. */
static void write_main(program *p, const char *text) {
    il_edit e;
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, NULL, NULL), IL_OK);
    il_instr *end = il_edit_end(&e);
    il_edit_insert(&e, end, IL_OP_LDSTR, il_tok(user_string(p->b, text)));
    il_edit_insert(&e, end, IL_OP_CALL, il_tok(p->write_line));
    il_edit_insert(&e, end, IL_OP_RET, il_none());
    CU_ASSERT_EQUAL(il_build_edit(p->b, p->main, &e, 0, NULL), IL_OK);
    il_edit_fini(&e);
}

/* Writes the build to memory, which must live while the module does, and reads it. */
static il_module *reopen(il_build *b, il_text *image) {
    il_module *module = NULL;
    il_error err = {0};
    il_status status = il_build_image(b, image, &err);
    if (status == IL_OK)
        status = il_module_open_image("built", image->data, image->size, &module, &err);
    if (status == IL_OK)
        status = il_module_check(module, &err);
    if (status != IL_OK)
        printf("%s\n", err.text);
    CU_ASSERT_EQUAL_FATAL(status, IL_OK);
    return module;
}

static void test_hello(void) {
    program p = new_program();
    il_text image = {0};
    write_main(&p, "Hello");
    il_module *m = reopen(p.b, &image);
    const il_headers *h = il_module_headers(m);
    CU_ASSERT_TRUE(h->pe && !h->dll && !h->pe32_plus && !h->uncompressed);
    CU_ASSERT_EQUAL(h->entry_point, p.main);
    CU_ASSERT_EQUAL(h->cli_flags, 1);
    CU_ASSERT_STRING_EQUAL(h->version, "v4.0.30319");
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_Module_Name, 1), "hello.exe");
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_Assembly_Name, 1), "hello");
    CU_ASSERT_EQUAL(il_cell(m, IL_Assembly_MinorVersion, 1), 2);
    CU_ASSERT_EQUAL(il_find_type(m, "Test", "Program", 0), IL_TOKEN_ROW(p.type));
    CU_ASSERT_EQUAL(il_blob_cell(m, IL_AssemblyRef_PublicKeyOrToken, 1).size, 8);
    const uint8_t *mvid = il_guid(m, il_cell(m, IL_Module_Mvid, 1));
    CU_ASSERT_TRUE(mvid && mvid[7] >> 4 == 4);
    il_body body;
    CU_ASSERT_EQUAL(il_method_body(m, 1, &body, NULL), IL_OK);
    CU_ASSERT_EQUAL(body.size, 12);
    CU_ASSERT_EQUAL(body.code[0], 0x72);
    il_module_close(m);
    il_text_fini(&image);
    il_build_free(p.b);
}

static void test_equal_input_gives_equal_files(void) {
    il_text images[2] = {{0}};
    for (int i = 0; i < 2; i++) {
        program p = new_program();
        write_main(&p, "Hello");
        CU_ASSERT_EQUAL(il_build_image(p.b, &images[i], NULL), IL_OK);
        il_build_free(p.b);
    }
    CU_ASSERT_EQUAL_FATAL(images[0].size, images[1].size);
    CU_ASSERT_EQUAL(memcmp(images[0].data, images[1].data, images[0].size), 0);
    il_text_fini(&images[0]);
    il_text_fini(&images[1]);
}

static void run_with_mono(bool pe32_plus) {
    char path[] = "/tmp/claret-build-XXXXXX", command[128], line[64] = "";
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    close(fd);
    program p = new_program();
    write_main(&p, "Hello from a file of ours");
    if (pe32_plus) {
        il_build_output(p.b)->pe32_plus = true;
        il_build_output(p.b)->machine = 0x8664;
    }
    CU_ASSERT_EQUAL(il_build_write(p.b, path, NULL), IL_OK);
    il_build_free(p.b);
    snprintf(command, sizeof command, "mono %s", path);
    FILE *mono = popen(command, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mono);
    CU_ASSERT_PTR_NOT_NULL(fgets(line, sizeof line, mono));
    CU_ASSERT_EQUAL(pclose(mono), 0);
    CU_ASSERT_STRING_EQUAL(line, "Hello from a file of ours\n");
    unlink(path);
}

static void test_mono_runs_it(void) {
    if (system("mono --version >/dev/null 2>&1") != 0)
        return;
    run_with_mono(false);
    run_with_mono(true);
}

static void test_write_errors(void) {
    program p = new_program();
    il_error err;
    CU_ASSERT_EQUAL(il_build_write(p.b, "/nonexistent/hello.exe", &err), IL_FILE_ERROR);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "/nonexistent/hello.exe"));
    il_build_add(p.b, IL_Field, 0);
    CU_ASSERT_EQUAL(il_build_write(p.b, "/nonexistent/hello.exe", &err), IL_BAD_METADATA);
    CU_ASSERT_EQUAL(err.token, 0x04000001);
    il_build_free(p.b);
}

/* ---- Heaps and unique rows ---- */

static void test_equal_entries_are_stored_once(void) {
    program p = new_program();
    il_build *b = p.b;
    CU_ASSERT_EQUAL(il_build_string(b, ""), 0);
    CU_ASSERT_EQUAL(il_build_string(b, "Program"), il_build_string(b, "Program"));
    CU_ASSERT_NOT_EQUAL(il_build_string(b, "Program"), il_build_string(b, "Progra"));
    CU_ASSERT_EQUAL(il_build_blob(b, BLOB(1, 2, 3)), il_build_blob(b, BLOB(1, 2, 3)));
    CU_ASSERT_NOT_EQUAL(il_build_blob(b, BLOB(1, 2, 3)), il_build_blob(b, BLOB(1, 2)));
    CU_ASSERT_EQUAL(user_string(b, "x"), user_string(b, "x"));
    CU_ASSERT_EQUAL(user_string(b, ""), user_string(b, ""));
    CU_ASSERT_NOT_EQUAL(user_string(b, ""), user_string(b, "x"));
    CU_ASSERT_EQUAL(il_build_guid(b, (const uint8_t *)"0123456789abcdef"), 2);
    CU_ASSERT_EQUAL(il_build_guid(b, (const uint8_t *)"0123456789abcdef"), 2);
    CU_ASSERT_EQUAL(il_build_type_ref(b, p.corlib, "System", "Object"), p.object);
    CU_ASSERT_NOT_EQUAL(il_build_type_ref(b, p.corlib, "", "Object"), p.object);
    uint32_t first = il_build_type_spec(b, BLOB(0x1D, 0x08));
    for (uint8_t i = 0; i < 200; i++)
        il_build_type_spec(b, BLOB(0x1D, 0x13, i));
    CU_ASSERT_EQUAL(il_build_type_spec(b, BLOB(0x1D, 0x08)), first);
    CU_ASSERT_EQUAL(il_build_rows(b, IL_TypeSpec), 201);
    il_build_free(b);
}

/* ---- Everything, out of order ---- */

static void add_members_out_of_order(il_build *b, uint32_t first, uint32_t second) {
    uint32_t s2 = il_build_field(b, second, "S2", 0x16, BLOB(0x06, 0x08));
    uint32_t f1 = il_build_field(b, first, "F1", 0x06, BLOB(0x06, 0x0E));
    il_build_field(b, first, "F2", 0x06, BLOB(0x06, 0x08));
    uint32_t n2 = il_build_method(b, second, "N2", 0x0016, 0, BLOB(0x00, 1, 0x08, 0x08));
    uint32_t get = il_build_method(b, first, "get_P", 0x0806, 0, BLOB(0x20, 0, 0x08));
    uint32_t m1 = il_build_method(b, first, "M1", 0x0016, 0, BLOB(0x10, 1, 2, 0x01, 0x1E, 0, 0x08));
    il_build_param(b, m1, 2, "y", 0);
    il_build_param(b, n2, 1, "n", 0);
    il_build_param(b, m1, 1, "x", 0);
    il_build_body(b, m1, "\x06\x2A", 2); /* tiny: ret */
    /* ldsfld S2, call N2, ret */
    uint8_t code[] = {0x2E, 0x7E, 0, 0, 0, 0, 0x28, 0, 0, 0, 0, 0x2A};
    memcpy(code + 2, &s2, 4);
    memcpy(code + 7, &n2, 4);
    il_build_body(b, get, code, sizeof code);
    il_build_body(b, n2, "\x0A\x02\x2A", 3); /* ldarg.0, ret */
    uint32_t property = il_build_property(b, first, "P", 0, BLOB(0x28, 0, 0x08));
    il_build_semantics(b, property, 2, get);
    il_build_constant(b, s2, IL_TYPE_I4, BLOB(7, 0, 0, 0));
    il_build_constant(b, f1, IL_TYPE_CLASS, BLOB(0, 0, 0, 0));
    il_build_generic_param(b, m1, 0, 0, "T");
    il_build_constraint(b, il_build_generic_param(b, second, 0, 0, "U"), first);
    il_build_field_rva(b, s2, il_build_data(b, "\x2A\0\0\0", 4, 4));
}

static const char *text_of(const il_module *m, uint32_t token) {
    static char copy[256];
    il_text text = {0};
    il_error err = {0};
    copy[0] = 0;
    if (il_print_token(&text, m, token, &err) == IL_OK && il_text_string(&text))
        snprintf(copy, sizeof copy, "%s", il_text_string(&text));
    il_text_fini(&text);
    return copy;
}

static uint32_t find_method(const il_module *m, const char *name) {
    for (uint32_t row = 1; row <= il_rows(m, IL_MethodDef); row++) {
        if (strcmp(il_name(m, IL_MethodDef_Name, row), name) == 0)
            return row;
    }
    return 0;
}

static void test_members_may_come_in_any_order(void) {
    program p = new_program();
    il_text image = {0};
    uint32_t first = il_build_type(p.b, "Test", "First", 1, p.object);
    uint32_t second = il_build_type(p.b, "Test", "Second`1", 1, p.object);
    add_members_out_of_order(p.b, first, second);
    write_main(&p, "x");
    il_module *m = reopen(p.b, &image);
    CU_ASSERT_STRING_EQUAL(text_of(m, 0x04000001), "field string Test.First::F1");
    CU_ASSERT_STRING_EQUAL(text_of(m, 0x04000002), "field int32 Test.First::F2");
    CU_ASSERT_STRING_EQUAL(text_of(m, 0x04000003), "field int32 Test.Second`1::S2");
    CU_ASSERT_STRING_EQUAL(text_of(m, il_module_entry_point(m)),
                           "method void Test.Program::Main()");
    uint32_t get = find_method(m, "get_P"), m1 = find_method(m, "M1");
    il_body body;
    CU_ASSERT_EQUAL_FATAL(il_method_body(m, get, &body, NULL), IL_OK);
    il_insn insn;
    il_insn_read(body.code, body.code_size, 0, &insn, NULL);
    CU_ASSERT_STRING_EQUAL(text_of(m, insn.u.token), "field int32 Test.Second`1::S2");
    il_insn_read(body.code, body.code_size, 5, &insn, NULL);
    CU_ASSERT_STRING_EQUAL(text_of(m, insn.u.token), "method int32 Test.Second`1::N2(int32)");
    il_range params = il_list(m, IL_MethodDef_ParamList, m1);
    CU_ASSERT_EQUAL_FATAL(params.end - params.first, 2);
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_Param_Name, params.first), "x");
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_Param_Name, params.first + 1), "y");
    il_range constant = il_find_rows(m, IL_Constant_Parent, 0x04000003);
    CU_ASSERT_EQUAL(il_blob_cell(m, IL_Constant_Value, constant.first).data[0], 7);
    il_range generic = il_find_rows(m, IL_GenericParam_Owner, IL_TOKEN(IL_MethodDef, m1));
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_GenericParam_Name, generic.first), "T");
    uint32_t constrained = IL_TOKEN_ROW(il_cell(m, IL_GenericParamConstraint_Owner, 1));
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_GenericParam_Name, constrained), "U");
    CU_ASSERT_EQUAL(il_cell(m, IL_MethodSemantics_Method, 1), IL_TOKEN(IL_MethodDef, get));
    CU_ASSERT_EQUAL(il_cell(m, IL_FieldRVA_Field, 1), 0x04000003);
    il_blob data = il_rva(m, il_cell(m, IL_FieldRVA_RVA, 1));
    CU_ASSERT_TRUE(data.size >= 4 && data.data[0] == 42);
    il_module_close(m);
    il_text_fini(&image);
    il_build_free(p.b);
}

static void test_attributes_layout_imports_resources(void) {
    program p = new_program();
    il_build *b = p.b;
    il_text image = {0};
    uint32_t outer = il_build_type(b, "", "Outer", 0x100101, p.object);
    uint32_t inner = il_build_nested_type(b, outer, "Inner", 0x100112, p.object);
    uint32_t field = il_build_field(b, inner, "at4", 6, BLOB(0x06, 0x08));
    il_build_class_layout(b, inner, 4, 32);
    il_build_field_layout(b, field, 4);
    uint32_t native = il_build_method(b, outer, "puts", 0x2016, 0x80, BLOB(0x00, 1, 0x08, 0x0E));
    il_build_impl_map(b, native, 0x0100, "puts", il_build_module_ref(b, "libc"));
    uint32_t ctor = il_build_member_ref(b, p.object, ".ctor", BLOB(0x20, 0, 0x01));
    il_build_custom_attribute(b, inner, ctor, BLOB(1, 0, 0, 0));
    il_build_custom_attribute(b, outer, ctor, BLOB(1, 0, 0, 0));
    il_build_interface_impl(b, inner, p.object);
    uint32_t event = il_build_event(b, outer, "E", 0, p.object);
    il_build_semantics(b, event, 8, native);
    il_build_field_marshal(b, field, BLOB(0x07));
    il_build_decl_security(b, outer, 2, BLOB('.', 0));
    il_build_method_impl(b, outer, native, native);
    il_build_resource(b, "a.txt", 1, "abc", 3);
    il_build_resource(b, "b.txt", 1, "defgh", 5);
    write_main(&p, "x");
    il_module *m = reopen(b, &image);
    uint32_t nested = il_find_type(m, "", "Inner", IL_TOKEN_ROW(outer));
    CU_ASSERT_EQUAL(nested, IL_TOKEN_ROW(inner));
    il_range layout = il_find_rows(m, IL_ClassLayout_Parent, inner);
    CU_ASSERT_EQUAL(il_cell(m, IL_ClassLayout_ClassSize, layout.first), 32);
    CU_ASSERT_EQUAL(il_cell(m, IL_FieldLayout_Offset, 1), 4);
    CU_ASSERT_STRING_EQUAL(il_name(m, IL_ImplMap_ImportName, 1), "puts");
    CU_ASSERT_EQUAL(il_cell(m, IL_CustomAttribute_Parent, 1), outer);
    CU_ASSERT_EQUAL(il_cell(m, IL_CustomAttribute_Parent, 2), inner);
    CU_ASSERT_EQUAL(il_cell(m, IL_EventMap_Parent, 1), outer);
    CU_ASSERT_EQUAL(il_cell(m, IL_MethodSemantics_Association, 1), event);
    il_blob resources = il_module_headers(m)->resources;
    uint32_t second = il_cell(m, IL_ManifestResource_Offset, 2);
    CU_ASSERT_FATAL(resources.size >= second + 9);
    CU_ASSERT_EQUAL(resources.data[second], 5);
    CU_ASSERT_EQUAL(memcmp(resources.data + second + 4, "defgh", 5), 0);
    il_module_close(m);
    il_text_fini(&image);
    il_build_free(b);
}

/* ---- Loaded modules ---- */

static bool is_place(il_column column) {
    return column == IL_MethodDef_RVA || column == IL_FieldRVA_RVA;
}

/* All cells of all tables, and what they refer to in the heaps. */
static bool same_tables(const il_module *a, const il_module *b) {
    static const struct {
        il_column column;
        il_table table;
    } COLUMNS[] = {
#define IL_COLUMN(table, name, kind) {IL_##table##_##name, IL_##table},
#include "il_tables.def"
    };
    for (size_t c = 0; c < sizeof COLUMNS / sizeof COLUMNS[0]; c++) {
        uint32_t rows = il_rows(a, COLUMNS[c].table);
        if (rows != il_rows(b, COLUMNS[c].table))
            return false;
        for (uint32_t row = 1; row <= rows && !is_place(COLUMNS[c].column); row++) {
            uint32_t x = il_cell(a, COLUMNS[c].column, row);
            uint32_t y = il_cell(b, COLUMNS[c].column, row);
            bool nil = IL_TOKEN_ROW(x) == 0 && IL_TOKEN_ROW(y) == 0; /* of whatever table */
            if (x != y && !nil) {
                printf("column %zu row %u: %08x is now %08x\n", c, row, x, y);
                return false;
            }
        }
    }
    return true;
}

static bool same_heaps(const il_module *a, const il_module *b) {
    for (int heap = 0; heap < IL_HEAP_COUNT; heap++) {
        il_blob x = il_heap_of(a, (il_heap)heap), y = il_heap_of(b, (il_heap)heap);
        if (y.size < x.size || (x.size && memcmp(x.data, y.data, x.size) != 0))
            return false;
    }
    return true;
}

static bool same_bodies(const il_module *a, const il_module *b) {
    for (uint32_t row = 1; row <= il_rows(a, IL_MethodDef); row++) {
        il_body x, y;
        il_status status = il_method_body(a, row, &x, NULL);
        if (status != il_method_body(b, row, &y, NULL))
            return false;
        if (status == IL_OK && (x.size != y.size || memcmp(x.start, y.start, x.size) != 0))
            return false;
    }
    return true;
}

static bool same_field_data(const il_module *a, const il_module *b) {
    for (uint32_t row = 1; row <= il_rows(a, IL_FieldRVA); row++) {
        il_blob x = il_rva(a, il_cell(a, IL_FieldRVA_RVA, row));
        il_blob y = il_rva(b, il_cell(b, IL_FieldRVA_RVA, row));
        if (x.size && (!y.size || x.data[0] != y.data[0]))
            return false;
    }
    return true;
}

static void test_an_unchanged_module_comes_back(void) {
    il_module *before = il_open_or_fail(MSCORLIB);
    il_build *b;
    il_text image = {0};
    CU_ASSERT_EQUAL_FATAL(il_build_load(before, &b, NULL), IL_OK);
    il_module *after = reopen(b, &image);
    CU_ASSERT_TRUE(same_tables(before, after));
    CU_ASSERT_TRUE(same_heaps(before, after));
    CU_ASSERT_TRUE(same_bodies(before, after));
    CU_ASSERT_TRUE(same_field_data(before, after));
    CU_ASSERT_EQUAL(il_module_headers(before)->resources.size,
                    il_module_headers(after)->resources.size);
    il_module_close(after);
    il_text_fini(&image);
    il_build_free(b);
    il_module_close(before);
}

/* The leaf of the first resource: type, name, language. */
static uint32_t first_win32_rva(const il_module *module) {
    il_blob tree = il_module_headers(module)->win32_resources;
    uint32_t at = 0;
    for (int level = 0; level < 3; level++) {
        CU_ASSERT_FATAL(at + 24 <= tree.size);
        memcpy(&at, tree.data + at + 20, 4);
        at &= 0x7FFFFFFF;
    }
    CU_ASSERT_FATAL(at + 4 <= tree.size);
    memcpy(&at, tree.data + at, 4);
    return at;
}

/* The compiler gives every program a version resource. It must be found at the new place. */
static void test_windows_resources_move_along(void) {
    il_module *before = il_open_or_fail(SMALL);
    il_build *b;
    il_text image = {0};
    CU_ASSERT_EQUAL_FATAL(il_build_load(before, &b, NULL), IL_OK);
    il_build_data(b, NULL, 100000, 1);
    il_module *after = reopen(b, &image);
    il_blob x = il_rva(before, first_win32_rva(before)), y = il_rva(after, first_win32_rva(after));
    CU_ASSERT_NOT_EQUAL(first_win32_rva(before), first_win32_rva(after));
    CU_ASSERT_FATAL(x.size >= 64 && y.size >= 64);
    CU_ASSERT_EQUAL(memcmp(x.data, y.data, 64), 0);
    il_module_close(after);
    il_text_fini(&image);
    il_build_free(b);
    il_module_close(before);
}

/* The whole of rewriting: a nop at the start of every method of mscorlib. */
static void add_nops(const il_module *module, il_build *b) {
    il_edit e;
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, module, NULL), IL_OK);
    for (uint32_t row = 1; row <= il_rows(module, IL_MethodDef); row++) {
        il_body body;
        if (il_method_body(module, row, &body, NULL) != IL_OK)
            continue;
        CU_ASSERT_EQUAL_FATAL(il_edit_decode(&e, &body, NULL), IL_OK);
        il_edit_insert(&e, il_edit_first(&e), IL_OP_NOP, il_none());
        CU_ASSERT_EQUAL_FATAL(il_build_edit(b, IL_TOKEN(IL_MethodDef, row), &e, 0, NULL), IL_OK);
    }
    il_edit_fini(&e);
}

static uint32_t count_bodies_with_nop(const il_module *before, const il_module *after) {
    uint32_t count = 0;
    for (uint32_t row = 1; row <= il_rows(after, IL_MethodDef); row++) {
        il_body x, y;
        if (il_method_body(before, row, &x, NULL) != IL_OK)
            continue;
        count += il_method_body(after, row, &y, NULL) == IL_OK && y.code[0] == 0x00 &&
                 y.clause_count == x.clause_count && y.locals_token == x.locals_token;
    }
    return count;
}

static void test_a_nop_in_every_method(void) {
    il_module *before = il_open_or_fail(MSCORLIB);
    il_build *b;
    il_text image = {0};
    CU_ASSERT_EQUAL_FATAL(il_build_load(before, &b, NULL), IL_OK);
    add_nops(before, b);
    il_module *after = reopen(b, &image);
    CU_ASSERT_TRUE(same_tables(before, after));
    uint32_t bodies = 0;
    for (uint32_t row = 1; row <= il_rows(before, IL_MethodDef); row++) {
        il_body body;
        bodies += il_method_body(before, row, &body, NULL) == IL_OK;
    }
    CU_ASSERT_TRUE(bodies > 20000);
    CU_ASSERT_EQUAL(count_bodies_with_nop(before, after), bodies);
    il_module_close(after);
    il_text_fini(&image);
    il_build_free(b);
    il_module_close(before);
}

/* Compares what the instructions of a body refer to, by name. */
static bool same_references(const il_module *a, const il_body *x, const il_module *b,
                            const il_body *y) {
    il_insn p, q;
    if (x->code_size != y->code_size)
        return false;
    for (uint32_t at = 0; at < x->code_size; at += p.size) {
        char text[256];
        if (il_insn_read(x->code, x->code_size, at, &p, NULL) != IL_OK ||
            il_insn_read(y->code, y->code_size, at, &q, NULL) != IL_OK || p.opcode != q.opcode)
            return false;
        uint8_t operand = il_opcode_get(p.opcode)->operand;
        if (operand < IL_OPERAND_METHOD || operand > IL_OPERAND_TOKEN)
            continue;
        snprintf(text, sizeof text, "%s", text_of(a, p.u.token));
        if (strcmp(text, text_of(b, q.u.token)) != 0)
            return false;
    }
    return true;
}

/* A method in the middle of a module moves all that follow; no reference may notice. */
static void test_adding_members_maps_references(void) {
    il_module *before = il_open_or_fail(SYSTEM);
    il_build *b;
    il_text image = {0};
    CU_ASSERT_EQUAL_FATAL(il_build_load(before, &b, NULL), IL_OK);
    uint32_t type = IL_TOKEN(IL_TypeDef, il_find_type(before, "System", "Uri", 0));
    uint32_t added = il_build_method(b, type, "Added", 0x0016, 0, BLOB(0x00, 0, 0x01));
    il_build_body(b, added, "\x06\x2A", 2);
    il_build_field(b, type, "added", 0x16, BLOB(0x06, 0x08));
    il_module *after = reopen(b, &image);
    CU_ASSERT_STRING_EQUAL(text_of(after, il_build_final_token(b, added)),
                           "method void System.Uri::Added()");
    CU_ASSERT_EQUAL(il_rows(after, IL_MethodDef), il_rows(before, IL_MethodDef) + 1);
    uint32_t compared = 0;
    for (uint32_t row = 1; row <= il_rows(before, IL_MethodDef); row += 7) {
        uint32_t moved = IL_TOKEN_ROW(il_build_final_token(b, IL_TOKEN(IL_MethodDef, row)));
        il_body x, y;
        CU_ASSERT_STRING_EQUAL(il_name(before, IL_MethodDef_Name, row),
                               il_name(after, IL_MethodDef_Name, moved));
        if (il_method_body(before, row, &x, NULL) != IL_OK)
            continue;
        CU_ASSERT_EQUAL_FATAL(il_method_body(after, moved, &y, NULL), IL_OK);
        CU_ASSERT_TRUE(same_references(before, &x, after, &y));
        compared++;
    }
    CU_ASSERT_TRUE(compared > 500);
    il_module_close(after);
    il_text_fini(&image);
    il_build_free(b);
    il_module_close(before);
}

static bool is_serializable(const il_build *b, uint32_t row, void *user) {
    uint32_t *dropped = user;
    bool drop = IL_TOKEN_TABLE(il_build_get(b, IL_CustomAttribute_Parent, row)) == IL_TypeDef;
    *dropped += drop;
    return drop;
}

static void test_edits_of_a_loaded_module(void) {
    il_module *before = il_open_or_fail(SYSTEM);
    il_build *b;
    il_edit e;
    il_text image = {0};
    uint32_t dropped = 0;
    CU_ASSERT_EQUAL_FATAL(il_build_load(before, &b, NULL), IL_OK);
    /* A loaded reference is found again. */
    uint32_t scope = il_build_get(b, IL_TypeRef_ResolutionScope, 1);
    CU_ASSERT_EQUAL(il_build_type_ref(b, scope, il_name(before, IL_TypeRef_Namespace, 1),
                                      il_name(before, IL_TypeRef_Name, 1)),
                    IL_TOKEN(IL_TypeRef, 1));
    /* A new string and a local in some method. */
    uint32_t row = find_method(before, "EscapeDataString");
    CU_ASSERT_EQUAL_FATAL(il_edit_method(&e, before, row, NULL), IL_OK);
    uint32_t text = user_string(b, "a text that System.dll does not have");
    uint32_t local = il_edit_add_local(&e, BLOB(0x0E));
    il_instr *first = il_edit_first(&e);
    il_edit_insert(&e, first, IL_OP_LDSTR, il_tok(text));
    il_edit_insert_var(&e, first, IL_OP_STLOC, (uint16_t)local);
    CU_ASSERT_EQUAL(il_build_edit(b, IL_TOKEN(IL_MethodDef, row), &e, 0, NULL), IL_OK);
    il_edit_fini(&e);
    il_build_remove(b, IL_CustomAttribute, is_serializable, &dropped);
    il_module *after = reopen(b, &image);
    il_body body;
    CU_ASSERT_EQUAL_FATAL(il_method_body(after, row, &body, NULL), IL_OK);
    CU_ASSERT_EQUAL(body.code[0], 0x72);
    il_blob string = il_user_string(after, text);
    CU_ASSERT_EQUAL(string.size, 2 * strlen("a text that System.dll does not have"));
    il_blob locals =
        il_blob_cell(after, IL_StandAloneSig_Signature, IL_TOKEN_ROW(body.locals_token));
    CU_ASSERT_TRUE(locals.size >= 3 && locals.data[locals.size - 1] == 0x0E);
    CU_ASSERT_TRUE(dropped > 0);
    CU_ASSERT_EQUAL(il_rows(after, IL_CustomAttribute),
                    il_rows(before, IL_CustomAttribute) - dropped);
    il_module_close(after);
    il_text_fini(&image);
    il_build_free(b);
    il_module_close(before);
}

/* Whatever stands in a file, loading and writing end in an error or in a module that opens. */
static void rewrite_damaged(const uint8_t *bytes, size_t size) {
    il_module *module, *again;
    il_build *b;
    il_text image = {0};
    if (il_module_open_image("damaged", bytes, size, &module, NULL) != IL_OK)
        return;
    if (il_build_load(module, &b, NULL) == IL_OK) {
        if (il_build_image(b, &image, NULL) == IL_OK) {
            CU_ASSERT_EQUAL(il_module_open_image("again", image.data, image.size, &again, NULL),
                            IL_OK);
            il_module_close(again);
        }
        il_build_free(b);
    }
    il_text_fini(&image);
    il_module_close(module);
}

static void test_damaged_modules(void) {
    size_t size;
    uint8_t *bytes = il_read_file(SMALL, &size);
    for (size_t i = 0; i < size; i++) {
        uint8_t before = bytes[i];
        bytes[i] = i % 2 ? 0xFF : (uint8_t)(before ^ 0x81);
        rewrite_damaged(bytes, size);
        bytes[i] = before;
    }
    for (size_t cut = 0; cut < size; cut += 16)
        rewrite_damaged(bytes, cut);
    free(bytes);
}

CU_TestInfo il_build_tests[] = {
    {"hello", test_hello},
    {"equal input gives equal files", test_equal_input_gives_equal_files},
    {"mono runs it", test_mono_runs_it},
    {"write errors", test_write_errors},
    {"equal entries are stored once", test_equal_entries_are_stored_once},
    {"members may come in any order", test_members_may_come_in_any_order},
    {"attributes, layout, imports, resources", test_attributes_layout_imports_resources},
    {"an unchanged module comes back", test_an_unchanged_module_comes_back},
    {"Windows resources move along", test_windows_resources_move_along},
    {"a nop in every method", test_a_nop_in_every_method},
    {"adding members maps references", test_adding_members_maps_references},
    {"edits of a loaded module", test_edits_of_a_loaded_module},
    {"damaged modules", test_damaged_modules},
    CU_TEST_INFO_NULL,
};
