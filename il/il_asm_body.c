/* The assembler's method bodies (II.15.4, II.19, III).
 *
 * Instructions are encoded as they are read, each as it is written: a short branch stays short, and
 * one that does not reach is a mistake. Branches and clauses wait in lists for the labels at the
 * end of the method. In il_asm.code a body has a fat header before its code; what may be tiny gets
 * a tiny header in the last byte of it. */
#include "il_asm_state.h"
#include "il_insn.h"

enum { FAT_HEADER = 12, METHOD_HAS_SECURITY = 0x4000 };

typedef struct label {
    const char *start;
    uint32_t size, offset;
} label;

/* A place in the code, by name or by number. */
typedef struct spot {
    il_asm_name name; /* size 0: offset says */
    uint32_t offset;
    il_asm_place place;
} spot;

/* A branch operand that waits for its label. */
typedef struct use {
    il_asm_name name;
    uint32_t at, next; /* in il_asm.code: the operand; the instruction behind */
    bool is_short;
    il_asm_place place;
} use;

typedef struct clause {
    il_clause_kind kind;
    uint32_t token;
    spot try_start, try_end, filter, handler_start, handler_end;
} clause;

typedef struct local_name {
    il_asm_name name;
    uint32_t number;
} local_name;

/* ---- Opcodes by name ---- */

typedef struct alias {
    const char *text;
    uint16_t opcode;
} alias;

static const alias ALIASES[] = {
    {"brnull", IL_OP_BRFALSE},      {"brnull.s", IL_OP_BRFALSE_S}, {"brzero", IL_OP_BRFALSE},
    {"brzero.s", IL_OP_BRFALSE_S},  {"brinst", IL_OP_BRTRUE},      {"brinst.s", IL_OP_BRTRUE_S},
    {"endfault", IL_OP_ENDFINALLY}, {"ldind.u8", IL_OP_LDIND_I8},  {"ldelem.u8", IL_OP_LDELEM_I8},
    {"ldelem.any", IL_OP_LDELEM},   {"stelem.any", IL_OP_STELEM},  {"ldc.i4.M1", IL_OP_LDC_I4_M1},
};

enum { ALIAS_COUNT = sizeof ALIASES / sizeof *ALIASES, NAME_COUNT = IL_OPCODE_COUNT + ALIAS_COUNT };

static const char *opcode_name(uint32_t i) {
    return i < IL_OPCODE_COUNT ? il_opcode_get((il_opcode)i)->text
                               : ALIASES[i - IL_OPCODE_COUNT].text;
}

bool il_asm_init_opcodes(il_asm *as) {
    enum { MASK = sizeof as->opcodes / sizeof *as->opcodes - 1 };
    for (uint32_t i = 0; i < NAME_COUNT; i++) {
        const char *name = opcode_name(i);
        uint32_t slot = il_asm_hash(0, name, strlen(name));
        while (as->opcodes[slot & MASK])
            slot++;
        as->opcodes[slot & MASK] = (uint16_t)(i + 1);
    }
    return true;
}

/* The opcode that the current word names; IL_OPCODE_INVALID when it names none. */
static il_opcode find_opcode(const il_asm *as) {
    enum { MASK = sizeof as->opcodes / sizeof *as->opcodes - 1 };
    uint32_t slot = il_asm_hash(0, as->t.start, as->t.size);
    for (uint32_t i; (i = as->opcodes[slot & MASK]) != 0; slot++) {
        if (il_lex_is(&as->t, opcode_name(i - 1)))
            return i <= IL_OPCODE_COUNT ? (il_opcode)(i - 1)
                                        : (il_opcode)ALIASES[i - 1 - IL_OPCODE_COUNT].opcode;
    }
    return IL_OPCODE_INVALID;
}

/* ---- Labels ---- */

static uint32_t code_offset(const il_asm *as) {
    return (uint32_t)as->code.size - as->method.start;
}

static const label *find_label(const il_asm *as, const il_asm_name *name) {
    const il_asm_method_state *m = &as->method;
    uint32_t hash = il_asm_hash(0, name->start, name->size), slot = hash, entry;
    while (il_asm_index_find(&m->label_index, hash, &slot, &entry)) {
        const label *known = IL_ASM_ITEM(&m->labels, label, entry);
        if (known->size == name->size && memcmp(known->start, name->start, name->size) == 0)
            return known;
    }
    return NULL;
}

