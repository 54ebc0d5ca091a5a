/*
 * gen_registry FOLDER LAYOUT:PATH[:SIZE]...: writes FOLDER/registry.cfg with an entry for each network that gen_net (or
 * a test, for the stand-in bridge) has put at FOLDER/PATH, with its real size and SHA-256. LAYOUT and SIZE are gen_net's; a
 * darknet's .cfg is expected beside its weights. The first network of a task is the default.
 *
 *	gen_net yolov5 m/person/five.onnx; gen_registry m yolov5:person/five.onnx; FOOTFALL_REGISTRY=m/registry.cfg FOOTFALL_MODELS=m footfall ...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"

static const struct layout {
	const char *name, *task, *format, *rest;
} layouts[] = {
#define PERSON "classes = [ \"other\", \"person\" ]; min_score = 0.5; iou = 0.45;"
	{ "yolov5", "person", "onnx", "channels = \"rgb\"; divide = 255; resize = \"letterbox\"; fill = 114; " PERSON },
	{ "yolov8", "person", "onnx", "channels = \"rgb\"; divide = 255; resize = \"letterbox\"; fill = 114; " PERSON },
	{ "yolox", "person", "onnx", "channels = \"bgr\"; resize = \"topleft\"; fill = 114; " PERSON },
	{ "end2end", "person", "onnx", "channels = \"rgb\"; divide = 255; resize = \"letterbox\"; fill = 114; " PERSON },
	{ "darknet", "person", "darknet",
		"channels = \"rgb\"; divide = 255; resize = \"letterbox\"; fill = 114; classes = [ \"person\" ]; min_score = 0.5; iou = 0.45;" },
	{ "yunet", "face", "onnx", "channels = \"bgr\"; resize = \"topleft\"; fill = 0; classes = [ \"face\" ]; min_score = 0.5; iou = 0.3;" },
	{ "pf", "person\", \"face", "onnx",
		"channels = \"rgb\"; divide = 255; resize = \"letterbox\"; fill = 114; batch = \"any\"; "
		"classes = [ \"person\", \"face\" ]; min_score = [ 0.5, 0.4 ]; iou = [ 0.45, 0.3 ];" },
	{ "softmax2", "gender", "onnx", "channels = \"rgb\"; divide = 255; batch = \"any\"; margin = 0.0; min_score = 0.6; female = 0;" },
	{ "sigmoid1", "gender", "onnx", "channels = \"rgb\"; divide = 255; batch = \"any\"; margin = 0.0; min_score = 0.6; female = 0;" },
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

static int
add_file(struct buf *b, const char *folder, const char *path, const char *end, struct err *e)
{
	char hex[SHA256_HEX], *full = file_join(folder, path);
	int64_t size;
	int r = file_sha256(full, hex, &size, e);
	if (r == 0)
		buf_printf(b, "\t\t\t{ path = \"%s\"; size = %lld; sha256 = \"%s\"; }%s\n", path, (long long)size, hex, end);
	free(full);
	return r;
}

/* spec is cut up on the way. */
static int
add_model(struct buf *b, const char *folder, char *spec, int preference, struct err *e)
{
	int64_t size = 64;
	char *path = strchr(spec, ':'), *number;
	if (path == NULL || strpbrk(spec, "\"\\") != NULL)
		return err_set(e, ERR_USAGE, "%s is not LAYOUT:PATH[:SIZE]", spec);
	*path++ = '\0';
	if ((number = strchr(path, ':')) != NULL) {
		*number++ = '\0';
		if (num_int(number, &size) != 0)
			return err_set(e, ERR_USAGE, "%s is not a size", number);
	}
	const struct layout *l = layouts;
	while (l < layouts + LAYOUTS && strcmp(l->name, spec) != 0)
		l++;
	if (l == layouts + LAYOUTS)
		return err_set(e, ERR_USAGE, "no layout %s", spec);

	bool pair = strcmp(l->format, "darknet") == 0;
	buf_printf(b, "\t{\n\t\ttask = [ \"%s\" ]; family = \"%s\"; format = \"%s\";\n\t\tfiles = (\n", l->task, l->name, l->format);
	if (add_file(b, folder, path, pair ? "," : "", e) != 0)
		return -1;
	if (pair) {
		char *dot = strrchr(path, '.'), *cfg = mem_printf("%.*s.cfg", (int)(dot != NULL ? dot - path : (long)strlen(path)), path);
		int r = add_file(b, folder, cfg, "", e);
		free(cfg);
		if (r != 0)
			return -1;
	}
	buf_printf(b, "\t\t);\n\t\tlicence = \"MIT\"; upstream = \"tests/gen/gen_net.c\"; preference = %d;\n", preference);
	if (strcmp(l->name, "pf") == 0)
		buf_printf(b, "\t\twidth = %lld; flexible = true;\n\t\t%s\n\t},\n", (long long)size, l->rest);
	else
		buf_printf(b, "\t\twidth = %lld; height = %lld;\n\t\t%s\n\t},\n", (long long)size, (long long)size, l->rest);
	return 0;
}

int
main(int argc, char **argv)
{
	struct err e;
	struct buf b = { 0 };
	int code = 0;
	if (argc < 3) {
		fprintf(stderr, "usage: gen_registry FOLDER LAYOUT:PATH[:SIZE]...\n");
		return 2;
	}
	buf_puts(&b, "models = (\n");
	for (int i = 2; i < argc && code == 0; i++)
		if (add_model(&b, argv[1], argv[i], 1000 - i, &e) != 0)
			code = (int)e.code;
	/* libconfig allows no comma behind the last one. */
	if (code == 0) {
		b.len -= 2;
		buf_puts(&b, "\n);\n");
		char *path = file_join(argv[1], "registry.cfg");
		FILE *f = fopen(path, "w");
		bool ok = f != NULL && fwrite(b.data, 1, b.len, f) == b.len;
		if ((f != NULL && fclose(f) != 0) || !ok) {
			err_set(&e, ERR_IO, "%s: cannot be written", path);
			code = ERR_IO;
		}
		free(path);
	}
	if (code != 0)
		fprintf(stderr, "gen_registry: %s\n", e.msg);
	buf_free(&b);
	return code;
}
