/* Calls: from native code into managed code and back. */
#include "runtime/exec/exec.h"

#include <string.h>

#include "runtime/bcl/bcl.h"
#include "runtime/exec/interp.h"
#include "runtime/exec/rejit.h"
#include "runtime/interop/pinvoke.h"
#include "runtime/jit/jit.h"

/* A frame that is in a native method needs nothing above that one's arguments: what is there,
 * earlier calls have left. */
union slot *exec_stack_top(struct thread *thread) {
    union slot *native_top = thread->native_top;
    if (thread->frame_count == 0)
        return native_top ? native_top : thread->stack;
    const struct frame *frame = &thread->frames[thread->frame_count - 1];
    return native_top > frame->regs ? native_top : frame->regs + frame->code->reg_count;
}

/* ---- Making methods callable ---- */

/* Asks the consumer whether it wants hooks in the method: *client. */
static bool hooks_are_wanted(struct thread *thread, struct method *method, uintptr_t *client) {
    const rt_events *events = thread->rt->events;
    if (!RT_WANTED(events, hook_wanted))
        return false;
    exec_enter_safe(thread);
    bool wanted = events->hook_wanted(events->self, method, client);
    exec_leave_safe(thread);
    return wanted;
}

/* What the consumer wants the method's code to call: *out, NULL for nothing. IL_OUT_OF_MEMORY. */
static il_status make_hooks(struct thread *thread, struct method *method, const rt_hook **out,
                            il_error *err) {
    uintptr_t client = 0;
    *out = NULL;
    if (!hooks_are_wanted(thread, method, &client))
        return IL_OK;
    EXEC_LOCKED(thread->rt);
    rt_hook *hooks = mem_pool_array(&method->owner->rt->pool, RT_HOOK_TAILCALL + 1, sizeof *hooks);
    if (!hooks)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    for (int kind = 0; kind <= RT_HOOK_TAILCALL; kind++)
        hooks[kind] = (rt_hook){(rt_hook_kind)kind, method, client};
    *out = hooks;
    return IL_OK;
}

il_status exec_lower(struct thread *thread, struct method *method, const rt_hook *hooks,
                     const struct body_override *body, il_error *err) {
    struct runtime *rt = thread->rt;
    struct code *code = NULL;
    EXEC_LOCKED(rt);
    il_status status = code_lower(thread, method, hooks, body, &code, err);
    if (status != IL_OK)
        return status;
    rt->methods_prepared++;
    method->special = METHOD_IL;
    __atomic_store_n(&method->code, code, __ATOMIC_RELEASE);
    __atomic_store_n(&method->prepared, true, __ATOMIC_RELEASE);
    if (rt->config.mode == CLARET_JIT)
        jit_compile(rt->jit, method);
    return IL_OK;
}

static il_status lower_announced(struct thread *thread, struct method *method, il_error *err) {
    struct runtime *rt = thread->rt;
    const rt_hook *hooks = NULL;
    if (method->owner->module && method->owner->module->hidden)
        return exec_lower(thread, method, NULL, NULL, err);
    exec_wait_for_module(rt, method->owner->module);
    bool again = exec_rejit_is_wanted(method);
    if (!again)
        EXEC_TELL(rt, jit_started, method);
    il_status status = make_hooks(thread, method, &hooks, err);
    if (status == IL_OK && again)
        return exec_remake(thread, method, hooks, err);
    if (status == IL_OK)
        status = exec_lower(thread, method, hooks, NULL, err);
    if (status == IL_OK)
        EXEC_TELL(rt, jit_finished, method, 0);
    return status;
}

static bool prepare_delegate(struct method *method) {
    if (!method->owner->is_delegate || (method->impl_flags & IMPL_CODE_TYPE) != IMPL_RUNTIME)
        return false;
    if (strcmp(method->name, "Invoke") == 0)
        method->special = METHOD_DELEGATE_INVOKE;
    else if (strcmp(method->name, ".ctor") == 0)
        method->special = METHOD_DELEGATE_CTOR;
    else
        return false;
    return true;
}

/* Finds what the method is other than register code; METHOD_IL when that is what it needs. */
static void classify(struct method *method) {
    method->native = method->row ? bcl_find(method) : exec_array_method(method);
    if (!method->native && (method->flags & METHOD_PINVOKE))
        method->native = pinvoke_call;
    if (method->native) {
        method->special = METHOD_NATIVE;
    } else if (method_is_abstract(method)) {
        method->special = METHOD_ABSTRACT;
    } else if (!prepare_delegate(method)) {
        bool external = (method->impl_flags & IMPL_INTERNAL_CALL) ||
                        (method->impl_flags & IMPL_CODE_TYPE) != 0 || method->row == 0;
        method->special = external ? METHOD_MISSING : METHOD_IL;
    }
}

static il_status prepare(struct thread *thread, struct method *method, il_error *err) {
    il_status status = type_prepare(method->owner, err);
    if (status == IL_OK)
        status = method_prepare_signature(method, err);
    if (status != IL_OK)
        return status;
    classify(method);
    if (method->special == METHOD_IL)
        return lower_announced(thread, method, err);
    __atomic_store_n(&method->prepared, true, __ATOMIC_RELEASE);
    return IL_OK;
}

