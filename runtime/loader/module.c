/* Loading assemblies: from a file to a struct module. What tokens mean is resolve.c's affair. */
#define _GNU_SOURCE /* strverscmp */
#include "runtime/loader/module.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "runtime/loader/dynamic.h"
#include "runtime/runtime.h"

#define DEFAULT_PATH "/usr/lib/mono/4.5"
#define FACADES_PATH DEFAULT_PATH "/Facades" /* forwards types whose home differs by framework */
#define CACHE_PATH   "/usr/lib/mono/gac"     /* NAME/VERSION__KEY/NAME.dll */

static il_status fail_from_hresult(il_error *err, const char *path, int32_t hr) {
    if (hr == (int32_t)0x8007000E)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory", path);
    if (hr == (int32_t)0x80070057)
        return il_fail(err, IL_NOT_PE, IL_NO_OFFSET, 0,
                       "%s: not a PE file (empty, or not a regular file)", path);
    return il_fail(err, IL_FILE_ERROR, IL_NO_OFFSET, 0, "%s: %s", path, strerror(errno));
}

/* Opens what the arena holds. */
static il_status open_arena(struct module *module, const char *path, il_error *err) {
    il_status status = il_module_open_image(path, mem_arena_base(module->arena),
                                            mem_arena_image_size(module->arena), &module->il, err);
    if (status != IL_OK)
        return status;
    if (!mem_arena_start_bodies(module->arena, il_module_size_of_image(module->il)))
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, 0,
                       "%s: SizeOfImage leaves no room for method bodies", path);
    return IL_OK;
}

/* Maps the file into an arena of its own and opens it there. */
static il_status open_file(struct module *module, const char *path, il_error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return il_fail(err, IL_FILE_ERROR, IL_NO_OFFSET, 0, "%s: %s", path, strerror(errno));
    int32_t hr = mem_arena_map(fd, 0, &module->arena);
    close(fd);
    return hr < 0 ? fail_from_hresult(err, path, hr) : open_arena(module, path, err);
}

static il_status open_bytes(struct module *module, const void *image, size_t size, il_error *err) {
    int32_t hr = mem_arena_copy(image, size, 0, &module->arena);
    return hr < 0 ? fail_from_hresult(err, "", hr) : open_arena(module, "", err);
}

/* Arrays that were left behind stay in the pool: they may be in use. */
static bool grow(struct module *module, void *table, uint32_t *room, uint32_t row, size_t size) {
    void **place = table;
    if (row < *room)
        return true;
    uint32_t wanted = *room ? 2 * row + 16 : row + 1;
    char *larger = mem_pool_array(&module->rt->pool, wanted, size);
    if (!larger)
        return false;
    if (*place)
        memcpy(larger, *place, *room * size);
    *place = larger;
    *room = wanted;
    return true;
}

#define GROW(module, table, row)                                                                   \
    grow(module, &(module)->table, &(module)->room.table, row, sizeof *(module)->table)

bool ldr_reserve_rows(struct module *module, il_table table, uint32_t row) {
    switch (table) {
    case IL_TypeDef: return GROW(module, types, row);
    case IL_TypeRef: return GROW(module, type_refs, row);
    case IL_GenericParam: return GROW(module, variables, row);
    case IL_AssemblyRef: return GROW(module, assembly_refs, row);
    default: return true;
    }
}

il_status ldr_allocate_tables(struct module *module, il_error *err) {
    static const il_table tables[] = {IL_TypeDef, IL_TypeRef, IL_AssemblyRef};
    const char *name = il_name(module->il, IL_Assembly_Name, 1);
    module->name = name[0] ? name : il_name(module->il, IL_Module_Name, 1);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (!ldr_reserve_rows(module, tables[i], il_rows(module->il, tables[i])))
            return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory",
                           il_module_path(module->il));
    }
    return IL_OK;
}

/* Readers without the lock see as many modules as are counted, in this array or a larger one; so
 * arrays that were left behind stay in the pool. */
static bool grow_list(struct runtime *rt) {
    uint32_t capacity = rt->module_capacity ? 2 * rt->module_capacity : 8;
    struct module **larger = mem_pool_array(&rt->pool, capacity, sizeof *larger);
    if (!larger)
        return false;
    if (rt->module_count)
        memcpy(larger, rt->modules, rt->module_count * sizeof *larger);
    __atomic_store_n(&rt->modules, larger, __ATOMIC_RELEASE);
    rt->module_capacity = capacity;
    return true;
}

il_status ldr_add_module(struct module *module, il_error *err) {
    struct runtime *rt = module->rt;
    if ((rt->module_count == rt->module_capacity && !grow_list(rt)) ||
        !exec_reserve_announcement(rt))
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory",
                       il_module_path(module->il));
    exec_announce(rt, (struct announcement){.module = module});
    rt->modules[rt->module_count] = module;
    __atomic_store_n(&rt->module_count, rt->module_count + 1, __ATOMIC_RELEASE);
    if (!rt->corlib)
        rt->corlib = module;
    return IL_OK;
}

