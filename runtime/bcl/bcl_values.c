/* Values in and out of objects, fields and arrays, for the natives. */
#include <string.h>

#include "runtime/bcl/bcl.h"
#include "runtime/exec/interp.h"

struct type *bcl_class(struct thread *thread, const char *name_space, const char *name) {
    struct type *type;
    il_error err;
    if (ldr_core_type(thread->rt, name_space, name, &type, &err) == IL_OK &&
        type_prepare(type, &err) == IL_OK)
        return type;
    exec_throw_error(thread, &err);
    return NULL;
}

struct object *bcl_new_object(struct thread *thread, struct type *type) {
    il_error err;
    if (type_prepare(type, &err) == IL_OK)
        return exec_new_object(thread, type);
    exec_throw_error(thread, &err);
    return NULL;
}

struct array *bcl_new_vector(struct thread *thread, struct type *element, int64_t length) {
    struct type *type;
    il_error err;
    if (ldr_array_of(element, 1, true, &type, &err) == IL_OK && type_prepare(type, &err) == IL_OK)
        return exec_new_array(thread, type, length);
    exec_throw_error(thread, &err);
    return NULL;
}

struct array *bcl_new_vector_of(struct thread *thread, const char *name, int64_t length) {
    struct type *element = bcl_class(thread, "System", name);
    return element ? bcl_new_vector(thread, element, length) : NULL;
}

void *bcl_field(struct object *object, const char *name) {
    for (struct type *type = object->type; type; type = type->parent) {
        struct field *field = type_find_field(type, name);
        if (field)
            return (char *)object + field->offset;
    }
    return NULL;
}

void bcl_set_field(struct object *object, const char *name, void *value) {
    void **place = bcl_field(object, name);
    if (place)
        *place = value;
}

struct string *bcl_string(struct thread *thread, const char *text) {
    return text ? exec_string_from_utf8(thread, text, strlen(text)) : NULL;
}

char *bcl_text(struct thread *thread, const struct string *string) {
    if (!bcl_check(thread, string))
        return NULL;
    char *text = exec_string_to_utf8(string);
    if (!text)
        exec_throw_object(thread, thread->out_of_memory);
    return text;
}

bool bcl_check(struct thread *thread, const void *object) {
    if (!object)
        exec_throw(thread, "ArgumentNullException", NULL);
    return object != NULL;
}

bool bcl_invoke(struct thread *thread, struct method *method, union slot *args) {
    if (exec_invoke(thread, method, args))
        return true;
    if (!thread->fatal)
        exec_rethrow(thread, exec_take_exception(thread));
    return false;
}

struct object *bcl_box(struct thread *thread, struct type *type, const void *place) {
    if (type_is_reference(type))
        return *(struct object *const *)place;
    if (type->kind == TYPE_POINTER)
        type = thread->rt->core.intptr;
    struct type *boxed = type->is_nullable ? type->args[0] : type;
    il_error err;
    if (type_prepare(type, &err) == IL_OK && type_prepare(boxed, &err) == IL_OK)
        return interp_box(thread, type, place);
    exec_throw_error(thread, &err);
    return NULL;
}

/* ---- Widening (primitive types only ever grow) ---- */

#define BIT(element) (1u << (element))
#define REALS        (BIT(IL_TYPE_R4) | BIT(IL_TYPE_R8))
#define FROM_I8      (BIT(IL_TYPE_I8) | REALS)
#define FROM_I4      (BIT(IL_TYPE_I4) | FROM_I8)
#define FROM_U4      (BIT(IL_TYPE_U4) | BIT(IL_TYPE_U8) | FROM_I8)
#define FROM_U2      (BIT(IL_TYPE_U2) | BIT(IL_TYPE_CHAR) | BIT(IL_TYPE_I4) | FROM_U4)

static uint32_t widens_to(uint8_t element) {
    switch (element) {
    case IL_TYPE_I1: return BIT(IL_TYPE_I2) | FROM_I4;
    case IL_TYPE_U1: return BIT(IL_TYPE_I2) | FROM_U2;
    case IL_TYPE_I2: return FROM_I4;
    case IL_TYPE_U2:
    case IL_TYPE_CHAR: return FROM_U2;
    case IL_TYPE_I4: return FROM_I8;
    case IL_TYPE_U4: return FROM_U4;
    case IL_TYPE_I8:
    case IL_TYPE_U8: return REALS;
    case IL_TYPE_R4: return REALS;
    default: return 0;
    }
}

static const struct type *underlying(const struct type *type) {
    return type->is_enum ? type->element_type : type;
}

static bool widen(const struct type *from, const void *value, const struct type *to, void *place) {
    union slot slot = {.i8 = 0};
    if (from == to) {
        memcpy(place, value, to->value_size);
        return true;
    }
    if (to->element >= 32 || !(widens_to(from->element) & BIT(to->element)))
        return false;
    exec_load(&slot, value, from);
    if (from->element == IL_TYPE_U4)
        slot.u8 = slot.u4;
    else if (from->storage < STORE_I8)
        slot.i8 = slot.i4;
    double real = from->element == IL_TYPE_R4   ? slot.r4
                  : from->element == IL_TYPE_U8 ? (double)slot.u8
                                                : (double)slot.i8;
    if (to->element == IL_TYPE_R4)
        slot.r4 = (float)real;
    else if (to->element == IL_TYPE_R8)
        slot.r8 = real;
    exec_store(place, &slot, to);
    return true;
}

bool bcl_unbox(struct thread *thread, struct type *type, void *place, struct object *object) {
    if (!object) {
        memset(place, 0, type->value_size);
        return true;
    }
    if (type_is_reference(type)) {
        if (!type_is_assignable(object->type, type))
            return false;
        *(struct object **)place = object;
        return true;
    }
    if (type->kind == TYPE_POINTER) {
        void **pointer = bcl_field(object, "_ptr"); /* of a System.Reflection.Pointer */
        if (pointer) {
            *(void **)place = *pointer;
            return true;
        }
        type = object->type == thread->rt->core.uintptr ? object->type : thread->rt->core.intptr;
    }
    if (type->is_nullable) {
        if (object->type != type->args[0])
            return false;
        const void *copy = interp_unbox(thread, type, object);
        if (copy)
            memcpy(place, copy, type->value_size);
        return copy != NULL;
    }
    return widen(underlying(object->type), (char *)object + OBJECT_HEADER, underlying(type), place);
}
