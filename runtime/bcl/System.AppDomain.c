/* System.AppDomain: the one domain, its set-up and its contexts. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "runtime/bcl/bcl_reflect.h"
#include "runtime/bcl/bcl_state.h"

struct object *bcl_domain(struct thread *thread) {
    struct object *object = bcl_singleton(thread, "System", "AppDomain");
    if (object) /* managed code only wants it not to be 0 */
        bcl_set_field(object, "_mono_app_domain", thread->rt);
    __atomic_store_n(&thread->rt->bcl->has_domain, true, __ATOMIC_RELAXED);
    return object;
}

void bcl_domain_current(struct thread *thread, union slot *slots) {
    slots[0].o = bcl_domain(thread);
}

static const char *program_path(const struct runtime *rt) {
    return rt->program_path ? rt->program_path : "";
}

void bcl_domain_name(struct thread *thread, union slot *slots) {
    const char *path = program_path(thread->rt), *slash = strrchr(path, '/');
    slots[0].p = bcl_string(thread, slash ? slash + 1 : path);
}

/* The program's folder with the slash. */
static struct string *base_folder(struct thread *thread) {
    const char *path = program_path(thread->rt), *slash = strrchr(path, '/');
    return slash ? exec_string_from_utf8(thread, path, (size_t)(slash - path) + 1)
                 : bcl_string(thread, "./");
}

static struct string *configuration_file(struct thread *thread) {
    char path[PATH_MAX + sizeof ".config"];
    snprintf(path, sizeof path, "%s.config", program_path(thread->rt));
    return bcl_string(thread, path);
}

/* getSetup(): made without a constructor, filled once. */
void bcl_domain_setup(struct thread *thread, union slot *slots) {
    struct object *setup = bcl_singleton(thread, "System", "AppDomainSetup");
    struct string **base = setup ? bcl_field(setup, "application_base") : NULL;
    if (base && !*base) {
        *base = base_folder(thread);
        bcl_set_field(setup, "configuration_file", configuration_file(thread));
    }
    slots[0].o = setup;
}

/* InternalGetContext() and InternalGetDefaultContext(): there is only one. */
void bcl_domain_context(struct thread *thread, union slot *slots) {
    slots[0].o = bcl_singleton(thread, "System.Runtime.Remoting.Contexts", "Context");
}

/* InternalSetDomain(domain), InternalSetDomainByID(number): the one before, which is the same. */
void bcl_domain_set(struct thread *thread, union slot *slots) {
    slots[0].o = bcl_domain(thread);
}

/* InternalGetProcessGuid(new): the text that the first caller came with. */
void bcl_domain_process_guid(struct thread *thread, union slot *slots) {
    static const char key;
    struct object *guid = bcl_get(thread->rt, &key, 0);
    if (!guid) {
        guid = slots[0].o;
        if (guid && !bcl_put(thread->rt, &key, 0, guid))
            exec_throw_object(thread, thread->out_of_memory);
    }
    slots[0].o = guid;
}

/* ExecuteAssembly(assembly, arguments): the result of its entry point. */
void bcl_domain_execute(struct thread *thread, union slot *slots) {
    struct module *module = bcl_module_of(slots[1].o);
    uint32_t token = module ? il_module_entry_point(module->il) : 0;
    struct method *main = NULL;
    il_error err;
    if (IL_TOKEN_TABLE(token) != IL_MethodDef) {
        exec_throw(thread, "MissingMethodException", "the assembly has no entry point");
        return;
    }
    if (ldr_method(module, token, NULL, &main, &err) != IL_OK ||
        type_prepare(main->owner, &err) != IL_OK || method_prepare_signature(main, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    union slot args[2] = {{.p = slots[2].p ? slots[2].p : bcl_new_vector_of(thread, "String", 0)}};
    if (args[0].p && exec_init_type(thread, main->owner) && bcl_invoke(thread, main, args))
        slots[0].i4 = main->return_type->storage == STORE_VOID ? 0 : args[0].i4;
}

/* ---- Events ---- */

/* The domain's object, when the program has asked for it: nobody else can have put handlers there.
 */
static struct object *existing_domain(struct thread *thread) {
    EXEC_LOCKED(thread->rt);
    struct type *type;
    il_error err;
    return ldr_core_type(thread->rt, "System", "AppDomain", &type, &err) == IL_OK
               ? bcl_get(thread->rt, type, 0)
               : NULL;
}

/* Calls the delegate in the domain's field of that name with (domain, arguments), if there is one.
 * What it throws is dropped, unless it ends the program. */
static void raise_event(struct thread *thread, const char *field, struct object *arguments) {
    struct object *sender = existing_domain(thread);
    struct object **place = sender ? bcl_field(sender, field) : NULL;
    struct object *handler = place ? *place : NULL;
    struct method *invoke = handler ? type_find_method(handler->type, "Invoke", 2) : NULL;
    union slot args[3] = {{.o = handler}, {.o = sender}, {.o = arguments}};
    if (invoke && !exec_invoke(thread, invoke, args) && !thread->fatal)
        exec_take_exception(thread);
}

void bcl_domain_raise_exit(struct thread *thread) {
    struct bcl_state *state = thread->rt->bcl;
    if (!__atomic_exchange_n(&state->exit_raised, true, __ATOMIC_SEQ_CST))
        raise_event(thread, "ProcessExit", NULL);
    __atomic_store_n(&state->shutting_down, true, __ATOMIC_RELEASE);
}

void bcl_domain_raise_unhandled(struct thread *thread, struct object *exception) {
    struct type *type = bcl_class(thread, "System", "UnhandledExceptionEventArgs");
    struct object *arguments = type ? exec_new_object(thread, type) : NULL;
    uint8_t *ends = arguments ? bcl_field(arguments, "_isTerminating") : NULL;
    if (!ends) {
        exec_take_exception(thread);
        return;
    }
    *ends = 1;
    bcl_set_field(arguments, "_exception", exception);
    raise_event(thread, "UnhandledException", arguments);
}

/* DoUnhandledException(exception): for code that catches what nobody else will. */
void bcl_domain_unhandled(struct thread *thread, union slot *slots) {
    if (bcl_check(thread, slots[1].o))
        bcl_domain_raise_unhandled(thread, slots[1].o);
}

/* ---- Data ---- */

/* GetData(name) and SetData(name, object) are kept per runtime under the interned name. */
static const struct string *interned(struct thread *thread, const struct string *name) {
    return bcl_check(thread, name) ? exec_intern(thread, name->chars, name->length) : NULL;
}

static bool is_named(const struct string *name, const char *text) {
    char *utf8 = exec_string_to_utf8(name);
    bool same = utf8 && strcmp(utf8, text) == 0;
    mem_free(utf8);
    return same;
}

/* What stands for null. */
#define NO_DATA ((void *)thread->rt)

void bcl_domain_get_data(struct thread *thread, union slot *slots) {
    const struct string *name = interned(thread, slots[1].p);
    void *data = name ? bcl_get(thread->rt, name, 0) : NULL;
    slots[0].o = data == NO_DATA ? NULL : data;
    if (name && !slots[0].o && is_named(name, "APPBASE"))
        slots[0].p = base_folder(thread);
    else if (name && !slots[0].o && is_named(name, "APP_CONFIG_FILE"))
        slots[0].p = configuration_file(thread);
}

void bcl_domain_set_data(struct thread *thread, union slot *slots) {
    const struct string *name = interned(thread, slots[1].p);
    void *data = slots[2].p ? slots[2].p : NO_DATA;
    if (name && !bcl_put(thread->rt, name, 0, data))
        exec_throw_object(thread, thread->out_of_memory);
}
