/* One range of addresses for machine code: readable, writable and executable, as near to the
 * program as the kernel allows, so that calls between the two can be direct. Code is never freed.
 * Not thread-safe; pages use physical memory once touched. */
#ifndef CLARET_CODE_REGION_H
#define CLARET_CODE_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct code_region {
    uint8_t *base, *next, *end;
} code_region;

/* Reserves size bytes, a multiple of the page size. False when the system refuses (no room, or no
 * memory that is writable and executable at once). */
bool code_region_init(code_region *region, size_t size);

void code_region_fini(code_region *region); /* an all-zero region is allowed */

bool code_region_contains(const code_region *region, const void *address);

#endif
