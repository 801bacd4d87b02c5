/* IMalloc and IMallocSpy: the task allocator, and the one object that may watch it.
 *
 * The interfaces are those of the Windows SDK's objidl.h and combaseapi.h: same IIDs, same order of
 * methods, same results. docs/MEMORY.md lists every rule, the choices made where the documentation
 * is silent or contradicts itself, and the test that pins each.
 *
 * There is one task allocator and one spy slot per process. No initialisation is needed. Everything
 * here may be called on any thread. */
#ifndef CLARET_OBJIDL_H
#define CLARET_OBJIDL_H

#include "com.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- IMalloc ---- */

/* {00000002-0000-0000-C000-000000000046} */
DEFINE_CONST_GUID(IID_IMalloc, 0x00000002, 0x0000, 0x0000, 0xC0, 0, 0, 0, 0, 0, 0, 0x46);

typedef struct IMalloc IMalloc;

typedef struct IMallocVtbl {
    HRESULT (*QueryInterface)(IMalloc *self, REFIID riid, void **out);
    ULONG (*AddRef)(IMalloc *self);
    ULONG (*Release)(IMalloc *self);

    /* At least cb bytes, 16-byte aligned, contents undefined; NULL when memory is short. cb 0 gives
     * a block of its own, which must be freed like any other. */
    void *(*Alloc)(IMalloc *self, SIZE_T cb);

    /* Changes the size of pv, keeping min(old, new) bytes; the block may move. pv NULL: as Alloc.
     * cb 0 with a block: frees it and returns NULL, which is success. Otherwise NULL means that
     * memory is short, and pv is still valid and unchanged. */
    void *(*Realloc)(IMalloc *self, void *pv, SIZE_T cb);

    /* pv NULL: no effect. */
    void (*Free)(IMalloc *self, void *pv);

    /* The size last requested for pv; (SIZE_T)-1 for NULL. */
    SIZE_T (*GetSize)(IMalloc *self, void *pv);

    /* 1 when pv is a live block of this allocator, 0 when not (also for an address inside a block
     * and for an unmapped one), -1 for NULL. */
    int (*DidAlloc)(IMalloc *self, void *pv);

    /* Gives memory that no block uses back to the operating system. */
    void (*HeapMinimize)(IMalloc *self);
} IMallocVtbl;

struct IMalloc {
    const IMallocVtbl *lpVtbl;
};

#define MEMCTX_TASK 1

/* Stores the task allocator, the same pointer at every call, valid until the process ends; AddRef
 * and Release of it change nothing. dwMemContext must be MEMCTX_TASK.
 * Returns S_OK, or E_INVALIDARG (with NULL stored) for another context or a NULL ppMalloc. */
HRESULT CoGetMalloc(DWORD dwMemContext, IMalloc **ppMalloc);

/* Alloc, Realloc and Free of the task allocator. */
void *CoTaskMemAlloc(SIZE_T cb);
void *CoTaskMemRealloc(void *pv, SIZE_T cb);
void CoTaskMemFree(void *pv);

/* ---- IMallocSpy ---- */

/* {0000001D-0000-0000-C000-000000000046} */
DEFINE_CONST_GUID(IID_IMallocSpy, 0x0000001D, 0x0000, 0x0000, 0xC0, 0, 0, 0, 0, 0, 0, 0x46);

typedef struct IMallocSpy IMallocSpy;

/* Each method of IMalloc is bracketed by a Pre and a Post call, whoever made it and through
 * whichever function. One process-wide lock is held from the start of the Pre call to the end of
 * the Post call, so calls of different threads never interleave. The thread that holds it may
 * allocate inside a hook; that re-enters the spy, and the spy must end the recursion.
 *
 * fSpyed says whether the block was allocated, or successfully reallocated, while this spy was
 * registered. pRequest is always the pointer as the caller knows it.
 *
 * Calls that make no spy call at all: Free, GetSize and DidAlloc of NULL. Realloc of NULL comes as
 * PreAlloc and PostAlloc, Realloc to size 0 as PreFree and PostFree. */
