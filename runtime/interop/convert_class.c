/* Classes of the class library that cross in ways of their own: dates, builders, delegates,
 * handles, and objects of any class. */
#include <string.h>

#include "runtime/bcl/bcl.h"
#include "runtime/interop/callback.h"
#include "runtime/interop/convert.h"

static bool refuse(struct thread *thread, const char *message) {
    exec_throw(thread, "Runtime.InteropServices.MarshalDirectiveException", message);
    return false;
}

/* The method of the class or a base of it; the class library has what is asked for here. */
static struct method *find_method(struct type *type, const char *name, int param_count) {
    struct method *method = NULL;
    for (; type && !method; type = type->parent)
        method = type_find_method(type, name, param_count);
    return method;
}

static bool invoke(struct thread *thread, struct type *type, const char *name, int param_count,
                   union slot *args) {
    struct method *method = find_method(type, name, param_count);
    return method ? bcl_invoke(thread, method, args) : refuse(thread, name);
}

/* ---- DateTime: days since 1899-12-30 ---- */

TO_NATIVE(date) {
    union slot args[1] = {{.p = (void *)(uintptr_t)managed}};
    if (!invoke(scope->thread, marshal->type, "ToOADate", 0, args))
        return false;
    memcpy(native, &args[0].r8, sizeof args[0].r8);
    return true;
}

TO_MANAGED(date) {
    union slot args[1];
    memcpy(&args[0].r8, native, sizeof args[0].r8);
    if (!invoke(scope->thread, marshal->type, "FromOADate", 1, args))
        return false;
    memcpy(managed, args, marshal->type->value_size);
    return true;
}

/* ---- StringBuilder: a list of chunks, the last one first ---- */

struct chunk {
    struct array **chars;
    struct object **previous;
    int32_t *length, *offset;
};

static struct chunk chunk_of(struct object *builder) {
    return (struct chunk){bcl_field(builder, "m_ChunkChars"), bcl_field(builder, "m_ChunkPrevious"),
                          bcl_field(builder, "m_ChunkLength"), bcl_field(builder, "m_ChunkOffset")};
}

static size_t builder_capacity(struct object *builder) {
    struct chunk last = chunk_of(builder);
    return (size_t)(*last.chars)->length + (size_t)*last.offset;
}

/* What native code is given, its last bytes for a NUL. */
static size_t builder_room(text_form form, struct object *builder) {
    size_t capacity = builder_capacity(builder);
    return form == TEXT_UTF16 ? (capacity + 1) * sizeof(uint16_t) : capacity * 3 + 4;
}

static void copy_chunks(uint16_t *to, struct object *builder) {
    while (builder) {
        struct chunk chunk = chunk_of(builder);
        memcpy(to + *chunk.offset, (*chunk.chars)->data, (size_t)*chunk.length * sizeof *to);
        builder = *chunk.previous;
    }
}

TO_NATIVE(builder) {
    struct object *builder = convert_object_at(managed);
    if (!builder) {
        *(void **)native = NULL;
        return true;
    }
    struct chunk last = chunk_of(builder);
    int32_t length = *last.offset + *last.length;
    uint16_t *chars = marshal_borrow(scope, ((size_t)length + 1) * sizeof *chars);
    size_t room = builder_room(marshal->text, builder);
    char *buffer = chars ? marshal_borrow(scope, room) : NULL;
    if (!buffer)
        return false;
    copy_chunks(chars, builder);
    text_copy(marshal->text, buffer, room, chars, length);
    *(void **)native = buffer;
    return true;
}

/* The text becomes the only chunk. */
UPDATE(builder) {
    struct object *builder = convert_object_at(managed);
    const void *buffer = convert_pointer_at(native);
    if (!builder || !buffer)
        return true;
    struct chunk last = chunk_of(builder);
    struct string *text =
        text_read(scope->thread, marshal->text, buffer, builder_room(marshal->text, builder));
    if (!text)
        return false;
    int64_t capacity = (int64_t)builder_capacity(builder);
    if (text->length > capacity)
        capacity = text->length;
    struct array *chars = exec_new_array(scope->thread, (*last.chars)->object.type, capacity);
    if (!chars)
        return false;
    memcpy(chars->data, text->chars, (size_t)text->length * sizeof *text->chars);
    *last.chars = chars;
    *last.previous = NULL;
    *last.length = text->length;
    *last.offset = 0;
    return true;
}