/* Waits while another thread prepares the method. False when it has done so. */
static bool begin_preparing(struct thread *thread, struct method *method) {
    struct world *world = &thread->rt->world;
    exec_enter_safe(thread);
    pthread_mutex_lock(&world->lock);
    while (!method_is_prepared(method) && method->preparer && method->preparer != thread)
        pthread_cond_wait(&world->changed, &world->lock);
    bool wanted = !method_is_prepared(method);
    if (wanted)
        method->preparer = thread;
    pthread_mutex_unlock(&world->lock);
    exec_leave_safe(thread);
    return wanted;
}

void exec_end_preparing(struct thread *thread, struct method *method) {
    struct world *world = &thread->rt->world;
    pthread_mutex_lock(&world->lock);
    method->preparer = NULL;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

bool exec_init_module(struct thread *thread, struct module *module) {
    struct type *globals;
    il_error err;
    if (__atomic_load_n(&module->initialised, __ATOMIC_ACQUIRE))
        return true;
    if (ldr_uninitialised_globals(module, &globals, &err) == IL_OK)
        return !globals || exec_init_type(thread, globals);
    exec_throw_error(thread, &err);
    return false;
}

bool exec_prepare(struct thread *thread, struct method *method) {
    il_error err;
    if (method_is_prepared(method))
        return true;
    if (method->owner->module && !exec_init_module(thread, method->owner->module))
        return false;
    if (!begin_preparing(thread, method))
        return true;
    il_status status = prepare(thread, method, &err);
    exec_end_preparing(thread, method);
    if (status != IL_OK)
        exec_throw_error(thread, &err);
    return status == IL_OK;
}

static void throw_missing(struct thread *thread, const struct method *method) {
    char name[512];
    method_name(method, name, sizeof name);
    if (method->special == METHOD_ABSTRACT)
        exec_throw_format(thread, "EntryPointNotFoundException", "%s has no body", name);
    else
        exec_throw_format(thread, "MissingMethodException",
                          "internal call %s: Claret does not have it yet", name);
}

void exec_call_special(struct thread *thread, struct method *method, union slot *args) {
    union slot *saved = thread->native_top;
    switch (method->special) {
    case METHOD_NATIVE:
        thread->native_top =
            args +
            (method->arg_slots > method->return_slots ? method->arg_slots : method->return_slots);
        thread->native_method = method;
        method->native(thread, args);
        thread->native_top = saved;
        return;
    case METHOD_DELEGATE_CTOR: exec_delegate_init(thread, method, args); return;
    case METHOD_DELEGATE_INVOKE: exec_delegate_invoke(thread, method, args); return;
    default: throw_missing(thread, method); return;
    }
}

/* ---- Calls from native code ---- */

static uint32_t call_slots(const struct method *method) {
    return method->arg_slots > method->return_slots ? method->arg_slots : method->return_slots;
}

/* Runs `call method; ret` in a frame of its own at args, which marks where managed code was entered
 * and lets the call take whichever way the method's engine wants. The result replaces args. */
static void call_in_frame(struct thread *thread, struct method *method, union slot *args,
                          bool boundary, bool root) {
    struct insn stub[2] = {{.op = CODE_call, .u.p = method}, {.op = CODE_ret}};
    uint32_t offsets[2] = {0, 0}, slots = call_slots(method);
    struct code code = {.insns = stub,
                        .il_offsets = offsets,
                        .insn_count = 2,
                        .reg_count = slots,
                        .arg_slots = slots,
                        .temp_start = slots};
    if (!interp_push(thread, &code, args))
        return;
    uint32_t base = thread->frame_count - 1;
    thread->frames[base].boundary = boundary;
    thread->frames[base].root = root;
    interp_run(thread, base);
}

static bool invoke(struct thread *thread, struct method *method, union slot *args, bool root) {
    union slot *regs = exec_stack_top(thread);
    if (!exec_prepare(thread, method))
        return false;
    if (call_slots(method) > (size_t)(thread->stack_end - regs)) {
        exec_throw_stack_overflow(thread);
        return false;
    }
    memcpy(regs, args, method->arg_slots * sizeof *regs);
    call_in_frame(thread, method, regs, true, root);
    if (thread->exception) {
        thread->catch_known = false;
        return false;
    }
    memcpy(args, regs, method->return_slots * sizeof *regs);
    return true;
}

bool exec_invoke(struct thread *thread, struct method *method, union slot *args) {
    return invoke(thread, method, args, false);
}

bool exec_invoke_root(struct thread *thread, struct method *method, union slot *args) {
    return invoke(thread, method, args, true);
}

struct object *exec_take_exception(struct thread *thread) {
    struct object *exception = thread->exception;
    thread->exception = NULL;
    thread->catch_known = false;
    return exception;
}

void exec_call_from_compiled(struct thread *thread, struct method *method, union slot *args,
                             void *native_frame) {
    void *saved = thread->compiled_top;
    union slot *native_top = thread->native_top;
    thread->compiled_top = native_frame;
    thread->native_top = args + call_slots(method); /* preparing it may run managed code */
    bool prepared = exec_prepare(thread, method);
    thread->native_top = native_top;
    if (!prepared) {
        thread->compiled_top = saved;
        return;
    }
    struct code *code = method_code(method);
    if (code && !method_enter(method))
        interp_heat(thread, method);
    if (!code)
        exec_call_special(thread, method, args);
    else if (method_enter(method))
        call_in_frame(thread, method, args, false, false);
    else if (interp_push(thread, code, args))
        interp_run(thread, thread->frame_count - 1);
    thread->compiled_top = saved;
}

void exec_resume_from_compiled(struct thread *thread, struct code *code, uint32_t insn,
                               union slot *regs) {
    union slot *native_top = thread->native_top;
    jit_activation self;
    jit_walk walk;
    if (thread->frame_count >= EXEC_MAX_FRAMES) {
        exec_throw_stack_overflow(thread);
        return;
    }
    thread->native_top = NULL; /* the frame that follows lies above */
    uint32_t base = thread->frame_count++;
    thread->frames[base] = (struct frame){.code = code,
                                          .regs = regs,
                                          .ip = code->insns + insn,
                                          .compiled_caller = thread->compiled_top,
                                          .resumes = true};
    jit_walk_start(&walk, thread->rt->jit, thread->compiled_top);
    if (jit_walk_next(&walk, &self) && thread->catch_frame == self.id)
        thread->catch_frame = base;
    if (exception_dispatch(thread, base, 0))
        interp_run(thread, base);
    thread->native_top = native_top;
}

/* ---- Type initialisers (II.10.5.3.1) ---- */

static void set_reference(struct object *object, struct type *owner, const char *name,
                          void *value) {
    struct field *field = type_find_field(owner, name);
    if (field)
        *(void **)((char *)object + field->offset) = value;
}

static void fail_initialiser(struct thread *thread, struct type *type) {
    struct object *inner = exec_take_exception(thread);
    bool aborted = exception_is_abort(thread, inner);
    char name[300];
    type_name(type, name, sizeof name);
    struct string *text = exec_string_from_utf8(thread, name, strlen(name));
    if (!text)
        exec_take_exception(thread);
    exec_throw_format(thread, "TypeInitializationException",
                      "The type initializer for '%s' threw an exception.", name);
    struct object *exception = thread->exception;
    if (exception && exception != thread->out_of_memory) {
        set_reference(exception, thread->rt->core.exception, "_innerException", inner);
        set_reference(exception, exception->type, "_typeName", text);
    }
    type_root(type);
    type->init_failure = exception;
    if (aborted && exception) { /* goes on; who uses the type later is told the other */
        exec_take_exception(thread);
        exec_rethrow(thread, inner);
    }
}

/* Whether the thread that runs the type's initialiser waits, itself or through others, for this
 * one: then this one sees the type as it is (II.10.5.3.3). */
static bool would_deadlock(const struct thread *thread, const struct type *type) {
    const struct thread *runner = type->init_thread;
    while (runner && runner != thread) { /* NULL: what it waits for is done, it will see */
        const struct type *next = runner->waits_for_init;
        runner = next ? next->init_thread : NULL;
    }
    return runner == thread;
}

/* Waits while another thread runs the initialiser. True when it is this one's to run. */
static bool begin_init(struct thread *thread, struct type *type) {
    struct world *world = &thread->rt->world;
    exec_enter_safe(thread);
    pthread_mutex_lock(&world->lock);
    while (type->init == INIT_RUNNING && !would_deadlock(thread, type)) {
        thread->waits_for_init = type;
        pthread_cond_wait(&world->changed, &world->lock);
        thread->waits_for_init = NULL;
    }
    bool mine = type->init == INIT_NONE;
    if (mine) {
        type->init_thread = thread;
        __atomic_store_n(&type->init, INIT_RUNNING, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&world->lock);
    exec_leave_safe(thread);
    return mine;
}

static void end_init(struct thread *thread, struct type *type, type_init_state state) {
    struct world *world = &thread->rt->world;
    pthread_mutex_lock(&world->lock);
    __atomic_store_n(&type->init, state, __ATOMIC_RELEASE);
    type->init_thread = NULL;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

bool exec_init_type(struct thread *thread, struct type *type) {
    il_error err;
    union slot none[1];
    if (__atomic_load_n(&type->init, __ATOMIC_ACQUIRE) == INIT_DONE)
        return true;
    if (type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return false;
    }
    if (!begin_init(thread, type)) {
        if (__atomic_load_n(&type->init, __ATOMIC_ACQUIRE) != INIT_FAILED)
            return true;
        exec_throw_object(thread, type->init_failure);
        return false;
    }
    if (!type->cctor || exec_invoke(thread, type->cctor, none)) {
        end_init(thread, type, INIT_DONE);
        return true;
    }
    if (!thread->fatal)
        fail_initialiser(thread, type);
    end_init(thread, type, thread->fatal ? INIT_NONE : INIT_FAILED);
    return false;
}
