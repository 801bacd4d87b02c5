/* Lowering: memory, fields, arrays and objects (III.4, and the indirect instructions). */
#include <stdio.h>
#include <string.h>

#include "runtime/exec/lower.h"

/* ---- Memory ---- */

static const uint16_t LOAD_OPS[] = {
    [STORE_VOID] = CODE_nop, [STORE_I1] = CODE_ld_i1, [STORE_U1] = CODE_ld_u1,
    [STORE_I2] = CODE_ld_i2, [STORE_U2] = CODE_ld_u2, [STORE_I4] = CODE_ld_4,
    [STORE_U4] = CODE_ld_4,  [STORE_I8] = CODE_ld_8,  [STORE_R4] = CODE_ld_r4,
    [STORE_R8] = CODE_ld_r8, [STORE_REF] = CODE_ld_8, [STORE_STRUCT] = CODE_ld_n};

static const uint16_t STORE_OPS[] = {
    [STORE_VOID] = CODE_nop, [STORE_I1] = CODE_st_1,  [STORE_U1] = CODE_st_1,
    [STORE_I2] = CODE_st_2,  [STORE_U2] = CODE_st_2,  [STORE_I4] = CODE_st_4,
    [STORE_U4] = CODE_st_4,  [STORE_I8] = CODE_st_8,  [STORE_R4] = CODE_st_r4,
    [STORE_R8] = CODE_st_r8, [STORE_REF] = CODE_st_8, [STORE_STRUCT] = CODE_st_n};

static const uint16_t LOAD_STATIC_OPS[] = {
    [STORE_I1] = CODE_lds_i1, [STORE_U1] = CODE_lds_u1, [STORE_I2] = CODE_lds_i2,
    [STORE_U2] = CODE_lds_u2, [STORE_I4] = CODE_lds_4,  [STORE_U4] = CODE_lds_4,
    [STORE_I8] = CODE_lds_8,  [STORE_R4] = CODE_lds_r4, [STORE_R8] = CODE_lds_r8,
    [STORE_REF] = CODE_lds_8};

static const uint16_t STORE_STATIC_OPS[] = {
    [STORE_I1] = CODE_sts_1, [STORE_U1] = CODE_sts_1,  [STORE_I2] = CODE_sts_2,
    [STORE_U2] = CODE_sts_2, [STORE_I4] = CODE_sts_4,  [STORE_U4] = CODE_sts_4,
    [STORE_I8] = CODE_sts_8, [STORE_R4] = CODE_sts_r4, [STORE_R8] = CODE_sts_r8,
    [STORE_REF] = CODE_sts_8};

static const uint16_t LOAD_ELEMENT_OPS[] = {
    [STORE_I1] = CODE_ldelem_i1, [STORE_U1] = CODE_ldelem_u1,   [STORE_I2] = CODE_ldelem_i2,
    [STORE_U2] = CODE_ldelem_u2, [STORE_I4] = CODE_ldelem_4,    [STORE_U4] = CODE_ldelem_4,
    [STORE_I8] = CODE_ldelem_8,  [STORE_R4] = CODE_ldelem_r4,   [STORE_R8] = CODE_ldelem_r8,
    [STORE_REF] = CODE_ldelem_8, [STORE_STRUCT] = CODE_ldelem_n};

static const uint16_t STORE_ELEMENT_OPS[] = {
    [STORE_I1] = CODE_stelem_1,    [STORE_U1] = CODE_stelem_1,    [STORE_I2] = CODE_stelem_2,
    [STORE_U2] = CODE_stelem_2,    [STORE_I4] = CODE_stelem_4,    [STORE_U4] = CODE_stelem_4,
    [STORE_I8] = CODE_stelem_8,    [STORE_R4] = CODE_stelem_r4,   [STORE_R8] = CODE_stelem_r8,
    [STORE_REF] = CODE_stelem_ref, [STORE_STRUCT] = CODE_stelem_n};

bool lower_prepare(struct lowering *L, struct type *type) {
    il_error err;
    il_status status = type_prepare(type, &err);
    if (status != IL_OK)
        lower_throw_error(L, &err);
    return status == IL_OK;
}

