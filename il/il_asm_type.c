/* The assembler's types and signatures (II.7, II.15.3, II.23.2), written straight into blobs.
 *
 * In text, what is made of a type follows it (int32[], int32 modopt(X)); in a blob it stands
 * before. So a suffix puts its bytes where the type begins. */
#include "il_asm_state.h"

/* ---- Names of classes ---- */

uint32_t il_asm_standard_library(il_asm *as) {
    static const uint8_t KEY[] = {0xB7, 0x7A, 0x5C, 0x56, 0x19, 0x34, 0xE0, 0x89};
    static const il_asm_name NAME = {"mscorlib", 8, 8};
    uint32_t token = il_asm_find_assembly(as, &NAME);
    if (token)
        return token;
    token = il_asm_add_assembly(as, &NAME, &NAME);
    il_build_set(as->build, IL_AssemblyRef_MajorVersion, token, 4);
    il_build_set(as->build, IL_AssemblyRef_PublicKeyOrToken, token,
                 il_build_blob(as->build, (il_blob){KEY, sizeof KEY}));
    return token;
}

bool il_asm_is_own_assembly(il_asm *as, const il_asm_name *name) {
    const char *own =
        as->assembly ? il_build_get_string(as->build,
                                           il_build_get(as->build, IL_Assembly_Name, as->assembly))
                     : "";
    return strlen(own) == name->size && memcmp(own, name->start, name->size) == 0;
}

/* The name in brackets; 0 for this module. */
static uint32_t read_scope(il_asm *as) {
    il_asm_place place = il_asm_here(as);
    if (il_asm_take_text(as, ".module")) {
        il_asm_name name = il_asm_dotted(as);
        return il_build_module_ref(as->build, il_asm_c_string(as, name));
    }
    il_asm_name name = il_asm_dotted(as);
    if (as->panic)
        return 0;
    uint32_t token = il_asm_find_assembly(as, &name);
    if (token || il_asm_is_own_assembly(as, &name))
        return token;
    if (name.size == 8 && memcmp(name.start, "mscorlib", 8) == 0)
        return il_asm_standard_library(as);
    if (as->only_refers)
        return il_asm_add_assembly(as, &name, &name);
    il_asm_warn_at(as, place, "no \".assembly extern %.*s\": any version will do", (int)name.size,
                   name.start);
    return il_asm_add_assembly(as, &name, &name);
}

static uint32_t type_ref(il_asm *as, uint32_t scope, const il_asm_name *name) {
    bool dotted = name->dot < name->size;
    char name_space[512];
    if (dotted && name->dot >= sizeof name_space) {
        il_asm_fail(as, "a namespace of more than %zu bytes", sizeof name_space - 1);
        return 0;
    }
    memcpy(name_space, name->start, dotted ? name->dot : 0);
    name_space[dotted ? name->dot : 0] = 0;
    const char *simple = name->start + (dotted ? name->dot + 1 : 0);
    const char *string = il_asm_string(as, simple, name->size - (size_t)(simple - name->start));
    return il_build_type_ref(as->build, scope, name_space, string);
}

/* The types that the assembler itself knows: without a scope they are those of the standard
 * library, unless the module declares its own. */
static uint32_t known_type(il_asm *as, const il_asm_name *name) {
    static const char *const KNOWN[] = {"System.Object", "System.String", "System.ValueType",
                                        "System.Enum"};
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        if (name->size == strlen(KNOWN[i]) && memcmp(name->start, KNOWN[i], name->size) == 0)
            return type_ref(as, il_asm_standard_library(as), name);
    }
    return 0;
}

static uint32_t local_type(il_asm *as, uint32_t enclosing, const il_asm_name *name,
                           il_asm_place place) {
    uint32_t token = il_asm_find_type(as, enclosing, name);
    if (!token && !enclosing && !as->panic)
        token = known_type(as, name);
    if (!token && !as->panic)
        il_asm_fail_at(as, place, "no type %.*s%s in this module", (int)name->size, name->start,
                       enclosing ? " nested there" : "");
    return token ? token : IL_TOKEN(IL_TypeDef, 1);
}

/* Names of one type from the outermost to its own, in scope. */
static uint32_t read_path(il_asm *as, uint32_t scope) {
    il_asm_place place = il_asm_here(as);
    il_asm_name name = il_asm_dotted(as);
    uint32_t token = as->panic ? 0
                     : scope   ? type_ref(as, scope, &name)
                               : local_type(as, 0, &name, place);
    while (il_asm_take(as, '/')) {
        place = il_asm_here(as);
        name = il_asm_dotted(as);
        if (as->panic)
            break;
        token = scope ? type_ref(as, token, &name) : local_type(as, token, &name, place);
    }
    return token;
}

