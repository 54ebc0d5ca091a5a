#!/usr/bin/env python3
"""The live page as a reader meets it: page.py FOOTFALL DATABASE EMPTY

DATABASE holds a recording and is given cameras; EMPTY has no source.  Prints the lines that tests/run.sh counts.
"""
import json
import re
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import cdp
import page_data

UNAVAILABLE = 69
PLOT = "document.querySelector('#chart-people .plot')"
READING = "document.querySelector('#chart-people .reading').textContent"


class Unavailable(Exception):
	pass


class Server:
	def __init__(self, program, database, port=0):
		self.process = subprocess.Popen([program, "serve", "-d", database, "--port", str(port), "--json"], stdout=subprocess.PIPE)
		line = self.process.stdout.readline()
		if not line:
			if self.process.wait() == UNAVAILABLE:
				raise Unavailable
			raise cdp.Failed(f"footfall serve ended with {self.process.returncode}")
		self.url, self.port = json.loads(line)["url"], json.loads(line)["port"]

	def stop(self):
		self.process.terminate()
		self.process.wait()
		self.process.stdout.close()


def check(name, true, why=""):
	print(f"ok page: {name}" if true else f"not ok page: {name}: {why}", flush=True)


def text(b, selector):
	return b.eval(f"document.querySelector({json.dumps(selector)}).textContent")


def card(b, name):
	"""A source's card, as text."""
	return b.eval("[...document.querySelectorAll('.card')].find(c => c.querySelector('.name').textContent === "
		f"{json.dumps(name)}).innerText")


def change(path, use):
	db = sqlite3.connect(path, timeout=60)
	with db:
		use(db)
	db.close()


def now(b):
	check("people of all sources are added", text(b, "#total") == "15", text(b, "#total"))
	parts = [text(b, "#" + k) for k in ("men", "women", "unknown")]
	check("and men, women and unknown", parts == ["6", "5", "4"], parts)
	check("what is missing in it is said", page_data.HOSTILE + ": no picture" in text(b, "#without"), text(b, "#without"))
	hostile = card(b, page_data.HOSTILE)
	check("no picture: a dash and the reason, not 0", "\n–" in hostile and "could not be reached" in hostile, hostile)
	check("a covered lens is said", "too dark" in card(b, page_data.NORTH), card(b, page_data.NORTH))
	check("a recording is called one", "a recording" in card(b, "walk.avi"), card(b, "walk.avi"))
	check("names are text", b.eval("document.querySelectorAll('img').length") == 0, "one became an element")
	check("the title tells it too", b.eval("document.title").startswith("15 "), b.eval("document.title"))


def gaps(b):
	holes = b.eval(f"[...{PLOT}.querySelectorAll('rect.gap')].map(r => ['x', 'width'].map(k => +r.getAttribute(k)))")
	lines = b.eval(f"[...{PLOT}.querySelectorAll('path.average')].map(p => p.getAttribute('d').slice(1).split('L').map(s => +s.split(' ')[0]))")
	holes = sorted({(round(x), round(w)) for x, w in holes})
	# on a slow machine a third one may have begun at the right
	check("gaps are hatched", len(holes) in (2, 3), holes)
	check("the line is broken there", len(lines) == 3, len(lines))
	inside = [v for line in lines for v in line for x, w in holes if x + 1.5 < v < x + w - 1.5]
	check("and nothing is drawn inside", not inside, inside)
	days = b.eval("document.querySelectorAll('#chart-days .plot path.before').length")
	check("the week before is there", days > 0, days)


def keys(b):
	b.eval(f"{PLOT}.focus()")
	b.key("ArrowLeft", 37)
	first = b.eval(READING)
	b.key("ArrowLeft", 37)
	second = b.eval(READING)
	check("an arrow key reads a minute", re.match(r"\d\d:\d\d: [\d.]+ people on average, \d+ to \d+; \d+ % seen", first), first)
	check("and the next one the minute before", second != "" and first != second, second)
	check("it is a live region", b.eval("document.querySelector('#chart-people .reading').getAttribute('aria-live')") == "polite")
	said = ""
	for _ in range(60):
		b.key("ArrowLeft", 37)
		said = b.eval(READING)
		if "no picture" in said:
			break
	check("in a gap it tells the reason", "footfall was not running" in said, said)
	b.key("Escape", 27)
	check("Escape ends it", b.eval(READING) == "", b.eval(READING))
	b.eval("document.activeElement.blur(), window.getSelection().removeAllRanges()")
	seen = set()
	for _ in range(40):
		b.key("Tab", 9)
		seen.add(b.eval("(e => e.id || e.name || e.className || e.tagName)(document.activeElement)"))
	want = {"source", "day", "span", "back", "csv", "plot", "name", "SUMMARY"}
	check("Tab reaches everything", want <= seen, f"{want - seen} of {seen}")


