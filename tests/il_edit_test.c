/* Method bodies: reading them, and changing them with the editor. Real bodies are those of
 * mscorlib; small ones are written by hand from II.25.4 and III. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "il_edit.h"
#include "il_encode.h"
#include "runtime/memory/mem.h"
#include "tests/il_files.h"

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

/* ---- Reading ---- */

static il_status read_status(const uint8_t *bytes, size_t size) {
    il_body body;
    il_error err;
    return il_body_read(bytes, size, &body, &err);
}

static void test_headers(void) {
    il_body body;
    CU_ASSERT_EQUAL(il_body_read(BYTES(0x0A, 0x17, 0x2A), &body, NULL), IL_OK);
    CU_ASSERT_EQUAL(body.code_size, 2);
    CU_ASSERT_EQUAL(body.max_stack, 8);
    CU_ASSERT_EQUAL(body.size, 3);
    CU_ASSERT_FALSE(body.fat);
    CU_ASSERT_EQUAL(
        il_body_read(BYTES(0x13, 0x30, 5, 0, 1, 0, 0, 0, 2, 0, 0, 0x11, 0x2A), &body, NULL), IL_OK);
    CU_ASSERT_EQUAL(body.max_stack, 5);
    CU_ASSERT_EQUAL(body.locals_token, 0x11000002);
    CU_ASSERT_TRUE(body.init_locals && body.fat);
    CU_ASSERT_EQUAL(body.clause_count, 0);
}

/* A fat body of nop, leave.s, endfinally, ret with a small finally clause over [0, 3). */
static const uint8_t WITH_CLAUSE[] = {0x0B, 0x30, 8,    0,    5,    0, 0, 0, 0, 0,  0, 0,
                                      0x00, 0xDE, 0x01, 0xDC, 0x2A, 0, 0, 0, 1, 16, 0, 0,
                                      2,    0,    0,    0,    3,    3, 0, 1, 0, 0,  0, 0};

static void test_clauses(void) {
    il_body body;
    il_clause clause;
    CU_ASSERT_EQUAL_FATAL(il_body_read(WITH_CLAUSE, sizeof WITH_CLAUSE, &body, NULL), IL_OK);
    CU_ASSERT_EQUAL(body.size, sizeof WITH_CLAUSE);
    CU_ASSERT_EQUAL_FATAL(body.clause_count, 1);
    il_body_clause(&body, 0, &clause);
    CU_ASSERT_EQUAL(clause.kind, IL_CLAUSE_FINALLY);
    CU_ASSERT_EQUAL(clause.try_end, 3);
    CU_ASSERT_EQUAL(clause.handler_offset, 3);
    CU_ASSERT_EQUAL(clause.handler_end, 4);
}

static void test_bad_bodies_are_refused(void) {
    uint8_t copy[sizeof WITH_CLAUSE];
    CU_ASSERT_EQUAL(read_status(NULL, 0), IL_BAD_BODY);
    CU_ASSERT_EQUAL(read_status(BYTES(0x0A, 0x17)), IL_BAD_BODY);          /* cut tiny body */
    CU_ASSERT_EQUAL(read_status(BYTES(0x00, 0x2A)), IL_BAD_BODY);          /* no such header */
    CU_ASSERT_EQUAL(read_status(BYTES(0x13, 0x30, 8, 0, 1)), IL_BAD_BODY); /* cut header */
    CU_ASSERT_EQUAL(read_status(BYTES(0x13, 0x20, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x2A)),
                    IL_BAD_BODY);
    CU_ASSERT_EQUAL(read_status(BYTES(0x13, 0x30, 8, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0x2A)),
                    IL_BAD_BODY);
    for (size_t size = 0; size < sizeof WITH_CLAUSE; size++)
        CU_ASSERT_EQUAL(read_status(WITH_CLAUSE, size), IL_BAD_BODY);
    memcpy(copy, WITH_CLAUSE, sizeof copy);
    copy[24] = 3; /* kind */
    CU_ASSERT_EQUAL(read_status(copy, sizeof copy), IL_BAD_BODY);
    memcpy(copy, WITH_CLAUSE, sizeof copy);
    copy[31] = 9; /* the handler's length */
    CU_ASSERT_EQUAL(read_status(copy, sizeof copy), IL_BAD_BODY);
}

