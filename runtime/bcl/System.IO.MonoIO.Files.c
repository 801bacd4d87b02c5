/* System.IO.MonoIO: files and folders by their paths, and pipes. Times are Windows' file
 * times, attributes System.IO.FileAttributes. */
#define _GNU_SOURCE /* pipe2 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/bcl/bcl_io.h"

enum {
    ATTRIBUTE_READ_ONLY = 0x1,
    ATTRIBUTE_HIDDEN = 0x2,
    ATTRIBUTE_DIRECTORY = 0x10,
    ATTRIBUTE_NORMAL = 0x80,
    ATTRIBUTE_REPARSE_POINT = 0x400
};

/* Calls function(path, ...) with the text of slots[0]; error is the slot of the out parameter. */
#define WITH_PATH(name, error, call)                                                               \
    void bcl_io_##name(struct thread *thread, union slot *slots) {                                 \
        char *path = bcl_io_path(thread, slots[0].p);                                              \
        if (path)                                                                                  \
            bcl_io_finish(slots, call, slots[error].p);                                            \
        mem_free(path);                                                                            \
    }

/* ---- Attributes and times ---- */

static int32_t attributes_of(const char *path, const struct stat *st, bool is_link) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    int32_t attributes = is_link ? ATTRIBUTE_REPARSE_POINT : 0;
    if (S_ISDIR(st->st_mode))
        attributes |= ATTRIBUTE_DIRECTORY;
    if (access(path, W_OK) != 0 && errno == EACCES)
        attributes |= ATTRIBUTE_READ_ONLY;
    if (name[0] == '.' && name[1] && strcmp(name, "..") != 0)
        attributes |= ATTRIBUTE_HIDDEN;
    return attributes ? attributes : ATTRIBUTE_NORMAL;
}

/* A path's attributes; false with errno set. A link counts as what it leads to. */
static bool read_attributes(const char *path, struct stat *st, int32_t *attributes) {
    struct stat link;
    if (lstat(path, &link) != 0)
        return false;
    if (stat(path, st) != 0)
        *st = link;
    *attributes = attributes_of(path, st, S_ISLNK(link.st_mode));
    return true;
}

/* 100 ns since 1601, and back. */
#define EPOCH INT64_C(116444736000000000)

static int64_t file_time(struct timespec time) {
    return EPOCH + (int64_t)time.tv_sec * 10000000 + time.tv_nsec / 100;
}

static struct timespec unix_time(int64_t time) {
    int64_t ticks = time - EPOCH, seconds = ticks / 10000000, rest = ticks % 10000000;
    if (time < 0) /* leave it as it is */
        return (struct timespec){.tv_nsec = UTIME_OMIT};
    if (rest < 0) {
        seconds--;
        rest += 10000000;
    }
    return (struct timespec){.tv_sec = seconds, .tv_nsec = rest * 100};
}

/* GetFileAttributes(path, out error). */
void bcl_io_get_attributes(struct thread *thread, union slot *slots) {
    char *path = bcl_io_path(thread, slots[0].p);
    int32_t *error = slots[1].p, attributes = -1;
    struct stat st;
    if (!path)
        return;
    *error = read_attributes(path, &st, &attributes) ? 0 : bcl_io_error();
    slots[0].i4 = attributes;
    mem_free(path);
}

/* System.IO.MonoIOStat. */
struct io_stat {
    int32_t attributes;
    int64_t length, creation, last_access, last_write;
};

/* GetFileStat(path, out stat, out error). Unix keeps no time of creation: the oldest that it has.
 */
void bcl_io_stat(struct thread *thread, union slot *slots) {
    char *path = bcl_io_path(thread, slots[0].p);
    struct io_stat *out = slots[1].p;
    int32_t attributes;
    struct stat st;
    if (!path)
        return;
    bool ok = read_attributes(path, &st, &attributes);
    if (ok) {
        int64_t changed = file_time(st.st_ctim), written = file_time(st.st_mtim);
        *out = (struct io_stat){.attributes = attributes,
                                .length = S_ISDIR(st.st_mode) ? 0 : st.st_size,
                                .creation = changed < written ? changed : written,
                                .last_access = file_time(st.st_atim),
                                .last_write = written};
    }
    bcl_io_finish(slots, ok ? 0 : -1, slots[2].p);
    mem_free(path);
}

/* SetFileTime(handle, creation, last access, last write, out error): negative ones stay. */
void bcl_io_set_times(struct thread *thread, union slot *slots) {
    struct timespec times[2] = {unix_time(slots[2].i8), unix_time(slots[3].i8)};
    (void)thread;
    bcl_io_finish(slots, futimens((int)slots[0].i8, times), slots[4].p);
}

