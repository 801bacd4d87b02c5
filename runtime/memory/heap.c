/* heap.h: the way behind the caches. */
#include "runtime/memory/heap.h"

#include "runtime/memory/os.h"

#include <string.h>

_Static_assert(sizeof(mem_cell) == HEAP_WORD, "");

/* ---- Cells of a class ---- */

enum { SMALL_SPAN_CELL = 8 * 1024, BATCH_BYTES = 16 * 1024, LARGEST_BATCH = 128 };

/* Cells that move between a span and a cache at a time. */
static uint32_t batch_of(unsigned size_class) {
    size_t count = BATCH_BYTES / size_of_class(size_class);
    return count > LARGEST_BATCH ? LARGEST_BATCH : count < 2 ? 2 : (uint32_t)count;
}

static void push_span(heap_class *class, mem_span *span) {
    span->previous = NULL;
    span->next = class->partial;
    if (span->next)
        span->next->previous = span;
    class->partial = span;
}

static void unlink_span(heap_class *class, mem_span *span) {
    if (span->previous)
        span->previous->next = span->next;
    else
        class->partial = span->next;
    if (span->next)
        span->next->previous = span->previous;
}

static bool has_cells(const mem_span *span) {
    return span->free || span->fresh < span->cell_count;
}

/* Cells begin a word past a multiple of 16, so that blocks are aligned. */
static mem_cell *cell_at(const mem_span *span, uint32_t index) {
    return (mem_cell *)(span->start + HEAP_WORD + (size_t)index * span->cell_size);
}

static mem_span *new_cell_span(mem_heap *heap, unsigned size_class, mem_source *source) {
    size_t cell_size = size_of_class(size_class);
    size_t size = cell_size <= SMALL_SPAN_CELL ? SPACE_PAGE : 16 * cell_size;
    mem_span *span = space_alloc(&heap->space, SPAN_CELLS, (uint8_t)(size_class + 1), size, source);
    if (!span)
        return NULL;
    span->size_class = size_class;
    span->cell_size = (uint32_t)cell_size;
    span->cell_count = (uint32_t)((span->size - HEAP_WORD) / cell_size);
    return span;
}

static mem_cell *take_cell(mem_span *span) {
    mem_cell *cell = span->free;
    if (cell)
        span->free = (mem_cell *)cell->word;
    else
        cell = cell_at(span, span->fresh++);
    span->used++;
    return cell;
}

/* Fills bin with a batch; false when memory is short. */
static bool refill(mem_heap *heap, unsigned size_class, heap_bin *bin, mem_source *source) {
    heap_class *class = &heap->classes[size_class];
    uint32_t wanted = batch_of(size_class);
    *source = MEM_SOURCE_LOWFRAG;
    pthread_mutex_lock(&class->lock);
    if (!class->partial) {
        mem_span *span = new_cell_span(heap, size_class, source);
        if (span)
            push_span(class, span);
    }
    mem_cell **end = &bin->first;
    while (wanted > 0 && class->partial) {
        mem_span *span = class->partial;
        for (; wanted > 0 && has_cells(span); wanted--) {
            mem_cell *cell = take_cell(span);
            *end = cell;
            end = (mem_cell **)&cell->word;
            bin->count++;
        }
        if (!has_cells(span))
            unlink_span(class, span);
    }
    *end = NULL;
    pthread_mutex_unlock(&class->lock);
    return bin->count > 0;
}

/* Puts a cell back into its span. A span that becomes empty goes back to the space unless it is the
 * only one of its class with cells to give. Under the class's lock. */
static void return_cell(mem_heap *heap, heap_class *class, mem_cell *cell) {
    mem_span *span = space_span_of(cell);
    bool was_full = !has_cells(span);
    cell->word = (uint64_t)span->free;
    span->free = cell;
    span->used--;
    if (was_full)
        push_span(class, span);
    if (span->used == 0 && (span->next || span->previous)) {
        unlink_span(class, span);
        space_free(&heap->space, span);
    }
}

