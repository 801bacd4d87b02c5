/* What the programs tests/programs/native_*.cs call: each function shows what it got, in a result
 * or by changing what it was given. */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>

/* ---- Numbers ---- */

#define ECHO(name, type, expression)                                                               \
    type echo_##name(type value) {                                                                 \
        return (type)(expression);                                                                 \
    }
ECHO(i1, int8_t, value + 1)
ECHO(u1, uint8_t, value + 1)
ECHO(i2, int16_t, value + 1)
ECHO(u2, uint16_t, value + 1)
ECHO(i4, int32_t, value - 1)
ECHO(u4, uint32_t, value + 1)
ECHO(i8, int64_t, value - 1)
ECHO(u8, uint64_t, value + 1)
ECHO(r4, float, value / 3)
ECHO(r8, double, value / 3)
ECHO(pointer, void *, value)
ECHO(bool1, uint8_t, value ? 0 : 2)
ECHO(bool4, int32_t, value == 1 ? 0 : 2)
ECHO(variant_bool, int16_t, value == -1 ? 0 : -1)

/* All registers and then the stack. */
double add_all(int8_t a, double b, int16_t c, float d, int32_t e, double f, int64_t g, float h,
               uint8_t i, double j, uint16_t k, float l, uint32_t m, double n, uint64_t o, double p,
               double q, double r, double s, int8_t t) {
    return a + b + c + d + e + f + (double)g + h + i + j + k + l + m + n + (double)o + p + q + r +
           s + t;
}

void change_all(int8_t *a, uint16_t *b, int32_t *c, int64_t *d, float *e, double *f, int32_t *truth,
                char *letter, char16_t *wide) {
    *a = -*a, *b = (uint16_t)(*b * 2), *c = -*c, *d = -*d, *e /= 2, *f /= 2;
    *truth = !*truth, *letter = (char)toupper(*letter), *wide = (char16_t)(*wide + 1);
}

/* ---- Text ---- */

int32_t length8(const char *text) {
    return text ? (int32_t)strlen(text) : -1;
}

int32_t length16(const char16_t *text) {
    int32_t length = 0;
    if (!text)
        return -1;
    while (text[length])
        length++;
    return length;
}

uint32_t bstr_bytes(const char16_t *text) {
    uint32_t size = 0;
    if (text)
        memcpy(&size, (const char *)text - sizeof size, sizeof size);
    return size;
}

char *doubled8(const char *text) {
    if (!text)
        return NULL;
    char *twice = malloc(2 * strlen(text) + 1);
    if (twice) {
        strcpy(twice, text);
        strcat(twice, text);
    }
    return twice;
}

char16_t *copy16(const char16_t *text) {
    size_t size = text ? ((size_t)length16(text) + 1) * sizeof *text : 0;
    char16_t *copy = text ? malloc(size) : NULL;
    return copy ? memcpy(copy, text, size) : NULL;
}

void replace_text(char **text) {
    char *old = *text;
    *text = doubled8(old ? old : "new");
    free(old);
}

void fill8(char *buffer, int32_t size) {
    if (buffer)
        snprintf(buffer, (size_t)size, "%s, %d", "filled", size);
}

void upper16(char16_t *text) {
    for (; text && *text; text++)
        *text = *text < 128 ? (char16_t)toupper(*text) : *text;
}

int32_t char8(uint8_t c) {
    return c;
}
int32_t char16(uint16_t c) {
    return c;
}

int32_t join_lengths(const char *const *texts, int32_t count) {
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++)
        sum = sum * 10 + length8(texts[i]);
    return sum;
}

void double_texts(char **texts, int32_t count) {
    for (int32_t i = 0; i < count; i++)
        replace_text(&texts[i]);
}

/* ---- Structures by value ---- */

#define SHAPE(name, change)                                                                        \
    struct name shape_##name(int32_t before, struct name s, double after) {                        \
        if (before != 11 || after != 2.5)                                                          \
            abort();                                                                               \
        change;                                                                                    \
        return s;                                                                                  \
    }
