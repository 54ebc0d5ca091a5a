"""A headless Chromium driven over its debugging protocol, with the standard library alone.

The protocol runs through two pipes (--remote-debugging-pipe: messages end in a NUL) rather than a WebSocket: there
is no port to collide on, and the browser goes when we go.  Everything waits for a condition, never for a time.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions",
	"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
	"--disable-dev-shm-usage", "--mute-audio", "--remote-debugging-pipe")


class Failed(Exception):
	"""What the browser refused, or a condition that did not come true in time."""


def program():
	return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
	"""One window with one page.  events: what the page did, as (method, params)."""

	def __init__(self, limit_s=60):
		self.limit_s = limit_s
		self.events = []
		self._number = 0
		self._unread = b""
		self._folder = tempfile.mkdtemp(prefix="footfall-page-")
		to_read, self._to = os.pipe()
		self._from, from_write = os.pipe()

		def three_and_four():
			# past 4 first: either may be 3 or 4 already
			a, b = os.dup(to_read), os.dup(from_write)
			while a < 5 or b < 5:
				a, b = os.dup(a), os.dup(b)
			os.dup2(a, 3)
			os.dup2(b, 4)

		self._process = subprocess.Popen([program(), *FLAGS, f"--user-data-dir={self._folder}", "about:blank"],
			stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False,
			preexec_fn=three_and_four)
		os.close(to_read)
		os.close(from_write)
		self._session = None
		try:
			pages = []
			while not pages:
				pages = [t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page"]
			self._session = self.call("Target.attachToTarget", targetId=pages[0]["targetId"], flatten=True)["sessionId"]
			for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
				self.call(domain + ".enable")
		except BaseException:
			self.close()
			raise

	def __enter__(self):
		return self

	def __exit__(self, *_):
		self.close()

	def close(self):
		os.close(self._to)
		os.close(self._from)
		try:
			self._process.wait(5)
		except subprocess.TimeoutExpired:
			self._process.kill()
			self._process.wait()
		shutil.rmtree(self._folder, ignore_errors=True)

	def _message(self, until):
		while b"\0" not in self._unread:
			ready, _, _ = select.select([self._from], [], [], max(0, until - time.monotonic()))
			if not ready:
				return None
			some = os.read(self._from, 1 << 20)
			if not some:
				raise Failed("the browser ended")
			self._unread += some
		one, self._unread = self._unread.split(b"\0", 1)
		return json.loads(one)

	def call(self, method, **params):
		self._number += 1
		m = {"id": self._number, "method": method, "params": params}
		if self._session:
			m["sessionId"] = self._session
		os.write(self._to, json.dumps(m).encode() + b"\0")
		until = time.monotonic() + self.limit_s
		while True:
			answer = self._message(until)
			if answer is None:
				raise Failed(f"{method}: no answer in {self.limit_s} s")
			if answer.get("id") == self._number:
				if "error" in answer:
					raise Failed(f"{method}: {answer['error'].get('message')}")
				return answer["result"]
			if "method" in answer:
				self.events.append((answer["method"], answer.get("params", {})))

	def eval(self, expression):
		r = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
		if "exceptionDetails" in r:
			raise Failed(f"{expression}: {r['exceptionDetails'].get('exception', {}).get('description')}")
		return r["result"].get("value")

	def wait(self, expression, what=None):
		"""Until the expression is true; what it is then."""
		until = time.monotonic() + self.limit_s
		while True:
			value = self.eval(expression)
			# an element comes as {}
			if value or value == {}:
				return value
			if time.monotonic() > until:
				raise Failed(f"{what or expression}: not in {self.limit_s} s")
			time.sleep(0.05)

	def open(self, url):
		# the same address with another fragment would be no new page
		self.call("Page.navigate", url="about:blank")
		self.wait("location.href === 'about:blank'")
		self.events.clear()
		self.call("Page.navigate", url=url)
		self.wait("document.readyState === 'complete' && location.href !== 'about:blank'", "the page loads")

	def look(self, width, height, dark=False, scale=1, reduced=False, media="", phone=False):
		self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=phone)
		self.call("Emulation.setEmulatedMedia", media=media, features=[
			{"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
			{"name": "prefers-reduced-motion", "value": "reduce" if reduced else "no-preference"}])
		# two frames: the page has drawn itself at the new size
		self.eval("new Promise(f => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => f(1), 50))))")

	def key(self, key, code=0, shift=False):
		for kind in ("rawKeyDown", "keyUp"):
			self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
				modifiers=8 if shift else 0)

	def screenshot(self, path, whole=False):
		shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
		with open(path, "wb") as f:
			f.write(base64.b64decode(shot["data"]))

	def complaints(self):
		"""Errors on the console, exceptions, and what the content security policy refused."""
		self.eval("1")
		said = []
		for method, p in self.events:
			if method == "Runtime.exceptionThrown":
				d = p["exceptionDetails"]
				said.append(d.get("exception", {}).get("description") or d.get("text"))
			elif method == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning", "assert"):
				said.append(" ".join(str(a.get("value", a.get("description"))) for a in p["args"]))
			elif method == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
				said.append(p["entry"]["text"] + " " + p["entry"].get("url", ""))
		return said

	def requests(self):
		"""Addresses that the page asked for."""
		self.eval("1")
		return [p["request"]["url"] for method, p in self.events if method == "Network.requestWillBeSent"]

	def first_paint_ms(self):
		"""(first paint, first contentful paint), from the start of the navigation."""
		return self.eval("['first-paint','first-contentful-paint'].map(n => { const e = "
			"performance.getEntriesByName(n)[0]; return e ? Math.round(e.startTime) : null; })")
