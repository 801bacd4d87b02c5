/* What a collection tells a plug-in, object by object.
 *
 * Each walks the heap once and calls back in blocks of PROF_GC_BLOCK, newer callback before older;
 * as in CoreCLR the older does not come for a block that the newer returned a failure for.
 * They may be called in the collection only: the first at its start, the others when its marks are
 * set. When memory is short ObjectsAllocatedByClass, or the rest of the ObjectReferences, is left
 * out. */
#ifndef CLARET_PROF_GC_H
#define CLARET_PROF_GC_H

#include "profiler/prof_host.h"

struct gc_heap;

enum { PROF_GC_BLOCK = 128 };

void prof_gc_tell_allocated(prof_host *host, struct gc_heap *gc);
void prof_gc_tell_survivors(prof_host *host, struct gc_heap *gc);
void prof_gc_tell_roots(prof_host *host, struct gc_heap *gc);
/* Ends when the plug-in returns a failure. */
void prof_gc_tell_objects(prof_host *host, struct gc_heap *gc);

#endif
