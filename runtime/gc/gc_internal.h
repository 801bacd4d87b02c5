/* The collector's own structures; see gc.h for what it does.
 *
 * A span of cells, seen by the collector (mem_span's fields for the owner):
 *
 *     cell 0        cursor              fresh          cell_count
 *     | in use or given to a thread | marked or free | never used |
 *
 * Below the cursor a cell is an object when its first word is not 0. Between cursor and fresh it is
 * one when it is marked; others are what the last collection found dead, or left of earlier ones.
 * At the start of a collection the first words of those are cleared and the cursor moved to fresh,
 * so that the first word decides everywhere and the marks can be set anew. */
#ifndef CLARET_GC_INTERNAL_H
#define CLARET_GC_INTERNAL_H

#include "runtime/gc/gc.h"
#include "runtime/memory/os.h"
#include "runtime/memory/space.h"

#include <string.h>

enum { GC_LARGE_TAG = 255 };

/* A growing list of objects; its memory is the task allocator's. */
typedef struct gc_list {
    void **objects;
    size_t first; /* those before are gone */
    size_t count, capacity;
} gc_list;

/* Objects whose fields are still to be looked at. */
typedef struct gc_mark_stack {
    void **objects;
    size_t count, capacity;
    bool overflowed; /* an object found no room: the heap must be looked through for it */
} gc_mark_stack;

enum { GC_HANDLES_PER_BLOCK = 254 };

struct gc_handle {
    void *object; /* free: the next free handle */
    uint32_t kind;
    bool in_use;
};

typedef struct gc_handle_block {
    struct gc_handle_block *next;
    gc_handle handles[GC_HANDLES_PER_BLOCK];
} gc_handle_block;

struct gc_heap {
    gc_host host;
    mem_space space;
    pthread_mutex_t lock; /* all below, while the world runs */
    gc_thread *threads;
    mem_span *partial[SIZE_CLASSES]; /* spans that may have room */

    uint64_t since_collection; /* bytes given out */
    uint64_t threshold;        /* when that many have been, a collection is due */
    gc_stats stats;
    uint64_t clock_ns;           /* what a look at the clock takes */
    _Atomic uint64_t watched_ns; /* of stats.allocation_ns; without the lock */
    uint32_t since_stress;       /* allocations */

    gc_list finalizable; /* alive, to be finalized when they die */
    gc_list ready;       /* dead; room for all of finalizable is kept */
    void *tombstone;
    gc_handle_block *handle_blocks;
    gc_handle *free_handle;

    /* In a collection: */
    gc_mark_stack stack;
    gc_mark_stack ephemerons; /* arrays of them, marked; some more than once */
    bool marked;              /* marks tell survivors from the dead */
    bool induced;             /* gc_collect asked for it */
    gc_root_kind root_kind;
    const void *stack_end;
    /* gc_each_root: roots go there instead of being marked. NULL while marking. */
    void (*visit_root)(void *data, const gc_root *root);
    void *visit_data;
};

/* ---- Cells and marks ---- */

static inline uint8_t *gc_cell(const mem_span *span, uint32_t index) {
    return span->start + (size_t)index * span->cell_size;
}

static inline uint64_t *gc_mark_word(const void *cell, uint64_t *bit) {
    size_t grain = ((uintptr_t)cell & (SPACE_CHUNK - 1)) / SPACE_GRAIN;
    *bit = UINT64_C(1) << grain % 64;
    return &space_chunk_of(cell)->marks[grain / 64];
}

static inline bool gc_has_mark(const void *cell) {
    uint64_t bit;
    return (*gc_mark_word(cell, &bit) & bit) != 0;
}

static inline const gc_type *gc_type_of(const void *object) {
    return *(const gc_type *const *)object;
}

/* Whether the cell holds an object; see the picture. */
static inline bool gc_is_object(const gc_heap *gc, const mem_span *span, uint32_t index) {
    const uint8_t *cell = gc_cell(span, index);
    if (index >= span->fresh)
        return false;
    return gc->marked || index >= span->cursor ? gc_has_mark(cell) : gc_type_of(cell) != NULL;
}

/* ---- gc_mark.c: one collection; the world is stopped ---- */

/* Collects because room is wanted, or induced. */
void gc_collect_for(gc_thread *thread, bool induced);

/* Marks the root's object, or hands the root to gc_each_root's visitor. A weak one is not marked.
 */
void gc_root_found(gc_heap *gc, void *object, uint32_t flags, const void *slot);

/* Marks everything that the marked objects refer to. */
void gc_drain(gc_heap *gc);

/* Adds to the list, or notes that it has overflowed. */
void gc_push(gc_mark_stack *stack, void *object);

/* gc_each_object for those that are marked so far. */
void gc_each_marked(gc_heap *gc, void (*visit)(void *data, void *object, size_t size), void *data);

/* ---- gc_ephemerons.c; the world is stopped ---- */

/* Marks the values whose keys are marked and that are not themselves; false when there is none. */
bool gc_mark_ephemerons(gc_heap *gc);

/* When all is marked: clears the ephemerons whose keys are not. */
void gc_clear_ephemerons(gc_heap *gc);

/* ---- gc_roots.c ---- */

/* Finds what handles and waiting finalizers refer to. */
void gc_mark_own_roots(gc_heap *gc);

/* Clears the weak handles of a kind whose object is not marked. */
void gc_clear_handles(gc_heap *gc, gc_handle_kind kind);

/* Moves the dead among the finalizable to the ready, and marks them. */
void gc_find_finalizable(gc_heap *gc);

void gc_roots_fini(gc_heap *gc);

/* ---- gc_alloc.c ---- */

/* After marking: tells the registered spy which objects are dead. */
void gc_tell_dead(gc_heap *gc);

/* Before marking: makes the first word decide everywhere, and clears the marks. */
void gc_finish_sweeping(gc_heap *gc);

/* After marking: gives empty spans back, and lists those with room. */
void gc_begin_sweeping(gc_heap *gc);

/* Monotonic time, for the statistics. */
uint64_t gc_now_ns(void);

#endif
