/* Disassembles every assembly named on the command line, assembles the text, and compares:
 *
 *   bodies  each method's header, locals, instructions and clauses must be the same, but for the
 *           numbers of tokens: what they name must be
 *   text    disassembling again must give the same text
 *
 * Prints a line for each failure and one with the counts; exit status 1 when anything failed. */
#include <stdio.h>
#include <stdlib.h>

#include "il_print.h"
#include "il_same.h"
#include "runtime/memory/mem.h"
#include "tests/il_text.h"

typedef struct counts {
    size_t modules, assembled, bodies, same_bodies, same_texts, failed;
} counts;

static void fail(counts *c, const char *path, const char *what, const char *which) {
    printf("%s: %s: %s\n", path, what, which);
    c->failed++;
}

/* ---- Tokens ---- */

static il_status print_operand(il_text *text, const il_module *m, il_operand kind, uint32_t token) {
    switch (kind) {
    case IL_OPERAND_METHOD: return il_print_method(text, m, token, NULL);
    case IL_OPERAND_FIELD: return il_print_field(text, m, token, NULL);
    case IL_OPERAND_TYPE: return il_print_type_token(text, m, token, NULL);
    case IL_OPERAND_SIG: return il_print_call_sig(text, m, token, NULL);
    default: return il_print_token(text, m, token, NULL);
    }
}

