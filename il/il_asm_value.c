/* The assembler's values: constants (II.16.2), custom attributes (II.21, II.23.3), permission sets
 * (II.22.11), marshalling descriptors (II.7.4, II.23.4). */
#include "il_asm_state.h"
#include "il_native.h"

/* ---- Constants ---- */

/* What may stand before a value in parentheses, and how many bytes the value has. */
typedef struct value_type {
    const char *text;
    uint8_t element, size;
} value_type;

static const value_type NUMBERS[] = {
    {"bool", IL_TYPE_BOOLEAN, 1},      {"char", IL_TYPE_CHAR, 2},
    {"int8", IL_TYPE_I1, 1},           {"uint8", IL_TYPE_U1, 1},
    {"int16", IL_TYPE_I2, 2},          {"uint16", IL_TYPE_U2, 2},
    {"int32", IL_TYPE_I4, 4},          {"uint32", IL_TYPE_U4, 4},
    {"int64", IL_TYPE_I8, 8},          {"uint64", IL_TYPE_U8, 8},
    {"float32", IL_TYPE_R4, 4},        {"float64", IL_TYPE_R8, 8},
    {"unsigned int8", IL_TYPE_U1, 1},  {"unsigned int16", IL_TYPE_U2, 2},
    {"unsigned int32", IL_TYPE_U4, 4}, {"unsigned int64", IL_TYPE_U8, 8},
};

enum { NUMBER_COUNT = sizeof NUMBERS / sizeof *NUMBERS };

static const value_type *take_number_type(il_asm *as) {
    for (int i = 0; i < NUMBER_COUNT; i++) {
        if (NUMBERS[i].text[0] == as->t.start[0] && il_asm_take_spelled(as, NUMBERS[i].text))
            return &NUMBERS[i];
    }
    return NULL;
}

/* A float's value; an integer there is the float's bits, as ildasm writes what is no number. */
static uint64_t read_float(il_asm *as, bool single) {
    if (il_asm_at(as, IL_LEX_INT))
        return (uint64_t)il_asm_int(as);
    return il_asm_float_bits(as, single);
}

static void read_number(il_asm *as, const value_type *type, il_text *out) {
    uint64_t value;
    if (il_asm_at_text(as, "true") || il_asm_at_text(as, "false")) {
        value = il_asm_at_text(as, "true");
        il_asm_next(as);
    } else if (type->element == IL_TYPE_R4 || type->element == IL_TYPE_R8) {
        value = read_float(as, type->element == IL_TYPE_R4);
    } else {
        value = (uint64_t)il_asm_int(as);
    }
    il_asm_put_int(out, value, type->size);
}

static void read_literal(il_asm *as, il_element *element, il_text *out) {
    const value_type *type;
    *element = IL_TYPE_STRING;
    if (il_asm_at(as, IL_LEX_STRING)) {
        il_asm_utf16(as, out);
    } else if (il_asm_take_text(as, "bytearray")) {
        il_asm_bytes(as, out);
    } else if (il_asm_take_text(as, "nullref")) {
        *element = IL_TYPE_CLASS;
        il_asm_put_int(out, 0, 4);
    } else if ((type = take_number_type(as)) != NULL) {
        *element = (il_element)type->element;
        il_asm_expect(as, '(');
        read_number(as, type, out);
        il_asm_expect(as, ')');
    } else {
        il_asm_expected(as, "a constant");
    }
}

void il_asm_constant(il_asm *as, uint32_t parent) {
    il_element element;
    il_text value = {0};
    read_literal(as, &element, &value);
    if (value.out_of_memory)
        il_asm_no_memory(as);
    if (!as->panic)
        il_build_constant(as->build, parent, element, il_text_blob(&value));
    il_text_fini(&value);
}

/* ---- Custom attributes as values ---- */

