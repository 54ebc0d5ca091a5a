/*
 * A build without libmicrohttpd: it says so.
 */
#include "serve/http.h"

#ifndef FOOTFALL_MICROHTTPD

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
