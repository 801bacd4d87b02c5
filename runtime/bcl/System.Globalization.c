/* System.Globalization: the cultures. The library's managed side asks for them by name or number
 * and has the native one fill its objects from the tables of System.Globalization.def; the
 * invariant culture it knows itself, and it also compares and searches without help (CompareInfo).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "runtime/bcl/bcl.h"

/* ---- Tables ---- */

struct names {
    const char *days, *short_days, *shortest_days, *months, *short_months, *months_in_dates,
        *short_months_in_dates;
};

struct patterns {
    int32_t first_day, week_rule;
    const char *before_noon, *after_noon, *time_separator, *short_dates, *long_dates, *year_months,
        *month_day, *long_times, *short_times;
};

struct numbers {
    const char *currency_symbol;
    int32_t currency_digits;
    const char *currency_decimal, *currency_group;
    int32_t currency_size0, currency_size1, currency_positive, currency_negative, digits;
    const char *decimal, *group;
    int32_t size0, size1, negative;
    const char *percent, *per_mille;
    int32_t percent_positive, percent_negative;
    const char *plus, *minus, *nan, *infinity, *negative_infinity;
};

/* System.Globalization.CultureInfo.Data: the managed side reads it in place. */
struct text_info {
    int32_t ansi, ebcdic, mac, oem;
    uint8_t right_to_left, list_separator;
};

struct culture {
    const char *name;
    int32_t number, parent, calendars;
    const char *english, *native, *iso3, *iso2, *win3, *territory, *calendar_names;
    struct text_info text;
    const struct names *names;
    const struct patterns *patterns;
    const struct numbers *numbers;
};

struct region {
    const char *iso2;
    int32_t number;
    const char *iso3, *win3, *english, *native, *currency, *iso_currency, *currency_english,
        *currency_native;
};

#define NAMES(key, ...)    static const struct names names_##key = {__VA_ARGS__};
#define PATTERNS(key, ...) static const struct patterns patterns_##key = {__VA_ARGS__};
#define NUMBERS(key, ...)  static const struct numbers numbers_##key = {__VA_ARGS__};
#define CULTURE(...)
#define REGION(...)
#include "runtime/bcl/System.Globalization.def"
#undef NAMES
#undef PATTERNS
#undef NUMBERS
#undef CULTURE

#define NAMES(...)
#define PATTERNS(...)
#define NUMBERS(...)
static const struct culture CULTURES[] = {
#define CULTURE(name, number, parent, calendars, english, native, iso3, iso2, win3, territory,     \
                calendar_names, ansi, ebcdic, mac, oem, right_to_left, separator, names, patterns, \
                numbers)                                                                           \
    {name,                                                                                         \
     number,                                                                                       \
     parent,                                                                                       \
     calendars,                                                                                    \
     english,                                                                                      \
     native,                                                                                       \
     iso3,                                                                                         \
     iso2,                                                                                         \
     win3,                                                                                         \
     territory,                                                                                    \
     calendar_names,                                                                               \
     {ansi, ebcdic, mac, oem, right_to_left, separator},                                           \
     &names_##names,                                                                               \
     &patterns_##patterns,                                                                         \
     &numbers_##numbers},
#include "runtime/bcl/System.Globalization.def"
#undef CULTURE
#undef REGION
};
#define CULTURE_COUNT ((int32_t)(sizeof CULTURES / sizeof *CULTURES))

static const struct region REGIONS[] = {
#define CULTURE(...)
#define REGION(...) {__VA_ARGS__},
#include "runtime/bcl/System.Globalization.def"
#undef CULTURE
#undef REGION
#undef NAMES
#undef PATTERNS
#undef NUMBERS
};

/* Names of cultures are the same whatever their case. */
static const struct culture *find_culture(const char *name) {
    for (int32_t i = 0; i < CULTURE_COUNT; i++) {
        if (strcasecmp(CULTURES[i].name, name) == 0)
            return &CULTURES[i];
    }
    return NULL;
}

/* ---- Filling managed objects: each returns false with an exception pending ---- */

static bool set_text(struct thread *thread, struct object *object, const char *field,
                     const char *text) {
    bcl_set_field(object, field, bcl_string(thread, text));
    return !thread->exception;
}

