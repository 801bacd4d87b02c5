/* The metadata interfaces of a module: their tables, QueryInterface between them, and the small
 * things they share. Adding metadata is not there yet: each method of the two Emit interfaces
 * answers E_NOTIMPL. */
#include "profiler/prof_metadata.h"

#include "profiler/prof_stub.h"
#include "profiler/prof_text.h"
#include "runtime/memory/mem.h"
#include <string.h>

/* The stubs of each interface in turn; the name of a stub's function holds the interface's. */
#define IMPORT_STUB(result, name, parameters)   PROF_STUB(result, import_##name, parameters)
#define IMPORT_SLOT(result, name, parameters)   .name = stub_import_##name,
#define ASSEMBLY_STUB(result, name, parameters) PROF_STUB(result, assembly_##name, parameters)
#define ASSEMBLY_SLOT(result, name, parameters) .name = stub_assembly_##name,
#define EMIT_STUB(result, name, parameters)     PROF_STUB(result, emit_##name, parameters)
#define EMIT_SLOT(result, name, parameters)     .name = stub_emit_##name,
#define ASM_EMIT_STUB(result, name, parameters) PROF_STUB(result, assembly_emit_##name, parameters)
#define ASM_EMIT_SLOT(result, name, parameters) .name = stub_assembly_emit_##name,

#define INTERFACE IMetaDataImport2
IMetaDataImport2_ALL(IMPORT_STUB)
#undef INTERFACE
#define INTERFACE IMetaDataAssemblyImport
    IMetaDataAssemblyImport_ALL(ASSEMBLY_STUB)
#undef INTERFACE
#define INTERFACE IMetaDataEmit2
        IMetaDataEmit2_ALL(EMIT_STUB)
#undef INTERFACE
#define INTERFACE IMetaDataAssemblyEmit
            IMetaDataAssemblyEmit_ALL(ASM_EMIT_STUB)
#undef INTERFACE

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

HRESULT prof_import_QueryInterface(IMetaDataImport2 *self, REFIID riid, void **out) {
    return prof_metadata_query(PROF_CONTAINER(prof_module, import, self), riid, out);
}

HRESULT prof_assembly_QueryInterface(IMetaDataAssemblyImport *self, REFIID riid, void **out) {
    return prof_metadata_query(PROF_CONTAINER(prof_module, assembly_import, self), riid, out);
}

static HRESULT emit_query(IMetaDataEmit2 *self, REFIID riid, void **out) {
    return prof_metadata_query(PROF_CONTAINER(prof_module, emit, self), riid, out);
}

static HRESULT assembly_emit_query(IMetaDataAssemblyEmit *self, REFIID riid, void **out) {
    return prof_metadata_query(PROF_CONTAINER(prof_module, assembly_emit, self), riid, out);
}

/* ---- The tables ---- */

const IMetaDataImport2Vtbl prof_import_vtbl = {IMetaDataImport2_ALL(IMPORT_SLOT)
#define PROF_IMPORT(method) .method = prof_import_##method,
#include "profiler/prof_import.def"
#undef PROF_IMPORT
};

const IMetaDataAssemblyImportVtbl prof_assembly_import_vtbl = {
    IMetaDataAssemblyImport_ALL(ASSEMBLY_SLOT)
#define PROF_ASSEMBLY(method) .method = prof_assembly_##method,
#include "profiler/prof_assembly.def"
#undef PROF_ASSEMBLY
};

const IMetaDataEmit2Vtbl prof_emit_vtbl = {IMetaDataEmit2_ALL(EMIT_SLOT).QueryInterface =
                                               emit_query};

const IMetaDataAssemblyEmitVtbl prof_assembly_emit_vtbl = {
    IMetaDataAssemblyEmit_ALL(ASM_EMIT_SLOT).QueryInterface = assembly_emit_query};

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
