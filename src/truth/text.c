/*
 * Is it text, and which?  The commonest mishaps have names of their own: a file saved as UTF-16, a
 * picture or an archive in the place of the labels.
 */
#include "truth/text.h"

#include <string.h>

#include "out/gz.h"
#include "out/utf8.h"

int
text_check(const char *what, struct span *text, struct err *e)
{
	const char *s = text->s;
	size_t n = text->n;

	if (gz_is(s, n))
		return err_set(e, ERR_DATA, "%s is compressed within; unpack it", what);
	if (n >= 2 && (memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0))
		return err_set(e, ERR_DATA, "%s is UTF-16 text; save it as UTF-8", what);
	if (n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
		s += 3;
		n -= 3;
	}
	*text = (struct span) { s, n };
	size_t line = 1;
	while (n > 0) {
		uint32_t code = (unsigned char)*s;
		size_t took = 1;
		if (code >= 0x80)
			took = utf8_take(s, n, &code);
		if (code == UTF8_BAD)
			return err_set(e, ERR_DATA, "%s:%zu: byte 0x%02x is not UTF-8 text; save the file as UTF-8",
				what, line, (unsigned)(unsigned char)*s);
		if (code == 0)
			return err_set(e, ERR_DATA, "%s:%zu: a NUL byte: this is not text", what, line);
		line += code == '\n';
		s += took;
		n -= took;
	}
	return 0;
}

void
text_put(struct buf *b, uint32_t character)
{
	static const unsigned lead[] = { 0, 0xC0, 0xE0, 0xF0 };
	int more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;

	buf_putc(b, (char)(unsigned char)(lead[more] | character >> 6 * more));
	while (more-- > 0)
		buf_putc(b, (char)(unsigned char)(0x80 | (character >> 6 * more & 0x3F)));
}