static void add_label(il_asm *as, il_asm_name name, il_asm_place place) {
    il_asm_method_state *m = &as->method;
    if (as->panic)
        return;
    if (find_label(as, &name)) {
        il_asm_fail_at(as, place, "a second label %.*s in this method", (int)name.size, name.start);
        return;
    }
    label *added = IL_ASM_ADD(as, &m->labels, label);
    if (added && il_asm_index_add(as, &m->label_index, il_asm_hash(0, name.start, name.size)))
        *added = (label){name.start, name.size, code_offset(as)};
}

/* Empties the index in time that depends on this method's labels only. */
static void forget_labels(il_asm_method_state *m) {
    il_asm_index *index = &m->label_index;
    for (uint32_t i = index->count; i > 0; i--) {
        uint32_t slot = index->hashes[i - 1];
        while (index->slots[slot & index->mask] != i)
            slot++;
        index->slots[slot & index->mask] = 0;
    }
    index->count = m->labels.count = 0;
}

/* The offset a spot stands for; a mistake when there is no such label. */
static uint32_t offset_of(il_asm *as, const spot *where) {
    if (where->name.size == 0)
        return where->offset;
    const label *target = find_label(as, &where->name);
    if (target)
        return target->offset;
    il_asm_fail_at(as, where->place, "no label %.*s in this method", (int)where->name.size,
                   where->name.start);
    return 0;
}

static spot spot_here(const il_asm *as) {
    return (spot){.offset = code_offset(as)};
}

static spot read_spot(il_asm *as) {
    spot where = {.place = il_asm_here(as)};
    if (il_asm_at(as, IL_LEX_INT))
        where.offset = (uint32_t)il_asm_int_in(as, 0, UINT32_MAX);
    else
        where.name = il_asm_id(as);
    return where;
}

/* ---- Operands ---- */

/* A label or a distance, as a placeholder until the end of the method. next is set later, when the
 * end of the instruction is known. */
static void read_target(il_asm *as, bool is_short) {
    if (il_asm_at(as, IL_LEX_INT)) {
        int64_t distance = is_short ? il_asm_int_in(as, INT8_MIN, INT8_MAX)
                                    : il_asm_int_in(as, INT32_MIN, INT32_MAX);
        il_asm_put_int(&as->code, (uint64_t)distance, is_short ? 1 : 4);
        return;
    }
    il_asm_place place = il_asm_here(as);
    il_asm_name name = il_asm_id(as);
    use *waiting = IL_ASM_ADD(as, &as->method.uses, use);
    if (waiting)
        *waiting = (use){name, (uint32_t)as->code.size, 0, is_short, place};
    il_asm_put_int(&as->code, 0, is_short ? 1 : 4);
}

/* The instruction ends here: targets of it count from here. */
static void end_targets(il_asm *as, uint32_t first_use) {
    for (uint32_t i = first_use; i < as->method.uses.count; i++)
        IL_ASM_ITEM(&as->method.uses, use, i)->next = (uint32_t)as->code.size;
}

static void read_switch(il_asm *as) {
    size_t count_at = as->code.size;
    uint32_t count = 0;
    il_asm_put_int(&as->code, 0, 4);
    il_asm_expect(as, '(');
    while (!il_asm_ends(as, ')')) {
        if (count)
            il_asm_expect(as, ',');
        read_target(as, false);
        count++;
    }
    il_asm_expect(as, ')');
    if (!as->code.out_of_memory)
        il_store32((uint8_t *)as->code.data + count_at, count);
}

/* The last one of a name counts: it is that of the innermost block. */
static uint32_t find_local(il_asm *as, const il_asm_name *name, il_asm_place place) {
    const il_asm_list *names = &as->method.local_names;
    for (uint32_t i = names->count; i > 0; i--) {
        const local_name *local = IL_ASM_ITEM(names, local_name, i - 1);
        if (il_asm_same_text(&local->name, name))
            return local->number;
    }
    il_asm_fail_at(as, place, "no local %.*s in this method", (int)name->size, name->start);
    return 0;
}

