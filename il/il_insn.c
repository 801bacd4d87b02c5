/* Single instructions: the opcode table and the decoder (III.1.7, III.1.9). */
#include "il.h"
#include "il_bytes.h"

static const il_opcode_info INFO[IL_OPCODE_COUNT] = {
#define SLOTS(letters) ((letters)[0] == '*' ? IL_STACK_VARIES : (int)sizeof(letters) - 1)
#define IL_OPCODE(name, text, code, pops, pushes, operand, flow)                                   \
    {text, code, IL_OPERAND_##operand, IL_FLOW_##flow, SLOTS(pops), SLOTS(pushes)},
#include "il_opcodes.def"
#undef IL_OPCODE
#undef SLOTS
};

_Static_assert(IL_OPCODE_COUNT < UINT8_MAX, "OPCODE_OF holds opcode + 1 in a byte");

/* At the code of one byte, or 0x100 + the byte after FE: the opcode + 1; 0 where there is none. */
static const uint8_t OPCODE_OF[0x200] = {
#define IL_OPCODE(name, text, code, pops, pushes, operand, flow)                                   \
    [(code) > 0xFF ? 0x100 + ((code)&0xFF) : (code)] = IL_OP_##name + 1,
#include "il_opcodes.def"
#undef IL_OPCODE
};

/* Operand bytes; for a switch, those of its count. */
static const uint8_t OPERAND_SIZE[] = {
    [IL_OPERAND_NONE] = 0,    [IL_OPERAND_I1] = 1,      [IL_OPERAND_I4] = 4,
    [IL_OPERAND_I8] = 8,      [IL_OPERAND_R4] = 4,      [IL_OPERAND_R8] = 8,
    [IL_OPERAND_BRANCH1] = 1, [IL_OPERAND_BRANCH4] = 4, [IL_OPERAND_SWITCH] = 4,
    [IL_OPERAND_VAR1] = 1,    [IL_OPERAND_VAR2] = 2,    [IL_OPERAND_METHOD] = 4,
    [IL_OPERAND_FIELD] = 4,   [IL_OPERAND_TYPE] = 4,    [IL_OPERAND_TOKEN] = 4,
    [IL_OPERAND_STRING] = 4,  [IL_OPERAND_SIG] = 4,     [IL_OPERAND_U1] = 1,
};

const il_opcode_info *il_opcode_get(il_opcode opcode) {
    return &INFO[opcode];
}

static il_status cut_off(const char *text, uint32_t offset, il_error *err) {
    return il_fail(err, IL_BAD_BODY, offset, 0, "IL_%04x: %s runs over the end of the code", offset,
                   text);
}

static void read_operand(il_operand kind, const uint8_t *p, il_insn *out) {
    uint32_t end = out->offset + out->size;
    switch (kind) {
    case IL_OPERAND_NONE: out->u.i = 0; break;
    case IL_OPERAND_I1: out->u.i = (int8_t)p[0]; break;
    case IL_OPERAND_VAR1:
    case IL_OPERAND_U1: out->u.i = p[0]; break;
    case IL_OPERAND_VAR2: out->u.i = il_load16(p); break;
    case IL_OPERAND_I4: out->u.i = (int32_t)il_load32(p); break;
    case IL_OPERAND_I8:
    case IL_OPERAND_R8: out->u.i = (int64_t)il_load64(p); break;
    case IL_OPERAND_R4: out->u.i = (int64_t)il_widen_float(il_load32(p)); break;
    case IL_OPERAND_BRANCH1: out->u.target = end + (uint32_t)(int8_t)p[0]; break;
    case IL_OPERAND_BRANCH4: out->u.target = end + il_load32(p); break;
    case IL_OPERAND_METHOD:
    case IL_OPERAND_FIELD:
    case IL_OPERAND_TYPE:
    case IL_OPERAND_TOKEN:
    case IL_OPERAND_STRING:
    case IL_OPERAND_SIG: out->u.token = il_load32(p); break;
    case IL_OPERAND_SWITCH:
        out->u.cases.count = il_load32(p);
        out->u.cases.table = p + 4;
        break;
    }
}

il_status il_insn_read(const uint8_t *code, uint32_t code_size, uint32_t offset, il_insn *out,
                       il_error *err) {
    if (offset >= code_size)
        return il_fail(err, IL_BAD_BODY, offset, 0,
                       "IL_%04x: no instruction, the code ends at IL_%04x", offset, code_size);
    const uint8_t *p = code + offset;
    uint32_t left = code_size - offset, size = 1, byte = p[0];
    if (byte == 0xFE && left > 1) {
        byte = 0x100u + p[1];
        size = 2;
    }
    if (OPCODE_OF[byte] == 0)
        return il_fail(err, IL_BAD_BODY, offset, 0, "IL_%04x: %s%02x is no instruction", offset,
                       size == 2 ? "fe " : "", byte & 0xFF);
    out->opcode = (il_opcode)(OPCODE_OF[byte] - 1);
    out->offset = offset;
    const il_opcode_info *info = &INFO[out->opcode];
    p += size;
    size += OPERAND_SIZE[info->operand];
    if (size > left)
        return cut_off(info->text, offset, err);
    if (info->operand == IL_OPERAND_SWITCH) {
        uint32_t count = il_load32(p);
        if (count > (left - size) / 4)
            return cut_off(info->text, offset, err);
        size += count * 4;
    }
    out->size = size;
    read_operand((il_operand)info->operand, p, out);
    return IL_OK;
}

uint32_t il_insn_case(const il_insn *insn, uint32_t index) {
    return insn->offset + insn->size + il_load32(insn->u.cases.table + (size_t)index * 4);
}
