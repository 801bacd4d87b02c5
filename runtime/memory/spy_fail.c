/* The layers that make requests fail: fail=, fail-rate=, fail-size>= and quota=. */
#include "runtime/memory/spy_layer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool spy_parse_size(const char *text, uint64_t *out, const char **end) {
    uint64_t value = 0;
    if (!isdigit((unsigned char)*text))
        return false;
    for (; isdigit((unsigned char)*text); text++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *text - '0', &value))
            return false;
    }
    static const char UNITS[] = "KMG";
    const char *unit = *text ? strchr(UNITS, toupper((unsigned char)*text)) : NULL;
    if (unit) {
        if (__builtin_mul_overflow(value, UINT64_C(1) << 10 * (unit - UNITS + 1), &value))
            return false;
        text++;
    }
    *out = value;
    *end = text;
    return true;
}

static bool parse_number(spy_layer *layer, const char *rest) {
    const char *end;
    return spy_parse_size(rest, &layer->number, &end) && *end == '\0';
}

/* ---- fail=N, fail=N+ ---- */

static bool parse_nth(spy_layer *layer, const char *rest) {
    const char *end;
    if (!spy_parse_size(rest, &layer->number, &end) || layer->number == 0)
        return false;
    layer->onwards = *end == '+';
    return end[layer->onwards] == '\0';
}

static bool allow_nth(spy_layer *layer, size_t size, const mem_counters *now) {
    (void)size, (void)now;
    uint64_t n = ++layer->state;
    return layer->onwards ? n < layer->number : n != layer->number;
}

/* ---- fail-rate=P,seed=S ---- */

static bool parse_rate(spy_layer *layer, const char *rest) {
    char *end;
    double rate = strtod(rest, &end);
    if (end == rest || !(rate >= 0 && rate <= 1))
        return false;
    layer->number = rate == 1 ? UINT64_MAX : (uint64_t)(rate * 0x1p64);
    if (*end == '\0')
        return true;
    const char *after;
    return strncmp(end, ",seed=", 6) == 0 && spy_parse_size(end + 6, &layer->state, &after) &&
           *after == '\0';
}

/* SplitMix64: every seed, also 0, gives a good sequence. */
static bool allow_by_chance(spy_layer *layer, size_t size, const mem_counters *now) {
    (void)size, (void)now;
    uint64_t z = layer->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (z ^ z >> 31) >= layer->number;
}

/* ---- fail-size>=K, quota=BYTES ---- */

static bool allow_smaller(spy_layer *layer, size_t size, const mem_counters *now) {
    (void)now;
    return size < layer->number;
}

static bool allow_within_quota(spy_layer *layer, size_t size, const mem_counters *now) {
    uint64_t live = now->live_bytes + now->live_object_bytes;
    return live <= layer->number && size <= layer->number - live;
}

static void report_failures(spy_layer *layer, const mem_counters *now, const spy_books *books,
                            FILE *out) {
    (void)books;
    fprintf(out, "spy %s: %llu of %llu requests failed\n", layer->spec,
            (unsigned long long)now->failures, (unsigned long long)now->requests);
}

const spy_layer_type SPY_FAIL_LAYERS[] = {
    {.prefix = "fail=",
     .parse = parse_nth,
     .help = "fail=N or fail=N+, N from 1",
     .allow = allow_nth,
     .report = report_failures},
    {.prefix = "fail-rate=",
     .parse = parse_rate,
     .help = "fail-rate=P,seed=S, P from 0 to 1",
     .allow = allow_by_chance,
     .report = report_failures},
    {.prefix = "fail-size>=",
     .parse = parse_number,
     .help = "fail-size>=BYTES",
     .allow = allow_smaller,
     .report = report_failures},
    {.prefix = "quota=",
     .parse = parse_number,
     .help = "quota=BYTES",
     .allow = allow_within_quota,
     .counts_objects = true,
     .report = report_failures},
    {0},
};
