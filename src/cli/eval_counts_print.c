/*
 * What footfall eval counts prints.
 */
#include "cli/eval_counts.h"

#include <math.h>
#include <stdio.h>

#include "base/when.h"
#include "cli/plain.h"
#include "report/text.h"

enum { CELL = 32 };

static const char *
signed_text(double v, bool sign, char cell[CELL])
{
	snprintf(cell, CELL, isnan(v) ? "-" : sign ? "%+.3f" : "%.3f", v);
	return cell;
}

static const char *
range(const struct interval *i, bool sign, char cell[CELL])
{
	snprintf(cell, CELL, isnan(i->low) ? "-" : sign ? "%+.3f to %+.3f" : "%.3f to %.3f", i->low, i->high);
	return cell;
}

static void
print_minutes(const struct counts_result *r, struct out *o)
{
	char time[TEXT_SIZE];
	out_printf(o, "%-16s %7s %9s %9s %9s\n", r->in_recording ? "TIME (hh:mm)" : "TIME (UTC)", "FRAMES", "TRUE", "COUNTED", "ERROR");
	for (size_t i = 0; i < r->n; i++) {
		const struct counted_minute *m = &r->minutes[i];
		out_printf(o, "%-16s %7lld %9.3f %9.3f %+9.3f\n", text_time(m->start_ms, r->in_recording, time), (long long)m->frames,
		    m->truth, m->counted, m->counted - m->truth);
	}
	if (r->minutes_alone > 0)
		out_printf(o, "left out: %zu minute%s of the truth without a frame of this run\n", r->minutes_alone,
		    r->minutes_alone == 1 ? "" : "s");
	if (r->frames_alone > 0)
		out_printf(o, "left out: %lld frame%s of the run of which the truth says nothing\n", (long long)r->frames_alone,
		    r->frames_alone == 1 ? "" : "s");
}

static void
print_marked(const struct counts_result *r, struct out *o)
{
	char cell[3][CELL];
	if (r->marked == 0)
		return;
	out_printf(o, "\n%lld true box%s marked as hard to see (conf 0); they count. Without them, by frames:\n"
	    "bias %s, mean absolute error %s, correction factor %s\n", (long long)r->marked, r->marked == 1 ? " is" : "es are",
	    signed_text(r->without_marked[COUNTS_BIAS].value, true, cell[0]),
	    signed_text(r->without_marked[COUNTS_MAE].value, false, cell[1]),
	    signed_text(r->without_marked[COUNTS_FACTOR].value, false, cell[2]));
}

static void
print_figures(const struct counts_result *r, struct out *o)
{
	static const struct { enum counts_figure figure; const char *name; bool sign; } rows[] = {
		{ COUNTS_BIAS, "bias (counted - true)", true }, { COUNTS_MAE, "mean absolute error", false },
		{ COUNTS_CORRELATION, "correlation", false }, { COUNTS_FACTOR, "correction factor", false },
	};
	char cell[3][CELL];
	if (r->has_frames)
		out_printf(o, "\n%-22s %10s  %-18s %10s\n", "", "MINUTES", "95 % INTERVAL", "FRAMES");
	else
		out_printf(o, "\n%-22s %10s  %s\n", "", "MINUTES", "95 % INTERVAL");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum counts_figure f = rows[i].figure;
		out_printf(o, "%-22s %10s  %-*s", rows[i].name, signed_text(r->figures[f].value, rows[i].sign, cell[0]),
		    r->has_frames ? 18 : 0, range(&r->figures[f], rows[i].sign, cell[1]));
		if (r->has_frames)
			out_printf(o, " %10s", signed_text(r->of_frames[f].value, rows[i].sign, cell[2]));
		out_puts(o, "\n");
	}
}

void
counts_print_text(const struct counts_result *r, struct out *o)
{
	char cell[CELL];
	plain_put(o, r->source);
	out_printf(o, ", run %lld (%s), against ", (long long)r->run, r->network);
	plain_put(o, r->truth);
	out_puts(o, "\n\n");
	if (r->faces)
		out_puts(o, "no person stage: each face counts as a person\n\n");
	print_minutes(r, o);
	print_figures(r, o);
	print_marked(r, o);
	out_puts(o, "\n");
	if (!isnan(r->figures[COUNTS_FACTOR].value))
		out_printf(o, "Minutes times %s add up to the truth.\n", signed_text(r->figures[COUNTS_FACTOR].value, false, cell));
	else
		out_puts(o, "Nobody was counted: no factor corrects that.\n");
	if (r->n == 2 && !isnan(r->figures[COUNTS_CORRELATION].value))
		out_puts(o, "The correlation of two minutes is 1 or -1 whatever they hold.\n");
	if (r->n < COUNTS_LEAST)
		out_printf(o, "No interval: %zu minute%s too few for one that means anything (it takes %d at least, 20 or more to trust it).\n",
		    r->n, r->n == 1 ? " is" : "s are", COUNTS_LEAST);
	else if (r->resamples > 0)
		out_printf(o, "Intervals: %zu resamples of the %zu minutes, seed %llu%s.\n", r->resamples, r->n,
		    (unsigned long long)r->seed, r->n < 20 ? "; with fewer than 20 minutes they are rough" : "");
	if (r->evaluation != 0)
		out_printf(o, "Evaluation %lld in %s.\n", (long long)r->evaluation, r->db);
}

static void
write_figures(const struct interval *v, struct out *o)
{
	for (int f = 0; f < COUNTS_FIGURES; f++)
		out_json_real(o, counts_name((enum counts_figure)f), v[f].value);
}

static void
write_minutes(const struct counts_result *r, struct out *o)
{
	out_json_array(o, "minutes");
	for (size_t i = 0; i < r->n; i++) {
		const struct counted_minute *m = &r->minutes[i];
		char time[WHEN_TEXT];
		out_json_object(o, NULL);
		out_json_text(o, "time_utc", when_format(m->start_ms, time));
		out_json_int(o, "frames", m->frames);
		out_json_real(o, "truth", m->truth);
		out_json_real(o, "counted", m->counted);
		out_json_end(o);
	}
	out_json_end(o);
}

void
counts_print_json(const struct counts_result *r, struct out *o)
{
	out_json_object(o, NULL);
	out_json_text(o, "truth", r->truth);
	out_json_text(o, "source", r->source);
	out_json_int(o, "run", r->run);
	if (r->evaluation != 0)
		out_json_int(o, "evaluation", r->evaluation);
	out_json_int(o, "items", (int64_t)r->n);
	out_json_int(o, "frames", r->frames);
	out_json_int(o, "minutes_without_frames", (int64_t)r->minutes_alone);
	out_json_int(o, "frames_without_truth", r->frames_alone);
	write_figures(r->figures, o);
	out_json_object(o, "intervals");
	for (int f = 0; f < COUNTS_FIGURES; f++) {
		if (isnan(r->figures[f].low))
			continue;
		out_json_object(o, counts_name((enum counts_figure)f));
		out_json_real(o, "low", r->figures[f].low);
		out_json_real(o, "high", r->figures[f].high);
		out_json_end(o);
	}
	out_json_end(o);
	if (r->has_frames) {
		out_json_object(o, "per_frame");
		write_figures(r->of_frames, o);
		out_json_end(o);
		out_json_int(o, "marked_boxes", r->marked);
		out_json_object(o, "per_frame_without_marked");
		write_figures(r->without_marked, o);
		out_json_end(o);
	}
	out_json_int(o, "resamples", (int64_t)r->resamples);
	out_json_int(o, "seed", (int64_t)r->seed);
	write_minutes(r, o);
	out_json_end(o);
}
