/* The assembler's data (II.16.3): what .data declares, and the fields that lie there. */
#include "il_asm_state.h"

enum { DATA_ALIGNMENT = 8, MOST_DATA = 1 << 28 };

typedef struct data_type {
    const char *text;
    uint8_t size;
    bool is_float;
} data_type;

static const data_type TYPES[] = {
    {"int8", 1, false},   {"int16", 2, false},  {"int32", 4, false}, {"int64", 8, false},
    {"float32", 4, true}, {"float64", 8, true}, {"uint8", 1, false}, {"uint16", 2, false},
    {"uint32", 4, false}, {"uint64", 8, false},
};

/* Appends count times the last size bytes but one time, or zeros when nothing was written. */
static void repeat(il_asm *as, il_text *out, size_t start, size_t size, uint64_t count) {
    if (count * size > MOST_DATA) {
        il_asm_fail(as, "more than %d bytes of data", MOST_DATA);
        return;
    }
    bool zeros = out->size == start;
    char *to = il_text_reserve(out, count * size);
    if (!to)
        return;
    if (zeros)
        memset(to, 0, count * size);
    for (uint64_t i = zeros ? count : 1; i < count; i++)
        memcpy(out->data + start + i * size, out->data + start, size);
    out->size = start + count * size;
}

/* "[n]" behind an item, 1 when there is none. */
static uint64_t read_count(il_asm *as) {
    if (!il_asm_take(as, '['))
        return 1;
    uint64_t count = (uint64_t)il_asm_int_in(as, 0, MOST_DATA);
    il_asm_expect(as, ']');
    return count;
}

/* "int32(5)", "int32[4]", "int8(1)[16]" */
static void read_number(il_asm *as, const data_type *type, il_text *out) {
    size_t start = out->size;
    if (il_asm_take(as, '(')) {
        uint64_t value = type->is_float && !il_asm_at(as, IL_LEX_INT)
                             ? il_asm_float_bits(as, type->size == 4)
                             : (uint64_t)il_asm_int(as);
        il_asm_put_int(out, value, type->size);
        il_asm_expect(as, ')');
    }
    repeat(as, out, start, type->size, read_count(as));
}

static void read_item(il_asm *as, il_text *out) {
    if (il_asm_take_text(as, "bytearray")) {
        il_asm_bytes(as, out);
        return;
    }
    if (il_asm_take_text(as, "char")) { /* char *("text"), as UTF-16 */
        il_asm_expect(as, '*');
        il_asm_expect(as, '(');
        il_asm_utf16(as, out);
        il_asm_expect(as, ')');
        return;
    }
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        if (il_asm_take_text(as, TYPES[i].text)) {
            read_number(as, &TYPES[i], out);
            return;
        }
    }
    il_asm_expected(as, "data");
}

static void read_items(il_asm *as, il_text *out) {
    if (!il_asm_take(as, '{')) {
        read_item(as, out);
        return;
    }
    while (!il_asm_ends(as, '}')) {
        read_item(as, out);
        if (!il_asm_at(as, '}'))
            il_asm_expect(as, ',');
    }
    il_asm_expect(as, '}');
}

static const il_asm_datum *find_datum(const il_asm *as, const il_asm_name *name) {
    uint32_t hash = il_asm_hash(0, name->start, name->size), slot = hash, entry;
    while (il_asm_index_find(&as->data_index, hash, &slot, &entry)) {
        const il_asm_datum *datum = IL_ASM_ITEM(&as->data, il_asm_datum, entry);
        if (il_asm_same_text(&datum->name, name))
            return datum;
    }
    return NULL;
}

static void add_datum(il_asm *as, il_asm_name name, il_asm_place place, const il_text *bytes) {
    if (name.size && find_datum(as, &name)) {
        il_asm_fail_at(as, place, "a second .data %.*s", (int)name.size, name.start);
        return;
    }
    il_asm_datum *datum = IL_ASM_ADD(as, &as->data, il_asm_datum);
    if (!datum || !il_asm_index_add(as, &as->data_index, il_asm_hash(0, name.start, name.size)))
        return;
    *datum =
        (il_asm_datum){name, il_build_data(as->build, bytes->data, bytes->size, DATA_ALIGNMENT)};
}

/* Behind .data: "[cil|tls] [label =] items" */
void il_asm_data(il_asm *as) {
    il_text bytes = {0};
    il_asm_name name = {"", 0, 0};
    il_asm_place place = il_asm_here(as);
    if (il_asm_take_text(as, "tls"))
        il_asm_fail_at(as, place, "thread-local data is not supported");
    else
        il_asm_take_text(as, "cil");
    place = il_asm_here(as);
    il_asm_mark start = il_asm_mark_here(as);
    if (il_asm_at_id(as)) {
        name = il_asm_id(as);
        if (!il_asm_take(as, '=')) {
            name.size = 0;
            il_asm_return_to(as, &start);
        }
    }
    read_items(as, &bytes);
    if (bytes.out_of_memory)
        il_asm_no_memory(as);
    if (!as->panic)
        add_datum(as, name, place, &bytes);
    il_text_fini(&bytes);
}

void il_asm_data_resolve(il_asm *as) {
    for (uint32_t i = 0; i < as->at_data.count; i++) {
        const il_asm_at_data *use = IL_ASM_ITEM(&as->at_data, il_asm_at_data, i);
        const il_asm_datum *datum = find_datum(as, &use->name);
        if (datum)
            il_build_field_rva(as->build, use->field, datum->place);
        else
            il_asm_fail_at(as, use->where, "no .data %.*s", (int)use->name.size, use->name.start);
    }
}
