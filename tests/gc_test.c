/* The garbage-collected heap by itself, with a host made of an array of roots. */
#include "runtime/gc/gc.h"

#include "runtime/memory/heap_reader.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/spies.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Types and host ---- */

typedef struct node {
    const gc_type *type;
    struct node *left, *right;
    uint64_t value;
} node;

typedef struct pair {
    uint64_t value;
    node *reference;
} pair;

typedef struct vector {
    const gc_type *type;
    int32_t length, reserved;
    union {
        node *references[1];
        pair pairs[1];
    } data;
} vector;

static const uint32_t NODE_OFFSETS[] = {offsetof(node, left), offsetof(node, right)};
static const uint32_t ELEMENT_OFFSETS[] = {0}, PAIR_OFFSETS[] = {offsetof(pair, reference)};
static const uint32_t EPHEMERON_OFFSETS[] = {0, sizeof(node *)};

static const gc_type NODE = {.offsets = NODE_OFFSETS, .count = 2};
static const gc_type FINALIZABLE_NODE = {.offsets = NODE_OFFSETS, .count = 2, .finalizable = true};
static const gc_type BYTES = {0};
static const gc_type REFERENCES = {
    .element_size = sizeof(node *), .element_offsets = ELEMENT_OFFSETS, .element_count = 1};
static const gc_type PAIRS = {
    .element_size = sizeof(pair), .element_offsets = PAIR_OFFSETS, .element_count = 1};
static const gc_type EPHEMERONS = {.element_size = 2 * sizeof(node *),
                                   .element_offsets = EPHEMERON_OFFSETS,
                                   .element_count = 2,
                                   .ephemerons = true};

enum { ROOTS = 4000 };

static struct {
    gc_heap *gc;
    gc_thread thread;
    void *roots[ROOTS];
    const void *from, *to; /* scanned conservatively */
    void (*at_phase)(gc_phase phase);
} world;

static void mark_roots(void *self, gc_heap *gc, const void *stack_end) {
    (void)self, (void)stack_end;
    for (size_t i = 0; i < ROOTS; i++)
        gc_mark(gc, world.roots[i]);
    gc_mark_range(gc, world.from, world.to);
}

static void at_phase(void *self, gc_phase phase) {
    (void)self;
    if (world.at_phase)
        world.at_phase(phase);
}

static gc_host simple_host(void) {
    return (gc_host){.length_offset = offsetof(vector, length),
                     .data_offset = offsetof(vector, data),
                     .mark_roots = mark_roots,
                     .phase = at_phase};
}

static void start(void) {
    gc_host host = simple_host();
    memset(&world, 0, sizeof world);
    world.gc = gc_new(&host);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world.gc);
    gc_attach(world.gc, &world.thread);
}

static void stop(void) {
    CU_ASSERT_TRUE(gc_check(world.gc));
    gc_detach(&world.thread);
    gc_delete(world.gc);
}

static void collect(void) {
    gc_collect(&world.thread);
    CU_ASSERT_TRUE(gc_check(world.gc));
}