static void put_string_value(il_asm *as, il_text *out) {
    if (il_asm_take_text(as, "nullref")) {
        il_put_ser_string(out, NULL);
        return;
    }
    if (il_asm_at(as, IL_LEX_QUOTED)) {
        il_asm_name name = il_asm_id(as);
        il_put_ser_string(out, il_asm_c_string(as, name));
        return;
    }
    as->scratch.size = 0;
    il_asm_quoted(as, &as->scratch);
    il_put_compressed(out, (uint32_t)as->scratch.size);
    il_put_bytes(out, as->scratch.data, as->scratch.size);
}

/* The name of a type as reflection has it (II.23.3): "Space.Outer+Inner, assembly". */
static void put_reflection_name(il_asm *as, uint32_t token, il_text *out, unsigned depth) {
    enum { DEEPEST = 64 };
    const il_build *b = as->build;
    bool is_ref = IL_TOKEN_TABLE(token) == IL_TypeRef;
    uint32_t scope = is_ref ? il_build_get(b, IL_TypeRef_ResolutionScope, token) : 0;
    uint32_t outer = is_ref ? 0 : il_asm_type_at(as, token)->enclosing;
    if (IL_TOKEN_TABLE(scope) == IL_TypeRef && scope)
        outer = scope;
    if (outer && depth < DEEPEST) {
        put_reflection_name(as, outer, out, depth + 1);
        il_put(out, '+');
    }
    const char *space = il_build_get_string(
        b, il_build_get(b, is_ref ? IL_TypeRef_Namespace : IL_TypeDef_Namespace, token));
    il_puts(out, space);
    if (*space)
        il_put(out, '.');
    il_puts(out, il_build_get_string(
                     b, il_build_get(b, is_ref ? IL_TypeRef_Name : IL_TypeDef_Name, token)));
}

static void put_assembly_name(il_asm *as, uint32_t token, il_text *out) {
    const il_build *b = as->build;
    uint32_t scope = token;
    while (IL_TOKEN_TABLE(scope) == IL_TypeRef && IL_TOKEN_ROW(scope))
        scope = il_build_get(b, IL_TypeRef_ResolutionScope, scope);
    if (IL_TOKEN_TABLE(scope) != IL_AssemblyRef || !IL_TOKEN_ROW(scope))
        return;
    il_blob key = il_build_get_blob(b, il_build_get(b, IL_AssemblyRef_PublicKeyOrToken, scope));
    il_putf(out, ", %s, Version=%u.%u.%u.%u, Culture=neutral, PublicKeyToken=",
            il_build_get_string(b, il_build_get(b, IL_AssemblyRef_Name, scope)),
            il_build_get(b, IL_AssemblyRef_MajorVersion, scope),
            il_build_get(b, IL_AssemblyRef_MinorVersion, scope),
            il_build_get(b, IL_AssemblyRef_BuildNumber, scope),
            il_build_get(b, IL_AssemblyRef_RevisionNumber, scope));
    for (size_t i = 0; i < key.size; i++)
        il_put_hex(out, key.data[i], 2);
    if (!key.size)
        il_puts(out, "null");
}

/* A type named by "class X" or by the string itself, as a SerString. */
static void put_type_value(il_asm *as, il_text *out) {
    il_asm_take_text(as, "class");
    if (il_asm_at_text(as, "nullref") || il_asm_at(as, IL_LEX_QUOTED) ||
        il_asm_at(as, IL_LEX_STRING)) {
        put_string_value(as, out);
        return;
    }
    uint32_t token = il_asm_class_name(as);
    if (as->panic || !token)
        return;
    il_text name = {0};
    put_reflection_name(as, token, &name, 0);
    put_assembly_name(as, token, &name);
    il_put_compressed(out, (uint32_t)name.size);
    il_put_bytes(out, name.data, name.size);
    out->out_of_memory |= name.out_of_memory;
    il_text_fini(&name);
}

/* The type of a value: its element bytes go to type, for a named argument or a boxed value. */
typedef enum value_kind { VALUE_NUMBER, VALUE_STRING, VALUE_TYPE, VALUE_OBJECT } value_kind;

typedef struct value_form {
    value_kind kind;
    const value_type *number;
    bool array;
    uint32_t count; /* of an array */
} value_form;

