/* System.Reflection.AssemblyName: names of assemblies, from metadata and from text:
 *
 *   Name, Version=1.2.3.4, Culture=neutral, PublicKeyToken=b77a5c561934e089
 *
 * Managed code is given them as Mono.MonoAssemblyName, whose texts are native blocks that it frees
 * with FreeAssemblyName; but for GetNativeName's, which stay as long as the runtime. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "il_encode.h"
#include "runtime/bcl/bcl_reflect.h"
#include "runtime/bcl/sha1.h"

enum { TOKEN_SIZE = 8, TOKEN_DIGITS = 2 * TOKEN_SIZE };

/* Mono.MonoAssemblyName. */
struct assembly_name {
    char *name, *culture, *hash_value;
    uint8_t *public_key; /* with its length before it (II.23.2); NULL when there is none */
    char token[TOKEN_DIGITS + 1];
    uint32_t hash_algorithm, hash_length, flags;
    uint16_t major, minor, build, revision, architecture;
};

enum { /* System.Reflection.ProcessorArchitecture */
       ARCHITECTURE_MSIL = 1,
       ARCHITECTURE_X86,
       ARCHITECTURE_IA64,
       ARCHITECTURE_AMD64
};

enum { FLAG_PUBLIC_KEY = 1, FLAG_RETARGETABLE = 0x100 }; /* II.23.1.2 */

/* ---- Public keys ---- */

/* The last eight bytes of the key's hash, backwards (II.6.3). */
static void token_of_key(const uint8_t *key, size_t size, uint8_t token[TOKEN_SIZE]) {
    uint8_t digest[SHA1_SIZE];
    sha1(key, size, digest);
    for (int i = 0; i < TOKEN_SIZE; i++)
        token[i] = digest[SHA1_SIZE - 1 - i];
}

bool bcl_public_key_token(const struct module *module, uint8_t token[8]) {
    il_blob key = il_blob_cell(module->il, IL_Assembly_PublicKey, 1);
    if (key.size)
        token_of_key(key.data, key.size, token);
    return key.size != 0;
}

/* The token of a key, or the token that stands in a reference, as digits; empty when there is none.
 */
static void token_digits(char out[TOKEN_DIGITS + 1], il_blob key, bool is_token) {
    uint8_t token[TOKEN_SIZE] = {0};
    out[0] = '\0';
    if (key.size == 0)
        return;
    if (is_token)
        memcpy(token, key.data, key.size < sizeof token ? key.size : sizeof token);
    else
        token_of_key(key.data, key.size, token);
    for (int i = 0; i < TOKEN_SIZE; i++)
        snprintf(out + 2 * i, 3, "%02x", token[i]);
}

/* get_public_token(out token, key, size). */
void bcl_assembly_public_token(struct thread *thread, union slot *slots) {
    (void)thread;
    token_of_key(slots[1].p, slots[2].u4, slots[0].p);
}

/* ---- From metadata ---- */

/* What the rows of Assembly and AssemblyRef have in common (II.22.2, II.22.5). */
struct identity {
    const char *name, *culture;
    uint32_t version[4], flags;
    il_blob key; /* or its token */
    bool is_token;
};

static struct identity identity_of(const il_module *il) {
    struct identity i = {
        il_name(il, IL_Assembly_Name, 1),
        il_name(il, IL_Assembly_Culture, 1),
        {il_cell(il, IL_Assembly_MajorVersion, 1), il_cell(il, IL_Assembly_MinorVersion, 1),
         il_cell(il, IL_Assembly_BuildNumber, 1), il_cell(il, IL_Assembly_RevisionNumber, 1)},
        il_cell(il, IL_Assembly_Flags, 1),
        il_blob_cell(il, IL_Assembly_PublicKey, 1),
        false};
    if (!i.name[0])
        i.name = il_name(il, IL_Module_Name, 1);
    return i;
}

static struct identity identity_of_reference(const il_module *il, uint32_t row) {
    uint32_t flags = il_cell(il, IL_AssemblyRef_Flags, row);
    return (struct identity){il_name(il, IL_AssemblyRef_Name, row),
                             il_name(il, IL_AssemblyRef_Culture, row),
                             {il_cell(il, IL_AssemblyRef_MajorVersion, row),
                              il_cell(il, IL_AssemblyRef_MinorVersion, row),
                              il_cell(il, IL_AssemblyRef_BuildNumber, row),
                              il_cell(il, IL_AssemblyRef_RevisionNumber, row)},
                             flags,
                             il_blob_cell(il, IL_AssemblyRef_PublicKeyOrToken, row),
                             !(flags & FLAG_PUBLIC_KEY)};
}

