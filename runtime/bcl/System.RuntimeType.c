/* System.RuntimeType and RuntimeTypeHandle: the managed face of struct type. There is one object
 * per type, so that types compare by reference. */
#include <string.h>

#include "il_attr.h"
#include "runtime/bcl/bcl_reflect.h"
#include "runtime/types/generic.h"
#include "runtime/types/members.h"

/* The place of Type._impl, a RuntimeTypeHandle with the struct type's address. */
static struct type **handle_of(struct object *object) {
    return (void *)((char *)object + object->type->rt->core_fields.type_handle);
}

struct object *bcl_type_object(struct thread *thread, struct type *type) {
    struct type *runtime_type;
    il_error err;
    struct object *known = __atomic_load_n(&type->object, __ATOMIC_ACQUIRE);
    if (known)
        return known;
    if (ldr_core_type(thread->rt, "System", "RuntimeType", &runtime_type, &err) != IL_OK ||
        type_prepare(runtime_type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    struct object *object = exec_new_object(thread, runtime_type);
    if (!object)
        return NULL;
    *handle_of(object) = type;
    EXEC_LOCKED(thread->rt);
    if (!type->object) {
        type_root(type);
        __atomic_store_n(&type->object, object, __ATOMIC_RELEASE);
    }
    return type->object;
}

struct type *bcl_type_of(struct object *object) {
    return *handle_of(object);
}

void bcl_type_from_handle(struct thread *thread, union slot *slots) {
    slots[0].o = slots[0].p ? bcl_type_object(thread, slots[0].p) : NULL;
}

#define TYPE_QUERY(name, expression)                                                               \
    void bcl_type_##name(struct thread *thread, union slot *slots) {                               \
        struct type *type = bcl_type_of(slots[0].o);                                               \
        (void)thread;                                                                              \
        slots[0].i4 = (expression);                                                                \
    }

/* Arrays, pointers and byrefs have no row. */
static uint32_t type_attributes(const struct type *type) {
    enum { PUBLIC = 1, SERIALIZABLE = 0x2000 }; /* II.23.1.15 */
    if (type->kind == TYPE_SZARRAY || type->kind == TYPE_ARRAY)
        return PUBLIC | CLASS_SEALED | SERIALIZABLE;
    if (type->kind == TYPE_BYREF)
        return type_attributes(type->element_type);
    return type->kind == TYPE_POINTER || type->kind == TYPE_VARIABLE ? PUBLIC : type->flags;
}

TYPE_QUERY(attributes, (int32_t)type_attributes(type))
TYPE_QUERY(element, type->element)
TYPE_QUERY(is_generic_definition, type->arg_count > 0 && type->definition == type)
TYPE_QUERY(is_generic_variable, type->kind == TYPE_VARIABLE)
TYPE_QUERY(has_instantiation, type->arg_count > 0)
TYPE_QUERY(is_array, type->kind == TYPE_SZARRAY || type->kind == TYPE_ARRAY)
TYPE_QUERY(is_byref, type->kind == TYPE_BYREF)
TYPE_QUERY(is_pointer, type->kind == TYPE_POINTER)
TYPE_QUERY(is_value, type_is_value(type) && type != type->rt->core.enumeration)
TYPE_QUERY(is_interface, type->kind == TYPE_INTERFACE)
TYPE_QUERY(rank, (int32_t)type->rank)
TYPE_QUERY(token,
           (int32_t)IL_TOKEN(type->kind == TYPE_VARIABLE ? IL_GenericParam : IL_TypeDef, type->row))
TYPE_QUERY(variable_number, (int32_t)type->rank)

/* System.TypeCode of a type: the primitives by element type, and a few classes by name. */
static int32_t type_code(const struct type *type) {
    static const uint8_t codes[] = {
        [IL_TYPE_BOOLEAN] = 3, [IL_TYPE_CHAR] = 4, [IL_TYPE_I1] = 5,  [IL_TYPE_U1] = 6,
        [IL_TYPE_I2] = 7,      [IL_TYPE_U2] = 8,   [IL_TYPE_I4] = 9,  [IL_TYPE_U4] = 10,
        [IL_TYPE_I8] = 11,     [IL_TYPE_U8] = 12,  [IL_TYPE_R4] = 13, [IL_TYPE_R8] = 14,
        [IL_TYPE_STRING] = 18};
    static const struct {
        const char *name;
        int32_t code;
    } named[] = {{"DBNull", 2}, {"Decimal", 15}, {"DateTime", 16}};
    enum { TYPE_CODE_OBJECT = 1 };
    if (type->element < sizeof codes && codes[type->element])
        return codes[type->element];
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (type->module == type->rt->corlib && strcmp(type->name_space, "System") == 0 &&
            strcmp(type->name, named[i].name) == 0)
            return named[i].code;
    }
    return TYPE_CODE_OBJECT;
}

