/*
 * Messages and the progress line on stderr.  This is the one place with state of
 * the whole process: there is one stderr, and threads must not tear each other's
 * lines or write into a progress line that is still shown.
 *
 * Texts hold file names, and a file name may hold anything; so nothing that a
 * terminal would obey gets through: control characters of both sets (C0, C1),
 * DEL, and bytes that are not UTF-8 come out as escapes.
 */
#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"

static atomic_int threshold = LOG_INFO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool progress_shown;	/* under lock */

void
log_set_level(enum log_level level)
{
	atomic_store(&threshold, (int)level);
}

enum log_level
log_get_level(void)
{
	return (enum log_level)atomic_load(&threshold);
}

bool
log_is_tty(void)
{
	return isatty(STDERR_FILENO) == 1;
}

/* Length of the printable UTF-8 character at s, 0 when it is none. */
static size_t
printable(const unsigned char *s)
{
	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f ? 1 : 0;
	size_t n = s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 :
	    s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	/* U+0080..9F are controls; the longer forms of short characters are none. */
	if ((n == 2 && s[0] == 0xc2 && s[1] < 0xa0) || (n == 3 && s[0] == 0xe0 && s[1] < 0xa0) ||
	    (n == 4 && ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))))
		return 0;
	return n;
}

/* Adds text so that it stays on its line, within columns (one a character; 0: no limit). */
static void
add_escaped(struct buf *b, const char *text, size_t columns)
{
	size_t used = 0;
	for (const unsigned char *s = (const unsigned char *)text; *s != '\0';) {
		size_t n = printable(s), width = 1;
		char escape[5];
		if (n == 0) {
			const char *fmt = *s == '\n' ? "\\n" : *s == '\t' ? "\\t" : NULL;
			width = (size_t)(fmt != NULL ? snprintf(escape, sizeof escape, "%s", fmt) :
			    snprintf(escape, sizeof escape, "\\x%02x", *s));
		}
		if (columns > 0 && used + width > columns)
			return;
		if (n == 0)
			buf_puts(b, escape);
		else
			buf_add(b, s, n);
		s += n == 0 ? 1 : n;
		used += width;
	}
}

void
log_escape(struct buf *b, const char *text)
{
	add_escaped(b, text, 0);
}

static void
format(struct buf *b, const char *fmt, va_list ap)
{
	char *text;
	/* Where it cannot be put together, the format alone still says something. */
	if (vasprintf(&text, fmt, ap) < 0) {
		buf_puts(b, fmt);
		return;
	}
	buf_puts(b, text);
	free(text);
}

/* With the lock held. */
static void
emit(const struct buf *line)
{
	/* One call and stderr is unbuffered, so one write: other processes may share the terminal. */
	fwrite(buf_str(line), 1, line->len, stderr);
}

static void
say(enum log_level level, const char *prefix, const char *fmt, va_list ap)
{
	if ((int)level > atomic_load(&threshold))
		return;
	struct buf text = {0}, line = {0};
	format(&text, fmt, ap);
	pthread_mutex_lock(&lock);
	if (progress_shown)
		buf_puts(&line, "\r\033[K");
	progress_shown = false;
	buf_puts(&line, prefix);
	add_escaped(&line, buf_str(&text), 0);
	buf_putc(&line, '\n');
	emit(&line);
	pthread_mutex_unlock(&lock);
	buf_free(&line);
	buf_free(&text);
}

void
log_error(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(LOG_ERROR, "footfall: ", fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(LOG_WARN, "footfall: warning: ", fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(LOG_INFO, "footfall: ", fmt, ap);
	va_end(ap);
}

void
log_verbose(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(LOG_VERBOSE, "footfall: ", fmt, ap);
	va_end(ap);
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(LOG_DEBUG, "footfall: ", fmt, ap);
	va_end(ap);
}

static size_t
terminal_columns(void)
{
	struct winsize size;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void
log_progress(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (!log_is_tty()) {
		say(LOG_INFO, "footfall: ", fmt, ap);
	} else if (log_get_level() >= LOG_INFO) {
		struct buf text = {0}, line = {0};
		buf_puts(&text, "footfall: ");
		format(&text, fmt, ap);
		buf_putc(&line, '\r');
		/* The last column stays free: many terminals wrap when it is filled. */
		size_t columns = terminal_columns();
		add_escaped(&line, buf_str(&text), columns > 1 ? columns - 1 : 1);
		buf_puts(&line, "\033[K");
		pthread_mutex_lock(&lock);
		emit(&line);
		progress_shown = true;
		pthread_mutex_unlock(&lock);
		buf_free(&line);
		buf_free(&text);
	}
	va_end(ap);
}

void
log_progress_end(void)
{
	pthread_mutex_lock(&lock);
	if (progress_shown)
		fputc('\n', stderr);
	progress_shown = false;
	pthread_mutex_unlock(&lock);
}
