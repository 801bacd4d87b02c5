/* finalizer.h. Everybody waits for world.changed: the end of a collection is told there, as is that
 * of the program. */
#include "runtime/exec/finalizer.h"

#include "runtime/bcl/bcl.h"
#include "runtime/exec/exec.h"

static bool is_wanted(struct runtime *rt) {
    return __atomic_load_n(&rt->finalizer.wanted, __ATOMIC_RELAXED);
}

static void set_wanted(struct runtime *rt, bool wanted) {
    __atomic_store_n(&rt->finalizer.wanted, wanted, __ATOMIC_RELAXED);
}

bool exec_want_finalizer(struct runtime *rt) {
    if (!rt->finalizer.started && gc_has_finalizable(rt->gc))
        set_wanted(rt, true);
    return is_wanted(rt);
}

/* Takes dead objects until there is none. */
static void run_finalizers(struct thread *thread) {
    struct method *declared = type_find_method(thread->rt->core.object, "Finalize", 0);
    struct object *object;
    union slot args[1];
    while (declared && !exec_is_ending(thread) && (object = gc_take_finalizable(thread->rt->gc))) {
        struct method *finalizer = type_find_virtual(object->type, declared);
        args[0].o = object;
        if (finalizer)
            bcl_invoke_root(thread, finalizer, args);
    }
}

/* False when the program ends. */
static bool wait_for_dead(struct thread *thread) {
    struct runtime *rt = thread->rt;
    exec_enter_safe(thread);
    pthread_mutex_lock(&rt->world.lock);
    rt->finalizer.busy = false;
    pthread_cond_broadcast(&rt->world.changed);
    while (!runtime_is_exiting(rt) && !gc_has_finalizable(rt->gc))
        pthread_cond_wait(&rt->world.changed, &rt->world.lock);
    bool more = rt->finalizer.busy = !runtime_is_exiting(rt);
    pthread_mutex_unlock(&rt->world.lock);
    exec_leave_safe(thread);
    return more;
}

static void live(struct thread *thread, const struct thread_start *start) {
    struct runtime *rt = thread->rt;
    (void)start;
    pthread_mutex_lock(&rt->world.lock);
    rt->finalizer.thread = thread;
    pthread_mutex_unlock(&rt->world.lock);
    bcl_thread_object(thread, THREAD_BACKGROUND);
    exec_take_exception(thread);
    while (wait_for_dead(thread))
        run_finalizers(thread);
}

/* Whether the caller is to start the thread. */
static bool claim(struct finalizer *finalizer) {
    if (finalizer->started)
        return false;
    return finalizer->started = finalizer->busy = true;
}

void exec_start_finalizer(struct thread *thread) {
    struct runtime *rt = thread->rt;
    struct finalizer *finalizer = &rt->finalizer;
    if (!is_wanted(rt))
        return;
    pthread_mutex_lock(&rt->world.lock);
    bool mine = claim(finalizer);
    set_wanted(rt, false);
    pthread_mutex_unlock(&rt->world.lock);
    if (!mine || exec_start_thread(thread, &(struct thread_start){.body = live}))
        return;
    pthread_mutex_lock(&rt->world.lock);
    finalizer->started = finalizer->busy = false;
    pthread_cond_broadcast(&rt->world.changed);
    pthread_mutex_unlock(&rt->world.lock);
}

/* Until the thread has nothing left. False when there is none and something is. */
static bool wait_for_thread(struct thread *thread) {
    struct runtime *rt = thread->rt;
    const struct finalizer *finalizer = &rt->finalizer;
    exec_enter_safe(thread);
    pthread_mutex_lock(&rt->world.lock);
    while (!rt->exiting && finalizer->started && (finalizer->busy || gc_has_finalizable(rt->gc)))
        pthread_cond_wait(&rt->world.changed, &rt->world.lock);
    bool done = rt->exiting || finalizer->started || !gc_has_finalizable(rt->gc);
    pthread_mutex_unlock(&rt->world.lock);
    exec_leave_safe(thread);
    return done;
}

void exec_wait_for_finalizers(struct thread *thread) {
    if (thread == thread->rt->finalizer.thread)
        return;
    exec_start_finalizer(thread);
    if (!wait_for_thread(thread))
        run_finalizers(thread);
    exec_poll(thread);
}