static uint32_t find_argument(il_asm *as, const il_asm_name *name, il_asm_place place) {
    const il_asm_method_state *m = &as->method;
    bool has_this = (m->convention & (IL_SIG_HASTHIS | IL_SIG_EXPLICITTHIS)) == IL_SIG_HASTHIS;
    for (uint32_t i = 1; i < m->params.count; i++) {
        if (il_asm_same_text(&IL_ASM_ITEM(&m->params, il_asm_param, i)->name, name))
            return i - 1 + has_this;
    }
    il_asm_fail_at(as, place, "no parameter %.*s of this method", (int)name->size, name->start);
    return 0;
}

static void read_variable(il_asm *as, il_opcode opcode, bool is_short) {
    uint32_t most = is_short ? UINT8_MAX : UINT16_MAX - 1, number;
    il_asm_place place = il_asm_here(as);
    if (il_asm_at(as, IL_LEX_INT)) {
        number = (uint32_t)il_asm_int_in(as, 0, most);
    } else {
        il_asm_name name = il_asm_id(as);
        number = as->panic                  ? 0
                 : il_names_a_local(opcode) ? find_local(as, &name, place)
                                            : find_argument(as, &name, place);
        if (number > most)
            il_asm_fail_at(as, place, "number %u does not fit the short form", number);
    }
    il_asm_put_int(&as->code, number, is_short ? 1 : 2);
}

/* An odd last byte is dropped: monodis prints the flag that ends a user string (II.24.2.4). */
static uint32_t read_string(il_asm *as) {
    il_text text = {0};
    if (il_asm_take_text(as, "bytearray"))
        il_asm_bytes(as, &text);
    else
        il_asm_utf16(as, &text);
    uint16_t *units = as->panic ? NULL : mem_calloc(text.size / 2 + 1, sizeof *units);
    for (size_t i = 0; units && i < text.size / 2; i++)
        units[i] = il_load16((const uint8_t *)text.data + 2 * i);
    uint32_t token = units ? il_build_user_string(as->build, units, text.size / 2) : 0;
    if (text.out_of_memory || (!units && !as->panic))
        il_asm_no_memory(as);
    mem_free(units);
    il_text_fini(&text);
    return token;
}

static uint32_t read_token_operand(il_asm *as, il_operand operand) {
    switch (operand) {
    case IL_OPERAND_METHOD: return il_asm_method_ref(as);
    case IL_OPERAND_FIELD: return il_asm_field_ref(as);
    case IL_OPERAND_TYPE: return il_asm_type_token(as);
    case IL_OPERAND_SIG: return il_asm_call_sig(as);
    case IL_OPERAND_STRING: return read_string(as);
    default: return il_asm_token_ref(as);
    }
}

/* The rest of the line, without the white space at its end. */
static uint32_t line_size(const il_asm *as) {
    const char *start = as->t.start, *end = memchr(start, '\n', (size_t)(as->lex.end - start));
    if (!end)
        end = as->lex.end;
    while (end > start && (end[-1] == ' ' || end[-1] == '\r' || end[-1] == '\t'))
        end--;
    return (uint32_t)(end - start);
}

/* An operand that becomes a token. Most lines are written many times, so the meaning of each is
 * remembered; but not where an operand ends elsewhere, or speaks of type parameters by name. */
static void read_token(il_asm *as, il_operand operand) {
    const char *start = as->t.start;
    uint32_t size = line_size(as), value, mistakes = as->mistakes;
    if (!as->panic && il_asm_memo_find(as, (uint8_t)operand, start, size, &value)) {
        as->lex.next = start + size;
        il_asm_next(as);
    } else {
        as->named_variable = false;
        value = read_token_operand(as, operand);
        if (as->last == start + size && !as->named_variable && mistakes == as->mistakes)
            il_asm_memo_add(as, (uint8_t)operand, start, size, value);
    }
    if (IL_ASM_IS_REF(value)) {
        uint32_t *patch = IL_ASM_ADD(as, &as->patches, uint32_t);
        if (patch)
            *patch = (uint32_t)as->code.size;
    }
    il_put_u32(&as->code, value);
}

