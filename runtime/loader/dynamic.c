/* Modules made at run time: a build, a live view of it, and tables that grow with it. */
#include "runtime/loader/dynamic.h"

#include <string.h>

#include "il_live.h"
#include "runtime/runtime.h"

static il_status out_of_memory(const struct module *module, il_error *err) {
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory", module->name);
}

il_status ldr_update_dynamic(struct module *module, il_error *err) {
    const il_build *build = module->dynamic->build;
    static const il_table tables[] = {IL_TypeDef, IL_TypeRef, IL_GenericParam, IL_AssemblyRef};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (!ldr_reserve_rows(module, tables[i], il_build_rows(build, tables[i])))
            return out_of_memory(module, err);
    }
    return il_live_update(module->il, err);
}

il_status ldr_bind_type_ref(struct module *module, uint32_t token, struct type *type,
                            il_error *err) {
    if (!ldr_reserve_rows(module, IL_TypeRef, IL_TOKEN_ROW(token)))
        return out_of_memory(module, err);
    module->type_refs[IL_TOKEN_ROW(token)] = type;
    return IL_OK;
}

il_status ldr_bind_assembly_ref(struct module *module, uint32_t token, struct module *target,
                                il_error *err) {
    if (!ldr_reserve_rows(module, IL_AssemblyRef, IL_TOKEN_ROW(token)))
        return out_of_memory(module, err);
    module->assembly_refs[IL_TOKEN_ROW(token)] = target;
    return IL_OK;
}

static il_status open(struct module *module, const char *name, il_error *err) {
    il_status status = il_build_new(name, &module->dynamic->build, err);
    if (status == IL_OK)
        status = il_live_new(module->dynamic->build, name, &module->il, err);
    /* An image of nothing, so that profilers get room for method bodies. */
    if (status == IL_OK && !module->hidden && mem_arena_copy("", 1, 0, &module->arena) != 0)
        status = out_of_memory(module, err);
    return status == IL_OK ? ldr_update_dynamic(module, err) : status;
}

il_status ldr_new_dynamic(struct runtime *rt, const char *assembly, const char *name, bool hidden,
                          struct module **out, il_error *err) {
    struct module *module = mem_pool_alloc(&rt->pool, sizeof *module);
    struct dynamic_module *dynamic = mem_pool_alloc(&rt->pool, sizeof *dynamic);
    size_t size = strlen(assembly) + 1;
    char *copy = mem_pool_alloc(&rt->pool, size);
    if (!module || !dynamic || !copy)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory", assembly);
    module->rt = rt;
    module->dynamic = dynamic;
    module->name = memcpy(copy, assembly, size);
    module->hidden = hidden;
    if (hidden)
        module->state = MODULE_ANNOUNCED;
    il_status status = open(module, name, err);
    if (status == IL_OK && !hidden)
        status = ldr_add_module(module, err);
    if (status != IL_OK)
        ldr_unload(module);
    else
        *out = module;
    return status;
}
