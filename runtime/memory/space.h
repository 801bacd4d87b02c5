/* Where a heap's blocks lie: chunks from the operating system, cut into spans of pages.
 *
 *     chunk, 4 MiB, aligned to its size
 *     | page 0: mem_chunk | page 1 | page 2 | page 3 ...                      | page 63 |
 *                         |  span  |      span of two pages    | free | free |  span   |
 *
 * A span is a run of 64 KiB pages that holds cells of one size, or a single large block. A block
 * too large for one chunk gets a mapping of its own with the same header in front. A table of all
 * possible chunk addresses, of which only the parts in use take memory, says at once whether an
 * address belongs to the space; so any address may be asked about, also one that is not mapped.
 *
 * The native heap (heap.h) and the garbage-collected heap both stand on this. The fields of a span
 * from `free` on and the chunk's mark bits belong to that owner.
 *
 * The space's address is the heap's handle in heap events; it writes those of kinds CREATE,
 * DESTROY, EXPAND and CONTRACT. */
#ifndef CLARET_SPACE_H
#define CLARET_SPACE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SPACE_PAGE = 64 * 1024,
    SPACE_CHUNK = 4 * 1024 * 1024,
    SPACE_CHUNK_PAGES = SPACE_CHUNK / SPACE_PAGE,
    SPACE_GRAIN = 16,        /* one mark bit per so many bytes */
    SPACE_LARGEST_SPAN = 32, /* pages; more get a mapping of their own */
};

/* Where an allocation's memory came from, cheapest first; the numbers are those of heap events. */
typedef enum mem_source {
    MEM_SOURCE_LOOKASIDE = 1, /* the thread's list */
    MEM_SOURCE_LOWFRAG = 2,   /* a span that has cells of the size */
    MEM_SOURCE_MAINPATH = 3,  /* free pages of the space */
    MEM_SOURCE_SLOWPATH = 4,  /* the operating system */
    MEM_SOURCE_INVALID = 5,   /* an address that is no block */
} mem_source;

typedef enum mem_span_kind { SPAN_FREE, SPAN_CELLS, SPAN_LARGE } mem_span_kind;

typedef struct mem_span {
    struct mem_span *next, *previous; /* in a list of the owner */
    uint8_t *start;                   /* the first page */
    size_t size;                      /* bytes, whole pages */
    mem_span_kind kind;
    uint32_t size_class; /* the owner's */
    uint32_t cell_size;  /* of a SPAN_CELLS */
    uint32_t cell_count;
    bool zero;       /* the memory is all zeros when the span is made */
    void *free;      /* cells given back, linked by the owner */
    uint32_t fresh;  /* cells from this one on were never used */
    uint32_t used;   /* cells handed out; for the collector: marked */
    uint32_t cursor; /* for the collector: cells before this one are not to be looked at for room */
} mem_span;

typedef struct mem_chunk {
    struct mem_space *space;
    struct mem_chunk *next, *previous;
    size_t size;                       /* mapped bytes, this header's page included */
    bool own_mapping;                  /* one large block, spans[1], and nothing else */
    uint64_t free_pages;               /* bit per page */
    uint64_t dirty_pages;              /* those that may hold physical memory */
    uint8_t tags[SPACE_CHUNK_PAGES];   /* the owner's byte for each page of a span; else 0 */
    uint8_t first[SPACE_CHUNK_PAGES];  /* page to first page of its span; 0 for a free page */
    mem_span spans[SPACE_CHUNK_PAGES]; /* by first page */
    uint64_t marks[SPACE_CHUNK / SPACE_GRAIN / 64];
} mem_chunk;

_Static_assert(sizeof(mem_chunk) <= SPACE_PAGE, "a chunk's header fits in its first page");

typedef struct mem_space {
    pthread_mutex_t lock;
    struct mem_space *next, *previous; /* in the list of all spaces */
    mem_chunk *chunks;
    uint32_t *directory; /* chunk address / SPACE_CHUNK to distance from the header + 1; 0: none */
    size_t mapped;       /* bytes of all chunks */
    size_t used;         /* bytes of all spans */
    size_t empty;        /* bytes of chunks without a span */
    size_t keep;         /* so many of them are not given back at once; set by the owner */
} mem_space;

/* False when memory is short; the space then needs no space_fini. */
bool space_init(mem_space *space);

/* Gives everything back, used or not. */
void space_fini(mem_space *space);

/* A span of at least size bytes, contents undefined, its pages tagged with tag; NULL when memory is
 * short. *source says whether the operating system had to be asked. */
mem_span *space_alloc(mem_space *space, mem_span_kind kind, uint8_t tag, size_t size,
                      mem_source *source);

/* Takes the lock, as space_alloc and space_minimize do. */
void space_free(mem_space *space, mem_span *span);

/* Gives the physical memory of free pages back, and the chunks that are free altogether. */
void space_minimize(mem_space *space);

/* The span that an address lies in; NULL when in none. Takes no lock: the caller knows that the
 * span stays (it owns a block in it), or holds the lock. */
mem_span *space_find(const mem_space *space, const void *address);

enum { SPACE_CHUNK_BITS = 22, SPACE_ADDRESS_BITS = 47 };

_Static_assert(SPACE_CHUNK == 1 << SPACE_CHUNK_BITS, "");

/* Whether an address lies in one of the space's mappings. Takes no lock. */
static inline bool space_owns(const mem_space *space, const void *address) {
    uintptr_t index = (uintptr_t)address >> SPACE_CHUNK_BITS;
    return index >> (SPACE_ADDRESS_BITS - SPACE_CHUNK_BITS) == 0 && space->directory[index] != 0;
}

static inline mem_chunk *space_chunk_of(const void *block) {
    return (mem_chunk *)((uintptr_t)block & ~(uintptr_t)(SPACE_CHUNK - 1));
}

static inline unsigned space_page_of(const void *block) {
    return ((uintptr_t)block & (SPACE_CHUNK - 1)) / SPACE_PAGE;
}

/* The span and the tag of a live block's page, without looking whether it is one. (Of a block with
 * a mapping of its own, only the start will do.) */
static inline mem_span *space_span_of(const void *block) {
    mem_chunk *chunk = space_chunk_of(block);
    return &chunk->spans[chunk->first[space_page_of(block)]];
}

static inline uint8_t space_tag_of(const void *block) {
    return space_chunk_of(block)->tags[space_page_of(block)];
}

/* Writes a heap event that presents the space, for every space there is. */
void space_announce_all(void);

/* Calls visit for every span in use. Hold the lock. */
void space_each_span(const mem_space *space, void (*visit)(mem_span *span, void *data), void *data);

/* Whether chunks, pages and the directory agree. Hold the lock. */
bool space_check(const mem_space *space);

#endif
