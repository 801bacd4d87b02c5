/* The smallest useful profiler: it names every method that is about to run for the first time.
 *
 *     claret run --profiler build/samples/minimal.so PROGRAM.exe */
#include "corprof_plugin.h"
#include <stdio.h>

static ICorProfilerInfo *info;

static HRESULT initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    HRESULT result =
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo, (void **)&info);
    return FAILED(result) ? result
                          : info->lpVtbl->SetEventMask(info, COR_PRF_MONITOR_JIT_COMPILATION);
}

static HRESULT jit_started(ICorProfilerCallback11 *self, FunctionID function, BOOL safe_to_block) {
    IMetaDataImport *import;
    mdToken token;
    if (FAILED(info->lpVtbl->GetTokenAndMetaDataFromFunction(info, function, &IID_IMetaDataImport,
                                                             (IUnknown **)&import, &token)))
        return S_OK; /* made at run time */
    const char *name;
    if (SUCCEEDED(import->lpVtbl->GetNameFromToken(import, token, &name)))
        printf("profiler: %s\n", name);
    import->lpVtbl->Release(import);
    return S_OK;
}

CORPROF_PLUGIN(.Initialize = initialize, .JITCompilationStarted = jit_started)
