/* The metadata interfaces over il.h, method by method: prof_import_NAME and prof_assembly_NAME,
 * where prof_import.def and prof_assembly.def list NAME. Each does what cor.h says. */
#ifndef CLARET_PROF_METADATA_H
#define CLARET_PROF_METADATA_H

#include "profiler/prof_host.h"

#define PROF_IMPORT_DECLARE(result, name, parameters) result prof_import_##name parameters;
#define INTERFACE                                     IMetaDataImport2
IMetaDataImport2_ALL(PROF_IMPORT_DECLARE)
#undef INTERFACE

#define PROF_ASSEMBLY_DECLARE(result, name, parameters) result prof_assembly_##name parameters;
#define INTERFACE                                       IMetaDataAssemblyImport
    IMetaDataAssemblyImport_ALL(PROF_ASSEMBLY_DECLARE)
#undef INTERFACE

#define META_E_INVALID_TOKEN_TYPE ((HRESULT)0x8013115F)

        static inline il_module *prof_il_of_import(IMetaDataImport2 *self) {
    return PROF_CONTAINER(prof_module, import, self)->il;
}

static inline il_module *prof_il_of_assembly(IMetaDataAssemblyImport *self) {
    return PROF_CONTAINER(prof_module, assembly_import, self)->il;
}

/* S_OK when token is a row of table; META_E_INVALID_TOKEN_TYPE, CLDB_E_INDEX_NOTFOUND. */
HRESULT prof_check_row(const il_module *il, mdToken token, il_table table);

/* In a method of IMetaDataImport: declares il and row for token, or returns the error. */
#define PROF_ROW_OF(token, table)                                                                  \
    const il_module *il = prof_il_of_import(self);                                                 \
    RID row = RidFromToken(token);                                                                 \
    do {                                                                                           \
        HRESULT checked = prof_check_row(il, token, table);                                        \
        if (FAILED(checked))                                                                       \
            return checked;                                                                        \
    } while (0)

/* The interfaces show the type that holds global members, row 1, as the nil token, and take both.
 */
static inline mdTypeDef prof_hide_global(mdToken type) {
    return type == TokenFromRid(1, mdtTypeDef) ? mdTypeDefNil : type;
}
static inline RID prof_type_row(mdToken type) {
    return IsNilToken(type) ? 1 : RidFromToken(type);
}

/* "Namespace.Name" of the two cells, under the rule of prof_text_cut; also E_OUTOFMEMORY. */
HRESULT prof_full_name(const il_module *il, il_column name_space, il_column name, RID row,
                       WCHAR *buffer, ULONG capacity, ULONG *length);

/* A full name cut at its last '.'. */
typedef struct prof_name {
    char *block;            /* holds both; the caller gives it to mem_free */
    const char *name_space; /* "" when there is none */
    const char *name;
} prof_name;

bool prof_split_name(const WCHAR *full_name, prof_name *out); /* false: memory is short */

/* A blob's start and size; either place may be NULL. */
void prof_put_blob(il_blob blob, PCCOR_SIGNATURE *data, ULONG *size);

/* The default value of a field, parameter or property; ELEMENT_TYPE_VOID when it has none. *length
 * is only set for strings and counts UTF-16 units. */
void prof_put_constant(const il_module *il, mdToken parent, DWORD *type, UVCP_CONSTANT *value,
                       ULONG *length);

/* The row of table whose list holds row of the list's table. */
RID prof_list_owner(const il_module *il, il_table table, il_column list, RID row);

/* ---- Enumerations (HCORENUM) ---- */

/* Which rows: those at the positions of a range that meet every condition. */
typedef struct prof_rows {
    il_table table;
    il_range range;
    il_column list; /* the list column whose positions these are; IL_COLUMN_COUNT: plain rows */
    uint32_t equal_count;
    struct {
        il_column column;
        uint32_t value;
    } equal[2];
    il_column name_column;
    const char *name; /* NULL for any */
    il_column signature_column;
    il_blob signature; /* data NULL for any */
} prof_rows;

prof_rows prof_all_rows(const il_module *il, il_table table);
prof_rows prof_list_rows(const il_module *il, il_table table, il_column list, RID owner);
/* With one more condition; at most two. */
prof_rows prof_rows_with(prof_rows rows, il_column column, uint32_t value);

/* The next such row, 0 when there is none left; *position moves on and begins at range.first. */
RID prof_next_row(const il_module *il, const prof_rows *rows, uint32_t *position);

/* One call of an Enum method over one or more sources of rows, after one another. */
HRESULT prof_enumerate(const il_module *il, HCORENUM *phEnum, const prof_rows *sources,
                       uint32_t source_count, mdToken tokens[], ULONG max, ULONG *count);

void prof_enumeration_free(HCORENUM hEnum); /* NULL allowed */
ULONG prof_enumeration_count(HCORENUM hEnum);
void prof_enumeration_move(HCORENUM hEnum, ULONG position);

#endif
