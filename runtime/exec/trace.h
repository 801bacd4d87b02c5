/* Stack traces of exceptions: recorded while pass one walks, kept in the exception's _stackTrace
 * field as an int64 array of (method, IL offset) pairs. Internal to runtime/exec/. */
#ifndef CLARET_TRACE_H
#define CLARET_TRACE_H

#include "runtime/exec/exec.h"

#define TRACE_MAX 512 /* frames beyond are not recorded */

struct trace {
    struct object *exception;
    uint32_t count;
    bool off;
    bool resumes; /* the next activation may be the last entry's: set after trace_begin */
    struct trace_entry entries[TRACE_MAX];
};

/* keep: entries are added behind those the exception has already (rethrow). */
void trace_begin(struct trace *trace, struct object *exception, bool keep);
void trace_add(struct trace *trace, struct method *method, uint32_t il_offset);
/* Stores the trace as it is now; without memory the exception has none. */
void trace_store(struct trace *trace, struct thread *thread);

#endif
