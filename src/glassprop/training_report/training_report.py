"""The report of a training: first all that it says as plain data, then one HTML file made of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from glassprop.layers.layer_kind import title_of
from glassprop.training_report.doctor_page import doctor_section
from glassprop.training_report.drawn_report import draw, waterfalls
from glassprop.training_report.html_pages import as_is, html_page

FORMAT = 1
MOST_CLASSES = 20  # of a confusion matrix that is shown whole
MOST_LISTED = 100  # classes, where they are listed one by one
MOST_CONFUSED = 8  # pairs of classes
_MOST_NAMES = 2000  # columns of one fate that are named


def report_data(
    record: Mapping[str, Any],
    diagnosis: Mapping[str, Any],
    *,
    rows: bool = True,
    model: str = "",
    page: str | None = None,
    seconds: Sequence[float] = (),
    versions: Mapping[str, str] | None = None,
    predictions: Sequence[Mapping[str, Any]] = (),
    found: Mapping[str, Any] | None = None,
    seen: Mapping[str, Any] | str = "",
    drove: Sequence[Mapping[str, Any]] = (),
    drove_weights: int = 0,
    plane: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """All that the report says, JSON-able.

    Parameters
    ----------
    record : mapping
        Of the training: ``Outcome.record``.
    diagnosis : mapping
        What ``glassprop.tables.use.diagnose`` found on the held-out rows.
    rows : bool
        Whether values of single rows are told. Without them there are no points of single predictions, no true or
        predicted values of telling rows, and neither notes nor reasons, which may cite values.
    model : str
        Where the model was saved.
    page : str, optional
        The name of the file that explains the telling rows, beside the report; its example i is the i-th of them.
    seconds : sequence of float
        Since training began, at the end of each epoch, where that is known: it stands in no record.
    versions : mapping, optional
        Of what made it.
    predictions : sequence of mapping, optional
        How the predictions of the telling rows came about: ``predictions`` of the record of their explanation.
    found : mapping, optional
        What keeps the network from learning, where that was looked for: ``Diagnosis.to_dict()``.
    seen : mapping or str, optional
        How hard the rows were to learn, as ``row_map`` tells it; or why that is not known.
    drove : sequence of mapping
        Of each telling row the rows trained on that drove its prediction: proponents and opponents, lists of row, label
        and score.
    drove_weights : int
        Along how many weights of the training these were looked for; 0: at the final ones alone.
    plane : mapping, optional
        What the model says of its two columns, where it has no others, as ``plane_map`` tells it. Without ``rows`` it
        is left out.
    """
    scores, baseline, intervals = record["scores"], record["baseline"], record["intervals"]
    return {
        "format": FORMAT,
        "kind": "glassprop-training-report",
        "source": record["source"],
        "task": record["task"],
        "target": {"name": record["target"], "reason": _reason(record["target_reading"]["reason"], rows)},
        "rows": dict(record["rows"]),
        "weighted": record["weighted"],
        "interrupted": record["interrupted"],
        "scores": [
            {"name": name, "value": value, "interval": intervals.get(name), "baseline": baseline.get(name)}
            for name, value in scores.items()
        ],
        "remarks": list(record["remarks"]),
        "against": "most frequent class" if record["task"] == "classification" else "mean",
        "history": _history(record, seconds),
        "classes": _classes(diagnosis["shares"]),
        "amounts": _amounts(diagnosis["amounts"], rows),
        "confusion": _confusion(diagnosis["confusion"]),
        "calibration": diagnosis["calibration"],
        "first_layer": dict(diagnosis["first_layer"]),
        "plane": plane if rows else None,
        "residuals": _residuals(diagnosis["residuals"], rows),
        "columns": _columns(record["columns"], record["defaults"], rows),
        "notes": [_note(note) for note in record["notes"]] if rows else None,
        "check": dict(diagnosis["check"]),
        "network": _network(diagnosis),
        "settings": {**record["defaults"], **{k: v for k, v in record["options"].items() if v not in (None, [], ())}},
        "seed": record["seed"],
        "engine": record["engine"],
        "versions": dict(versions or {}),
        "telling": [_telling(told, i, rows) for i, told in enumerate(diagnosis["telling"])],
        "came_about": [dict(told) for told in predictions] if rows else [],
        "drove": [_drove(told, rows) for told in drove],
        "drove_weights": drove_weights,
        "found": None if found is None else doctor_section(found, rows=rows),
        "seen": None if isinstance(seen, str) else {**seen, "points": seen["points"] if rows else None},
        "unseen": seen if isinstance(seen, str) else "",
        "page": page,
        "model": model,
        "with_rows": rows,
    }


def _reason(reason: str, rows: bool) -> str:
    """Why something is as it is; values that it cites follow a colon or stand in brackets."""
    return reason if rows else reason.partition(":")[0].partition(" (")[0]


def _history(record: Mapping[str, Any], seconds: Sequence[float]) -> dict[str, Any]:
    history = record["history"]
    return {
        "networks": list((record.get("folds") or {}).get("curves", ())),
        "seconds": list(seconds) if len(seconds) == len(history["loss_curve"]) else [],
        "training": list(history["loss_curve"]),
        "validation": list(history["validation_curve"]),
        "epochs": history["epochs"],
        "best_epoch": history["best_epoch"],
    }


def _classes(shares: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Classes with their rows and shares; the largest first."""
    if shares is None:
        return None
    totals = {part: sum(share[part] for share in shares) for part in ("train", "held_out")}
    found = [
        {**share, **{f"{part}_share": share[part] / total if total else None for part, total in totals.items()}}
        for share in shares
    ]
    return sorted(found, key=lambda share: -share["train"])


