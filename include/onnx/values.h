/*
 * Floor 1, pure.  What a graph says in integers: attributes of nodes, and constants such as the shape that a Reshape makes.
 */
#ifndef FOOTFALL_ONNX_VALUES_H
#define FOOTFALL_ONNX_VALUES_H

#include "onnx/graph.h"

/* The attribute of that name, which is one integer; missing when there is none. */
int64_t onnx_attribute(const struct onnx_node *n, const char *name, int64_t missing);
/*
 * The 64-bit integers of a constant, an initializer or from a Constant node: at most `most` of them. How many; -1: it is no such
 * constant, or a longer one.
 */
int onnx_integers(const struct onnx_graph *g, struct slice value, int64_t *v, size_t most);
float onnx_attribute_float(const struct onnx_node *n, const char *name, float missing);
/* Does the attribute say this text? A node without it says `missing`. */
bool onnx_attribute_is(const struct onnx_node *n, const char *name, const char *text, const char *missing);
/* The attribute's list of integers: how many, 0 without the attribute; -1: more than most. */
int onnx_attribute_list(const struct onnx_node *n, const char *name, int64_t *v, size_t most);

#endif
