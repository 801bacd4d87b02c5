/* See il_grow.h.
 *
 * What is added lies in blocks of its own, one per table and heap, that only grow: at the end, or
 * into a block of twice the size, while the old one is kept for those who read in it. A reader
 * takes the size first and then the block, a writer sets them the other way round. */
#include "il_grow.h"

#include "il_encode.h"
#include "il_grow_state.h"
#include "runtime/memory/mem.h"

enum { MAX_STRING = 0x7FFFFF }; /* units; a heap that tokens reach has 16 MiB */

typedef struct block {
    char *data;  /* atomic */
    size_t size; /* atomic */
    size_t room;
} block;

typedef struct kept {
    struct kept *next;
    void *data;
} kept;

struct il_grown {
    block tables[IL_TABLE_COUNT]; /* rows of four-byte cells */
    block heaps[IL_HEAP_COUNT];
    struct {
        uint8_t first, count; /* columns */
    } columns[IL_TABLE_COUNT];
    kept *kept;
};

/* ---- Blocks ---- */

static bool enlarge(il_grown *grown, block *to, size_t size) {
    size_t room = size < 512 ? 1024 : 2 * size;
    kept *old = to->data ? mem_alloc(sizeof *old) : NULL;
    char *data = mem_alloc(room);
    if (!data || (to->data && !old)) {
        mem_free(old);
        mem_free(data);
        return false;
    }
    if (old) {
        memcpy(data, to->data, to->size);
        *old = (kept){grown->kept, to->data};
        grown->kept = old;
    }
    __atomic_store_n(&to->data, data, __ATOMIC_RELEASE);
    to->room = room;
    return true;
}

static bool append(il_grown *grown, block *to, const void *bytes, size_t size) {
    if (size > to->room - to->size && !enlarge(grown, to, to->size + size))
        return false;
    memcpy(to->data + to->size, bytes, size);
    __atomic_store_n(&to->size, to->size + size, __ATOMIC_RELEASE);
    return true;
}

static il_blob see(const block *from) {
    size_t size = __atomic_load_n(&from->size, __ATOMIC_ACQUIRE);
    return (il_blob){(const uint8_t *)__atomic_load_n(&from->data, __ATOMIC_ACQUIRE), size};
}

/* ---- Life ---- */

static il_grown *grown_of(const il_module *module) {
    return atomic_load_explicit((_Atomic(il_grown *) *)(uintptr_t)&module->grown,
                                memory_order_acquire);
}

static il_grown *get_grown(il_module *module) {
    il_grown *grown = grown_of(module);
    if (grown || !(grown = mem_calloc(1, sizeof *grown)))
        return grown;
    for (unsigned c = IL_COLUMN_COUNT; c-- > 0;) {
        unsigned table = il_column_get((il_column)c)->table;
        grown->columns[table].first = (uint8_t)c;
        grown->columns[table].count++;
    }
    atomic_store_explicit(&module->grown, grown, memory_order_release);
    return grown;
}
_Static_assert(IL_COLUMN_COUNT <= 256, "a column fits in il_grown.columns");

void il_grown_free(il_grown *grown) {
    if (!grown)
        return;
    for (unsigned t = 0; t < IL_TABLE_COUNT; t++)
        mem_free(grown->tables[t].data);
    for (unsigned h = 0; h < IL_HEAP_COUNT; h++)
        mem_free(grown->heaps[h].data);
    for (kept *old = grown->kept, *next; old; old = next) {
        next = old->next;
        mem_free(old->data);
        mem_free(old);
    }
    mem_free(grown);
}

/* ---- Reading ---- */

uint32_t il_grown_rows(const il_module *module, il_table table) {
    const il_grown *grown = grown_of(module);
    if (!grown || !grown->columns[table].count)
        return 0;
    return (uint32_t)(see(&grown->tables[table]).size /
                      (grown->columns[table].count * sizeof(uint32_t)));
}

/* The place of a cell; NULL when it is not among the added ones. */
static uint32_t *place(const il_module *module, il_column column, uint32_t row) {
    const il_grown *grown = grown_of(module);
    il_table table = (il_table)il_column_get(column)->table;
    uint32_t index = row - module->rows[table] - 1;
    if (!grown || row <= module->rows[table] || index >= il_grown_rows(module, table))
        return NULL;
    il_blob cells = see(&grown->tables[table]);
    return (uint32_t *)(uintptr_t)cells.data + (size_t)index * grown->columns[table].count +
           ((unsigned)column - grown->columns[table].first);
}

uint32_t il_grown_cell(const il_module *module, il_column column, uint32_t row) {
    const uint32_t *cell = place(module, column, row);
    return cell ? __atomic_load_n(cell, __ATOMIC_RELAXED) : 0;
}

il_blob il_grown_heap(const il_module *module, il_heap heap) {
    const il_grown *grown = grown_of(module);
    return grown ? see(&grown->heaps[heap]) : (il_blob){NULL, 0};
}

