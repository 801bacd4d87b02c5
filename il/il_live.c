/* Live modules: copies of a build's tables and heaps, which il_cells and il_module.heaps point at.
 *
 * A copy is brought up to date in place while it fits. When it must grow, it moves to a block of
 * twice the size, and the block it leaves is kept until the module is closed, because names and
 * blobs of it are in use. A cell of such a table has four bytes and holds what il_cell returns, so
 * it counts as a plain number whatever its column. List columns stay zero: a list is the rows from
 * the owner's first member on that have the same owner. */
#include "il_live.h"

#include "il_build_state.h"
#include "il_live_state.h"

/* Bytes that only ever move to a larger block. */
typedef struct copy {
    void *data;
    size_t size, room;
} copy;

/* A block that a copy has left, or a type index that is out of date. */
typedef struct retired {
    struct retired *next;
    void *block;
} retired;

struct il_live {
    il_build *build; /* only told what was seen of it */
    copy tables[IL_TABLE_COUNT];
    copy owners[IL_TABLE_COUNT]; /* of member tables: by row - 1, the owner's row */
    copy firsts[IL_TABLE_COUNT]; /* of member tables: by the owner's row - 1, its first member */
    copy heaps[IL_HEAP_COUNT];
    copy data, bodies;
    retired *retired;
};

static bool retire(il_live *live, void *block) {
    retired *entry = block ? mem_alloc(sizeof *entry) : NULL;
    if (!entry)
        return block == NULL;
    *entry = (retired){live->retired, block};
    live->retired = entry;
    return true;
}

/* Room for size bytes; what is there stays. */
static bool reserve(il_live *live, copy *to, size_t size) {
    if (size <= to->room)
        return true;
    size_t room = size > SIZE_MAX / 2 ? size : 2 * size;
    char *data = mem_alloc(room);
    if (!data || !retire(live, to->data)) {
        mem_free(data);
        return false;
    }
    if (to->size)
        memcpy(data, to->data, to->size);
    to->data = data;
    to->room = room;
    return true;
}

/* Makes the copy equal to bytes, of which the first `same` are in it already. */
static bool refresh(il_live *live, copy *to, const void *bytes, size_t size, size_t same) {
    if (!reserve(live, to, size))
        return false;
    if (size > same)
        memcpy((char *)to->data + same, (const char *)bytes + same, size - same);
    to->size = size;
    return true;
}

/* ---- Life ---- */

static void prepare_cells(il_module *m, const il_build *build) {
    for (unsigned c = 0; c < IL_COLUMN_COUNT; c++) {
        const il_column_info *info = il_column_get((il_column)c);
        m->cells[c] = (il_cells){
            .row_size = (uint8_t)(build->tables[info->table].columns * sizeof(uint32_t)),
            .width = sizeof(uint32_t),
            .kind = IL_KIND_U4,
            .target = info->target,
        };
    }
}

il_status il_live_new(il_build *build, const char *name, il_module **out, il_error *err) {
    il_module *m = *out = mem_calloc(1, sizeof *m);
    if (!m || !(m->path = mem_copy_text(name, strlen(name))) ||
        !(m->live = mem_calloc(1, sizeof *m->live))) {
        il_module_close(m);
        *out = NULL;
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory", name);
    }
    m->live->build = build;
    m->headers.version = build->output.version;
    m->headers.cli_major = build->output.cli_major;
    m->headers.cli_minor = build->output.cli_minor;
    m->headers.cli_flags = build->output.cli_flags;
    m->headers.dll = true;
    prepare_cells(m, build);
    return IL_OK;
}

void il_live_free(il_live *live) {
    if (!live)
        return;
    for (unsigned t = 0; t < IL_TABLE_COUNT; t++) {
        mem_free(live->tables[t].data);
        mem_free(live->owners[t].data);
        mem_free(live->firsts[t].data);
    }
    for (unsigned h = 0; h < IL_HEAP_COUNT; h++)
        mem_free(live->heaps[h].data);
    mem_free(live->data.data);
    mem_free(live->bodies.data);
    for (retired *entry = live->retired, *next; entry; entry = next) {
        next = entry->next;
        mem_free(entry->block);
        mem_free(entry);
    }
    mem_free(live);
}

/* ---- Updates ---- */

/* Notes where the members of each owner begin, for members from a row on. */
static bool update_firsts(il_live *live, il_table members, uint32_t from) {
    il_column column = il_build_list_column(members);
    const il_build_table *table = &live->build->tables[members];
    if (column == IL_COLUMN_COUNT)
        return true;
    copy *to = &live->firsts[members];
    uint32_t count = live->build->tables[il_column_get(column)->table].rows;
    size_t size = count * sizeof(uint32_t);
    if (!reserve(live, to, size))
        return false;
    uint32_t *firsts = to->data;
    if (size > to->size)
        memset((char *)to->data + to->size, 0, size - to->size);
    to->size = size;
    for (uint32_t row = from; row <= table->rows; row++) {
        uint32_t owner = table->owners[row - 1];
        if (owner - 1 < count && !firsts[owner - 1])
            firsts[owner - 1] = row;
    }
    return true;
}

