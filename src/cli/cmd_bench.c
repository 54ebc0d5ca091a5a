/*
 * footfall bench: what this machine sustains, and with which network and settings.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "cli/bench.h"
#include "cli/commands.h"
#include "cli/sampling.h"
#include "nets/calibrated.h"
#include "pipeline/cores.h"
#include "pipeline/stop.h"

static const struct cli_option options[] = {
	{ "seconds", 0, "N", "how long to measure, about, in all (default 60)" },
	{ "person", 0, "NAME,...", "person networks to compare (default: all that are at hand), or none" },
	{ "face", 0, "NAME", "face network, or none" },
	{ "gender", 0, "NAME", "gender network, several joined by commas, or none" },
	{ "stages", 0, "LIST", "person,face,gender or fewer (default: all for which a network is at hand)" },
	{ "passes", 0, NULL, "time single passes of the networks named (default: all at hand); no recording" },
	{ "gate", 0, NULL, "tell what the motion gate would change in the counts" },
	{ "every", 0, "N", "gate: each N-th frame only" },
	{ "fps", 0, "F", "gate: at most F frames for each second of recording" },
	{ "from", 0, "TIME", "gate: begin there, as in analyze" },
	{ "to", 0, "TIME", "gate: end before that" },
	{ "start", 0, "TIME", "gate: when the recording began (RFC 3339)" },
	{ NULL, 0, NULL, NULL },
};

/* ---- settings to compare ---- */

static void
copy_settings(struct settings *out, const struct settings *from)
{
	settings_init(out);
	for (size_t i = 0; i < settings_count(); i++) {
		struct buf value = { 0 };
		struct err e;
		struct settings_entry t = settings_entry(from, i, &value, NULL);
		/* It was in force, so it is allowed; what is at its built-in value stays as it is. */
		if (strcmp(t.origin, "built-in") != 0)
			settings_set(out, t.name, buf_str(&value), t.origin, &e);
		buf_free(&value);
	}
}

static bool
is_given(const struct settings *set, const char *name)
{
	for (size_t i = 0; i < settings_count(); i++) {
		struct settings_entry t = settings_entry(set, i, NULL, NULL);
		if (strcmp(t.name, name) == 0)
			return strcmp(t.origin, "built-in") != 0;
	}
	return false;
}

int
bench_settings_make(struct bench_settings *out, const struct settings *set, struct err *e)
{
	static const char *const precisions[] = { "f32", "bf16", "int8" };
	bool given = is_given(set, "inference.precision");
	*out = (struct bench_settings) { .given = given };
	for (size_t i = 0; i < (given ? 1 : BENCH_PRECISIONS); i++) {
		struct err why = { 0 };
		struct settings *s = &out->v[out->n];
		copy_settings(s, set);
		if (given || (settings_set(s, "inference.precision", precisions[i], "bench", &why) == 0 && bench_can(s, &why) == 0)) {
			out->n++;
			continue;
		}
		log_verbose("%s is left out: %s", precisions[i], why.msg);
		settings_free(s);
		if (i == 0)
			*e = why;
	}
	return out->n > 0 ? 0 : -1;
}

void
bench_settings_free(struct bench_settings *s)
{
	for (size_t i = 0; i < s->n; i++)
		settings_free(&s->v[i]);
	s->n = 0;
}

bool
bench_settings_suit(const struct bench_settings *s, size_t i, const struct model *m)
{
	if (s->given || strcmp(s->v[i].inference_precision, "int8") != 0)
		return true;
	char *path = m != NULL ? calibrated_path(s->v[i].inference_calibration, m) : NULL;
	bool there = path != NULL && file_exists(path);
	free(path);
	return there;
}

int
bench_seconds(const struct cli *c, double *seconds, struct err *e)
{
	const char *text = cli_value(c, "seconds");
	*seconds = 60;
	if (text != NULL && (num_real(text, seconds) != 0 || *seconds < 0.01 || *seconds > BENCH_MOST_SECONDS))
		return err_set(e, ERR_USAGE, "--seconds %s: a number from 0.01 to %d", text, BENCH_MOST_SECONDS);
	return 0;
}

