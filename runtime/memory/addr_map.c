/* Open addressing with linear probing. An entry lies at its hash position or after it, with no free
 * entry between; removal moves later entries of the run forward to keep that true. At most two
 * thirds of the entries are in use, so there is always a free one to end a search. */
#include "runtime/memory/addr_map.h"

#include "runtime/memory/os.h"

enum { FIRST_BITS = 10 };

static size_t table_size(const addr_map *map) {
    return (map->mask + 1) * sizeof(addr_entry);
}

bool addr_map_grow(addr_map *map) {
    unsigned bits = map->entries ? 64 - map->shift + 1 : FIRST_BITS;
    size_t capacity = (size_t)1 << bits;
    addr_map larger = {
        .mask = capacity - 1, .shift = 64 - bits, .count = map->count, .limit = capacity / 3 * 2};
    larger.entries = os_map(table_size(&larger), os_page_size());
    if (!larger.entries)
        return false;
    for (size_t i = 0; map->entries && i <= map->mask; i++) {
        if (map->entries[i].address)
            *addr_map_probe(&larger, map->entries[i].address) = map->entries[i];
    }
    addr_map_fini(map);
    *map = larger;
    return true;
}

bool addr_map_remove(addr_map *map, const void *address, size_t *value) {
    addr_entry *entry = addr_map_find(map, address);
    if (!entry)
        return false;
    if (value)
        *value = entry->value;
    size_t hole = (size_t)(entry - map->entries);
    for (size_t i = (hole + 1) & map->mask; map->entries[i].address; i = (i + 1) & map->mask) {
        size_t wanted = addr_map_home(map, map->entries[i].address);
        if (((i - wanted) & map->mask) >= ((i - hole) & map->mask)) {
            map->entries[hole] = map->entries[i];
            hole = i;
        }
    }
    map->entries[hole].address = 0;
    map->count--;
    return true;
}

void addr_map_fini(addr_map *map) {
    if (map->entries)
        os_unmap(map->entries, table_size(map));
    *map = (addr_map){0};
}

bool addr_map_check(const addr_map *map) {
    size_t count = 0;
    for (size_t i = 0; map->entries && i <= map->mask; i++) {
        const addr_entry *entry = &map->entries[i];
        count += entry->address != 0;
        if (entry->address && addr_map_probe(map, entry->address) != entry)
            return false;
    }
    return count == map->count && count <= map->limit;
}
