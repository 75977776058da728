"""The ablation as a table in Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from bench.recipe.variants import BASE

_SMALL = ("Auto", "diabetes", "vowel", "german", "attrition", "contraceptive", "planted_friedman", "segment", "ames")


def report(results: Iterable[dict[str, Any]], variants: Sequence[str]) -> str:
    """Change of error against the recipe with one network, in %, a line for each variant."""
    found = {(one["table"], one["seed"], one["variant"]): one for one in results}
    lines = ["| | error, % | ± | small | larger | seconds | most |", "|---|---|---|---|---|---|---|"]
    every = ((variant, _changes(found, variant)) for variant in variants)
    lines += [_line(variant, changes, _seconds(found, variant)) for variant, changes in every if changes]
    return "\n".join(lines)


def _changes(found: dict, variant: str) -> dict[str, list[float]]:
    """By table, the logarithm of the ratio of errors of each seed."""
    changes: dict[str, list[float]] = defaultdict(list)
    for (table, seed, name), one in found.items():
        if name == variant and (base := found.get((table, seed, BASE.name))):
            changes[table].append(float(np.log(one["error"] / base["error"])))
    return changes


def _line(variant: str, changes: dict[str, list[float]], seconds: float) -> str:
    means = {table: float(np.mean(values)) for table, values in changes.items()}
    errors = [np.std(values, ddof=1) ** 2 / len(values) for values in changes.values() if len(values) > 1]
    uncertain = f"{100 * np.sqrt(np.sum(errors)) / len(changes):.1f}" if errors else ""
    small = [mean for table, mean in means.items() if table.rsplit("/", 1)[-1] in _SMALL]
    larger = [mean for table, mean in means.items() if table.rsplit("/", 1)[-1] not in _SMALL]
    most = sorted(means, key=lambda table: -abs(means[table]))[:3]
    said = ", ".join(f"{table} {_percent(means[table])}" for table in most)
    parts = [_percent(np.mean(part)) if part else "" for part in (list(means.values()), small, larger)]
    return f"| {variant} | {parts[0]} | {uncertain} | {parts[1]} | {parts[2]} | × {seconds:.1f} | {said} |"


def _percent(logarithm: float) -> str:
    return f"{100 * np.expm1(logarithm):+.1f}"


def _seconds(found: dict, variant: str) -> float:
    """How much longer than the recipe with one network, a geometric mean."""
    ratios = [
        one["seconds"] / found[table, seed, BASE.name]["seconds"]
        for (table, seed, name), one in found.items()
        if name == variant and (table, seed, BASE.name) in found
    ]
    return float(np.exp(np.mean(np.log(ratios))))
