/* Clocks: System.DateTime, Stopwatch and Timer. */
#include <time.h>

#include "runtime/bcl/bcl.h"

/* 100-nanosecond units. */
static int64_t ticks(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 10000000 + now.tv_nsec / 100;
}

/* GetSystemTimeAsFileTime(): since the year 1601. */
void bcl_time_file(struct thread *thread, union slot *slots) {
    const int64_t unix_epoch = 116444736000000000; /* 1970 in that count */
    (void)thread;
    slots[0].i8 = ticks(CLOCK_REALTIME) + unix_epoch;
}

/* Stopwatch.GetTimestamp(), Timer.GetTimeMonotonic(). */
void bcl_time_monotonic(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i8 = ticks(CLOCK_MONOTONIC);
}
