/* The assembler over tests/il/: each file says in comments what must come of it.
 *
 *   // expect: LINE                  a line that the program prints
 *   // expect-il: TEXT               what its disassembly contains, in this order
 *   // expect-error: L:C: MESSAGE    a mistake; these and no others, in this order
 *
 * Whatever assembles is also disassembled, assembled and disassembled again, which must give the
 * same text. Programs are run by claret, and by Mono when it is installed. */
#include <CUnit/CUnit.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "il_asm.h"
#include "il_dis.h"
#include "runtime/memory/mem.h"
#include "tests/command.h"
#include "tests/il_files.h"

#define FOLDER  "tests/il/"
#define PROGRAM "build/tests/il_asm.exe"

static void check(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void check(bool ok, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    CU_assertImplementation(ok, __LINE__, text, __FILE__, "", CU_FALSE);
}

/* ---- Files and what they expect ---- */

typedef struct file {
    char path[600];
    char *text; /* with a NUL behind it */
    size_t size;
} file;

static void read_file(const char *path, file *out) {
    size_t size;
    uint8_t *bytes = il_read_file(path, &size);
    snprintf(out->path, sizeof out->path, "%s", path);
    out->text = realloc(bytes, size + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out->text);
    out->text[size] = 0;
    out->size = size;
}

/* Appends what stands behind "// WORD: " in each line that has it. */
static void expectations(const file *f, const char *word, il_text *out) {
    char mark[32];
    snprintf(mark, sizeof mark, "// %s: ", word);
    for (const char *at = f->text; (at = strstr(at, mark)) != NULL;) {
        at += strlen(mark);
        const char *end = strchr(at, '\n');
        size_t size = end ? (size_t)(end - at) : strlen(at);
        il_put_bytes(out, at, size);
        il_put(out, '\n');
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(il_text_string(out));
}

static void for_each_file(void (*test)(const file *f)) {
    struct dirent **entries;
    int count = scandir(FOLDER, &entries, NULL, alphasort);
    CU_ASSERT_FATAL(count > 2);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char path[600];
        file f;
        snprintf(path, sizeof path, FOLDER "%s", name);
        if (strlen(name) > 3 && strcmp(name + strlen(name) - 3, ".il") == 0) {
            read_file(path, &f);
            test(&f);
            free(f.text);
        }
        free(entries[i]);
    }
    free(entries);
}

/* ---- Assembling ---- */

/* What a run of the assembler needs and says. */
typedef struct session {
    const il_module *resources; /* where resources come from; NULL: from files */
    il_text mistakes;
} session;

static bool read_file_resource(const char *name, il_text *out) {
    size_t size;
    if (strcmp(name, "manifest.txt") != 0)
        return false;
    uint8_t *bytes = il_read_file(FOLDER "manifest.txt", &size);
    il_put_bytes(out, bytes, size);
    free(bytes);
    return true;
}

static bool read_resource(void *context, const il_asm_source *source, const char *name,
                          il_text *out) {
    const session *s = context;
    (void)source;
    if (!s->resources)
        return read_file_resource(name, out);
    for (uint32_t row = 1; row <= il_rows(s->resources, IL_ManifestResource); row++) {
        il_blob bytes = il_resource(s->resources, row);
        if (strcmp(il_name(s->resources, IL_ManifestResource_Name, row), name) != 0)
            continue;
        il_put_bytes(out, bytes.data, bytes.size);
        return true;
    }
    return false;
}

static void report(void *context, const il_asm_error *error) {
    session *s = context;
    il_putf(&s->mistakes, "%u:%u: %s%s\n", error->line, error->column,
            error->warning ? "warning: " : "", error->message);
}

/* Appends the image, or the mistakes. */
static il_status assemble(const char *name, const char *text, size_t size, il_text *image,
                          session *s) {
    il_asm_source source = {name, text, size};
    il_asm_options options = {.context = s, .report = report, .read_resource = read_resource};
    il_build *build;
    il_error err = {0};
    il_status status = il_assemble(&source, 1, &options, &build, &err);
    if (status != IL_OK) {
        CU_ASSERT_PTR_NULL(build);
        check(status == IL_BAD_SOURCE, "%s: %s", name, err.text);
        return status;
    }
    CU_ASSERT_EQUAL(il_build_image(build, image, &err), IL_OK);
    il_build_free(build);
    return status;
}

static bool append(void *context, const char *text, size_t size) {
    il_put_bytes(context, text, size);
    return true;
}

static il_module *disassemble(const il_text *image, il_text *text) {
    il_module *module = NULL;
    il_error err;
    CU_ASSERT_EQUAL(il_module_open_image("image", image->data, image->size, &module, &err), IL_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(module);
    CU_ASSERT_EQUAL(il_module_check(module, &err), IL_OK);
    CU_ASSERT_EQUAL(il_dis_module(module, append, text, &err), IL_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(il_text_string(text));
    return module;
}

/* ---- What comes out ---- */

static void compare_mistakes(const file *f, const il_text *mistakes) {
    il_text expected = {0};
    expectations(f, "expect-error", &expected);
    bool same = expected.size == mistakes->size &&
                (expected.size == 0 || memcmp(expected.data, mistakes->data, expected.size) == 0);
    check(same, "%s: expected mistakes\n%.*sfound\n%.*s", f->path, (int)expected.size,
          expected.data, (int)mistakes->size, mistakes->data ? mistakes->data : "");
    il_text_fini(&expected);
}

static void find_lines(const file *f, const char *il) {
    il_text lines = {0};
    expectations(f, "expect-il", &lines);
    for (char *line = strtok(lines.data, "\n"); line; line = strtok(NULL, "\n")) {
        const char *found = strstr(il, line);
        check(found != NULL, "%s: expected in this place: %s", f->path, line);
        il = found ? found : il;
    }
    il_text_fini(&lines);
}

static void reassemble(const char *path, il_text *il, const il_module *resources) {
    session s = {.resources = resources};
    il_text image = {0}, again = {0};
    CU_ASSERT_PTR_NOT_NULL_FATAL(il_text_string(il));
    il_status status = assemble(path, il->data, il->size, &image, &s);
    check(status == IL_OK, "%s: its disassembly: %.*s", path, (int)s.mistakes.size,
          s.mistakes.data ? s.mistakes.data : "");
    if (status == IL_OK) {
        il_module_close(disassemble(&image, &again));
        check(il->size == again.size && memcmp(il->data, again.data, il->size) == 0,
              "%s: the second disassembly differs", path);
    }
    il_text_fini(&image);
    il_text_fini(&s.mistakes);
    il_text_fini(&again);
}

static void assemble_and_compare(const file *f) {
    session s = {0};
    il_text image = {0}, il = {0};
    il_status status = assemble(f->path, f->text, f->size, &image, &s);
    compare_mistakes(f, &s.mistakes);
    if (status == IL_OK) {
        il_module *module = disassemble(&image, &il);
        find_lines(f, il.data);
        reassemble(f->path, &il, module);
        il_module_close(module);
    }
    il_text_fini(&image);
    il_text_fini(&s.mistakes);
    il_text_fini(&il);
}

static void every_file_gives_what_it_says(void) {
    for_each_file(assemble_and_compare);
}

/* ---- Running ---- */

static void run(const char *runner, const file *f, const il_text *expected) {
    static char output[4096];
    int status = command_run(output, sizeof output, "%s " PROGRAM, runner);
    size_t size = strlen(output);
    check(status == 0 && size == expected->size && memcmp(output, expected->data, size) == 0,
          "%s under %s: status %d, printed\n%s", f->path, runner, status, output);
}

static bool mono_is_installed(void) {
    return system("command -v mono >/dev/null 2>&1") == 0;
}

static void run_program(const file *f) {
    session s = {0};
    il_text expected = {0}, image = {0};
    expectations(f, "expect", &expected);
    if (expected.size && assemble(f->path, f->text, f->size, &image, &s) == IL_OK) {
        FILE *out = fopen(PROGRAM, "wb");
        CU_ASSERT_PTR_NOT_NULL_FATAL(out);
        CU_ASSERT_EQUAL(fwrite(image.data, 1, image.size, out), image.size);
        fclose(out);
        run("$CLARET run", f, &expected);
        if (mono_is_installed())
            run("mono", f, &expected);
    }
    il_text_fini(&expected);
    il_text_fini(&image);
    il_text_fini(&s.mistakes);
}

static void programs_run(void) {
    if (!mono_is_installed())
        printf(" (not under mono, which is not installed) ");
    for_each_file(run_program);
}

/* ---- Real assemblies ---- */

static void an_assembly_of_a_compiler_comes_back(void) {
    static const char *const PATHS[] = {SMALL, MSCORLIB};
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        il_text il = {0};
        il_error err;
        il_module *module = il_open_or_fail(PATHS[i]);
        CU_ASSERT_EQUAL(il_dis_module(module, append, &il, &err), IL_OK);
        reassemble(PATHS[i], &il, module);
        il_module_close(module);
        il_text_fini(&il);
    }
}

/* ---- The rest of the interface ---- */

static void a_mistake_is_shown_with_its_line(void) {
    static const char LINE[] = "\tldstr \xC3\xA9 5";
    il_asm_error error = {.source = "a.il",
                          .line = 7,
                          .column = 11,
                          .message = "expected a string, found 5",
                          .line_text = LINE,
                          .line_size = sizeof LINE - 1};
    il_text text = {0};
    il_asm_print_error(&text, &error);
    CU_ASSERT_STRING_EQUAL(il_text_string(&text), "a.il:7:11: expected a string, found 5\n"
                                                  "\tldstr \xC3\xA9 5\n"
                                                  "\t        ^\n");
    il_text_fini(&text);
}

static void sources_make_one_module(void) {
    static const char FIRST[] = ".assembly two {}\n.class A extends B {}",
                      SECOND[] = ".class B { .field class A a }\n.class B { .field int32 }";
    il_asm_source sources[] = {{"1.il", FIRST, sizeof FIRST - 1},
                               {"2.il", SECOND, sizeof SECOND - 1}};
    il_asm_options options = {0};
    il_build *build;
    il_error err;
    CU_ASSERT_EQUAL(il_assemble(sources, 2, &options, &build, &err), IL_BAD_SOURCE);
    CU_ASSERT_STRING_EQUAL(err.text, "2.il:2:25: expected a name, found }");
    sources[1].size = 29;
    static const char SHORTER[] = ".class B { .field class A a }";
    sources[1].text = SHORTER;
    CU_ASSERT_EQUAL_FATAL(il_assemble(sources, 2, &options, &build, &err), IL_OK);
    CU_ASSERT_EQUAL(il_build_rows(build, IL_TypeDef), 3);
    il_build_free(build);
}

/* Every prefix of a text with all sorts of things in it ends in a mistake or a module. */
static void no_prefix_does_harm(void) {
    file f;
    read_file(FOLDER "members.il", &f);
    for (size_t size = 0; size < f.size; size++) {
        session s = {0};
        il_text image = {0};
        char saved = f.text[size];
        f.text[size] = 0;
        assemble("prefix", f.text, size, &image, &s);
        f.text[size] = saved;
        il_text_fini(&s.mistakes);
        il_text_fini(&image);
    }
    free(f.text);
}

CU_TestInfo il_asm_tests[] = {
    {"every file gives what it says", every_file_gives_what_it_says},
    {"programs run", programs_run},
    {"an assembly of a compiler comes back", an_assembly_of_a_compiler_comes_back},
    {"a mistake is shown with its line", a_mistake_is_shown_with_its_line},
    {"sources make one module", sources_make_one_module},
    {"no prefix does harm", no_prefix_does_harm},
    CU_TEST_INFO_NULL,
};
