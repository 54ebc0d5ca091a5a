/*
 * The page on gender: both views, one of them, and neither of what they could hold.
 */
#include "page_test.h"

#include "eval_page_test.h"

static struct buf
page_of(const struct eval_gender_page *p)
{
	struct buf b = { 0 };
	struct err e;
	struct out *o = out_buf(&b);
	assert_int_equal(eval_gender_page(p, o, &e), 0);
	assert_int_equal(out_close(o, &e), 0);
	check_page(&b);
	return b;
}

/* second stands somewhere after first. */
static void
in_order(const struct buf *b, const char *first, const char *second)
{
	const char *at = strstr(buf_str(b), first);
	assert_non_null(at);
	if (strstr(at, second) == NULL) {
		print_error("\"%s\" does not follow \"%s\"\n", second, first);
		fail();
	}
}

static void
test_whole_page(void **state)
{
	(void)state;
	struct made_gender m;
	make_gender(&m);
	struct buf b = page_of(&m.page);
	has(&b, "<h1>Gender, evaluated</h1>");
	has(&b, "<b>gender_googlenet</b> on <b>utkface</b>");
	has(&b, "<dt>Accuracy, given a face</dt><dd><span class=\"big\">0.927</span>");
	has(&b, "end to end 0.896</span>");
	has(&b, "41 faces were not found");
	has(&b, "; <span class=\"whole\">4 rejected</span>");
	/* The founding system's figures stand beside both. */
	has(&b, "It reported 0.855 (female) and 0.856 (male)");
	assert_int_equal(count(&b, "<path class=\"reference\" d=\"M"), 3);	/* and the legend's */
	/* The report of both views. */
	has(&b, "<th scope=\"row\">female</th><td>0.936</td><td>0.912</td><td>0.924</td><td>621</td>");
	has(&b, "<th scope=\"row\">accuracy</th><td></td><td></td><td>0.927</td><td>1,284</td>");
	has(&b, "<th scope=\"row\">weighted avg</th><td>0.927</td><td>0.927</td><td>0.927</td><td>1,284</td>");
	/* Confusion, with its numbers in words. */
	has(&b, "Of those labelled female, said female: 566, said male: 48, no answer: 7. ");
	has(&b, "<title id=\"matrix-found-t\">Confusion matrix, End to end</title>");
	has(&b, "91.1\u00a0%");
	/* Groups in the order of their numbers, both views in a row. */
	in_order(&b, "<th scope=\"row\">0-9<", "<th scope=\"row\">10-19<");
	in_order(&b, "<th scope=\"row\">White (0)<", "<th scope=\"row\">Black (1)<");
	in_order(&b, "<th scope=\"row\">below 64 pixels<", "<th scope=\"row\">64 to 127<");
	assert_int_equal(count(&b, "<svg class=\"of2\""), 2 + 7 + 5 + 3 + 2);
	has(&b, "Left out, because smaller than 30: 90-99, 100-109 (2 groups with 11 items).");
	assert_int_equal(count(&b, "Left out, because"), 1);
	has(&b, "between Indian (3) and White (0)");
	/* Certainty. */
	has(&b, "Expected calibration error (ECE) 0.034");
	assert_int_equal(count(&b, "<title>said "), 10 + 9);
	has(&b, "<title id=\"abstaining-t\">");
	has(&b, "class=\"second-line\" d=\"M");
	has(&b, "<code>39_1_20170116174525125.jpg</code>");
	assert_int_equal(count(&b, "<img alt=\""), 3);
	has(&b, "for research use only");
	has(&b, "estimate from the appearance");
	assert_int_equal(count(&b, "role=\"img\""), 5);
	buf_free(&b);
}

static void
test_one_view(void **state)
{
	(void)state;
	struct made_gender m;
	make_gender(&m);
	m.page.found = (struct eval_gender_view) { 0 };
	struct buf b = page_of(&m.page);
	lacks(&b, "end to end 0.");
	lacks(&b, "reliability-found");
	lacks(&b, "<svg class=\"of2\"");
	has(&b, "<dt>Items</dt><dd><span class=\"big\">1,284</span>");
	buf_free(&b);

	make_gender(&m);
	m.page.given = (struct eval_gender_view) { 0 };
	m.page.found.figures = NULL;
	m.page.found.nslices = 0;
	m.page.rejected = 0;
	m.page.common.npictures = m.page.common.nfacts = m.page.common.resamples = 0;
	b = page_of(&m.page);
	has(&b, "<dt>Accuracy, end to end</dt><dd><span class=\"big\">0.896</span><span class=\"note\"></span>");
	lacks(&b, "95\u00a0% interval 0");
	lacks(&b, "Accuracy by group");
	lacks(&b, "Rejected</h2>");
	lacks(&b, "reliability-given");
	buf_free(&b);
}

