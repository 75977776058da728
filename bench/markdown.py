"""The figures of `build/bench.json` as Markdown, to be put into README.md here: `python -m bench.markdown [FILE]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.tables import OURS, verdict

_HEADS = (
    "network, batch (rows)", "glassprop", "jax", "torch", "scikit-learn", "best peer / glassprop", "goal", "of floor",
    "of peak", "",
)  # fmt: skip


def main() -> None:
    """Print each column: what ran, and a table."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "build/bench.json")
    for column in json.loads(path.read_text())["columns"]:
        print("\n".join(of_column(column)))


def of_column(column: dict[str, Any]) -> list[str]:
    """Lines of one column."""
    about = column["about"]
    machine, kernels = about["machine"], about["kernels"]
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items() if name != OURS)
    peak = max(about["peak_gflops"]["float32"].values())
    name = about["column"][0].upper() + about["column"][1:]
    cpu = f"{machine['cpu']} ({machine['cpu numbers']}), {machine['cores']} cores"
    said = [
        f"`make bench`, {machine['date']}, {cpu}, load at the beginning {machine['load']:.1f}; {versions}.",
        f"Ours: {kernels[OURS]}.",
        f"Peak: {peak:.0f} GFLOP/s (float32, all cores). "
        f"A product of 768 × 768 reaches, of this: {_products(about, peak)}.",
    ]
    rows = [_line(_HEADS), "|---" * len(_HEADS) + "|", *(_row(row) for row in column["rows"])]
    head = name if about["level"] in name else f"{name}: {about['level']}"
    return [f"### {head}", "", *said, "", *rows, ""]


def _products(about: dict[str, Any], peak: float) -> str:
    shares = {name: max(rates.values()) / peak for name, rates in about["product_gflops"].items()}
    return ", ".join(f"{name} {share:.0%}" for name, share in shares.items())


def _row(row: dict[str, Any]) -> str:
    times = row["milliseconds"]
    least = [_least(times, name) for name in ("glassprop", "jax", "torch", "scikit-learn")]
    asked = "" if row["must"] is None else f"{row['must']:g}"
    floor = "" if row["of_floor"] is None else f"{row['of_floor']:.0%}"
    return _line(
        [row["case"]["name"], *least, f"{row['ratio']:.2f}", asked, floor, f"{row['of_peak'][OURS]:.0%}", verdict(row)]
    )


def _least(times: dict[str, float], library: str) -> str:
    """Its least time, however it was run, to three digits."""
    found = [value for name, value in times.items() if name.startswith(library)]
    return f"{float(f'{min(found):.3g}'):,g}" if found else "–"


def _line(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
