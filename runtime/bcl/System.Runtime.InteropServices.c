/* System.Runtime.InteropServices: native memory, strings and handles. */
#include <string.h>

#include "runtime/bcl/bcl_state.h"

/* ---- Memory ---- */

/* AllocHGlobal(size), AllocCoTaskMem(size). */
static void allocate(struct thread *thread, union slot *slots, int64_t size) {
    slots[0].p = size < 0 ? NULL : bcl_native_alloc(thread->rt, (size_t)size);
    if (!slots[0].p)
        exec_throw_object(thread, thread->out_of_memory);
}

void bcl_marshal_alloc(struct thread *thread, union slot *slots) {
    allocate(thread, slots, slots[0].i8);
}

void bcl_marshal_alloc_int(struct thread *thread, union slot *slots) {
    allocate(thread, slots, slots[0].i4);
}

static size_t element_size(const struct array *array) {
    return array->object.type->element_type->value_size;
}

static bool in_range(struct thread *thread, const struct array *array, int32_t start,
                     int32_t length) {
    bool ok = array && start >= 0 && length >= 0 && start <= array->length - length;
    if (!ok)
        exec_throw(thread, array ? "ArgumentOutOfRangeException" : "ArgumentNullException", NULL);
    return ok;
}

/* copy_from_unmanaged_fixed(pointer, start, array, length, fixed element or null), in elements. */
void bcl_marshal_copy_in(struct thread *thread, union slot *slots) {
    struct array *array = slots[2].p;
    int32_t start = slots[1].i4, length = slots[3].i4;
    if (!bcl_check(thread, slots[0].p) || !in_range(thread, array, start, length))
        return;
    size_t size = element_size(array);
    memcpy(array->data + (size_t)start * size, slots[0].p, (size_t)length * size);
}

/* copy_to_unmanaged_fixed(array, start, pointer, length, fixed element or null). */
void bcl_marshal_copy_out(struct thread *thread, union slot *slots) {
    const struct array *array = slots[0].p;
    int32_t start = slots[1].i4, length = slots[3].i4;
    if (!bcl_check(thread, slots[2].p) || !in_range(thread, array, start, length))
        return;
    size_t size = element_size(array);
    memcpy(slots[2].p, array->data + (size_t)start * size, (size_t)length * size);
}

/* UnsafeAddrOfPinnedArrayElement(array, index). */
void bcl_marshal_element_address(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    if (bcl_check(thread, array))
        slots[0].p = array->data + (int64_t)slots[1].i4 * (int64_t)element_size(array);
}

/* A structure's size in native memory; those of the same form on both sides only. */
void bcl_marshal_size_of(struct thread *thread, union slot *slots) {
    struct type *type;
    il_error err;
    if (!bcl_check(thread, slots[0].p))
        return;
    type = bcl_type_of(slots[0].o);
    if (type->is_open || !type_is_value(type) || type_lay_out(type, &err) != IL_OK ||
        type->has_references)
        exec_throw(thread, "ArgumentException", "the type has no native form");
    else
        slots[0].i4 = (int32_t)type->value_size;
}

static bool is_plain(struct thread *thread, const struct object *object) {
    bool plain = object && type_is_value(object->type) && !object->type->has_references;
    if (!plain)
        exec_throw(thread, "ArgumentException", "the type has no native form");
    return plain;
}

/* StructureToPtr(object, pointer, delete old). */
void bcl_marshal_structure_out(struct thread *thread, union slot *slots) {
    const struct object *object = slots[0].o;
    if (bcl_check(thread, slots[1].p) && is_plain(thread, object))
        memcpy(slots[1].p, (const char *)object + OBJECT_HEADER, object->type->value_size);
}

/* PtrToStructure(pointer, type). */
void bcl_marshal_structure_in(struct thread *thread, union slot *slots) {
    struct type *type = slots[1].o ? bcl_type_of(slots[1].o) : NULL;
    il_error err;
    if (!bcl_check(thread, slots[0].p) || !bcl_check(thread, type))
        return;
    if (type->is_open || !type_is_value(type) || type_prepare(type, &err) != IL_OK ||
        type->has_references)
        exec_throw(thread, "ArgumentException", "the type has no native form");
    else
        slots[0].o = bcl_box(thread, type, slots[0].p);
}

/* ---- Strings ---- */

void bcl_marshal_string_ansi(struct thread *thread, union slot *slots) {
    slots[0].p = bcl_string(thread, slots[0].p);
}

void bcl_marshal_string_ansi_length(struct thread *thread, union slot *slots) {
    int32_t length = slots[1].i4;
    if (!bcl_check(thread, slots[0].p))
        return;
    if (length < 0)
        exec_throw(thread, "ArgumentException", NULL);
    else
        slots[0].p = exec_string_from_utf8(thread, slots[0].p, (size_t)length);
}

static void string_uni(struct thread *thread, union slot *slots, int32_t length) {
    const uint16_t *chars = slots[0].p;
    struct string *string = exec_new_string(thread, length);
    if (string)
        memcpy(string->chars, chars, (size_t)length * sizeof *chars);
    slots[0].p = string;
}

void bcl_marshal_string_uni(struct thread *thread, union slot *slots) {
    const uint16_t *chars = slots[0].p;
    int32_t length = 0;
    if (!chars)
        return;
    while (chars[length])
        length++;
    string_uni(thread, slots, length);
}

