/* The assembler: ilasm text (II, VI.C) into a module.
 *
 *   il_asm_source text = {"hello.il", bytes, size};
 *   il_build *module;
 *   if (il_assemble(&text, 1, &(il_asm_options){0}, &module, &err) == IL_OK)
 *       status = il_build_write(module, "hello.exe", &err);
 *
 * Understood is what ildasm, monodis and il_dis.h write, and more of the language. Types and
 * members may be used before they are declared, also across sources. Line directives are read and
 * dropped. Not thread-safe within a call; calls are independent of each other. */
#ifndef CLARET_IL_ASM_H
#define CLARET_IL_ASM_H

#include "il_build.h"

typedef struct il_asm_source {
    const char *name; /* for messages */
    const char *text; /* UTF-8 with a NUL at text[size], which stays the caller's */
    size_t size;      /* at most 1 GiB */
} il_asm_source;

/* A mistake in a source, or a warning: something to look at, after which the module is made. */
typedef struct il_asm_error {
    bool warning;
    const char *source;    /* its name */
    uint32_t line, column; /* from 1, the column in bytes */
    const char *message;
    const char *line_text; /* the line of the source, not NUL-terminated */
    size_t line_size;
} il_asm_error;

typedef struct il_asm_options {
    const char *module_name; /* where no .module says one; NULL: "module" */
    void *context;           /* for the functions */
    /* Takes each mistake or warning as it is found; what it points at lives until it returns. NULL: nobody. */
    void (*report)(void *context, const il_asm_error *error);
    /* Appends the bytes of the file that an embedded .mresource names; false when there is none.
     * NULL: there are none. */
    bool (*read_resource)(void *context, const il_asm_source *source, const char *name,
                          il_text *out);
} il_asm_options;

/* Assembles the sources into one module, which the caller frees with il_build_free; *out is NULL on
 * failure. Errors: IL_BAD_SOURCE (err holds the first mistake; after 100 it gives up),
 * IL_OUT_OF_MEMORY. */
il_status il_assemble(const il_asm_source *sources, size_t count, const il_asm_options *options,
                      il_build **out, il_error *err);

/* Reads a method as call instructions name it, "instance string [mscorlib]System.Object::ToString()",
 * into a module that has nothing but what the name refers to: *token is its MemberRef or MethodSpec
 * in the file that il_build_image makes of it. Assemblies need no declaration; assembly is where a
 * type without one lies, NULL when there must be one. The caller frees *out, which is NULL on
 * failure. Errors: as il_assemble. */
il_status il_assemble_method_ref(const il_asm_source *source, const char *assembly, il_build **out,
                                 uint32_t *token, il_error *err);

/* "FILE:LINE:COLUMN: MESSAGE" or "...: warning: MESSAGE", the line, and a caret below the column; each ends with a newline. */
void il_asm_print_error(il_text *text, const il_asm_error *error);

#endif
