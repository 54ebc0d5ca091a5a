/*
 * Floor 1, pure.  What the cuts of the families share. For src/onnx/cut_*.c only.
 */
#ifndef FOOTFALL_ONNX_CUT_PARTS_H
#define FOOTFALL_ONNX_CUT_PARTS_H

#include "onnx/cut.h"
#include "onnx/graph.h"

/* A convolution of 1 x 1 with weights and a bias that are constants of floats. */
struct cut_head {
	const struct onnx_node *conv;
	const struct onnx_tensor *weight, *bias;
	size_t channels;	/* it makes */
};

bool cut_head(const struct onnx_graph *g, const struct onnx_node *n, struct cut_head *h);
/* Is the operation one of the names, which NULL ends? */
bool cut_is_one_of(struct slice op, const char *const *names);
/* Nothing else takes its constants, so they may be replaced. */
bool cut_owns(const struct onnx_graph *g, const struct cut_head *h);

/* The convolutions that a value comes from, through layers that only arrange numbers, or squash each by itself. */
enum { CUT_SOURCES = 9 };
enum { CUT_SIGMOID = 1, CUT_SOFTMAX = 2 };	/* met on the way */

struct cut_sources {
	const struct onnx_node *conv[CUT_SOURCES];	/* in the order in which they are joined */
	unsigned met[CUT_SOURCES];
	size_t n;
};

/* False: it comes from something else too, from one of them twice, from more of them, or from too far away. */
bool cut_sources(const struct onnx_graph *g, struct slice value, struct cut_sources *s);
/* The name of output i of the graph, which has that many; empty: it has none. */
struct slice cut_output(const struct onnx_graph *g, size_t i);

/* Which channels stay of a head. */
enum { CUT_ROWS = 64 };

struct cut_keep {
	struct cut_head head;
	size_t rows[CUT_ROWS], nrows;
};

void cut_keep_row(struct cut_keep *k, size_t row);
/* Writes the network up to the outputs, fewer channels in the heads; sets out->model and out->any_size. */
void cut_write(const struct onnx_graph *g, const struct slice *outputs, size_t noutputs, const struct cut_keep *keep,
	size_t n, struct cut *out);

/* Does everything in the graph take any size, and any batch? */
bool cut_any_size(const struct onnx_graph *g);

/* What a family does with a graph, 0 <= wanted < nclasses; and a cut_fn by it. */
typedef bool cut_graph_fn(const struct onnx_graph *g, size_t nclasses, size_t wanted, struct cut *out);

bool cut_file(const void *file, size_t size, int nclasses, int wanted, cut_graph_fn *f, struct cut *out);

#endif
