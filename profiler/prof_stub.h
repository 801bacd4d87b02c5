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
        PROF_STUB_BODY_##result(#name)                                                             \
    }
#define PROF_STUB_BODY_HRESULT(name) return prof_missing(PROF_STUB_TEXT(INTERFACE), name);
#define PROF_STUB_BODY_ULONG(name)   return 1; /* AddRef and Release of what the host owns */
#define PROF_STUB_BODY_BOOL(name)    return FALSE;
#define PROF_STUB_BODY_void(name)
#define PROF_STUB_TEXT(name)  PROF_STUB_QUOTE(name)
#define PROF_STUB_QUOTE(name) #name

/* E_NOTIMPL; with CLARET_TRACE=profiler in the environment a line on stderr says what was called.
 */
HRESULT prof_missing(const char *interface, const char *method);

#define PROF_STUB_SLOT(result, name, parameters) .name = stub_##name,

#endif
