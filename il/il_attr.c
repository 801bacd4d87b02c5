/* Custom attribute values (II.23.3).
 *
 *   01 00                       prolog
 *   one value for each parameter of the constructor, of the type in its signature
 *   count                       2 bytes
 *   53 (field) or 54 (property), type, name, value: that many
 *
 *   type     an element type; 1D type: array; 50: System.Type; 51: object; 55 name: enum
 *   string   compressed length and UTF-8, or FF for null
 *   array    4 bytes of count, FFFFFFFF for null, the elements
 *   object   type, value
 *
 * An array is allocated only when the blob has a byte for each of its elements; objects in objects
 * end at MAX_DEPTH. */
#include "il_attr.h"

#include <string.h>

#include "il_module.h"
#include "runtime/memory/mem.h"

enum { MAX_DEPTH = 8, PROLOG = 0x0001, NULL_STRING = 0xFF };

typedef struct parser {
    const il_module *module;
    uint32_t row;
    il_attr_find_enum find_enum;
    void *user;
    mem_pool *pool;
    il_reader reader;
    il_blob blob;
    il_error *err;
    il_status status; /* the first failure; everything after it does nothing */
} parser;

static bool fail(parser *p, il_status status, const char *what) {
    if (p->status == IL_OK) {
        p->status =
            il_module_fail(p->module, p->err, status, NULL, IL_TOKEN(IL_CustomAttribute, p->row),
                           "CustomAttribute row %u: %s", p->row, what);
        if (p->err && p->blob.data)
            p->err->offset = (uint64_t)(p->reader.next - p->blob.data);
    }
    return false;
}

static bool bad(parser *p, const char *what) {
    return fail(p, IL_BAD_SIGNATURE, what);
}

static void *alloc(parser *p, size_t count, size_t size) {
    void *block = mem_pool_array(p->pool, count ? count : 1, size);
    if (!block)
        fail(p, IL_OUT_OF_MEMORY, "out of memory");
    return block;
}

static size_t left(const parser *p) {
    return (size_t)(p->reader.end - p->reader.next);
}

/* ---- Enums ---- */

/* The type of the first instance field of a TypeDef (II.14.3). */
static il_element underlying_of(const il_module *module, uint32_t type_row) {
    enum { STATIC = 0x10, FIELD = 0x06 };
    il_range fields = il_list(module, IL_TypeDef_FieldList, type_row);
    for (; fields.first < fields.end; fields.first++) {
        uint32_t row = il_list_row(module, IL_TypeDef_FieldList, fields.first);
        il_blob signature = il_blob_cell(module, IL_Field_Signature, row);
        if (!(il_cell(module, IL_Field_Flags, row) & STATIC) && signature.size == 2 &&
            signature.data[0] == FIELD)
            return (il_element)signature.data[1];
    }
    return IL_TYPE_END;
}

/* Copies a part of a reflection name up to a '+' or ',' that no backslash protects. Returns its end
 * in from; the copy is NUL-terminated. */
static const char *copy_part(const char *from, const char *end, char *to) {
    for (; from < end && *from != '+' && *from != ','; from++) {
        if (*from == '\\' && from + 1 < end)
            from++;
        *to++ = *from;
    }
    *to = '\0';
    return from;
}

/* Whether what follows the type in a reflection name is this very module. */
static bool names_this_assembly(const il_module *module, const char *at, const char *end) {
    if (at == end)
        return true;
    const char *name = il_name(module, IL_Assembly_Name, 1);
    size_t length = strlen(name);
    for (at++; at < end && *at == ' ';)
        at++;
    return (size_t)(end - at) >= length && memcmp(at, name, length) == 0 &&
           (at + length == end || at[length] == ',' || at[length] == ' ');
}

/* The TypeDef that a reflection name ("A.B.Outer+Inner, Assembly") means; 0 when it is elsewhere.
 */
