/* Initialize fails, and what is taken back afterwards is told. */
#include "corprof_plugin.h"
#include "events.h"

BOOL DllMain(void *library, DWORD reason, void *reserved);

BOOL DllMain(void *library, DWORD reason, void *reserved) {
    say(reason ? "DllMain(1)" : "DllMain(0)");
    return TRUE;
}

static HRESULT initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    say("Initialize");
    return E_FAIL;
}

static ULONG release(ICorProfilerCallback11 *self) {
    say("Release");
    return 1;
}

CORPROF_PLUGIN(.Initialize = initialize, .Release = release)
