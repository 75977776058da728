"""Error against time, a point a model: both as geometric means over the tables."""

from __future__ import annotations

import math
from pathlib import Path

import matplotlib.pyplot as plt

from bench.accuracy.ours import OURS
from bench.accuracy.report import BASE, in_order
from bench.accuracy.summary import Summary

_OURS, _THEIRS = "#0072b2", "#777777"


def points(summary: Summary) -> dict[str, tuple[float, float, int]]:
    """Model -> seconds to train for 10,000 rows, error in times of scikit-learn's network, tables; of those timed."""
    found = {}
    for model in in_order(summary):
        seconds, ratio = summary.typical_time(model, "fit_s", "train", 10_000), summary.error_ratio(model, BASE)
        if model != "constant" and ratio.tables and not math.isnan(seconds):
            found[model] = seconds, ratio.value, ratio.tables
    return found


def draw(summary: Summary, target: Path) -> None:
    """Time on a logarithmic scale; down and left is better."""
    plt.rcParams.update({"svg.hashsalt": "glassprop", "font.size": 9})
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for model, (seconds, error, tables) in points(summary).items():
        ours = model in OURS
        axes.plot(seconds, error, "o" if ours else "s", color=_OURS if ours else _THEIRS, markersize=6)
        label = model if tables == len(summary.tables) else f"{model} ({tables} tables)"
        axes.annotate(label, (seconds, error), (5, 4), textcoords="offset points", fontsize=8)
    axes.set_xscale("log")
    axes.margins(x=0.25, y=0.12)
    axes.set_xlabel("seconds to train, for 10,000 rows (geometric mean)")
    axes.set_ylabel("error, in times of scikit-learn's MLP")
    axes.set_title(f"{len(summary.tables)} tables; {summary.cpu}", fontsize=9)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)
