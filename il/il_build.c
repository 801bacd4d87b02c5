/* A module under construction: its life, rows and cells, bodies, field data and resources. */
#include "il_build_state.h"

#include "il_edit_state.h"
#include "il_encode.h"

enum { RESOURCE_ALIGNMENT = 8, MAX_DATA = 256 << 20 };

il_status il_build_status(const il_build *build) {
    return build->status;
}

bool il_build_fail(il_build *build, il_status status, const char *reason) {
    if (build->status == IL_OK) {
        build->status = status;
        build->reason = reason;
    }
    return false;
}

/* ---- Life ---- */

il_build *il_build_alloc(void) {
    il_build *build = mem_calloc(1, sizeof *build);
    for (unsigned c = 0; build && c < IL_COLUMN_COUNT; c++) {
        il_build_table *table = &build->tables[il_column_get((il_column)c)->table];
        if (table->columns++ == 0)
            table->first = (uint8_t)c;
    }
    return build;
}

_Static_assert(IL_COLUMN_COUNT <= UINT8_MAX, "il_build_table.first holds a column");

il_status il_build_new(const char *module_name, il_build **out, il_error *err) {
    static const uint8_t UNKNOWN_MVID[16] = {0}; /* the writer derives one from the contents */
    il_build *build = *out = il_build_alloc();
    if (!build)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    build->output = (il_output){.machine = 0x14C,
                                .subsystem = 3,
                                .dll_characteristics = 0x8540,
                                .image_base = 0x400000,
                                .stack_reserve = 0x100000,
                                .section_alignment = 0x2000,
                                .file_alignment = 0x200,
                                .cli_major = 2,
                                .cli_minor = 5,
                                .cli_flags = 1,
                                .version = "v4.0.30319"};
    il_put(&build->heaps[IL_HEAP_STRINGS], 0);
    il_put(&build->heaps[IL_HEAP_BLOB], 0);
    il_put(&build->heaps[IL_HEAP_USER_STRINGS], 0);
    il_put_bytes(&build->heaps[IL_HEAP_GUID], UNKNOWN_MVID, sizeof UNKNOWN_MVID);
    uint32_t module = il_build_add(build, IL_Module, 0);
    il_build_set(build, IL_Module_Name, module, il_build_string(build, module_name));
    il_build_set(build, IL_Module_Mvid, module, 1);
    il_build_type(build, "", "<Module>", 0, 0);
    if (build->status == IL_OK)
        return IL_OK;
    il_build_free(build);
    *out = NULL;
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
}

static void free_table(il_build_table *table) {
    mem_free(table->cells);
    mem_free(table->owners);
    mem_free(table->order);
    mem_free(table->map);
    il_build_index_free(&table->index);
}

void il_build_free(il_build *build) {
    if (!build)
        return;
    for (unsigned t = 0; t < IL_TABLE_COUNT; t++)
        free_table(&build->tables[t]);
    for (unsigned h = 0; h < IL_HEAP_COUNT; h++) {
        il_text_fini(&build->heaps[h]);
        il_build_index_free(&build->heap_index[h]);
    }
    mem_free(build->bodies);
    mem_pool_fini(&build->pool);
    il_text_fini(&build->data);
    il_text_fini(&build->resources);
    mem_free(build);
}

il_output *il_build_output(il_build *build) {
    return &build->output;
}

/* ---- Rows and cells ---- */

uint32_t il_build_rows(const il_build *build, il_table table) {
    return (unsigned)table < IL_TABLE_COUNT ? build->tables[table].rows : 0;
}

bool il_build_reserve(il_build *build, il_table number, uint32_t rows) {
    enum { FIRST = 16, MAX_ROWS = 0xFFFFFE };
    il_build_table *table = &build->tables[number];
    if (rows <= table->room)
        return true;
    if (rows > MAX_ROWS)
        return il_build_fail(build, IL_BAD_METADATA, "a table with 2^24 rows or more");
    uint32_t room = table->room * 2 > rows ? table->room * 2 : rows > FIRST ? rows : FIRST;
    uint32_t *cells = mem_resize(table->cells, room, sizeof *cells * table->columns);
    if (!cells)
        return il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
    table->cells = cells;
    if (il_build_list_column(number) != IL_COLUMN_COUNT) {
        uint32_t *owners = mem_resize(table->owners, room, sizeof *owners);
        if (!owners)
            return il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
        table->owners = owners;
    }
    table->room = room;
    return true;
}

uint32_t il_build_add(il_build *build, il_table number, uint32_t owner) {
    il_build_table *table = &build->tables[number];
    if (table->columns == 0 || !il_build_reserve(build, number, table->rows + 1))
        return 0;
    uint32_t row = ++table->rows;
    memset(il_build_row(table, row), 0, table->columns * sizeof(uint32_t));
    if (table->owners)
        table->owners[row - 1] = IL_TOKEN_ROW(owner);
    il_build_index_free(&table->index);
    return IL_TOKEN(number, row);
}

