/* Layout: where a type's fields lie, instance and static, and what the collector is told
 * (II.10.1.2, II.10.7, II.22.8).
 *
 * A class inherits its parent's fields as a prefix. Fields of an explicit layout lie where their
 * rows say: a reference at a multiple of its size and under nothing but the same reference. Other
 * types are laid out in the order of their fields, packed as ClassLayout says; references are
 * always aligned. A field whose class cannot be loaded takes a reference's room and is an error
 * only for who uses it. */
#include <string.h>

#include "il_attr.h"
#include "runtime/runtime.h"
#include "runtime/types/generic.h"
#include "runtime/types/members.h"
#include "runtime/types/step.h"

static il_status out_of_memory(il_error *err) {
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
}

/* ---- Instance fields ---- */

/* No object is as large as this, but for arrays and strings. */
#define MAX_SIZE (1u << 27)

static bool add_overflows(uint32_t a, uint64_t b) {
    return b > MAX_SIZE || a + b > MAX_SIZE;
}

static uint32_t align_up(uint32_t value, uint32_t alignment) {
    return (value + alignment - 1) & ~(alignment - 1);
}

il_status type_resolve_field(struct field *field, struct type **out, bool *is_value,
                             il_error *err) {
    struct module *module = field->owner->module;
    struct generic_context context = ldr_type_context(field->owner);
    struct mem_pool pool = {0};
    const il_type *sig;
    il_status status = il_parse_field_sig(il_blob_cell(module->il, IL_Field_Signature, field->row),
                                          &pool, &sig, err);
    if (status == IL_OK) {
        *is_value = sig->kind != IL_TYPE_CLASS && sig->kind != IL_TYPE_SZARRAY &&
                    sig->kind != IL_TYPE_ARRAY;
        if (sig->kind == IL_TYPE_GENERICINST)
            *is_value = sig->element->kind != IL_TYPE_CLASS;
        status = ldr_sig_type(module, sig, &context, out, err);
    }
    mem_pool_fini(&pool);
    return status;
}

static il_status resolve_field(struct field *field, il_error *err) {
    bool is_value = true;
    il_status status = type_resolve_field(field, &field->type, &is_value, err);
    if ((status == IL_NO_TYPE || status == IL_FILE_ERROR) && !is_value) {
        field->type = field->owner->rt->core.object;
        field->is_missing = true;
        return IL_OK;
    }
    /* A static field of the type itself needs its size too, but only once that is known. */
    if (status == IL_OK && field->type->storage == STORE_STRUCT && !(field->flags & FIELD_STATIC))
        status = type_lay_out(field->type, err);
    return status;
}

static il_status too_large(const struct type *type, il_error *err) {
    char text[256];
    return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                   "Size of field of type '%s' from assembly '%s' is too large.",
                   type_name(type, text, sizeof text), type->module->name);
}

static il_status cannot_load(const struct type *type, il_error *err, const char *why,
                             uint32_t offset) {
    char text[256];
    return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                   "Could not load type '%s' from assembly '%s' because %s (offset %u).",
                   type_name(type, text, sizeof text), type->module->name, why, offset);
}

static bool holds_references(const struct field *field) {
    return field->type->storage == STORE_REF || field->type->has_references;
}

/* ClassLayout of a type. */
struct class_layout {
    bool is_explicit, is_auto;
    uint32_t packing, size; /* 0: none */
};

static il_status read_layout(const struct type *type, struct class_layout *out, il_error *err) {
    il_module *il = type->module->il;
    il_range rows = il_find_rows(il, IL_ClassLayout_Parent, IL_TOKEN(IL_TypeDef, type->row));
    out->is_explicit = (type->flags & LAYOUT_MASK) == LAYOUT_EXPLICIT;
    out->is_auto = (type->flags & LAYOUT_MASK) == 0;
    out->packing = out->size = 0;
    if (rows.first < rows.end) {
        out->packing = il_cell(il, IL_ClassLayout_PackingSize, rows.first);
        out->size = il_cell(il, IL_ClassLayout_ClassSize, rows.first);
    }
    if (out->is_explicit && type->arg_count)
        return cannot_load(type, err, "generic types cannot have explicit layout", 0);
    if (out->packing > 128 || (out->packing & (out->packing - 1)) != 0)
        return cannot_load(type, err, "its packing is no power of two up to 128", 0);
    return IL_OK;
}

