/*
 * What footfall bench measured, printed: two tables of less than 100 columns, or one JSON object.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/when.h"
#include "cli/bench.h"
#include "cli/plain.h"

enum { NAME_MOST = 32, SHORT_MOST = 22, WAITED_PERCENT = 5 };

const char *
bench_row_name(const struct bench_row *row)
{
	return row->person != NULL ? row->person->name : "no persons";
}

bool
bench_keeps_up(const struct bench_row *row, double rate)
{
	return !row->failed && rate > 0 && row->median.fps >= rate;
}

static double
accuracy(const struct bench_row *row)
{
	return row->person != NULL && row->person->accuracy[TASK_PERSON] > 0 ? row->person->accuracy[TASK_PERSON] : NAN;
}

/* Processor time of preparation and of decoding outputs, all stages together, seconds a frame. */
static double
prepare_s(const struct bench_turn *t)
{
	return t->parts[TASK_PERSON].prepare_s + t->parts[TASK_FACE].prepare_s + t->parts[TASK_GENDER].prepare_s;
}

static double
decode_s(const struct bench_turn *t)
{
	return t->parts[TASK_PERSON].decode_s + t->parts[TASK_FACE].decode_s + t->parts[TASK_GENDER].decode_s;
}

/* Frames a second, were all cores busy with nothing but these frames. */
static double
bound(const struct bench_report *r, const struct bench_row *row)
{
	return row->median.cpu_s > 0 ? r->cores / row->median.cpu_s : NAN;
}

static double
share(const struct bench_report *r, const struct bench_row *row)
{
	return row->median.fps / bound(r, row);
}

/* ---- text ---- */

static void
cell(struct out *o, int width, int decimals, double v)
{
	if (isfinite(v))
		out_printf(o, " %*.*f", width, decimals, v);
	else
		out_printf(o, " %*s", width, "-");
}

static int
decimals(double v)
{
	return v < 10 ? 2 : v < 100 ? 1 : 0;
}

static int
name_width(const struct bench_report *r, int most)
{
	int w = 7;
	for (size_t i = 0; i < r->n; i++)
		if (!r->rows[i].failed && (int)strlen(bench_row_name(&r->rows[i])) > w)
			w = (int)strlen(bench_row_name(&r->rows[i]));
	return w < most ? w : most;
}

static void
label(struct out *o, const struct bench_row *row, int width)
{
	out_printf(o, "%-*.*s  %-4s %3d", width, width, bench_row_name(row), row->precision, row->c.threads);
}

static bool
in_one_pass(const struct bench_row *row)
{
	return row->person != NULL && row->person->serves[TASK_FACE] && strstr(row->median.networks, "one pass") != NULL;
}

/* The networks that run beside a person network, as text that begins with a space; NULL: none. */
static const char *
others(const struct bench_report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct bench_row *row = &r->rows[i];
		const char *comma = strchr(row->median.networks, ',');
		if (!row->failed && row->person != NULL && !in_one_pass(row) && comma != NULL)
			return comma + 1;
	}
	return NULL;
}

static void
print_head(struct out *o, const struct bench_report *r)
{
	const struct bench_sample *s = r->sample;
	char spread[WHEN_TEXT];
	plain_put(o, file_name(s->in->path));
	out_printf(o, ": %dx%d", s->info.width, s->info.height);
	if (s->rate > 0)
		out_printf(o, ", %.4g frames/s", s->rate);
	out_printf(o, "; measured on %zu frame%s spread over %s%s\n", s->n, s->n == 1 ? "" : "s", s->whole ? "" : "the first ",
	    when_format_duration(s->seen_ms, spread));
	const char *with = others(r);
	out_printf(o, "%d core%s, median of %d rounds%s%s\n", r->cores, r->cores == 1 ? "" : "s", BENCH_ROUNDS,
	    with != NULL ? "; beside persons:" : "", with != NULL ? with : "");
}