/* GetTypeCodeImplInternal(type): an enum has its underlying type's. */
void bcl_type_code(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o);
    il_error err;
    if (type->is_enum && type_lay_out(type, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else
        slots[0].i4 = type_code(type->is_enum ? type->element_type : type);
}

/* IsInstanceOfType(type, object). */
void bcl_type_is_instance(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o);
    const struct object *object = slots[1].o;
    il_error err;
    slots[0].i4 = 0;
    if (!object || type->is_open)
        return;
    if (type->is_nullable)
        type = type->args[0];
    if (type_prepare(type, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else
        slots[0].i4 = type_is_assignable(object->type, type);
}

void bcl_type_base(struct thread *thread, union slot *slots) {
    struct type *parent = generic_base(bcl_type_of(slots[0].o));
    slots[0].o = parent ? bcl_type_object(thread, parent) : NULL;
}

void bcl_type_element_type(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o);
    bool has = type->element_type && !type->is_enum;
    slots[0].o = has ? bcl_type_object(thread, type->element_type) : NULL;
}

void bcl_type_declaring(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o)->enclosing;
    slots[0].o = type ? bcl_type_object(thread, type) : NULL;
}

void bcl_type_definition(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o);
    slots[0].o = type->arg_count ? bcl_type_object(thread, type->definition) : NULL;
}

/* What the rules for values of two types do not say of the types themselves: a Nullable takes its
 * value's type, and a byref what the elements of an array would. */
static bool is_assignable(struct type *from, struct type *to) {
    il_error err;
    if (to->is_nullable && from == to->args[0])
        return true;
    if (to->kind == TYPE_BYREF && from->kind == TYPE_BYREF)
        return type_lay_out(from->element_type, &err) == IL_OK &&
               type_lay_out(to->element_type, &err) == IL_OK &&
               array_elements_compatible(from->element_type, to->element_type);
    return type_is_assignable(from, to);
}

/* type_is_assignable_from(to, from). */
void bcl_type_is_assignable_from(struct thread *thread, union slot *slots) {
    struct type *to = bcl_type_of(slots[0].o), *from = bcl_type_of(slots[1].o);
    il_error err;
    bool open = to->is_open || from->is_open;
    if (!open && (type_prepare(to, &err) != IL_OK || type_prepare(from, &err) != IL_OK))
        exec_throw_error(thread, &err);
    else
        slots[0].i4 = open ? generic_is_assignable(from, to) : is_assignable(from, to);
}

/* is_subclass_of(child, base): handles of types. Interfaces and byrefs are subclasses of Object. */
void bcl_type_is_subclass(struct thread *thread, union slot *slots) {
    struct type *child = slots[0].p;
    const struct type *base = slots[1].p;
    bool found = base == thread->rt->core.object &&
                 (child->kind == TYPE_INTERFACE || child->kind == TYPE_BYREF);
    for (struct type *type = generic_base(child); type && !found; type = generic_base(type))
        found = type == base;
    slots[0].i4 = found;
}

