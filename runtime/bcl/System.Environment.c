/* System.Environment, GC and the culture: what the host knows about itself and the machine. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "runtime/bcl/bcl_state.h"
#include "runtime/exec/walk.h"

extern char **environ;

#define PLATFORM_UNIX 4 /* System.PlatformID.Unix */

#define CONSTANT(name, field, value)                                                               \
    void bcl_##name(struct thread *thread, union slot *slots) {                                    \
        (void)thread;                                                                              \
        slots[0].field = (value);                                                                  \
    }

CONSTANT(environment_platform, i4, PLATFORM_UNIX)
CONSTANT(environment_processors, i4, (int32_t)sysconf(_SC_NPROCESSORS_ONLN))
CONSTANT(environment_page_size, i4, (int32_t)sysconf(_SC_PAGESIZE))
CONSTANT(environment_process, i4, getpid())
CONSTANT(environment_false, i4, 0)
CONSTANT(environment_true, i4, 1)
CONSTANT(return_zero, i8, 0)
CONSTANT(return_null, p, NULL) /* also "no culture": the invariant one */
CONSTANT(string_data_offset, i4, STRING_CHARS_OFFSET)

void bcl_environment_new_line(struct thread *thread, union slot *slots) {
    slots[0].p = exec_string_from_utf8(thread, "\n", 1);
}

