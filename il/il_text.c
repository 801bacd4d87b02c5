/* The growing text buffer: what is not inline in il_text.h. */
#include "il_text.h"

#include "runtime/memory/mem.h"

#include <stdarg.h>
#include <stdio.h>

void il_text_fini(il_text *text) {
    mem_free(text->data);
    *text = (il_text){0};
}

bool il_text_grow(il_text *text, size_t size) {
    enum { FIRST = 256 };
    size_t room = text->room < FIRST ? FIRST : text->room * 2;
    if (text->out_of_memory)
        return false;
    if (size > SIZE_MAX - text->size) {
        text->out_of_memory = true;
        return false;
    }
    if (room < text->size + size)
        room = text->size + size;
    char *data = mem_resize(text->data, room, 1);
    if (!data) {
        text->out_of_memory = true;
        return false;
    }
    text->data = data;
    text->room = room;
    return true;
}

const char *il_text_string(il_text *text) {
    char *end = il_text_reserve(text, 1);
    if (!end || text->out_of_memory)
        return NULL;
    *end = 0;
    return text->data;
}

void il_put_spaces(il_text *text, size_t count) {
    char *to = il_text_reserve(text, count);
    if (to && count) {
        memset(to, ' ', count);
        text->size += count;
    }
}

void il_put_unsigned(il_text *text, uint64_t value) {
    char digits[20], *first = digits + sizeof digits;
    do {
        *--first = (char)('0' + value % 10);
    } while (value /= 10);
    il_put_bytes(text, first, (size_t)(digits + sizeof digits - first));
}

void il_put_signed(il_text *text, int64_t value) {
    if (value < 0)
        il_put(text, '-');
    il_put_unsigned(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void il_put_hex(il_text *text, uint64_t value, unsigned digits) {
    char buffer[16];
    unsigned count = 0;
    for (; value || count < digits; value >>= 4)
        buffer[sizeof buffer - ++count] = "0123456789abcdef"[value & 15];
    il_put_bytes(text, buffer + sizeof buffer - count, count);
}

void il_putf(il_text *text, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    char *to = size > 0 ? il_text_reserve(text, (size_t)size + 1) : NULL;
    if (to) {
        vsnprintf(to, (size_t)size + 1, format, again);
        text->size += (size_t)size;
    }
    va_end(again);
    va_end(args);
}
