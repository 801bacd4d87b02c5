/* Enter, leave and tailcall hooks: setting them in Initialize, calling them, and what they may ask.
 *
 * Of the three generations the newest that was set counts; within one, what was set last. A hook
 * gets its ID in rdi, as C passes it, and in r14, where the hooks written in assembly for CoreCLR's
 * fast path look for it; rsi and r15 hold what comes second. All other registers are the hook's: it
 * may be a plain C function, or preserve them all. */
#include "profiler/prof_info.h"
#include "profiler/prof_text.h"
#include "runtime/rt_query.h"

enum { MAX_ARGUMENTS = 64 }; /* that hooks of the second generation are shown */

/* What COR_PRF_ELT_INFO points at, on the stack of the thread, while the hook runs. */
typedef struct call_info {
    const rt_hook *hook;
    void *slots;
} call_info;

/* ---- Setting ---- */

static HRESULT set_hooks(ICorProfilerInfo15 *self, int generation, void *enter, void *leave,
                         void *tailcall) {
    prof_host *host = prof_of_info(self);
    if (atomic_load(&host->initialized))
        return CORPROF_E_CALL_ONLY_FROM_INIT;
    if (!enter && !leave && !tailcall)
        return E_INVALIDARG;
    if (generation < host->hooks.generation)
        return S_OK;
    host->hooks.generation = generation;
    host->hooks.functions[RT_HOOK_ENTER] = enter;
    host->hooks.functions[RT_HOOK_LEAVE] = leave;
    host->hooks.functions[RT_HOOK_TAILCALL] = tailcall;
    prof_events_update(host);
    return S_OK;
}

#define SHOWING                                                                                    \
    (COR_PRF_ENABLE_FUNCTION_ARGS | COR_PRF_ENABLE_FUNCTION_RETVAL | COR_PRF_ENABLE_FRAME_INFO)

HRESULT prof_info_SetEnterLeaveFunctionHooks2(ICorProfilerInfo15 *self, FunctionEnter2 *pFuncEnter,
                                              FunctionLeave2 *pFuncLeave,
                                              FunctionTailcall2 *pFuncTailcall) {
    return set_hooks(self, PROF_HOOKS_2, (void *)pFuncEnter, (void *)pFuncLeave,
                     (void *)pFuncTailcall);
}

HRESULT prof_info_SetEnterLeaveFunctionHooks3(ICorProfilerInfo15 *self, FunctionEnter3 *pFuncEnter3,
                                              FunctionLeave3 *pFuncLeave3,
                                              FunctionTailcall3 *pFuncTailcall3) {
    if (atomic_load(&prof_of_info(self)->mask) & SHOWING)
        return CORPROF_E_INCONSISTENT_WITH_FLAGS;
    return set_hooks(self, PROF_HOOKS_3, (void *)pFuncEnter3, (void *)pFuncLeave3,
                     (void *)pFuncTailcall3);
}

HRESULT
prof_info_SetEnterLeaveFunctionHooks3WithInfo(ICorProfilerInfo15 *self,
                                              FunctionEnter3WithInfo *pFuncEnter3WithInfo,
                                              FunctionLeave3WithInfo *pFuncLeave3WithInfo,
                                              FunctionTailcall3WithInfo *pFuncTailcall3WithInfo) {
    if (!(atomic_load(&prof_of_info(self)->mask) & SHOWING))
        return CORPROF_E_INCONSISTENT_WITH_FLAGS;
    return set_hooks(self, PROF_HOOKS_3_WITH_INFO, (void *)pFuncEnter3WithInfo,
                     (void *)pFuncLeave3WithInfo, (void *)pFuncTailcall3WithInfo);
}

HRESULT prof_info_SetFunctionIDMapper(ICorProfilerInfo15 *self, FunctionIDMapper *pFunc) {
    atomic_store(&prof_of_info(self)->hooks.mapper, (void *)pFunc);
    return S_OK;
}