/* Gives cells back until bin holds no more than keep. */
static void drain(mem_heap *heap, unsigned size_class, heap_bin *bin, uint32_t keep) {
    heap_class *class = &heap->classes[size_class];
    pthread_mutex_lock(&class->lock);
    while (bin->count > keep) {
        mem_cell *cell = bin->first;
        bin->first = (mem_cell *)cell->word;
        bin->count--;
        return_cell(heap, class, cell);
    }
    pthread_mutex_unlock(&class->lock);
}

static void empty_lists(mem_cache *cache) {
    cache->epoch = atomic_load_explicit(&cache->heap->epoch, memory_order_relaxed);
    for (unsigned i = 0; i < SIZE_CLASSES; i++) {
        if (cache->bins[i].count)
            drain(cache->heap, i, &cache->bins[i], 0);
    }
}

static void empty_when_asked(mem_cache *cache) {
    if (cache->epoch != atomic_load_explicit(&cache->heap->epoch, memory_order_relaxed))
        empty_lists(cache);
}

/* ---- Heaps and caches ---- */

bool heap_init(mem_heap *heap) {
    memset(heap, 0, sizeof *heap);
    if (!space_init(&heap->space))
        return false;
    for (unsigned i = 0; i < SIZE_CLASSES; i++)
        pthread_mutex_init(&heap->classes[i].lock, NULL);
    return true;
}

void heap_fini(mem_heap *heap) {
    space_fini(&heap->space);
    for (unsigned i = 0; i < SIZE_CLASSES; i++)
        pthread_mutex_destroy(&heap->classes[i].lock);
}

void heap_attach(mem_cache *cache, mem_heap *heap) {
    *cache = (mem_cache){.heap = heap, .epoch = atomic_load(&heap->epoch)};
    for (unsigned i = 0; i < SIZE_CLASSES; i++)
        cache->bins[i].limit = 2 * batch_of(i);
}

void heap_detach(mem_cache *cache) {
    heap_settle(cache);
    empty_lists(cache);
    *cache = (mem_cache){0};
}

/* ---- Allocating and freeing ---- */

static void *alloc_cell(mem_cache *cache, size_t size, mem_source *source) {
    unsigned size_class = size_class_of(size + HEAP_WORD);
    heap_bin *bin = &cache->bins[size_class];
    *source = MEM_SOURCE_LOOKASIDE;
    if (!bin->first && !refill(cache->heap, size_class, bin, source))
        return NULL;
    mem_cell *cell = bin->first;
    bin->first = (mem_cell *)cell->word;
    bin->count--;
    return cell;
}

static void *alloc_large(mem_heap *heap, size_t size, mem_source *source) {
    if (size > HEAP_SIZE_MASK - SPACE_CHUNK)
        return NULL;
    mem_span *span =
        space_alloc(&heap->space, SPAN_LARGE, HEAP_LARGE_TAG, size + 2 * HEAP_WORD, source);
    if (!span)
        return NULL;
    span->used = 1;
    return span->start + HEAP_WORD;
}

void *heap_alloc_slow(mem_cache *cache, size_t size, mem_source *source) {
    empty_when_asked(cache);
    mem_cell *cell = size <= SIZE_CLASS_LARGEST - HEAP_WORD
                         ? alloc_cell(cache, size, source)
                         : alloc_large(cache->heap, size, source);
    if (!cell)
        return NULL;
    cell->word = heap_live_word(*source, size);
    return cell + 1;
}

bool heap_free_slow(mem_cache *cache, void *block) {
    mem_cell *cell = heap_cell_of(block);
    if (!heap_is_live(cell->word))
        return false;
    empty_when_asked(cache);
    uint8_t tag = heap_tag_of(block);
    if (tag == HEAP_LARGE_TAG) {
        space_free(&cache->heap->space, space_span_of(cell));
        return true;
    }
    heap_bin *bin = &cache->bins[tag - 1];
    if (bin->count >= bin->limit)
        drain(cache->heap, tag - 1u, bin, bin->limit / 2);
    cell->word = (uint64_t)bin->first;
    bin->first = cell;
    bin->count++;
    return true;
}

void heap_settle(mem_cache *cache) {
    for (unsigned i = 0; i < HEAP_PENDING; i++) {
        void *block = cache->pending[i];
        cache->pending[i] = NULL;
        if (block)
            heap_free_slow(cache, block);
    }
}

