/*
 * Floor 0.  What went wrong, said once.
 *
 * A function that can fail because of the world returns -1 and fills the
 * caller's struct err; 0 (or more) is success.  The code is the exit code of
 * the process when main prints the message, so the meanings are those of the
 * manual's EXIT STATUS.  This header is shared with the C++ bridge.
 */
#ifndef FOOTFALL_BASE_ERR_H
#define FOOTFALL_BASE_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

enum err_code {
	ERR_NONE = 0,
	ERR_FAIL = 1,		/* below no other heading */
	ERR_USAGE = 2,		/* wrong usage */
	ERR_PARTIAL = 3,	/* finished, but some inputs failed */
	ERR_MISSED = 4,		/* an evaluation threshold (--fail-under) was missed */
	ERR_DATA = 65,		/* an input, label or database has bad contents */
	ERR_INPUT = 66,		/* an input cannot be found or opened */
	ERR_UNAVAILABLE = 69,	/* a model, camera or broker is not to be had */
	ERR_IO = 74,		/* reading or writing failed */
	ERR_CONFIG = 78,	/* a setting is wrong */
	ERR_INTERRUPTED = 130	/* a batch run was interrupted */
};

struct err {
	enum err_code code;
	char msg[1024];
};

/* Sets code and message; returns -1, so that refusing is one line.  e may not be NULL. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "fmt: " before the message that is there, keeping the code; returns -1. */
int err_wrap(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif
#endif
