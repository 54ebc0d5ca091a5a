/*
 * What stands below the charts: how the numbers were made, and what they mean.
 */
#include <inttypes.h>
#include <string.h>

#include "page.h"
#include "report/text.h"

enum { RUNS_SHOWN = 3 };

static void
fact(struct out *o, const char *name)
{
	out_printf(o, "<dt>%s</dt><dd>", name);
}

static void
put_network(struct out *o, const char *name, const struct report_network *n)
{
	fact(o, name);
	if (n->name == NULL) {
		out_puts(o, "not run</dd>\n");
		return;
	}
	out_xml_text(o, n->name);
	if (n->sha256 != NULL) {
		char prefix[13] = "";
		strncat(prefix, n->sha256, sizeof prefix - 1);
		out_puts(o, " <code>");
		out_xml_text(o, prefix);
		out_puts(o, "</code>");
	}
	out_puts(o, "</dd>\n");
}

static const char *
clock_words(const char *clock)
{
	static const struct {
		const char *clock, *words;
	} known[] = {
		{ "option", "given when it was analysed (--start)" },
		{ "name", "the date in the file\u2019s name" },
		{ "container", "the creation time in the file" },
		{ "none", "not known: times count from the first frame" },
		{ "wall", "the clock of the machine that watched" },
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(clock, known[i].clock) == 0)
			return known[i].words;
	return clock;
}

static void
put_settings(struct out *o, const char *settings)
{
	if (settings[0] == '\0')
		return;
	fact(o, "Settings");
	page_put_lines(o, settings);
	out_puts(o, "</dd>\n");
}

static void
put_run(struct out *o, const struct report_source *s, const struct report_run *r)
{
	char text[TEXT_SIZE];

	out_puts(o, "<dl class=\"facts\">\n");
	fact(o, "Recording");
	out_xml_text(o, s->name);
	if (strcmp(s->kind, "file") != 0) {
		out_puts(o, " (");
		out_xml_text(o, s->kind);
		out_puts(o, ")");
	}
	if (s->width > 0 && s->height > 0)
		out_printf(o, ", %" PRId64 "\u2009\u00d7\u2009%" PRId64 " pixels", s->width, s->height);
	out_puts(o, "</dd>\n");
	fact(o, "Its start");
	out_xml_text(o, clock_words(r->clock));
	out_puts(o, "</dd>\n");
	put_network(o, "Person network", &r->person);
	put_network(o, "Face network", &r->face);
	put_network(o, "Gender network", &r->gender);
	fact(o, "Frames");
	out_printf(o, "%s read", text_count(r->frames_read, text));
	out_printf(o, ", %s analysed", text_count(r->frames_analyzed, text));
	if (r->frames_dropped > 0)
		out_printf(o, ", %s dropped for lack of time", text_count(r->frames_dropped, text));
	if (r->gate)
		out_printf(o, ", %s with the result of an earlier one", text_count(r->gated, text));
	out_puts(o, "</dd>\n");
	fact(o, "Analysed");
	out_printf(o, "%s UTC", text_time(r->started_ms, false, text));
	if (r->ended_ms > r->started_ms)
		out_printf(o, ", in %s", text_duration(r->ended_ms - r->started_ms, text));
	out_puts(o, "; ");
	out_xml_text(o, r->status);
	if (r->error != NULL) {
		out_puts(o, ": ");
		out_xml_text(o, r->error);
	}
	out_puts(o, "</dd>\n");
	put_settings(o, r->settings);
	fact(o, "Made with");
	out_puts(o, "footfall ");
	out_xml_text(o, r->version);
	out_puts(o, ", OpenCV ");
	out_xml_text(o, r->opencv);
	out_puts(o, "</dd>\n");
	if (r->input_sha256 != NULL) {
		fact(o, "Input, SHA-256");
		out_puts(o, "<code>");
		out_xml_text(o, r->input_sha256);
		out_puts(o, "</code></dd>\n");
	}
	out_puts(o, "</dl>\n");
}

/* What is known of a camera beside its people: marks of its pictures. */
static void
put_marks(struct out *o, const struct report_bin *t)
{
	const struct {
		const char *name;
		int64_t n;
	} marks[] = {
		{ "frames stood still to the last bit", t->frozen }, { "frames were too dark, or covered", t->dark },
		{ "sudden changes of view", t->moved }
	};
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		char text[TEXT_SIZE];
		if (marks[i].n > 0)
			out_printf(o, "<p class=\"soft\">%s %s.</p>\n", text_count(marks[i].n, text), marks[i].name);
	}
}

