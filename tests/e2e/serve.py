"""footfall serve, asked by clients that behave and by clients that do not.

    serve.py FOOTFALL DATABASE      the database is any one of the right schema; a live source is added to it

Prints "ok NAME" and "not ok NAME: why".  What takes time on a slow machine is waited for, not slept for.
"""
import csv
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import uuid

PROGRAM, DB = sys.argv[1], sys.argv[2]
BEGAN = time.monotonic()
LIMIT = 60          # seconds that anything may take
SANITIZED = b"__asan_init" in open(PROGRAM, "rb").read() if os.path.getsize(PROGRAM) < 1 << 28 else False
TOKEN = "abcdefghijklmnop+/=0123456789"


def check(name, good, why=""):
    print(f"ok {name}" if good else f"not ok {name}: {str(why)[:400]!r}", flush=True)
    if os.environ.get("TIMES"):
        print(f"# {time.monotonic() - BEGAN:.2f}")
    return good


def wait(f, limit=LIMIT):
    """What f gives, once it is true."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        got = f()
        if got:
            return got
        time.sleep(0.02)
    return None


# ---- a database that lives ----

def now_ms():
    return int(time.time() * 1000)


MINUTE = 60000
columns = ("run_id,start_ms,frames,covered_ms,dropped,people_sum,people_min,people_max,men_sum,women_sum,unknown_sum,"
           "faces_sum,gated,age_median_ms,age_p95_ms,age_max_ms")


class Live:
    """A camera with two runs that share a minute, and a gap whose end was lost."""

    def __init__(self, path, name='door "1", <b>\\'):
        self.db = sqlite3.connect(path, timeout=30)
        self.db.execute("PRAGMA foreign_keys = ON")
        self.name = name
        self.number = 0
        self.base = now_ms() // MINUTE * MINUTE - 10 * MINUTE
        self.source = self.db.execute(
            "INSERT INTO source(uuid,name,kind,uri,width,height) VALUES(?,?,'camera','rtsp://h/x',64,48)",
            (str(uuid.uuid4()), name)).lastrowid
        self.model = self.db.execute("SELECT min(id) FROM model WHERE task = 'person'").fetchone()[0]
        first = self.run("interrupted", self.base, self.base + 5 * MINUTE + 30000)
        for i in range(6):
            self.minute(first, self.base + i * MINUTE, 10, 30000 if i == 5 else 60000, 20, i)
        self.db.execute("INSERT INTO gap(run_id,from_ms,to_ms,reason,detail) VALUES(?,?,NULL,'crash','it \"fell\"')",
                        (first, self.base + 5 * MINUTE + 30000))
        self.id = self.run("running", self.base + 5 * MINUTE + 40000, None)
        self.minute(self.id, self.base + 5 * MINUTE, 10, 20000, 40, 3)
        self.people(3)
        self.db.commit()

    def run(self, status, first, last):
        return self.db.execute(
            "INSERT INTO run(uuid,source_id,status,started_ms,ended_ms,first_ms,last_ms,clock,person_model_id,settings,version,"
            "opencv,frames_read,frames_analyzed) VALUES(?,?,?,?,?,?,?,'wall',?,'{}','0','0',1,1)",
            (str(uuid.uuid4()), self.source, status, first, last, first, last or first, self.model)).lastrowid

    def minute(self, run, start, frames, covered, people, dropped):
        men, women = people // 4, people // 2
        self.db.execute(f"INSERT INTO minute({columns}) VALUES(?,?,?,?,?,?,0,?,?,?,?,0,0,100,250,300)",
                        (run, start, frames, covered, dropped, people, people, men, women, people - men - women))

    def people(self, n):
        """A new frame with so many, the first a man, the second a woman."""
        t = now_ms()
        self.number += 1
        frame = self.db.execute("INSERT INTO frame(run_id,number,time_ms) VALUES(?,?,?)", (self.id, self.number, t)).lastrowid
        for i in range(n):
            p = self.db.execute("INSERT INTO person(frame_id,score,x,y,w,h) VALUES(?,0.9,1,1,2,2)", (frame,)).lastrowid
            if i < 2:
                self.db.execute("INSERT INTO face(frame_id,person_id,score,x,y,w,h,gender,p_female) VALUES(?,?,0.9,1,1,1,1,?,0.5)",
                                (frame, p, ("male", "female")[i]))
        self.db.execute("UPDATE run SET last_ms = ? WHERE id = ?", (t, self.id))
        self.db.commit()


# ---- the server and its clients ----

class Server:
    def __init__(self, *args, db=None):
        self.process = subprocess.Popen([PROGRAM, "serve", "-d", db or DB, "--json", *args], stdout=subprocess.PIPE,
                                        stderr=open("serve.err", "ab"))
        line = self.process.stdout.readline()
        self.port = json.loads(line)["port"] if line else None

    def end(self, number=signal.SIGTERM):
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(LIMIT), time.monotonic() - began

    def status(self, key):
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(rf"^{key}:\s+(\d+)", f.read(), re.M).group(1))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def socket(self, data=b""):
        s = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT)
        s.sendall(data)
        return s

    def ask(self, path, method="GET", headers=None, body=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        try:
            c.putrequest(method, path, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
            for k, v in (headers or {}).items():
                if v is not None:
                    c.putheader(k, v)
            c.endheaders(body)
            r = c.getresponse()
            return r.status, {k.lower(): v for k, v in r.getheaders()}, r.read()
        finally:
            c.close()

    def raw(self, data):
        """The status of the answer to these bytes; 0: none."""
        with self.socket() as s:
            got = b""
            try:
                s.sendall(data)
                while b"\r\n" not in got:
                    part = s.recv(4096)
                    if not part:
                        break
                    got += part
            except OSError:
                pass
        found = re.match(rb"HTTP/1\.[01] (\d+)", got)
        return int(found.group(1)) if found else 0

    def json(self, path, **kw):
        status, _, body = self.ask(path, **kw)
        return status, json.loads(body)


class Events:
    """A client of /api/events."""

    def __init__(self, server):
        self.socket = server.socket(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        while self.file.readline() not in (b"\r\n", b""):
            pass
        self.text = b""

    def line(self):
        while b"\n" not in self.text:
            size = int(self.file.readline() or b"0", 16)
            if size == 0:
                raise EOFError
            self.text += self.file.read(size + 2)[:-2]
        line, self.text = self.text.split(b"\n", 1)
        return line.decode()

    def next(self, *kinds):
        """The next event of these kinds, with its data."""
        kind = None
        while True:
            line = self.line()
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: ") and kind in kinds:
                return kind, json.loads(line[6:])

    def close(self):
        self.file.close()
        self.socket.close()


def of(now, name):
    return next(s for s in now["sources"] if s["name"] == name)


# ---- what is checked ----

HEADERS = {
    "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer",
}


def safe(headers):
    policy = headers.get("content-security-policy", "")
    return (all(headers.get(k) == v for k, v in HEADERS.items()) and policy.startswith("default-src 'self'")
            and "unsafe" not in policy and "access-control-allow-origin" not in headers)


def addresses(server, live):
    name = urllib.parse.quote(live.name)
    span = f"from={live.base}&to={live.base + 10 * MINUTE}"
    expected = {
        "/": (200, "text/html; charset=utf-8"), "/page.css": (200, "text/css; charset=utf-8"),
        "/page.js": (200, "text/javascript; charset=utf-8"), "/api/now": (200, "application/json"),
        f"/api/minutes?source={name}&{span}": (200, "application/json"),
        f"/api/minutes.csv?source={name}&{span}": (200, "text/csv; charset=utf-8"),
        f"/api/days?source={name}&tz=345": (200, "application/json"),
        "/metrics": (200, "text/plain; version=0.0.4; charset=utf-8"), "/healthz": (200, "application/json"),
        "/api/picture?source=" + name: (404, "application/json"),
    }
    for path, want in expected.items():
        status, headers, body = server.ask(path)
        what = path.split("?")[0]
        check(f"get {what}", (status, headers.get("content-type")) == want and body and safe(headers), (status, headers))
        status, again, body = server.ask(path, "HEAD")
        check(f"head {what}", status == want[0] and body == b"" and again.get("content-type") == want[1] and safe(again),
              (status, again, body))
        if what.startswith("/api"):
            check(f"not kept {what}", headers.get("cache-control") == "no-store", headers)
    status, headers, body = server.ask("/api/events", "HEAD")
    check("head /api/events", (status, headers.get("content-type"), body) == (200, "text/event-stream", b""), (status, headers))
    tag = server.ask("/page.css")[1]["etag"]
    status, headers, body = server.ask("/page.css", headers={"If-None-Match": tag})
    check("etag", status == 304 and body == b"" and headers.get("etag") == tag and safe(headers), (status, headers))
    for path in ("/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/", "//", "/api", "/api/", "/api/now/", "/page.css/",
                 "/page.html", "/page.css%00", "/API/NOW", "/favicon.ico", "/etc/passwd", "/.", "/page.css.", "*"):
        status, headers, _ = server.ask(path)
        check(f"404 {path}", status in (400, 404) and b"root:" not in _, status)


def refusals(server, live):
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"):
        status, headers, _ = server.ask("/api/now", method)
        check(f"405 {method}", status == 405 and headers.get("allow") == "GET, HEAD" and safe(headers), (status, headers))
    check("405 with a body", server.raw(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n") == 405)
    check("a body is refused", server.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello") == 413)
    check("a chunked body is refused",
          server.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n") == 413)
    name = urllib.parse.quote(live.name)
    wrong = ("/api/minutes", "/api/minutes?source=", f"/api/minutes?source={name}", f"/api/minutes?source={name}&from=1",
             f"/api/minutes?source={name}&from=x&to=2", f"/api/minutes?source={name}&from=2&to=1",
             f"/api/minutes?source={name}&from=1&to=99999999999999999999", f"/api/minutes?source={name}&from=1&to=2&step=0",
             f"/api/minutes?source={name}&from=0&to={10 ** 12}&step=9999999", "/api/minutes?source=%zz&from=1&to=2",
             "/api/minutes?source=%00&from=1&to=2", "/api/minutes?source=a%2&from=1&to=2", "/api/days?source=a&tz=9999",
             "/api/days", "/api/minutes.csv?source=a&from=1.5&to=2")
    for path in wrong:
        status, body = server.json(path)
        check(f"400 {path.replace(name, 'NAME')}", status == 400 and body.get("error"), (status, body))
    status, body = server.json(f"/api/minutes?source={name}&from=0&to={live.base}&step=1")
    check("400 says step", status == 400 and "ten years" in body["error"], body)
    status, body = server.json(f"/api/minutes?source={name}&from={live.base - 20000 * MINUTE}&to={live.base}")
    check("400 names a step that will do", status == 400 and "step=2" in body["error"], body)
    for path in ("/api/minutes?source=nobody&from=1&to=2", "/api/days?source=nobody"):
        check(f"404 {path}", server.json(path)[0] == 404)
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "[::1].evil", "127.0.0.1:80:80", "[::1", "",
                 "192.168.1.1", "localhost:x"):
        status, headers, _ = server.ask("/api/now", headers={"Host": host})
        check(f"421 {host}", status in (400, 421) and safe(headers) or status == 400, status)
    for host in ("localhost", "LocalHost:1", "127.0.0.1", "127.9.9.9:99", "[::1]:8080"):
        check(f"host {host}", server.ask("/healthz", headers={"Host": host})[0] == 200)
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
    check("a header of 100 kB", server.raw(head + b"X: " + b"a" * 100000 + b"\r\n\r\n") in (0, 400, 431))
    check("ten thousand headers", server.raw(head + b"A: b\r\n" * 10000 + b"\r\n") in (0, 400, 431))
    check("an address of 5 kB", server.raw(b"GET /?" + b"a" * 5000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n") == 414)
    check("an address of 100 kB", server.raw(b"GET /?" + b"a" * 100000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n") in (0, 414))
    check("no host in HTTP/1.1", server.raw(b"GET /healthz HTTP/1.1\r\n\r\n") == 400)
    check("no host in HTTP/1.0", server.raw(b"GET /healthz HTTP/1.0\r\n\r\n") == 200)


def numbers(server, live):
    status, now = server.json("/api/now")
    s = of(now, live.name)
    check("now", status == 200 and (s["people"], s["men"], s["women"], s["unknown"]) == (3, 1, 1, 1) and s["live"]
          and s["status"] == "running" and s["gap"] is None and abs(s["frame_ms"] - now_ms()) < LIMIT * 1000, s)
    old = next(s for s in now["sources"] if s["kind"] == "file")
    check("a recording has nobody now", old["people"] is None and not old["live"] and old["status"] == "complete", old)
    check("pictures are off", now["pictures"] is False)
    query = f"source={urllib.parse.quote(live.name)}&from={live.base + 1}&to={live.base + 10 * MINUTE}"
    status, got = server.json("/api/minutes?" + query)
    by = {m["t"]: m for m in got["minutes"]}
    check("minutes", status == 200 and got["from_ms"] == live.base and len(by) == 6, got)
    both = by.get(live.base + 5 * MINUTE, {})
    check("runs in one minute are added", (both.get("frames"), both.get("people"), both.get("dropped")) == (20, 3, 8)
          and abs(both["coverage"] - 50 / 60) < 1e-9, both)
    check("men, women and unknown are the people",
          all(abs(m["men"] + m["women"] + m["unknown"] - m["people"]) < 1e-9 for m in got["minutes"]))
    check("a gap ends where the next run begins", [(g["from_ms"], g["to_ms"], g["reason"]) for g in got["gaps"]]
          == [(live.base + 5 * MINUTE + 30000, live.base + 5 * MINUTE + 40000, "crash")], got["gaps"])
    status, ten = server.json("/api/minutes?" + query + "&step=10")
    want = sum(m["people"] * m["frames"] for m in got["minutes"]) / sum(m["frames"] for m in got["minutes"])
    check("step weighs by frames", len(ten["minutes"]) == 1 and abs(ten["minutes"][0]["people"] - want) < 1e-9, ten)
    text = server.ask("/api/minutes.csv?" + query)[2].decode()
    rows = list(csv.DictReader(text.splitlines()))
    check("csv says the same", [(int(r["start_ms"]), float(r["people_avg"]), r["source"]) for r in rows]
          == [(m["t"], m["people"], live.name) for m in got["minutes"]], text)
    day = time.strftime("%Y-%m-%d", time.gmtime((live.base + 345 * MINUTE) / 1000))
    status, got = server.json(f"/api/days?source={urllib.parse.quote_plus(live.name)}&tz=345")
    check("days in a zone", status == 200 and day in got["days"] and got["days"] == sorted(got["days"], reverse=True), got)


SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? '
                    r'(-?[0-9][0-9.]*(?:e[-+]?[0-9]+)?)\Z')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')


def parse(text):
    """Prometheus' text format, strictly: {name: {labels: value}}."""
    found, types, current = {}, {}, None
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name = line.split(" ", 3)[2]
            assert name not in types, f"{name} comes twice"
            assert len(line.split(" ", 3)) == 4, line
            current = None
            helped = name
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == helped and kind in ("gauge", "counter", "summary"), line
            assert (kind == "counter") == name.endswith("_total"), line
            types[name] = kind
            current = name
        else:
            m = SAMPLE.match(line)
            assert m, f"no sample: {line}"
            assert m.group(1) == current, f"{line} stands under {current}"
            labels = LABEL.findall(m.group(2) or "")
            assert len({k for k, _ in labels}) == len(labels), line
            unescaped = frozenset((k, re.sub(r"\\(.)", lambda e: {"n": "\n"}.get(e.group(1), e.group(1)), v)) for k, v in labels)
            samples = found.setdefault(current, {})
            assert unescaped not in samples, f"twice: {line}"
            samples[unescaped] = float(m.group(3))
    assert set(found) == set(types), set(types) - set(found)
    return found


