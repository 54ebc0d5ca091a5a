/*
 * What regions are made of, and the shapes of their values.
 */
#include "fast/region.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct region *
region_new(void)
{
	return mem_alloc(sizeof(struct region));
}

void
region_free(struct region *r)
{
	if (r == NULL)
		return;
	for (int i = 0; i < r->nops; i++) {
		free(r->ops[i].in);
		free(r->ops[i].weights);
		free(r->ops[i].bias);
	}
	free(r->ops);
	free(r->inputs);
	free(r->outputs);
	free(r);
}

struct region_op *
region_add(struct region *r, enum region_op_kind kind, const int *in, int nin, int out)
{
	if (r->nops == r->cap)
		r->ops = mem_resize(r->ops, (size_t)(r->cap = 2 * r->cap + 16), sizeof *r->ops);
	struct region_op *op = &r->ops[r->nops++];
	*op = (struct region_op) { .kind = kind, .nin = nin, .out = out, .residual = REGION_NONE };
	op->in = mem_array((size_t)nin, sizeof *op->in);
	memcpy(op->in, in, (size_t)nin * sizeof *in);
	return op;
}

float
act_of(struct act a, float x)
{
	switch (a.kind) {
	case ACT_NONE:
		break;
	case ACT_RELU:
		return x > 0 ? x : a.alpha * x;
	case ACT_CLIP:
		return fminf(fmaxf(x, a.alpha), a.beta);
	case ACT_SIGMOID:
		return 1 / (1 + expf(-x));
	case ACT_SILU:
		return x / (1 + expf(-x));
	case ACT_HARDSIGMOID:
		return fminf(fmaxf(a.alpha * x + a.beta, 0), 1);
	case ACT_HARDSWISH:
		return x * fminf(fmaxf(x / 6 + 0.5F, 0), 1);
	case ACT_TANH:
		return tanhf(x);
	case ACT_LINEAR:
		return a.alpha * x + a.beta;
	}
	return x;
}

/* ---- shapes ---- */

enum { PICTURES, CHANNELS, ROWS, COLUMNS };

/* How many places the window has along one side; less than 1 when it does not fit. */
static int64_t
places(const struct window *w, int side, int64_t length)
{
	int64_t span = (int64_t)w->dilation[side] * (w->size[side] - 1) + 1, stride = w->stride[side];
	int64_t room = length + w->before[side] + w->after[side] - span;
	if (room < 0)
		return 0;
	int64_t n = room / stride + 1;
	/* one more, unless it would begin in the padding behind */
	if (w->ceil && room % stride != 0 && n * stride < length + w->before[side])
		n++;
	return n;
}

static int
slide(const struct region_op *op, const int64_t in[4], int64_t channels, int64_t out[4], struct err *e)
{
	out[PICTURES] = in[PICTURES];
	out[CHANNELS] = channels;
	for (int side = 0; side < 2; side++) {
		out[ROWS + side] = places(&op->window, side, in[ROWS + side]);
		if (out[ROWS + side] < 1)
			return err_set(e, ERR_DATA, "a window of %dx%d does not fit in %lldx%lld", op->window.size[1],
				op->window.size[0], (long long)in[COLUMNS], (long long)in[ROWS]);
	}
	return 0;
}

int
region_conv_shape(const struct region_op *op, const int64_t in[4], int64_t out[4], struct err *e)
{
	int64_t each = in[CHANNELS] / op->groups;
	if (each * op->groups != in[CHANNELS]
		|| (uint64_t)op->nweights != (uint64_t)(op->channels * each) * (uint64_t)(op->window.size[0] * op->window.size[1]))
		return err_set(e, ERR_DATA, "a convolution is not made for %lld channels", (long long)in[CHANNELS]);
	return slide(op, in, op->channels, out, e);
}

/* One of the two may have a single row and column, or be as the other. */
static int
pair(const int64_t a[4], const int64_t b[4], int64_t out[4], struct err *e)
{
	bool small = b[ROWS] == 1 && b[COLUMNS] == 1;
	const int64_t *large = small ? a : b, *other = small ? b : a;
	bool fits = (other[ROWS] == 1 && other[COLUMNS] == 1)
		|| (other[ROWS] == large[ROWS] && other[COLUMNS] == large[COLUMNS]);
	if (!fits || a[PICTURES] != b[PICTURES] || a[CHANNELS] != b[CHANNELS])
		return err_set(e, ERR_DATA, "values of different shapes: (%lld, %lld, %lld, %lld) and (%lld, %lld, %lld, %lld)",
			(long long)a[0], (long long)a[1], (long long)a[2], (long long)a[3], (long long)b[0], (long long)b[1],
			(long long)b[2], (long long)b[3]);
	memcpy(out, large, 4 * sizeof *out);
	return 0;
}

