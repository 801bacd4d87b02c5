/* heap_events.h: what a thread writes, start and stop.
 *
 * Ownership. A thread's block is the thread's own as long as the trace runs, and is touched without
 * a lock. Every trace has a generation; a writer whose generation is another one drops what it has
 * and begins anew. Who stops the trace raises the generation, makes all threads see that
 * (os_barrier), sets the limits of all writers to NULL and reads what they have written so far. A
 * thread that was in the middle of an event may still finish it: in a block that stays its own and
 * that nobody reads any more. Setting its limit anew, a thread looks at the generation afterwards;
 * so it cannot undo what the stopping one did. */
#define _GNU_SOURCE
#include "runtime/memory/heap_events.h"

#include "runtime/memory/call_stack.h"
#include "runtime/memory/heap_decode.h"
#include "runtime/memory/heap_drain.h"
#include "runtime/memory/os.h"
#include "runtime/memory/space.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_BYTES = 1024, /* of one event with all that may have to be written before it */
    STAMP_BYTES = 256  /* between two times */
};

static const uint64_t HALF_WINDOW = UINT64_C(1) << (HEAP_FAR_BITS + HEAP_GRAIN_SHIFT - 1);

/* What a thread knows of a heap in the current block. */
typedef struct heap_slot {
    uint64_t heap, base, last, size;
} heap_slot;

/* The slow part of a heap_writer. */
typedef struct writer {
    struct writer *next;
    heap_writer *quick;
    bool listed;
    unsigned generation;
    heap_block *block;
    heap_slot slots[HEAP_CHUNK_HEAPS];
    unsigned slot, slot_count; /* slot: the one that is in quick */
    uint64_t heap;             /* of slot; 0: none */
    unsigned next_slot;        /* to be used for another heap when all are */
    uint64_t lost;             /* events since the last LOST */
    call_sites sites;          /* STACKs in the file, by number */
    uint32_t stack;            /* that the reader thinks of */
} writer;

_Atomic bool heap_tracing;
_Thread_local heap_writer heap_own_writer;

static _Thread_local writer own;

static struct {
    pthread_mutex_t lock; /* for all of this; taken before the drain's */
    int fd;               /* -1: no trace */
    unsigned flags;       /* set before heap_tracing is */
    _Atomic unsigned generation;
    unsigned file_generation; /* of the trace that fd is of */
    _Atomic bool many;        /* a second thread has joined the trace */
    bool has_one;             /* a first one has */
    writer *writers;
    heap_block *last; /* of no thread: for what is written at the end */
    pthread_key_t on_thread_exit;
    bool has_key;
    _Atomic uint64_t lost; /* events that never got to the drain */
    heap_drain drain;
} trace = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .drain = HEAP_DRAIN_INIT};

static uint64_t time_now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Not before what the thread has done until now: how it got a block, for instance. */
static uint64_t ticks_now(void) {
#if defined(__x86_64__)
    __builtin_ia32_lfence();
    return __builtin_ia32_rdtsc();
#else
    return time_now_ns();
#endif
}

unsigned heap_event_fields(unsigned kind) {
#define HEAP_EVENT(NAME, number, name, ...)                                                        \
    [number] = sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),
    static const uint8_t COUNTS[256] = {
#include "runtime/memory/heap_events.def"
    };
#undef HEAP_EVENT
    return kind < sizeof COUNTS ? COUNTS[kind] : 0;
}

/* ---- Blocks ---- */

static uint8_t *next_of(const writer *o) {
    return atomic_load_explicit(&o->quick->next, memory_order_relaxed);
}

static void set_next(const writer *o, uint8_t *next) {
    atomic_store_explicit(&o->quick->next, next, memory_order_release);
}

static void set_limit(const writer *o, uint8_t *limit) {
    atomic_store_explicit(&o->quick->limit, limit, memory_order_relaxed);
}

static void begin_block(writer *o, heap_block *block) {
    block->chunk = (heap_chunk){.thread = (uint32_t)gettid(), .ticks = ticks_now()};
    o->block = block;
    o->slot_count = o->next_slot = 0;
    o->stack = 0;
    heap_writer *w = o->quick;
    w->alloc_heap = w->free_heap = w->events = 0;
    o->heap = 0;
    set_next(o, block->units);
    set_limit(o, NULL);
}