static void *alloc(const gc_type *type, size_t size) {
    void *object = gc_alloc(&world.thread, type, size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(object);
    return object;
}

static node *new_node(node *left, node *right, uint64_t value) {
    node *n = alloc(&NODE, sizeof *n);
    n->left = left;
    n->right = right;
    n->value = value;
    return n;
}

static vector *new_vector(const gc_type *type, int32_t length, size_t element_size) {
    vector *v = alloc(type, offsetof(vector, data) + (size_t)length * element_size);
    v->length = length;
    return v;
}

static void count_object(void *data, void *object, size_t size) {
    (void)object, (void)size;
    ++*(size_t *)data;
}

static size_t object_count(void) {
    size_t count = 0;
    gc_each_object(world.gc, count_object, &count);
    return count;
}

static bool is_there(const void *object) {
    return gc_find_object(world.gc, object) == object;
}

/* ---- Marking and sweeping ---- */

static void what_is_reachable_stays_and_the_rest_goes(void) {
    start();
    for (uint64_t i = 0; i < 1000; i++) {
        world.roots[0] = new_node(world.roots[0], NULL, i);
        new_node(NULL, world.roots[0], i);
    }
    CU_ASSERT_EQUAL(object_count(), 2000);
    collect();
    CU_ASSERT_EQUAL(object_count(), 1000);
    uint64_t expected = 1000;
    for (node *n = world.roots[0]; n; n = n->left)
        CU_ASSERT_EQUAL(n->value, --expected);
    world.roots[0] = NULL;
    collect();
    CU_ASSERT_EQUAL(object_count(), 0);
    CU_ASSERT_EQUAL(gc_get_stats(world.gc).live, 0);
    stop();
}

static void cycles_go(void) {
    start();
    node *a = new_node(NULL, NULL, 1), *b = new_node(a, a, 2);
    a->left = b;
    a->right = a;
    collect();
    CU_ASSERT_EQUAL(object_count(), 0);
    stop();
}

static void arrays_keep_what_they_refer_to(void) {
    start();
    vector *references = new_vector(&REFERENCES, 300, sizeof(node *));
    world.roots[0] = references;
    vector *pairs = new_vector(&PAIRS, 5000, sizeof(pair));
    world.roots[1] = pairs;
    for (int32_t i = 0; i < 300; i++)
        references->data.references[i] = new_node(NULL, NULL, 1);
    for (int32_t i = 0; i < 5000; i++)
        pairs->data.pairs[i] = (pair){(uint64_t)pairs, new_node(NULL, NULL, 2)};
    vector *bytes = new_vector(&BYTES, 100, 8);
    bytes->data.references[0] = new_node(NULL, NULL, 3);
    world.roots[2] = bytes;
    collect();
    CU_ASSERT_EQUAL(object_count(), 3 + 300 + 5000);
    stop();
}

static void objects_are_zero_when_handed_out(void) {
    start();
    for (int round = 0; round < 3; round++) {
        for (size_t size = 16; size < 100000; size += size / 3) {
            uint8_t *object = alloc(&BYTES, size);
            CU_ASSERT_EQUAL((uintptr_t)object % 16, 0);
            size_t i = sizeof(void *);
            while (i < size && object[i] == 0)
                i++;
            CU_ASSERT_EQUAL(i, size);
            memset(object + sizeof(void *), 0xAB, size - sizeof(void *));
        }
        collect();
    }
    stop();
}

static void words_that_point_into_objects_keep_them(void) {
    uintptr_t words[4] = {0};
    start();
    world.from = words;
    world.to = words + 4;
    char *inner = alloc(&NODE, sizeof(node)), *large = alloc(&BYTES, 9u << 20);
    char *gone = alloc(&NODE, sizeof(node));
    words[0] = (uintptr_t)inner + 17;
    words[1] = (uintptr_t)large + (8u << 20);
    words[2] = 12345;
    words[3] = (uintptr_t)&world;
    collect();
    CU_ASSERT_TRUE(is_there(inner));
    CU_ASSERT_TRUE(is_there(large));
    CU_ASSERT_FALSE(is_there(gone));
    CU_ASSERT_PTR_EQUAL(gc_find_object(world.gc, large + (9u << 20) - 1), large);
    stop();
}

static void references_out_of_the_heap_are_ignored(void) {
    node outside = {.type = &NODE};
    start();
    world.roots[0] = new_node(&outside, NULL, 1);
    world.roots[1] = &outside;
    collect();
    CU_ASSERT_EQUAL(object_count(), 1);
    stop();
}

static void large_objects_go_back_to_the_system(void) {
    start();
    uint64_t before = gc_get_stats(world.gc).mapped;
    for (int i = 0; i < 10; i++)
        alloc(&BYTES, 20u << 20);
    CU_ASSERT_TRUE(gc_get_stats(world.gc).mapped < before + (80u << 20));
    collect();
    CU_ASSERT_TRUE(gc_get_stats(world.gc).mapped <= before + (4u << 20));
    stop();
}

static void collections_come_by_themselves(void) {
    start();
    for (int i = 0; i < 2000000; i++)
        new_node(NULL, NULL, 0);
    gc_stats stats = gc_get_stats(world.gc);
    CU_ASSERT_TRUE(stats.collections >= 3);
    CU_ASSERT_TRUE(stats.mapped <= 32u << 20);
    CU_ASSERT_TRUE(stats.allocated >= 2000000 * sizeof(node));
    stop();
}

static void stress_collects_at_once(void) {
    gc_host host = simple_host();
    host.stress = 2;
    memset(&world, 0, sizeof world);
    world.gc = gc_new(&host);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world.gc);
    gc_attach(world.gc, &world.thread);
    world.roots[0] = new_node(NULL, NULL, 0);
    for (int i = 0; i < 3; i++)
        new_node(NULL, NULL, 0);
    CU_ASSERT_EQUAL(object_count(), 2);
    CU_ASSERT_TRUE(is_there(world.roots[0]));
    CU_ASSERT_EQUAL(gc_get_stats(world.gc).collections, 2);
    stop();
}

