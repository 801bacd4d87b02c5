/* Method tables and interface maps (II.12.2). Internal to runtime/types/. */
#ifndef CLARET_VTABLE_H
#define CLARET_VTABLE_H

#include "runtime/types/type.h"

/* Builds type->vtable and type->interfaces; the parent has them already. Errors: IL_BAD_METADATA,
 * IL_OUT_OF_MEMORY and those of resolving signatures. */
il_status type_build_tables(struct type *type, il_error *err);

#endif