static uint32_t *cell_at(const il_build *build, il_column column, uint32_t row) {
    const il_build_table *table = &build->tables[il_column_get(column)->table];
    row = IL_TOKEN_ROW(row);
    if (row == 0 || row > table->rows)
        return NULL;
    return il_build_row(table, row) + ((unsigned)column - table->first);
}

void il_build_set(il_build *build, il_column column, uint32_t row, uint32_t value) {
    uint32_t *cell = cell_at(build, column, row);
    if (!cell)
        return;
    *cell = value;
    il_build_table *table = &build->tables[il_column_get(column)->table];
    if (IL_TOKEN_ROW(row) <= table->seen)
        table->seen = IL_TOKEN_ROW(row) - 1;
    il_build_index_free(&table->index);
}

uint32_t il_build_get(const il_build *build, il_column column, uint32_t row) {
    const uint32_t *cell = cell_at(build, column, row);
    return cell ? *cell : 0;
}

void il_build_remove(il_build *build, il_table number,
                     bool (*drop)(const il_build *build, uint32_t row, void *user), void *user) {
    il_build_table *table = &build->tables[number];
    uint32_t kept = 0;
    for (uint32_t row = 1; row <= table->rows; row++) {
        if (drop(build, row, user))
            continue;
        kept++;
        memmove(il_build_row(table, kept), il_build_row(table, row),
                table->columns * sizeof(uint32_t));
    }
    table->rows = kept;
    table->seen = 0;
    il_build_index_free(&table->index);
}

uint32_t il_build_final_token(const il_build *build, uint32_t token) {
    uint32_t row = IL_TOKEN_ROW(token);
    if (IL_TOKEN_TABLE(token) >= IL_TABLE_COUNT)
        return token;
    const il_build_table *table = &build->tables[IL_TOKEN_TABLE(token)];
    if (!table->map || row == 0 || row > table->rows)
        return token;
    return IL_TOKEN(IL_TOKEN_TABLE(token), table->map[row - 1]);
}

/* ---- Unique rows ---- */

static uint32_t hash_row(const void *of, uint32_t row) {
    const il_build_table *table = of;
    return il_build_hash(il_build_row(table, row), table->columns * sizeof(uint32_t));
}

/* Puts a row into the index, which has room. */
static void index_row(il_build_table *table, uint32_t row) {
    uint32_t slot = hash_row(table, row);
    while (table->index.slots[slot & table->index.mask])
        slot++;
    table->index.slots[slot & table->index.mask] = row + 1;
    table->index.count++;
}

static bool grow_row_index(il_build *build, il_build_table *table) {
    bool fresh = table->index.slots == NULL;
    for (uint32_t row = 1; fresh && row <= table->rows; row++) {
        if (!il_build_index_grow(&table->index, table, hash_row))
            return il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
        index_row(table, row);
    }
    return il_build_index_grow(&table->index, table, hash_row) ||
           il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
}

static uint32_t find_row(const il_build_table *table, const uint32_t *cells) {
    size_t size = table->columns * sizeof *cells;
    for (uint32_t slot = il_build_hash(cells, size);; slot++) {
        uint32_t entry = table->index.slots[slot & table->index.mask];
        if (entry == 0)
            return 0;
        if (memcmp(il_build_row(table, entry - 1), cells, size) == 0)
            return entry - 1;
    }
}

uint32_t il_build_unique(il_build *build, il_table number, const uint32_t *cells) {
    il_build_table *table = &build->tables[number];
    if (build->status != IL_OK || !grow_row_index(build, table))
        return 0;
    uint32_t row = find_row(table, cells);
    if (row == 0) {
        if (!il_build_reserve(build, number, table->rows + 1))
            return 0;
        row = ++table->rows;
        memcpy(il_build_row(table, row), cells, table->columns * sizeof *cells);
        index_row(table, row);
    }
    return IL_TOKEN(number, row);
}

/* ---- Bodies ---- */

/* The place of a method's body; NULL (and a failure) when there is none. */
static il_build_code *body_of(il_build *build, uint32_t method) {
    uint32_t rows = build->tables[IL_MethodDef].rows, row = IL_TOKEN_ROW(method);
    if (row == 0 || row > rows || IL_TOKEN_TABLE(method) != IL_MethodDef) {
        il_build_fail(build, IL_BAD_METADATA, "a body for a token that is no method");
        return NULL;
    }
    if (row > build->body_room) {
        uint32_t room = build->tables[IL_MethodDef].room;
        il_build_code *bodies = mem_resize(build->bodies, room, sizeof *bodies);
        if (!bodies) {
            il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
            return NULL;
        }
        memset(bodies + build->body_room, 0, (room - build->body_room) * sizeof *bodies);
        build->bodies = bodies;
        build->body_room = room;
    }
    return &build->bodies[row - 1];
}

