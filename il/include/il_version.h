/* The version of a file among its resources for Windows (VS_VERSIONINFO), as compilers write it. */
#ifndef CLARET_IL_VERSION_H
#define CLARET_IL_VERSION_H

#include "il.h"

typedef struct il_version {
    uint16_t file[4], product[4]; /* major, minor, build, private */
    uint32_t flags;               /* il_version_flags, those that the file says it has set */
    uint16_t language;            /* of the strings, a Windows language identifier */
    il_blob strings;              /* the first table of them, in the module's image */
} il_version;

typedef enum il_version_flags {
    IL_VERSION_DEBUG = 1,
    IL_VERSION_PRERELEASE = 2,
    IL_VERSION_PATCHED = 4,
    IL_VERSION_PRIVATE = 8,
    IL_VERSION_SPECIAL = 0x20
} il_version_flags;

/* False when the module has none, or one that cannot be read. Safe on any thread. */
bool il_version_of(const il_module *module, il_version *out);

/* The value of a string such as "FileVersion": UTF-16LE without its terminator, in the module's
 * image; empty when there is none. */
il_blob il_version_string(const il_version *version, const char *name);

#endif
