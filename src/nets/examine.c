/*
 * `footfall models check`: a network on a probe picture.
 *
 * Two looks. The first is the real one: the detector or classifier runs, and its checks of the
 * output's shape, class count and range speak for the layout. The second is of the bare network:
 * what it gives, what a pass costs, and what it makes of two pictures at once, because OpenCV 4.6
 * lets some networks fold two into one without a word.
 */
#include "nets/examine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "nets/classifier.h"
#include "nets/cutting.h"
#include "nets/detector.h"
#include "nets/parts.h"

enum { PROBE_W = 640, PROBE_H = 480, PASSES = 5, PICTURES = 2 };

/* How a network took two pictures, from good to bad. */
enum batch_kind { BATCH_ANY, BATCH_JOINED, BATCH_ERROR, BATCH_FOLDED };

/* A network's outputs, kept over its next run. */
struct kept {
	struct tensor t[VISION_OUTPUTS];
	float *data[VISION_OUTPUTS];
	size_t n;
};

static void
keep(struct kept *k, const struct tensor *outs, size_t n)
{
	k->n = n;
	for (size_t i = 0; i < n; i++) {
		size_t floats = tensor_count(&outs[i]);
		k->t[i] = outs[i];
		k->data[i] = mem_array(floats + 1, sizeof(float));
		if (floats > 0)
			memcpy(k->data[i], outs[i].data, floats * sizeof(float));
		k->t[i].data = k->data[i];
	}
}

static void
kept_free(struct kept *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->data[i]);
	k->n = 0;
}

static double
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
by_number(const void *va, const void *vb)
{
	double a = *(const double *)va, b = *(const double *)vb;
	return (a > b) - (a < b);
}

static double
median(double v[PASSES])
{
	qsort(v, PASSES, sizeof(*v), by_number);
	return v[PASSES / 2];
}

/* Grey, brighter to one corner, with a few edges: no two of a network's cells see the same. */
static int
make_probe(struct vision_image *im, bool mirrored, struct err *e)
{
	if (vision_image_create(im, PROBE_W, PROBE_H, e) != 0)
		return -1;
	for (int y = 0; y < PROBE_H; y++) {
		unsigned char *row = vision_image_row(im, y);
		for (int x = 0; x < PROBE_W; x++) {
			int from = mirrored ? PROBE_W - 1 - x : x;
			int v = 60 + from * 90 / PROBE_W + y * 60 / PROBE_H;
			if ((from / 40 + y / 60) % 5 == 0)
				v += 40;
			memset(row + 3 * x, v, 3);
		}
	}
	return 0;
}

static void
append(char *text, size_t size, const char *more)
{
	size_t n = strlen(text);
	snprintf(text + n, size - n, "%s%s", n ? ", " : "", more);
}

static bool
close_to(const float *a, const float *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!(fabs((double)a[i] - b[i]) <= 1e-4 + 1e-3 * fabs((double)b[i])))
			return false;
	}
	return true;
}

/* Do the outputs of both pictures at once say what each alone says, one after the other? */
static enum batch_kind
compare(const struct tensor *both, size_t n, const struct kept single[PICTURES])
{
	enum batch_kind kind = BATCH_ANY;

	for (size_t i = 0; i < n; i++) {
		const struct tensor *t = tensor_find(single[0].t, single[0].n, both[i].name);
		const struct tensor *u = tensor_find(single[1].t, single[1].n, both[i].name);
		if (!t || !u)
			return BATCH_FOLDED;
		size_t each = tensor_count(t);
		if (tensor_count(&both[i]) != PICTURES * each
			|| !close_to(both[i].data, t->data, each)
			|| !close_to(both[i].data + each, u->data, each))
			return BATCH_FOLDED;
		if (both[i].dims[0] != PICTURES)
			kind = BATCH_JOINED;
	}
	return kind;
}

struct bare {
	char *outputs;
	size_t size;
	enum batch_kind batch;
	char why[160];		/* OpenCV's words when two pictures failed */
	double ms;
};

/* First line of a message, which OpenCV ends with a newline. */
static void
first_line(char *out, size_t size, const char *msg)
{
	snprintf(out, size, "%.*s", (int)strcspn(msg, "\n"), msg);
}

