/* Pools: blocks carved from chunks that grow with the pool and are freed together.
 *
 * The newest chunk is the one being filled. A block that would waste most of a fresh chunk gets a
 * chunk of its own, put behind the newest one, so that the space left there is still used. */
#include "runtime/memory/mem.h"

#include <string.h>

enum { FIRST_CHUNK = 1024, LARGEST_CHUNK = 64 * 1024 };

struct mem_pool_chunk {
    mem_pool_chunk *older;
    size_t size; /* of the whole chunk, this header included */
};

_Static_assert(sizeof(mem_pool_chunk) % 16 == 0, "blocks of a chunk start 16-byte aligned");

static mem_pool_chunk *new_chunk(size_t size) {
    mem_pool_chunk *chunk = mem_alloc(size);
    if (chunk)
        chunk->size = size;
    return chunk;
}

static uint8_t *chunk_start(mem_pool_chunk *chunk) {
    return (uint8_t *)(chunk + 1);
}

static size_t next_chunk_size(const mem_pool *pool) {
    if (!pool->chunks)
        return FIRST_CHUNK;
    size_t doubled = pool->chunks->size * 2;
    return doubled < LARGEST_CHUNK ? doubled : LARGEST_CHUNK;
}

static void *alloc_alone(mem_pool *pool, size_t size) {
    mem_pool_chunk *chunk = new_chunk(sizeof *chunk + size);
    if (!chunk)
        return NULL;
    chunk->older = pool->chunks->older;
    __atomic_store_n(&pool->chunks->older, chunk, __ATOMIC_RELEASE);
    return chunk_start(chunk);
}

/* size is rounded and fits neither the newest chunk. Returns an unzeroed block. */
static void *alloc_slow(mem_pool *pool, size_t size) {
    size_t chunk_size = next_chunk_size(pool);
    if (size > SIZE_MAX / 2)
        return NULL;
    if (pool->chunks && size > chunk_size / 4)
        return alloc_alone(pool, size);
    if (chunk_size < sizeof(mem_pool_chunk) + size)
        chunk_size = sizeof(mem_pool_chunk) + size;
    mem_pool_chunk *chunk = new_chunk(chunk_size);
    if (!chunk)
        return NULL;
    chunk->older = pool->chunks;
    __atomic_store_n(&pool->chunks, chunk, __ATOMIC_RELEASE);
    pool->next = chunk_start(chunk) + size;
    pool->end = (uint8_t *)chunk + chunk_size;
    return chunk_start(chunk);
}

void *mem_pool_alloc(mem_pool *pool, size_t size) {
    size_t align = size >= 16 ? 16 : 8;
    size_t rounded = size ? (size + 7) & ~(size_t)7 : 8;
    if (rounded < size)
        return NULL;
    size_t skip = -(uintptr_t)pool->next & (align - 1);
    size_t left = (size_t)(pool->end - pool->next);
    void *block;
    if (skip <= left && rounded <= left - skip) {
        block = pool->next + skip;
        pool->next += skip + rounded;
    } else {
        block = alloc_slow(pool, rounded);
    }
    return block ? memset(block, 0, rounded) : NULL;
}

void *mem_pool_array(mem_pool *pool, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return mem_pool_alloc(pool, total);
}

bool mem_pool_check(const mem_pool *pool) {
    if (!pool->chunks)
        return pool->next <= pool->end;
    const uint8_t *start = (const uint8_t *)(pool->chunks + 1);
    if (pool->next < start || pool->next > pool->end)
        return false;
    for (const mem_pool_chunk *c = pool->chunks; c; c = c->older) {
        if (c->size <= sizeof *c || c->older == c)
            return false;
    }
    return pool->end == (const uint8_t *)pool->chunks + pool->chunks->size;
}

void mem_pool_fini(mem_pool *pool) {
    mem_pool_chunk *chunk = pool->chunks;
    while (chunk) {
        mem_pool_chunk *older = chunk->older;
        mem_free(chunk);
        chunk = older;
    }
    *pool = (mem_pool){0};
}

bool mem_pool_contains(const mem_pool *pool, const void *p, size_t size) {
    uintptr_t start = (uintptr_t)p;
    const mem_pool_chunk *c = __atomic_load_n(&pool->chunks, __ATOMIC_ACQUIRE);
    for (; c; c = __atomic_load_n(&c->older, __ATOMIC_ACQUIRE)) {
        if (start >= (uintptr_t)c && size <= c->size && start - (uintptr_t)c <= c->size - size)
            return true;
    }
    return false;
}
