/* Stack traces: recording them, and printing them as .NET does. */
#include "runtime/exec/trace.h"

#include <string.h>

/* Any object may be thrown; only an Exception has room for a trace. NULL: this is none. */
static struct array **trace_field(struct runtime *rt, struct object *exception) {
    struct field *field = type_find_field(rt->core.exception, "_stackTrace");
    return field && type_is_assignable(exception->type, rt->core.exception)
               ? (struct array **)((char *)exception + field->offset)
               : NULL;
}

void trace_begin(struct trace *trace, struct object *exception, bool keep) {
    struct runtime *rt = exception->type->rt;
    struct array **field = trace_field(rt, exception);
    trace->exception = exception;
    trace->count = 0;
    trace->off = !field;
    trace->resumes = false;
    if (!keep || !field || !*field)
        return;
    const int64_t *pairs = (const int64_t *)(*field)->data;
    uint32_t count = (uint32_t)(*field)->length / 2;
    for (uint32_t i = 0; i < count && i < TRACE_MAX; i++)
        trace_add(trace, (struct method *)(uintptr_t)pairs[2 * i], (uint32_t)pairs[2 * i + 1]);
}

void trace_add(struct trace *trace, struct method *method, uint32_t il_offset) {
    bool is_last = trace->count > 0 && trace->entries[trace->count - 1].method == method;
    bool known = trace->resumes && is_last;
    trace->resumes = false;
    if (trace->off || trace->count == TRACE_MAX || known)
        return;
    trace->entries[trace->count].method = method;
    trace->entries[trace->count++].il_offset = il_offset;
}

void trace_store(struct trace *trace, struct thread *thread) {
    struct runtime *rt = thread->rt;
    struct type *type;
    il_error err;
    if (trace->off || ldr_array_of(rt->core.int64, 1, true, &type, &err) != IL_OK ||
        type_prepare(type, &err) != IL_OK)
        return;
    struct array *pairs = exec_try_new_array(thread, type, 2 * trace->count);
    if (!pairs)
        return;
    int64_t *data = (int64_t *)pairs->data;
    for (uint32_t i = 0; i < trace->count; i++) {
        data[2 * i] = (int64_t)(intptr_t)trace->entries[i].method;
        data[2 * i + 1] = trace->entries[i].il_offset;
    }
    *trace_field(rt, trace->exception) = pairs;
}

char *exec_trace_text(struct thread *thread, struct object *exception) {
    struct array **field = trace_field(thread->rt, exception);
    char name[512], line[600];
    size_t size = 0, capacity = 256;
    char *text = mem_alloc(capacity);
    if (!text)
        return NULL;
    text[0] = '\0';
    uint32_t count = field && *field ? (uint32_t)(*field)->length / 2 : 0;
    for (uint32_t i = 0; i < count; i++) {
        const int64_t *pair = (const int64_t *)(*field)->data + 2 * i;
        const struct method *method = (const struct method *)(uintptr_t)pair[0];
        int n = snprintf(line, sizeof line, "   at %s IL_%04X\n",
                         method_name(method, name, sizeof name), (unsigned)pair[1]);
        if (n < 0)
            continue;
        if (size + (size_t)n + 1 > capacity) {
            capacity = 2 * capacity + (size_t)n;
            char *larger = mem_resize(text, capacity, 1);
            if (!larger) {
                mem_free(text);
                return NULL;
            }
            text = larger;
        }
        memcpy(text + size, line, (size_t)n + 1);
        size += (size_t)n;
    }
    return text;
}

char *exec_exception_message(struct thread *thread, struct object *exception) {
    if (!type_is_assignable(exception->type, thread->rt->core.exception))
        return NULL;
    struct method *getter = type_find_method(thread->rt->core.exception, "get_Message", 0);
    struct field *field = type_find_field(thread->rt->core.exception, "_message");
    union slot args[1] = {{.o = exception}};
    struct string *message = NULL;
    struct method *target = getter ? type_find_virtual(exception->type, getter) : NULL;
    if (!thread->fatal && target && exec_invoke(thread, target, args))
        message = args[0].p;
    else
        exec_take_exception(thread);
    if (!message && field)
        message = *(struct string **)((char *)exception + field->offset);
    return message ? exec_string_to_utf8(message) : NULL;
}
