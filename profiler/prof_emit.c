/* IMetaDataEmit: adding metadata to a loaded module is not there yet, so each method answers
 * E_NOTIMPL. The object is there, since plug-ins ask for it before they know whether they need it.
 */
#include "profiler/prof_metadata.h"
#include "profiler/prof_stub.h"

static HRESULT query_interface(IMetaDataEmit2 *self, REFIID riid, void **out) {
    return prof_metadata_query(PROF_CONTAINER(prof_module, emit, self), riid, out);
}

/* clang-format off */
PROF_STUBS_BEGIN
#define INTERFACE IMetaDataEmit2
IMetaDataEmit2_ALL(PROF_STUB)
#undef INTERFACE

const IMetaDataEmit2Vtbl prof_emit_vtbl = {
    IMetaDataEmit2_ALL(PROF_STUB_SLOT)
    .QueryInterface = query_interface,
};
PROF_STUBS_END
/* clang-format on */
