/* Stopping the world, and the runtime's lock.
 *
 * A thread of a runtime is either running managed code and the runtime, or in a safe region: a
 * stretch, usually a call that may block, in which it touches no managed object and calls nothing
 * of the runtime. A collection waits until every other thread is in a safe region; a thread that
 * comes out of one waits for the collection to end. Interpreted and compiled loops and calls ask
 * now and then whether they should stop (thread->poll). While a thread is in a safe region, its
 * stacks and the registers it entered with are what a collection looks at.
 *
 * Locks. The world's lock guards the list of threads and whether the world is stopped; no other
 * lock is taken under it but the heap's. Whoever waits for another lock than a short one of the
 * runtime's own does so in a safe region. */
#ifndef CLARET_SAFE_H
#define CLARET_SAFE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/exec/announce.h"

struct runtime;
struct thread;
struct type;

/* A thread that waits for another one's step of a type: see types/step.h. */
struct step_wait {
    const void *thread; /* exec_self of it */
    const struct type *type;
    struct step_wait *next;
};

struct world {
    pthread_mutex_t lock;
    pthread_cond_t changed;  /* a thread has entered a safe region, or the world goes on */
    struct thread *threads;  /* by next; under the lock */
    struct thread *ended;    /* started ones that only wait to be joined, by next; under the lock */
    uint32_t started;        /* threads that are started and not in that list; under the lock */
    struct thread *claimant; /* whose turn it is to stop the world; NULL; under the lock */
    struct thread *stopper;  /* the same from when it is being stopped; atomic */
    bool for_collection;     /* why it is; the stopper's */
    pthread_key_t current;   /* an attached thread's struct thread */
    pthread_mutex_t tables;  /* exec_lock */
    const void *tables_owner;           /* tells the thread that holds it */
    uint32_t tables_depth;              /* how often that thread has locked it */
    struct announcements announcements; /* to be told when it is let go */
    pthread_cond_t stepped;             /* a step that somebody waits for has ended; with tables */
    struct step_wait *step_waits;       /* by next; on the stacks of those who wait */
};

/* False when memory or thread keys are short; nothing is to be freed then. */
bool exec_world_init(struct world *world);
void exec_world_fini(struct world *world);

/* exec_enter_safe(thread), which is in exec.h because it must see the registers of the function it
 * stands in, and exec_leave_safe stand around every call that may block. They do not nest. errno is
 * kept. On the thread itself. */
void exec_leave_safe(struct thread *thread);

/* What a collection looks at of a thread in a safe region. */
struct safe_region {
    const void *end;        /* of the native stack */
    uint64_t registers[10]; /* those that a callee preserves */
};

/* Out of a safe region for a call back into the runtime, and back into the same one: the registers
 * and the stack that matter are still those of where it was entered. */
void exec_suspend_safe(struct thread *thread, struct safe_region *outer);
void exec_resume_safe(struct thread *thread, const struct safe_region *outer);

/* Lets a collection pass, and takes notice of a request to end. On the thread itself, out of
 * managed code; may leave an exception pending. */
void exec_poll(struct thread *thread);

/* The runtime's lock over its tables: modules, types, methods, register code, compiled code, and
 * what the class library keeps. Recursive. A thread that waits for it is in a safe region. */
void exec_lock(struct runtime *rt);
void exec_unlock(struct runtime *rt);

/* For managed code that is called in the middle of what the lock guards: lets go of the lock, which
 * the calling thread has, however often it has taken it, and tells what is queued; then takes it
 * again. False when memory is short: the lock is held still, and there is nothing to resume. */
struct lock_pause {
    uint32_t depth;
    struct announcements announcements;
};
bool exec_pause_lock(struct runtime *rt, struct lock_pause *pause);
void exec_resume_lock(struct runtime *rt, const struct lock_pause *pause);

/* In such a pause: sleeps until busy(data), which is asked under the lock, is false, and has been
 * woken for that. Without memory it returns at once. */
void exec_wait_unlocked(struct runtime *rt, bool (*busy)(void *data), void *data);
void exec_wake_unlocked(struct runtime *rt);

/* Holds the lock to the end of the block. */
#define EXEC_LOCKED(rt)                                                                            \
    struct runtime *locked_ __attribute__((cleanup(exec_unlock_at), unused)) = (rt);               \
    exec_lock(locked_)
static inline void exec_unlock_at(struct runtime **rt) {
    exec_unlock(*rt);
}

/* The calling thread, if it is one of the runtime's; otherwise NULL. */
struct thread *exec_current_thread(const struct runtime *rt);
/* The same if it is not in a safe region. */
struct thread *exec_running_thread(const struct runtime *rt);
/* Tells native threads apart, whether the runtime knows them or not. */
const void *exec_self(void);

/* For gc_host, and for whoever else stops the world, as the calling thread of the runtime. False
 * when another one has done so meanwhile: the world goes on. */
bool exec_stop_world(void *rt);
bool exec_stop_world_for(struct runtime *rt, bool collection);
void exec_start_world(void *rt);

/* Makes the thread call exec_poll soon, until the world goes on and no request is left. Under the
 * world's lock. */
void exec_request_poll(struct thread *thread);

#endif
