/* The assembler's small change: names, numbers, strings, bytes and flags (II.5.2 to II.5.4). */
#include <math.h>

#include "il_asm_state.h"

/* ---- Copies ---- */

il_blob il_asm_keep(il_asm *as, const void *bytes, size_t size) {
    uint8_t *copy = mem_pool_alloc(&as->pool, size + 1);
    if (!copy) {
        il_asm_no_memory(as);
        return (il_blob){(const uint8_t *)"", 0};
    }
    if (size)
        memcpy(copy, bytes, size);
    return (il_blob){copy, size};
}

const char *il_asm_keep_string(il_asm *as, const char *start, size_t size) {
    return (const char *)il_asm_keep(as, start, size).data;
}

const char *il_asm_string(il_asm *as, const char *start, size_t size) {
    as->string.size = 0;
    il_put_bytes(&as->string, start, size);
    const char *string = il_text_string(&as->string);
    if (string)
        return string;
    il_asm_no_memory(as);
    return "";
}

/* ---- Escapes ---- */

static void put_utf8(il_text *out, uint32_t c) {
    if (c < 0x80) {
        il_put(out, (char)c);
    } else {
        il_put(out, (char)(0xC0 | c >> 6));
        il_put(out, (char)(0x80 | (c & 0x3F)));
    }
}

static char escaped(char c) {
    static const char FROM[] = "abfnrtv", TO[] = "\a\b\f\n\r\t\v";
    const char *at = c ? strchr(FROM, c) : NULL;
    return at ? TO[at - FROM] : c;
}

/* One escape behind the backslash at p; returns what follows it. */
static const char *put_escape(il_text *out, const char *p, const char *end) {
    if (*p >= '0' && *p <= '7') {
        uint32_t code = 0;
        for (int digits = 0; digits < 3 && p < end && *p >= '0' && *p <= '7'; digits++)
            code = code * 8 + (uint32_t)(*p++ - '0');
        put_utf8(out, code & 0xFF);
        return p;
    }
    if (*p == '\r' || *p == '\n') { /* the string goes on after the white space of the next line */
        while (p < end && strchr(" \t\r\n", *p))
            p++;
        return p;
    }
    il_put(out, escaped(*p));
    return p + 1;
}

/* What stands between the quotes of the current lexeme. */
static void put_unquoted(il_text *out, const il_lexeme *lexeme) {
    const char *p = lexeme->start + 1, *end = lexeme->start + lexeme->size - 1;
    while (p < end) {
        const char *escape = memchr(p, '\\', (size_t)(end - p));
        il_put_bytes(out, p, (size_t)((escape ? escape : end) - p));
        p = escape ? put_escape(out, escape + 1, end) : end;
    }
}

/* ---- Names ---- */

bool il_asm_same_text(const il_asm_name *a, const il_asm_name *b) {
    return a->size == b->size && (a->size == 0 || memcmp(a->start, b->start, a->size) == 0);
}

bool il_asm_same_name(const il_asm_name *a, const il_asm_name *b) {
    return a->dot == b->dot && il_asm_same_text(a, b);
}

bool il_asm_at_id(const il_asm *as) {
    return as->t.kind == IL_LEX_WORD || as->t.kind == IL_LEX_QUOTED;
}

static uint32_t last_dot(const char *name, uint32_t size) {
    for (uint32_t i = size; i > 0; i--) {
        if (name[i - 1] == '.')
            return i - 1;
    }
    return size;
}

/* The current lexeme, a quoted name, without its quotes. */
static il_asm_name unquoted(il_asm *as) {
    const char *start = as->t.start + 1;
    uint32_t size = as->t.size - 2;
    if (memchr(start, '\\', size)) {
        as->scratch.size = 0;
        put_unquoted(&as->scratch, &as->t);
        il_blob kept = il_asm_keep(as, as->scratch.data, as->scratch.size);
        start = (const char *)kept.data;
        size = (uint32_t)kept.size;
    }
    if (size && memchr(start, 0, size))
        il_asm_fail(as, "a name cannot contain NUL");
    return (il_asm_name){start, size, size};
}

