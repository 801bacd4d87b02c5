/* Native types that have operands; those of one byte are in il_native.def (II.23.4). */
#ifndef CLARET_IL_NATIVE_H
#define CLARET_IL_NATIVE_H

enum {
    NATIVE_FIXED_STRING = 0x17,
    NATIVE_SAFE_ARRAY = 0x1D,
    NATIVE_FIXED_ARRAY = 0x1E,
    NATIVE_ARRAY = 0x2A,
    NATIVE_CUSTOM = 0x2C,
    NATIVE_NONE = 0x50 /* an array whose element type is not said */
};

#endif
