/* System.Reflection: assemblies and modules. Every assembly here has one module. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "il_text.h"
#include "runtime/bcl/bcl_reflect.h"
#include "runtime/exec/walk.h"

/* Keys of the objects under a module's address. */
enum { KEY_ASSEMBLY = 1, KEY_MODULE };

static struct object *new_face(struct thread *thread, const char *class_name, struct module *module,
                               uintptr_t key, const char *handle) {
    struct type *type = bcl_class(thread, "System.Reflection", class_name);
    struct object *object = type ? exec_new_object(thread, type) : NULL;
    if (!object)
        return NULL;
    bcl_set_field(object, handle, module);
    if (bcl_put(thread->rt, module, key, object))
        return object;
    exec_throw_object(thread, thread->out_of_memory);
    return NULL;
}

struct object *bcl_assembly_object(struct thread *thread, struct module *module) {
    EXEC_LOCKED(thread->rt);
    struct object *object = bcl_get(thread->rt, module, KEY_ASSEMBLY);
    return object ? object
                  : new_face(thread, "RuntimeAssembly", module, KEY_ASSEMBLY, "_mono_assembly");
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

struct object *bcl_module_object(struct thread *thread, struct module *module) {
    EXEC_LOCKED(thread->rt);
    struct object *object = bcl_get(thread->rt, module, KEY_MODULE);
    if (object)
        return object;
    struct object *assembly = bcl_assembly_object(thread, module);
    object = assembly ? new_face(thread, "RuntimeModule", module, KEY_MODULE, "_impl") : NULL;
    if (!object)
        return NULL;
    const char *path = il_module_path(module->il);
    bcl_set_field(object, "assembly", assembly);
    bcl_set_field(object, "fqname", bcl_string(thread, path));
    bcl_set_field(object, "name", bcl_string(thread, file_name(path)));
    bcl_set_field(object, "scopename", bcl_string(thread, il_name(module->il, IL_Module_Name, 1)));
    *(uint32_t *)bcl_field(object, "token") = IL_TOKEN(IL_Module, 1);
    return thread->exception ? NULL : object;
}

bool bcl_set_assembly_object(struct runtime *rt, struct module *module, struct object *assembly) {
    return bcl_put(rt, module, KEY_ASSEMBLY, assembly);
}

bool bcl_set_module_object(struct runtime *rt, struct module *module, struct object *object) {
    return bcl_put(rt, module, KEY_MODULE, object);
}

bool bcl_has_module_object(struct runtime *rt, struct module *module) {
    return bcl_get(rt, module, KEY_MODULE) != NULL;
}

struct module *bcl_module_of(struct object *assembly) {
    struct module **handle = bcl_field(assembly, "_mono_assembly");
    return handle ? *handle : NULL;
}

/* A frame of reflection's own between who invokes a method and the method. */
static bool is_invocation(const struct method *method) {
    const struct type *owner = method->owner;
    return owner->module == owner->rt->corlib &&
           strcmp(owner->name_space, "System.Reflection") == 0 &&
           strstr(method->name, "Invoke") != NULL;
}

struct module *bcl_calling_module(struct thread *thread, uint32_t skip) {
    struct stack_walk walk;
    struct walk_entry entry;
    stack_walk_start(&walk, thread);
    while (stack_walk_next(&walk, &entry)) {
        if (entry.method && !is_invocation(entry.method) && skip-- == 0)
            return entry.method->owner->module;
    }
    return thread->rt->corlib;
}

/* ---- Assembly ---- */

/* GetExecutingAssembly(): of the method that calls it, and its caller. */
void bcl_assembly_executing(struct thread *thread, union slot *slots) {
    slots[0].o = bcl_assembly_object(thread, bcl_calling_module(thread, 0));
}

void bcl_assembly_calling(struct thread *thread, union slot *slots) {
    slots[0].o = bcl_assembly_object(thread, bcl_calling_module(thread, 1));
}

void bcl_assembly_entry(struct thread *thread, union slot *slots) {
    struct module *program = thread->rt->program;
    slots[0].o = program ? bcl_assembly_object(thread, program) : NULL;
}

void bcl_assembly_full_name(struct thread *thread, union slot *slots) {
    char name[512];
    slots[0].p =
        bcl_string(thread, bcl_assembly_name(bcl_module_of(slots[0].o), name, sizeof name));
}

/* The absolute path, "" of an assembly that was loaded from memory; to be freed with free(). */
static char *absolute_path(const struct module *module) {
    char *path = realpath(il_module_path(module->il), NULL);
    return path ? path : strdup("");
}

void bcl_assembly_location(struct thread *thread, union slot *slots) {
    char *path = absolute_path(bcl_module_of(slots[0].o));
    slots[0].p = bcl_string(thread, path ? path : "");
    free(path);
}

/* get_code_base(assembly, escaped): a URL. */
void bcl_assembly_code_base(struct thread *thread, union slot *slots) {
    static const char plain[] = "-._~/:@!$&'()*+,;=";
    bool escaped = slots[1].i4 != 0;
    char *path = absolute_path(bcl_module_of(slots[0].o));
    il_text url = {0};
    il_puts(&url, "file://");
    for (const char *c = path ? path : ""; *c; c++) {
        if (escaped && !isalnum((unsigned char)*c) && !strchr(plain, *c)) {
            il_put(&url, '%');
            il_put_hex(&url, (uint8_t)*c, 2);
        } else {
            il_put(&url, *c);
        }
    }
    const char *text = il_text_string(&url);
    if (text)
        slots[0].p = bcl_string(thread, text);
    else
        exec_throw_object(thread, thread->out_of_memory);
    il_text_fini(&url);
    free(path);
}

void bcl_assembly_runtime_version(struct thread *thread, union slot *slots) {
    slots[0].p = bcl_string(thread, il_module_headers(bcl_module_of(slots[0].o)->il)->version);
}

void bcl_assembly_entry_point(struct thread *thread, union slot *slots) {
    struct module *module = bcl_module_of(slots[0].o);
    uint32_t token = il_module_entry_point(module->il);
    struct method *method;
    il_error err;
    slots[0].o = NULL;
    if (!token)
        return;
    if (ldr_method(module, token, NULL, &method, &err) != IL_OK)
        exec_throw_error(thread, &err);
    else
        slots[0].o = bcl_method_object(thread, method, method->owner);
}

enum { VISIBILITY_MASK = 7, VISIBILITY_PUBLIC = 1, VISIBILITY_NESTED_PUBLIC = 2 };

static bool is_exported(const struct type *type) {
    for (; type; type = type->enclosing) {
        uint32_t wanted = type->enclosing ? VISIBILITY_NESTED_PUBLIC : VISIBILITY_PUBLIC;
        if ((type->flags & VISIBILITY_MASK) != wanted)
            return false;
    }
    return true;
}

/* A list of objects in a vector that is longer. */
struct object_list {
    struct array *items;
    uint32_t count;
};

static void append(struct object_list *list, struct object *item) {
    ((struct object **)list->items->data)[list->count++] = item;
}

/* A vector of the list's own length; what managed code keeps. */
static struct array *trimmed(struct thread *thread, const struct object_list *list) {
    struct type *element = list->items->object.type->element_type;
    if (list->count == (uint32_t)list->items->length)
        return list->items;
    struct array *out = bcl_new_vector(thread, element, list->count);
    if (out)
        memcpy(out->data, list->items->data, list->count * sizeof(struct object *));
    return out;
}

static void throw_unloadable(struct thread *thread, const struct object_list *types,
                             const struct object_list *exceptions) {
    struct type *type = bcl_class(thread, "System.Reflection", "ReflectionTypeLoadException");
    struct method *ctor = type ? type_find_method(type, ".ctor", 2) : NULL;
    union slot args[3] = {{.o = ctor ? exec_new_object(thread, type) : NULL}};
    struct object *exception = args[0].o;
    args[1].p = exception ? trimmed(thread, types) : NULL;
    args[2].p = args[1].p ? trimmed(thread, exceptions) : NULL;
    if (args[2].p && bcl_invoke(thread, ctor, args))
        exec_throw_object(thread, exception);
}

/* All types but <Module>. Those that cannot be loaded leave a null, and their exceptions come in a
 * ReflectionTypeLoadException. */
static struct array *types_of(struct thread *thread, struct module *module, bool exported_only) {
    uint32_t rows = il_rows(module->il, IL_TypeDef);
    struct type *exception = bcl_class(thread, "System", "Exception");
    struct object_list types = {exception ? bcl_new_vector_of(thread, "Type", rows) : NULL, 0};
    struct object_list failures = {types.items ? bcl_new_vector(thread, exception, rows) : NULL, 0};
    il_error err;
    for (uint32_t row = 2; failures.items && row <= rows && !thread->exception; row++) {
        struct type *type;
        if (ldr_type_def(module, row, &type, &err) != IL_OK) {
            exec_throw_error(thread, &err);
            append(&failures, exec_take_exception(thread));
            append(&types, NULL);
        } else if (!exported_only || is_exported(type)) {
            append(&types, bcl_type_object(thread, type));
        }
    }
    if (!failures.items || thread->exception)
        return NULL;
    if (failures.count == 0)
        return trimmed(thread, &types);
    throw_unloadable(thread, &types, &failures);
    return NULL;
}

/* GetTypes(exported only). */
void bcl_assembly_types(struct thread *thread, union slot *slots) {
    slots[0].p = types_of(thread, bcl_module_of(slots[0].o), slots[1].i4 != 0);
}

void bcl_module_types(struct thread *thread, union slot *slots) {
    slots[0].p = types_of(thread, slots[0].p, false);
}

/* InternalGetType(module, name, throw on error, ignore case). */
void bcl_assembly_type(struct thread *thread, union slot *slots) {
    uint32_t flags = FIND_HERE | FIND_ASK | (slots[3].i4 ? FIND_THROW : 0) |
                     (slots[4].i4 ? FIND_IGNORE_CASE : 0);
    char *name = bcl_text(thread, slots[2].p);
    if (!name)
        return;
    struct type *type = bcl_find_type(thread, bcl_module_of(slots[0].o), name, flags);
    slots[0].o = type ? bcl_type_object(thread, type) : NULL;
    mem_free(name);
}

/* RuntimeTypeHandle.internal_from_name(name, ref mark, assembly, throw, ignore case, ...). */
void bcl_type_from_name(struct thread *thread, union slot *slots) {
    struct object *assembly = slots[2].o;
    struct module *module = assembly ? bcl_module_of(assembly) : NULL;
    uint32_t flags =
        FIND_ASK | (slots[3].i4 ? FIND_THROW : 0) | (slots[4].i4 ? FIND_IGNORE_CASE : 0);
    char *name = bcl_text(thread, slots[0].p);
    if (!name)
        return;
    for (uint32_t i = 0; !module && i < 8; i++) { /* the caller outside mscorlib */
        struct module *caller = bcl_calling_module(thread, i);
        if (caller != thread->rt->corlib)
            module = caller;
    }
    struct type *type = bcl_find_type(thread, module ? module : thread->rt->corlib, name, flags);
    slots[0].o = type ? bcl_type_object(thread, type) : NULL;
    mem_free(name);
}

static struct array *vector_of_one(struct thread *thread, const char *class_name,
                                   struct object *item) {
    struct type *element = bcl_class(thread, "System.Reflection", class_name);
    struct array *out = element && item ? bcl_new_vector(thread, element, 1) : NULL;
    if (out)
        *(struct object **)out->data = item;
    return out;
}

void bcl_assembly_modules(struct thread *thread, union slot *slots) {
    slots[0].p =
        vector_of_one(thread, "Module", bcl_module_object(thread, bcl_module_of(slots[0].o)));
}

void bcl_assembly_module(struct thread *thread, union slot *slots) {
    slots[0].o = bcl_module_object(thread, bcl_module_of(slots[0].o));
}

/* ---- Resources ---- */

/* The row of a resource, 0 when there is none of that name. */
static uint32_t resource_row(const struct module *module, const char *name) {
    for (uint32_t row = 1; row <= il_rows(module->il, IL_ManifestResource); row++) {
        if (strcmp(il_name(module->il, IL_ManifestResource_Name, row), name) == 0)
            return row;
    }
    return 0;
}

/* GetManifestResourceInfoInternal(name, ManifestResourceInfo): it lies in the assembly's own file,
 * or is a file beside it. */
void bcl_assembly_resource_info(struct thread *thread, union slot *slots) {
    enum { EMBEDDED = 1, IN_MANIFEST_FILE = 4 }; /* System.Reflection.ResourceLocation */
    const struct module *module = bcl_module_of(slots[0].o);
    int32_t *location =
        slots[2].o ? bcl_field(slots[2].o, "<ResourceLocation>k__BackingField") : NULL;
    char *name = bcl_text(thread, slots[1].p);
    if (!name)
        return;
    uint32_t row = resource_row(module, name);
    uint32_t place = row ? il_cell(module->il, IL_ManifestResource_Implementation, row) : 0;
    bool linked = IL_TOKEN_ROW(place) != 0 && IL_TOKEN_TABLE(place) == IL_File;
    mem_free(name);
    if (linked && slots[2].o)
        bcl_set_field(slots[2].o, "<FileName>k__BackingField",
                      bcl_string(thread, il_name(module->il, IL_File_Name, IL_TOKEN_ROW(place))));
    if (location)
        *location = linked ? 0 : EMBEDDED | IN_MANIFEST_FILE;
    slots[0].i4 = row != 0;
}

/* GetManifestResourceInternal(name, out size, out module): the bytes themselves, which stay as long
 * as the module; 0 when there is none. */
void bcl_assembly_resource(struct thread *thread, union slot *slots) {
    struct module *module = bcl_module_of(slots[0].o);
    int32_t *size = slots[2].p;
    struct object **module_out = slots[3].p;
    char *name = bcl_text(thread, slots[1].p);
    if (!name)
        return;
    uint32_t row = resource_row(module, name);
    il_blob bytes = row ? il_resource(module->il, row) : (il_blob){NULL, 0};
    *size = (int32_t)bytes.size;
    *module_out = bytes.data ? bcl_module_object(thread, module) : NULL;
    slots[0].p = (void *)(uintptr_t)bytes.data;
    mem_free(name);
}

void bcl_assembly_resource_names(struct thread *thread, union slot *slots) {
    struct module *module = bcl_module_of(slots[0].o);
    uint32_t count = il_rows(module->il, IL_ManifestResource);
    struct array *out = bcl_new_vector_of(thread, "String", count);
    for (uint32_t i = 0; out && i < count && !thread->exception; i++)
        ((struct string **)out->data)[i] =
            bcl_string(thread, il_name(module->il, IL_ManifestResource_Name, i + 1));
    slots[0].p = out;
}

/* ---- Files ---- */

static struct string *beside(struct thread *thread, const struct module *module, const char *name) {
    char path[4200];
    char *full = absolute_path(module), *slash = full ? strrchr(full, '/') : NULL;
    snprintf(path, sizeof path, "%.*s/%s", slash ? (int)(slash - full) : 0, full ? full : "", name);
    free(full);
    return bcl_string(thread, path);
}

static bool is_wanted_file(const il_module *il, uint32_t row, bool resources) {
    enum { CONTAINS_NO_METADATA = 1 }; /* II.23.1.6 */
    return resources || !(il_cell(il, IL_File_Flags, row) & CONTAINS_NO_METADATA);
}

static struct array *file_paths(struct thread *thread, const struct module *module,
                                bool resources) {
    uint32_t count = il_rows(module->il, IL_File), wanted = 0, used = 0;
    for (uint32_t row = 1; row <= count; row++)
        wanted += is_wanted_file(module->il, row, resources);
    struct array *out = bcl_new_vector_of(thread, "String", wanted);
    for (uint32_t row = 1; out && row <= count && !thread->exception; row++) {
        if (is_wanted_file(module->il, row, resources))
            ((struct string **)out->data)[used++] =
                beside(thread, module, il_name(module->il, IL_File_Name, row));
    }
    return out;
}

/* GetFilesInternal(name, resources too): with a name the path of that file or null; without one the
 * paths of all but the assembly's own (II.22.19). */
void bcl_assembly_files(struct thread *thread, union slot *slots) {
    const struct module *module = bcl_module_of(slots[0].o);
    char *name = slots[1].p ? bcl_text(thread, slots[1].p) : NULL;
    if (!slots[1].p)
        slots[0].p = file_paths(thread, module, slots[2].i4 != 0);
    else
        slots[0].p = NULL;
    for (uint32_t row = 1; name && row <= il_rows(module->il, IL_File); row++) {
        if (strcmp(il_name(module->il, IL_File_Name, row), name) == 0)
            slots[0].p = beside(thread, module, name);
    }
    mem_free(name);
}
