/* P/Invoke: methods whose body is a function of a native library (II.15.5.2, II.22.22). */
#ifndef CLARET_PINVOKE_H
#define CLARET_PINVOKE_H

#include "runtime/interop/marshal.h"

/* A function of native code, as a method calls it. */
struct native_function {
    const struct marshal_plan *plan;
    void *address;
};

/* The function that *place refers to once it is there; until then make(what) is asked for it, one
 * thread at a time. NULL with an exception pending when it fails. */
typedef struct native_function *native_function_maker(void *what, struct marshal_failure *failure);
const struct native_function *native_function_once(struct thread *thread,
                                                   struct native_function **place,
                                                   native_function_maker *make, void *what);
/* One in the runtime's pool; NULL with failure filled, or for a NULL plan. */
struct native_function *native_function_new(struct runtime *rt, const struct marshal_plan *plan,
                                            void *address, struct marshal_failure *failure);

/* The body of every P/Invoke: finds library and function and plans the signature at the first call
 * (thread->native_method says of what), and calls. What goes wrong is an exception at each call:
 * DllNotFoundException, EntryPointNotFoundException, MarshalDirectiveException,
 * BadImageFormatException. */
void pinvoke_call(struct thread *thread, union slot *slots);

/* The body of calls through a native function pointer (calli with an unmanaged convention): it is
 * the last parameter. */
void pinvoke_call_pointer(struct thread *thread, union slot *slots);

/* The same as pinvoke_call without the call, for Marshal.Prelink. Not for methods with variable
 * arguments, which are planned at each call site. NULL with an exception pending. */
const struct native_function *pinvoke_bind(struct thread *thread, struct method *method);

/* What the metadata says of a P/Invoke; false when it has no row in ImplMap. */
struct pinvoke_import {
    uint32_t flags; /* II.23.1.8 */
    const char *library, *entry_point;
};
bool pinvoke_import_of(const struct method *method, struct pinvoke_import *out);

#endif
