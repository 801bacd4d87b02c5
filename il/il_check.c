/* The integrity walk over all tables: what opening leaves unchecked, every cell in bounds. */
#include "il_module.h"

static il_status bad_cell(const il_module *m, il_error *err, il_column column, uint32_t row,
                          uint32_t value, const char *expected, size_t limit) {
    const il_column_info *info = il_column_get(column);
    const il_cells *cells = &m->cells[column];
    const uint8_t *p = cells->first + (size_t)(row - 1) * cells->row_size;
    return il_module_fail(m, err, IL_BAD_METADATA, p, IL_TOKEN(info->table, row),
                          "%s row %u: %s is 0x%x, expected %s 0x%zx",
                          il_table_name((il_table)info->table), row, info->name, value, expected,
                          limit);
}

/* A heap index must be 0 or lie in its heap; a blob's bytes must too. */
static il_status check_heap_index(const il_module *m, il_column column, uint32_t row,
                                  uint32_t value, il_error *err) {
    static const char *const OFFSET = "an offset in the heap, below";
    switch (m->cells[column].kind) {
    case IL_KIND_STRING:
        if (value && value >= m->heaps[IL_HEAP_STRINGS].size)
            return bad_cell(m, err, column, row, value, OFFSET, m->heaps[IL_HEAP_STRINGS].size);
        return IL_OK;
    case IL_KIND_GUID:
        if (value && !il_guid(m, value))
            return bad_cell(m, err, column, row, value, "a number of a GUID, at most",
                            m->heaps[IL_HEAP_GUID].size / 16);
        return IL_OK;
    default:
        if (value && !il_blob_at(m, value).data)
            return bad_cell(m, err, column, row, value, "a blob that ends before",
                            m->heaps[IL_HEAP_BLOB].size);
        return IL_OK;
    }
}

/* A list starts where the one before did or later, and at most one row after its table's end. */
static il_status check_list(const il_module *m, il_column column, uint32_t row, uint32_t value,
                            il_error *err) {
    uint32_t limit = il_list_limit(m, column);
    uint32_t before = row > 1 ? il_cell_raw(&m->cells[column], row - 1) : 1;
    if (value < before)
        return bad_cell(m, err, column, row, value, "at least the row before's", before);
    if (value > limit)
        return bad_cell(m, err, column, row, value, "a row, at most", limit);
    return IL_OK;
}

static il_status check_cell(const il_module *m, il_column column, uint32_t row, il_error *err) {
    const il_cells *cells = &m->cells[column];
    uint32_t value = il_cell_raw(cells, row);
    if (cells->kind <= IL_KIND_U4)
        return IL_OK;
    if (cells->kind <= IL_KIND_BLOB)
        return check_heap_index(m, column, row, value, err);
    if (cells->kind == IL_KIND_LIST)
        return check_list(m, column, row, value, err);
    uint32_t token = il_cell(m, column, row);
    if (IL_TOKEN_TABLE(token) == IL_NONE)
        return bad_cell(m, err, column, row, value, "a table's tag in the low bits, below",
                        (size_t)1 << il_coded_bits((il_coded)cells->target));
    if (IL_TOKEN_ROW(token) > m->rows[IL_TOKEN_TABLE(token)])
        return bad_cell(m, err, column, row, token, "a token, at most",
                        IL_TOKEN(IL_TOKEN_TABLE(token), m->rows[IL_TOKEN_TABLE(token)]));
    return IL_OK;
}

il_status il_module_check(const il_module *module, il_error *err) {
    for (unsigned c = 0; c < IL_COLUMN_COUNT; c++) {
        for (uint32_t row = 1; row <= module->cells[c].rows; row++) {
            il_status status = check_cell(module, (il_column)c, row, err);
            if (status)
                return status;
        }
    }
    return IL_OK;
}
