/*
 * SHA-256 after FIPS 180-4.  Recordings of many gigabytes are hashed before
 * anything else happens to them, so processors that have instructions for it
 * (six times the speed of plain C) use them; the two are tested against
 * each other.
 */
#include "base/sha256.h"

#include <string.h>

static const uint32_t K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static uint32_t
rotate(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void
blocks_plain(uint32_t h[8], const unsigned char *p, size_t n)
{
	for (; n > 0; n--, p += 64) {
		uint32_t w[64];
		for (int i = 0; i < 16; i++) {
			w[i] = (uint32_t)p[i * 4] << 24 | (uint32_t)p[i * 4 + 1] << 16 |
			    (uint32_t)p[i * 4 + 2] << 8 | p[i * 4 + 3];
		}
		for (int i = 16; i < 64; i++) {
			uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
			uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
			w[i] = w[i - 16] + s0 + w[i - 7] + s1;
		}
		uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
		for (int i = 0; i < 64; i++) {
			uint32_t t1 = k + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
			    ((e & f) ^ (~e & g)) + K[i] + w[i];
			uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
			    ((a & b) ^ (a & c) ^ (b & c));
			k = g, g = f, f = e, e = d + t1;
			d = c, c = b, b = a, a = t1 + t2;
		}
		h[0] += a, h[1] += b, h[2] += c, h[3] += d;
		h[4] += e, h[5] += f, h[6] += g, h[7] += k;
	}
}

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Asked of the processor once: in a virtual machine the question is slow. */
static bool
has_sha(void)
{
	static atomic_int known;	/* 0 not asked yet, 1 no, 2 yes */
	int k = atomic_load_explicit(&known, memory_order_relaxed);
	if (k == 0) {
		unsigned a, b, c, d, b7 = 0, ignored;
		bool sse = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSSE3) && (c & bit_SSE4_1);
		bool sha = sse && __get_cpuid_count(7, 0, &a, &b7, &c, &ignored) && (b7 & bit_SHA);
		k = sha ? 2 : 1;
		atomic_store_explicit(&known, k, memory_order_relaxed);
	}
	return k == 2;
}

/*
 * The instructions keep the state as (a b e f) and (c d g h), do two rounds at a
 * time, and make four words of the schedule from the sixteen before them.
 */
__attribute__((target("sha,sse4.1"))) static void
blocks_x86(uint32_t h[8], const unsigned char *p, size_t n)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const void *)h), 0xb1);
	__m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const void *)(h + 4)), 0x1b);
	__m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
	__m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
	for (; n > 0; n--, p += 64) {
		__m128i abef_before = abef, cdgh_before = cdgh, w[4];
		for (int i = 0; i < 4; i++) {
			w[i] = _mm_loadu_si128((const void *)(p + i * 16));
			w[i] = _mm_shuffle_epi8(w[i], big_endian);
		}
		for (int i = 0; i < 64; i += 4) {
			__m128i wk = _mm_add_epi32(w[0], _mm_loadu_si128((const void *)(K + i)));
			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, wk);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(wk, 0x0e));
			__m128i next = _mm_add_epi32(_mm_sha256msg1_epu32(w[0], w[1]),
			    _mm_alignr_epi8(w[3], w[2], 4));
			next = _mm_sha256msg2_epu32(next, w[3]);
			w[0] = w[1], w[1] = w[2], w[2] = w[3], w[3] = next;
		}
		abef = _mm_add_epi32(abef, abef_before);
		cdgh = _mm_add_epi32(cdgh, cdgh_before);
	}
	__m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((void *)h, _mm_blend_epi16(feba, dchg, 0xf0));
	_mm_storeu_si128((void *)(h + 4), _mm_alignr_epi8(dchg, feba, 8));
}
#endif

static void
blocks(uint32_t h[8], const unsigned char *p, size_t n)
{
#ifdef __x86_64__
	if (has_sha()) {
		blocks_x86(h, p, n);
		return;
	}
#endif
	blocks_plain(h, p, n);
}

void
sha256_init(struct sha256 *s)
{
	*s = (struct sha256){.h = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
	}};
}

void
sha256_add(struct sha256 *s, const void *data, size_t n)
{
	if (n == 0)
		return;
	const unsigned char *p = data;
	size_t held = s->length % 64;
	s->length += n;
	if (held > 0) {
		size_t part = 64 - held < n ? 64 - held : n;
		memcpy(s->block + held, p, part);
		p += part;
		n -= part;
		if (held + part < 64)
			return;
		blocks(s->h, s->block, 1);
	}
	blocks(s->h, p, n / 64);
	if (n % 64 > 0)
		memcpy(s->block, p + n / 64 * 64, n % 64);
}

void
sha256_end(struct sha256 *s, char hex[SHA256_HEX])
{
	uint64_t bits = s->length * 8;
	/* A one bit, zeros up to 8 bytes before the end of a block, the length. */
	unsigned char pad[72] = {0x80};
	size_t held = s->length % 64, zeros = (held < 56 ? 56 : 120) - held;
	for (int i = 0; i < 8; i++)
		pad[zeros + (size_t)i] = (unsigned char)(bits >> (56 - i * 8));
	sha256_add(s, pad, zeros + 8);
	for (int i = 0; i < 64; i++)
		hex[i] = "0123456789abcdef"[s->h[i / 8] >> (28 - i % 8 * 4) & 15];
	hex[64] = '\0';
}

void
sha256_of(const void *data, size_t n, char hex[SHA256_HEX])
{
	struct sha256 s;
	sha256_init(&s);
	sha256_add(&s, data, n);
	sha256_end(&s, hex);
}
