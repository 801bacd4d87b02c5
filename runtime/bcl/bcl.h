/* The class library's native side: methods that are implemented in C, bound by one table (bcl.def).
 * Files are named after the managed class. */
#ifndef CLARET_BCL_H
#define CLARET_BCL_H

#include "runtime/exec/exec.h"

/* The native implementation of a method, found by class, name and parameter types, or for a
 * P/Invoke by library and entry point; NULL when it has none. The method's signature is prepared.
 * Bodies are replaced in mscorlib only. */
native_method bcl_find(const struct method *method);

/* The System.RuntimeType object of a type, made once; NULL with an exception pending. And back. */
struct object *bcl_type_object(struct thread *thread, struct type *type);
struct type *bcl_type_of(struct object *object);

/* System.AppDomain.c: runs the program's handlers of AppDomain.ProcessExit, once per runtime, and
 * of UnhandledException. They may end the program (rt->exiting); otherwise nothing is pending then.
 */
void bcl_domain_raise_exit(struct thread *thread);
void bcl_domain_raise_unhandled(struct thread *thread, struct object *exception);

/* System.Diagnostics.Process.c: no child is waited for any more; before the wait objects go. */
void bcl_process_stop(struct runtime *rt);

/* System.Globalization.c: the English name of the culture that a Windows language identifier (LCID)
 * names, "English (United States)"; NULL for one that is not known. */
const char *bcl_culture_english(int32_t number);

/* ---- bcl_state.c: what the class library keeps per runtime ---- */

struct bcl_state;

/* Makes rt->bcl; false when memory is short. */
bool bcl_start(struct runtime *rt);
void bcl_stop(struct runtime *rt);
/* In a collection: reports the objects that are kept here. */
void bcl_mark(struct runtime *rt, gc_heap *gc);

/* The value stored under two keys, NULL when there is none; and storing it (false when memory is
 * short). Serves the objects that stand for runtime structures. */
void *bcl_get(struct runtime *rt, const void *key, uintptr_t second);
bool bcl_put(struct runtime *rt, const void *key, uintptr_t second, void *value);

/* Native memory of size bytes, zeroed, that managed code holds and frees; what it has not freed (an
 * exception kept it from that) goes with the runtime. NULL when memory is short. NULL may be freed.
 */
void *bcl_native_alloc(struct runtime *rt, size_t size);
void bcl_native_free(struct runtime *rt, void *block);

/* A GPtrArray of pointers as such a block, which managed code frees; NULL when memory is short. */
void *bcl_pointer_array(struct runtime *rt, void *const *items, uint32_t count);

/* An object of mscorlib's class that exists once per runtime, made without a constructor. */
struct object *bcl_singleton(struct thread *thread, const char *name_space, const char *name);

/* ---- bcl_values.c: values in and out of objects ---- */

/* The class name_space.name of mscorlib, prepared; NULL with an exception pending. */
struct type *bcl_class(struct thread *thread, const char *name_space, const char *name);
/* An object of a class that may not be prepared yet, made without a constructor; NULL with an
 * exception pending. */
struct object *bcl_new_object(struct thread *thread, struct type *type);
/* A vector of element; NULL with an exception pending. */
struct array *bcl_new_vector(struct thread *thread, struct type *element, int64_t length);
/* A vector of strings, types or other objects of mscorlib's class System.NAME. */
struct array *bcl_new_vector_of(struct thread *thread, const char *name, int64_t length);
/* The instance field of that name, in the object's class or a base; NULL when there is none. */
void *bcl_field(struct object *object, const char *name);
/* Stores a reference in such a field; does nothing when there is none. */
void bcl_set_field(struct object *object, const char *name, void *value);
/* A managed string; NULL for NULL text, or with an exception pending. */
struct string *bcl_string(struct thread *thread, const char *text);
/* UTF-8 text of a managed string as a mem_ block; NULL with an exception pending (also for a null
 * string: ArgumentNullException). */
char *bcl_text(struct thread *thread, const struct string *string);
/* The value of type at place as an object. */
struct object *bcl_box(struct thread *thread, struct type *type, const void *place);
/* Stores an object as a value of type at place: unboxed, primitives widened, null as all zeros.
 * False when it does not fit; nothing is pending then, unless memory was short. */
bool bcl_unbox(struct thread *thread, struct type *type, void *place, struct object *object);
/* exec_invoke for natives that let the method's exception pass on to whoever called them: handlers
 * there are looked for again, the trace stays. */
bool bcl_invoke(struct thread *thread, struct method *method, union slot *args);
/* Runs a method as the first of its thread: an exception that comes out ends the program, but for
 * an abort. */
void bcl_invoke_root(struct thread *thread, struct method *method, union slot *args);
/* The Thread object of the calling thread, made without constructors, its state THREAD_BACKGROUND
 * or 0; NULL with an exception pending. */
struct object *bcl_thread_object(struct thread *thread, int32_t state);
/* False with ArgumentNullException (parameter NULL) pending when object is null. */
bool bcl_check(struct thread *thread, const void *object);

/* The functions of bcl.def. Arguments in slots[0..], this first; the result to slots[0]. Declared
 * again for each method that they serve. */
#define BCL(type, name, params, function) void function(struct thread *thread, union slot *slots);
#include "runtime/bcl/bcl.def"
#undef BCL

#endif