static value_form read_form(il_asm *as, il_text *type) {
    value_form form = {0};
    size_t start = type->size;
    if ((form.number = take_number_type(as)) != NULL) {
        il_put_u8(type, form.number->element);
    } else if (il_asm_take_text(as, "string")) {
        form.kind = VALUE_STRING;
        il_put_u8(type, IL_TYPE_STRING);
    } else if (il_asm_take_text(as, "type")) {
        form.kind = VALUE_TYPE;
        il_put_u8(type, IL_TYPE_SYSTEM_TYPE);
    } else if (il_asm_take_text(as, "object")) {
        form.kind = VALUE_OBJECT;
        il_put_u8(type, IL_TYPE_BOXED);
    } else if (il_asm_take_text(as, "enum")) {
        form.number = &NUMBERS[6];
        il_put_u8(type, IL_TYPE_ENUM);
        put_type_value(as, type);
    } else {
        il_asm_expected(as, "the type of a value");
        form.number = &NUMBERS[0];
    }
    if (il_asm_take(as, '[')) {
        form.array = true;
        if (il_asm_at(as, IL_LEX_INT))
            form.count = (uint32_t)il_asm_int_in(as, 0, INT32_MAX);
        il_asm_expect(as, ']');
        uint8_t array = IL_TYPE_SZARRAY;
        if (il_text_reserve(type, 1)) {
            memmove(type->data + start + 1, type->data + start, type->size - start);
            type->data[start] = (char)array;
            type->size++;
        }
    }
    return form;
}

static void read_item(il_asm *as, const value_form *form, il_text *out) {
    switch (form->kind) {
    case VALUE_NUMBER: read_number(as, form->number, out); break;
    case VALUE_STRING: put_string_value(as, out); break;
    case VALUE_TYPE: put_type_value(as, out); break;
    case VALUE_OBJECT: {
        il_text type = {0}, value = {0};
        value_form inner = read_form(as, &type);
        il_put_bytes(out, type.data, type.size);
        if (il_asm_enter(as)) {
            il_asm_expect(as, '(');
            read_item(as, &inner, &value);
            il_asm_expect(as, ')');
            il_asm_leave(as);
        }
        il_put_bytes(out, value.data, value.size);
        out->out_of_memory |= type.out_of_memory | value.out_of_memory;
        il_text_fini(&type);
        il_text_fini(&value);
        break;
    }
    }
}

/* "(5)", or "(1 2 3)" for an array. */
static void read_form_value(il_asm *as, const value_form *form, il_text *out) {
    il_asm_expect(as, '(');
    if (!form->array) {
        read_item(as, form, out);
    } else if (il_asm_take_text(as, "nullref")) {
        il_asm_put_int(out, UINT32_MAX, 4);
    } else {
        uint32_t count = 0;
        size_t count_at = out->size;
        il_asm_put_int(out, 0, 4);
        for (; !il_asm_ends(as, ')'); count++)
            read_item(as, form, out);
        if (!out->out_of_memory)
            il_store32((uint8_t *)out->data + count_at, count);
        if (form->count && count != form->count)
            il_asm_fail(as, "%u values for an array of %u", count, form->count);
    }
    il_asm_expect(as, ')');
}

static void read_value(il_asm *as, il_text *out) {
    il_text type = {0};
    value_form form = read_form(as, &type);
    read_form_value(as, &form, out);
    out->out_of_memory |= type.out_of_memory;
    il_text_fini(&type);
}

/* "property bool 'Name' = bool(true)" */
static void read_named_value(il_asm *as, il_text *out) {
    il_text type = {0};
    bool is_field = il_asm_take_text(as, "field");
    if (!is_field)
        il_asm_expect_text(as, "property");
    il_put_u8(out, is_field ? IL_TYPE_FIELD : IL_TYPE_PROPERTY);
    value_form form = read_form(as, &type);
    il_put_bytes(out, type.data, type.size);
    if (il_asm_at(as, IL_LEX_STRING)) {
        put_string_value(as, out);
    } else {
        il_asm_name name = il_asm_id(as);
        il_put_ser_string(out, il_asm_c_string(as, name));
    }
    il_asm_expect(as, '=');
    if (form.kind == VALUE_OBJECT && !form.array && !il_asm_at_text(as, "object")) {
        read_item(as, &form, out);
    } else { /* the value says its type again; of an enum that is the underlying one */
        type.size = 0;
        form = read_form(as, &type);
        read_form_value(as, &form, out);
    }
    out->out_of_memory |= type.out_of_memory;
    il_text_fini(&type);
}

