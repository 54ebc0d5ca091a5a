/* What clients of the live page send, taken apart; and the token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"
#include "serve/request.h"
#include "serve/token.h"

static void
values(void **state)
{
	static const struct {
		const char *query, *key;
		int got;
		const char *value;
	} cases[] = {
		{ "", "a", 0, "" }, { "a", "a", 0, "" }, { "a=", "a", 1, "" }, { "a=1", "a", 1, "1" }, { "b=2&a=1", "a", 1, "1" },
		{ "a=1&a=2", "a", 1, "1" }, { "aa=1", "a", 0, "" }, { "&&a=1&", "a", 1, "1" }, { "a=b=c", "a", 1, "b=c" },
		{ "a=x+y%20z%2B", "a", 1, "x y z+" }, { "a=%C3%A9", "a", 1, "\xC3\xA9" }, { "a=%", "a", -1, "" }, { "a=%4", "a", -1, "" },
		{ "a=%4&b=1", "a", -1, "" }, { "a=%zz", "a", -1, "" }, { "a=%00", "a", -1, "" }, { "a=%0a", "a", 1, "\n" },
		{ "b=%&a=1", "a", 1, "1" }, { "source=%26a=1&a=2", "a", 1, "2" },
	};
	struct buf out = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int got = request_value(cases[i].query, cases[i].key, true, &out);
		assert_int_equal(got, cases[i].got);
		if (got == 1)
			assert_string_equal(buf_str(&out), cases[i].value);
	}
	assert_int_equal(request_value("token=a+b%2Bc", "token", false, &out), 1);
	assert_string_equal(buf_str(&out), "a+b+c");
	buf_free(&out);
}

static void
numbers(void **state)
{
	int64_t v = -7;
	(void)state;
	assert_int_equal(request_int("a=5", "a", 0, 10, &v), 1);
	assert_int_equal(v, 5);
	assert_int_equal(request_int("b=5", "a", 0, 10, &v), 0);
	assert_int_equal(request_int("a=-3", "a", -5, 10, &v), 1);
	assert_int_equal(v, -3);
	static const char *const wrong[] = { "a=", "a=11", "a=-1", "a=5x", "a=+5", "a=%205", "a=5.0", "a=99999999999999999999", "a=0x5" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(request_int(wrong[i], "a", 0, 10, &v), -1);
}

static void
hosts(void **state)
{
	static const char *const ours[] = {
		"localhost", "LOCALHOST", "localhost:8080", "127.0.0.1", "127.0.0.1:1", "127.255.0.3:65535", "[::1]", "[::1]:80"
	};
	static const char *const others[] = {
		"", ":", ":80", "localhost:", "localhost:x", "localhost:123456", "localhost.evil.example", "127.0.0.1.evil.example",
		"127.1", "2130706433", "0.0.0.0", "[::1", "[::1]x", "[::1]:", "::1", "[::]", "[::ffff:127.0.0.1]", "128.0.0.1", "local host", "localhost ",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	};
	(void)state;
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		assert_true(request_host_is_loopback(ours[i]));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(request_host_is_loopback(others[i]));
	assert_true(request_address_is_loopback("127.0.0.1") && request_address_is_loopback("::1"));
	assert_false(request_address_is_loopback("0.0.0.0") || request_address_is_loopback("::") || request_address_is_loopback("localhost"));
}

static void
cookie(const char *header, const char *want)
{
	size_t n;
	const char *got = request_cookie(header, "footfall", &n);
	if (want == NULL) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(got, want, n);
}

static void
headers(void **state)
{
	(void)state;
	cookie("", NULL);
	cookie("footfall", NULL);
	cookie("footfall=abc", "abc");
	cookie("a=1; footfall=abc; b=2", "abc");
	cookie("a=footfall=1;footfall=abc", "abc");
	cookie("xfootfall=1", NULL);
	cookie("footfall2=1", NULL);
	cookie(" ; ;\tfootfall=;", "");
	assert_string_equal(request_bearer("Bearer abc"), "abc");
	assert_string_equal(request_bearer("bearer   abc"), "abc");
	assert_string_equal(request_bearer("Bearer "), "");
	assert_null(request_bearer("Bearer"));
	assert_null(request_bearer("Basic abc"));
	assert_true(request_has_etag("\"a\"", "\"a\"") && request_has_etag("\"b\", W/\"a\"", "\"a\"") && request_has_etag("*", "\"a\""));
	assert_false(request_has_etag("", "\"a\"") || request_has_etag("\"b\"", "\"a\"") || request_has_etag("a", "\"a\"")
	    || request_has_etag("W/", "\"a\"") || request_has_etag("\"a", "\"a\""));
}

static void
tokens(void **state)
{
	static const char text[] = "0123456789abcdef";
	struct token t, other;
	struct err e;
	(void)state;
	assert_int_equal(token_make(&t, text, 16, "it", &e), 0);
	assert_true(token_is(&t, text, 16));
	assert_false(token_is(&t, text, 15) || token_is(&t, "0123456789abcdeF", 16) || token_is(&t, "", 0)
	    || token_is(&t, t.digest, strlen(t.digest)) || token_is(&t, t.cookie, strlen(t.cookie)));
	assert_true(token_is_cookie(&t, t.cookie, 64));
	assert_false(token_is_cookie(&t, t.cookie, 63) || token_is_cookie(&t, text, 16) || token_is_cookie(&t, t.digest, 64));
	assert_int_equal(token_make(&other, "0123456789abcdeg", 16, "it", &e), 0);
	assert_false(token_is_cookie(&other, t.cookie, 64));
	assert_int_equal(token_make(&t, text, 15, "it", &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(token_make(&t, "0123456789abcde ", 16, "it", &e), -1);
	assert_int_equal(token_make(&t, "0123456789abcde\x80", 16, "it", &e), -1);
}

static void
files(void **state)
{
	char path[] = "/tmp/footfall-token-XXXXXX";
	struct token t;
	struct err e;
	(void)state;
	log_set_level(LOG_ERROR);
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	static const char text[] = "0123456789abcdef\r\nanything\n";
	assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
	assert_int_equal(token_read(&t, path, &e), 0);
	assert_true(token_is(&t, "0123456789abcdef", 16));
	assert_int_equal(ftruncate(fd, 3), 0);
	assert_int_equal(token_read(&t, path, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.msg, path));
	assert_null(strstr(e.msg, "012"));
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(token_read(&t, path, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	close(fd);
	unlink(path);
	assert_int_equal(token_read(&t, path, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values), cmocka_unit_test(numbers), cmocka_unit_test(hosts), cmocka_unit_test(headers),
		cmocka_unit_test(tokens), cmocka_unit_test(files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