static void
print_choices(struct out *o, const struct bench_report *r)
{
	const int w = name_width(r, NAME_MOST);
	out_printf(o, "\n%-*s  %-4s %3s %9s %9s %8s %10s %8s %6s\n", w, "NETWORK", "PREC", "THR", "FRAMES/S", "REALTIME",
	    "KEEPS UP", "MEMORY", "ACCURACY", "WATTS");
	for (size_t i = 0; i < r->n; i++) {
		const struct bench_row *row = &r->rows[i];
		const double rate = r->sample->rate, fps = row->median.fps;
		if (row->failed)
			continue;
		label(o, row, w);
		cell(o, 9, decimals(fps), fps);
		if (rate > 0)
			out_printf(o, " %8.*fx %8s", decimals(fps / rate), fps / rate, bench_keeps_up(row, rate) ? "yes" : "no");
		else
			out_printf(o, " %9s %8s", "-", "-");
		if (row->median.peak_bytes > 0)
			out_printf(o, " %6.0f MiB", (double)row->median.peak_bytes / 1048576);
		else
			out_printf(o, " %10s", "-");
		cell(o, 8, 2, accuracy(row));
		cell(o, 6, 1, row->median.watts);
		out_puts(o, "\n");
	}
}

static void
print_parts(struct out *o, const struct bench_report *r)
{
	const int w = name_width(r, SHORT_MOST);
	out_printf(o, "\nprocessor time of a frame in ms, and frames/s if all cores did nothing else (BOUND)\n");
	out_printf(o, "%-*s  %-4s %3s %6s %6s %6s %7s %6s %6s %6s %5s %7s %5s\n", w, "NETWORK", "PREC", "THR", "ALL", "READ",
	    "PREP", "PERSON", "FACE", "GENDER", "BOXES", "REST", "BOUND", "SHARE");
	for (size_t i = 0; i < r->n; i++) {
		const struct bench_row *row = &r->rows[i];
		const struct bench_turn *t = &row->median;
		if (row->failed)
			continue;
		const double ms[] = { t->cpu_s * 1e3, t->read_s * 1e3, prepare_s(t) * 1e3, t->parts[TASK_PERSON].pass_s * 1e3,
			t->parts[TASK_FACE].pass_s * 1e3, t->parts[TASK_GENDER].pass_s * 1e3, decode_s(t) * 1e3, t->rest_s * 1e3 };
		static const int width[] = { 6, 6, 6, 7, 6, 6, 6, 5 };
		label(o, row, w);
		for (size_t k = 0; k < sizeof ms / sizeof *ms; k++)
			cell(o, width[k], decimals(ms[k]), ms[k]);
		cell(o, 7, decimals(bound(r, row)), bound(r, row));
		out_printf(o, " %3.0f %%\n", 100 * share(r, row));
	}
}

/* Lines below the tables: what failed, and what to think of the figures. */
static void
print_notes(struct out *o, const struct bench_report *r)
{
	double waited[BENCH_ROUNDS * 2] = { 0 };
	size_t n = 0;
	out_puts(o, "\n");
	for (size_t i = 0; i < r->n; i++) {
		const struct bench_row *row = &r->rows[i];
		if (!row->failed) {
			if (n < sizeof waited / sizeof *waited)
				waited[n++] = row->median.waited;
			continue;
		}
		out_printf(o, "%s, %s, %d thread%s: not measured: ", bench_row_name(row), row->precision, row->c.threads, row->c.threads == 1 ? "" : "s");
		plain_put(o, row->why.msg);
		out_puts(o, "\n");
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct bench_row *row = &r->rows[i];
		if (!row->failed && in_one_pass(row) && (i == 0 || row->person != r->rows[i - 1].person))
			out_printf(o, "%s finds persons and faces in one pass.\n", row->person->name);
	}
	const double busy = 100 * bench_median(waited, n);
	if (busy >= WAITED_PERCENT)
		out_printf(o, "Other programs had the cores for %.0f %% of the time: without them the rates are higher.\n", busy);
	if (r->fastest != NULL && isnan(r->fastest->median.watts))
		out_printf(o, "Watts: not readable (%s, which often only root may read).\n", BENCH_POWER);
}

static void
put_option(struct out *o, const char *name, const char *value)
{
	if (value == NULL)
		return;
	out_printf(o, " --%s ", name);
	plain_put(o, value);
}

