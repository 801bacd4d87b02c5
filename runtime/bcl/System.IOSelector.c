/* System.IOSelector: jobs that wait until a socket can be read or written.
 *
 * A job is an IOSelectorJob, a work item of the thread pool. One thread of the runtime, started
 * with the first job, watches the sockets and gives the pool the jobs whose socket is ready; what
 * is to be done with it the job does itself. When a socket is closed its jobs go to the pool, too,
 * and find out there.
 *
 * A descriptor's jobs stand in two queues, and an event takes the first of its queue. The epoll
 * descriptor watches for one event at a time, so that what nobody waits for wakes nobody. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "runtime/bcl/bcl_net.h"
#include "runtime/bcl/bcl_state.h"

enum { FOR_INPUT, FOR_OUTPUT, QUEUES };

struct io_job {
    struct io_job *next;
    struct object *object;
};

struct io_queue {
    struct io_job *first, *last; /* last counts only when there is a first */
};

struct watched {
    struct io_queue queues[QUEUES];
};

struct bcl_selector {
    pthread_mutex_t lock; /* guards all that follows; a few instructions */
    struct thread *thread;
    bool started;
    int epoll;
    struct watched *watched; /* by descriptor */
    uint32_t capacity;
    struct io_queue ready; /* for the pool */
};

static void append(struct io_queue *queue, struct io_job *job) {
    job->next = NULL;
    if (queue->first)
        queue->last->next = job;
    else
        queue->first = job;
    queue->last = job;
}

static struct io_job *take_first(struct io_queue *queue) {
    struct io_job *job = queue->first;
    if (job)
        queue->first = job->next;
    return job;
}

static void free_selector(struct bcl_selector *selector) {
    if (selector->epoll >= 0)
        close(selector->epoll);
    pthread_mutex_destroy(&selector->lock);
    mem_free(selector->watched);
    mem_free(selector);
}

/* Made when it is first asked for; NULL with an exception pending. */
static struct bcl_selector *selector_of(struct thread *thread) {
    struct bcl_state *state = thread->rt->bcl;
    EXEC_LOCKED(thread->rt);
    if (state->selector)
        return state->selector;
    struct bcl_selector *made = mem_calloc(1, sizeof *made);
    if (made) {
        pthread_mutex_init(&made->lock, NULL);
        made->epoll = epoll_create1(EPOLL_CLOEXEC);
    }
    if (!made || made->epoll < 0) {
        if (made)
            free_selector(made);
        exec_throw_object(thread, thread->out_of_memory);
        return NULL;
    }
    __atomic_store_n(&state->selector, made, __ATOMIC_RELEASE);
    return made;
}

static struct bcl_selector *existing(const struct runtime *rt) {
    return __atomic_load_n(&rt->bcl->selector, __ATOMIC_ACQUIRE);
}

/* ---- What a descriptor is watched for; all of it under the lock ---- */

static const short POLL_EVENTS[QUEUES] = {POLLIN | POLLPRI, POLLOUT};

static struct watched *find_watched(const struct bcl_selector *selector, int fd) {
    return fd >= 0 && (uint32_t)fd < selector->capacity ? &selector->watched[fd] : NULL;
}

static bool make_room(struct bcl_selector *selector, int fd) {
    uint32_t capacity = selector->capacity ? selector->capacity : 64;
    while (capacity <= (uint32_t)fd)
        capacity *= 2;
    if (capacity == selector->capacity)
        return true;
    struct watched *grown = mem_resize(selector->watched, capacity, sizeof *grown);
    if (!grown)
        return false;
    memset(grown + selector->capacity, 0, (capacity - selector->capacity) * sizeof *grown);
    selector->watched = grown;
    selector->capacity = capacity;
    return true;
}

static void move_job(struct bcl_selector *selector, struct io_queue *from) {
    struct io_job *job = take_first(from);
    if (job)
        append(&selector->ready, job);
}

static void move_all(struct bcl_selector *selector, struct watched *watched) {
    for (int q = 0; q < QUEUES; q++) {
        while (watched->queues[q].first)
            move_job(selector, &watched->queues[q]);
    }
}

/* The next event of the descriptor is one that somebody waits for. What cannot be watched is ready.
 */
static void watch(struct bcl_selector *selector, int fd, struct watched *watched) {
    struct epoll_event event = {.events = EPOLLONESHOT, .data.fd = fd};
    for (int q = 0; q < QUEUES; q++) {
        if (watched->queues[q].first)
            event.events |= (uint32_t)POLL_EVENTS[q]; /* the same numbers as epoll's */
    }
    if (event.events == EPOLLONESHOT)
        return;
    int result = epoll_ctl(selector->epoll, EPOLL_CTL_MOD, fd, &event);
    if (result != 0 && errno == ENOENT)
        result = epoll_ctl(selector->epoll, EPOLL_CTL_ADD, fd, &event);
    if (result != 0)
        move_all(selector, watched);
}

/* After an event, which may be one of a descriptor that had the number before. */
static void look_at(struct bcl_selector *selector, int fd) {
    struct watched *watched = find_watched(selector, fd);
    struct pollfd entry = {.fd = fd, .events = POLL_EVENTS[FOR_INPUT] | POLL_EVENTS[FOR_OUTPUT]};
    if (!watched)
        return;
    if (poll(&entry, 1, 0) > 0) {
        for (int q = 0; q < QUEUES; q++) {
            if (entry.revents & (POLL_EVENTS[q] | POLLERR | POLLHUP | POLLNVAL))
                move_job(selector, &watched->queues[q]);
        }
    }
    watch(selector, fd, watched);
}

