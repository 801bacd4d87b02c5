/* Binding P/Invokes to the functions they name. */
#include "runtime/interop/pinvoke.h"

#include <stdio.h>
#include <string.h>

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

struct native_function *native_function_new(struct runtime *rt, const struct marshal_plan *plan,
                                            void *address, struct marshal_failure *failure) {
    struct native_function *made = plan ? mem_pool_alloc(&rt->pool, sizeof *made) : NULL;
    if (made)
        *made = (struct native_function){plan, address};
    else if (plan)
        marshal_no_memory(failure);
    return made;
}

const struct native_function *native_function_once(struct thread *thread,
                                                   struct native_function **place,
                                                   native_function_maker *make, void *what) {
    struct marshal_failure failure;
    struct native_function *function = __atomic_load_n(place, __ATOMIC_ACQUIRE);
    if (function)
        return function;
    exec_lock(thread->rt);
    function = *place ? *place : make(what, &failure);
    __atomic_store_n(place, function, __ATOMIC_RELEASE);
    exec_unlock(thread->rt);
    if (!function)
        marshal_throw(thread, &failure);
    return function;
}

/* ---- P/Invokes ---- */

/* signature is the method itself or, where there are variable arguments, what one call site makes
 * of it: they start at fixed_count. */
static struct native_function *bind(struct method *method, struct method *signature,
                                    struct marshal_failure *failure) {
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
                                      .set_last_error = (import.flags & IMPORT_LAST_ERROR) != 0,
                                      .variadic = method->is_vararg,
                                      .fixed_count = method->param_count};
    void *address = find_function(method, &import, failure);
    if (!address)
        return NULL;
    const struct marshal_plan *plan = marshal_plan_of(signature, &options, failure);
    return native_function_new(method->owner->rt, plan, address, failure);
}

static struct native_function *bind_import(void *method, struct marshal_failure *failure) {
    return bind(method, method, failure);
}

const struct native_function *pinvoke_bind(struct thread *thread, struct method *method) {
    return native_function_once(thread, &method->native_function, bind_import, method);
}

/* ---- Variable arguments (II.15.5.3): a signature for each call site ---- */

/* C passes no float and no integer smaller than int there. */
static struct type *promoted(struct type *type) {
    const struct core_types *core = &type->rt->core;
    if (type->storage == STORE_R4)
        return core->double_type;
    return type->storage >= STORE_I1 && type->storage <= STORE_U2 ? core->int32 : type;
}

static struct method *site_signature(const struct method *method, const struct code_varargs *site) {
    struct mem_pool *pool = &method->owner->rt->pool;
    uint32_t count = method->param_count + site->count;
    struct method *made = mem_pool_alloc(pool, sizeof *made);
    struct type **params = mem_pool_array(pool, count + 1, sizeof *params);
    if (!made || !params)
        return NULL;
    *made = *method;
    made->is_vararg = false;
    made->params = params;
    made->param_count = count;
    made->arg_slots = method->arg_slots - METHOD_VARARG_SLOTS;
    memcpy(params, method->params, method->param_count * sizeof *params);
    for (uint32_t i = 0; i < site->count; i++) {
        params[method->param_count + i] = promoted(site->types[i]);
        made->arg_slots += type_slots(site->types[i]);
    }
    return made;
}

struct variadic_call {
    struct method *method;
    struct code_varargs *site;
};

static struct native_function *bind_site(void *what, struct marshal_failure *failure) {
    const struct variadic_call *call = what;
    struct method *signature = site_signature(call->method, call->site);
    if (signature)
        return bind(call->method, signature, failure);
    marshal_no_memory(failure);
    return NULL;
}

/* Puts the variable arguments, which lie at values, behind the others. */
static void append_arguments(union slot *to, const struct code_varargs *site,
                             const union slot *values) {
    for (uint32_t i = 0; i < site->count; i++) {
        uint32_t slots = type_slots(site->types[i]);
        memcpy(to, values, slots * sizeof *to);
        if (site->types[i]->storage == STORE_R4)
            to->r8 = values->r4;
        to += slots;
        values += slots;
    }
}

static void call_variadic(struct thread *thread, struct method *method, union slot *slots) {
    union slot *hidden = slots + method->arg_slots - METHOD_VARARG_SLOTS,
               *copy = thread->native_top;
    struct code_varargs *site = hidden[0].p;
    struct variadic_call call = {method, site};
    const struct native_function *function =
        native_function_once(thread, &site->function, bind_site, &call);
    if (!function)
        return;
    const struct method *signature = function->plan->method;
    uint32_t room = signature->arg_slots > signature->return_slots ? signature->arg_slots
                                                                   : signature->return_slots;
    if (room > (size_t)(thread->stack_end - copy)) {
        exec_throw_stack_overflow(thread);
        return;
    }
    uint32_t fixed = method->arg_slots - METHOD_VARARG_SLOTS;
    memcpy(copy, slots, fixed * sizeof *copy);
    append_arguments(copy + fixed, site, hidden[1].p);
    thread->native_top = copy + room;
    native_call(thread, function->plan, function->address, copy);
    thread->native_top = copy;
    memcpy(slots, copy, method->return_slots * sizeof *slots);
}

void pinvoke_call(struct thread *thread, union slot *slots) {
    struct method *method = (struct method *)(uintptr_t)thread->native_method;
    if (method->is_vararg) {
        call_variadic(thread, method, slots);
        return;
    }
    const struct native_function *function = pinvoke_bind(thread, method);
    if (function)
        native_call(thread, function->plan, function->address, slots);
}

/* ---- Function pointers ---- */

static struct native_function *bind_pointer(void *what, struct marshal_failure *failure) {
    static const struct marshal_options OPTIONS = {
        .char_set = PINVOKE_CHARS_ANSI, .preserve_sig = true, .hidden_count = 1};
    struct method *method = what;
    const struct marshal_plan *plan = marshal_plan_of(method, &OPTIONS, failure);
    return native_function_new(method->owner->rt, plan, NULL, failure);
}

void pinvoke_call_pointer(struct thread *thread, union slot *slots) {
    struct method *method = (struct method *)(uintptr_t)thread->native_method;
    void *target = slots[method->arg_slots - 1].p;
    const struct native_function *function =
        native_function_once(thread, &method->native_function, bind_pointer, method);
    if (!function)
        return;
    if (target)
        native_call(thread, function->plan, target, slots);
    else
        exec_throw(thread, "NullReferenceException", NULL);
}
