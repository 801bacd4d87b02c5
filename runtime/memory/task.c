/* The task heap over the C library's, with a table of the live blocks beside it. */
#include "runtime/memory/task.h"

#include "runtime/memory/addr_map.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* AddressSanitizer ends the process at a request that is larger. */
static const size_t LARGEST_BLOCK = (size_t)1 << 38;

/* The process's task heap: like the allocator it stands for, there is one. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static addr_map blocks; /* address to requested size */

void *task_alloc(size_t size) {
    void *block = NULL;
    pthread_mutex_lock(&lock);
    if (size <= LARGEST_BLOCK && addr_map_reserve(&blocks))
        block = malloc(size ? size : 1);
    if (block)
        addr_map_put(&blocks, block, size);
    pthread_mutex_unlock(&lock);
    return block;
}

void *task_realloc(void *block, size_t size) {
    size_t old_size = task_size(block);
    void *moved = old_size == (size_t)-1 ? NULL : task_alloc(size);
    if (moved) {
        memcpy(moved, block, old_size < size ? old_size : size);
        task_free(block);
    }
    return moved;
}

void task_free(void *block) {
    pthread_mutex_lock(&lock);
    bool live = addr_map_remove(&blocks, block, NULL);
    pthread_mutex_unlock(&lock);
    if (live)
        free(block);
}

size_t task_size(const void *block) {
    pthread_mutex_lock(&lock);
    const addr_entry *entry = addr_map_find(&blocks, block);
    size_t size = entry ? entry->value : (size_t)-1;
    pthread_mutex_unlock(&lock);
    return size;
}

bool task_owns(const void *block) {
    return task_size(block) != (size_t)-1;
}

void task_minimize(void) {
    malloc_trim(0);
}
