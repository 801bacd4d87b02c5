/* Heaps, threads, and finding room: the sweeping half of the collector. */
#include "runtime/gc/gc_internal.h"
#include "runtime/memory/heap_events.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/spies.h"
#include "runtime/memory/spy.h"
#include "runtime/memory/spy_object.h"

enum {
    SMALL_SPAN_CELL = 8 * 1024,
    RUN_BYTES = 16 * 1024, /* most that a thread is given at a time */
};

/* A collection is due when this and one and a half times what was live have been allocated since
 * the last one: the work of marking is then in proportion to what is allocated. */
static const uint64_t LEAST_THRESHOLD = 16u << 20;

/* What two looks at the clock in a row differ by. */
static uint64_t time_clock(void) {
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 10; i++) {
        uint64_t start = gc_now_ns(), took = gc_now_ns() - start;
        if (took < least)
            least = took;
    }
    return least;
}

gc_heap *gc_new(const gc_host *host) {
    gc_heap *gc = mem_calloc(1, sizeof *gc);
    if (!gc)
        return NULL;
    if (!space_init(&gc->space)) {
        mem_free(gc);
        return NULL;
    }
    gc->host = *host;
    gc->clock_ns = time_clock();
    gc->threshold = LEAST_THRESHOLD;
    pthread_mutex_init(&gc->lock, NULL);
    return gc;
}

static void tell_end(void *data, void *object, size_t size) {
    (void)size;
    spy_object_free(data, object);
}

void gc_delete(gc_heap *gc) {
    if (!gc)
        return;
    if (spy_present()) {
        gc_each_object(gc, tell_end, &(spy_object){.heap = &gc->space, .heap_ends = true});
        mem_spies_heap_ended();
    }
    gc_roots_fini(gc);
    space_fini(&gc->space);
    pthread_mutex_destroy(&gc->lock);
    mem_free(gc);
}

void gc_attach(gc_heap *gc, gc_thread *thread) {
    *thread = (gc_thread){.gc = gc};
    for (unsigned i = 0; i < SIZE_CLASSES; i++)
        thread->bins[i].cell_size = thread->watched_bins[i].cell_size = (uint32_t)size_of_class(i);
    pthread_mutex_lock(&gc->lock);
    thread->next = gc->threads;
    if (thread->next)
        thread->next->previous = thread;
    gc->threads = thread;
    pthread_mutex_unlock(&gc->lock);
}

/* What is left of its room is zeros, and so no objects; the next collection finds it again. */
void gc_detach(gc_thread *thread) {
    gc_heap *gc = thread->gc;
    pthread_mutex_lock(&gc->lock);
    if (thread->previous)
        thread->previous->next = thread->next;
    else
        gc->threads = thread->next;
    if (thread->next)
        thread->next->previous = thread->previous;
    pthread_mutex_unlock(&gc->lock);
}

gc_stats gc_get_stats(gc_heap *gc) {
    pthread_mutex_lock(&gc->lock);
    gc_stats stats = gc->stats;
    stats.mapped = gc->space.mapped;
    stats.allocated += gc->since_collection;
    stats.allocation_ns += atomic_load_explicit(&gc->watched_ns, memory_order_relaxed);
    stats.used = stats.live + gc->since_collection;
    pthread_mutex_unlock(&gc->lock);
    return stats;
}

/* ---- Room for cells ---- */

static bool is_free(const mem_span *span, uint32_t index) {
    return index >= span->fresh || !gc_has_mark(gc_cell(span, index));
}

/* Heap events for what dies with these cells. The trace's reader knows which of them are objects.
 */
static void trace_dead(const gc_heap *gc, const mem_span *span, uint32_t from, uint32_t to) {
    if (to > span->fresh)
        to = span->fresh;
    if (from < to)
        heap_event_sweep((uint64_t)&gc->space, (uint64_t)gc_cell(span, from), span->cell_size,
                         to - from);
}

