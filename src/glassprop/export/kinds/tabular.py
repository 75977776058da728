"""TabularClassifier and TabularRegressor as kinds, for models that are made of them; alone they are their pipelines.

All that is told of a fit (columns, notes, schema) follows from its record, and is made anew from it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from glassprop.export.kinds.inner_steps import Step
from glassprop.export.kinds.kind import Kind, add
from glassprop.export.kinds.scikit_values import RandomState, Weights
from glassprop.export.kinds.table_steps import check_table_model
from glassprop.export.schema.array_values import NAMES, Array
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import Either, Field, Flag, Mapped, Maybe, Plain, Real, Text, Whole, Word
from glassprop.export.table_record import check_facts_of_a_table, is_of_a_table
from glassprop.ground.json_values import to_json
from glassprop.ground.note import Note


class _Facts:
    """JSON of any form; of a record, what says how a table is read is looked at."""

    def __init__(self, *, record: bool = False) -> None:
        self._record = record

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if not isinstance(value, Mapping):
            raise Misfit(at, "it must be a mapping")
        return self._checked(json.loads(to_json(dict(value), ascii_only=True)), at)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return self._checked(node, at)

    def _checked(self, facts: Any, at: str) -> Any:
        if type(facts) is not dict:
            raise Misfit(at, "it must be an object")
        Plain().check(facts, at)
        if self._record:
            check_facts_of_a_table(facts, at)
        return facts


def _fits(made: Any, at: str) -> None:
    from glassprop.tables import table_schema
    from glassprop.tables.schema.roles import ColumnRole

    steps, record = made.pipeline_.steps, made.report_
    if len(made._names) != made.n_features_in_:
        raise Misfit(at, "it must have a name for each column")
    if is_of_a_table(record):
        check_table_model(made.pipeline_, record, f"{at}.pipeline_")
    elif type(steps[0][1]).__name__ != "TypedColumns" or not hasattr(steps[-1][1], "network_"):
        raise Misfit(at, "its pipeline_ must begin with columns and end in a network")
    if hasattr(made, "predict_proba") != hasattr(steps[-1][1], "classes_"):
        raise Misfit(at, "its network is for another task")
    unknown = [reading.name for reading in steps[0][1].schema if reading.name not in made._names]
    if unknown:
        raise Misfit(at, f"its pipeline_ reads a column {unknown[0][:60]!r} that it is not given")
    made.columns_ = [ColumnRole(each["name"], each["role"], each["reason"]) for each in record.get("columns", ())]
    made.notes_ = [_note(each) for each in record.get("notes", ())]
    made.schema_ = table_schema(made.pipeline_, record)
    network = steps[-1][1]
    made.n_iter_, made.time_curve_ = int(network.n_iter_), []
    made.n_epochs_planned_ = int(getattr(network, "n_epochs_planned_", network.max_iter))


def _note(facts: Any) -> Note:
    if isinstance(facts, str):
        return Note(facts)
    return Note(facts["text"], facts["kind"], facts["column"], facts["count"], tuple(facts["examples"]))


_AUTO = Word("auto")
_SETTINGS: dict[str, Field] = {
    "n_members": Either(_AUTO, Whole(1)),
    "member": Word("head", "network"),
    "max_time": Maybe(Real(0)),
    "validation": Either(_AUTO, Real(0, 1)),
    "cross_fit": Maybe(Either(_AUTO, Whole(2))),
    "epochs": Maybe(Whole(1)),
    "recipe": Text(40),
    "roles": Maybe(Mapped(Text(40))),
    "schema": Maybe(_Facts()),
    "random_state": RandomState(),
    "verbose": Flag(),
}
_FITTED: dict[str, Field] = {
    "pipeline_": Step(kind="pipeline"),
    "report_": _Facts(record=True),
    "_names": NAMES,
    "_named": Flag(),
}
_TOLD = ("columns_", "notes_", "schema_", "n_iter_", "time_curve_", "n_epochs_planned_")
_OUT_OF_FOLD = {"oof_prediction_": Either(Array(numbers="not infinite"), Array(axes=2, numbers="not infinite"))}
_BALANCE = {"class_weight": Maybe(Either(Word("balanced"), Weights()))}


def _kind(name: str, home: str, settings: Mapping[str, Field]) -> Kind:
    return Kind(
        name,
        home,
        {**_SETTINGS, **settings},
        _FITTED,
        _OUT_OF_FOLD,
        derived=_TOLD,
        check=_fits,
        width=lambda made: None,
        holds=lambda made: [made.pipeline_],
    )


add(
    _kind("tabular_classifier", "glassprop.tables.tabular.tabular_classifier:TabularClassifier", _BALANCE),
    _kind(
        "tabular_regressor",
        "glassprop.tables.tabular.tabular_regressor:TabularRegressor",
        {"target_scale": Maybe(Text(40))},
    ),
)
