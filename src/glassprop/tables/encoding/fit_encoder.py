"""Fitting the steps before the network on a long table: what scikit-learn's own ``fit`` makes of them, in less time.

Each step is fitted by scikit-learn, but on less than a `ColumnTransformer` would hand it: the imputer on two rows that
have the table's medians and gaps, the one-hot encoder on the counts of its categories, and texts as they were read.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, RobustScaler, StandardScaler

from glassprop.ground.in_order import in_order
from glassprop.tables.encoding.block_encoder import block_encoder
from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.encode import Bounded, TypedColumns
from glassprop.tables.encoding.findings import Finding
from glassprop.tables.encoding.one_hot import counts_of, fit_to_counts
from glassprop.tables.encoding.text_inputs import TextTerms
from glassprop.tables.values.texts import Texts

_SCALERS = (ColumnScaler, StandardScaler, RobustScaler, QuantileTransformer)
_SCALED = 1 << 20  # numbers that a scaler is fitted to at a time
_FEW = 50  # rows, to have a ColumnTransformer fitted whose steps are then replaced


def fit_encoder(
    typed: TypedColumns,
    inputs: ColumnTransformer,
    frame: nw.DataFrame,
    findings: list[Finding],
    *,
    threads: int,
    compact: bool,
    rows: np.ndarray | None = None,
    y: Any = None,
) -> Any:
    """Fit `inputs` on the table, which `typed` reads, and encode it: (n_rows, n_inputs); `compact`: CSR will do.

    rows: the numbers of those to fit on and encode; all by default.
    y: their targets, of which means may be inputs: in the rows that are fitted on, those of other rows.

    None, with nothing done, where its steps are not those of ``encoder`` or are to give data frames.
    """
    if not _is_ours(inputs):
        return None
    frame = typed.checked(frame)
    typed.forget()
    values, words = typed.read(frame, findings, threads, rows)

    instead: list[np.ndarray | None] = []

    def fitted(name: str, step: Any, columns: list[str]) -> Any:
        if name == "numbers":
            return _fit_numbers(step, columns, values, frame, threads)
        if type(step) is CategoryInputs:
            instead[:] = step.fit_texts([words[column] for column in columns], y)
            return named(step, columns)
        return _OF_WORDS[name](step, [words[column] for column in columns], columns)

    fit_groups(typed, inputs, frame, fitted)
    typed.learn(frame, values, words)
    encoder = block_encoder([typed, inputs])
    if encoder is None:
        return None
    placed = encoder.placed(values, words)
    places = [own if at is None else at for own, at in zip(placed.places, instead or placed.places, strict=True)]
    return encoder.encoded(replace(placed, places=places), threads, compact=compact)


def _is_ours(inputs: Any) -> bool:
    if type(inputs) is not ColumnTransformer or inputs.remainder != "drop":
        return False
    known = {"numbers": _are_of_numbers, "categories": _is_of_categories, "texts": _is_of_texts}
    return all(known[name](step) for name, step, _ in inputs.transformers)


def _are_of_numbers(step: Any) -> bool:
    parts = [part for _, part in step.steps] if type(step) is Pipeline else []
    if len(parts) != 3 or type(parts[0]) is not SimpleImputer or type(parts[2]) is not Bounded:
        return False
    fill = parts[0]
    return fill.strategy == "median" and fill.missing_values is np.nan and type(parts[1]) in _SCALERS


def _is_of_categories(step: Any) -> bool:
    return type(step) is CategoryInputs or (type(step) is OneHotEncoder and step.categories == "auto")


def _is_of_texts(step: Any) -> bool:
    return type(step) is TextTerms


def fit_groups(
    typed: TypedColumns,
    inputs: ColumnTransformer,
    frame: nw.DataFrame,
    fitted: Callable[[str, Any, list[str]], Any],
) -> None:
    """Fit `inputs`, each group of columns by a function of its name, its unfitted step and the columns' names.

    frame: some rows, of which a few are looked at.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # too few rows for a quantile each, and the like
        inputs.fit(typed.transform(frame[:_FEW].to_native()))
    inputs.transformers_ = [
        (name, fitted(name, clone(step), names), names) for name, step, names in inputs.transformers
    ]
    start = 0
    for name, step, _ in inputs.transformers_:  # the places of what they give
        width = len(step.get_feature_names_out())
        inputs.output_indices_[name] = slice(start, start + width) if width else slice(0, 0)
        start += width


