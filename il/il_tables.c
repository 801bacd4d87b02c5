/* The metadata schema as data. il_tables.def is the only place where tables and columns are listed.
 */
#include "il_tables.h"

#define IL_KIND_ROW(table)   IL_KIND_ROW, IL_##table
#define IL_KIND_LIST(table)  IL_KIND_LIST, IL_##table
#define IL_KIND_CODED(coded) IL_KIND_CODED, IL_CODED_##coded

/* Kinds without an argument leave the target at 0. */
#define COLUMN_OF(name, table, kind, target, ...)                                                  \
    { name, table, kind, target }
#define COLUMN_ROW(...) COLUMN_OF(__VA_ARGS__, 0, 0)

static const il_column_info COLUMNS[IL_COLUMN_COUNT] = {
#define IL_COLUMN(table, column, kind) COLUMN_ROW(#column, IL_##table, IL_KIND_##kind),
#include "il_tables.def"
};

static const char *const TABLE_NAMES[IL_TABLE_COUNT] = {
#define IL_TABLE(number, name) [number] = #name,
#include "il_tables.def"
};

static const uint8_t CODED_BITS[IL_CODED_COUNT] = {
#define IL_CODED(name, bits) bits,
#include "il_tables.def"
};

/* Stored as a difference from IL_NONE, so that the tags that are not listed mean IL_NONE. */
#define CODED_TAGS 32
static const uint8_t CODED_TABLES[IL_CODED_COUNT][CODED_TAGS] = {
#define IL_CODED_TABLE(coded, tag, table) [IL_CODED_##coded][tag] = IL_NONE ^ IL_##table,
#include "il_tables.def"
};

const il_column_info *il_column_get(il_column column) {
    return &COLUMNS[column];
}

const char *il_table_name(il_table table) {
    return (unsigned)table < IL_TABLE_COUNT ? TABLE_NAMES[table] : NULL;
}

unsigned il_coded_bits(il_coded coded) {
    return CODED_BITS[coded];
}

il_table il_coded_table(il_coded coded, unsigned tag) {
    return tag < CODED_TAGS ? (il_table)(IL_NONE ^ CODED_TABLES[coded][tag]) : IL_NONE;
}

bool il_coded_encode(il_coded coded, uint32_t token, uint32_t *out) {
    unsigned bits = CODED_BITS[coded];
    for (unsigned tag = 0; tag < 1u << bits; tag++) {
        if (IL_TOKEN_TABLE(token) != IL_NONE &&
            il_coded_table(coded, tag) == IL_TOKEN_TABLE(token)) {
            *out = IL_TOKEN_ROW(token) << bits | tag;
            return true;
        }
    }
    *out = 0;
    return false;
}

/* A coded index has two bytes when every table it can reach has fewer than 2^(16 - bits) rows. */
static uint8_t coded_width(il_coded coded, const uint32_t *rows) {
    unsigned bits = CODED_BITS[coded];
    for (unsigned tag = 0; tag < 1u << bits; tag++) {
        il_table table = il_coded_table(coded, tag);
        if (table != IL_NONE && rows[table] >= 1u << (16 - bits))
            return 4;
    }
    return 2;
}

static uint8_t row_width(uint32_t rows) {
    return rows > 0xFFFF ? 4 : 2;
}

static uint8_t column_width(const il_column_info *column, const uint32_t *rows, uint32_t wide) {
    if (column->kind > IL_KIND_U4 && (wide & IL_WIDE_ALL))
        return 4;
    switch ((il_column_kind)column->kind) {
    case IL_KIND_U1: return 1;
    case IL_KIND_U2: return 2;
    case IL_KIND_U4: return 4;
    case IL_KIND_STRING: return wide & IL_WIDE_STRINGS ? 4 : 2;
    case IL_KIND_GUID: return wide & IL_WIDE_GUID ? 4 : 2;
    case IL_KIND_BLOB: return wide & IL_WIDE_BLOB ? 4 : 2;
    case IL_KIND_ROW:
    case IL_KIND_LIST: return row_width(rows[column->target]);
    case IL_KIND_CODED: return coded_width((il_coded)column->target, rows);
    }
    return 4;
}

void il_layout_compute(const uint32_t rows[IL_TABLE_COUNT], uint32_t wide, il_layout *out) {
    *out = (il_layout){0};
    for (unsigned c = 0; c < IL_COLUMN_COUNT; c++) {
        const il_column_info *column = &COLUMNS[c];
        uint8_t *size = &out->row_size[column->table];
        out->width[c] = column_width(column, rows, wide);
        out->offset[c] = *size;
        *size += out->width[c] == 1 ? 2 : out->width[c];
    }
}
