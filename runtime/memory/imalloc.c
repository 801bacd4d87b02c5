/* The task allocator as callers see it: the IMalloc object, CoTaskMem* and mem_alloc and its kin.
 *
 * What they do with NULL and size 0 is decided here; then the call goes through the spy when there
 * is one, else straight to the task heap. */
#include "runtime/memory/include/objidl.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/spy.h"
#include "runtime/memory/task.h"

void *CoTaskMemAlloc(SIZE_T cb) {
    return spy_present() ? spy_alloc(cb) : task_alloc(cb);
}

void CoTaskMemFree(void *pv) {
    if (!pv)
        return;
    if (spy_present())
        spy_free(pv);
    else
        task_free(pv);
}

void *CoTaskMemRealloc(void *pv, SIZE_T cb) {
    if (!pv)
        return CoTaskMemAlloc(cb);
    if (cb == 0) {
        CoTaskMemFree(pv);
        return NULL;
    }
    return spy_present() ? spy_realloc(pv, cb) : task_realloc(pv, cb);
}

/* ---- The IMalloc object: one, static, never freed ---- */

static HRESULT query_interface(IMalloc *self, REFIID riid, void **out) {
    if (!out)
        return E_POINTER;
    bool known = IsEqualGUID(riid, &IID_IUnknown) || IsEqualGUID(riid, &IID_IMalloc);
    *out = known ? self : NULL;
    return known ? S_OK : E_NOINTERFACE;
}

static ULONG add_ref(IMalloc *self) {
    (void)self;
    return 2;
}

static ULONG release(IMalloc *self) {
    (void)self;
    return 1;
}

static void *imalloc_alloc(IMalloc *self, SIZE_T cb) {
    (void)self;
    return CoTaskMemAlloc(cb);
}

static void *imalloc_realloc(IMalloc *self, void *pv, SIZE_T cb) {
    (void)self;
    return CoTaskMemRealloc(pv, cb);
}

static void imalloc_free(IMalloc *self, void *pv) {
    (void)self;
    CoTaskMemFree(pv);
}

static SIZE_T imalloc_get_size(IMalloc *self, void *pv) {
    (void)self;
    if (!pv)
        return (SIZE_T)-1;
    return spy_present() ? spy_size(pv) : task_size(pv);
}

static int imalloc_did_alloc(IMalloc *self, void *pv) {
    (void)self;
    if (!pv)
        return -1;
    return spy_present() ? spy_did_alloc(pv) : task_owns(pv);
}

static void imalloc_heap_minimize(IMalloc *self) {
    (void)self;
    if (spy_present())
        spy_minimize();
    else
        task_minimize();
}

static const IMallocVtbl TASK_ALLOCATOR_METHODS = {
    .QueryInterface = query_interface,
    .AddRef = add_ref,
    .Release = release,
    .Alloc = imalloc_alloc,
    .Realloc = imalloc_realloc,
    .Free = imalloc_free,
    .GetSize = imalloc_get_size,
    .DidAlloc = imalloc_did_alloc,
    .HeapMinimize = imalloc_heap_minimize,
};

static IMalloc task_allocator = {&TASK_ALLOCATOR_METHODS};

HRESULT CoGetMalloc(DWORD dwMemContext, IMalloc **ppMalloc) {
    if (!ppMalloc)
        return E_INVALIDARG;
    *ppMalloc = dwMemContext == MEMCTX_TASK ? &task_allocator : NULL;
    return *ppMalloc ? S_OK : E_INVALIDARG;
}

/* ---- mem.h's part ---- */

void *mem_alloc(size_t size) {
    return CoTaskMemAlloc(size);
}

void mem_free(void *block) {
    CoTaskMemFree(block);
}
