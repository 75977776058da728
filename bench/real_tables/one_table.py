"""One table, read, divided, learned from and scored, beside the references.

``python -m bench.real_tables.one_table NAME`` writes a JSON object: a process of its own, so that it can be ended.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from bench.real_tables.fetch import CACHE, path_of
from bench.real_tables.references import inputs_of, read, reference_scores, target_of
from bench.real_tables.tables import CLASSES, TABLES, RealTable
from glassprop.errors import GlasspropError
from glassprop.tables import FitOptions, fit_table, read_table

TEST_SHARE = 0.25
SEED = 11
# Which way each score is better.
_HIGHER = {"r2": True, "accuracy": True, "roc_auc": True, "balanced_accuracy": True}
_HIGHER |= dict.fromkeys(("log_loss", "root_mean_squared_error", "mean_absolute_error"), False)
_ROUNDING = 1e-6  # of a score: predictions are float32
# The sentence that has to be said; whatever its words, it says what is not better than what.
_WORSE = re.compile(r"(worse|no better|not better)\b.*\b(constant|guess\w*|baseline|mean|median|majority|shares)", re.I)
_HINT = re.compile(r"leak|gives? .*away|near(ly)? .*copy|copy of|alone (predicts|tells|gives)|follows from", re.I)


def run(table: RealTable, path: Path) -> dict[str, Any]:
    """All that is found out about one table; what cannot be done stands under ``refused``."""
    raw = read(path)
    y = target_of(raw, table)
    parts = divide(y, table.task)
    found: dict[str, Any] = {
        "name": table.name, "package": table.package, "task": table.task, "target": table.target, "odd": table.odd,
        "rows": int(y.notna().sum()), "columns": raw.shape[1], "train": len(parts[0]), "test": len(parts[1]),
    }  # fmt: skip
    found["scores"] = reference_scores(table, inputs_of(raw, table), y, parts)
    return found | _glassprop(table, path, len(raw), parts, found["scores"])


def divide(y: pd.Series, task: str, seed: int = SEED) -> tuple[np.ndarray, np.ndarray]:
    """The rows to learn from and those to score, of all that have a target; a class with one row is learned from."""
    rows = np.flatnonzero(y.notna())
    if task != CLASSES:
        train, test = train_test_split(rows, test_size=TEST_SHARE, random_state=seed)
        return train, test
    labels = y.iloc[rows].to_numpy()
    counts = y.value_counts()
    single = np.isin(labels, counts.index[counts < 2])
    several = rows[~single]
    train, test = train_test_split(several, test_size=TEST_SHARE, random_state=seed, stratify=labels[~single])
    return np.concatenate([train, rows[single]]), test


def _glassprop(
    table: RealTable, path: Path, rows: int, parts: tuple[np.ndarray, np.ndarray], references: dict[str, Any]
) -> dict[str, Any]:
    notes: list[dict[str, Any]] = []
    start = time.process_time()
    try:
        whole = read_table(str(path))
        if whole.frame.height != rows:
            return {"refused": f"{whole.frame.height} rows were read where pandas reads {rows}"}
        train, test = (replace(whole, frame=whole.frame[np.sort(part)]) for part in parts)
        test = replace(test, notes=())  # what was told while reading is told once
        outcome = fit_table(
            train,
            FitOptions(target=table.target, validation=test, seed=SEED),
            on_message=lambda note: notes.append(plain(note)),
        )
        decided = outcome.task
        if decided != table.task:
            options = FitOptions(target=table.target, task=table.task, validation=test, seed=SEED)
            outcome = fit_table(train, options, on_message=lambda note: notes.append(plain(note)))
    except GlasspropError as error:
        return {"refused": str(error), "notes": notes, "seconds": time.process_time() - start}
    seconds = time.process_time() - start
    worse = worse_than(outcome.scores, outcome.baseline)
    return {
        "decided": decided,
        "scores": references | {"glassprop": outcome.scores, "baseline": outcome.baseline},
        "same_rows": same_rows(references["constant"], outcome.baseline),
        "kinds": dict(Counter(role.role for role in outcome.columns)),
        "roles": {role.name: f"{role.role}: {role.reason}" for role in outcome.columns},
        "otherwise": otherwise(table, {role.name: role.role for role in outcome.columns}),
        "worse": worse,
        "worse_told": any(_WORSE.search(note["text"]) for note in notes),
        "hints": {name: hinted(name, notes) for name in table.gives_away},
        "notes": notes,
        "epochs": outcome.record.get("history", {}).get("epochs"),
        "seconds": seconds,
    }


def worse_than(scores: Mapping[str, float], baseline: Mapping[str, float]) -> list[str]:
    """The scores that are worse than the baseline's of the same name."""
    common = [name for name in scores if name in baseline and name in _HIGHER]
    lost = {name: (baseline[name] - scores[name]) * (1 if _HIGHER[name] else -1) for name in common}
    return [name for name in common if lost[name] > _ROUNDING * abs(baseline[name])]


def same_rows(ours: Mapping[str, float], theirs: Mapping[str, float]) -> bool:
    """Whether the constant scores alike by both ways: then both have read the same target in the same rows.

    Not to the last digit: the tool's constant knows only the rows that it trains on, without those for early stopping.
    """
    name = "log_loss" if "log_loss" in ours else "root_mean_squared_error"
    return name in theirs and bool(np.isclose(ours[name], theirs[name], rtol=0.02))


def otherwise(table: RealTable, roles: Mapping[str, str]) -> dict[str, str]:
    """Column -> what it was taken for, where a person takes it for something else."""
    found = {}
    for name, expected in table.roles.items():
        role = roles.get(name or "column_1", roles.get(name, "no column"))
        if role.split()[0] not in expected.split():  # "time of day" goes by its first word
            found[name or "(row names)"] = f"{role}, not {' or '.join(expected.split())}"
    return found


def plain(note: Any) -> dict[str, Any]:
    """A note as data; a bare text is one without a kind."""
    return {"text": str(note), "kind": getattr(note, "kind", "note"), "column": getattr(note, "column", None)}


def hinted(column: str, notes: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a note says that this column gives the target away, by its kind or in its words."""
    about = [note for note in notes if note["column"] == column or column in note["text"]]
    return any("leak" in note["kind"] or "copy" in note["kind"] or _HINT.search(note["text"]) for note in about)


def main(arguments: list[str] | None = None) -> int:
    """Run the table of that name."""
    parser = argparse.ArgumentParser(prog="bench.real_tables.one_table", description="One of the real tables.")
    parser.add_argument("name", choices=[table.name for table in TABLES], metavar="NAME")
    parser.add_argument("--cache", type=Path, default=CACHE)
    options = parser.parse_args(arguments)
    (table,) = (table for table in TABLES if table.name == options.name)
    json.dump(run(table, path_of(table, options.cache)), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
