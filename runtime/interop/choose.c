/* How a value of a managed type crosses: the type and what its descriptor says (II.15.5.4, II.23.4;
 * docs/INTEROP.md has the table). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "il/il_native.h"
#include "runtime/interop/descriptor.h"
#include "runtime/interop/marshal.h"

#define UNICODE_SIZE sizeof(uint16_t)

struct choice {
    const struct marshal_request *request;
    const struct descriptor *as;
    struct type *type;
    struct marshal *out;
    struct marshal_failure *failure;
};

bool marshal_no_memory(struct marshal_failure *failure) {
    failure->exception = NULL;
    il_fail(&failure->error, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    return false;
}

bool marshal_refuse(struct marshal_failure *failure, const char *format, ...) {
    va_list args;
    failure->exception = "Runtime.InteropServices.MarshalDirectiveException";
    va_start(args, format);
    vsnprintf(failure->error.text, sizeof failure->error.text, format, args);
    va_end(args);
    return false;
}

static bool mismatch(const struct choice *c) {
    char name[200];
    type_name(c->type, name, sizeof name);
    if (c->as->kind == 0)
        return marshal_refuse(c->failure, "%s cannot be marshalled here.", name);
    return marshal_refuse(c->failure, "%s cannot be marshalled as UnmanagedType %u.", name,
                          c->as->kind);
}

static bool set(const struct choice *c, marshal_kind kind, uint32_t size, ffi_type *ffi) {
    c->out->kind = (uint8_t)kind;
    c->out->size = c->out->alignment = size;
    c->out->ffi = ffi;
    return true;
}

static bool set_pointer(const struct choice *c, marshal_kind kind) {
    return set(c, kind, sizeof(void *), &ffi_type_pointer);
}

static bool is_core_class(const struct type *type, const char *name_space, const char *name) {
    return type->module == type->rt->corlib && strcmp(type->name, name) == 0 &&
           strcmp(type->name_space, name_space) == 0;
}

static bool derives_from(const struct type *type, const char *name) {
    while (type && !is_core_class(type, "System.Runtime.InteropServices", name))
        type = type->parent;
    return type != NULL;
}

/* ---- Numbers ---- */

static ffi_type *number_form(const struct type *type) {
    switch (type->storage) {
    case STORE_I1: return &ffi_type_sint8;
    case STORE_U1: return &ffi_type_uint8;
    case STORE_I2: return &ffi_type_sint16;
    case STORE_U2: return &ffi_type_uint16;
    case STORE_I4: return &ffi_type_sint32;
    case STORE_U4: return &ffi_type_uint32;
    case STORE_R4: return &ffi_type_float;
    case STORE_R8: return &ffi_type_double;
    default: return &ffi_type_sint64;
    }
}

/* The size of a number's native type, negative for a floating-point one; 0: it is none. */
static int native_number(uint8_t kind) {
    switch (kind) {
    case NATIVE_I1:
    case NATIVE_U1: return 1;
    case NATIVE_I2:
    case NATIVE_U2: return 2;
    case NATIVE_I4:
    case NATIVE_U4:
    case NATIVE_ERROR: return 4;
    case NATIVE_I8:
    case NATIVE_U8:
    case NATIVE_INT:
    case NATIVE_UINT: return 8;
    case NATIVE_R4: return -4;
    case NATIVE_R8: return -8;
    default: return 0;
    }
}

static bool choose_number(const struct choice *c) {
    bool real = c->type->storage == STORE_R4 || c->type->storage == STORE_R8;
    int size = (int)c->type->value_size;
    if (c->as->kind && native_number(c->as->kind) != (real ? -size : size))
        return mismatch(c);
    return set(c, MARSHAL_BITS, (uint32_t)size, number_form(c->type));
}

static bool choose_bool(const struct choice *c) {
    switch (c->as->kind) {
    case 0:
    case NATIVE_I4:
    case NATIVE_U4:
    case NATIVE_BOOLEAN: return set(c, MARSHAL_BOOL, 4, &ffi_type_sint32);
    case NATIVE_I1:
    case NATIVE_U1: return set(c, MARSHAL_BOOL, 1, &ffi_type_uint8);
    case NATIVE_VARIANT_BOOL:
        c->out->is_signed = true;
        return set(c, MARSHAL_BOOL, 2, &ffi_type_sint16);
    default: return mismatch(c);
    }
}

static bool is_unicode(const struct choice *c) {
    return c->request->char_set == PINVOKE_CHARS_UNICODE;
}

static bool choose_char(const struct choice *c) {
    switch (c->as->kind) {
    case 0:
    case NATIVE_SYSCHAR:
        if (is_unicode(c))
            return set(c, MARSHAL_BITS, UNICODE_SIZE, &ffi_type_uint16);
        return set(c, MARSHAL_CHAR, 1, &ffi_type_uint8);
    case NATIVE_I1:
    case NATIVE_U1: return set(c, MARSHAL_CHAR, 1, &ffi_type_uint8);
    case NATIVE_I2:
    case NATIVE_U2: return set(c, MARSHAL_BITS, UNICODE_SIZE, &ffi_type_uint16);
    default: return mismatch(c);
    }
}

