/* System.Diagnostics: stack traces of exceptions and of the running thread. */
#include "runtime/bcl/bcl_reflect.h"
#include "runtime/types/members.h"
#include "runtime/exec/walk.h"

static struct object *new_frame(struct thread *thread, struct type *type, struct method *method,
                                uint32_t il_offset) {
    struct object *frame = exec_new_object(thread, type);
    if (!frame)
        return NULL;
    *(int32_t *)bcl_field(frame, "ilOffset") = (int32_t)il_offset;
    *(int32_t *)bcl_field(frame, "nativeOffset") = -1;
    bcl_set_field(frame, "methodBase", bcl_method_object(thread, method, method->owner));
    return thread->exception ? NULL : frame;
}

/* get_trace(exception, frames to skip, with files): StackFrame[], the throwing method first. The
 * trace is what runtime/exec/trace.c keeps in the exception: pairs of method and IL offset. */
void bcl_stack_trace(struct thread *thread, union slot *slots) {
    struct array **trace = slots[0].o ? bcl_field(slots[0].o, "_stackTrace") : NULL;
    int32_t skip = slots[1].i4, count = trace && *trace ? (*trace)->length / 2 : 0;
    struct type *type = bcl_class(thread, "System.Diagnostics", "StackFrame");
    if (skip < 0 || skip > count)
        skip = count;
    struct array *out = type ? bcl_new_vector(thread, type, count - skip) : NULL;
    for (int32_t i = skip; out && i < count && !thread->exception; i++) {
        const int64_t *pair = (const int64_t *)(*trace)->data + 2 * (size_t)i;
        ((struct object **)out->data)[i - skip] =
            new_frame(thread, type, (struct method *)(uintptr_t)pair[0], (uint32_t)pair[1]);
    }
    slots[0].p = out;
}

/* The skip-th managed method on the stack, 0 being the one that called the native. */
static struct method *method_at(struct thread *thread, int32_t skip, uint32_t *il_offset) {
    struct stack_walk walk;
    struct walk_entry entry;
    stack_walk_start(&walk, thread);
    while (stack_walk_next(&walk, &entry)) {
        if (entry.method && skip-- == 0) {
            *il_offset = entry.il_offset;
            return entry.method;
        }
    }
    return NULL;
}

/* get_frame_info(skip, with files, out method, out IL offset, out native offset, out file, out
 * line, out column): false beyond the last frame. The native itself counts as frame 0. */
void bcl_stack_frame(struct thread *thread, union slot *slots) {
    uint32_t il_offset;
    struct object **method_out = slots[2].p;
    int32_t *il_out = slots[3].p, *native_out = slots[4].p;
    struct method *method = slots[0].i4 > 0 ? method_at(thread, slots[0].i4 - 1, &il_offset) : NULL;
    slots[0].i4 = method != NULL;
    if (!method)
        return;
    *method_out = bcl_method_object(thread, method, method->owner);
    *il_out = (int32_t)il_offset;
    *native_out = -1;
}

/* MethodBase.GetCurrentMethod(). */
void bcl_current_method(struct thread *thread, union slot *slots) {
    uint32_t il_offset;
    struct method *method = method_at(thread, 0, &il_offset);
    struct type *owner = method ? method->owner->definition : NULL;
    il_error err;
    if (owner && method->row && type_members(owner, &err) == IL_OK)
        method = type_method_of_row(owner, method->row); /* as the generic type declares it */
    slots[0].o = method ? bcl_method_object(thread, method->definition, method->owner) : NULL;
}
