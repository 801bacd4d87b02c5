/* GUIDs as text. Data1 to Data3 are written as numbers, Data4 as bytes, so the 16 bytes in the
 * order of the text are Data1 to Data3 big-endian and then Data4. */
#include "profiler/prof_guid.h"

#include <stdio.h>
#include <string.h>

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Fills bytes with the GUID's 16, in the order of the text. */
static bool parse_bytes(const char *text, uint8_t bytes[static 16]) {
    static const char SHAPE[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
    size_t digits = 0;
    for (size_t i = 0; i < sizeof SHAPE; i++) { /* the NUL is part of the shape */
        if (SHAPE[i] != 'x') {
            if (text[i] != SHAPE[i])
                return false;
            continue;
        }
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return false;
        bytes[digits / 2] = (uint8_t)(bytes[digits / 2] << 4 | digit);
        digits++;
    }
    return true;
}

bool prof_guid_parse(const char *text, GUID *out) {
    uint8_t b[16] = {0};
    if (!parse_bytes(text, b))
        return false;
    out->Data1 = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    out->Data2 = (uint16_t)(b[4] << 8 | b[5]);
    out->Data3 = (uint16_t)(b[6] << 8 | b[7]);
    memcpy(out->Data4, b + 8, sizeof out->Data4);
    return true;
}

void prof_guid_format(const GUID *guid, char text[static PROF_GUID_TEXT]) {
    const uint8_t *b = guid->Data4;
    snprintf(text, PROF_GUID_TEXT, "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
             guid->Data1, guid->Data2, guid->Data3, b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]);
}
