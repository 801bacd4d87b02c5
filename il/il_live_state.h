/* What il_metadata.c, il_find.c, il_image.c and il_body.c ask about a live module. */
#ifndef CLARET_IL_LIVE_STATE_H
#define CLARET_IL_LIVE_STATE_H

#include "il_module.h"

typedef struct il_live il_live;

/* The members that row's list column stands for. */
il_range il_live_list(const il_module *module, il_column column, uint32_t row);
/* The row that owns a member of the table that the list column points into; 0 when none does. */
uint32_t il_live_owner(const il_module *module, il_column column, uint32_t member);
/* Field data from a place on. */
il_blob il_live_data(const il_module *module, uint32_t place);
/* A method's encoded body; data NULL when it has none. */
il_blob il_live_body(const il_module *module, uint32_t method_row);

void il_live_free(il_live *live); /* NULL allowed */

#endif
