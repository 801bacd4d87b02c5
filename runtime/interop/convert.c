/* Values from managed to native form and back: numbers, text, arrays and structures. */
#include "runtime/interop/convert.h"
#include "runtime/bcl/bcl.h"

#include <string.h>

static const struct {
    bool (*to_native)(struct marshal_scope *, const struct marshal *, void *, const void *);
    bool (*to_managed)(struct marshal_scope *, const struct marshal *, void *, const void *);
    bool (*update)(struct marshal_scope *, const struct marshal *, const void *, const void *);
    void (*release)(struct marshal_scope *, const struct marshal *, void *, const void *);
} KINDS[] = {
#define MARSHAL_KIND(name, to_native, to_managed, update, release)                                 \
    {convert_##to_native, convert_##to_managed, convert_##update, convert_##release},
#include "runtime/interop/marshal_kinds.def"
#undef MARSHAL_KIND
};

bool marshal_to_native(struct marshal_scope *scope, const struct marshal *marshal, void *native,
                       const void *managed) {
    return KINDS[marshal->kind].to_native(scope, marshal, native, managed);
}

bool marshal_to_managed(struct marshal_scope *scope, const struct marshal *marshal, void *managed,
                        const void *native) {
    return KINDS[marshal->kind].to_managed(scope, marshal, managed, native);
}

bool marshal_update(struct marshal_scope *scope, const struct marshal *marshal, const void *managed,
                    const void *native) {
    return KINDS[marshal->kind].update(scope, marshal, managed, native);
}

void marshal_release(struct marshal_scope *scope, const struct marshal *marshal, void *native,
                     const void *managed) {
    if (!scope->lends)
        KINDS[marshal->kind].release(scope, marshal, native, managed);
}

bool convert_nothing(struct marshal_scope *scope, const struct marshal *marshal,
                     const void *managed, const void *native) {
    (void)scope, (void)marshal, (void)managed, (void)native;
    return true;
}

RELEASE(no) {
}

TO_MANAGED(refused) {
    (void)managed, (void)native;
    exec_throw(scope->thread, "Runtime.InteropServices.MarshalDirectiveException",
               "The value can be passed to native code but not taken from it.");
    return false;
}

/* ---- Numbers ---- */

TO_NATIVE(bits) {
    memcpy(native, managed, marshal->size);
    return true;
}

TO_MANAGED(bits) {
    memcpy(managed, native, marshal->size);
    return true;
}

TO_NATIVE(bool) {
    int32_t value = *(const uint8_t *)managed != 0;
    if (marshal->is_signed)
        value = -value;
    memcpy(native, &value, marshal->size);
    return true;
}

TO_MANAGED(bool) {
    int32_t value = 0;
    memcpy(&value, native, marshal->size);
    *(uint8_t *)managed = value != 0;
    return true;
}

/* Only the low byte, as Mono does it. */
TO_NATIVE(char) {
    *(uint8_t *)native = (uint8_t) * (const uint16_t *)managed;
    return true;
}

TO_MANAGED(char) {
    *(uint16_t *)managed = *(const uint8_t *)native;
    return true;
}

/* ---- Strings ---- */

TO_NATIVE(string) {
    const struct string *string = (const struct string *)convert_object_at(managed);
    void *text = NULL;
    if (string) {
        text = convert_new_text(scope, marshal->text, string->chars, string->length);
        if (!text)
            return false;
    }
    *(void **)native = text;
    return true;
}

TO_MANAGED(string) {
    const void *text = convert_pointer_at(native);
    struct string *string = text_read(scope->thread, marshal->text, text, SIZE_MAX);
    if (text && !string)
        return false;
    *(struct string **)managed = string;
    return true;
}

RELEASE(string) {
    text_free(marshal->text, convert_pointer_at(native));
    *(void **)native = NULL;
}

TO_NATIVE(fixed_string) {
    const struct string *string = (const struct string *)convert_object_at(managed);
    if (string)
        text_copy(marshal->text, native, marshal->size, string->chars, string->length);
    else
        memset(native, 0, marshal->size);
    return true;
}

TO_MANAGED(fixed_string) {
    struct string *string = text_read(scope->thread, marshal->text, native, marshal->size);
    *(struct string **)managed = string;
    return string != NULL;
}

/* ---- Arrays ---- */

static bool elements_to_native(struct marshal_scope *scope, const struct marshal *marshal,
                               char *native, const struct array *array, size_t count) {
    size_t step = array->object.type->element_type->value_size;
    for (size_t i = 0; i < count; i++) {
        if (!marshal_to_native(scope, marshal->element, native + i * marshal->element->size,
                               array->data + i * step))
            return false;
    }
    return true;
}

static bool elements_to_managed(struct marshal_scope *scope, const struct marshal *marshal,
                                struct array *array, const char *native, size_t count) {
    size_t step = array->object.type->element_type->value_size;
    for (size_t i = 0; i < count; i++) {
        if (!marshal_to_managed(scope, marshal->element, array->data + i * step,
                                native + i * marshal->element->size))
            return false;
    }
    return true;
}

static void release_elements(struct marshal_scope *scope, const struct marshal *marshal,
                             char *native, size_t count) {
    for (size_t i = 0; i < count; i++)
        marshal_release(scope, marshal->element, native + i * marshal->element->size, NULL);
}

TO_NATIVE(array) {
    const struct array *array = (const struct array *)convert_object_at(managed);
    void *block = NULL;
    if (array) {
        size_t size = (size_t)array->length * marshal->element->size;
        block = convert_allocate(scope, size ? size : 1);
        if (!block)
            return false;
    }
    *(void **)native = block;
    return !block || elements_to_native(scope, marshal, block, array, (size_t)array->length);
}

/* A new array; without a count it has one element. */
TO_MANAGED(array) {
    const void *block = convert_pointer_at(native);
    struct array *array = NULL;
    if (block) {
        int64_t known = marshal->count_param >= 0 || marshal->count ? scope->count : 1;
        array = exec_new_array(scope->thread, marshal->type, known);
        if (!array)
            return false;
    }
    *(struct array **)managed = array;
    return !array || elements_to_managed(scope, marshal, array, block, (size_t)array->length);
}

UPDATE(array) {
    struct array *array = (struct array *)convert_object_at(managed);
    const void *block = convert_pointer_at(native);
    return !array || !block ||
           elements_to_managed(scope, marshal, array, block, (size_t)array->length);
}

RELEASE(array) {
    const struct array *array = managed ? (const struct array *)convert_object_at(managed) : NULL;
    void *block = convert_pointer_at(native);
    if (array && block)
        release_elements(scope, marshal, block, (size_t)array->length);
    native_free(block);
    *(void **)native = NULL;
}

TO_NATIVE(fixed_array) {
    const struct array *array = (const struct array *)convert_object_at(managed);
    memset(native, 0, marshal->size);
    if (!array)
        return true;
    if ((uint32_t)array->length >= marshal->count)
        return elements_to_native(scope, marshal, native, array, marshal->count);
    exec_throw(scope->thread, "ArgumentException",
               "Type could not be marshaled because the length of an embedded array instance does "
               "not match the declared length in the layout.");
    return false;
}

TO_MANAGED(fixed_array) {
    struct array *array = exec_new_array(scope->thread, marshal->type, marshal->count);
    if (!array)
        return false;
    *(struct array **)managed = array;
    return elements_to_managed(scope, marshal, array, native, marshal->count);
}

RELEASE(fixed_array) {
    release_elements(scope, marshal, native, marshal->count);
}

/* ---- Structures ---- */

bool layout_to_native(struct marshal_scope *scope, const struct native_layout *layout, void *native,
                      const char *base) {
    if (layout->blittable) {
        memcpy(native, base + layout->first, layout->size);
        return true;
    }
    memset(native, 0, layout->size);
    for (uint32_t i = 0; i < layout->field_count; i++) {
        const struct native_field *field = &layout->fields[i];
        if (!marshal_to_native(scope, &field->value, (char *)native + field->offset,
                               base + field->managed_offset))
            return false;
    }
    return true;
}

bool layout_to_managed(struct marshal_scope *scope, const struct native_layout *layout, char *base,
                       const void *native) {
    if (layout->blittable) {
        memcpy(base + layout->first, native, layout->size);
        return true;
    }
    for (uint32_t i = 0; i < layout->field_count; i++) {
        const struct native_field *field = &layout->fields[i];
        if (!marshal_to_managed(scope, &field->value, base + field->managed_offset,
                                (const char *)native + field->offset))
            return false;
    }
    return true;
}

void layout_release(struct marshal_scope *scope, const struct native_layout *layout, void *native) {
    for (uint32_t i = 0; !layout->blittable && i < layout->field_count; i++) {
        const struct native_field *field = &layout->fields[i];
        marshal_release(scope, &field->value, (char *)native + field->offset, NULL);
    }
}

TO_NATIVE(struct) {
    return layout_to_native(scope, marshal->layout, native, managed);
}

TO_MANAGED(struct) {
    return layout_to_managed(scope, marshal->layout, managed, native);
}

RELEASE(struct) {
    layout_release(scope, marshal->layout, native);
}

TO_NATIVE(pointer) {
    *(const void **)native = managed;
    return true;
}

TO_MANAGED(pointer) {
    const void *from = convert_pointer_at(native);
    if (from)
        memcpy(managed, from, marshal->layout->size);
    return true;
}

/* ---- Formatted classes ---- */

TO_NATIVE(object) {
    const struct object *object = convert_object_at(managed);
    void *block = NULL;
    if (object && !(block = convert_allocate(scope, marshal->layout->size)))
        return false;
    *(void **)native = block;
    return !object || layout_to_native(scope, marshal->layout, block, (const char *)object);
}

TO_MANAGED(object) {
    const void *block = convert_pointer_at(native);
    struct object *object = NULL;
    if (block && !(object = bcl_new_object(scope->thread, marshal->type)))
        return false;
    *(struct object **)managed = object;
    return !object || layout_to_managed(scope, marshal->layout, (char *)object, block);
}

UPDATE(object) {
    struct object *object = convert_object_at(managed);
    const void *block = convert_pointer_at(native);
    return !object || !block || layout_to_managed(scope, marshal->layout, (char *)object, block);
}

RELEASE(object) {
    void *block = convert_pointer_at(native);
    if (block)
        layout_release(scope, marshal->layout, block);
    native_free(block);
    *(void **)native = NULL;
}

TO_NATIVE(embedded) {
    const struct object *object = convert_object_at(managed);
    memset(native, 0, marshal->size);
    return !object || layout_to_native(scope, marshal->layout, native, (const char *)object);
}

TO_MANAGED(embedded) {
    return convert_object_to_managed(scope, marshal, managed, &native);
}

TO_NATIVE(pinned) {
    char *object = (char *)convert_object_at(managed);
    if (object)
        object += marshal_is_array(marshal->type) ? ARRAY_DATA_OFFSET : OBJECT_HEADER;
    *(void **)native = object;
    return true;
}

TO_MANAGED(pinned) {
    return marshal_is_array(marshal->type)
               ? convert_array_to_managed(scope, marshal, managed, native)
               : convert_object_to_managed(scope, marshal, managed, native);
}
