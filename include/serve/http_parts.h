/*
 * Floor 4.  What the files src/serve/http*.c share, which are the only ones that know libmicrohttpd.  Private to them.
 */
#ifndef FOOTFALL_SERVE_HTTP_PARTS_H
#define FOOTFALL_SERVE_HTTP_PARTS_H

#include "serve/http.h"

#ifdef FOOTFALL_MICROHTTPD

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	HTTP_BLOCK = 8 * 1024,
	HTTP_IDLE_S = 30,		/* not a byte taken */
	HTTP_REQUEST_MS = 10000,	/* for a request to arrive, whole */
	HTTP_ANSWER_MS = 60000		/* for an answer to be taken, whole */
};

struct client;
struct stream;

struct http {
	struct MHD_Daemon *daemon;
	struct http_options o;
	int port;
	bool lowered;			/* of the connections' thread */
	pthread_mutex_t lock;		/* for what follows */
	struct client *clients;
	int64_t nclients;
	struct stream *streams;
	int64_t nstreams;
	uint64_t wakes;
	bool stopping;
};

/* ---- http_clients.c: who is connected, and until when.  For MHD_OPTION_NOTIFY_CONNECTION. ---- */

void client_notice(void *http, struct MHD_Connection *connection, void **socket_context,
	enum MHD_ConnectionNotificationCode code);
/* INT64_MAX: none. */
void client_deadline(struct http *h, struct MHD_Connection *connection, int64_t wait_ms);
bool clients_are_many(struct http *h);	/* more than half of those that may be */

/* ---- http_stream.c: answers that go on ---- */

/* NULL: there are as many as may be, and source is still the caller's. */
struct MHD_Response *stream_response(struct http *h, struct MHD_Connection *connection, const struct http_stream *source);
void streams_end_the_gone(struct http *h);	/* under the lock */

/* ---- http_listen.c: the socket; without the library ---- */

/* Its descriptor, -1. */
int listen_at(const char *address, int port, bool *v6, struct err *e);
int listen_port(int fd);
/* Connections must leave descriptors to the analysis in this process. */
int listen_has_descriptors(int64_t clients, struct err *e);

#endif

#endif
