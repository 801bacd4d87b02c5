/* Claret as a library: create a runtime, run a program in it or call its methods, destroy it.
 * docs/EMBEDDING.md has an example.
 *
 * A runtime is independent of every other one in the process, and any number may exist one after
 * the other and at the same time. It is created, run and destroyed on one thread. Methods are
 * called on that thread, also from a native function that managed code has called there, and on
 * threads that were attached, all of them at once if need be. */
#ifndef CLARET_H
#define CLARET_H

#include <stdbool.h>
#include <stddef.h>
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
    /* In the tiered mode, how many entries and iterations it takes until a method is compiled; 0 for
     * the environment variable CLARET_JIT_AFTER, or 5000. */
    uint32_t compile_after;
    /* The claret command, which Process.Start runs assemblies with; NULL: only what the system can
     * run is started. Owned by the caller, unchanged until claret_destroy. */
    const char *launcher;
    /* Write /tmp/perf-PID.map, from which perf knows the names of compiled methods. One runtime of a
     * process at a time can. */
    bool perf_map;
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

/* ---- Calling methods ---- */

typedef struct module claret_assembly; /* lives as long as its runtime, like a method */
typedef struct method claret_method;
/* A managed object, kept alive until claret_release. */
typedef struct gc_handle claret_object;

/* Loads the assembly file at path, or gives the one that was loaded from there. What it refers to
 * is looked for beside the first assembly of the runtime, then as claret_config.path says. NULL
 * with error when it is missing or unusable. */
claret_assembly *claret_load(claret_runtime *runtime, const char *path, claret_error *error);

/* Finds a method by its name as ilasm and the disassembler spell it:
 *
 *   int32 [Program]Program::Add(int32, int32)
 *   instance void NS.Outer/Inner::M(string, class [mscorlib]System.Type[], int32&)
 *   instance void class [System]System.Collections.Generic.Stack`1<string>::Push(!0)
 *   !!0[] [mscorlib]System.Array::Empty<int32>()
 *
 * A type without an assembly in brackets is one of assembly; with NULL for that there must be one.
 * NULL with error when the name cannot be read ("method name:LINE:COLUMN: ..."), when something it
 * names is missing (for a method with what the type has instead), or when the method is open
 * (a type variable has no value) and so cannot be called. */
claret_method *claret_find_method(claret_runtime *runtime, const claret_assembly *assembly,
                                  const char *name, claret_error *error);

typedef enum claret_kind {
    CLARET_VOID, /* as a result: none */
    CLARET_NULL,
    CLARET_BOOL,
    CLARET_CHAR,   /* a UTF-16 unit */
    CLARET_INT32,  /* also for smaller integers, and for uint32 with the same bits */
    CLARET_INT64,  /* also for uint64 with the same bits */
    CLARET_NATIVE, /* native int and native unsigned int, pointers */
    CLARET_FLOAT32,
    CLARET_FLOAT64,
    CLARET_STRING, /* UTF-8 with a NUL behind it; lone surrogates become U+FFFD */
    CLARET_OBJECT  /* any other object; a value of a struct, boxed */
} claret_kind;

typedef struct claret_value {
    claret_kind kind;
    union {
        bool boolean;
        uint16_t character;
        int32_t int32;
        int64_t int64;
        intptr_t native;
        float float32;
        double float64;
        const char *string;
        claret_object *object;
    };
} claret_value;

typedef enum claret_outcome {
    CLARET_RETURNED,
    CLARET_THREW,  /* *exception says what */
    CLARET_EXITED, /* the program has called Environment.Exit; the result is its status (INT32) */
    CLARET_REFUSED /* *error says why; nothing was called, or memory was short for the result */
} claret_outcome;

/* What was thrown. The texts are NULL when memory was short for them; all of it is the caller's
 * until claret_release_exception. */
typedef struct claret_exception {
    char *type;    /* full name, "System.InvalidOperationException" */
    char *message; /* its Message */
    char *trace;   /* a line for each frame, "   at Program.Add(Int32, Int32) IL_0004" */
    claret_object *object;
} claret_exception;

/* Calls a method.
 *
 * arguments are count values, one for each parameter. An instance method takes the object that it
 * is called on before them: an OBJECT (or STRING), which for a virtual method decides what is run.
 * A constructor takes none, it makes a new object, and that is the result. Each argument's kind
 * must be the parameter's: no number is converted but int32 to smaller integers, which must hold
 * it. An enum is a number of its size, a struct an OBJECT, a reference NULL, STRING or OBJECT; for
 * a parameter of type object every kind does. A by-reference parameter takes a value of its type,
 * and after CLARET_RETURNED the argument holds the new value as if it were a result. Otherwise
 * arguments stay the caller's and unchanged.
 *
 * *result (may be NULL) is set for CLARET_RETURNED and CLARET_EXITED, and is the caller's until
 * claret_release: a string comes as STRING, other objects and structs as OBJECT.
 * *exception (may be NULL) is set for CLARET_THREW only, *error for CLARET_REFUSED only:
 * a thread that is not attached, a wrong number or kind of arguments, a method that cannot be
 * called (abstract, of an array, a constructor of String or of a delegate), or a runtime that has
 * ended by Environment.Exit or a stack overflow, after which it runs nothing any more. A finally
 * block runs whether or not the embedder is the one who catches. An exception of a static
 * constructor arrives as System.TypeInitializationException, again at each call. */
claret_outcome claret_invoke(claret_runtime *runtime, claret_method *method,
                             claret_value *arguments, size_t count, claret_value *result,
                             claret_exception *exception, claret_error *error);

/* Makes the calling thread one of the runtime's, so that it can load, find, call and unbox, until
 * claret_detach_thread there; before claret_destroy. False with error when it is attached already,
 * or memory is short. While it runs the embedder's own code it holds no collection up. */
bool claret_attach_thread(claret_runtime *runtime, claret_error *error);
/* On the attached thread, with no call under way. Nothing on any other. */
void claret_detach_thread(claret_runtime *runtime);

/* The value in a boxed number, bool, char or enum, or the text of a string. False, with *value
 * untouched, for any other object, on a foreign thread, or when memory is short. The object stays.
 */
bool claret_unbox(claret_runtime *runtime, claret_object *object, claret_value *value);

/* Ends what a result holds: a STRING's text is freed, an OBJECT is let go. The value is CLARET_VOID
 * then. Objects that were not released end with the runtime, texts do not. */
void claret_release(claret_runtime *runtime, claret_value *value);
void claret_release_exception(claret_runtime *runtime, claret_exception *exception);

/* ---- Looking ---- */

/* What a runtime has done so far. Times are in nanoseconds. */
typedef struct claret_stats {
    uint64_t methods_prepared;                  /* lowered to register code */
    uint64_t methods_compiled, methods_refused; /* by the JIT; refused ones stay interpreted */
    uint64_t code_bytes;                        /* of machine code */
    uint64_t collections, collection_time;
    /* Finding room for objects. The quick way is not timed; under a spy or a heap trace all ways
     * are, but only one object in 61, which then stands for the others. */
    uint64_t allocation_time;
    uint64_t allocated_bytes, live_bytes, heap_bytes; /* managed; live at the last collection */
    char last_refusal[160]; /* "METHOD: why the JIT left it to the interpreter", or "" */
} claret_stats;

void claret_get_stats(const claret_runtime *runtime, claret_stats *stats);

/* Tells the consumer of events that this is the end, then frees everything, assemblies, methods and
 * objects included: none of them may be used or released any more. NULL is allowed. */
void claret_destroy(claret_runtime *runtime);

#endif