/* A type whose layout is all that the code needs to know. */
static struct type *laid_out_operand(struct lowering *L, uint32_t token) {
    struct type *type = NULL;
    il_error err;
    il_status status = ldr_type(L->module, token, &L->context, &type, &err);
    if (status == IL_OK && !type->is_open)
        status = type_lay_out(type, &err);
    if (status == IL_OK && type->is_open)
        status = il_fail(&err, IL_NO_TYPE, IL_NO_OFFSET, token,
                         "The generic type '%s' was used without type arguments.", type->name);
    if (status != IL_OK)
        lower_throw_error(L, &err);
    return status == IL_OK ? type : NULL;
}

static struct type *type_operand(struct lowering *L, uint32_t token) {
    struct type *type = laid_out_operand(L, token);
    return type && lower_prepare(L, type) ? type : NULL;
}

static struct value pop_address(struct lowering *L, const char *what) {
    struct value a = lower_pop(L);
    if (a.kind == V_I4)
        lower_widen(L, &a, V_I8);
    if (!lower_is_pointer_sized(a.kind) && L->status == IL_OK)
        lower_fail(L, "%s: the operand is not an address", what);
    return a;
}

struct value lower_pop_object(struct lowering *L, const char *what) {
    struct value a = lower_pop(L);
    if (!lower_is_pointer_sized(a.kind) && L->status == IL_OK)
        lower_fail(L, "%s: the operand is not an object", what);
    if (a.kind != V_REF)
        a.type = NULL;
    return a;
}

void lower_emit_load(struct lowering *L, uint16_t to, uint16_t base, uint32_t offset,
                     const struct type *type) {
    lower_need_regs(L, to, type_slots(type));
    lower_emit_mem(L, (enum code_op)LOAD_OPS[type->storage], to, base, offset, type->value_size);
}

void lower_load_from(struct lowering *L, uint16_t base, uint32_t offset, struct type *type) {
    lower_emit_load(L, lower_push(L, type), base, offset, type);
}

static void store_to(struct lowering *L, uint16_t base, uint32_t offset, struct value *value,
                     const struct type *type) {
    lower_coerce(L, value, type, "store");
    uint16_t reg = lower_use(L, value);
    lower_emit_mem(L, (enum code_op)STORE_OPS[type->storage], base, reg, offset, type->value_size);
}

static void load_indirect(struct lowering *L, struct type *type) {
    struct value address = pop_address(L, "load");
    lower_load_from(L, lower_use(L, &address), 0, type);
}

static void store_indirect(struct lowering *L, const struct type *type) {
    struct value value = lower_pop(L);
    struct value address = pop_address(L, "store");
    store_to(L, lower_use(L, &address), 0, &value, type);
}

static void init_object(struct lowering *L, struct type *type) {
    struct value address = pop_address(L, "initobj");
    lower_emit_mem(L, CODE_zero_n, lower_use(L, &address), 0, 0, type->value_size);
}

static void copy_object(struct lowering *L, struct type *type) {
    struct value from = pop_address(L, "cpobj"), to = pop_address(L, "cpobj");
    uint16_t rf = lower_use(L, &from), rt = lower_use(L, &to);
    lower_emit_mem(L, CODE_copy_n, rt, rf, 0, type->value_size);
}

static void block_operation(struct lowering *L, enum code_op op) {
    struct value size = lower_pop(L), second = lower_pop(L), to = pop_address(L, "block");
    uint16_t rs = lower_use(L, &size), r2 = lower_use(L, &second), rt = lower_use(L, &to);
    lower_emit(L, op, rt, r2, rs);
}

/* ---- Fields ---- */

/* Runs the initialiser of the type, and of its module, first where the running code could see that
 * it has not run. */
void lower_ensure_init(struct lowering *L, struct type *type) {
    struct type *globals = NULL;
    il_error err;
    if (type->module && type->module != L->module &&
        ldr_uninitialised_globals(type->module, &globals, &err) != IL_OK)
        lower_throw_error(L, &err);
    if (globals)
        lower_emit_pointer(L, CODE_init_type, 0, 0, globals);
    if (type->cctor && type->init != INIT_DONE && L->method != type->cctor)
        lower_emit_pointer(L, CODE_init_type, 0, 0, type);
}