static void test_instructions(void) {
    static const uint8_t CODE[] = {
        0x1F, 0xFE,                   /* ldc.i4.s -2 */
        0x22, 0x00, 0x00, 0xC0, 0x3F, /* ldc.r4 1.5 */
        0x22, 0x01, 0x00, 0x80, 0x7F, /* ldc.r4 a signaling NaN */
        0xFE, 0x09, 0xFF, 0xFF,       /* ldarg 65535 */
        0x2B, 0xFE,                   /* br.s to itself */
        0x45, 2,    0,    0,    0,    1, 0, 0, 0, 0xF3, 0xFF, 0xFF, 0xFF, /* switch (+1, itself) */
        0x28, 0x02, 0x00, 0x00, 0x0A,                                     /* call 0A000002 */
    };
    il_insn insn;
    uint32_t size = sizeof CODE;
    CU_ASSERT_EQUAL(il_insn_read(CODE, size, 0, &insn, NULL), IL_OK);
    CU_ASSERT_TRUE(insn.opcode == IL_OP_LDC_I4_S && insn.u.i == -2 && insn.size == 2);
    CU_ASSERT_EQUAL(il_insn_read(CODE, size, 2, &insn, NULL), IL_OK);
    CU_ASSERT_TRUE(insn.opcode == IL_OP_LDC_R4 && insn.u.r == 1.5);
    CU_ASSERT_EQUAL(il_insn_read(CODE, size, 7, &insn, NULL), IL_OK);
    CU_ASSERT_EQUAL(insn.u.i, 0x7FF0000020000000);
    CU_ASSERT_EQUAL(il_insn_read(CODE, size, 12, &insn, NULL), IL_OK);
    CU_ASSERT_TRUE(insn.opcode == IL_OP_LDARG && insn.u.i == 65535 && insn.size == 4);
    CU_ASSERT_EQUAL(il_insn_read(CODE, size, 16, &insn, NULL), IL_OK);
    CU_ASSERT_EQUAL(insn.u.target, 16);
    CU_ASSERT_EQUAL(il_insn_read(CODE, size, 18, &insn, NULL), IL_OK);
    CU_ASSERT_TRUE(insn.u.cases.count == 2 && insn.size == 13);
    CU_ASSERT_EQUAL(il_insn_case(&insn, 0), 32);
    CU_ASSERT_EQUAL(il_insn_case(&insn, 1), 18);
    CU_ASSERT_EQUAL(il_insn_read(CODE, size, 31, &insn, NULL), IL_OK);
    CU_ASSERT_EQUAL(insn.u.token, 0x0A000002);
    for (uint32_t cut = 31; cut < size; cut++)
        CU_ASSERT_EQUAL(il_insn_read(CODE, cut, 31, &insn, NULL), IL_BAD_BODY);
    CU_ASSERT_EQUAL(il_insn_read(CODE, 30, 18, &insn, NULL), IL_BAD_BODY);
    CU_ASSERT_EQUAL(il_insn_read(CODE, size, size, &insn, NULL), IL_BAD_BODY);
    CU_ASSERT_EQUAL(il_insn_read(BYTES(0x24), 0, &insn, NULL), IL_BAD_BODY);
    CU_ASSERT_EQUAL(il_insn_read(BYTES(0xFE, 0x22), 0, &insn, NULL), IL_BAD_BODY);
    CU_ASSERT_EQUAL(il_insn_read(BYTES(0xFE), 0, &insn, NULL), IL_BAD_BODY);
}

/* III.3 and III.4 give each opcode's stack transition; a few of each kind. */
static void test_opcode_table(void) {
    CU_ASSERT_EQUAL(IL_OPCODE_COUNT, 219);
    CU_ASSERT_STRING_EQUAL(il_opcode_get(IL_OP_LDC_I4_S)->text, "ldc.i4.s");
    CU_ASSERT_EQUAL(il_opcode_get(IL_OP_READONLY)->code, 0xFE1E);
    CU_ASSERT_EQUAL(il_opcode_get(IL_OP_STELEM_REF)->pops, 3);
    CU_ASSERT_EQUAL(il_opcode_get(IL_OP_DUP)->pushes, 2);
    CU_ASSERT_EQUAL(il_opcode_get(IL_OP_CALL)->pops, IL_STACK_VARIES);
    CU_ASSERT_EQUAL(il_opcode_get(IL_OP_NEWOBJ)->pushes, 1);
    CU_ASSERT_EQUAL(il_opcode_get(IL_OP_SWITCH)->operand, IL_OPERAND_SWITCH);
    CU_ASSERT_EQUAL(il_opcode_get(IL_OP_LEAVE)->flow, IL_FLOW_BRANCH);
}

/* ---- The editor on small bodies ---- */

