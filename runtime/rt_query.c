/* Questions about runtime objects, and bodies set from outside. */
#include "runtime/rt_query.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/exec/exec.h"

/* ---- Is this pointer one of ours? ---- */

bool rt_is_module(const struct runtime *rt, const void *pointer) {
    for (uint32_t i = 0; i < rt->module_count; i++) {
        if (rt->modules[i] == pointer)
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

bool rt_is_method(const struct runtime *rt, const void *pointer) {
    const struct method *method = pointer;
    return in_pool(rt, method, sizeof *method) && rt_is_type(rt, method->owner) &&
           in_pool(rt, method->definition, sizeof *method) &&
           method->definition >= method->owner->methods &&
           method->definition < method->owner->methods + method->owner->method_count;
}

/* ---- Modules ---- */

uint32_t rt_module_count(const struct runtime *rt) {
    return rt->module_count;
}
struct module *rt_module_at(const struct runtime *rt, uint32_t index) {
    return index < rt->module_count ? rt->modules[index] : NULL;
}
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
    return module->loaded;
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
    return module->types[row];
}

uint32_t rt_type_size(const struct type *type) {
    return type->kind == TYPE_VALUE ? type->value_size : type->instance_size;
}

bool rt_type_field(const struct type *type, uint32_t index, uint32_t *token, uint32_t *offset) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if ((field->flags & FIELD_STATIC) || index-- != 0)
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
    if (IL_TOKEN_TABLE(token) != IL_MethodDef ||
        ldr_method(module, token, NULL, &method, &err) != IL_OK)
        return NULL;
    return method;
}

/* ---- Bodies ---- */

static bool is_method_def(const struct module *module, uint32_t token) {
    uint32_t row = IL_TOKEN_ROW(token);
    return IL_TOKEN_TABLE(token) == IL_MethodDef && row > 0 &&
           row <= il_rows(module->il, IL_MethodDef);
}

il_status rt_get_body(struct module *module, uint32_t token, il_body *out, il_error *err) {
    uint32_t row = IL_TOKEN_ROW(token);
    if (!is_method_def(module, token))
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, token, "0x%08X is no MethodDef", token);
    if (module->bodies && module->bodies[row].start)
        return il_body_read(module->bodies[row].start, module->bodies[row].limit, out, err);
    return il_method_body(module->il, row, out, err);
}

il_status rt_set_body(struct module *module, uint32_t token, const uint8_t *start, size_t limit,
                      il_error *err) {
    if (!is_method_def(module, token))
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, token, "0x%08X is no MethodDef", token);
    EXEC_LOCKED(module->rt);
    if (!module->bodies) {
        uint32_t count = il_rows(module->il, IL_MethodDef) + 1;
        module->bodies = mem_pool_array(&module->rt->pool, count, sizeof *module->bodies);
        if (!module->bodies)
            return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, token, "out of memory");
    }
    module->bodies[IL_TOKEN_ROW(token)].start = start;
    module->bodies[IL_TOKEN_ROW(token)].limit = limit;
    return IL_OK;
}

/* ---- Objects and threads ---- */

struct type *rt_object_type(const struct object *object) {
    return object->type;
}
size_t rt_object_size(const struct object *object) {
    return exec_object_size(object);
}
uint32_t rt_thread_count(struct runtime *rt) {
    uint32_t count = 0;
    pthread_mutex_lock(&rt->world.lock);
    for (const struct thread *thread = rt->world.threads; thread; thread = thread->next)
        count++;
    pthread_mutex_unlock(&rt->world.lock);
    return count;
}
struct thread *rt_thread_at(struct runtime *rt, uint32_t index) {
    pthread_mutex_lock(&rt->world.lock);
    struct thread *thread = rt->world.threads;
    while (thread && index-- > 0)
        thread = thread->next;
    pthread_mutex_unlock(&rt->world.lock);
    return thread;
}
struct thread *rt_current_thread(const struct runtime *rt) {
    return exec_current_thread(rt);
}
uint32_t rt_thread_os_id(const struct thread *thread) {
    return thread->os_id;
}
uint32_t rt_string_length_offset(void) {
    return STRING_LENGTH_OFFSET;
}
uint32_t rt_string_chars_offset(void) {
    return STRING_CHARS_OFFSET;
}
