/* Signatures: from blobs (II.23.2) to il_type and il_method_sig.
 *
 * The parser is recursive descent over a bounded reader. Three rules keep hostile blobs harmless:
 * nesting is limited, an array is allocated only when the blob still has a byte for each of its
 * elements, and the first failure sticks. Types without parts of their own (int32, string ...) are
 * shared constants, so most signatures cost one or two small blocks. */
#include "il.h"
#include "il_bytes.h"
#include "runtime/memory/mem.h"

enum { MAX_NESTING = 64, MAX_RANK = 32 /* no CLR loads arrays of more dimensions */ };

/* ---- The reader ---- */

il_reader il_reader_of(il_blob blob) {
    return (il_reader){.next = blob.data, .end = blob.data ? blob.data + blob.size : NULL};
}

static size_t left(const il_reader *reader) {
    return (size_t)(reader->end - reader->next);
}

/* Steps over size bytes and returns the first; NULL (and bad) when they are not there. */
static const uint8_t *take(il_reader *reader, size_t size) {
    const uint8_t *p = reader->next;
    if (reader->bad || left(reader) < size) {
        reader->bad = true;
        return NULL;
    }
    reader->next += size;
    return p;
}

uint8_t il_read_u8(il_reader *reader) {
    const uint8_t *p = take(reader, 1);
    return p ? *p : 0;
}

uint16_t il_read_u16(il_reader *reader) {
    const uint8_t *p = take(reader, 2);
    return p ? il_load16(p) : 0;
}

uint32_t il_read_u32(il_reader *reader) {
    const uint8_t *p = take(reader, 4);
    return p ? il_load32(p) : 0;
}

uint64_t il_read_u64(il_reader *reader) {
    const uint8_t *p = take(reader, 8);
    return p ? il_load64(p) : 0;
}

