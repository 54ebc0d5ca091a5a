/*
 * Floor 1, pure.  Protocol Buffers' wire format, as much of it as ONNX files use.
 * https://protobuf.dev/programming-guides/encoding/
 */
#ifndef FOOTFALL_ONNX_WIRE_H
#define FOOTFALL_ONNX_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Some bytes of somebody else's. */
struct slice {
	const unsigned char *p;
	size_t n;
};

enum wire_type { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct wire_field {
	uint64_t number;
	enum wire_type type;
	uint64_t value;		/* WIRE_VARINT, WIRE_64, WIRE_32 */
	struct slice bytes;	/* WIRE_BYTES: the contents */
	struct slice raw;	/* tag and contents, to be copied as they are */
};

/* Takes the next field off the front of *rest. 1: a field; 0: the end; -1: not this format. */
int wire_next(struct slice *rest, struct wire_field *f);
/* Takes a bare varint off the front (packed repeated fields). 0 or -1. */
int wire_varint(struct slice *rest, uint64_t *value);

void wire_put_varint(struct buf *b, uint64_t number, uint64_t value);
void wire_put_bytes(struct buf *b, uint64_t number, const void *data, size_t n);

#endif
