/* SHA-1 (FIPS 180-4), for public key tokens only. */
#ifndef CLARET_SHA1_H
#define CLARET_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20

void sha1(const uint8_t *data, size_t size, uint8_t out[SHA1_SIZE]);

#endif
