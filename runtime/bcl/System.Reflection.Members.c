/* System.Reflection: method, field, property, event and parameter objects. */
#include <string.h>

#include "runtime/bcl/bcl_reflect.h"
#include "runtime/interop/pinvoke.h"
#include "runtime/types/members.h"

static struct object *new_member(struct thread *thread, const char *class_name, const void *handle,
                                 uintptr_t reflected) {
    struct type *type = bcl_class(thread, "System.Reflection", class_name);
    struct object *object = type ? exec_new_object(thread, type) : NULL;
    if (object && !bcl_put(thread->rt, handle, reflected, object)) {
        exec_throw_object(thread, thread->out_of_memory);
        return NULL;
    }
    return object;
}

static void set_handle(struct object *object, const char *name, const void *handle) {
    bcl_set_field(object, name, (void *)(uintptr_t)handle);
}

/* ---- Methods ---- */

static bool is_constructor(const struct method *method) {
    return strcmp(method->name, ".ctor") == 0 || strcmp(method->name, ".cctor") == 0;
}

struct object *bcl_method_object(struct thread *thread, struct method *method,
                                 struct type *reflected) {
    EXEC_LOCKED(thread->rt);
    struct object *object = bcl_get(thread->rt, method, (uintptr_t)reflected);
    if (object)
        return object;
    struct object *type = bcl_type_object(thread, reflected);
    object =
        type ? new_member(thread,
                          is_constructor(method) ? "RuntimeConstructorInfo" : "RuntimeMethodInfo",
                          method, (uintptr_t)reflected)
             : NULL;
    if (object) {
        set_handle(object, "mhandle", method);
        bcl_set_field(object, "reftype", type);
    }
    return object;
}

struct method *bcl_method_of(struct object *object) {
    struct method **handle = bcl_field(object, "mhandle");
    return handle ? *handle : NULL;
}

/* The method of type that stands for one of another instantiation of the same definition. */
static struct method *method_in(struct thread *thread, struct type *type, struct method *method) {
    il_error err;
    if (type_members(type, &err) == IL_OK) {
        struct method *found = type_method_of_row(type, method->row);
        if (!found)
            il_fail(&err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
        else if (method->definition == method ||
                 ldr_instantiate_method(found, method->args, method->generic_count, &found, &err) ==
                     IL_OK)
            return found;
    }
    exec_throw_error(thread, &err);
    return NULL;
}

/* GetMethodFromHandleInternalType_native(method, reflected type or 0, check generic). With the
 * check, the type is the one that declares the method, or another instantiation of its definition,
 * whose method is then meant; otherwise the answer is null. */
void bcl_method_from_handle(struct thread *thread, union slot *slots) {
    struct method *method = slots[0].p;
    struct type *reflected = slots[1].p ? slots[1].p : method->owner;
    if (slots[2].i4 && reflected != method->owner)
        method = reflected->definition == method->owner->definition && method->row
                     ? method_in(thread, reflected, method)
                     : NULL;
    slots[0].o = method ? bcl_method_object(thread, method, reflected) : NULL;
}

void bcl_method_name(struct thread *thread, union slot *slots) {
    slots[0].p = bcl_string(thread, bcl_method_of(slots[0].o)->name);
}

static bool prepare_signature(struct thread *thread, struct method *method) {
    il_error err;
    if (method_prepare_signature(method, &err) == IL_OK)
        return true;
    exec_throw_error(thread, &err);
    return false;
}

/* Mono.Reflection.MonoMethodInfo. */
struct method_info {
    struct object *parent, *return_type;
    int32_t attributes, implementation, convention;
};

enum { CONVENTION_STANDARD = 1, CONVENTION_VARARGS = 2, CONVENTION_HAS_THIS = 0x20 };

/* get_method_info(method, out MonoMethodInfo). */
void bcl_method_info(struct thread *thread, union slot *slots) {
    struct method *method = slots[0].p;
    struct method_info *info = slots[1].p;
    if (!prepare_signature(thread, method))
        return;
    info->parent = bcl_type_object(thread, method->owner);
    info->return_type = info->parent ? bcl_type_object(thread, method->return_type) : NULL;
    info->attributes = method->flags;
    info->implementation = method->impl_flags;
    info->convention = (method->is_vararg ? CONVENTION_VARARGS : CONVENTION_STANDARD) |
                       (method->has_this ? CONVENTION_HAS_THIS : 0);
}

void bcl_method_attributes(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = ((const struct method *)slots[0].p)->flags;
}

#define MEMBER_TOKEN(name, expression)                                                             \
    void bcl_##name##_token(struct thread *thread, union slot *slots) {                            \
        (void)thread;                                                                              \
        slots[0].u4 = (expression);                                                                \
    }

