/*
 * The JSON reader.  Everything stands in memory, so a place is a pointer, and lines and columns are
 * counted only when a message needs them.
 */
#include "truth/json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "out/utf8.h"
#include "truth/decimal.h"

void
json_init(struct json *j, const char *what, struct span text, struct err *e)
{
	*j = (struct json) { .what = what, .e = e };
	if (text.n == 0)
		text.s = "";
	/* RFC 8259, 8.1: a byte order mark may be passed over. */
	if (text.n >= 3 && memcmp(text.s, "\xEF\xBB\xBF", 3) == 0) {
		text.s += 3;
		text.n -= 3;
	}
	j->start = j->at = j->value = text.s;
	j->end = text.s + text.n;
	if (text.n >= 2 && (memcmp(text.s, "\xFF\xFE", 2) == 0 || memcmp(text.s, "\xFE\xFF", 2) == 0))
		json_fail(j, "this is UTF-16 text; save it as UTF-8");
}

void
json_free(struct json *j)
{
	buf_free(&j->text);
}

int
json_fail(struct json *j, const char *fmt, ...)
{
	char why[sizeof j->e->msg];
	va_list ap;
	size_t line = 1, column = 1;

	if (j->failed)
		return -1;
	j->failed = true;
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	for (const char *s = j->start; s < j->value; s++) {
		if (*s == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)*s & 0xC0) != 0x80) {
			column++;
		}
	}
	return err_set(j->e, ERR_DATA, "%s:%zu:%zu: %s", j->what, line, column, why);
}

/* Fails here, rather than where the value began. */
static void
fail_here(struct json *j, const char *why)
{
	j->value = j->at;
	json_fail(j, "%s", why);
}

static char
look(struct json *j)
{
	/* The text's end is a NUL, which is neither white space nor begins anything. */
	while (*j->at == ' ' || *j->at == '\n' || *j->at == '\r' || *j->at == '\t')
		j->at++;
	return *j->at;
}

enum json_kind
json_kind(struct json *j)
{
	if (j->failed)
		return JSON_NONE;
	switch (look(j)) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_TEXT;
	case 't':
	case 'f':
		return JSON_BOOL;
	case 'n':
		return JSON_NULL;
	case '-':
	case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return JSON_NUMBER;
	default:
		return JSON_NONE;
	}
}

/* Fails where no value begins. */
static void
fail_none(struct json *j, const char *wanted)
{
	if (j->at >= j->end)
		json_fail(j, "%s is wanted, the text ends here; was the file cut short?", wanted);
	else if (strncmp(j->at, "NaN", 3) == 0 || strncmp(j->at, "Infinity", 8) == 0)
		json_fail(j, "%s is wanted; NaN and Infinity are not JSON, nor numbers to reckon with", wanted);
	else
		json_fail(j, "%s is wanted, no value of JSON begins like this", wanted);
}

