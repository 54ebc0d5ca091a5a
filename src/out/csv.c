/*
 * CSV (RFC 4180).  Lines end in LF alone: what reads the file is more often a program on the
 * same machine than a spreadsheet, and the spreadsheets take it too.
 */
#include <math.h>
#include <string.h>

#include "out/out.h"
#include "out/state.h"

static void
separate(struct out *o)
{
	struct out_state *s = out_state(o);

	if (s->field)
		out_bytes(o, ",", 1);
	s->field = true;
}

void
out_csv_text(struct out *o, const char *value)
{
	separate(o);
	if (value == NULL)
		return;
	if (strpbrk(value, ",\"\r\n") == NULL) {
		out_puts(o, value);
		return;
	}
	out_bytes(o, "\"", 1);
	for (;;) {
		size_t n = strcspn(value, "\"");
		out_bytes(o, value, n);
		if (value[n] == '\0')
			break;
		out_bytes(o, "\"\"", 2);
		value += n + 1;
	}
	out_bytes(o, "\"", 1);
}

void
out_csv_int(struct out *o, int64_t value)
{
	separate(o);
	out_printf(o, "%lld", (long long)value);
}

void
out_csv_real(struct out *o, double value)
{
	char text[32];

	separate(o);
	if (isfinite(value))
		out_puts(o, out_real_text(value, text));
}

void
out_csv_end(struct out *o)
{
	out_bytes(o, "\n", 1);
	out_state(o)->field = false;
}
