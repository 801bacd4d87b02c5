/* Calls from the embedding program: claret_load, claret_find_method, claret_invoke.
 *
 * Between the calls the embedder's thread holds no reference to an object but through handles. In a
 * call, references lie in variables and argument slots on the native stack, where a collection
 * finds them. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/bcl/bcl.h"
#include "runtime/embed.h"
#include "runtime/exec/interp.h"

enum { MOST_SLOTS = 256, MOST_PARAMS = 64 };

static void fail(claret_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void fail(claret_error *error, const char *format, ...) {
    va_list args;
    if (!error)
        return;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
}

/* ---- Threads ---- */

static void fail_foreign(claret_error *error) {
    fail(error, "the calling thread is not attached to the runtime");
}

bool claret_attach_thread(claret_runtime *rt, claret_error *error) {
    if (exec_current_thread(rt)) {
        fail(error, "the calling thread is attached already");
        return false;
    }
    struct thread *thread = exec_adopt_thread(rt);
    if (!thread) {
        fail(error, "out of memory for a thread");
        return false;
    }
    exec_enter_safe(thread); /* until the embedder calls */
    return true;
}

void claret_detach_thread(claret_runtime *rt) {
    struct thread *thread = exec_current_thread(rt);
    if (!thread || thread == rt->main_thread)
        return;
    exec_leave_safe(thread);
    exec_dismiss_thread(thread);
}

/* ---- Finding ---- */

static il_status load(struct runtime *rt, const char *path, struct module **out, il_error *err) {
    EXEC_LOCKED(rt);
    if (!rt->program_folder && !runtime_set_program_path(rt, path))
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory", path);
    return ldr_load_file(rt, path, out, err);
}

claret_assembly *claret_load(claret_runtime *rt, const char *path, claret_error *error) {
    struct module *module;
    struct visit visit;
    il_error err;
    if (!embed_enter(rt, &visit)) {
        fail_foreign(error);
        return NULL;
    }
    il_status status = load(rt, path, &module, &err);
    embed_leave(&visit);
    if (status == IL_OK)
        return module;
    fail(error, "%s", err.text);
    return NULL;
}

static bool is_constructor(const struct method *method) {
    return method->has_this && strcmp(method->name, ".ctor") == 0;
}

/* Why a method cannot be called from outside; NULL when it can. */
static const char *obstacle(const struct method *method) {
    const struct type *owner = method->owner;
    bool makes = is_constructor(method);
    if (owner->is_open)
        return "is of an open type";
    for (uint32_t i = 0; i < method->generic_count; i++) {
        if (!method->args || method->args[i]->is_open)
            return "has type parameters without a value";
    }
    if (method->param_count > MOST_PARAMS || method->arg_slots > MOST_SLOTS ||
        method->return_slots > MOST_SLOTS)
        return "has too many parameters";
    if (method->is_vararg)
        return "takes variable arguments";
    if (owner->kind == TYPE_ARRAY || owner->kind == TYPE_SZARRAY)
        return "is a method that only arrays have";
    if (makes && (owner->flags & CLASS_ABSTRACT))
        return "makes no object: the class is abstract";
    if (makes && (owner == owner->rt->core.string || owner->is_delegate))
        return "makes an object that only the runtime can make";
    if (method_is_abstract(method) && method_is_static(method))
        return "has no body";
    return NULL;
}

static il_status prepare(struct method *method, il_error *err) {
    char text[300];
    if (method->owner->is_open)
        return il_fail(err, IL_NO_METHOD, IL_NO_OFFSET, 0, "%s is of an open type",
                       method_name(method, text, sizeof text));
    il_status status = type_prepare(method->owner, err);
    if (status == IL_OK)
        status = method_prepare_signature(method, err);
    const char *why = status == IL_OK ? obstacle(method) : NULL;
    return why ? il_fail(err, IL_NO_METHOD, IL_NO_OFFSET, 0, "%s %s",
                         method_name(method, text, sizeof text), why)
               : status;
}