static void long_lists_do_not_exhaust_the_stack(void) {
    start();
    for (int i = 0; i < 500000; i++)
        world.roots[0] = new_node(NULL, world.roots[0], 0);
    collect();
    CU_ASSERT_EQUAL(object_count(), 500000);
    stop();
}

static void impossible_sizes_give_null(void) {
    start();
    CU_ASSERT_PTR_NULL(gc_alloc(&world.thread, &BYTES, SIZE_MAX));
    CU_ASSERT_PTR_NULL(gc_alloc(&world.thread, &BYTES, (size_t)1 << 46));
    CU_ASSERT_EQUAL(gc_get_stats(world.gc).collections, 2);
    stop();
}

/* Nodes in slots point at random at each other; value tells what each must hold. */
static void random_graphs_survive(void) {
    static uint64_t model_left[ROOTS];
    unsigned seed = 7;
    uint64_t next_value = 1;
    start();
    memset(model_left, 0, sizeof model_left);
    for (int round = 0; round < 200000; round++) {
        size_t i = (size_t)rand_r(&seed) % ROOTS, k = (size_t)rand_r(&seed) % ROOTS;
        node *left = world.roots[k];
        node *n = alloc(&NODE, sizeof *n + (size_t)rand_r(&seed) % 200);
        n->left = left;
        n->value = next_value++;
        world.roots[i] = n;
        model_left[i] = left ? left->value : 0;
        if (left)
            left->left = NULL;
        if (left && i != k)
            model_left[k] = 0;
        if (round % 50000 == 0)
            collect();
    }
    for (size_t i = 0; i < ROOTS; i++) {
        const node *n = world.roots[i];
        if (n && model_left[i])
            CU_ASSERT_EQUAL(n->left->value, model_left[i]);
    }
    stop();
}

/* ---- Finalizers and handles ---- */

static void dead_finalizable_objects_wait_once(void) {
    start();
    node *n = alloc(&FINALIZABLE_NODE, sizeof *n);
    n->left = new_node(NULL, NULL, 42);
    CU_ASSERT_PTR_NULL(gc_take_finalizable(world.gc));
    collect();
    CU_ASSERT_EQUAL(object_count(), 2);
    collect();
    CU_ASSERT_PTR_EQUAL(gc_take_finalizable(world.gc), n);
    CU_ASSERT_EQUAL(n->left->value, 42);
    CU_ASSERT_PTR_NULL(gc_take_finalizable(world.gc));
    collect();
    CU_ASSERT_EQUAL(object_count(), 0);
    stop();
}

static void suppressed_finalizers_do_not_run(void) {
    start();
    node *n = alloc(&FINALIZABLE_NODE, sizeof *n);
    CU_ASSERT_TRUE(gc_suppress_finalizer(world.gc, n));
    CU_ASSERT_FALSE(gc_suppress_finalizer(world.gc, n));
    collect();
    CU_ASSERT_PTR_NULL(gc_take_finalizable(world.gc));
    n = new_node(NULL, NULL, 1);
    CU_ASSERT_TRUE(gc_register_finalizer(world.gc, n));
    collect();
    CU_ASSERT_PTR_EQUAL(gc_take_finalizable(world.gc), n);
    stop();
}

