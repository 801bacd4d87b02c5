/* Delegates as native functions (closures of libffi), and native functions as delegates. */
#include "runtime/interop/callback.h"

#include <stdlib.h>
#include <string.h>

#include "il_attr.h"
#include "runtime/bcl/bcl.h"
#include "runtime/interop/interop.h"
#include "runtime/interop/pinvoke.h"

/* A delegate as native code sees it. Its memory is the runtime's to the end: when the delegate has
 * died, another one gets it. */
struct callback {
    struct callback *next;
    struct runtime *rt;
    struct method *invoke;
    const struct marshal_plan *plan;
    gc_handle *delegate; /* weak */
    ffi_closure *closure;
    void *code;
};

/* A native function as a method: delegates to the same one share it. */
struct native_delegate {
    struct native_delegate *next;
    const struct type *type;
    struct native_function function;
    struct method method;
};

static void *no_memory(struct thread *thread) {
    exec_throw_object(thread, thread->out_of_memory);
    return NULL;
}

/* ---- What a delegate type says: UnmanagedFunctionPointerAttribute ---- */

static bool is_named(const il_attr_named *named, const char *name) {
    return named->name.size == strlen(name) &&
           memcmp(named->name.data, name, named->name.size) == 0;
}

static bool is_function_pointer_attribute(const il_module *il, uint32_t row) {
    uint32_t constructor = il_cell(il, IL_CustomAttribute_Type, row);
    if (IL_TOKEN_TABLE(constructor) != IL_MemberRef)
        return false;
    uint32_t type = il_cell(il, IL_MemberRef_Class, IL_TOKEN_ROW(constructor));
    return IL_TOKEN_TABLE(type) == IL_TypeRef &&
           strcmp(il_name(il, IL_TypeRef_Name, IL_TOKEN_ROW(type)),
                  "UnmanagedFunctionPointerAttribute") == 0;
}

static void read_attribute(const il_module *il, uint32_t row, struct marshal_options *out) {
    struct mem_pool pool = {0};
    const il_attribute *attribute;
    il_error err;
    if (il_parse_attribute(il, row, NULL, NULL, &pool, &attribute, &err) == IL_OK) {
        for (uint32_t i = 0; i < attribute->named_count; i++) {
            const il_attr_named *named = &attribute->named[i];
            if (is_named(named, "SetLastError"))
                out->set_last_error = named->value.bits != 0;
            else if (is_named(named, "CharSet"))
                out->char_set = ((uint32_t)named->value.bits - 1) * 2; /* None 1, Ansi 2, ... */
        }
    }
    mem_pool_fini(&pool);
}

static struct marshal_options delegate_options(const struct type *type) {
    struct marshal_options options = {.char_set = PINVOKE_CHARS_ANSI, .preserve_sig = true};
    const il_module *il = type->module->il;
    IL_EACH_ROW(il, IL_CustomAttribute_Parent, IL_TOKEN(IL_TypeDef, type->row), row) {
        if (is_function_pointer_attribute(il, row))
            read_attribute(il, row, &options);
    }
    return options;
}

static struct native_function *bind_invoke(void *what, struct marshal_failure *failure) {
    struct method *invoke = what;
    struct marshal_options options = delegate_options(invoke->owner);
    const struct marshal_plan *plan = marshal_plan_of(invoke, &options, failure);
    return native_function_new(invoke->owner->rt, plan, NULL, failure);
}

/* The plan of the delegate type's Invoke, kept there. NULL with an exception pending. */
static const struct marshal_plan *plan_of(struct thread *thread, struct method *invoke) {
    const struct native_function *known =
        native_function_once(thread, &invoke->native_function, bind_invoke, invoke);
    return known ? known->plan : NULL;
}

static struct method *invoke_of(struct type *type) {
    return type->is_delegate ? type_find_method(type, "Invoke", -1) : NULL;
}

/* ---- Native code calls ---- */

struct call {
    struct marshal_scope scope;
    const struct marshal_plan *plan;
    void **values;      /* the native arguments */
    union slot *args;   /* the managed ones, behind the delegate */
    union slot *copies; /* what references among them refer to */
};

