/* Requests new versions of the methods of rejitted.exe, and reverts them, where the program's steps
 * are compiled, and from a native thread while the program's threads call; prints how often what
 * came. */
#include "corprof_plugin.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static ICorProfilerInfo4 *info;
static ModuleID program;
static IMetaDataImport *import;
static atomic_uint asked, started, finished, errors;
static pthread_t storm;
static atomic_bool storming;
static bool fails; /* GetReJITParameters does, or says what cannot be compiled */

#define INFO(method, ...) info->lpVtbl->method(info, ##__VA_ARGS__)

static void check(bool good, const char *what) {
    if (!good)
        printf("WRONG: %s\n", what);
}

static mdMethodDef method_named(const WCHAR *type, const WCHAR *name) {
    mdTypeDef owner = 0;
    mdMethodDef method = 0;
    check(import->lpVtbl->FindTypeDefByName(import, type, mdTokenNil, &owner) == S_OK, "type");
    check(import->lpVtbl->FindMethod(import, owner, name, NULL, 0, &method) == S_OK, "method");
    return method;
}

static mdMethodDef main_method(const WCHAR *name) {
    return method_named(u"Program", name);
}

static void request(mdMethodDef method) {
    check(INFO(RequestReJIT, 1, &program, &method) == S_OK, "RequestReJIT");
}

static void revert(mdMethodDef method) {
    HRESULT status = E_FAIL;
    check(INFO(RequestRevert, 1, &program, &method, &status) == S_OK && status == S_OK,
          "RequestRevert");
}

/* ---- The storm ---- */

static void *run_storm(void *data) {
    mdMethodDef method = main_method(u"Stormed");
    while (atomic_load(&storming)) {
        request(method);
        usleep(300);
        revert(method);
        usleep(300);
    }
    return data;
}

/* ---- Steps ---- */

static void request_all(void) {
    mdMethodDef methods[] = {main_method(u"Value"), main_method(u"Generic"),
                             main_method(u"Fresh"), method_named(u"Holder`1", u"Held"),
                             main_method(u"Value"), 0x0600FFF0};
    ModuleID modules[] = {program, program, program, program, program, program};
    check(INFO(RequestReJIT, 6, modules, methods) == S_OK, "RequestReJIT of a list");
    check(errors == 1, "ReJITError for a method that is not there");
}

static void step(const char *name) {
    if (strcmp(name, "RequestAll") == 0)
        request_all();
    if (strcmp(name, "RequestRunning") == 0)
        request(main_method(u"Running"));
    if (strcmp(name, "RequestCatching") == 0)
        request(main_method(u"Catching"));
    if (strcmp(name, "RequestLooping") == 0)
        request(main_method(u"Looping"));
    if (strcmp(name, "Revert") == 0) {
        revert(main_method(u"Value"));
        revert(main_method(u"Generic"));
        revert(method_named(u"Holder`1", u"Held"));
    }
    if (strcmp(name, "RequestAgain") == 0) {
        fails = true; /* Value's parameters: its original body, then */
        request(main_method(u"Value"));
        request(main_method(u"Generic"));
    }
    if (strcmp(name, "RequestBad") == 0)
        request(main_method(u"Bad"));
    if (strcmp(name, "StartStorm") == 0) {
        storming = true;
        check(pthread_create(&storm, NULL, run_storm, NULL) == 0, "thread");
    }
    if (strcmp(name, "EndStorm") == 0) {
        storming = false;
        pthread_join(storm, NULL);
    }
}

/* ---- Callbacks ---- */

static const char *name_of(mdToken token) {
    const char *name = "";
    import->lpVtbl->GetNameFromToken(import, token, &name);
    return name;
}

static HRESULT on_ModuleLoadFinished(ICorProfilerCallback11 *self, ModuleID module,
                                     HRESULT status) {
    WCHAR path[300];
    ULONG length = 0;
    INFO(GetModuleInfo, module, NULL, 300, &length, path, NULL);
    if (length < 13 || memcmp(path + length - 13, u"rejitted.exe", 24) != 0)
        return S_OK;
    program = module;
    return INFO(GetModuleMetaData, module, ofRead, &IID_IMetaDataImport, (IUnknown **)&import);
}

