/*
 * The ledger: what a line says, and lines that say nothing.
 */
#include "models_test.h"

#include <math.h>

#include "models/ledger.h"

static struct ledger
read_text_of(const char *text)
{
	struct ledger l;
	struct err e = { 0 };
	put_text(at("ledger.jsonl"), text);
	if (ledger_read(&l, at("ledger.jsonl"), &e) != 0)
		fail_msg("%s", e.msg);
	return l;
}

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-9)

static void
a_line(void **state)
{
	(void)state;
	struct ledger l = read_text_of("{\"network\":\"footfall-pf\",\"started\":\"2026-11-21T05:40:00Z\",\"seconds\":11520,"
	    "\"command\":\"python3 pf_train.py\",\"data\":{\"wider\":{\"files\":1203,\"sha256\":\"ab\"},\"bare\":{}},"
	    "\"settings\":{\"batch\":32,\"rate\":1e-3,\"seed\":null,\"name\":\"x\\ty\",\"calibration\":{\"t\":1.5,\"list\":[1, 2]}},"
	    "\"epochs\":[{\"epoch\":10,\"loss\":3.5,\"score\":2,\"val\":{\"ap50\":0.25},\"note\":\"x\"},"
	    "{\"epoch\":20,\"loss\":1.5,\"score\":1,\"val\":{\"ap50\":0.75}},{\"loss\":2,\"score\":4,\"late\":7,\"rate\":3,\"epoch\":30}],"
	    "\"weights\":{\"file\":\"footfall-pf.onnx\",\"bytes\":9641000,\"sha256\":\"cd\",\"parameters\":2410000},"
	    "\"versions\":{\"torch\":\"2.5.1\",\"opencv\":null},\"machine\":null,\"more\":[{}]}\n");
	assert_int_equal(l.n, 1);
	assert_int_equal(l.nbad, 0);
	const struct ledger_run *r = &l.v[0];
	assert_int_equal(r->line, 1);
	assert_string_equal(r->network, "footfall-pf");
	assert_int_equal(r->started_ms, INT64_C(1795239600000));
	NEAR(r->seconds, 11520);
	assert_string_equal(r->command, "python3 pf_train.py");
	assert_null(r->machine);
	assert_int_equal(r->nsets, 2);
	assert_string_equal(r->sets[0].name, "wider");
	assert_int_equal(r->sets[0].files, 1203);
	assert_string_equal(r->sets[0].sha256, "ab");
	assert_int_equal(r->sets[1].files, -1);
	assert_null(r->sets[1].sha256);
	static const struct { const char *key, *value; } settings[] = { { "batch", "32" }, { "rate", "1e-3" }, { "seed", "null" },
		{ "name", "x\ty" }, { "calibration.t", "1.5" }, { "calibration.list", "[1, 2]" } };
	assert_int_equal(r->settings.n, sizeof settings / sizeof *settings);
	for (size_t i = 0; i < r->settings.n; i++) {
		assert_string_equal(r->settings.v[i].key, settings[i].key);
		assert_string_equal(r->settings.v[i].value, settings[i].value);
	}
	assert_int_equal(r->versions.n, 2);
	assert_int_equal(r->nepochs, 3);
	assert_int_equal(r->epochs[2], 30);
	static const struct { const char *name; enum ledger_aim aim; double first, last, best; size_t at; } metrics[] = {
		{ "loss", LEDGER_LOWER, 3.5, 2, 1.5, 1 }, { "score", LEDGER_LOWER, 2, 4, 1, 1 },
		{ "val.ap50", LEDGER_HIGHER, 0.25, 0.75, 0.75, 1 }, { "late", LEDGER_HIGHER, 7, 7, 7, 2 },
		{ "rate", LEDGER_NEITHER, 3, 3, 3, 2 },
	};
	assert_int_equal(r->nmetrics, sizeof metrics / sizeof *metrics);
	for (size_t i = 0; i < r->nmetrics; i++) {
		const struct ledger_metric *m = &r->metrics[i];
		assert_string_equal(m->name, metrics[i].name);
		assert_int_equal(m->aim, metrics[i].aim);
		NEAR(m->first, metrics[i].first);
		NEAR(m->last, metrics[i].last);
		NEAR(m->best, metrics[i].best);
		assert_int_equal(m->best_at, metrics[i].at);
	}
	assert_string_equal(r->file, "footfall-pf.onnx");
	assert_string_equal(r->sha256, "cd");
	assert_int_equal(r->bytes, 9641000);
	assert_int_equal(r->parameters, 2410000);
	assert_int_equal(strncmp(r->text, "{\"network\"", 10), 0);
	assert_int_equal(r->text[strlen(r->text) - 1], '}');
	ledger_free(&l);
}

#define RUN(name, day) "{\"network\":\"" name "\",\"started\":\"2026-11-" day "T00:00:00Z\"}"

static void
newest_first(void **state)
{
	(void)state;
	struct ledger l = read_text_of("\xEF\xBB\xBF" RUN("a", "02") "\r\n\n" RUN("b", "04") "\n \t\n" RUN("c", "03") "\n" RUN("d", "03"));
	assert_int_equal(l.n, 4);
	assert_int_equal(l.nbad, 0);
	assert_string_equal(l.v[0].network, "b");
	assert_string_equal(l.v[1].network, "d");
	assert_string_equal(l.v[2].network, "c");
	assert_string_equal(l.v[3].network, "a");
	assert_int_equal(l.v[1].line, 6);
	/* it becomes part of other JSON, where no byte order mark may stand */
	assert_int_equal(l.v[3].text[0], '{');
	assert_true(l.v[3].seconds < 0 && l.v[3].bytes < 0 && l.v[3].nepochs == 0 && l.v[3].sha256 == NULL);
	ledger_free(&l);
}

