/*
 * Options that choose frames, for every command that reads recordings.
 */
#include "cli/sampling.h"

#include <math.h>

#include "base/num.h"
#include "base/when.h"

static int
parse_bound(const char *text, const char *option, bool *has, bool *absolute, int64_t *ms, struct err *e)
{
	if (text == NULL)
		return 0;
	*has = true;
	*absolute = when_parse(text, ms) == 0;
	if (!*absolute && when_parse_offset(text, ms) != 0)
		return err_set(e, ERR_USAGE, "--%s %s: neither a place in the recording (90, 1:30, 01:02:03.5) nor an RFC 3339 time", option, text);
	return 0;
}

static int
parse_sampling(const struct cli *c, struct sampling *s, struct err *e)
{
	const char *every = cli_value(c, "every"), *fps = cli_value(c, "fps");
	s->every = 1;
	if (every != NULL && fps != NULL)
		return err_set(e, ERR_USAGE, "--every and --fps exclude each other");
	if (every != NULL && (num_int(every, &s->every) != 0 || s->every < 1 || s->every > 1000000000))
		return err_set(e, ERR_USAGE, "--every %s: a whole number from 1 to 1000000000", every);
	if (fps != NULL && (num_real(fps, &s->fps) != 0 || s->fps < 0.0001 || s->fps > 1000))
		return err_set(e, ERR_USAGE, "--fps %s: a number from 0.0001 to 1000", fps);
	if (parse_bound(cli_value(c, "from"), "from", &s->has_from, &s->from_absolute, &s->from_ms, e) != 0
	    || parse_bound(cli_value(c, "to"), "to", &s->has_to, &s->to_absolute, &s->to_ms, e) != 0)
		return -1;
	if (s->has_from && s->has_to && s->from_absolute == s->to_absolute && s->from_ms >= s->to_ms)
		return err_set(e, ERR_USAGE, "--from %s is not before --to %s", cli_value(c, "from"), cli_value(c, "to"));
	return 0;
}

int
sampling_parse(const struct cli *c, struct source_options *o, struct err *e)
{
	const char *start = cli_value(c, "start");
	if (parse_sampling(c, &o->sampling, e) != 0)
		return -1;
	if (start != NULL && when_parse(start, &o->start_ms) != 0)
		return err_set(e, ERR_USAGE, "--start %s: an RFC 3339 time is wanted, as 2026-11-21T09:30:00Z", start);
	o->has_start = start != NULL;
	o->max_pixels = c->settings.input_max_pixels;
	o->picture_interval_ms = llround(c->settings.input_image_interval * 1000);
	return 0;
}
