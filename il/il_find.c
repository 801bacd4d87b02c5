/* Searches in tables: rows by a column's value, owners of members, types by name. */
#include "il_grow_state.h"
#include "il_live_state.h"
#include "runtime/memory/mem.h"

/* ---- Rows by value ---- */

/* The cell that stands for value in this column; false when no cell can. */
static bool encode(const il_cells *cells, uint32_t value, uint32_t *raw) {
    *raw = value;
    if (cells->kind == IL_KIND_CODED)
        return il_coded_encode((il_coded)cells->target, value, raw);
    if (cells->kind < IL_KIND_ROW)
        return true;
    *raw = IL_TOKEN_ROW(value);
    return IL_TOKEN_TABLE(value) == cells->target;
}

static bool is_sorted(const il_module *module, il_column column) {
    const il_cells *cells = &module->cells[column];
    /* The cache is the only part of a module that changes after opening; any thread computes the
     * same value. */
    _Atomic uint8_t *cache = (_Atomic uint8_t *)(uintptr_t)&module->order[column];
    uint8_t order = atomic_load_explicit(cache, memory_order_relaxed);
    if (order == IL_ORDER_UNKNOWN) {
        order = IL_ORDER_SORTED;
        for (uint32_t row = 1; row < cells->rows && order == IL_ORDER_SORTED; row++) {
            if (il_cell_raw(cells, row) > il_cell_raw(cells, row + 1))
                order = IL_ORDER_UNSORTED;
        }
        atomic_store_explicit(cache, order, memory_order_relaxed);
    }
    return order == IL_ORDER_SORTED;
}

