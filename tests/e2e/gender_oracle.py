#!/usr/bin/env python3
"""The figures of `footfall eval gender --json`, computed again by scikit-learn from the stored answers.

usage: gender_oracle.py DATABASE JSON

Prints the largest difference; the exit status is 1 when it is above 1e-12.
"""
import json
import sqlite3
import sys
import warnings

import numpy as np
from sklearn.metrics import accuracy_score, precision_recall_fscore_support, roc_auc_score

LABELS = ["female", "male"]
warnings.simplefilter("ignore")
worst = 0.0


def compare(what, ours, theirs):
    global worst
    difference = abs(ours - theirs)
    if not difference <= 1e-12:
        print(f"{what}: {ours!r}, scikit-learn {theirs!r}")
    worst = max(worst, difference)


def answer(p, no_face, least):
    if no_face or p is None or p == 0.5 or max(p, 1 - p) < least:
        return "unknown"
    return "female" if p > 0.5 else "male"


def classes(view, figures, truth, said):
    precision, recall, f1, _ = precision_recall_fscore_support(truth, said, labels=LABELS, zero_division=0)
    for i, label in enumerate(LABELS):
        compare(f"{view} precision {label}", figures[f"precision_{label}"], precision[i])
        compare(f"{view} recall {label}", figures[f"recall_{label}"], recall[i])
        compare(f"{view} f1 {label}", figures[f"f1_{label}"], f1[i])
    compare(f"{view} f1_macro", figures["f1_macro"], f1.mean())
    compare(f"{view} accuracy", figures["accuracy"], accuracy_score(truth, said))


def slices(view, figures, rows, truth, said):
    for s in figures["slices"]:
        at = [i for i, r in enumerate(rows) if json.loads(r[3]).get(s["by"]) == s["value"]]
        t, a = [truth[i] for i in at], [said[i] for i in at]
        name = f"{view} {s['by']} {s['value']}"
        f1 = precision_recall_fscore_support(t, a, labels=LABELS, zero_division=0)[2]
        compare(f"{name} items", s["items"], len(at))
        compare(f"{name} accuracy", s["accuracy"], accuracy_score(t, a))
        for i, label in enumerate(LABELS):
            # null: that gender neither occurs nor was said
            if s[f"f1_{label}"] is not None:
                compare(f"{name} f1 {label}", s[f"f1_{label}"], f1[i])


def check(view, figures, rows, least):
    truth = [r[0] for r in rows]
    said = [answer(r[1], r[2], least) for r in rows]
    classes(view, figures, truth, said)
    classes(view + " without abstaining", figures["without_abstaining"], truth, [answer(r[1], r[2], 0) for r in rows])
    for t in LABELS:
        for a in LABELS:
            compare(f"{view} {t}_{a}", figures["confusion"][f"{t}_{a}"], sum(x == t and y == a for x, y in zip(truth, said)))
    has = [i for i, r in enumerate(rows) if r[1] is not None]
    female = np.array([truth[i] == "female" for i in has])
    p = np.array([rows[i][1] for i in has])
    compare(f"{view} auc", figures["auc"], roc_auc_score(female, p))
    bins = np.digitize(p, np.arange(1, 10) / 10, right=True)
    compare(f"{view} ece", figures["ece"], sum(abs(p[bins == b].sum() - female[bins == b].sum()) for b in range(10)) / len(p))
    slices(view, figures, rows, truth, said)


def main():
    with open(sys.argv[2], encoding="utf-8") as f:
        said = json.load(f)
    db = sqlite3.connect(sys.argv[1])
    views = {"end_to_end": said, "given": said["given_face"]} if "given_face" in said else {"given": said}
    for view, figures in views.items():
        rows = db.execute(
            "SELECT truth, p_female, no_face, slices FROM evaluation_item WHERE evaluation_id = ? AND view = ? ORDER BY number",
            (said["evaluation"], view),
        ).fetchall()
        if not rows:
            sys.exit(f"no items of the view {view}")
        check(view, figures, rows, said["min_score"])
    print(f"largest difference to scikit-learn: {worst:g}")
    sys.exit(not worst <= 1e-12)


main()
