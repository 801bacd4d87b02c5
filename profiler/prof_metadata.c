/* What the metadata interfaces of a module share: QueryInterface between them, names, blobs. Each
 * interface has its table in a file of its own. */
#include "profiler/prof_metadata.h"

#include "profiler/prof_text.h"
#include "runtime/memory/mem.h"
#include <string.h>

/* ---- QueryInterface ---- */

HRESULT prof_metadata_query(prof_module *module, REFIID riid, void **out) {
    const struct {
        const IID *iid;
        void *interface;
    } known[] = {
        {&IID_IUnknown, &module->import},
        {&IID_IMetaDataImport, &module->import},
        {&IID_IMetaDataImport2, &module->import},
        {&IID_IMetaDataEmit, &module->emit},
        {&IID_IMetaDataEmit2, &module->emit},
        {&IID_IMetaDataAssemblyImport, &module->assembly_import},
        {&IID_IMetaDataAssemblyEmit, &module->assembly_emit},
    };
    if (!out)
        return E_POINTER;
    *out = NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (IsEqualGUID(riid, known[i].iid))
            *out = known[i].interface;
    }
    return *out ? S_OK : E_NOINTERFACE;
}

/* ---- What they share ---- */

HRESULT prof_check_row(const il_module *il, mdToken token, il_table table) {
    if (IL_TOKEN_TABLE(token) != table)
        return META_E_INVALID_TOKEN_TYPE;
    RID row = RidFromToken(token);
    return row != 0 && row <= il_rows(il, table) ? S_OK : CLDB_E_INDEX_NOTFOUND;
}

HRESULT prof_full_name(const il_module *il, il_column name_space, il_column name, RID row,
                       WCHAR *buffer, ULONG capacity, ULONG *length) {
    const char *prefix = il_name(il, name_space, row);
    const char *rest = il_name(il, name, row);
    if (!*prefix)
        return prof_text_cut(rest, buffer, capacity, length);
    size_t prefix_length = strlen(prefix), rest_length = strlen(rest);
    char *full = mem_alloc(prefix_length + rest_length + 2);
    if (!full)
        return E_OUTOFMEMORY;
    memcpy(full, prefix, prefix_length);
    full[prefix_length] = '.';
    memcpy(full + prefix_length + 1, rest, rest_length + 1);
    HRESULT result = prof_text_cut(full, buffer, capacity, length);
    mem_free(full);
    return result;
}

bool prof_split_name(const WCHAR *full_name, prof_name *out) {
    out->block = prof_text_utf8(full_name);
    if (!out->block)
        return false;
    char *dot = strrchr(out->block, '.');
    out->name = dot ? dot + 1 : out->block;
    out->name_space = dot ? out->block : "";
    if (dot)
        *dot = 0;
    return true;
}

void prof_put_blob(il_blob blob, PCCOR_SIGNATURE *data, ULONG *size) {
    PROF_PUT(data, blob.data);
    PROF_PUT(size, (ULONG)blob.size);
}

void prof_put_constant(const il_module *il, mdToken parent, DWORD *type, UVCP_CONSTANT *value,
                       ULONG *length) {
    RID row = il_find_next(il, IL_Constant_Parent, parent, 1);
    uint32_t kind = row ? il_cell(il, IL_Constant_Type, row) : ELEMENT_TYPE_VOID;
    il_blob blob = row ? il_blob_cell(il, IL_Constant_Value, row) : (il_blob){NULL, 0};
    PROF_PUT(type, kind);
    PROF_PUT(value, blob.data);
    PROF_PUT(length, kind == ELEMENT_TYPE_STRING ? (ULONG)(blob.size / sizeof(WCHAR)) : 0);
}

/* The last row whose list begins at or before it; lists ascend, so this is a bisection. The raw
 * cell is looked at, since an empty list has a beginning too. */
RID prof_list_owner(const il_module *il, il_table table, il_column list, RID row) {
    RID low = 1, high = il_rows(il, table) + 1;
    while (low + 1 < high) {
        RID middle = low + (high - low) / 2;
        if (RidFromToken(il_cell(il, list, middle)) <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}
