/* Prints what ICorProfilerInfo says about the program's functions and types, and what it answers to
 * odd questions. The same plug-in runs in Claret and in CoreCLR (tests/compare_coreclr.sh);
 * addresses are not printed. */
#include "corprof_plugin.h"
#include <stdio.h>

static ICorProfilerInfo4 *info;
static ModuleID program;
#define CALL(method, ...) info->lpVtbl->method(info, __VA_ARGS__)

static void result(const char *what, HRESULT value) {
    printf("%s %08X\n", what, (unsigned)value);
}

static void put_name(const char *what, HRESULT value, const WCHAR *text, ULONG length) {
    printf("%s %08X %u '", what, (unsigned)value, length);
    for (ULONG i = 0; text[i]; i++)
        putchar(text[i]);
    printf("'\n");
}

/* Behind the last slash: where the files lie differs. */
static const WCHAR *base_name(const WCHAR *path) {
    const WCHAR *base = path;
    for (; *path; path++) {
        if (*path == '/')
            base = path + 1;
    }
    return base;
}

static void modules_and_assemblies(ModuleID module) {
    WCHAR text[512] = {0};
    ULONG length = 0;
    LPCBYTE base = NULL;
    AssemblyID assembly = 0;
    AppDomainID domain = 0;
    ModuleID back = 0;
    IMethodMalloc *allocator = NULL;
    HRESULT hr = CALL(GetModuleInfo, module, &base, 512, &length, text, &assembly);
    const WCHAR *name = base_name(text);
    ULONG stem = 0;
    while (name[stem] && name[stem] != '.') /* .exe here, .dll there */
        stem++;
    text[(name - text) + stem] = 0;
    put_name("module", hr, name, stem);
    printf("base %d\n", base != NULL);
    result("small", CALL(GetModuleInfo, module, NULL, 1, NULL, text, NULL));
    result("no outputs", CALL(GetModuleInfo, module, NULL, 0, NULL, NULL, NULL));
    hr = CALL(GetAssemblyInfo, assembly, 512, &length, text, &domain, &back);
    put_name("assembly", hr, text, length);
    printf("back %d\n", back == module);
    hr = CALL(GetAppDomainInfo, domain, 512, &length, text, NULL);
    put_name("domain", hr, text, length);
    result("allocator", CALL(GetILFunctionBodyAllocator, module, &allocator));
    printf("counts %u %u\n", allocator->lpVtbl->AddRef(allocator),
           allocator->lpVtbl->Release(allocator));
    printf("nothing %d\n", allocator->lpVtbl->Alloc(allocator, 0) == NULL);
    void *out = allocator;
    result("no such interface",
           allocator->lpVtbl->QueryInterface(allocator, &IID_ICorProfilerInfo, &out));
    printf("out %d\n", out == NULL);
}

static void bad_questions(ModuleID module) {
    static const BYTE body[] = {2 << 2 | 2, 0x00, 0x2A};
    IUnknown *out = NULL;
    FunctionID function = 0;
    ClassID type = 0;
    DWORD mask;
    result("module 0", CALL(GetModuleInfo, 0, NULL, 0, NULL, NULL, NULL));
    result("assembly 0", CALL(GetAssemblyInfo, 0, 0, NULL, NULL, NULL, NULL));
    result("domain 0", CALL(GetAppDomainInfo, 0, 0, NULL, NULL, NULL));
    result("function 0", CALL(GetFunctionInfo, 0, NULL, NULL, NULL));
    result("class 0", CALL(GetClassIDInfo, 0, NULL, NULL));
    result("array 0", CALL(IsArrayClass, 0, NULL, NULL, NULL));
    result("object 0", CALL(GetClassFromObject, 0, &type));
    result("size 0", CALL(GetObjectSize, 0, NULL));
    result("thread 0", CALL(GetThreadInfo, 0, NULL));
    result("mask NULL", CALL(GetEventMask, NULL));
    result("metadata", CALL(GetModuleMetaData, module, ofRead, &IID_ICorProfilerInfo, &out));
    result("metadata NULL", CALL(GetModuleMetaData, module, ofRead, &IID_IMetaDataImport, NULL));
    result("emit", CALL(GetModuleMetaData, module, ofRead | ofWrite, &IID_IMetaDataEmit, &out));
    result("body of nil", CALL(GetILFunctionBody, module, 0x06000000, NULL, NULL));
    result("body of a type", CALL(GetILFunctionBody, module, 0x02000001, NULL, NULL));
    result("body of none", CALL(GetILFunctionBody, module, 0x0600FFF0, NULL, NULL));
    result("set for nil", CALL(SetILFunctionBody, module, 0x06000000, body));
    result("set for a type", CALL(SetILFunctionBody, module, 0x02000001, body));
    result("set NULL", CALL(SetILFunctionBody, module, 0x06000001, NULL));
    result("set in 0", CALL(SetILFunctionBody, 0, 0x06000001, body));
    result("allocator 0", CALL(GetILFunctionBodyAllocator, 0, NULL));
    result("function of nothing", CALL(GetFunctionFromToken, module, 0x0600FFF0, &function));
    result("immutable", CALL(SetEventMask, COR_PRF_MONITOR_REMOTING));
    result("mask", CALL(GetEventMask, &mask));
    printf("mask %08X\n", mask);
    result("rejit", CALL(RequestReJIT, 0, NULL, NULL));
}

