/* System.Object and System.ValueType: identity, type, copies and field-wise equality. */
#include <string.h>

#include "runtime/bcl/bcl.h"

void bcl_object_get_type(struct thread *thread, union slot *slots) {
    slots[0].o = bcl_type_object(thread, slots[0].o->type);
}

/* Objects never move, so the address serves as identity. */
void bcl_object_hash_code(struct thread *thread, union slot *slots) {
    (void)thread;
    uint64_t address = (uintptr_t)slots[0].p >> 3;
    slots[0].i4 = (int32_t)((uint32_t)(address ^ address >> 32) & 0x7FFFFFFF);
}

void bcl_object_clone(struct thread *thread, union slot *slots) {
    slots[0].o = exec_clone_object(thread, slots[0].o);
}

/* Whether a value can be compared and hashed by its bytes: no references, no floats, no gaps. */
static bool is_bitwise(const struct type *type) {
    uint32_t used = 0;
    if (type->element != IL_TYPE_VALUETYPE || type->is_enum)
        return type->storage < STORE_R4;
    if (type->has_references)
        return false;
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (!field_is_instance(field))
            continue;
        if (!is_bitwise(field->type))
            return false;
        used += field->type->value_size;
    }
    return used == type->value_size;
}

/* The instance fields of a boxed value, boxed; twice as many for a pair of objects. */
static struct array *fields_of(struct thread *thread, struct object *a, struct object *b) {
    struct type *type = a->type, *array_type;
    struct array *out;
    il_error err;
    int32_t count = 0, at = 0;
    for (uint32_t i = 0; i < type->field_count; i++)
        count += field_is_instance(&type->fields[i]);
    if (ldr_array_of(thread->rt->core.object, 1, true, &array_type, &err) != IL_OK ||
        type_prepare(array_type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    out = exec_new_array(thread, array_type, count * (b ? 2 : 1));
    for (uint32_t i = 0; out && i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (!field_is_instance(field))
            continue;
        for (int side = 0; side < (b ? 2 : 1); side++) { /* they may be one object */
            char *value = (char *)(side ? b : a) + OBJECT_HEADER + field->offset;
            struct object *item = type_is_reference(field->type)
                                      ? *(struct object **)value
                                      : bcl_box(thread, field->type, value);
            if (thread->exception)
                return NULL;
            ((struct object **)out->data)[at++] = item;
        }
    }
    return out;
}

/* InternalEquals(o1, o2, out fields): an answer, or the pairs of fields that managed code compares.
 */
void bcl_value_equals(struct thread *thread, union slot *slots) {
    struct object *a = slots[0].o, *b = slots[1].o;
    struct array **fields = slots[2].p;
    *fields = NULL;
    slots[0].i4 = 0;
    if (!b || a->type != b->type)
        return;
    if (is_bitwise(a->type))
        slots[0].i4 =
            memcmp((char *)a + OBJECT_HEADER, (char *)b + OBJECT_HEADER, a->type->value_size) == 0;
    else
        *fields = fields_of(thread, a, b);
}

void bcl_value_hash_code(struct thread *thread, union slot *slots) {
    struct object *object = slots[0].o;
    struct array **fields = slots[1].p;
    const uint8_t *bytes = (const uint8_t *)object + OBJECT_HEADER;
    uint32_t hash = 0;
    *fields = NULL;
    if (is_bitwise(object->type)) {
        for (uint32_t i = 0; i < object->type->value_size; i++)
            hash = hash * 31 + bytes[i];
    } else {
        *fields = fields_of(thread, object, NULL);
    }
    slots[0].u4 = hash;
}
