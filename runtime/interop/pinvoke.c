/* Binding P/Invokes to the functions they name. */
#include "runtime/interop/pinvoke.h"

#include "runtime/interop/library.h"
#include "runtime/interop/native_call.h"

/* II.23.1.8 */
#define IMPORT_EXACT_SPELLING 0x0001
#define IMPORT_CHARS_MASK     0x0006
#define IMPORT_LAST_ERROR     0x0040

#define IMPL_PRESERVE_SIG 0x0080 /* II.23.1.11 */

bool pinvoke_import_of(const struct method *method, struct pinvoke_import *out) {
    const il_module *il = method->owner->module->il;
    uint32_t row =
        il_find_next(il, IL_ImplMap_MemberForwarded, IL_TOKEN(IL_MethodDef, method->row), 1);
    if (row == 0)
        return false;
    uint32_t scope = IL_TOKEN_ROW(il_cell(il, IL_ImplMap_ImportScope, row));
    *out = (struct pinvoke_import){.flags = il_cell(il, IL_ImplMap_Flags, row),
                                   .library = il_name(il, IL_ModuleRef_Name, scope),
                                   .entry_point = il_name(il, IL_ImplMap_ImportName, row)};
    if (out->entry_point[0] == '\0')
        out->entry_point = method->name;
    return true;
}

static library_spelling spelling_of(const struct pinvoke_import *import) {
    if (import->flags & IMPORT_EXACT_SPELLING)
        return SPELLING_EXACT;
    return (import->flags & IMPORT_CHARS_MASK) == PINVOKE_CHARS_UNICODE ? SPELLING_UNICODE
                                                                        : SPELLING_ANSI;
}

/* In Mono's words; what it says of assembly, type and member is never more than this. */
static void *not_found(struct marshal_failure *failure, const char *exception, const char *name) {
    failure->exception = exception;
    snprintf(failure->error.text, sizeof failure->error.text,
             "%s assembly:<unknown assembly> type:<unknown type> member:(null)", name);
    return NULL;
}

static void *find_function(const struct method *method, const struct pinvoke_import *import,
                           struct marshal_failure *failure) {
    void *library = library_open(method->owner->module, import->library);
    if (!library)
        return not_found(failure, "DllNotFoundException", import->library);
    void *function = library_function(library, import->entry_point, spelling_of(import));
    if (!function)
        return not_found(failure, "EntryPointNotFoundException", import->entry_point);
    return function;
}

static struct native_function *bind(struct method *method, struct marshal_failure *failure) {
    struct pinvoke_import import;
    if (!pinvoke_import_of(method, &import)) {
        failure->exception = NULL;
        il_fail(&failure->error, IL_BAD_METADATA, IL_NO_OFFSET, IL_TOKEN(IL_MethodDef, method->row),
                "%s: no row of ImplMap says where %s is", il_module_path(method->owner->module->il),
                method->name);
        return NULL;
    }
    struct marshal_options options = {.char_set = import.flags & IMPORT_CHARS_MASK,
                                      .preserve_sig = (method->impl_flags & IMPL_PRESERVE_SIG) != 0,
                                      .set_last_error = (import.flags & IMPORT_LAST_ERROR) != 0};
    struct native_function function;
    function.address = find_function(method, &import, failure);
    function.plan = function.address ? marshal_plan_of(method, &options, failure) : NULL;
    if (!function.plan)
        return NULL;
    struct native_function *kept = mem_pool_alloc(&method->owner->rt->pool, sizeof *kept);
    if (!kept) {
        failure->exception = NULL;
        il_fail(&failure->error, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
        return NULL;
    }
    *kept = function;
    return kept;
}

const struct native_function *pinvoke_bind(struct thread *thread, struct method *method) {
    struct marshal_failure failure;
    struct native_function *function = __atomic_load_n(&method->native_function, __ATOMIC_ACQUIRE);
    if (function)
        return function;
    exec_lock(thread->rt);
    function = method->native_function ? method->native_function : bind(method, &failure);
    __atomic_store_n(&method->native_function, function, __ATOMIC_RELEASE);
    exec_unlock(thread->rt);
    if (!function)
        marshal_throw(thread, &failure);
    return function;
}

void pinvoke_call(struct thread *thread, union slot *slots) {
    const struct native_function *function =
        pinvoke_bind(thread, (struct method *)(uintptr_t)thread->native_method);
    if (function)
        native_call(thread, function->plan, function->address, slots);
}
