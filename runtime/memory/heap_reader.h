/* Reads a heap trace: its events in the order in which they took place, and what is live.
 *
 * A trace has the events of each thread in order, with a time now and then (heap_format.h says
 * where). The reader takes the streams of all threads side by side, the earliest event first. A
 * sweep comes as the FREEs of the blocks that it frees.
 *
 * It needs memory for the index of the file's chunks, a buffer for each thread that lives, and each
 * address that was ever a block. One thread at a time. */
#ifndef CLARET_HEAP_READER_H
#define CLARET_HEAP_READER_H

#include "runtime/memory/call_stack.h"
#include "runtime/memory/heap_decode.h"

typedef struct heap_reader heap_reader;

/* A block of the trace. */
typedef struct heap_trace_block {
    uint64_t heap, address, size;
    uint32_t stack; /* number in heap_reader_stacks; 0: not known */
    uint8_t source; /* mem_source of the allocation */
    bool live;
} heap_trace_block;

/* Opens a trace and looks through its chunks. Errors, with a text in error that begins with path:
 * E_FAIL (the file cannot be read, or is no trace, or broken), E_OUTOFMEMORY. */
HRESULT heap_reader_open(const char *path, heap_reader **out, char *error, size_t error_size);

void heap_reader_close(heap_reader *reader); /* NULL allowed */

const heap_trace_header *heap_reader_header(const heap_reader *reader);

/* The times between which all events lie, as far as the chunks tell; 0 and 0 without any. */
void heap_reader_span(const heap_reader *reader, uint64_t *first, uint64_t *last);

/* 1: the next event; 0: there are no more; -1: the file is broken, or memory is short (see
 * heap_reader_error). The stack of an ALLOC and of a STACK is a number in heap_reader_stacks.
 * *before is the block at the address of an ALLOC, FREE or REALLOC that stays in place as it was
 * before; its live is false when there was none. */
int heap_reader_next(heap_reader *reader, heap_trace_event *event, heap_trace_block *before);

/* Why heap_reader_next said -1, with a text as from heap_reader_open. */
HRESULT heap_reader_error(const heap_reader *reader, char *error, size_t error_size);

/* The stacks so far; the counts of their call_sites are the caller's to use. */
call_sites *heap_reader_stacks(heap_reader *reader);

/* Calls visit for each live block of a heap. After a DESTROY the blocks of its heap are live until
 * heap_reader_next is called again. */
void heap_reader_each_live(const heap_reader *reader, uint64_t heap,
                           void (*visit)(void *data, const heap_trace_block *block), void *data);

#endif
