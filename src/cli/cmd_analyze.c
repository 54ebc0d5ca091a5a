/*
 * footfall analyze: recordings and pictures in, rows in the database out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/sampling.h"
#include "out/out.h"
#include "pipeline/analyze.h"
#include "pipeline/cores.h"
#include "pipeline/profile.h"
#include "pipeline/stop.h"
#include "report/report.h"
#include "report/text.h"

static const struct cli_option options[] = {
	{ "stages", 0, "LIST", "person,face,gender or fewer (default: all for which a network is at hand)" },
	{ "person", 0, "NAME", "person network, or none" },
	{ "face", 0, "NAME", "face network, none, or whole: the picture is the face" },
	{ "gender", 0, "NAME", "gender network, several joined by commas, or none" },
	{ "every", 0, "N", "analyse each N-th frame only" },
	{ "fps", 0, "F", "analyse at most F frames for each second of recording" },
	{ "from", 0, "TIME", "begin there: 90, 1:30 or 01:02:03 into the recording, or an RFC 3339 time" },
	{ "to", 0, "TIME", "end before that" },
	{ "start", 0, "TIME", "when the recording began (RFC 3339)" },
	{ "name", 0, "NAME", "name of the source (default: the file's name)" },
	{ "gate", 0, NULL, "frames in which nothing changed take the result of an earlier one (gate.enabled)" },
	{ "force", 0, NULL, "analyse again what is already in the database, replacing it" },
	{ "annotate", 0, "FILE", "write the recording with what was found drawn on it (.mp4)" },
	{ "snapshot", 0, "FILE", "write one such frame (.png): N.png is frame N, any other name the fullest frame" },
	{ "html", 0, "FILE", "write the report as one HTML page" },
	{ NULL, 0, NULL, NULL },
};

static int
parse_options(const struct cli *c, struct analysis *a, struct err *e)
{
	if (sampling_parse(c, &a->source, e) != 0)
		return -1;
	a->name = cli_value(c, "name");
	if (a->name != NULL && a->name[0] == '\0')
		return err_set(e, ERR_USAGE, "--name: the name is empty");
	a->force = cli_flag(c, "force");
	a->annotate = cli_value(c, "annotate");
	a->snapshot = cli_value(c, "snapshot");
	return 0;
}

static bool
same_file(const char *a, const char *b)
{
	struct stat x, y;
	if (stat(a, &x) == 0 && stat(b, &y) == 0)
		return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	return strcmp(a, b) == 0;
}

/* Nothing that is read may be written over, nor one output over another. */
static int
check_outputs(const struct cli *c, const struct inputs *in, struct err *e)
{
	static const char *const names[] = { "annotate", "snapshot", "html" };
	enum { OUTPUTS = sizeof names / sizeof *names };
	for (size_t i = 0; i < OUTPUTS; i++) {
		const char *path = cli_value(c, names[i]);
		if (path == NULL || strcmp(path, "-") == 0)
			continue;
		bool clash = same_file(path, c->db);
		for (size_t k = 0; k < i; k++)
			clash = clash || (cli_value(c, names[k]) != NULL && same_file(path, cli_value(c, names[k])));
		for (size_t k = 0; k < in->n; k++) {
			clash = clash || same_file(path, in->v[k].path);
			for (size_t p = 0; p < in->v[k].npictures; p++)
				clash = clash || same_file(path, in->v[k].pictures[p]);
		}
		if (clash)
			return err_set(e, ERR_USAGE, "--%s %s would write over an input, the database or another output", names[i], path);
	}
	return 0;
}

static int
open_workers(struct analysis *a, size_t n, struct err *e)
{
	a->workers = mem_array(n, sizeof *a->workers);
	for (size_t i = 0; i < n; i++) {
		if (worker_open(&a->workers[i], a->crew, e) != 0)
			return -1;
		a->nworkers++;
	}
	return 0;
}

/* What the database holds of a run. */
struct summary {
	char *source;
	int64_t frames, gated, people_max;
	double people_avg;
};

