/* The disassembler's values: flags, bytes, strings, numbers, constants, custom attributes,
 * permission sets and marshalling descriptors. The rule throughout: what is printed in words reads
 * back to the same bytes; what might not is printed as bytes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "il_dis_state.h"
#include "il_native.h"

/* ---- Flags ---- */

typedef struct flag_row {
    uint8_t set; /* il_dis_flags */
    uint32_t mask, value;
    const char *text; /* NULL: implied bits */
} flag_row;

static const flag_row FLAGS[] = {
#define IL_FLAG(set, mask, value, text) {IL_DIS_##set, mask, value, text},
#define IL_IMPLIED(set, mask)           {IL_DIS_##set, mask, mask, NULL},
#include "il_flags.def"
};

enum { FLAG_COUNT = sizeof FLAGS / sizeof *FLAGS };

static void put_word(il_dis *dis, const char *word) {
    il_puts(dis->text, word);
    il_put(dis->text, ' ');
}

void il_dis_put_flags(il_dis *dis, il_dis_flags set, uint32_t flags) {
    uint32_t left = flags;
    const flag_row *row = FLAGS, *end = FLAGS + FLAG_COUNT;
    while (row < end && row->set != set)
        row++;
    for (; row < end && row->set == set; row++) {
        if ((flags & row->mask) != row->value)
            continue;
        left &= ~row->mask;
        if (row->text)
            put_word(dis, row->text);
    }
    if (left)
        il_putf(dis->text, "flags(0x%x) ", left);
}

/* ---- Bytes ---- */

enum { BYTES_A_LINE = 16 };

static void put_hex_line(il_text *text, const uint8_t *bytes, size_t size) {
    static const char DIGITS[] = "0123456789ABCDEF";
    char *to = il_text_reserve(text, 3 * BYTES_A_LINE);
    if (!to)
        return;
    for (size_t i = 0; i < size; i++) {
        *to++ = DIGITS[bytes[i] >> 4];
        *to++ = DIGITS[bytes[i] & 15];
        *to++ = ' ';
    }
    text->size += 3 * size;
}

static void put_characters(il_text *text, const uint8_t *bytes, size_t size) {
    char *to = il_text_reserve(text, BYTES_A_LINE);
    if (!to)
        return;
    for (size_t i = 0; i < size; i++)
        to[i] = bytes[i] >= 0x20 && bytes[i] < 0x7F ? (char)bytes[i] : '.';
    text->size += size;
}

void il_dis_put_bytes(il_dis *dis, il_blob bytes) {
    il_puts(dis->text, "( ");
    for (size_t at = 0; at < bytes.size; at += BYTES_A_LINE) {
        size_t size = bytes.size - at < BYTES_A_LINE ? bytes.size - at : BYTES_A_LINE;
        bool last = at + size == bytes.size;
        if (at)
            il_put_spaces(dis->text, dis->indent + 4);
        put_hex_line(dis->text, bytes.data + at, size);
        if (last)
            il_put(dis->text, ')');
        il_puts(dis->text, " // ");
        put_characters(dis->text, bytes.data + at, size);
        if (!last)
            il_put(dis->text, '\n');
    }
    if (bytes.size == 0)
        il_put(dis->text, ')');
}

/* "(00 00 C0 7F)" in the middle of a line. */
static void put_inline_bytes(il_dis *dis, const uint8_t *bytes, size_t size) {
    il_put(dis->text, '(');
    put_hex_line(dis->text, bytes, size);
    il_dis_take_back(dis); /* the last space */
    il_put(dis->text, ')');
}

/* ---- Strings ---- */

/* Whether the text can stand between quotes: well-formed UTF-16 without control characters other
 * than tab, line feed and carriage return, and without the byte order mark. */
static bool is_printable(il_blob utf16) {
    for (size_t i = 0; i + 1 < utf16.size; i += 2) {
        uint16_t c = il_load16(utf16.data + i);
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0) ||
            c == 0x2028 || c == 0x2029 || c >= 0xFFFE || c == 0xFEFF || (c & 0xFC00) == 0xDC00)
            return false;
        if ((c & 0xFC00) != 0xD800)
            continue;
        i += 2;
        if (i + 1 >= utf16.size || (il_load16(utf16.data + i) & 0xFC00) != 0xDC00)
            return false;
    }
    return true;
}

