/* Lowering: calls, constructors, function pointers and returns (III.3.19, III.3.20, III.3.37,
 * III.4.2, III.4.21).
 *
 * A method with variable arguments takes two more slots behind the declared arguments: the types of
 * the others (struct code_varargs), and the address of their values, which stay in the caller's
 * registers. So at such a call the declared arguments are copied to behind the variable ones.
 *
 * A tail call (the prefix, or jmp) has its target in a register: tail_calli replaces the frame when
 * the target is interpreted too; otherwise it is a call, and the return that follows is executed.
 */
#include <string.h>

#include "runtime/exec/lower.h"
#include "runtime/interop/pinvoke.h"
#include "runtime/types/generic.h"
#include "runtime/types/members.h"

/* What a call instruction names. */
struct callee {
    struct method *method; /* of calli: a signature only */
    struct type **extra;   /* the types of the variable arguments */
    uint32_t extra_count;
    uint32_t this_count; /* 1: an object or address comes before the declared arguments */
};

static uint32_t argument_count(const struct callee *callee) {
    return callee->this_count + callee->method->param_count + callee->extra_count;
}

/* ---- Operands ---- */

/* Whether the arguments of a generic method are what it wants. */
static bool check_arguments(struct lowering *L, const struct method *method) {
    struct generic_context context = ldr_method_context(method);
    char name[300], argument[256];
    uint32_t i;
    il_error err;
    if (generic_check(method->definition->args, method->generic_count, method->args, &context, &i,
                      &err) != IL_OK)
        lower_throw_error(L, &err);
    else if (i == GENERIC_NO_CULPRIT)
        return true;
    else
        lower_throw(L, "Security.VerificationException",
                    "Method %s.%s: type argument '%s' violates the constraint of type parameter "
                    "'%s'.",
                    type_name(method->owner, name, sizeof name), method->name,
                    type_name(method->args[i], argument, sizeof argument),
                    method->definition->args[i]->name);
    return false;
}

static struct method *method_operand(struct lowering *L, uint32_t token) {
    struct method *method = NULL;
    il_error err;
    il_status status = ldr_method(L->module, token, &L->context, &method, &err);
    if (status == IL_OK)
        status = method->owner->is_open ? il_fail(&err, IL_BAD_METADATA, IL_NO_OFFSET, token,
                                                  "a method of an open type cannot be called")
                                        : type_lay_out(method->owner, &err);
    if (status == IL_OK)
        status = method_prepare_signature(method, &err);
    if (status != IL_OK) {
        lower_throw_error(L, &err);
        return NULL;
    }
    if (method->generic_count && !check_arguments(L, method))
        return NULL;
    if (!ldr_can_access(L->method->owner, method->owner, method->flags)) {
        char name[300];
        lower_throw_access(L, "MethodAccessException", "method",
                           method_name(method, name, sizeof name));
        return NULL;
    }
    return method;
}

static bool prepare_types(struct type *const *types, uint32_t count, il_status *status,
                          il_error *err) {
    for (uint32_t i = 0; i < count && *status == IL_OK; i++) {
        if (types[i]->storage == STORE_STRUCT)
            *status = type_prepare(types[i], err);
    }
    return *status == IL_OK;
}

/* The method, and the variable arguments that a MemberRef at the call adds to it. */
static bool callee_operand(struct lowering *L, uint32_t token, struct callee *callee) {
    struct call_signature site;
    il_error err;
    *callee = (struct callee){.method = method_operand(L, token)};
    if (!callee->method)
        return false;
    callee->this_count = callee->method->has_this;
    if (!callee->method->is_vararg || IL_TOKEN_TABLE(token) != IL_MemberRef)
        return true;
    struct generic_context context = ldr_method_context(callee->method);
    il_status status = ldr_call_signature(L->module, token, &context, &site, &err);
    if (status == IL_OK) {
        callee->extra = site.params + site.sentinel;
        callee->extra_count = site.param_count - site.sentinel;
        prepare_types(callee->extra, callee->extra_count, &status, &err);
    }
    if (status != IL_OK)
        lower_throw_error(L, &err);
    return status == IL_OK;
}

