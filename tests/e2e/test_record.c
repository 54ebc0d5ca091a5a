/*
 * The recorder and the uploader by themselves, on the real bridge, for tests/e2e/record.sh.
 *
 *   test_record record DB FOLDER KEY=VALUE...	frames=, seconds= (a segment), kb= (a segment), quota_kb=, blur=0|1, video=FILE, face=X,Y,W,H,
 *						hold=1: when all are written it stays as it is, to be killed; until=SQL: ends when that gives 1
 *   test_record upload DB FOLDER URL KEYS LIMIT	until all is uploaded, for LIMIT seconds at most; 0: until the first failure
 *   test_record read FILE X,Y,W,H		counts frames, and how lively that part of the first one is
 *   test_record jpeg FILE OUT			a picture through memory
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/when.h"
#include "record/record.h"
#include "record/upload.h"
#include "store/db.h"
#include "store/store.h"
#include "vision/vision.h"

#define T0 INT64_C(1779358500000)	/* 2026-05-21T10:15:00Z */

enum { WIDTH = 160, HEIGHT = 120, STEP_MS = 100 };

static int
fail(const struct err *e)
{
	printf("failed: %s\n", e->msg);
	return (int)e->code;
}

static void
pause_ms(int ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000L }, NULL);
}

/* The value of "key=value" among the arguments, or otherwise. */
static const char *
option(char **args, const char *key, const char *otherwise)
{
	size_t n = strlen(key);
	for (; *args != NULL; args++)
		if (strncmp(*args, key, n) == 0 && (*args)[n] == '=')
			return *args + n + 1;
	return otherwise;
}

/* Squares of four pixels, brighter from frame to frame: what no coarse mean can hold. */
static int
draw(struct vision_image *im, int number, struct err *e)
{
	if (vision_image_create(im, WIDTH, HEIGHT, e) != 0)
		return -1;
	for (int y = 0; y < HEIGHT; y++) {
		unsigned char *row = vision_image_row(im, y);
		for (int x = 0; x < WIDTH; x++)
			memset(row + 3 * x, (x / 4 + y / 4) % 2 * 180 + number % 50, 3);
	}
	return 0;
}

static int
begin_run(const char *db, struct store **out, int64_t *run_id, struct err *e)
{
	struct store_begun b;
	struct store_run spec = { .kind = "file", .uri = "/cam.avi", .width = WIDTH, .height = HEIGHT, .clock = "none",
		.settings = "{\"minute.gap_ms\":2000}", .version = "test", .opencv = vision_version(), .input_sha256 = "00" };
	if (store_open(out, db, 10000, e) != 0 || store_begin(*out, &spec, false, &b, e) != 0)
		return -1;
	*run_id = b.run_id;
	return 0;
}

static int
await(struct db *d, const char *sql, struct err *e)
{
	int64_t got = 0;
	for (int i = 0; got == 0; i++) {
		if (db_int(d, sql, &got, e) != 0)
			return -1;
		if (i == 1500)
			return err_set(e, ERR_FAIL, "waited in vain for: %s", sql);
		pause_ms(got == 0 ? 20 : 0);
	}
	return 0;
}

static int
record(const char *db, const char *folder, char **args)
{
	struct err e;
	struct store *store = NULL;
	struct recorder *r = NULL;
	struct recorder_status s;
	struct vision_capture *video = NULL;
	struct vision_capture_info info;
	struct vision_image *im = vision_image_new();
	struct frame_result f = { 0 };
	const char *path = option(args, "video", NULL), *face = option(args, "face", NULL);
	int64_t run_id;
	double pts;
	int rc = 0, frames = atoi(option(args, "frames", "0"));
	struct record_options o = {
		.folder = folder, .db = db, .timeout_ms = 10000, .segment_ms = atoi(option(args, "seconds", "5")) * 1000,
		.segment_bytes = atoi(option(args, "kb", "1000000")) * INT64_C(1000), .quota_bytes = atoi(option(args, "quota_kb", "0")) * INT64_C(1000),
		.blur = atoi(option(args, "blur", "1")) != 0, .fps = 1000.0 / STEP_MS, .upload = atoi(option(args, "upload", "0")) != 0
	};
	if (face != NULL) {
		struct box *b = &result_add_face(&f)->box;
		if (sscanf(face, "%lf,%lf,%lf,%lf", &b->x, &b->y, &b->w, &b->h) != 4)
			return 2;
	}
	if ((rc = begin_run(db, &store, &run_id, &e)) != 0 || (rc = recorder_open(&r, &o, &e)) != 0 ||
	    (path != NULL && (rc = vision_capture_open(&video, path, &info, &e)) != 0))
		goto out;
	for (int i = 0; i < frames; i++) {
		int got = video != NULL ? vision_capture_read(video, im, &pts, &e) : 1;
		if (got == 0)
			break;
		if ((rc = got < 0 ? -1 : video == NULL ? draw(im, i, &e) : 0) != 0)
			goto out;
		f.number = i;
		f.time_ms = T0 + (int64_t)i * STEP_MS;
		recorder_add(r, "cam", run_id, im, &f);
		for (int waited = 0; recorder_status(r, &s), s.frames + s.left_out <= i && waited < 600000; waited++)
			pause_ms(1);
	}
	if (atoi(option(args, "hold", "0")) != 0) {
		printf("holding\n");
		fflush(stdout);
		for (;;)
			pause_ms(1000);
	}
	if ((rc = await(store_db(store), option(args, "until", "SELECT 1"), &e)) != 0)
		goto out;
	recorder_status(r, &s);
	printf("frames %lld left_out %lld failed %d\n", (long long)s.frames, (long long)s.left_out, s.failed);
out:
	recorder_close(r);
	vision_capture_close(video);
	vision_image_free(im);
	result_free(&f);
	store_close(store);
	return rc != 0 ? fail(&e) : 0;
}

