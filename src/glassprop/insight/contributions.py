"""What each column of the table adds to a prediction, counted from a baseline."""

from __future__ import annotations

from dataclasses import dataclass

from glassprop.equations.arrays import Array
from glassprop.ground.in_notebook import InNotebook
from glassprop.insight.baseline import Baseline
from glassprop.insight.names import Column, Names
from glassprop.insight.prediction import Prediction


@dataclass(frozen=True)
class Contribution:
    """What a column adds (E46).

    Attributes
    ----------
    name : str
    value : float
        How much of f(x) - f(baseline) is its own.
    shown : str
        What stands in the table.
    derivative : float
        ∂f/∂column here, per ``unit``; None for a category or text, which has none.
    unit : str
        "day" for a date, "hour" for a time of day.
    """

    name: str
    value: float
    shown: str = ""
    derivative: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Contributions(InNotebook):
    """How a prediction came about: baseline, what each column adds, and what the integral misses.

    Attributes
    ----------
    prediction, baseline : float
        f(x), and f where nothing is known of a row.
    columns : tuple of Contribution
        The largest first.
    rest : float
        What is missing: ``baseline + Σ columns + rest == prediction``.
    from_ : str
        What the baseline is.
    points : int
        On how many points gradients were taken.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(3, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> explanation = network.explain(theta, [[0.5, -1.0], [1.0, 1.0]], [[1.0], [0.0]])
    >>> told = explanation.contributions()
    >>> together = told.baseline + sum(each.value for each in told.columns) + told.rest
    >>> [each.name for each in told.columns], bool(np.isclose(together, told.prediction))
    (['x1', 'x0'], True)
    """

    prediction: float
    baseline: float
    columns: tuple[Contribution, ...]
    rest: float
    from_: str
    points: int


def contributions_of(prediction: Prediction, x: Array, baseline: Baseline, names: Names, example: int) -> Contributions:
    """E46, summed by columns; inputs of no column, or all where columns share some, stand for themselves."""
    found, by_x = prediction.integrated(x, baseline), prediction.slopes(x[None, :])[0]
    columns = tuple(
        Contribution(
            column.name,
            float(found.parts[list(column.parts)].sum()),
            names.shown(column, example),
            None if column.slopes is None else float(by_x[list(column.parts)] @ column.slopes[example]),
            column.unit,
        )
        for column in apart(names)
    )
    largest_first = tuple(sorted(columns, key=lambda one: -abs(one.value)))
    rest = found.end - found.begin - sum(one.value for one in columns)
    return Contributions(found.end, found.begin, largest_first, rest, baseline.said, found.points)


def apart(names: Names) -> list[Column]:
    """Columns that share no inputs and together have all of them."""
    fed = [k for column in names.columns for k in column.parts]
    columns = list(names.columns) if len(fed) == len(set(fed)) else []
    lone = sorted(set(range(len(names.inputs))) - {k for column in columns for k in column.parts})
    return [*columns, *(Column(names.inputs[k], (k,)) for k in lone)]
