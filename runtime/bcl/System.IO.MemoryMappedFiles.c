/* System.IO.MemoryMappedFiles over mmap. Names of mappings are not known to other processes, nor
 * looked for: each mapping is its own. */
#define _GNU_SOURCE /* memfd_create */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/bcl/bcl_io.h"

/* What the managed side turns into exceptions. */
enum {
    MAP_OK,
    MAP_BAD_CAPACITY,
    MAP_CAPACITY_TOO_SMALL,
    MAP_NOT_FOUND,
    MAP_EXISTS,
    MAP_PATH_TOO_LONG,
    MAP_CANNOT_OPEN,
    MAP_CAPACITY_NOT_POSITIVE,
    MAP_BAD_MODE,
    MAP_NO_MEMORY,
    MAP_ACCESS_DENIED
};

/* System.IO.MemoryMappedFiles.MemoryMappedFileAccess */
enum { READ_WRITE, READ, WRITE, COPY_ON_WRITE, READ_EXECUTE, READ_WRITE_EXECUTE, ACCESS_COUNT };

/* What a handle points to. */
struct mapping {
    int fd;
};

struct view {
    void *address;
    size_t size;
};

static int32_t open_error(void) {
    switch (errno) {
    case ENOENT:
    case ENOTDIR: return MAP_NOT_FOUND;
    case EEXIST: return MAP_EXISTS;
    case ENAMETOOLONG: return MAP_PATH_TOO_LONG;
    case EACCES:
    case EPERM: return MAP_ACCESS_DENIED;
    default: return MAP_CANNOT_OPEN;
    }
}

/* Lets the file be of *capacity bytes, or *capacity what the file has. */
static int32_t fit(int fd, int32_t access, int64_t *capacity) {
    struct stat st;
    if (fstat(fd, &st) != 0)
        return MAP_CANNOT_OPEN;
    if (*capacity == 0)
        *capacity = st.st_size;
    if (*capacity == 0)
        return S_ISREG(st.st_mode) && st.st_nlink > 0 ? MAP_BAD_CAPACITY
                                                      : MAP_CAPACITY_NOT_POSITIVE;
    if (S_ISREG(st.st_mode) && *capacity < st.st_size)
        return MAP_CAPACITY_TOO_SMALL;
    if (*capacity == st.st_size)
        return MAP_OK;
    if (access == READ || access == READ_EXECUTE)
        return MAP_CAPACITY_TOO_SMALL;
    return ftruncate(fd, *capacity) == 0 ? MAP_OK : MAP_BAD_CAPACITY;
}

/* Takes the descriptor over; NULL with *error, the descriptor is closed then. */
static struct mapping *new_mapping(struct thread *thread, int fd, int32_t access, int64_t *capacity,
                                   int32_t *error) {
    struct mapping *mapping = NULL;
    *error = fit(fd, access, capacity);
    if (*error == MAP_OK && !(mapping = bcl_native_alloc(thread->rt, sizeof *mapping)))
        *error = MAP_NO_MEMORY;
    if (mapping)
        mapping->fd = fd;
    else
        close(fd);
    return mapping;
}

static int open_flags(int32_t mode, int32_t access) {
    static const int by_mode[] = {[1] = O_CREAT | O_EXCL, [2] = O_CREAT | O_TRUNC, [3] = 0,
                                  [4] = O_CREAT,          [5] = O_TRUNC,           [6] = O_CREAT};
    bool reads = access == READ || access == READ_EXECUTE || access == COPY_ON_WRITE;
    if (mode < 1 || mode > 6)
        return -1;
    return by_mode[mode] | (reads ? O_RDONLY : O_RDWR) | O_CLOEXEC;
}

/* OpenFileInternal(path or null, length, mode, name, length, ref capacity, access, options, out
 * error): a handle, 0 with an error. */
