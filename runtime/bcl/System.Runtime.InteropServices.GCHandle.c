/* System.Runtime.InteropServices.GCHandle. */
#include "runtime/bcl/bcl_state.h"

/* GCHandleType numbers the kinds as gc_handle_kind does; -1 only gives a handle a new target. */

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
