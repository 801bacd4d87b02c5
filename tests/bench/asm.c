/* The assembler beside Mono's ilasm, when that is installed: the text of mscorlib to a file. ilasm
 * gets it without the permission sets, which it reads in another form only. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/il_text.h"

#define MSCORLIB "/usr/lib/mono/4.5/mscorlib.dll"
#define OUTPUT   "build/bench/asm.dll"
#define FOLDER   "build/bench/ilasm"

enum { ROUNDS = 5 };

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Milliseconds from text in memory to a file. */
static double run_claret(il_module *module, il_text *text) {
    il_asm_source source = {"mscorlib.il", il_text_string(text), text->size};
    il_asm_options options = {.context = module, .read_resource = il_text_resource};
    il_build *build;
    il_error err;
    double start = now_ms();
    if (il_assemble(&source, 1, &options, &build, &err) != IL_OK ||
        il_build_write(build, OUTPUT, &err) != IL_OK) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    il_build_free(build);
    return now_ms() - start;
}

static void write_file(const char *name, const void *bytes, size_t size) {
    char path[512];
    snprintf(path, sizeof path, FOLDER "/%s", name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        exit(1);
}

static void run_ilasm(const il_module *m, const il_text *text, double claret) {
    if (system("command -v ilasm >/dev/null") != 0)
        return;
    if (system("mkdir -p " FOLDER) != 0)
        exit(1);
    write_file("all.il", text->data, text->size);
    for (uint32_t row = 1; row <= il_rows(m, IL_ManifestResource); row++) {
        il_blob bytes = il_resource(m, row);
        write_file(il_name(m, IL_ManifestResource_Name, row), bytes.data, bytes.size);
    }
    if (system("awk '/^ *\\.permissionset/ { inside = 1 } !inside; "
               "inside && /[0-9A-F(] \\)( |$)/ { inside = 0 }' " FOLDER "/all.il >" FOLDER
               "/plain.il") != 0)
        exit(1);
    double start = now_ms();
    if (system("cd " FOLDER " && ilasm /dll plain.il /output:plain.dll >/dev/null 2>&1") != 0)
        exit(1);
    double ilasm = now_ms() - start;
    printf("ilasm                     %9.1f ms, %.1f times as long\n", ilasm, ilasm / claret);
}

int main(void) {
    il_module *module;
    il_text text = {0};
    double best = 1e9;
    if (il_module_open(MSCORLIB, &module, NULL) != IL_OK ||
        il_dis_module(module, il_text_append, &text, NULL) != IL_OK)
        return 1;
    for (int i = 0; i < ROUNDS; i++) {
        double ms = run_claret(module, &text);
        best = ms < best ? ms : best;
    }
    printf("assemble mscorlib         %9.1f ms, %.1f MB of text\n", best, (double)text.size / 1e6);
    run_ilasm(module, &text, best);
    il_text_fini(&text);
    il_module_close(module);
    return 0;
}
