/* System.Text.Normalization: the tables that the managed side works with. They are built from
 * System.Text.Normalization.def when it first asks.
 *
 *   props[P(c)]        what is to be done about a character in each form (PROP_ bits)
 *   chars              the decompositions, each closed by a 0; at 0 there is none
 *   map[M(c)]          where a character's decomposition begins in chars; 0 for none
 *   helper[H(c)]       where the pairs begin that start with a character; they lie together
 *   composite[C(at)]   the character whose decomposition begins there in chars
 *   classes[K(c)]      combining class
 *
 * The letters are index functions: each leaves out stretches of its numbers in which there is
 * nothing (RANGES, the same as on the managed side). A number that is left out has index 0. */
#include <stdlib.h>

#include "runtime/bcl/bcl.h"

enum {
    PROP_NO_D = 1,
    PROP_NO_KD = 2,
    PROP_NO_C = 4,
    PROP_MAYBE_C = 8,
    PROP_NO_KC = 16,
    PROP_MAYBE_KC = 32,
    PROP_EXCLUDED = 64
};

/* ---- Index functions ---- */

struct range {
    uint16_t start, end; /* 0: 0x10000 */
};

static const struct range PROP_RANGES[] = {{0, 0x6E0},       {0x910, 0x1200},  {0x1B00, 0x2330},
                                           {0x2460, 0x2600}, {0x2980, 0x2AE0}, {0x2C70, 0x2C80},
                                           {0x2D60, 0x2D70}, {0x2E90, 0x3400}, {0xA770, 0xA780},
                                           {0xA7F0, 0xA800}, {0xF900, 0}};
static const struct range MAP_RANGES[] = {{0x90, 0x6E0},    {0x920, 0x1100},  {0x1D20, 0x2330},
                                          {0x2460, 0x24A0}, {0x24A0, 0x24F0}, {0x2A00, 0x2AE0},
                                          {0x2D60, 0x2D70}, {0x2E90, 0x3400}, {0xF900, 0}};
static const struct range CLASS_RANGES[] = {
    {0x2F0, 0x360},   {0x480, 0x490},   {0x590, 0x750},   {0x930, 0x960},   {0x9B0, 0x9D0},
    {0xA30, 0xA50},   {0xAB0, 0xAD0},   {0xB30, 0xB50},   {0xBC0, 0xBD0},   {0xC40, 0xC60},
    {0xCB0, 0xCD0},   {0xD40, 0xD50},   {0xDC0, 0xDD0},   {0xE30, 0xE50},   {0xEB0, 0xED0},
    {0xF00, 0xFD0},   {0x1030, 0x1040}, {0x1350, 0x1360}, {0x1710, 0x1740}, {0x17D0, 0x17E0},
    {0x18A0, 0x18B0}, {0x1930, 0x1940}, {0x1A10, 0x1A20}, {0x1DC0, 0x1DD0}, {0x20D0, 0x20F0},
    {0x3020, 0x3030}, {0x3090, 0x30A0}, {0xA800, 0xA810}, {0xFB10, 0xFB20}, {0xFE20, 0xFE30}};
static const struct range COMPOSITE_RANGES[] = {
    {0x480, 0x1080}, {0x1410, 0x1580}, {0x1670, 0x21B0}};
static const struct range HELPER_RANGES[] = {{0, 0x700},       {0x900, 0x1200},  {0x1D00, 0x2300},
                                             {0x2500, 0x2600}, {0x3000, 0x3160}, {0x3B90, 0x3BA0},
                                             {0x4010, 0x4030}, {0x4E00, 0xA000}, {0xFB40, 0xFB50}};

#define COUNT(ranges) (sizeof(ranges) / sizeof *(ranges))

static uint32_t range_end(const struct range *range) {
    return range->end ? range->end : 0x10000;
}

static uint32_t index_of(const struct range *ranges, size_t count, uint32_t number) {
    uint32_t index = 0;
    for (size_t i = 0; i < count && number >= ranges[i].start; i++) {
        if (number < range_end(&ranges[i]))
            return index + number - ranges[i].start;
        index += range_end(&ranges[i]) - ranges[i].start;
    }
    return 0;
}

/* How many indexes there are. */
static uint32_t index_count(const struct range *ranges, size_t count) {
    uint32_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += range_end(&ranges[i]) - ranges[i].start;
    return total;
}

