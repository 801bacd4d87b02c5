/* Types: members, layout, names and assignability. Method tables are vtable.c's. */
#include "runtime/types/type.h"

#include <stdio.h>
#include <string.h>

#include "runtime/runtime.h"
#include "runtime/types/members.h"
#include "runtime/types/vtable.h"

enum { STEP_NONE, STEP_RUNNING, STEP_DONE };

static il_status out_of_memory(il_error *err) {
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
}

/* ---- Members ---- */

static void fill_method(struct type *type, struct method *method, uint32_t row) {
    il_module *il = type->module->il;
    method->owner = type;
    method->definition = method;
    method->row = row;
    method->name = il_name(il, IL_MethodDef_Name, row);
    method->flags = (uint16_t)il_cell(il, IL_MethodDef_Flags, row);
    method->impl_flags = (uint16_t)il_cell(il, IL_MethodDef_ImplFlags, row);
    method->slot = METHOD_NO_SLOT;
    method->entry = type->rt->uncompiled_entry;
    method->unbox_this = type_is_value(type) && !method_is_static(method);
    if (strcmp(method->name, ".cctor") == 0 && method_is_static(method))
        type->cctor = method;
}

il_status type_members(struct type *type, il_error *err) {
    EXEC_LOCKED(type->rt);
    if (type->kind == TYPE_ARRAY)
        return array_members(type, err);
    if (type->methods || !type->module)
        return IL_OK;
    il_module *il = type->module->il;
    il_range methods = il_list(il, IL_TypeDef_MethodList, type->row);
    il_range fields = il_list(il, IL_TypeDef_FieldList, type->row);
    uint32_t method_count = methods.end - methods.first;
    uint32_t field_count = fields.end - fields.first;
    struct mem_pool *pool = &type->rt->pool;
    struct method *all = mem_pool_array(pool, method_count + 1, sizeof *all);
    type->fields = mem_pool_array(pool, field_count + 1, sizeof *type->fields);
    if (!all || !type->fields)
        return out_of_memory(err);
    for (uint32_t i = 0; i < method_count; i++) {
        fill_method(type, &all[i], methods.first + i);
        il_status status = ldr_variables_of(type, IL_TOKEN(IL_MethodDef, all[i].row), &all[i].args,
                                            &all[i].generic_count, err);
        if (status != IL_OK)
            return status;
    }
    for (uint32_t i = 0; i < field_count; i++) {
        struct field *field = &type->fields[i];
        field->owner = type;
        field->row = fields.first + i;
        field->name = il_name(il, IL_Field_Name, field->row);
        field->flags = (uint16_t)il_cell(il, IL_Field_Flags, field->row);
    }
    type->method_count = method_count;
    type->field_count = field_count;
    type->methods = all;
    return IL_OK;
}

struct method *type_method_of_row(struct type *type, uint32_t row) {
    uint32_t first = type->method_count ? type->methods[0].row : 0;
    return row >= first && row - first < type->method_count ? &type->methods[row - first] : NULL;
}

struct field *type_field_of_row(struct type *type, uint32_t row) {
    uint32_t first = type->field_count ? type->fields[0].row : 0;
    return row >= first && row - first < type->field_count ? &type->fields[row - first] : NULL;
}

struct method *type_find_method(struct type *type, const char *name, int param_count) {
    EXEC_LOCKED(type->rt);
    il_error err;
    if (type_members(type, &err) != IL_OK)
        return NULL;
    for (uint32_t i = 0; i < type->method_count; i++) {
        struct method *method = &type->methods[i];
        if (strcmp(method->name, name) != 0)
            continue;
        if (param_count < 0)
            return method;
        if (method_prepare_signature(method, &err) == IL_OK &&
            method->param_count == (uint32_t)param_count)
            return method;
    }
    return NULL;
}

struct field *type_find_field(struct type *type, const char *name) {
    EXEC_LOCKED(type->rt);
    il_error err;
    if (type_members(type, &err) != IL_OK)
        return NULL;
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (strcmp(type->fields[i].name, name) == 0)
            return &type->fields[i];
    }
    return NULL;
}

