/* Execution: threads, frames, calls, exceptions.
 *
 * A managed exception is pending on its thread (thread->exception) until somebody takes it; whoever
 * calls something that may throw looks at it afterwards. There is no unwinding of native frames. */
#ifndef CLARET_EXEC_H
#define CLARET_EXEC_H

#include "runtime/exec/code.h"
#include "runtime/exec/safe.h"
#include "runtime/exec/wait.h"

#define EXEC_STACK_SLOTS (128 * 1024) /* 1 MiB of registers */
#define EXEC_MAX_FRAMES  16384
#define EXEC_MAX_RANK    32 /* dimensions of an array */

/* Nothing is ever mapped below: an address there is null, or comes of null. Checked where it may be
 * a pointer's; what is known to be an object's is compared with null. */
#define EXEC_LOWEST_ADDRESS 4096

static inline bool exec_is_null(const void *address) {
    return (uintptr_t)address < EXEC_LOWEST_ADDRESS;
}

/* One interpreted activation. */
struct frame {
    struct code *code;
    union slot *regs;
    const struct insn *ip; /* the instruction being executed, when the frame is not on top or calls
                            * out of the interpreter */
    void *compiled_caller; /* native frame pointer of the C function that compiled code called to
                            * get here; NULL when the caller is not compiled */
    bool resumes;          /* runs the rest of the compiled activation below it */
    bool replaced;         /* compiled code runs the rest of it, its handlers too */
    bool boundary;         /* called by native code, which takes exceptions itself */
    bool root;             /* a boundary beyond which nobody takes them: the thread's first frame */
    bool filter;           /* runs a filter of a frame below, in its registers */
};

struct trace_entry {
    struct method *method;
    uint32_t il_offset;
};

#define THREAD_SPILL_SLOTS 64
#define THREAD_FOUND       256
#define THREAD_FLOATS      32

/* What a call of an interface method came to, for call sites with receivers of many types. */
struct found_interface {
    struct type *type;
    struct method *declared, *target;
};

/* Where a thread sleeps: see exec_park. */
struct parker {
    pthread_mutex_t lock;
    pthread_cond_t wake; /* on the monotonic clock */
    bool permit;
    int signal; /* an eventfd that is written to as well, once exec_park_at has needed it; or -1 */
};

/* System.Threading.ThreadState */
enum {
    THREAD_BACKGROUND = 4,
    THREAD_UNSTARTED = 8,
    THREAD_STOPPED = 16,
    THREAD_WAITING = 32,
    THREAD_ABORT_REQUESTED = 128,
    THREAD_ABORTED = 256
};

struct thread {
    struct runtime *rt;
    struct object *exception;   /* pending, or NULL */
    struct object *object;      /* its System.Threading.Thread, once asked for */
    struct object *internal;    /* that one's InternalThread */
    int32_t *state;             /* in it: THREAD_BACKGROUND ... */
    struct object *abort_state; /* what Thread.Abort was given */
    uint32_t requests;          /* REQUEST_EXIT ...; set by any thread */
    bool shielded;              /* from aborts, in a finally block or a type initialiser */
    bool aborting;              /* a ThreadAbortException is thrown again after each handler */
    bool started;               /* by exec_start_thread, rather than attached */
    bool guest; /* attached for a consumer of rt_query.h: told of to nobody, runs nothing managed */
    bool stopped; /* it ran when the world was stopped; while it is, by who has stopped it */
    struct parker parker;
    /* Told when the thread is about to sleep and when it has woken; NULL when nobody cares. */
    void (*blocks)(struct thread *thread, bool now);
    struct thread *next; /* in the world's list */
    pthread_t native;
    const char *native_limit; /* compiled code does not let the native stack grow beyond: the
                               * native_floor, or the highest address when it shall poll */
    uint64_t zero;        /* always 0: a zero for compiled code that MIR does not know to be one */
    uint32_t poll;        /* not 0: loops call the runtime before the next iteration */
    uint32_t frame_limit; /* EXEC_MAX_FRAMES, or 0: the next call shall poll */
    union slot *stack, *stack_end;
    const struct method *native_method; /* the one that runs, for its type arguments */
    union slot *native_top; /* end of the arguments of the native method that runs; or NULL */
    struct frame *frames;
    uint32_t frame_count; /* frames[0..frame_count) are active */
    gc_thread gc;
    const char *native_floor; /* the native stack must not grow beyond */
    const void *native_base;  /* where the native stack begins, its highest address */
    uint32_t os_id;
    bool safe; /* in a safe region: see safe.h */
    struct safe_region region;
    int32_t last_error; /* errno of the last failed P/Invoke that keeps it */
    int32_t filter_result;
    /* Of the pending exception, as pass one found it: catching frame and clause. */
    uint64_t catch_frame; /* its index, or the jit_activation's id */
    uint32_t catch_clause;
    bool catch_known;
    bool unhandled; /* nobody catches: nothing is unwound */
    bool fatal;     /* stack overflow: nothing runs any more */
    bool exits;     /* it is the one that has called exec_exit */
    void *
        compiled_top; /* native frame pointer of the C function that compiled code is in; or NULL */
    struct object *out_of_memory, *stack_overflow; /* preallocated */
    struct thread_static *statics;                 /* thread_static.c: by field.offset */
    uint32_t static_count;
    struct found_interface found[THREAD_FOUND]; /* by a hash of type and declared method */
    struct type *waits_for_init;                /* whose initialiser another thread runs */
    union slot spill[THREAD_SPILL_SLOTS];       /* written by compiled code, never read */
    union slot floats[THREAD_FLOATS];           /* see runtime/jit/jit.h */
};

