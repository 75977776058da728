"""What holds other steps, as kinds: Pipeline, ColumnTransformer, FeatureUnion."""

from __future__ import annotations

from typing import Any

from glassprop.export.kinds.kind import Kind, Step, add, kind_of
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.values import Either, Flag, Mapped, Maybe, Object, Only, Real, Several, Text, Whole, Word

_NAME = Text(1000)
_COLUMNS = Either(Several(Text()), Several(Whole(-(2**31))), Text(), Whole(-(2**31)))
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
    if type(step).__name__ == "Pipeline":
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


def _restore_chain(made: Any, attributes: dict[str, Any]) -> None:
    vars(made).update({**attributes, "steps": _tuples(attributes["steps"])})


add(
    Kind(
        "pipeline", "sklearn.pipeline:Pipeline",
        {"steps": _PAIRS, "transform_input": Maybe(Several(Text())), "memory": Only(None), "verbose": Flag()},
        check=_chain_fits,
        width=_chain_width,
        columns=False,
        state=_chain_state,
        restore=_restore_chain,
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
        {"transformer_list": _PAIRS, "n_jobs": Only(None), "transformer_weights": Maybe(Mapped(Real())),
         "verbose": Flag(), "verbose_feature_names_out": Flag()},
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
        if not _alike(given[name][1], columns):  # a selector, a slice or a mask is more than the columns it chose
            raise Misfit("", f"its columns of {name!r} are neither names nor numbers")
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


def _alike(given: Any, columns: Any) -> bool:
    return type(given) in (list, str, int) and given == columns


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
    listed = columns if isinstance(columns, list) else [columns]
    if listed and isinstance(listed[0], str):
        known = {} if names is None else {name: k for k, name in enumerate(names)}
        listed = [known.get(name, count) for name in listed]
    if not all(-count <= number < count for number in listed):
        raise Misfit(at, "a group has columns that are not there")
    return [number % count for number in listed]


_FROM_GROUPS = (
    "transformers", "transformers_", "_columns", "_transformer_to_input_indices", "_remainder", "output_indices_",
    "_n_features", "_feature_names_in", "_transformers_feature_names_out",
)  # fmt: skip

add(
    Kind(
        "column_transformer", "sklearn.compose:ColumnTransformer",
        {"groups": Several(_GROUP), "remainder": Maybe(Word("drop", "passthrough")), "sparse_threshold": Real(0, 1),
         "n_jobs": Only(None), "transformer_weights": Maybe(Mapped(Real())), "verbose": Flag(),
         "verbose_feature_names_out": Flag()},
        {"sparse_output_": Flag()},
        check=_groups_fit,
        width=lambda made: max((place.stop for place in made.output_indices_.values()), default=0),
        state=_groups_state,
    ),
)  # fmt: skip