/* Brings the arguments home, the variable ones too. Their types must fit. */
static bool place_arguments(struct lowering *L, const struct callee *callee) {
    const struct method *method = callee->method;
    uint32_t count = argument_count(callee);
    if (L->depth < count) {
        lower_fail(L, "call of %s: %u arguments are wanted, the stack holds %u", method->name,
                   count, L->depth);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct value *value = lower_top(L, count - 1 - i);
        uint32_t param = i - callee->this_count;
        if (i < callee->this_count) {
            if (!lower_is_pointer_sized(value->kind)) {
                lower_fail(L, "call of %s: this is neither an object nor an address", method->name);
                return false;
            }
        } else if (param < method->param_count) {
            lower_coerce(L, value, method->params[param], "argument");
        } else {
            lower_coerce(L, value, callee->extra[param - method->param_count], "argument");
        }
        lower_home(L, value);
    }
    return L->status == IL_OK;
}

static uint16_t first_argument(struct lowering *L, const struct callee *callee) {
    uint32_t count = argument_count(callee);
    uint16_t base = count ? lower_top(L, count - 1)->home : lower_next_home(L);
    lower_need_regs(L, base, 1);
    return base;
}

static void copy_home(struct lowering *L, const struct value *value, uint16_t to) {
    lower_need_regs(L, to, value->slots);
    if (value->slots == 1)
        lower_emit(L, lower_move_op(value->kind), to, value->home, 0);
    else
        lower_emit_mem(L, CODE_mov_n, to, value->home, 0, value->slots);
}

/* Moves the declared arguments behind the variable ones and adds the two hidden slots; gives the
 * register of the first. */
static uint16_t spread_varargs(struct lowering *L, const struct callee *callee) {
    uint32_t count = argument_count(callee);
    uint16_t start = lower_next_home(L), to = start, values = start;
    struct code_varargs *site =
        mem_pool_alloc(L->pool, sizeof *site + callee->extra_count * sizeof(struct type *));
    if (!site) {
        lower_no_memory(L);
        return start;
    }
    site->count = callee->extra_count;
    for (uint32_t i = 0; i < site->count; i++)
        site->types[i] = callee->extra[i];
    if (callee->extra_count)
        values = lower_top(L, callee->extra_count - 1)->home;
    for (uint32_t i = 0; i < count - callee->extra_count; i++) {
        const struct value *value = lower_top(L, count - 1 - i);
        copy_home(L, value, to);
        to = (uint16_t)(to + value->slots);
    }
    lower_need_regs(L, to, METHOD_VARARG_SLOTS);
    lower_emit_pointer(L, CODE_ldc, to, 0, site);
    lower_emit(L, CODE_local_address, to + 1u, values, 0);
    return start;
}

static void drop(struct lowering *L, uint32_t count) {
    L->depth -= count < L->depth ? count : L->depth;
}

/* The result, which the call left at base. */
static void push_result(struct lowering *L, struct type *type, uint16_t base) {
    lower_need_regs(L, base, type_slots(type) + 1);
    if (type_slots(type) == 0)
        return;
    lower_push(L, type);
    lower_top(L, 0)->reg = base;
    lower_home(L, lower_top(L, 0));
}

/* ---- Calls ---- */

/* Whether a virtual call of the method always means this very method. */
static bool is_direct(const struct method *method) {
    return !method_is_virtual(method) || (method->flags & METHOD_FINAL) ||
           (method->owner->flags & CLASS_SEALED);
}

static void emit_virtual_call(struct lowering *L, struct method *method, uint16_t base) {
    if (method->owner->kind == TYPE_INTERFACE && method_is_virtual(method)) {
        struct code_interface_call *site = mem_pool_alloc(L->pool, sizeof *site);
        if (!site) {
            lower_no_memory(L);
            return;
        }
        site->method = method;
        lower_emit_pointer(L, CODE_callinterface, base, 0, site);
    } else if (is_direct(method)) {
        lower_emit(L, CODE_check_null, base, 0, 0);
        lower_emit_pointer(L, CODE_call, base, 0, method);
    } else {
        lower_emit_pointer(L, CODE_callvirt, base, 0, method);
    }
}