static char *print(const struct identity *i, char *buffer, size_t size) {
    char token[TOKEN_DIGITS + 1];
    token_digits(token, i->key, i->is_token);
    snprintf(buffer, size, "%s, Version=%u.%u.%u.%u, Culture=%s, PublicKeyToken=%s%s", i->name,
             i->version[0], i->version[1], i->version[2], i->version[3],
             *i->culture ? i->culture : "neutral", *token ? token : "null",
             i->flags & FLAG_RETARGETABLE ? ", Retargetable=Yes" : "");
    return buffer;
}

char *bcl_assembly_name(const struct module *module, char *buffer, size_t size) {
    struct identity i = identity_of(module->il);
    return print(&i, buffer, size);
}

char *bcl_reference_name(const struct module *module, uint32_t row, char *buffer, size_t size) {
    struct identity i = identity_of_reference(module->il, row);
    return print(&i, buffer, size);
}

/* ---- Mono.MonoAssemblyName ---- */

static char *native_text(struct runtime *rt, const char *text, size_t size) {
    char *copy = bcl_native_alloc(rt, size + 1);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

/* A public key with its length before it. */
static uint8_t *native_key(struct runtime *rt, const uint8_t *key, size_t size) {
    il_text text = {0};
    il_put_compressed(&text, (uint32_t)size);
    il_put_bytes(&text, key, size);
    uint8_t *copy = text.out_of_memory ? NULL : (uint8_t *)native_text(rt, text.data, text.size);
    il_text_fini(&text);
    return copy;
}

static uint16_t architecture_of(const il_headers *headers) {
    enum { REQUIRED_32 = 2, MACHINE_IA64 = 0x200, MACHINE_AMD64 = 0x8664 };
    switch (headers->machine) {
    case MACHINE_AMD64: return ARCHITECTURE_AMD64;
    case MACHINE_IA64: return ARCHITECTURE_IA64;
    default: return headers->cli_flags & REQUIRED_32 ? ARCHITECTURE_X86 : ARCHITECTURE_MSIL;
    }
}

/* False when memory is short. */
static bool fill(struct runtime *rt, const struct identity *i, struct assembly_name *out) {
    *out = (struct assembly_name){.flags = i->flags,
                                  .major = (uint16_t)i->version[0],
                                  .minor = (uint16_t)i->version[1],
                                  .build = (uint16_t)i->version[2],
                                  .revision = (uint16_t)i->version[3]};
    out->name = native_text(rt, i->name, strlen(i->name));
    out->culture = native_text(rt, i->culture, strlen(i->culture));
    if (i->key.size && !i->is_token)
        out->public_key = native_key(rt, i->key.data, i->key.size);
    token_digits(out->token, i->key, i->is_token);
    return out->name && out->culture && (i->is_token || !i->key.size || out->public_key);
}

static bool fill_from_module(struct runtime *rt, const il_module *il, struct assembly_name *out) {
    struct identity i = identity_of(il);
    if (!fill(rt, &i, out))
        return false;
    out->hash_algorithm = il_cell(il, IL_Assembly_HashAlgId, 1);
    out->architecture = architecture_of(il_module_headers(il));
    return true;
}

static void free_texts(struct runtime *rt, struct assembly_name *name) {
    bcl_native_free(rt, name->name);
    bcl_native_free(rt, name->culture);
    bcl_native_free(rt, name->hash_value);
    bcl_native_free(rt, name->public_key);
    name->name = name->culture = name->hash_value = NULL;
    name->public_key = NULL;
}

/* Mono.RuntimeMarshal.FreeAssemblyName(ref name, the structure too). */
void bcl_assembly_free_name(struct thread *thread, union slot *slots) {
    struct assembly_name *name = slots[0].p;
    free_texts(thread->rt, name);
    if (slots[1].i4)
        bcl_native_free(thread->rt, name);
}

enum { KEY_NAME = 3 };

/* GetNativeName(assembly): made once. */
void bcl_assembly_native_name(struct thread *thread, union slot *slots) {
    struct runtime *rt = thread->rt;
    struct module *module = slots[0].p;
    EXEC_LOCKED(rt);
    struct assembly_name *name = bcl_get(rt, module, KEY_NAME);
    if (!name) {
        name = mem_pool_alloc(&rt->pool, sizeof *name);
        if (!name || !fill_from_module(rt, module->il, name) ||
            !bcl_put(rt, module, KEY_NAME, name)) {
            exec_throw_object(thread, thread->out_of_memory);
            return;
        }
    }
    slots[0].p = name;
}

/* InternalGetReferencedAssemblies(assembly): a GPtrArray of names. */
void bcl_assembly_references(struct thread *thread, union slot *slots) {
    struct runtime *rt = thread->rt;
    const struct module *module = bcl_module_of(slots[0].o);
    uint32_t count = il_rows(module->il, IL_AssemblyRef);
    struct assembly_name **names = mem_calloc(count ? count : 1, sizeof *names);
    bool ok = names != NULL;
    for (uint32_t i = 0; ok && i < count; i++) {
        struct identity identity = identity_of_reference(module->il, i + 1);
        names[i] = bcl_native_alloc(rt, sizeof **names);
        ok = names[i] && fill(rt, &identity, names[i]);
    }
    slots[0].p = ok ? bcl_pointer_array(rt, (void **)names, count) : NULL;
    if (!slots[0].p)
        exec_throw_object(thread, thread->out_of_memory);
    mem_free(names);
}

/* Assembly.InternalGetAssemblyName(path, out name, out code base). */
void bcl_assembly_name_of_file(struct thread *thread, union slot *slots) {
    struct assembly_name *out = slots[1].p;
    struct string **code_base = slots[2].p;
    char *path = bcl_text(thread, slots[0].p), url[4200];
    il_module *il;
    il_error err;
    if (!path)
        return;
    if (il_module_open(path, &il, &err) != IL_OK) {
        bcl_throw_load_error(thread, &err, path);
    } else {
        if (!fill_from_module(thread->rt, il, out))
            exec_throw_object(thread, thread->out_of_memory);
        il_module_close(il);
    }
    if (!thread->exception) {
        snprintf(url, sizeof url, "file://%s", path);
        *code_base = bcl_string(thread, url);
    }
    mem_free(path);
}

/* ---- From text ---- */

struct parser {
    struct runtime *rt;
    struct assembly_name *out;
    bool has_version, has_culture, has_token;
    bool retargetable; /* is said, one way or the other: all of the above must be, too */
};

static bool equals(const char *text, size_t size, const char *word) {
    return strlen(word) == size && strncasecmp(text, word, size) == 0;
}

/* Up to four numbers with dots between them; what is not there is 0. */
static bool parse_version(struct parser *p, const char *text, size_t size) {
    uint16_t *const parts[] = {&p->out->major, &p->out->minor, &p->out->build, &p->out->revision};
    const char *end = text + size;
    for (size_t i = 0; i < 4; i++) {
        uint32_t value = 0;
        const char *start = text;
        for (; text < end && isdigit((unsigned char)*text) && value <= UINT16_MAX; text++)
            value = 10 * value + (uint32_t)(*text - '0');
        if (text == start || value > UINT16_MAX)
            return false;
        *parts[i] = (uint16_t)value;
        if (text == end)
            break;
        if (*text++ != '.')
            return false;
    }
    p->has_version = true;
    return true;
}

static bool parse_culture(struct parser *p, const char *text, size_t size) {
    bool neutral = equals(text, size, "neutral");
    bcl_native_free(p->rt, p->out->culture);
    p->out->culture = native_text(p->rt, text, neutral ? 0 : size);
    p->has_culture = true;
    return p->out->culture != NULL;
}

static bool parse_token(struct parser *p, const char *text, size_t size) {
    p->has_token = true;
    if (size == 0 || equals(text, size, "null"))
        return true;
    for (size_t i = 0; i < size && size == TOKEN_DIGITS; i++) {
        if (!isxdigit((unsigned char)text[i]))
            return false;
        p->out->token[i] = (char)tolower((unsigned char)text[i]);
    }
    return size == TOKEN_DIGITS;
}

static int digit(char c) {
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* A public key, as II.6.2.1.3 has it, by its RSA part: a PUBLICKEYBLOB with "RSA1". */
static bool is_rsa_key(const uint8_t *key, size_t size) {
    enum { RSA = 12, PUBLIC_KEY_BLOB = 6, MAGIC = RSA + 8 };
    return size > MAGIC + 12 && key[RSA] == PUBLIC_KEY_BLOB && memcmp(key + MAGIC, "RSA1", 4) == 0;
}

/* The standard's own key, which stands for its token only. */
static bool is_standard_key(const uint8_t *key, size_t size) {
    static const uint8_t STANDARD[16] = {[8] = 4};
    return size == sizeof STANDARD && memcmp(key, STANDARD, size) == 0;
}

static bool parse_key(struct parser *p, const char *text, size_t size) {
    il_text key = {0};
    bool ok = size % 2 == 0;
    for (size_t i = 0; ok && i < size; i += 2) {
        ok = isxdigit((unsigned char)text[i]) && isxdigit((unsigned char)text[i + 1]);
        il_put(&key, (char)(digit(text[i]) << 4 | digit(text[i + 1])));
    }
    const uint8_t *bytes = (const uint8_t *)key.data;
    bool rsa = ok && !key.out_of_memory && is_rsa_key(bytes, key.size);
    ok = rsa || (ok && !key.out_of_memory && is_standard_key(bytes, key.size));
    if (ok)
        token_digits(p->out->token, (il_blob){bytes, key.size}, false);
    if (rsa) {
        bcl_native_free(p->rt, p->out->public_key);
        p->out->public_key = native_key(p->rt, bytes, key.size);
        p->out->flags |= FLAG_PUBLIC_KEY;
    }
    il_text_fini(&key);
    return ok && (!rsa || p->out->public_key);
}

static bool parse_retargetable(struct parser *p, const char *text, size_t size) {
    bool yes = equals(text, size, "yes");
    p->retargetable = true;
    p->out->flags |= yes ? FLAG_RETARGETABLE : 0;
    return yes || equals(text, size, "no");
}

static bool parse_architecture(struct parser *p, const char *text, size_t size) {
    static const char *const names[] = {NULL, "msil", "x86", "ia64", "amd64"};
    for (uint16_t i = ARCHITECTURE_MSIL; i < sizeof names / sizeof *names; i++) {
        if (equals(text, size, names[i])) {
            p->out->architecture = i;
            return true;
        }
    }
    return false;
}

/* Without the quotation marks around it. */
static const char *unquote(const char *text, size_t *size) {
    bool quoted = *size >= 2 && (text[0] == '"' || text[0] == '\'') && text[*size - 1] == text[0];
    *size -= quoted ? 2 : 0;
    return text + quoted;
}

static bool parse_part(struct parser *p, const char *key, size_t key_size, const char *value,
                       size_t size) {
    static const struct {
        const char *key;
        bool (*parse)(struct parser *p, const char *value, size_t size);
    } parts[] = {
        {"version", parse_version},           {"culture", parse_culture},
        {"publickeytoken", parse_token},      {"publickey", parse_key},
        {"retargetable", parse_retargetable}, {"processorarchitecture", parse_architecture}};
    if (size == 0)
        return false;
    value = unquote(value, &size);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (equals(key, key_size, parts[i].key))
            return parts[i].parse(p, value, size);
    }
    return false;
}

/* Takes blanks from both ends. */
static const char *trim(const char *start, const char **end) {
    while (start < *end && isspace((unsigned char)*start))
        start++;
    while (*end > start && isspace((unsigned char)(*end)[-1]))
        --*end;
    return start;
}

static bool parse(struct parser *p, const char *text) {
    const char *end = text + strcspn(text, ","), *next = *end ? end + 1 : NULL;
    text = trim(text, &end);
    if (text == end)
        return false;
    size_t size = (size_t)(end - text);
    text = unquote(text, &size);
    p->out->name = native_text(p->rt, text, size);
    while (next) {
        const char *key = next, *equal = strchr(next, '=');
        end = next + strcspn(next, ",");
        next = *end ? end + 1 : NULL;
        if (!equal || equal > end)
            return false;
        const char *key_end = equal, *value = trim(equal + 1, &end);
        key = trim(key, &key_end);
        if (!parse_part(p, key, (size_t)(key_end - key), value, (size_t)(end - value)))
            return false;
    }
    return p->out->name && (!p->retargetable || (p->has_version && p->has_culture && p->has_token));
}

/* ParseAssemblyName(text, out name, out has a version, out has a token). */
void bcl_assembly_parse_name(struct thread *thread, union slot *slots) {
    struct parser p = {.rt = thread->rt, .out = slots[1].p};
    uint8_t *has_version = slots[2].p, *has_token = slots[3].p;
    *p.out = (struct assembly_name){0};
    slots[0].i4 = parse(&p, slots[0].p);
    if (!slots[0].i4)
        free_texts(thread->rt, p.out);
    *has_version = p.has_version;
    *has_token = p.has_token;
}
