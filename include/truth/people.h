/*
 * Floor 2.  How many people there really were: boxes of every frame in MOTChallenge's text, or a number for every
 * minute as CSV.
 */
#ifndef FOOTFALL_TRUTH_PEOPLE_H
#define FOOTFALL_TRUTH_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/box.h"
#include "base/err.h"
#include "truth/text.h"

/* Twelve days at 100 frames a second. */
#define MOT_FRAMES INT64_C(100000000)

struct mot_box {
	int64_t frame;		/* from 0; the files count from 1 */
	int64_t track;		/* -1: not tracked */
	struct box box;		/* pixels, as the file gives them */
	bool counts;		/* a person to be counted */
};

struct mot {
	struct mot_box *boxes;	/* by frame, then by track */
	size_t n;
	int64_t frames;		/* the last frame with a box, counted from 1 */
	size_t tracks;		/* distinct ones, of boxes that count */
};

/*
 * frame,track,left,top,width,height[,conf[,...]].  conf 0 marks a box that is not to be considered. With nine columns (2016
 * and later) the eighth is a class, of which 1 is a pedestrian and alone counts; with ten, columns 8 to 10 are a place in
 * space.  ERR_DATA, naming the line: another number of columns, no number, a negative size, a track twice in a frame.
 */
int mot_read(const char *what, struct span text, struct mot *out, struct err *e);
void mot_free(struct mot *m);

struct true_minute {
	int64_t start_ms;	/* UTC, or from the start of the recording */
	double people;		/* mean over the minute's frames */
	int64_t frames;		/* that it is the mean of; 0: not given */
};

struct true_minutes {
	struct true_minute *v;	/* by start_ms */
	size_t n;
	bool relative;		/* start_ms counts from the start of the recording */
};

/*
 * CSV with a header.  Of its columns one gives the time: minute (0, 1, ... of the recording), or start_time or time_utc (RFC 3339,
 * whole minutes); one the people: people, people_avg, mean_persons_per_frame, or person_boxes, which is divided by frames.  When
 * both are there, that quotient is taken, which is not rounded.  Others are passed over.
 * ERR_DATA, naming the line: no such columns, no number, a negative one, a minute twice.
 */
int minutes_read(const char *what, struct span text, struct true_minutes *out, struct err *e);
void minutes_free(struct true_minutes *m);

#endif
