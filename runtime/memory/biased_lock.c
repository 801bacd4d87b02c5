/* biased_lock.h: the common lock, and who gets the bias. */
#include "runtime/memory/biased_lock.h"

#include "runtime/memory/os.h"

#include <time.h>

enum {
    SPINS = 100,
    FIRST_SLEEP_NS = 1000,
    LONGEST_SLEEP_NS = 1000000,
    FIRST_STREAK = 64, /* that earns the bias; doubled by each revocation */
    MOST_DOUBLINGS = 16
};

_Thread_local char biased_lock_thread;

/* Calls done until it says true. */
static void wait_until(bool (*done)(biased_lock *lock), biased_lock *lock) {
    struct timespec pause = {0, FIRST_SLEEP_NS};
    for (int i = 0; i < SPINS; i++) {
        if (done(lock))
            return;
    }
    while (!done(lock)) {
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < LONGEST_SLEEP_NS)
            pause.tv_nsec *= 2;
    }
}

static bool try_common(biased_lock *lock) {
    void *nobody = NULL;
    return atomic_load_explicit(&lock->common, memory_order_relaxed) == NULL &&
           atomic_compare_exchange_weak_explicit(&lock->common, &nobody, &biased_lock_thread,
                                                 memory_order_acquire, memory_order_relaxed);
}

static bool has_left(biased_lock *lock) {
    return !atomic_load_explicit(&lock->inside, memory_order_acquire);
}

/* The bias is only given and taken by the holder of the common lock. */
static void revoke(biased_lock *lock) {
    atomic_store(&lock->bias, NULL);
    os_barrier();
    wait_until(has_left, lock);
    if (lock->revocations < MOST_DOUBLINGS)
        lock->revocations++;
}

void biased_lock_take_slow(biased_lock *lock) {
    wait_until(try_common, lock);
    if (atomic_load_explicit(&lock->bias, memory_order_relaxed))
        revoke(lock);
    lock->streak = lock->last == &biased_lock_thread ? lock->streak + 1 : 0;
    lock->last = &biased_lock_thread;
    lock->depth = 1;
    atomic_store_explicit(&lock->holder, &biased_lock_thread, memory_order_relaxed);
}

void biased_lock_give_slow(biased_lock *lock) {
    if (os_single_threaded() || lock->streak >> lock->revocations >= (unsigned)FIRST_STREAK) {
        lock->streak = 0;
        atomic_store_explicit(&lock->bias, &biased_lock_thread, memory_order_relaxed);
    }
    atomic_store_explicit(&lock->common, NULL, memory_order_release);
}
