/* The body editor: a method body as a list of instructions that can be changed and encoded again.
 *
 *   il_edit e;
 *   il_edit_method(&e, module, row, &err);
 *   il_edit_insert(&e, il_edit_first(&e), IL_OP_LDSTR, il_tok(0x70000001));
 *   il_edit_insert(&e, ...);
 *   il_edit_layout(&e, 0, &size, &err);
 *   il_edit_write(&e, buffer);
 *   il_edit_fini(&e);
 *
 * Branches and exception clauses point at instructions, not at offsets, so nothing has to be
 * corrected by hand. An instruction stays where it is in memory until il_edit_fini or the next
 * body; also a removed one may still be looked at. Read all fields freely, change them through
 * functions.
 *
 * Changes cannot fail where they stand: when memory runs short, or an operand does not fit its
 * opcode, the editor remembers it and il_edit_layout returns it; the instruction returned by then
 * is a valid one outside the list. Not thread-safe; editors are independent of each other. */
#ifndef CLARET_IL_EDIT_H
#define CLARET_IL_EDIT_H

#include "il.h"

#define IL_NEW_INSTRUCTION UINT32_MAX

typedef struct il_instr il_instr;

typedef struct il_targets {
    uint32_t count;
    il_instr *at[];
} il_targets;

struct il_instr {
    il_instr *prev, *next; /* the list is a ring through il_edit.end */
    union {
        int64_t i; /* as in il_insn */
        double r;  /* R4 (widened) and R8 */
        uint32_t token;
        il_instr *target;    /* BRANCH1, BRANCH4 */
        il_targets *targets; /* SWITCH */
    } u;
    uint32_t offset;   /* as decoded; after il_edit_layout, as it will be written */
    uint32_t original; /* as decoded, IL_NEW_INSTRUCTION for one that was inserted */
    uint16_t opcode;   /* il_opcode. A branch may be written in its other length. */
    uint16_t size;     /* private: bytes of opcode and operand, 0 for a switch */
    int32_t depth;     /* private: slots on the stack before it */
};

/* An exception clause. Ends are exclusive: the instruction behind the last, maybe the list's end.
 */
typedef struct il_edit_clause {
    il_clause_kind kind;
    uint32_t token; /* of a catch */
    il_instr *try_start, *try_end;
    il_instr *filter; /* of a filter, else NULL */
    il_instr *handler_start, *handler_end;
} il_edit_clause;

/* Where the editor asks for what only a module can answer. */
typedef struct il_edit_host {
    void *user;
    /* The signature of a method, member reference, method instantiation's method or StandAloneSig
     * token; data NULL when there is none. It must stay valid until il_edit_layout returns. */
    il_blob (*method_sig)(void *user, uint32_t token);
    /* A StandAloneSig token for a local variable signature; 0 when none can be had. NULL is allowed
     * when no locals are added. */
    uint32_t (*locals_token)(void *user, il_blob signature);
} il_edit_host;

typedef struct il_edit {
    il_instr end;     /* the ring's head; end.next is the first instruction */
    uint32_t count;   /* instructions */
    bool changed;     /* anything was changed since decoding */
    bool init_locals; /* change with il_edit_set_init_locals */
    uint32_t clause_count;
    il_edit_clause *clauses; /* inner ones first */
    uint32_t local_count;
    uint32_t locals_token;
    struct il_edit_state *state; /* private */
} il_edit;

/* ---- Life ---- */

/* An empty body. module may be NULL. IL_OUT_OF_MEMORY leaves nothing to be freed. */
il_status il_edit_init(il_edit *edit, const il_module *module, il_error *err);

/* Drops what was there and decodes a body, whose bytes must outlive the editor's use of it. An
 * editor may decode any number of bodies, one after the other, and keeps its memory for the next.
 * Errors: IL_OUT_OF_MEMORY, IL_BAD_BODY (no instruction at an offset, or a branch or clause that
 * points between instructions), IL_BAD_SIGNATURE; the body is empty then. */
il_status il_edit_decode(il_edit *edit, const il_body *body, il_error *err);

/* il_edit_init, il_method_body and il_edit_decode in one; on failure nothing is left to be freed.
 */
il_status il_edit_method(il_edit *edit, const il_module *module, uint32_t method_row,
                         il_error *err);

/* Takes signatures and local tokens from host (copied) instead of the module. */
void il_edit_set_host(il_edit *edit, const il_edit_host *host);

void il_edit_fini(il_edit *edit);

/* ---- Walking ---- */

static inline il_instr *il_edit_first(const il_edit *edit) {
    return edit->end.next;
}

/* The place behind the last instruction: insert before it to append. */
static inline il_instr *il_edit_end(il_edit *edit) {
    return &edit->end;
}

