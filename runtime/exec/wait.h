/* Waiting: for a time, for each other, and for events, mutexes and semaphores.
 *
 * All waiting is parking: a thread goes to sleep in a safe region until somebody unparks it or a
 * moment comes, and then looks again whether what it waits for is there. Requests to a thread (to
 * end, to throw) unpark it too.
 *
 * Wait objects are known to managed code by a handle, a small number. One lock per runtime guards
 * them all, so that waiting for several at once is one step. */
#ifndef CLARET_WAIT_H
#define CLARET_WAIT_H

#include <stdbool.h>
#include <stdint.h>

struct runtime;
struct thread;
struct wait_table;

/* What others ask of a thread; bits. */
enum {
    REQUEST_EXIT = 1,     /* the program ends: run no managed code any more */
    REQUEST_ABORT = 2,    /* throw ThreadAbortException, as soon as managed code runs */
    REQUEST_INTERRUPT = 4 /* throw ThreadInterruptedException at the next wait */
};

#define WAIT_FOREVER UINT64_MAX

/* The moment, on the monotonic clock in ns, that is this many ms from now; negative: WAIT_FOREVER.
 */
uint64_t exec_deadline(int64_t ms);

/* Sleeps until unparked or until the deadline; may also return for no reason. On the thread itself,
 * without locks. False when the deadline has passed. */
bool exec_park(struct thread *thread, uint64_t deadline);

/* The same until a descriptor is ready for events (POLLIN ...): returns those that are, 0 when
 * there are none, -1 with errno set. */
int exec_park_at(struct thread *thread, int fd, short events, uint64_t deadline);

/* Wakes the thread, or lets its next exec_park return at once. Whoever calls sees to it that the
 * thread is still there. Any thread. */
void exec_unpark(struct thread *thread);

/* Whether a wait must end because of a request; because the thread is to end. */
bool exec_is_interrupted(const struct thread *thread);
bool exec_is_ending(const struct thread *thread);

/* Makes requests of another thread; under the world's lock, which keeps it there. */
void exec_request(struct thread *thread, uint32_t requests);

/* Carries out what is asked of the thread: leaves an exception pending and returns true, or finds
 * nothing to do. waiting: at a wait, where interruptions count. On the thread itself, no locks. */
bool exec_take_requests(struct thread *thread, bool waiting);
/* The abort alone, and wherever the thread is: one that it has asked of itself. */
bool exec_take_abort(struct thread *thread);

/* Thread.Sleep. False with an exception pending. */
bool exec_sleep(struct thread *thread, int64_t ms);

/* ---- Wait objects ---- */

typedef enum wait_kind { WAIT_EVENT, WAIT_MUTEX, WAIT_SEMAPHORE } wait_kind;

/* What WaitHandle.Wait_internal returns: the index of the object, or WAIT_ABANDONED + the index of
 * a mutex whose owner ended without releasing it, or one of the others. WAIT_BROKEN: an exception
 * is pending. */
enum { WAIT_ABANDONED = 0x80, WAIT_TIMED_OUT = 0x102, WAIT_FAILED = 0x7FFFFFFF, WAIT_BROKEN = -1 };

bool exec_waits_init(struct runtime *rt);
void exec_waits_fini(struct runtime *rt);

/* A new object, or with a name one that exists (*created tells; it gets another handle). count: of
 * an event whether it is set, of a mutex whether the thread owns it, of a semaphore what is free.
 * name: NULL or UTF-8, known in this runtime only. 0 when memory is short or the name belongs to
 * another kind. */
int64_t exec_wait_new(struct thread *thread, wait_kind kind, int32_t count, int32_t maximum,
                      bool manual, const char *name, bool *created);
/* Another handle of the object of that name; 0 when there is none. */
int64_t exec_wait_open(struct runtime *rt, wait_kind kind, const char *name);
/* Another handle of the same object; 0 for a bad handle, or when memory is short. */
int64_t exec_wait_duplicate(struct runtime *rt, int64_t handle);
void exec_wait_close(struct runtime *rt, int64_t handle);

/* False for a bad handle, or what the object does not allow: a mutex of another thread, a semaphore
 * beyond its maximum. previous: the semaphore's count before; NULL allowed. */
bool exec_event_set(struct runtime *rt, int64_t handle, bool set);
bool exec_mutex_release(struct thread *thread, int64_t handle);
bool exec_semaphore_release(struct runtime *rt, int64_t handle, int32_t count, int32_t *previous);

#define WAIT_MAX 64
/* Waits for one of the objects, or for all (which must differ: DuplicateWaitObjectException).
 * signal: a handle that is signalled in the same step, or 0. */
int32_t exec_wait(struct thread *thread, const int64_t *handles, uint32_t count, bool all,
                  uint64_t deadline, int64_t signal);

/* At the end of a thread: mutexes that it owns are abandoned. */
void exec_abandon_mutexes(struct thread *thread);

#endif
