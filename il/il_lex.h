/* The assembler's lexer: ilasm text as lexemes, one at a time.
 *
 * Words are not keywords here: the parser compares them where it expects one, so that any word may
 * be a name wherever that is not ambiguous. A word may have dots in it (System.Int32, ldc.i4.s);
 * one that follows a quoted part directly belongs to the same name, which is the parser's business.
 * Comments and line directives are white space.
 *
 * Lexemes point into the text; nothing is copied and nothing can fail but by the kind IL_LEX_BAD.
 */
#ifndef CLARET_IL_LEX_H
#define CLARET_IL_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Kinds below 0x80 are the character itself: { } ( ) [ ] < > , ; : = & * + - ! / */
typedef enum il_lex_kind {
    IL_LEX_END = 0,
    IL_LEX_WORD = 0x80,
    IL_LEX_DIRECTIVE, /* .word */
    IL_LEX_QUOTED,    /* 'name', with the quotes */
    IL_LEX_STRING,    /* "text", with the quotes */
    IL_LEX_INT,
    IL_LEX_FLOAT,
    IL_LEX_SCOPE,    /* :: */
    IL_LEX_ELLIPSIS, /* ... */
    IL_LEX_BAD       /* il_lex.problem says why; the lexeme is where */
} il_lex_kind;

typedef struct il_lexeme {
    il_lex_kind kind;
    uint32_t size;
    const char *start;
    bool cut; /* INT: it has more than 64 bits, of which u.i has the low ones */
    union {
        uint64_t i; /* INT: two's complement; a number in decimal or hexadecimal */
        double r;
    } u;
} il_lexeme;

/* Copy it to come back to a place later. */
typedef struct il_lex {
    const char *text, *end; /* *end is NUL */
    const char *next;       /* behind the current lexeme */
    const char *problem;
} il_lex;

/* text must have a NUL at text[size]; size at most 2 GiB. A byte order mark is skipped. */
void il_lex_init(il_lex *lex, const char *text, size_t size);

/* The next lexeme; IL_LEX_END for ever at the end. */
void il_lex_next(il_lex *lex, il_lexeme *out);

/* For whoever only wants the outline: goes on to the next brace, or directive whose first letter is
 * one of letters, past everything else; that is the next lexeme then. */
void il_lex_skim(il_lex *lex, const char *letters, il_lexeme *out);

/* Past white space and comments. */
void il_lex_skip_space(il_lex *lex);

/* The value of a hexadecimal digit, -1 for any other character. */
int il_lex_hex_digit(char c);

static inline bool il_lex_is(const il_lexeme *lexeme, const char *text) {
    size_t size = strlen(text);
    return lexeme->size == size && memcmp(lexeme->start, text, size) == 0;
}

#endif
