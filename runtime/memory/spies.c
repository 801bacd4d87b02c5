/* The registered spy in front of the shipped ones: it keeps the books that all of them need (which
 * blocks are live, how large, allocated where) and asks and tells the layers in the order given.
 *
 * Between a Pre and its Post call the request is kept in the object: the spy lock is held from one
 * to the other, and no hook here allocates. */
#include "runtime/memory/spies.h"

#include "runtime/memory/addr_map.h"
#include "runtime/memory/include/objidl.h"
#include "runtime/memory/spy.h"
#include "runtime/memory/spy_guard.h"
#include "runtime/memory/spy_layer.h"
#include "runtime/memory/spy_object.h"
#include "runtime/memory/task.h"

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
    spy_books books;
    spy_guard *guard; /* NULL without it */

    /* The request between Pre and Post: */
    spy_event pending;
    bool dressed;    /* the block gets, or has, guards; there is room to record it */
    size_t old_size; /* of a block being reallocated */
};

/* What is known of a live block, in one word: size, whether it has guards, site. */
enum { SITE_BITS = 23, SIZE_SHIFT = SITE_BITS + 1 };

typedef struct block_info {
    size_t size;
    uint32_t site;
    bool dressed;
} block_info;

static size_t pack(block_info info) {
    return info.size << SIZE_SHIFT | (size_t)info.dressed << SITE_BITS | info.site;
}

static block_info unpack(size_t packed) {
    return (block_info){packed >> SIZE_SHIFT, packed & ((1u << SITE_BITS) - 1),
                        packed >> SITE_BITS & 1};
}

/* The registered one, for what is not a hook's affair. Under the spy lock. */
static mem_spies *running;

/* ---- The books ---- */

static bool find_block(const mem_spies *spies, const void *block, block_info *out) {
    const addr_entry *entry = addr_map_find(&spies->blocks, block);
    if (entry)
        *out = unpack(entry->value);
    return entry != NULL;
}

static bool is_dressed(const mem_spies *spies, const void *block) {
    block_info info;
    return find_block(spies, block, &info) && info.dressed;
}

static void forget_block(mem_spies *spies, const void *block) {
    size_t packed;
    if (!addr_map_remove(&spies->blocks, block, &packed))
        return;
    block_info info = unpack(packed);
    spies->counters.live--;
    spies->counters.live_bytes -= info.size;
    call_site *site = call_sites_get(&spies->books.sites, info.site);
    if (site) {
        site->live--;
        site->live_bytes -= info.size;
    }
}

static uint32_t current_site(mem_spies *spies) {
    uintptr_t frames[CALL_STACK_DEPTH];
    uint32_t depth = 0;
    if (spies->wants_stacks)
        depth = call_stack_take(frames, CALL_STACK_DEPTH);
    return call_sites_intern(&spies->books.sites, frames, depth);
}