/* Is the value that stands next of this kind?  Fails when not. */
static bool
expect(struct json *j, enum json_kind kind)
{
	static const char *const names[] = { [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array",
		[JSON_TEXT] = "a text", [JSON_NUMBER] = "a number", [JSON_BOOL] = "true or false",
		[JSON_NULL] = "null" };

	if (j->failed)
		return false;
	enum json_kind have = json_kind(j);
	j->value = j->at;
	if (have == kind)
		return true;
	if (have == JSON_NONE)
		fail_none(j, names[kind]);
	else
		json_fail(j, "%s is wanted, here is %s", names[kind], names[have]);
	return false;
}

static void
enter(struct json *j, enum json_kind kind)
{
	if (!expect(j, kind))
		return;
	if (j->depth == JSON_DEPTH) {
		json_fail(j, "more than %d objects and arrays in each other", JSON_DEPTH);
		return;
	}
	j->depth++;
	j->at++;
	j->first = true;
}

void
json_object(struct json *j)
{
	enter(j, JSON_OBJECT);
}

void
json_array(struct json *j)
{
	enter(j, JSON_ARRAY);
}

/* Goes to the next member or item; false at the end, and after a failure. */
static bool
next(struct json *j, char close, const char *wanted)
{
	if (j->failed)
		return false;
	char c = look(j);
	if (c == close) {
		j->at++;
		j->depth--;
		j->first = false;
		return false;
	}
	if (!j->first) {
		if (c != ',') {
			fail_here(j, j->at >= j->end ? "the text ends here; was the file cut short?" : wanted);
			return false;
		}
		j->at++;
		look(j);
	}
	j->first = false;
	return true;
}

bool
json_item(struct json *j)
{
	return next(j, ']', "a comma or ] is wanted");
}

/* Four hexadecimal digits at s; -1 when they are not. */
static int32_t
hex4(const char *s)
{
	int32_t v = 0;

	for (int i = 0; i < 4; i++) {
		char c = s[i];
		int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
			c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
		if (digit < 0)
			return -1;
		v = v << 4 | digit;
	}
	return v;
}

/* What a backslash at j->at stands for, into b unless that is NULL; goes behind it. */
static bool
escape(struct json *j, struct buf *b)
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *letter = j->at[1] != '\0' ? strchr(letters, j->at[1]) : NULL;

	if (letter != NULL) {
		if (b != NULL)
			buf_putc(b, means[letter - letters]);
		j->at += 2;
		return true;
	}
	int32_t c = j->at[1] == 'u' ? hex4(j->at + 2) : -1;
	if (c < 0) {
		fail_here(j, "no escape of JSON begins like this");
		return false;
	}
	const char *behind = j->at + 6;
	if (c >= 0xD800 && c <= 0xDFFF) {
		int32_t low = c < 0xDC00 && behind[0] == '\\' && behind[1] == 'u' ? hex4(behind + 2) : -1;
		if (low < 0xDC00 || low > 0xDFFF) {
			fail_here(j, "half of a surrogate pair, which is no character");
			return false;
		}
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
		behind += 6;
	}
	if (b != NULL)
		text_put(b, (uint32_t)c);
	j->at = behind;
	return true;
}

/* The text at j->at, which is a quote.  Decoded only when wanted; checked always. */
static struct span
take_text(struct json *j, bool wanted)
{
	bool escaped = false;
	const char *from = ++j->at;

	for (;;) {
		const char *run = j->at;
		unsigned char c;
		while (c = (unsigned char)*j->at, c >= 0x20 && c < 0x80 && c != '"' && c != '\\')
			j->at++;
		if (c >= 0x80) {
			uint32_t code;
			size_t n = utf8_take(j->at, (size_t)(j->end - j->at), &code);
			if (code == UTF8_BAD) {
				fail_here(j, "a byte that is not UTF-8; save the file as UTF-8");
				break;
			}
			j->at += n;
		}
		if (escaped && wanted)
			buf_add(&j->text, run, (size_t)(j->at - run));
		if (c == '"') {
			struct span s = { from, (size_t)(j->at - from) };
			j->at++;
			if (escaped && wanted)
				s = (struct span) { j->text.data, j->text.len };
			return s;
		}
		if (c == '\\') {
			if (!escaped && wanted) {
				buf_clear(&j->text);
				buf_add(&j->text, from, (size_t)(j->at - from));
			}
			escaped = true;
			if (!escape(j, wanted ? &j->text : NULL))
				break;
		} else if (c < 0x20) {
			fail_here(j, j->at >= j->end ? "the text ends within quotes; was the file cut short?" :
				"a control character within quotes");
			break;
		}
	}
	return (struct span) { "", 0 };
}

bool
json_member(struct json *j, struct span *key)
{
	*key = (struct span) { "", 0 };
	if (!next(j, '}', "a comma or } is wanted"))
		return false;
	j->value = j->at;
	if (*j->at != '"') {
		json_fail(j, j->at >= j->end ? "the text ends here; was the file cut short?" : "a name in quotes is wanted");
		return false;
	}
	*key = take_text(j, true);
	if (j->failed)
		return false;
	if (look(j) != ':') {
		fail_here(j, "a colon is wanted");
		return false;
	}
	j->at++;
	return true;
}

