/* Claret as a library: create a runtime, run a program in it, destroy it.
 *
 * A runtime is independent of every other one in the process. All functions of one runtime are
 * called on the thread that created it. */
#ifndef CLARET_H
#define CLARET_H

#include <stdbool.h>
#include <stdint.h>

typedef struct runtime claret_runtime;

typedef enum claret_mode {
    CLARET_TIERED, /* start interpreted, compile what is hot */
    CLARET_INTERPRET,
    CLARET_JIT /* compile at the first call */
} claret_mode;

struct rt_events;

typedef struct claret_config {
    claret_mode mode;
    /* Folders separated by ':' where assemblies are looked for, before /usr/lib/mono/4.5; NULL for
     * the environment variable CLARET_PATH. Copied by claret_create. */
    const char *path;
    /* Told what happens (runtime/rt_events.h); NULL for nobody. Owned by the caller, unchanged
     * until claret_destroy. */
    struct rt_events *events;
} claret_config;

typedef struct claret_error {
    char text[768]; /* "FILE: reason", one line */
} claret_error;

/* Makes a runtime and loads mscorlib. Returns NULL and fills error when mscorlib is missing or
 * unusable, or memory is short. */
claret_runtime *claret_create(const claret_config *config, claret_error *error);

/* Loads the assembly at path and runs its entry point with arguments (the program's name not among
 * them). Returns true when the program ran: *exit_status is then what it returned, or 134 after an
 * unhandled exception, which has been reported on standard error. Returns false and fills error
 * when it could not be started. */
bool claret_run(claret_runtime *runtime, const char *path, int argument_count,
                char *const *arguments, int *exit_status, claret_error *error);

/* What a runtime has done so far. Times are in nanoseconds. */
typedef struct claret_stats {
    uint64_t methods_prepared;                  /* lowered to register code */
    uint64_t methods_compiled, methods_refused; /* by the JIT; refused ones stay interpreted */
    uint64_t code_bytes;                        /* of machine code */
    uint64_t collections, collection_time;
    uint64_t allocation_time; /* finding room for objects; the quick way is not timed */
    uint64_t allocated_bytes, live_bytes, heap_bytes; /* managed; live at the last collection */
    char last_refusal[160]; /* "METHOD: why the JIT left it to the interpreter", or "" */
} claret_stats;

void claret_get_stats(const claret_runtime *runtime, claret_stats *stats);

/* Tells the consumer of events that this is the end, then frees everything. NULL is allowed. */
void claret_destroy(claret_runtime *runtime);

#endif
