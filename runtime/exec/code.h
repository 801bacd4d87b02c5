/* Register code: what both engines run.
 *
 * IL is lowered once per version of a method's body (lower.c). Tokens are resolved, stack positions
 * and locals have become registers, types are in the operations. The interpreter runs the code as
 * it is; the JIT translates it instruction by instruction.
 *
 * Frame of a method, in 8-byte slots:
 *
 *   0 ............ arg_slots ........ temp_start ............. reg_count
 *   | arguments    | locals           | evaluation stack        |
 *
 * A call's arguments are the top of the caller's evaluation stack, and they are at the same time
 * the first registers of the callee: a call copies nothing. The result replaces the arguments. */
#ifndef CLARET_CODE_H
#define CLARET_CODE_H

#include <stdio.h>

#include "runtime/runtime.h"

union slot {
    int32_t i4;
    uint32_t u4;
    int64_t i8;
    uint64_t u8;
    float r4;
    double r8;
    void *p;
    struct object *o;
};

enum code_op {
#define CODE_OP(name, format) CODE_##name,
#include "runtime/exec/code.def"
#undef CODE_OP
    CODE_OP_COUNT
};

enum code_format {
    FORMAT_NONE,
    FORMAT_D,
    FORMAT_DS,
    FORMAT_DSS,
    FORMAT_DSI,
    FORMAT_S,
    FORMAT_B,
    FORMAT_SB,
    FORMAT_SSB,
    FORMAT_SIB,
    FORMAT_LOAD,
    FORMAT_STORE,
    FORMAT_LOADS,
    FORMAT_STORES,
    FORMAT_ELEM,
    FORMAT_STELEM,
    FORMAT_CALL,
    FORMAT_OTHER
};

struct insn {
    uint16_t op, a, b, c;
    union {
        int64_t i;
        double r;
        void *p;
        struct {
            uint32_t target;
            int32_t imm;
        } branch;
        struct {
            uint32_t offset, size;
        } mem;
    } u;
};

struct code_switch {
    uint32_t count;
    uint32_t targets[];
};

/* An interface call site with the last receiver's type and its method. */
struct code_interface_call {
    struct method *method;
    struct type *cached_type;
    struct method *cached_target;
};

struct code_indirect_call {
    const struct method *signature;
    bool is_virtual; /* tail_calli: of a method of the first argument's type */
};

/* The types of the variable arguments at one call site. */
struct code_varargs {
    struct native_function *function; /* of the P/Invoke that is called here, once bound */
    uint32_t count;
    struct type *types[];
};

/* Something in the IL that cannot be done: thrown when, and only when, it is reached. */
struct code_failure {
    const char *exception; /* class in namespace System */
    const char *message;
};

/* conv.ovf.*: u.i of conv_ovf. */
#define CODE_CONVERSION(from, to, un) ((int64_t)(from) | (int64_t)(to) << 8 | (int64_t)(un) << 16)
#define CODE_CONVERSION_FROM(i)       ((type_storage)((i)&0xFF))
#define CODE_CONVERSION_TO(i)         ((type_storage)((i) >> 8 & 0xFF))
#define CODE_CONVERSION_UN(i)         ((bool)((i) >> 16 & 1))

/* An exception clause over instruction indexes. */
struct code_clause {
    il_clause_kind kind;
    uint32_t try_start, try_end, handler_start, handler_end, filter_start;
    struct type *catch_type;
    uint16_t exception_reg; /* where the caught exception is put: the handler's stack slot 0 */
    uint16_t state_reg;     /* finally, fault: CLAUSE_SLOTS registers, see exception.c */
};
#define CLAUSE_SLOTS 4

struct code {
    struct method *method;
    struct insn *insns;
    uint32_t *il_offsets; /* per instruction */
    uint32_t insn_count;
    uint32_t reg_count, temp_start;
    uint32_t arg_slots, return_slots;
    struct code_clause *clauses;
    uint32_t clause_count;
    uint32_t il_size;
    bool has_loops;
    bool is_stub;         /* CODE_rejit, which makes the real code */
    const rt_hook *hooks; /* one of each kind that the code calls; NULL: none */
};

/* Lowers a body of the method's; NULL: the one in force. IL that cannot be lowered at all (bad structure, stack
 * underflow, unknown opcode) gives IL_BAD_BODY with method, IL offset and reason in err; the
 * exception it stands for is InvalidProgramException. Parts that name missing things become `fail`
 * instructions. hooks: an rt_hook of each kind for the code to call, in the runtime's pool; or
 * NULL. Memory comes from that pool. */
il_status code_lower(struct thread *thread, struct method *method, const rt_hook *hooks,
                     const struct body_override *body, struct code **out, il_error *err);

/* Prints the code, one instruction per line, for people. */
void code_dump(const struct code *code, FILE *file);

const char *code_op_name(enum code_op op);
enum code_format code_op_format(enum code_op op);

#endif