static struct field *field_operand(struct lowering *L, uint32_t token, bool is_static) {
    struct field *field = NULL;
    il_error err;
    if (ldr_field(L->module, token, &L->context, &field, &err) != IL_OK) {
        lower_throw_error(L, &err);
        return NULL;
    }
    struct type *missing;
    bool is_value;
    if (field->is_missing && type_resolve_field(field, &missing, &is_value, &err) != IL_OK) {
        lower_throw_error(L, &err);
        return NULL;
    }
    if (!ldr_can_access(L->method->owner, field->owner, field->flags)) {
        char owner[200], name[300];
        snprintf(name, sizeof name, "%s.%s", type_name(field->owner, owner, sizeof owner),
                 field->name);
        lower_throw_access(L, "FieldAccessException", "field", name);
        return NULL;
    }
    if (is_static && !(field->flags & FIELD_STATIC)) {
        lower_fail(L, "%s is not a static field", field->name);
        return NULL;
    }
    if (field->flags & FIELD_LITERAL) {
        lower_throw(L, "MissingFieldException", "the constant %s has no storage", field->name);
        return NULL;
    }
    if ((field->flags & FIELD_STATIC) && type_place_static(field, &err) != IL_OK) {
        lower_no_memory(L);
        return NULL;
    }
    return field;
}

/* The address of a thread's or a structure's field, in register reg. */
static void place_address(struct lowering *L, struct field *field, uint16_t reg) {
    bool per_thread = field->place == FIELD_PER_THREAD;
    lower_need_regs(L, reg, 1);
    lower_emit_pointer(L, per_thread ? CODE_thread_static : CODE_ldc, reg, 0,
                       per_thread ? (void *)field : field->address);
}

static bool is_at_fixed_address(const struct field *field) {
    return field->place == FIELD_SHARED && field->type->storage != STORE_STRUCT;
}

static void load_static(struct lowering *L, struct field *field) {
    lower_ensure_init(L, field->owner);
    uint16_t home = lower_next_home(L);
    if (!is_at_fixed_address(field)) {
        place_address(L, field, home);
        lower_load_from(L, home, 0, field->type);
    } else {
        home = lower_push(L, field->type);
        lower_emit_pointer(L, (enum code_op)LOAD_STATIC_OPS[field->type->storage], home, 0,
                           field->address);
    }
}

static void store_static(struct lowering *L, struct field *field) {
    struct value value = lower_pop(L);
    lower_coerce(L, &value, field->type, "stsfld");
    uint16_t reg = lower_use(L, &value);
    lower_ensure_init(L, field->owner);
    if (!is_at_fixed_address(field)) {
        uint16_t address = (uint16_t)(value.home + value.slots);
        place_address(L, field, address);
        store_to(L, address, 0, &value, field->type);
    } else {
        lower_emit_pointer(L, (enum code_op)STORE_STATIC_OPS[field->type->storage], reg, 0,
                           field->address);
    }
}

static void static_address(struct lowering *L, struct field *field) {
    lower_ensure_init(L, field->owner);
    place_address(L, field, lower_push_kind(L, V_ADDRESS));
}

static void load_field(struct lowering *L, struct field *field) {
    if (field->flags & FIELD_STATIC) { /* allowed: the object is evaluated and dropped */
        lower_pop(L);
        load_static(L, field);
        return;
    }
    struct value object = lower_pop(L);
    uint16_t base;
    if (object.kind == V_STRUCT) {
        base = (uint16_t)(object.home + object.slots);
        lower_need_regs(L, base, 1);
        lower_emit(L, CODE_local_address, base, object.reg, 0);
    } else if (object.kind == V_I4 || object.kind == V_R4 || object.kind == V_R8) {
        lower_fail(L, "ldfld %s: the operand is neither an object nor an address", field->name);
        return;
    } else {
        base = lower_use(L, &object);
    }
    lower_load_from(L, base, field->offset, field->type);
}

static void store_field(struct lowering *L, struct field *field) {
    if (field->flags & FIELD_STATIC) {
        store_static(L, field);
        lower_pop(L);
        return;
    }
    struct value value = lower_pop(L), object = lower_pop(L);
    if (!lower_is_pointer_sized(object.kind)) {
        lower_fail(L, "stfld %s: the operand is neither an object nor an address", field->name);
        return;
    }
    store_to(L, lower_use(L, &object), field->offset, &value, field->type);
}