/* One byte; -1 may be written as 255 or as 0xffffffff. */
static uint64_t read_small_int(il_asm *as) {
    if (il_asm_at(as, IL_LEX_INT) && as->t.u.i <= UINT32_MAX && (int32_t)as->t.u.i < 0)
        as->t.u.i = (uint64_t)(int32_t)as->t.u.i;
    return (uint64_t)il_asm_int_in(as, INT8_MIN, UINT8_MAX);
}

static void read_operand(il_asm *as, il_opcode opcode, il_operand operand) {
    uint32_t first_use = as->method.uses.count;
    switch (operand) {
    case IL_OPERAND_NONE: break;
    case IL_OPERAND_I1: il_asm_put_int(&as->code, read_small_int(as), 1); break;
    case IL_OPERAND_U1:
        il_asm_put_int(&as->code, (uint64_t)il_asm_int_in(as, 0, UINT8_MAX), 1);
        break;
    case IL_OPERAND_I4:
        il_asm_put_int(&as->code, (uint64_t)il_asm_int_in(as, INT32_MIN, UINT32_MAX), 4);
        break;
    case IL_OPERAND_I8: il_asm_put_int(&as->code, (uint64_t)il_asm_int(as), 8); break;
    case IL_OPERAND_R4: il_asm_put_int(&as->code, il_asm_float_bits(as, true), 4); break;
    case IL_OPERAND_R8: il_asm_put_int(&as->code, il_asm_float_bits(as, false), 8); break;
    case IL_OPERAND_BRANCH1: read_target(as, true); break;
    case IL_OPERAND_BRANCH4: read_target(as, false); break;
    case IL_OPERAND_SWITCH: read_switch(as); break;
    case IL_OPERAND_VAR1: read_variable(as, opcode, true); break;
    case IL_OPERAND_VAR2: read_variable(as, opcode, false); break;
    default: read_token(as, operand); break;
    }
    end_targets(as, first_use);
}

static void read_instruction(il_asm *as, il_opcode opcode) {
    const il_opcode_info *info = il_opcode_get(opcode);
    if (info->code >= 0xFE00)
        il_put_u8(&as->code, 0xFE);
    il_put_u8(&as->code, (uint8_t)info->code);
    il_asm_next(as);
    read_operand(as, opcode, (il_operand)info->operand);
}

/* ---- Locals (II.15.4.1.3) ---- */

static void name_local(il_asm *as, uint32_t number) {
    il_asm_name name = il_asm_id(as);
    local_name *local = IL_ASM_ADD(as, &as->method.local_names, local_name);
    if (local)
        *local = (local_name){name, number};
}

static void set_local(il_asm *as, uint32_t number, const il_text *type) {
    il_asm_list *types = &as->method.local_types;
    while (types->count <= number) {
        if (!IL_ASM_ADD(as, types, il_blob))
            return;
    }
    *IL_ASM_ITEM(types, il_blob, number) = il_asm_keep(as, type->data, type->size);
}

/* "[0] int32 count" */
static void read_local(il_asm *as) {
    il_text type = {0};
    uint32_t number = as->method.local_types.count;
    if (il_asm_take(as, '[')) {
        number = (uint32_t)il_asm_int_in(as, 0, UINT16_MAX - 1);
        il_asm_expect(as, ']');
    }
    il_asm_type_sig(as, &type);
    if (type.out_of_memory)
        il_asm_no_memory(as);
    if (!as->panic)
        set_local(as, number, &type);
    il_text_fini(&type);
    if (il_asm_at_id(as))
        name_local(as, number);
}

static void read_locals(il_asm *as) {
    as->method.init_locals |= il_asm_take_text(as, "init");
    as->method.has_locals = true;
    il_asm_expect(as, '(');
    while (!il_asm_ends(as, ')')) {
        read_local(as);
        if (!il_asm_at(as, ')'))
            il_asm_expect(as, ',');
    }
    il_asm_expect(as, ')');
}

/* A StandAloneSig token; 0 without locals. */
static uint32_t locals_token(il_asm *as) {
    const il_asm_list *types = &as->method.local_types;
    il_text sig = {0};
    if (types->count == 0)
        return 0;
    il_put_list_header(&sig, IL_SIG_LOCALS, types->count);
    for (uint32_t i = 0; i < types->count; i++) {
        const il_blob *type = IL_ASM_ITEM(types, il_blob, i);
        if (type->size)
            il_put_bytes(&sig, type->data, type->size);
        else
            il_put_element(&sig, IL_TYPE_OBJECT); /* a number that was left out */
    }
    if (sig.out_of_memory)
        il_asm_no_memory(as);
    uint32_t token = il_build_standalone_sig(as->build, il_text_blob(&sig));
    il_text_fini(&sig);
    return token;
}

