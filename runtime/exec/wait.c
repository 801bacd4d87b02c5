/* See wait.h. */
#define _GNU_SOURCE /* ppoll */
#include "runtime/exec/wait.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "runtime/exec/walk.h"

/* ---- Parking ---- */

#define NS_PER_S UINT64_C(1000000000)

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

uint64_t exec_deadline(int64_t ms) {
    return ms < 0 ? WAIT_FOREVER : now() + (uint64_t)ms * 1000000;
}

static struct timespec to_timespec(uint64_t ns) {
    return (struct timespec){(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};
}

/* False when the deadline has passed. */
static bool sleep_until(struct parker *parker, uint64_t deadline) {
    struct timespec until = to_timespec(deadline);
    if (deadline == WAIT_FOREVER)
        return pthread_cond_wait(&parker->wake, &parker->lock) == 0;
    return pthread_cond_timedwait(&parker->wake, &parker->lock, &until) == 0;
}

bool exec_park(struct thread *thread, uint64_t deadline) {
    struct parker *parker = &thread->parker;
    bool in_time = true;
    if (thread->blocks)
        thread->blocks(thread, true);
    if (thread->state)
        __atomic_fetch_or(thread->state, THREAD_WAITING, __ATOMIC_RELAXED);
    exec_enter_safe(thread);
    pthread_mutex_lock(&parker->lock);
    while (!parker->permit && in_time)
        in_time = sleep_until(parker, deadline);
    in_time |= parker->permit;
    parker->permit = false;
    pthread_mutex_unlock(&parker->lock);
    exec_leave_safe(thread);
    if (thread->state)
        __atomic_fetch_and(thread->state, ~THREAD_WAITING, __ATOMIC_RELAXED);
    if (thread->blocks)
        thread->blocks(thread, false);
    return in_time;
}

/* Whether the thread need not sleep; if not, it has a descriptor that will tell when it may go on.
 * False with errno set when there is none to be had. */
static bool begin_polling(struct parker *parker, bool *permit) {
    pthread_mutex_lock(&parker->lock);
    *permit = parker->permit;
    if (!*permit && parker->signal < 0)
        parker->signal = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool ok = *permit || parker->signal >= 0;
    pthread_mutex_unlock(&parker->lock);
    return ok;
}

static void end_polling(struct parker *parker, bool signalled) {
    uint64_t count;
    pthread_mutex_lock(&parker->lock);
    if (signalled)
        (void)!read(parker->signal, &count, sizeof count);
    parker->permit = false;
    pthread_mutex_unlock(&parker->lock);
}

static int poll_until(struct pollfd *entries, nfds_t count, uint64_t deadline) {
    uint64_t start = now();
    struct timespec left = to_timespec(deadline > start ? deadline - start : 0);
    return ppoll(entries, count, deadline == WAIT_FOREVER ? NULL : &left, NULL);
}

int exec_park_at(struct thread *thread, int fd, short events, uint64_t deadline) {
    struct parker *parker = &thread->parker;
    struct pollfd entries[] = {{.fd = fd, .events = events}, {.events = POLLIN}};
    bool permit;
    int ready = 0;
    if (!begin_polling(parker, &permit))
        return -1;
    if (thread->blocks)
        thread->blocks(thread, true);
    exec_enter_safe(thread);
    entries[1].fd = parker->signal;
    if (!permit)
        ready = poll_until(entries, 2, deadline);
    end_polling(parker, entries[1].revents != 0);
    exec_leave_safe(thread);
    if (thread->blocks)
        thread->blocks(thread, false);
    return ready < 0 && errno != EINTR ? -1 : ready > 0 ? entries[0].revents : 0;
}

void exec_unpark(struct thread *thread) {
    struct parker *parker = &thread->parker;
    pthread_mutex_lock(&parker->lock);
    if (!parker->permit && parker->signal >= 0)
        (void)!write(parker->signal, &(uint64_t){1}, sizeof(uint64_t));
    parker->permit = true;
    pthread_cond_signal(&parker->wake);
    pthread_mutex_unlock(&parker->lock);
}

/* ---- Requests ---- */

bool exec_is_interrupted(const struct thread *thread) {
    uint32_t postponed = thread->shielded ? REQUEST_ABORT : 0;
    return (__atomic_load_n(&thread->requests, __ATOMIC_ACQUIRE) & ~postponed) != 0;
}

static bool is_asked(const struct thread *thread, uint32_t request) {
    return __atomic_load_n(&thread->requests, __ATOMIC_ACQUIRE) & request;
}

bool exec_is_ending(const struct thread *thread) {
    return is_asked(thread, REQUEST_EXIT);
}

void exec_request(struct thread *thread, uint32_t requests) {
    __atomic_fetch_or(&thread->requests, requests, __ATOMIC_ACQ_REL);
    if (requests & ~(uint32_t)REQUEST_INTERRUPT)
        exec_request_poll(thread);
    exec_unpark(thread);
}

static bool take(struct thread *thread, uint32_t request) {
    return __atomic_fetch_and(&thread->requests, ~request, __ATOMIC_ACQ_REL) & request;
}

static bool in_finally(const struct code *code, uint32_t insn) {
    for (uint32_t i = 0; i < code->clause_count; i++) {
        const struct code_clause *c = &code->clauses[i];
        if ((c->kind == IL_CLAUSE_FINALLY || c->kind == IL_CLAUSE_FAULT) &&
            insn >= c->handler_start && insn < c->handler_end)
            return true;
    }
    return false;
}

/* Finally blocks and type initialisers run to their end before the thread is aborted. */
static bool is_shielded(struct thread *thread) {
    struct stack_walk walk;
    struct walk_entry entry;
    stack_walk_start(&walk, thread);
    while (stack_walk_next(&walk, &entry)) {
        const struct method *method = entry.method;
        if (method && (method == method->owner->cctor || in_finally(method->code, entry.insn)))
            return true;
    }
    return false;
}

bool exec_take_abort(struct thread *thread) {
    if (!take(thread, REQUEST_ABORT))
        return false;
    thread->aborting = true;
    exec_throw(thread, "Threading.ThreadAbortException", NULL);
    return true;
}

bool exec_take_requests(struct thread *thread, bool waiting) {
    if (is_asked(thread, REQUEST_EXIT)) {
        exec_throw_exit(thread);
        return true;
    }
    thread->shielded = is_asked(thread, REQUEST_ABORT) && is_shielded(thread);
    if (!thread->shielded && exec_take_abort(thread))
        return true;
    if (waiting && take(thread, REQUEST_INTERRUPT)) {
        exec_throw(thread, "Threading.ThreadInterruptedException",
                   "Thread was interrupted from a waiting state.");
        return true;
    }
    return false;
}

bool exec_sleep(struct thread *thread, int64_t ms) {
    uint64_t deadline = exec_deadline(ms);
    while (!exec_take_requests(thread, true)) {
        if (!exec_park(thread, deadline))
            return true;
    }
    return false;
}

/* ---- The table of wait objects ---- */

struct wait_object {
    wait_kind kind;
    bool manual;          /* an event that stays set */
    bool abandoned;       /* a mutex: and nobody has been told yet */
    int32_t count;        /* event: set; semaphore: free; mutex: how often its owner has it */
    int32_t maximum;      /* semaphore */
    struct thread *owner; /* mutex */
    uint32_t references;  /* handles, and waits under way */
    struct wait_node *waiting;
    char *name;
};

/* A thread's place among those that wait for an object. */
struct wait_node {
    struct thread *thread;
    struct wait_object *object;
    struct wait_node *next, **link;
};

struct wait_table {
    pthread_mutex_t lock;
    struct wait_object **objects; /* by handle - 1; NULL entries are free */
    uint32_t count, capacity;
};

bool exec_waits_init(struct runtime *rt) {
    rt->waits = mem_calloc(1, sizeof *rt->waits);
    return rt->waits && pthread_mutex_init(&rt->waits->lock, NULL) == 0;
}

static void free_object(struct wait_object *object) {
    mem_free(object->name);
    mem_free(object);
}

static void drop(struct wait_object *object) {
    if (--object->references == 0)
        free_object(object);
}

void exec_waits_fini(struct runtime *rt) {
    struct wait_table *table = rt->waits;
    if (!table)
        return;
    for (uint32_t i = 0; i < table->count; i++) {
        if (table->objects[i])
            drop(table->objects[i]);
    }
    pthread_mutex_destroy(&table->lock);
    mem_free(table->objects);
    mem_free(table);
}

static struct wait_object *find_object(const struct wait_table *table, int64_t handle) {
    return handle > 0 && (uint64_t)handle <= table->count ? table->objects[handle - 1] : NULL;
}

static struct wait_object *find_named(const struct wait_table *table, const char *name) {
    for (uint32_t i = 0; name && i < table->count; i++) {
        struct wait_object *object = table->objects[i];
        if (object && object->name && strcmp(object->name, name) == 0)
            return object;
    }
    return NULL;
}

/* A free handle; 0 when memory is short. */
static int64_t free_handle(struct wait_table *table) {
    for (uint32_t i = 0; i < table->count; i++) {
        if (!table->objects[i])
            return (int64_t)i + 1;
    }
    if (table->count == table->capacity) {
        uint32_t capacity = table->capacity ? 2 * table->capacity : 16;
        struct wait_object **grown = mem_resize(table->objects, capacity, sizeof(*table->objects));
        if (!grown)
            return 0;
        table->objects = grown;
        table->capacity = capacity;
    }
    table->objects[table->count] = NULL;
    return (int64_t)++table->count;
}

static int64_t give_handle(struct wait_table *table, struct wait_object *object) {
    int64_t handle = free_handle(table);
    if (handle) {
        object->references++;
        table->objects[handle - 1] = object;
    }
    return handle;
}

static struct wait_object *new_object(wait_kind kind, const char *name) {
    struct wait_object *object = mem_calloc(1, sizeof *object);
    if (!object)
        return NULL;
    object->kind = kind;
    if (name && !(object->name = mem_copy_text(name, strlen(name)))) {
        mem_free(object);
        return NULL;
    }
    return object;
}

int64_t exec_wait_new(struct thread *thread, wait_kind kind, int32_t count, int32_t maximum,
                      bool manual, const char *name, bool *created) {
    struct wait_table *table = thread->rt->waits;
    int64_t handle = 0;
    pthread_mutex_lock(&table->lock);
    struct wait_object *object = find_named(table, name);
    *created = !object;
    if (!object && (object = new_object(kind, name))) {
        object->count = count;
        object->maximum = maximum;
        object->manual = manual;
        object->owner = kind == WAIT_MUTEX && count ? thread : NULL;
    }
    if (object && object->kind == kind)
        handle = give_handle(table, object);
    if (object && object->references == 0)
        free_object(object);
    pthread_mutex_unlock(&table->lock);
    return handle;
}

int64_t exec_wait_open(struct runtime *rt, wait_kind kind, const char *name) {
    struct wait_table *table = rt->waits;
    pthread_mutex_lock(&table->lock);
    struct wait_object *object = find_named(table, name);
    int64_t handle = object && object->kind == kind ? give_handle(table, object) : 0;
    pthread_mutex_unlock(&table->lock);
    return handle;
}

int64_t exec_wait_duplicate(struct runtime *rt, int64_t handle) {
    struct wait_table *table = rt->waits;
    pthread_mutex_lock(&table->lock);
    struct wait_object *object = find_object(table, handle);
    int64_t copy = object ? give_handle(table, object) : 0;
    pthread_mutex_unlock(&table->lock);
    return copy;
}

void exec_wait_close(struct runtime *rt, int64_t handle) {
    struct wait_table *table = rt->waits;
    pthread_mutex_lock(&table->lock);
    struct wait_object *object = find_object(table, handle);
    if (object) {
        table->objects[handle - 1] = NULL;
        drop(object);
    }
    pthread_mutex_unlock(&table->lock);
}

/* ---- Signalling ---- */

static void wake(const struct wait_object *object) {
    for (struct wait_node *node = object->waiting; node; node = node->next)
        exec_unpark(node->thread);
}

static bool release_mutex(struct wait_object *object, const struct thread *thread) {
    if (object->owner != thread)
        return false;
    if (--object->count == 0) {
        object->owner = NULL;
        wake(object);
    }
    return true;
}

static bool release_semaphore(struct wait_object *object, int32_t count) {
    if (count <= 0 || object->count > object->maximum - count)
        return false;
    object->count += count;
    wake(object);
    return true;
}

bool exec_event_set(struct runtime *rt, int64_t handle, bool set) {
    pthread_mutex_lock(&rt->waits->lock);
    struct wait_object *object = find_object(rt->waits, handle);
    bool ok = object && object->kind == WAIT_EVENT;
    if (ok) {
        object->count = set;
        if (set)
            wake(object);
    }
    pthread_mutex_unlock(&rt->waits->lock);
    return ok;
}

bool exec_mutex_release(struct thread *thread, int64_t handle) {
    struct wait_table *table = thread->rt->waits;
    pthread_mutex_lock(&table->lock);
    struct wait_object *object = find_object(table, handle);
    bool ok = object && object->kind == WAIT_MUTEX && release_mutex(object, thread);
    pthread_mutex_unlock(&table->lock);
    return ok;
}

bool exec_semaphore_release(struct runtime *rt, int64_t handle, int32_t count, int32_t *previous) {
    pthread_mutex_lock(&rt->waits->lock);
    struct wait_object *object = find_object(rt->waits, handle);
    bool ok = object && object->kind == WAIT_SEMAPHORE;
    if (ok && previous)
        *previous = object->count;
    ok = ok && release_semaphore(object, count);
    pthread_mutex_unlock(&rt->waits->lock);
    return ok;
}

void exec_abandon_mutexes(struct thread *thread) {
    struct wait_table *table = thread->rt->waits;
    pthread_mutex_lock(&table->lock);
    for (uint32_t i = 0; i < table->count; i++) {
        struct wait_object *object = table->objects[i];
        if (object && object->owner == thread) {
            object->owner = NULL;
            object->count = 0;
            object->abandoned = true;
            wake(object);
        }
    }
    pthread_mutex_unlock(&table->lock);
}

/* ---- Waiting ---- */

struct wait {
    struct thread *thread;
    struct wait_node nodes[WAIT_MAX];
    uint32_t count;
    bool all;
};

static bool is_free(const struct wait_object *object, const struct thread *thread) {
    return object->kind == WAIT_MUTEX ? !object->owner || object->owner == thread
                                      : object->count > 0;
}

/* Returns what the wait for the object at index results in. */
static int32_t acquire(struct wait_object *object, struct thread *thread, uint32_t index) {
    int32_t result = (int32_t)index;
    if (object->kind == WAIT_MUTEX) {
        object->owner = thread;
        object->count++;
        if (object->abandoned)
            result += WAIT_ABANDONED;
        object->abandoned = false;
    } else if (!object->manual) {
        object->count--;
    }
    return result;
}

static int32_t try_any(const struct wait *w) {
    for (uint32_t i = 0; i < w->count; i++) {
        if (is_free(w->nodes[i].object, w->thread))
            return acquire(w->nodes[i].object, w->thread, i);
    }
    return WAIT_TIMED_OUT;
}

static int32_t try_all(const struct wait *w) {
    int32_t result = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        if (!is_free(w->nodes[i].object, w->thread))
            return WAIT_TIMED_OUT;
    }
    for (uint32_t i = 0; i < w->count; i++) {
        int32_t one = acquire(w->nodes[i].object, w->thread, i);
        if (one >= WAIT_ABANDONED && result < WAIT_ABANDONED)
            result = one;
    }
    return result;
}

