/* System.AppDomain: loading assemblies, and the events that go with it. Managed code has the
 * methods that call the handlers: DoAssemblyLoad, DoAssemblyResolve and DoTypeResolve. */
#include <stdlib.h>
#include <string.h>

#include "runtime/bcl/bcl_reflect.h"
#include "runtime/bcl/bcl_state.h"

/* ---- Events ---- */

/* Whether somebody listens to the domain's event, whose delegate is in the field of that name. */
static bool has_handler(struct thread *thread, const char *event) {
    struct object *domain = bcl_domain(thread);
    struct object **handler = domain ? bcl_field(domain, event) : NULL;
    return handler && *handler;
}

/* Calls AppDomain.name, whose arguments after this are in args[1..]; NULL with its exception
 * pending, too. */
static struct object *call_domain(struct thread *thread, const char *name, int count,
                                  union slot *args) {
    struct object *domain = bcl_domain(thread);
    struct method *method = domain ? type_find_method(domain->type, name, count) : NULL;
    args[0].o = domain;
    return method && bcl_invoke(thread, method, args) ? args[0].o : NULL;
}

static struct module *ask_for_assembly(struct thread *thread, struct module *requester,
                                       const char *name) {
    union slot args[4] = {{.p = NULL}};
    if (!has_handler(thread, "AssemblyResolve"))
        return NULL;
    args[1].p = bcl_string(thread, name);
    args[2].o = args[1].p && requester ? bcl_assembly_object(thread, requester) : NULL;
    struct object *assembly =
        thread->exception ? NULL : call_domain(thread, "DoAssemblyResolve", 3, args);
    return assembly ? bcl_module_of(assembly) : NULL;
}

struct module *bcl_ask_for_type(struct thread *thread, const char *name) {
    union slot args[2] = {{.p = NULL}};
    if (!has_handler(thread, "TypeResolve"))
        return NULL;
    args[1].p = bcl_string(thread, name);
    struct object *assembly =
        thread->exception ? NULL : call_domain(thread, "DoTypeResolve", 1, args);
    return assembly ? bcl_module_of(assembly) : NULL;
}

/* What a module refers to is nowhere. What a handler throws leaves it so. */
static struct module *missing(struct module *requester, uint32_t row) {
    struct thread *thread = exec_current_thread(requester->rt);
    char name[512];
    if (!thread || thread->exception)
        return NULL;
    struct module *found =
        ask_for_assembly(thread, requester, bcl_reference_name(requester, row, name, sizeof name));
    if (thread->exception && !thread->fatal)
        exec_take_exception(thread);
    return found;
}

static void loaded(struct module *module) {
    struct thread *thread = exec_current_thread(module->rt);
    union slot args[2] = {{.p = NULL}};
    /* Until somebody has asked for the domain, nobody listens. */
    if (!thread || thread->exception ||
        !__atomic_load_n(&module->rt->bcl->has_domain, __ATOMIC_RELAXED) ||
        !has_handler(thread, "AssemblyLoad"))
        return;
    args[1].o = bcl_assembly_object(thread, module);
    if (args[1].o)
        call_domain(thread, "DoAssemblyLoad", 1, args);
    if (thread->exception && !thread->fatal)
        exec_take_exception(thread);
}

void bcl_watch_loading(struct runtime *rt) {
    rt->hooks = (struct ldr_hooks){missing, loaded};
}

/* ---- By name ---- */

void bcl_throw_load_error(struct thread *thread, const il_error *error, const char *name) {
    exec_throw_error(thread, error);
    struct object *exception = exec_take_exception(thread);
    struct string *text = bcl_string(thread, name);
    bcl_set_field(exception, "<FileName>k__BackingField", text); /* FileNotFoundException */
    bcl_set_field(exception, "_fileName", text);                 /* BadImageFormatException */
    exec_throw_object(thread, exception);
}

struct module *bcl_load_assembly(struct thread *thread, struct module *requester, const char *name,
                                 bool throws) {
    name += strspn(name, " ");
    size_t size = strcspn(name, ",");
    struct module *module = NULL;
    il_error err;
    while (size && name[size - 1] == ' ')
        size--;
    char *simple = mem_copy_text(name, size);
    if (!simple) {
        exec_throw_object(thread, thread->out_of_memory);
        return NULL;
    }
    il_status status = ldr_load_assembly(thread->rt, simple, &module, &err);
    if (status == IL_FILE_ERROR && (module = ask_for_assembly(thread, requester, name)))
        status = IL_OK;
    if (status != IL_OK && !thread->exception && (throws || status != IL_FILE_ERROR))
        bcl_throw_load_error(thread, &err, name);
    mem_free(simple);
    return status == IL_OK ? module : NULL;
}

