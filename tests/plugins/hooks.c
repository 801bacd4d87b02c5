/* Enter and leave hooks for the methods of the program's module, chosen by a mapper. HOOKS in the
 * environment is 3, info (3WithInfo) or 2. Prints at Shutdown how often the methods were entered
 * and left, and, where the hooks are told, what was passed: the client ID is a record of ours. */
#include "corprof_plugin.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct record {
    FunctionID function;
    const char *name;
    atomic_uint entered, left;
    char first[80]; /* the first call's arguments, and its result */
    atomic_uint described;
} record;

static ICorProfilerInfo3 *info;
static record records[64];
static atomic_uint record_count;
static _Thread_local int depth;
static atomic_uint wrong;

#define INFO(method, ...) info->lpVtbl->method(info, __VA_ARGS__)

/* ---- What is passed, as the numbers it looks like ---- */

static void show(record *r, const char *before, UINT_PTR address, ULONG length) {
    size_t used = strlen(r->first);
    long long value = 0;
    double real = 0;
    if (length <= 8)
        memcpy(&value, (const void *)address, length);
    if (strcmp(r->name, "Mix") == 0 && length == 8)
        memcpy(&real, (const void *)address, 8);
    if (length == 4)
        snprintf(r->first + used, sizeof r->first - used, "%s%d", before, (int)value);
    else if (length > 8) /* a Pair */
        snprintf(r->first + used, sizeof r->first - used, "%s{%d}", before, *(const int *)address);
    else if (real != 0 && real > 0.001)
        snprintf(r->first + used, sizeof r->first - used, "%s%g", before, real);
    else
        snprintf(r->first + used, sizeof r->first - used, "%s%u:%lld", before, (unsigned)length,
                 value > 1000000 ? 0 : value);
}

static void show_arguments(record *r, const COR_PRF_FUNCTION_ARGUMENT_INFO *arguments) {
    for (ULONG i = 0; i < arguments->numRanges; i++)
        show(r, i ? "," : "(", arguments->ranges[i].startAddress, arguments->ranges[i].length);
    strcat(r->first, arguments->numRanges ? ")" : "()");
}

/* ---- The hooks ---- */

static void enter(record *r) {
    atomic_fetch_add(&r->entered, 1);
    depth++;
}

static void leave(record *r) {
    atomic_fetch_add(&r->left, 1);
    depth--;
}

static void enter_3(FunctionIDOrClientID id) {
    enter((record *)id.clientID);
}

static void leave_3(FunctionIDOrClientID id) {
    leave((record *)id.clientID);
}

static void tailcall_3(FunctionIDOrClientID id) {
    atomic_fetch_add(&wrong, 1);
}

static void enter_info(FunctionIDOrClientID id, COR_PRF_ELT_INFO elt) {
    record *r = (record *)id.clientID;
    BYTE buffer[200];
    COR_PRF_FUNCTION_ARGUMENT_INFO *arguments = (COR_PRF_FUNCTION_ARGUMENT_INFO *)buffer;
    ULONG size = 0;
    COR_PRF_FRAME_INFO frame;
    enter(r);
    HRESULT result = INFO(GetFunctionEnter3Info, r->function, elt, &frame, &size, NULL);
    if (result != (HRESULT)0x8007007A || size > sizeof buffer ||
        INFO(GetFunctionEnter3Info, r->function, elt, &frame, &size, arguments) != S_OK ||
        INFO(GetFunctionLeave3Info, r->function, elt, &frame, NULL) != E_INVALIDARG)
        atomic_fetch_add(&wrong, 1);
    else if (atomic_fetch_add(&r->described, 1) == 0)
        show_arguments(r, arguments);
}

static void leave_info(FunctionIDOrClientID id, COR_PRF_ELT_INFO elt) {
    record *r = (record *)id.clientID;
    COR_PRF_FUNCTION_ARGUMENT_RANGE range;
    COR_PRF_FRAME_INFO frame;
    leave(r);
    if (INFO(GetFunctionLeave3Info, r->function, elt, &frame, &range) != S_OK)
        atomic_fetch_add(&wrong, 1);
    else if (r->left == 1 && range.length)
        show(r, "=", range.startAddress, range.length);
}

