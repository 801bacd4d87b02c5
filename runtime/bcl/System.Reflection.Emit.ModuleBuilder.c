/* System.Reflection.Emit: AssemblyBuilder, ModuleBuilder, TypeBuilder, EnumBuilder and
 * SignatureHelper.
 *
 * An AssemblyBuilder gets a dynamic module at once, which its first ModuleBuilder then stands for;
 * further ones get a module each. The tokens that RegisterToken binds to builders are kept with the
 * library's pairs, under the module and the token. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/bcl/emit.h"
#include "runtime/runtime.h"

/* ---- Assemblies ---- */

/* "1.2.3.4" into the four columns from MajorVersion on. */
static void set_version(struct emitter *e, uint32_t row, struct object *version) {
    uint32_t parts[4] = {0};
    char *text = version ? bcl_text(e->thread, (struct string *)version) : NULL;
    const char *p = text;
    for (int i = 0; p && *p && i < 4; i++) {
        parts[i] = (uint32_t)strtoul(p, (char **)&p, 10);
        p += *p == '.';
    }
    mem_free(text);
    for (int i = 0; i < 4; i++)
        il_build_set(e->build, (il_column)(IL_Assembly_MajorVersion + i), row, parts[i] & 0xFFFF);
}

static void set_assembly(struct emitter *e, struct object *assembly) {
    enum { SHA1 = 0x8004, HAS_PUBLIC_KEY = 1 };
    uint32_t row = il_build_rows(e->build, IL_Assembly) ? IL_TOKEN(IL_Assembly, 1)
                                                        : il_build_add(e->build, IL_Assembly, 0);
    uint32_t algorithm = (uint32_t)emit_get_int(assembly, "algid");
    struct array *key = emit_get_array(assembly, "public_key");
    uint32_t flags = (uint32_t)emit_get_int(assembly, "flags") & ~(uint32_t)HAS_PUBLIC_KEY;
    set_version(e, row, emit_get(assembly, "version"));
    il_build_set(e->build, IL_Assembly_HashAlgId, row, algorithm ? algorithm : SHA1);
    il_build_set(e->build, IL_Assembly_Flags, row, flags | (key ? HAS_PUBLIC_KEY : 0));
    il_build_set(e->build, IL_Assembly_PublicKey, row, il_build_blob(e->build, emit_bytes(key)));
    il_build_set(e->build, IL_Assembly_Name, row, emit_string(e, emit_get(assembly, "name")));
    il_build_set(e->build, IL_Assembly_Culture, row, emit_string(e, emit_get(assembly, "culture")));
}

/* The manifest has a module from the start, so that the assembly has a name. */
static struct module *new_module(struct thread *thread, struct object *assembly,
                                 struct object *name) {
    char *assembly_name = bcl_text(thread, (struct string *)emit_get(assembly, "name"));
    char *module_name = assembly_name ? bcl_text(thread, (struct string *)name) : NULL;
    struct module *module = NULL;
    il_error err;
    if (module_name &&
        ldr_new_dynamic(thread->rt, assembly_name, module_name, false, &module, &err) != IL_OK) {
        module = NULL;
        emit_fail(thread, &err);
    }
    mem_free(assembly_name);
    mem_free(module_name);
    if (module && !bcl_set_assembly_object(thread->rt, module, assembly)) {
        exec_throw_object(thread, thread->out_of_memory);
        return NULL;
    }
    return module;
}

/* AssemblyBuilder.basic_init(assembly). */
void bcl_emit_assembly_init(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    struct object *assembly = slots[0].o;
    struct module *module = new_module(thread, assembly, emit_get(assembly, "name"));
    if (!module)
        return;
    struct emitter e = emit_into(thread, module);
    set_assembly(&e, assembly);
    bcl_set_field(assembly, "_mono_assembly", module);
    bcl_set_field(assembly, "dynamic_assembly", module);
    emit_update(&e);
}

/* ---- Modules ---- */

/* The first ModuleBuilder of an assembly stands for the module it was made with. */
static struct module *module_for(struct thread *thread, struct object *builder) {
    struct object *assembly = emit_get(builder, "assemblyb");
    struct module *first = bcl_module_of(assembly);
    if (!bcl_has_module_object(thread->rt, first))
        return first;
    return new_module(thread, assembly, emit_get(builder, "name"));
}