/* ---- what is measured ---- */

struct plan {
	struct registry *registry;
	const struct model **persons;	/* an element of NULL: without the person stage */
	size_t npersons;
	struct bench_settings settings;
	struct bench_row *rows;
	size_t n;
	struct bench_sample sample;
	double seconds;
	int cores;
};

static int
choose_named(struct plan *p, const char *names, struct err *e)
{
	char *copy = mem_strdup(names), *at = copy;
	int r = 0;
	for (char *name; r == 0 && (name = strsep(&at, ",")) != NULL;) {
		const struct model *m;
		bool again = false;
		if ((r = registry_find(p->registry, name, &m, e)) != 0)
			break;
		if (!m->serves[TASK_PERSON])
			r = err_set(e, ERR_UNAVAILABLE, "%s is a %s network, not one for person; footfall models list --task person shows those",
			    m->name, model_tasks(m));
		for (size_t i = 0; i < p->npersons; i++)
			again = again || p->persons[i] == m;
		if (!again) {
			p->persons = mem_resize(p->persons, p->npersons + 1, sizeof *p->persons);
			p->persons[p->npersons++] = m;
		}
	}
	free(copy);
	return r;
}

static bool
wants_persons(const struct cli *c)
{
	const char *stages = cli_value(c, "stages"), *person = cli_value(c, "person");
	if (person != NULL && strcmp(person, "none") == 0)
		return false;
	return stages == NULL || strstr(stages, "person") != NULL;
}

static int
choose_persons(struct plan *p, const struct cli *c, struct err *e)
{
	const char *names = cli_value(c, "person");
	if (wants_persons(c) && names != NULL)
		return choose_named(p, names, e);
	p->persons = mem_array(registry_count(p->registry) + 1, sizeof *p->persons);
	for (size_t i = 0; wants_persons(c) && i < registry_count(p->registry); i++) {
		const struct model *m = registry_at(p->registry, i);
		if (m->serves[TASK_PERSON] && model_state(p->registry, m, NULL) == MODEL_READY)
			p->persons[p->npersons++] = m;
	}
	/* Without one at hand the faces are measured, if there is a network for them. */
	if (p->npersons == 0)
		p->npersons = 1;
	return 0;
}

/* A network that finds persons and faces finds the faces too, in the same pass, unless another is asked for. */
static const char *
face_of(const struct cli *c, const struct model *person)
{
	const char *face = cli_value(c, "face"), *stages = cli_value(c, "stages");
	bool both = person != NULL && person->serves[TASK_FACE] && (stages == NULL || strstr(stages, "face") != NULL);
	return face == NULL && both ? person->name : face;
}

static void
make_rows(struct plan *p, const struct cli *c)
{
	const int64_t asked = c->settings.inference_threads;
	const int all = asked > 0 ? (int)asked : p->cores, least = asked > 0 || all == 1 ? all : 1;
	p->rows = mem_array(p->npersons * p->settings.n * 2, sizeof *p->rows);
	for (size_t i = 0; i < p->npersons; i++)
		for (size_t k = 0; k < p->settings.n; k++)
			for (int threads = least; bench_settings_suit(&p->settings, k, p->persons[i]); threads = all) {
				struct bench_row *row = &p->rows[p->n++];
				row->person = p->persons[i];
				row->precision = p->settings.v[k].inference_precision;
				row->c = (struct bench_case) {
					.sample = &p->sample,
					.settings = &p->settings.v[k],
					.threads = threads,
					.wish = {
						.stages = cli_value(c, "stages"),
						.networks = {
							[TASK_PERSON] = p->persons[i] != NULL ? p->persons[i]->name : cli_value(c, "person"),
							[TASK_FACE] = face_of(c, p->persons[i]),
							[TASK_GENDER] = cli_value(c, "gender"),
						},
					},
				};
				if (threads == all)
					break;
			}
}

/* ---- measuring ---- */

