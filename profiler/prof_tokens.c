/* Rows by condition, and enumerations of them: the first call collects all tokens, later calls hand
 * them out. */
#include "profiler/prof_metadata.h"
#include "runtime/memory/mem.h"
#include <string.h>

/* ---- Rows ---- */

prof_rows prof_all_rows(const il_module *il, il_table table) {
    return (prof_rows){
        .table = table, .range = {1, il_rows(il, table) + 1}, .list = IL_COLUMN_COUNT};
}

prof_rows prof_list_rows(const il_module *il, il_table table, il_column list, RID owner) {
    return (prof_rows){.table = table, .range = il_list(il, list, owner), .list = list};
}

prof_rows prof_rows_with(prof_rows rows, il_column column, uint32_t value) {
    rows.equal[rows.equal_count].column = column;
    rows.equal[rows.equal_count++].value = value;
    return rows;
}

static bool matches(const il_module *il, const prof_rows *rows, RID row) {
    for (uint32_t i = 0; i < rows->equal_count; i++) {
        if (il_cell(il, rows->equal[i].column, row) != rows->equal[i].value)
            return false;
    }
    if (rows->name && strcmp(il_name(il, rows->name_column, row), rows->name) != 0)
        return false;
    if (!rows->signature.data)
        return true;
    il_blob found = il_blob_cell(il, rows->signature_column, row);
    return found.size == rows->signature.size &&
           (found.size == 0 || memcmp(found.data, rows->signature.data, found.size) == 0);
}

RID prof_next_row(const il_module *il, const prof_rows *rows, uint32_t *position) {
    while (*position < rows->range.end) {
        uint32_t at = (*position)++;
        RID row = rows->list == IL_COLUMN_COUNT ? at : il_list_row(il, rows->list, at);
        if (matches(il, rows, row))
            return row;
    }
    return 0;
}

/* ---- Enumerations ---- */

typedef struct enumeration {
    ULONG count, capacity, next;
    mdToken *tokens;
} enumeration;

static bool add(enumeration *e, mdToken token) {
    if (e->count == e->capacity) {
        ULONG capacity = e->capacity ? 2 * e->capacity : 16;
        mdToken *tokens = mem_resize(e->tokens, capacity, sizeof *tokens);
        if (!tokens)
            return false;
        e->tokens = tokens;
        e->capacity = capacity;
    }
    e->tokens[e->count++] = token;
    return true;
}

static bool collect(const il_module *il, const prof_rows *source, enumeration *e) {
    uint32_t position = source->range.first;
    for (RID row; (row = prof_next_row(il, source, &position)) != 0;) {
        if (!add(e, IL_TOKEN(source->table, row)))
            return false;
    }
    return true;
}

static HRESULT start(const il_module *il, const prof_rows *sources, uint32_t source_count,
                     enumeration **out) {
    enumeration *e = mem_calloc(1, sizeof *e);
    if (!e)
        return E_OUTOFMEMORY;
    for (uint32_t i = 0; i < source_count; i++) {
        if (!collect(il, &sources[i], e)) {
            prof_enumeration_free(e);
            return E_OUTOFMEMORY;
        }
    }
    *out = e;
    return S_OK;
}

HRESULT prof_enumerate(const il_module *il, HCORENUM *phEnum, const prof_rows *sources,
                       uint32_t source_count, mdToken tokens[], ULONG max, ULONG *count) {
    if (!phEnum || (max != 0 && !tokens))
        return E_INVALIDARG;
    enumeration *e = *phEnum;
    PROF_PUT(count, 0);
    if (!e) {
        HRESULT result = start(il, sources, source_count, &e);
        if (FAILED(result))
            return result;
        *phEnum = e;
    }
    ULONG given = max < e->count - e->next ? max : e->count - e->next;
    if (given != 0)
        memcpy(tokens, e->tokens + e->next, given * sizeof *tokens);
    e->next += given;
    PROF_PUT(count, given);
    if (e->count == 0) { /* so that a caller who found nothing need not close it */
        prof_enumeration_free(e);
        *phEnum = NULL;
    }
    return given ? S_OK : S_FALSE;
}

void prof_enumeration_free(HCORENUM hEnum) {
    enumeration *e = hEnum;
    if (e)
        mem_free(e->tokens);
    mem_free(e);
}

ULONG prof_enumeration_count(HCORENUM hEnum) {
    enumeration *e = hEnum;
    return e ? e->count : 0;
}

void prof_enumeration_move(HCORENUM hEnum, ULONG position) {
    enumeration *e = hEnum;
    if (e)
        e->next = position < e->count ? position : e->count;
}
