/* Implements up to ICorProfilerCallback9, as plug-ins for CoreCLR 3.1 do, and tells the order of
 * its loading. Its own slots end there: whoever calls a later one crashes. */
#include "corprof_plugin.h"
#include "events.h"

BOOL DllMain(void *library, DWORD reason, void *reserved);

BOOL DllMain(void *library, DWORD reason, void *reserved) {
    say(reason ? "DllMain(1)" : "DllMain(0)");
    return TRUE;
}

static HRESULT query(ICorProfilerCallback11 *self, REFIID riid, void **out) {
    static const struct {
        const IID *iid;
        const char *name;
    } later[] = {{&IID_ICorProfilerCallback11, "no Callback11"},
                 {&IID_ICorProfilerCallback10, "no Callback10"}};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        if (IsEqualGUID(riid, later[i].iid)) {
            say(later[i].name);
            *out = NULL;
            return E_NOINTERFACE;
        }
    }
    if (IsEqualGUID(riid, &IID_ICorProfilerCallback9))
        say("Callback9");
    return corprof_query(self, riid, out);
}

static HRESULT initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    void *info = NULL;
    say("Initialize");
    return runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo12, &info);
}

static HRESULT shutdown(ICorProfilerCallback11 *self) {
    say("Shutdown");
    return S_OK;
}

static ULONG release(ICorProfilerCallback11 *self) {
    say("Release");
    return 1;
}

CORPROF_PLUGIN(.QueryInterface = query, .Release = release, .Initialize = initialize,
               .Shutdown = shutdown, .LoadAsNotificationOnly = NULL)
