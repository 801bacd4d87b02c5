/* call_stack.h: frame-pointer walk, and an open-addressing table of the stacks seen. */
#include "runtime/memory/call_stack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/memory/os.h"

enum { FIRST_CAPACITY = 1024, MOST_SITES = 1 << 23 };

/* ---- Taking a stack ---- */

/* The upper end of this thread's stack; found once per thread, because asking is slow. */
static _Thread_local uintptr_t stack_end;

static uintptr_t find_stack_end(void) {
    void *lowest, *end;
    return os_thread_stack(&lowest, &end) ? (uintptr_t)end : 0;
}

/* x86-64 and AArch64 alike: a frame begins with the caller's frame pointer and the return address.
 */
typedef struct frame {
    const struct frame *caller;
    uintptr_t return_address;
} frame;

/* Other stacks may be entered and left, so a frame counts only when it lies above the last one. */
__attribute__((noinline, no_sanitize("address"))) uint32_t call_stack_take(uintptr_t *frames,
                                                                           uint32_t limit) {
    if (!stack_end)
        stack_end = find_stack_end();
    uint32_t depth = 0;
    const frame *f = __builtin_frame_address(0);
    uintptr_t last = (uintptr_t)f - 1;
    while (depth < limit && (uintptr_t)f > last && (uintptr_t)f % sizeof(void *) == 0 &&
           (uintptr_t)f < stack_end && stack_end - (uintptr_t)f >= sizeof *f && f->return_address) {
        frames[depth++] = f->return_address;
        last = (uintptr_t)f;
        f = f->caller;
    }
    return depth;
}

/* ---- Keeping them ---- */

static uint64_t hash_frames(const uintptr_t *frames, uint32_t depth) {
    uint64_t hash = depth;
    for (uint32_t i = 0; i < depth; i++)
        hash = (hash ^ frames[i]) * UINT64_C(0x9E3779B97F4A7C15) ^ hash >> 29;
    return hash;
}

static size_t bytes_for(uint32_t capacity) {
    return capacity * (sizeof(call_site *) + 2 * sizeof(uint32_t));
}

/* The bucket that holds the site, or the free one where its number belongs. */
static uint32_t *find_bucket(const call_sites *set, uint64_t hash, const uintptr_t *frames,
                             uint32_t depth) {
    uint32_t mask = 2 * set->capacity - 1;
    for (uint32_t i = (uint32_t)(hash >> 32) & mask;; i = (i + 1) & mask) {
        const call_site *site = set->sites[set->buckets[i]];
        if (set->buckets[i] == 0 || (site->hash == hash && site->depth == depth &&
                                     memcmp(site->frames, frames, depth * sizeof *frames) == 0))
            return &set->buckets[i];
    }
}

static bool grow(call_sites *set) {
    uint32_t capacity = set->capacity ? 2 * set->capacity : FIRST_CAPACITY;
    if (capacity > MOST_SITES)
        return false;
    call_site **sites = os_map(bytes_for(capacity), os_page_size());
    if (!sites)
        return false;
    call_sites old = *set;
    set->sites = sites;
    set->buckets = (uint32_t *)(sites + capacity);
    set->capacity = capacity;
    for (uint32_t i = 0; i < old.count; i++) {
        call_site *site = set->sites[i] = old.sites[i];
        if (i > 0)
            *find_bucket(set, site->hash, site->frames, site->depth) = i;
    }
    if (old.sites)
        os_unmap(old.sites, bytes_for(old.capacity));
    return true;
}

static bool add(call_sites *set, uint64_t hash, const uintptr_t *frames, uint32_t depth) {
    call_site *site = os_pool_alloc(&set->pool, sizeof *site + depth * sizeof *frames);
    if (!site)
        return false;
    site->hash = hash;
    site->depth = depth;
    memcpy(site->frames, frames, depth * sizeof *frames);
    set->sites[set->count++] = site;
    return true;
}

uint32_t call_sites_intern(call_sites *set, const uintptr_t *frames, uint32_t depth) {
    if (set->count == set->capacity && !grow(set))
        return 0;
    if (set->count == 0 && !add(set, 0, frames, 0))
        return 0;
    uint64_t hash = hash_frames(frames, depth);
    uint32_t *bucket = find_bucket(set, hash, frames, depth);
    if (*bucket == 0 && depth > 0 && add(set, hash, frames, depth))
        *bucket = set->count - 1;
    return *bucket;
}

call_site *call_sites_get(const call_sites *set, uint32_t number) {
    return number < set->count ? set->sites[number] : NULL;
}

static int by_live_bytes(const void *a, const void *b) {
    const call_site *x = *(call_site *const *)a, *y = *(call_site *const *)b;
    if (x->live_bytes != y->live_bytes)
        return x->live_bytes < y->live_bytes ? 1 : -1;
    return x->live < y->live ? 1 : x->live > y->live ? -1 : 0;
}

call_site **call_sites_live(const call_sites *set, os_pool *pool, size_t *count) {
    call_site **live = os_pool_alloc(pool, (set->count + 1) * sizeof *live);
    *count = 0;
    for (uint32_t i = 0; live && i < set->count; i++) {
        if (set->sites[i]->live)
            live[(*count)++] = set->sites[i];
    }
    if (live)
        qsort(live, *count, sizeof *live, by_live_bytes);
    return live;
}

void call_sites_fini(call_sites *set) {
    if (set->sites)
        os_unmap(set->sites, bytes_for(set->capacity));
    os_pool_fini(&set->pool);
    *set = (call_sites){0};
}
