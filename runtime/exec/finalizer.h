/* The finalizer thread: a background thread of the runtime that runs the finalizers of objects
 * which a collection has found dead.
 *
 * It is started when a collection first leaves some: by the thread that has collected, when it
 * polls next. From then on it sleeps until the world goes on after a collection, and looks. As in
 * CoreCLR, what is left when the program ends is not finalized, and an exception that leaves a
 * finalizer ends the program. */
#ifndef CLARET_FINALIZER_H
#define CLARET_FINALIZER_H

#include <stdbool.h>

struct runtime;
struct thread;

/* Part of struct runtime, under the world's lock; all zero is the start. */
struct finalizer {
    struct thread *thread; /* when it has begun */
    bool started;
    bool busy;   /* it runs finalizers, or is about to look for some */
    bool wanted; /* there is something to finalize, and no thread; also read without the lock */
};

/* When the world goes on after a collection, under its lock: whether the thread that has collected
 * should poll, in order to start the finalizer thread. */
bool exec_want_finalizer(struct runtime *rt);

/* Starts it if it is wanted. On any thread that is out of managed code. */
void exec_start_finalizer(struct thread *thread);

/* GC.WaitForPendingFinalizers: until all that is dead now is finalized, or the program ends. Runs
 * the finalizers itself when there is no memory for the thread. May leave an exception pending. */
void exec_wait_for_finalizers(struct thread *thread);

#endif
