"""The explanation page: one HTML file that holds an explanation and all that it takes to look at it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from glassprop.document.closed_page import script_data, script_of, source_hash
from glassprop.errors import DataError
from glassprop.ground.text import shown
from glassprop.insight.largest import Place
from glassprop.insight.live_record import STILL_WITHOUT_ROWS
from glassprop.insight.record import FORMAT
from glassprop.layers.layer_table import KINDS

DIGITS = 9  # of each number embedded: more than the page shows, and half the size of all
MEMORY_DIGITS = 6  # of what an optimizer remembers, of which five are shown: a quarter of the largest pages
PICTURE_DIGITS = 4  # of numbers that are only seen as the shade of a pixel
SCRIPTS = (
    "text",
    "formula",
    "model",
    "marks",
    "say",
    "ways",
    "layout",
    "rove",
    "lines",
    "draw",
    "pictures",
    "charts",
    "equations",
    "parts",
    "errors",
    "training",
    "columns",
    "chosen",
    "waterfall",
    "guess",
    "backward",
    "update",
    "walk",
    "live_functions",
    "live_kinds",
    *(f"live_{kind}" for kind in KINDS),
    "live_passes",
    "live_differences",
    "live_example",
    "live_integral",
    "live_prediction",
    "live_steps",
    "live_record",
    "live",
    "plane",
    "map",
    "slice",
    "play_dates",
    "play_handles",
    "play_switch",
    "play_nudge",
    "play_drag",
    "play_learn",
    "play",
    "join",
    "keep",
    "print",
    "notes",
    "finder",
    "address",
    "main",
)
# what scripts begin with that a page needs only if it computes
COMPUTING = ("live", "play", "plane", "map", "slice")
STYLES = ("page.css", "page_drawing.css", "page_controls.css")
_CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'"


def page(
    record: Mapping[str, Any],
    *,
    title: str = "The chain rule, with numbers",
    rows: bool = True,
    opens: Place | str | None = None,
) -> str:
    """An HTML document that shows an explanation: no network access, nothing to install, nothing outside the file.

    Parameters
    ----------
    record : mapping
        ``Explanation.to_dict()``.
    title : str
    rows : bool
        Whether what stands in the table is written down, where the record holds it.
    opens : (layer, j, k), or str, optional
        The weight (k None: the bias), or the column or input by its name, that is chosen when the page opens.

    Returns
    -------
    str
        One HTML document.

    Raises
    ------
    DataError
        If the record is not an explanation of the format that this release writes.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> from glassprop.showing import page
    >>> network = Network(2, [Layer(2, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> document = page(network.explain(theta, [0.5, -1.0], [1.0]).to_dict())
    >>> document.startswith("<!DOCTYPE html>")
    True
    """
    if record.get("kind") != "glassprop-explanation" or record.get("format") != FORMAT:
        raise DataError(
            f"a page is made from Explanation.to_dict() of format {FORMAT}, "
            f"got kind {record.get('kind')!r}, format {record.get('format')!r}"
        )
    css = "\n".join(_static(name) for name in STYLES)
    needed = [name for name in SCRIPTS if record["live"] is not None or not name.startswith(COMPUTING)]
    js = script_of([_static(f"page_{name}.js") for name in needed])
    parts = {
        "title": html.escape(shown(title)),
        "csp": f"{_CLOSED}; style-src '{source_hash(css)}'; script-src '{source_hash(js)}'",
        "css": css,
        "js": js,
        "record": embedded(record, rows=rows, opens=opens),
    }
    # one pass, so that braces within the data are not taken for marks
    return re.sub(r"\{\{(\w+)\}\}", lambda mark: parts[mark[1]], _static("page.html"))


def embedded(record: Mapping[str, Any], *, rows: bool = True, opens: Place | str | None = None) -> str:
    """The record as the page holds it: shorter numbers and text, and no character that could end a script element."""
    small = _slim(record, rows)
    small["opens"] = _choice(small, opens)
    small = {**_short({**small, "live": None}), "live": _with_short_labels(small["live"])}
    return script_data(small)


def _with_short_labels(live: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What is computed with, all of whose digits are needed; but names of classes are seen."""
    if live is None:
        return None
    rules = {name: live[name] for name in ("predicts", "targets")}
    short = {
        name: {**rule, "labels": _short(rule["labels"])} if rule and "labels" in rule else rule
        for name, rule in rules.items()
    }
    return {**live, **short, "predicting": _with_short_names(live["predicting"])}


def _with_short_names(predicting: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if predicting is None:
        return None
    columns = [{**column, "name": _short(column["name"])} for column in predicting["columns"]]
    return {**predicting, "outputs": _short(predicting["outputs"]), "columns": columns}


def _slim(record: Mapping[str, Any], rows: bool) -> dict[str, Any]:
    """Without columns that are an input themselves; with few digits of what is only seen as a picture."""
    kept = [number for number in range(len(record["columns"])) if not _is_input(record, number)]
    examples = [
        {
            **example,
            "target": example["target"] if rows else None,
            "columns": [_cell(example["columns"][number], rows) for number in kept],
        }
        for example in record["examples"]
    ]
    picture = record.get("picture")
    return {
        **(_without_rows(record) if not rows else _without_what_live_has(record)),
        "predictions": [_without_cells(told) if not rows else told for told in record["predictions"]],
        "columns": [record["columns"][number] for number in kept],
        "examples": examples,
        "picture": picture and {name: _short(part, PICTURE_DIGITS) for name, part in picture.items()},
        "units": record["units"] and record["units"] | ({} if rows else {"own": None, "own_y": None}),
        "as_it_was": _short(record["as_it_was"], PICTURE_DIGITS) if rows else None,
    }


def _without_rows(record: Mapping[str, Any]) -> dict[str, Any]:
    return {**record, "live": None, "still": STILL_WITHOUT_ROWS if record["live"] is not None else record["still"]}


def _without_what_live_has(record: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters, and what the optimizer remembers of them, are written down once: the page fills them in."""
    training = record["training"]
    if record["live"] is None:
        short = training and {**training, "memory": _short(training["memory"], MEMORY_DIGITS)}
        return {**record, "training": short}
    return {**record, "w": [], "b": [], "p": [], "training": training and {**training, "memory": {}}}


def _without_cells(prediction: Mapping[str, Any]) -> dict[str, Any]:
    return {**prediction, "columns": [{**column, "shown": None} for column in prediction["columns"]]}


def _choice(record: Mapping[str, Any], opens: Place | str | None) -> dict[str, Any] | None:
    """What the page opens with, as its scripts call it. None: nothing, or it is not in the page."""
    if opens is None:
        return None
    if not isinstance(opens, str):
        layer, j, k = opens
        return {"kind": "weight", "l": layer, "j": j, "k": -1 if k is None else k}
    for number, column in enumerate(record["columns"]):
        if column["name"] == opens:
            return {"kind": "column", "number": number}
    if opens in record["inputs"]:
        return {"kind": "input", "k": record["shown"][0][record["inputs"].index(opens)]}
    return None


def _is_input(record: Mapping[str, Any], number: int) -> bool:
    """Whether a column says no more than the input that it feeds."""
    column = record["columns"][number]
    if column["categories"] is not None or len(column["parts"]) != 1:
        return False
    cells = [example["columns"][number] for example in record["examples"]]
    if any(cell["shown"] or cell["by_column"] not in (None, [1.0]) for cell in cells):
        return False
    if all(cell["by_column"] is not None for cell in cells):
        return True
    if column["parts"][0] not in record["shown"][0]:
        return False
    place = record["shown"][0].index(column["parts"][0])
    return record["inputs"][place] == column["name"] and all(
        cell["value"] == example["by_a"][0][place] for cell, example in zip(cells, record["examples"], strict=True)
    )


def _cell(cell: Mapping[str, Any], rows: bool) -> dict[str, Any]:
    return dict(cell) if rows else {**cell, "shown": None, "by_column": None}


def _short(value: Any, digits: int = DIGITS) -> Any:
    """Numbers of so many digits, and text that can be seen and is not long, all the way down."""
    if isinstance(value, float):
        short = float(f"{value:.{digits}g}")
        return int(short) if short.is_integer() and abs(short) < 1e9 else short
    if isinstance(value, Mapping):
        return {shown(key): _short(part, digits) for key, part in value.items()}
    if isinstance(value, str):
        return shown(value)
    return [_short(part, digits) for part in value] if isinstance(value, list | tuple) else value


def _static(name: str) -> str:
    return files("glassprop.report").joinpath("static", name).read_text(encoding="utf-8")
