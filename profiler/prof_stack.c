/* Stack snapshots, and what they need for other threads: stopping the managed ones. */
#include "profiler/prof_info.h"
#include "runtime/rt_query.h"

/* ---- Stopping ---- */

/* The runtime, when managed threads can be stopped from here. */
static HRESULT check_start(prof_host *host, struct runtime **rt) {
    *rt = atomic_load(&host->rt);
    if (!*rt || !atomic_load(&host->initialized))
        return CORPROF_E_RUNTIME_UNINITIALIZED;
    return rt_stops_world(*rt) ? CORPROF_E_UNSUPPORTED_CALL_SEQUENCE : S_OK;
}

HRESULT prof_info_SuspendRuntime(ICorProfilerInfo15 *self) {
    struct runtime *rt;
    HRESULT result = check_start(prof_of_info(self), &rt);
    if (FAILED(result))
        return result;
    return rt_suspend(rt) ? S_OK : E_OUTOFMEMORY;
}

/* In a callback of a collection the managed threads are not the caller's to resume. */
HRESULT prof_info_ResumeRuntime(ICorProfilerInfo15 *self) {
    struct runtime *rt = atomic_load(&prof_of_info(self)->rt);
    if (!rt || !rt_stops_world(rt) || rt_is_collecting(rt))
        return CORPROF_E_UNSUPPORTED_CALL_SEQUENCE;
    rt_resume(rt);
    return S_OK;
}

/* Only on native threads, as in CoreCLR. */
HRESULT prof_info_ForceGC(ICorProfilerInfo15 *self) {
    struct runtime *rt;
    HRESULT result = check_start(prof_of_info(self), &rt);
    if (FAILED(result))
        return result == CORPROF_E_RUNTIME_UNINITIALIZED ? CORPROF_E_NOT_YET_AVAILABLE : result;
    if (rt_current_thread(rt))
        return CORPROF_E_UNSUPPORTED_CALL_SEQUENCE;
    return rt_collect(rt) ? S_OK : E_OUTOFMEMORY;
}

/* ---- Snapshots ---- */

typedef struct snapshot {
    StackSnapshotCallback *callback;
    void *data;
    bool native; /* the run of native frames is not told yet */
    bool managed, aborted;
} snapshot;

static bool tell(snapshot *s, FunctionID function, const void *ip) {
    s->aborted = s->callback(function, (UINT_PTR)ip, 0, 0, NULL, s->data) != S_OK;
    return !s->aborted;
}

static bool visit(void *data, struct method *method, const void *ip) {
    snapshot *s = data;
    if (!method) {
        s->native = true;
        return true;
    }
    if (s->native && s->managed && !tell(s, 0, NULL))
        return false;
    s->native = false;
    s->managed = true;
    return tell(s, (FunctionID)method, ip);
}

HRESULT prof_info_DoStackSnapshot(ICorProfilerInfo15 *self, ThreadID thread,
                                  StackSnapshotCallback *callback, ULONG32 infoFlags,
                                  void *clientData, BYTE context[], ULONG32 contextSize) {
    (void)infoFlags, (void)context, (void)contextSize; /* there is no register context */
    prof_host *host = prof_of_info(self);
    struct runtime *rt = atomic_load(&host->rt);
    snapshot s = {.callback = callback, .data = clientData};
    uint32_t os_id;
    pthread_t native;
    if (!rt || !atomic_load(&host->initialized))
        return CORPROF_E_STACKSNAPSHOT_UNSAFE;
    if (!prof_wants(host, COR_PRF_ENABLE_STACK_SNAPSHOT))
        return CORPROF_E_INCONSISTENT_WITH_FLAGS;
    if (!callback)
        return E_INVALIDARG;
    ThreadID own = (ThreadID)rt_current_thread(rt);
    if (thread == 0)
        thread = own;
    if (thread == 0 || !rt_find_thread(rt, (void *)thread, &os_id, &native))
        return CORPROF_E_STACKSNAPSHOT_INVALID_TGT_THREAD;
    if (thread != own && !rt_stops_world(rt))
        return E_NOTIMPL;
    rt_walk_stack((struct thread *)thread, visit, &s);
    if (s.managed && !s.aborted)
        tell(&s, 0, NULL);
    if (s.aborted)
        return CORPROF_E_STACKSNAPSHOT_ABORTED;
    return s.managed ? S_OK : E_FAIL;
}