def metrics(server, live):
    try:
        m = parse(server.ask("/metrics")[2].decode())
    except AssertionError as e:
        check("metrics are well-formed", False, e)
        return
    check("metrics are well-formed", True)
    me = frozenset({("source", live.name)})
    check("metrics", m["footfall_people"][me] == 3 and m["footfall_men"][me] == 1 and m["footfall_source_up"][me] == 1
          and m["footfall_database_up"] == {frozenset(): 1} and m["process_resident_memory_bytes"][frozenset()] > 1e6
          and abs(m["process_start_time_seconds"][frozenset()] - time.time()) < 1000, m)
    check("gaps by reason", m["footfall_gaps"] == {frozenset({("source", live.name), ("reason", "crash")}): 1})


def streams(server, live):
    e = Events(server)
    check("the first line says when to come back", e.line() == "retry: 2000")
    kind, alive = e.next("alive", "now")
    check("first of all the time that it is", kind == "alive" and abs(alive["time_ms"] - now_ms()) < LIMIT * 1000, (kind, alive))
    kind, now = e.next("now", "trouble")
    check("now at once", kind == "now" and of(now, live.name)["people"] in (3, 6), now)
    live.people(7)
    while kind == "now" and of(now, live.name)["people"] != 7:
        kind, now = e.next("now", "trouble")
    check("now after a change", kind == "now")
    live.minute(live.id, live.base + 8 * MINUTE, 10, 60000, 10, 0)
    live.people(3)
    minute = e.next("minute")[1]
    check("an ended minute is told", minute["source"] == live.name and minute["t"] <= live.base + 8 * MINUTE, minute)
    e.close()