static void
bad_lines(void **state)
{
	(void)state;
	static const struct { const char *line, *why; } cases[] = {
		{ "x", ":2:1: an object is wanted" },
		{ "[]", ":2:1: an object is wanted, here is an array" },
		{ "{", "cut short" },
		{ "{}", ":2:1: a run needs \"network\" and \"started\"" },
		{ "{\"network\":\"a\"}", "a run needs" },
		{ "{\"started\":\"2026-11-21T00:00:00Z\"}", "a run needs" },
		{ "{\"network\":null,\"started\":\"2026-11-21T00:00:00Z\"}", "a run needs" },
		{ "{\"network\":\"a\",\"started\":\"yesterday\"}", ":2:26: a time such as" },
		{ "{\"network\":\"a\",\"started\":3}", "a text is wanted" },
		{ "{\"network\":3}", ":2:12: a text is wanted, here is a number" },
		{ "{\"network\":\"a\",\"network\":\"b\"}", "\"network\" is there twice" },
		{ "{\"seconds\":-1}", "seconds must be 0 to" },
		{ "{\"seconds\":1e300}", "seconds must be 0 to" },
		{ "{\"seconds\":NaN}", "NaN" },
		{ "{\"data\":[]}", "an object is wanted" },
		{ "{\"data\":{\"a\":3}}", "an object is wanted" },
		{ "{\"data\":{\"a\":{\"files\":-1}}}", "not negative" },
		{ "{\"data\":{\"a\":{\"files\":1.5}}}", "a whole number" },
		{ "{\"epochs\":{}}", "an array is wanted" },
		{ "{\"epochs\":[3]}", "an object is wanted" },
		{ "{\"epochs\":[{\"loss\":1e999}]}", "too large" },
		{ "{\"epochs\":[{\"epoch\":1.5}]}", "a whole number" },
		{ "{\"weights\":{\"bytes\":99999999999999999999}}", "too large" },
		{ "{\"settings\":{\"a\":tru}}", "no value of JSON" },
		{ "{\"network\":\"\xff\"}", "not UTF-8" },
		{ RUN("a", "01") " x", "something behind the end" },
		{ RUN("a", "01") RUN("b", "01"), "something behind the end" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = mem_printf("%s\n%s\n%s\n", RUN("good", "01"), cases[i].line, RUN("also", "02"));
		struct ledger l = read_text_of(text);
		assert_int_equal(l.n, 2);
		assert_int_equal(l.nbad, 1);
		assert_string_equal(l.v[1].network, "good");
		if (strncmp(l.bad.msg, at("ledger.jsonl:2:"), strlen(at("ledger.jsonl:2:"))) != 0 ||
		    strstr(l.bad.msg, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].line, l.bad.msg);
		ledger_free(&l);
		free(text);
	}
}

/* Much of a thing, and nothing. */
static void
extremes(void **state)
{
	(void)state;
	struct ledger l;
	struct err e;
	struct buf b = { 0 };

	assert_int_equal(ledger_read(&l, at("nowhere.jsonl"), &e), 0);
	assert_true(l.n == 0 && l.nbad == 0);
	ledger_free(&l);
	l = read_text_of("");
	assert_true(l.n == 0 && l.nbad == 0);
	ledger_free(&l);
	assert_int_equal(file_make_dirs(at("folder"), &e), 0);
	assert_int_equal(ledger_read(&l, at("folder"), &e), -1);
	assert_int_equal(e.code, ERR_INPUT);

	put(at("nul.jsonl"), "{}\0{}\n\0\n" RUN("a", "01"), sizeof "{}\0{}\n\0\n" RUN("a", "01") - 1);
	assert_int_equal(ledger_read(&l, at("nul.jsonl"), &e), 0);
	assert_true(l.n == 1 && l.nbad == 2);
	ledger_free(&l);

	for (int n = LEDGER_METRICS; n <= LEDGER_METRICS + 1; n++) {
		buf_clear(&b);
		buf_puts(&b, "{\"network\":\"a\",\"started\":\"2026-11-21T00:00:00Z\",\"epochs\":[{");
		for (int i = 0; i < n; i++)
			buf_printf(&b, "%s\"m%d\":1", i > 0 ? "," : "", i);
		buf_puts(&b, "}]}\n");
		l = read_text_of(buf_str(&b));
		assert_int_equal(l.n, n == LEDGER_METRICS);
		assert_int_equal(l.nbad, n > LEDGER_METRICS);
		ledger_free(&l);
	}

	/* objects in each other, and ten thousand epochs */
	buf_clear(&b);
	buf_puts(&b, "{\"network\":\"a\",\"started\":\"2026-11-21T00:00:00Z\",\"settings\":");
	for (int i = 0; i < 100000; i++)
		buf_puts(&b, "{\"a\":");
	buf_puts(&b, "\n{\"network\":\"a\",\"started\":\"2026-11-21T00:00:00Z\",\"epochs\":[{}");
	for (int i = 1; i < 10000; i++)
		buf_printf(&b, ",{\"loss\":%d}", 10000 - i);
	buf_puts(&b, "]}");
	l = read_text_of(buf_str(&b));
	assert_true(l.n == 1 && l.nbad == 1);
	assert_int_equal(l.v[0].nepochs, 10000);
	assert_int_equal(l.v[0].metrics[0].best_at, 9999);
	ledger_free(&l);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_line, models_clean),
		cmocka_unit_test_setup(newest_first, models_clean),
		cmocka_unit_test_setup(bad_lines, models_clean),
		cmocka_unit_test_setup(extremes, models_clean),
	};
	return cmocka_run_group_tests(tests, models_setup, models_teardown);
}
