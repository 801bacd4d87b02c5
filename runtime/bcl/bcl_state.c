/* State of the class library's native side, one per runtime. */
#include "runtime/bcl/bcl_state.h"

#include <stddef.h>
#include <string.h>

#include "runtime/bcl/bcl_reflect.h"

bool bcl_start(struct runtime *rt) {
    rt->bcl = mem_calloc(1, sizeof *rt->bcl);
    if (rt->bcl)
        bcl_watch_loading(rt);
    return rt->bcl && bcl_files_start(rt) && bcl_pool_start(rt);
}

void bcl_stop(struct runtime *rt) {
    if (!rt->bcl)
        return;
    while (rt->bcl->natives)
        bcl_native_free(rt, rt->bcl->natives->data);
    bcl_pool_stop(rt);
    bcl_selector_stop(rt);
    bcl_files_stop(rt);
    mem_free(rt->bcl->pairs);
    mem_free(rt->bcl->handles);
    mem_free(rt->bcl);
    rt->bcl = NULL;
}

void bcl_mark(struct runtime *rt, gc_heap *gc) {
    for (uint32_t i = 0; rt->bcl && i < rt->bcl->pair_capacity; i++)
        gc_mark(gc, rt->bcl->pairs[i].value); /* ignored when it is no object */
    if (rt->bcl)
        bcl_selector_mark(rt, gc);
}

/* ---- Native blocks ---- */

void *bcl_native_alloc(struct runtime *rt, size_t size) {
    EXEC_LOCKED(rt);
    struct bcl_native **list = &rt->bcl->natives;
    struct bcl_native *block = size > SIZE_MAX / 2 ? NULL : mem_calloc(1, sizeof *block + size);
    if (!block)
        return NULL;
    block->next = *list;
    block->link = list;
    if (block->next)
        block->next->link = &block->next;
    *list = block;
    return block->data;
}

void bcl_native_free(struct runtime *rt, void *data) {
    EXEC_LOCKED(rt);
    if (!data)
        return;
    struct bcl_native *block =
        (struct bcl_native *)((char *)data - offsetof(struct bcl_native, data));
    *block->link = block->next;
    if (block->next)
        block->next->link = block->link;
    mem_free(block);
}

/* GPtrArray as Mono.RuntimeStructs declares it. */
struct pointer_array {
    void **data;
    int32_t length;
};

void *bcl_pointer_array(struct runtime *rt, void *const *items, uint32_t count) {
    struct pointer_array *array = bcl_native_alloc(rt, sizeof *array + count * sizeof *items);
    if (!array)
        return NULL;
    array->data = (void **)(array + 1);
    array->length = (int32_t)count;
    if (count)
        memcpy(array->data, items, count * sizeof *items);
    return array;
}

/* ---- Pairs ---- */

static struct bcl_pair *find_pair(const struct bcl_state *state, const void *key,
                                  uintptr_t second) {
    uint64_t hash = ((uintptr_t)key ^ second * 31) * 0x9E3779B97F4A7C15u;
    for (uint32_t i = (uint32_t)(hash >> 32);; i++) {
        struct bcl_pair *pair = &state->pairs[i & (state->pair_capacity - 1)];
        if (!pair->value || (pair->key == key && pair->second == second))
            return pair;
    }
}

static bool grow_pairs(struct bcl_state *state) {
    struct bcl_state larger = {.pair_capacity =
                                   state->pair_capacity ? 2 * state->pair_capacity : 64};
    larger.pairs = mem_calloc(larger.pair_capacity, sizeof *larger.pairs);
    if (!larger.pairs)
        return false;
    for (uint32_t i = 0; i < state->pair_capacity; i++) {
        const struct bcl_pair *pair = &state->pairs[i];
        if (pair->value)
            *find_pair(&larger, pair->key, pair->second) = *pair;
    }
    mem_free(state->pairs);
    state->pairs = larger.pairs;
    state->pair_capacity = larger.pair_capacity;
    return true;
}

void *bcl_get(struct runtime *rt, const void *key, uintptr_t second) {
    EXEC_LOCKED(rt);
    return rt->bcl->pair_capacity ? find_pair(rt->bcl, key, second)->value : NULL;
}

bool bcl_put(struct runtime *rt, const void *key, uintptr_t second, void *value) {
    EXEC_LOCKED(rt);
    struct bcl_state *state = rt->bcl;
    if (2 * state->pair_count >= state->pair_capacity && !grow_pairs(state))
        return false;
    struct bcl_pair *pair = find_pair(state, key, second);
    state->pair_count += pair->value == NULL;
    *pair = (struct bcl_pair){key, second, value};
    return true;
}

struct object *bcl_singleton(struct thread *thread, const char *name_space, const char *name) {
    EXEC_LOCKED(thread->rt);
    struct type *type = bcl_class(thread, name_space, name);
    struct object *object = type ? bcl_get(thread->rt, type, 0) : NULL;
    if (!type || object)
        return object;
    object = exec_new_object(thread, type);
    if (object && !bcl_put(thread->rt, type, 0, object)) {
        exec_throw_object(thread, thread->out_of_memory);
        return NULL;
    }
    return object;
}