/* Structures in the signature of a generic method's definition may be open; nobody calls that. */
static il_status lay_out_closed(struct type *type, il_error *err) {
    return type->is_open ? IL_OK : type_lay_out(type, err);
}

/* Whether the types are the same once the variables of two generic methods are taken as one. */
static bool same_but_for_owner(const struct type *a, const struct type *b) {
    if (a == b || !a->is_open || !b->is_open || a->kind != b->kind || a->rank != b->rank)
        return a == b;
    if (a->kind == TYPE_VARIABLE)
        return a->is_method_variable && b->is_method_variable;
    if (a->element_type)
        return same_but_for_owner(a->element_type, b->element_type);
    if (a->definition != b->definition)
        return false;
    for (uint32_t i = 0; i < a->arg_count; i++) {
        if (!same_but_for_owner(a->args[i], b->args[i]))
            return false;
    }
    return true;
}

bool method_same_params(const struct method *a, const struct method *b) {
    bool same = a->param_count == b->param_count && a->generic_count == b->generic_count;
    for (uint32_t i = 0; same && i < a->param_count; i++)
        same = same_but_for_owner(a->params[i], b->params[i]);
    return same;
}

il_status method_same_signature(struct method *a, struct method *b, bool *same, il_error *err) {
    *same = false;
    if (strcmp(a->name, b->name) != 0 || a->generic_count != b->generic_count)
        return IL_OK;
    il_status status = method_prepare_signature(a, err);
    if (status == IL_OK)
        status = method_prepare_signature(b, err);
    if (status == IL_OK)
        *same = method_same_params(a, b) && same_but_for_owner(a->return_type, b->return_type);
    return status;
}

il_status method_prepare_signature(struct method *method, il_error *err) {
    if (__atomic_load_n(&method->has_signature, __ATOMIC_ACQUIRE))
        return IL_OK;
    EXEC_LOCKED(method->owner->rt);
    if (method->has_signature)
        return IL_OK;
    struct module *module = method->owner->module;
    struct generic_context context = ldr_method_context(method);
    struct mem_pool pool = {0};
    const il_method_sig *sig;
    il_blob blob = il_blob_cell(module->il, IL_MethodDef_Signature, method->row);
    il_status status = il_parse_method_sig(blob, &pool, &sig, err);
    if (status != IL_OK)
        goto done;
    method->has_this = (sig->convention & 0x20) != 0;
    method->is_vararg = (sig->convention & 0x0F) == 5;
    method->param_count = sig->param_count;
    method->params = mem_pool_array(&module->rt->pool, sig->param_count + 1, sizeof(void *));
    if (!method->params) {
        status = out_of_memory(err);
        goto done;
    }
    method->arg_slots = method->has_this + (method->is_vararg ? METHOD_VARARG_SLOTS : 0);
    for (uint32_t i = 0; i < sig->param_count && status == IL_OK; i++) {
        status = ldr_sig_type(module, sig->params[i], &context, &method->params[i], err);
        if (status == IL_OK && method->params[i]->storage == STORE_STRUCT)
            status = lay_out_closed(method->params[i], err);
        if (status == IL_OK)
            method->arg_slots += type_slots(method->params[i]);
    }
    if (status == IL_OK)
        status = ldr_sig_type(module, sig->ret, &context, &method->return_type, err);
    if (status == IL_OK && method->return_type->storage == STORE_STRUCT)
        status = lay_out_closed(method->return_type, err);
    if (status == IL_OK) {
        method->return_slots = type_slots(method->return_type);
        method->has_signature = true;
    }
done:
    mem_pool_fini(&pool);
    return status;
}

/* ---- Layout (II.10.1.2, II.22.8) ---- */

static bool add_overflows(uint32_t a, uint64_t b) {
    return b > 0x7FFFFFFFu || (uint64_t)a + b > 0x7FFFFFFFu;
}

static uint32_t align_up(uint32_t value, uint32_t alignment) {
    return (value + alignment - 1) & ~(alignment - 1);
}