void
page_gaps(struct out *o, const struct report_source *s)
{
	char text[2 * TEXT_SIZE];

	put_marks(o, &s->total);
	if (s->ngaps == 0)
		return;
	out_puts(o, "<details>\n<summary>");
	page_put_count(o, (int64_t)s->ngaps, "gap", "gaps");
	out_puts(o, " in which no frame came</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of gaps\">"
	    "<table class=\"names\">\n<thead><tr><th scope=\"col\">Time (UTC)</th><th scope=\"col\">Reason</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < s->ngaps; i++) {
		report_gap_period(&s->gaps[i], text);
		out_printf(o, "<tr><th scope=\"row\">%s</th><td>", text);
		out_xml_text(o, s->gaps[i].reason);
		if (s->gaps[i].detail != NULL) {
			out_puts(o, ": ");
			out_xml_text(o, s->gaps[i].detail);
		}
		out_puts(o, "</td></tr>\n");
	}
	out_puts(o, "</tbody></table></div>\n</details>\n");
}

void
page_facts(struct out *o, const struct report_source *s, bool folded)
{
	size_t first = s->nruns > RUNS_SHOWN ? s->nruns - RUNS_SHOWN : 0;
	char text[TEXT_SIZE];

	out_puts(o, folded ? "<details>\n<summary>How these numbers were made</summary>\n" :
	    "<section>\n<h2>How these numbers were made</h2>\n");
	if (s->nruns > 1) {
		out_puts(o, "<p class=\"soft\">The minutes come from ");
		out_puts(o, text_count((int64_t)s->nruns, text));
		out_puts(o, s->adds_up ? " runs; where they meet, they are added up." : " runs; where they meet, the newest run speaks.");
		if (first > 0)
			out_printf(o, " The newest %d are shown here.", RUNS_SHOWN);
		out_puts(o, "</p>\n");
	}
	if (s->left_out > 0) {
		out_puts(o, "<p class=\"soft\">This source was analysed more than once: ");
		page_put_count(o, (int64_t)s->left_out, "older run is", "older runs are");
		out_puts(o, " left out, because newer ones cover the same minutes.</p>\n");
	}
	for (size_t i = s->nruns; i-- > first;)
		put_run(o, s, &s->runs[i]);
	out_puts(o, folded ? "</details>\n" : "</section>\n");
}

void
page_notes(struct out *o, const struct report_view *v)
{
	bool no_persons = false;

	for (size_t i = 0; i < v->nsources; i++)
		for (size_t k = 0; k < v->sources[i].nruns; k++)
			no_persons = no_persons || v->sources[i].runs[k].person.name == NULL;
	out_puts(o, "<section class=\"notes\">\n<h2>What the numbers mean</h2>\n<dl>\n");
	page_note(o, "Average",
	    "The people found in each analysed frame, added up and divided by the number of frames, frames with nobody "
	    "in them included. It is how many people were in view at a time, not how many different people came by: "
	    "somebody who stays for ten minutes counts in all ten.");
	page_note(o, "Busiest minute", "The minute with the highest average, of those of which at least half was seen.");
	page_note(o, "Fewest and most", "The smallest and the largest number of people found in a single frame.");
	page_note(o, "Seen",
	    "The part of the time that frames cover. Less than 95\u00a0% is hatched in the chart and coloured in the table: "
	    "such an average speaks only for what was seen. Time without any frame is left blank; it does not mean that nobody was there.");
	if (v->total.dropped > 0)
		page_note(o, "Dropped", "Frames that came while an earlier one was still being analysed, and were left out so that results do not lag behind.");
	if (v->total.aged > 0)
		page_note(o, "Age", "From the capture of a frame until its result was stored: 95\u00a0% of the frames stay below it, in the worst minute.");
	if (v->total.gate_frames > 0)
		page_note(o, "Gated",
		    "Frames in which nothing had changed since the last one that the networks saw: they take its result, which is "
		    "kept for each of them as if it had been found there. They count in all averages.");
	if (no_persons)
		page_note(o, "Faces for people", "Where no person network ran, each face counts as a person; people who look away are missed.");
	if (v->total.gender_frames > 0) {
		page_note(o, "Men and women",
		    "A network\u2019s estimate from the appearance of a face. It errs, and not equally often for everyone; "
		    "it says nothing about how a person understands themselves. Read it as a statistic over many people, "
		    "never as a statement about one.");
		page_note(o, "Unknown",
		    "People whose face could not be seen, or for whom the network was not certain enough. "
		    "Men, women and unknown add up to all people. If many are unknown, the share of men and women among the known "
		    "need not hold for all.");
	}
	out_puts(o, "</dl>\n</section>\n");
}
