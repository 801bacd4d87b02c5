/* The task heap as it is under the spy: what IMalloc's methods do once the spy has had its say.
 *
 * The rules are IMalloc's (objidl.h), with the NULL cases left to the caller: block is never NULL
 * here. Thread-safe. */
#ifndef CLARET_TASK_H
#define CLARET_TASK_H

#include "runtime/memory/heap.h"
#include "runtime/memory/heap_events.h"

/* The calling thread's lists; attached by the slow functions. */
extern _Thread_local mem_cache task_cache;

void *task_alloc_slow(size_t size);
void task_free_slow(void *block);

/* The same with heap events; for use when heap_is_traced. */
void *task_alloc_traced(size_t size);
void task_free_traced(void *block);

static inline void *task_alloc(size_t size) {
    if (heap_is_traced())
        return task_alloc_traced(size);
    void *block = heap_alloc_quick(&task_cache, size);
    return __builtin_expect(block != NULL, true) ? block : task_alloc_slow(size);
}

/* Does nothing for an address that is no live block, as far as can be told. */
static inline void task_free(void *block) {
    if (heap_is_traced()) {
        task_free_traced(block);
        return;
    }
    void *left = heap_free_quick(&task_cache, block);
    if (__builtin_expect(left != NULL, false))
        task_free_slow(left);
}

/* size may not be 0. NULL leaves the block as it was: memory is short, or it is no live block. */
void *task_realloc(void *block, size_t size);

/* The size last requested; (size_t)-1 for an address that is no live block. */
size_t task_size(const void *block);

bool task_owns(const void *block);

void task_minimize(void);

/* What stands for this heap in heap events. */
const void *task_handle(void);

/* Whether the heap is in order. No other thread may allocate meanwhile. */
bool task_check(void);

#endif