/* Lays the body out and compares its bytes. */
static void expect_bytes(il_edit *e, unsigned flags, const uint8_t *expected, size_t size) {
    uint8_t bytes[4096];
    uint32_t written = 0;
    il_error err = {0};
    il_status status = il_edit_layout(e, flags, &written, &err);
    if (status != IL_OK)
        printf("%s\n", err.text);
    CU_ASSERT_EQUAL_FATAL(status, IL_OK);
    CU_ASSERT_EQUAL_FATAL(written, size);
    il_edit_write(e, bytes);
    CU_ASSERT_EQUAL(memcmp(bytes, expected, size), 0);
}

static void decode(il_edit *e, const uint8_t *bytes, size_t size) {
    il_body body;
    CU_ASSERT_EQUAL_FATAL(il_body_read(bytes, size, &body, NULL), IL_OK);
    CU_ASSERT_EQUAL_FATAL(il_edit_init(e, NULL, NULL), IL_OK);
    CU_ASSERT_EQUAL_FATAL(il_edit_decode(e, &body, NULL), IL_OK);
}

/* What a rewriter does most: something at the start of a method. */
static void test_insert_at_the_start(void) {
    il_edit e;
    decode(&e, BYTES(0x0E, 0x02, 0x17, 0x58)); /* ldarg.0 ldc.i4.1 add, without ret */
    il_edit_insert(&e, il_edit_end(&e), IL_OP_RET, il_none());
    il_instr *first = il_edit_first(&e);
    il_edit_insert_ldc(&e, first, 1000);
    il_edit_insert(&e, first, IL_OP_POP, il_none());
    expect_bytes(&e, 0, BYTES(0x2A, 0x20, 0xE8, 3, 0, 0, 0x26, 0x02, 0x17, 0x58, 0x2A));
    CU_ASSERT_EQUAL(e.count, 6);
    CU_ASSERT_EQUAL(il_edit_max_stack(&e), 2);
    CU_ASSERT_EQUAL(first->original, 0);
    CU_ASSERT_EQUAL(first->offset, 6);
    il_edit_fini(&e);
}

static void test_a_body_from_nothing(void) {
    il_edit e;
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, NULL, NULL), IL_OK);
    il_instr *end = il_edit_end(&e);
    il_instr *loop = il_edit_insert_var(&e, end, IL_OP_LDARG, 0);
    il_edit_insert_ldc(&e, end, -1);
    il_edit_insert(&e, end, IL_OP_ADD, il_none());
    il_edit_insert(&e, end, IL_OP_DUP, il_none());
    il_edit_insert_var(&e, end, IL_OP_STARG, 0);
    il_edit_insert(&e, end, IL_OP_BRTRUE, il_to(loop));
    il_edit_insert(&e, end, IL_OP_RET, il_none());
    expect_bytes(&e, 0, BYTES(0x26, 0x02, 0x15, 0x58, 0x25, 0x10, 0x00, 0x2D, 0xF8, 0x2A));
    CU_ASSERT_EQUAL(il_edit_max_stack(&e), 2);
    il_edit_fini(&e);
}

/* What a profiler does: read a body, change it, write it into the module's arena. */
static void test_rewrite_into_an_arena(void) {
    il_module *module = il_open_or_fail(MSCORLIB);
    il_blob image = il_module_image(module);
    mem_arena *arena;
    il_edit e;
    il_body body;
    uint32_t size;
    CU_ASSERT_EQUAL_FATAL(mem_arena_copy(image.data, 4096, 0, &arena), 0);
    uint32_t type = il_find_type(module, "System", "String", 0);
    uint32_t method = il_list(module, IL_TypeDef_MethodList, type).first;
    while (il_method_body(module, method, &body, NULL) != IL_OK)
        method++;

    CU_ASSERT_EQUAL_FATAL(il_edit_method(&e, module, method, NULL), IL_OK);
    il_instr *first = il_edit_first(&e);
    il_edit_insert_ldc(&e, first, 7);
    il_edit_insert(&e, first, IL_OP_POP, il_none());
    CU_ASSERT_EQUAL_FATAL(il_edit_layout(&e, 0, &size, NULL), IL_OK);
    uint8_t *place = mem_arena_alloc(arena, size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(place);
    il_edit_write(&e, place);
    uint32_t count = e.count;
    il_edit_fini(&e);

    CU_ASSERT_EQUAL_FATAL(il_body_read(place, size, &body, NULL), IL_OK);
    CU_ASSERT_EQUAL(body.size, size);
    CU_ASSERT_EQUAL(memcmp(body.code, "\x1D\x26", 2), 0); /* ldc.i4.7, pop */
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, module, NULL), IL_OK);
    CU_ASSERT_EQUAL(il_edit_decode(&e, &body, NULL), IL_OK);
    CU_ASSERT_EQUAL(e.count, count);
    il_edit_fini(&e);
    mem_arena_free(arena);
    il_module_close(module);
}

