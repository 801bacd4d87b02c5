/* Metadata (II.24.2): the root with its streams, the table stream, cells and heap entries.
 *
 *   root     "BSJB", version text, then per stream: offset, size, name padded to 4
 *   #~ #-    4 reserved, version 2, HeapSizes 1, 1 reserved, Valid 8, Sorted 8, a row count for
 * each bit of Valid, then the tables without gaps #Pdb     portable PDBs: the row counts of the
 * tables that another file holds
 *
 * Reading touches the root and the table stream's header only. All the arithmetic of a cell, its
 * column's place and width, is done here once per column; il_cell is a multiplication and a load.
 */
#include "il_grow_state.h"
#include "il_live_state.h"

/* Row numbers have 24 bits; the last one is kept free for "beyond any table". */
static const uint32_t MAX_ROWS = 0xFFFFFE;

static const char *const HEAP_NAMES[IL_HEAP_COUNT] = {
    [IL_HEAP_STRINGS] = "#Strings",
    [IL_HEAP_USER_STRINGS] = "#US",
    [IL_HEAP_GUID] = "#GUID",
    [IL_HEAP_BLOB] = "#Blob",
};

/* What the stream headers point at; data NULL for a stream that is not there. */
typedef struct streams {
    il_blob tables;
    il_blob pdb;
    bool all_wide; /* #JTD */
} streams;

/* Takes size bytes off the front of *rest; false when there are fewer. */
static bool take(il_blob *rest, size_t size, const uint8_t **out) {
    if (rest->size < size)
        return false;
    *out = rest->data;
    rest->data += size;
    rest->size -= size;
    return true;
}

static il_status bad(const il_module *m, il_error *err, const void *p, const char *what) {
    return il_module_fail(m, err, IL_BAD_METADATA, p, 0, "%s", what);
}

/* The first stream of a name counts. */
static void set_once(il_blob *slot, il_blob value) {
    if (!slot->data)
        *slot = value;
}

static void keep_stream(il_module *m, streams *found, const char *name, il_blob bytes) {
    for (int heap = 0; heap < IL_HEAP_COUNT; heap++) {
        if (strcmp(name, HEAP_NAMES[heap]) == 0)
            set_once(&m->heaps[heap], bytes);
    }
    if (strcmp(name, "#Pdb") == 0)
        set_once(&found->pdb, bytes);
    else if (strcmp(name, "#JTD") == 0)
        found->all_wide = true;
    else if ((strcmp(name, "#~") == 0 || strcmp(name, "#-") == 0) && !found->tables.data) {
        found->tables = bytes;
        m->headers.uncompressed = name[1] == '-';
    }
}

static il_status read_stream_header(il_module *m, il_blob *rest, streams *found, il_error *err) {
    const uint8_t *p, *name;
    if (!take(rest, 8, &p))
        return bad(m, err, rest->data, "the metadata ends within the stream headers");
    const void *end = memchr(rest->data, 0, rest->size < 32 ? rest->size : 32);
    size_t length = end ? (size_t)((const uint8_t *)end - rest->data) + 1 : 0;
    if (!end || !take(rest, (length + 3) & ~(size_t)3, &name))
        return bad(m, err, p, "a stream name without an end, expected at most 32 bytes");
    uint32_t offset = il_load32(p), size = il_load32(p + 4);
    il_blob metadata = m->headers.metadata;
    if (offset > metadata.size || size > metadata.size - offset)
        return il_module_fail(m, err, IL_BAD_METADATA, p, 0,
                              "stream %s has bytes 0x%x to 0x%llx, the metadata only 0x%zx",
                              (const char *)name, offset, (unsigned long long)offset + size,
                              metadata.size);
    keep_stream(m, found, (const char *)name, (il_blob){metadata.data + offset, size});
    return IL_OK;
}

static il_status read_root(il_module *m, streams *found, il_error *err) {
    il_blob rest = m->headers.metadata;
    const uint8_t *p, *version, *counts;
    if (!take(&rest, 16, &p) || memcmp(p, "BSJB", 4) != 0)
        return bad(m, err, m->headers.metadata.data,
                   "the metadata does not start with \"BSJB\" and a root of 16 bytes");
    uint32_t length = il_load32(p + 12);
    if (!take(&rest, length, &version) || !length || !memchr(version, 0, length) ||
        !take(&rest, 4, &counts))
        return bad(m, err, p + 12, "the version text of the metadata has no end");
    m->headers.version = (const char *)version;
    for (uint32_t left = il_load16(counts + 2); left > 0; left--) {
        il_status status = read_stream_header(m, &rest, found, err);
        if (status)
            return status;
    }
    if (!found->tables.data)
        return bad(m, err, counts, "the metadata has no table stream, expected #~ or #-");
    return IL_OK;
}

static bool heap_ends_with_nul(il_blob heap) {
    return heap.size == 0 || heap.data[heap.size - 1] == 0;
}

