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
    addr_entry *entries; /* mask + 1 of them, a power of two; or NULL */
    size_t mask;
    unsigned shift; /* of a 64-bit hash to an index */
    size_t count;
    size_t limit; /* count may grow to this */
} addr_map;

/* For addr_map_reserve: makes the table larger; false when memory is short. */
bool addr_map_grow(addr_map *map);

/* Makes sure that one more address can be put; false when memory is short. */
static inline bool addr_map_reserve(addr_map *map) {
    return map->count < map->limit || addr_map_grow(map);
}

/* Where the search for an address begins. */
static inline size_t addr_map_home(const addr_map *map, uintptr_t address) {
    return (size_t)((address >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> map->shift);
}

/* The entry of address, or the free entry where it belongs. The table must have entries. */
static inline addr_entry *addr_map_probe(const addr_map *map, uintptr_t address) {
    size_t i = addr_map_home(map, address);
    while (map->entries[i].address && map->entries[i].address != address)
        i = (i + 1) & map->mask;
    return &map->entries[i];
}

/* Adds address (not NULL), or changes its value. Room must have been reserved. */
static inline void addr_map_put(addr_map *map, const void *address, size_t value) {
    addr_entry *entry = addr_map_probe(map, (uintptr_t)address);
    map->count += entry->address == 0;
    *entry = (addr_entry){(uintptr_t)address, value};
}

/* The entry of address, valid until the table changes; NULL when there is none. */
static inline addr_entry *addr_map_find(const addr_map *map, const void *address) {
    if (map->count == 0)
        return NULL;
    addr_entry *entry = addr_map_probe(map, (uintptr_t)address);
    return entry->address ? entry : NULL;
}

/* Removes address and returns its value; false when it is not there. value may be NULL. */
bool addr_map_remove(addr_map *map, const void *address, size_t *value);

void addr_map_fini(addr_map *map);

/* Whether every entry can be found and count is their number. */
bool addr_map_check(const addr_map *map);

#endif
