/* Finding, loading and initialising a plug-in, in CoreCLR's order:
 *
 *   dlopen, DllMain(1) when exported, DllGetClassObject, CreateInstance(NULL,
 * ICorProfilerCallback2), QueryInterface from the newest callback version down,
 * LoadAsNotificationOnly, Initialize.
 *
 * Each step either goes on or fills the error; then everything before it is taken back: Release,
 * DllMain(0), dlclose. Where CoreCLR says nothing, the error here says what was wrong and what to
 * do. */
#include "profiler/prof_guid.h"
#include "profiler/prof_host.h"
#include "runtime/memory/mem.h"
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DLL_PROCESS_ATTACH 1
#define DLL_PROCESS_DETACH 0

typedef BOOL dll_main(void *library, DWORD reason, void *reserved);
typedef HRESULT dll_get_class_object(REFCLSID clsid, REFIID riid, void **out);

static const struct {
    int version;
    const IID *iid;
} VERSIONS[] = {
    {11, &IID_ICorProfilerCallback11}, {10, &IID_ICorProfilerCallback10},
    {9, &IID_ICorProfilerCallback9},   {8, &IID_ICorProfilerCallback8},
    {7, &IID_ICorProfilerCallback7},   {6, &IID_ICorProfilerCallback6},
    {5, &IID_ICorProfilerCallback5},   {4, &IID_ICorProfilerCallback4},
    {3, &IID_ICorProfilerCallback3},
};

__attribute__((format(printf, 3, 4))) static prof_status fail(prof_error *error, const char *what,
                                                              const char *format, ...) {
    char reason[512];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    snprintf(error->text, sizeof error->text, "%s: %s", what, reason);
    return PROF_FAILED;
}

/* ---- One step each; false: error is filled ---- */

static bool open_library(prof_host *host, prof_error *error) {
    host->library = dlopen(host->path, RTLD_LAZY);
    if (host->library) {
        dll_main *entry = (dll_main *)dlsym(host->library, "DllMain");
        if (!entry || entry(host->library, DLL_PROCESS_ATTACH, NULL))
            return true;
        fail(error, host->path, "its DllMain returned FALSE");
        return false;
    }
    const char *reason = dlerror();
    size_t length = strlen(host->path); /* the linker's text often begins with the path itself */
    if (strncmp(reason, host->path, length) == 0 && reason[length] == ':')
        reason += length + 2;
    fail(error, host->path, "%s", reason);
    return false;
}

static bool create_callback(prof_host *host, const CLSID *clsid, ICorProfilerCallback2 **out,
                            prof_error *error) {
    dll_get_class_object *get_class =
        (dll_get_class_object *)dlsym(host->library, "DllGetClassObject");
    if (!get_class) {
        fail(error, host->path, "exports no DllGetClassObject, so it is not a profiler plug-in");
        return false;
    }
    IClassFactory *factory = NULL;
    HRESULT result = get_class(clsid, &IID_IClassFactory, (void **)&factory);
    if (FAILED(result) || !factory) {
        char text[PROF_GUID_TEXT];
        prof_guid_format(clsid, text);
        fail(error, host->path, "has no class %s (DllGetClassObject returned 0x%08X)", text,
             (unsigned)result);
        return false;
    }
    result =
        factory->lpVtbl->CreateInstance(factory, NULL, &IID_ICorProfilerCallback2, (void **)out);
    factory->lpVtbl->Release(factory);
    if (FAILED(result) || !*out) {
        fail(error, host->path, "makes no ICorProfilerCallback2 (CreateInstance returned 0x%08X)",
             (unsigned)result);
        return false;
    }
    return true;
}

static bool find_newest_callback(prof_host *host, ICorProfilerCallback2 *callback,
                                 prof_error *error) {
    for (size_t i = 0; i < sizeof VERSIONS / sizeof *VERSIONS; i++) {
        void *newest = NULL;
        HRESULT result = callback->lpVtbl->QueryInterface(callback, VERSIONS[i].iid, &newest);
        if (SUCCEEDED(result) && newest) {
            host->callback = newest;
            host->callback_version = VERSIONS[i].version;
            return true;
        }
    }
    fail(error, host->path,
         "implements only ICorProfilerCallback2; ICorProfilerCallback3 or later is needed");
    return false;
}

