/* Compressed numbers, types and signatures as bytes (II.23.2): the inverse of il_sig.c. */
#include "il_encode.h"

#include "il_bytes.h"

/* ---- Numbers ---- */

void il_put_u8(il_text *out, uint8_t value) {
    il_put(out, (char)value);
}

void il_put_u16(il_text *out, uint16_t value) {
    uint8_t bytes[2];
    il_store16(bytes, value);
    il_put_bytes(out, bytes, sizeof bytes);
}

void il_put_u32(il_text *out, uint32_t value) {
    uint8_t bytes[4];
    il_store32(bytes, value);
    il_put_bytes(out, bytes, sizeof bytes);
}

void il_put_u64(il_text *out, uint64_t value) {
    uint8_t bytes[8];
    il_store64(bytes, value);
    il_put_bytes(out, bytes, sizeof bytes);
}

/* bits in one byte (7), two (14) or four (29), big-endian behind a prefix. */
static void put_bits(il_text *out, uint32_t bits, unsigned width) {
    uint8_t bytes[4] = {(uint8_t)(0xC0 | (bits >> 24 & 0x1F)), (uint8_t)(bits >> 16),
                        (uint8_t)(bits >> 8), (uint8_t)bits};
    if (width == 7) {
        il_put_u8(out, (uint8_t)(bits & 0x7F));
    } else if (width == 14) {
        bytes[2] = (uint8_t)(0x80 | (bits >> 8 & 0x3F));
        il_put_bytes(out, bytes + 2, 2);
    } else {
        il_put_bytes(out, bytes, 4);
    }
}

void il_put_compressed(il_text *out, uint32_t value) {
    put_bits(out, value, value < 1u << 7 ? 7 : value < 1u << 14 ? 14 : 29);
}

/* The sign goes to the lowest bit, by rotation within the width. */
void il_put_compressed_signed(il_text *out, int32_t value) {
    unsigned width = value >= -(1 << 6) && value < 1 << 6     ? 7
                     : value >= -(1 << 13) && value < 1 << 13 ? 14
                                                              : 29;
    uint32_t bits = (uint32_t)value << 1 & ((1u << width) - 1);
    put_bits(out, bits | (value < 0), width);
}

/* Some unit is more than a plain ASCII letter. */
static bool is_special(uint16_t unit) {
    return unit > 0x7E || (unit >= 0x01 && unit <= 0x08) || (unit >= 0x0E && unit <= 0x1F) ||
           unit == 0x27 || unit == 0x2D;
}

void il_put_user_string(il_text *out, const uint16_t *units, size_t count) {
    bool special = false;
    for (size_t i = 0; i < count; i++) {
        il_put_u16(out, units[i]);
        special |= is_special(units[i]);
    }
    il_put_u8(out, special);
}

void il_put_type_token(il_text *out, uint32_t token) {
    uint32_t tag = IL_TOKEN_TABLE(token) == IL_TypeDef   ? 0
                   : IL_TOKEN_TABLE(token) == IL_TypeRef ? 1
                                                         : 2;
    il_put_compressed(out, IL_TOKEN_ROW(token) << 2 | tag);
}

void il_put_ser_string(il_text *out, const char *utf8) {
    if (!utf8) {
        il_put_u8(out, 0xFF);
        return;
    }
    size_t size = strlen(utf8);
    il_put_compressed(out, (uint32_t)size);
    il_put_bytes(out, utf8, size);
}

/* ---- Parts of signatures ---- */

void il_put_element(il_text *out, il_element element) {
    il_put_u8(out, (uint8_t)element);
}

void il_put_named(il_text *out, il_element class_or_valuetype, uint32_t token) {
    il_put_element(out, class_or_valuetype);
    il_put_type_token(out, token);
}

void il_put_variable(il_text *out, il_element var_or_mvar, uint32_t index) {
    il_put_element(out, var_or_mvar);
    il_put_compressed(out, index);
}

void il_put_modifier(il_text *out, bool required, uint32_t token) {
    il_put_element(out, required ? IL_TYPE_CMOD_REQD : IL_TYPE_CMOD_OPT);
    il_put_type_token(out, token);
}

void il_put_instance(il_text *out, il_element class_or_valuetype, uint32_t token, uint32_t count) {
    il_put_element(out, IL_TYPE_GENERICINST);
    il_put_named(out, class_or_valuetype, token);
    il_put_compressed(out, count);
}

void il_put_array_shape(il_text *out, uint32_t rank, uint32_t size_count, const uint32_t *sizes,
                        uint32_t low_count, const int32_t *lows) {
    il_put_compressed(out, rank);
    il_put_compressed(out, size_count);
    for (uint32_t i = 0; i < size_count; i++)
        il_put_compressed(out, sizes[i]);
    il_put_compressed(out, low_count);
    for (uint32_t i = 0; i < low_count; i++)
        il_put_compressed_signed(out, lows[i]);
}

void il_put_method_header(il_text *out, uint8_t convention, uint32_t generic_count,
                          uint32_t param_count) {
    il_put_u8(out, (uint8_t)(convention | (generic_count ? IL_SIG_GENERIC : 0)));
    if (generic_count || convention & IL_SIG_GENERIC)
        il_put_compressed(out, generic_count);
    il_put_compressed(out, param_count);
}

void il_put_list_header(il_text *out, uint8_t locals_or_method_spec, uint32_t count) {
    il_put_u8(out, locals_or_method_spec);
    il_put_compressed(out, count);
}

/* ---- Parsed types ---- */

static void put_instance(il_text *out, const il_type *type) {
    il_put_instance(out, type->element->kind, type->element->token, type->arg_count);
    for (uint32_t i = 0; i < type->arg_count; i++)
        il_put_type(out, type->args[i]);
}

void il_put_type(il_text *out, const il_type *type) {
    for (uint32_t i = 0; i < type->modifier_count; i++)
        il_put_modifier(out, type->modifiers[i].required, type->modifiers[i].token);
    if (type->pinned)
        il_put_element(out, IL_TYPE_PINNED);
    switch (type->kind) {
    case IL_TYPE_CLASS:
    case IL_TYPE_VALUETYPE: il_put_named(out, type->kind, type->token); return;
    case IL_TYPE_VAR:
    case IL_TYPE_MVAR: il_put_variable(out, type->kind, type->index); return;
    case IL_TYPE_GENERICINST: put_instance(out, type); return;
    default: il_put_element(out, type->kind);
    }
    if (type->element)
        il_put_type(out, type->element);
    if (type->method)
        il_put_method_sig(out, type->method);
    if (type->kind == IL_TYPE_ARRAY)
        il_put_array_shape(out, type->rank, type->size_count, type->sizes, type->low_count,
                           type->lows);
}

void il_put_method_sig(il_text *out, const il_method_sig *sig) {
    uint8_t kind = sig->convention & IL_SIG_KIND_MASK;
    if (kind == IL_SIG_LOCALS || kind == IL_SIG_METHOD_SPEC) {
        il_put_list_header(out, sig->convention, sig->param_count);
    } else {
        il_put_method_header(out, sig->convention, sig->generic_count, sig->param_count);
        il_put_type(out, sig->ret);
    }
    for (uint32_t i = 0; i < sig->param_count; i++) {
        if (i == sig->sentinel)
            il_put_element(out, IL_TYPE_SENTINEL);
        il_put_type(out, sig->params[i]);
    }
}
