/* Methods by name, for whoever embeds the runtime: a name as ilasm spells it is assembled into a
 * module in memory that consists of that one reference, and what its token means is resolve.c's
 * affair, as for any other module. The module goes when the method is found: nothing that a
 * reference leads to points back to it. */
#include <string.h>

#include "il_asm.h"
#include "il_print.h"
#include "runtime/runtime.h"
#include "runtime/types/members.h"

/* Appends the methods of type that have this name, separated by semicolons, or the names of all its
 * methods when there is none; what cannot be read is left out. */
static void list_methods(il_text *text, struct type *type, const char *name, bool names_only) {
    const il_module *il = type->module ? type->module->il : NULL;
    const char *separator = "", *previous = "";
    il_error ignored;
    for (uint32_t i = 0; il && i < type->method_count; i++) {
        const char *own = type_method_name(type, i);
        bool wanted = names_only ? strcmp(own, previous) != 0 : strcmp(own, name) == 0;
        if (!wanted || type->first_method == 0)
            continue;
        previous = own;
        il_puts(text, separator);
        separator = "; ";
        if (names_only)
            il_puts(text, own);
        else
            il_print_method(text, il, IL_TOKEN(IL_MethodDef, type->first_method + i), &ignored);
    }
}

/* Adds to the error what the type has instead. */
static void suggest(struct module *names, uint32_t token, il_error *err) {
    il_text text = {0};
    struct type *type;
    il_error ignored;
    uint32_t row = IL_TOKEN_ROW(token);
    if (IL_TOKEN_TABLE(token) == IL_MethodSpec)
        row = IL_TOKEN_ROW(il_cell(names->il, IL_MethodSpec_Method, row));
    if (ldr_type(names, il_cell(names->il, IL_MemberRef_Class, row), NULL, &type, &ignored) !=
        IL_OK)
        return;
    il_puts(&text, err->text);
    size_t size = text.size;
    list_methods(&text, type, il_name(names->il, IL_MemberRef_Name, row), false);
    if (text.size == size)
        list_methods(&text, type, NULL, true);
    if (text.size > size && il_text_string(&text))
        il_fail(err, err->status, err->offset, err->token, "%.*s There are: %s", (int)size,
                text.data, text.data + size);
    il_text_fini(&text);
}

static il_status resolve(struct runtime *rt, const il_text *image, uint32_t token,
                         struct method **out, il_error *err) {
    EXEC_LOCKED(rt);
    struct module names = {.rt = rt};
    il_status status =
        il_module_open_image("method name", image->data, image->size, &names.il, err);
    if (status == IL_OK)
        status = ldr_allocate_tables(&names, err);
    if (status == IL_OK)
        status = ldr_method(&names, token, NULL, out, err);
    if (status == IL_NO_METHOD)
        suggest(&names, token, err);
    il_module_close(names.il);
    return status;
}

il_status ldr_find_method(struct runtime *rt, const char *assembly, const char *name,
                          struct method **out, il_error *err) {
    il_asm_source source = {"method name", name, strlen(name)};
    il_text image = {0};
    il_build *build;
    uint32_t token;
    il_status status = il_assemble_method_ref(&source, assembly, &build, &token, err);
    if (status != IL_OK)
        return status;
    status = il_build_image(build, &image, err);
    il_build_free(build);
    if (status == IL_OK)
        status = resolve(rt, &image, token, out, err);
    il_text_fini(&image);
    return status;
}