static void field_address(struct lowering *L, struct field *field) {
    struct value object = lower_pop(L);
    if (field->flags & FIELD_STATIC) {
        static_address(L, field);
        return;
    }
    if (!lower_is_pointer_sized(object.kind)) {
        lower_fail(L, "ldflda %s: the operand is neither an object nor an address", field->name);
        return;
    }
    uint16_t base = lower_use(L, &object);
    uint16_t home = lower_push_kind(L, V_ADDRESS);
    if (object.kind == V_I8) { /* null is an address like any other then */
        lower_emit(L, CODE_add_imm_i8, home, base, 0)->u.i = field->offset;
    } else {
        lower_emit_mem(L, CODE_lea, home, base, field->offset, 0);
    }
}

static bool lower_field(struct lowering *L, const il_insn *insn) {
    bool is_static = insn->opcode == IL_OP_LDSFLD || insn->opcode == IL_OP_LDSFLDA ||
                     insn->opcode == IL_OP_STSFLD;
    struct field *field = field_operand(L, insn->u.token, is_static);
    if (!field)
        return true;
    switch (insn->opcode) {
    case IL_OP_LDFLD: load_field(L, field); break;
    case IL_OP_STFLD: store_field(L, field); break;
    case IL_OP_LDFLDA: field_address(L, field); break;
    case IL_OP_LDSFLD: load_static(L, field); break;
    case IL_OP_STSFLD: store_static(L, field); break;
    default: static_address(L, field); break;
    }
    return true;
}

/* ---- Arrays ---- */

uint16_t lower_use_index(struct lowering *L, struct value *index) {
    uint16_t reg = lower_use(L, index);
    if (index->kind == V_I4)
        return reg;
    if (index->kind != V_I8) {
        lower_fail(L, "an array index is an int32 or native int");
        return reg;
    }
    lower_emit(L, CODE_index_i8, index->home, reg, 0);
    return index->home;
}

static void load_element(struct lowering *L, struct type *type) {
    struct value index = lower_pop(L), array = lower_pop_object(L, "ldelem");
    if (!type) /* ldelem.ref: what the array's static type says */
        type = L->module->rt->core.object;
    uint16_t ri = lower_use_index(L, &index), ra = lower_use(L, &array);
    uint16_t home = lower_push(L, type);
    struct insn *insn = lower_emit(L, (enum code_op)LOAD_ELEMENT_OPS[type->storage], home, ra, ri);
    insn->u.mem.size = type->value_size;
}

static void store_element(struct lowering *L, struct type *type) {
    struct value value = lower_pop(L), index = lower_pop(L), array = lower_pop_object(L, "stelem");
    if (!type)
        type = L->module->rt->core.object;
    lower_coerce(L, &value, type, "stelem");
    uint16_t rv = lower_use(L, &value), ri = lower_use_index(L, &index), ra = lower_use(L, &array);
    struct insn *insn = lower_emit(L, (enum code_op)STORE_ELEMENT_OPS[type->storage], ra, ri, rv);
    insn->u.mem.size = type->value_size;
}

static void element_address(struct lowering *L, struct type *type) {
    struct value index = lower_pop(L), array = lower_pop_object(L, "ldelema");
    uint16_t ri = lower_use_index(L, &index), ra = lower_use(L, &array);
    if (type->storage == STORE_REF && !L->readonly)
        lower_emit_pointer(L, CODE_check_element, ra, 0, type);
    uint16_t home = lower_push_kind(L, V_ADDRESS);
    struct insn *insn = lower_emit(L, CODE_ldelema, home, ra, ri);
    insn->u.mem.size = type->value_size;
}

static void new_array(struct lowering *L, struct type *element) {
    struct type *array;
    il_error err;
    struct value length = lower_pop(L);
    if (ldr_array_of(element, 1, true, &array, &err) != IL_OK) {
        lower_throw_error(L, &err);
        return;
    }
    if (!lower_prepare(L, array))
        return;
    lower_coerce(L, &length, L->module->rt->core.intptr, "newarr");
    uint16_t reg = lower_use(L, &length);
    uint16_t home = lower_push(L, array);
    lower_emit_pointer(L, CODE_newarr, home, reg, array);
}

