/* System.Threading.Interlocked and Volatile. */
#include "runtime/bcl/bcl.h"

#define ATOMIC(name, ctype, field, expression)                                                     \
    void bcl_interlocked_##name(struct thread *thread, union slot *slots) {                        \
        ctype *place = slots[0].p;                                                                 \
        if (!place) {                                                                              \
            exec_throw(thread, "NullReferenceException", NULL);                                    \
            return;                                                                                \
        }                                                                                          \
        slots[0].field = (expression);                                                             \
    }

static int32_t exchange4(int32_t *place, int32_t value, int32_t comparand) {
    __atomic_compare_exchange_n(place, &comparand, value, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return comparand;
}

static int64_t exchange8(int64_t *place, int64_t value, int64_t comparand) {
    __atomic_compare_exchange_n(place, &comparand, value, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return comparand;
}

ATOMIC(increment4, int32_t, i4, __atomic_add_fetch(place, 1, __ATOMIC_SEQ_CST))
ATOMIC(increment8, int64_t, i8, __atomic_add_fetch(place, 1, __ATOMIC_SEQ_CST))
ATOMIC(decrement4, int32_t, i4, __atomic_sub_fetch(place, 1, __ATOMIC_SEQ_CST))
ATOMIC(decrement8, int64_t, i8, __atomic_sub_fetch(place, 1, __ATOMIC_SEQ_CST))
ATOMIC(add4, int32_t, i4, __atomic_add_fetch(place, slots[1].i4, __ATOMIC_SEQ_CST))
ATOMIC(add8, int64_t, i8, __atomic_add_fetch(place, slots[1].i8, __ATOMIC_SEQ_CST))
ATOMIC(exchange4, int32_t, i4, __atomic_exchange_n(place, slots[1].i4, __ATOMIC_SEQ_CST))
ATOMIC(exchange8, int64_t, i8, __atomic_exchange_n(place, slots[1].i8, __ATOMIC_SEQ_CST))
ATOMIC(compare4, int32_t, i4, exchange4(place, slots[1].i4, slots[2].i4))
ATOMIC(compare8, int64_t, i8, exchange8(place, slots[1].i8, slots[2].i8))
ATOMIC(read8, int64_t, i8, __atomic_load_n(place, __ATOMIC_SEQ_CST))

/* CompareExchange(ref location, value, comparand, ref succeeded). */
void bcl_interlocked_compare_told(struct thread *thread, union slot *slots) {
    int32_t comparand = slots[2].i4;
    uint8_t *succeeded = slots[3].p;
    if (!bcl_check(thread, slots[0].p))
        return;
    slots[0].i4 = exchange4(slots[0].p, slots[1].i4, comparand);
    *succeeded = slots[0].i4 == comparand;
}

/* CompareExchange(ref location, ref value, ref comparand, ref result) of objects. */
void bcl_interlocked_compare_object(struct thread *thread, union slot *slots) {
    (void)thread;
    *(int64_t *)slots[3].p = exchange8(slots[0].p, *(int64_t *)slots[1].p, *(int64_t *)slots[2].p);
}

/* Exchange(ref location, ref value, ref result) of objects. */
void bcl_interlocked_exchange_object(struct thread *thread, union slot *slots) {
    (void)thread;
    *(int64_t *)slots[2].p =
        __atomic_exchange_n((int64_t *)slots[0].p, *(int64_t *)slots[1].p, __ATOMIC_SEQ_CST);
}

void bcl_memory_barrier(struct thread *thread, union slot *slots) {
    (void)thread;
    (void)slots;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Thread.VolatileRead, Volatile.Read(ref T) and the writes, of whatever type they are declared for.
 */
void bcl_volatile_read(struct thread *thread, union slot *slots) {
    const void *place = slots[0].p;
    if (!bcl_check(thread, place))
        return;
    exec_load(slots, place, thread->native_method->return_type);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void bcl_volatile_write(struct thread *thread, union slot *slots) {
    if (!bcl_check(thread, slots[0].p))
        return;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    exec_store(slots[0].p, &slots[1], thread->native_method->params[1]);
}
