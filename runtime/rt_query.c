/* Questions about runtime objects, and bodies set from outside. */
#include "runtime/rt_query.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/exec/exec.h"
#include "runtime/exec/rejit.h"
#include "runtime/exec/walk.h"

/* ---- Calls out of a safe region ----
 *
 * A consumer that is told of something is in a safe region, which what takes the runtime's lock has
 * to leave: it may load and run things. */

struct visit_back {
    struct thread *thread; /* NULL: it was in none */
    struct safe_region outer;
};

static struct visit_back begin_visit(const struct runtime *rt) {
    struct visit_back visit = {.thread = exec_current_thread(rt)};
    if (visit.thread && !visit.thread->safe)
        visit.thread = NULL;
    if (visit.thread)
        exec_suspend_safe(visit.thread, &visit.outer);
    return visit;
}

static void end_visit(struct visit_back *visit) {
    if (visit->thread)
        exec_resume_safe(visit->thread, &visit->outer);
}

/* To the end of the block. */
#define RUNNING(rt)                                                                                \
    struct visit_back visit_ __attribute__((cleanup(end_visit), unused)) = begin_visit(rt)

/* ---- Is this pointer one of ours? ---- */

/* The list of modules grows while it is read; see ldr_add_module. */
uint32_t rt_module_count(const struct runtime *rt) {
    return __atomic_load_n(&rt->module_count, __ATOMIC_ACQUIRE);
}
struct module *rt_module_at(const struct runtime *rt, uint32_t index) {
    if (index >= rt_module_count(rt))
        return NULL;
    return __atomic_load_n(&rt->modules, __ATOMIC_ACQUIRE)[index];
}

bool rt_is_module(const struct runtime *rt, const void *pointer) {
    for (uint32_t i = 0, count = rt_module_count(rt); i < count; i++) {
        if (rt_module_at(rt, i) == pointer)
            return true;
    }
    return false;
}

static bool in_pool(const struct runtime *rt, const void *pointer, size_t size) {
    return pointer && (uintptr_t)pointer % 8 == 0 && mem_pool_contains(&rt->pool, pointer, size);
}

bool rt_is_type(const struct runtime *rt, const void *pointer) {
    const struct type *type = pointer;
    return in_pool(rt, type, sizeof *type) && type->rt == rt &&
           in_pool(rt, type->definition, sizeof *type) &&
           type->definition->definition == type->definition &&
           !(type->module && type->module->hidden);
}

static bool has_method(const struct type *type, const struct method *method) {
    for (uint32_t i = 0; i < type->method_count; i++) {
        if (__atomic_load_n(&type->methods[i], __ATOMIC_RELAXED) == method)
            return true;
    }
    return false;
}

bool rt_is_method(const struct runtime *rt, const void *pointer) {
    const struct method *method = pointer;
    return in_pool(rt, method, sizeof *method) && rt_is_type(rt, method->owner) &&
           in_pool(rt, method->definition, sizeof *method) &&
           has_method(method->owner, method->definition);
}

/* ---- Modules ---- */

const char *rt_module_path(const struct module *module) {
    return il_module_path(module->il);
}
const char *rt_module_assembly_name(const struct module *module) {
    return module->name;
}
const uint8_t *rt_module_base(const struct module *module) {
    return module->dynamic ? NULL : mem_arena_base(module->arena);
}
bool rt_module_is_dynamic(const struct module *module) {
    return module->dynamic != NULL;
}
il_module *rt_module_il(const struct module *module) {
    return module->il;
}
struct mem_arena *rt_module_arena(const struct module *module) {
    return module->arena;
}
bool rt_module_is_loaded(const struct module *module) {
    return module_state_of(module) != MODULE_LOADING;
}

/* ---- Types ---- */