/* Whether the current lexeme goes on with the name that ended directly before it. */
static bool continues_name(const il_asm *as) {
    return as->t.start == as->last && (il_asm_at(as, '.') || il_asm_at(as, IL_LEX_DIRECTIVE));
}

/* Appends ".part" to a name of which some part is quoted. */
static void continue_name(il_asm *as, il_asm_name *name) {
    il_asm_name part = {".", 1, 0};
    if (il_asm_at(as, IL_LEX_DIRECTIVE)) {
        part = (il_asm_name){as->t.start, as->t.size, last_dot(as->t.start, as->t.size)};
    } else {
        il_asm_next(as);
        if (il_asm_at(as, IL_LEX_QUOTED))
            part = unquoted(as);
        else
            il_asm_expected(as, "a name");
        part.dot = 0;
    }
    bool quoted = il_asm_at(as, IL_LEX_QUOTED);
    char *text = mem_pool_alloc(&as->pool, (size_t)name->size + part.size + 2);
    if (!text) {
        il_asm_no_memory(as);
        return;
    }
    memcpy(text, name->start, name->size);
    text[name->size] = '.';
    memcpy(text + name->size + quoted, part.start, part.size);
    *name = (il_asm_name){text, name->size + quoted + part.size, name->size + part.dot};
    il_asm_next(as);
}

il_asm_name il_asm_dotted(il_asm *as) {
    il_asm_name name = {"", 0, 0};
    if (il_asm_at(as, IL_LEX_QUOTED)) {
        name = unquoted(as);
    } else if (il_asm_at(as, IL_LEX_WORD)) {
        name = (il_asm_name){as->t.start, as->t.size, last_dot(as->t.start, as->t.size)};
    } else {
        il_asm_expected(as, "a name");
        return name;
    }
    il_asm_next(as);
    while (continues_name(as))
        continue_name(as, &name);
    return name;
}

il_asm_name il_asm_id(il_asm *as) {
    il_asm_name name = {"", 0, 0};
    if (il_asm_at(as, IL_LEX_QUOTED))
        name = unquoted(as);
    else if (il_asm_at(as, IL_LEX_WORD))
        name = (il_asm_name){as->t.start, as->t.size, as->t.size};
    else
        il_asm_expected(as, "a name");
    il_asm_next(as);
    return name;
}

il_asm_name il_asm_member(il_asm *as) {
    if (il_asm_at_text(as, ".ctor") || il_asm_at_text(as, ".cctor")) {
        il_asm_name name = {as->t.start, as->t.size, as->t.size};
        il_asm_next(as);
        return name;
    }
    return il_asm_dotted(as);
}

/* ---- Numbers ---- */

void il_asm_put_int(il_text *out, uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; i++)
        il_put_u8(out, (uint8_t)(value >> (8 * i)));
}

int64_t il_asm_int(il_asm *as) {
    int64_t value = (int64_t)as->t.u.i;
    if (!il_asm_at(as, IL_LEX_INT)) {
        il_asm_expected(as, "an integer");
        return 0;
    }
    il_asm_next(as);
    return value;
}

int64_t il_asm_int_in(il_asm *as, int64_t low, int64_t high) {
    int64_t value = (int64_t)as->t.u.i;
    if (il_asm_at(as, IL_LEX_INT) && (value < low || value > high))
        il_asm_fail(as, "%lld is not between %lld and %lld", (long long)value, (long long)low,
                    (long long)high);
    value = il_asm_int(as);
    return as->panic ? low : value;
}

static uint64_t bits_of(double value, bool single) {
    float narrow = (float)value;
    uint32_t low;
    uint64_t bits;
    memcpy(&low, &narrow, sizeof low);
    memcpy(&bits, &value, sizeof bits);
    return single ? low : bits;
}

