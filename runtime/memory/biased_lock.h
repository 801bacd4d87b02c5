/* A recursive lock that costs next to nothing as long as one thread takes it again and again.
 *
 * That thread has the bias: it takes and gives the lock with plain stores to a flag of its own,
 * then looks whether it still has the bias. Any other thread takes the common lock by
 * compare-and-swap and, as its holder, takes the bias away: it clears it, makes all threads see
 * that (os_barrier), and waits for the flag. A thread that has taken the common lock often enough
 * in a row gets the bias; each time the bias is taken away it takes longer, so threads in turns pay
 * for compare-and-swap and no more.
 *
 * Waiters cannot be woken; they spin, then sleep for growing times. A lock that is all zero is
 * free, and it need not be destroyed. */
#ifndef CLARET_BIASED_LOCK_H
#define CLARET_BIASED_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct biased_lock {
    _Atomic(void *) bias;   /* a thread; or NULL */
    _Atomic bool inside;    /* written by that thread only: it holds the lock, or is about to */
    _Atomic(void *) holder; /* a thread, written by itself; NULL: free, or not yet known */
    unsigned depth;         /* how often the holder holds it */

    _Atomic(void *) common; /* a thread that holds, or waits for the bias to go */
    void *last;             /* the thread that held the common lock last */
    unsigned streak;        /* how often in a row */
    unsigned revocations;
} biased_lock;

/* Its address stands for the thread. */
extern _Thread_local char biased_lock_thread;

void biased_lock_take_slow(biased_lock *lock);
void biased_lock_give_slow(biased_lock *lock);

/* Whether the calling thread holds the lock. */
static inline bool biased_lock_is_held(const biased_lock *lock) {
    return atomic_load_explicit(&lock->holder, memory_order_relaxed) == (void *)&biased_lock_thread;
}

static inline bool biased_lock_has_bias(const biased_lock *lock) {
    return atomic_load_explicit(&lock->bias, memory_order_relaxed) == (void *)&biased_lock_thread;
}

static inline void biased_lock_take(biased_lock *lock) {
    if (biased_lock_is_held(lock)) {
        lock->depth++;
        return;
    }
    if (__builtin_expect(biased_lock_has_bias(lock), true)) {
        atomic_store_explicit(&lock->inside, true, memory_order_relaxed);
        atomic_signal_fence(memory_order_seq_cst); /* os_barrier is the other half */
        if (__builtin_expect(biased_lock_has_bias(lock), true)) {
            atomic_store_explicit(&lock->holder, &biased_lock_thread, memory_order_relaxed);
            lock->depth = 1;
            return;
        }
        atomic_store_explicit(&lock->inside, false, memory_order_release);
    }
    biased_lock_take_slow(lock);
}

static inline void biased_lock_give(biased_lock *lock) {
    if (--lock->depth > 0)
        return;
    atomic_store_explicit(&lock->holder, NULL, memory_order_relaxed);
    if (__builtin_expect(atomic_load_explicit(&lock->common, memory_order_relaxed) !=
                             (void *)&biased_lock_thread,
                         true))
        atomic_store_explicit(&lock->inside, false, memory_order_release);
    else
        biased_lock_give_slow(lock);
}

#endif
