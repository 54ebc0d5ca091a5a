/*
 * What a NanoDet export looks like at its end, for each of three maps:
 *
 *	Conv (nc + 32 channels) - Split - Sigmoid - Reshape - Transpose: an output of classes
 *	                               `- Reshape - Transpose: an output of distances
 *
 * The bodies of the published ones shuffle channels with Reshapes that name the size, so they keep the size of their file.
 */
#include "onnx/cut_parts.h"

enum { DISTANCES = 4 * 8 };

/* Outputs made by way of a Sigmoid are classes. */
static bool
find_heads(const struct onnx_graph *g, const struct onnx_node *heads[CUT_HEADS])
{
	size_t nclasses = 0, nothers = 0;
	const struct onnx_node *others[CUT_HEADS];
	if (g->noutputs != 2 * CUT_HEADS)
		return false;
	for (size_t i = 0; i < g->noutputs; i++) {
		struct cut_sources s;
		if (!cut_sources(g, cut_output(g, i), &s) || s.n != 1 || (s.met[0] & CUT_SOFTMAX))
			return false;
		bool is_class = s.met[0] == CUT_SIGMOID;
		if ((is_class ? nclasses : nothers) == CUT_HEADS)
			return false;
		if (is_class)
			heads[nclasses++] = s.conv[0];
		else
			others[nothers++] = s.conv[0];
	}
	for (size_t i = 0; i < CUT_HEADS; i++)
		for (size_t k = 0; k < i; k++)
			if (heads[i] == heads[k])
				return false;
	for (size_t i = 0; i < CUT_HEADS; i++)
		if (others[i] != heads[i])
			return false;
	return true;
}

/* The classes come first among the channels. */
static bool
classes_first(const struct onnx_graph *g, const struct onnx_node *conv)
{
	const struct onnx_node *split = onnx_only_taker(g, conv->outputs[0]);
	if (split == NULL || !onnx_is(split->op, "Split") || split->noutputs != 2)
		return false;
	const struct onnx_node *first = onnx_only_taker(g, split->outputs[0]);
	return first != NULL && onnx_is(first->op, "Sigmoid");
}

static bool
cut(const struct onnx_graph *g, size_t nclasses, size_t wanted, struct cut *out)
{
	const struct onnx_node *heads[CUT_HEADS];
	struct cut_keep keep[CUT_HEADS] = { 0 };
	struct slice outputs[CUT_HEADS];
	if (!find_heads(g, heads))
		return false;
	for (size_t i = 0; i < CUT_HEADS; i++) {
		struct cut_head *h = &keep[i].head;
		if (!cut_head(g, heads[i], h) || h->channels != nclasses + DISTANCES || !cut_owns(g, h)
		    || !classes_first(g, h->conv))
			return false;
		cut_keep_row(&keep[i], wanted);
		for (size_t k = 0; k < DISTANCES; k++)
			cut_keep_row(&keep[i], nclasses + k);
		outputs[i] = h->conv->outputs[0];
	}
	cut_write(g, outputs, CUT_HEADS, keep, CUT_HEADS, out);
	return true;
}

bool
cut_nanodet(const void *file, size_t size, int nclasses, int wanted, struct cut *out)
{
	return cut_file(file, size, nclasses, wanted, cut, out);
}
