/* The function as a whole: see translate.h. */
#include "runtime/jit/translate.h"

#include <mir-gen.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "runtime/jit/helpers.h"
#include "runtime/jit/jit.h"

#define NO_POLL UINT32_MAX
/* The level from which on MIR moves what is invariant out of loops. */
#define LEVEL_WITH_LOOPS 2

void tr_unsupported(struct translator *t, const char *what) {
    t->request->unsupported = true;
    mir_host_refuse("%s", what);
}

/* ---- Operands and instructions ---- */

MIR_op_t tr_int(struct translator *t, int64_t value) {
    return MIR_new_int_op(t->ctx, value);
}

MIR_op_t tr_pointer(struct translator *t, const void *p) {
    return MIR_new_int_op(t->ctx, (int64_t)(intptr_t)p);
}

MIR_op_t tr_reg(struct translator *t, MIR_reg_t reg) {
    return MIR_new_reg_op(t->ctx, reg);
}

MIR_op_t tr_label(struct translator *t, MIR_label_t label) {
    return MIR_new_label_op(t->ctx, label);
}

static const MIR_type_t KIND_TYPES[] = {MIR_T_I64, MIR_T_F, MIR_T_D};
static const MIR_insn_code_t KIND_MOVES[] = {MIR_MOV, MIR_FMOV, MIR_DMOV};

static MIR_reg_t new_reg(struct translator *t, enum kind kind, char letter, uint32_t number) {
    char name[16];
    snprintf(name, sizeof name, "%c%u", letter, number);
    return MIR_new_func_reg(t->ctx, t->function->u.func, KIND_TYPES[kind], name);
}

MIR_reg_t tr_temp_as(struct translator *t, enum kind kind) {
    return new_reg(t, kind, 'x', t->next_temp++);
}

MIR_reg_t tr_temp(struct translator *t) {
    return tr_temp_as(t, KIND_INT);
}

MIR_op_t tr_use_as(struct translator *t, enum kind kind, uint32_t slot) {
    if (t->in_memory[slot])
        return tr_heap(t, KIND_TYPES[kind], 8 * (int64_t)slot, t->frame);
    if (!t->regs[kind][slot])
        t->regs[kind][slot] = new_reg(t, kind, "ifd"[kind], slot);
    return tr_reg(t, t->regs[kind][slot]);
}

MIR_op_t tr_def_as(struct translator *t, enum kind kind, uint32_t slot) {
    t->non_null[slot] = false;
    t->constant_of[slot] = NULL;
    return tr_use_as(t, kind, slot);
}

void tr_know(struct translator *t, uint32_t slot, bool non_null, const struct insn *constant) {
    if (t->in_memory[slot])
        return;
    t->non_null[slot] = non_null;
    t->constant_of[slot] = constant;
}

bool tr_is_constant(const struct translator *t, uint32_t slot, int64_t *value) {
    if (!t->constant_of[slot])
        return false;
    *value = t->constant_of[slot]->u.i;
    return true;
}

MIR_op_t tr_value(struct translator *t, uint32_t slot) {
    int64_t value;
    return tr_is_constant(t, slot, &value) ? tr_int(t, value) : tr_use(t, slot);
}

MIR_op_t tr_use(struct translator *t, uint32_t slot) {
    return tr_use_as(t, KIND_INT, slot);
}

MIR_op_t tr_def(struct translator *t, uint32_t slot) {
    return tr_def_as(t, KIND_INT, slot);
}

void tr_move(struct translator *t, enum kind kind, MIR_op_t to, MIR_op_t from) {
    tr_put2(t, KIND_MOVES[kind], to, from);
}

enum kind tr_kind_of(const struct type *type) {
    return type->storage == STORE_R4 ? KIND_R4 : type->storage == STORE_R8 ? KIND_R8 : KIND_INT;
}

MIR_reg_t tr_base(struct translator *t, uint32_t slot) {
    MIR_op_t op = tr_use(t, slot);
    if (!t->in_memory[slot])
        return op.u.reg;
    MIR_reg_t base = tr_temp(t);
    tr_put2(t, MIR_MOV, tr_reg(t, base), op);
    return base;
}

MIR_reg_t tr_address(struct translator *t, uint32_t slot) {
    MIR_reg_t address = tr_temp(t);
    tr_put3(t, MIR_ADD, tr_reg(t, address), tr_reg(t, t->frame), tr_int(t, 8 * (int64_t)slot));
    return address;
}

static MIR_op_t memory(struct translator *t, MIR_type_t type, int64_t offset, MIR_reg_t base,
                       MIR_alias_t alias) {
    return MIR_new_alias_mem_op(t->ctx, type, offset, base, 0, 1, alias, 0);
}

MIR_op_t tr_heap(struct translator *t, MIR_type_t type, int64_t offset, MIR_reg_t base) {
    return memory(t, type, offset, base, t->heap);
}

MIR_op_t tr_constant(struct translator *t, MIR_type_t type, int64_t offset, MIR_reg_t base) {
    return memory(t, type, offset, base, t->constant);
}

MIR_op_t tr_thread_word(struct translator *t, MIR_type_t type, size_t offset) {
    return memory(t, type, (int64_t)offset, t->thread, t->thread_words);
}

static void put(struct translator *t, MIR_insn_code_t code, size_t count, MIR_op_t *ops) {
    MIR_append_insn(t->ctx, t->function, MIR_new_insn_arr(t->ctx, code, count, ops));
}

MIR_op_t tr_float_word(struct translator *t, enum kind kind, uint32_t number) {
    if (number >= THREAD_FLOATS)
        tr_unsupported(t, "a floating-point argument behind many others");
    return tr_thread_word(t, KIND_TYPES[kind],
                          offsetof(struct thread, floats) + 8 * (size_t)number);
}

