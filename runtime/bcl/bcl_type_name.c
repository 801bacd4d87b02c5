/* Type names as reflection writes and reads them:
 *
 *   Namespace.Outer+Inner`1[[Argument, Assembly],[...]][,]&, Assembly, Version=...
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "il_text.h"
#include "runtime/bcl/bcl_reflect.h"

/* ---- Writing ---- */

static void put_type(il_text *t, const struct type *type, bool full, bool assembly);

static void put_arguments(il_text *t, const struct type *type, bool full) {
    il_puts(t, "[");
    for (uint32_t i = 0; i < type->arg_count; i++) {
        il_puts(t, i ? "," : "");
        il_puts(t, full ? "[" : "");
        put_type(t, type->args[i], full, full);
        il_puts(t, full ? "]" : "");
    }
    il_puts(t, "]");
}

static void put_simple(il_text *t, const struct type *type) {
    if (type->enclosing) {
        put_simple(t, type->enclosing);
        il_puts(t, "+");
    } else if (*type->name_space) {
        il_puts(t, type->name_space);
        il_puts(t, ".");
    }
    il_puts(t, type->name);
}

static void put_type(il_text *t, const struct type *type, bool full, bool assembly) {
    char name[512];
    if (type->element_type && !type->is_enum) {
        put_type(t, type->element_type, full, false);
        if (type->kind == TYPE_ARRAY) {
            il_puts(t, "[");
            il_puts(t, type->rank == 1 ? "*" : "");
            for (uint32_t i = 1; i < type->rank; i++)
                il_puts(t, ",");
            il_puts(t, "]");
        } else {
            il_puts(t, type->name);
        }
    } else if (type->kind == TYPE_VARIABLE) {
        il_puts(t, type_name(type, name, sizeof name));
    } else {
        put_simple(t, type);
        if (type->arg_count && (type->definition != type || !full))
            put_arguments(t, type, full);
    }
    if (assembly) {
        il_puts(t, ", ");
        il_puts(t, bcl_assembly_name(bcl_home_of(type), name, sizeof name));
    }
}

char *bcl_full_name(const struct type *type, bool full, bool assembly) {
    il_text t = {0};
    put_type(&t, type, full, assembly);
    if (il_text_string(&t))
        return t.data;
    il_text_fini(&t);
    return NULL;
}

/* ---- Reading ---- */

#define MAX_ARGUMENTS 32
#define MAX_DEPTH     32

struct parser {
    struct thread *thread;
    const char *next;
    bool ignore_case;
    int depth;
};

static bool skip(struct parser *p, char c) {
    while (*p->next == ' ')
        p->next++;
    if (*p->next != c)
        return false;
    p->next++;
    return true;
}

