/* Types: members, names and assignability. Layout is layout.c's, method tables are vtable.c's. */
#include "runtime/types/type.h"

#include <stdio.h>
#include <string.h>

#include "runtime/runtime.h"
#include "runtime/types/members.h"
#include "runtime/types/step.h"
#include "runtime/types/vtable.h"

static il_status out_of_memory(il_error *err) {
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
}

/* ---- Members ---- */

static struct method *new_method(struct type *type, uint32_t row) {
    il_module *il = type->module->il;
    struct method *method = mem_pool_alloc(&type->rt->pool, sizeof *method);
    uint32_t variables = 0;
    il_error err;
    if (!method)
        return NULL;
    method->owner = type;
    method->definition = method;
    method->row = row;
    method->name = il_name(il, IL_MethodDef_Name, row);
    method->flags = (uint16_t)il_cell(il, IL_MethodDef_Flags, row);
    method->impl_flags = (uint16_t)il_cell(il, IL_MethodDef_ImplFlags, row);
    method->slot = METHOD_NO_SLOT;
    method->entry = type->rt->uncompiled_entry;
    method->unbox_this = type_is_value(type) && !method_is_static(method);
    if (type->has_generic_methods && ldr_variables_of(type, IL_TOKEN(IL_MethodDef, row),
                                                      &method->args, &variables, &err) != IL_OK)
        return NULL;
    method->generic_count = (uint16_t)variables;
    return method;
}

struct method *type_method(struct type *type, uint32_t number) {
    struct method *method = __atomic_load_n(&type->methods[number], __ATOMIC_ACQUIRE);
    if (method)
        return method;
    EXEC_LOCKED(type->rt);
    method = type->methods[number];
    if (!method && (method = new_method(type, type->first_method + number)))
        __atomic_store_n(&type->methods[number], method, __ATOMIC_RELEASE);
    return method;
}

const char *type_method_name(const struct type *type, uint32_t number) {
    return type->first_method
               ? il_name(type->module->il, IL_MethodDef_Name, type->first_method + number)
               : type->methods[number]->name;
}

uint16_t type_method_flags(const struct type *type, uint32_t number) {
    return type->first_method ? (uint16_t)il_cell(type->module->il, IL_MethodDef_Flags,
                                                  type->first_method + number)
                              : type->methods[number]->flags;
}

/* Whether it is the type initialiser (II.10.5.3). */
static bool is_initialiser(const struct type *type, uint32_t number) {
    const uint16_t flags = METHOD_STATIC | METHOD_RT_SPECIAL_NAME;
    return (type_method_flags(type, number) & flags) == flags &&
           strcmp(type_method_name(type, number), ".cctor") == 0;
}

/* Members of a type that System.Reflection.Emit builds come with its creation. */
static il_status check_created(const struct type *type, il_error *err) {
    char text[256];
    if (!type->definition->incomplete)
        return IL_OK;
    return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, type->row),
                   "Could not load type '%s' from assembly '%s': it was never created.",
                   type_name(type, text, sizeof text), type->module->name);
}

il_status type_make_methods(struct type *type, il_error *err) {
    EXEC_LOCKED(type->rt);
    if (type->kind == TYPE_ARRAY || type->kind == TYPE_SZARRAY)
        return array_members(type, err);
    if (type->methods || !type->module)
        return IL_OK;
    if (check_created(type, err) != IL_OK)
        return IL_NO_TYPE;
    il_range rows = il_list(type->module->il, IL_TypeDef_MethodList, type->row);
    uint32_t count = rows.end - rows.first;
    struct method **all = mem_pool_array(&type->rt->pool, count + 1, sizeof *all);
    if (!all)
        return out_of_memory(err);
    type->first_method = rows.first;
    type->has_generic_methods = count && il_find_any(type->module->il, IL_GenericParam_Owner,
                                                     IL_TOKEN(IL_MethodDef, rows.first),
                                                     IL_TOKEN(IL_MethodDef, rows.end - 1));
    type->methods = all;
    for (uint32_t i = 0; i < count; i++) {
        if (is_initialiser(type, i) && !(type->cctor = type_method(type, i))) {
            type->methods = NULL;
            return out_of_memory(err);
        }
    }
    type->method_count = count;
    return IL_OK;
}

