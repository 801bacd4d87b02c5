/* The registered spy in front of the shipped ones: it keeps the books that all of them need (which
 * blocks are live, how large, allocated where) and asks and tells the layers in the order given.
 *
 * Between a Pre and its Post call the request is kept in the object: the spy lock is held from one
 * to the other, and no hook here allocates. */
#include "runtime/memory/spies.h"

#include "runtime/memory/addr_map.h"
#include "runtime/memory/include/objidl.h"
#include "runtime/memory/spy.h"
#include "runtime/memory/spy_layer.h"

#include <stdarg.h>
#include <string.h>

struct mem_spies {
    IMallocSpy iface;
    ULONG references;
    os_pool pool; /* holds this object, the layers and their texts */
    spy_layer *layers, **last_layer;
    bool wants_stacks;
    mem_counters counters;
    addr_map blocks; /* address to packed block_info */
    call_sites sites;
    spy_event pending; /* the request between Pre and Post */
};

/* What is known of a live block, in one word: size << SITE_BITS | site. */
enum { SITE_BITS = 24 };

static size_t pack(size_t size, uint32_t site) {
    return size << SITE_BITS | site;
}

static size_t packed_size(size_t info) {
    return info >> SITE_BITS;
}

static uint32_t packed_site(size_t info) {
    return info & ((1u << SITE_BITS) - 1);
}

/* ---- The books ---- */

static void forget_block(mem_spies *spies, const void *block) {
    size_t info;
    if (!addr_map_remove(&spies->blocks, block, &info))
        return;
    spies->counters.live--;
    spies->counters.live_bytes -= packed_size(info);
    call_site *site = call_sites_get(&spies->sites, packed_site(info));
    if (site) {
        site->live--;
        site->live_bytes -= packed_size(info);
    }
}

static uint32_t current_site(mem_spies *spies) {
    uintptr_t frames[CALL_STACK_DEPTH];
    uint32_t depth = 0;
    if (spies->wants_stacks)
        depth = call_stack_take(frames, CALL_STACK_DEPTH);
    return call_sites_intern(&spies->sites, frames, depth);
}

static void remember_block(mem_spies *spies, const void *block, size_t size) {
    mem_counters *c = &spies->counters;
    uint32_t number = current_site(spies);
    c->allocations++;
    c->bytes += size;
    if (!addr_map_reserve(&spies->blocks))
        return;
    addr_map_put(&spies->blocks, block, pack(size, number));
    c->live++;
    c->live_bytes += size;
    if (c->live_bytes > c->peak_bytes)
        c->peak_bytes = c->live_bytes;
    call_site *site = call_sites_get(&spies->sites, number);
    if (site) {
        site->allocations++;
        site->bytes += size;
        site->live++;
        site->live_bytes += size;
    }
}

static void tell(mem_spies *spies) {
    for (spy_layer *layer = spies->layers; layer; layer = layer->next) {
        if (layer->type->told)
            layer->type->told(layer, &spies->pending);
    }
}

/* Every layer is asked, so that each counts every request. A request for 0 bytes cannot be refused
 * (fact S6 of docs/MEMORY.md), so nobody is asked. */
static bool allowed(mem_spies *spies) {
    if (spies->pending.size == 0)
        return true;
    for (spy_layer *layer = spies->layers; layer; layer = layer->next) {
        if (layer->type->allow &&
            !layer->type->allow(layer, spies->pending.size, &spies->counters) &&
            !spies->pending.refused_by)
            spies->pending.refused_by = layer->spec;
    }
    if (!spies->pending.refused_by)
        return true;
    spies->counters.failures++;
    tell(spies);
    return false;
}

static void *finish_request(mem_spies *spies, void *block) {
    spies->pending.block = block;
    if (block) {
        forget_block(spies, spies->pending.old);
        remember_block(spies, block, spies->pending.size);
    } else {
        spies->counters.failures++;
    }
    tell(spies);
    return block;
}

/* ---- IMallocSpy ---- */

static mem_spies *spies_of(IMallocSpy *self) {
    return (mem_spies *)self;
}

static HRESULT hook_query_interface(IMallocSpy *self, REFIID riid, void **out) {
    bool known = IsEqualGUID(riid, &IID_IUnknown) || IsEqualGUID(riid, &IID_IMallocSpy);
    *out = known ? self : NULL;
    if (known)
        self->lpVtbl->AddRef(self);
    return known ? S_OK : E_NOINTERFACE;
}

static ULONG hook_add_ref(IMallocSpy *self) {
    return __atomic_add_fetch(&spies_of(self)->references, 1, __ATOMIC_RELAXED);
}

static ULONG hook_release(IMallocSpy *self) {
    mem_spies *spies = spies_of(self);
    ULONG left = __atomic_sub_fetch(&spies->references, 1, __ATOMIC_ACQ_REL);
    if (left)
        return left;
    for (spy_layer *layer = spies->layers; layer; layer = layer->next) {
        if (layer->type->close)
            layer->type->close(layer);
    }
    addr_map_fini(&spies->blocks);
    call_sites_fini(&spies->sites);
    os_pool pool = spies->pool;
    os_pool_fini(&pool);
    return 0;
}

static SIZE_T hook_pre_alloc(IMallocSpy *self, SIZE_T cb) {
    mem_spies *spies = spies_of(self);
    spies->pending = (spy_event){.action = SPY_ALLOC, .size = cb};
    return allowed(spies) ? cb : 0;
}

static void *hook_post_alloc(IMallocSpy *self, void *actual) {
    return finish_request(spies_of(self), actual);
}

