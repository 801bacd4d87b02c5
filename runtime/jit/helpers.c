/* What compiled code calls: see helpers.def. Each helper leaves a trace of where it was called
 * from, so that the stack of an exception shows the compiled activations. */
#include "runtime/jit/helpers.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "runtime/exec/interp.h"
#include "runtime/exec/monitor.h"
#include "runtime/jit/jit.h"

/* Opens every helper that may throw or run managed code. */
#define FROM_COMPILED(thread) ((thread)->compiled_top = __builtin_frame_address(0))
#define DONE(thread, result)                                                                       \
    do {                                                                                           \
        int64_t done_with = (int64_t)(result);                                                     \
        (thread)->compiled_top = NULL;                                                             \
        return done_with;                                                                          \
    } while (0)

#define UNUSED __attribute__((unused))
#define HELP(name)                                                                                 \
    static int64_t jit_help_##name(struct thread *thread, int64_t a UNUSED, int64_t b UNUSED,      \
                                   int64_t c UNUSED)

static void *pointer(int64_t value) {
    return (void *)(intptr_t)value;
}

/* ---- Exceptions ---- */

static int64_t throw_new(struct thread *thread, const char *name, const char *message) {
    exec_throw(thread, name, message);
    DONE(thread, 0);
}

HELP(throw_null) {
    FROM_COMPILED(thread);
    return throw_new(thread, "NullReferenceException", NULL);
}

HELP(throw_range) {
    FROM_COMPILED(thread);
    return throw_new(thread, "IndexOutOfRangeException", NULL);
}

HELP(throw_overflow) {
    FROM_COMPILED(thread);
    return throw_new(thread, "OverflowException", NULL);
}

HELP(throw_stack_overflow) {
    FROM_COMPILED(thread);
    exec_throw_stack_overflow(thread);
    DONE(thread, 0);
}

/* At the start of a method; see check_stack in translate.c. */
HELP(stop_at_call) {
    FROM_COMPILED(thread);
    if ((const char *)__builtin_frame_address(0) < thread->native_floor)
        exec_throw_stack_overflow(thread);
    else
        exec_poll(thread);
    DONE(thread, 0);
}

HELP(throw) {
    FROM_COMPILED(thread);
    exec_throw_object(thread, pointer(a));
    DONE(thread, 0);
}

HELP(fail) {
    FROM_COMPILED(thread);
    const struct code_failure *failure = pointer(a);
    return throw_new(thread, failure->exception, failure->message);
}

HELP(hook) {
    FROM_COMPILED(thread);
    RT_TELL(thread->rt->events, hook, pointer(a), pointer(b));
    DONE(thread, 0);
}

/* ---- Arithmetic ---- */

/* The divisor is 0 or -1. */
HELP(divide) {
    FROM_COMPILED(thread);
    enum code_op op = (enum code_op)a;
    bool narrow =
        op == CODE_div_i4 || op == CODE_rem_i4 || op == CODE_div_un_i4 || op == CODE_rem_un_i4;
    int64_t dividend = narrow ? (int32_t)b : b, divisor = narrow ? (int32_t)c : c;
    if (divisor == 0)
        return throw_new(thread, "DivideByZeroException", NULL);
    if (dividend == (narrow ? INT32_MIN : INT64_MIN))
        return throw_new(thread, "OverflowException", NULL);
    DONE(thread, op == CODE_div_i4 || op == CODE_div_i8 ? -dividend : 0);
}

HELP(multiply_un) {
    uint64_t product;
    FROM_COMPILED(thread);
    if (__builtin_mul_overflow((uint64_t)a, (uint64_t)b, &product))
        return throw_new(thread, "OverflowException", NULL);
    DONE(thread, product);
}

HELP(convert) {
    union slot from = {.i8 = a}, to = {.i8 = 0};
    FROM_COMPILED(thread);
    interp_convert_checked(thread, &to, &from, b);
    DONE(thread, to.i8);
}

HELP(remainder_r4) {
    union slot *f = thread->floats;
    f[0].r4 = fmodf(f[0].r4, f[1].r4);
    return 0;
}

HELP(remainder_r8) {
    union slot *f = thread->floats;
    f[0].r8 = fmod(f[0].r8, f[1].r8);
    return 0;
}

HELP(check_finite) {
    FROM_COMPILED(thread);
    if (!isfinite(thread->floats[0].r8))
        return throw_new(thread, "OverflowException", NULL);
    DONE(thread, 0);
}

HELP(u8_from_r8) {
    thread->floats[0].u8 = interp_r8_to_u8(thread->floats[0].r8);
    return 0;
}

/* ---- Memory ---- */

HELP(poll) {
    FROM_COMPILED(thread);
    exec_poll(thread);
    DONE(thread, 0);
}

HELP(copy) {
    (void)thread;
    memmove(pointer(a), pointer(b), (size_t)c);
    return 0;
}

HELP(zero) {
    (void)thread;
    memset(pointer(a), 0, (size_t)b);
    return 0;
}

HELP(copy_block) {
    FROM_COMPILED(thread);
    uint32_t size = (uint32_t)c;
    if (size && (exec_is_null(pointer(a)) || exec_is_null(pointer(b))))
        return throw_new(thread, "NullReferenceException", NULL);
    if (size)
        memmove(pointer(a), pointer(b), size);
    DONE(thread, 0);
}

HELP(fill_block) {
    FROM_COMPILED(thread);
    uint32_t size = (uint32_t)c;
    if (size && exec_is_null(pointer(a)))
        return throw_new(thread, "NullReferenceException", NULL);
    if (size)
        memset(pointer(a), (int)b, size);
    DONE(thread, 0);
}