def crowd(server, live):
    """200 at once, and all are told."""
    clients = [Events(server) for _ in range(200)]
    check("200 streams", all(c.status == 200 for c in clients))
    check("200 are told at once", all(c.next("now")[0] == "now" for c in clients))
    live.people(5)

    def told(c):
        while of(c.next("now")[1], live.name)["people"] != 5:
            pass
        return True
    check("200 are told of a change", all(told(c) for c in clients))
    check("others are answered meanwhile", server.ask("/healthz")[0] == 200)
    more = [Events(server)]
    while more[-1].status == 200 and len(more) <= 56:
        more.append(Events(server))
    check("more than serve.clients are turned away", more[-1].status == 503, len(more))
    status, headers, _ = server.ask("/api/now")
    check("and requests are answered still, without keeping the connection", (status, headers.get("connection")) == (200, "close"),
          (status, headers))
    for c in clients + more:
        c.close()
    live.people(3)
    # at once, and not when the older connection that says nothing has timed out
    check("their room is free again", wait(lambda: server.descriptors() < 30, 20 if not SANITIZED else LIMIT), server.descriptors())


HALF = b"", b"G", b"GET /api/now HTTP/1.1\r\nHost: loc", b"GET / HTTP/1.1\r\nHost: localhost\r\n"