static void handles_keep_or_watch(void) {
    start();
    node *kept = new_node(NULL, NULL, 1), *pinned = new_node(NULL, NULL, 2);
    node *watched = new_node(NULL, NULL, 3);
    gc_handle *strong = gc_handle_new(world.gc, GC_HANDLE_STRONG, kept);
    gc_handle *pin = gc_handle_new(world.gc, GC_HANDLE_PINNED, pinned);
    gc_handle *weak = gc_handle_new(world.gc, GC_HANDLE_WEAK, watched);
    gc_handle *weak_kept = gc_handle_new(world.gc, GC_HANDLE_WEAK, kept);
    collect();
    CU_ASSERT_PTR_EQUAL(gc_handle_get(world.gc, strong), kept);
    CU_ASSERT_PTR_EQUAL(gc_handle_get(world.gc, weak_kept), kept);
    CU_ASSERT_PTR_NULL(gc_handle_get(world.gc, weak));
    CU_ASSERT_EQUAL(gc_handle_kind_of(pin), GC_HANDLE_PINNED);
    CU_ASSERT_EQUAL(object_count(), 2);
    gc_handle_free(world.gc, strong);
    gc_handle_set(world.gc, pin, NULL);
    collect();
    CU_ASSERT_EQUAL(object_count(), 0);
    CU_ASSERT_PTR_NULL(gc_handle_get(world.gc, weak_kept));
    for (int i = 0; i < 1000; i++)
        CU_ASSERT_PTR_NOT_NULL(gc_handle_new(world.gc, GC_HANDLE_STRONG, NULL));
    stop();
}

static void tracking_handles_last_until_the_object_is_gone(void) {
    start();
    node *n = alloc(&FINALIZABLE_NODE, sizeof *n);
    gc_handle *weak = gc_handle_new(world.gc, GC_HANDLE_WEAK, n);
    gc_handle *track = gc_handle_new(world.gc, GC_HANDLE_WEAK_TRACK, n);
    collect();
    CU_ASSERT_PTR_NULL(gc_handle_get(world.gc, weak));
    CU_ASSERT_PTR_EQUAL(gc_handle_get(world.gc, track), n);
    gc_take_finalizable(world.gc);
    collect();
    CU_ASSERT_PTR_NULL(gc_handle_get(world.gc, track));
    stop();
}

/* ---- Hooks ---- */

static size_t survivors;

static void count_survivors(gc_phase phase) {
    if (phase == GC_MARKED) {
        survivors = object_count();
        CU_ASSERT_TRUE(gc_is_marked(world.gc, world.roots[0]));
        CU_ASSERT_FALSE(gc_is_marked(world.gc, world.roots[1]));
        world.roots[1] = NULL;
    }
}

static void count_reference(void *data, void *reference) {
    CU_ASSERT_TRUE(is_there(reference));
    ++*(size_t *)data;
}

static size_t fresh; /* objects that did not survive the collection before */
static bool induced;

static void count_fresh(void *data, void *object, size_t size) {
    (void)data, (void)size;
    fresh += !gc_is_marked(world.gc, object);
}

static void look_at_start(gc_phase phase) {
    if (phase != GC_STARTED)
        return;
    fresh = 0;
    gc_each_object(world.gc, count_fresh, NULL);
    induced = gc_is_induced(world.gc);
}

/* Cells of every state: full spans, cells given out again, large objects. */
static void host_sees_what_was_allocated_since(void) {
    start();
    world.at_phase = look_at_start;
    for (int i = 0; i < ROOTS; i++)
        world.roots[i] = new_node(NULL, NULL, 0);
    new_vector(&BYTES, 1 << 20, 1);
    collect();
    CU_ASSERT_EQUAL(fresh, ROOTS + 1);
    CU_ASSERT_TRUE(induced);
    for (int i = 0; i < ROOTS; i += 2)
        world.roots[i] = NULL;
    world.roots[0] = new_vector(&BYTES, 1 << 20, 1);
    collect();
    CU_ASSERT_EQUAL(fresh, 1);
    for (int i = 0; i < ROOTS / 4; i++)
        new_node(NULL, NULL, 0);
    collect();
    CU_ASSERT_EQUAL(fresh, ROOTS / 4);
    collect();
    CU_ASSERT_EQUAL(fresh, 0);
    while (induced)
        alloc(&BYTES, 1000);
    CU_ASSERT_TRUE(fresh > 0);
    stop();
}

enum { MOST_SEEN = 16 };
static gc_root seen_roots[MOST_SEEN];
static size_t seen_root_count;

