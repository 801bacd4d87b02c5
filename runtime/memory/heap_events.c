/* heap_events.h: buffers, the file, start and stop.
 *
 * A thread marks its buffer busy while it writes an event into it and looks at heap_tracing after
 * having done so. Who stops the trace clears heap_tracing, makes all threads see that
 * (os_barrier), and then waits for each buffer that is still busy. So the buffers belong to the
 * stopping thread from then on, and the threads never needed an atomic operation for it. */
#define _GNU_SOURCE
#include "runtime/memory/heap_events.h"

#include "runtime/memory/call_stack.h"
#include "runtime/memory/os.h"
#include "runtime/memory/space.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    BUFFER_SIZE = 64 * 1024,
    BUFFER_WORDS = BUFFER_SIZE / 8 - 32,
    MOST_WORDS = 2 + HEAP_EVENT_FIELDS, /* of one event: its time and all fields */
    STAMP_EVENTS = 16,                  /* that share one time while there is one thread */
};

/* What the low bits of a word say. */
enum { WORD_FULL, WORD_ALLOC, WORD_FREE, WORD_TIME };
enum { KIND_BITS = 3, SOURCE_SHIFT = 3, HEAP_SHIFT = 6, ADDRESS_SHIFT = 9, SIZE_SHIFT = 53 };
enum { ADDRESS_BITS = 47, SIZE_LIMIT = 1 << 11 };

typedef struct event_buffer {
    struct event_buffer *next;
    _Atomic bool busy;
    bool abandoned;         /* its thread has ended */
    uint32_t until_stamp;   /* events */
    uint64_t written, lost; /* events */
    heap_chunk chunk;
    uint64_t words[BUFFER_WORDS];
} event_buffer;

_Static_assert(sizeof(event_buffer) <= BUFFER_SIZE, "the fields in front of words fit in 256");
_Static_assert(offsetof(event_buffer, words) == offsetof(event_buffer, chunk) + sizeof(heap_chunk),
               "a chunk can be written in one piece");

_Atomic bool heap_tracing;

/* There is one trace at a time. The buffers stay for the next one. */
static struct {
    pthread_mutex_t lock; /* for all of this */
    int fd;               /* -1: no trace */
    bool stacks;          /* set before heap_tracing is */
    _Atomic bool many;    /* two threads or more have had events */
    event_buffer *buffers;
    event_buffer *last; /* of no thread: for what is written at the end */
    pthread_key_t on_thread_exit;
    bool has_key;
    _Atomic uint64_t lost; /* events of threads that got no buffer */
} trace = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

static _Thread_local event_buffer *own_buffer;

static uint64_t ticks_now(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
#endif
}

