/* Binding of native methods: a binary search over bcl.def, which is sorted by class and name. */
#include "runtime/bcl/bcl.h"

#include <string.h>

#include "runtime/interop/pinvoke.h"

struct row {
    const char *type, *name, *params;
    native_method function;
};

static const struct row METHODS[] = {
#define BCL(type, name, params, function) {type, name, params, function},
#include "runtime/bcl/bcl.def"
#undef BCL
};
#define METHOD_COUNT (sizeof METHODS / sizeof *METHODS)

static int compare(const struct row *row, const char *type, const char *name) {
    int order = strcmp(row->type, type);
    return order ? order : strcmp(row->name, name);
}

/* The first row of that class and name, or METHOD_COUNT. */
static size_t first_row(const char *type, const char *name) {
    size_t low = 0, high = METHOD_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&METHODS[middle], type, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < METHOD_COUNT && compare(&METHODS[low], type, name) == 0 ? low : METHOD_COUNT;
}

/* The text between the parentheses of method_name(). */
static const char *parameters(const struct method *method, char *buffer, size_t size) {
    char *open = strchr(method_name(method, buffer, size), '(');
    char *close = strrchr(buffer, ')');
    if (!open || !close)
        return "";
    *close = '\0';
    return open + 1;
}

/* Entry points of the libraries that the runtime brings itself. */
static native_method find_entry_point(const struct method *method) {
    struct pinvoke_import import;
    if (!pinvoke_import_of(method, &import))
        return NULL;
    size_t at = first_row(import.library, import.entry_point);
    return at < METHOD_COUNT ? METHODS[at].function : NULL;
}

native_method bcl_find(const struct method *method) {
    const struct type *owner = method->owner;
    char type[256], params[768];
    const char *wanted = NULL;
    bool internal = (method->impl_flags & IMPL_INTERNAL_CALL) != 0;
    if (method->flags & METHOD_PINVOKE)
        return find_entry_point(method);
    bool provided = owner->is_delegate && (method->impl_flags & IMPL_CODE_TYPE) == IMPL_RUNTIME;
    if (!internal && !provided && owner->module != owner->rt->corlib)
        return NULL;
    /* What the runtime provides for delegate types is in the table for their base. */
    type_name(provided ? owner->parent : owner->definition, type, sizeof type);
    for (size_t i = first_row(type, method->name);
         i < METHOD_COUNT && compare(&METHODS[i], type, method->name) == 0; i++) {
        if (METHODS[i].params[0] == '!' || (METHODS[i].params[0] == '*' && internal))
            return METHODS[i].function;
        if (!wanted)
            wanted = parameters(method, params, sizeof params);
        if (strcmp(METHODS[i].params, wanted) == 0)
            return METHODS[i].function;
    }
    return NULL;
}