/* ---- Delegates ---- */

TO_NATIVE(delegate) {
    struct object *delegate = convert_object_at(managed);
    void *pointer = delegate ? callback_pointer(scope->thread, delegate) : NULL;
    *(void **)native = pointer;
    return pointer || !delegate;
}

TO_MANAGED(delegate) {
    void *pointer = convert_pointer_at(native);
    struct object *delegate = callback_delegate(scope->thread, marshal->type, pointer);
    *(struct object **)managed = delegate;
    return delegate || !pointer;
}

/* ---- Handles ---- */

/* A CriticalHandle, and a SafeHandle once it is safe. */
TO_NATIVE(handle) {
    struct object *object = convert_object_at(managed);
    if (!bcl_check(scope->thread, object))
        return false;
    memcpy(native, bcl_field(object, "handle"), sizeof(void *));
    return true;
}

TO_NATIVE(safe_handle) {
    struct object *object = convert_object_at(managed);
    uint8_t added = 0;
    union slot args[2] = {{.o = object}, {.p = &added}};
    if (!bcl_check(scope->thread, object) ||
        !invoke(scope->thread, object->type, "DangerousAddRef", 1, args))
        return false;
    return (!added || marshal_borrow_handle(scope, object)) &&
           convert_handle_to_native(scope, marshal, native, managed);
}

TO_MANAGED(safe_handle) {
    if (marshal->type->flags & CLASS_ABSTRACT)
        return refuse(scope->thread, "Returned SafeHandles cannot be abstract.");
    struct object *object = bcl_new_object(scope->thread, marshal->type);
    union slot args[1] = {{.o = object}};
    if (!object || !invoke(scope->thread, marshal->type, ".ctor", 0, args))
        return false;
    memcpy(bcl_field(object, "handle"), native, sizeof(void *));
    *(struct object **)managed = object;
    return true;
}

TO_NATIVE(handle_ref) {
    const struct field *field = type_find_field(marshal->type, "_handle");
    if (!field)
        return refuse(scope->thread, "HandleRef has no handle.");
    memcpy(native, (const char *)managed + field->offset, sizeof(void *));
    return true;
}

/* ---- AsAny: by the object's own class ---- */

static bool is_builder(const struct object *object) {
    return strcmp(object->type->name, "StringBuilder") == 0 &&
           object->type->module == object->type->rt->corlib;
}

/* The type whose fields or elements cross as they are. */
static bool is_blittable(struct object *object) {
    struct type *type = object->type;
    bool is_vector = type->kind == TYPE_SZARRAY;
    struct marshal_failure failure;
    if (is_vector)
        type = type->element_type;
    if (type_is_value(type) && type->element != IL_TYPE_VALUETYPE)
        return type->element != IL_TYPE_BOOLEAN && type->element != IL_TYPE_CHAR;
    EXEC_LOCKED(type->rt);
    const struct native_layout *layout =
        is_vector && !type_is_value(type) ? NULL : marshal_layout(type, &failure);
    return layout && layout->blittable;
}

TO_NATIVE(any) {
    struct object *object = convert_object_at(managed);
    struct marshal as = *marshal;
    *(void **)native = NULL;
    if (!object)
        return true;
    as.type = object->type;
    scope->lends = true; /* there is nothing that would release it */
    if (as.type == as.type->rt->core.string)
        return convert_string_to_native(scope, &as, native, managed);
    if (is_builder(object))
        return convert_builder_to_native(scope, &as, native, managed);
    if (is_blittable(object))
        return convert_pinned_to_native(scope, &as, native, managed);
    return refuse(scope->thread, "AsAny is only for text and blittable arrays and objects.");
}

UPDATE(any) {
    const struct object *object = convert_object_at(managed);
    return !object || !is_builder(object) ||
           convert_builder_update(scope, marshal, managed, native);
}
