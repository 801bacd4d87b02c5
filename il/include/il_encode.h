/* Writing compressed numbers, types and signatures (II.23.2) into a byte buffer: the inverse of the
 * il_read_ and il_parse_ functions. The buffer is an il_text, so nothing fails where it stands; ask
 * out_of_memory at the end.
 *
 *   il_text sig = {0};
 *   il_put_method_header(&sig, IL_SIG_HASTHIS, 0, 2);   instance ...
 *   il_put_element(&sig, IL_TYPE_VOID);                 void (
 *   il_put_element(&sig, IL_TYPE_STRING);               string,
 *   il_put_element(&sig, IL_TYPE_SZARRAY);
 *   il_put_element(&sig, IL_TYPE_I4);                  int32[])
 *   uint32_t blob = il_build_blob(build, il_text_blob(&sig)); */
#ifndef CLARET_IL_ENCODE_H
#define CLARET_IL_ENCODE_H

#include "il.h"
#include "il_text.h"

/* First bytes of signatures (II.23.2.1 to II.23.2.6, II.23.2.15). A method's is one of the first
 * seven, or'ed with the flags; a property's is IL_SIG_PROPERTY, or'ed with IL_SIG_HASTHIS. */
enum {
    IL_SIG_DEFAULT = 0x00,
    IL_SIG_C = 0x01,
    IL_SIG_STDCALL = 0x02,
    IL_SIG_THISCALL = 0x03,
    IL_SIG_FASTCALL = 0x04,
    IL_SIG_VARARG = 0x05,
    IL_SIG_UNMANAGED = 0x09,
    IL_SIG_FIELD = 0x06,
    IL_SIG_LOCALS = 0x07,
    IL_SIG_PROPERTY = 0x08,
    IL_SIG_METHOD_SPEC = 0x0A,
    IL_SIG_KIND_MASK = 0x0F,
    IL_SIG_GENERIC = 0x10,
    IL_SIG_HASTHIS = 0x20,
    IL_SIG_EXPLICITTHIS = 0x40
};

/* The bytes written so far. They stay where they are until the next append. */
static inline il_blob il_text_blob(const il_text *text) {
    return (il_blob){(const uint8_t *)text->data, text->size};
}

void il_put_u8(il_text *out, uint8_t value);
void il_put_u16(il_text *out, uint16_t value); /* little-endian, as the next two */
void il_put_u32(il_text *out, uint32_t value);
void il_put_u64(il_text *out, uint64_t value);

/* II.23.2. value at most 0x1FFFFFFF; signed: -2^28 to 2^28 - 1. Larger values are cut. */
void il_put_compressed(il_text *out, uint32_t value);
void il_put_compressed_signed(il_text *out, int32_t value);
/* A TypeDef, TypeRef or TypeSpec token as TypeDefOrRefOrSpecEncoded (II.23.2.8). */
void il_put_type_token(il_text *out, uint32_t token);
/* A user string without its length: UTF-16 units, and the flag byte (II.24.2.4). */
void il_put_user_string(il_text *out, const uint16_t *units, size_t count);
/* A SerString of custom attributes (II.23.3); NULL is the null string. */
void il_put_ser_string(il_text *out, const char *utf8);

/* Single elements of a signature: an element byte; CLASS or VALUETYPE with its token; VAR or MVAR
 * with its number; a modifier; the head of a generic instance, to be followed by its count
 * arguments. PTR, BYREF, SZARRAY, PINNED and SENTINEL are elements that stand before what they
 * apply to. */
void il_put_element(il_text *out, il_element element);
void il_put_named(il_text *out, il_element class_or_valuetype, uint32_t token);
void il_put_variable(il_text *out, il_element var_or_mvar, uint32_t index);
void il_put_modifier(il_text *out, bool required, uint32_t token);
void il_put_instance(il_text *out, il_element class_or_valuetype, uint32_t token, uint32_t count);

/* The shape of an array, after IL_TYPE_ARRAY and its element type (II.23.2.13). */
void il_put_array_shape(il_text *out, uint32_t rank, uint32_t size_count, const uint32_t *sizes,
                        uint32_t low_count, const int32_t *lows);

/* What stands before the return type of a method (generic_count is written when it is not 0), and
 * before the list of a local variable signature or a method instantiation. */
void il_put_method_header(il_text *out, uint8_t convention, uint32_t generic_count,
                          uint32_t param_count);
void il_put_list_header(il_text *out, uint8_t locals_or_method_spec, uint32_t count);

/* Parsed types and signatures. What was parsed is written back byte for byte, but for compressed
 * numbers that were longer than needed and modifiers after pinned, which come before it. */
void il_put_type(il_text *out, const il_type *type);
void il_put_method_sig(il_text *out, const il_method_sig *sig);

#endif