static il_status resolve_field(struct field *field, il_error *err) {
    struct module *module = field->owner->module;
    struct generic_context context = ldr_type_context(field->owner);
    struct mem_pool pool = {0};
    const il_type *sig;
    il_status status = il_parse_field_sig(il_blob_cell(module->il, IL_Field_Signature, field->row),
                                          &pool, &sig, err);
    if (status == IL_OK)
        status = ldr_sig_type(module, sig, &context, &field->type, err);
    /* A static field of the type itself needs its size too, but only once that is known. */
    if (status == IL_OK && field->type->storage == STORE_STRUCT && !(field->flags & FIELD_STATIC))
        status = type_lay_out(field->type, err);
    mem_pool_fini(&pool);
    return status;
}

static uint32_t explicit_offset(const struct type *type, const struct field *field) {
    il_module *il = type->module->il;
    il_range found = il_find_rows(il, IL_FieldLayout_Field, IL_TOKEN(IL_Field, field->row));
    return found.first < found.end ? il_cell(il, IL_FieldLayout_Offset, found.first) : 0;
}

static il_status too_large(const struct type *type, il_error *err) {
    char text[256];
    return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                   "type %s is too large", type_name(type, text, sizeof text));
}

/* Places the instance fields from offset start on; sizes and alignment go into the type. */
static il_status place_fields(struct type *type, uint32_t start, il_error *err) {
    il_module *il = type->module->il;
    il_range rows = il_find_rows(il, IL_ClassLayout_Parent, IL_TOKEN(IL_TypeDef, type->row));
    bool has_layout = rows.first < rows.end;
    uint32_t packing = has_layout ? il_cell(il, IL_ClassLayout_PackingSize, rows.first) : 0;
    uint32_t class_size = has_layout ? il_cell(il, IL_ClassLayout_ClassSize, rows.first) : 0;
    bool is_explicit = (type->flags & LAYOUT_MASK) == LAYOUT_EXPLICIT;
    bool is_auto = (type->flags & LAYOUT_MASK) == 0;
    uint32_t end = start, alignment = 1;
    for (uint32_t i = 0; i < type->field_count; i++) {
        struct field *field = &type->fields[i];
        if (field->flags & FIELD_STATIC)
            continue;
        uint32_t a = field->type->alignment;
        if (packing && packing < a && !is_auto)
            a = packing;
        field->offset = is_explicit ? start + explicit_offset(type, field) : align_up(end, a);
        if (add_overflows(field->offset, field->type->value_size))
            return too_large(type, err);
        if (field->offset + field->type->value_size > end)
            end = field->offset + field->type->value_size;
        if (a > alignment)
            alignment = a;
        if (field->type->storage == STORE_REF || field->type->has_references)
            type->has_references = true;
        if (type->has_references && field->offset % 8 != 0 &&
            (field->type->storage == STORE_REF || field->type->has_references))
            return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                           "Could not load type '%s': field '%s' is a reference at an unaligned "
                           "offset.",
                           type->name, field->name);
    }
    if (add_overflows(start, class_size))
        return too_large(type, err);
    if (class_size && start + class_size > end)
        end = start + class_size;
    type->alignment = alignment;
    type->value_size = end - start;
    return IL_OK;
}

