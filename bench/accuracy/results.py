"""Results, a line of JSON each, so that a run goes on where it ended and a part of it can be done anew."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Result = dict[str, Any]
Key = tuple[str, int, str, str, str]


def key_of(result: Result) -> Key:
    """Table, seed, model, where it ran and the code that ran: what one result is kept for."""
    return result["table"], result["seed"], result["model"], result["machine"], result["version"]


def read(*paths: Path) -> list[Result]:
    """All that was kept, the last of each key; a line that a killed run left half is passed over."""
    found: dict[Key, Result] = {}
    for path in paths:
        for line in path.read_text().splitlines() if path.exists() else []:
            try:
                result = json.loads(line)
            except json.JSONDecodeError:
                continue
            found[key_of(result)] = result
    return list(found.values())


def keep(path: Path, result: Result) -> None:
    """Add one, at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(result) + "\n")


def newest(results: Iterable[Result], splits: dict[tuple[str, int], str] | None = None) -> list[Result]:
    """What counts: of each table, model and machine the results of the code that ran last, on the parts as they are.

    Seeds of other code are left out, since a mean over both would be of no model.

    Parameters
    ----------
    results : iterable of dict
        In the order in which they were kept.
    splits : dict, optional
        (table, seed) -> digest of the parts as they are now; by default, those of the last result of each.
    """
    results = list(results)
    now = splits or {(result["table"], result["seed"]): result["split"] for result in results}
    code = {(result["table"], result["model"], result["machine"]): result["version"] for result in results}
    found = {}
    for result in results:
        table, seed, model, machine, version = key_of(result)
        if now.get((table, seed)) == result["split"] and code[table, model, machine] == version:
            found[table, seed, model, machine] = result
    return list(found.values())
