/* A profiler that replaces a method body.
 *
 * When the method named by CLARET_SAMPLE_METHOD (TYPE::METHOD, by default Program::Square) is about
 * to be compiled, four instructions are put in front of its body, so that it works with an argument
 * that is one greater:
 *
 *     ldarg.0, ldc.i4.1, add, starg.s 0        (and three nop, so that what follows stays aligned)
 *
 * Branches are relative and lie behind the new code, so they stay as they are; only the offsets in
 * the exception clauses move. ECMA-335 II.25.4 describes headers and sections.
 *
 *     claret run --profiler build/samples/rewrite.so PROGRAM.exe */
#include "corprof_plugin.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const BYTE PROLOGUE[] = {0x02, 0x17, 0x58, 0x10, 0x00, 0x00, 0x00, 0x00};
#define PROLOGUE_STACK 2
#define HEADER_SIZE    sizeof(IMAGE_COR_ILMETHOD_FAT)

static ICorProfilerInfo *info;

/* ---- The body ---- */

static ULONG read_le(const BYTE *bytes, int size) {
    ULONG value = 0;
    memcpy(&value, bytes, (size_t)size);
    return value;
}

static void move(BYTE *offset, int size) {
    ULONG value = read_le(offset, size) + sizeof PROLOGUE;
    memcpy(offset, &value, (size_t)size);
}

/* Moves the offsets of every clause in the exception sections [at, end). */
static void move_clauses(BYTE *at, BYTE *end) {
    for (BYTE kind = CorILMethod_Sect_MoreSects; kind & CorILMethod_Sect_MoreSects && at < end;) {
        kind = at[0];
        int fat = (kind & CorILMethod_Sect_FatFormat) != 0;
        ULONG size = read_le(at + 1, fat ? 3 : 1);
        ULONG clause_size = fat ? 24 : 12;
        for (BYTE *clause = at + 4; clause + clause_size <= at + size; clause += clause_size) {
            move(clause + (fat ? 4 : 2), fat ? 4 : 2);  /* try */
            move(clause + (fat ? 12 : 5), fat ? 4 : 2); /* handler */
            if (read_le(clause, fat ? 4 : 2) == COR_ILEXCEPTION_CLAUSE_FILTER)
                move(clause + (fat ? 20 : 8), 4);
        }
        at += (size + 3) & ~3u;
    }
}

/* What a header of either form says; size counts the code, rest what follows it. */
typedef struct body {
    IMAGE_COR_ILMETHOD_FAT header;
    const BYTE *code;
    ULONG rest;
} body;

static void read_body(const BYTE *bytes, ULONG size, body *out) {
    if ((bytes[0] & (CorILMethod_FormatMask >> 1)) == CorILMethod_TinyFormat) {
        out->header = (IMAGE_COR_ILMETHOD_FAT){
            .Flags = CorILMethod_FatFormat,
            .Size = HEADER_SIZE / 4,
            .MaxStack = 8,
            .CodeSize = bytes[0] >> (CorILMethod_FormatShift - 1),
        };
        out->code = bytes + 1;
    } else {
        memcpy(&out->header, bytes, HEADER_SIZE);
        out->code = bytes + HEADER_SIZE;
    }
    out->rest = size - (ULONG)(out->code - bytes) - out->header.CodeSize;
}

static ULONG new_size(const body *old) {
    return (ULONG)(HEADER_SIZE + sizeof PROLOGUE) + old->header.CodeSize + old->rest;
}

static void write_body(const body *old, BYTE *out) {
    IMAGE_COR_ILMETHOD_FAT header = old->header;
    header.CodeSize += sizeof PROLOGUE;
    if (header.MaxStack < PROLOGUE_STACK)
        header.MaxStack = PROLOGUE_STACK;
    BYTE *code = out + HEADER_SIZE;
    memcpy(out, &header, HEADER_SIZE);
    memcpy(code, PROLOGUE, sizeof PROLOGUE);
    memcpy(code + sizeof PROLOGUE, old->code, old->header.CodeSize + old->rest);
    if (header.Flags & CorILMethod_MoreSects)
        move_clauses(code + ((header.CodeSize + 3) & ~3u), out + new_size(old));
}

