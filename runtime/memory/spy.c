/* Registration of the process's spy, and its hooks around the task heap's operations.
 *
 * Every operation: take the lock, look the caller's pointer up among the spied blocks, Pre hook,
 * heap, Post hook, bring the records up to date, complete a pending revocation, give the lock back.
 * A hook may come back in here on the same thread; so nothing is remembered across a hook except
 * the arguments of the one operation, and a spy goes only when the outermost operation ends. */
#include "runtime/memory/spy.h"

#include "runtime/memory/addr_map.h"
#include "runtime/memory/biased_lock.h"
#include "runtime/memory/spy_object.h"
#include "runtime/memory/task.h"

#include <string.h>

_Atomic(IMallocSpy *) spy_registered;

static biased_lock lock;
/* Under the lock: */
static addr_map spied;   /* blocks as the spy knows them; the values are not used */
static addr_map dressed; /* objects that the spy knows by another address, to dressed_object */
static bool going_away;  /* a revocation waits for the last of the spied */
/* The managed object that the hooks at this depth of the lock are about; NULL for none. */
static const spy_object *object_now;
static unsigned object_depth;

static IMallocSpy *current(void) {
    return atomic_load_explicit(&spy_registered, memory_order_relaxed);
}

static void complete_revocation(void) {
    IMallocSpy *spy = current();
    going_away = false;
    atomic_store_explicit(&spy_registered, NULL, memory_order_relaxed);
    addr_map_fini(&spied);
    addr_map_fini(&dressed);
    spy->lpVtbl->Release(spy);
}

static IMallocSpy *enter(void) {
    biased_lock_take(&lock);
    return current();
}

static void leave(void) {
    if (__builtin_expect(going_away, false) && spied.count == 0 && lock.depth == 1)
        complete_revocation();
    biased_lock_give(&lock);
}

static bool is_spied(const void *block) {
    return addr_map_find(&spied, block) != NULL;
}

/* A hook that allocates may have taken the room reserved before it, hence the second reserve. */
static void record(const void *block) {
    if (addr_map_reserve(&spied))
        addr_map_put(&spied, block, 0);
}

/* Room for one more record is made before the heap is asked, so that a block once allocated can
 * be recorded; no room counts as a failure of the heap. */
static void *alloc_under(IMallocSpy *spy, size_t cb) {
    size_t size = spy->lpVtbl->PreAlloc(spy, cb);
    if (size == 0 && cb != 0)
        return NULL;
    void *actual = addr_map_reserve(&spied) ? task_alloc(size) : NULL;
    void *block = spy->lpVtbl->PostAlloc(spy, actual);
    if (block && actual)
        record(block);
    return block;
}

static void free_under(IMallocSpy *spy, void *block) {
    BOOL was_spied = is_spied(block);
    void *actual = spy->lpVtbl->PreFree(spy, block, was_spied);
    addr_map_remove(&spied, block, NULL);
    if (actual)
        task_free(actual);
    spy->lpVtbl->PostFree(spy, was_spied);
}

static void *realloc_under(IMallocSpy *spy, void *block, size_t cb) {
    BOOL was_spied = is_spied(block);
    void *old = block;
    size_t size = spy->lpVtbl->PreRealloc(spy, block, cb, &old, was_spied);
    if (size == 0)
        return NULL;
    void *actual = old && addr_map_reserve(&spied) ? task_realloc(old, size) : NULL;
    void *moved = spy->lpVtbl->PostRealloc(spy, actual, was_spied);
    if (actual) {
        addr_map_remove(&spied, block, NULL);
        if (moved)
            record(moved);
    }
    return moved;
}

static size_t size_under(IMallocSpy *spy, void *block) {
    BOOL was_spied = is_spied(block);
    void *actual = spy->lpVtbl->PreGetSize(spy, block, was_spied);
    return spy->lpVtbl->PostGetSize(spy, actual ? task_size(actual) : (size_t)-1, was_spied);
}

static int did_alloc_under(IMallocSpy *spy, void *block) {
    BOOL was_spied = is_spied(block);
    void *actual = spy->lpVtbl->PreDidAlloc(spy, block, was_spied);
    return spy->lpVtbl->PostDidAlloc(spy, block, was_spied, actual ? task_owns(actual) : -1);
}

void *spy_alloc(size_t cb) {
    IMallocSpy *spy = enter();
    void *block = spy ? alloc_under(spy, cb) : task_alloc(cb);
    leave();
    return block;
}

void *spy_realloc(void *block, size_t cb) {
    IMallocSpy *spy = enter();
    void *moved = spy ? realloc_under(spy, block, cb) : task_realloc(block, cb);
    leave();
    return moved;
}

void spy_free(void *block) {
    IMallocSpy *spy = enter();
    if (spy)
        free_under(spy, block);
    else
        task_free(block);
    leave();
}

size_t spy_size(void *block) {
    IMallocSpy *spy = enter();
    size_t size = spy ? size_under(spy, block) : task_size(block);
    leave();
    return size;
}

int spy_did_alloc(void *block) {
    IMallocSpy *spy = enter();
    int answer = spy ? did_alloc_under(spy, block) : task_owns(block);
    leave();
    return answer;
}

void spy_minimize(void) {
    IMallocSpy *spy = enter();
    if (spy)
        spy->lpVtbl->PreHeapMinimize(spy);
    task_minimize();
    if (spy)
        spy->lpVtbl->PostHeapMinimize(spy);
    leave();
}

void spy_hold(void) {
    enter();
}

void spy_let_go(void) {
    leave();
}

