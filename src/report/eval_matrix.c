/*
 * The confusion matrix: a heat map with its numbers written in.  Shading is by row, so that it shows recall
 * and its loss whatever the number of women and men; hue tells right answers, mistakes and no answer.
 */
#include <inttypes.h>
#include <math.h>

#include "eval_parts.h"
#include "report/text.h"

enum { LEFT = 58, TOP = 26, WIDE = 342, HIGH = 84 };

static void
put_cell(struct out *o, int x, int y, int w, uint64_t n, uint64_t row, const char *class)
{
	char text[TEXT_SIZE];
	double part = row > 0 ? (double)n / (double)row : 0;
	/* Few is not none; and full colour is kept for all. */
	double shade = n == 0 ? 0.04 : 0.12 + 0.88 * part;
	const char *inverse = shade > 0.55 ? " inverse" : "";

	out_printf(o, "<rect class=\"%s\" fill-opacity=\"%.2f\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", class, shade, x, y,
	    w - 2, HIGH - 2);
	out_printf(o, "<text class=\"n%s\" x=\"%d\" y=\"%d\">%s</text>", inverse, x + w / 2, y + HIGH / 2,
	    text_count((int64_t)n, text));
	if (row > 0)
		out_printf(o, "<text class=\"share%s\" x=\"%d\" y=\"%d\">%.1f\u00a0%%</text>", inverse, x + w / 2, y + HIGH / 2 + 21,
		    100 * part);
	out_puts(o, "\n");
}

void
eval_put_matrix(struct out *o, const struct gender_confusion *c, const char *id, const char *view, bool none)
{
	const uint64_t n[2][3] = {
		{ c->female_female, c->female_male, c->female_none }, { c->male_female, c->male_male, c->male_none }
	};
	static const char *const names[] = { "female", "male" };
	static const char *const answers[] = { "said female", "said male", "no answer" };
	int columns = none ? 3 : 2, w = WIDE / columns;
	char text[TEXT_SIZE];

	out_printf(o, "<svg class=\"matrix\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t %s-d\">\n"
	    "<title id=\"%s-t\">Confusion matrix, %s</title>\n<desc id=\"%s-d\">", LEFT + WIDE, TOP + 2 * HIGH, id, id, id, view, id);
	for (int truth = 0; truth < 2; truth++) {
		out_printf(o, "Of those labelled %s", names[truth]);
		for (int k = 0; k < columns; k++)
			out_printf(o, ", %s: %s", answers[k], text_count((int64_t)n[truth][k], text));
		out_puts(o, ". ");
	}
	out_puts(o, "</desc>\n");
	for (int k = 0; k < columns; k++)
		out_printf(o, "<text class=\"top\" x=\"%d\" y=\"16\">%s</text>", LEFT + k * w + w / 2, answers[k]);
	for (int truth = 0; truth < 2; truth++) {
		int y = TOP + truth * HIGH;
		out_printf(o, "<text class=\"side\" x=\"0\" y=\"%d\">%s</text>\n", y + HIGH / 2 + 4, names[truth]);
		for (int k = 0; k < columns; k++)
			put_cell(o, LEFT + k * w, y, w, n[truth][k], n[truth][0] + n[truth][1] + n[truth][2],
			    k == 2 ? "none" : k == truth ? "right" : "wrong");
	}
	out_puts(o, "</svg>\n");
}
