"""What each fitted step before a network does to columns, in one table: the steps that can be said as plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import (
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
    VarianceThreshold,
)
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

from glassprop.errors import ExportError
from glassprop.ground.text import listed, quoted
from glassprop.portable.plan_of_columns import MARK, Column, Fixed, Known, Raw, Sources, as_number, moved
from glassprop.portable.plan_of_encoders import category_inputs, one_hot, ordinal, text_terms
from glassprop.portable.whole_model import Affine, Bend, Clip, Fill, Knots, Squeeze, Step
from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.encode import Bounded
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.encoding.text_inputs import TextTerms

Columns = list[Column]
Rule = Callable[[Any, Columns, str, Sources], Columns]


def through(step: Any, columns: Columns, at: str, sources: Sources) -> Columns:
    """What a fitted step makes of columns; `at`: how messages call it.

    Raises
    ------
    ExportError
        It is of a kind that cannot be said as plain data, or is used in such a way.
    """
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return columns
    rule = RULES.get(type(step))
    if rule is None:
        raise ExportError(
            f"{at}, {_article(type(step).__name__)}, cannot be said in another language: it has to be one of "
            f"{listed(sorted(kind.__name__ for kind in RULES), 30)}; or apply it before, and export what comes after it"
        )
    return rule(step, columns, at, sources)


def _article(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOU' else 'a'} {name}"


# --- numbers ----------------------------------------------------------------------------------------------------


def _each(columns: Columns, center: Any, spread: Any) -> list[tuple[Step, ...]]:
    """(x - center) / spread, with numbers of each column, or one for all."""
    shape = (len(columns),)
    pairs = zip(np.broadcast_to(center, shape).tolist(), np.broadcast_to(spread, shape).tolist(), strict=True)
    return [(Affine(float(c), float(s)),) for c, s in pairs]


def _standard(step: StandardScaler, columns: Columns, at: str, sources: Sources) -> Columns:
    center = step.mean_ if step.with_mean else 0.0
    return moved(columns, _each(columns, center, step.scale_ if step.with_std else 1.0), at, sources)


def _robust(step: RobustScaler, columns: Columns, at: str, sources: Sources) -> Columns:
    center = step.center_ if step.with_centering else 0.0
    return moved(columns, _each(columns, center, step.scale_ if step.with_scaling else 1.0), at, sources)


def _min_max(step: MinMaxScaler, columns: Columns, at: str, sources: Sources) -> Columns:
    factor = np.asarray(step.scale_, np.float64)
    steps = _each(columns, -np.asarray(step.min_, np.float64) / factor, 1 / factor)
    clip: tuple[Step, ...] = (Clip(*map(float, step.feature_range)),) if step.clip else ()
    return moved(columns, [(*own, *clip) for own in steps], at, sources)


def _max_abs(step: MaxAbsScaler, columns: Columns, at: str, sources: Sources) -> Columns:
    clip: tuple[Step, ...] = (Clip(-1.0, 1.0),) if getattr(step, "clip", False) else ()
    return moved(columns, [(*own, *clip) for own in _each(columns, 0.0, step.scale_)], at, sources)


def _column_scaler(step: ColumnScaler, columns: Columns, at: str, sources: Sources) -> Columns:
    steps: list[tuple[Step, ...]] = _each(columns, step.center_, step.scale_)
    for place, bend in step.bends():
        steps[place] = (Bend(bend.origin, bend.unit), *steps[place])
    columns = [as_number(column, at, sources) for column in columns]
    own = moved(columns, steps, at, sources)
    for place in step.constant():
        own[place] = Fixed(0.0)
    made: dict[int, Column] = dict(enumerate(own))
    for place, column, knots, to in step.by_rank():
        (made[place],) = moved([columns[column]], [(Knots(knots, to),)], at, sources)
    return [made[place] for place in range(step.n_outputs)]


def _bounded(step: Bounded, columns: Columns, at: str, sources: Sources) -> Columns:
    if step.limit is None:
        return [as_number(column, at, sources) for column in columns]
    return moved(columns, [(Squeeze(float(step.limit)),)] * len(columns), at, sources)


# --- what is missing --------------------------------------------------------------------------------------------


def _imputer(step: SimpleImputer, columns: Columns, at: str, sources: Sources) -> Columns:
    _refuse_other_gaps(step, at)
    filled: Columns = []
    for column, value in zip(columns, step.statistics_.tolist(), strict=True):
        if value is None or value != value:
            if step.keep_empty_features:
                raise ExportError(f"{at} has nothing to fill a column with that was always missing: drop the column")
            continue
        filled.append(_filled(column, value, at, sources))
    marks = [] if step.indicator_ is None else [columns[k] for k in step.indicator_.features_.tolist()]
    return [*filled, *(_mark(column, at, sources) for column in marks)]


def _filled(column: Column, value: Any, at: str, sources: Sources) -> Column:
    if isinstance(column, Raw) and column.fill is None:
        if isinstance(value, str):
            return Raw(column.place, value)
        sources.ask(column.place, "number")
    if isinstance(value, str):
        raise ExportError(f"{at} fills numbers with text: encode the text in the same step")
    return moved([column], [(Fill(float(value)),)], at, sources)[0]


def _indicator(step: MissingIndicator, columns: Columns, at: str, sources: Sources) -> Columns:
    _refuse_other_gaps(step, at)
    return [_mark(columns[k], at, sources) for k in step.features_.tolist()]


def _mark(column: Column, at: str, sources: Sources) -> Column:
    if isinstance(column, Raw) and column.fill is not None:
        return Fixed(0.0)
    if isinstance(column, Raw):
        return Known(column.place, MARK, np.array([0.0, 1.0]))
    column = as_number(column, at, sources)
    if isinstance(column, Fixed):
        return Fixed(float(np.isnan(column.value)))
    if isinstance(column, Known):
        return Known(column.place, column.lookup, np.isnan(column.values).astype(np.float64))
    if any(isinstance(step, Fill) for step in column.steps):
        return Fixed(0.0)
    return Known(column.place, MARK, np.array([0.0, 1.0]))


def _refuse_other_gaps(step: Any, at: str) -> None:
    gap = step.missing_values
    if gap is not None and (isinstance(gap, str) or gap == gap):
        raise ExportError(f"{at} takes {quoted(gap, 60)} for a missing value: give NaN in its place, and let it be NaN")


# --- which columns, and where they go ---------------------------------------------------------------------------


def _selected(step: Any, columns: Columns, at: str, sources: Sources) -> Columns:
    return [column for column, kept in zip(columns, step.get_support().tolist(), strict=True) if kept]


def _identity(step: FunctionTransformer, columns: Columns, at: str, sources: Sources) -> Columns:
    if step.func is not None:
        raise ExportError(f"{at} calls a function, which is not plain data: apply it before, and export what is after")
    return columns


def _pipeline(step: Pipeline, columns: Columns, at: str, sources: Sources) -> Columns:
    for name, part in step.steps:
        columns = through(part, columns, f"step {quoted(name)}", sources)
    return columns


def _union(step: FeatureUnion, columns: Columns, at: str, sources: Sources) -> Columns:
    found: Columns = []
    for name, part in step.transformer_list:
        if isinstance(part, str) and part == "drop":
            continue
        made = through(part, list(columns), f"step {quoted(name)}", sources)
        found += _weighed(made, (step.transformer_weights or {}).get(name), at, sources)
    return found


def _transformer(step: ColumnTransformer, columns: Columns, at: str, sources: Sources) -> Columns:
    names = list(getattr(step, "feature_names_in_", ()))
    found: Columns = []
    for name, part, wanted in step.transformers_:
        if isinstance(part, str) and part == "drop":
            continue
        chosen = [columns[place] for place in _places(wanted, names, len(columns))]
        if not chosen:
            continue
        made = through(part, chosen, f"step {quoted(name)}", sources)
        found += _weighed(made, (step.transformer_weights or {}).get(name), at, sources)
    return found


def _places(wanted: Any, names: Sequence[str], count: int) -> list[int]:
    """The columns that a ColumnTransformer gives to a step: by name or number, one, several, a slice or a mask."""
    if isinstance(wanted, slice):
        first, last = (names.index(end) if isinstance(end, str) else end for end in (wanted.start, wanted.stop))
        if isinstance(wanted.stop, str):
            last += 1  # the last name is one of them
        return list(range(count))[slice(first, last, wanted.step)]
    listed_ones = [wanted] if isinstance(wanted, str | int | np.integer) else list(wanted)
    if listed_ones and all(isinstance(one, bool | np.bool_) for one in listed_ones):
        return [place for place, there in enumerate(listed_ones) if there]
    return [names.index(one) if isinstance(one, str) else range(count)[int(one)] for one in listed_ones]


def _weighed(columns: Columns, weight: float | None, at: str, sources: Sources) -> Columns:
    if weight is None:
        return columns
    if not weight:
        return [Fixed(0.0)] * len(columns)
    return moved(columns, _each(columns, 0.0, 1 / float(weight)), at, sources)


RULES: dict[type, Rule] = {
    StandardScaler: _standard,
    RobustScaler: _robust,
    MinMaxScaler: _min_max,
    MaxAbsScaler: _max_abs,
    ColumnScaler: _column_scaler,
    Bounded: _bounded,
    SimpleImputer: _imputer,
    MissingIndicator: _indicator,
    OneHotEncoder: one_hot,
    OrdinalEncoder: ordinal,
    CategoryInputs: category_inputs,
    TextTerms: text_terms,
    VarianceThreshold: _selected,
    SelectKBest: _selected,
    SelectPercentile: _selected,
    SelectFpr: _selected,
    SelectFdr: _selected,
    SelectFwe: _selected,
    GenericUnivariateSelect: _selected,
    FunctionTransformer: _identity,
    Pipeline: _pipeline,
    TablePipeline: _pipeline,
    FeatureUnion: _union,
    ColumnTransformer: _transformer,
}