static bool at_named(const il_asm *as) {
    return il_asm_at_text(as, "field") || il_asm_at_text(as, "property");
}

/* Named values up to the closing brace, with their number in two bytes before them. */
static uint32_t read_named_values(il_asm *as, il_text *out) {
    uint32_t count = 0;
    for (; !il_asm_ends(as, '}'); count++) {
        read_named_value(as, out);
        il_asm_take(as, ',');
    }
    return count;
}

/* Behind {: the constructor's arguments, then named ones. */
static void read_attribute_values(il_asm *as, il_text *out) {
    il_asm_put_int(out, 1, 2);
    while (!il_asm_ends(as, '}') && !at_named(as)) {
        read_value(as, out);
        il_asm_take(as, ',');
    }
    size_t count_at = out->size;
    il_asm_put_int(out, 0, 2);
    uint32_t count = read_named_values(as, out);
    if (!out->out_of_memory)
        il_store16((uint8_t *)out->data + count_at, (uint16_t)count);
    il_asm_expect(as, '}');
}

/* Behind .custom: "[(owner)] constructor [= (bytes) | = { values } | = "text"]" */
void il_asm_custom(il_asm *as) {
    il_text value = {0};
    uint32_t owner = as->custom_owner;
    il_asm_place place = il_asm_here(as);
    if (il_asm_take(as, '(')) {
        owner = il_asm_token_ref(as);
        il_asm_expect(as, ')');
    }
    il_asm_place constructor_place = il_asm_here(as);
    uint32_t constructor = il_asm_method_ref(as);
    if (il_asm_take(as, '=')) {
        if (il_asm_take(as, '{'))
            read_attribute_values(as, &value);
        else if (il_asm_at(as, IL_LEX_STRING))
            il_asm_quoted(as, &value);
        else
            il_asm_bytes(as, &value);
    }
    if (value.out_of_memory)
        il_asm_no_memory(as);
    if (!as->panic) {
        il_build_custom_attribute(as->build, 0, 0, il_text_blob(&value));
        uint32_t row = il_build_rows(as->build, IL_CustomAttribute);
        il_asm_set_cell(as, IL_CustomAttribute_Parent, row, owner, false, place);
        il_asm_set_cell(as, IL_CustomAttribute_Type, row, constructor, false, constructor_place);
    }
    il_text_fini(&value);
}

/* ---- Permission sets ---- */

typedef struct action {
    const char *text;
    uint16_t number;
} action;

static const action ACTIONS[] = {
#define IL_SECURITY(number, text) {text, number},
#include "il_flags.def"
};

static uint16_t read_action(il_asm *as) {
    for (size_t i = 0; i < sizeof ACTIONS / sizeof *ACTIONS; i++) {
        if (il_asm_take_text(as, ACTIONS[i].text))
            return ACTIONS[i].number;
    }
    il_asm_expected(as, "a security action");
    return 0;
}

/* "class X = { named values }" of the binary form that begins with a dot (II.22.11). */
static void read_permission_attribute(il_asm *as, il_text *out) {
    il_text values = {0}, named = {0};
    put_type_value(as, out);
    il_asm_expect(as, '=');
    il_asm_expect(as, '{');
    uint32_t count = read_named_values(as, &named);
    il_asm_expect(as, '}');
    il_put_compressed(&values, count);
    il_put_bytes(&values, named.data, named.size);
    il_put_compressed(out, (uint32_t)values.size);
    il_put_bytes(out, values.data, values.size);
    out->out_of_memory |= values.out_of_memory | named.out_of_memory;
    il_text_fini(&values);
    il_text_fini(&named);
}