static void set_number(struct object *object, const char *field, int32_t number) {
    int32_t *place = bcl_field(object, field);
    if (place)
        *place = number;
}

/* The texts of a list, "a|b|c". */
static struct array *split(struct thread *thread, const char *list) {
    int32_t count = 1;
    for (const char *at = list; *at; at++)
        count += *at == '|';
    struct array *out = bcl_new_vector_of(thread, "String", count);
    for (int32_t i = 0; out && i < count; i++) {
        size_t length = strcspn(list, "|");
        ((struct string **)out->data)[i] = exec_string_from_utf8(thread, list, length);
        if (thread->exception)
            return NULL;
        list += length + 1;
    }
    return out;
}

static bool set_list(struct thread *thread, struct object *object, const char *field,
                     const char *list) {
    if (list)
        bcl_set_field(object, field, split(thread, list));
    return !thread->exception;
}

/* ---- CultureInfo ---- */

static bool fill_culture(struct thread *thread, struct object *object,
                         const struct culture *culture) {
    int32_t index = (int32_t)(culture - CULTURES);
    const void **text = bcl_field(object, "textinfo_data");
    if (text)
        *text = &culture->text;
    set_number(object, "cultureID", culture->number);
    set_number(object, "parent_lcid", culture->parent);
    set_number(object, "datetime_index", index);
    set_number(object, "number_index", index);
    set_number(object, "default_calendar_type", culture->calendars);
    return set_text(thread, object, "m_name", culture->name) &&
           set_text(thread, object, "englishname", culture->english) &&
           set_text(thread, object, "nativename", culture->native) &&
           set_text(thread, object, "iso3lang", culture->iso3) &&
           set_text(thread, object, "iso2lang", culture->iso2) &&
           set_text(thread, object, "win3lang", culture->win3) &&
           set_text(thread, object, "territory", culture->territory) &&
           set_list(thread, object, "native_calendar_names", culture->calendar_names);
}

/* construct_internal_locale_from_name(name), construct_internal_locale_from_lcid(number): false for
 * a culture that is not there. */
void bcl_culture_from_name(struct thread *thread, union slot *slots) {
    char *name = bcl_text(thread, slots[1].p);
    const struct culture *found = name ? find_culture(name) : NULL;
    slots[0].i4 = found && fill_culture(thread, slots[0].o, found);
    mem_free(name);
}

static const struct culture *find_number(int32_t number) {
    const struct culture *found = NULL;
    for (int32_t i = 0; !found && i < CULTURE_COUNT; i++)
        found = CULTURES[i].number == number ? &CULTURES[i] : NULL;
    return found;
}

void bcl_culture_from_number(struct thread *thread, union slot *slots) {
    const struct culture *found = find_number(slots[1].i4);
    slots[0].i4 = found && fill_culture(thread, slots[0].o, found);
}

const char *bcl_culture_english(int32_t number) {
    enum { NEUTRAL = 0, INVARIANT = 0x7F };
    if (number == NEUTRAL || number == INVARIANT)
        return "Invariant Language (Invariant Country)";
    const struct culture *found = find_number(number);
    return found ? found->english : NULL;
}

/* internal_get_cultures(neutral, specific, installed). The neutral ones begin with null, where the
 * managed side puts the invariant culture. */
void bcl_culture_all(struct thread *thread, union slot *slots) {
    bool neutral = slots[0].i4 != 0, specific = slots[1].i4 != 0;
    struct type *type = bcl_class(thread, "System.Globalization", "CultureInfo");
    int32_t count = neutral;
    for (int32_t i = 0; i < CULTURE_COUNT; i++)
        count += CULTURES[i].territory ? specific : neutral;
    struct array *out = type ? bcl_new_vector(thread, type, count) : NULL;
    slots[0].p = out;
    count = neutral;
    for (int32_t i = 0; out && i < CULTURE_COUNT; i++) {
        if (!(CULTURES[i].territory ? specific : neutral))
            continue;
        struct object *culture = exec_new_object(thread, type);
        if (!culture || !fill_culture(thread, culture, &CULTURES[i]))
            return;
        ((struct object **)out->data)[count++] = culture;
    }
}

