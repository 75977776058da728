"""What the page of suspected labels holds, as plain data: the listed rows alone, with what a person needs to decide."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from glassprop.errors import DataError
from glassprop.ground.text import shown, without_formulas
from glassprop.influence.suspects import Suspects
from glassprop.insight.image import Picture
from glassprop.training_report.map_chart import map_axes
from glassprop.training_report.shown_rows import MOST_COLUMNS, ShownRows

FORMAT = 1
MOST_ROWS = 2000  # that are listed
_MOST_TYPICAL = 4000  # cells that say what is typical of classes
_DIGITS = 6  # of a number that is suggested
_FACTS = ("scores", "margin", "confidence", "spread", "pull")


def suspects_record(
    suspects: Suspects,
    table: ShownRows,
    *,
    numbers: Sequence[int] | None,
    target: str,
    source: str,
    drawn: dict[str, Any] | None,
) -> dict[str, Any]:
    """The record. drawn: the map of all rows, where there is one.

    Raises
    ------
    DataError
        If the table, or the numbers, are of another number of rows.
    """
    n = len(suspects.scores)
    if is_regression(suspects) and np.ndim(suspects.given) > 1:
        raise DataError(f"a page is of one target, and each of these rows has {np.shape(suspects.given)[1]} numbers")
    if table.n_rows != n or (numbers is not None and len(numbers) != n):
        raise DataError(
            f"the labels of {n} rows were judged, and there are {table.n_rows} rows to show"
            + ("" if numbers is None else f" with {len(numbers)} numbers")
        )
    listed = [int(i) for i in (*suspects.suspected, *suspects.unusual)]
    kept = listed[:MOST_ROWS]
    labels = None if is_regression(suspects) else (label_texts(suspects.given), label_texts(suspects.suggested))
    classes = None if labels is None else _classes(suspects, *labels)
    picture = table.picture
    rows = _rows(suspects, kept, numbers, _placed(suspects, classes, labels), drawn)
    what = _pictures(table, kept, picture) if picture else [{"cells": cells} for cells in table.cells(kept)]
    record = {
        "format": FORMAT,
        "kind": "glassprop-suspects",
        "source": shown(source),
        "target": shown(target),
        "n_rows": n,
        "epochs": int(suspects.epochs),
        "n_listed": len(listed),
        "columns": [] if picture else [shown(name) for name in table.names[:MOST_COLUMNS]],
        "more_columns": 0 if picture else max(0, len(table.names) - MOST_COLUMNS),
        "picture": bool(picture),
        "classes": None if classes is None else [_class(text) for text in classes],
        "rows": [row | cells for row, cells in zip(rows, what, strict=True)],
        "typical": _typical(suspects, table, classes, labels, kept, picture),
    }
    return {**record, "key": _key(record)}


def is_regression(suspects: Suspects) -> bool:
    """Whether labels are numbers."""
    return str(suspects.task) == "numbers"


def label_texts(values: Any) -> list[str]:
    """Labels as text; of several in a row, one after the other."""
    found = np.asarray(values).tolist()
    return [", ".join(map(str, each)) if isinstance(each, list) else str(each) for each in found]


def _classes(suspects: Suspects, given: list[str], suggested: list[str]) -> list[str]:
    """All labels that there are, as text, in their order."""
    values = [np.asarray(of) for of in (suspects.given, suspects.suggested)]
    known = dict(zip([*given, *suggested], [each for of in values for each in of.tolist()], strict=True))
    try:
        return sorted(known, key=known.__getitem__)
    except TypeError:  # of several types
        return sorted(known)


def _placed(
    suspects: Suspects, classes: list[str] | None, labels: tuple[list[str], list[str]] | None
) -> tuple[Any, Any]:
    """Given and suggested label of each row: the number of the class, or a number, short where it is suggested."""
    if classes is None or labels is None:
        return suspects.given.tolist(), [float(f"{value:.{_DIGITS}g}") for value in suspects.suggested]
    place = {text: k for k, text in enumerate(classes)}
    given, suggested = ([place[text] for text in of] for of in labels)
    return given, suggested


def _class(text: str) -> dict[str, str]:
    """A label itself, and what differs from it: how it is shown, and how a spreadsheet would not run it."""
    others = {"shown": shown(text), "safe": without_formulas(text)}
    return {"text": text, **{name: other for name, other in others.items() if other != text}}


def _rows(
    suspects: Suspects, kept: list[int], numbers: Sequence[int] | None, labels: tuple[Any, Any], drawn: Any
) -> list[dict[str, Any]]:
    facts = {name.removesuffix("s"): np.asarray(getattr(suspects, name), dtype=np.float64) for name in _FACTS}
    at, watched = _places(suspects, drawn), suspects.epochs > 0
    return [
        {
            "row": int(i if numbers is None else numbers[i]),
            "given": labels[0][i],
            "suggested": labels[1][i],
            "kind": str(suspects.kinds[i]),
            **{name: _short(values[i]) for name, values in facts.items()},
            "forgotten": int(suspects.forgotten[i]) if watched else None,
            "learned": int(suspects.learned[i]) if watched else None,
            "at": at(i),
        }
        for i in kept
    ]


def _places(suspects: Suspects, drawn: Any) -> Any:
    """Where a row lies in the drawing of the map."""
    if drawn is None:
        return lambda i: None
    (x, y), up = map_axes(drawn), suspects.confidence

    def at(i: int) -> list[float] | None:
        pair = float(suspects.spread[i]), float(up[i])
        return [x.place(pair[0]), y.place(pair[1])] if np.isfinite(pair).all() else None

    return at


def _pictures(table: ShownRows, kept: list[int], picture: Picture) -> list[dict[str, Any]]:
    return [{"image": image} for image in table.pictures(kept, picture)] if kept else []


def _typical(
    suspects: Suspects,
    table: ShownRows,
    classes: list[str] | None,
    labels: tuple[list[str], list[str]] | None,
    kept: list[int],
    picture: Picture | None,
) -> dict[str, Any]:
    """What the other rows of a class are like, by its number, of those that listed rows have; "" for numbers."""

    def of(rows: Sequence[int]) -> Any:
        return table.mean_picture(rows, picture) if picture else table.typical(rows)

    if not kept:
        return {}
    if classes is None or labels is None:
        return {"": of(range(table.n_rows))}
    asked = {texts[i] for texts in labels for i in kept}
    if len(asked) * (1 if picture else min(len(table.names), MOST_COLUMNS)) > _MOST_TYPICAL:
        return {}
    listed, others = {*map(int, suspects.suspected), *map(int, suspects.unusual)}, dict[str, list[int]]()
    for i, text in enumerate(labels[0]):
        if i not in listed and text in asked:
            others.setdefault(text, []).append(i)
    return {str(k): of(others[text]) for k, text in enumerate(classes) if text in others}


def _short(value: float) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None


def _key(record: dict[str, Any]) -> str:
    """What decisions are kept under: the same rows and labels have the same."""
    told = [record["source"], record["target"], record["classes"]]
    told += [[row["row"], row["given"], row["suggested"]] for row in record["rows"]]
    return hashlib.sha256(json.dumps(told).encode("utf-8", "surrogatepass")).hexdigest()[:16]
