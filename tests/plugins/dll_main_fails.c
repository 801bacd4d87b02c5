/* DllMain does not want to be loaded. */
#include "corprof_plugin.h"

BOOL DllMain(void *library, DWORD reason, void *reserved);

BOOL DllMain(void *library, DWORD reason, void *reserved) {
    return FALSE;
}

CORPROF_PLUGIN()