static uint32_t find_named_type(parser *p, il_blob name) {
    const char *at = (const char *)name.data, *end = at + name.size;
    char *part = alloc(p, name.size + 1, 1);
    if (!part)
        return 0;
    at = copy_part(at, end, part);
    char *dot = strrchr(part, '.');
    if (dot)
        *dot = '\0';
    uint32_t type = il_find_type(p->module, dot ? part : "", dot ? dot + 1 : part, 0);
    while (type && at < end && *at == '+') {
        at = copy_part(at + 1, end, part);
        type = il_find_type(p->module, "", part, type);
    }
    return names_this_assembly(p->module, at, end) ? type : 0;
}

static bool resolve_enum(parser *p, il_attr_type *type) {
    uint32_t row =
        IL_TOKEN_TABLE(type->enum_token) == IL_TypeDef ? IL_TOKEN_ROW(type->enum_token) : 0;
    if (!type->enum_token)
        row = find_named_type(p, type->enum_name);
    type->underlying = row ? underlying_of(p->module, row) : IL_TYPE_END;
    if (!row && p->find_enum)
        type->underlying = p->find_enum(p->user, p->module, type->enum_token, type->enum_name);
    if (type->underlying >= IL_TYPE_BOOLEAN && type->underlying <= IL_TYPE_U8)
        return true;
    return bad(p, "an enum whose underlying type is not known");
}

/* ---- Types ---- */

static bool is_system_type(const il_module *module, uint32_t token) {
    uint32_t row = IL_TOKEN_ROW(token);
    bool ref = IL_TOKEN_TABLE(token) == IL_TypeRef;
    if (!ref && IL_TOKEN_TABLE(token) != IL_TypeDef)
        return false;
    const char *name = il_name(module, ref ? IL_TypeRef_Name : IL_TypeDef_Name, row);
    const char *space = il_name(module, ref ? IL_TypeRef_Namespace : IL_TypeDef_Namespace, row);
    return strcmp(name, "Type") == 0 && strcmp(space, "System") == 0;
}

/* The type of a constructor's parameter. */
static bool type_of_param(parser *p, const il_type *param, il_attr_type *out) {
    *out = (il_attr_type){.kind = param->kind};
    switch (param->kind) {
    case IL_TYPE_OBJECT: out->kind = IL_TYPE_BOXED; return true;
    case IL_TYPE_CLASS:
        out->kind = IL_TYPE_SYSTEM_TYPE;
        return is_system_type(p->module, param->token) || bad(p, "a parameter of no allowed type");
    case IL_TYPE_VALUETYPE:
        out->kind = IL_TYPE_ENUM;
        out->enum_token = param->token;
        return resolve_enum(p, out);
    case IL_TYPE_SZARRAY:
        if (param->element->kind == IL_TYPE_SZARRAY || !type_of_param(p, param->element, out))
            return bad(p, "a parameter of no allowed type");
        out->element = out->kind;
        out->kind = IL_TYPE_SZARRAY;
        return true;
    default:
        return (param->kind >= IL_TYPE_BOOLEAN && param->kind <= IL_TYPE_STRING) ||
               bad(p, "a parameter of no allowed type");
    }
}

static bool read_text(parser *p, il_blob *out, bool *is_null) {
    *is_null = left(p) && *p->reader.next == NULL_STRING;
    *out = (il_blob){NULL, 0};
    if (*is_null) {
        p->reader.next++;
        return true;
    }
    uint32_t size = il_read_compressed(&p->reader);
    if (p->reader.bad || size > left(p))
        return bad(p, "a string runs over the end");
    *out = (il_blob){p->reader.next, size};
    p->reader.next += size;
    return true;
}

/* A type as the blob has it (FieldOrPropType). */
static bool read_type(parser *p, il_attr_type *out, bool in_array) {
    bool is_null;
    *out = (il_attr_type){.kind = (il_element)il_read_u8(&p->reader)};
    switch (out->kind) {
    case IL_TYPE_SYSTEM_TYPE:
    case IL_TYPE_BOXED: return true;
    case IL_TYPE_ENUM:
        if (!read_text(p, &out->enum_name, &is_null) || is_null)
            return bad(p, "an enum without a name");
        return resolve_enum(p, out);
    case IL_TYPE_SZARRAY:
        if (in_array || !read_type(p, out, true))
            return bad(p, "an array of no allowed type");
        out->element = out->kind;
        out->kind = IL_TYPE_SZARRAY;
        return true;
    default:
        return (out->kind >= IL_TYPE_BOOLEAN && out->kind <= IL_TYPE_STRING) ||
               bad(p, "a type byte that means nothing");
    }
}