static void count_references(const struct type *type, uint32_t base, uint32_t *out,
                             uint32_t *count) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (field->flags & FIELD_STATIC)
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
static il_status describe_objects(struct type *type, il_error *err) {
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

static il_status place_statics(struct type *type, il_error *err) {
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

/* An enum is stored as its only instance field. */
static void set_enum_storage(struct type *type) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (!(type->fields[i].flags & FIELD_STATIC)) {
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
        il_status status = field->type ? IL_OK : resolve_field(field, err);
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
            type->value_size = align_up(type->value_size ? type->value_size : 1, type->alignment);
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

static il_status lay_out_steps(struct type *type, il_error *err) {
    il_status status = IL_OK;
    if (type->parent)
        status = type_lay_out(type->parent, err);
    if (status == IL_OK)
        status = type_members(type, err);
    if (status == IL_OK)
        status = set_supers(type, err);
    if (status == IL_OK && type->module)
        status = lay_out_fields(type, err);
    return status;
}

il_status type_lay_out(struct type *type, il_error *err) {
    char text[256];
    if (__atomic_load_n(&type->layout_state, __ATOMIC_ACQUIRE) == STEP_DONE)
        return IL_OK;
    EXEC_LOCKED(type->rt);
    if (type->layout_state == STEP_DONE)
        return IL_OK;
    type_name(type, text, sizeof text);
    if (type->is_open)
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, 0,
                       "type %s still has type variables, no instance can exist", text);
    if (type->layout_state == STEP_RUNNING)
        return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                       "Could not load type '%s': it contains itself.", text);
    type->layout_state = STEP_RUNNING;
    il_status status = lay_out_steps(type, err);
    __atomic_store_n(&type->layout_state, status == IL_OK ? STEP_DONE : STEP_NONE,
                     __ATOMIC_RELEASE);
    return status;
}

static il_status prepare_steps(struct type *type, il_error *err) {
    il_status status = type_lay_out(type, err);
    if (status == IL_OK && type->parent)
        status = type_prepare(type->parent, err);
    if (status == IL_OK && (type->kind == TYPE_SZARRAY || type->kind == TYPE_ARRAY))
        status = type_lay_out(type->element_type, err);
    if (status == IL_OK)
        status = type_build_tables(type, err);
    if (status == IL_OK)
        status = describe_objects(type, err);
    if (status == IL_OK && type->module)
        status = place_statics(type, err);
    return status;
}

/* Building the tables of a type may lead back to the type (class A : IComparable<A>); whoever comes
 * back needs its identity and layout only, which are there by then. */
il_status type_prepare(struct type *type, il_error *err) {
    if (__atomic_load_n(&type->prepared, __ATOMIC_ACQUIRE))
        return IL_OK;
    EXEC_LOCKED(type->rt);
    if (type->prepared || type->prepare_state == STEP_RUNNING)
        return IL_OK;
    rt_events *events = type->rt->events;
    bool announce = type->module != NULL;
    if (announce && events->class_load_started)
        events->class_load_started(events->self, type);
    type->prepare_state = STEP_RUNNING;
    il_status status = prepare_steps(type, err);
    type->prepare_state = STEP_NONE;
    __atomic_store_n(&type->prepared, status == IL_OK, __ATOMIC_RELEASE);
    if (announce && events->class_load_finished)
        events->class_load_finished(events->self, type, status == IL_OK ? 0 : (int32_t)0x80131522);
    return status;
}

/* ---- Assignability ---- */

/* A type that other types are looked at through (an element, a type argument) may not have been
 * prepared by anybody yet. */
static bool ready(const struct type *type) {
    il_error err;
    return type->prepared || type->is_open || type_prepare((struct type *)type, &err) == IL_OK;
}

bool type_varies_to(const struct type *from, const struct type *to) {
    const uint8_t *variance = to->definition->variance;
    if (from->definition != to->definition || !variance)
        return false;
    for (uint32_t i = 0; i < to->arg_count; i++) {
        const struct type *a = from->args[i], *b = to->args[i];
        if (a == b)
            continue;
        if (variance[i] == INVARIANT || !type_is_reference(a) || !type_is_reference(b) ||
            !ready(a) || !ready(b))
            return false;
        if (!(variance[i] == COVARIANT ? type_is_assignable(a, b) : type_is_assignable(b, a)))
            return false;
    }
    return true;
}

static bool implements(const struct type *type, const struct type *interface) {
    for (uint32_t i = 0; i < type->interface_count; i++) {
        if (type->interfaces[i].interface == interface)
            return true;
    }
    if (type->kind == TYPE_SZARRAY && array_has_interface(type, interface))
        return true;
    if (!interface->definition->variance)
        return false;
    for (uint32_t i = 0; i < type->interface_count; i++) {
        if (type_varies_to(type->interfaces[i].interface, interface))
            return true;
    }
    return type_varies_to(type, interface);
}

/* Element types are compatible when they are equal, both references and assignable, or integers of
 * one size (I.8.7.1, reduced types). */
bool array_elements_compatible(const struct type *from, const struct type *to) {
    if (from == to)
        return true;
    if (from->storage == STORE_REF && to->storage == STORE_REF)
        return ready(from) && ready(to) && type_is_assignable(from, to);
    if (from->storage == STORE_STRUCT || to->storage == STORE_STRUCT || from->kind != TYPE_VALUE ||
        to->kind != TYPE_VALUE)
        return false;
    bool floats = from->storage >= STORE_R4 || to->storage >= STORE_R4;
    return !floats && from->value_size == to->value_size;
}

bool type_is_assignable(const struct type *from, const struct type *to) {
    if (from == to)
        return true;
    if (to->kind == TYPE_INTERFACE)
        return implements(from, to);
    if (to->kind == TYPE_SZARRAY || to->kind == TYPE_ARRAY)
        return from->kind == to->kind && from->rank == to->rank &&
               array_elements_compatible(from->element_type, to->element_type);
    if (from->kind == TYPE_INTERFACE)
        return to == to->rt->core.object;
    if (to->is_delegate && from->is_delegate)
        return type_varies_to(from, to);
    return from->supers && to->supers && from->depth >= to->depth && from->supers[to->depth] == to;
}

void type_root(struct type *type) {
    EXEC_LOCKED(type->rt);
    if (type->rooted)
        return;
    type->rooted = true;
    type->next_rooted = type->rt->rooted;
    type->rt->rooted = type;
}

/* ---- Names ---- */

struct name_buffer {
    char *text;
    size_t size, used;
};

static void put(struct name_buffer *b, const char *text) {
    size_t length = strlen(text), room = b->size - b->used - 1;
    if (length > room)
        length = room;
    memcpy(b->text + b->used, text, length);
    b->used += length;
    b->text[b->used] = '\0';
}

static void put_type(struct name_buffer *b, const struct type *type, int depth) {
    char number[16];
    if (depth > 8) {
        put(b, "...");
        return;
    }
    if (type->element_type && !type->is_enum) {
        put_type(b, type->element_type, depth + 1);
        if (type->kind == TYPE_ARRAY) {
            put(b, "[");
            for (uint32_t i = 1; i < type->rank; i++)
                put(b, ",");
            put(b, "]");
        } else {
            put(b, type->name);
        }
        return;
    }
    if (type->kind == TYPE_VARIABLE) {
        put(b, type->name);
        if (!type->enclosing) { /* !0: of a signature only */
            snprintf(number, sizeof number, "%u", type->rank);
            put(b, number);
        }
        return;
    }
    if (type->enclosing) {
        put_type(b, type->enclosing, depth + 1);
        put(b, "+");
    } else if (*type->name_space) {
        put(b, type->name_space);
        put(b, ".");
    }
    put(b, type->name);
    if (type->arg_count && type->definition != type) {
        put(b, "[");
        for (uint32_t i = 0; i < type->arg_count; i++) {
            if (i)
                put(b, ",");
            put_type(b, type->args[i], depth + 1);
        }
        put(b, "]");
    }
}

char *type_name(const struct type *type, char *buffer, size_t size) {
    struct name_buffer b = {buffer, size, 0};
    buffer[0] = '\0';
    put_type(&b, type, 0);
    return buffer;
}

char *method_name(const struct method *method, char *buffer, size_t size) {
    struct name_buffer b = {buffer, size, 0};
    buffer[0] = '\0';
    put_type(&b, method->owner, 0);
    put(&b, ".");
    put(&b, method->name);
    if (method->args) {
        put(&b, "[");
        for (uint32_t i = 0; i < method->generic_count; i++) {
            if (i)
                put(&b, ",");
            put_type(&b, method->args[i], 0);
        }
        put(&b, "]");
    }
    put(&b, "(");
    for (uint32_t i = 0; method->has_signature && i < method->param_count; i++) {
        if (i)
            put(&b, ", ");
        const struct type *param = method->params[i];
        if (param->element_type || param->args || param->kind == TYPE_VARIABLE)
            put_type(&b, param, 0);
        else
            put(&b, param->name); /* .NET prints the simple name here */
    }
    put(&b, ")");
    return buffer;
}
