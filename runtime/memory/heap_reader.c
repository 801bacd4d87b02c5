/* heap_reader.h: the index of the file, a stream per thread, and the merging of the streams.
 *
 *     chunks, linked per thread -> stream: decoder, the event at its head -> pick -> apply
 *
 * Events of one thread stay in order; the streams are merged by the times in them. */
#include "runtime/memory/heap_reader.h"

#include "runtime/memory/addr_map.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/space.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NONE = -1 };

typedef struct chunk_place {
    uint64_t offset; /* of its units */
    uint64_t ticks;
    uint32_t units, events;
    bool cut;     /* not all of it is there */
    int64_t next; /* of the same thread; or NONE */
} chunk_place;

typedef struct stream {
    uint32_t thread;
    int64_t chunk, last_chunk; /* the one being read, and the thread's last */
    uint64_t first_ticks;
    uint8_t *units; /* of the chunk; from the beginning of the stream to its end */
    heap_decoder decoder;
    uint32_t events; /* read of the chunk */
    uint64_t ticks;  /* never runs backwards */

    bool has_head;
    bool sweeps; /* the head is sweep, not head */
    heap_trace_event head;
    heap_sweep sweep;

    uint32_t *stacks; /* from the thread's numbers to those of the reader */
    uint32_t stack_count;
} stream;

struct heap_reader {
    const char *path;
    int fd;
    heap_trace_header header;
    chunk_place *chunks;
    size_t chunk_count, chunk_capacity;
    uint64_t first_ticks, last_ticks;

    stream **streams; /* by the time when they begin */
    size_t stream_count, stream_capacity;
    size_t begun;    /* streams that were started */
    stream **active; /* those of them that have a head; room for all */
    size_t active_count;
    stream *current; /* picked last, and first in time up to `until`; or NULL */
    uint64_t until;

    addr_map by_address; /* index in blocks */
    heap_trace_block *blocks;
    size_t block_count, block_capacity;
    call_sites stacks;
    uint64_t destroyed; /* heap whose blocks are still to be dropped; or 0 */
    bool has_gaps;      /* events were lost: a block that is not live need not have been freed */

    HRESULT hr;
    char error[200];
};

/* ---- Errors and memory ---- */

static bool no_memory(heap_reader *r) {
    r->hr = E_OUTOFMEMORY;
    snprintf(r->error, sizeof r->error, "out of memory");
    return false;
}

static bool broken(heap_reader *r, uint64_t offset, const char *what) {
    r->hr = E_FAIL;
    snprintf(r->error, sizeof r->error, "broken heap trace: %s at offset %llu", what,
             (unsigned long long)offset);
    return false;
}

static bool failed(heap_reader *r) {
    r->hr = E_FAIL;
    snprintf(r->error, sizeof r->error, "%s", strerror(errno));
    return false;
}

HRESULT heap_reader_error(const heap_reader *reader, char *error, size_t error_size) {
    snprintf(error, error_size, "%s: %s", reader->path, reader->error);
    return reader->hr;
}

/* Makes *array hold count + 1 elements; false when memory is short. */
static bool make_room(void **array, size_t count, size_t *capacity, size_t element) {
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? 2 * *capacity : 64;
    void *larger = mem_resize(*array, wanted, element);
    if (!larger)
        return false;
    *array = larger;
    *capacity = wanted;
    return true;
}

/* ---- The index ---- */

/* Reads up to size bytes; -1 on an error. */
static ssize_t read_at(heap_reader *r, void *out, size_t size, uint64_t offset) {
    size_t got = 0;
    while (got < size) {
        ssize_t done = pread(r->fd, (char *)out + got, size - got, (off_t)(offset + got));
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        if (done == 0)
            break;
        got += (size_t)done;
    }
    return (ssize_t)got;
}

static stream *add_stream(heap_reader *r, uint32_t thread, uint64_t ticks) {
    if (!make_room((void **)&r->streams, r->stream_count, &r->stream_capacity, sizeof(stream *)))
        return NULL;
    stream *s = mem_calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (stream){.thread = thread, .chunk = NONE, .last_chunk = NONE, .first_ticks = ticks};
    r->streams[r->stream_count++] = s;
    return s;
}

