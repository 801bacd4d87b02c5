/* The task heap when a memory checker watches the process: every block is one malloc of its own, so
 * that AddressSanitizer, LeakSanitizer and valgrind see the blocks and their bounds as they are.
 *
 * The rules are those of task.h. */
#ifndef CLARET_PLAIN_HEAP_H
#define CLARET_PLAIN_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a memory checker watches. */
bool plain_heap_is_wanted(void);

void *plain_alloc(size_t size);

/* False, and nothing happens, when block is no live block. */
bool plain_free(void *block);

/* The requested size; (size_t)-1 when block is no live block. */
size_t plain_size(const void *block);

#endif