/* ---- Values ---- */

static bool read_value(parser *p, const il_attr_type *type, il_attr_value *out, unsigned depth);

static size_t number_size(il_element kind) {
    static const uint8_t SIZES[IL_TYPE_R8 + 1] = {
        [IL_TYPE_BOOLEAN] = 1, [IL_TYPE_CHAR] = 2, [IL_TYPE_I1] = 1, [IL_TYPE_U1] = 1,
        [IL_TYPE_I2] = 2,      [IL_TYPE_U2] = 2,   [IL_TYPE_I4] = 4, [IL_TYPE_U4] = 4,
        [IL_TYPE_I8] = 8,      [IL_TYPE_U8] = 8,   [IL_TYPE_R4] = 4, [IL_TYPE_R8] = 8};
    return kind <= IL_TYPE_R8 ? SIZES[kind] : 0;
}

static bool read_number(parser *p, il_element kind, uint64_t *out) {
    switch (number_size(kind)) {
    case 1: *out = il_read_u8(&p->reader); break;
    case 2: *out = il_read_u16(&p->reader); break;
    case 4: *out = il_read_u32(&p->reader); break;
    case 8: *out = il_read_u64(&p->reader); break;
    default: return bad(p, "a value of no allowed type");
    }
    return !p->reader.bad || bad(p, "a value runs over the end");
}

static bool read_array(parser *p, const il_attr_type *type, il_attr_value *out, unsigned depth) {
    il_attr_type element = *type;
    uint32_t count = il_read_u32(&p->reader);
    element.kind = type->element;
    out->is_null = count == UINT32_MAX;
    if (p->reader.bad || (!out->is_null && count > left(p)))
        return bad(p, "an array runs over the end");
    if (out->is_null)
        return true;
    il_attr_value *items = alloc(p, count, sizeof *items);
    out->items = items;
    out->count = count;
    for (uint32_t i = 0; items && i < count; i++) {
        if (!read_value(p, &element, &items[i], depth + 1))
            return false;
    }
    return items != NULL;
}

static bool read_boxed(parser *p, il_attr_value *out, unsigned depth) {
    il_attr_type type;
    il_attr_value *item = alloc(p, 1, sizeof *item);
    out->items = item;
    out->count = 1;
    return item && read_type(p, &type, false) && read_value(p, &type, item, depth + 1);
}

static bool read_value(parser *p, const il_attr_type *type, il_attr_value *out, unsigned depth) {
    *out = (il_attr_value){.type = *type};
    if (depth == MAX_DEPTH)
        return bad(p, "values are nested too deeply");
    switch (type->kind) {
    case IL_TYPE_STRING:
    case IL_TYPE_SYSTEM_TYPE: return read_text(p, &out->text, &out->is_null);
    case IL_TYPE_BOXED: return read_boxed(p, out, depth);
    case IL_TYPE_SZARRAY: return read_array(p, type, out, depth);
    case IL_TYPE_ENUM: return read_number(p, type->underlying, &out->bits);
    default: return read_number(p, type->kind, &out->bits);
    }
}

/* ---- The attribute ---- */

static bool read_fixed(parser *p, il_attribute *out) {
    const il_method_sig *sig;
    bool ref = IL_TOKEN_TABLE(out->constructor) == IL_MemberRef;
    il_column column = ref ? IL_MemberRef_Signature : IL_MethodDef_Signature;
    il_blob blob = il_blob_cell(p->module, column, IL_TOKEN_ROW(out->constructor));
    p->status = il_parse_method_sig(blob, p->pool, &sig, p->err);
    if (p->status != IL_OK)
        return false;
    il_attr_value *values = alloc(p, sig->param_count, sizeof *values);
    out->fixed = values;
    out->fixed_count = sig->param_count;
    for (uint32_t i = 0; values && i < sig->param_count; i++) {
        il_attr_type type;
        if (!type_of_param(p, sig->params[i], &type) || !read_value(p, &type, &values[i], 0))
            return false;
    }
    return values != NULL;
}