/* ---- Files and folders ---- */

static int delete_file(const char *path) {
    struct stat st;
    if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        errno = EACCES;
        return -1;
    }
    return unlink(path);
}

WITH_PATH(create_directory, 1, mkdir(path, 0777))
WITH_PATH(remove_directory, 1, rmdir(path))
WITH_PATH(delete_file, 1, delete_file(path))

int bcl_io_copy(int from, int to) {
    char buffer[16384];
    for (;;) {
        ssize_t size = read(from, buffer, sizeof buffer);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return (int)size;
        for (ssize_t done = 0; done < size;) {
            ssize_t n = write(to, buffer + done, (size_t)(size - done));
            if (n < 0 && errno != EINTR)
                return -1;
            done += n > 0 ? n : 0;
        }
    }
}

/* The content, the permissions and the times. */
static int copy_file(const char *from, const char *to, bool overwrite) {
    struct stat st, other;
    int source = open(from, O_RDONLY | O_CLOEXEC), target = -1, result = -1;
    if (source < 0 || fstat(source, &st) != 0)
        goto cleanup;
    if (stat(to, &other) == 0 && other.st_dev == st.st_dev && other.st_ino == st.st_ino) {
        errno = overwrite ? EBUSY : EEXIST;
        goto cleanup;
    }
    if (S_ISDIR(st.st_mode)) {
        errno = EACCES;
        goto cleanup;
    }
    target = open(to, O_WRONLY | O_CREAT | O_CLOEXEC | (overwrite ? O_TRUNC : O_EXCL),
                  st.st_mode & 07777);
    if (target < 0)
        goto cleanup;
    result = bcl_io_copy(source, target);
    if (result == 0)
        result = futimens(target, (struct timespec[2]){st.st_atim, st.st_mtim});
cleanup:
    if (source >= 0)
        close(source);
    if (target >= 0)
        close(target);
    return result;
}

/* rename, which also crosses file systems and never replaces a file. */
static int move_file(const char *from, const char *to) {
    struct stat st;
    if (lstat(from, &st) == 0 && lstat(to, &st) == 0) {
        errno = EEXIST;
        return -1;
    }
    if (rename(from, to) == 0)
        return 0;
    return errno == EXDEV && copy_file(from, to, false) == 0 ? unlink(from) : -1;
}

static int replace_file(const char *from, const char *to, const char *backup) {
    struct stat st;
    if (stat(from, &st) != 0 || stat(to, &st) != 0)
        return -1;
    if (backup && rename(to, backup) != 0)
        return -1;
    if (rename(from, to) == 0)
        return 0;
    int error = errno;
    if (backup)
        (void)!rename(backup, to); /* as it was, as far as that can be had */
    errno = error;
    return -1;
}

/* MoveFile(from, to, out error), CopyFile(from, to, overwrite, out error). */
void bcl_io_move_file(struct thread *thread, union slot *slots) {
    char *from = bcl_io_path(thread, slots[0].p);
    char *to = from ? bcl_io_path(thread, slots[1].p) : NULL;
    if (to)
        bcl_io_finish(slots, move_file(from, to), slots[2].p);
    mem_free(from);
    mem_free(to);
}

void bcl_io_copy_file(struct thread *thread, union slot *slots) {
    bool overwrite = slots[2].i4 != 0;
    int32_t *error = slots[3].p;
    char *from = bcl_io_path(thread, slots[0].p);
    char *to = from ? bcl_io_path(thread, slots[1].p) : NULL;
    if (to) {
        exec_enter_safe(thread);
        int result = copy_file(from, to, overwrite);
        exec_leave_safe(thread);
        bcl_io_finish(slots, result, error);
        if (*error == IO_FILE_EXISTS)
            *error = IO_ALREADY_EXISTS;
    }
    mem_free(from);
    mem_free(to);
}

/* ReplaceFile(from, to, backup or null, ignore metadata errors, out error). */
void bcl_io_replace_file(struct thread *thread, union slot *slots) {
    char *from = bcl_io_path(thread, slots[0].p);
    char *to = from ? bcl_io_path(thread, slots[1].p) : NULL;
    char *backup = to && slots[2].p ? bcl_io_path(thread, slots[2].p) : NULL;
    if (to && (backup || !slots[2].p))
        bcl_io_finish(slots, replace_file(from, to, backup), slots[4].p);
    mem_free(from);
    mem_free(to);
    mem_free(backup);
}

/* ---- Searching ---- */