def _amounts(amounts: Mapping[str, Any] | None, rows: bool) -> dict[str, Any] | None:
    if amounts is None:
        return None
    return {name: amounts[name] for name in amounts if rows or name not in ("least", "most")}


def _confusion(confusion: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Counts by true (row) and predicted class (column), with their shares of the row and the commonest mistakes."""
    if confusion is None:
        return None
    labels, counts = list(confusion["labels"]), confusion["counts"]
    sums = [sum(row) for row in counts]
    shares = [[n / total if total else None for n in row] for row, total in zip(counts, sums, strict=True)]
    pairs = [
        {"true": labels[i], "predicted": labels[j], "count": n}
        for i, row in enumerate(counts)
        for j, n in enumerate(row)
        if i != j and n
    ]
    pairs.sort(key=lambda pair: -pair["count"])
    return {
        "labels": labels,
        "counts": [list(row) for row in counts],
        "shares": shares,
        "sums": sums,
        "predicted": [sum(column) for column in zip(*counts, strict=True)],
        "right": sum(row[i] for i, row in enumerate(counts)),
        "total": sum(sums),
        "mistakes": len(pairs),
        "confused": pairs[:MOST_CONFUSED],
    }


def _residuals(residuals: Mapping[str, Any] | None, rows: bool) -> dict[str, Any] | None:
    if residuals is None:
        return None
    return {name: residuals[name] for name in residuals if rows or name != "points"}


def _columns(columns: Iterable[Mapping[str, str]], defaults: Mapping[str, Any], rows: bool) -> list[dict[str, Any]]:
    """Columns alike in role and reason share an entry."""
    done = _done(defaults)
    alike: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        alike.setdefault((column["role"], _reason(column["reason"], rows)), []).append(column["name"])
    return [
        {"role": role, "reason": reason, "done": done[role], "names": names[:_MOST_NAMES], "count": len(names)}
        for (role, reason), names in alike.items()
    ]


_SCALED = {
    "auto": "standardized, not counting values far from all others (with a heavy tail: also by rank)",
    "standard": "standardized",
    "robust": "scaled by the median and the typical distance from it",
    "quantile": "made normal by rank",
    "quartiles": "scaled by the median and the distance of the quartiles",
    "shape": "scaled by the median and the distance of the quartiles (with a heavy tail: of its logarithm)",
}


def _done(defaults: Mapping[str, Any]) -> dict[str, str]:
    """What is done to a column of each role."""
    scaling = defaults.get("scaling", "shape")  # of which the recipe for tables says nothing: it has one
    number = f"missing values: the median, and an input that marks them; then {_SCALED[scaling]}"
    if "limit" not in defaults:
        number += " and squeezed smoothly into bounds"
    elif defaults["limit"] is not None:
        number += f" and squeezed smoothly into ±{defaults['limit']:g}"
    return {
        "number": number,
        "date": f"days since 1970, and the place in week and year as points on circles; each {number}",
        "time of day": f"hours, and the place in the day as a point on a circle; each {number}",
        "category": "an input of 0 or 1 for each value; rare and unknown values share one"
        + ("" if "limit" in defaults else " (for very many values: codes and means of the target)"),
        "text": "an input for each frequent term, one word or two adjacent words, by TF-IDF",
        "dropped": "left out",
        "target": "what is predicted",
        "weight": "how much each row counts",
        "group": "keeps rows with the same value on one side of every split",
        "time": "decides which rows are the latest, to be held out",
    }


def _network(diagnosis: Mapping[str, Any]) -> dict[str, Any]:
    spec = diagnosis["network"]
    return {
        "sizes": [spec["n_inputs"], *(layer["n"] for layer in spec["layers"])],
        "activations": [title_of(layer) for layer in spec["layers"]],
        "cost": spec["cost"],
        "parameters": diagnosis["parameters"],
    }


def _telling(told: Mapping[str, Any], example: int, rows: bool) -> dict[str, Any]:
    """A row that tells something. Which classes are likely is the network's saying; what is true, the table's."""
    values = {"true", "predicted", "probability", "second", "second_probability"}
    return {"example": example, **{name: told[name] for name in told if rows or name not in values}}


def _drove(told: Mapping[str, Any], rows: bool) -> dict[str, Any]:
    """Rows for and against a prediction; whether their targets are told."""
    return {side: [{**row, "label": row["label"] if rows else None} for row in told[side]] for side in told}


def training_report(data: Mapping[str, Any]) -> str:
    """The report as one HTML document. It loads nothing and runs nothing; all names are text in it.

    Parameters
    ----------
    data : mapping
        As ``report_data`` gives it.

    Raises
    ------
    MissingPackageError
        If jinja2 is not installed.
    """
    return html_page(
        "report_training.html",
        styles=("model_charts.css",),
        **data,
        charts={name: as_is(drawn) for name, drawn in draw(data).items()},
        waterfalls=[as_is(drawn) for drawn in waterfalls(data)],
        most_classes=MOST_CLASSES,
        most_listed=MOST_LISTED,
    )


def _note(note: dict[str, Any] | str) -> str:
    """Its text; records of earlier models have no more than that."""
    return note if isinstance(note, str) else str(note["text"])
