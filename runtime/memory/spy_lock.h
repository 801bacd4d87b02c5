/* The lock that is held from a spy's Pre call to the end of its Post call.
 *
 * Recursive, because a hook may allocate. It guards every allocation while a spy is there, so it is
 * made for the uncontended case: taking it is one compare-and-swap (a plain store while the process
 * has one thread), giving it back one plain store. Waiters therefore cannot be woken; they spin,
 * then sleep for growing times. It is never destroyed, so it works until the process is gone. */
#ifndef CLARET_SPY_LOCK_H
#define CLARET_SPY_LOCK_H

#include "runtime/memory/os.h"

#include <stdatomic.h>

typedef struct spy_lock {
    _Atomic(void *) owner; /* an address that only the owning thread uses so; NULL: free */
    unsigned depth;        /* how often the owner holds it */
} spy_lock;

/* Its address stands for the thread. */
extern _Thread_local char spy_lock_thread;

static inline bool spy_lock_try(spy_lock *lock) {
    void *nobody = NULL;
    return atomic_load_explicit(&lock->owner, memory_order_relaxed) == NULL &&
           atomic_compare_exchange_weak_explicit(&lock->owner, &nobody, &spy_lock_thread,
                                                 memory_order_acquire, memory_order_relaxed);
}

void spy_lock_wait(spy_lock *lock); /* until it is taken */

static inline void spy_lock_take(spy_lock *lock) {
    void *owner = atomic_load_explicit(&lock->owner, memory_order_relaxed);
    if (owner == &spy_lock_thread) {
        lock->depth++;
        return;
    }
    if (os_single_threaded())
        atomic_store_explicit(&lock->owner, &spy_lock_thread, memory_order_relaxed);
    else if (!spy_lock_try(lock))
        spy_lock_wait(lock);
    lock->depth = 1;
}

static inline void spy_lock_give(spy_lock *lock) {
    if (--lock->depth == 0)
        atomic_store_explicit(&lock->owner, NULL, memory_order_release);
}

#endif
