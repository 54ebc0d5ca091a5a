/*
 * The socket that is listened on.  It is ours and not the library's, so that what is wrong with an address can be said.
 */
#include "serve/http_parts.h"

#ifdef FOOTFALL_MICROHTTPD

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OTHERS = 128 };	/* descriptors that are not for clients */

int
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

int
listen_port(int fd)
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

int
listen_has_descriptors(int64_t clients, struct err *e)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur == RLIM_INFINITY || (int64_t)r.rlim_cur >= clients + OTHERS)
		return 0;
	return err_set(e, ERR_CONFIG, "serve.clients %lld needs %lld open files, and %lld are allowed: set it lower, or allow more "
	    "(ulimit -n, LimitNOFILE= of systemd)", (long long)clients, (long long)clients + OTHERS, (long long)r.rlim_cur);
}

#endif
