/*
 * truth, recognise, folder: one door to all formats, on sets made here and on those that are kept outside of the repository.
 */
#include "truth_test.h"

#include "out/out.h"
#include "truth/coco.h"
#include "truth/truth.h"

static void
test_folder_list(void **state)
{
	(void)state;
	char *folder = make_folder(), *link;
	struct names n;
	struct err e = {0};
	write_text(folder, "b/2", "");
	write_text(folder, "b/10", "");
	write_text(folder, "a", "");
	write_text(folder, "c/d/e", "");
	write_text(folder, ".x/y", "");
	/* circles: to the top, to itself, and a folder reached twice */
	link = file_join(folder, "c/up");
	assert_int_equal(symlink("..", link), 0);
	free(link);
	link = file_join(folder, "loop");
	assert_int_equal(symlink("loop", link), 0);
	free(link);
	link = file_join(folder, "z");
	assert_int_equal(symlink("b", link), 0);
	free(link);
	assert_int_equal(folder_list(folder, &n, &e), 0);
	static const char *const want[] = { "a", "b/10", "b/2", "c/d/e", "loop" };
	assert_int_equal(n.n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(n.v[i], want[i]);
	names_free(&n);
	/* a picture's labels behind a link to itself */
	link = file_join(folder, "loop.xml");
	assert_int_equal(symlink("loop.xml", link), 0);
	free(link);
	struct labels l;
	assert_int_equal(truth_open(folder, TRUTH_AUTO, NULL, &l, &e), -1);
	says(&e, ERR_INPUT, "loop.xml", "a link to itself");
	char *file = file_join(folder, "a");
	assert_int_equal(folder_list(file, &n, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	free(file);
	drop_folder(folder);
	assert_int_equal(folder_list("/nowhere", &n, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
}

static void
test_recognise(void **state)
{
	(void)state;
	static const struct { const char *text; enum truth_kind kind; } files[] = {
		{ "\n {\"images\"", TRUTH_COCO }, { "\xEF\xBB\xBF[", TRUTH_COCO_RESULTS }, { "0--Parade/x.jpg\r\n2\r\n", TRUTH_WIDER },
		{ "x.jpg,female\n", TRUTH_CSV }, { "Path,Label\n", TRUTH_CSV }, { "minute,people\n", TRUTH_MINUTES }, { "start_time,people\n", TRUTH_MINUTES },
		{ "1,1,399,182,121,229,1,-1,-1,-1\n", TRUTH_MOT },
	};
	char *folder = make_folder(), *path = file_join(folder, "file");
	struct err e = {0};
	enum truth_kind kind;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		write_text(folder, "file", files[i].text);
		if (truth_recognise(path, &kind, &e) != 0)
			fail_msg("%s", e.msg);
		if (kind != files[i].kind)
			fail_msg("%s is not %s", files[i].text, truth_kind_name(kind));
		assert_int_equal(truth_kind_parse(truth_kind_name(kind)), kind);
	}
	assert_int_equal(truth_kind_parse("auto"), TRUTH_AUTO);
	assert_int_equal(truth_kind_parse("nonsense"), TRUTH_KINDS);
	static const struct refusal bad[] = { { "", "is empty" }, { " \n", "is empty" }, { "hello\n", "no format that is known" },
		{ "\xFF\xFEx", "UTF-16" }, { "\x89PNG\r\n", "not UTF-8" } };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		write_text(folder, "file", bad[i].text);
		assert_int_equal(truth_recognise(path, &kind, &e), -1);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
	}
	assert_int_equal(truth_recognise(folder, &kind, &e), -1);
	says(&e, ERR_DATA, "holds no format", "folder");
	write_text(folder, "man/a.jpg", "");
	assert_int_equal(truth_recognise(folder, &kind, &e), 0);
	assert_int_equal(kind, TRUTH_CLASSES);
	write_text(folder, "man/1_0_0_20170110224406532.jpg", "");
	assert_int_equal(truth_recognise(folder, &kind, &e), 0);
	assert_int_equal(kind, TRUTH_UTKFACE);
	write_text(folder, "x.xml", "");
	assert_int_equal(truth_recognise(folder, &kind, &e), 0);
	assert_int_equal(kind, TRUTH_VOC);
	free(path);
	drop_folder(folder);
	folder = make_folder();
	write_text(folder, "empty.txt", "");
	write_text(folder, "x.txt", "0 .5 .5 .5 .5 .9\n");
	assert_int_equal(truth_recognise(folder, &kind, &e), 0);
	assert_int_equal(kind, TRUTH_YOLO_RESULTS);
	drop_folder(folder);
	assert_int_equal(truth_recognise("/nowhere", &kind, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
}

static void
test_wrong_kind(void **state)
{
	(void)state;
	char *folder = make_folder(), *path = file_join(folder, "file");
	struct labels l = {0};
	struct face_set s;
	struct mot mot;
	struct true_minutes minutes;
	struct err e = {0};
	enum truth_kind kind = TRUTH_AUTO;
	write_text(folder, "file", "[]");
	assert_int_equal(truth_open(path, TRUTH_AUTO, NULL, &l, &e), -1);
	says(&e, ERR_DATA, "is of the kind coco-results, a labelled set (coco, voc, yolo, wider) is wanted", "");
	assert_int_equal(truth_open(path, TRUTH_VOC, NULL, &l, &e), -1);
	says(&e, ERR_INPUT, "is a file, and voc is a folder", "");
	assert_int_equal(truth_open(folder, TRUTH_COCO, NULL, &l, &e), -1);
	says(&e, ERR_INPUT, "is a folder, and coco is a file", "");
	assert_int_equal(truth_open_faces(path, TRUTH_AUTO, &s, &e), -1);
	assert_int_equal(truth_open_people(path, &kind, &mot, &minutes, &e), -1);
	says(&e, ERR_DATA, "a truth for counts", "");
	write_text(folder, "file", "{}");
	assert_int_equal(truth_add_predictions(path, TRUTH_AUTO, &l, &e), -1);
	says(&e, ERR_DATA, "predictions with scores", "");
	assert_int_equal(truth_open(path, TRUTH_AUTO, NULL, &l, &e), -1);
	says(&e, ERR_DATA, "no \"images\"", "");
	free(path);
	drop_folder(folder);
}

static void
test_pictures(void **state)
{
	(void)state;
	char *folder = make_folder();
	struct labels l = {0};
	struct names missing;
	write_png(folder, "set/sub/a.png", 5, 6);
	write_png(folder, "secret.png", 5, 6);
	char *set = file_join(folder, "set"), *path = truth_picture(set, "sub/a.png");
	assert_non_null(path);
	free(path);
	static const char *const none[] = { "", "sub", "b.png", "../secret.png", "sub/../../secret.png", "/etc/passwd", "..", "sub/.." };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		if (truth_picture(set, none[i]) != NULL)
			fail_msg("'%s' was found", none[i]);
		labels_add_image(&l, none[i], (int64_t)i);
	}
	labels_add_image(&l, "sub/a.png", 100);
	assert_int_equal(truth_missing(&l, set, &missing), sizeof none / sizeof *none);
	assert_string_equal(missing.v[2], "b.png");
	names_free(&missing);
	labels_free(&l);
	/* sizes that the labels do not give */
	struct err e = {0};
	write_text(folder, "w.txt", "sub/a.png\n0\ngone.png\n0\n");
	path = file_join(folder, "w.txt");
	assert_int_equal(truth_open(path, TRUTH_AUTO, set, &l, &e), 0);
	assert_true(l.images[0].width == 5 && l.images[0].height == 6 && l.images[1].width == 0);
	labels_free(&l);
	free(path);
	free(set);
	drop_folder(folder);
}

/* ---- the sets outside; counts as their README files say ---- */

static struct labels
open_set(const char *name, const char *images)
{
	char *path = shared_path(name), *pictures = images != NULL ? shared_path(images) : NULL;
	struct labels l;
	struct names missing;
	struct err e = {0};
	if (truth_open(path, TRUTH_AUTO, pictures, &l, &e) != 0)
		fail_msg("%s", e.msg);
	if (pictures != NULL)
		assert_int_equal(truth_missing(&l, pictures, &missing), 0);
	for (size_t i = 0; i < l.nimages && pictures != NULL; i++)
		assert_true(l.images[i].width > 0 && l.images[i].height > 0);
	free(path);
	free(pictures);
	return l;
}

/* Of one class: boxes, those that are crowds, images with one that is not. */
static void
tally(const struct labels *l, const char *class_name, size_t want_boxes, size_t want_crowds, size_t want_ignored, size_t want_images)
{
	size_t boxes = 0, crowds = 0, ignored = 0, images = 0;
	bool *seen = mem_array(l->nimages, sizeof *seen);
	for (size_t i = 0; i < l->ntruths; i++) {
		const struct truth *t = &l->truths[i];
		if (strcmp(l->classes[t->class_index].name, class_name) != 0)
			continue;
		boxes++;
		crowds += t->crowd;
		ignored += t->ignore;
		images += !seen[t->image];
		seen[t->image] = true;
	}
	free(seen);
	assert_int_equal(boxes, want_boxes);
	assert_int_equal(crowds, want_crowds);
	assert_int_equal(ignored, want_ignored);
	assert_int_equal(images, want_images);
}

static void
test_shared_coco(void **state)
{
	(void)state;
	struct labels l = open_set("data/coco_json/instances.json", "data/coco_json/images");
	assert_int_equal(l.nimages, 49);
	assert_int_equal(l.nclasses, 80);
	assert_int_equal(l.ntruths, 455);
	tally(&l, "person", 85, 2, 0, 25);

	/* Written out packed and read again, it is the same set. */
	char *folder = make_folder(), *path = file_join(folder, "again.json.gz");
	struct out *o;
	struct labels again;
	struct err e = {0};
	assert_int_equal(out_open(&o, path, &e), 0);
	coco_write_instances(o, &l);
	assert_int_equal(out_close(o, &e), 0);
	if (truth_open(path, TRUTH_AUTO, NULL, &again, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(again.ntruths, l.ntruths);
	for (size_t i = 0; i < l.ntruths; i++)
		assert_memory_equal(&again.truths[i].box, &l.truths[i].box, sizeof(struct box));
	labels_free(&again);
	labels_free(&l);
	free(path);
	drop_folder(folder);
}

static void
test_shared_yolo(void **state)
{
	(void)state;
	struct labels l = open_set("data/coco_yolo", NULL);
	assert_int_equal(l.nimages, 128);
	assert_int_equal(l.nclasses, 80);
	assert_string_equal(l.classes[9].name, "traffic light");
	tally(&l, "person", 254, 0, 0, 61);
	labels_free(&l);
	l = open_set("data/coco_yolo/labels", "data/coco_yolo/images");
	assert_int_equal(l.nimages, 128);
	tally(&l, "person", 254, 0, 0, 61);
	labels_free(&l);
}

static void
test_shared_voc(void **state)
{
	(void)state;
	struct labels l = open_set("data/pennfudan/annotations_voc", "data/pennfudan/images");
	assert_int_equal(l.nimages, 30);
	assert_int_equal(l.nclasses, 1);
	tally(&l, "person", 83, 0, 0, 30);
	assert_string_equal(l.images[0].name, "FudanPed00001.png");
	/* (160, 182) - (302, 431) in the set's own text */
	assert_true(l.truths[0].box.x == 159 && l.truths[0].box.y == 181 && l.truths[0].box.w == 143 && l.truths[0].box.h == 250);
	labels_free(&l);
}

static void
test_shared_wider(void **state)
{
	(void)state;
	struct labels l = open_set("data/widerface/wider_face_val_bbx_gt.txt", "data/widerface/images");
	struct labels same = open_set("data/widerface/instances.json", "data/widerface/images");
	assert_int_equal(l.nimages, 100);
	assert_int_equal(l.ntruths, 1136);
	assert_int_equal(same.ntruths, 1136);
	size_t ignored = 0, high16 = 0, high32 = 0;
	for (size_t i = 0; i < l.ntruths; i++) {
		const struct truth *t = &l.truths[i], *s = &same.truths[i];
		ignored += t->ignore;
		high16 += !t->ignore && t->box.h >= 16;
		high32 += !t->ignore && t->box.h >= 32;
		assert_memory_equal(&t->box, &s->box, sizeof t->box);
		assert_true(t->image == s->image && t->ignore == s->crowd && t->area == s->area);
	}
	assert_int_equal(ignored, 29);
	assert_int_equal(high16, 670);
	assert_int_equal(high32, 346);
	for (size_t i = 0; i < l.nimages; i++)
		assert_true(l.images[i].width == same.images[i].width && l.images[i].height == same.images[i].height);
	labels_free(&l);
	labels_free(&same);
}

static void
test_shared_utkface(void **state)
{
	(void)state;
	char *path = shared_path("data/utkface/images");
	struct face_set s;
	struct err e = {0};
	if (truth_open_faces(path, TRUTH_AUTO, &s, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(s.nfaces, 600);
	assert_int_equal(s.nrejected, 0);
	size_t male = 0, female = 0, small = 0, bands[7] = {0};
	static const size_t want[7] = { 70, 36, 190, 126, 47, 65, 66 };
	for (size_t i = 0; i < s.nfaces; i++) {
		male += s.faces[i].gender == GENDER_MALE;
		female += s.faces[i].gender == GENDER_FEMALE;
		small += s.faces[i].age < 5;
		bands[s.faces[i].age >= 60 ? 6 : s.faces[i].age / 10]++;
		assert_true(file_exists(s.faces[i].path));
	}
	assert_int_equal(male, 300);
	assert_int_equal(female, 300);
	assert_int_equal(small, 57);
	assert_memory_equal(bands, want, sizeof want);
	faces_free(&s);
	free(path);
}

static void
test_shared_video(void **state)
{
	(void)state;
	static const struct { const char *mot, *minutes; size_t boxes, tracks; int64_t frames; } clips[] = {
		{ "data/video/vtest_gt_mot.txt", "data/video/vtest_per_minute.csv", 4650, 19, 795 },
		{ "data/video/TUD-Campus_gt_mot.txt", "data/video/TUD-Campus_per_minute.csv", 359, 8, 71 },
	};
	for (size_t i = 0; i < 2; i++) {
		char *mot_path = shared_path(clips[i].mot), *minutes_path = shared_path(clips[i].minutes);
		enum truth_kind kind = TRUTH_AUTO;
		struct mot mot, none;
		struct true_minutes minutes;
		struct err e = {0};
		if (truth_open_people(mot_path, &kind, &mot, &minutes, &e) != 0)
			fail_msg("%s", e.msg);
		assert_int_equal(kind, TRUTH_MOT);
		kind = TRUTH_AUTO;
		if (truth_open_people(minutes_path, &kind, &none, &minutes, &e) != 0)
			fail_msg("%s", e.msg);
		assert_int_equal(kind, TRUTH_MINUTES);
		assert_int_equal(mot.n, clips[i].boxes);
		assert_int_equal(mot.tracks, clips[i].tracks);
		assert_int_equal(mot.frames, clips[i].frames);
		double people = 0;
		int64_t frames = 0;
		for (size_t k = 0; k < minutes.n; k++) {
			people += minutes.v[k].people * (double)minutes.v[k].frames;
			frames += minutes.v[k].frames;
		}
		assert_int_equal(frames, mot.frames);
		assert_true(people > (double)mot.n - 1e-6 && people < (double)mot.n + 1e-6);
		mot_free(&mot);
		minutes_free(&minutes);
		free(mot_path);
		free(minutes_path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folder_list), cmocka_unit_test(test_recognise), cmocka_unit_test(test_wrong_kind),
		cmocka_unit_test(test_pictures), cmocka_unit_test(test_shared_coco), cmocka_unit_test(test_shared_yolo),
		cmocka_unit_test(test_shared_voc), cmocka_unit_test(test_shared_wider), cmocka_unit_test(test_shared_utkface),
		cmocka_unit_test(test_shared_video),
	};
	return cmocka_run_group_tests_name("truth_open", tests, NULL, NULL);
}
