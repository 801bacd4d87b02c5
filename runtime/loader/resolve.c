/* What tokens and signatures mean: rows become types, methods and fields, each made once.
 *
 * Types are created with their identity and parent only, so that a class may name itself in its own
 * base (class A : Base<A>); members and layout come with type_prepare. Signatures are compared in
 * open form: a NULL context turns variables into one shared type per number, so two signatures are
 * equal exactly when their types are the same pointers. */
#include <stdio.h>
#include <string.h>

#include "runtime/loader/dynamic.h"
#include "runtime/runtime.h"
#include "runtime/types/members.h"
#include "runtime/types/step.h"

static il_status out_of_memory(il_error *err) {
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
}

static il_status bad_token(struct module *module, uint32_t token, const char *expected,
                           il_error *err) {
    return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, token, "%s: token 0x%08X is not %s",
                   il_module_path(module->il), token, expected);
}

struct generic_context ldr_type_context(const struct type *type) {
    struct generic_context context = {type->args, type->arg_count, NULL, 0};
    return context;
}

struct generic_context ldr_method_context(const struct method *method) {
    struct generic_context context = {method->owner->args, method->owner->arg_count, method->args,
                                      method->args ? method->generic_count : 0};
    return context;
}

/* ---- Creating types ---- */

static const struct {
    const char *name;
    uint8_t element, storage, size;
} PRIMITIVES[] = {
    {"Void", IL_TYPE_VOID, STORE_VOID, 0}, {"Boolean", IL_TYPE_BOOLEAN, STORE_U1, 1},
    {"Char", IL_TYPE_CHAR, STORE_U2, 2},   {"SByte", IL_TYPE_I1, STORE_I1, 1},
    {"Byte", IL_TYPE_U1, STORE_U1, 1},     {"Int16", IL_TYPE_I2, STORE_I2, 2},
    {"UInt16", IL_TYPE_U2, STORE_U2, 2},   {"Int32", IL_TYPE_I4, STORE_I4, 4},
    {"UInt32", IL_TYPE_U4, STORE_U4, 4},   {"Int64", IL_TYPE_I8, STORE_I8, 8},
    {"UInt64", IL_TYPE_U8, STORE_I8, 8},   {"Single", IL_TYPE_R4, STORE_R4, 4},
    {"Double", IL_TYPE_R8, STORE_R8, 8},   {"IntPtr", IL_TYPE_I, STORE_I8, 8},
    {"UIntPtr", IL_TYPE_U, STORE_I8, 8},
};

static struct type *new_type(struct runtime *rt, struct module *module) {
    struct type *type = mem_pool_alloc(&rt->pool, sizeof *type);
    if (!type)
        return NULL;
    type->rt = rt;
    type->module = module;
    type->definition = type;
    type->alignment = 1;
    return type;
}

static void set_reference(struct type *type, type_kind kind) {
    type->kind = (uint8_t)kind;
    type->storage = STORE_REF;
    type->element = IL_TYPE_CLASS;
    type->value_size = type->alignment = 8;
}

/* Pointers, byrefs and function pointers: an address in 8 bytes. */
static void set_address(struct type *type, type_kind kind, il_element element) {
    type->kind = (uint8_t)kind;
    type->storage = STORE_I8;
    type->element = (uint8_t)element;
    type->value_size = type->alignment = 8;
    type->prepared = true;
}

static bool is_core(const struct type *type, const char *name) {
    return type && type->module == type->rt->corlib && strcmp(type->name_space, "System") == 0 &&
           strcmp(type->name, name) == 0;
}

/* Decides from the parent what kind of type this is, and the storage of primitives. */
static void classify(struct type *type) {
    if (type->flags & CLASS_INTERFACE) {
        set_reference(type, TYPE_INTERFACE);
        return;
    }
    bool value = (is_core(type->parent, "ValueType") && !is_core(type, "Enum")) ||
                 is_core(type->parent, "Enum");
    if (!value) {
        set_reference(type, TYPE_CLASS);
        type->is_delegate = is_core(type->parent, "MulticastDelegate");
        if (is_core(type, "Object"))
            type->element = IL_TYPE_OBJECT;
        else if (is_core(type, "String"))
            type->element = IL_TYPE_STRING;
        return;
    }
    type->kind = TYPE_VALUE;
    type->element = IL_TYPE_VALUETYPE;
    type->storage = STORE_STRUCT;
    type->is_enum = is_core(type->parent, "Enum");
    type->is_nullable = is_core(type->definition, "Nullable`1");
    if (type->module != type->rt->corlib || strcmp(type->name_space, "System") != 0)
        return;
    for (size_t i = 0; i < sizeof PRIMITIVES / sizeof *PRIMITIVES; i++) {
        if (strcmp(type->name, PRIMITIVES[i].name) == 0) {
            type->element = PRIMITIVES[i].element;
            type->storage = PRIMITIVES[i].storage;
            type->value_size = PRIMITIVES[i].size;
            type->alignment = PRIMITIVES[i].size ? PRIMITIVES[i].size : 1;
        }
    }
}

static il_status set_variables(struct type *type, il_error *err) {
    uint32_t owner = IL_TOKEN(IL_TypeDef, type->row);
    il_range params = il_find_rows(type->module->il, IL_GenericParam_Owner, owner);
    il_status status = ldr_variables_of(type, owner, &type->args, &type->arg_count, err);
    type->is_open = type->arg_count > 0;
    for (uint32_t i = 0; status == IL_OK && i < type->arg_count; i++) {
        uint32_t variance = il_cell(type->module->il, IL_GenericParam_Flags, params.first + i) & 3;
        if (status == IL_OK && variance != INVARIANT && !type->variance) {
            type->variance = mem_pool_array(&type->rt->pool, type->arg_count, 1);
            status = type->variance ? IL_OK : out_of_memory(err);
        }
        if (status == IL_OK && type->variance)
            type->variance[i] = (uint8_t)variance;
    }
    return status;
}

