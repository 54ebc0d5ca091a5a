/*
 * What an upload is given: addresses, keys, and a store's refusals.
 */
#include "store_test.h"

#include <sys/stat.h>

#include "base/log.h"
#include "record/s3.h"
#include "record/upload.h"

static void
test_address(void **state)
{
	(void)state;
	static const struct { const char *url, *base; bool https, loopback; } yes[] = {
		{ "https://s3.eu-central-1.amazonaws.com/bucket", "https://s3.eu-central-1.amazonaws.com/bucket", true, false },
		{ "https://minio.example:9000/b/p/q//", "https://minio.example:9000/b/p/q", true, false },
		{ "http://127.0.0.1:9000/b", "http://127.0.0.1:9000/b", false, true },
		{ "http://localhost/b", "http://localhost/b", false, true },
		{ "http://[::1]:9/b/", "http://[::1]:9/b", false, true },
		{ "https://[2001:db8::1]/b", "https://[2001:db8::1]/b", true, false },
		{ "http://127.0.0.1.evil.example/b", "http://127.0.0.1.evil.example/b", false, false },
		{ "http://127.evil.example/b", "http://127.evil.example/b", false, false },
	};
	struct err e;
	struct s3_address a;
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		good(s3_address(&a, yes[i].url, &e), &e);
		assert_string_equal(a.base, yes[i].base);
		assert_true(a.https == yes[i].https);
		assert_true(a.loopback == yes[i].loopback);
		s3_address_free(&a);
	}
	static const char *const no[] = { "", "none", "s3://bucket", "ftp://h/b", "https://", "https:///b", "https://h", "https://h/",
		"https://h:0/b", "https://h:65536/b", "https://h:x/b", "https://h:99999999999/b", "https://[::1/b", "https://h?x/b",
		"https://h/b?x=y", "https://h/b#c", "https://h/a b",
		"https://h/b/%20", "https://h/b//c", "https://h/../b", "https://h/b/..", "https://h/b/./c", "https://h_x/b", "file:///etc/passwd" };
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		bad(s3_address(&a, no[i], &e), &e, ERR_CONFIG, "record.upload");
	/* What is secret is not repeated. */
	bad(s3_address(&a, "https://key:hunter2@h/b", &e), &e, ERR_CONFIG, "no user or password");
	assert_null(strstr(e.msg, "hunter2"));
}

static void
test_keys(void **state)
{
	(void)state;
	static const char *const yes[] = { "AKIA\nsecret", "AKIA\nsecret\n", "AKIA\r\nsecret\r\n\r\n", "  AKIA  \n\tsecret\t\n\n \n" };
	struct err e;
	struct s3_keys k;
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		good(s3_keys_parse(&k, "f", yes[i], strlen(yes[i]), &e), &e);
		assert_string_equal(k.access, "AKIA");
		assert_string_equal(k.secret, "secret");
	}
	char longest[400];
	memset(longest, 'k', sizeof longest);
	memcpy(longest, "AKIA\n", 5);
	static const char *const no[] = { "", "\n", "AKIA", "AKIA\n", "AKIA\n\nsecret", "AKIA:secret", "AK IA\nsecret", "AKIA\nsec ret",
		"AKIA\nsecret\nmore",
		"AKIA/x\nsecret", "AKIA\nsecr\303\251t" };
	for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
		bad(s3_keys_parse(&k, "f", no[i], strlen(no[i]), &e), &e, ERR_INPUT, "f: it should hold");
		assert_null(strstr(e.msg, "AKIA"));
		assert_string_equal(k.access, "");
		assert_string_equal(k.secret, "");
	}
	bad(s3_keys_parse(&k, "f", longest, sizeof longest, &e), &e, ERR_INPUT, "f: it should hold");
	bad(s3_keys_parse(&k, "f", "AKIA\nsec\0ret", 12, &e), &e, ERR_INPUT, "f: it should hold");
	bad(s3_keys_load(&k, "missing", &e), &e, ERR_INPUT, "record.credentials: ");
	FILE *f = fopen("keys", "w");
	fputs("AKIA\nsecret\n", f);
	fclose(f);
	assert_int_equal(chmod("keys", 0600), 0);
	good(s3_keys_load(&k, "keys", &e), &e);
	assert_string_equal(k.secret, "secret");
	s3_keys_clear(&k);
	assert_string_equal(k.secret, "");
}

static void
code_is(const char *answer, const char *want)
{
	char code[64];
	assert_string_equal(s3_code(answer, code), want);
}

static void
test_code(void **state)
{
	(void)state;
	code_is("<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>m</Message></Error>", "NoSuchBucket");
	code_is("", "");
	code_is("<html>", "");
	code_is("<Code>", "");
	code_is("<Code>a\033[31m</Code>", "a");
	code_is("<Code>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</Code>",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void
test_open(void **state)
{
	(void)state;
	struct err e;
	struct uploader *u;
	struct upload_options o = { .folder = ".", .db = "missing.db", .url = "https://h/b", .region = "us-east-1", .credentials = "keys" };
	if (upload_library() == NULL) {
		bad(uploader_open(&u, &o, &e), &e, ERR_UNAVAILABLE, "no libcurl");
		return;
	}
	bad(uploader_open(&u, &o, &e), &e, ERR_INPUT, "missing.db");
	o.region = "us east";
	bad(uploader_open(&u, &o, &e), &e, ERR_CONFIG, "record.region");
	o.region = "us-east-1";
	o.url = "https://h";
	bad(uploader_open(&u, &o, &e), &e, ERR_CONFIG, "no bucket");
	assert_null(u);
	uploader_close(NULL);
}

int
main(void)
{
	log_set_level(LOG_ERROR);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_code),
		cmocka_unit_test(test_open),
	};
	return cmocka_run_group_tests_name("s3", tests, make_dir, remove_dir);
}
