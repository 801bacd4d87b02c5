/* Adds references, strings and a type to the module grown.exe, reads them back, and gives the
 * methods of its Program bodies that use them. Prints "WRONG: ..." for what is not as CoreCLR has
 * it. */
#include "corprof_plugin.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static ICorProfilerInfo7 *info;
static ModuleID program;
static IMetaDataEmit2 *emit;
static IMetaDataImport2 *import;
static IMetaDataAssemblyEmit *assembly_emit;
static mdMemberRef range, sum, count_definition;
static mdMethodSpec count;
static mdString text;
static mdMethodDef hit, absolute;
static mdFieldDef hits;
static mdSignature local;

#define INFO(method, ...)     info->lpVtbl->method(info, __VA_ARGS__)
#define EMIT(method, ...)     emit->lpVtbl->method(emit, __VA_ARGS__)
#define IMPORT(method, ...)   import->lpVtbl->method(import, __VA_ARGS__)
#define EXPECT(result, value) check((result) == (value), #result)
#define BYTES(...)                                                                                 \
    (BYTE[]){__VA_ARGS__}, sizeof(BYTE[]) {                                                        \
        __VA_ARGS__                                                                                \
    }

static void check(bool good, const char *what) {
    if (!good)
        printf("WRONG: %s\n", what);
}

/* ---- References ---- */

static mdAssemblyRef corlib(void) {
    IMetaDataAssemblyImport *assembly_import = NULL;
    HCORENUM list = NULL;
    mdAssemblyRef token = 0;
    ULONG found;
    EXPECT(IMPORT(QueryInterface, &IID_IMetaDataAssemblyImport, (void **)&assembly_import), S_OK);
    EXPECT(assembly_import->lpVtbl->EnumAssemblyRefs(assembly_import, &list, &token, 1, &found),
           S_OK);
    assembly_import->lpVtbl->CloseEnum(assembly_import, list);
    return token;
}

static mdAssemblyRef define_core(void) {
    static const BYTE key[] = {0xB7, 0x7A, 0x5C, 0x56, 0x19, 0x34, 0xE0, 0x89};
    ASSEMBLYMETADATA version = {.usMajorVersion = 4};
    mdAssemblyRef token = 0;
    EXPECT(assembly_emit->lpVtbl->DefineAssemblyRef(assembly_emit, key, sizeof key, u"System.Core",
                                                    &version, NULL, 0, 0, &token),
           S_OK);
    check(TypeFromToken(token) == mdtAssemblyRef, "AssemblyRef token");
    return token;
}

static mdTypeRef define_type_ref(mdAssemblyRef scope, const WCHAR *name) {
    mdTypeRef token = 0, again = 0;
    mdToken where = 0;
    WCHAR read[100];
    ULONG length;
    EXPECT(EMIT(DefineTypeRefByName, scope, name, &token), S_OK);
    EXPECT(EMIT(DefineTypeRefByName, scope, name, &again), (HRESULT)0x00131197);
    check(token && token == again, "an equal TypeRef is given out again");
    EXPECT(IMPORT(GetTypeRefProps, token, &where, read, 100, &length), S_OK);
    check(where == scope && memcmp(read, name, length * sizeof *read) == 0, "GetTypeRefProps");
    return token;
}

/* A TypeDefOrRefOrSpecEncoded of two bytes. */
#define TWO_BYTES(token)                                                                           \
    (BYTE)(0x80 | (RidFromToken(token) << 2 | 1) >> 8), (BYTE)(RidFromToken(token) << 2 | 1)

