/* The class library's native side: methods that are implemented in C, bound by one table (bcl.def).
 * Files are named after the managed class. */
#ifndef CLARET_BCL_H
#define CLARET_BCL_H

#include "runtime/exec/exec.h"

/* The native implementation of a method, found by class, name and parameter types; NULL when it has
 * none. The method's signature is prepared. Only methods of mscorlib are looked up. */
native_method bcl_find(const struct method *method);

/* The functions of bcl.def. Arguments in slots[0..], this first; the result to slots[0]. */
#define BCL(type, name, params, function) void function(struct thread *thread, union slot *slots);
#include "runtime/bcl/bcl.def"
#undef BCL

#endif
