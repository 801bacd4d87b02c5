/* See monitor.h. Monitors are in a table by the object's address, which never changes. The table is
 * in parts, each with a lock that is held for a few instructions only. */
#include "runtime/exec/monitor.h"

#include "runtime/bcl/bcl.h"
#include "runtime/exec/wait.h"

#define PARTS   64
#define BUCKETS 16 /* in a part */

/* A thread's place in one of a monitor's queues, first come first. */
struct queued {
    struct thread *thread;
    struct queued *next;
    bool pulsed;
};

struct monitor {
    struct object *object;
    struct monitor *next;
    struct thread *owner;
    uint32_t count;          /* how often the owner has entered */
    struct queued *entering; /* want in */
    struct queued *waiting;  /* wait to be pulsed */
};

struct part {
    pthread_mutex_t lock;
    struct monitor *buckets[BUCKETS];
    struct monitor *unused;
};

struct monitors {
    struct part parts[PARTS];
};

bool exec_monitors_init(struct runtime *rt) {
    rt->monitors = mem_calloc(1, sizeof *rt->monitors);
    for (uint32_t i = 0; rt->monitors && i < PARTS; i++)
        pthread_mutex_init(&rt->monitors->parts[i].lock, NULL);
    return rt->monitors != NULL;
}

static void free_list(struct monitor *monitor) {
    while (monitor) {
        struct monitor *next = monitor->next;
        mem_free(monitor);
        monitor = next;
    }
}

void exec_monitors_fini(struct runtime *rt) {
    for (uint32_t i = 0; rt->monitors && i < PARTS; i++) {
        struct part *part = &rt->monitors->parts[i];
        for (uint32_t k = 0; k < BUCKETS; k++)
            free_list(part->buckets[k]);
        free_list(part->unused);
        pthread_mutex_destroy(&part->lock);
    }
    mem_free(rt->monitors);
}

void exec_mark_monitors(struct runtime *rt, gc_heap *gc) {
    for (uint32_t i = 0; rt->monitors && i < PARTS * BUCKETS; i++) {
        const struct monitor *monitor = rt->monitors->parts[i / BUCKETS].buckets[i % BUCKETS];
        for (; monitor; monitor = monitor->next)
            gc_mark(gc, monitor->object);
    }
}

/* ---- The table ---- */