/* LoadAssembly(name, evidence, reflection only, ref mark): null when there is none; managed code
 * goes on to the code base of an AssemblyName then, or throws. */
void bcl_domain_load(struct thread *thread, union slot *slots) {
    char *name = bcl_text(thread, slots[1].p);
    struct module *module = name ? bcl_load_assembly(thread, NULL, name, false) : NULL;
    slots[0].o = module ? bcl_assembly_object(thread, module) : NULL;
    mem_free(name);
}

/* Assembly.load_with_partial_name(name, evidence): null when there is none. */
void bcl_assembly_load_partial(struct thread *thread, union slot *slots) {
    char *name = bcl_text(thread, slots[0].p);
    struct module *module = name ? bcl_load_assembly(thread, NULL, name, false) : NULL;
    slots[0].o = module ? bcl_assembly_object(thread, module) : NULL;
    mem_free(name);
}

/* ---- From files and memory ---- */

/* The module of a file, whatever the path it was loaded by; or NULL. */
static struct module *loaded_from(struct runtime *rt, const char *path) {
    struct module *found = NULL;
    EXEC_LOCKED(rt);
    for (uint32_t i = 0; i < rt->module_count && !found; i++) {
        if (rt->modules[i]->dynamic)
            continue;
        char *other = realpath(il_module_path(rt->modules[i]->il), NULL);
        if (other && strcmp(other, path) == 0)
            found = rt->modules[i];
        free(other);
    }
    return found;
}

static void load_file(struct thread *thread, union slot *slots, bool absolute) {
    char *path = bcl_text(thread, slots[0].p);
    if (path && absolute && *path != '/')
        exec_throw(thread, "ArgumentException", "Absolute path information is required.");
    if (!path || thread->exception) {
        mem_free(path);
        return;
    }
    char *full = realpath(path, NULL);
    struct module *module = full ? loaded_from(thread->rt, full) : NULL;
    il_error err;
    if (path && !module && ldr_load_file(thread->rt, full ? full : path, &module, &err) != IL_OK)
        bcl_throw_load_error(thread, &err, path);
    slots[0].o = module && !thread->exception ? bcl_assembly_object(thread, module) : NULL;
    free(full);
    mem_free(path);
}

/* Assembly.LoadFrom(path, reflection only, ref mark). */
void bcl_assembly_load_from(struct thread *thread, union slot *slots) {
    load_file(thread, slots, false);
}

/* Assembly.LoadFile_internal(path, ref mark). */
void bcl_assembly_load_file(struct thread *thread, union slot *slots) {
    load_file(thread, slots, true);
}

/* LoadAssemblyRaw(bytes, symbols, evidence, reflection only). */
void bcl_domain_load_bytes(struct thread *thread, union slot *slots) {
    const struct array *bytes = slots[1].p;
    struct module *module;
    il_error err;
    if (!bcl_check(thread, bytes))
        return;
    if (ldr_load_bytes(thread->rt, bytes->data, (size_t)bytes->length, &module, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    struct object *assembly = bcl_assembly_object(thread, module);
    uint8_t *from_bytes = assembly ? bcl_field(assembly, "fromByteArray") : NULL;
    if (from_bytes)
        *from_bytes = 1;
    slots[0].o = assembly;
}

/* GetAssemblies(reflection only). */
void bcl_domain_assemblies(struct thread *thread, union slot *slots) {
    struct runtime *rt = thread->rt;
    struct type *element = bcl_class(thread, "System.Reflection", "Assembly");
    EXEC_LOCKED(rt);
    uint32_t count = slots[1].i4 ? 0 : rt->module_count;
    struct array *out = element ? bcl_new_vector(thread, element, count) : NULL;
    for (uint32_t i = 0; out && i < count && !thread->exception; i++)
        ((struct object **)out->data)[i] = bcl_assembly_object(thread, rt->modules[i]);
    slots[0].p = out;
}
