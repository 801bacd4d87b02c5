/* Generic parameters and their constraints (II.10.1.7), and what can be said of types whose tables
 * nobody has built, open ones included: bases, interfaces, what they can be assigned to. All of it
 * is read from metadata and prepares nothing, so it may be asked while the types in question are
 * being prepared: class C : IComparable<C>. */
#ifndef CLARET_GENERIC_H
#define CLARET_GENERIC_H

#include "runtime/loader/module.h"

enum { /* II.23.1.7 */
       PARAM_REFERENCE = 4,
       PARAM_VALUE = 8,
       PARAM_CONSTRUCTOR = 16
};

#define GENERIC_MAX_INTERFACES 256
#define GENERIC_NO_CULPRIT     UINT32_MAX

/* The parameter's flags: type_variance in the lowest two bits, and those above. */
uint32_t generic_flags(const struct type *variable);

/* The method that declares a type parameter; NULL when it is a type's. */
struct method *generic_declaring_method(const struct type *variable);

/* The parameter's constraints, in terms of the other parameters: writes as many as there is room
 * for, those that can be loaded, and returns how many it wrote. */
uint32_t generic_constraints(const struct type *variable, struct type **out, uint32_t room);

/* The base type, of a type parameter its first class constraint; NULL when there is none. */
struct type *generic_base(struct type *type);

/* Writes as many of the interfaces of a type, inherited ones included, as there is room for;
 * returns how many it wrote. */
uint32_t generic_interfaces(struct type *type, struct type **out, uint32_t room);

/* type_is_assignable for types that need not be prepared, and may be open. */
bool generic_is_assignable(struct type *from, struct type *to);

/* Whether a generic method that overrides another one wants more of its arguments than that one.
 * Errors: those of loading a constraint. */
il_status generic_wants_more(struct method *method, struct method *overridden, bool *more,
                             il_error *err);

/* Whether the arguments may stand for the variables; *culprit is the first that may not,
 * GENERIC_NO_CULPRIT when all may. Open ones
 * are not looked at: they may be anything yet. The context is that of the constraints: the same
 * arguments, and for a method's those of its type. Errors: those of loading a constraint. */
il_status generic_check(struct type *const *variables, uint32_t count, struct type *const *args,
                        const struct generic_context *context, uint32_t *culprit, il_error *err);

/* The same for the arguments of an instantiated type: IL_NO_TYPE with the text of .NET when one
 * does not do. */
il_status generic_check_type(const struct type *type, il_error *err);

#endif
