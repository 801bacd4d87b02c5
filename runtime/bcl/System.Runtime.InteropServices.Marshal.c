/* System.Runtime.InteropServices.Marshal: native memory, text, structures and functions. What is
 * for COM is not here. */
#include <string.h>

#include "runtime/bcl/bcl_reflect.h"
#include "runtime/interop/callback.h"
#include "runtime/interop/native_memory.h"
#include "runtime/interop/pinvoke.h"
#include "runtime/types/members.h"

/* False with ArgumentNullException pending when value is NULL. */
static bool check_argument(struct thread *thread, const void *value, const char *name) {
    if (!value)
        exec_throw(thread, "ArgumentNullException", name);
    return value != NULL;
}

static void return_block(struct thread *thread, union slot *slots, void *block) {
    slots[0].p = block;
    if (!block)
        exec_throw_object(thread, thread->out_of_memory);
}

/* ---- Memory: AllocHGlobal and AllocCoTaskMem are the task allocator ---- */

static void allocate(struct thread *thread, union slot *slots, int64_t size) {
    return_block(thread, slots, size < 0 ? NULL : native_alloc((size_t)size, OWNER_PROGRAM));
}

void bcl_marshal_alloc(struct thread *thread, union slot *slots) {
    allocate(thread, slots, slots[0].i8);
}

void bcl_marshal_alloc_int(struct thread *thread, union slot *slots) {
    allocate(thread, slots, slots[0].i4);
}

static void reallocate(struct thread *thread, union slot *slots, int64_t size) {
    return_block(thread, slots, size < 0 ? NULL : native_realloc(slots[0].p, (size_t)size));
}

void bcl_marshal_realloc(struct thread *thread, union slot *slots) {
    reallocate(thread, slots, slots[1].i8);
}

void bcl_marshal_realloc_int(struct thread *thread, union slot *slots) {
    reallocate(thread, slots, slots[1].i4);
}

void bcl_marshal_free(struct thread *thread, union slot *slots) {
    (void)thread;
    native_free(slots[0].p);
}

/* ---- Copying ---- */

static size_t element_size(const struct array *array) {
    return array->object.type->element_type->value_size;
}

static bool in_range(struct thread *thread, const struct array *array, int32_t start,
                     int32_t length) {
    bool ok = array && start >= 0 && length >= 0 && start <= array->length - length;
    if (!ok)
        exec_throw(thread, array ? "ArgumentOutOfRangeException" : "ArgumentNullException", NULL);
    return ok;
}

/* copy_from_unmanaged_fixed(pointer, start, array, length, fixed element or null), in elements. */
void bcl_marshal_copy_in(struct thread *thread, union slot *slots) {
    struct array *array = slots[2].p;
    int32_t start = slots[1].i4, length = slots[3].i4;
    if (!bcl_check(thread, slots[0].p) || !in_range(thread, array, start, length))
        return;
    size_t size = element_size(array);
    memcpy(array->data + (size_t)start * size, slots[0].p, (size_t)length * size);
}

/* copy_to_unmanaged_fixed(array, start, pointer, length, fixed element or null). */
void bcl_marshal_copy_out(struct thread *thread, union slot *slots) {
    const struct array *array = slots[0].p;
    int32_t start = slots[1].i4, length = slots[3].i4;
    if (!bcl_check(thread, slots[2].p) || !in_range(thread, array, start, length))
        return;
    size_t size = element_size(array);
    memcpy(slots[2].p, array->data + (size_t)start * size, (size_t)length * size);
}

/* UnsafeAddrOfPinnedArrayElement(array, index). */
void bcl_marshal_element_address(struct thread *thread, union slot *slots) {
    struct array *array = slots[0].p;
    if (bcl_check(thread, array))
        slots[0].p = array->data + (int64_t)slots[1].i4 * (int64_t)element_size(array);
}

/* ---- Text ---- */

static void read_text(struct thread *thread, union slot *slots, text_form form) {
    slots[0].p = text_read(thread, form, slots[0].p, SIZE_MAX);
}

void bcl_marshal_string_ansi(struct thread *thread, union slot *slots) {
    read_text(thread, slots, TEXT_UTF8);
}

void bcl_marshal_string_uni(struct thread *thread, union slot *slots) {
    read_text(thread, slots, TEXT_UTF16);
}

void bcl_marshal_string_bstr(struct thread *thread, union slot *slots) {
    if (check_argument(thread, slots[0].p, "ptr"))
        read_text(thread, slots, TEXT_BSTR);
}

/* PtrToStringAnsi and PtrToStringUni with a length: NULs are part of the text. */
static bool check_length(struct thread *thread, const union slot *slots) {
    if (!check_argument(thread, slots[0].p, "ptr"))
        return false;
    if (slots[1].i4 < 0)
        exec_throw(thread, "ArgumentException", NULL);
    return slots[1].i4 >= 0;
}

