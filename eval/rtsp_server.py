#!/usr/bin/python3
"""A camera to try footfall on: plays a recording in a loop as H.264 over RTSP, on 127.0.0.1.

  rtsp_server.py RECORDING [--port 8554] [--size 768x576] [--fps 10] [--user NAME:PASSWORD] [--auth digest]
                 [--other-size 640x480] [--change SECONDS] [--cache FOLDER]

The address is rtsp://NAME:PASSWORD@127.0.0.1:PORT/cam.  Like a camera it does not wait for anybody: what it shows depends
on the time since its start only, which stdout tells as "start MILLISECONDS fps F frames N port P"; "play MILLISECONDS" follows
each time that somebody begins to watch.  --other-size: a second
resolution, to which SIGUSR1 switches in mid-stream, and back; --change does so by itself.  Everything is encoded once, before it
listens (--cache keeps it for the next start).

Needs GStreamer's RTSP server (apt-get install python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good
gstreamer1.0-plugins-ugly gstreamer1.0-libav).  Exit status: 0 ended by a signal, 66 the recording cannot be read, 69 no
GStreamer, or the port is taken.
"""
import argparse, hashlib, os, pickle, signal, sys, threading, time

try:
	import gi
	gi.require_version("Gst", "1.0")
	gi.require_version("GstRtspServer", "1.0")
	from gi.repository import GLib, Gst, GstRtspServer
except (ImportError, ValueError) as why:
	print(f"rtsp_server: no GStreamer RTSP server here: {why}", file=sys.stderr)
	sys.exit(69)


def arguments():
	p = argparse.ArgumentParser(description="a camera to try footfall on")
	p.add_argument("recording")
	p.add_argument("--port", type=int, default=8554)
	p.add_argument("--size", default="768x576")
	p.add_argument("--fps", type=int, default=10, help="as many frames of the recording are shown in a second")
	p.add_argument("--user", help="NAME:PASSWORD")
	p.add_argument("--auth", choices=["basic", "digest"], default="digest")
	p.add_argument("--other-size", help="shown after SIGUSR1")
	p.add_argument("--change", type=float, default=0, help="seconds after which the size changes, again and again")
	p.add_argument("--cache", help="folder for what is encoded")
	return p.parse_args()


def encode(recording, size, fps, cache):
	"""The recording's frames, each an access unit of H.264, with a key frame each second."""
	key = hashlib.sha256(repr((os.path.realpath(recording), os.path.getmtime(recording), size, fps)).encode()).hexdigest()[:16]
	kept = os.path.join(cache, f"rtsp-{key}.units") if cache else None
	if kept and os.path.exists(kept):
		with open(kept, "rb") as f:
			return pickle.load(f)
	width, height = size.split("x")
	# Frames are taken as they come, whatever their times in the recording: the rate is ours.
	pipeline = Gst.parse_launch(f"filesrc name=in ! decodebin ! videoconvert ! videoscale ! "
		f"video/x-raw,format=I420,width={int(width)},height={int(height)} ! "
		f"x264enc tune=zerolatency speed-preset=veryfast bitrate=2000 key-int-max={fps} threads=1 ! "
		"h264parse config-interval=-1 ! video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=out sync=false")
	pipeline.get_by_name("in").set_property("location", recording)
	out, units = pipeline.get_by_name("out"), []
	pipeline.set_state(Gst.State.PLAYING)
	while (sample := out.emit("pull-sample")) is not None:
		buffer = sample.get_buffer()
		units.append((not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT), buffer.extract_dup(0, buffer.get_size())))
	failed = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
	pipeline.set_state(Gst.State.NULL)
	if failed or not units:
		raise SystemExit(fail(66, f"{recording}: {failed.parse_error()[0].message if failed else 'no frames'}"))
	if kept:
		with open(f"{kept}.{os.getpid()}", "wb") as f:
			pickle.dump(units, f)
		os.replace(f.name, kept)
	return units


def fail(status, text):
	print(f"rtsp_server: {text}", file=sys.stderr)
	return status