static struct type *new_variable(struct runtime *rt, bool of_method, uint32_t number) {
    struct type *type = new_type(rt, NULL);
    if (!type)
        return NULL;
    set_reference(type, TYPE_VARIABLE);
    type->element = of_method ? IL_TYPE_MVAR : IL_TYPE_VAR;
    type->rank = number;
    type->is_method_variable = of_method;
    type->is_open = true;
    type->name_space = "";
    return type;
}

/* One type for each GenericParam row, shared by the instantiations of the owner. */
static struct type *variable_of_row(struct type *owner, uint32_t row) {
    struct module *module = owner->module;
    const il_module *il = module->il;
    if (!ldr_reserve_rows(module, IL_GenericParam, il_rows(il, IL_GenericParam)))
        return NULL;
    if (module->variables[row])
        return module->variables[row];
    bool of_method = IL_TOKEN_TABLE(il_cell(il, IL_GenericParam_Owner, row)) == IL_MethodDef;
    struct type *type =
        new_variable(module->rt, of_method, il_cell(il, IL_GenericParam_Number, row));
    if (!type)
        return NULL;
    type->row = row;
    type->name = il_name(il, IL_GenericParam_Name, row);
    type->enclosing = owner->definition;
    return module->variables[row] = type;
}

il_status ldr_variables_of(struct type *owner, uint32_t token, struct type ***out, uint32_t *count,
                           il_error *err) {
    il_range rows = il_find_rows(owner->module->il, IL_GenericParam_Owner, token);
    *count = rows.end - rows.first;
    if (*count == 0)
        return IL_OK;
    if (*count > UINT16_MAX)
        return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, token,
                       "Could not load type '%s' from assembly '%s' because of more than %d type "
                       "parameters.",
                       owner->name, owner->module->name, UINT16_MAX);
    *out = mem_pool_array(&owner->rt->pool, *count, sizeof **out);
    for (uint32_t i = 0; *out && i < *count; i++) {
        (*out)[i] = variable_of_row(owner, rows.first + i);
        if (!(*out)[i])
            return out_of_memory(err);
    }
    return *out ? IL_OK : out_of_memory(err);
}

il_status ldr_variable(struct runtime *rt, bool of_method, uint32_t number, struct type **out,
                       il_error *err) {
    EXEC_LOCKED(rt);
    if (number >= sizeof rt->variables[0] / sizeof *rt->variables[0])
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, 0, "type variable %u: too many", number);
    struct type **place = &rt->variables[of_method][number];
    if (!*place) {
        struct type *type = new_variable(rt, of_method, number);
        if (!type)
            return out_of_memory(err);
        type->name = of_method ? "!!" : "!";
        *place = type;
    }
    *out = *place;
    return IL_OK;
}

static il_status set_parent(struct type *type, il_error *err) {
    uint32_t extends = il_cell(type->module->il, IL_TypeDef_Extends, type->row);
    if (IL_TOKEN_ROW(extends) == 0)
        return IL_OK;
    struct generic_context context = ldr_type_context(type);
    return ldr_type(type->module, extends, &context, &type->parent, err);
}

/* Takes its place in the module's table. */
static struct type *new_type_def(struct module *module, uint32_t row) {
    struct type *type = new_type(module->rt, module);
    if (!type)
        return NULL;
    type->row = row;
    type->name = il_name(module->il, IL_TypeDef_Name, row);
    type->name_space = il_name(module->il, IL_TypeDef_Namespace, row);
    return module->types[row] = type;
}

/* Variables and enclosing type. */
static il_status identify(struct type *type, il_error *err) {
    const struct module *module = type->module;
    il_status status = set_variables(type, err);
    il_range nested =
        il_find_rows(module->il, IL_NestedClass_NestedClass, IL_TOKEN(IL_TypeDef, type->row));
    if (status == IL_OK && nested.first < nested.end) {
        uint32_t token = il_cell(module->il, IL_NestedClass_EnclosingClass, nested.first);
        if (IL_TOKEN_ROW(token) != type->row)
            status = ldr_type_def(type->module, IL_TOKEN_ROW(token), &type->enclosing, err);
    }
    return status;
}

il_status ldr_set_base(struct type *type, il_error *err) {
    type->flags = il_cell(type->module->il, IL_TypeDef_Flags, type->row);
    type->before_field_init = (type->flags & CLASS_BEFORE_FIELD_INIT) != 0;
    il_status status = set_parent(type, err);
    if (status == IL_OK)
        classify(type);
    type->has_base = status == IL_OK;
    return status;
}

il_status ldr_type_def(struct module *module, uint32_t row, struct type **out, il_error *err) {
    EXEC_LOCKED(module->rt);
    if (row == 0 || row > il_rows(module->il, IL_TypeDef))
        return bad_token(module, IL_TOKEN(IL_TypeDef, row), "a row of TypeDef", err);
    while (module->types[row]) {
        *out = module->types[row];
        if (type_has_identity(*out))
            return IL_OK;
    }
    if (module->dynamic)
        return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, row),
                       "Could not load type 0x%08X from assembly '%s': it was never created.",
                       IL_TOKEN(IL_TypeDef, row), module->name);
    struct type *type = new_type_def(module, row);
    if (!type)
        return out_of_memory(err);
    type_begin_step(type);
    il_status status = identify(type, err);
    if (status == IL_OK)
        status = ldr_set_base(type, err);
    if (status != IL_OK)
        module->types[row] = NULL;
    type_end_step(type);
    *out = type;
    return status;
}

il_status ldr_uninitialised_globals(struct module *module, struct type **out, il_error *err) {
    EXEC_LOCKED(module->rt);
    *out = NULL;
    if (module->initialised || module->dynamic || module->hidden)
        return IL_OK;
    il_range methods = il_list(module->il, IL_TypeDef_MethodList, 1);
    if (methods.first < methods.end) {
        il_status status = ldr_type_def(module, 1, out, err);
        if (status == IL_OK)
            status = type_make_methods(*out, err);
        if (status != IL_OK)
            return status;
        if ((*out)->cctor && __atomic_load_n(&(*out)->init, __ATOMIC_ACQUIRE) != INIT_DONE)
            return IL_OK;
        *out = NULL;
    }
    __atomic_store_n(&module->initialised, true, __ATOMIC_RELEASE);
    return IL_OK;
}

