/*
 * The page on boxes: what must be on it, and that it stands whatever is missing, undefined or hostile.
 */
#include "page_test.h"

#include "eval_page_test.h"

static struct buf
page_of(const struct eval_boxes_page *p)
{
	struct buf b = { 0 };
	struct err e;
	struct out *o = out_buf(&b);
	assert_int_equal(eval_boxes_page(p, o, &e), 0);
	assert_int_equal(out_close(o, &e), 0);
	check_page(&b);
	return b;
}

static void
test_whole_page(void **state)
{
	(void)state;
	struct made_boxes m;
	make_boxes(&m);
	m.page.nclasses = 2;
	struct buf b = page_of(&m.page);
	has(&b, "<h1>Person detection, evaluated</h1>");
	has(&b, "<b>yolov5n</b> on <b>pennfudan</b> &#183; <span class=\"whole\">21 November 2026</span>");
	has(&b, "101 points, IoU .50:.95");
	/* The key figures, and the same in the table. */
	has(&b, "<span class=\"big\">0.553</span><span class=\"note\">95\u00a0% interval <span class=\"whole\">0.511\u20130.595</span>");
	has(&b, "<span class=\"m\">0.553<span class=\"range\">0.511\u20130.595</span></span>");
	has(&b, "of <span class=\"whole\">423 objects</span> in <span class=\"whole\">170 pictures</span>");
	has(&b, "<th scope=\"row\">ARl<span class=\"sub\">100 a picture, large</span>");
	assert_int_equal(count(&b, "<svg class=\"of1\""), SCORE_FIGURES);
	assert_int_equal(count(&b, "<svg class=\"of2\""), 3);
	/* Both curves, with words for those who cannot see them. */
	assert_int_equal(count(&b, "role=\"img\""), 2);
	has(&b, "<title id=\"pr-t\">Precision against recall");
	has(&b, "<desc id=\"scores-d\">F1 is best, 0.");
	has(&b, "<path class=\"band\" d=\"M0 ");
	has(&b, ">best F1 0.");
	has(&b, "313 objects");
	has(&b, "<th scope=\"row\">dog</th><td>\u2013</td>");
	has(&b, "VOC, 11 points<span class=\"sub\">Eleven samples");
	assert_int_equal(count(&b, "<img alt=\""), 3);
	assert_int_equal(count(&b, "src=\"data:image/jpeg;base64,/9j/2Q==\""), 3);
	assert_int_equal(count(&b, "<h3 class=\"caption kind\">"), 2);
	has(&b, "alt=\"Misses, picture 2\"");
	has(&b, "<code>nms.iou = 0.45</code>");
	has(&b, "1,000 draws");
	has(&b, "12 regions of the set are");
	lacks(&b, "Took");
	struct buf again = page_of(&m.page);
	assert_string_equal(buf_str(&b), buf_str(&again));
	buf_free(&again);
	buf_free(&b);
	free_boxes(&m);
}

static void
test_missing_parts(void **state)
{
	(void)state;
	struct made_boxes m;
	make_boxes(&m);
	m.page = (struct eval_boxes_page) {
		.common.head = { "Face detection", "widerface", NULL, NULL, 0 }, .score = &m.score
	};
	m.score.ignored = 0;
	struct buf b = page_of(&m.page);
	has(&b, "<b>Predictions from a file</b> on <b>widerface</b>");
	has(&b, "0.553");
	lacks(&b, "interval");
	lacks(&b, "class=\"band\"");
	lacks(&b, "<img");
	lacks(&b, "By class");
	lacks(&b, "Why another");
	lacks(&b, "How these numbers were made");
	lacks(&b, "313 objects");
	buf_free(&b);
	/* One figure with an interval and another without. */
	m.page.figures = m.figures;
	m.figures[SCORE_APS].low = m.figures[SCORE_APS].high = NO_NUMBER;
	b = page_of(&m.page);
	has(&b, "<span class=\"m\">0.118</span>");
	buf_free(&b);
	free_boxes(&m);
}

/* No truths; no predictions; neither curve nor threshold. */
static void
test_nothing(void **state)
{
	(void)state;
	struct made_boxes m;
	make_boxes(&m);
	struct curve_point *points = m.curve.points;
	m.curve = (struct curve) { .points = points, .npoints = 0, .truths = 423 };
	m.score.predictions = 0;
	m.score.threshold = NO_NUMBER;
	for (int f = 0; f < SCORE_FIGURES; f++)
		m.score.figures[f] = 0;
	m.score.figures[SCORE_PRECISION] = -1;
	for (int r = 0; r < AVERAGE_101; r++)
		m.pr[r].value = m.pr[r].low = m.pr[r].high = m.score.pr_curve[r] = 0;
	struct buf b = page_of(&m.page);
	has(&b, "Nothing was predicted: there is no curve");
	has(&b, "nothing was predicted that could count");
	has(&b, "<title id=\"pr-t\">");
	lacks(&b, "id=\"scores-t\"");
	has(&b, "\u2013");
	buf_free(&b);

	m.score.curve = NULL;
	m.score.truths = 0;
	for (int f = 0; f < SCORE_FIGURES; f++)
		m.figures[f] = (struct interval) { m.score.figures[f] = -1, NO_NUMBER, NO_NUMBER, 0 };
	for (int r = 0; r < AVERAGE_101; r++) {
		m.score.pr_curve[r] = -1;
		m.pr[r].low = m.pr[r].high = NO_NUMBER;
	}
	b = page_of(&m.page);
	has(&b, "no object that is to be found");
	lacks(&b, "role=\"img\"");
	lacks(&b, ">-1");
	lacks(&b, "-1.0");
	lacks(&b, "class=\"whisker\"");
	buf_free(&b);
	m.curve.points = points;
	free_boxes(&m);
}