/* The bare network on an input of two pictures of dims[1..3], one after the other. */
static int
look(struct vision_net *net, const float *input, const int dims[4], struct bare *b, struct err *e)
{
	const size_t each = (size_t)dims[1] * (size_t)dims[2] * (size_t)dims[3];
	const int one[4] = { 1, dims[1], dims[2], dims[3] };
	const int two[4] = { PICTURES, dims[1], dims[2], dims[3] };
	struct tensor outs[VISION_OUTPUTS];
	struct kept single[PICTURES] = {0};
	size_t n = 0;
	int rc = -1;

	for (size_t i = 0; i < PICTURES; i++) {
		if (vision_net_run(net, input + i * each, one, outs, &n, e) != 0)
			goto out;
		keep(&single[i], outs, n);
	}
	for (size_t i = 0; i < n; i++) {
		char shape[96], text[sizeof(shape) + TENSOR_NAME];
		snprintf(text, sizeof(text), "%.*s %s", TENSOR_NAME - 1, outs[i].name,
			tensor_shape(&outs[i], shape, sizeof(shape)));
		append(b->outputs, b->size, text);
	}

	double ms[PASSES];
	for (int i = 0; i < PASSES; i++) {
		double t = now_ms();
		if (vision_net_run(net, input, one, outs, &n, e) != 0)
			goto out;
		ms[i] = now_ms() - t;
	}
	b->ms = median(ms);

	/* Last: after a failure the network is in no state to be used. */
	struct err refused = {0};
	if (vision_net_run(net, input, two, outs, &n, &refused) != 0) {
		b->batch = BATCH_ERROR;
		first_line(b->why, sizeof(b->why), refused.msg);
	} else {
		b->batch = compare(outs, n, single);
	}
	rc = 0;
out:
	for (size_t i = 0; i < PICTURES; i++)
		kept_free(&single[i]);
	return rc;
}

/* Two prepared probe pictures of the size that network i of m wants. */
static int
prepare(const struct model *m, size_t i, struct vision_image *probes[PICTURES], float **input,
	int dims[4], struct err *e)
{
	static const int cascade[] = { 12, 24, 48 };
	int w, h;
	net_size(m, PROBE_W, PROBE_H, false, &w, &h);
	if (m->family == FAMILY_MTCNN)
		w = h = cascade[i < 3 ? i : 2];

	const struct letterbox l = letterbox_fit(PROBE_W, PROBE_H, w, h, net_rule(m));
	const struct vision_blob b = net_blob(m, &l);
	dims[1] = net_channels(m);
	dims[2] = h;
	dims[3] = w;
	const size_t each = (size_t)dims[1] * (size_t)h * (size_t)w;
	*input = mem_array(PICTURES * each, sizeof(float));
	for (size_t k = 0; k < PICTURES; k++) {
		if (vision_blob(probes[k], NULL, &b, *input + k * each, e) != 0)
			return -1;
	}
	return 0;
}

/* A network that is run cut at its heads: what that costs, and what it takes. */
static void
cut_look(const struct model *m, const struct model_data *data, const float *input, const int dims[4],
	struct bare *whole, struct examination *x)
{
	char outputs[sizeof(x->outputs)] = "";
	struct bare b = { .outputs = outputs, .size = sizeof(outputs) };
	struct vision_net *net;
	decode_fn *decode;
	struct cut cut;
	struct err e = {0};

	if (model_has_several_tasks(m) || !net_open_cut(&net, &decode, &cut, m, data, 0, NULL))
		return;
	if (look(net, input, dims, &b, &e) == 0) {
		whole->ms = b.ms;
		snprintf(x->cut, sizeof(x->cut), "run cut at its heads: %s, %s",
			cut.any_size ? "any multiple of 32 pixels" : "the size of its file",
			b.batch == BATCH_ANY ? "any number of pictures" : "one picture");
	}
	vision_net_close(net);
}

static int
bare_look(const struct model *m, const struct model_data *data,
	struct vision_image *probes[PICTURES], struct examination *x, struct bare *worst,
	struct err *e)
{
	for (size_t i = 0; i < net_count(m); i++) {
		struct bare b = { .outputs = x->outputs, .size = sizeof(x->outputs) };
		struct vision_net *net = NULL;
		float *input = NULL;
		int dims[4];
		int rc = net_open(&net, m, data, i, NULL, e) == 0
			&& prepare(m, i, probes, &input, dims, e) == 0
			? look(net, input, dims, &b, e) : -1;
		if (rc == 0)
			cut_look(m, data, input, dims, &b, x);
		free(input);
		vision_net_close(net);
		if (rc != 0)
			return -1;
		x->ms += b.ms;
		if (i == 0 || b.batch > worst->batch)
			*worst = b;
	}
	return 0;
}