static void enter_2(FunctionID function, UINT_PTR client, COR_PRF_FRAME_INFO frame,
                    COR_PRF_FUNCTION_ARGUMENT_INFO *arguments) {
    record *r = (record *)client;
    enter(r);
    if (r->function != function || !arguments)
        atomic_fetch_add(&wrong, 1);
    else if (atomic_fetch_add(&r->described, 1) == 0)
        show_arguments(r, arguments);
}

static void leave_2(FunctionID function, UINT_PTR client, COR_PRF_FRAME_INFO frame,
                    COR_PRF_FUNCTION_ARGUMENT_RANGE *range) {
    record *r = (record *)client;
    leave(r);
    if (r->function != function || !range)
        atomic_fetch_add(&wrong, 1);
    else if (r->left == 1 && range->length)
        show(r, "=", range->startAddress, range->length);
}

static void tailcall_2(FunctionID function, UINT_PTR client, COR_PRF_FRAME_INFO frame) {
    atomic_fetch_add(&wrong, 1);
}

/* ---- Which methods ---- */

static UINT_PTR map(FunctionID function, void *data, BOOL *hook) {
    ModuleID module = 0;
    mdMethodDef token;
    WCHAR path[300];
    ULONG length = 0;
    IMetaDataImport *import = NULL;
    if (data != records)
        atomic_fetch_add(&wrong, 1);
    *hook = FALSE;
    if (FAILED(INFO(GetFunctionInfo, function, NULL, &module, &token)) ||
        FAILED(INFO(GetModuleInfo, module, NULL, 300, &length, path, NULL)) || length < 11 ||
        memcmp(path + length - 11, u"hooked.exe", 20) != 0 ||
        FAILED(INFO(GetModuleMetaData, module, ofRead, &IID_IMetaDataImport, (IUnknown **)&import)))
        return 0;
    record *r = &records[atomic_fetch_add(&record_count, 1)];
    r->function = function;
    import->lpVtbl->GetNameFromToken(import, token, &r->name);
    *hook = r->name[0] != '.' && r->name[0] != '<';
    return (UINT_PTR)r;
}

/* ---- Start and end ---- */

static int by_name(const void *a, const void *b) {
    return strcmp(((const record *)a)->name, ((const record *)b)->name);
}

static HRESULT on_Shutdown(ICorProfilerCallback11 *self) {
    if (INFO(SetEnterLeaveFunctionHooks3, enter_3, leave_3, tailcall_3) !=
            CORPROF_E_CALL_ONLY_FROM_INIT &&
        strcmp(getenv("HOOKS"), "3") == 0)
        atomic_fetch_add(&wrong, 1);
    qsort(records, record_count, sizeof *records, by_name);
    for (unsigned i = 0; i < record_count; i++) {
        if (records[i].entered)
            printf("%s %u %u%s%s\n", records[i].name, records[i].entered, records[i].left,
                   records[i].first[0] ? " " : "", records[i].first);
    }
    printf("wrong %u, depth %d\n", wrong, depth);
    return S_OK;
}

static HRESULT on_Initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    const char *kind = getenv("HOOKS");
    DWORD mask = COR_PRF_MONITOR_ENTERLEAVE | COR_PRF_DISABLE_INLINING;
    HRESULT result =
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo3, (void **)&info);
    if (FAILED(result) || !kind)
        return E_FAIL;
    if (strcmp(kind, "3") != 0)
        mask |= COR_PRF_ENABLE_FUNCTION_ARGS | COR_PRF_ENABLE_FUNCTION_RETVAL;
    INFO(SetEventMask, mask);
    INFO(SetFunctionIDMapper2, map, records);
    if (strcmp(kind, "3") == 0) {
        if (INFO(SetEnterLeaveFunctionHooks3WithInfo, enter_info, leave_info,
                 (FunctionTailcall3WithInfo *)(void *)tailcall_2) !=
            CORPROF_E_INCONSISTENT_WITH_FLAGS)
            return E_FAIL;
        return INFO(SetEnterLeaveFunctionHooks3, enter_3, leave_3, tailcall_3);
    }
    if (strcmp(kind, "2") == 0)
        return INFO(SetEnterLeaveFunctionHooks2, enter_2, leave_2, tailcall_2);
    return INFO(SetEnterLeaveFunctionHooks3WithInfo, enter_info, leave_info,
                (FunctionTailcall3WithInfo *)(void *)tailcall_2);
}

#define SLOT(callback) .callback = on_##callback
CORPROF_PLUGIN(SLOT(Initialize), SLOT(Shutdown))
