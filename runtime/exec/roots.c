/* The managed heap's host: where the roots are, and the names that spies are told.
 *
 * Roots are the static fields of all types, the objects that types and threads own, interned
 * strings, and, conservatively, the registers of interpreted frames and the native stack, on which
 * compiled code and native methods keep theirs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/bcl/bcl.h"
#include "runtime/exec/exec.h"
#include "runtime/exec/monitor.h"
#include "runtime/exec/walk.h"

/* stack_end: the collecting thread's; the others are in safe regions. */
static void mark_thread(const struct thread *thread, gc_heap *gc, const void *stack_end) {
    const uint64_t *registers = thread->region.registers;
    bool collects = thread == exec_current_thread(thread->rt);
    gc_mark(gc, thread->exception);
    gc_mark(gc, thread->object);
    gc_mark(gc, thread->internal);
    gc_mark(gc, thread->abort_state);
    gc_mark(gc, thread->out_of_memory);
    gc_mark(gc, thread->stack_overflow);
    gc_roots_are(gc, GC_ROOT_HANDLE);
    exec_mark_thread_statics(thread, gc);
    gc_roots_are(gc, GC_ROOT_STACK);
    gc_mark_range(gc, thread->stack, exec_stack_top((struct thread *)(uintptr_t)thread));
    if (!collects)
        gc_mark_range(gc, registers,
                      registers + sizeof thread->region.registers / sizeof *registers);
    gc_mark_range(gc, collects ? stack_end : thread->region.end, thread->native_base);
}

static void mark_roots(void *self, gc_heap *gc, const void *stack_end) {
    struct runtime *rt = self;
    for (const struct type *type = rt->rooted; type; type = type->next_rooted) {
        gc_roots_are(gc, GC_ROOT_HANDLE);
        gc_mark_range(gc, type->statics, type->statics + type->statics_size);
        gc_roots_are(gc, GC_ROOT_OTHER);
        gc_mark(gc, type->object);
        gc_mark(gc, type->init_failure);
    }
    exec_mark_strings(rt, gc);
    exec_mark_monitors(rt, gc);
    bcl_mark(rt, gc);
    for (const struct thread *thread = rt->world.threads; thread; thread = thread->next)
        mark_thread(thread, gc, stack_end);
}

static void announce(void *self, gc_phase phase) {
    struct runtime *rt = self;
    const rt_events *events = rt->events;
    if (phase == GC_STARTED)
        RT_TELL(events, gc_started, rt->gc, gc_is_induced(rt->gc));
    else if (phase == GC_MARKED)
        RT_TELL(events, gc_marked, rt->gc);
    else if (phase == GC_FINISHED)
        RT_TELL(events, gc_finished, rt->gc);
}

/* ---- For spies ---- */

static void name_type(void *self, const void *type, char *text, size_t size) {
    (void)self;
    type_name(type, text, size);
}

/* A frame is a method and an IL offset. */
static uint32_t take_stack(void *self, void *gc, uintptr_t *frames, uint32_t limit) {
    (void)self;
    struct thread *thread = (struct thread *)((char *)gc - offsetof(struct thread, gc));
    struct stack_walk walk;
    struct walk_entry entry;
    uint32_t depth = 0;
    stack_walk_start(&walk, thread);
    while (depth < limit && stack_walk_next(&walk, &entry)) {
        if (!entry.method)
            continue;
        uintptr_t *frame = &frames[depth++ * SPY_FRAME_WORDS];
        frame[0] = (uintptr_t)entry.method;
        frame[1] = entry.il_offset;
    }
    return depth;
}

static void name_frame(void *self, const uintptr_t *frame, char *text, size_t size) {
    (void)self;
    method_name((const struct method *)frame[0], text, size);
    size_t used = strlen(text);
    snprintf(text + used, size - used, " IL_%04X", (unsigned)frame[1]);
}

/* CLARET_GC_STRESS=N collects before every Nth allocation, to find roots that were forgotten. */
gc_heap *exec_heap_new(struct runtime *rt) {
    const char *stress = getenv("CLARET_GC_STRESS");
    gc_host host = {.self = rt,
                    .length_offset = ARRAY_LENGTH_OFFSET,
                    .data_offset = ARRAY_DATA_OFFSET,
                    .stop_world = exec_stop_world,
                    .start_world = exec_start_world,
                    .mark_roots = mark_roots,
                    .phase = announce,
                    .naming = {rt, name_type, take_stack, name_frame},
                    .stress = stress ? (uint32_t)strtoul(stress, NULL, 10) : 0};
    return gc_new(&host);
}
