"""How a training ended, printed: as tables, or as one JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glassprop.cli.column_list import print_columns
from glassprop.cli.output import (
    Messages,
    against,
    few,
    number,
    print_json,
    print_line,
    print_scores,
    print_sentence,
)
from glassprop.ground import number_text
from glassprop.ground.text import shown

if TYPE_CHECKING:
    from glassprop.tables import Outcome

_MOST_ROWS = 16  # of the list of columns


def print_outcome(
    outcome: Outcome, path: str | None, beside: Mapping[str, str | None], messages: Messages, *, as_json: bool
) -> None:
    """beside: what was written beside the model, `report` and `trace`: the names of the files."""
    if as_json:
        print_json({**_summary(outcome, path, messages), **beside})
        return
    print_columns([(column.name, column.role, column.reason) for column in outcome.columns], most=_MOST_ROWS)
    rows = outcome.rows
    parts = f"{rows['train']:,} training rows, {rows['validation']:,} for stopping, {rows['held_out']:,} held out"
    print_line(f"{outcome.task.capitalize()}; {parts}")
    if outcome.task == "classification":
        print_line(_classes(outcome))
    print_line(_length(outcome.pipeline[-1]))
    if "stream" in outcome.record:
        print_line(_waited(outcome))
    print_line()
    print_scores(
        outcome.scores,
        outcome.baseline,
        outcome.intervals,
        title="Scores on held-out rows",
        against=against(outcome.task),
    )
    for remark in outcome.remarks:
        print_sentence(remark)
    if path is not None:
        print_line(f"Model: {path}")
    if beside["report"] is not None:
        print_line(f"Report: {beside['report']}")


def _classes(outcome: Outcome) -> str:
    """The classes with their shares of the rows trained on, so that yes, Yes and YES are seen to be three."""
    found = sorted(outcome.classes, key=lambda one: (-one.rows, one.first))
    rows = outcome.rows["train"]
    return f"{len(found)} classes: {few([f'{shown(one.label)} {one.rows / rows:.1%}' for one in found])}"


def _length(estimator: Any) -> str:
    epochs, best = estimator.n_iter_, getattr(estimator, "best_iteration_", None)
    kept = f", best after {best}" if best is not None and best != epochs else ""
    return f"{epochs} epochs{kept}; training cost {number(float(estimator.loss_))}"


def _waited(outcome: Outcome) -> str:
    """For how much of the training rows were waited for."""
    seconds, lanes = outcome.seconds, outcome.record["stream"]["lanes"]
    share = seconds["waiting"] / seconds["training"] if seconds["training"] else 0.0
    told = f"{number_text.percent(share)} of the training time was spent waiting for rows"
    return f"Read piece by piece in {lanes} lanes; {told}"


def _summary(outcome: Outcome, path: str | None, messages: Messages) -> dict[str, Any]:
    record = outcome.record
    return {
        "task": outcome.task,
        "target": record.get("target"),
        "rows": outcome.rows,
        "metrics": outcome.scores,
        "baseline": outcome.baseline,
        "intervals": outcome.intervals,
        "remarks": [str(remark) for remark in outcome.remarks],
        "model": path,
        "columns": [{"name": c.name, "role": c.role, "reason": c.reason} for c in outcome.columns],
        "labels": record.get("labels"),
        "seed": record.get("seed"),
        "epochs": int(outcome.pipeline[-1].n_iter_),
        "engine": record.get("engine"),
        "interrupted": outcome.interrupted,
        "stream": {**record["stream"], "seconds": outcome.seconds} if "stream" in record else None,
        "notes": messages.data(),
    }
