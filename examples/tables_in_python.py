"""A table as it is, with text, gaps and dates: who stays a member? With predictions of rows that were not learned from.

python examples/tables_in_python.py
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from glassprop import TabularClassifier

rng = np.random.default_rng(0)
ROWS = 300
visits = rng.poisson(4, ROWS)
town = rng.choice(["Ulm", "Bonn", "Jena"], ROWS)
frame = pl.DataFrame(
    {
        "town": [None if rng.random() < 0.05 else name for name in town.tolist()],
        "visits": visits,
        "joined": [date(2023, 1, 1) + timedelta(days=int(day)) for day in rng.integers(0, 700, ROWS)],
        "newsletter": rng.random(ROWS) < 0.5,
    }
)
stays = np.where(visits + 2 * (town == "Ulm") + rng.normal(size=ROWS) > 4.5, "stays", "leaves")

model = TabularClassifier(cross_fit=4, epochs=20, random_state=0).fit(frame, stays)
for role in model.columns_:
    print(f"{role.name:12} {role.role:10} {role.reason}")
told = model.classes_[model.oof_prediction_.argmax(axis=1)]
print(f"right, of rows not learned from: {(told == stays).mean():.0%}")
print(
    "least likely as labelled:", np.argsort(model.oof_prediction_[np.arange(ROWS), (stays == "stays").astype(int)])[:5]
)