/* by_thread: from a thread's number to its stream; an addr_map has no address 0. */
static stream *find_stream(heap_reader *r, addr_map *by_thread, const heap_chunk *chunk) {
    const void *key = (const void *)(((uintptr_t)chunk->thread + 1) << 4);
    const addr_entry *entry = addr_map_find(by_thread, key);
    if (entry)
        return r->streams[entry->value];
    stream *s = addr_map_reserve(by_thread) ? add_stream(r, chunk->thread, chunk->ticks) : NULL;
    if (s)
        addr_map_put(by_thread, key, r->stream_count - 1);
    return s;
}

static bool add_chunk(heap_reader *r, addr_map *by_thread, const heap_chunk *chunk, uint64_t offset,
                      uint64_t file_size) {
    stream *s = find_stream(r, by_thread, chunk);
    if (!s ||
        !make_room((void **)&r->chunks, r->chunk_count, &r->chunk_capacity, sizeof *r->chunks))
        return no_memory(r);
    chunk_place place = {offset, chunk->ticks, chunk->units, chunk->events, false, NONE};
    if (place.units * UINT64_C(2) > file_size - offset) {
        place.units = (uint32_t)((file_size - offset) / 2);
        place.cut = true;
    }
    int64_t number = (int64_t)r->chunk_count;
    if (s->last_chunk == NONE)
        s->chunk = number;
    else
        r->chunks[s->last_chunk].next = number;
    s->last_chunk = number;
    r->chunks[r->chunk_count++] = place;
    if (number == 0 || chunk->ticks < r->first_ticks)
        r->first_ticks = chunk->ticks;
    if (number == 0 || chunk->ticks > r->last_ticks)
        r->last_ticks = chunk->ticks;
    return true;
}

static bool read_index(heap_reader *r, addr_map *by_thread, uint64_t file_size) {
    uint64_t offset = sizeof r->header;
    while (offset < file_size && file_size - offset >= sizeof(heap_chunk)) {
        heap_chunk chunk;
        if (read_at(r, &chunk, sizeof chunk, offset) != (ssize_t)sizeof chunk)
            return failed(r);
        if (chunk.units > HEAP_CHUNK_UNITS)
            return broken(r, offset, "a chunk that is too long");
        if (chunk.zero != 0)
            return broken(r, offset, "no chunk");
        if (!add_chunk(r, by_thread, &chunk, offset + sizeof chunk, file_size))
            return false;
        offset += sizeof chunk + chunk.units * UINT64_C(2);
    }
    return true;
}

static int by_first_ticks(const void *a, const void *b) {
    const stream *x = *(stream *const *)a, *y = *(stream *const *)b;
    return x->first_ticks < y->first_ticks ? -1 : x->first_ticks > y->first_ticks;
}

static bool read_header(heap_reader *r) {
    heap_trace_header *h = &r->header;
    ssize_t got = read_at(r, h, sizeof *h, 0);
    if (got < 0)
        return failed(r);
    snprintf(r->error, sizeof r->error, "not a heap trace");
    r->hr = E_FAIL;
    if (got != (ssize_t)sizeof *h || memcmp(h->magic, HEAP_TRACE_MAGIC, sizeof h->magic - 1) != 0)
        return false;
    if (h->magic[7] != HEAP_TRACE_MAGIC[7] || h->header_size != sizeof *h) {
        snprintf(r->error, sizeof r->error, "a heap trace of another version");
        return false;
    }
    r->hr = S_OK;
    return true;
}

static bool open_file(heap_reader *r) {
    struct stat info;
    r->fd = open(r->path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0 || fstat(r->fd, &info) != 0)
        return failed(r);
    if (!read_header(r))
        return false;
    addr_map by_thread = {0};
    bool good = read_index(r, &by_thread, (uint64_t)info.st_size);
    addr_map_fini(&by_thread);
    if (good && r->stream_count) {
        qsort(r->streams, r->stream_count, sizeof(stream *), by_first_ticks);
        r->active = mem_calloc(r->stream_count, sizeof(stream *));
        if (!r->active)
            return no_memory(r);
    }
    return good;
}

