/* See embed.h. One table says which kind each primitive type is; enums are their underlying type,
 * what is no primitive is an object. */
#include <stdio.h>
#include <string.h>

#include "runtime/bcl/bcl.h"
#include "runtime/embed.h"

/* How values of a kind are said in messages, and what they are boxed as. */
static const struct {
    const char *text;
    size_t type; /* offset in core_types; 0: is not boxed */
} KINDS[] = {
    [CLARET_VOID] = {"nothing", 0},
    [CLARET_NULL] = {"null", 0},
    [CLARET_BOOL] = {"a bool", offsetof(struct core_types, boolean)},
    [CLARET_CHAR] = {"a char", offsetof(struct core_types, character)},
    [CLARET_INT32] = {"an int32", offsetof(struct core_types, int32)},
    [CLARET_INT64] = {"an int64", offsetof(struct core_types, int64)},
    [CLARET_NATIVE] = {"a native int", offsetof(struct core_types, intptr)},
    [CLARET_FLOAT32] = {"a float32", offsetof(struct core_types, single)},
    [CLARET_FLOAT64] = {"a float64", offsetof(struct core_types, double_type)},
    [CLARET_STRING] = {"a string", 0},
    [CLARET_OBJECT] = {"an object", 0},
};

#define KIND_COUNT (sizeof KINDS / sizeof *KINDS)

embed_text embed_describe(const claret_value *value, const struct object *held) {
    embed_text text;
    char type[300];
    if (held && value->kind == CLARET_OBJECT)
        snprintf(text.text, sizeof text.text, "an object of %s",
                 type_name(held->type, type, sizeof type));
    else
        snprintf(text.text, sizeof text.text, "%s",
                 (size_t)value->kind < KIND_COUNT ? KINDS[value->kind].text : "an unknown kind");
    return text;
}

/* The kind of a value of this type; CLARET_OBJECT when it is no primitive. */
static claret_kind kind_of(const struct type *type) {
    if (type->kind == TYPE_POINTER || type->kind == TYPE_FNPTR)
        return CLARET_NATIVE;
    switch (type->is_enum ? type->element_type->element : type->element) {
    case IL_TYPE_BOOLEAN: return CLARET_BOOL;
    case IL_TYPE_CHAR: return CLARET_CHAR;
    case IL_TYPE_I1:
    case IL_TYPE_U1:
    case IL_TYPE_I2:
    case IL_TYPE_U2:
    case IL_TYPE_I4:
    case IL_TYPE_U4: return CLARET_INT32;
    case IL_TYPE_I8:
    case IL_TYPE_U8: return CLARET_INT64;
    case IL_TYPE_I:
    case IL_TYPE_U: return CLARET_NATIVE;
    case IL_TYPE_R4: return CLARET_FLOAT32;
    case IL_TYPE_R8: return CLARET_FLOAT64;
    default: return CLARET_OBJECT;
    }
}

/* Whether an integer type of this storage holds the number. */
static bool holds(uint8_t storage, int32_t number) {
    switch (storage) {
    case STORE_I1: return number == (int8_t)number;
    case STORE_U1: return number == (uint8_t)number;
    case STORE_I2: return number == (int16_t)number;
    case STORE_U2: return number == (uint16_t)number;
    default: return true;
    }
}

/* ---- To managed values ---- */

struct object *embed_held(struct thread *thread, const claret_value *value) {
    return value->kind == CLARET_OBJECT && value->object
               ? gc_handle_get(thread->rt->gc, value->object)
               : NULL;
}

struct object *embed_object_of(struct thread *thread, const claret_value *value) {
    if (value->kind == CLARET_STRING)
        return (struct object *)exec_string_from_utf8(thread, value->string, strlen(value->string));
    return embed_held(thread, value);
}

/* All members of a value begin at the same place, little-endian. */
static bool store_primitive(void *place, const struct type *type, const claret_value *value) {
    if (value->kind == CLARET_INT32 && !holds(type->storage, value->int32))
        return false;
    memcpy(place, &value->int64, type->value_size);
    return true;
}

