#!/usr/bin/env python3
"""Compares footfall's COCO figures with pycocotools', to 1e-9.

    oracle_coco.py GEN_SCORE                     generated cases: crowds, ties, empty pictures and classes, no area
    oracle_coco.py GEN_SCORE INSTANCES RESULTS   a set of files
    oracle_coco.py GEN_SCORE --speed             a set of the size of COCO val2017, timed by turns, with memory

GEN_SCORE is build/tests/gen/gen_score.  Needs numpy and pycocotools (Debian: python3-pycocotools); exits 77 when
they are not installed.  --cases N and --seed N change what is generated; --write FILE stores the first cases with
pycocotools' figures in the form that tests/unit/test_score_ref.c reads.
"""
import argparse
import contextlib
import copy
import io
import json
import os
import resource
import subprocess
import sys
import time

try:
    import numpy as np
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
except ImportError as missing:
    print(f"oracle_coco.py: {missing}; install python3-pycocotools", file=sys.stderr)
    sys.exit(77)

NAMES = "AP AP50 AP75 APs APm APl AR1 AR10 AR100 ARs ARm ARl".split()


def reference(gt, dt):
    """The twelve figures, the twelve per class, and the seconds that evaluating took."""
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = copy.deepcopy(gt)
        coco.createIndex()
        # loadRes refuses an empty list, so an empty result is made by hand.
        if dt:
            found = coco.loadRes(copy.deepcopy(dt))
        else:
            found = COCO()
            found.dataset = dict(images=gt["images"], categories=gt["categories"], annotations=[])
            found.createIndex()
        e = COCOeval(coco, found, "bbox")
        start = time.perf_counter()
        e.evaluate()
        e.accumulate()
        seconds = time.perf_counter() - start
        e.summarize()
    out = dict(zip(NAMES, (float(v) for v in e.stats)))

    def mean(a):
        a = a[a > -1]
        return float(a.mean()) if a.size else -1.0

    p, r = e.eval["precision"], e.eval["recall"]
    for k, cat in enumerate(e.params.catIds):
        one = [mean(p[:, :, k, 0, 2]), mean(p[0, :, k, 0, 2]), mean(p[5, :, k, 0, 2])]
        one += [mean(p[:, :, k, a, 2]) for a in (1, 2, 3)]
        one += [mean(r[:, k, 0, m]) for m in (0, 1, 2)] + [mean(r[:, k, a, 2]) for a in (1, 2, 3)]
        out.update({f"{cat}/{n}": v for n, v in zip(NAMES, one)})
    return out, seconds


def text(gt, dt):
    """The same set for gen_score."""
    image = {im["id"]: i for i, im in enumerate(gt["images"])}
    cat = {c["id"]: i for i, c in enumerate(gt["categories"])}
    lines = [f"i {im['id']}" for im in gt["images"]] + [f"c {c['id']}" for c in gt["categories"]]
    for a in gt["annotations"]:
        x, y, w, h = (repr(float(v)) for v in a["bbox"])
        lines.append(f"t {image[a['image_id']]} {cat[a['category_id']]} {x} {y} {w} {h} {float(a['area'])!r} "
                     f"{int(a.get('iscrowd', 0))} 0 {a['id']}")
    for d in dt:
        x, y, w, h = (repr(float(v)) for v in d["bbox"])
        lines.append(f"p {image[d['image_id']]} {cat[d['category_id']]} {x} {y} {w} {h} {float(d['score'])!r}")
    return "\n".join(lines) + "\nend\n"


def ours(gen, texts, *args):
    run = subprocess.run([gen, *args], input="".join(texts), capture_output=True, text=True, check=True)
    cases, one = [], {}
    for line in run.stdout.splitlines():
        if line == "end":
            cases.append(one)
            one = {}
        else:
            name, value = line.split()[:2]
            one[name] = float(value)
    return cases, run.stderr


def case(rng):
    """A set with everything that evaluators trip over."""
    nimages, nclasses = int(rng.integers(1, 9)), int(rng.integers(1, 5))
    ids = [int(v) for v in rng.permutation(1000)[:nimages] + 1]
    classes = [int(v) for v in rng.permutation(90)[:nclasses] + 1]
    gt = dict(images=[dict(id=i, width=640, height=480) for i in ids],
              categories=[dict(id=c, name=str(c)) for c in classes], annotations=[])
    whole = rng.random() < 0.5          # whole numbers make overlaps of exactly 0.5 and 0.75
    crowded = rng.random() < 0.2
    grid = float(rng.choice([0.0, 2, 10, 100]))  # scores in steps: ties

    def box():
        size = float(rng.choice([8, 24, 40, 120, 300]))
        b = [rng.random() * 300, rng.random() * 200, rng.random() * size, rng.random() * size]
        if whole:
            b = [round(v) for v in b]
        return [float(v) for v in b]

    dt, number = [], 0
    for i in ids:
        if rng.random() < 0.2:          # nothing in this picture
            continue
        for c in classes:
            if rng.random() < 0.3:
                continue
            truths = [box() for _ in range(int(rng.integers(0, 7)))]
            for b in truths:
                number += 1
                crowd = int(rng.random() < 0.15)
                area = b[2] * b[3] * (1 if rng.random() < 0.5 else rng.random())
                if rng.random() < 0.1:
                    area = float(rng.choice([0, 1024, 9216, 1e10, 2e10]))
                gt["annotations"].append(dict(id=number, image_id=i, category_id=c, bbox=b, area=float(area), iscrowd=crowd))
            if rng.random() < 0.2:      # truths only
                continue
            n = int(rng.integers(90, 180)) if crowded and rng.random() < 0.3 else int(rng.integers(0, 12))
            for _ in range(n):
                if truths and rng.random() < 0.8:
                    b = list(truths[int(rng.integers(len(truths)))])
                    if rng.random() < 0.7:
                        move = rng.normal(0, 0.1, 4) * [b[2], b[3], b[2], b[3]]
                        b = [float(v + m) for v, m in zip(b, move)]
                        b = [float(round(v)) for v in b] if whole else b
                        b[2], b[3] = max(b[2], 0.0), max(b[3], 0.0)
                else:
                    b = box()
                score = rng.random()
                score = round(score * grid) / grid if grid else score
                dt.append(dict(image_id=i, category_id=c, bbox=b, score=float(score)))
    order = rng.permutation(len(dt))
    return gt, [dt[i] for i in order]