static void read_permission_values(il_asm *as, il_text *out) {
    il_text attributes = {0};
    uint32_t count = 0;
    for (; !il_asm_ends(as, '}'); count++) {
        if (count)
            il_asm_expect(as, ',');
        read_permission_attribute(as, &attributes);
    }
    il_asm_expect(as, '}');
    il_put(out, '.');
    il_put_compressed(out, count);
    il_put_bytes(out, attributes.data, attributes.size);
    out->out_of_memory |= attributes.out_of_memory;
    il_text_fini(&attributes);
}

void il_asm_permission_set(il_asm *as, uint32_t parent) {
    il_text set = {0};
    uint16_t action = read_action(as);
    if (il_asm_at(as, IL_LEX_STRING)) { /* XML, in UTF-16 */
        il_asm_utf16(as, &set);
    } else {
        il_asm_expect(as, '=');
        il_asm_take_text(as, "bytearray");
        if (il_asm_take(as, '{'))
            read_permission_values(as, &set);
        else
            il_asm_bytes(as, &set);
    }
    if (set.out_of_memory)
        il_asm_no_memory(as);
    if (!as->panic)
        il_build_decl_security(as->build, parent, action, il_text_blob(&set));
    il_text_fini(&set);
}

/* "action X (name = value, ...)": a set of one. */
void il_asm_permission(il_asm *as, uint32_t parent) {
    il_text set = {0}, named = {0}, values = {0};
    uint16_t action = read_action(as);
    il_put(&set, '.');
    il_put_compressed(&set, 1);
    put_type_value(as, &set);
    uint32_t count = 0;
    if (il_asm_take(as, '=')) {
        il_asm_expect(as, '{');
        count = read_named_values(as, &named);
        il_asm_expect(as, '}');
    }
    il_put_compressed(&values, count);
    il_put_bytes(&values, named.data, named.size);
    il_put_compressed(&set, (uint32_t)values.size);
    il_put_bytes(&set, values.data, values.size);
    if (set.out_of_memory || named.out_of_memory || values.out_of_memory)
        il_asm_no_memory(as);
    if (!as->panic)
        il_build_decl_security(as->build, parent, action, il_text_blob(&set));
    il_text_fini(&set);
    il_text_fini(&named);
    il_text_fini(&values);
}

/* ---- Marshalling ---- */

typedef struct native_row {
    const char *text;
    uint8_t number;
} native_row;

static const native_row NATIVES[] = {
#define IL_NATIVE(name, number, text) {text, NATIVE_##name},
#include "il_native.def"
    {"uint8", 0x04}, {"uint16", 0x06}, {"uint32", 0x08}, {"uint64", 0x0A}, {"uint", 0x20},
};

static const native_row VARIANTS[] = {
#define IL_VARIANT(number, text) {text, number},
#include "il_native.def"
};

/* The number of the longest row that the lexemes spell; -1 when none does. */
static int take_row(il_asm *as, const native_row *rows, size_t count) {
    size_t best = count;
    for (size_t i = 0; i < count; i++) {
        il_asm_mark start = il_asm_mark_here(as);
        if (rows[i].text[0] != as->t.start[0] || !il_asm_take_spelled(as, rows[i].text))
            continue;
        il_asm_return_to(as, &start);
        if (best == count || strlen(rows[i].text) > strlen(rows[best].text))
            best = i;
    }
    if (best == count)
        return -1;
    il_asm_take_spelled(as, rows[best].text);
    return rows[best].number;
}

#define TAKE_ROW(as, rows) take_row(as, rows, sizeof(rows) / sizeof *(rows))

/* Behind [: "]", "n]", "+ p]", "n + p]". */
static void read_native_array(il_asm *as, il_text *out, int element) {
    il_put_u8(out, NATIVE_ARRAY);
    il_put_u8(out, (uint8_t)element);
    if (il_asm_take(as, ']'))
        return;
    bool has_size = il_asm_at(as, IL_LEX_INT);
    uint32_t size = has_size ? (uint32_t)il_asm_int_in(as, 0, 0x1FFFFFFF) : 0;
    if (il_asm_take(as, '+')) {
        il_put_compressed(out, (uint32_t)il_asm_int_in(as, 0, 0x1FFFFFFF));
        if (has_size) {
            il_put_compressed(out, size);
            il_put_compressed(out, 1); /* the parameter counts */
        }
    } else {
        il_put_compressed(out, 0);
        il_put_compressed(out, size);
    }
    il_asm_expect(as, ']');
}

