/* One shipped spy behind the registered one: what it is asked and told.
 *
 * All calls come under the spy lock, so layers need no lock of their own. A layer must not use the
 * task heap. */
#ifndef CLARET_SPY_LAYER_H
#define CLARET_SPY_LAYER_H

#include "runtime/memory/call_stack.h"
#include "runtime/memory/spies.h"
#include "runtime/memory/spy_objects.h"

typedef struct spy_layer spy_layer;

typedef enum spy_action {
    SPY_ALLOC,
    SPY_REALLOC,
    SPY_FREE,
    SPY_OBJECT, /* a managed object is allocated */
    SPY_SWEEP,  /* a collection has found one dead */
    SPY_DROP    /* one goes with its heap */
} spy_action;

/* An operation that is over; addresses are the caller's. */
typedef struct spy_event {
    spy_action action;
    const void *old;        /* SPY_REALLOC, SPY_FREE, SPY_SWEEP, SPY_DROP: the block before */
    const void *block;      /* the others and SPY_REALLOC: the block now, NULL when it failed */
    size_t size;            /* requested */
    const void *heap;       /* of a managed object; NULL for other blocks */
    const char *type;       /* a managed object's */
    const char *refused_by; /* the spec that made it fail; NULL when none did */
} spy_event;

/* What is live, and where it comes from. */
typedef struct spy_books {
    call_sites sites; /* of blocks */
    spy_objects objects;
} spy_books;

typedef struct spy_layer_type {
    const char *prefix; /* of the spec; what follows it goes to parse */
    /* Reads the rest of the spec; false when it is not what help says. NULL: nothing may follow. */
    bool (*parse)(spy_layer *layer, const char *rest);
    const char *help; /* the form of the spec, for the error text */
    /* Gets ready (opens files). NULL: nothing to do. */
    bool (*open)(spy_layer *layer);
    /* Whether a request for size bytes may go on. NULL: always. */
    bool (*allow)(spy_layer *layer, size_t size, const mem_counters *now);
    void (*told)(spy_layer *layer, const spy_event *event); /* NULL allowed */
    void (*report)(spy_layer *layer, const mem_counters *now, const spy_books *books, FILE *out);
    void (*close)(spy_layer *layer); /* NULL allowed */
    bool wants_stacks, wants_guards;
    bool counts_objects; /* allow depends on how many are live, so a collection may help */
} spy_layer_type;

struct spy_layer {
    const spy_layer_type *type;
    spy_layer *next;
    const char *spec;
    uint64_t number; /* N, K, BYTES, or P scaled to 2^64 */
    uint64_t state;  /* requests so far, or the random state */
    bool onwards;    /* fail=N+ */
    const char *path;
    FILE *file;
};

/* Ended by an entry whose prefix is NULL. */
extern const spy_layer_type SPY_FAIL_LAYERS[];
extern const spy_layer_type SPY_REPORT_LAYERS[];

/* Reads decimal digits and an optional K, M or G; *end is what follows. False when there is no
 * digit or the value does not fit. */
bool spy_parse_size(const char *text, uint64_t *out, const char **end);

#endif
