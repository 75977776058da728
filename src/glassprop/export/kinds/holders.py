"""What holds other steps, as kinds: Pipeline, ColumnTransformer, FeatureUnion."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.export.kinds.column_selector import Selector
from glassprop.export.kinds.inner_steps import Named, Step, Template, named_once
from glassprop.export.kinds.kind import Bare, Kind, add, kind_of
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import (
    Either,
    Flag,
    Mapped,
    Maybe,
    NotKept,
    Object,
    Only,
    Real,
    Several,
    Text,
    Whole,
    Word,
)

_NAME = Text(1000)
_NUMBER = Whole(-(2**31))


class _Slice:
    """A slice of columns, as {"slice": [start, stop, step]}: names or numbers, or null."""

    _ends = Object({"slice": Several(Maybe(Either(Text(), _NUMBER)), least=3, most=3)})

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if not isinstance(value, slice):
            raise Misfit(at, "it must be a slice")
        return self._ends.write({"slice": [value.start, value.stop, value.step]}, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        start, stop, step = self._ends.read(node, at, arrays)["slice"]
        if isinstance(step, str) or (isinstance(start, str) != isinstance(stop, str) and None not in (start, stop)):
            raise Misfit(at, "it must be a slice")
        return slice(start, stop, step)


_COLUMNS = Either(Several(Text()), Several(_NUMBER), Text(), _NUMBER, _Slice())


def width_of(step: Any) -> int | None:
    """How many columns a fitted step gives; None where there is no saying."""
    kind = None if isinstance(step, str) else kind_of(step)
    return None if kind is None else kind.width(step)


def entry_of(step: Any) -> int | None:
    """How many columns a fitted step takes; None where there is no saying."""
    if type(step).__name__ in ("Pipeline", "TablePipeline"):
        return next((entry_of(part) for _, part in step.steps if part != "passthrough"), None)
    found: int | None = getattr(step, "n_features_in_", None)
    return found


def _chain_fits(made: Any, at: str) -> None:
    given: int | None = None
    for name, step in made.steps:
        if step == "passthrough":
            continue
        taken = entry_of(step)
        if given is not None and taken is not None and given != taken:
            raise Misfit(at, f"step {name[:60]!r} takes {taken} columns, and the one before gives {given}")
        given = width_of(step)


def _chain_width(made: Any) -> int | None:
    """What its last step gives that is not left out."""
    found = None
    for _, step in made.steps:
        found = found if step == "passthrough" else width_of(step)
    return found


_OF_A_TABLE = "glassprop.tables.encoding.table_pipeline:TablePipeline"


def _restore_chain(made: Any, attributes: dict[str, Any]) -> None:
    vars(made).update(attributes)
    if type(made.steps[0][1]).__name__ == "TypedColumns":  # a table's own goes through it in blocks
        from glassprop.tables.encoding.table_pipeline import TablePipeline

        made.__class__ = TablePipeline


add(
    Kind(
        "pipeline", "sklearn.pipeline:Pipeline",
        {"steps": Named(Step("passthrough")), "transform_input": Maybe(Several(Text())), "memory": Only(None),
         "verbose": Flag()},
        check=_chain_fits,
        width=_chain_width,
        columns=False,
        restore=_restore_chain,
        bare=Bare({"steps": Named(Template("passthrough"))}, restore=_restore_chain),
        others=(_OF_A_TABLE,),
        holds=lambda made: [step for _, step in made.steps if not isinstance(step, str)],
    ),
)  # fmt: skip


def _union_width(made: Any) -> int | None:
    widths = [width_of(step) for _, step in made.transformer_list if step != "drop"]
    return None if None in widths else sum(width for width in widths if width is not None)


add(
    Kind(
        "feature_union", "sklearn.pipeline:FeatureUnion",
        {"transformer_list": Named(Step("passthrough", "drop")), "n_jobs": NotKept(),
         "transformer_weights": Maybe(Mapped(Real())), "verbose": Flag(), "verbose_feature_names_out": Flag()},
        derived=("_transformers_feature_names_out",),  # the steps tell their names
        width=_union_width,
        columns=False,
        bare=Bare({"transformer_list": Named(Template("passthrough", "drop"))}),
    ),
)  # fmt: skip

_GROUP = Object(
    {"name": _NAME, "step": Step("drop", "passthrough"), "columns": _COLUMNS, "width": Whole(), "passthrough": Flag()},
    # what chose the columns; and what was asked for where it chose none, so that nothing was fitted
    {"selector": Selector(), "asked": Template("drop", "passthrough")},
)
_ASKED = Object(
    {"name": _NAME, "step": Template("drop", "passthrough"), "columns": Either(_COLUMNS, Object({"by": Selector()}))}
)


class _Asked:
    """The groups of one that is not fitted: (name, step, columns)."""

    _groups = Several(_ASKED)

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        groups = [
            {"name": name, "step": step, "columns": {"by": columns} if callable(columns) else _listed(columns)}
            for name, step, columns in value
        ]
        return self._groups.write(groups, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        groups = self._groups.read(node, at, arrays)
        named_once([group["name"] for group in groups], at)
        chosen = [group["columns"] for group in groups]
        columns = [each["by"] if isinstance(each, dict) else each for each in chosen]
        return [(group["name"], group["step"], each) for group, each in zip(groups, columns, strict=True)]


def _groups_state(value: Any) -> dict[str, Any]:
    """A ColumnTransformer by its fitted groups: the unfitted ones are their clones."""
    given = {name: (step, columns) for name, step, columns in value.transformers}
    given["remainder"] = value.remainder, value._remainder[2]
    groups = []
    for name, step, columns in value.transformers_:
        (asked, by), columns, more = given[name], _listed(columns), {}
        none = not (isinstance(columns, str | int | slice) or columns)  # then it was never fitted
        if callable(by):
            more = {"selector": by, **({"asked": asked} if none else {})}
        place = value.output_indices_[name]
        width = place.stop - place.start
        told = {"name": name, "step": "drop" if none else step, "columns": columns, "width": width}
        groups.append({**told, "passthrough": asked == "passthrough", **more})
    kept = {k: v for k, v in vars(value).items() if k not in _FROM_GROUPS and k != "remainder"}
    others = value.remainder if isinstance(value.remainder, str) else None
    if others is None and not (groups and groups[-1]["name"] == "remainder"):
        raise Misfit("", "its remainder has an estimator without columns")
    return {**kept, "groups": groups, "remainder": others}


def _listed(columns: Any) -> Any:
    """Columns as a list of names or numbers, in whatever form they were given; a name, a number, a slice as it is."""
    if isinstance(columns, str | int | slice):
        return columns
    listed = [item.item() if isinstance(item, np.generic) else item for item in columns]  # as they are, NULs too
    if listed and all(type(item) is bool for item in listed):
        return np.flatnonzero(listed).tolist()
    return listed


def _groups_fit(made: Any, at: str) -> None:
    """Make anew all that follows from the groups, as scikit-learn's ``fit`` does."""
    from sklearn.base import clone

    groups = made.__dict__.pop("groups")
    named_once([group["name"] for group in groups], at)
    names, places = getattr(made, "feature_names_in_", None), {}
    if names is not None and len(names) != made.n_features_in_:
        raise Misfit(at, "it must have a name for each column")
    made.transformers, made.transformers_, made._columns = [], [], []
    made._transformer_to_input_indices, made._remainder = {"remainder": []}, ("remainder", made.remainder, [])
    start = 0
    for group in groups:
        name, step, columns = group["name"], group["step"], group["columns"]
        _width_fits(group, made, _numbers_of(columns, names, made.n_features_in_, at), at)
        places[name] = slice(start, start := start + group["width"]) if group["width"] else slice(0, 0)
        made.transformers_.append((name, step, columns))
        made._transformer_to_input_indices[name] = _numbers_of(columns, names, made.n_features_in_, at)
        asked = "passthrough" if group["passthrough"] else step if isinstance(step, str) else clone(step)
        asked, by = group.get("asked", asked), group.get("selector", columns)
        if name == "remainder":
            made.remainder = asked
            made._remainder = ("remainder", asked, columns)
        else:
            made.transformers.append((name, asked, by))
            made._columns.append(columns)
    made.output_indices_ = {"remainder": slice(0, 0), **places}
    if made.remainder is None:
        raise Misfit(at, "its remainder is missing")