/* Scores need not be shares: logits, all the same, huge. */
static void
test_scores(void **state)
{
	(void)state;
	static const struct {
		double high, low;
		bool drawn;
	} ranges[] = {
		{ 7.5, -12.25, true }, { 3, 3, true }, { 0.5, 0.5, true }, { 1e9, 0, true }, { 1e300, -1e300, true },
		{ 1e308, -1e308, false }, { (double)INFINITY, 0, false }, { 1, -(double)INFINITY, false }, { 1e-300, -1e-300, true }
	};
	for (size_t i = 0; i < COUNT(ranges); i++) {
		struct made_boxes m;
		make_boxes(&m);
		m.curve.npoints = ranges[i].high > ranges[i].low ? 2 : 1;
		m.curve.points[0] = curve_point(ranges[i].high, 3, 1, 420);
		if (m.curve.npoints == 2)
			m.curve.points[1] = curve_point(ranges[i].low, 300, 200, 123);
		m.score.threshold = ranges[i].drawn ? curve_best(&m.curve)->score : NO_NUMBER;
		struct buf b = page_of(&m.page);
		assert_int_equal(count(&b, "id=\"scores-t\""), ranges[i].drawn ? 1 : 0);
		buf_free(&b);
		free_boxes(&m);
	}
}

static void
test_hostile_text(void **state)
{
	(void)state;
	struct made_boxes m;
	make_boxes(&m);
	const struct eval_fact evil_facts[] = { { EVIL, EVIL, true }, { EVIL, "a\n<script>\n", false } };
	m.page.common.head = (struct eval_head) { EVIL, EVIL, EVIL, EVIL, INT64_C(253402300799000) };
	m.page.common.facts = evil_facts;
	m.page.common.nfacts = 2;
	m.page.nclasses = 2;
	m.rows[1].name = "\xFF\x01<script>";
	m.differences[0].rule = m.differences[0].words = EVIL;
	m.pictures[0].kind = m.pictures[0].caption = EVIL;
	struct buf b = page_of(&m.page);
	has(&b, "<h1>&lt;script&gt;");
	has(&b, "alt=\"&lt;script&gt;alert(&quot;x&quot;)");
	lacks(&b, "alert(\"");
	lacks(&b, "\xFF");
	buf_free(&b);
	free_boxes(&m);
}

/* A page does not grow with the predictions. */
static void
test_many_points(void **state)
{
	(void)state;
	enum { POINTS = 300000 };
	struct made_boxes m;
	make_boxes(&m);
	free(m.curve.points);
	m.curve.points = calloc(POINTS, sizeof *m.curve.points);
	m.curve.npoints = POINTS;
	for (uint64_t i = 0; i < POINTS; i++) {
		uint64_t right = i < 300 ? i : 300;
		m.curve.points[i] = curve_point(1 - (double)i / POINTS, right, i + 1 - right, 423 - right);
	}
	struct buf b = page_of(&m.page);
	assert_true(b.len < 120000);
	buf_free(&b);
	free_boxes(&m);
}

static void
test_bad_picture(void **state)
{
	(void)state;
	struct made_boxes m;
	struct err e;
	struct buf b = { 0 };
	make_boxes(&m);
	m.pictures[2].size = 2;
	struct out *o = out_buf(&b);
	assert_int_equal(eval_boxes_page(&m.page, o, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_non_null(strstr(e.msg, "picture 3"));
	assert_non_null(strstr(e.msg, "PennPed00017"));
	assert_int_equal(out_close(o, &e), 0);
	assert_int_equal(b.len, 0);
	buf_free(&b);

	m.pictures[2].data = "\x89PNG\r\n\x1a\n";
	m.pictures[2].size = 8;
	b = page_of(&m.page);
	has(&b, "src=\"data:image/png;base64,iVBORw0KGgo=\"");
	buf_free(&b);
	free_boxes(&m);
}

static void
test_base64(void **state)
{
	(void)state;
	/* RFC 4648, section 10. */
	static const char *const known[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" }, { "\xFB\xFF\xBF", "+/+/" }
	};
	struct err e;
	for (size_t i = 0; i < COUNT(known); i++) {
		struct buf b = { 0 };
		struct out *o = out_buf(&b);
		out_base64(o, known[i][0], strlen(known[i][0]));
		assert_int_equal(out_close(o, &e), 0);
		assert_string_equal(buf_str(&b), known[i][1]);
		buf_free(&b);
	}
	/* Across its buffer. */
	unsigned char zeros[3001] = { 0 };
	struct buf b = { 0 };
	struct out *o = out_buf(&b);
	out_base64(o, zeros, sizeof zeros);
	assert_int_equal(out_close(o, &e), 0);
	assert_int_equal(b.len, 4004);
	assert_int_equal(strspn(buf_str(&b), "A"), 4002);
	assert_string_equal(buf_str(&b) + 4002, "==");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_page),
		cmocka_unit_test(test_missing_parts),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_scores),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_many_points),
		cmocka_unit_test(test_bad_picture),
		cmocka_unit_test(test_base64),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
