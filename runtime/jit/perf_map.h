/* The map of compiled code that perf reads, /tmp/perf-PID.map: a line "START SIZE NAME" for each
 * method, numbers in hexadecimal (tools/perf/Documentation/jit-interface.txt in Linux). */
#ifndef CLARET_PERF_MAP_H
#define CLARET_PERF_MAP_H

#include "runtime/types/type.h"

/* Starts the process's map anew. Returns a file descriptor, or -1 with errno set. */
int perf_map_open(void);

/* Adds a method's code; of_loop: only the part that goes on with a loop. Under the runtime's lock.
 * An error ends the map there. */
void perf_map_add(int map, const struct method *method, bool of_loop, const uint8_t *start,
                  const uint8_t *end);

#endif
