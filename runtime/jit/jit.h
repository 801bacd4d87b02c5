/* The JIT: hot methods become machine code.
 *
 * A method is compiled as a whole from its register code, or stays interpreted: that is never an
 * error. Engines meet in two places of struct method:
 *
 *   entry   what compiled code calls: int64_t entry(thread *, method *, one int64_t per argument
 *           slot), returning the slot of the result. A floating-point argument is not passed so but
 *           in thread->floats, at its slot's number, and such a result in thread->floats[0]; a
 *           structure is returned at thread->native_top. Never NULL: jit_interpret for methods that
 *           are not compiled. It is read at each call, so that a method can change engines at any
 *           time.
 *   enter   what the interpreter calls: arguments from slots, the result to slots[0]; NULL for a
 *           method that is not compiled.
 *
 * Both return with a pending exception on the thread when the method threw. Compiled frames keep no
 * books: jit_walk finds them by their return addresses.
 *
 * Compiling is done under the runtime's lock; stack walks need none. Code lives until jit_free. */
#ifndef CLARET_JIT_H
#define CLARET_JIT_H

#include <stdbool.h>
#include <stdint.h>

struct code;
struct method;
struct thread;
union slot;

typedef struct jit jit;

/* NULL when memory is short or the system allows no executable memory: everything is interpreted
 * then, and the functions below accept a NULL jit. */
jit *jit_new(void);
/* Adds what is compiled from now on to a map, see perf_map.h, which is closed with the JIT. */
void jit_set_perf_map(jit *jit, int map);
void jit_free(jit *jit);

/* The type of method.enter. */
typedef void jit_enter(struct thread *thread, union slot *slots);

enum jit_state { JIT_STATE_NONE, JIT_STATE_COMPILED, JIT_STATE_REFUSED };

/* Compiles a prepared method and sets its entry, enter and jit_state. Returns whether it
 * is compiled now. A refused method is not tried again; one that lacked memory is. */
bool jit_compile(jit *jit, struct method *method);

/* Compiles the rest of an activation that is in a loop: the interpreter, at instruction insn of
 * code with its registers at slots, calls the result with them; it returns when the method returns,
 * with the result in slots[0 .. return_slots), or with an exception pending. NULL when that cannot
 * be. */
jit_enter *jit_compile_loop(jit *jit, const struct code *code, uint32_t insn);

/* The entry of methods that are not compiled: runs method on the interpreter. */
int64_t jit_interpret(struct thread *thread, struct method *method, int64_t a, int64_t b, int64_t c,
                      int64_t d, ...);

/* Why methods stayed interpreted, and how many were compiled. */
typedef struct jit_statistics {
    uint32_t compiled, refused;
    uint64_t code_bytes;
    char last_refusal[160]; /* "Program.Main(String[]): operation localloc" */
} jit_statistics;

void jit_get_statistics(const jit *jit, jit_statistics *out);

/* ---- Stack walks ---- */

/* Compiled activations below a C function that compiled code called, innermost first. */
typedef struct jit_walk {
    const jit *jit;
    const uint8_t *return_address, *sp, *fp;
} jit_walk;

/* native_frame: __builtin_frame_address(0) in that C function. */
void jit_walk_start(jit_walk *walk, const jit *jit, const void *native_frame);

/* An activation of compiled code. */
typedef struct jit_activation {
    struct method *method;
    const struct code *code;  /* that it was compiled from; not the method's any more, perhaps */
    uint32_t il_offset, insn; /* of its call */
    uintptr_t id;             /* tells it from all others of the stack */
    const void *ip;           /* where it goes on */
} jit_activation;

/* The next activation; false when the caller is not compiled code. */
bool jit_walk_next(jit_walk *walk, jit_activation *out);

#endif