/* constrained. T callvirt (III.2.1): this is a managed pointer to a T. */
static void call_constrained(struct lowering *L, struct method *method, uint16_t base) {
    struct type *type = L->constrained;
    struct method *target = NULL;
    if (type->storage == STORE_REF) {
        lower_emit_mem(L, CODE_ld_8, base, base, 0, 8);
        emit_virtual_call(L, method, base);
        return;
    }
    target = type_find_virtual(type, method->definition);
    if (target && target->owner == type) {
        il_error err;
        il_status status = IL_OK;
        if (method->definition != method)
            status =
                ldr_instantiate_method(target, method->args, method->generic_count, &target, &err);
        if (status == IL_OK)
            status = method_prepare_signature(target, &err);
        if (status != IL_OK)
            lower_throw_error(L, &err);
        else
            lower_emit_pointer(L, CODE_call, base, 0, target);
        return;
    }
    /* The method is inherited from Object, ValueType or Enum: it takes a boxed copy. */
    uint16_t copy = lower_next_home(L);
    lower_emit_load(L, copy, base, 0, type);
    lower_emit_pointer(L, CODE_box, base, copy, type);
    emit_virtual_call(L, method, base);
}

static struct code_indirect_call *new_indirect(struct lowering *L, const struct method *signature) {
    struct code_indirect_call *call = mem_pool_alloc(L->pool, sizeof *call);
    if (!call) {
        lower_no_memory(L);
        return NULL;
    }
    call->signature = signature;
    return call;
}

static bool returns_the_same(const struct method *a, const struct method *b) {
    const struct type *left = a->return_type, *right = b->return_type;
    return left == right || (left->storage == right->storage && left->storage != STORE_STRUCT);
}

/* Only a call in front of a ret outside all try blocks and handlers can replace the frame. */
static bool is_tail(const struct lowering *L, const struct method *callee, const il_insn *insn) {
    uint32_t next = L->il_offset + insn->size;
    il_insn following;
    if (!L->tail || L->synchronized || L->hooks || /* the frame stays, to be left */
        il_insn_read(L->body.code, L->body.code_size, next, &following, NULL) != IL_OK ||
        following.opcode != IL_OP_RET || !returns_the_same(L->method, callee) || callee->is_vararg)
        return false;
    for (uint32_t i = 0; i < L->body.clause_count; i++) {
        const il_clause *c = &L->il_clauses[i];
        if ((next > c->try_offset && next <= c->try_end) ||
            (next > c->handler_offset && next <= c->handler_end))
            return false;
    }
    return true;
}

static void emit_tail(struct lowering *L, const struct method *signature, uint16_t base,
                      uint16_t function, bool is_virtual) {
    struct code_indirect_call *call = new_indirect(L, signature);
    if (!call)
        return;
    call->is_virtual = is_virtual;
    lower_emit_pointer(L, CODE_tail_calli, base, function, call);
}

static void emit_tail_call(struct lowering *L, struct method *method, uint16_t base,
                           bool is_virtual) {
    uint16_t function = lower_next_home(L);
    bool by_object = is_virtual && !is_direct(method);
    lower_need_regs(L, function, 1);
    if (by_object) {
        lower_emit_pointer(L, CODE_ldvirtftn, function, base, method);
    } else {
        if (is_virtual)
            lower_emit(L, CODE_check_null, base, 0, 0);
        lower_emit_pointer(L, CODE_ldc, function, 0, method);
    }
    emit_tail(L, method, base, function, by_object);
}

/* An element's address is given out only for exactly its type, but for who just reads. */
static void check_array_elements(struct lowering *L, const struct method *method, uint16_t array) {
    const struct type *owner = method->owner;
    bool is_address = (owner->kind == TYPE_ARRAY || owner->kind == TYPE_SZARRAY) &&
                      method->return_type->kind == TYPE_BYREF;
    if (is_address && type_is_reference(owner->element_type) && !L->readonly)
        lower_emit_pointer(L, CODE_check_element, array, 0, owner->element_type);
}

/* A MethodImpl row of the method's own class replaces its body for direct calls, too. */
static bool apply_own_override(struct lowering *L, struct method **method) {
    const struct type *owner = (*method)->owner;
    il_error err;
    if (!method_is_virtual(*method) || owner->kind == TYPE_INTERFACE ||
        (*method)->definition != *method)
        return true;
    if (!lower_prepare(L, (*method)->owner))
        return false;
    if ((*method)->slot >= owner->vtable_size)
        return true;
    struct method *body = owner->vtable[(*method)->slot];
    if (body == *method || body->owner != owner)
        return true;
    *method = body;
    if (method_prepare_signature(body, &err) == IL_OK)
        return true;
    lower_throw_error(L, &err);
    return false;
}