MEMBER_TOKEN(method, IL_TOKEN(IL_MethodDef, bcl_method_of(slots[0].o)->row))
MEMBER_TOKEN(field, IL_TOKEN(IL_Field, (*(struct field **)bcl_field(slots[0].o, "fhandle"))->row))
MEMBER_TOKEN(property,
             IL_TOKEN(IL_Property, (*(struct bcl_member **)bcl_field(slots[0].o, "prop"))->row))
MEMBER_TOKEN(event,
             IL_TOKEN(IL_Event, (*(struct bcl_member **)bcl_field(slots[0].o, "handle"))->row))

void bcl_method_is_generic(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = bcl_method_of(slots[0].o)->generic_count > 0;
}

void bcl_method_is_generic_definition(struct thread *thread, union slot *slots) {
    const struct method *method = bcl_method_of(slots[0].o);
    (void)thread;
    slots[0].i4 = method->generic_count > 0 && method->definition == method;
}

void bcl_method_arguments(struct thread *thread, union slot *slots) {
    const struct method *method = bcl_method_of(slots[0].o);
    struct array *out = bcl_new_vector_of(thread, "Type", method->generic_count);
    for (uint32_t i = 0; out && i < method->generic_count && !thread->exception; i++)
        ((struct object **)out->data)[i] = bcl_type_object(thread, method->args[i]);
    slots[0].p = out;
}

void bcl_method_definition(struct thread *thread, union slot *slots) {
    struct method *method = bcl_method_of(slots[0].o);
    slots[0].o =
        method->generic_count ? bcl_method_object(thread, method->definition, method->owner) : NULL;
}