il_status ldr_declare_type(struct module *module, uint32_t row, struct type **out, il_error *err) {
    EXEC_LOCKED(module->rt);
    *out = new_type_def(module, row);
    if (!*out)
        return out_of_memory(err);
    il_status status = identify(*out, err);
    if (status == IL_OK)
        (*out)->incomplete = true;
    else
        module->types[row] = NULL;
    return status;
}

/* ---- Constructed types ---- */

static uint32_t hash_constructed(const struct type *definition, struct type *const *args,
                                 uint32_t count) {
    uint64_t h = (uintptr_t)definition;
    for (uint32_t i = 0; i < count; i++)
        h = (h ^ (uintptr_t)args[i]) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(h >> 32 ^ h);
}

static bool grow_constructed(struct runtime *rt) {
    uint32_t capacity = rt->constructed_capacity ? 2 * rt->constructed_capacity : 64;
    struct type **table = mem_calloc(capacity, sizeof *table);
    if (!table)
        return false;
    for (uint32_t i = 0; i < rt->constructed_capacity; i++) {
        for (struct type *type = rt->constructed[i], *next; type; type = next) {
            next = type->next_constructed;
            uint32_t h = hash_constructed(type->definition, type->args, type->arg_count);
            type->next_constructed = table[h & (capacity - 1)];
            table[h & (capacity - 1)] = type;
        }
    }
    mem_free(rt->constructed);
    rt->constructed = table;
    rt->constructed_capacity = capacity;
    return true;
}

static struct type *find_constructed(struct runtime *rt, const struct type *definition,
                                     struct type *const *args, uint32_t count) {
    if (rt->constructed_capacity == 0)
        return NULL;
    uint32_t h = hash_constructed(definition, args, count) & (rt->constructed_capacity - 1);
    for (struct type *type = rt->constructed[h]; type; type = type->next_constructed) {
        if (type->definition == definition && type->arg_count == count &&
            memcmp(type->args, args, count * sizeof *args) == 0)
            return type;
    }
    return NULL;
}

static bool add_constructed(struct runtime *rt, struct type *type) {
    if (rt->constructed_count >= rt->constructed_capacity && !grow_constructed(rt))
        return false;
    uint32_t h = hash_constructed(type->definition, type->args, type->arg_count) &
                 (rt->constructed_capacity - 1);
    type->next_constructed = rt->constructed[h];
    rt->constructed[h] = type;
    rt->constructed_count++;
    return true;
}

static void remove_constructed(struct runtime *rt, const struct type *type) {
    uint32_t h = hash_constructed(type->definition, type->args, type->arg_count) &
                 (rt->constructed_capacity - 1);
    struct type **place = &rt->constructed[h];
    while (*place != type)
        place = &(*place)->next_constructed;
    *place = type->next_constructed;
    rt->constructed_count--;
}

static bool any_open(struct type *const *args, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (args[i]->is_open)
            return true;
    }
    return false;
}

/* Beyond it a type is taken to name ever larger ones (II.9.2). */
#define MAX_NESTING 256

static uint32_t deepest(struct type *const *args, uint32_t count) {
    uint32_t depth = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct type *arg = args[i];
        while (arg->element_type && !arg->arg_count)
            arg = arg->element_type;
        depth = arg->nesting > depth ? arg->nesting : depth;
    }
    return depth;
}

il_status ldr_instantiate(struct type *definition, struct type *const *args, uint32_t count,
                          struct type **out, il_error *err) {
    EXEC_LOCKED(definition->rt);
    struct runtime *rt = definition->rt;
    if (count != definition->arg_count)
        return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, 0, "%s.%s takes %u type arguments, not %u",
                       definition->name_space, definition->name, definition->arg_count, count);
    if (count == 0 || memcmp(args, definition->args, count * sizeof *args) == 0) {
        *out = definition;
        return IL_OK;
    }
    while ((*out = find_constructed(rt, definition, args, count))) {
        if (type_has_identity(*out))
            return IL_OK;
    }
    uint32_t nesting = deepest(args, count) + 1;
    if (nesting > MAX_NESTING)
        return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, IL_TOKEN(IL_TypeDef, definition->row),
                       "Could not load type '%s' from assembly '%s': its arguments nest too deep.",
                       definition->name, definition->module->name);
    struct type *type = new_type(rt, definition->module);
    if (!type)
        return out_of_memory(err);
    type->nesting = nesting;
    type->definition = definition;
    type->row = definition->row;
    type->flags = definition->flags;
    type->name = definition->name;
    type->name_space = definition->name_space;
    type->enclosing = definition->enclosing;
    type->before_field_init = definition->before_field_init;
    type->arg_count = count;
    type->args = mem_pool_array(&rt->pool, count, sizeof *args);
    if (!type->args)
        return out_of_memory(err);
    memcpy(type->args, args, count * sizeof *args);
    type->is_open = any_open(args, count);
    if (!add_constructed(rt, type))
        return out_of_memory(err);
    type_begin_step(type);
    il_status status = set_parent(type, err);
    if (status == IL_OK)
        classify(type);
    else
        remove_constructed(rt, type);
    type->has_base = status == IL_OK;
    type_end_step(type);
    *out = type;
    return status;
}

