/* Enumerators: a copy of the IDs and a place in it. */
#include "profiler/prof_enum.h"

#include "runtime/memory/mem.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

typedef struct enumerator {
    ICorProfilerModuleEnum interface;
    const IID *iid;
    _Atomic(ULONG) references;
    ULONG count, next;
    UINT_PTR ids[];
} enumerator;

static HRESULT query_interface(ICorProfilerModuleEnum *self, REFIID riid, void **out) {
    if (!out)
        return E_POINTER;
    bool known = IsEqualGUID(riid, &IID_IUnknown) || IsEqualGUID(riid, ((enumerator *)self)->iid);
    *out = known ? self : NULL;
    if (known)
        self->lpVtbl->AddRef(self);
    return known ? S_OK : E_NOINTERFACE;
}

static ULONG add_ref(ICorProfilerModuleEnum *self) {
    return atomic_fetch_add(&((enumerator *)self)->references, 1) + 1;
}

static ULONG release(ICorProfilerModuleEnum *self) {
    ULONG left = atomic_fetch_sub(&((enumerator *)self)->references, 1) - 1;
    if (left == 0)
        mem_free(self);
    return left;
}

static ULONG advance(enumerator *e, ULONG by) {
    ULONG step = by < e->count - e->next ? by : e->count - e->next;
    e->next += step;
    return step;
}

static HRESULT skip(ICorProfilerModuleEnum *self, ULONG celt) {
    return advance((enumerator *)self, celt) == celt ? S_OK : S_FALSE;
}

static HRESULT reset(ICorProfilerModuleEnum *self) {
    ((enumerator *)self)->next = 0;
    return S_OK;
}

static HRESULT clone(ICorProfilerModuleEnum *self, ICorProfilerModuleEnum **ppEnum) {
    enumerator *e = (enumerator *)self;
    if (!ppEnum)
        return E_INVALIDARG;
    UINT_PTR *ids;
    *ppEnum = prof_enum_new(e->iid, e->count, &ids);
    if (!*ppEnum)
        return E_OUTOFMEMORY;
    memcpy(ids, e->ids, e->count * sizeof *ids);
    ((enumerator *)*ppEnum)->next = e->next;
    return S_OK;
}

static HRESULT get_count(ICorProfilerModuleEnum *self, ULONG *pcelt) {
    if (!pcelt)
        return E_INVALIDARG;
    *pcelt = ((enumerator *)self)->count;
    return S_OK;
}

/* S_FALSE when fewer than celt are left. */
static HRESULT next(ICorProfilerModuleEnum *self, ULONG celt, ModuleID ids[], ULONG *pceltFetched) {
    enumerator *e = (enumerator *)self;
    if (!ids || (celt > 1 && !pceltFetched))
        return E_INVALIDARG;
    const UINT_PTR *from = e->ids + e->next;
    ULONG given = advance(e, celt);
    memcpy(ids, from, given * sizeof *ids);
    if (pceltFetched)
        *pceltFetched = given;
    return given == celt ? S_OK : S_FALSE;
}

static const ICorProfilerModuleEnumVtbl VTBL = {
    query_interface, add_ref, release, skip, reset, clone, get_count, next,
};

void *prof_enum_new(const IID *iid, ULONG count, UINT_PTR **ids) {
    enumerator *e = mem_calloc(1, sizeof *e + count * sizeof *e->ids);
    if (!e)
        return NULL;
    e->interface.lpVtbl = &VTBL;
    e->iid = iid;
    atomic_init(&e->references, 1);
    e->count = count;
    *ids = e->ids;
    return e;
}
