/*
 * sha256: vectors of FIPS 180-4 (NIST's example files), and the two ways of
 * computing it against each other; for that the source itself is taken in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/base/sha256.c"

static void
vectors(void **state)
{
	(void)state;
	static const struct {
		const char *text, *digest;
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
		 "mnopqrstnopqrstu",
			"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char hex[SHA256_HEX];
		sha256_of(cases[i].text, strlen(cases[i].text), hex);
		assert_string_equal(hex, cases[i].digest);
	}
	char hex[SHA256_HEX];
	sha256_of(NULL, 0, hex);
	assert_string_equal(hex, cases[0].digest);
}

static void
million(void **state)
{
	(void)state;
	/* In pieces of every length up to 999, so that all fillings of the block occur. */
	char piece[1000], hex[SHA256_HEX];
	memset(piece, 'a', sizeof piece);
	struct sha256 s;
	sha256_init(&s);
	for (size_t done = 0, n = 0; done < 1000000; done += n) {
		n = (n + 1) % sizeof piece;
		if (n > 1000000 - done)
			n = 1000000 - done;
		sha256_add(&s, piece, n);
	}
	sha256_end(&s, hex);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void
pieces(void **state)
{
	(void)state;
	unsigned char data[200];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (unsigned char)(i * 37);
	for (size_t len = 0; len <= sizeof data; len++) {
		char whole[SHA256_HEX], parts[SHA256_HEX];
		sha256_of(data, len, whole);
		for (size_t cut = 0; cut <= len; cut++) {
			struct sha256 s;
			sha256_init(&s);
			sha256_add(&s, data, cut);
			sha256_add(&s, data + cut, len - cut);
			sha256_end(&s, parts);
			assert_string_equal(parts, whole);
		}
	}
}

static void
twins(void **state)
{
	(void)state;
#ifdef __x86_64__
	if (!has_sha()) {
		print_message("this processor has no SHA instructions\n");
		skip();
	}
	/* One byte off, so that nothing rests on alignment. */
	enum { BLOCKS = 9 };
	unsigned char data[BLOCKS * 64 + 1];
	uint32_t x = 1;
	for (int round = 0; round < 2000; round++) {
		for (size_t i = 0; i < sizeof data; i++) {
			x = x * 1664525 + 1013904223;
			data[i] = (unsigned char)(x >> 24);
		}
		uint32_t a[8], b[8];
		for (int i = 0; i < 8; i++)
			a[i] = b[i] = (x = x * 1664525 + 1013904223);
		size_t n = (size_t)round % (BLOCKS + 1);
		blocks_plain(a, data + 1, n);
		blocks_x86(b, data + 1, n);
		assert_memory_equal(a, b, sizeof a);
	}
#else
	skip();
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(million),
		cmocka_unit_test(pieces),
		cmocka_unit_test(twins),
	};
	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