/* Gives the next run of free cells at the cursor to bin; false when the span has no more. */
static bool take_run(gc_heap *gc, mem_span *span, gc_bin *bin) {
    uint32_t most = 1 + RUN_BYTES / span->cell_size;
    uint32_t first = span->cursor;
    while (first < span->cell_count && !is_free(span, first))
        first++;
    uint32_t end = first;
    while (end < span->cell_count && end - first < most && is_free(span, end))
        end++;
    span->cursor = end;
    if (first == end)
        return false;
    bin->next = gc_cell(span, first);
    bin->end = gc_cell(span, end);
    if (heap_is_traced())
        trace_dead(gc, span, first, end);
    os_unpoison(bin->next, (size_t)(bin->end - bin->next));
    if (first < span->fresh || !span->zero)
        memset(bin->next, 0, (size_t)(bin->end - bin->next));
    if (end > span->fresh)
        span->fresh = end;
    gc->since_collection += (uint64_t)(bin->end - bin->next);
    return true;
}

static mem_span *new_span(gc_heap *gc, unsigned size_class, mem_source *source) {
    size_t cell_size = size_of_class(size_class);
    size_t size = cell_size <= SMALL_SPAN_CELL ? SPACE_PAGE : 16 * cell_size;
    mem_span *span = space_alloc(&gc->space, SPAN_CELLS, (uint8_t)(size_class + 1), size, source);
    if (!span)
        return NULL;
    span->size_class = size_class;
    span->cell_size = (uint32_t)cell_size;
    span->cell_count = (uint32_t)(span->size / cell_size);
    span->next = gc->partial[size_class];
    gc->partial[size_class] = span;
    os_poison(span->start, span->size);
    return span;
}

/* Under the lock. */
static bool refill(gc_heap *gc, unsigned size_class, gc_bin *bin, mem_source *source) {
    *source = MEM_SOURCE_LOWFRAG;
    for (mem_span *span; (span = gc->partial[size_class]) != NULL;) {
        if (take_run(gc, span, bin))
            return true;
        gc->partial[size_class] = span->next;
    }
    mem_span *span = new_span(gc, size_class, source);
    return span && take_run(gc, span, bin);
}

/* ---- Objects ---- */

static void *take_cell(gc_bin *bin) {
    uint8_t *cell = bin->next;
    if (cell == bin->end)
        return NULL;
    bin->next = cell + bin->cell_size;
    return cell;
}

static void *alloc_large(gc_heap *gc, size_t size, mem_source *source) {
    if (size > SIZE_MAX / 2)
        return NULL;
    mem_span *span = space_alloc(&gc->space, SPAN_LARGE, GC_LARGE_TAG, size, source);
    if (!span)
        return NULL;
    if (!span->zero)
        memset(span->start, 0, size);
    span->cell_count = span->fresh = span->cursor = 1;
    gc->since_collection += span->size;
    return span->start;
}

/* bin: where cells of the size come from; NULL for a large object. */
static void *alloc_locked(gc_heap *gc, gc_bin *bin, size_t size, mem_source *source) {
    void *object = NULL;
    uint64_t start = gc_now_ns();
    pthread_mutex_lock(&gc->lock);
    if (!bin)
        object = alloc_large(gc, size, source);
    else if (refill(gc, size_class_of(size), bin, source))
        object = take_cell(bin);
    gc->stats.allocation_ns += gc_now_ns() - start;
    pthread_mutex_unlock(&gc->lock);
    return object;
}

static bool is_collection_due(gc_heap *gc) {
    pthread_mutex_lock(&gc->lock);
    bool due = gc->since_collection >= gc->threshold;
    if (gc->host.stress && ++gc->since_stress == gc->host.stress) {
        gc->since_stress = 0;
        due = true;
    }
    pthread_mutex_unlock(&gc->lock);
    return due;
}

/* While somebody watches, the thread's own bins stay empty, so that every allocation comes here. */
static gc_bin *find_bin(gc_thread *thread, size_t size) {
    bool watched = heap_is_traced() || spy_present() || thread->gc->host.stress;
    gc_bin *bins = watched ? thread->watched_bins : thread->bins;
    return size <= SIZE_CLASS_LARGEST ? &bins[size_class_of(size)] : NULL;
}

