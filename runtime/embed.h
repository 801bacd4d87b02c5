/* Between the embedder's values and managed ones. Internal to runtime/.
 *
 * All of it runs on the thread given, outside safe regions. */
#ifndef CLARET_EMBED_H
#define CLARET_EMBED_H

#include <string.h>

#include "runtime/exec/exec.h"
#include "runtime/runtime.h"

/* A call from outside. The calling thread is in a safe region, because it runs the embedder's code:
 * either between two calls, or in a native function that managed code has called. In the second
 * case what the collector knows of the safe region around that function is put back at the end. */
struct visit {
    struct thread *thread;
    bool was_safe; /* false: out of the runtime itself, a consumer of its events for example */
    struct safe_region region;
    const struct method *native_method;
};

/* False, with visit->thread NULL, on a thread that is none of the runtime's. */
static inline bool embed_enter(struct runtime *rt, struct visit *visit) {
    struct thread *thread = exec_current_thread(rt);
    visit->thread = thread;
    if (!thread)
        return false;
    visit->was_safe = thread->safe;
    visit->native_method = thread->native_method;
    if (visit->was_safe)
        exec_suspend_safe(thread, &visit->region);
    return true;
}

static inline void embed_leave(const struct visit *visit) {
    struct thread *thread = visit->thread;
    thread->native_method = visit->native_method;
    if (visit->was_safe)
        exec_resume_safe(thread, &visit->region);
}

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
