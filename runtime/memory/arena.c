/* The module arena: an image at the base of one address range, bodies bumped upwards above it.
 *
 *   base            image end (page)     first body                      end
 *    | image, read-only |  skipped  | bodies: zero pages, read-write ...  |
 *    0               room_start       bodies       next                  size
 *
 * All positions are offsets from the base. `next` only grows, so an offset that was handed out once
 * is never handed out again. The lock is made for what is usual: one thread that rewrites. */
#include "runtime/memory/mem.h"

#include "runtime/memory/biased_lock.h"
#include "runtime/memory/include/com.h"
#include "runtime/memory/os.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { BODY_ALIGN = 4 };

static const size_t DEFAULT_ROOM = 64u << 20;
static const size_t LARGEST_ARENA = 0x7FFFFFFF;

struct mem_arena {
    uint8_t *base;
    size_t image_size;
    size_t room_start;   /* first writable byte: a page boundary */
    size_t size;         /* of the whole range, in whole pages */
    size_t bodies;       /* offset of the first body */
    biased_lock lock;    /* to change next */
    _Atomic size_t next; /* offset of the next body, a multiple of BODY_ALIGN */
};

static size_t round_to_page(size_t size) {
    size_t page = os_page_size();
    return (size + page - 1) & ~(page - 1);
}

/* Reserves the range with its upper part writable; the image's part stays inaccessible. */
static HRESULT reserve(size_t image_size, size_t room, mem_arena **out) {
    *out = NULL;
    if (room == 0)
        room = DEFAULT_ROOM;
    if (image_size == 0 || image_size > LARGEST_ARENA || room > LARGEST_ARENA ||
        image_size + room > LARGEST_ARENA)
        return E_INVALIDARG;
    size_t room_start = round_to_page(image_size);
    size_t size = room_start + round_to_page(room);
    mem_arena *arena = mem_calloc(1, sizeof *arena);
    if (!arena)
        return E_OUTOFMEMORY;
    /* Nothing is counted against the commit limit until a page is written. */
    void *base = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        goto no_memory;
    arena->base = base;
    arena->size = size;
    if (mprotect(arena->base + room_start, size - room_start, PROT_READ | PROT_WRITE) != 0)
        goto no_memory;
    arena->image_size = image_size;
    arena->room_start = room_start;
    arena->bodies = room_start;
    atomic_init(&arena->next, room_start);
    *out = arena;
    return S_OK;

no_memory:
    mem_arena_free(arena);
    return E_OUTOFMEMORY;
}

HRESULT mem_arena_map(int fd, size_t room, mem_arena **out) {
    struct stat info;
    *out = NULL;
    if (fstat(fd, &info) != 0)
        return E_FAIL;
    if (!S_ISREG(info.st_mode) || info.st_size <= 0 || (uint64_t)info.st_size > LARGEST_ARENA)
        return E_INVALIDARG;
    mem_arena *arena;
    HRESULT hr = reserve((size_t)info.st_size, room, &arena);
    if (FAILED(hr))
        return hr;
    if (mmap(arena->base, arena->image_size, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) ==
        MAP_FAILED) {
        mem_arena_free(arena);
        return E_FAIL;
    }
    *out = arena;
    return S_OK;
}

HRESULT mem_arena_copy(const void *image, size_t size, size_t room, mem_arena **out) {
    HRESULT hr = reserve(size, room, out);
    if (FAILED(hr))
        return hr;
    mem_arena *arena = *out;
    if (mprotect(arena->base, arena->room_start, PROT_READ | PROT_WRITE) != 0)
        goto failed;
    memcpy(arena->base, image, size);
    if (mprotect(arena->base, arena->room_start, PROT_READ) != 0)
        goto failed;
    return S_OK;

failed:
    mem_arena_free(arena);
    *out = NULL;
    return E_OUTOFMEMORY;
}

const uint8_t *mem_arena_base(const mem_arena *arena) {
    return arena->base;
}

size_t mem_arena_image_size(const mem_arena *arena) {
    return arena->image_size;
}

bool mem_arena_start_bodies(mem_arena *arena, size_t from) {
    if (from > arena->size)
        return false;
    size_t start = (from + BODY_ALIGN - 1) & ~(size_t)(BODY_ALIGN - 1);
    if (start < arena->room_start)
        start = arena->room_start;
    if (start >= arena->size)
        return false;
    arena->bodies = start;
    atomic_store_explicit(&arena->next, start, memory_order_relaxed);
    return true;
}

void *mem_arena_alloc(mem_arena *arena, uint32_t cb) {
    if (cb == 0)
        return NULL;
    size_t need = ((size_t)cb + BODY_ALIGN - 1) & ~(size_t)(BODY_ALIGN - 1);
    biased_lock_take(&arena->lock);
    size_t at = atomic_load_explicit(&arena->next, memory_order_relaxed);
    bool fits = need <= arena->size - at;
    if (fits)
        atomic_store_explicit(&arena->next, at + need, memory_order_relaxed);
    biased_lock_give(&arena->lock);
    return fits ? arena->base + at : NULL;
}

size_t mem_arena_extent(const mem_arena *arena, const void *p) {
    uintptr_t at = (uintptr_t)p - (uintptr_t)arena->base;
    size_t end = atomic_load_explicit(&arena->next, memory_order_relaxed);
    return at >= arena->bodies && at < end ? end - at : 0;
}

size_t mem_arena_used(const mem_arena *arena) {
    return atomic_load_explicit(&arena->next, memory_order_relaxed) - arena->bodies;
}

size_t mem_arena_room(const mem_arena *arena) {
    return arena->size - arena->bodies;
}

bool mem_arena_check(const mem_arena *arena) {
    size_t next = atomic_load_explicit(&arena->next, memory_order_relaxed);
    return arena->image_size <= arena->room_start && arena->room_start <= arena->bodies &&
           arena->bodies <= next && next <= arena->size && next % BODY_ALIGN == 0;
}

void mem_arena_free(mem_arena *arena) {
    if (!arena)
        return;
    if (arena->base)
        munmap(arena->base, arena->size);
    mem_free(arena);
}
