/* System.IO.MonoIO: streams over file descriptors. Handles are descriptors; errors are Win32 codes.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/bcl/bcl.h"

enum { FILE_TYPE_UNKNOWN, FILE_TYPE_DISK, FILE_TYPE_CHAR, FILE_TYPE_PIPE };

enum {
    ERROR_ACCESS_DENIED = 5,
    ERROR_INVALID_HANDLE = 6,
    ERROR_WRITE_FAULT = 29,
    ERROR_DISK_FULL = 112,
    ERROR_BROKEN_PIPE = 109
};

static int32_t io_error(void) {
    switch (errno) {
    case EACCES: return ERROR_ACCESS_DENIED;
    case EBADF: return ERROR_INVALID_HANDLE;
    case ENOSPC: return ERROR_DISK_FULL;
    case EPIPE: return ERROR_BROKEN_PIPE;
    default: return ERROR_WRITE_FAULT;
    }
}

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
        *error = io_error();
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
        ssize_t n = write(fd, bytes->data + offset + done, (size_t)(count - done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            *error = io_error();
            break;
        }
        done += (int32_t)n;
    }
    slots[0].i4 = *error ? -1 : done;
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
    do
        n = read((int)slots[0].i8, bytes->data + offset, (size_t)count);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        *error = io_error();
    slots[0].i4 = (int32_t)n;
}

/* Flush and Close(handle, out error): descriptors are not buffered, and the standard ones stay. */
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
        *error = io_error();
    slots[0].i8 = at;
}
