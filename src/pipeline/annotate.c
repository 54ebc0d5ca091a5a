/*
 * Frames with what was found drawn on them: an annotated recording, one annotated frame.
 */
#include "pipeline/annotate.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"

/* Told apart by colour-blind readers too (Okabe and Ito's palette); the letter says it again. */
static const uint32_t gender_colour[] = {
	[GENDER_UNKNOWN] = 0xF0E442,
	[GENDER_FEMALE] = 0xE69F00,
	[GENDER_MALE] = 0x56B4E9
};
enum { INK = 0x101010, PLATE = 0xFFFFFF };

static enum gender
gender_of_person(const struct frame_result *r, size_t person)
{
	for (size_t i = 0; i < r->nfaces; i++)
		if (r->faces[i].person == (int)person)
			return r->faces[i].gender;
	return GENDER_UNKNOWN;
}

static void
draw(struct vision_image *im, struct box b, enum gender g, double score, double letters, int thickness)
{
	static const char *const sign[] = { "", "F ", "M " };
	char text[32];
	vision_draw_box(im, b.x, b.y, b.w, b.h, gender_colour[g], thickness);
	snprintf(text, sizeof text, "%s%.2f", sign[g], score);
	vision_draw_label(im, b.x, b.y, text, INK, gender_colour[g], letters);
}

void
annotate_frame(struct vision_image *im, const struct frame_result *r, bool with_persons)
{
	int height = vision_image_height(im);
	double letters = fmax(8, height / 50.0);
	int thickness = height >= 720 ? 2 : 1;
	for (size_t i = 0; i < r->npersons; i++)
		draw(im, r->persons[i].box, gender_of_person(r, i), r->persons[i].score, letters, thickness);
	for (size_t i = 0; i < r->nfaces; i++)
		draw(im, r->faces[i].box, r->faces[i].gender, r->faces[i].score, letters * 0.8, 1);
	struct tally t = result_tally(r, with_persons);
	char when[WHEN_TEXT], text[128];
	snprintf(text, sizeof text, "%s  %lld people", when_format(r->time_ms, when), (long long)t.people);
	if (t.men + t.women > 0)
		snprintf(text + strlen(text), sizeof text - strlen(text), "  %lld women  %lld men", (long long)t.women, (long long)t.men);
	vision_draw_label(im, 4, letters * 2, text, INK, PLATE, letters * 1.2);
}

struct sketch {
	char *video, *video_part;
	struct vision_writer *writer;
	char *snapshot, *snapshot_part;
	bool began;			/* the unfinished video is ours to remove */
	int64_t wanted;			/* frame of the snapshot, -1: the fullest */
	int64_t most;			/* people in the picture kept, -1: none yet */
	struct vision_image *kept;
	double fps;
	int width, height;
};

/* The container follows from the extension, so the unfinished file keeps it: out.mp4 -> out.part.mp4. */
static char *
part_name(const char *path)
{
	const char *dot = strrchr(file_name(path), '.');
	if (dot == NULL)
		return mem_printf("%s.part", path);
	return mem_printf("%.*s.part%s", (int)(dot - path), path, dot);
}

/* Found out now, not after an hour. */
static int
check_folder(const char *option, const char *path, struct err *e)
{
	const char *name = file_name(path);
	char *folder = name == path ? mem_strdup(".") : mem_printf("%.*s", (int)(name - path), path);
	int r = access(folder, W_OK | X_OK) == 0 ? 0
	    : err_set(e, ERR_IO, "%s %s: cannot be written: %s", option, path, strerror(errno));
	free(folder);
	return r;
}

