/* System.Threading.ThreadPool: native workers for the class library's queue of work.
 *
 * The library asks for workers; each request leads to one call of PerformWaitCallback, which works
 * the queue off. There are as many workers at work as processors; one that sleeps in a wait does
 * not count, so that work which waits for other work does not stop the pool. Nor do workers that
 * keep busy stop it for long: while requests wait, a thread looks now and then, and starts one more
 * worker when none of them was taken since it looked last. A worker that finds nothing to do for a
 * while ends. */
#include <unistd.h>

#include "runtime/bcl/bcl_state.h"

#define IDLE_MS     20000
#define MAX_WORKERS 32767
#define LOOK_MS     500 /* how often progress is looked for */
#define LOOKS       20  /* without a request that waits, until nobody looks any more */

struct worker {
    struct thread *thread;
    struct worker *next_idle;
    bool called; /* out of the idle list, to work */
};

struct thread_pool {
    pthread_mutex_t lock;
    uint32_t requests;
    uint64_t taken; /* requests, ever */
    bool looked_after;
    uint32_t workers, blocked;
    struct worker *idle;
    int32_t least, most; /* workers at work; least: see least_workers */
};

bool bcl_pool_start(struct runtime *rt) {
    struct thread_pool *pool = mem_calloc(1, sizeof *pool);
    if (!pool)
        return false;
    pthread_mutex_init(&pool->lock, NULL);
    pool->most = MAX_WORKERS;
    rt->bcl->pool = pool;
    return true;
}

/* As many as there are processors, unless the program has said otherwise; counted when somebody
 * asks, because the system is slow to tell. Under the pool's lock. */
static int32_t least_workers(struct thread_pool *pool) {
    if (pool->least == 0) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        pool->least = processors > 0 ? (int32_t)processors : 1;
    }
    return pool->least;
}

void bcl_pool_stop(struct runtime *rt) {
    if (!rt->bcl->pool)
        return;
    pthread_mutex_destroy(&rt->bcl->pool->lock);
    mem_free(rt->bcl->pool);
}

/* ---- Workers ---- */

static void call_back(struct thread *thread) {
    struct type *type = bcl_class(thread, "System.Threading", "_ThreadPoolWaitCallback");
    struct method *callback = type ? type_find_method(type, "PerformWaitCallback", 0) : NULL;
    union slot args[1];
    if (callback)
        bcl_invoke_root(thread, callback, args);
    exec_take_exception(thread);
    thread->aborting = false;
}

/* Under the pool's lock, which is let go while the worker sleeps. False: it has slept enough. */
static bool wait_for_request(struct thread_pool *pool, struct worker *self) {
    uint64_t deadline = exec_deadline(IDLE_MS);
    bool in_time = true;
    if (pool->requests)
        return true;
    self->called = false;
    self->next_idle = pool->idle;
    pool->idle = self;
    while (!self->called && in_time && !exec_is_ending(self->thread)) {
        pthread_mutex_unlock(&pool->lock);
        in_time = exec_park(self->thread, deadline);
        pthread_mutex_lock(&pool->lock);
    }
    if (!self->called) {
        struct worker **link = &pool->idle;
        while (*link != self)
            link = &(*link)->next_idle;
        *link = self->next_idle;
    }
    return self->called;
}

static void change_blocked(struct thread *thread, bool now);

static void work(struct thread *thread, const struct thread_start *start) {
    struct thread_pool *pool = start->data;
    struct worker self = {.thread = thread};
    pthread_mutex_lock(&pool->lock);
    while (!exec_is_ending(thread) && wait_for_request(pool, &self)) {
        bool wanted = pool->requests > 0;
        pool->requests -= wanted;
        pool->taken += wanted;
        pthread_mutex_unlock(&pool->lock);
        thread->blocks = change_blocked;
        if (wanted)
            call_back(thread);
        thread->blocks = NULL;
        pthread_mutex_lock(&pool->lock);
    }
    pool->workers--;
    pthread_mutex_unlock(&pool->lock);
}

/* The body of a worker: a thread of the pool before anything else. */
static void begin_work(struct thread *thread, const struct thread_start *start) {
    struct object *object = bcl_thread_object(thread, THREAD_BACKGROUND);
    if (object)
        *(uint8_t *)bcl_field(thread->internal, "threadpool_thread") = 1;
    exec_take_exception(thread);
    work(thread, start);
}

static void start_worker(struct thread *thread, struct thread_pool *pool) {
    struct thread_start start = {.body = begin_work, .data = pool};
    if (exec_start_thread(thread, &start))
        return;
    pthread_mutex_lock(&pool->lock);
    pool->workers--;
    pthread_mutex_unlock(&pool->lock);
}

/* ---- Progress ---- */

