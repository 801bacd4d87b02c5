/* Texts between Claret (UTF-8) and the interfaces (UTF-16).
 *
 * Lengths and capacities count UTF-16 units, the closing 0 among them. buffer and length may be
 * NULL. */
#ifndef CLARET_PROF_TEXT_H
#define CLARET_PROF_TEXT_H

#include "com.h"

/* The metadata interfaces' rule: *length is that of the whole text; what does not fit is cut off,
 * the rest is closed by 0, and the result is CLDB_S_TRUNCATION. */
HRESULT prof_text_cut(const char *text, WCHAR *buffer, ULONG capacity, ULONG *length);

/* The rule of ICorProfilerInfo: *length as above; a buffer that is too small is left alone and the
 * result is HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER), but S_OK when there is no buffer. */
HRESULT prof_text_whole(const char *text, WCHAR *buffer, ULONG capacity, ULONG *length);

/* A UTF-8 copy that mem_free releases; NULL when memory is short. */
char *prof_text_utf8(const WCHAR *text);

#define PROF_E_BUFFER_TOO_SMALL ((HRESULT)0x8007007A)

#endif
