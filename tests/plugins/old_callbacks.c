/* From the days of ICorProfilerCallback2. */
#include "corprof_plugin.h"

static HRESULT query(ICorProfilerCallback11 *self, REFIID riid, void **out) {
    int old = IsEqualGUID(riid, &IID_ICorProfilerCallback) ||
              IsEqualGUID(riid, &IID_ICorProfilerCallback2);
    *out = old ? self : NULL;
    return old ? S_OK : E_NOINTERFACE;
}

CORPROF_PLUGIN(.QueryInterface = query)
