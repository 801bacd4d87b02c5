/* System.Net.Dns: names and addresses, as the system resolves them. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "runtime/bcl/bcl_net.h"

/* What System.Net.Sockets.Socket.FamilyHint says. */
enum { HINT_ANY, HINT_IPV4, HINT_IPV6 };

static int hinted_family(int32_t hint) {
    return hint == HINT_IPV4 ? AF_INET : hint == HINT_IPV6 ? AF_INET6 : AF_UNSPEC;
}

/* The addresses as texts; NULL with an exception pending. */
static struct array *address_texts(struct thread *thread, const struct addrinfo *list) {
    char text[INET6_ADDRSTRLEN + 32];
    int32_t count = 0;
    for (const struct addrinfo *at = list; at; at = at->ai_next)
        count++;
    struct array *out = bcl_new_vector_of(thread, "String", count);
    count = 0;
    for (const struct addrinfo *at = list; out && at; at = at->ai_next) {
        if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST))
            text[0] = '\0';
        ((struct string **)out->data)[count++] = bcl_string(thread, text);
        if (thread->exception)
            return NULL;
    }
    return out;
}

/* Fills (out name, out aliases, out addresses) from slots[1] on. */
static bool answer(struct thread *thread, union slot *slots, const char *name,
                   const struct addrinfo *list) {
    struct string **out_name = slots[1].p;
    struct array **aliases = slots[2].p, **addresses = slots[3].p;
    *out_name = bcl_string(thread, name);
    *aliases = *out_name ? bcl_new_vector_of(thread, "String", 0) : NULL;
    *addresses = *aliases ? address_texts(thread, list) : NULL;
    return *addresses != NULL;
}

/* GetHostByName_internal(name, out name, out aliases, out addresses, hint): false for no such name.
 */
void bcl_dns_by_name(struct thread *thread, union slot *slots) {
    struct addrinfo hints = {.ai_family = hinted_family(slots[4].i4),
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_CANONNAME};
    struct addrinfo *list = NULL;
    char own[256] = "", *name = bcl_text(thread, slots[0].p);
    slots[0].i4 = 0;
    if (!name)
        return;
    if (!*name) /* this machine */
        gethostname(own, sizeof own - 1);
    exec_enter_safe(thread);
    int error = getaddrinfo(*name ? name : own, NULL, &hints, &list);
    exec_leave_safe(thread);
    if (!error)
        slots[0].i4 = answer(thread, slots, list->ai_canonname ? list->ai_canonname : name, list);
    if (list)
        freeaddrinfo(list);
    mem_free(name);
}

/* GetHostByAddr_internal(address, out name, out aliases, out addresses, hint). */
void bcl_dns_by_address(struct thread *thread, union slot *slots) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *list = NULL;
    char name[NI_MAXHOST], *address = bcl_text(thread, slots[0].p);
    slots[0].i4 = 0;
    if (!address)
        return;
    exec_enter_safe(thread);
    int error = getaddrinfo(address, NULL, &hints, &list);
    if (!error)
        error =
            getnameinfo(list->ai_addr, list->ai_addrlen, name, sizeof name, NULL, 0, NI_NAMEREQD);
    exec_leave_safe(thread);
    if (!error)
        slots[0].i4 = answer(thread, slots, name, list);
    if (list)
        freeaddrinfo(list);
    mem_free(address);
}

/* GetHostName_internal(out name). */
void bcl_dns_host_name(struct thread *thread, union slot *slots) {
    struct string **out = slots[0].p;
    char name[256] = "";
    bool ok = gethostname(name, sizeof name - 1) == 0;
    if (ok)
        *out = bcl_string(thread, name);
    slots[0].i4 = ok && *out;
}