static void end_block(writer *o) {
    heap_chunk *chunk = &o->block->chunk;
    chunk->units = (uint32_t)(next_of(o) - o->block->units) / 2;
    chunk->events = (uint32_t)o->quick->events;
}

static bool are_many(void) {
    return atomic_load_explicit(&trace.many, memory_order_relaxed);
}

static bool is_current(const writer *o) {
    return o->generation == atomic_load_explicit(&trace.generation, memory_order_relaxed);
}

/* What its STACKs are numbered by may be among what is lost. */
static void lose_block(writer *o) {
    o->lost += o->quick->events;
    atomic_fetch_add_explicit(&trace.lost, o->quick->events, memory_order_relaxed);
    call_sites_fini(&o->sites);
}

/* Parts with the full block. False when the trace has ended meanwhile. */
static bool give_block(writer *o) {
    bool lossy = (trace.flags & HEAP_TRACE_LOSSY) && drain_is_full(&trace.drain);
    pthread_mutex_lock(&trace.lock);
    bool current = is_current(o);
    if (current && lossy) {
        lose_block(o);
        begin_block(o, o->block);
    } else if (current) {
        end_block(o);
        drain_put(&trace.drain, o->block);
        o->block = NULL;
        set_next(o, NULL);
        set_limit(o, NULL);
    }
    pthread_mutex_unlock(&trace.lock);
    return current;
}

/* Gets another block. False when memory is short or the trace has ended. Without the trace's lock
 * while it may have to wait for the file. */
static bool take_block(writer *o) {
    heap_block *block = drain_get(&trace.drain);
    if (!block)
        return false;
    pthread_mutex_lock(&trace.lock);
    bool current = is_current(o);
    if (current)
        begin_block(o, block);
    pthread_mutex_unlock(&trace.lock);
    if (!current)
        drain_put_unused(&trace.drain, block);
    return current;
}

/* ---- Threads ---- */

static void abandon(void *data) {
    writer *o = data;
    pthread_mutex_lock(&trace.lock);
    if (o->block && trace.fd >= 0 && o->generation == trace.file_generation) {
        end_block(o);
        drain_put(&trace.drain, o->block);
    } else if (o->block) {
        drain_put_unused(&trace.drain, o->block);
    }
    writer **link = &trace.writers;
    while (*link != o)
        link = &(*link)->next;
    *link = o->next;
    pthread_mutex_unlock(&trace.lock);
    call_sites_fini(&o->sites);
    heap_own_writer = (heap_writer){.next = NULL};
    *o = (writer){0};
}

/* Makes every thread look around before its next event. */
static void lower_limits(void) {
    for (writer *o = trace.writers; o; o = o->next)
        set_limit(o, NULL);
}

/* Under the lock. False when there is no trace, or no way to learn of the thread's end. */
static bool join_locked(writer *o) {
    if (!trace.has_key)
        trace.has_key = pthread_key_create(&trace.on_thread_exit, abandon) == 0;
    if (!heap_is_traced() || !trace.has_key ||
        (!o->listed && pthread_setspecific(trace.on_thread_exit, o) != 0))
        return false;
    o->generation = atomic_load_explicit(&trace.generation, memory_order_relaxed);
    o->quick = &heap_own_writer;
    o->lost = 0;
    call_sites_fini(&o->sites);
    if (!o->listed)
        o->next = trace.writers, trace.writers = o;
    o->listed = true;
    if (o->block)
        begin_block(o, o->block);
    if (trace.has_one)
        atomic_store(&trace.many, true);
    trace.has_one = true;
    return true;
}

/* Joins the trace that runs. When it has an event of its own, all other threads know that they are
 * many. */
static bool join_trace(writer *o) {
    pthread_mutex_lock(&trace.lock);
    bool joins = join_locked(o), many = are_many();
    if (joins && many)
        lower_limits();
    pthread_mutex_unlock(&trace.lock);
    if (joins && many)
        os_barrier();
    return joins;
}

/* ---- Writing ---- */

/* Units that are no event. */
static void put_units(writer *o, uint64_t word, unsigned units) {
    uint8_t *next = next_of(o);
    memcpy(next, &word, sizeof word);
    set_next(o, next + 2 * units);
}

