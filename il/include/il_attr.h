/* Custom attribute values (II.23.3): from the blob of a CustomAttribute row to numbers, strings and
 * arrays. */
#ifndef CLARET_IL_ATTR_H
#define CLARET_IL_ATTR_H

#include "il.h"

/* What a value is. kind: BOOLEAN to R8, STRING, SYSTEM_TYPE (the name of a type), ENUM, BOXED (an
 * object), SZARRAY. */
typedef struct il_attr_type {
    il_element kind;
    il_element element;    /* SZARRAY: of the elements */
    il_element underlying; /* ENUM, and SZARRAY of ENUM: BOOLEAN, CHAR or I1 to U8 */
    uint32_t enum_token;   /* the same: TypeDef or TypeRef, 0 when the blob names it by text: */
    il_blob enum_name;     /* "Namespace.Type, Assembly, Version=..." */
} il_attr_type;

typedef struct il_attr_value il_attr_value;
struct il_attr_value {
    il_attr_type type;
    bool is_null;   /* STRING, SYSTEM_TYPE, SZARRAY */
    uint64_t bits;  /* numbers and enums: the bytes of the blob, zero-extended */
    il_blob text;   /* STRING, SYSTEM_TYPE: UTF-8 inside the blob */
    uint32_t count; /* SZARRAY: elements. BOXED: 1, the value with its own type */
    const il_attr_value *items;
};

typedef struct il_attr_named {
    bool is_property; /* else a field */
    il_blob name;
    il_attr_value value;
} il_attr_named;

typedef struct il_attribute {
    uint32_t constructor; /* MethodDef or MemberRef */
    uint32_t fixed_count; /* the constructor's arguments */
    const il_attr_value *fixed;
    uint32_t named_count;
    const il_attr_named *named;
} il_attribute;

/* Answers which integer type is under an enum of another module: token is a TypeRef, or 0 and name
 * is what the blob has. IL_TYPE_END when not known. Enums of the same module are looked up without
 * it. */
typedef il_element (*il_attr_find_enum)(void *user, const il_module *module, uint32_t token,
                                        il_blob name);

struct mem_pool;
/* The first CustomAttribute row from row from on (1 for all) whose parent is the token and whose
 * class has this namespace and name; 0 when there is none. Classes without a row of their own
 * (instantiations) are not found. */
uint32_t il_find_attribute(const il_module *module, uint32_t parent, const char *name_space,
                           const char *name, uint32_t from);

/* Parses a CustomAttribute row into blocks of pool; strings stay in the module. find_enum may be
 * NULL. Errors: IL_BAD_SIGNATURE (offset: in the value's blob; also for an enum that nobody knows),
 * IL_BAD_METADATA (the row or its constructor is not there), IL_OUT_OF_MEMORY. */
il_status il_parse_attribute(const il_module *module, uint32_t row, il_attr_find_enum find_enum,
                             void *user, struct mem_pool *pool, const il_attribute **out,
                             il_error *err);

#endif
