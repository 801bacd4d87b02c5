/* Method tables and interface maps (II.12.2). Internal to runtime/types/.
 *
 * The tables of an instantiation are those of its definition with the arguments put in: which
 * method goes where is decided once, with the variables in place. C<T, U> : I<T>, I<U> has a method
 * for each interface, and C<int, int>, in which the two are one, takes the first. So definitions
 * and other open types have tables too, although there are no objects of them. */
#ifndef CLARET_VTABLE_H
#define CLARET_VTABLE_H

#include "runtime/loader/module.h"

/* Builds type->vtable and type->interfaces; a closed type's parent has them already. Errors:
 * IL_NO_TYPE, IL_BAD_METADATA, IL_OUT_OF_MEMORY and those of resolving signatures. Under the
 * runtime's lock. */
il_status type_build_tables(struct type *type, il_error *err);

/* The same for another type that type's tables are made from: a base or an interface. */
il_status type_ready_tables(struct type *type, il_error *err);

/* A row of MethodImpl: calls of declared run body. */
struct override {
    struct method *declared, *body;
};
struct overrides {
    struct override *items; /* a mem_ block */
    uint32_t count;
};

/* The rows of type, whose own methods are made. */
il_status type_read_overrides(struct type *type, struct overrides *out, il_error *err);

/* The body for declared, NULL when there is none. */
struct method *type_find_override(const struct overrides *overrides, const struct method *declared);

/* What stands in an instantiation where its definition has method: the same method of the same
 * base or interface, with the arguments put in. */
il_status type_counterpart(struct type *type, struct method *method, struct method **out,
                           il_error *err);

/* A type that is none of COM's classes has to implement all it promises. */
bool type_must_implement(const struct type *type);

/* "Could not load type 'T' from assembly 'A' because it WHY ('NAME')." NAME may be NULL. */
il_status type_cannot_load(const struct type *type, const char *why, const char *name,
                           il_error *err);

/* "Method 'M' in type 'T' from assembly 'A' does not have an implementation." */
il_status type_not_implemented(const struct type *type, const struct method *method, il_error *err);

/* interface_map.c: the interfaces of a type whose vtable is there, and how it implements them. */
il_status interface_map_build(struct type *type, const struct overrides *overrides, il_error *err);
/* The same for an instantiation, from the definition's. */
il_status interface_map_derive(struct type *type, il_error *err);

#endif
