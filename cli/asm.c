/* claret asm IN.il... [-o OUT] [--dll]: assembles ilasm text.
 *
 * Without -o the output lies beside the first input, with .exe or .dll in place of .il. Embedded
 * resources are read from files of their names beside the source that declares them. When there is
 * a mistake, nothing is written. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "il_asm.h"
#include "runtime/memory/mem.h"

typedef struct asm_options {
    const char *out;
    bool dll;
    int count; /* of inputs */
} asm_options;

/* Moves the inputs to the front of argv + 1. */
static bool parse(int argc, char **argv, asm_options *options) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
            options->out = argv[++i];
        else if (strcmp(argv[i], "--dll") == 0)
            options->dll = true;
        else if (argv[i][0] != '-')
            argv[1 + options->count++] = argv[i];
        else
            return false;
    }
    return options->count > 0;
}

/* Appends a file's bytes; false with errno set when it cannot be read. */
static bool append_file(const char *path, il_text *out) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    bool ended = false;
    while (!ended && !out->out_of_memory) {
        size_t piece = out->size > 65536 ? out->size : 65536;
        char *to = il_text_reserve(out, piece);
        if (!to)
            break;
        size_t got = fread(to, 1, piece, file);
        out->size += got;
        ended = got < piece;
    }
    bool ok = ended && !ferror(file);
    fclose(file);
    return ok;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool read_resource(void *context, const il_asm_source *source, const char *name,
                          il_text *out) {
    il_text path = {0};
    (void)context;
    il_put_bytes(&path, source->name, (size_t)(base_name(source->name) - source->name));
    il_puts(&path, name);
    const char *string = il_text_string(&path);
    bool ok = string && append_file(string, out);
    il_text_fini(&path);
    return ok;
}

static void report(void *context, const il_asm_error *error) {
    il_text text = {0};
    (void)context;
    il_asm_print_error(&text, error);
    fwrite(text.data, 1, text.size, stderr);
    il_text_fini(&text);
}

/* The name of the output for an input: IN.il becomes IN.exe or IN.dll. */
static const char *output_name(il_text *name, const char *in, bool dll) {
    size_t size = strlen(in);
    if (size > 3 && strcmp(in + size - 3, ".il") == 0)
        size -= 3;
    il_put_bytes(name, in, size);
    il_puts(name, dll ? ".dll" : ".exe");
    return il_text_string(name);
}

static int assemble(const il_asm_source *sources, size_t count, const char *out, bool dll) {
    il_asm_options options = {
        .module_name = base_name(out), .report = report, .read_resource = read_resource};
    il_build *build;
    il_error err;
    il_status status = il_assemble(sources, count, &options, &build, &err);
    if (status == IL_BAD_SOURCE && err.offset != IL_NO_OFFSET)
        return 1; /* reported */
    if (status != IL_OK)
        return cli_fail_il(&err);
    il_build_output(build)->dll = dll;
    if (dll || il_build_output(build)->entry_point)
        status = il_build_write(build, out, &err);
    else
        status = il_fail(&err, IL_BAD_SOURCE, IL_NO_OFFSET, 0,
                         "%s: no .entrypoint; --dll makes a library", out);
    il_build_free(build);
    return status == IL_OK ? 0 : cli_fail_il(&err);
}

/* Reads the inputs, whose texts belong to texts. */
static bool read_inputs(char **paths, int count, il_asm_source *sources, il_text *texts) {
    for (int i = 0; i < count; i++) {
        if (!append_file(paths[i], &texts[i])) {
            cli_fail("%s: %s", paths[i], strerror(errno));
            return false;
        }
        const char *string = il_text_string(&texts[i]);
        if (!string) {
            cli_fail("%s: out of memory", paths[i]);
            return false;
        }
        sources[i] = (il_asm_source){paths[i], string, texts[i].size};
    }
    return true;
}

int cli_asm(int argc, char **argv) {
    asm_options options = {0};
    il_text name = {0};
    int result = 1;
    if (!parse(argc, argv, &options))
        return cli_usage(argv[0]);
    size_t count = (size_t)options.count;
    il_asm_source *sources = mem_calloc(count, sizeof *sources);
    il_text *texts = mem_calloc(count, sizeof *texts);
    const char *out = options.out ? options.out : output_name(&name, argv[1], options.dll);
    if (!sources || !texts || !out)
        cli_fail("out of memory");
    else if (read_inputs(argv + 1, options.count, sources, texts))
        result = assemble(sources, count, out, options.dll);
    for (size_t i = 0; texts && i < count; i++)
        il_text_fini(&texts[i]);
    mem_free(texts);
    mem_free(sources);
    il_text_fini(&name);
    return result;
}