static struct type *element_operand(struct lowering *L, const il_insn *insn) {
    const struct core_types *core = &L->module->rt->core;
    switch (insn->opcode) {
    case IL_OP_LDELEM_I1:
    case IL_OP_STELEM_I1: return core->sbyte;
    case IL_OP_LDELEM_U1: return core->byte;
    case IL_OP_LDELEM_I2:
    case IL_OP_STELEM_I2: return core->int16;
    case IL_OP_LDELEM_U2: return core->uint16;
    case IL_OP_LDELEM_I4:
    case IL_OP_STELEM_I4: return core->int32;
    case IL_OP_LDELEM_U4: return core->uint32;
    case IL_OP_LDELEM_I8:
    case IL_OP_STELEM_I8: return core->int64;
    case IL_OP_LDELEM_I:
    case IL_OP_STELEM_I: return core->intptr;
    case IL_OP_LDELEM_R4:
    case IL_OP_STELEM_R4: return core->single;
    case IL_OP_LDELEM_R8:
    case IL_OP_STELEM_R8: return core->double_type;
    case IL_OP_LDELEM_REF:
    case IL_OP_STELEM_REF: return core->object;
    default: return laid_out_operand(L, insn->u.token);
    }
}

static struct type *indirect_operand(struct lowering *L, const il_insn *insn) {
    const struct core_types *core = &L->module->rt->core;
    switch (insn->opcode) {
    case IL_OP_LDIND_I1:
    case IL_OP_STIND_I1: return core->sbyte;
    case IL_OP_LDIND_U1: return core->byte;
    case IL_OP_LDIND_I2:
    case IL_OP_STIND_I2: return core->int16;
    case IL_OP_LDIND_U2: return core->uint16;
    case IL_OP_LDIND_I4:
    case IL_OP_STIND_I4: return core->int32;
    case IL_OP_LDIND_U4: return core->uint32;
    case IL_OP_LDIND_I8:
    case IL_OP_STIND_I8: return core->int64;
    case IL_OP_LDIND_I:
    case IL_OP_STIND_I: return core->intptr;
    case IL_OP_LDIND_R4:
    case IL_OP_STIND_R4: return core->single;
    case IL_OP_LDIND_R8:
    case IL_OP_STIND_R8: return core->double_type;
    case IL_OP_LDIND_REF:
    case IL_OP_STIND_REF: return core->object;
    default: return laid_out_operand(L, insn->u.token);
    }
}

/* ---- Objects ---- */

/* Whether the instruction's result goes to brtrue or brfalse, from here only. */
static bool is_tested_next(const struct lowering *L, const il_insn *insn) {
    uint32_t next = L->il_offset + insn->size;
    il_insn following;
    if (il_insn_read(L->body.code, L->body.code_size, next, &following, NULL) != IL_OK ||
        L->blocks[next].leader)
        return false;
    return following.opcode == IL_OP_BRTRUE || following.opcode == IL_OP_BRTRUE_S ||
           following.opcode == IL_OP_BRFALSE || following.opcode == IL_OP_BRFALSE_S;
}

static void box(struct lowering *L, const il_insn *insn, struct type *type) {
    if (type->storage == STORE_REF)
        return; /* boxing a reference leaves it as it is */
    struct value value = lower_pop(L);
    lower_coerce(L, &value, type, "box");
    if (!type->is_nullable && is_tested_next(L, insn)) { /* generic code: is the argument null? */
        lower_push_constant(L, V_I4, 1);
        return;
    }
    uint16_t reg = lower_use(L, &value);
    uint16_t home = lower_push_kind(L, V_REF);
    lower_emit_pointer(L, CODE_box, home, reg, type);
}

static void cast(struct lowering *L, enum code_op op, struct type *type) {
    struct value object = lower_pop_object(L, "cast");
    uint16_t reg = lower_use(L, &object);
    uint16_t home = lower_push_kind(L, V_REF);
    lower_emit_pointer(L, op, home, reg, type);
    lower_top(L, 0)->type = type_is_value(type) ? NULL : type;
}

static void unbox(struct lowering *L, struct type *type, bool any) {
    if (type->storage == STORE_REF) {
        cast(L, CODE_castclass, type);
        return;
    }
    struct value object = lower_pop_object(L, "unbox");
    uint16_t reg = lower_use(L, &object);
    uint16_t home = lower_push_kind(L, V_ADDRESS);
    lower_emit_pointer(L, CODE_unbox, home, reg, type);
    if (any) {
        lower_pop(L);
        lower_load_from(L, home, 0, type);
    }
}