il_status type_make_fields(struct type *type, il_error *err) {
    EXEC_LOCKED(type->rt);
    if (type->fields || !type->module)
        return IL_OK;
    if (check_created(type, err) != IL_OK)
        return IL_NO_TYPE;
    il_module *il = type->module->il;
    il_range rows = il_list(il, IL_TypeDef_FieldList, type->row);
    uint32_t count = rows.end - rows.first;
    struct field *all = mem_pool_array(&type->rt->pool, count + 1, sizeof *all);
    if (!all)
        return out_of_memory(err);
    for (uint32_t i = 0; i < count; i++) {
        struct field *field = &all[i];
        field->owner = type;
        field->row = rows.first + i;
        field->name = il_name(il, IL_Field_Name, field->row);
        field->flags = (uint16_t)il_cell(il, IL_Field_Flags, field->row);
    }
    type->field_count = count;
    type->fields = all;
    return IL_OK;
}

il_status type_members(struct type *type, il_error *err) {
    il_status status = type_make_methods(type, err);
    return status == IL_OK ? type_make_fields(type, err) : status;
}

struct method *type_method_of_row(struct type *type, uint32_t row) {
    uint32_t first = type->first_method;
    return row >= first && row - first < type->method_count ? type_method(type, row - first) : NULL;
}

struct field *type_field_of_row(struct type *type, uint32_t row) {
    uint32_t first = type->field_count ? type->fields[0].row : 0;
    return row >= first && row - first < type->field_count ? &type->fields[row - first] : NULL;
}

