/* Layout of managed objects.
 *
 *   object   offset 0: the type; fields from offset 8
 *   string   offset 8: length in UTF-16 units (int32); offset 12: the units, then one NUL unit
 *   vector   offset 8: length (int32); offset 16: the elements
 *   array    as a vector, with total length; the bounds (2 int32 per rank: length, lower bound) lie
 *            behind the elements, 4-byte aligned
 *   boxed    the value from offset 8
 *
 * An object never moves. Its address is a multiple of 8. */
#ifndef CLARET_OBJECT_H
#define CLARET_OBJECT_H

#include <stdint.h>

struct type;

struct object {
    struct type *type;
};

struct string {
    struct object object;
    int32_t length;
    uint16_t chars[];
};

struct array {
    struct object object;
    int32_t length;
    int32_t reserved;
    uint8_t data[];
};

/* Per dimension of a multi-dimensional array. */
struct array_bound {
    int32_t length, lower;
};

#define OBJECT_HEADER        8
#define STRING_LENGTH_OFFSET 8
#define STRING_CHARS_OFFSET  12
#define ARRAY_LENGTH_OFFSET  8
#define ARRAY_DATA_OFFSET    16

#endif
