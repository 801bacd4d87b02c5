/* il_dis.h: the text of modules, methods, bodies and instructions. Expected texts follow the syntax
 * of ECMA-335 II.5 to II.20 in ildasm's layout; tests/data/small.cs is their source. */
#include "il_dis.h"
#include "runtime/memory/spies.h"
#include "tests/il_files.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Helpers ---- */

static bool gather(void *context, const char *text, size_t size) {
    il_put_bytes(context, text, size);
    return true;
}

static bool drop(void *context, const char *text, size_t size) {
    (void)context, (void)text, (void)size;
    return true;
}

static bool refuse(void *context, const char *text, size_t size) {
    ++*(int *)context;
    (void)text, (void)size;
    return false;
}

static uint32_t find_method(il_module *m, const char *type, const char *name) {
    il_range methods = il_list(m, IL_TypeDef_MethodList, il_find_type(m, "Small", type, 0));
    for (uint32_t row = methods.first; row < methods.end; row++) {
        if (strcmp(il_name(m, IL_MethodDef_Name, row), name) == 0)
            return row;
    }
    CU_FAIL_FATAL("no such method");
    return 0;
}

static void expect_method(const char *type, const char *name, const char *expected) {
    il_module *m = il_open_or_fail(SMALL);
    il_text text = {0};
    CU_ASSERT_EQUAL(il_dis_method(m, find_method(m, type, name), &text, NULL), IL_OK);
    CU_ASSERT_STRING_EQUAL(il_text_string(&text), expected);
    il_text_fini(&text);
    il_module_close(m);
}

