/* The guard spy's bytes: around each block, in freed memory, and what they tell.
 *
 *     | head guard, 16 | the caller's block, size bytes | tail guard, 16 |
 *
 * A block is dressed when it is allocated and checked when it is freed, reallocated and at the end.
 * A freed one is filled and kept back for a while, and checked again when it goes at last; so a
 * write to freed memory and a second free are found as long as it is kept. Errors go to stderr at
 * once, with the stacks of the allocation, the free and the present call as far as they are known.
 *
 * All calls come under the spy lock. */
#ifndef CLARET_SPY_GUARD_H
#define CLARET_SPY_GUARD_H

#include "runtime/memory/addr_map.h"
#include "runtime/memory/call_stack.h"

enum { GUARD_BYTES = 16, GUARD_KEPT_BLOCKS = 1024 };

/* The most bytes kept back. */
static const size_t GUARD_KEPT_BYTES = (size_t)16 << 20;

typedef struct guard_kept {
    void *block;
    size_t size;
    uint32_t allocated, freed; /* numbers of call sites */
} guard_kept;

/* Part of the spy; all zero but sites is the start. */
typedef struct spy_guard {
    call_sites *sites;
    guard_kept kept[GUARD_KEPT_BLOCKS]; /* a ring */
    uint32_t oldest, kept_count;
    size_t kept_bytes;
    symbol_files *files;
    uint64_t errors;
} spy_guard;

/* The size to ask of the heap for a block of size bytes; SIZE_MAX when there is none. */
size_t guard_dressed_size(size_t size);

/* Puts guards around a heap block and returns the caller's. fresh: first byte that is new, which
 * with the rest is filled; size for none. */
void *guard_dress(void *actual, size_t size, size_t fresh);

/* The heap's block of a dressed one. */
static inline void *guard_undress(void *block) {
    return (char *)block - GUARD_BYTES;
}

/* Reports damage to the guards of a live block. */
void guard_check(spy_guard *guard, const void *block, size_t size, uint32_t allocated,
                 uint32_t here);

/* Keeps a dressed block that is being freed, filled. Returns the heap's block that has been kept
 * longest and now is to go, or NULL. */
void *guard_keep(spy_guard *guard, void *block, size_t size, uint32_t allocated, uint32_t here);

/* Reports the free of an address that is no live block: a second free, or a foreign one. */
void guard_bad_free(spy_guard *guard, const void *block, uint32_t here);

/* Whether block is kept back. */
bool guard_keeps(const spy_guard *guard, const void *block);

/* Checks all that is kept. */
void guard_check_kept(spy_guard *guard);

/* Takes the heap's blocks that are still kept out, one a call; NULL when there are no more. */
void *guard_release(spy_guard *guard);

void guard_fini(spy_guard *guard); /* after guard_release has given NULL */

#endif
