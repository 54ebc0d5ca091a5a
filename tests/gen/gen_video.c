/*
 * gen_video OUT FRAMES FPS WIDTH HEIGHT [HOLD]: what the networks of gen_net find, as a recording (.avi, .mp4, .mkv), or as
 * pictures when OUT ends in .png or .jpg (a '%' in it becomes the frame's number, four digits).
 *
 * On a grey ground, persons are white squares of WIDTH/4, faces squares of WIDTH/8 in the middle of their upper edge. A woman
 * (yellow face) walks to and fro along the top, 2 pixels a frame. In the second half of the frames a man (cyan face) does so along the
 * bottom. So the first half shows 1 person, the second 2. With HOLD they stand still for so many frames at a time. HEIGHT must be at least 3/4 of WIDTH, WIDTH a multiple of 8.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "vision/vision.h"

static void
paint(struct vision_image *im, int x0, int y0, int side, unsigned rgb)
{
	for (int y = y0; y < y0 + side; y++) {
		unsigned char *p = vision_image_row(im, y) + 3 * x0;
		for (int x = 0; x < side; x++, p += 3) {
			p[0] = (unsigned char)(rgb & 0xff);
			p[1] = (unsigned char)(rgb >> 8 & 0xff);
			p[2] = (unsigned char)(rgb >> 16 & 0xff);
		}
	}
}

static void
paint_person(struct vision_image *im, int x, int y, int side, unsigned face)
{
	paint(im, x, y, side, 0xffffff);
	paint(im, x + side / 4, y, side / 2, face);
}

/* To and fro between 0 and most. */
static int
walk(int step, int most)
{
	int at = step % (2 * most);
	return at < most ? at : 2 * most - at;
}

static void
draw(struct vision_image *im, int frame, int frames, int hold)
{
	int step = frame / hold;
	int width = vision_image_width(im), height = vision_image_height(im), side = width / 4;
	for (int y = 0; y < height; y++)
		memset(vision_image_row(im, y), 128, 3 * (size_t)width);
	paint_person(im, walk(2 * step, width - side), height / 16, side, 0xffff00);
	if (frame >= frames / 2)
		paint_person(im, width - side - walk(2 * step, width - side), height - height / 16 - side, side, 0x00ffff);
}

static int
save_picture(const struct vision_image *im, const char *out, int frame, struct err *e)
{
	struct buf name = { 0 };
	const char *mark = strchr(out, '%');
	if (mark == NULL)
		buf_puts(&name, out);
	else
		buf_printf(&name, "%.*s%04d%s", (int)(mark - out), out, frame, mark + 1);
	int r = vision_image_save(im, buf_str(&name), e);
	buf_free(&name);
	return r;
}

static int
generate(const char *out, int frames, double fps, int width, int height, int hold, struct err *e)
{
	static const char *const pictures[] = { "png", "jpg", NULL };
	struct vision_image *im = vision_image_new();
	struct vision_writer *w = NULL;
	bool single = file_has_ext(out, pictures);
	int r = vision_image_create(im, width, height, e);
	if (r == 0 && !single)
		r = vision_writer_open(&w, out, fps, width, height, e);
	for (int i = 0; r == 0 && i < frames; i++) {
		draw(im, i, frames, hold);
		r = single ? save_picture(im, out, i, e) : vision_writer_add(w, im, e);
	}
	struct err late;
	if (w != NULL && vision_writer_close(w, &late) != 0 && r == 0) {
		*e = late;
		r = -1;
	}
	vision_image_free(im);
	return r;
}

int
main(int argc, char **argv)
{
	struct err e;
	bool known = argc == 6 || argc == 7;
	int frames = known ? atoi(argv[2]) : 0, width = known ? atoi(argv[4]) : 0, height = known ? atoi(argv[5]) : 0;
	int hold = argc == 7 ? atoi(argv[6]) : 1;
	if (frames < 1 || hold < 1 || width < 32 || width % 8 != 0 || width > 8000 || 4 * height < 3 * width || height > 8000) {
		fprintf(stderr, "usage: gen_video OUT FRAMES FPS WIDTH HEIGHT [HOLD]\n"
			"WIDTH: a multiple of 8, at least 32; HEIGHT: at least 3/4 of it\n");
		return 2;
	}
	vision_init(false);
	if (generate(argv[1], frames, atof(argv[3]), width, height, hold, &e) != 0) {
		fprintf(stderr, "gen_video: %s\n", e.msg);
		return (int)e.code;
	}
	return 0;
}
