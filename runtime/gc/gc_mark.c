/* Marking, and the course of a collection. */
#define _GNU_SOURCE
#include "runtime/gc/gc_internal.h"
#include "runtime/memory/os.h"
#include "runtime/memory/spy.h"

#include <setjmp.h>
#include <string.h>
#include <time.h>

enum { FIRST_STACK = 64 * 1024, PREFETCHED = 8 };

/* ---- The stack of objects whose fields are to be looked at ---- */

static bool grow_stack(gc_mark_stack *stack) {
    size_t capacity = stack->capacity ? 2 * stack->capacity : FIRST_STACK;
    void **objects = os_map(capacity * sizeof *objects, os_page_size());
    if (!objects)
        return false;
    if (stack->objects) {
        memcpy(objects, stack->objects, stack->count * sizeof *objects);
        os_unmap(stack->objects, stack->capacity * sizeof *objects);
    }
    stack->objects = objects;
    stack->capacity = capacity;
    return true;
}

void gc_push(gc_mark_stack *stack, void *object) {
    if (__builtin_expect(stack->count == stack->capacity, false) && !grow_stack(stack)) {
        stack->overflowed = true;
        return;
    }
    stack->objects[stack->count++] = object;
}

static void free_stack(gc_mark_stack *stack) {
    if (stack->objects)
        os_unmap(stack->objects, stack->capacity * sizeof *stack->objects);
    *stack = (gc_mark_stack){0};
}

/* ---- Marking ---- */

static inline void mark_cell(gc_heap *gc, void *cell) {
    uint64_t bit, *word = gc_mark_word(cell, &bit);
    if (*word & bit)
        return;
    *word |= bit;
    gc_push(&gc->stack, cell);
}

static inline void mark(gc_heap *gc, void *object) {
    if (object && space_owns(&gc->space, object))
        mark_cell(gc, object);
}

void gc_roots_are(gc_heap *gc, gc_root_kind kind) {
    gc->root_kind = kind;
}

void gc_root_found(gc_heap *gc, void *object, uint32_t flags, const void *slot) {
    if (!object || !space_owns(&gc->space, object))
        return;
    if (gc->visit_root)
        gc->visit_root(gc->visit_data, &(gc_root){object, gc->root_kind, flags, slot});
    else if (!(flags & GC_ROOT_WEAK))
        mark_cell(gc, object);
}

void gc_mark(gc_heap *gc, void *object) {
    gc_root_found(gc, object, 0, NULL);
}

void *gc_find_object(gc_heap *gc, const void *address) {
    const mem_span *span = space_find(&gc->space, address);
    if (!span)
        return NULL;
    uint32_t index = 0;
    if (span->kind == SPAN_CELLS)
        index = (uint32_t)((const uint8_t *)address - span->start) / span->cell_size;
    return gc_is_object(gc, span, index) ? gc_cell(span, index) : NULL;
}

