/* The list of an assembly's internal calls. */
#include "runtime/bcl/bcl_list.h"

#include <string.h>

#include "runtime/bcl/bcl.h"
#include "runtime/types/members.h"

/* The constructors of strings are other methods to the runtime, see newobj. */
static bool is_present(const struct method *method) {
    return bcl_find(method) != NULL ||
           (method->owner == method->owner->rt->core.string && strcmp(method->name, ".ctor") == 0);
}

il_status bcl_list(struct runtime *rt, const char *path, bcl_visit *visit, void *self,
                   il_error *err) {
    struct module *module;
    char name[1024];
    il_status status = ldr_load_file(rt, path, &module, err);
    uint32_t count = status == IL_OK ? il_rows(module->il, IL_TypeDef) : 0;
    for (uint32_t row = 1; row <= count && status == IL_OK; row++) {
        struct type *type;
        status = ldr_type_def(module, row, &type, err);
        if (status == IL_OK)
            status = type_members(type, err);
        for (uint32_t i = 0; status == IL_OK && i < type->method_count; i++) {
            struct method *method = type_method(type, i);
            if (method && !(method->impl_flags & IMPL_INTERNAL_CALL))
                continue;
            status = method ? method_prepare_signature(method, err)
                            : il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
            if (status == IL_OK)
                visit(self, method_name(method, name, sizeof name), is_present(method));
        }
    }
    return status;
}