static void call(struct lowering *L, const il_insn *insn) {
    struct callee callee;
    if (!callee_operand(L, insn->u.token, &callee))
        return;
    struct method *method = callee.method;
    bool is_virtual = insn->opcode == IL_OP_CALLVIRT;
    if (is_virtual && method_is_static(method)) {
        lower_fail(L, "callvirt of the static method %s", method->name);
        return;
    }
    if (!is_virtual && method_is_abstract(method)) {
        lower_throw(L, "BadImageFormatException", "call of the abstract method %s", method->name);
        return;
    }
    if (is_virtual && (L->constrained || !is_direct(method)) && !lower_prepare(L, method->owner))
        return;
    if (!is_virtual && !apply_own_override(L, &callee.method))
        return;
    method = callee.method;
    bool constrained = is_virtual && L->constrained; /* this is the address of what it should be */
    if ((!constrained && lower_intrinsic(L, method)) || !place_arguments(L, &callee))
        return;
    uint16_t base = first_argument(L, &callee);
    if (method->is_vararg)
        base = spread_varargs(L, &callee);
    check_array_elements(L, method, base);
    if (constrained)
        call_constrained(L, method, base);
    else if (is_tail(L, method, insn))
        emit_tail_call(L, method, base, is_virtual);
    else if (is_virtual)
        emit_virtual_call(L, method, base);
    else
        lower_emit_pointer(L, CODE_call, base, 0, method);
    drop(L, argument_count(&callee));
    push_result(L, method->return_type, base);
}

/* ---- Indirect calls ---- */

/* A calling convention's low four bits (II.23.2.3). */
enum { CONVENTION_MASK = 0x0F, CONVENTION_VARARG = 5, CONVENTION_GENERIC = 0x10 };
enum { CONVENTION_HAS_THIS = 0x20, CONVENTION_EXPLICIT_THIS = 0x40 };

static bool is_unmanaged(uint8_t convention) {
    uint8_t kind = convention & CONVENTION_MASK;
    return kind != 0 && kind != CONVENTION_VARARG;
}

/* A method that is only a signature. */
static struct method *signature_method(struct lowering *L, const struct call_signature *site) {
    struct method *method = mem_pool_alloc(L->pool, sizeof *method);
    if (!method) {
        lower_no_memory(L);
        return NULL;
    }
    method->owner = L->method->owner;
    method->definition = method;
    method->name = "calli";
    method->slot = METHOD_NO_SLOT;
    method->is_vararg = (site->convention & CONVENTION_MASK) == CONVENTION_VARARG;
    method->has_this =
        (site->convention & CONVENTION_HAS_THIS) && !(site->convention & CONVENTION_EXPLICIT_THIS);
    method->return_type = site->return_type;
    method->return_slots = type_slots(site->return_type);
    method->params = site->params;
    method->param_count = site->sentinel;
    method->arg_slots = method->has_this + (method->is_vararg ? METHOD_VARARG_SLOTS : 0);
    for (uint32_t i = 0; i < method->param_count; i++)
        method->arg_slots += type_slots(method->params[i]);
    method->has_signature = true;
    return method;
}

static bool indirect_operand(struct lowering *L, uint32_t token, struct callee *callee,
                             struct call_signature *site) {
    il_error err;
    il_status status = ldr_call_signature(L->module, token, &L->context, site, &err);
    if (status == IL_OK && prepare_types(site->params, site->param_count, &status, &err))
        prepare_types(&site->return_type, 1, &status, &err);
    if (status != IL_OK) {
        lower_throw_error(L, &err);
        return false;
    }
    *callee = (struct callee){.method = signature_method(L, site),
                              .extra = site->params + site->sentinel,
                              .extra_count = site->param_count - site->sentinel};
    if (!callee->method)
        return false;
    callee->this_count = callee->method->has_this;
    return true;
}

/* A function pointer of native code is the last argument of a method that calls it. */
static void call_native(struct lowering *L, struct callee *callee) {
    struct method *method = callee->method;
    struct type **params = mem_pool_array(L->pool, method->param_count + 1, sizeof *params);
    if (!params) {
        lower_no_memory(L);
        return;
    }
    memcpy(params, method->params, method->param_count * sizeof *params);
    params[method->param_count++] = L->method->owner->rt->core.intptr;
    method->params = params;
    method->arg_slots++;
    method->flags = METHOD_STATIC;
    method->special = METHOD_NATIVE;
    method->native = pinvoke_call_pointer;
    method->entry = L->method->owner->rt->uncompiled_entry;
    method->prepared = true;
    if (!place_arguments(L, callee))
        return;
    uint16_t base = first_argument(L, callee);
    lower_emit_pointer(L, CODE_call, base, 0, method);
    drop(L, argument_count(callee));
    push_result(L, method->return_type, base);
}