static int
concat(const struct region_op *op, const int64_t (*shapes)[4], int64_t out[4], struct err *e)
{
	memcpy(out, shapes[op->in[0]], 4 * sizeof *out);
	for (int i = 1; i < op->nin; i++) {
		const int64_t *part = shapes[op->in[i]];
		if (part[PICTURES] != out[PICTURES] || part[ROWS] != out[ROWS] || part[COLUMNS] != out[COLUMNS])
			return err_set(e, ERR_DATA, "maps of different sizes are to be one");
		out[CHANNELS] += part[CHANNELS];
	}
	return 0;
}

static int
shape_of(const struct region_op *op, const int64_t (*shapes)[4], int64_t out[4], struct err *e)
{
	const int64_t *in = shapes[op->in[0]];
	int64_t sum[4];
	switch (op->kind) {
	case REGION_CONV:
		if (region_conv_shape(op, in, out, e) != 0)
			return -1;
		if (op->residual == REGION_NONE)
			return 0;
		memcpy(sum, out, sizeof sum);
		return pair(sum, shapes[op->residual], out, e);
	case REGION_MAXPOOL:
	case REGION_AVGPOOL:
		return slide(op, in, in[CHANNELS], out, e);
	case REGION_GLOBALPOOL:
		memcpy(out, in, 4 * sizeof *out);
		out[ROWS] = out[COLUMNS] = 1;
		return 0;
	case REGION_RESIZE:
		memcpy(out, in, 4 * sizeof *out);
		out[ROWS] *= op->factor;
		out[COLUMNS] *= op->factor;
		return 0;
	case REGION_ACT:
		memcpy(out, in, 4 * sizeof *out);
		return 0;
	case REGION_ADD:
	case REGION_MUL:
		return pair(in, shapes[op->in[1]], out, e);
	case REGION_CONCAT:
		return concat(op, shapes, out, e);
	case REGION_SLICE:
		memcpy(out, in, 4 * sizeof *out);
		out[CHANNELS] = op->channels;
		if (op->first + op->channels > in[CHANNELS])
			return err_set(e, ERR_DATA, "channel %d of %lld", op->first + op->channels, (long long)in[CHANNELS]);
		return 0;
	}
	return err_set(e, ERR_FAIL, "no such operation");
}

static int
check_size(const int64_t s[4], struct err *e)
{
	int64_t cells = 1;
	for (int i = 0; i < 4; i++) {
		if (s[i] < 1 || s[i] > REGION_SIDE || cells > REGION_CELLS / s[i])
			return err_set(e, ERR_DATA, "a value of (%lld, %lld, %lld, %lld)", (long long)s[0], (long long)s[1],
				(long long)s[2], (long long)s[3]);
		cells *= s[i];
	}
	return 0;
}

int
region_shapes(const struct region *r, int64_t (*shapes)[4], struct err *e)
{
	for (int i = 0; i < r->ninputs; i++)
		if (check_size(shapes[r->inputs[i]], e) != 0)
			return -1;
	for (int i = 0; i < r->nops; i++) {
		int64_t *out = shapes[r->ops[i].out];
		if (shape_of(&r->ops[i], (const int64_t (*)[4])shapes, out, e) != 0 || check_size(out, e) != 0)
			return -1;
	}
	for (int i = 0; i < r->noutputs; i++) {
		const struct region_output *o = &r->outputs[i];
		if (o->rows && (o->width < 1 || shapes[o->value][CHANNELS] % o->width != 0))
			return err_set(e, ERR_DATA, "%lld channels do not make rows of %d", (long long)shapes[o->value][CHANNELS],
				o->width);
	}
	return 0;
}

int
region_output_shape(const struct region *r, int i, const int64_t (*shapes)[4], int64_t out[4])
{
	const struct region_output *o = &r->outputs[i];
	const int64_t *s = shapes[o->value];
	if (!o->rows) {
		memcpy(out, s, 4 * sizeof *out);
		return 4;
	}
	out[0] = o->one ? 1 : s[PICTURES];
	out[1] = s[PICTURES] * s[CHANNELS] / o->width * s[ROWS] * s[COLUMNS] / out[0];
	out[2] = o->width;
	return 3;
}
