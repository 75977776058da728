"""Explaining a fitted estimator: which rows, under what names, and the optimizer as it stood at the kept weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils.validation import check_consistent_length

from glassprop.backprop.members import predicted
from glassprop.equations.arrays import Array, on_host
from glassprop.errors import DataError, SettingsError
from glassprop.estimator.build import STOCHASTIC_SOLVERS, Arguments, Particulars, build_settings
from glassprop.ground.text import listed
from glassprop.insight.baseline import Baseline
from glassprop.insight.explanation import MOST_PATHS, Explanation, explain
from glassprop.insight.names import Column, Names
from glassprop.insight.prediction import Of
from glassprop.insight.step import Training
from glassprop.network import Network
from glassprop.optimizer import AdamW, Optimizer
from glassprop.training.schedule import Progress, Schedule
from glassprop.training.state import TrainState

MOST_ROWS = 100  # explained at once where the caller names none


@dataclass(frozen=True)
class Subject:
    """What of a fitted estimator is explained.

    Attributes
    ----------
    network, theta
        The network, and its parameters as they stand.
    classes : array or None
        None for a regression.
    inputs : names or None
        Of the columns that it was fitted on.
    encode : callable (X, y) -> X, y, Y
        Checks data, and gives targets as the network has them.
    check : callable (X) -> X
        Checks rows without targets.
    labels : callable (a) -> y
        What outputs stand for.
    training : callable () -> Training or None
        The optimizer with its memory at these parameters.
    history : dict
        Costs by epoch.
    baseline : Baseline or None
        The mean of the rows trained on, where it is known.
    """

    network: Network
    theta: Array
    classes: Array | None
    inputs: Sequence[str] | None
    encode: Callable[[Any, Any], tuple[Array, Array, Array]]
    check: Callable[[Any], Any]
    labels: Callable[[Array], Array]
    training: Callable[[], Training | None]
    history: Mapping[str, Any]
    baseline: Baseline | None = None


@dataclass(frozen=True)
class Question:
    """What is asked of rows, besides which.

    Attributes
    ----------
    top : int
        How many paths are listed.
    output, of
        Of rows without targets: as of ``Explanation.prediction``.
    """

    top: int = MOST_PATHS
    output: str | int | None = None
    of: Of | None = None


def explain_chosen(subject: Subject, X: Any, y: Any, question: Question, *, row: Any, rows: Any) -> Explanation:
    """Look at some rows of X, and y where there is one. See ``BaseMLP.explain``."""
    numbers, X, y = chosen(X, y, row, rows)
    return explain_rows(subject, X, y, numbers, question, inputs=subject.inputs)


def explain_rows(
    subject: Subject,
    X: Any,
    y: Any,
    numbers: Sequence[int],
    question: Question,
    *,
    inputs: Sequence[str] | None = None,
    columns: tuple[Column, ...] | None = None,
    target: str = "output",
    history: Mapping[str, Any] | None = None,
) -> Explanation:
    """Look at these rows, all of them, in float64.

    Parameters
    ----------
    X, y : array-like (n, n_inputs), (n,) or (n, n_outputs)
        As the estimator takes them; a regression target in its original units. y None: there are no targets.
    numbers : sequence of int (n,)
        What the rows are called.
    inputs, columns, target
        Names, where there are better ones than numbers.
    history
        Costs by epoch, where there are others to be told than the subject's.
    """
    units, Y = subject.network.units, None
    targets: list[str] = []
    if y is None:
        X = subject.check(X)
    else:
        _refuse_unknown_labels(subject.classes, y)
        X, y, Y = subject.encode(X, y)
        if subject.classes is None:  # from y, which may have more digits than Y in the precision of X
            Y = np.asarray(y, np.float64).reshape(Y.shape)
            Y = Y if units is None else units.standard(Y)
        Y, targets = np.asarray(Y, np.float64), _texts(subject.classes, y)
    X = np.asarray(on_host(X.toarray() if hasattr(X, "toarray") else X), np.float64)
    names = Names.numbered(
        subject.network,
        len(X),
        inputs=inputs,
        columns=columns,
        outputs=_outputs(subject, target),
        rows=numbers,
        targets=targets,
    )
    found = explain(
        subject.network,
        np.asarray(subject.theta, np.float64),
        X,
        Y,
        names=names,
        training=subject.training() if y is not None else None,
        history=subject.history if history is None else history,
        top=question.top,
        classes=None if subject.classes is None else [str(label) for label in subject.classes],
        baseline=subject.baseline,
        output=question.output,
        of=question.of,
    )
    a = predicted(subject.network, np.asarray(subject.theta, np.float64), X)
    predictions = subject.labels(a if units is None else units.own(a))
    return replace(found, names=replace(names, predictions=tuple(_texts(subject.classes, predictions))))


# --- rows -----------------------------------------------------------------------------------------------------


def chosen(X: Any, y: Any, row: Any, rows: Any) -> tuple[list[int], Any, Any]:
    """The numbers of the rows asked for, and these rows of X and y, which may be None.

    Raises
    ------
    SettingsError
        If both ``row`` and ``rows`` are given, or neither where there are more than ``MOST_ROWS``.
    DataError
        If there is no such row.
    """
    if y is not None:
        check_consistent_length(X, y)
    n = X.shape[0] if hasattr(X, "shape") else len(X)
    numbers = row_numbers(n, row, rows)
    return numbers, take(X, numbers), None if y is None else take(y, numbers)


def row_numbers(n: int, row: Any, rows: Any) -> list[int]:
    """Whole numbers of rows from 0 to n - 1, as asked for by one of ``row`` and ``rows``. Raises as ``chosen``."""
    if n == 0:
        raise DataError("there is no row to explain: give at least one")
    if row is not None and rows is not None:
        raise SettingsError("give row= for one row or rows= for several, not both")
    if row is None and rows is None:
        if n > MOST_ROWS:
            raise SettingsError(
                f"there are {n} rows, and at most {MOST_ROWS} are explained unasked: name some with row= or rows="
            )
        return list(range(n))
    if rows is None and hasattr(row, "__len__") and not isinstance(row, str):
        raise SettingsError(f"row= is one row, got {_some(list(row))}: give rows= for several")
    asked = [row] if rows is None else _listed(rows)
    if not asked:
        raise SettingsError("rows= is empty: name at least one row")
    wrong = [number for number in asked if isinstance(number, bool | np.bool_) or not hasattr(number, "__index__")]
    if wrong:
        raise SettingsError(f"rows are whole numbers, counted from 0, got {_some(wrong)}")
    beyond = [number for number in asked if not 0 <= number < n]
    if beyond:
        which = f"no row {beyond[0]}" if len(beyond) == 1 else f"no rows {_some(beyond)}"
        raise DataError(f"there is {which}: {n} rows are there, counted from 0 to {n - 1}")
    return [int(number) for number in asked]


def _listed(rows: Any) -> list[Any]:
    if isinstance(rows, str) or not hasattr(rows, "__iter__"):
        raise SettingsError(f"rows= must list row numbers, as in rows=[0, 5], got {rows!r}")
    return list(rows)


def _some(values: Sequence[Any]) -> str:
    return listed([v.item() if hasattr(v, "item") else v for v in values], 5)


def take(X: Any, numbers: list[int]) -> Any:
    """Some rows of an array, a sparse matrix, a data frame, a series or a list."""
    if hasattr(X, "iloc"):
        return X.iloc[numbers]
    if hasattr(X, "take") and hasattr(X, "to_pylist"):  # Arrow's tables and arrays
        return X.take(numbers)
    if hasattr(X, "tocsr"):
        return X.tocsr()[numbers]
    X = on_host(X)
    if hasattr(X, "shape"):
        return X[numbers]
    return [X[number] for number in numbers]


# --- names ----------------------------------------------------------------------------------------------------


def _outputs(subject: Subject, target: str) -> list[str]:
    """One output of two classes is named by the second, whose probability it is."""
    n = subject.network.sizes[-1]
    if subject.classes is not None:
        labels = [str(label) for label in subject.classes]
        return labels if len(labels) == n else labels[-1:] * n
    return [target] if n == 1 else [f"{target} {j}" for j in range(n)]


def _refuse_unknown_labels(classes: Array | None, y: Any) -> None:
    """One line where scikit-learn's would be several; of one-dimensional labels."""
    labels = np.asarray(y, dtype=object)
    if classes is None or labels.ndim != 1 or np.ndim(labels[0]):
        return
    known = set(classes.tolist())
    unknown = [label for label in dict.fromkeys(labels.tolist()) if label not in known]
    if unknown:
        raise DataError(
            f"y has classes that training did not see: {_some(unknown)}; it saw {_some(sorted(known, key=str))}"
        )


