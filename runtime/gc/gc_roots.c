/* What the collector itself keeps of objects: handles, and the lists of finalizable objects. */
#include "runtime/gc/gc_internal.h"
#include "runtime/memory/mem.h"

/* Native memory is asked for and freed without the heap's lock: a spy's lock is taken outside it.
 */

/* ---- Finalizers ----
 *
 * The ready list always has room for all that are registered, because a collection must not fail.
 */

/* The list that has no room for one more finalizable object; NULL when both have. */
static gc_list *full_list(gc_heap *gc) {
    if (gc->finalizable.count == gc->finalizable.capacity)
        return &gc->finalizable;
    return gc->ready.count + gc->finalizable.count + 1 > gc->ready.capacity ? &gc->ready : NULL;
}

/* Gives the lock up meanwhile. False when memory is short. */
static bool grow_list(gc_heap *gc, gc_list *list) {
    size_t capacity = list->capacity ? 2 * list->capacity : 64;
    pthread_mutex_unlock(&gc->lock);
    void **spare = mem_resize(NULL, capacity, sizeof *spare);
    pthread_mutex_lock(&gc->lock);
    if (!spare)
        return false;
    if (capacity > list->capacity) {
        void **old = list->objects;
        if (list->count)
            memcpy(spare, old, list->count * sizeof *spare);
        list->objects = spare;
        list->capacity = capacity;
        spare = old;
    }
    pthread_mutex_unlock(&gc->lock);
    mem_free(spare);
    pthread_mutex_lock(&gc->lock);
    return true;
}

bool gc_register_finalizer(gc_heap *gc, void *object) {
    bool good = true;
    gc_list *full;
    pthread_mutex_lock(&gc->lock);
    while (good && (full = full_list(gc)) != NULL)
        good = grow_list(gc, full);
    if (good)
        gc->finalizable.objects[gc->finalizable.count++] = object;
    pthread_mutex_unlock(&gc->lock);
    return good;
}

bool gc_suppress_finalizer(gc_heap *gc, void *object) {
    pthread_mutex_lock(&gc->lock);
    gc_list *list = &gc->finalizable;
    size_t i = list->count;
    while (i > 0 && list->objects[i - 1] != object)
        i--;
    if (i > 0)
        list->objects[i - 1] = list->objects[--list->count];
    pthread_mutex_unlock(&gc->lock);
    return i > 0;
}

bool gc_has_finalizable(gc_heap *gc) {
    pthread_mutex_lock(&gc->lock);
    bool any = gc->ready.first < gc->ready.count;
    pthread_mutex_unlock(&gc->lock);
    return any;
}

void *gc_take_finalizable(gc_heap *gc) {
    void *object = NULL;
    pthread_mutex_lock(&gc->lock);
    gc_list *ready = &gc->ready;
    if (ready->first < ready->count)
        object = ready->objects[ready->first++];
    if (ready->first == ready->count)
        ready->first = ready->count = 0;
    pthread_mutex_unlock(&gc->lock);
    return object;
}

/* gc_has_finalizable is called while the world is stopped, too. */
void gc_find_finalizable(gc_heap *gc) {
    gc_list *list = &gc->finalizable;
    size_t kept = 0;
    size_t first_new = gc->ready.count;
    pthread_mutex_lock(&gc->lock);
    for (size_t i = 0; i < list->count; i++) {
        if (gc_has_mark(list->objects[i]))
            list->objects[kept++] = list->objects[i];
        else
            gc->ready.objects[gc->ready.count++] = list->objects[i];
    }
    list->count = kept;
    pthread_mutex_unlock(&gc->lock);
    for (size_t i = first_new; i < gc->ready.count; i++)
        gc_mark(gc, gc->ready.objects[i]);
}

void gc_set_tombstone(gc_heap *gc, void *object) {
    pthread_mutex_lock(&gc->lock);
    gc->tombstone = object;
    pthread_mutex_unlock(&gc->lock);
}

/* ---- Handles ---- */

