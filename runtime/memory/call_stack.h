/* Call stacks: taking them, and keeping each different one once.
 *
 * A stack is the list of return addresses, innermost first. It is taken by following frame pointers
 * (the whole project is compiled with them) within the bounds of the thread's own stack, so a
 * caller compiled without them ends the list early or puts a wrong entry in it, but never faults.
 */
#ifndef CLARET_CALL_STACK_H
#define CLARET_CALL_STACK_H

#include "runtime/memory/os.h"
#include "runtime/memory/symbols.h"

#include <stdint.h>
#include <stdio.h>

enum { CALL_STACK_DEPTH = 24 };

/* Stores up to limit return addresses, beginning with that of the caller; returns their number. */
uint32_t call_stack_take(uintptr_t *frames, uint32_t limit);

/* A place that allocates, and what it has allocated; the counts are kept by the spies. */
typedef struct call_site {
    uint64_t allocations, bytes; /* so far */
    uint64_t live, live_bytes;   /* now */
    uint64_t hash;
    uint32_t depth;
    uintptr_t frames[]; /* depth of them */
} call_site;

/* Sites by number; number 0 stands for "unknown" and is always there once one was added. All zero
 * is a valid empty set. Not thread-safe. */
typedef struct call_sites {
    call_site **sites; /* count of them, room for capacity */
    uint32_t *buckets; /* hash table of numbers, 2 * capacity; 0 = free */
    uint32_t count, capacity;
    os_pool pool;
} call_sites;

/* The number of the site with these frames, added when it is new; 0 when memory is short. */
uint32_t call_sites_intern(call_sites *set, const uintptr_t *frames, uint32_t depth);

/* NULL when number is not below count. */
call_site *call_sites_get(const call_sites *set, uint32_t number);

/* The sites with live blocks, those with most bytes first, in memory of pool; NULL when there is no
 * room. */
call_site **call_sites_live(const call_sites *set, os_pool *pool, size_t *count);

void call_sites_fini(call_sites *set);

/* The index of the first frame that is not the allocator's or a spy's own, going by names. */
uint32_t call_site_first_shown(const symbol *symbols, uint32_t depth);

/* Writes a line for each frame, names looked up in *files (see symbols.h), innermost first. */
void call_site_print(const call_site *site, symbol_files **files, FILE *out);

#endif
