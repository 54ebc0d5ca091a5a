/*
 * The live page.  What happens now comes as server-sent events; minutes are asked for once per choice, and when an event says that
 * one has ended.  Names are text, never markup.  A number that is not known is a dash, a time without frames is hatched: never 0.
 */
"use strict";
(() => {
const MINUTE = 60000, HOUR = 60 * MINUTE;
const SILENCE = 45000;
const SPEAK = 10000;	/* people now are read out no more often */
const QUARTER = 15;	/* minutes in a slot of the comparison */
const KEPT = 60;

const REASONS = {
	connect: "the camera could not be reached", closed: "the stream ended", stall: "pictures stopped coming",
	crash: "footfall was not running", clock: "the clock was set", size: "the size of the picture changed"
};
const PARTS = ["men", "women", "unknown"];
/* Shapes as well as colours tell the states apart. */
const SHAPES = {
	good: "M8 2a6 6 0 1 0 .01 0z", odd: "M8 1.5 15 14H1z", bad: "M2 2h12v12H2z",
	off: "M8 2a6 6 0 1 0 .01 0zM8 5a3 3 0 1 1-.01 0z"
};

const view = { source: null, day: "", span: "6", end: null };	/* day "": today; end null: now */
let now = null, heard = 0;	/* how things are; when the server was heard last */
let ahead = null;		/* its clock, ahead of performance.now() */
let asked = 0;			/* only the newest question's answer is shown */
let listed = "";		/* the day on which the days were asked for */
let begun = false;
let said = "", saidAt = -SPEAK, speaking = 0;
const kept = new Map();		/* days that are over do not change */
const cards = new Map();

const $ = id => document.getElementById(id);
const stale = document.body.classList;
const known = v => v !== null && v !== undefined;
const total = (list, key) => list.reduce((sum, s) => known(s[key]) ? (sum || 0) + s[key] : sum, null);

function dress(e, attributes, inside) {
	for (const name in attributes)
		e.setAttribute(name, attributes[name]);
	e.append(...inside);
	return e;
}

const make = (tag, attributes, ...inside) => dress(document.createElement(tag), attributes, inside);

function draw(parent, tag, attributes, ...inside) {
	const e = dress(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, inside);
	if (parent)
		parent.append(e);
	return e;
}

const on = (e, name, use) => e.addEventListener(name, use);

/* Only what changed is touched: readers and selections stay where they are. */
function set(e, text) {
	text = String(text);
	if (e.textContent !== text)
		e.textContent = text;
}

function state(e, kind, words) {
	e.className = "state " + kind;
	e.querySelector("path").setAttribute("d", SHAPES[kind]);
	set(e.querySelector("span"), words);
}

/* Words. */

const format = options => {
	const f = new Intl.DateTimeFormat("en-GB", options);
	return t => f.format(t);
};
const clock = format({ timeStyle: "short" });
const seconds = format({ timeStyle: "medium" });
const date = format({ weekday: "short", day: "numeric", month: "short" });
const longDate = format({ dateStyle: "full" });
const grouped = new Intl.NumberFormat("en-GB");

const count = v => known(v) ? grouped.format(v) : "–";
const average = v => !known(v) ? "–" : v < 99.95 ? v.toFixed(1) : grouped.format(Math.round(v));
const percent = v => known(v) ? Math.floor(100 * v + 1e-9) + " %" : "–";
const period = (a, b) => clock(a) + "–" + clock(b);
const lasting = ms => !known(ms) ? "–" : ms < 9950 ? (ms / 1000).toFixed(1) + " s" : count(Math.round(ms / 1000)) + " s";
const moment = t => (dayOf(t) === dayOf(time()) ? "" : date(t) + ", ") + clock(t);
const capital = word => word[0].toUpperCase() + word.slice(1);

/* Time: the server's clock, the browser's zone. */

const time = () => ahead !== null ? ahead + performance.now() : Date.now();

function dayOf(t) {
	const d = new Date(t), two = n => String(n).padStart(2, "0");
	return String(d.getFullYear()).padStart(4, "0") + "-" + two(d.getMonth() + 1) + "-" + two(d.getDate());
}

function minuteOf(t) {
	const d = new Date(t);
	return d.getHours() * 60 + d.getMinutes();
}

/* Midnight at the begin of a day, and of the one so many days on. */
function midnight(day, on) {
	const [y, m, d] = day.split("-").map(Number);
	return new Date(y, m - 1, d + (on || 0)).getTime();
}

/* The line to the server. */

let events = { close() {} }, patience = 1000;

/* A browser has six connections to a server: one that is not looked at keeps none. */
function listen() {
	events.close();
	if (document.hidden)
		return;
	heard = performance.now();
	events = new EventSource("/api/events");
	on(events, "alive", e => {
		heard = performance.now();
		ahead = JSON.parse(e.data).time_ms - heard;
	});
	on(events, "now", e => take(JSON.parse(e.data)));
	on(events, "trouble", e => lost("footfall: " + JSON.parse(e.data).error));
	on(events, "minute", e => {
		const m = JSON.parse(e.data), touched = d => d.source === m.source && m.t >= d.from && m.t < d.to;
		/* an analysis of a recording fills a day that is over */
		for (const [query, d] of kept)
			touched(d) && kept.delete(query);
		if (m.source === view.source && (view.day === "" && view.end === null || touched({ source: m.source, ...shown() })))
			load();
	});
	events.onerror = () => {
		/* while it is CONNECTING the browser tries again by itself */
		if (events.readyState === EventSource.CLOSED)
			again();
		lost();
	};
}

function take(what) {
	const back = stale.contains("stale");
	if (back) {
		/* what happened meanwhile was not told */
		kept.clear();
		picture(true);
	}
	now = what;
	heard = performance.now();
	patience = 1000;
	stale.remove("stale");
	state($("link"), "good", "live");
	if (back || $("main").hidden)
		notice("");
	showNow();
	if (back || !begun || !cards.has(view.source))
		begin();
}

function lost(words) {
	stale.add("stale");
	state($("link"), "bad", words ? "in trouble" : "connection lost");
	notice(words || "The connection to footfall is lost" + (now ? "; the numbers are those of " + seconds(ahead + heard) : "") +
		". It will come back by itself.");
	document.title = "– footfall";
}

function again() {
	events.close();
	setTimeout(() => {
		/* an event source does not tell why it was refused; a question does */
		get("/api/now").then(listen, e => {
			if (e.status !== 401)
				again();
			lost(e.status === 401 ? "A token is needed: open /?token=… once." : "");
		});
	}, patience * (0.5 + Math.random()));
	patience = Math.min(2 * patience, 30000);
}

function notice(words) {
	set($("notice"), words);
	$("notice").hidden = !words;
}

const ask = more => "?" + new URLSearchParams({ source: view.source, ...more });

async function get(path) {
	const answer = await fetch(path, { cache: "no-store" });
	if (!answer.ok)
		throw Object.assign(new Error("footfall answers " + answer.status), { status: answer.status });
	return answer.json();
}

/* People now, and how each source does. */

/* One that is played live has people. */
const recording = s => /file|images/.test(s.kind) && !known(s.people);

function health(s) {
	if (recording(s))
		return ["off", "a recording"];
	if (!s.live)
		return ["off", "not running" + (known(s.frame_ms) ? " since " + moment(s.frame_ms) : "")];
	if (s.gap)
		return ["bad", "no picture since " + moment(s.gap.from_ms) + ": " + (REASONS[s.gap.reason] || s.gap.reason)];
	const odd = [s.frozen && "the picture stands still", s.dark && "too dark, or covered", s.moved && "the view has changed"].filter(Boolean);
	if (odd.length > 0)
		return ["odd", odd.join("; ")];
	return known(s.people) ? ["good", "watching"] : ["odd", "waiting for a picture"];
}

const FACTS = [["Rate", s => known(s.fps) ? s.fps.toFixed(1) + "/s" : "–"], ["Age", s => lasting(s.age_ms)],
	["Age, 95 %", s => lasting(s.age_p95_ms)], ["Seen", s => percent(s.coverage)], ["Dropped", s => count(s.dropped)],
	["Reconnects", s => count(s.reconnects)]];

function card(name) {
	const c = { name: make("button", { type: "button", class: "name", dir: "auto" }, name), count: make("p", { class: "count" }),
		parts: make("p", { class: "soft split" }), state: make("p"), detail: make("p", { class: "soft" }), facts: FACTS.map(() => make("dd")) };
	on(c.name, "click", () => choose({ source: name, day: "", end: null }));
	draw(draw(c.state, "svg", { viewBox: "0 0 16 16", "aria-hidden": true }), "path");
	c.state.append(make("span"));
	c.item = make("li", { class: "card" }, make("h3", {}, c.name), c.count, c.state, c.parts, c.detail,
		make("dl", { class: "facts" }, ...FACTS.map(([term], i) => make("div", {}, make("dt", {}, term), c.facts[i]))));
	return c;
}

function showNow() {
	const s = now.sources, live = s.filter(x => x.live && known(x.people));
	const blind = s.filter(x => x.live && !known(x.people) && !recording(x));
	const n = total(live, "people");
	$("main").hidden = s.length === 0;
	if (s.length === 0)
		notice("Nothing is recorded yet. footfall live or footfall analyze fills this page by itself.");
	set($("total"), count(n));
	$("total").classList.toggle("long", count(n).length > 3);
	document.title = count(n) + " · footfall";
	set($("without"), blind.length > 0 ? "Without " + (blind.length === 1 ? blind[0].name : blind.length + " sources") + ": no picture." : live.length === 0 ? "No camera is watching."
		: live.length > 1 ? "In " + live.length + " sources together." : "");
	PARTS.forEach(key => set($(key), count(total(live, key))));
	speak(known(n) ? count(n) + (n === 1 ? " person now: " : " people now: ") + PARTS.map(k => $(k).textContent + " " + k).join(", ") + ". " +
		$("without").textContent : "People now: not known. " + $("without").textContent);

	for (const [name, c] of cards) {
		if (!s.some(x => x.name === name)) {
			c.item.remove();
			cards.delete(name);
		}
	}
	for (const x of s) {
		let c = cards.get(x.name);
		if (!c) {
			cards.set(x.name, c = card(x.name));
			$("sources").append(c.item);
		}
		const [kind, words] = health(x);
		state(c.state, kind, words);
		set(c.count, count(x.people));
		set(c.parts, known(x.people) ? `men ${count(x.men)} · women ${count(x.women)} · unknown ${count(x.unknown)}` : "");
		set(c.detail, x.gap && x.gap.detail || "");
		c.item.classList.toggle("idle", kind === "off");
		c.name.setAttribute("aria-pressed", x.name === view.source);
		FACTS.forEach(([, value], i) => set(c.facts[i], value(x)));
	}
	options($("source"), s.map(x => [x.name, x.name]), view.source);
	set($("version"), "footfall " + now.version);
	$("live").hidden = !now.pictures;
}

function speak(words) {
	if (words === said)
		return;
	said = words;
	clearTimeout(speaking);
	speaking = setTimeout(() => {
		saidAt = performance.now();
		set($("say"), said);
	}, Math.max(0, saidAt + SPEAK - performance.now()));
}

/* What is chosen; the address keeps it, for wall screens. */

function options(select, list, value) {
	const key = JSON.stringify(list);
	if (select.dataset.list !== key)
		select.replaceChildren(...list.map(([v, text]) => new Option(text, v)));
	select.dataset.list = key;
	select.value = value;
}

function restore() {
	const p = new URLSearchParams(location.hash.slice(1));
	view.source = p.get("source");
	if (/^\d{4}-\d\d-\d\d$/.test(p.get("day") || ""))
		view.day = p.get("day");
	if (["3", "6", "24", "day"].includes(p.get("span")))
		view.span = p.get("span");
}

async function begin() {
	const s = now.sources, own = s.some(x => x.name === view.source);
	begun = s.length > 0;
	if (!begun)
		return;
	if (!own)
		view.source = (s.find(x => known(x.people)) || s.find(x => x.live) || s[0]).name;
	const days = await listDays();
	/* recordings: the newest day that there is */
	choose(own || view.day || !days[0] || s.some(x => x.live) ? {} : { day: days[0], span: "day" });
}

/* Newest first. */
async function listDays() {
	let days = [];
	listed = dayOf(time());
	try {
		days = (await get("/api/days" + ask({ tz: -new Date().getTimezoneOffset() }))).days;
	} catch (e) {
		notice("The days could not be read: " + e.message + ".");
	}
	const past = days.filter(d => d !== dayOf(time()));
	if (view.day !== "" && !past.includes(view.day))
		past.unshift(view.day);
	options($("day"), [["", "Today"]].concat(past.map(d => [d, date(midnight(d)) + " " + d.slice(0, 4)])), view.day);
	return days;
}

function choose(change) {
	Object.assign(view, change);
	if (view.day === dayOf(time()))
		view.day = "";
	listDays();
	const p = new URLSearchParams({ source: view.source, span: view.span });
	if (view.day)
		p.set("day", view.day);
	history.replaceState(null, "", "#" + p);
	$("day").value = view.day;
	$("choice").elements.span.value = view.span;
	showNow();
	picture();
	load();
}

/* From, to and the minutes in a slot: as few as there is room for. */
function shown() {
	const day = view.day || dayOf(time()), hours = view.span === "day" ? 24 : +view.span;
	const step = [1, 2, 5, 10].find(k => hours * 60 / k * 1.6 < $("plots").clientWidth) || 15;
	if (view.span === "day")
		return { from: midnight(day), to: midnight(day, 1), step };
	const to = view.end || (view.day ? midnight(day, 1) : Math.ceil(time() / MINUTE / step) * MINUTE * step);
	return { from: to - hours * HOUR, to, step };
}

function move(way) {
	/* days are not all of one length */
	const r = shown(), end = view.span === "day" ? midnight(dayOf(way > 0 ? r.to : r.from - 1), 1) : r.to + way * (r.to - r.from);
	choose(end >= time() ? { day: "", end: null } : { day: dayOf(end - 1), end });
}

function picture(anew) {
	const p = $("shot"), src = $("live").open && !document.hidden ? "/api/picture" + ask() : "";
	if (p.dataset.src === src && !anew)
		return;
	p.dataset.src = src;
	/* it would go on loading */
	p.querySelectorAll("img").forEach(old => old.removeAttribute("src"));
	const img = make("img", { alt: "The newest picture of " + view.source, src });
	on(img, "error", () => p.replaceChildren("There is no picture now."));
	p.replaceChildren(src ? img : "");
}

/* Minutes. */

async function minutes(range) {
	const query = ask(range);
	if (kept.has(query))
		return kept.get(query);
	const d = Object.assign(await get("/api/minutes" + query), range);
	d.slot = d.step * MINUTE;
	d.slots = new Array(Math.ceil((d.to - d.from) / d.slot)).fill(null);
	for (const m of d.minutes)
		d.slots[Math.floor((m.t - d.from) / d.slot)] = m;
	d.holes = holes(d);
	if (kept.size >= KEPT)
		kept.clear();
	if (d.to < time() - HOUR)
		kept.set(query, d);
	return d;
}

const why = (d, a, b) => [...new Set(d.gaps.filter(g => g.from_ms < b && g.end > a).map(g => REASONS[g.reason] || g.reason))].join("; ");

/* Times without frames: slots that are not there, and gaps that were noted, which end where they end. */
function holes(d) {
	const end = time(), list = [];
	for (const g of d.gaps) {
		/* one that was never closed ends with the next frame */
		const next = d.slots.find(m => m && m.t >= g.from_ms);
		g.end = known(g.to_ms) ? g.to_ms : next ? next.t : end;
		list.push({ a: Math.max(g.from_ms, d.from), b: Math.min(g.end, d.to) });
	}
	for (let i = 0, n; i < d.slots.length; i = n + 1) {
		for (n = i; n < d.slots.length && !d.slots[n] && d.from + (n + 1) * d.slot <= end - MINUTE; n++)
			;
		if (n > i)
			list.push({ a: d.from + i * d.slot, b: d.from + n * d.slot, empty: true });
	}
	for (const h of list) {
		h.why = why(d, h.a, h.b) || "nothing was recorded";
		h.bare = h.a === d.from && !why(d, h.a, h.b);
	}
	return list.filter(h => h.b > h.a);
}

/* A day by the clock on the wall, so that days with a change of the clock still compare. */
function quarters(d) {
	const q = new Array(24 * 60 / QUARTER).fill(null);
	for (const m of d.minutes)
		q[Math.floor(minuteOf(m.t) / QUARTER)] = m.people;
	return q;
}

async function load() {
	const mine = ++asked, r = shown(), day = view.day || dayOf(r.to - 1);
	/* a screen on a wall stays open past midnight */
	if (listed !== dayOf(time()))
		listDays();
	const earlier = dayOf(midnight(day, -7));
	const whole = name => minutes({ from: midnight(name), to: midnight(name, 1), step: QUARTER });
	$("on").disabled = r.to >= time();
	$("csv").href = "/api/minutes.csv" + ask(r);
	try {
		const [d, one, other] = await Promise.all([minutes(r), whole(day), whole(earlier)]);
		if (mine !== asked)
			return;
		showMinutes(d, r);
		showDays(day, quarters(one), earlier, quarters(other));
		if (!stale.contains("stale"))
			notice("");
	} catch (e) {
		if (mine === asked && !stale.contains("stale"))
			notice("The minutes could not be read: " + e.message + ".");
	}
}

function mean(slots, key) {
	let n = 0, sum = 0;
	for (const m of slots) {
		if (m) {
			n += m.frames;
			sum += m[key] * m.frames;
		}
	}
	return n > 0 ? sum / n : null;
}

function showMinutes(d, r) {
	const slots = d.slots, long = r.step > 1, seen = slots.filter(Boolean);
	const at = i => d.from + i * d.slot, span = i => long ? period(at(i), at(i + 1)) : clock(at(i));
	const hole = i => d.holes.find(h => h.empty && h.a <= at(i) && h.b > at(i));
	const a = date(r.from), b = date(r.to - 1);
	set($("shown"), view.source + " · " + (a === b ? a + ", " + (view.span === "day" ? "whole day" : period(r.from, r.to))
		: a + ", " + clock(r.from) + " – " + b + ", " + clock(r.to)) + (long ? ` · each point is ${r.step} minutes` : ""));

	let end = slots.length;
	while (end > 1 && !slots[end - 1] && !hole(end - 1))
		end--;
	const base = {
		from: d.from, to: d.to, n: slots.length, holes: d.holes, span, ticks: ticksOfTime,
		has: i => slots[i],
		end,
		none(i) {
			const h = hole(i);
			return h && [period(h.a, h.b), "no picture, " + h.why + "."];
		},
		part(i) {
			const words = why(d, at(i), at(i + 1));
			return words ? " Partly without picture: " + words + "." : "";
		}
	};
	const top = seen.reduce((x, m) => m.max > x.max ? m : x, { max: -1 });
	chart("people", {
		...base, title: long ? "People" : "People per minute",
		legend: [["average", "average"], ["band", "fewest to most"], ["gap", "no picture"]],
		about: seen.length === 0 ? "No frames in this time." : `${average(mean(slots, "people"))} people on average; most at once: ${
			count(top.max)}, at ${clock(top.t)}.`,
		top: Math.max(1, top.max),
		paint(p) {
			runs(p.n, base.has, (i, j) => {
				p.area("band", i, j, k => slots[k].min, k => slots[k].max);
				p.line("average", i, j, k => slots[k].people);
			});
		},
		dots: i => [slots[i].people],
		read: i => `${span(i)}: ${average(slots[i].people)} people on average, ${count(slots[i].min)} to ${count(slots[i].max)}; ${
			percent(slots[i].coverage)} seen.${base.part(i)}`,
		head: ["Average", "Fewest", "Most", "Seen"],
		row: i => [average(slots[i].people), count(slots[i].min), count(slots[i].max), percent(slots[i].coverage)]
	});
	const sums = seen.map(m => m.men + m.women + m.unknown);
	chart("gender", {
		...base, title: long ? "Men and women" : "Men and women per minute",
		legend: PARTS.map(k => [k, k]).concat([["gap", "no picture"]]),
		about: seen.length === 0 ? "" : `On average ${PARTS.map(k => average(mean(slots, k)) + " " + k).join(", ")}.`,
		top: Math.max(1, ...sums),
		paint(p) {
			runs(p.n, base.has, (i, j) => {
				p.area("men", i, j, () => 0, k => slots[k].men);
				p.area("women", i, j, k => slots[k].men, k => slots[k].men + slots[k].women);
				p.area("unknown", i, j, k => slots[k].men + slots[k].women, k => slots[k].people);
			});
		},
		dots: () => [],
		read: i => `${span(i)}: ${PARTS.map(k => k + " " + average(slots[i][k])).join(", ")}.${base.part(i)}`,
		head: ["Men", "Women", "Unknown"],
		row: i => PARTS.map(k => average(slots[i][k]))
	});
}

function showDays(day, one, earlier, other) {
	const today = day === dayOf(time()), name = today ? "today" : date(midnight(day)), before = date(midnight(earlier));
	const wall = m => String(Math.floor(m / 60) % 24).padStart(2, "0") + ":" + String(m % 60).padStart(2, "0");
	const span = i => wall(i * QUARTER) + "–" + wall((i + 1) * QUARTER);
	const both = one.map((v, i) => i).filter(i => known(one[i]) && known(other[i]));
	const sum = list => both.reduce((s, i) => s + list[i], 0), a = sum(one), b = sum(other);
	const last = today ? Math.floor(minuteOf(time()) / QUARTER) : one.length;
	const gaps = [];
	/* where clocks are set forward, an hour of the wall is none at all */
	const real = i => minuteOf(midnight(day) + i * QUARTER * MINUTE) === i * QUARTER || minuteOf(midnight(day, 1) - (one.length - i) * QUARTER * MINUTE) === i * QUARTER;
	runs(Math.min(last, one.length), i => !known(one[i]) && real(i), (i, j) => gaps.push({ a: i, b: j, bare: i === 0 }));
	chart("days", {
		title: capital(name) + " and a week before", n: one.length, from: 0, to: one.length, holes: gaps, span, end: one.length,
		legend: [["average", name], ["before", before], ["gap", "no picture " + name]],
		about: both.length === 0 ? "There is nothing yet to compare with " + before + "." : `${capital(name)} ${average(a / both.length)} people on average, ${
			before} ${average(b / both.length)} at the same times${b > 0 ? `: ${a >= b ? "+" : "−"}${Math.round(100 * Math.abs(a / b - 1))} %` : ""}.`,
		top: Math.max(1, ...one, ...other),
		ticks: (p, most) => {
			const k = [1, 2, 3, 4, 6, 12].find(h => 24 / h <= most) || 12;
			return Array.from({ length: 24 / k + 1 }, (_, i) => ({ at: i * k * 60 / QUARTER, text: wall(i * k * 60) }));
		},
		has: i => known(one[i]) || known(other[i]),
		none: i => i < last && [span(i), "no picture on both days."],
		paint(p) {
			runs(p.n, i => known(other[i]), (i, j) => p.line("before", i, j, k => other[k]));
			runs(p.n, i => known(one[i]), (i, j) => p.line("average", i, j, k => one[k]));
		},
		dots: i => [one[i], other[i]],
		read: i => `${span(i)}: ${name} ${known(one[i]) ? average(one[i]) : i < last ? "no picture" : "not yet"}, ${before} ${
			known(other[i]) ? average(other[i]) : "no picture"}.`,
		head: [capital(name), before],
		row: i => [average(one[i]), average(other[i])]
	});
}

/* Charts: one drawing in pixels, drawn anew when its size changes, with a cursor for pointer and keys. */

const charts = new Map();

function runs(n, has, use) {
	for (let i = 0, j; i < n; i = j + 1) {
		for (j = i; j < n && has(j); j++)
			;
		if (j > i)
			use(i, j);
	}
}

function ticksOfTime(p, most) {
	const length = (p.to - p.from) / MINUTE, list = [];
	const every = [5, 10, 15, 30, 60, 120, 180, 240, 360, 720].find(k => length / k <= most) || 720;
	for (let t = Math.ceil(p.from / MINUTE) * MINUTE; t <= p.to; t += MINUTE) {
		const m = minuteOf(t);
		if (m % every === 0)
			list.push({ at: t, text: m === 0 && t > p.from && t < p.to ? date(t) : clock(t) });
	}
	return list;
}

function chart(id, spec) {
	let c = charts.get(id);
	if (!c)
		charts.set(id, c = frame(id));
	/* the cursor stays on its minute */
	const slot = s => (s.to - s.from) / s.n;
	if (c.at !== null) {
		c.at = slot(c.spec) === slot(spec) ? c.at + Math.round((c.spec.from - spec.from) / slot(spec)) : -1;
		c.at = c.at >= 0 && c.at < spec.n ? c.at : null;
	}
	c.spec = spec;
	set(c.title, spec.title);
	set(c.about, spec.about);
	c.plot.setAttribute("aria-label", spec.title + ": chart. Left and right arrow keys read one value after the other.");
	c.legend.replaceChildren(...spec.legend.map(([kind, text]) => make("span", {}, swatch(id, kind), text)));
	paint(c);
	table(c);
}

function swatch(id, kind) {
	const path = draw(null, "path", { d: kind === "average" || kind === "before" ? "M0 6h18" : "M0 0h18v12H0z", ...fill(id, kind) });
	return draw(null, "svg", { viewBox: "0 0 18 12", "aria-hidden": true }, path);
}

/* A style sheet's colour goes before the pattern. */
const fill = (id, kind) => ({ class: kind, fill: `url(#${id}-${kind})` });

function frame(id) {
	const c = { id, at: null, title: make("h2"), legend: make("p", { class: "legend" }), about: make("p", { id: "about-" + id, class: "about soft" }),
		reading: make("p", { class: "reading", "aria-live": "polite" }),
		plot: make("div", { class: "plot", tabindex: 0, role: "application", "aria-describedby": "about-" + id }),
		scroll: make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table" }) };
	c.details = make("details", {}, make("summary", {}, "As a table"), c.scroll);
	on(c.details, "toggle", () => table(c));
	c.figure = make("figure", { id: "chart-" + id }, make("figcaption", {}, c.title, c.legend, c.about, c.reading), c.plot, c.details);
	$("plots").append(c.figure);

	on(c.plot, "keydown", e => {
		const last = Math.max(0, c.spec.end - 1), at = c.at === null ? last + 1 : c.at;
		const ways = { ArrowLeft: at - 1, ArrowRight: c.at === null ? last : at + 1, PageUp: at - 10, PageDown: at + 10, Home: 0, End: last };
		if (e.key === "Escape")
			point(c, null);
		else if (e.key in ways && !e.ctrlKey && !e.altKey && !e.metaKey)
			point(c, Math.min(last, Math.max(0, ways[e.key])));
		else
			return;
		e.preventDefault();
	});
	const under = e => {
		const at = Math.floor((e.clientX - c.svg.getBoundingClientRect().left - c.left) / c.wide * c.spec.n);
		point(c, at >= 0 && at < c.spec.n ? at : null);
	};
	on(c.plot, "pointermove", under);
	on(c.plot, "pointerdown", under);
	on(c.plot, "pointerleave", e => e.pointerType === "mouse" && point(c, null));
	on(c.plot, "blur", () => point(c, null));
	new ResizeObserver(() => c.spec && paint(c)).observe(c.plot);
	return c;
}

/* So many people at the top, and steps below it that people count in. */
function scale(top) {
	let step = Math.pow(10, Math.floor(Math.log10(top / 4)));
	step = Math.max(0.5, [1, 2, 5, 10].map(k => k * step).find(s => top / s <= 5));
	return { step, top: Math.ceil(top / step) * step };
}

function paint(c) {
	const s = c.spec, width = c.plot.clientWidth, height = c.plot.clientHeight, em = parseFloat(getComputedStyle(c.plot).fontSize);
	const y = scale(s.top), left = em * (1 + 0.62 * Math.max(grouped.format(y.top).length, y.step < 1 ? 3 : 1)), right = em * 1.9;
	const upper = em * 0.6, lower = height - em * 1.9, wide = width - left - right;
	const at = v => left + wide * (v - s.from) / (s.to - s.from), slot = (s.to - s.from) / s.n;
	const x = i => at(s.from + i * slot), down = v => lower - (lower - upper) * v / y.top;
	const svg = draw(null, "svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": true });
	const round = v => Math.round(10 * v) / 10, crisp = v => Math.round(v) + 0.5;

	for (const [kind, size, turn] of [["gap", 9, 45], ["unknown", 5, -45]]) {
		const p = draw(svg, "pattern", { id: c.id + "-" + kind, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` });
		draw(p, "path", { d: "M0 0h9v9H0z", class: kind + "-ground" });
		draw(p, "path", { d: "M0 0h1.4v9H0z", class: kind + "-stripe" });
	}
	for (const h of s.holes)
		draw(svg, "rect", { x: at(h.a), y: upper, width: Math.max(2, at(h.b) - at(h.a)), height: lower - upper,
			...fill(c.id, h.bare ? "bare" : "gap") });
	for (let v = 0; v <= y.top + y.step / 2; v += y.step) {
		draw(svg, "path", { class: v === 0 ? "base" : "grid", d: `M${left} ${crisp(down(v))}h${wide}` });
		draw(svg, "text", { x: left - em * 0.6, y: down(v) + em * 0.35, class: "y" }, y.step < 1 ? v.toFixed(1) : grouped.format(v));
	}
	for (const t of s.ticks(s, Math.max(2, Math.floor(wide / (em * 4.6))))) {
		draw(svg, "path", { class: "base", d: `M${crisp(at(t.at))} ${lower}v${em * 0.35}` });
		draw(svg, "text", { x: at(t.at), y: lower + em * 1.45, class: "x" }, t.text);
	}
	const path = (kind, list) => draw(svg, "path", { d: "M" + list.map(p => p.map(round).join(" ")).join("L"), ...fill(c.id, kind) });
	/* through the middles, and to the outer edges of the first and the last slot, so that a lone one shows */
	const along = (i, j, value) => {
		const list = [[x(i), down(value(i))]];
		for (let k = i; k < j; k++)
			list.push([x(k + 0.5), down(value(k))]);
		return list.concat([[x(j), down(value(j - 1))]]);
	};
	s.paint({
		n: s.n,
		line: (kind, i, j, value) => path(kind, along(i, j, value)),
		area: (kind, i, j, low, high) => path(kind, along(i, j, high).concat(along(i, j, low).reverse()))
	});
	for (const h of s.holes) {
		if (at(h.b) - at(h.a) > em * 6)
			draw(svg, "text", { x: at((h.a + h.b) / 2), y: upper + em * 1.4, class: "x label" }, h.bare ? "nothing recorded" : "no picture");
	}
	c.cursor = draw(svg, "g", { class: "cursor" });
	Object.assign(c, { svg, x, down, left, wide, upper, lower });
	c.plot.replaceChildren(svg);
	point(c, c.at);
}

/* The cursor on a slot, or away. */
function point(c, at) {
	const s = c.spec;
	c.at = at;
	c.cursor.replaceChildren();
	if (at !== null) {
		const x = c.x(at + 0.5);
		draw(c.cursor, "path", { d: `M${x} ${c.upper}V${c.lower}` });
		if (s.has(at))
			s.dots(at).filter(known).forEach(v => draw(c.cursor, "circle", { cx: x, cy: c.down(v), r: 4 }));
	}
	set(c.reading, at === null ? "" : s.has(at) ? s.read(at) : (s.none(at) || [s.span(at), "nothing yet."]).join(": "));
	c.figure.classList.toggle("pointed", at !== null);
}

function table(c) {
	if (!c.spec || !c.details.open)
		return;
	const s = c.spec, body = make("tbody"), column = text => make("th", { scope: "col" }, text);
	const row = (kind, when, cells) => body.append(make("tr", { class: kind }, make("th", { scope: "row" }, when), ...cells));
	let before = "";
	for (let i = 0; i < s.end; i++) {
		const none = !s.has(i) && s.none(i);
		if (s.has(i))
			row("", s.span(i), s.row(i).map(v => make("td", {}, v)));
		else if (none && none[0] !== before)
			row("gap", none[0], [make("td", { colspan: s.head.length }, none[1])]);
		before = none && none[0];
	}
	c.scroll.replaceChildren(make("table", {}, make("caption", { class: "unseen" }, s.title),
		make("thead", {}, make("tr", {}, column("Time"), ...s.head.map(column))), body));
}

/* Begin. */

for (const key of PARTS)
	$("parts").append(make("div", { class: key }, make("dt", {}, capital(key)), make("dd", { id: key })));
on($("choice"), "submit", e => e.preventDefault());
on($("choice"), "change", e => {
	const field = e.target.name || e.target.id;
	const change = { [field]: e.target.value, end: null };
	/* a day that is over is seen whole first */
	if (field === "day" && e.target.value !== "" && view.day === "")
		change.span = "day";
	choose(change);
});
on($("back"), "click", () => move(-1));
on($("on"), "click", () => move(1));
on($("live"), "toggle", () => picture());
on(document, "visibilitychange", () => {
	stale.add("stale");
	listen();
	picture();
});
set($("zone"), "Times are those of " + Intl.DateTimeFormat().resolvedOptions().timeZone + ".");
/* A dead line may look open for long: after a silence it is opened anew. */
setInterval(tick, 1000);
function tick() {
	set($("clock"), longDate(time()) + ", " + seconds(time()));
	if (performance.now() - heard > SILENCE && events.readyState === EventSource.OPEN)
		again();
}
tick();
restore();
listen();
})();