/* .this, .base and .nester: the class we are in, its base, the class round it. */
static bool read_relative(il_asm *as, uint32_t *token) {
    if (il_asm_take_text(as, ".this"))
        *token = as->type;
    else if (il_asm_take_text(as, ".base"))
        *token = il_build_get(as->build, IL_TypeDef_Extends, as->type);
    else if (il_asm_take_text(as, ".nester"))
        *token = il_asm_type_at(as, as->type)->enclosing;
    else
        return false;
    as->named_variable = true;
    return true;
}

static uint32_t read_class_name(il_asm *as) {
    uint32_t scope = 0;
    if (read_relative(as, &scope)) {
        if (!scope)
            il_asm_fail(as, "there is no such class here");
        return scope;
    }
    if (il_asm_take(as, '[')) {
        scope = read_scope(as);
        il_asm_expect(as, ']');
        if (il_asm_at(as, IL_LEX_SCOPE)) /* [.module x]::member */
            return scope;
    } else if (as->only_refers) {
        scope = as->home;
        if (!scope)
            il_asm_expected(as, "[ASSEMBLY]");
    }
    return read_path(as, scope);
}

/* Behind the name that starts at p, when nothing in it needs a closer look; else p. */
static const char *skip_plain_name(const char *p) {
    const char *start = p;
    if (*p == '[') {
        while (*p && *p != ']' && *p != '\n' && *p != '\'')
            p++;
        if (*p++ != ']')
            return start;
    }
    while ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
           *p == '.' || *p == '_' || *p == '`' || *p == '/')
        p++;
    return strchr(" \t\r\n<>(),[]&*:{", *p) && *p ? p : start;
}

uint32_t il_asm_class_name(il_asm *as) {
    enum { ANY_KIND = 0xFF };
    const char *start = as->t.start, *end = skip_plain_name(start);
    uint32_t size = (uint32_t)(end - start), value;
    if (size == 0 || *start == '.' || as->panic)
        return read_class_name(as);
    if (il_asm_memo_find(as, ANY_KIND, start, size, &value)) {
        as->lex.next = end;
        il_asm_next(as);
        return value;
    }
    uint32_t mistakes = as->mistakes;
    value = read_class_name(as);
    if (as->last == end && mistakes == as->mistakes)
        il_asm_memo_add(as, ANY_KIND, start, size, value);
    return value;
}

/* ---- Types ---- */

static void insert(il_text *out, size_t at, const void *bytes, size_t size) {
    if (!il_text_reserve(out, size))
        return;
    memmove(out->data + at + size, out->data + at, out->size - at);
    memcpy(out->data + at, bytes, size);
    out->size += size;
}

static void insert_element(il_text *out, size_t at, il_element element) {
    uint8_t byte = (uint8_t)element;
    insert(out, at, &byte, 1);
}

/* Types that one word spells, or two. */
typedef struct simple_type {
    const char *text;
    uint8_t element;
} simple_type;

static const simple_type SIMPLE[] = {
#define IL_ELEMENT(name, number, text) {text, number},
#include "il_elements.def"
#undef IL_ELEMENT
    {"unsigned int8", IL_TYPE_U1},      {"unsigned int16", IL_TYPE_U2},
    {"unsigned int32", IL_TYPE_U4},     {"unsigned int64", IL_TYPE_U8},
    {"native unsigned int", IL_TYPE_U}, {"typedbyref", IL_TYPE_TYPEDBYREF},
    {"refany", IL_TYPE_TYPEDBYREF},     {"wchar", IL_TYPE_CHAR},
};

static bool is_simple(const simple_type *type) {
    switch (type->element) {
    case IL_TYPE_CLASS:
    case IL_TYPE_VALUETYPE:
    case IL_TYPE_FNPTR: return false;
    default: return type->element && type->element < IL_TYPE_INTERNAL && type->text[0] >= 'a';
    }
}

/* The simple type that begins with the current word; NULL when none does. */
static const simple_type *find_simple(const il_asm *as) {
    for (size_t i = 0; i < sizeof SIMPLE / sizeof *SIMPLE; i++) {
        const char *text = SIMPLE[i].text;
        if (text[0] == as->t.start[0] && strncmp(text, as->t.start, as->t.size) == 0 &&
            (text[as->t.size] == 0 || text[as->t.size] == ' ') && is_simple(&SIMPLE[i]))
            return &SIMPLE[i];
    }
    return NULL;
}