struct module *rt_type_module(const struct type *type) {
    return type->module;
}
uint32_t rt_type_token(const struct type *type) {
    return type->module ? IL_TOKEN(IL_TypeDef, type->row) : 0;
}
struct type *rt_type_parent(const struct type *type) {
    return type->parent;
}
uint32_t rt_type_arg_count(const struct type *type) {
    return type->arg_count;
}
struct type *rt_type_arg(const struct type *type, uint32_t index) {
    return index < type->arg_count ? type->args[index] : NULL;
}
bool rt_type_array(const struct type *type, il_element *element, struct type **element_type,
                   uint32_t *rank) {
    if (type->kind != TYPE_SZARRAY && type->kind != TYPE_ARRAY)
        return false;
    *element = (il_element)type->element_type->element;
    *element_type = type->element_type;
    *rank = type->rank;
    return true;
}
struct type *rt_type_from_token(struct module *module, uint32_t token) {
    uint32_t row = IL_TOKEN_ROW(token);
    if (IL_TOKEN_TABLE(token) != IL_TypeDef || row > il_rows(module->il, IL_TypeDef))
        return NULL;
    RUNNING(module->rt);
    EXEC_LOCKED(module->rt);
    return module->types[row];
}

uint32_t rt_type_size(const struct type *type) {
    return type->kind == TYPE_VALUE ? type->value_size : type->instance_size;
}

bool rt_type_field(const struct type *type, uint32_t index, uint32_t *token, uint32_t *offset) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (!field_is_instance(field) || index-- != 0)
            continue;
        *token = IL_TOKEN(IL_Field, field->row);
        *offset = field->offset;
        return true;
    }
    return false;
}

/* ---- Methods ---- */

struct module *rt_method_module(const struct method *method) {
    return method->owner->module;
}
uint32_t rt_method_token(const struct method *method) {
    return method->row ? IL_TOKEN(IL_MethodDef, method->row) : 0;
}
struct type *rt_method_owner(const struct method *method) {
    return method->owner;
}
uint32_t rt_method_arg_count(const struct method *method) {
    return method->args ? method->generic_count : 0;
}
struct type *rt_method_arg(const struct method *method, uint32_t index) {
    return index < rt_method_arg_count(method) ? method->args[index] : NULL;
}
struct method *rt_method_from_token(struct module *module, uint32_t token) {
    struct method *method;
    il_error err;
    RUNNING(module->rt);
    if (IL_TOKEN_TABLE(token) != IL_MethodDef ||
        ldr_method(module, token, NULL, &method, &err) != IL_OK)
        return NULL;
    return method;
}

uint32_t rt_argument_count(const struct method *method) {
    return method->has_this + method->param_count;
}

void rt_argument(const struct method *method, uint32_t index, uint32_t *slot, uint32_t *size) {
    *slot = 0;
    *size = sizeof(void *); /* of `this` */
    for (uint32_t i = method->has_this; i <= index; i++) {
        const struct type *type = method->params[i - method->has_this];
        *slot += i == index ? 0 : type_slots(type);
        *size = type->value_size;
    }
    if (method->has_this && index > 0)
        (*slot)++;
}

uint32_t rt_result_size(const struct method *method) {
    return method->return_type->storage == STORE_VOID ? 0 : method->return_type->value_size;
}

/* ---- Bodies ---- */

static bool is_method_def(const struct module *module, uint32_t token) {
    uint32_t row = IL_TOKEN_ROW(token);
    return IL_TOKEN_TABLE(token) == IL_MethodDef && row > 0 &&
           row <= il_rows(module->il, IL_MethodDef);
}

static il_status bad_method(uint32_t token, il_error *err) {
    return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, token, "0x%08X is no MethodDef", token);
}

il_status rt_get_body(struct module *module, uint32_t token, il_body *out, il_error *err) {
    uint32_t row = IL_TOKEN_ROW(token);
    if (!is_method_def(module, token))
        return bad_method(token, err);
    const struct body_override *override = ldr_body_override(module, row);
    if (override)
        return il_body_read(override->start, override->limit, out, err);
    return il_method_body(module->il, row, out, err);
}

il_status rt_set_body(struct module *module, uint32_t token, const uint8_t *start, size_t limit,
                      il_error *err) {
    if (!is_method_def(module, token))
        return bad_method(token, err);
    RUNNING(module->rt);
    return ldr_override_body(module, IL_TOKEN_ROW(token), start, limit, err);
}

