/* Making managed objects: allocation, strings, boxes, and values in and out of registers. */
#include <string.h>

#include "runtime/exec/interp.h"

static struct object *allocate(struct thread *thread, struct type *type, size_t size) {
    return gc_alloc(&thread->gc, &type->gc, size);
}

/* Tells of an object that has its type and its length, so that its size is known. */
static void *announced(struct runtime *rt, struct object *object) {
    RT_TELL(rt->events, object_allocated, object, object->type);
    return object;
}

static void *no_memory(struct thread *thread) {
    if (thread->out_of_memory) /* not yet while the runtime starts */
        exec_throw_object(thread, thread->out_of_memory);
    return NULL;
}

struct object *exec_new_object(struct thread *thread, struct type *type) {
    struct object *object = allocate(thread, type, type->instance_size);
    return object ? announced(thread->rt, object) : no_memory(thread);
}

static size_t array_size(const struct type *type, size_t length) {
    size_t elements = length * type->element_type->value_size;
    if (type->kind == TYPE_ARRAY)
        elements = ((elements + 3) & ~(size_t)3) + type->rank * sizeof(struct array_bound);
    return ARRAY_DATA_OFFSET + elements;
}

struct array *exec_try_new_array(struct thread *thread, struct type *type, int64_t length) {
    uint64_t element = type->element_type->value_size;
    if ((uint64_t)length > INT32_MAX || (uint64_t)length * element > (uint64_t)1 << 40)
        return NULL;
    struct array *array = (struct array *)allocate(thread, type, array_size(type, (size_t)length));
    if (!array)
        return NULL;
    array->length = (int32_t)length;
    return announced(thread->rt, &array->object);
}

struct array *exec_new_array(struct thread *thread, struct type *type, int64_t length) {
    if (length < 0 || length > INT32_MAX) {
        exec_throw(thread, "OverflowException", NULL);
        return NULL;
    }
    struct array *array = exec_try_new_array(thread, type, length);
    return array ? array : no_memory(thread);
}

struct string *exec_new_string(struct thread *thread, int32_t length) {
    size_t size = STRING_CHARS_OFFSET + ((size_t)length + 1) * sizeof(uint16_t);
    struct string *string = (struct string *)allocate(thread, thread->rt->core.string, size);
    if (!string)
        return no_memory(thread);
    string->length = length;
    return announced(thread->rt, &string->object);
}

size_t exec_object_size(const struct object *object) {
    const struct type *type = object->type;
    if (type == type->rt->core.string)
        return STRING_CHARS_OFFSET +
               ((size_t)((const struct string *)object)->length + 1) * sizeof(uint16_t);
    if (type->kind == TYPE_SZARRAY || type->kind == TYPE_ARRAY)
        return array_size(type, (size_t)((const struct array *)object)->length);
    return type->instance_size;
}

struct object *exec_clone_object(struct thread *thread, const struct object *from) {
    size_t size = exec_object_size(from);
    struct object *to = allocate(thread, from->type, size);
    if (!to)
        return no_memory(thread);
    memcpy((char *)to + OBJECT_HEADER, (const char *)from + OBJECT_HEADER, size - OBJECT_HEADER);
    return announced(thread->rt, to);
}

/* ---- UTF-8 ---- */

