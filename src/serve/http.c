/*
 * libmicrohttpd: the only file that knows it.
 *
 * Its one thread calls the answers and the streams.  A stream that has nothing to send is suspended, which costs no time
 * and no descriptor but its own; http_wake resumes them all, and each is asked anew.  A wake that comes between the
 * asking and the suspending would be lost, so wakes are counted.
 *
 * The library's time-out runs from the last byte, so a client that sends or takes a byte now and then would stay for ever.
 * Each connection has a deadline of ours beside it, and http_sweep shuts those that missed it.
 */
#include "serve/http.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

void
http_header(struct http_answer *a, const char *name, const char *fmt, ...)
{
	struct buf text = { 0 };
	char line[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	/* whatever is in a value, it stays one header */
	for (const char *c = line; *c != '\0'; c++)
		buf_putc(&text, *c >= ' ' && *c < 0x7f ? *c : '_');
	if (a->nheaders < HTTP_HEADERS) {
		a->headers[a->nheaders].name = name;
		a->headers[a->nheaders++].value = mem_strdup(buf_str(&text));
	}
	buf_free(&text);
}

#ifdef FOOTFALL_MICROHTTPD

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/when.h"

enum {
	MEMORY = 16 * 1024,		/* of a connection: request line and headers must fit */
	BLOCK = 8 * 1024,
	URI_MOST = 4096,
	IDLE_S = 30,			/* not a byte taken */
	REQUEST_MS = 10000,		/* for a request to arrive, whole */
	ANSWER_MS = 60000,		/* for an answer to be taken, whole */
	RESERVE = 8,			/* connections that streams cannot have: /healthz answers all the same */
	OTHERS = 128,			/* descriptors that are not for clients */
	KEEP_CHUNK = 64 * 1024,		/* a larger one is freed when it was sent */
	NICE = 10			/* the analysis goes first */
};

struct client {
	int fd;
	int64_t deadline_ms;		/* monotonic; INT64_MAX: none */
	struct client *next, *prev;
};

struct stream {
	struct http *http;
	struct MHD_Connection *connection;
	struct http_stream source;
	struct buf chunk;
	size_t at;			/* of it was taken */
	int fd;
	bool asleep;			/* suspended; under the lock */
	bool gone;			/* the client is; under the lock */
	struct stream *next, *prev;	/* under the lock */
};

struct http {
	struct MHD_Daemon *daemon;
	struct http_options o;
	int port;
	bool lowered;			/* of the connections' thread */
	pthread_mutex_t lock;		/* for what follows */
	struct client *clients;
	struct stream *streams;
	int64_t nstreams;
	uint64_t wakes;
	bool stopping;
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

/* ---- streams ---- */

static ssize_t
read_stream(void *context, uint64_t position, char *out, size_t room)
{
	struct stream *s = context;
	struct http *h = s->http;
	(void)position;
	while (s->at == s->chunk.len) {
		pthread_mutex_lock(&h->lock);
		uint64_t wakes = h->wakes;
		bool stopping = h->stopping, gone = s->gone;
		pthread_mutex_unlock(&h->lock);
		if (stopping || gone)
			return stopping ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
		s->at = 0;
		if (s->chunk.cap > KEEP_CHUNK)
			buf_free(&s->chunk);
		else
			buf_clear(&s->chunk);
		int got = s->source.next(s->source.context, &s->chunk);
		if (got < 0)
			return MHD_CONTENT_READER_END_OF_STREAM;
		if (got > 0)
			continue;
		pthread_mutex_lock(&h->lock);
		bool sleep = h->wakes == wakes && !h->stopping;
		if (sleep) {
			s->asleep = true;
			MHD_suspend_connection(s->connection);
		}
		pthread_mutex_unlock(&h->lock);
		if (sleep)
			return 0;
	}
	size_t n = s->chunk.len - s->at < room ? s->chunk.len - s->at : room;
	memcpy(out, s->chunk.data + s->at, n);
	s->at += n;
	return (ssize_t)n;
}

static void
free_stream(void *context)
{
	struct stream *s = context;
	struct http *h = s->http;
	pthread_mutex_lock(&h->lock);
	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		h->streams = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	h->nstreams--;
	pthread_mutex_unlock(&h->lock);
	s->source.free(s->source.context);
	buf_free(&s->chunk);
	free(s);
}

/* NULL: there are as many as may be. */
static struct stream *
new_stream(struct http *h, struct MHD_Connection *connection, const struct http_stream *source)
{
	struct stream *s = mem_alloc(sizeof *s);
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	*s = (struct stream){ .http = h, .connection = connection, .source = *source, .fd = i != NULL ? i->connect_fd : -1 };
	pthread_mutex_lock(&h->lock);
	bool room = h->nstreams < h->o.clients;
	if (room) {
		h->nstreams++;
		s->next = h->streams;
		if (s->next != NULL)
			s->next->prev = s;
		h->streams = s;
	}
	pthread_mutex_unlock(&h->lock);
	if (!room) {
		free(s);
		return NULL;
	}
	return s;
}

/* Under the lock. */
static void
wake(struct stream *s)
{
	if (s->asleep) {
		s->asleep = false;
		MHD_resume_connection(s->connection);
	}
}

void
http_wake(struct http *h)
{
	pthread_mutex_lock(&h->lock);
	h->wakes++;
	for (struct stream *s = h->streams; s != NULL; s = s->next)
		wake(s);
	pthread_mutex_unlock(&h->lock);
}

/* The library does not look at suspended connections, so a client that has gone is found here.  Under the lock. */
static void
end_the_gone(struct http *h)
{
	for (struct stream *s = h->streams; s != NULL; s = s->next) {
		struct pollfd p = { .fd = s->fd, .events = POLLRDHUP };
		if (s->asleep && poll(&p, 1, 0) == 1) {
			s->gone = true;
			wake(s);
		}
	}
}

/* ---- deadlines ---- */

static struct client *
client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return i != NULL ? i->socket_context : NULL;
}

static void
set_deadline(struct http *h, struct MHD_Connection *connection, int64_t wait_ms)
{
	struct client *c = client_of(connection);
	if (c == NULL)
		return;
	pthread_mutex_lock(&h->lock);
	c->deadline_ms = wait_ms == INT64_MAX ? INT64_MAX : when_monotonic_ms() + wait_ms;
	pthread_mutex_unlock(&h->lock);
}

static void
on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
	enum MHD_ConnectionNotificationCode code)
{
	struct http *h = context;
	struct client *c = *socket_context;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		if (!h->lowered) {
			h->lowered = true;
			setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
		}
		const union MHD_ConnectionInfo *i = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		c = mem_alloc(sizeof *c);
		c->fd = i != NULL ? i->connect_fd : -1;
		c->deadline_ms = when_monotonic_ms() + REQUEST_MS;
		pthread_mutex_lock(&h->lock);
		c->next = h->clients;
		if (c->next != NULL)
			c->next->prev = c;
		h->clients = c;
		pthread_mutex_unlock(&h->lock);
		*socket_context = c;
		return;
	}
	if (c == NULL)
		return;
	pthread_mutex_lock(&h->lock);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		h->clients = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	pthread_mutex_unlock(&h->lock);
	free(c);
	*socket_context = NULL;
}