static prof_status initialize(prof_host *host, prof_error *error) {
    ICorProfilerCallback11 *callback = host->callback;
    if (host->callback_version >= 11) {
        BOOL notification_only = FALSE; /* only matters to a second profiler, which cannot be */
        callback->lpVtbl->LoadAsNotificationOnly(callback, &notification_only);
    }
    HRESULT result = callback->lpVtbl->Initialize(callback, (IUnknown *)&host->info);
    if (SUCCEEDED(result))
        return PROF_LOADED;
    if (result == CORPROF_E_PROFILER_CANCEL_ACTIVATION) {
        fail(error, host->path, "its Initialize cancelled the activation (0x80131375)");
        return PROF_DECLINED;
    }
    return fail(error, host->path, "its Initialize returned 0x%08X", (unsigned)result);
}

/* ---- The whole ---- */

static void unload(void *library) {
    if (!library)
        return;
    dll_main *entry = (dll_main *)dlsym(library, "DllMain");
    if (entry)
        entry(library, DLL_PROCESS_DETACH, NULL);
    dlclose(library);
}

static prof_host *new_host(const char *path, size_t length) {
    prof_host *host = mem_calloc(1, sizeof *host);
    if (!host)
        return NULL;
    host->path = mem_copy_text(path, length);
    if (!host->path) {
        mem_free(host);
        return NULL;
    }
    pthread_mutex_init(&host->modules_lock, NULL);
    host->info.lpVtbl = &prof_info_vtbl;
    host->events.self = host;
    prof_events_update(host);
    return host;
}

void prof_free(prof_host *host) {
    if (!host)
        return;
    if (host->callback)
        host->callback->lpVtbl->Release(host->callback);
    prof_modules_free(host);
    pthread_mutex_destroy(&host->modules_lock);
    mem_free(host->path);
    mem_free(host);
}

static prof_status activate(prof_host *host, const CLSID *clsid, prof_error *error) {
    ICorProfilerCallback2 *callback = NULL;
    if (!open_library(host, error) || !create_callback(host, clsid, &callback, error))
        return PROF_FAILED;
    bool found = find_newest_callback(host, callback, error);
    callback->lpVtbl->Release(callback);
    return found ? initialize(host, error) : PROF_FAILED;
}

static prof_status load(const char *path, size_t length, const CLSID *clsid, prof_host **out,
                        prof_error *error) {
    prof_host *host = new_host(path, length);
    if (!host)
        return fail(error, path, "out of memory");
    prof_status status = activate(host, clsid, error);
    if (status == PROF_LOADED) {
        atomic_store(&host->initialized, true);
        *out = host;
        return PROF_LOADED;
    }
    void *library = host->library;
    prof_free(host);
    unload(library);
    return status;
}

prof_status prof_load(const char *spec, prof_host **out, prof_error *error) {
    *out = NULL;
    CLSID clsid = CLSID_ClaretProfiler;
    const char *equals = strstr(spec, "={");
    if (equals && !prof_guid_parse(equals + 1, &clsid))
        return fail(error, spec, "'%s' is no CLSID like {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}",
                    equals + 1);
    return load(spec, equals ? (size_t)(equals - spec) : strlen(spec), &clsid, out, error);
}

/* Empty counts as unset. */
static const char *environment(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

prof_status prof_load_environment(prof_host **out, prof_error *error) {
    *out = NULL;
    const char *enable = environment("CORECLR_ENABLE_PROFILING");
    if (!enable || strtoul(enable, NULL, 16) == 0)
        return PROF_NONE;
    const char *class_text = environment("CORECLR_PROFILER");
    if (!class_text)
        return fail(error, "CORECLR_PROFILER", "not set, though CORECLR_ENABLE_PROFILING is");
    CLSID clsid;
    if (!prof_guid_parse(class_text, &clsid))
        return fail(error, "CORECLR_PROFILER",
                    "'%s' is no CLSID like {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}", class_text);
    const char *path = environment("CORECLR_PROFILER_PATH_64");
    if (!path)
        path = environment("CORECLR_PROFILER_PATH");
    if (!path)
        return fail(error, "CORECLR_PROFILER_PATH", "not set, though CORECLR_ENABLE_PROFILING is");
    return load(path, strlen(path), &clsid, out, error);
}
