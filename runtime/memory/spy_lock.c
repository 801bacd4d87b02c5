/* spy_lock.h */
#include "runtime/memory/spy_lock.h"

#include "runtime/memory/os.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum { SPINS = 100, FIRST_SLEEP_NS = 1000, LONGEST_SLEEP_NS = 1000000 };

static _Thread_local char identity;

static bool try_take(spy_lock *lock) {
    void *nobody = NULL;
    return atomic_load_explicit(&lock->owner, memory_order_relaxed) == NULL &&
           atomic_compare_exchange_weak_explicit(&lock->owner, &nobody, &identity,
                                                 memory_order_acquire, memory_order_relaxed);
}

static __attribute__((noinline)) void wait_and_take(spy_lock *lock) {
    for (int i = 0; i < SPINS; i++) {
        if (try_take(lock))
            return;
    }
    struct timespec pause = {0, FIRST_SLEEP_NS};
    while (!try_take(lock)) {
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < LONGEST_SLEEP_NS)
            pause.tv_nsec *= 2;
    }
}

void spy_lock_take(spy_lock *lock) {
    void *owner = atomic_load_explicit(&lock->owner, memory_order_relaxed);
    if (owner == &identity) {
        lock->depth++;
        return;
    }
    if (os_single_threaded())
        atomic_store_explicit(&lock->owner, &identity, memory_order_relaxed);
    else if (!try_take(lock))
        wait_and_take(lock);
    lock->depth = 1;
}

void spy_lock_give(spy_lock *lock) {
    if (--lock->depth == 0)
        atomic_store_explicit(&lock->owner, NULL, memory_order_release);
}