/* ---- Managed objects ----
 *
 * An object begins where the heap has put it, whatever PostAlloc returns. A spy that puts a header
 * in front of blocks believes that the object begins behind it, while the object's own fields
 * overwrite it. So the header is kept here and put back, into what is a dead object by then, for
 * PreFree. */

typedef struct dressed_object {
    void *block;      /* as the spy knows it */
    size_t header;    /* bytes in front of it */
    uint8_t bytes[1]; /* header of them */
} dressed_object;

static size_t dressed_size(size_t header) {
    return offsetof(dressed_object, bytes) + header;
}

/* Keeps what lies between the object's address and block, at most room bytes. */
static bool keep_header(void *address, void *block, size_t room) {
    size_t distance = (size_t)((uint8_t *)block - (uint8_t *)address);
    size_t header = distance <= room ? distance : 0;
    dressed_object *kept = addr_map_reserve(&dressed) ? task_alloc(dressed_size(header)) : NULL;
    if (!kept)
        return false;
    kept->block = block;
    kept->header = header;
    memcpy(kept->bytes, address, header);
    addr_map_put(&dressed, address, (size_t)kept);
    return true;
}

/* The spy's address of an object, its header restored. */
static void *restore_header(void *address) {
    size_t value;
    if (!addr_map_remove(&dressed, address, &value))
        return address;
    dressed_object *kept = (dressed_object *)value;
    void *block = kept->block;
    memcpy(address, kept->bytes, kept->header);
    task_free(kept);
    return block;
}

static const spy_object *begin_object(const spy_object *object, unsigned *outer_depth) {
    const spy_object *outer = object_now;
    *outer_depth = object_depth;
    object_now = object;
    object_depth = lock.depth;
    return outer;
}

static void end_object(const spy_object *outer, unsigned outer_depth) {
    object_now = outer;
    object_depth = outer_depth;
}

const spy_object *spy_object_now(void) {
    return object_depth == lock.depth ? object_now : NULL;
}

/* No room for a record: the object goes before anybody has seen it. */
static void take_back(IMallocSpy *spy, void *block) {
    spy->lpVtbl->PreFree(spy, block, TRUE);
    spy->lpVtbl->PostFree(spy, TRUE);
}

static void *object_under(IMallocSpy *spy, size_t size, void *(*alloc)(void *, size_t), void *data,
                          bool *refused) {
    size_t room = spy->lpVtbl->PreAlloc(spy, size);
    *refused = room == 0;
    if (*refused)
        return NULL;
    if (room < size)
        room = size;
    void *address = addr_map_reserve(&spied) ? alloc(data, room) : NULL;
    void *block = spy->lpVtbl->PostAlloc(spy, address);
    if (!address)
        return NULL;
    bool good = block && addr_map_reserve(&spied);
    if (good && block != address)
        good = keep_header(address, block, room);
    if (good)
        record(block);
    else if (block)
        take_back(spy, block);
    memset(address, 0, size);
    *refused = !good;
    return good ? address : NULL;
}

void *spy_object_alloc(const spy_object *object, size_t size, void *(*alloc)(void *, size_t),
                       void *data, bool *refused) {
    unsigned outer_depth;
    *refused = false;
    IMallocSpy *spy = enter();
    const spy_object *outer = begin_object(object, &outer_depth);
    void *address = spy ? object_under(spy, size, alloc, data, refused) : alloc(data, size);
    end_object(outer, outer_depth);
    leave();
    return address;
}

static void free_object_under(IMallocSpy *spy, void *address) {
    void *first_word;
    memcpy(&first_word, address, sizeof first_word);
    void *block = restore_header(address);
    BOOL was_spied = is_spied(block);
    spy->lpVtbl->PreFree(spy, block, was_spied);
    addr_map_remove(&spied, block, NULL);
    spy->lpVtbl->PostFree(spy, was_spied);
    memcpy(address, &first_word, sizeof first_word);
}

void spy_object_free(const spy_object *object, void *address) {
    unsigned outer_depth;
    IMallocSpy *spy = enter();
    const spy_object *outer = begin_object(object, &outer_depth);
    if (spy)
        free_object_under(spy, address);
    end_object(outer, outer_depth);
    leave();
}

HRESULT claret_spied_heap(SIZE_T *handle, BOOL *managed) {
    bool in_hook = biased_lock_is_held(&lock);
    if (!handle || !managed)
        return E_POINTER;
    const spy_object *object = in_hook ? spy_object_now() : NULL;
    *managed = object != NULL;
    *handle = !in_hook ? 0 : (SIZE_T)(object ? object->heap : task_handle());
    return in_hook ? S_OK : E_UNEXPECTED;
}

bool spy_check(void) {
    enter();
    bool good = addr_map_check(&spied) && addr_map_check(&dressed) &&
                dressed.count <= spied.count && (current() || (spied.count == 0 && !going_away));
    leave();
    return good;
}

HRESULT CoRegisterMallocSpy(IMallocSpy *pMallocSpy) {
    if (!pMallocSpy)
        return E_INVALIDARG;
    HRESULT hr = CO_E_OBJISREG;
    if (!enter()) {
        void *spy = NULL;
        hr = pMallocSpy->lpVtbl->QueryInterface(pMallocSpy, &IID_IMallocSpy, &spy);
        hr = SUCCEEDED(hr) && spy ? S_OK : E_INVALIDARG;
        if (hr == S_OK)
            atomic_store_explicit(&spy_registered, spy, memory_order_relaxed);
    }
    leave();
    return hr;
}

HRESULT CoRevokeMallocSpy(void) {
    HRESULT hr = CO_E_OBJNOTREG;
    if (enter()) {
        going_away = true;
        hr = spied.count == 0 && lock.depth == 1 ? S_OK : E_ACCESSDENIED;
    }
    leave();
    return hr;
}
