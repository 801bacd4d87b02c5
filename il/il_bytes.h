/* Little-endian numbers at any address: one load or store each. */
#ifndef CLARET_IL_BYTES_H
#define CLARET_IL_BYTES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t il_load16(const uint8_t *p) {
    uint16_t value;
    memcpy(&value, p, sizeof value);
    return le16toh(value);
}

static inline uint32_t il_load32(const uint8_t *p) {
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return le32toh(value);
}

static inline uint64_t il_load64(const uint8_t *p) {
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return le64toh(value);
}

static inline void il_store16(uint8_t *p, uint16_t value) {
    value = htole16(value);
    memcpy(p, &value, sizeof value);
}

static inline void il_store32(uint8_t *p, uint32_t value) {
    value = htole32(value);
    memcpy(p, &value, sizeof value);
}

static inline void il_store64(uint8_t *p, uint64_t value) {
    value = htole64(value);
    memcpy(p, &value, sizeof value);
}

/* The bits of the double that equals a float. A cast would turn a signaling NaN into a quiet one,
 * and a body must keep its bytes; il_narrow_float is the exact inverse. */
static inline uint64_t il_widen_float(uint32_t bits) {
    uint64_t wide;
    float narrow;
    double value;
    if ((bits & 0x7F800000u) == 0x7F800000u)
        return (uint64_t)(bits & 0x80000000u) << 32 | 0x7FF0000000000000u |
               (uint64_t)(bits & 0x7FFFFFu) << 29;
    memcpy(&narrow, &bits, sizeof bits);
    value = narrow;
    memcpy(&wide, &value, sizeof wide);
    return wide;
}

static inline uint32_t il_narrow_float(uint64_t wide) {
    uint32_t bits;
    float narrow;
    double value;
    if ((wide & 0x7FF0000000000000u) == 0x7FF0000000000000u)
        return (uint32_t)(wide >> 32 & 0x80000000u) | 0x7F800000u |
               (uint32_t)(wide >> 29 & 0x7FFFFFu);
    memcpy(&value, &wide, sizeof value);
    narrow = (float)value;
    memcpy(&bits, &narrow, sizeof bits);
    return bits;
}

#endif
