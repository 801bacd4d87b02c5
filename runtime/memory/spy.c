/* Registration of the process's spy, and its hooks around the task heap's operations.
 *
 * Every operation: take the lock, look the caller's pointer up among the spied blocks, Pre hook,
 * heap, Post hook, bring the records up to date, complete a pending revocation, give the lock back.
 * A hook may come back in here on the same thread; so nothing is remembered across a hook except
 * the arguments of the one operation, and a spy goes only when the outermost operation ends. */
#include "runtime/memory/spy.h"

#include "runtime/memory/addr_map.h"
#include "runtime/memory/spy_lock.h"
#include "runtime/memory/task.h"

_Atomic(IMallocSpy *) spy_registered;

static spy_lock lock;
/* Under the lock: */
static addr_map spied;  /* blocks as the caller knows them; the values are not used */
static bool going_away; /* a revocation waits for the last of them */

static IMallocSpy *current(void) {
    return atomic_load_explicit(&spy_registered, memory_order_relaxed);
}

static void complete_revocation(void) {
    IMallocSpy *spy = current();
    going_away = false;
    atomic_store_explicit(&spy_registered, NULL, memory_order_relaxed);
    addr_map_fini(&spied);
    spy->lpVtbl->Release(spy);
}

static IMallocSpy *enter(void) {
    spy_lock_take(&lock);
    return current();
}

static void leave(void) {
    if (__builtin_expect(going_away, false) && spied.count == 0 && lock.depth == 1)
        complete_revocation();
    spy_lock_give(&lock);
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

bool spy_check(void) {
    enter();
    bool good = addr_map_check(&spied) && (current() || (spied.count == 0 && !going_away));
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
