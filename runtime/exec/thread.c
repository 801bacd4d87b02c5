/* Threads: their life, and what each has of its own. */
#define _GNU_SOURCE /* pthread_getattr_np */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/exec/exec.h"

/* Enough of the native stack for the interpreter to report that it is full. */
#define NATIVE_RESERVE ((size_t)512 << 10)

/* Notes the ends of the calling thread's native stack. False when they cannot be found. */
static bool find_native_stack(struct thread *thread) {
    pthread_attr_t attributes;
    void *lowest = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return false;
    bool found = pthread_attr_getstack(&attributes, &lowest, &size) == 0;
    if (found) {
        thread->native_base = (char *)lowest + size;
        thread->native_floor = thread->native_limit = (char *)lowest + NATIVE_RESERVE;
    }
    pthread_attr_destroy(&attributes);
    return found;
}

static bool set_up(struct thread *thread, struct runtime *rt) {
    thread->rt = rt;
    thread->os_id = (uint32_t)syscall(SYS_gettid);
    thread->frame_limit = EXEC_MAX_FRAMES;
    /* Not cleared: pages that are never reached cost nothing. */
    thread->stack = mem_alloc(EXEC_STACK_SLOTS * sizeof *thread->stack);
    thread->frames = mem_alloc(EXEC_MAX_FRAMES * sizeof *thread->frames);
    if (!thread->stack || !thread->frames || !find_native_stack(thread))
        return false;
    thread->stack_end = thread->stack + EXEC_STACK_SLOTS;
    return pthread_setspecific(rt->world.current, thread) == 0;
}

static void discard(struct thread *thread) {
    exec_free_thread_statics(thread);
    mem_free(thread->stack);
    mem_free(thread->frames);
    mem_free(thread);
}

/* With the world running and locked. */
static void lock_running_world(struct world *world) {
    pthread_mutex_lock(&world->lock);
    while (world->stopper)
        pthread_cond_wait(&world->changed, &world->lock);
}

struct thread *exec_attach_thread(struct runtime *rt) {
    struct thread *thread = mem_calloc(1, sizeof *thread);
    if (!thread)
        return NULL;
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

static void unlink_thread(struct thread *thread) {
    struct thread **link = &thread->rt->world.threads;
    while (*link != thread)
        link = &(*link)->next;
    *link = thread->next;
}

void exec_detach_thread(struct thread *thread) {
    struct world *world = &thread->rt->world;
    if (!thread->safe)
        exec_enter_safe(thread);
    lock_running_world(world);
    unlink_thread(thread);
    gc_detach(&thread->gc);
    pthread_mutex_unlock(&world->lock);
    if (exec_current_thread(thread->rt) == thread)
        pthread_setspecific(world->current, NULL);
    discard(thread);
}