void tr_put1(struct translator *t, MIR_insn_code_t code, MIR_op_t a) {
    put(t, code, 1, &a);
}

void tr_put2(struct translator *t, MIR_insn_code_t code, MIR_op_t a, MIR_op_t b) {
    put(t, code, 2, (MIR_op_t[]){a, b});
}

void tr_put3(struct translator *t, MIR_insn_code_t code, MIR_op_t a, MIR_op_t b, MIR_op_t c) {
    put(t, code, 3, (MIR_op_t[]){a, b, c});
}

void tr_place(struct translator *t, MIR_label_t label) {
    MIR_append_insn(t->ctx, t->function, label);
}

/* ---- Calls ---- */

/* The prototype of a function with count int64_t arguments and an int64_t result. */
static MIR_item_t proto(struct translator *t, size_t count) {
    MIR_type_t i64 = MIR_T_I64;
    char names[256][8], name[16];
    MIR_var_t vars[256];
    if (count >= 256)
        tr_unsupported(t, "more than 250 arguments");
    if (t->protos[count])
        return t->protos[count];
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "a%zu", i);
        vars[i] = (MIR_var_t){.type = MIR_T_I64, .name = names[i]};
    }
    snprintf(name, sizeof name, "p%zu", count);
    t->protos[count] = MIR_new_proto_arr(t->ctx, name, 1, &i64, count, vars);
    return t->protos[count];
}

static void mark_site(struct translator *t, uint32_t insn) {
    MIR_label_t label = MIR_new_label(t->ctx);
    struct pending_site *site = mir_host_alloc(1, sizeof *site);
    tr_place(t, label);
    site->lref = MIR_new_lref_data(t->ctx, NULL, label, NULL, 0);
    site->insn = insn;
    site->next = t->sites;
    t->sites = site;
    t->site_count++;
}

/* ops[0] and [1] are left free for prototype and address, ops[2] is the result. */
static void call(struct translator *t, MIR_op_t address, size_t arg_count, MIR_op_t *ops,
                 uint32_t insn) {
    ops[0] = MIR_new_ref_op(t->ctx, proto(t, arg_count));
    ops[1] = address;
    put(t, MIR_CALL, 3 + arg_count, ops);
    mark_site(t, insn);
}

static bool is_protected(const struct code *code, uint32_t insn) {
    for (uint32_t i = 0; i < code->clause_count; i++) {
        if (insn >= code->clauses[i].try_start && insn < code->clauses[i].try_end)
            return true;
    }
    return false;
}

MIR_label_t tr_thrown(struct translator *t) {
    t->throws = true;
    return t->thrown;
}

/* Where an exception at the instruction goes. */
static MIR_label_t exception_exit(struct translator *t, uint32_t insn) {
    if (!is_protected(t->code, insn))
        return tr_thrown(t);
    if (!t->unwinds[insn])
        t->unwinds[insn] = MIR_new_label(t->ctx);
    return t->unwinds[insn];
}

static void leave_on_exception(struct translator *t, uint32_t insn) {
    tr_put3(t, MIR_BNE, tr_label(t, exception_exit(t, insn)),
            tr_thread_word(t, MIR_T_P, offsetof(struct thread, exception)), tr_int(t, 0));
}

static MIR_op_t helper_address(struct translator *t, enum helper helper) {
    if (!t->helpers[helper])
        t->helpers[helper] = MIR_new_import(t->ctx, helper_name(helper));
    return MIR_new_ref_op(t->ctx, t->helpers[helper]);
}

static void call_helper(struct translator *t, enum helper helper, MIR_reg_t result,
                        uint32_t arg_count, const MIR_op_t *args, uint32_t insn) {
    MIR_op_t ops[4 + MAX_COLD_ARGS];
    ops[2] = tr_reg(t, result ? result : tr_temp(t));
    ops[3] = tr_reg(t, t->thread);
    for (uint32_t i = 0; i < MAX_COLD_ARGS; i++) /* helpers all take as many */
        ops[4 + i] = i < arg_count ? args[i] : tr_int(t, 0);
    call(t, helper_address(t, helper), 1 + MAX_COLD_ARGS, ops, insn);
}

void tr_call_helper(struct translator *t, enum helper helper, MIR_reg_t result, uint32_t arg_count,
                    const MIR_op_t *args) {
    call_helper(t, helper, result, arg_count, args, t->at);
    leave_on_exception(t, t->at);
}

void tr_call_math(struct translator *t, const void *function, MIR_op_t result, MIR_op_t argument) {
    MIR_type_t real = MIR_T_D;
    MIR_var_t var = {.type = MIR_T_D, .name = "x"};
    MIR_op_t address = tr_reg(t, tr_temp(t));
    if (!t->math_proto)
        t->math_proto = MIR_new_proto_arr(t->ctx, "math", 1, &real, 1, &var);
    tr_put2(t, MIR_MOV, address, tr_pointer(t, function));
    put(t, MIR_CALL, 4,
        (MIR_op_t[]){MIR_new_ref_op(t->ctx, t->math_proto), address, result, argument});
}

/* A structure is returned at the top of the register stack. */
static void take_structure(struct translator *t, uint32_t slot, uint32_t slots) {
    MIR_reg_t top = tr_temp(t);
    tr_put2(t, MIR_MOV, tr_reg(t, top),
            tr_thread_word(t, MIR_T_P, offsetof(struct thread, native_top)));
    tr_copy(t, t->frame, 8 * (int64_t)slot, top, 0, 8 * slots);
}