HELP(allocate_local) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)exec_localloc(thread, (uint64_t)a));
}

/* ---- Objects ---- */

HELP(thread_static) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)exec_thread_static(thread, pointer(a)));
}

HELP(init_type) {
    FROM_COMPILED(thread);
    DONE(thread, exec_init_type(thread, pointer(a)));
}

HELP(lock) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)exec_monitor_lock(thread, pointer(a), pointer(b)));
}

HELP(unlock) {
    FROM_COMPILED(thread);
    DONE(thread, exec_monitor_unlock(thread, pointer(a)));
}

HELP(new_object) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)exec_new_object(thread, pointer(a)));
}

HELP(new_array) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)exec_new_array(thread, pointer(b), a));
}

HELP(box_structure) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)interp_box(thread, pointer(b), pointer(a)));
}

HELP(unbox) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)interp_unbox(thread, pointer(b), pointer(a)));
}

HELP(cast) {
    FROM_COMPILED(thread);
    interp_cast(thread, pointer(a), pointer(b));
    DONE(thread, a);
}

HELP(is_instance) {
    (void)thread;
    return interp_is_instance(pointer(a), pointer(b)) ? a : 0;
}

HELP(check_store) {
    FROM_COMPILED(thread);
    const struct array *array = pointer(a);
    const struct type *element = array->object.type->element_type;
    if (element->element != IL_TYPE_OBJECT && !interp_is_instance(pointer(b), element))
        return throw_new(thread, "ArrayTypeMismatchException", NULL);
    DONE(thread, 0);
}

HELP(check_element) {
    FROM_COMPILED(thread);
    const struct array *array = pointer(a);
    if (array && array->object.type->element_type != pointer(b))
        return throw_new(thread, "ArrayTypeMismatchException", NULL);
    DONE(thread, 0);
}

HELP(find_virtual) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)interp_find_virtual(thread, pointer(b), pointer(a)));
}

HELP(reference_value) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)interp_reference_value(thread, pointer(a), pointer(b)));
}

HELP(instantiate) {
    FROM_COMPILED(thread);
    const struct method *declared = pointer(b);
    struct method *method = NULL;
    il_error err;
    if (ldr_instantiate_method(pointer(a), declared->args, declared->generic_count, &method,
                               &err) != IL_OK)
        exec_throw_error(thread, &err);
    DONE(thread, (intptr_t)method);
}

HELP(find_interface) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)interp_find_interface(thread, pointer(b), pointer(a)));
}

/* ---- The other engine ---- */

HELP(unwind) {
    FROM_COMPILED(thread);
    exec_resume_from_compiled(thread, pointer(a), (uint32_t)b, pointer(c));
    DONE(thread, 0);
}

HELP(unwound) {
    const struct code *code = pointer(a);
    FROM_COMPILED(thread);
    exception_tell_unwound(thread, code->method);
    DONE(thread, 0);
}

static bool is_float(const struct type *type) {
    return type->storage == STORE_R4 || type->storage == STORE_R8;
}

/* The arguments as slots at thread->native_top; the first four that are no floats come by
 * themselves. False with an exception pending. Not part of jit_interpret: there, what registers and
 * stack held before would look like references for as long as the method runs. */
static __attribute__((noinline)) bool take_arguments(struct thread *thread, struct method *method,
                                                     int64_t a, int64_t b, int64_t c, int64_t d,
                                                     va_list *rest) {
    const int64_t first[] = {a, b, c, d};
    union slot *args = thread->native_top;
    uint32_t slot = 0, taken = 0;
    il_error err;
    if (method_prepare_signature(method, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return false;
    }
    if (method->arg_slots > (size_t)(thread->stack_end - args)) {
        exec_throw_stack_overflow(thread);
        return false;
    }
#define NEXT_ARGUMENT (taken < 4 ? first[taken++] : va_arg(*rest, int64_t))
    if (method->has_this)
        args[slot++].i8 = NEXT_ARGUMENT;
    for (uint32_t i = 0; i < method->param_count; i++) {
        for (uint32_t n = type_slots(method->params[i]); n > 0; n--, slot++) {
            if (is_float(method->params[i]))
                args[slot] = thread->floats[slot];
            else
                args[slot].i8 = NEXT_ARGUMENT;
        }
    }
    for (; slot < method->arg_slots; slot++)
        args[slot].i8 = NEXT_ARGUMENT;
#undef NEXT_ARGUMENT
    return true;
}

__attribute__((target("general-regs-only"))) int64_t jit_interpret(struct thread *thread,
                                                                   struct method *method, int64_t a,
                                                                   int64_t b, int64_t c, int64_t d,
                                                                   ...) {
    union slot *args = thread->native_top;
    va_list rest;
    FROM_COMPILED(thread);
    va_start(rest, d);
    bool ok = take_arguments(thread, method, a, b, c, d, &rest);
    va_end(rest);
    if (!ok)
        DONE(thread, 0);
    exec_call_from_compiled(thread, method, args, __builtin_frame_address(0));
    if (is_float(method->return_type))
        thread->floats[0] = args[0];
    DONE(thread, args[0].i8);
}

/* ---- Tables ---- */

static const struct {
    const char *name;
    int64_t (*function)(struct thread *, int64_t, int64_t, int64_t);
} HELPERS[HELPER_COUNT] = {
#define HELPER(name) {#name, jit_help_##name},
#include "runtime/jit/helpers.def"
#undef HELPER
};

const char *helper_name(enum helper helper) {
    return HELPERS[helper].name;
}

void *helper_function(enum helper helper) {
    return (void *)(uintptr_t)HELPERS[helper].function;
}
