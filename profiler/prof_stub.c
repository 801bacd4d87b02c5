/* What a plug-in calls in vain: the first thing to look at when it does not work in Claret. */
#include "profiler/prof_stub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

HRESULT prof_missing(const char *interface, const char *method) {
    const char *trace = getenv("CLARET_TRACE");
    if (trace && strstr(trace, "profiler"))
        fprintf(stderr, "claret: %s::%s is called, and not implemented\n", interface, method);
    return E_NOTIMPL;
}
