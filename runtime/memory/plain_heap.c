/* plain_heap.h: malloc and free, and a table of the live blocks beside them. */
#include "runtime/memory/plain_heap.h"

#include "runtime/memory/addr_map.h"
#include "runtime/memory/os.h"

#include <pthread.h>
#include <stdlib.h>

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* AddressSanitizer ends the process at a request that is larger. */
static const size_t LARGEST_BLOCK = (size_t)1 << 38;

/* Like the C library's heap, there is one. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static addr_map blocks; /* address to requested size */

bool plain_heap_is_wanted(void) {
    return OS_ADDRESS_SANITIZER || RUNNING_ON_VALGRIND;
}

void *plain_alloc(size_t size) {
    void *block = NULL;
    pthread_mutex_lock(&lock);
    if (size <= LARGEST_BLOCK && addr_map_reserve(&blocks))
        block = malloc(size ? size : 1);
    if (block)
        addr_map_put(&blocks, block, size);
    pthread_mutex_unlock(&lock);
    return block;
}

bool plain_free(void *block) {
    pthread_mutex_lock(&lock);
    bool live = addr_map_remove(&blocks, block, NULL);
    pthread_mutex_unlock(&lock);
    if (live)
        free(block);
    return live;
}

size_t plain_size(const void *block) {
    pthread_mutex_lock(&lock);
    const addr_entry *entry = addr_map_find(&blocks, block);
    size_t size = entry ? entry->value : (size_t)-1;
    pthread_mutex_unlock(&lock);
    return size;
}
