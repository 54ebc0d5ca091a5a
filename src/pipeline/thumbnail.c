/*
 * A thumbnail is a network's input that nobody gives to a network: the bridge shrinks pictures for those already.
 */
#include "pipeline/thumbnail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "pipeline/picture.h"

enum { FILE_MAX = 1 << 22 };

static int
shrink(const struct vision_image *im, int longest, struct vision_image *out, struct err *e)
{
	int width = vision_image_width(im), height = vision_image_height(im);
	int side = width > height ? width : height;
	int w = side > longest ? (int)((int64_t)width * longest / side) : width;
	int h = side > longest ? (int)((int64_t)height * longest / side) : height;
	w = w > 0 ? w : 1;
	h = h > 0 ? h : 1;
	struct vision_blob b = { .width = w, .height = h, .w = w, .h = h, .channels = VISION_BGR, .scale = { 1, 1, 1 } };
	size_t plane = (size_t)w * (size_t)h;
	float *v = mem_array(3 * plane, sizeof *v);
	int r = -1;
	if (vision_blob(im, NULL, &b, v, e) != 0 || vision_image_create(out, w, h, e) != 0)
		goto out;
	for (size_t i = 0; i < 3 * plane; i++) {
		size_t at = i % plane;
		float p = v[i] + 0.5f;
		vision_image_row(out, (int)(at / (size_t)w))[3 * (at % (size_t)w) + i / plane] =
		    (unsigned char)(p > 255 ? 255 : p > 0 ? p : 0);
	}
	r = 0;
out:
	free(v);
	return r;
}

/* OpenCV writes files only. */
static int
encode(const struct vision_image *im, struct buf *out, struct err *e)
{
	const char *dir = getenv("TMPDIR");
	char *path = file_join(dir != NULL && dir[0] != '\0' ? dir : "/tmp", "footfall-XXXXXX.jpg");
	int fd = mkstemps(path, 4), r = -1;
	if (fd < 0) {
		err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
		goto out;
	}
	close(fd);
	if (vision_image_save(im, path, e) == 0 && file_read(path, FILE_MAX, out, e) == 0)
		r = 0;
	unlink(path);
out:
	free(path);
	return r;
}

int
thumbnail_of(const struct vision_image *im, int longest, struct buf *out, struct err *e)
{
	struct vision_image *small = vision_image_new();
	int r = shrink(im, longest, small, e) == 0 ? encode(small, out, e) : -1;
	vision_image_free(small);
	return r;
}

int
thumbnail_make(const char *path, int64_t max_pixels, int longest, struct buf *out, struct err *e)
{
	struct vision_image *im = vision_image_new();
	int r = picture_load(im, path, max_pixels, e) == 0 ? thumbnail_of(im, longest, out, e) : -1;
	vision_image_free(im);
	return r;
}
