/* System.Native: the entry points that FileSystemWatcher stands on. */
#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "runtime/bcl/bcl_io.h"

/* INotifyInit(): a SafeFileHandle. */
void bcl_sys_inotify(struct thread *thread, union slot *slots) {
    struct type *type = thread->native_method->return_type;
    il_error err;
    if (type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    struct object *handle = exec_new_object(thread, type);
    struct method *construct = type_find_method(type, ".ctor", 2);
    if (!handle || !construct)
        return;
    int fd = inotify_init1(IN_CLOEXEC);
    if (fd < 0)
        thread->last_error = errno;
    union slot args[3] = {{.o = handle}, {.i8 = fd}, {.i4 = true}};
    if (bcl_invoke(thread, construct, args))
        slots[0].o = handle;
    else if (fd >= 0)
        close(fd);
}

/* INotifyAddWatch(handle, path, mask): a number for the watch. */
void bcl_sys_inotify_add(struct thread *thread, union slot *slots) {
    char *path = bcl_text(thread, slots[1].p);
    if (!path)
        return;
    int watch = inotify_add_watch(bcl_sys_descriptor(slots[0].o), path, slots[2].u4);
    bcl_sys_finish(thread, slots, watch);
    mem_free(path);
}

/* INotifyRemoveWatch(handle, watch). */
void bcl_sys_inotify_remove(struct thread *thread, union slot *slots) {
    bcl_sys_finish(thread, slots, inotify_rm_watch(bcl_sys_descriptor(slots[0].o), slots[1].i4));
}

/* FileSystemWatcher.InternalSupportsFSW(): by these functions. */
void bcl_watcher_kind(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = 6;
}
