/* Memory from the operating system: what everything else in this folder stands on.
 *
 * Sizes and addresses are multiples of the page size unless said otherwise. Thread-safe. */
#ifndef CLARET_OS_H
#define CLARET_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#else
#define __libc_single_threaded false
#endif

#if defined(__SANITIZE_ADDRESS__)
#define OS_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#define OS_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#else
#define OS_ADDRESS_SANITIZER 0
#endif

#if OS_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

/* Lets AddressSanitizer report any access to these bytes, until os_unpoison; elsewhere nothing. */
static inline void os_poison(const void *address, size_t size) {
    ASAN_POISON_MEMORY_REGION(address, size);
}

static inline void os_unpoison(const void *address, size_t size) {
    ASAN_UNPOISON_MEMORY_REGION(address, size);
}

size_t os_page_size(void);

/* size bytes of zeros whose address is a multiple of align (a power of two, at least a page); they
 * use physical memory only once touched. NULL when there is no room. */
void *os_map(size_t size, size_t align);

/* The same, page-aligned, for a table of which only small parts will ever be touched: what is not
 * touched does not count as memory in use. */
void *os_map_sparse(size_t size);

void os_unmap(void *address, size_t size);

/* Gives the physical memory back but keeps the addresses: the bytes read as zero from now on. */
void os_discard(void *address, size_t size);

/* The ends of the calling thread's native stack; false when they cannot be found. */
bool os_thread_stack(void **lowest, void **end);

/* True only while the process has one thread; then atomic operations can be plain ones, and what is
 * written so is seen by every thread started later. */
static inline bool os_single_threaded(void) {
    return __libc_single_threaded;
}

/* Every thread of the process has passed a full memory barrier when it returns. Takes microseconds
 * (the first call in a process with threads, milliseconds); meant to pay, where it is rare, for
 * barriers saved where they would be frequent. */
void os_barrier(void);

/* ---- Pools for those who must not use the task heap: the spies ---- */

typedef struct os_pool_chunk os_pool_chunk;

/* All zero is a valid empty pool. Not thread-safe. */
typedef struct os_pool {
    os_pool_chunk *chunks; /* newest first */
    size_t used;           /* bytes of the newest chunk */
} os_pool;

/* size bytes of zeros, 16-byte aligned, until os_pool_fini; NULL when there is no room. */
void *os_pool_alloc(os_pool *pool, size_t size);

void os_pool_fini(os_pool *pool);

#endif
