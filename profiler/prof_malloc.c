/* IMethodMalloc: room for method bodies in the module's arena, right above its image, so that every
 * body is at a positive 32-bit offset from the module's base. */
#include "profiler/prof_host.h"
#include "runtime/memory/mem.h"

static HRESULT query_interface(IMethodMalloc *self, REFIID riid, void **out) {
    if (!out)
        return E_POINTER;
    bool known = IsEqualGUID(riid, &IID_IUnknown) || IsEqualGUID(riid, &IID_IMethodMalloc);
    *out = known ? self : NULL;
    return known ? S_OK : E_NOINTERFACE;
}

static ULONG count_one(IMethodMalloc *self) {
    (void)self;
    return 1;
}

static void *alloc(IMethodMalloc *self, ULONG cb) {
    return mem_arena_alloc(PROF_CONTAINER(prof_module, method_malloc, self)->arena, cb);
}

const IMethodMallocVtbl prof_malloc_vtbl = {query_interface, count_one, count_one, alloc};
