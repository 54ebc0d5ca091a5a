/*
 * Scores are sorted by radix: the bits of a double, turned so that they order as the numbers do, a byte at a
 * time.  Bytes that all keys share (most of them, in scores of a network) cost nothing.
 */
#include "score/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct keyed {
	uint64_t key;
	uint32_t index;
};

static uint64_t
key_of(double score)
{
	if (!(score == score))
		return UINT64_MAX;
	score += 0.0;	/* -0 becomes 0 */
	uint64_t bits;
	memcpy(&bits, &score, sizeof bits);
	/* Ascending order needs negative numbers turned over and the others' sign set; best first is the reverse. */
	uint64_t ascending = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
	return ~ascending;
}

void
order_by_score(const double *scores, size_t n, uint32_t *order)
{
	struct keyed *a = mem_array(n, sizeof *a), *b = mem_array(n, sizeof *b);
	uint64_t any = 0, all = UINT64_MAX;

	for (size_t i = 0; i < n; i++) {
		a[i] = (struct keyed){ .key = key_of(scores[i]), .index = (uint32_t)i };
		any |= a[i].key;
		all &= a[i].key;
	}
	for (int shift = 0; n > 1 && shift < 64; shift += 8) {
		if (((any ^ all) >> shift & 0xff) == 0)
			continue;
		size_t start[256] = { 0 };
		for (size_t i = 0; i < n; i++)
			start[a[i].key >> shift & 0xff]++;
		size_t sum = 0;
		for (int k = 0; k < 256; k++) {
			size_t count = start[k];
			start[k] = sum;
			sum += count;
		}
		for (size_t i = 0; i < n; i++)
			b[start[a[i].key >> shift & 0xff]++] = a[i];
		struct keyed *swap = a;
		a = b;
		b = swap;
	}
	for (size_t i = 0; i < n; i++)
		order[i] = a[i].index;
	free(a);
	free(b);
}

void
order_by_key(const uint32_t *keys, size_t n, size_t nkeys, const uint32_t *from, uint32_t *order)
{
	size_t *start = mem_array(nkeys, sizeof *start), sum = 0;

	for (size_t i = 0; i < n; i++)
		start[keys[i]]++;
	for (size_t k = 0; k < nkeys; k++) {
		size_t count = start[k];
		start[k] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t j = from == NULL ? (uint32_t)i : from[i];
		order[start[keys[j]]++] = j;
	}
	free(start);
}
