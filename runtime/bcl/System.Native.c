/* System.Native: the entry points of the native library of that name that the class library's files
 * and directories stand on, and Debian's package does not bring. Each leaves errno as the thread's
 * last error when it fails. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

#include "runtime/bcl/bcl_io.h"

/* ---- Errors ---- */

static const struct {
    int32_t platform, pal;
} ERRORS[] = {
#define PAL_ERROR(name, number) {name, number},
#include "runtime/bcl/System.Native.def"
#undef PAL_ERROR
};

#define ERROR_COUNT      (sizeof ERRORS / sizeof *ERRORS)
#define PAL_NOT_STANDARD 0x1FFFF

void bcl_sys_error_to_pal(struct thread *thread, union slot *slots) {
    int32_t platform = slots[0].i4;
    (void)thread;
    slots[0].i4 = platform ? PAL_NOT_STANDARD : 0;
    for (size_t i = 0; i < ERROR_COUNT; i++) {
        if (ERRORS[i].platform == platform)
            slots[0].i4 = ERRORS[i].pal;
    }
}

void bcl_sys_error_to_platform(struct thread *thread, union slot *slots) {
    int32_t pal = slots[0].i4;
    (void)thread;
    slots[0].i4 = pal ? -1 : 0;
    for (size_t i = 0; i < ERROR_COUNT; i++) {
        if (ERRORS[i].pal == pal)
            slots[0].i4 = ERRORS[i].platform;
    }
}

/* StrErrorR(errno, buffer, size): the message, in the buffer. */
void bcl_sys_error_text(struct thread *thread, union slot *slots) {
    char *buffer = slots[1].p;
    (void)thread;
    if (!buffer || slots[2].i4 <= 0) {
        slots[0].p = NULL;
        return;
    }
    snprintf(buffer, (size_t)slots[2].i4, "%s", strerror(slots[0].i4));
    slots[0].p = buffer;
}

void bcl_sys_finish(struct thread *thread, union slot *slots, int result) {
    if (result < 0)
        thread->last_error = errno;
    slots[0].i4 = result;
}

/* ---- Arguments ---- */

int bcl_sys_descriptor(struct object *handle) {
    const intptr_t *value = handle ? bcl_field(handle, "handle") : NULL;
    return value ? (int)*value : -1;
}

/* Calls function(path, ...) with the UTF-8 text of slots[0]. */
#define WITH_PATH(name, call)                                                                      \
    void bcl_sys_##name(struct thread *thread, union slot *slots) {                                \
        char *path = bcl_text(thread, slots[0].p);                                                 \
        if (!path)                                                                                 \
            return;                                                                                \
        bcl_sys_finish(thread, slots, call);                                                       \
        mem_free(path);                                                                            \
    }

/* The same for two paths. */
#define WITH_PATHS(name, function)                                                                 \
    void bcl_sys_##name(struct thread *thread, union slot *slots) {                                \
        char *from = bcl_text(thread, slots[0].p);                                                 \
        char *to = from ? bcl_text(thread, slots[1].p) : NULL;                                     \
        if (to)                                                                                    \
            bcl_sys_finish(thread, slots, function(from, to));                                     \
        mem_free(from);                                                                            \
        mem_free(to);                                                                              \
    }

/* Interop.Sys.UTimBuf and TimeValPair. */
struct pal_utimbuf {
    int64_t access, modification;
};
struct pal_timeval_pair {
    int64_t access_seconds, access_micros, modification_seconds, modification_micros;
};

static int set_times(const char *path, const struct pal_utimbuf *times) {
    struct utimbuf t = {.actime = times->access, .modtime = times->modification};
    return utime(path, &t);
}

static int set_fine_times(const char *path, const struct pal_timeval_pair *times) {
    struct timeval t[2] = {{times->access_seconds, times->access_micros},
                           {times->modification_seconds, times->modification_micros}};
    return utimes(path, t);
}

static int no_flags(const char *path) {
    (void)path;
    errno = ENOTSUP;
    return -1;
}

WITH_PATH(chmod, chmod(path, slots[1].u4))
WITH_PATH(mkdir, mkdir(path, slots[1].u4))
WITH_PATH(rmdir, rmdir(path))
WITH_PATH(unlink, unlink(path))
WITH_PATH(utime, set_times(path, slots[1].p))
WITH_PATH(utimes, set_fine_times(path, slots[1].p))
WITH_PATH(lchflags, no_flags(path))
WITH_PATHS(link, link)
WITH_PATHS(symlink, symlink)
WITH_PATHS(rename, rename)

/* ---- Status ---- */

/* Interop.Sys.FileStatus. */
struct file_status {
    int32_t flags, mode;
    uint32_t uid, gid;
    int64_t size, access, access_nanos, modification, modification_nanos, change, change_nanos,
        birth, birth_nanos, device, inode;
    uint32_t user_flags;
};

