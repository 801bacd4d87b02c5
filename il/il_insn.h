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
} il_encoding;

/* At the code of one byte, or 0x100 + the byte after FE. */
extern const il_encoding il_encodings[0x200];

/* Bytes by il_operand; for a switch, those of its count. */
extern const uint8_t il_operand_size[IL_OPERAND_U1 + 1];

/* By il_operand: which of the 64 bits behind the opcode belong to the operand, and its sign bit
 * when it has one. */
typedef struct il_operand_bits {
    uint64_t mask, sign;
} il_operand_bits;

extern const il_operand_bits il_operand_cut[IL_OPERAND_U1 + 1];

static inline uint32_t il_opcode_size(const il_opcode_info *info) {
    return info->code > 0xFF ? 2 : 1;
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

/* Whether its variable is a local one, and not a parameter. */
static inline bool il_names_a_local(il_opcode opcode) {
    switch (opcode) {
    case IL_OP_LDLOC:
    case IL_OP_LDLOC_S:
    case IL_OP_LDLOCA:
    case IL_OP_LDLOCA_S:
    case IL_OP_STLOC:
    case IL_OP_STLOC_S: return true;
    default: return false;
    }
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

/* The 64 bits at p; those beyond the end of the code, which is not far when this is slow, are 0. */
static inline uint64_t il_load_operand(const uint8_t *p, const uint8_t *code, uint32_t code_size) {
    const uint8_t *end = code + code_size;
    size_t left = (size_t)(end - p);
    uint8_t bytes[8] = {0};
    if (left >= sizeof bytes)
        return il_load64(p);
    if (code_size >= sizeof bytes) /* the last 64 bits, without those before p */
        return il_load64(end - sizeof bytes) >> (56 - 8 * left) >> 8;
    memcpy(bytes, p, left);
    return il_load64(bytes);
}

/* What the bits of R4, branches and switch stand for; left counts from the instruction on. False
 * when a switch runs over the end. */
static inline bool il_insn_finish(const uint8_t *code, uint32_t left, il_operand kind,
                                  uint32_t value, il_insn *out) {
    uint32_t size = out->size;
    switch (kind) {
    case IL_OPERAND_R4: out->u.i = (int64_t)il_widen_float(value); break;
    case IL_OPERAND_BRANCH1:
    case IL_OPERAND_BRANCH4: out->u.i = (uint32_t)(out->offset + size + value); break;
    case IL_OPERAND_SWITCH:
        if (value > (left - size) / 4)
            return false;
        out->size = size + value * 4;
        out->u.cases.count = value;
        out->u.cases.table = code + out->offset + size;
        break;
    default: break;
    }
    return true;
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
    uint64_t bits = il_load_operand(p, code, code_size);
    il_operand_bits cut = il_operand_cut[kind];
    uint64_t value = ((bits & cut.mask) ^ cut.sign) - cut.sign;
    out->u.i = (int64_t)value;
    return kind < IL_OPERAND_R4 || kind > IL_OPERAND_SWITCH ||
           il_insn_finish(code, left, kind, (uint32_t)value, out);
}

#endif