/* An object's memory without a collection; its first word is not written yet. */
static void *try_room(gc_thread *thread, size_t size, mem_source *source) {
    gc_bin *bin = find_bin(thread, size);
    *source = MEM_SOURCE_LOOKASIDE;
    void *object = bin ? take_cell(bin) : NULL;
    return object ? object : alloc_locked(thread->gc, bin, size, source);
}

static void collect_when_due(gc_thread *thread, size_t size) {
    gc_bin *bin = find_bin(thread, size);
    bool full = !bin || bin->next == bin->end;
    if ((full || thread->gc->host.stress) && is_collection_due(thread->gc))
        gc_collect_for(thread, false);
}

static void *find_room(gc_thread *thread, size_t size, mem_source *source) {
    collect_when_due(thread, size);
    void *object = try_room(thread, size, source);
    if (object)
        return object;
    gc_collect_for(thread, false);
    return try_room(thread, size, source);
}

/* ---- What watching costs ----
 *
 * Two looks at the clock take longer than most watched allocations, so only one in TIMED_EVERY is
 * timed; a prime, so that no program keeps step with it. Refills are timed each. What the clock
 * itself takes is taken off, and a time in which the thread was interrupted stands for itself only.
 */

enum { TIMED_EVERY = 61, INTERRUPTED_NS = 10000 };

static uint64_t start_watched(gc_thread *thread) {
    return thread->watched++ % TIMED_EVERY == 0 ? gc_now_ns() : 0;
}

static void end_watched(gc_thread *thread, uint64_t start) {
    if (!start)
        return;
    uint64_t took = gc_now_ns() - start, clock = thread->gc->clock_ns;
    took = took > clock ? took - clock : 0;
    atomic_fetch_add_explicit(&thread->gc->watched_ns,
                              took < INTERRUPTED_NS ? TIMED_EVERY * took : took,
                              memory_order_relaxed);
}

/* ---- Under a spy: all collecting is done before its lock is taken ---- */

typedef struct spied_request {
    gc_thread *thread;
    mem_source *source;
} spied_request;

static void *try_spied_room(void *data, size_t size) {
    const spied_request *request = data;
    return try_room(request->thread, size, request->source);
}

static void *find_spied_room(gc_thread *thread, const gc_type *type, size_t size,
                             mem_source *source) {
    gc_heap *gc = thread->gc;
    spy_object what = {&gc->space, type, thread, &gc->host.naming, false};
    spied_request request = {thread, source};
    bool refused;
    if (mem_spies_want_collection(size))
        gc_collect_for(thread, false);
    else
        collect_when_due(thread, size);
    *source = MEM_SOURCE_LOOKASIDE;
    uint64_t start = start_watched(thread);
    void *object = spy_object_alloc(&what, size, try_spied_room, &request, &refused);
    if (*source == MEM_SOURCE_LOOKASIDE)
        end_watched(thread, start);
    if (object || refused)
        return object;
    gc_collect_for(thread, false);
    return spy_object_alloc(&what, size, try_spied_room, &request, &refused);
}

/* While a trace runs and nobody else watches, most objects come from here. */
static void *alloc_traced(gc_thread *thread, const gc_type *type, size_t size) {
    if (spy_present() || thread->gc->host.stress || size > SIZE_CLASS_QUICK || type->finalizable)
        return NULL;
    uint64_t start = start_watched(thread);
    void *object = take_cell(&thread->watched_bins[size_class_quick(size)]);
    if (object) {
        *(const gc_type **)object = type;
        heap_event_alloc((uint64_t)&thread->gc->space, (uint64_t)object, size);
        end_watched(thread, start);
    }
    return object;
}

void *gc_alloc_slow(gc_thread *thread, const gc_type *type, size_t size) {
    mem_source source;
    void *quick = heap_is_traced() ? alloc_traced(thread, type, size) : NULL;
    if (quick)
        return quick;
    void *object = spy_present() ? find_spied_room(thread, type, size, &source)
                                 : find_room(thread, size, &source);
    if (!object)
        return NULL;
    *(const gc_type **)object = type;
    if (heap_is_traced())
        heap_event_alloc_from(source, (uint64_t)&thread->gc->space, (uint64_t)object, size);
    if (type->finalizable && !gc_register_finalizer(thread->gc, object))
        return NULL; /* unreachable from now on */
    return object;
}

