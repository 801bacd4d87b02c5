/* spy_lock.h: waiting. */
#include "runtime/memory/spy_lock.h"

#include <time.h>

enum { SPINS = 100, FIRST_SLEEP_NS = 1000, LONGEST_SLEEP_NS = 1000000 };

_Thread_local char spy_lock_thread;

void spy_lock_wait(spy_lock *lock) {
    for (int i = 0; i < SPINS; i++) {
        if (spy_lock_try(lock))
            return;
    }
    struct timespec pause = {0, FIRST_SLEEP_NS};
    while (!spy_lock_try(lock)) {
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < LONGEST_SLEEP_NS)
            pause.tv_nsec *= 2;
    }
}