static void has_references(struct thread *thread, struct type *type, union slot *slots) {
    il_error err;
    if (type_lay_out(type, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else
        slots[0].i4 = type_is_reference(type) || type->has_references;
}

/* RuntimeHelpers.IsReferenceOrContainsReferences<T>(), and HasReferences(type). */
void bcl_type_argument_has_references(struct thread *thread, union slot *slots) {
    has_references(thread, thread->native_method->args[0], slots);
}

void bcl_type_has_references(struct thread *thread, union slot *slots) {
    has_references(thread, bcl_type_of(slots[0].o), slots);
}

/* GetPacking(out packing, out size): of the ClassLayout row, 0 without one. */
void bcl_type_packing(struct thread *thread, union slot *slots) {
    const struct type *type = bcl_type_of(slots[0].o);
    int32_t *packing = slots[1].p, *size = slots[2].p;
    il_range rows = {0, 0};
    (void)thread;
    if (type->module)
        rows =
            il_find_rows(type->module->il, IL_ClassLayout_Parent, IL_TOKEN(IL_TypeDef, type->row));
    bool found = rows.first < rows.end;
    *packing =
        found ? (int32_t)il_cell(type->module->il, IL_ClassLayout_PackingSize, rows.first) : 0;
    *size = found ? (int32_t)il_cell(type->module->il, IL_ClassLayout_ClassSize, rows.first) : 0;
}

/* Name: without namespace and type arguments, but with the suffixes of arrays and pointers. */
void bcl_type_name(struct thread *thread, union slot *slots) {
    char name[512];
    const struct type *type = bcl_type_of(slots[0].o), *core = type;
    while (core->element_type && !core->is_enum)
        core = core->element_type;
    const char *start = core->name;
    if (core != type) { /* the suffixes are what type_name() puts behind the element's name */
        size_t inner = strlen(type_name(core, name, sizeof name));
        size_t own = strlen(core->name);
        type_name(type, name, sizeof name);
        size_t suffixes = inner < strlen(name) ? inner : strlen(name);
        if (own < suffixes)
            memmove(name + own, name + suffixes, strlen(name + suffixes) + 1);
        memcpy(name, core->name, own < sizeof name ? own : 0);
        start = name;
    }
    slots[0].p = bcl_string(thread, start);
}

void bcl_type_namespace(struct thread *thread, union slot *slots) {
    const struct type *type = bcl_type_of(slots[0].o);
    while (type->element_type && !type->is_enum)
        type = type->element_type;
    while (type->enclosing)
        type = type->enclosing;
    slots[0].p = *type->name_space ? bcl_string(thread, type->name_space) : NULL;
}

/* getFullName(full, with assembly); type parameters and open types that are no definitions have no
 * full name, nor has what is made of them. */
void bcl_type_full_name(struct thread *thread, union slot *slots) {
    const struct type *type = bcl_type_of(slots[0].o), *core = type;
    bool full = slots[1].i4 != 0;
    while (core->element_type && !core->is_enum)
        core = core->element_type;
    if (full && core->is_open && (core->definition != core || core->kind == TYPE_VARIABLE)) {
        slots[0].p = NULL;
        return;
    }
    char *name = bcl_full_name(type, full, slots[2].i4 != 0);
    if (name)
        slots[0].p = bcl_string(thread, name);
    else
        exec_throw_object(thread, thread->out_of_memory);
    mem_free(name);
}

struct module *bcl_home_of(const struct type *type) {
    while (!type->module && type->element_type)
        type = type->element_type;
    if (type->kind == TYPE_VARIABLE && type->enclosing)
        type = type->enclosing;
    return type->module ? type->module : type->rt->corlib;
}

void bcl_type_assembly(struct thread *thread, union slot *slots) {
    slots[0].o = bcl_assembly_object(thread, bcl_home_of(bcl_type_of(slots[0].o)));
}

void bcl_type_module(struct thread *thread, union slot *slots) {
    slots[0].o = bcl_module_object(thread, bcl_home_of(bcl_type_of(slots[0].o)));
}

static void return_type_object(struct thread *thread, union slot *slots, il_status status,
                               struct type *type, const il_error *err) {
    if (status == IL_OK)
        slots[0].o = bcl_type_object(thread, type);
    else
        exec_throw_error(thread, err);
}

/* RuntimeTypeHandle.IsByRefLike(type): values that live on the stack only. */
static bool is_byref_like(const struct type *type) {
    const struct core_types *core = &type->rt->core;
    if (type == core->typed_reference)
        return true;
    return type_is_value(type) && type->module &&
           il_find_attribute(type->module->il, IL_TOKEN(IL_TypeDef, type->row),
                             "System.Runtime.CompilerServices", "IsByRefLikeAttribute", 1) != 0;
}

void bcl_type_is_byref_like(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = is_byref_like(bcl_type_of(slots[0].o));
}

/* Whether there can be arrays of the type, or a TypeLoadException is pending. */
static bool check_element(struct thread *thread, const struct type *type, uint32_t rank) {
    char name[256];
    bool ok = rank <= EXEC_MAX_RANK && type->kind != TYPE_BYREF && !is_byref_like(type);
    if (!ok)
        exec_throw_format(thread, "TypeLoadException",
                          "Could not create array type of rank %u of type '%s'.", rank,
                          type_name(type, name, sizeof name));
    return ok;
}

/* make_array_type(rank): 0 is the vector. */
void bcl_type_make_array(struct thread *thread, union slot *slots) {
    struct type *element = bcl_type_of(slots[0].o), *type = NULL;
    uint32_t rank = slots[1].u4;
    il_error err;
    if (!check_element(thread, element, rank))
        return;
    il_status status = ldr_array_of(element, rank ? rank : 1, rank == 0, &type, &err);
    return_type_object(thread, slots, status, type, &err);
}

/* Whether the type can be pointed to, or a TypeLoadException is pending. */
static bool check_target(struct thread *thread, const struct type *type) {
    char name[256];
    bool ok = type->kind != TYPE_BYREF && type != thread->rt->core.typed_reference;
    if (!ok)
        exec_throw_format(thread, "TypeLoadException", "Could not create type from '%s'.",
                          type_name(type, name, sizeof name));
    return ok;
}

void bcl_type_make_byref(struct thread *thread, union slot *slots) {
    struct type *target = bcl_type_of(slots[0].o), *type = NULL;
    il_error err;
    if (!check_target(thread, target))
        return;
    il_status status = ldr_byref_to(target, &type, &err);
    return_type_object(thread, slots, status, type, &err);
}

void bcl_type_make_pointer(struct thread *thread, union slot *slots) {
    struct type *target = bcl_type_of(slots[0].o), *type = NULL;
    il_error err;
    if (!check_target(thread, target))
        return;
    il_status status = ldr_pointer_to(target, &type, &err);
    return_type_object(thread, slots, status, type, &err);
}

/* RuntimeHelpers.RunClassConstructor(type): open types have none to run. */
void bcl_type_run_initializer(struct thread *thread, union slot *slots) {
    struct type *type = slots[0].p;
    if (!type->is_open)
        exec_init_type(thread, type);
}

/* GetGenericArgumentsInternal(as RuntimeType[], not Type[]). */
void bcl_type_arguments(struct thread *thread, union slot *slots) {
    const struct type *type = bcl_type_of(slots[0].o);
    struct array *array =
        bcl_new_vector_of(thread, slots[1].i4 ? "RuntimeType" : "Type", type->arg_count);
    for (uint32_t i = 0; array && i < type->arg_count && !thread->exception; i++)
        ((struct object **)array->data)[i] = bcl_type_object(thread, type->args[i]);
    slots[0].p = array;
}

static struct type *instantiate(struct thread *thread, struct type *definition,
                                struct type *const *args, uint32_t count) {
    struct type *type;
    il_error err;
    if (ldr_instantiate(definition->definition, args, count, &type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    return type;
}

/* MakeGenericType(definition, arguments). */
void bcl_type_make_generic(struct thread *thread, union slot *slots) {
    const struct array *arguments = slots[1].p;
    struct type *args[MAX_TYPE_ARGUMENTS];
    if (arguments->length > MAX_TYPE_ARGUMENTS) {
        exec_throw(thread, "ArgumentException", NULL);
        return;
    }
    for (int32_t i = 0; i < arguments->length; i++)
        args[i] = bcl_type_of(((struct object *const *)arguments->data)[i]);
    struct type *definition = bcl_type_of(slots[0].o);
    struct type *type = instantiate(thread, definition, args, (uint32_t)arguments->length);
    struct generic_context context = {args, (uint32_t)arguments->length, NULL, 0};
    if (type && !bcl_check_arguments(thread, definition->args, type->arg_count, &context, args))
        return;
    slots[0].o = type ? bcl_type_object(thread, type) : NULL;
}

static struct object *create(struct thread *thread, struct type *type) {
    il_error err;
    union slot args[1];
    if (type->is_nullable)
        return NULL;
    if (type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    struct method *ctor = type_find_method(type, ".ctor", 0);
    if (!ctor && !type_is_value(type)) {
        exec_throw_format(thread, "MissingMethodException",
                          "No parameterless constructor defined for type '%s'.", type->name);
        return NULL;
    }
    if (type->is_open || (type->flags & CLASS_ABSTRACT)) {
        exec_throw_format(thread, "MissingMethodException", "Cannot create an abstract class '%s'.",
                          type->name);
        return NULL;
    }
    if (!exec_init_type(thread, type))
        return NULL;
    struct object *object = exec_new_object(thread, type);
    args[0].p = type_is_value(type) ? (char *)object + OBJECT_HEADER : (char *)object;
    if (object && ctor && !bcl_invoke(thread, ctor, args))
        return NULL;
    return object;
}

/* CreateInstanceInternal(type): by the parameterless constructor. A Nullable without a value is
 * null. */
void bcl_type_create(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o);
    slots[0].o = type->is_nullable ? NULL : create(thread, type);
}

/* CreateInstanceForAnotherGenericParameter(type, argument): type's definition over the argument. */
void bcl_type_create_for_argument(struct thread *thread, union slot *slots) {
    struct type *argument = bcl_type_of(slots[1].o);
    struct type *type = instantiate(thread, bcl_type_of(slots[0].o), &argument, 1);
    slots[0].o = type ? create(thread, type) : NULL;
}

/* What a constructor throws comes to Activator's callers inside a TargetInvocationException. */
static void wrap_exception(struct thread *thread) {
    struct object *inner = exec_take_exception(thread);
    struct type *type = bcl_class(thread, "System.Reflection", "TargetInvocationException");
    struct method *ctor = type ? type_find_method(type, ".ctor", 1) : NULL;
    struct object *outer = ctor ? exec_new_object(thread, type) : NULL;
    union slot args[2] = {{.o = outer}, {.o = inner}};
    if (outer && bcl_invoke(thread, ctor, args))
        exec_throw_object(thread, outer);
}

/* Activator.CreateInstance<T>(). */
void bcl_activator_create(struct thread *thread, union slot *slots) {
    struct type *type = thread->native_method->args[0];
    il_error err;
    if (type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    const struct method *ctor = type_find_method(type, ".ctor", 0);
    if (type_is_value(type) && !ctor) {
        memset(slots, 0, type_slots(type) * sizeof *slots);
        return;
    }
    bool callable = ctor && (ctor->flags & METHOD_ACCESS_MASK) == METHOD_PUBLIC &&
                    !(type->flags & CLASS_ABSTRACT);
    if (!callable) {
        exec_throw_format(thread, "MissingMethodException",
                          "No parameterless constructor defined for type '%s'.", type->name);
        return;
    }
    struct object *object = create(thread, type);
    if (object && type_is_value(type))
        exec_load(slots, (char *)object + OBJECT_HEADER, type);
    else
        slots[0].o = object;
    if (!object && !thread->fatal)
        wrap_exception(thread);
}

/* ActivationServices.AllocateUninitializedClassInstance(type): no constructor runs. */
void bcl_type_allocate(struct thread *thread, union slot *slots) {
    struct type *type = bcl_type_of(slots[0].o);
    il_error err;
    if (type == thread->rt->core.string) {
        slots[0].p = exec_new_string(thread, 0);
        return;
    }
    if (type->is_open || (type->flags & CLASS_ABSTRACT) || type->kind == TYPE_INTERFACE ||
        (type->element_type && !type->is_enum)) {
        exec_throw_format(thread, "MemberAccessException", "Cannot create an instance of '%s'.",
                          type->name);
        return;
    }
    if (type_prepare(type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return;
    }
    if (type->is_nullable)
        type = type->args[0];
    slots[0].o = exec_init_type(thread, type) ? exec_new_object(thread, type) : NULL;
}

/* ByReference<T> holds a managed pointer in its only field. */
void bcl_by_reference_init(struct thread *thread, union slot *slots) {
    (void)thread;
    *(void **)slots[0].p = slots[1].p;
}

void bcl_by_reference_value(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].p = *(void **)slots[0].p;
}