static char *put_utf8(char *to, uint32_t c) {
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (char)(0xE0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else {
        *to++ = (char)(0xF0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    }
    return to;
}

/* The letter after the backslash, or 0. */
static char escape_of(uint32_t c) {
    switch (c) {
    case '\t': return 't';
    case '\n': return 'n';
    case '\r': return 'r';
    case '"': return '"';
    case '\\': return '\\';
    default: return 0;
    }
}

void il_dis_put_string(il_dis *dis, il_blob utf16) {
    if (!is_printable(utf16)) {
        il_puts(dis->text, "bytearray ");
        il_dis_put_bytes(dis, utf16);
        return;
    }
    /* One unit takes at most three bytes of UTF-8. */
    char *start = il_text_reserve(dis->text, utf16.size / 2 * 3 + 2), *to = start;
    if (!start)
        return;
    *to++ = '"';
    for (size_t i = 0; i + 1 < utf16.size; i += 2) {
        uint32_t c = il_load16(utf16.data + i);
        if ((c & 0xFC00) == 0xD800) {
            i += 2;
            c = 0x10000 + ((c & 0x3FF) << 10) + (il_load16(utf16.data + i) & 0x3FFu);
        }
        char letter = escape_of(c);
        if (letter) {
            *to++ = '\\';
            *to++ = letter;
        } else {
            to = put_utf8(to, c);
        }
    }
    *to++ = '"';
    dis->text->size += (size_t)(to - start);
}

void il_dis_put_quoted(il_dis *dis, const char *utf8, size_t size) {
    il_put(dis->text, '"');
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)utf8[i];
        char letter = escape_of(c);
        if (letter) {
            il_put(dis->text, '\\');
            il_put(dis->text, letter);
        } else if (c < 0x20 || c == 0x7F) {
            il_putf(dis->text, "\\%03o", c);
        } else {
            il_put(dis->text, (char)c);
        }
    }
    il_put(dis->text, '"');
}

/* ---- Floating point ---- */

/* The shortest of %.*g with a point or exponent in it, so that no one takes it for an integer. */
static void put_decimal(il_dis *dis, double value, int digits, int most) {
    char buffer[40];
    for (;; digits++) {
        snprintf(buffer, sizeof buffer, "%.*g", digits, value);
        if (digits >= most)
            break;
        double back = strtod(buffer, NULL);
        if (most == 9 ? (float)back == (float)value : back == value)
            break;
    }
    il_puts(dis->text, buffer);
    if (!strpbrk(buffer, ".e"))
        il_puts(dis->text, ".0");
}

void il_dis_put_float32(il_dis *dis, uint32_t bits) {
    float value;
    uint8_t bytes[4];
    memcpy(&value, &bits, sizeof value);
    if (isfinite(value)) {
        put_decimal(dis, value, 6, 9);
        return;
    }
    il_store32(bytes, bits);
    put_inline_bytes(dis, bytes, sizeof bytes);
}

void il_dis_put_float64(il_dis *dis, uint64_t bits) {
    double value;
    uint8_t bytes[8];
    memcpy(&value, &bits, sizeof value);
    if (isfinite(value)) {
        put_decimal(dis, value, 15, 17);
        return;
    }
    il_store64(bytes, bits);
    put_inline_bytes(dis, bytes, sizeof bytes);
}

/* ---- Constants (II.16.2, II.22.9) ---- */

static void put_integer(il_dis *dis, const char *type, uint64_t value, unsigned digits) {
    il_puts(dis->text, type);
    il_puts(dis->text, "(0x");
    il_put_hex(dis->text, value, digits);
    il_put(dis->text, ')');
}

/* In a constant, the bits of a float that is no number are written as an integer. */
static void put_float_constant(il_dis *dis, il_element type, uint64_t bits) {
    bool single = type == IL_TYPE_R4;
    float narrow;
    double value;
    uint32_t low = (uint32_t)bits;
    memcpy(&narrow, &low, sizeof narrow);
    memcpy(&value, &bits, sizeof value);
    const char *name = single ? "float32" : "float64";
    if (!isfinite(single ? narrow : value)) {
        put_integer(dis, name, bits, single ? 8 : 16);
        return;
    }
    il_puts(dis->text, name);
    il_put(dis->text, '(');
    if (single)
        il_dis_put_float32(dis, low);
    else
        il_dis_put_float64(dis, bits);
    il_put(dis->text, ')');
}

/* How a constant of each element type is spelled, and how many bytes it has. */
typedef struct constant_form {
    const char *text;
    uint8_t size;
} constant_form;

