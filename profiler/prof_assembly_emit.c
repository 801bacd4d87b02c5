/* IMetaDataAssemblyEmit: references to assemblies; the rest answers E_NOTIMPL. */
#include "profiler/prof_emit.h"
#include "profiler/prof_stub.h"

static HRESULT query_interface(IMetaDataAssemblyEmit *self, REFIID riid, void **out) {
    return prof_metadata_query(PROF_CONTAINER(prof_module, assembly_emit, self), riid, out);
}

/* Each call adds one, as in CoreCLR. */
static HRESULT define_assembly_ref(IMetaDataAssemblyEmit *self, const void *pbPublicKeyOrToken,
                                   ULONG cbPublicKeyOrToken, const WCHAR *szName,
                                   const ASSEMBLYMETADATA *pMetaData, const void *pbHashValue,
                                   ULONG cbHashValue, DWORD dwAssemblyRefFlags,
                                   mdAssemblyRef *pmdar) {
    static const ASSEMBLYMETADATA NONE;
    const ASSEMBLYMETADATA *m = pMetaData ? pMetaData : &NONE;
    prof_emitter e = prof_emit_begin(PROF_CONTAINER(prof_module, assembly_emit, self));
    if (!szName || !pmdar)
        e.result = E_INVALIDARG;
    uint32_t key = prof_emit_blob(&e, pbPublicKeyOrToken, cbPublicKeyOrToken);
    uint32_t name = prof_emit_text(&e, szName), culture = prof_emit_text(&e, m->szLocale);
    uint32_t hash = prof_emit_blob(&e, pbHashValue, cbHashValue);
    mdToken token = prof_emit_row(&e, IL_AssemblyRef,
                                  (uint32_t[]){m->usMajorVersion, m->usMinorVersion,
                                               m->usBuildNumber, m->usRevisionNumber,
                                               dwAssemblyRefFlags, key, name, culture, hash});
    if (e.result == S_OK)
        *pmdar = token;
    return prof_emit_end(&e);
}

/* clang-format off */
PROF_STUBS_BEGIN
#define INTERFACE IMetaDataAssemblyEmit
IMetaDataAssemblyEmit_ALL(PROF_STUB)
#undef INTERFACE

const IMetaDataAssemblyEmitVtbl prof_assembly_emit_vtbl = {
    IMetaDataAssemblyEmit_ALL(PROF_STUB_SLOT)
    .QueryInterface = query_interface,
    .DefineAssemblyRef = define_assembly_ref,
};
PROF_STUBS_END
/* clang-format on */
