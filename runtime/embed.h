/* Between the embedder's values and managed ones. Internal to runtime/.
 *
 * All of it runs on the thread given, outside safe regions. */
#ifndef CLARET_EMBED_H
#define CLARET_EMBED_H

#include "runtime/exec/exec.h"
#include "runtime/runtime.h"

/* The object that a NULL, STRING or OBJECT stands for, a new one for a STRING; NULL for the other
 * kinds. NULL with OutOfMemoryException pending when memory is short. */
struct object *embed_object_of(struct thread *thread, const claret_value *value);

/* The object that an OBJECT holds; NULL for all other kinds. */
struct object *embed_held(struct thread *thread, const claret_value *value);

/* Stores value as one of type, which is laid out, at place. False when its kind is not the type's,
 * or with OutOfMemoryException pending. */
bool embed_store(struct thread *thread, void *place, struct type *type, const claret_value *value);

/* The value of type at place. False when memory is short; out holds nothing then. */
bool embed_load(struct thread *thread, const void *place, struct type *type, claret_value *out);
/* A handle to the object as OBJECT. The same. */
bool embed_load_object(struct thread *thread, struct object *object, claret_value *out);

/* For messages: "a number of 32 bits", "an object of System.Version". */
typedef struct embed_text {
    char text[320];
} embed_text;
embed_text embed_describe(const claret_value *value, const struct object *held);

#endif