HRESULT heap_reader_open(const char *path, heap_reader **out, char *error, size_t error_size) {
    *out = NULL;
    heap_reader *r = mem_calloc(1, sizeof *r);
    if (!r) {
        snprintf(error, error_size, "%s: out of memory", path);
        return E_OUTOFMEMORY;
    }
    r->path = path;
    r->fd = -1;
    if (!open_file(r)) {
        HRESULT hr = heap_reader_error(r, error, error_size);
        heap_reader_close(r);
        return hr;
    }
    *out = r;
    return S_OK;
}

static void stream_free(stream *s) {
    mem_free(s->units);
    mem_free(s->stacks);
    mem_free(s);
}

void heap_reader_close(heap_reader *reader) {
    if (!reader)
        return;
    for (size_t i = 0; i < reader->stream_count; i++)
        stream_free(reader->streams[i]);
    mem_free(reader->streams);
    mem_free(reader->active);
    mem_free(reader->chunks);
    mem_free(reader->blocks);
    addr_map_fini(&reader->by_address);
    call_sites_fini(&reader->stacks);
    if (reader->fd >= 0)
        close(reader->fd);
    mem_free(reader);
}

const heap_trace_header *heap_reader_header(const heap_reader *reader) {
    return &reader->header;
}

void heap_reader_span(const heap_reader *reader, uint64_t *first, uint64_t *last) {
    *first = reader->first_ticks;
    *last = reader->last_ticks;
}

call_sites *heap_reader_stacks(heap_reader *reader) {
    return &reader->stacks;
}

/* ---- Streams ---- */

static uint32_t stack_of(const stream *s, uint64_t number) {
    return number < s->stack_count ? s->stacks[number] : 0;
}

/* A STACK presents a number, or presents it anew after events were lost. */
static bool learn_stack(heap_reader *r, stream *s, heap_trace_event *event) {
    uint64_t number = event->fields[0];
    uint32_t depth = event->count - 1;
    uintptr_t frames[HEAP_EVENT_FIELDS];
    if (number >= HEAP_STACKS_MOST)
        return broken(r, r->chunks[s->chunk].offset + s->decoder.start,
                      "a stack's number too large");
    if (number >= s->stack_count) {
        uint32_t count = 2 * (uint32_t)number + 64;
        uint32_t *larger = mem_resize(s->stacks, count, sizeof *larger);
        if (!larger)
            return no_memory(r);
        memset(larger + s->stack_count, 0, (count - s->stack_count) * sizeof *larger);
        s->stacks = larger;
        s->stack_count = count;
    }
    for (uint32_t i = 0; i < depth; i++)
        frames[i] = event->fields[1 + i];
    s->stacks[number] = call_sites_intern(&r->stacks, frames, depth);
    event->fields[0] = s->stacks[number];
    return true;
}

static bool load_chunk(heap_reader *r, stream *s) {
    const chunk_place *place = &r->chunks[s->chunk];
    size_t size = place->units * (size_t)2;
    if (!s->units && !(s->units = mem_alloc(HEAP_CHUNK_UNITS * 2)))
        return no_memory(r);
    ssize_t got = read_at(r, s->units, size, place->offset);
    if (got < 0)
        return failed(r);
    heap_decode_init(&s->decoder, place->ticks, s->units, (size_t)got);
    s->events = 0;
    return true;
}

/* At the end of a chunk: its events must be as many as it said. Goes on to the next; s->chunk is
 * NONE when there is none. */
static bool leave_chunk(heap_reader *r, stream *s) {
    const chunk_place *place = &r->chunks[s->chunk];
    if (s->events != place->events && !place->cut)
        return broken(r, place->offset - sizeof(heap_chunk), "a wrong number of events in a chunk");
    s->chunk = place->next;
    return s->chunk == NONE || load_chunk(r, s);
}

