/*
 * Values in a graph. They are looked up a few times in the life of a program, so nothing is kept of them: a search reads
 * the message anew.
 */
#include "onnx/values.h"

#include <string.h>

enum { NODE_ATTRIBUTE = 5 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_FLOAT = 2, ATTRIBUTE_INT = 3, ATTRIBUTE_TEXT = 4, ATTRIBUTE_TENSOR = 5, ATTRIBUTE_INTS = 8 };
enum { TENSOR_TYPE = 2, TENSOR_INT64 = 7, TENSOR_RAW = 9 };
enum { TYPE_INT64 = 7 };

/* The last field of that number and type: what a reader of protocol buffers takes. */
static bool
find_field(struct slice message, uint64_t number, enum wire_type type, struct wire_field *out)
{
	struct wire_field f;
	bool found = false;
	while (wire_next(&message, &f) == 1) {
		if (f.number == number && f.type == type) {
			*out = f;
			found = true;
		}
	}
	return found;
}

static bool
find_attribute(const struct onnx_node *n, const char *name, struct slice *out)
{
	struct slice rest = n->raw;
	struct wire_field f, named;
	while (wire_next(&rest, &f) == 1) {
		if (f.number != NODE_ATTRIBUTE || f.type != WIRE_BYTES
		    || !find_field(f.bytes, ATTRIBUTE_NAME, WIRE_BYTES, &named) || !onnx_is(named.bytes, name))
			continue;
		*out = f.bytes;
		return true;
	}
	return false;
}

int64_t
onnx_attribute(const struct onnx_node *n, const char *name, int64_t missing)
{
	struct slice attribute;
	struct wire_field f;
	if (!find_attribute(n, name, &attribute) || !find_field(attribute, ATTRIBUTE_INT, WIRE_VARINT, &f))
		return missing;
	return (int64_t)f.value;
}

/* The TensorProto behind a name. */
static bool
find_tensor(const struct onnx_graph *g, struct slice value, struct slice *out)
{
	const struct onnx_tensor *t = onnx_initializer(g, value);
	if (t != NULL) {
		*out = t->raw;
		return true;
	}
	const struct onnx_node *n = onnx_maker(g, value);
	struct slice attribute;
	struct wire_field f;
	if (n == NULL || !onnx_is(n->op, "Constant") || !find_attribute(n, "value", &attribute)
	    || !find_field(attribute, ATTRIBUTE_TENSOR, WIRE_BYTES, &f))
		return false;
	*out = f.bytes;
	return true;
}

static int
read_raw(struct slice raw, int64_t *v, size_t most)
{
	if (raw.n % 8 != 0 || raw.n / 8 > most)
		return -1;
	for (size_t i = 0; i < raw.n; i += 8) {
		uint64_t bits = 0;
		for (size_t k = 8; k > 0; k--)
			bits = bits << 8 | raw.p[i + k - 1];
		v[i / 8] = (int64_t)bits;
	}
	return (int)(raw.n / 8);
}

/* The integers in fields of that number: one by one, or packed. */
static int
read_fields(struct slice message, uint64_t number, int64_t *v, size_t most)
{
	struct wire_field f;
	size_t n = 0;
	while (wire_next(&message, &f) == 1) {
		if (f.number != number)
			continue;
		struct slice packed = f.bytes;
		uint64_t one = f.value;
		if (f.type != WIRE_VARINT && f.type != WIRE_BYTES)
			return -1;
		while (f.type == WIRE_VARINT || packed.n > 0) {
			if (n == most || (f.type == WIRE_BYTES && wire_varint(&packed, &one) != 0))
				return -1;
			v[n++] = (int64_t)one;
			if (f.type == WIRE_VARINT)
				break;
		}
	}
	return (int)n;
}

int
onnx_integers(const struct onnx_graph *g, struct slice value, int64_t *v, size_t most)
{
	struct slice tensor;
	struct wire_field type = { 0 }, raw = { 0 };
	if (!find_tensor(g, value, &tensor) || !find_field(tensor, TENSOR_TYPE, WIRE_VARINT, &type)
	    || type.value != TYPE_INT64)
		return -1;
	return find_field(tensor, TENSOR_RAW, WIRE_BYTES, &raw) ? read_raw(raw.bytes, v, most) : read_fields(tensor, TENSOR_INT64, v, most);
}

float
onnx_attribute_float(const struct onnx_node *n, const char *name, float missing)
{
	struct slice attribute;
	struct wire_field f;
	if (!find_attribute(n, name, &attribute) || !find_field(attribute, ATTRIBUTE_FLOAT, WIRE_32, &f))
		return missing;
	uint32_t bits = (uint32_t)f.value;
	float v;
	memcpy(&v, &bits, sizeof v);
	return v;
}

bool
onnx_attribute_is(const struct onnx_node *n, const char *name, const char *text, const char *missing)
{
	struct slice attribute;
	struct wire_field f;
	if (!find_attribute(n, name, &attribute) || !find_field(attribute, ATTRIBUTE_TEXT, WIRE_BYTES, &f))
		return strcmp(text, missing) == 0;
	return onnx_is(f.bytes, text);
}

int
onnx_attribute_list(const struct onnx_node *n, const char *name, int64_t *v, size_t most)
{
	struct slice attribute;
	return find_attribute(n, name, &attribute) ? read_fields(attribute, ATTRIBUTE_INTS, v, most) : 0;
}
