/*
 * Floor 2.  Closed segments to an S3-compatible store (AWS, MinIO), through libcurl's SigV4, by a thread of its own.
 *
 * Works off the rows of `segment` that are closed and not uploaded, oldest first, also those of earlier runs of the program; a failure
 * is logged once and tried again with back-off up to five minutes.  An object is complete or not there (one PUT with its
 * SHA-256), so that a repetition does no harm.  What answers without an ETag is no store, and nothing counts as uploaded.
 */
#ifndef FOOTFALL_RECORD_UPLOAD_H
#define FOOTFALL_RECORD_UPLOAD_H

#include <stdint.h>

#include "base/err.h"

struct upload_options {
	const char *folder, *db;	/* as of the recorder */
	int timeout_ms;
	const char *url;		/* "https://minio.example:9000/bucket/prefix" */
	const char *region;		/* "us-east-1" */
	const char *credentials;	/* file: first line the access key, second line the secret key */
};

struct uploader;

/* ERR_UNAVAILABLE: this build has no libcurl.  ERR_CONFIG: the address.  ERR_INPUT: the credentials. */
int uploader_open(struct uploader **out, const struct upload_options *o, struct err *e);
struct upload_status {
	int64_t uploaded, waiting;
	int failures;			/* one after the other, now */
};
void uploader_status(struct uploader *u, struct upload_status *out);
void uploader_close(struct uploader *u);	/* what is under way is given up, and done the next time; NULL is fine */

/* "7.88.1": libcurl; NULL: this build has none. */
const char *upload_library(void);

#endif
