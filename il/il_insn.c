/* Single instructions: the opcode table and the decoder (III.1.7, III.1.9). */
#include "il_insn.h"

const il_opcode_info il_opcodes[IL_OPCODE_COUNT] = {
#define SLOTS(letters) ((letters)[0] == '*' ? IL_STACK_VARIES : (int)sizeof(letters) - 1)
#define IL_OPCODE(name, text, code, pops, pushes, operand, flow)                                   \
    {text, code, IL_OPERAND_##operand, IL_FLOW_##flow, SLOTS(pops), SLOTS(pushes)},
#include "il_opcodes.def"
#undef IL_OPCODE
#undef SLOTS
};

_Static_assert(IL_OPCODE_COUNT < UINT8_MAX, "il_encoding holds opcode + 1 in a byte");

/* By il_operand, as a constant expression. */
enum {
    SIZE_NONE = 0,
    SIZE_I1 = 1,
    SIZE_I4 = 4,
    SIZE_I8 = 8,
    SIZE_R4 = 4,
    SIZE_R8 = 8,
    SIZE_BRANCH1 = 1,
    SIZE_BRANCH4 = 4,
    SIZE_SWITCH = 4,
    SIZE_VAR1 = 1,
    SIZE_VAR2 = 2,
    SIZE_METHOD = 4,
    SIZE_FIELD = 4,
    SIZE_TYPE = 4,
    SIZE_TOKEN = 4,
    SIZE_STRING = 4,
    SIZE_SIG = 4,
    SIZE_U1 = 1
};

const il_encoding il_encodings[0x200] = {
#define IL_OPCODE(name, text, code, pops, pushes, operand, flow)                                   \
    [(code) > 0xFF ? 0x100 + ((code)&0xFF) : (code)] = {IL_OP_##name + 1, IL_OPERAND_##operand,    \
                                                        ((code) > 0xFF ? 2 : 1) + SIZE_##operand},
#include "il_opcodes.def"
#undef IL_OPCODE
};

const uint8_t il_operand_size[IL_OPERAND_U1 + 1] = {
    [IL_OPERAND_NONE] = SIZE_NONE,       [IL_OPERAND_I1] = SIZE_I1,
    [IL_OPERAND_I4] = SIZE_I4,           [IL_OPERAND_I8] = SIZE_I8,
    [IL_OPERAND_R4] = SIZE_R4,           [IL_OPERAND_R8] = SIZE_R8,
    [IL_OPERAND_BRANCH1] = SIZE_BRANCH1, [IL_OPERAND_BRANCH4] = SIZE_BRANCH4,
    [IL_OPERAND_SWITCH] = SIZE_SWITCH,   [IL_OPERAND_VAR1] = SIZE_VAR1,
    [IL_OPERAND_VAR2] = SIZE_VAR2,       [IL_OPERAND_METHOD] = SIZE_METHOD,
    [IL_OPERAND_FIELD] = SIZE_FIELD,     [IL_OPERAND_TYPE] = SIZE_TYPE,
    [IL_OPERAND_TOKEN] = SIZE_TOKEN,     [IL_OPERAND_STRING] = SIZE_STRING,
    [IL_OPERAND_SIG] = SIZE_SIG,         [IL_OPERAND_U1] = SIZE_U1,
};

#define UNSIGNED(bits)                                                                             \
    { UINT64_MAX >> (64 - (bits)), 0 }
#define SIGNED(bits)                                                                               \
    { UINT64_MAX >> (64 - (bits)), 1ull << ((bits)-1) }

const il_operand_bits il_operand_cut[IL_OPERAND_U1 + 1] = {
    [IL_OPERAND_NONE] = {0, 0},         [IL_OPERAND_I1] = SIGNED(8),
    [IL_OPERAND_I4] = SIGNED(32),       [IL_OPERAND_I8] = UNSIGNED(64),
    [IL_OPERAND_R4] = UNSIGNED(32),     [IL_OPERAND_R8] = UNSIGNED(64),
    [IL_OPERAND_BRANCH1] = SIGNED(8),   [IL_OPERAND_BRANCH4] = SIGNED(32),
    [IL_OPERAND_SWITCH] = UNSIGNED(32), [IL_OPERAND_VAR1] = UNSIGNED(8),
    [IL_OPERAND_VAR2] = UNSIGNED(16),   [IL_OPERAND_METHOD] = UNSIGNED(32),
    [IL_OPERAND_FIELD] = UNSIGNED(32),  [IL_OPERAND_TYPE] = UNSIGNED(32),
    [IL_OPERAND_TOKEN] = UNSIGNED(32),  [IL_OPERAND_STRING] = UNSIGNED(32),
    [IL_OPERAND_SIG] = UNSIGNED(32),    [IL_OPERAND_U1] = UNSIGNED(8),
};

const il_opcode_info *il_opcode_get(il_opcode opcode) {
    return &il_opcodes[opcode];
}

/* Says why il_insn_decode refused. */
static il_status refuse(const uint8_t *code, uint32_t code_size, uint32_t offset, il_error *err) {
    if (offset >= code_size)
        return il_fail(err, IL_BAD_BODY, offset, 0,
                       "IL_%04x: no instruction, the code ends at IL_%04x", offset, code_size);
    bool two = code[offset] == 0xFE && code_size - offset > 1;
    uint32_t byte = two ? code[offset + 1] : code[offset];
    uint8_t opcode = il_encodings[two ? 0x100 + byte : byte].opcode_and_1;
    if (opcode == 0)
        return il_fail(err, IL_BAD_BODY, offset, 0, "IL_%04x: %s%02x is no instruction", offset,
                       two ? "fe " : "", byte);
    return il_fail(err, IL_BAD_BODY, offset, 0, "IL_%04x: %s runs over the end of the code", offset,
                   il_opcodes[opcode - 1].text);
}

il_status il_insn_read(const uint8_t *code, uint32_t code_size, uint32_t offset, il_insn *out,
                       il_error *err) {
    if (il_insn_decode(code, code_size, offset, out))
        return IL_OK;
    return refuse(code, code_size, offset, err);
}

uint32_t il_insn_case(const il_insn *insn, uint32_t index) {
    return insn->offset + insn->size + il_load32(insn->u.cases.table + (size_t)index * 4);
}
