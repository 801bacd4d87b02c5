/* The disassembler's manifest (II.6): references, the assembly, the module, files, exported types,
 * resources; and the data that fields name (II.16.3). */
#include <stdlib.h>

#include "il_dis_state.h"

/* ---- Small lines ---- */

static void put_version(il_dis *dis, il_column major, uint32_t row) {
    il_dis_line(dis);
    il_puts(dis->text, ".ver ");
    for (unsigned i = 0; i < 4; i++) {
        if (i)
            il_put(dis->text, ':');
        il_put_unsigned(dis->text, il_cell(dis->module, (il_column)(major + i), row));
    }
    il_put(dis->text, '\n');
}

/* ".word = ( bytes )" unless the blob is empty. */
static void put_blob_line(il_dis *dis, const char *word, il_column column, uint32_t row) {
    il_blob blob = il_blob_cell(dis->module, column, row);
    if (!blob.size)
        return;
    il_dis_line(dis);
    il_puts(dis->text, word);
    il_puts(dis->text, " = ");
    il_dis_put_bytes(dis, blob);
    il_put(dis->text, '\n');
}

static void put_culture(il_dis *dis, il_column column, uint32_t row) {
    const char *culture = il_name(dis->module, column, row);
    if (!*culture)
        return;
    il_dis_line(dis);
    il_puts(dis->text, ".culture ");
    il_dis_put_quoted(dis, culture, strlen(culture));
    il_put(dis->text, '\n');
}

/* "WORDS NAME", the name of a row, as a line of its own. */
static void put_named(il_dis *dis, const char *words, il_column name, uint32_t row) {
    il_dis_line(dis);
    il_puts(dis->text, words);
    il_print_dotted(dis->text, il_name(dis->module, name, row));
    il_put(dis->text, '\n');
}

/* ---- References and the assembly ---- */

static void put_assembly_refs(il_dis *dis) {
    enum { FULL_KEY = 1 };
    const il_module *m = dis->module;
    for (uint32_t row = 1; row <= il_rows(m, IL_AssemblyRef); row++) {
        uint32_t flags = il_cell(m, IL_AssemblyRef_Flags, row);
        il_puts(dis->text, ".assembly extern ");
        il_dis_put_flags(dis, IL_DIS_ASSEMBLY, flags);
        put_named(dis, "", IL_AssemblyRef_Name, row);
        il_dis_open(dis);
        put_blob_line(dis, flags & FULL_KEY ? ".publickey" : ".publickeytoken",
                      IL_AssemblyRef_PublicKeyOrToken, row);
        put_blob_line(dis, ".hash", IL_AssemblyRef_HashValue, row);
        put_culture(dis, IL_AssemblyRef_Culture, row);
        il_dis_put_custom(dis, IL_TOKEN(IL_AssemblyRef, row));
        put_version(dis, IL_AssemblyRef_MajorVersion, row);
        il_dis_close(dis, "");
    }
}

static void put_assembly(il_dis *dis) {
    const il_module *m = dis->module;
    if (!il_rows(m, IL_Assembly))
        return;
    il_puts(dis->text, ".assembly ");
    il_dis_put_flags(dis, IL_DIS_ASSEMBLY, il_cell(m, IL_Assembly_Flags, 1));
    put_named(dis, "", IL_Assembly_Name, 1);
    il_dis_open(dis);
    il_dis_put_custom(dis, IL_TOKEN(IL_Assembly, 1));
    il_dis_put_security(dis, IL_TOKEN(IL_Assembly, 1));
    put_blob_line(dis, ".publickey", IL_Assembly_PublicKey, 1);
    il_dis_line(dis);
    il_putf(dis->text, ".hash algorithm 0x%08x\n", il_cell(m, IL_Assembly_HashAlgId, 1));
    put_culture(dis, IL_Assembly_Culture, 1);
    put_version(dis, IL_Assembly_MajorVersion, 1);
    il_dis_close(dis, "");
}

static void put_module_refs(il_dis *dis) {
    for (uint32_t row = 1; row <= il_rows(dis->module, IL_ModuleRef); row++) {
        put_named(dis, ".module extern ", IL_ModuleRef_Name, row);
        il_dis_put_custom(dis, IL_TOKEN(IL_ModuleRef, row));
    }
}

static void put_files(il_dis *dis) {
    const il_module *m = dis->module;
    for (uint32_t row = 1; row <= il_rows(m, IL_File); row++) {
        il_puts(dis->text, ".file ");
        il_dis_put_flags(dis, IL_DIS_FILE, il_cell(m, IL_File_Flags, row));
        put_named(dis, "", IL_File_Name, row);
        dis->indent += 2;
        if (il_module_entry_point(m) == IL_TOKEN(IL_File, row))
            il_dis_put_line(dis, ".entrypoint");
        put_blob_line(dis, ".hash", IL_File_HashValue, row);
        dis->indent -= 2;
        il_dis_put_custom(dis, IL_TOKEN(IL_File, row));
    }
}