/* ---- Typed references (III.4.19, III.4.22, III.4.23): type, address, type ---- */

static void make_reference(struct lowering *L, struct type *type) {
    struct type *reference = L->module->rt->core.typed_reference;
    struct value address = pop_address(L, "mkrefany");
    if (!lower_prepare(L, reference))
        return;
    uint16_t reg = lower_use(L, &address);
    uint16_t home = lower_push(L, reference);
    lower_emit(L, CODE_mov, home + 1u, reg, 0);
    lower_emit_pointer(L, CODE_ldc, home, 0, type);
    lower_emit_pointer(L, CODE_ldc, home + 2u, 0, type);
}

static struct value pop_reference(struct lowering *L, const char *what) {
    struct value reference = lower_pop(L);
    if (reference.kind != V_STRUCT || reference.type != L->module->rt->core.typed_reference)
        lower_fail(L, "%s: the operand is not a typed reference", what);
    return reference;
}

static void reference_value(struct lowering *L, struct type *type) {
    struct value reference = pop_reference(L, "refanyval");
    uint16_t home = lower_push_kind(L, V_ADDRESS);
    lower_emit_pointer(L, CODE_refanyval, home, reference.reg, type);
}

static void reference_type(struct lowering *L) {
    struct value reference = pop_reference(L, "refanytype");
    uint16_t home = lower_push(L, L->module->rt->core.runtime_type_handle);
    lower_emit(L, CODE_mov, home, reference.reg, 0);
}

static void load_token(struct lowering *L, uint32_t token) {
    const struct core_types *core = &L->module->rt->core;
    struct type *type = NULL, *handle = core->runtime_type_handle;
    struct field *field = NULL;
    struct method *method = NULL;
    il_error err;
    il_status status;
    il_table table = IL_TOKEN_TABLE(token);
    const void *value = NULL;
    bool is_field = table == IL_Field;
    if (table == IL_MemberRef) {
        il_blob sig = il_blob_cell(L->module->il, IL_MemberRef_Signature, IL_TOKEN_ROW(token));
        is_field = sig.size > 0 && (sig.data[0] & 0x0F) == 6;
    }
    if (is_field) {
        status = ldr_field(L->module, token, &L->context, &field, &err);
        handle = core->runtime_field_handle;
        value = field;
    } else if (table == IL_MethodDef || table == IL_MemberRef || table == IL_MethodSpec) {
        status = ldr_method(L->module, token, &L->context, &method, &err);
        handle = core->runtime_method_handle;
        value = method;
    } else {
        status = ldr_type(L->module, token, &L->context, &type, &err);
        value = type;
        if (status == IL_OK && type->module && !type->is_open && !type->definition->incomplete)
            status = type_prepare(type, &err);
    }
    if (status == IL_OK)
        status = type_lay_out(handle, &err);
    if (status != IL_OK) {
        lower_throw_error(L, &err);
        return;
    }
    uint16_t home = lower_push(L, handle);
    lower_emit_pointer(L, CODE_ldc, home, 0, value);
}

static void load_string(struct lowering *L, uint32_t token) {
    il_blob text = il_user_string(L->module->il, token);
    if (!text.data) {
        lower_fail(L, "ldstr: 0x%08X is not a user string", token);
        return;
    }
    uint16_t *chars = mem_pool_alloc(&L->scratch, text.size + 2);
    if (!chars) {
        lower_no_memory(L);
        return;
    }
    memcpy(chars, text.data, text.size);
    struct string *string = exec_intern(L->thread, chars, (int32_t)(text.size / 2));
    if (!string) {
        L->thread->exception = NULL;
        lower_no_memory(L);
        return;
    }
    lower_push_constant(L, V_REF, (int64_t)(intptr_t)string);
    lower_top(L, 0)->type = L->module->rt->core.string;
}

/* ---- Dispatch ---- */