/* Lets readers see the rows of a table, whose cells are all there. */
static void show_table(il_module *m, il_table number) {
    const il_build_table *table = &m->live->build->tables[number];
    const uint8_t *cells = m->live->tables[number].data;
    for (unsigned c = table->first; c < (unsigned)table->first + table->columns; c++) {
        m->cells[c].first = cells + (c - table->first) * sizeof(uint32_t);
        __atomic_store_n(&m->cells[c].rows, table->rows, __ATOMIC_RELEASE);
        atomic_store(&m->order[c], IL_ORDER_UNKNOWN);
    }
    m->rows[number] = table->rows;
}

static bool update_table(il_module *m, il_table number) {
    il_build_table *table = &m->live->build->tables[number];
    size_t row_size = table->columns * sizeof *table->cells, same = table->seen;
    if (table->rows == same)
        return true;
    if (!refresh(m->live, &m->live->tables[number], table->cells, table->rows * row_size,
                 same * row_size))
        return false;
    if (table->owners && !refresh(m->live, &m->live->owners[number], table->owners,
                                  table->rows * sizeof(uint32_t), same * sizeof(uint32_t)))
        return false;
    if (!update_firsts(m->live, number, m->rows[number] + 1))
        return false;
    show_table(m, number);
    table->seen = table->rows;
    return true;
}

static bool update_bodies(il_live *live) {
    il_build *build = live->build;
    size_t size = sizeof *build->bodies;
    if (!refresh(live, &live->bodies, build->bodies, build->body_room * size,
                 build->bodies_seen * size))
        return false;
    build->bodies_seen = build->body_room;
    return true;
}

/* The next search by name makes a new index. */
static bool drop_type_index(il_module *m) {
    il_type_index *index = atomic_load(&m->types);
    if (!retire(m->live, index))
        return false;
    atomic_store(&m->types, NULL);
    return true;
}

static bool update_heap(il_module *m, il_heap heap) {
    const il_text *text = &m->live->build->heaps[heap];
    copy *to = &m->live->heaps[heap];
    /* The version id, the only entry that is ever written over, is in the GUID heap. */
    if (!refresh(m->live, to, text->data, text->size, heap == IL_HEAP_GUID ? 0 : to->size))
        return false;
    m->heaps[heap] = (il_blob){to->data, to->size};
    return true;
}

static bool update(il_module *m) {
    il_live *live = m->live;
    const il_build *build = live->build;
    bool new_types = build->tables[IL_TypeDef].seen != build->tables[IL_TypeDef].rows;
    for (unsigned h = 0; h < IL_HEAP_COUNT; h++) {
        if (!update_heap(m, (il_heap)h))
            return false;
    }
    if (!refresh(live, &live->data, build->data.data, build->data.size, live->data.size) ||
        !update_bodies(live))
        return false;
    for (unsigned t = 0; t < IL_TABLE_COUNT; t++) {
        if (!update_table(m, (il_table)t))
            return false;
    }
    return !new_types || drop_type_index(m);
}

il_status il_live_update(il_module *module, il_error *err) {
    const il_build *build = module->live->build;
    if (build->status != IL_OK)
        return il_fail(err, build->status, IL_NO_OFFSET, 0, "%s: %s", module->path, build->reason);
    if (!update(module))
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory", module->path);
    module->headers.entry_point = build->output.entry_point;
    return IL_OK;
}

/* ---- Reading ---- */

il_range il_live_list(const il_module *module, il_column column, uint32_t row) {
    il_table members = (il_table)module->cells[column].target;
    const uint32_t *owners = module->live->owners[members].data;
    const copy *firsts = &module->live->firsts[members];
    if (row - 1 >= firsts->size / sizeof(uint32_t))
        return (il_range){0, 0};
    uint32_t first = ((const uint32_t *)firsts->data)[row - 1], end = first;
    while (end && end <= module->rows[members] && owners[end - 1] == row)
        end++;
    return (il_range){first, end};
}

uint32_t il_live_owner(const il_module *module, il_column column, uint32_t member) {
    il_table members = (il_table)module->cells[column].target;
    const uint32_t *owners = module->live->owners[members].data;
    return member - 1 < module->rows[members] ? owners[member - 1] : 0;
}

il_blob il_live_data(const il_module *module, uint32_t place) {
    const copy *data = &module->live->data;
    if (place >= data->size)
        return (il_blob){NULL, 0};
    return (il_blob){(const uint8_t *)data->data + place, data->size - place};
}

il_blob il_live_body(const il_module *module, uint32_t row) {
    const il_build_code *bodies = module->live->bodies.data;
    if (row - 1 >= module->live->bodies.size / sizeof *bodies || !bodies[row - 1].size)
        return (il_blob){NULL, 0};
    return (il_blob){bodies[row - 1].data, bodies[row - 1].size};
}
