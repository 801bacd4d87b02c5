/* The class factory makes nothing. */
#include "corprof.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

static HRESULT query(IClassFactory *self, REFIID riid, void **out) {
    *out = self;
    return S_OK;
}

static ULONG count(IClassFactory *self) {
    return 1;
}

static HRESULT create_nothing(IClassFactory *self, IUnknown *outer, REFIID riid, void **out) {
    *out = NULL;
    return E_OUTOFMEMORY;
}

static HRESULT lock(IClassFactory *self, BOOL on) {
    return S_OK;
}

static const IClassFactoryVtbl TABLE = {query, count, count, create_nothing, lock};
static IClassFactory factory = {&TABLE};

HRESULT DllGetClassObject(REFCLSID clsid, REFIID riid, void **out) {
    *out = &factory;
    return S_OK;
}