static bool same_text(const il_text *a, const il_text *b) {
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

/* Whether two tokens name the same; a and b are kept from call to call. */
typedef struct comparison {
    const il_module *a, *b;
    il_text a_text, b_text;
} comparison;

static bool same_token(comparison *c, il_operand kind, uint32_t a, uint32_t b) {
    if (kind == IL_OPERAND_STRING) {
        il_blob x = il_user_string(c->a, a), y = il_user_string(c->b, b);
        return x.size == y.size && (x.size == 0 || memcmp(x.data, y.data, x.size) == 0);
    }
    c->a_text.size = c->b_text.size = 0;
    return print_operand(&c->a_text, c->a, kind, a) == print_operand(&c->b_text, c->b, kind, b) &&
           same_text(&c->a_text, &c->b_text);
}

/* ---- Bodies ---- */

static bool is_token(il_operand kind) {
    return kind >= IL_OPERAND_METHOD && kind <= IL_OPERAND_SIG;
}

static bool same_code(comparison *c, const il_body *a, const il_body *b) {
    il_insn x, y;
    for (uint32_t at = 0; at < a->code_size; at += x.size) {
        if (il_insn_read(a->code, a->code_size, at, &x, NULL) != IL_OK)
            return memcmp(a->code + at, b->code + at, a->code_size - at) == 0;
        if (il_insn_read(b->code, b->code_size, at, &y, NULL) != IL_OK || x.opcode != y.opcode ||
            x.size != y.size)
            return false;
        il_operand kind = (il_operand)il_opcode_get(x.opcode)->operand;
        if (is_token(kind) ? !same_token(c, kind, x.u.token, y.u.token)
                           : memcmp(a->code + at, b->code + at, x.size) != 0)
            return false;
    }
    return true;
}

static bool same_clauses(comparison *c, const il_body *a, const il_body *b) {
    for (uint32_t i = 0; i < a->clause_count; i++) {
        il_clause x, y;
        il_body_clause(a, i, &x);
        il_body_clause(b, i, &y);
        if (x.kind != y.kind || x.try_offset != y.try_offset || x.try_end != y.try_end ||
            x.handler_offset != y.handler_offset || x.handler_end != y.handler_end)
            return false;
        if (x.kind == IL_CLAUSE_CATCH
                ? !same_token(c, IL_OPERAND_TYPE, x.token_or_filter, y.token_or_filter)
                : x.token_or_filter != y.token_or_filter)
            return false;
    }
    return true;
}

static il_blob locals_of(const il_module *m, const il_body *body) {
    return il_blob_cell(m, IL_StandAloneSig_Signature, IL_TOKEN_ROW(body->locals_token));
}

static bool same_locals(const comparison *c, const il_body *a, const il_body *b) {
    mem_pool pool = {0};
    const il_method_sig *x, *y;
    if (!a->locals_token || !b->locals_token)
        return a->locals_token == b->locals_token;
    bool same = il_parse_locals_sig(locals_of(c->a, a), &pool, &x, NULL) == IL_OK &&
                il_parse_locals_sig(locals_of(c->b, b), &pool, &y, NULL) == IL_OK &&
                il_method_sig_equal(c->a, x, c->b, y);
    mem_pool_fini(&pool);
    return same;
}

static bool same_body(comparison *c, const il_body *a, const il_body *b) {
    return a->fat == b->fat && a->max_stack == b->max_stack && a->init_locals == b->init_locals &&
           a->code_size == b->code_size && a->clause_count == b->clause_count &&
           same_locals(c, a, b) && same_code(c, a, b) && same_clauses(c, a, b);
}

/* ---- Methods of two modules, paired by name and signature ---- */

typedef struct method {
    const char *key;
    uint32_t row;
} method;

static int compare_methods(const void *x, const void *y) {
    const method *a = x, *b = y;
    int order = strcmp(a->key, b->key);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

/* All methods sorted by what they are called; the caller frees. keys must outlive them. */
static method *list_methods(const il_module *m, il_text *keys) {
    uint32_t rows = il_rows(m, IL_MethodDef);
    method *methods = malloc((rows + 1) * sizeof *methods);
    size_t *starts = malloc((rows + 1) * sizeof *starts);
    for (uint32_t row = 1; row <= rows; row++) {
        starts[row - 1] = keys->size;
        il_print_method(keys, m, IL_TOKEN(IL_MethodDef, row), NULL);
        il_put(keys, 0);
    }
    for (uint32_t row = 1; row <= rows; row++)
        methods[row - 1] = (method){keys->data + starts[row - 1], row};
    free(starts);
    qsort(methods, rows, sizeof *methods, compare_methods);
    return methods;
}

static void compare_bodies(const char *path, const il_module *a, const il_module *b, counts *c) {
    il_text a_keys = {0}, b_keys = {0};
    comparison comparison = {.a = a, .b = b};
    uint32_t rows = il_rows(a, IL_MethodDef);
    if (rows != il_rows(b, IL_MethodDef)) {
        fail(c, path, "another number of methods", "");
        return;
    }
    method *x = list_methods(a, &a_keys), *y = list_methods(b, &b_keys);
    for (uint32_t i = 0; i < rows; i++) {
        il_body p, q;
        il_status status = il_method_body(a, x[i].row, &p, NULL);
        if (status == IL_OK)
            c->bodies++;
        if (strcmp(x[i].key, y[i].key) != 0)
            fail(c, path, "no such method", x[i].key);
        else if (il_method_body(b, y[i].row, &q, NULL) != status)
            fail(c, path, "body missing or added", x[i].key);
        else if (status == IL_OK && !same_body(&comparison, &p, &q))
            fail(c, path, "another body", x[i].key);
        else if (status == IL_OK)
            c->same_bodies++;
    }
    free(x);
    free(y);
    il_text_fini(&a_keys);
    il_text_fini(&b_keys);
    il_text_fini(&comparison.a_text);
    il_text_fini(&comparison.b_text);
}

/* ---- One assembly ---- */

static void compare_texts(const char *path, const il_text *first, const il_module *again,
                          counts *c) {
    il_text second = {0};
    il_error err;
    il_dis_module(again, il_text_append, &second, &err);
    if (same_text(first, &second))
        c->same_texts++;
    else
        fail(c, path, "the second text differs", "");
    il_text_fini(&second);
}

static bool assemble(const char *path, const il_module *module, il_text *il, il_text *image,
                     il_error *err) {
    const char *text = il_text_string(il);
    il_asm_source source = {path, text, il->size};
    il_asm_options options = {.context = (void *)module, .read_resource = il_text_resource};
    il_build *build;
    if (il_assemble(&source, 1, &options, &build, err) != IL_OK)
        return false;
    bool ok = il_build_image(build, image, err) == IL_OK;
    il_build_free(build);
    return ok;
}

static void check_module(const char *path, const il_module *module, counts *c) {
    il_text il = {0}, image = {0};
    il_module *again;
    il_error err;
    if (il_dis_module(module, il_text_append, &il, &err) != IL_OK) {
        fail(c, path, "disassembling", err.text);
    } else if (!assemble(path, module, &il, &image, &err)) {
        fail(c, path, "assembling", err.text);
    } else if (il_module_open_image(path, image.data, image.size, &again, &err) != IL_OK ||
               il_module_check(again, &err) != IL_OK) {
        fail(c, path, "reading what was assembled", err.text);
    } else {
        c->assembled++;
        compare_bodies(path, module, again, c);
        compare_texts(path, &il, again, c);
        il_module_close(again);
    }
    il_text_fini(&il);
    il_text_fini(&image);
}

int main(int argc, char **argv) {
    counts c = {0};
    for (int i = 1; i < argc; i++) {
        il_module *module;
        il_error err;
        c.modules++;
        if (il_module_open(argv[i], &module, &err) != IL_OK) {
            fail(&c, argv[i], "opening", err.text);
            continue;
        }
        check_module(argv[i], module, &c);
        il_module_close(module);
    }
    printf("assembled: %zu of %zu assemblies, %zu of %zu bodies equal, %zu second texts equal\n",
           c.assembled, c.modules, c.same_bodies, c.bodies, c.same_texts);
    return c.failed != 0;
}
