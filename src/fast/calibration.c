/*
 * Calibration files:
 *
 *	footfall calibration 1
 *	network SHA256
 *	region OPERATIONS VALUES
 *	LOW HIGH			(a line for each value)
 *	...
 *	end
 */
#include "fast/calibration.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"

static const char head[] = "footfall calibration 1";

struct reader {
	const char *at, *end;
	int line;
	int values;		/* so far */
	char text[160];		/* of the line */
};

static int
wrong(const struct reader *r, const char *what, struct err *e)
{
	return err_set(e, ERR_CONFIG, "line %d: %s", r->line, what);
}

static int
next_line(struct reader *r, struct err *e)
{
	r->line++;
	const char *stop = r->at < r->end ? memchr(r->at, '\n', (size_t)(r->end - r->at)) : NULL;
	if (stop == NULL)
		return wrong(r, "it ends too early", e);
	size_t n = (size_t)(stop - r->at);
	if (n >= sizeof r->text || memchr(r->at, '\0', n) != NULL)
		return wrong(r, "no line of a calibration", e);
	memcpy(r->text, r->at, n);
	r->text[n] = '\0';
	r->at = stop + 1;
	return 0;
}

/* The line's two numbers; the first is what is before its only space. */
static int
two_words(struct reader *r, char **a, char **b)
{
	*a = r->text;
	*b = strchr(r->text, ' ');
	if (*b == NULL)
		return -1;
	*(*b)++ = '\0';
	return 0;
}

static int
read_range(struct reader *r, struct range *out, struct err *e)
{
	/* what single precision holds; and of that what leaves room for products */
	const double held = 1e38;
	const float most = 1e30F;
	char *a, *b;
	double low, high;
	if (next_line(r, e) != 0)
		return -1;
	if (two_words(r, &a, &b) != 0 || num_real(a, &low) != 0 || num_real(b, &high) != 0 || low < -held || high > held
		|| !((float)low >= -most && low <= 0 && high >= 0 && (float)high <= most))
		return wrong(r, "two numbers are wanted, one not above and one not below zero", e);
	*out = (struct range) { (float)low, (float)high };
	return 0;
}

/* What follows "region " on the line, and its values. */
static int
read_region(struct reader *r, struct calibration *c, struct err *e)
{
	char *word = strchr(r->text, ' ') + 1, *a, *b = strchr(word, ' ');
	int64_t nops, nvalues;
	a = word;
	if (b != NULL)
		*b++ = '\0';
	if (b == NULL || num_int(a, &nops) != 0 || num_int(b, &nvalues) != 0 || nops < 1 || nops > CALIBRATION_VALUES
		|| nvalues < 1 || nvalues > CALIBRATION_VALUES - r->values || c->nregions == CALIBRATION_REGIONS)
		return wrong(r, "no region that a network could have", e);
	struct calibrated *g = &c->regions[c->nregions++];
	*g = (struct calibrated) { (int)nops, (int)nvalues, mem_array((size_t)nvalues, sizeof *g->ranges) };
	r->values += (int)nvalues;
	for (int i = 0; i < g->nvalues; i++)
		if (read_range(r, &g->ranges[i], e) != 0)
			return -1;
	return 0;
}

static int
read_head(struct reader *r, struct calibration *c, struct err *e)
{
	static const char word[] = "network ";
	if (next_line(r, e) != 0)
		return -1;
	if (strcmp(r->text, head) != 0)
		return wrong(r, "no calibration that this program knows", e);
	if (next_line(r, e) != 0)
		return -1;
	const char *hex = r->text + strlen(word);
	if (strncmp(r->text, word, strlen(word)) != 0 || strlen(hex) != SHA256_HEX - 1
		|| strspn(hex, "0123456789abcdef") != SHA256_HEX - 1)
		return wrong(r, "the network's sha256 is wanted", e);
	memcpy(c->network, hex, SHA256_HEX);
	return 0;
}

int
calibration_parse(const char *text, size_t len, struct calibration *out, struct err *e)
{
	struct reader r = { .at = text, .end = text + len };
	*out = (struct calibration) { .regions = mem_array(CALIBRATION_REGIONS, sizeof *out->regions) };
	if (read_head(&r, out, e) != 0)
		goto out;
	for (;;) {
		if (next_line(&r, e) != 0)
			goto out;
		if (strcmp(r.text, "end") == 0)
			break;
		if (strncmp(r.text, "region ", 7) != 0) {
			wrong(&r, "a region, or the end, is wanted", e);
			goto out;
		}
		if (read_region(&r, out, e) != 0)
			goto out;
	}
	if (r.at == r.end) {
		sha256_of(text, len, out->digest);
		return 0;
	}
	r.line++;
	wrong(&r, "more after the end", e);
out:
	calibration_free(out);
	return -1;
}

void
calibration_print(const struct calibration *c, struct buf *out)
{
	buf_printf(out, "%s\nnetwork %s\n", head, c->network);
	for (int i = 0; i < c->nregions; i++) {
		const struct calibrated *g = &c->regions[i];
		buf_printf(out, "region %d %d\n", g->nops, g->nvalues);
		for (int v = 0; v < g->nvalues; v++)
			buf_printf(out, "%.9g %.9g\n", (double)g->ranges[v].low, (double)g->ranges[v].high);
	}
	buf_puts(out, "end\n");
}

void
calibration_free(struct calibration *c)
{
	for (int i = 0; i < c->nregions; i++)
		free(c->regions[i].ranges);
	free(c->regions);
	*c = (struct calibration) { 0 };
}

void
calibration_begin(struct calibration *c, struct region *const *regions, size_t n)
{
	for (int i = 0; i < c->nregions; i++)
		free(c->regions[i].ranges);
	free(c->regions);
	c->regions = mem_array(n, sizeof *c->regions);
	c->nregions = (int)n;
	for (size_t i = 0; i < n; i++)
		c->regions[i] = (struct calibrated) {
			regions[i]->nops, regions[i]->nvalues, mem_array((size_t)regions[i]->nvalues, sizeof(struct range))
		};
}

bool
calibration_fits(const struct calibration *c, struct region *const *regions, size_t n)
{
	bool same = (size_t)c->nregions == n;
	for (size_t i = 0; i < n && same; i++)
		same = c->regions[i].nops == regions[i]->nops && c->regions[i].nvalues == regions[i]->nvalues;
	return same;
}

bool
calibration_covers(const struct region *r)
{
	enum { MOST = 4 };
	int all = 0, deep = 0;
	for (int i = 0; i < r->nops; i++) {
		const struct region_op *op = &r->ops[i];
		all += op->kind == REGION_CONV;
		deep += op->kind == REGION_CONV && op->groups > 1 && op->groups == op->channels;
	}
	return all > 0 && deep * MOST <= all;
}
