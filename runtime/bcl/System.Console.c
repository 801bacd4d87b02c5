/* System.Console: native stand-ins for Write and WriteLine, over the process's standard output.
 * Numbers are formatted as the class library does in the invariant culture. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "runtime/bcl/bcl.h"

#define NUMBER_SIZE 40

static void print_string(const struct string *string) {
    char *text = string ? exec_string_to_utf8(string) : NULL;
    if (text)
        fwrite(text, 1, strlen(text), stdout);
    mem_free(text);
}

static void format_real(double value, int digits, char *out) {
    if (isnan(value))
        strcpy(out, "NaN");
    else if (isinf(value))
        strcpy(out, value > 0 ? "Infinity" : "-Infinity");
    else
        snprintf(out, NUMBER_SIZE, "%.*G", digits, value == 0 ? 0.0 : value);
}

/* Writes a boxed primitive's text to out; false for anything else. */
static bool format_primitive(const struct object *object, char *out) {
    const void *value = (const char *)object + OBJECT_HEADER;
    union slot slot;
    if (object->type->element == IL_TYPE_VALUETYPE || !type_is_value(object->type))
        return false;
    exec_load(&slot, value, object->type);
    switch (object->type->element) {
    case IL_TYPE_BOOLEAN: strcpy(out, slot.i4 ? "True" : "False"); return true;
    case IL_TYPE_I1:
    case IL_TYPE_I2:
    case IL_TYPE_U1:
    case IL_TYPE_U2:
    case IL_TYPE_I4: snprintf(out, NUMBER_SIZE, "%" PRId32, slot.i4); return true;
    case IL_TYPE_U4: snprintf(out, NUMBER_SIZE, "%" PRIu32, slot.u4); return true;
    case IL_TYPE_I:
    case IL_TYPE_I8: snprintf(out, NUMBER_SIZE, "%" PRId64, slot.i8); return true;
    case IL_TYPE_U:
    case IL_TYPE_U8: snprintf(out, NUMBER_SIZE, "%" PRIu64, slot.u8); return true;
    case IL_TYPE_R4: format_real(slot.r4, 7, out); return true;
    case IL_TYPE_R8: format_real(slot.r8, 15, out); return true;
    default: return false;
    }
}

static void print_char(uint16_t c) {
    char text[4] = {(char)c};
    if (c >= 0x800) {
        text[0] = (char)(0xE0 | c >> 12);
        text[1] = (char)(0x80 | (c >> 6 & 0x3F));
        text[2] = (char)(0x80 | (c & 0x3F));
    } else if (c >= 0x80) {
        text[0] = (char)(0xC0 | c >> 6);
        text[1] = (char)(0x80 | (c & 0x3F));
    }
    fwrite(text, 1, c >= 0x800 ? 3 : c >= 0x80 ? 2 : 1, stdout);
}

/* Prints what object.ToString() gives; false with an exception pending. */
static bool print_object(struct thread *thread, struct object *object) {
    char number[NUMBER_SIZE];
    union slot args[1] = {{.o = object}};
    if (!object)
        return true;
    if (object->type == thread->rt->core.string) {
        print_string((const struct string *)object);
        return true;
    }
    if (object->type == thread->rt->core.character) {
        print_char(*(const uint16_t *)((const char *)object + OBJECT_HEADER));
        return true;
    }
    if (format_primitive(object, number)) {
        fputs(number, stdout);
        return true;
    }
    struct method *declared = type_find_method(thread->rt->core.object, "ToString", 0);
    struct method *target = declared ? type_find_virtual(object->type, declared) : NULL;
    if (target && target->unbox_this)
        args[0].p = (char *)object + OBJECT_HEADER;
    if (!target || !exec_invoke(thread, target, args))
        return false;
    print_string(args[0].p);
    return true;
}

/* Composite formatting (String.Format) without alignment and format strings. */
static void print_format(struct thread *thread, const struct string *format,
                         struct object *const *values, int count) {
    for (int32_t i = 0; format && i < format->length; i++) {
        uint16_t c = format->chars[i], next = format->chars[i + 1]; /* a NUL is behind the last */
        if ((c == '{' || c == '}') && next == c) {
            i++;
            print_char(c);
        } else if (c == '{') {
            int index = next - '0';
            if (index < 0 || index > 9 || format->chars[i + 2] != '}') {
                exec_throw(thread, "NotSupportedException",
                           "Claret's Console does not support alignment and format strings yet");
                return;
            }
            if (index >= count) {
                exec_throw(thread, "FormatException", NULL);
                return;
            }
            if (!print_object(thread, values[index]))
                return;
            i += 2;
        } else if (c >= 0xD800 && c < 0xDC00) {
            uint16_t pair[] = {c, next};
            struct string *text = exec_intern(thread, pair, 2);
            print_string(text);
            i++;
        } else {
            print_char(c);
        }
    }
}

static void print_all(struct thread *thread, const struct string *format,
                      const struct array *values) {
    if (!values)
        exec_throw(thread, "ArgumentNullException", "args");
    else
        print_format(thread, format, (struct object *const *)values->data, values->length);
}

/* One pair of methods, Write and WriteLine, for each kind of argument. */
#define CONSOLE(name, statement)                                                                   \
    static void show_##name(struct thread *thread, union slot *slots) {                            \
        (void)thread;                                                                              \
        statement;                                                                                 \
    }                                                                                              \
    void bcl_console_write_##name(struct thread *thread, union slot *slots) {                      \
        show_##name(thread, slots);                                                                \
    }                                                                                              \
    void bcl_console_line_##name(struct thread *thread, union slot *slots) {                       \
        show_##name(thread, slots);                                                                \
        if (!thread->exception)                                                                    \
            fputc('\n', stdout);                                                                   \
    }

static void print_real(double value, int digits) {
    char text[NUMBER_SIZE];
    format_real(value, digits, text);
    fputs(text, stdout);
}

CONSOLE(boolean, fputs(slots[0].i4 ? "True" : "False", stdout))
CONSOLE(char, print_char((uint16_t)slots[0].i4))
CONSOLE(int32, printf("%" PRId32, slots[0].i4))
CONSOLE(uint32, printf("%" PRIu32, slots[0].u4))
CONSOLE(int64, printf("%" PRId64, slots[0].i8))
CONSOLE(uint64, printf("%" PRIu64, slots[0].u8))
CONSOLE(single, print_real(slots[0].r4, 7))
CONSOLE(double, print_real(slots[0].r8, 15))
CONSOLE(string, print_string(slots[0].p))
CONSOLE(object, print_object(thread, slots[0].o))
CONSOLE(format, print_format(thread, slots[0].p, &slots[1].o, 1))
CONSOLE(format2, print_format(thread, slots[0].p, &slots[1].o, 2))
CONSOLE(format3, print_format(thread, slots[0].p, &slots[1].o, 3))

CONSOLE(formats, print_all(thread, slots[0].p, slots[1].p))

void bcl_console_line(struct thread *thread, union slot *slots) {
    (void)thread;
    (void)slots;
    fputc('\n', stdout);
}
