/* System.Array. Flat indexes run over all elements, also of several dimensions. */
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

/* The bounds of one dimension; false with IndexOutOfRangeException pending. */
static bool bounds_of(struct thread *thread, const struct array *array, int32_t dimension,
                      struct array_bound *out) {
    const struct type *type = array->object.type;
    if (dimension < 0 || (uint32_t)dimension >= type->rank) {
        exec_throw(thread, "IndexOutOfRangeException", NULL);
        return false;
    }
    *out = type->kind == TYPE_ARRAY ? exec_array_bounds(array)[dimension]
                                    : (struct array_bound){array->length, 0};
    return true;
}

void bcl_array_get_length(struct thread *thread, union slot *slots) {
    struct array_bound bound;
    if (bounds_of(thread, slots[0].p, slots[1].i4, &bound))
        slots[0].i4 = bound.length;
}

void bcl_array_lower_bound(struct thread *thread, union slot *slots) {
    struct array_bound bound;
    if (bounds_of(thread, slots[0].p, slots[1].i4, &bound))
        slots[0].i4 = bound.lower;
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

static struct type *element_type(const struct array *array) {
    return array->object.type->element_type;
}

/* GetValueImpl(flat index); the index is checked by the caller. */
void bcl_array_get_value(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    slots[0].o = bcl_box(thread, element_type(array), element_at(array, slots[1].i4));
}

static void store(struct thread *thread, struct array *array, void *place, struct object *value) {
    struct type *element = element_type(array);
    char from[300], to[300];
    if (bcl_unbox(thread, element, place, value) || thread->exception)
        return;
    if (type_is_reference(element) || type_is_reference(value->type) ||
        value->type->element == IL_TYPE_VALUETYPE || element->element == IL_TYPE_VALUETYPE)
        exec_throw(thread, "InvalidCastException",
                   "Object cannot be stored in an array of this type.");
    else
        exec_throw_format(thread, "ArgumentException", "not a widening conversion from %s to %s",
                          type_name(value->type, from, sizeof from),
                          type_name(element, to, sizeof to));
}

/* SetValueImpl(value, flat index). */
void bcl_array_set_value(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    store(thread, array, element_at(array, slots[2].i4), slots[1].o);
}

/* The element named by an int[] of indexes; NULL with an exception pending. */
static uint8_t *indexed(struct thread *thread, struct array *array, const struct array *indexes) {
    if (!bcl_check(thread, indexes))
        return NULL;
    if ((uint32_t)indexes->length != array->object.type->rank) {
        exec_throw(thread, "ArgumentException",
                   "The number of dimensions in the array are not equal to the number of indices.");
        return NULL;
    }
    const int32_t *index = (const int32_t *)indexes->data;
    if (array->object.type->kind == TYPE_ARRAY)
        return exec_array_element(thread, array, index, sizeof *index);
    if (*index >= 0 && *index < array->length)
        return element_at(array, *index);
    exec_throw(thread, "IndexOutOfRangeException", NULL);
    return NULL;
}

/* GetValue(int[] indexes) and SetValue(value, int[] indexes). */
void bcl_array_get_indexed(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    uint8_t *place = indexed(thread, array, slots[1].p);
    if (place)
        slots[0].o = bcl_box(thread, element_type(array), place);
}

void bcl_array_set_indexed(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    uint8_t *place = indexed(thread, array, slots[2].p);
    if (place)
        store(thread, array, place, slots[1].o);
}

/* CreateInstanceImpl(elementType, lengths, lower bounds or null): one dimension from 0 is a vector.
 */
void bcl_array_create(struct thread *thread, union slot *slots) {
    const struct array *lengths = slots[1].p, *lowers = slots[2].p;
    struct array_bound bounds[EXEC_MAX_RANK];
    struct type *type;
    il_error err;
    if (!bcl_check(thread, slots[0].p) || !bcl_check(thread, lengths))
        return;
    uint32_t rank = (uint32_t)lengths->length;
    if (rank < 1 || rank > EXEC_MAX_RANK || (lowers && lowers->length != lengths->length)) {
        exec_throw(thread, rank > EXEC_MAX_RANK ? "TypeLoadException" : "ArgumentException", NULL);
        return;
    }
    for (uint32_t i = 0; i < rank; i++) {
        bounds[i].length = ((const int32_t *)lengths->data)[i];
        bounds[i].lower = lowers ? ((const int32_t *)lowers->data)[i] : 0;
        if (bounds[i].length < 0 || (int64_t)bounds[i].lower + bounds[i].length > INT32_MAX) {
            exec_throw(thread, "ArgumentOutOfRangeException", NULL);
            return;
        }
    }
    bool vector = rank == 1 && bounds[0].lower == 0;
    if (ldr_array_of(bcl_type_of(slots[0].o), rank, vector, &type, &err) != IL_OK ||
        type_prepare(type, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else
        slots[0].p = exec_new_bounded_array(thread, type, bounds);
}

/* UnsafeMov<S, R>(S): the same bits, small integers and enums widened. */
void bcl_array_unsafe_move(struct thread *thread, union slot *slots) {
    const struct type *from = thread->native_method->args[0], *to = thread->native_method->args[1];
    if (from->storage < STORE_I8 && to->storage == STORE_I8)
        slots[0].i8 = from->storage == STORE_U4 ? (int64_t)slots[0].u4 : slots[0].i4;
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
    il_error err;
    if (!array || !field || !(field->flags & FIELD_HAS_RVA) || type_is_reference(element) ||
        type_prepare(field->owner, &err) != IL_OK || type_lay_out(field->type, &err) != IL_OK ||
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

/* ZeroMemory(place, bytes). */
void bcl_memory_zero(struct thread *thread, union slot *slots) {
    (void)thread;
    memset(slots[0].p, 0, slots[1].u4);
}