static void remember_block(mem_spies *spies, const void *block, block_info info) {
    mem_counters *c = &spies->counters;
    c->allocations++;
    c->bytes += info.size;
    if (!addr_map_reserve(&spies->blocks))
        return;
    addr_map_put(&spies->blocks, block, pack(info));
    c->live++;
    c->live_bytes += info.size;
    if (c->live_bytes > c->peak_bytes)
        c->peak_bytes = c->live_bytes;
    call_site *site = call_sites_get(&spies->books.sites, info.site);
    if (site) {
        site->allocations++;
        site->bytes += info.size;
        site->live++;
        site->live_bytes += info.size;
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
    spies->counters.requests++;
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

/* The size to ask of the heap, 0 to make the request fail. */
static size_t begin_request(mem_spies *spies) {
    if (!allowed(spies))
        return 0;
    return spies->dressed ? guard_dressed_size(spies->pending.size) : spies->pending.size;
}

static void remember_object(mem_spies *spies, const spy_object *object, const void *address) {
    mem_counters *c = &spies->counters;
    size_t size = spies->pending.size;
    c->objects++;
    c->object_bytes += size;
    if (!spy_objects_add(&spies->books.objects, object, address, size, spies->wants_stacks))
        return;
    c->live_objects++;
    c->live_object_bytes += size;
}

static void forget_object(mem_spies *spies, const spy_object *object, const void *address) {
    size_t size = 0;
    const char *type = NULL;
    if (spy_objects_remove(&spies->books.objects, address, object->heap_ends, &size, &type)) {
        spies->counters.live_objects--;
        spies->counters.live_object_bytes -= size;
    }
    spies->pending = (spy_event){.action = object->heap_ends ? SPY_DROP : SPY_SWEEP,
                                 .old = address,
                                 .size = size,
                                 .heap = object->heap,
                                 .type = type};
}

static void *finish_object(mem_spies *spies, const spy_object *object, void *actual) {
    if (actual)
        remember_object(spies, object, actual);
    else
        spies->counters.failures++;
    spies->pending.block = actual;
    tell(spies);
    return actual;
}

static void *finish_request(mem_spies *spies, void *actual) {
    size_t size = spies->pending.size;
    void *block = actual;
    if (actual) {
        if (spies->dressed)
            block = guard_dress(actual, size, spies->old_size);
        forget_block(spies, spies->pending.old);
        remember_block(spies, block, (block_info){size, current_site(spies), spies->dressed});
    } else {
        spies->counters.failures++;
    }
    spies->pending.block = block;
    tell(spies);
    return block;
}

/* The block to give to the heap when the caller frees block; NULL when there is none. */
static void *finish_guarded_block(mem_spies *spies, void *block, bool spied) {
    block_info info;
    uint32_t here = current_site(spies);
    if (find_block(spies, block, &info)) {
        if (!info.dressed)
            return block;
        guard_check(spies->guard, block, info.size, info.site, here);
        return guard_keep(spies->guard, block, info.size, info.site, here);
    }
    if (spied || task_owns(block))
        return block;
    guard_bad_free(spies->guard, block, here);
    return NULL;
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
    if (running == spies)
        running = NULL;
    for (spy_layer *layer = spies->layers; layer; layer = layer->next) {
        if (layer->type->close)
            layer->type->close(layer);
    }
    if (spies->guard) {
        for (void *kept; (kept = guard_release(spies->guard)) != NULL;)
            task_free(kept);
        guard_fini(spies->guard);
    }
    addr_map_fini(&spies->blocks);
    call_sites_fini(&spies->books.sites);
    spy_objects_fini(&spies->books.objects);
    os_pool pool = spies->pool;
    os_pool_fini(&pool);
    return 0;
}

static SIZE_T hook_pre_alloc(IMallocSpy *self, SIZE_T cb) {
    mem_spies *spies = spies_of(self);
    const spy_object *object = spy_object_now();
    spies->pending = (spy_event){.action = SPY_ALLOC, .size = cb};
    if (object)
        spies->pending = (spy_event){.action = SPY_OBJECT,
                                     .size = cb,
                                     .heap = object->heap,
                                     .type = spy_objects_type(&spies->books.objects, object)};
    spies->dressed = spies->guard && !object && addr_map_reserve(&spies->blocks);
    spies->old_size = 0;
    return begin_request(spies);
}

static void *hook_post_alloc(IMallocSpy *self, void *actual) {
    const spy_object *object = spy_object_now();
    return object ? finish_object(spies_of(self), object, actual)
                  : finish_request(spies_of(self), actual);
}

static void *hook_pre_free(IMallocSpy *self, void *request, BOOL spied) {
    mem_spies *spies = spies_of(self);
    const spy_object *object = spy_object_now();
    if (object) {
        forget_object(spies, object, request);
        return request;
    }
    void *actual = spies->guard ? finish_guarded_block(spies, request, spied) : request;
    spies->pending = (spy_event){.action = SPY_FREE, .old = request};
    forget_block(spies, request);
    return actual;
}

static void hook_post_free(IMallocSpy *self, BOOL spied) {
    (void)spied;
    tell(spies_of(self));
}

/* A block without guards, because it is older than the spy, stays without. */
static SIZE_T hook_pre_realloc(IMallocSpy *self, void *request, SIZE_T cb, void **new_request,
                               BOOL spied) {
    mem_spies *spies = spies_of(self);
    block_info info = {0};
    (void)spied;
    *new_request = request;
    if (find_block(spies, request, &info) && info.dressed) {
        *new_request = guard_undress(request);
        guard_check(spies->guard, request, info.size, info.site, current_site(spies));
    }
    spies->pending = (spy_event){.action = SPY_REALLOC, .old = request, .size = cb};
    spies->dressed = info.dressed;
    spies->old_size = info.size;
    return begin_request(spies);
}

static void *hook_post_realloc(IMallocSpy *self, void *actual, BOOL spied) {
    (void)spied;
    return finish_request(spies_of(self), actual);
}

static void *hook_to_actual(IMallocSpy *self, void *request, BOOL spied) {
    (void)spied;
    mem_spies *spies = spies_of(self);
    spies->dressed = is_dressed(spies, request);
    return spies->dressed ? guard_undress(request) : request;
}

static SIZE_T hook_post_get_size(IMallocSpy *self, SIZE_T cb, BOOL spied) {
    (void)spied;
    return spies_of(self)->dressed ? cb - 2 * GUARD_BYTES : cb;
}

/* A block that is kept back is free to the caller. */
static int hook_post_did_alloc(IMallocSpy *self, void *request, BOOL spied, int actual) {
    mem_spies *spies = spies_of(self);
    return spies->guard && !spied && guard_keeps(spies->guard, request) ? 0 : actual;
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
    .PreGetSize = hook_to_actual,
    .PostGetSize = hook_post_get_size,
    .PreDidAlloc = hook_to_actual,
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
    if (type->wants_guards && !spies->guard) {
        spies->guard = os_pool_alloc(&spies->pool, sizeof *spies->guard);
        if (!spies->guard)
            return fail(E_OUTOFMEMORY, error, error_size, "out of memory");
        spies->guard->sites = &spies->books.sites;
    }
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
        spy_hold();
        hr = CoRegisterMallocSpy(&spies->iface);
        if (SUCCEEDED(hr))
            running = spies;
        spy_let_go();
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

/* ---- For managed heaps ---- */

bool mem_spies_want_collection(size_t size) {
    bool wanted = false;
    spy_hold();
    for (spy_layer *layer = running ? running->layers : NULL; layer; layer = layer->next)
        wanted |=
            layer->type->counts_objects && !layer->type->allow(layer, size, &running->counters);
    spy_let_go();
    return wanted;
}

void mem_spies_heap_ended(void) {
    spy_hold();
    if (running)
        spy_objects_forget_types(&running->books.objects);
    spy_let_go();
}

/* ---- Results ---- */

mem_counters mem_spies_counters(mem_spies *spies) {
    spy_hold();
    mem_counters counters = spies->counters;
    if (spies->guard)
        counters.errors = spies->guard->errors;
    spy_let_go();
    return counters;
}

static void check_all_guards(mem_spies *spies) {
    const addr_map *blocks = &spies->blocks;
    for (size_t i = 0; blocks->entries && i <= blocks->mask; i++) {
        const addr_entry *entry = &blocks->entries[i];
        block_info info = unpack(entry->value);
        if (entry->address && info.dressed)
            guard_check(spies->guard, (void *)entry->address, info.size, info.site, 0);
    }
    guard_check_kept(spies->guard);
}

void mem_spies_report(mem_spies *spies, FILE *out) {
    spy_hold();
    if (spies->guard) {
        check_all_guards(spies);
        spies->counters.errors = spies->guard->errors;
    }
    for (spy_layer *layer = spies->layers; layer; layer = layer->next)
        layer->type->report(layer, &spies->counters, &spies->books, out);
    spy_let_go();
}

HRESULT mem_spies_stop(mem_spies *spies) {
    HRESULT hr = CoRevokeMallocSpy();
    hook_release(&spies->iface);
    return hr;
}