/* ---- Exported types and resources (II.6.7, II.6.2.2) ---- */

/* Outer/Inner: nested exported types name the one round them as their implementation. */
static void put_exported_name(il_dis *dis, uint32_t row, unsigned depth) {
    enum { DEEPEST = 64 };
    const il_module *m = dis->module;
    uint32_t outer = il_cell(m, IL_ExportedType_Implementation, row);
    const char *name_space = il_name(m, IL_ExportedType_Namespace, row);
    if (IL_TOKEN_TABLE(outer) == IL_ExportedType && IL_TOKEN_ROW(outer) && depth < DEEPEST) {
        put_exported_name(dis, IL_TOKEN_ROW(outer), depth + 1);
        il_put(dis->text, '/');
    }
    if (*name_space) {
        il_print_dotted(dis->text, name_space);
        il_put(dis->text, '.');
    }
    il_print_id(dis->text, il_name(m, IL_ExportedType_Name, row));
}

static void put_exported_types(il_dis *dis) {
    enum { DEEPEST = 64 };
    const il_module *m = dis->module;
    for (uint32_t row = 1; row <= il_rows(m, IL_ExportedType); row++) {
        uint32_t from = il_cell(m, IL_ExportedType_Implementation, row);
        bool nested = IL_TOKEN_TABLE(from) == IL_ExportedType;
        il_puts(dis->text, ".class extern ");
        il_dis_put_flags(dis, IL_DIS_EXPORTED, il_cell(m, IL_ExportedType_Flags, row));
        put_exported_name(dis, row, nested ? DEEPEST : 0);
        il_put(dis->text, '\n');
        il_dis_open(dis);
        if (nested) {
            il_dis_line(dis);
            il_puts(dis->text, ".class extern ");
            put_exported_name(dis, IL_TOKEN_ROW(from), 0);
            il_put(dis->text, '\n');
        } else if (IL_TOKEN_TABLE(from) == IL_AssemblyRef) {
            put_named(dis, ".assembly extern ", IL_AssemblyRef_Name, IL_TOKEN_ROW(from));
        } else {
            put_named(dis, ".file ", IL_File_Name, IL_TOKEN_ROW(from));
        }
        il_dis_put_custom(dis, IL_TOKEN(IL_ExportedType, row));
        il_dis_close(dis, "");
    }
}

static void put_resources(il_dis *dis) {
    const il_module *m = dis->module;
    for (uint32_t row = 1; row <= il_rows(m, IL_ManifestResource); row++) {
        uint32_t from = il_cell(m, IL_ManifestResource_Implementation, row);
        uint32_t offset = il_cell(m, IL_ManifestResource_Offset, row);
        il_puts(dis->text, ".mresource ");
        il_dis_put_flags(dis, IL_DIS_RESOURCE, il_cell(m, IL_ManifestResource_Flags, row));
        put_named(dis, "", IL_ManifestResource_Name, row);
        il_dis_open(dis);
        il_dis_line(dis);
        if (!IL_TOKEN_ROW(from)) {
            il_putf(dis->text, "// Length: 0x%08zx\n", il_resource(m, row).size);
        } else if (IL_TOKEN_TABLE(from) == IL_AssemblyRef) {
            put_named(dis, ".assembly extern ", IL_AssemblyRef_Name, IL_TOKEN_ROW(from));
        } else {
            il_puts(dis->text, ".file ");
            il_print_dotted(dis->text, il_name(m, IL_File_Name, IL_TOKEN_ROW(from)));
            il_putf(dis->text, " at 0x%x\n", offset);
        }
        il_dis_put_custom(dis, IL_TOKEN(IL_ManifestResource, row));
        il_dis_close(dis, "");
    }
}

/* ---- The module ---- */

static void put_module(il_dis *dis) {
    const il_headers *h = il_module_headers(dis->module);
    if (il_rows(dis->module, IL_Module))
        put_named(dis, ".module ", IL_Module_Name, 1);
    il_dis_put_custom(dis, IL_TOKEN(IL_Module, 1));
    if (!h->pe)
        return;
    il_putf(dis->text, ".imagebase 0x%08llx\n", (unsigned long long)h->image_base);
    il_putf(dis->text, ".file alignment 0x%08x\n", h->file_alignment);
    il_putf(dis->text, ".stackreserve 0x%08llx\n", (unsigned long long)h->stack_reserve);
    il_putf(dis->text, ".subsystem 0x%04x\n", h->subsystem);
    il_putf(dis->text, ".corflags 0x%08x\n", h->cli_flags);
}

void il_dis_manifest(il_dis *dis) {
    put_assembly_refs(dis);
    put_assembly(dis);
    put_module_refs(dis);
    put_files(dis);
    put_exported_types(dis);
    put_resources(dis);
    put_module(dis);
    il_put(dis->text, '\n');
}

/* ---- Field data ---- */

