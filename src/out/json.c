/*
 * JSON (RFC 8259) and real numbers as text.  A key in an array, or none in an object, is a
 * mistake of the caller and asserted: it would make the line unreadable for every reader.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out/out.h"
#include "out/state.h"
#include "out/utf8.h"

char *
out_real_text(double v, char text[32])
{
	if (!isfinite(v))
		return strcpy(text, "null");
	/* 15 digits always survive text -> double -> text, 17 always double -> text -> double. */
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, 32, "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	/* Where a locale has another decimal point, be it of several bytes, it becomes ours. */
	char *to = text;
	for (const char *p = text; *p != '\0';) {
		if (strchr("0123456789+-e", *p) != NULL) {
			*to++ = *p++;
		} else {
			*to++ = '.';
			do
				p++;
			while (*p != '\0' && strchr("0123456789+-e", *p) == NULL);
		}
	}
	*to = '\0';
	return text;
}

static void
quoted(struct out *o, const char *s)
{
	size_t left = strlen(s);
	uint32_t code;

	out_bytes(o, "\"", 1);
	for (size_t n; left > 0; s += n, left -= n) {
		/* Plain text goes out in one piece. */
		for (n = 0; n < left; n++) {
			unsigned char c = (unsigned char)s[n];
			if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
				break;
		}
		if (n > 0) {
			out_bytes(o, s, n);
			continue;
		}
		n = utf8_take(s, left, &code);
		static const char letters[] = "\b\f\n\r\t\"\\";
		const char *special = code < 0x80 ? strchr(letters, (int)code) : NULL;
		if (code == UTF8_BAD)
			out_puts(o, UTF8_REPLACEMENT);
		else if (special != NULL)
			out_printf(o, "\\%c", "bfnrt\"\\"[special - letters]);
		else if (code < 0x20)
			out_printf(o, "\\u%04x", (unsigned)code);
		else
			out_bytes(o, s, n);
	}
	out_bytes(o, "\"", 1);
}

/* What stands before a value: the comma and the key. */
static void
before(struct out *o, const char *key)
{
	struct out_state *s = out_state(o);

	if (s->depth == 0) {
		assert(key == NULL);
		return;
	}
	bool *some = &s->some[s->depth - 1];
	if (*some)
		out_bytes(o, ",", 1);
	*some = true;
	assert((key != NULL) == (s->close[s->depth - 1] == '}'));
	if (key != NULL) {
		quoted(o, key);
		out_bytes(o, ":", 1);
	}
}

/* What stands after a value: each outermost one is a line. */
static void
after(struct out *o)
{
	if (out_state(o)->depth == 0)
		out_bytes(o, "\n", 1);
}

static void
begin(struct out *o, const char *key, const char *open, char close)
{
	struct out_state *s = out_state(o);

	before(o, key);
	assert(s->depth < OUT_DEPTH);
	s->close[s->depth] = close;
	s->some[s->depth] = false;
	s->depth++;
	out_bytes(o, open, 1);
}

void
out_json_object(struct out *o, const char *key)
{
	begin(o, key, "{", '}');
}

void
out_json_array(struct out *o, const char *key)
{
	begin(o, key, "[", ']');
}

void
out_json_end(struct out *o)
{
	struct out_state *s = out_state(o);

	assert(s->depth > 0);
	s->depth--;
	out_bytes(o, &s->close[s->depth], 1);
	after(o);
}

void
out_json_raw(struct out *o, const char *key, const char *json)
{
	before(o, key);
	out_puts(o, json);
	after(o);
}

void
out_json_text(struct out *o, const char *key, const char *value)
{
	if (value == NULL) {
		out_json_null(o, key);
		return;
	}
	before(o, key);
	quoted(o, value);
	after(o);
}

void
out_json_int(struct out *o, const char *key, int64_t value)
{
	char text[32];
	snprintf(text, sizeof text, "%lld", (long long)value);
	out_json_raw(o, key, text);
}

void
out_json_real(struct out *o, const char *key, double value)
{
	char text[32];
	out_json_raw(o, key, out_real_text(value, text));
}

void
out_json_bool(struct out *o, const char *key, bool value)
{
	out_json_raw(o, key, value ? "true" : "false");
}

void
out_json_null(struct out *o, const char *key)
{
	out_json_raw(o, key, "null");
}
