/*
 * What every page has around its contents, and small pieces that stand in all of them.
 */
#include <string.h>

#include "page.h"
#include "report/text.h"

void
page_head_begin(struct out *o)
{
	out_puts(o, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"generator\" content=\"footfall " FOOTFALL_VERSION "\">\n<title>");
}

void
page_head_end(struct out *o, const char *const *more_style)
{
	out_puts(o, "</title>\n<style>\n");
	for (size_t i = 0; page_style[i] != NULL; i++)
		out_puts(o, page_style[i]);
	for (size_t i = 0; more_style != NULL && more_style[i] != NULL; i++)
		out_puts(o, more_style[i]);
	out_puts(o, "</style>\n</head>\n<body>\n<main>\n");
}

void
page_end(struct out *o)
{
	out_puts(o, "<footer class=\"soft\">Made by footfall " FOOTFALL_VERSION
	    ". Times are UTC. The page is complete in itself: it loads nothing and runs nothing.</footer>\n"
	    "</main>\n</body>\n</html>\n");
}

void
page_put_count(struct out *o, int64_t n, const char *one, const char *many)
{
	char text[TEXT_SIZE];
	out_printf(o, "%s %s", text_count(n, text), n == 1 ? one : many);
}

void
page_put_lines(struct out *o, const char *lines)
{
	out_puts(o, "<ul class=\"settings\">\n");
	while (*lines != '\0') {
		char line[512] = "";
		size_t n = strcspn(lines, "\n");
		strncat(line, lines, n < sizeof line - 1 ? n : sizeof line - 1);
		out_puts(o, "<li><code>");
		out_xml_text(o, line);
		out_puts(o, "</code></li>\n");
		lines += n + (lines[n] == '\n');
	}
	out_puts(o, "</ul>");
}

void
page_note(struct out *o, const char *name, const char *words)
{
	out_printf(o, "<dt>%s</dt><dd>%s</dd>\n", name, words);
}