claret_method *claret_find_method(claret_runtime *rt, const claret_assembly *assembly,
                                  const char *name, claret_error *error) {
    struct method *method = NULL;
    struct visit visit;
    il_error err;
    if (!embed_enter(rt, &visit)) {
        fail_foreign(error);
        return NULL;
    }
    il_status status = ldr_find_method(rt, assembly ? assembly->name : NULL, name, &method, &err);
    if (status == IL_OK)
        status = prepare(method, &err);
    embed_leave(&visit);
    if (status == IL_OK)
        return method;
    fail(error, "%s", err.text);
    return NULL;
}

/* ---- Calling ---- */

/* One call: what it is given, and the places of its by-reference arguments. */
struct call {
    struct thread *thread;
    struct method *method; /* as it was named */
    struct method *target; /* what runs */
    union slot slots[MOST_SLOTS];
    struct array *places[MOST_PARAMS]; /* vectors of one element; NULL for other arguments */
    claret_error *error;
};

/* The object that an instance method is called on. */
static bool pass_this(struct call *call, const claret_value *value) {
    struct thread *thread = call->thread;
    struct type *owner = call->method->owner;
    char type[300], name[300];
    struct object *object = embed_object_of(thread, value);
    if (thread->exception)
        return false;
    if (!object || !type_is_assignable(object->type, owner)) {
        fail(call->error, "%s must be called on an object of %s, not on %s",
             method_name(call->method, name, sizeof name), type_name(owner, type, sizeof type),
             embed_describe(value, object).text);
        return false;
    }
    call->target = interp_find_virtual(thread, call->method, object);
    if (!call->target)
        return false;
    call->slots[0].p = call->target->unbox_this ? (char *)object + OBJECT_HEADER : (char *)object;
    return true;
}

/* A new object for a constructor; of a value type, a boxed one. */
static struct object *make_this(struct call *call) {
    struct type *owner = call->method->owner;
    struct object *object = exec_new_object(call->thread, owner);
    if (object)
        call->slots[0].p = type_is_value(owner) ? (char *)object + OBJECT_HEADER : (char *)object;
    return object;
}

static bool pass_argument(struct call *call, uint32_t i, union slot *to,
                          const claret_value *value) {
    struct thread *thread = call->thread;
    struct type *type = call->method->params[i];
    bool by_reference = type->kind == TYPE_BYREF;
    struct type *held = by_reference ? type->element_type : type;
    char expected[300], name[300];
    il_error err;
    if (type_lay_out(held, &err) != IL_OK) {
        fail(call->error, "%s", err.text);
        return false;
    }
    struct array *place = bcl_new_vector(thread, held, 1);
    if (!place)
        return false;
    if (!embed_store(thread, place->data, held, value)) {
        if (!thread->exception)
            fail(call->error, "%s: argument %u must be %s, not %s",
                 method_name(call->method, name, sizeof name), (unsigned)i + 1,
                 type_name(held, expected, sizeof expected),
                 embed_describe(value, embed_held(thread, value)).text);
        return false;
    }
    if (by_reference) {
        call->places[i] = place;
        to->p = place->data;
    } else {
        exec_load(to, place->data, held);
    }
    return true;
}

static bool pass_arguments(struct call *call, const claret_value *values, size_t count,
                           struct object **made) {
    struct method *method = call->method;
    union slot *to = call->slots + method->has_this;
    bool makes = is_constructor(method), takes_this = method->has_this && !makes;
    char name[300];
    if (count != method->param_count + (size_t)takes_this) {
        fail(call->error, "%s takes %u arguments%s, not %zu",
             method_name(method, name, sizeof name), (unsigned)(method->param_count + takes_this),
             takes_this ? ", the object among them" : "", count);
        return false;
    }
    if (takes_this && !pass_this(call, values))
        return false;
    for (uint32_t i = 0; i < method->param_count; i++) {
        if (!pass_argument(call, i, to, &values[i + takes_this]))
            return false;
        to += type_slots(method->params[i]);
    }
    *made = makes ? make_this(call) : NULL;
    return !makes || *made;
}

static bool run(struct call *call) {
    const struct method *method = call->method;
    struct type *owner = method->owner;
    bool starts_type = method_is_static(method) || is_constructor(method);
    if (starts_type && owner->cctor && !owner->before_field_init &&
        !exec_init_type(call->thread, owner))
        return false;
    return exec_invoke(call->thread, call->target, call->slots);
}

