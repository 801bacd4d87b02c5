/* The task heap: one mem_heap for the process and one mem_cache per thread, attached when a thread
 * first needs more than the quick way can give, detached when the thread ends. Under a memory
 * checker the caches stay detached for ever and every call goes to the plain heap. */
#include "runtime/memory/task.h"

#include "runtime/memory/heap.h"
#include "runtime/memory/os.h"
#include "runtime/memory/plain_heap.h"

#include <string.h>

typedef enum task_state { TASK_NOT_READY, TASK_READY, TASK_PLAIN } task_state;

/* Like the IMalloc that it serves, there is one. Not freed before the process ends. */
static struct {
    pthread_mutex_t lock;
    _Atomic task_state state;
    mem_heap heap;
    pthread_key_t on_thread_exit;
} task = {.lock = PTHREAD_MUTEX_INITIALIZER};

_Thread_local mem_cache task_cache;

static void detach(void *attached) {
    heap_detach(attached);
}

/* Leaves TASK_NOT_READY when memory is short; the next call tries again. */
static task_state prepare(void) {
    pthread_mutex_lock(&task.lock);
    task_state state = atomic_load_explicit(&task.state, memory_order_relaxed);
    if (state == TASK_NOT_READY) {
        if (plain_heap_is_wanted())
            state = TASK_PLAIN;
        else if (pthread_key_create(&task.on_thread_exit, detach) != 0)
            state = TASK_NOT_READY;
        else if (heap_init(&task.heap))
            state = TASK_READY;
        else
            pthread_key_delete(task.on_thread_exit);
        atomic_store_explicit(&task.state, state, memory_order_release);
    }
    pthread_mutex_unlock(&task.lock);
    return state;
}

/* Makes the calling thread's cache usable when the heap is. */
static task_state enter(void) {
    if (task_cache.heap)
        return TASK_READY;
    task_state state = atomic_load_explicit(&task.state, memory_order_acquire);
    if (state == TASK_NOT_READY)
        state = prepare();
    if (state == TASK_READY) {
        heap_attach(&task_cache, &task.heap);
        pthread_setspecific(task.on_thread_exit, &task_cache);
    }
    return state;
}

static void *alloc_slow(size_t size, mem_source *source) {
    *source = MEM_SOURCE_MAINPATH;
    switch (enter()) {
    case TASK_READY: return heap_alloc_slow(&task_cache, size, source);
    case TASK_PLAIN: return plain_alloc(size);
    default: return NULL;
    }
}

void *task_alloc_slow(size_t size) {
    mem_source source;
    return alloc_slow(size, &source);
}

void task_free_slow(void *block) {
    switch (enter()) {
    case TASK_READY: heap_free_slow(&task_cache, block); break;
    case TASK_PLAIN: plain_free(block); break;
    case TASK_NOT_READY: break;
    }
}

/* ---- With heap events ---- */

#define HANDLE ((uint64_t)task_handle())

const void *task_handle(void) {
    return &task.heap.space;
}

void *task_alloc_traced(size_t size) {
    void *block = heap_alloc_quick(&task_cache, size);
    if (__builtin_expect(block != NULL, true)) {
        heap_event_alloc(HANDLE, (uint64_t)block, size);
        return block;
    }
    mem_source source;
    block = alloc_slow(size, &source);
    if (block)
        heap_event_alloc_from(source, HANDLE, (uint64_t)block, size);
    return block;
}

void task_free_traced(void *block) {
    heap_event_free(HANDLE, (uint64_t)block);
    void *left = heap_free_quick(&task_cache, block);
    if (__builtin_expect(left != NULL, false))
        task_free_slow(left);
}

/* The source is that of the block's first allocation. */
static void trace_realloc(uint64_t moved, uint64_t block, size_t size, size_t old_size) {
    if (!heap_is_traced())
        return;
    mem_source source =
        task_cache.heap ? heap_source_of(heap_cell_of((void *)moved)->word) : MEM_SOURCE_MAINPATH;
    heap_event(HEAP_EVENT_REALLOC, source, (uint64_t[]){HANDLE, moved, block, size, old_size});
}

size_t task_size(const void *block) {
    size_t size;
    switch (enter()) {
    case TASK_READY:
        heap_settle(&task_cache);
        return heap_find(&task.heap, block, &size) ? size : (size_t)-1;
    case TASK_PLAIN: return plain_size(block);
    default: return (size_t)-1;
    }
}

bool task_owns(const void *block) {
    return task_size(block) != (size_t)-1;
}

void *task_realloc(void *block, size_t size) {
    size_t old_size = task_size(block);
    if (old_size == (size_t)-1)
        return NULL;
    if (task_cache.heap && heap_resize_in_place(block, size)) {
        trace_realloc((uint64_t)block, (uint64_t)block, size, old_size);
        return block;
    }
    void *moved = task_alloc(size);
    if (moved) {
        memcpy(moved, block, old_size < size ? old_size : size);
        trace_realloc((uint64_t)moved, (uint64_t)block, size, old_size);
        task_free(block);
    }
    return moved;
}

void task_minimize(void) {
    if (enter() == TASK_READY)
        heap_minimize(&task_cache);
}

bool task_check(void) {
    return enter() != TASK_READY || heap_check(&task.heap);
}
