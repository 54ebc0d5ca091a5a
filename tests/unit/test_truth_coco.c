/*
 * coco: instances and results, what is refused and how it is named, and that what is written is read back.
 */
#include "truth_test.h"

#include "base/buf.h"
#include "out/gz.h"
#include "truth/coco.h"

#define IMAGES "\"images\":[{\"id\":5,\"file_name\":\"a/b.jpg\",\"width\":640,\"height\":480},{\"id\":-7,\"file_name\":\"c.png\"}]"
#define CATEGORIES "\"categories\":[{\"id\":1,\"name\":\"person\"},{\"id\":90,\"name\":\"br\\u00f6d\"}]"
#define SET(annotations) "{" IMAGES ",\"annotations\":[" annotations "]," CATEGORIES "}"
#define GOOD "{\"id\":1,\"image_id\":5,\"category_id\":90,\"bbox\":[1,2,3,4]}"

static int
instances(const char *text, struct labels *l, struct err *e)
{
	struct held h = hold(text);
	*l = (struct labels) {0};
	*e = (struct err) {0};
	int rc = coco_read_instances("t.json", h.span, l, e);
	free(h.data);
	return rc;
}

static void
read_good(const char *text, struct labels *l)
{
	struct err e;
	if (instances(text, l, &e) != 0)
		fail_msg("%s", e.msg);
}

static void
test_instances(void **state)
{
	(void)state;
	struct labels l;
	/* In any order, with what is of no interest, boxes outside and without area; of two arrays the last counts. */
	read_good("{\"info\":{\"x\":[null]},\"annotations\":[{\"id\":1}],\"annotations\":["
		"{\"segmentation\":[[1,2,3]],\"id\":10,\"image_id\":-7,\"category_id\":90,\"bbox\":[-5,-6.5,1e3,0],\"area\":12.5,\"iscrowd\":1},"
		"{\"id\":11,\"image_id\":5,\"category_id\":1,\"bbox\":[1,2,3,4],\"ignore\":1,\"iscrowd\":0,\"keypoints\":{}}],"
		CATEGORIES "," IMAGES "}", &l);
	assert_int_equal(l.nimages, 2);
	assert_int_equal(l.nclasses, 2);
	assert_int_equal(l.ntruths, 2);
	assert_string_equal(l.protocol, "coco");
	assert_string_equal(l.images[0].name, "a/b.jpg");
	assert_int_equal(l.images[0].width, 640);
	assert_int_equal(l.images[1].width, 0);
	assert_string_equal(l.classes[1].name, "br\xC3\xB6" "d");
	const struct truth *t = l.truths;
	assert_int_equal(t[0].image, 1);
	assert_int_equal(t[0].class_index, 1);
	assert_true(t[0].box.x == -5 && t[0].box.y == -6.5 && t[0].box.w == 1000 && t[0].box.h == 0);
	assert_true(t[0].area == 12.5 && t[0].crowd && !t[0].ignore && t[0].id == 10);
	assert_true(t[1].area == 12 && !t[1].crowd && t[1].ignore);
	labels_free(&l);
	read_good("\xEF\xBB\xBF" SET(""), &l);
	assert_int_equal(l.ntruths, 0);
	labels_free(&l);
}

