/* Modules that are made while the program runs, by System.Reflection.Emit.
 *
 * Their metadata is an il_build; module->il is a live view of it (il_live.h). So everything that
 * reads metadata reads theirs like any other. What is added to the build takes effect with
 * ldr_update_dynamic. A type exists in three steps:
 *
 *   a row       is counted, so that later ones have their places
 *   declared    name, flags and base are known: it can be named, also in signatures
 *   created     its members are there: it can be used
 *
 * Under the runtime's lock. */
#ifndef CLARET_DYNAMIC_H
#define CLARET_DYNAMIC_H

#include "il_build.h"
#include "runtime/loader/module.h"

struct dynamic_module {
    il_build *build;
};

/* A module of an assembly, both without a file. When it is not hidden it joins the runtime's
 * modules, and module_load_* is announced. IL_OUT_OF_MEMORY. */
il_status ldr_new_dynamic(struct runtime *rt, const char *assembly, const char *name, bool hidden,
                          struct module **out, il_error *err);

/* Shows what was added to the build. IL_OUT_OF_MEMORY, or the build's own failure. */
il_status ldr_update_dynamic(struct module *module, il_error *err);

/* Says what a TypeRef row stands for, and an AssemblyRef row, so that no name is looked up. */
il_status ldr_bind_type_ref(struct module *module, uint32_t token, struct type *type,
                            il_error *err);
il_status ldr_bind_assembly_ref(struct module *module, uint32_t token, struct module *target,
                                il_error *err);

/* Makes the type of a row whose name, flags, type variables and enclosing type are there, as
 * `declared`. The base follows with ldr_set_base. IL_OUT_OF_MEMORY, IL_BAD_METADATA. */
il_status ldr_declare_type(struct module *module, uint32_t row, struct type **out, il_error *err);

/* Takes flags and base of a declared type from its row. Errors: those of ldr_type. */
il_status ldr_set_base(struct type *type, il_error *err);

#endif
