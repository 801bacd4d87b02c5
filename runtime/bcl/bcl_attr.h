/* Custom attribute values as objects. Internal to runtime/bcl/. */
#ifndef CLARET_BCL_ATTR_H
#define CLARET_BCL_ATTR_H

#include "il_attr.h"
#include "runtime/bcl/bcl_reflect.h"

/* The parsed CustomAttribute row, in blocks of pool; NULL with an exception pending:
 * CustomAttributeFormatException for a blob that is none, or the error of loading an enum. */
const il_attribute *bcl_attr_parse(struct thread *thread, struct module *module, uint32_t row,
                                   struct mem_pool *pool);

/* The type that a value is said to have; NULL with an exception pending. */
struct type *bcl_attr_type(struct thread *thread, struct module *module, const il_attr_type *type);

/* The value as an object; NULL for null, or with an exception pending. */
struct object *bcl_attr_value(struct thread *thread, struct module *module,
                              const il_attr_value *value);

/* The field or property that a named argument sets, of type or a base of it: one of the two is not
 * NULL. False with CustomAttributeFormatException pending when there is none. */
bool bcl_attr_member(struct thread *thread, struct type *type, const il_attr_named *named,
                     struct field **field, struct bcl_member **property);

#endif
