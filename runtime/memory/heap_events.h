/* Heap events: a record of every operation on the heaps, written to a file.
 *
 * Kinds, their numbers and their fields are those of the ETW heap events, in the same order. Events
 * are written below a registered spy, so they show the sizes and addresses that the heap sees.
 *
 * Each thread collects its events in a buffer of its own, without a lock, and writes the buffer to
 * the file when it is full. Events that find no buffer, or whose write fails, are counted as lost.
 * The order between threads is that of the time stamps.
 *
 * File: heap_trace_header; then records, each a heap_record followed by fields of 8 bytes each; the
 * last record is of kind HEAP_EVENT_END. All values are in the byte order of the machine. */
#ifndef CLARET_HEAP_EVENTS_H
#define CLARET_HEAP_EVENTS_H

#include "runtime/memory/include/com.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Field order: CREATE heap, mapped bytes. ALLOC heap, size, address. REALLOC heap, new address, old
 * address, new size, old size. DESTROY heap. FREE heap, address. EXPAND and CONTRACT heap, size,
 * address, mapped bytes of the heap afterwards. MODULE load bias, start, end, path (text, filled up
 * with NULs). STACK return addresses, innermost first. END events written, events lost, ticks,
 * time.
 *
 * A REALLOC that moves the block comes with the ALLOC of the new one before it and the FREE of the
 * old one behind it. A CREATE is also written for each heap that is there when tracing starts. When
 * stacks are asked for, each ALLOC is followed by a STACK of the same thread, and a MODULE is
 * written at the end for each file of code in the process. */
typedef enum heap_event_kind {
    HEAP_EVENT_CREATE = 32,
    HEAP_EVENT_ALLOC = 33,
    HEAP_EVENT_REALLOC = 34,
    HEAP_EVENT_DESTROY = 35,
    HEAP_EVENT_FREE = 36,
    HEAP_EVENT_EXPAND = 37,
    HEAP_EVENT_CONTRACT = 42,
    HEAP_EVENT_MODULE = 253,
    HEAP_EVENT_STACK = 254,
    HEAP_EVENT_END = 255,
} heap_event_kind;

enum { HEAP_EVENT_FIELDS = 64 /* most of any kind */ };

/* Opens every trace file. ticks and time_ns were read together, as were those of the END record; so
 * the two pairs say how to turn ticks into nanoseconds. */
typedef struct heap_trace_header {
    char magic[8]; /* "claheap1" */
    uint32_t process;
    uint32_t header_size;
    uint64_t ticks, time_ns;
} heap_trace_header;

typedef struct heap_record {
    uint8_t kind;
    uint8_t
        source; /* mem_source of space.h for ALLOC, REALLOC and FREE (that of the allocation); 0 */
    uint16_t size; /* of the record with its fields */
    uint32_t thread;
    uint64_t ticks;
} heap_record;

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
    heap_record record;
    unsigned count; /* fields */
    uint64_t fields[HEAP_EVENT_FIELDS];
} heap_trace_event;

/* Reads the header. False when the file is no trace. */
bool heap_trace_open(FILE *file, heap_trace_header *header);

/* 1: the next event (END included); 0: the end of the file; -1: a broken record. */
int heap_trace_next(FILE *file, heap_trace_event *event);

#endif