static int64_t read_count(const struct call *call, const struct marshal *array) {
    const struct marshal_param *param = marshal_count_param(call->plan, array);
    return marshal_count(array, param, param ? call->values[param - call->plan->params] : NULL);
}

static bool take_value(struct call *call, const struct marshal_param *param, const void *native) {
    union slot *slot = call->args + param->slot;
    call->scope.count = read_count(call, &param->value);
    if (!marshal_to_managed(&call->scope, &param->value, slot, native))
        return false;
    exec_load(slot, slot, param->value.type);
    return true;
}

static bool take_reference(struct call *call, const struct marshal_param *param, void *target) {
    union slot *slot = call->args + param->slot;
    void *copy = call->copies + param->copy;
    slot->p = !target || param->direct ? target : copy;
    call->scope.count = read_count(call, &param->value);
    return slot->p != copy || !param->in ||
           marshal_to_managed(&call->scope, &param->value, copy, target);
}

static bool take_arguments(struct call *call) {
    for (uint32_t i = 0; i < call->plan->param_count; i++) {
        const struct marshal_param *param = &call->plan->params[i];
        bool done = param->by_ref ? take_reference(call, param, *(void **)call->values[i])
                                  : take_value(call, param, call->values[i]);
        if (!done)
            return false;
    }
    return true;
}

static bool give_back(struct call *call) {
    for (uint32_t i = 0; i < call->plan->param_count; i++) {
        const struct marshal_param *param = &call->plan->params[i];
        if (!param->by_ref || !param->out || param->direct)
            continue;
        void *target = *(void **)call->values[i];
        if (target &&
            !marshal_to_native(&call->scope, &param->value, target, call->copies + param->copy))
            return false;
    }
    return true;
}

/* Native code finds a number in the whole of a register. */
static bool give_result(struct call *call, const union slot *value, void *result) {
    const struct marshal *marshal = &call->plan->result.value;
    if (marshal->size == 0)
        return true;
    if (marshal->size < sizeof(ffi_arg) && marshal->ffi->type != FFI_TYPE_STRUCT)
        *(ffi_arg *)result = 0;
    if (marshal->kind == MARSHAL_BITS && marshal->size < sizeof(int32_t)) {
        *(ffi_sarg *)result = value->i4;
        return true;
    }
    return marshal_to_native(&call->scope, marshal, result, value);
}

/* Calls the delegate; false with an exception pending. */
static bool invoke_delegate(struct thread *thread, const struct callback *callback,
                            struct object *delegate, void **values, void *result) {
    const struct marshal_plan *plan = callback->plan;
    union slot *base = exec_stack_top(thread);
    uint32_t return_slots = callback->invoke->return_slots;
    uint32_t args = 1 + plan->arg_slots > return_slots ? 1 + plan->arg_slots : return_slots;
    if ((const char *)__builtin_frame_address(0) < thread->native_floor ||
        args + plan->copies > (size_t)(thread->stack_end - base)) {
        exec_throw_stack_overflow(thread);
        return false;
    }
    struct call call = {.scope = {.thread = thread, .owner = OWNER_NATIVE},
                        .plan = plan,
                        .values = values,
                        .args = base + 1,
                        .copies = base + args};
    memset(base, 0, (args + plan->copies) * sizeof *base);
    thread->native_top = base + args + plan->copies;
    base[0].o = delegate;
    bool done = take_arguments(&call) && exec_invoke_root(thread, callback->invoke, base) &&
                give_back(&call) && give_result(&call, base, result);
    marshal_close(&call.scope);
    return done;
}

/* A thread that native code has made is one of the runtime's for the time of the call. */
static struct thread *attach(struct runtime *rt) {
    struct thread *thread = exec_adopt_thread(rt);
    if (!thread)
        runtime_end_process(rt, NULL, "A native thread cannot be attached: out of memory.");
    return thread;
}

/* Ends the process for an exception that cannot pass native frames. The end of the program that
 * another thread has asked for, and Thread.Abort, wait until native code returns. */
