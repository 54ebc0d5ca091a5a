/*
 * xml and voc.
 */
#include "truth_test.h"

#include "truth/voc.h"
#include "truth/xml.h"

/* All events of a text as one line: <a>, </a>, and text in brackets. */
static int
events(const char *text, size_t n, struct buf *out, struct err *e)
{
	struct held h = hold_n(text, n);
	struct xml x;
	enum xml_event got = XML_ERROR;
	buf_clear(out);
	*e = (struct err) {0};
	if (xml_init(&x, "x.xml", h.span, e) == 0) {
		while ((got = xml_next(&x)) > XML_END) {
			struct span name = x.name[x.depth - 1];
			if (got == XML_TEXT)
				buf_printf(out, "[%s]", x.text.data);
			else
				buf_printf(out, "<%s%.*s>", got == XML_CLOSE ? "/" : "", SPAN_SHOWN(name));
		}
	}
	xml_free(&x);
	free(h.data);
	return got == XML_END ? 0 : -1;
}

static void
test_xml(void **state)
{
	(void)state;
	static const struct { const char *text, *events; } good[] = {
		{ "<a/>", "<a></a>" },
		{ "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- c --><a b='1' c = \"x>y\" ><b>t</b> u<c/></a >\n<!--e-->\n",
			"<a><b>[t]</b>[ u]<c></c></a>" },
		{ "<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x41;&#xe9;&#128512;</a>", "<a>[<>&\"'AA\xC3\xA9\xF0\x9F\x98\x80]</a>" },
		{ "<a><![CDATA[<b>&x;]]><![CDATA[]]>.</a>", "<a>[<b>&x;][.]</a>" },
		{ "<a>1<?pi?>2<!-- -- -->3</a>", "<a>[1][2][3]</a>" },
	};
	struct buf have = {0};
	struct err e;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		if (events(good[i].text, strlen(good[i].text), &have, &e) != 0)
			fail_msg("%s: %s", good[i].text, e.msg);
		assert_string_equal(buf_str(&have), good[i].events);
	}
	static const struct refusal bad[] = {
		{ "", "no element at all" }, { "  \n", "no element" }, { "text", "outside of any element" }, { "<a>", "x.xml:1: <a> is not closed" },
		{ "<a>\n<b></a>", "x.xml:2: </a> where </b> is wanted" }, { "<a></a><b/>", "a second outermost" }, { "</a>", "closes nothing" },
		{ "<a></a>x", "outside of any" }, { "<a", "within a tag" }, { "<a b>", "has no value" }, { "<a b=c>", "not in quotes" },
		{ "<a b='c>", "has no end" }, { "<a b='<'/>", "has no end" }, { "<a b='1'c='2'/>", "goes on like this" }, { "<a><1/></a>", "begins like this" }, { "< a/>", "begins like this" },
		{ "<a></a", "has no >" }, { "<a></>", "begins like this" }, { "<a>&nbsp;</a>", "entity &nbsp;" }, { "<a>& </a>", "without its ;" },
		{ "<a>&#0;</a>", "nor a character" }, { "<a>&#xD800;</a>", "nor a character" }, { "<a>&#x110000;</a>", "nor a character" },
		{ "<a>&#99999999999999999999;</a>", "nor a character" }, { "<a>&#;</a>", "nor" }, { "<a>&#x;</a>", "nor" }, { "<a>&;</a>", "entity &;" },
		{ "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;\">]><lolz>&lol2;</lolz>", "x.xml:1: DOCTYPE" },
		{ "<?xml version='1.0'?>\n<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "x.xml:2: DOCTYPE" },
		{ "<a><!ENTITY x \"y\"></a>", "refused" }, { "<!-- <a/>", "comment has no end" }, { "<a><![CDATA[</a>", "CDATA has no end" },
		{ "<?xml <a/>", "<? has no end" }, { "<a>\x01</a>", "control character" }, { "<a>\xE9</a>", "not UTF-8" },
		{ "\xFF\xFE<", "UTF-16" }, { "<a/>x", "outside" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (events(bad[i].text, strlen(bad[i].text), &have, &e) == 0)
			fail_msg("taken: %s", bad[i].text);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
	}
	assert_int_equal(events("<a>\0</a>", 8, &have, &e), -1);
	says(&e, ERR_DATA, "NUL", "NUL");
	struct buf deep = {0};
	for (int i = 0; i < 100000; i++)
		buf_puts(&deep, "<a>");
	assert_int_equal(events(deep.data, deep.len, &have, &e), -1);
	says(&e, ERR_DATA, "more than 32", "many <a>");
	buf_free(&deep);
	buf_free(&have);
}

#define OBJECT(name, a, b, c, d, more) "<object><name>" name "</name>" more "<bndbox><xmin>" a "</xmin><ymin>" b "</ymin><xmax>" c \
	"</xmax><ymax>" d "</ymax></bndbox></object>"
#define FILE_OF(objects) "<annotation><filename>x.png</filename>\n<size><width>64</width><height>48</height></size>\n" objects "</annotation>"

static void
test_file(void **state)
{
	(void)state;
	struct labels l = {0};
	struct err e = {0};
	struct held h = hold(FILE_OF(OBJECT("person", "1", "2", "64", "48", "<difficult> 1 </difficult>"
		"<part><name>head</name><bndbox><xmin>7</xmin><ymin>7</ymin><xmax>3</xmax><ymax>9</ymax></bndbox></part>")
		OBJECT(" dog ", "45.7", "10", "45.7", "10", "<pose>Left</pose>")));
	if (voc_read_file("f/stem.xml", h.span, &l, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(l.nimages, 1);
	assert_string_equal(l.images[0].name, "x.png");
	assert_int_equal(l.images[0].width, 64);
	assert_int_equal(l.images[0].height, 48);
	assert_int_equal(l.ntruths, 2);
	/* the whole picture */
	assert_true(l.truths[0].box.x == 0 && l.truths[0].box.y == 1 && l.truths[0].box.w == 64 && l.truths[0].box.h == 47);
	assert_true(l.truths[0].ignore && !l.truths[1].ignore && !l.truths[0].crowd);
	/* one pixel */
	assert_true(l.truths[1].box.w == 1 && l.truths[1].box.h == 1 && l.truths[1].area == 1);
	assert_string_equal(l.classes[1].name, "dog");
	free(h.data);
	h = hold("<annotation/>");
	assert_int_equal(voc_read_file("f/stem.xml", h.span, &l, &e), 0);
	assert_string_equal(l.images[1].name, "stem");
	free(h.data);
	labels_free(&l);

	static const struct refusal bad[] = {
		{ "", "v.xml" }, { "<html></html>", "<html> where <annotation> is wanted" }, { FILE_OF(OBJECT("a", "1", "2", "3", "x", "")), "v.xml:3: ymax is 'x'" },
		{ FILE_OF(OBJECT("a", "5", "2", "3", "4", "")), "v.xml:3: the a that ends here has a bndbox of negative size" },
		{ FILE_OF(OBJECT("a", "nan", "2", "3", "4", "")), "xmin is 'nan'" }, { FILE_OF(OBJECT("a", "1", "2", "inf", "4", "")), "xmax is 'inf'" },
		{ FILE_OF(OBJECT("a", "1", "2", "1e999", "4", "")), "xmax is '1e999'" }, { FILE_OF(OBJECT("a", "1", "2", "1e12", "4", "")), "xmax is '1e12'" },
		{ FILE_OF(OBJECT("a", "", "2", "3", "4", "")), "xmin is ''" }, { FILE_OF(OBJECT("", "1", "2", "3", "4", "")), "has no name" },
		{ FILE_OF("<object><name>a</name></object>"), "the a that ends here has no xmin" },
		{ FILE_OF("<object><bndbox><xmin>1</xmin></bndbox></object>"), "has no name" },
		{ FILE_OF(OBJECT("a", "1", "2", "3", "4", "<difficult>2</difficult>")), "difficult is '2'" },
		{ "<annotation><size><width>1e9</width></size></annotation>", "width is '1e9'" },
		{ "<annotation><size><height>-4</height></size></annotation>", "height is '-4'" }, { FILE_OF("<object>"), "</annotation> where </object>" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		h = hold(bad[i].text);
		if (voc_read_file("v.xml", h.span, &l, &e) == 0)
			fail_msg("taken: %s", bad[i].text);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
		labels_free(&l);
		free(h.data);
	}
}

static void
test_folder(void **state)
{
	(void)state;
	char *folder = make_folder();
	struct names files;
	struct labels l = {0};
	struct err e = {0};
	write_text(folder, "b.xml", "<annotation>" OBJECT("cat", "1", "1", "2", "2", "") "</annotation>");
	write_text(folder, "a.xml", "<annotation>" OBJECT("dog", "1", "1", "2", "2", "") OBJECT("cat", "1", "1", "2", "2", "") "</annotation>");
	write_text(folder, ".hidden.xml", "no");
	write_text(folder, "readme.txt", "no");
	assert_int_equal(folder_list(folder, &files, &e), 0);
	assert_int_equal(files.n, 3);
	if (voc_read_folder(folder, &files, &l, &e) != 0)
		fail_msg("%s", e.msg);
	names_free(&files);
	assert_string_equal(l.protocol, "voc");
	assert_int_equal(l.nimages, 2);
	assert_string_equal(l.images[0].name, "a");
	assert_string_equal(l.classes[0].name, "cat");
	assert_int_equal(l.classes[1].id, 2);
	assert_int_equal(l.truths[0].class_index, 1);
	assert_int_equal(l.truths[1].class_index, 0);
	assert_int_equal(l.truths[2].class_index, 0);
	assert_int_equal(l.truths[2].image, 1);
	labels_free(&l);

	write_text(folder, "c.xml", "<annotation><filename>a</filename></annotation>");
	assert_int_equal(folder_list(folder, &files, &e), 0);
	assert_int_equal(voc_read_folder(folder, &files, &l, &e), -1);
	says(&e, ERR_DATA, "two files are of the picture a", "duplicate");
	names_free(&files);
	drop_folder(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml), cmocka_unit_test(test_file), cmocka_unit_test(test_folder),
	};
	return cmocka_run_group_tests_name("truth_voc", tests, NULL, NULL);
}
