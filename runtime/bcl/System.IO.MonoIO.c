/* System.IO.MonoIO: streams over file descriptors. Handles are descriptors; errors are Win32 codes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/bcl/bcl_io.h"
#include "runtime/bcl/bcl_open_files.h"

enum { FILE_TYPE_UNKNOWN, FILE_TYPE_DISK, FILE_TYPE_CHAR, FILE_TYPE_PIPE };

int32_t bcl_io_error(void) {
    switch (errno) {
    case ENOENT: return IO_FILE_NOT_FOUND;
    case ENOTDIR: return IO_PATH_NOT_FOUND;
    case EMFILE:
    case ENFILE: return IO_TOO_MANY_OPEN_FILES;
    case EPERM:
    case EROFS:
    case EISDIR:
    case EACCES: return IO_ACCESS_DENIED;
    case EBADF: return IO_INVALID_HANDLE;
    case EEXIST: return IO_FILE_EXISTS;
    case EINVAL: return IO_INVALID_PARAMETER;
    case EXDEV: return IO_NOT_SAME_DEVICE;
    case ENOTEMPTY: return IO_DIR_NOT_EMPTY;
    case EAGAIN:
    case EBUSY:
    case ETXTBSY: return IO_SHARING_VIOLATION;
    case ENAMETOOLONG: return IO_FILENAME_EXCED_RANGE;
    case ENOSPC: return IO_DISK_FULL;
    case EPIPE: return IO_BROKEN_PIPE;
    case ELOOP: return IO_CANNOT_RESOLVE_FILENAME;
    default: return IO_WRITE_FAULT;
    }
}

#define SEPARATOR(name, character)                                                                 \
    void bcl_io_##name(struct thread *thread, union slot *slots) {                                 \
        (void)thread;                                                                              \
        slots[0].i4 = (character);                                                                 \
    }
SEPARATOR(volume_separator, '/')
SEPARATOR(directory_separator, '/')
SEPARATOR(path_separator, ':')

/* ---- Opening ---- */

enum {
    MODE_CREATE_NEW = 1,
    MODE_CREATE,
    MODE_OPEN,
    MODE_OPEN_OR_CREATE,
    MODE_TRUNCATE,
    MODE_APPEND
};

char *bcl_io_path(struct thread *thread, const uint16_t *chars) {
    int32_t length = 0;
    if (!bcl_check(thread, chars))
        return NULL;
    while (chars[length])
        length++;
    char *path = exec_utf16_to_utf8(chars, length);
    if (!path)
        exec_throw_object(thread, thread->out_of_memory);
    return path;
}

static int open_flags(int32_t mode, int32_t access) {
    static const int by_mode[] = {[MODE_CREATE_NEW] = O_CREAT | O_EXCL,
                                  [MODE_CREATE] = O_CREAT | O_TRUNC,
                                  [MODE_OPEN] = 0,
                                  [MODE_OPEN_OR_CREATE] = O_CREAT,
                                  [MODE_TRUNCATE] = O_TRUNC,
                                  [MODE_APPEND] = O_CREAT};
    static const int by_access[] = {[1] = O_RDONLY, [2] = O_WRONLY, [3] = O_RDWR};
    if (mode < MODE_CREATE_NEW || mode > MODE_APPEND || access < 1 || access > 3)
        return -1;
    return by_mode[mode] | by_access[access] | O_CLOEXEC;
}

/* Whether it is the folder of a missing file that is missing; cuts the path. */
static bool folder_is_missing(char *path) {
    struct stat st;
    char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return false;
    *slash = '\0';
    return stat(path, &st) != 0;
}

static int open_file(struct runtime *rt, const char *path, int32_t mode, int32_t access,
                     int32_t share, int32_t options) {
    int flags = open_flags(mode, access);
    struct stat st;
    if (flags < 0) {
        errno = EINVAL;
        return -1;
    }
    int fd = bcl_files_open(rt, path, flags, access, share, options);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        bcl_files_close(rt, fd);
        errno = EISDIR;
        return -1;
    }
    return fd;
}