static void fill_status(struct file_status *out, const struct stat *st) {
    *out = (struct file_status){.mode = (int32_t)st->st_mode,
                                .uid = st->st_uid,
                                .gid = st->st_gid,
                                .size = st->st_size,
                                .access = st->st_atim.tv_sec,
                                .access_nanos = st->st_atim.tv_nsec,
                                .modification = st->st_mtim.tv_sec,
                                .modification_nanos = st->st_mtim.tv_nsec,
                                .change = st->st_ctim.tv_sec,
                                .change_nanos = st->st_ctim.tv_nsec,
                                .device = (int64_t)st->st_dev,
                                .inode = (int64_t)st->st_ino};
}

/* Stat2 and LStat2(path, out status): the path is a string, or a reference to UTF-8 bytes. */
static void status_of_path(struct thread *thread, union slot *slots,
                           int (*function)(const char *, struct stat *)) {
    bool is_bytes = thread->native_method->params[0]->kind == TYPE_BYREF;
    struct file_status *out = slots[1].p;
    char *text = is_bytes ? NULL : bcl_text(thread, slots[0].p);
    const char *path = is_bytes ? slots[0].p : text;
    struct stat st;
    if (!path)
        return;
    int result = function(path, &st);
    if (result == 0)
        fill_status(out, &st);
    bcl_sys_finish(thread, slots, result);
    mem_free(text);
}

void bcl_sys_stat(struct thread *thread, union slot *slots) {
    status_of_path(thread, slots, stat);
}

void bcl_sys_lstat(struct thread *thread, union slot *slots) {
    status_of_path(thread, slots, lstat);
}

/* FStat2(handle, out status). */
void bcl_sys_fstat(struct thread *thread, union slot *slots) {
    struct stat st;
    int result = fstat(bcl_sys_descriptor(slots[0].o), &st);
    if (result == 0)
        fill_status(slots[1].p, &st);
    bcl_sys_finish(thread, slots, result);
}

/* ReadLink(path, byte[], size): the length of the target, which has no NUL. */
void bcl_sys_readlink(struct thread *thread, union slot *slots) {
    struct array *buffer = slots[1].p;
    char *path = bcl_text(thread, slots[0].p);
    if (!path)
        return;
    size_t size =
        buffer && slots[2].i4 > 0 && slots[2].i4 <= buffer->length ? (size_t)slots[2].i4 : 0;
    errno = EINVAL;
    bcl_sys_finish(thread, slots, size ? (int)readlink(path, (char *)buffer->data, size) : -1);
    mem_free(path);
}

/* CopyFile(source handle, target handle): the bytes and the permissions. */
void bcl_sys_copy_file(struct thread *thread, union slot *slots) {
    int from = bcl_sys_descriptor(slots[0].o), to = bcl_sys_descriptor(slots[1].o);
    struct stat st;
    exec_enter_safe(thread);
    int result = fstat(from, &st);
    if (result == 0)
        result = fchmod(to, st.st_mode & 07777);
    if (result == 0)
        result = bcl_io_copy(from, to);
    exec_leave_safe(thread);
    bcl_sys_finish(thread, slots, result);
}

/* ---- Directories ---- */

/* Interop.Sys.DirectoryEntry; name_length -1: the name ends with a NUL. */
struct directory_entry {
    const char *name;
    int32_t name_length, type;
};

void bcl_sys_open_dir(struct thread *thread, union slot *slots) {
    char *path = bcl_text(thread, slots[0].p);
    if (!path)
        return;
    slots[0].p = opendir(path);
    if (!slots[0].p)
        thread->last_error = errno;
    mem_free(path);
}

void bcl_sys_close_dir(struct thread *thread, union slot *slots) {
    bcl_sys_finish(thread, slots, slots[0].p ? closedir(slots[0].p) : -1);
}

/* ReadDirR(directory, buffer, size, out entry): 0, -1 at the end, or errno. No buffer is wanted,
 * the entry lies in the stream. */
void bcl_sys_read_dir(struct thread *thread, union slot *slots) {
    struct directory_entry *out = slots[3].p;
    (void)thread;
    errno = 0;
    const struct dirent *entry = readdir(slots[0].p);
    if (entry)
        *out = (struct directory_entry){entry->d_name, -1, entry->d_type};
    slots[0].i4 = entry ? 0 : errno ? errno : -1;
}

void bcl_sys_read_dir_buffer(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = 0;
}

/* ---- The rest ---- */

/* GetNonCryptographicallySecureRandomBytes(buffer, length). */
void bcl_sys_random(struct thread *thread, union slot *slots) {
    if (slots[1].i4 > 0 && !bcl_random_bytes(slots[0].p, (size_t)slots[1].i4))
        exec_throw(thread, "InvalidOperationException", "no random bytes");
}

void bcl_sys_effective_user(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].u4 = geteuid();
}

void bcl_sys_effective_group(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].u4 = getegid();
}
