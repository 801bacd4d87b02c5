/* A growing buffer of text, for everything that prints IL.
 *
 * Appending cannot fail where it stands: when memory runs short, out_of_memory turns true for good,
 * further appends do nothing, and whoever owns the buffer asks once, at the end. Not thread-safe.
 */
#ifndef CLARET_IL_TEXT_H
#define CLARET_IL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* All zero is an empty buffer. Read data and size freely; to use the buffer again set size to 0. */
typedef struct il_text {
    char *data; /* not NUL-terminated, see il_text_string; NULL while nothing was ever appended */
    size_t size, room;
    bool out_of_memory;
} il_text;

void il_text_fini(il_text *text); /* frees the block; the buffer is empty again */

/* The contents with a NUL behind them, owned by the buffer; NULL when it ran out of memory. */
const char *il_text_string(il_text *text);

/* Makes room for size more bytes; false (and out_of_memory) when there is none. */
bool il_text_grow(il_text *text, size_t size);

/* Where size more bytes go, to be written by the caller, who then adds what it wrote to text->size;
 * NULL when there is no room. */
static inline char *il_text_reserve(il_text *text, size_t size) {
    if ((!text->data || text->room - text->size < size) && !il_text_grow(text, size))
        return NULL;
    return text->data + text->size;
}

static inline void il_put(il_text *text, char c) {
    char *to = il_text_reserve(text, 1);
    if (to) {
        *to = c;
        text->size++;
    }
}

static inline void il_put_bytes(il_text *text, const void *bytes, size_t size) {
    char *to = il_text_reserve(text, size);
    if (to && size) {
        memcpy(to, bytes, size);
        text->size += size;
    }
}

static inline void il_puts(il_text *text, const char *string) {
    il_put_bytes(text, string, strlen(string));
}

void il_put_spaces(il_text *text, size_t count);
void il_put_unsigned(il_text *text, uint64_t value); /* decimal */
void il_put_signed(il_text *text, int64_t value);
/* At least digits hexadecimal digits, lower case, without 0x; digits at most 16. */
void il_put_hex(il_text *text, uint64_t value, unsigned digits);
void il_putf(il_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
