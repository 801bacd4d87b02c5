/* The file of a heap trace, as heap_events.c writes and heap_decode.c reads it.
 *
 *     heap_trace_header | heap_chunk, its units | heap_chunk, its units | ...
 *
 * A chunk holds what one thread wrote into one buffer; the chunks of a thread stand in order. It is
 * a sequence of units of 2 bytes, all in the byte order of the machine, and can be read without the
 * chunks before it. The low 2 bits of a unit say what begins there:
 *
 *     HEAP_NEAR_ALLOC  1 unit   distance << 2: an ALLOC of the size of the heap's ALLOC before
 *     HEAP_NEAR_FREE   1 unit   distance << 2
 *     HEAP_FAR         3 units  grain << 3 | size << 31: an ALLOC
 *                      2 units  grain << 3 | 1 << 2: a FREE
 *     HEAP_OTHER       op << 2 | argument << 6, and what the heap_op says behind it
 *
 * A grain is 16 bytes. In a far event it is counted from the heap's base, in a near one the
 * distance is that from the heap's last address, HEAP_NEAR_BIAS added. An ALLOC comes from a
 * thread's list unless a HEAP_OP_SOURCE stands before it. Which heap is meant, its base, last
 * address (at first the base) and last size (at first 0) say HEAP_OP_DEFINE and HEAP_OP_HEAP.
 * Addresses, sizes and sources for which there is no room are written with HEAP_OP_FULL.
 *
 * A FREE carries no source: it is that of the block's ALLOC, which the reader knows.
 *
 * Times are written now and then (HEAP_OP_TIME); an event took place not before the last time in
 * front of it, and before the next. It took place right at that time when it may tell the order
 * between threads: that is so of an ALLOC whose source is not the thread's list, of each event
 * other than ALLOC and FREE, and, as soon as a second thread has events, of each FREE. A block
 * cannot pass from one thread to another without one of these; so ordering by time, and within a
 * thread as written, never puts a block's FREE before its ALLOC or behind its next. */
#ifndef CLARET_HEAP_FORMAT_H
#define CLARET_HEAP_FORMAT_H

#include <stdint.h>

#define HEAP_TRACE_MAGIC "claheap3"

/* ticks and time_ns were read together, as were those of the END record; so the two pairs say how
 * to turn ticks into nanoseconds. */
typedef struct heap_trace_header {
    char magic[8];
    uint32_t process;
    uint32_t header_size;
    uint64_t ticks, time_ns;
} heap_trace_header;

typedef struct heap_chunk {
    uint32_t thread;
    uint32_t units;  /* behind this; at most HEAP_CHUNK_UNITS */
    uint32_t events; /* in them: ALLOC, FREE and HEAP_OP_FULL */
    uint32_t zero;
    uint64_t ticks; /* time of the first events */
} heap_chunk;

enum {
    HEAP_CHUNK_UNITS = 32 * 1024,
    HEAP_CHUNK_HEAPS = 8, /* numbers that HEAP_OP_DEFINE gives */
    HEAP_KIND_BITS = 2,
    HEAP_GRAIN_SHIFT = 4,

    HEAP_NEAR_BIAS = 1 << 13, /* grains; a distance has 14 bits */
    HEAP_FAR_FREE = 1 << 2,
    HEAP_FAR_SHIFT = 3,
    HEAP_FAR_BITS = 28, /* of the grain */
    HEAP_FAR_SIZE_SHIFT = HEAP_FAR_SHIFT + HEAP_FAR_BITS,
    HEAP_FAR_SIZE_BITS = 17,

    HEAP_OP_SHIFT = 2,
    HEAP_OP_BITS = 4,
    HEAP_ARGUMENT_SHIFT = 6,
    HEAP_ARGUMENT_BITS = 10,
    HEAP_STACK_BITS = 26,
};

typedef enum heap_unit_kind {
    HEAP_NEAR_ALLOC,
    HEAP_NEAR_FREE,
    HEAP_FAR,
    HEAP_OTHER
} heap_unit_kind;

typedef enum heap_op {
    HEAP_OP_TIME,   /* 3 units: ticks since the chunk's */
    HEAP_OP_HEAP,   /* the argument is the number of the heap from here on */
    HEAP_OP_DEFINE, /* 2 words of 8 bytes: a heap's handle and base; it gets the argument's number
                       and is the heap from here on */
    HEAP_OP_SOURCE, /* the argument is the source of the ALLOC behind */
    HEAP_OP_STACK,  /* 1 unit: the upper bits; with the argument the number of the STACK that the
                       ALLOCs behind have */
    HEAP_OP_SWEEP,  /* 2 words: an address, and distance | count << 32: every block that begins at
                       one of count addresses, so far apart, is freed */
    HEAP_OP_FULL,   /* 1 unit: source | number of words << 8; the words: the fields of an event of
                       the kind that the argument says */
    HEAP_OP_COUNT
} heap_op;

enum { HEAP_SWEEP_MOST = 4096 /* addresses: a span has no more cells */ };

#endif