void exec_begin_safe(struct thread *thread);

static inline __attribute__((always_inline)) void exec_enter_safe(struct thread *thread) {
    uint64_t *to = thread->region.registers;
#if defined __x86_64__
    __asm__ volatile("movq %%rbx, (%0); movq %%r12, 8(%0); movq %%r13, 16(%0);"
                     "movq %%r14, 24(%0); movq %%r15, 32(%0)" ::"r"(to)
                     : "memory");
#elif defined __aarch64__
    __asm__ volatile("stp x19, x20, [%0]; stp x21, x22, [%0, 16]; stp x23, x24, [%0, 32];"
                     "stp x25, x26, [%0, 48]; stp x27, x28, [%0, 64]" ::"r"(to)
                     : "memory");
#else
#error "which registers does a callee preserve here?"
#endif
    exec_begin_safe(thread);
}

/* ---- The life of a thread ---- */

/* Makes the calling native thread one of the runtime's; it is not in a safe region. NULL when
 * memory is short. Not from a thread that is attached already. */
struct thread *exec_attach_thread(struct runtime *rt);

/* The same for a consumer of rt_query.h, without anybody being told. */
struct thread *exec_attach_guest(struct runtime *rt);

/* The same for threads other than the first, announced, and with that one's preallocated
 * exceptions. */
struct thread *exec_adopt_thread(struct runtime *rt);
void exec_dismiss_thread(struct thread *thread);

struct thread_start {
    void (*body)(struct thread *thread, const struct thread_start *start);
    void *data;
    struct object *object;              /* its System.Threading.Thread; NULL: made when asked for */
    struct object *delegate, *argument; /* for the body; the collector sees them */
    size_t stack_size;                  /* bytes; 0 for the usual */
};

/* Runs the body on a new native thread that is attached to the runtime; returns once it is. start
 * is copied. thread: the calling one. False when the system or memory has no room for another, or
 * the program ends. */
bool exec_start_thread(struct thread *thread, const struct thread_start *start);

/* The attached thread with this InternalThread, which may end at any time; or NULL. */
struct thread *exec_find_thread(struct runtime *rt, const struct object *internal);

/* Links the thread with its System.Threading.Thread. */
void exec_set_thread_object(struct thread *thread, struct object *object);

/* Changes bits of an InternalThread's state; returns what it was. */
int32_t exec_change_state(struct runtime *rt, struct object *internal, int32_t set, int32_t clear);

/* Sleeps until no started foreground thread is left, or the program ends. */
void exec_wait_for_foreground(struct thread *thread);

/* Asks every thread to end: none runs managed code once it has seen it. */
void exec_end_threads(struct runtime *rt);

