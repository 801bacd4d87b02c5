/* Enumerators over a fixed list of IDs (ICorProfilerModuleEnum). */
#ifndef CLARET_PROF_ENUM_H
#define CLARET_PROF_ENUM_H

#include "corprof.h"

/* A new enumerator with room for count IDs; *ids is where the caller puts them. It has one
 * reference and frees itself with the last one. NULL when memory is short. */
ICorProfilerModuleEnum *prof_enum_new(ULONG count, UINT_PTR **ids);

#endif
