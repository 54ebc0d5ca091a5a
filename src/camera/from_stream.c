/*
 * RTSP and HTTP streams, through FFmpeg's libraries directly: OpenCV's way to them gives no reasons, mixes their messages into
 * the program's, and keeps the size of the first picture for ever.
 *
 * What is built without them (FOOTFALL_AV) says so when a stream is asked for.
 */
#include "camera/capture.h"
#include "camera/grab.h"

#ifdef FOOTFALL_AV

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* FFmpeg's headers do not pass -Wconversion. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#pragma GCC diagnostic pop

#include "base/mem.h"
#include "base/when.h"
#include "camera/pace.h"
#include "camera/pixels.h"

enum {
	WIDTH_STEP = 16,	/* libswscale leaves the end of a row undone whose width is not a multiple of it */
	BAD_MAX = 100,		/* packets in a row that cannot be decoded */
	LINE_SIZE = 400
};

struct stream {
	const struct ring_setup *s;
	struct ring_writer *w;
	AVFormatContext *in;
	AVCodecContext *decoder;
	AVPacket *packet;
	AVFrame *frame;
	struct SwsContext *scale;
	unsigned char *wide;		/* a picture with rows of a padded length; of wide_size bytes */
	size_t wide_size;
	int index;			/* of the video */
	bool leaving;			/* the server is taken leave of: no interruption any more */
	bool bursts;			/* frames come in bursts (HLS, or a recording on a server) and are paced */
	struct pace pace;
	int bad;
};

const char *
capture_stream_library(void)
{
	return AV_STRINGIFY(LIBAVFORMAT_VERSION);
}

/* FFmpeg's messages go to stderr, which the parent reads, redacts and shows when asked to. */
static void
log_message(void *context, int level, const char *fmt, va_list ap)
{
	char line[LINE_SIZE];
	int prefix = 1;
	if (level > av_log_get_level())
		return;
	av_log_format_line(context, level, fmt, ap, line, sizeof line, &prefix);
	fputs(line, stderr);
}

static int
interrupted(void *context)
{
	struct stream *st = context;
	return !st->leaving && ring_writer_closed(st->w);
}

/* "Server returned 401 Unauthorized (authorization failed)" and the like. */
static int
fail(int code, const char *what, struct err *e)
{
	char why[AV_ERROR_MAX_STRING_SIZE] = "";
	if (code == AVERROR_EXIT) {
		e->code = ERR_NONE;
		return -1;
	}
	av_strerror(code, why, sizeof why);
	return err_set(e, ERR_UNAVAILABLE, "%s%s%s", what, what[0] != '\0' ? ": " : "", why);
}

static void
set_options(const struct stream *st, AVDictionary **options)
{
	bool rtsp = strncasecmp(st->s->address, "rtsp", 4) == 0;

	/* What a server sends must not make us open something else: files, pipes. */
	av_dict_set(options, "protocol_whitelist", rtsp ? "rtsp,rtp,srtp,udp,tcp,tls,crypto" :
	    "http,https,httpproxy,tcp,tls,crypto", 0);
	/* Not "nobuffer", which throws away what was read to know the stream: the next key frame may be ten seconds away. */
	av_dict_set(options, "analyzeduration", "2000000", 0);
	/* Twenty frames would be waited for to learn their rate, which nobody asks for. */
	av_dict_set(options, "fpsprobesize", "0", 0);
	if (rtsp) {
		av_dict_set(options, "rtsp_transport", st->s->udp ? "udp" : "tcp", 0);
		av_dict_set(options, "allowed_media_types", "video", 0);
	}
}

