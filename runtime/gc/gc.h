/* The garbage-collected heap: mark and sweep, objects never move.
 *
 * It knows nothing of the runtime. What it must know about objects stands in gc_type, what it must
 * know about threads and roots it asks of its host (gc_host).
 *
 * Objects. The first word of an object points to its gc_type, whatever else belongs to the type
 * behind it. The heap writes that word and hands the rest out as zeros. References point to the
 * start of an object. A reference to something that is not in this heap is allowed and ignored;
 * what such a thing refers to is not seen.
 *
 * Marks. A collection marks what can be reached: from the roots that the host reports, from
 * strong and pinned handles, and from objects that wait for their finalizer; the value of an
 * ephemeron when its key is reached. The heap itself is read precisely; stacks conservatively: any
 * word that looks like an address in an object, also inside it, keeps that object.
 *
 * Sweeping is lazy: after marking, spans without a marked object go back at once; in the others the
 * room between marked objects is found when a thread asks for it.
 *
 * Threads. Each allocating thread has a gc_thread. gc_alloc may be called on any of them at once.
 * All else that is said to be done "in a collection" happens while the host has stopped the world.
 * A thread counts as stopped only at a place where it is not inside a function of this header;
 * gc_alloc and gc_collect themselves are such places while they wait for stop_world. */
#ifndef CLARET_GC_H
#define CLARET_GC_H

#include "runtime/memory/size_class.h"
#include "runtime/memory/spy_object.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct gc_heap gc_heap;

/* What the collector must know of a type; the first member of the runtime's larger structure. It
 * must outlive the objects. */
typedef struct gc_type {
    const uint32_t *offsets; /* of the references in an object, from its start */
    uint32_t count;
    bool finalizable; /* an object that dies goes to gc_take_finalizable first */

    /* Arrays: the references in each element, from the element's start. */
    uint32_t element_size; /* 0: not an array, or one whose elements hold no references */
    const uint32_t *element_offsets;
    uint32_t element_count;
    /* Each element is an ephemeron: two references, a key, which the array does not keep alive, and
     * a value, which it keeps as long as something else keeps the key. */
    bool ephemerons;
} gc_type;

typedef enum gc_phase { GC_STARTED, GC_MARKED, GC_FINISHED } gc_phase;

typedef enum gc_root_kind {
    GC_ROOT_OTHER,
    GC_ROOT_STACK,
    GC_ROOT_FINALIZER, /* waits for its finalizer */
    GC_ROOT_HANDLE     /* a handle, or a static field */
} gc_root_kind;

enum { GC_ROOT_PINNING = 1, GC_ROOT_WEAK = 2, GC_ROOT_INTERIOR = 4 };

typedef struct gc_root {
    void *object;
    gc_root_kind kind;
    uint32_t flags;   /* GC_ROOT_PINNING ... */
    const void *slot; /* the word that refers to the object; NULL when the host did not say */
} gc_root;

typedef struct gc_host {
    void *self; /* first argument of all the functions */

    /* Where an array keeps its length (int32) and where its elements begin. */
    uint32_t length_offset, data_offset;

    /* Brings every other thread to a stop. False when another thread has collected meanwhile, so
     * that there is nothing left to do; start_world is not called then. NULL: there is one thread.
     */
    bool (*stop_world)(void *self);
    void (*start_world)(void *self);

    /* In a collection: reports all roots through gc_mark and gc_mark_range. stack_end is the
     * collecting thread's stack pointer; its registers are stored above it. May be called again in
     * the same collection, see gc_each_root. */
    void (*mark_roots)(void *self, gc_heap *gc, const void *stack_end);

    /* In a collection, without any lock: GC_STARTED before anything, GC_MARKED when gc_is_marked
     * tells survivors from the dead, GC_FINISHED at the end. NULL allowed. Must not allocate from
     * this heap. */
    void (*phase)(void *self, gc_phase phase);

    /* What spies may ask about objects; the thread is the gc_thread that allocates. */
    spy_naming naming;

    /* For tests: not 0 makes every stress-th allocation collect first, so that a root that the host
     * forgets to report is soon noticed. */
    uint32_t stress;
} gc_host;

typedef struct gc_bin {
    uint8_t *next, *end; /* zeroed room for cells */
    uint32_t cell_size;
} gc_bin;

typedef struct gc_thread {
    gc_heap *gc;
    struct gc_thread *next, *previous;
    gc_bin bins[SIZE_CLASSES];
    gc_bin watched_bins[SIZE_CLASSES]; /* used instead while a spy or a trace wants to know */
    uint32_t watched;                  /* objects that a spy or a trace has seen */
} gc_thread;

typedef struct gc_stats {
    uint64_t collections;
    uint64_t allocated;     /* bytes of cells given to threads since the start */
    uint64_t live;          /* bytes marked by the last collection */
    uint64_t used;          /* those, and what threads were given since */
    uint64_t mapped;        /* bytes of address space in use now */
    uint64_t pause_ns;      /* spent in collections, in all */
    uint64_t allocation_ns; /* spent finding room, and telling spies and the trace */
} gc_stats;

