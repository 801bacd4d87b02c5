/* ObjectsAllocatedByClass, SurvivingReferences, RootReferences and ObjectReferences.
 *
 * The heap is looked at through gc.h; nothing of it is kept beyond a walk. */
#include "profiler/prof_gc.h"

#include "runtime/gc/gc.h"
#include "runtime/memory/addr_map.h"
#include "runtime/memory/mem.h"
#include "runtime/rt_query.h"

#define CALL(host, method, ...) (host)->callback->lpVtbl->method((host)->callback, ##__VA_ARGS__)

/* ---- ObjectsAllocatedByClass: how many of each type since the last collection ---- */

typedef struct count_walk {
    gc_heap *gc;
    addr_map counts; /* of objects, by type */
    bool failed;
} count_walk;

static void count_new(void *data, void *object, size_t size) {
    (void)size;
    count_walk *walk = data;
    if (walk->failed || gc_is_marked(walk->gc, object))
        return;
    const struct type *type = rt_object_type(object);
    addr_entry *entry = addr_map_find(&walk->counts, type);
    if (entry)
        entry->value++;
    else if (addr_map_reserve(&walk->counts))
        addr_map_put(&walk->counts, type, 1);
    else
        walk->failed = true;
}

static void tell_counts(prof_host *host, const addr_map *counts) {
    ClassID *types = mem_calloc(counts->count, sizeof *types);
    ULONG *numbers = mem_calloc(counts->count, sizeof *numbers);
    ULONG count = 0;
    if (types && numbers) {
        for (size_t i = 0; i <= counts->mask; i++) {
            if (!counts->entries[i].address)
                continue;
            types[count] = counts->entries[i].address;
            numbers[count++] = (ULONG)counts->entries[i].value;
        }
        CALL(host, ObjectsAllocatedByClass, count, types, numbers);
    }
    mem_free(types);
    mem_free(numbers);
}

void prof_gc_tell_allocated(prof_host *host, gc_heap *gc) {
    count_walk walk = {.gc = gc};
    gc_each_object(gc, count_new, &walk);
    if (!walk.failed && walk.counts.count)
        tell_counts(host, &walk.counts);
    addr_map_fini(&walk.counts);
}

/* ---- SurvivingReferences: neighbours make one range ---- */

typedef struct survivor_walk {
    prof_host *host;
    ULONG count;
    ObjectID starts[PROF_GC_BLOCK];
    SIZE_T sizes[PROF_GC_BLOCK];
} survivor_walk;

static void tell_survivors(survivor_walk *walk) {
    ULONG sizes[PROF_GC_BLOCK];
    for (ULONG i = 0; i < walk->count; i++)
        sizes[i] = walk->sizes[i] > UINT32_MAX ? UINT32_MAX : (ULONG)walk->sizes[i];
    if (walk->host->callback_version < 4 ||
        SUCCEEDED(CALL(walk->host, SurvivingReferences2, walk->count, walk->starts, walk->sizes)))
        CALL(walk->host, SurvivingReferences, walk->count, walk->starts, sizes);
    walk->count = 0;
}

static void add_survivor(void *data, void *object, size_t size) {
    survivor_walk *walk = data;
    ULONG last = walk->count - 1;
    if (walk->count && walk->starts[last] + walk->sizes[last] == (ObjectID)object) {
        walk->sizes[last] += size;
        return;
    }
    if (walk->count == PROF_GC_BLOCK)
        tell_survivors(walk);
    walk->starts[walk->count] = (ObjectID)object;
    walk->sizes[walk->count++] = size;
}

void prof_gc_tell_survivors(prof_host *host, gc_heap *gc) {
    survivor_walk walk = {.host = host};
    gc_each_object(gc, add_survivor, &walk);
    if (walk.count)
        tell_survivors(&walk);
}

/* ---- RootReferences ---- */

_Static_assert((int)GC_ROOT_OTHER == COR_PRF_GC_ROOT_OTHER &&
                   (int)GC_ROOT_STACK == COR_PRF_GC_ROOT_STACK &&
                   (int)GC_ROOT_FINALIZER == COR_PRF_GC_ROOT_FINALIZER &&
                   (int)GC_ROOT_HANDLE == COR_PRF_GC_ROOT_HANDLE,
               "the kinds have the numbers of corprof.h");
_Static_assert((int)GC_ROOT_PINNING == COR_PRF_GC_ROOT_PINNING &&
                   (int)GC_ROOT_WEAK == COR_PRF_GC_ROOT_WEAKREF &&
                   (int)GC_ROOT_INTERIOR == COR_PRF_GC_ROOT_INTERIOR,
               "the flags have the numbers of corprof.h");

typedef struct root_walk {
    prof_host *host;
    ULONG count;
    ObjectID objects[PROF_GC_BLOCK];
    COR_PRF_GC_ROOT_KIND kinds[PROF_GC_BLOCK];
    COR_PRF_GC_ROOT_FLAGS flags[PROF_GC_BLOCK];
    UINT_PTR ids[PROF_GC_BLOCK];
} root_walk;

static void tell_roots(root_walk *walk) {
    if (SUCCEEDED(CALL(walk->host, RootReferences2, walk->count, walk->objects, walk->kinds,
                       walk->flags, walk->ids)))
        CALL(walk->host, RootReferences, walk->count, walk->objects);
    walk->count = 0;
}

/* The ID of a root on a stack is its function, 0 when that is not known: a word of a stack that is
 * scanned conservatively belongs to none in particular. */
static void add_root(void *data, const gc_root *root) {
    root_walk *walk = data;
    if (walk->count == PROF_GC_BLOCK)
        tell_roots(walk);
    walk->objects[walk->count] = (ObjectID)root->object;
    walk->kinds[walk->count] = (COR_PRF_GC_ROOT_KIND)root->kind;
    walk->flags[walk->count] = (COR_PRF_GC_ROOT_FLAGS)root->flags;
    walk->ids[walk->count++] = root->kind == GC_ROOT_STACK ? 0 : (UINT_PTR)root->slot;
}

void prof_gc_tell_roots(prof_host *host, gc_heap *gc) {
    root_walk walk = {.host = host};
    gc_each_root(gc, add_root, &walk);
    if (walk.count)
        tell_roots(&walk);
}

/* ---- ObjectReferences ---- */

typedef struct object_walk {
    prof_host *host;
    gc_heap *gc;
    ObjectID *references; /* of the object that is looked at */
    ULONG count, capacity;
    bool ended;
} object_walk;

static void add_reference(void *data, void *reference) {
    object_walk *walk = data;
    if (walk->count == walk->capacity) {
        ULONG capacity = walk->capacity ? 2 * walk->capacity : PROF_GC_BLOCK;
        ObjectID *larger = mem_resize(walk->references, capacity, sizeof *larger);
        if (!larger) {
            walk->ended = true;
            return;
        }
        walk->references = larger;
        walk->capacity = capacity;
    }
    walk->references[walk->count++] = (ObjectID)reference;
}

static void tell_object(void *data, void *object, size_t size) {
    (void)size;
    object_walk *walk = data;
    if (walk->ended)
        return;
    walk->count = 0;
    gc_each_reference(walk->gc, object, add_reference, walk);
    if (!walk->ended)
        walk->ended = FAILED(CALL(walk->host, ObjectReferences, (ObjectID)object,
                                  (ClassID)rt_object_type(object), walk->count, walk->references));
}

void prof_gc_tell_objects(prof_host *host, gc_heap *gc) {
    object_walk walk = {.host = host, .gc = gc};
    gc_each_object(gc, tell_object, &walk);
    mem_free(walk.references);
}
