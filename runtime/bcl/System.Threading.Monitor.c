/* System.Threading.Monitor. */
#include "runtime/exec/monitor.h"

#include "runtime/bcl/bcl.h"

static bool check_owner(struct thread *thread, bool owner) {
    if (!owner)
        exec_throw(thread, "Threading.SynchronizationLockException",
                   "Object synchronization method was called from an unsynchronized block of "
                   "code.");
    return owner;
}

void bcl_monitor_enter(struct thread *thread, union slot *slots) {
    if (bcl_check(thread, slots[0].p))
        exec_monitor_enter(thread, slots[0].o, WAIT_FOREVER);
}

/* try_enter_with_atomic_var(object, milliseconds, ref taken). */
void bcl_monitor_try_enter(struct thread *thread, union slot *slots) {
    int32_t ms = slots[1].i4;
    if (!bcl_check(thread, slots[0].p))
        return;
    uint64_t deadline = ms == 0 ? 0 : exec_deadline(ms);
    if (exec_monitor_enter(thread, slots[0].o, deadline) == MONITOR_TAKEN)
        *(uint8_t *)slots[2].p = 1;
}

void bcl_monitor_exit(struct thread *thread, union slot *slots) {
    if (bcl_check(thread, slots[0].p))
        check_owner(thread, exec_monitor_exit(thread, slots[0].o));
}

void bcl_monitor_test_owner(struct thread *thread, union slot *slots) {
    if (bcl_check(thread, slots[0].p))
        slots[0].i4 = exec_monitor_is_owner(thread, slots[0].o);
}

void bcl_monitor_test_synchronised(struct thread *thread, union slot *slots) {
    if (bcl_check(thread, slots[0].p))
        slots[0].i4 = exec_monitor_is_taken(thread, slots[0].o);
}

void bcl_monitor_pulse(struct thread *thread, union slot *slots) {
    if (bcl_check(thread, slots[0].p))
        check_owner(thread, exec_monitor_pulse(thread, slots[0].o, false));
}

void bcl_monitor_pulse_all(struct thread *thread, union slot *slots) {
    if (bcl_check(thread, slots[0].p))
        check_owner(thread, exec_monitor_pulse(thread, slots[0].o, true));
}

/* Monitor_wait(object, milliseconds): whether it was pulsed in time. */
void bcl_monitor_wait(struct thread *thread, union slot *slots) {
    struct object *object = slots[0].o;
    if (!bcl_check(thread, object) || !check_owner(thread, exec_monitor_is_owner(thread, object)))
        return;
    slots[0].i4 = exec_monitor_wait(thread, object, exec_deadline(slots[1].i4)) == MONITOR_TAKEN;
}
