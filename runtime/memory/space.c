/* space.h */
#include "runtime/memory/space.h"

#include "runtime/memory/heap_events.h"
#include "runtime/memory/os.h"

static const size_t DIRECTORY_ENTRIES = (size_t)1 << (SPACE_ADDRESS_BITS - SPACE_CHUNK_BITS);

static size_t directory_index(const void *address) {
    return (uintptr_t)address >> SPACE_CHUNK_BITS;
}

/* All spaces, so that a trace that starts late can present them. */
static struct {
    pthread_mutex_t lock;
    mem_space *first;
} all = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void announce(const mem_space *space) {
    if (heap_is_traced())
        heap_event(HEAP_EVENT_CREATE, 0, (uint64_t[]){(uint64_t)space, space->mapped});
}

void space_announce_all(void) {
    pthread_mutex_lock(&all.lock);
    for (mem_space *space = all.first; space; space = space->next)
        announce(space);
    pthread_mutex_unlock(&all.lock);
}

bool space_init(mem_space *space) {
    *space = (mem_space){.keep = SPACE_CHUNK};
    space->directory = os_map_sparse(DIRECTORY_ENTRIES * sizeof *space->directory);
    if (!space->directory)
        return false;
    pthread_mutex_init(&space->lock, NULL);
    pthread_mutex_lock(&all.lock);
    space->next = all.first;
    if (space->next)
        space->next->previous = space;
    all.first = space;
    announce(space);
    pthread_mutex_unlock(&all.lock);
    return true;
}

static void leave_list(mem_space *space) {
    pthread_mutex_lock(&all.lock);
    if (space->previous)
        space->previous->next = space->next;
    else
        all.first = space->next;
    if (space->next)
        space->next->previous = space->previous;
    pthread_mutex_unlock(&all.lock);
}

/* ---- Chunks ---- */

static void enter_chunk(mem_space *space, mem_chunk *chunk, bool present) {
    size_t first = directory_index(chunk);
    size_t count = (chunk->size + SPACE_CHUNK - 1) / SPACE_CHUNK;
    for (size_t i = 0; i < count; i++)
        space->directory[first + i] = present ? (uint32_t)i + 1 : 0;
}

static void tell_size(const mem_space *space, heap_event_kind kind, const mem_chunk *chunk) {
    if (heap_is_traced())
        heap_event(kind, 0,
                   (uint64_t[]){(uint64_t)space, chunk->size, (uint64_t)chunk, space->mapped});
}

static mem_chunk *map_chunk(mem_space *space, size_t size) {
    mem_chunk *chunk = os_map(size, SPACE_CHUNK);
    if (!chunk)
        return NULL;
    if (directory_index((uint8_t *)chunk + size - 1) >= DIRECTORY_ENTRIES) {
        os_unmap(chunk, size);
        return NULL;
    }
    chunk->space = space;
    chunk->size = size;
    chunk->free_pages = ~UINT64_C(1);
    chunk->next = space->chunks;
    if (chunk->next)
        chunk->next->previous = chunk;
    space->chunks = chunk;
    space->mapped += size;
    enter_chunk(space, chunk, true);
    tell_size(space, HEAP_EVENT_EXPAND, chunk);
    return chunk;
}

static bool is_empty(const mem_chunk *chunk) {
    return chunk->free_pages == ~UINT64_C(1);
}

static void unmap_chunk(mem_space *space, mem_chunk *chunk) {
    if (is_empty(chunk))
        space->empty -= SPACE_CHUNK;
    enter_chunk(space, chunk, false);
    if (chunk->previous)
        chunk->previous->next = chunk->next;
    else
        space->chunks = chunk->next;
    if (chunk->next)
        chunk->next->previous = chunk->previous;
    space->mapped -= chunk->size;
    tell_size(space, HEAP_EVENT_CONTRACT, chunk);
    os_unmap(chunk, chunk->size);
}

void space_fini(mem_space *space) {
    leave_list(space);
    while (space->chunks)
        unmap_chunk(space, space->chunks);
    os_unmap(space->directory, DIRECTORY_ENTRIES * sizeof *space->directory);
    pthread_mutex_destroy(&space->lock);
    if (heap_is_traced())
        heap_event(HEAP_EVENT_DESTROY, 0, (uint64_t[]){(uint64_t)space});
}