/* A branch over count nops: short up to 127 bytes, long from there on (III.1.7.2). */
static uint16_t branch_over(uint32_t count) {
    il_edit e;
    uint32_t size;
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, NULL, NULL), IL_OK);
    il_instr *target = il_edit_insert(&e, il_edit_end(&e), IL_OP_RET, il_none());
    il_instr *branch = il_edit_insert(&e, target, IL_OP_BR_S, il_to(target));
    for (uint32_t i = 0; i < count; i++)
        il_edit_insert(&e, target, IL_OP_NOP, il_none());
    CU_ASSERT_EQUAL(il_edit_layout(&e, 0, &size, NULL), IL_OK);
    CU_ASSERT_EQUAL(target->offset, branch->opcode == IL_OP_BR_S ? count + 2 : count + 5);
    uint16_t opcode = branch->opcode;
    il_edit_fini(&e);
    return opcode;
}

static void test_branches_are_as_short_as_they_can_be(void) {
    CU_ASSERT_EQUAL(branch_over(0), IL_OP_BR_S);
    CU_ASSERT_EQUAL(branch_over(127), IL_OP_BR_S);
    CU_ASSERT_EQUAL(branch_over(128), IL_OP_BR);
    CU_ASSERT_EQUAL(branch_over(3000), IL_OP_BR);
}

static void test_switch(void) {
    il_edit e;
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, NULL, NULL), IL_OK);
    il_instr *end = il_edit_end(&e);
    il_edit_insert_var(&e, end, IL_OP_LDARG, 0);
    il_instr *dispatch = il_edit_insert_switch(&e, end, 2);
    il_instr *a = il_edit_insert(&e, end, IL_OP_NOP, il_none());
    il_instr *b = il_edit_insert(&e, end, IL_OP_RET, il_none());
    dispatch->u.targets->at[0] = b;
    dispatch->u.targets->at[1] = a;
    expect_bytes(&e, 0, BYTES(0x42, 0x02, 0x45, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x2A));
    il_edit_remove(&e, a);
    CU_ASSERT_PTR_EQUAL(dispatch->u.targets->at[1], b);
    il_edit_fini(&e);
}

static void test_remove_and_replace(void) {
    il_edit e;
    /* br.s +1, nop, ret: the nop is removed, and the branch replaced */
    decode(&e, BYTES(0x12, 0x2B, 0x01, 0x00, 0x2A));
    il_instr *branch = il_edit_first(&e), *nop = branch->next, *ret = nop->next;
    CU_ASSERT_PTR_EQUAL(branch->u.target, ret);
    CU_ASSERT_PTR_EQUAL(il_edit_at(&e, 2), nop);
    CU_ASSERT_PTR_NULL(il_edit_at(&e, 1));
    CU_ASSERT_PTR_EQUAL(il_edit_remove(&e, nop), ret);
    CU_ASSERT_PTR_NULL(il_edit_at(&e, 2));
    expect_bytes(&e, 0, BYTES(0x0E, 0x2B, 0x00, 0x2A));
    il_edit_replace(&e, branch, IL_OP_NOP, il_none());
    expect_bytes(&e, 0, BYTES(0x0A, 0x00, 0x2A));
    il_edit_fini(&e);
}

static void test_redirect(void) {
    il_edit e;
    decode(&e, BYTES(0x0E, 0x2B, 0x00, 0x2A)); /* br.s ret, ret */
    il_instr *ret = il_edit_first(&e)->next;
    il_instr *nop = il_edit_insert(&e, ret, IL_OP_NOP, il_none());
    expect_bytes(&e, 0, BYTES(0x12, 0x2B, 0x01, 0x00, 0x2A));
    il_edit_redirect(&e, ret, nop, false);
    expect_bytes(&e, 0, BYTES(0x12, 0x2B, 0x00, 0x00, 0x2A));
    il_edit_fini(&e);
}

/* A finally over the whole method: what a profiler does to see each exit. */
static void test_wrap_in_a_finally(void) {
    il_edit e;
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, NULL, NULL), IL_OK);
    il_instr *end = il_edit_end(&e);
    il_instr *body = il_edit_insert(&e, end, IL_OP_NOP, il_none());
    il_instr *ret = il_edit_insert(&e, end, IL_OP_RET, il_none());
    il_instr *handler = il_edit_insert(&e, ret, IL_OP_ENDFINALLY, il_none());
    il_edit_insert(&e, handler, IL_OP_LEAVE, il_to(ret));
    il_edit_clause clause = {.kind = IL_CLAUSE_FINALLY,
                             .try_start = body,
                             .try_end = handler,
                             .handler_start = handler,
                             .handler_end = ret};
    il_edit_add_clause(&e, &clause);
    uint8_t expected[sizeof WITH_CLAUSE];
    memcpy(expected, WITH_CLAUSE, sizeof expected);
    expected[2] = 0; /* max stack */
    expect_bytes(&e, 0, expected, sizeof expected);
    il_edit_fini(&e);
}