/* Row counts for a bit mask of tables, into rows; false when they run over the end. */
static bool read_counts(il_blob *rest, uint64_t valid, uint32_t *rows) {
    for (unsigned table = 0; table < IL_TABLE_COUNT; table++) {
        const uint8_t *p;
        if (!(valid >> table & 1))
            continue;
        if (!take(rest, 4, &p))
            return false;
        rows[table] = il_load32(p);
    }
    return true;
}

static il_status check_counts(const il_module *m, il_error *err) {
    for (unsigned table = 0; table < IL_TABLE_COUNT; table++) {
        const char *name = il_table_name((il_table)table);
        if (m->rows[table] && !name)
            return il_module_fail(m, err, IL_BAD_METADATA, m->tables.data, 0,
                                  "table 0x%02x has %u rows, but there is no such table", table,
                                  m->rows[table]);
        if (m->rows[table] > MAX_ROWS)
            return il_module_fail(m, err, IL_BAD_METADATA, m->tables.data, 0,
                                  "table %s has %u rows, expected at most %u", name, m->rows[table],
                                  MAX_ROWS);
    }
    return IL_OK;
}

/* Gives each table its place behind the one before and prepares its columns. */
static il_status place_tables(il_module *m, const il_layout *layout, il_error *err) {
    const uint8_t *tables[IL_TABLE_COUNT];
    il_blob rest = m->tables;
    for (unsigned table = 0; table < IL_TABLE_COUNT; table++) {
        size_t size = (size_t)m->rows[table] * layout->row_size[table];
        if (!take(&rest, size, &tables[table]))
            return il_module_fail(m, err, IL_BAD_METADATA, rest.data, IL_TOKEN(table, 1),
                                  "table %s has %u rows of %u bytes, the stream only %zu bytes",
                                  il_table_name((il_table)table), m->rows[table],
                                  layout->row_size[table], rest.size);
    }
    for (unsigned c = 0; c < IL_COLUMN_COUNT; c++) {
        const il_column_info *info = il_column_get((il_column)c);
        m->cells[c] = (il_cells){
            .first = tables[info->table] + layout->offset[c],
            .rows = m->rows[info->table],
            .row_size = layout->row_size[info->table],
            .width = layout->width[c],
            .kind = info->kind,
            .target = info->target,
        };
    }
    return IL_OK;
}

/* A portable PDB's references into the tables of its assembly are as wide as those tables ask for.
 */
static bool add_pdb_counts(il_blob pdb, uint32_t *rows) {
    const uint8_t *p;
    return !pdb.data || (take(&pdb, 32, &p) && read_counts(&pdb, il_load64(p + 24), rows));
}

static il_status read_tables(il_module *m, const streams *found, il_error *err) {
    il_blob rest = found->tables;
    const uint8_t *header, *extra;
    if (!take(&rest, 24, &header))
        return bad(m, err, rest.data, "the table stream has no header of 24 bytes");
    m->headers.tables_version = (uint16_t)(header[4] << 8 | header[5]);
    m->headers.sorted = il_load64(header + 16);
    uint32_t wide = header[6] | (found->all_wide ? IL_WIDE_ALL : 0);
    if (!read_counts(&rest, il_load64(header + 8), m->rows) ||
        ((wide & 0x40) && !take(&rest, 4, &extra)))
        return bad(m, err, header, "the table stream ends within the row counts");
    m->tables = rest;
    il_status status = check_counts(m, err);
    if (status)
        return status;
    uint32_t rows[IL_TABLE_COUNT];
    il_layout layout;
    memcpy(rows, m->rows, sizeof rows);
    if (!add_pdb_counts(found->pdb, rows))
        return bad(m, err, found->pdb.data, "the #Pdb stream ends within the row counts");
    il_layout_compute(rows, wide, &layout);
    return place_tables(m, &layout, err);
}

il_status il_metadata_read(il_module *module, il_error *err) {
    streams found = {0};
    il_status status = read_root(module, &found, err);
    if (status)
        return status;
    const il_blob *strings = &module->heaps[IL_HEAP_STRINGS];
    if (!heap_ends_with_nul(*strings))
        return bad(module, err, strings->data + strings->size - 1,
                   "the #Strings heap does not end with a zero byte");
    return read_tables(module, &found, err);
}

/* ---- Cells ---- */

uint32_t il_rows(const il_module *module, il_table table) {
    if ((unsigned)table >= IL_TABLE_COUNT)
        return 0;
    return module->rows[table] + il_grown_rows(module, table);
}

/* A row number too large for a token becomes one that no table has. */
static uint32_t token_of(uint32_t table, uint32_t row) {
    return IL_TOKEN(table, row <= 0xFFFFFF ? row : 0xFFFFFF);
}

uint32_t il_cell(const il_module *module, il_column column, uint32_t row) {
    const il_cells *cells = &module->cells[column];
    if (row - 1 >= cells->rows)
        return il_grown_cell(module, column, row);
    uint32_t value = il_cell_raw(cells, row);
    if (cells->kind < IL_KIND_ROW)
        return value;
    if (cells->kind != IL_KIND_CODED)
        return token_of(cells->target, value);
    unsigned bits = il_coded_bits((il_coded)cells->target);
    unsigned tag = value & ((1u << bits) - 1);
    return token_of(il_coded_table((il_coded)cells->target, tag), value >> bits);
}

