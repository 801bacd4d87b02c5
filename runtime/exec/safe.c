/* See safe.h. The handshake: who stops the world says so and then looks whether a thread is safe; a
 * thread says that it is no longer safe and then looks whether the world is stopped. In
 * sequentially consistent order, one of them sees the other. */
#include "runtime/exec/safe.h"

#include <errno.h>

#include "runtime/exec/exec.h"

bool exec_world_init(struct world *world) {
    *world = (struct world){.lock = PTHREAD_MUTEX_INITIALIZER,
                            .changed = PTHREAD_COND_INITIALIZER,
                            .tables = PTHREAD_MUTEX_INITIALIZER,
                            .stepped = PTHREAD_COND_INITIALIZER};
    return pthread_key_create(&world->current, NULL) == 0;
}

void exec_world_fini(struct world *world) {
    pthread_cond_destroy(&world->stepped);
    pthread_mutex_destroy(&world->tables);
    pthread_key_delete(world->current);
    pthread_cond_destroy(&world->changed);
    pthread_mutex_destroy(&world->lock);
}

struct thread *exec_current_thread(const struct runtime *rt) {
    return pthread_getspecific(rt->world.current);
}

struct thread *exec_running_thread(const struct runtime *rt) {
    struct thread *thread = exec_current_thread(rt);
    return thread && !thread->safe ? thread : NULL;
}

/* ---- Safe regions ---- */

static struct thread *stopper_of(const struct thread *thread) {
    return __atomic_load_n(&thread->rt->world.stopper, __ATOMIC_SEQ_CST);
}

static void set_safe(struct thread *thread, bool safe) {
    __atomic_store_n(&thread->safe, safe, __ATOMIC_SEQ_CST);
}

