/* See step.h. */
#include "runtime/types/step.h"

#include "runtime/runtime.h"

static bool is_elsewhere(const struct type *type) {
    return type->builder && type->builder != exec_self();
}

/* Whether the thread that is at a step of type waits for this one. */
static bool would_deadlock(const struct world *world, const struct type *type) {
    const void *runner = type->builder;
    while (runner && runner != exec_self()) {
        const struct step_wait *wait = world->step_waits;
        while (wait && wait->thread != runner)
            wait = wait->next;
        runner = wait ? wait->type->builder : NULL;
    }
    return runner != NULL;
}

static bool is_at_step(void *data) {
    const struct type *type = data;
    return is_elsewhere(type) && !would_deadlock(&type->rt->world, type);
}

static void forget(struct world *world, const struct step_wait *wait) {
    struct step_wait **place = &world->step_waits;
    while (*place != wait)
        place = &(*place)->next;
    *place = wait->next;
}

/* Waits for the end of another thread's step. */
static void wait_for_step(struct type *type) {
    struct world *world = &type->rt->world;
    struct step_wait self = {exec_self(), type, world->step_waits};
    world->step_waits = &self;
    exec_wait_unlocked(type->rt, is_at_step, type);
    forget(world, &self);
}

bool type_begin_step(struct type *type) {
    if (is_elsewhere(type))
        wait_for_step(type);
    if (is_elsewhere(type))
        return false;
    type->builder = exec_self();
    type->steps++;
    return true;
}

void type_end_step(struct type *type) {
    if (--type->steps > 0)
        return;
    type->builder = NULL;
    if (type->rt->world.step_waits)
        exec_wake_unlocked(type->rt);
}

bool type_has_identity(struct type *type) {
    if (type->has_base || !is_elsewhere(type))
        return true;
    wait_for_step(type);
    return is_elsewhere(type);
}