HRESULT prof_info_SetFunctionIDMapper2(ICorProfilerInfo15 *self, FunctionIDMapper2 *pFunc,
                                       void *clientData) {
    prof_host *host = prof_of_info(self);
    host->hooks.mapper_data = clientData;
    atomic_store(&host->hooks.mapper2, (void *)pFunc);
    return S_OK;
}

/* ---- Calling ---- */

bool prof_hook_wanted(void *self, struct method *method, uintptr_t *client) {
    prof_host *host = self;
    FunctionIDMapper2 *mapper2 = (FunctionIDMapper2 *)atomic_load(&host->hooks.mapper2);
    FunctionIDMapper *mapper = (FunctionIDMapper *)atomic_load(&host->hooks.mapper);
    BOOL wanted = TRUE;
    *client = (uintptr_t)method;
    if (mapper2)
        *client = mapper2((FunctionID)method, host->hooks.mapper_data, &wanted);
    else if (mapper)
        *client = mapper((FunctionID)method, &wanted);
    return wanted;
}

/* Calls function(id, info, 0, last). */
static void call(void *function, uintptr_t id, uintptr_t info, void *last) {
#if defined __x86_64__
    register uintptr_t rdi __asm__("rdi") = id, rsi __asm__("rsi") = info;
    register uintptr_t r14 __asm__("r14") = id, r15 __asm__("r15") = info;
    register uintptr_t rdx __asm__("rdx") = 0;
    register void *rcx __asm__("rcx") = last;
    /* Below the red zone, at an aligned stack pointer. */
    __asm__ volatile("movq %%rsp, %%rbx; subq $128, %%rsp; andq $-16, %%rsp; call *%%rax;"
                     "movq %%rbx, %%rsp"
                     : "+r"(rdi), "+r"(rsi), "+r"(rdx), "+r"(rcx), "+r"(r14), "+r"(r15),
                       "+a"(function)
                     :
                     : "rbx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
                       "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
                       "xmm14", "xmm15", "memory", "cc");
#else
    ((void (*)(uintptr_t, uintptr_t, uintptr_t, void *))function)(id, info, 0, last);
#endif
}

static bool describe_arguments(const call_info *info, COR_PRF_FUNCTION_ARGUMENT_INFO *out,
                               ULONG room);

static COR_PRF_FUNCTION_ARGUMENT_RANGE result_of(const call_info *info) {
    return (COR_PRF_FUNCTION_ARGUMENT_RANGE){(UINT_PTR)info->slots,
                                             rt_result_size(info->hook->method)};
}

/* The second generation gets arguments and result themselves. */
static void call_2(prof_host *host, void *function, const call_info *info) {
    union {
        COR_PRF_FUNCTION_ARGUMENT_INFO info;
        BYTE bytes[sizeof(COR_PRF_FUNCTION_ARGUMENT_INFO) +
                   MAX_ARGUMENTS * sizeof(COR_PRF_FUNCTION_ARGUMENT_RANGE)];
    } arguments;
    COR_PRF_FUNCTION_ARGUMENT_RANGE result;
    void *last = NULL;
    if (info->hook->kind == RT_HOOK_ENTER && prof_wants(host, COR_PRF_ENABLE_FUNCTION_ARGS) &&
        describe_arguments(info, &arguments.info, sizeof arguments))
        last = &arguments;
    if (info->hook->kind == RT_HOOK_LEAVE && prof_wants(host, COR_PRF_ENABLE_FUNCTION_RETVAL)) {
        result = result_of(info);
        last = &result;
    }
    call(function, (uintptr_t)info->hook->method, info->hook->client, last);
}

void prof_hook(void *self, const rt_hook *hook, void *slots) {
    prof_host *host = self;
    void *function = host->hooks.functions[hook->kind];
    call_info info = {hook, slots};
    if (!function || !atomic_load_explicit(&host->rt, memory_order_relaxed))
        return;
    if (host->hooks.generation == PROF_HOOKS_2)
        call_2(host, function, &info);
    else if (host->hooks.generation == PROF_HOOKS_3)
        call(function, hook->client, (uintptr_t)__builtin_frame_address(0), NULL);
    else
        call(function, hook->client, (uintptr_t)&info, NULL);
}

