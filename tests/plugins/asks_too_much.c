/* Calls something that Claret does not have, and goes on. */
#include "corprof_plugin.h"

static HRESULT initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    ICorProfilerInfo *info;
    HRESULT result =
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo, (void **)&info);
    if (SUCCEEDED(result))
        info->lpVtbl->BeginInprocDebugging(info, FALSE, NULL);
    return result;
}

CORPROF_PLUGIN(.Initialize = initialize)
