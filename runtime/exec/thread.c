/* Threads: their life, and what each has of its own. */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/exec/exec.h"
#include "runtime/memory/os.h"

/* Enough of the native stack for the interpreter to report that it is full. */
#define NATIVE_RESERVE ((size_t)512 << 10)

/* Notes the ends of the calling thread's native stack. False when they cannot be found. */
static bool find_native_stack(struct thread *thread) {
    void *lowest, *end;
    if (!os_thread_stack(&lowest, &end))
        return false;
    thread->native_base = end;
    thread->native_floor = thread->native_limit = (char *)lowest + NATIVE_RESERVE;
    return true;
}

static bool init_parker(struct parker *parker) {
    pthread_condattr_t monotonic;
    if (pthread_condattr_init(&monotonic) != 0)
        return false;
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&parker->lock, NULL);
    parker->signal = -1;
    bool ok = pthread_cond_init(&parker->wake, &monotonic) == 0;
    pthread_condattr_destroy(&monotonic);
    return ok;
}

static bool set_up(struct thread *thread, struct runtime *rt) {
    thread->rt = rt;
    thread->native = pthread_self();
    thread->os_id = (uint32_t)syscall(SYS_gettid);
    thread->frame_limit = EXEC_MAX_FRAMES;
    /* Not cleared: pages that are never reached cost nothing. */
    thread->stack = mem_alloc(EXEC_STACK_SLOTS * sizeof *thread->stack);
    thread->frames = mem_alloc(EXEC_MAX_FRAMES * sizeof *thread->frames);
    if (!thread->stack || !thread->frames || !find_native_stack(thread) ||
        !init_parker(&thread->parker))
        return false;
    thread->stack_end = thread->stack + EXEC_STACK_SLOTS;
    return pthread_setspecific(rt->world.current, thread) == 0;
}

/* What it has, but for itself. */
static void strip(struct thread *thread) {
    exec_free_thread_statics(thread);
    if (thread->parker.signal > 0) /* 0 before it is set up */
        close(thread->parker.signal);
    pthread_cond_destroy(&thread->parker.wake);
    pthread_mutex_destroy(&thread->parker.lock);
    mem_free(thread->stack);
    mem_free(thread->frames);
}

static void discard(struct thread *thread) {
    strip(thread);
    mem_free(thread);
}

/* With the world running and locked. */
static void lock_running_world(struct world *world) {
    pthread_mutex_lock(&world->lock);
    while (world->stopper)
        pthread_cond_wait(&world->changed, &world->lock);
}

static struct thread *attach(struct runtime *rt, bool guest) {
    struct thread *thread = mem_calloc(1, sizeof *thread);
    if (!thread)
        return NULL;
    thread->guest = guest;
    if (!set_up(thread, rt)) {
        discard(thread);
        return NULL;
    }
    lock_running_world(&rt->world);
    gc_attach(rt->gc, &thread->gc);
    thread->next = rt->world.threads;
    rt->world.threads = thread;
    pthread_mutex_unlock(&rt->world.lock);
    return thread;
}

struct thread *exec_attach_thread(struct runtime *rt) {
    return attach(rt, false);
}

struct thread *exec_attach_guest(struct runtime *rt) {
    return attach(rt, true);
}

static void unlink_thread(struct thread *thread) {
    struct thread **link = &thread->rt->world.threads;
    while (*link != thread)
        link = &(*link)->next;
    *link = thread->next;
}

/* The last that a thread does: from now on it is joined by whoever starts another one, or by the
 * end of the runtime, which so knows that it is really gone. */