static double
median_of(const struct bench_row *row, size_t offset)
{
	double v[BENCH_ROUNDS];
	for (size_t i = 0; i < row->n; i++)
		memcpy(&v[i], (const char *)&row->rounds[i] + offset, sizeof v[i]);
	return bench_median(v, row->n);
}

static void
take_medians(struct bench_row *row)
{
	struct bench_turn *m = &row->median;
	*m = row->rounds[0];
	m->frames = m->peak_bytes = 0;
	for (size_t i = 0; i < row->n; i++) {
		m->frames += row->rounds[i].frames;
		if (row->rounds[i].peak_bytes > m->peak_bytes)
			m->peak_bytes = row->rounds[i].peak_bytes;
	}
#define MEDIAN(field) m->field = median_of(row, offsetof(struct bench_turn, field))
	MEDIAN(fps);
	MEDIAN(cpu_s);
	MEDIAN(read_s);
	MEDIAN(rest_s);
	MEDIAN(waited);
	MEDIAN(watts);
	MEDIAN(persons);
	MEDIAN(faces);
	for (int t = 0; t < TASKS; t++) {
		MEDIAN(parts[t].prepare_s);
		MEDIAN(parts[t].pass_s);
		MEDIAN(parts[t].decode_s);
	}
#undef MEDIAN
}

static void
show_progress(size_t round, const struct bench_row *row, int64_t *shown_ms)
{
	const int64_t now = when_monotonic_ms();
	if (!log_is_tty() && now - *shown_ms < 10000)
		return;
	*shown_ms = now;
	log_progress("round %zu of %d: %s, %s, %d thread%s", round + 1, BENCH_ROUNDS, bench_row_name(row), row->precision,
	    row->c.threads, row->c.threads == 1 ? "" : "s");
}

/* Every row has its turn in each round, so that what slows the machine down for a while slows all of them. */
static int
measure(struct plan *p, struct err *e)
{
	const double seconds = p->seconds / (double)(p->n * BENCH_ROUNDS);
	int64_t shown_ms = when_monotonic_ms();
	size_t good = 0;
	for (size_t round = 0; round < BENCH_ROUNDS; round++)
		for (size_t i = 0; i < p->n; i++) {
			struct bench_row *row = &p->rows[i];
			if (row->failed)
				continue;
			if (stop_requested())
				return err_set(e, ERR_INTERRUPTED, "interrupted");
			show_progress(round, row, &shown_ms);
			if (bench_turn(&row->c, seconds, &row->rounds[round], &row->why) == 0) {
				row->n++;
				continue;
			}
			row->failed = true;
			/* What was asked for wrongly is wrong for every row. */
			if (row->why.code == ERR_INTERRUPTED || row->why.code == ERR_USAGE) {
				*e = row->why;
				return -1;
			}
		}
	log_progress_end();
	for (size_t i = 0; i < p->n; i++)
		if (!p->rows[i].failed) {
			take_medians(&p->rows[i]);
			good++;
		}
	if (good == 0) {
		*e = p->rows[0].why;
		return -1;
	}
	return 0;
}

static bool
is_better(const struct bench_row *a, const struct bench_row *b)
{
	const double x = a->person != NULL ? a->person->accuracy[TASK_PERSON] : 0,
		y = b->person != NULL ? b->person->accuracy[TASK_PERSON] : 0;
	return x > y || (x >= y && a->median.fps > b->median.fps);
}

static int
print(const struct plan *p, bool json, struct err *e)
{
	struct bench_report r = { .sample = &p->sample, .rows = p->rows, .n = p->n, .cores = p->cores };
	for (size_t i = 0; i < p->n; i++) {
		const struct bench_row *row = &p->rows[i];
		if (row->failed)
			continue;
		if (r.fastest == NULL || row->median.fps > r.fastest->median.fps)
			r.fastest = row;
		if (bench_keeps_up(row, p->sample.rate) && (r.best == NULL || is_better(row, r.best)))
			r.best = row;
	}
	struct out *o = out_stream(stdout);
	(json ? bench_print_json : bench_print_text)(o, &r);
	return out_close(o, e);
}

