/*
 * What the user calls a live source.
 *
 * Each form is known by its beginning, never by looking whether something is there: what a source is must not
 * change because a cable was pulled.  No message shows a text before file_redact has seen it.
 */
#include "camera/address.h"

#include <ctype.h>
#include <string.h>
#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "camera/ring.h"

enum { FILE_MAX = 65536 };

/* Overwritten in a way that the compiler keeps. */
static void
wipe(char *s)
{
	if (s != NULL)
		explicit_bzero(s, strlen(s));
	free(s);
}

/* A name has nothing in it that an address begins with. */
size_t
camera_address_name(const char *s)
{
	size_t n = strcspn(s, "=:/?@!\"'");
	return s[n] == '=' ? n : 0;
}

/* The first line of a file, without white space around it. */
static int
first_line(const char *path, char **line, struct err *e)
{
	struct buf b = { 0 };

	if (*path == '\0')
		return err_set(e, ERR_USAGE, "a source \"@\" wants the name of a file behind it");
	if (file_read(path, FILE_MAX, &b, e) != 0) {
		e->code = ERR_INPUT;
		return err_wrap(e, "the file of a source's address");
	}
	const char *s = buf_str(&b);
	size_t n = strcspn(s, "\r\n");
	while (n > 0 && isspace((unsigned char)*s)) {
		s++;
		n--;
	}
	while (n > 0 && isspace((unsigned char)s[n - 1]))
		n--;
	*line = mem_printf("%.*s", (int)n, s);
	if (b.data != NULL)
		explicit_bzero(b.data, b.len);
	buf_free(&b);
	return 0;
}

/* For messages: nothing that could be a credential. */
static char *
harmless(const char *text)
{
	char *shown = file_redact(text), *at = strrchr(shown, '@');
	if (at != NULL) {
		/* "user:password@host" without a scheme is no address that file_redact knows. */
		char *cut = mem_printf("...%s", at);
		free(shown);
		shown = cut;
	}
	return shown;
}

static bool
begins(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

/* Kind of an address; -1: none. */
static int
kind_of(const char *s, bool realtime)
{
	static const char *const schemes[] = { "rtsp://", "rtsps://", "http://", "https://" };

	if (strcmp(s, "-") == 0)
		return CAMERA_STDIN;
	if ((*s != '\0' && strspn(s, "0123456789") == strlen(s) && strlen(s) <= 4) || begins(s, "/dev/"))
		return CAMERA_DEVICE;
	if (begins(s, "gst:"))
		return s[4 + strspn(s + 4, " \t")] != '\0' ? CAMERA_GSTREAMER : -1;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (begins(s, schemes[i]))
			return s[strlen(schemes[i])] != '\0' ? CAMERA_STREAM : -1;
	if (realtime && *s != '\0' && strstr(s, "://") == NULL)
		return CAMERA_FILE;
	return -1;
}

/* file: whose first line text is, and which is named instead, for it may hold anything; NULL: none. */
static int
refuse(const char *text, const char *file, bool realtime, struct err *e)
{
	char *shown = file != NULL ? mem_printf("the first line of %s", file) : harmless(text);
	const char *quote = file != NULL ? "" : "\"";
	err_set(e, ERR_USAGE, "%s%s%s is no live source: a camera's number or /dev/video0, rtsp://, rtsps://, http://, https://, "
	    "gst:PIPELINE, - (standard input)%s", quote, shown, quote, realtime ? ", or a recording" :
	    "; a recording is played with --realtime");
	free(shown);
	return -1;
}

int
camera_address_parse(struct camera_address *out, const char *text, bool realtime, struct err *e)
{
	struct camera_address a = { 0 };
	size_t name = camera_address_name(text);
	const char *file = NULL;
	char *line = NULL;
	int r = -1;

	*out = (struct camera_address){ 0 };
	if (name > 0) {
		a.name = mem_printf("%.*s", (int)name, text);
		text += name + 1;
	}
	if (*text == '@') {
		file = text + 1;
		if (first_line(file, &line, e) != 0)
			goto out;
		text = line;
	}
	int kind = kind_of(text, realtime);
	if (kind < 0) {
		refuse(text, file, realtime, e);
		goto out;
	}
	if (strlen(text) >= RING_ADDRESS) {
		err_set(e, ERR_USAGE, "a source's address of %zu bytes; %d are taken", strlen(text), RING_ADDRESS - 1);
		goto out;
	}
	a.kind = (enum camera_kind)kind;
	a.open = a.kind == CAMERA_DEVICE && *text != '/' ? mem_printf("/dev/video%d", atoi(text)) : mem_strdup(text);
	a.shown = file_redact(a.open);
	*out = a;
	a = (struct camera_address){ 0 };
	r = 0;
out:
	wipe(line);
	camera_address_free(&a);
	return r;
}

void
camera_address_free(struct camera_address *a)
{
	wipe(a->open);
	free(a->shown);
	free(a->name);
	*a = (struct camera_address){ 0 };
}

const char *
camera_address_kind(const struct camera_address *a)
{
	return a->kind == CAMERA_STREAM ? "stream" : a->kind == CAMERA_FILE ? "file" : "camera";
}
