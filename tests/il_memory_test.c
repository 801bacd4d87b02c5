/* The editor, the builder, the printer and the assembler when memory runs out: each request fails
 * in turn, once alone and once with all that follow. Every time the work must end in
 * IL_OUT_OF_MEMORY, or succeed because it could do without, and nothing may leak. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "il_asm.h"
#include "il_build.h"
#include "il_encode.h"
#include "il_print.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/spies.h"
#include "tests/il_files.h"

typedef il_status (*work)(il_error *err);

/* Runs the work with the Nth request failing; false when there was no such request. */
static bool fail_once(work run, const char *name, uint64_t n, const char *onwards) {
    char spec[32], error[128];
    const char *specs[] = {spec};
    mem_spies *spies;
    il_error err = {0};
    snprintf(spec, sizeof spec, "fail=%llu%s", (unsigned long long)n, onwards);
    CU_ASSERT_FATAL(mem_spies_start(specs, 1, &spies, error, sizeof error) == S_OK);
    il_status status = run(&err);
    mem_counters counters = mem_spies_counters(spies);
    HRESULT stopped = mem_spies_stop(spies);
    if ((status != IL_OK && status != IL_OUT_OF_MEMORY) || counters.live)
        printf("%s, %s: status %d (%s), %llu blocks live\n", name, spec, status, err.text,
               (unsigned long long)counters.live);
    CU_ASSERT_TRUE(status == IL_OUT_OF_MEMORY || status == IL_OK);
    CU_ASSERT_TRUE(counters.failures > 0 || status == IL_OK);
    CU_ASSERT_EQUAL_FATAL(counters.live, 0);
    CU_ASSERT_EQUAL_FATAL(stopped, S_OK);
    return counters.failures > 0;
}

static void fail_each(work run, const char *name) {
    uint64_t n = 1;
    while (fail_once(run, name, n, "")) {
        fail_once(run, name, n, "+");
        n++;
    }
    CU_ASSERT_TRUE(n > 1);
}

/* ---- The work ---- */

static void edit_body(il_edit *e) {
    static const uint8_t STRING[] = {IL_TYPE_STRING};
    il_edit_add_local(e, (il_blob){STRING, 1});
    for (int i = 0; i < 200; i++)
        il_edit_insert(e, il_edit_first(e), IL_OP_NOP, il_none());
    il_edit_insert_switch(e, il_edit_first(e), 3);
    il_edit_insert_ldc(e, il_edit_first(e), 0);
    il_instr *first = il_edit_first(e), *next = first->next;
    il_edit_add_clause(
        e, &(il_edit_clause){IL_CLAUSE_FAULT, 0, first, next, NULL, next, il_edit_end(e)});
}

static il_status edit_methods(const il_module *module, il_build *build, il_error *err) {
    il_edit e;
    il_status status = IL_OK;
    for (uint32_t row = 1; row <= il_rows(module, IL_MethodDef) && row < 6; row++) {
        status = il_edit_method(&e, module, row, err);
        if (status == IL_NO_BODY)
            continue;
        if (status != IL_OK)
            return status;
        edit_body(&e);
        status = il_build_edit(build, IL_TOKEN(IL_MethodDef, row), &e, 0, err);
        il_edit_fini(&e);
        if (status != IL_OK)
            return status;
    }
    return IL_OK;
}

static il_status rewrite(il_error *err) {
    il_module *module;
    il_build *build = NULL;
    il_text image = {0};
    il_status status = il_module_open(SMALL, &module, err);
    if (status != IL_OK)
        return status;
    status = il_build_load(module, &build, err);
    if (status == IL_OK)
        status = edit_methods(module, build, err);
    if (status == IL_OK)
        status = il_build_image(build, &image, err);
    il_text_fini(&image);
    il_build_free(build);
    il_module_close(module);
    return status;
}

