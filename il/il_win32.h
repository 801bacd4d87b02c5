/* The resources of Windows in a PE file (the .rsrc section): version, icons, manifest. */
#ifndef CLARET_IL_WIN32_H
#define CLARET_IL_WIN32_H

#include "il.h"

/* Copies a resource tree that was at RVA from to tree.size bytes at copy, which will be at RVA to.
 */
void il_win32_move(il_blob tree, uint32_t from, uint32_t to, uint8_t *copy);

#endif
