/*
 * Who is connected, and until when.
 *
 * The library's time-out runs from the last byte, so a client that sends or takes a byte now and then would stay for ever.
 * Each connection has a deadline of ours beside it, and http_sweep shuts those that missed it.
 */
#include "serve/http_parts.h"

#ifdef FOOTFALL_MICROHTTPD

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/when.h"

enum { NICE = 10 };	/* the analysis goes first */

struct client {
	int fd;
	int64_t deadline_ms;		/* monotonic; INT64_MAX: none */
	struct client *next, *prev;
};

static struct client *
client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return i != NULL ? i->socket_context : NULL;
}

void
client_deadline(struct http *h, struct MHD_Connection *connection, int64_t wait_ms)
{
	struct client *c = client_of(connection);
	if (c == NULL)
		return;
	pthread_mutex_lock(&h->lock);
	c->deadline_ms = wait_ms == INT64_MAX ? INT64_MAX : when_monotonic_ms() + wait_ms;
	pthread_mutex_unlock(&h->lock);
}

void
client_notice(void *http, struct MHD_Connection *connection, void **socket_context,
	enum MHD_ConnectionNotificationCode code)
{
	struct http *h = http;
	struct client *c = *socket_context;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		if (!h->lowered) {
			h->lowered = true;
			setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
		}
		const union MHD_ConnectionInfo *i = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		c = mem_alloc(sizeof *c);
		c->fd = i != NULL ? i->connect_fd : -1;
		c->deadline_ms = when_monotonic_ms() + HTTP_REQUEST_MS;
		pthread_mutex_lock(&h->lock);
		c->next = h->clients;
		if (c->next != NULL)
			c->next->prev = c;
		h->clients = c;
		h->nclients++;
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
	h->nclients--;
	pthread_mutex_unlock(&h->lock);
	free(c);
	*socket_context = NULL;
}

bool
clients_are_many(struct http *h)
{
	pthread_mutex_lock(&h->lock);
	bool many = h->nclients > h->o.clients / 2;
	pthread_mutex_unlock(&h->lock);
	return many;
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
	streams_end_the_gone(h);
	pthread_mutex_unlock(&h->lock);
}

#endif
