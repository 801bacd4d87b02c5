/* Writing metadata (II.24.2): root, table stream, heaps.
 *
 * Tables are written column by column, so that what depends on the column alone stays outside the
 * loop over its rows. */
#include "il_build_write.h"

#include "il_tables.h"

static const char *const STREAM_NAMES[] = {"#~", "#Strings", "#US", "#GUID", "#Blob"};

enum { STREAM_COUNT = 5, ROOT_SIZE = 20, TABLES_HEADER_SIZE = 24, TABLES_VERSION = 0x0002 };

static uint32_t align4(uint32_t size) {
    return (size + 3) & ~3u;
}

static const il_text *stream_heap(const il_build *build, unsigned stream) {
    static const il_heap HEAPS[] = {IL_HEAP_COUNT, IL_HEAP_STRINGS, IL_HEAP_USER_STRINGS,
                                    IL_HEAP_GUID, IL_HEAP_BLOB};
    return &build->heaps[HEAPS[stream]];
}

static uint32_t version_size(const il_build *build) {
    return align4((uint32_t)strlen(build->output.version) + 1);
}

static uint32_t wide_heaps(const il_build *build) {
    enum { NARROW = 0xFFFF };
    return (build->heaps[IL_HEAP_STRINGS].size > NARROW ? IL_WIDE_STRINGS : 0) |
           (build->heaps[IL_HEAP_GUID].size / 16 > NARROW ? IL_WIDE_GUID : 0) |
           (build->heaps[IL_HEAP_BLOB].size > NARROW ? IL_WIDE_BLOB : 0);
}

uint32_t il_metadata_plan(il_writer *w) {
    const il_build *build = w->build;
    uint32_t rows[IL_TABLE_COUNT];
    uint32_t size = TABLES_HEADER_SIZE;
    for (unsigned t = 0; t < IL_TABLE_COUNT; t++)
        rows[t] = build->tables[t].rows;
    il_layout_compute(rows, wide_heaps(build), &w->layout);
    for (unsigned t = 0; t < IL_TABLE_COUNT; t++)
        size += rows[t] ? 4 + rows[t] * w->layout.row_size[t] : 0;
    w->stream_size[0] = align4(size);
    for (unsigned s = 1; s < STREAM_COUNT; s++)
        w->stream_size[s] = align4((uint32_t)stream_heap(build, s)->size);
    uint32_t offset = ROOT_SIZE + version_size(build);
    for (unsigned s = 0; s < STREAM_COUNT; s++)
        offset += 8 + align4((uint32_t)strlen(STREAM_NAMES[s]) + 1);
    for (unsigned s = 0; s < STREAM_COUNT; s++) {
        w->stream_offset[s] = offset;
        offset += w->stream_size[s];
    }
    return offset;
}

static uint8_t *write_root(const il_writer *w, uint8_t *to) {
    const il_build *build = w->build;
    memcpy(to, "BSJB", 4);
    il_store16(to + 4, 1); /* major and minor version (II.24.2.1) */
    il_store16(to + 6, 1);
    il_store32(to + 12, version_size(build));
    memcpy(to + 16, build->output.version, strlen(build->output.version));
    to += 16 + version_size(build);
    il_store16(to + 2, STREAM_COUNT);
    to += 4;
    for (unsigned s = 0; s < STREAM_COUNT; s++) {
        size_t name = strlen(STREAM_NAMES[s]);
        il_store32(to, w->stream_offset[s]);
        il_store32(to + 4, w->stream_size[s]);
        memcpy(to + 8, STREAM_NAMES[s], name);
        to += 8 + align4((uint32_t)name + 1);
    }
    return to;
}

/* ---- Columns ---- */

typedef struct column_writer {
    il_writer *w;
    const il_build_table *table;
    il_column column;
    const il_column_info *info;
    uint8_t *to; /* the cell of row 1 */
    uint32_t stride;
    uint8_t width;
} column_writer;

static void store(const column_writer *c, uint32_t index, uint32_t value) {
    uint8_t *to = c->to + (size_t)index * c->stride;
    if (c->width == 4)
        il_store32(to, value);
    else if (c->width == 2)
        il_store16(to, (uint16_t)value);
    else
        *to = (uint8_t)value;
}

/* The old row that stands at a place (counted from 0) in the file. */
static uint32_t row_at(const il_build_table *table, uint32_t index) {
    return table->order ? table->order[index] : index + 1;
}

static uint32_t value_at(const column_writer *c, uint32_t index) {
    return il_build_row(c->table, row_at(c->table, index))[(unsigned)c->column - c->table->first];
}

static void write_numbers(const column_writer *c, uint32_t base) {
    for (uint32_t i = 0; i < c->table->rows; i++)
        store(c, i, base + value_at(c, i));
}

static void write_body_rvas(const column_writer *c) {
    for (uint32_t i = 0; i < c->table->rows; i++)
        store(c, i, c->w->body_rvas[row_at(c->table, i) - 1]);
}

