/* Enumerators over a fixed list of IDs. The enumerators of modules, threads and objects have the
 * same table but for the names of their types, so one serves for all. */
#ifndef CLARET_PROF_ENUM_H
#define CLARET_PROF_ENUM_H

#include "corprof.h"

/* A new enumerator that is asked for as iid, with room for count IDs; *ids is where the caller puts
 * them. It has one reference and frees itself with the last one. NULL when memory is short. */
void *prof_enum_new(const IID *iid, ULONG count, UINT_PTR **ids);

#endif