il_status rt_request_rejit(struct module *module, uint32_t token, il_error *err) {
    RUNNING(module->rt);
    return is_method_def(module, token) ? exec_request_rejit(module, IL_TOKEN_ROW(token), err)
                                        : bad_method(token, err);
}

il_status rt_revert(struct module *module, uint32_t token, il_error *err) {
    RUNNING(module->rt);
    return is_method_def(module, token) ? exec_revert(module, IL_TOKEN_ROW(token), err)
                                        : bad_method(token, err);
}

il_status rt_set_rejit_body(struct module *module, uint32_t token, const uint8_t *start,
                            size_t size, il_error *err) {
    RUNNING(module->rt);
    return is_method_def(module, token)
               ? exec_set_rejit_body(module, IL_TOKEN_ROW(token), start, size, err)
               : bad_method(token, err);
}

bool rt_reserve_rows(struct module *module, il_table table, uint32_t row) {
    RUNNING(module->rt);
    EXEC_LOCKED(module->rt);
    return ldr_reserve_rows(module, table, row);
}

/* ---- Objects and threads ---- */

struct type *rt_object_type(const struct object *object) {
    return object->type;
}
size_t rt_object_size(const struct object *object) {
    return exec_object_size(object);
}
uint32_t rt_list_threads(struct runtime *rt, struct thread **threads, uint32_t capacity) {
    uint32_t count = 0;
    pthread_mutex_lock(&rt->world.lock);
    for (struct thread *thread = rt->world.threads; thread; thread = thread->next) {
        if (thread->guest)
            continue;
        if (count < capacity)
            threads[count] = thread;
        count++;
    }
    pthread_mutex_unlock(&rt->world.lock);
    return count;
}
bool rt_find_thread(struct runtime *rt, const void *pointer, uint32_t *os_id, pthread_t *native) {
    pthread_mutex_lock(&rt->world.lock);
    const struct thread *thread = rt->world.threads;
    while (thread && (thread != pointer || thread->guest))
        thread = thread->next;
    if (thread) {
        *os_id = thread->os_id;
        *native = thread->native;
    }
    pthread_mutex_unlock(&rt->world.lock);
    return thread != NULL;
}
struct thread *rt_current_thread(const struct runtime *rt) {
    struct thread *thread = exec_current_thread(rt);
    return thread && !thread->guest ? thread : NULL;
}
bool rt_stops_world(const struct runtime *rt) {
    const struct thread *stopper = __atomic_load_n(&rt->world.stopper, __ATOMIC_RELAXED);
    return stopper && stopper == exec_current_thread(rt);
}
bool rt_is_collecting(const struct runtime *rt) {
    return rt_stops_world(rt) && rt->world.for_collection;
}
uint32_t rt_thread_os_id(const struct thread *thread) {
    return thread->os_id;
}

void rt_walk_stack(struct thread *thread,
                   bool (*visit)(void *data, struct method *method, const void *ip), void *data) {
    struct stack_walk walk;
    struct walk_entry entry;
    stack_walk_start(&walk, thread);
    while (stack_walk_next(&walk, &entry)) {
        struct module *module = entry.method ? entry.method->owner->module : NULL;
        bool hidden = module && module->hidden;
        if (!visit(data, hidden ? NULL : entry.method, entry.ip))
            return;
    }
}

/* ---- Stopping the managed threads ---- */

bool rt_suspend(struct runtime *rt) {
    if (!exec_current_thread(rt) && !exec_attach_guest(rt))
        return false;
    while (!exec_stop_world_for(rt, false))
        continue; /* another thread was before this one, and is done */
    return true;
}

void rt_resume(struct runtime *rt) {
    struct thread *thread = exec_current_thread(rt);
    exec_start_world(rt);
    if (thread->guest)
        exec_detach_thread(thread);
}

bool rt_collect(struct runtime *rt) {
    struct thread *thread = exec_attach_guest(rt);
    if (!thread)
        return false;
    gc_collect(&thread->gc);
    exec_detach_thread(thread);
    return true;
}

uint32_t rt_string_length_offset(void) {
    return STRING_LENGTH_OFFSET;
}
uint32_t rt_string_chars_offset(void) {
    return STRING_CHARS_OFFSET;
}
