/* System.Diagnostics.PerformanceCounter and PerformanceCounterCategory: the counters of
 * perf_counters.def, which are read when they are asked for. There are no counters of a program's
 * own: those are shared between all processes of a computer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtime/bcl/bcl.h"
#include "runtime/bcl/proc_files.h"
#include "runtime/exec/safe.h"

/* System.Diagnostics.PerformanceCounterType. */
enum counter_type {
    NUMBER_32 = 0x10000,
    NUMBER_64 = 0x10100,
    RATE_32 = 0x10410400,
    TIMER_100NS = 0x20510500,
    TIMER_100NS_INVERSE = 0x21510500,
};

enum category {
#define PERF_CATEGORY(id, name, instances, help) id,
#include "runtime/bcl/perf_counters.def"
    CATEGORIES
};

/* What PerformanceCounter.impl points to. instance: a process, a processor, or -1 for all. */
struct counter {
    const struct description *description;
    int instance;
};

/* ---- Values ---- */

typedef int64_t read_counter(struct runtime *rt, int instance);

#define FIELD_OF(name, structure, read, expression)                                                \
    static int64_t name(struct runtime *rt, int instance) {                                        \
        struct structure it;                                                                       \
        (void)rt;                                                                                  \
        return read(instance, &it) ? (expression) : 0;                                             \
    }
FIELD_OF(cpu_user, proc_cpu, proc_cpu, it.user)
FIELD_OF(cpu_kernel, proc_cpu, proc_cpu, it.kernel)
FIELD_OF(cpu_interrupts, proc_cpu, proc_cpu, it.interrupts)
FIELD_OF(cpu_deferred, proc_cpu, proc_cpu, it.deferred)
FIELD_OF(cpu_idle, proc_cpu, proc_cpu, it.idle)
FIELD_OF(process_user, proc_times, proc_times, it.user)
FIELD_OF(process_kernel, proc_times, proc_times, it.kernel)
FIELD_OF(process_time, proc_times, proc_times, it.user + it.kernel)

#define VALUE(name, expression)                                                                    \
    static int64_t name(struct runtime *rt, int instance) {                                        \
        (void)rt, (void)instance;                                                                  \
        return (expression);                                                                       \
    }
VALUE(process_threads, proc_status(instance, "Threads"))
VALUE(process_virtual, proc_status(instance, "VmSize") * 1024)
VALUE(process_resident, proc_status(instance, "VmRSS") * 1024)
VALUE(process_private, proc_status(instance, "VmData") * 1024)
VALUE(memory_total, proc_number("meminfo", "MemTotal") * 1024)
VALUE(memory_available, proc_number("meminfo", "MemAvailable") * 1024)
VALUE(gc_collections, (int64_t)gc_get_stats(rt->gc).collections)
VALUE(gc_allocated, (int64_t)gc_get_stats(rt->gc).allocated)
VALUE(gc_used, (int64_t)gc_get_stats(rt->gc).used)
VALUE(gc_mapped, (int64_t)gc_get_stats(rt->gc).mapped)
VALUE(threads_native, proc_status(getpid(), "Threads"))

/* Stands for what programs count themselves: see stored_value. */
VALUE(stored, 0)

static int64_t threads_managed(struct runtime *rt, int instance) {
    int64_t count = 0;
    (void)instance;
    pthread_mutex_lock(&rt->world.lock);
    for (const struct thread *t = rt->world.threads; t; t = t->next)
        count++;
    pthread_mutex_unlock(&rt->world.lock);
    return count;
}

/* ---- The table ---- */

enum instances { PROCESSORS, PROCESSES, THIS_PROCESS };

static const struct {
    const char *name;
    enum instances instances;
    const char *help;
} CATEGORY[] = {
#define PERF_CATEGORY(id, name, instances, help) {name, instances, help},
#include "runtime/bcl/perf_counters.def"
};

/* A row without a reader starts the next category. */
static const struct description {
    const char *name;
    enum counter_type type;
    read_counter *read;
} COUNTERS[] = {
#define PERF_CATEGORY(id, name, instances, help) {NULL, 0, NULL},
#define PERF_COUNTER(name, type, function, help) {name, type, function},
#include "runtime/bcl/perf_counters.def"
};

enum { COUNTER_COUNT = sizeof COUNTERS / sizeof *COUNTERS };

/* ---- Finding ---- */

/* Names come as UTF-16 text and its length, from managed code. */
struct name {
    const uint16_t *text;
    int32_t length;
};

static struct name name_at(const union slot *slots) {
    return (struct name){slots[0].p, slots[1].i4};
}

