/* A module that is read while it is built: what a build holds, seen through il.h.
 *
 *   il_live_new(build, "name", &module, &err);     nothing of build is seen yet
 *   token = il_build_type(build, ...);             ... add to the build ...
 *   il_live_update(module, &err);                  now il_cell(module, ...) and the rest see it
 *
 * Tokens, heap offsets and places of field data are those that the build hands out. Rows that were
 * seen once may change, but must stay; the fields of a type, its methods, the parameters of a
 * method, and the properties and events of their maps must each have been added in one go.
 * Searches (il_find_rows) find rows that stand together, so rows of one parent are added together,
 * too. The module has no image: its sections, headers and strong name are empty.
 *
 * Everything that was ever read stays where it is until the module is closed, so readers on other
 * threads are never cut off. Updates come from one thread at a time. */
#ifndef CLARET_IL_LIVE_H
#define CLARET_IL_LIVE_H

#include "il_build.h"

/* A module over build, which stays the caller's and must outlive the module. il_module_close frees
 * it. A build has one live module. IL_OUT_OF_MEMORY. */
il_status il_live_new(il_build *build, const char *name, il_module **out, il_error *err);

/* Shows what the build holds now. IL_OUT_OF_MEMORY: some of it is not seen. The build's own failure
 * (il_build_status) is returned, too. */
il_status il_live_update(il_module *module, il_error *err);

#endif