#define INDEX(ranges, number) index_of(ranges, COUNT(ranges), number)

/* ---- Decompositions ---- */

struct row {
    uint32_t first;
    bool compatible;
    const char *texts; /* of consecutive characters, separated by tabs */
};

static const struct row ROWS[] = {
#define CANONICAL(first, texts)  {first, false, texts},
#define COMPATIBLE(first, texts) {first, true, texts},
#define COMBINING(...)
#define EXCLUDED(...)
#include "runtime/bcl/System.Text.Normalization.def"
#undef CANONICAL
#undef COMPATIBLE
#undef COMBINING
#undef EXCLUDED
};

static const struct {
    uint16_t first, last;
    uint8_t class;
} CLASSES[] = {
#define CANONICAL(...)
#define COMPATIBLE(...)
#define COMBINING(first, last, class) {first, last, class},
#define EXCLUDED(...)
#include "runtime/bcl/System.Text.Normalization.def"
#undef COMBINING
#undef EXCLUDED
};

static const struct range EXCLUSIONS[] = {
#define COMBINING(...)
#define EXCLUDED(first, last) {first, last},
#include "runtime/bcl/System.Text.Normalization.def"
#undef CANONICAL
#undef COMPATIBLE
#undef COMBINING
#undef EXCLUDED
};

static bool is_excluded(uint32_t c) {
    for (size_t i = 0; i < COUNT(EXCLUSIONS); i++) {
        if (c >= EXCLUSIONS[i].start && c <= EXCLUSIONS[i].end)
            return true;
    }
    return false;
}