const enum kind *tr_arg_kinds(const struct method *method) {
    enum kind *kinds = mir_host_alloc(method->arg_slots + 1, sizeof *kinds);
    uint32_t slot = method->has_this;
    for (uint32_t i = 0; i < method->param_count; i++) {
        kinds[slot] = tr_kind_of(method->params[i]);
        slot += type_slots(method->params[i]);
    }
    return kinds;
}

void tr_call_method(struct translator *t, const struct call *c) {
    MIR_op_t *ops = mir_host_alloc(c->count + 6, sizeof *ops);
    const enum kind *kinds = tr_arg_kinds(c->signature);
    uint32_t skipped = c->signature->arg_slots - c->count; /* what this_arg stands for */
    size_t arg_count = 2;
    MIR_reg_t entry = tr_temp(t);
    ops[3] = tr_reg(t, t->thread);
    ops[4] = tr_reg(t, c->method);
    if (c->this_arg)
        ops[3 + arg_count++] = tr_reg(t, c->this_arg);
    for (uint32_t i = 0; i < c->count; i++) {
        enum kind kind = kinds[skipped + i];
        if (kind == KIND_INT)
            ops[3 + arg_count++] = tr_value(t, c->first + i);
        else
            tr_move(t, kind, tr_float_word(t, kind, skipped + i), tr_use_as(t, kind, c->first + i));
    }
    enum kind result = c->return_slots == 1 ? tr_kind_of(c->signature->return_type) : KIND_INT;
    bool in_register = c->return_slots == 1 && result == KIND_INT;
    ops[2] = in_register ? tr_def(t, c->result) : tr_reg(t, tr_temp(t));
    tr_put2(t, MIR_MOV, tr_reg(t, entry),
            tr_heap(t, MIR_T_P, offsetof(struct method, entry), c->method));
    call(t, tr_reg(t, entry), arg_count, ops, t->at);
    leave_on_exception(t, t->at);
    if (c->return_slots > 1)
        take_structure(t, c->result, c->return_slots);
    else if (result != KIND_INT)
        tr_move(t, result, tr_def_as(t, result, c->result), tr_float_word(t, result, 0));
}

/* ---- Copies ---- */

#define MAX_INLINE_COPY 64

static const MIR_type_t PIECE_TYPES[] = {
    [1] = MIR_T_U8, [2] = MIR_T_U16, [4] = MIR_T_U32, [8] = MIR_T_I64};

static uint32_t piece_size(uint32_t rest) {
    return rest >= 8 ? 8 : rest >= 4 ? 4 : rest >= 2 ? 2 : 1;
}

/* All is loaded before anything is stored. */
static void copy_inline(struct translator *t, MIR_reg_t to, int64_t to_offset, MIR_reg_t from,
                        int64_t from_offset, uint32_t size) {
    MIR_reg_t pieces[MAX_INLINE_COPY / 8 + 3];
    uint32_t count = 0;
    for (uint32_t i = 0; i < size; i += piece_size(size - i)) {
        MIR_type_t type = PIECE_TYPES[piece_size(size - i)];
        pieces[count] = tr_temp(t);
        tr_put2(t, MIR_MOV, tr_reg(t, pieces[count++]), tr_heap(t, type, from_offset + i, from));
    }
    count = 0;
    for (uint32_t i = 0; i < size; i += piece_size(size - i)) {
        MIR_type_t type = PIECE_TYPES[piece_size(size - i)];
        tr_put2(t, MIR_MOV, tr_heap(t, type, to_offset + i, to), tr_reg(t, pieces[count++]));
    }
}

void tr_copy(struct translator *t, MIR_reg_t to, int64_t to_offset, MIR_reg_t from,
             int64_t from_offset, uint32_t size) {
    if (size <= MAX_INLINE_COPY) {
        copy_inline(t, to, to_offset, from, from_offset, size);
        return;
    }
    MIR_op_t target = tr_reg(t, tr_temp(t)), source = tr_reg(t, tr_temp(t));
    tr_put3(t, MIR_ADD, target, tr_reg(t, to), tr_int(t, to_offset));
    tr_put3(t, MIR_ADD, source, tr_reg(t, from), tr_int(t, from_offset));
    tr_call_helper(t, HELP_copy, 0, 3, (MIR_op_t[]){target, source, tr_int(t, size)});
}

/* ---- Cold blocks ---- */

static struct cold *new_cold(struct translator *t, enum helper helper) {
    struct cold *cold = mir_host_alloc(1, sizeof *cold);
    cold->start = MIR_new_label(t->ctx);
    cold->helper = helper;
    cold->insn = t->at;
    cold->poll = NO_POLL;
    *t->cold_end = cold;
    t->cold_end = &cold->next;
    return cold;
}

MIR_label_t tr_cold(struct translator *t, enum helper helper, MIR_reg_t result, MIR_label_t back,
                    uint32_t arg_count, const MIR_op_t *args) {
    struct cold *cold = new_cold(t, helper);
    cold->back = back;
    cold->arg_count = arg_count;
    for (uint32_t i = 0; i < arg_count; i++)
        cold->args[i] = args[i];
    cold->result = result;
    return cold->start;
}

void tr_check_null(struct translator *t, uint32_t slot) {
    if (t->non_null[slot])
        return;
    MIR_label_t null = tr_cold(t, HELP_throw_null, 0, NULL, 0, NULL);
    tr_put3(t, MIR_UBLT, tr_label(t, null), tr_use(t, slot), tr_int(t, EXEC_LOWEST_ADDRESS));
    tr_know(t, slot, true, t->constant_of[slot]);
}

void tr_keep(struct translator *t, enum kind kind, uint32_t slot) {
    size_t offset = offsetof(struct thread, spill) + 8 * (size_t)(slot % THREAD_SPILL_SLOTS);
    tr_move(t, kind, tr_thread_word(t, KIND_TYPES[kind], offset), tr_use_as(t, kind, slot));
}

