/* The member arrays of a type: made when first asked for, before layout. Internal to runtime/. */
#ifndef CLARET_MEMBERS_H
#define CLARET_MEMBERS_H

#include "runtime/types/type.h"

/* Makes type->methods and type->fields from the definition's rows (arrays get their run-time
 * methods). Errors: IL_BAD_METADATA, IL_OUT_OF_MEMORY. */
il_status type_members(struct type *type, il_error *err);

/* The member of this type whose row in the module is row; NULL when it is not one of them. */
struct method *type_method_of_row(struct type *type, uint32_t row);
struct field *type_field_of_row(struct type *type, uint32_t row);

#endif
