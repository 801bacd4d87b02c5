/* What the natives for files, pipes and processes share. Internal to runtime/bcl/. */
#ifndef CLARET_BCL_IO_H
#define CLARET_BCL_IO_H

#include "runtime/bcl/bcl.h"

/* System.IO.MonoIOError: Win32's numbers. */
enum {
    IO_FILE_NOT_FOUND = 2,
    IO_PATH_NOT_FOUND = 3,
    IO_TOO_MANY_OPEN_FILES = 4,
    IO_ACCESS_DENIED = 5,
    IO_INVALID_HANDLE = 6,
    IO_NOT_SAME_DEVICE = 17,
    IO_NO_MORE_FILES = 18,
    IO_WRITE_FAULT = 29,
    IO_SHARING_VIOLATION = 32,
    IO_FILE_EXISTS = 80,
    IO_INVALID_PARAMETER = 87,
    IO_BROKEN_PIPE = 109,
    IO_DISK_FULL = 112,
    IO_DIR_NOT_EMPTY = 145,
    IO_ALREADY_EXISTS = 183,
    IO_FILENAME_EXCED_RANGE = 206,
    IO_CANNOT_RESOLVE_FILENAME = 1921
};

/* What errno means in those numbers. */
int32_t bcl_io_error(void);

/* UTF-8 text of UTF-16 units up to the NUL, a mem_ block; NULL with an exception pending (for NULL
 * units: ArgumentNullException). */
char *bcl_io_path(struct thread *thread, const uint16_t *chars);

/* Ends a call that gives -1 and errno on failure: *error, and a bool in slots[0]. */
void bcl_io_finish(union slot *slots, int result, int32_t *error);

/* Copies all that is left in descriptor from to descriptor to; -1 with errno set when it fails. May
 * block: the caller is safe for collections. */
int bcl_io_copy(int from, int to);

/* System.IO.MonoIO.c: waits until a pipe or a terminal can be read (POLLIN) or written (POLLOUT),
 * so that the thread can be asked to end meanwhile; files always can. False with an exception
 * pending.
 */
bool bcl_io_wait_for(struct thread *thread, int fd, short events);

/* System.Native.c: the result of a call that gives -1 and errno on failure, which becomes the
 * thread's last error; the descriptor of a SafeHandle, -1 for null; a system's error number in
 * slots[0] as an Interop.Error. */
void bcl_sys_finish(struct thread *thread, union slot *slots, int result);
int bcl_sys_descriptor(struct object *handle);
void bcl_sys_error_to_pal(struct thread *thread, union slot *slots);

/* System.Diagnostics.Process.c: whether the handle is a process's; then *out is what
 * DuplicateHandle makes of it, 0 with an exception pending or when that cannot be had. */
bool bcl_process_duplicate(struct thread *thread, int64_t handle, int64_t *out);

/* System.Security.c: fills the buffer from the kernel's random source; false when there is none. */
bool bcl_random_bytes(void *buffer, size_t length);

#endif
