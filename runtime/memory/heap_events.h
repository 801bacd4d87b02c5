/* Heap events: a record of every operation on the heaps, written to a file.
 *
 * Kinds, their numbers and their fields are those of the ETW heap events, in the same order. Events
 * are written below a registered spy, so they show the sizes and addresses that the heap sees.
 *
 * Each thread writes its events into a buffer of its own, without a lock; full buffers wait in a
 * queue for a background thread that writes them to the file. When all buffers are full, a thread
 * writes one of them itself before it goes on; or, if the trace was started with HEAP_TRACE_LOSSY,
 * its latest buffer is dropped. Events that are dropped, find no memory for a buffer, or cannot be
 * written, are counted as lost.
 *
 * heap_format.h describes the file, heap_reader.h reads it. */
#ifndef CLARET_HEAP_EVENTS_H
#define CLARET_HEAP_EVENTS_H

#include "runtime/memory/heap_format.h"
#include "runtime/memory/include/com.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef enum heap_event_kind {
#define HEAP_EVENT(NAME, number, ...) HEAP_EVENT_##NAME = number,
#include "runtime/memory/heap_events.def"
#undef HEAP_EVENT
} heap_event_kind;

enum {
    HEAP_EVENT_FIELDS = 64,     /* most of any kind */
    HEAP_EVENT_NAMED_FIELDS = 5 /* most of those in heap_events.def */
};

/* The number of fields that a kind always has; 0 also for what is no kind. */
unsigned heap_event_fields(unsigned kind);

enum {
    HEAP_TRACE_STACKS = 1, /* with a call stack for each ALLOC */
    HEAP_TRACE_LOSSY = 2   /* never wait for the file */
};

typedef struct heap_trace_totals {
    uint64_t written, lost; /* events */
} heap_trace_totals;

/* Starts tracing to a new file. Errors, with a text in error: E_FAIL (the file), E_OUTOFMEMORY,
 * E_UNEXPECTED (a trace is running). */
HRESULT heap_trace_start(const char *path, unsigned flags, char *error, size_t error_size);

/* Ends the trace and closes the file. What a thread is about to write meanwhile counts as done
 * afterwards. E_FAIL when none is running or when the end could not be written. totals may be NULL.
 */
HRESULT heap_trace_stop(heap_trace_totals *totals);

/* ---- For the heaps ---- */

/* Set while tracing. Only a hint for those that read it without further ado. */
extern _Atomic bool heap_tracing;

static inline bool heap_is_traced(void) {
    return __builtin_expect(atomic_load_explicit(&heap_tracing, memory_order_relaxed), false);
}

/* These record an event when a trace is running, and do not allocate from any heap. source is a
 * mem_source of space.h; other kinds than ALLOC and FREE have their fields in an array. */
void heap_event(heap_event_kind kind, unsigned source, const uint64_t *fields);
void heap_event_alloc_from(unsigned source, uint64_t heap, uint64_t address, uint64_t size);

/* FREE of each block that begins at one of count addresses, stride bytes apart, if there is one. */
void heap_event_sweep(uint64_t heap, uint64_t address, uint32_t stride, uint32_t count);

/* ---- The quick way, inlined into the callers ---- */

/* Where a thread writes. Only the thread itself changes it, but for limit, which others lower to
 * NULL to make it look around. All zero before its first event and between traces. */
typedef struct heap_writer {
    _Atomic(uint8_t *) next;  /* free room of the buffer */
    _Atomic(uint8_t *) limit; /* the quick way ends here */
    uint64_t alloc_heap;      /* of which an ALLOC goes the quick way; 0: none */
    uint64_t free_heap;       /* the same for a FREE */
    uint64_t base, last, size;
    uint64_t events; /* in the buffer */
} heap_writer;

extern _Thread_local heap_writer heap_own_writer;

void heap_event_free_slow(uint64_t heap, uint64_t address);

/* x / 16; over 1 << 60 when x is no multiple of 16. */
static inline uint64_t heap_grains(uint64_t x) {
    return x >> HEAP_GRAIN_SHIFT | x << (64 - HEAP_GRAIN_SHIFT);
}

/* word's low units; 8 bytes are written. */
static inline void heap_put(heap_writer *w, uint8_t *next, uint64_t word, unsigned units) {
    memcpy(next, &word, sizeof word);
    w->events++;
    atomic_store_explicit(&w->next, next + 2 * units, memory_order_release);
}

/* Where the next event of own_heap goes; false when one of heap takes the slow way. */
static inline bool heap_quick_place(const heap_writer *w, uint64_t own_heap, uint64_t heap,
                                    uint8_t **next) {
    *next = atomic_load_explicit(&w->next, memory_order_relaxed);
    return __builtin_expect(own_heap == heap, true) &&
           __builtin_expect(*next < atomic_load_explicit(&w->limit, memory_order_relaxed), true);
}

static inline uint64_t heap_distance(const heap_writer *w, uint64_t address) {
    return heap_grains(address - w->last + (HEAP_NEAR_BIAS << HEAP_GRAIN_SHIFT));
}

/* a when `which`, else b; without a jump, because nothing predicts which addresses lie near. */
static inline uint64_t heap_choose(bool which, uint64_t a, uint64_t b) {
    return b ^ ((a ^ b) & -(uint64_t)which);
}

/* False when the event does not fit in its short forms. */
static inline bool heap_put_alloc(heap_writer *w, uint8_t *next, uint64_t address, uint64_t size) {
    uint64_t distance = heap_distance(w, address), grain = heap_grains(address - w->base);
    bool near = (size == w->size) & (distance < 2 * HEAP_NEAR_BIAS);
    if (__builtin_expect(grain >> HEAP_FAR_BITS || size >> HEAP_FAR_SIZE_BITS, false))
        return false;
    w->last = address;
    w->size = size;
    heap_put(w, next,
             heap_choose(near, HEAP_NEAR_ALLOC | distance << HEAP_KIND_BITS,
                         HEAP_FAR | grain << HEAP_FAR_SHIFT | size << HEAP_FAR_SIZE_SHIFT),
             3 - 2 * near);
    return true;
}

static inline bool heap_put_free(heap_writer *w, uint8_t *next, uint64_t address) {
    uint64_t distance = heap_distance(w, address), grain = heap_grains(address - w->base);
    bool near = distance < 2 * HEAP_NEAR_BIAS;
    if (__builtin_expect(grain >> HEAP_FAR_BITS != 0, false))
        return false;
    w->last = address;
    heap_put(w, next,
             heap_choose(near, HEAP_NEAR_FREE | distance << HEAP_KIND_BITS,
                         HEAP_FAR | HEAP_FAR_FREE | grain << HEAP_FAR_SHIFT),
             2 - near);
    return true;
}

/* Records an ALLOC that came from a thread's list. */
static inline void heap_event_alloc(uint64_t heap, uint64_t address, uint64_t size) {
    heap_writer *w = &heap_own_writer;
    uint8_t *next;
    if (!heap_quick_place(w, w->alloc_heap, heap, &next) || !heap_put_alloc(w, next, address, size))
        heap_event_alloc_from(1, heap, address, size);
}

/* Records a FREE; to be called before the heap has the block back, so that no other thread can get
 * it and record its ALLOC before. */
static inline void heap_event_free(uint64_t heap, uint64_t address) {
    heap_writer *w = &heap_own_writer;
    uint8_t *next;
    if (!heap_quick_place(w, w->free_heap, heap, &next) || !heap_put_free(w, next, address))
        heap_event_free_slow(heap, address);
}

#endif
