/* See rejit.h. Requests are made, and code is replaced, under the runtime's lock; the consumer is
 * asked under none. */
#include "runtime/exec/rejit.h"

#include <string.h>

#include "runtime/exec/exec.h"
#include "runtime/jit/jit.h"

/* ---- Records ---- */

static struct rejit *find(const struct module *module, uint32_t row) {
    struct rejit *rejit = __atomic_load_n(&module->rejits, __ATOMIC_ACQUIRE);
    while (rejit && rejit->row != row)
        rejit = rejit->next;
    return rejit;
}

static struct rejit *get(struct module *module, uint32_t row) {
    struct rejit *rejit = find(module, row);
    if (rejit || !(rejit = mem_pool_alloc(&module->rt->pool, sizeof *rejit)))
        return rejit;
    *rejit = (struct rejit){.next = module->rejits, .row = row, .state = REJIT_READY};
    __atomic_store_n(&module->rejits, rejit, __ATOMIC_RELEASE);
    return rejit;
}

static uintptr_t version_of(const struct rejit *rejit, struct world *world) {
    pthread_mutex_lock(&world->lock);
    uintptr_t id = rejit->id;
    pthread_mutex_unlock(&world->lock);
    return id;
}

bool exec_rejit_is_wanted(const struct method *method) {
    struct module *module = method->owner->module;
    const struct rejit *rejit = module ? find(module, method->row) : NULL;
    return rejit && version_of(rejit, &module->rt->world) != 0;
}

/* ---- Replacing ---- */

static struct code *new_stub(struct method *method, const rt_hook *hooks) {
    static const uint32_t slots_at_least = 1;
    struct mem_pool *pool = &method->owner->rt->pool;
    struct code *code = mem_pool_alloc(pool, sizeof *code);
    struct insn *insn = mem_pool_alloc(pool, sizeof *insn);
    uint32_t *offset = mem_pool_alloc(pool, sizeof *offset);
    if (!code || !insn || !offset)
        return NULL;
    insn->op = CODE_rejit;
    *code = (struct code){.method = method,
                          .insns = insn,
                          .il_offsets = offset,
                          .insn_count = 1,
                          .temp_start = method->arg_slots,
                          .arg_slots = method->arg_slots,
                          .return_slots = method->return_slots,
                          .hooks = hooks,
                          .is_stub = true};
    code->reg_count =
        method->arg_slots > method->return_slots ? method->arg_slots : method->return_slots;
    code->reg_count += slots_at_least;
    return code;
}

/* The code of one method, if it has any. False when memory is short. */
static bool replace(struct method *method) {
    const struct code *old = method_code(method);
    if (!old || old->is_stub)
        return true;
    struct code *stub = new_stub(method, old->hooks);
    if (!stub)
        return false;
    method->jit_state = JIT_STATE_NONE;
    method->hotness = 0;
    __atomic_store_n(&method->code, stub, __ATOMIC_RELEASE);
    __atomic_store_n(&method->enter, NULL, __ATOMIC_RELEASE);
    __atomic_store_n(&method->entry, method->owner->rt->uncompiled_entry, __ATOMIC_RELEASE);
    return true;
}

static bool replace_in(const struct type *type, uint32_t row) {
    for (uint32_t i = 0; type && i < type->method_count; i++) {
        struct method *definition = type->methods[i]; /* NULL: never asked for */
        for (struct method *m = definition; m && definition->row == row; m = m->instance) {
            if (!replace(m))
                return false;
        }
    }
    return true;
}

/* In all instantiations of the type that declares it. */
static bool replace_all(struct module *module, uint32_t row) {
    const struct runtime *rt = module->rt;
    const struct type *owner = module->types[il_method_owner(module->il, row)];
    bool ok = replace_in(owner, row);
    for (uint32_t i = 0; owner && i < rt->constructed_capacity; i++) {
        const struct type *type = rt->constructed[i];
        for (; ok && type; type = type->next_constructed)
            ok = type->definition != owner || replace_in(type, row);
    }
    return ok;
}

static il_status change(struct module *module, uint32_t row, bool revert, il_error *err) {
    struct world *world = &module->rt->world;
    EXEC_LOCKED(module->rt);
    struct rejit *rejit = get(module, row);
    if (!rejit)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    pthread_mutex_lock(&world->lock);
    if (revert) {
        rejit->id = 0;
        rejit->body = NULL;
        rejit->state = REJIT_READY;
    } else if (rejit->state != REJIT_REQUESTED) {
        rejit->id = ++module->rt->last_rejit + 1; /* CoreCLR's ids begin with 2 */
        rejit->body = NULL;
        rejit->state = REJIT_REQUESTED;
    }
    pthread_mutex_unlock(&world->lock);
    if (!replace_all(module, row))
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    return IL_OK;
}

