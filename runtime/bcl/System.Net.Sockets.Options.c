/* System.Net.Sockets.Socket: options and control codes. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>

#include "runtime/bcl/bcl_net.h"

struct option {
    int32_t level, name;
    int system_level, system_name;
};

static const struct option OPTIONS[] = {
#define SOCKET_ERROR(...)
#define SOCKET_OPTION(level, name, system_level, system_name)                                      \
    {level, name, system_level, system_name},
#include "runtime/bcl/System.Net.Sockets.def"
#undef SOCKET_ERROR
#undef SOCKET_OPTION
};

/* NULL with *error for an option that there is none of. */
static const struct option *find_option(int32_t level, int32_t name, int32_t *error) {
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        if (OPTIONS[i].level == level && OPTIONS[i].name == name)
            return &OPTIONS[i];
    }
    *error = bcl_net_error(ENOPROTOOPT);
    return NULL;
}

static void finish(int result, int32_t *error) {
    *error = result < 0 ? bcl_net_error(errno) : 0;
}

static bool is_time(const struct option *option) {
    return option->system_level == SOL_SOCKET &&
           (option->system_name == SO_SNDTIMEO || option->system_name == SO_RCVTIMEO);
}

static bool is_linger(const struct option *option) {
    return option->system_level == SOL_SOCKET && option->system_name == SO_LINGER;
}

#define DONT_LINGER (-0x81) /* SocketOptionName.DontLinger */

/* ---- Reading ---- */

/* An option as a number: times in ms, a fragment rule as whether not to fragment. */
static int read_number(int fd, const struct option *option, int32_t *out) {
    struct timeval time = {0};
    struct linger linger = {0};
    int number = 0, result;
    socklen_t size = sizeof number;
    if (is_time(option)) {
        size = sizeof time;
        result = getsockopt(fd, option->system_level, option->system_name, &time, &size);
        number = (int)(time.tv_sec * 1000 + time.tv_usec / 1000);
    } else if (is_linger(option)) {
        size = sizeof linger;
        result = getsockopt(fd, option->system_level, option->system_name, &linger, &size);
        number = option->name == DONT_LINGER ? !linger.l_onoff : linger.l_linger;
    } else {
        result = getsockopt(fd, option->system_level, option->system_name, &number, &size);
    }
    if (option->system_level == SOL_SOCKET && option->system_name == SO_ERROR && number)
        number = bcl_net_error(number);
    if (option->system_level == IPPROTO_IP && option->system_name == IP_MTU_DISCOVER)
        number = number == IP_PMTUDISC_DO;
    *out = number;
    return result;
}

/* GetSocketOption_arr_internal(socket, level, name, ref bytes, out error). */
void bcl_socket_option_bytes(struct thread *thread, union slot *slots) {
    struct array **bytes = slots[3].p;
    const struct option *option = find_option(slots[1].i4, slots[2].i4, slots[4].p);
    socklen_t size = *bytes ? (socklen_t)(*bytes)->length : 0;
    int32_t number;
    if (!option || !bcl_check(thread, *bytes))
        return;
    if (size == sizeof number && !is_linger(option)) {
        finish(read_number((int)slots[0].i8, option, &number), slots[4].p);
        memcpy((*bytes)->data, &number, sizeof number);
    } else {
        finish(getsockopt((int)slots[0].i8, option->system_level, option->system_name,
                          (*bytes)->data, &size),
               slots[4].p);
    }
}

/* GetSocketOption_obj_internal(socket, level, name, out object, out error): a LingerOption or a
 * number. */
static struct object *linger_object(struct thread *thread, int fd, int32_t *error) {
    struct module *module = thread->native_method->owner->module;
    struct linger linger = {0};
    socklen_t size = sizeof linger;
    struct type *type;
    il_error err;
    finish(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size), error);
    if (ldr_exported_type(module, "System.Net.Sockets", "LingerOption", &type, &err) != IL_OK ||
        type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    struct object *object = exec_new_object(thread, type);
    uint8_t *enabled = object ? bcl_field(object, "enabled") : NULL;
    int32_t *seconds = object ? bcl_field(object, "lingerTime") : NULL;
    if (enabled && seconds) {
        *enabled = linger.l_onoff != 0;
        *seconds = linger.l_linger;
    }
    return object;
}