/* The result, and what by-reference parameters hold now. False when memory is short; nothing is
 * left to be released then. */
static bool hand_over(struct call *call, struct object *made, claret_value *arguments,
                      claret_value *result) {
    struct thread *thread = call->thread;
    const struct method *method = call->method;
    claret_value *first = arguments + (method->has_this && !made);
    claret_value changed[MOST_PARAMS], returned = {.kind = CLARET_VOID};
    uint32_t done = 0;
    struct type *type = method->return_type;
    const void *at = call->slots;
    if (made) {
        if (!embed_load_object(thread, made, &returned))
            return false;
    } else if (type->storage != STORE_VOID && result) {
        bool by_reference = type->kind == TYPE_BYREF;
        if (!embed_load(thread, by_reference ? call->slots[0].p : at,
                        by_reference ? type->element_type : type, &returned))
            return false;
    }
    for (; done < method->param_count; done++) {
        if (call->places[done] && !embed_load(thread, call->places[done]->data,
                                              method->params[done]->element_type, &changed[done]))
            break;
    }
    bool all = done == method->param_count;
    for (uint32_t i = 0; i < done; i++) {
        if (call->places[i] && all)
            first[i] = changed[i];
        else if (call->places[i])
            claret_release(thread->rt, &changed[i]);
    }
    if (all && result)
        *result = returned;
    else
        claret_release(thread->rt, &returned);
    return all;
}

static void describe_exception(struct thread *thread, struct object *object,
                               claret_exception *out) {
    char type[300];
    if (!out)
        return;
    type_name(object->type, type, sizeof type);
    *out = (claret_exception){
        .type = mem_copy_text(type, strlen(type)),
        .message = exec_exception_message(thread, object),
        .trace = exec_trace_text(thread, object),
        .object = gc_handle_new(thread->rt->gc, GC_HANDLE_STRONG, object),
    };
}

/* Takes what is pending. */
static claret_outcome take_exception(struct thread *thread, claret_value *result,
                                     claret_exception *exception) {
    const struct runtime *rt = thread->rt;
    struct object *object = exec_take_exception(thread);
    if (runtime_is_exiting(rt)) {
        if (result)
            *result = (claret_value){.kind = CLARET_INT32, .int32 = rt->exit_status};
        return CLARET_EXITED;
    }
    describe_exception(thread, object, exception);
    return CLARET_THREW;
}

static claret_outcome invoke(struct call *call, claret_value *arguments, size_t count,
                             claret_value *result, claret_exception *exception) {
    struct object *made = NULL;
    struct thread *thread = call->thread;
    if (runtime_is_exiting(thread->rt) || thread->fatal) {
        fail(call->error, "the runtime has ended by %s",
             runtime_is_exiting(thread->rt) ? "Environment.Exit" : "a stack overflow");
        return CLARET_REFUSED;
    }
    if (pass_arguments(call, arguments, count, &made) && run(call)) {
        if (hand_over(call, made, arguments, result))
            return CLARET_RETURNED;
        exec_take_exception(thread);
        fail(call->error, "out of memory for the result");
        return CLARET_REFUSED;
    }
    return thread->exception ? take_exception(thread, result, exception) : CLARET_REFUSED;
}

claret_outcome claret_invoke(claret_runtime *rt, claret_method *method, claret_value *arguments,
                             size_t count, claret_value *result, claret_exception *exception,
                             claret_error *error) {
    struct visit visit;
    if (!embed_enter(rt, &visit)) {
        fail_foreign(error);
        return CLARET_REFUSED;
    }
    struct call call = {.thread = visit.thread, .method = method, .target = method, .error = error};
    claret_outcome outcome = invoke(&call, arguments, count, result, exception);
    embed_leave(&visit);
    return outcome;
}

void claret_release_exception(claret_runtime *rt, claret_exception *exception) {
    mem_free(exception->type);
    mem_free(exception->message);
    mem_free(exception->trace);
    if (exception->object)
        gc_handle_free(rt->gc, exception->object);
    *exception = (claret_exception){0};
}