il_status ldr_array_of(struct type *element, uint32_t rank, bool vector, struct type **out,
                       il_error *err) {
    EXEC_LOCKED(element->rt);
    struct runtime *rt = element->rt;
    if (vector && element->szarray_of) {
        *out = element->szarray_of;
        return IL_OK;
    }
    for (struct type *t = element->arrays_of; !vector && t; t = t->next_constructed) {
        if (t->rank == rank) {
            *out = t;
            return IL_OK;
        }
    }
    struct type *type = new_type(rt, NULL);
    if (!type)
        return out_of_memory(err);
    set_reference(type, vector ? TYPE_SZARRAY : TYPE_ARRAY);
    type->element = vector ? IL_TYPE_SZARRAY : IL_TYPE_ARRAY;
    type->element_type = element;
    type->rank = rank;
    type->name = "[]";
    type->name_space = "";
    type->parent = rt->core.array;
    type->is_open = element->is_open;
    if (vector) {
        element->szarray_of = type;
    } else {
        type->next_constructed = element->arrays_of;
        element->arrays_of = type;
    }
    *out = type;
    return IL_OK;
}

static il_status address_of(struct type *element, struct type **place, type_kind kind,
                            il_element code, struct type **out, il_error *err) {
    if (!*place) {
        struct type *type = new_type(element->rt, NULL);
        if (!type)
            return out_of_memory(err);
        set_address(type, kind, code);
        type->element_type = element;
        type->name = kind == TYPE_POINTER ? "*" : "&";
        type->name_space = "";
        type->is_open = element->is_open;
        *place = type;
    }
    *out = *place;
    return IL_OK;
}

il_status ldr_pointer_to(struct type *element, struct type **out, il_error *err) {
    EXEC_LOCKED(element->rt);
    return address_of(element, &element->pointer_of, TYPE_POINTER, IL_TYPE_PTR, out, err);
}

il_status ldr_byref_to(struct type *element, struct type **out, il_error *err) {
    EXEC_LOCKED(element->rt);
    return address_of(element, &element->byref_of, TYPE_BYREF, IL_TYPE_BYREF, out, err);
}

static il_status substitute_arguments(struct type *type, const struct generic_context *context,
                                      struct type **out, il_error *err) {
    struct type *args[64];
    il_status status = IL_OK;
    if (type->arg_count > 64)
        return il_fail(err, IL_BAD_SIGNATURE, IL_NO_OFFSET, 0, "more than 64 type arguments");
    for (uint32_t i = 0; status == IL_OK && i < type->arg_count; i++)
        status = ldr_substitute(type->args[i], context, &args[i], err);
    return status == IL_OK ? ldr_instantiate(type->definition, args, type->arg_count, out, err)
                           : status;
}

il_status ldr_substitute(struct type *type, const struct generic_context *context,
                         struct type **out, il_error *err) {
    struct type *element;
    *out = type;
    if (!type->is_open || (type->kind == TYPE_VARIABLE && type->is_method_variable))
        return IL_OK;
    if (type->kind == TYPE_VARIABLE) {
        if (type->rank < context->type_arg_count)
            *out = context->type_args[type->rank];
        return IL_OK;
    }
    if (!type->element_type)
        return substitute_arguments(type, context, out, err);
    il_status status = ldr_substitute(type->element_type, context, &element, err);
    if (status != IL_OK)
        return status;
    switch ((type_kind)type->kind) {
    case TYPE_POINTER: return ldr_pointer_to(element, out, err);
    case TYPE_BYREF: return ldr_byref_to(element, out, err);
    default: return ldr_array_of(element, type->rank, type->kind == TYPE_SZARRAY, out, err);
    }
}

/* ---- Types by token and signature ---- */

il_status ldr_core_type(struct runtime *rt, const char *name_space, const char *name,
                        struct type **out, il_error *err) {
    EXEC_LOCKED(rt);
    uint32_t row = il_find_type(rt->corlib->il, name_space, name, 0);
    if (row == 0)
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, 0, "%s: no type %s.%s",
                       il_module_path(rt->corlib->il), name_space, name);
    return ldr_type_def(rt->corlib, row, out, err);
}

static il_status assembly_ref(struct module *module, uint32_t row, struct module **out,
                              il_error *err) {
    if (row == 0 || row > il_rows(module->il, IL_AssemblyRef))
        return bad_token(module, IL_TOKEN(IL_AssemblyRef, row), "a row of AssemblyRef", err);
    if (!module->assembly_refs[row]) {
        il_status status = ldr_load_reference(module, row, &module->assembly_refs[row], err);
        if (status != IL_OK)
            return status;
    }
    *out = module->assembly_refs[row];
    return IL_OK;
}

/* A type of another module by name, following type forwarders (II.22.14). */
static il_status find_exported(struct module *module, const char *name_space, const char *name,
                               int depth, struct type **out, il_error *err) {
    uint32_t row = il_find_type(module->il, name_space, name, 0);
    if (row)
        return ldr_type_def(module, row, out, err);
    uint32_t count = il_rows(module->il, IL_ExportedType);
    for (uint32_t i = 1; i <= count && depth < 16; i++) {
        if (strcmp(il_name(module->il, IL_ExportedType_Name, i), name) != 0 ||
            strcmp(il_name(module->il, IL_ExportedType_Namespace, i), name_space) != 0)
            continue;
        uint32_t token = il_cell(module->il, IL_ExportedType_Implementation, i);
        struct module *target;
        if (IL_TOKEN_TABLE(token) != IL_AssemblyRef)
            break;
        il_status status = assembly_ref(module, IL_TOKEN_ROW(token), &target, err);
        if (status != IL_OK)
            return status;
        return find_exported(target, name_space, name, depth + 1, out, err);
    }
    return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, 0,
                   "Could not load type '%s%s%s' from assembly '%s'.", name_space,
                   *name_space ? "." : "", name, module->name);
}

il_status ldr_exported_type(struct module *module, const char *name_space, const char *name,
                            struct type **out, il_error *err) {
    EXEC_LOCKED(module->rt);
    return find_exported(module, name_space, name, 0, out, err);
}

