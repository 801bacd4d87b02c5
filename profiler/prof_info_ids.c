/* What an ID stands for: modules, assemblies, types, methods, threads. */
#include "profiler/prof_enum.h"
#include "profiler/prof_info.h"
#include "profiler/prof_text.h"
#include "runtime/memory/mem.h"
#include "runtime/rt_query.h"
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define COR_E_TYPELOAD ((HRESULT)0x80131522)
#define COR_E_OVERFLOW ((HRESULT)0x80131516)

struct module *prof_check_module(prof_host *host, UINT_PTR id) {
    struct runtime *rt = atomic_load(&host->rt);
    return rt && rt_is_module(rt, (void *)id) ? (struct module *)id : NULL;
}

struct type *prof_check_type(prof_host *host, UINT_PTR id) {
    struct runtime *rt = atomic_load(&host->rt);
    return rt && rt_is_type(rt, (void *)id) ? (struct type *)id : NULL;
}

struct method *prof_check_method(prof_host *host, UINT_PTR id) {
    struct runtime *rt = atomic_load(&host->rt);
    return rt && rt_is_method(rt, (void *)id) ? (struct method *)id : NULL;
}

bool prof_stops_world(prof_host *host) {
    struct runtime *rt = atomic_load(&host->rt);
    return rt && rt_stops_world(rt);
}

/* ---- Application domain, assemblies, modules ---- */

HRESULT prof_info_GetAppDomainInfo(ICorProfilerInfo15 *self, AppDomainID appDomainId, ULONG cchName,
                                   ULONG *pcchName, WCHAR szName[], ProcessID *pProcessId) {
    if (appDomainId == 0 || appDomainId != (UINT_PTR)atomic_load(&prof_of_info(self)->rt))
        return E_INVALIDARG;
    PROF_PUT(pProcessId, (ProcessID)getpid());
    return prof_text_whole("clrhost", szName, cchName, pcchName);
}

HRESULT prof_info_GetAssemblyInfo(ICorProfilerInfo15 *self, AssemblyID assemblyId, ULONG cchName,
                                  ULONG *pcchName, WCHAR szName[], AppDomainID *pAppDomainId,
                                  ModuleID *pModuleId) {
    prof_host *host = prof_of_info(self);
    struct module *module = prof_check_module(host, assemblyId);
    if (!module)
        return E_INVALIDARG;
    if (!rt_module_is_loaded(module))
        return CORPROF_E_DATAINCOMPLETE;
    PROF_PUT(pAppDomainId, (AppDomainID)atomic_load(&host->rt));
    PROF_PUT(pModuleId, (ModuleID)module);
    return prof_text_whole(rt_module_assembly_name(module), szName, cchName, pcchName);
}

static DWORD flags_of(const struct module *module) {
    if (rt_module_is_dynamic(module))
        return COR_PRF_MODULE_DYNAMIC;
    return COR_PRF_MODULE_FLAT_LAYOUT | (*rt_module_path(module) ? COR_PRF_MODULE_DISK : 0);
}

/* The name is an absolute path, as in CoreCLR, however the file was named on the command line; of a
 * dynamic module the one in its metadata.
 * Inside ModuleLoadStarted everything is filled already, but the result is incomplete data. */
HRESULT prof_info_GetModuleInfo2(ICorProfilerInfo15 *self, ModuleID moduleId,
                                 LPCBYTE *ppBaseLoadAddress, ULONG cchName, ULONG *pcchName,
                                 WCHAR szName[], AssemblyID *pAssemblyId, DWORD *pdwModuleFlags) {
    struct module *module = prof_check_module(prof_of_info(self), moduleId);
    if (!module)
        return E_INVALIDARG;
    PROF_PUT(ppBaseLoadAddress, rt_module_base(module));
    PROF_PUT(pAssemblyId, moduleId);
    PROF_PUT(pdwModuleFlags, flags_of(module));
    char absolute[PATH_MAX];
    const char *path = rt_module_is_dynamic(module)
                           ? il_name(rt_module_il(module), IL_Module_Name, 1)
                           : realpath(rt_module_path(module), absolute);
    HRESULT result =
        prof_text_whole(path ? path : rt_module_path(module), szName, cchName, pcchName);
    return rt_module_is_loaded(module) ? result : CORPROF_E_DATAINCOMPLETE;
}