static void end_started(struct thread *thread) {
    struct world *world = &thread->rt->world;
    strip(thread);
    pthread_mutex_lock(&world->lock);
    thread->next = world->ended;
    world->ended = thread;
    world->started--;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

static void join_ended(struct world *world) {
    pthread_mutex_lock(&world->lock);
    struct thread *thread = world->ended;
    world->ended = NULL;
    pthread_mutex_unlock(&world->lock);
    while (thread) {
        struct thread *next = thread->next;
        pthread_join(thread->native, NULL);
        mem_free(thread);
        thread = next;
    }
}

void exec_detach_thread(struct thread *thread) {
    struct world *world = &thread->rt->world;
    exec_abandon_mutexes(thread);
    if (!thread->safe)
        exec_enter_safe(thread);
    lock_running_world(world);
    unlink_thread(thread);
    gc_detach(&thread->gc);
    pthread_mutex_unlock(&world->lock);
    if (exec_current_thread(thread->rt) == thread)
        pthread_setspecific(world->current, NULL);
    if (thread->started)
        end_started(thread);
    else
        discard(thread);
}

struct thread *exec_adopt_thread(struct runtime *rt) {
    struct thread *thread = exec_attach_thread(rt);
    if (!thread)
        return NULL;
    thread->out_of_memory = rt->main_thread->out_of_memory;
    thread->stack_overflow = rt->main_thread->stack_overflow;
    EXEC_TELL(rt, thread_created, thread);
    return thread;
}

void exec_dismiss_thread(struct thread *thread) {
    EXEC_TELL(thread->rt, thread_destroyed, thread);
    exec_detach_thread(thread);
}

/* ---- Threads that the runtime starts ---- */

#define LEAST_STACK ((size_t)2 << 20)

/* Lies on the stack of the thread that starts another, until that one is attached. */
struct birth {
    struct runtime *rt;
    const struct thread_start *start;
    pthread_t native;
    enum { STARTING, STARTED, NOT_STARTED } state; /* under the world's lock */
};

static void end_birth(struct birth *birth, struct runtime *rt, bool attached) {
    pthread_mutex_lock(&rt->world.lock);
    birth->state = attached ? STARTED : NOT_STARTED;
    rt->world.started += attached;
    pthread_cond_broadcast(&rt->world.changed);
    pthread_mutex_unlock(&rt->world.lock);
}

/* A name that the thread was given before its start. */
static void tell_name(struct thread *thread) {
    struct type *type = thread->internal ? thread->internal->type : NULL;
    struct field *name = type ? type_find_field(type, "name_chars") : NULL;
    struct field *length = type ? type_find_field(type, "name_length") : NULL;
    if (!name || !length)
        return;
    const char *internal = (const char *)thread->internal;
    const uint16_t *chars = *(uint16_t *const *)(internal + name->offset);
    if (chars)
        EXEC_TELL(thread->rt, thread_named, thread, chars,
                  *(const uint32_t *)(internal + length->offset));
}

static void *run(void *data) {
    struct birth *birth = data;
    struct runtime *rt = birth->rt;
    struct thread_start start = *birth->start;
    struct thread *thread = exec_adopt_thread(rt);
    if (!thread) {
        end_birth(birth, rt, false);
        return NULL;
    }
    thread->started = true;
    if (start.object) {
        exec_set_thread_object(thread, start.object);
        tell_name(thread);
    }
    end_birth(birth, rt, true);
    if (!runtime_is_exiting(rt))
        start.body(thread, &start);
    exec_dismiss_thread(thread);
    return NULL;
}

static bool create_native(struct birth *birth, size_t stack_size) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    if (stack_size)
        pthread_attr_setstacksize(&attributes,
                                  stack_size < LEAST_STACK ? LEAST_STACK : stack_size & ~4095ul);
    bool ok = pthread_create(&birth->native, &attributes, run, birth) == 0;
    pthread_attr_destroy(&attributes);
    return ok;
}

bool exec_start_thread(struct thread *thread, const struct thread_start *start) {
    struct runtime *rt = thread->rt;
    struct birth birth = {.rt = rt, .start = start};
    if (runtime_is_exiting(rt) || !create_native(&birth, start->stack_size))
        return false;
    exec_enter_safe(thread);
    join_ended(&rt->world);
    pthread_mutex_lock(&rt->world.lock);
    while (birth.state == STARTING)
        pthread_cond_wait(&rt->world.changed, &rt->world.lock);
    pthread_mutex_unlock(&rt->world.lock);
    if (birth.state == NOT_STARTED)
        pthread_join(birth.native, NULL);
    exec_leave_safe(thread);
    return birth.state == STARTED;
}

/* ---- States ---- */

static int32_t *state_of(struct object *internal) {
    struct field *field = type_find_field(internal->type, "state");
    return field ? (int32_t *)((char *)internal + field->offset) : NULL;
}

