/* Finds room for machine code near the program.
 *
 * A call reaches 2 GiB either way. The kernel is asked for addresses below the program, further and
 * further away; when all are taken, any address does: calls are then indirect, and right all the
 * same. */
#include "runtime/jit/code_region.h"

#include <sys/mman.h>

#define REACH ((uintptr_t)1 << 31)
#define STEP  ((uintptr_t)16 << 20)

static void *map_at(uintptr_t address, size_t size) {
    void *p = mmap(
        (void *)address, size, PROT_READ | PROT_WRITE | PROT_EXEC,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (address ? MAP_FIXED_NOREPLACE : 0), -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

bool code_region_init(code_region *region, size_t size) {
    uintptr_t here = (uintptr_t)&code_region_init & ~(STEP - 1);
    void *base = NULL;
    for (uintptr_t away = size + STEP; !base && away < REACH - STEP && away < here; away += STEP)
        base = map_at(here - away, size);
    if (!base)
        base = map_at(0, size);
    *region = (code_region){base, base, base ? (uint8_t *)base + size : NULL};
    return base != NULL;
}

void code_region_fini(code_region *region) {
    if (region->base)
        munmap(region->base, (size_t)(region->end - region->base));
    *region = (code_region){0};
}

bool code_region_contains(const code_region *region, const void *address) {
    const uint8_t *p = address;
    return p >= region->base && p < region->end;
}
