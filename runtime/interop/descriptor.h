/* Marshalling descriptors: what a MarshalAs attribute says about one value (II.23.4). */
#ifndef CLARET_DESCRIPTOR_H
#define CLARET_DESCRIPTOR_H

#include "il.h"

struct descriptor {
    uint8_t kind;           /* NATIVE_*; 0: nothing is said */
    uint8_t element;        /* of arrays; NATIVE_NONE */
    uint32_t count;         /* SizeConst */
    int32_t count_param;    /* SizeParamIndex; -1: none */
    il_blob custom, cookie; /* CUSTOM: UTF-8 in the module */
};

/* The descriptor of a Param or Field token, or an empty one. IL_BAD_SIGNATURE for bytes that are no
 * descriptor. */
il_status descriptor_read(const il_module *module, uint32_t token, struct descriptor *out,
                          il_error *err);

#endif