static void see_root(void *data, const gc_root *root) {
    (void)data;
    CU_ASSERT_TRUE(gc_is_marked(world.gc, root->object));
    if (seen_root_count < MOST_SEEN)
        seen_roots[seen_root_count++] = *root;
}

static void look_at_roots(gc_phase phase) {
    if (phase == GC_MARKED)
        gc_each_root(world.gc, see_root, NULL);
}

static void expect_root(size_t at, gc_root root) {
    const gc_root *seen = &seen_roots[at];
    CU_ASSERT_PTR_EQUAL(seen->object, root.object);
    CU_ASSERT_EQUAL(seen->kind, root.kind);
    CU_ASSERT_EQUAL(seen->flags, root.flags);
    CU_ASSERT_PTR_EQUAL(seen->slot, root.slot);
}

static void host_sees_roots(void) {
    start();
    node *a = world.roots[7] = new_node(NULL, NULL, 0);
    void *words[] = {a, &a->value, NULL, &a};
    world.from = words;
    world.to = words + 4;
    gc_handle *weak = gc_handle_new(world.gc, GC_HANDLE_WEAK, a);
    gc_handle *dead = gc_handle_new(world.gc, GC_HANDLE_WEAK, new_node(NULL, NULL, 0));
    gc_handle *pinned = gc_handle_new(world.gc, GC_HANDLE_PINNED, new_node(a, NULL, 0));
    node *dying = alloc(&FINALIZABLE_NODE, sizeof *dying);
    seen_root_count = 0;
    world.at_phase = look_at_roots;
    collect();
    CU_ASSERT_PTR_NULL(gc_handle_get(world.gc, dead));
    CU_ASSERT_EQUAL_FATAL(seen_root_count, 6);
    expect_root(0, (gc_root){a, GC_ROOT_OTHER, 0, NULL});
    expect_root(1, (gc_root){a, GC_ROOT_OTHER, 0, words});
    expect_root(2, (gc_root){a, GC_ROOT_OTHER, GC_ROOT_INTERIOR, words + 1});
    expect_root(3, (gc_root){a, GC_ROOT_HANDLE, GC_ROOT_WEAK, weak});
    expect_root(
        4, (gc_root){gc_handle_get(world.gc, pinned), GC_ROOT_HANDLE, GC_ROOT_PINNING, pinned});
    expect_root(5, (gc_root){dying, GC_ROOT_FINALIZER, 0, NULL});
    stop();
}

static void host_sees_survivors_and_references(void) {
    size_t references = 0;
    int outside;
    start();
    node *leaf = new_node(NULL, NULL, 0);
    world.roots[0] = new_node(leaf, leaf, 0);
    new_node(leaf, leaf, 0);
    world.roots[1] = &outside;
    world.at_phase = count_survivors;
    collect();
    world.at_phase = NULL;
    CU_ASSERT_EQUAL(survivors, 2);
    gc_each_reference(world.gc, world.roots[0], count_reference, &references);
    CU_ASSERT_EQUAL(references, 2);
    stop();
}

static void heap_events_tell_of_objects(void) {
    char path[] = "/tmp/claret-gc-trace-XXXXXX", error[100];
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    close(fd);
    start();
    CU_ASSERT_EQUAL_FATAL(heap_trace_start(path, 0, error, sizeof error), S_OK);
    for (int i = 0; i < 100; i++)
        new_node(NULL, NULL, 0);
    collect();
    for (int i = 0; i < 100; i++)
        new_node(NULL, NULL, 0);
    CU_ASSERT_EQUAL(heap_trace_stop(NULL), S_OK);
    stop();
    heap_reader *reader;
    heap_trace_event event;
    heap_trace_block before;
    size_t allocated = 0, freed = 0;
    CU_ASSERT_EQUAL_FATAL(heap_reader_open(path, &reader, error, sizeof error), S_OK);
    while (heap_reader_next(reader, &event, &before) == 1) {
        allocated += event.kind == HEAP_EVENT_ALLOC && event.fields[1] == sizeof(node);
        freed += event.kind == HEAP_EVENT_FREE && before.live && event.source == before.source;
    }
    heap_reader_close(reader);
    unlink(path);
    CU_ASSERT_EQUAL(allocated, 200);
    CU_ASSERT_EQUAL(freed, 100);
}