static uint64_t time_now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The number of fields that a kind always has. */
static unsigned fields_of(unsigned kind) {
#define HEAP_EVENT(NAME, number, name, first, ...)                                                 \
    [number] = ((const char *)(first) != NULL) +                                                   \
               sizeof((const char *[]){NULL, ##__VA_ARGS__}) / sizeof(char *) - 1,
    static const uint8_t COUNTS[256] = {
#include "runtime/memory/heap_events.def"
    };
#undef HEAP_EVENT
    return kind < sizeof COUNTS ? COUNTS[kind] : 0;
}

/* ---- Writing ---- */

static bool write_all(int fd, const void *bytes, size_t size) {
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

/* Under the trace's lock. */
static void flush(event_buffer *buffer) {
    heap_chunk *chunk = &buffer->chunk;
    size_t size = sizeof *chunk + chunk->words * sizeof *buffer->words;
    if (chunk->words == 0)
        return;
    if (trace.fd >= 0 && write_all(trace.fd, chunk, size))
        buffer->written += chunk->events;
    else
        buffer->lost += chunk->events;
    chunk->words = 0;
}

/* Sees to room for an event and its time. */
static void make_room(event_buffer *buffer) {
    if (buffer->chunk.words + MOST_WORDS > BUFFER_WORDS) {
        pthread_mutex_lock(&trace.lock);
        flush(buffer);
        pthread_mutex_unlock(&trace.lock);
    }
    if (buffer->chunk.words == 0) {
        buffer->chunk.events = buffer->chunk.heap_count = 0;
        buffer->chunk.ticks = ticks_now();
        buffer->until_stamp = 0;
    }
}

static void put_word(event_buffer *buffer, uint64_t word) {
    buffer->words[buffer->chunk.words++] = word;
}

/* A thread that comes second sets many before it takes its first time. So a thread whose event
 * follows from one of another sees it set, and does not date its event before the other's. */
static void put_time(event_buffer *buffer) {
    if (buffer->until_stamp-- == 0 || atomic_load_explicit(&trace.many, memory_order_relaxed)) {
        put_word(buffer, WORD_TIME | (ticks_now() - buffer->chunk.ticks) << KIND_BITS);
        buffer->until_stamp = STAMP_EVENTS - 1;
    }
}

/* The place of a heap in the chunk's list; HEAP_CHUNK_HEAPS when that is full. */
static uint32_t place_of_heap(heap_chunk *chunk, uint64_t heap) {
    uint32_t i = 0;
    while (i < chunk->heap_count && chunk->heaps[i] != heap)
        i++;
    if (i == chunk->heap_count && i < HEAP_CHUNK_HEAPS)
        chunk->heaps[chunk->heap_count++] = heap;
    return i;
}

/* An ALLOC or FREE in one word; false when it does not fit. */
static bool put_short(event_buffer *buffer, unsigned word_kind, unsigned source, uint64_t heap,
                      uint64_t address, uint64_t size) {
    uint32_t place = place_of_heap(&buffer->chunk, heap);
    if (place == HEAP_CHUNK_HEAPS || address % 8 || address >> ADDRESS_BITS || size >= SIZE_LIMIT)
        return false;
    put_word(buffer, word_kind | source << SOURCE_SHIFT | place << HEAP_SHIFT |
                         address / 8 << ADDRESS_SHIFT | size << SIZE_SHIFT);
    return true;
}

static void put_full(event_buffer *buffer, heap_event_kind kind, unsigned source,
                     const uint64_t *fields, unsigned count) {
    put_word(buffer, WORD_FULL | kind << 8 | source << 16 | (uint64_t)count << 32);
    for (unsigned i = 0; i < count; i++)
        put_word(buffer, fields[i]);
}

static void append(event_buffer *buffer, heap_event_kind kind, unsigned source,
                   const uint64_t *fields) {
    make_room(buffer);
    put_time(buffer);
    bool done = false;
    if (kind == HEAP_EVENT_ALLOC)
        done = put_short(buffer, WORD_ALLOC, source, fields[0], fields[2], fields[1]);
    else if (kind == HEAP_EVENT_FREE)
        done = put_short(buffer, WORD_FREE, source, fields[0], fields[1], 0);
    if (!done)
        put_full(buffer, kind, source, fields, fields_of(kind));
    buffer->chunk.events++;
}

static void append_stack(event_buffer *buffer) {
    uintptr_t frames[CALL_STACK_DEPTH];
    uint64_t fields[CALL_STACK_DEPTH];
    uint32_t depth = call_stack_take(frames, CALL_STACK_DEPTH);
    for (uint32_t i = 0; i < depth; i++)
        fields[i] = frames[i];
    make_room(buffer);
    put_full(buffer, HEAP_EVENT_STACK, 0, fields, depth);
    buffer->chunk.events++;
}

static void abandon(void *buffer) {
    pthread_mutex_lock(&trace.lock);
    flush(buffer);
    ((event_buffer *)buffer)->abandoned = true;
    pthread_mutex_unlock(&trace.lock);
    own_buffer = NULL;
}

/* Whether another thread has a buffer, be it of an earlier trace. */
static bool buffers_are_many(void) {
    unsigned owned = 0;
    for (const event_buffer *buffer = trace.buffers; buffer; buffer = buffer->next)
        owned += !buffer->abandoned;
    return owned > 1;
}

/* An abandoned buffer, or a new one; NULL when memory is short. */
static event_buffer *find_buffer(void) {
    event_buffer *buffer = trace.buffers;
    while (buffer && !buffer->abandoned)
        buffer = buffer->next;
    if (!buffer) {
        buffer = os_map(BUFFER_SIZE, os_page_size());
        if (!buffer)
            return NULL;
        buffer->next = trace.buffers;
        trace.buffers = buffer;
    }
    buffer->abandoned = false;
    buffer->chunk.thread = (uint32_t)gettid();
    if (buffers_are_many())
        atomic_store(&trace.many, true);
    return buffer;
}

static event_buffer *get_buffer(void) {
    pthread_mutex_lock(&trace.lock);
    if (!trace.has_key)
        trace.has_key = pthread_key_create(&trace.on_thread_exit, abandon) == 0;
    own_buffer = trace.has_key ? find_buffer() : NULL;
    if (own_buffer)
        pthread_setspecific(trace.on_thread_exit, own_buffer);
    pthread_mutex_unlock(&trace.lock);
    return own_buffer;
}

void heap_event(heap_event_kind kind, unsigned source, const uint64_t *fields) {
    event_buffer *buffer = own_buffer ? own_buffer : get_buffer();
    if (!buffer) {
        atomic_fetch_add_explicit(&trace.lost, 1, memory_order_relaxed);
        return;
    }
    atomic_store_explicit(&buffer->busy, true, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&heap_tracing, memory_order_acquire)) {
        append(buffer, kind, source, fields);
        if (kind == HEAP_EVENT_ALLOC && trace.stacks)
            append_stack(buffer);
    }
    atomic_store_explicit(&buffer->busy, false, memory_order_release);
}

/* ---- Start and stop ---- */

static HRESULT start_locked(const char *path, bool stacks, char *error, size_t error_size) {
    if (trace.fd >= 0) {
        snprintf(error, error_size, "a heap trace is running already");
        return E_UNEXPECTED;
    }
    if (!trace.last && !(trace.last = os_map(BUFFER_SIZE, os_page_size()))) {
        snprintf(error, error_size, "out of memory");
        return E_OUTOFMEMORY;
    }
    heap_trace_header header = {.magic = "claheap2",
                                .process = (uint32_t)getpid(),
                                .header_size = sizeof header,
                                .ticks = ticks_now(),
                                .time_ns = time_now_ns()};
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || !write_all(fd, &header, sizeof header)) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return E_FAIL;
    }
    for (event_buffer *buffer = trace.buffers; buffer; buffer = buffer->next)
        buffer->chunk.words = 0, buffer->written = buffer->lost = 0;
    atomic_store(&trace.many, buffers_are_many());
    atomic_store(&trace.lost, 0);
    trace.fd = fd;
    trace.stacks = stacks;
    atomic_store(&heap_tracing, true);
    return S_OK;
}

