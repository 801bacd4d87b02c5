/* Prints every exception callback in one line, with the names of the functions. The same plug-in
 * runs in Claret and in CoreCLR (tests/compare_coreclr.sh). */
#include "corprof_plugin.h"
#include <stdio.h>

static ICorProfilerInfo *info;

static const char *name_of(FunctionID function) {
    IMetaDataImport *import;
    mdToken token;
    const char *name = "?";
    if (FAILED(info->lpVtbl->GetTokenAndMetaDataFromFunction(info, function, &IID_IMetaDataImport,
                                                             (IUnknown **)&import, &token)))
        return name;
    import->lpVtbl->GetNameFromToken(import, token, &name);
    import->lpVtbl->Release(import);
    return name; /* lies in the module */
}

#define PLAIN(callback, text)                                                                      \
    static HRESULT on_##callback(ICorProfilerCallback11 *self) {                                   \
        printf(text " ");                                                                          \
        return S_OK;                                                                               \
    }
#define WITH_FUNCTION(callback, text)                                                              \
    static HRESULT on_##callback(ICorProfilerCallback11 *self, FunctionID function) {              \
        printf(text " %s ", name_of(function));                                                    \
        return S_OK;                                                                               \
    }
WITH_FUNCTION(ExceptionSearchFunctionEnter, "Search")
PLAIN(ExceptionSearchFunctionLeave, "SearchLeave")
WITH_FUNCTION(ExceptionSearchFilterEnter, "Filter")
PLAIN(ExceptionSearchFilterLeave, "FilterLeave")
WITH_FUNCTION(ExceptionSearchCatcherFound, "Found")
WITH_FUNCTION(ExceptionUnwindFunctionEnter, "Unwind")
PLAIN(ExceptionUnwindFunctionLeave, "UnwindLeave")
WITH_FUNCTION(ExceptionUnwindFinallyEnter, "Finally")
PLAIN(ExceptionUnwindFinallyLeave, "FinallyLeave")
PLAIN(ExceptionCatcherLeave, "CatchLeave")

static HRESULT on_ExceptionThrown(ICorProfilerCallback11 *self, ObjectID object) {
    printf("Thrown ");
    return S_OK;
}

static HRESULT on_ExceptionCatcherEnter(ICorProfilerCallback11 *self, FunctionID function,
                                        ObjectID object) {
    printf("Catch %s ", name_of(function));
    return S_OK;
}

static HRESULT on_Shutdown(ICorProfilerCallback11 *self) {
    printf("Shutdown\n");
    return S_OK;
}

static HRESULT on_Initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    HRESULT result =
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo, (void **)&info);
    if (FAILED(result))
        return result;
    return info->lpVtbl->SetEventMask(info, COR_PRF_MONITOR_EXCEPTIONS | COR_PRF_DISABLE_INLINING);
}

#define SLOT(callback) .callback = on_##callback
CORPROF_PLUGIN(SLOT(Initialize), SLOT(Shutdown), SLOT(ExceptionThrown),
               SLOT(ExceptionSearchFunctionEnter), SLOT(ExceptionSearchFunctionLeave),
               SLOT(ExceptionSearchFilterEnter), SLOT(ExceptionSearchFilterLeave),
               SLOT(ExceptionSearchCatcherFound), SLOT(ExceptionUnwindFunctionEnter),
               SLOT(ExceptionUnwindFunctionLeave), SLOT(ExceptionUnwindFinallyEnter),
               SLOT(ExceptionUnwindFinallyLeave), SLOT(ExceptionCatcherEnter),
               SLOT(ExceptionCatcherLeave))
