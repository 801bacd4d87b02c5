/* From register code to MIR: what its parts share. Internal to runtime/jit/.
 *
 *   translate.c       the function as a whole: registers, blocks, loops, cold code, calls
 *   translate_ops.c   one rule per operation
 *
 * One MIR register per slot, 64 bits wide; slots whose address is taken and structures lie in a
 * frame on the register stack instead. An int32 keeps its undefined upper half, and what can be
 * done in 64 bits is (MIR miscompiles some 32-bit instructions). The function's shape follows from
 * what MIR gets wrong or slow:
 *
 *   hot code in the code's order; a loop's head is reached by jumps only: where it is fallen into,
 *       a jump leads to the loop's poll, which stands behind a branch that closes the loop
 *   cold blocks: exceptions, slow paths
 *   one ret, the last instruction
 *
 * Exception handlers run in the interpreter: an exception inside a try block stores all variables
 * into the frame, and the rest of the activation is interpreted. Only finally blocks are translated
 * too, as far as they are reached without an exception.
 *
 * A branch that MIR can decide is never emitted: it would drop the block with a call's label behind
 * it and crash over what the label needs. So integer constants come from memory; where an
 * instruction can take one directly, and another operand is unknown, it does.
 *
 * A label stands behind every call; its address leads a stack walk to the IL offset. */
#ifndef CLARET_TRANSLATE_H
#define CLARET_TRANSLATE_H

#include <mir.h>

#include "runtime/exec/exec.h"
#include "runtime/jit/jit.h"
#include "runtime/jit/mir_host.h"

enum helper {
#define HELPER(name) HELP_##name,
#include "runtime/jit/helpers.def"
#undef HELPER
    HELPER_COUNT
};

/* A place that calls; insn is the register-code instruction it belongs to. */
struct site {
    uint32_t offset; /* of the return address from the code's start */
    uint32_t insn;
};

/* One compiled method. sites are in ascending order. */
struct compiled {
    uint8_t *start, *end;
    struct method *method;
    const struct code *code;
    uint32_t frame_size; /* what the prologue reserves; 0: the code keeps a frame pointer */
    uint32_t site_count;
    struct site sites[];
};

#define NO_LOOP UINT32_MAX

/* What is asked of translate, and what it leaves. */
struct translation {
    struct method *method;
    const struct code *code; /* of the method; its own, or that of an older version */
    /* The instruction at which an activation of the interpreter's is taken over; NO_LOOP: the
     * method is translated for calls. */
    uint32_t loop_at;
    unsigned level;            /* of MIR's optimiser */
    bool unsupported;          /* refused because of what the code contains */
    struct compiled *compiled; /* a mem_ block; the caller's, also after a failure */
    jit_enter *enter;
};

/* For mir_host_run. */
void translate(MIR_context_t ctx, void *translation);

/* ---- Between the two files ---- */

#define MAX_COLD_ARGS 3

/* A call of a helper out of line, with up to three arguments besides the thread. */
struct cold {
    struct cold *next;
    MIR_label_t start;
    MIR_label_t back; /* where a helper that has not thrown goes on; NULL: it always throws */
    enum helper helper;
    uint32_t insn;
    uint32_t arg_count;
    MIR_op_t args[MAX_COLD_ARGS];
    MIR_reg_t result; /* 0: none */
    uint32_t poll;    /* the poll of the loop that starts here; UINT32_MAX: none */
};

struct pending_site {
    struct pending_site *next;
    MIR_item_t lref;
    uint32_t insn;
};

struct loop {
    uint32_t first, last; /* the loop's instructions lie between */
    uint32_t poll_at;     /* the instruction behind which the poll stands; it branches here */
    MIR_label_t poll;
    bool done; /* the poll stands */
};

/* A slot may hold integers and references here and floating-point values there: MIR has a register
 * for each. */
enum kind { KIND_INT, KIND_R4, KIND_R8, KIND_COUNT };

struct translator {
    MIR_context_t ctx;
    struct translation *request;
    const struct code *code;
    MIR_item_t function;
    MIR_reg_t thread;
    MIR_reg_t *regs[KIND_COUNT]; /* by slot; 0: not used so far */
    bool *in_memory;             /* by slot: has its place in the frame on the register stack */
    bool *non_null;              /* by slot: known since the last label */
    const struct insn *
        *constant_of;     /* by slot: the ldc it was set by since the last label, or NULL */
    MIR_reg_t frame;      /* that frame, laid out as the interpreter's; 0: there is none */
    MIR_reg_t slots;      /* the interpreter's frame that is taken over; 0: none is */
    MIR_label_t *labels;  /* by instruction; NULL: no branch leads there */
    struct loop **loops;  /* by instruction; NULL: no loop is entered there */
    uint32_t at;          /* the instruction being translated */
    bool *reachable;      /* by instruction: without an exception */
    MIR_label_t *unwinds; /* by instruction: where an exception there goes; NULL: not asked for */
    MIR_label_t unwind;
    MIR_reg_t unwind_at; /* the instruction */
    struct cold *cold, **cold_end;
    struct pending_site *sites;
    uint32_t site_count, next_temp;
    MIR_item_t helpers[HELPER_COUNT];
    MIR_item_t protos[256];    /* by number of arguments */
    MIR_item_t math_proto;     /* double (double) */
    MIR_label_t thrown, leave; /* the way out with and without an exception */
    MIR_label_t unwound;       /* the same with one that was told of */
    bool throws;               /* something leads to thrown */
    MIR_reg_t result;
    MIR_insn_t prologue_end; /* slots get their first values behind it; NULL: at the start */
    MIR_alias_t heap, constant, thread_words;
};

