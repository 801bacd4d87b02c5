/* The assembler's lexer. See il_lex.h; the lexical grammar is II.5.2. */
#include "il_lex.h"

#include <stdlib.h>

enum { SPACE = 1, ID_START = 2, DIGIT = 4, ID = ID_START | DIGIT, SKIM = 8 };

static const uint8_t CLASSES[256] = {
    [' '] = SPACE,
    ['\t'] = SPACE,
    ['\n'] = SPACE,
    ['\v'] = SPACE,
    ['\f'] = SPACE,
    ['\r'] = SPACE,
    ['0' ... '9'] = DIGIT,
    ['a' ... 'z'] = ID_START,
    ['A' ... 'Z'] = ID_START,
    ['_'] = ID_START,
    ['$'] = ID_START,
    ['@'] = ID_START,
    ['`'] = ID_START,
    ['?'] = ID_START,
    [0x80 ... 0xFF] = ID_START,
    [0] = SKIM,
    ['{'] = SKIM,
    ['}'] = SKIM,
    ['"'] = SKIM,
    ['\''] = SKIM,
    ['/'] = SKIM,
    ['.'] = SKIM,
};

static bool is(char c, unsigned classes) {
    return (CLASSES[(unsigned char)c] & classes) != 0;
}

int il_lex_hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void il_lex_init(il_lex *lex, const char *text, size_t size) {
    *lex = (il_lex){.text = text, .end = text + size, .next = text};
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        lex->next += 3;
}

/* ---- White space ---- */

static const char *line_end(const il_lex *lex, const char *p) {
    const char *end = memchr(p, '\n', (size_t)(lex->end - p));
    return end ? end : lex->end;
}

/* Behind a comment that starts at p; p when none does or when it has no end. */
static const char *skip_comment(const il_lex *lex, const char *p) {
    if (p[1] == '/')
        return line_end(lex, p);
    if (p[1] != '*')
        return p;
    for (const char *star = p + 2; (star = memchr(star, '*', (size_t)(lex->end - star)));) {
        if (*++star == '/')
            return star + 1;
    }
    return p;
}

/* Whether a line directive, "#line 5" or "# 5", starts at p. */
static bool at_line_directive(const il_lex *lex, const char *p) {
    if (p[1] != ' ' && strncmp(p + 1, "line", 4) != 0)
        return false;
    while (p > lex->text && (p[-1] == ' ' || p[-1] == '\t'))
        p--;
    return p == lex->text || p[-1] == '\n' || p[-1] == '\r';
}

void il_lex_skip_space(il_lex *lex) {
    const char *p = lex->next, *before;
    do {
        while (is(*p, SPACE))
            p++;
        before = p;
        if (*p == '/')
            p = skip_comment(lex, p);
        else if (*p == '#' && at_line_directive(lex, p))
            p = line_end(lex, p);
    } while (p != before);
    lex->next = p;
}

/* ---- Lexemes ---- */

static void bad(il_lex *lex, il_lexeme *out, const char *end, const char *problem) {
    out->kind = IL_LEX_BAD;
    lex->next = end;
    lex->problem = problem;
}

/* A word with dots between its parts. The prefixes of instructions end with one (III.2). */
static const char *skip_word(const char *p) {
    for (;;) {
        while (is(*p, ID))
            p++;
        if (*p != '.' || !is(p[1], ID))
            return p;
        p++;
    }
}

static bool is_prefix(const char *word, size_t size) {
    static const char *const PREFIXES[] = {"constrained", "no",        "readonly",
                                           "tail",        "unaligned", "volatile"};
    for (size_t i = 0; i < sizeof PREFIXES / sizeof *PREFIXES; i++) {
        if (strlen(PREFIXES[i]) == size && memcmp(word, PREFIXES[i], size) == 0)
            return true;
    }
    return false;
}

/* Between quotes of one kind, with backslashes before what they escape. */
static void lex_quoted(il_lex *lex, il_lexeme *out, il_lex_kind kind) {
    char quote = *lex->next;
    const char *p = lex->next + 1;
    for (; *p != quote; p++) {
        if (*p == '\\' && p + 1 < lex->end)
            p++;
        else if (*p == '\n' || p >= lex->end) {
            bad(lex, out, p, quote == '"' ? "the string has no end" : "the name has no end");
            return;
        }
    }
    out->kind = kind;
    lex->next = p + 1;
}

static const char *lex_hex(il_lex *lex, il_lexeme *out, const char *p) {
    const char *first = p;
    uint64_t value = 0;
    for (int digit; (digit = il_lex_hex_digit(*p)) >= 0; p++) {
        if (value >> 60)
            out->cut = true;
        value = value << 4 | (unsigned)digit;
    }
    if (p == first)
        lex->problem = "0x wants digits";
    out->u.i = value;
    return p;
}