static void call_indirect(struct lowering *L, const il_insn *insn) {
    struct callee callee;
    struct call_signature site;
    if (!indirect_operand(L, insn->u.token, &callee, &site))
        return;
    const struct value *top = L->depth ? lower_top(L, 0) : NULL;
    if (!top || !lower_is_pointer_sized(top->kind)) {
        lower_fail(L, "calli: the operand is not a function pointer");
        return;
    }
    if (is_unmanaged(site.convention)) {
        if (callee.this_count)
            lower_unsupported(L, "calls of native member functions");
        else
            call_native(L, &callee);
        return;
    }
    struct value function = lower_pop(L);
    /* Above everything that the arguments may need. */
    uint16_t from = lower_use(L, &function), target = from;
    if (!place_arguments(L, &callee))
        return;
    uint16_t base = first_argument(L, &callee);
    struct code_indirect_call *call = new_indirect(L, callee.method);
    if (callee.method->is_vararg && call) {
        target = (uint16_t)(function.home + callee.method->arg_slots + 1);
        lower_need_regs(L, target, 1);
        lower_emit(L, CODE_mov, target, from, 0);
        base = spread_varargs(L, &callee);
    }
    bool tail = is_tail(L, callee.method, insn);
    lower_emit_pointer(L, tail ? CODE_tail_calli : CODE_calli, base, target, call);
    drop(L, argument_count(&callee));
    push_result(L, callee.method->return_type, base);
}

/* jmp (III.3.37): the arguments as they are now go to a method of the same signature, which returns
 * to this one's caller. */
static void jump_to_method(struct lowering *L, const il_insn *insn) {
    struct method *method = method_operand(L, insn->u.token);
    if (!method)
        return;
    if (L->depth != 0 || method->has_this != L->method->has_this ||
        method->param_count != L->method->param_count ||
        method->return_type != L->method->return_type || method->is_vararg) {
        lower_fail(L, "jmp to %s: the signatures differ, or the stack is not empty", method->name);
        return;
    }
    struct callee callee = {.method = method, .this_count = method->has_this};
    uint32_t max_depth = L->max_depth;
    const rt_hook *hooks = L->hooks;
    L->max_depth += L->arg_count;
    for (uint32_t i = 0; i < L->arg_count; i++)
        lower_load_argument(L, i);
    if (place_arguments(L, &callee)) {
        uint16_t base = first_argument(L, &callee);
        lower_hook(L, RT_HOOK_TAILCALL, 0, 0);
        L->hooks = NULL; /* what is behind it does not leave once more */
        emit_tail_call(L, method, base, false);
        drop(L, argument_count(&callee));
        push_result(L, method->return_type, base);
        lower_return(L);
        L->hooks = hooks;
    }
    L->depth = 0;
    L->max_depth = max_depth;
    L->dead = true;
}

/* ---- Constructors ---- */

/* String constructors stand for the CreateString method of the same parameters. */
static struct method *string_factory(struct lowering *L, struct method *ctor) {
    struct type *string = ctor->owner;
    il_error err;
    for (uint32_t i = 0; i < string->method_count; i++) {
        struct method *m = type_method(string, i);
        if (m && strcmp(m->name, "CreateString") == 0 &&
            method_prepare_signature(m, &err) == IL_OK && method_same_params(m, ctor))
            return m;
    }
    lower_throw(L, "MissingMethodException", "String.CreateString of these parameters");
    return NULL;
}