/* ---- Spans ---- */

static uint64_t page_mask(unsigned first, unsigned count) {
    return (~UINT64_C(0) >> (64 - count)) << first;
}

/* The lowest page that begins a run of count free ones; 0 when there is none. */
static unsigned find_run(uint64_t free_pages, unsigned count) {
    uint64_t runs = free_pages;
    for (unsigned i = 1; i < count && runs; i++)
        runs &= free_pages >> i;
    return runs ? (unsigned)__builtin_ctzll(runs) : 0;
}

static mem_span *make_span(mem_chunk *chunk, unsigned page, mem_span_kind kind, size_t size,
                           bool zero) {
    mem_span *span = &chunk->spans[page];
    *span = (mem_span){.start = (uint8_t *)chunk + (size_t)page * SPACE_PAGE,
                       .size = size,
                       .kind = kind,
                       .zero = zero};
    chunk->space->used += size;
    return span;
}

static mem_span *cut_span(mem_chunk *chunk, mem_span_kind kind, uint8_t tag, unsigned pages) {
    unsigned page = chunk->own_mapping ? 0 : find_run(chunk->free_pages, pages);
    if (page == 0)
        return NULL;
    if (is_empty(chunk))
        chunk->space->empty -= SPACE_CHUNK;
    uint64_t mask = page_mask(page, pages);
    bool zero = (chunk->dirty_pages & mask) == 0;
    chunk->free_pages &= ~mask;
    chunk->dirty_pages |= mask;
    for (unsigned i = page; i < page + pages; i++) {
        chunk->first[i] = (uint8_t)page;
        chunk->tags[i] = tag;
    }
    return make_span(chunk, page, kind, (size_t)pages * SPACE_PAGE, zero);
}

static mem_span *alloc_in_chunks(mem_space *space, mem_span_kind kind, uint8_t tag, unsigned pages,
                                 mem_source *source) {
    *source = MEM_SOURCE_MAINPATH;
    for (mem_chunk *chunk = space->chunks; chunk; chunk = chunk->next) {
        mem_span *span = cut_span(chunk, kind, tag, pages);
        if (span)
            return span;
    }
    *source = MEM_SOURCE_SLOWPATH;
    mem_chunk *chunk = map_chunk(space, SPACE_CHUNK);
    if (!chunk)
        return NULL;
    space->empty += SPACE_CHUNK;
    return cut_span(chunk, kind, tag, pages);
}

/* The whole mapping but its first page; only that many pages as fit in one chunk are entered in
 * `first`, the directory leads from the others. */
static mem_span *alloc_own_mapping(mem_space *space, mem_span_kind kind, uint8_t tag, size_t size,
                                   mem_source *source) {
    *source = MEM_SOURCE_SLOWPATH;
    mem_chunk *chunk = map_chunk(space, SPACE_PAGE + size);
    if (!chunk)
        return NULL;
    chunk->own_mapping = true;
    chunk->free_pages = 0;
    for (unsigned i = 1; i < SPACE_CHUNK_PAGES; i++) {
        chunk->first[i] = 1;
        chunk->tags[i] = tag;
    }
    return make_span(chunk, 1, kind, size, true);
}

mem_span *space_alloc(mem_space *space, mem_span_kind kind, uint8_t tag, size_t size,
                      mem_source *source) {
    if (size > SIZE_MAX / 2)
        return NULL;
    size_t pages = (size + SPACE_PAGE - 1) / SPACE_PAGE;
    pthread_mutex_lock(&space->lock);
    mem_span *span = pages <= SPACE_LARGEST_SPAN
                         ? alloc_in_chunks(space, kind, tag, (unsigned)pages, source)
                         : alloc_own_mapping(space, kind, tag, pages * SPACE_PAGE, source);
    pthread_mutex_unlock(&space->lock);
    return span;
}

