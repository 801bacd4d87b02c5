/* System.Globalization.CompareInfo: what is used instead of the managed collation when the variable
 * MONO_DISABLE_MANAGED_COLLATION is "yes": letters by their lower case, then lower before upper. */
#include <wctype.h>

#include "runtime/bcl/bcl.h"

enum {
    COMPARE_IGNORE_CASE = 1,
    COMPARE_ORDINAL_IGNORE_CASE = 0x10000000,
    COMPARE_ORDINAL = 0x40000000
};

static int compare_chars(uint16_t a, uint16_t b, int32_t options) {
    if (options & COMPARE_ORDINAL)
        return a - b;
    wint_t x = towlower(a), y = towlower(b);
    if (x != y)
        return x < y ? -1 : 1;
    if (options & (COMPARE_IGNORE_CASE | COMPARE_ORDINAL_IGNORE_CASE))
        return 0;
    return a == b ? 0 : iswupper(a) ? 1 : -1;
}

/* internal_compare_icall(chars, length, chars, length, options). */
void bcl_compare_texts(struct thread *thread, union slot *slots) {
    const uint16_t *a = slots[0].p, *b = slots[2].p;
    int32_t length_a = slots[1].i4, length_b = slots[3].i4, options = slots[4].i4;
    int order = 0;
    (void)thread;
    for (int32_t i = 0; i < length_a && i < length_b && order == 0; i++)
        order = compare_chars(a[i], b[i], options);
    slots[0].i4 = order ? order : length_a - length_b;
}

static bool is_at(const uint16_t *text, const uint16_t *wanted, int32_t length) {
    for (int32_t i = 0; i < length; i++) {
        if (text[i] != wanted[i])
            return false;
    }
    return true;
}

/* internal_index_icall(text, start, count, wanted, length, first): of the stretch of count units
 * that begins at start, or for the last index ends there; -1 when it is not in there. */
void bcl_find_text(struct thread *thread, union slot *slots) {
    const uint16_t *text = slots[0].p, *wanted = slots[3].p;
    int32_t start = slots[1].i4, count = slots[2].i4, length = slots[4].i4;
    bool first = slots[5].i4 != 0;
    int32_t from = first ? start : start - length + 1, steps = count - length + 1;
    (void)thread;
    slots[0].i4 = -1;
    for (int32_t i = 0; i < steps; i++) {
        int32_t at = first ? from + i : from - i;
        if (is_at(text + at, wanted, length)) {
            slots[0].i4 = at;
            return;
        }
    }
}