static const constant_form CONSTANTS[IL_TYPE_R8 + 1] = {
    [IL_TYPE_BOOLEAN] = {"bool", 1}, [IL_TYPE_CHAR] = {"char", 2},  [IL_TYPE_I1] = {"int8", 1},
    [IL_TYPE_U1] = {"uint8", 1},     [IL_TYPE_I2] = {"int16", 2},   [IL_TYPE_U2] = {"uint16", 2},
    [IL_TYPE_I4] = {"int32", 4},     [IL_TYPE_U4] = {"uint32", 4},  [IL_TYPE_I8] = {"int64", 8},
    [IL_TYPE_U8] = {"uint64", 8},    [IL_TYPE_R4] = {"float32", 4}, [IL_TYPE_R8] = {"float64", 8},
};

static uint64_t load_little_endian(il_blob blob) {
    uint64_t value = 0;
    for (size_t i = blob.size; i-- > 0;)
        value = value << 8 | blob.data[i];
    return value;
}

static bool put_number_constant(il_dis *dis, uint32_t type, il_blob blob) {
    const constant_form *form = type <= IL_TYPE_R8 ? &CONSTANTS[type] : NULL;
    if (!form || !form->text || blob.size != form->size)
        return false;
    uint64_t value = load_little_endian(blob);
    if (type == IL_TYPE_BOOLEAN && value <= 1)
        il_puts(dis->text, value ? "bool(true)" : "bool(false)");
    else if (type == IL_TYPE_R4 || type == IL_TYPE_R8)
        put_float_constant(dis, (il_element)type, value);
    else
        put_integer(dis, form->text, value, form->size * 2u);
    return true;
}

void il_dis_put_constant(il_dis *dis, uint32_t owner) {
    il_range rows = il_find_rows(dis->module, IL_Constant_Parent, owner);
    if (!rows.first)
        return;
    uint32_t type = il_cell(dis->module, IL_Constant_Type, rows.first);
    il_blob blob = il_blob_cell(dis->module, IL_Constant_Value, rows.first);
    il_puts(dis->text, " = ");
    if (put_number_constant(dis, type, blob))
        return;
    if (type == IL_TYPE_STRING && blob.size % 2 == 0) {
        il_dis_put_string(dis, blob);
    } else if (type == IL_TYPE_CLASS) {
        il_puts(dis->text, "nullref");
    } else {
        il_puts(dis->text, "bytearray ");
        il_dis_put_bytes(dis, blob);
    }
}

/* ---- Custom attributes and permission sets ---- */

bool il_dis_has_custom(const il_dis *dis, uint32_t owner) {
    return il_find_rows(dis->module, IL_CustomAttribute_Parent, owner).first != 0;
}

static void put_attribute(il_dis *dis, uint32_t row) {
    il_dis_line(dis);
    il_puts(dis->text, ".custom ");
    il_dis_token(dis, IL_OPERAND_METHOD, il_cell(dis->module, IL_CustomAttribute_Type, row));
    if (il_cell(dis->module, IL_CustomAttribute_Value, row)) {
        il_puts(dis->text, " = ");
        il_dis_put_bytes(dis, il_blob_cell(dis->module, IL_CustomAttribute_Value, row));
    }
    il_put(dis->text, '\n');
}

void il_dis_put_custom(il_dis *dis, uint32_t owner) {
    IL_EACH_ROW(dis->module, IL_CustomAttribute_Parent, owner, row)
    put_attribute(dis, row);
}

/* The text for a number in one of the tables below, NULL when there is none. */
#define TEXT_OF(table, number) ((number) < sizeof(table) / sizeof *(table) ? (table)[number] : NULL)

static const char *const SECURITY[] = {
#define IL_SECURITY(number, text) [number] = text,
#include "il_flags.def"
};

void il_dis_put_security(il_dis *dis, uint32_t owner) {
    IL_EACH_ROW(dis->module, IL_DeclSecurity_Parent, owner, row) {
        uint32_t action = il_cell(dis->module, IL_DeclSecurity_Action, row);
        const char *name = TEXT_OF(SECURITY, action);
        il_dis_line(dis);
        if (name)
            il_putf(dis->text, ".permissionset %s = ", name);
        else
            il_putf(dis->text, "// .permissionset of unknown action %u\n", action);
        if (name)
            il_dis_put_bytes(dis, il_blob_cell(dis->module, IL_DeclSecurity_PermissionSet, row));
        il_put(dis->text, '\n');
    }
}

