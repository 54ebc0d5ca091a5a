/*
 * The XML reader (W3C, XML 1.0, fifth edition, of which the comments name the productions).
 */
#include "truth/xml.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* NameStartChar [4], where all that is not ASCII is taken for a letter. */
static bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (unsigned char)c >= 0x80;
}

static bool
is_name(char c)
{
	return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

int
xml_fail(struct xml *x, const char *fmt, ...)
{
	char why[sizeof x->e->msg];
	va_list ap;
	size_t line = 1;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	for (const char *s = x->start; s < x->at; s++)
		line += *s == '\n';
	return err_set(x->e, ERR_DATA, "%s:%zu: %s", x->what, line, why);
}

int
xml_init(struct xml *x, const char *what, struct span text, struct err *e)
{
	*x = (struct xml) { .what = what, .e = e };
	if (text_check(what, &text, e) != 0)
		return -1;
	x->start = x->at = text.s;
	x->end = text.s + text.n;
	for (const char *s = x->start; s < x->end; s++) {
		unsigned char c = (unsigned char)*s;
		if (c < 0x20 && !is_space(*s)) {
			x->at = s;
			return xml_fail(x, "a control character, which XML does not allow");
		}
	}
	return 0;
}

void
xml_free(struct xml *x)
{
	buf_free(&x->text);
}

static bool
starts(const struct xml *x, const char *word)
{
	size_t n = strlen(word);
	return (size_t)(x->end - x->at) >= n && memcmp(x->at, word, n) == 0;
}

/* Goes behind the next `mark`; false when there is none. */
static bool
pass(struct xml *x, const char *mark)
{
	const char *found = memmem(x->at, (size_t)(x->end - x->at), mark, strlen(mark));
	if (found == NULL)
		return false;
	x->at = found + strlen(mark);
	return true;
}

static void
pass_space(struct xml *x)
{
	while (x->at < x->end && is_space(*x->at))
		x->at++;
}

static bool
take_name(struct xml *x, struct span *name)
{
	const char *from = x->at;
	if (x->at == x->end || !is_name_start(*x->at))
		return false;
	while (x->at < x->end && is_name(*x->at))
		x->at++;
	*name = (struct span) { from, (size_t)(x->at - from) };
	return true;
}

/* The character that "#65" or "#x41" means; 0: none that XML allows (Char [2]). */
static uint32_t
numbered(struct span s)
{
	bool hex = s.n > 1 && s.s[1] == 'x';
	size_t i = hex ? 2 : 1;
	uint32_t v = 0;

	if (i == s.n)
		return 0;
	for (; i < s.n; i++) {
		char c = s.s[i];
		int digit = c >= '0' && c <= '9' ? c - '0' : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10 :
			hex && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
		if (digit < 0)
			return 0;
		v = v * (hex ? 16 : 10) + (uint32_t)digit;
		if (v > 0x10FFFF)
			return 0;
	}
	if (v < 0x20 && v != '\t' && v != '\n' && v != '\r')
		return 0;
	return (v >= 0xD800 && v <= 0xDFFF) || v == 0xFFFE || v == 0xFFFF ? 0 : v;
}

/* What stands at &, into the text. */
static int
reference(struct xml *x)
{
	static const struct { const char *name; char c; } known[] = {
		{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' } };
	const char *semicolon = memchr(x->at, ';', (size_t)(x->end - x->at));

	if (semicolon == NULL)
		return xml_fail(x, "an & without its ; (write &amp; for the character itself)");
	struct span s = { x->at + 1, (size_t)(semicolon - x->at) - 1 };
	uint32_t c = 0;
	if (s.n > 0 && s.s[0] == '#')
		c = numbered(s);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (span_is(s, known[i].name))
			c = (unsigned char)known[i].c;
	}
	if (c == 0)
		return xml_fail(x, "the entity &%.*s; is not one of the five of XML, nor a character", SPAN_SHOWN(s));
	text_put(&x->text, c);
	x->at = semicolon + 1;
	return 0;
}

/* Text up to the next tag. */
static enum xml_event
take_text(struct xml *x)
{
	buf_clear(&x->text);
	while (x->at < x->end && *x->at != '<') {
		const char *from = x->at;
		if (*from == '&') {
			if (reference(x) != 0)
				return XML_ERROR;
			continue;
		}
		while (x->at < x->end && *x->at != '<' && *x->at != '&')
			x->at++;
		buf_add(&x->text, from, (size_t)(x->at - from));
	}
	return XML_TEXT;
}

/* name = "value", of which nothing is kept. */
static int
pass_attribute(struct xml *x)
{
	struct span name;

	if (!take_name(x, &name))
		return xml_fail(x, "no tag of XML goes on like this");
	pass_space(x);
	if (x->at == x->end || *x->at != '=')
		return xml_fail(x, "the attribute %.*s has no value", SPAN_SHOWN(name));
	x->at++;
	pass_space(x);
	if (x->at == x->end || (*x->at != '"' && *x->at != '\''))
		return xml_fail(x, "the value of attribute %.*s is not in quotes", SPAN_SHOWN(name));
	const char *from = x->at + 1, *to = memchr(from, *x->at, (size_t)(x->end - from));
	if (to == NULL || memchr(from, '<', (size_t)(to - from)) != NULL)
		return xml_fail(x, "the value of attribute %.*s has no end", SPAN_SHOWN(name));
	x->at = to + 1;
	return 0;
}

/* Behind "<". */
static enum xml_event
open_element(struct xml *x)
{
	struct span name;

	if (!take_name(x, &name)) {
		xml_fail(x, "no tag of XML begins like this");
		return XML_ERROR;
	}
	if (x->depth == 0 && x->rooted) {
		xml_fail(x, "a second outermost element, <%.*s>", SPAN_SHOWN(name));
		return XML_ERROR;
	}
	if (x->depth == XML_DEPTH) {
		xml_fail(x, "more than %d elements in each other", XML_DEPTH);
		return XML_ERROR;
	}
	for (;;) {
		const char *before = x->at;
		pass_space(x);
		if (x->at == x->end) {
			xml_fail(x, "the text ends within a tag; was the file cut short?");
			return XML_ERROR;
		}
		if (*x->at == '>' || starts(x, "/>"))
			break;
		if (x->at == before) {
			xml_fail(x, "no tag of XML goes on like this");
			return XML_ERROR;
		}
		if (pass_attribute(x) != 0)
			return XML_ERROR;
	}
	x->pending = *x->at == '/';
	x->at += x->pending ? 2 : 1;
	x->name[x->depth++] = name;
	x->rooted = true;
	return XML_OPEN;
}

/* Behind "</". */
static enum xml_event
close_element(struct xml *x)
{
	struct span name;

	if (!take_name(x, &name)) {
		xml_fail(x, "no tag of XML begins like this");
		return XML_ERROR;
	}
	if (x->depth == 0) {
		xml_fail(x, "</%.*s> closes nothing", SPAN_SHOWN(name));
		return XML_ERROR;
	}
	struct span open = x->name[x->depth - 1];
	if (open.n != name.n || memcmp(open.s, name.s, name.n) != 0) {
		xml_fail(x, "</%.*s> where </%.*s> is wanted", SPAN_SHOWN(name), SPAN_SHOWN(open));
		return XML_ERROR;
	}
	pass_space(x);
	if (x->at == x->end || *x->at != '>') {
		xml_fail(x, "</%.*s has no >", SPAN_SHOWN(name));
		return XML_ERROR;
	}
	x->at++;
	x->closed = true;
	return XML_CLOSE;
}

/* Text within <![CDATA[ ]]>, as it stands. */
static enum xml_event
take_cdata(struct xml *x)
{
	const char *from = x->at += strlen("<![CDATA[");

	if (!pass(x, "]]>")) {
		xml_fail(x, "CDATA has no end");
		return XML_ERROR;
	}
	buf_clear(&x->text);
	buf_add(&x->text, from, (size_t)(x->at - from) - 3);
	return XML_TEXT;
}

/* Comments and processing instructions; 1 when there was one. */
static int
pass_remark(struct xml *x)
{
	if (!starts(x, "<!--") && !starts(x, "<?"))
		return 0;
	bool comment = x->at[1] == '!';
	const char *from = x->at;
	x->at += comment ? 4 : 2;
	if (pass(x, comment ? "-->" : "?>"))
		return 1;
	x->at = from;
	return xml_fail(x, "%s has no end", comment ? "a comment" : "<?");
}

enum xml_event
xml_next(struct xml *x)
{
	if (x->closed) {
		x->closed = false;
		x->depth--;
	}
	if (x->pending) {
		x->pending = false;
		x->closed = true;
		return XML_CLOSE;
	}
	for (;;) {
		if (x->depth == 0)
			pass_space(x);
		if (x->at == x->end)
			break;
		int remark = pass_remark(x);
		if (remark < 0)
			return XML_ERROR;
		if (remark > 0)
			continue;
		if (x->depth > 0 && *x->at != '<')
			return take_text(x);
		if (x->depth > 0 && starts(x, "<![CDATA[")) {
			enum xml_event got = take_cdata(x);
			if (got == XML_TEXT && x->text.len == 0)
				continue;
			return got;
		}
		if (starts(x, "<!")) {
			xml_fail(x, "DOCTYPE and entity declarations are refused");
			return XML_ERROR;
		}
		if (*x->at != '<') {
			xml_fail(x, "text outside of any element: this is not XML");
			return XML_ERROR;
		}
		x->at++;
		if (x->at < x->end && *x->at == '/') {
			x->at++;
			return close_element(x);
		}
		return open_element(x);
	}
	if (x->depth > 0) {
		xml_fail(x, "<%.*s> is not closed; was the file cut short?", SPAN_SHOWN(x->name[x->depth - 1]));
		return XML_ERROR;
	}
	if (!x->rooted) {
		xml_fail(x, "no element at all: this is not XML");
		return XML_ERROR;
	}
	return XML_END;
}

bool
xml_path(const struct xml *x, const char *const *names)
{
	for (int i = 0; i < x->depth; i++) {
		if (names[i] == NULL || !span_is(x->name[i], names[i]))
			return false;
	}
	return names[x->depth] == NULL;
}