bool il_asm_at_type(const il_asm *as) {
    return il_asm_at(as, '!') ||
           (il_asm_at(as, IL_LEX_WORD) &&
            (il_asm_at_text(as, "class") || il_asm_at_text(as, "valuetype") ||
             il_asm_at_text(as, "value") || il_asm_at_text(as, "method") || find_simple(as)));
}

static void read_simple(il_asm *as, il_text *out) {
    for (size_t i = sizeof SIMPLE / sizeof *SIMPLE; il_asm_at(as, IL_LEX_WORD) && i-- > 0;) {
        if (SIMPLE[i].text[0] == as->t.start[0] && is_simple(&SIMPLE[i]) &&
            il_asm_take_spelled(as, SIMPLE[i].text)) {
            il_put_element(out, (il_element)SIMPLE[i].element);
            return;
        }
    }
    il_asm_expected(as, "a type");
}

static uint32_t find_variable(il_asm *as, const il_asm_list *params) {
    il_asm_place place = il_asm_here(as);
    il_asm_name name = il_asm_id(as);
    for (uint32_t i = 0; i < params->count; i++) {
        const il_asm_name *param = &IL_ASM_ITEM(params, il_asm_generic, i)->name;
        if (param->size == name.size && memcmp(param->start, name.start, name.size) == 0)
            return i;
    }
    if (!as->panic && !as->foresee)
        il_asm_fail_at(as, place, "no type parameter %.*s here", (int)name.size, name.start);
    return 0;
}

/* !0, !!0, !T, !!T */
static void read_variable(il_asm *as, il_text *out) {
    il_asm_expect(as, '!');
    bool of_method = il_asm_take(as, '!');
    uint32_t number;
    if (il_asm_at(as, IL_LEX_INT)) {
        number = (uint32_t)il_asm_int_in(as, 0, 0xFFFF);
    } else {
        number = find_variable(as, of_method ? &as->method_params : &as->type_params);
        as->named_variable = true;
    }
    il_put_variable(out, of_method ? IL_TYPE_MVAR : IL_TYPE_VAR, number);
}

static void read_function_pointer(il_asm *as, il_text *out) {
    il_put_element(out, IL_TYPE_FNPTR);
    size_t start = out->size;
    uint8_t convention = il_asm_convention(as);
    il_asm_type_sig(as, out);
    /* The star is a suffix too: it was taken for a pointer to the return type. */
    if (out->size > start && !as->panic && out->data[start] == IL_TYPE_PTR) {
        out->size--;
        memmove(out->data + start, out->data + start + 1, out->size - start);
    } else if (out->out_of_memory) {
        il_asm_no_memory(as);
    } else {
        il_asm_expected(as, "*");
    }
    il_text params = {0};
    il_asm_expect(as, '(');
    uint32_t count = il_asm_types(as, &params, ')', NULL);
    il_text head = {0};
    il_put_method_header(&head, convention, 0, count);
    if (head.size)
        insert(out, start, head.data, head.size);
    il_put_bytes(out, params.data, params.size);
    out->out_of_memory |= head.out_of_memory | params.out_of_memory;
    il_text_fini(&head);
    il_text_fini(&params);
}

static bool is_system_type(const il_build *build, uint32_t type_ref, const char *name) {
    uint32_t scope = il_build_get(build, IL_TypeRef_ResolutionScope, type_ref);
    const char *own = il_build_get_string(build, il_build_get(build, IL_TypeRef_Name, type_ref));
    const char *space =
        il_build_get_string(build, il_build_get(build, IL_TypeRef_Namespace, type_ref));
    return IL_TOKEN_TABLE(scope) == IL_AssemblyRef && strcmp(own, name) == 0 &&
           strcmp(space, "System") == 0;
}

/* class C; a signature spells String and Object of the library in one byte only (II.23.2.16). */
static void put_class(il_asm *as, il_text *out, uint32_t token) {
    bool elsewhere = IL_TOKEN_TABLE(token) == IL_TypeRef;
    if (elsewhere && is_system_type(as->build, token, "String"))
        il_put_element(out, IL_TYPE_STRING);
    else if (elsewhere && is_system_type(as->build, token, "Object"))
        il_put_element(out, IL_TYPE_OBJECT);
    else
        il_put_named(out, IL_TYPE_CLASS, token);
}

