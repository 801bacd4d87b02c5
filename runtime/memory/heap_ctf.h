/* A heap trace (heap_events.h) in the Common Trace Format 1.8, as babeltrace2 and Trace Compass
 * read it: a folder with a stream for each thread and the description of their layout. */
#ifndef CLARET_HEAP_CTF_H
#define CLARET_HEAP_CTF_H

#include "runtime/memory/include/com.h"

#include <stddef.h>

/* Converts the trace at path into folder, which is made and must not be there yet. Nothing is left
 * out: each event has its fields, its source and its time. Errors, with a text in error: E_FAIL (a
 * file, or no trace), E_OUTOFMEMORY; the folder then holds what was written until there. A trace
 * that ends early is converted as far as it goes; its times then count ticks as nanoseconds. */
HRESULT heap_ctf_write(const char *path, const char *folder, char *error, size_t error_size);

#endif