static il_status explicit_offset(const struct type *type, const struct field *field,
                                 uint32_t *offset, il_error *err) {
    il_module *il = type->module->il;
    il_range found = il_find_rows(il, IL_FieldLayout_Field, IL_TOKEN(IL_Field, field->row));
    if (found.first >= found.end)
        return cannot_load(type, err, "a field of its explicit layout has no offset", 0);
    *offset = il_cell(il, IL_FieldLayout_Offset, found.first);
    return IL_OK;
}

/* What a field has at an offset from the object's start. */
enum content { CONTENT_NOTHING, CONTENT_DATA, CONTENT_REFERENCE };

static enum content content_at(const struct field *field, uint32_t offset) {
    const struct type *type = field->type;
    if (offset + 8 <= field->offset || offset >= field->offset + type->value_size)
        return CONTENT_NOTHING;
    if (type->storage == STORE_REF)
        return offset == field->offset ? CONTENT_REFERENCE : CONTENT_DATA;
    for (uint32_t i = 0; type->storage == STORE_STRUCT && i < type->reference_count; i++) {
        if (field->offset + type->reference_offsets[i] == offset)
            return CONTENT_REFERENCE;
    }
    return CONTENT_DATA;
}

/* The other fields have references, too, or nothing where this one has references. */
static il_status check_overlaps(const struct type *type, const struct field *field, il_error *err) {
    static const uint32_t FIRST[] = {0};
    bool plain = field->type->storage == STORE_REF;
    const uint32_t *offsets = plain ? FIRST : field->type->reference_offsets;
    uint32_t count = plain ? 1 : field->type->reference_count;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t offset = field->offset + offsets[k];
        bool bad = offset % 8 != 0;
        for (uint32_t i = 0; i < type->field_count && !bad; i++) {
            const struct field *other = &type->fields[i];
            bad = other != field && field_is_instance(other) &&
                  content_at(other, offset) == CONTENT_DATA;
        }
        if (bad)
            return cannot_load(type, err,
                               "it contains an object field that is incorrectly aligned or "
                               "overlapped by a non-object field",
                               offset - (type_is_value(type) ? 0 : OBJECT_HEADER));
    }
    return IL_OK;
}

/* Places the instance fields from offset start on; sizes and alignment go into the type. */
static il_status place_fields(struct type *type, uint32_t start, il_error *err) {
    struct class_layout layout;
    uint32_t end = start, alignment = 1;
    il_status status = read_layout(type, &layout, err);
    for (uint32_t i = 0; status == IL_OK && i < type->field_count; i++) {
        struct field *field = &type->fields[i];
        if (!field_is_instance(field))
            continue;
        uint32_t a = field->type->alignment, at = 0;
        if (layout.packing && layout.packing < a && !layout.is_auto && !holds_references(field))
            a = layout.packing;
        if (layout.is_explicit)
            status = explicit_offset(type, field, &at, err);
        if (status == IL_OK &&
            (add_overflows(start, at) || add_overflows(start + at, field->type->value_size) ||
             add_overflows(end, (uint64_t)a + field->type->value_size)))
            status = too_large(type, err);
        if (status != IL_OK)
            return status;
        field->offset = layout.is_explicit ? start + at : align_up(end, a);
        if (field->offset + field->type->value_size > end)
            end = field->offset + field->type->value_size;
        if (a > alignment)
            alignment = a;
        type->has_references |= holds_references(field);
    }
    for (uint32_t i = 0; status == IL_OK && layout.is_explicit && i < type->field_count; i++) {
        if (field_is_instance(&type->fields[i]) && holds_references(&type->fields[i]))
            status = check_overlaps(type, &type->fields[i], err);
    }
    if (status == IL_OK && add_overflows(start, layout.size))
        status = too_large(type, err);
    if (status != IL_OK)
        return status;
    if (layout.size && start + layout.size > end)
        end = start + layout.size;
    type->alignment = alignment;
    type->value_size = end - start;
    /* Who says how large a structure is gets it, and no room behind for the next one's alignment.
     */
    if (type_is_value(type) && (!layout.size || type->has_references))
        type->value_size = align_up(type->value_size ? type->value_size : 1, alignment);
    return IL_OK;
}

/* ---- References ---- */

static void count_references(const struct type *type, uint32_t base, uint32_t *out,
                             uint32_t *count) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (!field_is_instance(field))
            continue;
        if (field->type->storage == STORE_REF) {
            if (out)
                out[*count] = base + field->offset;
            ++*count;
        } else if (field->type->storage == STORE_STRUCT && field->type->has_references) {
            count_references(field->type, base + field->offset, out, count);
        }
    }
}

