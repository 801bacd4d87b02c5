/* The buffers of a heap trace and their way into the file: heap_events.c fills them.
 *
 *     drain_get -> a thread fills the block -> drain_put -> queue -> file -> free again
 *
 * A background thread empties the queue. Whoever needs a block when all are in the queue writes the
 * first of them itself, so nothing depends on that thread but speed. */
#ifndef CLARET_HEAP_DRAIN_H
#define CLARET_HEAP_DRAIN_H

#include "runtime/memory/heap_format.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    HEAP_BLOCK_SIZE = 64 * 1024,
    HEAP_BLOCK_ROOM = HEAP_BLOCK_SIZE - 64, /* bytes for units */
    HEAP_BLOCKS = 64                        /* no more, as long as one of them is in the queue */
};

typedef struct heap_block {
    struct heap_block *next;
    heap_chunk chunk; /* units and events are filled in before drain_put */
    uint8_t units[HEAP_BLOCK_ROOM];
} heap_block;

_Static_assert(offsetof(heap_block, units) == offsetof(heap_block, chunk) + sizeof(heap_chunk),
               "a chunk can be written in one piece");
_Static_assert(sizeof(heap_block) <= HEAP_BLOCK_SIZE, "");

/* One for the process, used again for every trace. Initialize with HEAP_DRAIN_INIT. */
typedef struct heap_drain {
    pthread_mutex_t file_lock; /* taken before lock: blocks reach the file in the queue's order */
    int fd;                    /* not owned */

    pthread_mutex_t lock; /* for all below */
    heap_block *free;
    heap_block *first, *last; /* the queue */
    unsigned queued, blocks;
    bool stopping, has_thread;
    pthread_t thread;
    pthread_cond_t wake;
    void (*tick)(void); /* called by the background thread, without locks, every few milliseconds */
    _Atomic uint64_t written, lost; /* events in blocks */
} heap_drain;

#define HEAP_DRAIN_INIT                                                                            \
    {                                                                                              \
        .file_lock = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER,                 \
        .wake = PTHREAD_COND_INITIALIZER                                                           \
    }

/* Begins a trace. Without a background thread when none can be had. */
void drain_start(heap_drain *drain, int fd, void (*tick)(void));

/* Ends the background thread. Then drain_flush writes what is in the queue. */
void drain_stop(heap_drain *drain);
void drain_flush(heap_drain *drain);

/* Gives unused blocks back to the system. */
void drain_trim(heap_drain *drain);

/* A block to fill; NULL when memory is short. May have to write to the file first. */
heap_block *drain_get(heap_drain *drain);

/* Whether drain_get would have to. */
bool drain_is_full(heap_drain *drain);

/* Gives a block back, to be written, or unused. */
void drain_put(heap_drain *drain, heap_block *block);
void drain_put_unused(heap_drain *drain, heap_block *block);

/* Writes a block at once; the block stays the caller's. Not before drain_flush. */
bool drain_write(heap_drain *drain, const heap_block *block);

/* For the header. */
bool drain_write_all(int fd, const void *bytes, size_t size);

#endif
