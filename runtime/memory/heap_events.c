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
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_SIZE = 64 * 1024, BUFFER_ROOM = BUFFER_SIZE - 64 };

typedef struct event_buffer {
    struct event_buffer *next;
    _Atomic bool busy;
    bool abandoned; /* its thread has ended */
    uint32_t thread;
    uint32_t used;
    uint64_t written, lost; /* events */
    uint8_t bytes[BUFFER_ROOM];
} event_buffer;

_Static_assert(sizeof(event_buffer) <= BUFFER_SIZE, "the fields in front of bytes fit in 64");

_Atomic bool heap_tracing;

/* There is one trace at a time. The buffers stay for the next one. */
static struct {
    pthread_mutex_t lock; /* for all of this */
    int fd;               /* -1: no trace */
    bool stacks;          /* set before heap_tracing is */
    event_buffer *buffers;
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

/* Number of events in a buffer. */
static uint64_t count_events(const event_buffer *buffer) {
    uint64_t count = 0;
    heap_record record;
    for (uint32_t at = 0; at < buffer->used; at += record.size, count++)
        memcpy(&record, buffer->bytes + at, sizeof record);
    return count;
}

/* Under the trace's lock. */
static void flush(event_buffer *buffer) {
    if (buffer->used == 0)
        return;
    uint64_t count = count_events(buffer);
    if (trace.fd >= 0 && write_all(trace.fd, buffer->bytes, buffer->used))
        buffer->written += count;
    else
        buffer->lost += count;
    buffer->used = 0;
}

static void append(event_buffer *buffer, heap_event_kind kind, unsigned source,
                   const uint64_t *fields, unsigned count) {
    heap_record record = {
        .kind = (uint8_t)kind,
        .source = (uint8_t)source,
        .size = (uint16_t)(sizeof record + count * sizeof *fields),
        .thread = buffer->thread,
        .ticks = ticks_now(),
    };
    if (buffer->used + record.size > BUFFER_ROOM) {
        pthread_mutex_lock(&trace.lock);
        flush(buffer);
        pthread_mutex_unlock(&trace.lock);
    }
    memcpy(buffer->bytes + buffer->used, &record, sizeof record);
    memcpy(buffer->bytes + buffer->used + sizeof record, fields, count * sizeof *fields);
    buffer->used += record.size;
}

static void append_stack(event_buffer *buffer) {
    uintptr_t frames[CALL_STACK_DEPTH];
    uint64_t fields[CALL_STACK_DEPTH];
    uint32_t depth = call_stack_take(frames, CALL_STACK_DEPTH);
    for (uint32_t i = 0; i < depth; i++)
        fields[i] = frames[i];
    append(buffer, HEAP_EVENT_STACK, 0, fields, depth);
}

static void abandon(void *buffer) {
    pthread_mutex_lock(&trace.lock);
    flush(buffer);
    ((event_buffer *)buffer)->abandoned = true;
    pthread_mutex_unlock(&trace.lock);
    own_buffer = NULL;
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
    buffer->thread = (uint32_t)gettid();
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
        append(buffer, kind, source, fields, fields_of(kind));
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
    heap_trace_header header = {.magic = "claheap1",
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
        buffer->used = 0, buffer->written = buffer->lost = 0;
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

/* For dl_iterate_phdr: writes a MODULE for a file with code. */
static int write_module(struct dl_phdr_info *info, size_t size, void *good) {
    enum { PATH_ROOM = 256 };
    struct {
        heap_record record;
        uint64_t bias, start, end;
        char path[PATH_ROOM];
    } module = {{.kind = HEAP_EVENT_MODULE, .size = sizeof module}, info->dlpi_addr, 0, 0, ""};
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
        *(bool *)good &= write_all(trace.fd, &module, sizeof module);
    return 0;
}

static bool write_end(heap_trace_totals *totals) {
    struct {
        heap_record record;
        uint64_t fields[4];
    } end = {{.kind = HEAP_EVENT_END, .size = sizeof end, .ticks = ticks_now()},
             {totals->written, totals->lost, ticks_now(), time_now_ns()}};
    return write_all(trace.fd, &end, sizeof end);
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

bool heap_trace_open(FILE *file, heap_trace_header *header) {
    return fread(header, sizeof *header, 1, file) == 1 &&
           memcmp(header->magic, "claheap1", sizeof header->magic) == 0 &&
           header->header_size == sizeof *header;
}

int heap_trace_next(FILE *file, heap_trace_event *event) {
    heap_record *record = &event->record;
    size_t got = fread(record, 1, sizeof *record, file);
    if (got == 0)
        return 0;
    if (got != sizeof *record || record->size < sizeof *record)
        return -1;
    size_t size = record->size - sizeof *record;
    event->count = (unsigned)(size / sizeof(uint64_t));
    if (size % sizeof(uint64_t) || event->count > HEAP_EVENT_FIELDS ||
        event->count < fields_of(record->kind))
        return -1;
    return fread(event->fields, 1, size, file) == size ? 1 : -1;
}
