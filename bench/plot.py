"""The benchmark as a picture: how many times as long as glassprop each peer takes, a panel for each column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt

from bench.cases import MAIN

_OURS = "glassprop"
_COLORS = {"scikit-learn": "#e69f00", "torch": "#d55e00", "jax": "#009e73"}


def draw(columns: list[dict[str, Any]], target: Path) -> None:
    """The main cases: a group of bars each, one bar a peer (PyTorch at its best), on a logarithmic scale."""
    plt.rcParams.update({"svg.hashsalt": "glassprop", "font.size": 9})
    names = {case.name for case in MAIN}
    figure, panels = plt.subplots(
        1,
        len(columns),
        figsize=(4 + 3.5 * len(columns), 4),
        layout="constrained",
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    for axes, column in zip(panels[0], columns, strict=True):
        _panel(axes, [row for row in column["rows"] if row["case"]["name"] in names])
        about = column["about"]
        axes.set_title(
            about["column"] if about["level"] in about["column"] else f"{about['column']}: {about['level']}", fontsize=9
        )
    panels[0][0].invert_yaxis()  # of all, for they share it
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside lower right", ncols=len(labels), fontsize=8)
    machine = columns[0]["about"]["machine"]
    figure.suptitle(
        f"{machine['cpu']} ({machine['cpu numbers']}), {machine['cores']} cores, {machine['date']}", fontsize=9
    )
    figure.supxlabel("time of an epoch, in times of glassprop's (Adam, float32)", fontsize=9, x=0.35)
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)


def _panel(axes: Any, rows: list[dict[str, Any]]) -> None:
    for place, row in enumerate(rows):
        for number, (name, value) in enumerate(_peers(row["milliseconds"]).items()):
            ratio, at = value / row["milliseconds"][_OURS], place + 0.27 * (number - 1)
            axes.barh(at, ratio, 0.25, color=_COLORS[name], label=name if not place else None)
            axes.text(ratio * 1.03, at, f"{ratio:.1f}" if ratio < 100 else f"{ratio:.0f}", va="center", fontsize=7)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_yticks(range(len(rows)), [row["case"]["name"] for row in rows])
    axes.set_xscale("log")
    axes.margins(x=0.12)


def _peers(times: dict[str, float]) -> dict[str, float]:
    """Each library's least time."""
    return {
        name: min(value for entry, value in times.items() if entry.startswith(name))
        for name in _COLORS
        if any(entry.startswith(name) for entry in times)
    }