static void
print_advice(struct out *o, const struct bench_report *r)
{
	const struct bench_row *row = r->best != NULL ? r->best : r->fastest;
	const double rate = r->sample->rate;
	if (row == NULL)
		return;
	if (rate <= 0)
		out_printf(o, "The recording's frame rate is not known; the fastest: %s", bench_row_name(row));
	else if (r->best != NULL)
		out_printf(o, "The strongest that keeps up with %.4g frames/s: %s", rate, bench_row_name(row));
	else
		out_printf(o, "Nothing keeps up with %.4g frames/s; the fastest: %s", rate, bench_row_name(row));
	out_printf(o, ", %s, %d thread%s:\n  footfall analyze", row->precision, row->c.threads, row->c.threads == 1 ? "" : "s");
	put_option(o, "stages", row->c.wish.stages);
	for (int t = 0; t < TASKS; t++)
		put_option(o, task_name((enum task)t), row->c.wish.networks[t]);
	if (strcmp(row->precision, "f32") != 0)
		out_printf(o, " -o inference.precision=%s", row->precision);
	if (row->c.threads != r->cores)
		out_printf(o, " -o inference.threads=%d", row->c.threads);
	/* A little less than was measured, so that it does keep up. */
	const double fps = fmax(0.9 * row->median.fps, 0.01);
	if (rate > 0 && r->best == NULL)
		out_printf(o, fps < 99 ? " --fps %.2g" : " --fps %.0f", fps);
	out_puts(o, " RECORDING\n");
}

void
bench_print_text(struct out *o, const struct bench_report *r)
{
	print_head(o, r);
	print_choices(o, r);
	print_parts(o, r);
	print_notes(o, r);
	print_advice(o, r);
}

/* ---- JSON ---- */

static void
json_row(struct out *o, const char *key, const struct bench_report *r, const struct bench_row *row)
{
	const struct bench_turn *t = &row->median;
	out_json_object(o, key);
	out_json_text(o, "person", row->person != NULL ? row->person->name : NULL);
	out_json_text(o, "precision", row->precision);
	out_json_int(o, "threads", row->c.threads);
	out_json_text(o, "error", row->failed ? row->why.msg : NULL);
	if (row->failed) {
		out_json_end(o);
		return;
	}
	out_json_text(o, "networks", t->networks);
	out_json_int(o, "frames", t->frames);
	out_json_real(o, "fps", t->fps);
	if (r->sample->rate > 0)
		out_json_bool(o, "keeps_up", bench_keeps_up(row, r->sample->rate));
	else
		out_json_null(o, "keeps_up");
	out_json_object(o, "ms");
	out_json_real(o, "all", t->cpu_s * 1e3);
	out_json_real(o, "read", t->read_s * 1e3);
	out_json_real(o, "prepare", prepare_s(t) * 1e3);
	out_json_real(o, "person", t->parts[TASK_PERSON].pass_s * 1e3);
	out_json_real(o, "face", t->parts[TASK_FACE].pass_s * 1e3);
	out_json_real(o, "gender", t->parts[TASK_GENDER].pass_s * 1e3);
	out_json_real(o, "boxes", decode_s(t) * 1e3);
	out_json_real(o, "rest", t->rest_s * 1e3);
	out_json_end(o);
	out_json_real(o, "bound_fps", bound(r, row));
	out_json_real(o, "share", share(r, row));
	out_json_real(o, "waited", t->waited);
	if (t->peak_bytes > 0)
		out_json_int(o, "peak_bytes", t->peak_bytes);
	else
		out_json_null(o, "peak_bytes");
	out_json_real(o, "accuracy", accuracy(row));
	out_json_real(o, "watts", t->watts);
	out_json_real(o, "persons", t->persons);
	out_json_real(o, "faces", t->faces);
	out_json_end(o);
}

void
bench_print_json(struct out *o, const struct bench_report *r)
{
	const struct bench_sample *s = r->sample;
	out_json_object(o, NULL);
	out_json_text(o, "recording", s->in->path);
	out_json_int(o, "width", s->info.width);
	out_json_int(o, "height", s->info.height);
	if (s->rate > 0)
		out_json_real(o, "rate", s->rate);
	else
		out_json_null(o, "rate");
	out_json_int(o, "sample", (int64_t)s->n);
	out_json_bool(o, "whole", s->whole);
	out_json_int(o, "cores", r->cores);
	out_json_int(o, "rounds", BENCH_ROUNDS);
	out_json_array(o, "settings");
	for (size_t i = 0; i < r->n; i++)
		json_row(o, NULL, r, &r->rows[i]);
	out_json_end(o);
	if (r->best != NULL)
		json_row(o, "best", r, r->best);
	else
		out_json_null(o, "best");
	out_json_end(o);
}
