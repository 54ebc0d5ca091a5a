#!/usr/bin/env python3
"""Compares footfall's gender figures with scikit-learn's, and its counts with numpy's, to 1e-12.

    oracle_gender.py GEN_SCORE                   generated cases: ties, missed faces, one gender only

GEN_SCORE is build/tests/gen/gen_score.  Needs numpy and scikit-learn; exits 77 when they are not installed.
--cases N and --seed N change what is generated; --write FILE stores the cases with the reference's figures in the
form that tests/unit/test_score_ref.c reads.
"""
import argparse
import math
import subprocess
import sys
import warnings

try:
    import numpy as np
    from sklearn.calibration import calibration_curve
    from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score, roc_auc_score
except ImportError as missing:
    print(f"oracle_gender.py: {missing}; install python3-sklearn", file=sys.stderr)
    sys.exit(77)


def faces(rng):
    """Truth, whether a face was found, p_female."""
    n = int(rng.integers(1, 120))
    truth = np.where(rng.random(n) < rng.choice([0.0, 0.3, 0.5, 1.0], p=[0.1, 0.4, 0.4, 0.1]), "f", "m")
    p = np.clip(rng.normal(np.where(truth == "f", 0.65, 0.35), 0.25), 0, 1)
    if rng.random() < 0.5:
        p = np.round(p, 1)      # ties, and values on the edges of bins
    missed = rng.random(n) < rng.choice([0.0, 0.2])
    return truth, missed, p


def gender_reference(truth, missed, p):
    said = np.where(missed | (p == 0.5), "?", np.where(p > 0.5, "f", "m"))
    out = {"accuracy": accuracy_score(truth, said)}
    for name, label in (("female", "f"), ("male", "m")):
        if not (np.any(truth == label) or np.any(said == label)):
            out.update({f"{k}_{name}": math.nan for k in ("precision", "recall", "f1")})
            continue
        kw = dict(labels=[label], average=None, zero_division=0)
        out[f"precision_{name}"] = precision_score(truth, said, **kw)[0]
        out[f"recall_{name}"] = recall_score(truth, said, **kw)[0]
        out[f"f1_{name}"] = f1_score(truth, said, **kw)[0]
    out["f1_macro"] = math.nan if math.isnan(out["f1_female"] + out["f1_male"]) else \
        f1_score(truth, said, labels=["f", "m"], average="macro", zero_division=0)
    answered = said != "?"
    out["accuracy_answered"] = accuracy_score(truth[answered], said[answered]) if answered.any() else math.nan
    y, q = truth[~missed] == "f", p[~missed]
    out["auc"] = roc_auc_score(y, q) if 0 < y.sum() < len(y) else math.nan
    out["ece"] = math.nan
    if len(q):
        share, mean = calibration_curve(y, q, n_bins=10, strategy="uniform") if 0 < y.sum() < len(y) else (None, None)
        edges = np.linspace(0, 1, 11)
        b = np.searchsorted(edges[1:-1], q)
        used = np.unique(b)
        out["ece"] = sum(abs(y[b == k].mean() - q[b == k].mean()) * (b == k).mean() for k in used)
        if share is not None:
            for k, s, m in zip(used, share, mean):
                out[f"bin{k}_share"], out[f"bin{k}_p"] = s, m
    return {k: float(v) for k, v in out.items()}


def minutes(rng):
    n = int(rng.integers(1, 40))
    truth = rng.poisson(6, n).astype(float)
    return truth, np.round(np.maximum(truth * 0.85 + rng.normal(0, 1, n), 0), 2)


def counts_reference(truth, counted):
    d = counted - truth
    out = {"bias": d.mean(), "mae": np.abs(d).mean()}
    out["correlation"] = np.corrcoef(truth, counted)[0, 1] if truth.std() > 0 and counted.std() > 0 else math.nan
    out["factor"] = truth.sum() / counted.sum() if counted.sum() > 0 else math.nan
    return {k: float(v) for k, v in out.items()}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("gen")
    p.add_argument("--cases", type=int, default=300)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--write")
    a = p.parse_args()
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(a.seed)
    texts, wanted = [], []
    for i in range(a.cases):
        if i % 4 == 3:
            truth, counted = minutes(rng)
            texts.append("".join(f"m {float(t)!r} {float(c)!r}\n" for t, c in zip(truth, counted)))
            wanted.append(counts_reference(truth, counted))
        else:
            truth, missed, prob = faces(rng)
            texts.append("".join(f"g {t} {int(m)} {float(q)!r} -\n" for t, m, q in zip(truth, missed, prob)))
            wanted.append(gender_reference(truth, missed, prob))
    run = subprocess.run([a.gen], input="".join(t + "end\n" for t in texts), capture_output=True, text=True, check=True)
    got = [dict(line.split()[:2] for line in one.splitlines()) for one in run.stdout.split("end\n")[:-1]]
    worst = 0.0
    for i, (w, g) in enumerate(zip(wanted, got, strict=True)):
        for name, value in w.items():
            have = float(g[name])
            d = 0.0 if math.isnan(value) and math.isnan(have) else abs(value - have)
            if not d <= 1e-12:
                print(f"case {i}: {name} is {have!r}, the reference has {value!r}")
                d = math.inf
            worst = max(worst, d)
    if a.write:
        with open(a.write, "w") as f:
            f.write("# Made by eval/oracle_gender.py --write; expected figures are scikit-learn's and numpy's.\n")
            for t, w in zip(texts, wanted):
                f.write(t + "".join(f"e {k} {v!r}\n" for k, v in w.items()) + "end\n")
    print(f"{a.cases} cases, largest difference {worst:.2e}")
    return 0 if worst <= 1e-12 else 1


if __name__ == "__main__":
    sys.exit(main())
