/* Steps in the life of a type, from its identity to its tables, while other threads look on.
 *
 * A step runs under the runtime's lock, so that nobody sees a type half made, with one exception:
 * a handler of AppDomain.AssemblyResolve runs in the middle of a step and without the lock
 * (exec_pause_lock), because it may wait for threads that need it. Who comes upon a type on which a
 * thread is in such a handler waits for the end of its step; when that thread waits, itself or
 * through others, for this one, it takes the type as it is. Under the runtime's lock. */
#ifndef CLARET_STEP_H
#define CLARET_STEP_H

#include "runtime/types/type.h"

/* Begins a step; they nest on one thread. False when the type is to be taken as it is. What other
 * threads have done by then is to be looked at again. */
bool type_begin_step(struct type *type);
void type_end_step(struct type *type);

/* For a type that a table has: whether its identity is complete, or to be taken as it is. False
 * after waiting for another thread: look it up again. */
bool type_has_identity(struct type *type);

#endif