static bool is_ascii(struct name name, const char *text) {
    int32_t i = 0;
    for (; i < name.length && text[i]; i++) {
        if (name.text[i] != (unsigned char)text[i])
            return false;
    }
    return i == name.length && !text[i];
}

static int find_category(struct name name) {
    int found = 0;
    while (found < CATEGORIES && !is_ascii(name, CATEGORY[found].name))
        found++;
    return found < CATEGORIES ? found : -1;
}

/* The first counter of a category; that of the one behind the last ends the table. */
static int first_counter(int category) {
    int at = 0;
    for (int seen = -1; at < COUNTER_COUNT; at++) {
        if (!COUNTERS[at].read && ++seen == category)
            return at + 1;
    }
    return COUNTER_COUNT;
}

static const struct description *find_counter(int category, struct name name) {
    for (int i = first_counter(category); i < COUNTER_COUNT && COUNTERS[i].read; i++) {
        if (is_ascii(name, COUNTERS[i].name))
            return &COUNTERS[i];
    }
    return NULL;
}

/* "3", "_Total", "1234/program" or nothing for this process or all processors; false when there is
 * no such instance. */
static bool find_instance(enum instances instances, struct name name, int *out) {
    struct proc_times times;
    struct proc_cpu cpu;
    long number = 0;
    int32_t i = 0;
    for (; i < name.length && name.text[i] >= '0' && name.text[i] <= '9' && number < 100000000; i++)
        number = number * 10 + name.text[i] - '0';
    bool numbered = i > 0 && (i == name.length || name.text[i] == '/');
    if (instances == PROCESSORS) {
        *out = numbered ? (int)number : -1;
        return (numbered || name.length == 0 || is_ascii(name, "_Total")) && proc_cpu(*out, &cpu);
    }
    *out = numbered ? (int)number : getpid();
    if (!numbered && name.length)
        return false;
    return instances == PROCESSES ? proc_times(*out, &times) : *out == getpid();
}

/* ---- PerformanceCounter ---- */

/* Where the value is that programs give the counter; NULL when it is not one of those. Such values
 * are the process's own. */
static int64_t *stored_value(struct runtime *rt, const struct description *description) {
    if (description->read != stored)
        return NULL;
    EXEC_LOCKED(rt);
    int64_t *value = bcl_get(rt, description, 0);
    if (!value && (value = bcl_native_alloc(rt, sizeof *value)) &&
        !bcl_put(rt, description, 0, value)) {
        bcl_native_free(rt, value);
        value = NULL;
    }
    return value;
}

static int64_t value_of(struct runtime *rt, const struct counter *counter) {
    int64_t *value = stored_value(rt, counter->description);
    return value ? __atomic_load_n(value, __ATOMIC_RELAXED)
                 : counter->description->read(rt, counter->instance);
}

/* GetImpl_icall(category, counter, instance, out type, out custom, that is whether it can be
 * changed): 0 when there is none. */
void bcl_counter_open(struct thread *thread, union slot *slots) {
    int32_t *type = slots[6].p;
    uint8_t *custom = slots[7].p;
    int category = find_category(name_at(slots)), instance;
    const struct description *found =
        category < 0 ? NULL : find_counter(category, name_at(slots + 2));
    *type = found ? (int32_t)found->type : 0;
    *custom = found && found->read == stored;
    if (!found || !find_instance(CATEGORY[category].instances, name_at(slots + 4), &instance)) {
        slots[0].p = NULL;
        return;
    }
    struct counter *counter = bcl_native_alloc(thread->rt, sizeof *counter);
    slots[0].p = counter;
    if (counter)
        *counter = (struct counter){found, instance};
    else
        exec_throw_object(thread, thread->out_of_memory);
}

void bcl_counter_close(struct thread *thread, union slot *slots) {
    bcl_native_free(thread->rt, slots[0].p);
}

/* System.Diagnostics.CounterSample. */
struct sample {
    int64_t value, base, counter_frequency, system_frequency, time, time_100ns, counter_time;
    int32_t type;
};

static int64_t now_100ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 10000000 + now.tv_nsec / 100;
}

/* GetSample(counter, value only, out sample): false when there is no such counter. */
void bcl_counter_sample(struct thread *thread, union slot *slots) {
    const struct counter *counter = slots[0].p;
    struct sample *sample = slots[2].p;
    memset(sample, 0, sizeof *sample);
    slots[0].i4 = counter != NULL;
    if (!counter)
        return;
    sample->value = value_of(thread->rt, counter);
    sample->counter_frequency = sample->system_frequency = 10000000;
    sample->time = sample->time_100ns = sample->counter_time = now_100ns();
    sample->type = (int32_t)counter->description->type;
}

