/* How far memory can be read. */
#ifndef CLARET_PROF_READABLE_H
#define CLARET_PROF_READABLE_H

#include <stddef.h>

/* The number of bytes from p on that are mapped readable without a gap; 0 when p is not, or when
 * the process's map cannot be read. */
size_t prof_readable(const void *p);

#endif
