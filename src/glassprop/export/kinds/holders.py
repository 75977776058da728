"""What holds other steps, as kinds: Pipeline, ColumnTransformer, FeatureUnion."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.export.kinds.kind import Kind, Step, add, kind_of
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
_PAIRS = Several(Object({"name": _NAME, "step": Step("passthrough", "drop")}), least=1)


def _pairs(steps: Any) -> list[dict[str, Any]]:
    return [{"name": name, "step": "passthrough" if step is None else step} for name, step in steps]


def _tuples(pairs: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    return [(pair["name"], pair["step"]) for pair in pairs]


def _named_once(names: list[str], at: str) -> None:
    if len(set(names)) != len(names):
        raise Misfit(at, "two of its steps have one name")


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
    _named_once([name for name, _ in made.steps], at)
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


def _chain_state(value: Any) -> dict[str, Any]:
    return {**vars(value), "steps": _pairs(value.steps)}


_OF_A_TABLE = "glassprop.tables.encoding.table_pipeline:TablePipeline"


def _restore_chain(made: Any, attributes: dict[str, Any]) -> None:
    steps = _tuples(attributes["steps"])
    vars(made).update({**attributes, "steps": steps})
    if type(steps[0][1]).__name__ == "TypedColumns":  # a table's own goes through it in blocks
        from glassprop.tables.encoding.table_pipeline import TablePipeline

        made.__class__ = TablePipeline


add(
    Kind(
        "pipeline", "sklearn.pipeline:Pipeline",
        {"steps": _PAIRS, "transform_input": Maybe(Several(Text())), "memory": Only(None), "verbose": Flag()},
        check=_chain_fits,
        width=_chain_width,
        columns=False,
        state=_chain_state,
        restore=_restore_chain,
        others=(_OF_A_TABLE,),
    ),
)  # fmt: skip


def _union_state(value: Any) -> dict[str, Any]:
    return {**vars(value), "transformer_list": _pairs(value.transformer_list)}


def _restore_union(made: Any, attributes: dict[str, Any]) -> None:
    vars(made).update({**attributes, "transformer_list": _tuples(attributes["transformer_list"])})


def _union_width(made: Any) -> int | None:
    widths = [width_of(step) for _, step in made.transformer_list if step != "drop"]
    return None if None in widths else sum(width for width in widths if width is not None)


add(
    Kind(
        "feature_union", "sklearn.pipeline:FeatureUnion",
        {"transformer_list": _PAIRS, "n_jobs": NotKept(), "transformer_weights": Maybe(Mapped(Real())),
         "verbose": Flag(), "verbose_feature_names_out": Flag()},
        derived=("_transformers_feature_names_out",),  # the steps tell their names
        check=lambda made, at: _named_once([name for name, _ in made.transformer_list], at),
        width=_union_width,
        columns=False,
        state=_union_state,
        restore=_restore_union,
    ),
)  # fmt: skip

_GROUP = Object(
    {"name": _NAME, "step": Step("drop", "passthrough"), "columns": _COLUMNS, "width": Whole(), "passthrough": Flag()}
)


def _groups_state(value: Any) -> dict[str, Any]:
    """A ColumnTransformer by its fitted groups: the unfitted ones are their clones."""
    given = {name: (step, columns) for name, step, columns in value.transformers}
    given["remainder"] = value.remainder, value._remainder[2]
    groups = []
    for name, step, columns in value.transformers_:
        if callable(given[name][1]):  # a selector is more than the columns it chose
            raise Misfit("", f"its columns of {name!r} are neither names nor numbers")
        columns = _listed(columns)
        step = step if isinstance(columns, str | int | slice) or columns else "drop"  # it was never fitted
        place = value.output_indices_[name]
        passed = given[name][0] == "passthrough"
        groups.append(
            {"name": name, "step": step, "columns": columns, "width": place.stop - place.start, "passthrough": passed}
        )
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
    _named_once([group["name"] for group in groups], at)
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
        if name == "remainder":
            made.remainder = asked
            made._remainder = ("remainder", asked, columns)
        else:
            made.transformers.append((name, asked, columns))
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
    ),
)  # fmt: skip
