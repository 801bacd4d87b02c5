/* heap_drain.h: the queue, the file and the thread between them. */
#define _GNU_SOURCE
#include "runtime/memory/heap_drain.h"

#include "runtime/memory/os.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { TICK_NS = 5000000, WAKE_AT = 4 /* blocks in the queue */ };

/* ---- The file ---- */

bool drain_write_all(int fd, const void *bytes, size_t size) {
    const char *next = bytes;
    while (size > 0) {
        ssize_t done = write(fd, next, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        next += done;
        size -= (size_t)done;
    }
    return true;
}

bool drain_write(heap_drain *drain, const heap_block *block) {
    const heap_chunk *chunk = &block->chunk;
    bool good = drain_write_all(drain->fd, chunk, sizeof *chunk + chunk->units * 2);
    atomic_fetch_add_explicit(good ? &drain->written : &drain->lost, chunk->events,
                              memory_order_relaxed);
    return good;
}

/* ---- The queue ---- */

static heap_block *take_first(heap_drain *drain) {
    pthread_mutex_lock(&drain->lock);
    heap_block *block = drain->first;
    if (block) {
        drain->first = block->next;
        drain->queued--;
    }
    pthread_mutex_unlock(&drain->lock);
    return block;
}

void drain_put_unused(heap_drain *drain, heap_block *block) {
    pthread_mutex_lock(&drain->lock);
    block->next = drain->free;
    drain->free = block;
    pthread_mutex_unlock(&drain->lock);
}

/* False when the queue is empty. */
static bool write_first(heap_drain *drain) {
    pthread_mutex_lock(&drain->file_lock);
    heap_block *block = take_first(drain);
    if (block)
        drain_write(drain, block);
    pthread_mutex_unlock(&drain->file_lock);
    if (block)
        drain_put_unused(drain, block);
    return block != NULL;
}

void drain_flush(heap_drain *drain) {
    while (write_first(drain))
        ;
}

void drain_trim(heap_drain *drain) {
    pthread_mutex_lock(&drain->lock);
    while (drain->free) {
        heap_block *block = drain->free;
        drain->free = block->next;
        drain->blocks--;
        os_unmap(block, HEAP_BLOCK_SIZE);
    }
    pthread_mutex_unlock(&drain->lock);
}

void drain_put(heap_drain *drain, heap_block *block) {
    pthread_mutex_lock(&drain->lock);
    block->next = NULL;
    if (drain->first)
        drain->last->next = block;
    else
        drain->first = block;
    drain->last = block;
    if (++drain->queued == WAKE_AT)
        pthread_cond_signal(&drain->wake);
    pthread_mutex_unlock(&drain->lock);
}

static bool may_map(const heap_drain *drain) {
    return drain->blocks < HEAP_BLOCKS || !drain->first;
}

/* NULL: all blocks are in use, or memory is short. */
static heap_block *find_free(heap_drain *drain) {
    pthread_mutex_lock(&drain->lock);
    heap_block *block = drain->free;
    if (block)
        drain->free = block->next;
    else if (may_map(drain) && (block = os_map(HEAP_BLOCK_SIZE, os_page_size())) != NULL)
        drain->blocks++;
    pthread_mutex_unlock(&drain->lock);
    return block;
}

heap_block *drain_get(heap_drain *drain) {
    heap_block *block;
    while (!(block = find_free(drain)) && write_first(drain))
        ;
    return block;
}

bool drain_is_full(heap_drain *drain) {
    pthread_mutex_lock(&drain->lock);
    bool full = !drain->free && !may_map(drain);
    pthread_mutex_unlock(&drain->lock);
    return full;
}

/* ---- The thread ---- */

/* Until there is enough to do, it is time for the tick, or the trace ends. */
static bool wait_for_work(heap_drain *drain) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_NS;
    if (until.tv_nsec >= 1000000000)
        until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_mutex_lock(&drain->lock);
    int waited = 0;
    while (drain->queued < WAKE_AT && !drain->stopping && waited == 0)
        waited = pthread_cond_clockwait(&drain->wake, &drain->lock, CLOCK_MONOTONIC, &until);
    bool stopping = drain->stopping;
    pthread_mutex_unlock(&drain->lock);
    return !stopping;
}

static void *run(void *argument) {
    heap_drain *drain = argument;
    while (wait_for_work(drain)) {
        drain->tick();
        drain_flush(drain);
    }
    return NULL;
}

void drain_start(heap_drain *drain, int fd, void (*tick)(void)) {
    sigset_t all, before;
    drain->fd = fd;
    drain->tick = tick;
    drain->stopping = false;
    atomic_store(&drain->written, 0);
    atomic_store(&drain->lost, 0);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    drain->has_thread = pthread_create(&drain->thread, NULL, run, drain) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void drain_stop(heap_drain *drain) {
    pthread_mutex_lock(&drain->lock);
    drain->stopping = true;
    pthread_cond_signal(&drain->wake);
    pthread_mutex_unlock(&drain->lock);
    if (drain->has_thread)
        pthread_join(drain->thread, NULL);
}
