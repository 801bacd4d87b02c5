/* The plain memory functions of mem.h. */
#include "runtime/memory/mem.h"

#include <stdlib.h>
#include <string.h>

void *mem_alloc(size_t size) {
    return malloc(size ? size : 1);
}

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
    return realloc(block, total);
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

void mem_free(void *block) {
    free(block);
}
