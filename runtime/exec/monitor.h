/* Monitors: every object has one, made when somebody enters it and gone when nobody is in it, wants
 * in, or waits. Semantics: I.12.6.2 and the documentation of System.Threading.Monitor. */
#ifndef CLARET_MONITOR_H
#define CLARET_MONITOR_H

#include "runtime/exec/exec.h"

bool exec_monitors_init(struct runtime *rt);
void exec_monitors_fini(struct runtime *rt);

/* In a collection: objects whose monitor is in use stay. */
void exec_mark_monitors(struct runtime *rt, gc_heap *gc);

typedef enum monitor_result {
    MONITOR_TAKEN,
    MONITOR_TIMED_OUT,
    MONITOR_BROKEN /* an exception is pending */
} monitor_result;

monitor_result exec_monitor_enter(struct thread *thread, struct object *object, uint64_t deadline);

/* False when the thread does not own the monitor; so also the following. */
bool exec_monitor_exit(struct thread *thread, struct object *object);
bool exec_monitor_is_owner(struct thread *thread, struct object *object);

/* Wakes the thread that waits longest, or all. */
bool exec_monitor_pulse(struct thread *thread, struct object *object, bool all);

/* Gives the monitor up until pulsed, and has it again afterwards, whatever the result. TIMED_OUT:
 * not pulsed until the deadline. The thread owns the monitor. */
monitor_result exec_monitor_wait(struct thread *thread, struct object *object, uint64_t deadline);

/* Whether anybody owns it. */
bool exec_monitor_is_taken(struct thread *thread, struct object *object);

/* For synchronized methods (II.23.1.11): locks the type when it is not NULL, otherwise self, and
 * returns what it has locked; NULL with an exception pending. */
struct object *exec_monitor_lock(struct thread *thread, struct object *self, struct type *type);
/* False with SynchronizationLockException pending when the thread does not own the monitor. */
bool exec_monitor_unlock(struct thread *thread, struct object *object);

#endif