static void put_op(writer *o, heap_op op, unsigned argument, uint64_t behind, unsigned units) {
    put_units(o,
              HEAP_OTHER | (uint64_t)op << HEAP_OP_SHIFT |
                  (uint64_t)argument << HEAP_ARGUMENT_SHIFT | behind << 16,
              1 + units);
}

static void put_words(writer *o, const uint64_t *words, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        put_units(o, words[i], 4);
}

static void put_full(writer *o, heap_event_kind kind, unsigned source, const uint64_t *fields,
                     unsigned count) {
    put_op(o, HEAP_OP_FULL, kind, source | count << 8, 1);
    put_words(o, fields, count);
    o->quick->events++;
}

/* False when the trace has ended meanwhile. */
static bool put_time(writer *o) {
    put_op(o, HEAP_OP_TIME, 0, ticks_now() - o->block->chunk.ticks, 3);
    uint8_t *end = o->block->units + HEAP_BLOCK_ROOM - sizeof(uint64_t);
    uint8_t *next = next_of(o);
    set_limit(o, end - next > STAMP_BYTES ? next + STAMP_BYTES : end);
    atomic_signal_fence(memory_order_seq_cst);
    if (is_current(o))
        return true;
    set_limit(o, NULL);
    return false;
}

/* Whether there is room for one more event, its distance in time included. */
static bool has_room(const writer *o) {
    return o->block->units + HEAP_BLOCK_ROOM - next_of(o) >= MOST_BYTES &&
           (ticks_now() - o->block->chunk.ticks) >> 48 == 0;
}

static bool make_room(writer *o) {
    if (o->block && has_room(o))
        return true;
    if (o->block && !give_block(o))
        return false;
    if (!o->block && !take_block(o)) {
        if (is_current(o)) {
            o->lost++;
            atomic_fetch_add_explicit(&trace.lost, 1, memory_order_relaxed);
        }
        return false;
    }
    if (o->lost)
        put_full(o, HEAP_EVENT_LOST, 0, &o->lost, 1);
    o->lost = 0;
    return true;
}

/* The calling thread's writer with room for an event; NULL when no trace runs or memory is short. A
 * dated event has its time right before it (heap_format.h says which have). */
static writer *enter(bool dated) {
    writer *o = &own;
    if (!heap_is_traced() || (!(o->listed && is_current(o)) && !join_trace(o)) || !make_room(o))
        return NULL;
    if (are_many())
        o->quick->free_heap = 0;
    uint8_t *limit = atomic_load_explicit(&o->quick->limit, memory_order_relaxed);
    if ((dated || !limit || next_of(o) >= limit) && !put_time(o))
        return NULL;
    return o;
}

static void save_slot(writer *o) {
    const heap_writer *w = o->quick;
    if (o->heap)
        o->slots[o->slot] = (heap_slot){o->heap, w->base, w->last, w->size};
}

static void load_slot(writer *o, unsigned number) {
    const heap_slot *slot = &o->slots[number];
    heap_writer *w = o->quick;
    o->slot = number;
    o->heap = slot->heap;
    w->alloc_heap = trace.flags & HEAP_TRACE_STACKS ? 0 : slot->heap;
    w->free_heap = are_many() ? 0 : slot->heap;
    w->base = slot->base;
    w->last = slot->last;
    w->size = slot->size;
}

/* Gives number to the heap, with a base that address is not far from. */
static void define_slot(writer *o, unsigned number, uint64_t heap, uint64_t address) {
    uint64_t base = address > HALF_WINDOW ? (address - HALF_WINDOW) & ~UINT64_C(15) : 0;
    o->slots[number] = (heap_slot){heap, base, base, 0};
    put_op(o, HEAP_OP_DEFINE, number, 0, 0);
    put_words(o, (uint64_t[]){heap, base}, 2);
    load_slot(o, number);
}

static void select_heap(writer *o, uint64_t heap, uint64_t address) {
    unsigned i = 0;
    if (o->heap == heap)
        return;
    save_slot(o);
    while (i < o->slot_count && o->slots[i].heap != heap)
        i++;
    if (i < o->slot_count) {
        put_op(o, HEAP_OP_HEAP, i, 0, 0);
        load_slot(o, i);
    } else if (i < HEAP_CHUNK_HEAPS) {
        o->slot_count++;
        define_slot(o, i, heap, address);
    } else {
        define_slot(o, o->next_slot++ % HEAP_CHUNK_HEAPS, heap, address);
    }
}