static void link_nodes(struct wait *w) {
    for (uint32_t i = 0; i < w->count; i++) {
        struct wait_node *node = &w->nodes[i];
        node->object->references++;
        node->next = node->object->waiting;
        node->link = &node->object->waiting;
        if (node->next)
            node->next->link = &node->next;
        node->object->waiting = node;
    }
}

static void unlink_nodes(struct wait *w) {
    for (uint32_t i = 0; i < w->count; i++) {
        struct wait_node *node = &w->nodes[i];
        *node->link = node->next;
        if (node->next)
            node->next->link = node->link;
        drop(node->object);
    }
}

/* Under the lock, which is let go while the thread is parked. */
static int32_t wait_locked(struct wait_table *table, struct wait *w, uint64_t deadline) {
    bool in_time = true;
    for (;;) {
        int32_t result = w->all ? try_all(w) : try_any(w);
        if (result != WAIT_TIMED_OUT || !in_time)
            return result;
        if (exec_is_interrupted(w->thread))
            return WAIT_BROKEN;
        pthread_mutex_unlock(&table->lock);
        in_time = exec_park(w->thread, deadline);
        pthread_mutex_lock(&table->lock);
    }
}

static bool signal_one(struct wait_object *object, struct thread *thread) {
    switch (object->kind) {
    case WAIT_EVENT:
        object->count = 1;
        wake(object);
        return true;
    case WAIT_MUTEX: return release_mutex(object, thread);
    case WAIT_SEMAPHORE: return release_semaphore(object, 1);
    }
    return false;
}