/* The language and territory of a POSIX locale, "de_DE.UTF-8@euro" as "de-DE"; false for one that
 * says nothing. */
static bool locale_to_name(const char *locale, char *name, size_t size) {
    size_t length = locale ? strcspn(locale, ".@") : 0;
    if (length == 0 || length >= size)
        return false;
    for (size_t i = 0; i < length; i++)
        name[i] = locale[i] == '_' ? '-' : locale[i];
    name[length] = '\0';
    return strcmp(name, "C") != 0 && strcmp(name, "POSIX") != 0;
}

/* get_current_locale_name(): by LC_ALL, otherwise LANG; the language alone when only that is there,
 * null for the invariant culture. */
void bcl_culture_current(struct thread *thread, union slot *slots) {
    const char *locale = getenv("LC_ALL");
    char name[64];
    const struct culture *found = NULL;
    if (locale_to_name(locale ? locale : getenv("LANG"), name, sizeof name)) {
        found = find_culture(name);
        name[strcspn(name, "-")] = '\0';
        if (!found)
            found = find_culture(name);
    }
    slots[0].p = bcl_string(thread, found ? found->name : NULL);
}

/* ---- CultureData and CalendarData ---- */

static const struct culture *culture_at(int32_t index) {
    return index >= 0 && index < CULTURE_COUNT ? &CULTURES[index] : NULL;
}

/* fill_culture_data(index). */
void bcl_culture_fill(struct thread *thread, union slot *slots) {
    struct object *data = slots[0].o;
    const struct culture *culture = culture_at(slots[1].i4);
    if (!culture)
        return;
    const struct patterns *p = culture->patterns;
    set_number(data, "iFirstDayOfWeek", p->first_day);
    set_number(data, "iFirstWeekOfYear", p->week_rule);
    (void)(set_text(thread, data, "sAM1159", p->before_noon) &&
           set_text(thread, data, "sPM2359", p->after_noon) &&
           set_text(thread, data, "sTimeSeparator", p->time_separator) &&
           set_list(thread, data, "saLongTimes", p->long_times) &&
           set_list(thread, data, "saShortTimes", p->short_times));
}

/* fill_calendar_data(culture's name, calendar): the calendars of a culture share their names. */
void bcl_calendar_fill(struct thread *thread, union slot *slots) {
    struct object *data = slots[0].o;
    char *name = bcl_text(thread, slots[1].p);
    const struct culture *culture = name ? find_culture(name) : NULL;
    mem_free(name);
    slots[0].i4 = 0;
    if (!culture)
        return;
    const struct names *n = culture->names;
    const struct patterns *p = culture->patterns;
    slots[0].i4 = set_text(thread, data, "sNativeName", culture->native) &&
                  set_list(thread, data, "saShortDates", p->short_dates) &&
                  set_list(thread, data, "saLongDates", p->long_dates) &&
                  set_list(thread, data, "saYearMonths", p->year_months) &&
                  set_text(thread, data, "sMonthDay", p->month_day) &&
                  set_list(thread, data, "saDayNames", n->days) &&
                  set_list(thread, data, "saAbbrevDayNames", n->short_days) &&
                  set_list(thread, data, "saSuperShortDayNames", n->shortest_days) &&
                  set_list(thread, data, "saMonthNames", n->months) &&
                  set_list(thread, data, "saAbbrevMonthNames", n->short_months) &&
                  set_list(thread, data, "saMonthGenitiveNames", n->months_in_dates) &&
                  set_list(thread, data, "saAbbrevMonthGenitiveNames", n->short_months_in_dates);
}

/* System.Globalization.CultureData.NumberFormatEntryManaged: texts as offsets into a block. */
struct number_format {
    int32_t currency_decimal_digits, currency_decimal_separator, currency_group_separator,
        currency_group_sizes0, currency_group_sizes1, currency_negative_pattern,
        currency_positive_pattern, currency_symbol, nan_symbol, negative_infinity_symbol,
        negative_sign, number_decimal_digits, number_decimal_separator, number_group_separator,
        number_group_sizes0, number_group_sizes1, number_negative_pattern, per_mille_symbol,
        percent_negative_pattern, percent_positive_pattern, percent_symbol,
        positive_infinity_symbol, positive_sign;
};

