/* What is compiled, how hard, and where it lies: see jit.h. */
#include "runtime/jit/jit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runtime/jit/perf_map.h"
#include "runtime/jit/translate.h"

#define REGION_SIZE   ((size_t)64 << 20)
#define FIRST_RECORDS 64

/* MIR's time grows faster than the method at level 2, and is half as long at level 0. In
 * instructions of the register code, of which each is about three of MIR's. */
#define LEVEL_2_MAX 350
#define LEVEL_1_MAX 7000

/* What is compiled, in ascending order of the addresses. Read without a lock by stack walks: a list
 * that has become too small stays until the end. */
struct compiled_list {
    struct compiled_list *previous;
    uint32_t count, capacity;
    struct compiled *entries[];
};

struct jit {
    code_region region;
    struct compiled_list *compiled; /* never NULL */
    jit_statistics statistics;
    int perf_map; /* a file descriptor; -1 for none */
};

static struct compiled_list *new_list(struct compiled_list *previous, uint32_t capacity) {
    struct compiled_list *list = mem_alloc(sizeof *list + capacity * sizeof list->entries[0]);
    if (!list)
        return NULL;
    *list = (struct compiled_list){.previous = previous, .capacity = capacity};
    if (previous) {
        list->count = previous->count;
        memcpy(list->entries, previous->entries, previous->count * sizeof list->entries[0]);
    }
    return list;
}

jit *jit_new(void) {
    jit *jit = mem_calloc(1, sizeof *jit);
    if (!jit)
        return NULL;
    jit->perf_map = -1;
    jit->compiled = new_list(NULL, FIRST_RECORDS);
    if (!jit->compiled || !code_region_init(&jit->region, REGION_SIZE)) {
        mem_free(jit->compiled);
        mem_free(jit);
        return NULL;
    }
    return jit;
}

void jit_free(jit *jit) {
    if (!jit)
        return;
    for (uint32_t i = 0; i < jit->compiled->count; i++)
        mem_free(jit->compiled->entries[i]);
    while (jit->compiled) {
        struct compiled_list *previous = jit->compiled->previous;
        mem_free(jit->compiled);
        jit->compiled = previous;
    }
    code_region_fini(&jit->region);
    if (jit->perf_map >= 0)
        close(jit->perf_map);
    mem_free(jit);
}

void jit_set_perf_map(jit *jit, int map) {
    if (jit)
        jit->perf_map = map;
}

/* ---- Compiling ---- */

static bool reserve_record(jit *jit) {
    if (jit->compiled->count < jit->compiled->capacity)
        return true;
    struct compiled_list *grown = new_list(jit->compiled, 2 * jit->compiled->capacity);
    if (!grown)
        return false;
    __atomic_store_n(&jit->compiled, grown, __ATOMIC_RELEASE);
    return true;
}

static jit_status run(jit *jit, struct translation *request, char *message, size_t size) {
    request->compiled = NULL;
    jit_status status = mir_host_run(&jit->region, translate, request, message, size);
    if (status != JIT_OK) {
        mem_free(request->compiled);
        request->compiled = NULL;
    }
    return status;
}

static bool is_call(const struct insn *insn) {
    return code_op_format((enum code_op)insn->op) == FORMAT_CALL || insn->op == CODE_newarr ||
           insn->op == CODE_calli || insn->op == CODE_math_r8 || insn->op == CODE_box;
}

static bool is_float_arithmetic(const struct insn *insn) {
    return insn->op >= CODE_add_r4 && insn->op <= CODE_neg_r8;
}

/* No floating-point register survives a call, and level 2 makes the worst of the stack slots that
 * result: it computes in them. */
static bool has_floats_and_calls(const struct code *code) {
    bool floats = false, calls = false;
    for (uint32_t i = 0; i < code->insn_count; i++) {
        floats |= is_float_arithmetic(&code->insns[i]);
        calls |= is_call(&code->insns[i]);
    }
    return floats && calls;
}

struct way_in {
    uint32_t at;
    bool passed;
};

static void look_at_target(void *arg, uint32_t target) {
    struct way_in *way = arg;
    way->passed |= target < way->at;
}

/* Whether a loop around instruction at goes on when that is left: entered there, it has two ways
 * in, which level 2 gets wrong (it takes variables for the ones of the other way). */
static bool is_in_outer_loop(const struct code *code, uint32_t at) {
    struct way_in way = {.at = at};
    for (uint32_t i = at; i < code->insn_count && !way.passed; i++)
        tr_each_target(&code->insns[i], i, look_at_target, &way);
    return way.passed;
}

static unsigned first_level(const struct translation *request) {
    const struct code *code = request->code;
    if (code->insn_count > LEVEL_1_MAX)
        return 0;
    return code->insn_count > LEVEL_2_MAX || has_floats_and_calls(code) ||
                   (request->loop_at != NO_LOOP && is_in_outer_loop(code, request->loop_at))
               ? 1
               : 2;
}

/* An error of MIR's own, such as an instruction it cannot encode, may go away without optimisation.
 */
static jit_status run_levels(jit *jit, struct translation *request, char *message, size_t size) {
    request->level = first_level(request);
    jit_status status = run(jit, request, message, size);
    if (status == JIT_REFUSED && !request->unsupported && request->level > 0) {
        request->level = 0;
        status = run(jit, request, message, size);
    }
    return status;
}

