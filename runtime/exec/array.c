/* Arrays: making multi-dimensional ones, and the methods that the runtime provides (II.14.2). */
#include <string.h>

#include "runtime/exec/exec.h"

struct array *exec_new_bounded_array(struct thread *thread, struct type *type,
                                     const struct array_bound *bounds) {
    uint64_t total = 1;
    for (uint32_t i = 0; i < type->rank; i++) {
        if (bounds[i].length < 0 ||
            (int64_t)bounds[i].lower + bounds[i].length - 1 > (int64_t)INT32_MAX) {
            exec_throw(thread,
                       bounds[i].length < 0 ? "OverflowException" : "ArgumentOutOfRangeException",
                       NULL);
            return NULL;
        }
        total *= (uint32_t)bounds[i].length;
        if (total > INT32_MAX) {
            exec_throw_object(thread, thread->out_of_memory);
            return NULL;
        }
    }
    struct array *array = exec_new_array(thread, type, (int64_t)total);
    if (array && type->kind == TYPE_ARRAY)
        memcpy(exec_array_bounds(array), bounds, type->rank * sizeof *bounds);
    return array;
}

uint8_t *exec_array_element(struct thread *thread, struct array *array, const int32_t *indexes,
                            size_t stride) {
    const struct type *type = array->object.type;
    const struct array_bound vector = {.length = array->length};
    const struct array_bound *bounds =
        type->kind == TYPE_SZARRAY ? &vector : exec_array_bounds(array);
    size_t at = 0;
    for (uint32_t i = 0; i < type->rank; i++) {
        int64_t index =
            *(const int32_t *)((const char *)indexes + i * stride) - (int64_t)bounds[i].lower;
        if (index < 0 || index >= bounds[i].length) {
            exec_throw(thread, "IndexOutOfRangeException", NULL);
            return NULL;
        }
        at = at * (size_t)bounds[i].length + (size_t)index;
    }
    return array->data + at * type->element_type->value_size;
}

/* The element that slots[1..] name in the array slots[0]; NULL with an exception pending. */
static uint8_t *element_at(struct thread *thread, const union slot *slots) {
    if (slots[0].p)
        return exec_array_element(thread, slots[0].p, &slots[1].i4, sizeof *slots);
    exec_throw(thread, "NullReferenceException", NULL);
    return NULL;
}

static void get(struct thread *thread, union slot *slots) {
    uint8_t *place = element_at(thread, slots);
    if (place)
        exec_load(slots, place, ((struct array *)slots[0].p)->object.type->element_type);
}

static void set(struct thread *thread, union slot *slots) {
    uint8_t *place = element_at(thread, slots);
    if (!place)
        return;
    const struct type *type = ((struct array *)slots[0].p)->object.type;
    const union slot *value = &slots[1 + type->rank];
    if (type_is_reference(type->element_type) && value->o &&
        !type_is_assignable(value->o->type, type->element_type))
        exec_throw(thread, "ArrayTypeMismatchException", NULL);
    else
        exec_store(place, value, type->element_type);
}

/* Who calls it has checked the type of the elements (CODE_check_element) unless it only reads. */
static void address(struct thread *thread, union slot *slots) {
    uint8_t *place = element_at(thread, slots);
    if (place)
        slots[0].p = place;
}

/* Called without an object: the new array is the result. Lengths, or pairs of lower bound and
 * length, follow from slots[1] on. */
static void construct(struct thread *thread, union slot *slots) {
    struct type *type = thread->native_method->owner;
    bool with_lower = thread->native_method->param_count == 2 * type->rank;
    struct array_bound bounds[EXEC_MAX_RANK];
    if (type->rank > EXEC_MAX_RANK) {
        exec_throw(thread, "TypeLoadException", NULL);
        return;
    }
    for (uint32_t i = 0; i < type->rank; i++) {
        bounds[i].lower = with_lower ? slots[1 + 2 * i].i4 : 0;
        bounds[i].length = with_lower ? slots[2 + 2 * i].i4 : slots[1 + i].i4;
    }
    slots[0].p = exec_new_bounded_array(thread, type, bounds);
}

native_method exec_array_method(const struct method *method) {
    switch (method->name[0]) {
    case '.': return construct;
    case 'G': return get;
    case 'S': return set;
    default: return address;
    }
}