HRESULT prof_info_GetModuleInfo(ICorProfilerInfo15 *self, ModuleID moduleId,
                                LPCBYTE *ppBaseLoadAddress, ULONG cchName, ULONG *pcchName,
                                WCHAR szName[], AssemblyID *pAssemblyId) {
    return prof_info_GetModuleInfo2(self, moduleId, ppBaseLoadAddress, cchName, pcchName, szName,
                                    pAssemblyId, NULL);
}

HRESULT prof_info_GetModuleMetaData(ICorProfilerInfo15 *self, ModuleID moduleId, DWORD dwOpenFlags,
                                    REFIID riid, IUnknown **ppOut) {
    (void)dwOpenFlags;
    prof_host *host = prof_of_info(self);
    struct module *module = prof_check_module(host, moduleId);
    if (!module)
        return E_INVALIDARG;
    prof_module *record = prof_module_of(host, module);
    if (!record)
        return E_OUTOFMEMORY;
    return ppOut ? prof_metadata_query(record, riid, (void **)ppOut) : S_OK;
}

HRESULT prof_info_EnumModules(ICorProfilerInfo15 *self, ICorProfilerModuleEnum **ppEnum) {
    struct runtime *rt = atomic_load(&prof_of_info(self)->rt);
    if (!ppEnum)
        return E_INVALIDARG;
    ULONG count = rt ? rt_module_count(rt) : 0;
    UINT_PTR *ids;
    *ppEnum = prof_enum_new(&IID_ICorProfilerModuleEnum, count, &ids);
    if (!*ppEnum)
        return E_OUTOFMEMORY;
    for (ULONG i = 0; i < count; i++)
        ids[i] = (UINT_PTR)rt_module_at(rt, i);
    return S_OK;
}

/* ---- Types ---- */

HRESULT prof_info_GetClassFromObject(ICorProfilerInfo15 *self, ObjectID objectId,
                                     ClassID *pClassId) {
    (void)self;
    if (objectId == 0)
        return E_INVALIDARG;
    PROF_PUT(pClassId, (ClassID)rt_object_type((struct object *)objectId));
    return S_OK;
}

HRESULT prof_info_GetClassFromToken(ICorProfilerInfo15 *self, ModuleID moduleId, mdTypeDef typeDef,
                                    ClassID *pClassId) {
    struct module *module = prof_check_module(prof_of_info(self), moduleId);
    if (!module)
        return E_INVALIDARG;
    if (prof_stops_world(prof_of_info(self)))
        return CORPROF_E_UNSUPPORTED_CALL_SEQUENCE;
    RID row = RidFromToken(typeDef);
    if (TypeFromToken(typeDef) != mdtTypeDef || row == 0 ||
        row > il_rows(rt_module_il(module), IL_TypeDef))
        return COR_E_TYPELOAD;
    struct type *type = rt_type_from_token(module, typeDef);
    if (!type)
        return CORPROF_E_DATAINCOMPLETE;
    PROF_PUT(pClassId, (ClassID)type);
    return S_OK;
}

/* An array has neither module nor token: both are 0. */
HRESULT prof_info_GetClassIDInfo(ICorProfilerInfo15 *self, ClassID classId, ModuleID *pModuleId,
                                 mdTypeDef *pTypeDefToken) {
    struct type *type = prof_check_type(prof_of_info(self), classId);
    if (!type)
        return E_INVALIDARG;
    PROF_PUT(pModuleId, (ModuleID)rt_type_module(type));
    PROF_PUT(pTypeDefToken, rt_type_token(type));
    return S_OK;
}

HRESULT prof_info_GetClassIDInfo2(ICorProfilerInfo15 *self, ClassID classId, ModuleID *pModuleId,
                                  mdTypeDef *pTypeDefToken, ClassID *pParentClassId,
                                  ULONG32 cNumTypeArgs, ULONG32 *pcNumTypeArgs,
                                  ClassID typeArgs[]) {
    struct type *type = prof_check_type(prof_of_info(self), classId);
    if (!type || (cNumTypeArgs != 0 && !typeArgs))
        return E_INVALIDARG;
    if (prof_info_IsArrayClass(self, classId, NULL, NULL, NULL) == S_OK)
        return CORPROF_E_CLASSID_IS_ARRAY;
    if (rt_type_token(type) == 0)
        return CORPROF_E_CLASSID_IS_COMPOSITE;
    PROF_PUT(pParentClassId, (ClassID)rt_type_parent(type));
    ULONG32 count = rt_type_arg_count(type);
    PROF_PUT(pcNumTypeArgs, count);
    for (ULONG32 i = 0; i < count && i < cNumTypeArgs; i++)
        typeArgs[i] = (ClassID)rt_type_arg(type, i);
    return prof_info_GetClassIDInfo(self, classId, pModuleId, pTypeDefToken);
}