static void define_references(void) {
    mdTypeRef list, enumerable;
    mdMemberRef again = 0;
    EXPECT(EMIT(DefineTypeRefByName, corlib(), u"System.Collections.Generic.IEnumerable`1", &list),
           S_OK);
    enumerable = define_type_ref(define_core(), u"System.Linq.Enumerable");
#define LIST_OF(...) ELEMENT_TYPE_GENERICINST, ELEMENT_TYPE_CLASS, TWO_BYTES(list), 1, __VA_ARGS__
    EXPECT(EMIT(DefineMemberRef, enumerable, u"Range",
                BYTES(0, 2, LIST_OF(ELEMENT_TYPE_I4), ELEMENT_TYPE_I4, ELEMENT_TYPE_I4), &range),
           S_OK);
    EXPECT(EMIT(DefineMemberRef, enumerable, u"Sum",
                BYTES(0, 1, ELEMENT_TYPE_I4, LIST_OF(ELEMENT_TYPE_I4)), &sum),
           S_OK);
    EXPECT(EMIT(DefineMemberRef, enumerable, u"Sum",
                BYTES(0, 1, ELEMENT_TYPE_I4, LIST_OF(ELEMENT_TYPE_I4)), &again),
           (HRESULT)0x00131197);
    check(sum && again == sum, "an equal MemberRef is given out again");
    EXPECT(EMIT(DefineMemberRef, enumerable, u"Count",
                BYTES(IMAGE_CEE_CS_CALLCONV_GENERIC, 1, 1, ELEMENT_TYPE_I4,
                      LIST_OF(ELEMENT_TYPE_MVAR, 0)),
                &count_definition),
           S_OK);
    EXPECT(EMIT(DefineMethodSpec, count_definition,
                BYTES(IMAGE_CEE_CS_CALLCONV_GENERICINST, 1, ELEMENT_TYPE_I4), &count),
           S_OK);
    EXPECT(EMIT(DefineMemberRef, 0x0100FFF0, u"None", BYTES(0, 0, ELEMENT_TYPE_VOID), &again),
           E_INVALIDARG);
}

static void define_string(void) {
    WCHAR read[20];
    ULONG length = 0;
    EXPECT(EMIT(DefineUserString, u"nuovo \u00FC", 7, &text), S_OK);
    EXPECT(IMPORT(GetUserString, text, read, 20, &length), S_OK);
    check(length == 7 && memcmp(read, u"nuovo \u00FC", 14) == 0, "GetUserString");
}

/* ---- A type: class Probe.Counter { public static int Hits; static int Hit(); extern abs; } ----
 */

static void set_body(mdMethodDef method, const BYTE *bytes, ULONG size) {
    IMethodMalloc *allocator = NULL;
    EXPECT(INFO(GetILFunctionBodyAllocator, program, &allocator), S_OK);
    BYTE *body = allocator->lpVtbl->Alloc(allocator, size);
    check(body != NULL, "Alloc");
    memcpy(body, bytes, size);
    EXPECT(INFO(SetILFunctionBody, program, method, body), S_OK);
}

#define TOKEN(t) (BYTE)(t), (BYTE)((t) >> 8), (BYTE)((t) >> 16), (BYTE)((t) >> 24)
#define TINY(n)  (BYTE)((n) << 2 | CorILMethod_TinyFormat)

static void define_type(void) {
    mdTypeRef object;
    mdTypeDef counter = 0, found = 0, second = 0;
    mdModuleRef library = 0;
    mdMethodDef methods[4], late;
    HCORENUM list = NULL;
    ULONG number = 0;
    EMIT(DefineTypeRefByName, corlib(), u"System.Object", &object);
    EXPECT(EMIT(DefineTypeDef, u"Probe.Counter", tdPublic | tdAbstract | tdSealed, object, NULL,
                &counter),
           S_OK);
    EXPECT(EMIT(DefineTypeDef, u"Probe.Other", tdPublic, object, NULL, &second), S_OK);
    EXPECT(EMIT(DefineField, counter, u"Hits", fdPublic | fdStatic,
                BYTES(IMAGE_CEE_CS_CALLCONV_FIELD, ELEMENT_TYPE_I4), ELEMENT_TYPE_END, NULL, 0,
                &hits),
           S_OK);
    EXPECT(EMIT(DefineMethod, counter, u"Hit", mdPublic | mdStatic, BYTES(0, 0, ELEMENT_TYPE_I4), 0,
                miIL, &hit),
           S_OK);
    EXPECT(EMIT(DefineMethod, counter, u"Absolute", mdPublic | mdStatic | mdPinvokeImpl,
                BYTES(0, 1, ELEMENT_TYPE_I4, ELEMENT_TYPE_I4), 0, miPreserveSig, &absolute),
           S_OK);
    EXPECT(EMIT(DefineModuleRef, u"libc", &library), S_OK);
    EXPECT(EMIT(DefinePinvokeMap, absolute, pmNoMangle | pmCallConvCdecl, u"abs", library), S_OK);
    EXPECT(
        EMIT(GetTokenFromSig, BYTES(IMAGE_CEE_CS_CALLCONV_LOCAL_SIG, 1, ELEMENT_TYPE_I4), &local),
        S_OK);
    set_body(hit, BYTES(CorILMethod_FatFormat | CorILMethod_InitLocals, 0x30, 2, 0, 16, 0, 0, 0,
                        TOKEN(local), 0x7E, TOKEN(hits), 0x17, 0x58, 0x0A, 0x06, 0x80, TOKEN(hits),
                        0x06, 0x2A));
    EXPECT(IMPORT(FindTypeDefByName, u"Probe.Counter", mdTokenNil, &found), S_OK);
    check(found == counter, "FindTypeDefByName");
    EXPECT(IMPORT(EnumMethods, &list, counter, methods, 4, &number), S_OK);
    check(number == 2 && methods[0] == hit && methods[1] == absolute, "EnumMethods");
    IMPORT(CloseEnum, list);
    EXPECT(EMIT(DefineMethod, second, u"Last", mdPublic | mdStatic, BYTES(0, 0, ELEMENT_TYPE_VOID),
                0, miIL, &late),
           S_OK);
    EXPECT(EMIT(DefineMethod, counter, u"Late", mdPublic | mdStatic, BYTES(0, 0, ELEMENT_TYPE_VOID),
                0, miIL, &late),
           E_NOTIMPL);
}

