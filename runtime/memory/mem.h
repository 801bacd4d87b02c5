/* The memory door: every byte that Claret itself asks for comes through here.
 *
 * mem_alloc, mem_realloc and mem_free are the task allocator, the same one that CoGetMalloc hands
 * out, so a registered IMallocSpy sees each call and may fail it. They follow IMalloc's rules (see
 * include/objidl.h): a zero-size request gives a distinct block, a failed mem_realloc leaves the
 * old block as it was, mem_free(NULL) does nothing. All functions may be called on any thread.
 *
 * A NULL result means that memory is short, or that a spy says so. It is never fatal here: the
 * caller reports E_OUTOFMEMORY, IL_OUT_OF_MEMORY or a managed OutOfMemoryException. */
#ifndef CLARET_MEM_H
#define CLARET_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* At least size bytes, 16-byte aligned, contents undefined; NULL when memory is short. */
void *mem_alloc(size_t size) __attribute__((malloc, warn_unused_result));

/* count * size bytes of zeros; NULL also when the product does not fit in size_t. */
void *mem_calloc(size_t count, size_t size) __attribute__((malloc, warn_unused_result));

/* Changes a block's size to count * size bytes, keeping its contents; block may be NULL. On failure
 * (also overflow of the product) returns NULL and leaves the block alone. count * size must not be
 * 0. */
void *mem_resize(void *block, size_t count, size_t size) __attribute__((warn_unused_result));

/* A copy of length bytes of text with a NUL behind it; NULL when memory is short. */
char *mem_copy_text(const char *text, size_t length) __attribute__((malloc, warn_unused_result));

void mem_free(void *block);

/* ---- Pools: many small blocks that live and die together ---- */

typedef struct mem_pool_chunk mem_pool_chunk;

/* Embedded by its owner; all zero is a valid empty pool. Not thread-safe. */
typedef struct mem_pool {
    mem_pool_chunk *chunks; /* newest first; each chunk is one mem_alloc block */
    uint8_t *next;          /* first free byte of the newest chunk, or of MEM_POOL_LOCAL's room */
    uint8_t *end;           /* its end */
} mem_pool;

/* Declares a pool whose first blocks lie in the calling function's frame, for what is small and
 * short-lived. Like any pool it is given to mem_pool_fini; it must not be copied. */
#define MEM_POOL_LOCAL(name)                                                                       \
    uint64_t name##_room[64];                                                                      \
    mem_pool name = {.next = (uint8_t *)name##_room, .end = (uint8_t *)(name##_room + 64)}

/* size bytes of zeros, 8-byte aligned (16 when size >= 16), that live until mem_pool_fini; NULL
 * when memory is short (the pool stays valid). */
void *mem_pool_alloc(mem_pool *pool, size_t size) __attribute__((warn_unused_result));

/* The same for an array; NULL also when the product overflows. */
void *mem_pool_array(mem_pool *pool, size_t count, size_t size) __attribute__((warn_unused_result));

/* Frees every block of the pool and leaves it empty. */
void mem_pool_fini(mem_pool *pool);

/* Whether the pool's own fields and chunks fit together; for tests and debug builds. */
bool mem_pool_check(const mem_pool *pool);

/* Whether [p, p + size) lies in memory that the pool owns, handed out or not. The only function
 * that may be called while another thread allocates. */
bool mem_pool_contains(const mem_pool *pool, const void *p, size_t size);

/* ---- The module arena ---- */

/* One reserved address range that holds a module's image at its base and, above it, room for method
 * bodies. A body's offset from the base is positive, fits in 31 bits and never changes, so it can
 * serve as the body's RVA. Pages are committed as they are used. Nothing is freed before the whole
 * arena is. */
typedef struct mem_arena mem_arena;

/* Maps the regular file that descriptor fd refers to at the base of a new range (read-only,
 * private, lazily: pages are read when touched) and reserves room bytes above it; room 0 asks for
 * the default of 64 MiB. The descriptor may be closed afterwards. Errors: E_INVALIDARG (not a
 * regular file, empty, or image and room over 2 GiB - 1 together), E_OUTOFMEMORY, E_FAIL (errno
 * tells). */
int32_t mem_arena_map(int fd, size_t room, mem_arena **out);

/* The same for an image in memory, which is copied to the base. */
int32_t mem_arena_copy(const void *image, size_t size, size_t room, mem_arena **out);

const uint8_t *mem_arena_base(const mem_arena *arena);
size_t mem_arena_image_size(const mem_arena *arena);

/* Bodies are put at offset at least from on: called once, before the first allocation, with the
 * image's SizeOfImage, so that no body's offset equals an RVA of the image. Returns false when that
 * leaves no room. */
bool mem_arena_start_bodies(mem_arena *arena, size_t from);

/* cb bytes of zeros, 4-byte aligned (fat method headers need that), at a positive offset from the
 * base; NULL for 0 and when the arena is full. Thread-safe. */
void *mem_arena_alloc(mem_arena *arena, uint32_t cb);

/* The bytes from p to the end of what mem_arena_alloc has handed out; 0 when p is not in there. */
size_t mem_arena_extent(const mem_arena *arena, const void *p);

/* Bytes handed out so far, and the room reserved for bodies in all. */
size_t mem_arena_used(const mem_arena *arena);
size_t mem_arena_room(const mem_arena *arena);

void mem_arena_free(mem_arena *arena); /* NULL allowed */

/* Whether the arena's bounds are in order; for tests and debug builds. */
bool mem_arena_check(const mem_arena *arena);

#endif
