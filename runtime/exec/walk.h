/* Walks a thread's managed activations, innermost first, whichever engine runs them. */
#ifndef CLARET_WALK_H
#define CLARET_WALK_H

#include "runtime/exec/exec.h"
#include "runtime/jit/jit.h"

struct stack_walk {
    struct thread *thread;
    uint32_t next_frame; /* interpreted frames left */
    bool compiled;       /* jit is under way */
    jit_walk jit;
};

struct walk_entry {
    struct method *method; /* NULL: where native code called in (frame is a boundary) */
    const struct code *code;
    uint32_t il_offset, insn;
    const void *ip;      /* in machine code; interpreted: the instruction of the register code */
    uint64_t activation; /* compiled: its id */
    uint32_t index;      /* interpreted: of the frame */
    const struct frame *frame; /* NULL for compiled activations */
};

/* On the thread itself, inside a call from managed code; or on another one that has stopped it. */
void stack_walk_start(struct stack_walk *walk, struct thread *thread);
bool stack_walk_next(struct stack_walk *walk, struct walk_entry *out);

#endif
