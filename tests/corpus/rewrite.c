/* Rewrites every assembly named on the command line in memory and counts what comes back:
 *
 *   bodies   each is encoded as it is (the same bytes) and in canonical form (decodes to the same
 *            instructions, no larger, with no more stack than the compiler asked for)
 *   modules  each is loaded into a build, written, opened and checked, and written once more from
 * what was written: the two files must be equal
 *
 * Prints a line for each failure and one with the counts; exit status 1 when anything failed. */
#include <stdio.h>

#include "il_build.h"

typedef struct counts {
    size_t modules, bodies, instructions, failed;
} counts;

static void fail(counts *c, const char *path, const char *what, const il_error *err) {
    printf("%s: %s: %s\n", path, what, err->text);
    c->failed++;
}

/* ---- Bodies ---- */

static bool encode(il_edit *edit, unsigned flags, il_text *out, il_error *err) {
    uint32_t size;
    out->size = 0;
    if (il_edit_layout(edit, flags, &size, err) != IL_OK || !il_text_reserve(out, size))
        return false;
    il_edit_write(edit, (uint8_t *)out->data);
    out->size = size;
    return true;
}

static bool same_opcodes(const il_edit *a, const il_edit *b) {
    const il_instr *y = il_edit_first(b);
    if (a->count != b->count || a->clause_count != b->clause_count)
        return false;
    IL_EDIT_EACH(a, x) {
        if (x->opcode != y->opcode || x->offset != y->offset)
            return false;
        y = y->next;
    }
    return true;
}

/* What is wrong with a body's way there and back; NULL when nothing is. */
static const char *round_trip(il_edit *edit, il_edit *again, const il_body *body, il_text *bytes,
                              il_error *err) {
    il_body copy;
    if (il_edit_decode(edit, body, err) != IL_OK)
        return "decoding";
    if (!encode(edit, 0, bytes, err) || bytes->size != body->size ||
        memcmp(bytes->data, body->start, body->size) != 0)
        return "encoding unchanged";
    if (!encode(edit, IL_ENCODE_CANONICAL, bytes, err) || bytes->size > body->size)
        return "encoding in canonical form";
    if (il_edit_max_stack(edit) > body->max_stack)
        return "max stack";
    if (il_body_read((const uint8_t *)bytes->data, bytes->size, &copy, err) != IL_OK ||
        il_edit_decode(again, &copy, err) != IL_OK || !same_opcodes(edit, again))
        return "decoding what was encoded";
    return NULL;
}

static void check_bodies(const il_module *module, counts *c) {
    il_edit edit, again;
    il_error err = {0};
    il_text bytes = {0};
    if (il_edit_init(&edit, module, &err) != IL_OK) {
        fail(c, il_module_path(module), "editor", &err);
        return;
    }
    if (il_edit_init(&again, module, &err) != IL_OK) {
        fail(c, il_module_path(module), "editor", &err);
        il_edit_fini(&edit);
        return;
    }
    for (uint32_t row = 1; row <= il_rows(module, IL_MethodDef); row++) {
        il_body body;
        il_status status = il_method_body(module, row, &body, &err);
        if (status == IL_NO_BODY)
            continue;
        err.text[0] = 0;
        const char *what =
            status == IL_OK ? round_trip(&edit, &again, &body, &bytes, &err) : "reading";
        if (what)
            fail(c, il_module_path(module), what, &err);
        c->bodies++;
        c->instructions += edit.count;
    }
    il_edit_fini(&edit);
    il_edit_fini(&again);
    il_text_fini(&bytes);
}

/* ---- Modules ---- */

static const char *write_module(const il_module *module, il_text *image, il_error *err) {
    il_build *build;
    if (il_build_load(module, &build, err) != IL_OK)
        return "loading";
    il_status status = il_build_image(build, image, err);
    il_build_free(build);
    return status == IL_OK ? NULL : "writing";
}

static const char *check_module(const il_module *module, il_error *err) {
    il_text image = {0}, again = {0};
    il_module *written = NULL;
    const char *what = write_module(module, &image, err);
    if (!what && il_module_open_image(il_module_path(module), image.data, image.size, &written,
                                      err) != IL_OK)
        what = "opening what was written";
    /* What is wrong in the original may be wrong in the copy. */
    if (!what && il_module_check(module, NULL) == IL_OK && il_module_check(written, err) != IL_OK)
        what = "checking what was written";
    if (!what)
        what = write_module(written, &again, err);
    if (!what && (image.size != again.size || memcmp(image.data, again.data, image.size) != 0))
        what = "writing it a second time";
    il_module_close(written);
    il_text_fini(&image);
    il_text_fini(&again);
    return what;
}

static void check_file(const char *path, counts *c) {
    il_module *module;
    il_error err = {0};
    if (il_module_open(path, &module, &err) != IL_OK) {
        fail(c, path, "opening", &err);
        return;
    }
    c->modules++;
    check_bodies(module, c);
    err.text[0] = 0;
    const char *what = check_module(module, &err);
    if (what)
        fail(c, path, what, &err);
    il_module_close(module);
}

int main(int argc, char **argv) {
    counts c = {0};
    for (int i = 1; i < argc; i++)
        check_file(argv[i], &c);
    printf("rewritten: %zu assemblies, %zu bodies, %zu instructions, %zu failures\n", c.modules,
           c.bodies, c.instructions, c.failed);
    return c.failed != 0;
}