/* MakeGenericMethod_impl(types). */
void bcl_method_make_generic(struct thread *thread, union slot *slots) {
    struct method *method = bcl_method_of(slots[0].o);
    const struct array *types = slots[1].p;
    struct type *args[MAX_TYPE_ARGUMENTS];
    il_error err;
    if ((uint32_t)types->length != method->generic_count || types->length > MAX_TYPE_ARGUMENTS) {
        exec_throw(thread, "ArgumentException", "Incorrect length");
        return;
    }
    for (int32_t i = 0; i < types->length; i++)
        args[i] = bcl_type_of(((struct object *const *)types->data)[i]);
    struct generic_context context = {method->owner->args, method->owner->arg_count, args,
                                      method->generic_count};
    if (!bcl_check_arguments(thread, method->definition->args, method->generic_count, &context,
                             args))
        return;
    if (ldr_instantiate_method(method, args, method->generic_count, &method, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else
        slots[0].o = bcl_method_object(thread, method, method->owner);
}

/* get_base_method(method, first definition wanted). */
void bcl_method_base(struct thread *thread, union slot *slots) {
    struct method *method = bcl_method_of(slots[0].o);
    bool first = slots[1].i4 != 0;
    il_error err;
    if (!method_is_virtual(method) || method->owner->is_open ||
        method->owner->kind == TYPE_INTERFACE)
        return;
    if (type_prepare(method->owner, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    struct method *found = method;
    for (const struct type *type = method->owner->parent; type && method->slot < type->vtable_size;
         type = type->parent) {
        if (type->vtable[method->slot] == found)
            continue;
        found = type->vtable[method->slot];
        if (!first)
            break;
    }
    slots[0].o = bcl_method_object(thread, found, found->owner);
}

/* RuntimeMethodHandle.GetFunctionPointer(method): as ldftn gives it, for calli and delegates. */
void bcl_method_pointer(struct thread *thread, union slot *slots) {
    const struct method *method = slots[0].p;
    if (method->owner->is_open || (method->generic_count && method->definition == method))
        exec_throw(thread, "InvalidOperationException", "the method has type variables");
}

/* GetPInvoke(out flags, out entry point, out library): of the ImplMap row (II.22.22). */
void bcl_method_pinvoke(struct thread *thread, union slot *slots) {
    struct pinvoke_import import;
    int32_t *flags = slots[1].p;
    struct string **entry = slots[2].p, **library = slots[3].p;
    if (!pinvoke_import_of(bcl_method_of(slots[0].o), &import))
        return;
    *flags = (int32_t)import.flags;
    *entry = bcl_string(thread, import.entry_point);
    *library = bcl_string(thread, import.library);
}

/* MethodBase.GetCurrentMethod() is bcl_current_method in System.Diagnostics.StackTrace.c. */

/* ---- Parameters ---- */

enum { PARAM_OPTIONAL = 0x10, PARAM_HAS_DEFAULT = 0x1000 };

static struct object *static_object(struct thread *thread, const char *name_space,
                                    const char *class_name) {
    struct type *type = bcl_class(thread, name_space, class_name);
    struct field *value = type ? type_find_field(type, "Value") : NULL;
    return value && exec_init_type(thread, type) ? *(struct object **)value->address : NULL;
}

static struct object *default_value(struct thread *thread, struct method *method, uint32_t row,
                                    uint32_t attributes, struct type *type) {
    bool found = false;
    struct object *value = NULL;
    if (row && (attributes & PARAM_HAS_DEFAULT))
        value = bcl_constant(thread, method->owner->module, IL_TOKEN(IL_Param, row), type, &found);
    if (found || thread->exception)
        return value;
    return attributes & PARAM_OPTIONAL ? static_object(thread, "System.Reflection", "Missing")
                                       : static_object(thread, "System", "DBNull");
}

uint32_t bcl_param_row(const struct method *method, uint32_t sequence) {
    if (!method->row)
        return 0;
    const il_module *il = method->owner->module->il;
    il_range rows = il_list(il, IL_MethodDef_ParamList, method->row);
    for (uint32_t row = rows.first; row < rows.end; row++) {
        if (il_cell(il, IL_Param_Sequence, row) == sequence)
            return row;
    }
    return 0;
}

static struct object *parameter(struct thread *thread, struct method *method, uint32_t index,
                                struct type *class_type, struct object *member) {
    uint32_t row = bcl_param_row(method, index + 1);
    const il_module *il = row ? method->owner->module->il : NULL;
    uint32_t attributes = row ? il_cell(il, IL_Param_Flags, row) : 0;
    struct object *type = bcl_type_object(thread, method->params[index]);
    struct object *object = type ? exec_new_object(thread, class_type) : NULL;
    struct string *name =
        object && row ? bcl_string(thread, il_name(il, IL_Param_Name, row)) : NULL;
    if (!object || thread->exception)
        return NULL;
    *(int32_t *)bcl_field(object, "AttrsImpl") = (int32_t)attributes;
    *(int32_t *)bcl_field(object, "PositionImpl") = (int32_t)index;
    bcl_set_field(object, "ClassImpl", type);
    bcl_set_field(object, "MemberImpl", member);
    bcl_set_field(object, "NameImpl", name);
    if (row)
        bcl_set_field(
            object, "marshalAs",
            bcl_marshal_attribute(thread, method->owner->module, IL_TOKEN(IL_Param, row)));
    bcl_set_field(object, "DefaultValueImpl",
                  default_value(thread, method, row, attributes, method->params[index]));
    return object;
}

/* get_parameter_info(method, member): ParameterInfo[]. */
void bcl_method_parameters(struct thread *thread, union slot *slots) {
    struct method *method = slots[0].p;
    struct object *member = slots[1].o;
    if (!prepare_signature(thread, method))
        return;
    struct type *element = bcl_class(thread, "System.Reflection", "ParameterInfo");
    struct type *class_type = bcl_class(thread, "System.Reflection", "RuntimeParameterInfo");
    struct array *out =
        element && class_type ? bcl_new_vector(thread, element, method->param_count) : NULL;
    for (uint32_t i = 0; out && i < method->param_count && !thread->exception; i++)
        ((struct object **)out->data)[i] = parameter(thread, method, i, class_type, member);
    slots[0].p = out;
}

struct method *bcl_parameter_method(struct object *parameter) {
    struct object *member = *(struct object **)bcl_field(parameter, "MemberImpl");
    struct bcl_member **property = member ? bcl_field(member, "prop") : NULL;
    struct method *getter = property ? bcl_accessor(*property, SEMANTICS_GETTER) : NULL;
    if (property)
        return getter ? getter : bcl_accessor(*property, SEMANTICS_SETTER);
    return member ? bcl_method_of(member) : NULL;
}

/* RuntimeParameterInfo.GetMetadataToken(). */
void bcl_parameter_token(struct thread *thread, union slot *slots) {
    int32_t position = *(int32_t *)bcl_field(slots[0].o, "PositionImpl");
    const struct method *method = bcl_parameter_method(slots[0].o);
    (void)thread;
    uint32_t row = method ? bcl_param_row(method, (uint32_t)(position + 1)) : 0;
    slots[0].u4 = IL_TOKEN(IL_Param, row);
}

/* ---- Invocation ---- */

struct invocation {
    struct thread *thread;
    struct method *method;
    union slot *args;      /* all argument slots, then room for byref values */
    struct object **boxes; /* of byref arguments, copied back */
};

static bool bad_argument(struct thread *thread, const struct object *value,
                         const struct type *type) {
    char from[300], to[300];
    if (!thread->exception)
        exec_throw_format(thread, "ArgumentException",
                          "Object of type '%s' cannot be converted to type '%s'.",
                          value ? type_name(value->type, from, sizeof from) : "null",
                          type_name(type, to, sizeof to));
    return false;
}

/* A byref parameter gets the address inside a boxed copy. */
static bool pass_byref(struct thread *thread, union slot *to, struct type *type,
                       struct object *value, struct object **box) {
    il_error err;
    if (type_lay_out(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return false;
    }
    struct array *place = bcl_new_vector(thread, type, 1);
    if (!place)
        return false;
    if (!bcl_unbox(thread, type, place->data, value))
        return bad_argument(thread, value, type);
    to->p = place->data;
    *box = &place->object;
    return true;
}

bool bcl_load_argument(struct thread *thread, union slot *to, struct type *type,
                       struct object *value) {
    struct array *place;
    if (type_is_reference(type)) {
        if (value && !type_is_assignable(value->type, type))
            return bad_argument(thread, value, type);
        to->o = value;
        return true;
    }
    place = bcl_new_vector(thread, type, 1);
    if (!place)
        return false;
    if (!bcl_unbox(thread, type, place->data, value))
        return bad_argument(thread, value, type);
    exec_load(to, place->data, type);
    return true;
}

static struct object *parameter_value(const struct array *values, uint32_t i) {
    return ((struct object *const *)values->data)[i];
}

static bool pass_arguments(struct thread *thread, const struct method *method, union slot *args,
                           const struct array *values, struct object **boxes) {
    union slot *to = args + method->has_this;
    if ((values ? (uint32_t)values->length : 0) != method->param_count) {
        exec_throw(thread, "Reflection.TargetParameterCountException", NULL);
        return false;
    }
    for (uint32_t i = 0; i < method->param_count; i++) {
        struct type *type = method->params[i];
        struct object *value = parameter_value(values, i);
        bool ok = type->kind == TYPE_BYREF
                      ? pass_byref(thread, to, type->element_type, value, &boxes[i])
                      : bcl_load_argument(thread, to, type, value);
        if (!ok)
            return false;
        to += type_slots(type);
    }
    return true;
}

static void return_byrefs(struct thread *thread, const struct method *method, struct array *values,
                          struct object *const *boxes) {
    for (uint32_t i = 0; i < method->param_count && !thread->exception; i++) {
        if (boxes[i])
            ((struct object **)values->data)[i] =
                bcl_box(thread, method->params[i]->element_type, ((struct array *)boxes[i])->data);
    }
}

/* Reflection shows a pointer as a System.Reflection.Pointer, which knows its type. */
static struct object *box_value(struct thread *thread, struct type *type, const void *place) {
    if (type->kind != TYPE_POINTER)
        return bcl_box(thread, type, place);
    struct type *class_type = bcl_class(thread, "System.Reflection", "Pointer");
    struct object *object = class_type ? exec_new_object(thread, class_type) : NULL;
    struct object *type_object = object ? bcl_type_object(thread, type) : NULL;
    if (!type_object)
        return NULL;
    bcl_set_field(object, "_ptr", *(void *const *)place);
    bcl_set_field(object, "_ptrType", type_object);
    return object;
}

static struct object *box_result(struct thread *thread, const struct method *method,
                                 const union slot *result) {
    struct type *type = method->return_type;
    if (type->kind == TYPE_BYREF)
        return bcl_box(thread, type->element_type, result->p);
    return type->storage == STORE_VOID ? NULL : box_value(thread, type, result);
}

/* The method a call on object runs. */
static struct method *dispatch(struct thread *thread, struct method *method,
                               const struct object *object) {
    il_error err;
    if (!method->has_this || !method_is_virtual(method))
        return method;
    struct method *target = type_find_virtual(object->type, method->definition);
    if (target && method->definition != method &&
        ldr_instantiate_method(target, method->args, method->generic_count, &target, &err) != IL_OK)
        return NULL;
    if (target && !prepare_signature(thread, target))
        return NULL;
    return target;
}

/* The value in its box, or a Nullable made of it. */
static bool pass_this(struct thread *thread, const struct method *method, struct object *object,
                      union slot *to) {
    struct object *nullable;
    to->p = method->unbox_this ? (char *)object + OBJECT_HEADER : (char *)object;
    return !method->owner->is_nullable || object->type == method->owner ||
           pass_byref(thread, to, method->owner, object, &nullable);
}

struct object *bcl_invoke_boxed(struct thread *thread,
                                bool (*call)(struct thread *, struct method *, union slot *),
                                struct method *method, struct object *object,
                                struct array *values) {
    enum { MAX_SLOTS = 256, MAX_PARAMS = 64 };
    union slot args[MAX_SLOTS];
    struct object *boxes[MAX_PARAMS] = {NULL};
    il_error err;
    if (type_prepare(method->owner, &err) != IL_OK ||
        method_prepare_signature(method, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    if (method->param_count > MAX_PARAMS || method->arg_slots > MAX_SLOTS ||
        method->return_slots > MAX_SLOTS) {
        exec_throw(thread, "NotSupportedException", "too many parameters for an invocation");
        return NULL;
    }
    if (method->has_this && !object) {
        exec_throw(thread, "Reflection.TargetException", "Non-static method requires a target.");
        return NULL;
    }
    struct method *target = dispatch(thread, method, object);
    if (!target || !pass_arguments(thread, method, args, values, boxes))
        return NULL;
    if (method->has_this && !pass_this(thread, target, object, &args[0]))
        return NULL;
    if (method_is_static(method) && method->owner->cctor && !exec_init_type(thread, method->owner))
        return NULL;
    if (!call(thread, target, args))
        return NULL;
    struct object *result = box_result(thread, method, args);
    return_byrefs(thread, method, values, boxes);
    return result;
}

/* RuntimeMethodInfo.InternalInvoke(object, arguments, out exception). */
void bcl_method_invoke(struct thread *thread, union slot *slots) {
    *(struct object **)slots[3].p = NULL;
    slots[0].o =
        bcl_invoke_boxed(thread, bcl_invoke, bcl_method_of(slots[0].o), slots[1].o, slots[2].p);
}

/* A string's constructor is its CreateString of the same parameters. */
static struct method *string_factory(struct method *ctor) {
    il_error err;
    struct type *string = ctor->owner;
    for (uint32_t i = 0; i < string->method_count; i++) {
        struct method *m = type_method(string, i);
        if (m && strcmp(m->name, "CreateString") == 0 &&
            method_prepare_signature(m, &err) == IL_OK && method_same_params(m, ctor))
            return m;
    }
    return ctor;
}

/* An array by its constructor: of lengths, or of lower bounds and lengths in turn. */
static struct array *new_array(struct thread *thread, const struct method *ctor,
                               const struct array *values) {
    struct type *type = ctor->owner;
    struct array_bound bounds[EXEC_MAX_RANK] = {{0}};
    union slot args[2 * EXEC_MAX_RANK + 1];
    struct object *unused[2 * EXEC_MAX_RANK];
    if (type->rank > EXEC_MAX_RANK || !pass_arguments(thread, ctor, args, values, unused))
        return NULL;
    const union slot *at = args + 1; /* behind this */
    if (type->kind == TYPE_SZARRAY)
        return exec_new_array(thread, type, at->i4);
    for (uint32_t i = 0; i < type->rank; i++) {
        if (ctor->param_count > type->rank)
            bounds[i].lower = (at++)->i4;
        bounds[i].length = (at++)->i4;
    }
    return exec_new_bounded_array(thread, type, bounds);
}

/* RuntimeConstructorInfo.InternalInvoke: makes the object when none is given. */
void bcl_constructor_invoke(struct thread *thread, union slot *slots) {
    struct method *ctor = bcl_method_of(slots[0].o);
    struct type *type = ctor->owner;
    struct object *object = slots[1].o;
    bool create = !object && !method_is_static(ctor);
    il_error err;
    *(struct object **)slots[3].p = NULL;
    if (type_prepare(type, &err) != IL_OK || method_prepare_signature(ctor, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    if (create && type == thread->rt->core.string) {
        struct object *empty = (struct object *)exec_new_string(thread, 0);
        slots[0].o =
            empty ? bcl_invoke_boxed(thread, bcl_invoke, string_factory(ctor), empty, slots[2].p)
                  : NULL;
        return;
    }
    if (create && (type->kind == TYPE_ARRAY || type->kind == TYPE_SZARRAY)) {
        slots[0].p = new_array(thread, ctor, slots[2].p);
        return;
    }
    if (create && !(object = exec_new_object(thread, type)))
        return;
    if (!exec_init_type(thread, type))
        return;
    bcl_invoke_boxed(thread, bcl_invoke, ctor, object, slots[2].p);
    if (create && type->is_nullable && !thread->exception) /* boxed, it is its value */
        object = bcl_box(thread, type, (char *)object + OBJECT_HEADER);
    slots[0].o = create ? object : NULL;
}

/* ---- Fields ---- */

struct object *bcl_field_object(struct thread *thread, struct field *field,
                                struct type *reflected) {
    EXEC_LOCKED(thread->rt);
    struct object *object = bcl_get(thread->rt, field, (uintptr_t)reflected);
    if (object)
        return object;
    object = new_member(thread, "RuntimeFieldInfo", field, (uintptr_t)reflected);
    struct string *name = object ? bcl_string(thread, field->name) : NULL;
    if (!name)
        return NULL;
    set_handle(object, "klass", reflected);
    set_handle(object, "fhandle", field);
    bcl_set_field(object, "name", name);
    *(int32_t *)bcl_field(object, "attrs") = field->flags;
    return object;
}

static struct field *field_of(struct object *object) {
    return *(struct field **)bcl_field(object, "fhandle");
}

/* internal_from_handle_type(field, reflected type or 0). */
void bcl_field_from_handle(struct thread *thread, union slot *slots) {
    struct field *field = slots[0].p;
    slots[0].o = bcl_field_object(thread, field, slots[1].p ? slots[1].p : field->owner);
}

/* GetParentType(declaring). */
void bcl_field_parent(struct thread *thread, union slot *slots) {
    struct type *reflected = *(struct type **)bcl_field(slots[0].o, "klass");
    slots[0].o = bcl_type_object(thread, slots[1].i4 ? field_of(slots[0].o)->owner : reflected);
}

/* The type of a field, also of one whose class is open and so never laid out. */
static struct type *type_of_field(struct thread *thread, struct field *field) {
    struct type *type = field->is_missing ? NULL : field->type;
    bool is_value;
    il_error err;
    if (type || type_resolve_field(field, &type, &is_value, &err) == IL_OK)
        return type;
    exec_throw_error(thread, &err);
    return NULL;
}

void bcl_field_type(struct thread *thread, union slot *slots) {
    struct type *type = type_of_field(thread, field_of(slots[0].o));
    slots[0].o = type ? bcl_type_object(thread, type) : NULL;
}

/* GetFieldOffset(): from the first field on. */
void bcl_field_offset(struct thread *thread, union slot *slots) {
    const struct field *field = field_of(slots[0].o);
    struct type *owner = field->owner;
    il_error err;
    if (type_lay_out(owner, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else
        slots[0].i4 = (int32_t)(field->offset - (type_is_value(owner) ? 0 : OBJECT_HEADER));
}

void bcl_field_raw_constant(struct thread *thread, union slot *slots) {
    const struct field *field = field_of(slots[0].o);
    bool found;
    slots[0].o =
        bcl_constant(thread, field->owner->module, IL_TOKEN(IL_Field, field->row), NULL, &found);
    if (!found && !thread->exception)
        exec_throw(thread, "InvalidOperationException", NULL);
}

static void *static_place(struct thread *thread, struct field *field) {
    il_error err;
    exec_lock(thread->rt);
    il_status status = type_place_static(field, &err);
    exec_unlock(thread->rt);
    if (status != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    return field->place == FIELD_PER_THREAD ? exec_thread_static(thread, field) : field->address;
}

/* Where the field's value is; NULL with an exception pending. */
static void *field_place(struct thread *thread, struct field *field, struct object *object) {
    il_error err;
    if (field->owner->is_open || type_prepare(field->owner, &err) != IL_OK) {
        if (field->owner->is_open)
            exec_throw(thread, "InvalidOperationException", "the field's class is generic");
        else
            exec_throw_error(thread, &err);
        return NULL;
    }
    if (field->flags & FIELD_STATIC)
        return exec_init_type(thread, field->owner) ? static_place(thread, field) : NULL;
    if (!object)
        exec_throw(thread, "Reflection.TargetException", "Non-static field requires a target");
    else if (!type_is_assignable(object->type, field->owner))
        exec_throw(thread, "ArgumentException", "the field is not one of the object's class");
    else
        return (char *)object + field->offset + (type_is_value(field->owner) ? OBJECT_HEADER : 0);
    return NULL;
}

/* GetValueInternal(object). */
void bcl_field_get(struct thread *thread, union slot *slots) {
    struct field *field = field_of(slots[0].o);
    bool found;
    if (field->flags & FIELD_LITERAL) {
        struct type *type = type_of_field(thread, field);
        slots[0].o = type ? bcl_constant(thread, field->owner->module,
                                         IL_TOKEN(IL_Field, field->row), type, &found)
                          : NULL;
        return;
    }
    const void *place = field_place(thread, field, slots[1].o);
    if (place)
        slots[0].o = box_value(thread, field->type, place);
}

/* SetValueInternal(field, object, value). */
void bcl_field_set(struct thread *thread, union slot *slots) {
    struct field *field = field_of(slots[0].o);
    struct object *value = slots[2].o;
    if (field->flags & (FIELD_LITERAL | FIELD_HAS_RVA)) {
        exec_throw(thread, "FieldAccessException", "Cannot set a constant field");
        return;
    }
    void *place = field_place(thread, field, slots[1].o);
    if (place && !bcl_unbox(thread, field->type, place, value))
        bad_argument(thread, value, field->type);
}

/* ---- Properties and events ---- */

struct bcl_member *bcl_member_of_row(struct type *owner, il_table table, uint32_t row) {
    EXEC_LOCKED(owner->rt);
    uintptr_t key = IL_TOKEN(table, row);
    struct bcl_member *member = bcl_get(owner->rt, owner, key);
    if (member)
        return member;
    member = mem_pool_alloc(&owner->rt->pool, sizeof *member);
    if (!member || !bcl_put(owner->rt, owner, key, member))
        return NULL;
    *member = (struct bcl_member){owner, table, row};
    return member;
}

struct method *bcl_accessor(const struct bcl_member *member, uint32_t semantics) {
    const il_module *il = member->owner->module->il;
    il_error err;
    il_range rows =
        il_find_rows(il, IL_MethodSemantics_Association, IL_TOKEN(member->table, member->row));
    for (uint32_t row = rows.first; row < rows.end; row++) {
        if ((il_cell(il, IL_MethodSemantics_Semantics, row) & semantics) &&
            type_members(member->owner, &err) == IL_OK)
            return type_method_of_row(member->owner,
                                      IL_TOKEN_ROW(il_cell(il, IL_MethodSemantics_Method, row)));
    }
    return NULL;
}

struct object *bcl_member_object(struct thread *thread, struct bcl_member *member,
                                 struct type *reflected) {
    EXEC_LOCKED(thread->rt);
    bool property = member->table == IL_Property;
    struct object *object = bcl_get(thread->rt, member, (uintptr_t)reflected);
    if (object)
        return object;
    object = new_member(thread, property ? "RuntimePropertyInfo" : "RuntimeEventInfo", member,
                        (uintptr_t)reflected);
    if (object) {
        set_handle(object, "klass", reflected);
        set_handle(object, property ? "prop" : "handle", member);
    }
    return object;
}

/* internal_from_handle_type(property or event, reflected type). */
void bcl_member_from_handle(struct thread *thread, union slot *slots) {
    struct bcl_member *member = slots[0].p;
    slots[0].o = bcl_member_object(thread, member, slots[1].p ? slots[1].p : member->owner);
}

static struct object *accessor_object(struct thread *thread, const struct bcl_member *member,
                                      uint32_t semantics, struct type *reflected) {
    struct method *method = bcl_accessor(member, semantics);
    return method && !thread->exception ? bcl_method_object(thread, method, reflected) : NULL;
}

/* System.Reflection.MonoPropertyInfo. */
struct property_info {
    struct object *parent, *declaring_type;
    struct string *name;
    struct object *getter, *setter;
    int32_t attributes;
};

/* The accessor as reflected sees it: not the private ones of a base. */
static struct object *property_accessor(struct thread *thread, const struct bcl_member *property,
                                        uint32_t semantics, struct type *reflected) {
    enum { PRIVATE = 1 };
    const struct method *method = bcl_accessor(property, semantics);
    if (method && property->owner != reflected && (method->flags & METHOD_ACCESS_MASK) == PRIVATE)
        return NULL;
    return accessor_object(thread, property, semantics, reflected);
}

/* get_property_info(property, out MonoPropertyInfo, what is wanted): everything, always. */
void bcl_property_info(struct thread *thread, union slot *slots) {
    const struct bcl_member *property = *(struct bcl_member **)bcl_field(slots[0].o, "prop");
    struct type *reflected = *(struct type **)bcl_field(slots[0].o, "klass");
    const il_module *il = property->owner->module->il;
    struct property_info *info = slots[1].p;
    info->parent = bcl_type_object(thread, reflected);
    info->declaring_type = bcl_type_object(thread, property->owner);
    info->name = bcl_string(thread, il_name(il, IL_Property_Name, property->row));
    info->getter = property_accessor(thread, property, SEMANTICS_GETTER, reflected);
    info->setter = property_accessor(thread, property, SEMANTICS_SETTER, reflected);
    info->attributes = (int32_t)il_cell(il, IL_Property_Flags, property->row);
}

/* get_default_value(property). */
void bcl_property_default(struct thread *thread, union slot *slots) {
    const struct bcl_member *property = *(struct bcl_member **)bcl_field(slots[0].o, "prop");
    bool found = false;
    slots[0].o = bcl_constant(thread, property->owner->module, IL_TOKEN(IL_Property, property->row),
                              NULL, &found);
    if (!found && !thread->exception)
        exec_throw(thread, "InvalidOperationException", NULL);
}

/* System.Reflection.MonoEventInfo. */
struct event_info {
    struct object *declaring_type, *reflected_type;
    struct string *name;
    struct object *add, *remove, *raise;
    int32_t attributes;
    struct array *others;
};

/* get_event_info(event, out MonoEventInfo). */
void bcl_event_info(struct thread *thread, union slot *slots) {
    const struct bcl_member *event = *(struct bcl_member **)bcl_field(slots[0].o, "handle");
    struct type *reflected = *(struct type **)bcl_field(slots[0].o, "klass");
    const il_module *il = event->owner->module->il;
    struct event_info *info = slots[1].p;
    info->declaring_type = bcl_type_object(thread, event->owner);
    info->reflected_type = bcl_type_object(thread, reflected);
    info->name = bcl_string(thread, il_name(il, IL_Event_Name, event->row));
    info->add = accessor_object(thread, event, SEMANTICS_ADD_ON, reflected);
    info->remove = accessor_object(thread, event, SEMANTICS_REMOVE_ON, reflected);
    info->raise = accessor_object(thread, event, SEMANTICS_FIRE, reflected);
    info->attributes = (int32_t)il_cell(il, IL_Event_Flags, event->row);
    info->others = NULL;
}

/* ---- Constants (II.22.9) ---- */

struct type *bcl_primitive(const struct core_types *core, il_element element) {
    switch (element) {
    case IL_TYPE_BOOLEAN: return core->boolean;
    case IL_TYPE_CHAR: return core->character;
    case IL_TYPE_I1: return core->sbyte;
    case IL_TYPE_U1: return core->byte;
    case IL_TYPE_I2: return core->int16;
    case IL_TYPE_U2: return core->uint16;
    case IL_TYPE_I4: return core->int32;
    case IL_TYPE_U4: return core->uint32;
    case IL_TYPE_I8: return core->int64;
    case IL_TYPE_U8: return core->uint64;
    case IL_TYPE_R4: return core->single;
    case IL_TYPE_R8: return core->double_type;
    case IL_TYPE_STRING: return core->string;
    default: return NULL;
    }
}

struct object *bcl_constant(struct thread *thread, struct module *module, uint32_t parent,
                            struct type *type, bool *found) {
    uint64_t value = 0;
    il_error err;
    il_range rows = il_find_rows(module->il, IL_Constant_Parent, parent);
    *found = rows.first < rows.end;
    if (!*found)
        return NULL;
    uint32_t element = il_cell(module->il, IL_Constant_Type, rows.first);
    il_blob blob = il_blob_cell(module->il, IL_Constant_Value, rows.first);
    if (element == IL_TYPE_STRING) {
        struct string *string = exec_new_string(thread, (int32_t)(blob.size / 2));
        if (string)
            memcpy(string->chars, blob.data, blob.size / 2 * 2);
        return (struct object *)string;
    }
    struct type *raw = bcl_primitive(&thread->rt->core, (il_element)element);
    if (!raw)
        return NULL; /* null */
    if (type && type_is_value(type) && !type->is_open && type_lay_out(type, &err) == IL_OK &&
        type->is_enum)
        raw = type;
    memcpy(&value, blob.data, blob.size < sizeof value ? blob.size : sizeof value);
    return bcl_box(thread, raw, &value);
}
