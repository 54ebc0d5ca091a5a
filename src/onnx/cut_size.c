/*
 * Does a network take any input size and batch? A convolution does, and whatever works number by number; what names a number of rows or
 * columns does not. Layers that are not known here are taken to be of that kind: then the network keeps the size that its file states.
 */
#include "onnx/cut_parts.h"
#include "onnx/values.h"

static const char *const FREE[] = { "Conv", "BatchNormalization", "Sigmoid", "Relu", "LeakyRelu", "Elu", "Clip",
	"Tanh", "HardSigmoid", "HardSwish", "Softplus", "Mish", "MaxPool", "AveragePool", "GlobalAveragePool", "Identity",
	"Constant", NULL };
static const char *const ARITHMETIC[] = { "Add", "Sub", "Mul", "Div", NULL };

/* The node that makes a constant; NULL: it is none, or an initializer. */
static const struct onnx_node *
constant_node(const struct onnx_graph *g, struct slice value)
{
	const struct onnx_node *n = onnx_maker(g, value);
	return n != NULL && onnx_is(n->op, "Constant") ? n : NULL;
}

/* One number meets values of any size. One for each channel would too, but not in OpenCV 4.6: it takes no batch there. */
static bool
fits_any(const struct onnx_graph *g, struct slice value)
{
	struct onnx_tensor t;
	if (onnx_initializer(g, value) == NULL && constant_node(g, value) == NULL)
		return true;
	return onnx_constant(g, value, &t) && t.count == 1;
}

/* Along the channels; or from one of the first rows or columns to one counted from the end, or to the very end. */
static bool
slices_any(const struct onnx_graph *g, const struct onnx_node *n)
{
	enum { DATA, STARTS, ENDS, AXES, MOST = 4, FIRST = 32 };
	int64_t starts[MOST], ends[MOST], axes[MOST];
	if (n->ninputs <= AXES)
		return false;
	int count = onnx_integers(g, n->inputs[AXES], axes, MOST);
	if (count < 1 || onnx_integers(g, n->inputs[STARTS], starts, MOST) != count
	    || onnx_integers(g, n->inputs[ENDS], ends, MOST) != count)
		return false;
	for (int i = 0; i < count; i++)
		if (axes[i] != 1 && (starts[i] >= FIRST || (ends[i] >= 0 && ends[i] < INT32_MAX)))
			return false;
	return true;
}

/* By a factor, not to a size. */
static bool
resizes_any(const struct onnx_graph *g, const struct onnx_node *n)
{
	struct onnx_tensor scales;
	return (n->ninputs == 2 || n->ninputs == 3) && onnx_constant(g, n->inputs[n->ninputs - 1], &scales);
}

/* Constants are read anew for each node that takes them: a hostile one is large, and taken often. */
enum { LARGEST = 16384 };

static bool
takes_any(const struct onnx_graph *g, const struct onnx_node *n)
{
	for (size_t i = 0; i < n->ninputs; i++) {
		const struct onnx_node *constant = constant_node(g, n->inputs[i]);
		if (constant != NULL && constant->raw.n > LARGEST)
			return false;
	}
	if (cut_is_one_of(n->op, FREE))
		return true;
	if (cut_is_one_of(n->op, ARITHMETIC)) {
		for (size_t i = 0; i < n->ninputs; i++)
			if (!fits_any(g, n->inputs[i]))
				return false;
		return true;
	}
	if (onnx_is(n->op, "Concat") || onnx_is(n->op, "Split"))
		return onnx_attribute(n, "axis", 0) == 1;
	if (onnx_is(n->op, "Slice"))
		return slices_any(g, n);
	if (onnx_is(n->op, "Resize") || onnx_is(n->op, "Upsample"))
		return resizes_any(g, n);
	return false;
}

bool
cut_any_size(const struct onnx_graph *g)
{
	for (size_t i = 0; i < g->nnodes; i++)
		if (!takes_any(g, &g->nodes[i]))
			return false;
	return true;
}
