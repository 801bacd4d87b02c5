/* One fuzz target per parser. */
#define _GNU_SOURCE
#include "fuzz_targets.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "il_asm.h"
#include "il_build.h"
#include "il_dis.h"
#include "il_edit.h"
#include "il_print.h"
#include "il_same.h"
#include "runtime/memory/heap_format.h"
#include "runtime/memory/heap_report.h"
#include "runtime/memory/mem.h"
#include "tests/il_files.h"

static bool drop(void *context, const char *text, size_t size) {
    (void)context, (void)text, (void)size;
    return true;
}

/* PE headers, metadata, tables, heaps. */
void fuzz_module(const uint8_t *data, size_t size) {
    il_module *module;
    il_error err;
    if (il_module_open_image("fuzz", data, size, &module, &err) != IL_OK)
        return;
    il_walk(module);
    il_module_close(module);
}

/* The same input printed. */
void fuzz_dis(const uint8_t *data, size_t size) {
    il_module *module;
    il_error err;
    if (il_module_open_image("fuzz", data, size, &module, &err) != IL_OK)
        return;
    il_dis_module(module, drop, NULL, &err);
    il_module_close(module);
}

/* A bare metadata file without a single row, for what needs a module but no contents. */
static il_module *empty_module(void) {
    static const uint8_t
        IMAGE[] = {'B', 'S', 'J', 'B', 1,  0, 1, 0, 0,   0,   0, 0, 4, 0, 0, 0, 'v', 0,
                   0,   0,   0,   0,   1,  0, /* flags, one stream */
                   36,  0,   0,   0,   24, 0, 0, 0, '#', '~', 0, 0, 0, 0, 0, 0, 2,   0,
                   0,   1,   0,   0,   0,  0, 0, 0, 0,   0,   0, 0, 0, 0, 0, 0, 0,   0};
    il_module *module = NULL;
    if (il_module_open_image("empty", IMAGE, sizeof IMAGE, &module, NULL) != IL_OK)
        abort();
    return module;
}

/* The first byte says which kind of signature the others are. What parses must print, compare equal
 * to itself and hash; the tokens in it name nothing. */
void fuzz_signature(const uint8_t *data, size_t size) {
    mem_pool pool = {0};
    il_text text = {0};
    il_error err;
    const il_method_sig *sig = NULL;
    const il_type *type = NULL;
    if (size == 0)
        return;
    il_blob blob = {data + 1, size - 1};
    il_status status;
    switch (data[0] % 5) {
    case 0: status = il_parse_method_sig(blob, &pool, &sig, &err); break;
    case 1: status = il_parse_field_sig(blob, &pool, &type, &err); break;
    case 2: status = il_parse_locals_sig(blob, &pool, &sig, &err); break;
    case 3: status = il_parse_type_spec(blob, &pool, &type, &err); break;
    default: status = il_parse_method_spec(blob, &pool, &sig, &err); break;
    }
    il_module *module = empty_module();
    if (status == IL_OK && type) {
        il_print_type(&text, module, type, &err);
        il_type_hash(module, type);
        if (!il_type_equal(module, type, module, type))
            abort();
    }
    if (status == IL_OK && sig) {
        il_print_params(&text, module, sig, &err);
        il_method_sig_hash(module, sig);
        if (!il_method_sig_equal(module, sig, module, sig))
            abort();
    }
    il_module_close(module);
    il_text_fini(&text);
    mem_pool_fini(&pool);
}

/* Whether the body says the same when it is encoded anew and read back. */
static void check_encoding(il_edit *edit, const il_body *body) {
    il_edit again;
    il_body copy;
    uint32_t size;
    if (il_edit_layout(edit, IL_ENCODE_CANONICAL, &size, NULL) != IL_OK)
        return; /* a call: there is no signature to be had */
    uint8_t *bytes = malloc(size);
    if (!bytes)
        abort();
    il_edit_write(edit, bytes);
    if (il_body_read(bytes, size, &copy, NULL) != IL_OK || copy.size != size ||
        copy.clause_count != body->clause_count || il_edit_init(&again, NULL, NULL) != IL_OK)
        abort();
    if (il_edit_decode(&again, &copy, NULL) != IL_OK || again.count != edit->count)
        abort();
    il_edit_fini(&again);
    free(bytes);
}

/* A method body: header, code, sections; printed, and put through the editor. */
void fuzz_body(const uint8_t *data, size_t size) {
    il_body body;
    il_error err;
    il_edit edit;
    il_text text = {0};
    if (il_body_read(data, size, &body, &err) != IL_OK)
        return;
    il_module *module = empty_module();
    il_dis_method_with_body(module, 1, &body, &text, &err);
    if (il_edit_init(&edit, NULL, &err) != IL_OK)
        abort();
    if (il_edit_decode(&edit, &body, &err) == IL_OK)
        check_encoding(&edit, &body);
    il_edit_fini(&edit);
    il_module_close(module);
    il_text_fini(&text);
}

/* A module loaded into a build and written: what comes out must be a module again. */
void fuzz_build(const uint8_t *data, size_t size) {
    il_module *module, *again;
    il_build *build;
    il_text image = {0};
    il_error err;
    if (il_module_open_image("fuzz", data, size, &module, &err) != IL_OK)
        return;
    if (il_build_load(module, &build, &err) == IL_OK) {
        if (il_build_image(build, &image, &err) == IL_OK) {
            if (il_module_open_image("again", image.data, image.size, &again, &err) != IL_OK)
                abort();
            il_module_close(again);
        }
        il_build_free(build);
    }
    il_text_fini(&image);
    il_module_close(module);
}

/* Text of the assembler. What assembles must be a module, which disassembles and assembles again.
 */
void fuzz_asm(const uint8_t *data, size_t size) {
    il_build *build;
    il_module *module;
    il_text image = {0};
    il_error err;
    char *text = malloc(size + 1); /* a block of its own, so that reading past its end shows */
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = 0;
    il_asm_source source = {"fuzz", text, size};
    if (il_assemble(&source, 1, &(il_asm_options){0}, &build, &err) == IL_OK) {
        if (il_build_image(build, &image, &err) == IL_OK) {
            if (il_module_open_image("image", image.data, image.size, &module, &err) != IL_OK)
                abort();
            il_dis_module(module, drop, NULL, &err);
            il_module_close(module);
        }
        il_build_free(build);
    }
    il_text_fini(&image);
    free(text);
}

/* A heap trace; the input is what comes behind its header. */
void fuzz_heap_trace(const uint8_t *data, size_t size) {
    const heap_trace_header header = {HEAP_TRACE_MAGIC, 1, sizeof header, 0, 0};
    char path[40], error[300] = "";
    int fd = memfd_create("trace", MFD_CLOEXEC);
    FILE *out = fopen("/dev/null", "w");
    if (fd < 0 || !out || write(fd, &header, sizeof header) != (ssize_t)sizeof header ||
        write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (FAILED(heap_report(path, HEAP_REPORT_CHROME, out, error, sizeof error)) != (error[0] != 0))
        abort();
    fclose(out);
    close(fd);
}