HRESULT prof_info_IsArrayClass(ICorProfilerInfo15 *self, ClassID classId,
                               CorElementType *pBaseElemType, ClassID *pBaseClassId,
                               ULONG *pcRank) {
    struct type *type = prof_check_type(prof_of_info(self), classId);
    if (!type)
        return E_INVALIDARG;
    il_element element;
    struct type *element_type;
    uint32_t rank;
    if (!rt_type_array(type, &element, &element_type, &rank))
        return S_FALSE;
    PROF_PUT(pBaseElemType, (CorElementType)element);
    PROF_PUT(pBaseClassId, (ClassID)element_type);
    PROF_PUT(pcRank, rank);
    return S_OK;
}

/* The fields that the type itself declares; with no room for any, only how many there are. */
HRESULT prof_info_GetClassLayout(ICorProfilerInfo15 *self, ClassID classID,
                                 COR_FIELD_OFFSET rFieldOffset[], ULONG cFieldOffset,
                                 ULONG *pcFieldOffset, ULONG *pulClassSize) {
    struct type *type = prof_check_type(prof_of_info(self), classID);
    if (!type || !pcFieldOffset || rt_type_token(type) == 0)
        return E_INVALIDARG;
    PROF_PUT(pulClassSize, rt_type_size(type));
    ULONG count = 0;
    for (uint32_t token, offset; rt_type_field(type, count, &token, &offset); count++) {
        if (!rFieldOffset || cFieldOffset == 0)
            continue;
        if (count == cFieldOffset)
            break;
        rFieldOffset[count].ridOfField = token;
        rFieldOffset[count].ulOffset = offset;
    }
    *pcFieldOffset = count;
    return S_OK;
}

HRESULT prof_info_GetObjectSize2(ICorProfilerInfo15 *self, ObjectID objectId, SIZE_T *pcSize) {
    (void)self;
    if (objectId == 0)
        return E_INVALIDARG;
    PROF_PUT(pcSize, rt_object_size((struct object *)objectId));
    return S_OK;
}

HRESULT prof_info_GetObjectSize(ICorProfilerInfo15 *self, ObjectID objectId, ULONG *pcSize) {
    SIZE_T size = 0;
    HRESULT result = prof_info_GetObjectSize2(self, objectId, &size);
    if (size > UINT32_MAX)
        return COR_E_OVERFLOW;
    PROF_PUT(pcSize, (ULONG)size);
    return result;
}

/* ---- Methods ---- */

HRESULT prof_info_GetFunctionFromToken(ICorProfilerInfo15 *self, ModuleID moduleId, mdToken token,
                                       FunctionID *pFunctionId) {
    struct module *module = prof_check_module(prof_of_info(self), moduleId);
    if (module && prof_stops_world(prof_of_info(self)))
        return CORPROF_E_UNSUPPORTED_CALL_SEQUENCE;
    struct method *method = module ? rt_method_from_token(module, token) : NULL;
    if (!method)
        return E_INVALIDARG;
    PROF_PUT(pFunctionId, (FunctionID)method);
    return S_OK;
}

HRESULT prof_info_GetFunctionInfo(ICorProfilerInfo15 *self, FunctionID functionId,
                                  ClassID *pClassId, ModuleID *pModuleId, mdToken *pToken) {
    struct method *method = prof_check_method(prof_of_info(self), functionId);
    if (!method)
        return E_INVALIDARG;
    PROF_PUT(pClassId, (ClassID)rt_method_owner(method));
    PROF_PUT(pModuleId, (ModuleID)rt_method_module(method));
    PROF_PUT(pToken, rt_method_token(method));
    return S_OK;
}

