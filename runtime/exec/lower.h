/* Lowering IL to register code: what its parts share. Internal to runtime/exec/lower*.c.
 *
 *   lower.c         control flow, exception clauses, the loop over the instructions
 *   lower_block.c   what the stack holds where blocks begin
 *   lower_stack.c   the symbolic evaluation stack and emission
 *   lower_arith.c   arithmetic, conversions, comparisons
 *   lower_member.c  fields, arrays, objects
 *   lower_call.c    calls, constructors, function pointers, returns
 *   lower_intrinsic.c  methods that become operations
 *
 * One pass in IL order, or a few where a later jump changes what a block begins with. The
 * evaluation stack is symbolic: an entry may be a constant, a local or argument that was loaded but
 * not yet copied, or a register. Each depth has a home register; entries go home where that
 * matters: before a branch or label, as arguments of a call, and when the local they stand for is
 * written. */
#ifndef CLARET_LOWER_H
#define CLARET_LOWER_H

#include "runtime/exec/exec.h"

/* What an evaluation-stack entry is (III.1.1). ADDRESS: managed pointer; native int, unmanaged and
 * function pointers are I8. */
typedef enum value_kind { V_I4, V_I8, V_R4, V_R8, V_REF, V_ADDRESS, V_STRUCT } value_kind;

struct value {
    uint8_t kind;
    uint8_t storage; /* small integers known to be in range of it; else STORE_I4 */
    bool constant;
    bool
        extended; /* I4: the register holds the value extended to 64 bits, and it is not negative */
    uint16_t reg, home, slots;
    int64_t imm;
    struct type *type; /* STRUCT: the type. REF: static type when known, else NULL */
};

/* Per IL offset. */
struct block {
    bool leader, lowered, is_handler;
    uint32_t insn;       /* first instruction, once lowered */
    struct value *stack; /* entries at the start, all at home; NULL: empty */
    uint32_t depth;
    bool reached; /* stack and depth are set */
    bool guessed; /* but only by code that is perhaps never reached itself */
};

struct variable {
    struct type *type;
    uint16_t reg;
    bool address_taken;
};

struct lowering {
    struct thread *thread;
    struct method *method;
    struct module *module;
    struct generic_context context;
    il_body body;
    struct mem_pool scratch; /* dies with the lowering */
    struct mem_pool *pool;   /* the runtime's */

    struct block *blocks; /* code_size + 1 */
    struct value *stack;
    uint32_t depth, max_depth;

    struct insn *insns;
    uint32_t *il_offsets;
    uint32_t count, capacity;
    uint32_t block_start; /* first instruction of the current block: no rewriting before it */

    struct variable *args, *locals;
    uint32_t arg_count, local_count;
    uint32_t temp_start, reg_count;
    struct code_clause *clauses;
    il_clause *il_clauses;

    uint32_t il_offset; /* of the instruction being lowered */
    bool dead;          /* nothing follows until the next leader */
    bool guessing;      /* nothing known leads to the current block so far */
    bool has_loops;
    bool synchronized; /* runs in a finally block of the lowering's own, the last of the clauses */
    uint16_t lock_reg; /* what that gives free */
    uint32_t locked;   /* the instruction from which on it is held */
    uint32_t unlock;   /* the finally block's first */
    bool unusable;     /* the type of a local variable is missing: all it does is throw */

    /* Of the pass (lower_block.c). */
    bool again;     /* a block was lowered with another stack than it has */
    bool learnt;    /* a block that was guessed is known now */
    bool disagreed; /* guessed and known code brought different stacks to a block */
    uint32_t passes;
    struct edge *edges, **last_edge;
    uint32_t edge_count;

    /* Prefixes of the instruction being lowered. */
    struct type *constrained;
    bool tail, readonly, is_volatile;

    const rt_hook *hooks; /* one of each kind; NULL: none are wanted */

    il_error *err;
    il_status status;
};

/* Every function below may set L->status; the driver stops at the end of the instruction. Results
 * are harmless dummies then. */

/* ---- lower.c ---- */
/* In front of a return: calls the block that ends what a synchronized method has locked. */
#define LOWER_UNLOCK UINT32_MAX /* as a branch target: that block */
void lower_unlock(struct lowering *L);