static uint64_t hash_of(const struct object *object) {
    return ((uintptr_t)object >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 32;
}

static struct part *lock_part(struct runtime *rt, const struct object *object) {
    struct part *part = &rt->monitors->parts[hash_of(object) % PARTS];
    pthread_mutex_lock(&part->lock);
    return part;
}

static struct monitor **bucket_of(struct part *part, const struct object *object) {
    return &part->buckets[hash_of(object) / PARTS % BUCKETS];
}

static struct monitor *find(struct part *part, const struct object *object) {
    struct monitor *monitor = *bucket_of(part, object);
    while (monitor && monitor->object != object)
        monitor = monitor->next;
    return monitor;
}

/* NULL when memory is short. */
static struct monitor *find_or_make(struct part *part, struct object *object) {
    struct monitor *monitor = find(part, object), **bucket = bucket_of(part, object);
    if (monitor)
        return monitor;
    monitor = part->unused;
    if (monitor)
        part->unused = monitor->next;
    else if (!(monitor = mem_alloc(sizeof *monitor)))
        return NULL;
    *monitor = (struct monitor){.object = object, .next = *bucket};
    *bucket = monitor;
    return monitor;
}

/* The monitor goes when nobody has to do with it any more. */
static void release_unused(struct part *part, struct monitor *monitor) {
    struct monitor **link = bucket_of(part, monitor->object);
    if (monitor->owner || monitor->entering || monitor->waiting)
        return;
    while (*link != monitor)
        link = &(*link)->next;
    *link = monitor->next;
    monitor->next = part->unused;
    part->unused = monitor;
}

static void append(struct queued **queue, struct queued *item) {
    while (*queue)
        queue = &(*queue)->next;
    item->next = NULL;
    *queue = item;
}

static void take_out(struct queued **queue, const struct queued *item) {
    while (*queue != item)
        queue = &(*queue)->next;
    *queue = item->next;
}

static void wake_first(const struct monitor *monitor) {
    if (!monitor->owner && monitor->entering)
        exec_unpark(monitor->entering->thread);
}

/* ---- Entering and leaving ---- */

/* Until the thread, which is in the queue of those that want in, has the monitor; under the part's
 * lock, which is let go while it is parked. count: how often it has entered then. With heedless
 * set, all requests but the one to end are left for later. */
static monitor_result enter_queued(struct part *part, struct monitor *monitor,
                                   const struct queued *self, uint64_t deadline, uint32_t count,
                                   bool heedless) {
    struct thread *thread = self->thread;
    monitor_result result = MONITOR_TAKEN;
    bool in_time = true;
    while (monitor->owner && result == MONITOR_TAKEN) {
        if (!in_time) {
            result = MONITOR_TIMED_OUT;
        } else if (heedless ? exec_is_ending(thread) : exec_is_interrupted(thread)) {
            result = MONITOR_BROKEN;
        } else {
            pthread_mutex_unlock(&part->lock);
            in_time = exec_park(thread, deadline);
            pthread_mutex_lock(&part->lock);
        }
    }
    take_out(&monitor->entering, self);
    if (result == MONITOR_TAKEN) {
        monitor->owner = thread;
        monitor->count = count;
    } else {
        wake_first(monitor);
        release_unused(part, monitor);
    }
    return result;
}

static monitor_result enter(struct thread *thread, struct object *object, uint64_t deadline) {
    struct part *part = lock_part(thread->rt, object);
    struct monitor *monitor = find_or_make(part, object);
    struct queued self = {.thread = thread};
    monitor_result result = MONITOR_TAKEN;
    if (!monitor) {
        result = MONITOR_BROKEN;
    } else if (!monitor->owner) {
        monitor->owner = thread;
        monitor->count = 1;
    } else if (monitor->owner == thread) {
        monitor->count++;
    } else if (deadline == 0) {
        result = MONITOR_TIMED_OUT;
    } else {
        append(&monitor->entering, &self);
        result = enter_queued(part, monitor, &self, deadline, 1, false);
    }
    pthread_mutex_unlock(&part->lock);
    if (!monitor)
        exec_throw_object(thread, thread->out_of_memory);
    return result;
}

monitor_result exec_monitor_enter(struct thread *thread, struct object *object, uint64_t deadline) {
    for (;;) {
        monitor_result result = enter(thread, object, deadline);
        if (result != MONITOR_BROKEN || thread->exception || exec_take_requests(thread, true))
            return result;
    }
}

bool exec_monitor_exit(struct thread *thread, struct object *object) {
    struct part *part = lock_part(thread->rt, object);
    struct monitor *monitor = find(part, object);
    bool owned = monitor && monitor->owner == thread;
    if (owned && --monitor->count == 0) {
        monitor->owner = NULL;
        wake_first(monitor);
        release_unused(part, monitor);
    }
    pthread_mutex_unlock(&part->lock);
    return owned;
}

bool exec_monitor_is_owner(struct thread *thread, struct object *object) {
    struct part *part = lock_part(thread->rt, object);
    const struct monitor *monitor = find(part, object);
    bool owned = monitor && monitor->owner == thread;
    pthread_mutex_unlock(&part->lock);
    return owned;
}

bool exec_monitor_is_taken(struct thread *thread, struct object *object) {
    struct part *part = lock_part(thread->rt, object);
    const struct monitor *monitor = find(part, object);
    bool taken = monitor && monitor->owner;
    pthread_mutex_unlock(&part->lock);
    return taken;
}

/* ---- Waiting and pulsing ---- */

bool exec_monitor_pulse(struct thread *thread, struct object *object, bool all) {
    struct part *part = lock_part(thread->rt, object);
    struct monitor *monitor = find(part, object);
    bool owned = monitor && monitor->owner == thread;
    while (owned && monitor->waiting) {
        struct queued *first = monitor->waiting;
        monitor->waiting = first->next;
        append(&monitor->entering, first);
        first->pulsed = true;
        exec_unpark(first->thread);
        if (!all)
            break;
    }
    pthread_mutex_unlock(&part->lock);
    return owned;
}

/* Under the part's lock, which is let go while the thread is parked. */
static monitor_result wait_locked(struct thread *thread, struct part *part, struct monitor *monitor,
                                  uint64_t deadline) {
    struct queued self = {.thread = thread};
    bool in_time = true;
    uint32_t count = monitor->count;
    append(&monitor->waiting, &self);
    monitor->owner = NULL;
    wake_first(monitor);
    while (!self.pulsed && in_time && !exec_is_interrupted(thread)) {
        pthread_mutex_unlock(&part->lock);
        in_time = exec_park(thread, deadline);
        pthread_mutex_lock(&part->lock);
    }
    if (!self.pulsed) {
        take_out(&monitor->waiting, &self);
        append(&monitor->entering, &self);
    }
    enter_queued(part, monitor, &self, WAIT_FOREVER, count, true);
    if (self.pulsed)
        return MONITOR_TAKEN;
    return in_time ? MONITOR_BROKEN : MONITOR_TIMED_OUT;
}

monitor_result exec_monitor_wait(struct thread *thread, struct object *object, uint64_t deadline) {
    if (exec_take_requests(thread, true))
        return MONITOR_BROKEN;
    struct part *part = lock_part(thread->rt, object);
    monitor_result result = wait_locked(thread, part, find(part, object), deadline);
    pthread_mutex_unlock(&part->lock);
    if (result == MONITOR_BROKEN && !exec_take_requests(thread, true))
        return MONITOR_TIMED_OUT;
    return result;
}

/* ---- Synchronized methods ---- */

struct object *exec_monitor_lock(struct thread *thread, struct object *self, struct type *type) {
    struct object *object = type ? bcl_type_object(thread, type) : self;
    if (!object && !thread->exception)
        exec_throw(thread, "NullReferenceException", NULL);
    if (!object || exec_monitor_enter(thread, object, WAIT_FOREVER) != MONITOR_TAKEN)
        return NULL;
    return object;
}

bool exec_monitor_unlock(struct thread *thread, struct object *object) {
    if (exec_monitor_exit(thread, object))
        return true;
    exec_throw(thread, "Threading.SynchronizationLockException",
               "Object synchronization method was called from an unsynchronized block of code.");
    return false;
}
