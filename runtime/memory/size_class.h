/* The sizes of cells that heaps deal in.
 *
 * Cells of 16, 32 ... 128 bytes are classes 0 to 7. Above, each doubling up to 32 KiB has eight
 * classes at equal distances, so at most an eighth of a cell is wasted. */
#ifndef CLARET_SIZE_CLASS_H
#define CLARET_SIZE_CLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SIZE_CLASSES = 72,
    SIZE_CLASS_LARGEST = 32 * 1024,
    SIZE_CLASS_QUICK = 1024 /* size_class_quick works up to here */
};

/* The class with the smallest cells of at least size bytes, 1 to SIZE_CLASS_LARGEST. */
unsigned size_class_of(size_t size);

/* The size of a class's cells. */
size_t size_of_class(unsigned size_class);

extern const uint8_t SIZE_CLASS_TABLE[SIZE_CLASS_QUICK / 16 + 1];

/* The same as size_class_of for 1 to SIZE_CLASS_QUICK, from a table. */
static inline unsigned size_class_quick(size_t size) {
    return SIZE_CLASS_TABLE[(size + 15) / 16];
}

/* Whether the functions agree for all sizes. */
bool size_classes_check(void);

#endif
