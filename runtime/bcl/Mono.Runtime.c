/* Mono.Runtime: what code asks that wants to know about the Mono below it. Crash reports are Mono's
 * own; there are none here, so the switches do nothing and the reports are empty. */
#include "runtime/bcl/bcl.h"

/* GetDisplayName(): what programs test that want to know whether they run on Mono, and which. */
void bcl_runtime_name(struct thread *thread, union slot *slots) {
    slots[0].p = bcl_string(thread, "6.8.0.105 (Claret)");
}

/* GetNativeStackTrace(exception), and the crash reports with their two hashes. */
void bcl_runtime_no_text(struct thread *thread, union slot *slots) {
    slots[0].p = bcl_string(thread, "");
}

static void empty_report(struct thread *thread, union slot *slots, uint64_t *hash,
                         uint64_t *exact_hash) {
    *hash = *exact_hash = 0;
    bcl_runtime_no_text(thread, slots);
}

void bcl_runtime_dump(struct thread *thread, union slot *slots) {
    empty_report(thread, slots, slots[0].p, slots[1].p);
}

void bcl_runtime_exception_state(struct thread *thread, union slot *slots) {
    empty_report(thread, slots, slots[1].p, slots[2].p);
}