static const char *lex_decimal(il_lexeme *out, const char *p) {
    uint64_t value = 0;
    for (; is(*p, DIGIT); p++) {
        unsigned digit = (unsigned)(*p - '0');
        if (value > (UINT64_MAX - digit) / 10)
            out->cut = true;
        value = value * 10 + digit;
    }
    out->u.i = value;
    return p;
}

/* Behind "1.5", "1e10", "1." and the like; NULL for what is no such number. */
static const char *skip_float(const char *p) {
    bool is_float = false;
    while (is(*p, DIGIT))
        p++;
    if (*p == '.' && p[1] != '.') {
        is_float = true;
        for (p++; is(*p, DIGIT);)
            p++;
    }
    if ((*p | 0x20) == 'e') {
        const char *digits = p + 1 + (p[1] == '+' || p[1] == '-');
        if (is(*digits, DIGIT)) {
            is_float = true;
            for (p = digits; is(*p, DIGIT);)
                p++;
        }
    }
    return is_float ? p : NULL;
}

static void lex_number(il_lex *lex, il_lexeme *out) {
    bool negative = *lex->next == '-';
    const char *p = lex->next + negative, *float_end;
    lex->problem = NULL;
    out->cut = false;
    out->kind = IL_LEX_INT;
    if (p[0] == '0' && (p[1] | 0x20) == 'x') {
        p = lex_hex(lex, out, p + 2);
    } else if ((float_end = skip_float(p))) {
        /* strtod reads no further: what follows is no digit, sign or letter of a number. */
        out->kind = IL_LEX_FLOAT;
        out->u.r = strtod(lex->next, NULL);
        lex->next = float_end;
        return;
    } else {
        p = lex_decimal(out, p);
    }
    if (negative)
        out->u.i = 0 - out->u.i;
    lex->next = p;
    if (lex->problem)
        out->kind = IL_LEX_BAD;
    else if (is(*p, ID_START))
        bad(lex, out, skip_word(p), "a number with letters in it");
}

static void lex_dot(il_lex *lex, il_lexeme *out) {
    const char *p = lex->next;
    if (p[1] == '.' && p[2] == '.') {
        out->kind = IL_LEX_ELLIPSIS;
        lex->next = p + 3;
    } else if (is(p[1], ID_START)) {
        out->kind = IL_LEX_DIRECTIVE;
        lex->next = skip_word(p + 1);
    } else {
        out->kind = (il_lex_kind)'.';
        lex->next = p + 1;
    }
}

static void lex_symbol(il_lex *lex, il_lexeme *out) {
    char c = *lex->next;
    if (c == ':' && lex->next[1] == ':') {
        out->kind = IL_LEX_SCOPE;
        lex->next += 2;
    } else if (c == '/' && lex->next[1] == '*') {
        bad(lex, out, lex->end, "the comment has no end");
    } else if (c && strchr("{}()[]<>,;:=&*+-!/|", c)) {
        out->kind = (il_lex_kind)c;
        lex->next++;
    } else if (c == '#') {
        bad(lex, out, line_end(lex, lex->next), "of preprocessing only #line is understood");
    } else {
        bad(lex, out, lex->next + 1, "no such character in this language");
    }
}

/* 5, -5, .5 and -.5 */
static bool begins_number(const char *p) {
    p += *p == '-';
    p += *p == '.';
    return is(*p, DIGIT);
}

void il_lex_next(il_lex *lex, il_lexeme *out) {
    il_lex_skip_space(lex);
    const char *p = out->start = lex->next;
    if (is(*p, ID_START)) {
        out->kind = IL_LEX_WORD;
        lex->next = skip_word(p);
        if (*lex->next == '.' && is_prefix(p, (size_t)(lex->next - p)))
            lex->next++;
    } else if (*p == '"') {
        lex_quoted(lex, out, IL_LEX_STRING);
    } else if (*p == '\'') {
        lex_quoted(lex, out, IL_LEX_QUOTED);
    } else if (begins_number(p)) {
        lex_number(lex, out);
    } else if (*p == '.') {
        lex_dot(lex, out);
    } else if (p >= lex->end) {
        out->kind = IL_LEX_END;
    } else {
        lex_symbol(lex, out);
    }
    out->size = (uint32_t)(lex->next - p);
}

/* ---- Skimming ---- */

void il_lex_skim(il_lex *lex, const char *letters, il_lexeme *out) {
    const char *p = lex->next;
    for (;; p++) {
        while (!is(*p, SKIM))
            p++;
        lex->next = p;
        if (p >= lex->end || *p == '{' || *p == '}')
            break;
        if (*p == '.' && (p == lex->text || !is(p[-1], ID)) && p[1] && strchr(letters, p[1]))
            break;
        if (*p == '/') {
            const char *end = skip_comment(lex, p);
            if (end == p && p[1] == '*') /* without an end: so is the text */
                end = lex->end;
            p = end == p ? p : end - 1;
        } else if (*p == '"' || *p == '\'') {
            lex_quoted(lex, out, IL_LEX_STRING);
            p = lex->next - 1;
        }
    }
    il_lex_next(lex, out);
}
