/* The runtime's life: create, run a program, destroy. */
#include "runtime/runtime.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/bcl/bcl.h"
#include "runtime/embed.h"
#include "runtime/exec/exec.h"
#include "runtime/exec/monitor.h"
#include "runtime/interop/interop.h"
#include "runtime/jit/jit.h"
#include "runtime/jit/perf_map.h"
#include "runtime/memory/spy.h"

#define EXIT_UNHANDLED 134 /* what .NET on Linux exits with after an unhandled exception */

static void set_error(claret_error *error, const il_error *err) {
    if (error)
        snprintf(error->text, sizeof error->text, "%s", err->text);
}

/* ---- Creating ---- */

static il_status resolve_core_types(struct runtime *rt, il_error *err) {
    static const struct {
        size_t offset;
        const char *name_space, *name;
    } types[] = {
#define CORE_TYPE(member, name_space, name) {offsetof(struct core_types, member), name_space, name},
#include "runtime/core_types.def"
#undef CORE_TYPE
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct type **place = (struct type **)((char *)&rt->core + types[i].offset);
        il_status status = ldr_core_type(rt, types[i].name_space, types[i].name, place, err);
        if (status != IL_OK)
            return status;
    }
    return IL_OK;
}

static il_status resolve_core_fields(struct runtime *rt, il_error *err) {
    const struct core_types *core = &rt->core;
    const struct {
        uint32_t *offset;
        struct type *type;
        const char *name;
    } fields[] = {
#define CORE_FIELD(member, type, name) {&rt->core_fields.member, core->type, name},
#include "runtime/core_fields.def"
#undef CORE_FIELD
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        il_status status = type_lay_out(fields[i].type, err);
        if (status != IL_OK)
            return status;
        const struct field *field = type_find_field(fields[i].type, fields[i].name);
        if (!field)
            return il_fail(err, IL_NO_FIELD, IL_NO_OFFSET, 0, "%s: class %s has no field %s",
                           il_module_path(rt->corlib->il), fields[i].type->name, fields[i].name);
        *fields[i].offset = field->offset;
    }
    return IL_OK;
}

/* An exception object made ahead of need, its constructor not run. */
static struct object *preallocate(struct thread *thread, const char *name, const char *message,
                                  il_error *err) {
    struct runtime *rt = thread->rt;
    struct type *type;
    if (ldr_core_type(rt, "System", name, &type, err) != IL_OK || type_prepare(type, err) != IL_OK)
        return NULL;
    struct object *object = exec_new_object(thread, type);
    struct string *text = object ? exec_string_from_utf8(thread, message, strlen(message)) : NULL;
    struct field *field = type_find_field(rt->core.exception, "_message");
    if (!object || !text || !field) {
        il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
        return NULL;
    }
    *(struct string **)((char *)object + field->offset) = text;
    return object;
}

/* What the class library expects of its host before any of its code runs. */
static il_status prepare_corlib(struct runtime *rt, il_error *err) {
    struct thread *thread = rt->main_thread;
    uint16_t none = 0;
    il_status status = type_prepare(rt->core.string, err);
    if (status == IL_OK)
        status = type_prepare(rt->core.exception, err);
    if (status != IL_OK)
        return status;
    thread->out_of_memory = preallocate(thread, "OutOfMemoryException",
                                        "Insufficient memory to continue the execution "
                                        "of the program.",
                                        err);
    thread->stack_overflow = preallocate(thread, "StackOverflowException",
                                         "The requested operation caused a stack overflow.", err);
    if (!thread->out_of_memory || !thread->stack_overflow)
        return err->status;
    struct field *empty = type_find_field(rt->core.string, "Empty");
    struct string *string = exec_intern(thread, &none, 0);
    if (!empty || !empty->address || !string)
        return il_fail(err, string ? IL_NO_FIELD : IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0,
                       "%s: String.Empty cannot be set", il_module_path(rt->corlib->il));
    *(struct string **)empty->address = string;
    return IL_OK;
}