/*
 * As `analyze` uses it.  The shape of the output, the class count and the range of the numbers are
 * checked on the way.
 */
static int
real_look(const struct model *m, const struct model_data *data, const struct vision_image *probe,
	struct examination *x, struct err *e)
{
	if (m->task == TASK_GENDER) {
		struct classifier *c = NULL;
		struct face faces[PICTURES] = {
			{ .box = { 100, 100, 200, 200 } }, { .box = { 300, 150, 120, 160 } }
		};
		int rc = classifier_open(&c, &m, &data, 1, e) == 0
			? classifier_run(c, probe, faces, PICTURES, e) : -1;
		classifier_close(c);
		return rc;
	}

	struct detector *d = NULL;
	struct dets found[DETECTOR_CLASSES] = {0};
	struct detector_options o = {0};
	for (int t = TASK_PERSON; t <= TASK_FACE; t++) {
		/* Without several tasks any class will do. */
		const char *name = model_has_several_tasks(m) || m->nclasses == 0 ? NULL : m->classes[0];
		if (m->serves[t])
			o.classes[o.nclasses++] = (struct detector_class){ (enum task)t, name, -1, -1 };
	}
	int rc = detector_open(&d, m, data, &o, e) == 0 ? detector_run(d, probe, found, e) : -1;
	if (rc == 0 && m->family == FAMILY_MTCNN) {
		/* A cascade's cost depends on what it finds: the whole says more than its parts. */
		double ms[PASSES];
		for (int i = 0; i < PASSES && rc == 0; i++) {
			double t = now_ms();
			rc = detector_run(d, probe, found, e);
			ms[i] = now_ms() - t;
		}
		if (rc == 0)
			x->ms = median(ms);
	}
	for (size_t i = 0; i < DETECTOR_CLASSES; i++)
		dets_free(&found[i]);
	detector_close(d);
	return rc;
}

static void
tell_batch(const struct model *m, const struct bare *b, struct examination *x)
{
	switch (b->batch) {
	case BATCH_ANY:
		snprintf(x->batch, sizeof(x->batch), "any number of pictures");
		return;
	case BATCH_JOINED:
		snprintf(x->batch, sizeof(x->batch),
			"any number of pictures, joined in one dimension");
		return;
	case BATCH_ERROR:
		snprintf(x->batch, sizeof(x->batch), "one picture only: %s", b->why);
		break;
	case BATCH_FOLDED:
		snprintf(x->batch, sizeof(x->batch),
			"folds two pictures into one (no error): one picture only");
		break;
	}
	if (m->batch == 0 && x->ok) {
		x->ok = false;
		snprintf(x->finding, sizeof(x->finding),
			"the registry says any number of pictures a pass, but this network: %s",
			x->batch);
	}
}

int
examine_model(const struct registry *r, const struct model *m, struct examination *out,
	struct err *e)
{
	struct vision_image *probes[PICTURES] = { NULL, NULL };
	struct model_data data = {0};
	struct bare b = {0};
	int rc = -1;

	*out = (struct examination){0};
	if (m->unsupported) {
		snprintf(out->finding, sizeof(out->finding), "this OpenCV cannot run it: %s",
			m->unsupported);
		return 0;
	}
	if (model_load(r, m, &data, e) != 0)
		goto out;
	for (int i = 0; i < PICTURES; i++) {
		probes[i] = vision_image_new();
		if (make_probe(probes[i], i == 1, e) != 0)
			goto out;
	}
	rc = 0;

	struct err fault = {0};
	bool bare = bare_look(m, &data, probes, out, &b, &fault) == 0;
	out->ok = bare && real_look(m, &data, probes[0], out, &fault) == 0;
	if (!out->ok)
		first_line(out->finding, sizeof(out->finding), fault.msg);
	if (bare)
		tell_batch(m, &b, out);
out:
	for (int i = 0; i < PICTURES; i++)
		vision_image_free(probes[i]);
	model_data_free(&data);
	return rc;
}
