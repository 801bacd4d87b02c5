/* UTF-8 to UTF-16 and back. What is not valid becomes U+FFFD. */
#include "profiler/prof_text.h"

#include "cor.h"
#include "runtime/memory/mem.h"
#include <stdbool.h>

#define REPLACEMENT 0xFFFDu

/* Reads one character at *text, which is not at its end, and steps over it. */
static uint32_t next_utf8(const char **text) {
    const uint8_t *s = (const uint8_t *)*text;
    uint32_t first = s[0];
    uint32_t follow = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    uint32_t value = follow == 0 ? first : first & (0x3Fu >> follow);
    static const uint32_t LEAST[] = {0, 0x80, 0x800, 0x10000};
    bool bad = (first >= 0x80 && first < 0xC2) || first > 0xF4;
    uint32_t read = 1;
    for (; !bad && read <= follow; read++) {
        bad = (s[read] & 0xC0) != 0x80; /* also stops at the closing NUL */
        if (bad)
            break;
        value = value << 6 | (s[read] & 0x3Fu);
    }
    *text += read;
    bad = bad || value < LEAST[follow] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000);
    return bad ? REPLACEMENT : value;
}

/* Puts up to capacity units into buffer, without a closing 0, and returns how many there are in
 * all. */
static ULONG to_utf16(const char *text, WCHAR *buffer, ULONG capacity) {
    ULONG count = 0;
    while (*text) {
        uint32_t c = next_utf8(&text);
        WCHAR units[2] = {(WCHAR)c, 0};
        ULONG n = 1;
        if (c >= 0x10000) {
            units[0] = (WCHAR)(0xD800 + ((c - 0x10000) >> 10));
            units[1] = (WCHAR)(0xDC00 + ((c - 0x10000) & 0x3FF));
            n = 2;
        }
        for (ULONG i = 0; i < n; i++, count++) {
            if (count < capacity)
                buffer[count] = units[i];
        }
    }
    return count;
}

HRESULT prof_text_cut(const char *text, WCHAR *buffer, ULONG capacity, ULONG *length) {
    if (!buffer)
        capacity = 0;
    ULONG units = to_utf16(text, buffer, capacity);
    if (length)
        *length = units ? units + 1 : 0;
    if (capacity == 0)
        return S_OK;
    buffer[units < capacity ? units : capacity - 1] = 0;
    return units < capacity ? S_OK : CLDB_S_TRUNCATION;
}

HRESULT prof_text_whole(const char *text, WCHAR *buffer, ULONG capacity, ULONG *length) {
    ULONG units = to_utf16(text, NULL, 0);
    if (length)
        *length = units + 1;
    if (!buffer || capacity == 0)
        return S_OK;
    if (units >= capacity)
        return PROF_E_BUFFER_TOO_SMALL;
    to_utf16(text, buffer, capacity);
    buffer[units] = 0;
    return S_OK;
}

/* Writes c in UTF-8 and returns the place behind it. */
static char *put_utf8(char *out, uint32_t c) {
    if (c < 0x80) {
        *out++ = (char)c;
        return out;
    }
    int follow = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t LEAD[] = {0, 0xC0, 0xE0, 0xF0};
    *out++ = (char)(LEAD[follow] | c >> (6 * follow));
    while (follow-- > 0)
        *out++ = (char)(0x80 | (c >> (6 * follow) & 0x3F));
    return out;
}

char *prof_text_utf8(const WCHAR *text) {
    size_t units = 0;
    while (text[units])
        units++;
    char *copy = mem_calloc(3 * units + 1, 1);
    if (!copy)
        return NULL;
    char *out = copy;
    for (size_t i = 0; i < units; i++) {
        uint32_t c = text[i];
        if (c >= 0xD800 && c < 0xDC00 && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000)
            c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - 0xDC00u);
        else if (c >= 0xD800 && c < 0xE000)
            c = REPLACEMENT;
        out = put_utf8(out, c);
    }
    return copy;
}