/* Open(path, mode, access, share, options, out error): a descriptor or -1. */
void bcl_io_open(struct thread *thread, union slot *slots) {
    int32_t *error = slots[5].p;
    char *path = bcl_io_path(thread, slots[0].p);
    if (!path)
        return;
    int32_t mode = slots[1].i4, access = slots[2].i4, share = slots[3].i4, options = slots[4].i4;
    exec_enter_safe(thread); /* a FIFO waits for its other end */
    int fd = open_file(thread->rt, path, mode, access, share, options);
    exec_leave_safe(thread);
    *error = fd < 0 ? bcl_io_error() : 0;
    if (*error == IO_FILE_NOT_FOUND && folder_is_missing(path))
        *error = IO_PATH_NOT_FOUND;
    mem_free(path);
    slots[0].i8 = fd;
}

void bcl_io_finish(union slot *slots, int result, int32_t *error) {
    *error = result < 0 ? bcl_io_error() : 0;
    slots[0].i4 = result >= 0;
}

/* Close(handle, out error): the standard descriptors stay open, native code has them too. */
void bcl_io_close(struct thread *thread, union slot *slots) {
    int fd = (int)slots[0].i8;
    int result = 0;
    exec_enter_safe(thread);
    if (fd > STDERR_FILENO)
        result = bcl_files_close(thread->rt, fd);
    exec_leave_safe(thread);
    bcl_io_finish(slots, result, slots[1].p);
}

/* GetLength(handle, out error), SetLength(handle, length, out error). */
void bcl_io_get_length(struct thread *thread, union slot *slots) {
    struct stat st;
    int32_t *error = slots[1].p;
    (void)thread;
    *error = fstat((int)slots[0].i8, &st) != 0 ? bcl_io_error() : 0;
    slots[0].i8 = *error ? -1 : st.st_size;
}

void bcl_io_set_length(struct thread *thread, union slot *slots) {
    (void)thread;
    bcl_io_finish(slots, ftruncate((int)slots[0].i8, slots[1].i8), slots[2].p);
}

/* Lock and Unlock(handle, position, length, out error). */
static void lock(union slot *slots, short type) {
    struct flock range = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = slots[1].i8, .l_len = slots[2].i8};
    bcl_io_finish(slots, fcntl((int)slots[0].i8, F_SETLK, &range), slots[3].p);
}

void bcl_io_lock(struct thread *thread, union slot *slots) {
    (void)thread;
    lock(slots, F_WRLCK);
}

void bcl_io_unlock(struct thread *thread, union slot *slots) {
    (void)thread;
    lock(slots, F_UNLCK);
}

/* GetCurrentDirectory(out error), SetCurrentDirectory(path, out error). */
void bcl_io_current_directory(struct thread *thread, union slot *slots) {
    char path[4096];
    int32_t *error = slots[0].p;
    *error = getcwd(path, sizeof path) ? 0 : bcl_io_error();
    slots[0].p = *error ? NULL : bcl_string(thread, path);
}

void bcl_io_set_current_directory(struct thread *thread, union slot *slots) {
    char *path = bcl_io_path(thread, slots[0].p);
    if (path)
        bcl_io_finish(slots, chdir(path), slots[1].p);
    mem_free(path);
}

/* SetFileAttributes(path, attributes, out error): read-only, and Mono's own bit for executable. */
void bcl_io_set_attributes(struct thread *thread, union slot *slots) {
    enum { ATTRIBUTE_READ_ONLY = 1 };
    const uint32_t attribute_executable = 0x80000000u;
    uint32_t attributes = slots[1].u4;
    char *path = bcl_io_path(thread, slots[0].p);
    struct stat st;
    if (!path)
        return;
    int result = stat(path, &st);
    if (result == 0) {
        mode_t mode = st.st_mode & 07777;
        mode = attributes & ATTRIBUTE_READ_ONLY ? mode & ~(mode_t)0222 : mode | S_IWUSR;
        if (attributes & attribute_executable) /* for whoever may read it */
            mode |= (mode & 0444) >> 2;
        result = chmod(path, mode);
    }
    bcl_io_finish(slots, result, slots[2].p);
    mem_free(path);
}

