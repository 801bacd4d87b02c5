#include "runtime/bcl/bcl_open_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/bcl/bcl_state.h"

enum { OPTION_DELETE_ON_CLOSE = 0x4000000 }; /* System.IO.FileOptions */
enum { SHARE_NONE = 0, SHARE_MASK = 3 };     /* System.IO.FileShare */

struct open_file {
    int fd;
    dev_t device;
    ino_t inode;
    int32_t share;
    char *delete_path; /* to be removed when it is closed; or NULL */
};

struct bcl_open_files {
    pthread_mutex_t lock;
    struct open_file *items;
    uint32_t count, capacity;
};

bool bcl_files_start(struct runtime *rt) {
    struct bcl_open_files *files = mem_calloc(1, sizeof *files);
    if (!files)
        return false;
    pthread_mutex_init(&files->lock, NULL);
    rt->bcl->files = files;
    return true;
}

/* Under the lock. */
static void forget(struct bcl_open_files *files, uint32_t i) {
    if (files->items[i].delete_path)
        unlink(files->items[i].delete_path);
    mem_free(files->items[i].delete_path);
    files->items[i] = files->items[--files->count];
}

void bcl_files_stop(struct runtime *rt) {
    struct bcl_open_files *files = rt->bcl->files;
    if (!files)
        return;
    while (files->count)
        forget(files, 0);
    pthread_mutex_destroy(&files->lock);
    mem_free(files->items);
    mem_free(files);
}

/* Whether everybody who has the file open allows this, and this allows that they have. What they do
 * is not looked at: the class library copies files that somebody is writing. */
static bool may_share(const struct bcl_open_files *files, const struct stat *st, int32_t access,
                      int32_t share) {
    for (uint32_t i = 0; i < files->count; i++) {
        const struct open_file *f = &files->items[i];
        if (f->device == st->st_dev && f->inode == st->st_ino &&
            ((access & ~f->share) != 0 || (share & SHARE_MASK) == SHARE_NONE))
            return false;
    }
    return true;
}

/* Takes path for what is to be deleted. False when memory is short. */
static bool remember(struct bcl_open_files *files, int fd, const struct stat *st, int32_t share,
                     char *delete_path) {
    for (uint32_t i = 0; i < files->count; i++) { /* one that native code has closed */
        if (files->items[i].fd == fd)
            forget(files, i--);
    }
    if (files->count == files->capacity) {
        uint32_t capacity = files->capacity ? 2 * files->capacity : 16;
        struct open_file *items = mem_resize(files->items, capacity, sizeof *items);
        if (!items)
            return false;
        files->items = items;
        files->capacity = capacity;
    }
    files->items[files->count++] =
        (struct open_file){fd, st->st_dev, st->st_ino, share & SHARE_MASK, delete_path};
    return true;
}

/* Under the lock: -1 with errno set. */
static int open_shared(struct bcl_open_files *files, const char *path, int flags, int32_t access,
                       int32_t share, int32_t options) {
    struct stat st;
    if (stat(path, &st) == 0 && !may_share(files, &st, access, share)) {
        errno = EAGAIN;
        return -1;
    }
    int fd = open(path, flags, 0666);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return fd;
    bool deletes = (options & OPTION_DELETE_ON_CLOSE) != 0;
    char *delete_path = deletes ? mem_copy_text(path, strlen(path)) : NULL;
    if ((deletes && !delete_path) || !remember(files, fd, &st, share, delete_path)) {
        mem_free(delete_path);
        close(fd);
        errno = ENOMEM;
        return -1;
    }
    return fd;
}

int bcl_files_open(struct runtime *rt, const char *path, int flags, int32_t access, int32_t share,
                   int32_t options) {
    struct bcl_open_files *files = rt->bcl->files;
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) /* may wait, is not shared */
        return open(path, flags, 0666);
    pthread_mutex_lock(&files->lock);
    int fd = open_shared(files, path, flags, access, share, options);
    int error = errno;
    pthread_mutex_unlock(&files->lock);
    errno = error;
    return fd;
}

int bcl_files_close(struct runtime *rt, int fd) {
    struct bcl_open_files *files = rt->bcl->files;
    pthread_mutex_lock(&files->lock);
    for (uint32_t i = 0; i < files->count; i++) {
        if (files->items[i].fd == fd)
            forget(files, i--);
    }
    int result = close(fd);
    int error = errno;
    pthread_mutex_unlock(&files->lock);
    errno = error;
    return result;
}