void space_free(mem_space *space, mem_span *span) {
    mem_chunk *chunk = space_chunk_of(span);
    pthread_mutex_lock(&space->lock);
    space->used -= span->size;
    span->kind = SPAN_FREE;
    if (chunk->own_mapping) {
        unmap_chunk(space, chunk);
    } else {
        unsigned page = (unsigned)(span - chunk->spans);
        unsigned pages = (unsigned)(span->size / SPACE_PAGE);
        chunk->free_pages |= page_mask(page, pages);
        for (unsigned i = page; i < page + pages; i++)
            chunk->first[i] = chunk->tags[i] = 0;
        if (is_empty(chunk))
            space->empty += SPACE_CHUNK;
        if (is_empty(chunk) && space->empty > space->keep)
            unmap_chunk(space, chunk);
    }
    pthread_mutex_unlock(&space->lock);
}

static void discard_free_pages(mem_chunk *chunk) {
    uint64_t waste = chunk->free_pages & chunk->dirty_pages;
    for (unsigned page = 1; page < SPACE_CHUNK_PAGES; page++) {
        if (waste >> page & 1)
            os_discard((uint8_t *)chunk + (size_t)page * SPACE_PAGE, SPACE_PAGE);
    }
    chunk->dirty_pages &= ~waste;
}

void space_minimize(mem_space *space) {
    pthread_mutex_lock(&space->lock);
    mem_chunk *next;
    for (mem_chunk *chunk = space->chunks; chunk; chunk = next) {
        next = chunk->next;
        if (is_empty(chunk))
            unmap_chunk(space, chunk);
        else
            discard_free_pages(chunk);
    }
    pthread_mutex_unlock(&space->lock);
}

mem_span *space_find(const mem_space *space, const void *address) {
    size_t index = directory_index(address);
    uint32_t distance = index < DIRECTORY_ENTRIES ? space->directory[index] : 0;
    if (distance == 0)
        return NULL;
    mem_chunk *chunk = (mem_chunk *)((index - (distance - 1)) << SPACE_CHUNK_BITS);
    if (chunk->own_mapping) {
        uintptr_t offset = (uintptr_t)address - (uintptr_t)chunk;
        return offset >= SPACE_PAGE && offset < chunk->size ? &chunk->spans[1] : NULL;
    }
    unsigned first = chunk->first[((uintptr_t)address & (SPACE_CHUNK - 1)) / SPACE_PAGE];
    return first ? &chunk->spans[first] : NULL;
}

void space_each_span(const mem_space *space, void (*visit)(mem_span *span, void *data),
                     void *data) {
    for (mem_chunk *chunk = space->chunks; chunk; chunk = chunk->next) {
        for (unsigned page = 1; page < SPACE_CHUNK_PAGES; page++) {
            if (chunk->spans[page].kind != SPAN_FREE)
                visit(&chunk->spans[page], data);
        }
    }
}

static bool check_chunk(const mem_space *space, const mem_chunk *chunk, size_t *used) {
    if (chunk->space != space || space->directory[directory_index(chunk)] != 1)
        return false;
    uint64_t taken = 0;
    for (unsigned page = 1; page < SPACE_CHUNK_PAGES; page++) {
        const mem_span *span = &chunk->spans[page];
        if (span->kind == SPAN_FREE)
            continue;
        *used += span->size;
        if (chunk->own_mapping)
            return page == 1 && span->size + SPACE_PAGE == chunk->size;
        uint64_t pages = page_mask(page, (unsigned)(span->size / SPACE_PAGE));
        if (taken & pages || chunk->first[page] != page)
            return false;
        taken |= pages;
    }
    return (taken | 1) == ~chunk->free_pages;
}

bool space_check(const mem_space *space) {
    size_t mapped = 0, used = 0, empty = 0;
    for (const mem_chunk *chunk = space->chunks; chunk; chunk = chunk->next) {
        mapped += chunk->size;
        empty += is_empty(chunk) ? SPACE_CHUNK : 0;
        if (!check_chunk(space, chunk, &used) || (chunk->next && chunk->next->previous != chunk))
            return false;
    }
    return mapped == space->mapped && used == space->used && empty == space->empty;
}