/* ---- Exception blocks (II.19) ---- */

static void read_block(il_asm *as);

/* "{ ... }" or, when ranges are given by labels, what stands before them and "L1 to L2". */
static void read_range(il_asm *as, spot *start, spot *end) {
    if (il_asm_at(as, '{')) {
        *start = spot_here(as);
        read_block(as);
        *end = spot_here(as);
    } else {
        *start = read_spot(as);
        il_asm_expect_text(as, "to");
        *end = read_spot(as);
    }
}

static void read_filter(il_asm *as, clause *c) {
    if (il_asm_at(as, '{')) {
        c->filter = spot_here(as);
        read_block(as);
    } else {
        c->filter = read_spot(as);
    }
}

/* catch, filter, finally or fault with its handler; false when none follows. */
static bool read_handler(il_asm *as, const spot *try_start, const spot *try_end) {
    clause c = {.try_start = *try_start, .try_end = *try_end};
    if (il_asm_take_text(as, "catch")) {
        c.kind = IL_CLAUSE_CATCH;
        c.token = il_asm_type_token(as);
    } else if (il_asm_take_text(as, "filter")) {
        c.kind = IL_CLAUSE_FILTER;
        read_filter(as, &c);
    } else if (il_asm_take_text(as, "finally")) {
        c.kind = IL_CLAUSE_FINALLY;
    } else if (il_asm_take_text(as, "fault")) {
        c.kind = IL_CLAUSE_FAULT;
    } else {
        return false;
    }
    if (!il_asm_take_text(as, "handler") && !il_asm_at(as, '{'))
        il_asm_expected(as, "{ or handler");
    read_range(as, &c.handler_start, &c.handler_end);
    clause *added = as->panic ? NULL : IL_ASM_ADD(as, &as->method.clauses, clause);
    if (added)
        *added = c;
    return true;
}

static void read_try(il_asm *as) {
    spot start, end;
    bool any = false;
    read_range(as, &start, &end);
    while (!as->panic && read_handler(as, &start, &end))
        any = true;
    if (!any)
        il_asm_expected(as, "catch, filter, finally or fault");
}

/* ---- Statements ---- */

/* Behind .param: "[1] = int32(5)", or a generic parameter. */
static void read_param(il_asm *as) {
    enum { HAS_DEFAULT = 0x1000 };
    if (!il_asm_take(as, '[')) {
        il_asm_generic_param(as, &as->method_params);
        return;
    }
    uint32_t number = (uint32_t)il_asm_int_in(as, 0, as->method.params.count - 1);
    il_asm_expect(as, ']');
    if (as->panic)
        return;
    uint32_t row = as->custom_owner = il_asm_param_row(as, number);
    if (il_asm_take(as, '=')) {
        il_asm_constant(as, row);
        il_asm_set_flag(as, IL_Param_Flags, row, HAS_DEFAULT);
    }
}

/* Behind .override in a method: "X::M", which has the method's own signature, or "method ...". */
static void read_override(il_asm *as) {
    il_asm_place place = il_asm_here(as);
    uint32_t declaration;
    if (il_asm_take_text(as, "method")) {
        declaration = il_asm_method_ref(as);
    } else {
        uint32_t parent = il_asm_type_token(as);
        il_asm_expect(as, IL_LEX_SCOPE);
        il_asm_name name = il_asm_member(as);
        declaration =
            il_asm_ref_of(as, IL_ASM_METHOD, parent, name, il_text_blob(&as->method.signature));
    }
    if (as->panic)
        return;
    il_build_method_impl(as->build, as->type, as->method.token, 0);
    il_asm_set_cell(as, IL_MethodImpl_Declaration, il_build_rows(as->build, IL_MethodImpl),
                    declaration, false, place);
}

static void read_max_stack(il_asm *as) {
    as->method.has_max_stack = true;
    as->method.max_stack = (uint32_t)il_asm_int_in(as, 0, UINT16_MAX);
}