/* Whether the stack is that of the ALLOC before, which saves looking for it. */
static bool is_same_stack(const writer *o, const uintptr_t *frames, uint32_t depth) {
    const call_site *site = o->stack ? call_sites_get(&o->sites, o->stack) : NULL;
    return site && site->depth == depth &&
           memcmp(site->frames, frames, depth * sizeof *frames) == 0;
}

/* The number of the stack, which is presented first when it is new. */
static uint32_t number_of_stack(writer *o, const uintptr_t *frames, uint32_t depth) {
    uint64_t fields[1 + CALL_STACK_DEPTH];
    uint32_t known = o->sites.count;
    uint32_t number = known < HEAP_STACKS_MOST ? call_sites_intern(&o->sites, frames, depth) : 0;
    if (number >= known && number > 0) {
        fields[0] = number;
        for (uint32_t i = 0; i < depth; i++)
            fields[1 + i] = frames[i];
        put_full(o, HEAP_EVENT_STACK, 0, fields, 1 + depth);
    }
    return number;
}

/* Says with which stack the ALLOC behind it is. */
static void put_stack(writer *o) {
    uintptr_t frames[CALL_STACK_DEPTH];
    uint32_t depth = call_stack_take(frames, CALL_STACK_DEPTH);
    if (is_same_stack(o, frames, depth))
        return;
    uint32_t number = number_of_stack(o, frames, depth);
    if (number != o->stack)
        put_op(o, HEAP_OP_STACK, number & ((1 << HEAP_ARGUMENT_BITS) - 1),
               number >> HEAP_ARGUMENT_BITS, 1);
    o->stack = number;
}

void heap_event_alloc_from(unsigned source, uint64_t heap, uint64_t address, uint64_t size) {
    writer *o = enter(source != MEM_SOURCE_LOOKASIDE);
    if (!o)
        return;
    if (trace.flags & HEAP_TRACE_STACKS)
        put_stack(o);
    select_heap(o, heap, address);
    if (heap_grains(address - o->quick->base) >> HEAP_FAR_BITS)
        define_slot(o, o->slot, heap, address);
    if (source != MEM_SOURCE_LOOKASIDE)
        put_op(o, HEAP_OP_SOURCE, source, 0, 0);
    if (!heap_put_alloc(o->quick, next_of(o), address, size))
        put_full(o, HEAP_EVENT_ALLOC, source, (uint64_t[]){heap, size, address, o->stack}, 4);
}

void heap_event_free_slow(uint64_t heap, uint64_t address) {
    writer *o = enter(are_many());
    if (!o)
        return;
    select_heap(o, heap, address);
    if (heap_grains(address - o->quick->base) >> HEAP_FAR_BITS)
        define_slot(o, o->slot, heap, address);
    if (!heap_put_free(o->quick, next_of(o), address))
        put_full(o, HEAP_EVENT_FREE, 0, (uint64_t[]){heap, address}, 2);
}

void heap_event_sweep(uint64_t heap, uint64_t address, uint32_t stride, uint32_t count) {
    writer *o = enter(true);
    if (!o)
        return;
    select_heap(o, heap, address);
    put_op(o, HEAP_OP_SWEEP, 0, 0, 0);
    put_words(o, (uint64_t[]){address, stride | (uint64_t)count << 32}, 2);
    o->quick->events++;
}

void heap_event(heap_event_kind kind, unsigned source, const uint64_t *fields) {
    writer *o = enter(true);
    if (o)
        put_full(o, kind, source, fields, heap_event_fields(kind));
}

/* ---- Start and stop ---- */

/* Threads that have had no event for a while write the time before the next. */
static void tick(void) {
    pthread_mutex_lock(&trace.lock);
    lower_limits();
    pthread_mutex_unlock(&trace.lock);
}

