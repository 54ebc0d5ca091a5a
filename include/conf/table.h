/*
 * Floor 1.  The settings table as src/conf sees it.  Private: settings.c holds it, settings_load.c fills it
 * from files and the environment.
 */
#ifndef FOOTFALL_CONF_TABLE_H
#define FOOTFALL_CONF_TABLE_H

#include "conf/cfg.h"
#include "conf/settings.h"

enum kind {
	BOOL, INT, REAL,
	REAL_AUTO,	/* or the text "auto", kept as -1: the network's own */
	TEXT,
	CHOICE		/* text; one of those in range */
};

struct entry {
	const char *name;	/* at most 63 bytes */
	enum kind kind;
	size_t offset;		/* in struct settings */
	double low, high;	/* of INT and REAL, both allowed */
	const char *fallback;
	const char *unit, *range, *sentence;
};

/* A value that was given, as text; from a file its type is known too. */
struct given {
	const char *text;
	bool typed;		/* the rest is set */
	enum cfg_type type;
	int64_t i;
	double r;
	bool b;
};

enum { SETTING_NAME = 64 };

const struct entry *setting_at(size_t i);			/* i < settings_count() */
const struct entry *setting_find(const char *name);	/* NULL: no such setting */
/* ERR_CONFIG: there is no setting of that name; names the nearest. */
int setting_unknown(const char *name, const char *origin, struct err *e);
/* Checks g and stores it; s is as before when it is refused.  ERR_CONFIG. */
int setting_take(struct settings *s, const struct entry *t, const struct given *g, const char *origin, struct err *e);

#endif