static il_status type_ref(struct module *module, uint32_t row, struct type **out, il_error *err) {
    if (row == 0 || row > il_rows(module->il, IL_TypeRef))
        return bad_token(module, IL_TOKEN(IL_TypeRef, row), "a row of TypeRef", err);
    if (module->type_refs[row]) {
        *out = module->type_refs[row];
        return IL_OK;
    }
    const char *name = il_name(module->il, IL_TypeRef_Name, row);
    const char *name_space = il_name(module->il, IL_TypeRef_Namespace, row);
    uint32_t scope = il_cell(module->il, IL_TypeRef_ResolutionScope, row);
    struct module *target = module;
    struct type *enclosing = NULL;
    il_status status = IL_OK;
    if (IL_TOKEN_TABLE(scope) == IL_AssemblyRef)
        status = assembly_ref(module, IL_TOKEN_ROW(scope), &target, err);
    else if (IL_TOKEN_TABLE(scope) == IL_TypeRef && IL_TOKEN_ROW(scope) < row)
        status = type_ref(module, IL_TOKEN_ROW(scope), &enclosing, err);
    else if (IL_TOKEN_TABLE(scope) != IL_Module)
        status = bad_token(module, scope, "a resolution scope this runtime knows", err);
    if (status != IL_OK)
        return status;
    if (enclosing) {
        uint32_t found = il_find_type(enclosing->module->il, name_space, name, enclosing->row);
        if (!found)
            return il_fail(err, IL_NO_TYPE, IL_NO_OFFSET, 0,
                           "Could not load type '%s+%s' from assembly '%s'.", enclosing->name, name,
                           enclosing->module->name);
        status = ldr_type_def(enclosing->module, found, out, err);
    } else {
        status = find_exported(target, name_space, name, 0, out, err);
    }
    if (status == IL_OK)
        module->type_refs[row] = *out;
    return status;
}

static il_status type_spec(struct module *module, uint32_t row,
                           const struct generic_context *context, struct type **out,
                           il_error *err) {
    if (row == 0 || row > il_rows(module->il, IL_TypeSpec))
        return bad_token(module, IL_TOKEN(IL_TypeSpec, row), "a row of TypeSpec", err);
    MEM_POOL_LOCAL(pool);
    const il_type *sig;
    il_status status =
        il_parse_type_spec(il_blob_cell(module->il, IL_TypeSpec_Signature, row), &pool, &sig, err);
    if (status == IL_OK)
        status = ldr_sig_type(module, sig, context, out, err);
    mem_pool_fini(&pool);
    return status;
}

il_status ldr_type(struct module *module, uint32_t token, const struct generic_context *context,
                   struct type **out, il_error *err) {
    EXEC_LOCKED(module->rt);
    switch (IL_TOKEN_TABLE(token)) {
    case IL_TypeDef: return ldr_type_def(module, IL_TOKEN_ROW(token), out, err);
    case IL_TypeRef: return type_ref(module, IL_TOKEN_ROW(token), out, err);
    case IL_TypeSpec: return type_spec(module, IL_TOKEN_ROW(token), context, out, err);
    default: return bad_token(module, token, "a type", err);
    }
}

static il_status variable(struct module *module, const il_type *sig,
                          const struct generic_context *context, struct type **out, il_error *err) {
    bool of_method = sig->kind == IL_TYPE_MVAR;
    if (context) {
        uint32_t count = of_method ? context->method_arg_count : context->type_arg_count;
        struct type *const *args = of_method ? context->method_args : context->type_args;
        if (sig->index >= count)
            return il_fail(err, IL_BAD_SIGNATURE, IL_NO_OFFSET, 0,
                           "%s: type variable %s%u, but there are %u arguments",
                           il_module_path(module->il), of_method ? "!!" : "!", sig->index, count);
        *out = args[sig->index];
        return IL_OK;
    }
    return ldr_variable(module->rt, of_method, sig->index, out, err);
}

static il_status generic_instance(struct module *module, const il_type *sig,
                                  const struct generic_context *context, struct type **out,
                                  il_error *err) {
    struct type *definition, *args[MAX_TYPE_ARGUMENTS];
    il_status status = ldr_sig_type(module, sig->element, context, &definition, err);
    if (status == IL_OK && sig->arg_count > MAX_TYPE_ARGUMENTS)
        status = il_fail(err, IL_BAD_SIGNATURE, IL_NO_OFFSET, 0, "more than %d type arguments",
                         MAX_TYPE_ARGUMENTS);
    for (uint32_t i = 0; status == IL_OK && i < sig->arg_count; i++)
        status = ldr_sig_type(module, sig->args[i], context, &args[i], err);
    return status == IL_OK ? ldr_instantiate(definition, args, sig->arg_count, out, err) : status;
}

il_status ldr_sig_type(struct module *module, const il_type *sig,
                       const struct generic_context *context, struct type **out, il_error *err) {
    EXEC_LOCKED(module->rt);
    const struct core_types *core = &module->rt->core;
    struct type *element = NULL;
    il_status status;
    switch (sig->kind) {
    case IL_TYPE_VOID: *out = core->void_type; return IL_OK;
    case IL_TYPE_BOOLEAN: *out = core->boolean; return IL_OK;
    case IL_TYPE_CHAR: *out = core->character; return IL_OK;
    case IL_TYPE_I1: *out = core->sbyte; return IL_OK;
    case IL_TYPE_U1: *out = core->byte; return IL_OK;
    case IL_TYPE_I2: *out = core->int16; return IL_OK;
    case IL_TYPE_U2: *out = core->uint16; return IL_OK;
    case IL_TYPE_I4: *out = core->int32; return IL_OK;
    case IL_TYPE_U4: *out = core->uint32; return IL_OK;
    case IL_TYPE_I8: *out = core->int64; return IL_OK;
    case IL_TYPE_U8: *out = core->uint64; return IL_OK;
    case IL_TYPE_R4: *out = core->single; return IL_OK;
    case IL_TYPE_R8: *out = core->double_type; return IL_OK;
    case IL_TYPE_I: *out = core->intptr; return IL_OK;
    case IL_TYPE_U: *out = core->uintptr; return IL_OK;
    case IL_TYPE_STRING: *out = core->string; return IL_OK;
    case IL_TYPE_OBJECT: *out = core->object; return IL_OK;
    case IL_TYPE_TYPEDBYREF: *out = core->typed_reference; return IL_OK;
    case IL_TYPE_FNPTR: *out = core->intptr; return IL_OK;
    case IL_TYPE_CLASS:
    case IL_TYPE_VALUETYPE: return ldr_type(module, sig->token, context, out, err);
    case IL_TYPE_VAR:
    case IL_TYPE_MVAR: return variable(module, sig, context, out, err);
    case IL_TYPE_GENERICINST: return generic_instance(module, sig, context, out, err);
    case IL_TYPE_SZARRAY:
    case IL_TYPE_ARRAY:
    case IL_TYPE_PTR:
    case IL_TYPE_BYREF:
        status = ldr_sig_type(module, sig->element, context, &element, err);
        if (status != IL_OK)
            return status;
        if (sig->kind == IL_TYPE_PTR)
            return ldr_pointer_to(element, out, err);
        if (sig->kind == IL_TYPE_BYREF)
            return ldr_byref_to(element, out, err);
        return ldr_array_of(element, sig->kind == IL_TYPE_SZARRAY ? 1 : sig->rank,
                            sig->kind == IL_TYPE_SZARRAY, out, err);
    default:
        return il_fail(err, IL_BAD_SIGNATURE, IL_NO_OFFSET, 0,
                       "%s: element type 0x%02X in a signature", il_module_path(module->il),
                       (unsigned)sig->kind);
    }
}

