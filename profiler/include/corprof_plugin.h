/* A profiler plug-in in C without the ceremony.
 *
 *     #include "corprof_plugin.h"
 *
 *     static HRESULT initialize(ICorProfilerCallback11 *self, IUnknown *runtime) { ... }
 *     static HRESULT jit_started(ICorProfilerCallback11 *self, FunctionID id, BOOL safe) { ... }
 *
 *     CORPROF_PLUGIN(.Initialize = initialize, .JITCompilationStarted = jit_started)
 *
 *     gcc -shared -fPIC -Iinclude plugin.c -o plugin.so
 *
 * CORPROF_PLUGIN defines the one callback object of the library, its class factory and
 * DllGetClassObject, which answers for every CLSID. Callbacks that are not named do nothing and
 * return S_OK. The object is static: AddRef and Release give 1. The result runs in Claret and in
 * CoreCLR. A C++ plug-in derives a class from ICorProfilerCallback11 instead. */
#ifndef CLARET_CORPROF_PLUGIN_H
#define CLARET_CORPROF_PLUGIN_H

#include "corprof.h"

#pragma GCC diagnostic ignored "-Wunused-parameter" /* of callbacks that do nothing */
#pragma GCC diagnostic ignored "-Woverride-init" /* a callback named replaces the one that is not  \
                                                  */

#define CORPROF_IGNORE(result, name, parameters)                                                   \
    static result corprof_ignore_##name parameters {                                               \
        return S_OK;                                                                               \
    }
#define CORPROF_SLOT(result, name, parameters) .name = corprof_ignore_##name,

#define INTERFACE ICorProfilerCallback11
ICorProfilerCallback11_ALL(CORPROF_IGNORE)
#undef INTERFACE

    static HRESULT corprof_query(ICorProfilerCallback11 *self, REFIID riid, void **out) {
    static const IID *const known[] = {
        &IID_IUnknown,
        &IID_ICorProfilerCallback,
        &IID_ICorProfilerCallback2,
        &IID_ICorProfilerCallback3,
        &IID_ICorProfilerCallback4,
        &IID_ICorProfilerCallback5,
        &IID_ICorProfilerCallback6,
        &IID_ICorProfilerCallback7,
        &IID_ICorProfilerCallback8,
        &IID_ICorProfilerCallback9,
        &IID_ICorProfilerCallback10,
        &IID_ICorProfilerCallback11,
    };
    *out = NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (IsEqualGUID(riid, known[i]))
            *out = self;
    }
    return *out ? S_OK : E_NOINTERFACE;
}

static ULONG corprof_count(ICorProfilerCallback11 *self) {
    return 1;
}

static HRESULT corprof_not_notification_only(ICorProfilerCallback11 *self,
                                             BOOL *pbNotificationOnly) {
    *pbNotificationOnly = FALSE;
    return S_OK;
}

static HRESULT corprof_factory_query(IClassFactory *self, REFIID riid, void **out) {
    int known = IsEqualGUID(riid, &IID_IUnknown) || IsEqualGUID(riid, &IID_IClassFactory);
    *out = known ? self : NULL;
    return known ? S_OK : E_NOINTERFACE;
}

static ULONG corprof_factory_count(IClassFactory *self) {
    return 1;
}

static HRESULT corprof_factory_lock(IClassFactory *self, BOOL lock) {
    return S_OK;
}

#define CORPROF_PLUGIN(...)                                                                        \
    static const ICorProfilerCallback11Vtbl corprof_table = {                                      \
        ICorProfilerCallback11_ALL(CORPROF_SLOT).QueryInterface = corprof_query,                   \
        .AddRef = corprof_count, .Release = corprof_count,                                         \
        .LoadAsNotificationOnly = corprof_not_notification_only, __VA_ARGS__};                     \
    static ICorProfilerCallback11 corprof_callback = {&corprof_table};                             \
                                                                                                   \
    static HRESULT corprof_create(IClassFactory *self, IUnknown *outer, REFIID riid, void **out) { \
        if (outer) {                                                                               \
            *out = NULL;                                                                           \
            return CLASS_E_NOAGGREGATION;                                                          \
        }                                                                                          \
        return corprof_query(&corprof_callback, riid, out);                                        \
    }                                                                                              \
    static const IClassFactoryVtbl corprof_factory_table = {                                       \
        corprof_factory_query, corprof_factory_count, corprof_factory_count, corprof_create,       \
        corprof_factory_lock};                                                                     \
    static IClassFactory corprof_factory = {&corprof_factory_table};                               \
                                                                                                   \
    HRESULT DllGetClassObject(REFCLSID clsid, REFIID riid, void **out) {                           \
        (void)clsid;                                                                               \
        return corprof_factory_query(&corprof_factory, riid, out);                                 \
    }

#endif