def names(b):
	nodes = b.call("Accessibility.getFullAXTree")["nodes"]
	nameless = [n["role"]["value"] for n in nodes if not n.get("ignored") and not n.get("name", {}).get("value")
		and any(p["name"] == "focusable" and p["value"].get("value") for p in n.get("properties", []))
		and n["role"]["value"] != "RootWebArea"]
	check("all that can be focused has a name", not nameless, nameless)
	b.eval("document.querySelector('#chart-people details').open = true")
	rows = b.wait("document.querySelectorAll('#chart-people tbody tr').length")
	check("a chart has its table", rows > 100, rows)
	b.eval("document.querySelector('#chart-people details').open = false")


def events(b, path, runs):
	b.eval("window.mark = 1")
	asked = len(b.requests())
	t = int(time.time() * 1000) + page_data.AHEAD + 1
	change(path, lambda db: page_data.add_frame(db, runs[page_data.HALL], t, 10, 5, 6))
	b.wait("document.getElementById('total').textContent === '24'", "the new frame comes")
	check("a new frame changes the number", b.eval("window.mark") == 1, "the page was loaded again")
	check("without a question", len(b.requests()) == asked, b.requests()[asked:])
	# a later one beside it: only then has it ended, whatever the clock says
	this = int(time.time() * 1000) // page_data.MINUTE * page_data.MINUTE

	def add(db):
		page_data.add_minute(db, runs[page_data.HALL], this, 70)
		page_data.add_minute(db, runs[page_data.HALL], this + page_data.MINUTE, 1)
	change(path, add)
	b.wait("document.getElementById('about-people').textContent.includes('most at once: 92')", "the new minute comes")
	check("a new minute is drawn", b.eval("window.mark") == 1, "the page was loaded again")


def choices(b):
	b.eval(f"(s => {{ s.value = {json.dumps(page_data.NORTH)}; s.dispatchEvent(new Event('change', {{ bubbles: true }})); }})"
		"(document.getElementById('source'))")
	b.wait(f"document.getElementById('shown').textContent.startsWith({json.dumps(page_data.NORTH)})", "another source is shown")
	check("another source is shown", "source=Car" in b.eval("location.hash"), b.eval("location.hash"))
	b.eval("document.querySelector('#choice [value=\"24\"]').click()")
	b.wait("document.getElementById('shown').textContent.includes('each point is')", "24 hours are shown")
	b.eval("document.getElementById('day').selectedIndex = 2, "
		"document.getElementById('day').dispatchEvent(new Event('change', { bubbles: true }))")
	b.wait("document.getElementById('shown').textContent.includes('whole day')", "a day is shown")
	csv = urllib.request.urlopen(b.eval("document.getElementById('csv').href")).read().decode().splitlines()
	check("the CSV is of what is shown", len(csv) > 100 and page_data.NORTH in csv[1], csv[:2])
	b.eval("document.getElementById('back').click()")
	b.wait("document.getElementById('day').selectedIndex === 3", "the day before is shown")
	check("Earlier is the day before", True)
	b.eval("[...document.querySelectorAll('.name')].find(n => n.textContent === " + json.dumps(page_data.HOSTILE) + ").click()")
	b.wait("document.getElementById('shown').textContent.startsWith('<img') && document.getElementById('day').value === ''")
	check("a name in the list chooses its source", b.eval("document.querySelectorAll('[aria-pressed=true]').length") == 1)


def recording(b, path):
	b.eval("[...document.querySelectorAll('.name')].find(n => n.textContent === 'walk.avi').click()")
	b.wait("document.getElementById('shown').textContent.startsWith('walk.avi')", "the recording is shown")
	bare = b.eval(f"['bare', 'gap'].map(k => {PLOT}.querySelectorAll('rect.' + k).length)")
	check("a time of which nothing is known is no gap and no line", bare == [1, 0] and
		b.eval(f"{PLOT}.querySelectorAll('path.average').length") == 0, bare)
	# its day is over, and is analysed now
	b.eval("document.getElementById('day').selectedIndex = 1, "
		"document.getElementById('day').dispatchEvent(new Event('change', { bubbles: true }))")
	b.wait(f"{PLOT}.querySelector('path.average')", "the day of the recording is shown")

	def add(db):
		run, last = db.execute("SELECT run_id, max(start_ms) FROM minute WHERE run_id = (SELECT max(r.id) FROM run r JOIN source s"
			" ON s.id = r.source_id WHERE s.name = 'walk.avi')").fetchone()
		page_data.add_minute(db, run, last + page_data.MINUTE, 70)
	change(path, add)
	b.wait("document.getElementById('about-people').textContent.includes('most at once: 92')", "the new minute of the recording comes")
	check("a day that is over grows while it is analysed", True)