/* ---- Text ---- */

/* What strings and builders look like; false when the native type is none of text. */
static bool choose_text(const struct choice *c, uint8_t kind) {
    switch (kind) {
    case 0: c->out->text = is_unicode(c) ? TEXT_UTF16 : TEXT_UTF8; return true;
    case NATIVE_LPSTR:
    case NATIVE_LPTSTR:
    case NATIVE_UTF8_STRING: c->out->text = TEXT_UTF8; return true;
    case NATIVE_LPWSTR: c->out->text = TEXT_UTF16; return true;
    case NATIVE_BSTR:
    case NATIVE_TBSTR: c->out->text = TEXT_BSTR; return true;
    case NATIVE_ANSI_BSTR: c->out->text = TEXT_ANSI_BSTR; return true;
    default: return false;
    }
}

static bool choose_fixed_string(const struct choice *c) {
    uint32_t unit = is_unicode(c) ? UNICODE_SIZE : 1;
    if (c->request->place != PLACE_FIELD || c->as->count == 0 || c->as->count > INT32_MAX / 4)
        return mismatch(c);
    c->out->text = is_unicode(c) ? TEXT_UTF16 : TEXT_UTF8;
    c->out->count = c->as->count;
    set(c, MARSHAL_FIXED_STRING, c->as->count * unit, NULL);
    c->out->alignment = unit;
    return true;
}

static bool choose_string(const struct choice *c) {
    if (c->as->kind == NATIVE_FIXED_STRING)
        return choose_fixed_string(c);
    return choose_text(c, c->as->kind) ? set_pointer(c, MARSHAL_STRING) : mismatch(c);
}

static bool choose_builder(const struct choice *c) {
    if (c->request->place != PLACE_PARAM)
        return marshal_refuse(c->failure, "A StringBuilder can only be a parameter.");
    if (!choose_text(c, c->as->kind) || c->out->text > TEXT_UTF16)
        return mismatch(c);
    return set_pointer(c, MARSHAL_BUILDER);
}

/* ---- Arrays ---- */

static bool choose(const struct choice *c);

static bool choose_element(const struct choice *c) {
    struct type *type = c->type->element_type;
    uint8_t kind = c->as->element == NATIVE_NONE ? 0 : c->as->element;
    const struct descriptor as = {.kind = kind, .element = NATIVE_NONE, .count_param = -1};
    struct marshal_request request = *c->request;
    struct marshal *element = mem_pool_alloc(&type->rt->pool, sizeof *element);
    struct choice inner = {&request, &as, type, element, c->failure};
    bool has_pointer_form = type == type->rt->core.string || type->is_delegate;
    if (!element)
        return marshal_no_memory(c->failure);
    request.place = PLACE_FIELD;
    if (marshal_is_array(type) || (type_is_reference(type) && !has_pointer_form))
        return marshal_refuse(c->failure, "Arrays of this type cannot be marshalled.");
    c->out->element = element;
    c->out->count = c->as->count;
    c->out->count_param = c->as->count_param;
    return choose(&inner);
}

static bool choose_fixed_array(const struct choice *c) {
    uint64_t count = c->as->count ? c->as->count : 1;
    if (!choose_element(c))
        return false;
    uint64_t size = count * c->out->element->size;
    if (size > INT32_MAX)
        return marshal_refuse(c->failure, "The array is too large.");
    c->out->count = (uint32_t)count;
    set(c, MARSHAL_FIXED_ARRAY, (uint32_t)size, NULL);
    c->out->alignment = c->out->element->alignment;
    return true;
}

static bool choose_array(const struct choice *c) {
    if (c->request->place == PLACE_FIELD && c->as->kind == NATIVE_FIXED_ARRAY)
        return choose_fixed_array(c);
    if (c->request->place != PLACE_PARAM || (c->as->kind && c->as->kind != NATIVE_ARRAY))
        return mismatch(c);
    if (!choose_element(c))
        return false;
    if (c->type->kind == TYPE_ARRAY && c->out->element->kind != MARSHAL_BITS)
        return marshal_refuse(c->failure,
                              "Elements of arrays of several dimensions must be blittable.");
    return set_pointer(c, MARSHAL_ARRAY);
}

/* ---- Structures ---- */

static bool choose_layout(const struct choice *c) {
    c->out->layout = marshal_layout(c->type, c->failure);
    return c->out->layout != NULL;
}

static bool set_structure(const struct choice *c, marshal_kind kind) {
    const struct native_layout *layout = c->out->layout;
    set(c, kind, layout->size, (ffi_type *)(uintptr_t)&layout->ffi);
    c->out->alignment = layout->alignment;
    return true;
}

