/* il: read ECMA-335 assemblies.
 *
 * A module is opened over a file or a memory image and parsed lazily: opening reads the headers and
 * the table row counts only. Every function that follows an index checks it. Nothing here executes
 * or resolves anything outside the module.
 *
 * Section numbers (II.24.2.6) are those of ECMA-335, 6th edition. Tokens are table << 24 | row,
 * rows count from 1. Strings are UTF-8 and NUL-terminated, and live as long as the module. */
#ifndef CLARET_IL_H
#define CLARET_IL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Errors ---- */

typedef enum il_status {
#define IL_STATUS(name, text) IL_##name,
#include "il_status.def"
#undef IL_STATUS
} il_status;

#define IL_NO_OFFSET UINT64_MAX

/* What went wrong and where. Filled by the function that fails; the caller need not clear it. */
typedef struct il_error {
    il_status status;
    uint32_t token;  /* the row concerned, 0 when none */
    uint64_t offset; /* byte offset in the file (in a body: IL offset), IL_NO_OFFSET when unknown */
    char text[512];  /* "FILE: what was found, what was expected", without a newline */
} il_error;

/* The fixed text of a status, never NULL. */
const char *il_status_text(il_status status);

/* Fills err (which may be NULL) and returns status, so that callers can write
 * return il_fail(err, IL_BAD_METADATA, offset, token, "..."). The text is cut to fit. */