il_status ldr_locals(struct module *module, uint32_t token, const struct generic_context *context,
                     struct type ***out, uint32_t *count, il_error *err) {
    EXEC_LOCKED(module->rt);
    *out = NULL;
    *count = 0;
    if (token == 0)
        return IL_OK;
    if (IL_TOKEN_TABLE(token) != IL_StandAloneSig || IL_TOKEN_ROW(token) == 0 ||
        IL_TOKEN_ROW(token) > il_rows(module->il, IL_StandAloneSig))
        return bad_token(module, token, "a row of StandAloneSig", err);
    MEM_POOL_LOCAL(pool);
    const il_method_sig *sig;
    il_blob blob = il_blob_cell(module->il, IL_StandAloneSig_Signature, IL_TOKEN_ROW(token));
    il_status status = il_parse_locals_sig(blob, &pool, &sig, err);
    if (status == IL_OK) {
        *out = mem_pool_array(&module->rt->pool, sig->param_count + 1, sizeof **out);
        if (!*out)
            status = out_of_memory(err);
    }
    for (uint32_t i = 0; status == IL_OK && i < sig->param_count; i++)
        status = ldr_sig_type(module, sig->params[i], context, &(*out)[i], err);
    if (status == IL_OK)
        *count = sig->param_count;
    mem_pool_fini(&pool);
    return status;
}

il_status ldr_call_signature(struct module *module, uint32_t token,
                             const struct generic_context *context, struct call_signature *out,
                             il_error *err) {
    il_table table = IL_TOKEN_TABLE(token);
    uint32_t row = IL_TOKEN_ROW(token);
    if ((table != IL_StandAloneSig && table != IL_MemberRef) || row == 0 ||
        row > il_rows(module->il, table))
        return bad_token(module, token, "a signature", err);
    MEM_POOL_LOCAL(pool);
    const il_method_sig *sig;
    il_column column = table == IL_MemberRef ? IL_MemberRef_Signature : IL_StandAloneSig_Signature;
    il_status status = il_parse_method_sig(il_blob_cell(module->il, column, row), &pool, &sig, err);
    if (status == IL_OK) {
        *out = (struct call_signature){.convention = sig->convention,
                                       .param_count = sig->param_count,
                                       .sentinel = sig->sentinel};
        out->params = mem_pool_array(&module->rt->pool, sig->param_count + 1, sizeof *out->params);
        if (!out->params)
            status = out_of_memory(err);
    }
    if (status == IL_OK)
        status = ldr_sig_type(module, sig->ret, context, &out->return_type, err);
    for (uint32_t i = 0; status == IL_OK && i < sig->param_count; i++)
        status = ldr_sig_type(module, sig->params[i], context, &out->params[i], err);
    mem_pool_fini(&pool);
    return status;
}

/* ---- Members ---- */

static il_status method_def(struct module *module, uint32_t row, struct method **out,
                            il_error *err) {
    struct type *owner;
    uint32_t type_row = il_method_owner(module->il, row);
    if (type_row == 0)
        return bad_token(module, IL_TOKEN(IL_MethodDef, row), "a row of MethodDef", err);
    il_status status = ldr_type_def(module, type_row, &owner, err);
    if (status == IL_OK)
        status = type_make_methods(owner, err);
    if (status != IL_OK)
        return status;
    if (row < owner->first_method || row - owner->first_method >= owner->method_count)
        return bad_token(module, IL_TOKEN(IL_MethodDef, row), "a row of MethodDef", err);
    *out = type_method_of_row(owner, row);
    return *out ? IL_OK : out_of_memory(err);
}

/* The type that a MemberRef's parent names. */
static il_status member_parent(struct module *module, uint32_t token,
                               const struct generic_context *context, struct type **out,
                               il_error *err) {
    if (IL_TOKEN_TABLE(token) == IL_MethodDef) { /* a vararg call site */
        struct method *method;
        il_status status = method_def(module, IL_TOKEN_ROW(token), &method, err);
        if (status == IL_OK)
            *out = method->owner;
        return status;
    }
    return ldr_type(module, token, context, out, err);
}

/* Whether a look-up failed because a type or an assembly is missing. */
static bool is_lacking(il_status status) {
    return status == IL_NO_TYPE || status == IL_FILE_ERROR;
}

