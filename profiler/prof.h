/* Hosting a profiler plug-in: load it, connect it with a runtime, end it.
 *
 * A host holds one plug-in and serves one runtime; any number of hosts may exist side by side. In
 * order: prof_load or prof_load_environment, claret_create with prof_events, claret_run,
 * claret_destroy, prof_free. The plug-in's Initialize runs inside the first call, so before there
 * is a runtime, and its Shutdown inside claret_destroy. One thread makes these calls; what the
 * plug-in calls through ICorProfilerInfo may come on any thread. */
#ifndef CLARET_PROF_H
#define CLARET_PROF_H

#include "corprof.h"
#include "runtime/rt_events.h"

/* The class a plug-in is asked for when none is named: {69E26FC1-5C33-4F7E-8A52-C1A2E7000001}. */
DEFINE_CONST_GUID(CLSID_ClaretProfiler, 0x69E26FC1, 0x5C33, 0x4F7E, 0x8A, 0x52, 0xC1, 0xA2, 0xE7,
                  0x00, 0x00, 0x01);

typedef struct prof_host prof_host;

typedef enum prof_status {
    PROF_NONE,     /* no plug-in is wanted */
    PROF_LOADED,   /* *out is the host */
    PROF_DECLINED, /* the plug-in's Initialize returned CORPROF_E_PROFILER_CANCEL_ACTIVATION */
    PROF_FAILED
} prof_status;

/* Why there is no host, for PROF_DECLINED and PROF_FAILED: "FILE: reason", one line. */
typedef struct prof_error {
    char text[768];
} prof_error;

/* Loads the plug-in that spec names: PATH, or PATH={CLSID} with the class to ask for, otherwise
 * CLSID_ClaretProfiler. A path without '/' is looked for by the dynamic linker's rules. Returns
 * PROF_LOADED, PROF_DECLINED or PROF_FAILED; in the last two the library is unloaded again. */
prof_status prof_load(const char *spec, prof_host **out, prof_error *error);

/* The same as .NET does it: CORECLR_ENABLE_PROFILING must be a hexadecimal number other than 0 (if
 * not: PROF_NONE), CORECLR_PROFILER is the class in braces, and CORECLR_PROFILER_PATH_64, else
 * CORECLR_PROFILER_PATH, the file. */
prof_status prof_load_environment(prof_host **out, prof_error *error);

/* The table to give to the runtime; the host owns and changes it. */
rt_events *prof_events(prof_host *host);

/* Releases the plug-in and frees the host, after the runtime is gone; NULL is allowed. The library
 * stays mapped, since its own threads and exit handlers may still run. */
void prof_free(prof_host *host);

#endif
