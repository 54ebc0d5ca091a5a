/*
 * Errors as values.  The text is always composed aside and copied at the end,
 * because callers pass the old message as an argument of the new one.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A message that was cut says so. */
static void
mark_cut(char *msg, size_t size)
{
	memcpy(msg + size - 4, "...", 4);
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	char msg[sizeof e->msg];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(msg, sizeof msg, fmt, ap);
	va_end(ap);
	if (n < 0)
		msg[0] = '\0';
	else if ((size_t)n >= sizeof msg)
		mark_cut(msg, sizeof msg);
	e->code = code;
	memcpy(e->msg, msg, sizeof msg);
	return -1;
}

int
err_wrap(struct err *e, const char *fmt, ...)
{
	/* At most half: where it happened must not push out what happened. */
	char where[sizeof e->msg / 2];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(where, sizeof where, fmt, ap);
	va_end(ap);
	if (n < 0)
		return -1;
	if ((size_t)n >= sizeof where)
		mark_cut(where, sizeof where);

	char old[sizeof e->msg];
	memcpy(old, e->msg, sizeof old);
	size_t at = strlen(where), room = sizeof e->msg - at - 2, len = strlen(old);
	memcpy(e->msg, where, at);
	memcpy(e->msg + at, ": ", 2);
	if (len < room) {
		memcpy(e->msg + at + 2, old, len + 1);
	} else {
		memcpy(e->msg + at + 2, old, room - 1);
		mark_cut(e->msg, sizeof e->msg);
	}
	return -1;
}