/* A block that would leave more than half of its room unused moves to a smaller place. */
bool heap_resize_in_place(void *block, size_t size) {
    mem_cell *cell = heap_cell_of(block);
    const mem_span *span = space_span_of(cell);
    size_t room =
        span->kind == SPAN_LARGE ? span->size - 2 * HEAP_WORD : span->cell_size - (size_t)HEAP_WORD;
    if (size > room || size < room / 2)
        return false;
    cell->word = heap_live_word(heap_source_of(cell->word), size);
    return true;
}

/* ---- Looking ---- */

/* Under the space's lock, which keeps the span and its mapping where they are. */
static bool is_cell(const mem_span *span, const mem_cell *cell) {
    uintptr_t offset = (uintptr_t)cell - (uintptr_t)span->start;
    if (offset < HEAP_WORD)
        return false;
    offset -= HEAP_WORD;
    if (span->kind == SPAN_LARGE)
        return offset == 0;
    return span->cell_size && offset % span->cell_size == 0 &&
           offset / span->cell_size < span->fresh;
}

bool heap_find(mem_heap *heap, const void *block, size_t *size) {
    bool live = false;
    if ((uintptr_t)block % 16 != 0)
        return false;
    const mem_cell *cell = heap_cell_of(block);
    pthread_mutex_lock(&heap->space.lock);
    const mem_span *span = space_find(&heap->space, cell);
    if (span && is_cell(span, cell)) {
        uint64_t word = __atomic_load_n(&cell->word, __ATOMIC_RELAXED);
        live = heap_is_live(word);
        *size = word & HEAP_SIZE_MASK;
    }
    pthread_mutex_unlock(&heap->space.lock);
    return live;
}

static void release_empty_spans(mem_heap *heap, heap_class *class) {
    pthread_mutex_lock(&class->lock);
    mem_span *next;
    for (mem_span *span = class->partial; span; span = next) {
        next = span->next;
        if (span->used == 0) {
            unlink_span(class, span);
            space_free(&heap->space, span);
        }
    }
    pthread_mutex_unlock(&class->lock);
}

void heap_minimize(mem_cache *cache) {
    mem_heap *heap = cache->heap;
    atomic_fetch_add_explicit(&heap->epoch, 1, memory_order_relaxed);
    heap_settle(cache);
    empty_lists(cache);
    for (unsigned i = 0; i < SIZE_CLASSES; i++)
        release_empty_spans(heap, &heap->classes[i]);
    space_minimize(&heap->space);
}

/* ---- Checking ---- */

typedef struct check {
    size_t with_cells[SIZE_CLASSES]; /* spans that should be in the class's list */
    bool good;
} check;

static bool free_cells_are_right(const mem_span *span) {
    uint32_t count = 0;
    for (const mem_cell *cell = span->free; cell; cell = (const mem_cell *)cell->word) {
        if (space_span_of(cell) != span || !is_cell(span, cell) || ++count > span->fresh)
            return false;
    }
    return span->used + count == span->fresh && span->fresh <= span->cell_count;
}

static void check_span(mem_span *span, void *data) {
    check *c = data;
    if (span->kind == SPAN_LARGE) {
        const mem_cell *cell = (const mem_cell *)span->start;
        c->good &= heap_is_live(cell[1].word) &&
                   (cell[1].word & HEAP_SIZE_MASK) <= span->size - 2 * HEAP_WORD;
        return;
    }
    c->good &= span->size_class < SIZE_CLASSES &&
               span->cell_size == size_of_class(span->size_class) && free_cells_are_right(span);
    if (c->good && has_cells(span))
        c->with_cells[span->size_class]++;
}

bool heap_check(mem_heap *heap) {
    check c = {.good = size_classes_check() && space_check(&heap->space)};
    space_each_span(&heap->space, check_span, &c);
    for (unsigned i = 0; c.good && i < SIZE_CLASSES; i++) {
        size_t listed = 0;
        for (const mem_span *span = heap->classes[i].partial; span; span = span->next)
            listed += span->size_class == i && has_cells(span);
        c.good = listed == c.with_cells[i];
    }
    return c.good;
}
