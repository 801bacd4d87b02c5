/* Register code: names and formats of the operations, and printing it. */
#include "runtime/exec/code.h"

#include <stdio.h>

static const struct {
    const char *name;
    uint8_t format;
} OPS[] = {
#define CODE_OP(name, format) {#name, FORMAT_##format},
#include "runtime/exec/code.def"
#undef CODE_OP
};

const char *code_op_name(enum code_op op) {
    return op < CODE_OP_COUNT ? OPS[op].name : "?";
}

enum code_format code_op_format(enum code_op op) {
    return op < CODE_OP_COUNT ? (enum code_format)OPS[op].format : FORMAT_NONE;
}

static void print_operands(FILE *f, const struct insn *insn) {
    switch (code_op_format(insn->op)) {
    case FORMAT_NONE: break;
    case FORMAT_D: fprintf(f, "r%u, 0x%llx", insn->a, (unsigned long long)insn->u.i); break;
    case FORMAT_DS: fprintf(f, "r%u, r%u", insn->a, insn->b); break;
    case FORMAT_DSS: fprintf(f, "r%u, r%u, r%u", insn->a, insn->b, insn->c); break;
    case FORMAT_DSI: fprintf(f, "r%u, r%u, %lld", insn->a, insn->b, (long long)insn->u.i); break;
    case FORMAT_S: fprintf(f, "r%u", insn->a); break;
    case FORMAT_B: fprintf(f, "-> %u", insn->u.branch.target); break;
    case FORMAT_SB: fprintf(f, "r%u -> %u", insn->a, insn->u.branch.target); break;
    case FORMAT_SSB: fprintf(f, "r%u, r%u -> %u", insn->a, insn->b, insn->u.branch.target); break;
    case FORMAT_SIB:
        fprintf(f, "r%u, %d -> %u", insn->a, insn->u.branch.imm, insn->u.branch.target);
        break;
    case FORMAT_LOAD:
        fprintf(f, "r%u, [r%u + %u] size %u", insn->a, insn->b, insn->u.mem.offset,
                insn->u.mem.size);
        break;
    case FORMAT_STORE:
        fprintf(f, "[r%u + %u], r%u size %u", insn->a, insn->u.mem.offset, insn->b,
                insn->u.mem.size);
        break;
    case FORMAT_ELEM: fprintf(f, "r%u, r%u[r%u]", insn->a, insn->b, insn->c); break;
    case FORMAT_STELEM: fprintf(f, "r%u[r%u], r%u", insn->a, insn->b, insn->c); break;
    case FORMAT_CALL:
    case FORMAT_LOADS:
    case FORMAT_STORES: fprintf(f, "r%u, %p", insn->a, insn->u.p); break;
    case FORMAT_OTHER:
        fprintf(f, "r%u, r%u, r%u, 0x%llx", insn->a, insn->b, insn->c,
                (unsigned long long)insn->u.i);
        break;
    }
}

void code_dump(const struct code *code, FILE *f) {
    char name[256];
    fprintf(f, "%s: %u registers, %u instructions\n", method_name(code->method, name, sizeof name),
            code->reg_count, code->insn_count);
    for (uint32_t i = 0; i < code->insn_count; i++) {
        fprintf(f, "%5u  IL_%04X  %-14s ", i, code->il_offsets[i], OPS[code->insns[i].op].name);
        print_operands(f, &code->insns[i]);
        fprintf(f, "\n");
    }
    for (uint32_t i = 0; i < code->clause_count; i++) {
        const struct code_clause *c = &code->clauses[i];
        fprintf(f, "clause %u: kind %d, try %u..%u, handler %u..%u\n", i, (int)c->kind,
                c->try_start, c->try_end, c->handler_start, c->handler_end);
    }
}