HRESULT prof_info_GetFunctionInfo2(ICorProfilerInfo15 *self, FunctionID funcId,
                                   COR_PRF_FRAME_INFO frameInfo, ClassID *pClassId,
                                   ModuleID *pModuleId, mdToken *pToken, ULONG32 cTypeArgs,
                                   ULONG32 *pcTypeArgs, ClassID typeArgs[]) {
    (void)frameInfo; /* code is not shared between instantiations, so the method says it all */
    struct method *method = prof_check_method(prof_of_info(self), funcId);
    if (!method || (cTypeArgs != 0 && !typeArgs))
        return E_INVALIDARG;
    ULONG32 count = rt_method_arg_count(method);
    PROF_PUT(pcTypeArgs, count);
    for (ULONG32 i = 0; i < count && i < cTypeArgs; i++)
        typeArgs[i] = (ClassID)rt_method_arg(method, i);
    return prof_info_GetFunctionInfo(self, funcId, pClassId, pModuleId, pToken);
}

HRESULT prof_info_GetTokenAndMetaDataFromFunction(ICorProfilerInfo15 *self, FunctionID functionId,
                                                  REFIID riid, IUnknown **ppImport,
                                                  mdToken *pToken) {
    ModuleID module;
    HRESULT result = prof_info_GetFunctionInfo(self, functionId, NULL, &module, pToken);
    if (FAILED(result))
        return result;
    return prof_info_GetModuleMetaData(self, module, ofRead, riid, ppImport);
}

/* ---- Threads ----
 *
 * A thread may end while it is asked about, so what is said of it is copied while it cannot. */

HRESULT prof_info_GetCurrentThreadID(ICorProfilerInfo15 *self, ThreadID *pThreadId) {
    struct runtime *rt = atomic_load(&prof_of_info(self)->rt);
    struct thread *thread = rt ? rt_current_thread(rt) : NULL;
    if (!thread)
        return CORPROF_E_NOT_MANAGED_THREAD;
    PROF_PUT(pThreadId, (ThreadID)thread);
    return S_OK;
}

/* What the system calls a thread; false when the ID is of none. */
static bool find_thread(ICorProfilerInfo15 *self, ThreadID id, uint32_t *os_id, pthread_t *native) {
    struct runtime *rt = atomic_load(&prof_of_info(self)->rt);
    return rt && rt_find_thread(rt, (void *)id, os_id, native);
}

HRESULT prof_info_GetThreadInfo(ICorProfilerInfo15 *self, ThreadID threadId,
                                DWORD *pdwWin32ThreadId) {
    uint32_t os_id;
    pthread_t native;
    if (!find_thread(self, threadId, &os_id, &native))
        return E_INVALIDARG;
    PROF_PUT(pdwWin32ThreadId, os_id);
    return S_OK;
}

/* The handle is the pthread_t. */
HRESULT prof_info_GetHandleFromThread(ICorProfilerInfo15 *self, ThreadID threadId,
                                      HANDLE *phThread) {
    uint32_t os_id;
    pthread_t native;
    if (!find_thread(self, threadId, &os_id, &native))
        return E_INVALIDARG;
    PROF_PUT(phThread, (HANDLE)native);
    return S_OK;
}

/* The threads of one moment: more may come while room is made for them. */
HRESULT prof_info_EnumThreads(ICorProfilerInfo15 *self, ICorProfilerThreadEnum **ppEnum) {
    struct runtime *rt = atomic_load(&prof_of_info(self)->rt);
    struct thread **threads = NULL;
    uint32_t count = 0, room = 0;
    if (!ppEnum)
        return E_INVALIDARG;
    *ppEnum = NULL;
    while (rt && (count = rt_list_threads(rt, threads, room)) > room) {
        mem_free(threads);
        room = count + 8;
        threads = mem_calloc(room, sizeof(UINT_PTR));
        if (!threads)
            return E_OUTOFMEMORY;
    }
    UINT_PTR *ids;
    *ppEnum = prof_enum_new(&IID_ICorProfilerThreadEnum, count, &ids);
    for (uint32_t i = 0; *ppEnum && i < count; i++)
        ids[i] = (UINT_PTR)threads[i];
    mem_free(threads);
    return *ppEnum ? S_OK : E_OUTOFMEMORY;
}

/* There is one application domain. */
HRESULT prof_info_GetThreadAppDomain(ICorProfilerInfo15 *self, ThreadID threadId,
                                     AppDomainID *pAppDomainId) {
    uint32_t os_id;
    pthread_t native;
    if (!find_thread(self, threadId, &os_id, &native))
        return E_INVALIDARG;
    PROF_PUT(pAppDomainId, (AppDomainID)atomic_load(&prof_of_info(self)->rt));
    return S_OK;
}