static void test_inner_clauses_come_first(void) {
    il_edit e;
    uint32_t size;
    decode(&e, WITH_CLAUSE, sizeof WITH_CLAUSE);
    il_edit_clause inner = {.kind = IL_CLAUSE_CATCH, .token = 0x01000001};
    il_instr *first = il_edit_first(&e);
    inner.try_start = first;
    inner.try_end = inner.handler_start = first->next;
    inner.handler_end = first->next->next;
    il_edit_insert(&e, first->next->next, IL_OP_NOP, il_none());
    CU_ASSERT_EQUAL(il_edit_layout(&e, 0, &size, NULL), IL_OK);
    il_edit_add_clause(&e, &inner);
    inner.handler_end = inner.handler_end->prev;
    CU_ASSERT_EQUAL(il_edit_layout(&e, 0, &size, NULL), IL_OK);
    CU_ASSERT_EQUAL(e.clauses[0].kind, IL_CLAUSE_CATCH);
    CU_ASSERT_EQUAL(e.clauses[1].kind, IL_CLAUSE_FINALLY);
    CU_ASSERT_EQUAL(il_edit_max_stack(&e), 1);
    il_edit_remove_clause(&e, 0);
    CU_ASSERT_EQUAL(e.clause_count, 1);
    CU_ASSERT_EQUAL(e.clauses[0].kind, IL_CLAUSE_FINALLY);
    il_edit_fini(&e);
}

/* Ranges over 255 bytes, and more than 20 clauses, need fat clauses (II.25.4.5). */
static void test_fat_clauses(void) {
    for (int nops = 255; nops <= 256; nops++) {
        il_edit e;
        il_body body;
        uint32_t size;
        uint8_t bytes[512];
        CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, NULL, NULL), IL_OK);
        il_instr *ret = il_edit_insert(&e, il_edit_end(&e), IL_OP_RET, il_none());
        il_instr *handler = il_edit_insert(&e, ret, IL_OP_ENDFINALLY, il_none());
        for (int i = 0; i < nops; i++)
            il_edit_insert(&e, handler, IL_OP_NOP, il_none());
        il_edit_clause clause = {IL_CLAUSE_FAULT, 0,  il_edit_first(&e), handler, NULL,
                                 handler,         ret};
        il_edit_add_clause(&e, &clause);
        CU_ASSERT_EQUAL(il_edit_layout(&e, 0, &size, NULL), IL_OK);
        il_edit_write(&e, bytes);
        CU_ASSERT_EQUAL(il_body_read(bytes, size, &body, NULL), IL_OK);
        CU_ASSERT_EQUAL(body.fat_clauses, nops == 256);
        CU_ASSERT_EQUAL(body.size, size);
        il_edit_fini(&e);
    }
}

/* A host that knows one StandAloneSig. */
static uint32_t give_token(void *user, il_blob signature) {
    il_text *seen = user;
    seen->size = 0;
    il_put_bytes(seen, signature.data, signature.size);
    return 0x11000007;
}

static il_blob some_sig(void *user, uint32_t token) {
    static const uint8_t LOCALS[] = {0x07, 1, 0x08}, METHOD[] = {0x20, 2, 0x0E, 0x08, 0x08};
    (void)user;
    if (token == 0x11000001)
        return (il_blob){LOCALS, sizeof LOCALS};
    return token == 0x0A000001 ? (il_blob){METHOD, sizeof METHOD} : (il_blob){NULL, 0};
}