void
http_sweep(struct http *h)
{
	int64_t now = when_monotonic_ms();
	pthread_mutex_lock(&h->lock);
	/* a client leaves the list before its descriptor is closed, so the number is still its own */
	for (struct client *c = h->clients; c != NULL; c = c->next) {
		if (c->deadline_ms <= now) {
			shutdown(c->fd, SHUT_RDWR);
			c->deadline_ms = INT64_MAX;
		}
	}
	end_the_gone(h);
	pthread_mutex_unlock(&h->lock);
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
	set_deadline(context, connection, REQUEST_MS);
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

/* Takes what is in a. */
static enum MHD_Result
reply(struct http *h, struct MHD_Connection *connection, struct http_answer *a)
{
	struct MHD_Response *r = NULL;
	struct stream *stream = NULL;
	if (a->stream.next != NULL) {
		stream = new_stream(h, connection, &a->stream);
		if (stream != NULL) {
			r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, stream, free_stream);
			if (r == NULL)
				free_stream(stream);
		} else {
			a->stream.free(a->stream.context);
			a->status = MHD_HTTP_SERVICE_UNAVAILABLE;
			a->type = "application/json";
			buf_puts(&a->body, "{\"error\":\"too many are watching already\"}\n");
			http_header(a, "Retry-After", "%d", IDLE_S);
		}
	}
	if (stream == NULL && a->fixed != NULL) {
		/* the library never writes to it; its parameter is not const */
		r = MHD_create_response_from_buffer(a->fixed_size, (void *)(uintptr_t)a->fixed, MHD_RESPMEM_PERSISTENT);
	} else if (stream == NULL) {
		r = MHD_create_response_from_buffer(a->body.len, a->body.data != NULL ? a->body.data : mem_alloc(1),
		    MHD_RESPMEM_MUST_FREE);
		a->body = (struct buf){ 0 };
	}
	enum MHD_Result done = MHD_NO;
	if (r != NULL) {
		if (a->type != NULL)
			MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
		for (size_t i = 0; i < sizeof always / sizeof *always; i++)
			MHD_add_response_header(r, always[i].name, always[i].value);
		for (size_t i = 0; i < a->nheaders; i++)
			MHD_add_response_header(r, a->headers[i].name, a->headers[i].value);
		set_deadline(h, connection, stream != NULL ? INT64_MAX : ANSWER_MS);
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

static int
listen_at(const char *address, int port, bool *v6, struct err *e)
{
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	*v6 = false;
	if (inet_pton(AF_INET, address, &a4.sin_addr) != 1) {
		*v6 = true;
		if (inet_pton(AF_INET6, address, &a6.sin6_addr) != 1)
			return err_set(e, ERR_CONFIG, "%.100s is no numeric address", address);
	}
	const struct sockaddr *a = *v6 ? (struct sockaddr *)&a6 : (struct sockaddr *)&a4;
	socklen_t size = *v6 ? sizeof a6 : sizeof a4;
	int fd = socket(*v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_set(e, ERR_UNAVAILABLE, "cannot listen on %s: %s", address, strerror(errno));
	int on = 1;
	/* a restart need not wait for connections of before */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, a, size) != 0 || listen(fd, SOMAXCONN) != 0) {
		int number = errno;
		close(fd);
		return err_set(e, ERR_UNAVAILABLE, "cannot listen on %s port %d: %s%s", address, port, strerror(number),
		    number == EADDRINUSE ? " (serve.port names another, 0 any free one)" : "");
	}
	return fd;
}

static int
port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = { .v6 = { 0 } };
	socklen_t size = sizeof a;
	if (getsockname(fd, &a.any, &size) != 0)
		return 0;
	return ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
}