/* Stores every variable that the loop writes. Nobody reads them: the use keeps MIR's coalescing of
 * copies from losing a variable that is only used at the loop's head. */
static void use_loop_variables(struct translator *t, uint32_t start) {
    const struct insn *insns = t->code->insns;
    const struct loop *loop = t->loops[start];
    for (uint32_t i = loop->first; i <= loop->last; i++) {
        uint32_t slot = tr_written(&insns[i]);
        if (slot >= t->code->temp_start)
            continue;
        for (enum kind kind = KIND_INT; kind < KIND_COUNT; kind++) {
            if (t->regs[kind][slot])
                tr_keep(t, kind, slot);
        }
    }
}

/* MIR loses a label that only jumps follow, and a stack walk the site with it. */
static void keep_label(struct translator *t) {
    tr_put2(t, MIR_MOV, tr_thread_word(t, MIR_T_P, offsetof(struct thread, compiled_top)),
            tr_int(t, 0));
}

static void emit_cold(struct translator *t, const struct cold *cold) {
    tr_place(t, cold->start);
    if (cold->poll != NO_POLL)
        use_loop_variables(t, cold->poll);
    call_helper(t, cold->helper, cold->result, cold->arg_count, cold->args, cold->insn);
    if (cold->back) {
        leave_on_exception(t, cold->insn);
        tr_put1(t, MIR_JMP, tr_label(t, cold->back));
    } else {
        keep_label(t);
        tr_put1(t, MIR_JMP, tr_label(t, exception_exit(t, cold->insn)));
    }
}

/* ---- Blocks and loops ---- */

struct worklist {
    struct translator *t;
    bool *reached;
    uint32_t *items, count;
};

static void reach(void *arg, uint32_t insn) {
    struct worklist *list = arg;
    if (list->reached[insn])
        return;
    list->reached[insn] = true;
    list->items[list->count++] = insn;
}

/* Marks in reached what control comes to from the instructions in list; what is marked before is
 * not passed. */
static void follow(struct worklist *list) {
    const struct code *code = list->t->code;
    while (list->count > 0) {
        uint32_t at = list->items[--list->count];
        tr_each_target(&code->insns[at], at, reach, list);
        if (tr_falls_through(&code->insns[at]))
            reach(list, at + 1);
    }
}

static void find_reachable(struct translator *t, uint32_t start) {
    struct worklist list = {.t = t, .reached = t->reachable};
    list.items = mir_host_alloc(t->code->insn_count, sizeof *list.items);
    reach(&list, start);
    follow(&list);
}

struct edge {
    struct translator *t;
    uint32_t from;    /* the branching instruction */
    MIR_label_t skip; /* what follows it, when it can be fallen out of */
    bool skipped;
};

static struct loop *new_loop(struct translator *t, uint32_t head) {
    struct loop *loop = mir_host_alloc(1, sizeof *loop);
    loop->first = loop->last = head;
    loop->poll = MIR_new_label(t->ctx);
    return loop;
}

static void note_target(void *arg, uint32_t target) {
    struct edge *edge = arg;
    struct translator *t = edge->t;
    if (!t->labels[target])
        t->labels[target] = MIR_new_label(t->ctx);
    if (target > edge->from)
        return;
    if (!t->loops[target])
        t->loops[target] = new_loop(t, target);
    t->loops[target]->last = t->loops[target]->poll_at = edge->from;
}

static void find_targets(struct translator *t) {
    for (uint32_t i = 0; i < t->code->insn_count; i++)
        if (t->reachable[i])
            tr_each_target(&t->code->insns[i], i, note_target, &(struct edge){.t = t, .from = i});
}

/* ---- Loops as MIR sees them ---- */

/* Where control comes without passing head, and the branches to head. */
struct head {
    uint32_t head, at;
    bool *outside;
    uint32_t closing;  /* the last branch to head that comes after head only; UINT32_MAX: none */
    bool entered_next; /* the instruction in front of head branches to it from outside */
};

static void look_at_branch(void *arg, uint32_t target) {
    struct head *h = arg;
    if (target != h->head)
        return;
    if (h->at == h->head || !h->outside[h->at])
        h->closing = h->at;
    else if (h->at + 1 == h->head)
        h->entered_next = true;
}

static void look_at_head(struct translator *t, struct head *h, struct worklist *list,
                         uint32_t start) {
    const struct code *code = t->code;
    memset(h->outside, 0, code->insn_count * sizeof *h->outside);
    h->outside[h->head] = true;
    if (start != h->head)
        reach(list, start);
    follow(list);
    h->closing = UINT32_MAX;
    h->entered_next = h->head > 0 && t->reachable[h->head - 1] && h->outside[h->head - 1] &&
                      tr_falls_through(&code->insns[h->head - 1]);
    for (h->at = 0; h->at < code->insn_count; h->at++) {
        if (t->reachable[h->at])
            tr_each_target(&code->insns[h->at], h->at, look_at_branch, h);
    }
}

/* A head without backward branches: the loop is a part of the loops around it. */
static struct loop *new_inner_loop(struct translator *t, uint32_t head) {
    struct loop *loop = new_loop(t, head);
    for (uint32_t i = 0; i <= head; i++) {
        if (!t->loops[i] || t->loops[i]->last < head)
            continue;
        loop->first = t->loops[i]->first < loop->first ? t->loops[i]->first : loop->first;
        loop->last = t->loops[i]->last > loop->last ? t->loops[i]->last : loop->last;
    }
    return loop;
}

/* MIR's loop begins where all control that comes to it passes, which is no target of a backward
 * branch when the activation is taken over in the middle of an outer loop. So that such a head is
 * not fallen into either it gets a poll; and each poll stands behind a branch that closes MIR's
 * loop, if there is one. */