static bool take_head(heap_reader *r, stream *s, bool sweeps) {
    heap_trace_event *head = &s->head;
    if (s->decoder.ticks > s->ticks)
        s->ticks = s->decoder.ticks;
    s->has_head = true;
    s->sweeps = sweeps;
    s->events++;
    head->thread = s->thread;
    if (sweeps)
        return true;
    if (head->kind == HEAP_EVENT_STACK)
        return learn_stack(r, s, head);
    if (head->kind == HEAP_EVENT_ALLOC)
        head->fields[3] = stack_of(s, head->fields[3]);
    return true;
}

/* Brings the next event to the head; has_head is false at the end of the stream. */
static bool advance(heap_reader *r, stream *s) {
    s->has_head = false;
    while (s->chunk != NONE) {
        heap_decoded found = heap_decode_next(&s->decoder, &s->head, &s->sweep);
        const chunk_place *place = &r->chunks[s->chunk];
        if (found == HEAP_DECODED_EVENT || found == HEAP_DECODED_SWEEP)
            return take_head(r, s, found == HEAP_DECODED_SWEEP);
        if (found == HEAP_DECODED_BAD)
            return broken(r, place->offset + s->decoder.start, s->decoder.error);
        if (found == HEAP_DECODED_CUT && !place->cut)
            return broken(r, place->offset + s->decoder.start, "an event longer than its chunk");
        if (!leave_chunk(r, s))
            return false;
    }
    mem_free(s->units);
    s->units = NULL;
    return true;
}

/* ---- Which is next ---- */

/* The earliest head but that of `but`; NULL when there is none. */
static stream *earliest(const heap_reader *r, const stream *but) {
    stream *first = NULL;
    for (size_t i = 0; i < r->active_count; i++) {
        stream *s = r->active[i];
        if (s != but && (!first || s->ticks < first->ticks))
            first = s;
    }
    return first;
}

static uint64_t next_beginning(const heap_reader *r) {
    return r->begun < r->stream_count ? r->streams[r->begun]->first_ticks : UINT64_MAX;
}

static bool begin_stream(heap_reader *r) {
    stream *s = r->streams[r->begun++];
    if (!load_chunk(r, s) || !advance(r, s))
        return false;
    if (s->has_head)
        r->active[r->active_count++] = s;
    return true;
}

/* Starts the streams that begin before the earliest head. */
static bool begin_streams(heap_reader *r) {
    while (r->begun < r->stream_count) {
        const stream *first = earliest(r, NULL);
        if (first && first->ticks < next_beginning(r))
            return true;
        if (!begin_stream(r))
            return false;
    }
    return true;
}

static void drop_ended_streams(heap_reader *r) {
    size_t kept = 0;
    for (size_t i = 0; i < r->active_count; i++) {
        if (r->active[i]->has_head)
            r->active[kept++] = r->active[i];
    }
    r->active_count = kept;
}

/* The stream whose head comes next; NULL at the end, and on errors (r->hr). */
static stream *pick(heap_reader *r) {
    if (r->current && r->current->has_head && r->current->ticks <= r->until)
        return r->current;
    drop_ended_streams(r);
    if (!begin_streams(r))
        return NULL;
    r->current = earliest(r, NULL);
    const stream *second = r->current ? earliest(r, r->current) : NULL;
    r->until = second ? second->ticks : UINT64_MAX;
    if (next_beginning(r) < r->until)
        r->until = next_beginning(r);
    return r->current;
}

/* ---- What is live ---- */

static heap_trace_block *find_block(const heap_reader *r, uint64_t address) {
    const addr_entry *entry = address ? addr_map_find(&r->by_address, (void *)address) : NULL;
    return entry ? &r->blocks[entry->value] : NULL;
}

