/* Open addressing with linear probing. An entry lies at its hash position or after it, with no free
 * entry between; removal moves later entries of the run forward to keep that true. At most two
 * thirds of the entries are in use, so there is always a free one to end a search. */
#include "runtime/memory/addr_map.h"

#include "runtime/memory/os.h"

enum { FIRST_BITS = 10, ALIGN_BITS = 4 };

static size_t mask(const addr_map *map) {
    return ((size_t)1 << map->bits) - 1;
}

static size_t home(const addr_map *map, uintptr_t address) {
    return (size_t)((address >> ALIGN_BITS) * UINT64_C(0x9E3779B97F4A7C15) >> (64 - map->bits));
}

static size_t table_size(unsigned bits) {
    return sizeof(addr_entry) << bits;
}

/* The entry of address, or the free entry where it belongs. The table must have entries. */
static addr_entry *probe(const addr_map *map, uintptr_t address) {
    size_t i = home(map, address);
    while (map->entries[i].address && map->entries[i].address != address)
        i = (i + 1) & mask(map);
    return &map->entries[i];
}

static bool grow(addr_map *map) {
    addr_map larger = {.count = map->count, .bits = map->entries ? map->bits + 1 : FIRST_BITS};
    larger.entries = os_map(table_size(larger.bits), os_page_size());
    if (!larger.entries)
        return false;
    for (size_t i = 0; map->entries && i <= mask(map); i++) {
        if (map->entries[i].address)
            *probe(&larger, map->entries[i].address) = map->entries[i];
    }
    addr_map_fini(map);
    *map = larger;
    return true;
}

bool addr_map_reserve(addr_map *map) {
    if (map->entries && map->count + 1 <= (mask(map) + 1) / 3 * 2)
        return true;
    return grow(map);
}

void addr_map_put(addr_map *map, const void *address, size_t value) {
    addr_entry *entry = probe(map, (uintptr_t)address);
    if (!entry->address)
        map->count++;
    *entry = (addr_entry){(uintptr_t)address, value};
}

addr_entry *addr_map_find(const addr_map *map, const void *address) {
    if (map->count == 0)
        return NULL;
    addr_entry *entry = probe(map, (uintptr_t)address);
    return entry->address ? entry : NULL;
}

bool addr_map_remove(addr_map *map, const void *address, size_t *value) {
    addr_entry *entry = addr_map_find(map, address);
    if (!entry)
        return false;
    if (value)
        *value = entry->value;
    size_t hole = (size_t)(entry - map->entries);
    for (size_t i = (hole + 1) & mask(map); map->entries[i].address; i = (i + 1) & mask(map)) {
        size_t wanted = home(map, map->entries[i].address);
        if (((i - wanted) & mask(map)) >= ((i - hole) & mask(map))) {
            map->entries[hole] = map->entries[i];
            hole = i;
        }
    }
    map->entries[hole] = (addr_entry){0};
    map->count--;
    return true;
}

void addr_map_fini(addr_map *map) {
    if (map->entries)
        os_unmap(map->entries, table_size(map->bits));
    *map = (addr_map){0};
}

bool addr_map_check(const addr_map *map) {
    size_t count = 0;
    for (size_t i = 0; map->entries && i <= mask(map); i++) {
        const addr_entry *entry = &map->entries[i];
        if (!entry->address)
            continue;
        count++;
        if (probe(map, entry->address) != entry)
            return false;
    }
    return count == map->count;
}
