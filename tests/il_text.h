/* What assembling a disassembled module again needs, for the programs that do it. */
#ifndef CLARET_TESTS_IL_TEXT_H
#define CLARET_TESTS_IL_TEXT_H

#include <string.h>

#include "il_asm.h"
#include "il_dis.h"

/* For il_dis_module: the context is an il_text, which grows. */
static inline bool il_text_append(void *context, const char *text, size_t size) {
    il_put_bytes(context, text, size);
    return true;
}

/* For il_asm_options: the context is the module that has the resources. */
static inline bool il_text_resource(void *context, const il_asm_source *source, const char *name,
                                    il_text *out) {
    const il_module *m = context;
    (void)source;
    for (uint32_t row = 1; row <= il_rows(m, IL_ManifestResource); row++) {
        il_blob bytes = il_resource(m, row);
        if (strcmp(il_name(m, IL_ManifestResource_Name, row), name) == 0 && bytes.data) {
            il_put_bytes(out, bytes.data, bytes.size);
            return true;
        }
    }
    return false;
}

#endif