static il_status build_module(il_error *err) {
    il_build *b;
    il_text image = {0}, sig = {0};
    il_status status = il_build_new("m.dll", &b, err);
    if (status != IL_OK)
        return status;
    uint32_t corlib =
        il_build_assembly_ref(b, "mscorlib", (const uint16_t[4]){4, 0, 0, 0}, (il_blob){NULL, 0});
    uint32_t object = il_build_type_ref(b, corlib, "System", "Object");
    uint32_t two = il_build_type(b, "N", "Two", 1, object);
    uint32_t one = il_build_nested_type(b, two, "One", 2, object);
    il_put_method_header(&sig, IL_SIG_DEFAULT, 0, 0);
    il_put_element(&sig, IL_TYPE_VOID);
    uint32_t late = il_build_method(b, one, "F", 0x16, 0, il_text_blob(&sig));
    uint32_t early = il_build_method(b, two, "G", 0x16, 0, il_text_blob(&sig));
    il_build_param(b, late, 0, "r", 0);
    il_build_body(b, late, "\x06\x2A", 2);
    il_build_body(b, early, "\x06\x2A", 2);
    il_build_user_string(b, (const uint16_t[]){'a', 'b'}, 2);
    il_build_guid(b, (const uint8_t *)"0123456789abcdef");
    il_build_property(b, one, "P", 0, il_text_blob(&sig));
    il_build_event(b, one, "E", 0, object);
    il_build_data(b, "abc", 3, 4);
    il_build_resource(b, "r", 1, "abc", 3);
    status = il_build_image(b, &image, err);
    if (sig.out_of_memory)
        status = IL_OUT_OF_MEMORY; /* what was built from it is not worth anything */
    il_text_fini(&sig);
    il_text_fini(&image);
    il_build_free(b);
    return status;
}

static il_status print_members(il_error *err) {
    il_module *module;
    il_text text = {0};
    il_status status = il_module_open(SMALL, &module, err);
    if (status != IL_OK)
        return status;
    for (uint32_t row = 1; row <= il_rows(module, IL_MemberRef) && status == IL_OK; row++)
        status = il_print_token(&text, module, IL_TOKEN(IL_MemberRef, row), err);
    for (uint32_t row = 1; row <= il_rows(module, IL_TypeSpec) && status == IL_OK; row++)
        status = il_print_type_token(&text, module, IL_TOKEN(IL_TypeSpec, row), err);
    if (status == IL_OK && text.out_of_memory)
        status = IL_OUT_OF_MEMORY;
    il_text_fini(&text);
    il_module_close(module);
    return status;
}

/* All that needs memory in the assembler, but for mistakes; those are in the second. */
static il_status assemble_text(const char *text, il_error *err) {
    il_asm_source source = {"text.il", text, strlen(text)};
    il_asm_options options = {0};
    il_build *build;
    il_text image = {0};
    il_status status = il_assemble(&source, 1, &options, &build, err);
    if (status == IL_OK)
        status = il_build_image(build, &image, err);
    il_text_fini(&image);
    il_build_free(status == IL_BAD_SOURCE ? NULL : build);
    return status;
}

static il_status assemble(il_error *err) {
    return assemble_text(".assembly extern mscorlib {}\n.assembly text { .custom instance void "
                         "[mscorlib]X::.ctor(string, object) = { string('a') object(int32(1)) } }\n"
                         ".namespace N { .class A`1<class (class N.A`1<!T>) T> {\n"
                         "  .field marshal(custom(\"m\", \"c\")) int32[0...,] f at D\n"
                         "  .method pinvokeimpl(\"a\" as \"b\") !!U M<U>([in] !T a, method void "
                         "*(int32) 'b\\'c') {\n"
                         "    .locals init (int32 modopt([mscorlib]Y) v)\n"
                         "    .try { nop leave E } catch [mscorlib]X { pop leave E }\n"
                         "    E: switch (E, E) ldstr \"x\" + \"y\" pop ldloc v pop\n"
                         "    call instance void class N.A`1<int32>::G<string>(!0)\n ret } } }\n"
                         ".data D = { int32(1)[3], bytearray (01 02) }\n",
                         err);
}

static il_status assemble_mistakes(il_error *err) {
    il_status status = assemble_text(".class A { .field class B b .field }\n.what", err);
    return status == IL_BAD_SOURCE ? IL_OK : status;
}

static void test_assembling(void) {
    fail_each(assemble, "assembling");
    fail_each(assemble_mistakes, "assembling mistakes");
}

static void test_rewriting(void) {
    fail_each(rewrite, "rewriting");
}

static void test_building(void) {
    fail_each(build_module, "building");
}

static void test_printing(void) {
    fail_each(print_members, "printing");
}

CU_TestInfo il_memory_tests[] = {
    {"rewriting", test_rewriting},   {"building", test_building}, {"printing", test_printing},
    {"assembling", test_assembling}, CU_TEST_INFO_NULL,
};
