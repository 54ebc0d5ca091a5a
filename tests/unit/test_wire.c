/* wire: Protocol Buffers' encoding, read from bytes that nobody vouches for, and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "onnx/wire.h"

/* The bytes in memory of exactly their size, so that a sanitizer sees any step outside. */
struct exact {
	unsigned char *p;
	struct slice s;
};

static struct exact
exact(const void *data, size_t n)
{
	struct exact x = { malloc(n > 0 ? n : 1), { 0 } };
	assert_non_null(x.p);
	if (n > 0)
		memcpy(x.p, data, n);
	x.s = (struct slice) { x.p, n };
	return x;
}

#define BYTES(...) (const unsigned char[]) { __VA_ARGS__ }, sizeof((const unsigned char[]) { __VA_ARGS__ })

static void
is_bytes(const struct buf *b, const unsigned char *want, size_t n)
{
	assert_int_equal(b->len, n);
	assert_memory_equal(b->data, want, n);
}

/* What every later call must answer too: the end. */
static void
is_end(struct slice *rest)
{
	struct wire_field f;
	assert_int_equal(rest->n, 0);
	assert_int_equal(wire_next(rest, &f), 0);
}

static void
refuses(const unsigned char *data, size_t n)
{
	struct exact x = exact(data, n);
	struct wire_field f;
	if (wire_next(&x.s, &f) != -1)
		fail_msg("%zu bytes that begin with 0x%02x are taken", n, n > 0 ? data[0] : 0u);
	free(x.p);
}

/* The examples of the specification. */
static void
examples(void **state)
{
	(void)state;
	struct buf b = { 0 };
	wire_put_varint(&b, 1, 150);
	is_bytes(&b, BYTES(0x08, 0x96, 0x01));
	buf_clear(&b);
	wire_put_bytes(&b, 2, "testing", 7);
	is_bytes(&b, BYTES(0x12, 0x07, 't', 'e', 's', 't', 'i', 'n', 'g'));
	buf_clear(&b);
	wire_put_bytes(&b, 16, NULL, 0);
	is_bytes(&b, BYTES(0x82, 0x01, 0x00));
	buf_free(&b);
}

static void
varints(void **state)
{
	(void)state;
	const uint64_t v[] = { 0, 1, 127, 128, 16383, 16384, UINT32_MAX, (uint64_t)UINT32_MAX + 1,
		(uint64_t)INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX };
	const uint64_t numbers[] = { 1, 15, 16, 536870911 };
	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
			struct buf b = { 0 };
			struct wire_field f;
			wire_put_varint(&b, numbers[k], v[i]);
			struct exact x = exact(b.data, b.len);
			assert_int_equal(wire_next(&x.s, &f), 1);
			assert_int_equal(f.number, numbers[k]);
			assert_int_equal(f.type, WIRE_VARINT);
			assert_true(f.value == v[i]);
			assert_ptr_equal(f.raw.p, x.p);
			assert_int_equal(f.raw.n, b.len);
			is_end(&x.s);
			free(x.p);
			buf_free(&b);
		}
	}
}

static void
packed(void **state)
{
	(void)state;
	/* 3, 270, 86942 of the specification, and a zero written longer than need be */
	struct exact x = exact(BYTES(0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05, 0x80, 0x80, 0x00));
	const uint64_t want[] = { 3, 270, 86942, 0 };
	uint64_t v;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(wire_varint(&x.s, &v), 0);
		assert_int_equal(v, want[i]);
	}
	assert_int_equal(wire_varint(&x.s, &v), -1);
	free(x.p);
}

static void
fixed(void **state)
{
	(void)state;
	struct exact x = exact(BYTES(0x09, 1, 2, 3, 4, 5, 6, 7, 0x88, 0x15, 0xff, 0xfe, 0xfd, 0xfc));
	struct wire_field f;
	assert_int_equal(wire_next(&x.s, &f), 1);
	assert_int_equal(f.type, WIRE_64);
	assert_true(f.value == UINT64_C(0x8807060504030201));
	assert_int_equal(f.raw.n, 9);
	assert_int_equal(wire_next(&x.s, &f), 1);
	assert_int_equal(f.number, 2);
	assert_int_equal(f.type, WIRE_32);
	assert_true(f.value == UINT64_C(0xfcfdfeff));
	is_end(&x.s);
	free(x.p);
}

static void
several(void **state)
{
	(void)state;
	struct buf b = { 0 };
	struct wire_field f;
	wire_put_bytes(&b, 7, "abc", 3);
	wire_put_bytes(&b, 7, "", 0);
	wire_put_varint(&b, 1, 300);
	struct exact x = exact(b.data, b.len);
	assert_int_equal(wire_next(&x.s, &f), 1);
	assert_int_equal(f.bytes.n, 3);
	assert_memory_equal(f.bytes.p, "abc", 3);
	assert_int_equal(f.raw.n, 5);
	assert_int_equal(wire_next(&x.s, &f), 1);
	assert_int_equal(f.type, WIRE_BYTES);
	assert_int_equal(f.bytes.n, 0);
	assert_int_equal(wire_next(&x.s, &f), 1);
	assert_int_equal(f.value, 300);
	assert_int_equal(f.bytes.n, 0);
	is_end(&x.s);
	free(x.p);
	buf_free(&b);
}

/* Cut anywhere but between two fields, a message is refused. */
static void
cut_short(void **state)
{
	(void)state;
	struct buf b = { 0 };
	struct wire_field f;
	wire_put_varint(&b, 100, UINT64_MAX);
	size_t first = b.len;
	buf_add(&b, BYTES(0x09, 1, 2, 3, 4, 5, 6, 7, 8));
	size_t second = b.len;
	wire_put_bytes(&b, 200, "some text, and some more", 24);
	for (size_t n = 0; n <= b.len; n++) {
		struct exact x = exact(b.data, n);
		int r;
		while ((r = wire_next(&x.s, &f)) == 1)
			assert_true(f.raw.p >= x.p && f.raw.p + f.raw.n <= x.p + n);
		assert_int_equal(r, n == 0 || n == first || n == second || n == b.len ? 0 : -1);
		free(x.p);
	}
	buf_free(&b);
}

static void
hostile(void **state)
{
	(void)state;
	refuses(BYTES(0x00, 0x00));				/* field 0 */
	refuses(BYTES(0x02, 0x00));
	refuses(BYTES(0x0b, 0x0c));				/* groups */
	refuses(BYTES(0x0c));
	refuses(BYTES(0x0e, 0x00));				/* types that do not exist */
	refuses(BYTES(0x0f, 0x00));
	refuses(BYTES(0x08));					/* no value */
	refuses(BYTES(0x88));					/* half a tag */
	refuses(BYTES(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01));	/* 11 bytes */
	refuses(BYTES(0x0a, 0x01));				/* lengths past the end */
	refuses(BYTES(0x0a, 0x03, 'a', 'b'));
	refuses(BYTES(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 'a'));
	refuses(BYTES(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 'a'));		/* 2^63 - 1 */
	refuses(BYTES(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 'a'));	/* 2^64 - 1 */
	refuses(BYTES(0x09, 1, 2, 3, 4, 5, 6, 7));
	refuses(BYTES(0x0d, 1, 2, 3));
	struct slice none = { NULL, 0 };
	is_end(&none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples),
		cmocka_unit_test(varints),
		cmocka_unit_test(packed),
		cmocka_unit_test(fixed),
		cmocka_unit_test(several),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
