/* System.Threading: atomic operations, and monitors that nobody contends while a runtime has one
 * managed thread. */
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
ATOMIC(add4, int32_t, i4, __atomic_fetch_add(place, slots[1].i4, __ATOMIC_SEQ_CST))
ATOMIC(add8, int64_t, i8, __atomic_fetch_add(place, slots[1].i8, __ATOMIC_SEQ_CST))
ATOMIC(exchange4, int32_t, i4, __atomic_exchange_n(place, slots[1].i4, __ATOMIC_SEQ_CST))
ATOMIC(exchange8, int64_t, i8, __atomic_exchange_n(place, slots[1].i8, __ATOMIC_SEQ_CST))
ATOMIC(compare4, int32_t, i4, exchange4(place, slots[1].i4, slots[2].i4))
ATOMIC(compare8, int64_t, i8, exchange8(place, slots[1].i8, slots[2].i8))
ATOMIC(read8, int64_t, i8, __atomic_load_n(place, __ATOMIC_SEQ_CST))

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

static bool check_monitor(struct thread *thread, const struct object *object) {
    if (!object)
        exec_throw(thread, "ArgumentNullException", NULL);
    return object != NULL;
}

void bcl_monitor_enter(struct thread *thread, union slot *slots) {
    check_monitor(thread, slots[0].o);
}

/* With one thread every monitor is its own. */
void bcl_monitor_owned(struct thread *thread, union slot *slots) {
    slots[0].i4 = check_monitor(thread, slots[0].o);
}

void bcl_monitor_exit(struct thread *thread, union slot *slots) {
    check_monitor(thread, slots[0].o);
}

/* try_enter_with_atomic_var(object, milliseconds, ref taken). */
void bcl_monitor_try_enter(struct thread *thread, union slot *slots) {
    if (check_monitor(thread, slots[0].o))
        *(uint8_t *)slots[2].p = 1;
}

/* Thread.GetCurrentThread(): made without constructors, as for every thread that the
 * runtime itself started. */
void bcl_thread_current(struct thread *thread, union slot *slots) {
    struct type *type, *internal_type;
    il_error err;
    if (!thread->object) {
        if (ldr_core_type(thread->rt, "System.Threading", "Thread", &type, &err) != IL_OK ||
            ldr_core_type(thread->rt, "System.Threading", "InternalThread", &internal_type, &err) !=
                IL_OK ||
            type_prepare(type, &err) != IL_OK || type_prepare(internal_type, &err) != IL_OK) {
            exec_throw_error(thread, &err);
            return;
        }
        struct object *internal = exec_new_object(thread, internal_type);
        struct object *object = internal ? exec_new_object(thread, type) : NULL;
        struct field *link = type_find_field(type, "internal_thread");
        struct field *id = type_find_field(internal_type, "managed_id");
        if (!object || !link || !id)
            return;
        *(struct object **)((char *)object + link->offset) = internal;
        *(int32_t *)((char *)internal + id->offset) = 1;
        thread->object = object;
    }
    slots[0].o = thread->object;
}