/* Under the lock. */
static HRESULT start_locked(const char *path, unsigned flags, char *error, size_t error_size) {
    if (trace.fd >= 0) {
        snprintf(error, error_size, "a heap trace is running already");
        return E_UNEXPECTED;
    }
    if (!trace.last && !(trace.last = os_map(HEAP_BLOCK_SIZE, os_page_size()))) {
        snprintf(error, error_size, "out of memory");
        return E_OUTOFMEMORY;
    }
    heap_trace_header header = {.magic = HEAP_TRACE_MAGIC,
                                .process = (uint32_t)getpid(),
                                .header_size = sizeof header,
                                .ticks = ticks_now(),
                                .time_ns = time_now_ns()};
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || !drain_write_all(fd, &header, sizeof header)) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return E_FAIL;
    }
    atomic_store(&trace.lost, 0);
    trace.fd = fd;
    trace.flags = flags;
    trace.has_one = false;
    atomic_store(&trace.many, false);
    drain_start(&trace.drain, fd, tick);
    trace.file_generation = atomic_fetch_add(&trace.generation, 1) + 1;
    atomic_store(&heap_tracing, true);
    return S_OK;
}

HRESULT heap_trace_start(const char *path, unsigned flags, char *error, size_t error_size) {
    pthread_mutex_lock(&trace.lock);
    HRESULT hr = start_locked(path, flags, error, error_size);
    pthread_mutex_unlock(&trace.lock);
    if (SUCCEEDED(hr))
        space_announce_all();
    return hr;
}

/* Writes what the writers have, and those that have ended since; under the lock, after the
 * generation was raised. A thread may be counting one more event this moment, hence the events are
 * counted anew. */
static void write_rest(void) {
    drain_flush(&trace.drain);
    for (writer *o = trace.writers; o; o = o->next) {
        set_limit(o, NULL);
        if (o->generation != trace.file_generation || !o->block)
            continue;
        uint8_t *end = atomic_load_explicit(&o->quick->next, memory_order_acquire);
        o->block->chunk.units = (uint32_t)(end - o->block->units) / 2;
        o->block->chunk.events =
            heap_decode_count(o->block->units, (size_t)(end - o->block->units));
        if (o->block->chunk.units)
            drain_write(&trace.drain, o->block);
    }
}

/* Writes one more event, of no thread; under the lock. */
static bool write_last(heap_event_kind kind, const void *fields, unsigned count) {
    heap_writer quick = {.next = NULL};
    writer o = {.quick = &quick};
    begin_block(&o, trace.last);
    trace.last->chunk.thread = 0;
    put_full(&o, kind, 0, fields, count);
    end_block(&o);
    return drain_write(&trace.drain, trace.last);
}

/* For dl_iterate_phdr: writes a MODULE for a file with code. */
static int write_module(struct dl_phdr_info *info, size_t size, void *good) {
    enum { PATH_ROOM = 256 };
    struct {
        uint64_t bias, start, end;
        char path[PATH_ROOM];
    } module = {info->dlpi_addr, 0, 0, ""};
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_X)) {
            module.start = info->dlpi_addr + header->p_vaddr;
            module.end = module.start + header->p_memsz;
        }
    }
    if (info->dlpi_name[0])
        snprintf(module.path, sizeof module.path, "%s", info->dlpi_name);
    else if (readlink("/proc/self/exe", module.path, sizeof module.path - 1) < 0)
        return 0;
    if (module.end)
        *(bool *)good &= write_last(HEAP_EVENT_MODULE, &module, sizeof module / sizeof(uint64_t));
    return 0;
}

HRESULT heap_trace_stop(heap_trace_totals *totals) {
    if (!atomic_exchange(&heap_tracing, false))
        return E_FAIL;
    pthread_mutex_lock(&trace.lock); /* who holds it now may still put a block into the queue */
    atomic_fetch_add(&trace.generation, 1);
    pthread_mutex_unlock(&trace.lock);
    os_barrier();
    drain_stop(&trace.drain);
    pthread_mutex_lock(&trace.lock);
    write_rest();
    bool good = true;
    if (trace.flags & HEAP_TRACE_STACKS)
        dl_iterate_phdr(write_module, &good);
    heap_trace_totals sum = {atomic_load(&trace.drain.written),
                             atomic_load(&trace.drain.lost) + atomic_load(&trace.lost)};
    good &= write_last(HEAP_EVENT_END,
                       (uint64_t[]){sum.written, sum.lost, ticks_now(), time_now_ns()}, 4);
    good &= close(trace.fd) == 0;
    trace.fd = -1;
    drain_trim(&trace.drain);
    pthread_mutex_unlock(&trace.lock);
    if (totals)
        *totals = sum;
    return good ? S_OK : E_FAIL;
}