void bcl_environment_tick_count(struct thread *thread, union slot *slots) {
    struct timespec now;
    (void)thread;
    clock_gettime(CLOCK_MONOTONIC, &now);
    slots[0].i4 = (int32_t)(uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* internalGetEnvironmentVariable_native(UTF-8 name). */
void bcl_environment_variable(struct thread *thread, union slot *slots) {
    const char *value = slots[0].p ? getenv(slots[0].p) : NULL;
    slots[0].p = value ? exec_string_from_utf8(thread, value, strlen(value)) : NULL;
}

/* GetEnvironmentVariableNames(). */
void bcl_environment_variables(struct thread *thread, union slot *slots) {
    int32_t count = 0;
    while (environ[count])
        count++;
    struct array *names = bcl_new_vector_of(thread, "String", count);
    for (int32_t i = 0; names && i < count && !thread->exception; i++)
        ((struct string **)names->data)[i] =
            exec_string_from_utf8(thread, environ[i], strcspn(environ[i], "="));
    slots[0].p = names;
}

/* InternalSetEnvironmentVariable(name, length, value, length): no value takes the variable away. */
void bcl_environment_set_variable(struct thread *thread, union slot *slots) {
    bool removes = !slots[2].p || slots[3].i4 <= 0;
    char *name = exec_utf16_to_utf8(slots[0].p, slots[1].i4);
    char *value = removes ? NULL : exec_utf16_to_utf8(slots[2].p, slots[3].i4);
    if (!name || (!value && !removes))
        exec_throw_object(thread, thread->out_of_memory);
    else if (removes ? unsetenv(name) : setenv(name, value, 1))
        exec_throw(thread, "ArgumentException", NULL);
    mem_free(name);
    mem_free(value);
}

/* GetCommandLineArgs(): the program's path first. */
void bcl_environment_arguments(struct thread *thread, union slot *slots) {
    const struct runtime *rt = thread->rt;
    struct array *out = bcl_new_vector_of(thread, "String", rt->argument_count + 1);
    const char *program = rt->program_path ? rt->program_path : "";
    for (int i = 0; out && i <= rt->argument_count && !thread->exception; i++)
        ((struct string **)out->data)[i] =
            bcl_string(thread, i > 0 ? rt->arguments[i - 1] : program);
    slots[0].p = out;
}

void bcl_environment_exit(struct thread *thread, union slot *slots) {
    int32_t status = slots[0].i4;
    bcl_domain_raise_exit(thread);
    if (!thread->fatal)
        exec_exit(thread, status);
}

void bcl_environment_is_exiting(struct thread *thread, union slot *slots) {
    slots[0].i4 = __atomic_load_n(&thread->rt->bcl->shutting_down, __ATOMIC_ACQUIRE);
}

/* The methods that are running, on standard error. */
static void print_stack(struct thread *thread) {
    struct stack_walk walk;
    struct walk_entry entry;
    char name[512];
    stack_walk_start(&walk, thread);
    while (stack_walk_next(&walk, &entry)) {
        if (entry.method)
            fprintf(stderr, "   at %s\n", method_name(entry.method, name, sizeof name));
    }
}

/* FailFast(message, exception, ...): the status is that of an abort, and nothing runs any more. */
void bcl_environment_fail(struct thread *thread, union slot *slots) {
    enum { STATUS_ABORTED = 134 };
    char *message = slots[0].p ? exec_string_to_utf8(slots[0].p) : NULL;
    fprintf(stderr, "Process terminated. %s\n", message ? message : "");
    print_stack(thread);
    mem_free(message);
    exec_exit(thread, STATUS_ABORTED);
}

void bcl_environment_exit_code(struct thread *thread, union slot *slots) {
    slots[0].i4 = thread->rt->exit_status;
}

void bcl_environment_set_exit_code(struct thread *thread, union slot *slots) {
    thread->rt->exit_status = slots[0].i4;
}

void bcl_environment_machine(struct thread *thread, union slot *slots) {
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    slots[0].p = bcl_string(thread, name);
}

/* get_UserName() and internalGetHome(), from the environment or the user database. */
void bcl_environment_user(struct thread *thread, union slot *slots) {
    const char *name = getenv("USER");
    const struct passwd *user = name ? NULL : getpwuid(geteuid());
    slots[0].p = bcl_string(thread, name ? name : user ? user->pw_name : "unknown");
}

void bcl_environment_home(struct thread *thread, union slot *slots) {
    const char *home = getenv("HOME");
    const struct passwd *user = home ? NULL : getpwuid(geteuid());
    slots[0].p = bcl_string(thread, home ? home : user ? user->pw_dir : "/");
}

/* GetOSVersionString(): the first four numbers of the kernel's release, as a version. */
void bcl_environment_os_version(struct thread *thread, union slot *slots) {
    unsigned long parts[4] = {0};
    struct utsname name;
    char text[96];
    char *at = uname(&name) == 0 ? name.release : "";
    for (int i = 0; i < 4 && *at; i++) {
        at += strcspn(at, "0123456789");
        parts[i] = strtoul(at, &at, 10);
    }
    snprintf(text, sizeof text, "%lu.%lu.%lu.%lu", parts[0], parts[1], parts[2], parts[3]);
    slots[0].p = bcl_string(thread, text);
}

#define TEXT(name, text)                                                                           \
    void bcl_##name(struct thread *thread, union slot *slots) {                                    \
        slots[0].p = bcl_string(thread, text);                                                     \
    }
TEXT(environment_config_path, "/etc/mono/4.5/machine.config") /* there need be no such file */
TEXT(environment_empty, "")
TEXT(environment_gac, "/usr/lib")
TEXT(runtime_os, "linux")
TEXT(runtime_architecture, "x86-64")

/* Path.get_temp_path(). */
void bcl_path_temporary(struct thread *thread, union slot *slots) {
    const char *path = getenv("TMPDIR");
    slots[0].p = bcl_string(thread, path && *path ? path : "/tmp/");
}

void bcl_do_nothing(struct thread *thread, union slot *slots) {
    (void)thread;
    (void)slots;
}

/* SafeStringMarshal: UTF-8 copies of strings for native code. */
void bcl_string_to_utf8(struct thread *thread, union slot *slots) {
    if (!slots[0].p)
        return;
    char *text = exec_string_to_utf8(slots[0].p);
    size_t size = text ? strlen(text) + 1 : 0;
    char *copy = text ? bcl_native_alloc(thread->rt, size) : NULL;
    if (copy)
        memcpy(copy, text, size);
    else
        exec_throw_object(thread, thread->out_of_memory);
    mem_free(text);
    slots[0].p = copy;
}

void bcl_free(struct thread *thread, union slot *slots) {
    bcl_native_free(thread->rt, slots[0].p);
}

/* EncodingHelper.InternalCodePage(ref int): the console's encoding, UTF-8 without a byte order
 * mark. */
void bcl_encoding_code_page(struct thread *thread, union slot *slots) {
    int32_t *code_page = slots[0].p;
    *code_page = 3 | 0x10000000;
    slots[0].p = exec_string_from_utf8(thread, "utf-8", 5);
}
