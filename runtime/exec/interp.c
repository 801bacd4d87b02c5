/* The interpreter: threaded dispatch over register code.
 *
 * One native activation runs any number of managed frames; a managed call pushes a frame and goes
 * on. Only calls out of the interpreter (internal calls, compiled code) nest natively. Whatever may
 * throw leaves thread->exception set and goes to `exception`, where the handler is found. */
#include "runtime/exec/interp.h"
#include "runtime/exec/monitor.h"

#include <math.h>
#include <string.h>

#include "runtime/exec/rejit.h"
#include "runtime/jit/jit.h"

/* Floating remainder and the saturating conversions as CoreCLR on x64 has them. */
static int32_t r8_to_i4(double v) {
    return v > -2147483649.0 && v < 2147483648.0 ? (int32_t)v : INT32_MIN;
}

static int64_t r8_to_i8(double v) {
    return v >= -9223372036854775808.0 && v < 9223372036854775808.0 ? (int64_t)v : INT64_MIN;
}

/* What is not less than 2^63, NaN too, is converted less 2^63, which is added again. */
uint64_t interp_r8_to_u8(double v) {
    const double two63 = 9223372036854775808.0;
    return v < two63 ? (uint64_t)r8_to_i8(v) : (uint64_t)r8_to_i8(v - two63) + (1ull << 63);
}

void interp_heat(struct thread *t, struct method *method) {
    if (t->rt->config.mode != CLARET_TIERED)
        return;
    uint32_t hotness = __atomic_load_n(&method->hotness, __ATOMIC_RELAXED) + 1;
    __atomic_store_n(&method->hotness, hotness, __ATOMIC_RELAXED); /* one that is lost is no loss */
    if (hotness != t->rt->config.compile_after)
        return;
    EXEC_LOCKED(t->rt);
    jit_compile(t->rt->jit, method);
}

/* The same for an iteration: an activation that stays in a loop goes on as compiled code. Null: it
 * does not. */
static jit_enter *heat_loop(struct thread *t, const struct code *code, const struct insn *ip) {
    interp_heat(t, code->method);
    if (__atomic_load_n(&code->method->hotness, __ATOMIC_RELAXED) / 2 < t->rt->config.compile_after)
        return NULL;
    __atomic_store_n(&code->method->hotness, 0, __ATOMIC_RELAXED);
    EXEC_LOCKED(t->rt);
    return jit_compile_loop(t->rt->jit, code, (uint32_t)(ip - code->insns));
}

/* The next two stand apart, so that the interpreter's own frame is small and refers to no object
 * any longer than the registers do: a collection reads it. */

/* Makes the object, for the constructor at args + 1 and for the caller at args. */
static __attribute__((noinline)) bool begin_newobj(struct thread *t, const struct method *ctor,
                                                   union slot *args) {
    struct object *object = exec_new_object(t, ctor->owner);
    if (!object)
        return false;
    memmove(args + 2, args, (ctor->arg_slots - 1) * sizeof *args);
    args[0].o = args[1].o = object;
    return true;
}

/* The method with the declared one's type arguments; NULL with an exception pending. */
static __attribute__((noinline)) struct method *
instantiate_as(struct thread *t, struct method *method, const struct method *declared) {
    il_error err;
    if (ldr_instantiate_method(method, declared->args, declared->generic_count, &method, &err) ==
        IL_OK)
        return method;
    exec_throw_error(t, &err);
    return NULL;
}

/* The arguments of the call lie above what the caller's frame covers when they come from elsewhere.
 */
bool interp_stop_at_call(struct thread *t, const struct code *code, union slot *regs) {
    if (t->frame_count >= EXEC_MAX_FRAMES || code->reg_count > (size_t)(t->stack_end - regs)) {
        exec_throw_stack_overflow(t);
        return false;
    }
    union slot *saved = t->native_top;
    t->native_top = regs + code->arg_slots;
    exec_poll(t);
    t->native_top = saved;
    return !t->exception;
}

/* Memory as managed code sees it: addresses need not be aligned (the class library copies strings
 * eight bytes at a time from wherever they start). */
typedef int16_t mem_i2 __attribute__((aligned(1)));
typedef uint16_t mem_u2 __attribute__((aligned(1)));
typedef uint32_t mem_u4 __attribute__((aligned(1)));
typedef uint64_t mem_u8 __attribute__((aligned(1)));

