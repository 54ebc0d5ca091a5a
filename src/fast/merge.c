/*
 * Convolutions of the same value, each of a few channels, are one convolution whose channels are handed on: heads of networks, which
 * would leave most of a register empty. So are the convolutions that work on each channel by itself right after them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fast/region.h"

enum { FEW = 16, GROUP_MOST = 16, NEAR = 256 };	/* channels of each, how many are one, and how far apart they are */

static bool
is_plain(const struct region_op *op)
{
	return op->kind == REGION_CONV && op->act.kind == ACT_NONE && op->residual == REGION_NONE && op->channels <= FEW;
}

static bool
each_alone(const struct region_op *op)
{
	return op->groups == op->channels && op->nweights == (size_t)(op->channels * op->window.size[0] * op->window.size[1]);
}

static bool
same_window(const struct region_op *a, const struct region_op *b)
{
	return memcmp(&a->window, &b->window, sizeof a->window) == 0;
}

static size_t
each_channel(const struct region_op *op)
{
	return op->nweights / (size_t)op->channels;
}

/* Makes one of the n convolutions, in place of the first; what each made becomes some of its channels. */
static void
join(struct region *r, const int *ops, int n, int in, int groups)
{
	struct region_op *first = &r->ops[ops[0]];
	struct region_op one = *first;
	int channels = 0;
	size_t weights = 0;
	for (int i = 0; i < n; i++) {
		channels += r->ops[ops[i]].channels;
		weights += r->ops[ops[i]].nweights;
	}
	one.weights = mem_array(weights, sizeof *one.weights);
	one.bias = mem_array((size_t)channels, sizeof *one.bias);
	one.nweights = weights;
	one.channels = channels;
	one.groups = groups > 1 ? channels : 1;
	one.out = r->nvalues++;
	one.in = mem_array(1, sizeof *one.in);
	one.in[0] = in;
	size_t at = 0;
	for (int i = 0, channel = 0; i < n; i++) {
		struct region_op *op = &r->ops[ops[i]];
		memcpy(one.weights + at, op->weights, op->nweights * sizeof *op->weights);
		if (op->bias != NULL)
			memcpy(one.bias + channel, op->bias, (size_t)op->channels * sizeof *op->bias);
		at += op->nweights;
		struct region_op part = { .kind = REGION_SLICE, .in = op->in, .nin = 1, .out = op->out, .channels = op->channels,
			.first = channel, .residual = REGION_NONE };
		part.in[0] = one.out;
		channel += op->channels;
		free(op->weights);
		free(op->bias);
		*op = part;
	}
	/* the one goes before the first of its parts; those that come later need no more than it */
	region_add(r, REGION_CONV, &in, 1, one.out);
	free(r->ops[r->nops - 1].in);
	memmove(&r->ops[ops[0] + 1], &r->ops[ops[0]], (size_t)(r->nops - 1 - ops[0]) * sizeof *r->ops);
	r->ops[ops[0]] = one;
}

/* Convolutions of one value, of one kind, as many as there are. */
static bool
join_heads(struct region *r, int i)
{
	int ops[GROUP_MOST] = { i }, n = 1;
	const struct region_op *first = &r->ops[i];
	if (!is_plain(first) || first->groups != 1 || first->channels == FEW)
		return false;
	for (int k = i + 1; k < r->nops && k < i + NEAR && n < GROUP_MOST; k++) {
		const struct region_op *op = &r->ops[k];
		if (is_plain(op) && op->groups == 1 && op->in[0] == first->in[0] && same_window(op, first)
			&& each_channel(op) == each_channel(first))
			ops[n++] = k;
	}
	if (n == 1)
		return false;
	join(r, ops, n, first->in[0], 1);
	return true;
}

/* What takes the value, when one operation does and nothing else; else REGION_NONE. */
static int
sole_taker(const struct region *r, int value)
{
	int taker = REGION_NONE, takers = 0;
	for (int i = 0; i < r->nops; i++) {
		for (int k = 0; k < r->ops[i].nin; k++)
			takers += r->ops[i].in[k] == value;
		takers += r->ops[i].residual == value;
		if (takers > 0 && taker == REGION_NONE)
			taker = i;
	}
	for (int i = 0; i < r->noutputs; i++)
		takers += r->outputs[i].value == value;
	return takers == 1 ? taker : REGION_NONE;
}

/* Parts of the value that nothing takes any more. */
static void
drop_parts(struct region *r, int value, int from)
{
	for (int i = from; i < r->nops && i < from + NEAR;) {
		struct region_op *op = &r->ops[i];
		bool wanted = op->kind != REGION_SLICE || op->in[0] != value;
		for (int k = 0; k < r->nops && !wanted; k++)
			for (int n = 0; n < r->ops[k].nin && !wanted; n++)
				wanted = r->ops[k].in[n] == op->out || r->ops[k].residual == op->out;
		for (int k = 0; k < r->noutputs && !wanted; k++)
			wanted = r->outputs[k].value == op->out;
		if (wanted) {
			i++;
			continue;
		}
		free(op->in);
		memmove(op, op + 1, (size_t)(--r->nops - i) * sizeof *op);
	}
}

/* All channels of a value, in parts that follow each other, each of which is worked on by itself. */
static bool
join_followers(struct region *r, int i)
{
	int ops[GROUP_MOST], n = 0, channels = 0;
	const struct region_op *made = &r->ops[i];
	if (made->kind != REGION_CONV)
		return false;
	for (int k = i + 1; k < r->nops && k < i + NEAR && n < GROUP_MOST; k++) {
		const struct region_op *part = &r->ops[k];
		if (part->kind != REGION_SLICE || part->in[0] != made->out || part->first != channels)
			continue;
		int taker = sole_taker(r, part->out);
		const struct region_op *op = taker == REGION_NONE ? NULL : &r->ops[taker];
		if (op == NULL || op->kind != REGION_CONV || !is_plain(op) || !each_alone(op) || op->in[0] != part->out
			|| op->channels != part->channels || (n > 0 && (!same_window(op, &r->ops[ops[0]]) || taker < ops[n - 1])))
			return false;
		ops[n++] = taker;
		channels += part->channels;
	}
	if (n < 2 || channels != made->channels)
		return false;
	const int value = made->out;
	join(r, ops, n, value, channels);
	drop_parts(r, value, i + 1);
	return true;
}

void
region_merge(struct region *r)
{
	for (int i = 0; i < r->nops; i++)
		if (join_heads(r, i))
			join_followers(r, i);
}
