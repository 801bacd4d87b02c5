/* ICorProfilerInfo, method by method: prof_info_NAME, where prof_info.def lists NAME.
 *
 * What each does, and its results, is the CLR's (docs/PROFILER.md). An ID is checked against the
 * runtime's own lists first, so one that names nothing gives E_INVALIDARG where CoreCLR crashes.
 * Out parameters may be NULL. */
#ifndef CLARET_PROF_INFO_H
#define CLARET_PROF_INFO_H

#include "profiler/prof_host.h"

#define PROF_INFO_DECLARE(result, name, parameters) result prof_info_##name parameters;
#define INTERFACE                                   ICorProfilerInfo15
ICorProfilerInfo15_ALL(PROF_INFO_DECLARE)
#undef INTERFACE

    /* The object behind an ID; NULL when the ID is 0, names something else, or there is no runtime.
     */
    struct module *prof_check_module(prof_host *host, UINT_PTR id);
struct type *prof_check_type(prof_host *host, UINT_PTR id);
struct method *prof_check_method(prof_host *host, UINT_PTR id);

/* Whether the calling thread has stopped the managed threads, so in a callback of a collection:
 * what loads and changes is refused then, with CORPROF_E_UNSUPPORTED_CALL_SEQUENCE. */
bool prof_stops_world(prof_host *host);

#endif
