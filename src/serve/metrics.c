/*
 * Metrics in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/ (0.0.4).
 *
 * All samples of a metric must stand together under its HELP and TYPE, so the outer loop is over the metrics.  A value that is not known has
 * no sample; a NaN would count as one in a query.
 *
 * A counter may only grow or begin anew at 0, and what retention deletes would make it shrink: so frames are those of the newest run, and the
 * rest is told as gauges of a time that has just passed.
 */
#include <math.h>
#include <string.h>

#include "out/out.h"
#include "out/utf8.h"
#include "serve/answers.h"

/* Within quotes: backslash, quote and line feed are escaped; bytes that are no UTF-8 are replaced. */
static void
label(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "%s=\"", name);
	for (size_t n = strlen(value), took; n > 0; value += took, n -= took) {
		uint32_t code;
		took = utf8_take(value, n, &code);
		if (code == UTF8_BAD)
			buf_puts(b, UTF8_REPLACEMENT);
		else if (code == '\n')
			buf_puts(b, "\\n");
		else if (code == '\\' || code == '"')
			buf_printf(b, "\\%c", (int)code);
		else
			buf_add(b, value, took);
	}
	buf_putc(b, '"');
}

static void
about(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
value(struct buf *b, double v)
{
	char text[32];
	buf_printf(b, " %s\n", out_real_text(v, text));
}

static void
plain(struct buf *b, const char *name, const char *type, const char *help, double v)
{
	if (!isfinite(v))
		return;
	about(b, name, type, help);
	buf_puts(b, name);
	value(b, v);
}

static double
known(int64_t v)
{
	return v >= 0 ? (double)v : NAN;
}

/* ---- one value of a source ---- */

static double
people(const struct query_source *s)
{
	return s->has_people ? (double)s->people : NAN;
}

static double
men(const struct query_source *s)
{
	return s->has_people ? (double)s->men : NAN;
}

static double
women(const struct query_source *s)
{
	return s->has_people ? (double)s->women : NAN;
}

static double
unknown(const struct query_source *s)
{
	return s->has_people ? (double)(s->people - s->men - s->women) : NAN;
}

static double
frames(const struct query_source *s)
{
	return (double)s->frames;
}

static double
dropped(const struct query_source *s)
{
	return s->wall ? (double)s->dropped : NAN;
}

static double
coverage(const struct query_source *s)
{
	return s->coverage;
}

static double
rate(const struct query_source *s)
{
	return s->fps;
}

/* Of recordings it says nothing. */
static double
up(const struct query_source *s)
{
	return s->wall ? s->has_people : NAN;
}

static double
frame_time(const struct query_source *s)
{
	return s->has_frame && s->wall ? (double)s->frame_ms / 1000 : NAN;
}

static double
frozen(const struct query_source *s)
{
	return s->wall ? s->frozen : NAN;
}

static double
dark(const struct query_source *s)
{
	return s->wall ? s->dark : NAN;
}

static double
moved(const struct query_source *s)
{
	return s->wall ? s->moved : NAN;
}

static const struct metric {
	const char *name, *type;
	double (*of)(const struct query_source *s);
	const char *help;
} metrics[] = {
	{ "footfall_source_up", "gauge", up, "1: the live source gave a frame within the last 15 s." },
	{ "footfall_people", "gauge", people, "People in the newest frame." },
	{ "footfall_men", "gauge", men, "Men in the newest frame." },
	{ "footfall_women", "gauge", women, "Women in the newest frame." },
	{ "footfall_unknown", "gauge", unknown, "People of unknown gender in the newest frame." },
	{ "footfall_frames_total", "counter", frames, "Frames analysed in the newest run." },
	{ "footfall_frames_dropped", "gauge", dropped, "Frames dropped in the last hour because the analysis was busy." },
	{ "footfall_frame_rate", "gauge", rate, "Frames analysed in a second, in the last minute." },
	{ "footfall_frame_timestamp_seconds", "gauge", frame_time, "When the newest frame was taken." },
	{ "footfall_coverage_ratio", "gauge", coverage, "Part of the last hour that was seen." },
	{ "footfall_picture_frozen", "gauge", frozen, "1: in the last minute the picture stood still." },
	{ "footfall_picture_dark", "gauge", dark, "1: in the last minute the picture was dark." },
	{ "footfall_camera_moved", "gauge", moved, "1: in the last minute the view changed suddenly." },
};

static void
add_metric(struct buf *b, const struct metric *m, const struct query_now *v)
{
	bool some = false;
	for (const struct query_source *s = v->sources; s < v->sources + v->n; s++) {
		double is = m->of(s);
		if (!isfinite(is))
			continue;
		if (!some)
			about(b, m->name, m->type, m->help);
		some = true;
		buf_printf(b, "%s{", m->name);
		label(b, "source", s->name);
		buf_putc(b, '}');
		value(b, is);
	}
}

static void
add_ages(struct buf *b, const struct query_now *v)
{
	static const char name[] = "footfall_result_age_seconds";
	bool some = false;
	for (const struct query_source *s = v->sources; s < v->sources + v->n; s++) {
		const struct {
			const char *quantile;
			double ms;
		} ages[] = { { "0.5", s->age_ms }, { "0.95", s->age_p95_ms } };
		for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
			if (!isfinite(ages[i].ms))
				continue;
			if (!some)
				about(b, name, "summary", "From the taking of a frame to its result being stored, in the last minute.");
			some = true;
			buf_printf(b, "%s{", name);
			label(b, "source", s->name);
			buf_printf(b, ",quantile=\"%s\"}", ages[i].quantile);
			value(b, ages[i].ms / 1000);
		}
	}
}

static void
add_gaps(struct buf *b, const struct query_now *v)
{
	static const char name[] = "footfall_gaps";
	bool some = false;
	for (const struct query_source *s = v->sources; s < v->sources + v->n; s++) {
		for (size_t i = 0; i < s->ngaps; i++) {
			if (!some)
				about(b, name, "gauge", "Stretches without a frame that began in the last 24 hours, by reason.");
			some = true;
			buf_printf(b, "%s{", name);
			label(b, "source", s->name);
			buf_putc(b, ',');
			label(b, "reason", s->gaps[i].reason);
			buf_putc(b, '}');
			value(b, (double)s->gaps[i].n);
		}
	}
}

void
answer_metrics(struct buf *b, const struct query_now *v, const struct metrics_own *own)
{
	about(b, "footfall_build_info", "gauge", "Versions, as labels.");
	buf_puts(b, "footfall_build_info{");
	label(b, "version", FOOTFALL_VERSION);
	buf_putc(b, ',');
	label(b, "sqlite", own->sqlite);
	buf_putc(b, ',');
	label(b, "microhttpd", own->microhttpd != NULL ? own->microhttpd : "");
	buf_puts(b, "} 1\n");
	plain(b, "footfall_database_up", "gauge", "1: the database can be read.", own->up);
	plain(b, "footfall_database_bytes", "gauge", "Size of the database file.", known(own->database_bytes));
	plain(b, "footfall_database_log_bytes", "gauge", "Size of its write-ahead log.", known(own->log_bytes));
	for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
		add_metric(b, &metrics[i], v);
	add_ages(b, v);
	add_gaps(b, v);
	plain(b, "process_resident_memory_bytes", "gauge", "Resident memory of this process.", known(own->rss_bytes));
	plain(b, "process_open_fds", "gauge", "Open file descriptors of this process.", known(own->descriptors));
	plain(b, "process_threads", "gauge", "Threads of this process.", known(own->threads));
	plain(b, "process_start_time_seconds", "gauge", "When this process was started.", own->start_s);
}