def _width_fits(group: dict[str, Any], made: Any, numbers: list[int], at: str) -> None:
    step, empty = group["step"], not numbers
    taken, given = (None, 0) if isinstance(step, str) or empty else (entry_of(step), width_of(step))
    if (taken is not None and taken != len(numbers)) or (given is not None and given != group["width"]):
        raise Misfit(at, f"group {group['name'][:60]!r} does not fit its {len(numbers)} columns")


def _numbers_of(columns: Any, names: Any, count: int, at: str) -> list[int]:
    """Which columns these are, by number."""
    known = {} if names is None else {name: k for k, name in enumerate(names)}
    if isinstance(columns, slice):
        return _within(columns, known, count, at)
    listed = columns if isinstance(columns, list) else [columns]
    if listed and isinstance(listed[0], str):
        listed = [known.get(name, count) for name in listed]
    if not all(-count <= number < count for number in listed):
        raise Misfit(at, "a group has columns that are not there")
    return [number % count for number in listed]


def _within(columns: slice, known: dict[str, int], count: int, at: str) -> list[int]:
    """The columns of a slice; of names, the last is in it."""
    start, stop = (known.get(end) if isinstance(end, str) else end for end in (columns.start, columns.stop))
    lost = (start is None and columns.start is not None) or (stop is None and columns.stop is not None)
    if lost or columns.step == 0:
        raise Misfit(at, "a group has columns that are not there")
    if isinstance(columns.stop, str):
        stop = (stop or 0) + 1
    return list(range(count))[start : stop : columns.step]


_FROM_GROUPS = (
    "transformers", "transformers_", "_columns", "_transformer_to_input_indices", "_remainder", "output_indices_",
    "_n_features", "_feature_names_in", "_transformers_feature_names_out",
)  # fmt: skip

add(
    Kind(
        "column_transformer", "sklearn.compose:ColumnTransformer",
        {"groups": Several(_GROUP), "remainder": Maybe(Word("drop", "passthrough")), "sparse_threshold": Real(0, 1),
         "n_jobs": NotKept(), "transformer_weights": Maybe(Mapped(Real())), "verbose": Flag(),
         "verbose_feature_names_out": Flag()},
        {"sparse_output_": Flag()},
        check=_groups_fit,
        width=lambda made: max((place.stop for place in made.output_indices_.values()), default=0),
        state=_groups_state,
        bare=Bare({"transformers": _Asked(), "remainder": Template("drop", "passthrough")}),
    ),
)  # fmt: skip