void bcl_map_open_file(struct thread *thread, union slot *slots) {
    int64_t *capacity = slots[5].p;
    int32_t *error = slots[8].p, access = slots[6].i4;
    int flags = open_flags(slots[2].i4, access), fd = -1;
    char *path = slots[0].p ? exec_utf16_to_utf8(slots[0].p, slots[1].i4) : NULL;
    if (slots[0].p && !path) {
        exec_throw_object(thread, thread->out_of_memory);
        return;
    }
    errno = EINVAL;
    if (!path) {
        fd = memfd_create("claret", MFD_CLOEXEC);
        access = READ_WRITE;
    } else if (flags >= 0) {
        fd = open(path, flags, 0666);
    }
    mem_free(path);
    *error = fd < 0 ? open_error() : MAP_OK;
    slots[0].p = fd < 0 ? NULL : new_mapping(thread, fd, access, capacity, error);
}

/* OpenHandleInternal(file handle, name, length, ref capacity, access, options, out error). */
void bcl_map_open_handle(struct thread *thread, union slot *slots) {
    int64_t *capacity = slots[3].p;
    int32_t *error = slots[6].p;
    int fd = fcntl((int)slots[0].i8, F_DUPFD_CLOEXEC, 0);
    *error = fd < 0 ? open_error() : MAP_OK;
    slots[0].p = fd < 0 ? NULL : new_mapping(thread, fd, slots[4].i4, capacity, error);
}

void bcl_map_close(struct thread *thread, union slot *slots) {
    struct mapping *mapping = slots[0].p;
    if (mapping)
        close(mapping->fd);
    bcl_native_free(thread->rt, mapping);
}

/* ConfigureHandleInheritability(handle, inheritability 1: children have it). */
void bcl_map_inherit(struct thread *thread, union slot *slots) {
    const struct mapping *mapping = slots[0].p;
    (void)thread;
    (void)!fcntl(mapping->fd, F_SETFD, slots[1].i4 ? 0 : FD_CLOEXEC);
}

/* MapInternal(handle, offset, ref size, access, out view, out address): an error. A size of 0 goes
 * to the end; the view begins at the page in which the offset lies. */
void bcl_map_view(struct thread *thread, union slot *slots) {
    static const int protections[ACCESS_COUNT] = {PROT_READ | PROT_WRITE,
                                                  PROT_READ,
                                                  PROT_WRITE,
                                                  PROT_READ | PROT_WRITE,
                                                  PROT_READ | PROT_EXEC,
                                                  PROT_READ | PROT_WRITE | PROT_EXEC};
    const struct mapping *mapping = slots[0].p;
    int64_t offset = slots[1].i8, *size = slots[2].p;
    uint32_t access = slots[3].u4;
    struct view **out = slots[4].p;
    char **address = slots[5].p;
    struct stat st;
    slots[0].i4 = MAP_ACCESS_DENIED;
    if (access >= ACCESS_COUNT || offset < 0 || fstat(mapping->fd, &st) != 0)
        return;
    if (*size == 0)
        *size = st.st_size - offset;
    if (*size <= 0 || *size > st.st_size - offset)
        return;
    int64_t before = offset % sysconf(_SC_PAGESIZE);
    struct view *view = bcl_native_alloc(thread->rt, sizeof *view);
    if (!view) {
        slots[0].i4 = MAP_NO_MEMORY;
        return;
    }
    view->size = (size_t)(*size + before);
    view->address =
        mmap(NULL, view->size, protections[access],
             access == COPY_ON_WRITE ? MAP_PRIVATE : MAP_SHARED, mapping->fd, offset - before);
    if (view->address == MAP_FAILED) {
        slots[0].i4 = errno == EACCES ? MAP_ACCESS_DENIED : MAP_NO_MEMORY;
        bcl_native_free(thread->rt, view);
        return;
    }
    *out = view;
    *address = (char *)view->address + before;
    slots[0].i4 = MAP_OK;
}

void bcl_map_flush(struct thread *thread, union slot *slots) {
    const struct view *view = slots[0].p;
    exec_enter_safe(thread);
    if (view)
        (void)!msync(view->address, view->size, MS_SYNC);
    exec_leave_safe(thread);
}

/* Unmap(view): a bool. */
void bcl_map_unmap(struct thread *thread, union slot *slots) {
    struct view *view = slots[0].p;
    bool ok = view && munmap(view->address, view->size) == 0;
    bcl_native_free(thread->rt, view);
    slots[0].i4 = ok;
}