/* Reads the redzones of instrumented frames too. */
__attribute__((no_sanitize("address"))) void gc_mark_range(gc_heap *gc, const void *from,
                                                           const void *to) {
    uintptr_t first = ((uintptr_t)from + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
    for (uintptr_t at = first; at + sizeof(void *) <= (uintptr_t)to; at += sizeof(void *)) {
        void *word = *(void **)at;
        if (!space_owns(&gc->space, word))
            continue;
        void *object = gc_find_object(gc, word);
        gc_root_found(gc, object, object == word ? 0 : GC_ROOT_INTERIOR, (void *)at);
    }
}

static void mark_elements(gc_heap *gc, uint8_t *object, const gc_type *type) {
    int32_t length;
    memcpy(&length, object + gc->host.length_offset, sizeof length);
    uint8_t *element = object + gc->host.data_offset;
    for (int32_t i = 0; i < length; i++, element += type->element_size) {
        for (uint32_t k = 0; k < type->element_count; k++)
            mark(gc, *(void **)(element + type->element_offsets[k]));
    }
}

static void mark_fields(gc_heap *gc, uint8_t *object) {
    const gc_type *type = gc_type_of(object);
    for (uint32_t i = 0; i < type->count; i++)
        mark(gc, *(void **)(object + type->offsets[i]));
    if (type->ephemerons)
        gc_push(&gc->ephemerons, object);
    else if (type->element_size)
        mark_elements(gc, object, type);
}

/* Between stack and mark_fields an object waits in a short queue while its memory is fetched. */
static void empty_stack(gc_heap *gc) {
    void *queue[PREFETCHED] = {0};
    unsigned at = 0, waiting = 0;
    while (gc->stack.count || waiting) {
        void *due = queue[at];
        queue[at] = NULL;
        if (gc->stack.count) {
            queue[at] = gc->stack.objects[--gc->stack.count];
            __builtin_prefetch(queue[at]);
            waiting++;
        }
        at = (at + 1) % PREFETCHED;
        if (due) {
            waiting--;
            mark_fields(gc, due);
        }
    }
}

static void mark_fields_again(void *data, void *object, size_t size) {
    (void)size;
    gc_heap *gc = data;
    mark_fields(gc, object);
    empty_stack(gc);
}

void gc_each_marked(gc_heap *gc, void (*visit)(void *data, void *object, size_t size), void *data) {
    bool marked = gc->marked;
    gc->marked = true;
    gc_each_object(gc, visit, data);
    gc->marked = marked;
}

static void mark_all(gc_heap *gc) {
    empty_stack(gc);
    while (gc->stack.overflowed) {
        gc->stack.overflowed = false;
        gc_each_marked(gc, mark_fields_again, gc);
    }
}

void gc_drain(gc_heap *gc) {
    do
        mark_all(gc);
    while (gc_mark_ephemerons(gc));
}

/* ---- A collection ---- */

static void tell(gc_heap *gc, gc_phase phase) {
    if (gc->host.phase)
        gc->host.phase(gc->host.self, phase);
}

static void find_roots(gc_heap *gc) {
    gc_roots_are(gc, GC_ROOT_OTHER);
    gc->host.mark_roots(gc->host.self, gc, gc->stack_end);
    gc_mark_own_roots(gc);
}

static void run_collection(gc_heap *gc, const void *stack_end) {
    gc->stack_end = stack_end;
    tell(gc, GC_STARTED);
    gc_finish_sweeping(gc);
    find_roots(gc);
    gc_drain(gc);
    gc_clear_handles(gc, GC_HANDLE_WEAK);
    gc_find_finalizable(gc);
    gc_drain(gc);
    gc_clear_handles(gc, GC_HANDLE_WEAK_TRACK);
    gc_clear_ephemerons(gc);
    free_stack(&gc->stack);
    free_stack(&gc->ephemerons);
    gc->marked = true;
    tell(gc, GC_MARKED);
    gc->marked = false;
    if (spy_present())
        gc_tell_dead(gc);
    gc_begin_sweeping(gc);
    gc->stats.collections++;
    tell(gc, GC_FINISHED);
}

uint64_t gc_now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static __attribute__((noinline)) void collect(gc_heap *gc, bool induced, const void *stack_end) {
    if (gc->host.stop_world && !gc->host.stop_world(gc->host.self))
        return;
    uint64_t start = gc_now_ns();
    gc->induced = induced;
    run_collection(gc, stack_end);
    gc->stats.pause_ns += gc_now_ns() - start;
    if (gc->host.stop_world)
        gc->host.start_world(gc->host.self);
}

/* The stack ends, for the collection, with the registers that a caller wants kept. Nothing else is
 * in this frame: what earlier calls have left there would look like references. */
__attribute__((noinline)) void gc_collect_for(gc_thread *thread, bool induced) {
    jmp_buf registers;
    memset(&registers, 0, sizeof registers);
    (void)setjmp(registers);
    __asm__ volatile("" : : "r"(registers) : "memory");
    collect(thread->gc, induced, registers);
    __asm__ volatile("" : : : "memory"); /* no tail call, which would end the frame before */
}

void gc_collect(gc_thread *thread) {
    gc_collect_for(thread, true);
}

/* ---- Looking ---- */

bool gc_is_induced(const gc_heap *gc) {
    return gc->induced;
}

void gc_each_root(gc_heap *gc, void (*visit)(void *data, const gc_root *root), void *data) {
    gc->visit_root = visit;
    gc->visit_data = data;
    find_roots(gc);
    gc->visit_root = NULL;
}

bool gc_is_marked(gc_heap *gc, const void *object) {
    return space_owns(&gc->space, object) && gc_has_mark(object);
}

typedef struct walk {
    gc_heap *gc;
    void (*visit)(void *data, void *object, size_t size);
    void *data;
} walk;

static void walk_span(mem_span *span, void *data) {
    const walk *w = data;
    size_t size = span->kind == SPAN_LARGE ? span->size : span->cell_size;
    for (uint32_t i = 0; i < span->fresh; i++) {
        if (gc_is_object(w->gc, span, i))
            w->visit(w->data, gc_cell(span, i), size);
    }
}

void gc_each_object(gc_heap *gc, void (*visit)(void *data, void *object, size_t size), void *data) {
    walk w = {gc, visit, data};
    space_each_span(&gc->space, walk_span, &w);
}

void gc_each_reference(gc_heap *gc, void *object, void (*visit)(void *data, void *reference),
                       void *data) {
    const gc_type *type = gc_type_of(object);
    uint8_t *bytes = object;
    for (uint32_t i = 0; i < type->count; i++) {
        void *reference = *(void **)(bytes + type->offsets[i]);
        if (reference)
            visit(data, reference);
    }
    if (!type->element_size)
        return;
    int32_t length;
    memcpy(&length, bytes + gc->host.length_offset, sizeof length);
    uint8_t *element = bytes + gc->host.data_offset;
    for (int32_t i = 0; i < length; i++, element += type->element_size) {
        for (uint32_t k = 0; k < type->element_count; k++) {
            void *reference = *(void **)(element + type->element_offsets[k]);
            if (reference)
                visit(data, reference);
        }
    }
}

typedef struct check {
    gc_heap *gc;
    bool good;
} check;

static void check_reference(void *data, void *reference) {
    check *c = data;
    if (space_owns(&c->gc->space, reference))
        c->good &= gc_find_object(c->gc, reference) == reference;
}

static void check_object(void *data, void *object, size_t size) {
    (void)size;
    check *c = data;
    c->good &= gc_find_object(c->gc, object) == object;
    gc_each_reference(c->gc, object, check_reference, c);
}

static void check_span(mem_span *span, void *data) {
    check *c = data;
    c->good &= span->cursor <= span->cell_count && span->fresh <= span->cell_count;
    if (span->kind == SPAN_CELLS)
        c->good &=
            span->size_class < SIZE_CLASSES && span->cell_size == size_of_class(span->size_class);
}

bool gc_check(gc_heap *gc) {
    check c = {gc, space_check(&gc->space) && size_classes_check()};
    space_each_span(&gc->space, check_span, &c);
    if (c.good)
        gc_each_object(gc, check_object, &c);
    return c.good;
}