/* Copies an identifier up to one of the characters with meaning; a backslash escapes. */
static bool read_identifier(struct parser *p, char *out, size_t size) {
    size_t n = 0;
    while (*p->next == ' ')
        p->next++;
    while (*p->next && !strchr("+,[]&*", *p->next)) {
        if (*p->next == '\\' && p->next[1])
            p->next++;
        if (n + 1 >= size)
            return false;
        out[n++] = *p->next++;
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return n > 0;
}

/* The assembly's simple name after the comma; the rest (version, key) is skipped up to the closing
 * bracket of an argument. */
static bool read_assembly(struct parser *p, char *out, size_t size) {
    if (!skip(p, ','))
        return false;
    bool ok = read_identifier(p, out, size);
    while (*p->next && *p->next != ']')
        p->next++;
    return ok;
}

static struct type *by_name(struct module *module, struct type *enclosing, const char *name,
                            bool ignore_case) {
    char name_space[512] = "";
    const char *dot = enclosing ? NULL : strrchr(name, '.');
    struct type *type = NULL;
    il_error err;
    if (dot && (size_t)(dot - name) < sizeof name_space)
        snprintf(name_space, sizeof name_space, "%.*s", (int)(dot - name), name);
    const char *simple = dot ? dot + 1 : name;
    uint32_t row = il_find_type(module->il, name_space, simple, enclosing ? enclosing->row : 0);
    uint32_t count = il_rows(module->il, IL_TypeDef);
    for (uint32_t i = 1; !row && ignore_case && i <= count; i++) {
        if (strcasecmp(il_name(module->il, IL_TypeDef_Name, i), simple) == 0 &&
            strcasecmp(il_name(module->il, IL_TypeDef_Namespace, i), name_space) == 0 &&
            il_enclosing_type(module->il, i) == (enclosing ? enclosing->row : 0))
            row = i;
    }
    if (row && ldr_type_def(module, row, &type, &err) != IL_OK)
        return NULL;
    if (!row && !enclosing && ldr_exported_type(module, name_space, simple, &type, &err) != IL_OK)
        return NULL;
    return type;
}

static struct type *parse_type(struct parser *p, struct module *module);

/* [[Argument, Assembly],Argument] after a generic definition. */
static struct type *parse_arguments(struct parser *p, struct module *module,
                                    struct type *definition) {
    struct type *args[MAX_ARGUMENTS], *type;
    uint32_t count = 0;
    il_error err;
    do {
        bool bracket = skip(p, '[');
        struct parser inner = *p;
        if (count == MAX_ARGUMENTS)
            return NULL;
        if (bracket) { /* the assembly stands behind the name: find it first */
            char assembly[256];
            struct module *home = module;
            int open = 0;
            while (*inner.next && (open > 0 || (*inner.next != ',' && *inner.next != ']'))) {
                open += (*inner.next == '[') - (*inner.next == ']');
                inner.next++;
            }
            if (read_assembly(&inner, assembly, sizeof assembly) &&
                ldr_load_assembly(p->thread->rt, assembly, &home, &err) != IL_OK)
                return NULL;
            args[count] = parse_type(p, home);
            p->next = inner.next;
            if (!skip(p, ']'))
                return NULL;
        } else {
            args[count] = parse_type(p, module);
        }
        if (!args[count++])
            return NULL;
    } while (skip(p, ','));
    if (!skip(p, ']') || ldr_instantiate(definition, args, count, &type, &err) != IL_OK)
        return NULL;
    return type;
}

/* [] [,] [*] & * behind a type. */
static struct type *parse_suffixes(struct parser *p, struct module *module, struct type *type) {
    il_error err;
    bool may_be_generic = type->arg_count > 0;
    while (type) {
        il_status status = IL_OK;
        if (skip(p, '&')) {
            status = ldr_byref_to(type, &type, &err);
        } else if (skip(p, '*')) {
            status = ldr_pointer_to(type, &type, &err);
        } else if (skip(p, '[')) {
            uint32_t rank = 1;
            bool star = skip(p, '*');
            if (!star && *p->next != ']' && *p->next != ',' && may_be_generic) {
                type = parse_arguments(p, module, type);
                may_be_generic = false;
                continue;
            }
            while (skip(p, ','))
                rank++;
            if (!skip(p, ']'))
                return NULL;
            status = ldr_array_of(type, rank, rank == 1 && !star, &type, &err);
        } else {
            break;
        }
        if (status != IL_OK)
            return NULL;
        may_be_generic = false;
    }
    return type;
}

static struct type *parse_type(struct parser *p, struct module *module) {
    char name[1024];
    struct module *corlib = p->thread->rt->corlib;
    if (++p->depth > MAX_DEPTH || !read_identifier(p, name, sizeof name))
        return NULL;
    struct type *type = by_name(module, NULL, name, p->ignore_case);
    if (!type && module != corlib)
        type = by_name(corlib, NULL, name, p->ignore_case);
    while (type && skip(p, '+'))
        type = read_identifier(p, name, sizeof name)
                   ? by_name(type->module, type, name, p->ignore_case)
                   : NULL;
    if (type)
        type = parse_suffixes(p, module, type);
    p->depth--;
    return type;
}

/* Where the assembly's name starts: at the first comma outside brackets; NULL when there is none.
 */
static const char *assembly_part(const char *name) {
    int open = 0;
    for (; *name; name++) {
        if (*name == '\\' && name[1])
            name++;
        else if (*name == ',' && open == 0)
            return name;
        else
            open += (*name == '[') - (*name == ']');
    }
    return NULL;
}

struct type *bcl_find_type(struct thread *thread, struct module *module, const char *name,
                           bool ignore_case) {
    struct parser p = {.thread = thread, .next = name, .ignore_case = ignore_case};
    const char *comma = assembly_part(name);
    char assembly[256];
    il_error err;
    if (comma) {
        p.next = comma;
        if (!read_assembly(&p, assembly, sizeof assembly) ||
            ldr_load_assembly(thread->rt, assembly, &module, &err) != IL_OK)
            return NULL;
        p.next = name;
    }
    struct type *type = parse_type(&p, module);
    return type && (p.next == comma || *p.next == '\0') ? type : NULL;
}