class Camera:
	def __init__(self, sizes, fps):
		self.sizes, self.fps = sizes, fps	# sizes: lists of units
		self.shown = 0				# which of them
		self.start = time.monotonic()

	def change(self):
		self.shown = (self.shown + 1) % len(self.sizes)

	def now(self):
		return int((time.monotonic() - self.start) * self.fps)

	def feed(self, src, stop):
		"""Pushes frames into one client pipeline, at their times, until told."""
		position, shown = None, None
		while not stop.is_set():
			units = self.sizes[self.shown]
			now = self.now()
			# A decoder must begin at a key frame: at the start, when it fell behind (we were stopped), and at another size.
			if position is None or shown != self.shown or now - position > self.fps // 2:
				position = now
				while not units[position % len(units)][0]:
					position += 1
				shown = self.shown
			delay = self.start + position / self.fps - time.monotonic()
			if delay > 0 and stop.wait(delay):
				return
			if shown != self.shown:
				continue
			if src.emit("push-buffer", Gst.Buffer.new_wrapped(units[position % len(units)][1])) != Gst.FlowReturn.OK:
				return
			position += 1

	def configure(self, _factory, media):
		src, stop = media.get_element().get_by_name("src"), threading.Event()
		media.connect("unprepared", lambda _m: stop.set())
		threading.Thread(target=self.feed, args=(src, stop), daemon=True).start()


def main():
	a = arguments()
	Gst.init(None)
	if not os.path.exists(a.recording):
		return fail(66, f"{a.recording}: no such file")
	for name in ("x264enc", "h264parse", "rtph264pay"):
		if Gst.ElementFactory.find(name) is None:
			return fail(69, f"GStreamer has no {name}")
	sizes = [encode(a.recording, s, a.fps, a.cache) for s in (a.size, a.other_size) if s]

	server = GstRtspServer.RTSPServer()
	server.set_address("127.0.0.1")
	server.set_service(str(a.port))
	factory = GstRtspServer.RTSPMediaFactory()
	# do-timestamp: a frame's time is when it was shown, as with a camera.
	factory.set_launch("( appsrc name=src is-live=true format=time do-timestamp=true max-bytes=8000000 leaky-type=downstream "
		"caps=video/x-h264,stream-format=byte-stream,alignment=au ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )")
	factory.set_shared(True)
	if a.user:
		name, _, password = a.user.partition(":")
		auth, token = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
		token.set_string("media.factory.role", "user")
		if a.auth == "basic":
			auth.add_basic(GstRtspServer.RTSPAuth.make_basic(name, password), token)
		else:
			auth.set_supported_methods(gi.repository.GstRtsp.RTSPAuthMethod.DIGEST)
			auth.add_digest(name, password, token)
		server.set_auth(auth)
		rights = GstRtspServer.RTSPPermissions()
		for right in ("access", "construct"):
			rights.add_permission_for_role("user", f"media.factory.{right}", True)
		factory.set_permissions(rights)
	server.get_mount_points().add_factory("/cam", factory)
	if server.attach(None) == 0:
		return fail(69, f"port {a.port} is taken")

	def tell_play(_client, _context):
		print(f"play {int(time.time() * 1000)}", flush=True)

	server.connect("client-connected", lambda _server, client: client.connect("play-request", tell_play))
	camera = Camera(sizes, a.fps)
	factory.connect("media-configure", camera.configure)
	loop = GLib.MainLoop()
	for s in (signal.SIGINT, signal.SIGTERM):
		GLib.unix_signal_add(GLib.PRIORITY_HIGH, s, loop.quit)
	GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGUSR1, lambda: camera.change() or True)
	if a.change > 0:
		GLib.timeout_add(int(a.change * 1000), lambda: camera.change() or True)
	print(f"start {int(time.time() * 1000)} fps {a.fps} frames {len(sizes[0])} port {server.get_bound_port()}", flush=True)
	loop.run()
	return 0


if __name__ == "__main__":
	sys.exit(main())