static void read_core(il_asm *as, il_text *out) {
    if (il_asm_at(as, '!')) {
        read_variable(as, out);
    } else if (il_asm_take_text(as, "class")) {
        put_class(as, out, il_asm_class_name(as));
    } else if (il_asm_take_text(as, "valuetype")) {
        il_put_named(out, IL_TYPE_VALUETYPE, il_asm_class_name(as));
    } else if (il_asm_take_text(as, "value")) {
        il_asm_expect_text(as, "class");
        il_put_named(out, IL_TYPE_VALUETYPE, il_asm_class_name(as));
    } else if (il_asm_take_text(as, "method")) {
        read_function_pointer(as, out);
    } else {
        read_simple(as, out);
    }
}

/* The bounds of one dimension: nothing, n, n..., n...m (II.14.2). */
typedef struct bound {
    bool low, size;
    int32_t first;
    uint32_t count;
} bound;

static bound read_bound(il_asm *as) {
    bound b = {0};
    if (il_asm_take(as, IL_LEX_ELLIPSIS) || !il_asm_at(as, IL_LEX_INT))
        return b;
    int64_t value = il_asm_int_in(as, INT32_MIN, INT32_MAX);
    b.low = il_asm_take(as, IL_LEX_ELLIPSIS);
    if (!b.low) {
        b.size = true;
        b.count = (uint32_t)value;
        return b;
    }
    b.first = (int32_t)value;
    if (il_asm_at(as, IL_LEX_INT)) {
        b.size = true;
        b.count = (uint32_t)(il_asm_int_in(as, value - 1, INT32_MAX) - value + 1);
    }
    return b;
}

/* Behind [: the shape of an array, or nothing for a vector. */
static void read_array(il_asm *as, il_text *out, size_t start) {
    enum { MOST = 32 };
    uint32_t rank = 0, sizes[MOST], size_count = 0, low_count = 0;
    int32_t lows[MOST];
    if (il_asm_take(as, ']')) {
        insert_element(out, start, IL_TYPE_SZARRAY);
        return;
    }
    do {
        if (rank == MOST) {
            il_asm_fail(as, "an array of more than %d dimensions", MOST);
            return;
        }
        bound b = read_bound(as);
        sizes[rank] = b.count;
        lows[rank] = b.first;
        rank++;
        size_count = b.size ? rank : size_count;
        low_count = b.low ? rank : low_count;
    } while (il_asm_take(as, ','));
    il_asm_expect(as, ']');
    insert_element(out, start, IL_TYPE_ARRAY);
    il_put_array_shape(out, rank, size_count, sizes, low_count, lows);
}

static void read_modifier(il_asm *as, il_text *out, size_t start, bool required) {
    il_asm_expect(as, '(');
    uint32_t token = il_asm_type_token(as);
    il_asm_expect(as, ')');
    il_text modifier = {0};
    il_put_modifier(&modifier, required, token);
    if (modifier.size)
        insert(out, start, modifier.data, modifier.size);
    out->out_of_memory |= modifier.out_of_memory;
    il_text_fini(&modifier);
}

void il_asm_type_args(il_asm *as, il_text *out) {
    size_t start = out->size;
    uint32_t count = 0;
    do {
        il_asm_type_sig(as, out);
        count++;
    } while (il_asm_take(as, ','));
    il_asm_expect(as, '>');
    il_text head = {0};
    il_put_compressed(&head, count);
    if (head.size)
        insert(out, start, head.data, head.size);
    out->out_of_memory |= head.out_of_memory;
    il_text_fini(&head);
}

/* Whether the bracket here is that of an array: of a scope, a name follows. */
static bool at_array(const il_asm *as) {
    il_lex lex = as->lex;
    il_lexeme t;
    if (!il_asm_at(as, '['))
        return false;
    il_lex_next(&lex, &t);
    return t.kind == (il_lex_kind)']' || t.kind == (il_lex_kind)',' || t.kind == IL_LEX_INT ||
           t.kind == IL_LEX_ELLIPSIS;
}

/* One suffix of the type that starts at start; false when there is none. */
static bool read_suffix(il_asm *as, il_text *out, size_t start) {
    if (at_array(as)) {
        il_asm_next(as);
        read_array(as, out, start);
    } else if (il_asm_take(as, '&')) {
        insert_element(out, start, IL_TYPE_BYREF);
    } else if (il_asm_take(as, '*')) {
        insert_element(out, start, IL_TYPE_PTR);
    } else if (il_asm_take(as, '<')) {
        insert_element(out, start, IL_TYPE_GENERICINST);
        il_asm_type_args(as, out);
    } else if (il_asm_take_text(as, "pinned")) {
        insert_element(out, start, IL_TYPE_PINNED);
    } else if (il_asm_at_text(as, "modreq") || il_asm_at_text(as, "modopt")) {
        bool required = il_asm_at_text(as, "modreq");
        il_asm_next(as);
        read_modifier(as, out, start, required);
    } else {
        return false;
    }
    return true;
}