/* The text of Square::Guard with another body of this code, without clauses. */
static il_status dis_code(const uint8_t *code, uint32_t size, il_text *text, il_error *err) {
    il_module *m = il_open_or_fail(SMALL);
    il_body body = {.code = code, .code_size = size, .max_stack = 8};
    uint32_t row = find_method(m, "Square", "Guard");
    text->size = 0;
    il_status status = il_dis_method_with_body(m, row, &body, text, err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(il_text_string(text));
    il_module_close(m);
    return status;
}

#define HAS(text, part) CU_ASSERT_PTR_NOT_NULL(strstr(il_text_string(text), part))

/* ---- Methods ---- */

static void a_switch_lists_its_targets(void) {
    expect_method("Square", "Classify",
                  ".method public hidebysig static\n"
                  "        int32 Classify(int32 n) cil managed\n"
                  "{\n"
                  "  // Code size       41 (0x29)\n"
                  "  .maxstack  8\n"
                  "  IL_0000:  ldarg.0\n"
                  "  IL_0001:  switch     (\n"
                  "                        IL_001b,\n"
                  "                        IL_001e,\n"
                  "                        IL_0021,\n"
                  "                        IL_0024)\n"
                  "  IL_0016:  br         IL_0027\n"
                  "  IL_001b:  ldc.i4.s   10\n"
                  "  IL_001d:  ret\n"
                  "  IL_001e:  ldc.i4.s   20\n"
                  "  IL_0020:  ret\n"
                  "  IL_0021:  ldc.i4.s   40\n"
                  "  IL_0023:  ret\n"
                  "  IL_0024:  ldc.i4.s   80\n"
                  "  IL_0026:  ret\n"
                  "  IL_0027:  ldc.i4.m1\n"
                  "  IL_0028:  ret\n"
                  "} // end of method Square::Classify\n\n");
}

static void exception_blocks_nest(void) {
    expect_method("Square", "Guard",
                  ".method public hidebysig static\n"
                  "        int32 Guard(string text) cil managed\n"
                  "{\n"
                  "  // Code size       74 (0x4a)\n"
                  "  .maxstack  2\n"
                  "  .locals init (int32 V_0,\n"
                  "                class [mscorlib]System.FormatException V_1)\n"
                  "  .try\n"
                  "  {\n"
                  "    .try\n"
                  "    {\n"
                  "      IL_0000:  ldarg.0\n"
                  "      IL_0001:  call       int32 [mscorlib]System.Int32::Parse(string)\n"
                  "      IL_0006:  stloc.0\n"
                  "      IL_0007:  leave      IL_0048\n"
                  "    } // end .try\n"
                  "    filter\n"
                  "    {\n"
                  "      IL_000c:  isinst     [mscorlib]System.FormatException\n"
                  "      IL_0011:  stloc.1\n"
                  "      IL_0012:  ldloc.1\n"
                  "      IL_0013:  brtrue.s   IL_001b\n"
                  "      IL_0015:  ldc.i4.0\n"
                  "      IL_0016:  br         IL_0029\n"
                  "      IL_001b:  ldloc.1\n"
                  "      IL_001c:  callvirt   instance string "
                  "[mscorlib]System.Exception::get_Message()\n"
                  "      IL_0021:  callvirt   instance int32 "
                  "[mscorlib]System.String::get_Length()\n"
                  "      IL_0026:  ldc.i4.3\n"
                  "      IL_0027:  cgt\n"
                  "      IL_0029:  endfilter\n"
                  "    } // end filter\n"
                  "    {\n"
                  "      IL_002b:  pop\n"
                  "      IL_002c:  ldc.i4.s   -2\n"
                  "      IL_002e:  stloc.0\n"
                  "      IL_002f:  leave      IL_0048\n"
                  "    } // end handler\n"
                  "    catch [mscorlib]System.Exception\n"
                  "    {\n"
                  "      IL_0034:  pop\n"
                  "      IL_0035:  ldc.i4.m1\n"
                  "      IL_0036:  stloc.0\n"
                  "      IL_0037:  leave      IL_0048\n"
                  "    } // end handler\n"
                  "  } // end .try\n"
                  "  finally\n"
                  "  {\n"
                  "    IL_003c:  ldstr      \"done: {0}\"\n"
                  "    IL_0041:  ldarg.0\n"
                  "    IL_0042:  call       void [mscorlib]System.Console::WriteLine(string, "
                  "object)\n"
                  "    IL_0047:  endfinally\n"
                  "  } // end handler\n"
                  "  IL_0048:  ldloc.0\n"
                  "  IL_0049:  ret\n"
                  "} // end of method Square::Guard\n\n");
}

static void pinvoke_and_marshalling_are_spelled_out(void) {
    expect_method("Square", "Length",
                  ".method private hidebysig static pinvokeimpl(\"libc\" as \"strlen\" ansi "
                  "winapi)\n"
                  "        native int Length(string marshal(lpstr) text) cil managed preservesig\n"
                  "{\n"
                  "} // end of method Square::Length\n\n");
}

/* The text of a body with this code and these small clauses. */
static void expect_clauses(const uint8_t *code, uint32_t size, const uint8_t *clauses,
                           uint32_t count, const char *expected) {
    il_module *m = il_open_or_fail(SMALL);
    il_text text = {0};
    il_body body = {
        .code = code, .code_size = size, .max_stack = 8, .clause_count = count, .clauses = clauses};
    uint32_t row = find_method(m, "Square", "Guard");
    CU_ASSERT_EQUAL(il_dis_method_with_body(m, row, &body, &text, NULL), IL_OK);
    HAS(&text, expected);
    il_text_fini(&text);
    il_module_close(m);
}

/* Exception tables that no blocks can stand for. */
static void other_exception_tables_are_listed(void) {
    static const uint8_t CODE[] = {0, 0, 0xDE, 2, 0, 0xDC, 0x2A};
    static const uint8_t SAME_HANDLER[] = {2, 0, 0, 0, 2, 5, 0, 1, 0, 0, 0, 0,
                                           4, 0, 0, 0, 2, 5, 0, 1, 0, 0, 0, 0};
    expect_clauses(CODE, sizeof CODE, SAME_HANDLER, 2,
                   "  IL_0007:\n"
                   "  .try IL_0000 to IL_0002 finally handler IL_0005 to IL_0006\n"
                   "  .try IL_0000 to IL_0002 fault handler IL_0005 to IL_0006\n");
    static const uint8_t IN_AN_INSTRUCTION[] = {2, 0, 0, 0, 3, 3, 0, 3, 0, 0, 0, 0};
    expect_clauses(CODE, sizeof CODE, IN_AN_INSTRUCTION, 1,
                   "  .try IL_0000 to 3 finally handler 3 to IL_0006\n");
    /* The outer clause first: blocks would come out the other way round. */
    static const uint8_t OUTER_FIRST[] = {2, 0, 0, 0, 5, 5, 0, 1, 0, 0, 0, 0,
                                          2, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0};
    expect_clauses(CODE, sizeof CODE, OUTER_FIRST, 2,
                   "  .try IL_0000 to IL_0005 finally handler IL_0005 to IL_0006\n"
                   "  .try IL_0000 to IL_0001 finally handler IL_0001 to IL_0002\n");
}

static void clauses_inside_undecodable_bytes_are_blocks(void) {
    static const uint8_t CODE[] = {0x00, 0x24, 0x24, 0x24, 0x2A};
    static const uint8_t CLAUSE[] = {2, 0, 0, 0, 2, 2, 0, 2, 0, 0, 0, 0};
    il_module *m = il_open_or_fail(SMALL);
    il_text text = {0};
    il_body body = {.code = CODE,
                    .code_size = sizeof CODE,
                    .max_stack = 8,
                    .clause_count = 1,
                    .clauses = CLAUSE};
    il_dis_method_with_body(m, find_method(m, "Square", "Guard"), &body, &text, NULL);
    HAS(&text, "    IL_0001:  .emitbyte 0x24\n  } // end .try\n  finally\n  {\n"
               "    IL_0002:  .emitbyte 0x24\n    IL_0003:  .emitbyte 0x24\n  } // end handler\n"
               "  IL_0004:  .emitbyte 0x2a\n");
    il_text_fini(&text);
    il_module_close(m);
}

static void odd_branch_targets_are_distances(void) {
    /* br.s into the middle of ldc.i4, br to before the start, br.s to the end of the code */
    static const uint8_t CODE[] = {0x2B, 1, 0x20, 1, 2, 3, 4, 0x38, 0, 0xFF, 0xFF, 0xFF, 0x2B, 0};
    il_text text = {0};
    CU_ASSERT_EQUAL(dis_code(CODE, sizeof CODE, &text, NULL), IL_OK);
    HAS(&text, "IL_0000:  br.s       1\n");
    HAS(&text, "IL_0002:  ldc.i4     0x4030201\n");
    HAS(&text, "IL_0007:  br         -256\n");
    HAS(&text, "IL_000c:  br.s       0\n");
    il_text_fini(&text);
}

static void bytes_that_are_no_instruction_stay_bytes(void) {
    static const uint8_t CODE[] = {0x00, 0xFE, 0xFF, 0x2A};
    il_text text = {0};
    il_error err;
    CU_ASSERT_EQUAL(dis_code(CODE, sizeof CODE, &text, &err), IL_BAD_BODY);
    HAS(&text, "  IL_0000:  nop\n  // ERROR: ");
    HAS(&text,
        "  IL_0001:  .emitbyte 0xfe\n  IL_0002:  .emitbyte 0xff\n  IL_0003:  .emitbyte 0x2a\n");
    il_text_fini(&text);
}

static void a_bad_token_is_a_comment_and_an_error(void) {
    static const uint8_t CODE[] = {0x28, 0xFF, 0xFF, 0x00, 0x0A, 0x72, 0xFF, 0xFF, 0, 0x70, 0x2A};
    il_text text = {0};
    il_error err;
    CU_ASSERT_EQUAL(dis_code(CODE, sizeof CODE, &text, &err), IL_BAD_METADATA);
    CU_ASSERT_EQUAL(err.token, 0x0A00FFFF);
    HAS(&text, "  IL_0000:  call       // ERROR: " SMALL ": token 0a00ffff names no method\n");
    HAS(&text, "token 7000ffff names no user string\n");
    HAS(&text, "  IL_000a:  ret\n");
    il_text_fini(&text);
}

static void numbers_read_back_to_the_same_bits(void) {
    static const uint8_t CODE[] = {
        0x22, 0x00, 0x00, 0xC0, 0x7F,                         /* a NaN */
        0x22, 0xCD, 0xCC, 0xCC, 0x3D,                         /* 0.1f */
        0x23, 0,    0,    0,    0,    0,    0,    0,    0x80, /* -0 */
        0x23, 0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F, /* 0.1 */
        0x23, 0,    0,    0,    0,    0,    0,    0xF0, 0x7F, /* infinity */
        0x23, 0x9C, 0x75, 0,    0x88, 0x3C, 0xE4, 0x37, 0x7E, /* 1e300 */
        0x21, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, /* the largest int64 */
        0x1F, 0x80, 0x2A};
    il_text text = {0};
    CU_ASSERT_EQUAL(dis_code(CODE, sizeof CODE, &text, NULL), IL_OK);
    HAS(&text, "ldc.r4     (00 00 C0 7F)\n");
    HAS(&text, "ldc.r4     0.1\n");
    HAS(&text, "ldc.r8     -0.0\n");
    HAS(&text, "ldc.r8     0.1\n");
    HAS(&text, "ldc.r8     (00 00 00 00 00 00 F0 7F)\n");
    HAS(&text, "ldc.r8     1e+300\n");
    HAS(&text, "ldc.i8     0x7fffffffffffffff\n");
    HAS(&text, "ldc.i4.s   -128\n");
    il_text_fini(&text);
}

static void one_instruction_names_its_argument(void) {
    il_module *m = il_open_or_fail(SMALL);
    il_text text = {0};
    il_insn insn;
    static const uint8_t LDARG[] = {0x0E, 1}, CALL[] = {0x28, 1, 0, 0, 6};
    CU_ASSERT_EQUAL(il_insn_read(LDARG, 2, 0, &insn, NULL), IL_OK);
    uint32_t setter = find_method(m, "Square", "set_Item"); /* this, i, value */
    CU_ASSERT_EQUAL(il_dis_insn(m, setter, &insn, &text, NULL), IL_OK);
    CU_ASSERT_STRING_EQUAL(il_text_string(&text), "ldarg.s    i");
    text.size = 0;
    CU_ASSERT_EQUAL(il_dis_insn(m, 0, &insn, &text, NULL), IL_OK);
    CU_ASSERT_STRING_EQUAL(il_text_string(&text), "ldarg.s    1");
    text.size = 0;
    CU_ASSERT_EQUAL(il_insn_read(CALL, sizeof CALL, 0, &insn, NULL), IL_OK);
    CU_ASSERT_EQUAL(il_dis_insn(m, 0, &insn, &text, NULL), IL_OK);
    CU_ASSERT_STRING_EQUAL(il_text_string(&text),
                           "call       instance float64 Small.IShape::get_Area()");
    il_text_fini(&text);
    il_module_close(m);
}

/* ---- Modules ---- */

static void a_module_has_all_its_parts(void) {
    static const char *const PARTS[] = {
        ".assembly extern mscorlib\n{\n  .publickeytoken = ( B7 7A 5C 56 19 34 E0 89 )",
        "  .custom instance void [mscorlib]System.Reflection.AssemblyTitleAttribute::.ctor(string)"
        " = ( 01 00 05 73 6D 61 6C 6C 00 00 )",
        "  .permissionset reqmin = ( 2E 01 80 84 53",
        ".module extern libc\n",
        ".module small.exe\n",
        ".class public auto ansi sealed Small.Colour\n       extends [mscorlib]System.Enum\n",
        "  .field public static literal valuetype Small.Colour Blue = uint8(0x04)\n",
        "  .pack 0\n  .size 16\n",
        "  .field [4] public int32 High\n",
        "Small.Shape`1<class .ctor (class [mscorlib]System.IComparable`1<!0>) T>\n",
        "  .class nested public auto ansi beforefieldinit Nested<",
        "  .field public static literal string Name = \"a \\\"shape\\\"\\n\303\251\"\n",
        "  .field public static literal float32 Ratio = float32(0.1)\n",
        "    .param [3] = int32(0x00000003)\n",
        "          !!0 Pick<valuetype .ctor ([mscorlib]System.ValueType) U>(",
        "  .property instance int32 Item(int32)\n  {\n"
        "    .get instance int32 Small.Square::get_Item(int32)\n"
        "    .set instance void Small.Square::set_Item(int32, int32)\n  }",
        "  .event [mscorlib]System.EventHandler Changed\n  {\n    .addon instance void ",
        "       implements class [mscorlib]System.IComparable`1<class Small.string2>\n",
        "    .entrypoint\n",
        " at D_0001\n",
        ".data D_0001 = bytearray ( 01 00 00 00 02 00 00 00",
    };
    il_module *m = il_open_or_fail(SMALL);
    il_text text = {0};
    CU_ASSERT_EQUAL(il_dis_module(m, gather, &text, NULL), IL_OK);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        HAS(&text, PARTS[i]);
        if (!strstr(il_text_string(&text), PARTS[i]))
            fprintf(stderr, "not there: %s\n", PARTS[i]);
    }
    il_text_fini(&text);
    il_module_close(m);
}

