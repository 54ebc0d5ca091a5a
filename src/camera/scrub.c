/*
 * Passwords out of other people's messages.  FFmpeg and GStreamer print addresses, parts of them and what they
 * send, in forms of their own; so the secrets themselves are looked for, wherever they stand.
 */
#include "camera/scrub.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

/* Shorter ones are replaced only where they stand alone: "a" is in many words. */
enum { SHORT = 4 };

static int
hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10 : -1;
}

/* "%40" -> "@", in new memory. */
static char *
decode(const char *s, size_t n)
{
	char *out = mem_alloc(n + 1), *to = out;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '%' && i + 2 < n && hex(s[i + 1]) >= 0 && hex(s[i + 2]) >= 0) {
			*to++ = (char)(hex(s[i + 1]) << 4 | hex(s[i + 2]));
			i += 2;
		} else {
			*to++ = s[i];
		}
	}
	return out;
}

/* Base64, with the padding left off: it is the same for all that goes on behind. */
static char *
base64(const char *s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct buf b = { 0 };
	unsigned bits = 0, have = 0;
	for (; *s != '\0'; s++) {
		bits = bits << 8 | (unsigned char)*s;
		for (have += 8; have >= 6; have -= 6)
			buf_putc(&b, digits[bits >> (have - 6) & 63]);
	}
	if (have > 0)
		buf_putc(&b, digits[bits << (6 - have) & 63]);
	return b.data != NULL ? b.data : mem_strdup("");
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Replaces secret in *text. */
static void
hide(char **text, const char *secret)
{
	struct buf out = { 0 };
	size_t n = strlen(secret);
	const char *s = *text;

	/* "***" is what was hidden before. */
	if (n == 0 || strspn(secret, "*") == n)
		return;
	for (const char *at = s; (at = strstr(at, secret)) != NULL;) {
		bool alone = (at == *text || !is_word(at[-1])) && !is_word(at[n]);
		if (n < SHORT && !alone) {
			at++;
			continue;
		}
		buf_add(&out, s, (size_t)(at - s));
		buf_puts(&out, "***");
		s = at += n;
	}
	buf_puts(&out, s);
	free(*text);
	*text = out.data;
}

/* A secret as it is, decoded, and encoded. */
static void
hide_forms(char **text, const char *secret, size_t n)
{
	char *raw = mem_printf("%.*s", (int)n, secret), *plain = decode(secret, n), *encoded = base64(plain);
	hide(text, raw);
	hide(text, plain);
	hide(text, encoded);
	free(raw);
	free(plain);
	free(encoded);
}

char *
scrub(const char *text, const char *address)
{
	struct buf secrets = { 0 };
	char *out = mem_strdup(text), *shown = file_redact(address);

	/* The whole address first, so that it stays readable. */
	if (strcmp(shown, address) != 0) {
		const char *at = strstr(out, address);
		if (at != NULL) {
			char *with = mem_printf("%.*s%s%s", (int)(at - out), out, shown, at + strlen(address));
			free(out);
			out = with;
		}
	}
	file_secrets(address, &secrets);
	for (size_t at = 0; at < secrets.len; at += strlen(secrets.data + at) + 1) {
		const char *secret = secrets.data + at, *colon = strchr(secret, ':');
		size_t n = strlen(secret);
		hide_forms(&out, secret, n);
		if (colon != NULL) {
			/* The password before the user, who may be a part of it. */
			hide_forms(&out, colon + 1, n - (size_t)(colon + 1 - secret));
			hide_forms(&out, secret, (size_t)(colon - secret));
		}
	}
	/* Other addresses.  As in a pipeline they end at white space: a message goes on behind them. */
	char *pipeline = mem_printf("gst:%s", out), *redacted = file_redact(pipeline), *clean = mem_strdup(redacted + 4);
	free(pipeline);
	free(redacted);
	buf_free(&secrets);
	free(out);
	free(shown);
	return clean;
}
