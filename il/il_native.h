/* Native types of marshalling descriptors by name (II.23.4): NATIVE_I4 and so on for those of one
 * byte, which il_native.def lists, and those that have operands. */
#ifndef CLARET_IL_NATIVE_H
#define CLARET_IL_NATIVE_H

enum {
#define IL_NATIVE(name, number, text) NATIVE_##name = number,
#include "il_native.def"
    NATIVE_FIXED_STRING = 0x17,
    NATIVE_SAFE_ARRAY = 0x1D,
    NATIVE_FIXED_ARRAY = 0x1E,
    NATIVE_ARRAY = 0x2A,
    NATIVE_CUSTOM = 0x2C,
    NATIVE_UTF8_STRING = 0x30, /* newer than what ilasm has words for */
    NATIVE_NONE = 0x50         /* an array whose element type is not said */
};

#endif
