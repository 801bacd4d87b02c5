/* Stack walks. Interpreted frames are linked by index; between two of them there may be a run of
 * compiled activations, found from the native frame at which compiled code was left. */
#include "runtime/exec/walk.h"

static void enter_compiled(struct stack_walk *walk, const void *native_frame) {
    walk->compiled = native_frame != NULL;
    if (walk->compiled)
        jit_walk_start(&walk->jit, walk->thread->rt->jit, native_frame);
}

void stack_walk_start(struct stack_walk *walk, struct thread *thread) {
    walk->thread = thread;
    walk->next_frame = thread->frame_count;
    enter_compiled(walk, thread->compiled_top);
}

static bool next_compiled(struct stack_walk *walk, struct walk_entry *out) {
    jit_activation activation;
    if (!walk->compiled || !jit_walk_next(&walk->jit, &activation))
        return false;
    *out = (struct walk_entry){.method = activation.method,
                               .code = activation.code,
                               .il_offset = activation.il_offset,
                               .insn = activation.insn,
                               .ip = activation.ip,
                               .activation = activation.id};
    return true;
}

static void next_interpreted(struct stack_walk *walk, struct walk_entry *out) {
    uint32_t index = --walk->next_frame;
    const struct frame *frame = &walk->thread->frames[index];
    uint32_t insn = (uint32_t)(frame->ip - frame->code->insns);
    enter_compiled(walk, frame->compiled_caller);
    *out = (struct walk_entry){.method = frame->code->method,
                               .code = frame->code,
                               .il_offset = frame->code->il_offsets[insn],
                               .insn = insn,
                               .ip = frame->ip,
                               .index = index,
                               .frame = frame};
}

bool stack_walk_next(struct stack_walk *walk, struct walk_entry *out) {
    struct walk_entry resumed;
    if (next_compiled(walk, out))
        return true;
    walk->compiled = false;
    while (walk->next_frame > 0) {
        next_interpreted(walk, out);
        if (out->frame->resumes)
            next_compiled(walk, &resumed);
        if (!out->frame->replaced)
            return true;
        if (next_compiled(walk, out))
            return true;
    }
    return false;
}