static void tell(struct world *world) {
    pthread_mutex_lock(&world->lock);
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

static void be_safe(struct thread *thread) {
    int error = errno;
    set_safe(thread, true);
    if (stopper_of(thread))
        tell(&thread->rt->world);
    errno = error;
}

/* This function's frame lies beyond the caller's, which so is looked at as a whole. */
__attribute__((noinline)) void exec_begin_safe(struct thread *thread) {
    thread->region.end = __builtin_frame_address(0);
    be_safe(thread);
}

void exec_suspend_safe(struct thread *thread, struct safe_region *outer) {
    *outer = thread->region;
    exec_leave_safe(thread);
}

void exec_resume_safe(struct thread *thread, const struct safe_region *outer) {
    thread->region = *outer;
    be_safe(thread);
}

static void wait_for_start(struct thread *thread) {
    struct world *world = &thread->rt->world;
    pthread_mutex_lock(&world->lock);
    pthread_cond_broadcast(&world->changed);
    while (world->stopper)
        pthread_cond_wait(&world->changed, &world->lock);
    pthread_mutex_unlock(&world->lock);
}

void exec_leave_safe(struct thread *thread) {
    int error = errno;
    for (;;) {
        set_safe(thread, false);
        if (!stopper_of(thread))
            break;
        set_safe(thread, true);
        wait_for_start(thread);
    }
    errno = error;
}

void exec_poll(struct thread *thread) {
    exec_enter_safe(thread);
    exec_leave_safe(thread);
    exec_start_finalizer(thread);
    exec_take_requests(thread, false);
}

/* ---- Stopping the world ---- */

void exec_request_poll(struct thread *thread) {
    __atomic_store_n(&thread->poll, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&thread->frame_limit, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&thread->native_limit, (const char *)UINTPTR_MAX, __ATOMIC_RELAXED);
}

static void withdraw_poll(struct thread *thread) {
    if (thread->requests & ~(uint32_t)REQUEST_INTERRUPT)
        return;
    __atomic_store_n(&thread->poll, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&thread->frame_limit, EXEC_MAX_FRAMES, __ATOMIC_RELAXED);
    __atomic_store_n(&thread->native_limit, thread->native_floor, __ATOMIC_RELAXED);
}

static bool all_are_safe(const struct world *world) {
    for (struct thread *thread = world->threads; thread; thread = thread->next) {
        if (thread != world->stopper && !__atomic_load_n(&thread->safe, __ATOMIC_SEQ_CST))
            return false;
    }
    return true;
}

/* Until the world goes on that another thread has stopped, or is about to stop. */
static void wait_for_claimant(struct thread *thread) {
    struct world *world = &thread->rt->world;
    bool running = !thread->safe; /* a consumer that is told of something stops the world, too */
    if (running)
        exec_enter_safe(thread);
    pthread_mutex_lock(&world->lock);
    while (world->claimant)
        pthread_cond_wait(&world->changed, &world->lock);
    pthread_mutex_unlock(&world->lock);
    if (running)
        exec_leave_safe(thread);
}

static bool claim_world(struct thread *thread) {
    struct world *world = &thread->rt->world;
    pthread_mutex_lock(&world->lock);
    bool claimed = !world->claimant;
    if (claimed)
        world->claimant = thread;
    pthread_mutex_unlock(&world->lock);
    return claimed;
}

/* Returns when every other thread is in a safe region. */
static void stop_others(struct thread *thread) {
    struct world *world = &thread->rt->world;
    pthread_mutex_lock(&world->lock);
    __atomic_store_n(&world->stopper, thread, __ATOMIC_SEQ_CST);
    for (struct thread *other = world->threads; other; other = other->next) {
        other->stopped = other == thread || !__atomic_load_n(&other->safe, __ATOMIC_SEQ_CST);
        if (other != thread)
            exec_request_poll(other);
    }
    while (!all_are_safe(world))
        pthread_cond_wait(&world->changed, &world->lock);
    pthread_mutex_unlock(&world->lock);
}

/* The list does not change while the world is stopped. */
#define TELL_STOPPED(rt, member)                                                                   \
    do {                                                                                           \
        for (struct thread *told_ = (rt)->world.threads; told_; told_ = told_->next) {             \
            if (told_->stopped && !told_->guest)                                                   \
                RT_TELL((rt)->events, member, told_);                                              \
        }                                                                                          \
    } while (0)

bool exec_stop_world_for(struct runtime *rt, bool collection) {
    struct thread *thread = exec_current_thread(rt);
    if (!claim_world(thread)) {
        wait_for_claimant(thread);
        return false;
    }
    rt->world.for_collection = collection;
    RT_TELL(rt->events, suspend_started, collection);
    stop_others(thread);
    TELL_STOPPED(rt, thread_suspended);
    RT_TELL(rt->events, suspend_finished);
    return true;
}

bool exec_stop_world(void *rt) {
    return exec_stop_world_for(rt, true);
}

void exec_start_world(void *self) {
    struct runtime *rt = self;
    struct world *world = &rt->world;
    RT_TELL(rt->events, resume_started);
    TELL_STOPPED(rt, thread_resumed);
    RT_TELL(rt->events, resume_finished);
    pthread_mutex_lock(&world->lock);
    for (struct thread *thread = world->threads; thread; thread = thread->next)
        withdraw_poll(thread);
    if (exec_want_finalizer(rt))
        exec_request_poll(world->stopper->guest ? rt->main_thread : world->stopper);
    world->claimant = NULL;
    __atomic_store_n(&world->stopper, NULL, __ATOMIC_SEQ_CST);
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

/* ---- The runtime's lock ---- */

/* Its address tells threads apart: the lock is taken again and again by the thread that has it. */
static _Thread_local char self;

const void *exec_self(void) {
    return &self;
}

static void take_tables(struct runtime *rt) {
    pthread_mutex_t *lock = &rt->world.tables;
    struct thread *thread;
    if (pthread_mutex_trylock(lock) == 0)
        return;
    thread = exec_running_thread(rt);
    if (!thread) {
        pthread_mutex_lock(lock);
        return;
    }
    exec_enter_safe(thread);
    pthread_mutex_lock(lock);
    exec_leave_safe(thread);
}

void exec_lock(struct runtime *rt) {
    struct world *world = &rt->world;
    if (__atomic_load_n(&world->tables_owner, __ATOMIC_RELAXED) != &self) {
        take_tables(rt);
        __atomic_store_n(&world->tables_owner, &self, __ATOMIC_RELAXED);
    }
    world->tables_depth++;
}

void exec_unlock(struct runtime *rt) {
    struct world *world = &rt->world;
    if (--world->tables_depth > 0)
        return;
    struct announcements queue = world->announcements;
    world->announcements = (struct announcements){NULL, 0, 0, 0};
    __atomic_store_n(&world->tables_owner, NULL, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&world->tables);
    if (queue.items)
        exec_tell_announcements(rt, &queue);
}

bool exec_pause_lock(struct runtime *rt, struct lock_pause *pause) {
    struct world *world = &rt->world;
    struct announcements queue = world->announcements;
    *pause = (struct lock_pause){.depth = world->tables_depth};
    if (queue.reserved) {
        pause->announcements.items = mem_resize(NULL, queue.reserved, sizeof *queue.items);
        if (!pause->announcements.items)
            return false;
        pause->announcements.reserved = pause->announcements.capacity = queue.reserved;
    }
    world->tables_depth = 1;
    exec_unlock(rt);
    return true;
}

static void take_back(struct world *world, const struct lock_pause *pause) {
    __atomic_store_n(&world->tables_owner, &self, __ATOMIC_RELAXED);
    world->tables_depth = pause->depth;
    world->announcements = pause->announcements;
}

void exec_resume_lock(struct runtime *rt, const struct lock_pause *pause) {
    take_tables(rt);
    take_back(&rt->world, pause);
}

void exec_wait_unlocked(struct runtime *rt, bool (*busy)(void *data), void *data) {
    struct world *world = &rt->world;
    struct lock_pause pause;
    if (!exec_pause_lock(rt, &pause))
        return;
    struct thread *thread = exec_running_thread(rt);
    if (thread)
        exec_enter_safe(thread);
    pthread_mutex_lock(&world->tables);
    while (busy(data))
        pthread_cond_wait(&world->stepped, &world->tables);
    if (thread)
        exec_leave_safe(thread);
    take_back(world, &pause);
}

void exec_wake_unlocked(struct runtime *rt) {
    pthread_cond_broadcast(&rt->world.stepped);
}
