/*
 * What a YOLOv8 or YOLO11 export looks like at its end, for each of three maps a branch for the box and one for the classes:
 *
 *	Conv (64 channels), Conv (nc) - Concat - Reshape - Concat of the three - Split
 *	    - Reshape - Transpose - Softmax - Transpose - Conv (16 channels to 1, weights 0, 1 .. 15) - arithmetic -,
 *	    - Sigmoid ------------------------------------------------------------------------------------ Concat
 *
 * Newer exports reshape the branches each by itself, and join three boxes and three classes instead.
 */
#include "onnx/cut_parts.h"

enum { BINS = 16, SIDES = 4 };

/* The mean of a distribution over bins 0 .. 15, as a convolution. */
static bool
is_mean(const struct onnx_graph *g, const struct onnx_node *n)
{
	const struct onnx_tensor *w = onnx_is(n->op, "Conv") && n->ninputs >= 2 ? onnx_initializer(g, n->inputs[1]) : NULL;
	if (w == NULL || !w->is_float || w->ndims != 4 || w->count != BINS || w->dims[1] != BINS)
		return false;
	for (size_t i = 0; i < BINS; i++)
		if (onnx_float(w, i) != (float)i)
			return false;
	return true;
}

static bool
all_met(const struct cut_sources *s, unsigned what)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->met[i] != what)
			return false;
	return true;
}

/* The convolutions behind the mean. */
static bool
find_boxes(const struct onnx_graph *g, struct cut_sources *s)
{
	for (size_t i = 0; i < g->nnodes; i++)
		if (is_mean(g, &g->nodes[i]))
			return cut_sources(g, g->nodes[i].inputs[0], s) && all_met(s, CUT_SOFTMAX);
	return false;
}

/* And behind the last part of the output. */
static bool
find_classes(const struct onnx_graph *g, struct cut_sources *s)
{
	const struct onnx_node *join = g->noutputs == 1 ? onnx_maker(g, cut_output(g, 0)) : NULL;
	return join != NULL && onnx_is(join->op, "Concat") && join->ninputs >= 2
	    && cut_sources(g, join->inputs[join->ninputs - 1], s) && all_met(s, CUT_SIGMOID);
}

/* Branches that are joined before they are parted stand behind both, a box and its classes in turn. */
static bool
part(const struct cut_sources *boxes, const struct cut_sources *classes, size_t i, const struct onnx_node *pair[2])
{
	if (boxes->n == 2 * CUT_HEADS && classes->n == 2 * CUT_HEADS) {
		pair[0] = boxes->conv[2 * i];
		pair[1] = boxes->conv[2 * i + 1];
		return classes->conv[2 * i] == pair[0] && classes->conv[2 * i + 1] == pair[1];
	}
	pair[0] = boxes->conv[i];
	pair[1] = classes->conv[i];
	return boxes->n == CUT_HEADS && classes->n == CUT_HEADS;
}

static bool
cut(const struct onnx_graph *g, size_t nclasses, size_t wanted, struct cut *out)
{
	struct cut_sources boxes, classes;
	struct cut_keep keep[CUT_HEADS] = { 0 };
	struct slice outputs[2 * CUT_HEADS];
	if (!find_boxes(g, &boxes) || !find_classes(g, &classes))
		return false;
	for (size_t i = 0; i < CUT_HEADS; i++) {
		const struct onnx_node *pair[2];
		struct cut_head box;
		if (!part(&boxes, &classes, i, pair) || !cut_head(g, pair[0], &box) || box.channels != SIDES * BINS
		    || !cut_head(g, pair[1], &keep[i].head) || keep[i].head.channels != nclasses || !cut_owns(g, &keep[i].head))
			return false;
		cut_keep_row(&keep[i], wanted);
		outputs[2 * i] = pair[0]->outputs[0];
		outputs[2 * i + 1] = pair[1]->outputs[0];
	}
	cut_write(g, outputs, 2 * CUT_HEADS, keep, CUT_HEADS, out);
	return true;
}

bool
cut_yolov8(const void *file, size_t size, int nclasses, int wanted, struct cut *out)
{
	return cut_file(file, size, nclasses, wanted, cut, out);
}