/* reference_offsets: for classes all references of an object, for value types of a value. */
static il_status list_references(struct type *type, il_error *err) {
    uint32_t inherited =
        type->kind == TYPE_CLASS && type->parent ? type->parent->reference_count : 0;
    uint32_t count = inherited;
    count_references(type, 0, NULL, &count);
    type->reference_count = count;
    if (count == 0)
        return IL_OK;
    type->reference_offsets = mem_pool_array(&type->rt->pool, count, sizeof(uint32_t));
    if (!type->reference_offsets)
        return out_of_memory(err);
    if (inherited)
        memcpy(type->reference_offsets, type->parent->reference_offsets,
               inherited * sizeof(uint32_t));
    count = inherited;
    count_references(type, 0, type->reference_offsets, &count);
    return IL_OK;
}

static const uint32_t ONE_REFERENCE[1] = {0};

/* What the collector is told: the references of an object, or of an array's elements. */
il_status type_describe_objects(struct type *type, il_error *err) {
    const struct type *element = type->element_type;
    type->gc.finalizable = type->has_finalizer;
    if (type->kind == TYPE_SZARRAY || type->kind == TYPE_ARRAY) {
        if (element->storage == STORE_REF || element->has_references) {
            bool plain = element->storage == STORE_REF;
            type->gc.element_size = element->value_size;
            type->gc.element_offsets = plain ? ONE_REFERENCE : element->reference_offsets;
            type->gc.element_count = plain ? 1 : element->reference_count;
            type->gc.ephemerons = element == type->rt->core.ephemeron;
        }
        return IL_OK;
    }
    type->gc.offsets = type->reference_offsets;
    type->gc.count = type->reference_count;
    if (!type_is_value(type) || type->reference_count == 0)
        return IL_OK;
    uint32_t *boxed = mem_pool_array(&type->rt->pool, type->reference_count, sizeof *boxed);
    if (!boxed)
        return out_of_memory(err);
    for (uint32_t i = 0; i < type->reference_count; i++)
        boxed[i] = OBJECT_HEADER + type->reference_offsets[i];
    type->gc.offsets = boxed;
    return IL_OK;
}

/* ---- Static fields ---- */

il_status type_place_statics(struct type *type, il_error *err) {
    il_module *il = type->module->il;
    uint32_t size = 0;
    for (uint32_t i = 0; i < type->field_count; i++) {
        struct field *field = &type->fields[i];
        if (!(field->flags & FIELD_STATIC) || (field->flags & FIELD_LITERAL))
            continue;
        il_status status = IL_OK;
        if (field->type->storage == STORE_STRUCT)
            status = type_lay_out(field->type, err);
        if (status != IL_OK)
            return status;
        if (field->flags & FIELD_HAS_RVA) {
            il_range rva = il_find_rows(il, IL_FieldRVA_Field, IL_TOKEN(IL_Field, field->row));
            il_blob data = il_rva(il, il_cell(il, IL_FieldRVA_RVA, rva.first));
            if (data.size < field->type->value_size)
                return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, IL_TOKEN(IL_Field, field->row),
                               "%s: data of field %s lies outside the image", il_module_path(il),
                               field->name);
            field->address = (void *)(uintptr_t)data.data;
            continue;
        }
        size = align_up(size, 8);
        field->offset = size;
        if (add_overflows(size, field->type->value_size))
            return too_large(type, err);
        size += field->type->value_size;
    }
    if (size == 0)
        return IL_OK;
    type_root(type);
    type->statics_size = align_up(size, 8);
    type->statics = mem_pool_alloc(&type->rt->pool, type->statics_size);
    if (!type->statics)
        return out_of_memory(err);
    for (uint32_t i = 0; i < type->field_count; i++) {
        struct field *field = &type->fields[i];
        if ((field->flags & FIELD_STATIC) && !(field->flags & (FIELD_LITERAL | FIELD_HAS_RVA)))
            field->address = type->statics + field->offset;
    }
    return IL_OK;
}

static bool is_thread_static(const struct field *field) {
    uint32_t token = IL_TOKEN(IL_Field, field->row);
    return il_find_attribute(field->owner->module->il, token, "System", "ThreadStaticAttribute",
                             1) != 0;
}

il_status type_place_static(struct field *field, il_error *err) {
    struct runtime *rt = field->owner->rt;
    if (field->place != FIELD_UNPLACED)
        return IL_OK;
    if (field->flags & FIELD_HAS_RVA) {
        void *copy = mem_pool_alloc(&rt->pool, field->type->value_size);
        if (!copy)
            return out_of_memory(err);
        memcpy(copy, field->address, field->type->value_size);
        field->address = copy;
        field->place = FIELD_SHARED;
    } else if (is_thread_static(field)) {
        field->offset = rt->thread_static_count++;
        field->place = FIELD_PER_THREAD;
    } else {
        field->place = FIELD_SHARED;
    }
    return IL_OK;
}

