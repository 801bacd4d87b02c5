/* System.Diagnostics.Process: starting programs, waiting for their end, looking at processes.
 *
 * A process handle is the address of a struct process. One native thread per runtime, started with
 * the first child, waits for the ends of the children by their pidfds: it collects a child's
 * status and sets the event that managed code waits for (what DuplicateHandle makes of a process
 * handle). A child is also waited for when nobody has a handle of it any more. */
#define _GNU_SOURCE /* pipe2, posix_spawn_file_actions_addchdir_np */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runtime/bcl/bcl_io.h"
#include "runtime/bcl/bcl_state.h"
#include "runtime/bcl/proc_files.h"
#include "runtime/exec/wait.h"

extern char **environ;

#define STILL_ACTIVE   259
#define CURRENT_HANDLE (-1) /* what GetCurrentProcess gives */

struct process {
    struct process *next;
    pid_t pid;
    int pidfd;     /* of a child that runs; or -1 */
    int64_t event; /* set when a child has ended */
    uint32_t handles;
    int32_t exit_code;
    int64_t started, ended; /* Windows file times; 0 unknown */
    struct rusage usage;    /* of a child that has ended */
};

struct bcl_processes {
    pthread_mutex_t lock; /* guards the list and what stands in it */
    struct process *list;
    pthread_t watcher;
    bool watching, stopping;
    int wake; /* an eventfd: the list has changed */
};

static struct bcl_processes *processes_of(struct thread *thread) {
    struct bcl_state *state = thread->rt->bcl;
    EXEC_LOCKED(thread->rt);
    if (!state->processes) {
        struct bcl_processes *made = mem_calloc(1, sizeof *made);
        if (!made) {
            exec_throw_object(thread, thread->out_of_memory);
            return NULL;
        }
        pthread_mutex_init(&made->lock, NULL);
        made->wake = -1;
        state->processes = made;
    }
    return state->processes;
}

static int64_t file_time_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return INT64_C(116444736000000000) + (int64_t)now.tv_sec * 10000000 + now.tv_nsec / 100;
}

/* ---- The watcher ---- */

#define WATCHED 64 /* children at a time; others are looked at when one of these ends */

/* Takes note of a child's end. Under the lock. */
static void reap(struct runtime *rt, struct process *process) {
    int status = 0;
    if (wait4(process->pid, &status, WNOHANG, &process->usage) != process->pid)
        return;
    process->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    process->ended = file_time_now();
    close(process->pidfd);
    process->pidfd = -1;
    exec_event_set(rt, process->event, true);
}

/* Frees what has neither handles nor a child to wait for. Under the lock. */
static void forget_unused(struct runtime *rt, struct bcl_processes *all) {
    for (struct process **link = &all->list; *link;) {
        struct process *process = *link;
        if (process->handles > 0 || process->pidfd >= 0) {
            link = &process->next;
            continue;
        }
        *link = process->next;
        exec_wait_close(rt, process->event);
        mem_free(process);
    }
}

