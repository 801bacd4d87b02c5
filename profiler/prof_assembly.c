/* IMetaDataAssemblyImport: the assembly's own identity, what it refers to, what it forwards. */
#include "profiler/prof_metadata.h"
#include "profiler/prof_stub.h"
#include "profiler/prof_text.h"
#include "runtime/memory/mem.h"
#include <string.h>

/* clang-format off */
PROF_STUBS_BEGIN
#define INTERFACE IMetaDataAssemblyImport
IMetaDataAssemblyImport_ALL(PROF_STUB)
#undef INTERFACE

const IMetaDataAssemblyImportVtbl prof_assembly_import_vtbl = {
    IMetaDataAssemblyImport_ALL(PROF_STUB_SLOT)
#define PROF_ASSEMBLY(method) .method = prof_assembly_##method,
#include "profiler/prof_assembly.def"
#undef PROF_ASSEMBLY
};
PROF_STUBS_END
/* clang-format on */

HRESULT prof_assembly_QueryInterface(IMetaDataAssemblyImport *self, REFIID riid, void **out) {
    return prof_metadata_query(PROF_CONTAINER(prof_module, assembly_import, self), riid, out);
}

void prof_assembly_CloseEnum(IMetaDataAssemblyImport *self, HCORENUM hEnum) {
    (void)self;
    prof_enumeration_free(hEnum);
}

HRESULT prof_assembly_GetAssemblyFromScope(IMetaDataAssemblyImport *self, mdAssembly *ptkAssembly) {
    bool there = il_rows(prof_il_of_assembly(self), IL_Assembly) != 0;
    PROF_PUT(ptkAssembly, there ? IL_TOKEN(IL_Assembly, 1) : mdAssemblyNil);
    return there ? S_OK : CLDB_E_RECORD_NOTFOUND;
}

/* Version and culture; there are neither processors nor operating systems (II.22.3). version is the
 * column of the major number; the other three follow it. */
static void put_version(const il_module *il, il_column version, il_column culture, RID row,
                        ASSEMBLYMETADATA *out) {
    out->usMajorVersion = (USHORT)il_cell(il, version, row);
    out->usMinorVersion = (USHORT)il_cell(il, version + 1, row);
    out->usBuildNumber = (USHORT)il_cell(il, version + 2, row);
    out->usRevisionNumber = (USHORT)il_cell(il, version + 3, row);
    ULONG capacity = out->cbLocale;
    prof_text_cut(il_name(il, culture, row), out->szLocale, capacity, &out->cbLocale);
    out->ulProcessor = 0;
    out->ulOS = 0;
}

HRESULT prof_assembly_GetAssemblyProps(IMetaDataAssemblyImport *self, mdAssembly mda,
                                       const void **ppbPublicKey, ULONG *pcbPublicKey,
                                       ULONG *pulHashAlgId, WCHAR *szName, ULONG cchName,
                                       ULONG *pchName, ASSEMBLYMETADATA *pMetaData,
                                       DWORD *pdwAssemblyFlags) {
    const il_module *il = prof_il_of_assembly(self);
    HRESULT result = prof_check_row(il, mda, IL_Assembly);
    if (FAILED(result))
        return result;
    RID row = RidFromToken(mda);
    prof_put_blob(il_blob_cell(il, IL_Assembly_PublicKey, row), (PCCOR_SIGNATURE *)ppbPublicKey,
                  pcbPublicKey);
    PROF_PUT(pulHashAlgId, il_cell(il, IL_Assembly_HashAlgId, row));
    PROF_PUT(pdwAssemblyFlags, il_cell(il, IL_Assembly_Flags, row));
    if (pMetaData)
        put_version(il, IL_Assembly_MajorVersion, IL_Assembly_Culture, row, pMetaData);
    return prof_text_cut(il_name(il, IL_Assembly_Name, row), szName, cchName, pchName);
}

