/* What the editor keeps behind il_edit, for il_edit.c and il_edit_layout.c. */
#ifndef CLARET_IL_EDIT_STATE_H
#define CLARET_IL_EDIT_STATE_H

#include "il_edit.h"
#include "il_text.h"
#include "runtime/memory/mem.h"

/* What il_edit_layout decided. */
typedef struct il_edit_plan {
    bool verbatim; /* the bytes it was decoded from */
    bool fat, fat_sections;
    uint32_t code_size, max_stack;
    uint32_t sections; /* offset of the exception section; 0 when there is none */
    uint32_t size;
} il_edit_plan;

typedef struct il_edit_state {
    il_edit_host host;
    il_body body; /* as decoded; code_size 0 for a new one */

    il_instr *nodes; /* room of them: first the decoded ones in order of offset, then added ones */
    uint32_t *index; /* by offset, room of them: the place in nodes, if that node has the offset */
    size_t room;
    uint32_t used, decoded;
    mem_pool pool;  /* switch targets, and instructions when nodes is full */
    il_instr spare; /* a ring of its own: what a failed insertion returns */

    uint32_t clause_room;
    bool clauses_added;

    il_blob locals;      /* the signature as decoded */
    bool locals_unknown; /* there is a local token whose signature cannot be had */
    il_text new_locals;  /* the signature with added locals; empty while none were added */

    il_status status; /* the first failure of a change */
    il_opcode failed_opcode;
    il_edit_plan plan;
} il_edit_state;

#endif