struct c1 {
    int8_t a;
};
SHAPE(c1, s.a++)
struct c3 {
    int8_t a[3];
};
SHAPE(c3, s.a[0]++; s.a[2]++)
struct i2 {
    int32_t a, b;
};
SHAPE(i2, s.a++; s.b--)
struct l1 {
    int64_t a;
};
SHAPE(l1, s.a++)
struct l2 {
    int64_t a, b;
};
SHAPE(l2, s.a++; s.b--)
struct l3 {
    int64_t a, b, c;
};
SHAPE(l3, s.a++; s.b--; s.c *= 2)
struct f1 {
    float a;
};
SHAPE(f1, s.a++)
struct f2 {
    float a, b;
};
SHAPE(f2, s.a++; s.b--)
struct f3 {
    float a, b, c;
};
SHAPE(f3, s.a++; s.b--; s.c *= 2)
struct f4 {
    float a, b, c, d;
};
SHAPE(f4, s.a++; s.b--; s.c *= 2; s.d /= 2)
struct d1 {
    double a;
};
SHAPE(d1, s.a++)
struct d2 {
    double a, b;
};
SHAPE(d2, s.a++; s.b--)
struct d3 {
    double a, b, c;
};
SHAPE(d3, s.a++; s.b--; s.c *= 2)
struct if_ {
    int32_t a;
    float b;
};
SHAPE(if_, s.a++; s.b--)
struct di {
    double a;
    int32_t b;
};
SHAPE(di, s.a++; s.b--)
struct id {
    int32_t a;
    double b;
};
SHAPE(id, s.a++; s.b--)
struct mixed {
    int8_t a;
    int16_t b;
    int32_t c;
    double d;
};
SHAPE(mixed, s.a++; s.b--; s.c *= 2; s.d /= 2)
struct nested {
    struct i2 a;
    struct f2 b;
};
SHAPE(nested, s.a.a++; s.b.b--)
struct packed {
    int8_t a;
    int32_t b;
    int16_t c;
} __attribute__((packed));
SHAPE(packed, s.a++; s.b--; s.c *= 2)
union number {
    int32_t i;
    float f;
};
struct tagged {
    int32_t tag;
    union number value;
};
SHAPE(tagged, s.tag ? s.value.f++ : s.value.i++)

/* ---- Structures with more in them ---- */

struct person {
    int32_t alive; /* BOOL */
    char initial;
    char *name;
    char nick[8];
    int16_t scores[3];
};

int32_t read_person(struct person p) {
    return p.alive + p.initial + length8(p.name) * 1000 + (int32_t)strlen(p.nick) * 10000 +
           p.scores[2] * 1000000;
}

void change_person(struct person *p) {
    p->alive = !p->alive;
    p->initial = 'Z';
    replace_text(&p->name);
    strcpy(p->nick, "nicked");
    p->scores[1] = 77;
}

struct person make_person(void) {
    struct person p = {.alive = 1, .initial = 'M', .nick = "made", .scores = {1, 2, 3}};
    p.name = strdup("made by hand");
    return p;
}

struct point {
    int32_t x, y;
};

int32_t add_point(struct point *p) {
    if (!p)
        return -1;
    p->x += 10;
    return p->x + p->y;
}

struct point *new_point(int32_t x, int32_t y) {
    struct point *p = malloc(sizeof *p);
    if (p)
        *p = (struct point){x, y};
    return p;
}

void replace_point(struct point **p) {
    int32_t x = *p ? (*p)->x : 5;
    free(*p);
    *p = new_point(x + 1, 99);
}

int32_t sum_points(struct point *points, int32_t count) {
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        sum += points[i].x * points[i].y;
        points[i].x = 0;
    }
    return sum;
}

uint32_t guid_start(const uint32_t *guid) {
    return guid[0];
}

double days(double date) {
    return date + 1;
}

struct decimal {
    uint16_t reserved;
    uint8_t scale, sign;
    uint32_t high;
    uint64_t low;
};

struct decimal negate(struct decimal d) {
    d.sign ^= 0x80;
    return d;
}

/* ---- Arrays ---- */

int64_t sum_ints(int32_t *items, int32_t count) {
    int64_t sum = 0;
    for (int32_t i = 0; items && i < count; i++)
        sum += items[i]++;
    return items ? sum : -1;
}