static void leave_pending(struct thread *thread) {
    if (thread->exits || (!exec_is_ending(thread) && !thread->aborting))
        runtime_end_process(thread->rt, thread, NULL);
}

static void call_managed(struct thread *thread, const struct callback *callback, void **values,
                         void *result) {
    const struct method *native_method = thread->native_method;
    union slot *native_top = thread->native_top;
    struct object *delegate = gc_handle_get(thread->rt->gc, callback->delegate);
    if (!delegate)
        runtime_end_process(thread->rt, thread,
                            "A callback was made on a garbage collected delegate.");
    EXEC_TELL(thread->rt, transition, callback->invoke, false, false);
    if (!invoke_delegate(thread, callback, delegate, values, result))
        leave_pending(thread);
    EXEC_TELL(thread->rt, transition, callback->invoke, true, true);
    thread->native_method = native_method;
    thread->native_top = native_top;
}

/* The body of every closure. Native code that goes on after an exception gets zeros. */
static void run(ffi_cif *cif, void *result, void **values, void *data) {
    const struct callback *callback = data;
    struct thread *thread = exec_current_thread(callback->rt);
    bool is_foreign = thread == NULL;
    struct safe_region region;
    memset(result, 0, cif->rtype->size);
    if (is_foreign)
        thread = attach(callback->rt);
    else
        exec_suspend_safe(thread, &region);
    if (!thread->exception)
        call_managed(thread, callback, values, result);
    if (is_foreign)
        exec_dismiss_thread(thread);
    else
        exec_resume_safe(thread, &region);
}

/* ---- Closures ---- */

static struct callback *new_callback(struct runtime *rt) {
    struct callback *callback = mem_pool_alloc(&rt->pool, sizeof *callback);
    if (!callback)
        return NULL;
    callback->rt = rt;
    callback->closure = ffi_closure_alloc(sizeof *callback->closure, &callback->code);
    if (!callback->closure)
        return NULL;
    callback->delegate = gc_handle_new(rt->gc, GC_HANDLE_WEAK_TRACK, NULL);
    if (!callback->delegate) {
        ffi_closure_free(callback->closure);
        return NULL;
    }
    callback->next = rt->interop->callbacks;
    rt->interop->callbacks = callback;
    return callback;
}

/* Looks at two older ones for each that is wanted: so no more are made than about twice as many as
 * live at a time. NULL when neither delegate has died. */
static struct callback *dead_callback(struct runtime *rt) {
    struct interop_state *state = rt->interop;
    for (int i = 0; i < 2; i++) {
        struct callback *callback = state->next_callback ? state->next_callback : state->callbacks;
        if (!callback)
            return NULL;
        state->next_callback = callback->next;
        if (!gc_handle_get(rt->gc, callback->delegate))
            return callback;
    }
    return NULL;
}

static struct callback *make_callback(struct runtime *rt, struct object *delegate,
                                      struct method *invoke, const struct marshal_plan *plan) {
    if (!interop_state(rt))
        return NULL;
    struct callback *callback = dead_callback(rt);
    if (!callback && !(callback = new_callback(rt)))
        return NULL;
    callback->invoke = invoke;
    callback->plan = plan;
    gc_handle_set(rt->gc, callback->delegate, delegate);
    ffi_cif *cif = (ffi_cif *)(uintptr_t)&plan->cif;
    return ffi_prep_closure_loc(callback->closure, cif, run, callback, callback->code) == FFI_OK
               ? callback
               : NULL;
}

/* The callback that the delegate has, kept in a field that the class library leaves to its host. A
 * clone of a delegate has its original's there. */
static struct callback **callback_of(struct object *delegate) {
    return bcl_field(delegate, "delegate_trampoline");
}

static struct callback *known_callback(struct runtime *rt, struct object *delegate) {
    struct callback *callback = *callback_of(delegate);
    return callback && gc_handle_get(rt->gc, callback->delegate) == delegate ? callback : NULL;
}