struct span
json_text(struct json *j)
{
	if (!expect(j, JSON_TEXT))
		return (struct span) { "", 0 };
	return take_text(j, true);
}

/* The number that stands next. */
static bool
take_number(struct json *j, struct decimal *d)
{
	if (!expect(j, JSON_NUMBER))
		return false;
	const char *behind = decimal_take(j->at, d);
	if (behind == NULL) {
		json_fail(j, "not a number as JSON writes it");
		return false;
	}
	j->at = behind;
	return true;
}

/* NaN, Infinity and -Infinity, as Python writes them. */
static bool
take_infinite(struct json *j, double *v)
{
	static const struct { const char *word; double v; } words[] = {
		{ "NaN", NAN }, { "Infinity", INFINITY }, { "-Infinity", -INFINITY } };

	if (!j->pass_infinite || j->failed)
		return false;
	look(j);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i].word);
		if (strncmp(j->at, words[i].word, n) == 0) {
			j->value = j->at;
			j->at += n;
			*v = words[i].v;
			return true;
		}
	}
	return false;
}

double
json_real(struct json *j)
{
	struct decimal d;
	double v = 0;

	if (take_infinite(j, &v) || !take_number(j, &d))
		return v;
	v = decimal_real(&d);
	if (!isfinite(v) && !j->pass_infinite) {
		json_fail(j, "a number too large to reckon with");
		return 0;
	}
	return v;
}

int64_t
json_int(struct json *j)
{
	struct decimal d;

	if (!take_number(j, &d))
		return 0;
	if (d.whole && d.exact && d.digits <= (uint64_t)INT64_MAX + d.negative)
		return d.negative ? -(int64_t)(d.digits - (d.digits > 0)) - (d.digits > 0) : (int64_t)d.digits;
	double v = decimal_real(&d);
	if (d.whole || fabs(v) > 9007199254740992.0) {
		json_fail(j, "a number too large for a whole number");
		return 0;
	}
	if (v != trunc(v)) {
		json_fail(j, "a whole number is wanted");
		return 0;
	}
	return (int64_t)v;
}

/* true, false or null */
static bool
take_word(struct json *j, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(j->at, word, n) != 0) {
		json_fail(j, "no value of JSON begins like this");
		return false;
	}
	j->at += n;
	return true;
}

bool
json_flag(struct json *j)
{
	if (json_kind(j) == JSON_BOOL) {
		j->value = j->at;
		bool is = *j->at == 't';
		return take_word(j, is ? "true" : "false") && is;
	}
	int64_t v = json_int(j);
	if (!j->failed && v != 0 && v != 1)
		json_fail(j, "0 or 1 is wanted");
	return v == 1;
}

void
json_skip(struct json *j)
{
	struct span key;
	struct decimal d;
	double v;

	enum json_kind kind = json_kind(j);
	j->value = j->at;
	switch (kind) {
	case JSON_OBJECT:
		json_object(j);
		while (json_member(j, &key))
			json_skip(j);
		break;
	case JSON_ARRAY:
		json_array(j);
		while (json_item(j))
			json_skip(j);
		break;
	case JSON_TEXT:
		take_text(j, false);
		break;
	case JSON_NUMBER:
		if (!take_infinite(j, &v))
			take_number(j, &d);
		break;
	case JSON_BOOL:
		take_word(j, *j->at == 't' ? "true" : "false");
		break;
	case JSON_NULL:
		take_word(j, "null");
		break;
	case JSON_NONE:
		if (!j->failed && !take_infinite(j, &v))
			fail_none(j, "a value");
		break;
	}
}

void
json_end(struct json *j)
{
	if (j->failed)
		return;
	look(j);
	if (j->at < j->end)
		fail_here(j, "something behind the end");
}

void
json_mark(struct json *j, const char **place)
{
	look(j);
	const char *here = j->at;
	json_skip(j);
	if (!j->failed)
		*place = here;
}

void
json_go(struct json *j, const char *place)
{
	j->at = j->value = place;
	j->first = false;
}