def large(rng):
    """5,000 pictures, 36,000 truths, 500,000 predictions, 80 classes."""
    gt = dict(images=[dict(id=i + 1) for i in range(5000)],
              categories=[dict(id=c + 1, name=str(c + 1)) for c in range(80)], annotations=[])
    share = 1 / np.arange(1, 81)
    share /= share.sum()
    image, cat = rng.integers(5000, size=36000), rng.choice(80, size=36000, p=share)
    xy, wh = rng.random((36000, 2)) * 400, np.exp(rng.normal(3.9, 1, (36000, 2))) + 2
    for k in range(36000):
        gt["annotations"].append(dict(id=k + 1, image_id=int(image[k]) + 1, category_id=int(cat[k]) + 1,
                                      bbox=[*map(float, xy[k]), *map(float, wh[k])], area=float(wh[k].prod() * 0.7),
                                      iscrowd=int(rng.random() < 0.01)))
    dt = []
    for k in range(500000):
        near = rng.random() < 0.25
        if near:
            t = int(rng.integers(36000))
            size = wh[t]
            b = np.concatenate([xy[t] + rng.normal(0, 0.08, 2) * size, size * np.exp(rng.normal(0, 0.1, 2))])
            i, c, score = image[t], cat[t], rng.beta(2, 2)
        else:
            size = np.exp(rng.normal(3.9, 1, 2)) + 2
            b = np.concatenate([rng.random(2) * 400, size])
            i, c, score = rng.integers(5000), rng.choice(80) if rng.random() < 0.5 else cat[k % 36000], rng.beta(1, 6)
        dt.append(dict(image_id=int(i) + 1, category_id=int(c) + 1, bbox=[round(float(v), 3) for v in b],
                       score=round(float(score), 5)))
    return gt, dt


def compare(name, want, got):
    worst = max(want, key=lambda n: abs(want[n] - got[n]))
    d = abs(want[worst] - got[worst])
    if not d <= 1e-9:
        print(f"{name}: {worst} is {got[worst]!r}, pycocotools has {want[worst]!r}")
    return d


def speed(gen, rounds):
    gt, dt = large(np.random.default_rng(7))
    lines = text(gt, dt)
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"oracle_coco.{os.getpid()}.txt")
    with open(path, "w") as f:
        f.write(lines)
    del lines
    try:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for n in range(rounds):
            for threads in ("1", "2"):
                with open(path) as f:
                    run = subprocess.run([gen, threads, "1000" if n == 0 else "0"], stdin=f, capture_output=True, text=True,
                                         check=True)
                print(f"footfall, {threads} thread(s): {', '.join(run.stderr.splitlines())}", flush=True)
            want, seconds = reference(gt, dt)
            print(f"pycocotools: evaluate and accumulate {seconds:.1f} s; peak {before // 1024} MiB before, "
                  f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB after", flush=True)
        got = {}
        for line in run.stdout.splitlines():
            if line != "end":
                got[line.split()[0]] = float(line.split()[1])
    finally:
        os.unlink(path)
    return compare("speed", want, got)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("gen")
    p.add_argument("files", nargs="*")
    p.add_argument("--cases", type=int, default=250)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--speed", type=int, nargs="?", const=2, metavar="ROUNDS")
    p.add_argument("--write")
    a = p.parse_args()
    if a.speed:
        worst, n = speed(a.gen, a.speed), 1
    else:
        if a.files:
            gt, dt = (json.load(open(f)) for f in a.files)
            sets = [(gt, dt)]
        else:
            rng = np.random.default_rng(a.seed)
            sets = [case(rng) for _ in range(a.cases)]
        n, worst = len(sets), 0
        wanted = [reference(gt, dt)[0] for gt, dt in sets]
        got = ours(a.gen, [text(gt, dt) for gt, dt in sets])[0]
        for i, (w, g) in enumerate(zip(wanted, got)):
            worst = max(worst, compare(f"case {i}", w, g))
        if a.write:
            with open(a.write, "w") as f:
                f.write("# Made by eval/oracle_coco.py --write; expected figures are pycocotools'.\n")
                for (gt, dt), w in zip(sets, wanted):
                    f.write(text(gt, dt)[:-4] + "".join(f"e {k} {v!r}\n" for k, v in w.items()) + "end\n")
    print(f"{n} cases, largest difference {worst:.2e}")
    return 0 if worst <= 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main())