static void find_heads(struct translator *t, uint32_t start) {
    uint32_t count = t->code->insn_count;
    struct head h = {.outside = mir_host_alloc(count, sizeof *h.outside)};
    struct worklist list = {.t = t, .reached = h.outside};
    list.items = mir_host_alloc(count, sizeof *list.items);
    for (h.head = 0; h.head < count; h.head++) {
        if (!t->labels[h.head])
            continue;
        look_at_head(t, &h, &list, start);
        if (h.closing == UINT32_MAX)
            continue;
        if (!t->loops[h.head] && h.entered_next)
            t->loops[h.head] = new_inner_loop(t, h.head);
        if (t->loops[h.head])
            t->loops[h.head]->poll_at = h.closing;
    }
}

MIR_label_t tr_target(struct translator *t, uint32_t target) {
    return t->loops[target] ? t->loops[target]->poll : t->labels[target];
}

static void start_block(struct translator *t, bool fallen_into) {
    if (!t->labels[t->at])
        return;
    if (t->loops[t->at] && fallen_into)
        tr_put1(t, MIR_JMP, tr_label(t, t->loops[t->at]->poll));
    tr_place(t, t->labels[t->at]);
    memset(t->non_null, 0, t->code->reg_count * sizeof *t->non_null);
    memset(t->constant_of, 0, t->code->reg_count * sizeof(*t->constant_of));
}

/* The poll of a loop that the branch just translated closes. */
static void emit_poll(void *arg, uint32_t start) {
    struct edge *edge = arg;
    struct translator *t = edge->t;
    struct loop *loop = t->loops[start];
    if (!loop || loop->poll_at != t->at || loop->done)
        return;
    loop->done = true;
    if (edge->skip) {
        tr_put1(t, MIR_JMP, tr_label(t, edge->skip));
        edge->skipped = true;
    }
    struct cold *slow = new_cold(t, HELP_poll);
    slow->back = t->labels[start];
    slow->poll = start;
    tr_place(t, loop->poll);
    tr_put3(t, MIR_BEQ, tr_label(t, t->labels[start]),
            tr_thread_word(t, MIR_T_U32, offsetof(struct thread, poll)), tr_int(t, 0));
    tr_put1(t, MIR_JMP, tr_label(t, slow->start));
}

static void end_loops(struct translator *t, const struct insn *insn) {
    struct edge edge = {.t = t, .skip = tr_falls_through(insn) ? MIR_new_label(t->ctx) : NULL};
    tr_each_target(insn, t->at, emit_poll, &edge);
    if (edge.skipped)
        tr_place(t, edge.skip);
}

static void jump_into_loop(struct translator *t, uint32_t insn) {
    if (!t->labels[insn])
        t->labels[insn] = MIR_new_label(t->ctx);
    tr_put1(t, MIR_JMP, tr_label(t, tr_target(t, insn)));
}

static void translate_body(struct translator *t) {
    bool falls_through = true;
    for (t->at = 0; t->at < t->code->insn_count; t->at++) {
        const struct insn *insn = &t->code->insns[t->at];
        if (!t->reachable[t->at])
            continue;
        start_block(t, falls_through);
        tr_insn(t);
        end_loops(t, insn);
        falls_through = tr_falls_through(insn);
    }
}

/* ---- The function ---- */

static void put_in_memory(void *arg, uint32_t first, uint32_t count) {
    struct translator *t = arg;
    for (uint32_t i = first; i < first + count && i < t->code->reg_count; i++)
        t->in_memory[i] = true;
    t->frame = 1; /* named by begin_frame */
}

/* Takes the frame from the register stack. */
static void begin_frame(struct translator *t) {
    MIR_func_t f = t->function->u.func;
    MIR_op_t top = tr_thread_word(t, MIR_T_P, offsetof(struct thread, native_top));
    t->frame = MIR_new_func_reg(t->ctx, f, MIR_T_I64, "frame");
    MIR_op_t new_top = tr_reg(t, tr_temp(t));
    MIR_label_t full = tr_cold(t, HELP_throw_stack_overflow, 0, NULL, 0, NULL);
    tr_put2(t, MIR_MOV, tr_reg(t, t->frame), top);
    tr_put3(t, MIR_ADD, new_top, tr_reg(t, t->frame), tr_int(t, 8 * (int64_t)t->code->reg_count));
    tr_put3(t, MIR_UBGT, tr_label(t, full), new_top,
            tr_thread_word(t, MIR_T_P, offsetof(struct thread, stack_end)));
    tr_put2(t, MIR_MOV, top, new_top);
}

/* The C signature leaves the floating-point arguments out. */
static MIR_reg_t *declare_function(struct translator *t, const enum kind *kinds) {
    uint32_t args = t->code->arg_slots, count = 2;
    MIR_type_t i64 = MIR_T_I64;
    MIR_var_t *vars = mir_host_alloc(args + 2, sizeof *vars);
    char(*names)[12] = mir_host_alloc(args + 2, sizeof *names);
    MIR_reg_t *regs = mir_host_alloc(args + 1, sizeof *regs);
    vars[0] = (MIR_var_t){.type = MIR_T_I64, .name = "thread"};
    vars[1] = (MIR_var_t){.type = MIR_T_I64, .name = "method"};
    for (uint32_t i = 0; i < args; i++) {
        snprintf(names[i], sizeof names[i], "a%u", i);
        if (kinds[i] == KIND_INT)
            vars[count++] = (MIR_var_t){.type = MIR_T_I64, .name = names[i]};
    }
    t->function = MIR_new_func_arr(t->ctx, "f", 1, &i64, count, vars);
    t->thread = MIR_reg(t->ctx, "thread", t->function->u.func);
    for (uint32_t i = 0; i < args; i++) {
        if (kinds[i] == KIND_INT)
            regs[i] = MIR_reg(t->ctx, names[i], t->function->u.func);
    }
    return regs;
}