struct thread *exec_find_thread(struct runtime *rt, const struct object *internal) {
    pthread_mutex_lock(&rt->world.lock);
    struct thread *thread = rt->world.threads;
    while (thread && __atomic_load_n(&thread->internal, __ATOMIC_RELAXED) != internal)
        thread = thread->next;
    pthread_mutex_unlock(&rt->world.lock);
    return thread;
}

void exec_set_thread_object(struct thread *thread, struct object *object) {
    struct field *field = type_find_field(object->type, "internal_thread");
    thread->object = object;
    struct object *internal = field ? *(struct object **)((char *)object + field->offset) : NULL;
    __atomic_store_n(&thread->internal, internal, __ATOMIC_RELAXED);
    thread->state = thread->internal ? state_of(thread->internal) : NULL;
}

int32_t exec_change_state(struct runtime *rt, struct object *internal, int32_t set, int32_t clear) {
    int32_t *state = state_of(internal);
    pthread_mutex_lock(&rt->world.lock);
    int32_t before = __atomic_fetch_or(state, set, __ATOMIC_ACQ_REL);
    __atomic_fetch_and(state, ~clear, __ATOMIC_ACQ_REL);
    pthread_cond_broadcast(&rt->world.changed);
    pthread_mutex_unlock(&rt->world.lock);
    return before;
}

static bool is_foreground(const struct thread *thread) {
    return thread->started && thread->state &&
           !(__atomic_load_n(thread->state, __ATOMIC_ACQUIRE) & THREAD_BACKGROUND);
}

void exec_wait_for_foreground(struct thread *thread) {
    struct runtime *rt = thread->rt;
    const struct thread *other;
    exec_enter_safe(thread);
    pthread_mutex_lock(&rt->world.lock);
    for (;;) {
        for (other = rt->world.threads; other; other = other->next) {
            if (is_foreground(other))
                break;
        }
        if (!other || runtime_is_exiting(rt))
            break;
        pthread_cond_wait(&rt->world.changed, &rt->world.lock);
    }
    pthread_mutex_unlock(&rt->world.lock);
    exec_leave_safe(thread);
}

/* ---- The end ---- */

void exec_end_threads(struct runtime *rt) {
    pthread_mutex_lock(&rt->world.lock);
    __atomic_store_n(&rt->exiting, true, __ATOMIC_RELEASE);
    for (struct thread *thread = rt->world.threads; thread; thread = thread->next)
        exec_request(thread, REQUEST_EXIT);
    pthread_cond_broadcast(&rt->world.changed);
    pthread_mutex_unlock(&rt->world.lock);
}

/* Sleeps until is_over says so, for EXEC_GRACE_MS at most; returns what it says then. */
static bool wait_until(struct runtime *rt, bool (*is_over)(const struct runtime *rt)) {
    struct timespec until;
    int error = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += EXEC_GRACE_MS / 1000;
    pthread_mutex_lock(&rt->world.lock);
    while (!is_over(rt) && error == 0)
        error = pthread_cond_timedwait(&rt->world.changed, &rt->world.lock, &until);
    bool over = is_over(rt);
    pthread_mutex_unlock(&rt->world.lock);
    return over;
}

static bool none_is_started(const struct runtime *rt) {
    return rt->world.started == 0;
}

bool exec_wait_for_end(struct runtime *rt) {
    bool ended = wait_until(rt, none_is_started);
    join_ended(&rt->world);
    return ended;
}

void exec_set_running(struct runtime *rt, bool running) {
    pthread_mutex_lock(&rt->world.lock);
    rt->main_runs = running;
    pthread_cond_broadcast(&rt->world.changed);
    pthread_mutex_unlock(&rt->world.lock);
}

static bool main_has_ended(const struct runtime *rt) {
    return !rt->main_runs;
}

void exec_end_main(struct thread *thread) {
    struct runtime *rt = thread->rt;
    if (thread == rt->main_thread)
        return;
    exec_enter_safe(thread);
    if (!wait_until(rt, main_has_ended)) {
        fflush(NULL);
        _exit(rt->exit_status & 0xFF);
    }
    exec_leave_safe(thread);
}
