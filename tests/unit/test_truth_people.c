/*
 * faces (names of UTKFace, folders, CSV), mot and minutes.
 */
#include "truth_test.h"

#include "base/when.h"
#include "truth/faces.h"
#include "truth/people.h"

static void
test_utkface(void **state)
{
	(void)state;
	static const struct { const char *name; int age, race; enum gender gender; } good[] = {
		{ "10_0_0_20170110224406532.jpg.chip.jpg", 10, 0, GENDER_MALE }, { "116_1_4_20170103201007646.jpg", 116, 4, GENDER_FEMALE },
		{ "0_1_2_20170103201007646.png", 0, 2, GENDER_FEMALE },
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct labelled_face f = {0};
		assert_null(faces_parse_utkface(good[i].name, &f));
		assert_true(f.age == good[i].age && f.race == good[i].race && f.gender == good[i].gender);
	}
	static const struct refusal bad[] = {
		/* the four of the original set */
		{ "61_3_20170109150557335.jpg", "gender" }, { "61_1_20170109142408075.jpg", "race" },
		{ "39_1_20170116174525125.jpg", "race" }, { "53__0_20170116184028385.jpg", "gender" },
		{ "", "age" }, { "x.jpg", "age" }, { "117_0_0_20170110224406532.jpg", "age" }, { "-1_0_0_20170110224406532.jpg", "age" },
		{ "99999999999999999999_0_0_20170110224406532.jpg", "age" }, { "1_2_0_20170110224406532.jpg", "gender" }, { "1_0_5_20170110224406532.jpg", "race" },
		{ "1_0_0_2017011022440653.jpg", "time stamp" }, { "1_0_0_201701102244065321.jpg", "time stamp" }, { "1_0_0_20170110224406532", "time stamp" },
		{ "1_0_0_20170110224406532.", "time stamp" }, { "1_0_0_2017011022440653x.jpg", "time stamp" }, { " 1_0_0_20170110224406532.jpg", "age" },
		{ "1.5_0_0_20170110224406532.jpg", "age" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct labelled_face f = {0};
		const char *why = faces_parse_utkface(bad[i].text, &f);
		if (why == NULL || strstr(why, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].text, why != NULL ? why : "taken");
	}
}

static void
test_folders(void **state)
{
	(void)state;
	char *folder = make_folder();
	struct face_set s;
	struct err e = {0};
	write_text(folder, "1_0_0_20170110224406532.jpg", "");
	write_text(folder, "Women/x.jpg", "");
	write_text(folder, "male/female/y.JPEG", "");
	write_text(folder, "man/z.png", "");
	write_text(folder, "notes.txt", "");
	write_text(folder, ".hidden/male/h.jpg", "");
	assert_int_equal(faces_read_classes(folder, &s, &e), 0);
	assert_int_equal(s.nfaces, 3);
	assert_int_equal(s.nrejected, 1);
	assert_int_equal(s.others, 1);
	assert_string_equal(s.rejected[0].name, "1_0_0_20170110224406532.jpg");
	assert_string_equal(s.faces[0].name, "Women/x.jpg");
	assert_int_equal(s.faces[0].gender, GENDER_FEMALE);
	assert_int_equal(s.faces[1].gender, GENDER_FEMALE);	/* male/female: the innermost */
	assert_int_equal(s.faces[2].gender, GENDER_MALE);
	assert_int_equal(s.faces[2].age, -1);
	faces_free(&s);
	assert_int_equal(faces_read_utkface(folder, &s, &e), 0);
	assert_int_equal(s.nfaces, 1);
	assert_int_equal(s.nrejected, 3);
	faces_free(&s);
	drop_folder(folder);
	folder = make_folder();
	assert_int_equal(faces_read_utkface(folder, &s, &e), -1);
	says(&e, ERR_DATA, "no picture", "empty folder");
	drop_folder(folder);
	assert_int_equal(faces_read_utkface("/nowhere", &s, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
}

static void
test_csv(void **state)
{
	(void)state;
	struct face_set s;
	struct err e = {0};
	struct held h = hold("\xEF\xBB\xBF" "a.jpg,Female\r\n\"b, \"\"c\"\".jpg\",0\r\n/abs.jpg,w\r\n");
	assert_int_equal(faces_read_csv("l.csv", h.span, "dir", &s, &e), -1);
	says(&e, ERR_DATA, "l.csv:3: label 'w' is no gender", "");
	free(h.data);
	h = hold("\xEF\xBB\xBF" "a.jpg,Female\r\n\"b, \"\"c\"\".jpg\",0\r\n/abs.jpg,1\r\n");
	if (faces_read_csv("l.csv", h.span, "dir", &s, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(s.nfaces, 3);
	assert_string_equal(s.faces[1].path, "dir/b, \"c\".jpg");
	assert_string_equal(s.faces[2].path, "/abs.jpg");
	assert_true(s.faces[0].gender == GENDER_FEMALE && s.faces[1].gender == GENDER_MALE && s.faces[2].gender == GENDER_FEMALE);
	faces_free(&s);
	free(h.data);
	h = hold("age,Label,source,PATH,race\n31,m,x,a.jpg,\n,woman,,b.jpg,4\n");
	if (faces_read_csv("l.csv", h.span, "", &s, &e) != 0)
		fail_msg("%s", e.msg);
	assert_true(s.nfaces == 2 && s.faces[0].age == 31 && s.faces[0].race == -1 && s.faces[1].age == -1 && s.faces[1].race == 4);
	assert_string_equal(s.faces[1].path, "b.jpg");
	faces_free(&s);
	free(h.data);
	static const struct refusal bad[] = {
		{ "", "l.csv is empty" }, { "path,label\n", "is empty" }, { "a.jpg\n", "l.csv:1: 1 columns, 2" }, { "a.jpg,m,\n", "3 columns" },
		{ ",m\n", "no path" }, { "a.jpg,\n", "label ''" }, { "a.jpg,2\n", "label '2'" }, { "a.jpg,m\na.jpg,f\n", "a.jpg is there twice" },
		{ "path,label,age\na.jpg,m,200\n", "age '200'" }, { "path,label,race\na.jpg,m,5\n", "race '5'" }, { "a.jpg,\"m\n", "never closed" },
		{ "a.jpg,m\nb\x80.jpg,m\n", "l.csv:2: byte 0x80" }, { "\xFF\xFE" "a", "UTF-16" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		h = hold(bad[i].text);
		if (faces_read_csv("l.csv", h.span, "", &s, &e) == 0)
			fail_msg("taken: %s", bad[i].text);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
		free(h.data);
	}
}

static void
test_mot(void **state)
{
	(void)state;
	struct mot m;
	struct err e = {0};
	/* out of order; with conf 0; of 2016 with its class */
	struct held h = hold("3,1,1,2,3,4,1,-1,-1,-1\r\n1,2,-1.5,2,3,4,0,-1,-1,-1\r\n1,1,1,2,3,4\r\n2,5,1,2,3,4,1,7,0.5\r\n2,6,1,2,3,4,1,1,0.5\r\n2,-1,0,0,1,1\n2,-1,0,0,1,1\n");
	if (mot_read("g.txt", h.span, &m, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(m.n, 7);
	assert_int_equal(m.frames, 3);
	assert_int_equal(m.tracks, 2);	/* 1, 6 */
	assert_true(m.boxes[0].frame == 0 && m.boxes[0].track == 1 && m.boxes[0].counts);
	assert_true(m.boxes[1].track == 2 && !m.boxes[1].counts && m.boxes[1].box.x == -1.5);
	assert_true(!m.boxes[4].counts && m.boxes[5].counts && m.boxes[6].frame == 2);
	mot_free(&m);
	free(h.data);
	static const struct refusal bad[] = {
		{ "", "g.txt is empty" }, { "1,1,1,2,3\n", "5 columns" }, { "1,1,1,2,3,4,1,1,1,1,1\n", "11 columns" }, { "0,1,1,2,3,4\n", "g.txt:1: frame '0'" },
		{ "1.5,1,1,2,3,4\n", "frame '1.5'" }, { "1000000000000,1,1,2,3,4\n", "frame '1000000000000'" }, { "1,x,1,2,3,4\n", "id 'x'" }, { "1,-2,1,2,3,4\n", "id '-2'" },
		{ "1,1,nan,2,3,4\n", "left 'nan'" }, { "1,1,1,inf,3,4\n", "top 'inf'" }, { "1,1,1,2,-3,4\n", "negative size" }, { "1,1,1,2,3,4e99\n", "height '4e99'" },
		{ "1,1,1,2,3,4,x\n", "conf 'x'" }, { "1,1,1,2,3,4,1,car,1\n", "class 'car'" }, { "2,1,1,2,3,4\n2,1,1,2,3,4\n", "id 1 is twice in frame 2" },
		{ "frame,id,left,top,width,height\n", "frame 'frame'" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		h = hold(bad[i].text);
		if (mot_read("g.txt", h.span, &m, &e) == 0)
			fail_msg("taken: %s", bad[i].text);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
		free(h.data);
	}
}

static void
test_minutes(void **state)
{
	(void)state;
	struct true_minutes m;
	struct err e = {0};
	struct held h = hold("minute,frames,person_boxes,mean_persons_per_frame,max_persons_in_frame,distinct_tracks\n1,3,1,0.3333,8,9\n0,600,3295,5.4917,8,16\n");
	if (minutes_read("m.csv", h.span, &m, &e) != 0)
		fail_msg("%s", e.msg);
	assert_true(m.relative && m.n == 2 && m.v[0].start_ms == 0 && m.v[1].start_ms == 60000);
	assert_true(m.v[1].people == 1.0 / 3 && m.v[0].frames == 600);
	minutes_free(&m);
	free(h.data);
	h = hold("start_time,people\r\n2026-11-21T02:20:00Z,4.5\r\n2026-11-21T04:21:00+02:00,0\r\n");
	if (minutes_read("m.csv", h.span, &m, &e) != 0)
		fail_msg("%s", e.msg);
	assert_true(!m.relative && m.n == 2 && m.v[1].start_ms - m.v[0].start_ms == WHEN_MINUTE_MS && m.v[0].people == 4.5 && m.v[0].frames == 0);
	minutes_free(&m);
	free(h.data);
	static const struct refusal bad[] = {
		{ "", "m.csv is empty" }, { "minute,people\n", "no minutes" }, { "a,b\n", "one column for the time" }, { "minute,start_time,people\n", "one column for the time" },
		{ "minute,frames\n", "no column for the people" }, { "minute,people,people_avg\n", "mean the same" }, { "minute,people\n0\n", "m.csv:2: 1 columns" },
		{ "minute,people\n0,x\n", "'x' is not a number" }, { "minute,people\n0,-1\n", "'-1'" }, { "minute,people\n0,nan\n", "'nan'" }, { "minute,people\n0,1e300\n", "'1e300'" },
		{ "minute,people\n-1,1\n", "minute '-1'" }, { "minute,people\n99999999999,1\n", "minute '99999999999'" }, { "minute,people\n1,1\n1,2\n", "minute 1 is there twice" },
		{ "start_time,people\n2026-11-21T02:20:01Z,1\n", "not the start of a minute" }, { "start_time,people\nnoon,1\n", "time 'noon'" },
		{ "start_time,people\n2026-11-21T02:20:00Z,1\n2026-11-21T03:20:00+01:00,1\n", "2026-11-21T02:20:00Z is there twice" },
		{ "minute,frames,person_boxes\n0,0,0\n", "no frames" }, { "minute,frames,person_boxes\n0,1.5,0\n", "frames '1.5'" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		h = hold(bad[i].text);
		if (minutes_read("m.csv", h.span, &m, &e) == 0)
			fail_msg("taken: %s", bad[i].text);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
		free(h.data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utkface), cmocka_unit_test(test_folders), cmocka_unit_test(test_csv),
		cmocka_unit_test(test_mot), cmocka_unit_test(test_minutes),
	};
	return cmocka_run_group_tests_name("truth_people", tests, NULL, NULL);
}