static HRESULT on_loaded(ICorProfilerCallback11 *self, ModuleID module, HRESULT status) {
    IMetaDataImport *import;
    mdTypeDef type;
    if (SUCCEEDED(
            CALL(GetModuleMetaData, module, ofRead, &IID_IMetaDataImport, (IUnknown **)&import)) &&
        import->lpVtbl->FindTypeDefByName(import, u"Program", mdTokenNil, &type) == S_OK) {
        program = module;
        modules_and_assemblies(module);
        bad_questions(module);
    }
    return S_OK;
}

static HRESULT on_jit(ICorProfilerCallback11 *self, FunctionID function, BOOL safe) {
    ModuleID module = 0;
    ClassID type = 0, parent = 0, args[4] = {0};
    mdToken token = 0, type_token = 0;
    ULONG32 type_args = 9, method_args = 9;
    LPCBYTE body = NULL;
    ULONG size = 0;
    HRESULT hr = CALL(GetFunctionInfo, function, &type, &module, &token);
    if (module != program || module == 0)
        return S_OK;
    printf("%08X info %08X\n", token, (unsigned)hr);
    hr = CALL(GetFunctionInfo2, function, 0, NULL, NULL, NULL, 4, &method_args, args);
    printf("%08X info2 %08X %u\n", token, (unsigned)hr, method_args);
    hr = CALL(GetFunctionInfo2, function, 0, NULL, NULL, NULL, 1, NULL, NULL);
    printf("%08X no array %08X\n", token, (unsigned)hr);
    hr = CALL(GetClassIDInfo2, type, &module, &type_token, &parent, 4, &type_args, args);
    printf("%08X class %08X %d %08X %d %u\n", token, (unsigned)hr, module == program, type_token,
           parent != 0, type_args);
    printf("%08X array %08X\n", token, (unsigned)CALL(IsArrayClass, type, NULL, NULL, NULL));
    hr = CALL(GetILFunctionBody, program, token, &body, &size);
    printf("%08X body %08X %u:", token, (unsigned)hr, size);
    for (ULONG i = 0; i < size; i++)
        printf(" %02X", body[i]);
    printf("\n");
    hr = CALL(GetCurrentThreadID, NULL);
    printf("%08X thread %08X\n", token, (unsigned)hr);
    return S_OK;
}

static HRESULT on_initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    USHORT instance, major, minor, build, qfe;
    COR_PRF_RUNTIME_TYPE type;
    WCHAR version[32] = {0};
    ULONG length, chars;
    void *out = NULL;
    HRESULT hr = runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo4, (void **)&info);
    if (FAILED(hr))
        return hr;
    result("unknown interface", CALL(QueryInterface, &IID_IMetaDataImport, &out));
    hr = CALL(GetRuntimeInformation, &instance, &type, &major, &minor, &build, &qfe, 32, &length,
              version);
    printf("runtime %u %d %u.%u.%u.%u\n", instance, type, major, minor, build, qfe);
    put_name("version", hr, version, length);
    hr = CALL(GetStringLayout2, &length, &chars);
    printf("string %08X %u %u\n", (unsigned)hr, length, chars);
    result("rejit early", CALL(RequestReJIT, 0, NULL, NULL));
    result("initialize thread", info->lpVtbl->InitializeCurrentThread(info));
    return CALL(SetEventMask, COR_PRF_MONITOR_MODULE_LOADS | COR_PRF_MONITOR_JIT_COMPILATION |
                                  COR_PRF_DISABLE_INLINING);
}

CORPROF_PLUGIN(.Initialize = on_initialize, .ModuleLoadFinished = on_loaded,
               .JITCompilationStarted = on_jit)