/* For what is in a system call that blocks when the program is to end. */
#define EXEC_GRACE_MS 2000

/* After that: waits for the started ones to be gone. False when some are not after EXEC_GRACE_MS.
 */
bool exec_wait_for_end(struct runtime *rt);

/* Whether the main thread runs a program's Main. */
void exec_set_running(struct runtime *rt, bool running);

/* On the thread that ends the program: waits for Main to be left; ends the process when it is not
 * after EXEC_GRACE_MS. */
void exec_end_main(struct thread *thread);

/* The end of a thread: on the thread itself, with no managed frame left; or, for one that has
 * stayed attached, when the runtime goes. */
void exec_detach_thread(struct thread *thread);

/* ---- Calls ---- */

/* Calls method with arguments in args[0 .. arg_slots), the result to args[0 .. return_slots).
 * Returns false with the exception pending when it threw; the caller takes it (exec_take_exception)
 * or returns with it pending. */
bool exec_invoke(struct thread *thread, struct method *method, union slot *args);

/* The same as the first managed frame of a thread: an exception is unhandled. */
bool exec_invoke_root(struct thread *thread, struct method *method, union slot *args);

/* The pending exception, which is pending no more. */
struct object *exec_take_exception(struct thread *thread);

/* The same for compiled code: args is the top of the register stack (exec_stack_top), and an
 * exception passes on to the frames below. */
void exec_call_from_compiled(struct thread *thread, struct method *method, union slot *args,
                             void *native_frame);
/* For compiled code with an exception pending in a try block, at instruction insn of the code; its
 * variables are in regs. Runs what of its handlers is to run, and the rest of the activation when
 * one has caught the exception: the result is in regs then. Otherwise the exception is pending. */
void exec_resume_from_compiled(struct thread *thread, struct code *code, uint32_t insn,
                               union slot *regs);
/* The first register that nobody uses. */
union slot *exec_stack_top(struct thread *thread);

/* Calls a prepared method that has no register code: internal calls, delegates. */
void exec_call_special(struct thread *thread, struct method *method, union slot *args);

/* Makes the method callable: announces jit_started, reads and lowers its body. False with a pending
 * exception (InvalidProgramException, MissingMethodException ...). */
bool exec_prepare(struct thread *thread, struct method *method);

/* Lowers a body of the method's (NULL: the one in force) with these hooks, and makes it its code. By
 * who prepares the method. Errors: those of code_lower. */
il_status exec_lower(struct thread *thread, struct method *method, const rt_hook *hooks,
                     const struct body_override *body, il_error *err);
/* Lets others in that wait for the method to be prepared. */
void exec_end_preparing(struct thread *thread, struct method *method);

/* Runs the type initialiser if it has not run. False with a pending exception. */
bool exec_init_type(struct thread *thread, struct type *type);

/* Runs the initialiser of the module's <Module>, which is done before the first method of the
 * module is called. False with a pending exception. */
bool exec_init_module(struct thread *thread, struct module *module);

/* Delegates: the constructor and Invoke, which have no body. */
void exec_delegate_init(struct thread *thread, struct method *ctor, union slot *args);
void exec_delegate_invoke(struct thread *thread, struct method *invoke, union slot *args);
/* The one method that Invoke comes to, with its arguments in args instead of the delegate's; NULL,
 * args as they were, for null, for several methods, and for what does not fit. */
struct method *exec_delegate_target(struct thread *thread, const struct method *invoke,
                                    union slot *args);

/* ---- Throwing ---- */

/* Leaves a new exception of class System.NAME pending; message NULL for the class's own. Falls back
 * to the preallocated OutOfMemoryException. */
