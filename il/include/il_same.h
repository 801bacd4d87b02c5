/* Comparing and hashing types and method signatures, within one module and between two. Any thread.
 */
#ifndef CLARET_IL_SAME_H
#define CLARET_IL_SAME_H

#include "il.h"

/* Structural equality, with modifiers and pinned. Within one module tokens are compared as numbers;
 * between two, by namespace, name, enclosing types and the simple name of the assembly. A TypeSpec
 * token equals only itself. */
bool il_type_equal(const il_module *a_module, const il_type *a, const il_module *b_module,
                   const il_type *b);
bool il_method_sig_equal(const il_module *a_module, const il_method_sig *a,
                         const il_module *b_module, const il_method_sig *b);

/* Equal types of whatever modules have equal hashes. */
uint32_t il_type_hash(const il_module *module, const il_type *type);
uint32_t il_method_sig_hash(const il_module *module, const il_method_sig *sig);

#endif
