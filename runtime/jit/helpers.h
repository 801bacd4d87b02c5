/* The C side of compiled code: functions that it calls by name. See helpers.def. */
#ifndef CLARET_JIT_HELPERS_H
#define CLARET_JIT_HELPERS_H

#include "runtime/jit/translate.h"

const char *helper_name(enum helper helper);
void *helper_function(enum helper helper);

#endif
