"""The record of a model that was trained from a table: what later tables are read by, and what people are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassprop.export.schema.array_values import Scalar
from glassprop.export.schema.network_field import UNITS
from glassprop.export.schema.parts import Writing
from glassprop.export.schema.values import Either, Flag, Mapped, Maybe, Object, Plain, Real, Several, Text, Whole, Word
from glassprop.tables.values.absent import LONGEST_ABSENT, MOST_ABSENT

# What a record has that says how to read a table; whatever has these must have the form below.
_FROM_A_TABLE = {"task", "target_reading", "target_scale", "labels", "options"}

_MARK, _TASK = Word(".", ","), Word("classification", "regression")
_WORDS = Several(Text(LONGEST_ABSENT), most=MOST_ABSENT)
_READING = Object(
    {
        "name": Text(),
        "task": _TASK,
        "reason": Text(),
        "kind": Word("number", "text", "integer"),
        "mark": Word(".", ","),
    },
    {"missing": _WORDS, "quoted": Flag(), "absent": _WORDS, "aliases": Mapped(Text())},
)
_SCORES = Mapped(Maybe(Real(infinite=True)), most=1000)
_OPTIONS = Object(
    {"target": Maybe(Text()), "weight": Maybe(Text())},
    {
        name: Plain()
        for name in (
            "task", "drop", "class_weight", "group", "time", "validation", "hidden", "activation", "epochs", "seed",
            "number", "category", "date", "keep", "missing", "missing_in", "target_scale", "schema", "accumulate",
            "cross_fit", "recipe", "n_members", "member", "max_time",
        )
    },
)  # fmt: skip
_COLUMN = Object({"name": Text(), "role": Text(100), "reason": Text()})
_NOTE = Object(  # before 0.1.0 was released, a note was its text alone
    {"kind": Text(100), "column": Maybe(Text()), "count": Maybe(Whole()), "examples": Several(Text(), most=10),
     "text": Text()}
)  # fmt: skip
_ROWS = Object({"train": Whole(), "validation": Whole(), "held_out": Whole()})
_COURSE = Object(
    {"training": Several(Maybe(Real())), "validation": Several(Maybe(Real())), "best_epoch": Maybe(Whole())}
)

TABLE = Object(
    {
        "task": _TASK,
        "target_reading": _READING,
        "target_scale": Maybe(UNITS),
        "labels": Maybe(Several(Scalar())),
        "options": _OPTIONS,
    },
    {
        "target": Text(),
        "columns": Several(_COLUMN),
        "source": Text(),
        "seed": Whole(),
        "defaults": Plain(),
        "rows": _ROWS,
        "scores": _SCORES,
        "baseline": _SCORES,
        "intervals": Mapped(Several(Real(infinite=True), least=2, most=2), most=1000),
        "guess": Object({"shares": Maybe(Several(Real(0, 1))), "mean": Maybe(Real())}),
        "remarks": Several(Text()),
        "folds": Maybe(
            Object(
                {"weight_decay": Real(0), "epochs": Whole(1), "sure": Real(0, 1), "folds": Whole(1), "loss": Real(),
                 "loss_of_guess": Real()},
                {"rows": Text(64), "curves": Several(_COURSE)},
            )
        ),
        "weighted": Flag(),
        "interrupted": Flag(),
        "engine": Text(100),
        "history": Object(
            {},
            {"loss_curve": Several(Maybe(Real())), "validation_curve": Several(Maybe(Real())), "epochs": Whole(),
             "best_epoch": Maybe(Whole())},
        ),
        "notes": Several(Either(Text(), _NOTE)),
        "stream": Object(
            {"rows": Whole(), "sample_rows": Whole(), "lanes": Whole(1), "window_rows": Whole(1)}
        ),
    },
)  # fmt: skip

_WITHOUT_LABELS = Object(
    {name: field for name, field in TABLE.keys.items() if name != "labels"},
    {**TABLE.optional, "labels": TABLE.keys["labels"]},
)


def is_of_a_table(record: Mapping[str, Any]) -> bool:
    """Whether a record says how to read a table."""
    return record.keys() >= _FROM_A_TABLE


def check_facts_of_a_table(record: Mapping[str, Any], at: str) -> None:
    """Refuse a record without the form that those of a table have; it may have no labels, and further facts.

    Raises
    ------
    Misfit
    """
    known = {name: record[name] for name in record if name in TABLE.keys or name in TABLE.optional}
    _WITHOUT_LABELS.write(known, at, Writing())
