/* System.Threading.WaitHandle, the events, Mutex and Semaphore. A handle is what exec_wait_new
 * gives. */
#include "runtime/exec/wait.h"

#include "runtime/bcl/bcl.h"

enum { ERROR_NOT_FOUND = 2, ERROR_INVALID_HANDLE = 6, ERROR_EXISTS = 183 };

/* A name of length UTF-16 units as a mem_ block; NULL for none. False with an exception pending. */
static bool read_name(struct thread *thread, const uint16_t *chars, int32_t length, char **out) {
    *out = NULL;
    if (!chars)
        return true;
    *out = exec_utf16_to_utf8(chars, length);
    if (!*out)
        exec_throw_object(thread, thread->out_of_memory);
    return *out != NULL;
}

static int64_t make(struct thread *thread, wait_kind kind, int32_t count, int32_t maximum,
                    bool manual, const uint16_t *name, int32_t length, bool *created) {
    char *text;
    *created = false;
    if (!read_name(thread, name, length, &text))
        return 0;
    int64_t handle = exec_wait_new(thread, kind, count, maximum, manual, text, created);
    if (!handle && !text)
        exec_throw_object(thread, thread->out_of_memory);
    mem_free(text);
    return handle;
}

static int32_t outcome(int64_t handle, bool created) {
    return !handle ? ERROR_INVALID_HANDLE : created ? 0 : ERROR_EXISTS;
}

static int64_t reopen(struct thread *thread, wait_kind kind, const uint16_t *name, int32_t length,
                      int32_t *error) {
    char *text;
    if (!read_name(thread, name, length, &text))
        return 0;
    int64_t handle = text ? exec_wait_open(thread->rt, kind, text) : 0;
    *error = handle ? 0 : ERROR_NOT_FOUND;
    mem_free(text);
    return handle;
}

/* CreateEvent_icall(manual, initial, name, length, out error). */
void bcl_event_create(struct thread *thread, union slot *slots) {
    int32_t *error = slots[4].p;
    bool created;
    slots[0].i8 = make(thread, WAIT_EVENT, slots[1].i4 != 0, 1, slots[0].i4 != 0, slots[2].p,
                       slots[3].i4, &created);
    *error = outcome(slots[0].i8, created);
}

/* OpenEvent_icall(name, length, rights, out error). */
void bcl_event_open(struct thread *thread, union slot *slots) {
    slots[0].i8 = reopen(thread, WAIT_EVENT, slots[0].p, slots[1].i4, slots[3].p);
}

void bcl_event_set(struct thread *thread, union slot *slots) {
    slots[0].i4 = exec_event_set(thread->rt, slots[0].i8, true);
}

void bcl_event_reset(struct thread *thread, union slot *slots) {
    slots[0].i4 = exec_event_set(thread->rt, slots[0].i8, false);
}

void bcl_event_close(struct thread *thread, union slot *slots) {
    exec_wait_close(thread->rt, slots[0].i8);
}

/* CreateMutex_icall(owned, name, length, out created). */
void bcl_mutex_create(struct thread *thread, union slot *slots) {
    uint8_t *told = slots[3].p;
    bool created;
    slots[0].i8 =
        make(thread, WAIT_MUTEX, slots[0].i4 != 0, 0, false, slots[1].p, slots[2].i4, &created);
    *told = created;
}

/* OpenMutex_icall(name, length, rights, out error). */
void bcl_mutex_open(struct thread *thread, union slot *slots) {
    slots[0].i8 = reopen(thread, WAIT_MUTEX, slots[0].p, slots[1].i4, slots[3].p);
}

void bcl_mutex_release(struct thread *thread, union slot *slots) {
    slots[0].i4 = exec_mutex_release(thread, slots[0].i8);
}

/* CreateSemaphore_icall(initial, maximum, name, length, out error). */
void bcl_semaphore_create(struct thread *thread, union slot *slots) {
    int32_t *error = slots[4].p;
    bool created;
    slots[0].i8 = make(thread, WAIT_SEMAPHORE, slots[0].i4, slots[1].i4, false, slots[2].p,
                       slots[3].i4, &created);
    *error = outcome(slots[0].i8, created);
}

/* OpenSemaphore_icall(name, length, rights, out error). */
void bcl_semaphore_open(struct thread *thread, union slot *slots) {
    slots[0].i8 = reopen(thread, WAIT_SEMAPHORE, slots[0].p, slots[1].i4, slots[3].p);
}

/* ReleaseSemaphore_internal(handle, count, out previous). */
void bcl_semaphore_release(struct thread *thread, union slot *slots) {
    slots[0].i4 = exec_semaphore_release(thread->rt, slots[0].i8, slots[1].i4, slots[2].p);
}

static void finish(struct thread *thread, union slot *slots, int32_t result) {
    (void)thread;
    slots[0].i4 = result == WAIT_BROKEN ? WAIT_FAILED : result;
}

/* Wait_internal(handles, count, all, milliseconds). */
void bcl_wait_handles(struct thread *thread, union slot *slots) {
    finish(thread, slots,
           exec_wait(thread, slots[0].p, slots[1].u4, slots[2].i4 != 0, exec_deadline(slots[3].i4),
                     0));
}

/* SignalAndWait_Internal(signalled, awaited, milliseconds). */
void bcl_wait_signal(struct thread *thread, union slot *slots) {
    int64_t awaited = slots[1].i8;
    finish(thread, slots,
           exec_wait(thread, &awaited, 1, false, exec_deadline(slots[2].i4), slots[0].i8));
}
