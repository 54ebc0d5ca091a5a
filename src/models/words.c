/*
 * The words of the registry files.
 */
#include "models/entry_parts.h"

#include <string.h>

const char *const words_task[TASKS + 1] = { "person", "face", "gender", NULL };
const char *const words_family[FAMILIES + 1] = {
	[FAMILY_YOLOV5] = "yolov5", [FAMILY_YOLOV8] = "yolov8", [FAMILY_YOLOX] = "yolox",
	[FAMILY_END2END] = "end2end", [FAMILY_DARKNET] = "darknet", [FAMILY_NANODET] = "nanodet",
	[FAMILY_FASTESTDET] = "fastestdet", [FAMILY_YUNET] = "yunet", [FAMILY_YUNET2022] = "yunet2022",
	[FAMILY_SSD] = "ssd", [FAMILY_ULTRALIGHT] = "ultralight", [FAMILY_MTCNN] = "mtcnn", [FAMILY_PF] = "pf",
	[FAMILY_SOFTMAX2] = "softmax2", [FAMILY_SIGMOID1] = "sigmoid1", [FAMILIES] = NULL
};
const char *const words_format[] = { "onnx", "darknet", "caffe", "tensorflow", NULL };
const char *const words_channels[] = { "bgr", "rgb", "grey", NULL };
const char *const words_resize[] = { "letterbox", "topleft", "stretch", NULL };

const char *
task_name(enum task t)
{
	return words_task[t];
}

bool
model_has_several_tasks(const struct model *m)
{
	return m->serves[TASK_PERSON] && m->serves[TASK_FACE];
}

const char *
model_tasks(const struct model *m)
{
	return model_has_several_tasks(m) ? "person+face" : task_name(m->task);
}

const char *
family_name(enum family f)
{
	return words_family[f];
}

const char *
format_name(enum vision_format f)
{
	return words_format[f];
}

const char *
channels_name(enum vision_channels c)
{
	return words_channels[c];
}

const char *
resize_name(enum resize_rule r)
{
	return words_resize[r];
}

const char *
model_state_name(enum model_state s)
{
	static const char *const names[] = { "ready", "missing", "broken", "unsupported" };
	return names[s];
}

int
task_parse(const char *s, enum task *out)
{
	for (int i = 0; i < TASKS; i++)
		if (strcmp(s, words_task[i]) == 0) {
			*out = (enum task)i;
			return 0;
		}
	return -1;
}
