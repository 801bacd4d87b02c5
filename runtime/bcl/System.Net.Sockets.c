/* System.Net.Sockets.Socket over the system's sockets: a handle is a descriptor. A call that may
 * block waits in poll, so that closing the socket can end it (bcl_net_wait). */
#define _GNU_SOURCE /* accept4 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <unistd.h>

#include "runtime/bcl/bcl_io.h"
#include "runtime/bcl/bcl_net.h"

/* ---- Errors ---- */

int32_t bcl_net_error(int error) {
    enum { NET_SYSTEM_CALL_FAILURE = 10107 };
    static const struct {
        int error, number;
    } errors[] = {
#define SOCKET_ERROR(error, number) {error, number},
#define SOCKET_OPTION(...)
#include "runtime/bcl/System.Net.Sockets.def"
#undef SOCKET_ERROR
#undef SOCKET_OPTION
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (errors[i].error == error)
            return errors[i].number;
    }
    return NET_SYSTEM_CALL_FAILURE;
}

/* Ends a call that gives -1 and errno on failure. */
static bool finish(struct thread *thread, int result, int32_t *error) {
    *error = result < 0 ? bcl_net_error(errno) : 0;
    if (result < 0)
        thread->last_error = errno;
    return result >= 0;
}

/* SocketException.WSAGetLastError_internal(). */
void bcl_socket_last_error(struct thread *thread, union slot *slots) {
    slots[0].i4 = bcl_net_error(thread->last_error);
}

/* ---- Waiting ---- */

enum { NET_TIMED_OUT = 10060 };

static int32_t wait_until(struct thread *thread, int fd, short events, uint64_t deadline) {
    while (!exec_take_requests(thread, false)) {
        int ready = exec_park_at(thread, fd, events, deadline);
        if (ready != 0)
            return ready < 0 ? bcl_net_error(errno) : 0;
        if (fcntl(fd, F_GETFL) & O_NONBLOCK)
            break;
        if (deadline != WAIT_FOREVER && exec_deadline(0) >= deadline)
            return NET_TIMED_OUT;
    }
    return NET_INTERRUPTED;
}

int32_t bcl_net_wait(struct thread *thread, int fd, short events) {
    return wait_until(thread, fd, events, WAIT_FOREVER);
}

/* The same with the socket's own time limit for sending or receiving. */
static int32_t wait_limited(struct thread *thread, int fd, short events, int option) {
    struct timeval limit = {0};
    socklen_t size = sizeof limit;
    if (getsockopt(fd, SOL_SOCKET, option, &limit, &size) != 0)
        return bcl_net_error(errno);
    int64_t ms = (int64_t)limit.tv_sec * 1000 + (limit.tv_usec + 999) / 1000;
    return wait_until(thread, fd, events, ms ? exec_deadline(ms) : WAIT_FOREVER);
}

/* cancel_blocking_socket_operation(thread): it waits for a socket that is being closed, and was
 * made non-blocking before. */
void bcl_socket_cancel(struct thread *thread, union slot *slots) {
    struct world *world = &thread->rt->world;
    pthread_mutex_lock(&world->lock);
    for (struct thread *other = world->threads; other; other = other->next) {
        if (other->object == slots[0].o)
            exec_unpark(other);
    }
    pthread_mutex_unlock(&world->lock);
}

/* ---- Addresses ---- */

enum { FAMILY_UNIX = 1, FAMILY_IPV4 = 2, FAMILY_IPV6 = 23 };

int bcl_net_family_to_system(int32_t family) {
    switch (family) {
    case 0: return AF_UNSPEC;
    case FAMILY_UNIX: return AF_UNIX;
    case FAMILY_IPV4: return AF_INET;
    case FAMILY_IPV6: return AF_INET6;
    default: return -1;
    }
}

