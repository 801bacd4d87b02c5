/* System.Enum: values and names from metadata, boxing and comparing. */
#include <string.h>

#include "runtime/bcl/bcl.h"

static void throw_no_enum(struct thread *thread) {
    exec_throw(thread, "ArgumentException", "Type provided must be an Enum.");
    struct object *exception = exec_take_exception(thread);
    bcl_set_field(exception, "m_paramName", bcl_string(thread, "enumType"));
    exec_throw_object(thread, exception);
}

/* The enum that a RuntimeType argument names; NULL with ArgumentException pending. */
static struct type *enum_of(struct thread *thread, struct object *object) {
    il_error err;
    if (!bcl_check(thread, object))
        return NULL;
    struct type *type = bcl_type_of(object);
    if (type->is_enum && !type->is_open && type_prepare(type, &err) == IL_OK)
        return type;
    throw_no_enum(thread);
    return NULL;
}

/* A value of the underlying type as 64 bits, sign-extended where the type has a sign. */
static int64_t widen(const struct type *type, const void *value) {
    union slot slot = {.i8 = 0};
    const struct type *base = type->is_enum ? type->element_type : type;
    exec_load(&slot, value, base);
    if (base->storage == STORE_I8)
        return slot.i8;
    return base->storage == STORE_U4 ? (int64_t)slot.u4 : slot.i4;
}

static int64_t boxed_value(const struct object *object) {
    return widen(object->type, (const char *)object + OBJECT_HEADER);
}

/* The constant of a literal field, which II.22.9 puts into the Constant table. */
static int64_t constant_of(const struct type *type, const struct field *field) {
    il_module *il = type->module->il;
    uint64_t raw = 0;
    il_range rows = il_find_rows(il, IL_Constant_Parent, IL_TOKEN(IL_Field, field->row));
    if (rows.first >= rows.end)
        return 0;
    il_blob value = il_blob_cell(il, IL_Constant_Value, rows.first);
    memcpy(&raw, value.data, value.size < sizeof raw ? value.size : sizeof raw);
    return widen(type, &raw);
}

/* GetEnumValuesAndNames(type, out ulong[], out string[]): in metadata order; true when the values
 * ascend as unsigned numbers. */
void bcl_enum_values_and_names(struct thread *thread, union slot *slots) {
    struct array **values_out = slots[1].p, **names_out = slots[2].p;
    struct type *type = enum_of(thread, slots[0].o);
    int32_t count = 0, at = 0;
    bool sorted = true;
    if (!type)
        return;
    for (uint32_t i = 0; i < type->field_count; i++)
        count += (type->fields[i].flags & FIELD_LITERAL) != 0;
    struct array *values = bcl_new_vector(thread, thread->rt->core.uint64, count);
    struct array *names = values ? bcl_new_vector(thread, thread->rt->core.string, count) : NULL;
    if (!names)
        return;
    uint64_t *value = (uint64_t *)values->data;
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (!(field->flags & FIELD_LITERAL))
            continue;
        struct string *name = bcl_string(thread, field->name);
        if (!name)
            return;
        ((struct string **)names->data)[at] = name;
        value[at] = (uint64_t)constant_of(type, field);
        sorted = sorted && (at == 0 || value[at - 1] <= value[at]);
        at++;
    }
    *values_out = values;
    *names_out = names;
    slots[0].i4 = sorted;
}

/* InternalBoxEnum(type, value): the value's low bits as the enum. */
void bcl_enum_box(struct thread *thread, union slot *slots) {
    int64_t value = slots[1].i8;
    struct type *type = enum_of(thread, slots[0].o);
    if (type)
        slots[0].o = bcl_box(thread, type, &value);
}

void bcl_enum_underlying(struct thread *thread, union slot *slots) {
    struct type *type = enum_of(thread, slots[0].o);
    if (type)
        slots[0].o = bcl_type_object(thread, type->element_type);
}

/* get_value(): the enum as a boxed integer. */
void bcl_enum_value(struct thread *thread, union slot *slots) {
    struct object *self = slots[0].o;
    slots[0].o = bcl_box(thread, self->type->element_type, (char *)self + OBJECT_HEADER);
}

/* The hash codes of the underlying types' own values. */
void bcl_enum_hash_code(struct thread *thread, union slot *slots) {
    uint32_t value = (uint32_t)boxed_value(slots[0].o);
    uint32_t high = (uint32_t)(boxed_value(slots[0].o) >> 32);
    (void)thread;
    switch ((type_storage)slots[0].o->type->storage) { /* as the integer types do */
    case STORE_I1: value ^= value << 8; break;
    case STORE_I2: value = (value & 0xFFFF) | value << 16; break;
    case STORE_I8: value ^= high; break;
    default: break;
    }
    slots[0].u4 = value;
}

/* InternalCompareTo(a, b): -1, 0, 1; 2 when b is of another type. Null is least. */
void bcl_enum_compare(struct thread *thread, union slot *slots) {
    const struct object *a = slots[0].o, *b = slots[1].o;
    (void)thread;
    if (!a || !b) {
        slots[0].i4 = (a != NULL) - (b != NULL);
    } else if (a->type != b->type) {
        slots[0].i4 = 2;
    } else {
        int64_t x = boxed_value(a), y = boxed_value(b);
        bool is_signed = a->type->element_type->element != IL_TYPE_U8;
        bool less = is_signed ? x < y : (uint64_t)x < (uint64_t)y;
        slots[0].i4 = x == y ? 0 : less ? -1 : 1;
    }
}

void bcl_enum_has_flag(struct thread *thread, union slot *slots) {
    if (!bcl_check(thread, slots[1].p))
        return;
    int64_t flag = boxed_value(slots[1].o);
    slots[0].i4 = (boxed_value(slots[0].o) & flag) == flag;
}