/* ---- Sweeping ---- */

/* The words that hold the marks of a span's cells. */
static uint64_t *mark_words(const mem_span *span, size_t *count) {
    mem_chunk *chunk = space_chunk_of(span);
    size_t first = (size_t)(span->start - (uint8_t *)chunk) / SPACE_GRAIN / 64;
    *count = (span->kind == SPAN_LARGE ? SPACE_PAGE : span->size) / SPACE_GRAIN / 64;
    return &chunk->marks[first];
}

static uint32_t count_marks(const mem_span *span) {
    size_t count;
    const uint64_t *words = mark_words(span, &count);
    uint32_t marks = 0;
    for (size_t i = 0; i < count; i++)
        marks += (uint32_t)__builtin_popcountll(words[i]);
    return marks;
}

static void clear_marks(const mem_span *span) {
    size_t count;
    uint64_t *words = mark_words(span, &count);
    memset(words, 0, count * sizeof *words);
}

static void finish_span(mem_span *span, void *data) {
    (void)data;
    for (uint32_t i = span->cursor; i < span->fresh; i++) {
        if (!gc_has_mark(gc_cell(span, i)))
            *(void **)gc_cell(span, i) = NULL;
    }
    span->cursor = span->fresh;
    clear_marks(span);
}

static void empty_bin(gc_bin *bin) {
    bin->next = bin->end = NULL;
}

void gc_finish_sweeping(gc_heap *gc) {
    for (gc_thread *thread = gc->threads; thread; thread = thread->next) {
        for (unsigned i = 0; i < SIZE_CLASSES; i++) {
            empty_bin(&thread->bins[i]);
            empty_bin(&thread->watched_bins[i]);
        }
    }
    space_each_span(&gc->space, finish_span, NULL);
}

/* First words decide, see gc_finish_sweeping. */
static void tell_dead_of(mem_span *span, void *data) {
    for (uint32_t i = 0; i < span->fresh; i++) {
        if (gc_type_of(gc_cell(span, i)) && !gc_has_mark(gc_cell(span, i)))
            spy_object_free(data, gc_cell(span, i));
    }
}

void gc_tell_dead(gc_heap *gc) {
    space_each_span(&gc->space, tell_dead_of, &(spy_object){.heap = &gc->space});
}

static void poison_dead_cells(const mem_span *span) {
    for (uint32_t i = 0; OS_ADDRESS_SANITIZER && i < span->fresh; i++) {
        if (!gc_has_mark(gc_cell(span, i)))
            os_poison(gc_cell(span, i) + sizeof(void *), span->cell_size - sizeof(void *));
    }
}

typedef struct sweep {
    gc_heap *gc;
    mem_span *empty; /* linked by next */
} sweep;

static void begin_span(mem_span *span, void *data) {
    sweep *s = data;
    span->used = count_marks(span);
    s->gc->stats.live +=
        span->kind == SPAN_LARGE ? span->used * span->size : (uint64_t)span->used * span->cell_size;
    if (span->used == 0) {
        span->next = s->empty;
        s->empty = span;
    } else if (span->kind == SPAN_CELLS && span->used < span->cell_count) {
        span->cursor = 0;
        poison_dead_cells(span);
        span->next = s->gc->partial[span->size_class];
        s->gc->partial[span->size_class] = span;
    }
}

void gc_begin_sweeping(gc_heap *gc) {
    sweep s = {gc, NULL};
    memset(gc->partial, 0, sizeof gc->partial);
    gc->stats.live = 0;
    space_each_span(&gc->space, begin_span, &s);
    gc->threshold = LEAST_THRESHOLD + gc->stats.live / 2 * 3;
    gc->space.keep = gc->threshold; /* what will be asked for again soon */
    while (s.empty) {
        mem_span *span = s.empty;
        s.empty = span->next;
        if (heap_is_traced())
            trace_dead(gc, span, 0, span->fresh);
        os_unpoison(span->start, span->size);
        space_free(&gc->space, span);
    }
    gc->stats.allocated += gc->since_collection;
    gc->since_collection = 0;
}