/* Whether two types of signatures have the same custom modifiers (II.7.1.1). */
static bool same_modifiers(struct module *a_module, const il_type *a, struct module *b_module,
                           const il_type *b) {
    if (a->modifier_count != b->modifier_count)
        return false;
    for (uint32_t i = 0; i < a->modifier_count; i++) {
        struct type *x, *y;
        il_error err;
        if (a->modifiers[i].required != b->modifiers[i].required ||
            ldr_type(a_module, a->modifiers[i].token, NULL, &x, &err) != IL_OK ||
            ldr_type(b_module, b->modifiers[i].token, NULL, &y, &err) != IL_OK || x != y)
            return false;
    }
    return true;
}

/* Whether the candidate's signature, in open form, is the one asked for. */
static il_status signature_matches(struct method *candidate, const struct generic_context *context,
                                   struct module *module, const il_method_sig *wanted,
                                   bool *matches, il_error *err) {
    MEM_POOL_LOCAL(pool);
    struct module *home = candidate->owner->module;
    const il_method_sig *sig;
    *matches = false;
    il_status status = il_parse_method_sig(
        il_blob_cell(home->il, IL_MethodDef_Signature, candidate->row), &pool, &sig, err);
    if (status == IL_OK && sig->param_count == wanted->sentinel &&
        sig->generic_count == wanted->generic_count &&
        (sig->convention & 0x20) == (wanted->convention & 0x20)) {
        struct type *a, *b;
        *matches = true;
        for (uint32_t i = 0; *matches && i <= sig->param_count && status == IL_OK; i++) {
            const il_type *mine = i < sig->param_count ? sig->params[i] : sig->ret;
            const il_type *other = i < sig->param_count ? wanted->params[i] : wanted->ret;
            status = ldr_sig_type(module, other, NULL, &b, err);
            if (status == IL_OK &&
                is_lacking(status = ldr_sig_type(home, mine, context, &a, err))) {
                *matches = false; /* another overload's trouble */
                status = IL_OK;
                break;
            }
            *matches = status == IL_OK && a == b && same_modifiers(home, mine, module, other);
        }
    }
    mem_pool_fini(&pool);
    return status;
}

static il_status no_member(const struct type *type, const char *kind, il_status status,
                           const char *name, il_error *err) {
    char text[256];
    return il_fail(err, status, IL_NO_OFFSET, 0, "%s not found: '%s.%s'.", kind,
                   type_name(type, text, sizeof text), name);
}

/* How a class sees its base: the arguments of the base with the class's own variables in them. */
struct base_view {
    struct generic_context context; /* of the base's members */
    bool is_base;                   /* else the class itself, whose variables stay open */
    struct type *method_variables[MAX_TYPE_ARGUMENTS];
};

/* From the view of a class to that of its base. */
static il_status view_base(struct base_view *view, const struct type *type, uint32_t generic_count,
                           il_error *err) {
    struct type *base;
    const struct type *definition = type->definition;
    uint32_t extends = definition->module
                           ? il_cell(definition->module->il, IL_TypeDef_Extends, definition->row)
                           : 0;
    il_status status = IL_OK;
    if (IL_TOKEN_ROW(extends) == 0 || generic_count > MAX_TYPE_ARGUMENTS)
        return IL_OK; /* what follows has no variables */
    status =
        ldr_type(definition->module, extends, view->is_base ? &view->context : NULL, &base, err);
    for (uint32_t i = 0; status == IL_OK && i < generic_count; i++)
        status = ldr_variable(type->rt, true, i, &view->method_variables[i], err);
    if (status == IL_OK) {
        view->context = ldr_type_context(base);
        view->context.method_args = view->method_variables;
        view->context.method_arg_count = generic_count;
        view->is_base = true;
    }
    return status;
}

static il_status find_method(struct module *module, struct type *type, const char *name,
                             const il_method_sig *sig, struct method **out, il_error *err) {
    struct base_view view = {.is_base = false};
    for (struct type *t = type; t; t = t->parent) {
        const struct generic_context *context = view.is_base ? &view.context : NULL;
        il_status status = type_make_methods(t, err);
        for (uint32_t i = 0; status == IL_OK && i < t->method_count; i++) {
            bool matches = false;
            if (strcmp(type_method_name(t, i), name) != 0)
                continue;
            struct method *method = type_method(t, i);
            if (!method)
                return out_of_memory(err);
            if (method->row == 0)
                matches = method->param_count == sig->param_count; /* of an array */
            else
                status = signature_matches(method, context, module, sig, &matches, err);
            if (status == IL_OK && matches) {
                *out = method;
                return IL_OK;
            }
        }
        if (status == IL_OK)
            status = view_base(&view, t, sig->generic_count, err);
        if (status != IL_OK)
            return status;
    }
    return no_member(type, "Method", IL_NO_METHOD, name, err);
}

static il_status member_ref_method(struct module *module, uint32_t row,
                                   const struct generic_context *context, struct method **out,
                                   il_error *err) {
    struct type *type;
    MEM_POOL_LOCAL(pool);
    const il_method_sig *sig;
    uint32_t parent = il_cell(module->il, IL_MemberRef_Class, row);
    il_status status = member_parent(module, parent, context, &type, err);
    if (status == IL_OK)
        status = il_parse_method_sig(il_blob_cell(module->il, IL_MemberRef_Signature, row), &pool,
                                     &sig, err);
    if (status == IL_OK)
        status =
            find_method(module, type, il_name(module->il, IL_MemberRef_Name, row), sig, out, err);
    mem_pool_fini(&pool);
    return status;
}