static void read_entry_point(il_asm *as) {
    il_output *output = il_build_output(as->build);
    if (output->entry_point)
        il_asm_fail_at(as, (il_asm_place){as->source, as->statement}, "a second .entrypoint");
    output->entry_point = as->method.token;
}

/* A directive; false when it is none that may stand in a method. */
static bool read_directive(il_asm *as) {
    if (il_asm_take_text(as, ".maxstack")) {
        read_max_stack(as);
    } else if (il_asm_take_text(as, ".locals")) {
        read_locals(as);
    } else if (il_asm_take_text(as, ".try")) {
        read_try(as);
    } else if (il_asm_take_text(as, ".entrypoint")) {
        read_entry_point(as);
    } else if (il_asm_take_text(as, ".param")) {
        read_param(as);
    } else if (il_asm_take_text(as, ".override")) {
        read_override(as);
    } else if (il_asm_take_text(as, ".emitbyte")) {
        il_put_u8(&as->code, (uint8_t)il_asm_int_in(as, INT8_MIN, UINT8_MAX));
    } else if (il_asm_take_text(as, ".zeroinit")) {
        as->method.init_locals = true;
    } else if (il_asm_take_text(as, ".permissionset")) {
        il_asm_permission_set(as, as->method.token);
        il_asm_set_flag(as, IL_MethodDef_Flags, as->method.token, METHOD_HAS_SECURITY);
    } else if (il_asm_take_text(as, ".permission")) {
        il_asm_permission(as, as->method.token);
        il_asm_set_flag(as, IL_MethodDef_Flags, as->method.token, METHOD_HAS_SECURITY);
    } else {
        return il_asm_common(as);
    }
    return true;
}

static void read_label(il_asm *as) {
    il_asm_place place = il_asm_here(as);
    il_asm_name name = il_asm_id(as);
    if (il_asm_take(as, ':'))
        add_label(as, name, place);
    else if (!as->panic) {
        as->t.start = place.at; /* the word itself is what is wrong */
        il_asm_fail(as, "no instruction %.*s", (int)name.size, name.start);
    }
}

static void read_statement(il_asm *as) {
    il_opcode opcode;
    as->statement = as->t.start;
    if (il_asm_at(as, IL_LEX_WORD) && *as->lex.next != ':' &&
        (opcode = find_opcode(as)) != IL_OPCODE_INVALID)
        read_instruction(as, opcode);
    else if (il_asm_at_id(as))
        read_label(as);
    else if (il_asm_at(as, '{'))
        read_block(as);
    else if (!il_asm_at(as, IL_LEX_DIRECTIVE) || !read_directive(as))
        il_asm_expected(as, "an instruction, a label or }");
}

static void read_statements(il_asm *as) {
    while (!il_asm_at(as, '}') && as->t.kind != IL_LEX_END && !as->gave_up) {
        read_statement(as);
        il_asm_recover(as, true);
    }
}

/* A block is also the scope of names of locals. */
static void read_block(il_asm *as) {
    uint32_t names = as->method.local_names.count;
    if (!il_asm_enter(as))
        return;
    il_asm_expect(as, '{');
    if (!as->panic)
        read_statements(as);
    il_asm_expect(as, '}');
    as->method.local_names.count = names;
    il_asm_leave(as);
}

/* ---- The end of a method ---- */

static void place_target(il_asm *as, const use *waiting) {
    spot where = {.name = waiting->name, .place = waiting->place};
    uint32_t target = as->method.start + offset_of(as, &where);
    int64_t distance = (int64_t)target - waiting->next;
    uint8_t *at = (uint8_t *)as->code.data + waiting->at;
    if (!waiting->is_short)
        il_store32(at, (uint32_t)distance);
    else if (distance == (int8_t)distance)
        *at = (uint8_t)distance;
    else
        il_asm_fail_at(as, waiting->place, "%.*s is %lld bytes away, too far for a short branch",
                       (int)waiting->name.size, waiting->name.start, (long long)distance);
}