static void *watch(void *argument) {
    struct runtime *rt = argument;
    struct bcl_processes *all = rt->bcl->processes;
    struct pollfd entries[WATCHED + 1];
    uint64_t count;
    pthread_mutex_lock(&all->lock);
    while (!all->stopping) {
        nfds_t used = 0;
        entries[used++] = (struct pollfd){.fd = all->wake, .events = POLLIN};
        for (struct process *p = all->list; p && used <= WATCHED; p = p->next) {
            if (p->pidfd >= 0)
                entries[used++] = (struct pollfd){.fd = p->pidfd, .events = POLLIN};
        }
        pthread_mutex_unlock(&all->lock);
        int ready = poll(entries, used, -1);
        pthread_mutex_lock(&all->lock);
        if (ready > 0 && entries[0].revents)
            (void)!read(all->wake, &count, sizeof count);
        for (struct process *p = all->list; p; p = p->next) {
            if (p->pidfd >= 0)
                reap(rt, p);
        }
        forget_unused(rt, all);
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

static void wake_watcher(const struct bcl_processes *all) {
    (void)!write(all->wake, &(uint64_t){1}, sizeof(uint64_t));
}

/* False with errno set. Under the lock. */
static bool start_watcher(struct runtime *rt, struct bcl_processes *all) {
    sigset_t every, before;
    if (all->watching)
        return true;
    if (all->wake < 0)
        all->wake = eventfd(0, EFD_CLOEXEC);
    if (all->wake < 0)
        return false;
    sigfillset(&every); /* signals are for the program's threads */
    pthread_sigmask(SIG_SETMASK, &every, &before);
    int error = pthread_create(&all->watcher, NULL, watch, rt);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    all->watching = error == 0;
    return all->watching;
}

void bcl_process_stop(struct runtime *rt) {
    struct bcl_processes *all = rt->bcl ? rt->bcl->processes : NULL;
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    all->stopping = true;
    pthread_mutex_unlock(&all->lock);
    if (all->watching) {
        wake_watcher(all);
        pthread_join(all->watcher, NULL);
    }
    while (all->list) {
        struct process *process = all->list;
        all->list = process->next;
        if (process->pidfd >= 0)
            close(process->pidfd);
        mem_free(process);
    }
    if (all->wake >= 0)
        close(all->wake);
    pthread_mutex_destroy(&all->lock);
    mem_free(all);
    rt->bcl->processes = NULL;
}

/* ---- Handles ---- */

/* A new entry with one handle; NULL with an exception pending. */
static struct process *new_process(struct thread *thread, pid_t pid) {
    struct process *process = mem_calloc(1, sizeof *process);
    bool created;
    if (process)
        process->event = exec_wait_new(thread, WAIT_EVENT, 0, 1, true, NULL, &created);
    if (!process || !process->event) {
        mem_free(process);
        exec_throw_object(thread, thread->out_of_memory);
        return NULL;
    }
    *process = (struct process){
        .pid = pid, .pidfd = -1, .event = process->event, .handles = 1, .exit_code = STILL_ACTIVE};
    return process;
}

static void add_process(struct bcl_processes *all, struct process *process) {
    process->next = all->list;
    all->list = process;
}

/* A handle of any process, also one that this one did not start; NULL with an exception pending. */
static struct process *open_process(struct thread *thread, pid_t pid) {
    struct bcl_processes *all = processes_of(thread);
    struct process *process = all ? new_process(thread, pid) : NULL;
    if (!process)
        return NULL;
    pthread_mutex_lock(&all->lock);
    struct process *known = all->list;
    while (known && known->pid != pid)
        known = known->next;
    if (known)
        known->handles++;
    else
        add_process(all, process);
    pthread_mutex_unlock(&all->lock);
    if (known) {
        exec_wait_close(thread->rt, process->event);
        mem_free(process);
    }
    return known ? known : process;
}

/* The entry of a handle; NULL when there is none. Under the lock. */
static struct process *find_process(struct bcl_processes *all, const void *handle) {
    struct process *process = all->list;
    while (process && process != handle)
        process = process->next;
    return process;
}

/* Whether the handle is a process; then *out is what MonoIO.DuplicateHandle makes of it: a handle
 * to wait with, or of the current process a process handle. 0 when that cannot be had. */
bool bcl_process_duplicate(struct thread *thread, int64_t handle, int64_t *out) {
    struct bcl_processes *all = processes_of(thread);
    *out = 0;
    if (!all)
        return true;
    if (handle == CURRENT_HANDLE) {
        *out = (intptr_t)open_process(thread, getpid());
        return true;
    }
    pthread_mutex_lock(&all->lock);
    const struct process *process = find_process(all, (const void *)(intptr_t)handle);
    if (process)
        *out = exec_wait_duplicate(thread->rt, process->event);
    pthread_mutex_unlock(&all->lock);
    return process != NULL;
}

/* A copy of what is known of a handle's process; false when it is no process. */
static bool look_at(struct thread *thread, const union slot *handle, struct process *out) {
    struct bcl_processes *all = processes_of(thread);
    if (!all)
        return false;
    if (handle->i8 == CURRENT_HANDLE) {
        *out = (struct process){.pid = getpid(), .pidfd = -1, .exit_code = STILL_ACTIVE};
        return true;
    }
    pthread_mutex_lock(&all->lock);
    const struct process *process = find_process(all, handle->p);
    if (process)
        *out = *process;
    pthread_mutex_unlock(&all->lock);
    return process != NULL;
}

/* NativeMethods.GetCurrentProcess(). */
void bcl_process_current(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i8 = CURRENT_HANDLE;
}

/* Process.GetProcess_internal(pid): a handle, 0 when there is no such process. */
void bcl_process_open(struct thread *thread, union slot *slots) {
    pid_t pid = slots[0].i4;
    bool there = pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
    slots[0].p = there ? open_process(thread, pid) : NULL;
}

/* NativeMethods.CloseProcess(handle). */
void bcl_process_close(struct thread *thread, union slot *slots) {
    struct bcl_processes *all = processes_of(thread);
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    struct process *process = find_process(all, slots[0].p);
    if (process && process->handles > 0)
        process->handles--;
    forget_unused(thread->rt, all);
    pthread_mutex_unlock(&all->lock);
    slots[0].i4 = process != NULL;
}

/* ---- Starting ---- */

/* What a program is started with: texts of one mem_ block each. */
struct command {
    char *program;    /* as it was named */
    char **words;     /* room for LAUNCH_WORDS, then the arguments */
    const char *file; /* what the system is to run: program, or who runs it */
    char assembly[PATH_MAX];
    char *folder; /* to start in; NULL for this one */
    char **arguments, **environment;
    char *argument_text;
};

static void free_command(struct command *c) {
    for (char **at = c->environment; at && *at; at++)
        mem_free(*at);
    mem_free(c->environment);
    mem_free(c->words);
    mem_free(c->argument_text);
    mem_free(c->folder);
    mem_free(c->program);
}

/* Cuts the text into words as a shell does: blanks separate, quotes and backslashes keep them. The
 * words replace the text; their number. */
static uint32_t split_words(char *text, char **words, uint32_t room) {
    uint32_t count = 0;
    char *from = text, *to = text;
    while (count < room) {
        from += strspn(from, " \t\n");
        if (!*from)
            break;
        words[count++] = to;
        for (char quote = 0; *from && (quote || !strchr(" \t\n", *from)); from++) {
            if (quote ? *from == quote : *from == '"' || *from == '\'')
                quote = quote ? 0 : *from;
            else if (*from == '\\' && quote != '\'' && from[1] &&
                     (!quote || strchr("\"\\$`", from[1])))
                *to++ = *++from;
            else
                *to++ = *from;
        }
        bool more = *from != '\0';
        *to++ = '\0';
        from += more;
    }
    return count;
}

static struct string *text_field(struct object *object, const char *name) {
    struct string **place = bcl_field(object, name);
    return place ? *place : NULL;
}

/* "name=value" texts, closed by NULL; NULL with an exception pending. */
static char **copy_environment(struct thread *thread, const struct array *variables) {
    char **out = mem_calloc((size_t)variables->length + 1, sizeof *out);
    for (int32_t i = 0; out && i < variables->length; i++) {
        out[i] = bcl_text(thread, ((struct string **)variables->data)[i]);
        if (!out[i])
            return out;
    }
    if (!out)
        exec_throw_object(thread, thread->out_of_memory);
    return out;
}

#define LAUNCH_WORDS 3

/* An assembly is run by another of what runs this one: LAUNCHER run [--MODE] ASSEMBLY ... */
static void launch(const struct runtime *rt, struct command *c) {
    static const char *const MODES[] = {[CLARET_INTERPRET] = "--interp", [CLARET_JIT] = "--jit"};
    const char *mode = rt->config.mode == CLARET_TIERED ? NULL : MODES[rt->config.mode];
    char magic[2] = {0};
    int file = rt->config.launcher ? open(c->program, O_RDONLY | O_CLOEXEC) : -1;
    bool is_assembly = file >= 0 && read(file, magic, 2) == 2 && memcmp(magic, "MZ", 2) == 0 &&
                       realpath(c->program, c->assembly);
    if (file >= 0)
        close(file);
    if (!is_assembly)
        return;
    c->file = rt->config.launcher;
    c->arguments[0] = c->assembly;
    if (mode)
        *--c->arguments = (char *)(uintptr_t)mode;
    *--c->arguments = (char *)(uintptr_t) "run";
    *--c->arguments = (char *)(uintptr_t)c->file;
}

/* Reads a ProcessStartInfo; false with an exception pending. */
static bool read_command(struct thread *thread, struct object *info, const struct array *variables,
                         struct command *c) {
    const struct string *arguments = text_field(info, "arguments");
    const struct string *folder = text_field(info, "directory");
    uint32_t room = 2 + (arguments ? (uint32_t)arguments->length / 2 + 1 : 0);
    c->program = bcl_text(thread, text_field(info, "fileName"));
    c->words = c->program ? mem_calloc(LAUNCH_WORDS + room + 1, sizeof *c->words) : NULL;
    if (!c->words) {
        if (c->program)
            exec_throw_object(thread, thread->out_of_memory);
        return false;
    }
    c->file = c->program;
    c->arguments = c->words + LAUNCH_WORDS;
    c->arguments[0] = c->program;
    if (arguments) {
        c->argument_text = bcl_text(thread, arguments);
        if (!c->argument_text)
            return false;
        split_words(c->argument_text, c->arguments + 1, room - 1);
    }
    launch(thread->rt, c);
    if (folder && folder->length > 0 && !(c->folder = bcl_text(thread, folder)))
        return false;
    if (variables)
        c->environment = copy_environment(thread, variables);
    return !thread->exception;
}

/* 0 with the child's number, or errno. The three descriptors become its standard ones. */
static int spawn(const struct command *c, const int standard[3], pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int error = 0;
    for (int i = 0; i < 3 && !error; i++)
        error = posix_spawn_file_actions_adddup2(&actions, standard[i], i);
    if (!error && c->folder)
        error = posix_spawn_file_actions_addchdir_np(&actions, c->folder);
    if (!error)
        error = posix_spawnp(pid, c->file, &actions, &attributes, c->arguments,
                             c->environment ? c->environment : environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* Starts the program and takes it up in the list; 0 or errno. */
static int start_child(struct thread *thread, struct bcl_processes *all, const struct command *c,
                       const int standard[3], struct process *process) {
    int error;
    pthread_mutex_lock(&all->lock);
    error = start_watcher(thread->rt, all) ? 0 : errno;
    if (!error)
        error = spawn(c, standard, &process->pid);
    if (!error) {
        process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
        error = process->pidfd < 0 ? errno : 0;
    }
    if (!error) {
        process->started = file_time_now();
        add_process(all, process);
        wake_watcher(all);
    }
    pthread_mutex_unlock(&all->lock);
    return error;
}

/* A field of the value type ProcInfo at place. */
static void *value_field(struct type *type, void *place, const char *name) {
    struct field *field = type_find_field(type, name);
    return field ? (char *)place + field->offset : NULL;
}

/* Fills the ProcInfo with handle and number, or with the error as a negative number. */
static bool start_program(struct thread *thread, struct object *info, const int standard[3],
                          struct type *type, void *place) {
    struct array **variables = value_field(type, place, "envVariables");
    int64_t *handle = value_field(type, place, "process_handle");
    int32_t *pid = value_field(type, place, "pid");
    struct bcl_processes *all = processes_of(thread);
    struct command command = {0};
    struct process *process = NULL;
    bool ok = false;
    if (!all || !variables || !handle || !pid)
        return false;
    if (read_command(thread, info, *variables, &command) && (process = new_process(thread, 0))) {
        int error = start_child(thread, all, &command, standard, process);
        ok = error == 0;
        errno = error;
        *handle = ok ? (intptr_t)process : 0;
        *pid = ok ? process->pid : -bcl_io_error();
    }
    if (!ok && process) {
        exec_wait_close(thread->rt, process->event);
        mem_free(process);
    }
    free_command(&command);
    return ok;
}

/* CreateProcess_internal(info, input, output, error output, ref ProcInfo). */
void bcl_process_create(struct thread *thread, union slot *slots) {
    const int standard[3] = {(int)slots[1].i8, (int)slots[2].i8, (int)slots[3].i8};
    struct type *type = thread->native_method->params[4]->element_type;
    slots[0].i4 = start_program(thread, slots[0].o, standard, type, slots[4].p);
}

/* ShellExecuteEx_internal(info, ref ProcInfo): a program; files are not opened by what would show
 * them. */
void bcl_process_shell(struct thread *thread, union slot *slots) {
    static const int standard[3] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    struct type *type = thread->native_method->params[1]->element_type;
    slots[0].i4 = start_program(thread, slots[0].o, standard, type, slots[1].p);
}

/* ---- Ends ---- */

/* NativeMethods.GetExitCodeProcess(handle, out code). */
void bcl_process_exit_code(struct thread *thread, union slot *slots) {
    int32_t *code = slots[1].p;
    struct process process;
    bool known = look_at(thread, &slots[0], &process);
    *code = known ? process.exit_code : 0;
    slots[0].i4 = known;
}

/* NativeMethods.TerminateProcess(handle, code): Kill() comes with -1. */
void bcl_process_kill(struct thread *thread, union slot *slots) {
    struct process process;
    int number = slots[1].i4 == -1 ? SIGKILL : SIGTERM;
    bool known = look_at(thread, &slots[0], &process);
    slots[0].i4 = known && (process.exit_code != STILL_ACTIVE || kill(process.pid, number) == 0);
}

/* ---- Looking at processes ---- */

/* GetProcesses_internal(): their numbers. */
void bcl_process_list(struct thread *thread, union slot *slots) {
    struct type *int32 = bcl_class(thread, "System", "Int32");
    int32_t room = proc_list(NULL, 0);
    struct array *all = int32 ? bcl_new_vector(thread, int32, room) : NULL;
    int32_t count = all ? proc_list((int32_t *)all->data, room) : 0;
    slots[0].p = all;
    if (!all || count >= room)
        return;
    struct array *fewer = bcl_new_vector(thread, int32, count); /* some have ended meanwhile */
    if (fewer)
        memcpy(fewer->data, all->data, (size_t)count * sizeof(int32_t));
    slots[0].p = fewer;
}

/* ProcessName_icall(handle). */
void bcl_process_name(struct thread *thread, union slot *slots) {
    char name[256];
    struct process process;
    bool known = look_at(thread, &slots[0], &process) && proc_name(process.pid, name, sizeof name);
    slots[0].p = bcl_string(thread, known ? name : NULL);
}

/* GetModules_icall(handle), of an object: the program alone. */
void bcl_process_modules(struct thread *thread, union slot *slots) {
    struct type *type = thread->native_method->return_type->element_type;
    char path[4096];
    struct process process;
    il_error err;
    bool known =
        look_at(thread, &slots[1], &process) && proc_program(process.pid, path, sizeof path);
    if (type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    struct array *out = bcl_new_vector(thread, type, known);
    struct object *module = out && known ? exec_new_object(thread, type) : NULL;
    slots[0].p = out;
    if (!module)
        return;
    ((struct object **)out->data)[0] = module;
    bcl_set_field(module, "filename", bcl_string(thread, path));
    bcl_set_field(module, "modulename",
                  bcl_string(thread, strrchr(path, '/') ? strrchr(path, '/') + 1 : path));
}

/* GetProcessData(pid, what, out error). */
void bcl_process_data(struct thread *thread, union slot *slots) {
    static const struct {
        const char *name;
        int64_t unit;
    } data[] = {[0] = {"Threads", 1},   [4] = {"VmRSS", 1024},  [5] = {"VmHWM", 1024},
                [6] = {"VmData", 1024}, [7] = {"VmSize", 1024}, [8] = {"VmPeak", 1024},
                [11] = {"PPid", 1},     [12] = {"VmSwap", 1024}};
    enum { ERROR_NONE, ERROR_NOT_FOUND, ERROR_OTHER };
    uint32_t what = slots[1].u4;
    int32_t *error = slots[2].p;
    int64_t number = -1;
    (void)thread;
    if (what < sizeof data / sizeof *data && data[what].name)
        number = proc_status(slots[0].i4, data[what].name);
    *error = number >= 0 ? ERROR_NONE : kill(slots[0].i4, 0) != 0 ? ERROR_NOT_FOUND : ERROR_OTHER;
    slots[0].i8 = number < 0 ? 0 : number * data[what].unit;
}

/* When a running process began, and its times in kernel and user mode. */
static bool running_times(pid_t pid, int64_t times[3]) {
    struct proc_times ran;
    struct timespec boot;
    if (!proc_times(pid, &ran))
        return false;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    int64_t up = (int64_t)boot.tv_sec * 10000000 + boot.tv_nsec / 100;
    times[0] = file_time_now() - up + ran.started;
    times[1] = ran.kernel;
    times[2] = ran.user;
    return true;
}

static int64_t ticks_of(struct timeval time) {
    return (int64_t)time.tv_sec * 10000000 + time.tv_usec * 10;
}

/* NativeMethods.GetProcessTimes(handle, out start, out end, out kernel, out user). */
void bcl_process_times(struct thread *thread, union slot *slots) {
    int64_t *start = slots[1].p, *end = slots[2].p, *kernel = slots[3].p, *user = slots[4].p;
    int64_t times[3] = {0};
    struct process process;
    bool known = look_at(thread, &slots[0], &process);
    if (known && process.ended) {
        times[0] = process.started;
        times[1] = ticks_of(process.usage.ru_stime);
        times[2] = ticks_of(process.usage.ru_utime);
    } else if (known) {
        known = running_times(process.pid, times);
        process.ended = 0;
    }
    *start = times[0];
    *end = known ? process.ended : 0;
    *kernel = times[1];
    *user = times[2];
    slots[0].i4 = known;
}

/* NativeMethods.GetPriorityClass(handle), SetPriorityClass(handle, class):
 * System.Diagnostics.ProcessPriorityClass. */
static const struct {
    int32_t class;
    int nice;
} PRIORITIES[] = {{0x100, -20}, {0x80, -11}, {0x8000, -6}, {0x20, 0}, {0x4000, 10}, {0x40, 19}};

#define PRIORITY_COUNT (sizeof PRIORITIES / sizeof *PRIORITIES)

void bcl_process_priority(struct thread *thread, union slot *slots) {
    struct process process;
    bool known = look_at(thread, &slots[0], &process);
    size_t i = 0;
    errno = 0;
    int nice = known ? getpriority(PRIO_PROCESS, (id_t)process.pid) : 0;
    while (i < PRIORITY_COUNT - 1 && nice > PRIORITIES[i].nice)
        i++;
    slots[0].i4 = known && !errno ? PRIORITIES[i].class : 0;
}

void bcl_process_set_priority(struct thread *thread, union slot *slots) {
    struct process process;
    bool ok = false;
    if (look_at(thread, &slots[0], &process)) {
        for (size_t i = 0; i < PRIORITY_COUNT; i++) {
            if (PRIORITIES[i].class == slots[1].i4)
                ok = setpriority(PRIO_PROCESS, (id_t)process.pid, PRIORITIES[i].nice) == 0;
        }
    }
    slots[0].i4 = ok;
}

/* GetProcessWorkingSetSize(handle, out minimum, out maximum): there are no such limits here. */
void bcl_process_working_set(struct thread *thread, union slot *slots) {
    (void)thread;
    *(int64_t *)slots[1].p = *(int64_t *)slots[2].p = 0;
    slots[0].i4 = 1;
}

/* WaitForInputIdle(handle, milliseconds): no process here has an input queue. */
void bcl_process_input_idle(struct thread *thread, union slot *slots) {
    enum { FAILED = -1 };
    (void)thread;
    slots[0].i4 = FAILED;
}