void bcl_socket_option_object(struct thread *thread, union slot *slots) {
    struct object **out = slots[3].p;
    int32_t *error = slots[4].p, number = 0;
    const struct option *option = find_option(slots[1].i4, slots[2].i4, error);
    struct type *int32 = bcl_class(thread, "System", "Int32");
    *out = NULL;
    if (!option || !int32)
        return;
    if (is_linger(option) && option->name != DONT_LINGER) {
        *out = linger_object(thread, (int)slots[0].i8, error);
        return;
    }
    finish(read_number((int)slots[0].i8, option, &number), error);
    *out = bcl_box(thread, int32, &number);
}

/* ---- Writing ---- */

static int write_number(int fd, const struct option *option, int32_t number) {
    if (is_time(option)) {
        struct timeval time = {number / 1000, number % 1000 * 1000};
        return setsockopt(fd, option->system_level, option->system_name, &time, sizeof time);
    }
    if (is_linger(option)) {
        struct linger linger = {option->name == DONT_LINGER ? !number : number != 0, number};
        return setsockopt(fd, option->system_level, option->system_name, &linger, sizeof linger);
    }
    if (option->system_level == IPPROTO_IP && option->system_name == IP_MTU_DISCOVER)
        number = number ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
    return setsockopt(fd, option->system_level, option->system_name, &number, sizeof number);
}

/* An IPv4 address object, in network order. */
static uint32_t ipv4_of(struct object *owner, const char *field) {
    struct object **address = bcl_field(owner, field);
    const uint32_t *value = address && *address ? bcl_field(*address, "_addressOrScopeId") : NULL;
    return value ? *value : INADDR_ANY;
}

/* A LingerOption or a MulticastOption. */
static int write_object(int fd, const struct option *option, struct object *object) {
    const uint8_t *enabled = bcl_field(object, "enabled");
    const int32_t *seconds = bcl_field(object, "lingerTime");
    if (is_linger(option) && enabled && seconds) {
        struct linger linger = {*enabled, *seconds};
        return setsockopt(fd, option->system_level, option->system_name, &linger, sizeof linger);
    }
    if (option->system_level == IPPROTO_IP && bcl_field(object, "group")) {
        struct ip_mreq group = {{ipv4_of(object, "group")}, {ipv4_of(object, "localAddress")}};
        return setsockopt(fd, option->system_level, option->system_name, &group, sizeof group);
    }
    errno = EINVAL;
    return -1;
}

/* SetSocketOption_internal(socket, level, name, object, bytes, number, out error): one of three. */
void bcl_socket_set_option(struct thread *thread, union slot *slots) {
    int fd = (int)slots[0].i8;
    const struct array *bytes = slots[4].p;
    const struct option *option = find_option(slots[1].i4, slots[2].i4, slots[6].p);
    int32_t number = slots[5].i4;
    int result;
    (void)thread;
    if (!option)
        return;
    if (slots[3].o) {
        result = write_object(fd, option, slots[3].o);
    } else if (bytes && (bytes->length != sizeof number || is_linger(option))) {
        result = setsockopt(fd, option->system_level, option->system_name, bytes->data,
                            (socklen_t)bytes->length);
    } else {
        if (bytes)
            memcpy(&number, bytes->data, sizeof number);
        result = write_number(fd, option, number);
    }
    finish(result, slots[6].p);
}

/* ---- Control codes ---- */

/* SIO_KEEPALIVE_VALS: on, ms until the first probe, ms between probes. */
static int keep_alive(int fd, const struct array *input) {
    uint32_t values[3];
    if (!input || (size_t)input->length < sizeof values) {
        errno = EINVAL;
        return -1;
    }
    memcpy(values, input->data, sizeof values);
    int on = values[0] != 0, idle = (int)(values[1] / 1000), interval = (int)(values[2] / 1000);
    if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) != 0 || !on)
        return on ? -1 : 0;
    idle += idle == 0;
    interval += interval == 0;
    if (setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle) != 0)
        return -1;
    return setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
}

/* IOControl_internal(socket, code, input, output, out error): the length of the output. */
void bcl_socket_control(struct thread *thread, union slot *slots) {
    const uint32_t data_to_read = 0x4004667Fu, keep_alive_values = 0x98000004u;
    struct array *output = slots[3].p;
    int fd = (int)slots[0].i8, result = -1, number = 0;
    (void)thread;
    errno = EOPNOTSUPP;
    if (slots[1].u4 == data_to_read)
        result = ioctl(fd, FIONREAD, &number);
    else if (slots[1].u4 == keep_alive_values)
        result = keep_alive(fd, slots[2].p);
    finish(result, slots[4].p);
    slots[0].i4 = result < 0 ? -1 : 0;
    if (result >= 0 && output && (size_t)output->length >= sizeof number) {
        memcpy(output->data, &number, sizeof number);
        slots[0].i4 = sizeof number;
    }
}