/* "(00 00 C0 7F)", or "float32(...)" and "float64(...)" round a number or the bits of one. */
static uint64_t float_bytes(il_asm *as, bool single) {
    size_t start = as->scratch.size = 0, size = single ? 4 : 8;
    il_asm_bytes(as, &as->scratch);
    if (as->panic || as->scratch.size - start != size) {
        il_asm_fail(as, "a number of this kind has %zu bytes", size);
        return 0;
    }
    const uint8_t *bytes = (const uint8_t *)as->scratch.data + start;
    return single ? il_load32(bytes) : il_load64(bytes);
}

static uint64_t float_of_word(il_asm *as, bool single) {
    bool negative = il_asm_take(as, '-');
    double value = 0;
    if (il_asm_take_text(as, "inf"))
        value = HUGE_VAL;
    else if (il_asm_take_text(as, "nan"))
        value = (double)NAN;
    else
        il_asm_expected(as, "a number");
    return bits_of(negative ? -value : value, single);
}

uint64_t il_asm_float_bits(il_asm *as, bool single) {
    uint64_t bits;
    if (il_asm_at(as, IL_LEX_FLOAT))
        bits = bits_of(as->t.u.r, single);
    else if (il_asm_at(as, IL_LEX_INT))
        bits = bits_of((double)(int64_t)as->t.u.i, single);
    else if (il_asm_at(as, '('))
        return float_bytes(as, single);
    else if (il_asm_at_text(as, "float32") || il_asm_at_text(as, "float64")) {
        bool narrow = il_asm_at_text(as, "float32");
        il_asm_next(as);
        il_asm_expect(as, '(');
        bits = (uint64_t)il_asm_int(as);
        il_asm_expect(as, ')');
        return narrow == single ? bits
               : narrow         ? il_widen_float((uint32_t)bits)
                                : il_narrow_float(bits);
    } else
        return float_of_word(as, single);
    il_asm_next(as);
    return bits;
}

/* ---- Strings and bytes ---- */

void il_asm_quoted(il_asm *as, il_text *out) {
    if (!il_asm_at(as, IL_LEX_STRING)) {
        il_asm_expected(as, "a string");
        return;
    }
    do {
        if (il_asm_at(as, IL_LEX_STRING))
            put_unquoted(out, &as->t);
        else
            il_asm_expected(as, "a string");
        il_asm_next(as);
    } while (il_asm_take(as, '+'));
}

/* One character of UTF-8 at p; a byte that begins none stands for itself. */
static uint32_t read_utf8(const uint8_t **p, const uint8_t *end) {
    static const uint32_t LEAST[] = {0, 0x80, 0x800, 0x10000};
    uint8_t first = *(*p)++;
    unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
    uint32_t c = first & (0x3Fu >> more);
    if (more == 0 || first > 0xF4 || (size_t)(end - *p) < more)
        return first;
    for (unsigned i = 0; i < more; i++) {
        if (((*p)[i] & 0xC0) != 0x80)
            return first;
        c = c << 6 | ((*p)[i] & 0x3F);
    }
    if (c < LEAST[more] || c > 0x10FFFF)
        return first;
    *p += more;
    return c;
}

void il_asm_utf16(il_asm *as, il_text *out) {
    il_text *text = &as->scratch;
    text->size = 0;
    il_asm_quoted(as, text);
    uint8_t *to = text->size ? (uint8_t *)il_text_reserve(out, text->size * 2) : NULL;
    if (!to)
        return;
    const uint8_t *p = (const uint8_t *)text->data, *end = p + text->size;
    uint8_t *first = to;
    while (p < end) {
        uint32_t c = *p < 0x80 ? *p++ : read_utf8(&p, end);
        if (c >= 0x10000) {
            il_store16(to, (uint16_t)(0xD7C0 + (c >> 10)));
            to += 2;
            c = 0xDC00 | (c & 0x3FF);
        }
        il_store16(to, (uint16_t)c);
        to += 2;
    }
    out->size += (size_t)(to - first);
}

