"""The benchmark as a picture: how many times as long as glassprop each peer takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt

_COLORS = {"scikit-learn": "#e69f00", "torch": "#d55e00", "jax": "#009e73"}


def draw(rows: list[dict[str, Any]], about: dict[str, Any], target: Path) -> None:
    """A group of bars a case, one bar a peer (PyTorch at its best), on a logarithmic scale."""
    plt.rcParams.update({"svg.hashsalt": "glassprop", "font.size": 9})
    figure, axes = plt.subplots(figsize=(7.5, 4), layout="constrained")
    for place, found in enumerate(rows):
        times = found["milliseconds"]
        best_torch = min(value for name, value in times.items() if name.startswith("torch"))
        peers = {"scikit-learn": times["scikit-learn"], "torch": best_torch, "jax": times["jax"]}
        for number, (name, value) in enumerate(peers.items()):
            ratio = value / times["glassprop"]
            axes.barh(place + 0.27 * (number - 1), ratio, 0.25, color=_COLORS[name], label=name if not place else None)
            axes.text(ratio * 1.03, place + 0.27 * (number - 1), f"{ratio:.1f}", va="center", fontsize=7)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_yticks(range(len(rows)), [found["case"]["name"] for found in rows])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("time of an epoch, in times of glassprop's (Adam, float32)")
    axes.set_title(f"{about['cpu']}, {about['cores']} cores, {about['date']}", fontsize=9)
    axes.legend(frameon=False, loc="lower right")
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)
