/* The member arrays of a type: made when first asked for, before layout. Internal to runtime/. */
#ifndef CLARET_MEMBERS_H
#define CLARET_MEMBERS_H

#include "runtime/types/type.h"

/* Each makes an array of the type from the definition's rows (arrays get their run-time methods);
 * type_members both. The methods themselves are type_method's to make. Errors: IL_BAD_METADATA,
 * IL_OUT_OF_MEMORY. */
il_status type_make_methods(struct type *type, il_error *err);
il_status type_make_fields(struct type *type, il_error *err);
il_status type_members(struct type *type, il_error *err);

/* One of the type's method_count methods; most of a class library's are never asked for, but for
 * the virtual ones, which the method tables need. NULL when memory is short. */
struct method *type_method(struct type *type, uint32_t number);
/* Its name and flags, without making it. */
const char *type_method_name(const struct type *type, uint32_t number);
uint16_t type_method_flags(const struct type *type, uint32_t number);

/* Whether from is to with type arguments that vary as the definition allows. */
bool type_varies_to(const struct type *from, const struct type *to);

/* Whether the types are the same once the variables of two generic methods are taken as one. */
bool type_same_but_for_owner(const struct type *a, const struct type *b);

/* The member of this type whose row in the module is row; NULL when it is not one of them, of
 * methods also when memory is short. */
struct method *type_method_of_row(struct type *type, uint32_t row);
struct field *type_field_of_row(struct type *type, uint32_t row);

/* How far a step of type_lay_out or type_prepare is. */
enum { STEP_NONE, STEP_RUNNING, STEP_DONE };

/* layout.c */

/* What the collector is told: the references of an object, or of an array's elements. */
il_status type_describe_objects(struct type *type, il_error *err);
/* Memory for the static fields. */
il_status type_place_statics(struct type *type, il_error *err);

/* array_type.c: the members that arrays have beyond those of System.Array. */

/* Makes the methods of an array: constructors, Get, Set, Address (II.14.2); of a vector, whose
 * elements have instructions of their own, only what reflection makes one with: a constructor. */
il_status array_members(struct type *type, il_error *err);
/* Whether vectors of element implement interface: IList<T>, its bases and read-only relatives. */
bool array_has_interface(const struct type *array, const struct type *interface);
/* The method of System.Array that implements such an interface's method on vectors; NULL when
 * there is none or memory is short. */
struct method *array_find_virtual(const struct method *declared);
/* Whether elements of type from can stand where to is expected. */
bool array_elements_compatible(const struct type *from, const struct type *to);

#endif
