/* Adding to a module that is open, while other threads read it: rows behind those of the file, and
 * entries behind those of its heaps.
 *
 *   il_grow_string(module, "Foo", &name, &err);
 *   il_grow_row(module, IL_TypeRef, (uint32_t[]){scope, name, name_space}, &token, &err);
 *   il_name(module, IL_TypeRef_Name, IL_TOKEN_ROW(token))       now reads "Foo"
 *
 * What the file holds stays where it is and is read as fast as before; il_rows, il_cell, il_list,
 * the searches and the heaps answer for what was added, too, and nothing that was read ever moves
 * or goes before the module is closed. Tables that the format sorts are not sorted anew: rows for
 * something that has rows in the file already are not found by il_find_rows, those for something
 * new are. il_find_type finds added types.
 *
 * One thread at a time adds. Not for modules that are built (il_live.h). Errors: IL_OUT_OF_MEMORY,
 * and IL_BAD_METADATA when a table or heap is full. */
#ifndef CLARET_IL_GROW_H
#define CLARET_IL_GROW_H

#include "il.h"

/* A row with these cells, as il_cell reads them, in the order of the columns. A list column is the
 * token of the first member; the list ends where that of the next row begins. */
il_status il_grow_row(il_module *module, il_table table, const uint32_t *cells, uint32_t *token,
                      il_error *err);

/* Changes a cell of a row that was added. False for one of the file. */
bool il_grow_set(il_module *module, il_column column, uint32_t row, uint32_t value);

/* Whether a member may be added to owner, an added row, through its list column: nothing that
 * was added after it has members. Then the lists behind it begin one member later. */
bool il_grow_own(il_module *module, il_column list, uint32_t owner);

/* Entries; the empty ones are index 0. */
il_status il_grow_string(il_module *module, const char *string, uint32_t *index, il_error *err);
il_status il_grow_blob(il_module *module, il_blob blob, uint32_t *index, il_error *err);
/* count UTF-16 code units; the token is that for ldstr. */
il_status il_grow_user_string(il_module *module, const uint16_t *units, size_t count,
                              uint32_t *token, il_error *err);

#endif