def _texts(classes: Array | None, y: Array) -> list[str]:
    """Targets or predictions, row by row, as text: labels, or numbers of a few digits."""
    rows = np.asarray(y).reshape(len(y), -1).tolist()
    if classes is None:
        return [", ".join(f"{value:.6g}" for value in row) for row in rows]
    if len(rows[0]) == 1:
        return [str(row[0]) for row in rows]
    labels = [str(label) for label in classes]
    return [", ".join(label for label, there in zip(labels, row, strict=True) if there) or "none" for row in rows]


# --- training -------------------------------------------------------------------------------------------------


def training_of(arguments: Arguments, particulars: Particulars, state: TrainState) -> Training | None:
    """The optimizer with its memory at the weights that were kept; None where none stepped, or it is not known how."""
    if arguments["solver"] not in STOCHASTIC_SOLVERS or state.optimizer is None or state.rate is None:
        return None
    settings = build_settings(arguments, 1, particulars)
    if not settings.optimizer.can_go_on(state.optimizer):  # the solver was changed since
        return None
    objective = settings.objective
    state.optimizer.check_fits(state.theta)
    memory = state.optimizer.copy()  # training may go on while the explanation is looked at
    optimizer = _as_it_decayed(settings.optimizer, settings.decay_schedule, state)
    return Training(optimizer, memory, state.rate, objective.l2, objective.clip_norm)


def _as_it_decayed(optimizer: Optimizer, schedule: Schedule | None, state: TrainState) -> Optimizer:
    """The optimizer with the weight decay of the step that came last before these weights, where that is known."""
    if schedule is None or not (state.planned and state.epoch) or not isinstance(optimizer, AdamW):
        return optimizer
    n_steps, before = state.step // state.epoch, len(state.history.cost) - state.epoch
    epoch = state.kept_epoch - before if state.kept_epoch else state.epoch
    factor = schedule.now(Progress(epoch * n_steps - 1, n_steps * state.planned))
    return replace(optimizer, decay=optimizer.decay * factor)


def history_of(state: TrainState) -> dict[str, list[float]]:
    """Costs by epoch (or iteration) of all calls, and the epoch whose weights were kept where it is not the last."""
    history = state.history
    found = {"cost": list(history.cost), "validation_cost": list(history.validation_cost)}
    return found | ({"best_epoch": [int(state.kept_epoch)]} if state.kept_epoch else {})