void bcl_marshal_string_ansi_length(struct thread *thread, union slot *slots) {
    if (check_length(thread, slots))
        slots[0].p = exec_string_from_utf8(thread, slots[0].p, (size_t)slots[1].i4);
}

void bcl_marshal_string_uni_length(struct thread *thread, union slot *slots) {
    const uint16_t *chars = slots[0].p;
    if (!check_length(thread, slots))
        return;
    struct string *string = exec_new_string(thread, slots[1].i4);
    if (string)
        memcpy(string->chars, chars, (size_t)slots[1].i4 * sizeof *chars);
    slots[0].p = string;
}

/* StringToHGlobalAnsi, StringToHGlobalUni and BufferToBSTR(chars, length); NULL for NULL. */
static void copy_text(struct thread *thread, union slot *slots, text_form form) {
    if (slots[0].p)
        return_block(thread, slots, text_new(form, OWNER_PROGRAM, slots[0].p, slots[1].i4));
}

void bcl_marshal_copy_ansi(struct thread *thread, union slot *slots) {
    copy_text(thread, slots, TEXT_UTF8);
}

void bcl_marshal_copy_uni(struct thread *thread, union slot *slots) {
    copy_text(thread, slots, TEXT_UTF16);
}

void bcl_marshal_copy_bstr(struct thread *thread, union slot *slots) {
    copy_text(thread, slots, TEXT_BSTR);
}

void bcl_marshal_free_bstr(struct thread *thread, union slot *slots) {
    (void)thread;
    text_free(TEXT_BSTR, slots[0].p);
}

/* ---- Structures ---- */

/* The form that a value or an object of the type has in native memory: a primitive's own, a
 * structure's or class's fields. */
struct native_form {
    struct marshal value; /* when layout is NULL */
    const struct native_layout *layout;
    uint32_t size;
};

static bool find_form(struct type *type, struct native_form *out, struct marshal_failure *failure) {
    bool primitive = type_is_value(type) && type->element != IL_TYPE_VALUETYPE;
    struct marshal_request request = {
        .module = type->module, .char_set = PINVOKE_CHARS_ANSI, .place = PLACE_FIELD};
    EXEC_LOCKED(type->rt);
    *out = (struct native_form){.layout = NULL};
    failure->exception = NULL;
    if (type_prepare(type, &failure->error) != IL_OK)
        return false;
    if (type->is_open || !type->module || type->kind == TYPE_INTERFACE ||
        type == type->rt->core.object)
        return marshal_refuse(failure, "The type has no native form.");
    if (primitive || type->is_enum) {
        bool chosen = marshal_choose(&request, type, &out->value, failure);
        out->size = out->value.size;
        return chosen;
    }
    out->layout = marshal_layout(type, failure);
    out->size = out->layout ? out->layout->size : 0;
    return out->layout != NULL;
}

/* The same with the exception pending that SizeOf and OffsetOf throw. */
static bool find_measured_form(struct thread *thread, struct type *type, struct native_form *out) {
    struct marshal_failure failure;
    bool is_vector = type->kind == TYPE_SZARRAY;
    bool found = !type->is_enum && find_form(type, out, &failure);
    if (!found)
        exec_throw_format(thread, "ArgumentException",
                          "Type %s%s cannot be marshaled as an unmanaged structure.\n"
                          "Parameter name: t",
                          is_vector ? type->element_type->name : type->name, is_vector ? "[]" : "");
    return found;
}

void bcl_marshal_size_of(struct thread *thread, union slot *slots) {
    struct native_form form;
    if (check_argument(thread, slots[0].p, "type") &&
        find_measured_form(thread, bcl_type_of(slots[0].o), &form))
        slots[0].i4 = (int32_t)form.size;
}

/* OffsetOf(type, field name): fields of base classes, too. */
void bcl_marshal_offset_of(struct thread *thread, union slot *slots) {
    struct native_form form;
    if (!check_argument(thread, slots[0].p, "t"))
        return;
    struct type *type = bcl_type_of(slots[0].o);
    char *name = bcl_text(thread, slots[1].p);
    int64_t offset = -1;
    if (name && find_measured_form(thread, type, &form)) {
        for (uint32_t i = 0; form.layout && i < form.layout->field_count; i++) {
            if (strcmp(form.layout->fields[i].field->name, name) == 0)
                offset = form.layout->fields[i].offset;
        }
        if (offset < 0)
            exec_throw_format(thread, "ArgumentException",
                              "Field passed in is not a marshaled member of the type %s\n"
                              "Parameter name: fieldName",
                              type->name);
    }
    slots[0].i8 = offset;
    mem_free(name);
}