static void *hook_pre_free(IMallocSpy *self, void *request, BOOL spied) {
    mem_spies *spies = spies_of(self);
    (void)spied;
    spies->pending = (spy_event){.action = SPY_FREE, .old = request};
    forget_block(spies, request);
    return request;
}

static void hook_post_free(IMallocSpy *self, BOOL spied) {
    (void)spied;
    tell(spies_of(self));
}

static SIZE_T hook_pre_realloc(IMallocSpy *self, void *request, SIZE_T cb, void **new_request,
                               BOOL spied) {
    mem_spies *spies = spies_of(self);
    (void)spied;
    *new_request = request;
    spies->pending = (spy_event){.action = SPY_REALLOC, .old = request, .size = cb};
    return allowed(spies) ? cb : 0;
}

static void *hook_post_realloc(IMallocSpy *self, void *actual, BOOL spied) {
    (void)spied;
    return finish_request(spies_of(self), actual);
}

static void *hook_pre_get_size(IMallocSpy *self, void *request, BOOL spied) {
    (void)self, (void)spied;
    return request;
}

static SIZE_T hook_post_get_size(IMallocSpy *self, SIZE_T cb, BOOL spied) {
    (void)self, (void)spied;
    return cb;
}

static int hook_post_did_alloc(IMallocSpy *self, void *request, BOOL spied, int actual) {
    (void)self, (void)request, (void)spied;
    return actual;
}

static void hook_heap_minimize(IMallocSpy *self) {
    (void)self;
}

static const IMallocSpyVtbl SPIES_METHODS = {
    .QueryInterface = hook_query_interface,
    .AddRef = hook_add_ref,
    .Release = hook_release,
    .PreAlloc = hook_pre_alloc,
    .PostAlloc = hook_post_alloc,
    .PreFree = hook_pre_free,
    .PostFree = hook_post_free,
    .PreRealloc = hook_pre_realloc,
    .PostRealloc = hook_post_realloc,
    .PreGetSize = hook_pre_get_size,
    .PostGetSize = hook_post_get_size,
    .PreDidAlloc = hook_pre_get_size,
    .PostDidAlloc = hook_post_did_alloc,
    .PreHeapMinimize = hook_heap_minimize,
    .PostHeapMinimize = hook_heap_minimize,
};

/* ---- Starting and stopping ---- */

static __attribute__((format(printf, 4, 5))) HRESULT fail(HRESULT hr, char *error, size_t size,
                                                          const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (size)
        vsnprintf(error, size, format, arguments);
    va_end(arguments);
    return hr;
}

static const spy_layer_type *find_type(const spy_layer_type *types, const char *spec) {
    for (; types->prefix; types++) {
        if (strncmp(spec, types->prefix, strlen(types->prefix)) == 0)
            return types;
    }
    return NULL;
}

static HRESULT add_layer(mem_spies *spies, const char *spec, char *error, size_t error_size) {
    const spy_layer_type *type = find_type(SPY_REPORT_LAYERS, spec);
    if (!type)
        type = find_type(SPY_FAIL_LAYERS, spec);
    if (!type)
        return fail(E_INVALIDARG, error, error_size,
                    "unknown spy '%s'; there are leaks, guard, fail=, fail-rate=, fail-size>=, "
                    "quota= and log=",
                    spec);
    size_t length = strlen(spec);
    spy_layer *layer = os_pool_alloc(&spies->pool, sizeof *layer);
    char *copy = os_pool_alloc(&spies->pool, length + 1);
    if (!layer || !copy)
        return fail(E_OUTOFMEMORY, error, error_size, "out of memory");
    memcpy(copy, spec, length);
    layer->type = type;
    layer->spec = copy;
    const char *rest = copy + strlen(type->prefix);
    if (type->parse ? !type->parse(layer, rest) : *rest != '\0')
        return fail(E_INVALIDARG, error, error_size, "bad spy '%s': expected %s", spec, type->help);
    if (type->open && !type->open(layer))
        return fail(E_FAIL, error, error_size, "spy '%s': %m", spec);
    spies->wants_stacks |= type->wants_stacks;
    *spies->last_layer = layer;
    spies->last_layer = &layer->next;
    return S_OK;
}

HRESULT mem_spies_start(const char *const *specs, size_t count, mem_spies **out, char *error,
                        size_t error_size) {
    os_pool pool = {0};
    mem_spies *spies = os_pool_alloc(&pool, sizeof *spies);
    *out = NULL;
    if (!spies)
        return fail(E_OUTOFMEMORY, error, error_size, "out of memory");
    spies->iface.lpVtbl = &SPIES_METHODS;
    spies->references = 1;
    spies->pool = pool;
    spies->last_layer = &spies->layers;
    HRESULT hr = S_OK;
    for (size_t i = 0; i < count && SUCCEEDED(hr); i++)
        hr = add_layer(spies, specs[i], error, error_size);
    if (SUCCEEDED(hr)) {
        hr = CoRegisterMallocSpy(&spies->iface);
        if (FAILED(hr))
            fail(hr, error, error_size, "another spy is registered");
    }
    if (FAILED(hr)) {
        hook_release(&spies->iface);
        return hr;
    }
    *out = spies;
    return S_OK;
}

mem_counters mem_spies_counters(mem_spies *spies) {
    spy_hold();
    mem_counters counters = spies->counters;
    spy_let_go();
    return counters;
}

void mem_spies_report(mem_spies *spies, FILE *out) {
    spy_hold();
    for (spy_layer *layer = spies->layers; layer; layer = layer->next)
        layer->type->report(layer, &spies->counters, &spies->sites, out);
    spy_let_go();
}

HRESULT mem_spies_stop(mem_spies *spies) {
    HRESULT hr = CoRevokeMallocSpy();
    hook_release(&spies->iface);
    return hr;
}
