/* Throwing: from names, errors and objects to a pending exception. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/exec/interp.h"
#include "runtime/types/members.h"

void exec_throw_object(struct thread *thread, struct object *exception) {
    rt_events *events = thread->rt->events;
    exception = exception_wrap(thread, exception);
    thread->exception = exception;
    if (thread->fatal)
        return;
    RT_TELL(events, exception_thrown, exception);
    exception_search(thread, TRACE_ANEW);
}

static void throw_again(struct thread *thread, struct object *exception, enum trace_use use) {
    exception = exception_wrap(thread, exception);
    thread->exception = exception;
    RT_TELL(thread->rt->events, exception_thrown, exception);
    exception_search(thread, use);
}

void exec_rethrow(struct thread *thread, struct object *exception) {
    throw_again(thread, exception, TRACE_GO_ON);
}

void exception_rethrow(struct thread *thread, struct object *exception) {
    throw_again(thread, exception, TRACE_RESUME);
}

/* Nothing managed runs any more. */
static void stop(struct thread *thread) {
    thread->fatal = true;
    thread->exception = thread->stack_overflow;
    thread->catch_frame = 0;
    thread->catch_clause = UINT32_MAX;
    thread->catch_known = thread->unhandled = true;
}

/* A stack overflow ends the program, as in .NET: no handler is looked for. */
void exec_throw_stack_overflow(struct thread *thread) {
    stop(thread);
}

void exec_throw_exit(struct thread *thread) {
    stop(thread);
}

void exec_exit(struct thread *thread, int32_t status) {
    thread->rt->exit_status = status;
    thread->exits = true;
    exec_end_threads(thread->rt);
    exec_end_main(thread);
    stop(thread);
}

static struct method *find_constructor(struct type *type, bool with_message) {
    il_error err;
    for (uint32_t i = 0; i < type->method_count; i++) {
        struct method *m = type_method(type, i);
        if (!m || strcmp(m->name, ".ctor") != 0 || method_prepare_signature(m, &err) != IL_OK ||
            m->param_count != (uint32_t)with_message)
            continue;
        if (!with_message || m->params[0] == type->rt->core.string)
            return m;
    }
    return NULL;
}

/* NAME may hold more of the namespace: "IO.FileNotFoundException" is in System.IO. */
static struct type *exception_type(struct runtime *rt, const char *name) {
    char name_space[64] = "System";
    struct type *type;
    il_error err;
    const char *dot = strrchr(name, '.');
    if (dot)
        snprintf(name_space, sizeof name_space, "System.%.*s", (int)(dot - name), name);
    if (ldr_core_type(rt, name_space, dot ? dot + 1 : name, &type, &err) != IL_OK ||
        type_prepare(type, &err) != IL_OK)
        return NULL;
    return type;
}

static void set_message(struct thread *thread, struct object *exception, struct string *message) {
    struct field *field = type_find_field(thread->rt->core.exception, "_message");
    if (field)
        *(struct string **)((char *)exception + field->offset) = message;
}

/* A new exception object, or NULL. */
static struct object *new_exception(struct thread *thread, struct type *type, const char *message) {
    union slot args[2] = {{.i8 = 0}, {.i8 = 0}};
    struct string *text = NULL;
    if (message && !(text = exec_string_from_utf8(thread, message, strlen(message))))
        return NULL;
    struct object *exception = exec_new_object(thread, type);
    if (!exception)
        return NULL;
    struct method *ctor = find_constructor(type, message != NULL);
    args[0].o = exception;
    args[1].p = text;
    if (ctor && !exec_invoke(thread, ctor, args)) {
        exec_take_exception(thread); /* the constructor failed: go without it */
        ctor = NULL;
    }
    if (!ctor && text)
        set_message(thread, exception, text);
    return exception;
}

void exec_throw(struct thread *thread, const char *name, const char *message) {
    struct type *type = exception_type(thread->rt, name);
    struct object *exception = NULL;
    if (thread->fatal)
        return;
    if (type)
        exception = new_exception(thread, type, message);
    if (thread->fatal)
        return;
    if (!exception) {
        exec_take_exception(thread);
        exception = thread->out_of_memory;
    }
    if (exception)
        exec_throw_object(thread, exception);
}

void exec_throw_format(struct thread *thread, const char *name, const char *format, ...) {
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    exec_throw(thread, name, message);
}

void exec_throw_error(struct thread *thread, const il_error *err) {
    switch (err->status) {
    case IL_OUT_OF_MEMORY: exec_throw_object(thread, thread->out_of_memory); return;
    case IL_NO_TYPE: exec_throw(thread, "TypeLoadException", err->text); return;
    case IL_NO_METHOD: exec_throw(thread, "MissingMethodException", err->text); return;
    case IL_NO_FIELD: exec_throw(thread, "MissingFieldException", err->text); return;
    case IL_FILE_ERROR: exec_throw(thread, "IO.FileNotFoundException", err->text); return;
    case IL_BAD_BODY: exec_throw(thread, "InvalidProgramException", err->text); return;
    default: exec_throw(thread, "BadImageFormatException", err->text); return;
    }
}