static void spies_make_objects_fail(void) {
    const char *spec = "fail=3";
    char error[100];
    mem_spies *spies;
    start();
    CU_ASSERT_EQUAL_FATAL(mem_spies_start(&spec, 1, &spies, error, sizeof error), S_OK);
    for (int i = 1; i <= 5; i++)
        CU_ASSERT_EQUAL(gc_alloc(&world.thread, &NODE, sizeof(node)) == NULL, i == 3);
    mem_counters now = mem_spies_counters(spies);
    CU_ASSERT_EQUAL(now.requests, 5);
    CU_ASSERT_EQUAL(now.failures, 1);
    CU_ASSERT_EQUAL(now.allocations, 0);
    stop();
    CU_ASSERT_EQUAL(mem_spies_stop(spies), S_OK);
}

/* ---- Ephemerons ---- */

/* The array's elements: key, value, key, value ... */
static node **new_ephemerons(int32_t count) {
    vector *v = new_vector(&EPHEMERONS, count, 2 * sizeof(node *));
    world.roots[0] = v;
    return v->data.references;
}

static void dead_keys_give_their_values_up(void) {
    start();
    node **e = new_ephemerons(4);
    node *tombstone = new_node(NULL, NULL, 0);
    gc_set_tombstone(world.gc, tombstone);
    node *alive = world.roots[1] = new_node(NULL, NULL, 1);
    node *first = e[0] = alive, *second = e[1] = new_node(NULL, NULL, 2);
    e[2] = new_node(NULL, NULL, 3); /* dead, although its value refers to it */
    e[3] = new_node(e[2], NULL, 4);
    e[7] = new_node(NULL, NULL, 5); /* without a key */
    collect();
    CU_ASSERT_EQUAL(object_count(), 4);
    CU_ASSERT_TRUE(e[0] == first && e[1] == second && second->value == 2);
    CU_ASSERT_TRUE(e[2] == tombstone && !e[3] && !e[6] && !e[7]);
    world.roots[1] = NULL;
    collect();
    CU_ASSERT_TRUE(e[0] == tombstone && !e[1]);
    CU_ASSERT_EQUAL(object_count(), 2);
    stop();
}

/* Each value is the key of the element before it, so that only one more is found each time. */
static void chains_of_ephemerons_are_followed(void) {
    enum { LENGTH = 50 };
    start();
    node **e = new_ephemerons(LENGTH);
    world.roots[1] = e[2 * LENGTH - 2] = new_node(NULL, NULL, 0);
    for (int i = LENGTH - 1; i > 0; i--)
        e[2 * i + 1] = e[2 * i - 2] = new_node(NULL, NULL, 0);
    e[1] = new_node(NULL, NULL, 7);
    collect();
    CU_ASSERT_EQUAL(object_count(), LENGTH + 2);
    CU_ASSERT_EQUAL(e[1]->value, 7);
    world.roots[1] = NULL;
    collect();
    CU_ASSERT_EQUAL(object_count(), 1);
    CU_ASSERT_PTR_NULL(e[0]);
    stop();
}

static void a_key_that_waits_for_its_finalizer_is_alive(void) {
    start();
    node **e = new_ephemerons(1);
    node *key = e[0] = alloc(&FINALIZABLE_NODE, sizeof *e[0]);
    e[1] = new_node(NULL, NULL, 3);
    collect();
    CU_ASSERT_TRUE(e[0] == key && e[1] && e[1]->value == 3);
    CU_ASSERT_PTR_EQUAL(gc_take_finalizable(world.gc), key);
    collect();
    CU_ASSERT_TRUE(!e[0] && !e[1]);
    stop();
}

/* ---- Threads ---- */

enum { WORKERS = 3, WORK = 300000 };

static struct {
    gc_heap *gc;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int running; /* threads that are neither parked nor ended */
    bool stopping;
    void *kept[WORKERS][64];
} crew = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* Under the lock. */
static void park(void) {
    crew.running--;
    pthread_cond_broadcast(&crew.changed);
    while (crew.stopping)
        pthread_cond_wait(&crew.changed, &crew.lock);
    crew.running++;
}

static bool stop_crew(void *self) {
    (void)self;
    pthread_mutex_lock(&crew.lock);
    if (crew.stopping) {
        park();
        pthread_mutex_unlock(&crew.lock);
        return false;
    }
    crew.stopping = true;
    while (crew.running > 1)
        pthread_cond_wait(&crew.changed, &crew.lock);
    return true;
}