/* Decodes one code point; bad bytes give U+FFFD each. */
static uint32_t decode_utf8(const uint8_t **text, const uint8_t *end) {
    const uint8_t *p = *text;
    uint32_t c = *p++;
    int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    *text = p;
    if (c < 0x80)
        return c;
    if (more == 0 || c >= 0xF8 || end - p < more)
        return 0xFFFD;
    c &= 0x3Fu >> more;
    for (int i = 0; i < more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0xFFFD;
        c = c << 6 | (p[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (c < least[more] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        return 0xFFFD;
    *text = p + more;
    return c;
}

struct string *exec_string_from_utf8(struct thread *thread, const char *text, size_t size) {
    const uint8_t *end = (const uint8_t *)text + size;
    size_t units = 0;
    for (const uint8_t *p = (const uint8_t *)text; p < end;)
        units += decode_utf8(&p, end) >= 0x10000 ? 2 : 1;
    if (units > INT32_MAX / 2)
        return no_memory(thread);
    struct string *string = exec_new_string(thread, (int32_t)units);
    if (!string)
        return NULL;
    uint16_t *out = string->chars;
    for (const uint8_t *p = (const uint8_t *)text; p < end;) {
        uint32_t c = decode_utf8(&p, end);
        if (c >= 0x10000) {
            *out++ = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
            c = 0xDC00 + ((c - 0x10000) & 0x3FF);
        }
        *out++ = (uint16_t)c;
    }
    return string;
}

/* The code point at chars[*i], which moves on; a lone surrogate gives U+FFFD. */
static uint32_t decode_utf16(const uint16_t *chars, int32_t length, int32_t *i) {
    uint32_t c = chars[(*i)++];
    if (c < 0xD800 || c >= 0xE000)
        return c;
    if (c < 0xDC00 && *i < length && chars[*i] >= 0xDC00 && chars[*i] < 0xE000)
        return 0x10000 + ((c - 0xD800) << 10) + (chars[(*i)++] - 0xDC00u);
    return 0xFFFD;
}

/* Writes a code point's bytes, at most four, and returns how many. */
static size_t encode_utf8(char *out, uint32_t c) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

size_t exec_utf8_size(const uint16_t *chars, int32_t length) {
    char bytes[4];
    size_t size = 0;
    for (int32_t i = 0; i < length;)
        size += encode_utf8(bytes, decode_utf16(chars, length, &i));
    return size;
}

size_t exec_write_utf8(char *out, const uint16_t *chars, int32_t length) {
    size_t size = 0;
    for (int32_t i = 0; i < length;)
        size += encode_utf8(out + size, decode_utf16(chars, length, &i));
    return size;
}

char *exec_string_to_utf8(const struct string *string) {
    return exec_utf16_to_utf8(string->chars, string->length);
}

char *exec_utf16_to_utf8(const uint16_t *chars, int32_t length) {
    char *text = mem_alloc((size_t)length * 3 + 1);
    if (text)
        text[exec_write_utf8(text, chars, length)] = '\0';
    return text;
}

/* ---- Interned strings: open addressing over the objects themselves ---- */

struct string_table {
    struct string **items;
    uint32_t count, capacity;
};

static uint32_t hash_chars(const uint16_t *chars, int32_t length) {
    uint32_t h = 2166136261u;
    for (int32_t i = 0; i < length; i++)
        h = (h ^ chars[i]) * 16777619u;
    return h;
}

static struct string **find_place(struct string_table *table, const uint16_t *chars,
                                  int32_t length) {
    for (uint32_t i = hash_chars(chars, length);; i++) {
        struct string **place = &table->items[i & (table->capacity - 1)];
        if (!*place || ((*place)->length == length &&
                        memcmp((*place)->chars, chars, (size_t)length * sizeof *chars) == 0))
            return place;
    }
}

static bool grow_strings(struct string_table *table) {
    struct string_table larger = {.capacity = table->capacity ? 2 * table->capacity : 64,
                                  .count = table->count};
    larger.items = mem_calloc(larger.capacity, sizeof *larger.items);
    if (!larger.items)
        return false;
    for (uint32_t i = 0; i < table->capacity; i++) {
        struct string *s = table->items[i];
        if (s)
            *find_place(&larger, s->chars, s->length) = s;
    }
    mem_free(table->items);
    *table = larger;
    return true;
}

struct string *exec_intern(struct thread *thread, const uint16_t *chars, int32_t length) {
    struct runtime *rt = thread->rt;
    EXEC_LOCKED(rt);
    if (!rt->strings && !(rt->strings = mem_calloc(1, sizeof *rt->strings)))
        return no_memory(thread);
    struct string_table *table = rt->strings;
    if (2 * table->count >= table->capacity && !grow_strings(table))
        return no_memory(thread);
    struct string **place = find_place(table, chars, length);
    if (!*place) {
        struct string *string = exec_new_string(thread, length);
        if (!string)
            return NULL;
        memcpy(string->chars, chars, (size_t)length * sizeof *chars);
        *place = string;
        table->count++;
    }
    return *place;
}

void exec_mark_strings(struct runtime *rt, gc_heap *gc) {
    for (uint32_t i = 0; rt->strings && i < rt->strings->capacity; i++)
        gc_mark(gc, rt->strings->items[i]);
}

struct string *exec_find_interned(struct thread *thread, const uint16_t *chars, int32_t length) {
    EXEC_LOCKED(thread->rt);
    const struct string_table *table = thread->rt->strings;
    return table && table->capacity ? *find_place(thread->rt->strings, chars, length) : NULL;
}

void exec_free_strings(struct runtime *rt) {
    if (rt->strings)
        mem_free(rt->strings->items);
    mem_free(rt->strings);
    rt->strings = NULL;
}

/* ---- Values ---- */

void exec_load(union slot *to, const void *from, const struct type *type) {
    switch (type->storage) {
    case STORE_VOID: return;
    case STORE_I1: to->i4 = *(const int8_t *)from; return;
    case STORE_U1: to->i4 = *(const uint8_t *)from; return;
    case STORE_I2: to->i4 = *(const int16_t *)from; return;
    case STORE_U2: to->i4 = *(const uint16_t *)from; return;
    case STORE_I4:
    case STORE_U4:
    case STORE_R4: to->i4 = *(const int32_t *)from; return;
    case STORE_STRUCT: memcpy(to, from, type->value_size); return;
    default: to->i8 = *(const int64_t *)from; return;
    }
}

void exec_store(void *to, const union slot *from, const struct type *type) {
    memcpy(to, from, type->value_size); /* little-endian: the low bytes are the value */
}

struct object *exec_box(struct thread *thread, struct type *type, const void *value) {
    struct object *object = exec_new_object(thread, type);
    if (object)
        memcpy((char *)object + OBJECT_HEADER, value, type->value_size);
    return object;
}

/* The parts of a Nullable<T> value (I.8.2.4). */
struct nullable {
    uint8_t *has_value;
    char *value;
};

static struct nullable nullable_parts(const struct type *type, const void *nullable) {
    char *base = (char *)(uintptr_t)nullable;
    struct nullable parts = {NULL, NULL};
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (!field_is_instance(field))
            continue;
        if (strcmp(field->name, "value") == 0)
            parts.value = base + field->offset;
        else
            parts.has_value = (uint8_t *)base + field->offset;
    }
    return parts;
}

struct object *interp_box(struct thread *thread, struct type *type, const union slot *value) {
    if (!type->is_nullable)
        return exec_box(thread, type, value);
    struct nullable parts = nullable_parts(type, value);
    return *parts.has_value ? exec_box(thread, type->args[0], parts.value) : NULL;
}

/* Whether a boxed value of type from may be unboxed as to: enums and their underlying types are
 * interchangeable (III.4.32). */
static bool unboxes_to(const struct type *from, const struct type *to) {
    if (from == to)
        return true;
    const struct type *a = from->is_enum ? from->element_type : from;
    const struct type *b = to->is_enum ? to->element_type : to;
    return a == b && (from->is_enum || to->is_enum);
}

/* The address of a Nullable<T> made from null or a boxed T, in a box of its own. */
static void *unbox_nullable(struct thread *thread, struct type *type, struct object *object) {
    struct object *copy = exec_new_object(thread, type);
    if (!copy)
        return NULL;
    void *address = (char *)copy + OBJECT_HEADER;
    struct nullable parts = nullable_parts(type, address);
    if (object) {
        *parts.has_value = 1;
        memcpy(parts.value, (char *)object + OBJECT_HEADER, type->args[0]->value_size);
    }
    return address;
}

void *interp_unbox(struct thread *thread, struct type *type, struct object *object) {
    if (!object && !type->is_nullable) {
        exec_throw(thread, "NullReferenceException", NULL);
        return NULL;
    }
    if (type->is_nullable && (!object || object->type == type->args[0]))
        return unbox_nullable(thread, type, object);
    if (!type->is_nullable && unboxes_to(object->type, type))
        return (char *)object + OBJECT_HEADER;
    interp_cast(thread, object, type);
    return NULL;
}

bool interp_is_instance(const struct object *object, const struct type *type) {
    if (!object)
        return false;
    if (type->is_nullable)
        type = type->args[0];
    return type_is_assignable(object->type, type);
}

bool interp_cast(struct thread *thread, const struct object *object, const struct type *type) {
    char from[300], to[300];
    if (interp_is_instance(object, type))
        return true;
    exec_throw_format(thread, "InvalidCastException",
                      "Unable to cast object of type '%s' to type '%s'.",
                      type_name(object->type, from, sizeof from), type_name(type, to, sizeof to));
    return false;
}

void *interp_reference_value(struct thread *thread, const union slot *reference,
                             const struct type *type) {
    if (reference[0].p == type)
        return reference[1].p;
    exec_throw(thread, "InvalidCastException", NULL);
    return NULL;
}

struct method *interp_find_virtual(struct thread *thread, struct method *declared,
                                   const struct object *object) {
    struct method *target = declared;
    il_error err;
    char name[300], type[300];
    if (!object) {
        exec_throw(thread, "NullReferenceException", NULL);
        return NULL;
    }
    if (method_is_virtual(declared))
        target = type_find_virtual(object->type, declared->definition);
    if (!target) {
        exec_throw_format(thread, "EntryPointNotFoundException", "%s does not implement %s",
                          type_name(object->type, type, sizeof type),
                          method_name(declared, name, sizeof name));
        return NULL;
    }
    if (declared->definition != declared && target != declared &&
        ldr_instantiate_method(target, declared->args, declared->generic_count, &target, &err) !=
            IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    return target;
}

/* The first receiver's type stays with the call site: the target is written first, so whoever sees
 * the type sees its target too. */
static void remember(struct code_interface_call *site, struct type *type, struct method *target) {
    EXEC_LOCKED(type->rt);
    if (site->cached_type)
        return;
    site->cached_target = target;
    __atomic_store_n(&site->cached_type, type, __ATOMIC_RELEASE);
}

struct method *interp_find_interface(struct thread *thread, struct code_interface_call *site,
                                     const struct object *object) {
    uintptr_t hash = ((uintptr_t)object->type >> 4) ^ ((uintptr_t)site->method >> 3);
    struct found_interface *found = &thread->found[hash % THREAD_FOUND];
    if (found->type == object->type && found->declared == site->method)
        return found->target;
    struct method *target = interp_find_virtual(thread, site->method, object);
    if (!target)
        return NULL;
    if (!site->cached_type)
        remember(site, object->type, target);
    *found = (struct found_interface){object->type, site->method, target};
    return target;
}

/* ---- Checked conversions ---- */

static bool real_in_range(double v, type_storage to) {
    switch (to) {
    case STORE_I1: return v > -129.0 && v < 128.0;
    case STORE_U1: return v > -1.0 && v < 256.0;
    case STORE_I2: return v > -32769.0 && v < 32768.0;
    case STORE_U2: return v > -1.0 && v < 65536.0;
    case STORE_I4: return v > -2147483649.0 && v < 2147483648.0;
    case STORE_U4: return v > -1.0 && v < 4294967296.0;
    case STORE_I8: return v >= -9223372036854775808.0 && v < 9223372036854775808.0;
    default: return v > -1.0 && v < 18446744073709551616.0;
    }
}

/* is_unsigned: v is to be read as unsigned. */
static bool integer_in_range(int64_t v, bool is_unsigned, type_storage to) {
    static const int64_t least[] = {
        [STORE_I1] = INT8_MIN, [STORE_I2] = INT16_MIN, [STORE_I4] = INT32_MIN};
    static const int64_t most[] = {
        [STORE_I1] = INT8_MAX,   [STORE_U1] = UINT8_MAX, [STORE_I2] = INT16_MAX,
        [STORE_U2] = UINT16_MAX, [STORE_I4] = INT32_MAX, [STORE_U4] = UINT32_MAX};
    if (to == STORE_VOID) /* unsigned 64 bits */
        return is_unsigned || v >= 0;
    if (is_unsigned && v < 0)
        return false; /* above INT64_MAX */
    if (to == STORE_I8)
        return true;
    int64_t low = to == STORE_I1 || to == STORE_I2 || to == STORE_I4 ? least[to] : 0;
    return v >= low && v <= most[to];
}

bool interp_convert_checked(struct thread *thread, union slot *to, const union slot *from,
                            int64_t conversion) {
    type_storage source = CODE_CONVERSION_FROM(conversion), target = CODE_CONVERSION_TO(conversion);
    bool un = CODE_CONVERSION_UN(conversion), ok;
    if (source == STORE_R8) {
        double v = from->r8;
        ok = real_in_range(v, target);
        if (ok)
            to->i8 = target == STORE_VOID ? (int64_t)(uint64_t)v : (int64_t)v;
    } else {
        int64_t v = source == STORE_I8 ? from->i8 : un ? (int64_t)from->u4 : from->i4;
        ok = integer_in_range(v, un, target);
        if (ok)
            to->i8 = v;
    }
    if (!ok)
        exec_throw(thread, "OverflowException", NULL);
    return ok;
}

void *exec_localloc(struct thread *thread, uint64_t size) {
    struct runtime *rt = thread->rt;
    struct type *bytes;
    il_error err;
    if (size == 0)
        return NULL;
    if (ldr_array_of(rt->core.byte, 1, true, &bytes, &err) != IL_OK ||
        type_prepare(bytes, &err) != IL_OK || size > INT32_MAX)
        return no_memory(thread);
    struct array *block = exec_try_new_array(thread, bytes, (int64_t)size);
    return block ? block->data : no_memory(thread);
}
