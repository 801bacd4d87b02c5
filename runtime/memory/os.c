/* os.h over mmap. */
#include "runtime/memory/os.h"

#include <sys/mman.h>
#include <unistd.h>

size_t os_page_size(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

static void *map(size_t size) {
    void *address = mmap(NULL, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return address == MAP_FAILED ? NULL : address;
}

void *os_map(size_t size, size_t align) {
    if (size == 0 || size > SIZE_MAX - align)
        return NULL;
    uint8_t *address = map(size);
    if (!address || ((uintptr_t)address & (align - 1)) == 0)
        return address;
    /* Not aligned by luck: map enough that an aligned part lies inside, and give back the ends. */
    os_unmap(address, size);
    address = map(size + align);
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
    munmap(address, size);
}

void os_discard(void *address, size_t size) {
    madvise(address, size, MADV_DONTNEED);
}
