/*
 * Making a region shorter. What is done in registers right after a convolution costs next to nothing; as an operation of
 * its own it reads and writes the whole value once more.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fast/region.h"

/* Who makes and how often is taken each value. */
struct uses {
	int *maker;		/* operation, or REGION_NONE */
	int *takers;
};

static void
count_uses(const struct region *r, struct uses *u)
{
	for (int v = 0; v < r->nvalues; v++) {
		u->maker[v] = REGION_NONE;
		u->takers[v] = 0;
	}
	for (int i = 0; i < r->nops; i++) {
		const struct region_op *op = &r->ops[i];
		u->maker[op->out] = i;
		for (int k = 0; k < op->nin; k++)
			u->takers[op->in[k]]++;
		if (op->residual != REGION_NONE)
			u->takers[op->residual]++;
	}
	for (int i = 0; i < r->noutputs; i++)
		u->takers[r->outputs[i].value]++;
}

static void
drop(struct region *r, int i)
{
	free(r->ops[i].in);
	free(r->ops[i].weights);
	free(r->ops[i].bias);
	memmove(&r->ops[i], &r->ops[i + 1], (size_t)(r->nops - i - 1) * sizeof *r->ops);
	r->nops--;
}

/* The operation that makes the value, when nothing else takes it. */
static struct region_op *
sole_maker(struct region *r, const struct uses *u, int value)
{
	return u->maker[value] != REGION_NONE && u->takers[value] == 1 ? &r->ops[u->maker[value]] : NULL;
}

/* x * sigmoid(x), and the same with the hard sigmoid of the hard swish. */
static bool
fuse_gate(struct region *r, const struct uses *u, int i)
{
	struct region_op *mul = &r->ops[i];
	if (mul->kind != REGION_MUL || mul->act.kind != ACT_NONE)
		return false;
	for (int k = 0; k < 2; k++) {
		struct region_op *gate = sole_maker(r, u, mul->in[k]);
		if (gate == NULL || gate->kind != REGION_ACT || gate->in[0] != mul->in[1 - k])
			continue;
		struct act a = gate->act;
		bool hard = a.kind == ACT_HARDSIGMOID && a.alpha > 0.1666F && a.alpha < 0.1667F && a.beta > 0.4999F
			&& a.beta < 0.5001F;
		if (a.kind != ACT_SIGMOID && !hard)
			continue;
		mul->kind = REGION_ACT;
		mul->in[0] = gate->in[0];
		mul->nin = 1;
		mul->act = (struct act) { .kind = hard ? ACT_HARDSWISH : ACT_SILU };
		drop(r, u->maker[gate->out]);
		return true;
	}
	return false;
}

static bool
is_scale(const struct region_op *op, int64_t channels)
{
	const struct window *w = &op->window;
	return op->kind == REGION_CONV && op->groups == channels && op->channels == channels && w->size[0] == 1 && w->size[1] == 1
		&& w->stride[0] == 1 && w->stride[1] == 1 && w->before[0] + w->before[1] + w->after[0] + w->after[1] == 0;
}

/* A factor and an offset for each channel (batch normalisation) right after a convolution: into its weights. */
static bool
fuse_scale(struct region *r, const struct uses *u, int i)
{
	struct region_op *scale = &r->ops[i];
	struct region_op *conv = scale->kind == REGION_CONV ? sole_maker(r, u, scale->in[0]) : NULL;
	if (conv == NULL || conv->kind != REGION_CONV || !is_scale(scale, conv->channels) || conv->act.kind != ACT_NONE
		|| conv->residual != REGION_NONE || scale->residual != REGION_NONE)
		return false;
	size_t n = (size_t)conv->channels, each = conv->nweights / n;
	if (conv->bias == NULL)
		conv->bias = mem_array(n, sizeof *conv->bias);
	for (size_t c = 0; c < n; c++) {
		for (size_t k = 0; k < each; k++)
			conv->weights[c * each + k] *= scale->weights[c];
		conv->bias[c] = conv->bias[c] * scale->weights[c] + (scale->bias != NULL ? scale->bias[c] : 0);
	}
	conv->act = scale->act;
	conv->out = scale->out;
	drop(r, i);
	return true;
}

static bool
fuse_act(struct region *r, const struct uses *u, int i)
{
	struct region_op *op = &r->ops[i];
	struct region_op *maker = op->kind == REGION_ACT ? sole_maker(r, u, op->in[0]) : NULL;
	if (maker == NULL)
		return false;
	if (maker->kind == REGION_CONV && maker->residual != REGION_NONE && maker->last.kind == ACT_NONE)
		maker->last = op->act;
	else if ((maker->kind == REGION_ADD || maker->kind == REGION_MUL
		|| (maker->kind == REGION_CONV && maker->residual == REGION_NONE)) && maker->act.kind == ACT_NONE)
		maker->act = op->act;
	else
		return false;
	maker->out = op->out;
	drop(r, i);
	return true;
}

/* What is added to a convolution's outcome has to be there before the convolution is run. */
static bool
fuse_residual(struct region *r, const struct uses *u, int i)
{
	struct region_op *add = &r->ops[i];
	if (add->kind != REGION_ADD || add->in[0] == add->in[1])
		return false;
	int later = u->maker[add->in[0]] > u->maker[add->in[1]] ? 0 : 1;
	struct region_op *conv = sole_maker(r, u, add->in[later]);
	if (conv == NULL || conv->kind != REGION_CONV || conv->residual != REGION_NONE)
		return false;
	conv->residual = add->in[1 - later];
	conv->last = add->act;
	conv->out = add->out;
	drop(r, i);
	return true;
}

void
region_fuse(struct region *r)
{
	region_merge(r);
	/* Gates first: a sigmoid that joined its convolution could not be found any more. */
	static bool (*const passes[])(struct region *, const struct uses *, int) = {
		fuse_gate, fuse_scale, fuse_act, fuse_residual, fuse_act
	};
	struct uses u = {
		mem_array((size_t)r->nvalues, sizeof *u.maker), mem_array((size_t)r->nvalues, sizeof *u.takers)
	};
	for (size_t p = 0; p < sizeof passes / sizeof *passes; p++) {
		count_uses(r, &u);
		for (int i = 0; i < r->nops;) {
			/* whatever was there before is gone: the numbers have changed */
			if (passes[p](r, &u, i))
				count_uses(r, &u);
			else
				i++;
		}
	}
	free(u.maker);
	free(u.takers);
}
