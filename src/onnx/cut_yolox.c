/*
 * What a YOLOX export without decoding looks like at its end, for each of three maps:
 *
 *	Conv (4 channels) --------------,
 *	Conv (1) - Sigmoid ------------ Concat - Reshape - Concat of the three - Transpose
 *	Conv (nc) - Sigmoid ------------'
 */
#include "onnx/cut_parts.h"

enum { PARTS = 3 };

static bool
cut(const struct onnx_graph *g, size_t nclasses, size_t wanted, struct cut *out)
{
	struct cut_sources s;
	struct cut_keep keep[CUT_HEADS] = { 0 };
	struct slice outputs[PARTS * CUT_HEADS];
	if (g->noutputs != 1 || !cut_sources(g, cut_output(g, 0), &s) || s.n != PARTS * CUT_HEADS)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		static const unsigned met[PARTS] = { 0, CUT_SIGMOID, CUT_SIGMOID };
		const size_t channels[PARTS] = { 4, 1, nclasses };
		struct cut_head h;
		if (s.met[i] != met[i % PARTS] || !cut_head(g, s.conv[i], &h) || h.channels != channels[i % PARTS])
			return false;
		outputs[i] = h.conv->outputs[0];
		if (i % PARTS != PARTS - 1)
			continue;
		if (!cut_owns(g, &h))
			return false;
		keep[i / PARTS].head = h;
		cut_keep_row(&keep[i / PARTS], wanted);
	}
	cut_write(g, outputs, s.n, keep, CUT_HEADS, out);
	return true;
}

bool
cut_yolox(const void *file, size_t size, int nclasses, int wanted, struct cut *out)
{
	return cut_file(file, size, nclasses, wanted, cut, out);
}