static bool find_all(const struct wait_table *table, struct wait *w, const int64_t *handles) {
    for (uint32_t i = 0; i < w->count; i++) {
        w->nodes[i] =
            (struct wait_node){.thread = w->thread, .object = find_object(table, handles[i])};
        if (!w->nodes[i].object)
            return false;
    }
    return true;
}

/* An object cannot be waited for twice in one step. */
static bool has_duplicate(const struct wait *w) {
    for (uint32_t i = 1; i < w->count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (w->nodes[i].object == w->nodes[k].object)
                return true;
        }
    }
    return false;
}

int32_t exec_wait(struct thread *thread, const int64_t *handles, uint32_t count, bool all,
                  uint64_t deadline, int64_t signal) {
    struct wait_table *table = thread->rt->waits;
    struct wait w = {.thread = thread, .count = count, .all = all};
    int32_t result = WAIT_FAILED;
    bool duplicate = false;
    if (count > WAIT_MAX)
        return WAIT_FAILED;
    do {
        if (exec_take_requests(thread, true))
            return WAIT_BROKEN;
        pthread_mutex_lock(&table->lock);
        struct wait_object *signalled = find_object(table, signal);
        bool known = find_all(table, &w, handles);
        duplicate = known && all && has_duplicate(&w);
        if (known && !duplicate && (!signal || (signalled && signal_one(signalled, thread)))) {
            signal = 0;
            link_nodes(&w);
            result = wait_locked(table, &w, deadline);
            unlink_nodes(&w);
        }
        pthread_mutex_unlock(&table->lock);
    } while (result == WAIT_BROKEN);
    if (duplicate)
        exec_throw(thread, "DuplicateWaitObjectException", NULL);
    return duplicate ? WAIT_BROKEN : result;
}
