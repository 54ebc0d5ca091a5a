/*
 * Floor 0.  SHA-256 (FIPS 180-4).  Digests are printed as 64 lower-case hex digits.
 */
#ifndef FOOTFALL_BASE_SHA256_H
#define FOOTFALL_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { SHA256_HEX = 65 };	/* 64 digits and a NUL */

struct sha256 {
	uint32_t h[8];
	uint64_t length;	/* bytes so far */
	unsigned char block[64];
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t n);
void sha256_end(struct sha256 *s, char hex[SHA256_HEX]);

/* The digest of n bytes. */
void sha256_of(const void *data, size_t n, char hex[SHA256_HEX]);

#endif
