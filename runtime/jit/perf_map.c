#include "runtime/jit/perf_map.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int perf_map_open(void) {
    char path[40];
    snprintf(path, sizeof path, "/tmp/perf-%d.map", (int)getpid());
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
}

void perf_map_add(int map, const struct method *method, bool of_loop, const uint8_t *start,
                  const uint8_t *end) {
    char name[400];
    dprintf(map, "%lx %lx %s%s\n", (unsigned long)(uintptr_t)start, (unsigned long)(end - start),
            method_name(method, name, sizeof name), of_loop ? " [loop]" : "");
}