static int
summarise(struct db *d, int64_t run_id, struct summary *s, struct err *e)
{
	struct stmt *q = NULL;
	*s = (struct summary) { 0 };
	if (stmt_new(&q, d, "SELECT s.name, coalesce(sum(m.frames), 0), coalesce(max(m.people_max), 0),"
	    " coalesce(sum(m.people_sum) * 1.0 / sum(m.frames), 0), coalesce(sum(m.gated), 0)"
	    " FROM run r JOIN source s ON s.id = r.source_id LEFT JOIN minute m ON m.run_id = r.id WHERE r.id = :run", e) != 0)
		return -1;
	stmt_bind_int(q, ":run", run_id);
	int r = stmt_step(q, e);
	if (r == 1 && stmt_text(q, 0) != NULL) {
		s->source = mem_strdup(stmt_text(q, 0));
		s->frames = stmt_int(q, 1);
		s->people_max = stmt_int(q, 2);
		s->people_avg = stmt_real(q, 3);
		s->gated = stmt_int(q, 4);
	}
	stmt_free(q);
	return r < 0 ? -1 : 0;
}

static void
print_json(struct out *o, const struct input *in, const struct analysis_result *r, const struct summary *s, const struct err *e)
{
	static const char *const status[] = { "complete", "already complete", "interrupted", "failed" };
	out_json_object(o, NULL);
	out_json_text(o, "input", in->path);
	out_json_text(o, "status", status[r->status]);
	out_json_text(o, "error", e != NULL ? e->msg : NULL);
	out_json_text(o, "source", s->source);
	if (r->run_id != 0) {
		out_json_int(o, "run", r->run_id);
		out_json_int(o, "frames", s->frames);
		out_json_real(o, "people_avg", s->people_avg);
		out_json_int(o, "people_max", s->people_max);
		out_json_int(o, "gated", s->gated);
		out_json_int(o, "analyzed_now", r->frames_analyzed);
		out_json_real(o, "elapsed_s", (double)r->elapsed_ms / 1000);
		out_json_real(o, "cpu_s", r->cpu_s);
		out_json_real(o, "networks_cpu_s", r->networks_cpu_s);
	}
	out_json_end(o);
}

static void
print_line(struct out *o, const struct cli *c, const struct analysis_result *r, const struct summary *s)
{
	static const char *const how[] = { "analysed", "were analysed before (--force does it again)", "analysed so far", "analysed" };
	struct buf source = { 0 }, db = { 0 }, gated = { 0 };
	log_escape(&source, s->source);
	log_escape(&db, c->db);
	if (c->settings.gate_enabled && s->frames > 0) {
		char share[TEXT_SIZE];
		buf_printf(&gated, ", %lld of them (%s) with an earlier result", (long long)s->gated,
		    text_percent((double)s->gated / (double)s->frames, share));
	}
	out_printf(o, "%s: %lld frames %s%s, %.2f people on average, at most %lld (run %lld in %s)\n", buf_str(&source),
	    (long long)s->frames, how[r->status], buf_str(&gated), s->people_avg, (long long)s->people_max, (long long)r->run_id, buf_str(&db));
	buf_free(&source);
	buf_free(&db);
	buf_free(&gated);
	double seconds = (double)r->elapsed_ms / 1000;
	if (r->frames_analyzed == 0 || seconds <= 0)
		return;
	log_info("%lld frames in %.1f s, %.1f frames/s", (long long)r->frames_analyzed, seconds, (double)r->frames_analyzed / seconds);
	if (r->cpu_s > 0)
		log_verbose("%.1f s of processor time, %.1f %% of it in the networks' threads", r->cpu_s, 100 * r->networks_cpu_s / r->cpu_s);
}

static int
print_result(const struct cli *c, struct db *d, const struct input *in, const struct analysis_result *r, const struct err *why, int64_t *run_id, struct err *e)
{
	struct summary s = { 0 };
	if (r->run_id != 0 && summarise(d, r->run_id, &s, e) != 0)
		return -1;
	struct out *o = out_stream(stdout);
	if (c->json)
		print_json(o, in, r, &s, why);
	else if (s.source != NULL)
		print_line(o, c, r, &s);
	free(s.source);
	*run_id = r->run_id;
	return out_close(o, e);
}

/*
 * One input after the other. An input that fails is named and the next one goes on; the first reason decides the
 * exit status when all failed, else it is "some failed". *run_id: of the last one, 0 when it came to none.
 */