int32_t bcl_net_family_from_system(int family) {
    switch (family) {
    case AF_UNIX: return FAMILY_UNIX;
    case AF_INET: return FAMILY_IPV4;
    case AF_INET6: return FAMILY_IPV6;
    default: return 0;
    }
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

/* A SocketAddress holds the bytes of the system's structure behind a family number of its own, in
 * little-endian order. False with *error. */
static bool read_address(struct object *address, union address *out, socklen_t *size,
                         int32_t *error) {
    struct array **buffer = address ? bcl_field(address, "m_Buffer") : NULL;
    const int32_t *used = address ? bcl_field(address, "m_Size") : NULL;
    const struct array *bytes = buffer ? *buffer : NULL;
    int family = -1;
    memset(out, 0, sizeof *out);
    if (bytes && used && *used >= 2 && *used <= bytes->length && (size_t)*used < sizeof *out) {
        memcpy(out, bytes->data, (size_t)*used);
        family = bcl_net_family_to_system(bytes->data[0] | bytes->data[1] << 8);
    }
    out->any.sa_family = (sa_family_t)family;
    *size = family == AF_INET    ? sizeof out->v4
            : family == AF_INET6 ? sizeof out->v6
                                 : (socklen_t)(used ? *used : 0);
    *error = family < 0 ? NET_INVALID : 0;
    return family >= 0;
}

/* The type is SocketAddress. NULL with an exception pending. */
static struct object *make_address(struct thread *thread, struct type *type,
                                   const union address *from, socklen_t size) {
    struct type *byte = bcl_class(thread, "System", "Byte");
    int32_t length = (int32_t)(size < 2 ? 2 : size > sizeof *from ? sizeof *from : size);
    il_error err;
    if (type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    struct object *address = exec_new_object(thread, type);
    struct array *bytes = address && byte ? bcl_new_vector(thread, byte, length) : NULL;
    int32_t *used = bytes ? bcl_field(address, "m_Size") : NULL;
    if (!used)
        return NULL;
    int32_t family = bcl_net_family_from_system(from->any.sa_family);
    memcpy(bytes->data, from, (size_t)length);
    bytes->data[0] = (uint8_t)family;
    bytes->data[1] = (uint8_t)(family >> 8);
    *used = length;
    bcl_set_field(address, "m_Buffer", bytes);
    return address;
}

/* LocalEndPoint_internal and RemoteEndPoint_internal(socket, family, out error). */
static void end_point(struct thread *thread, union slot *slots,
                      int (*function)(int, struct sockaddr *, socklen_t *)) {
    union address address = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t size = sizeof address;
    bool ok = finish(thread, function((int)slots[0].i8, &address.any, &size), slots[2].p);
    slots[0].p = NULL;
    if (ok)
        slots[0].o = make_address(thread, thread->native_method->return_type, &address, size);
}

static int local_name(int fd, struct sockaddr *address, socklen_t *size) {
    return getsockname(fd, address, size);
}

static int remote_name(int fd, struct sockaddr *address, socklen_t *size) {
    return getpeername(fd, address, size);
}

void bcl_socket_local(struct thread *thread, union slot *slots) {
    end_point(thread, slots, local_name);
}

void bcl_socket_remote(struct thread *thread, union slot *slots) {
    end_point(thread, slots, remote_name);
}

/* ---- The life of a socket ---- */

/* Socket_internal(family, type, protocol, out error), of an object: a descriptor or -1. */
void bcl_socket_create(struct thread *thread, union slot *slots) {
    static const int types[] = {
        [1] = SOCK_STREAM, [2] = SOCK_DGRAM, [3] = SOCK_RAW, [4] = SOCK_RDM, [5] = SOCK_SEQPACKET};
    uint32_t type = slots[2].u4;
    int family = bcl_net_family_to_system(slots[1].i4), protocol = slots[3].i4, fd = -1;
    errno = EAFNOSUPPORT;
    if (type == 0 || type >= sizeof types / sizeof *types)
        errno = ESOCKTNOSUPPORT;
    else if (family >= 0)
        fd = socket(family, types[type] | SOCK_CLOEXEC, protocol);
    if (fd >= 0 && types[type] == SOCK_STREAM) /* a port is free again at once, as on Windows */
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    finish(thread, fd, slots[4].p);
    slots[0].i8 = fd;
}

/* Blocking_internal(socket, bool, out error). */
void bcl_socket_blocking(struct thread *thread, union slot *slots) {
    int fd = (int)slots[0].i8, flags = fcntl(fd, F_GETFL);
    if (flags >= 0)
        flags = fcntl(fd, F_SETFL, slots[1].i4 ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
    finish(thread, flags, slots[2].p);
}

/* Bind_internal(socket, address, out error). */
void bcl_socket_bind(struct thread *thread, union slot *slots) {
    union address address;
    socklen_t size;
    if (read_address(slots[1].o, &address, &size, slots[2].p))
        finish(thread, bind((int)slots[0].i8, &address.any, size), slots[2].p);
}

/* Listen_internal(socket, backlog, out error). */
void bcl_socket_listen(struct thread *thread, union slot *slots) {
    finish(thread, listen((int)slots[0].i8, slots[1].i4), slots[2].p);
}

/* Accept_internal(socket, out error, blocking). */
void bcl_socket_accept(struct thread *thread, union slot *slots) {
    int fd = (int)slots[0].i8;
    int32_t *error = slots[1].p;
    *error = slots[2].i4 ? bcl_net_wait(thread, fd, POLLIN) : 0;
    slots[0].i8 = -1;
    if (*error)
        return;
    exec_enter_safe(thread); /* another thread may have been faster */
    int accepted = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    exec_leave_safe(thread);
    finish(thread, accepted, error);
    slots[0].i8 = accepted;
}

/* Connect_internal(socket, address, out error, blocking). */
void bcl_socket_connect(struct thread *thread, union slot *slots) {
    union address address;
    socklen_t size, length = sizeof(int);
    int fd = (int)slots[0].i8, result, failure = 0;
    int32_t *error = slots[2].p;
    if (!read_address(slots[1].o, &address, &size, error))
        return;
    exec_enter_safe(thread);
    result = connect(fd, &address.any, size);
    exec_leave_safe(thread);
    if (result < 0 && errno == EINTR && slots[3].i4) { /* it goes on by itself */
        *error = bcl_net_wait(thread, fd, POLLOUT);
        if (*error)
            return;
        result = getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &length);
        if (failure) {
            errno = failure;
            result = -1;
        }
    }
    finish(thread, result, error);
    if (result < 0 && thread->last_error == EINPROGRESS)
        *error = NET_WOULD_BLOCK;
}

/* Disconnect_internal(socket, reuse, out error). */
void bcl_socket_disconnect(struct thread *thread, union slot *slots) {
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    finish(thread, connect((int)slots[0].i8, &nobody, sizeof nobody), slots[2].p);
}

/* Shutdown_internal(socket, how, out error), Close_internal(socket, out error). */
void bcl_socket_shutdown(struct thread *thread, union slot *slots) {
    static const int how[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
    int32_t *error = slots[2].p;
    if (slots[1].u4 > 2)
        *error = NET_INVALID;
    else
        finish(thread, shutdown((int)slots[0].i8, how[slots[1].u4]), error);
}

void bcl_socket_close(struct thread *thread, union slot *slots) {
    int fd = (int)slots[0].i8;
    bcl_selector_remove(thread->rt, fd);
    exec_enter_safe(thread); /* may linger */
    int result = close(fd);
    exec_leave_safe(thread);
    finish(thread, result, slots[1].p);
}

/* Duplicate_internal(socket, process, out handle, out MonoIOError): within this process. */
void bcl_socket_duplicate(struct thread *thread, union slot *slots) {
    int64_t *copy = slots[2].p;
    int fd = fcntl((int)slots[0].i8, F_DUPFD_CLOEXEC, 0);
    (void)thread;
    *copy = fd;
    bcl_io_finish(slots, fd, slots[3].p);
}

/* ---- Data ---- */

static int message_flags(int32_t flags) {
    return MSG_NOSIGNAL | (flags & 1 ? MSG_OOB : 0) | (flags & 2 ? MSG_PEEK : 0) |
           (flags & 4 ? MSG_DONTROUTE : 0);
}

/* System.Net.Sockets.Socket.WSABUF. */
struct buffer {
    int32_t length;
    void *data;
};

#define MAX_BUFFERS 64 /* in one call; a stream takes the rest in the next */

struct transfer {
    struct msghdr message;
    struct iovec parts[MAX_BUFFERS];
    union address address;
};

static void one_buffer(struct transfer *t, void *data, int32_t length) {
    *t = (struct transfer){.message = {.msg_iov = t->parts, .msg_iovlen = 1}};
    t->parts[0] = (struct iovec){data, length > 0 ? (size_t)length : 0};
}

static void many_buffers(struct transfer *t, const struct buffer *buffers, int32_t count) {
    one_buffer(t, NULL, 0);
    t->message.msg_iovlen = 0;
    for (int32_t i = 0; i < count && i < MAX_BUFFERS; i++)
        t->parts[t->message.msg_iovlen++] =
            (struct iovec){buffers[i].data, (size_t)buffers[i].length};
}

/* Bytes received, 0 with *error. The system never blocks here, whatever the socket's mode: another
 * thread may have taken what the wait has seen. */
static int32_t receive(struct thread *thread, int fd, struct transfer *t, int32_t flags,
                       int32_t *error, bool blocking) {
    ssize_t n;
    do {
        *error = blocking ? wait_limited(thread, fd, POLLIN, SO_RCVTIMEO) : 0;
        if (*error)
            return 0;
        n = recvmsg(fd, &t->message, message_flags(flags) | MSG_DONTWAIT);
    } while (n < 0 && (errno == EINTR || (blocking && errno == EAGAIN)));
    return finish(thread, (int)n, error) ? (int32_t)n : 0;
}

/* Bytes sent. A stream takes all that is there when it may block. */
static int32_t send_all(struct thread *thread, int fd, struct transfer *t, int32_t flags,
                        int32_t *error, bool blocking) {
    int32_t sent = 0;
    for (;;) {
        *error = blocking ? wait_limited(thread, fd, POLLOUT, SO_SNDTIMEO) : 0;
        if (*error)
            return sent;
        ssize_t n = sendmsg(fd, &t->message, message_flags(flags) | MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || (blocking && errno == EAGAIN)))
            continue;
        if (!finish(thread, (int)n, error))
            return sent;
        sent += (int32_t)n;
        while (t->message.msg_iovlen > 0 && (size_t)n >= t->message.msg_iov->iov_len) {
            n -= (ssize_t)t->message.msg_iov->iov_len;
            t->message.msg_iov++;
            t->message.msg_iovlen--;
        }
        if (t->message.msg_iovlen == 0 || !blocking)
            return sent;
        t->message.msg_iov->iov_base = (char *)t->message.msg_iov->iov_base + n;
        t->message.msg_iov->iov_len -= (size_t)n;
    }
}

/* Receive_internal and Send_internal(socket, buffer or WSABUF*, count, flags, out error, blocking).
 */
void bcl_socket_receive(struct thread *thread, union slot *slots) {
    struct transfer t;
    one_buffer(&t, slots[1].p, slots[2].i4);
    slots[0].i4 = receive(thread, (int)slots[0].i8, &t, slots[3].i4, slots[4].p, slots[5].i4 != 0);
}

void bcl_socket_receive_parts(struct thread *thread, union slot *slots) {
    struct transfer t;
    many_buffers(&t, slots[1].p, slots[2].i4);
    slots[0].i4 = receive(thread, (int)slots[0].i8, &t, slots[3].i4, slots[4].p, slots[5].i4 != 0);
}

void bcl_socket_send(struct thread *thread, union slot *slots) {
    struct transfer t;
    one_buffer(&t, slots[1].p, slots[2].i4);
    slots[0].i4 = send_all(thread, (int)slots[0].i8, &t, slots[3].i4, slots[4].p, slots[5].i4 != 0);
}

void bcl_socket_send_parts(struct thread *thread, union slot *slots) {
    struct transfer t;
    many_buffers(&t, slots[1].p, slots[2].i4);
    slots[0].i4 = send_all(thread, (int)slots[0].i8, &t, slots[3].i4, slots[4].p, slots[5].i4 != 0);
}

/* ReceiveFrom_internal(socket, buffer, count, flags, ref address, out error, blocking). */
void bcl_socket_receive_from(struct thread *thread, union slot *slots) {
    struct object **address = slots[4].p;
    struct type *type = thread->native_method->params[4]->element_type;
    struct transfer t;
    int32_t *error = slots[5].p;
    one_buffer(&t, slots[1].p, slots[2].i4);
    t.message.msg_name = &t.address;
    t.message.msg_namelen = sizeof t.address;
    int32_t n = receive(thread, (int)slots[0].i8, &t, slots[3].i4, error, slots[6].i4 != 0);
    if (!*error && t.message.msg_namelen > 0)
        *address = make_address(thread, type, &t.address, t.message.msg_namelen);
    slots[0].i4 = n;
}

/* SendTo_internal(socket, buffer, count, flags, address, out error, blocking). */
void bcl_socket_send_to(struct thread *thread, union slot *slots) {
    struct transfer t;
    one_buffer(&t, slots[1].p, slots[2].i4);
    t.message.msg_name = &t.address;
    bool ok = read_address(slots[4].o, &t.address, &t.message.msg_namelen, slots[5].p);
    slots[0].i4 =
        ok ? send_all(thread, (int)slots[0].i8, &t, slots[3].i4, slots[5].p, slots[6].i4 != 0) : 0;
}

/* SendFile_internal(socket, path, before, after, flags, out error, blocking): a bool. */
static bool send_array(struct thread *thread, int fd, struct array *bytes, int32_t *error) {
    struct transfer t;
    if (!bytes)
        return true;
    one_buffer(&t, bytes->data, bytes->length);
    return send_all(thread, fd, &t, 0, error, true) == bytes->length;
}

void bcl_socket_send_file(struct thread *thread, union slot *slots) {
    int fd = (int)slots[0].i8, file = -1, result = -1;
    int32_t *error = slots[5].p;
    char *path = slots[1].p ? bcl_text(thread, slots[1].p) : NULL;
    slots[0].i4 = 0;
    *error = 0;
    if (thread->exception || !send_array(thread, fd, slots[2].p, error))
        goto cleanup;
    if (path) {
        exec_enter_safe(thread);
        file = open(path, O_RDONLY | O_CLOEXEC);
        result = file < 0 ? -1 : bcl_io_copy(file, fd);
        exec_leave_safe(thread);
        if (!finish(thread, result, error))
            goto cleanup;
    }
    slots[0].i4 = send_array(thread, fd, slots[3].p, error);
cleanup:
    if (file >= 0)
        close(file);
    mem_free(path);
}

/* Available_internal(socket, out error). */
void bcl_socket_available(struct thread *thread, union slot *slots) {
    int count = 0;
    finish(thread, ioctl((int)slots[0].i8, FIONREAD, &count), slots[1].p);
    slots[0].i4 = count;
}

/* ---- Looking whether something can be done ---- */

enum { SELECT_READ, SELECT_WRITE, SELECT_ERROR };

static const short SELECT_EVENTS[] = {POLLIN, POLLOUT, POLLPRI};

static bool is_ready(int mode, short events) {
    static const short wanted[] = {POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR | POLLHUP,
                                   POLLPRI | POLLERR};
    return (events & wanted[mode]) != 0;
}

/* In ms, rounded up; negative: for ever. */
static int poll_time(int32_t microseconds) {
    return microseconds < 0 ? -1 : (int)(((int64_t)microseconds + 999) / 1000);
}

/* Poll_internal(socket, mode, microseconds, out error). */
void bcl_socket_poll(struct thread *thread, union slot *slots) {
    uint32_t mode = slots[1].u4;
    int32_t *error = slots[3].p;
    if (mode > SELECT_ERROR) {
        *error = NET_INVALID;
        slots[0].i4 = 0;
        return;
    }
    struct pollfd entry = {.fd = (int)slots[0].i8, .events = SELECT_EVENTS[mode]};
    int timeout = poll_time(slots[2].i4), ready;
    exec_enter_safe(thread);
    do
        ready = poll(&entry, 1, timeout);
    while (ready < 0 && errno == EINTR);
    exec_leave_safe(thread);
    slots[0].i4 = finish(thread, ready, error) && ready > 0 && is_ready((int)mode, entry.revents);
}

static int descriptor_of(struct object *socket) {
    struct object **handle = bcl_field(socket, "m_Handle");
    const intptr_t *value = handle && *handle ? bcl_field(*handle, "handle") : NULL;
    return value ? (int)*value : -1;
}

/* Select_internal(ref sockets, microseconds, out error): those to read, a null, those to write, a
 * null, those with errors, a null; the same with what is ready. */
void bcl_socket_select(struct thread *thread, union slot *slots) {
    struct array **place = slots[0].p, *sockets = *place;
    struct object **all = (struct object **)sockets->data;
    uint32_t count = (uint32_t)sockets->length;
    struct pollfd *entries = mem_calloc(count, sizeof *entries);
    int timeout = poll_time(slots[1].i4), ready, mode = SELECT_READ;
    int32_t kept = 0;
    if (!entries) {
        exec_throw_object(thread, thread->out_of_memory);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = (struct pollfd){.fd = all[i] ? descriptor_of(all[i]) : -1,
                                     .events = SELECT_EVENTS[mode]};
        mode += !all[i] && mode < SELECT_ERROR;
    }
    exec_enter_safe(thread);
    do
        ready = poll(entries, count, timeout);
    while (ready < 0 && errno == EINTR);
    exec_leave_safe(thread);
    if (finish(thread, ready, slots[2].p)) {
        mode = SELECT_READ;
        for (uint32_t i = 0; i < count; i++) { /* what is kept is marked by its descriptor */
            bool keep = !all[i] || is_ready(mode, entries[i].revents);
            mode += !all[i] && mode < SELECT_ERROR;
            entries[i].events = keep;
            kept += keep;
        }
        struct array *out = bcl_new_vector(thread, sockets->object.type->element_type, kept);
        kept = 0;
        for (uint32_t i = 0; out && i < count; i++) {
            if (entries[i].events)
                ((struct object **)out->data)[kept++] = all[i];
        }
        *place = out;
    }
    mem_free(entries);
}