/* The pointer table that a list of the given table goes through in #-, or IL_NONE; its column. */
static il_column pointer_column(il_table target, il_table *table) {
    switch (target) {
    case IL_Field: *table = IL_FieldPtr; return IL_FieldPtr_Field;
    case IL_MethodDef: *table = IL_MethodPtr; return IL_MethodPtr_Method;
    case IL_Param: *table = IL_ParamPtr; return IL_ParamPtr_Param;
    case IL_Event: *table = IL_EventPtr; return IL_EventPtr_Event;
    case IL_Property: *table = IL_PropertyPtr; return IL_PropertyPtr_Property;
    default: *table = IL_NONE; return IL_COLUMN_COUNT;
    }
}

uint32_t il_list_limit(const il_module *module, il_column column) {
    il_table target = (il_table)module->cells[column].target, pointers;
    pointer_column(target, &pointers);
    return (module->rows[pointers] ? module->rows[pointers] : module->rows[target]) + 1;
}

il_range il_list(const il_module *module, il_column column, uint32_t row) {
    const il_cells *cells = &module->cells[column];
    if (module->live)
        return il_live_list(module, column, row);
    if (row - 1 >= cells->rows)
        return il_grown_list(module, column, row);
    uint32_t limit = il_list_limit(module, column);
    uint32_t first = il_cell_raw(cells, row);
    uint32_t end = row < cells->rows ? il_cell_raw(cells, row + 1) : limit;
    if (end > limit)
        end = limit;
    if (first == 0 || first >= end)
        return (il_range){0, 0};
    return (il_range){first, end};
}

uint32_t il_list_row(const il_module *module, il_column column, uint32_t position) {
    il_table pointers;
    il_column pointer = pointer_column((il_table)module->cells[column].target, &pointers);
    if (!module->rows[pointers])
        return position;
    return IL_TOKEN_ROW(il_cell(module, pointer, position));
}

/* ---- Heaps ---- */

il_blob il_heap_of(const il_module *module, il_heap heap) {
    return module->heaps[heap];
}

const char *il_string(const il_module *module, uint32_t index) {
    il_blob heap = module->heaps[IL_HEAP_STRINGS];
    if (index >= heap.size) {
        index -= (uint32_t)heap.size;
        heap = il_grown_heap(module, IL_HEAP_STRINGS);
    }
    return index < heap.size ? (const char *)heap.data + index : "";
}

/* An entry with its length before it (II.24.2.4); data NULL when it does not fit in the heap. */
static il_blob heap_entry(const il_module *module, il_heap number, uint32_t index) {
    il_blob heap = module->heaps[number];
    if (index >= heap.size) {
        index -= (uint32_t)heap.size;
        heap = il_grown_heap(module, number);
    }
    if (index >= heap.size)
        return (il_blob){NULL, 0};
    il_reader reader = il_reader_of((il_blob){heap.data + index, heap.size - index});
    uint32_t size = il_read_compressed(&reader);
    if (reader.bad || size > (size_t)(reader.end - reader.next))
        return (il_blob){NULL, 0};
    return (il_blob){reader.next, size};
}

il_blob il_blob_at(const il_module *module, uint32_t index) {
    return heap_entry(module, IL_HEAP_BLOB, index);
}

const uint8_t *il_guid(const il_module *module, uint32_t index) {
    il_blob heap = module->heaps[IL_HEAP_GUID];
    return index >= 1 && index <= heap.size / 16 ? heap.data + (size_t)(index - 1) * 16 : NULL;
}

il_blob il_user_string(const il_module *module, uint32_t token) {
    il_blob entry = heap_entry(module, IL_HEAP_USER_STRINGS, IL_TOKEN_ROW(token));
    if (token >> 24 != IL_USER_STRING_TOKEN)
        return (il_blob){NULL, 0};
    entry.size &= ~(size_t)1; /* 2n bytes of text and the flag byte */
    return entry;
}

const char *il_name(const il_module *module, il_column column, uint32_t row) {
    return il_string(module, il_cell(module, column, row));
}

il_blob il_blob_cell(const il_module *module, il_column column, uint32_t row) {
    return il_blob_at(module, il_cell(module, column, row));
}

il_blob il_resource(const il_module *module, uint32_t row) {
    uint32_t offset = il_cell(module, IL_ManifestResource_Offset, row);
    il_blob all = module->headers.resources;
    if (row - 1 >= module->rows[IL_ManifestResource] || all.size < 4 || offset > all.size - 4 ||
        IL_TOKEN_ROW(il_cell(module, IL_ManifestResource_Implementation, row)))
        return (il_blob){NULL, 0};
    uint32_t size = il_load32(all.data + offset);
    if (size > all.size - 4 - offset)
        return (il_blob){NULL, 0};
    return (il_blob){all.data + offset + 4, size};
}
