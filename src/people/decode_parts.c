/*
 * What the decoders share.  A network that is not what the registry says of it shows in the
 * shapes of its outputs, so every complaint about one tells all of them.
 */
#include "people/decode_parts.h"

#include <math.h>
#include <stdio.h>

#include "base/buf.h"

bool
decode_fits(const struct tensor *t, const struct shape *s)
{
	if (t->ndims != s->ndims)
		return false;
	for (int i = 0; i < s->ndims; i++) {
		if (s->dims[i] != DECODE_ANY && s->dims[i] != t->dims[i])
			return false;
	}
	return true;
}

int
decode_refuse(const struct tensor *outs, size_t n, const char *expected, struct err *e)
{
	struct buf b = {0};
	char shape[128];

	for (size_t i = 0; i < n; i++) {
		buf_printf(&b, "%s%s %s", i ? ", " : "", outs[i].name,
			tensor_shape(&outs[i], shape, sizeof(shape)));
	}
	int rc = err_set(e, ERR_DATA, "the network gives %.600s; expected %s",
		n ? buf_str(&b) : "nothing", expected);
	buf_free(&b);
	return rc;
}

const struct tensor *
decode_shaped(const struct tensor *outs, size_t n, const struct shape *s, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (decode_fits(&outs[i], s))
			return &outs[i];
	}

	struct buf b = {0};
	buf_putc(&b, '(');
	for (int i = 0; i < s->ndims; i++) {
		if (i > 0)
			buf_puts(&b, ", ");
		if (s->dims[i] == DECODE_ANY)
			buf_putc(&b, 'n');
		else
			buf_printf(&b, "%d", s->dims[i]);
	}
	buf_putc(&b, ')');
	decode_refuse(outs, n, buf_str(&b), e);
	buf_free(&b);
	return NULL;
}

const struct tensor *
decode_table(const struct tensor *outs, size_t n, const char *name, int64_t rows, int cols,
	struct err *e)
{
	const struct tensor *t = tensor_find(outs, n, name);
	if (t) {
		int lead = t->ndims - 2;
		if ((lead == 0 || (lead == 1 && t->dims[0] == 1)) && t->dims[lead] == rows
			&& t->dims[lead + 1] == cols)
			return t;
	}

	char expected[128];
	snprintf(expected, sizeof(expected), "%s (1, %lld, %d)", name, (long long)rows, cols);
	decode_refuse(outs, n, expected, e);
	return NULL;
}

int64_t
decode_cells(int in_w, int in_h, const int *strides, size_t n)
{
	int64_t cells = 0;
	for (size_t i = 0; i < n; i++)
		cells += (int64_t)(in_w / strides[i]) * (in_h / strides[i]);
	return cells;
}

double
decode_least_raw(double p)
{
	if (p <= 0)
		return -INFINITY;
	p = fmin(p, 1 - 1e-9);
	return log(p / (1 - p)) - 1e-6;
}

struct det *
decode_add(struct dets *d, double x, double y, double w, double h, double score)
{
	if (!isfinite(x) || !isfinite(y) || !isfinite(w) || !isfinite(h) || !isfinite(score))
		return NULL;
	if (w <= 0 || h <= 0)
		return NULL;
	struct det *v = dets_add(d);
	v->x = x;
	v->y = y;
	v->w = w;
	v->h = h;
	v->score = fmin(score, 1);
	return v;
}
