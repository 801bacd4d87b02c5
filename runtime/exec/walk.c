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

bool stack_walk_next(struct stack_walk *walk, struct walk_entry *out) {
    if (walk->compiled) {
        out->frame = NULL;
        out->index = 0;
        if (jit_walk_next(&walk->jit, &out->method, &out->il_offset))
            return true;
        walk->compiled = false;
    }
    while (walk->next_frame > 0) {
        uint32_t index = --walk->next_frame;
        const struct frame *frame = &walk->thread->frames[index];
        enter_compiled(walk, frame->compiled_caller);
        if (frame->replaced)
            return stack_walk_next(walk, out);
        out->frame = frame;
        out->index = index;
        out->method = frame->code->method;
        out->il_offset = frame->code->il_offsets[frame->ip - frame->code->insns];
        return true;
    }
    return false;
}