#define IL_EDIT_EACH(edit, instr)                                                                  \
    for (il_instr *instr = (edit)->end.next; instr != &(edit)->end; instr = instr->next)

/* The instruction that was decoded at an offset; the end for the code size; NULL when there is
 * none. Inserted instructions are never found, removed ones never either. */
il_instr *il_edit_at(il_edit *edit, uint32_t original);

/* ---- Changing ---- */

/* An operand, checked against the opcode. */
typedef struct il_value {
    enum { IL_VALUE_NONE, IL_VALUE_INT, IL_VALUE_REAL, IL_VALUE_TOKEN, IL_VALUE_TARGET } kind;
    union {
        int64_t i;
        double r;
        uint32_t token;
        il_instr *target;
    } u;
} il_value;

static inline il_value il_none(void) {
    return (il_value){.kind = IL_VALUE_NONE};
}
static inline il_value il_int(int64_t value) {
    return (il_value){.kind = IL_VALUE_INT, .u.i = value};
}
static inline il_value il_real(double value) {
    return (il_value){.kind = IL_VALUE_REAL, .u.r = value};
}
static inline il_value il_tok(uint32_t token) {
    return (il_value){.kind = IL_VALUE_TOKEN, .u.token = token};
}
static inline il_value il_to(il_instr *target) {
    return (il_value){.kind = IL_VALUE_TARGET, .u.target = target};
}

/* Puts a new instruction before another one. Branches and clauses that point at that one still do;
 * il_edit_redirect sends them to the new one. A clause that ends before it grows by the new one. */
il_instr *il_edit_insert(il_edit *edit, il_instr *before, il_opcode opcode, il_value operand);

/* A switch with room for count targets, which the caller then stores in u.targets->at. Until then
 * they are the instruction it stands before. */
il_instr *il_edit_insert_switch(il_edit *edit, il_instr *before, uint32_t count);

/* Changes an instruction in place; whatever points at it still does. */
void il_edit_replace(il_edit *edit, il_instr *at, il_opcode opcode, il_value operand);

/* Takes an instruction out; what points at it then points at the next one. Returns the next one. */
il_instr *il_edit_remove(il_edit *edit, il_instr *at);

/* Lets all branches and switches that go to from go to to instead, and also all clauses' borders
 * when clauses is true. */
void il_edit_redirect(il_edit *edit, il_instr *from, il_instr *to, bool clauses);

/* The shortest instruction for an int32 constant, and for an argument or local; opcode is one of
 * LDARG, LDARGA, STARG, LDLOC, LDLOCA, STLOC (the long forms). */
il_instr *il_edit_insert_ldc(il_edit *edit, il_instr *before, int32_t value);
il_instr *il_edit_insert_var(il_edit *edit, il_instr *before, il_opcode opcode, uint16_t number);

/* Adds a local of the type that the bytes encode (as in II.23.2.6) and returns its number. Needs a
 * host with locals_token, or il_build_edit. */
uint32_t il_edit_add_local(il_edit *edit, il_blob type);
void il_edit_set_init_locals(il_edit *edit, bool init);

/* The local variable signature as it is now; data NULL when there are no locals. */
il_blob il_edit_locals(const il_edit *edit);

/* Adds a clause. il_edit_layout puts it before the clauses that enclose it (II.25.4.6 wants inner
 * ones first), after all others. */
void il_edit_add_clause(il_edit *edit, const il_edit_clause *clause);
void il_edit_remove_clause(il_edit *edit, uint32_t index);

/* ---- Encoding ---- */

enum {
    /* Encode as if changed: shortest branches, computed max stack, smallest header and sections. */
    IL_ENCODE_CANONICAL = 1
};

/* Decides how the body will be written, and its size in bytes. Unchanged bodies without flags are
 * written with the bytes they were decoded from; all others in canonical form: each branch as short
 * as it can be, max stack the least that holds every path (and unreachable code, as if it began
 * with an empty stack, III.1.7.5), a tiny header when it will do, small exception clauses when all
 * fit. Errors: what a change left behind; IL_BAD_BODY for a call whose signature is unknown, for
 * added locals without a token and for an empty body; IL_OUT_OF_MEMORY. */
il_status il_edit_layout(il_edit *edit, unsigned flags, uint32_t *size, il_error *err);

/* Writes the bytes that the last il_edit_layout decided on; nothing may have changed in between. A
 * fat header wants to be at a multiple of 4. */
void il_edit_write(const il_edit *edit, uint8_t *to);

/* The max stack of the last layout. */
uint32_t il_edit_max_stack(const il_edit *edit);

#endif
