/* What the natives of System.Net share: errors and addresses. Internal to runtime/bcl/. */
#ifndef CLARET_BCL_NET_H
#define CLARET_BCL_NET_H

#include <sys/socket.h>

#include "runtime/bcl/bcl.h"

/* System.Net.Sockets.SocketError: Windows' numbers. */
enum { NET_INTERRUPTED = 10004, NET_INVALID = 10022, NET_WOULD_BLOCK = 10035 };
int32_t bcl_net_error(int error);

/* System.Net.Sockets.AddressFamily and the system's; -1 for one that there is none of. */
int bcl_net_family_to_system(int32_t family);
int32_t bcl_net_family_from_system(int family);

/* Waits until the blocking socket can be read (POLLIN), written (POLLOUT) or connected. 0, or an
 * error: NET_INTERRUPTED when it was made non-blocking meanwhile, which the managed side does with
 * a socket that it closes before it wakes those that wait for it; and when the thread is to be
 * aborted or to end: then an exception is pending. */
int32_t bcl_net_wait(struct thread *thread, int fd, short events);

/* System.IOSelector.c: a descriptor is about to be closed; who waits for it by a job is told. */
void bcl_selector_remove(struct runtime *rt, int fd);

#endif
