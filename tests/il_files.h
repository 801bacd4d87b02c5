/* The assemblies that the tests of il/ read. */
#ifndef CLARET_TESTS_IL_FILES_H
#define CLARET_TESTS_IL_FILES_H

#include "il.h"

#define SMALL    "build/tests/small.exe" /* tests/data/small.cs */
#define MSCORLIB "/usr/lib/mono/4.5/mscorlib.dll"

/* Both end the test when they fail. */
il_module *il_open_or_fail(const char *path);
uint8_t *il_read_file(const char *path, size_t *size); /* the caller frees it with free */

/* Looks at everything a module offers, the first rows of each table at least; nothing in it may
 * read out of bounds, whatever the file says. What it returns depends on all of it. */
unsigned long il_walk(il_module *module);

#endif
