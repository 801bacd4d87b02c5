/* Lists the internal calls that an assembly declares. */
#ifndef CLARET_BCL_LIST_H
#define CLARET_BCL_LIST_H

#include "runtime/runtime.h"

/* Called with the full name, "System.Math.Sin(Double)", and whether the runtime has it. */
typedef void bcl_visit(void *self, const char *name, bool present);

/* Visits the internal calls of the assembly at path in the order of their rows. Errors: those of
 * loading the assembly and its classes. */
il_status bcl_list(struct runtime *rt, const char *path, bcl_visit *visit, void *self,
                   il_error *err);

#endif