static il_status map_code(jit *jit, il_error *err) {
    int map = perf_map_open();
    if (map < 0)
        return il_fail(err, IL_FILE_ERROR, IL_NO_OFFSET, 0, "/tmp/perf-%d.map: %s", (int)getpid(),
                       strerror(errno));
    jit_set_perf_map(jit, map);
    return IL_OK;
}

static il_status start(struct runtime *rt, il_error *err) {
    rt_events *events = rt->events;
    RT_TELL(events, started, rt);
    rt->gc = exec_heap_new(rt);
    if (!rt->gc)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    rt->main_thread = exec_attach_thread(rt);
    if (!rt->main_thread)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    EXEC_TELL(rt, thread_created, rt->main_thread);
    rt->uncompiled_entry = (void *)(uintptr_t)jit_interpret;
    if (rt->config.mode != CLARET_INTERPRET)
        rt->jit = jit_new();
    il_status status = rt->jit && rt->config.perf_map ? map_code(rt->jit, err) : IL_OK;
    if (status == IL_OK)
        status = ldr_load_assembly(rt, "mscorlib", &rt->corlib, err);
    if (status == IL_OK)
        status = resolve_core_types(rt, err);
    if (status == IL_OK)
        status = resolve_core_fields(rt, err);
    if (status == IL_OK)
        EXEC_TELL(rt, app_domain_created, rt);
    if (status == IL_OK)
        status = prepare_corlib(rt, err);
    return status;
}

/* Compiling costs about a millisecond, as much as some thousand interpreted calls. */
static uint32_t compile_after(const claret_config *config) {
    enum { USUAL = 5000 };
    const char *text = config->compile_after ? NULL : getenv("CLARET_JIT_AFTER");
    unsigned long number = text ? strtoul(text, NULL, 10) : config->compile_after;
    return number == 0 || number > UINT32_MAX / 2 ? USUAL : (uint32_t)number;
}