/* ---- The thread ---- */

#define EVENTS_AT_ONCE 64

static void look_at_events(struct bcl_selector *selector) {
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(selector->epoll, events, EVENTS_AT_ONCE, 0);
    pthread_mutex_lock(&selector->lock);
    for (int i = 0; i < count; i++)
        look_at(selector, events[i].data.fd);
    pthread_mutex_unlock(&selector->lock);
}

/* NULL when there is none. The caller's stack holds it from then on. */
static struct object *take_ready(struct bcl_selector *selector) {
    pthread_mutex_lock(&selector->lock);
    struct io_job *job = take_first(&selector->ready);
    pthread_mutex_unlock(&selector->lock);
    struct object *object = job ? job->object : NULL;
    mem_free(job);
    return object;
}

static void give_to_pool(struct thread *thread, struct object *job) {
    struct type *type = bcl_class(thread, "System.Threading", "ThreadPool");
    struct method *queue = type ? type_find_method(type, "UnsafeQueueCustomWorkItem", 2) : NULL;
    union slot args[2] = {{.o = job}, {.i4 = 0}};
    if (queue)
        bcl_invoke_root(thread, queue, args);
    exec_take_exception(thread);
}

static void live(struct thread *thread, const struct thread_start *start) {
    struct bcl_selector *selector = start->data;
    struct object *job;
    pthread_mutex_lock(&selector->lock);
    selector->thread = thread;
    pthread_mutex_unlock(&selector->lock);
    bcl_thread_object(thread, THREAD_BACKGROUND);
    exec_take_exception(thread);
    while (!exec_is_ending(thread)) {
        look_at_events(selector);
        while (!exec_is_ending(thread) && (job = take_ready(selector)))
            give_to_pool(thread, job);
        exec_park_at(thread, selector->epoll, POLLIN, WAIT_FOREVER);
    }
    pthread_mutex_lock(&selector->lock);
    selector->thread = NULL;
    pthread_mutex_unlock(&selector->lock);
}

/* Under the lock. */
static void wake(struct bcl_selector *selector) {
    if (selector->thread && selector->ready.first)
        exec_unpark(selector->thread);
}

/* False with an exception pending. */
static bool start_thread(struct thread *thread, struct bcl_selector *selector) {
    pthread_mutex_lock(&selector->lock);
    bool mine = !selector->started;
    selector->started = true;
    pthread_mutex_unlock(&selector->lock);
    if (!mine || exec_start_thread(thread, &(struct thread_start){.body = live, .data = selector}))
        return true;
    pthread_mutex_lock(&selector->lock);
    selector->started = false;
    pthread_mutex_unlock(&selector->lock);
    exec_throw_object(thread, thread->out_of_memory);
    return false;
}

/* ---- What the library calls ---- */

/* Add(handle, job). */
void bcl_selector_add(struct thread *thread, union slot *slots) {
    int fd = (int)slots[0].i8;
    struct object *object = slots[1].o;
    const int32_t *operation = object ? bcl_field(object, "operation") : NULL;
    struct bcl_selector *selector = operation ? selector_of(thread) : NULL;
    if (!selector || !start_thread(thread, selector))
        return;
    struct io_job *job = mem_calloc(1, sizeof *job);
    pthread_mutex_lock(&selector->lock);
    bool ok = job && fd >= 0 && make_room(selector, fd);
    if (ok) {
        job->object = object;
        append(&selector->watched[fd].queues[*operation == 1 ? FOR_INPUT : FOR_OUTPUT], job);
        watch(selector, fd, &selector->watched[fd]);
        wake(selector);
    }
    pthread_mutex_unlock(&selector->lock);
    if (!ok) {
        mem_free(job);
        exec_throw_object(thread, thread->out_of_memory);
    }
}

void bcl_selector_remove(struct runtime *rt, int fd) {
    struct bcl_selector *selector = existing(rt);
    if (!selector)
        return;
    pthread_mutex_lock(&selector->lock);
    struct watched *watched = find_watched(selector, fd);
    if (watched) {
        (void)epoll_ctl(selector->epoll, EPOLL_CTL_DEL, fd, NULL);
        move_all(selector, watched);
        wake(selector);
    }
    pthread_mutex_unlock(&selector->lock);
}

/* Remove(handle). */
void bcl_selector_forget(struct thread *thread, union slot *slots) {
    bcl_selector_remove(thread->rt, (int)slots[0].i8);
}

/* ---- Collections, and the end ---- */

static void mark_queue(const struct io_queue *queue, gc_heap *gc) {
    for (const struct io_job *job = queue->first; job; job = job->next)
        gc_mark(gc, job->object);
}

void bcl_selector_mark(struct runtime *rt, gc_heap *gc) {
    const struct bcl_selector *selector = existing(rt);
    if (!selector)
        return;
    for (uint32_t i = 0; i < selector->capacity; i++) {
        for (int q = 0; q < QUEUES; q++)
            mark_queue(&selector->watched[i].queues[q], gc);
    }
    mark_queue(&selector->ready, gc);
}

void bcl_selector_stop(struct runtime *rt) {
    struct bcl_selector *selector = existing(rt);
    if (!selector)
        return;
    for (uint32_t i = 0; i < selector->capacity; i++)
        move_all(selector, &selector->watched[i]);
    for (struct io_job *job; (job = take_first(&selector->ready));)
        mem_free(job);
    free_selector(selector);
}
