/* Registers an IMallocSpy that puts a header in front of every block, as spies have done since
 * 1996, and says what it has seen of managed objects when it is released. */
#define _GNU_SOURCE /* dladdr */
#include "corprof_plugin.h"
#include "objidl.h"
#include <dlfcn.h>
#include <stdio.h>

typedef struct header {
    SIZE_T magic;
    SIZE_T size;
} header;

static const SIZE_T MAGIC = 0x5A5AC1A7E75B10C5;

static struct {
    SIZE_T size; /* of the request between Pre and Post */
    unsigned blocks, live_blocks;
    unsigned objects, swept;
    unsigned damaged;
    BOOL was_object;
} seen;

static BOOL is_object(void) {
    SIZE_T heap;
    BOOL managed = FALSE;
    claret_spied_heap(&heap, &managed);
    return managed;
}

static HRESULT query_spy(IMallocSpy *self, REFIID riid, void **out) {
    *out = IsEqualGUID(riid, &IID_IMallocSpy) ? self : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}

static ULONG add_reference(IMallocSpy *self) {
    return 2;
}

static ULONG release_spy(IMallocSpy *self) {
    printf("spy: %s objects, %u not freed, %u blocks not freed, %u damaged\n",
           seen.objects > 100 ? "many" : "few", seen.objects - seen.swept, seen.live_blocks,
           seen.damaged);
    fflush(stdout);
    return 0;
}

static SIZE_T pre_alloc(IMallocSpy *self, SIZE_T cb) {
    seen.size = cb;
    return cb + sizeof(header);
}

static void *dress(void *actual) {
    header *h = actual;
    if (!h)
        return NULL;
    *h = (header){MAGIC, seen.size};
    return h + 1;
}

static void *post_alloc(IMallocSpy *self, void *actual) {
    if (actual && is_object())
        seen.objects++;
    else if (actual)
        seen.live_blocks++;
    return dress(actual);
}

static void *undress(void *request, BOOL spied) {
    header *h = (header *)request - 1;
    if (!spied)
        return request;
    seen.damaged += h->magic != MAGIC;
    return h;
}

static void *pre_free(IMallocSpy *self, void *request, BOOL spied) {
    if (spied && is_object())
        seen.swept++;
    else if (spied)
        seen.live_blocks--;
    return undress(request, spied);
}

static void post_free(IMallocSpy *self, BOOL spied) {
}

static SIZE_T pre_realloc(IMallocSpy *self, void *request, SIZE_T cb, void **new_request,
                          BOOL spied) {
    *new_request = undress(request, spied);
    seen.size = cb;
    return spied ? cb + sizeof(header) : cb;
}

static void *post_realloc(IMallocSpy *self, void *actual, BOOL spied) {
    return spied ? dress(actual) : actual;
}

static void *to_actual(IMallocSpy *self, void *request, BOOL spied) {
    return undress(request, spied);
}

static SIZE_T post_get_size(IMallocSpy *self, SIZE_T cb, BOOL spied) {
    return spied ? cb - sizeof(header) : cb;
}

static int post_did_alloc(IMallocSpy *self, void *request, BOOL spied, int actual) {
    return actual;
}

static void minimize(IMallocSpy *self) {
}

static const IMallocSpyVtbl METHODS = {.QueryInterface = query_spy,
                                       .AddRef = add_reference,
                                       .Release = release_spy,
                                       .PreAlloc = pre_alloc,
                                       .PostAlloc = post_alloc,
                                       .PreFree = pre_free,
                                       .PostFree = post_free,
                                       .PreRealloc = pre_realloc,
                                       .PostRealloc = post_realloc,
                                       .PreGetSize = to_actual,
                                       .PostGetSize = post_get_size,
                                       .PreDidAlloc = to_actual,
                                       .PostDidAlloc = post_did_alloc,
                                       .PreHeapMinimize = minimize,
                                       .PostHeapMinimize = minimize};

static IMallocSpy spy = {&METHODS};

/* The spy must outlive the blocks it has seen, and so must this library. */
static HRESULT initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    Dl_info here;
    if (!dladdr(&spy, &here) || !dlopen(here.dli_fname, RTLD_NOW | RTLD_NODELETE))
        return E_FAIL;
    return CoRegisterMallocSpy(&spy);
}

static HRESULT shutdown(ICorProfilerCallback11 *self) {
    CoRevokeMallocSpy();
    return S_OK;
}

CORPROF_PLUGIN(.Initialize = initialize, .Shutdown = shutdown)
