/* Answers for methods that an interface has and Claret does not implement.
 *
 * A table is written as
 *
 *     PROF_STUBS_BEGIN
 *     INTERFACE_ALL(PROF_STUB)                 // one function per method that answers E_NOTIMPL
 *     const INTERFACEVtbl vtbl = {
 *         INTERFACE_ALL(PROF_STUB_SLOT)        // in every slot,
 *         .Method = method, ...                // until the slot is given again
 *     };
 *     PROF_STUBS_END
 *
 * so that no slot is ever NULL. INTERFACE names the first parameter's type, as in com.h. */
#ifndef CLARET_PROF_STUB_H
#define CLARET_PROF_STUB_H

#include "com.h"

/* In between, neither the stubs' parameters nor slots that are given twice are worth a warning. */
#define PROF_STUBS_BEGIN                                                                           \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wunused-parameter\"")        \
        _Pragma("GCC diagnostic ignored \"-Woverride-init\"")
#define PROF_STUBS_END _Pragma("GCC diagnostic pop")

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