static il_clause place_clause(il_asm *as, const clause *c, uint32_t code_size) {
    il_clause placed = {.kind = c->kind,
                        .try_offset = offset_of(as, &c->try_start),
                        .try_end = offset_of(as, &c->try_end),
                        .handler_offset = offset_of(as, &c->handler_start),
                        .handler_end = offset_of(as, &c->handler_end),
                        .token_or_filter = c->token};
    if (c->kind == IL_CLAUSE_FILTER)
        placed.token_or_filter = offset_of(as, &c->filter);
    il_asm_place place = c->try_start.place.at ? c->try_start.place : c->handler_start.place;
    if (placed.try_end < placed.try_offset || placed.handler_end < placed.handler_offset)
        il_asm_fail_at(as, place, "a range that ends before it begins");
    if (placed.try_end > code_size || placed.handler_end > code_size)
        il_asm_fail_at(as, place, "a range that ends behind the code");
    return placed;
}

static bool is_small(const il_clause *c) {
    return c->try_offset <= UINT16_MAX && c->try_end - c->try_offset <= UINT8_MAX &&
           c->handler_offset <= UINT16_MAX && c->handler_end - c->handler_offset <= UINT8_MAX;
}

static void put_clause(il_text *out, const il_clause *c, bool small) {
    il_asm_put_int(out, c->kind, small ? 2 : 4);
    il_asm_put_int(out, c->try_offset, small ? 2 : 4);
    il_asm_put_int(out, c->try_end - c->try_offset, small ? 1 : 4);
    il_asm_put_int(out, c->handler_offset, small ? 2 : 4);
    il_asm_put_int(out, c->handler_end - c->handler_offset, small ? 1 : 4);
    il_put_u32(out, c->token_or_filter);
}

/* The section of clauses (II.25.4.5), at a multiple of 4. */
static void put_clauses(il_asm *as, uint32_t code_size) {
    enum { TABLE = 1, FAT = 0x40, SMALL_CLAUSE = 12, FAT_CLAUSE = 24, MOST_SMALL = 20 };
    const il_asm_list *list = &as->method.clauses;
    bool small = list->count <= MOST_SMALL;
    il_clause *placed = mem_pool_array(&as->pool, list->count, sizeof *placed);
    if (!placed) {
        il_asm_no_memory(as);
        return;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        placed[i] = place_clause(as, IL_ASM_ITEM(list, clause, i), code_size);
        small = small && is_small(&placed[i]);
    }
    while (as->code.size % 4)
        il_put_u8(&as->code, 0);
    il_put_u8(&as->code, small ? TABLE : TABLE | FAT);
    il_asm_put_int(&as->code, 4 + list->count * (small ? SMALL_CLAUSE : FAT_CLAUSE), 3);
    for (uint32_t i = 0; i < list->count; i++)
        put_clause(&as->code, &placed[i], small);
}

static void put_fat_header(il_asm *as, uint32_t code_size, bool sections) {
    enum { FAT = 3, SECTIONS = 8, INIT_LOCALS = 0x10, SIZE = 3 << 12, DEFAULT_STACK = 8 };
    const il_asm_method_state *m = &as->method;
    uint32_t token = locals_token(as);
    uint8_t *at = (uint8_t *)as->code.data + m->start - FAT_HEADER;
    il_store16(at, (uint16_t)(FAT | SIZE | (sections ? SECTIONS : 0) |
                              (m->init_locals ? INIT_LOCALS : 0)));
    il_store16(at + 2, (uint16_t)(m->has_max_stack ? m->max_stack : DEFAULT_STACK));
    il_store32(at + 4, code_size);
    il_store32(at + 8, token);
}

static void finish_body(il_asm *as, il_asm_place place) {
    const il_asm_method_state *m = &as->method;
    uint32_t code_size = code_offset(as);
    for (uint32_t i = 0; i < m->uses.count; i++)
        place_target(as, IL_ASM_ITEM(&m->uses, use, i));
    if (m->clauses.count)
        put_clauses(as, code_size);
    if (as->code.out_of_memory) {
        il_asm_no_memory(as);
        return;
    }
    put_fat_header(as, code_size, m->clauses.count > 0);
    il_asm_body *body = IL_ASM_ADD(as, &as->bodies, il_asm_body);
    if (!body)
        return;
    *body = (il_asm_body){.method = m->token,
                          .offset = m->start - FAT_HEADER,
                          .code_size = code_size,
                          .size = (uint32_t)as->code.size - m->start + FAT_HEADER,
                          .may_be_tiny = !m->has_locals && !m->init_locals && !m->clauses.count,
                          .compute_stack = !m->has_max_stack,
                          .place = place};
}

