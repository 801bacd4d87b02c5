/* claret dis IN [-o OUT.il] [--method NAME]: ilasm text of an assembly or of one method.
 *
 * With -o the resources inside the assembly are written too, each to a file of its name beside
 * OUT.il, where an assembler looks for them. Since the names come from the assembly, a file that is
 * there already is never overwritten. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "il_dis.h"

typedef struct dis_options {
    const char *in, *out, *method;
} dis_options;

static bool parse(int argc, char **argv, dis_options *options) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
            options->out = argv[++i];
        else if (strcmp(argv[i], "--method") == 0 && i + 1 < argc)
            options->method = argv[++i];
        else if (argv[i][0] != '-' && !options->in)
            options->in = argv[i];
        else
            return false;
    }
    return options->in != NULL;
}

static bool write_file(void *context, const char *text, size_t size) {
    return size == 0 || fwrite(text, 1, size, context) == size;
}

/* Appends Namespace.Outer/Inner. */
static void put_type_path(il_text *text, const il_module *m, uint32_t type, int depth) {
    enum { DEEPEST = 64 };
    uint32_t outer = il_enclosing_type(m, type);
    if (outer && depth < DEEPEST) {
        put_type_path(text, m, outer, depth + 1);
        il_put(text, '/');
    }
    const char *name_space = il_name(m, IL_TypeDef_Namespace, type);
    il_puts(text, name_space);
    il_puts(text, *name_space ? "." : "");
    il_puts(text, il_name(m, IL_TypeDef_Name, type));
}

/* Whether NAME means this method: "Method", "Type::Method", "Namespace.Outer/Inner::Method". */
static bool is_wanted(const il_module *m, uint32_t row, const char *name, il_text *scratch) {
    const char *colons = strstr(name, "::");
    const char *method = colons ? colons + 2 : name;
    if (strcmp(il_name(m, IL_MethodDef_Name, row), method) != 0)
        return false;
    if (!colons)
        return true;
    size_t length = (size_t)(colons - name);
    uint32_t owner = il_method_owner(m, row);
    const char *simple = il_name(m, IL_TypeDef_Name, owner);
    if (strlen(simple) == length && memcmp(simple, name, length) == 0)
        return true;
    scratch->size = 0;
    put_type_path(scratch, m, owner, 0);
    return scratch->size == length && memcmp(scratch->data, name, length) == 0;
}

static int dis_methods(const il_module *m, const dis_options *options, FILE *out) {
    il_text text = {0}, scratch = {0};
    il_error err;
    int failed = 0, found = 0;
    for (uint32_t row = 1; row <= il_rows(m, IL_MethodDef); row++) {
        if (!is_wanted(m, row, options->method, &scratch))
            continue;
        found++;
        if (il_dis_method(m, row, &text, &err) != IL_OK)
            failed = cli_fail_il(&err);
    }
    write_file(out, text.data, text.size); /* a failure shows when the file is closed */
    il_text_fini(&text);
    il_text_fini(&scratch);
    return found ? failed : cli_fail("%s: no method %s", options->in, options->method);
}

static int dis_to(const il_module *m, const dis_options *options, FILE *out) {
    il_error err;
    if (options->method)
        return dis_methods(m, options, out);
    il_status status = il_dis_module(m, write_file, out, &err);
    if (status == IL_OK || status == IL_FILE_ERROR) /* reported when the file is closed */
        return 0;
    return cli_fail_il(&err);
}

/* Closes the output, stdout excepted, and reports what did not get there. */
static int close_output(const dis_options *options, FILE *out) {
    if (!options->out)
        return cli_flush();
    bool bad = ferror(out) != 0;
    int cause = errno;
    if (fclose(out) != 0) {
        bad = true;
        cause = errno;
    }
    return bad ? cli_fail("%s: %s", options->out, strerror(cause)) : 0;
}

/* ---- Resources ---- */

/* Whether the file holds exactly these bytes. */
static bool file_has(const char *path, il_blob bytes) {
    char block[4096];
    size_t at = 0, size;
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    while ((size = fread(block, 1, sizeof block, file)) > 0) {
        if (size > bytes.size - at || memcmp(block, bytes.data + at, size) != 0)
            break;
        at += size;
    }
    bool same = feof(file) && at == bytes.size;
    fclose(file);
    return same;
}

static int write_resource(const char *path, il_blob bytes) {
    FILE *file = fopen(path, "wbx");
    if (!file && errno == EEXIST)
        return file_has(path, bytes) ? 0 : cli_fail("%s: is there, not overwritten", path);
    if (!file)
        return cli_fail("%s: %s", path, strerror(errno));
    bool bad = fwrite(bytes.data, 1, bytes.size, file) != bytes.size;
    int cause = errno;
    if (fclose(file) != 0 && !bad) {
        bad = true;
        cause = errno;
    }
    return bad ? cli_fail("%s: %s", path, strerror(cause)) : 0;
}

static int write_resources(const il_module *m, const dis_options *options) {
    const char *slash = strrchr(options->out, '/');
    size_t folder = slash ? (size_t)(slash - options->out) + 1 : 0;
    il_text path = {0};
    int status = 0;
    for (uint32_t row = 1; row <= il_rows(m, IL_ManifestResource); row++) {
        il_blob bytes = il_resource(m, row);
        const char *name = il_name(m, IL_ManifestResource_Name, row);
        if (!bytes.data)
            continue;
        path.size = 0;
        il_put_bytes(&path, options->out, folder);
        il_puts(&path, name);
        if (!*name || strchr(name, '/') || name[0] == '.')
            status = cli_fail("%s: resource '%s' is no file name, not written", options->in, name);
        else if (!il_text_string(&path))
            status = cli_fail("%s: out of memory", options->in);
        else if (write_resource(il_text_string(&path), bytes) != 0)
            status = 1;
    }
    il_text_fini(&path);
    return status;
}

/* ---- The command ---- */

int cli_dis(int argc, char **argv) {
    dis_options options = {0};
    il_module *module;
    il_error err;
    if (!parse(argc, argv, &options))
        return cli_usage(argv[0]);
    if (il_module_open(options.in, &module, &err) != IL_OK)
        return cli_fail_il(&err);
    FILE *out = options.out ? fopen(options.out, "w") : stdout;
    int status = 1;
    if (!out)
        cli_fail("%s: %s", options.out, strerror(errno));
    else {
        status = dis_to(module, &options, out);
        if (close_output(&options, out) != 0)
            status = 1;
        if (options.out && !options.method && write_resources(module, &options) != 0)
            status = 1;
    }
    il_module_close(module);
    return status;
}