static void test_add_local(void) {
    il_edit e;
    il_body body;
    il_text seen = {0};
    il_edit_host host = {&seen, some_sig, give_token};
    static const uint8_t FAT[] = {0x13, 0x30, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0x11, 0x2A};
    CU_ASSERT_EQUAL(il_body_read(FAT, sizeof FAT, &body, NULL), IL_OK);
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, NULL, NULL), IL_OK);
    il_edit_set_host(&e, &host);
    CU_ASSERT_EQUAL_FATAL(il_edit_decode(&e, &body, NULL), IL_OK);
    CU_ASSERT_EQUAL(e.local_count, 1);
    uint32_t local = il_edit_add_local(&e, (il_blob){BYTES(0x1D, 0x0E)});
    CU_ASSERT_EQUAL(local, 1);
    CU_ASSERT_EQUAL(il_edit_add_local(&e, (il_blob){BYTES(0x02)}), 2);
    il_edit_insert(&e, il_edit_first(&e), IL_OP_LDNULL, il_none());
    il_edit_insert_var(&e, il_edit_end(&e)->prev, IL_OP_STLOC, (uint16_t)local);
    expect_bytes(&e, 0, BYTES(0x13, 0x30, 1, 0, 3, 0, 0, 0, 7, 0, 0, 0x11, 0x14, 0x0B, 0x2A));
    CU_ASSERT_EQUAL_FATAL(seen.size, 6);
    CU_ASSERT_EQUAL(memcmp(seen.data, (const uint8_t[]){7, 3, 0x08, 0x1D, 0x0E, 0x02}, 6), 0);
    il_edit_fini(&e);
    il_text_fini(&seen);
}

static void test_max_stack_of_calls(void) {
    il_edit e;
    uint32_t size;
    il_error err;
    il_edit_host host = {NULL, some_sig, NULL};
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, NULL, NULL), IL_OK);
    il_edit_set_host(&e, &host);
    il_instr *end = il_edit_end(&e);
    il_edit_insert(&e, end, IL_OP_LDNULL, il_none());
    il_edit_insert_ldc(&e, end, 1);
    il_edit_insert_ldc(&e, end, 2);
    il_instr *call = il_edit_insert(&e, end, IL_OP_CALLVIRT, il_tok(0x0A000001));
    il_edit_insert(&e, end, IL_OP_DUP, il_none());
    il_edit_insert(&e, end, IL_OP_RET, il_none());
    CU_ASSERT_EQUAL(il_edit_layout(&e, 0, &size, NULL), IL_OK);
    CU_ASSERT_EQUAL(il_edit_max_stack(&e), 3);
    il_edit_replace(&e, call, IL_OP_NEWOBJ, il_tok(0x0A000001)); /* leaves null below: 1 + 1 + 1 */
    CU_ASSERT_EQUAL(il_edit_layout(&e, 0, &size, NULL), IL_OK);
    CU_ASSERT_EQUAL(il_edit_max_stack(&e), 3);
    il_edit_replace(&e, call, IL_OP_CALL, il_tok(0x0A000099));
    CU_ASSERT_EQUAL(il_edit_layout(&e, 0, &size, &err), IL_BAD_BODY);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "0a000099"));
    il_edit_fini(&e);
}

/* The code behind an unconditional branch is entered by a later branch backwards, with a value. */
static void test_max_stack_of_backward_branches(void) {
    il_edit e;
    uint32_t size;
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, NULL, NULL), IL_OK);
    il_instr *end = il_edit_end(&e);
    il_instr *pop = il_edit_insert(&e, end, IL_OP_POP, il_none());
    il_edit_insert(&e, end, IL_OP_RET, il_none());
    il_instr *push = il_edit_insert_ldc(&e, end, 1);
    il_edit_insert(&e, end, IL_OP_BR, il_to(pop));
    il_edit_insert(&e, pop, IL_OP_BR, il_to(push));
    il_edit_insert_ldc(&e, pop->next, 5); /* pop, push, ret */
    il_edit_insert_ldc(&e, pop, 4);       /* reached by fall-through of nothing */
    CU_ASSERT_EQUAL(il_edit_layout(&e, 0, &size, NULL), IL_OK);
    CU_ASSERT_EQUAL(il_edit_max_stack(&e), 1);
    il_edit_replace(&e, pop, IL_OP_DUP, il_none());
    CU_ASSERT_EQUAL(il_edit_layout(&e, 0, &size, NULL), IL_OK);
    CU_ASSERT_EQUAL(il_edit_max_stack(&e), 3);
    il_edit_fini(&e);
}

static void test_mistakes_are_told(void) {
    il_edit e;
    il_error err;
    uint32_t size;
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, NULL, NULL), IL_OK);
    CU_ASSERT_EQUAL(il_edit_layout(&e, 0, &size, &err), IL_BAD_BODY); /* empty */
    il_instr *bad = il_edit_insert(&e, il_edit_end(&e), IL_OP_LDC_I4_S, il_int(128));
    CU_ASSERT_PTR_NOT_NULL_FATAL(bad);
    il_edit_insert(&e, bad, IL_OP_NOP, il_none()); /* harmless */
    CU_ASSERT_EQUAL(il_edit_layout(&e, 0, &size, &err), IL_BAD_BODY);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "ldc.i4.s"));
    il_edit_fini(&e);
}