HRESULT heap_trace_start(const char *path, bool stacks, char *error, size_t error_size) {
    pthread_mutex_lock(&trace.lock);
    HRESULT hr = start_locked(path, stacks, error, error_size);
    pthread_mutex_unlock(&trace.lock);
    if (SUCCEEDED(hr))
        space_announce_all();
    return hr;
}

/* Waits without the lock: a busy thread may need it to write its buffer out. */
static void wait_for_threads(void) {
    os_barrier();
    pthread_mutex_lock(&trace.lock);
    for (event_buffer *buffer = trace.buffers; buffer; buffer = buffer->next) {
        while (atomic_load_explicit(&buffer->busy, memory_order_acquire)) {
            pthread_mutex_unlock(&trace.lock);
            nanosleep(&(struct timespec){0, 100000}, NULL);
            pthread_mutex_lock(&trace.lock);
        }
    }
    pthread_mutex_unlock(&trace.lock);
}

/* Writes one more event; under the trace's lock. */
static bool write_last(heap_event_kind kind, const void *fields, unsigned count) {
    event_buffer *buffer = trace.last;
    buffer->chunk = (heap_chunk){.ticks = ticks_now()};
    buffer->lost = 0;
    put_full(buffer, kind, 0, fields, count);
    buffer->chunk.events = 1;
    flush(buffer);
    return buffer->lost == 0;
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

static bool write_end(const heap_trace_totals *totals) {
    uint64_t fields[] = {totals->written, totals->lost, ticks_now(), time_now_ns()};
    return write_last(HEAP_EVENT_END, fields, sizeof fields / sizeof *fields);
}

HRESULT heap_trace_stop(heap_trace_totals *totals) {
    heap_trace_totals sum = {0};
    if (!atomic_exchange(&heap_tracing, false))
        return E_FAIL;
    wait_for_threads();
    pthread_mutex_lock(&trace.lock);
    sum.lost = atomic_load(&trace.lost);
    for (event_buffer *buffer = trace.buffers; buffer; buffer = buffer->next) {
        flush(buffer);
        sum.written += buffer->written;
        sum.lost += buffer->lost;
    }
    bool good = true;
    if (trace.stacks)
        dl_iterate_phdr(write_module, &good);
    good &= write_end(&sum);
    good &= close(trace.fd) == 0;
    trace.fd = -1;
    pthread_mutex_unlock(&trace.lock);
    if (totals)
        *totals = sum;
    return good ? S_OK : E_FAIL;
}

/* ---- Reading ---- */

bool heap_trace_open(heap_trace_reader *reader, FILE *file) {
    heap_trace_header *header = &reader->header;
    *reader = (heap_trace_reader){.file = file};
    return fread(header, sizeof *header, 1, file) == 1 &&
           memcmp(header->magic, "claheap2", sizeof header->magic) == 0 &&
           header->header_size == sizeof *header;
}

static int next_chunk(heap_trace_reader *reader) {
    heap_chunk *chunk = &reader->chunk;
    size_t got = fread(chunk, 1, sizeof *chunk, reader->file);
    reader->ticks = chunk->ticks;
    if (got != sizeof *chunk || chunk->heap_count > HEAP_CHUNK_HEAPS) {
        chunk->words = 0;
        return got == 0 ? 0 : -1;
    }
    return 1;
}

static bool read_words(heap_trace_reader *reader, uint64_t *out, uint32_t count) {
    if (count > reader->chunk.words || fread(out, sizeof *out, count, reader->file) != count)
        return false;
    reader->chunk.words -= count;
    return true;
}

static bool read_full(heap_trace_reader *reader, uint64_t word, heap_trace_event *event) {
    event->kind = word >> 8 & 0xFF;
    event->source = word >> 16 & 0xFF;
    event->count = (unsigned)(word >> 32);
    return event->count <= HEAP_EVENT_FIELDS && event->count >= fields_of(event->kind) &&
           read_words(reader, event->fields, event->count);
}

static bool read_short(const heap_trace_reader *reader, uint64_t word, heap_trace_event *event) {
    uint32_t place = word >> HEAP_SHIFT & (HEAP_CHUNK_HEAPS - 1);
    uint64_t address =
        (word >> ADDRESS_SHIFT & ((UINT64_C(1) << (SIZE_SHIFT - ADDRESS_SHIFT)) - 1)) * 8;
    bool is_alloc = (word & ((1 << KIND_BITS) - 1)) == WORD_ALLOC;
    event->kind = is_alloc ? HEAP_EVENT_ALLOC : HEAP_EVENT_FREE;
    event->source = word >> SOURCE_SHIFT & 7;
    event->count = fields_of(event->kind);
    if (place >= reader->chunk.heap_count)
        return false;
    event->fields[0] = reader->chunk.heaps[place];
    event->fields[1] = is_alloc ? word >> SIZE_SHIFT : address;
    event->fields[2] = address;
    return true;
}

int heap_trace_next(heap_trace_reader *reader, heap_trace_event *event) {
    for (;;) {
        uint64_t word;
        int state = reader->chunk.words ? 1 : next_chunk(reader);
        if (state != 1)
            return state;
        if (!read_words(reader, &word, 1))
            return -1;
        event->thread = reader->chunk.thread;
        event->ticks = reader->ticks;
        switch (word & ((1 << KIND_BITS) - 1)) {
        case WORD_FULL: return read_full(reader, word, event) ? 1 : -1;
        case WORD_ALLOC:
        case WORD_FREE: return read_short(reader, word, event) ? 1 : -1;
        case WORD_TIME: reader->ticks = reader->chunk.ticks + (word >> KIND_BITS); break;
        default: return -1;
        }
    }
}
