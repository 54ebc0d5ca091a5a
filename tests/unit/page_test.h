/*
 * What every page must be: well-formed, self-contained, with no number gone wrong.
 */
#ifndef PAGE_TEST_H
#define PAGE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

static const char *const EVIL = "<script>alert(\"x\")</script>&'";

static __attribute__((unused)) void
has(const struct buf *b, const char *text)
{
	if (strstr(buf_str(b), text) == NULL) {
		print_error("lacks \"%s\"\n", text);
		fail();
	}
}

static __attribute__((unused)) void
lacks(const struct buf *b, const char *text)
{
	const char *found = strstr(buf_str(b), text);
	if (found != NULL) {
		print_error("has \"%.120s\"\n", found);
		fail();
	}
}

static __attribute__((unused)) size_t
count(const struct buf *b, const char *text)
{
	size_t n = 0;
	for (const char *p = buf_str(b); (p = strstr(p, text)) != NULL; p += strlen(text))
		n++;
	return n;
}

/* Every element that HTML does not close by itself is closed, in order; attribute values are quoted. */
static __attribute__((unused)) void
check_markup(const struct buf *b)
{
	static const char *const void_elements[] = { "meta", "br", "img", "!DOCTYPE" };
	char open[64][16];
	int depth = 0;
	for (const char *p = buf_str(b); (p = strchr(p, '<')) != NULL;) {
		bool closing = p[1] == '/';
		char name[16];
		size_t n = strcspn(p + 1 + closing, " />\n");
		assert_true(n > 0 && n < sizeof name);
		memcpy(name, p + 1 + closing, n);
		name[n] = '\0';
		bool quoted = false;
		const char *end = p;
		for (; *end != '\0' && (quoted || *end != '>'); end++) {
			assert_true(end == p || *end != '<');
			quoted ^= *end == '"';
		}
		assert_int_equal(*end, '>');
		bool empty = end[-1] == '/';
		for (size_t i = 0; i < sizeof void_elements / sizeof void_elements[0]; i++)
			empty = empty || strcmp(name, void_elements[i]) == 0;
		if (closing) {
			if (depth == 0 || strcmp(open[depth - 1], name) != 0) {
				print_error("</%s> closes <%s> at \"%.60s\"\n", name, depth > 0 ? open[depth - 1] : "", p);
				fail();
			}
			depth--;
		} else if (!empty) {
			assert_true(depth < 64);
			memcpy(open[depth++], name, sizeof name);
		}
		p = end + 1;
	}
	assert_int_equal(depth, 0);
}

static __attribute__((unused)) void
check_page(const struct buf *b)
{
	check_markup(b);
	has(b, "<html lang=\"en\">");
	has(b, "name=\"viewport\"");
	has(b, "prefers-color-scheme:dark");
	has(b, "@media print");
	/* Nothing is loaded, nothing runs, no number went wrong. */
	lacks(b, "<script");
	lacks(b, "<link");
	lacks(b, "://");
	assert_int_equal(count(b, "src="), count(b, "src=\"data:image/"));
	lacks(b, "@import");
	lacks(b, "onload");
	lacks(b, "nan");
	lacks(b, "inf\"");
	lacks(b, "inf ");
}

#endif