/* Gives a method room for a body of its own; NULL after a failure. */
static uint8_t *new_body(il_build *build, uint32_t method, size_t size) {
    il_build_code *body = body_of(build, method);
    if (!body)
        return NULL;
    uint8_t *data = mem_pool_alloc(&build->pool, size ? size : 1);
    if (!data || size > INT32_MAX) {
        il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
        return NULL;
    }
    uint32_t before = IL_TOKEN_ROW(method) - 1;
    if (before < build->bodies_seen)
        build->bodies_seen = before;
    *body = (il_build_code){.data = data, .size = (uint32_t)size, .set = true};
    return data;
}

void il_build_body(il_build *build, uint32_t method, const void *bytes, size_t size) {
    uint8_t *data = new_body(build, method, size);
    if (data && size)
        memcpy(data, bytes, size);
}

static il_blob build_method_sig(void *user, uint32_t token) {
    const il_build *build = user;
    if (IL_TOKEN_TABLE(token) == IL_MethodSpec)
        token = il_build_get(build, IL_MethodSpec_Method, token);
    il_column column = IL_TOKEN_TABLE(token) == IL_MethodDef       ? IL_MethodDef_Signature
                       : IL_TOKEN_TABLE(token) == IL_MemberRef     ? IL_MemberRef_Signature
                       : IL_TOKEN_TABLE(token) == IL_StandAloneSig ? IL_StandAloneSig_Signature
                                                                   : IL_COLUMN_COUNT;
    if (column == IL_COLUMN_COUNT)
        return (il_blob){NULL, 0};
    return il_build_get_blob(build, il_build_get(build, column, token));
}

static uint32_t build_locals_token(void *user, il_blob signature) {
    return il_build_standalone_sig(user, signature);
}

il_status il_build_edit(il_build *build, uint32_t method, il_edit *edit, unsigned flags,
                        il_error *err) {
    il_edit_host before = edit->state->host;
    uint32_t size;
    edit->state->host = (il_edit_host){build, build_method_sig, build_locals_token};
    il_status status = il_edit_layout(edit, flags, &size, err);
    edit->state->host = before;
    if (status != IL_OK)
        return status;
    uint8_t *data = new_body(build, method, size);
    if (!data)
        return il_fail(err, build->status, IL_NO_OFFSET, method, "%s", build->reason);
    il_edit_write(edit, data);
    return IL_OK;
}

il_blob il_build_get_body(const il_build *build, uint32_t method) {
    uint32_t row = IL_TOKEN_ROW(method);
    il_body body;
    if (row == 0 || row > build->tables[IL_MethodDef].rows)
        return (il_blob){NULL, 0};
    if (row <= build->body_room && build->bodies[row - 1].set) {
        const il_build_code *own = &build->bodies[row - 1];
        return (il_blob){own->size ? own->data : NULL, own->size};
    }
    if (row > build->loaded_methods || il_method_body(build->module, row, &body, NULL) != IL_OK)
        return (il_blob){NULL, 0};
    return (il_blob){body.start, body.size};
}

/* ---- Field data and resources ---- */

static void align(il_text *out, size_t alignment) {
    static const uint8_t ZEROS[16];
    size_t used = out->size & (alignment - 1);
    if (used)
        il_put_bytes(out, ZEROS, alignment - used);
}

uint32_t il_build_data(il_build *build, const void *bytes, size_t size, uint32_t alignment) {
    if (alignment == 0 || alignment > 16 || alignment & (alignment - 1) || size > MAX_DATA ||
        build->data.size > MAX_DATA) {
        il_build_fail(build, IL_BAD_METADATA,
                      "field data of more than 256 MiB, or not aligned to 1 to 16");
        return 0;
    }
    align(&build->data, alignment);
    size_t place = build->data.size;
    char *to = il_text_reserve(&build->data, size);
    if (!to) {
        il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
        return 0;
    }
    if (bytes && size)
        memcpy(to, bytes, size);
    else
        memset(to, 0, size);
    build->data.size += size;
    return (uint32_t)place;
}

uint32_t il_build_resources_start(const il_build *build) {
    size_t loaded = build->module ? il_module_headers(build->module)->resources.size : 0;
    return (uint32_t)((loaded + RESOURCE_ALIGNMENT - 1) & ~(size_t)(RESOURCE_ALIGNMENT - 1));
}

uint32_t il_build_resource(il_build *build, const char *name, uint32_t flags, const void *bytes,
                           size_t size) {
    uint32_t row = il_build_add(build, IL_ManifestResource, 0);
    align(&build->resources, RESOURCE_ALIGNMENT);
    il_build_set(build, IL_ManifestResource_Offset, row,
                 il_build_resources_start(build) + (uint32_t)build->resources.size);
    il_build_set(build, IL_ManifestResource_Flags, row, flags);
    il_build_set(build, IL_ManifestResource_Name, row, il_build_string(build, name));
    il_put_u32(&build->resources, (uint32_t)size);
    il_put_bytes(&build->resources, bytes, size);
    if (build->resources.out_of_memory)
        il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
    return row;
}
