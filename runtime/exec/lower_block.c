/* Lowering: what the stack holds where basic blocks begin (III.1.7.5, III.1.8.1.3).
 *
 * Blocks are lowered in IL order, each with the stack that the first jump or fall into it had. What
 * comes later has to agree with that:
 *
 *   float32 and float64, or int32 and native int   the wider kind for everybody: the edges that
 *                                                  bring the narrower one convert it
 *   a block behind a br, not yet reached           guessed to begin with an empty stack
 *
 * A block that was lowered with the wrong stack makes the whole method be lowered again, with the
 * stacks that were found; kinds only get wider and blocks only become known, so that ends.
 *
 * Code that is lowered on a guess may be code that nobody reaches: what it brings to other blocks
 * gives way to what known code brings, and disagreeing is no mistake. */
#include <string.h>

#include "runtime/exec/lower.h"

/* ---- What two ways into a block make of an entry ---- */

static const value_kind NO_KIND = (value_kind)0xFF;

static value_kind common_kind(const struct value *a, const struct value *b) {
    bool a_float = a->kind == V_R4 || a->kind == V_R8, b_float = b->kind == V_R4 || b->kind == V_R8;
    bool a_wide = lower_is_pointer_sized(a->kind), b_wide = lower_is_pointer_sized(b->kind);
    if (a->kind == b->kind)
        return a->kind == V_STRUCT && a->type != b->type ? NO_KIND : (value_kind)a->kind;
    if (a_float && b_float)
        return V_R8;
    if (a_wide && (b_wide || b->kind == V_I4))
        return (value_kind)a->kind;
    return b_wide && a->kind == V_I4 ? (value_kind)b->kind : NO_KIND;
}

static bool same_register(value_kind a, value_kind b) {
    return a == b || (lower_is_pointer_sized(a) && lower_is_pointer_sized(b));
}

/* Merges the present stack into the block's. False when they do not go together: *at is the first
 * entry that does not. */
static bool merge(struct lowering *L, struct block *block, uint32_t *at) {
    for (uint32_t i = 0; i < L->depth; i++) {
        struct value *known = &block->stack[i];
        value_kind kind = common_kind(known, &L->stack[i]);
        *at = i;
        if (kind == NO_KIND)
            return false;
        if (!same_register(kind, (value_kind)known->kind))
            L->again = true; /* whatever brought the narrower kind must convert it */
        known->kind = (uint8_t)kind;
        known->storage = STORE_I4; /* nothing narrower is certain any more */
        if (known->type != L->stack[i].type && kind == V_REF)
            known->type = NULL;
    }
    return true;
}

/* ---- Reaching blocks ---- */

static void record(struct lowering *L, struct block *block) {
    block->stack = mem_pool_array(&L->scratch, L->depth + 1, sizeof *block->stack);
    if (!block->stack) {
        lower_no_memory(L);
        return;
    }
    memcpy(block->stack, L->stack, L->depth * sizeof *block->stack);
    block->depth = L->depth;
    block->reached = true;
    block->guessed = L->guessing;
}

/* The block was lowered with a guessed stack, and now it is known. */
static void correct_guess(struct lowering *L, struct block *block, bool was_right) {
    if (!was_right)
        L->again = true;
    L->learnt = true;
    record(L, block);
}

static bool agrees(const struct lowering *L, const struct block *block) {
    for (uint32_t i = 0; i < L->depth && block->depth == L->depth; i++) {
        if (common_kind(&block->stack[i], &L->stack[i]) != (value_kind)block->stack[i].kind)
            return false;
    }
    return block->depth == L->depth;
}

/* The present stack comes to a block that has one. */
static void meet(struct lowering *L, uint32_t offset, struct block *block) {
    uint32_t at = 0;
    bool same_depth = block->depth == L->depth;
    if (L->guessing) {
        if (!agrees(L, block))
            L->disagreed = true;
    } else if (!same_depth) {
        lower_fail(L, "IL_%04X is reached with stacks of different depth, %u and %u", offset,
                   block->depth, L->depth);
    } else if (!merge(L, block, &at)) {
        lower_fail(L, "IL_%04X is reached with %s and %s at stack depth %u", offset,
                   lower_kind_text(&block->stack[at]), lower_kind_text(&L->stack[at]), at);
    }
}

void lower_reach(struct lowering *L, uint32_t offset) {
    struct block *block = &L->blocks[offset];
    if (offset >= L->body.code_size || L->status != IL_OK || L->dead)
        return;
    if (!block->reached) {
        if (!block->lowered)
            record(L, block);
        else if (!L->guessing)
            correct_guess(L, block, L->depth == 0);
        else if (L->depth != 0)
            L->disagreed = true;
    } else if (block->guessed && !L->guessing) {
        bool right = agrees(L, block);
        L->disagreed |= !right;
        if (block->lowered)
            correct_guess(L, block, right);
        else if (!right)
            record(L, block);
        block->guessed = false;
    } else {
        meet(L, offset, block);
    }
}

