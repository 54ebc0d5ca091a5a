/*
 * The parts of the HTML pages.  Private to src/report.
 */
#ifndef FOOTFALL_REPORT_PAGE_H
#define FOOTFALL_REPORT_PAGE_H

#include "out/out.h"
#include "report/text.h"
#include "report/view.h"

/* Adds their gaps to the sources that have minutes. */
int report_gaps_load(struct report_view *v, struct db *d, const struct report_query *q, struct err *e);
/* "02:20:31-02:24:10, 3.7 min: stall (no frame for 5 s)" as text; names and details still as they are in the database. */
void report_gap_period(const struct report_gap *g, char out[2 * TEXT_SIZE]);

/* The style sheet of all pages: pieces to be written in turn, ended by NULL. */
extern const char *const page_style[];

/* A page is: head_begin, the text of its title, head_end (with more style, may be NULL), contents, end. */
void page_head_begin(struct out *o);
void page_head_end(struct out *o, const char *const *more_style);
void page_end(struct out *o);
/* An item of a list of notes; both are markup. */
void page_note(struct out *o, const char *name, const char *words);
/* A list with an item per line, as code. */
void page_put_lines(struct out *o, const char *lines);

/* What both charts of a source are drawn from. */
struct chart {
	const struct report_bin *bins;	/* by rising start */
	size_t n;			/* at least 1 */
	int64_t width_ms;		/* of each */
	bool in_recording;
	size_t number;			/* of the source on the page: makes ids unique */
	const char *name;		/* of the source */
};

/* People: average, band from fewest to most, and a strip for how much was seen. */
void chart_people(struct out *o, const struct chart *c);
/* Men, women, unknown, stacked. */
void chart_gender(struct out *o, const struct chart *c);

/* A table of its gaps, folded away; nothing when there are none. */
void page_gaps(struct out *o, const struct report_source *s);

/* Run facts of one source, folded away or as a section of their own; and the notes at the end of the page. */
void page_facts(struct out *o, const struct report_source *s, bool folded);
void page_notes(struct out *o, const struct report_view *v);

/* "minute", "5 minutes", "hour", "day". */
const char *page_width_name(int64_t width_ms);
/* "02:20" within a day's period, with a date when bins are days or the period spans days. */
void page_put_time(struct out *o, const struct report_bin *b, bool in_recording);
/* text_average with a dash for none. */
void page_put_average(struct out *o, double v);
/* "1 minute", "2,000 minutes". */
void page_put_count(struct out *o, int64_t n, const char *one, const char *many);

#endif
