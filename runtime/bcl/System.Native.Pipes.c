/* System.Native: the entry points that pipes stand on (System.IO.Pipes). Each leaves errno as the
 * thread's last error when it fails. */
#define _GNU_SOURCE /* pipe2, F_GETPIPE_SZ, struct ucred */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "runtime/bcl/bcl_io.h"

#define PIPE_CLOSE_ON_EXEC 0x10 /* of Interop.Sys.PipeFlags */

/* Pipe(int *descriptors, flags). */
void bcl_sys_pipe(struct thread *thread, union slot *slots) {
    bcl_sys_finish(thread, slots,
                   pipe2(slots[0].p, slots[1].i4 & PIPE_CLOSE_ON_EXEC ? O_CLOEXEC : 0));
}

/* Close(descriptor). */
void bcl_sys_close(struct thread *thread, union slot *slots) {
    int fd = (int)slots[0].i8;
    exec_enter_safe(thread);
    int result = close(fd);
    exec_leave_safe(thread);
    bcl_sys_finish(thread, slots, result);
}

static void read_from(struct thread *thread, union slot *slots, int fd) {
    void *buffer = slots[1].p;
    size_t size = slots[2].u4;
    ssize_t n;
    if (!bcl_io_wait_for(thread, fd, POLLIN))
        return;
    exec_enter_safe(thread);
    do
        n = read(fd, buffer, size);
    while (n < 0 && errno == EINTR);
    exec_leave_safe(thread);
    bcl_sys_finish(thread, slots, (int)n);
}

/* Read and Write(handle, buffer, count); and System.dll's Read, of a descriptor. */
void bcl_sys_read(struct thread *thread, union slot *slots) {
    read_from(thread, slots, bcl_sys_descriptor(slots[0].o));
}

void bcl_sys_read_descriptor(struct thread *thread, union slot *slots) {
    read_from(thread, slots, (int)slots[0].i8);
}

void bcl_sys_write(struct thread *thread, union slot *slots) {
    int fd = bcl_sys_descriptor(slots[0].o);
    const void *buffer = slots[1].p;
    size_t size = slots[2].u4;
    ssize_t n;
    if (!bcl_io_wait_for(thread, fd, POLLOUT))
        return;
    exec_enter_safe(thread);
    do
        n = write(fd, buffer, size);
    while (n < 0 && errno == EINTR);
    exec_leave_safe(thread);
    bcl_sys_finish(thread, slots, (int)n);
}

/* Poll(PollEvent *entries, count, milliseconds, uint *triggered): an Interop.Error. PollEvent is
 * Linux's struct pollfd. */
void bcl_sys_poll(struct thread *thread, union slot *slots) {
    struct pollfd *entries = slots[0].p;
    uint32_t count = slots[1].u4, *triggered = slots[3].p;
    int timeout = slots[2].i4, ready;
    exec_enter_safe(thread);
    do
        ready = poll(entries, count, timeout);
    while (ready < 0 && errno == EINTR);
    exec_leave_safe(thread);
    *triggered = ready > 0 ? (uint32_t)ready : 0;
    slots[0].i4 = ready < 0 ? errno : 0;
    bcl_sys_error_to_pal(thread, slots);
}

/* FcntlGetPipeSz(handle), FcntlSetPipeSz(handle, size), FcntlSetCloseOnExec(handle). */
void bcl_sys_pipe_size(struct thread *thread, union slot *slots) {
    bcl_sys_finish(thread, slots, fcntl(bcl_sys_descriptor(slots[0].o), F_GETPIPE_SZ));
}

void bcl_sys_set_pipe_size(struct thread *thread, union slot *slots) {
    bcl_sys_finish(thread, slots, fcntl(bcl_sys_descriptor(slots[0].o), F_SETPIPE_SZ, slots[1].i4));
}

void bcl_sys_close_on_exec(struct thread *thread, union slot *slots) {
    bcl_sys_finish(thread, slots, fcntl(bcl_sys_descriptor(slots[0].o), F_SETFD, FD_CLOEXEC));
}

/* ---- Named pipes, which are Unix sockets ---- */

/* GetDomainSocketSizes(out path's offset, out its size, out the address's size). */
void bcl_sys_domain_sizes(struct thread *thread, union slot *slots) {
    (void)thread;
    *(int32_t *)slots[0].p = (int32_t)offsetof(struct sockaddr_un, sun_path);
    *(int32_t *)slots[1].p = (int32_t)sizeof((struct sockaddr_un *)0)->sun_path;
    *(int32_t *)slots[2].p = (int32_t)sizeof(struct sockaddr_un);
}

/* GetHostName(buffer, size). */
void bcl_sys_host_name(struct thread *thread, union slot *slots) {
    bcl_sys_finish(thread, slots, gethostname(slots[0].p, (size_t)slots[1].u4));
}

static int peer_of(struct object *socket, struct ucred *peer) {
    socklen_t size = sizeof *peer;
    return getsockopt(bcl_sys_descriptor(socket), SOL_SOCKET, SO_PEERCRED, peer, &size);
}

/* GetPeerID(socket, out user id). */
void bcl_sys_peer(struct thread *thread, union slot *slots) {
    struct ucred peer = {0};
    uint32_t *user = slots[1].p;
    int result = peer_of(slots[0].o, &peer);
    *user = result == 0 ? peer.uid : 0;
    bcl_sys_finish(thread, slots, result);
}

/* GetPeerUserName(socket): null when it is not known. */
void bcl_sys_peer_name(struct thread *thread, union slot *slots) {
    struct ucred peer = {0};
    struct passwd entry, *found = NULL;
    char text[1024];
    if (peer_of(slots[0].o, &peer) != 0)
        thread->last_error = errno;
    else if (getpwuid_r(peer.uid, &entry, text, sizeof text, &found) != 0)
        found = NULL;
    slots[0].p = found ? bcl_string(thread, entry.pw_name) : NULL;
}

/* SetEUid(user id): of the whole process. */
void bcl_sys_set_effective_user(struct thread *thread, union slot *slots) {
    bcl_sys_finish(thread, slots, seteuid(slots[0].u4));
}