/* ---- lower_stack.c ---- */
void lower_fail(struct lowering *L, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lower_no_memory(struct lowering *L);

/* Makes room for more instructions; called once before the first is emitted. */
bool lower_grow(struct lowering *L);
struct insn *lower_emit(struct lowering *L, enum code_op op, uint32_t a, uint32_t b, uint32_t c);
struct insn *lower_emit_imm(struct lowering *L, enum code_op op, uint32_t a, uint32_t b,
                            int64_t imm);
struct insn *lower_emit_pointer(struct lowering *L, enum code_op op, uint32_t a, uint32_t b,
                                const void *p);
struct insn *lower_emit_mem(struct lowering *L, enum code_op op, uint32_t a, uint32_t b,
                            uint32_t offset, uint32_t size);

value_kind lower_kind_of(const struct type *type);
/* Integers of 64 bits, pointers and objects, which unverifiable code uses for each other. */
bool lower_is_pointer_sized(value_kind kind);
/* The move of a value of one slot. */
enum code_op lower_move_op(value_kind kind);
uint16_t lower_next_home(struct lowering *L);
/* Makes sure that the frame has registers up to reg + slots. */
void lower_need_regs(struct lowering *L, uint32_t reg, uint32_t slots);

/* Pushes an entry of type whose value is (or will be) in its home register, which is returned. */
uint16_t lower_push(struct lowering *L, struct type *type);
uint16_t lower_push_kind(struct lowering *L, value_kind kind);
void lower_push_constant(struct lowering *L, value_kind kind, int64_t imm);
void lower_push_copy(struct lowering *L, struct value value);
struct value lower_pop(struct lowering *L);
struct value *lower_top(struct lowering *L, uint32_t from_top);

/* The register the value is in; a constant is loaded into its home first. */
uint16_t lower_use(struct lowering *L, struct value *value);
/* Moves the value to its home register. */
void lower_home(struct lowering *L, struct value *value);
/* The same for all entries of the stack. */
void lower_home_all(struct lowering *L);
/* Copies entries that stand for registers [reg, reg + slots), which are about to be written. */
void lower_release(struct lowering *L, uint32_t reg, uint32_t slots);

/* Converts the value, in its home if need be, to what a location of type holds; fails when it
 * cannot be (III.1.8.1.2.3 widened to what CoreCLR accepts). */
void lower_coerce(struct lowering *L, struct value *value, const struct type *type,
                  const char *where);
/* Moves a popped value into a variable's registers. */
void lower_store_register(struct lowering *L, struct value *value, uint16_t reg);

/* Emits the throwing of exception (class in System) instead of what cannot be done here. */
void lower_throw(struct lowering *L, const char *exception, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for a failed look-up. Nothing follows in this block. */
void lower_throw_error(struct lowering *L, const il_error *err);
/* The same for a member, text, that the method may not use. */
void lower_throw_access(struct lowering *L, const char *exception, const char *kind,
                        const char *text);
void lower_unsupported(struct lowering *L, const char *what);

const char *lower_kind_text(const struct value *value);

/* ---- lower_block.c ---- */
void lower_begin_pass(struct lowering *L);
/* Whether the pass that ended has to be done again. */
bool lower_needs_pass(struct lowering *L);
void lower_enter_block(struct lowering *L, uint32_t offset);
/* Control reaches offset with the present stack, all of it at home. */
void lower_reach(struct lowering *L, uint32_t offset);
/* The same where nothing else follows: brings the stack home, and to the kinds expected there. */
void lower_fall_into(struct lowering *L, uint32_t offset);
/* The same for a branch that was just emitted: returns what to set as its target. */
uint32_t lower_edge(struct lowering *L, uint32_t target);
/* Behind the last instruction: the code of edges that convert; then where that of a target is. */
void lower_emit_edges(struct lowering *L);
uint32_t lower_edge_insn(const struct lowering *L, uint32_t target);

/* ---- lower.c ---- */
void lower_load_argument(struct lowering *L, uint32_t index);

/* ---- lower_arith.c ---- */
bool lower_arithmetic(struct lowering *L, const il_insn *insn);
/* float32 to float64, int32 to native int; nothing for what has the kind's width. */
void lower_widen(struct lowering *L, struct value *value, value_kind kind);
/* Pops the operands of a comparing branch and emits it (target still an IL offset). */
void lower_compare_branch(struct lowering *L, const il_insn *insn);
void lower_bool_branch(struct lowering *L, const il_insn *insn, bool if_true);

/* ---- lower_intrinsic.c ---- */
/* Emits operations instead of the call of a method that the engines know; false when it is none of
 * these. The arguments are the top of the stack. */
bool lower_intrinsic(struct lowering *L, const struct method *method);

/* ---- lower_member.c ---- */
bool lower_member(struct lowering *L, const il_insn *insn);
/* An index in a register as int32: one that is no int32 becomes -1, which is out of every range. */
uint16_t lower_use_index(struct lowering *L, struct value *index);
/* Prepares the type; false when that fails, and code that throws instead is emitted. Needed where
 * the code reads its method table or static fields, or makes objects of it. */
bool lower_prepare(struct lowering *L, struct type *type);
/* Pops an object; fails when it is none. */
struct value lower_pop_object(struct lowering *L, const char *what);
/* Runs the type initialiser first where the running code could see that it has not run. */
void lower_ensure_init(struct lowering *L, struct type *type);
/* Loads a value of type from base + offset into the registers from to on. */
void lower_emit_load(struct lowering *L, uint16_t to, uint16_t base, uint32_t offset,
                     const struct type *type);
/* The same, pushed. */
void lower_load_from(struct lowering *L, uint16_t base, uint32_t offset, struct type *type);

/* ---- lower_call.c ---- */
bool lower_call(struct lowering *L, const il_insn *insn);
/* Emits a call of the consumer, if it wants any; it is shown count slots from first on. */
void lower_hook(struct lowering *L, rt_hook_kind kind, uint16_t first, uint32_t count);
void lower_return(struct lowering *L);

#endif
