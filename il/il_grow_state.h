/* What il_metadata.c and il_find.c ask about what was added to a module: only when the answer is
 * not in the file. All of them: 0, or nothing, for a module that nothing was added to. */
#ifndef CLARET_IL_GROW_STATE_H
#define CLARET_IL_GROW_STATE_H

#include "il_module.h"

uint32_t il_grown_rows(const il_module *module, il_table table);
uint32_t il_grown_cell(const il_module *module, il_column column, uint32_t row);
/* The entries behind the file's; the first has the index that the file's heap has as its size. */
il_blob il_grown_heap(const il_module *module, il_heap heap);
il_range il_grown_list(const il_module *module, il_column column, uint32_t row);
/* The added row whose list holds the member; 0 when none does. */
uint32_t il_grown_owner(const il_module *module, il_column list, uint32_t member);
/* The first added row at or behind from with this cell. */
uint32_t il_grown_find(const il_module *module, il_column column, uint32_t value, uint32_t from);

void il_grown_free(il_grown *grown); /* NULL allowed */

#endif
