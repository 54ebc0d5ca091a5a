/*
 * What the pages on evaluations share: heading, key figures, gallery, facts.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "eval_parts.h"
#include "page.h"
#include "report/text.h"

static const char *
media_type(const struct eval_picture *p)
{
	static const unsigned char jpeg[] = { 0xFF, 0xD8, 0xFF };
	static const unsigned char png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n' };

	if (p->size >= sizeof jpeg && memcmp(p->data, jpeg, sizeof jpeg) == 0)
		return "image/jpeg";
	if (p->size >= sizeof png && memcmp(p->data, png, sizeof png) == 0)
		return "image/png";
	return NULL;
}

int
eval_check_pictures(const struct eval_common *c, struct err *e)
{
	for (size_t i = 0; i < c->npictures; i++)
		if (media_type(&c->pictures[i]) == NULL)
			return err_set(e, ERR_DATA, "picture %zu of the gallery (%s) is neither JPEG nor PNG; leave it out",
			    i + 1, c->pictures[i].caption);
	return 0;
}

bool
eval_has_interval(const struct interval *i)
{
	return i != NULL && isfinite(i->low) && isfinite(i->high);
}

void
eval_put_value(struct out *o, double v)
{
	if (isfinite(v))
		out_printf(o, "%.3f", v);
	else
		out_puts(o, "\u2013");
}

void
eval_put_interval(struct out *o, const struct interval *i)
{
	if (eval_has_interval(i))
		out_printf(o, "<span class=\"range\">%.3f\u2013%.3f</span>", i->low, i->high);
}

void
eval_put_interval_words(struct out *o, const struct interval *i)
{
	if (eval_has_interval(i))
		out_printf(o, "95\u00a0%% interval <span class=\"whole\">%.3f\u2013%.3f</span>", i->low, i->high);
}

void
eval_key_begin(struct out *o, const char *name, double value)
{
	out_printf(o, "<div><dt>%s</dt><dd><span class=\"big\">", name);
	eval_put_value(o, value);
	out_puts(o, "</span><span class=\"note\">");
}

void
eval_key_end(struct out *o)
{
	out_puts(o, "</span></dd></div>\n");
}

void
eval_table_begin(struct out *o, const char *class, const char *label)
{
	out_printf(o, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table class=\"%s\">\n", label, class);
}

void
eval_table_end(struct out *o)
{
	out_puts(o, "</table></div>\n");
}

void
eval_put_head(struct out *o, const struct eval_common *c)
{
	const struct eval_head *h = &c->head;
	char date[TEXT_SIZE];

	assert(h->task != NULL && h->set != NULL);
	page_head_begin(o);
	out_xml_text(o, h->task);
	out_puts(o, ", evaluated: ");
	out_xml_text(o, h->set);
	page_head_end(o, eval_style);
	out_puts(o, "<header>\n<h1>");
	out_xml_text(o, h->task);
	out_puts(o, ", evaluated</h1>\n<p class=\"lede\"><b>");
	if (h->network != NULL)
		out_xml_text(o, h->network);
	else
		out_puts(o, "Predictions from a file");
	out_puts(o, "</b> on <b>");
	out_xml_text(o, h->set);
	out_printf(o, "</b> &#183; <span class=\"whole\">%s</span>", text_date(h->when_ms, true, date));
	if (h->protocol != NULL) {
		out_puts(o, " &#183; ");
		out_xml_text(o, h->protocol);
	}
	out_puts(o, "</p>\n</header>\n");
}

static void
put_picture(struct out *o, const struct eval_picture *p, size_t number)
{
	out_puts(o, "<figure class=\"shot\"><img alt=\"");
	out_xml_text(o, p->kind);
	out_printf(o, ", picture %zu\" src=\"data:%s;base64,", number, media_type(p));
	out_base64(o, p->data, p->size);
	out_puts(o, "\"><figcaption>");
	out_xml_text(o, p->caption);
	out_puts(o, "</figcaption></figure>\n");
}

void
eval_put_gallery(struct out *o, const struct eval_common *c, bool large)
{
	if (c->npictures == 0)
		return;
	out_puts(o, "<section>\n<h2>The worst errors</h2>\n"
	    "<p class=\"soft\">Chosen because they are wrong, so they are no sample of the whole. "
	    "These pictures are from the data set: pass the page on only as its licence allows.</p>\n");
	for (size_t i = 0; i < c->npictures;) {
		const char *kind = c->pictures[i].kind;
		out_puts(o, "<h3 class=\"caption kind\">");
		out_xml_text(o, kind);
		out_printf(o, "</h3>\n<div class=\"gallery%s\">\n", large ? " large" : "");
		for (size_t n = 1; i < c->npictures && strcmp(c->pictures[i].kind, kind) == 0; i++, n++)
			put_picture(o, &c->pictures[i], n);
		out_puts(o, "</div>\n");
	}
	out_puts(o, "</section>\n");
}

void
eval_put_facts(struct out *o, const struct eval_common *c)
{
	if (c->nfacts == 0)
		return;
	out_puts(o, "<section>\n<h2>How these numbers were made</h2>\n<dl class=\"facts\">\n");
	for (size_t i = 0; i < c->nfacts; i++) {
		const struct eval_fact *f = &c->facts[i];
		if (f->value == NULL)
			continue;
		out_puts(o, "<dt>");
		out_xml_text(o, f->name);
		out_puts(o, "</dt><dd>");
		if (strchr(f->value, '\n') != NULL) {
			page_put_lines(o, f->value);
		} else {
			out_puts(o, f->code ? "<code>" : "");
			out_xml_text(o, f->value);
			out_puts(o, f->code ? "</code>" : "");
		}
		out_puts(o, "</dd>\n");
	}
	out_puts(o, "</dl>\n</section>\n");
}

void
eval_note_interval(struct out *o, const struct eval_common *c, const char *of)
{
	char text[TEXT_SIZE];

	if (c->resamples == 0)
		return;
	out_printf(o, "<dt>Interval</dt><dd>How far a figure would move with another draw of %s like these: the middle 95\u00a0%% of "
	    "%s draws with replacement (percentile bootstrap). It says nothing about how the network does elsewhere.</dd>\n",
	    of, text_count((int64_t)c->resamples, text));
}