/* The function that the delegate was made for by callback_delegate; NULL when it was not. */
static void *native_target(struct object *delegate) {
    struct method *const *method = bcl_field(delegate, "method_ptr");
    struct array *const *parts = bcl_field(delegate, "delegates");
    const struct method *target = *parts ? NULL : *method;
    bool is_native = target && target->row == 0 && target->native == pinvoke_call;
    return is_native ? target->native_function->address : NULL;
}

void *callback_pointer(struct thread *thread, struct object *delegate) {
    struct method *invoke = invoke_of(delegate->type);
    const struct marshal_plan *plan = invoke ? plan_of(thread, invoke) : NULL;
    void *target = native_target(delegate);
    if (!plan || target)
        return target;
    exec_lock(thread->rt);
    struct callback *callback = known_callback(thread->rt, delegate);
    if (!callback && (callback = make_callback(thread->rt, delegate, invoke, plan)))
        *callback_of(delegate) = callback;
    exec_unlock(thread->rt);
    return callback ? callback->code : no_memory(thread);
}

void callback_free_all(struct runtime *rt) {
    for (struct callback *c = rt->interop->callbacks; c; c = c->next) {
        ffi_closure_free(c->closure);
        gc_handle_free(rt->gc, c->delegate);
    }
    rt->interop->callbacks = NULL;
}

/* ---- Delegates for native functions ---- */

static struct object *delegate_of_callback(struct runtime *rt, const struct type *type,
                                           const void *function) {
    for (struct callback *c = rt->interop->callbacks; c; c = c->next) {
        struct object *delegate = c->code == function ? gc_handle_get(rt->gc, c->delegate) : NULL;
        if (delegate && delegate->type == type)
            return delegate;
    }
    return NULL;
}

static struct native_delegate *new_native_delegate(struct type *type, struct method *invoke,
                                                   const struct native_function *function) {
    struct native_delegate *made = mem_pool_alloc(&type->rt->pool, sizeof *made);
    if (!made)
        return NULL;
    made->type = type;
    made->function = *function;
    made->method = (struct method){.owner = type,
                                   .name = "Invoke",
                                   .definition = &made->method,
                                   .flags = METHOD_STATIC | METHOD_PINVOKE,
                                   .slot = METHOD_NO_SLOT,
                                   .special = METHOD_NATIVE,
                                   .native = pinvoke_call,
                                   .native_function = &made->function,
                                   .prepared = true,
                                   .has_signature = true,
                                   .entry = type->rt->uncompiled_entry,
                                   .params = invoke->params,
                                   .param_count = invoke->param_count,
                                   .return_type = invoke->return_type,
                                   .arg_slots = invoke->arg_slots - 1,
                                   .return_slots = invoke->return_slots};
    made->next = type->rt->interop->delegates;
    type->rt->interop->delegates = made;
    return made;
}

/* The method that calls the function; NULL when memory is short. */
static struct method *method_of_function(struct type *type, struct method *invoke,
                                         const struct native_function *function) {
    struct native_delegate *known = type->rt->interop->delegates;
    while (known && (known->type != type || known->function.address != function->address))
        known = known->next;
    if (!known)
        known = new_native_delegate(type, invoke, function);
    return known ? &known->method : NULL;
}

struct object *callback_delegate(struct thread *thread, struct type *type, void *function) {
    struct method *invoke = function ? invoke_of(type) : NULL, *method = NULL;
    struct native_function native = {.address = function};
    struct object *delegate = NULL;
    if (!invoke || !(native.plan = plan_of(thread, invoke)))
        return NULL;
    exec_lock(thread->rt);
    if (interop_state(thread->rt)) {
        delegate = delegate_of_callback(thread->rt, type, function);
        method = delegate ? NULL : method_of_function(type, invoke, &native);
    }
    exec_unlock(thread->rt);
    if (delegate)
        return delegate;
    if (!method)
        return no_memory(thread);
    delegate = bcl_new_object(thread, type);
    if (delegate) {
        bcl_set_field(delegate, "method", method);
        bcl_set_field(delegate, "method_ptr", method);
    }
    return delegate;
}
