/*
 * Floor 1.  What src/fast/script_make.c and script_slide.c share: a script in the making.
 */
#ifndef FOOTFALL_FAST_SCRIPT_PARTS_H
#define FOOTFALL_FAST_SCRIPT_PARTS_H

#include "fast/script.h"

/* Where a value lies, and how. A value may lie in several ways at once; it is made in the first. */
struct place {
	struct layout *layout;
	int buffer;
};

/* A value that is part of a concatenation is best written to its channels of that in the first place. */
struct home {
	int whole;		/* the value, or REGION_NONE */
	int first;		/* channel */
	bool used;		/* it is written there */
};

enum { PLACES = 4 };

struct maker {
	const struct region *region;
	struct script *script;
	struct engine *engine;
	enum layout_type type;
	const struct rows *rows;	/* our own kernels, or NULL */
	struct weights *weights;
	struct place (*places)[PLACES];	/* of each value */
	int *last_use;			/* of each value: the last operation that takes it; nops for outputs */
	int *uses;			/* of each value: how often it is taken, or given out */
	int *made_by;			/* of each value: the step of our own kernels that makes it, or -1 */
	struct home *homes;		/* of each value: where it is wanted among others */
	struct place *wholes;		/* of each value: of a concatenation, where its parts are written to as they are made */
	int *shared;			/* of each value: how many values lie in its memory beside it */
	bool *is_part;			/* of each value: it is some channels of another */
	int op;
	struct err *e;
};

/* Tells what cannot be done in the operation at work; -1. */
int script_fail(struct maker *m, const char *what);
/* The value lies there too. Takes the layout. */
void script_settle(struct maker *m, int value, struct layout *l, int buffer);
/* The buffer that holds the value in that layout, converted into it if need be. -1: failure. */
int script_value_in(struct maker *m, int value, const struct layout *wanted);

/* Does op, which makes a value of that shape, go to our own kernels? */
bool script_is_slide(const struct maker *m, const struct region_op *op, const int64_t made[4]);
int script_make_slide(struct maker *m, const struct region_op *op);
/* Finds which values are parts of concatenations. Before anything is made. */
void script_find_homes(struct maker *m);
/* Were some parts of the value, a concatenation, written to their places? Then the others are copied to theirs. */
bool script_has_parts(const struct maker *m, int value);
int script_make_whole(struct maker *m, const struct region_op *op);

#endif