/* Connections must leave descriptors to the analysis in this process. */
static int
have_descriptors(int64_t clients, struct err *e)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur == RLIM_INFINITY || (int64_t)r.rlim_cur >= clients + OTHERS)
		return 0;
	return err_set(e, ERR_CONFIG, "serve.clients %lld needs %lld open files, and %lld are allowed: set it lower, or allow more "
	    "(ulimit -n, LimitNOFILE= of systemd)", (long long)clients, (long long)clients + OTHERS, (long long)r.rlim_cur);
}

int
http_start(struct http **out, const struct http_options *o, struct err *e)
{
	bool v6;
	*out = NULL;
	if (have_descriptors(o->clients, e) != 0)
		return -1;
	int fd = listen_at(o->address, o->port, &v6, e);
	if (fd < 0)
		return -1;
	struct http *h = mem_alloc(sizeof *h);
	h->o = *o;
	h->port = port_of(fd);
	pthread_mutex_init(&h->lock, NULL);
	unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG
	    | (v6 ? MHD_USE_IPv6 : 0);
	h->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, h,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->clients + RESERVE,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
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

#else

const char *
http_library(void)
{
	return NULL;
}

int
http_start(struct http **out, const struct http_options *o, struct err *e)
{
	(void)o;
	*out = NULL;
	return err_set(e, ERR_UNAVAILABLE, "this footfall was built without the live page: install libmicrohttpd-dev, "
	    "or your system's like, and build again");
}

int
http_port(const struct http *h)
{
	(void)h;
	return 0;
}

void
http_wake(struct http *h)
{
	(void)h;
}

void
http_sweep(struct http *h)
{
	(void)h;
}

void
http_stop(struct http *h)
{
	(void)h;
}

#endif
