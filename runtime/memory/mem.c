/* What mem.h offers on top of the task allocator. */
#include "runtime/memory/mem.h"

#include "runtime/memory/include/objidl.h"

#include <string.h>

void *mem_calloc(size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    void *block = mem_alloc(total);
    if (block)
        memset(block, 0, total);
    return block;
}

void *mem_resize(void *block, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return CoTaskMemRealloc(block, total);
}

char *mem_copy_text(const char *text, size_t length) {
    if (length == SIZE_MAX)
        return NULL;
    char *copy = mem_alloc(length + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}