int32_t count_bools(int32_t *items, int32_t count) {
    int32_t set = 0;
    for (int32_t i = 0; i < count; i++) {
        set += items[i];
        items[i] = !items[i];
    }
    return set;
}

void upper_chars(char *items, int32_t count) {
    for (int32_t i = 0; i < count; i++)
        items[i] = (char)toupper(items[i]);
}

void make_ints(int32_t **items, int32_t *count) {
    free(*items);
    *count = 4;
    *items = malloc(4 * sizeof **items);
    for (int32_t i = 0; *items && i < 4; i++)
        (*items)[i] = i * i;
}

double sum_grid(const double *items, int32_t rows, int32_t columns) {
    double sum = 0;
    for (int32_t i = 0; i < rows * columns; i++)
        sum = sum * 2 + items[i];
    return sum;
}

/* ---- Callbacks ---- */

int32_t call_int(int32_t (*f)(int32_t), int32_t value) {
    return f ? f(value) : -1;
}

int32_t call_small(int8_t (*f)(int8_t, uint16_t, int32_t), int8_t a, uint16_t b, int32_t truth) {
    return f(a, b, truth);
}

double call_reals(double (*f)(float, double, int64_t), float a, double b, int64_t c) {
    return f(a, b, c);
}

float call_float(float (*f)(float), float a) {
    return f(a);
}

int32_t call_text(char *(*f)(const char *, const char16_t *), const char *a, const char16_t *b) {
    char *result = f(a, b);
    int32_t length = length8(result);
    free(result);
    return length;
}

struct mixed call_mixed(struct mixed (*f)(struct mixed, struct point *), struct point *p) {
    return f((struct mixed){1, 2, 3, 4.5}, p);
}

struct l3 call_large(struct l3 (*f)(struct l3)) {
    return f((struct l3){1, 2, 3});
}

int32_t call_out(void (*f)(int32_t *, int32_t *, char **), char *text) {
    int32_t truth = 1, number = 5;
    char *mine = strdup(text), *given = mine;
    f(&truth, &number, &given);
    int32_t result = truth + number * 10 + length8(given) * 1000;
    if (given != mine)
        free(given);
    free(mine);
    return result;
}

int32_t call_array(int32_t (*f)(const int32_t *, int32_t), int32_t count) {
    int32_t items[16] = {1, 4, 9, 16, 25};
    return f(items, count);
}

static int32_t (*kept)(int32_t);
void keep(int32_t (*f)(int32_t)) {
    kept = f;
}
int32_t call_kept(int32_t value) {
    return kept(value);
}

static int32_t triple(int32_t value) {
    return 3 * value;
}
int32_t (*get_triple(void))(int32_t) {
    return triple;
}
/* Gives back what it gets. */
int32_t (*same(int32_t (*f)(int32_t)))(int32_t) {
    return f;
}

struct handlers {
    int32_t (*first)(int32_t);
    int32_t (*second)(int32_t);
};
int32_t call_handlers(struct handlers *h, int32_t value) {
    int32_t result = h->first(value) * 100 + h->second(value);
    h->second = triple;
    return result;
}

struct thread_call {
    int32_t (*f)(int32_t);
    int32_t value;
};
static void *run_thread(void *data) {
    struct thread_call *call = data;
    call->value = call->f(call->value);
    return NULL;
}
int32_t call_on_thread(int32_t (*f)(int32_t), int32_t value) {
    struct thread_call call = {f, value};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_thread, &call) != 0)
        return -1;
    pthread_join(thread, NULL);
    return call.value;
}

/* ---- The rest ---- */

int32_t fail_with(int32_t error) {
    errno = error;
    return -1;
}

int32_t hresult(int32_t result, int32_t value, int32_t *out) {
    *out = value * 2;
    return result;
}

int32_t sum_handles(const void *a, const void *b) {
    return (int32_t)((intptr_t)a + (intptr_t)b);
}

int32_t suffixA(void) {
    return 'A';
}
int32_t suffixW(void) {
    return 'W';
}