/* ModuleBuilder.basic_init(module). */
void bcl_emit_module_init(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    struct object *builder = slots[0].o;
    struct module *module = module_for(thread, builder);
    struct array *guid = emit_get_array(builder, "guid");
    if (!module)
        return;
    if (!bcl_set_module_object(thread->rt, module, builder)) {
        exec_throw_object(thread, thread->out_of_memory);
        return;
    }
    struct emitter e = emit_into(thread, module);
    il_build_set(e.build, IL_Module_Name, 1, emit_string(&e, emit_get(builder, "name")));
    if (guid && guid->length == 16)
        il_build_set(e.build, IL_Module_Mvid, 1, il_build_guid(e.build, guid->data));
    bcl_set_field(builder, "_impl", module);
    bcl_set_field(builder, "dynamic_image", module);
    emit_update(&e);
}

/* ModuleBuilder.getUSIndex(module, string). */
void bcl_emit_string_token(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    struct emitter e = emit_into(thread, emit_module_of(slots[0].o));
    slots[0].u4 = bcl_check(thread, slots[1].o) ? emit_token(&e, slots[1].o, false) : 0;
}

/* ModuleBuilder.getToken(module, object, open instance wanted). */
void bcl_emit_token(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    struct emitter e = emit_into(thread, emit_module_of(slots[0].o));
    slots[0].u4 = bcl_check(thread, slots[1].o) ? emit_token(&e, slots[1].o, slots[2].i4 != 0) : 0;
}

/* ModuleBuilder.getMethodToken(module, method, types of the further arguments of a vararg call). */
void bcl_emit_method_token(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    struct emitter e = emit_into(thread, emit_module_of(slots[0].o));
    slots[0].u4 = bcl_check(thread, slots[1].o)
                      ? emit_vararg_token(&e, slots[1].o, (struct array *)slots[2].p)
                      : 0;
}

/* ModuleBuilder.RegisterToken(object, token). */
void bcl_emit_register(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    if (!bcl_put(thread->rt, emit_module_of(slots[0].o), slots[2].u4, slots[1].o))
        exec_throw_object(thread, thread->out_of_memory);
}

/* ModuleBuilder.GetRegisteredToken(token). */
void bcl_emit_registered(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    uint32_t token = slots[1].u4;
    slots[0].o = token >> 24 ? bcl_get(thread->rt, emit_module_of(slots[0].o), token) : NULL;
}

/* ---- Types ---- */

/* TypeBuilder.create_runtime_class(): its System.RuntimeType. The helper type that each module
 * begins with has no row, and no runtime type. */
void bcl_emit_create_type(struct thread *thread, union slot *slots) {
    enum { NO_ROW = 0xFFFFFF };
    EXEC_LOCKED(thread->rt);
    if (emit_get_int(slots[0].o, "table_idx") == NO_ROW) {
        slots[0].o = NULL;
        return;
    }
    struct type *type = emit_create(thread, slots[0].o);
    slots[0].o = type ? bcl_type_object(thread, type) : NULL;
}

/* ---- Signatures ---- */

static void put_modified(struct emitter *e, il_text *out, struct object *helper) {
    struct array *types = emit_get_array(helper, "arguments");
    struct array *required = emit_get_array(helper, "modreqs");
    struct array *optional = emit_get_array(helper, "modopts");
    for (uint32_t i = 0; i < emit_count(types) && !e->thread->exception; i++)
        emit_put_type_object(
            e, out, emit_item(types, i),
            i < emit_count(required) ? (struct array *)emit_item(required, i) : NULL,
            i < emit_count(optional) ? (struct array *)emit_item(optional, i) : NULL);
}

/* Without a module, tokens are those of the module of dynamic methods. */
static struct emitter helper_emitter(struct thread *thread, struct object *helper) {
    struct object *builder = emit_get(helper, "module");
    struct module *module = builder ? emit_module_of(builder) : emit_methods_module(thread);
    return module ? emit_into(thread, module) : (struct emitter){.thread = thread};
}