int
sketch_open(struct sketch **out, const char *video, const char *snapshot, double rate, struct err *e)
{
	static const char *const videos[] = { "mp4", "avi", "mkv", NULL };
	static const char *const pictures[] = { "png", "jpg", "jpeg", NULL };
	*out = NULL;
	if (video != NULL && !file_has_ext(video, videos))
		return err_set(e, ERR_USAGE, "--annotate %s: the name must end in .mp4, .avi or .mkv", video);
	if (snapshot != NULL && !file_has_ext(snapshot, pictures))
		return err_set(e, ERR_USAGE, "--snapshot %s: the name must end in .png or .jpg", snapshot);
	if ((video != NULL && check_folder("--annotate", video, e) != 0)
	    || (snapshot != NULL && check_folder("--snapshot", snapshot, e) != 0))
		return -1;
	struct sketch *s = mem_alloc(sizeof *s);
	s->most = -1;
	/* within what MPEG-4 and players take; a recording sampled once a minute plays one frame a second */
	s->fps = rate > 0 ? fmin(fmax(rate, 1), 240) : 25;
	if (video != NULL) {
		s->video = mem_strdup(video);
		s->video_part = part_name(video);
	}
	if (snapshot != NULL) {
		char *stem = file_stem(snapshot);
		s->snapshot = mem_strdup(snapshot);
		s->snapshot_part = part_name(snapshot);
		if (num_int(stem, &s->wanted) != 0 || s->wanted < 0)
			s->wanted = -1;
		free(stem);
		s->kept = vision_image_new();
	}
	*out = s;
	return 0;
}

static int
add_to_video(struct sketch *s, const struct vision_image *im, struct err *e)
{
	int width = vision_image_width(im), height = vision_image_height(im);
	if (s->writer == NULL) {
		if (vision_writer_open(&s->writer, s->video_part, s->fps, width, height, e) != 0)
			return err_wrap(e, "--annotate %s: cannot be written", s->video);
		s->began = true;
		s->width = width;
		s->height = height;
	}
	if (width != s->width || height != s->height)
		return err_set(e, ERR_DATA, "--annotate %s: the frames have different sizes (%dx%d, then %dx%d)",
		    s->video, s->width, s->height, width, height);
	return vision_writer_add(s->writer, im, e);
}

int
sketch_add(struct sketch *s, struct vision_image *im, const struct frame_result *r, bool with_persons, struct err *e)
{
	int64_t people = result_tally(r, with_persons).people;
	bool keep = s->snapshot != NULL && (s->wanted >= 0 ? r->number == s->wanted : people > s->most);
	if (!keep && s->video == NULL)
		return 0;
	annotate_frame(im, r, with_persons);
	if (keep) {
		s->most = people;
		if (vision_image_copy(s->kept, im, e) != 0)
			return -1;
	}
	return s->video != NULL ? add_to_video(s, im, e) : 0;
}

static int
finish_video(struct sketch *s, struct err *e)
{
	if (s->writer == NULL)
		return s->video == NULL ? 0 : err_set(e, ERR_DATA, "--annotate %s: no frame to write", s->video);
	struct vision_writer *w = s->writer;
	s->writer = NULL;
	if (vision_writer_close(w, e) != 0)
		return -1;
	if (rename(s->video_part, s->video) != 0)
		return err_set(e, ERR_IO, "%s: cannot be written: %s", s->video, strerror(errno));
	free(s->video_part);
	s->video_part = NULL;
	return 0;
}

static int
finish_snapshot(struct sketch *s, struct err *e)
{
	if (s->snapshot == NULL)
		return 0;
	if (s->most < 0 && s->wanted < 0)
		return err_set(e, ERR_DATA, "--snapshot %s: no frame was analysed", s->snapshot);
	if (s->most < 0)
		return err_set(e, ERR_DATA, "--snapshot %s: frame %lld is not among the frames analysed", s->snapshot, (long long)s->wanted);
	if (vision_image_save(s->kept, s->snapshot_part, e) != 0) {
		unlink(s->snapshot_part);
		return -1;
	}
	if (rename(s->snapshot_part, s->snapshot) != 0)
		return err_set(e, ERR_IO, "%s: cannot be written: %s", s->snapshot, strerror(errno));
	return 0;
}

int
sketch_close(struct sketch *s, struct err *e)
{
	int r = finish_video(s, e) == 0 && finish_snapshot(s, e) == 0 ? 0 : -1;
	sketch_abandon(s);
	return r;
}

void
sketch_abandon(struct sketch *s)
{
	if (s == NULL)
		return;
	struct err ignored = { 0 };
	if (s->writer != NULL)
		vision_writer_close(s->writer, &ignored);
	if (s->video_part != NULL && s->began)
		unlink(s->video_part);
	vision_image_free(s->kept);
	free(s->video);
	free(s->video_part);
	free(s->snapshot);
	free(s->snapshot_part);
	free(s);
}
