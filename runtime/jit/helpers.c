/* What compiled code calls: see helpers.def. Each helper leaves a trace of where it was called
 * from, so that the stack of an exception shows the compiled activations. */
#include "runtime/jit/helpers.h"

#include "runtime/jit/jit.h"

#include <stdarg.h>

/* Opens every helper that may throw or run managed code. */
#define FROM_COMPILED(thread) ((thread)->compiled_top = __builtin_frame_address(0))
#define DONE(thread, result)                                                                       \
    do {                                                                                           \
        int64_t value = (int64_t)(result);                                                         \
        (thread)->compiled_top = NULL;                                                             \
        return value;                                                                              \
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

/* ---- Objects ---- */

HELP(poll) {
    (void)thread;
    return 0;
}

HELP(init_type) {
    FROM_COMPILED(thread);
    DONE(thread, exec_init_type(thread, pointer(a)));
}

HELP(new_object) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)exec_new_object(thread, pointer(a)));
}

HELP(new_array) {
    FROM_COMPILED(thread);
    DONE(thread, (intptr_t)exec_new_array(thread, pointer(a), b));
}

/* ---- The other engine ---- */

int64_t jit_interpret(struct thread *thread, struct method *method, ...) {
    union slot *args = exec_stack_top(thread);
    va_list rest;
    va_start(rest, method);
    for (uint32_t i = 0; i < method->arg_slots; i++)
        args[i].i8 = va_arg(rest, int64_t);
    va_end(rest);
    exec_call_from_compiled(thread, method, args, __builtin_frame_address(0));
    return args[0].i8;
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