static il_status method_spec(struct module *module, uint32_t row,
                             const struct generic_context *context, struct method **out,
                             il_error *err) {
    struct method *definition;
    struct type *args[MAX_TYPE_ARGUMENTS];
    MEM_POOL_LOCAL(pool);
    const il_method_sig *sig;
    uint32_t token = il_cell(module->il, IL_MethodSpec_Method, row);
    if (IL_TOKEN_TABLE(token) != IL_MethodDef && IL_TOKEN_TABLE(token) != IL_MemberRef)
        return bad_token(module, token, "a generic method", err);
    il_status status = ldr_method(module, token, context, &definition, err);
    if (status == IL_OK)
        status = il_parse_method_spec(il_blob_cell(module->il, IL_MethodSpec_Instantiation, row),
                                      &pool, &sig, err);
    if (status == IL_OK && sig->param_count > MAX_TYPE_ARGUMENTS)
        status = il_fail(err, IL_BAD_SIGNATURE, IL_NO_OFFSET, 0, "more than %d type arguments",
                         MAX_TYPE_ARGUMENTS);
    for (uint32_t i = 0; status == IL_OK && i < sig->param_count; i++)
        status = ldr_sig_type(module, sig->params[i], context, &args[i], err);
    if (status == IL_OK)
        status = ldr_instantiate_method(definition, args, sig->param_count, out, err);
    mem_pool_fini(&pool);
    return status;
}

il_status ldr_method(struct module *module, uint32_t token, const struct generic_context *context,
                     struct method **out, il_error *err) {
    EXEC_LOCKED(module->rt);
    uint32_t row = IL_TOKEN_ROW(token);
    il_table table = IL_TOKEN_TABLE(token);
    if (row != 0 && row <= il_rows(module->il, table)) {
        if (table == IL_MethodDef)
            return method_def(module, row, out, err);
        if (table == IL_MemberRef)
            return member_ref_method(module, row, context, out, err);
        if (table == IL_MethodSpec)
            return method_spec(module, row, context, out, err);
    }
    return bad_token(module, token, "a method", err);
}

il_status ldr_instantiate_method(struct method *definition, struct type *const *args,
                                 uint32_t count, struct method **out, il_error *err) {
    EXEC_LOCKED(definition->owner->rt);
    definition = definition->definition;
    struct runtime *rt = definition->owner->rt;
    if (count != definition->generic_count)
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, 0,
                       "method %s takes %u type arguments, not %u", definition->name,
                       definition->generic_count, count);
    for (struct method *m = definition->instance; m; m = m->instance) {
        if (memcmp(m->args, args, count * sizeof *args) == 0) {
            *out = m;
            return IL_OK;
        }
    }
    struct method *method = mem_pool_alloc(&rt->pool, sizeof *method);
    if (!method)
        return out_of_memory(err);
    method->owner = definition->owner;
    method->name = definition->name;
    method->row = definition->row;
    method->flags = definition->flags;
    method->impl_flags = definition->impl_flags;
    method->slot = definition->slot;
    method->unbox_this = definition->unbox_this;
    method->entry = rt->uncompiled_entry;
    method->generic_count = (uint16_t)count;
    method->definition = definition;
    method->args = mem_pool_array(&rt->pool, count, sizeof *args);
    if (!method->args)
        return out_of_memory(err);
    memcpy(method->args, args, count * sizeof *args);
    method->instance = definition->instance;
    definition->instance = method;
    *out = method;
    return IL_OK;
}

/* Whether the field is of the type that a MemberRef says, as far as types can be found. */
static il_status field_matches(const struct field *field, struct module *module, il_blob wanted,
                               bool *matches, il_error *err) {
    MEM_POOL_LOCAL(pool);
    struct module *home = field->owner->module;
    const il_type *mine, *other;
    struct type *a, *b;
    il_blob blob = il_blob_cell(home->il, IL_Field_Signature, field->row);
    il_status status = il_parse_field_sig(blob, &pool, &mine, err);
    if (status == IL_OK)
        status = il_parse_field_sig(wanted, &pool, &other, err);
    *matches = status == IL_OK;
    if (status == IL_OK)
        status = ldr_sig_type(home, mine, NULL, &a, err);
    if (status == IL_OK)
        status = ldr_sig_type(module, other, NULL, &b, err);
    if (status == IL_OK)
        *matches = a == b && same_modifiers(home, mine, module, other);
    mem_pool_fini(&pool);
    return is_lacking(status) ? IL_OK : status;
}

static il_status member_ref_field(struct module *module, uint32_t row,
                                  const struct generic_context *context, struct field **out,
                                  il_error *err) {
    struct type *type;
    uint32_t parent = il_cell(module->il, IL_MemberRef_Class, row);
    const char *name = il_name(module->il, IL_MemberRef_Name, row);
    il_blob signature = il_blob_cell(module->il, IL_MemberRef_Signature, row);
    il_status status = member_parent(module, parent, context, &type, err);
    for (struct type *t = type; status == IL_OK && t; t = t->parent) {
        status = type_make_fields(t, err);
        for (uint32_t i = 0; status == IL_OK && i < t->field_count; i++) {
            bool matches = false;
            if (strcmp(t->fields[i].name, name) != 0)
                continue;
            status = field_matches(&t->fields[i], module, signature, &matches, err);
            if (matches) {
                *out = &t->fields[i];
                return status;
            }
        }
    }
    return status == IL_OK ? no_member(type, "Field", IL_NO_FIELD, name, err) : status;
}

il_status ldr_field(struct module *module, uint32_t token, const struct generic_context *context,
                    struct field **out, il_error *err) {
    EXEC_LOCKED(module->rt);
    uint32_t row = IL_TOKEN_ROW(token);
    il_status status;
    if (row == 0 || row > il_rows(module->il, IL_TOKEN_TABLE(token)))
        return bad_token(module, token, "a field", err);
    if (IL_TOKEN_TABLE(token) == IL_MemberRef) {
        status = member_ref_field(module, row, context, out, err);
    } else if (IL_TOKEN_TABLE(token) == IL_Field) {
        struct type *owner;
        status = ldr_type_def(module, il_field_owner(module->il, row), &owner, err);
        if (status == IL_OK)
            status = type_make_fields(owner, err);
        if (status == IL_OK) {
            *out = type_field_of_row(owner, row);
            if (!*out)
                return bad_token(module, token, "a field", err);
        }
    } else {
        return bad_token(module, token, "a field", err);
    }
    if (status != IL_OK)
        return status;
    return (*out)->flags & FIELD_STATIC ? type_prepare((*out)->owner, err)
                                        : type_lay_out((*out)->owner, err);
}