def contrast(b):
	bad = b.eval("""(() => {
		const light = c => { const v = c.match(/[0-9a-f]{2}/gi) || c.match(/[0-9a-f]/gi).map(x => x + x);
			const [r, g, b] = v.map(x => parseInt(x, 16) / 255).map(x => x <= 0.04045 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4));
			return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
		const s = getComputedStyle(document.documentElement), value = k => light(s.getPropertyValue('--' + k).trim());
		const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		return [['ink', 'page', 4.5], ['soft', 'page', 4.5], ['soft', 'hole', 4.5], ['people', 'page', 4.5], ['odd', 'page', 4.5], ['bad', 'page', 4.5],
			['ink', 'notice', 4.5], ['field', 'page', 3], ['men', 'page', 3], ['women', 'page', 3], ['people', 'band', 3],
			['hatch', 'hole', 3], ['stripe', 'unknown', 3]]
			.filter(([a, b, least]) => ratio(value(a), value(b)) < least).map(([a, b]) => `${a} on ${b}: ${ratio(value(a), value(b)).toFixed(2)}`);
	})()""")
	return bad


def sizes(b):
	for dark in (False, True):
		b.look(1280, 800, dark)
		bad = contrast(b)
		check(f"contrast is enough, {'dark' if dark else 'light'}", not bad, bad)
	for width in (320, 390, 1280, 2560):
		b.look(width, 844, phone=width < 400)
		wide = b.eval("document.documentElement.scrollWidth")
		check(f"{width} pixels: nothing overflows", wide <= width, wide)


def often(b, url):
	# a browser has six connections to a server, and keeps pages that one has left
	for _ in range(7):
		b.open(url)
		b.wait("document.querySelector('#chart-days .plot path')", "the page is drawn once more")
	check("pages that were left hold no connection", True)


def lost(b, server, program, path):
	b.eval("window.mark = 2")
	server.stop()
	b.wait("document.body.classList.contains('stale')", "the lost line is noticed")
	notice = text(b, "#notice")
	check("a lost line is said, with the time of the numbers", re.search(r"lost; the numbers are those of \d\d:\d\d:\d\d", notice), notice)
	again = Server(program, path, server.port)
	try:
		b.wait("!document.body.classList.contains('stale') && document.getElementById('notice').hidden", "the line comes back")
		check("and comes back by itself", b.eval("window.mark") == 2, "the page was loaded again")
	finally:
		again.stop()


def empty(b, program, path):
	server = Server(program, path)
	try:
		b.open(server.url)
		b.wait("!document.getElementById('notice').hidden")
		check("an empty database: a friendly line", "Nothing is recorded yet" in text(b, "#notice"), text(b, "#notice"))
	finally:
		server.stop()


def main(program, path, nothing):
	runs = page_data.fill(path)
	server = Server(program, path)
	try:
		with cdp.Browser() as b:
			b.look(1280, 800)
			b.open(server.url + "#" + urllib.parse.urlencode({"source": page_data.HALL}))
			b.wait(f"document.querySelector('#chart-days path.before') && {PLOT}.querySelector('path.average')", "the charts are drawn")
			size = sum(len(urllib.request.urlopen(server.url + f).read()) for f in ("", "page.css", "page.js"))
			print("# first paint, first contentful paint: %s ms; page, style and script: %d bytes" % (b.first_paint_ms(), size))
			check("it is small", size < 45000, size)
			now(b)
			gaps(b)
			keys(b)
			names(b)
			events(b, path, runs)
			choices(b)
			recording(b, path)
			sizes(b)
			check("nothing is complained of", not b.complaints(), b.complaints())
			other = [u for u in b.requests() if not u.startswith(server.url) and not u.startswith("data:")]
			check("nothing is asked of others", not other, other)
			often(b, server.url)
			lost(b, server, program, path)
			empty(b, program, nothing)
	finally:
		if server.process.poll() is None:
			server.stop()


if __name__ == "__main__":
	try:
		main(*sys.argv[1:])
	except Unavailable:
		print("skip the live page: this build has no libmicrohttpd")
	except cdp.Failed as e:
		print(f"not ok page: {e}")