#define NEXT                                                                                       \
    do {                                                                                           \
        ip++;                                                                                      \
        goto *labels[ip->op];                                                                      \
    } while (0)
#define JUMP                                                                                       \
    do {                                                                                           \
        ip = code->insns + ip->u.branch.target;                                                    \
        goto *labels[ip->op];                                                                      \
    } while (0)
#define DISPATCH goto *labels[ip->op]
#define A        r[ip->a]
#define B        r[ip->b]
#define C        r[ip->c]
#define OP(name) label_##name:
#define BINARY(name, field, expression)                                                            \
    OP(name) {                                                                                     \
        A.field = (expression);                                                                    \
        NEXT;                                                                                      \
    }
#define BRANCH(name, condition)                                                                    \
    OP(name) {                                                                                     \
        if (condition)                                                                             \
            JUMP;                                                                                  \
        NEXT;                                                                                      \
    }
#define THROW(exception_name)                                                                      \
    do {                                                                                           \
        frame->ip = ip;                                                                            \
        exec_throw(t, exception_name, NULL);                                                       \
        goto exception;                                                                            \
    } while (0)
#define LOAD(name, field, ctype)                                                                   \
    OP(name) {                                                                                     \
        const char *base = B.p;                                                                    \
        if (exec_is_null(base))                                                                    \
            goto null_reference;                                                                   \
        A.field = *(const ctype *)(base + ip->u.mem.offset);                                       \
        NEXT;                                                                                      \
    }
#define STORE(name, field, ctype)                                                                  \
    OP(name) {                                                                                     \
        char *base = A.p;                                                                          \
        if (exec_is_null(base))                                                                    \
            goto null_reference;                                                                   \
        *(ctype *)(base + ip->u.mem.offset) = (ctype)B.field;                                      \
        NEXT;                                                                                      \
    }
#define LOAD_STATIC(name, field, ctype)                                                            \
    OP(name) {                                                                                     \
        A.field = *(const ctype *)ip->u.p;                                                         \
        NEXT;                                                                                      \
    }
#define STORE_STATIC(name, field, ctype)                                                           \
    OP(name) {                                                                                     \
        *(ctype *)ip->u.p = (ctype)A.field;                                                        \
        NEXT;                                                                                      \
    }
#define ELEMENT(array, index)                                                                      \
    if (!(array))                                                                                  \
        goto null_reference;                                                                       \
    if ((uint32_t)(index) >= (uint32_t)(array)->length)                                            \
    goto index_out_of_range
#define LOAD_ELEMENT(name, field, ctype)                                                           \
    OP(name) {                                                                                     \
        const struct array *array = B.p;                                                           \
        ELEMENT(array, C.i4);                                                                      \
        A.field = ((const ctype *)array->data)[C.u4];                                              \
        NEXT;                                                                                      \
    }
#define STORE_ELEMENT(name, field, ctype)                                                          \
    OP(name) {                                                                                     \
        struct array *array = A.p;                                                                 \
        ELEMENT(array, B.i4);                                                                      \
        ((ctype *)array->data)[B.u4] = (ctype)C.field;                                             \
        NEXT;                                                                                      \
    }
#define OVERFLOW(name, field, builtin, ctype)                                                      \
    OP(name) {                                                                                     \
        ctype result;                                                                              \
        if (builtin((ctype)B.field, (ctype)C.field, &result))                                      \
            goto overflow;                                                                         \
        A.field = result;                                                                          \
        NEXT;                                                                                      \
    }

/* The integer operations of one width: S, U are the signed and unsigned field, ST, UT their types,
 * MASK the shift mask. */