/* Digits in pairs, with or without space between the pairs; one digit alone is a byte too. */
void il_asm_bytes(il_asm *as, il_text *out) {
    if (!il_asm_at(as, '(')) {
        il_asm_expected(as, "( and bytes in hexadecimal");
        return;
    }
    for (;;) {
        int high, low;
        il_lex_skip_space(&as->lex);
        high = il_lex_hex_digit(as->lex.next[0]);
        if (high < 0)
            break;
        low = il_lex_hex_digit(as->lex.next[1]);
        il_put(out, (char)(low < 0 ? high : high << 4 | low));
        as->lex.next += low < 0 ? 1 : 2;
    }
    il_asm_next(as);
    if (!il_asm_take(as, ')'))
        il_asm_expected(as, "a byte in hexadecimal or )");
}

/* ---- Flags ---- */

typedef struct flag_row {
    uint8_t set; /* il_asm_flag_set */
    uint8_t size;
    uint32_t mask, value;
    const char *text;
} flag_row;

static const flag_row FLAGS[] = {
#define IL_FLAG(set, mask, value, text) {IL_ASM_SET_##set, sizeof(text) - 1, mask, value, text},
#include "il_flags.def"
    /* Words that mean the same, or need not be said. */
    {IL_ASM_SET_METHOD, 18, 0x7, 0x0, "compilercontrolled"},
    {IL_ASM_SET_TYPE, 5, 0, 0, "value"},
    {IL_ASM_SET_TYPE, 4, 0, 0, "enum"},
    {IL_ASM_SET_IMPL, 2, 0x3, 0x0, "il"},
    {IL_ASM_SET_IMPL, 18, 0x100, 0x100, "agressive-inlining"}, /* monodis */
    {IL_ASM_SET_EXPORTED, 7, 0x7, 0x0, "private"},
    {IL_ASM_SET_ASSEMBLY, 6, 0, 0, "legacy"},
    {IL_ASM_SET_ASSEMBLY, 7, 0, 0, "library"},
    {IL_ASM_SET_PINVOKE, 10, 0x700, 0x100, "platformapi"},
};

bool il_asm_take_spelled(il_asm *as, const char *text) {
    il_lex lex = as->lex;
    il_lexeme t = as->t;
    for (const char *p = text;;) {
        while (*p == ' ')
            p++;
        if (!*p)
            break;
        if (strncmp(t.start, p, t.size) != 0 || t.size == 0 || t.kind == IL_LEX_BAD)
            return false;
        p += t.size;
        if (*p) {
            il_lex_next(&lex, &t);
            continue;
        }
        break;
    }
    as->lex = lex;
    il_asm_next(as);
    return true;
}

static bool take_flag(il_asm *as, const flag_row *row) {
    if (row->text[0] != as->t.start[0])
        return false;
    if (row->size == as->t.size && memcmp(row->text, as->t.start, row->size) == 0) {
        il_asm_next(as);
        return true;
    }
    return row->size > as->t.size && il_asm_take_spelled(as, row->text);
}

bool il_asm_flag(il_asm *as, il_asm_flag_set set, uint32_t *flags) {
    if (as->panic)
        return false;
    if (il_asm_take_text(as, "flags")) {
        il_asm_expect(as, '(');
        *flags |= (uint32_t)il_asm_int_in(as, 0, UINT32_MAX);
        il_asm_expect(as, ')');
        return true;
    }
    for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++) {
        if (FLAGS[i].set == set && take_flag(as, &FLAGS[i])) {
            *flags = (*flags & ~FLAGS[i].mask) | FLAGS[i].value;
            return true;
        }
    }
    return false;
}

uint32_t il_asm_flags(il_asm *as, il_asm_flag_set set) {
    uint32_t flags = 0;
    while (il_asm_flag(as, set, &flags))
        continue;
    return flags;
}
