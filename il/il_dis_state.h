/* What the files of the disassembler share: where text goes, how deep it is indented, which error
 * came first.
 *
 *   il_dis.c           the public functions, lines, errors, the writer
 *   il_dis_manifest.c  what stands round the types: assembly, references, resources, field data
 *   il_dis_type.c      types with their fields, properties and events; method headers
 *   il_dis_body.c      bodies: instructions, locals, exception blocks
 *   il_dis_value.c     what is spelled out of blobs: bytes, strings, constants, attributes,
 * marshalling
 *
 * Everything appends to dis->text. Running out of memory shows there in the end; other errors go
 * through il_dis_note. */
#ifndef CLARET_IL_DIS_STATE_H
#define CLARET_IL_DIS_STATE_H

#include "il_bytes.h"
#include "il_dis.h"
#include "il_print.h"
#include "runtime/memory/mem.h"

/* Texts of tokens that instructions name again and again, printed once. */
typedef struct il_dis_slice {
    uint32_t offset, size; /* in il_dis.names; size 0: not printed yet */
} il_dis_slice;

/* Data that fields name by its RVA; its label is its place among them, so that it does not depend
 * on where the data lie. */
typedef struct il_dis_datum {
    uint32_t rva;
    size_t size; /* of the largest such field */
} il_dis_datum;

typedef struct il_dis {
    const il_module *module;
    il_text *text;
    unsigned indent;  /* columns */
    il_status status; /* of the first error */
    il_error *err;

    /* Set by il_dis_module only. */
    il_dis_write write; /* NULL: text stays where it is */
    void *context;
    bool write_failed;
    il_text names;
    il_dis_slice *slices[IL_TABLE_COUNT]; /* by row; NULL: print afresh */
    uint32_t *first_nested; /* by TypeDef row: the first type nested in it, 0 when none */
    uint32_t *next_nested;  /* by TypeDef row: the next one in the same enclosing type */
    il_dis_datum *data;     /* by RVA, each RVA once */
    uint32_t data_count;
} il_dis;

/* ---- il_dis.c ---- */

/* Starts a line. */
static inline void il_dis_line(il_dis *dis) {
    il_put_spaces(dis->text, dis->indent);
}

/* A line that is only text. */
void il_dis_put_line(il_dis *dis, const char *line);

/* "{" and "}" on lines of their own, and the indentation between them. */
void il_dis_open(il_dis *dis);
void il_dis_close(il_dis *dis, const char *comment); /* " // end of ..." or "" */

/* Keeps the first error and prints it as a comment up to the end of the line. */
void il_dis_note(il_dis *dis, const il_error *error);

/* Takes back the last character: a space or newline put after each of several. */
static inline void il_dis_take_back(il_dis *dis) {
    dis->text->size -= dis->text->size > 0;
}

/* Ends a line of words that each have a space behind them. */
void il_dis_end_words(il_dis *dis);

/* Passes text on to the writer when enough has gathered. Call it between lines only. */
void il_dis_flush(il_dis *dis);

/* ---- il_dis_manifest.c ---- */

void il_dis_manifest(il_dis *dis);
bool il_dis_find_data(il_dis *dis); /* fills data; false when memory is short */
void il_dis_field_data(il_dis *dis);
void il_dis_put_data_label(il_dis *dis, uint32_t rva);

/* ---- il_dis_type.c ---- */

void il_dis_type_def(il_dis *dis, uint32_t row); /* row 1: global fields and methods */
void il_dis_method_def(il_dis *dis, uint32_t row, const il_body *body);
void il_dis_method_of_file(il_dis *dis, uint32_t row); /* with the body it has there */

/* ---- il_dis_body.c ---- */

void il_dis_body(il_dis *dis, uint32_t method_row, const il_body *body);
void il_dis_one_insn(il_dis *dis, uint32_t method_row, const il_insn *insn);
/* The token's text from the cache, or printed. kind is the instruction's operand kind. */
void il_dis_token(il_dis *dis, il_operand kind, uint32_t token);

/* ---- il_dis_value.c ---- */

/* Sets of il_flags.def. */
typedef enum il_dis_flags {
    IL_DIS_TYPE,
    IL_DIS_EXPORTED,
    IL_DIS_FIELD,
    IL_DIS_METHOD,
    IL_DIS_IMPL,
    IL_DIS_PARAM,
    IL_DIS_MEMBER,
    IL_DIS_PINVOKE,
    IL_DIS_GENERIC,
    IL_DIS_ASSEMBLY,
    IL_DIS_FILE,
    IL_DIS_RESOURCE
} il_dis_flags;

/* Each word with a space behind it. */
void il_dis_put_flags(il_dis *dis, il_dis_flags set, uint32_t flags);

/* "( 01 02 )", wrapped after 16 bytes, each such line with its characters as a comment. The last
 * line is not ended. */
void il_dis_put_bytes(il_dis *dis, il_blob bytes);

/* A string literal, or "bytearray (...)" when the text would not come back the same. */
void il_dis_put_string(il_dis *dis, il_blob utf16);
/* "text" of UTF-8 bytes. */
void il_dis_put_quoted(il_dis *dis, const char *utf8, size_t size);

/* Floating point so that it reads back to the same bits: decimal, or raw bytes "(00 00 C0 7F)". */
void il_dis_put_float32(il_dis *dis, uint32_t bits);
void il_dis_put_float64(il_dis *dis, uint64_t bits);

void il_dis_put_custom(il_dis *dis, uint32_t owner);   /* .custom lines of a token */
void il_dis_put_security(il_dis *dis, uint32_t owner); /* .permissionset lines */
void il_dis_put_constant(il_dis *dis, uint32_t owner); /* " = int32(0x...)" or nothing */
void il_dis_put_marshal(il_dis *dis, uint32_t owner);  /* "marshal(...) " or nothing */
bool il_dis_has_custom(const il_dis *dis, uint32_t owner);

#endif