static heap_trace_block *get_block(heap_reader *r, uint64_t address) {
    heap_trace_block *block = find_block(r, address);
    if (block)
        return block;
    if (!addr_map_reserve(&r->by_address) ||
        !make_room((void **)&r->blocks, r->block_count, &r->block_capacity, sizeof *r->blocks)) {
        no_memory(r);
        return NULL;
    }
    addr_map_put(&r->by_address, (void *)address, r->block_count);
    block = &r->blocks[r->block_count++];
    *block = (heap_trace_block){.address = address};
    return block;
}

static bool apply_alloc(heap_reader *r, const heap_trace_event *e, heap_trace_block *before) {
    heap_trace_block *block = get_block(r, e->fields[2]);
    if (!block)
        return false;
    *before = *block;
    *block = (heap_trace_block){.heap = e->fields[0],
                                .address = e->fields[2],
                                .size = e->fields[1],
                                .stack = (uint32_t)e->fields[3],
                                .source = e->source,
                                .live = true};
    return true;
}

/* A block that was freed before is none any more, unless its new ALLOC was lost. */
static void apply_free(heap_reader *r, heap_trace_event *e, heap_trace_block *before) {
    heap_trace_block *block = find_block(r, e->fields[1]);
    if (!block)
        return;
    *before = *block;
    if (block->live)
        e->source = block->source;
    else if (!r->has_gaps)
        e->source = MEM_SOURCE_INVALID;
    block->live = false;
}

static void apply_realloc(heap_reader *r, const heap_trace_event *e, heap_trace_block *before) {
    heap_trace_block *block = find_block(r, e->fields[1]);
    if (!block || !block->live || e->fields[1] != e->fields[2])
        return;
    *before = *block;
    block->size = e->fields[3];
}

static bool apply(heap_reader *r, heap_trace_event *e, heap_trace_block *before) {
    switch (e->kind) {
    case HEAP_EVENT_ALLOC: return apply_alloc(r, e, before);
    case HEAP_EVENT_FREE: apply_free(r, e, before); break;
    case HEAP_EVENT_REALLOC: apply_realloc(r, e, before); break;
    case HEAP_EVENT_DESTROY: r->destroyed = e->fields[0]; break;
    case HEAP_EVENT_LOST: r->has_gaps = true; break;
    default: break;
    }
    return true;
}

static void drop_destroyed(heap_reader *r) {
    for (size_t i = 0; r->destroyed && i < r->block_count; i++) {
        if (r->blocks[i].heap == r->destroyed)
            r->blocks[i].live = false;
    }
    r->destroyed = 0;
}

/* The FREE of the sweep's next live block; false when there is none. */
static bool next_of_sweep(const heap_reader *r, heap_sweep *sweep, heap_trace_event *event) {
    while (sweep->left > 0) {
        const heap_trace_block *block = find_block(r, sweep->address);
        sweep->address += sweep->stride;
        sweep->left--;
        if (block && block->live && block->heap == sweep->heap) {
            event->kind = HEAP_EVENT_FREE;
            event->count = 2;
            event->fields[0] = sweep->heap;
            event->fields[1] = block->address;
            return true;
        }
    }
    return false;
}

int heap_reader_next(heap_reader *r, heap_trace_event *event, heap_trace_block *before) {
    *before = (heap_trace_block){0};
    drop_destroyed(r);
    for (stream *s; r->hr == S_OK && (s = pick(r)) != NULL;) {
        if (s->sweeps && !next_of_sweep(r, &s->sweep, &s->head)) {
            advance(r, s);
            continue;
        }
        *event = s->head;
        event->ticks = s->ticks;
        if (!apply(r, event, before) || (!s->sweeps && !advance(r, s)))
            break;
        return 1;
    }
    return r->hr == S_OK ? 0 : -1;
}

void heap_reader_each_live(const heap_reader *reader, uint64_t heap,
                           void (*visit)(void *data, const heap_trace_block *block), void *data) {
    for (size_t i = 0; i < reader->block_count; i++) {
        if (reader->blocks[i].live && reader->blocks[i].heap == heap)
            visit(data, &reader->blocks[i]);
    }
}
