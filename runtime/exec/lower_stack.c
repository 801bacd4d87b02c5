/* Lowering: the symbolic evaluation stack, and emission of instructions. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/exec/lower.h"

#define MAX_REGISTER 0xFFF0u

/* ---- Failing ---- */

void lower_fail(struct lowering *L, const char *format, ...) {
    char reason[256], name[256];
    va_list args;
    if (L->status != IL_OK)
        return;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    if (L->guessing) { /* perhaps nobody ever gets here */
        lower_throw(L, "InvalidProgramException", "%s", reason);
        return;
    }
    L->status = il_fail(L->err, IL_BAD_BODY, L->il_offset, IL_TOKEN(IL_MethodDef, L->method->row),
                        "%s at IL_%04X: %s", method_name(L->method, name, sizeof name),
                        L->il_offset, reason);
}

void lower_no_memory(struct lowering *L) {
    if (L->status == IL_OK)
        L->status = il_fail(L->err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
}

void lower_throw(struct lowering *L, const char *exception, const char *format, ...) {
    char reason[512], name[256], message[800];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    int length = snprintf(message, sizeof message, "%s (%s, IL_%04X)", reason,
                          method_name(L->method, name, sizeof name), L->il_offset);
    struct code_failure *failure = mem_pool_alloc(L->pool, sizeof *failure);
    char *text = mem_pool_alloc(L->pool, sizeof message);
    if (!failure || !text || length < 0) {
        lower_no_memory(L);
        return;
    }
    memcpy(text, message, sizeof message);
    failure->exception = exception;
    failure->message = text;
    lower_emit_pointer(L, CODE_fail, 0, 0, failure);
    L->dead = true;
}

void lower_throw_error(struct lowering *L, const il_error *err) {
    switch (err->status) {
    case IL_OUT_OF_MEMORY: lower_no_memory(L); return;
    case IL_NO_TYPE: lower_throw(L, "TypeLoadException", "%s", err->text); return;
    case IL_NO_METHOD: lower_throw(L, "MissingMethodException", "%s", err->text); return;
    case IL_NO_FIELD: lower_throw(L, "MissingFieldException", "%s", err->text); return;
    case IL_FILE_ERROR: lower_throw(L, "IO.FileNotFoundException", "%s", err->text); return;
    default: lower_throw(L, "BadImageFormatException", "%s", err->text); return;
    }
}

void lower_throw_access(struct lowering *L, const char *exception, const char *kind,
                        const char *text) {
    char name[256];
    lower_throw(L, exception, "Attempt by method '%s' to access %s '%s' failed.",
                method_name(L->method, name, sizeof name), kind, text);
}

void lower_unsupported(struct lowering *L, const char *what) {
    lower_throw(L, "NotSupportedException", "Claret does not support %s", what);
}

/* ---- Emission ---- */

bool lower_grow(struct lowering *L) {
    uint32_t capacity = L->capacity ? 2 * L->capacity : 64;
    struct insn *insns = mem_resize(L->insns, capacity, sizeof *insns);
    if (!insns)
        return false;
    L->insns = insns;
    uint32_t *offsets = mem_resize(L->il_offsets, capacity, sizeof *offsets);
    if (!offsets)
        return false;
    L->il_offsets = offsets;
    L->capacity = capacity;
    return true;
}

struct insn *lower_emit(struct lowering *L, enum code_op op, uint32_t a, uint32_t b, uint32_t c) {
    if (L->count == L->capacity && !lower_grow(L)) {
        lower_no_memory(L);
        L->count--; /* the lowering has failed: the last instruction is as good as any */
    }
    L->il_offsets[L->count] = L->il_offset;
    struct insn *insn = &L->insns[L->count++];
    insn->op = (uint16_t)op;
    insn->a = (uint16_t)a;
    insn->b = (uint16_t)b;
    insn->c = (uint16_t)c;
    insn->u.i = 0;
    return insn;
}

struct insn *lower_emit_imm(struct lowering *L, enum code_op op, uint32_t a, uint32_t b,
                            int64_t imm) {
    struct insn *insn = lower_emit(L, op, a, b, 0);
    insn->u.i = imm;
    return insn;
}

struct insn *lower_emit_pointer(struct lowering *L, enum code_op op, uint32_t a, uint32_t b,
                                const void *p) {
    struct insn *insn = lower_emit(L, op, a, b, 0);
    insn->u.p = (void *)(uintptr_t)p;
    return insn;
}

struct insn *lower_emit_mem(struct lowering *L, enum code_op op, uint32_t a, uint32_t b,
                            uint32_t offset, uint32_t size) {
    struct insn *insn = lower_emit(L, op, a, b, 0);
    insn->u.mem.offset = offset;
    insn->u.mem.size = size;
    return insn;
}

/* ---- The stack ---- */

value_kind lower_kind_of(const struct type *type) {
    switch (type->storage) {
    case STORE_I8: return type->kind == TYPE_BYREF ? V_ADDRESS : V_I8;
    case STORE_R4: return V_R4;
    case STORE_R8: return V_R8;
    case STORE_REF: return V_REF;
    case STORE_STRUCT: return V_STRUCT;
    default: return V_I4;
    }
}

bool lower_is_pointer_sized(value_kind kind) {
    return kind == V_I8 || kind == V_ADDRESS || kind == V_REF;
}

uint16_t lower_next_home(struct lowering *L) {
    if (L->depth == 0)
        return (uint16_t)L->temp_start;
    const struct value *top = &L->stack[L->depth - 1];
    return (uint16_t)(top->home + top->slots);
}

void lower_need_regs(struct lowering *L, uint32_t reg, uint32_t slots) {
    if (reg + slots > MAX_REGISTER)
        lower_fail(L, "the method needs more than %u registers", MAX_REGISTER);
    else if (reg + slots > L->reg_count)
        L->reg_count = reg + slots;
}

static struct value *push(struct lowering *L, value_kind kind, uint32_t slots) {
    if (L->depth >= L->max_depth) {
        lower_fail(L, "the evaluation stack grows beyond maxstack %u", L->body.max_stack);
        if (L->depth >= L->max_depth + 1) /* one spare entry keeps the caller in bounds */
            L->depth--;
    }
    uint16_t home = lower_next_home(L);
    lower_need_regs(L, home, slots);
    struct value *value = &L->stack[L->depth++];
    memset(value, 0, sizeof *value);
    value->kind = (uint8_t)kind;
    value->storage = STORE_I4;
    value->home = value->reg = home;
    value->slots = (uint16_t)slots;
    return value;
}

uint16_t lower_push(struct lowering *L, struct type *type) {
    struct value *value = push(L, lower_kind_of(type), type_slots(type));
    value->type = type;
    if (type->storage < STORE_I4)
        value->storage = type->storage;
    return value->home;
}

uint16_t lower_push_kind(struct lowering *L, value_kind kind) {
    return push(L, kind, 1)->home;
}

void lower_push_constant(struct lowering *L, value_kind kind, int64_t imm) {
    struct value *value = push(L, kind, 1);
    value->constant = true;
    value->imm = imm;
}

void lower_push_copy(struct lowering *L, struct value copy) {
    struct value *value = push(L, copy.kind, copy.slots);
    uint16_t home = value->home;
    *value = copy;
    value->home = home;
}

struct value lower_pop(struct lowering *L) {
    static const struct value nothing = {.kind = V_I4, .slots = 1, .storage = STORE_I4};
    if (L->depth == 0) {
        lower_fail(L, "the evaluation stack is empty");
        struct value value = nothing;
        value.home = value.reg = (uint16_t)L->temp_start;
        lower_need_regs(L, L->temp_start, 1);
        return value;
    }
    return L->stack[--L->depth];
}

struct value *lower_top(struct lowering *L, uint32_t from_top) {
    if (from_top >= L->depth) {
        lower_fail(L, "the evaluation stack is empty");
        return &L->stack[0];
    }
    return &L->stack[L->depth - 1 - from_top];
}

uint16_t lower_use(struct lowering *L, struct value *value) {
    if (value->constant)
        lower_home(L, value);
    return value->reg;
}

enum code_op lower_move_op(value_kind kind) {
    return kind == V_R4 ? CODE_mov_r4 : kind == V_R8 ? CODE_mov_r8 : CODE_mov;
}

static enum code_op constant_op(value_kind kind) {
    return kind == V_R4 ? CODE_ldc_r4 : kind == V_R8 ? CODE_ldc_r8 : CODE_ldc;
}

void lower_home(struct lowering *L, struct value *value) {
    if (value->constant) {
        lower_emit_imm(L, constant_op(value->kind), value->home, 0, value->imm);
        value->constant = false;
    } else if (value->reg != value->home) {
        if (value->slots == 1)
            lower_emit(L, lower_move_op(value->kind), value->home, value->reg, 0);
        else
            lower_emit_mem(L, CODE_mov_n, value->home, value->reg, 0, value->slots);
    }
    value->reg = value->home;
}

void lower_home_all(struct lowering *L) {
    for (uint32_t i = 0; i < L->depth; i++)
        lower_home(L, &L->stack[i]);
}

void lower_release(struct lowering *L, uint32_t reg, uint32_t slots) {
    for (uint32_t i = 0; i < L->depth; i++) {
        struct value *value = &L->stack[i];
        if (!value->constant && value->reg != value->home && value->reg < reg + slots &&
            reg < (uint32_t)value->reg + value->slots)
            lower_home(L, value);
    }
}

/* ---- Conversions at assignment ---- */

static bool fits(int64_t imm, uint8_t storage) {
    switch (storage) {
    case STORE_I1: return imm == (int8_t)imm;
    case STORE_U1: return imm == (uint8_t)imm;
    case STORE_I2: return imm == (int16_t)imm;
    case STORE_U2: return imm == (uint16_t)imm;
    default: return true;
    }
}

static void narrow(struct lowering *L, struct value *value, uint8_t storage) {
    static const uint16_t ops[] = {[STORE_I1] = CODE_conv_i1,
                                   [STORE_U1] = CODE_conv_u1,
                                   [STORE_I2] = CODE_conv_i2,
                                   [STORE_U2] = CODE_conv_u2};
    if (value->storage == storage || (value->constant && fits(value->imm, storage)))
        return;
    uint16_t from = lower_use(L, value);
    lower_emit(L, ops[storage], value->home, from, 0);
    value->reg = value->home;
    value->extended = false;
    value->storage = storage;
}

static void convert(struct lowering *L, struct value *value, enum code_op op, value_kind kind) {
    uint16_t from = lower_use(L, value);
    lower_emit(L, op, value->home, from, 0);
    value->reg = value->home;
    value->extended = false;
    value->kind = (uint8_t)kind;
}

const char *lower_kind_text(const struct value *value) {
    static const char *const texts[] = {"int32",     "int64 or native int", "float32",    "float64",
                                        "an object", "a managed pointer",   "a structure"};
    return texts[value->kind];
}

void lower_coerce(struct lowering *L, struct value *value, const struct type *type,
                  const char *where) {
    value_kind wanted = lower_kind_of(type);
    char name[200];
    if (value->kind == wanted) {
        if (wanted == V_I4 && type->storage < STORE_I4)
            narrow(L, value, type->storage);
        if (wanted != V_STRUCT || value->type == type ||
            (value->type && value->type->value_size == type->value_size))
            return; /* another structure of the same size passes, as in CoreCLR */
    } else if (value->kind == V_I4 && lower_is_pointer_sized(wanted)) {
        if (value->constant)
            value->kind = (uint8_t)wanted;
        else
            convert(L, value, CODE_conv_i8_i4, wanted);
        return;
    } else if (value->kind == V_R4 && wanted == V_R8) {
        convert(L, value, CODE_conv_r8_r4, V_R8);
        return;
    } else if (value->kind == V_R8 && wanted == V_R4) {
        convert(L, value, CODE_conv_r4_r8, V_R4);
        return;
    } else if (lower_is_pointer_sized(value->kind) && lower_is_pointer_sized(wanted)) {
        value->kind = (uint8_t)wanted;
        value->type = NULL;
        return;
    } else if (lower_is_pointer_sized(value->kind) && wanted == V_I4 && type->storage <= STORE_U4) {
        value->kind = V_I4; /* low 32 bits of the same register */
        value->storage = STORE_I4;
        if (value->constant)
            value->imm = (int32_t)value->imm;
        if (type->storage < STORE_I4)
            narrow(L, value, type->storage);
        return;
    }
    char found[200];
    if (value->kind == V_STRUCT && value->type)
        lower_fail(L, "%s expects %s, found %s", where, type_name(type, name, sizeof name),
                   type_name(value->type, found, sizeof found));
    else
        lower_fail(L, "%s expects %s, found %s", where, type_name(type, name, sizeof name),
                   lower_kind_text(value));
}

/* Whether the last instruction only computes the value into its home, so that it can write
 * elsewhere instead. */
static bool can_retarget(const struct lowering *L, const struct value *value) {
    if (value->constant || value->reg != value->home || value->slots != 1 ||
        L->count <= L->block_start)
        return false;
    const struct insn *last = &L->insns[L->count - 1];
    if (last->a != value->home)
        return false;
    switch (code_op_format(last->op)) {
    case FORMAT_D:
    case FORMAT_DS:
    case FORMAT_DSS:
    case FORMAT_DSI:
    case FORMAT_LOAD:
    case FORMAT_LOADS:
    case FORMAT_ELEM: return last->op != CODE_ld_n && last->op != CODE_ldelem_n;
    default: return false;
    }
}

void lower_store_register(struct lowering *L, struct value *value, uint16_t reg) {
    lower_release(L, reg, value->slots);
    if (value->constant)
        lower_emit_imm(L, constant_op(value->kind), reg, 0, value->imm);
    else if (can_retarget(L, value))
        L->insns[L->count - 1].a = reg;
    else if (value->reg == reg)
        return;
    else if (value->slots == 1)
        lower_emit(L, lower_move_op(value->kind), reg, value->reg, 0);
    else
        lower_emit_mem(L, CODE_mov_n, reg, value->reg, 0, value->slots);
}
