/* See announce.h. */
#include "runtime/exec/announce.h"

#include "runtime/exec/exec.h"

/* ---- The queue ---- */

bool exec_reserve_announcement(struct runtime *rt) {
    struct announcements *queue = &rt->world.announcements;
    if (queue->count + queue->reserved == queue->capacity) {
        uint32_t capacity = queue->capacity ? 2 * queue->capacity : 16;
        struct announcement *larger = mem_resize(queue->items, capacity, sizeof *larger);
        if (!larger)
            return false;
        queue->items = larger;
        queue->capacity = capacity;
    }
    queue->reserved++;
    return true;
}

void exec_drop_announcement(struct runtime *rt) {
    rt->world.announcements.reserved--;
}

void exec_announce(struct runtime *rt, struct announcement announcement) {
    struct announcements *queue = &rt->world.announcements;
    queue->reserved--;
    queue->items[queue->count++] = announcement;
    if (!announcement.type)
        __atomic_store_n(&announcement.module->announcer, exec_self(), __ATOMIC_RELAXED);
}

/* ---- Telling ---- */

static void set_state(struct module *module, module_state state) {
    struct world *world = &module->rt->world;
    pthread_mutex_lock(&world->lock);
    __atomic_store_n(&module->state, state, __ATOMIC_RELEASE);
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

static void tell_module(struct runtime *rt, struct module *module) {
    EXEC_TELL(rt, module_load_started, module);
    set_state(module, MODULE_LOADED);
    EXEC_TELL(rt, module_load_finished, module, 0);
    set_state(module, MODULE_ANNOUNCED);
    if (rt->hooks.loaded)
        rt->hooks.loaded(module);
}

static void tell_type(struct runtime *rt, struct type *type, int32_t status) {
    exec_wait_for_module(rt, type->module);
    EXEC_TELL(rt, class_load_started, type);
    EXEC_TELL(rt, class_load_finished, type, status);
}

void exec_tell_announcements(struct runtime *rt, struct announcements *queue) {
    for (uint32_t i = 0; i < queue->count; i++) {
        const struct announcement *item = &queue->items[i];
        if (item->type)
            tell_type(rt, item->type, item->status);
        else
            tell_module(rt, item->module);
    }
    mem_free(queue->items);
}

void exec_wait_for_module(struct runtime *rt, struct module *module) {
    struct world *world = &rt->world;
    struct thread *thread;
    if (!module || module_state_of(module) == MODULE_ANNOUNCED ||
        __atomic_load_n(&module->announcer, __ATOMIC_RELAXED) == exec_self())
        return;
    thread = exec_running_thread(rt);
    if (thread)
        exec_enter_safe(thread);
    pthread_mutex_lock(&world->lock);
    while (module->state != MODULE_ANNOUNCED)
        pthread_cond_wait(&world->changed, &world->lock);
    pthread_mutex_unlock(&world->lock);
    if (thread)
        exec_leave_safe(thread);
}