/* ---- Streams ---- */

void bcl_io_console_output(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i8 = STDOUT_FILENO;
}
void bcl_io_console_input(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i8 = STDIN_FILENO;
}
void bcl_io_console_error(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i8 = STDERR_FILENO;
}

/* GetFileType(handle, out error). */
void bcl_io_file_type(struct thread *thread, union slot *slots) {
    struct stat st;
    int32_t *error = slots[1].p;
    (void)thread;
    *error = 0;
    if (fstat((int)slots[0].i8, &st) != 0) {
        *error = bcl_io_error();
        slots[0].i4 = FILE_TYPE_UNKNOWN;
    } else {
        slots[0].i4 = S_ISREG(st.st_mode)                            ? FILE_TYPE_DISK
                      : S_ISCHR(st.st_mode)                          ? FILE_TYPE_CHAR
                      : S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ? FILE_TYPE_PIPE
                                                                     : FILE_TYPE_UNKNOWN;
    }
}

/* Write(handle, bytes, offset, count, out error): bytes written, -1 on error. Standard output is
 * shared with native plug-ins, so what they have buffered goes first. */
void bcl_io_write(struct thread *thread, union slot *slots) {
    const struct array *bytes = slots[1].p;
    int32_t offset = slots[2].i4, count = slots[3].i4, done = 0;
    int32_t *error = slots[4].p;
    int fd = (int)slots[0].i8;
    *error = 0;
    if (offset < 0 || count < 0 || offset > bytes->length - count) {
        exec_throw(thread, "ArgumentOutOfRangeException", NULL);
        return;
    }
    if (fd == STDOUT_FILENO)
        fflush(stdout);
    while (done < count) {
        exec_enter_safe(thread);
        ssize_t n = write(fd, bytes->data + offset + done, (size_t)(count - done));
        exec_leave_safe(thread);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            *error = bcl_io_error();
            break;
        }
        done += (int32_t)n;
    }
    slots[0].i4 = *error ? -1 : done;
}

bool bcl_io_wait_for(struct thread *thread, int fd, short events) {
    struct stat st;
    if (fstat(fd, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
        return true;
    while (!exec_take_requests(thread, false)) {
        if (exec_park_at(thread, fd, events, WAIT_FOREVER) != 0)
            return true;
    }
    return false;
}

/* Read(handle, bytes, offset, count, out error). */
void bcl_io_read(struct thread *thread, union slot *slots) {
    struct array *bytes = slots[1].p;
    int32_t offset = slots[2].i4, count = slots[3].i4;
    int32_t *error = slots[4].p;
    ssize_t n;
    *error = 0;
    if (offset < 0 || count < 0 || offset > bytes->length - count) {
        exec_throw(thread, "ArgumentOutOfRangeException", NULL);
        return;
    }
    int fd = (int)slots[0].i8;
    if (!bcl_io_wait_for(thread, fd, POLLIN))
        return;
    exec_enter_safe(thread);
    do
        n = read(fd, bytes->data + offset, (size_t)count);
    while (n < 0 && errno == EINTR);
    exec_leave_safe(thread);
    if (n < 0)
        *error = bcl_io_error();
    slots[0].i4 = (int32_t)n;
}

/* Flush(handle, out error): descriptors are not buffered. */
void bcl_io_flush(struct thread *thread, union slot *slots) {
    (void)thread;
    *(int32_t *)slots[1].p = 0;
    slots[0].i4 = 1;
}

/* Seek(handle, offset, origin 0 begin 1 current 2 end, out error). */
void bcl_io_seek(struct thread *thread, union slot *slots) {
    static const int whence[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    int32_t *error = slots[3].p;
    (void)thread;
    *error = 0;
    off_t at = slots[2].u4 > 2 ? -1 : lseek((int)slots[0].i8, slots[1].i8, whence[slots[2].u4]);
    if (at < 0)
        *error = bcl_io_error();
    slots[0].i8 = at;
}
