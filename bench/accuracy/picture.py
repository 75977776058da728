"""Error against time, a point a model: both as geometric means over the tables."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt

from bench.accuracy.ours import OURS
from bench.accuracy.report import BASE, in_order
from bench.accuracy.summary import Summary

_OURS, _THEIRS = "#0072b2", "#777777"


def points(summary: Summary) -> dict[str, tuple[float, float, int]]:
    """Model -> time to train and error, both in times of scikit-learn's network, and how many tables the error is of.

    CPU seconds, if other things ran beside.
    """
    what = "fit_s" if summary.quiet() else "fit_cpu_s"
    found = {}
    for model in in_order(summary):
        time, error = summary.time_ratio(model, BASE, what), summary.error_ratio(model, BASE)
        if model != "constant" and time.tables and error.tables:
            found[model] = time.value, error.value, error.tables
    return found


def draw(summary: Summary, target: Path) -> None:
    """Time on a logarithmic scale; down and left is better."""
    plt.rcParams.update({"svg.hashsalt": "glassprop", "font.size": 9})
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for model, (time, error, tables) in points(summary).items():
        ours = model in OURS
        axes.plot(time, error, "o" if ours else "s", color=_OURS if ours else _THEIRS, markersize=6)
        label = model if tables == len(summary.tables) else f"{model} ({tables} tables)"
        axes.annotate(label, (time, error), (5, 4), textcoords="offset points", fontsize=8)
    axes.set_xscale("log")
    axes.margins(x=0.25, y=0.12)
    kind = "time" if summary.quiet() else "CPU seconds"
    axes.set_xlabel(f"{kind} to train, in times of scikit-learn's MLP (geometric mean)")
    axes.set_ylabel("error, in times of scikit-learn's MLP")
    axes.set_title(f"{len(summary.tables)} tables; {summary.cpu}", fontsize=9)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)
