/*
 * The token.  Digests are compared instead of the texts themselves: they are of one length, and how far two
 * agree says nothing about the token.  The cookie is another digest, so that what lies in a browser is not the token.
 */
#include "serve/token.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"

static bool
equal(const char a[SHA256_HEX], const char b[SHA256_HEX])
{
	volatile unsigned char differ = 0;
	for (size_t i = 0; i < SHA256_HEX; i++)
		differ = (unsigned char)(differ | (a[i] ^ b[i]));
	return differ == 0;
}

int
token_make(struct token *out, const char *text, size_t n, const char *what, struct err *e)
{
	static const char salt[] = "footfall cookie ";
	if (n < TOKEN_LEAST || n > TOKEN_MOST)
		return err_set(e, ERR_CONFIG, "%s: the token has %zu characters; it must have %d to %d (`openssl rand -hex 32` makes one)",
		    what, n, TOKEN_LEAST, TOKEN_MOST);
	for (size_t i = 0; i < n; i++) {
		if (text[i] <= ' ' || text[i] > '~')
			return err_set(e, ERR_CONFIG, "%s: the token must be of printable ASCII, without spaces", what);
	}
	sha256_of(text, n, out->digest);
	struct sha256 s;
	sha256_init(&s);
	sha256_add(&s, salt, sizeof salt - 1);
	sha256_add(&s, text, n);
	sha256_end(&s, out->cookie);
	return 0;
}

int
token_read(struct token *out, const char *path, struct err *e)
{
	struct buf text = { 0 };
	struct stat st;
	int r = -1;
	if (file_read(path, 65536, &text, e) != 0)
		goto out;
	size_t n = strcspn(buf_str(&text), "\r\n");
	if (token_make(out, buf_str(&text), n, path, e) != 0)
		goto out;
	if (stat(path, &st) == 0 && (st.st_mode & S_IROTH) != 0)
		log_warn("%s: all users of this machine can read the token: chmod 600 keeps it", path);
	r = 0;
out:
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	buf_free(&text);
	return r;
}

bool
token_is(const struct token *t, const char *given, size_t n)
{
	char digest[SHA256_HEX];
	sha256_of(given, n, digest);
	return equal(t->digest, digest);
}

bool
token_is_cookie(const struct token *t, const char *given, size_t n)
{
	char padded[SHA256_HEX] = "";
	if (n != SHA256_HEX - 1)
		return false;
	memcpy(padded, given, n);
	return equal(t->cookie, padded);
}