/* The first row of a sorted column whose cell is at least raw; rows + 1 when there is none. */
static uint32_t lower_bound(const il_cells *cells, uint32_t raw) {
    uint32_t low = 1, high = cells->rows + 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (il_cell_raw(cells, middle) < raw)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t find_raw(const il_module *module, il_column column, uint32_t raw, uint32_t from) {
    const il_cells *cells = &module->cells[column];
    uint32_t row = from ? from : 1;
    if (is_sorted(module, column)) {
        uint32_t first = lower_bound(cells, raw);
        row = first > row ? first : row;
        return row <= cells->rows && il_cell_raw(cells, row) == raw ? row : 0;
    }
    for (; row <= cells->rows; row++) {
        if (il_cell_raw(cells, row) == raw)
            return row;
    }
    return 0;
}

uint32_t il_find_next(const il_module *module, il_column column, uint32_t value, uint32_t from) {
    uint32_t raw;
    uint32_t row =
        encode(&module->cells[column], value, &raw) ? find_raw(module, column, raw, from) : 0;
    return row ? row : il_grown_find(module, column, value, from);
}

static il_range find_grown_rows(const il_module *module, il_column column, uint32_t value) {
    uint32_t first = il_grown_find(module, column, value, 1), end = first;
    while (end && il_grown_find(module, column, value, end) == end)
        end++;
    return (il_range){first, end};
}

il_range il_find_rows(const il_module *module, il_column column, uint32_t value) {
    const il_cells *cells = &module->cells[column];
    uint32_t raw;
    uint32_t first = encode(cells, value, &raw) ? find_raw(module, column, raw, 1) : 0;
    if (!first)
        return find_grown_rows(module, column, value);
    uint32_t end = first + 1;
    while (end <= cells->rows && il_cell_raw(cells, end) == raw)
        end++;
    return (il_range){first, end};
}

bool il_find_any(const il_module *module, il_column column, uint32_t low, uint32_t high) {
    const il_cells *cells = &module->cells[column];
    uint32_t first, last;
    if (!encode(cells, low, &first) || !encode(cells, high, &last))
        return false;
    if (!is_sorted(module, column))
        return cells->rows > 0;
    uint32_t row = lower_bound(cells, first);
    return row <= cells->rows && il_cell_raw(cells, row) <= last;
}

/* ---- Owners ---- */

/* The row whose list holds a member: the last one whose list starts at or before it. */
static uint32_t list_owner(const il_module *module, il_column list, il_column pointer,
                           uint32_t member) {
    const il_cells *cells = &module->cells[list];
    uint32_t position = member;
    if (module->live)
        return il_live_owner(module, list, member);
    if (member > module->rows[cells->target])
        return il_grown_owner(module, list, member);
    if (member == 0 || !is_sorted(module, list))
        return 0;
    if (module->cells[pointer].rows)
        position = find_raw(module, pointer, member, 1);
    uint32_t owner = lower_bound(cells, position + 1) - 1;
    il_range range = il_list(module, list, owner);
    return position >= range.first && position < range.end ? owner : 0;
}

uint32_t il_method_owner(const il_module *module, uint32_t method_row) {
    return list_owner(module, IL_TypeDef_MethodList, IL_MethodPtr_Method, method_row);
}

uint32_t il_field_owner(const il_module *module, uint32_t field_row) {
    return list_owner(module, IL_TypeDef_FieldList, IL_FieldPtr_Field, field_row);
}

/* ---- Types by name ---- */

/* An open-addressing table of TypeDef rows, at most half full. Built once, then constant. */
struct il_type_index {
    uint32_t mask;
    uint32_t *slots;     /* mask + 1 rows, 0 = free */
    uint32_t *enclosing; /* by row: the enclosing row, 0 when not nested */
};

/* Without the namespace: few types share a name, and reading all namespaces takes longer. */
static uint32_t hash_type(const char *name, uint32_t enclosing) {
    uint32_t hash = 2166136261u ^ enclosing * 2654435761u;
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619u;
    return hash;
}

static bool is_type(const il_module *module, uint32_t row, const char *name_space,
                    const char *name) {
    return strcmp(il_name(module, IL_TypeDef_Name, row), name) == 0 &&
           strcmp(il_name(module, IL_TypeDef_Namespace, row), name_space) == 0;
}

uint32_t il_enclosing_type(const il_module *module, uint32_t row) {
    il_range nested = il_find_rows(module, IL_NestedClass_NestedClass, IL_TOKEN(IL_TypeDef, row));
    return IL_TOKEN_ROW(il_cell(module, IL_NestedClass_EnclosingClass, nested.first));
}

static void index_types(const il_module *module, il_type_index *index) {
    uint32_t rows = module->rows[IL_TypeDef];
    for (uint32_t row = 1; row <= module->rows[IL_NestedClass]; row++) {
        uint32_t nested = IL_TOKEN_ROW(il_cell(module, IL_NestedClass_NestedClass, row));
        if (nested <= rows)
            index->enclosing[nested] =
                IL_TOKEN_ROW(il_cell(module, IL_NestedClass_EnclosingClass, row));
    }
    for (uint32_t row = 1; row <= rows; row++) {
        uint32_t slot = hash_type(il_name(module, IL_TypeDef_Name, row), index->enclosing[row]);
        while (index->slots[slot & index->mask])
            slot++;
        index->slots[slot & index->mask] = row;
    }
}

static il_type_index *new_type_index(const il_module *module) {
    uint32_t rows = module->rows[IL_TypeDef], size = 16;
    while (size < 2 * rows)
        size *= 2;
    size_t cells = (size_t)size + rows + 1;
    il_type_index *index = mem_calloc(1, sizeof *index + cells * sizeof(uint32_t));
    if (!index)
        return NULL;
    index->mask = size - 1;
    index->slots = (uint32_t *)(index + 1);
    index->enclosing = index->slots + size;
    index_types(module, index);
    return index;
}

void il_type_index_free(il_type_index *index) {
    mem_free(index);
}

/* The module's index; when two threads build it at once, one of the two is dropped. */
static il_type_index *type_index(const il_module *module) {
    _Atomic(il_type_index *) *cache = (_Atomic(il_type_index *) *)(uintptr_t)&module->types;
    il_type_index *index = atomic_load_explicit(cache, memory_order_acquire);
    if (index)
        return index;
    index = new_type_index(module);
    il_type_index *other = NULL;
    if (index && !atomic_compare_exchange_strong(cache, &other, index)) {
        il_type_index_free(index);
        index = other;
    }
    return index;
}

static uint32_t find_grown_type(const il_module *module, const char *name_space, const char *name,
                                uint32_t enclosing) {
    uint32_t rows = il_rows(module, IL_TypeDef), row = module->rows[IL_TypeDef] + 1;
    while (row <= rows &&
           (!is_type(module, row, name_space, name) || il_enclosing_type(module, row) != enclosing))
        row++;
    return row <= rows ? row : 0;
}

static uint32_t find_read_type(const il_module *module, const char *name_space, const char *name,
                               uint32_t enclosing) {
    const il_type_index *index = type_index(module);
    if (!index) {
        for (uint32_t row = 1; row <= module->rows[IL_TypeDef]; row++) {
            if (is_type(module, row, name_space, name) &&
                il_enclosing_type(module, row) == enclosing)
                return row;
        }
        return 0;
    }
    uint32_t slot = hash_type(name, enclosing), row;
    for (; (row = index->slots[slot & index->mask]) != 0; slot++) {
        if (index->enclosing[row] == enclosing && is_type(module, row, name_space, name))
            return row;
    }
    return 0;
}

uint32_t il_find_type(const il_module *module, const char *name_space, const char *name,
                      uint32_t enclosing) {
    uint32_t row = find_read_type(module, name_space, name, enclosing);
    return row ? row : find_grown_type(module, name_space, name, enclosing);
}
