/* The layout of structures and formatted classes in native memory, and how the System V ABI for
 * x86-64 passes them (psABI 3.2.3): in pieces of eight bytes, each in a general register or, when
 * all of it is floating-point, in a vector register; in memory when larger than two pieces or when
 * a field is not aligned. libffi is given a structure of one element for each piece, which it
 * classifies as it would the real fields. */
#include "runtime/interop/marshal.h"

#include <string.h>

#define CLASS_TEXT_MASK    0x30000 /* II.23.1.15 StringFormatMask */
#define CLASS_TEXT_UNICODE 0x10000

#define PIECE      8
#define MAX_PIECES 2

static uint32_t align_up(uint32_t value, uint32_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

/* ---- Passing by value ---- */

struct pieces {
    bool integer[MAX_PIECES];
    bool in_memory;
};

static void classify(const struct marshal *marshal, uint32_t offset, struct pieces *out);

static void classify_fields(const struct native_layout *layout, uint32_t offset,
                            struct pieces *out) {
    for (uint32_t i = 0; i < layout->field_count; i++)
        classify(&layout->fields[i].value, offset + layout->fields[i].offset, out);
}

static void classify_word(const struct marshal *marshal, uint32_t offset, struct pieces *out) {
    bool real = marshal->ffi == &ffi_type_float || marshal->ffi == &ffi_type_double;
    if (offset % marshal->alignment != 0)
        out->in_memory = true;
    else if (!real && offset / PIECE < MAX_PIECES)
        out->integer[offset / PIECE] = true;
}

static void classify(const struct marshal *marshal, uint32_t offset, struct pieces *out) {
    if (marshal->kind == MARSHAL_FIXED_ARRAY) {
        for (uint32_t i = 0; i < marshal->count && offset < MAX_PIECES * PIECE; i++)
            classify(marshal->element, offset + i * marshal->element->size, out);
    } else if (marshal->kind == MARSHAL_FIXED_STRING) {
        for (uint32_t at = offset; at < offset + marshal->size && at < MAX_PIECES * PIECE; at++)
            out->integer[at / PIECE] = true;
    } else if (marshal->layout && marshal->size == marshal->layout->size &&
               marshal->ffi == &marshal->layout->ffi) {
        classify_fields(marshal->layout, offset, out);
    } else {
        classify_word(marshal, offset, out);
    }
}

/* A structure too large for registers: with such an element no structure is passed in them. */
static ffi_type *const NO_ELEMENTS[] = {NULL};
static const ffi_type IN_MEMORY = {.size = 64,
                                   .alignment = 1,
                                   .type = FFI_TYPE_STRUCT,
                                   .elements = (ffi_type **)(uintptr_t)NO_ELEMENTS};

static void set_ffi_type(struct native_layout *layout) {
    struct pieces pieces = {.in_memory = layout->size > MAX_PIECES * PIECE};
    uint32_t count = pieces.in_memory ? 1 : (layout->size + PIECE - 1) / PIECE;
    if (!pieces.in_memory)
        classify_fields(layout, 0, &pieces);
    for (uint32_t i = 0; i < count; i++) {
        bool half = layout->size - i * PIECE <= PIECE / 2;
        layout->elements[i] = pieces.integer[i] ? &ffi_type_uint64
                              : half            ? &ffi_type_float
                                                : &ffi_type_double;
    }
    if (pieces.in_memory)
        layout->elements[0] = (ffi_type *)(uintptr_t)&IN_MEMORY;
    layout->ffi = (ffi_type){.size = layout->size,
                             .alignment = (uint16_t)layout->alignment,
                             .type = FFI_TYPE_STRUCT,
                             .elements = layout->elements};
}

/* ---- Fields ---- */

struct placing {
    struct native_layout *layout;
    uint32_t next; /* offset behind the last field */
    struct marshal_failure *failure;
};

static uint32_t layout_cell(const struct type *type, il_column column) {
    uint32_t row =
        il_find_next(type->module->il, IL_ClassLayout_Parent, IL_TOKEN(IL_TypeDef, type->row), 1);
    return row ? il_cell(type->module->il, column, row) : 0;
}

static bool is_explicit(const struct type *type) {
    return (type->flags & LAYOUT_MASK) == LAYOUT_EXPLICIT;
}

static bool place_field(struct placing *p, const struct type *type, struct field *field,
                        uint32_t packing) {
    struct native_layout *layout = p->layout;
    struct native_field *to = &layout->fields[layout->field_count++];
    struct marshal_request request = {
        .module = type->module,
        .token = IL_TOKEN(IL_Field, field->row),
        .char_set = (type->flags & CLASS_TEXT_MASK) == CLASS_TEXT_UNICODE ? PINVOKE_CHARS_UNICODE
                                                                          : PINVOKE_CHARS_ANSI,
        .place = PLACE_FIELD};
    if (!marshal_choose(&request, field->type, &to->value, p->failure))
        return false;
    uint32_t alignment = to->value.alignment;
    if (packing && packing < alignment)
        alignment = packing;
    to->field = field;
    to->managed_offset = field->offset;
    to->offset = is_explicit(type) ? field->offset - layout->first : align_up(p->next, alignment);
    if ((uint64_t)to->offset + to->value.size > INT32_MAX)
        return marshal_refuse(p->failure, "The structure is too large.");
    if (to->offset + to->value.size > p->next)
        p->next = to->offset + to->value.size;
    if (alignment > layout->alignment)
        layout->alignment = alignment;
    layout->blittable &=
        to->value.kind == MARSHAL_BITS && to->offset == to->managed_offset - layout->first;
    return true;
}

/* The fields of the type and, before them, of its base classes. */
static bool place_fields(struct placing *p, struct type *type) {
    char name[200];
    uint32_t start = p->next, packing = layout_cell(type, IL_ClassLayout_PackingSize);
    if (type == type->rt->core.object || type == type->rt->core.value_type)
        return true;
    if (type->parent && !place_fields(p, type->parent))
        return false;
    if ((type->flags & LAYOUT_MASK) == 0 || !type->module)
        return marshal_refuse(p->failure,
                              "Type %s which is passed to unmanaged code must have a "
                              "StructLayout attribute.",
                              type_name(type, name, sizeof name));
    for (uint32_t i = 0; i < type->field_count; i++) {
        struct field *field = &type->fields[i];
        if (field_is_instance(field) && !place_field(p, type, field, packing)) {
            char reason[sizeof p->failure->error.text];
            memcpy(reason, p->failure->error.text, sizeof reason);
            if (p->failure->exception)
                marshal_refuse(p->failure, "Field %.60s of %.120s: %.300s", field->name,
                               type_name(type, name, sizeof name), reason);
            return false;
        }
    }
    uint32_t size = layout_cell(type, IL_ClassLayout_ClassSize);
    if (size > INT32_MAX - start)
        return marshal_refuse(p->failure, "The structure is too large.");
    if (start + size > p->next)
        p->next = start + size;
    return true;
}

static uint32_t count_fields(const struct type *type) {
    uint32_t count = 0;
    for (; type; type = type->parent) {
        for (uint32_t i = 0; i < type->field_count; i++)
            count += field_is_instance(&type->fields[i]);
    }
    return count;
}

static bool fill(struct native_layout *layout, struct marshal_failure *failure) {
    struct type *type = layout->type;
    struct placing placing = {.layout = layout, .failure = failure};
    layout->fields =
        mem_pool_array(&type->rt->pool, count_fields(type) + 1, sizeof *layout->fields);
    if (!layout->fields)
        return marshal_no_memory(failure);
    layout->alignment = 1;
    layout->blittable = true;
    layout->first = type_is_value(type) ? 0 : OBJECT_HEADER;
    if (!place_fields(&placing, type))
        return false;
    layout->size = placing.next;
    if (!layout_cell(type, IL_ClassLayout_ClassSize))
        layout->size = align_up(placing.next ? placing.next : 1, layout->alignment);
    if (type_is_value(type) && layout->size != type->value_size)
        layout->blittable = false;
    set_ffi_type(layout);
    return true;
}

const struct native_layout *marshal_layout(struct type *type, struct marshal_failure *failure) {
    if (type->native) {
        if (type->native->size)
            return type->native;
        marshal_refuse(failure, "The structure contains itself.");
        return NULL;
    }
    failure->exception = NULL;
    if (type_prepare(type, &failure->error) != IL_OK)
        return NULL;
    struct native_layout *layout = mem_pool_alloc(&type->rt->pool, sizeof *layout);
    if (!layout) {
        marshal_no_memory(failure);
        return NULL;
    }
    layout->type = type;
    type->native = layout; /* its size is 0 until it is known */
    if (!fill(layout, failure)) {
        type->native = NULL;
        return NULL;
    }
    return layout;
}