#define TEXTS_SIZE 256 /* of a culture's number format together */

/* Appends a text to the block; its offset. */
static int32_t add_text(char *block, size_t *used, const char *text) {
    size_t size = strlen(text) + 1, at = *used;
    if (size > TEXTS_SIZE - at)
        return 0; /* the empty text */
    memcpy(block + at, text, size);
    *used += size;
    return (int32_t)at;
}

static void fill_numbers(struct number_format *out, char *block, const struct numbers *n) {
    size_t used = 1;
    *out = (struct number_format){
        .currency_decimal_digits = n->currency_digits,
        .currency_decimal_separator = add_text(block, &used, n->currency_decimal),
        .currency_group_separator = add_text(block, &used, n->currency_group),
        .currency_group_sizes0 = n->currency_size0,
        .currency_group_sizes1 = n->currency_size1,
        .currency_negative_pattern = n->currency_negative,
        .currency_positive_pattern = n->currency_positive,
        .currency_symbol = add_text(block, &used, n->currency_symbol),
        .nan_symbol = add_text(block, &used, n->nan),
        .negative_infinity_symbol = add_text(block, &used, n->negative_infinity),
        .negative_sign = add_text(block, &used, n->minus),
        .number_decimal_digits = n->digits,
        .number_decimal_separator = add_text(block, &used, n->decimal),
        .number_group_separator = add_text(block, &used, n->group),
        .number_group_sizes0 = n->size0,
        .number_group_sizes1 = n->size1,
        .number_negative_pattern = n->negative,
        .per_mille_symbol = add_text(block, &used, n->per_mille),
        .percent_negative_pattern = n->percent_negative,
        .percent_positive_pattern = n->percent_positive,
        .percent_symbol = add_text(block, &used, n->percent),
        .positive_infinity_symbol = add_text(block, &used, n->infinity),
        .positive_sign = add_text(block, &used, n->plus)};
}

/* fill_number_data(index, out entry): the block, made once for each number format. */
void bcl_culture_numbers(struct thread *thread, union slot *slots) {
    const struct culture *culture = culture_at(slots[0].i4);
    struct number_format *out = slots[1].p;
    slots[0].p = NULL;
    if (!culture)
        return;
    EXEC_LOCKED(thread->rt);
    char texts[TEXTS_SIZE] = "", *block = bcl_get(thread->rt, culture->numbers, 0);
    fill_numbers(out, texts, culture->numbers);
    if (!block) {
        block = bcl_native_alloc(thread->rt, TEXTS_SIZE);
        if (!block || !bcl_put(thread->rt, culture->numbers, 0, block)) {
            exec_throw_object(thread, thread->out_of_memory);
            return;
        }
        memcpy(block, texts, TEXTS_SIZE);
    }
    slots[0].p = block;
}

/* ---- RegionInfo ---- */

/* construct_internal_region_from_name(two letters). */
void bcl_region_from_name(struct thread *thread, union slot *slots) {
    struct object *object = slots[0].o;
    char *name = bcl_text(thread, slots[1].p);
    const struct region *found = NULL;
    for (size_t i = 0; name && !found && i < sizeof REGIONS / sizeof *REGIONS; i++)
        found = strcasecmp(REGIONS[i].iso2, name) == 0 ? &REGIONS[i] : NULL;
    mem_free(name);
    slots[0].i4 = 0;
    if (!found)
        return;
    set_number(object, "regionId", found->number);
    slots[0].i4 = set_text(thread, object, "iso2Name", found->iso2) &&
                  set_text(thread, object, "iso3Name", found->iso3) &&
                  set_text(thread, object, "win3Name", found->win3) &&
                  set_text(thread, object, "englishName", found->english) &&
                  set_text(thread, object, "nativeName", found->native) &&
                  set_text(thread, object, "currencySymbol", found->currency) &&
                  set_text(thread, object, "isoCurrencySymbol", found->iso_currency) &&
                  set_text(thread, object, "currencyEnglishName", found->currency_english) &&
                  set_text(thread, object, "currencyNativeName", found->currency_native);
}