/* UpdateValue(counter, whether to add, value): the new value. */
void bcl_counter_update(struct thread *thread, union slot *slots) {
    const struct counter *counter = slots[0].p;
    int64_t *value = counter ? stored_value(thread->rt, counter->description) : NULL;
    if (value && slots[1].i4)
        __atomic_add_fetch(value, slots[2].i8, __ATOMIC_RELAXED);
    else if (value)
        __atomic_store_n(value, slots[2].i8, __ATOMIC_RELAXED);
    slots[0].i8 = counter ? value_of(thread->rt, counter) : 0;
}

/* ---- PerformanceCounterCategory ---- */

/* CategoryHelp_icall(category). */
void bcl_counter_category_help(struct thread *thread, union slot *slots) {
    int category = find_category(name_at(slots));
    slots[0].p = bcl_string(thread, category < 0 ? NULL : CATEGORY[category].help);
}

/* CounterCategoryExists_icall(counter, which may be null, category). */
void bcl_counter_exists(struct thread *thread, union slot *slots) {
    int category = find_category(name_at(slots + 2));
    (void)thread;
    slots[0].i4 = category >= 0 && (!slots[0].p || find_counter(category, name_at(slots)) != NULL);
}

/* InstanceExistsInternal_icall(instance, category). */
void bcl_counter_instance_exists(struct thread *thread, union slot *slots) {
    int category = find_category(name_at(slots + 2)), instance;
    (void)thread;
    slots[0].i4 =
        category >= 0 && find_instance(CATEGORY[category].instances, name_at(slots), &instance);
}

static void set(struct thread *thread, struct array *strings, int64_t index, const char *text) {
    ((struct string **)strings->data)[index] = bcl_string(thread, text);
}

/* GetCategoryNames(). */
void bcl_counter_categories(struct thread *thread, union slot *slots) {
    struct array *names = bcl_new_vector_of(thread, "String", CATEGORIES);
    slots[0].p = names;
    for (int i = 0; names && i < CATEGORIES; i++)
        set(thread, names, i, CATEGORY[i].name);
}

/* GetCounterNames_icall(category). */
void bcl_counter_names(struct thread *thread, union slot *slots) {
    int category = find_category(name_at(slots));
    int first = category < 0 ? COUNTER_COUNT : first_counter(category), end = first;
    while (end < COUNTER_COUNT && COUNTERS[end].read)
        end++;
    struct array *names = bcl_new_vector_of(thread, "String", end - first);
    slots[0].p = names;
    for (int i = first; names && i < end; i++)
        set(thread, names, i - first, COUNTERS[i].name);
}

static void set_process(struct thread *thread, struct array *names, int64_t index, pid_t pid) {
    char text[300], name[256];
    if (!proc_name(pid, name, sizeof name))
        name[0] = '\0';
    snprintf(text, sizeof text, "%d/%s", (int)pid, name);
    set(thread, names, index, text);
}

static void list_processors(struct thread *thread, union slot *slots) {
    struct proc_cpu cpu;
    char text[16];
    int count = 0;
    while (proc_cpu(count, &cpu))
        count++;
    struct array *names = bcl_new_vector_of(thread, "String", count + 1);
    slots[0].p = names;
    for (int i = 0; names && i <= count; i++) {
        snprintf(text, sizeof text, "%d", i - 1);
        set(thread, names, i, i ? text : "_Total");
    }
}

static void list_processes(struct thread *thread, union slot *slots) {
    int32_t count = proc_list(NULL, 0);
    int32_t *pids = mem_calloc((size_t)count + 1, sizeof *pids);
    if (!pids) {
        exec_throw_object(thread, thread->out_of_memory);
        return;
    }
    int32_t found = proc_list(pids, count);
    count = found < count ? found : count; /* some have ended, others begun meanwhile */
    struct array *names = bcl_new_vector_of(thread, "String", count);
    slots[0].p = names;
    for (int32_t i = 0; names && i < count; i++)
        set_process(thread, names, i, pids[i]);
    mem_free(pids);
}

/* GetInstanceNames_icall(category). */
void bcl_counter_instances(struct thread *thread, union slot *slots) {
    int category = find_category(name_at(slots));
    if (category >= 0 && CATEGORY[category].instances == PROCESSORS) {
        list_processors(thread, slots);
    } else if (category >= 0 && CATEGORY[category].instances == PROCESSES) {
        list_processes(thread, slots);
    } else {
        struct array *names = bcl_new_vector_of(thread, "String", category >= 0);
        slots[0].p = names;
        if (names && category >= 0)
            set_process(thread, names, 0, getpid());
    }
}
