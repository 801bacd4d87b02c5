/* Prints what is told of modules that are made at run time, and of the classes and methods in them,
 * with names out of their metadata; and gives the method Answer a body that returns 43. */
#include "corprof_plugin.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static ICorProfilerInfo4 *info;
#define CALL(method, ...) info->lpVtbl->method(info, __VA_ARGS__)

static bool is_dynamic(ModuleID module) {
    DWORD flags = 0;
    LPCBYTE base;
    AssemblyID assembly;
    ULONG length;
    HRESULT hr = CALL(GetModuleInfo2, module, &base, 0, &length, NULL, &assembly, &flags);
    return SUCCEEDED(hr) && (flags & COR_PRF_MODULE_DYNAMIC);
}

static const char *name_of(ModuleID module, mdToken token) {
    IMetaDataImport *import;
    const char *name = "?";
    if (FAILED(CALL(GetModuleMetaData, module, 0, &IID_IMetaDataImport, (IUnknown **)&import)))
        return name;
    import->lpVtbl->GetNameFromToken(import, token, &name);
    import->lpVtbl->Release(import);
    return name; /* lies in the module */
}

static HRESULT on_ModuleLoadFinished(ICorProfilerCallback11 *self, ModuleID module, HRESULT hr) {
    WCHAR name[64] = {0};
    LPCBYTE base = NULL;
    DWORD flags = 0;
    ULONG length;
    AssemblyID assembly;
    if (!is_dynamic(module))
        return S_OK;
    CALL(GetModuleInfo2, module, &base, 64, &length, name, &assembly, &flags);
    printf("module ");
    for (ULONG i = 0; name[i]; i++)
        putchar(name[i]);
    printf(" flags %u base %s\n", (unsigned)flags, base ? "yes" : "0");
    return S_OK;
}

static HRESULT on_ClassLoadFinished(ICorProfilerCallback11 *self, ClassID class, HRESULT hr) {
    ModuleID module;
    mdTypeDef token;
    if (SUCCEEDED(CALL(GetClassIDInfo, class, &module, &token)) && module && is_dynamic(module))
        printf("class %08X %s\n", (unsigned)token, name_of(module, token));
    return S_OK;
}

static void replace_body(ModuleID module, mdToken token) {
    static const BYTE body[] = {3 << 2 | 2, 0x1F, 43, 0x2A}; /* ldc.i4.s 43, ret */
    IMethodMalloc *allocator;
    if (FAILED(CALL(GetILFunctionBodyAllocator, module, &allocator)))
        return;
    void *room = allocator->lpVtbl->Alloc(allocator, sizeof body);
    allocator->lpVtbl->Release(allocator);
    if (room)
        printf("replaced %08X\n",
               (unsigned)CALL(SetILFunctionBody, module, token, memcpy(room, body, sizeof body)));
}

static HRESULT on_JITCompilationStarted(ICorProfilerCallback11 *self, FunctionID function,
                                        BOOL safe) {
    ClassID class;
    ModuleID module;
    mdToken token;
    if (FAILED(CALL(GetFunctionInfo, function, &class, &module, &token))) {
        printf("a function that nobody knows\n");
        return S_OK;
    }
    if (!is_dynamic(module))
        return S_OK;
    LPCBYTE code;
    ULONG size = 0;
    CALL(GetILFunctionBody, module, token, &code, &size);
    printf("method %08X %s, %u bytes\n", (unsigned)token, name_of(module, token), (unsigned)size);
    if (strcmp(name_of(module, token), "Answer") == 0)
        replace_body(module, token);
    return S_OK;
}

static HRESULT on_Initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    setvbuf(stdout, NULL, _IONBF, 0);
    HRESULT hr = runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo4, (void **)&info);
    if (FAILED(hr))
        return hr;
    return CALL(SetEventMask, COR_PRF_MONITOR_MODULE_LOADS | COR_PRF_MONITOR_CLASS_LOADS |
                                  COR_PRF_MONITOR_JIT_COMPILATION);
}

#define SLOT(callback) .callback = on_##callback
CORPROF_PLUGIN(SLOT(Initialize), SLOT(ModuleLoadFinished), SLOT(ClassLoadFinished),
               SLOT(JITCompilationStarted))
