/* A plug-in may hand over a body in memory of its own, with no size beside it. The process's map
 * says how far a wrong header could lead before it leads to a fault. Lines of the map ascend and
 * begin "FROM-TO rwxp"; the file is read in pieces, without any allocation. */
#include "profiler/prof_readable.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Takes one line; returns false when nothing behind it can matter. *end is the first byte behind
 * the readable run that holds p, as far as it is known; 0 before the run is found. */
static bool take_line(const char *line, uintptr_t p, uintptr_t *end) {
    unsigned long long from, to;
    char read_flag;
    if (sscanf(line, "%llx-%llx %c", &from, &to, &read_flag) != 3)
        return true;
    bool wanted = *end ? from == *end : from <= p && p < to;
    if (wanted && read_flag == 'r')
        *end = to;
    else if (*end || from > p)
        return false;
    return true;
}

size_t prof_readable(const void *p) {
    int map = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (map < 0)
        return 0;
    uintptr_t end = 0;
    char buffer[4096];
    size_t held = 0;
    bool more = true;
    while (more) {
        ssize_t got = read(map, buffer + held, sizeof buffer - 1 - held);
        if (got <= 0)
            break;
        held += (size_t)got;
        buffer[held] = 0;
        char *line = buffer;
        for (char *stop; more && (stop = strchr(line, '\n')); line = stop + 1) {
            *stop = 0;
            more = take_line(line, (uintptr_t)p, &end);
        }
        held -= (size_t)(line - buffer);
        memmove(buffer, line, held);
        if (held == sizeof buffer - 1) /* a line longer than any that counts */
            held = 0;
    }
    close(map);
    return end ? end - (uintptr_t)p : 0;
}