/* Returns the payload bits and, in *width, how many there are: 7, 14 or 29. */
static uint32_t read_compressed_bits(il_reader *reader, unsigned *width) {
    const uint8_t *p = take(reader, 1);
    *width = 7;
    if (!p || p[0] < 0x80)
        return p ? p[0] : 0;
    if (p[0] < 0xC0) {
        *width = 14;
        return take(reader, 1) ? (p[0] & 0x3Fu) << 8 | p[1] : 0;
    }
    *width = 29;
    if (p[0] >= 0xE0 || !take(reader, 3)) {
        reader->bad = true;
        return 0;
    }
    return (p[0] & 0x1Fu) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint32_t il_read_compressed(il_reader *reader) {
    unsigned width;
    return read_compressed_bits(reader, &width);
}

/* The sign is the lowest bit, rotated there within the width. */
int32_t il_read_compressed_signed(il_reader *reader) {
    unsigned width;
    uint32_t bits = read_compressed_bits(reader, &width);
    int32_t value = (int32_t)(bits >> 1);
    return bits & 1 ? value - (1 << (width - 1)) : value;
}

uint32_t il_read_type_token(il_reader *reader) {
    static const il_table TABLES[4] = {IL_TypeDef, IL_TypeRef, IL_TypeSpec, IL_TypeSpec};
    uint32_t coded = il_read_compressed(reader);
    if ((coded & 3) == 3)
        reader->bad = true;
    return reader->bad ? 0 : IL_TOKEN(TABLES[coded & 3], coded >> 2);
}

/* ---- The parser ---- */

typedef struct parser {
    il_reader in;
    const uint8_t *start;
    mem_pool *pool;
    il_error *err;
    il_status status; /* the first failure */
    unsigned depth;
} parser;

static void fail(parser *p, const char *what) {
    size_t offset = p->start ? (size_t)(p->in.next - p->start) : 0;
    if (p->status == IL_OK)
        p->status =
            il_fail(p->err, IL_BAD_SIGNATURE, offset, 0, "signature, byte %zu: %s", offset, what);
}

/* An array of count elements that take at least a byte each in the blob; NULL after a failure. */
static void *new_array(parser *p, uint32_t count, size_t size) {
    if (p->status != IL_OK)
        return NULL;
    if (p->in.bad || count > left(&p->in)) {
        fail(p, "cut off");
        return NULL;
    }
    void *array = mem_pool_array(p->pool, count ? count : 1, size);
    if (!array)
        p->status = il_fail(p->err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    return array;
}

static const il_type *parse_type(parser *p, bool locals);
static const il_method_sig *parse_method(parser *p);

/* The types that are their element byte and nothing else. */
static const il_type PLAIN[] = {
#define PLAIN_TYPE(name) [IL_TYPE_##name] = {.kind = IL_TYPE_##name}
    PLAIN_TYPE(VOID), PLAIN_TYPE(BOOLEAN), PLAIN_TYPE(CHAR),       PLAIN_TYPE(I1),
    PLAIN_TYPE(U1),   PLAIN_TYPE(I2),      PLAIN_TYPE(U2),         PLAIN_TYPE(I4),
    PLAIN_TYPE(U4),   PLAIN_TYPE(I8),      PLAIN_TYPE(U8),         PLAIN_TYPE(R4),
    PLAIN_TYPE(R8),   PLAIN_TYPE(STRING),  PLAIN_TYPE(TYPEDBYREF), PLAIN_TYPE(I),
    PLAIN_TYPE(U),    PLAIN_TYPE(OBJECT),
#undef PLAIN_TYPE
};

static const il_type *plain_type(uint8_t element) {
    if (element >= sizeof PLAIN / sizeof PLAIN[0] || PLAIN[element].kind != element ||
        element == IL_TYPE_END)
        return NULL;
    return &PLAIN[element];
}

static bool at_modifier(const parser *p) {
    return left(&p->in) && (*p->in.next == IL_TYPE_CMOD_REQD || *p->in.next == IL_TYPE_CMOD_OPT);
}

static bool at_element(const parser *p, il_element element) {
    return left(&p->in) && *p->in.next == element;
}

/* Reads what stands before a type: modifiers and, for a local variable, pinned. */
static void parse_prefix(parser *p, il_type *type, bool locals) {
    il_modifier *modifiers = NULL;
    uint32_t room = 0;
    while (p->status == IL_OK && (at_modifier(p) || (locals && at_element(p, IL_TYPE_PINNED)))) {
        if (at_element(p, IL_TYPE_PINNED)) {
            type->pinned = true;
            p->in.next++;
            continue;
        }
        if (type->modifier_count == room) {
            il_modifier *larger = new_array(p, room = room ? room * 2 : 2, sizeof *larger);
            if (!larger)
                return;
            if (modifiers)
                memcpy(larger, modifiers, type->modifier_count * sizeof *larger);
            type->modifiers = modifiers = larger;
        }
        il_modifier *modifier = &modifiers[type->modifier_count++];
        modifier->required = il_read_u8(&p->in) == IL_TYPE_CMOD_REQD;
        modifier->token = il_read_type_token(&p->in);
    }
}

static const il_type *const *parse_types(parser *p, uint32_t count) {
    const il_type **types = new_array(p, count, sizeof *types);
    for (uint32_t i = 0; types && i < count && p->status == IL_OK; i++)
        types[i] = parse_type(p, false);
    return types;
}

static void parse_instance(parser *p, il_type *type) {
    il_type *open = new_array(p, 1, sizeof *open);
    if (!open)
        return;
    open->kind = (il_element)il_read_u8(&p->in);
    if (open->kind != IL_TYPE_CLASS && open->kind != IL_TYPE_VALUETYPE)
        fail(p, "a generic instance must begin with class or valuetype");
    open->token = il_read_type_token(&p->in);
    type->element = open;
    type->arg_count = il_read_compressed(&p->in);
    type->args = parse_types(p, type->arg_count);
}

static void parse_array(parser *p, il_type *type) {
    type->element = parse_type(p, false);
    type->rank = il_read_compressed(&p->in);
    type->size_count = il_read_compressed(&p->in);
    uint32_t *sizes = new_array(p, type->size_count, sizeof *sizes);
    for (uint32_t i = 0; sizes && i < type->size_count; i++)
        sizes[i] = il_read_compressed(&p->in);
    type->low_count = il_read_compressed(&p->in);
    /* low_count 0 may be the last byte of the blob, which new_array allows. */
    int32_t *lows = new_array(p, type->low_count, sizeof *lows);
    for (uint32_t i = 0; lows && i < type->low_count; i++)
        lows[i] = il_read_compressed_signed(&p->in);
    type->sizes = sizes;
    type->lows = lows;
    if (type->rank == 0 || type->rank > MAX_RANK || type->size_count > type->rank ||
        type->low_count > type->rank)
        fail(p, "array shape with more bounds than dimensions");
}

static void parse_element(parser *p, uint8_t element, il_type *type) {
    type->kind = (il_element)element;
    switch (element) {
    case IL_TYPE_PTR:
    case IL_TYPE_BYREF:
    case IL_TYPE_SZARRAY: type->element = parse_type(p, false); break;
    case IL_TYPE_CLASS:
    case IL_TYPE_VALUETYPE: type->token = il_read_type_token(&p->in); break;
    case IL_TYPE_VAR:
    case IL_TYPE_MVAR: type->index = il_read_compressed(&p->in); break;
    case IL_TYPE_ARRAY: parse_array(p, type); break;
    case IL_TYPE_GENERICINST: parse_instance(p, type); break;
    case IL_TYPE_FNPTR: type->method = parse_method(p); break;
    default:
        if (!plain_type(element)) {
            p->in.next--;
            fail(p, "not an element type");
        }
    }
}

/* NULL after a failure. */
static const il_type *parse_type(parser *p, bool locals) {
    if (p->status == IL_OK && left(&p->in) && plain_type(*p->in.next))
        return plain_type(il_read_u8(&p->in));
    il_type *type = new_array(p, 1, sizeof *type);
    if (!type)
        return NULL;
    if (p->depth == MAX_NESTING) {
        fail(p, "nested too deeply");
        return NULL;
    }
    p->depth++;
    parse_prefix(p, type, locals);
    uint8_t element = il_read_u8(&p->in);
    if (!p->in.bad)
        parse_element(p, element, type);
    if (p->in.bad)
        fail(p, "cut off, or a bad compressed number");
    p->depth--;
    return p->status == IL_OK ? type : NULL;
}

static bool is_method_convention(uint8_t convention) {
    enum { FIELD = 6, LOCALS = 7, INSTANCE = 10, LAST = 11 };
    convention &= 0xF;
    return convention <= LAST && convention != FIELD && convention != LOCALS &&
           convention != INSTANCE;
}

static bool take_element(parser *p, il_element element) {
    bool there = at_element(p, element);
    if (there)
        p->in.next++;
    return there;
}

static void parse_params(parser *p, il_method_sig *sig) {
    const il_type **params = new_array(p, sig->param_count, sizeof *params);
    sig->params = params;
    sig->sentinel = sig->param_count;
    for (uint32_t i = 0; params && i < sig->param_count && p->status == IL_OK; i++) {
        if (sig->sentinel == sig->param_count && take_element(p, IL_TYPE_SENTINEL))
            sig->sentinel = i;
        params[i] = parse_type(p, false);
    }
    if (sig->sentinel == sig->param_count)
        take_element(p, IL_TYPE_SENTINEL); /* ilasm writes "..." without a parameter after it */
}

static const il_method_sig *parse_method(parser *p) {
    enum { GENERIC = 0x10 };
    il_method_sig *sig = new_array(p, 1, sizeof *sig);
    if (!sig)
        return NULL;
    sig->convention = il_read_u8(&p->in);
    if (!is_method_convention(sig->convention))
        fail(p, "not the calling convention of a method");
    if (sig->convention & GENERIC)
        sig->generic_count = il_read_compressed(&p->in);
    sig->param_count = il_read_compressed(&p->in);
    sig->ret = parse_type(p, false);
    parse_params(p, sig);
    return sig;
}

/* Local variables and method instances: a list of types behind a fixed first byte. */
static const il_method_sig *parse_list(parser *p, bool locals) {
    il_method_sig *sig = new_array(p, 1, sizeof *sig);
    if (!sig)
        return NULL;
    sig->convention = il_read_u8(&p->in);
    sig->param_count = sig->sentinel = il_read_compressed(&p->in);
    const il_type **types = new_array(p, sig->param_count, sizeof *types);
    for (uint32_t i = 0; types && i < sig->param_count && p->status == IL_OK; i++)
        types[i] = parse_type(p, locals);
    sig->params = types;
    return sig;
}

/* ---- Whole blobs ---- */

static parser begin(il_blob blob, mem_pool *pool, il_error *err) {
    return (parser){.in = il_reader_of(blob), .start = blob.data, .pool = pool, .err = err};
}

/* The first byte must be this one; it is left to be read. */
static void expect(parser *p, uint8_t byte, const char *what) {
    if (!left(&p->in) || *p->in.next != byte)
        fail(p, what);
}

static il_status finish(parser *p) {
    if (p->in.bad)
        fail(p, "cut off, or a bad compressed number");
    if (left(&p->in))
        fail(p, "bytes after the end");
    return p->status;
}

il_status il_parse_method_sig(il_blob blob, mem_pool *pool, const il_method_sig **out,
                              il_error *err) {
    parser p = begin(blob, pool, err);
    *out = parse_method(&p);
    return finish(&p);
}

il_status il_parse_field_sig(il_blob blob, mem_pool *pool, const il_type **out, il_error *err) {
    parser p = begin(blob, pool, err);
    expect(&p, 0x06, "a field signature begins with 06");
    il_read_u8(&p.in);
    *out = parse_type(&p, false);
    return finish(&p);
}

il_status il_parse_locals_sig(il_blob blob, mem_pool *pool, const il_method_sig **out,
                              il_error *err) {
    parser p = begin(blob, pool, err);
    expect(&p, 0x07, "a local variable signature begins with 07");
    *out = parse_list(&p, true);
    return finish(&p);
}

il_status il_parse_type_spec(il_blob blob, mem_pool *pool, const il_type **out, il_error *err) {
    parser p = begin(blob, pool, err);
    *out = parse_type(&p, true); /* the assembler takes "pinned" there, too, and nobody minds */
    return finish(&p);
}

il_status il_parse_method_spec(il_blob blob, mem_pool *pool, const il_method_sig **out,
                               il_error *err) {
    parser p = begin(blob, pool, err);
    expect(&p, 0x0A, "a method instantiation begins with 0a");
    *out = parse_list(&p, false);
    return finish(&p);
}
