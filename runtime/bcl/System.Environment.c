/* System.Environment, GC and the culture: what the host knows about itself and the machine. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtime/bcl/bcl.h"

#define PLATFORM_UNIX 4 /* System.PlatformID.Unix */

#define CONSTANT(name, field, value)                                                               \
    void bcl_##name(struct thread *thread, union slot *slots) {                                    \
        (void)thread;                                                                              \
        slots[0].field = (value);                                                                  \
    }

CONSTANT(environment_platform, i4, PLATFORM_UNIX)
CONSTANT(environment_processors, i4, (int32_t)sysconf(_SC_NPROCESSORS_ONLN))
CONSTANT(environment_false, i4, 0)
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

void bcl_do_nothing(struct thread *thread, union slot *slots) {
    (void)thread;
    (void)slots;
}

/* SafeStringMarshal: UTF-8 copies of strings for native code. They are linked behind the runtime, so
 * that those which an exception kept from being freed go with it. */
struct native_copy {
    struct native_copy *next, **link;
    char text[];
};

void bcl_string_to_utf8(struct thread *thread, union slot *slots) {
    struct native_copy **list = &thread->rt->native_copies;
    if (!slots[0].p)
        return;
    char *text = exec_string_to_utf8(slots[0].p);
    size_t size = text ? strlen(text) + 1 : 0;
    struct native_copy *copy = text ? mem_alloc(sizeof *copy + size) : NULL;
    if (copy) {
        memcpy(copy->text, text, size);
        copy->next = *list;
        copy->link = list;
        if (copy->next)
            copy->next->link = &copy->next;
        *list = copy;
        slots[0].p = copy->text;
    } else {
        exec_throw_object(thread, thread->out_of_memory);
    }
    mem_free(text);
}

static void free_copy(struct native_copy *copy) {
    *copy->link = copy->next;
    if (copy->next)
        copy->next->link = copy->link;
    mem_free(copy);
}

void bcl_free(struct thread *thread, union slot *slots) {
    (void)thread;
    if (slots[0].p)
        free_copy((struct native_copy *)((char *)slots[0].p - offsetof(struct native_copy, text)));
}

void bcl_free_copies(struct runtime *rt) {
    while (rt->native_copies)
        free_copy(rt->native_copies);
}

/* EncodingHelper.InternalCodePage(ref int): the console's encoding, UTF-8 without a byte order
 * mark. */
void bcl_encoding_code_page(struct thread *thread, union slot *slots) {
    int32_t *code_page = slots[0].p;
    *code_page = 3 | 0x10000000;
    slots[0].p = exec_string_from_utf8(thread, "utf-8", 5);
}
