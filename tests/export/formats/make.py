"""Write format-N.glassprop and format-N.json of the present format number; run once, when the number goes up.

The JSON file has rows and the probabilities that the model in the file gives for them.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np
import polars as pl

import glassprop
from glassprop.export.container import FORMAT
from glassprop.tables import FitOptions, Table, fit_table


def flowers(rows: int = 80) -> pl.DataFrame:
    """A number, a category and a date, and a class that follows from the first two."""
    rng = np.random.default_rng(0)
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=int(day)) for day in rng.integers(0, 300, rows)]
    width, color = rng.normal(size=rows).round(2), rng.choice(["red", "blue", "white"], rows)
    kind = np.where(width + (color == "red") > 0.3, "rose", "lily")
    return pl.DataFrame({"width": width, "color": color, "day": list(map(str, days)), "kind": kind})


def main() -> None:
    """Train, save, and note what the saved model predicts."""
    target = Path(__file__).parent / f"format-{FORMAT}.glassprop"
    table = flowers()
    outcome = fit_table(Table(table, "flowers"), FitOptions(target="kind", hidden=(5,), epochs=20))
    glassprop.save(outcome.pipeline, target, outcome.record)
    rows = table[:8].drop("kind")
    expected = {
        "table": rows.to_dict(as_series=False),
        "probabilities": outcome.pipeline.predict_proba(rows).tolist(),
    }
    target.with_suffix(".json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
