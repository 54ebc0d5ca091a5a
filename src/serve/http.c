/*
 * Requests and answers, by libmicrohttpd, whose one thread calls the answers and the streams.  Connections are kept in
 * http_clients.c, answers that go on in http_stream.c, the socket in http_listen.c; a build without the library has http_none.c.
 */
#include "serve/http_parts.h"

#ifdef FOOTFALL_MICROHTTPD

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

enum {
	MEMORY = 16 * 1024,		/* of a connection: request line and headers must fit */
	URI_MOST = 4096,
	RESERVE = 8			/* connections that streams cannot have: /healthz answers all the same */
};

/* Of one request. */
struct exchange {
	char *uri;			/* NULL: longer than URI_MOST */
	bool begun;
};

const char *
http_library(void)
{
	return MHD_get_version();
}

/* ---- requests ---- */

static void *
on_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
	(void)context;
	(void)connection;
	struct exchange *x = mem_alloc(sizeof *x);
	if (strlen(uri) <= URI_MOST)
		x->uri = mem_strdup(uri);
	return x;
}

static void
on_completed(void *context, struct MHD_Connection *connection, void **request_context,
	enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *request_context;
	(void)code;
	/* until the next request on this connection */
	client_deadline(context, connection, HTTP_REQUEST_MS);
	if (x != NULL) {
		free(x->uri);
		free(x);
	}
	*request_context = NULL;
}

static const struct {
	const char *name, *value;
} always[] = {
	{ "Content-Security-Policy", "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
		"form-action 'self'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
};

/* Of the kind that a asks for. */
static struct MHD_Response *
response(struct http *h, struct MHD_Connection *connection, struct http_answer *a, bool *streams)
{
	*streams = false;
	if (a->stream.next != NULL) {
		struct MHD_Response *r = stream_response(h, connection, &a->stream);
		*streams = r != NULL;
		if (r != NULL)
			return r;
		a->stream.free(a->stream.context);
		a->status = MHD_HTTP_SERVICE_UNAVAILABLE;
		a->type = "application/json";
		buf_puts(&a->body, "{\"error\":\"too many are watching already\"}\n");
		http_header(a, "Retry-After", "%d", HTTP_IDLE_S);
	}
	/* the library never writes to it; its parameter is not const */
	if (a->fixed != NULL)
		return MHD_create_response_from_buffer(a->fixed_size, (void *)(uintptr_t)a->fixed, MHD_RESPMEM_PERSISTENT);
	struct buf body = a->body;
	a->body = (struct buf){ 0 };
	return MHD_create_response_from_buffer(body.len, body.data != NULL ? body.data : mem_alloc(1), MHD_RESPMEM_MUST_FREE);
}

/* Takes what is in a. */
static enum MHD_Result
reply(struct http *h, struct MHD_Connection *connection, struct http_answer *a)
{
	bool streams;
	struct MHD_Response *r = response(h, connection, a, &streams);
	enum MHD_Result done = MHD_NO;
	if (r != NULL) {
		if (a->type != NULL)
			MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
		for (size_t i = 0; i < sizeof always / sizeof *always; i++)
			MHD_add_response_header(r, always[i].name, always[i].value);
		for (size_t i = 0; i < a->nheaders; i++)
			MHD_add_response_header(r, a->headers[i].name, a->headers[i].value);
		/* a browser keeps its connections for later; where there are many, others wait for them */
		if (!streams && clients_are_many(h))
			MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
		client_deadline(h, connection, streams ? INT64_MAX : HTTP_ANSWER_MS);
		done = MHD_queue_response(connection, a->status, r);
		MHD_destroy_response(r);
	}
	buf_free(&a->body);
	for (size_t i = 0; i < a->nheaders; i++)
		free(a->headers[i].value);
	return done;
}

static enum MHD_Result
refuse(struct http *h, struct MHD_Connection *connection, unsigned status, const char *why)
{
	struct http_answer a = { .status = status, .type = "application/json" };
	buf_printf(&a.body, "{\"error\":\"%s\"}\n", why);
	http_header(&a, "Cache-Control", "no-store");
	http_header(&a, "Connection", "close");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		http_header(&a, "Allow", "GET, HEAD");
	return reply(h, connection, &a);
}

static const char *
header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
	const char *data, size_t *size, void **request_context)
{
	struct http *h = context;
	struct exchange *x = *request_context;
	(void)url;
	(void)version;
	(void)data;
	if (x == NULL)
		return MHD_NO;
	if (!x->begun) {
		/* the headers are here, a body would follow */
		x->begun = true;
		if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
			return refuse(h, connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
		const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
		if ((length != NULL && strcmp(length, "0") != 0) || header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL)
			return refuse(h, connection, MHD_HTTP_CONTENT_TOO_LARGE, "a request has no body here");
		if (x->uri == NULL)
			return refuse(h, connection, MHD_HTTP_URI_TOO_LONG, "the address is too long");
		return MHD_YES;
	}
	if (*size != 0)
		return MHD_NO;
	char *question = strchr(x->uri, '?');
	if (question != NULL)
		*question = '\0';
	struct http_request r = {
		.path = x->uri,
		.query = question != NULL ? question + 1 : "",
		.host = header(connection, MHD_HTTP_HEADER_HOST),
		.authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION),
		.cookie = header(connection, MHD_HTTP_HEADER_COOKIE),
		.if_none_match = header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH),
		.head = strcmp(method, "HEAD") == 0,
		.port = h->port
	};
	struct http_answer a = { 0 };
	h->o.answer(h->o.context, &r, &a);
	return reply(h, connection, &a);
}

/* ---- start and end ---- */

static void
on_log(void *context, const char *fmt, va_list ap)
{
	char line[512];
	(void)context;
	vsnprintf(line, sizeof line, fmt, ap);
	line[strcspn(line, "\n")] = '\0';
	log_debug("serve: %s", line);
}

int
http_start(struct http **out, const struct http_options *o, struct err *e)
{
	bool v6;
	*out = NULL;
	if (listen_has_descriptors(o->clients, e) != 0)
		return -1;
	int fd = listen_at(o->address, o->port, &v6, e);
	if (fd < 0)
		return -1;
	struct http *h = mem_alloc(sizeof *h);
	h->o = *o;
	h->port = listen_port(fd);
	pthread_mutex_init(&h->lock, NULL);
	unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG
	    | (v6 ? MHD_USE_IPv6 : 0);
	h->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, h,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->clients + RESERVE,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_CONNECTION, client_notice, h,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_URI_LOG_CALLBACK, on_uri, h,
	    MHD_OPTION_END);
	if (h->daemon == NULL) {
		close(fd);
		pthread_mutex_destroy(&h->lock);
		free(h);
		return err_set(e, ERR_UNAVAILABLE, "cannot serve on %s port %d: libmicrohttpd could not start (-vv says more)",
		    o->address, o->port);
	}
	*out = h;
	return 0;
}

int
http_port(const struct http *h)
{
	return h->port;
}

void
http_stop(struct http *h)
{
	if (h == NULL)
		return;
	pthread_mutex_lock(&h->lock);
	h->stopping = true;
	pthread_mutex_unlock(&h->lock);
	/* the library does not stop while a connection is suspended */
	http_wake(h);
	MHD_stop_daemon(h->daemon);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

#endif