/* The body of the thread that looks for progress. */
static void look_after(struct thread *thread, const struct thread_start *start) {
    struct thread_pool *pool = start->data;
    uint64_t seen = 0;
    bcl_thread_object(thread, THREAD_BACKGROUND);
    exec_take_exception(thread);
    pthread_mutex_lock(&pool->lock);
    for (int idle = 0; idle < LOOKS && !exec_is_ending(thread); idle++) {
        uint64_t deadline = exec_deadline(LOOK_MS);
        pthread_mutex_unlock(&pool->lock);
        while (!exec_is_ending(thread) && exec_park(thread, deadline))
            ;
        pthread_mutex_lock(&pool->lock);
        bool stuck = pool->requests > 0 && pool->taken == seen;
        if (pool->requests > 0)
            idle = 0;
        seen = pool->taken;
        if (!stuck || exec_is_ending(thread) || pool->workers >= (uint32_t)pool->most)
            continue;
        pool->workers++;
        pthread_mutex_unlock(&pool->lock);
        start_worker(thread, pool);
        pthread_mutex_lock(&pool->lock);
    }
    pool->looked_after = false;
    pthread_mutex_unlock(&pool->lock);
}

enum help { HELP_NONE, HELP_WORKER, HELP_LOOKING };

/* Calls a worker for the requests there are, or says what must be started. Under the lock. */
static enum help find_help(struct thread_pool *pool) {
    struct worker *worker = pool->idle;
    int64_t working = (int64_t)pool->workers - pool->blocked;
    if (worker) {
        pool->idle = worker->next_idle;
        worker->called = true;
        exec_unpark(worker->thread);
        return HELP_NONE;
    }
    if (pool->requests == 0)
        return HELP_NONE;
    if (working < least_workers(pool) && pool->workers < (uint32_t)pool->most) {
        pool->workers++;
        return HELP_WORKER;
    }
    if (pool->looked_after)
        return HELP_NONE;
    pool->looked_after = true;
    return HELP_LOOKING;
}

static void start_help(struct thread *thread, struct thread_pool *pool, enum help help) {
    const struct thread_start looking = {.body = look_after, .data = pool};
    if (help == HELP_WORKER)
        start_worker(thread, pool);
    if (help != HELP_LOOKING || exec_start_thread(thread, &looking))
        return;
    pthread_mutex_lock(&pool->lock);
    pool->looked_after = false;
    pthread_mutex_unlock(&pool->lock);
}

/* A worker goes to sleep in a wait, or has woken. */
static void change_blocked(struct thread *thread, bool now) {
    struct thread_pool *pool = thread->rt->bcl->pool;
    enum help help = HELP_NONE;
    pthread_mutex_lock(&pool->lock);
    pool->blocked += now ? 1 : UINT32_MAX;
    if (now && pool->requests)
        help = find_help(pool);
    pthread_mutex_unlock(&pool->lock);
    start_help(thread, pool, help);
}

/* ---- What the library calls ---- */

void bcl_pool_initialize(struct thread *thread, union slot *slots) {
    (void)thread;
    *(uint8_t *)slots[0].p = 0; /* no worker tracking */
}

void bcl_pool_request(struct thread *thread, union slot *slots) {
    struct thread_pool *pool = thread->rt->bcl->pool;
    pthread_mutex_lock(&pool->lock);
    pool->requests++;
    enum help help = find_help(pool);
    pthread_mutex_unlock(&pool->lock);
    start_help(thread, pool, help);
    slots[0].i4 = 1;
}

/* NotifyWorkItemComplete(): whether the worker may go on. */
void bcl_pool_completed(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = 1;
}

static void two(union slot *slots, int32_t workers, int32_t completion) {
    *(int32_t *)slots[0].p = workers;
    *(int32_t *)slots[1].p = completion;
}

void bcl_pool_least(struct thread *thread, union slot *slots) {
    struct thread_pool *pool = thread->rt->bcl->pool;
    pthread_mutex_lock(&pool->lock);
    int32_t least = least_workers(pool);
    two(slots, least, least);
    pthread_mutex_unlock(&pool->lock);
}

void bcl_pool_most(struct thread *thread, union slot *slots) {
    struct thread_pool *pool = thread->rt->bcl->pool;
    pthread_mutex_lock(&pool->lock);
    two(slots, pool->most, pool->most);
    pthread_mutex_unlock(&pool->lock);
}

void bcl_pool_available(struct thread *thread, union slot *slots) {
    struct thread_pool *pool = thread->rt->bcl->pool;
    pthread_mutex_lock(&pool->lock);
    uint32_t idle = 0;
    for (const struct worker *worker = pool->idle; worker; worker = worker->next_idle)
        idle++;
    two(slots, pool->most - (int32_t)(pool->workers - idle), pool->most);
    pthread_mutex_unlock(&pool->lock);
}

void bcl_pool_set_least(struct thread *thread, union slot *slots) {
    struct thread_pool *pool = thread->rt->bcl->pool;
    int32_t least = slots[0].i4;
    pthread_mutex_lock(&pool->lock);
    slots[0].i4 = least >= 0 && slots[1].i4 >= 0 && least <= pool->most;
    if (slots[0].i4)
        pool->least = least ? least : 1;
    pthread_mutex_unlock(&pool->lock);
}

void bcl_pool_set_most(struct thread *thread, union slot *slots) {
    struct thread_pool *pool = thread->rt->bcl->pool;
    int32_t most = slots[0].i4;
    pthread_mutex_lock(&pool->lock);
    slots[0].i4 = most >= least_workers(pool) && slots[1].i4 > 0;
    if (slots[0].i4)
        pool->most = most;
    pthread_mutex_unlock(&pool->lock);
}