static bool read_one_named(parser *p, il_attr_named *out) {
    il_attr_type type;
    bool is_null;
    uint8_t kind = il_read_u8(&p->reader);
    out->is_property = kind == IL_TYPE_PROPERTY;
    if (kind != IL_TYPE_FIELD && kind != IL_TYPE_PROPERTY)
        return bad(p, "a named argument that is neither field (53) nor property (54)");
    return read_type(p, &type, false) && read_text(p, &out->name, &is_null) &&
           read_value(p, &type, &out->value, 0);
}

static bool read_named(parser *p, il_attribute *out) {
    uint32_t count = il_read_u16(&p->reader);
    if (p->reader.bad || count > left(p))
        return bad(p, "the named arguments run over the end");
    il_attr_named *named = alloc(p, count, sizeof *named);
    out->named = named;
    out->named_count = count;
    for (uint32_t i = 0; named && i < count; i++) {
        if (!read_one_named(p, &named[i]))
            return false;
    }
    return named != NULL;
}

/* No blob at all stands for a constructor without arguments. */
static bool read_all(parser *p, il_attribute *out) {
    if (!p->blob.size)
        return read_fixed(p, out);
    if (il_read_u16(&p->reader) != PROLOG)
        return bad(p, "no prolog 01 00");
    return read_fixed(p, out) && read_named(p, out);
}

il_status il_parse_attribute(const il_module *module, uint32_t row, il_attr_find_enum find_enum,
                             void *user, struct mem_pool *pool, const il_attribute **out,
                             il_error *err) {
    il_blob blob = il_blob_cell(module, IL_CustomAttribute_Value, row);
    parser p = {.module = module,
                .row = row,
                .find_enum = find_enum,
                .user = user,
                .pool = pool,
                .reader = il_reader_of(blob),
                .blob = blob,
                .err = err};
    il_attribute *attribute = alloc(&p, 1, sizeof *attribute);
    if (!attribute)
        return p.status;
    attribute->constructor = il_cell(module, IL_CustomAttribute_Type, row);
    uint32_t constructor = IL_TOKEN_ROW(attribute->constructor);
    if (!constructor || constructor > il_rows(module, IL_TOKEN_TABLE(attribute->constructor)))
        fail(&p, IL_BAD_METADATA, "its constructor is not there");
    else if (read_all(&p, attribute))
        *out = attribute;
    return p.status;
}

/* ---- Finding ---- */

/* Whether the constructor's class has the name. */
static bool constructs(const il_module *module, uint32_t constructor, const char *name_space,
                       const char *name) {
    uint32_t row = IL_TOKEN_ROW(constructor);
    uint32_t type = IL_TOKEN_TABLE(constructor) == IL_MethodDef
                        ? IL_TOKEN(IL_TypeDef, il_method_owner(module, row))
                        : il_cell(module, IL_MemberRef_Class, row);
    bool defined = IL_TOKEN_TABLE(type) == IL_TypeDef;
    if (!defined && IL_TOKEN_TABLE(type) != IL_TypeRef)
        return false;
    row = IL_TOKEN_ROW(type);
    return strcmp(il_name(module, defined ? IL_TypeDef_Name : IL_TypeRef_Name, row), name) == 0 &&
           strcmp(il_name(module, defined ? IL_TypeDef_Namespace : IL_TypeRef_Namespace, row),
                  name_space) == 0;
}

uint32_t il_find_attribute(const il_module *module, uint32_t parent, const char *name_space,
                           const char *name, uint32_t from) {
    uint32_t row = il_find_next(module, IL_CustomAttribute_Parent, parent, from);
    while (row &&
           !constructs(module, il_cell(module, IL_CustomAttribute_Type, row), name_space, name))
        row = il_find_next(module, IL_CustomAttribute_Parent, parent, row + 1);
    return row;
}
