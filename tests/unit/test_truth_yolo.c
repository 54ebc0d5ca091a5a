/*
 * yolo and wider.
 */
#include "truth_test.h"

#include "truth/wider.h"
#include "truth/yolo.h"

static void
test_file(void **state)
{
	(void)state;
	struct yolo_objects o;
	struct err e = {0};
	struct held h = hold("0 0.5 0.5 1 1\r\n\n79 .25 0.75 0.5 0.25 \n");
	if (yolo_read_file("y.txt", h.span, false, 100, 80, &o, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(o.n, 2);
	assert_true(o.v[0].box.x == 0 && o.v[0].box.y == 0 && o.v[0].box.w == 100 && o.v[0].box.h == 80);
	assert_true(o.v[1].class_index == 79 && o.v[1].box.x == 0 && o.v[1].box.y == 50 && o.v[1].box.w == 50 && o.v[1].box.h == 20);
	free(o.v);
	free(h.data);
	h = hold("");
	assert_int_equal(yolo_read_file("y.txt", h.span, true, 1, 1, &o, &e), 0);
	assert_int_equal(o.n, 0);
	free(h.data);

	static const struct { bool scores; struct refusal r; } bad[] = {
		{ false, { "0 .5 .5 .1 .1\n0 .5 .5 .1", "y.txt:2: 4 columns, 5" } }, { false, { "0 .5 .5 .1 .1 .9", "y.txt:1: 6 columns: these are predictions" } },
		{ true, { "0 .5 .5 .1 .1", "these are labels" } }, { false, { "0 .1 .1 .2 .2 .3 .3", "a polygon" } },
		{ false, { "1e9 .5 .5 .1 .1", "class '1e9' is not a whole" } }, { false, { "1000000000 .5 .5 .1 .1", "class 1000000000: no set" } },
		{ false, { "-1 .5 .5 .1 .1", "class '-1'" } }, { false, { "person .5 .5 .1 .1", "class 'person'" } },
		{ false, { "0 nan .5 .1 .1", "x_centre 'nan'" } }, { false, { "0 .5 inf .1 .1", "y_centre 'inf'" } },
		{ false, { "0 .5 .5 -.1 .1", "width -.1 is negative" } }, { false, { "0 .5 .5 .1 1e999", "height '1e999'" } },
		{ false, { "0 320 240 50 80", "x_centre 320 is not a fraction" } }, { false, { "0 -.5 .5 .1 .1", "x_centre -.5 is not a fraction" } },
		{ true, { "0 .5 .5 .1 .1 nan", "score 'nan'" } }, { true, { "0 .5 .5 .1 .1 high", "score 'high'" } },
		{ false, { "0,.5,.5,.1,.1", "1 columns" } }, { false, { "\xFF\xFE", "UTF-16" } }, { false, { "0 .5 .5 .1 .1\xE9", "not UTF-8" } },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		h = hold(bad[i].r.text);
		if (yolo_read_file("y.txt", h.span, bad[i].scores, 10, 10, &o, &e) == 0)
			fail_msg("taken: %s", bad[i].r.text);
		says(&e, ERR_DATA, bad[i].r.says, bad[i].r.text);
		free(h.data);
	}
}

static void
test_names(void **state)
{
	(void)state;
	static const char *const good[] = {
		"names: [person, 'traffic light', \"it's\"]\n", "# names: [x]\npath: .\nnc: 3\nnames:\n  0: person\n  1: traffic light # of course\n  2: \"it's\"\n",
		"names:\n- person\n- 'traffic light'\n- \"it's\"\ntrain: x\n", "train: a\r\nnames: # three\r\n    - person\r\n    - traffic light\r\n    - it's\r\nnc: 3\r\n",
		"names: [person,\n  traffic light,\n  \"it's\",\n]\n",
	};
	struct names n;
	struct err e = {0};
	struct held h;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		h = hold(good[i]);
		if (yolo_read_yaml("d.yaml", h.span, &n, &e) != 0)
			fail_msg("%s: %s", good[i], e.msg);
		assert_int_equal(n.n, 3);
		assert_string_equal(n.v[0], "person");
		assert_string_equal(n.v[1], "traffic light");
		assert_string_equal(n.v[2], "it's");
		names_free(&n);
		free(h.data);
	}
	static const struct refusal bad[] = {
		{ "", "no 'names:'" }, { "nc: 80\n", "no 'names:'" }, { "names: person\n", "neither a list" }, { "names: [a, b\n", "neither a list" },
		{ "names: []\n", "no 'names:'" }, { "names: [a,,b]\n", "neither" }, { "names:\n  0: a\n  2: b\n", "d.yaml:3: '2: b' is not the name of class 1" },
		{ "names:\n  1: a\n", "class 0" }, { "names:\n  0:\n", "class 0" }, { "names: ['a]\n", "neither" }, { "names: {0: a}\n", "neither" },
		{ "names: [a]\nnames: [b]\n", "a second" }, { "names:\n  a\n", "class 0" }, { "names:\n  - 'a' b\n", "class 0" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		h = hold(bad[i].text);
		if (yolo_read_yaml("d.yaml", h.span, &n, &e) == 0)
			fail_msg("taken: %s", bad[i].text);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
		free(h.data);
	}
}

static void
test_folder(void **state)
{
	(void)state;
	char *folder = make_folder(), *labels = file_join(folder, "labels"), *found = file_join(folder, "found");
	struct labels l = {0};
	struct err e = {0};
	write_png(folder, "images/a.png", 100, 50);
	write_png(folder, "images/sub/b.png", 10, 20);
	write_png(folder, "images/none.png", 10, 20);
	write_text(folder, "labels/a.txt", "1 .5 .5 .5 .5\n");
	write_text(folder, "labels/sub/b.txt", "");
	write_text(folder, "names.txt", "cat\nbig dog\n");
	if (yolo_read_folder(folder, NULL, &l, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(l.nimages, 3);
	assert_int_equal(l.ntruths, 1);
	assert_string_equal(l.images[2].name, "sub/b.png");
	assert_string_equal(l.classes[1].name, "big dog");
	assert_true(l.truths[0].box.x == 25 && l.truths[0].box.h == 25 && l.truths[0].id == 1);
	assert_string_equal(l.protocol, "yolo");

	/* predictions, by number and by name */
	write_text(folder, "found/a.txt", "1 .5 .5 .5 .5 .9\n0 .5 .5 1 1 .1\n");
	write_text(folder, "found/b.txt", "0 .5 .5 1 1 .3\n");
	assert_int_equal(yolo_read_predictions(found, &l, &e), 0);
	assert_int_equal(l.npredictions, 3);
	assert_true(l.predictions[0].class_index == 1 && l.predictions[0].box.x == 25 && l.predictions[0].score == 0.9);
	assert_int_equal(l.predictions[2].image, 2);
	write_text(folder, "found/data.yaml", "names: [big dog, cat, other]\n");
	assert_int_equal(yolo_read_predictions(found, &l, &e), 0);
	assert_int_equal(l.predictions[3].class_index, 0);
	write_text(folder, "found/b.txt", "2 .5 .5 1 1 .3\n");
	assert_int_equal(yolo_read_predictions(found, &l, &e), -1);
	says(&e, ERR_DATA, "found/b.txt: object 1 is of class 2, which is not in the labelled set", "");
	assert_int_equal(l.npredictions, 6);
	write_text(folder, "found/b.txt", "0 .5 .5 1 1 .3\n");
	write_text(folder, "found/sub/b.txt", "0 .5 .5 1 1 .3\n");
	assert_int_equal(yolo_read_predictions(found, &l, &e), -1);
	says(&e, ERR_DATA, "a second file for the picture sub/b.png", "");
	write_text(folder, "found/sub/b.txt", "");
	write_text(folder, "found/c.txt", "");
	assert_int_equal(yolo_read_predictions(found, &l, &e), -1);
	labels_free(&l);

	/* a label without picture, one of a class without name, a picture without size, no picture at all */
	write_text(folder, "labels/gone.txt", "0 .5 .5 .5 .5\n");
	assert_int_equal(yolo_read_folder(labels, NULL, &l, &e), -1);
	says(&e, ERR_INPUT, "labels/gone.txt: its picture is missing", "");
	write_text(folder, "labels/gone.txt", "7 .5 .5 .5 .5\n");
	write_png(folder, "images/gone.png", 5, 5);
	assert_int_equal(yolo_read_folder(labels, NULL, &l, &e), -1);
	says(&e, ERR_DATA, "object 1 is of class 7, and there are 2 names", "");
	write_text(folder, "images/gone.png", "no picture");
	assert_int_equal(yolo_read_folder(labels, NULL, &l, &e), -1);
	says(&e, ERR_DATA, "gone.png: the size", "");
	assert_int_equal(yolo_read_folder(labels, labels, &l, &e), -1);
	says(&e, ERR_INPUT, "no picture in this folder", "");
	free(labels);
	free(found);
	drop_folder(folder);
}

static void
test_wider(void **state)
{
	(void)state;
	struct labels l = {0};
	struct err e = {0};
	struct held h = hold("0--Parade/a b.jpg\r\n2\r\n1 2 3 4 0 0 0 0 0 0 \r\n5 6 0 8 2 0 1 1 2 0\r\nb.jpg\n0\n0 0 0 0 0 0 0 0 0 0\nc.jpg\n0\nd.jpg\n1\n9 9 9 9 0 0 0 0 0 0");
	if (wider_read("w.txt", h.span, &l, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(l.nimages, 4);
	assert_int_equal(l.ntruths, 3);
	assert_string_equal(l.images[0].name, "0--Parade/a b.jpg");
	assert_true(!l.truths[0].ignore && l.truths[1].ignore && l.truths[1].box.w == 0 && l.truths[2].image == 3 && l.truths[2].id == 3);
	assert_true(l.nclasses == 1 && l.classes[0].id == 1);
	labels_free(&l);
	free(h.data);
	static const struct refusal bad[] = {
		{ "", "w.txt is empty" }, { "a.jpg\n", "w.txt:1: the number of faces is missing" }, { "a.jpg\nb.jpg\n", "w.txt:2: 'b.jpg' where the number" },
		{ "a.jpg\n-1\n", "where the number" }, { "a.jpg\n1e9\n", "where the number" }, { "a.jpg\n1000000000\n1 2 3 4 0 0 0 0 0 0\n", "999999999 faces are missing" },
		{ "a.jpg\n2\n1 2 3 4 0 0 0 0 0 0\nb.jpg\n0\n", "w.txt:4: 1 columns where a face has 10" }, { "a.jpg\n1\n1 2 3 4 0 0 0 0 0\n", "9 columns" },
		{ "a.jpg\n1\n1 2 3 4 0 0 0 0 0 0\n1 2 3 4 0 0 0 0 0 0\n", "where the name of a picture" },
		{ "a.jpg\n1\n1 2 -3 4 0 0 0 0 0 0\n", "w.txt:3: a face of negative size" }, { "a.jpg\n1\n1 2 nan 4 0 0 0 0 0 0\n", "'nan'" },
		{ "a.jpg\n1\n1 2 3 1e99 0 0 0 0 0 0\n", "'1e99'" }, { "a.jpg\n1\n1 2 3 4 0 0 0 2 0 0\n", "invalid is '2'" },
		{ "a.jpg\n0\na.jpg\n0\n", "a.jpg is there twice" }, { "hello\n1\n", "w.txt:1: 'hello' where the name" }, { "\xFF\xFE", "UTF-16" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		h = hold(bad[i].text);
		if (wider_read("w.txt", h.span, &l, &e) == 0)
			fail_msg("taken: %s", bad[i].text);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
		assert_null(l.images);
		free(h.data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file), cmocka_unit_test(test_names), cmocka_unit_test(test_folder), cmocka_unit_test(test_wider),
	};
	return cmocka_run_group_tests_name("truth_yolo", tests, NULL, NULL);
}
