/*
 * Names of sources.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "live/live.h"

void
live_addresses_free(struct camera_address *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		camera_address_free(&a[i]);
	free(a);
}

/* "10.0.0.7/stream1" of "rtsp://10.0.0.7/stream1?subtype=0". */
static char *
place(const char *shown)
{
	const char *from = strstr(shown, "://");
	from = from != NULL ? from + 3 : shown;
	size_t n = strcspn(from, "?#");
	while (n > 1 && from[n - 1] == '/')
		n--;
	return mem_printf("%.*s", (int)n, from);
}

static char *
name_of(const struct camera_address *a)
{
	switch (a->kind) {
	case CAMERA_STREAM:
		return place(a->shown);
	case CAMERA_GSTREAMER:
		return mem_strdup("gst");
	case CAMERA_STDIN:
		return mem_strdup("stdin");
	case CAMERA_DEVICE:
	case CAMERA_FILE:
		break;
	}
	return mem_strdup(file_name(a->shown));
}

int
live_addresses_name(struct camera_address *a, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (a[i].name == NULL)
			a[i].name = name_of(&a[i]);
		for (size_t k = 0; k < i; k++)
			if (strcmp(a[i].name, a[k].name) == 0)
				return err_set(e, ERR_USAGE, "two sources are called \"%s\": give one another name, as other=%s",
				    a[i].name, a[i].kind == CAMERA_STDIN ? "-" : "ADDRESS");
	}
	return 0;
}
