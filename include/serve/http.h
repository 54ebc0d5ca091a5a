/*
 * Floor 4.  HTTP in our words: requests come as a struct, answers go as one.  only src/serve/http*.c know
 * libmicrohttpd.  Private to src/serve.
 *
 * One thread does all connections.  A client can hold its connection and nothing more: requests must arrive in time,
 * answers must be taken in time, and a stream keeps one chunk for a client, whatever it missed.
 */
#ifndef FOOTFALL_SERVE_HTTP_H
#define FOOTFALL_SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* A GET or HEAD without a body; others are refused before. */
struct http_request {
	const char *path;		/* as it was sent, before the '?': nothing is unescaped */
	const char *query;		/* after it; "" */
	const char *host, *authorization, *cookie, *if_none_match;	/* NULL: not sent */
	bool head;
	int port;			/* that it came to */
};

/* What follows on a stream, in the thread of the connections. */
struct http_stream {
	/* 1: out has a chunk; 0: nothing now, to be asked again after http_wake; -1: it ends. */
	int (*next)(void *context, struct buf *out);
	void (*free)(void *context);
	void *context;
};

enum { HTTP_HEADERS = 6 };

struct http_answer {
	unsigned status;
	const char *type;		/* constant */
	struct buf body;		/* is taken */
	const void *fixed;		/* instead of body: constant bytes */
	size_t fixed_size;
	struct http_stream stream;	/* instead of body, when next is set; is taken */
	struct {
		const char *name;
		char *value;
	} headers[HTTP_HEADERS];	/* are taken */
	size_t nheaders;
};

void http_header(struct http_answer *a, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

struct http_options {
	const char *address;		/* numeric */
	int port;			/* 0: any free one */
	int64_t clients;		/* connections at once */
	/* a is zeroed.  Called by the thread of the connections only. */
	void (*answer)(void *context, const struct http_request *r, struct http_answer *a);
	void *context;
};

struct http;

/* ERR_CONFIG: no such address; ERR_UNAVAILABLE: the port is not to be had, or this build has no libmicrohttpd. */
int http_start(struct http **out, const struct http_options *o, struct err *e);
int http_port(const struct http *h);
/* Has all sleeping streams asked again.  From any thread. */
void http_wake(struct http *h);
/* Closes connections that have taken too long, and those whose client has gone; to be called now and then.  From any thread. */
void http_sweep(struct http *h);
void http_stop(struct http *h);		/* ends all streams; NULL is fine */
const char *http_library(void);		/* NULL: none */

#endif
