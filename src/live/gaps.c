/*
 * The ring of gaps.h.
 */
#include "live/gaps.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct gap *
at(struct gaps *g, uint64_t i)
{
	return &g->v[i % GAPS_KEPT];
}

bool
gaps_open(const struct gaps *g)
{
	return g->end > g->first && g->v[(g->end - 1) % GAPS_KEPT].open;
}

void
gaps_begin(struct gaps *g, int64_t from_ms, const char *reason, const char *detail)
{
	if (gaps_open(g))
		return;
	if (g->end - g->unwritten == GAPS_KEPT) {
		at(g, g->end - 1)->open = true;
		return;
	}
	if (g->end - g->first == GAPS_KEPT)
		g->first++;
	struct gap *gap = at(g, g->end++);
	*gap = (struct gap){ .from_ms = from_ms, .open = true, .reason = reason };
	/* cut where it is too long, but not within a character */
	snprintf(gap->detail, sizeof gap->detail, "%s", detail != NULL ? detail : "");
	size_t n = strlen(gap->detail);
	if (n == sizeof gap->detail - 1) {
		while (n > 0 && ((unsigned char)detail[n] & 0xc0) == 0x80)
			n--;
		gap->detail[n] = '\0';
	}
}

void
gaps_end(struct gaps *g, int64_t to_ms)
{
	if (!gaps_open(g))
		return;
	struct gap *gap = at(g, g->end - 1);
	gap->open = false;
	gap->to_ms = to_ms > gap->from_ms ? to_ms : gap->from_ms;
}

struct gap *
gaps_unwritten(struct gaps *g)
{
	return g->unwritten < g->end ? at(g, g->unwritten) : NULL;
}

void
gaps_written(struct gaps *g)
{
	assert(g->unwritten < g->end && !at(g, g->unwritten)->open);
	g->unwritten++;
}

size_t
gaps_count(const struct gaps *g)
{
	return (size_t)(g->end - g->first);
}

const struct gap *
gaps_at(const struct gaps *g, size_t i)
{
	return &g->v[(g->first + i) % GAPS_KEPT];
}
