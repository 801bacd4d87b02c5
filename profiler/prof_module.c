/* The host's records of modules. */
#include "profiler/prof_host.h"
#include "runtime/memory/mem.h"
#include "runtime/rt_query.h"

static prof_module *new_record(prof_host *host, struct module *module) {
    prof_module *record = mem_calloc(1, sizeof *record);
    if (!record)
        return NULL;
    record->host = host;
    pthread_mutex_init(&record->emit_lock, NULL);
    record->module = module;
    record->il = rt_module_il(module);
    record->arena = rt_module_arena(module);
    record->method_malloc.lpVtbl = &prof_malloc_vtbl;
    record->import.lpVtbl = &prof_import_vtbl;
    record->emit.lpVtbl = &prof_emit_vtbl;
    record->assembly_import.lpVtbl = &prof_assembly_import_vtbl;
    record->assembly_emit.lpVtbl = &prof_assembly_emit_vtbl;
    return record;
}

prof_module *prof_module_of(prof_host *host, struct module *module) {
    pthread_mutex_lock(&host->modules_lock);
    prof_module *record = host->modules;
    while (record && record->module != module)
        record = record->next;
    if (!record && (record = new_record(host, module))) {
        record->next = host->modules;
        host->modules = record;
    }
    pthread_mutex_unlock(&host->modules_lock);
    return record;
}

void prof_modules_free(prof_host *host) {
    while (host->modules) {
        prof_module *next = host->modules->next;
        pthread_mutex_destroy(&host->modules->emit_lock);
        mem_free(host->modules);
        host->modules = next;
    }
}