static int
open_input(struct stream *st, struct err *e)
{
	AVDictionary *options = NULL;

	st->in = avformat_alloc_context();
	st->packet = av_packet_alloc();
	st->frame = av_frame_alloc();
	if (st->in == NULL || st->packet == NULL || st->frame == NULL)
		return fail(AVERROR(ENOMEM), "", e);
	st->in->interrupt_callback = (AVIOInterruptCB){ .callback = interrupted, .opaque = st };
	set_options(st, &options);
	/* It frees st->in when it fails. */
	int r = avformat_open_input(&st->in, st->s->address, NULL, &options);
	av_dict_free(&options);
	if (r < 0)
		return fail(r, "", e);
	if ((r = avformat_find_stream_info(st->in, NULL)) < 0)
		return fail(r, "", e);
	return 0;
}

static int
open_decoder(struct stream *st, struct err *e)
{
	const AVCodec *codec = NULL;

	st->index = av_find_best_stream(st->in, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
	if (st->index < 0)
		return err_set(e, ERR_UNAVAILABLE, st->index == AVERROR_DECODER_NOT_FOUND ?
		    "this FFmpeg has no decoder for its video" : "no video in it");
	for (unsigned i = 0; i < st->in->nb_streams; i++)
		if ((int)i != st->index)
			st->in->streams[i]->discard = AVDISCARD_ALL;
	st->decoder = avcodec_alloc_context3(codec);
	if (st->decoder == NULL)
		return fail(AVERROR(ENOMEM), "", e);
	int r = avcodec_parameters_to_context(st->decoder, st->in->streams[st->index]->codecpar);
	/* Two threads at the slices of one picture; threads of a picture each would delay each picture. */
	st->decoder->thread_count = 2;
	st->decoder->thread_type = FF_THREAD_SLICE;
	st->decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
	st->decoder->max_pixels = st->s->max_pixels;
	if (r < 0 || (r = avcodec_open2(st->decoder, codec, NULL)) < 0)
		return fail(r, "its video cannot be decoded", e);
	st->bursts = strcmp(st->in->iformat->name, "hls") == 0 || strcmp(st->in->iformat->name, "dash") == 0 ||
	    st->in->duration > 0;
	/* A little faster than real time, so that a server whose clock is ahead of ours is never fallen behind of. */
	st->pace = (struct pace){ .speed = 1.02, .longest_ms = st->s->stall_ms / 2 + 1 };
	return 0;
}

/* Degrees clockwise by which the picture is to be turned, as some cameras that hang upside down say: 0, 90, 180 or 270. */
static int
turn_of(const AVFrame *f)
{
	const AVFrameSideData *side = av_frame_get_side_data(f, AV_FRAME_DATA_DISPLAYMATRIX);
	int32_t matrix[9];

	if (side == NULL || side->size < sizeof matrix)
		return 0;
	memcpy(matrix, side->data, sizeof matrix);
	double turn = -av_display_rotation_get(matrix);
	if (!isfinite(turn))
		return 0;
	int quarters = (int)lround(turn / 90);
	return (quarters % 4 + 4) % 4 * 90;
}

/* The picture into a slot, whatever its kind. */
static int
convert(struct stream *st, int turn, unsigned char *to, struct err *e)
{
	const AVFrame *f = st->frame;
	const size_t row = 3 * (size_t)f->width, rows = (size_t)f->height;
	const size_t padded = (row + 3 * WIDTH_STEP + 63) / 64 * 64;
	const bool straight = turn == 0 && f->width % WIDTH_STEP == 0;
	const char *kind = av_get_pix_fmt_name((enum AVPixelFormat)f->format);

	st->scale = sws_getCachedContext(st->scale, f->width, f->height, (enum AVPixelFormat)f->format, f->width, f->height,
	    AV_PIX_FMT_BGR24, SWS_BICUBIC, NULL, NULL, NULL);
	if (st->scale == NULL)
		return err_set(e, ERR_DATA, "pictures of a kind that cannot be converted (%s)", kind != NULL ? kind : "unknown");
	if (!straight && st->wide_size < padded * rows + 64) {
		st->wide_size = padded * rows + 64;
		st->wide = mem_resize(st->wide, st->wide_size, 1);
	}
	uint8_t *const planes[4] = { straight ? to : st->wide };
	const int steps[4] = { (int)(straight ? row : padded) };
	if (sws_scale(st->scale, (const uint8_t *const *)f->data, f->linesize, 0, f->height, planes, steps) < 0)
		return err_set(e, ERR_DATA, "a picture that cannot be converted (%s)", kind != NULL ? kind : "unknown");
	if (!straight)
		pixels_turn(turn, f->width, f->height, st->wide, padded, to);
	return 0;
}

static int
send_frame(struct stream *st, struct err *e)
{
	const AVRational base = st->in->streams[st->index]->time_base;
	const int64_t pts = st->frame->best_effort_timestamp;
	unsigned char *to;

	if (st->bursts && pts != AV_NOPTS_VALUE &&
	    ring_writer_wait(st->w, pace_due(&st->pace, (double)pts * av_q2d(base) * 1000, when_monotonic_ms())) != 0) {
		e->code = ERR_NONE;
		return -1;
	}
	int64_t captured = when_monotonic_ms();
	int turn = turn_of(st->frame), w = st->frame->width, h = st->frame->height;
	int r = ring_writer_slot(st->w, turn % 180 == 0 ? w : h, turn % 180 == 0 ? h : w, false, &to, e);
	if (r != 1)
		return r;
	if (convert(st, turn, to, e) != 0)
		return -1;
	if (ring_writer_frame(st->w, captured) == 0)
		return 0;
	e->code = ERR_NONE;
	return -1;
}

/* Everything that the decoder has for the packet.  A damaged one is passed over: the next may be whole. */
static int
decode(struct stream *st, struct err *e)
{
	int r = avcodec_send_packet(st->decoder, st->packet), n = 0;

	while (r >= 0 && (r = avcodec_receive_frame(st->decoder, st->frame)) >= 0) {
		n++;
		if (send_frame(st, e) != 0)
			return -1;
		av_frame_unref(st->frame);
	}
	bool bad = r < 0 && r != AVERROR(EAGAIN) && r != AVERROR_EOF;
	st->bad = n > 0 ? 0 : st->bad + bad;
	return st->bad < BAD_MAX ? 0 : fail(r, "its video cannot be decoded", e);
}

static int
read_frames(struct stream *st, struct err *e)
{
	int r;

	while ((r = av_read_frame(st->in, st->packet)) >= 0) {
		r = st->packet->stream_index == st->index ? decode(st, e) : 0;
		av_packet_unref(st->packet);
		if (r != 0)
			return -1;
	}
	/* HTTP calls an end that was not announced an error of input. */
	if (r == AVERROR_EOF || r == AVERROR(EIO))
		return err_set(e, ERR_UNAVAILABLE, "the other side ended it");
	return fail(r, "", e);
}

int
grab_stream(const struct ring_setup *s, struct ring_writer *w, struct err *e)
{
	struct stream st = { .s = s, .w = w };
	int r = -1;

	av_log_set_level(s->verbose ? AV_LOG_INFO : AV_LOG_FATAL);
	av_log_set_callback(log_message);
	avformat_network_init();
	if (open_input(&st, e) != 0)
		goto out;
	ring_writer_tell(w, RING_OPENED, ERR_NONE, NULL);
	if (open_decoder(&st, e) == 0)
		r = read_frames(&st, e);
out:
	st.leaving = true;
	sws_freeContext(st.scale);
	free(st.wide);
	av_frame_free(&st.frame);
	av_packet_free(&st.packet);
	avcodec_free_context(&st.decoder);
	avformat_close_input(&st.in);
	return r;
}

#else

const char *
capture_stream_library(void)
{
	return NULL;
}

int
grab_stream(const struct ring_setup *s, struct ring_writer *w, struct err *e)
{
	(void)s;
	(void)w;
	return err_set(e, ERR_UNAVAILABLE, "this footfall was built without FFmpeg's libraries, and reads no streams");
}

#endif