/* ---- What a hook may ask ---- */

/* S_OK when a hook of this kind asks about its own function. */
static HRESULT check(ICorProfilerInfo15 *self, FunctionID function, const call_info *info,
                     rt_hook_kind kind, DWORD flag) {
    prof_host *host = prof_of_info(self);
    if (host->hooks.generation != PROF_HOOKS_3_WITH_INFO || (flag && !prof_wants(host, flag)))
        return CORPROF_E_INCONSISTENT_WITH_FLAGS;
    if (!info || info->hook->kind != kind || info->hook->method != (void *)function)
        return E_INVALIDARG;
    return S_OK;
}

static ULONG needed_for(ULONG ranges) {
    return (ULONG)(offsetof(COR_PRF_FUNCTION_ARGUMENT_INFO, ranges) +
                   (ranges ? ranges : 1) * sizeof(COR_PRF_FUNCTION_ARGUMENT_RANGE));
}

/* Each argument is a range, `this` the first. False when there is no room. */
static bool describe_arguments(const call_info *info, COR_PRF_FUNCTION_ARGUMENT_INFO *out,
                               ULONG room) {
    ULONG count = rt_argument_count(info->hook->method), total = 0;
    if (room < needed_for(count))
        return false;
    for (ULONG i = 0; i < count; i++) {
        uint32_t slot, size;
        rt_argument(info->hook->method, i, &slot, &size);
        out->ranges[i].startAddress = (UINT_PTR)((uint64_t *)info->slots + slot);
        out->ranges[i].length = size;
        total += size;
    }
    out->numRanges = count;
    out->totalArgumentSize = total;
    return true;
}

HRESULT prof_info_GetFunctionEnter3Info(ICorProfilerInfo15 *self, FunctionID functionId,
                                        COR_PRF_ELT_INFO eltInfo, COR_PRF_FRAME_INFO *pFrameInfo,
                                        ULONG *pcbArgumentInfo,
                                        COR_PRF_FUNCTION_ARGUMENT_INFO *pArgumentInfo) {
    const call_info *info = (const call_info *)eltInfo;
    HRESULT result = check(self, functionId, info, RT_HOOK_ENTER,
                           pcbArgumentInfo ? COR_PRF_ENABLE_FUNCTION_ARGS : 0);
    if (FAILED(result))
        return result;
    PROF_PUT(pFrameInfo, 0);
    if (!pcbArgumentInfo)
        return S_OK;
    ULONG room = pArgumentInfo ? *pcbArgumentInfo : 0;
    *pcbArgumentInfo = needed_for(rt_argument_count(info->hook->method));
    return describe_arguments(info, pArgumentInfo, room) ? S_OK : PROF_E_BUFFER_TOO_SMALL;
}

HRESULT prof_info_GetFunctionLeave3Info(ICorProfilerInfo15 *self, FunctionID functionId,
                                        COR_PRF_ELT_INFO eltInfo, COR_PRF_FRAME_INFO *pFrameInfo,
                                        COR_PRF_FUNCTION_ARGUMENT_RANGE *pRetvalRange) {
    const call_info *info = (const call_info *)eltInfo;
    HRESULT result = check(self, functionId, info, RT_HOOK_LEAVE,
                           pRetvalRange ? COR_PRF_ENABLE_FUNCTION_RETVAL : 0);
    if (FAILED(result))
        return result;
    PROF_PUT(pFrameInfo, 0);
    PROF_PUT(pRetvalRange, result_of(info));
    return S_OK;
}

HRESULT prof_info_GetFunctionTailcall3Info(ICorProfilerInfo15 *self, FunctionID functionId,
                                           COR_PRF_ELT_INFO eltInfo,
                                           COR_PRF_FRAME_INFO *pFrameInfo) {
    const call_info *info = (const call_info *)eltInfo;
    HRESULT result = check(self, functionId, info, RT_HOOK_TAILCALL, 0);
    if (SUCCEEDED(result))
        PROF_PUT(pFrameInfo, 0);
    return result;
}
