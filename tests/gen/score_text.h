/*
 * A labelled set as plain lines, for tests that compare figures with another program's.  One case:
 *
 *	i ID                                      a picture
 *	c ID                                      a class
 *	t PICTURE CLASS X Y W H AREA CROWD IGNORE ID   a truth; PICTURE and CLASS count from 0
 *	p PICTURE CLASS X Y W H SCORE             a prediction
 *	g TRUTH NOFACE P GROUP                    a face of known gender (f or m), P "nan" without an answer
 *	m TRUTH COUNTED                           a minute
 *	e NAME VALUE                              a figure that is expected
 *	end
 *
 * What does not parse ends the program: such files are ours.
 */
#ifndef FOOTFALL_TESTS_SCORE_TEXT_H
#define FOOTFALL_TESTS_SCORE_TEXT_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "score/counts.h"
#include "score/gender_score.h"
#include "score/labels.h"

struct expected {
	char name[64];
	double value;
};

struct score_case {
	struct labels labels;
	struct gender_item *items;
	char **groups;
	size_t nitems;
	struct counts_minute *minutes;
	size_t nminutes;
	struct expected *expected;
	size_t nexpected;
};

static inline void *
score_text_more(void *array, size_t n, size_t size)
{
	/* room is doubled at powers of two */
	return (n & (n - 1)) == 0 ? mem_resize(array, n == 0 ? 1 : 2 * n, size) : array;
}

static inline bool
score_text_item(const char *line, struct score_case *c)
{
	char gender, group[64];
	int no_face;
	double p;
	if (sscanf(line, "g %c %d %lf %63s", &gender, &no_face, &p, group) != 4)
		return false;
	c->items = score_text_more(c->items, c->nitems, sizeof *c->items);
	c->groups = score_text_more(c->groups, c->nitems, sizeof *c->groups);
	c->groups[c->nitems] = mem_strdup(group);
	c->items[c->nitems++] = (struct gender_item){ .truth = gender == 'f' ? GENDER_FEMALE : GENDER_MALE,
		.no_face = no_face != 0, .p_female = p };
	return true;
}

static inline bool
score_text_line(const char *line, struct score_case *c)
{
	struct labels *l = &c->labels;
	int64_t id;
	int crowd, ignore;
	struct truth t = { 0 };
	struct prediction p = { 0 };
	struct counts_minute m = { 0 };
	struct expected e = { 0 };
	switch (line[0]) {
	case 'i':
		if (sscanf(line, "i %" SCNd64, &id) != 1)
			return false;
		l->images = score_text_more(l->images, l->nimages, sizeof *l->images);
		l->images[l->nimages++] = (struct label_image){ .name = mem_strdup(""), .id = id };
		return true;
	case 'c':
		if (sscanf(line, "c %" SCNd64, &id) != 1)
			return false;
		l->classes = score_text_more(l->classes, l->nclasses, sizeof *l->classes);
		l->classes[l->nclasses++] = (struct label_class){ .name = mem_strdup(""), .id = id };
		return true;
	case 't':
		if (sscanf(line, "t %" SCNu32 " %" SCNu32 " %lf %lf %lf %lf %lf %d %d %" SCNd64, &t.image, &t.class_index,
			&t.box.x, &t.box.y, &t.box.w, &t.box.h, &t.area, &crowd, &ignore, &t.id) != 10)
			return false;
		t.crowd = crowd != 0;
		t.ignore = ignore != 0;
		l->truths = score_text_more(l->truths, l->ntruths, sizeof *l->truths);
		l->truths[l->ntruths++] = t;
		return true;
	case 'p':
		if (sscanf(line, "p %" SCNu32 " %" SCNu32 " %lf %lf %lf %lf %lf", &p.image, &p.class_index,
			&p.box.x, &p.box.y, &p.box.w, &p.box.h, &p.score) != 7)
			return false;
		l->predictions = score_text_more(l->predictions, l->npredictions, sizeof *l->predictions);
		l->predictions[l->npredictions++] = p;
		return true;
	case 'g':
		return score_text_item(line, c);
	case 'm':
		if (sscanf(line, "m %lf %lf", &m.truth, &m.counted) != 2)
			return false;
		c->minutes = score_text_more(c->minutes, c->nminutes, sizeof *c->minutes);
		c->minutes[c->nminutes++] = m;
		return true;
	case 'e':
		if (sscanf(line, "e %63s %lf", e.name, &e.value) != 2)
			return false;
		c->expected = score_text_more(c->expected, c->nexpected, sizeof *c->expected);
		c->expected[c->nexpected++] = e;
		return true;
	default:
		return line[0] == '#' || line[0] == '\n';
	}
}

/* The next case; false at the end of the file. */
static inline bool
score_text_read(FILE *f, struct score_case *c)
{
	char line[512];
	*c = (struct score_case){ 0 };
	while (fgets(line, sizeof line, f) != NULL) {
		if (strcmp(line, "end\n") == 0)
			return true;
		if (!score_text_line(line, c)) {
			fprintf(stderr, "score_text: cannot read the line: %s", line);
			exit(65);
		}
	}
	return false;
}

static inline void
score_text_free(struct score_case *c)
{
	labels_free(&c->labels);
	for (size_t i = 0; i < c->nitems; i++)
		free(c->groups[i]);
	free(c->groups);
	free(c->items);
	free(c->minutes);
	free(c->expected);
}

#endif
