/*
 * Gender networks at work, one or the mean of several.
 */
#include "nets/classifier.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/when.h"
#include "nets/parts.h"
#include "people/decode_parts.h"
#include "people/gender.h"

struct member {
	const struct model *model;
	struct vision_net *net;
	float *input;
};

struct classifier {
	struct member members[CLASSIFIER_MAX];
	size_t n;
	struct net_times times;
};

static int
check(const struct model *m, struct err *e)
{
	if (m->task != TASK_GENDER
		|| (m->family != FAMILY_SOFTMAX2 && m->family != FAMILY_SIGMOID1))
		return err_set(e, ERR_UNAVAILABLE, "%s is a %s network; it does not tell gender "
			"(footfall models list shows those that do)", m->name, task_name(m->task));
	if (m->batch > 1)
		return err_set(e, ERR_UNAVAILABLE,
			"%s takes only %d faces a pass; one that takes 1 or any number is needed",
			m->name, m->batch);
	if (m->width < 1 || m->height < 1 || m->female < 0 || m->female > 1)
		return err_set(e, ERR_CONFIG, "%s: input size %dx%d, female %d (%s)", m->name,
			m->width, m->height, m->female, m->defined_at ? m->defined_at : "registry");
	return 0;
}

static int
member_open(struct member *b, const struct model *m, const struct model_data *data, struct err *e)
{
	if (check(m, e) != 0 || net_open(&b->net, m, data, 0, NULL, e) != 0)
		return -1;
	b->model = m;
	b->input = mem_array((size_t)net_channels(m) * (size_t)m->width, (size_t)m->height * sizeof(float));
	return 0;
}

int
classifier_open(struct classifier **out, const struct model *const *models,
	const struct model_data *const *data, size_t n, struct err *e)
{
	*out = NULL;
	if (n < 1 || n > CLASSIFIER_MAX)
		return err_set(e, ERR_USAGE, "1 to %d gender networks can be averaged, not %zu",
			CLASSIFIER_MAX, n);

	struct classifier *c = mem_alloc(sizeof(*c));
	for (; c->n < n; c->n++) {
		if (member_open(&c->members[c->n], models[c->n], data[c->n], e) != 0) {
			classifier_close(c);
			return -1;
		}
	}
	*out = c;
	return 0;
}

void
classifier_close(struct classifier *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CLASSIFIER_MAX; i++) {
		vision_net_close(c->members[i].net);
		free(c->members[i].input);
	}
	free(c);
}

const struct net_times *
classifier_times(const struct classifier *c)
{
	return &c->times;
}

static int
prepare(struct member *b, const struct vision_image *im, const struct face *f, struct err *e)
{
	const struct model *m = b->model;
	const struct letterbox l = letterbox_fit(m->width, m->height, m->width, m->height,
		LETTERBOX_STRETCH);
	const struct vision_blob blob = net_blob(m, &l);
	const struct gender_crop k = gender_crop(f, m->margin, m->side_max, m->align);
	const double side = fmin(k.side, CUT_MOST), in = (k.side - side) / 2;
	const struct vision_region r = { k.x + in, k.y + in, side, side, k.angle };

	return vision_blob(im, &r, &blob, b->input, e);
}

/* The output that holds gender: `numbers` of them, and only dimensions of 1 around. */
static const float *
gender_output(const struct model *m, const struct tensor *outs, size_t nouts, int numbers, struct err *e)
{
	const struct tensor *t = nouts == 1 ? &outs[0] : NULL;
	if (m->output)
		t = tensor_find(outs, nouts, m->output);
	if (t && t->ndims >= 2 && t->dims[0] == 1 && t->dims[1] == numbers && tensor_count(t) == (size_t)numbers)
		return t->data;

	char expected[128];
	snprintf(expected, sizeof(expected), "%s (1, %d)", m->output ? m->output : "one output", numbers);
	decode_refuse(outs, nouts, expected, e);
	return NULL;
}

/*
 * P(female) of one face, checked to be a probability: a network that gives logits must not pass
 * for one that is sure.
 */
static int
p_female(const struct model *m, const float *v, double *p, struct err *e)
{
	const double slack = 0.01;
	if (m->family == FAMILY_SOFTMAX2) {
		if (!(v[0] >= -slack && v[1] >= -slack && fabs((double)v[0] + v[1] - 1) <= slack))
			return err_set(e, ERR_DATA,
				"%g and %g are not two probabilities that make 1", v[0], v[1]);
		*p = v[m->female];
	} else {
		if (!(v[0] >= -slack && v[0] <= 1 + slack))
			return err_set(e, ERR_DATA, "%g is not a probability", v[0]);
		*p = m->female == 1 ? v[0] : 1 - (double)v[0];
	}
	*p = fmin(fmax(*p, 0), 1);
	return 0;
}

static int
member_run(struct member *b, const struct vision_image *im, const struct face *f, double *p, struct net_times *times,
	struct err *e)
{
	const struct model *m = b->model;
	const int numbers = m->family == FAMILY_SOFTMAX2 ? 2 : 1;

	double clock = when_thread_cpu_s();
	if (prepare(b, im, f, e) != 0)
		return -1;
	times->prepare_s += net_lap(&clock);
	struct tensor outs[VISION_OUTPUTS];
	size_t nouts = 0;
	const int dims[4] = { 1, net_channels(m), m->height, m->width };
	if (vision_net_run(b->net, b->input, dims, outs, &nouts, e) != 0)
		return net_fault(m, e);
	times->pass_s += net_lap(&clock);
	const float *v = gender_output(m, outs, nouts, numbers, e);
	if (!v || p_female(m, v, p, e) != 0)
		return net_fault(m, e);
	times->decode_s += net_lap(&clock);
	return 0;
}

int
classifier_run(struct classifier *c, const struct vision_image *im, struct face *faces, size_t n,
	struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		double sum = 0;
		for (size_t k = 0; k < c->n; k++) {
			double p = 0;
			if (member_run(&c->members[k], im, &faces[i], &p, &c->times, e) != 0)
				return -1;
			sum += p;
		}
		faces[i].p_female = sum / (double)c->n;
	}
	return 0;
}
