/* Heap events: a record of every operation on the heaps, written to a file.
 *
 * Kinds, their numbers and their fields are those of the ETW heap events, in the same order. Events
 * are written below a registered spy, so they show the sizes and addresses that the heap sees.
 *
 * Each thread collects its events in a buffer of its own, without a lock, and writes the buffer to
 * the file when it is full. Events that find no buffer, or whose write fails, are counted as lost.
 * The order between threads is that of the time stamps.
 *
 * File: heap_trace_header; then chunks, each a heap_chunk followed by words of 8 bytes; the last
 * event is of kind HEAP_EVENT_END. All values are in the byte order of the machine. The low 3 bits
 * of a word say what it is:
 *
 *     0  an event in full: kind << 8 | source << 16 | number of fields << 32, then the fields
 *     1  ALLOC: source << 3 | heap << 6 | address / 8 << 9 | size << 53
 *     2  FREE: source << 3 | heap << 6 | address / 8 << 9
 *     3  time: ticks since the chunk's << 3, for the events behind it until the next
 *
 * where heap is a place in the chunk's list. An ALLOC or FREE that does not fit is written in full.
 * While only one thread has events, time is written once in several events: their order is that of
 * the file. From the second thread on it is written for each event. */
#ifndef CLARET_HEAP_EVENTS_H
#define CLARET_HEAP_EVENTS_H

#include "runtime/memory/include/com.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef enum heap_event_kind {
#define HEAP_EVENT(NAME, number, ...) HEAP_EVENT_##NAME = number,
#include "runtime/memory/heap_events.def"
#undef HEAP_EVENT
} heap_event_kind;

enum {
    HEAP_EVENT_FIELDS = 64,     /* most of any kind */
    HEAP_EVENT_NAMED_FIELDS = 5 /* most of those in heap_events.def */
};

/* Opens every trace file. ticks and time_ns were read together, as were those of the END record; so
 * the two pairs say how to turn ticks into nanoseconds. */
typedef struct heap_trace_header {
    char magic[8]; /* "claheap2" */
    uint32_t process;
    uint32_t header_size;
    uint64_t ticks, time_ns;
} heap_trace_header;

enum { HEAP_CHUNK_HEAPS = 8 };

typedef struct heap_chunk {
    uint32_t thread;
    uint32_t words;      /* behind this */
    uint32_t events;     /* in them */
    uint32_t heap_count; /* used of heaps */
    uint64_t ticks;
    uint64_t heaps[HEAP_CHUNK_HEAPS];
} heap_chunk;

typedef struct heap_trace_totals {
    uint64_t written, lost;
} heap_trace_totals;

/* Starts tracing to a new file, with call stacks or without. Errors, with a text in error: E_FAIL
 * (the file), E_OUTOFMEMORY, E_UNEXPECTED (a trace is running). */
HRESULT heap_trace_start(const char *path, bool stacks, char *error, size_t error_size);

/* Ends the trace and closes the file. E_FAIL when none is running or when the end could not be
 * written. totals may be NULL. */
HRESULT heap_trace_stop(heap_trace_totals *totals);

/* ---- For the heaps ---- */

/* Set while tracing. Only a hint for those that read it without further ado. */
extern _Atomic bool heap_tracing;

static inline bool heap_is_traced(void) {
    return __builtin_expect(atomic_load_explicit(&heap_tracing, memory_order_relaxed), false);
}

/* Records an event when a trace is running; fields as the kind has them. Does not allocate from any
 * heap. */
void heap_event(heap_event_kind kind, unsigned source, const uint64_t *fields);

/* ---- Reading ---- */

typedef struct heap_trace_event {
    heap_event_kind kind;
    uint8_t
        source; /* mem_source of space.h for ALLOC, REALLOC and FREE (that of the allocation); 0 */
    uint32_t thread;
    uint64_t ticks;
    unsigned count; /* fields */
    uint64_t fields[HEAP_EVENT_FIELDS];
} heap_trace_event;

typedef struct heap_trace_reader {
    FILE *file; /* the caller's */
    heap_trace_header header;
    heap_chunk chunk; /* the one being read, of which chunk.words are left */
    uint64_t ticks;
} heap_trace_reader;

/* Reads the header. False when the file is no trace. */
bool heap_trace_open(heap_trace_reader *reader, FILE *file);

/* 1: the next event (END included); 0: the end of the file; -1: a broken record. */
int heap_trace_next(heap_trace_reader *reader, heap_trace_event *event);

#endif