static void
test_refuses_instances(void **state)
{
	(void)state;
	static const struct refusal bad[] = {
		{ "", "t.json:1:1: an object is wanted" }, { "[]", "these are results" }, { "{}", "no \"images\"" },
		{ "{\"images\":[],\"categories\":[]}", "no \"annotations\"" }, { "{" IMAGES ",\"annotations\":[]}", "no \"categories\"" },
		{ "{\"images\":{},\"annotations\":[]," CATEGORIES "}", "an array is wanted, here is an object" },
		{ SET(GOOD) " x", "behind the end" }, { "{" IMAGES ",\"annotations\":[" GOOD, "cut short" },
		{ SET(GOOD "," GOOD), "annotation 1 is there twice" },
		{ "{\"images\":[{\"id\":1},{\"id\":1}],\"annotations\":[]," CATEGORIES "}", "image 1 is there twice" },
		{ "{" IMAGES ",\"annotations\":[],\"categories\":[{\"id\":3,\"name\":\"a\"},{\"id\":3,\"name\":\"b\"}]}", "category 3 is there twice" },
		{ "{\"images\":[{\"file_name\":\"x\"}],\"annotations\":[]," CATEGORIES "}", "image number 1 has no id" },
		{ "{\"images\":[{\"id\":\"x\"}],\"annotations\":[]," CATEGORIES "}", "a number is wanted, here is a text" },
		{ "{\"images\":[{\"id\":1,\"width\":-1}],\"annotations\":[]," CATEGORIES "}", "image 1 has an impossible size" },
		{ "{\"images\":[{\"id\":1,\"width\":99999999999}],\"annotations\":[]," CATEGORIES "}", "image 1 has an impossible size" },
		{ "{\"images\":[{\"id\":1,\"file_name\":\"a\\u0000b\"}],\"annotations\":[]," CATEGORIES "}", "NUL" },
		{ "{" IMAGES ",\"annotations\":[],\"categories\":[{\"id\":3}]}", "category 3 has no name" },
		{ SET("{\"image_id\":5,\"category_id\":1,\"bbox\":[1,2,3,4]}"), "annotation number 1 has no id" },
		{ SET("{\"id\":2,\"category_id\":1,\"bbox\":[1,2,3,4]}"), "annotation 2 has no image_id" },
		{ SET("{\"id\":2,\"image_id\":5,\"bbox\":[1,2,3,4]}"), "annotation 2 has no category_id" },
		{ SET("{\"id\":2,\"image_id\":5,\"category_id\":1}"), "annotation 2 has no bbox" },
		{ SET("{\"id\":2,\"image_id\":5,\"category_id\":1,\"bbox\":[1,2,3]}"), "annotation 2 has a bbox that is not four" },
		{ SET("{\"id\":2,\"image_id\":5,\"category_id\":1,\"bbox\":[1,2,3,4,5]}"), "annotation 2 has a bbox that is not four" },
		{ SET("{\"bbox\":[1,2,NaN,4],\"id\":2,\"image_id\":5,\"category_id\":1}"), "annotation 2 has a bbox with a number that is NaN" },
		{ SET("{\"bbox\":[-Infinity,2,3,4],\"id\":2,\"image_id\":5,\"category_id\":1}"), "annotation 2 has a bbox with a number that is NaN" },
		{ SET("{\"bbox\":[1,2,3,1e999],\"id\":2,\"image_id\":5,\"category_id\":1}"), "annotation 2 has a bbox with a number that is NaN or infinite" },
		{ SET("{\"bbox\":[1,2,-3,4],\"id\":2,\"image_id\":5,\"category_id\":1}"), "annotation 2 has a bbox of negative size" },
		{ SET("{\"bbox\":[1,2,3,1e300],\"id\":2,\"image_id\":5,\"category_id\":1}"), "annotation 2 has a bbox larger than" },
		{ SET("{\"bbox\":[1,2,3,\"4\"],\"id\":2,\"image_id\":5,\"category_id\":1}"), "a number is wanted, here is a text" },
		{ SET("{\"bbox\":[1,2,3,4],\"area\":NaN,\"id\":2,\"image_id\":5,\"category_id\":1}"), "annotation 2 has an area" },
		{ SET("{\"bbox\":[1,2,3,4],\"area\":-1,\"id\":2,\"image_id\":5,\"category_id\":1}"), "annotation 2 has an area" },
		{ SET("{\"bbox\":[1,2,3,4],\"iscrowd\":2,\"id\":2,\"image_id\":5,\"category_id\":1}"), "0 or 1" },
		{ SET("{\"bbox\":[1,2,3,4],\"score\":NaN,\"id\":2,\"image_id\":5,\"category_id\":1}"), "NaN and Infinity are not JSON" },
		{ SET("{\"bbox\":[1,2,3,4],\"id\":2,\"image_id\":6,\"category_id\":1}"), "annotation 2 is of image 6" },
		{ SET("{\"bbox\":[1,2,3,4],\"id\":2,\"image_id\":5,\"category_id\":1000000000}"), "annotation 2 is of category 1000000000" },
		{ SET("{\"bbox\":[1,2,3,4],\"id\":2,\"image_id\":5,\"category_id\":1e30}"), "too large" },
		{ SET("{\"bbox\":[1,2,3,4],\"id\":2.5,\"image_id\":5,\"category_id\":1}"), "a whole number" },
		{ SET("5"), "an object is wanted, here is a number" }, { "\xFF\xFE{\0}", "UTF-16" },
		{ "{\"images\":[{\"id\":1,\"file_name\":\"\xE9\"}],\"annotations\":[]," CATEGORIES "}", "not UTF-8" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct labels l;
		struct err e;
		if (instances(bad[i].text, &l, &e) == 0)
			fail_msg("taken: %s", bad[i].text);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
		assert_null(l.images);
	}
	/* line and column of the thing itself */
	struct labels l;
	struct err e;
	assert_int_equal(instances("{" IMAGES ",\n\"annotations\":[\n " GOOD ",\n  {\"id\":3}],\n" CATEGORIES "}", &l, &e), -1);
	says(&e, ERR_DATA, "t.json:4:3: annotation 3 has no image_id", "");
}

#define RESULT(image, category, bbox, score) "{\"image_id\":" image ",\"category_id\":" category ",\"bbox\":[" bbox "],\"score\":" score "}"

static int
results(const char *text, struct labels *l, struct err *e)
{
	struct held h = hold(text);
	*e = (struct err) {0};
	int rc = coco_read_results("r.json", h.span, l, e);
	free(h.data);
	return rc;
}

static void
test_results(void **state)
{
	(void)state;
	struct labels l;
	struct err e;
	read_good(SET(GOOD), &l);
	assert_int_equal(results("[]", &l, &e), 0);
	assert_int_equal(l.npredictions, 0);
	assert_int_equal(results("[" RESULT("-7", "90", "1.5,2,0,4", "0.25") "," RESULT("\"a/b\"", "1", "-1,0,1,1", "-3e-5") ","
		RESULT("\"c.png\"", "1.0", "1,1,1,1", "1") "," RESULT("\"b\"", "1", "1,1,1,1", "7") "]", &l, &e), 0);
	assert_int_equal(l.npredictions, 4);
	const struct prediction *p = l.predictions;
	assert_true(p[0].image == 1 && p[0].class_index == 1 && p[0].box.x == 1.5 && p[0].box.w == 0 && p[0].score == 0.25);
	assert_true(p[1].image == 0 && p[1].class_index == 0 && p[1].box.x == -1 && p[1].score == -3e-5);
	assert_int_equal(p[2].image, 1);
	assert_int_equal(p[3].image, 0);

	static const struct refusal bad[] = {
		{ "", "an array is wanted" }, { SET(""), "an object: this is no list" }, { "[5]", "an object is wanted" },
		{ "[" RESULT("5", "1", "1,2,3,4", "1") "," RESULT("6", "1", "1,2,3,4", "1") "]", "result number 2 is of image 6" },
		{ "[" RESULT("5", "2", "1,2,3,4", "1") "]", "result number 1 is of category 2" },
		{ "[" RESULT("\"q\"", "1", "1,2,3,4", "1") "]", "result number 1 is of image \"q\"" },
		{ "[" RESULT("5", "1", "1,2,3", "1") "]", "result number 1 (image 5) has a bbox that is not four" },
		{ "[" RESULT("5", "1", "1,2,NaN,4", "1") "]", "result number 1 (image 5) has a bbox with a number that is NaN" },
		{ "[" RESULT("5", "1", "1,2,-1e-9,4", "1") "]", "negative size" },
		{ "[" RESULT("5", "1", "1,2,3,4", "NaN") "]", "result number 1 (image 5) has a score that is NaN" },
		{ "[" RESULT("5", "1", "1,2,3,4", "1e999") "]", "score that is NaN or infinite" },
		{ "[" RESULT("5", "1", "1,2,3,4", "\"1\"") "]", "a number is wanted" },
		{ "[{\"image_id\":5,\"category_id\":1,\"bbox\":[1,2,3,4]}]", "result number 1 has no score" },
		{ "[{\"category_id\":1,\"bbox\":[1,2,3,4],\"score\":1}]", "result number 1 has no image_id" },
		{ "[{\"image_id\":5,\"bbox\":[1,2,3,4],\"score\":1}]", "result number 1 has no category_id" },
		{ "[{\"image_id\":5,\"category_id\":1,\"score\":1,\"segmentation\":{}}]", "has no bbox" },
		{ "[" RESULT("5", "1", "1,2,3,4", "1"), "r.json:1:59: the text ends" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (results(bad[i].text, &l, &e) == 0)
			fail_msg("taken: %s", bad[i].text);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
		assert_int_equal(l.npredictions, 4);
	}
	labels_free(&l);
}

static void
test_many_ids(void **state)
{
	(void)state;
	/* Ids in no order, with large gaps. */
	struct buf b = {0};
	buf_puts(&b, "{\"images\":[");
	for (uint64_t i = 0; i < 5000; i++)
		buf_printf(&b, "%s{\"id\":%lld}", i > 0 ? "," : "", (long long)(i * UINT64_C(0x9E3779B97F4A7C15)));
	buf_puts(&b, "],\"categories\":[{\"id\":0,\"name\":\"x\"}],\"annotations\":[");
	for (uint64_t i = 0; i < 5000; i++)
		buf_printf(&b, "%s{\"id\":%llu,\"image_id\":%lld,\"category_id\":0,\"bbox\":[0,0,1,1]}", i > 0 ? "," : "",
			(unsigned long long)(5000 - i), (long long)((i * 7 % 5000) * UINT64_C(0x9E3779B97F4A7C15)));
	buf_puts(&b, "]}");
	struct labels l;
	read_good(b.data, &l);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(l.truths[i].image, i * 7 % 5000);
	labels_free(&l);
	buf_free(&b);
}

static void
test_round_trip(void **state)
{
	(void)state;
	struct labels l, again;
	struct err e;
	struct buf set = {0}, found = {0};
	read_good(SET(GOOD ",{\"id\":-3,\"image_id\":-7,\"category_id\":1,\"bbox\":[0.1,0.30000000000000004,1e-3,7],\"area\":5,\"iscrowd\":1},"
		"{\"id\":0,\"image_id\":5,\"category_id\":1,\"bbox\":[0,0,0,0],\"ignore\":1}"), &l);
	assert_int_equal(results("[" RESULT("-7", "90", "0.1,2.7,3.3,4", "0.3333333333333333") "]", &l, &e), 0);
	struct out *o = out_buf(&set);
	coco_write_instances(o, &l);
	assert_int_equal(out_close(o, &e), 0);
	o = out_buf(&found);
	coco_write_results(o, &l);
	assert_int_equal(out_close(o, &e), 0);
	read_good(set.data, &again);
	assert_int_equal(results(found.data, &again, &e), 0);
	assert_int_equal(again.nimages, l.nimages);
	assert_int_equal(again.ntruths, l.ntruths);
	for (size_t i = 0; i < l.nimages; i++) {
		assert_string_equal(again.images[i].name, l.images[i].name);
		assert_int_equal(again.images[i].id, l.images[i].id);
		assert_int_equal(again.images[i].height, l.images[i].height);
	}
	for (size_t i = 0; i < l.ntruths; i++) {
		const struct truth *a = &l.truths[i], *b = &again.truths[i];
		assert_memory_equal(&a->box, &b->box, sizeof a->box);
		assert_true(a->image == b->image && a->class_index == b->class_index && a->area == b->area &&
			a->id == b->id && a->crowd == b->crowd && a->ignore == b->ignore);
	}
	assert_int_equal(again.npredictions, 1);
	assert_memory_equal(&again.predictions[0].box, &l.predictions[0].box, sizeof(struct box));
	assert_true(again.predictions[0].score == l.predictions[0].score);
	labels_free(&l);
	labels_free(&again);
	buf_free(&set);
	buf_free(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instances), cmocka_unit_test(test_refuses_instances), cmocka_unit_test(test_results),
		cmocka_unit_test(test_many_ids), cmocka_unit_test(test_round_trip),
	};
	return cmocka_run_group_tests_name("truth_coco", tests, NULL, NULL);
}
