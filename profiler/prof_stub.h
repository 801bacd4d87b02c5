/* Answers for methods that an interface has and Claret does not implement.
 *
 * A table is written as
 *
 *     INTERFACE_ALL(PROF_STUB)                 // one function per method that answers E_NOTIMPL
 *     const INTERFACEVtbl vtbl = {
 *         INTERFACE_ALL(PROF_STUB_SLOT)        // in every slot,
 *         .Method = method, ...                // until the slot is given again
 *     };
 *
 * so that no slot is ever NULL. INTERFACE names the first parameter's type, as in com.h. */
#ifndef CLARET_PROF_STUB_H
#define CLARET_PROF_STUB_H

#include "com.h"

#pragma GCC diagnostic ignored "-Wunused-parameter" /* of the stubs */
#pragma GCC diagnostic ignored "-Woverride-init"    /* the slots given again */

#define PROF_STUB(result, name, parameters)                                                        \
    static result stub_##name parameters {                                                         \
        return PROF_STUB_ANSWER_##result;                                                          \
    }
#define PROF_STUB_ANSWER_HRESULT E_NOTIMPL
#define PROF_STUB_ANSWER_ULONG   1 /* AddRef and Release of what the host owns */
#define PROF_STUB_ANSWER_BOOL    FALSE
#define PROF_STUB_ANSWER_void

#define PROF_STUB_SLOT(result, name, parameters) .name = stub_##name,

#endif