void exec_throw(struct thread *thread, const char *name, const char *message);
void exec_throw_format(struct thread *thread, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Turns a failed look-up or load into the managed exception .NET throws for it. */
void exec_throw_error(struct thread *thread, const il_error *err);
void exec_throw_object(struct thread *thread, struct object *exception);
void exec_rethrow(struct thread *thread, struct object *exception); /* keeps the old trace */
void exec_throw_stack_overflow(struct thread *thread);
/* Leaves the thread with nothing to run any more, as others want the program to end. */
void exec_throw_exit(struct thread *thread);
/* Ends the program as Environment.Exit does: no handler and no finally block runs any more, on no
 * thread. */
void exec_exit(struct thread *thread, int32_t status);

/* The exception's stack trace as text, one line per frame: "   at Program.Main(String[])". The
 * result is a mem_ block; NULL when memory is short. */
char *exec_trace_text(struct thread *thread, struct object *exception);
/* The exception's Message, as its class gives it, in UTF-8: a mem_ block; NULL when it has none, or
 * memory is short. */
char *exec_exception_message(struct thread *thread, struct object *exception);

/* ---- Static fields of each thread (thread_static.c) ---- */

/* Where the thread's value of a FIELD_PER_THREAD field is, which does not move; NULL with
 * OutOfMemoryException pending. On the thread itself. */
void *exec_thread_static(struct thread *thread, const struct field *field);
void exec_mark_thread_statics(const struct thread *thread, gc_heap *gc);
void exec_free_thread_statics(struct thread *thread);

/* ---- Objects ---- */

/* Zeroed memory that lives as long as something on a stack points into it. */
void *exec_localloc(struct thread *thread, uint64_t size);

/* Each returns NULL with OutOfMemoryException pending when memory is short. */
struct object *exec_new_object(struct thread *thread, struct type *type);
struct array *exec_new_array(struct thread *thread, struct type *array_type, int64_t length);
/* The same with a plain NULL when memory is short. length must be within int32. */
struct array *exec_try_new_array(struct thread *thread, struct type *array_type, int64_t length);
/* An array of as many dimensions as bounds, total length within int32. OverflowException for a
 * negative length. */
struct array *exec_new_bounded_array(struct thread *thread, struct type *array_type,
                                     const struct array_bound *bounds);
/* Where the element lies whose indexes are at *indexes and every stride bytes on; NULL with
 * IndexOutOfRangeException pending. */
uint8_t *exec_array_element(struct thread *thread, struct array *array, const int32_t *indexes,
                            size_t stride);
/* The native body of a method that only arrays have. */
native_method exec_array_method(const struct method *method);
/* The bounds of a multi-dimensional array, one per dimension. */
static inline struct array_bound *exec_array_bounds(const struct array *array) {
    size_t elements = (size_t)array->length * array->object.type->element_type->value_size;
    return (struct array_bound *)((char *)(uintptr_t)array->data + ((elements + 3) & ~(size_t)3));
}
struct string *exec_new_string(struct thread *thread, int32_t length);

/* The bytes that an object takes in the heap, its header included. */
size_t exec_object_size(const struct object *object);
/* A copy with the same bytes; NULL with an exception pending when memory is short. */
struct object *exec_clone_object(struct thread *thread, const struct object *from);
struct string *exec_string_from_utf8(struct thread *thread, const char *text, size_t size);
struct string *exec_intern(struct thread *thread, const uint16_t *chars, int32_t length);
/* The interned string with these units, NULL when there is none. */
struct string *exec_find_interned(struct thread *thread, const uint16_t *chars, int32_t length);
void exec_free_strings(struct runtime *rt); /* the table of interned strings */
void exec_mark_strings(struct runtime *rt, gc_heap *gc);

/* The runtime's heap: what the collector asks of its host. */
gc_heap *exec_heap_new(struct runtime *rt);
struct object *exec_box(struct thread *thread, struct type *type, const void *value);
/* A mem_ block with the string's text in UTF-8; NULL when memory is short. */
char *exec_string_to_utf8(const struct string *string);
/* The same for UTF-16 units. */
char *exec_utf16_to_utf8(const uint16_t *chars, int32_t length);
/* The bytes that takes, at most three for each unit; and writing them, without a NUL: returns their
 * number. */
size_t exec_utf8_size(const uint16_t *chars, int32_t length);
size_t exec_write_utf8(char *out, const uint16_t *chars, int32_t length);

/* Copies between memory and registers as the storage demands (extending small integers). */
void exec_load(union slot *to, const void *from, const struct type *type);
void exec_store(void *to, const union slot *from, const struct type *type);

#endif
