/* Statuses and error texts. An il_error is filled once, by the function that found the fault. */
#include <stdarg.h>
#include <stdio.h>

#include "il_module.h"

const char *il_status_text(il_status status) {
    static const char *const TEXTS[] = {
#define IL_STATUS(name, text) text,
#include "il_status.def"
#undef IL_STATUS
    };
    if ((unsigned)status >= sizeof TEXTS / sizeof *TEXTS)
        return "unknown status";
    return TEXTS[status];
}

static il_status fail_v(il_error *err, il_status status, uint64_t offset, uint32_t token,
                        const char *path, const char *format, va_list args) {
    if (!err)
        return status;
    err->status = status;
    err->offset = offset;
    err->token = token;
    int used = path ? snprintf(err->text, sizeof err->text, "%s: ", path) : 0;
    if (used < 0 || (size_t)used >= sizeof err->text)
        used = 0;
    if (vsnprintf(err->text + used, sizeof err->text - (size_t)used, format, args) < 0)
        err->text[used] = '\0';
    return status;
}

il_status il_fail(il_error *err, il_status status, uint64_t offset, uint32_t token,
                  const char *format, ...) {
    va_list args;
    va_start(args, format);
    fail_v(err, status, offset, token, NULL, format, args);
    va_end(args);
    return status;
}

il_status il_module_fail(const il_module *module, il_error *err, il_status status, const void *p,
                         uint32_t token, const char *format, ...) {
    uint64_t offset = p ? (uint64_t)((const uint8_t *)p - module->image) : IL_NO_OFFSET;
    va_list args;
    va_start(args, format);
    fail_v(err, status, offset, token, module->path, format, args);
    va_end(args);
    return status;
}
