/*
 * Fuzz target: what a client of the live page sends, as far as we take it apart ourselves.  The first byte says as what the rest
 * is read.  What is found lies within the text, and a host that is taken for ours is one of three.
 */
#include <assert.h>
#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"
#include "fuzz_text.h"
#include "serve/request.h"
#include "serve/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
query(const char *text)
{
	struct buf value = { 0 };
	int64_t n;
	for (int plus = 0; plus < 2; plus++) {
		int got = request_value(text, "source", plus != 0, &value);
		assert(got >= -1 && got <= 1);
		assert(got != 1 || (value.len <= strlen(text) && strlen(buf_str(&value)) == value.len));
		assert(got != 0 || strstr(text, "source=") != text);
	}
	if (request_int(text, "from", -1000, 1000, &n) == 1)
		assert(n >= -1000 && n <= 1000);
	buf_free(&value);
}

static void
host(const char *text)
{
	if (request_host_is_loopback(text))
		assert(strncasecmp(text, "localhost", 9) == 0 || strncmp(text, "127.", 4) == 0 || text[0] == '[');
}

static void
headers(const char *text)
{
	size_t n;
	struct token t;
	struct err e;
	const char *value = request_cookie(text, "footfall", &n);
	assert(value == NULL || (value > text && n <= strlen(value)));
	value = request_bearer(text);
	assert(value == NULL || (value > text && value <= text + strlen(text)));
	if (request_has_etag(text, "\"0123456789abcdef\""))
		assert(strstr(text, "\"0123456789abcdef\"") != NULL || strchr(text, '*') != NULL);
	if (token_make(&t, text, strlen(text), "it", &e) == 0) {
		assert(token_is(&t, text, strlen(text)) && !token_is(&t, text, strlen(text) - 1));
		assert(!token_is_cookie(&t, text, strlen(text)) && token_is_cookie(&t, t.cookie, strlen(t.cookie)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const as[])(const char *text) = { query, host, headers };
	if (size == 0)
		return 0;
	char *text = copy(data + 1, size - 1);
	as[data[0] % 3](text);
	free(text);
	return 0;
}