__attribute__((noreturn)) void tr_unsupported(struct translator *t, const char *what);

/* Instructions with one, two and three operands. */
void tr_put1(struct translator *t, MIR_insn_code_t code, MIR_op_t a);
void tr_put2(struct translator *t, MIR_insn_code_t code, MIR_op_t a, MIR_op_t b);
void tr_put3(struct translator *t, MIR_insn_code_t code, MIR_op_t a, MIR_op_t b, MIR_op_t c);
void tr_place(struct translator *t, MIR_label_t label);

MIR_op_t tr_int(struct translator *t, int64_t value);
MIR_op_t tr_pointer(struct translator *t, const void *p);
MIR_op_t tr_reg(struct translator *t, MIR_reg_t reg);
MIR_op_t tr_label(struct translator *t, MIR_label_t label);
MIR_reg_t tr_temp(struct translator *t);

/* A slot that is read, and one that is written (which forgets what was known of it); for integers
 * and references, and for any kind. */
MIR_op_t tr_use(struct translator *t, uint32_t slot);
MIR_op_t tr_def(struct translator *t, uint32_t slot);
/* Notes what is known of a slot that has just been written, till the next label. Nothing is known
 * of slots in memory, which others write too. */
void tr_know(struct translator *t, uint32_t slot, bool non_null, const struct insn *constant);
MIR_op_t tr_use_as(struct translator *t, enum kind kind, uint32_t slot);
MIR_op_t tr_def_as(struct translator *t, enum kind kind, uint32_t slot);
/* The slot's constant if it is known, else tr_use. For an operand of instructions with another one
 * that is unknown. */
MIR_op_t tr_value(struct translator *t, uint32_t slot);
bool tr_is_constant(const struct translator *t, uint32_t slot, int64_t *value);
/* Moves between two operands of the kind. */
void tr_move(struct translator *t, enum kind kind, MIR_op_t to, MIR_op_t from);
/* A floating-point register of its own. */
MIR_reg_t tr_temp_as(struct translator *t, enum kind kind);
/* What the type's values are. */
enum kind tr_kind_of(const struct type *type);
/* Uses the slot here, to no effect, so that it keeps its own register until here. */
void tr_keep(struct translator *t, enum kind kind, uint32_t slot);
/* The kinds of the method's argument slots. */
const enum kind *tr_arg_kinds(const struct method *method);
/* The word that carries a floating-point argument. */
MIR_op_t tr_float_word(struct translator *t, enum kind kind, uint32_t number);
/* The slot's value in a register, to address memory with. */
MIR_reg_t tr_base(struct translator *t, uint32_t slot);
/* The address of a slot that lies in memory. */
MIR_reg_t tr_address(struct translator *t, uint32_t slot);

/* A word of the thread. */
MIR_op_t tr_thread_word(struct translator *t, MIR_type_t type, size_t offset);

/* Copies size bytes between two places, which may overlap. */
void tr_copy(struct translator *t, MIR_reg_t to, int64_t to_offset, MIR_reg_t from,
             int64_t from_offset, uint32_t size);

/* Memory that the program writes; memory that never changes (array lengths, types of objects). */
MIR_op_t tr_heap(struct translator *t, MIR_type_t type, int64_t offset, MIR_reg_t base);
MIR_op_t tr_constant(struct translator *t, MIR_type_t type, int64_t offset, MIR_reg_t base);

/* Where a branch to instruction target goes. */
MIR_label_t tr_target(struct translator *t, uint32_t target);

/* The way out of the method with an exception. */
MIR_label_t tr_thrown(struct translator *t);

/* The start of a new cold block; result 0 for none, back NULL when the helper always throws. */
MIR_label_t tr_cold(struct translator *t, enum helper helper, MIR_reg_t result, MIR_label_t back,
                    uint32_t arg_count, const MIR_op_t *args);

/* Calls a helper here and leaves on an exception. */
void tr_call_helper(struct translator *t, enum helper helper, MIR_reg_t result, uint32_t arg_count,
                    const MIR_op_t *args);

/* Calls a C function of one float64, which neither throws nor looks at the stack. */
void tr_call_math(struct translator *t, const void *function, MIR_op_t result, MIR_op_t argument);

/* A call of the method in register method: the first argument is this_arg when that is not 0, the
 * others are count slots from first on; a result of return_slots goes to slot result. Leaves on an
 * exception. */
struct call {
    const struct method *signature; /* the method, or the one it overrides */
    MIR_reg_t method, this_arg;
    uint32_t first, count;
    uint32_t result, return_slots;
};
void tr_call_method(struct translator *t, const struct call *call);

/* Leaves with NullReferenceException when the slot is null, unless it is known not to be. */
void tr_check_null(struct translator *t, uint32_t slot);

/* Translates instruction t->at. */
void tr_insn(struct translator *t);
/* Whether control can pass from the instruction to the next. */
bool tr_falls_through(const struct insn *insn);
/* Calls visit for each instruction that instruction at may branch to; for call_finally also the one
 * that the finally block returns to. */
void tr_each_target(const struct insn *insn, uint32_t at, void (*visit)(void *arg, uint32_t target),
                    void *arg);
/* The slot that the instruction writes; UINT32_MAX: none, or a structure. */
uint32_t tr_written(const struct insn *insn);
/* Calls visit for the slots that the instruction needs in memory. */
void tr_each_in_memory(const struct code *code, const struct insn *insn,
                       void (*visit)(void *arg, uint32_t first, uint32_t count), void *arg);

/* A zero that MIR does not know to be one. */
MIR_op_t tr_zero(struct translator *t, enum kind kind);

#endif
