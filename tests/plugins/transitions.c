/* Prints the transitions between managed and native code, with the names of the functions. */
#include "corprof_plugin.h"
#include <stdio.h>

static ICorProfilerInfo *info;

static HRESULT tell(const char *to, FunctionID function, COR_PRF_TRANSITION_REASON reason) {
    IMetaDataImport *import;
    mdToken token;
    const char *name = "?";
    if (info->lpVtbl->GetTokenAndMetaDataFromFunction(info, function, &IID_IMetaDataImport,
                                                      (IUnknown **)&import, &token) == S_OK)
        import->lpVtbl->GetNameFromToken(import, token, &name);
    printf("%s %s %s\n", to, name, reason == COR_PRF_TRANSITION_CALL ? "call" : "return");
    return S_OK;
}

static HRESULT on_ManagedToUnmanagedTransition(ICorProfilerCallback11 *self, FunctionID function,
                                               COR_PRF_TRANSITION_REASON reason) {
    return tell("native", function, reason);
}

static HRESULT on_UnmanagedToManagedTransition(ICorProfilerCallback11 *self, FunctionID function,
                                               COR_PRF_TRANSITION_REASON reason) {
    return tell("managed", function, reason);
}

static HRESULT on_Shutdown(ICorProfilerCallback11 *self) {
    fflush(stdout);
    return S_OK;
}

static HRESULT on_Initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    HRESULT result =
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo, (void **)&info);
    if (FAILED(result))
        return result;
    return info->lpVtbl->SetEventMask(info, COR_PRF_MONITOR_CODE_TRANSITIONS);
}

#define SLOT(callback) .callback = on_##callback
CORPROF_PLUGIN(SLOT(Initialize), SLOT(Shutdown), SLOT(ManagedToUnmanagedTransition),
               SLOT(UnmanagedToManagedTransition))