static void keep(jit *jit, const struct translation *request) {
    struct compiled *compiled = request->compiled;
    if (!compiled->end)
        compiled->end = jit->region.next;
    jit->compiled->entries[jit->compiled->count] = compiled;
    __atomic_store_n(&jit->compiled->count, jit->compiled->count + 1, __ATOMIC_RELEASE);
    if (jit->perf_map >= 0)
        perf_map_add(jit->perf_map, request->method, request->loop_at != NO_LOOP, compiled->start,
                     compiled->end);
    jit->statistics.compiled++;
    jit->statistics.code_bytes = (uint64_t)(jit->region.next - jit->region.base);
}

static void refuse(jit *jit, struct method *method, const char *reason) {
    char name[96];
    method->jit_state = JIT_STATE_REFUSED;
    jit->statistics.refused++;
    snprintf(jit->statistics.last_refusal, sizeof jit->statistics.last_refusal, "%s: %s",
             method_name(method, name, sizeof name), reason);
}

static bool compile(jit *jit, struct translation *request) {
    char message[128];
    jit_status status = JIT_NO_MEMORY;
    if (reserve_record(jit))
        status = run_levels(jit, request, message, sizeof message);
    switch (status) {
    case JIT_OK: keep(jit, request); return true;
    case JIT_NO_MEMORY: return false;
    case JIT_NO_ROOM: refuse(jit, request->method, "no room for code"); return false;
    case JIT_REFUSED: refuse(jit, request->method, message); return false;
    }
    return false;
}

bool jit_compile(jit *jit, struct method *method) {
    struct translation request = {.method = method, .code = method->code, .loop_at = NO_LOOP};
    if (!jit || method->jit_state != JIT_STATE_NONE || !request.code || request.code->is_stub)
        return method->jit_state == JIT_STATE_COMPILED;
    if (!compile(jit, &request))
        return false;
    __atomic_store_n(&method->entry, request.compiled->start, __ATOMIC_RELEASE);
    __atomic_store_n(&method->enter, request.enter, __ATOMIC_RELEASE);
    method->jit_state = JIT_STATE_COMPILED;
    return true;
}

/* Handlers that were entered with an exception end in ways that compiled code does not know. */
static bool in_handler(const struct code *code, uint32_t insn) {
    for (uint32_t i = 0; i < code->clause_count; i++) {
        if (insn >= code->clauses[i].handler_start && insn < code->clauses[i].handler_end)
            return true;
    }
    return false;
}

jit_enter *jit_compile_loop(jit *jit, const struct code *code, uint32_t insn) {
    struct translation request = {.method = code->method, .code = code, .loop_at = insn};
    if (!jit || code->method->jit_state == JIT_STATE_REFUSED || in_handler(code, insn))
        return NULL;
    return compile(jit, &request) ? request.enter : NULL;
}

void jit_get_statistics(const jit *jit, jit_statistics *out) {
    *out = jit ? jit->statistics : (jit_statistics){0};
}

/* ---- Stack walks ---- */

/* The last record that starts at or before address, if it contains it. */
static const struct compiled *find(const jit *jit, const uint8_t *address) {
    const struct compiled_list *list = __atomic_load_n(&jit->compiled, __ATOMIC_ACQUIRE);
    uint32_t low = 0, high = __atomic_load_n(&list->count, __ATOMIC_ACQUIRE);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (list->entries[middle]->start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    const struct compiled *found = low ? list->entries[low - 1] : NULL;
    return found && address < found->end ? found : NULL;
}

/* The label behind a call may stand a little after the return address. */
static uint32_t insn_at(const struct compiled *compiled, const uint8_t *address) {
    uint32_t offset = (uint32_t)(address - compiled->start);
    uint32_t low = 0, high = compiled->site_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compiled->sites[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < compiled->site_count ? compiled->sites[low].insn : 0;
}

static const uint8_t *word_at(const uint8_t *address) {
    const uint8_t *word;
    memcpy(&word, address, sizeof word);
    return word;
}

void jit_walk_start(jit_walk *walk, const jit *jit, const void *native_frame) {
    const uint8_t *frame = native_frame;
    *walk = (jit_walk){.jit = jit};
    if (!jit || !frame)
        return;
    walk->fp = word_at(frame);
    walk->return_address = word_at(frame + 8);
    walk->sp = frame + 16;
}

bool jit_walk_next(jit_walk *walk, jit_activation *out) {
    const struct compiled *compiled = walk->jit ? find(walk->jit, walk->return_address) : NULL;
    if (!compiled)
        return false;
    out->method = compiled->method;
    out->code = compiled->code;
    out->ip = walk->return_address;
    out->insn = insn_at(compiled, walk->return_address);
    out->il_offset = compiled->code->il_offsets[out->insn];
    const uint8_t *end; /* of the activation: where its return address lies */
    if (compiled->frame_size) {
        end = walk->sp + compiled->frame_size;
    } else {
        end = walk->fp + 8;
        walk->fp = word_at(walk->fp);
    }
    out->id = (uintptr_t)end;
    walk->return_address = word_at(end);
    walk->sp = end + 8;
    return true;
}