/* A search under way: the pattern follows the folder and its slash in the same text. */
struct search {
    DIR *folder;
    char *pattern;
    char path[];
};

static void search_close(struct runtime *rt, struct search *search) {
    if (search->folder)
        closedir(search->folder);
    bcl_native_free(rt, search);
}

/* The next match: its name and attributes. False with an error number. */
static bool search_next(struct thread *thread, struct search *search, struct string **name,
                        int32_t *attributes, int32_t *error) {
    struct dirent *entry;
    struct stat st;
    while (errno = 0, (entry = readdir(search->folder))) {
        if (fnmatch(search->pattern, entry->d_name, 0) != 0)
            continue;
        if (fstatat(dirfd(search->folder), entry->d_name, &st, 0) != 0 &&
            fstatat(dirfd(search->folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        *attributes = attributes_of(entry->d_name, &st, entry->d_type == DT_LNK);
        *name = bcl_string(thread, entry->d_name);
        *error = 0;
        return *name != NULL;
    }
    *error = errno ? bcl_io_error() : IO_NO_MORE_FILES;
    return false;
}

/* FindFirstFile(folder/pattern, out name, out attributes, out error): a handle or -1. */
void bcl_io_find_first(struct thread *thread, union slot *slots) {
    int32_t *error = slots[3].p;
    char *text = bcl_io_path(thread, slots[0].p);
    size_t size = text ? strlen(text) + 1 : 0;
    struct search *search =
        text ? bcl_native_alloc(thread->rt, sizeof *search + size + sizeof "./") : NULL;
    slots[0].i8 = -1;
    if (!search) {
        if (text)
            exec_throw_object(thread, thread->out_of_memory);
        mem_free(text);
        return;
    }
    snprintf(search->path, size + sizeof "./", "%s%s", strchr(text, '/') ? "" : "./", text);
    mem_free(text);
    search->pattern = strrchr(search->path, '/');
    *search->pattern++ = '\0';
    search->folder = opendir(search->path[0] ? search->path : "/");
    if (!search->folder)
        *error = errno == ENOENT ? IO_PATH_NOT_FOUND : bcl_io_error();
    else if (search_next(thread, search, slots[1].p, slots[2].p, error)) {
        slots[0].p = search;
        return;
    } else if (*error == IO_NO_MORE_FILES)
        *error = IO_FILE_NOT_FOUND;
    search_close(thread->rt, search);
}

/* FindNextFile(handle, out name, out attributes, out error), FindCloseFile(handle). */
void bcl_io_find_next(struct thread *thread, union slot *slots) {
    slots[0].i4 = search_next(thread, slots[0].p, slots[1].p, slots[2].p, slots[3].p);
}

void bcl_io_find_close(struct thread *thread, union slot *slots) {
    if (slots[0].p && slots[0].i8 != -1)
        search_close(thread->rt, slots[0].p);
    slots[0].i4 = 1;
}

/* ---- Handles ---- */

/* CreatePipe(out read end, out write end, out error). */
void bcl_io_create_pipe(struct thread *thread, union slot *slots) {
    int64_t *read_end = slots[0].p, *write_end = slots[1].p;
    int ends[2];
    (void)thread;
    int result = pipe2(ends, O_CLOEXEC);
    if (result == 0) {
        *read_end = ends[0];
        *write_end = ends[1];
    }
    bcl_io_finish(slots, result, slots[2].p);
}

/* DuplicateHandle(source process, source, target process, out target, access, inherit, options, out
 * error): processes' handles, and descriptors of this process. */
void bcl_io_duplicate(struct thread *thread, union slot *slots) {
    enum { CLOSE_SOURCE = 1 };
    int64_t *target = slots[3].p;
    int source = (int)slots[1].i8;
    bool inherit = slots[5].i4 != 0, close_source = (slots[6].i4 & CLOSE_SOURCE) != 0;
    int32_t *error = slots[7].p;
    if (bcl_process_duplicate(thread, slots[1].i8, target)) {
        *error = *target ? 0 : IO_INVALID_HANDLE;
        slots[0].i4 = *target != 0;
        return;
    }
    int copy = fcntl(source, inherit ? F_DUPFD : F_DUPFD_CLOEXEC, 0);
    if (copy >= 0) {
        *target = copy;
        if (close_source)
            close(source);
    }
    bcl_io_finish(slots, copy, error);
}

/* Cancel(handle, out error): reads and writes wait in the kernel, which cannot be told. */
void bcl_io_cancel(struct thread *thread, union slot *slots) {
    (void)thread;
    *(int32_t *)slots[1].p = IO_INVALID_HANDLE;
    slots[0].i4 = 0;
}
