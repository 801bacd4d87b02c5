/* Calls of native functions. */
#ifndef CLARET_NATIVE_CALL_H
#define CLARET_NATIVE_CALL_H

#include "runtime/interop/marshal.h"

/* Calls target with the arguments at slots (as the plan's method takes them, without this), the
 * result to slots[0]. The thread is in a safe region while native code runs. An exception is left
 * pending. thread->native_top lies behind the slots that hold arguments or will hold the result. */
void native_call(struct thread *thread, const struct marshal_plan *plan, void *target,
                 union slot *slots);

#endif
