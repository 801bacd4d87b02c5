/* The registered spy: the operations of the task allocator with the spy's hooks around them.
 *
 * Callers look at spy_present first and go straight to the task heap when there is none; that look
 * is all that an unspied operation costs. The functions here take the lock, look again, and do
 * without hooks when the spy has gone meanwhile. Their rules are IMalloc's. */
#ifndef CLARET_SPY_H
#define CLARET_SPY_H

#include "runtime/memory/include/objidl.h"

#include <stdatomic.h>
#include <stdbool.h>

/* The process-wide spy; NULL when none is registered. Written in spy.c only, under the lock. */
extern _Atomic(IMallocSpy *) spy_registered;

/* Relaxed is enough: whoever frees a spied block got its address from an allocation that came after
 * the registration, so it sees the spy; and a spy does not go before its last block has. */
static inline bool spy_present(void) {
    return __builtin_expect(atomic_load_explicit(&spy_registered, memory_order_relaxed) != NULL,
                            false);
}

void *spy_alloc(size_t cb);
void *spy_realloc(void *block, size_t cb); /* block not NULL, cb not 0 */
void spy_free(void *block);                /* block not NULL */
size_t spy_size(void *block);              /* block not NULL */
int spy_did_alloc(void *block);            /* block not NULL */
void spy_minimize(void);

/* Holds up, and lets on, every spied operation of other threads. */
void spy_hold(void);
void spy_let_go(void);

/* Whether the records of spied blocks are in order; true when there is no spy. */
bool spy_check(void);

#endif