/* ---- Bodies ---- */

const struct body_override *ldr_body_override(const struct module *module, uint32_t row) {
    const struct body_overrides *bodies = __atomic_load_n(&module->bodies, __ATOMIC_ACQUIRE);
    return bodies && row < bodies->count ? __atomic_load_n(&bodies->rows[row], __ATOMIC_ACQUIRE)
                                         : NULL;
}

static bool grow_bodies(struct module *module) {
    const struct body_overrides *old = module->bodies;
    uint32_t count = il_rows(module->il, IL_MethodDef) + 1;
    struct body_overrides *bodies =
        mem_pool_alloc(&module->rt->pool, sizeof *bodies + count * sizeof *bodies->rows);
    if (!bodies)
        return false;
    bodies->count = count;
    if (old)
        memcpy(bodies->rows, old->rows, old->count * sizeof *old->rows);
    __atomic_store_n(&module->bodies, bodies, __ATOMIC_RELEASE);
    return true;
}

il_status ldr_override_body(struct module *module, uint32_t row, const uint8_t *start, size_t limit,
                            il_error *err) {
    EXEC_LOCKED(module->rt);
    struct body_override *override = mem_pool_alloc(&module->rt->pool, sizeof *override);
    bool room = module->bodies && row < module->bodies->count;
    if (!override || (!room && !grow_bodies(module)))
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, IL_TOKEN(IL_MethodDef, row),
                       "out of memory");
    *override = (struct body_override){start, limit};
    __atomic_store_n(&module->bodies->rows[row], override, __ATOMIC_RELEASE);
    return IL_OK;
}

/* ---- Loading ---- */

/* Makes a module of the file at path, or of the image when it is not NULL. */
static il_status load(struct runtime *rt, const char *path, const void *image, size_t size,
                      struct module **out, il_error *err) {
    struct module *module = mem_pool_alloc(&rt->pool, sizeof *module);
    if (!module)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory", path);
    module->rt = rt;
    il_status status = image ? open_bytes(module, image, size, err) : open_file(module, path, err);
    if (status == IL_OK)
        status = ldr_allocate_tables(module, err);
    if (status == IL_OK)
        status = ldr_add_module(module, err);
    if (status != IL_OK) {
        ldr_unload(module);
        return status;
    }
    *out = module;
    return IL_OK;
}

il_status ldr_load_file(struct runtime *rt, const char *path, struct module **out, il_error *err) {
    EXEC_LOCKED(rt);
    for (uint32_t i = 0; i < rt->module_count; i++) {
        if (!rt->modules[i]->dynamic && strcmp(il_module_path(rt->modules[i]->il), path) == 0) {
            *out = rt->modules[i];
            return IL_OK;
        }
    }
    return load(rt, path, NULL, 0, out, err);
}

il_status ldr_load_bytes(struct runtime *rt, const void *image, size_t size, struct module **out,
                         il_error *err) {
    EXEC_LOCKED(rt);
    return load(rt, "", image, size, out, err);
}

void ldr_unload(struct module *module) {
    il_module_close(module->il);
    mem_arena_free(module->arena);
    if (module->dynamic)
        il_build_free(module->dynamic->build);
    module->il = NULL;
    module->arena = NULL;
}

/* Tries FOLDER/NAME.dll and FOLDER/NAME.exe; *found tells whether a file was there. */
static il_status load_from_folder(struct runtime *rt, const char *folder, size_t folder_length,
                                  const char *name, struct module **out, bool *found,
                                  il_error *err) {
    static const char *const suffixes[] = {".dll", ".exe"};
    char path[4096];
    *found = false;
    for (int i = 0; i < 2; i++) {
        int n =
            snprintf(path, sizeof path, "%.*s/%s%s", (int)folder_length, folder, name, suffixes[i]);
        if (n < 0 || (size_t)n >= sizeof path || access(path, R_OK) != 0)
            continue;
        *found = true;
        return ldr_load_file(rt, path, out, err);
    }
    return IL_OK;
}

/* The class library under a name in other letters: names of assemblies are the same in any case,
 * files are not. */
static il_status load_in_other_case(struct runtime *rt, const char *name, struct module **out,
                                    bool *found, il_error *err) {
    static const char *const folders[] = {DEFAULT_PATH, FACADES_PATH};
    size_t length = strlen(name);
    char real[256];
    for (size_t i = 0; i < sizeof folders / sizeof *folders && length < sizeof real; i++) {
        DIR *files = opendir(folders[i]);
        real[0] = '\0';
        for (struct dirent *entry; files && !real[0] && (entry = readdir(files));) {
            if (strncasecmp(entry->d_name, name, length) == 0 &&
                strcmp(entry->d_name + length, ".dll") == 0)
                snprintf(real, sizeof real, "%.*s", (int)length, entry->d_name);
        }
        if (files)
            closedir(files);
        if (real[0])
            return load_from_folder(rt, folders[i], strlen(folders[i]), real, out, found, err);
    }
    return IL_OK;
}

