/* Execution: threads, frames, calls, exceptions.
 *
 * A managed exception is pending on its thread (thread->exception) until somebody takes it; whoever
 * calls something that may throw looks at it afterwards. There is no unwinding of native frames. */
#ifndef CLARET_EXEC_H
#define CLARET_EXEC_H

#include "runtime/exec/code.h"

#define EXEC_STACK_SLOTS (128 * 1024) /* 1 MiB of registers */
#define EXEC_MAX_FRAMES  16384
/* Native activations of the interpreter, each for a call out of native or compiled code. */
#define EXEC_MAX_NATIVE_DEPTH 1500

/* One interpreted activation. */
struct frame {
    struct code *code;
    union slot *regs;
    const struct insn *ip; /* the instruction being executed, valid while the frame is not on top */
    void *compiled_caller; /* native frame pointer of the helper when compiled code called; or NULL */
    bool boundary;         /* called by native code, which takes exceptions itself */
    bool filter;           /* runs a filter of the method below */
};

#define THREAD_SPILL_SLOTS 64

struct thread {
    struct runtime *rt;
    struct object *exception; /* pending, or NULL */
    uint32_t poll;            /* not 0: compiled loops call the runtime before the next iteration */
    union slot *stack, *stack_end;
    struct frame *frames;
    uint32_t frame_count; /* frames[0..frame_count) are active */
    uint32_t native_depth;
    uint32_t os_id;
    /* Where a pending exception will be caught, as pass one found it: frame index and clause. */
    uint32_t catch_frame, catch_clause;
    bool catch_known, unhandled;
    void *compiled_top; /* set by compiled code's helpers around calls into the runtime */
    union slot spill[THREAD_SPILL_SLOTS]; /* written by compiled loops when they poll, never read */
};

il_status exec_thread_new(struct runtime *rt, struct thread **out, il_error *err);
void exec_thread_free(struct thread *thread);

/* Calls method with arguments in args[0 .. arg_slots), result to args[0]. args must lie outside the
 * register stack. A pending exception on return is the callee's; it was not caught. */
void exec_invoke(struct thread *thread, struct method *method, union slot *args, uint32_t room);

/* The same for compiled code: args is the top of the register stack (exec_stack_top), and an
 * exception passes on to the frames below. */
void exec_call_from_compiled(struct thread *thread, struct method *method, union slot *args,
                             void *native_frame);
union slot *exec_stack_top(struct thread *thread);

/* Makes the method callable: announces jit_started, reads and lowers its body. False with a pending
 * exception (InvalidProgramException, MissingMethodException ...). */
bool exec_prepare(struct thread *thread, struct method *method);

/* Runs the type initialiser if it has not run. False with a pending exception. */
bool exec_init_type(struct thread *thread, struct type *type);

/* ---- Throwing ---- */

/* Leaves a new exception of class System.NAME pending; message NULL for the class's own. Falls back
 * to the preallocated OutOfMemoryException. */
void exec_throw(struct thread *thread, const char *name, const char *message);
void exec_throw_format(struct thread *thread, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Turns a failed look-up or load into the managed exception .NET throws for it. */
void exec_throw_error(struct thread *thread, const il_error *err);
void exec_throw_object(struct thread *thread, struct object *exception);

/* The exception's stack trace as text, one line per frame: "   at Program.Main(String[])". The
 * result is a mem_ block; NULL when memory is short. */
char *exec_trace_text(struct thread *thread, struct object *exception);

/* ---- Objects ---- */

/* Each returns NULL with OutOfMemoryException pending when memory is short. */
struct object *exec_new_object(struct thread *thread, struct type *type);
struct array *exec_new_array(struct thread *thread, struct type *array_type, int64_t length);
struct string *exec_new_string(struct thread *thread, int32_t length);
struct string *exec_string_from_utf8(struct thread *thread, const char *text, size_t size);
struct string *exec_intern(struct thread *thread, const uint16_t *chars, int32_t length);
struct object *exec_box(struct thread *thread, struct type *type, const void *value);
/* A mem_ block with the string's text in UTF-8; NULL when memory is short. */
char *exec_string_to_utf8(const struct string *string);

/* Copies between memory and registers as the storage demands (extending small integers). */
void exec_load(union slot *to, const void *from, const struct type *type);
void exec_store(void *to, const union slot *from, const struct type *type);

#endif