static HRESULT rewrite(ModuleID module, mdMethodDef method, const char *name) {
    const BYTE *bytes, *base;
    ULONG size;
    IMethodMalloc *allocator;
    HRESULT result = info->lpVtbl->GetILFunctionBody(info, module, method, &bytes, &size);
    if (SUCCEEDED(result))
        result = info->lpVtbl->GetModuleInfo(info, module, &base, 0, NULL, NULL, NULL);
    if (SUCCEEDED(result))
        result = info->lpVtbl->GetILFunctionBodyAllocator(info, module, &allocator);
    if (FAILED(result))
        return result;
    body old;
    read_body(bytes, size, &old);
    BYTE *copy = allocator->lpVtbl->Alloc(allocator, new_size(&old));
    allocator->lpVtbl->Release(allocator);
    if (!copy)
        return E_OUTOFMEMORY;
    write_body(&old, copy);
    printf("rewrite: %s: %u bytes of IL become %u, at module base + 0x%tx\n", name, size,
           new_size(&old), copy - base);
    return info->lpVtbl->SetILFunctionBody(info, module, method, copy);
}

/* ---- Which method ---- */

/* A static method whose first parameter is an int32, by its signature (II.23.2.1). The return type
 * must be one of a single byte, as everything up to string is. */
static int takes_an_int(const BYTE *signature, ULONG size) {
    return size >= 4 && (signature[0] & IMAGE_CEE_CS_CALLCONV_HASTHIS) == 0 && signature[1] >= 1 &&
           signature[2] <= ELEMENT_TYPE_STRING && signature[3] == ELEMENT_TYPE_I4;
}

/* Puts TYPE::METHOD into name and says whether the method can be rewritten. */
static int describe(IMetaDataImport *import, mdMethodDef method, char *name, size_t capacity) {
    const char *type_name, *method_name;
    mdTypeDef type;
    PCCOR_SIGNATURE signature;
    ULONG size;
    if (FAILED(import->lpVtbl->GetMethodProps(import, method, &type, NULL, 0, NULL, NULL,
                                              &signature, &size, NULL, NULL)) ||
        FAILED(import->lpVtbl->GetNameFromToken(import, type, &type_name)) ||
        FAILED(import->lpVtbl->GetNameFromToken(import, method, &method_name)))
        return 0;
    snprintf(name, capacity, "%s::%s", type_name, method_name);
    return takes_an_int(signature, size);
}

static HRESULT jit_started(ICorProfilerCallback11 *self, FunctionID function, BOOL safe_to_block) {
    const char *wanted = getenv("CLARET_SAMPLE_METHOD");
    IMetaDataImport *import;
    ModuleID module;
    mdToken method;
    char name[512];
    if (FAILED(info->lpVtbl->GetFunctionInfo(info, function, NULL, &module, &method)) ||
        FAILED(info->lpVtbl->GetModuleMetaData(info, module, ofRead, &IID_IMetaDataImport,
                                               (IUnknown **)&import)))
        return S_OK; /* made at run time: it has no metadata */
    int possible = describe(import, method, name, sizeof name);
    import->lpVtbl->Release(import);
    if (!possible || strcmp(name, wanted ? wanted : "Program::Square") != 0)
        return S_OK;
    HRESULT result = rewrite(module, method, name);
    if (FAILED(result))
        printf("rewrite: %s: failed with 0x%08X\n", name, (unsigned)result);
    return S_OK;
}

static HRESULT initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    HRESULT result =
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo, (void **)&info);
    if (FAILED(result))
        return result;
    /* a method that is inlined is never compiled on its own */
    return info->lpVtbl->SetEventMask(info,
                                      COR_PRF_MONITOR_JIT_COMPILATION | COR_PRF_DISABLE_INLINING);
}

CORPROF_PLUGIN(.Initialize = initialize, .JITCompilationStarted = jit_started)