static void take_argument(struct translator *t, uint32_t slot, enum kind kind, MIR_reg_t arg) {
    if (kind != KIND_INT) {
        MIR_op_t value = tr_reg(t, tr_temp_as(t, kind));
        tr_move(t, kind, value, tr_float_word(t, kind, slot));
        tr_move(t, kind, tr_def_as(t, kind, slot), value);
    } else if (t->in_memory[slot]) {
        tr_put2(t, MIR_MOV, tr_def(t, slot), tr_reg(t, arg));
    } else {
        t->regs[KIND_INT][slot] = arg;
    }
}

/* MIR numbers labels by function. */
static void make_exits(struct translator *t) {
    t->thrown = MIR_new_label(t->ctx);
    t->unwound = MIR_new_label(t->ctx);
    t->leave = MIR_new_label(t->ctx);
    t->unwind = MIR_new_label(t->ctx);
    t->unwind_at = MIR_new_func_reg(t->ctx, t->function->u.func, MIR_T_I64, "unwind_at");
    t->result = MIR_new_func_reg(t->ctx, t->function->u.func, MIR_T_I64, "result");
}

MIR_op_t tr_zero(struct translator *t, enum kind kind) {
    return tr_thread_word(t, KIND_TYPES[kind], offsetof(struct thread, zero));
}

/* Whether the activation may have others above it: when not, it needs no check of the stack. */
static bool makes_calls(const struct code *code) {
    for (uint32_t i = 0; i < code->insn_count; i++) {
        if (code_op_format((enum code_op)code->insns[i].op) == FORMAT_CALL ||
            code->insns[i].op == CODE_calli)
            return true;
    }
    return false;
}

/* The address of a variable stands for the stack pointer, which MIR does not show. The limit is
 * moved when the thread shall poll. */
static void check_stack(struct translator *t) {
    MIR_op_t here = tr_reg(t, tr_temp(t)), variable = tr_reg(t, tr_temp(t));
    MIR_label_t on = MIR_new_label(t->ctx);
    MIR_label_t stop = tr_cold(t, HELP_stop_at_call, 0, on, 0, NULL);
    tr_put2(t, MIR_ADDR, here, variable);
    tr_put3(t, MIR_UBLT, tr_label(t, stop), here,
            tr_thread_word(t, MIR_T_P, offsetof(struct thread, native_limit)));
    tr_place(t, on);
}

static void begin_method(struct translator *t) {
    const enum kind *kinds = tr_arg_kinds(t->request->method);
    const MIR_reg_t *args = declare_function(t, kinds);
    make_exits(t);
    if (t->frame)
        begin_frame(t);
    if (makes_calls(t->code))
        check_stack(t);
    for (uint32_t i = 0; i < t->code->arg_slots; i++)
        take_argument(t, i, kinds[i], args[i]);
    t->prologue_end = DLIST_TAIL(MIR_insn_t, t->function->u.func->insns);
    MIR_reg_t nothing = tr_temp(t);
    tr_put2(t, MIR_MOV, tr_reg(t, nothing), tr_zero(t, KIND_INT));
    for (uint32_t i = t->code->arg_slots; i < t->code->temp_start; i++) {
        if (t->in_memory[i])
            tr_put2(t, MIR_MOV, tr_def(t, i), tr_reg(t, nothing));
    }
}

/* Takes over the interpreter's frame as it is. */
static void begin_in_loop(struct translator *t) {
    t->function = MIR_new_func(t->ctx, "f", 0, NULL, 2, MIR_T_I64, "thread", MIR_T_I64, "slots");
    t->thread = MIR_reg(t->ctx, "thread", t->function->u.func);
    t->slots = MIR_reg(t->ctx, "slots", t->function->u.func);
    make_exits(t);
    if (t->frame) {
        t->frame = MIR_new_func_reg(t->ctx, t->function->u.func, MIR_T_I64, "frame");
        tr_put2(t, MIR_MOV, tr_reg(t, t->frame), tr_reg(t, t->slots));
    }
    t->prologue_end = DLIST_TAIL(MIR_insn_t, t->function->u.func->insns);
}

static void first_value(struct translator *t, enum kind kind, uint32_t slot) {
    bool is_local = slot >= t->code->arg_slots && slot < t->code->temp_start;
    MIR_op_t to = tr_reg(t, t->regs[kind][slot]);
    MIR_insn_t insn = NULL;
    if (t->slots)
        insn = MIR_new_insn(t->ctx, KIND_MOVES[kind], to,
                            tr_heap(t, KIND_TYPES[kind], 8 * (int64_t)slot, t->slots));
    else if (is_local)
        insn = MIR_new_insn(t->ctx, KIND_MOVES[kind], to, tr_zero(t, kind));
    if (insn && t->prologue_end)
        MIR_insert_insn_after(t->ctx, t->function, t->prologue_end, insn);
    else if (insn)
        MIR_prepend_insn(t->ctx, t->function, insn);
}

/* Locals start as zero, or all slots as in the frame taken over; in each kind of register that
 * turned out to be used. */
static void first_values(struct translator *t) {
    for (uint32_t slot = 0; slot < t->code->reg_count; slot++) {
        for (enum kind kind = KIND_INT; kind < KIND_COUNT; kind++) {
            if (t->regs[kind][slot])
                first_value(t, kind, slot);
        }
    }
}

/* The result from where entry leaves it to slots[0]; a structure is there already when slots is the
 * frame. */