static void start_crew(void *self) {
    (void)self;
    crew.stopping = false;
    pthread_cond_broadcast(&crew.changed);
    pthread_mutex_unlock(&crew.lock);
}

static void mark_crew(void *self, gc_heap *gc, const void *stack_end) {
    (void)self, (void)stack_end;
    for (size_t w = 0; w < WORKERS; w++) {
        for (size_t i = 0; i < 64; i++)
            gc_mark(gc, crew.kept[w][i]);
    }
}

static void *work(void *argument) {
    size_t me = (size_t)argument;
    gc_thread thread;
    bool good = true;
    gc_attach(crew.gc, &thread);
    for (uint64_t i = 0; i < WORK && good; i++) {
        node **slot = (node **)&crew.kept[me][i % 64];
        good = !*slot || (*slot)->value == me + 1;
        node *n = gc_alloc(&thread, &NODE, sizeof *n);
        good &= n && n->left == NULL && n->value == 0;
        n->value = me + 1;
        *slot = n;
        if (i % 16 == 0) {
            pthread_mutex_lock(&crew.lock);
            if (crew.stopping)
                park();
            pthread_mutex_unlock(&crew.lock);
        }
    }
    gc_detach(&thread);
    pthread_mutex_lock(&crew.lock);
    crew.running--;
    pthread_cond_broadcast(&crew.changed);
    pthread_mutex_unlock(&crew.lock);
    return good ? NULL : crew.gc;
}

static void threads_allocate_and_collect_together(void) {
    gc_host host = {.mark_roots = mark_crew, .stop_world = stop_crew, .start_world = start_crew};
    pthread_t threads[WORKERS];
    crew.gc = gc_new(&host);
    CU_ASSERT_PTR_NOT_NULL_FATAL(crew.gc);
    crew.running = WORKERS;
    for (size_t i = 0; i < WORKERS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, work, (void *)i), 0);
    for (size_t i = 0; i < WORKERS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        CU_ASSERT_PTR_NULL(failed);
    }
    CU_ASSERT_TRUE(gc_check(crew.gc));
    CU_ASSERT_TRUE(gc_get_stats(crew.gc).collections > 0);
    gc_delete(crew.gc);
}

CU_TestInfo gc_tests[] = {
    {"what is reachable stays and the rest goes", what_is_reachable_stays_and_the_rest_goes},
    {"cycles go", cycles_go},
    {"arrays keep what they refer to", arrays_keep_what_they_refer_to},
    {"objects are zero when handed out", objects_are_zero_when_handed_out},
    {"words that point into objects keep them", words_that_point_into_objects_keep_them},
    {"references out of the heap are ignored", references_out_of_the_heap_are_ignored},
    {"large objects go back to the system", large_objects_go_back_to_the_system},
    {"collections come by themselves", collections_come_by_themselves},
    {"stress collects at once", stress_collects_at_once},
    {"long lists do not exhaust the stack", long_lists_do_not_exhaust_the_stack},
    {"impossible sizes give NULL", impossible_sizes_give_null},
    {"random graphs survive", random_graphs_survive},
    {"dead finalizable objects wait once", dead_finalizable_objects_wait_once},
    {"suppressed finalizers do not run", suppressed_finalizers_do_not_run},
    {"handles keep or watch", handles_keep_or_watch},
    {"tracking handles last until the object is gone",
     tracking_handles_last_until_the_object_is_gone},
    {"dead keys give their values up", dead_keys_give_their_values_up},
    {"chains of ephemerons are followed", chains_of_ephemerons_are_followed},
    {"a key that waits for its finalizer is alive", a_key_that_waits_for_its_finalizer_is_alive},
    {"the host sees survivors and references", host_sees_survivors_and_references},
    {"the host sees what was allocated since", host_sees_what_was_allocated_since},
    {"the host sees roots", host_sees_roots},
    {"heap events tell of objects", heap_events_tell_of_objects},
    {"spies make objects fail", spies_make_objects_fail},
    {"threads allocate and collect together", threads_allocate_and_collect_together},
    CU_TEST_INFO_NULL,
};
