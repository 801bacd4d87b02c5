/* GUIDs as text: {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}. */
#ifndef CLARET_PROF_GUID_H
#define CLARET_PROF_GUID_H

#include "com.h"
#include <stdbool.h>

#define PROF_GUID_TEXT 39 /* with braces and the closing NUL */

/* Reads a GUID in braces, hexadecimal digits in either case, with nothing before or behind it.
 * Returns false, and leaves out alone, for anything else. */
bool prof_guid_parse(const char *text, GUID *out);

void prof_guid_format(const GUID *guid, char text[static PROF_GUID_TEXT]);

#endif