void bcl_marshal_string_uni_length(struct thread *thread, union slot *slots) {
    if (!bcl_check(thread, slots[0].p))
        return;
    if (slots[1].i4 < 0)
        exec_throw(thread, "ArgumentException", NULL);
    else
        string_uni(thread, slots, slots[1].i4);
}

/* StringToHGlobalUni(chars, length) and StringToHGlobalAnsi(chars, length): NUL-terminated copies.
 */
void bcl_marshal_copy_uni(struct thread *thread, union slot *slots) {
    const uint16_t *chars = slots[0].p;
    size_t size = (size_t)slots[1].u4 * sizeof *chars;
    slots[0].p = bcl_native_alloc(thread->rt, size + sizeof *chars);
    if (slots[0].p)
        memcpy(slots[0].p, chars, size);
    else
        exec_throw_object(thread, thread->out_of_memory);
}

void bcl_marshal_copy_ansi(struct thread *thread, union slot *slots) {
    char *text = exec_utf16_to_utf8(slots[0].p, slots[1].i4);
    size_t size = text ? strlen(text) + 1 : 0;
    slots[0].p = text ? bcl_native_alloc(thread->rt, size) : NULL;
    if (slots[0].p)
        memcpy(slots[0].p, text, size);
    else
        exec_throw_object(thread, thread->out_of_memory);
    mem_free(text);
}

void bcl_marshal_last_error(struct thread *thread, union slot *slots) {
    slots[0].i4 = thread->last_error;
}

void bcl_marshal_set_last_error(struct thread *thread, union slot *slots) {
    thread->last_error = slots[0].i4;
}

/* ---- GCHandle: GCHandleType numbers the kinds as gc_handle_kind does;
 * -1 only gives a handle a new target ---- */

static gc_handle **handle_place(struct thread *thread, int32_t number) {
    struct bcl_state *state = thread->rt->bcl;
    return number > 0 && (uint32_t)number <= state->handle_count ? &state->handles[number - 1]
                                                                 : NULL;
}

static gc_handle *handle_of(struct thread *thread, int32_t number) {
    gc_handle **place = handle_place(thread, number);
    return place ? *place : NULL;
}

/* A free number; 0 when memory is short. */
static int32_t new_number(struct bcl_state *state) {
    for (uint32_t i = 0; i < state->handle_count; i++) {
        if (!state->handles[i])
            return (int32_t)i + 1;
    }
    if (state->handle_count == state->handle_capacity) {
        uint32_t capacity = state->handle_capacity ? 2 * state->handle_capacity : 16;
        gc_handle **handles = mem_resize(state->handles, capacity, sizeof *handles);
        if (!handles)
            return 0;
        state->handles = handles;
        state->handle_capacity = capacity;
    }
    state->handles[state->handle_count] = NULL;
    return (int32_t)++state->handle_count;
}

/* GetTargetHandle(object, handle, type): a new handle for 0, else the handle gets a new target. */
void bcl_handle_set(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    struct object *target = slots[0].o;
    int32_t number = slots[1].i4, type = slots[2].i4;
    gc_handle *handle = handle_of(thread, number);
    if (handle)
        gc_handle_set(thread->rt->gc, handle, target);
    slots[0].i4 = number;
    if (handle || type < GC_HANDLE_WEAK || type > GC_HANDLE_PINNED)
        return;
    number = new_number(thread->rt->bcl);
    if (number)
        handle = gc_handle_new(thread->rt->gc, (gc_handle_kind)type, target);
    if (handle)
        *handle_place(thread, number) = handle;
    else
        exec_throw_object(thread, thread->out_of_memory);
    slots[0].i4 = number;
}

void bcl_handle_get(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    gc_handle *handle = handle_of(thread, slots[0].i4);
    slots[0].o = handle ? gc_handle_get(thread->rt->gc, handle) : NULL;
}

void bcl_handle_free(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    gc_handle **place = handle_place(thread, slots[0].i4);
    if (place && *place) {
        gc_handle_free(thread->rt->gc, *place);
        *place = NULL;
    }
}

/* What AddrOfPinnedObject makes exceptions of. */
enum { NOT_BLITTABLE = -1, NOT_PINNED = -2 };

/* Where the characters, elements or fields are. Only a type that says how it is laid out may be
 * looked at from outside. */
static int64_t address_in(const struct object *object) {
    const struct type *type = object->type;
    if (type == type->rt->core.string)
        return (int64_t)((uintptr_t)object + STRING_CHARS_OFFSET);
    if (type->kind == TYPE_SZARRAY || type->kind == TYPE_ARRAY)
        return (int64_t)((uintptr_t)object + ARRAY_DATA_OFFSET);
    if (!(type->flags & LAYOUT_MASK))
        return NOT_BLITTABLE;
    return (int64_t)((uintptr_t)object + OBJECT_HEADER);
}

/* GetAddrOfPinnedObject(handle) */
void bcl_handle_address(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    gc_handle *handle = handle_of(thread, slots[0].i4);
    slots[0].i8 = NOT_PINNED;
    if (!handle || gc_handle_kind_of(handle) != GC_HANDLE_PINNED)
        return;
    const struct object *object = gc_handle_get(thread->rt->gc, handle);
    slots[0].i8 = object ? address_in(object) : 0;
}
