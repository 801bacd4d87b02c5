/* Initialize politely declines. */
#include "corprof_plugin.h"

static HRESULT initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    return CORPROF_E_PROFILER_CANCEL_ACTIVATION;
}

CORPROF_PLUGIN(.Initialize = initialize)
