/* size_class.h */
#include "runtime/memory/size_class.h"

enum { LINEAR_CLASSES = 8, STEPS = 8, STEP_BITS = 3 };

unsigned size_class_of(size_t size) {
    size_t last = size - 1;
    if (size <= LINEAR_CLASSES * 16)
        return (unsigned)(last / 16);
    unsigned top = 63 - (unsigned)__builtin_clzll(last);
    return LINEAR_CLASSES + (top - 7) * STEPS + (unsigned)(last >> (top - STEP_BITS)) - STEPS;
}

size_t size_of_class(unsigned size_class) {
    if (size_class < LINEAR_CLASSES)
        return (size_class + 1) * 16;
    unsigned doubling = (size_class - LINEAR_CLASSES) / STEPS;
    unsigned step = (size_class - LINEAR_CLASSES) % STEPS;
    return (size_t)(STEPS + step + 1) << (doubling + 4);
}

#define C4(n) n, n, n, n
#define P2(n) n, n, n + 1, n + 1, n + 2, n + 2, n + 3, n + 3
#define P4(n) C4(n), C4(n + 1), C4(n + 2), C4(n + 3)
// clang-format off
const uint8_t SIZE_CLASS_TABLE[] = {
    0,                                /* (no such size) */
    0, 1, 2, 3, 4, 5, 6, 7,           /* to 128: every 16 bytes */
    8, 9, 10, 11, 12, 13, 14, 15,     /* to 256: every 16 bytes */
    P2(16), P2(20),                   /* to 512: every 32 bytes */
    P4(24), P4(28),                   /* to 1024: every 64 bytes */
};
// clang-format on
#undef C4
#undef P2
#undef P4

bool size_classes_check(void) {
    for (size_t size = 1; size <= SIZE_CLASS_LARGEST; size++) {
        unsigned c = size_class_of(size);
        if (c >= SIZE_CLASSES || size_of_class(c) < size ||
            (c > 0 && size_of_class(c - 1) >= size) ||
            (size <= SIZE_CLASS_QUICK && size_class_quick(size) != c))
            return false;
    }
    return true;
}
