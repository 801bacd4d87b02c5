/* Method bodies: reading them, room for new ones, replacing them. */
#include "profiler/prof_info.h"
#include "profiler/prof_readable.h"
#include "runtime/memory/mem.h"
#include "runtime/rt_query.h"

#define COR_E_BADIMAGEFORMAT ((HRESULT)0x8007000B)

static bool is_method_def(mdToken token) {
    return TypeFromToken(token) == mdtMethodDef && !IsNilToken(token);
}

static HRESULT result_of(il_status status) {
    switch (status) {
    case IL_OK: return S_OK;
    case IL_OUT_OF_MEMORY: return E_OUTOFMEMORY;
    case IL_NO_BODY: return CORPROF_E_FUNCTION_NOT_IL;
    case IL_BAD_METADATA: return CLDB_E_INDEX_NOTFOUND;
    default: return COR_E_BADIMAGEFORMAT;
    }
}

/* The size counts header, code and exception sections. */
HRESULT prof_info_GetILFunctionBody(ICorProfilerInfo15 *self, ModuleID moduleId,
                                    mdMethodDef methodId, LPCBYTE *ppMethodHeader,
                                    ULONG *pcbMethodSize) {
    struct module *module = prof_check_module(prof_of_info(self), moduleId);
    if (!module || !is_method_def(methodId))
        return E_INVALIDARG;
    if (RidFromToken(methodId) > il_rows(rt_module_il(module), IL_MethodDef))
        return CLDB_E_INDEX_NOTFOUND;
    il_body body;
    HRESULT result = result_of(rt_get_body(module, methodId, &body, NULL));
    if (FAILED(result))
        return result;
    PROF_PUT(ppMethodHeader, body.start);
    PROF_PUT(pcbMethodSize, body.size);
    return S_OK;
}

HRESULT prof_info_GetILFunctionBodyAllocator(ICorProfilerInfo15 *self, ModuleID moduleId,
                                             IMethodMalloc **ppMalloc) {
    prof_host *host = prof_of_info(self);
    struct module *module = prof_check_module(host, moduleId);
    if (!module || !ppMalloc)
        return E_INVALIDARG;
    *ppMalloc = NULL;
    if (!rt_module_is_loaded(module))
        return CORPROF_E_DATAINCOMPLETE;
    prof_module *record = prof_module_of(host, module);
    if (!record)
        return E_OUTOFMEMORY;
    *ppMalloc = &record->method_malloc;
    return S_OK;
}

/* The pointer is kept, not copied; the body is read when the method is next compiled. Memory that
 * cannot be read at all is refused here already. */
HRESULT prof_info_SetILFunctionBody(ICorProfilerInfo15 *self, ModuleID moduleId,
                                    mdMethodDef methodid, LPCBYTE pbNewILMethodHeader) {
    struct module *module = prof_check_module(prof_of_info(self), moduleId);
    if (!module || !is_method_def(methodid) || !pbNewILMethodHeader)
        return E_INVALIDARG;
    if (prof_stops_world(prof_of_info(self)))
        return CORPROF_E_UNSUPPORTED_CALL_SEQUENCE;
    size_t limit = mem_arena_extent(rt_module_arena(module), pbNewILMethodHeader);
    if (limit == 0) /* memory of the plug-in's own */
        limit = prof_readable(pbNewILMethodHeader);
    if (limit == 0)
        return E_INVALIDARG;
    return result_of(rt_set_body(module, methodid, pbNewILMethodHeader, limit, NULL));
}
