/* A build from a module: every table and heap, with the tokens they have there. The pointer tables
 * of
 * #- and the tables of Edit and Continue are resolved, not copied; those of portable PDBs are left
 * out.
 *
 * Field data has no size in the format: it is that of the field's type, and where the type does not
 * say (a class of another assembly) it reaches to the next field's data or the end of the section.
 */
#include "il_build_state.h"

#include "il_encode.h"
#include "il_module.h"

static bool is_loaded(il_table table) {
    switch (table) {
    case IL_FieldPtr:
    case IL_MethodPtr:
    case IL_ParamPtr:
    case IL_EventPtr:
    case IL_PropertyPtr:
    case IL_EncLog:
    case IL_EncMap: return false;
    default: return table < IL_Document;
    }
}

/* ---- Cells ---- */

/* One column of all rows, with what depends on the column taken out of the loop. */
static void load_column(il_build_table *table, const il_module *module, il_column column) {
    const il_cells *cells = &module->cells[column];
    uint32_t *to = table->cells + ((unsigned)column - table->first);
    uint32_t tables[32] = {0}, mask = 0;
    unsigned bits = 0;
    if (cells->kind == IL_KIND_ROW)
        tables[0] = IL_TOKEN(cells->target, 0);
    if (cells->kind == IL_KIND_CODED) {
        bits = il_coded_bits((il_coded)cells->target);
        mask = (1u << bits) - 1;
        for (unsigned tag = 0; tag <= mask; tag++)
            tables[tag] = IL_TOKEN(il_coded_table((il_coded)cells->target, tag), 0);
    }
    for (uint32_t row = 1; row <= cells->rows; row++, to += table->columns) {
        uint32_t raw = il_cell_raw(cells, row);
        *to = tables[raw & mask] | raw >> bits;
    }
}

/* Rows beyond 2^24 do not fit a token; no column of a sound file has one. */
static il_status check_rows(const il_module *module, il_column column, il_error *err) {
    const il_cells *cells = &module->cells[column];
    unsigned bits = cells->kind == IL_KIND_CODED ? il_coded_bits((il_coded)cells->target) : 0;
    if (cells->kind < IL_KIND_ROW || cells->width < 4)
        return IL_OK;
    for (uint32_t row = 1; row <= cells->rows; row++) {
        if (il_cell_raw(cells, row) >> bits > 0xFFFFFF)
            return il_module_fail(module, err, IL_BAD_METADATA, cells->first, 0,
                                  "%s row %u: %s points beyond any table",
                                  il_table_name((il_table)il_column_get(column)->table), row,
                                  il_column_get(column)->name);
    }
    return IL_OK;
}

static bool load_tables(il_build *build, const il_module *module) {
    for (unsigned t = 0; t < IL_TABLE_COUNT; t++) {
        il_build_table *table = &build->tables[t];
        if (!is_loaded((il_table)t) || !module->rows[t])
            continue;
        if (!il_build_reserve(build, (il_table)t, module->rows[t]))
            return false;
        table->rows = module->rows[t];
        for (unsigned c = 0; c < table->columns; c++)
            load_column(table, module, (il_column)(table->first + c));
    }
    return true;
}

/* Who owns each member, through the pointer tables when there are any. */
static void load_owners(il_build *build, const il_module *module) {
    for (unsigned c = 0; c < IL_COLUMN_COUNT; c++) {
        const il_column_info *info = il_column_get((il_column)c);
        il_build_table *members = &build->tables[info->target];
        if (info->kind != IL_KIND_LIST || !is_loaded((il_table)info->table) || !members->owners)
            continue;
        memset(members->owners, 0, members->rows * sizeof *members->owners);
        for (uint32_t owner = 1; owner <= module->rows[info->table]; owner++) {
            il_range range = il_list(module, (il_column)c, owner);
            for (uint32_t at = range.first; at < range.end; at++) {
                uint32_t row = il_list_row(module, (il_column)c, at);
                if (row - 1 < members->rows)
                    members->owners[row - 1] = owner;
            }
        }
    }
}

/* ---- Heaps ---- */

static bool load_heaps(il_build *build, const il_module *module) {
    for (unsigned h = 0; h < IL_HEAP_COUNT; h++) {
        il_blob heap = il_heap_of(module, (il_heap)h);
        il_put_bytes(&build->heaps[h], heap.data, heap.size);
        if (heap.size == 0 && h != IL_HEAP_GUID)
            il_put(&build->heaps[h], 0);
        if (build->heaps[h].out_of_memory)
            return il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
    }
    return true;
}

/* ---- Field data ---- */