/* Members stand together by owner: each list begins where the one before ends. */
static void write_list(const column_writer *c) {
    const il_build_table *members = &c->w->build->tables[c->info->target];
    uint32_t next = 0;
    for (uint32_t i = 0; i < c->table->rows; i++) {
        uint32_t owner = row_at(c->table, i);
        store(c, i, next + 1);
        while (next < members->rows && members->owners[row_at(members, next) - 1] == owner)
            next++;
    }
}

static void write_rows(const column_writer *c) {
    const uint32_t *map = c->w->build->tables[c->info->target].map;
    uint32_t rows = c->w->build->tables[c->info->target].rows;
    for (uint32_t i = 0; i < c->table->rows; i++) {
        uint32_t row = IL_TOKEN_ROW(value_at(c, i));
        store(c, i, map && row && row <= rows ? map[row - 1] : row);
    }
}

/* A nil token is 0 whatever its table. */
static il_status write_coded(const column_writer *c, il_error *err) {
    enum { NO_TAG = 0xFF };
    il_coded coded = (il_coded)c->info->target;
    unsigned bits = il_coded_bits(coded);
    uint8_t tags[256];
    memset(tags, NO_TAG, sizeof tags);
    for (unsigned tag = 1u << bits; tag-- > 0;)
        tags[il_coded_table(coded, tag)] = (uint8_t)tag;
    tags[IL_NONE] = NO_TAG;
    for (uint32_t i = 0; i < c->table->rows; i++) {
        uint32_t token = value_at(c, i), row = IL_TOKEN_ROW(token);
        uint8_t tag = tags[token >> 24];
        if (row == 0) {
            store(c, i, 0);
            continue;
        }
        if (tag == NO_TAG)
            return il_fail(
                err, IL_BAD_METADATA, IL_NO_OFFSET, token, "%s row %u: %s cannot hold token %08x",
                il_table_name((il_table)c->info->table), row_at(c->table, i), c->info->name, token);
        if (c->w->build->tables[token >> 24].map)
            row = IL_TOKEN_ROW(il_build_final_token(c->w->build, token));
        store(c, i, row << bits | tag);
    }
    return IL_OK;
}

static il_status write_column(const column_writer *c, il_error *err) {
    if (c->column == IL_MethodDef_RVA)
        write_body_rvas(c);
    else if (c->info->kind == IL_KIND_LIST)
        write_list(c);
    else if (c->info->kind == IL_KIND_ROW)
        write_rows(c);
    else if (c->info->kind == IL_KIND_CODED)
        return write_coded(c, err);
    else
        write_numbers(c, c->column == IL_FieldRVA_RVA ? c->w->data_rva : 0);
    return IL_OK;
}

/* ---- Streams ---- */

static il_status write_tables(il_writer *w, uint8_t *to, il_error *err) {
    const il_build *build = w->build;
    uint64_t valid = 0;
    uint8_t *counts = to + TABLES_HEADER_SIZE;
    for (unsigned t = 0; t < IL_TABLE_COUNT; t++) {
        if (!build->tables[t].rows)
            continue;
        valid |= 1ull << t;
        il_store32(counts, build->tables[t].rows);
        counts += 4;
    }
    il_store16(to + 4, TABLES_VERSION);
    to[6] = (uint8_t)wide_heaps(build);
    to[7] = 1;
    il_store64(to + 8, valid);
    il_store64(to + 16, il_build_sorted_tables());
    for (unsigned t = 0; t < IL_TABLE_COUNT; t++) {
        const il_build_table *table = &build->tables[t];
        for (unsigned k = 0; table->rows && k < table->columns; k++) {
            il_column column = (il_column)(table->first + k);
            column_writer c = {w,
                               table,
                               column,
                               il_column_get(column),
                               counts + w->layout.offset[column],
                               w->layout.row_size[t],
                               w->layout.width[column]};
            il_status status = write_column(&c, err);
            if (status != IL_OK)
                return status;
        }
        counts += (size_t)table->rows * w->layout.row_size[t];
    }
    return IL_OK;
}

il_status il_metadata_write(il_writer *w, uint8_t *to, il_error *err) {
    write_root(w, to);
    for (unsigned s = 1; s < STREAM_COUNT; s++) {
        const il_text *heap = stream_heap(w->build, s);
        if (heap->size)
            memcpy(to + w->stream_offset[s], heap->data, heap->size);
    }
    return write_tables(w, to + w->stream_offset[0], err);
}

uint32_t il_metadata_mvid_offset(const il_writer *w) {
    static const uint8_t UNKNOWN[16] = {0};
    const il_text *guids = &w->build->heaps[IL_HEAP_GUID];
    uint32_t index = il_build_get(w->build, IL_Module_Mvid, 1);
    if (index == 0 || (size_t)index * 16 > guids->size ||
        memcmp(guids->data + (size_t)(index - 1) * 16, UNKNOWN, 16) != 0)
        return 0;
    return w->stream_offset[3] + (index - 1) * 16;
}
