/* Exceptions: the two passes over the frames (I.12.4.2).
 *
 * Pass one walks from the throwing frame outwards until a clause catches the exception, running
 * filters on the way; nothing is unwound yet. Pass two unwinds frame by frame up to the catching
 * one, running finally and fault blocks. A frame marked as boundary was called by native code that
 * takes whatever comes out of it; the boundary at a thread's start means that nobody catches, and
 * then pass two runs no finally block, as in CoreCLR.
 *
 * A finally or fault block entered by pass two keeps the unwinding in the clause's state registers:
 *
 *   [0] -1 (otherwise the instruction to go on with, written by call_finally)
 *   [1] the exception   [2] catching frame   [3] catching clause
 *
 * For catch and filter clauses [0] is the caught exception, for rethrow. */
#include <string.h>

#include "runtime/exec/interp.h"
#include "runtime/exec/trace.h"
#include "runtime/exec/walk.h"

#define NO_CLAUSE UINT32_MAX

static uint32_t insn_index(const struct frame *frame) {
    return (uint32_t)(frame->ip - frame->code->insns);
}

static bool in_try(const struct code_clause *clause, uint32_t index) {
    return index >= clause->try_start && index < clause->try_end;
}

/* ---- Pass one ---- */

/* Runs a filter in the registers of its own frame, while the frames above it still exist: what lies
 * above is put aside meanwhile. */
static bool run_filter(struct thread *t, uint32_t index, const struct code_clause *clause,
                       struct object *exception) {
    struct frame *frame = &t->frames[index];
    union slot *start = frame->regs + frame->code->temp_start;
    const struct frame *top = &t->frames[t->frame_count - 1];
    union slot *end = top->regs + top->code->reg_count;
    size_t count = end > start ? (size_t)(end - start) : 0;
    if (t->frame_count >= EXEC_MAX_FRAMES)
        return false;
    union slot *saved = mem_calloc(count + 1, sizeof *saved);
    if (!saved)
        return false;
    memcpy(saved, start, count * sizeof *saved);
    t->exception = NULL;
    frame->regs[clause->exception_reg].o = exception_seen_by(frame->code->method, exception);
    frame->regs[clause->state_reg].o = exception;
    uint32_t base = t->frame_count;
    struct frame *filter = &t->frames[t->frame_count++];
    *filter = (struct frame){.code = frame->code,
                             .regs = frame->regs,
                             .ip = frame->code->insns + clause->filter_start,
                             .boundary = true,
                             .filter = true};
    t->filter_result = 0;
    interp_run(t, base);
    bool yes = !t->exception && t->filter_result != 0;
    memcpy(start, saved, count * sizeof *saved);
    mem_free(saved);
    t->exception = exception;
    t->catch_known = false;
    return yes;
}

static bool catches(struct thread *t, uint32_t index, struct method *method,
                    const struct code_clause *clause) {
    struct object *exception = t->exception;
    rt_events *events = t->rt->events;
    if (clause->kind == IL_CLAUSE_CATCH)
        return clause->catch_type &&
               type_is_assignable(exception_seen_by(method, exception)->type, clause->catch_type);
    if (clause->kind != IL_CLAUSE_FILTER)
        return false;
    RT_TELL(events, exception_filter_enter, method);
    bool yes = run_filter(t, index, clause, exception);
    RT_TELL(events, exception_filter_leave);
    return yes;
}

static bool search_frame(struct thread *t, uint32_t index) {
    const struct frame *frame = &t->frames[index];
    const struct code *code = frame->code;
    uint32_t at = insn_index(frame);
    for (uint32_t i = 0; !frame->filter && i < code->clause_count; i++) {
        if (in_try(&code->clauses[i], at) && catches(t, index, code->method, &code->clauses[i])) {
            t->catch_frame = index;
            t->catch_clause = i;
            return true;
        }
    }
    return false;
}

/* Compiled methods have no filters. */
static bool search_compiled(struct thread *t, const struct walk_entry *entry) {
    const struct code *code = entry->code;
    for (uint32_t i = 0; i < code->clause_count; i++) {
        const struct code_clause *clause = &code->clauses[i];
        if (clause->kind == IL_CLAUSE_CATCH && in_try(clause, entry->insn) &&
            catches(t, 0, entry->method, clause)) {
            t->catch_frame = entry->activation;
            t->catch_clause = i;
            return true;
        }
    }
    return false;
}

static bool has_filter(const struct code *code) {
    for (uint32_t i = 0; i < code->clause_count; i++) {
        if (code->clauses[i].kind == IL_CLAUSE_FILTER)
            return true;
    }
    return false;
}

static bool search_activation(struct thread *t, struct trace *trace,
                              const struct walk_entry *entry) {
    rt_events *events = t->rt->events;
    trace_add(trace, entry->method, entry->il_offset);
    RT_TELL(events, exception_search_enter, entry->method);
    if (has_filter(entry->code))
        trace_store(trace, t); /* for the filter to see */
    bool found = entry->frame ? search_frame(t, entry->index) : search_compiled(t, entry);
    if (found)
        RT_TELL(events, exception_catcher_found, entry->method);
    RT_TELL(events, exception_search_leave);
    return found;
}