/* The bytes of a value of a field's type; 0 when only another module knows. */
static uint32_t value_size(const il_module *module, uint32_t field) {
    il_reader in = il_reader_of(il_blob_cell(module, IL_Field_Signature, field));
    il_read_u8(&in);
    uint8_t element = il_read_u8(&in);
    while (element == IL_TYPE_CMOD_REQD || element == IL_TYPE_CMOD_OPT) {
        il_read_type_token(&in);
        element = il_read_u8(&in);
    }
    switch (element) {
    case IL_TYPE_BOOLEAN:
    case IL_TYPE_I1:
    case IL_TYPE_U1: return 1;
    case IL_TYPE_CHAR:
    case IL_TYPE_I2:
    case IL_TYPE_U2: return 2;
    case IL_TYPE_I4:
    case IL_TYPE_U4:
    case IL_TYPE_R4: return 4;
    case IL_TYPE_VALUETYPE: break;
    default: return 8;
    }
    il_range layout = il_find_rows(module, IL_ClassLayout_Parent, il_read_type_token(&in));
    return il_cell(module, IL_ClassLayout_ClassSize, layout.first);
}

/* How far data at an RVA may reach: to the next field's. */
static uint32_t room_at(const il_module *module, uint32_t rva, size_t room) {
    for (uint32_t row = 1; row <= il_rows(module, IL_FieldRVA); row++) {
        uint32_t other = il_cell(module, IL_FieldRVA_RVA, row);
        if (other > rva && other - rva < room)
            room = other - rva;
    }
    return (uint32_t)room;
}

static bool load_field_data(il_build *build, const il_module *module) {
    for (uint32_t row = 1; row <= il_rows(module, IL_FieldRVA); row++) {
        uint32_t rva = il_cell(module, IL_FieldRVA_RVA, row);
        uint32_t size = value_size(module, IL_TOKEN_ROW(il_cell(module, IL_FieldRVA_Field, row)));
        il_blob there = il_rva(module, rva);
        if (size == 0)
            size = room_at(module, rva, there.size);
        if (size > there.size) /* data that the file does not hold is zeros */
            there = (il_blob){NULL, 0};
        uint32_t place = il_build_data(build, there.data, size, rva % 16 == 0 ? 16 : 8);
        il_build_set(build, IL_FieldRVA_RVA, row, place);
    }
    return build->status == IL_OK;
}

/* ---- The whole ---- */

static void load_headers(il_build *build, const il_module *module) {
    enum { STRONG_NAME_SIGNED = 8 };
    const il_headers *h = il_module_headers(module);
    build->output = (il_output){.dll = h->dll,
                                .pe32_plus = h->pe32_plus,
                                .machine = h->machine,
                                .subsystem = h->subsystem,
                                .dll_characteristics = h->dll_characteristics,
                                .timestamp = h->timestamp,
                                .image_base = h->image_base,
                                .stack_reserve = h->stack_reserve,
                                .section_alignment = h->section_alignment,
                                .file_alignment = h->file_alignment,
                                .cli_major = h->cli_major,
                                .cli_minor = h->cli_minor,
                                .cli_flags = h->cli_flags & ~(uint32_t)STRONG_NAME_SIGNED,
                                .strong_name_size = (uint32_t)h->strong_name.size,
                                .entry_point = h->entry_point};
    strncpy(build->output.version, h->version, sizeof build->output.version - 1);
}

/* What a build cannot carry over: machine code, and tables that point into it. */
static il_status check_image(const il_module *module, il_error *err) {
    enum { CODE_TYPE_MASK = 3 };
    const il_headers *h = il_module_headers(module);
    if (!h->pe || h->vtable_fixups.size)
        return il_module_fail(module, err, IL_NOT_CLI, NULL, 0, "%s",
                              h->pe ? "an image with vtable fixups cannot be rewritten"
                                    : "bare metadata cannot be rewritten");
    for (uint32_t row = 1; row <= il_rows(module, IL_MethodDef); row++) {
        if (il_cell(module, IL_MethodDef_RVA, row) &&
            il_cell(module, IL_MethodDef_ImplFlags, row) & CODE_TYPE_MASK)
            return il_module_fail(module, err, IL_NOT_CLI, NULL, IL_TOKEN(IL_MethodDef, row),
                                  "%s is machine code, which cannot be rewritten",
                                  il_name(module, IL_MethodDef_Name, row));
    }
    return IL_OK;
}

il_status il_build_load(const il_module *module, il_build **out, il_error *err) {
    *out = NULL;
    il_status status = check_image(module, err);
    for (unsigned c = 0; c < IL_COLUMN_COUNT && status == IL_OK; c++)
        status = check_rows(module, (il_column)c, err);
    if (status != IL_OK)
        return status;
    il_build *build = il_build_alloc();
    if (!build)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    build->module = module;
    build->loaded_methods = il_rows(module, IL_MethodDef);
    load_headers(build, module);
    if (!load_tables(build, module) || !load_heaps(build, module) ||
        !load_field_data(build, module)) {
        status = il_module_fail(module, err, build->status, NULL, 0, "%s", build->reason);
        il_build_free(build);
        return status;
    }
    load_owners(build, module);
    *out = build;
    return IL_OK;
}
