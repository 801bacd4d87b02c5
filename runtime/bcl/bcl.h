/* The class library's native side: methods that are implemented in C, bound by one table (bcl.def).
 * Files are named after the managed class. */
#ifndef CLARET_BCL_H
#define CLARET_BCL_H

#include "runtime/exec/exec.h"

/* The native implementation of a method, found by class, name and parameter types; NULL when it has
 * none. The method's signature is prepared. Only methods of mscorlib are looked up. */
native_method bcl_find(const struct method *method);

/* The System.RuntimeType object of a type, made once; NULL with an exception pending. And back. */
struct object *bcl_type_object(struct thread *thread, struct type *type);
struct type *bcl_type_of(struct object *object);

/* Frees the native strings that managed code has not; part of destroying the runtime. */
void bcl_free_copies(struct runtime *rt);

/* The functions of bcl.def. Arguments in slots[0..], this first; the result to slots[0]. Declared
 * again for each method that they serve. */
#define BCL(type, name, params, function) void function(struct thread *thread, union slot *slots);
#include "runtime/bcl/bcl.def"
#undef BCL

#endif
