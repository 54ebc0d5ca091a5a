/*
 * Text for XML and HTML.  What is no character of XML 1.0 cannot even be written as a
 * reference, so it is dropped or replaced, never passed on.
 */
#include <string.h>

#include "out/out.h"
#include "out/utf8.h"

static const char *
reference(uint32_t code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";		/* HTML 4 does not know &apos; */
	case UTF8_BAD:
	case 0xFFFE:
	case 0xFFFF:
		return UTF8_REPLACEMENT;
	default:
		return NULL;
	}
}

static bool
is_control(uint32_t code)
{
	return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code < 0xA0);
}

void
out_xml_text(struct out *o, const char *value)
{
	size_t left = strlen(value);
	size_t plain = 0;		/* bytes before value that wait to be written as they are */

	for (size_t n; left > 0; value += n, left -= n) {
		uint32_t code;
		n = utf8_take(value, left, &code);
		const char *instead = reference(code);
		if (instead == NULL && !is_control(code)) {
			plain += n;
			continue;
		}
		out_bytes(o, value - plain, plain);
		plain = 0;
		if (instead != NULL)
			out_puts(o, instead);
	}
	out_bytes(o, value - plain, plain);
}
