/* ReJIT: requests, and ICorProfilerFunctionControl, through which a plug-in answers. */
#include "profiler/prof_info.h"
#include "profiler/prof_readable.h"
#include "runtime/rt_query.h"

/* ---- The answer ---- */

/* Lives on the stack while the plug-in is asked, so its references are not counted. */
typedef struct control {
    ICorProfilerFunctionControl interface;
    struct module *module;
    mdMethodDef method;
} control;

static HRESULT query_interface(ICorProfilerFunctionControl *self, REFIID riid, void **out) {
    if (!out)
        return E_POINTER;
    bool known =
        IsEqualGUID(riid, &IID_IUnknown) || IsEqualGUID(riid, &IID_ICorProfilerFunctionControl);
    *out = known ? self : NULL;
    return known ? S_OK : E_NOINTERFACE;
}

static ULONG count_one(ICorProfilerFunctionControl *self) {
    (void)self;
    return 1;
}

/* Nothing is inlined, and how code is optimised makes no difference to what it does. */
static HRESULT set_codegen_flags(ICorProfilerFunctionControl *self, DWORD flags) {
    (void)self, (void)flags;
    return S_OK;
}

static HRESULT set_body(ICorProfilerFunctionControl *self, ULONG cbNewILMethodHeader,
                        LPCBYTE pbNewILMethodHeader) {
    control *c = PROF_CONTAINER(control, interface, self);
    if (cbNewILMethodHeader == 0 || !pbNewILMethodHeader)
        return E_INVALIDARG;
    if (prof_readable(pbNewILMethodHeader) < cbNewILMethodHeader)
        return E_INVALIDARG;
    il_status status =
        rt_set_rejit_body(c->module, c->method, pbNewILMethodHeader, cbNewILMethodHeader, NULL);
    return status == IL_OK ? S_OK : E_OUTOFMEMORY;
}

/* Taken, and shown to nobody: there is no debugger to map for. */
static HRESULT set_map(ICorProfilerFunctionControl *self, ULONG cILMapEntries,
                       COR_IL_MAP rgILMapEntries[]) {
    (void)self;
    return cILMapEntries && !rgILMapEntries ? E_INVALIDARG : S_OK;
}

static const ICorProfilerFunctionControlVtbl CONTROL_TABLE = {
    .QueryInterface = query_interface,
    .AddRef = count_one,
    .Release = count_one,
    .SetCodegenFlags = set_codegen_flags,
    .SetILFunctionBody = set_body,
    .SetILInstrumentedCodeMap = set_map,
};

/* ---- Callbacks ---- */

static void tell_error(prof_host *host, struct module *module, mdMethodDef method,
                       struct method *function, HRESULT error) {
    host->callback->lpVtbl->ReJITError(host->callback, (ModuleID)module, method,
                                       (FunctionID)function, error);
}

/* A plug-in that fails leaves the original body. */
void prof_rejit_ask(prof_host *host, struct method *method) {
    control c = {{&CONTROL_TABLE}, rt_method_module(method), rt_method_token(method)};
    HRESULT result = host->callback->lpVtbl->GetReJITParameters(host->callback, (ModuleID)c.module,
                                                                c.method, &c.interface);
    if (FAILED(result))
        tell_error(host, c.module, c.method, method, result);
}

/* ---- Requests ---- */

static HRESULT check(prof_host *host, ULONG count, const ModuleID modules[],
                     const mdMethodDef methods[]) {
    if (host->callback_version < 4)
        return CORPROF_E_CALLBACK4_REQUIRED;
    if (!prof_wants(host, COR_PRF_ENABLE_REJIT) || !atomic_load(&host->initialized))
        return CORPROF_E_REJIT_NOT_ENABLED;
    if (count == 0 || !modules || !methods)
        return E_INVALIDARG;
    return prof_stops_world(host) ? CORPROF_E_UNSUPPORTED_CALL_SEQUENCE : S_OK;
}

static HRESULT result_of(il_status status) {
    return status == IL_OK ? S_OK : status == IL_OUT_OF_MEMORY ? E_OUTOFMEMORY : E_INVALIDARG;
}

/* What cannot be done of a list is told by ReJITError, the rest is done. */
HRESULT prof_info_RequestReJIT(ICorProfilerInfo15 *self, ULONG cFunctions, ModuleID moduleIds[],
                               mdMethodDef methodIds[]) {
    prof_host *host = prof_of_info(self);
    HRESULT result = check(host, cFunctions, moduleIds, methodIds);
    for (ULONG i = 0; SUCCEEDED(result) && i < cFunctions; i++) {
        struct module *module = prof_check_module(host, moduleIds[i]);
        HRESULT one =
            module ? result_of(rt_request_rejit(module, methodIds[i], NULL)) : E_INVALIDARG;
        if (FAILED(one))
            tell_error(host, (struct module *)moduleIds[i], methodIds[i], NULL, one);
    }
    return result;
}

HRESULT prof_info_RequestRevert(ICorProfilerInfo15 *self, ULONG cFunctions, ModuleID moduleIds[],
                                mdMethodDef methodIds[], HRESULT status[]) {
    prof_host *host = prof_of_info(self);
    HRESULT result = check(host, cFunctions, moduleIds, methodIds);
    for (ULONG i = 0; SUCCEEDED(result) && i < cFunctions; i++) {
        struct module *module = prof_check_module(host, moduleIds[i]);
        HRESULT one = module ? result_of(rt_revert(module, methodIds[i], NULL)) : E_INVALIDARG;
        if (status)
            status[i] = one;
    }
    return result;
}
