/* A native heap: blocks of any size, each with its size in front, over a mem_space.
 *
 *     | word | the caller's block, 16-byte aligned ... | word | next block ...
 *
 * The word in front of a live block holds a tag, the source of the allocation and the requested
 * size. A free cell's word is a link to the next free cell, which has no tag; so freeing twice is
 * noticed.
 *
 * Blocks up to SIZE_CLASS_LARGEST share spans with blocks of their size class, larger ones have a
 * span of their own. Each thread has a mem_cache with a list of free cells per class: most calls
 * only take from it and put back into it. The lists are filled from and emptied into the spans in
 * batches, under one lock per class. A cell may be freed on any thread.
 *
 *     heap_alloc -> cache -> class lock: cells of a span -> space lock: new span -> os_map */
#ifndef CLARET_HEAP_H
#define CLARET_HEAP_H

#include "runtime/memory/size_class.h"
#include "runtime/memory/space.h"

#include <stdatomic.h>

enum {
    HEAP_WORD = 8, /* bytes in front of a block */
    HEAP_LARGEST_QUICK = SIZE_CLASS_QUICK - HEAP_WORD,
    HEAP_PENDING = 8,  /* frees that a cache puts off */
    HEAP_LARGE_TAG = 0 /* of a large block's pages; pages of cells have their class + 1 */
};

typedef struct mem_cell {
    uint64_t word; /* live: tag, source and size; free: the next free cell */
} mem_cell;

#define HEAP_TAG        UINT64_C(0xA110000000000000)
#define HEAP_TAG_MASK   UINT64_C(0xFFF0000000000000)
#define HEAP_SIZE_MASK  UINT64_C(0x0000FFFFFFFFFFFF)
#define HEAP_SOURCE_BIT 48

typedef struct heap_bin {
    mem_cell *first;
    uint32_t count, limit; /* no more than limit cells are kept */
} heap_bin;

/* A thread's lists. All zero, or as heap_detach leaves it: empty and of no heap. */
typedef struct mem_cache {
    struct mem_heap *heap;
    unsigned epoch;              /* the heap's when the lists were last emptied for it */
    unsigned oldest;             /* index in pending */
    void *pending[HEAP_PENDING]; /* blocks freed last; see heap_free_quick */
    heap_bin bins[SIZE_CLASSES];
} mem_cache;

typedef struct heap_class {
    pthread_mutex_t lock;
    mem_span *partial; /* spans that have cells to give */
} heap_class;

typedef struct mem_heap {
    mem_space space;
    heap_class classes[SIZE_CLASSES];
    _Atomic unsigned epoch; /* raised to ask all caches to empty themselves */
} mem_heap;

/* False when memory is short; the heap then needs no heap_fini. */
bool heap_init(mem_heap *heap);

/* Frees every block. No cache may be attached any more. */
void heap_fini(mem_heap *heap);

/* Connects a cache, used by one thread at a time, with a heap; heap_detach gives all its cells
 * back. Every function below that takes a cache needs an attached one. */
void heap_attach(mem_cache *cache, mem_heap *heap);
void heap_detach(mem_cache *cache);

/* A block of size bytes; NULL when memory is short. *source says where it came from. */
void *heap_alloc_slow(mem_cache *cache, size_t size, mem_source *source);

/* Frees block at once. False, and nothing happens, when its word says that it is not live. */
bool heap_free_slow(mem_cache *cache, void *block);

/* Frees what heap_free_quick has put off. */
void heap_settle(mem_cache *cache);

/* Changes the size where the block is. False when that is not possible. */
bool heap_resize_in_place(void *block, size_t size);

/* Whether block is live, for any address; *size is then its requested size. A block whose free is
 * still put off counts as live. Takes the space's lock. */
bool heap_find(mem_heap *heap, const void *block, size_t *size);

/* Empties the cache, asks the others to empty themselves soon, and gives memory to the system. */
void heap_minimize(mem_cache *cache);

/* Whether spans, cells and words agree. No other thread may use the heap meanwhile. */
bool heap_check(mem_heap *heap);

/* ---- The quick way, inlined into the callers ---- */

static inline mem_cell *heap_cell_of(const void *block) {
    return (mem_cell *)block - 1;
}

static inline uint64_t heap_live_word(mem_source source, size_t size) {
    return HEAP_TAG | (uint64_t)source << HEAP_SOURCE_BIT | size;
}

static inline bool heap_is_live(uint64_t word) {
    return (word & HEAP_TAG_MASK) == HEAP_TAG;
}

static inline mem_source heap_source_of(uint64_t word) {
    return (mem_source)(word >> HEAP_SOURCE_BIT & 0xF);
}

static inline unsigned heap_quick_class(size_t size) {
    return size_class_quick(size + HEAP_WORD);
}

/* A block from the cache's list; NULL when it has none, the size is not quick, or it is detached.
 */
static inline void *heap_alloc_quick(mem_cache *cache, size_t size) {
    if (__builtin_expect(size > HEAP_LARGEST_QUICK, false))
        return NULL;
    heap_bin *bin = &cache->bins[heap_quick_class(size)];
    mem_cell *cell = bin->first;
    if (__builtin_expect(!cell, false))
        return NULL;
    bin->first = (mem_cell *)cell->word;
    bin->count--;
    cell->word = heap_live_word(MEM_SOURCE_LOOKASIDE, size);
    return cell + 1;
}

static inline uint8_t heap_tag_of(const void *block) {
    return space_tag_of(heap_cell_of(block));
}

/* Takes note of a free, and does the one noted HEAP_PENDING calls ago. That one's word, which lay
 * in cold memory, has been fetched meanwhile, so nobody waits for it: this halves the time of a
 * free among many blocks. Returns a block that has to be freed the slow way, usually NULL. */
static inline void *heap_free_quick(mem_cache *cache, void *block) {
    if (__builtin_expect(!cache->heap || heap_tag_of(block) == HEAP_LARGE_TAG, false))
        return block;
    __builtin_prefetch(heap_cell_of(block), 1);
    void **slot = &cache->pending[cache->oldest];
    cache->oldest = (cache->oldest + 1) % HEAP_PENDING;
    void *due = *slot;
    *slot = block;
    if (__builtin_expect(!due, false))
        return NULL;
    mem_cell *cell = heap_cell_of(due);
    heap_bin *bin = &cache->bins[heap_tag_of(due) - 1];
    if (__builtin_expect(!heap_is_live(cell->word) || bin->count >= bin->limit, false))
        return due;
    cell->word = (uint64_t)bin->first;
    bin->first = cell;
    bin->count++;
    return NULL;
}

#endif
