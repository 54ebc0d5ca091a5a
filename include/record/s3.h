/*
 * Floor 2.  What an upload is given: the address of a bucket, and the keys; and what a store says when it refuses.
 */
#ifndef FOOTFALL_RECORD_S3_H
#define FOOTFALL_RECORD_S3_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct s3_address {
	char *base;		/* "https://host:9000/bucket/prefix", without a slash at its end */
	bool https, loopback;
};

/*
 * ERR_CONFIG: not of the form http[s]://HOST[:PORT]/BUCKET[/PREFIX].  Only letters that need no escaping are taken, because releases of
 * libcurl differ in how they sign others; never a user or a password, which the message does not repeat.
 */
int s3_address(struct s3_address *out, const char *url, struct err *e);
void s3_address_free(struct s3_address *a);	/* what it holds */

struct s3_keys {
	char access[129], secret[257];
};

/* The access key on the first line, the secret key on the second.  ERR_INPUT, without showing anything of it; name: of the file. */
int s3_keys_parse(struct s3_keys *out, const char *name, const char *text, size_t n, struct err *e);
/* The same out of a file.  A file that others can read is worth a warning. */
int s3_keys_load(struct s3_keys *out, const char *path, struct err *e);
void s3_keys_clear(struct s3_keys *k);		/* so that they do not stay in memory */

/* What stands in <Code> in a store's answer ("NoSuchBucket"), "" when nothing does.  Returns out. */
const char *s3_code(const char *answer, char out[64]);

#endif
