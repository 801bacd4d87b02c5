/* The lock that is held from a spy's Pre call to the end of its Post call.
 *
 * Recursive, because a hook may allocate. It guards every allocation while a spy is there, so it is
 * made for the uncontended case: taking it is one compare-and-swap (a plain store while the process
 * has one thread), giving it back one plain store. Waiters therefore cannot be woken; they spin,
 * then sleep for growing times. It is never destroyed, so it works until the process is gone. */
#ifndef CLARET_SPY_LOCK_H
#define CLARET_SPY_LOCK_H

#include <stdatomic.h>

typedef struct spy_lock {
    _Atomic(void *) owner; /* an address that only the owning thread uses so; NULL: free */
    unsigned depth;        /* how often the owner holds it */
} spy_lock;

void spy_lock_take(spy_lock *lock);
void spy_lock_give(spy_lock *lock);

#endif