static void test_targets_between_instructions_are_refused(void) {
    il_edit e;
    il_body body;
    il_error err;
    static const uint8_t TINY[] = {0x0E, 0x2B, 0xFF, 0x2A};
    CU_ASSERT_EQUAL(il_body_read(TINY, sizeof TINY, &body, NULL), IL_OK);
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&e, NULL, NULL), IL_OK);
    CU_ASSERT_EQUAL(il_edit_decode(&e, &body, &err), IL_BAD_BODY);
    CU_ASSERT_EQUAL(e.count, 0);
    il_edit_fini(&e);
}

/* ---- The editor on mscorlib ---- */

static uint32_t position(const il_edit *e, const il_instr *at) {
    return at == &e->end ? e->count : (uint32_t)(at - il_edit_first(e));
}

static bool same_operand(const il_edit *a, const il_instr *x, const il_edit *b, const il_instr *y) {
    switch (il_opcode_get((il_opcode)x->opcode)->operand) {
    case IL_OPERAND_BRANCH1:
    case IL_OPERAND_BRANCH4: return position(a, x->u.target) == position(b, y->u.target);
    case IL_OPERAND_SWITCH:
        for (uint32_t i = 0; i < x->u.targets->count; i++) {
            if (position(a, x->u.targets->at[i]) != position(b, y->u.targets->at[i]))
                return false;
        }
        return x->u.targets->count == y->u.targets->count;
    case IL_OPERAND_NONE: return true;
    case IL_OPERAND_I1:
    case IL_OPERAND_I4:
    case IL_OPERAND_I8:
    case IL_OPERAND_R4:
    case IL_OPERAND_R8: return x->u.i == y->u.i;
    case IL_OPERAND_VAR1:
    case IL_OPERAND_VAR2:
    case IL_OPERAND_U1: return x->u.i == y->u.i;
    default: return x->u.token == y->u.token;
    }
}

/* Opcodes after layout are those written, so a and its copy b agree even in branch lengths. */
static bool same_code(const il_edit *a, const il_edit *b) {
    const il_instr *y = il_edit_first(b);
    IL_EDIT_EACH(a, x) {
        if (x->opcode != y->opcode || x->offset != y->offset || !same_operand(a, x, b, y))
            return false;
        y = y->next;
    }
    for (uint32_t i = 0; i < a->clause_count; i++) {
        const il_edit_clause *p = &a->clauses[i], *q = &b->clauses[i];
        if (p->kind != q->kind || p->token != q->token ||
            position(a, p->try_start) != position(b, q->try_start) ||
            position(a, p->try_end) != position(b, q->try_end) ||
            position(a, p->handler_start) != position(b, q->handler_start) ||
            position(a, p->handler_end) != position(b, q->handler_end) ||
            (p->filter && position(a, p->filter) != position(b, q->filter)))
            return false;
    }
    return a->count == b->count && a->clause_count == b->clause_count &&
           a->locals_token == b->locals_token;
}

typedef struct round_trip {
    il_module *module;
    il_edit first, second;
    il_text bytes, again;
    uint32_t bodies, instructions;
} round_trip;

static bool encode(il_edit *e, unsigned flags, il_text *out) {
    uint32_t size;
    il_error err;
    out->size = 0;
    if (il_edit_layout(e, flags, &size, &err) != IL_OK || !il_text_reserve(out, size))
        return false;
    il_edit_write(e, (uint8_t *)out->data);
    out->size = size;
    return true;
}

static bool round_trip_body(round_trip *t, const il_body *body) {
    il_body copy;
    if (il_edit_decode(&t->first, body, NULL) != IL_OK || !encode(&t->first, 0, &t->bytes) ||
        t->bytes.size != body->size || memcmp(t->bytes.data, body->start, body->size) != 0)
        return false;
    if (!encode(&t->first, IL_ENCODE_CANONICAL, &t->bytes) || t->bytes.size > body->size ||
        il_edit_max_stack(&t->first) > body->max_stack)
        return false;
    if (il_body_read((uint8_t *)t->bytes.data, t->bytes.size, &copy, NULL) != IL_OK ||
        il_edit_decode(&t->second, &copy, NULL) != IL_OK || !same_code(&t->first, &t->second))
        return false;
    t->bodies++;
    t->instructions += t->first.count;
    return encode(&t->second, IL_ENCODE_CANONICAL, &t->again) && t->again.size == t->bytes.size &&
           memcmp(t->again.data, t->bytes.data, t->bytes.size) == 0;
}

/* Unchanged bodies keep their bytes; canonical ones have the same meaning, are never larger, need
 * no more stack than the compiler thought, and are their own canonical form. */
