/* Native libraries: from the names that programs write to functions.
 *
 * Libraries stay loaded until interop_stop. All functions take the runtime's lock themselves. */
#ifndef CLARET_LIBRARY_H
#define CLARET_LIBRARY_H

#include "runtime/runtime.h"

/* How the name of a function is varied (II.23.1.8, CharSetMask and NoMangle). */
typedef enum library_spelling { SPELLING_EXACT, SPELLING_ANSI, SPELLING_UNICODE } library_spelling;

/* The library that a DllImport in module names: "__Internal" is the process itself, other names are
 * mapped (library_map.def) and then tried as
 *     NAME, NAME.so, libNAME.so, libNAME
 * (a .dll at the end goes first), beside the assembly and then where dlopen looks; a name with a
 * slash is tried as it is and with .so, from the assembly's folder when it is relative, then from
 * the current one. NULL when there is none, or memory is short. */
void *library_open(struct module *module, const char *name);

/* The function of that name: for SPELLING_ANSI also with an A behind it, for SPELLING_UNICODE
 * rather with a W. NULL when there is none. */
void *library_function(void *library, const char *name, library_spelling spelling);

/* Unloads the runtime's libraries. */
void library_close_all(struct runtime *rt);

#endif
