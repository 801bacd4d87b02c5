/* Reads the units of a heap trace's chunk: heap_format.h describes them. Trusts nothing in them. */
#ifndef CLARET_HEAP_DECODE_H
#define CLARET_HEAP_DECODE_H

#include "runtime/memory/heap_events.h"

enum { HEAP_STACKS_MOST = 1 << 20 /* numbers of a thread's STACKs are below */ };

typedef struct heap_trace_event {
    heap_event_kind kind;
    uint8_t source; /* mem_source of space.h for ALLOC, REALLOC and FREE (that of the allocation);
                       0: not known */
    uint32_t thread;
    uint64_t ticks;
    unsigned count; /* fields */
    uint64_t fields[HEAP_EVENT_FIELDS];
} heap_trace_event;

typedef struct heap_sweep {
    uint64_t heap, address;
    uint32_t stride, left;
} heap_sweep;

typedef enum heap_decoded {
    HEAP_DECODED_END,   /* nothing is left */
    HEAP_DECODED_EVENT, /* numbers of stacks are the thread's own */
    HEAP_DECODED_SWEEP,
    HEAP_DECODED_CUT, /* the last event is not all there */
    HEAP_DECODED_BAD  /* see error */
} heap_decoded;

typedef struct heap_decoder {
    const uint8_t *units;
    size_t at, size; /* bytes */
    size_t start;    /* of what was read last */
    const char *error;
    uint64_t chunk_ticks, ticks; /* time of the event read last: not before */
    struct {
        uint64_t heap, base, last, size;
    } heaps[HEAP_CHUNK_HEAPS];
    bool defined[HEAP_CHUNK_HEAPS];
    unsigned heap;   /* HEAP_CHUNK_HEAPS: none yet */
    unsigned source; /* of the next ALLOC */
    uint32_t stack;
} heap_decoder;

/* The units stay the caller's and where they are. */
void heap_decode_init(heap_decoder *decoder, uint64_t ticks, const uint8_t *units, size_t size);

/* Reads on to the next event, or sweep. Sets kind, source, count, fields and ticks of *event. */
heap_decoded heap_decode_next(heap_decoder *decoder, heap_trace_event *event, heap_sweep *sweep);

/* The events in units that are known to be good. */
uint32_t heap_decode_count(const uint8_t *units, size_t size);

#endif