/* ---- Callbacks ---- */

static HRESULT on_ModuleLoadFinished(ICorProfilerCallback11 *self, ModuleID module,
                                     HRESULT status) {
    WCHAR name[300];
    ULONG length = 0;
    INFO(GetModuleInfo, module, NULL, 300, &length, name, NULL);
    if (length < 10 || memcmp(name + length - 10, u"grown.exe", 20) != 0)
        return S_OK;
    program = module;
    EXPECT(
        INFO(GetModuleMetaData, module, ofRead | ofWrite, &IID_IMetaDataEmit2, (IUnknown **)&emit),
        S_OK);
    EXPECT(EMIT(QueryInterface, &IID_IMetaDataImport2, (void **)&import), S_OK);
    EXPECT(EMIT(QueryInterface, &IID_IMetaDataAssemblyEmit, (void **)&assembly_emit), S_OK);
    define_references();
    define_type();
    EXPECT(INFO(ApplyMetaData, module), S_OK);
    return S_OK;
}

/* Each method gets its body where it is compiled; the string is made that late, too. */
static HRESULT on_JITCompilationStarted(ICorProfilerCallback11 *self, FunctionID function,
                                        BOOL safe) {
    ModuleID module = 0;
    mdMethodDef method = 0;
    const char *name = "";
    INFO(GetFunctionInfo, function, NULL, &module, &method);
    if (module != program || FAILED(IMPORT(GetNameFromToken, method, &name)))
        return S_OK;
    if (strcmp(name, "Sum") == 0)
        set_body(method,
                 BYTES(TINY(14), 0x17, 0x1F, 9, 0x28, TOKEN(range), 0x28, TOKEN(sum), 0x2A));
    if (strcmp(name, "Count") == 0)
        set_body(method,
                 BYTES(TINY(14), 0x17, 0x1F, 9, 0x28, TOKEN(range), 0x28, TOKEN(count), 0x2A));
    if (strcmp(name, "Hit") == 0 && method != hit)
        set_body(method, BYTES(TINY(6), 0x28, TOKEN(hit), 0x2A));
    if (strcmp(name, "Absolute") == 0 && method != absolute)
        set_body(method, BYTES(TINY(7), 0x02, 0x28, TOKEN(absolute), 0x2A));
    if (strcmp(name, "Text") == 0) {
        define_string();
        set_body(method, BYTES(TINY(6), 0x72, TOKEN(text), 0x2A));
    }
    return S_OK;
}

static HRESULT on_Initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    HRESULT result =
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo7, (void **)&info);
    if (FAILED(result))
        return result;
    return INFO(SetEventMask, COR_PRF_MONITOR_MODULE_LOADS | COR_PRF_MONITOR_JIT_COMPILATION |
                                  COR_PRF_DISABLE_INLINING);
}

#define SLOT(callback) .callback = on_##callback
CORPROF_PLUGIN(SLOT(Initialize), SLOT(ModuleLoadFinished), SLOT(JITCompilationStarted))