il_status exec_request_rejit(struct module *module, uint32_t row, il_error *err) {
    return change(module, row, false, err);
}

il_status exec_revert(struct module *module, uint32_t row, il_error *err) {
    return change(module, row, true, err);
}

il_status exec_set_rejit_body(struct module *module, uint32_t row, const uint8_t *start,
                              size_t size, il_error *err) {
    struct world *world = &module->rt->world;
    EXEC_LOCKED(module->rt);
    struct rejit *rejit = find(module, row);
    struct body_override *body = mem_pool_alloc(&module->rt->pool, sizeof *body);
    uint8_t *copy = mem_pool_alloc(&module->rt->pool, size);
    if (!body || !copy)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    *body = (struct body_override){memcpy(copy, start, size), size};
    pthread_mutex_lock(&world->lock);
    if (rejit && rejit->state == REJIT_ASKING)
        rejit->body = body;
    pthread_mutex_unlock(&world->lock);
    return IL_OK;
}

/* ---- Making the new code ---- */

/* Asks the consumer for the version in force, unless that was done; another thread waits
 * meanwhile. */
static void ask(struct thread *thread, struct method *method, struct rejit *rejit) {
    struct runtime *rt = thread->rt;
    exec_enter_safe(thread);
    pthread_mutex_lock(&rt->world.lock);
    while (rejit->state != REJIT_READY) {
        if (rejit->state == REJIT_ASKING) {
            pthread_cond_wait(&rt->world.changed, &rt->world.lock);
            continue;
        }
        rejit->state = REJIT_ASKING;
        pthread_mutex_unlock(&rt->world.lock);
        RT_TELL(rt->events, rejit_parameters, method);
        pthread_mutex_lock(&rt->world.lock);
        if (rejit->state == REJIT_ASKING)
            rejit->state = REJIT_READY;
        pthread_cond_broadcast(&rt->world.changed);
    }
    pthread_mutex_unlock(&rt->world.lock);
    exec_leave_safe(thread);
}

/* Lowers the version with this id. *done: it is still the one in force, and the method's code. */
static il_status make(struct thread *thread, struct method *method, const rt_hook *hooks,
                      struct rejit *rejit, uintptr_t id, bool *done, il_error *err) {
    struct world *world = &thread->rt->world;
    EXEC_LOCKED(thread->rt);
    pthread_mutex_lock(&world->lock);
    bool current = rejit->state == REJIT_READY && rejit->id == id;
    const struct body_override *body = rejit->body;
    pthread_mutex_unlock(&world->lock);
    *done = false;
    if (!current)
        return IL_OK;
    il_status status = exec_lower(thread, method, hooks, body, err);
    *done = status == IL_OK;
    return status;
}

il_status exec_remake(struct thread *thread, struct method *method, const rt_hook *hooks,
                      il_error *err) {
    struct rejit *rejit = find(method->owner->module, method->row);
    il_status status = IL_OK;
    for (bool done = false; status == IL_OK && !done;) {
        ask(thread, method, rejit);
        uintptr_t id = version_of(rejit, &thread->rt->world);
        if (id)
            EXEC_TELL(thread->rt, rejit_started, method, id);
        status = make(thread, method, hooks, rejit, id, &done, err);
        if (id && done)
            EXEC_TELL(thread->rt, rejit_finished, method, id);
    }
    return status;
}

/* Waits while another thread does it. False when it has done so. */
static bool begin(struct thread *thread, struct method *method) {
    struct world *world = &thread->rt->world;
    bool wanted;
    exec_enter_safe(thread);
    pthread_mutex_lock(&world->lock);
    for (;;) {
        const struct code *code = method_code(method);
        wanted = code->is_stub;
        if (!wanted || !method->preparer || method->preparer == thread)
            break;
        pthread_cond_wait(&world->changed, &world->lock);
    }
    if (wanted)
        method->preparer = thread;
    pthread_mutex_unlock(&world->lock);
    exec_leave_safe(thread);
    return wanted;
}

bool exec_rejit(struct thread *thread, struct method *method) {
    il_error err;
    if (!begin(thread, method))
        return true;
    il_status status = exec_remake(thread, method, method_code(method)->hooks, &err);
    exec_end_preparing(thread, method);
    if (status != IL_OK)
        exec_throw_error(thread, &err);
    return status == IL_OK;
}
