/* Static fields of which each thread has its own ([ThreadStatic]).
 *
 * A field gets a number when code first names it; a thread has a table by these numbers, and memory
 * for a field once it uses it. The values start as zero: an initialiser sets those of the thread
 * that runs it. */
#include "runtime/exec/exec.h"

struct thread_static {
    uint8_t *value; /* a mem_ block; NULL: not used by this thread */
    uint32_t size;
};

static bool grow(struct thread *thread, uint32_t number) {
    uint32_t count = thread->static_count ? thread->static_count : 8;
    while (count <= number)
        count *= 2;
    struct thread_static *statics = mem_resize(thread->statics, count, sizeof *statics);
    if (!statics)
        return false;
    for (uint32_t i = thread->static_count; i < count; i++)
        statics[i] = (struct thread_static){NULL, 0};
    thread->statics = statics;
    thread->static_count = count;
    return true;
}

void *exec_thread_static(struct thread *thread, const struct field *field) {
    uint32_t number = field->offset;
    if (number < thread->static_count && thread->statics[number].value)
        return thread->statics[number].value;
    /* A whole number of words, for the collector. */
    uint32_t size = (field->type->value_size + 7) & ~7u;
    uint8_t *value = NULL;
    if (number < thread->static_count || grow(thread, number))
        value = mem_calloc(size, 1);
    if (!value) {
        exec_throw(thread, "OutOfMemoryException", NULL);
        return NULL;
    }
    thread->statics[number] = (struct thread_static){value, size};
    return value;
}

void exec_mark_thread_statics(const struct thread *thread, gc_heap *gc) {
    for (uint32_t i = 0; i < thread->static_count; i++) {
        const struct thread_static *s = &thread->statics[i];
        gc_mark_range(gc, s->value, s->value + s->size);
    }
}

void exec_free_thread_statics(struct thread *thread) {
    for (uint32_t i = 0; i < thread->static_count; i++)
        mem_free(thread->statics[i].value);
    mem_free(thread->statics);
}
