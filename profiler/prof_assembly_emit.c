/* IMetaDataAssemblyEmit: as IMetaDataEmit, an object whose methods answer E_NOTIMPL. */
#include "profiler/prof_metadata.h"
#include "profiler/prof_stub.h"

static HRESULT query_interface(IMetaDataAssemblyEmit *self, REFIID riid, void **out) {
    return prof_metadata_query(PROF_CONTAINER(prof_module, assembly_emit, self), riid, out);
}

/* clang-format off */
PROF_STUBS_BEGIN
#define INTERFACE IMetaDataAssemblyEmit
IMetaDataAssemblyEmit_ALL(PROF_STUB)
#undef INTERFACE

const IMetaDataAssemblyEmitVtbl prof_assembly_emit_vtbl = {
    IMetaDataAssemblyEmit_ALL(PROF_STUB_SLOT)
    .QueryInterface = query_interface,
};
PROF_STUBS_END
/* clang-format on */