static void widen_entries(struct lowering *L, const struct block *block) {
    for (uint32_t i = 0; i < L->depth; i++) {
        if (same_register((value_kind)block->stack[i].kind, (value_kind)L->stack[i].kind))
            continue;
        lower_widen(L, &L->stack[i], (value_kind)block->stack[i].kind);
        lower_home(L, &L->stack[i]);
    }
}

static bool needs_widening(const struct lowering *L, const struct block *block) {
    bool needs = false;
    if (!block->reached || block->depth != L->depth || (block->guessed && !L->guessing))
        return false;
    for (uint32_t i = 0; i < L->depth; i++) {
        value_kind kind = common_kind(&block->stack[i], &L->stack[i]);
        if (kind == NO_KIND || kind != (value_kind)block->stack[i].kind)
            return false;
        needs |= !same_register(kind, (value_kind)L->stack[i].kind);
    }
    return needs;
}

void lower_fall_into(struct lowering *L, uint32_t offset) {
    lower_home_all(L);
    if (offset < L->body.code_size && !L->dead && needs_widening(L, &L->blocks[offset]))
        widen_entries(L, &L->blocks[offset]);
    lower_reach(L, offset);
}

/* ---- Edges that convert ---- */

/* A conditional edge cannot convert in front of the branch, so it leads behind the method's code.
 */
struct edge {
    struct edge *next;
    uint32_t target, il_offset;
    uint32_t depth;
    uint32_t insn; /* where its code is, once emitted */
    struct value stack[];
};

uint32_t lower_edge(struct lowering *L, uint32_t target) {
    bool stub = target < L->body.code_size && !L->dead && needs_widening(L, &L->blocks[target]);
    lower_reach(L, target);
    if (!stub || L->status != IL_OK)
        return target;
    struct edge *edge =
        mem_pool_alloc(&L->scratch, sizeof *edge + L->depth * sizeof edge->stack[0]);
    if (!edge) {
        lower_no_memory(L);
        return target;
    }
    edge->target = target;
    edge->il_offset = L->il_offset;
    edge->depth = L->depth;
    memcpy(edge->stack, L->stack, L->depth * sizeof edge->stack[0]);
    edge->next = NULL;
    *L->last_edge = edge;
    L->last_edge = &edge->next;
    return L->body.code_size + 1 + L->edge_count++;
}

void lower_emit_edges(struct lowering *L) {
    for (struct edge *edge = L->edges; edge && L->status == IL_OK; edge = edge->next) {
        L->il_offset = edge->il_offset;
        L->depth = edge->depth;
        memcpy(L->stack, edge->stack, edge->depth * sizeof edge->stack[0]);
        edge->insn = L->block_start = L->count;
        widen_entries(L, &L->blocks[edge->target]);
        lower_emit(L, CODE_br, 0, 0, 0)->u.branch.target = edge->target;
    }
}

uint32_t lower_edge_insn(const struct lowering *L, uint32_t target) {
    const struct edge *edge = L->edges;
    for (uint32_t i = target - L->body.code_size - 1; edge && i > 0; i--)
        edge = edge->next;
    return edge ? edge->insn : L->count;
}

/* ---- Entering blocks, and passes ---- */

void lower_enter_block(struct lowering *L, uint32_t offset) {
    struct block *block = &L->blocks[offset];
    if (!L->dead)
        lower_fall_into(L, offset);
    L->dead = false;
    L->guessing = offset != 0 && !block->is_handler && (!block->reached || block->guessed);
    L->depth = block->reached ? block->depth : 0;
    if (L->depth)
        memcpy(L->stack, block->stack, L->depth * sizeof *L->stack);
    for (uint32_t i = 0; i < L->depth; i++) {
        L->stack[i].storage = STORE_I4;
        L->stack[i].extended = false;
    }
    block->insn = L->count;
    block->lowered = true;
    L->block_start = L->count;
}

void lower_begin_pass(struct lowering *L) {
    for (uint32_t i = 0; L->passes && i < L->body.code_size; i++) {
        struct block *block = &L->blocks[i];
        block->lowered = false;
        if (block->guessed)
            block->reached = block->guessed = false;
    }
    L->count = 0;
    L->depth = 0;
    L->guessing = L->has_loops = false;
    L->again = L->learnt = L->disagreed = false;
    L->edges = NULL;
    L->last_edge = &L->edges;
    L->edge_count = 0;
    L->dead = false;
}

bool lower_needs_pass(struct lowering *L) {
    enum { MOST_PASSES = 100 };
    if (L->status != IL_OK || !(L->again || (L->learnt && L->disagreed)))
        return false;
    if (++L->passes == MOST_PASSES)
        lower_fail(L, "the types on the stack are too entangled");
    return L->status == IL_OK;
}