/* The folder of the newest version of an assembly in Mono's cache; false when it has none. */
static bool newest_in_cache(const char *name, char *folder, size_t size) {
    char newest[256] = "";
    int length = snprintf(folder, size, CACHE_PATH "/%s", name);
    DIR *versions = length > 0 && (size_t)length < size ? opendir(folder) : NULL;
    for (struct dirent *entry; versions && (entry = readdir(versions));) {
        if (entry->d_name[0] != '.' && strverscmp(entry->d_name, newest) > 0)
            snprintf(newest, sizeof newest, "%s", entry->d_name);
    }
    if (versions)
        closedir(versions);
    int end = newest[0] ? snprintf(folder, size, CACHE_PATH "/%s/%s", name, newest) : -1;
    return end > 0 && (size_t)end < size;
}

/* The Debian package that brings a class-library assembly. */
static const char *package_of(const char *name) {
    static const struct {
        const char *assembly, *package;
    } known[] = {{"mscorlib", "libmono-corlib4.5-dll"},
                 {"System", "libmono-system4.0-cil"},
                 {"System.Core", "libmono-system-core4.0-cil"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].assembly, name) == 0)
            return known[i].package;
    }
    return NULL;
}

static il_status fail_missing(struct runtime *rt, const char *name, const char *path,
                              il_error *err) {
    const char *package = package_of(name);
    char hint[160] = "";
    if (package)
        snprintf(hint, sizeof hint, "; install the package %s or set CLARET_PATH", package);
    return il_fail(err, IL_FILE_ERROR, IL_NO_OFFSET, 0,
                   "assembly %s not found in %s%s%s%s" DEFAULT_PATH "%s", name,
                   rt->program_folder ? rt->program_folder : "", rt->program_folder ? ", " : "",
                   path ? path : "", path && *path ? ", " : "", hint);
}

il_status ldr_load_assembly(struct runtime *rt, const char *name, struct module **out,
                            il_error *err) {
    EXEC_LOCKED(rt);
    for (uint32_t i = 0; i < rt->module_count; i++) {
        if (!rt->modules[i]->dynamic && strcasecmp(rt->modules[i]->name, name) == 0) {
            *out = rt->modules[i];
            return IL_OK;
        }
    }
    bool found = false;
    char cached[PATH_MAX];
    il_status status = IL_OK;
    const char *path = rt->config.path ? rt->config.path : getenv("CLARET_PATH");
    if (strchr(name, '/'))
        return fail_missing(rt, name, path, err);
    if (rt->program_folder)
        status = load_from_folder(rt, rt->program_folder, strlen(rt->program_folder), name, out,
                                  &found, err);
    for (const char *p = path; !found && p && *p;) {
        size_t length = strcspn(p, ":");
        if (length > 0)
            status = load_from_folder(rt, p, length, name, out, &found, err);
        p += length + (p[length] == ':');
    }
    if (!found)
        status = load_from_folder(rt, DEFAULT_PATH, strlen(DEFAULT_PATH), name, out, &found, err);
    if (!found)
        status = load_from_folder(rt, FACADES_PATH, strlen(FACADES_PATH), name, out, &found, err);
    if (!found && newest_in_cache(name, cached, sizeof cached))
        status = load_from_folder(rt, cached, strlen(cached), name, out, &found, err);
    if (!found)
        status = load_in_other_case(rt, name, out, &found, err);
    return found ? status : fail_missing(rt, name, path, err);
}

/* Whatever the types that this thread is at, other threads may need the lock for the answer. */
static struct module *ask(struct module *requester, uint32_t row) {
    struct runtime *rt = requester->rt;
    struct lock_pause pause;
    if (!rt->hooks.missing || !exec_pause_lock(rt, &pause))
        return NULL;
    struct module *found = rt->hooks.missing(requester, row);
    exec_resume_lock(rt, &pause);
    return found;
}

il_status ldr_load_reference(struct module *requester, uint32_t row, struct module **out,
                             il_error *err) {
    struct runtime *rt = requester->rt;
    EXEC_LOCKED(rt);
    const char *name = il_name(requester->il, IL_AssemblyRef_Name, row);
    const char *path = il_module_path(requester->il), *slash = strrchr(path, '/');
    bool found = false;
    il_status status = ldr_load_assembly(rt, name, out, err);
    if (status != IL_FILE_ERROR)
        return status;
    if (slash && !strchr(name, '/')) {
        il_error unused;
        il_status beside =
            load_from_folder(rt, path, (size_t)(slash - path), name, out, &found, &unused);
        if (found && beside == IL_OK)
            return IL_OK;
    }
    struct module *other = ask(requester, row);
    if (!other)
        return status;
    *out = other;
    return IL_OK;
}