#define INT_OPS(T, S, U, ST, UT, MASK, MIN)                                                        \
    BINARY(add_##T, U, B.U + C.U)                                                                  \
    BINARY(sub_##T, U, B.U - C.U)                                                                  \
    BINARY(mul_##T, U, B.U *C.U)                                                                   \
    BINARY(and_##T, U, B.U &C.U)                                                                   \
    BINARY(or_##T, U, B.U | C.U)                                                                   \
    BINARY(xor_##T, U, B.U ^ C.U)                                                                  \
    BINARY(shl_##T, U, B.U << (C.u4 & MASK))                                                       \
    BINARY(shr_##T, S, B.S >> (C.u4 & MASK))                                                       \
    BINARY(shr_un_##T, U, B.U >> (C.u4 & MASK))                                                    \
    OP(div_##T) {                                                                                  \
        if (C.S == 0)                                                                              \
            goto divide_by_zero;                                                                   \
        if (C.S == -1 && B.S == MIN)                                                               \
            goto overflow;                                                                         \
        A.S = B.S / C.S;                                                                           \
        NEXT;                                                                                      \
    }                                                                                              \
    OP(rem_##T) {                                                                                  \
        if (C.S == 0)                                                                              \
            goto divide_by_zero;                                                                   \
        if (C.S == -1 && B.S == MIN)                                                               \
            goto overflow;                                                                         \
        A.S = B.S % C.S;                                                                           \
        NEXT;                                                                                      \
    }                                                                                              \
    OP(div_un_##T) {                                                                               \
        if (C.U == 0)                                                                              \
            goto divide_by_zero;                                                                   \
        A.U = B.U / C.U;                                                                           \
        NEXT;                                                                                      \
    }                                                                                              \
    OP(rem_un_##T) {                                                                               \
        if (C.U == 0)                                                                              \
            goto divide_by_zero;                                                                   \
        A.U = B.U % C.U;                                                                           \
        NEXT;                                                                                      \
    }                                                                                              \
    BINARY(add_imm_##T, U, B.U + (UT)ip->u.i)                                                      \
    BINARY(mul_imm_##T, U, B.U *(UT)ip->u.i)                                                       \
    BINARY(and_imm_##T, U, B.U &(UT)ip->u.i)                                                       \
    BINARY(shl_imm_##T, U, B.U << (ip->u.i & MASK))                                                \
    BINARY(shr_imm_##T, S, B.S >> (ip->u.i & MASK))                                                \
    BINARY(shr_un_imm_##T, U, B.U >> (ip->u.i & MASK))                                             \
    OVERFLOW(add_ovf_##T, S, __builtin_add_overflow, ST)                                           \
    OVERFLOW(add_ovf_un_##T, U, __builtin_add_overflow, UT)                                        \
    OVERFLOW(sub_ovf_##T, S, __builtin_sub_overflow, ST)                                           \
    OVERFLOW(sub_ovf_un_##T, U, __builtin_sub_overflow, UT)                                        \
    OVERFLOW(mul_ovf_##T, S, __builtin_mul_overflow, ST)                                           \
    OVERFLOW(mul_ovf_un_##T, U, __builtin_mul_overflow, UT)                                        \
    BINARY(neg_##T, U, 0 - B.U)                                                                    \
    BINARY(not_##T, U, ~B.U)                                                                       \
    BINARY(ceq_##T, i4, B.S == C.S)                                                                \
    BINARY(cgt_##T, i4, B.S > C.S)                                                                 \
    BINARY(cgt_un_##T, i4, B.U > C.U)                                                              \
    BINARY(clt_##T, i4, B.S < C.S)                                                                 \
    BINARY(clt_un_##T, i4, B.U < C.U)                                                              \
    BRANCH(beq_##T, A.S == B.S)                                                                    \
    BRANCH(bne_##T, A.S != B.S)                                                                    \
    BRANCH(blt_##T, A.S < B.S)                                                                     \
    BRANCH(ble_##T, A.S <= B.S)                                                                    \
    BRANCH(bgt_##T, A.S > B.S)                                                                     \
    BRANCH(bge_##T, A.S >= B.S)                                                                    \
    BRANCH(blt_un_##T, A.U < B.U)                                                                  \
    BRANCH(ble_un_##T, A.U <= B.U)                                                                 \
    BRANCH(bgt_un_##T, A.U > B.U)                                                                  \
    BRANCH(bge_un_##T, A.U >= B.U)                                                                 \
    BRANCH(beq_imm_##T, A.S == ip->u.branch.imm)                                                   \
    BRANCH(bne_imm_##T, A.S != ip->u.branch.imm)                                                   \
    BRANCH(blt_imm_##T, A.S < ip->u.branch.imm)                                                    \
    BRANCH(ble_imm_##T, A.S <= ip->u.branch.imm)                                                   \
    BRANCH(bgt_imm_##T, A.S > ip->u.branch.imm)                                                    \
    BRANCH(bge_imm_##T, A.S >= ip->u.branch.imm)

#define FLOAT_OPS(T, ctype, remainder)                                                             \
    BINARY(add_##T, T, B.T + C.T)                                                                  \
    BINARY(sub_##T, T, B.T - C.T)                                                                  \
    BINARY(mul_##T, T, B.T *C.T)                                                                   \
    BINARY(div_##T, T, B.T / C.T)                                                                  \
    BINARY(rem_##T, T, remainder(B.T, C.T))                                                        \
    BINARY(neg_##T, T, -B.T)

/* What races here is the managed program's own affair: ThreadSanitizer does not look at it. */
__attribute__((no_sanitize("thread"))) void interp_run(struct thread *t, uint32_t base) {
    static const void *const labels[] = {
#define CODE_OP(name, format) &&label_##name,
#include "runtime/exec/code.def"
#undef CODE_OP
    };
    struct frame *frame = &t->frames[t->frame_count - 1];
    const struct code *code = frame->code;
    const struct insn *ip = frame->ip;
    union slot *r = frame->regs;
    struct method *target;
    union slot *args;
    const bool tiered = t->rt->config.mode == CLARET_TIERED;

    if ((const char *)__builtin_frame_address(0) < t->native_floor) {
        exec_throw_stack_overflow(t);
        t->frame_count = base;
        return;
    }
    union slot *native_top = t->native_top;
    void *compiled_top = t->compiled_top;
    t->native_top = NULL;
    t->compiled_top = NULL;
    t->frames[base].compiled_caller = compiled_top;
    DISPATCH;

    OP(nop) NEXT;
    OP(reload) NEXT;
    OP(mov_r4)
    OP(mov_r8)
    OP(mov) {
        A = B;
        NEXT;
    }
    OP(mov_n) {
        memmove(&A, &B, ip->u.mem.size * sizeof *r);
        NEXT;
    }
    OP(ldc_r4)
    OP(ldc_r8)
    OP(ldc) {
        A.i8 = ip->u.i;
        NEXT;
    }

    INT_OPS(i4, i4, u4, int32_t, uint32_t, 31, INT32_MIN)
    INT_OPS(i8, i8, u8, int64_t, uint64_t, 63, INT64_MIN)
    FLOAT_OPS(r4, float, fmodf)
    FLOAT_OPS(r8, double, fmod)

    BINARY(ceq_r8, i4, B.r8 == C.r8)
    BINARY(cgt_r8, i4, B.r8 > C.r8)
    BINARY(cgt_un_r8, i4, !(B.r8 <= C.r8))
    BINARY(clt_r8, i4, B.r8 < C.r8)
    BINARY(clt_un_r8, i4, !(B.r8 >= C.r8))
    BRANCH(beq_r8, A.r8 == B.r8)
    BRANCH(bne_r8, A.r8 != B.r8)
    BRANCH(blt_r8, A.r8 < B.r8)
    BRANCH(ble_r8, A.r8 <= B.r8)
    BRANCH(bgt_r8, A.r8 > B.r8)
    BRANCH(bge_r8, A.r8 >= B.r8)
    BRANCH(blt_un_r8, !(A.r8 >= B.r8))
    BRANCH(ble_un_r8, !(A.r8 > B.r8))
    BRANCH(bgt_un_r8, !(A.r8 <= B.r8))
    BRANCH(bge_un_r8, !(A.r8 < B.r8))

    OP(br) JUMP;
    OP(loop) {
        if (__builtin_expect(t->poll, 0)) {
            frame->ip = ip;
            exec_poll(t);
            if (t->exception)
                goto exception;
        }
        jit_enter *rest = tiered ? heat_loop(t, code, ip) : NULL;
        if (!rest)
            NEXT;
        frame->ip = ip;
        frame->replaced = true;
        t->native_top = r + code->reg_count;
        rest(t, r);
        t->native_top = NULL;
        if (t->exception)
            goto exception;
        goto return_to_caller;
    }
    OP(switch) {
        const struct code_switch *table = ip->u.p;
        if (A.u4 >= table->count)
            NEXT;
        ip = code->insns + table->targets[A.u4];
        DISPATCH;
    }

    BINARY(conv_i1, i4, (int8_t)B.i4)
    BINARY(conv_u1, i4, (uint8_t)B.i4)
    BINARY(conv_i2, i4, (int16_t)B.i4)
    BINARY(conv_u2, i4, (uint16_t)B.i4)
    BINARY(conv_i8_i4, i8, B.i4)
    BINARY(conv_u8_u4, u8, B.u4)
    BINARY(conv_r4_i4, r4, (float)B.i4)
    BINARY(conv_r8_i4, r8, B.i4)
    BINARY(conv_r8_u4, r8, B.u4)
    BINARY(conv_r4_i8, r4, (float)B.i8)
    BINARY(conv_r8_i8, r8, (double)B.i8)
    BINARY(conv_r8_u8, r8, (double)B.u8)
    BINARY(conv_r4_r8, r4, (float)B.r8)
    BINARY(conv_r8_r4, r8, B.r4)
    BINARY(conv_i4_r8, i4, r8_to_i4(B.r8))
    BINARY(conv_u4_r8, u4, (uint32_t)r8_to_i8(B.r8))
    BINARY(conv_i8_r8, i8, r8_to_i8(B.r8))
    BINARY(conv_u8_r8, u8, interp_r8_to_u8(B.r8))
    OP(conv_ovf) {
        frame->ip = ip;
        if (!interp_convert_checked(t, &A, &B, ip->u.i))
            goto exception;
        NEXT;
    }
    BINARY(index_i8, i4, B.u8 > INT32_MAX ? -1 : B.i4)
    BINARY(math_r8, r8, ((double (*)(double))(uintptr_t)ip->u.p)(B.r8))
    OP(ckfinite_r8) {
        if (!isfinite(B.r8)) {
            frame->ip = ip;
            exec_throw(t, "OverflowException", NULL);
            goto exception;
        }
        A.r8 = B.r8;
        NEXT;
    }

    LOAD(ld_i1, i4, int8_t)
    LOAD(ld_u1, i4, uint8_t)
    LOAD(ld_i2, i4, mem_i2)
    LOAD(ld_u2, i4, mem_u2)
    LOAD(ld_4, u4, mem_u4)
    LOAD(ld_8, u8, mem_u8)
    LOAD(ld_r4, u4, mem_u4)
    LOAD(ld_r8, u8, mem_u8)
    STORE(st_1, i4, uint8_t)
    STORE(st_2, i4, mem_u2)
    STORE(st_4, u4, mem_u4)
    STORE(st_8, u8, mem_u8)
    STORE(st_r4, u4, mem_u4)
    STORE(st_r8, u8, mem_u8)
    OP(ld_n) {
        const char *from = B.p;
        if (exec_is_null(from))
            goto null_reference;
        memmove(&A, from + ip->u.mem.offset, ip->u.mem.size);
        NEXT;
    }
    OP(st_n) {
        char *to = A.p;
        if (exec_is_null(to))
            goto null_reference;
        memmove(to + ip->u.mem.offset, &B, ip->u.mem.size);
        NEXT;
    }
    OP(lea) {
        if (!B.p)
            goto null_reference;
        A.p = (char *)B.p + ip->u.mem.offset;
        NEXT;
    }
    OP(zero_n) {
        if (exec_is_null(A.p))
            goto null_reference;
        memset((char *)A.p + ip->u.mem.offset, 0, ip->u.mem.size);
        NEXT;
    }
    OP(copy_n) {
        if (exec_is_null(A.p) || exec_is_null(B.p))
            goto null_reference;
        memmove(A.p, B.p, ip->u.mem.size);
        NEXT;
    }
    OP(local_address) {
        A.p = &B;
        NEXT;
    }
    OP(check_null) {
        if (exec_is_null(A.p))
            goto null_reference;
        NEXT;
    }

    LOAD_STATIC(lds_i1, i4, int8_t)
    LOAD_STATIC(lds_u1, i4, uint8_t)
    LOAD_STATIC(lds_i2, i4, mem_i2)
    LOAD_STATIC(lds_u2, i4, mem_u2)
    LOAD_STATIC(lds_4, u4, mem_u4)
    LOAD_STATIC(lds_8, u8, mem_u8)
    LOAD_STATIC(lds_r4, u4, mem_u4)
    LOAD_STATIC(lds_r8, u8, mem_u8)
    STORE_STATIC(sts_1, i4, uint8_t)
    STORE_STATIC(sts_2, i4, mem_u2)
    STORE_STATIC(sts_4, u4, mem_u4)
    STORE_STATIC(sts_8, u8, mem_u8)
    STORE_STATIC(sts_r4, u4, mem_u4)
    STORE_STATIC(sts_r8, u8, mem_u8)
    OP(thread_static) {
        frame->ip = ip;
        void *address = exec_thread_static(t, ip->u.p);
        if (!address)
            goto exception;
        A.p = address;
        NEXT;
    }
    OP(init_type) {
        struct type *type = ip->u.p;
        if (__atomic_load_n(&type->init, __ATOMIC_ACQUIRE) != INIT_DONE) {
            frame->ip = ip;
            if (!exec_init_type(t, type))
                goto exception;
        }
        if (__atomic_load_n(&type->init, __ATOMIC_ACQUIRE) == INIT_DONE)
            __atomic_store_n(&((struct insn *)(uintptr_t)ip)->op, CODE_nop, __ATOMIC_RELAXED);
        NEXT;
    }

    OP(ldlen) {
        const struct array *array = B.p;
        if (!array)
            goto null_reference;
        A.i8 = array->length;
        NEXT;
    }
    LOAD_ELEMENT(ldelem_i1, i4, int8_t)
    LOAD_ELEMENT(ldelem_u1, i4, uint8_t)
    LOAD_ELEMENT(ldelem_i2, i4, int16_t)
    LOAD_ELEMENT(ldelem_u2, i4, uint16_t)
    LOAD_ELEMENT(ldelem_4, u4, uint32_t)
    LOAD_ELEMENT(ldelem_8, u8, uint64_t)
    LOAD_ELEMENT(ldelem_r4, u4, uint32_t)
    LOAD_ELEMENT(ldelem_r8, u8, uint64_t)
    STORE_ELEMENT(stelem_1, i4, uint8_t)
    STORE_ELEMENT(stelem_2, i4, uint16_t)
    STORE_ELEMENT(stelem_4, u4, uint32_t)
    STORE_ELEMENT(stelem_8, u8, uint64_t)
    STORE_ELEMENT(stelem_r4, u4, uint32_t)
    STORE_ELEMENT(stelem_r8, u8, uint64_t)
    OP(ldchar) {
        const struct string *string = B.p;
        ELEMENT(string, C.i4);
        A.i4 = string->chars[C.u4];
        NEXT;
    }
    OP(ldelem_n) {
        const struct array *array = B.p;
        ELEMENT(array, C.i4);
        memmove(&A, array->data + (size_t)C.u4 * ip->u.mem.size, ip->u.mem.size);
        NEXT;
    }
    OP(ldelema) {
        struct array *array = B.p;
        ELEMENT(array, C.i4);
        A.p = array->data + (size_t)C.u4 * ip->u.mem.size;
        NEXT;
    }
    OP(stelem_n) {
        struct array *array = A.p;
        ELEMENT(array, B.i4);
        memmove(array->data + (size_t)B.u4 * ip->u.mem.size, &C, ip->u.mem.size);
        NEXT;
    }
    OP(stelem_ref) {
        struct array *array = A.p;
        struct object *value = C.o;
        ELEMENT(array, B.i4);
        const struct type *element = array->object.type->element_type;
        if (value && value->type != element && element->element != IL_TYPE_OBJECT &&
            !interp_is_instance(value, element))
            THROW("ArrayTypeMismatchException");
        ((struct object **)array->data)[B.u4] = value;
        NEXT;
    }
    OP(check_element) {
        const struct array *array = A.p;
        if (array && array->object.type->element_type != ip->u.p)
            THROW("ArrayTypeMismatchException");
        NEXT;
    }

    OP(newarr) {
        frame->ip = ip;
        A.p = exec_new_array(t, ip->u.p, B.i8);
        if (!A.p)
            goto exception;
        NEXT;
    }
    OP(box) {
        frame->ip = ip;
        struct object *boxed = interp_box(t, ip->u.p, &B);
        if (t->exception)
            goto exception;
        A.o = boxed;
        NEXT;
    }
    OP(unbox) {
        frame->ip = ip;
        void *value = interp_unbox(t, ip->u.p, B.o);
        if (!value)
            goto exception;
        A.p = value;
        NEXT;
    }
    OP(castclass) {
        frame->ip = ip;
        if (B.o && B.o->type != ip->u.p && !interp_cast(t, B.o, ip->u.p))
            goto exception;
        A.o = B.o;
        NEXT;
    }
    OP(isinst) {
        A.o = interp_is_instance(B.o, ip->u.p) ? B.o : NULL;
        NEXT;
    }
    OP(ldvirtftn) {
        frame->ip = ip;
        target = interp_find_virtual(t, ip->u.p, B.o);
        if (!target)
            goto exception;
        A.p = target;
        NEXT;
    }
    OP(refanyval) {
        frame->ip = ip;
        void *address = interp_reference_value(t, &B, ip->u.p);
        if (t->exception)
            goto exception;
        A.p = address;
        NEXT;
    }
    OP(cpblk) {
        if (C.u4 && (exec_is_null(A.p) || exec_is_null(B.p)))
            goto null_reference;
        if (C.u4)
            memmove(A.p, B.p, C.u4);
        NEXT;
    }
    OP(initblk) {
        if (C.u4 && exec_is_null(A.p))
            goto null_reference;
        if (C.u4)
            memset(A.p, B.i4, C.u4);
        NEXT;
    }
    OP(localloc) {
        frame->ip = ip;
        void *block = exec_localloc(t, B.u8);
        if (!block && B.u8)
            goto exception;
        A.p = block;
        NEXT;
    }

    OP(call) {
        target = ip->u.p;
        args = &A;
        goto call_target;
    }
    OP(callvirt) {
        const struct method *declared = ip->u.p;
        args = &A;
        if (!args->o)
            goto null_reference;
        target = args->o->type->vtable[declared->slot];
        if (target->unbox_this)
            args->p = (char *)args->p + OBJECT_HEADER;
        if (declared->definition != declared)
            goto generic_virtual;
        goto call_target;
    }
    OP(callinterface) {
        struct code_interface_call *site = ip->u.p;
        args = &A;
        if (!args->o)
            goto null_reference;
        if (args->o->type == __atomic_load_n(&site->cached_type, __ATOMIC_ACQUIRE)) {
            target = site->cached_target;
        } else {
            frame->ip = ip;
            target = interp_find_interface(t, site, args->o);
            if (!target)
                goto exception;
        }
        if (target->unbox_this)
            args->p = (char *)args->p + OBJECT_HEADER;
        goto call_target;
    }
    OP(calli) {
        target = B.p;
        args = &A;
        if (!target)
            goto null_reference;
        goto call_target;
    }
    OP(tail_calli) {
        const struct code_indirect_call *site = ip->u.p;
        target = B.p;
        args = &A;
        if (!target)
            goto null_reference;
        if (site->is_virtual && target->unbox_this)
            args->p = (char *)args->p + OBJECT_HEADER;
        frame->ip = ip;
        if (target->special == METHOD_DELEGATE_INVOKE) {
            struct method *bound = exec_delegate_target(t, target, args);
            target = bound ? bound : target;
        }
        if (!method_is_prepared(target) && !exec_prepare(t, target))
            goto exception;
        if (tiered)
            interp_heat(t, target);
        if (target->enter || !target->code)
            goto call_target; /* and the instruction behind this one returns */
        memmove(r, args, target->arg_slots * sizeof *r);
        if (!interp_replace(t, frame, target->code))
            goto exception;
        code = target->code;
        ip = code->insns;
        DISPATCH;
    }
generic_virtual:
    frame->ip = ip;
    target = instantiate_as(t, target, ip->u.p);
    if (!target)
        goto exception;
call_target : {
    frame->ip = ip;
    method_enter_function *enter = method_enter(target);
    if (enter) {
        t->native_top = r + code->reg_count; /* compiled frames go there */
        enter(t, args);
        t->native_top = NULL;
        if (t->exception)
            goto exception;
        NEXT;
    }
    struct code *callee = method_code(target);
    if (!callee)
        goto call_outside;
    if (tiered)
        interp_heat(t, target);
    if (!interp_push(t, callee, args))
        goto exception;
    frame++;
    code = callee;
    r = args;
    ip = code->insns;
    DISPATCH;
}
call_outside:
    if (!method_is_prepared(target)) {
        if (!exec_prepare(t, target))
            goto exception;
        goto call_target;
    }
    if (method_code(target)) /* which another thread has made since it was looked for */
        goto call_target;
    exec_call_special(t, target, args);
    if (t->exception)
        goto exception;
    NEXT;

    OP(newobj) {
        target = ip->u.p;
        args = &A;
        frame->ip = ip;
        if (!begin_newobj(t, target, args))
            goto exception;
        args++;
        goto call_target;
    }
    OP(newobj_value) {
        target = ip->u.p;
        args = &A;
        uint32_t slots = type_slots(target->owner);
        memmove(args + slots + 1, args, (target->arg_slots - 1) * sizeof *args);
        memset(args, 0, slots * sizeof *args);
        args[slots].p = args;
        args += slots;
        goto call_target;
    }
    OP(newobj_string) { /* the factory is an instance method that is called with a null this */
        target = ip->u.p;
        args = &A;
        memmove(args + 1, args, (target->arg_slots - 1) * sizeof *args);
        args[0].p = NULL;
        goto call_target;
    }

    OP(rejit) {
        frame->ip = ip;
        if (!exec_rejit(t, code->method) || !interp_replace(t, frame, method_code(code->method)))
            goto exception;
        code = frame->code;
        ip = code->insns;
        DISPATCH;
    }
    OP(hook) {
        frame->ip = ip;
        RT_TELL(t->rt->events, hook, ip->u.p, ip->b ? &A : NULL);
        NEXT;
    }
    OP(ret_1) {
        r[0] = A;
        goto return_to_caller;
    }
    OP(ret_n) {
        memmove(r, &A, ip->u.mem.size * sizeof *r);
        goto return_to_caller;
    }
    OP(ret)
return_to_caller : {
    if (--t->frame_count == base)
        goto done;
    frame--;
    code = frame->code;
    r = frame->regs;
    ip = frame->ip;
    NEXT;
}

    OP(lock) {
        frame->ip = ip;
        struct object *object = exec_monitor_lock(t, B.o, ip->u.p);
        if (!object)
            goto exception;
        A.o = object;
        NEXT;
    }
    OP(unlock) {
        frame->ip = ip;
        if (!exec_monitor_unlock(t, A.o))
            goto exception;
        NEXT;
    }
    OP(throw) {
        struct object *object = A.o;
        if (!object)
            goto null_reference;
        frame->ip = ip;
        exec_throw_object(t, object);
        goto exception;
    }
    OP(rethrow) {
        frame->ip = ip;
        exception_rethrow(t, A.o);
        goto exception;
    }
    OP(leave_catch) {
        rt_events *events = t->rt->events;
        frame->ip = ip;
        RT_TELL(events, exception_catcher_leave);
        if (t->aborting) {
            exec_throw(t, "Threading.ThreadAbortException", NULL);
            goto exception;
        }
        NEXT;
    }
    OP(call_finally) {
        A.i8 = ip + 1 - code->insns;
        JUMP;
    }
    OP(end_finally) {
        int64_t next = A.i8;
        if (next >= 0) {
            ip = code->insns + next;
            DISPATCH;
        }
        frame->ip = ip;
        if (!exception_dispatch(t, base, exception_resume(t, frame, ip->a)))
            goto done;
        goto handler;
    }
    OP(end_filter) {
        t->filter_result = A.i4;
        t->frame_count = base;
        goto done;
    }
    OP(fail) {
        const struct code_failure *failure = ip->u.p;
        frame->ip = ip;
        exec_throw(t, failure->exception, failure->message);
        goto exception;
    }

null_reference:
    THROW("NullReferenceException");
index_out_of_range:
    THROW("IndexOutOfRangeException");
divide_by_zero:
    THROW("DivideByZeroException");
overflow:
    THROW("OverflowException");
exception:
    if (!exception_dispatch(t, base, 0))
        goto done;
handler:
    frame = &t->frames[t->frame_count - 1];
    code = frame->code;
    r = frame->regs;
    ip = frame->ip;
    DISPATCH;
done:
    t->native_top = native_top;
    t->compiled_top = compiled_top;
}
