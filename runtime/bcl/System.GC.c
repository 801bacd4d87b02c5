/* System.GC: collections and finalizers on demand. There is one generation. */
#include "runtime/bcl/bcl.h"
#include "runtime/exec/finalizer.h"

/* Collect() and InternalCollect(generation). The first has no managed frame: what is left there of
 * calls that are over would look like references. */
void bcl_gc_collect(struct thread *thread, union slot *slots) {
    (void)slots;
    gc_collect(&thread->gc);
}

void bcl_gc_wait_for_finalizers(struct thread *thread, union slot *slots) {
    (void)slots;
    exec_wait_for_finalizers(thread);
}

void bcl_gc_suppress_finalize(struct thread *thread, union slot *slots) {
    gc_suppress_finalizer(thread->rt->gc, slots[0].p);
}

void bcl_gc_register_finalizer(struct thread *thread, union slot *slots) {
    if (slots[0].p && !gc_register_finalizer(thread->rt->gc, slots[0].p))
        exec_throw_object(thread, thread->out_of_memory);
}

/* GetTotalMemory(forceFullCollection) */
void bcl_gc_total_memory(struct thread *thread, union slot *slots) {
    if (slots[0].i4)
        gc_collect(&thread->gc);
    slots[0].i8 = (int64_t)gc_get_stats(thread->rt->gc).used;
}

void bcl_gc_collection_count(struct thread *thread, union slot *slots) {
    slots[0].i4 = (int32_t)gc_get_stats(thread->rt->gc).collections;
}

void bcl_gc_max_generation(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = 0;
}

/* get_ephemeron_tombstone(): the object that dead keys are replaced by. */
void bcl_gc_tombstone(struct thread *thread, union slot *slots) {
    slots[0].o = bcl_singleton(thread, "System", "Object");
}

/* register_ephemeron_array(Ephemeron[]): the collector knows such arrays by their type. */
void bcl_gc_register_ephemerons(struct thread *thread, union slot *slots) {
    (void)slots;
    struct object *tombstone = bcl_singleton(thread, "System", "Object");
    if (tombstone)
        gc_set_tombstone(thread->rt->gc, tombstone);
}