static bool find_form_or_throw(struct thread *thread, struct type *type, struct native_form *out) {
    struct marshal_failure failure;
    bool found = find_form(type, out, &failure);
    if (!found)
        marshal_throw(thread, &failure);
    return found;
}

/* Where an object's first field would lie if it were one of a class. */
static char *base_of(struct object *object) {
    return (char *)object + (type_is_value(object->type) ? OBJECT_HEADER : 0);
}

/* StructureToPtr(object, pointer, delete old): whoever owns the structure frees what it refers to
 * with DestroyStructure. */
void bcl_marshal_structure_out(struct thread *thread, union slot *slots) {
    struct marshal_scope scope = {.thread = thread, .owner = OWNER_PROGRAM};
    struct object *object = slots[0].o;
    struct native_form form;
    void *to = slots[1].p;
    if (!check_argument(thread, object, "structure") || !check_argument(thread, to, "ptr") ||
        !find_form_or_throw(thread, object->type, &form))
        return;
    if (slots[2].i4 && form.layout)
        layout_release(&scope, form.layout, to);
    if (form.layout)
        layout_to_native(&scope, form.layout, to, base_of(object));
    else
        marshal_to_native(&scope, &form.value, to, base_of(object));
    marshal_close(&scope);
}

static bool fill_object(struct thread *thread, const struct native_form *form,
                        struct object *object, const void *from) {
    struct marshal_scope scope = {.thread = thread};
    bool done = form->layout ? layout_to_managed(&scope, form->layout, base_of(object), from)
                             : marshal_to_managed(&scope, &form->value, base_of(object), from);
    marshal_close(&scope);
    return done;
}

/* PtrToStructure(pointer, type). */
void bcl_marshal_structure_in(struct thread *thread, union slot *slots) {
    struct native_form form;
    const void *from = slots[0].p;
    if (!from || !check_argument(thread, slots[1].p, "structureType"))
        return;
    struct type *type = bcl_type_of(slots[1].o);
    slots[0].o = NULL;
    if (!find_form_or_throw(thread, type, &form))
        return;
    struct object *object = bcl_new_object(thread, type);
    if (object && fill_object(thread, &form, object, from))
        slots[0].o = object;
}

/* PtrToStructure(pointer, object). */
void bcl_marshal_structure_into(struct thread *thread, union slot *slots) {
    struct object *object = slots[1].o;
    struct native_form form;
    if (!check_argument(thread, slots[0].p, "ptr") || !check_argument(thread, object, "structure"))
        return;
    if (type_is_value(object->type))
        exec_throw(thread, "ArgumentException",
                   "Destination is a boxed value type.\nParameter name: dst");
    else if (find_form_or_throw(thread, object->type, &form))
        fill_object(thread, &form, object, slots[0].p);
}

/* DestroyStructure(pointer, type). */
void bcl_marshal_destroy(struct thread *thread, union slot *slots) {
    struct marshal_scope scope = {.thread = thread};
    struct native_form form;
    if (check_argument(thread, slots[0].p, "ptr") &&
        check_argument(thread, slots[1].p, "structureType") &&
        find_form_or_throw(thread, bcl_type_of(slots[1].o), &form) && form.layout)
        layout_release(&scope, form.layout, slots[0].p);
}

/* ---- Functions ---- */

/* GetFunctionPointerForDelegateInternal(delegate). */
void bcl_marshal_function_of(struct thread *thread, union slot *slots) {
    slots[0].p = callback_pointer(thread, slots[0].o);
}

/* GetDelegateForFunctionPointerInternal(pointer, type). */
void bcl_marshal_delegate_of(struct thread *thread, union slot *slots) {
    slots[0].o = callback_delegate(thread, bcl_type_of(slots[1].o), slots[0].p);
}

static bool prelink(struct thread *thread, struct method *method) {
    return !(method->flags & METHOD_PINVOKE) || bcl_find(method) || pinvoke_bind(thread, method);
}

void bcl_marshal_prelink(struct thread *thread, union slot *slots) {
    if (check_argument(thread, slots[0].p, "m"))
        prelink(thread, bcl_method_of(slots[0].o));
}

void bcl_marshal_prelink_all(struct thread *thread, union slot *slots) {
    il_error err;
    if (!check_argument(thread, slots[0].p, "c"))
        return;
    struct type *type = bcl_type_of(slots[0].o);
    if (type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    for (uint32_t i = 0; i < type->method_count; i++) {
        struct method *method = type_method(type, i);
        if (!method)
            exec_throw_object(thread, thread->out_of_memory);
        if (!method || !prelink(thread, method))
            return;
    }
}

/* ---- The last error ---- */

void bcl_marshal_last_error(struct thread *thread, union slot *slots) {
    slots[0].i4 = thread->last_error;
}

void bcl_marshal_set_last_error(struct thread *thread, union slot *slots) {
    thread->last_error = slots[0].i4;
}
