/* A hash table from addresses to sizes, for bookkeeping about blocks from outside the heap.
 *
 * Its memory comes straight from the operating system, so it may be used inside an allocation. Not
 * thread-safe. All zero is a valid empty table. */
#ifndef CLARET_ADDR_MAP_H
#define CLARET_ADDR_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct addr_entry {
    uintptr_t address; /* 0 in a free entry */
    size_t value;
} addr_entry;

typedef struct addr_map {
    addr_entry *entries; /* 1 << bits of them, or NULL */
    size_t count;
    unsigned bits;
} addr_map;

/* Makes sure that one more address can be put; false when memory is short. */
bool addr_map_reserve(addr_map *map);

/* Adds address (not NULL), or changes its value. Room must have been reserved. */
void addr_map_put(addr_map *map, const void *address, size_t value);

/* The entry of address, valid until the table changes; NULL when there is none. */
addr_entry *addr_map_find(const addr_map *map, const void *address);

/* Removes address and returns its value; false when it is not there. value may be NULL. */
bool addr_map_remove(addr_map *map, const void *address, size_t *value);

void addr_map_fini(addr_map *map);

/* Whether every entry can be found and count is their number. */
bool addr_map_check(const addr_map *map);

#endif