static void enter_result(struct translator *t, MIR_reg_t slots, MIR_reg_t result) {
    const struct method *method = t->request->method;
    MIR_op_t value = tr_reg(t, result);
    if (method->return_slots == 1) {
        if (tr_kind_of(method->return_type) != KIND_INT)
            tr_put2(t, MIR_MOV, value, tr_float_word(t, KIND_INT, 0));
        tr_put2(t, MIR_MOV, tr_heap(t, MIR_T_I64, 0, slots), value);
    } else if (method->return_slots > 1 && !t->slots) {
        MIR_reg_t top = tr_temp(t);
        tr_put2(t, MIR_MOV, tr_reg(t, top),
                tr_thread_word(t, MIR_T_P, offsetof(struct thread, native_top)));
        copy_inline(t, slots, 0, top, 0, 8 * method->return_slots);
    }
}

/* Stores the variables into the frame. The evaluation stack is empty where handlers begin. */
static void store_variables(struct translator *t) {
    for (uint32_t slot = 0; slot < t->code->temp_start; slot++) {
        for (enum kind kind = KIND_INT; kind < KIND_COUNT; kind++) {
            if (t->regs[kind][slot])
                tr_move(t, kind, tr_heap(t, KIND_TYPES[kind], 8 * (int64_t)slot, t->frame),
                        tr_reg(t, t->regs[kind][slot]));
        }
    }
}

/* The interpreter runs the handler and what follows, and leaves the result in the frame. */
static void unwind(struct translator *t) {
    const struct method *method = t->request->method;
    bool is_float = method->return_slots == 1 && tr_kind_of(method->return_type) != KIND_INT;
    MIR_op_t args[] = {tr_pointer(t, t->code), tr_reg(t, t->unwind_at), tr_reg(t, t->frame)};
    store_variables(t);
    call_helper(t, HELP_unwind, 0, 3, args, 0);
    tr_put3(t, MIR_BNE, tr_label(t, t->unwound),
            tr_thread_word(t, MIR_T_P, offsetof(struct thread, exception)), tr_int(t, 0));
    tr_put2(t, MIR_MOV, tr_reg(t, t->result), tr_heap(t, MIR_T_I64, 0, t->frame));
    if (is_float)
        tr_put2(t, MIR_MOV, tr_float_word(t, KIND_INT, 0), tr_reg(t, t->result));
    tr_put1(t, MIR_JMP, tr_label(t, t->leave));
}

static void emit_unwinding(struct translator *t) {
    bool any = false;
    for (uint32_t i = 0; i < t->code->insn_count; i++) {
        if (!t->unwinds[i])
            continue;
        any = true;
        tr_place(t, t->unwinds[i]);
        tr_put2(t, MIR_MOV, tr_reg(t, t->unwind_at), tr_int(t, i));
        tr_put1(t, MIR_JMP, tr_label(t, t->unwind));
    }
    if (any) {
        tr_place(t, t->unwind);
        unwind(t);
    }
}

static void end_function(struct translator *t) {
    const struct runtime *rt = t->request->method->owner->rt;
    for (const struct cold *cold = t->cold; cold; cold = cold->next)
        emit_cold(t, cold);
    emit_unwinding(t);
    first_values(t);
    tr_place(t, t->thrown);
    keep_label(t);
    if (t->throws && rt->events != &rt->no_events) { /* MIR crashes over a call that is dead */
        call_helper(t, HELP_unwound, 0, 1, (MIR_op_t[]){tr_pointer(t, t->code)}, 0);
        keep_label(t);
    }
    tr_place(t, t->unwound);
    tr_put2(t, MIR_MOV, tr_reg(t, t->result), tr_int(t, 0));
    tr_place(t, t->leave);
    if (t->slots) {
        enter_result(t, t->slots, t->result);
        MIR_append_insn(t->ctx, t->function, MIR_new_ret_insn(t->ctx, 0));
    } else {
        if (t->frame)
            tr_put2(t, MIR_MOV, tr_thread_word(t, MIR_T_P, offsetof(struct thread, native_top)),
                    tr_reg(t, t->frame));
        MIR_append_insn(t->ctx, t->function, MIR_new_ret_insn(t->ctx, 1, tr_reg(t, t->result)));
    }
    MIR_finish_func(t->ctx);
}

/* void enter(thread, slots): the arguments from slots, the result to slots[0]. */
static MIR_item_t make_enter(struct translator *t) {
    const struct method *m = t->request->method;
    const enum kind *kinds = tr_arg_kinds(m);
    MIR_op_t *ops = mir_host_alloc(m->arg_slots + 5, sizeof *ops);
    uint32_t count = 2;
    for (uint32_t i = 0; i < m->arg_slots; i++)
        count += kinds[i] == KIND_INT;
    ops[0] = MIR_new_ref_op(t->ctx, proto(t, count));
    t->slots = 0;
    t->function =
        MIR_new_func(t->ctx, "enter", 0, NULL, 2, MIR_T_I64, "thread", MIR_T_I64, "slots");
    t->thread = MIR_reg(t->ctx, "thread", t->function->u.func);
    MIR_reg_t slots = MIR_reg(t->ctx, "slots", t->function->u.func);
    MIR_reg_t method = tr_temp(t), entry = tr_temp(t), result = tr_temp(t), bits = tr_temp(t);
    tr_put2(t, MIR_MOV, tr_reg(t, method), tr_pointer(t, m));
    tr_put2(t, MIR_MOV, tr_reg(t, entry),
            tr_heap(t, MIR_T_P, offsetof(struct method, entry), method));
    ops[1] = tr_reg(t, entry);
    ops[2] = tr_reg(t, result);
    ops[3] = tr_reg(t, t->thread);
    ops[4] = tr_reg(t, method);
    count = 5;
    for (uint32_t i = 0; i < m->arg_slots; i++) {
        MIR_op_t from = tr_heap(t, MIR_T_I64, 8 * (int64_t)i, slots);
        if (kinds[i] == KIND_INT) {
            ops[count++] = from;
        } else {
            tr_put2(t, MIR_MOV, tr_reg(t, bits), from);
            tr_put2(t, MIR_MOV, tr_float_word(t, KIND_INT, i), tr_reg(t, bits));
        }
    }
    put(t, MIR_CALL, count, ops);
    enter_result(t, slots, result);
    MIR_append_insn(t->ctx, t->function, MIR_new_ret_insn(t->ctx, 0));
    MIR_finish_func(t->ctx);
    return t->function;
}

