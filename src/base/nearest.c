/*
 * Nearness of words: the number of letters to insert, remove or change (Levenshtein), any case.
 */
#include "base/nearest.h"

#include <ctype.h>
#include <string.h>

enum { LONGEST = 64 };	/* letters looked at; names and keys are shorter */

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;
	return m < c ? m : c;
}

size_t
nearest_distance(const char *a, size_t na, const char *b)
{
	size_t nb = strnlen(b, LONGEST);
	size_t row[LONGEST + 1];

	if (na > LONGEST)
		na = LONGEST;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
			size_t here = least(row[j] + 1, row[j - 1] + 1, corner + !same);
			corner = row[j];
			row[j] = here;
		}
	}
	return row[nb];
}

void
nearest_try(struct nearest *n, const char *written, const char *known)
{
	size_t d = nearest_distance(written, strlen(written), known);
	/* With more than a third of it wrong it is another word, not a slip. */
	size_t limit = strnlen(known, LONGEST) / 3 + 1;
	if (d <= limit && (n->word == NULL || d < n->distance)) {
		n->word = known;
		n->distance = d;
	}
}