static int
upload(const char *db, const char *folder, const char *url, const char *keys, int limit_s)
{
	struct err e;
	struct uploader *u;
	struct upload_status s;
	struct db *d;
	int64_t waiting = 0, worst = 0;
	struct upload_options o = { .folder = folder, .db = db, .timeout_ms = 10000, .url = url, .region = "us-east-1", .credentials = keys };
	if (uploader_open(&u, &o, &e) != 0)
		return fail(&e);
	if (db_open(&d, db, DB_READ, 10000, &e) != 0)
		return fail(&e);
	int64_t start = when_monotonic_ms();
	do {
		pause_ms(20);
		if (db_int(d, "SELECT count(*) FROM segment WHERE uploaded_ms IS NULL AND deleted_ms IS NULL", &waiting, &e) != 0)
			return fail(&e);
		uploader_status(u, &s);
		worst = s.failures > worst ? s.failures : worst;
	} while (waiting > 0 && (limit_s > 0 || s.failures == 0) && when_monotonic_ms() - start < (limit_s > 0 ? limit_s : 60) * INT64_C(1000));
	int64_t closing = when_monotonic_ms();
	uploader_close(u);
	closing = when_monotonic_ms() - closing;
	db_close(d);
	printf("uploaded %lld waiting %lld failures %lld closed %s\n", (long long)s.uploaded, (long long)waiting, (long long)worst,
		closing <= 500 ? "soon" : "late");
	return 0;
}

static int
read_back(const char *path, const char *where)
{
	struct err e;
	struct vision_capture *c;
	struct vision_capture_info info;
	struct vision_image *im = vision_image_new();
	int x, y, w, h, frames = 0, got;
	double pts, sum = 0, squares = 0, n = 0;
	if (sscanf(where, "%d,%d,%d,%d", &x, &y, &w, &h) != 4)
		return 2;
	if (vision_capture_open(&c, path, &info, &e) != 0)
		return fail(&e);
	for (; (got = vision_capture_read(c, im, &pts, &e)) == 1; frames++)
		for (int row = y; frames == 0 && row < y + h; row++) {
			const unsigned char *p = vision_image_row(im, row) + 3 * x;
			for (int i = 0; i < 3 * w; i++, n++) {
				sum += p[i];
				squares += (double)p[i] * p[i];
			}
		}
	printf("frames %d deviation %.0f\n", frames, sqrt(squares / n - sum / n * (sum / n)));
	vision_capture_close(c);
	vision_image_free(im);
	return got < 0 ? fail(&e) : 0;
}

static int
jpeg(const char *from, const char *to)
{
	struct err e;
	struct vision_image *im = vision_image_new();
	unsigned char *data, *small;
	size_t size, less;
	if (vision_image_encode(im, 90, &data, &size, &e) == 0 || data != NULL || e.code != ERR_FAIL)
		return 1;
	if (vision_image_load(im, from, &e) != 0 || vision_image_encode(im, 90, &data, &size, &e) != 0 ||
	    vision_image_encode(im, 20, &small, &less, &e) != 0)
		return fail(&e);
	FILE *f = fopen(to, "wb");
	if (f == NULL || fwrite(data, 1, size, f) != size || fclose(f) != 0)
		return 1;
	/* Whatever is asked for, it stays in the picture. */
	static const double odd[][4] = { { NAN, 0, 5, 5 }, { 0, 0, NAN, 5 }, { 0, 0, -5, 5 }, { -1e300, -1e300, 1e308, 1e308 }, { 1e9, 1e9, 5, 5 },
		{ 0, 0, INFINITY, INFINITY }, { 0, 0, 0.001, 0.001 }, { -3, -3, 4, 4 } };
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		vision_blur(im, odd[i][0], odd[i][1], odd[i][2], odd[i][3]);
	printf("%s\n", less < size ? "good" : "not smaller");
	free(data);
	free(small);
	vision_image_free(im);
	return 0;
}

int
main(int argc, char **argv)
{
	vision_init(false);
	log_set_level(LOG_INFO);
	if (argc >= 4 && strcmp(argv[1], "record") == 0)
		return record(argv[2], argv[3], argv + 4);
	if (argc == 7 && strcmp(argv[1], "upload") == 0)
		return upload(argv[2], argv[3], argv[4], argv[5], atoi(argv[6]));
	if (argc == 4 && strcmp(argv[1], "read") == 0)
		return read_back(argv[2], argv[3]);
	if (argc == 4 && strcmp(argv[1], "jpeg") == 0)
		return jpeg(argv[2], argv[3]);
	return 2;
}
