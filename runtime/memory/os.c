/* os.h over mmap. */
#define _GNU_SOURCE /* pthread_getattr_np */
#include "runtime/memory/os.h"

#include <linux/membarrier.h>
#include <pthread.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

size_t os_page_size(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

static void *map(size_t size, int flags) {
    void *address =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    return address == MAP_FAILED ? NULL : address;
}

void *os_map_sparse(size_t size) {
    return map(size, MAP_NORESERVE);
}

void *os_map(size_t size, size_t align) {
    if (size == 0 || size > SIZE_MAX - align)
        return NULL;
    uint8_t *address = map(size, 0);
    if (!address || ((uintptr_t)address & (align - 1)) == 0)
        return address;
    /* Not aligned by luck: map enough that an aligned part lies inside, and give back the ends. */
    os_unmap(address, size);
    address = map(size + align, 0);
    if (!address)
        return NULL;
    size_t head = -(uintptr_t)address & (align - 1);
    if (head)
        os_unmap(address, head);
    if (align - head)
        os_unmap(address + head + size, align - head);
    return address + head;
}

void os_unmap(void *address, size_t size) {
    os_unpoison(address, size);
    munmap(address, size);
}

void os_discard(void *address, size_t size) {
    madvise(address, size, MADV_DONTNEED);
}

static bool membarrier(int command) {
    return syscall(SYS_membarrier, command, 0, 0) == 0;
}

/* The process registers at the first call. Where the kernel has no membarrier, a pause longer than
 * any store takes to become visible. */
void os_barrier(void) {
    bool done = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) ||
                (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) &&
                 membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) ||
                membarrier(MEMBARRIER_CMD_GLOBAL);
    if (!done)
        nanosleep(&(struct timespec){0, 10000000}, NULL);
}

struct os_pool_chunk {
    os_pool_chunk *older;
    size_t size; /* header included */
};

enum { POOL_CHUNK = 256 * 1024 };

void *os_pool_alloc(os_pool *pool, size_t size) {
    size_t rounded = (size + 15) & ~(size_t)15;
    if (rounded < size || rounded > SIZE_MAX / 2)
        return NULL;
    if (!pool->chunks || rounded > pool->chunks->size - pool->used) {
        size_t page = os_page_size();
        size_t wanted = rounded + sizeof(os_pool_chunk);
        size_t chunk_size = wanted < POOL_CHUNK ? POOL_CHUNK : (wanted + page - 1) & ~(page - 1);
        os_pool_chunk *chunk = os_map(chunk_size, page);
        if (!chunk)
            return NULL;
        *chunk = (os_pool_chunk){pool->chunks, chunk_size};
        pool->chunks = chunk;
        pool->used = sizeof *chunk;
    }
    void *block = (uint8_t *)pool->chunks + pool->used;
    pool->used += rounded;
    return block;
}

void os_pool_fini(os_pool *pool) {
    os_pool_chunk *chunk = pool->chunks;
    while (chunk) {
        os_pool_chunk *older = chunk->older;
        os_unmap(chunk, chunk->size);
        chunk = older;
    }
    *pool = (os_pool){0};
}

/* The stack that the process began with: the program's path is the last thing on it. The library's
 * way to find it reads /proc/self/maps. */
static bool first_stack(void **lowest, void **end) {
    const char *path = (const char *)getauxval(AT_EXECFN);
    struct rlimit limit;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (!path || getrlimit(RLIMIT_STACK, &limit) != 0 || syscall(SYS_gettid) != getpid())
        return false;
    uintptr_t page = os_page_size();
    uintptr_t top = ((uintptr_t)path + strlen(path) + page) & ~(page - 1);
    if (here >= top || limit.rlim_cur >= top || here < top - limit.rlim_cur)
        return false;
    *lowest = (void *)(top - limit.rlim_cur);
    *end = (void *)top;
    return true;
}

bool os_thread_stack(void **lowest, void **end) {
    pthread_attr_t attributes;
    size_t size;
    if (first_stack(lowest, end))
        return true;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return false;
    bool found = pthread_attr_getstack(&attributes, lowest, &size) == 0;
    if (found)
        *end = (char *)*lowest + size;
    pthread_attr_destroy(&attributes);
    return found;
}
