/* The metadata schema as data, for whoever reads or writes tables: what kind each column is, which
 * tables a coded index reaches, and how wide everything is for given row counts (II.24.2.6). */
#ifndef CLARET_IL_TABLES_H
#define CLARET_IL_TABLES_H

#include "il.h"

typedef enum il_column_kind {
    IL_KIND_U1,
    IL_KIND_U2,
    IL_KIND_U4,
    IL_KIND_STRING,
    IL_KIND_GUID,
    IL_KIND_BLOB,
    IL_KIND_ROW,
    IL_KIND_LIST,
    IL_KIND_CODED
} il_column_kind;

typedef enum il_coded {
#define IL_CODED(name, bits) IL_CODED_##name,
#include "il_tables.def"
    IL_CODED_COUNT
} il_coded;

typedef struct il_column_info {
    const char *name;
    uint8_t table;  /* il_table */
    uint8_t kind;   /* il_column_kind */
    uint8_t target; /* ROW, LIST: il_table; CODED: il_coded */
} il_column_info;

/* column must be below IL_COLUMN_COUNT. */
const il_column_info *il_column_get(il_column column);

unsigned il_coded_bits(il_coded coded);
/* IL_NONE for a tag that means nothing. */
il_table il_coded_table(il_coded coded, unsigned tag);
/* The cell of a coded index for a token; false when coded cannot point at that table. */
bool il_coded_encode(il_coded coded, uint32_t token, uint32_t *out);

/* Bits of HeapSizes (II.24.2.6): that heap's indexes have four bytes. */
#define IL_WIDE_STRINGS 1u
#define IL_WIDE_GUID    2u
#define IL_WIDE_BLOB    4u
/* Not in HeapSizes: all indexes have four bytes (a #JTD stream is there). */
#define IL_WIDE_ALL 0x100u

/* Where each column lies in its row, and how many bytes it takes. */
typedef struct il_layout {
    uint8_t offset[IL_COLUMN_COUNT];
    uint8_t width[IL_COLUMN_COUNT]; /* 1 (and a byte of padding), 2 or 4 */
    uint8_t row_size[IL_TABLE_COUNT];
} il_layout;

void il_layout_compute(const uint32_t rows[IL_TABLE_COUNT], uint32_t wide, il_layout *out);

#endif