/* Room for the header. */
static void start_body(il_asm *as) {
    il_asm_method_state *m = &as->method;
    while (as->code.size % 4)
        il_put_u8(&as->code, 0);
    il_asm_put_int(&as->code, 0, 8);
    il_asm_put_int(&as->code, 0, 4);
    m->start = (uint32_t)as->code.size;
    m->local_names.count = m->local_types.count = m->uses.count = m->clauses.count = 0;
    m->max_stack = 0;
    m->has_max_stack = m->init_locals = m->has_locals = false;
    forget_labels(m);
}

void il_asm_body_read(il_asm *as) {
    il_asm_place place = il_asm_here(as);
    if (as->code.size > INT32_MAX) {
        il_asm_fail(as, "more than 2 GiB of code");
        return;
    }
    start_body(as);
    read_statements(as);
    il_asm_expect(as, '}');
    if (as->code.out_of_memory)
        il_asm_no_memory(as);
    else if (as->panic || code_offset(as) == 0)
        as->code.size = as->method.start - FAT_HEADER;
    else
        finish_body(as, place);
}

/* ---- The end of all ---- */

static il_blob signature_of(void *user, uint32_t token) {
    const il_build *build = user;
    il_column column = IL_StandAloneSig_Signature;
    if (IL_TOKEN_TABLE(token) == IL_MethodSpec)
        token = il_build_get(build, IL_MethodSpec_Method, token);
    if (IL_TOKEN_TABLE(token) == IL_MethodDef)
        column = IL_MethodDef_Signature;
    else if (IL_TOKEN_TABLE(token) == IL_MemberRef)
        column = IL_MemberRef_Signature;
    return il_build_get_blob(build, il_build_get(build, column, token));
}

static void compute_stack(il_asm *as, il_edit *edit, const il_asm_body *body) {
    enum { DEFAULT_MAX_STACK = 8 };
    uint8_t *bytes = (uint8_t *)as->code.data + body->offset;
    il_body decoded;
    il_error error;
    uint32_t size;
    if (il_body_read(bytes, body->size, &decoded, &error) != IL_OK ||
        il_edit_decode(edit, &decoded, &error) != IL_OK ||
        il_edit_layout(edit, IL_ENCODE_CANONICAL, &size, &error) != IL_OK) {
        if (error.status == IL_OUT_OF_MEMORY)
            il_asm_no_memory(as);
        il_asm_warn_at(as, body->place, "cannot compute .maxstack, which is now 8: %s", error.text);
        il_store16(bytes + 2, DEFAULT_MAX_STACK);
        return;
    }
    il_store16(bytes + 2, (uint16_t)il_edit_max_stack(edit));
}

static void hand_over(il_asm *as, const il_asm_body *body) {
    enum { TINY = 2, TINY_STACK = 8, TINY_CODE = 64 };
    uint8_t *bytes = (uint8_t *)as->code.data + body->offset;
    if (body->may_be_tiny && body->code_size < TINY_CODE && il_load16(bytes + 2) <= TINY_STACK) {
        bytes[FAT_HEADER - 1] = (uint8_t)(body->code_size << 2 | TINY);
        il_build_body(as->build, body->method, bytes + FAT_HEADER - 1, body->code_size + 1);
    } else {
        il_build_body(as->build, body->method, bytes, body->size);
    }
}

void il_asm_bodies_finish(il_asm *as) {
    il_edit edit;
    il_edit_host host = {.user = as->build, .method_sig = signature_of};
    if (il_edit_init(&edit, NULL, NULL) != IL_OK) {
        il_asm_no_memory(as);
        return;
    }
    il_edit_set_host(&edit, &host);
    for (uint32_t i = 0; i < as->bodies.count; i++) {
        const il_asm_body *body = IL_ASM_ITEM(&as->bodies, il_asm_body, i);
        if (body->compute_stack)
            compute_stack(as, &edit, body);
        hand_over(as, body);
    }
    il_edit_fini(&edit);
}