/* ---- The steps ---- */

/* An enum is stored as its only instance field. */
static void set_enum_storage(struct type *type) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (field_is_instance(&type->fields[i])) {
            type->element_type = type->fields[i].type;
            type->storage = type->element_type->storage;
            return;
        }
    }
}

static il_status lay_out_fields(struct type *type, il_error *err) {
    bool value = type_is_value(type);
    bool primitive = value && type->element != IL_TYPE_VALUETYPE;
    uint32_t start = value ? 0 : type->parent ? type->parent->instance_size : OBJECT_HEADER;
    for (uint32_t i = 0; i < type->field_count; i++) {
        struct field *field = &type->fields[i];
        if (primitive && !(field->flags & FIELD_STATIC))
            field->type = type; /* Int32.m_value is an int32 */
        bool is_constant = (field->flags & FIELD_LITERAL) != 0;
        il_status status = field->type || is_constant ? IL_OK : resolve_field(field, err);
        if (status != IL_OK)
            return status;
    }
    if (type->is_enum)
        set_enum_storage(type);
    if (!primitive) {
        il_status status = place_fields(type, start, err);
        if (status != IL_OK)
            return status;
        if (value) {
            type->instance_size = OBJECT_HEADER + align_up(type->value_size, 8);
        } else {
            type->instance_size = align_up(start + type->value_size, 8);
            type->value_size = type->alignment = 8;
        }
        status = list_references(type, err);
        if (status != IL_OK)
            return status;
    } else {
        type->instance_size = OBJECT_HEADER + 8;
    }
    return IL_OK;
}

static il_status set_supers(struct type *type, il_error *err) {
    uint32_t depth = type->parent ? type->parent->depth + 1 : 0;
    type->supers = mem_pool_array(&type->rt->pool, depth + 1, sizeof *type->supers);
    if (!type->supers)
        return out_of_memory(err);
    if (depth)
        memcpy(type->supers, type->parent->supers, depth * sizeof *type->supers);
    type->supers[depth] = type;
    type->depth = depth;
    return IL_OK;
}

/* Whether any field is more than a constant: some classes have thousands of these. */
static bool has_storage(const struct type *type) {
    if (!type->module)
        return false;
    il_module *il = type->module->il;
    il_range rows = il_list(il, IL_TypeDef_FieldList, type->row);
    for (uint32_t row = rows.first; row < rows.end; row++) {
        if (!(il_cell(il, IL_Field_Flags, row) & FIELD_LITERAL))
            return true;
    }
    return false;
}

static il_status lay_out_steps(struct type *type, il_error *err) {
    il_status status = type->parent ? type_lay_out(type->parent, err) : IL_OK;
    if (status == IL_OK && type->arg_count)
        status = generic_check_type(type, err);
    if (status == IL_OK)
        status = has_storage(type) ? type_make_fields(type, err) : IL_OK;
    if (status == IL_OK)
        status = set_supers(type, err);
    if (status == IL_OK && type->module)
        status = lay_out_fields(type, err);
    return status;
}

static il_status lay_out_once(struct type *type, il_error *err) {
    char text[256];
    if (type->layout_state == STEP_DONE)
        return IL_OK;
    if (type->layout_state == STEP_RUNNING)
        return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                       "Could not load type '%s': it contains itself.",
                       type_name(type, text, sizeof text));
    type->layout_state = STEP_RUNNING;
    il_status status = lay_out_steps(type, err);
    __atomic_store_n(&type->layout_state, status == IL_OK ? STEP_DONE : STEP_NONE,
                     __ATOMIC_RELEASE);
    return status;
}

il_status type_lay_out(struct type *type, il_error *err) {
    char text[256];
    if (__atomic_load_n(&type->layout_state, __ATOMIC_ACQUIRE) == STEP_DONE)
        return IL_OK;
    EXEC_LOCKED(type->rt);
    if (type->is_open)
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, 0,
                       "type %s still has type variables, no instance can exist",
                       type_name(type, text, sizeof text));
    if (!type_begin_step(type))
        return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                       "Could not load type '%s': threads that load types wait for each other.",
                       type_name(type, text, sizeof text));
    il_status status = lay_out_once(type, err);
    type_end_step(type);
    return status;
}