static int
analyze_all(const struct cli *c, const struct analysis *a, const struct inputs *in, int64_t *run_id, struct err *e)
{
	size_t failed = 0;
	struct err first = { 0 };
	for (size_t i = 0; i < in->n; i++) {
		struct analysis_result r;
		struct err why = { 0 };
		if (stop_requested())
			return err_set(e, ERR_INTERRUPTED, "interrupted; the same command continues");
		int got = analyze_input(a, &in->v[i], &r, &why);
		if (print_result(c, store_db(a->store), &in->v[i], &r, got != 0 ? &why : NULL, run_id, e) != 0)
			return -1;
		if (got == 0)
			continue;
		if (r.status == ANALYSIS_INTERRUPTED || r.fatal) {
			*e = why;
			return -1;
		}
		if (in->n > 1)
			log_error("%s", why.msg);
		if (failed++ == 0)
			first = why;
	}
	if (failed == 0)
		return 0;
	if (in->n == 1) {
		*e = first;
		return -1;
	}
	return err_set(e, failed == in->n ? first.code : ERR_PARTIAL, "%zu of %zu inputs failed", failed, in->n);
}

static int
write_html(const struct analysis *a, const char *path, int64_t run_id, struct err *e)
{
	struct report_query q = { .run_id = run_id };
	struct out *o;
	if (out_open(&o, path, e) != 0)
		return -1;
	if (report_html(store_db(a->store), &q, o, e) != 0) {
		out_abandon(o);
		return -1;
	}
	if (out_close(o, e) != 0)
		return -1;
	log_info("the report is in %s", path);
	return 0;
}

static int
exec(struct cli *c, struct err *e)
{
	struct analysis a = { .settings = &c->settings };
	struct inputs in = { 0 };
	struct crew *crew = NULL;
	const char *html = cli_value(c, "html");
	int64_t run_id = 0;
	int r = -1;

	if (cli_operands(c, 1, 1 << 30, e) != 0 || parse_options(c, &a, e) != 0 || inputs_expand(&in, c->argc, c->argv, e) != 0)
		goto out;
	if (in.n > 1 && (a.annotate != NULL || a.snapshot != NULL || a.name != NULL)) {
		err_set(e, ERR_USAGE, "--annotate, --snapshot and --name take one input; there are %zu", in.n);
		goto out;
	}
	if (check_outputs(c, &in, e) != 0)
		goto out;
	if (cli_flag(c, "gate") && settings_set(&c->settings, "gate.enabled", "true", "--gate", e) != 0)
		goto out;
	const struct crew_wish wish = {
		.stages = cli_value(c, "stages"),
		.networks = {
			[TASK_PERSON] = cli_value(c, "person"),
			[TASK_FACE] = cli_value(c, "face"),
			[TASK_GENDER] = cli_value(c, "gender"),
		},
	};
	int64_t threads = c->settings.inference_threads;
	if (crew_open(&crew, &wish, &c->settings, e) != 0)
		goto out;
	a.crew = crew;
	log_info("networks: %s", crew_summary(crew));
	if (open_workers(&a, threads > 0 ? (size_t)threads : (size_t)cores_available(), e) != 0)
		goto out;
	if (store_open(&a.store, c->db, cli_timeout_ms(c), e) != 0)
		goto out;
	stop_install();
	r = analyze_all(c, &a, &in, &run_id, e);
	profile_tell(a.workers, a.nworkers);
	if (html != NULL) {
		struct err second = { 0 };
		bool whole = r == 0 || e->code == ERR_PARTIAL || (e->code == ERR_DATA && in.n == 1 && run_id != 0);
		if (!whole)
			log_warn("--html %s: not written, because the analysis did not get to the end", html);
		else if (write_html(&a, html, in.n == 1 ? run_id : 0, &second) != 0 && r == 0) {
			*e = second;
			r = -1;
		}
	}
out:
	store_close(a.store);
	for (size_t i = 0; i < a.nworkers; i++)
		worker_close(a.workers[i]);
	free(a.workers);
	crew_close(crew);
	inputs_free(&in);
	return r;
}

const struct command cmd_analyze = {
	.name = "analyze",
	.usage = "[options] INPUT...",
	.summary = "analyse recordings and pictures: people per minute into the database",
	.details = "INPUT is a recording, a folder, a quoted pattern, or - for a list on standard input. What is in the\n"
	    "database already is not done again; what was interrupted is continued.",
	.options = options,
	.exec = exec
};