/* Lines that begin, after spaces, with word. */
static uint32_t count_lines(const char *text, const char *word) {
    uint32_t count = 0;
    while (text) {
        text += strspn(text, "\n ");
        count += strncmp(text, word, strlen(word)) == 0;
        text = strchr(text, '\n');
    }
    return count;
}

static void each_row_of_mscorlib_is_printed_once(void) {
    il_module *m = il_open_or_fail(MSCORLIB);
    il_text text = {0};
    CU_ASSERT_EQUAL(il_dis_module(m, gather, &text, NULL), IL_OK);
    const char *all = il_text_string(&text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(all);
    CU_ASSERT_EQUAL(count_lines(all, ".class ") + 1, il_rows(m, IL_TypeDef)); /* <Module> */
    CU_ASSERT_EQUAL(count_lines(all, ".field "), il_rows(m, IL_Field));
    CU_ASSERT_EQUAL(count_lines(all, ".method "), il_rows(m, IL_MethodDef));
    CU_ASSERT_EQUAL(count_lines(all, ".property "), il_rows(m, IL_Property));
    CU_ASSERT_EQUAL(count_lines(all, ".event "), il_rows(m, IL_Event));
    CU_ASSERT_EQUAL(count_lines(all, ".get ") + count_lines(all, ".set ") +
                        count_lines(all, ".other ") + count_lines(all, ".addon ") +
                        count_lines(all, ".removeon ") + count_lines(all, ".fire "),
                    il_rows(m, IL_MethodSemantics));
    CU_ASSERT_EQUAL(count_lines(all, ".custom "), il_rows(m, IL_CustomAttribute));
    CU_ASSERT_EQUAL(count_lines(all, ".permissionset "), il_rows(m, IL_DeclSecurity));
    CU_ASSERT_EQUAL(count_lines(all, ".override "), il_rows(m, IL_MethodImpl));
    CU_ASSERT_EQUAL(count_lines(all, ".mresource "), il_rows(m, IL_ManifestResource));
    uint32_t bodies = 0, clauses = 0, labels = 0; /* of instructions and switch cases */
    for (uint32_t row = 1; row <= il_rows(m, IL_MethodDef); row++) {
        il_body body;
        il_insn insn;
        if (il_method_body(m, row, &body, NULL) != IL_OK)
            continue;
        bodies++;
        clauses += body.clause_count;
        for (uint32_t at = 0; at < body.code_size; at += insn.size) {
            CU_ASSERT_EQUAL_FATAL(il_insn_read(body.code, body.code_size, at, &insn, NULL), IL_OK);
            labels += 1 + (insn.opcode == IL_OP_SWITCH ? insn.u.cases.count : 0);
        }
    }
    CU_ASSERT_EQUAL(count_lines(all, ".maxstack "), bodies);
    CU_ASSERT_EQUAL(count_lines(all, "IL_"), labels);
    CU_ASSERT_EQUAL(count_lines(all, "} // end handler"), clauses);
    il_text_fini(&text);
    il_module_close(m);
}

static void a_writer_that_refuses_ends_it(void) {
    il_module *m = il_open_or_fail(MSCORLIB);
    int calls = 0;
    il_error err;
    CU_ASSERT_EQUAL(il_dis_module(m, refuse, &calls, &err), IL_FILE_ERROR);
    CU_ASSERT_EQUAL(calls, 1);
    il_module_close(m);
}

static void changed_modules_are_printed_or_refused(void) {
    size_t size;
    uint8_t *small = il_read_file(SMALL, &size);
    for (size_t at = 0; at < size; at++) {
        il_module *m;
        small[at] ^= (uint8_t)(0x81 + at % 7);
        if (il_module_open_image("changed", small, size, &m, NULL) == IL_OK) {
            il_dis_module(m, drop, NULL, NULL);
            il_module_close(m);
        }
        small[at] ^= (uint8_t)(0x81 + at % 7);
    }
    free(small);
}

/* The nth request fails, with "+" all later ones too, until none does. The cache of names is the
 * one thing that printing does without. */
static void every_failed_allocation_is_survived(void) {
    static const char *const AND_THEN[] = {"", "+"};
    il_module *m = il_open_or_fail(SMALL);
    for (int i = 0; i < 2; i++) {
        mem_counters counters = {.failures = 1};
        for (unsigned n = 1; counters.failures; n++) {
            char spec[32], error[100];
            const char *specs[] = {spec};
            mem_spies *spies;
            il_error err;
            snprintf(spec, sizeof spec, "fail=%u%s", n, AND_THEN[i]);
            CU_ASSERT_EQUAL_FATAL(mem_spies_start(specs, 1, &spies, error, sizeof error), S_OK);
            il_status status = il_dis_module(m, drop, NULL, &err);
            counters = mem_spies_counters(spies);
            CU_ASSERT(status == IL_OK || (status == IL_OUT_OF_MEMORY && counters.failures));
            CU_ASSERT_EQUAL(counters.live, 0);
            mem_spies_stop(spies);
        }
    }
    il_module_close(m);
}

CU_TestInfo il_dis_tests[] = {
    {"a switch lists its targets", a_switch_lists_its_targets},
    {"exception blocks nest", exception_blocks_nest},
    {"P/Invoke and marshalling are spelled out", pinvoke_and_marshalling_are_spelled_out},
    {"other exception tables are listed", other_exception_tables_are_listed},
    {"clauses inside undecodable bytes are blocks", clauses_inside_undecodable_bytes_are_blocks},
    {"odd branch targets are distances", odd_branch_targets_are_distances},
    {"bytes that are no instruction stay bytes", bytes_that_are_no_instruction_stay_bytes},
    {"a bad token is a comment and an error", a_bad_token_is_a_comment_and_an_error},
    {"numbers read back to the same bits", numbers_read_back_to_the_same_bits},
    {"one instruction names its argument", one_instruction_names_its_argument},
    {"a module has all its parts", a_module_has_all_its_parts},
    {"each row of mscorlib is printed once", each_row_of_mscorlib_is_printed_once},
    {"a writer that refuses ends it", a_writer_that_refuses_ends_it},
    {"changed modules are printed or refused", changed_modules_are_printed_or_refused},
    {"every failed allocation is survived", every_failed_allocation_is_survived},
    CU_TEST_INFO_NULL,
};
