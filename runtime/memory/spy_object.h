/* Managed objects before the registered spy: each allocation and each sweep comes to it as PreAlloc
 * and PostAlloc, PreFree and PostFree. The rules are M1 to M12 of docs/MEMORY.md.
 *
 * A managed heap looks at spy_present (spy.h) first and comes here only when there is a spy. The
 * spy lock is held from the Pre to the Post call, and the heap's own lock is taken inside it: a
 * heap must not allocate native memory under its lock, nor wait for a collection in
 * spy_object_alloc. */
#ifndef CLARET_SPY_OBJECT_H
#define CLARET_SPY_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPY_FRAME_WORDS = 2 };

/* What a managed heap's owner tells spies about its objects. Called under the spy lock, on the
 * allocating thread, for the object that is being allocated. All NULL is allowed. */
typedef struct spy_naming {
    void *self; /* first argument of all the functions */
    void (*type_name)(void *self, const void *type, char *text, size_t size);
    /* The managed call stack, innermost first: at most limit frames of SPY_FRAME_WORDS words, whose
     * meaning is the owner's. Returns their number. */
    uint32_t (*take_stack)(void *self, void *thread, uintptr_t *frames, uint32_t limit);
    void (*frame_name)(void *self, const uintptr_t *frame, char *text, size_t size);
} spy_naming;

typedef struct spy_object {
    const void *heap;         /* its handle in heap events */
    const void *type;         /* when it is allocated */
    void *thread;             /* for take_stack */
    const spy_naming *naming; /* when it is allocated */
    bool heap_ends;           /* it goes with its heap, rather than being swept */
} spy_object;

/* Asks the spy, and the heap through alloc, for an object of size bytes: zeros, with at least the
 * room that the spy asked for. NULL when the spy refuses (*refused) or the heap is full. alloc must
 * not collect. */
void *spy_object_alloc(const spy_object *object, size_t size,
                       void *(*alloc)(void *data, size_t size), void *data, bool *refused);

/* Tells the spy, if there is one, that the object at this address is dead. Afterwards its memory
 * holds what the spy has left there, but for the first word. May be called while the world is
 * stopped. */
void spy_object_free(const spy_object *object, void *address);

/* In a hook, for the shipped spies: the object that it is about; NULL for a native block. */
const spy_object *spy_object_now(void);

#endif