def fit_fill(fill: SimpleImputer, names: list[str], medians: np.ndarray, gaps: np.ndarray) -> SimpleImputer:
    """Fit the imputer to the medians of columns, and to which have gaps."""
    fill.fit(np.stack([medians, np.where(gaps, np.nan, medians)]))
    fill.feature_names_in_ = np.array(names, dtype=object)
    return fill


def _fit_numbers(steps: Pipeline, names: list[str], values: np.ndarray, frame: nw.DataFrame, threads: int) -> Pipeline:
    fill, scale, bound = (step for _, step in steps.steps)
    medians, gaps = (np.array(of) for of in zip(*in_order(_median_and_gaps, values, threads), strict=True))
    fit_fill(fill, names, medians, gaps)
    filled = _filled(fill, values, gaps, threads)
    if type(scale) is ColumnScaler:
        scale.fit_columns(filled.T, threads)
    elif frame.implementation.is_pyarrow():  # sums are rounded by how numbers lie: of Arrow they come row by row
        filled = np.ascontiguousarray(filled)
        scale.fit(filled)
    else:
        _fit_scaler(scale, filled, threads)
    bound.fit(scale.transform(filled[:1]))
    return steps


def _filled(fill: SimpleImputer, values: np.ndarray, gaps: np.ndarray, threads: int) -> np.ndarray:
    """What the imputer gives, (n_rows, n_columns), column by column in memory; the values themselves if it is them."""
    marked = fill.indicator_.features_ if fill.add_indicator else []
    if not len(marked) and not gaps.any():
        return values.T
    filled = np.empty((len(values) + len(marked), values.shape[1]))

    def work(place: int) -> None:
        if place >= len(values):
            filled[place] = np.isnan(values[marked[place - len(values)]])
        else:
            filled[place] = np.where(np.isnan(values[place]), fill.statistics_[place], values[place])

    for _ in in_order(work, range(len(filled)), threads):
        pass
    return filled.T


def _median_and_gaps(values: np.ndarray) -> tuple[float, bool]:
    """The median of a column, NaN if all is missing; and whether some is."""
    there = values[~np.isnan(values)]
    median = float(np.median(there, overwrite_input=True)) if len(there) else np.nan
    return median, len(there) < len(values)


def _fit_scaler(scale: Any, filled: np.ndarray, threads: int) -> None:
    """Fit it to some columns at a time: each is scaled by itself, and copies are made of no more than these."""
    if type(scale) is not StandardScaler:
        scale.fit(filled)
        return
    rows, width = filled.shape
    together = max(1, _SCALED // rows)

    def fitted(start: int) -> StandardScaler:
        return clone(scale).fit(filled[:, start : start + together])

    parts = list(in_order(fitted, range(0, width, together), threads))
    scale.fit(filled[:1])
    for name in ("mean_", "var_", "scale_"):
        if getattr(scale, name) is not None:
            setattr(scale, name, np.concatenate([getattr(part, name) for part in parts]))
    scale.n_samples_seen_ = parts[0].n_samples_seen_


def _fit_categories(step: Any, columns: list[Texts], names: list[str]) -> Any:
    return fit_categories(step, [counts_of(texts) for texts in columns], names)


def fit_categories(step: Any, columns: Sequence[Mapping[str, int]], names: list[str]) -> Any:
    """Fit what makes inputs of categories to columns of so many rows of each."""
    if type(step) is OneHotEncoder:
        return fit_to_counts(step, columns, names)
    return named(step.fit_counts(columns), names)


def fit_texts(step: TextTerms, columns: list[Texts], names: list[str]) -> TextTerms:
    """Fit the terms of columns that have been read."""
    return named(step.fit_texts(columns), names)


def named(step: Any, names: list[str]) -> Any:
    """The step, fitted to columns of these names."""
    step.feature_names_in_ = np.array(names, dtype=object)
    return step


_OF_WORDS: dict[str, Callable[[Any, list[Texts], list[str]], Any]] = {
    "categories": _fit_categories,
    "texts": fit_texts,
}