claret_runtime *claret_create(const claret_config *config, claret_error *error) {
    il_error err;
    struct runtime *rt = mem_calloc(1, sizeof *rt);
    if (!rt || !exec_world_init(&rt->world)) {
        mem_free(rt);
        if (error)
            snprintf(error->text, sizeof error->text, "out of memory");
        return NULL;
    }
    rt->config = *config;
    rt->config.compile_after = compile_after(config);
    rt->events = config->events ? config->events : &rt->no_events;
    if (config->path && !(rt->config.path = mem_copy_text(config->path, strlen(config->path)))) {
        il_fail(&err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
        goto fail;
    }
    if (!bcl_start(rt) || !exec_waits_init(rt) || !exec_monitors_init(rt))
        il_fail(&err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    else if (start(rt, &err) == IL_OK) {
        exec_enter_safe(rt->main_thread); /* until the embedder calls again */
        return rt;
    }
fail:
    set_error(error, &err);
    claret_destroy(rt);
    return NULL;
}

/* ---- Running ---- */

bool runtime_set_program_path(struct runtime *rt, const char *path) {
    char absolute[PATH_MAX];
    const char *slash = strrchr(path, '/');
    mem_free(rt->program_folder);
    mem_free(rt->program_path);
    if (!realpath(path, absolute)) /* there is none: loading says so */
        absolute[0] = '\0';
    rt->program_path = mem_copy_text(absolute, strlen(absolute));
    rt->program_folder = slash ? mem_copy_text(path, slash > path ? (size_t)(slash - path) : 1)
                               : mem_copy_text(".", 1);
    return rt->program_folder && rt->program_path;
}

static il_status find_entry_point(struct module *module, struct method **out, il_error *err) {
    const char *path = il_module_path(module->il);
    uint32_t token = il_module_entry_point(module->il);
    if (token == 0)
        return il_fail(err, IL_NO_METHOD, IL_NO_OFFSET, 0, "%s: no entry point (is it a library?)",
                       path);
    il_status status = ldr_method(module, token, NULL, out, err);
    if (status == IL_OK)
        status = type_prepare((*out)->owner, err);
    if (status == IL_OK)
        status = method_prepare_signature(*out, err);
    if (status != IL_OK)
        return status;
    const struct method *main = *out;
    const struct type *array = main->param_count == 1 ? main->params[0] : NULL;
    bool params_ok = main->param_count == 0 || (array && array->kind == TYPE_SZARRAY &&
                                                array->element_type == module->rt->core.string);
    bool return_ok = main->return_type->storage == STORE_VOID ||
                     main->return_type->element == IL_TYPE_I4 ||
                     main->return_type->element == IL_TYPE_U4;
    if (!method_is_static(main) || !params_ok || !return_ok)
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, token,
                       "%s: the entry point %s is no static void or int Main() or Main(string[])",
                       path, main->name);
    return IL_OK;
}

static struct array *make_arguments(struct thread *thread, int count, char *const *arguments) {
    struct type *type;
    il_error err;
    if (ldr_array_of(thread->rt->core.string, 1, true, &type, &err) != IL_OK ||
        type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    struct array *array = exec_new_array(thread, type, count);
    for (int i = 0; array && i < count; i++) {
        struct string *s = exec_string_from_utf8(thread, arguments[i], strlen(arguments[i]));
        if (!s)
            return NULL;
        ((struct string **)array->data)[i] = s;
    }
    return array;
}

static void report_unhandled(struct thread *thread, struct object *exception) {
    char type[300];
    fflush(stdout);
    if (thread->fatal) {
        fprintf(stderr, "Stack overflow.\n");
    } else {
        char *message = exec_exception_message(thread, exception);
        fprintf(stderr, "Unhandled exception. %s: %s\n",
                type_name(exception->type, type, sizeof type), message ? message : "");
        mem_free(message);
        struct field *inner = type_find_field(thread->rt->core.exception, "_innerException");
        bool has_inner = inner && type_is_assignable(exception->type, thread->rt->core.exception);
        struct object *cause =
            has_inner ? *(struct object **)((char *)exception + inner->offset) : NULL;
        if (cause) {
            message = exec_exception_message(thread, cause);
            fprintf(stderr, " ---> %s: %s\n", type_name(cause->type, type, sizeof type),
                    message ? message : "");
            mem_free(message);
            char *trace = exec_trace_text(thread, cause);
            fprintf(stderr, "%s   --- End of inner exception stack trace ---\n",
                    trace ? trace : "");
            mem_free(trace);
        }
    }
    char *trace = exec_trace_text(thread, exception);
    fputs(trace ? trace : "", stderr);
    mem_free(trace);
}

void runtime_end_unhandled(struct thread *thread) {
    struct object *exception = thread->fatal ? thread->exception : exec_take_exception(thread);
    if (!thread->fatal)
        bcl_domain_raise_unhandled(thread, exception);
    if (runtime_is_exiting(thread->rt))
        return; /* a handler has called Environment.Exit */
    report_unhandled(thread, exception);
    exec_exit(thread, EXIT_UNHANDLED);
}

void runtime_end_process(struct runtime *rt, struct thread *thread, const char *message) {
    if (message)
        fprintf(stderr, "%s\n", message);
    else if (!runtime_is_exiting(rt))
        runtime_end_unhandled(thread);
    EXEC_TELL(rt, shutdown);
    exit(message ? EXIT_UNHANDLED : rt->exit_status & 0xFF);
}

static int run_main(struct thread *thread, struct method *main, struct array *arguments) {
    struct runtime *rt = thread->rt;
    union slot args[2] = {{.p = arguments}, {.i8 = 0}};
    exec_set_running(rt, true);
    if (!thread->exception && main->owner->cctor && !main->owner->before_field_init)
        exec_init_type(thread, main->owner);
    bool ended = !thread->exception && exec_invoke_root(thread, main, args);
    bool aborted = !ended && thread->aborting && !thread->unhandled && !thread->fatal;
    if (aborted) {
        exec_take_exception(thread);
        thread->aborting = false;
    }
    if (ended && main->return_type->storage != STORE_VOID)
        rt->exit_status = args[0].i4;
    ended |= aborted;
    if (ended)
        exec_wait_for_foreground(thread);
    if (ended && !runtime_is_exiting(rt))
        bcl_domain_raise_exit(thread);
    if (!ended && !runtime_is_exiting(rt))
        runtime_end_unhandled(thread);
    exec_take_exception(thread);
    exec_set_running(rt, false);
    return rt->exit_status & 0xFF;
}

/* The program's entry point; its module becomes the runtime's program. */
static il_status load_program(struct runtime *rt, const char *path, struct method **main,
                              il_error *err) {
    struct module *module;
    if (!runtime_set_program_path(rt, path))
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    il_status status = ldr_load_file(rt, path, &module, err);
    if (status == IL_OK)
        status = find_entry_point(module, main, err);
    if (status == IL_OK)
        rt->program = module;
    return status;
}

bool claret_run(claret_runtime *rt, const char *path, int argument_count, char *const *arguments,
                int *exit_status, claret_error *error) {
    struct visit visit;
    struct method *main;
    il_error err;
    if (!embed_enter(rt, &visit)) {
        il_fail(&err, IL_BAD_METADATA, IL_NO_OFFSET, 0, "%s: the thread is not the runtime's",
                path);
        set_error(error, &err);
        return false;
    }
    struct thread *thread = visit.thread;
    rt->argument_count = argument_count;
    rt->arguments = arguments;
    il_status status = load_program(rt, path, &main, &err);
    if (status == IL_OK)
        *exit_status = run_main(thread, main, make_arguments(thread, argument_count, arguments));
    else
        set_error(error, &err);
    embed_leave(&visit);
    return status == IL_OK;
}

void claret_get_stats(const claret_runtime *rt, claret_stats *stats) {
    jit_statistics jit;
    gc_stats gc = gc_get_stats(rt->gc);
    jit_get_statistics(rt->jit, &jit);
    *stats = (claret_stats){.methods_prepared = rt->methods_prepared,
                            .methods_compiled = jit.compiled,
                            .methods_refused = jit.refused,
                            .code_bytes = jit.code_bytes,
                            .collections = gc.collections,
                            .collection_time = gc.pause_ns,
                            .allocation_time = gc.allocation_ns,
                            .allocated_bytes = gc.allocated,
                            .live_bytes = gc.live,
                            .heap_bytes = gc.mapped};
    memcpy(stats->last_refusal, jit.last_refusal, sizeof stats->last_refusal);
}

/* ---- Destroying ---- */

void claret_destroy(claret_runtime *rt) {
    if (!rt)
        return;
    exec_end_threads(rt);
    bool ended = exec_wait_for_end(rt);
    if (spy_present() && rt->main_thread && ended)
        gc_collect(&rt->main_thread->gc); /* what is left then is what the program has kept */
    RT_TELL(rt->events, shutdown);
    if (!ended) { /* a thread is in a system call that blocks: what it may come back to stays */
        __atomic_store_n(&rt->events, &rt->no_events, __ATOMIC_RELAXED);
        return;
    }
    interop_stop(rt);
    jit_free(rt->jit);
    while (rt->world.threads)
        exec_detach_thread(rt->world.threads);
    bcl_process_stop(rt);
    exec_waits_fini(rt);
    exec_monitors_fini(rt);
    exec_free_strings(rt);
    bcl_stop(rt);
    for (uint32_t i = 0; i < rt->module_count; i++)
        ldr_unload(rt->modules[i]);
    if (rt->dynamic_methods)
        ldr_unload(rt->dynamic_methods);
    mem_free(rt->constructed);
    mem_free(rt->program_folder);
    mem_free(rt->program_path);
    mem_free((void *)(uintptr_t)rt->config.path);
    gc_delete(rt->gc);
    mem_pool_fini(&rt->pool);
    exec_world_fini(&rt->world);
    mem_free(rt);
}
