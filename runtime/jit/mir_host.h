/* The one door to MIR: runs a compilation so that control always comes back.
 *
 * MIR 1.0.0 does not survive a failed malloc, and ends the process on errors. So its archive is
 * built with the C library's functions renamed to those of mir_host.c (mir/redefine.syms), and:
 *
 *   memory    comes from an arena of the compilation, filled through mem.h; when memory is short,
 *             or MIR calls exit or its error function, a longjmp leads back to mir_host_run
 *   pages     are taken from a code_region, and stay when the context is gone
 *   output    goes to the compilation's message
 *
 * The arena is dropped as a whole at the end, the MIR context with it; nothing that MIR allocated
 * may be used afterwards but the code. (A double constant lies in the context: take it from memory
 * of your own.) */
#ifndef CLARET_MIR_HOST_H
#define CLARET_MIR_HOST_H

#include "runtime/jit/code_region.h"

struct MIR_context;

typedef enum jit_status {
    JIT_OK,
    JIT_NO_MEMORY, /* mem_alloc said no */
    JIT_NO_ROOM,   /* the code region is full */
    JIT_REFUSED,   /* MIR reported an error, or mir_host_refuse was called */
} jit_status;

/* Makes a context with the generator initialised, calls body(context, arg) and drops the context.
 * Anything but JIT_OK means that body did not reach its end; the region is then as it was before.
 * message gets what MIR printed (cut to size, NUL-terminated). One compilation at a time per thread
 * and per region. body must hold nothing that needs releasing, save through arg. */
jit_status mir_host_run(code_region *region, void (*body)(struct MIR_context *ctx, void *arg),
                        void *arg, char *message, size_t size);

/* For body only: count * size bytes of zeros in the compilation's arena; never NULL. */
void *mir_host_alloc(size_t count, size_t size);

/* For body only: ends the compilation with JIT_REFUSED and the message. */
void mir_host_refuse(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* For body only: ends the compilation with JIT_NO_MEMORY, when mem.h said no to body itself. */
void mir_host_no_memory(void) __attribute__((noreturn));

#endif