void il_asm_type_sig(il_asm *as, il_text *out) {
    size_t start = out->size;
    if (!il_asm_enter(as))
        return;
    read_core(as, out);
    while (!as->panic && read_suffix(as, out, start))
        continue;
    il_asm_leave(as);
}

/* A type that is one class and nothing more needs no TypeSpec. */
static uint32_t token_of(il_asm *as, il_blob blob) {
    il_reader reader = il_reader_of(blob);
    uint8_t element = il_read_u8(&reader);
    if (element == IL_TYPE_CLASS || element == IL_TYPE_VALUETYPE) {
        uint32_t token = il_read_type_token(&reader);
        if (!reader.bad && reader.next == reader.end)
            return token;
    }
    return il_build_type_spec(as->build, blob);
}

uint32_t il_asm_type_token(il_asm *as) {
    if (il_asm_at(as, '[') || il_asm_at(as, IL_LEX_QUOTED) || !il_asm_at_type(as)) {
        if (!il_asm_at(as, '[') && !il_asm_at_id(as) && !il_asm_at(as, IL_LEX_DIRECTIVE)) {
            il_asm_expected(as, "a type");
            return 0;
        }
        return il_asm_class_name(as);
    }
    il_text sig = {0};
    il_asm_type_sig(as, &sig);
    uint32_t token = as->panic ? 0 : token_of(as, il_text_blob(&sig));
    if (sig.out_of_memory)
        il_asm_no_memory(as);
    il_text_fini(&sig);
    return token;
}

/* ---- Signatures ---- */

typedef struct convention_word {
    const char *text;
    uint8_t mask, value;
} convention_word;

uint8_t il_asm_convention(il_asm *as) {
    static const convention_word WORDS[] = {
        {"instance", IL_SIG_HASTHIS, IL_SIG_HASTHIS},
        {"explicit", IL_SIG_EXPLICITTHIS, IL_SIG_EXPLICITTHIS},
        {"default", IL_SIG_KIND_MASK, IL_SIG_DEFAULT},
        {"vararg", IL_SIG_KIND_MASK, IL_SIG_VARARG},
        {"unmanaged cdecl", IL_SIG_KIND_MASK, IL_SIG_C},
        {"unmanaged stdcall", IL_SIG_KIND_MASK, IL_SIG_STDCALL},
        {"unmanaged thiscall", IL_SIG_KIND_MASK, IL_SIG_THISCALL},
        {"unmanaged fastcall", IL_SIG_KIND_MASK, IL_SIG_FASTCALL},
        {"unmanaged", IL_SIG_KIND_MASK, IL_SIG_UNMANAGED},
    };
    enum { COUNT = sizeof WORDS / sizeof *WORDS };
    uint8_t convention = 0;
    for (int i = 0; il_asm_at(as, IL_LEX_WORD) && i < COUNT; i++) {
        if (WORDS[i].text[0] == as->t.start[0] && il_asm_take_spelled(as, WORDS[i].text)) {
            convention = (uint8_t)((convention & ~WORDS[i].mask) | WORDS[i].value);
            i = -1;
        }
    }
    return convention;
}

uint32_t il_asm_types(il_asm *as, il_text *out, int close, uint32_t *sentinel) {
    uint32_t count = 0;
    if (sentinel)
        *sentinel = UINT32_MAX;
    while (!il_asm_ends(as, close)) {
        if (count)
            il_asm_expect(as, ',');
        if (il_asm_take(as, IL_LEX_ELLIPSIS)) {
            il_put_element(out, IL_TYPE_SENTINEL);
            if (sentinel)
                *sentinel = count;
            if (il_asm_at(as, close))
                break;
            il_asm_expect(as, ',');
        }
        il_asm_flags(as, IL_ASM_SET_PARAM); /* like a name, these mean nothing in a reference */
        il_asm_type_sig(as, out);
        if (il_asm_at_text(as, "marshal")) {
            il_text descriptor = {0};
            il_asm_next(as);
            il_asm_marshal(as, &descriptor);
            il_text_fini(&descriptor);
        }
        if (il_asm_at_id(as))
            il_asm_id(as);
        count++;
    }
    il_asm_expect(as, close);
    return count;
}