/* The next character of UTF-8 text that is known to be well-formed and below 0x10000. */
static uint32_t next_char(const char **at) {
    const uint8_t *s = (const uint8_t *)*at;
    if (s[0] < 0x80) {
        *at += 1;
        return s[0];
    }
    if (s[0] < 0xE0) {
        *at += 2;
        return (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
    }
    *at += 3;
    return (s[0] & 0xFu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
}

#define MAX_PARTS 20

struct decomposition {
    uint32_t c, count, parts[MAX_PARTS];
    bool compatible;
};

/* Calls visit for every decomposition. */
struct tables;
static void each_decomposition(struct tables *t,
                               void (*visit)(struct tables *, const struct decomposition *)) {
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct decomposition d = {.c = ROWS[i].first, .compatible = ROWS[i].compatible};
        for (const char *at = ROWS[i].texts; *at; d.c++) {
            for (d.count = 0; *at && *at != '\t' && d.count < MAX_PARTS;)
                d.parts[d.count++] = next_char(&at);
            at += *at == '\t';
            visit(t, &d);
        }
    }
}

/* ---- Building ---- */

#define CHARS_SIZE 0x4000 /* of chars: more than all decompositions take */
#define MAX_PAIRS  1024   /* what the first of COMPOSITE_RANGES has room for */

struct tables {
    uint8_t *props, *classes;
    int16_t *map, *helper;
    uint16_t *composite;
    int32_t *chars;
    uint32_t chars_end; /* behind what lies in chars beyond the pairs */
    uint32_t pair_count;
    struct decomposition pairs[MAX_PAIRS];
};

static void add_props(struct tables *t, uint32_t c, uint8_t bits) {
    uint32_t index = INDEX(PROP_RANGES, c);
    if (index)
        t->props[index] |= bits;
}

/* Puts the decomposition in at *end, which moves on. */
static void place(struct tables *t, const struct decomposition *d, uint32_t *end) {
    uint32_t at = *end, index = INDEX(MAP_RANGES, d->c);
    if (index == 0 || at + d->count + 1 > CHARS_SIZE)
        return;
    for (uint32_t i = 0; i < d->count; i++)
        t->chars[at + i] = (int32_t)d->parts[i];
    t->map[index] = (int16_t)at;
    *end += d->count + 1;
}

/* Leaves out characters that the managed side has no place for. */
static void add(struct tables *t, const struct decomposition *d) {
    bool is_pair = !d->compatible && d->count == 2, composes = is_pair && !is_excluded(d->c);
    if (INDEX(MAP_RANGES, d->c) == 0)
        return;
    add_props(t, d->c, d->compatible ? PROP_NO_KD | PROP_NO_KC : PROP_NO_D | PROP_NO_KD);
    if (!d->compatible && !composes)
        add_props(t, d->c, PROP_NO_C | PROP_NO_KC | PROP_EXCLUDED);
    if (composes)
        add_props(t, d->parts[1], PROP_MAYBE_C | PROP_MAYBE_KC);
    if (is_pair && t->pair_count < MAX_PAIRS)
        t->pairs[t->pair_count++] = *d;
    else
        place(t, d, &t->chars_end);
}

/* A canonical decomposition one of whose parts has a compatible one does not stay in form KC. */
static void look_for_compatible(struct tables *t, const struct decomposition *d) {
    for (uint32_t i = 0; !d->compatible && i < d->count; i++) {
        uint8_t props = t->props[INDEX(PROP_RANGES, d->parts[i])];
        if ((props & PROP_NO_KD) && !(props & PROP_NO_D))
            add_props(t, d->c, PROP_NO_KC);
    }
}

static int compare_pairs(const void *a, const void *b) {
    const struct decomposition *x = a, *y = b;
    if (x->parts[0] != y->parts[0])
        return x->parts[0] < y->parts[0] ? -1 : 1;
    return x->c < y->c ? -1 : x->c > y->c;
}

static void add_pairs(struct tables *t) {
    uint32_t end = COMPOSITE_RANGES[0].start, starter = 0;
    qsort(t->pairs, t->pair_count, sizeof *t->pairs, compare_pairs);
    for (uint32_t i = 0; i < t->pair_count; i++) {
        const struct decomposition *d = &t->pairs[i];
        uint32_t helper = INDEX(HELPER_RANGES, d->parts[0]);
        if (helper && d->parts[0] != starter)
            t->helper[helper] = (int16_t)end;
        starter = d->parts[0];
        t->composite[INDEX(COMPOSITE_RANGES, end)] = (uint16_t)d->c;
        place(t, d, &end);
    }
}

/* The vowels and final consonants of Hangul, which compose by arithmetic. */
static void add_hangul(struct tables *t) {
    for (uint32_t c = 0x1161; c <= 0x11C2; c++) {
        if (c <= 0x1175 || c >= 0x11A8)
            add_props(t, c, PROP_MAYBE_C | PROP_MAYBE_KC);
    }
}

static void add_classes(struct tables *t) {
    for (size_t i = 0; i < COUNT(CLASSES); i++) {
        for (uint32_t c = CLASSES[i].first; c <= CLASSES[i].last; c++)
            t->classes[INDEX(CLASS_RANGES, c)] = CLASSES[i].class;
    }
}

/* load_normalization_resource(out props, out chars, out map, out helper, out composite, out
 * classes).
 */
void bcl_normalization_load(struct thread *thread, union slot *slots) {
    struct runtime *rt = thread->rt;
    struct tables *t = mem_calloc(1, sizeof *t);
    EXEC_LOCKED(rt);
    if (t) {
        t->props = bcl_native_alloc(rt, index_count(PROP_RANGES, COUNT(PROP_RANGES)));
        t->chars = bcl_native_alloc(rt, CHARS_SIZE * sizeof *t->chars);
        t->map = bcl_native_alloc(rt, index_count(MAP_RANGES, COUNT(MAP_RANGES)) * sizeof *t->map);
        t->helper = bcl_native_alloc(rt, index_count(HELPER_RANGES, COUNT(HELPER_RANGES)) *
                                             sizeof *t->helper);
        t->composite = bcl_native_alloc(rt, index_count(COMPOSITE_RANGES, COUNT(COMPOSITE_RANGES)) *
                                                sizeof *t->composite);
        t->classes = bcl_native_alloc(rt, index_count(CLASS_RANGES, COUNT(CLASS_RANGES)));
    }
    if (!t || !t->props || !t->chars || !t->map || !t->helper || !t->composite || !t->classes) {
        mem_free(t);
        exec_throw_object(thread, thread->out_of_memory);
        return;
    }
    t->chars_end = range_end(&COMPOSITE_RANGES[COUNT(COMPOSITE_RANGES) - 1]);
    each_decomposition(t, add);
    each_decomposition(t, look_for_compatible);
    add_pairs(t);
    add_hangul(t);
    add_classes(t);
    *(void **)slots[0].p = t->props;
    *(void **)slots[1].p = t->chars;
    *(void **)slots[2].p = t->map;
    *(void **)slots[3].p = t->helper;
    *(void **)slots[4].p = t->composite;
    *(void **)slots[5].p = t->classes;
    mem_free(t);
}