il_status il_fail(il_error *err, il_status status, uint64_t offset, uint32_t token,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* ---- Tables (II.22) ---- */

typedef enum il_table {
#define IL_TABLE(number, name) IL_##name = number,
#include "il_tables.def"
    IL_NONE = 0x3F, /* never there: what a coded index with an unknown tag points at */
    IL_TABLE_COUNT = 64
} il_table;

/* Columns are named IL_MethodDef_RVA and so on, those of one table in the order of the file. */
typedef enum il_column {
#define IL_COLUMN(table, column, kind) IL_##table##_##column,
#include "il_tables.def"
    IL_COLUMN_COUNT
} il_column;

#define IL_TOKEN(table, row)  ((uint32_t)(table) << 24 | (row))
#define IL_TOKEN_TABLE(token) ((il_table)((token) >> 24))
#define IL_TOKEN_ROW(token)   ((token)&0xFFFFFFu)
#define IL_USER_STRING_TOKEN  0x70u /* the "table" of ldstr operands */

typedef struct il_module il_module;

/* A run of bytes inside the module's image or any other buffer. */
typedef struct il_blob {
    const uint8_t *data;
    size_t size;
} il_blob;

/* Opens and maps the file at path. The module keeps a copy of path as its name.
 * Errors: IL_FILE_ERROR, IL_NOT_PE, IL_NOT_CLI, IL_TRUNCATED, IL_BAD_METADATA, IL_OUT_OF_MEMORY. */
il_status il_module_open(const char *path, il_module **out, il_error *err);

/* The same over an image that the caller owns and keeps unchanged until il_module_close. */
il_status il_module_open_image(const char *name, const void *image, size_t size, il_module **out,
                               il_error *err);
void il_module_close(il_module *module); /* NULL allowed */

const char *il_module_path(const il_module *module);
il_blob il_module_image(const il_module *module);

/* What the headers say (II.25.2, II.25.3.3, II.24.2.1). All PE fields are 0 in a bare metadata file
 * (a portable PDB). The blobs lie in the image; data NULL when absent or outside the file. */
typedef struct il_headers {
    bool pe;            /* false: a bare metadata file */
    bool pe32_plus;     /* 64-bit optional header */
    bool dll;           /* IMAGE_FILE_DLL */
    bool uncompressed;  /* tables in #-, not #~: pointer tables and unsorted rows are allowed */
    uint16_t machine;   /* 0x14C, 0x8664, ... */
    uint16_t subsystem; /* 2 GUI, 3 console */
    uint16_t dll_characteristics;
    uint16_t section_count;
    uint32_t timestamp;
    uint64_t image_base;
    uint64_t stack_reserve;
    uint32_t section_alignment, file_alignment;
    uint32_t size_of_image;
    uint16_t cli_major, cli_minor; /* of the CLI header */
    uint32_t cli_flags;            /* 1 IL only, 2 32 bit required, 8 strong-named, 0x10 native
                                    * entry point, 0x20000 32 bit preferred */
    uint32_t entry_point;    /* MethodDef or File token (an RVA with flag 0x10), 0 when none */
    const char *version;     /* the metadata root's, "v4.0.30319" */
    uint16_t tables_version; /* major << 8 | minor, of the table stream */
    uint64_t sorted;         /* bit n: the file says that table n is sorted */
    il_blob metadata, resources, strong_name, vtable_fixups;
    il_blob win32_resources; /* versions, icons and manifests for Windows */
    uint32_t win32_rva;      /* theirs: the offsets in them are RVAs */
} il_headers;

const il_headers *il_module_headers(const il_module *module);
/* Shorthands for three of them. */
uint32_t il_module_size_of_image(const il_module *module);
uint32_t il_module_entry_point(const il_module *module);
bool il_module_is_dll(const il_module *module);

/* A section header (II.25.3); index < section_count. */
typedef struct il_section {
    char name[9];
    uint32_t rva, virtual_size, file_offset, file_size, flags;
} il_section;
void il_module_section(const il_module *module, uint32_t index, il_section *out);

/* "TypeDef" for 2; NULL for a number that names no table. */
const char *il_table_name(il_table table);

/* Rows of a table; 0 for a table that is not there. */
uint32_t il_rows(const il_module *module, il_table table);

/* One cell. Plain numbers as they are; heap indexes as heap offsets; simple and coded table indexes
 * as tokens (a nil index gives row 0). 0 when row is 0 or beyond the table. */
uint32_t il_cell(const il_module *module, il_column column, uint32_t row);

/* The rows of a list column (MethodList, FieldList, ParamList ...): [first, end) of the target
 * table, clamped to it; empty when row is out of range. In a module with pointer tables (#- only)
 * these are rows of the pointer table, and il_list_row gives the row that position stands for; in
 * any other module it returns position itself. */
typedef struct il_range {
    uint32_t first, end;
} il_range;
il_range il_list(const il_module *module, il_column column, uint32_t row);
uint32_t il_list_row(const il_module *module, il_column column, uint32_t position);

/* The rows whose cell in column equals value (a token or number as il_cell gives it): the first of
 * them and those that follow it directly. Tables are sorted by their parent column (II.22), and
 * then that is all of them and found by bisection; whether a column really is sorted is found out
 * at the first search. In an unsorted table il_find_next gives the further ones: the first such row
 * at or after row from, 0 when there is none. Safe on any thread. */
il_range il_find_rows(const il_module *module, il_column column, uint32_t value);
uint32_t il_find_next(const il_module *module, il_column column, uint32_t value, uint32_t from);

/* Whether there may be a row whose cell in column lies between low and high, two tokens of one
 * table; in an unsorted table it says yes when there is any row. Safe on any thread. */
bool il_find_any(const il_module *module, il_column column, uint32_t low, uint32_t high);

/* Each of the rows in turn, sorted or not. */
#define IL_EACH_ROW(module, column, value, row)                                                    \
    for (uint32_t row = il_find_next(module, column, value, 1); row;                               \
         row = il_find_next(module, column, value, row + 1))

/* Heaps as they stand in the file; empty when there is none. */
typedef enum il_heap {
    IL_HEAP_STRINGS,
    IL_HEAP_USER_STRINGS,
    IL_HEAP_GUID,
    IL_HEAP_BLOB,
    IL_HEAP_COUNT
} il_heap;
il_blob il_heap_of(const il_module *module, il_heap heap);

/* Entries of the heaps. An index out of bounds gives "", an empty blob, NULL. */
const char *il_string(const il_module *module, uint32_t index);
il_blob il_blob_at(const il_module *module, uint32_t index);
const uint8_t *il_guid(const il_module *module, uint32_t index); /* 16 bytes; 1 is the first */
/* UTF-16LE bytes of a user string without the trailing flag byte; data NULL when out of bounds. */
il_blob il_user_string(const il_module *module, uint32_t token);

/* Shorthand: il_string(module, il_cell(module, column, row)) and the same for blobs. */
const char *il_name(const il_module *module, il_column column, uint32_t row);
il_blob il_blob_cell(const il_module *module, il_column column, uint32_t row);

/* What an RVA points at, to the end of its section's bytes in the file; data NULL when it lies in
 * none (also in the part of a section that the file does not hold). */
il_blob il_rva(const il_module *module, uint32_t rva);

/* The bytes of a ManifestResource row that lies in this file (II.24.2.5, after their length); data
 * NULL when it lies elsewhere or its bytes are not all there. */
il_blob il_resource(const il_module *module, uint32_t row);

/* Walks every row: heap indexes, table indexes and list columns must lie in bounds, lists must
 * ascend. Opening checks none of this, and no other function needs it. IL_OK or IL_BAD_METADATA
 * with the first bad cell. */
il_status il_module_check(const il_module *module, il_error *err);

/* The TypeDef row that declares a method or a field; 0 when none does. */
uint32_t il_method_owner(const il_module *module, uint32_t method_row);
uint32_t il_field_owner(const il_module *module, uint32_t field_row);
/* The TypeDef row around a nested type; 0 when it is not nested. */
uint32_t il_enclosing_type(const il_module *module, uint32_t type_row);
/* The TypeDef row with this namespace and name that is not nested (or, with enclosing != 0, nested
 * in that row); 0 when there is none. The first call builds a hash table (NULL memory: linear). */
uint32_t il_find_type(const il_module *module, const char *name_space, const char *name,
                      uint32_t enclosing);

/* ---- Signatures (II.23.2) ---- */

/* ELEMENT_TYPE_* of II.23.1.16. */
typedef enum il_element {
#define IL_ELEMENT(name, number, text) IL_TYPE_##name = number,
#include "il_elements.def"
#undef IL_ELEMENT
} il_element;

/* Reads compressed data; every read checks the end and turns bad == true for good when it fails. */
typedef struct il_reader {
    const uint8_t *next, *end;
    bool bad;
} il_reader;

il_reader il_reader_of(il_blob blob);
uint8_t il_read_u8(il_reader *reader);
uint16_t il_read_u16(il_reader *reader);
uint32_t il_read_u32(il_reader *reader);
uint64_t il_read_u64(il_reader *reader);
uint32_t il_read_compressed(il_reader *reader); /* II.23.2 */
int32_t il_read_compressed_signed(il_reader *reader);
uint32_t il_read_type_token(il_reader *reader); /* TypeDefOrRefOrSpecEncoded, as a token */

typedef struct il_type il_type;
typedef struct il_method_sig il_method_sig;

/* A custom modifier (II.23.2.7). */
typedef struct il_modifier {
    bool required;
    uint32_t token;
} il_modifier;

/* A type as a signature writes it. Immutable once parsed; shared parts may be shared. */
struct il_type {
    il_element kind;
    bool pinned; /* local variables only */
    uint32_t modifier_count;
    uint32_t arg_count; /* GENERICINST: type arguments */
    const il_modifier *modifiers;
    const il_type *element; /* PTR, BYREF, SZARRAY, ARRAY: element; GENERICINST: the open type */
    uint32_t token;         /* CLASS, VALUETYPE: TypeDef, TypeRef or TypeSpec token */
    uint32_t index;         /* VAR, MVAR: number */
    const il_type *const *args;           /* GENERICINST */
    const il_method_sig *method;          /* FNPTR */
    uint32_t rank, size_count, low_count; /* ARRAY */
    const uint32_t *sizes;
    const int32_t *lows;
};

/* Method, property (II.23.2.5), field, standalone-method and local-variable signatures. */
struct il_method_sig {
    uint8_t convention; /* the whole first byte: calling convention, HASTHIS 0x20, ... */
    uint32_t generic_count;
    uint32_t param_count; /* without the return type; for LOCAL_SIG the number of locals */
    uint32_t sentinel;    /* params from here on are varargs; param_count when none */
    const il_type *ret;   /* NULL for LOCAL_SIG */
    const il_type *const *params;
};

struct mem_pool;
/* Each parses a whole blob into blocks of pool. Errors: IL_BAD_SIGNATURE (offset: in the blob),
 * IL_OUT_OF_MEMORY. Nesting deeper than 64 and arrays of more
 * than 32 dimensions are IL_BAD_SIGNATURE. */
il_status il_parse_method_sig(il_blob blob, struct mem_pool *pool, const il_method_sig **out,
                              il_error *err);
il_status il_parse_field_sig(il_blob blob, struct mem_pool *pool, const il_type **out,
                             il_error *err);
il_status il_parse_locals_sig(il_blob blob, struct mem_pool *pool, const il_method_sig **out,
                              il_error *err);
il_status il_parse_type_spec(il_blob blob, struct mem_pool *pool, const il_type **out,
                             il_error *err);
/* MethodSpec instantiation (II.23.2.15): only param_count and params are set. */
il_status il_parse_method_spec(il_blob blob, struct mem_pool *pool, const il_method_sig **out,
                               il_error *err);

/* ---- Method bodies (II.25.4) and instructions (III) ---- */

typedef enum il_opcode {
#define IL_OPCODE(name, text, code, pops, pushes, operand, flow) IL_OP_##name,
#include "il_opcodes.def"
#undef IL_OPCODE
    IL_OPCODE_COUNT,
    IL_OPCODE_INVALID = 0xFFFF
} il_opcode;

/* What follows the opcode. A number is little-endian, a token (METHOD to SIG) takes four bytes. */
typedef enum il_operand {
    IL_OPERAND_NONE,
    IL_OPERAND_I1,
    IL_OPERAND_I4,
    IL_OPERAND_I8,
    IL_OPERAND_R4,
    IL_OPERAND_R8,
    IL_OPERAND_BRANCH1, /* int8 or int32, relative to the next instruction */
    IL_OPERAND_BRANCH4,
    IL_OPERAND_SWITCH, /* uint32 count, then count int32 relative to the next instruction */
    IL_OPERAND_VAR1,   /* number of an argument or local, uint8 or uint16 */
    IL_OPERAND_VAR2,
    IL_OPERAND_METHOD, /* MethodDef, MemberRef or MethodSpec */
    IL_OPERAND_FIELD,  /* FieldDef or MemberRef */
    IL_OPERAND_TYPE,   /* TypeDef, TypeRef or TypeSpec */
    IL_OPERAND_TOKEN,  /* any of the three above */
    IL_OPERAND_STRING, /* user string */
    IL_OPERAND_SIG,    /* StandAloneSig */
    IL_OPERAND_U1      /* unaligned., no. */
} il_operand;

/* Where control goes after an instruction. It goes on to the next one after all but BRANCH, RETURN
 * and THROW. */
typedef enum il_flow {
    IL_FLOW_NEXT,
    IL_FLOW_BRANCH, /* br, leave */
    IL_FLOW_COND_BRANCH,
    IL_FLOW_CALL,
    IL_FLOW_RETURN, /* out of the method or handler: ret, jmp, endfinally, endfilter */
    IL_FLOW_THROW,
    IL_FLOW_PREFIX,
    IL_FLOW_BREAK
} il_flow;

#define IL_STACK_VARIES (-1)

typedef struct il_opcode_info {
    const char *text; /* "ldc.i4.s" */
    uint16_t code;    /* 0x00XX or 0xFEXX */
    uint8_t operand;  /* il_operand */
    uint8_t flow;     /* il_flow */
    int8_t pops;      /* stack slots, or IL_STACK_VARIES */
    int8_t pushes;
} il_opcode_info;

/* opcode must be below IL_OPCODE_COUNT. */
const il_opcode_info *il_opcode_get(il_opcode opcode);

typedef struct il_insn {
    il_opcode opcode;
    uint32_t offset, size; /* size covers opcode and operand */
    union {
        int64_t i; /* I1 (sign-extended), I4, I8, U1, VAR1, VAR2 */
        double r;  /* R4 (widened; a NaN keeps its payload and its quiet bit), R8 */
        uint32_t token;
        uint32_t target; /* BRANCH1, BRANCH4: the target's IL offset (checked by the caller) */
        struct {
            uint32_t count;
            const uint8_t *table; /* count little-endian int32, relative to offset + size */
        } cases;
    } u;
} il_insn;

typedef struct il_body {
    const uint8_t *start; /* the header */
    uint32_t size;        /* header, code and sections */
    const uint8_t *code;
    uint32_t code_size;
    uint32_t max_stack;
    uint32_t locals_token; /* StandAloneSig or 0 */
    bool init_locals, fat;
    uint32_t clause_count;
    const uint8_t *clauses; /* first clause of the EH section, in fat or small form */
    bool fat_clauses;
} il_body;

typedef enum il_clause_kind {
    IL_CLAUSE_CATCH = 0,
    IL_CLAUSE_FILTER = 1,
    IL_CLAUSE_FINALLY = 2,
    IL_CLAUSE_FAULT = 4
} il_clause_kind;

typedef struct il_clause {
    il_clause_kind kind;
    uint32_t try_offset, try_end, handler_offset, handler_end;
    uint32_t token_or_filter; /* catch: type token; filter: offset of the filter */
} il_clause;

/* Reads a body's header and sections from bytes[0, available). start must be where the header is
 * (a fat header's own alignment is the caller's). Checks that code and sections lie inside and that
 * every clause's ranges lie inside the code. Errors: IL_BAD_BODY (offset: from the start). */
il_status il_body_read(const uint8_t *bytes, size_t available, il_body *out, il_error *err);
/* The body of a MethodDef row; IL_NO_BODY when its RVA is 0. */
il_status il_method_body(const il_module *module, uint32_t method_row, il_body *out, il_error *err);
void il_body_clause(const il_body *body, uint32_t index, il_clause *out); /* index < clause_count */

/* Decodes one instruction at offset; IL_BAD_BODY when it is no opcode or runs over the end. */
il_status il_insn_read(const uint8_t *code, uint32_t code_size, uint32_t offset, il_insn *out,
                       il_error *err);
/* Target of one switch case as an IL offset; index < cases.count. */
uint32_t il_insn_case(const il_insn *insn, uint32_t index);

#endif
