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

#define WITH_MEANING "+,[]&*\\"

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

/* Characters that have a meaning in names stand behind a backslash. */
static void put_escaped(il_text *t, const char *name) {
    for (; *name; name++) {
        if (strchr(WITH_MEANING, *name))
            il_put(t, '\\');
        il_put(t, *name);
    }
}

static void put_simple(il_text *t, const struct type *type) {
    if (type->enclosing) {
        put_simple(t, type->enclosing);
        il_puts(t, "+");
    } else if (*type->name_space) {
        put_escaped(t, type->name_space);
        il_puts(t, ".");
    }
    put_escaped(t, type->name);
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
    const char *next, *end; /* end: where the assembly of the whole name starts */
    uint32_t flags;         /* FIND_ */
    bool any_assembly;      /* a name without an assembly may be mscorlib's */
    int depth;
};

/* Each gives NULL; with FIND_THROW, the exception for its kind of failure is pending. */
static struct type *bad_name(struct parser *p) {
    if ((p->flags & FIND_THROW) && !p->thread->exception)
        exec_throw(p->thread, "ArgumentException", "The type name is malformed.");
    return NULL;
}

static struct type *no_type(struct parser *p, const struct module *module, const char *name) {
    struct thread *thread = p->thread;
    char assembly[512];
    if (!(p->flags & FIND_THROW) || thread->exception)
        return NULL;
    exec_throw_format(thread, "TypeLoadException",
                      "Could not load type '%.512s' from assembly '%s'.", name,
                      bcl_assembly_name(module, assembly, sizeof assembly));
    struct object *exception = exec_take_exception(thread);
    bcl_set_field(exception, "ClassName", bcl_string(thread, name));
    bcl_set_field(exception, "AssemblyName", bcl_string(thread, assembly));
    exec_throw_object(thread, exception);
    return NULL;
}

static struct type *failed(struct parser *p, const il_error *err) {
    if ((p->flags & FIND_THROW) && !p->thread->exception)
        exec_throw_error(p->thread, err);
    return NULL;
}

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
    out[n] = '\0';
    return n > 0;
}

/* The assembly whose name is text[0, size); NULL when it cannot be loaded. */
static struct module *named_assembly(struct parser *p, const char *text, size_t size) {
    struct module *module = NULL;
    while (size && *text == ' ') {
        text++;
        size--;
    }
    if (size == 0) {
        bad_name(p);
        return NULL;
    }
    char *name = mem_copy_text(text, size);
    if (name)
        module = bcl_load_assembly(p->thread, NULL, name, (p->flags & FIND_THROW) != 0);
    else
        exec_throw_object(p->thread, p->thread->out_of_memory);
    mem_free(name);
    return module;
}

/* The row of a type, 0 when there is none; name is without namespace. */
static uint32_t row_of(const struct parser *p, const struct module *module, const char *name_space,
                       const char *name, uint32_t enclosing) {
    uint32_t row = il_find_type(module->il, name_space, name, enclosing);
    uint32_t count = p->flags & FIND_IGNORE_CASE ? il_rows(module->il, IL_TypeDef) : 0;
    for (uint32_t i = 1; !row && i <= count; i++) {
        if (strcasecmp(il_name(module->il, IL_TypeDef_Name, i), name) == 0 &&
            strcasecmp(il_name(module->il, IL_TypeDef_Namespace, i), name_space) == 0 &&
            il_enclosing_type(module->il, i) == enclosing)
            row = i;
    }
    return row;
}

/* A type that the module forwards. */
static struct type *exported(const struct parser *p, struct module *module, const char *name_space,
                             const char *name, il_error *err) {
    uint32_t count = p->flags & FIND_IGNORE_CASE ? il_rows(module->il, IL_ExportedType) : 0;
    struct type *type;
    for (uint32_t i = 1; i <= count; i++) {
        const char *its_name = il_name(module->il, IL_ExportedType_Name, i);
        const char *its_space = il_name(module->il, IL_ExportedType_Namespace, i);
        if (strcasecmp(its_name, name) == 0 && strcasecmp(its_space, name_space) == 0)
            return ldr_exported_type(module, its_space, its_name, &type, err) == IL_OK ? type
                                                                                       : NULL;
    }
    return ldr_exported_type(module, name_space, name, &type, err) == IL_OK ? type : NULL;
}

/* *err.status is IL_NO_TYPE when there is none of the name. */
static struct type *by_name(const struct parser *p, struct module *module, struct type *enclosing,
                            const char *name, il_error *err) {
    char name_space[512] = "";
    const char *dot = enclosing ? NULL : strrchr(name, '.');
    struct type *type = NULL;
    err->status = IL_NO_TYPE;
    if (dot && (size_t)(dot - name) < sizeof name_space)
        snprintf(name_space, sizeof name_space, "%.*s", (int)(dot - name), name);
    const char *simple = dot ? dot + 1 : name;
    uint32_t row = row_of(p, module, name_space, simple, enclosing ? enclosing->row : 0);
    if (row)
        return ldr_type_def(module, row, &type, err) == IL_OK ? type : NULL;
    return enclosing ? NULL : exported(p, module, name_space, simple, err);
}

/* The handlers of AppDomain.TypeResolve may know another assembly. */
static struct type *by_event(const struct parser *p, const char *name, il_error *err) {
    struct module *module = p->flags & FIND_ASK ? bcl_ask_for_type(p->thread, name) : NULL;
    return module ? by_name(p, module, NULL, name, err) : NULL;
}

