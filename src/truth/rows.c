/*
 * Rows of fields, between spaces or commas.  Fields are copied and terminated, so that the strict
 * readers of numbers can be used on them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "truth/text.h"

int
rows_init(struct rows *r, enum rows_kind kind, const char *what, struct span text, struct err *e)
{
	*r = (struct rows) { .kind = kind, .what = what, .next_line = 1 };
	if (text_check(what, &text, e) != 0)
		return -1;
	r->at = text.s;
	r->end = text.s + text.n;
	return 0;
}

int
rows_refuse(const struct rows *r, struct err *e, const char *fmt, ...)
{
	char why[sizeof e->msg];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return err_set(e, ERR_DATA, "%s:%zu: %s", r->what, r->line, why);
}

void
rows_free(struct rows *r)
{
	buf_free(&r->kept);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The end of the line that begins at s: its LF, or the end of the text. */
static const char *
line_end(const struct rows *r, const char *s)
{
	const char *lf = memchr(s, '\n', (size_t)(r->end - s));
	return lf != NULL ? lf : r->end;
}

static struct span
trimmed(const char *s, const char *end)
{
	while (s < end && is_blank(*s))
		s++;
	while (s < end && (is_blank(end[-1]) || end[-1] == '\r'))
		end--;
	return (struct span) { s, (size_t)(end - s) };
}

/* Begins a field; where it stands is known only when the row is complete, as kept may move. */
static void
begin_field(struct rows *r, size_t *at)
{
	if (r->nfields < ROW_FIELDS)
		at[r->nfields] = r->kept.len;
	r->nfields++;
}

static void
split_spaces(struct rows *r, size_t *at)
{
	const char *s = r->text.s, *end = s + r->text.n;

	while (s < end) {
		const char *from = s;
		while (s < end && !is_blank(*s))
			s++;
		begin_field(r, at);
		buf_add(&r->kept, from, (size_t)(s - from));
		buf_putc(&r->kept, '\0');
		while (s < end && is_blank(*s))
			s++;
	}
}

/* A quoted field, from behind its first quote; gives the place behind its last one. */
static const char *
quoted(struct rows *r, const char *s)
{
	for (;;) {
		const char *q = memchr(s, '"', (size_t)(r->end - s));
		if (q == NULL)
			return NULL;
		for (const char *p = s; p < q; p++)
			r->next_line += *p == '\n';
		buf_add(&r->kept, s, (size_t)(q - s));
		s = q + 1;
		if (s == r->end || *s != '"')
			return s;
		buf_putc(&r->kept, '"');
		s++;
	}
}

/* Splits the record that begins at r->at and leaves r->at at its line end. */
static int
split_csv(struct rows *r, size_t *at, struct err *e)
{
	const char *s = r->at;

	for (;;) {
		begin_field(r, at);
		if (s < r->end && *s == '"') {
			s = quoted(r, s + 1);
			if (s == NULL)
				return rows_refuse(r, e, "a quote is opened and never closed");
			if (s + 1 < r->end && s[0] == '\r' && s[1] == '\n')
				s++;
			if (s < r->end && *s != ',' && *s != '\n')
				return rows_refuse(r, e, "text behind a closing quote; a quote within quotes is written twice");
		} else {
			const char *from = s;
			while (s < r->end && *s != ',' && *s != '\n') {
				if (*s == '"')
					return rows_refuse(r, e, "a quote amid a field; put the whole field in quotes");
				s++;
			}
			const char *to = s;
			if (to > from && to[-1] == '\r' && (s == r->end || *s == '\n'))
				to--;
			buf_add(&r->kept, from, (size_t)(to - from));
		}
		buf_putc(&r->kept, '\0');
		if (s == r->end || *s == '\n')
			break;
		s++;
	}
	r->text = trimmed(r->at, s);
	r->at = s;
	return 0;
}

int
rows_next(struct rows *r, struct err *e)
{
	size_t at[ROW_FIELDS];

	/* Empty lines, which the text may end in. */
	for (;;) {
		if (r->at >= r->end)
			return 0;
		const char *end = line_end(r, r->at);
		r->text = trimmed(r->at, end);
		if (r->text.n > 0)
			break;
		r->at = end < r->end ? end + 1 : end;
		r->next_line++;
	}
	r->line = r->next_line;
	r->nfields = 0;
	buf_clear(&r->kept);
	if (r->kind == ROWS_SPACES) {
		split_spaces(r, at);
		r->at = line_end(r, r->at);
	} else if (split_csv(r, at, e) != 0) {
		return -1;
	}
	if (r->at < r->end)
		r->at++;
	r->next_line++;
	for (size_t i = 0; i < r->nfields && i < ROW_FIELDS; i++)
		r->field[i] = r->kept.data + at[i];
	return 1;
}
