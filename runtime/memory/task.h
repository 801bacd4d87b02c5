/* The task heap as it is under the spy: what IMalloc's methods do once the spy has had its say.
 *
 * The rules are IMalloc's (objidl.h), with the NULL cases left to the caller: block is never NULL
 * here. Thread-safe. */
#ifndef CLARET_TASK_H
#define CLARET_TASK_H

#include <stdbool.h>
#include <stddef.h>

void *task_alloc(size_t size);

/* size may not be 0. NULL leaves the block as it was: memory is short, or it is no live block. */
void *task_realloc(void *block, size_t size);

/* Does nothing for an address that is no live block. */
void task_free(void *block);

/* The size last requested; (size_t)-1 for an address that is no live block. */
size_t task_size(const void *block);

bool task_owns(const void *block);

void task_minimize(void);

/* Whether the heap is in order. No other thread may allocate meanwhile. */
bool task_check(void);

#endif
