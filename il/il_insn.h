/* The opcode table for the files of this folder that go through instructions by the thousand. */
#ifndef CLARET_IL_INSN_H
#define CLARET_IL_INSN_H

#include "il.h"
#include "il_bytes.h"

extern const il_opcode_info il_opcodes[IL_OPCODE_COUNT];

/* What the decoder needs to know of an opcode, in one load: the next instruction's place hangs on
 * it. */
typedef struct il_encoding {
    uint8_t opcode_and_1; /* il_opcode + 1; 0 where there is no instruction */
    uint8_t operand;      /* il_operand */
    uint8_t size;         /* of opcode and operand; for a switch, up to its count */
    uint8_t shift;        /* 64 - the operand's bits */
} il_encoding;

/* At the code of one byte, or 0x100 + the byte after FE. */
extern const il_encoding il_encodings[0x200];

/* Bytes by il_operand; for a switch, those of its count. */
extern const uint8_t il_operand_size[IL_OPERAND_U1 + 1];

static inline uint32_t il_opcode_size(const il_opcode_info *info) {
    return info->code > 0xFF ? 2 : 1;
}

/* Operands that are numbers of fewer than 64 bits and have a sign. */
static inline bool il_operand_is_signed(il_operand kind) {
    return kind <= IL_OPERAND_BRANCH4;
}

/* METHOD, FIELD, TYPE, TOKEN, STRING and SIG. */
static inline bool il_operand_is_token(il_operand kind) {
    return kind >= IL_OPERAND_METHOD && kind <= IL_OPERAND_SIG;
}

static inline bool il_operand_is_branch(il_operand kind) {
    return kind == IL_OPERAND_BRANCH1 || kind == IL_OPERAND_BRANCH4;
}

/* Whether control never goes on to the next instruction. */
static inline bool il_flow_ends(il_flow flow) {
    return flow == IL_FLOW_BRANCH || flow == IL_FLOW_RETURN || flow == IL_FLOW_THROW;
}

/* A branch in its short and in its long form. */
static inline il_opcode il_short_branch(il_opcode opcode) {
    if (opcode == IL_OP_LEAVE)
        return IL_OP_LEAVE_S;
    return opcode >= IL_OP_BR && opcode <= IL_OP_BLT_UN
               ? (il_opcode)(opcode - IL_OP_BR + IL_OP_BR_S)
               : opcode;
}

static inline il_opcode il_long_branch(il_opcode opcode) {
    if (opcode == IL_OP_LEAVE_S)
        return IL_OP_LEAVE;
    return opcode >= IL_OP_BR_S && opcode <= IL_OP_BLT_UN_S
               ? (il_opcode)(opcode - IL_OP_BR_S + IL_OP_BR)
               : opcode;
}

_Static_assert(IL_OP_BLT_UN - IL_OP_BR == IL_OP_BLT_UN_S - IL_OP_BR_S, "branches come in pairs");

/* The 64 bits at p, of which only left lie in the code; the rest reads as zeros. */
static inline uint64_t il_load_operand(const uint8_t *p, uint32_t left) {
    uint8_t bytes[8] = {0};
    if (left >= sizeof bytes)
        return il_load64(p);
    memcpy(bytes, p, left);
    return il_load64(bytes);
}

/* il_insn_read without the error's text: false when there is no instruction at offset. All but the
 * rarest operands are cut out of one 64-bit load, without a branch that depends on their kind. */
static inline bool il_insn_decode(const uint8_t *code, uint32_t code_size, uint32_t offset,
                                  il_insn *out) {
    if (offset >= code_size)
        return false;
    const uint8_t *p = code + offset;
    uint32_t left = code_size - offset, byte = *p++;
    if (byte == 0xFE && left > 1)
        byte = 0x100u + *p++;
    il_encoding encoding = il_encodings[byte];
    uint32_t end = encoding.size;
    if (encoding.opcode_and_1 == 0 || end > left)
        return false;
    il_operand kind = (il_operand)encoding.operand;
    out->opcode = (il_opcode)(encoding.opcode_and_1 - 1);
    out->offset = offset;
    out->size = end;
    out->u.i = 0;
    if (kind == IL_OPERAND_NONE)
        return true;
    uint64_t bits = il_load_operand(p, (uint32_t)(code + code_size - p)) << encoding.shift;
    int64_t value = (int64_t)bits >> encoding.shift;
    if (!il_operand_is_signed(kind))
        value = (int64_t)(bits >> encoding.shift);
    out->u.i = value;
    if (il_operand_is_branch(kind)) {
        out->u.i = 0;
        out->u.target = offset + end + (uint32_t)value;
    } else if (kind == IL_OPERAND_R4) {
        out->u.i = (int64_t)il_widen_float((uint32_t)value);
    } else if (kind == IL_OPERAND_SWITCH) {
        if ((uint64_t)value > (left - end) / 4)
            return false;
        out->size = end + (uint32_t)value * 4;
        out->u.cases.count = (uint32_t)value;
        out->u.cases.table = code + offset + end;
    }
    return true;
}

#endif