static size_t type_size(const il_module *m, const il_type *type, unsigned depth);

static size_t field_size(const il_module *m, uint32_t field, unsigned depth) {
    mem_pool pool = {0};
    const il_type *type;
    size_t size = 0;
    if (il_parse_field_sig(il_blob_cell(m, IL_Field_Signature, field), &pool, &type, NULL) == IL_OK)
        size = type_size(m, type, depth);
    mem_pool_fini(&pool);
    return size;
}

/* A value type has the size that its layout says, or else that of its instance fields together,
 * which is right for enums and for packed structures. */
static size_t type_def_size(const il_module *m, uint32_t row, unsigned depth) {
    enum { DEEPEST = 4, STATIC = 0x10 };
    uint32_t layout = il_find_rows(m, IL_ClassLayout_Parent, IL_TOKEN(IL_TypeDef, row)).first;
    size_t size = il_cell(m, IL_ClassLayout_ClassSize, layout);
    if (size || depth == DEEPEST)
        return size;
    il_range fields = il_list(m, IL_TypeDef_FieldList, row);
    for (; fields.first < fields.end; fields.first++) {
        uint32_t field = il_list_row(m, IL_TypeDef_FieldList, fields.first);
        if (!(il_cell(m, IL_Field_Flags, field) & STATIC))
            size += field_size(m, field, depth + 1);
    }
    return size;
}

static size_t type_size(const il_module *m, const il_type *type, unsigned depth) {
    switch (type->kind) {
    case IL_TYPE_BOOLEAN:
    case IL_TYPE_I1:
    case IL_TYPE_U1: return 1;
    case IL_TYPE_CHAR:
    case IL_TYPE_I2:
    case IL_TYPE_U2: return 2;
    case IL_TYPE_I4:
    case IL_TYPE_U4:
    case IL_TYPE_R4: return 4;
    case IL_TYPE_I8:
    case IL_TYPE_U8:
    case IL_TYPE_R8:
    case IL_TYPE_I:
    case IL_TYPE_U:
    case IL_TYPE_PTR:
    case IL_TYPE_FNPTR: return 8;
    case IL_TYPE_VALUETYPE:
        if (IL_TOKEN_TABLE(type->token) == IL_TypeDef)
            return type_def_size(m, IL_TOKEN_ROW(type->token), depth);
        return 0;
    default: return 0;
    }
}

static int compare_data(const void *a, const void *b) {
    const il_dis_datum *x = a, *y = b;
    return x->rva < y->rva ? -1 : x->rva > y->rva;
}

/* Keeps one of the data at each RVA, with the largest size. */
static uint32_t unite_data(il_dis_datum *data, uint32_t count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (kept == 0 || data[kept - 1].rva != data[i].rva)
            data[kept++] = data[i];
        else if (data[kept - 1].size < data[i].size)
            data[kept - 1].size = data[i].size;
    }
    return kept;
}

bool il_dis_find_data(il_dis *dis) {
    const il_module *m = dis->module;
    uint32_t rows = il_rows(m, IL_FieldRVA);
    if (!rows)
        return true;
    dis->data = mem_calloc(rows, sizeof *dis->data);
    if (!dis->data)
        return false;
    for (uint32_t row = 1; row <= rows; row++) {
        uint32_t field = IL_TOKEN_ROW(il_cell(m, IL_FieldRVA_Field, row));
        dis->data[row - 1] =
            (il_dis_datum){il_cell(m, IL_FieldRVA_RVA, row), field_size(m, field, 0)};
    }
    qsort(dis->data, rows, sizeof *dis->data, compare_data);
    dis->data_count = unite_data(dis->data, rows);
    return true;
}

static void put_data_label(il_dis *dis, const il_dis_datum *datum) {
    il_puts(dis->text, "D_");
    il_put_hex(dis->text, (uint64_t)(datum - dis->data) + 1, 4);
}

void il_dis_put_data_label(il_dis *dis, uint32_t rva) {
    const il_dis_datum wanted = {.rva = rva};
    const il_dis_datum *datum =
        dis->data_count ? bsearch(&wanted, dis->data, dis->data_count, sizeof wanted, compare_data)
                        : NULL;
    if (datum)
        put_data_label(dis, datum);
}

void il_dis_field_data(il_dis *dis) {
    for (uint32_t i = 0; i < dis->data_count; i++) {
        const il_dis_datum *datum = &dis->data[i];
        il_blob bytes = il_rva(dis->module, datum->rva);
        il_puts(dis->text, ".data ");
        put_data_label(dis, datum);
        if (bytes.size < datum->size) { /* zeros that are not in the file */
            il_putf(dis->text, " = int8[%zu]\n", datum->size);
            continue;
        }
        il_puts(dis->text, " = bytearray ");
        il_dis_put_bytes(dis, (il_blob){bytes.data, datum->size});
        il_put(dis->text, '\n');
        il_dis_flush(dis);
    }
}
