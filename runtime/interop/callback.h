/* Managed code as native functions, and back: delegates and function pointers (II.15.5.2). */
#ifndef CLARET_CALLBACK_H
#define CLARET_CALLBACK_H

#include "runtime/interop/marshal.h"

/* The native function that calls the delegate, the same one at every call; it lives as long as the
 * delegate. It may be called on any thread. An exception that the delegate does not catch ends the
 * process: it is reported, and the status is 134. NULL with an exception pending. */
void *callback_pointer(struct thread *thread, struct object *delegate);

/* A delegate of type that calls the native function; the delegate itself when the function is a
 * callback_pointer. NULL with an exception pending, and for NULL. */
struct object *callback_delegate(struct thread *thread, struct type *type, void *function);

void callback_free_all(struct runtime *rt);

#endif
