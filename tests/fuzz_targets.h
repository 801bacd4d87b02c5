/* The functions that are fed with anything at all. None may crash, hang or touch memory that is not
 * its own; what they check beyond that, they check with abort. */
#ifndef CLARET_FUZZ_TARGETS_H
#define CLARET_FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

#define FUZZ_TARGET(name) void fuzz_##name(const uint8_t *data, size_t size);
#include "fuzz_targets.def"
#undef FUZZ_TARGET

#endif