static bool lower_indirect(struct lowering *L, const il_insn *insn) {
    struct type *type;
    switch (insn->opcode) {
    case IL_OP_LDIND_I1 ... IL_OP_LDIND_REF:
    case IL_OP_LDOBJ:
        if ((type = indirect_operand(L, insn)))
            load_indirect(L, type);
        return true;
    case IL_OP_STIND_REF ... IL_OP_STIND_R8:
    case IL_OP_STIND_I:
    case IL_OP_STOBJ:
        if ((type = indirect_operand(L, insn)))
            store_indirect(L, type);
        return true;
    case IL_OP_INITOBJ:
        if ((type = type_operand(L, insn->u.token)))
            init_object(L, type);
        return true;
    case IL_OP_CPOBJ:
        if ((type = laid_out_operand(L, insn->u.token)))
            copy_object(L, type);
        return true;
    case IL_OP_CPBLK: block_operation(L, CODE_cpblk); return true;
    case IL_OP_INITBLK: block_operation(L, CODE_initblk); return true;
    default: return false;
    }
}

static bool lower_array(struct lowering *L, const il_insn *insn) {
    struct type *type;
    switch (insn->opcode) {
    case IL_OP_LDELEM_I1 ... IL_OP_LDELEM_REF:
    case IL_OP_LDELEM:
        if ((type = element_operand(L, insn)))
            load_element(L, type);
        return true;
    case IL_OP_STELEM_I ... IL_OP_STELEM_REF:
    case IL_OP_STELEM:
        if ((type = element_operand(L, insn)))
            store_element(L, type);
        return true;
    case IL_OP_LDELEMA:
        if ((type = laid_out_operand(L, insn->u.token)))
            element_address(L, type);
        return true;
    case IL_OP_NEWARR:
        if ((type = laid_out_operand(L, insn->u.token)))
            new_array(L, type);
        return true;
    case IL_OP_LDLEN: {
        struct value array = lower_pop_object(L, "ldlen");
        uint16_t reg = lower_use(L, &array);
        uint16_t home = lower_push_kind(L, V_I8);
        lower_emit(L, CODE_ldlen, home, reg, 0);
        lower_top(L, 0)->extended = true;
        return true;
    }
    default: return false;
    }
}

static bool lower_object(struct lowering *L, const il_insn *insn) {
    struct type *type;
    switch (insn->opcode) {
    case IL_OP_BOX:
        if ((type = type_operand(L, insn->u.token)))
            box(L, insn, type);
        return true;
    case IL_OP_UNBOX:
    case IL_OP_UNBOX_ANY:
        if ((type = type_operand(L, insn->u.token)))
            unbox(L, type, insn->opcode == IL_OP_UNBOX_ANY);
        return true;
    case IL_OP_CASTCLASS:
    case IL_OP_ISINST:
        if ((type = laid_out_operand(L, insn->u.token)))
            cast(L, insn->opcode == IL_OP_ISINST ? CODE_isinst : CODE_castclass, type);
        return true;
    case IL_OP_SIZEOF:
        if ((type = type_operand(L, insn->u.token)))
            lower_push_constant(L, V_I4, type->value_size);
        return true;
    case IL_OP_MKREFANY:
        if ((type = type_operand(L, insn->u.token)))
            make_reference(L, type);
        return true;
    case IL_OP_REFANYVAL:
        if ((type = type_operand(L, insn->u.token)))
            reference_value(L, type);
        return true;
    case IL_OP_REFANYTYPE: reference_type(L); return true;
    case IL_OP_LDTOKEN: load_token(L, insn->u.token); return true;
    case IL_OP_LDSTR: load_string(L, insn->u.token); return true;
    default: return false;
    }
}

static bool is_load(il_opcode opcode) {
    return opcode == IL_OP_LDFLD || opcode == IL_OP_LDSFLD || opcode == IL_OP_LDOBJ ||
           (opcode >= IL_OP_LDIND_I1 && opcode <= IL_OP_LDIND_REF);
}

bool lower_member(struct lowering *L, const il_insn *insn) {
    if (L->is_volatile && is_load(insn->opcode))
        lower_emit(L, CODE_reload, 0, 0, 0);
    switch (insn->opcode) {
    case IL_OP_LDFLD:
    case IL_OP_LDFLDA:
    case IL_OP_STFLD:
    case IL_OP_LDSFLD:
    case IL_OP_LDSFLDA:
    case IL_OP_STSFLD: return lower_field(L, insn);
    default: return lower_indirect(L, insn) || lower_array(L, insn) || lower_object(L, insn);
    }
}