def hostile(server, live):
    r = random.Random(7)
    query = f"source={urllib.parse.quote(live.name)}&from={live.base}&to={live.base + MINUTE}".encode()
    deaf = []
    for i in range(30):
        s = server.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        s.sendall((b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /api/minutes?" + query + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                   b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)[i % 3])
        deaf.append(s)
    half = [server.socket(HALF[i % 4]) for i in range(60)]
    for _ in range(150):
        data = bytes(r.randrange(256) for _ in range(r.randrange(1, 400)))
        s = server.socket()
        try:
            s.sendall(r.choice((b"", b"GET ", b"GET / HTTP/1.1\r\n", b"\x16\x03\x01")) + data + r.choice((b"", b"\r\n\r\n")))
            if r.random() < 0.5:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        except OSError:
            pass
        s.close()
    check("garbage does not stop it", server.process.poll() is None and server.ask("/api/now")[0] == 200)
    e = Events(server)
    e.next("now")
    live.people(6)
    while of(e.next("now")[1], live.name)["people"] != 6:
        pass
    check("slow and half-open clients hold nobody up", True)
    e.close()
    return deaf, half


def over(half):
    """Have all of these been closed by the server?"""
    for s in half:
        s.setblocking(False)
        try:
            while s.recv(4096):
                pass
        except BlockingIOError:
            return False
        except OSError:
            pass
    return True


def memory(server, live):
    def round(n):
        for _ in range(n):
            for path in ("/api/now", "/metrics", "/", f"/api/minutes?source={urllib.parse.quote(live.name)}&from={live.base}&to={live.base + MINUTE}"):
                server.ask(path)
        for c in [Events(server) for _ in range(50)]:
            c.close()
    round(30)
    before = server.status("VmRSS")
    round(100)
    grown = server.status("VmRSS") - before
    if not SANITIZED:
        check("memory does not grow", grown < 4096, f"{grown} kB")
    check("threads do not grow", server.status("Threads") <= 4, server.status("Threads"))


def away(server, live):
    """The database goes, comes back as something else, and comes back."""
    e = Events(server)
    e.next("now")
    for end in ("", "-wal", "-shm"):
        os.rename(DB + end, "kept.db" + end)
    status, body = server.json("/api/now")
    check("without a database: 503", status == 503 and body.get("error"), (status, body))
    check("and healthz says so", server.ask("/healthz")[0] == 503)
    check("and streams are told", e.next("trouble")[1].get("error"))
    m = parse(server.ask("/metrics")[2].decode())
    check("and the metrics", m["footfall_database_up"] == {frozenset(): 0}, m)
    check("the page is there all the same", server.ask("/")[0] == 200)
    with open(DB, "wb") as f:
        f.write(os.urandom(5000))
    check("something else: 503", server.json("/api/now")[0] == 503)
    os.unlink(DB)
    shutil.copy("other.db", DB)
    status, now = server.json("/api/now")
    check("another database is read", status == 200 and [s["name"] for s in now["sources"] if s["kind"] == "camera"] == ["other"], now)
    kind, now = e.next("now")
    check("and streams are told of it", "other" in [s["name"] for s in now["sources"]], now)
    # A live source that gives nothing is an illness.
    db = sqlite3.connect(DB)
    db.execute("UPDATE run SET started_ms = started_ms - 600000, first_ms = first_ms - 600000, last_ms = last_ms - 600000 "
               "WHERE status = 'running'")
    db.commit()
    status, body = server.json("/healthz")
    check("quiet for a minute: 503", (status, body) == (503, {"status": "quiet", "sources": 1}), (status, body))
    status, now = server.json("/api/now")
    check("nobody is not zero", of(now, "other")["people"] is None, now)
    db.close()
    e.close()


def tokens():
    with open("token", "w") as f:
        f.write(TOKEN + "\nsecond line\n")
    os.chmod("token", 0o600)
    bare = subprocess.run([PROGRAM, "serve", "-d", DB, "--address", "0.0.0.0", "-p", "0"], capture_output=True, text=True)
    check("another address needs a token", bare.returncode == 78 and "serve.token" in bare.stderr and not bare.stdout, bare)
    server = Server("--address", "0.0.0.0", "-p", "0", "-o", "serve.token=token")
    for path in ("/", "/page.js", "/api/now", "/api/events", "/metrics", "/nothing", "/?token=wrong", "/api/now?token=" + TOKEN):
        status, headers, body = server.ask(path)
        check(f"401 {path.split('=')[0]}", status == 401 and "www-authenticate" in headers and safe(headers), (status, headers))
    check("healthz is open", server.ask("/healthz")[0] in (200, 503))
    check("any host, with the token", server.ask("/api/now", headers={"Host": "camera.lan", "Authorization": "Bearer " + TOKEN})[0] == 200)
    for wrong in ("Bearer", "Bearer ", "Bearer " + TOKEN[:-1], "Bearer " + TOKEN + "x", "Basic " + TOKEN, TOKEN, "Bearer second line"):
        check(f"401 for {wrong[:9]}...{len(wrong)}", server.ask("/api/now", headers={"Authorization": wrong})[0] == 401)
    for form in (TOKEN, urllib.parse.quote(TOKEN, safe="")):
        status, headers, _ = server.ask("/?a=1&token=" + form + "&b=2")
        check("the token becomes a cookie", status == 303 and headers.get("location") == "/?a=1&b=2", (status, headers))
    cookie = headers.get("set-cookie", "")
    check("a cookie that keeps to itself", "HttpOnly" in cookie and "SameSite=Strict" in cookie and TOKEN not in cookie, cookie)
    pair = cookie.split(";")[0]
    for path in ("/", "/page.css", "/api/now", "/metrics"):
        check(f"with the cookie {path}", server.ask(path, headers={"Cookie": "x=1; " + pair})[0] == 200)
    check("another cookie is none", server.ask("/", headers={"Cookie": pair[:-1] + "0"})[0] == 401 or pair.endswith("0"))
    new = "a-new-token-of-some-length"
    with open("token", "w") as f:
        f.write(new)
    server.process.send_signal(signal.SIGHUP)
    bearer = {"Authorization": "Bearer " + new}
    check("SIGHUP reads it again", wait(lambda: server.ask("/api/now", headers=bearer)[0] == 200))
    check("and the old one ends", server.ask("/", headers={"Cookie": pair})[0] == 401)
    os.unlink("token")
    server.process.send_signal(signal.SIGHUP)
    check("a token that cannot be read changes nothing", wait(lambda: b"stays" in open("serve.err", "rb").read())
          and server.ask("/api/now", headers=bearer)[0] == 200)
    check("it ends with SIGINT", server.end(signal.SIGINT)[0] == 0)
    check("the token is in no message", TOKEN.encode() not in open("serve.err", "rb").read())


def main():
    shutil.copy(DB, "other.db")
    other = Live("other.db", "other")
    other.db.close()
    live = Live(DB)
    server = Server("-p", "0")
    if not check("it starts", server.port):
        return
    # they have ten seconds
    never = [server.socket(h) for h in HALF]
    live.people(3)
    taken = subprocess.run([PROGRAM, "serve", "-d", DB, "-p", str(server.port)], capture_output=True, text=True)
    check("a port that is taken", taken.returncode == 69 and "Address already in use" in taken.stderr and not taken.stdout, taken)
    numbers(server, live)
    metrics(server, live)
    crowd(server, live)
    deaf, half = hostile(server, live)
    live.people(3)
    addresses(server, live)
    refusals(server, live)
    streams(server, live)
    memory(server, live)
    live.db.close()
    tokens()
    away(server, live)
    check("requests that never end are ended", wait(lambda: over(never)))
    clients = [Events(server) for _ in range(100)]
    code, took = server.end()
    check("it ends with SIGTERM", code == 0, code)
    check("within a second", took < (1 if not SANITIZED else 10), took)
    for s in clients + deaf + half + never:
        s.close()
    check("it complains of nothing else", not re.search(rb"Sanitizer|runtime error|assert", open("serve.err", "rb").read()),
          open("serve.err", "rb").read()[-400:])


main()
