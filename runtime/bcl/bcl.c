/* Binding of native methods. */
#include "runtime/bcl/bcl.h"

#include <string.h>

enum { IMPL_INTERNAL_CALL = 0x1000 };

static const struct {
    const char *type, *name, *params;
    native_method function;
} METHODS[] = {
#define BCL(type, name, params, function) {type, name, params, function},
#include "runtime/bcl/bcl.def"
#undef BCL
};

/* The text between the parentheses of method_name(). */
static const char *parameters(const struct method *method, char *buffer, size_t size) {
    char *open = strchr(method_name(method, buffer, size), '(');
    char *close = strrchr(buffer, ')');
    if (!open || !close)
        return "";
    *close = '\0';
    return open + 1;
}

native_method bcl_find(const struct method *method) {
    const struct type *owner = method->owner;
    char type[256], params[768];
    const char *wanted = NULL;
    bool internal = (method->impl_flags & IMPL_INTERNAL_CALL) != 0;
    if (owner->module != owner->rt->corlib)
        return NULL;
    type_name(owner->definition, type, sizeof type);
    for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++) {
        if (strcmp(METHODS[i].name, method->name) != 0 || strcmp(METHODS[i].type, type) != 0)
            continue;
        if (METHODS[i].params[0] == '!' || (METHODS[i].params[0] == '*' && internal))
            return METHODS[i].function;
        if (!wanted)
            wanted = parameters(method, params, sizeof params);
        if (strcmp(METHODS[i].params, wanted) == 0)
            return METHODS[i].function;
    }
    return NULL;
}