il_range il_grown_list(const il_module *module, il_column column, uint32_t row) {
    const il_column_info *info = il_column_get(column);
    il_table table = (il_table)info->table, members = (il_table)info->target;
    if (row <= module->rows[table] || row > il_rows(module, table))
        return (il_range){0, 0};
    uint32_t first = IL_TOKEN_ROW(il_grown_cell(module, column, row));
    uint32_t end = row < il_rows(module, table)
                       ? IL_TOKEN_ROW(il_grown_cell(module, column, row + 1))
                       : il_rows(module, members) + 1;
    return first < end ? (il_range){first, end} : (il_range){0, 0};
}

uint32_t il_grown_owner(const il_module *module, il_column list, uint32_t member) {
    il_table table = (il_table)il_column_get(list)->table;
    for (uint32_t row = il_rows(module, table); row > module->rows[table]; row--) {
        il_range range = il_grown_list(module, list, row);
        if (member >= range.first && member < range.end)
            return row;
    }
    return 0;
}

uint32_t il_grown_find(const il_module *module, il_column column, uint32_t value, uint32_t from) {
    il_table table = (il_table)il_column_get(column)->table;
    uint32_t rows = il_rows(module, table), row = module->rows[table] + 1;
    for (row = from > row ? from : row; row <= rows; row++) {
        if (il_grown_cell(module, column, row) == value)
            return row;
    }
    return 0;
}

/* ---- Adding ---- */

static il_status out_of_memory(const il_module *module, il_error *err) {
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory", module->path);
}

il_status il_grow_row(il_module *module, il_table table, const uint32_t *cells, uint32_t *token,
                      il_error *err) {
    il_grown *grown = module->live ? NULL : get_grown(module);
    uint32_t row = il_rows(module, table) + 1;
    if (module->live || row >= 0xFFFFFF)
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, IL_TOKEN(table, 0),
                       "%s: no row can be added to %s", module->path, il_table_name(table));
    if (!grown ||
        !append(grown, &grown->tables[table], cells, grown->columns[table].count * sizeof *cells))
        return out_of_memory(module, err);
    *token = IL_TOKEN(table, row);
    return IL_OK;
}

bool il_grow_set(il_module *module, il_column column, uint32_t row, uint32_t value) {
    uint32_t *cell = place(module, column, row);
    if (cell)
        __atomic_store_n(cell, value, __ATOMIC_RELAXED);
    return cell != NULL;
}

bool il_grow_own(il_module *module, il_column list, uint32_t owner) {
    const il_column_info *info = il_column_get(list);
    uint32_t rows = il_rows(module, (il_table)info->table);
    uint32_t next = IL_TOKEN(info->target, il_rows(module, (il_table)info->target) + 1);
    if (owner <= module->rows[info->table] || owner > rows)
        return false;
    for (uint32_t row = owner + 1; row <= rows; row++) {
        if (il_grown_cell(module, list, row) != next)
            return false;
    }
    for (uint32_t row = rows; row > owner; row--)
        il_grow_set(module, list, row, next + 1);
    return true;
}

/* A heap starts with the byte of the empty entry; for a file without the heap it is added. */
static il_status grow_heap(il_module *module, il_heap heap, const il_text *entry, uint32_t *index,
                           il_error *err) {
    il_grown *grown = module->live ? NULL : get_grown(module);
    if (!grown || entry->out_of_memory)
        return out_of_memory(module, err);
    block *to = &grown->heaps[heap];
    if (module->heaps[heap].size + to->size == 0 && !append(grown, to, "", 1))
        return out_of_memory(module, err);
    size_t at = module->heaps[heap].size + to->size;
    if (at + entry->size > 0xFFFFFF)
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, 0, "%s: a heap is full", module->path);
    *index = (uint32_t)at;
    return append(grown, to, entry->data, entry->size) ? IL_OK : out_of_memory(module, err);
}

il_status il_grow_string(il_module *module, const char *string, uint32_t *index, il_error *err) {
    il_text entry = {0};
    *index = 0;
    if (!*string)
        return IL_OK;
    il_put_bytes(&entry, string, strlen(string) + 1);
    il_status status = grow_heap(module, IL_HEAP_STRINGS, &entry, index, err);
    il_text_fini(&entry);
    return status;
}

il_status il_grow_blob(il_module *module, il_blob blob, uint32_t *index, il_error *err) {
    il_text entry = {0};
    *index = 0;
    if (!blob.size)
        return IL_OK;
    il_put_compressed(&entry, (uint32_t)blob.size);
    il_put_bytes(&entry, blob.data, blob.size);
    il_status status = grow_heap(module, IL_HEAP_BLOB, &entry, index, err);
    il_text_fini(&entry);
    return status;
}

il_status il_grow_user_string(il_module *module, const uint16_t *units, size_t count,
                              uint32_t *token, il_error *err) {
    il_text entry = {0};
    uint32_t index = 0;
    if (count > MAX_STRING)
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, 0, "%s: a heap is full", module->path);
    il_put_compressed(&entry, (uint32_t)(2 * count + 1));
    il_put_user_string(&entry, units, count);
    il_status status = grow_heap(module, IL_HEAP_USER_STRINGS, &entry, &index, err);
    il_text_fini(&entry);
    *token = IL_TOKEN(IL_USER_STRING_TOKEN, index);
    return status;
}
