/*
 * Floor 0.  What is said on stderr.  Every line starts "footfall: "; control
 * characters in the text (a newline in a file name) are printed escaped, so one
 * message is always one line.  Safe to call from any thread.
 *
 * The progress line lives here too, because a message must first clear it.
 */
#ifndef FOOTFALL_BASE_LOG_H
#define FOOTFALL_BASE_LOG_H

#include <stdbool.h>

#include "base/buf.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_VERBOSE, LOG_DEBUG };

/* Default LOG_INFO; -q makes it LOG_ERROR, -v LOG_VERBOSE, -vv LOG_DEBUG. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));	/* "footfall: warning: ..." */
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_verbose(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Appends text as a message would print it: control characters and bytes that are not UTF-8 escaped. */
void log_escape(struct buf *b, const char *text);

/* Is stderr a terminal? */
bool log_is_tty(void);

/*
 * Shows text as the progress line.  On a terminal it replaces the one before
 * (cut at the terminal's width); elsewhere it is an ordinary line.  How often to call is the
 * caller's business.  Nothing is shown below LOG_INFO.
 */
void log_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Ends the progress line, if one is shown. */
void log_progress_end(void);

#endif
