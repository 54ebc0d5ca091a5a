/*
 * Reading never trusts a length: a field that reaches past its message is an error.
 */
#include "onnx/wire.h"

int
wire_varint(struct slice *rest, uint64_t *value)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64 && rest->n > 0; shift += 7) {
		unsigned char c = *rest->p++;
		rest->n--;
		v |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0) {
			*value = v;
			return 0;
		}
	}
	return -1;
}

static int
take(struct slice *rest, size_t n, struct slice *out)
{
	if (rest->n < n)
		return -1;
	*out = (struct slice) { rest->p, n };
	rest->p += n;
	rest->n -= n;
	return 0;
}

static uint64_t
little_endian(struct slice s)
{
	uint64_t v = 0;
	for (size_t i = s.n; i > 0; i--)
		v = v << 8 | s.p[i - 1];
	return v;
}

int
wire_next(struct slice *rest, struct wire_field *f)
{
	if (rest->n == 0)
		return 0;
	const unsigned char *start = rest->p;
	uint64_t tag, n;
	*f = (struct wire_field) { 0 };
	if (wire_varint(rest, &tag) != 0 || tag >> 3 == 0)
		return -1;
	f->number = tag >> 3;
	f->type = (enum wire_type)(tag & 7);
	switch (f->type) {
	case WIRE_VARINT:
		if (wire_varint(rest, &f->value) != 0)
			return -1;
		break;
	case WIRE_BYTES:
		if (wire_varint(rest, &n) != 0 || n > rest->n || take(rest, (size_t)n, &f->bytes) != 0)
			return -1;
		break;
	case WIRE_64:
	case WIRE_32:
		if (take(rest, f->type == WIRE_64 ? 8 : 4, &f->bytes) != 0)
			return -1;
		f->value = little_endian(f->bytes);
		break;
	default:
		return -1;
	}
	f->raw = (struct slice) { start, (size_t)(rest->p - start) };
	return 1;
}

static void
put_varint(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_putc(b, (char)(unsigned char)(v | 0x80));
	buf_putc(b, (char)(unsigned char)v);
}

void
wire_put_varint(struct buf *b, uint64_t number, uint64_t value)
{
	put_varint(b, number << 3 | WIRE_VARINT);
	put_varint(b, value);
}

void
wire_put_bytes(struct buf *b, uint64_t number, const void *data, size_t n)
{
	put_varint(b, number << 3 | WIRE_BYTES);
	put_varint(b, n);
	buf_add(b, data, n);
}
