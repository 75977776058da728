"""Tables to be trained on for a moment and reported on; one of them with hostile names."""

from __future__ import annotations

import numpy as np
import polars as pl

from glassprop.tables import Defaults, FitOptions, Table, diagnose, fit_table
from glassprop.training_report.training_report import report_data, training_report

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</style></script><script>alert(2)</script>",
    "{{ 7 * 7 }}",
    '" onmouseover="alert(3)',
    "a\x1b[31m\u202eb",
]


def flowers(rows=400, seed=0, kinds=("rose", "lily", "iris")):
    """A table whose classes cannot all be told apart, so that there are mistakes; the classes are uneven."""
    rng = np.random.default_rng(seed)
    width, color = rng.normal(size=rows).round(3), rng.choice(["red", "blue"], rows)
    place = width + 0.7 * (color == "red") + rng.normal(scale=0.6, size=rows)
    kind = np.array(kinds)[np.digitize(place, np.quantile(place, np.linspace(0, 1, len(kinds) + 1)[1:-1] ** 1.5))]
    return pl.DataFrame({"width": width, "color": color, "kind": kind})


def amounts(rows=400, seed=1):
    rng = np.random.default_rng(seed)
    size, town = rng.uniform(20, 200, rows).round(1), rng.choice(["Bern", "Ulm"], rows)
    rent = 400 + 9 * size + 250 * (town == "Bern") + rng.normal(0, 80, rows)
    return pl.DataFrame({"size": size, "town": town, "rent": rent.round(2)})


def trained(frame, target, **options):
    defaults = Defaults(hidden=(6,), epochs=12, early_stopping_rows=60)
    return fit_table(Table(frame, "table.csv"), FitOptions(target, validation=0.2, **options), defaults=defaults)


def reported(outcome, **options):
    data = report_data(outcome.record, diagnose(outcome), **options)
    return data, training_report(data)


def held_out(outcome):
    """The held-out rows of the table itself, found by their numbers."""
    return outcome.held_out_table.frame[outcome.parts.held_out.rows.tolist()]


def hostile():
    frame = flowers(kinds=(HOSTILE[0], HOSTILE[1], HOSTILE[2]))
    return frame.rename({"width": HOSTILE[3], "color": HOSTILE[4], "kind": HOSTILE[1] + "!"})