static struct type *parse_type(struct parser *p, struct module *module);

/* One argument in brackets: the assembly stands behind the name, and is found first. */
static struct type *parse_bracketed(struct parser *p, struct module *module) {
    const char *start = p->next, *comma = NULL, *end = p->next;
    for (int open = 0; *end && (open > 0 || *end != ']'); end++) {
        open += (*end == '[') - (*end == ']');
        if (*end == ',' && open == 0 && !comma)
            comma = end;
        if (*end == '\\' && end[1])
            end++;
    }
    if (*end != ']')
        return bad_name(p);
    if (comma && !(module = named_assembly(p, comma + 1, (size_t)(end - comma - 1))))
        return NULL;
    struct parser inner = *p;
    inner.any_assembly = !comma;
    inner.end = comma ? comma : end;
    inner.next = start;
    struct type *type = parse_type(&inner, module);
    if (type && inner.next != inner.end)
        return bad_name(p);
    p->next = end + 1;
    return type;
}

/* [[Argument, Assembly],Argument] after a generic definition. */
static struct type *parse_arguments(struct parser *p, struct module *module,
                                    struct type *definition) {
    struct type *args[MAX_ARGUMENTS], *type;
    uint32_t count = 0;
    il_error err;
    do {
        if (count == MAX_ARGUMENTS)
            return bad_name(p);
        args[count] = skip(p, '[') ? parse_bracketed(p, module) : parse_type(p, module);
        if (!args[count++])
            return NULL;
    } while (skip(p, ','));
    if (!skip(p, ']') || count != definition->arg_count)
        return bad_name(p);
    return ldr_instantiate(definition, args, count, &type, &err) == IL_OK ? type : failed(p, &err);
}

/* The inside of [] [,] [*] behind a type. */
static struct type *parse_array(struct parser *p, struct type *element) {
    struct type *type;
    il_error err;
    uint32_t rank = 1;
    bool star = skip(p, '*');
    while (skip(p, ','))
        rank++;
    if (!skip(p, ']') || element->kind == TYPE_BYREF)
        return bad_name(p);
    return ldr_array_of(element, rank, rank == 1 && !star, &type, &err) == IL_OK ? type
                                                                                 : failed(p, &err);
}

/* Arguments and [] [,] [*] & * behind a type. */
static struct type *parse_suffixes(struct parser *p, struct module *module, struct type *type) {
    char name[1024];
    il_error err = {0};
    bool may_be_generic = type->arg_count > 0;
    for (; type; may_be_generic = false) {
        bool byref = skip(p, '&'), pointer = !byref && skip(p, '*');
        if ((byref || pointer) && type->kind == TYPE_BYREF)
            return bad_name(p);
        if (byref) {
            ldr_byref_to(type, &type, &err);
        } else if (pointer) {
            ldr_pointer_to(type, &type, &err);
        } else if (skip(p, '[')) {
            bool arguments = !strchr("],*", *p->next);
            if (arguments && !may_be_generic)
                return no_type(p, module, type_name(type, name, sizeof name));
            type = arguments ? parse_arguments(p, module, type) : parse_array(p, type);
        } else {
            break;
        }
        if (err.status != IL_OK)
            return failed(p, &err);
    }
    return type;
}

static struct type *parse_type(struct parser *p, struct module *module) {
    char name[1024], full[2048];
    struct module *corlib = p->thread->rt->corlib;
    il_error err;
    if (++p->depth > MAX_DEPTH || !read_identifier(p, name, sizeof name))
        return bad_name(p);
    struct type *type = by_name(p, module, NULL, name, &err);
    if (!type && err.status == IL_NO_TYPE && p->any_assembly && module != corlib)
        type = by_name(p, corlib, NULL, name, &err);
    if (!type && err.status == IL_NO_TYPE)
        type = by_event(p, name, &err);
    if (!type)
        return err.status == IL_NO_TYPE ? no_type(p, module, name) : failed(p, &err);
    while (skip(p, '+')) {
        size_t outer = strlen(type_name(type, full, sizeof full));
        bool named = read_identifier(p, name, sizeof name);
        snprintf(full + outer, sizeof full - outer, "+%s", name);
        struct type *nested = named ? by_name(p, type->module, type, name, &err) : NULL;
        if (!nested)
            return no_type(p, type->module, full);
        type = nested;
    }
    type = parse_suffixes(p, module, type);
    p->depth--;
    return type;
}

/* Where the assembly's name starts: at the first comma outside brackets, or else the end. */
static const char *assembly_part(const char *name) {
    int open = 0;
    for (; *name && (*name != ',' || open > 0); name++) {
        if (*name == '\\' && name[1])
            name++;
        open += (*name == '[') - (*name == ']');
    }
    return name;
}

struct type *bcl_find_type(struct thread *thread, struct module *module, const char *name,
                           uint32_t flags) {
    const char *comma = assembly_part(name);
    struct parser p = {.thread = thread,
                       .next = name,
                       .end = comma,
                       .flags = flags,
                       .any_assembly = !*comma && !(flags & FIND_HERE)};
    if (*comma) {
        p.flags &= ~(uint32_t)FIND_ASK;
        module = flags & FIND_HERE ? NULL : named_assembly(&p, comma + 1, strlen(comma + 1));
        if (!module)
            return thread->exception ? NULL : bad_name(&p);
        p.flags = flags & ~(uint32_t)FIND_ASK;
    }
    struct type *type = parse_type(&p, module);
    return type && p.next != p.end ? bad_name(&p) : type;
}