static int
take_sample(struct plan *p, const struct cli *c, const struct inputs *in, struct err *e)
{
	struct source_options o = { .unhashed = true };
	if (sampling_parse(c, &o, e) != 0)
		return -1;
	if (in->n != 1 || in->v[0].pictures != NULL)
		return err_set(e, ERR_USAGE, "%s: bench measures on one recording", c->argv[0]);
	if (in->v[0].why != NULL)
		return err_set(e, ERR_INPUT, "%s: %s", in->v[0].path, in->v[0].why);
	return bench_sample_take(&p->sample, &in->v[0], &o, e);
}

static int
bench_recording(struct cli *c, struct err *e)
{
	struct plan p = { .cores = cores_available() };
	struct inputs in = { 0 };
	int r = -1;

	if (cli_operands(c, 1, 1, e) != 0 || bench_seconds(c, &p.seconds, e) != 0)
		return -1;
	if (bench_settings_make(&p.settings, &c->settings, e) != 0 || registry_open(&p.registry, e) != 0 || choose_persons(&p, c, e) != 0 || inputs_expand(&in, c->argc, c->argv, e) != 0)
		goto out;
	stop_install();
	if (take_sample(&p, c, &in, e) != 0)
		goto out;
	make_rows(&p, c);
	log_info("%zu setting%s, %d rounds, about %.0f s in all", p.n, p.n == 1 ? "" : "s", BENCH_ROUNDS, ceil(p.seconds));
	if (measure(&p, e) == 0)
		r = print(&p, c->json, e);
out:
	bench_sample_free(&p.sample);
	inputs_free(&in);
	free(p.rows);
	free(p.persons);
	bench_settings_free(&p.settings);
	registry_close(p.registry);
	return r;
}

/* What would be ignored is refused. */
static int
check_options(const struct cli *c, struct err *e)
{
	enum { TABLE = 1, PASSES = 2, GATE = 4 };
	static const struct { const char *name; int ways; } goes_with[] = {
		{ "seconds", TABLE | PASSES },
		{ "person", TABLE | GATE }, { "face", TABLE | GATE }, { "gender", TABLE | GATE }, { "stages", TABLE | GATE },
		{ "every", GATE }, { "fps", GATE }, { "from", GATE }, { "to", GATE }, { "start", GATE },
	};
	const int way = cli_flag(c, "gate") ? GATE : cli_flag(c, "passes") ? PASSES : TABLE;
	for (size_t i = 0; i < sizeof goes_with / sizeof *goes_with; i++) {
		const char *name = goes_with[i].name;
		if (cli_value(c, name) == NULL || (goes_with[i].ways & way) != 0)
			continue;
		if (goes_with[i].ways == GATE)
			return err_set(e, ERR_USAGE, "--%s goes with --gate only", name);
		return err_set(e, ERR_USAGE, "--%s does not go with --%s", name, way == GATE ? "gate" : "passes");
	}
	return 0;
}

static int
exec(struct cli *c, struct err *e)
{
	if (cli_flag(c, "passes") && cli_flag(c, "gate"))
		return err_set(e, ERR_USAGE, "--passes and --gate exclude each other");
	if (check_options(c, e) != 0)
		return -1;
	if (cli_flag(c, "gate"))
		return cli_operands(c, 1, 1, e) != 0 ? -1 : bench_gate(c, e);
	return cli_flag(c, "passes") ? bench_networks(c, e) : bench_recording(c, e);
}

const struct command cmd_bench = {
	.name = "bench",
	.usage = "[options] RECORDING | --passes [NAME...] | --gate RECORDING",
	.summary = "measure what this machine sustains with which network and settings",
	.details =
	    "Runs the work of analyze, without a database, on frames spread over the recording, with each person\n"
	    "network, precision and number of threads in turn, and prints a table to choose from. It ends with the\n"
	    "most accurate setting that keeps up with the recording's own frame rate. What is set by -o is kept\n"
	    "to: -o inference.threads=1 compares networks on one thread only.",
	.options = options,
	.exec = exec
};
