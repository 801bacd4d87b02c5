/* System.Array: vectors (multi-dimensional arrays are not there yet). */
#include <string.h>

#include "runtime/bcl/bcl.h"

static uint8_t *element_at(struct array *array, int32_t index) {
    return array->data + (size_t)index * array->object.type->element_type->value_size;
}

void bcl_array_rank(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = (int32_t)slots[0].o->type->rank;
}

void bcl_array_length(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = ((const struct array *)slots[0].p)->length;
}

void bcl_array_get_length(struct thread *thread, union slot *slots) {
    if (slots[1].i4 != 0)
        exec_throw(thread, "IndexOutOfRangeException", NULL);
    else
        slots[0].i4 = ((const struct array *)slots[0].p)->length;
}

void bcl_array_lower_bound(struct thread *thread, union slot *slots) {
    if (slots[1].i4 != 0)
        exec_throw(thread, "IndexOutOfRangeException", NULL);
    else
        slots[0].i4 = 0;
}

/* Clear(array, index, length) in elements; the managed caller has checked the range. */
void bcl_array_clear(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    (void)thread;
    memset(element_at(array, slots[1].i4), 0,
           (size_t)slots[2].i4 * array->object.type->element_type->value_size);
}

static bool in_range(const struct array *array, int32_t index, int32_t count) {
    return index >= 0 && count >= 0 && index <= array->length - count;
}

/* FastCopy(source, index, destination, index, count): false hands the work to managed code. */
void bcl_array_fast_copy(struct thread *thread, union slot *slots) {
    struct array *from = slots[0].p, *to = slots[2].p;
    const struct type *source = from->object.type->element_type;
    const struct type *target = to->object.type->element_type;
    int32_t count = slots[4].i4;
    (void)thread;
    bool same = source == target || (type_is_reference(source) && type_is_reference(target) &&
                                     type_is_assignable(source, target));
    bool ok = from->object.type->kind == TYPE_SZARRAY && to->object.type->kind == TYPE_SZARRAY &&
              same && in_range(from, slots[1].i4, count) && in_range(to, slots[3].i4, count);
    if (ok)
        memmove(element_at(to, slots[3].i4), element_at(from, slots[1].i4),
                (size_t)count * source->value_size);
    slots[0].i4 = ok;
}

/* GetGenericValueImpl<T>(index, out T) and its counterpart; the index is checked by the caller. */
void bcl_array_get_generic(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    (void)thread;
    memcpy(slots[2].p, element_at(array, slots[1].i4),
           array->object.type->element_type->value_size);
}

void bcl_array_set_generic(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    const struct type *element = array->object.type->element_type;
    if (type_is_reference(element)) {
        const struct object *value = *(struct object **)slots[2].p;
        if (value && !type_is_assignable(value->type, element)) {
            exec_throw(thread, "ArrayTypeMismatchException", NULL);
            return;
        }
    }
    memcpy(element_at(array, slots[1].i4), slots[2].p, element->value_size);
}

void bcl_array_get_value(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    struct type *element = array->object.type->element_type;
    void *place = element_at(array, slots[1].i4);
    slots[0].o =
        type_is_reference(element) ? *(struct object **)place : exec_box(thread, element, place);
}

void bcl_array_set_value(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    struct object *value = slots[1].o;
    const struct type *element = array->object.type->element_type;
    uint8_t *place = element_at(array, slots[2].i4);
    if (!value)
        memset(place, 0, element->value_size);
    else if (!type_is_assignable(value->type, element))
        exec_throw(thread, "InvalidCastException", NULL);
    else if (type_is_reference(element))
        *(struct object **)place = value;
    else
        memcpy(place, (char *)value + OBJECT_HEADER, element->value_size);
}

/* CreateInstanceImpl(elementType, lengths, bounds) for one dimension without a lower bound. */
void bcl_array_create(struct thread *thread, union slot *slots) {
    const struct array *lengths = slots[1].p;
    struct type *type;
    il_error err;
    if (lengths->length != 1 || slots[2].p) {
        exec_throw(thread, "NotSupportedException",
                   "Claret does not support multi-dimensional arrays yet");
        return;
    }
    if (ldr_array_of(bcl_type_of(slots[0].o), 1, true, &type, &err) != IL_OK ||
        type_prepare(type, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else
        slots[0].p = exec_new_array(thread, type, *(const int32_t *)lengths->data);
}

/* A reference to the first element, where the managed body knows another layout. */
void bcl_array_data(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].p = ((struct array *)slots[0].p)->data;
}

/* RuntimeHelpers.InitializeArray(array, field handle). */
void bcl_initialize_array(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    const struct field *field = slots[1].p;
    const struct type *element = array ? array->object.type->element_type : NULL;
    size_t size = array ? (size_t)array->length * element->value_size : 0;
    if (!array || !field || !field->address || type_is_reference(element) ||
        field->type->value_size < size)
        exec_throw(thread, "ArgumentException", NULL);
    else
        memcpy(array->data, field->address, size);
}

/* Buffer.InternalBlockCopy(source, byte offset, destination, byte offset, count). */
void bcl_block_copy(struct thread *thread, union slot *slots) {
    struct array *from = slots[0].p, *to = slots[2].p;
    int64_t count = slots[4].i4, source = slots[1].i4, target = slots[3].i4;
    const struct type *a = from->object.type->element_type, *b = to->object.type->element_type;
    (void)thread;
    bool ok = !type_is_reference(a) && !type_is_reference(b) && a->storage != STORE_STRUCT &&
              b->storage != STORE_STRUCT && count >= 0 && source >= 0 && target >= 0 &&
              source + count <= (int64_t)from->length * a->value_size &&
              target + count <= (int64_t)to->length * b->value_size;
    if (ok)
        memmove(to->data + target, from->data + source, (size_t)count);
    slots[0].i4 = ok;
}

void bcl_buffer_byte_length(struct thread *thread, union slot *slots) {
    const struct array *array = slots[0].p;
    const struct type *element = array->object.type->element_type;
    (void)thread;
    bool primitive = !type_is_reference(element) && element->storage != STORE_STRUCT;
    slots[0].i4 = primitive ? array->length * (int32_t)element->value_size : -1;
}

/* Memory moves of RuntimeImports and Buffer: destination, source, byte count. */
void bcl_memmove(struct thread *thread, union slot *slots) {
    (void)thread;
    memmove(slots[0].p, slots[1].p, slots[2].u4);
}

/* Memmove_wbarrier(destination, source, element count, element type). */
void bcl_memmove_elements(struct thread *thread, union slot *slots) {
    const struct type *element = slots[3].p;
    (void)thread;
    memmove(slots[0].p, slots[1].p, (size_t)slots[2].u4 * element->value_size);
}
