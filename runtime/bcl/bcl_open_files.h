/* The files that managed code has open, and what it lets others do with them meanwhile
 * (System.IO.FileShare), as far as this process goes: files that one has opened for itself cannot
 * be opened by another, or not to be written. Other processes are not kept from anything. Any
 * thread; opening and closing are system calls, so the caller is safe for collections. Internal to
 * runtime/bcl/. */
#ifndef CLARET_BCL_OPEN_FILES_H
#define CLARET_BCL_OPEN_FILES_H

#include <stdbool.h>
#include <stdint.h>

struct runtime;

/* False when memory is short. What was to be deleted when it is closed is, when the runtime stops.
 */
bool bcl_files_start(struct runtime *rt);
void bcl_files_stop(struct runtime *rt);

/* open() with System.IO's FileAccess, FileShare and FileOptions: -1 with errno set, EAGAIN when
 * somebody who has the file open does not share it so. */
int bcl_files_open(struct runtime *rt, const char *path, int flags, int32_t access, int32_t share,
                   int32_t options);
/* close() of any descriptor. */
int bcl_files_close(struct runtime *rt, int fd);

#endif