static bool store_reference(struct thread *thread, struct object **place, struct type *type,
                            const claret_value *value) {
    struct object *object = embed_object_of(thread, value);
    size_t boxed = (size_t)value->kind < KIND_COUNT ? KINDS[value->kind].type : 0;
    if (boxed) {
        struct type *primitive = *(struct type **)((char *)&thread->rt->core + boxed);
        object = bcl_box(thread, primitive, &value->int64);
    }
    if (thread->exception || (object && !type_is_assignable(object->type, type)))
        return false;
    *place = object;
    return object || value->kind == CLARET_NULL || value->kind == CLARET_OBJECT;
}

bool embed_store(struct thread *thread, void *place, struct type *type, const claret_value *value) {
    claret_kind kind = kind_of(type);
    if (type_is_reference(type))
        return store_reference(thread, place, type, value);
    if (kind != CLARET_OBJECT && value->kind == kind)
        return store_primitive(place, type, value);
    struct object *object = embed_held(thread, value);
    if (type->is_nullable && value->kind == CLARET_NULL)
        return bcl_unbox(thread, type, place, NULL);
    if (!object || (object->type != type && !type->is_nullable))
        return false;
    return bcl_unbox(thread, type, place, object);
}

/* ---- From managed values ---- */

bool embed_load_object(struct thread *thread, struct object *object, claret_value *out) {
    claret_object *handle = gc_handle_new(thread->rt->gc, GC_HANDLE_STRONG, object);
    *out = (claret_value){.kind = handle ? CLARET_OBJECT : CLARET_VOID, .object = handle};
    return handle != NULL;
}

static bool load_reference(struct thread *thread, struct object *object, claret_value *out) {
    if (object && object->type != thread->rt->core.string)
        return embed_load_object(thread, object, out);
    char *text = object ? exec_string_to_utf8((struct string *)object) : NULL;
    *out = (claret_value){.kind = text ? CLARET_STRING : CLARET_NULL, .string = text};
    return text || !object;
}

static void load_primitive(const void *place, const struct type *type, claret_kind kind,
                           claret_value *out) {
    union slot slot;
    exec_load(&slot, place, type); /* extends small integers */
    *out = (claret_value){.kind = kind};
    switch (kind) {
    case CLARET_BOOL: out->boolean = slot.i4 != 0; break;
    case CLARET_CHAR: out->character = (uint16_t)slot.i4; break;
    case CLARET_INT32: out->int32 = slot.i4; break;
    default: memcpy(&out->int64, place, type->value_size); break;
    }
}

bool embed_load(struct thread *thread, const void *place, struct type *type, claret_value *out) {
    claret_kind kind = kind_of(type);
    *out = (claret_value){.kind = CLARET_VOID};
    if (type_is_reference(type))
        return load_reference(thread, *(struct object *const *)place, out);
    if (kind != CLARET_OBJECT) {
        load_primitive(place, type, kind, out);
        return true;
    }
    struct object *box = bcl_box(thread, type, place);
    if (thread->exception)
        return false;
    if (box)
        return embed_load_object(thread, box, out);
    out->kind = CLARET_NULL; /* a Nullable without a value */
    return true;
}

static bool unbox(struct thread *thread, struct object *object, claret_value *value) {
    if (object && object->type == thread->rt->core.string)
        return load_reference(thread, object, value);
    claret_kind kind =
        object && type_is_value(object->type) ? kind_of(object->type) : CLARET_OBJECT;
    if (kind == CLARET_OBJECT)
        return false;
    load_primitive((char *)object + OBJECT_HEADER, object->type, kind, value);
    return true;
}

bool claret_unbox(claret_runtime *rt, claret_object *handle, claret_value *value) {
    struct visit visit;
    if (!embed_enter(rt, &visit))
        return false;
    bool ok = unbox(visit.thread, gc_handle_get(rt->gc, handle), value);
    embed_leave(&visit);
    return ok;
}

void claret_release(claret_runtime *rt, claret_value *value) {
    if (value->kind == CLARET_STRING)
        mem_free((void *)(uintptr_t)value->string);
    else if (value->kind == CLARET_OBJECT && value->object)
        gc_handle_free(rt->gc, value->object);
    *value = (claret_value){.kind = CLARET_VOID};
}
