/* What the bridge to native code keeps per runtime. Internal to runtime/interop/, but for
 * interop_stop. */
#ifndef CLARET_INTEROP_H
#define CLARET_INTEROP_H

#include "runtime/exec/exec.h"

struct interop_library;
struct callback;
struct native_delegate;

struct interop_state {
    struct interop_library *libraries;
    struct callback *callbacks;        /* all that were ever made */
    struct callback *next_callback;    /* the one to be looked at next for a dead delegate */
    struct native_delegate *delegates; /* functions that delegates have been made for */
};

/* The runtime's, made at the first call; NULL when memory is short. Under exec_lock. */
struct interop_state *interop_state(struct runtime *rt);

/* Frees callbacks and unloads libraries: no managed code runs any more. */
void interop_stop(struct runtime *rt);

#endif