HRESULT prof_assembly_GetAssemblyRefProps(IMetaDataAssemblyImport *self, mdAssemblyRef mdar,
                                          const void **ppbPublicKeyOrToken,
                                          ULONG *pcbPublicKeyOrToken, WCHAR *szName, ULONG cchName,
                                          ULONG *pchName, ASSEMBLYMETADATA *pMetaData,
                                          const void **ppbHashValue, ULONG *pcbHashValue,
                                          DWORD *pdwAssemblyRefFlags) {
    const il_module *il = prof_il_of_assembly(self);
    HRESULT result = prof_check_row(il, mdar, IL_AssemblyRef);
    if (FAILED(result))
        return result;
    RID row = RidFromToken(mdar);
    prof_put_blob(il_blob_cell(il, IL_AssemblyRef_PublicKeyOrToken, row),
                  (PCCOR_SIGNATURE *)ppbPublicKeyOrToken, pcbPublicKeyOrToken);
    prof_put_blob(il_blob_cell(il, IL_AssemblyRef_HashValue, row), (PCCOR_SIGNATURE *)ppbHashValue,
                  pcbHashValue);
    PROF_PUT(pdwAssemblyRefFlags, il_cell(il, IL_AssemblyRef_Flags, row));
    if (pMetaData)
        put_version(il, IL_AssemblyRef_MajorVersion, IL_AssemblyRef_Culture, row, pMetaData);
    return prof_text_cut(il_name(il, IL_AssemblyRef_Name, row), szName, cchName, pchName);
}

HRESULT prof_assembly_GetExportedTypeProps(IMetaDataAssemblyImport *self, mdExportedType mdct,
                                           WCHAR *szName, ULONG cchName, ULONG *pchName,
                                           mdToken *ptkImplementation, mdTypeDef *ptkTypeDef,
                                           DWORD *pdwExportedTypeFlags) {
    const il_module *il = prof_il_of_assembly(self);
    HRESULT result = prof_check_row(il, mdct, IL_ExportedType);
    if (FAILED(result))
        return result;
    RID row = RidFromToken(mdct);
    PROF_PUT(ptkImplementation, il_cell(il, IL_ExportedType_Implementation, row));
    PROF_PUT(ptkTypeDef, il_cell(il, IL_ExportedType_TypeDefId, row));
    PROF_PUT(pdwExportedTypeFlags, il_cell(il, IL_ExportedType_Flags, row));
    return prof_full_name(il, IL_ExportedType_Namespace, IL_ExportedType_Name, row, szName, cchName,
                          pchName);
}

HRESULT prof_assembly_EnumAssemblyRefs(IMetaDataAssemblyImport *self, HCORENUM *phEnum,
                                       mdAssemblyRef rAssemblyRefs[], ULONG cMax, ULONG *pcTokens) {
    prof_rows rows = prof_all_rows(prof_il_of_assembly(self), IL_AssemblyRef);
    return prof_enumerate(prof_il_of_assembly(self), phEnum, &rows, 1, rAssemblyRefs, cMax,
                          pcTokens);
}

HRESULT prof_assembly_EnumExportedTypes(IMetaDataAssemblyImport *self, HCORENUM *phEnum,
                                        mdExportedType rExportedTypes[], ULONG cMax,
                                        ULONG *pcTokens) {
    prof_rows rows = prof_all_rows(prof_il_of_assembly(self), IL_ExportedType);
    return prof_enumerate(prof_il_of_assembly(self), phEnum, &rows, 1, rExportedTypes, cMax,
                          pcTokens);
}

/* A type nested in another exported one has that as its implementation. */
HRESULT prof_assembly_FindExportedTypeByName(IMetaDataAssemblyImport *self, const WCHAR *szName,
                                             mdToken mdtExportedType,
                                             mdExportedType *ptkExportedType) {
    const il_module *il = prof_il_of_assembly(self);
    prof_name wanted;
    if (!szName)
        return E_INVALIDARG;
    if (!prof_split_name(szName, &wanted))
        return E_OUTOFMEMORY;
    HRESULT result = CLDB_E_RECORD_NOTFOUND;
    for (RID row = 1; row <= il_rows(il, IL_ExportedType) && FAILED(result); row++) {
        mdToken parent = il_cell(il, IL_ExportedType_Implementation, row);
        mdToken enclosing = IL_TOKEN_TABLE(parent) == IL_ExportedType ? parent : mdTokenNil;
        if (strcmp(il_name(il, IL_ExportedType_Name, row), wanted.name) == 0 &&
            strcmp(il_name(il, IL_ExportedType_Namespace, row), wanted.name_space) == 0 &&
            (IsNilToken(mdtExportedType) ? IsNilToken(enclosing) : enclosing == mdtExportedType)) {
            PROF_PUT(ptkExportedType, IL_TOKEN(IL_ExportedType, row));
            result = S_OK;
        }
    }
    mem_free(wanted.block);
    return result;
}