/* ---- Marshalling (II.23.4) ---- */

static const char *const NATIVES[] = {
#define IL_NATIVE(name, number, text) [NATIVE_##name] = text,
#include "il_native.def"
};

static const char *const VARIANTS[] = {
#define IL_VARIANT(number, text) [number] = text,
#include "il_native.def"
};

static const char *native_text(uint32_t number) {
    return TEXT_OF(NATIVES, number);
}

static const char *variant_text(uint32_t number) {
    return TEXT_OF(VARIANTS, number);
}

static bool at_end(const il_reader *reader) {
    return reader->next == reader->end;
}

/* elem[], elem[n], elem[+ p], elem[n + p]: what assembles to these bytes, else false. */
static bool put_native_array(il_dis *dis, il_reader *reader) {
    uint32_t element = at_end(reader) ? NATIVE_NONE : il_read_u8(reader);
    if (element != NATIVE_NONE) {
        if (!native_text(element))
            return false;
        il_puts(dis->text, native_text(element));
    }
    if (at_end(reader)) {
        il_puts(dis->text, "[]");
        return true;
    }
    uint32_t param = il_read_compressed(reader);
    if (at_end(reader)) {
        il_putf(dis->text, "[+ %u]", param);
        return !reader->bad;
    }
    uint32_t count = il_read_compressed(reader);
    if (at_end(reader)) {
        il_putf(dis->text, "[%u]", count);
        return !reader->bad && param == 0;
    }
    il_putf(dis->text, "[%u + %u]", count, param);
    return il_read_compressed(reader) == 1 && !reader->bad;
}

static bool put_safe_array(il_dis *dis, il_reader *reader) {
    il_puts(dis->text, "safearray");
    if (at_end(reader))
        return true;
    const char *variant = variant_text(il_read_compressed(reader));
    if (!variant)
        return false;
    il_putf(dis->text, " %s", variant);
    return true;
}

static bool put_fixed_array(il_dis *dis, il_reader *reader) {
    il_putf(dis->text, "fixed array [%u]", il_read_compressed(reader));
    if (at_end(reader))
        return !reader->bad;
    const char *element = native_text(il_read_u8(reader));
    il_putf(dis->text, " %s", element ? element : "");
    return element != NULL;
}

/* custom(marshaller, cookie) when the GUID and the native type are empty. */
static bool put_native_custom(il_dis *dis, il_reader *reader) {
    il_puts(dis->text, "custom(");
    for (int part = 0; part < 4; part++) {
        uint32_t size = il_read_compressed(reader);
        if (reader->bad || size > (size_t)(reader->end - reader->next) || (part < 2 && size))
            return false;
        if (part == 3)
            il_puts(dis->text, ", ");
        if (part >= 2)
            il_dis_put_quoted(dis, (const char *)reader->next, size);
        reader->next += size;
    }
    il_put(dis->text, ')');
    return true;
}

static bool put_native(il_dis *dis, il_reader *reader) {
    uint8_t type = il_read_u8(reader);
    const char *name = native_text(type);
    if (reader->bad)
        return false;
    if (name) {
        il_puts(dis->text, name);
        return true;
    }
    switch (type) {
    case NATIVE_FIXED_STRING:
        il_putf(dis->text, "fixed sysstring [%u]", il_read_compressed(reader));
        return true;
    case NATIVE_SAFE_ARRAY: return put_safe_array(dis, reader);
    case NATIVE_FIXED_ARRAY: return put_fixed_array(dis, reader);
    case NATIVE_ARRAY: return put_native_array(dis, reader);
    case NATIVE_CUSTOM: return put_native_custom(dis, reader);
    default: return false;
    }
}

void il_dis_put_marshal(il_dis *dis, uint32_t owner) {
    il_range rows = il_find_rows(dis->module, IL_FieldMarshal_Parent, owner);
    if (!rows.first)
        return;
    il_blob blob = il_blob_cell(dis->module, IL_FieldMarshal_NativeType, rows.first);
    il_reader reader = il_reader_of(blob);
    il_puts(dis->text, "marshal(");
    size_t start = dis->text->size;
    if (!put_native(dis, &reader) || reader.bad || !at_end(&reader)) {
        dis->text->size = start;
        il_puts(dis->text, "{ ");
        for (size_t i = 0; i < blob.size; i++)
            il_putf(dis->text, "%02X ", blob.data[i]);
        il_put(dis->text, '}');
    }
    il_puts(dis->text, ") ");
}