static HRESULT on_JITCompilationStarted(ICorProfilerCallback11 *self, FunctionID function,
                                        BOOL safe) {
    ModuleID module = 0;
    mdMethodDef token = 0;
    INFO(GetFunctionInfo, function, NULL, &module, &token);
    if (module != program || !program)
        return S_OK;
    check(strcmp(name_of(token), "Fresh") != 0, "JITCompilationStarted of a requested method");
    step(name_of(token));
    return S_OK;
}

static HRESULT on_GetReJITParameters(ICorProfilerCallback11 *self, ModuleID module,
                                     mdMethodDef method, ICorProfilerFunctionControl *control) {
    static const BYTE more[] = {5 << 2 | CorILMethod_TinyFormat, 0x02, 0x1F, 100, 0x58, 0x2A};
    static const BYTE bad[] = {2 << 2 | CorILMethod_TinyFormat, 0x58, 0x2A};
    BYTE copy[sizeof more];
    const char *name = name_of(method);
    asked++;
    check(control->lpVtbl->SetILFunctionBody(control, 0, NULL) == E_INVALIDARG, "no body");
    check(control->lpVtbl->SetCodegenFlags(control, COR_PRF_CODEGEN_DISABLE_INLINING) == S_OK,
          "SetCodegenFlags");
    if (fails && strcmp(name, "Value") == 0)
        return E_FAIL;
    if (strcmp(name, "Bad") == 0)
        return control->lpVtbl->SetILFunctionBody(control, sizeof bad, bad);
    memcpy(copy, more, sizeof more);
    HRESULT result = control->lpVtbl->SetILFunctionBody(control, sizeof copy, copy);
    memset(copy, 0xFF, sizeof copy); /* it is copied */
    return result;
}

static _Thread_local ReJITID current;

static HRESULT on_ReJITCompilationStarted(ICorProfilerCallback11 *self, FunctionID function,
                                          ReJITID id, BOOL safe) {
    started++;
    check(id >= 2, "id of a version");
    current = id;
    return S_OK;
}

static HRESULT on_ReJITCompilationFinished(ICorProfilerCallback11 *self, FunctionID function,
                                           ReJITID id, HRESULT status, BOOL safe) {
    finished++;
    check(id == current && status == S_OK, "ReJITCompilationFinished");
    return S_OK;
}

static HRESULT on_ReJITError(ICorProfilerCallback11 *self, ModuleID module, mdMethodDef method,
                             FunctionID function, HRESULT status) {
    errors++;
    if (method == 0x0600FFF0)
        check(function == 0 && status == E_INVALIDARG, "ReJITError of a bad token");
    else
        check(function != 0 && status == E_FAIL, "ReJITError of a method");
    return S_OK;
}

static HRESULT on_Shutdown(ICorProfilerCallback11 *self) {
    /* Bad never finishes; a version that is reverted while it is made is not used. */
    check(started > finished && errors == 2, "numbers of callbacks");
    printf("stormed %d\n", asked > 20);
    return S_OK;
}

static HRESULT on_Initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    HRESULT result =
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo4, (void **)&info);
    if (FAILED(result))
        return result;
    return INFO(SetEventMask, COR_PRF_MONITOR_MODULE_LOADS | COR_PRF_MONITOR_JIT_COMPILATION |
                                  COR_PRF_ENABLE_REJIT);
}

#define SLOT(callback) .callback = on_##callback
CORPROF_PLUGIN(SLOT(Initialize), SLOT(Shutdown), SLOT(ModuleLoadFinished),
               SLOT(JITCompilationStarted), SLOT(GetReJITParameters), SLOT(ReJITCompilationStarted),
               SLOT(ReJITCompilationFinished), SLOT(ReJITError))
