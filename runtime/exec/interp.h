/* The interpreter, and what it shares with the rest of runtime/exec/. Internal. */
#ifndef CLARET_INTERP_H
#define CLARET_INTERP_H

#include <string.h>

#include "runtime/exec/exec.h"

/* Runs the frames above base (frames[base] is there already) until frame_count is base again. On
 * return thread->exception tells how it ended. */
void interp_run(struct thread *thread, uint32_t base);

/* A call that finds the thread's stack full, or is to poll. False with an exception pending. */
bool interp_stop_at_call(struct thread *thread, const struct code *code, union slot *regs);

/* Pushes a frame for a prepared method whose arguments are at regs and clears its locals. False
 * with an exception pending when the stack is full. */
static inline bool interp_push(struct thread *thread, struct code *code, union slot *regs) {
    uint32_t locals = code->temp_start - code->arg_slots;
    if (__builtin_expect(thread->frame_count >=
                                 __atomic_load_n(&thread->frame_limit, __ATOMIC_RELAXED) ||
                             code->reg_count > (size_t)(thread->stack_end - regs),
                         0) &&
        !interp_stop_at_call(thread, code, regs))
        return false;
    if (locals)
        memset(regs + code->arg_slots, 0, locals * sizeof *regs);
    struct frame *frame = &thread->frames[thread->frame_count++];
    frame->code = code;
    frame->regs = regs;
    frame->ip = code->insns;
    frame->compiled_caller = NULL;
    frame->boundary = frame->root = frame->filter = false;
    frame->replaced = frame->resumes = false;
    return true;
}

/* Makes the top frame, whose arguments are in its registers already, one of a prepared method.
 * False with an exception pending when the stack is full. */
static inline bool interp_replace(struct thread *thread, struct frame *frame, struct code *code) {
    if (__builtin_expect(thread->frame_count > thread->frame_limit ||
                             code->reg_count > (size_t)(thread->stack_end - frame->regs),
                         0) &&
        !interp_stop_at_call(thread, code, frame->regs))
        return false;
    memset(frame->regs + code->arg_slots, 0,
           (code->temp_start - code->arg_slots) * sizeof *frame->regs);
    frame->code = code;
    frame->ip = code->insns;
    return true;
}

/* Counts an entry or an iteration, and compiles the method when it is hot. */
void interp_heat(struct thread *thread, struct method *method);

/* ---- exception.c ---- */

/* Pass one for the pending exception, run where it is thrown, while all frames still exist: finds
 * its handler and records its stack trace (behind the old one when keep_trace). */
enum trace_use {
    TRACE_ANEW,
    TRACE_GO_ON, /* behind the entries that the exception has */
    TRACE_RESUME /* the same; the last of those is of the activation that throws again */
};
void exception_search(struct thread *thread, enum trace_use use);
/* Whether it is the thread's abort, which its root takes, so that finally blocks run. */
bool exception_is_abort(const struct thread *thread, const struct object *exception);
/* The instruction rethrow. */
void exception_rethrow(struct thread *thread, struct object *exception);

/* Pass two: unwinds the frames above base towards the handler. True: a handler or finally block of
 * the top frame is to be executed at frames[frame_count - 1].ip. False: the frames down to base are
 * gone and the exception is still pending. Clauses of the top frame before first_clause have run
 * already. */
bool exception_dispatch(struct thread *thread, uint32_t base, uint32_t first_clause);

/* For an activation that an exception leaves, and that pass two does not see: a compiled one. */
void exception_tell_unwound(struct thread *thread, struct method *method);

/* end_finally with nothing to return to: takes the interrupted unwinding up again from the state
 * registers; returns the clause to continue with. */
uint32_t exception_resume(struct thread *thread, const struct frame *frame, uint16_t state_reg);

/* ---- wrapped.c ---- */

/* The exception that carries a thrown object through the runtime, itself when it is one. Another
 * one when memory is short. */
struct object *exception_wrap(struct thread *thread, struct object *object);
/* What a handler or filter of the method gets of it. */
struct object *exception_seen_by(const struct method *method, struct object *exception);

/* ---- Helpers of single operations, for both engines. Null is a pending exception. ---- */
uint64_t interp_r8_to_u8(double v); /* conv.u8 */
bool interp_convert_checked(struct thread *thread, union slot *to, const union slot *from,
                            int64_t conversion);
struct object *interp_box(struct thread *thread, struct type *type, const union slot *value);
void *interp_unbox(struct thread *thread, struct type *type, struct object *object);
bool interp_is_instance(const struct object *object, const struct type *type);
bool interp_cast(struct thread *thread, const struct object *object, const struct type *type);
/* What a virtual call of declared, an instantiation of a generic method perhaps, runs on the
 * object, which may be null: NullReferenceException. */
struct method *interp_find_virtual(struct thread *thread, struct method *declared,
                                   const struct object *object);
/* The address in the TypedReference at reference, of exactly the type: InvalidCastException. */
void *interp_reference_value(struct thread *thread, const union slot *reference,
                             const struct type *type);
struct method *interp_find_interface(struct thread *thread, struct code_interface_call *site,
                                     const struct object *object);

#endif
