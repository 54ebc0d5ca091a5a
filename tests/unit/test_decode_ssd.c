/*
 * Layouts that count the background: SSD and Ultra-Light.
 */
#include "decode_test.h"

static const struct decode FACE = { .in_w = 300, .in_h = 200, .nclasses = 1, .wanted = 0,
	.min_score = 0.5 };

static void
ssd(void **state)
{
	(void)state;
	struct tensor t = ZEROS("detection_out", 1, 1, 6, 7);
	struct dets d = {0};
	PUT(&t, 0, 1, 0, 1, 0.9f, 0.1f, 0.25f, 0.5f, 0.75f);
	PUT(&t, 7, 1, 0, 0, 0.9f, 0.1f, 0.25f, 0.5f, 0.75f);	/* background */
	PUT(&t, 14, 1, 0, 2, 0.9f, 0.1f, 0.25f, 0.5f, 0.75f);	/* another class */
	PUT(&t, 21, 1, 1, 1, 0.9f, 0.1f, 0.25f, 0.5f, 0.75f);	/* another picture */
	PUT(&t, 28, 1, 0, 1, 0.4f, 0.1f, 0.25f, 0.5f, 0.75f);	/* below */
	PUT(&t, 35, 1, 0, 1, 0.9f, NAN, 0.25f, 0.5f, 0.75f);
	finds(decode_ssd, &FACE, &t, 1, &d, 1);
	is_det(&d.v[0], 30, 50, 120, 100, 0.9);
	drop(&t, 1);

	/* What the layer gives when it found nothing: a row of zeros, or none. */
	struct decode c = FACE;
	c.min_score = 0;
	t = ZEROS("detection_out", 1, 1, 1, 7);
	finds(decode_ssd, &c, &t, 1, &d, 0);
	drop(&t, 1);
	t = ZEROS("detection_out", 1, 1, 0, 7);
	finds(decode_ssd, &c, &t, 1, &d, 0);
	drop(&t, 1);
	t = ZEROS("detection_out", 1, 1, 6, 6);
	refuses(decode_ssd, &c, &t, 1, "(1, 1, 6, 6)", "(1, 1, n, 7)");
	drop(&t, 1);
	dets_free(&d);
}

static void
ultralight(void **state)
{
	(void)state;
	struct tensor t[] = { ZEROS("boxes", 1, 5, 4), ZEROS("scores", 1, 5, 2) };
	struct dets d = {0};
	PUT(&t[1], 0, 1, 0.9f, 0.1f, 0.2f, 0.8f, 0.3f, 0.7f, NAN, NAN, 0, 1);
	PUT(&t[0], 4, 1, 0.1f, 0.25f, 0.5f, 0.75f);
	PUT(&t[0], 8, 1, 0.5f, 0.25f, 0.1f, 0.75f);	/* inside out */
	PUT(&t[0], 16, 1, -0.1f, 0, 1.1f, 1);		/* over the border is for the caller to cut */
	finds(decode_ultralight, &FACE, t, 2, &d, 2);
	is_det(&d.v[0], 30, 50, 120, 100, 0.8);
	is_det(&d.v[1], -30, 0, 360, 200, 1);

	refuses(decode_ultralight, &FACE, t, 1, "boxes (1, 5, 4)", "scores (1, n, 2)");
	refuses(decode_ultralight, &FACE, t + 1, 1, "scores (1, 5, 2)", "boxes (1, 5, 4)");
	struct tensor fewer = ZEROS("boxes", 1, 4, 4);
	struct tensor bad[] = { fewer, t[1] };
	refuses(decode_ultralight, &FACE, bad, 2, "boxes (1, 4, 4)", "boxes (1, 5, 4)");
	drop(&fewer, 1);
	/* Three classes and the background have the shape of the boxes; the names tell. */
	struct decode c = FACE;
	c.nclasses = 3;
	c.wanted = 2;
	struct tensor three[] = { t[0], ZEROS("scores", 1, 5, 4) };
	PUT(&three[1], 4, 1, 0, 0, 0, 1);
	finds(decode_ultralight, &c, three, 2, &d, 1);
	is_det(&d.v[0], 30, 50, 120, 100, 1);
	drop(three, 2);
	drop(&t[1], 1);
	dets_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ssd),
		cmocka_unit_test(ultralight),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