/* Behind fixed: "sysstring [n]" or "array [n] element". */
static void read_fixed(il_asm *as, il_text *out) {
    bool is_string = il_asm_take_text(as, "sysstring");
    if (!is_string)
        il_asm_expect_text(as, "array");
    il_put_u8(out, is_string ? NATIVE_FIXED_STRING : NATIVE_FIXED_ARRAY);
    il_asm_expect(as, '[');
    il_put_compressed(out, (uint32_t)il_asm_int_in(as, 0, 0x1FFFFFFF));
    il_asm_expect(as, ']');
    int element = is_string ? -1 : TAKE_ROW(as, NATIVES);
    if (element >= 0)
        il_put_u8(out, (uint8_t)element);
}

/* Behind custom: ("marshaller", "cookie"), or four strings with a GUID and a native type first. */
static void read_custom_marshaller(il_asm *as, il_text *out) {
    il_text strings[4] = {0};
    int count = 0;
    il_asm_expect(as, '(');
    do {
        il_asm_quoted(as, &strings[count++]);
    } while (count < 4 && il_asm_take(as, ','));
    il_asm_expect(as, ')');
    if (count % 2)
        il_asm_fail(as, "custom wants two strings or four");
    il_put_u8(out, NATIVE_CUSTOM);
    for (int i = count == 2 ? -2 : 0; i < count; i++) {
        il_put_compressed(out, i < 0 ? 0 : (uint32_t)strings[i].size);
        if (i >= 0)
            il_put_bytes(out, strings[i].data, strings[i].size);
    }
    for (int i = 0; i < 4; i++) {
        out->out_of_memory |= strings[i].out_of_memory;
        il_text_fini(&strings[i]);
    }
}

static void read_safe_array(il_asm *as, il_text *out) {
    il_put_u8(out, NATIVE_SAFE_ARRAY);
    int variant = TAKE_ROW(as, VARIANTS);
    if (variant >= 0)
        il_put_compressed(out, (uint32_t)variant);
    if (!il_asm_take(as, ','))
        return;
    as->scratch.size = 0;
    il_asm_quoted(as, &as->scratch);
    il_put_compressed(out, (uint32_t)as->scratch.size);
    il_put_bytes(out, as->scratch.data, as->scratch.size);
}

static void read_native(il_asm *as, il_text *out) {
    if (il_asm_take_text(as, "fixed")) {
        read_fixed(as, out);
    } else if (il_asm_take_text(as, "custom")) {
        read_custom_marshaller(as, out);
    } else if (il_asm_take_text(as, "safearray")) {
        read_safe_array(as, out);
    } else {
        int native = TAKE_ROW(as, NATIVES);
        if (il_asm_take(as, '['))
            read_native_array(as, out, native < 0 ? NATIVE_NONE : native);
        else if (native >= 0)
            il_put_u8(out, (uint8_t)native);
        else
            il_asm_expected(as, "a native type");
    }
}

/* "{ 01 02 }" */
static void read_raw(il_asm *as, il_text *out) {
    for (;;) {
        il_lex_skip_space(&as->lex);
        int high = il_lex_hex_digit(as->lex.next[0]);
        int low = high < 0 ? -1 : il_lex_hex_digit(as->lex.next[1]);
        if (low < 0)
            break;
        il_put(out, (char)(high << 4 | low));
        as->lex.next += 2;
    }
    il_asm_next(as);
    il_asm_expect(as, '}');
}

void il_asm_marshal(il_asm *as, il_text *out) {
    il_asm_expect(as, '(');
    if (il_asm_at(as, '{'))
        read_raw(as, out);
    else
        read_native(as, out);
    il_asm_expect(as, ')');
}