static bool choose_structure(const struct choice *c) {
    if (is_core_class(c->type, "System", "DateTime"))
        return set(c, MARSHAL_DATE, sizeof(double), &ffi_type_double);
    if (is_core_class(c->type, "System.Runtime.InteropServices", "HandleRef"))
        return set_pointer(c, MARSHAL_HANDLE_REF);
    if (c->type->is_nullable || c->type->element == IL_TYPE_TYPEDBYREF)
        return marshal_refuse(c->failure, "Values of this type cannot be marshalled.");
    if (c->as->kind && c->as->kind != NATIVE_STRUCT && c->as->kind != NATIVE_LPSTRUCT)
        return mismatch(c);
    if (!choose_layout(c))
        return false;
    if (c->as->kind != NATIVE_LPSTRUCT)
        return set_structure(c, c->out->layout->blittable ? MARSHAL_BITS : MARSHAL_STRUCT);
    if (!c->out->layout->blittable || c->request->place == PLACE_FIELD)
        return mismatch(c);
    return set_pointer(c, MARSHAL_POINTER_TO);
}

/* ---- Classes ---- */

static bool choose_custom(const struct choice *c) {
    struct mem_pool *pool = &c->type->rt->pool;
    char *name = mem_pool_alloc(pool, c->as->custom.size + 1);
    char *cookie = mem_pool_alloc(pool, c->as->cookie.size + 1);
    if (!name || !cookie)
        return marshal_no_memory(c->failure);
    if (!type_is_reference(c->type) || c->request->place == PLACE_FIELD)
        return mismatch(c);
    if (c->as->custom.size)
        memcpy(name, c->as->custom.data, c->as->custom.size);
    if (c->as->cookie.size)
        memcpy(cookie, c->as->cookie.data, c->as->cookie.size);
    c->out->module = c->request->module;
    c->out->custom = name;
    c->out->cookie = cookie;
    return set_pointer(c, MARSHAL_CUSTOM);
}

static bool choose_object(const struct choice *c) {
    if (c->as->kind == NATIVE_AS_ANY && c->request->place == PLACE_PARAM) {
        c->out->text = is_unicode(c) ? TEXT_UTF16 : TEXT_UTF8;
        return set_pointer(c, MARSHAL_ANY);
    }
    return marshal_refuse(c->failure, "Marshalling of type object is not implemented.");
}

static bool choose_class(const struct choice *c) {
    struct type *type = c->type;
    bool is_field = c->request->place == PLACE_FIELD;
    if (type->element == IL_TYPE_OBJECT)
        return choose_object(c);
    if (type == type->rt->core.string)
        return choose_string(c);
    if (is_core_class(type, "System.Text", "StringBuilder"))
        return choose_builder(c);
    if (type->is_delegate)
        return c->as->kind && c->as->kind != NATIVE_METHOD ? mismatch(c)
                                                           : set_pointer(c, MARSHAL_DELEGATE);
    if (derives_from(type, "SafeHandle"))
        return set_pointer(c, MARSHAL_SAFE_HANDLE);
    if (derives_from(type, "CriticalHandle"))
        return set_pointer(c, MARSHAL_CRITICAL_HANDLE);
    if (c->as->kind && c->as->kind != NATIVE_LPSTRUCT && c->as->kind != NATIVE_STRUCT)
        return mismatch(c);
    if (!choose_layout(c))
        return false;
    return is_field ? set_structure(c, MARSHAL_EMBEDDED) : set_pointer(c, MARSHAL_OBJECT);
}

/* ---- All ---- */

static bool choose_value(const struct choice *c) {
    struct choice under = *c;
    if (c->type->is_enum)
        under.type = c->type->element_type;
    switch (under.type->element) {
    case IL_TYPE_BOOLEAN: return choose_bool(&under);
    case IL_TYPE_CHAR: return choose_char(&under);
    case IL_TYPE_VALUETYPE:
    case IL_TYPE_TYPEDBYREF: return choose_structure(&under);
    default: return choose_number(&under);
    }
}

static bool choose(const struct choice *c) {
    *c->out = (struct marshal){.type = c->type, .count_param = -1};
    if (c->type->is_open)
        return marshal_refuse(c->failure, "Generic types cannot be marshalled.");
    if (c->as->kind == NATIVE_CUSTOM)
        return choose_custom(c);
    switch (c->type->kind) {
    case TYPE_VALUE: return choose_value(c);
    case TYPE_POINTER:
    case TYPE_FNPTR: return set_pointer(c, MARSHAL_BITS);
    case TYPE_SZARRAY:
    case TYPE_ARRAY: return choose_array(c);
    case TYPE_CLASS: return choose_class(c);
    default: return marshal_refuse(c->failure, "Values of this type cannot be marshalled.");
    }
}

bool marshal_choose(const struct marshal_request *request, struct type *type, struct marshal *out,
                    struct marshal_failure *failure) {
    struct descriptor as;
    const struct choice c = {request, &as, type, out, failure};
    failure->exception = NULL;
    il_status status = descriptor_read(request->module->il, request->token, &as, &failure->error);
    if (status == IL_OK)
        status = type_is_value(type) ? type_lay_out(type, &failure->error) : IL_OK;
    return status == IL_OK && choose(&c);
}