static void test_mscorlib_round_trip(void) {
    round_trip t = {0};
    t.module = il_open_or_fail(MSCORLIB);
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&t.first, t.module, NULL), IL_OK);
    CU_ASSERT_EQUAL_FATAL(il_edit_init(&t.second, t.module, NULL), IL_OK);
    for (uint32_t row = 1; row <= il_rows(t.module, IL_MethodDef); row++) {
        il_body body;
        if (il_method_body(t.module, row, &body, NULL) == IL_OK && !round_trip_body(&t, &body)) {
            printf("%s does not come back\n", il_name(t.module, IL_MethodDef_Name, row));
            CU_FAIL_FATAL("round trip");
        }
    }
    CU_ASSERT_TRUE(t.bodies > 20000);
    CU_ASSERT_TRUE(t.instructions > 500000);
    il_edit_fini(&t.first);
    il_edit_fini(&t.second);
    il_text_fini(&t.bytes);
    il_text_fini(&t.again);
    il_module_close(t.module);
}

/* Parsed signatures come back byte for byte through the encoder. */
static void test_signatures_come_back(void) {
    il_module *module = il_open_or_fail(MSCORLIB);
    il_text out = {0};
    for (uint32_t row = 1; row <= il_rows(module, IL_MethodDef); row++) {
        mem_pool pool = {0};
        const il_method_sig *sig;
        il_blob blob = il_blob_cell(module, IL_MethodDef_Signature, row);
        CU_ASSERT_EQUAL_FATAL(il_parse_method_sig(blob, &pool, &sig, NULL), IL_OK);
        out.size = 0;
        il_put_method_sig(&out, sig);
        CU_ASSERT_TRUE_FATAL(out.size == blob.size && memcmp(out.data, blob.data, out.size) == 0);
        mem_pool_fini(&pool);
    }
    for (uint32_t row = 1; row <= il_rows(module, IL_TypeSpec); row++) {
        mem_pool pool = {0};
        const il_type *type;
        il_blob blob = il_blob_cell(module, IL_TypeSpec_Signature, row);
        CU_ASSERT_EQUAL_FATAL(il_parse_type_spec(blob, &pool, &type, NULL), IL_OK);
        out.size = 0;
        il_put_type(&out, type);
        CU_ASSERT_TRUE_FATAL(out.size == blob.size && memcmp(out.data, blob.data, out.size) == 0);
        mem_pool_fini(&pool);
    }
    il_text_fini(&out);
    il_module_close(module);
}

static void test_compressed_numbers_come_back(void) {
    static const int32_t NUMBERS[] = {0,    1,    -1,    63,    64,    -64,       -65,
                                      8191, 8192, -8192, -8193, 12345, 268435455, -268435456};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        il_text out = {0};
        il_put_compressed_signed(&out, NUMBERS[i]);
        if (NUMBERS[i] >= 0)
            il_put_compressed(&out, (uint32_t)NUMBERS[i]);
        il_reader in = il_reader_of(il_text_blob(&out));
        CU_ASSERT_EQUAL(il_read_compressed_signed(&in), NUMBERS[i]);
        if (NUMBERS[i] >= 0)
            CU_ASSERT_EQUAL(il_read_compressed(&in), (uint32_t)NUMBERS[i]);
        CU_ASSERT_TRUE(!in.bad && in.next == in.end);
        il_text_fini(&out);
    }
}

CU_TestInfo il_edit_tests[] = {
    {"headers", test_headers},
    {"clauses", test_clauses},
    {"bad bodies are refused", test_bad_bodies_are_refused},
    {"instructions", test_instructions},
    {"opcode table", test_opcode_table},
    {"insert at the start", test_insert_at_the_start},
    {"a body from nothing", test_a_body_from_nothing},
    {"rewrite into an arena", test_rewrite_into_an_arena},
    {"branches are as short as they can be", test_branches_are_as_short_as_they_can_be},
    {"switch", test_switch},
    {"remove and replace", test_remove_and_replace},
    {"redirect", test_redirect},
    {"wrap in a finally", test_wrap_in_a_finally},
    {"inner clauses come first", test_inner_clauses_come_first},
    {"fat clauses", test_fat_clauses},
    {"add a local", test_add_local},
    {"max stack of calls", test_max_stack_of_calls},
    {"max stack of backward branches", test_max_stack_of_backward_branches},
    {"mistakes are told", test_mistakes_are_told},
    {"targets between instructions are refused", test_targets_between_instructions_are_refused},
    {"mscorlib comes back", test_mscorlib_round_trip},
    {"signatures come back", test_signatures_come_back},
    {"compressed numbers come back", test_compressed_numbers_come_back},
    CU_TEST_INFO_NULL,
};
