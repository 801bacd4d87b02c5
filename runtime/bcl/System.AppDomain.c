/* System.AppDomain: the one domain, its set-up and its contexts. */
#include <string.h>

#include "runtime/bcl/bcl.h"

static struct object *domain(struct thread *thread) {
    struct object *object = bcl_singleton(thread, "System", "AppDomain");
    if (object) /* managed code only wants it not to be 0 */
        bcl_set_field(object, "_mono_app_domain", thread->rt);
    return object;
}

void bcl_domain_current(struct thread *thread, union slot *slots) {
    slots[0].o = domain(thread);
}

static const char *program_path(const struct runtime *rt) {
    return rt->program ? il_module_path(rt->program->il) : "";
}

void bcl_domain_name(struct thread *thread, union slot *slots) {
    const char *path = program_path(thread->rt), *slash = strrchr(path, '/');
    slots[0].p = bcl_string(thread, slash ? slash + 1 : path);
}

/* getSetup(): the program's folder is the base. */
void bcl_domain_setup(struct thread *thread, union slot *slots) {
    struct object *setup = bcl_singleton(thread, "System", "AppDomainSetup");
    const char *path = program_path(thread->rt), *slash = strrchr(path, '/');
    if (setup)
        bcl_set_field(setup, "application_base",
                      slash ? exec_string_from_utf8(thread, path, (size_t)(slash - path) + 1)
                            : bcl_string(thread, "./"));
    slots[0].o = setup;
}

/* InternalGetContext() and InternalGetDefaultContext(): there is only one. */
void bcl_domain_context(struct thread *thread, union slot *slots) {
    slots[0].o = bcl_singleton(thread, "System.Runtime.Remoting.Contexts", "Context");
}

/* GetData(name) and SetData(name, object) are kept per runtime under the interned name. */
static const struct string *interned(struct thread *thread, const struct string *name) {
    return bcl_check(thread, name) ? exec_intern(thread, name->chars, name->length) : NULL;
}

void bcl_domain_get_data(struct thread *thread, union slot *slots) {
    const struct string *name = interned(thread, slots[1].p);
    slots[0].o = name ? bcl_get(thread->rt, name, 0) : NULL;
}

void bcl_domain_set_data(struct thread *thread, union slot *slots) {
    const struct string *name = interned(thread, slots[1].p);
    if (name && slots[2].p && !bcl_put(thread->rt, name, 0, slots[2].p))
        exec_throw_object(thread, thread->out_of_memory);
}