struct method *type_find_method(struct type *type, const char *name, int param_count) {
    EXEC_LOCKED(type->rt);
    il_error err;
    if (type_make_methods(type, &err) != IL_OK)
        return NULL;
    for (uint32_t i = 0; i < type->method_count; i++) {
        if (strcmp(type_method_name(type, i), name) != 0)
            continue;
        struct method *method = type_method(type, i);
        if (param_count < 0 || !method)
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
    if (type_make_fields(type, &err) != IL_OK)
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

bool type_same_but_for_owner(const struct type *a, const struct type *b) {
    if (a == b || !a->is_open || !b->is_open || a->kind != b->kind || a->rank != b->rank)
        return a == b;
    if (a->kind == TYPE_VARIABLE)
        return a->is_method_variable && b->is_method_variable;
    if (a->element_type)
        return type_same_but_for_owner(a->element_type, b->element_type);
    if (a->definition != b->definition)
        return false;
    for (uint32_t i = 0; i < a->arg_count; i++) {
        if (!type_same_but_for_owner(a->args[i], b->args[i]))
            return false;
    }
    return true;
}

bool method_same_params(const struct method *a, const struct method *b) {
    bool same = a->param_count == b->param_count && a->generic_count == b->generic_count;
    for (uint32_t i = 0; same && i < a->param_count; i++)
        same = type_same_but_for_owner(a->params[i], b->params[i]);
    return same;
}

il_status method_same_types(struct method *a, struct method *b, bool *same, il_error *err) {
    il_status status = method_prepare_signature(a, err);
    if (status == IL_OK)
        status = method_prepare_signature(b, err);
    *same = status == IL_OK && method_same_params(a, b) &&
            type_same_but_for_owner(a->return_type, b->return_type);
    return status;
}

il_status method_same_signature(struct method *a, struct method *b, bool *same, il_error *err) {
    *same = false;
    if (a->generic_count != b->generic_count || a->name[0] != b->name[0] ||
        strcmp(a->name, b->name) != 0)
        return IL_OK;
    return method_same_types(a, b, same, err);
}

/* A type of a signature, laid out when it is a structure. */
static il_status resolve_slot(struct module *module, const il_type *sig,
                              const struct generic_context *context, struct type **out,
                              il_error *err) {
    il_status status = ldr_sig_type(module, sig, context, out, err);
    return status == IL_OK && (*out)->storage == STORE_STRUCT ? lay_out_closed(*out, err) : status;
}

static void set_signature(struct method *method, const struct method *from) {
    method->has_this = from->has_this;
    method->is_vararg = from->is_vararg;
    method->param_count = from->param_count;
    method->params = from->params;
    method->return_type = from->return_type;
    method->arg_slots = from->arg_slots;
    method->return_slots = type_slots(from->return_type);
    __atomic_store_n(&method->has_signature, true, __ATOMIC_RELEASE);
}

/* Looking for its types may let other threads in, who may do the same. */
il_status method_prepare_signature(struct method *method, il_error *err) {
    if (__atomic_load_n(&method->has_signature, __ATOMIC_ACQUIRE))
        return IL_OK;
    EXEC_LOCKED(method->owner->rt);
    if (method->has_signature)
        return IL_OK;
    struct module *module = method->owner->module;
    struct generic_context context = ldr_method_context(method);
    MEM_POOL_LOCAL(pool);
    const il_method_sig *sig;
    il_blob blob = il_blob_cell(module->il, IL_MethodDef_Signature, method->row);
    il_status status = il_parse_method_sig(blob, &pool, &sig, err);
    if (status != IL_OK)
        goto done;
    struct method result = {.param_count = sig->param_count};
    result.has_this = (sig->convention & 0x20) != 0;
    result.is_vararg = (sig->convention & 0x0F) == 5;
    result.arg_slots = result.has_this + (result.is_vararg ? METHOD_VARARG_SLOTS : 0);
    result.params = mem_pool_array(&module->rt->pool, sig->param_count + 1, sizeof(void *));
    status = result.params ? IL_OK : out_of_memory(err);
    for (uint32_t i = 0; i < sig->param_count && status == IL_OK; i++) {
        status = resolve_slot(module, sig->params[i], &context, &result.params[i], err);
        if (status == IL_OK)
            result.arg_slots += type_slots(result.params[i]);
    }
    if (status == IL_OK)
        status = resolve_slot(module, sig->ret, &context, &result.return_type, err);
    if (status == IL_OK && !method->has_signature)
        set_signature(method, &result);
done:
    mem_pool_fini(&pool);
    return status;
}

/* ---- Preparing ---- */

static il_status prepare_steps(struct type *type, il_error *err) {
    il_status status = type_lay_out(type, err);
    if (status == IL_OK && type->parent)
        status = type_prepare(type->parent, err);
    if (status == IL_OK && (type->kind == TYPE_SZARRAY || type->kind == TYPE_ARRAY))
        status = type_lay_out(type->element_type, err);
    if (status == IL_OK && type->is_nullable) /* what is boxed is the value */
        status = type_prepare(type->args[0], err);
    if (status == IL_OK)
        status = type_make_methods(type, err);
    if (status == IL_OK)
        status = type_build_tables(type, err);
    if (status == IL_OK)
        status = type_describe_objects(type, err);
    if (status == IL_OK && type->module)
        status = type_place_statics(type, err);
    return status;
}

static il_status prepare_announced(struct type *type, il_error *err) {
    struct runtime *rt = type->rt;
    bool announce =
        type->module && !type->module->hidden && !type->definition->incomplete &&
        (RT_WANTED(rt->events, class_load_started) || RT_WANTED(rt->events, class_load_finished));
    if (announce && !exec_reserve_announcement(rt))
        return out_of_memory(err);
    type->prepare_state = STEP_RUNNING;
    il_status status = prepare_steps(type, err);
    type->prepare_state = STEP_NONE;
    __atomic_store_n(&type->prepared, status == IL_OK, __ATOMIC_RELEASE);
    if (announce)
        exec_announce(rt, (struct announcement){
                              .type = type, .status = status == IL_OK ? 0 : (int32_t)0x80131522});
    return status;
}

/* Building the tables of a type may lead back to the type (class A : IComparable<A>); whoever comes
 * back needs its identity and layout only, which are there by then. */
il_status type_prepare(struct type *type, il_error *err) {
    if (__atomic_load_n(&type->prepared, __ATOMIC_ACQUIRE))
        return IL_OK;
    EXEC_LOCKED(type->rt);
    if (type->prepared || !type_begin_step(type))
        return IL_OK;
    il_status status = type->prepared || type->prepare_state == STEP_RUNNING
                           ? IL_OK
                           : prepare_announced(type, err);
    type_end_step(type);
    return status;
}

/* ---- Assignability ---- */

/* A type that other types are looked at through (an element, a type argument) may not have been
 * prepared by anybody yet. */
static bool ready(const struct type *type) {
    il_error err;
    return type->prepared || type->is_open || type_prepare((struct type *)type, &err) == IL_OK;
}

/* What is being asked. class C : I<I<C>>, with I contravariant, leads back to the question whether
 * it is an I<C>: it is not. */
struct asked {
    const struct type *from, *to;
    const struct asked *outer;
};

static bool assignable(const struct type *from, const struct type *to, const struct asked *outer);

static bool varies_to(const struct type *from, const struct type *to, const struct asked *outer) {
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
        if (!(variance[i] == COVARIANT ? assignable(a, b, outer) : assignable(b, a, outer)))
            return false;
    }
    return true;
}

bool type_varies_to(const struct type *from, const struct type *to) {
    return varies_to(from, to, NULL);
}

static bool implements(const struct type *type, const struct type *interface,
                       const struct asked *outer) {
    for (uint32_t i = 0; i < type->interface_count; i++) {
        if (type->interfaces[i].interface == interface)
            return true;
    }
    if (type->kind == TYPE_SZARRAY && array_has_interface(type, interface))
        return true;
    if (!interface->definition->variance)
        return false;
    for (uint32_t i = 0; i < type->interface_count; i++) {
        if (varies_to(type->interfaces[i].interface, interface, outer))
            return true;
    }
    return varies_to(type, interface, outer);
}

/* What integers of one size must share besides; bool and char are like no other integer. */
typedef enum integer_form { NO_INTEGER, INTEGER, BOOLEAN, CHARACTER } integer_form;

static integer_form form_of(const struct type *type) {
    const struct type *basic = type->is_enum ? type->element_type : type;
    if (type->storage >= STORE_R4 || type->kind != TYPE_VALUE)
        return NO_INTEGER;
    return basic == type->rt->core.boolean     ? BOOLEAN
           : basic == type->rt->core.character ? CHARACTER
                                               : INTEGER;
}

/* Element types are compatible when they are equal, both references and assignable, or integers of
 * one size (I.8.7.1, reduced types). */
bool array_elements_compatible(const struct type *from, const struct type *to) {
    if (from == to)
        return true;
    if (from->storage == STORE_REF && to->storage == STORE_REF)
        return ready(from) && ready(to) && type_is_assignable(from, to);
    if (!ready(from) || !ready(to))
        return false;
    integer_form form = form_of(from);
    return form != NO_INTEGER && form == form_of(to) && from->value_size == to->value_size;
}

static bool assignable(const struct type *from, const struct type *to, const struct asked *outer) {
    if (from == to)
        return true;
    if (to->kind == TYPE_INTERFACE) {
        const struct asked self = {from, to, outer};
        for (const struct asked *asked = outer; asked; asked = asked->outer) {
            if (asked->from == from && asked->to == to)
                return false;
        }
        return implements(from, to, &self);
    }
    if (to->kind == TYPE_SZARRAY || to->kind == TYPE_ARRAY)
        return from->kind == to->kind && from->rank == to->rank &&
               array_elements_compatible(from->element_type, to->element_type);
    if (from->kind == TYPE_INTERFACE)
        return to == to->rt->core.object;
    if (to->is_delegate && from->is_delegate)
        return varies_to(from, to, outer);
    return from->supers && to->supers && from->depth >= to->depth && from->supers[to->depth] == to;
}

bool type_is_assignable(const struct type *from, const struct type *to) {
    return assignable(from, to, NULL);
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
            put(b, type->rank == 1 ? "[*" : "[");
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
