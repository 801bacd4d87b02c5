/* The ICorProfilerInfo object: its table, the event mask, and what needs no ID. */
#include "profiler/prof_info.h"

#include "profiler/prof_stub.h"
#include "profiler/prof_text.h"
#include "runtime/memory/mem.h"
#include "runtime/rt_query.h"
#include <stdlib.h>
#include <string.h>

/* clang-format off */
PROF_STUBS_BEGIN
#define INTERFACE ICorProfilerInfo15
ICorProfilerInfo15_ALL(PROF_STUB)
#undef INTERFACE

const ICorProfilerInfo15Vtbl prof_info_vtbl = {
    ICorProfilerInfo15_ALL(PROF_STUB_SLOT)
#define PROF_INFO(method) .method = prof_info_##method,
#include "profiler/prof_info.def"
#undef PROF_INFO
};
PROF_STUBS_END
/* clang-format on */

HRESULT prof_info_QueryInterface(ICorProfilerInfo15 *self, REFIID riid, void **out) {
    static const IID *const KNOWN[] = {
        &IID_IUnknown,           &IID_ICorProfilerInfo,   &IID_ICorProfilerInfo2,
        &IID_ICorProfilerInfo3,  &IID_ICorProfilerInfo4,  &IID_ICorProfilerInfo5,
        &IID_ICorProfilerInfo6,  &IID_ICorProfilerInfo7,  &IID_ICorProfilerInfo8,
        &IID_ICorProfilerInfo9,  &IID_ICorProfilerInfo10, &IID_ICorProfilerInfo11,
        &IID_ICorProfilerInfo12, &IID_ICorProfilerInfo13, &IID_ICorProfilerInfo14,
        &IID_ICorProfilerInfo15,
    };
    if (!out)
        return E_POINTER;
    *out = NULL;
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        if (IsEqualGUID(riid, KNOWN[i]))
            *out = self;
    }
    return *out ? S_OK : E_NOINTERFACE;
}

/* ---- The event mask ---- */

HRESULT prof_info_GetEventMask2(ICorProfilerInfo15 *self, DWORD *pdwEventsLow,
                                DWORD *pdwEventsHigh) {
    prof_host *host = prof_of_info(self);
    if (!pdwEventsLow || !pdwEventsHigh)
        return E_INVALIDARG;
    *pdwEventsLow = atomic_load(&host->mask);
    *pdwEventsHigh = atomic_load(&host->high_mask);
    return S_OK;
}

HRESULT prof_info_GetEventMask(ICorProfilerInfo15 *self, DWORD *pdwEvents) {
    DWORD high;
    return prof_info_GetEventMask2(self, pdwEvents, &high);
}

HRESULT prof_info_SetEventMask2(ICorProfilerInfo15 *self, DWORD dwEventsLow, DWORD dwEventsHigh) {
    prof_host *host = prof_of_info(self);
    if (atomic_load(&host->initialized)) {
        DWORD low_change = dwEventsLow ^ atomic_load(&host->mask);
        DWORD high_change = dwEventsHigh ^ atomic_load(&host->high_mask);
        if (low_change & COR_PRF_MONITOR_IMMUTABLE || high_change & COR_PRF_HIGH_MONITOR_IMMUTABLE)
            return E_FAIL;
    }
    atomic_store(&host->mask, dwEventsLow);
    atomic_store(&host->high_mask, dwEventsHigh);
    prof_events_update(host);
    return S_OK;
}

HRESULT prof_info_SetEventMask(ICorProfilerInfo15 *self, DWORD dwEvents) {
    return prof_info_SetEventMask2(self, dwEvents, 0);
}

/* ---- The runtime ---- */

/* The numbers of CoreCLR 3.1, whose behaviour this is. */
HRESULT prof_info_GetRuntimeInformation(ICorProfilerInfo15 *self, USHORT *pClrInstanceId,
                                        COR_PRF_RUNTIME_TYPE *pRuntimeType, USHORT *pMajorVersion,
                                        USHORT *pMinorVersion, USHORT *pBuildNumber,
                                        USHORT *pQFEVersion, ULONG cchVersionString,
                                        ULONG *pcchVersionString, WCHAR szVersionString[]) {
    (void)self;
    PROF_PUT(pClrInstanceId, 0);
    PROF_PUT(pRuntimeType, COR_PRF_CORE_CLR);
    PROF_PUT(pMajorVersion, 4);
    PROF_PUT(pMinorVersion, 0);
    PROF_PUT(pBuildNumber, 30319);
    PROF_PUT(pQFEVersion, 0);
    return prof_text_whole("v4.0.30319", szVersionString, cchVersionString, pcchVersionString);
}

HRESULT prof_info_GetStringLayout2(ICorProfilerInfo15 *self, ULONG *pStringLengthOffset,
                                   ULONG *pBufferOffset) {
    (void)self;
    PROF_PUT(pStringLengthOffset, rt_string_length_offset());
    PROF_PUT(pBufferOffset, rt_string_chars_offset());
    return S_OK;
}

HRESULT prof_info_GetStringLayout(ICorProfilerInfo15 *self, ULONG *pBufferLengthOffset,
                                  ULONG *pStringLengthOffset, ULONG *pBufferOffset) {
    PROF_PUT(pBufferLengthOffset, rt_string_length_offset());
    return prof_info_GetStringLayout2(self, pStringLengthOffset, pBufferOffset);
}

HRESULT prof_info_InitializeCurrentThread(ICorProfilerInfo15 *self) {
    (void)self; /* nothing is made per native thread */
    return S_OK;
}

HRESULT prof_info_ApplyMetaData(ICorProfilerInfo15 *self, ModuleID moduleId) {
    if (!prof_check_module(prof_of_info(self), moduleId))
        return E_INVALIDARG;
    if (prof_stops_world(prof_of_info(self)))
        return CORPROF_E_UNSUPPORTED_CALL_SEQUENCE;
    return S_OK; /* what was added is seen already */
}

/* ---- Environment variables ---- */

#define E_ENVIRONMENT_VARIABLE_NOT_FOUND ((HRESULT)0x800700CB)

/* *pcchValue is the length without the closing 0 when the value was copied, else the room it needs,
 * as Windows counts. */
HRESULT prof_info_GetEnvironmentVariable(ICorProfilerInfo15 *self, const WCHAR *szName,
                                         ULONG cchValue, ULONG *pcchValue, WCHAR szValue[]) {
    (void)self;
    if (!szName || (cchValue != 0 && !szValue))
        return E_INVALIDARG;
    char *name = prof_text_utf8(szName);
    if (!name)
        return E_OUTOFMEMORY;
    const char *value = getenv(name);
    mem_free(name);
    PROF_PUT(pcchValue, 0);
    if (!value)
        return E_ENVIRONMENT_VARIABLE_NOT_FOUND;
    ULONG length;
    HRESULT result = prof_text_whole(value, szValue, cchValue, &length);
    PROF_PUT(pcchValue, length <= cchValue ? length - 1 : length);
    return result;
}

HRESULT prof_info_SetEnvironmentVariable(ICorProfilerInfo15 *self, const WCHAR *szName,
                                         const WCHAR *szValue) {
    (void)self;
    if (!szName)
        return E_INVALIDARG;
    char *name = prof_text_utf8(szName);
    char *value = szValue ? prof_text_utf8(szValue) : NULL;
    HRESULT result = name && (value || !szValue) ? S_OK : E_OUTOFMEMORY;
    if (SUCCEEDED(result) && (value ? setenv(name, value, 1) : unsetenv(name)) != 0)
        result = E_INVALIDARG;
    mem_free(name);
    mem_free(value);
    return result;
}