/* NULL when memory is short. The host is copied. */
gc_heap *gc_new(const gc_host *host);

/* Frees everything, which a registered spy is told of each object; no thread may be attached any
 * more. NULL allowed. */
void gc_delete(gc_heap *gc);

/* In the thread concerned. */
void gc_attach(gc_heap *gc, gc_thread *thread);
void gc_detach(gc_thread *thread);

/* ---- Allocating and collecting ---- */

/* For gc_alloc. */
void *gc_alloc_slow(gc_thread *thread, const gc_type *type, size_t size);

/* An object of size bytes (first word included), 16-byte aligned, zeros behind the first word. May
 * collect before. NULL when there is no memory even after a collection, or when a registered spy
 * says so. */
static inline void *gc_alloc(gc_thread *thread, const gc_type *type, size_t size) {
    if (__builtin_expect(size > SIZE_CLASS_QUICK || type->finalizable, false))
        return gc_alloc_slow(thread, type, size);
    gc_bin *bin = &thread->bins[size_class_quick(size)];
    uint8_t *cell = bin->next;
    if (__builtin_expect(cell == bin->end, false))
        return gc_alloc_slow(thread, type, size);
    bin->next = cell + bin->cell_size;
    *(const gc_type **)cell = type;
    return cell;
}

void gc_collect(gc_thread *thread);

/* In a collection: whether gc_collect asked for it, rather than an allocation. */
bool gc_is_induced(const gc_heap *gc);

gc_stats gc_get_stats(gc_heap *gc);

/* ---- For mark_roots ---- */

/* Of what kind the roots are that are marked from now on; GC_ROOT_OTHER at first. */
void gc_roots_are(gc_heap *gc, gc_root_kind kind);

/* Marks the object that a root refers to; NULL and foreign addresses are ignored. */
void gc_mark(gc_heap *gc, void *object);

/* Marks every object that an aligned word of [from, to) may point into. */
void gc_mark_range(gc_heap *gc, const void *from, const void *to);

/* ---- Finalizers ---- */

/* Whether there is a dead object whose finalizer is to run. Any thread. */
bool gc_has_finalizable(gc_heap *gc);

/* The next dead object whose finalizer is to run; NULL when there is none. From now on the caller
 * keeps it alive; it will be finalized once only. Any thread. */
void *gc_take_finalizable(gc_heap *gc);

/* Takes the object out of the list of those to be finalized when they die, or puts it (back) in.
 * The first returns false when it was not in it, the second when memory is short. */
bool gc_suppress_finalizer(gc_heap *gc, void *object);
bool gc_register_finalizer(gc_heap *gc, void *object);

/* ---- Ephemerons ---- */

/* The object that takes the place of dead keys; their values become NULL. It is a root from now on.
 * NULL, as at first, gives NULL for keys too. Any thread. */
void gc_set_tombstone(gc_heap *gc, void *object);

/* ---- Handles ---- */

typedef enum gc_handle_kind {
    GC_HANDLE_WEAK,       /* cleared when the object dies, before its finalizer runs */
    GC_HANDLE_WEAK_TRACK, /* cleared when the object is really gone */
    GC_HANDLE_STRONG,
    GC_HANDLE_PINNED /* as strong: nothing moves */
} gc_handle_kind;

typedef struct gc_handle gc_handle;

/* NULL when memory is short. object may be NULL. Any thread, like the others. */
gc_handle *gc_handle_new(gc_heap *gc, gc_handle_kind kind, void *object);
void *gc_handle_get(gc_heap *gc, gc_handle *handle);
void gc_handle_set(gc_heap *gc, gc_handle *handle, void *object);
gc_handle_kind gc_handle_kind_of(const gc_handle *handle);
void gc_handle_free(gc_heap *gc, gc_handle *handle);

/* ---- Looking ---- */

/* In a collection: at GC_MARKED, whether an object has survived; at GC_STARTED, whether it survived
 * the collection before, so that all others were allocated since. */
bool gc_is_marked(gc_heap *gc, const void *object);

/* In a collection: calls visit for every object, with the room it has; at GC_STARTED for those that
 * died since the last collection too, at GC_MARKED for survivors only. */
void gc_each_object(gc_heap *gc, void (*visit)(void *data, void *object, size_t size), void *data);

/* Calls visit for each reference in an object that is not NULL. */
void gc_each_reference(gc_heap *gc, void *object, void (*visit)(void *data, void *reference),
                       void *data);

/* In a collection, at GC_MARKED: calls visit for each root, weak handles included. An object comes
 * as often as a root refers to it. visit must not collect or look for roots itself. */
void gc_each_root(gc_heap *gc, void (*visit)(void *data, const gc_root *root), void *data);

/* In a collection: the object that an address lies in; NULL when in none. */
void *gc_find_object(gc_heap *gc, const void *address);

/* In a collection: whether spans, marks and lists agree and every reference points to an object. */
bool gc_check(gc_heap *gc);

#endif
