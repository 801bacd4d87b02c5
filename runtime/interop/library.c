/* Finding libraries and functions. */
#include "runtime/interop/library.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "runtime/interop/interop.h"

/* A library as it was asked for: the same one may be here under several names. */
struct interop_library {
    struct interop_library *next;
    const struct module *module; /* the answer depends on its folder */
    void *handle;
    char name[];
};

static const char *mapped_name(const char *name) {
#define LIBRARY_MAP(compare, from, to)                                                             \
    if (compare(name, from) == 0)                                                                  \
        return to;
#include "runtime/interop/library_map.def"
#undef LIBRARY_MAP
    return name;
}

static bool ends_with(const char *text, size_t length, const char *end) {
    size_t n = strlen(end);
    return length >= n && memcmp(text + length - n, end, n) == 0;
}

static void *try_path(const char *folder, const char *prefix, const char *name, int length,
                      const char *suffix) {
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s%s%.*s%s", folder, prefix, length, name, suffix);
    return n > 0 && (size_t)n < sizeof path ? dlopen(path, RTLD_LAZY | RTLD_LOCAL) : NULL;
}

/* folder ends with a slash, or is "". */
static void *try_forms(const char *folder, const char *name) {
    static const struct {
        const char *prefix, *suffix;
    } FORMS[] = {{"", ""}, {"", ".so"}, {"lib", ".so"}, {"lib", ""}};
    size_t length = strlen(name);
    if (ends_with(name, length, ".dll"))
        length -= 4;
    bool has_slash = strchr(name, '/') != NULL;
    bool has_suffix = ends_with(name, length, ".so") || strstr(name, ".so.") != NULL;
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
        if ((FORMS[i].prefix[0] && has_slash) || (FORMS[i].suffix[0] && has_suffix))
            continue;
        void *handle = try_path(folder, FORMS[i].prefix, name, (int)length, FORMS[i].suffix);
        if (handle)
            return handle;
    }
    return NULL;
}

static void *load(const struct module *module, const char *name) {
    char folder[PATH_MAX];
    if (strcmp(name, "__Internal") == 0)
        return dlopen(NULL, RTLD_LAZY);
    name = mapped_name(name);
    if (name[0] == '\0')
        return NULL;
    const char *path = il_module_path(module->il), *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash + 1 - path) : 2,
             slash ? path : "./");
    void *handle = name[0] == '/' ? NULL : try_forms(folder, name);
    return handle ? handle : try_forms("", name);
}

static struct interop_library *remember(struct interop_state *state, const struct module *module,
                                        const char *name, void *handle) {
    struct interop_library *library = mem_calloc(1, sizeof *library + strlen(name) + 1);
    if (!library)
        return NULL;
    library->module = module;
    library->handle = handle;
    strcpy(library->name, name);
    library->next = state->libraries;
    state->libraries = library;
    return library;
}

void *library_open(struct module *module, const char *name) {
    EXEC_LOCKED(module->rt);
    struct interop_state *state = interop_state(module->rt);
    struct interop_library *library = state ? state->libraries : NULL;
    while (library && (library->module != module || strcmp(library->name, name) != 0))
        library = library->next;
    if (library || !state)
        return library ? library->handle : NULL;
    void *handle = load(module, name);
    if (handle && !remember(state, module, name, handle)) {
        dlclose(handle);
        return NULL;
    }
    return handle;
}

static void *find_with(void *library, const char *name, const char *suffix) {
    char full[512];
    int n = snprintf(full, sizeof full, "%s%s", name, suffix);
    return n > 0 && (size_t)n < sizeof full ? dlsym(library, full) : NULL;
}

void *library_function(void *library, const char *name, library_spelling spelling) {
    void *found = spelling == SPELLING_UNICODE ? find_with(library, name, "W") : NULL;
    if (!found)
        found = find_with(library, name, "");
    if (!found && spelling == SPELLING_ANSI)
        found = find_with(library, name, "A");
    return found;
}

void library_close_all(struct runtime *rt) {
    while (rt->interop->libraries) {
        struct interop_library *library = rt->interop->libraries;
        rt->interop->libraries = library->next;
        dlclose(library->handle);
        mem_free(library);
    }
}