/* ---- The result ---- */

static void check_supported(struct translator *t) {
    for (uint32_t i = 0; i < t->code->clause_count; i++) {
        if (t->code->clauses[i].kind == IL_CLAUSE_FILTER)
            tr_unsupported(t, "exception filters");
    }
    if (8 * t->code->return_slots > MAX_INLINE_COPY)
        tr_unsupported(t, "a large structure as result");
}

/* A fixed frame begins with `sub rsp, size`, as byte or as 32-bit number. */
static uint32_t frame_size(const uint8_t *code) {
    static const uint8_t SUB_8[] = {0x48, 0x83, 0xEC}, SUB_32[] = {0x48, 0x81, 0xEC};
    uint32_t size = 0;
    if (memcmp(code, SUB_8, sizeof SUB_8) == 0)
        size = code[3];
    else if (memcmp(code, SUB_32, sizeof SUB_32) == 0)
        memcpy(&size, code + 3, sizeof size);
    return size;
}

/* Sites were noted newest first; blocks keep their order in the code. */
static void fill_sites(struct translator *t, struct compiled *compiled) {
    uint32_t i = compiled->site_count;
    for (const struct pending_site *site = t->sites; site; site = site->next) {
        const uint8_t *address = *(uint8_t **)site->lref->u.lref_data->load_addr;
        compiled->sites[--i] = (struct site){(uint32_t)(address - compiled->start), site->insn};
    }
}

static void finish(struct translator *t, MIR_module_t module, MIR_item_t function,
                   MIR_item_t enter) {
    struct translation *request = t->request;
    MIR_finish_module(t->ctx);
    for (enum helper h = 0; h < HELPER_COUNT; h++) {
        if (t->helpers[h])
            MIR_load_external(t->ctx, helper_name(h), helper_function(h));
    }
    MIR_load_module(t->ctx, module);
    MIR_gen_set_optimize_level(t->ctx, request->level);
    MIR_link(t->ctx, MIR_set_gen_interface, NULL, NULL);
    struct compiled *compiled = request->compiled;
    compiled->start = function->u.func->machine_code;
    compiled->method = request->method;
    compiled->code = t->code;
    compiled->frame_size = frame_size(compiled->start);
    compiled->site_count = t->site_count;
    fill_sites(t, compiled);
    uint8_t *other = enter->u.func->machine_code;
    compiled->end = other > compiled->start ? other : NULL;
    request->enter = (jit_enter *)(uintptr_t)other;
}

void translate(MIR_context_t ctx, void *translation) {
    struct translation *request = translation;
    const struct code *code = request->code;
    struct translator *t = mir_host_alloc(1, sizeof *t);
    t->ctx = ctx;
    t->request = request;
    t->code = code;
    t->cold_end = &t->cold;
    for (enum kind kind = KIND_INT; kind < KIND_COUNT; kind++)
        t->regs[kind] = mir_host_alloc(code->reg_count + 1, sizeof *t->regs[kind]);
    t->non_null = mir_host_alloc(code->reg_count + 1, sizeof *t->non_null);
    t->constant_of = mir_host_alloc(code->reg_count + 1, sizeof(*t->constant_of));
    t->in_memory = mir_host_alloc(code->reg_count + 1, sizeof *t->in_memory);
    t->labels = mir_host_alloc(code->insn_count + 1, sizeof *t->labels);
    t->loops = mir_host_alloc(code->insn_count + 1, sizeof *t->loops);
    t->reachable = mir_host_alloc(code->insn_count + 1, sizeof *t->reachable);
    t->unwinds = mir_host_alloc(code->insn_count + 1, sizeof *t->unwinds);
    check_supported(t);
    MIR_module_t module = MIR_new_module(ctx, "m");
    t->heap = MIR_alias(ctx, "heap");
    t->constant = MIR_alias(ctx, "constant");
    t->thread_words = MIR_alias(ctx, "thread");
    bool in_loop = request->loop_at != NO_LOOP;
    find_reachable(t, in_loop ? request->loop_at : 0);
    for (uint32_t i = 0; i < code->insn_count; i++) {
        if (t->reachable[i])
            tr_each_in_memory(code, &code->insns[i], put_in_memory, t);
    }
    if (code->clause_count)
        put_in_memory(t, 0, 0); /* handlers need the frame */
    if (in_loop)
        begin_in_loop(t);
    else
        begin_method(t);
    find_targets(t);
    if (request->level >= LEVEL_WITH_LOOPS)
        find_heads(t, in_loop ? request->loop_at : 0);
    if (in_loop)
        jump_into_loop(t, request->loop_at);
    translate_body(t);
    end_function(t);
    MIR_item_t function = t->function, enter = in_loop ? function : make_enter(t);
    request->compiled =
        mem_calloc(1, sizeof(struct compiled) + t->site_count * sizeof(struct site));
    if (!request->compiled)
        mir_host_no_memory();
    finish(t, module, function, enter);
}