/* Gives the lock up meanwhile. False when memory is short. */
static bool add_handles(gc_heap *gc) {
    pthread_mutex_unlock(&gc->lock);
    gc_handle_block *block = mem_calloc(1, sizeof *block);
    pthread_mutex_lock(&gc->lock);
    if (!block)
        return false;
    for (size_t i = 0; i < GC_HANDLES_PER_BLOCK; i++) {
        block->handles[i].object = gc->free_handle;
        gc->free_handle = &block->handles[i];
    }
    block->next = gc->handle_blocks;
    gc->handle_blocks = block;
    return true;
}

gc_handle *gc_handle_new(gc_heap *gc, gc_handle_kind kind, void *object) {
    gc_handle *handle = NULL;
    pthread_mutex_lock(&gc->lock);
    while (!gc->free_handle && add_handles(gc))
        ;
    if (gc->free_handle) {
        handle = gc->free_handle;
        gc->free_handle = handle->object;
        *handle = (gc_handle){object, kind, true};
    }
    pthread_mutex_unlock(&gc->lock);
    return handle;
}

void *gc_handle_get(gc_heap *gc, gc_handle *handle) {
    pthread_mutex_lock(&gc->lock);
    void *object = handle->object;
    pthread_mutex_unlock(&gc->lock);
    return object;
}

void gc_handle_set(gc_heap *gc, gc_handle *handle, void *object) {
    pthread_mutex_lock(&gc->lock);
    handle->object = object;
    pthread_mutex_unlock(&gc->lock);
}

gc_handle_kind gc_handle_kind_of(const gc_handle *handle) {
    return (gc_handle_kind)handle->kind;
}

void gc_handle_free(gc_heap *gc, gc_handle *handle) {
    pthread_mutex_lock(&gc->lock);
    *handle = (gc_handle){.object = gc->free_handle};
    gc->free_handle = handle;
    pthread_mutex_unlock(&gc->lock);
}

static void each_handle(gc_heap *gc, void (*visit)(gc_heap *gc, gc_handle *handle, uint32_t kind),
                        uint32_t kind) {
    for (gc_handle_block *block = gc->handle_blocks; block; block = block->next) {
        for (size_t i = 0; i < GC_HANDLES_PER_BLOCK; i++) {
            if (block->handles[i].in_use && block->handles[i].kind == kind)
                visit(gc, &block->handles[i], kind);
        }
    }
}

static void find_handle(gc_heap *gc, gc_handle *handle, uint32_t kind) {
    static const uint32_t FLAGS[] = {[GC_HANDLE_WEAK] = GC_ROOT_WEAK,
                                     [GC_HANDLE_WEAK_TRACK] = GC_ROOT_WEAK,
                                     [GC_HANDLE_STRONG] = 0,
                                     [GC_HANDLE_PINNED] = GC_ROOT_PINNING};
    gc_root_found(gc, handle->object, FLAGS[kind], handle);
}

static void clear_dead_handle(gc_heap *gc, gc_handle *handle, uint32_t kind) {
    (void)kind;
    if (space_owns(&gc->space, handle->object) && !gc_has_mark(handle->object))
        handle->object = NULL;
}

void gc_mark_own_roots(gc_heap *gc) {
    gc_roots_are(gc, GC_ROOT_HANDLE);
    for (uint32_t kind = GC_HANDLE_WEAK; kind <= GC_HANDLE_PINNED; kind++)
        each_handle(gc, find_handle, kind);
    gc_roots_are(gc, GC_ROOT_OTHER);
    gc_mark(gc, gc->tombstone);
    gc_roots_are(gc, GC_ROOT_FINALIZER);
    for (size_t i = gc->ready.first; i < gc->ready.count; i++)
        gc_mark(gc, gc->ready.objects[i]);
}

void gc_clear_handles(gc_heap *gc, gc_handle_kind kind) {
    each_handle(gc, clear_dead_handle, kind);
}

void gc_roots_fini(gc_heap *gc) {
    while (gc->handle_blocks) {
        gc_handle_block *next = gc->handle_blocks->next;
        mem_free(gc->handle_blocks);
        gc->handle_blocks = next;
    }
    mem_free(gc->finalizable.objects);
    mem_free(gc->ready.objects);
}
