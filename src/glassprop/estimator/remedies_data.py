"""Remedies in the data: scales, missing values, columns and labels."""

from __future__ import annotations

from sklearn.preprocessing import StandardScaler

from glassprop.diagnosis.measured import Measured
from glassprop.estimator.missing_marked import MissingMarked
from glassprop.estimator.remedy_change import Arguments, Change

_CONTRADICTING = 0.05  # of the rows, as where that is a finding
_LEARNED = 0.95  # of what a constant costs: less was learned by heart, if it does not hold for other rows


def standardize_inputs(arguments: Arguments, measured: Measured) -> Change | None:
    if any(column.category for column in measured.columns):
        return None  # codes of categories are no amounts
    words = "standardize the inputs: StandardScaler() in front, in a Pipeline"
    return Change(words, inputs=lambda X: StandardScaler(with_mean=not hasattr(X, "tocsr")))


def standardize_target(arguments: Arguments, measured: Measured) -> Change | None:
    if measured.target.task != "numbers":
        return None
    words = "standardize the target: TransformedTargetRegressor(..., transformer=StandardScaler())"
    return Change(words, target=StandardScaler)


def mark_missing(arguments: Arguments, measured: Measured) -> Change | None:
    if any(column.category for column in measured.columns):
        return None
    marked = [column for column in measured.columns if column.mark_gap >= 1 and column.mark is not None]
    marks = ", ".join(dict.fromkeys(f"{column.mark:g}" for column in marked if column.column is None))
    said = f" (here also {marks})" if marks else ""
    words = (
        f"put NaN where a value is missing{said}, then SimpleImputer(strategy='median', add_indicator=True) and "
        "StandardScaler() in front"
    )
    by_column = [column.mark if column in marked else None for column in measured.columns]
    return Change(words, inputs=lambda X: MissingMarked(by_column))


def drop_column(arguments: Arguments, measured: Measured) -> Change:
    words = "leave the column out if it is not known where predictions are to be made; the validation cost cannot tell"
    return Change(words, tried=False)


def check_labels(arguments: Arguments, measured: Measured) -> Change | None:
    words = "look at the rows that contradict each other, and correct their labels or add columns that distinguish them"
    if measured.target.contradicting < _CONTRADICTING:
        if not measured.train_cost < _LEARNED * measured.target.base:
            return None
        words = "see whether each row of X belongs to its y, and whether the columns say anything about the target"
    return Change(words, tried=False)


def mend_derivative(arguments: Arguments, measured: Measured) -> Change:
    return Change("correct the derivative; glassprop.check_gradient says when it is right", tried=False)