/* Nothing was answered, nothing is defined; then nothing was there at all. */
static void
test_nothing(void **state)
{
	(void)state;
	struct made_gender m;
	make_gender(&m);
	for (int k = 0; k < 2; k++) {
		struct gender_score *s = &m.views[k].score;
		*s = (struct gender_score) { .items = 50, .no_face = 50, .confusion = { .female_none = 20, .male_none = 30 } };
		for (int f = 0; f < GENDER_FIGURES; f++) {
			s->figures[f] = NO_NUMBER;
			m.views[k].figures[f] = (struct interval) { NO_NUMBER, NO_NUMBER, NO_NUMBER, 0 };
		}
		for (int i = 0; i < GENDER_BINS; i++)
			s->bins[i] = (struct gender_bin) { i / 10.0, (i + 1) / 10.0, 0, NO_NUMBER, NO_NUMBER };
		for (int i = 0; i < GENDER_CUTS; i++)
			s->cuts[i] = (struct gender_cut) { 0.5 + i / 100.0, NO_NUMBER, NO_NUMBER, 0 };
		m.views[k].held[0].nslices = 0;
		m.views[k].held[0].gap = (struct interval) { NO_NUMBER, NO_NUMBER, NO_NUMBER, 0 };
		m.views[k].held[0].f1_gap = NO_NUMBER;
	}
	struct buf b = page_of(&m.page);
	has(&b, "No face was classified.");
	has(&b, "No group is large enough to be shown.");
	has(&b, "0 %");
	lacks(&b, "id=\"abstaining-t\"");
	buf_free(&b);
	for (int k = 0; k < 2; k++) {
		m.views[k].score.items = m.views[k].score.no_face = 0;
		m.views[k].score.confusion = (struct gender_confusion) { 0 };
	}
	b = page_of(&m.page);
	has(&b, "Faces found</dt><dd><span class=\"big\">\u2013");
	buf_free(&b);
}

/* Groups that only one view has, left-out groups that differ, properties of only one. */
static void
test_uneven_views(void **state)
{
	(void)state;
	struct made_gender m;
	make_gender(&m);
	m.views[1].held[0].nslices = 5;
	m.views[1].held[0].best = 4;
	m.views[1].held[0].small_groups = 4;
	m.views[1].held[0].without_value = 41;
	m.views[1].slices[0].left_out = NULL;
	m.views[1].slices[3].by = "Time of day";
	struct buf b = page_of(&m.page);
	has(&b, "Given a face: Left out, because smaller than 30: 90-99, 100-109 (2 groups with 11 items).");
	has(&b, "End to end: Left out, because smaller than 30: 4 groups with 11 items.");
	has(&b, "End to end: Not known for 41 items.");
	has(&b, "<th scope=\"row\">60-69<");
	has(&b, "Time of day</h3>");
	/* Gender given a face only, time of day end to end only: two groups each. */
	assert_int_equal(count(&b, "<svg class=\"of1\""), 4);
	buf_free(&b);
}

static void
test_hostile_text(void **state)
{
	(void)state;
	struct made_gender m;
	const char *const names[] = { EVIL, "\xC3(.jpg" };
	make_gender(&m);
	m.page.common.head = (struct eval_head) { EVIL, EVIL, EVIL, EVIL, INT64_C(-62135596800000) };
	m.page.rejected = 5000;
	m.page.rejected_names = names;
	m.page.nrejected_names = 2;
	for (int k = 0; k < 2; k++) {
		m.views[k].ages[0].value = EVIL;
		m.views[k].ages[3].value = "\xFF";
		m.views[k].slices[0].by = EVIL;
		m.views[k].slices[0].left_out = EVIL;
	}
	m.pictures[1].kind = m.pictures[1].caption = EVIL;
	struct buf b = page_of(&m.page);
	lacks(&b, "alert(\"");
	lacks(&b, "\xFF");
	has(&b, "and 4,998 more");
	buf_free(&b);

	m.pictures[1].data = "GIF89a";
	m.pictures[1].size = 6;
	struct err e;
	struct out *o = out_buf(&b);
	assert_int_equal(eval_gender_page(&m.page, o, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_int_equal(out_close(o, &e), 0);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_page),
		cmocka_unit_test(test_one_view),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_uneven_views),
		cmocka_unit_test(test_hostile_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