bool exception_is_abort(const struct thread *t, const struct object *exception) {
    return t->aborting && strcmp(exception->type->name, "ThreadAbortException") == 0;
}

void exception_search(struct thread *t, enum trace_use use) {
    struct stack_walk walk;
    struct walk_entry entry;
    struct trace trace;
    bool found = false;
    t->catch_frame = 0;
    t->catch_clause = NO_CLAUSE;
    bool is_abort = exception_is_abort(t, t->exception);
    t->unhandled = !is_abort;
    trace_begin(&trace, t->exception, use != TRACE_ANEW);
    trace.resumes = use == TRACE_RESUME;
    stack_walk_start(&walk, t);
    while (!found && stack_walk_next(&walk, &entry)) {
        if (entry.method)
            found = search_activation(t, &trace, &entry);
        if (!found && entry.frame && entry.frame->boundary) {
            t->catch_frame = entry.index;
            t->unhandled = entry.frame->root && !is_abort;
            break;
        }
    }
    if (found)
        t->unhandled = false;
    trace_store(&trace, t);
    t->catch_known = true;
}

/* ---- Pass two ---- */

static void enter_catch(struct thread *t, struct frame *frame) {
    const struct code_clause *clause = &frame->code->clauses[t->catch_clause];
    rt_events *events = t->rt->events;
    struct object *exception = t->exception;
    frame->regs[clause->exception_reg].o = exception_seen_by(frame->code->method, exception);
    frame->regs[clause->state_reg].o = exception;
    frame->ip = frame->code->insns + clause->handler_start;
    t->exception = NULL;
    t->catch_known = false;
    RT_TELL(events, exception_catcher_enter, frame->code->method, exception);
}

static void enter_finally(struct thread *t, struct frame *frame, const struct code_clause *clause) {
    rt_events *events = t->rt->events;
    union slot *state = &frame->regs[clause->state_reg];
    state[0].i8 = -1;
    state[1].o = t->exception;
    state[2].u8 = t->catch_frame;
    state[3].i8 = t->catch_clause;
    frame->ip = frame->code->insns + clause->handler_start;
    t->exception = NULL;
    t->catch_known = false;
    RT_TELL(events, exception_finally_enter, frame->code->method);
}

uint32_t exception_resume(struct thread *t, const struct frame *frame, uint16_t state_reg) {
    const union slot *state = &frame->regs[state_reg];
    rt_events *events = t->rt->events;
    t->exception = state[1].o;
    t->catch_frame = state[2].u8;
    t->catch_clause = (uint32_t)state[3].i8;
    t->catch_known = true;
    t->unhandled = false;
    RT_TELL(events, exception_finally_leave);
    for (uint32_t i = 0; i < frame->code->clause_count; i++) {
        if (frame->code->clauses[i].state_reg == state_reg)
            return i + 1;
    }
    return frame->code->clause_count;
}

void exception_tell_unwound(struct thread *t, struct method *method) {
    rt_events *events = t->rt->events;
    if (t->unhandled)
        return;
    RT_TELL(events, exception_unwind_enter, method);
    RT_TELL(events, exception_unwind_leave);
}

/* The next finally or fault clause of the frame that has to run; NULL when there is none. at is
 * where the exception passed through the frame. */
static const struct code_clause *next_finally(const struct frame *frame, uint32_t first,
                                              uint32_t last, uint32_t at) {
    const struct code *code = frame->code;
    for (uint32_t i = first; i < code->clause_count && i < last; i++) {
        const struct code_clause *clause = &code->clauses[i];
        bool is_finally = clause->kind == IL_CLAUSE_FINALLY || clause->kind == IL_CLAUSE_FAULT;
        if (is_finally && in_try(clause, at))
            return clause;
    }
    return NULL;
}

bool exception_dispatch(struct thread *t, uint32_t base, uint32_t first_clause) {
    rt_events *events = t->rt->events;
    while (t->frame_count > base) {
        uint32_t index = t->frame_count - 1;
        struct frame *frame = &t->frames[index];
        bool catching = index == t->catch_frame && t->catch_clause != NO_CLAUSE;
        bool quiet = t->unhandled || !frame->code->method || frame->replaced;
        uint32_t at = insn_index(frame);
        const struct code_clause *clause = NULL;
        if (first_clause == 0 && !quiet)
            RT_TELL(events, exception_unwind_enter, frame->code->method);
        if (!t->unhandled && !frame->filter && !frame->replaced)
            clause = next_finally(frame, first_clause,
                                  catching ? t->catch_clause : frame->code->clause_count, at);
        if (clause) {
            enter_finally(t, frame, clause);
            return true;
        }
        if (catching) {
            enter_catch(t, frame);
            return true;
        }
        if (!quiet)
            RT_TELL(events, exception_unwind_leave);
        t->frame_count--;
        first_clause = 0;
    }
    return false;
}
