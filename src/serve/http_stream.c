/*
 * Answers that go on.
 *
 * A stream that has nothing to send is suspended, which costs no time and no descriptor but its own; http_wake resumes
 * them all, and each is asked anew.  A wake that comes between the asking and the suspending would be lost, so wakes are counted.
 */
#include "serve/http_parts.h"

#ifdef FOOTFALL_MICROHTTPD

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

enum { KEEP_CHUNK = 64 * 1024 };	/* a larger one is freed when it was sent */

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
		/* not END_WITH_ERROR: the library then keeps the connection until others time out that are older */
		if (stopping || gone)
			return MHD_CONTENT_READER_END_OF_STREAM;
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

/* The library does not look at suspended connections, so a client that has gone is found here. */
void
streams_end_the_gone(struct http *h)
{
	for (struct stream *s = h->streams; s != NULL; s = s->next) {
		struct pollfd p = { .fd = s->fd, .events = POLLRDHUP };
		if (s->asleep && poll(&p, 1, 0) == 1) {
			s->gone = true;
			wake(s);
		}
	}
}


struct MHD_Response *
stream_response(struct http *h, struct MHD_Connection *connection, const struct http_stream *source)
{
	struct stream *s = new_stream(h, connection, source);
	if (s == NULL)
		return NULL;
	struct MHD_Response *r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, HTTP_BLOCK, read_stream, s, free_stream);
	if (r == NULL) {
		/* only memory can be short */
		log_error("out of memory");
		abort();
	}
	return r;
}

#endif