/* The arguments lie at base; newobj moves them up to make room for the object and this. */
static void new_object(struct lowering *L, const il_insn *insn) {
    struct callee callee;
    if (!callee_operand(L, insn->u.token, &callee))
        return;
    struct method *ctor = callee.method;
    struct type *type = ctor->owner;
    if (!lower_prepare(L, type))
        return;
    callee.this_count = 0;
    if (method_is_static(ctor) || ctor->return_type->storage != STORE_VOID) {
        lower_fail(L, "newobj of %s, which is no constructor", ctor->name);
        return;
    }
    if ((type->flags & CLASS_ABSTRACT) || type->kind == TYPE_INTERFACE) {
        lower_throw(L, "InvalidOperationException",
                    "Instances of abstract classes cannot be created: %s", type->name);
        return;
    }
    if (!place_arguments(L, &callee))
        return;
    uint16_t base = first_argument(L, &callee);
    if (ctor->is_vararg)
        base = spread_varargs(L, &callee);
    uint32_t extra = type_is_value(type) ? type_slots(type) + 1 : 2;
    lower_need_regs(L, base, ctor->arg_slots + extra);
    enum code_op op = type_is_value(type) ? CODE_newobj_value : CODE_newobj;
    struct method *target = ctor;
    if (type == L->module->rt->core.string) {
        target = string_factory(L, ctor);
        op = CODE_newobj_string;
    } else if (type->kind == TYPE_ARRAY || type->kind == TYPE_SZARRAY) {
        op = CODE_newobj_string;
    }
    if (!target)
        return;
    lower_emit_pointer(L, op, base, 0, target);
    drop(L, argument_count(&callee));
    push_result(L, type, base);
}

/* ---- Function pointers and variable arguments ---- */

static void load_function(struct lowering *L, const il_insn *insn) {
    struct method *method = method_operand(L, insn->u.token);
    if (!method || !lower_prepare(L, method->owner))
        return;
    if (insn->opcode == IL_OP_LDFTN) {
        lower_push_constant(L, V_I8, (int64_t)(intptr_t)method);
        return;
    }
    struct value object = lower_pop_object(L, "ldvirtftn");
    uint16_t reg = lower_use(L, &object);
    uint16_t home = lower_push_kind(L, V_I8);
    lower_emit_pointer(L, CODE_ldvirtftn, home, reg, method);
}

/* The handle is the address of the two hidden arguments. */
static void load_arglist(struct lowering *L) {
    struct type *handle = L->module->rt->core.runtime_argument_handle;
    if (!L->method->is_vararg) {
        lower_fail(L, "arglist in a method without variable arguments");
        return;
    }
    if (!lower_prepare(L, handle))
        return;
    uint16_t home = lower_push(L, handle);
    lower_emit(L, CODE_local_address, home, L->method->arg_slots - METHOD_VARARG_SLOTS, 0);
}

void lower_hook(struct lowering *L, rt_hook_kind kind, uint16_t first, uint32_t count) {
    if (L->hooks)
        lower_emit_pointer(L, CODE_hook, first, L->thread->rt->events->hook_shows ? count : 0,
                           &L->hooks[kind]);
}

void lower_return(struct lowering *L) {
    const struct type *type = L->method->return_type;
    if (type->storage == STORE_VOID) {
        if (L->depth != 0)
            lower_fail(L, "ret of a void method with %u values on the stack", L->depth);
        lower_unlock(L);
        lower_hook(L, RT_HOOK_LEAVE, 0, 0);
        lower_emit(L, CODE_ret, 0, 0, 0);
        return;
    }
    struct value value = lower_pop(L);
    if (L->depth != 0)
        lower_fail(L, "ret with %u more values on the stack", L->depth);
    lower_coerce(L, &value, type, "ret");
    uint16_t reg = lower_use(L, &value);
    lower_unlock(L);
    lower_hook(L, RT_HOOK_LEAVE, reg, value.slots);
    if (value.slots == 1)
        lower_emit(L, CODE_ret_1, reg, 0, 0);
    else
        lower_emit(L, CODE_ret_n, reg, 0, 0)->u.mem.size = value.slots;
}

/* ---- Dispatch ---- */

bool lower_call(struct lowering *L, const il_insn *insn) {
    switch (insn->opcode) {
    case IL_OP_CALL:
    case IL_OP_CALLVIRT: call(L, insn); return true;
    case IL_OP_CALLI: call_indirect(L, insn); return true;
    case IL_OP_JMP: jump_to_method(L, insn); return true;
    case IL_OP_NEWOBJ: new_object(L, insn); return true;
    case IL_OP_LDFTN:
    case IL_OP_LDVIRTFTN: load_function(L, insn); return true;
    case IL_OP_ARGLIST: load_arglist(L); return true;
    default: return false;
    }
}