static void put_helper(struct thread *thread, union slot *slots, bool locals) {
    struct object *helper = slots[0].o;
    struct emitter e = helper_emitter(thread, helper);
    il_text sig = {0};
    if (e.module && locals)
        il_put_list_header(&sig, IL_SIG_LOCALS, emit_count(emit_get_array(helper, "arguments")));
    else
        il_put_u8(&sig, IL_SIG_FIELD);
    if (e.module)
        put_modified(&e, &sig, helper);
    slots[0].p = thread->exception ? NULL : emit_byte_array(thread, &sig);
    il_text_fini(&sig);
}

/* SignatureHelper.get_signature_local() and get_signature_field(). */
void bcl_emit_locals_signature(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    put_helper(thread, slots, true);
}

void bcl_emit_field_signature(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    put_helper(thread, slots, false);
}

/* ---- Saving ---- */

static void add_resources(struct emitter *e, struct array *resources) {
    for (uint32_t i = 0; i < emit_count(resources) && !e->thread->exception; i++) {
        struct array *data = *(struct array **)emit_element(resources, i, "data");
        struct object *name = *(struct object **)emit_element(resources, i, "name");
        uint32_t flags = *(uint32_t *)emit_element(resources, i, "attrs");
        char *text = bcl_text(e->thread, (struct string *)name);
        il_blob bytes = emit_bytes(data);
        if (text && bytes.data)
            il_build_resource(e->build, text, flags, bytes.data, bytes.size);
        mem_free(text);
    }
}

/* How long the signature for a public key (II.6.2.1.3) is: as long as its modulus. The standard's
 * own key of 16 bytes stands for one of 1024 bits. */
static uint32_t signature_size(const struct array *key) {
    enum { HEADERS = 32, SHORTEST = 128 };
    uint32_t size = emit_count(key);
    return !size ? 0 : size < HEADERS + SHORTEST ? SHORTEST : size - HEADERS;
}

static void set_output(struct emitter *e, struct object *assembly) {
    enum { DLL = 1, CONSOLE = 2, WINDOW = 3, SUBSYSTEM_GUI = 2, SUBSYSTEM_CONSOLE = 3 };
    enum { REQUIRED_32_BIT = 2, FLAG_32_BIT = 2 }; /* PortableExecutableKinds, II.25.3.3.1 */
    il_output *output = il_build_output(e->build);
    struct object *entry = emit_get(assembly, "entry_point");
    output->dll = emit_get_int(assembly, "pekind") == DLL;
    output->subsystem =
        emit_get_int(assembly, "pekind") == WINDOW ? SUBSYSTEM_GUI : SUBSYSTEM_CONSOLE;
    if (emit_get_int(assembly, "peKind") & REQUIRED_32_BIT)
        output->cli_flags |= FLAG_32_BIT;
    output->strong_name_size = signature_size(emit_get_array(assembly, "public_key"));
    output->entry_point = entry ? emit_token(e, entry, false) : 0;
}

/* ModuleBuilder.build_metadata(module): what concerns the whole file. The one with the manifest may
 * be another than the first module, which then has no file. */
void bcl_emit_build_metadata(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    struct object *builder = slots[0].o, *assembly = emit_get(builder, "assemblyb");
    struct emitter e = emit_into(thread, emit_module_of(builder));
    if (!emit_get_bool(builder, "is_main")) {
        exec_throw(thread, "NotSupportedException",
                   "An assembly of more than one module cannot be saved.");
        return;
    }
    set_assembly(&e, assembly);
    set_output(&e, assembly);
    add_resources(&e, emit_get_array(builder, "resources"));
    add_resources(&e, emit_get_array(assembly, "resources"));
    emit_new_attributes(&e, IL_TOKEN(IL_Module, 1), emit_get_array(builder, "cattrs"));
    emit_new_attributes(&e, IL_TOKEN(IL_Assembly, 1), emit_get_array(assembly, "cattrs"));
    emit_update(&e);
}

static bool write_all(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written < 0 && errno != EINTR)
            return false;
        data += written > 0 ? written : 0;
        size -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* ModuleBuilder.WriteToFile(handle). */
void bcl_emit_write(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    struct module *module = emit_module_of(slots[0].o);
    il_text image = {0};
    il_error err;
    if (il_build_image(module->dynamic->build, &image, &err) != IL_OK)
        emit_fail(thread, &err);
    else if (!write_all((int)slots[1].i8, image.data, image.size))
        exec_throw_format(thread, "IO.IOException", "%s: %s", il_module_path(module->il),
                          strerror(errno));
    il_text_fini(&image);
}