typedef struct IMallocSpyVtbl {
    HRESULT (*QueryInterface)(IMallocSpy *self, REFIID riid, void **out);
    ULONG (*AddRef)(IMallocSpy *self);
    ULONG (*Release)(IMallocSpy *self);

    /* Returns the number of bytes to ask of the heap, usually cbRequest or more. 0 for a non-zero
     * cbRequest makes the allocation fail, without a PostAlloc call. */
    SIZE_T (*PreAlloc)(IMallocSpy *self, SIZE_T cbRequest);

    /* pActual is the heap's block, NULL when the heap failed. Returns the pointer for the caller:
     * pActual, or an address further on when there is a header of the spy's in front. */
    void *(*PostAlloc)(IMallocSpy *self, void *pActual);

    /* Returns the pointer to give to the heap, undoing what PostAlloc added; NULL frees nothing. */
    void *(*PreFree)(IMallocSpy *self, void *pRequest, BOOL fSpyed);
    void (*PostFree)(IMallocSpy *self, BOOL fSpyed);

    /* Stores the pointer for the heap in *ppNewRequest (which holds pRequest beforehand) and
     * returns the size to ask of it. 0 makes the reallocation fail without a PostRealloc call; the
     * old block stays as it was. */
    SIZE_T(*PreRealloc)
    (IMallocSpy *self, void *pRequest, SIZE_T cbRequest, void **ppNewRequest, BOOL fSpyed);

    /* pActual is the heap's block, NULL when the heap failed (the old block is then unchanged);
     * fSpyed is the value that PreRealloc got. Returns the pointer for the caller. */
    void *(*PostRealloc)(IMallocSpy *self, void *pActual, BOOL fSpyed);

    /* Returns the pointer to ask the heap about. */
    void *(*PreGetSize)(IMallocSpy *self, void *pRequest, BOOL fSpyed);
    /* cbActual is the heap's answer; returns the caller's. */
    SIZE_T (*PostGetSize)(IMallocSpy *self, SIZE_T cbActual, BOOL fSpyed);

    /* Returns the pointer to ask the heap about. */
    void *(*PreDidAlloc)(IMallocSpy *self, void *pRequest, BOOL fSpyed);
    /* pRequest is the caller's pointer, fActual the heap's answer; returns the caller's. */
    int (*PostDidAlloc)(IMallocSpy *self, void *pRequest, BOOL fSpyed, int fActual);

    void (*PreHeapMinimize)(IMallocSpy *self);
    void (*PostHeapMinimize)(IMallocSpy *self);
} IMallocSpyVtbl;

struct IMallocSpy {
    const IMallocSpyVtbl *lpVtbl;
};

/* Makes pMallocSpy the process's spy: calls its QueryInterface(IID_IMallocSpy) once and keeps that
 * reference. Blocks allocated earlier are not spied. Returns S_OK; E_INVALIDARG for NULL or when
 * QueryInterface fails; CO_E_OBJISREG while a spy is registered (also one waiting to be revoked).
 */
HRESULT CoRegisterMallocSpy(IMallocSpy *pMallocSpy);

/* Takes the spy away and releases it. While blocks are left that it has spied, or when called from
 * one of its own hooks, returns E_ACCESSDENIED and leaves the spy in place; it then goes by itself
 * as soon as the last of those blocks is freed, after that block's PostFree. Until its Release the
 * spy keeps getting all calls. S_OK: it is gone. CO_E_OBJNOTREG: there is none. */
HRESULT CoRevokeMallocSpy(void);

/* ---- Managed objects ----
 *
 * The spy sees the objects of Claret's managed heaps too: PreAlloc and PostAlloc for each that is
 * allocated, PreFree and PostFree for each that a collection has found dead, or that is left when
 * its heap ends. An object stays where the heap puts it: what PostAlloc returns is the address by
 * which the spy will hear of it again, and a header that the spy has put in front is kept aside and
 * restored for PreFree. What lies behind the object's own bytes, up to the size that PreAlloc asked
 * for, is the spy's. PostAlloc returning NULL, like PreAlloc returning 0, gives the program an
 * OutOfMemoryException. PreFree's result is ignored. A collection may be under way, with all
 * managed threads stopped: a hook must not wait for one of them, nor run managed code. */

/* In a hook: which heap it is about, as heap events name it, and whether that holds managed objects.
 * Claret's own function. Returns S_OK, E_UNEXPECTED outside a hook, E_POINTER. */
HRESULT claret_spied_heap(SIZE_T *handle, BOOL *managed);

#ifdef __cplusplus
}
#endif

#endif
