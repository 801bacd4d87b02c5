/* libFuzzer's way in: the build names one of fuzz_targets.def as TARGET. */
#include "tests/fuzz_targets.h"

#define CALL(name) fuzz_##name
#define FUZZ(name) CALL(name)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    FUZZ(TARGET)(data, size);
    return 0;
}
